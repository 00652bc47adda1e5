#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# Long: yes
# Time limit: 900
# The tunnel monitor wherever a tunnel may be: in another namespace, in a VRF, with GRE, in
# transport mode, on demand; 1,000 monitored tunnels, whose probes do not leave together; and
# devices, monitors, SAs and the module that go while probes are under way.
#
#   ha ---------- ga =====tunnel1===== gb ---------- hb
# shellcheck disable=SC2119 # functions take words, or none
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"
# shellcheck source=selftests/lib_manual.sh
. "$PANTUN_TOP/selftests/lib_manual.sh"
# shellcheck source=selftests/lib_monitor.sh
. "$PANTUN_TOP/selftests/lib_monitor.sh"

MANY=1000	# monitored tunnels

place_cases() {
	local before
	pair
	watch ga "$PEER" action fail-over
	goes 'at home: up' "$PEER" up
	node_up gx
	ip -n ga link set tunnel1 netns gx
	ip -n gx link set tunnel1 up
	addresses gx 1
	before=$(probed ga "$PEER" "m['received']")
	check 'in another namespace: answered' wait_for 10 is ga "$PEER" \
		"m['received'] >= $before + 4"
	rules gb "$CUT"
	check 'in another namespace: carrier falls' wait_for 10 carrier_is gx tunnel1 0
	rules gb
	check 'in another namespace: carrier returns' wait_for 10 carrier_is gx tunnel1 1
	ip -n gx link set tunnel1 netns ga
	ip -n ga link set tunnel1 up
	addresses ga 1
	ip -n ga link add inner type vrf table 10
	ip -n ga link set inner up
	ip -n ga link set tunnel1 master inner
	addr_add ga tunnel1 fd09::1/64 2>/dev/null || :
	watch ga "$PEER6" action fail-over
	goes 'in a VRF: up' "$PEER" up
	goes 'in a VRF, IPv6: up' "$PEER6" up
	ip -n ga link del inner

	pair
	pantunctl_on ga tunnel set dev tunnel1 gre on
	pantunctl_on gb tunnel set dev tunnel1 gre on
	watch ga "$PEER"
	watch ga "$PEER6"
	goes 'GRE: up' "$PEER" up
	goes 'GRE, IPv6: up' "$PEER6" up
	transport_case
	on_demand_case
}

# The gateways' own addresses; B's answers are routed into its tunnel.
transport_case() {
	pair mode transport
	pantunctl_on gb tunnel set dev tunnel1 mark 7
	ip -n gb rule add fwmark 7 lookup main pref 10
	ip -n gb route add "$A_WAN/32" dev tunnel1 table 50
	ip -n gb rule add lookup 50 pref 20
	on gb sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.tunnel1.rp_filter=0
	check_not 'transport mode: another destination is refused' watch ga "$PEER"
	PEER=$B_WAN
	watch ga "$B_WAN" source "$A_WAN"
	goes 'transport mode: up' "$B_WAN" up
	watch ga "$B_WAN"
	check 'transport mode: not from the address of the interface' \
		wait_for 5 error_is 'transport mode'
	PEER=10.9.0.2
	ip -n gb rule del pref 10
	ip -n gb rule del pref 20
	ip -n gb route flush table 50
}

# proxy MEMBER: of A's tunnel.
proxy() {
	pantunctl_on ga --json show flow tunnel1 | json_of "d['proxies'][0]['$1']"
}

proxy_is() {
	[ "$(proxy "$1")" = "$2" ]
}

acquires() {
	[ "$(proxy acquires)" -gt "$1" ]
}

dormant() {
	on ga cat /sys/class/net/tunnel1/operstate | grep -qx dormant
}

on_demand_case() {
	pair
	pantunctl_on ga tunnel set dev tunnel1 start on-demand
	pantunctl_on ga sa flush dev tunnel1
	check 'on-demand: dormant' wait_for 5 dormant
	watch ga "$PEER" action fail-over
	check 'on-demand: a probe asks for SAs' wait_for 10 acquires 0
	goes 'on-demand: nobody gives them' "$PEER" down
	check 'on-demand: no carrier then' wait_for 5 carrier_is ga tunnel1 0
	check 'on-demand: it goes on asking' wait_for 10 acquires 3
	check 'on-demand: nothing is held' proxy_is held 0
	check 'on-demand: nor was' test -z "$(drops ga | grep hold)"
	rekeyed
	goes 'on-demand: SAs' "$PEER" up
	check 'on-demand: carrier' wait_for 5 carrier_is ga tunnel1 1
	pantunctl_on ga tunnel monitor del dev tunnel1 destination "$PEER"
	pantunctl_on ga sa flush dev tunnel1
	check 'on-demand: dormant without monitor' wait_for 5 dormant
}

# many_up COUNT MS: tunnels m0 and so on at A, monitored.
many_up() {
	local i
	for ((i = 0; i < $1; i++)); do
		printf 'link add m%d type pantun\nlink set m%d up\n' "$i" "$i"
	done >"$WORK/batch"
	on ga sysctl -qw net.ipv6.conf.default.disable_ipv6=1
	ip -n ga -batch "$WORK/batch"
	on ga /usr/bin/python3 "$PANTUN_TOP/selftests/probe_peer.py" many 0 "$1" "$A_WAN" "$B_WAN" "$2"
}

many_sent() {
	pantunctl_on ga --json show monitor | json_of "sum(m['sent'] for m in d['monitors']) >= $1" |
		grep -q True
}

many_cases() {
	local all most i seconds=10
	pair
	many_up "$MANY" 2000
	wait_for 60 many_sent "$MANY"
	read -r all most < <(on gb /usr/bin/python3 "$PANTUN_TOP/selftests/probe_peer.py" count \
		wan0 "$seconds")
	echo "# $MANY tunnels, one probe in 2 s each: $all in $seconds s, at most $most in 100 ms"
	check "$MANY tunnels: probes in their number" \
		test "$all" -ge $((MANY * 4)) -a "$all" -le $((MANY * 6))
	check "$MANY tunnels: no herd: at most $most in 100 ms, $((MANY / 20)) on average" \
		test "$most" -le $((MANY * 3 / 20))
	for ((i = 0; i < MANY; i++)); do
		echo "link del m$i"
	done >"$WORK/batch"
	check "$MANY tunnels: deleted with probes under way" ip -n ga -batch "$WORK/batch"
	on ga sysctl -qw net.ipv6.conf.default.disable_ipv6=0
}

# Devices, SAs and monitors go while probes leave and answers come.
delete_round() {
	pair
	watch ga "$PEER" interval 0.1 action fail-over
	watch ga "$PEER6" interval 0.1
	watch gb 10.9.0.1 interval 0.1 action fail-over
	wait_for 10 is ga "$PEER" "m['received'] > 0" || return 1
	case $(($1 % 4)) in
	0) ip -n ga link del tunnel1 ;;
	1) pantunctl_on ga tunnel monitor del dev tunnel1 destination "$PEER" ;;
	2) pantunctl_on ga sa flush && ip -n gb link del tunnel1 ;;
	3) rmmod pantun && module_load ;;
	esac
}

delete_cases() {
	local i
	for ((i = 0; i < 12; i++)); do
		delete_round "$i" || break
	done
	check 'deleted with probes under way: devices, monitors, SAs, the module' test "$i" = 12
	check 'the module unloads' rmmod pantun
}

module_load
topology_up
quiet ga
quiet gb
place_cases
many_cases
delete_cases
finish
