# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What two pantunds agree on before and after a reload; sourced after lib.sh.

# spis NODE: of the IKE SAs that are established, in order.
spis() {
	pantunctl_on "$1" --json show ike-sa |
		json_of "' '.join(sorted(s['spi_i'] for s in d['ike_sas'] if s['state'] == 'established'))"
}

# one_other_than SPI: both ends have one IKE SA, the same, and that is not SPI's.
one_other_than() {
	local a b
	a=$(spis ga)
	b=$(spis gb)
	echo "before: $1; A: $a; B: $b"
	[ "$a" = "$b" ] && [ "$a" != "$1" ] && [ "$(wc -w <<<"$a")" = 1 ]
}
