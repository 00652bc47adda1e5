#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# A NAT between pantun (A) and strongSwan (B), on A's side: both float to port 4500,
# ESP goes in UDP, and the ports are not those that pantund has bound.
set -eu
# shellcheck source=selftests/lib.sh
. "$PANTUN_TOP/selftests/lib.sh"
# shellcheck source=selftests/interop/lib_strongswan.sh
. "$PANTUN_TOP/selftests/interop/lib_strongswan.sh"

OUTSIDE=192.0.2.77

# Gateway A translates its own packets: to B it seems to sit behind OUTSIDE.
nat_up() {
	ip -n ga addr add "$OUTSIDE/24" dev wan0
	on ga nft -f - <<-END
	table ip nat {
	  chain out {
	    type nat hook postrouting priority srcnat
	    ip saddr 192.0.2.1 udp dport 500 snat to $OUTSIDE:20000-30000
	    ip saddr 192.0.2.1 udp dport 4500 snat to $OUTSIDE:20000-30000
	  }
	}
	END
}

child_in_udp() {
	swanctl_on gb --list-sas | grep -q 'INSTALLED.*ESP in UDP\|INSTALLED, TUNNEL-in-UDP'
}

module_load
topology_up
nat_up
xfrmi_up gb ipsec0 42
strongswan_config gb 192.0.2.2 "$OUTSIDE"
strongswan_start gb >/dev/null
pantun_config ga 192.0.2.2 "set network ike gateway g local-id type ipaddr id $OUTSIDE"
capture_start gb wan0 "$WORK/cap"
pantund_start ga
wait_for 10 ip -n ga link show dev tunnel1
ip -n ga link set tunnel1 up
route_lans tunnel1 ipsec0
check 'carrier comes' wait_for 10 carrier_is ga tunnel1 1
check 'strongSwan has the child in UDP' wait_for 5 child_in_udp
traffic 'behind a NAT'
make_file "$WORK/file" 4
check 'TCP from behind the NAT' tcp_copy ha hb 10.2.0.2 5001 "$WORK/file" "$WORK/got"
check 'the same octets' same_file "$WORK/file" "$WORK/got"
check 'strongSwan rekeys the child' swanctl_on gb --rekey --child net
traffic 'after a rekey'
capture_stop
check 'ESP in UDP went over the underlay' captured "$WORK/cap" \
	"src host $OUTSIDE and udp src portrange 20000-30000 and udp dst port 4500"
check_not 'and none outside UDP' captured "$WORK/cap" esp
check 'nothing inner in the clear' nothing_inner "$WORK/cap"
check_here 'pantund ends cleanly' pantund_stop ga
finish
