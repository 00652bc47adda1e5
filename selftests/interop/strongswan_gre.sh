#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# GRE in transport mode between pantun (A) and strongSwan with a GRE interface of Linux
# (B), either one initiating; and a peer that wants tunnel mode where we do not.
set -eu
# shellcheck source=selftests/lib.sh
. "$PANTUN_TOP/selftests/lib.sh"
# shellcheck source=selftests/interop/lib_strongswan.sh
. "$PANTUN_TOP/selftests/interop/lib_strongswan.sh"

SS_LOCAL_TS='dynamic[gre]' SS_REMOTE_TS='dynamic[gre]'
GRE=('set network tunnel ipsec t ipsec-mode transport'
	'set network tunnel ipsec t enable-gre-encapsulation yes')

# peer_config MODE: without the XFRM interface that others have.
peer_config() {
	strongswan_config gb 192.0.2.2 192.0.2.1
	sed -i "s/if_id_in = 42/mode = $1/; /if_id_out/d" "$WORK/gb/etc/swanctl/swanctl.conf"
}

up() {
	pantund_start ga
	wait_for 10 ip -n ga link show dev tunnel1
	ip -n ga link set tunnel1 up
	route_lans tunnel1 gre1
}

module_load
topology_up
ip -n gb link add gre1 type gre local 192.0.2.2 remote 192.0.2.1 ttl 64
ip -n gb link set gre1 mtu 1400 up
make_file "$WORK/file" 2
peer_config transport
strongswan_start gb >/dev/null

pantun_config ga 192.0.2.2 "${GRE[@]}"
capture_start gb wan0 "$WORK/cap"
up
check 'initiator: carrier comes' wait_for 10 carrier_is ga tunnel1 1
check 'strongSwan has it in transport mode' \
	on gb bash -c 'ip xfrm state | grep -q "mode transport"'
traffic_and_tcp initiator
check 'strongSwan rekeys the child' swanctl_on gb --rekey --child net
traffic_and_tcp 'after a rekey'
capture_stop
check 'ESP went' captured "$WORK/cap" 'ip proto 50'
check_not 'and no GRE in clear' captured "$WORK/cap" 'ip proto 47'
pantunctl_on ga clear ike-sa >/dev/null
check_here 'pantund ends cleanly' pantund_stop ga
pantunctl_on ga sa flush
strongswan_down gb

pantun_config ga 192.0.2.2 "${GRE[@]}" 'set network tunnel ipsec t start passive'
up
check 'responder: strongSwan initiates' swanctl_on gb --initiate --child net --timeout 20
check 'responder: carrier comes' wait_for 10 carrier_is ga tunnel1 1
traffic_and_tcp responder
strongswan_down gb

peer_config tunnel
strongswan_load gb >/dev/null
check_not 'tunnel mode is refused' swanctl_on gb --initiate --child net --timeout 6
check 'and the log says why' log_has ga 'peer wants tunnel mode'
check_here 'pantund ends at last' pantund_stop ga
finish
