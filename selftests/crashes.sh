#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# Time limit: 600
# The daemon's processes `ike` and `auth` are killed, again and again, also in the midst of
# rekeys: no packet is lost, and in the end there is one pair of SAs.  PANTUN_KILLS says how
# often each.  The pause before a process is started again doubles each time, up to 30 seconds,
# which the SAs outlive: they are used up 44 seconds of this traffic after a rekey is due.
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"
# shellcheck source=selftests/lib_converge.sh
. "$PANTUN_TOP/selftests/lib_converge.sh"

KILLS=${PANTUN_KILLS:-6}
T='set network tunnel ipsec t'
PROFILE='set network ike crypto-profiles ipsec-crypto-profiles short'

# process NODE ROLE: its process ID, once it runs.
process() {
	pgrep -P "$(cat "$WORK/$1/pantund.pid")" -x "pantund-$2"
}

# another NODE ROLE PID: it is not that one any more.
another() {
	local pid
	pid=$(process "$1" "$2") && [ "$pid" != "$3" ]
}

# kill_one ROLE: at A or B by chance, at any moment.
kill_one() {
	local node=ga pid
	dice 2
	[ "$DICE" = 0 ] || node=gb
	pause 3000
	pid=$(process "$node" "$1")
	event "$1 killed"
	kill -KILL "$pid"
	wait_for 40 another "$node" "$1" "$pid"
}

kill_all() {
	local i
	for ((i = 0; i < KILLS; i++)); do
		kill_one ike || { echo "round $i" && return 1; }
		kill_one auth || { echo "round $i" && return 1; }
	done
}

module_load
topology_up
traffic_on
for node in ga gb; do
	peer=192.0.2.2
	[ "$node" = ga ] || peer=192.0.2.1
	pantun_config "$node" "$peer" "$T start always" "$PROFILE lifesize mb 2" \
		"$T auto-key ipsec-crypto-profile short"
	boot "$node"
done
event begin
check 'traffic begins' converges 20
for role in ike auth; do
	check "$role runs without capabilities" grep -q '^CapEff:	0000000000000000$' \
		"/proc/$(process ga "$role")/status"
	check "$role: only system calls of its list" grep -q '^Seccomp:	2$' \
		"/proc/$(process ga "$role")/status"
done
check 'show daemon: three processes' test "$(pantunctl_on ga --json show daemon |
	json_of "[p['name'] for p in d['processes']]")" = "['parent', 'ike', 'auth']"
check_here "ike and auth are killed $KILLS times each" kill_all
event 'from here on'
check 'traffic flows' converges 20
check 'one pair of SAs is left' settles 120
for role in ike auth; do
	check "$role killed: no packet is lost" none_lost "$role killed"
done
check 'the log says how each ended' test "$(cat "$WORK"/g?/pantund.log |
	grep -c 'has ended: it was killed by SIGKILL')" = $((2 * KILLS))
costs
finish
