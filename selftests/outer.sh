#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# What the outer header takes over from the inner one and what not (RFC 4301
# section 5.1.2, RFC 6040), and what the inner one gets from it; what the options of
# the tunnel change in that; sizes and dummy packets that hide traffic; UDP checksums.
# Judged by nft counters on the underlay and at the hosts, and by captures.
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"
# shellcheck source=selftests/lib_manual.sh
. "$PANTUN_TOP/selftests/lib_manual.sh"

# pinged NAME NODE COUNTS RULES... -- PING_WORDS...: three pings of 200 octets from A's
# host, and what the counters of NODE say afterwards.
pinged() {
	local name=$1 node=$2 counts=$3 rules=()
	shift 3
	while [ "$1" != -- ]; do
		rules+=("$1")
		shift
	done
	shift
	rules "$node" "${rules[@]}"
	on ha ping -q -c 3 -i 0.02 -W 0.3 -s 200 "$@" >/dev/null || :
	check "$name" test "$(packets "$node")" = "$counts"
}

copied() {
	# by their size told from what the kernel says by itself: header 20, SPI and number 8,
	# IV 8, IP and ICMP 28 or 48, 200, trailer and padding 4, ICV 16; a range, as lockdep
	# objects to how nft itself looks for a set
	local esp='ip protocol esp ip length 284-304'

	pinged 'TTL: its own, 64' gb '3 3' "$esp counter" "$esp ip ttl 64 counter" -- -t 9 10.2.0.2
	pinged 'DSCP: stays inside' gb '3 3' "$esp counter" "$esp ip dscp cs0 counter" \
		-- -Q 0xb8 10.2.0.2
	pinged 'ECN: Not-ECT' gb 3 "$esp ip ecn not-ect counter" -- 10.2.0.2
	pinged 'ECN: ECT(0)' gb 3 "$esp ip ecn ect0 counter" -- -Q 2 10.2.0.2
	pinged 'ECN: ECT(1)' gb 3 "$esp ip ecn ect1 counter" -- -Q 1 10.2.0.2
	pinged 'ECN: CE' gb 3 "$esp ip ecn ce counter" -- -Q 3 10.2.0.2
	pinged 'ECN: ECT(0), IPv6' gb 3 "$esp ip ecn ect0 counter" -- -Q 2 fd02::2
	pinged 'DF: set where the inner one is' gb 3 "$esp ip frag-off & 0x4000 != 0 counter" \
		-- -M 'do' 10.2.0.2
	pinged 'DF: not set where the inner one is not' gb 3 \
		"$esp ip frag-off & 0x4000 == 0 counter" -- -M dont 10.2.0.2
	pinged 'DF: set around IPv6' gb 3 "$esp ip frag-off & 0x4000 != 0 counter" -- fd02::2
	rules gb
}

# Congestion on the underlay: A's gateway finds CE on what comes to it.
congested() {
	rules ga 'ip protocol esp ip ecn set ce'
	pinged 'CE outside: comes inside where it may' ha '3 3' 'icmp type echo-reply counter' \
		'icmp type echo-reply ip ecn ce counter' -- -Q 2 10.2.0.2
	pinged 'CE outside: inside IPv6, too' ha 3 \
		'icmpv6 type echo-reply ip6 ecn ce counter' -- -Q 2 fd02::2
	check 'CE outside: nothing was dropped' test -z "$(drops ga)"
	pinged 'CE outside: what knows no ECN is dropped' ha 0 'icmp type echo-reply counter' \
		-- 10.2.0.2
	check 'CE outside: and counted' test "$(drops ga)" = rx_ecn=3
}

# ecn_table INNER ADDRESS EXPECTED...: INNER inside; with each ECN outside, from Not-ECT to CE
# (0 to 3), what comes inside: a list of four values, "-" where the packet is dropped.
ecn_table() {
	local inner=$1 address=$2 type=icmp header=ip outer ecn counts
	local values=(not-ect ect1 ect0 ce) wanted
	shift 2
	[ "$address" = 10.2.0.2 ] || type=icmpv6 header=ip6
	for outer in 0 1 2 3; do
		rules ga "ip protocol esp ip ecn set ${values[outer]}"
		wanted=$1
		shift
		counts=
		for ecn in 0 1 2 3; do
			counts="$counts $([ "$wanted" = "$ecn" ] && echo 3 || echo 0)"
		done
		pinged "ECN, $type: ${values[inner]} inside, ${values[outer]} outside: $wanted" ha \
			"${counts# }" \
			"$type type echo-reply $header ecn not-ect counter" \
			"$type type echo-reply $header ecn ect1 counter" \
			"$type type echo-reply $header ecn ect0 counter" \
			"$type type echo-reply $header ecn ce counter" -- -Q "$inner" "$address"
	done
}

# RFC 6040 section 4.2, figure 4; columns: Not-ECT, ECT(1), ECT(0), CE outside.
ecn_cases() {
	ecn_table 0 10.2.0.2 0 0 0 -
	ecn_table 1 10.2.0.2 1 1 1 3
	ecn_table 2 10.2.0.2 2 1 2 3
	ecn_table 3 10.2.0.2 3 3 3 3
	ecn_table 2 fd02::2 2 1 2 3
	rules ga
	rules ha
}

# set_tunnel WORD...: of A.
set_tunnel() {
	pantunctl_on ga tunnel set dev tunnel1 "$@"
}

# option_cases OUTER ADDRESS: of the header, OUTER is ip or ip6; ADDRESS is of host B.
option_cases() {
	local outer=$1 name="$1 outside" esp
	esp='ip protocol esp ip length 284-304'
	[ "$outer" = ip ] || esp='ip6 nexthdr esp ip6 length 264-284'

	set_tunnel tos copy
	pinged "$name, tos copy: EF" gb '3 3' "$esp $outer dscp ef counter" \
		"$esp $outer ecn not-ect counter" -- -Q 0xb8 10.2.0.2
	pinged "$name, tos copy: CS1 and ECT(0), IPv6" gb '3 3' "$esp $outer dscp cs1 counter" \
		"$esp $outer ecn ect0 counter" -- -Q 0x22 fd02::2
	set_tunnel dscp 10
	pinged "$name, dscp 10: whatever is inside, ECN apart" gb '3 3' \
		"$esp $outer dscp 10 counter" "$esp $outer ecn ect1 counter" -- -Q 0xb9 10.2.0.2
	set_tunnel dscp 0
	pinged "$name, dscp 0" gb 3 "$esp $outer dscp 0 counter" -- -Q 0xb8 10.2.0.2
	local ttl='ip ttl'
	[ "$outer" = ip ] || ttl='ip6 hoplimit'
	set_tunnel ttl 7
	pinged "$name, ttl 7" gb 3 "$esp $ttl 7 counter" -- 10.2.0.2
	set_tunnel ttl 255
	pinged "$name, ttl 255" gb 3 "$esp $ttl 255 counter" -- fd02::2
	set_tunnel ttl auto
	pinged "$name, ttl auto" gb 3 "$esp $ttl 64 counter" -- -t 9 10.2.0.2
}

df_cases() {
	local esp='ip protocol esp ip length 284-304'

	set_tunnel df clear
	pinged 'df clear: not outside, set inside' gb 3 "$esp ip frag-off & 0x4000 == 0 counter" \
		-- -M 'do' 10.2.0.2
	pinged 'df clear: not outside, IPv6 inside' gb 3 \
		"$esp ip frag-off & 0x4000 == 0 counter" -- fd02::2
	set_tunnel df set
	pinged 'df set: outside, not inside' gb 3 "$esp ip frag-off & 0x4000 != 0 counter" \
		-- -M dont 10.2.0.2

	# what does not fit outside
	ip -n ga link set tunnel1 mtu 1500
	set_tunnel df clear
	check 'df clear: 1,500 octets with DF pass' on ha ping -q -c 2 -i 0.05 -W 2 -M 'do' -s 1472 10.2.0.2
	check 'df clear: of IPv6, too' on ha ping -q -c 2 -i 0.05 -W 2 -s 1452 fd02::2
	rules gb 'ip protocol esp ip frag-off & 0x3fff != 0 counter'
	on ha ping -q -c 2 -i 0.05 -W 2 -M 'do' -s 1472 10.2.0.2 >/dev/null
	check 'df clear: in two fragments each' test "$(packets gb)" = 4
	set_tunnel df set
	check_not 'df set: 1,500 octets without DF do not pass' \
		on ha ping -q -c 1 -W 1 -M dont -s 1472 10.2.0.2
	check 'df set: the sender was told' wait_for 5 drop_has tx_too_big
	set_tunnel df copy
	check 'df copy: without DF they do' on ha ping -q -c 2 -i 0.05 -W 2 -M dont -s 1472 10.2.0.2
	ip -n ga link set tunnel1 mtu 1446
	rules gb
}

drop_has() {
	[ "$(drop_count ga "$1")" -gt 0 ]
}

# tfc_cases OUTER SIZE: all that fit into 1,000 octets become outer packets of SIZE.
tfc_cases() {
	local outer=$1 size=$2 name="$1 outside, tfc 1000" esp='ip protocol esp' octets
	[ "$outer" = ip ] || esp='ip6 nexthdr esp'

	set_tunnel tfc 1000
	rules gb "$esp $outer length $size counter" "$esp counter"
	for octets in 0 1 100 500 950; do
		check "$name: $octets octets of ping come and go, IPv4" \
			on ha ping -q -c 2 -i 0.05 -W 2 -s "$octets" 10.2.0.2
		check "$name: $octets octets of ping come and go, IPv6" \
			on ha ping -q -c 2 -i 0.05 -W 2 -s "$octets" fd02::2
	done
	check "$name: all outer packets have $size octets" test "$(packets gb)" = '20 20'
	check "$name: one that is larger passes" on ha ping -q -c 1 -W 2 -s 1200 10.2.0.2
	check "$name: as large as it is" test "$(packets gb)" = '20 21'
	check "$name: TCP passes" tcp_copy ha hb 10.2.0.2 5001 "$WORK/file" "$WORK/got"
	check "$name: and brings the file" same_file "$WORK/file" "$WORK/got"
	set_tunnel tfc off
}

# flow_label_cases: IPv6 outside.
flow_label_cases() {
	local esp='ip6 nexthdr esp ip6 length 284'

	set_tunnel flow-label copy
	pinged 'flow-label copy: as inside' gb 3 "$esp ip6 flowlabel 0x12345 counter" \
		-- -F 0x12345 fd02::2
	set_tunnel flow-label zero
	pinged 'flow-label zero' gb 3 "$esp ip6 flowlabel 0 counter" -- -F 0x54321 fd02::2
}

# pair FAMILY [WORD...]: pantun at B as well, new SAs.
pair() {
	pantun_pair "$@"
	route_lans tunnel1 tunnel1
	wait_for 5 on ha ping -q -c 1 -W 1 10.2.0.2
	wait_for 5 on ha ping -q -c 1 -W 1 fd02::2
}

# dummy_cases FAMILY: a dummy packet each 50 ms; B drops them by their name.
dummy_cases() {
	local first last start end rate
	# whose wait the next interval ends
	set_tunnel dummy 3600000
	set_tunnel dummy 50
	wait_for 5 dummies 3
	start=$(date +%s%N) first=$(drop_count gb rx_dummy)
	wait_for 10 dummies $((first + 40))
	last=$(drop_count gb rx_dummy) end=$(date +%s%N)
	rate=$(((end - start) / 1000000 / (last - first)))
	echo "# IPv$1: a dummy packet every $rate ms"
	check "IPv$1, dummy 50: about every 50 ms ($rate)" test "$rate" -ge 45 -a "$rate" -le 100
	check "IPv$1, dummy 50: traffic goes on" on ha ping -q -c 3 -i 0.05 -W 2 10.2.0.2
	check "IPv$1, dummy 50: nothing but these was dropped" only_dummies
	set_tunnel dummy off
	wait_for 5 no_more_dummies
	check "IPv$1, dummy off: no more of them" no_more_dummies
}

dummies() {
	[ "$(drop_count gb rx_dummy)" -ge "$1" ]
}

only_dummies() {
	[[ "$(drops gb)" =~ ^rx_dummy=[0-9]+$ ]] && [ -z "$(drops ga)" ]
}

# sent and received do not change in four intervals
no_more_dummies() {
	local before
	before=$(drop_count gb rx_dummy)
	sleep 0.2
	[ "$(drop_count gb rx_dummy)" = "$before" ]
}

# udp_sums FAMILY WANTED [WORD...]: of ESP in UDP; WANTED: right, or zero.
udp_sums() {
	local family=$1 wanted=$2 name="IPv$1, in UDP ${*:3}: checksum $2" count found
	shift 2
	pair "$family" encap 4500 4500 "$@"
	# what the wire sees, not what is left to it
	on ga ethtool -K wan0 tx off >/dev/null
	capture_start gb wan0 "$WORK/udp.pcap" 'src port 4500 and udp and dst port 4500 or ip6 proto 17'
	on ha ping -q -c 5 -i 0.02 -W 2 -s 301 10.2.0.2 >/dev/null
	on ha ping -q -c 5 -i 0.02 -W 2 -s 900 fd02::2 >/dev/null
	tcp_copy ha hb 10.2.0.2 5001 "$WORK/file" "$WORK/got"
	capture_stop
	on ga ethtool -K wan0 tx on >/dev/null
	found=$(/usr/bin/python3 "$PANTUN_TOP/selftests/udp_sums.py" "$WORK/udp.pcap" \
		"$([ "$family" = 4 ] && echo "$A_WAN" || echo "$A_WAN6")")
	count=${found##*=}
	echo "# $name: $found"
	check "$name" test "${count:-0}" -ge 50 -a "$(tr -d '0-9' <<<"$found")" = "$wanted="
	check "$name: the file arrives" same_file "$WORK/file" "$WORK/got"
	check "$name: nothing is dropped" test -z "$(drops ga)$(drops gb)"
}

module_load
topology_up
wan6_up
head -c 262144 /dev/urandom >"$WORK/file"
tunnel_up ga
xfrm_policies_up gb ipsec0 "$IF_ID"
keys_make aes-256-gcm
xfrm_states_up gb
manual_in ga
manual_out ga
wait_for 5 carrier_is ga tunnel1 1
route_lans tunnel1 ipsec0
wait_for 10 on ha ping -q -c 1 -W 1 fd02::2
copied
congested
ecn_cases
option_cases ip
df_cases
tfc_cases ip 1056

ip -n gb link del ipsec0
ip -n gb xfrm policy flush
ip -n gb xfrm state flush
pair 4
dummy_cases 4
pair 6
option_cases ip6
flow_label_cases
# the length in the IPv6 header is without that
tfc_cases ip6 1036
dummy_cases 6
for address in "$A_WAN" "$A_WAN6"; do
	encap_listen ga "$address"
done
for address in "$B_WAN" "$B_WAN6"; do
	encap_listen gb "$address"
done
udp_sums 4 zero
udp_sums 4 right udp-checksum
udp_sums 6 right
finish
