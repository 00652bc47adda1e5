#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: host
# The files of the daemon call one way, and so do those of the tool: none is in a circle.  Who
# reads one can leave out those above it.
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"
# shellcheck source=selftests/lib_calls.sh
. "$PANTUN_TOP/selftests/lib_calls.sh"

OBJECTS=$PANTUN_TOP/build/obj

# current: those of sources that are still there.
current() {
	(cd "$PANTUN_TOP" && find daemon tools -name '*.c' | sed 's/c$/o/') | sort >"$WORK/sources"
	(cd "$OBJECTS" && find . -name '*.o' -printf '%P\n') | sort >"$WORK/objects"
	comm -23 "$WORK/objects" "$WORK/sources" | sed 's|.*|! -path ./&|'
}

# one_way PROGRAM: two programs may have a name each for themselves.
one_way() {
	# shellcheck disable=SC2046 # words
	calls_of "$OBJECTS" -path "./$1/*" $(current) >"$WORK/$1"
	no_circle "$WORK/$1"
}

# object NAME CODE: in a small house of its own.
object() {
	mkdir -p "$WORK/house"
	echo "$2" | gcc -c -x c -o "$WORK/house/$1.o" -
}

house() {
	calls_of "$WORK/house" >"$WORK/calls"
	no_circle "$WORK/calls"
}

check 'the userspace is built' make -C "$PANTUN_TOP" userspace
check 'files of the daemon call one way' one_way daemon
check 'and those of the tool' one_way tools
object low 'void low(void) {}'
object middle 'void low(void); void middle(void) { low(); }'
object high 'void middle(void); void high(void) { middle(); }'
check 'a house of three floors is fine' house
object low 'void high(void); void low(void) { high(); }'
check_not 'a call back up would be found' house
object low 'extern void (*const table[])(void); void low(void) { table[0](); }'
object high 'void middle(void); void (*const table[])(void) = { middle };'
check_not 'and by way of a table that names its user' house
finish
