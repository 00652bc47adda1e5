# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A peer at gateway B from a Debian of its own, and what every peer has to do with pantun at
# gateway A.  Sourced after lib.sh and lib_strongswan.sh.  A topic says in its header which root
# it needs (guest.sh), defines the functions below, and calls peer_cases.
#
#   peer_config      by PEER_LOCAL, PEER_REMOTE, PEER_REMOTE_ID (addresses, as B sees them) and
#                    PEER_KEY (hex digits); the running daemon has it in force afterwards
#   peer_initiate    B negotiates all that is configured
#   peer_down        B has no SA any more, and does not begin
#   peer_routes      the hosts' networks lead into the tunnel at both gateways; it is there for
#                    peers with policies, which packets reach by any route
#   peer_sas         what same_state.py is given beside `ip xfrm state`; nothing: no argument
#
# PEER_LINES is what A's configuration has beside the gateway.  PEER_ONE_FAMILY is why the peer can
# have only the family inside that is outside as well.

PEER_A4=192.0.2.1 PEER_B4=192.0.2.2 PEER_A6=2001:db8::1 PEER_B6=2001:db8::2
PEER_OUTSIDE4=192.0.2.77 PEER_OUTSIDE6=2001:db8::77
PEER_LINES=() PEER_ONE_FAMILY=

# peer_root_up NODE: the root, writable, with the node's own /run and $WORK.
peer_root_up() {
	local dir=$WORK/$1

	mkdir -p "$dir/root" "$dir/cow"
	# shellcheck disable=SC2016 # the inner shell expands
	on "$1" sh -euc '
		mount -t tmpfs tmpfs "$1/cow"
		mkdir "$1/cow/upper" "$1/cow/work"
		mount -t overlay -o "lowerdir=$2,upperdir=$1/cow/upper,workdir=$1/cow/work" \
			overlay "$1/root"
		mount -t proc proc "$1/root/proc"
		mount -t sysfs sysfs "$1/root/sys"
		mount --rbind /dev "$1/root/dev"
		mount --bind /run "$1/root/run"
		mkdir -p "$1/root$3"
		mount --bind "$3" "$1/root$3"' - "$dir" "${PANTUN_PEER_ROOT:?}" "$WORK"
}

# on_peer NODE COMMAND...: in its root.
on_peer() {
	local node=$1
	shift
	on "$node" chroot "$WORK/$node/root" "$@"
}

# peer_topology NODE: addresses of both families, and one that a NAT in front of A has.
peer_topology() {
	topology_up
	addr_add ga wan0 "$PEER_A6/64" "$PEER_OUTSIDE6/64" "$PEER_OUTSIDE4/24"
	addr_add gb wan0 "$PEER_B6/64"
}

peer_routes() {
	ip -n ga route replace 10.2.0.0/24 dev tunnel1
	ip -n ga -6 route replace fd02::/64 dev tunnel1
	ip -n gb route replace 10.1.0.0/24 via "$PEER_A4" dev wan0
	ip -n gb -6 route replace fd01::/64 via "$PEER_A6" dev wan0
}

nat_on() {
	on ga nft -f - <<-END
	table inet nat {
	  chain out {
	    type nat hook postrouting priority srcnat
	    ip saddr $PEER_A4 udp dport { 500, 4500 } snat ip to $PEER_OUTSIDE4:20000-30000
	    ip6 saddr $PEER_A6 udp dport { 500, 4500 } snat ip6 to [$PEER_OUTSIDE6]:20000-30000
	  }
	}
	END
}

# key_of OCTETS [DIGIT]: hex digits of a key of so many octets, odd ones among them.
key_of() {
	local n

	for ((n = 0; n < $1; n++)); do
		printf '%02x' $(((n * 37 + ${2:-0} + 255) % 256))
	done
}

peer_same_state() {
	local sas=()

	pantunctl_on ga --json show >"$WORK/show.json"
	on gb ip xfrm state >"$WORK/xfrm"
	peer_sas >"$WORK/sas"
	[ ! -s "$WORK/sas" ] || sas=("$WORK/sas")
	python3 "$PANTUN_TOP/selftests/interop/same_state.py" "$WORK/show.json" "$WORK/xfrm" \
		"${sas[@]}"
}

# peer_pings NAME OUTSIDE INSIDE HOST_A HOST_B: both ways, where the peer can have that.
peer_pings() {
	if [ -n "$PEER_ONE_FAMILY" ] && [ "$2" != "$3" ]; then
		skip "$1: ping v$3" "$PEER_ONE_FAMILY"
		return
	fi
	# the first packet may be what a second child is negotiated for
	wait_for 10 on ha ping -q -c 1 -W 1 "$5" || :
	check "$1: ping v$3" on ha ping -q -c 3 -i 0.2 -W 2 "$5"
	check "$1: ping back v$3" on hb ping -q -c 3 -i 0.2 -W 2 "$4"
}

# peer_case NAME a|b 4|6 nat|direct KEY: A or B begins, over that family.
peer_case() {
	local name=$1 who=$2 family=$3 nat=$4 a b id lines

	PEER_KEY=$5
	if [ "$family" = 4 ]; then
		a=$PEER_A4 b=$PEER_B4 id=$PEER_OUTSIDE4
	else
		a=$PEER_A6 b=$PEER_B6 id=$PEER_OUTSIDE6
	fi
	[ "$nat" = nat ] || id=$a
	[ "$nat" != nat ] || nat_on
	# shellcheck disable=SC2034 # for peer_config
	PEER_LOCAL=$b PEER_REMOTE=$id PEER_REMOTE_ID=$id
	peer_config
	lines=("${PEER_LINES[@]}" "set network ike gateway g local-address ip $a"
		"set network ike gateway g local-id type ipaddr id $id"
		'set network ike gateway g authentication pre-shared-key key-format hex')
	[ "$who" = a ] || lines+=('set network tunnel ipsec t start passive')
	# shellcheck disable=SC2034 # for pantun_config
	PANTUN_PSK=$PEER_KEY
	pantun_config ga "$b" "${lines[@]}"
	pantund_start ga
	wait_for 10 ip -n ga link show dev tunnel1
	ip -n ga link set tunnel1 up
	peer_routes
	[ "$who" = a ] || check "$name: the peer begins" peer_initiate
	check "$name: carrier comes" wait_for 15 carrier_is ga tunnel1 1
	peer_pings "$name" "$family" 4 10.1.0.2 10.2.0.2
	peer_pings "$name" "$family" 6 fd01::2 fd02::2
	if wait_for 45 peer_same_state; then
		ok "$name: both ends have the same SAs"
	else
		not_ok "$name: both ends have the same SAs" "$(peer_same_state 2>&1)"
	fi
	if [ "$nat" = nat ]; then
		check "$name: ESP goes in UDP" on gb sh -c "ip xfrm state | grep -q 'encap type espinudp'"
		on ga nft flush ruleset
	fi
	pantunctl_on ga clear ike-sa >/dev/null
	pantund_stop ga || not_ok "$name: pantund ends cleanly"
	pantunctl_on ga sa flush
	peer_down
}

# peer_cases: the short form; with PANTUN_PEERS_LONG all of keys, families, NAT and who begins.
peer_cases() {
	local octets who family nat

	if [ -n "${PANTUN_PEERS_LONG:-}" ]; then
		for octets in 1 2 31 32 33 63 64 65 127 128 129 254 255; do
			peer_case "key of $octets" a 4 direct "$(key_of "$octets")"
		done
		for who in a b; do
			for family in 4 6; do
				for nat in direct nat; do
					[ "$who$nat" != bnat ] || continue
					peer_case "$who, IPv$family, $nat" "$who" "$family" "$nat" "$(key_of 32 7)"
				done
			done
		done
		return
	fi
	peer_case 'A begins' a 4 direct "$(key_of 64)"
	peer_case 'B begins' b 4 direct "$(key_of 65)"
	peer_case 'NAT' a 4 nat "$(key_of 255)"
	peer_case 'IPv6' a 6 direct "$(key_of 1)"
}
