#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Usage: bench.sh [ROUNDS [PART...]]
# Measures pantun against plain forwarding, XFRM interfaces and WireGuard, all in one
# lab guest with AES-NI, one after the other in every round (`make bench`; 9 rounds
# unless given).  PARTs are forward, tcp, growth and ike (`make bench B=ike`).  Prints a
# table; build/bench gets the samples, bench.json and bench.svg.  Fails if a figure could
# not be measured.  WireGuard's ChaCha20 is the portable one there, as the lab kernel has no
# other.
#
# ike compares pantund with strongSwan's charon (ike.sh) in a guest of its own, in a third of
# the rounds, and its table and samples are build/bench/ike and ike.samples.  PEERS in the
# environment are the numbers of SAs that memory is measured with, as "1000 10000"; with 10,000
# this takes minutes more for each side.
set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
rounds=${1:-9}
out=$top/build/bench

parts=() ike=
[ $# -gt 1 ] || set -- "$rounds" forward tcp growth ike
for part in "${@:2}"; do
	if [ "$part" = ike ]; then ike=yes; else parts+=("$part"); fi
done

"$top/selftests/lab/module.sh" uml >/dev/null
"$top/selftests/lab/accel.sh" >/dev/null
mkdir -p "$out"
if [ ${#parts[@]} != 0 ]; then
	"$top/selftests/lab/guest.sh" -m 3G -n bench -t $((300 + rounds * 60)) \
		"$top/selftests/bench/guest.sh" "$rounds" "${parts[@]}"
	cp "$top/build/guest/bench/samples" "$out/samples"
	/usr/bin/python3 "$top/selftests/bench/report.py" "$out/samples" "$out" "${parts[@]}"
	echo "written: $out/bench.json, $out/bench.svg"
fi
if [ -n "$ike" ]; then
	rounds=$(((rounds + 2) / 3))
	PANTUN_CHARON=$("$top/selftests/lab/charon.sh")
	export PANTUN_CHARON
	read -ra peers <<<"${PEERS:-1000}"
	"$top/selftests/lab/guest.sh" -m 3G -n ike -t $((600 + rounds * 300 + peers[-1] / 5)) \
		"$top/selftests/bench/ike.sh" "$rounds" "${peers[@]}"
	cp "$top/build/guest/ike/samples" "$out/ike.samples"
	/usr/bin/python3 "$top/selftests/bench/ike_report.py" "$out/ike.samples" >"$out/ike"
	cat "$out/ike"
	echo "written: $out/ike"
fi
