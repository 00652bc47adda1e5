#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Usage: check.sh [--long] [NAME...]
# Builds what the tests need and runs them, two or three at a time: unit tests (from
# daemon/tests, tools/tests and selftests/host) and topic scripts (selftests/*.sh and
# selftests/interop/*.sh, with a line `# Runs in: host` or `# Runs in: uml` at
# their top, `# Time limit: SECONDS` where 300 are not enough, and `# Long: yes` on
# those that only run with --long or when they are named).  With NAMEs, runs these
# alone.  With --long, runs the long topics, and all of lab guests on the debug kernel.
# Topics that take long say so, for the order: `# Takes: SECONDS`.  Those which leave the
# CPU alone for most of that, `# Takes: SECONDS, mostly waiting`, run as a third beside
# the two, one at a time, and after the last of them any other does (not with --long: on the
# debug kernel nothing leaves it alone).
# The time limits, and what lib.sh waits for, grow with how much slower the lab is when
# the run begins than the machine that they were written on (lab/speed.sh).
# Results are counted from the tests' TAP lines; the log of each test is left in
# build/check (build/check-long).  Last line: N passed, N failed[, N skipped].
# Exit status 0 only if nothing failed.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/.." && pwd)
logs=$top/build/check
module=uml
jobs=2
extra=1
if [ "${1:-}" = --long ]; then
	shift
	export PANTUN_LAB=debug
	logs=$top/build/check-long
	module=uml-debug
	extra=0
fi
cd "$top"

# One line a test: kind (unit, host, uml, uml-usual or unknown), time limit, name, file,
# whether it is a long one (yes or no), how many seconds it takes, if many, and whether it
# mostly waits (yes or no).
list_tests() {
	local file name

	for file in {daemon/tests,tools/tests,selftests/host}/test_*.c; do
		name=$(basename "$file" .c)
		[ ! -e "$file" ] || echo "unit 300 $name build/$name no 0 no"
	done
	for file in selftests/*.sh selftests/interop/*.sh; do
		name=$(basename "$file" .sh)
		case $name in
		check | demo | lib | lib_*) ;;
		*) header "$file" "$name" ;;
		esac
	done
}

# The line of a topic script, by its first lines.
header() {
	sed -n '1,20{
		s/^# Runs in: \(host\|uml\|uml-usual\)$/kind=\1/p
		s/^# Time limit: \([0-9]*\)$/limit=\1/p
		s/^# Long: yes$/long=yes/p
		s/^# Takes: \([0-9]*\)$/takes=\1/p
		s/^# Takes: \([0-9]*\), mostly waiting$/takes=\1 waits=yes/p
	}' "$1" | {
		local kind=unknown limit=300 long=no takes=0 waits=no line

		while read -r line; do
			# shellcheck disable=SC2086 # words that set
			local ${line?}
		done
		echo "$kind $limit $2 $1 $long $takes $waits"
	}
}

# Those that are run when none is named.  The lab is for amd64.
usual() {
	if [ "$(dpkg --print-architecture)" != amd64 ]; then
		awk '$1 == "unit"'
	elif [ "$module" = uml-debug ]; then
		awk '$1 == "uml" || $5 == "yes"'
	else
		awk '$5 == "no"'
	fi
}

hundredths() {
	printf '%d.%02d' $(($1 / 100)) $(($1 % 100))
}

# Sets how slow the lab is, in hundredths of the reference, where a test needs the lab.
measure_speed() {
	slower=100
	grep -qv '^unit' <<<"$tests" || return 0
	selftests/lab/kernel.sh >/dev/null
	slower=$(selftests/lab/speed.sh)
	export PANTUN_SLOWER=$slower
	echo "time limits are multiplied by $(hundredths "$slower"), by the lab's speed"
}

# Slow tests first, so that they do not run alone at the end.
order() {
	sort -k6,6nr -k2,2nr -k1,1 -k3,3
}

# Becomes the test.
run_one() {
	local kind=$1 limit=$(($2 * slower / 100)) name=$3 file=$4

	case $kind in
	unit)
		exec env CMOCKA_MESSAGE_OUTPUT=TAP timeout -k 5 "$limit" "$file"
		;;
	host)
		exec env PANTUN_TOP="$top" PANTUN_OUT="$logs/$name.d" \
			timeout -k 5 "$limit" "$file"
		;;
	uml)
		exec selftests/lab/guest.sh -t "$limit" "$file"
		;;
	uml-usual)
		exec env -u PANTUN_LAB selftests/lab/guest.sh -t "$limit" "$file"
		;;
	*)
		echo "not ok - $file says where it runs"
		return 1
		;;
	esac
}

# Prints passed, failed and skipped of a log, given the test's exit status.
# Fewer results than planned, none at all, and a bad exit status without a
# failed result count as one failure.
count() {
	awk -v status="$1" '
		/^1\.\.[0-9]+/ { split($1, plan, /\.\./); planned += plan[2] }
		/^not ok/ { failed++; next }
		/^ok/ && /# *SKIP/ { skipped++; next }
		/^ok/ { passed++ }
		END {
			seen = passed + failed + skipped
			if (!failed && (!seen || seen < planned || status))
				failed = 1
			printf "%d %d %d\n", passed, failed, skipped
		}' "$2"
}

# cpu FILE: seconds of a CPU that children took, by what `times` said at last.
cpu() {
	tail -n 1 "$1" | tr ms '  ' | awk '{ printf "%.0f", 60 * ($1 + $3) + $2 + $4 }'
}

# Runs a test in the background and reports it in one piece.
worker() {
	local name=$3 log=$logs/$3.log status=0 started=$SECONDS
	local passed failed skipped verdict

	mkdir -p "$logs/$name.d"
	(run_one "$@") </dev/null >"$log" 2>&1 &
	# shellcheck disable=SC2064 # this process
	trap "kill $! 2>/dev/null; exit 1" TERM
	wait $! || status=$?
	times >"$logs/$name.times"
	read -r passed failed skipped < <(count "$status" "$log")
	echo "$passed $failed $skipped" >"$logs/$name.result"
	verdict=ok
	[ "$failed" = 0 ] || verdict=FAILED
	{
		printf '%-28s %4d s  (CPU %3d s)  %-6s %d passed' "$name" \
			$((SECONDS - started)) "$(cpu "$logs/$name.times")" "$verdict" "$passed"
		[ "$failed" = 0 ] || printf ', %d failed' "$failed"
		[ "$skipped" = 0 ] || printf ', %d skipped' "$skipped"
		echo
		if [ "$failed" != 0 ]; then
			explain "$status" "$log" "$2"
		fi
	} >"$logs/$name.report"
	cat "$logs/$name.report"
}

# explain STATUS LOG LIMIT, which is the one written in the test.
explain() {
	local status=$1 log=$2

	if [ "$status" = 124 ] || [ "$status" = 137 ]; then
		echo "    ended by its time limit of $3 s (times $(hundredths "$slower"), by the lab's speed)"
	fi
	if grep -aq '^not ok' "$log"; then
		grep -a -A 4 -m 20 '^not ok' "$log" | sed 's/^/    /'
	else
		tail -n 15 "$log" | sed 's/^/    /'
	fi
	echo "    exit status $status, log: $log"
}

# runs PID
runs() {
	[ -n "$1" ] && jobs -rp | grep -qx "$1"
}

# choose SLOT: sets chosen to what is to run there next; fails where nothing is left for it.
# One slot more than jobs has those that mostly wait.  When either kind is used up, all slots
# have the other: a guest leaves the CPU alone for a third of its time, most often.
choose() {
	if [ ${#waiting[@]} -gt 0 ] && { [ "$1" -ge "$jobs" ] || [ ${#busy[@]} = 0 ]; }; then
		chosen=${waiting[0]}
		waiting=("${waiting[@]:1}")
	elif [ ${#busy[@]} -gt 0 ]; then
		chosen=${busy[0]}
		busy=("${busy[@]:1}")
	else
		return 1
	fi
}

# A build is a test as well: build NAME COMMAND...
build() {
	local name=$1 started=$SECONDS
	shift

	if "$@" >"$logs/$name.log" 2>&1; then
		printf '%-28s %4d s\n' "$name" $((SECONDS - started))
		return
	fi
	echo "0 1 0" >"$logs/$name.result"
	printf '%-28s %4d s  FAILED\n' "$name" $((SECONDS - started))
	grep -a -E -m 10 'error|undefined|\*\*\*|No such' "$logs/$name.log" |
		sed 's/^/    /'
	echo "    log: $logs/$name.log"
}

mkdir -p "$logs"
exec 7>"$top/build/check.lock"
flock -n 7 || { echo "another check runs in this tree"; exit 1; }
rm -rf "${logs:?}"/*

tests=$(list_tests | order)
if [ $# = 0 ]; then
	tests=$(usual <<<"$tests")
else
	for name in "$@"; do
		awk -v n="$name" '$3 == n' <<<"$tests" | grep . ||
			{ echo "there is no test named $name" >&2; exit 2; }
	done >"$logs/.chosen"
	tests=$(order <"$logs/.chosen")
fi

echo "building (logs and results are left in $logs)"
build build-userspace make WERROR=-Werror -k -j"$jobs" userspace
if grep -q '^unit' <<<"$tests"; then
	build build-tests make WERROR=-Werror -k -j"$jobs" tests
fi
if grep -q '^uml ' <<<"$tests"; then
	selftests/lab/kernel.sh ${PANTUN_LAB:+"$PANTUN_LAB"} >/dev/null
	build build-lab-module selftests/lab/module.sh "$module"
fi
if grep -q '^uml-usual' <<<"$tests"; then
	selftests/lab/kernel.sh >/dev/null
	build build-usual-module selftests/lab/module.sh uml
fi

measure_speed
echo "running $(grep -c . <<<"$tests") tests"
trap 'kill $(jobs -p) 2>/dev/null; exit 1' INT TERM
mapfile -t busy < <(awk -v extra="$extra" '$7 == "no" || !extra' <<<"$tests")
mapfile -t waiting < <(awk -v extra="$extra" '$7 == "yes" && extra' <<<"$tests")
slots=()
while [ $((${#busy[@]} + ${#waiting[@]})) -gt 0 ]; do
	for ((slot = 0; slot < jobs + extra; slot++)); do
		if runs "${slots[slot]:-}" || ! choose "$slot"; then
			continue
		fi
		# shellcheck disable=SC2086 # seven words
		worker $chosen 7>&- &
		slots[slot]=$!
	done
	wait -n || true
done
wait
if grep -aiE '^ok.*# *SKIP' "$logs"/*.log >"$logs/.skipped"; then
	echo "skipped:"
	sed "s|^$logs/\(.*\)\.log:|  \1: |" "$logs/.skipped"
fi
cat "$logs"/*.result | awk '
	{ passed += $1; failed += $2; skipped += $3 }
	END {
		printf "%d passed, %d failed", passed, failed
		if (skipped)
			printf ", %d skipped", skipped
		print ""
		exit !(passed && !failed)
	}'
