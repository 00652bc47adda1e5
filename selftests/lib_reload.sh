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

# begin_both: pantund at both ends, as configured before; pings pass, and one IKE SA stands.
begin_both() {
	pantund_start gb
	pantund_start ga
	check 'carrier comes' wait_for 15 carrier_is ga tunnel1 1
	route_lans tunnel1 tunnel1
	check 'pings pass' on ha ping -q -c 3 -i 0.2 -W 2 10.2.0.2
	check 'one IKE SA stands' wait_for 60 one_other_than none
}
