#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# Time limit: 600
# Routing around tunnels: the tunnel or its underlay in a VRF, or each in one; the
# underlay's route moves to another link under traffic; a tunnel in a tunnel, and
# tunnels that lead into each other.
#
#   ha ------ ga =========== r ======= gb ------ hb
#          tunnel1  wan0, wan1     wan0   tunnel1
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"
# shellcheck source=selftests/lib_manual.sh
. "$PANTUN_TOP/selftests/lib_manual.sh"
# shellcheck source=selftests/lib_router.sh
. "$PANTUN_TOP/selftests/lib_router.sh"

# A's second link
A2=203.0.113.1 R_A2=203.0.113.254
A26=2001:db8:3::1 R_A26=2001:db8:3::fe

network_up() {
	router_up
	link_nodes ga wan1 r wanc
	addr_add ga wan1 "$A2/24" "$A26/64"
	addr_add r wanc "$R_A2/24" "$R_A26/64"
	on ga sysctl -qw net.ipv4.conf.all.rp_filter=0
	ip -n gb route add default via "$R_B"
	ip -n gb -6 route add default via "$R_B6"
	wan_routes
}

# wan_routes [WORD...]: of A to B, the words say in which table.
wan_routes() {
	ip -n ga route replace "$B_WAN/32" via "$R_A" dev wan0 "$@"
	ip -n ga -6 route replace "$B_WAN6/128" via "$R_A6" dev wan0 "$@"
}

# pair FAMILY: new tunnels and SAs on both sides.
pair() {
	pantun_pair "$1"
	wait_for 5 carrier_is ga tunnel1 1
	ip -n gb route replace 10.1.0.0/24 dev tunnel1
	ip -n gb -6 route replace fd01::/64 dev tunnel1
}

# lan_routes [WORD...]: of A into the tunnel.
lan_routes() {
	ip -n ga route replace 10.2.0.0/24 dev tunnel1 "$@"
	ip -n ga -6 route replace fd02::/64 dev tunnel1 "$@"
}

# vrf_up NAME TABLE DEV...: with these in it; their IPv6 addresses are given again.
vrf_up() {
	local name=$1 table=$2 dev addresses
	shift 2
	ip -n ga link add "$name" type vrf table "$table"
	ip -n ga link set "$name" up
	for dev; do
		mapfile -t addresses < <(ip -n ga -6 -br addr show dev "$dev" scope global |
			tr ' ' '\n' | grep ::)
		ip -n ga link set "$dev" master "$name"
		[ "${#addresses[@]}" = 0 ] || addr_add ga "$dev" "${addresses[@]}" 2>/dev/null || :
	done
}

# passes NAME: both ways, both families, TCP, and nothing is lost.
passes() {
	local before
	# what the kernel says by itself may have found no route in between
	before=$(drops ga)
	check "$1: IPv4" wait_for 5 on ha ping -q -c 3 -i 0.05 -W 1 10.2.0.2
	check "$1: IPv6" wait_for 5 on ha ping -q -c 3 -i 0.05 -W 1 fd02::2
	check "$1: from the other side" on hb ping -q -c 3 -i 0.05 -W 1 10.1.0.2
	rm -f "$WORK/got"
	check "$1: TCP" tcp_copy ha hb 10.2.0.2 5001 "$WORK/file" "$WORK/got"
	check "$1: the file arrives" same_file "$WORK/file" "$WORK/got"
	check "$1: nothing is dropped" test "$(drops ga)" = "$before"
}

mtu_is() {
	[ "$(mtu_of ga tunnel1)" = "$1" ] && return
	on ha ping -q -c 1 -W 1 10.2.0.2 >/dev/null
	mtu_of ga tunnel1
	return 1
}

# learns NAME MTU: a router's error reaches the route that the tunnel takes.
learns() {
	local sender=$R_A
	[[ $REMOTE != *:* ]] || sender=$R_A6
	on r /usr/bin/python3 "$PANTUN_TOP/selftests/icmp_send.py" too-big "$sender" "$LOCAL" \
		"$REMOTE" "$B_SPI" 1400
	check "$1: the path's MTU is learned" wait_for 5 mtu_is "$2"
	ip -n ga route flush cache
	ip -n ga -6 route flush cache
}

# inner: LAN and tunnel are a customer's.  outer: the underlay is a provider's.
vrf_cases() {
	local family=$1 small=1346 name="IPv$1 outside"
	[ "$family" = 4 ] || small=1326

	pair "$family"
	lan_routes
	passes "$name, no VRF"
	learns "$name, no VRF" "$small"

	pair "$family"
	ip -n ga rule add fwmark 7 lookup 30
	ip -n ga -6 rule add fwmark 7 lookup 30
	wan_routes table 30
	ip -n ga route replace unreachable "$B_WAN/32"
	ip -n ga -6 route replace unreachable "$B_WAN6/128"
	pantunctl_on ga tunnel set dev tunnel1 mark 7
	lan_routes
	passes "$name, a mark that finds the route"
	learns "$name, a mark that finds the route" "$small"
	ip -n ga rule del fwmark 7
	ip -n ga -6 rule del fwmark 7
	ip -n ga route del unreachable "$B_WAN/32"
	ip -n ga -6 route del unreachable "$B_WAN6/128"
	wan_routes

	pair "$family"
	vrf_up inner 10 lan0 tunnel1
	lan_routes vrf inner
	passes "$name, the tunnel in a VRF"
	learns "$name, the tunnel in a VRF" "$small"
	ip -n ga link del inner
	addr_add ga lan0 fd01::1/64 2>/dev/null || :

	pair "$family"
	vrf_up outer 20 wan0
	wan_routes vrf outer
	check "$name: underlay set to a VRF" pantunctl_on ga tunnel set dev tunnel1 underlay outer
	lan_routes
	passes "$name, the underlay in a VRF"
	learns "$name, the underlay in a VRF" "$small"
	vrf_up inner 10 lan0 tunnel1
	lan_routes vrf inner
	passes "$name, each in one"
	learns "$name, each in one" "$small"
	ip -n ga link del inner
	ip -n ga link del outer
	addr_add ga lan0 fd01::1/64 2>/dev/null || :
	addr_add ga wan0 "$A_WAN6/64" 2>/dev/null || :
	wan_routes
}

# The route to the peer takes the other link, back and forth, with packets on their way.
route_change_cases() {
	local family=$1 name="IPv$1 outside, the route changes" via0=$R_A via1=$R_A2 asker bits=32 i
	pair "$family"
	[ "$family" = 4 ] || via0=$R_A6 via1=$R_A26 bits=128
	lan_routes
	wait_for 5 on ha ping -q -c 1 -W 1 10.2.0.2
	on ga ping -q -c 1 -W 1 "$via1" >/dev/null
	capture_start ga wan1 "$WORK/wan1.pcap" 'esp or (ip6 proto 50)'
	: >"$WORK/ask"
	start_on ha "$WORK/ask" /usr/bin/python3 "$PANTUN_TOP/selftests/udp_echo.py" ask 10.2.0.2 16
	asker=$STARTED_PID
	for ((i = 0; i < 20; i++)); do
		ip -n ga route replace "$REMOTE/$bits" via "$via1" dev wan1 src "$LOCAL"
		ip -n ga route replace "$REMOTE/$bits" via "$via0" dev wan0 src "$LOCAL"
	done
	ip -n ga route replace "$REMOTE/$bits" via "$via1" dev wan1 src "$LOCAL"
	wait_for 5 captured "$WORK/wan1.pcap" "src $LOCAL"
	kill -TERM "$asker"
	wait "$asker" || :
	capture_stop
	check_here "$name: no packet is lost" grep -qE '^sent [0-9]{3,} lost 0$' "$WORK/ask"
	echo "# $name: $(cat "$WORK/ask")"
	check "$name: they took the other link" captured "$WORK/wan1.pcap" "src $LOCAL"
	check "$name: nothing is dropped" test -z "$(drops ga)"
	wan_routes
}

# second_pair NODE LOCAL REMOTE IN_SPI OUT_SPI: tunnel2, whose peer is behind tunnel1.
second_pair() {
	local node=$1 in=cd out=dc
	[ "$node" = ga ] || in=dc out=cd
	ip -n "$node" link add tunnel2 type pantun
	ip -n "$node" link set tunnel2 up
	addr_add "$node" lo "$2/32"
	ip -n "$node" route replace "$3/32" dev tunnel1 src "$2"
	pantunctl_on "$node" sa add dev tunnel2 in spi "$4" local "$2" remote "$3" \
		"${PANTUN_ALG[@]}" key-file "$WORK/$in.keys"
	pantunctl_on "$node" sa add dev tunnel2 out spi "$5" local "$2" remote "$3" \
		"${PANTUN_ALG[@]}" key-file "$WORK/$out.keys"
}

nest_cases() {
	pair 4
	cp "$WORK/ab.keys" "$WORK/cd.keys"
	cp "$WORK/ba.keys" "$WORK/dc.keys"
	keys_make aes-128-gcm
	second_pair ga 10.9.0.1 10.9.0.2 0x5001 0x5002
	second_pair gb 10.9.0.2 10.9.0.1 0x5002 0x5001
	ip -n ga route replace 10.2.0.0/24 dev tunnel2
	ip -n ga -6 route replace fd02::/64 dev tunnel2
	ip -n gb route replace 10.1.0.0/24 dev tunnel2
	ip -n gb -6 route replace fd01::/64 dev tunnel2
	passes 'a tunnel in a tunnel'
	# 1446 of the outer tunnel, less 54
	check 'a tunnel in a tunnel: the MTU of the inner one, 1390' \
		wait_for 5 test "$(mtu_of ga tunnel2)" = 1390
	check 'a tunnel in a tunnel: a packet of that size passes' \
		on ha ping -q -c 1 -W 2 -M 'do' -s 1362 10.2.0.2

	# each is the other's underlay
	ip -n ga route replace "$B_WAN/32" dev tunnel2
	on ha ping -q -c 5 -i 0.05 -W 1 10.2.0.2 >/dev/null || :
	check 'two tunnels that lead into each other: counted' wait_for 5 loops
	echo "# two tunnels that lead into each other: $(loop_counts)"
	wan_routes
	check 'mended, it works' wait_for 5 on ha ping -q -c 1 -W 1 10.2.0.2

	# a tunnel that leads into itself, by its own addresses
	ip -n ga route replace 10.9.0.2/32 dev tunnel2
	on ha ping -q -c 3 -i 0.05 -W 1 10.2.0.2 >/dev/null || :
	check 'a tunnel that leads into itself: counted' wait_for 5 loops
	ip -n ga route replace 10.9.0.2/32 dev tunnel1 src 10.9.0.1
	check 'mended, it works, too' wait_for 5 on ha ping -q -c 1 -W 1 10.2.0.2
}

loop_counts() {
	pantunctl_on ga --json show flow |
		json_of "' '.join('%s=%d' % (t['interface'], t['drops'].get('tx_loop', 0)) for t in d['tunnels'])"
}

loops() {
	loop_counts | grep -q '=[1-9]'
}

module_load
topology_up
network_up
head -c 262144 /dev/urandom >"$WORK/file"
start_on hb "$WORK/answer" /usr/bin/python3 "$PANTUN_TOP/selftests/udp_echo.py" answer 10.2.0.2
wait_for 10 grep -q listening "$WORK/answer"
vrf_cases 4
vrf_cases 6
route_change_cases 4
route_change_cases 6
nest_cases
finish
