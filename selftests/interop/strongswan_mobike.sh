#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# strongSwan at B, which began, gets another address in the middle of a session, and says so by
# MOBIKE (RFC 4555): pantun at A follows, and its SAs stay.
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"
# shellcheck source=selftests/interop/lib_strongswan.sh
. "$PANTUN_TOP/selftests/interop/lib_strongswan.sh"

module_load
topology_up
xfrmi_up gb ipsec0 42
strongswan_config gb 192.0.2.2 192.0.2.1
sed -i 's/mobike = no/mobike = yes/; s/local_addrs = .*/local_addrs = %any/' \
	"$WORK/gb/etc/swanctl/swanctl.conf"
strongswan_start gb >/dev/null
pantun_config ga 192.0.2.2 'set network ike gateway g protocol-common passive-mode yes'
pantund_start ga
wait_for 10 ip -n ga link show dev tunnel1
ip -n ga link set tunnel1 up
route_lans tunnel1 ipsec0
check 'strongSwan initiates' swanctl_on gb --initiate --child net
check 'carrier comes' wait_for 10 carrier_is ga tunnel1 1
traffic 'before the move'
: >"$WORK/ping"
start_on ha "$WORK/ping" ping -i 0.1 -c 100 -W 1 10.2.0.2
pinger=$STARTED_PID
wait_for 10 grep -q icmp_seq=10 "$WORK/ping"
ip -n gb addr add 192.0.2.3/24 dev wan0
ip -n gb addr del 192.0.2.2/24 dev wan0
ip -n gb addr add 192.0.2.3/24 dev wan0 2>/dev/null || :
check 'A says where B is now' wait_for 20 log_has ga 'peer moved to 192.0.2.3:4500: its SAs follow'
wait "$pinger" || :
received=$(sed -n 's/.* transmitted, \([0-9]*\) received.*/\1/p' "$WORK/ping")
echo "# $((100 - received)) of 100 pings lost in the move"
check 'a second of pings is lost at most' [ "$received" -ge 90 ]
traffic 'after the move'
check 'A has one IKE SA, and it is the same' \
	[ "$(grep -c 'IKE SA with' "$WORK/ga/pantund.log")" -eq 1 ]
check_here 'pantund ends cleanly' pantund_stop ga
finish
