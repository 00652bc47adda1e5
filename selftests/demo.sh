#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The demonstration (`make demo`, which has built everything): boots a guest, shows
# one tunnel against strongSwan and one between two pantuns, and counts the results.
# Exit status 0 only if nothing failed.
set -u
top=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$top/build"
out=$top/build/demo.log
"$top/selftests/lab/guest.sh" "$top/selftests/demo/guest.sh" | tee "$out"
status=${PIPESTATUS[0]}
passed=$(grep -c '^ok ' "$out")
failed=$(grep -c '^not ok ' "$out")
if [ "$status" -ne 0 ] && [ "$failed" -eq 0 ]; then
	echo "not ok - the guest ended with status $status"
	failed=1
fi
[ "$passed" -gt 0 ] || failed=$((failed + 1))
echo "demo: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
