#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# Long: yes
# Time limit: 1500
# hub.sh with 1,024 satellites (PANTUN_HUB: others), idle and under load, and what it takes: seconds
# for the devices and until all are up, CPU, and how long `show` takes.  How fast the machine is does
# not matter: bounds are multiples of what making and raising the devices takes there.
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"
# shellcheck source=selftests/lib_hub.sh
. "$PANTUN_TOP/selftests/lib_hub.sh"

COUNT=${PANTUN_HUB:-1024} LOAD=4

# note TEXT START: seconds since then, with three digits; TOOK is microseconds.
note() {
	TOOK=$((${EPOCHREALTIME/./} - ${2/./}))
	printf '# %s: %d.%03d s\n' "$1" $((TOOK / 1000000)) $((TOOK / 1000 % 1000))
}

# percent WHAT OF: the one of the other.
percent() {
	echo $((100 * $1 / $2))
}

# cpu NODE: of all processes of its daemon, in ms.
cpu() {
	local parent
	parent=$(pantund_pid "$1")
	cat /proc/[0-9]*/stat 2>/dev/null | awk -v p="$parent" -v hz="$(getconf CLK_TCK)" '
		$1 == p || $4 == p { printf "%s %d ms ", $2, ($14 + $15) * 1000 / hz }'
}

show() {
	on ga "${PANTUNCTL:?}" show >"$WORK/show"
}

module_load
hub_up "$COUNT" 5 nat
start=$EPOCHREALTIME
hub_start ga
note "devices of $COUNT tunnels, hub" "$start"
devices_hub=$TOOK
hub_count
start=$EPOCHREALTIME
hub_start gb
note "devices of $COUNT tunnels, satellites" "$start"
devices=$((devices_hub + TOOK))
check "$COUNT satellites come up" wait_for 180 hub_both_up
note 'all up' "$start"
part=$(percent $((devices_hub + TOOK)) "$devices")
check "a cold start takes 1.5 times what the devices do, at most ($part %)" test "$part" -le 150
echo "# hub: $(cpu ga)"
echo "# satellites: $(cpu gb)"
sent=$(hub_counted)
check "with few attempts ($sent)" test "$sent" -le $((6 * COUNT))
start=$EPOCHREALTIME
show
note 'show' "$start"
part=$(percent "$TOOK" "$devices_hub")
check "show takes less than the devices of one end ($part %)" test "$part" -lt 100
check 'while liveness is asked for six times nobody is given up' hub_alive 6

hub_load_on "$LOAD"
check 'nor under load, twelve times' hub_alive 12
pantund_kill ga
: >"$WORK/ga/pantund.log"
start=$EPOCHREALTIME
hub_start ga
check 'a new hub has all of them' wait_for 240 hub_all_up ga
note 'all up again, under load' "$start"
check 'which gave up none of them' hub_unharmed ga
pantund_kill gb
: >"$WORK/gb/pantund.log"
start=$EPOCHREALTIME
hub_start gb
check 'new satellites have their hub' wait_for 240 hub_all_up gb
note 'all up again, under load' "$start"
check 'and give it up no more' hub_unharmed gb
hub_load_off
finish
