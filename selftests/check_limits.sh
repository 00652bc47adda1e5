#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: host
# check.sh itself, in a tree of a few made-up topics: time limits grow with the lab's
# speed, what its limit ends is reported as such, and counts as one failure; long ones
# begin first, two at a time, and one that mostly waits beside them, or a third when none is left.
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"

TREE=$WORK/tree

# topic NAME LIMIT COMMAND...; its further header lines are in HEADER.
topic() {
	local file=$TREE/selftests/$1.sh
	printf '#!/bin/bash\n# Runs in: host\n# Time limit: %s\n%s\n%s\necho "ok 1 - %s"\n' \
		"$2" "${HEADER:-#}" "${*:3}" "$1" >"$file"
	chmod +x "$file"
}

# settled: check.sh sleeps until a topic ends: it has no child but those that run topics.  (While
# it still looks for the next it has others, or is awake.)
settled() {
	local main topics
	main=$(cat "$WORK/main")
	topics=$(find "$WORK/runs" -type f | wc -l)
	[ "$(pgrep -c -P "$main")" = "$topics" ] && ps -o stat= -p "$main" | grep -q '^S' &&
		[ "$(pgrep -c -P "$main")" = "$topics" ]
}

# together MOST NAME TAKES: a topic that runs until three were begun, and check.sh begins no more;
# it succeeds if no more than MOST run then whose names begin with the same letter.
together() {
	local mine=$WORK/runs/$2
	HEADER="# Takes: $3" topic "$2" 100 "WORK=$WORK
		$(declare -f settled)
		touch '$mine'
		echo >>'$WORK/begun'
		for i in \$(seq 600); do
			[ \$(wc -l <$WORK/begun) -lt 3 ] || ! settled || break
			sleep 0.1
		done
		set -- '$WORK/runs/${2:0:1}'*
		rm '$mine'
		[ \$i -lt 600 ] && [ \$# -le $1 ] || exit 1"
}

# begins NAME TAKES: says so, and stays until there are three.
begins() {
	HEADER="# Takes: $2" topic "$1" 100 "echo $1 >>'$WORK/begun'
		until [ \"\$(wc -l <'$WORK/begun')\" -ge 3 ]; do sleep 0.1; done"
}

# lab SPEED: in hundredths of the reference.
lab() {
	printf '#!/bin/bash\necho %s\n' "$1" >"$TREE/selftests/lab/speed.sh"
}

# run FILE TOPIC...: check.sh of that tree; succeeds however it ends.
run() {
	"$TREE/selftests/check.sh" "${@:2}" >"$1" 2>&1 &
	echo $! >"$WORK/main"
	wait $! || echo "exit status $?" >>"$1"
}

mkdir -p "$TREE/selftests/lab"
cp "$PANTUN_TOP/selftests/check.sh" "$TREE/selftests/"
printf 'userspace tests:\n' >"$TREE/Makefile"
lab 100
printf '#!/bin/bash\n' >"$TREE/selftests/lab/kernel.sh"
chmod +x "$TREE"/selftests/lab/*.sh
topic endless 1 tail -f /dev/null
topic patient 2 timeout 3 tail -f /dev/null '||' :

run "$WORK/idle" endless patient
check_has "both are ended on a machine as fast as the reference" '0 passed, 2 failed' "$WORK/idle"
check_has "the limit is named" 'ended by its time limit of 1 s (times 1.00' "$WORK/idle"
lab 400
run "$WORK/busy" endless patient
check_has "four times slower: the patient one ends by itself" '1 passed, 1 failed' "$WORK/busy"
check_has "the factor is named" 'ended by its time limit of 1 s (times 4.00' "$WORK/busy"
check_has "a failure is an exit status" 'exit status 1' "$WORK/busy"

lab 100
mkdir "$WORK/runs"
together 2 a_one 20
together 2 a_two 30
together 1 three '10, mostly waiting'
run "$WORK/three" a_one a_two three
check_has 'one that waits runs beside two others' '3 passed, 0 failed' "$WORK/three"
rm "$WORK/begun"
for name in a_one a_two a_three a_four; do
	together 3 "$name" 20
done
run "$WORK/all" a_one a_two a_three a_four
check_has 'or any other, where none of those is left' '4 passed, 0 failed' "$WORK/all"
rm "$WORK/begun"
for name in a_one a_two a_three; do
	HEADER='# Takes: 20' topic "$name" 100 "touch '$WORK/runs/$name'
		echo >>'$WORK/begun'
		timeout 60 sh -c 'until [ -e $WORK/w_two ]; do sleep 0.1; done' || exit 1
		rm '$WORK/runs/$name'"
done
together 1 w_one '20, mostly waiting'
together 1 w_two '10, mostly waiting'
echo "touch '$WORK/w_two'" >>"$TREE/selftests/w_two.sh"
run "$WORK/waiting" a_one a_two a_three w_one w_two
check_has 'of those one runs at a time, while there are others' '5 passed, 0 failed' "$WORK/waiting"
rm "$WORK/begun"
begins long 100
begins middle 20
begins other 15
begins a_short 5
run "$WORK/order" long middle other a_short
check 'the shortest is begun last' test "$(tail -n 1 "$WORK/begun")" = a_short
topic vain 100 ". '$PANTUN_TOP/selftests/lib.sh'; set -e; wait_for 0 test -e $WORK/nowhere"
check 'a wait in vain ends a topic, which says so' \
	says 1 "it waited in vain for: test -e $WORK/nowhere" "$TREE/selftests/vain.sh"
finish
