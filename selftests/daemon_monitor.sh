#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# Time limit: 600
# Takes: 130, mostly waiting
# The tunnel monitor with two pantunds and two tunnels, set up as README has it: the path
# of one is broken for ESP alone, IKE goes on.  Fail-over moves routes, wait-recover does
# not, both negotiate new keys; a rekeying alone is no loss; what one end cannot send, and ESP
# that is blocked, are told as such; what the next daemon, a reload and the end of a monitor
# leave behind.
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"
# shellcheck source=selftests/lib_failover.sh
. "$PANTUN_TOP/selftests/lib_failover.sh"

# spi NODE DEV: of its outbound SA that is in use.
spi() {
	pantunctl_on "$1" --json show ipsec-sa "$2" |
		json_of "[s['spi'] for s in d['ipsec_sas'] if s['state'] == 'active'][0]"
}

spi_is_not() {
	[ "$(spi "$1" "$2")" != "$3" ]
}

# ike_spis NODE: of its IKE SAs.
ike_spis() {
	pantunctl_on "$1" --json show ike-sa | json_of "sorted(s['spi_i'] for s in d['ike_sas'])"
}

# one_ike_sa_each NODE: no gateway has a second one, as where both ends began at once.
one_ike_sa_each() {
	[ "$(pantunctl_on "$1" --json show ike-sa |
		json_of "sorted(s['gateway'] for s in d['ike_sas']) == ['first', 'second']")" = True ]
}

# probe NODE MEMBER: of the monitored destination of tunnel1.
probe() {
	pantunctl_on "$1" --json show monitor tunnel1 | json_of "d['monitors'][0]['$2']"
}

probe_is() {
	[ "$(probe "$1" "$2")" = "$3" ]
}

more_than() {
	[ "$(probe "$1" "$2")" -gt "$3" ]
}

none_monitored() {
	[ "$(pantunctl_on "$1" --json show monitor | json_of "d['monitors']")" = '[]' ]
}

state_is() {
	[ "$(shown "$1" "$2" state)" = "$3" ]
}

# rewrite NODE SED: its configuration, and reads it.
rewrite() {
	sed -i -e "$2" "$WORK/$1/etc/pantun.conf"
	pantund_reload "$1"
}

module_load
failover_up

# --- fail-over
forget_logs
check 'neither gateway has an IKE SA to spare' wait_for 70 one_ike_sa_each ga
ike_before=$(ike_spis ga)
check_here 'fail-over: carrier, routes and ping, 3 rounds' rounds 3
check 'the log says that the path was lost' log_has ga \
	'tunnel first: tunnel-status-down: Tunnel first is down: no answer from 10.255.1.2'
check 'and what was done' log_has ga 'the carrier of tunnel1 is taken away'
check 'and that keys were negotiated' log_has ga 'tunnel first:default: rekeyed: '
check 'and that it is back' log_has ga 'tunnel-status-up: Tunnel first is up'
check_not 'the other tunnel was never lost' log_has ga 'Tunnel second is down'
check_not 'no IKE SA was lost' log_has ga 'does not answer any more'
check 'and each is the one before' test "$(ike_spis ga)" = "$ike_before"
check 'show: the monitor' state_is ga tunnel1 up

# --- events, and what is shown meanwhile
start_on ga "$WORK/events" "$PANTUNCTL" --json monitor
events=$STARTED_PID
wait_for 5 test -s "$WORK/events" || :
cut
check 'fail-over: carrier is lost' wait_for 20 carrier_is ga tunnel1 0
check 'show: down, by its monitor' state_is ga tunnel1 down
check 'show: the monitor is down' monitor_is ga tunnel1 down
check 'an observer is told by the daemon' wait_for 5 grep -q \
	'"event": *"tunnel-status-down".*"tunnel": *"first"' "$WORK/events"
kill "$events"
check 'administrative state and addresses stay' on ga sh -c '
	ip -o link show tunnel1 | grep -q "[<,]UP[,>]" && ip -o addr show tunnel1 | grep -q 10.255.1.1'

# --- the next daemon finds the path lost, and probes going on
lost=$(probe ga lost)
kill -9 "$(pantund_pid ga)"
wait "$(pantund_pid ga)" 2>/dev/null || :
: >"$WORK/ga/pantund.log"
readme_start ga
check 'the next daemon learns that the path is lost' wait_for 10 log_has ga 'tunnel-status-down'
check 'counts went on' wait_for 10 more_than ga lost "$lost"
mend
check 'carrier is back' wait_for 30 carrier_is ga tunnel1 1
check 'and told' wait_for 5 log_has ga 'tunnel-status-up: Tunnel first is up'

# --- what ga cannot send is a mistake of its own
check 'the first rekey is over' wait_for 30 first_rekey_over ga tunnel1
forget_logs
ip -n ga addr del 10.255.1.1 peer 10.255.1.2 dev tunnel1
check 'no address: told, with the remedy' wait_for 30 log_has ga \
	'tunnel-monitor-unsent: Tunnel first cannot probe 10.255.1.2: the interface has no address'
check 'no address: shown' monitor_is ga tunnel1 unknown
check 'no address: the carrier stays' carrier_is ga tunnel1 1
# The peer, whose probes are not answered, loses the path, and may rekey at any moment.
check_not 'no address: no new keys of ours' log_has ga 'peer answers our rekeying'
check 'no address: --check says so, too' grep -q 'warning: tunnel1 has no address that probes' \
	<(on ga "$PANTUND" --check /etc/pantun/pantun.conf 2>&1)
ip -n ga addr add 10.255.1.1 peer 10.255.1.2 dev tunnel1
check 'no address: mended, the path answers' wait_for 30 monitor_is ga tunnel1 up
check_not 'no address: it was never lost' log_has ga 'tunnel-status-down'

# --- ESP is blocked from the first packet of an SA on
cut
pantunctl_on ga clear ipsec-sa first
check 'blocked: the path is lost' wait_for 30 log_has ga 'tunnel-status-down: Tunnel first'
check 'blocked: the log says what it looks like' log_has ga \
	'something between the gateways seems to block IP protocol 50 (ESP)'
mend
check 'blocked: mended' wait_for 60 monitor_is ga tunnel1 up

# --- wait-recover
received=$(probe ga received)
rewrite ga 's/action fail-over/action wait-recover/'
rewrite gb 's/action fail-over/action wait-recover/'
check 'reload: the monitor is another' wait_for 5 probe_is ga action wait-recover
check 'reload: its counts went on' test "$(probe ga received)" -ge "$received"
before=$(spi ga tunnel1)
cut
check 'wait-recover: the path is lost' wait_for 20 monitor_is ga tunnel1 down
check 'wait-recover: carrier stays' carrier_is ga tunnel1 1
check 'wait-recover: the tunnel is degraded' state_is ga tunnel1 degraded
check 'wait-recover: the table says so' on ga sh -c "$PANTUNCTL show tunnel tunnel1 | grep degraded"
check 'wait-recover: keys are negotiated anew' wait_for 60 spi_is_not ga tunnel1 "$before"
check 'wait-recover: told' log_has ga 'wait-recover: tunnel1 stays up; new keys are negotiated'
mend
check 'wait-recover: the path is back' wait_for 30 monitor_is ga tunnel1 up
check 'wait-recover: and the tunnel is up' state_is ga tunnel1 up

# --- a rekeying alone, many times
rewrite ga 's/^set network profiles.*/&\nset network ike crypto-profiles '"\
"'ipsec-crypto-profiles default lifesize mb 1/'
check 'keys with that limit' wait_for 30 log_has ga 'first:default: rekeyed: spi in '
check 'both carry again' wait_for 30 monitor_is ga tunnel1 up
forget_logs
lost=$(probe ga lost)
check 'traffic that wears keys out' on ha ping -q -c 1500 -i 0.005 -s 8000 -W 2 10.2.0.2
check 'keys were renewed many times' test "$(grep -c 'first:default: rekeyed' "$WORK/ga/pantund.log")" -ge 8
check_not 'and no path was lost' log_has ga 'tunnel-status-down'
check_not 'nor at the peer' log_has gb 'tunnel-status-down'
check 'no probe was lost' probe_is ga lost "$lost"
check 'the path answers' probe_is ga state up

# --- the end of a monitor
rewrite ga '/first tunnel-monitor/d'
check 'without its lines nothing is probed' wait_for 5 monitor_is ga tunnel1 off
check 'the other is not touched' monitor_is ga tunnel2 up
rewrite ga '/ipsec second/d'
check 'without its tunnel neither' wait_for 5 monitor_is ga tunnel2 off
check 'none is left' none_monitored ga
check_here 'A ends' pantund_stop ga
check_here 'B ends' pantund_stop gb
finish
