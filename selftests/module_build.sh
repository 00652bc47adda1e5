#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: host
# Time limit: 900
# The module builds for Linux 6.1 and 6.12 without a warning of the compiler
# (W=1, kernel-doc included) or of sparse (C=2).
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"

# builds_clean VERSION: from nothing; what is said about our files is a failure.
builds_clean() {
	local log=$PANTUN_OUT/$1.log

	rm -rf "$PANTUN_TOP/build/kmod-$1-strict"
	"$PANTUN_TOP/selftests/lab/module.sh" "$1-strict" W=1 C=2 \
		>"$log" 2>&1 || { cat "$log"; return 1; }
	! grep -E 'warning|error|WARNING|ERROR' "$log"
}

for version in 6.1 6.12; do
	check "module builds without warnings for Linux $version" \
		builds_clean "$version"
done
finish
