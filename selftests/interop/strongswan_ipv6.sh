#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# IPv6 between the gateways: pantun (A) and strongSwan (B), either one initiating,
# rekeying, and with a NAT on A's side that makes ESP go in UDP.
set -eu
# shellcheck source=selftests/lib.sh
. "$PANTUN_TOP/selftests/lib.sh"
# shellcheck source=selftests/interop/lib_strongswan.sh
. "$PANTUN_TOP/selftests/interop/lib_strongswan.sh"

A6=2001:db8::1 B6=2001:db8::2 OUTSIDE=2001:db8::77

# up NAME: pantund of A, the tunnel, routes.
up() {
	pantund_start ga
	wait_for 10 ip -n ga link show dev tunnel1
	ip -n ga link set tunnel1 up
	route_lans tunnel1 ipsec0
}

down() {
	pantunctl_on ga clear ike-sa >/dev/null
	check_here "$1: pantund ends cleanly" pantund_stop ga
	pantunctl_on ga sa flush
	strongswan_down gb
}

module_load
topology_up
addr_add ga wan0 "$A6/64" "$OUTSIDE/64"
addr_add gb wan0 "$B6/64"
xfrmi_up gb ipsec0 42
make_file "$WORK/file" 4
strongswan_config gb "$B6" "$A6"
strongswan_start gb >/dev/null

pantun_config ga "$B6" "set network ike gateway g local-address ip $A6/64" \
	'set network ike gateway g ipv6 yes' 'set network tunnel ipsec t ipv6 yes'
capture_start gb wan0 "$WORK/cap"
up
check 'initiator: carrier comes' wait_for 10 carrier_is ga tunnel1 1
traffic_and_tcp initiator
check 'strongSwan rekeys the child' swanctl_on gb --rekey --child net
traffic_and_tcp 'after a rekey of the child'
check 'strongSwan rekeys the IKE SA' swanctl_on gb --rekey --ike gw
traffic_and_tcp 'after a rekey of the IKE SA'
capture_stop
check 'ESP went over IPv6' captured "$WORK/cap" 'ip6 proto 50'
check_not 'and none over IPv4' captured "$WORK/cap" 'ip proto 50'
check_not 'nothing inner in the clear' captured "$WORK/cap" 'net 10.0.0.0/8 or ip6 net fd00::/8'
down initiator

pantun_config ga "$B6" "set network ike gateway g local-address ip $A6" \
	'set network tunnel ipsec t start passive'
up
check 'responder: strongSwan initiates' swanctl_on gb --initiate --child net --timeout 20
check 'responder: carrier comes' wait_for 10 carrier_is ga tunnel1 1
traffic_and_tcp responder
down responder

on ga nft -f - <<-END
table ip6 nat {
  chain out {
    type nat hook postrouting priority srcnat
    ip6 saddr $A6 udp dport 500 snat to [$OUTSIDE]:20000-30000
    ip6 saddr $A6 udp dport 4500 snat to [$OUTSIDE]:20000-30000
  }
}
END
strongswan_config gb "$B6" "$OUTSIDE"
strongswan_load gb >/dev/null
pantun_config ga "$B6" "set network ike gateway g local-address ip $A6" \
	"set network ike gateway g local-id type ipaddr id $OUTSIDE"
capture_start gb wan0 "$WORK/cap2"
up
check 'NAT: carrier comes' wait_for 10 carrier_is ga tunnel1 1
traffic_and_tcp NAT
check 'NAT: strongSwan rekeys the child' swanctl_on gb --rekey --child net
traffic_and_tcp 'NAT, after a rekey'
capture_stop
check 'NAT: ESP in UDP went over IPv6' captured "$WORK/cap2" \
	"src host $OUTSIDE and udp dst port 4500 and greater 300"
check_not 'NAT: and none outside UDP' captured "$WORK/cap2" 'ip6 proto 50'
down NAT
finish
