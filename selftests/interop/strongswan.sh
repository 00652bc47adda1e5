#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# pantun at gateway A against strongSwan at gateway B: each as initiator and as
# responder, traffic, rekey, delete, death and restart of either.
set -eu
# shellcheck source=selftests/lib.sh
. "$PANTUN_TOP/selftests/lib.sh"
# shellcheck source=selftests/interop/lib_strongswan.sh
. "$PANTUN_TOP/selftests/interop/lib_strongswan.sh"
# shellcheck source=selftests/lib_manual.sh
. "$PANTUN_TOP/selftests/lib_manual.sh"

tcp() {
	rm -f "$WORK/got"
	check "$1: TCP $2 to $3" tcp_copy "$2" "$3" "$4" 5001 "$WORK/file" "$WORK/got"
	check "$1: TCP $2 to $3, same octets" same_file "$WORK/file" "$WORK/got"
}

module_load
topology_up
make_file "$WORK/file" 4
xfrmi_up gb ipsec0 42
strongswan_config gb 192.0.2.2 192.0.2.1
strongswan_start gb >/dev/null

# pantun initiates
pantun_config ga 192.0.2.2
pantund_start ga
wait_for 10 ip -n ga link show dev tunnel1
ip -n ga link set tunnel1 up
route_lans tunnel1 ipsec0
check 'initiator: carrier comes' wait_for 10 carrier_is ga tunnel1 1
check 'initiator: strongSwan has the child' wait_for 5 strongswan_children_are gb 1
traffic initiator
tcp initiator ha hb 10.2.0.2
tcp initiator hb ha fd01::2

# both sides rekey the child under traffic
start_on ha "$WORK/ping" ping -q -i 0.01 -c 600 10.2.0.2
ping_pid=$STARTED_PID
check 'rekey of the child by strongSwan' swanctl_on gb --rekey --child net
wait "$ping_pid" || :
check_has 'rekey loses nothing' ' 0% packet loss' "$WORK/ping"
check 'rekey leaves one child' test "$(strongswan_children gb)" -eq 1
traffic 'after rekey of the child'
check 'rekey of the IKE SA by strongSwan' swanctl_on gb --rekey --ike gw
check 'one IKE SA is left' wait_for 10 strongswan_ike_sas_are gb 1
traffic 'after rekey of the IKE SA'

# ours have a limit by octets, strongSwan's none; what either sends wears them out
pantun_config ga 192.0.2.2 'set network tunnel ipsec t auto-key ipsec-crypto-profile short' \
	'set network ike crypto-profiles ipsec-crypto-profiles short lifesize mb 16'
pantund_reload ga
check 'lifesize: an SA with the limit' wait_for 20 log_has ga 'rekeyed: spi in '
truncate -s 64M "$WORK/long"
for way in 'ha hb 10.2.0.2 6' 'hb ha 10.1.0.2 3'; do
	read -r from to address rekeys <<<"$way"
	: >"$WORK/ga/pantund.log"
	check "lifesize: 64 MiB by TCP, $from to $to" tcp_copy "$from" "$to" "$address" 5001 \
		"$WORK/long" /dev/null
	check "lifesize: $rekeys rekeys or more" \
		test "$(grep -c 'rekeyed: spi in ' "$WORK/ga/pantund.log")" -ge "$rekeys"
	check 'lifesize: nothing was dropped' test -z "$(drops ga)"
done
pantun_config ga 192.0.2.2
pantund_reload ga
check 'lifesize: an SA without it' wait_for 20 log_has ga 'rekeyed: spi in '
check 'lifesize: one child is left' wait_for 10 strongswan_children_are gb 1

# strongSwan deletes the child, pantun brings it back by itself
check 'strongSwan deletes the child' swanctl_on gb --terminate --child net
check 'the child comes back' wait_for 30 strongswan_children_are gb 1
check 'carrier is back' wait_for 10 carrier_is ga tunnel1 1
traffic 'after delete by strongSwan'

# pantund leaves the SAs as they are and the next one takes over
check_here 'pantund ends cleanly' pantund_stop ga
: >"$WORK/ga/pantund.log"
check 'traffic goes on without pantund' on ha ping -q -c 3 -i 0.2 -W 2 10.2.0.2
pantund_start ga
check 'the next pantund negotiates anew' wait_for 20 log_has ga 'tunnel t:default: up: '
traffic 'after restart of pantund'
state_is_same 'after that' --strict

# strongSwan dies without a word and comes back
kill -9 "$(cat "$WORK/gb/charon.pid")"
wait "$(cat "$WORK/gb/charon.pid")" 2>/dev/null || :
on gb ip xfrm state flush
on gb ip xfrm policy flush
rm -f "$WORK/gb/run/charon.vici"
strongswan_start gb >/dev/null
check 'the tunnel is back after the peer died' wait_for 90 strongswan_children_are gb 1
traffic 'after death of the peer'

check 'pantunctl clears' pantunctl_on ga clear ike-sa
check_here 'pantund ends cleanly again' pantund_stop ga
pantunctl_on ga sa flush
strongswan_down gb
check 'carrier is off without SA' wait_for 10 carrier_is ga tunnel1 0

# strongSwan initiates
pantun_config ga 192.0.2.2 'set network tunnel ipsec t start passive'
: >"$WORK/ga/pantund.log"
pantund_start ga
check 'responder: strongSwan initiates' swanctl_on gb --initiate --child net --timeout 20
check 'responder: carrier comes' wait_for 10 carrier_is ga tunnel1 1
traffic responder
tcp responder ha hb 10.2.0.2
tcp responder hb ha fd01::2
check 'responder: pantunctl clears' pantunctl_on ga clear ike-sa g
check 'responder: strongSwan sees the delete' wait_for 10 strongswan_children_are gb 0
check 'responder: passive does not initiate, carrier off' wait_for 10 carrier_is ga tunnel1 0
finish
