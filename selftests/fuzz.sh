#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: host
# Time limit: 900
# Takes: 180
# Every fuzz target of the daemon: its corpus, then new inputs for some seconds
# (PANTUN_FUZZ_SECONDS, 15), under ASan and UBSan.
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"
cd "$PANTUN_TOP"

# fuzz NAME: new inputs go to a directory of this run, findings beside it.
fuzz() {
	local seeds=daemon/fuzz/corpus/$1 new=$PANTUN_OUT/$1.new

	mkdir -p "$new"
	set -- "$1" "$new"
	[ ! -d "$seeds" ] || set -- "$@" "$seeds"
	"build/fuzz_$1" -max_total_time="${PANTUN_FUZZ_SECONDS:-15}" \
		-rss_limit_mb=2048 -timeout=10 -verbosity=0 \
		-artifact_prefix="$PANTUN_OUT/$1." "${@:2}"
}

check "the fuzz targets build" make -s WERROR=-Werror fuzz
for source in daemon/fuzz/fuzz_*.c; do
	name=$(basename "$source" .c)
	check "fuzz: ${name#fuzz_}" fuzz "${name#fuzz_}"
done
finish
