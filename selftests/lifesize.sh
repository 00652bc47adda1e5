#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# lifesize under load: SAs that are used up within a second or less are replaced again and
# again while TCP takes all it can get and numbered UDP packets go both ways.  Not one is
# lost, and neither gateway drops anything.  IKE goes over a link of its own, which has the
# delay of a long way; that of ESP has none, so that it is fast all the same.
#
#   ha ---------- ga =====ESP (wan0)===== gb ---------- hb
#                    -----IKE (wan1)-----
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"
# shellcheck source=selftests/lib_manual.sh
. "$PANTUN_TOP/selftests/lib_manual.sh"

PROFILE='set network ike crypto-profiles ipsec-crypto-profiles short lifesize'
T='set network tunnel ipsec t'
MIB=1048576
# A quarter of everything where the kernel is that much slower.
SLOW=1
[ "${PANTUN_LAB:-}" != debug ] || SLOW=4

rekeys() {
	grep -c 'rekeyed: spi in ' "$WORK/$1/pantund.log" || :
}

# begin SIZE: both pantunds anew, with this lifesize.
begin() {
	local node

	for node in ga gb; do
		[ ! -e "$WORK/$node/pantund.pid" ] || pantund_stop "$node"
		ip -n "$node" link del tunnel1 2>/dev/null || :
		: >"$WORK/$node/pantund.log"
	done
	pantun_config ga 192.0.2.2 "$PROFILE $1" "$T auto-key ipsec-crypto-profile short"
	pantun_config gb 192.0.2.1 "$PROFILE $1" "$T auto-key ipsec-crypto-profile short" \
		"$T start passive"
	pantund_start gb
	pantund_start ga
	wait_for 20 carrier_is ga tunnel1 1
	wait_for 10 carrier_is gb tunnel1 1
	route_lans tunnel1 tunnel1
}

# ask_on: numbered packets from A's host to B's and back, a few of them on their way.
ask_on() {
	: >"$WORK/asked"
	start_on ha "$WORK/asked" "$PANTUN_TOP/selftests/udp_echo.py" ask 10.2.0.2 4
	ASK_PID=$STARTED_PID
}

# none_lost: of those; some thousand were sent.
none_lost() {
	kill "$ASK_PID"
	wait "$ASK_PID" 2>/dev/null || :
	cat "$WORK/asked"
	grep -qE '^sent [0-9]{3,} lost 0$' "$WORK/asked"
}

no_drops() {
	echo "A: $(drops ga) B: $(drops gb)"
	[ -z "$(drops ga)$(drops gb)" ]
}

rekeyed() {
	echo "A has rekeyed $(rekeys ga) times"
	[ "$(rekeys ga)" -ge "$1" ]
}

# ike_takes MS: an exchange between the gateways.
ike_takes() {
	local node

	for node in ga gb; do
		on "$node" tc qdisc replace dev wan1 root netem delay "$(($1 / 2))ms"
	done
}

# load SIZE MS MIB REKEYS FROM TO ADDRESS: so many MiB by TCP cost so many rekeys at least,
# each of so many milliseconds, and no packet.
load() {
	local name="lifesize $1, $5 to $6" begun

	ike_takes "$2"
	begin "$1"
	shift 2
	check "$name: ping" on ha ping -q -c 3 -i 0.05 -W 2 10.2.0.2
	truncate -s "$1M" "$WORK/file"
	ask_on
	begun=$(date +%s%N)
	check "$name: $1 MiB by TCP" tcp_copy "$3" "$4" "$5" 5001 "$WORK/file" /dev/null
	echo "# $(($1 * MIB * 8 / (($(date +%s%N) - begun) / 1000))) Mbit/s"
	check_here "$name: no numbered packet is lost" none_lost
	check "$name: nothing is dropped" no_drops
	check "$name: $2 rekeys or more" rekeyed "$2"
}

# ike_apart: IKE goes by another link than ESP.
ike_apart() {
	local node here=1 there=2

	link_nodes ga wan1 gb wan1
	for node in ga gb; do
		addr_add "$node" wan1 "198.51.100.$here/24"
		ip -n "$node" rule add ipproto udp dport 500 lookup 100
		ip -n "$node" route add "192.0.2.$there" via "198.51.100.$there" dev wan1 \
			src "192.0.2.$here" table 100
		on "$node" sysctl -qw net.ipv4.conf.all.rp_filter=0 \
			net.ipv4.conf.wan0.rp_filter=0 net.ipv4.conf.wan1.rp_filter=0
		here=2 there=1
	done
}

module_load
topology_up
ike_apart
start_on hb "$WORK/answer" "$PANTUN_TOP/selftests/udp_echo.py" answer 10.2.0.2
wait_for 10 grep -q listening "$WORK/answer"
load "mb $((64 / SLOW))" 400 $((256 / SLOW)) 6 ha hb 10.2.0.2
load "mb $((16 / SLOW))" 0 $((96 / SLOW)) 9 hb ha 10.1.0.2
check_here 'A ends' pantund_stop ga
check_here 'B ends' pantund_stop gb
finish
