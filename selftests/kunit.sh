#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# The module's KUnit tests, each case a result.  They are compiled into
# pantun_test.ko beside the module when it is built for the lab kernel.
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"

kunit=/sys/kernel/debug/kunit

# report SUITE: cases are indented by four spaces, their parameters by eight.
report() {
	local results=$kunit/$1/results name

	while IFS= read -r name; do
		ok "$1: $name"
	done < <(sed -nE '/# SKIP/d; s/^ {4}ok [0-9]+ //p' "$results")
	while IFS= read -r name; do
		skip "$1: ${name% # SKIP*}" "${name##*# SKIP}"
	done < <(sed -nE '/# SKIP/s/^ {4}ok [0-9]+ //p' "$results")
	while IFS= read -r name; do
		not_ok "$1: $name" "$(cat "$results")"
	done < <(sed -nE 's/^ {4}not ok [0-9]+ //p' "$results")
	check "$1: the suite ends" grep -qE "^(not )?ok [0-9]+ $1" "$results"
}

module_load
check "the tests load" insmod "${PANTUN_KO%/*}/pantun_test.ko"
for suite in "$kunit"/*/; do
	[ ! -e "$suite/results" ] || report "$(basename "$suite")"
done
[ "$LIB_COUNT" -gt 1 ] || not_ok "there are test suites"
check "the tests unload" rmmod pantun_test
check "the module unloads" rmmod pantun
finish
