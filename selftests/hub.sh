#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# Time limit: 240
# Takes: 35
# A hub and 96 satellites, half of them behind one NAT, while four processes take the CPU: all come
# up with no more attempts than that takes, nobody who lives is given up, and a hub that is
# killed and started anew has all of them again.  hub_long.sh does it with a thousand.
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"
# shellcheck source=selftests/lib_hub.sh
. "$PANTUN_TOP/selftests/lib_hub.sh"

COUNT=96 LOAD=4

module_load
hub_up "$COUNT" 2 nat
hub_load_on "$LOAD"
hub_start ga
hub_count
hub_start gb
check "$COUNT satellites come up" wait_for 60 hub_both_up
# each is repeated four times at most, and one may take a cookie: no storm of attempts
sent=$(hub_counted)
check "with few attempts ($sent)" test "$sent" -le $((6 * COUNT))
check 'while liveness is asked for ten times nobody is given up' hub_alive 10
pantund_kill ga
: >"$WORK/ga/pantund.log"
hub_start ga
check 'a new hub has all of them' wait_for 60 hub_all_up ga
# it was away, for longer than it takes to find that out where the lab is slow
check 'which gave up none of them' hub_unharmed ga
hub_load_off

# of many devices the tool has one list, and looks at none by itself
one_is_down() {
	pantunctl_on ga --json show tunnel |
		json_of "sum(not t['admin_up'] for t in d['tunnels']) == 1 and len(d['tunnels'])" |
		grep -qx "$COUNT"
}
ip -n ga link set tunnel7 down
check 'show knows which device of all is down' one_is_down
finish
