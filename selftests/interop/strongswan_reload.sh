#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# Takes: 60, mostly waiting
# Another pre-shared key at pantun (A) first, at strongSwan (B) some seconds later, under ping: no
# packet is lost, and one IKE SA is left.
set -eu
# shellcheck source=selftests/lib.sh
. "$PANTUN_TOP/selftests/lib.sh"
# shellcheck source=selftests/interop/lib_strongswan.sh
. "$PANTUN_TOP/selftests/interop/lib_strongswan.sh"

module_load
topology_up
xfrmi_up gb ipsec0 42
strongswan_config gb 192.0.2.2 192.0.2.1
strongswan_start gb >/dev/null
pantun_config ga 192.0.2.2
pantund_start ga
check 'carrier comes' wait_for 15 carrier_is ga tunnel1 1
route_lans tunnel1 ipsec0
check 'pings pass' on ha ping -q -c 3 -i 0.2 -W 2 10.2.0.2
pings_start ha 10.2.0.2
(umask 077 && echo changed-since-then-0123456789 >"$WORK/ga/psk")
check 'A reads the new key' pantund_reload ga
check 'which B refuses' wait_for 15 log_has ga 'AUTHENTICATION_FAILED'
check 'pings go on' pings_go_on ha 30
SS_SECRET=changed-since-then-0123456789
strongswan_config gb 192.0.2.2 192.0.2.1
check 'B reads it, too' swanctl_on gb --load-creds --clear
check 'A has a new IKE SA' wait_for 90 log_has ga 'IKE SA with 192.0.2.2'
check 'and a child on it' wait_for 60 log_has ga 'tunnel t:default: up: '
state_is_same 'with the new key'
check 'B has one IKE SA' wait_for 60 strongswan_ike_sas_are gb 1
check 'and one child' wait_for 60 strongswan_children_are gb 1
check_here 'no ping was lost' pings_end
finish
