#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Usage: speed.sh
# Measures how fast the lab runs at this moment: two guests at a time, as check.sh has
# them, each with a fixed piece of work (processes, a pipe, a checksum).  Prints by how
# many hundredths of the reference it is slower: 100 on a machine with two idle cores that
# needs REFERENCE_MS, 250 where the same work takes two and a half times as long.  Never
# less than 100: a faster machine keeps the limits as they are written.
set -eu

REFERENCE_MS=3500

here=$(cd "$(dirname "$0")" && pwd)

# The work, in the guest.
if [ "${1:-}" = inside ]; then
	for ((i = 0; i < 150; i++)); do
		/bin/true
	done
	head -c 100M /dev/zero | sha256sum >/dev/null
	exit 0
fi

unset PANTUN_LAB
pids=()
started=$(date +%s%3N)
for number in 1 2; do
	"$here/guest.sh" -n "speed-$number" -t 600 "$here/speed.sh" inside >/dev/null &
	pids+=($!)
done
for pid in "${pids[@]}"; do
	wait "$pid"
done
took=$(($(date +%s%3N) - started))
slower=$((took * 100 / REFERENCE_MS))
[ "$slower" -ge 100 ] || slower=100
echo "$slower"
