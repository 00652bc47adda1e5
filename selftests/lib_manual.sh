# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# SAs with manual keys, ours by pantunctl and XFRM's by ip-xfrm(8).  Sourced after
# lib.sh; gateway A of its picture has pantun's tunnel1, gateway B either peer.

A_WAN=192.0.2.1
B_WAN=192.0.2.2
A_WAN6=2001:db8::1
B_WAN6=2001:db8::2
# SPIs: what A receives, what B receives.
A_SPI=0x1001
B_SPI=0x2001
IF_ID=42

random_hex() {
	od -An -tx1 -N "$1" /dev/urandom | tr -d ' \n'
}

# keys_make ALGORITHM: fresh key files $WORK/ab.keys and $WORK/ba.keys, for each
# direction one, and what XFRM and pantunctl call the algorithm: PANTUN_ALG,
# XFRM_AB, XFRM_BA, XFRM_PROTO.  Names: manual_keys.py.
keys_make() {
	local found

	found=$(/usr/bin/python3 "$PANTUN_TOP/selftests/manual_keys.py" "$1" "$WORK") || return 1
	eval "$found"
}

# wan6_up: IPv6 addresses in the underlay as well.
wan6_up() {
	addr_add ga wan0 "$A_WAN6/64"
	addr_add gb wan0 "$B_WAN6/64"
}

# quiet NODE: does not report multicast groups over tunnels, or anywhere.
quiet() {
	on "$1" nft -f - <<-EOF
		table ip6 quiet {
			chain output {
				type filter hook output priority 0
				icmpv6 type mld2-listener-report drop
			}
		}
	EOF
}

# tunnel_up NODE: tunnel1, up.
tunnel_up() {
	ip -n "$1" link add tunnel1 type pantun
	ip -n "$1" link set tunnel1 up
}

# transport_tunnel_up NODE: tunnel1 for transport mode, which has the route to the peer itself
# lead into the tunnel: outer packets have a mark and find their way by a table of their own.
transport_tunnel_up() {
	tunnel_up "$1"
	pantunctl_on "$1" tunnel set dev tunnel1 mark 77
	ip -n "$1" rule add fwmark 77 lookup 100
	ip -n "$1" -6 rule add fwmark 77 lookup 100
	ip -n "$1" route add 192.0.2.0/24 dev wan0 table 100
	ip -n "$1" -6 route add 2001:db8::/64 dev wan0 table 100
}

# wan_neighbour NODE OTHER ADDRESS...: for good, as in transport mode neighbour discovery would
# go through the tunnel, or be protected by XFRM.
wan_neighbour() {
	local address mac

	mac=$(on "$2" cat /sys/class/net/wan0/address)
	for address in "${@:3}"; do
		ip -n "$1" neigh replace "$address" lladdr "$mac" dev wan0 nud permanent
	done
}

# manual_in NODE [WORD...], manual_out NODE [WORD...]: an SA of tunnel1 with the
# keys of keys_make.  A word that is there already, such as spi, wins.
manual_in() {
	local node=$1 key=ba spi=$A_SPI local=$A_WAN remote=$B_WAN
	shift
	[ "$node" = ga ] || { key=ab spi=$B_SPI local=$B_WAN remote=$A_WAN; }
	pantunctl_on "$node" sa add dev tunnel1 in spi "$spi" local "$local" remote "$remote" \
		"${PANTUN_ALG[@]}" key-file "$WORK/$key.keys" "$@"
}

manual_out() {
	local node=$1 key=ab spi=$B_SPI local=$A_WAN remote=$B_WAN
	shift
	[ "$node" = ga ] || { key=ba spi=$A_SPI local=$B_WAN remote=$A_WAN; }
	pantunctl_on "$node" sa add dev tunnel1 out spi "$spi" local "$local" remote "$remote" \
		"${PANTUN_ALG[@]}" key-file "$WORK/$key.keys" "$@"
}

# manual_pairs A B [WORD...]: both SA pairs of tunnel1, in place of all before; packets pass by them.
manual_pairs() {
	local at_a=(local "$1" remote "$2") at_b=(local "$2" remote "$1")
	shift 2

	pantunctl_on ga sa flush
	pantunctl_on gb sa flush
	manual_in ga "${at_a[@]}" "$@"
	manual_in gb "${at_b[@]}" "$@"
	manual_out ga "${at_a[@]}" "$@"
	manual_out gb "${at_b[@]}" "$@"
	wait_for 5 on ha ping -qc 1 -W 1 10.2.0.2
}

# pantun_pair FAMILY [WORD...]: new tunnels at both gateways with SAs between them, the words
# go to each; addresses LOCAL (A's) and REMOTE.
pantun_pair() {
	local node
	LOCAL=$A_WAN REMOTE=$B_WAN
	[ "$1" = 4 ] || LOCAL=$A_WAN6 REMOTE=$B_WAN6
	shift
	for node in ga gb; do
		ip -n "$node" link del tunnel1 2>/dev/null || :
		tunnel_up "$node"
	done
	keys_make aes-128-gcm
	manual_in gb "$@" local "$REMOTE" remote "$LOCAL"
	manual_out gb "$@" local "$REMOTE" remote "$LOCAL"
	manual_in ga "$@" local "$LOCAL" remote "$REMOTE"
	manual_out ga "$@" local "$LOCAL" remote "$REMOTE"
}

# xfrm_policies_up NODE DEV IF_ID: an XFRM interface through which everything goes.
xfrm_policies_up() {
	local node=$1 dir family here=$A_WAN there=$B_WAN

	[ "$node" = ga ] || { here=$B_WAN there=$A_WAN; }
	xfrmi_up "$node" "$2" "$3"
	for family in 0.0.0.0/0 ::/0; do
		ip -n "$node" xfrm policy add src "$family" dst "$family" dir out if_id "$3" \
			tmpl src "$here" dst "$there" proto esp mode tunnel
		for dir in in fwd; do
			ip -n "$node" xfrm policy add src "$family" dst "$family" dir "$dir" if_id "$3" \
				tmpl src "$there" dst "$here" proto esp mode tunnel
		done
	done
}

# xfrm_states_up NODE [WORD...]: both of B's, with the keys of keys_make.
xfrm_states_up() {
	local node=$1
	shift
	ip -n "$node" xfrm state add src "$A_WAN" dst "$B_WAN" proto "$XFRM_PROTO" \
		spi "$B_SPI" mode tunnel flag af-unspec replay-window 128 if_id "$IF_ID" "${XFRM_AB[@]}" "$@"
	ip -n "$node" xfrm state add src "$B_WAN" dst "$A_WAN" proto "$XFRM_PROTO" \
		spi "$A_SPI" mode tunnel flag af-unspec replay-window 128 if_id "$IF_ID" "${XFRM_BA[@]}" "$@"
}

# encap_listen NODE ADDRESS: has the node's kernel take ESP out of UDP port 4500.
encap_listen() {
	start_on "$1" "$WORK/$1.encap" /usr/bin/python3 "$PANTUN_TOP/selftests/esp_send.py" encap "$2"
	wait_for 10 grep -q listening "$WORK/$1.encap"
}

# sa_count NODE in|out MEMBER: of tunnel1's SA of that direction.
sa_count() {
	pantunctl_on "$1" --json show ipsec-sa tunnel1 |
		json_of "sum(s['$3'] for s in d['ipsec_sas'] if s['dir'] == '$2')"
}

# xfrm_sent NODE SPI: packets sent, which is the last sequence number; the counter
# of XFRM has a super-packet as one.
xfrm_sent() {
	echo $(($(ip -n "$1" -s xfrm state list spi "$2" |
		sed -n 's/.* oseq \(0x[0-9a-f]*\)$/\1/p')))
}

# xfrm_count NODE SPI bytes|packets
xfrm_count() {
	ip -n "$1" -s xfrm state list spi "$2" |
		sed -n '/lifetime current/{n;s/^[^0-9]*\([0-9]*\)(bytes), \([0-9]*\)(packets).*/\1 \2/p}' |
		if [ "$3" = bytes ]; then cut -d' ' -f1; else cut -d' ' -f2; fi
}

# drops NODE: reason=count of everything tunnel1 dropped, sorted, on one line.
drops() {
	pantunctl_on "$1" --json show flow tunnel1 |
		json_of "' '.join('%s=%d' % i for i in sorted(d['tunnels'][0]['drops'].items()))"
}

# drop_count NODE REASON
drop_count() {
	pantunctl_on "$1" --json show flow tunnel1 |
		json_of "d['tunnels'][0]['drops'].get('$2', 0)"
}

# mtu_of NODE DEV
mtu_of() {
	on "$1" cat "/sys/class/net/$2/mtu"
}
