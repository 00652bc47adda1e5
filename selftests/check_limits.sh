#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: host
# check.sh itself, in a tree of a few made-up topics: time limits grow with the lab's
# speed, what its limit ends is reported as such, and counts as one failure.
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"

TREE=$WORK/tree

# topic NAME LIMIT COMMAND...
topic() {
	local file=$TREE/selftests/$1.sh
	printf '#!/bin/bash\n# Runs in: host\n# Time limit: %s\n%s\necho "ok 1 - %s"\n' \
		"$2" "${*:3}" "$1" >"$file"
	chmod +x "$file"
}

# lab SPEED: in hundredths of the reference.
lab() {
	printf '#!/bin/bash\necho %s\n' "$1" >"$TREE/selftests/lab/speed.sh"
}

# run FILE TOPIC...: check.sh of that tree; succeeds however it ends.
run() {
	"$TREE/selftests/check.sh" "${@:2}" >"$1" 2>&1 || echo "exit status $?" >>"$1"
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
finish
