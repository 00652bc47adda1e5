#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Usage: bench.sh [ROUNDS [PART...]]
# Measures pantun against plain forwarding, XFRM interfaces and WireGuard, all in one
# lab guest with AES-NI, one after the other in every round (`make bench`; 9 rounds
# unless given).  PARTs are forward, tcp and growth.  Prints a table; build/bench gets
# the samples, bench.json and bench.svg.  Fails if a figure could not be measured.
# WireGuard's ChaCha20 is the portable one there, as the lab kernel has no other.
set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
rounds=${1:-9}
out=$top/build/bench

"$top/selftests/lab/module.sh" uml >/dev/null
"$top/selftests/lab/accel.sh" >/dev/null
"$top/selftests/lab/guest.sh" -m 3G -n bench -t $((300 + rounds * 60)) \
	"$top/selftests/bench/guest.sh" "$rounds" "${@:2}"
mkdir -p "$out"
cp "$top/build/guest/bench/samples" "$out/samples"
/usr/bin/python3 "$top/selftests/bench/report.py" "$out/samples" "$out" "${@:2}"
echo "written: $out/bench.json, $out/bench.svg"
