#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# Whoever began gets another address in the middle of a session, and says so by MOBIKE (RFC 4555):
# strongSwan at B, which pantun at A follows, and then pantun at A, which strongSwan follows.
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"
# shellcheck source=selftests/interop/lib_strongswan.sh
. "$PANTUN_TOP/selftests/interop/lib_strongswan.sh"

# hosts_talk: ten pings a second, in the background, through the tunnel.
hosts_talk() {
	: >"$WORK/ping"
	start_on ha "$WORK/ping" ping -i 0.1 -c 100 -W 1 10.2.0.2
	pinger=$STARTED_PID
	wait_for 10 grep -q icmp_seq=10 "$WORK/ping"
}

# little_lost WHERE: of those, when they are over.
little_lost() {
	local received
	wait "$pinger" || :
	received=$(sed -n 's/.* transmitted, \([0-9]*\) received.*/\1/p' "$WORK/ping")
	echo "# $1: $((100 - received)) of 100 pings lost in the move"
	check "$1: a second of pings is lost at most" [ "$received" -ge 90 ]
}

# moves NODE FROM TO: its address in the underlay.
moves() {
	ip -n "$1" addr add "$3/24" dev wan0
	ip -n "$1" addr del "$2/24" dev wan0
	# It goes with the first of its network where the kernel does not promote it.
	ip -n "$1" addr add "$3/24" dev wan0 2>/dev/null || :
}

tunnel_up() {
	wait_for 10 ip -n ga link show dev tunnel1
	ip -n ga link set tunnel1 up
}

module_load
topology_up
xfrmi_up gb ipsec0 42
strongswan_config gb 192.0.2.2 192.0.2.1
sed -i 's/mobike = no/mobike = yes/; s/local_addrs = .*/local_addrs = %any/' \
	"$WORK/gb/etc/swanctl/swanctl.conf"
strongswan_start gb >/dev/null

pantun_config ga 192.0.2.2 'set network ike gateway g protocol-common passive-mode yes' \
	'set network ike gateway g protocol ikev2 mobike allow'
pantund_start ga
tunnel_up
route_lans tunnel1 ipsec0
check 'strongSwan initiates' swanctl_on gb --initiate --child net
check 'carrier comes' wait_for 10 carrier_is ga tunnel1 1
traffic 'before the move'
hosts_talk
moves gb 192.0.2.2 192.0.2.3
check 'A says where B is now' wait_for 20 log_has ga 'peer moved to 192.0.2.3:4500: its SAs follow'
little_lost 'B moves'
traffic 'after the move'
check 'A has one IKE SA, and it is the same' \
	[ "$(grep -c 'IKE SA with' "$WORK/ga/pantund.log")" -eq 1 ]
case_end 'B moves'

moves gb 192.0.2.3 192.0.2.2
: >"$WORK/ga/pantund.log"
pantun_config ga 192.0.2.2 'set network ike gateway g protocol ikev2 mobike yes'
pantund_start ga
tunnel_up
check 'carrier comes again' wait_for 20 carrier_is ga tunnel1 1
traffic 'before the other move'
hosts_talk
moves ga 192.0.2.1 192.0.2.4
check 'A says that it moves' wait_for 20 log_has ga 'our address is 192.0.2.4 now: the SAs move there'
little_lost 'A moves'
traffic 'after the other move'
check 'strongSwan sends to where A is' wait_for 5 sh -c \
	"ip -n gb xfrm state | grep -q 'src 192.0.2.2 dst 192.0.2.4'"
check 'and to nowhere else' sh -c "! ip -n gb xfrm state | grep -q 192.0.2.1"
check 'A has one IKE SA still, and it is the same' \
	[ "$(grep -c 'IKE SA with' "$WORK/ga/pantund.log")" -eq 1 ]
check_here 'pantund ends cleanly' pantund_stop ga
finish
