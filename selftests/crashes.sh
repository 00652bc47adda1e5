#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# Time limit: 600
# Takes: 65
# The daemon's processes `ike` and `auth` are killed, again and again, also in the midst of
# rekeys and of reloads, which come into force all the same: no packet is lost, and in the end
# there is one pair of SAs.  PANTUN_KILLS says how often each, and how often in a reload.  The pause
# before a process is started again doubles each time, up to 5 seconds, which the SAs outlive: they
# are used up 44 seconds of this traffic after a rekey is due.
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"
# shellcheck source=selftests/lib_converge.sh
. "$PANTUN_TOP/selftests/lib_converge.sh"

KILLS=${PANTUN_KILLS:-6}
T='set network tunnel ipsec t'
PROFILE='set network ike crypto-profiles ipsec-crypto-profiles short'
OTHER='set network ike gateway other peer-address ip 192.0.2.77
set network ike gateway other authentication pre-shared-key key 0123456789abcdefghij
set network tunnel ipsec other tunnel-interface tunnel2
set network tunnel ipsec other start passive
set network tunnel ipsec other auto-key ike-gateway other'

# another NODE ROLE PID: it is not that one any more.
another() {
	local pid
	pid=$(pantund_child "$1" "$2") && [ "$pid" != "$3" ]
}

# kill_one ROLE: at A or B by chance, at any moment.
kill_one() {
	local node=ga pid
	dice 2
	[ "$DICE" = 0 ] || node=gb
	pause 3000
	pid=$(pantund_child "$node" "$1")
	event "$1 killed"
	kill -KILL "$pid"
	wait_for 40 another "$node" "$1" "$pid"
}

# has_other NODE YES: its `ike` knows the second tunnel, or does not.
has_other() {
	local has=no shown
	shown=$(pantunctl_on "$1" --json show) || return 1
	! grep -q '"tunnel": *"other"' <<<"$shown" || has=yes
	[ "$has" = "$2" ]
}

# kill_reloading ROUND: one of A or B while it reads its configuration, which has a second tunnel
# in every other round.  Nobody is told that it is in force before it is.
kill_reloading() {
	local node=ga role=ike want=no pid asked
	dice 2
	[ "$DICE" = 0 ] || node=gb
	dice 2
	[ "$DICE" = 0 ] || role=auth
	cp "$WORK/$node.conf" "$WORK/$node/pantun.conf"
	if [ "$(($1 % 2))" = 0 ]; then
		want=yes
		echo "$OTHER" >>"$WORK/$node/pantun.conf"
	fi
	pid=$(pantund_child "$node" "$role")
	event 'killed in a reload'
	pantunctl_on "$node" reload >"$WORK/reloaded" 2>&1 &
	asked=$!
	pause 30
	kill -KILL "$pid"
	wait "$asked" || { cat "$WORK/reloaded" && return 1; }
	wait_for 40 another "$node" "$role" "$pid" || return 1
	# Nobody answers until the new `ike` has begun.
	wait_for 10 has_other "$node" "$want" || { echo "$node: $want expected" && return 1; }
}

kill_all() {
	local i
	for ((i = 0; i < KILLS; i++)); do
		kill_one ike || { echo "round $i" && return 1; }
		kill_one auth || { echo "round $i" && return 1; }
		kill_reloading "$i" || { echo "round $i" && return 1; }
	done
}

# walled: each process is nobody, sees no file and has nothing to regain.
walled() {
	local node role pid
	for node in ga gb; do
		for role in ike auth; do
			pid=$(pantund_child "$node" "$role")
			check "$node $role: it has its list of system calls" \
				wait_for 10 grep -q '^Seccomp:	2$' "/proc/$pid/status"
			check "$node $role: it is not root" \
				grep -qP '^Uid:\t65534\t65534\t65534\t65534$' "/proc/$pid/status"
			check "$node $role: its root is empty" test -z "$(ls -A "/proc/$pid/root/")"
			check "$node $role: its bounding set is empty" \
				grep -q '^CapBnd:	0000000000000000$' "/proc/$pid/status"
		done
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
	chmod 600 "$WORK/$node/pantun.conf"
	cp -p "$WORK/$node/pantun.conf" "$WORK/$node.conf"
	boot "$node"
done
event begin
check 'traffic begins' converges 20
for role in ike auth; do
	check "$role runs without capabilities" grep -q '^CapEff:	0000000000000000$' \
		"/proc/$(pantund_child ga "$role")/status"
	check "$role: only system calls of its list" grep -q '^Seccomp:	2$' \
		"/proc/$(pantund_child ga "$role")/status"
done
walled
check 'show daemon: three processes' test "$(pantunctl_on ga --json show daemon |
	json_of "[p['name'] for p in d['processes']]")" = "['parent', 'ike', 'auth']"
check_here "ike and auth are killed $KILLS times each, and $KILLS times in a reload" kill_all
# Who was started anew has the same walls.
walled
event 'from here on'
check 'traffic flows' converges 20
check 'one pair of SAs is left' settles 120
for role in ike auth; do
	check "$role killed: no packet is lost" none_lost "$role killed"
done
check 'killed in a reload: no packet is lost' none_lost 'killed in a reload'
check 'the log says how each ended' test "$(cat "$WORK"/g?/pantund.log |
	grep -c 'has ended: it was killed by SIGKILL')" = $((3 * KILLS))
costs
finish
