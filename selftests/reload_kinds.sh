#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# Takes: 50, mostly waiting
# What a gateway may be given anew under ping besides its key and proposals (reload.sh): the
# identities, the address at either end, the algorithms of its tunnel.  One end reads it some
# seconds before the other, and no packet is lost.
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"
# shellcheck source=selftests/lib_reload.sh
. "$PANTUN_TOP/selftests/lib_reload.sh"

G='set network ike gateway g'
CBC=('set network ike crypto-profiles ipsec-crypto-profiles e esp encryption aes-256-cbc'
	'set network ike crypto-profiles ipsec-crypto-profiles e esp authentication sha512'
	'set network tunnel ipsec t auto-key ipsec-crypto-profile e')

# with NODE ALGORITHM: all that its kernel sends by, which is something.
with() {
	pantunctl_on "$1" --json show ipsec-sa |
		json_of "{'$2' in s['algorithm'] for s in d['ipsec_sas'] if s['dir'] == 'out'} == {True}" |
		grep -qx True
}

both_with() {
	with ga "$1" && with gb "$1"
}

# change NAME FIRST OTHER COMMAND...: what is to come true once both have read what was written.
change() {
	local name=$1 first=$2 other=$3
	shift 3
	pings_start ha 10.2.0.2
	check "$name: $first reads it" pantund_reload "$first"
	check "$name: pings go on" pings_go_on ha 20
	check "$name: $other reads it, too" pantund_reload "$other"
	check "$name: it comes true" wait_for 60 "$@"
	check "$name: pings go on after it" pings_go_on ha 10
	check_here "$name: no ping was lost" pings_end
}

module_load
topology_up
addr_add ga wan0 192.0.2.11/24
pantun_config ga 192.0.2.2
pantun_config gb 192.0.2.1
begin_both

ids_a=("$G local-id type dn id \"O=Example, CN=a\"" "$G peer-id type fqdn id b.example")
ids_b=("$G local-id type fqdn id B.example" "$G peer-id type dn id \"O=EXAMPLE, CN=*\""
	"$G peer-id matching wildcard")
pantun_config ga 192.0.2.2 "${ids_a[@]}"
pantun_config gb 192.0.2.1 "${ids_b[@]}"
change identities ga gb one_other_than "$(spis ga)"

pantun_config ga 192.0.2.2 "${ids_a[@]}" "$G local-address ip 192.0.2.11"
pantun_config gb 192.0.2.11 "${ids_b[@]}"
change 'an address' ga gb one_other_than "$(spis ga)"

pantun_config ga 192.0.2.2 "${ids_a[@]}" "$G local-address ip 192.0.2.1"
pantun_config gb 192.0.2.1 "${ids_b[@]}"
change 'the address back' gb ga one_other_than "$(spis ga)"

pantun_config ga 192.0.2.2 "${ids_a[@]}" "$G local-address ip 192.0.2.1" "${CBC[@]}"
pantun_config gb 192.0.2.1 "${ids_b[@]}" "${CBC[@]}"
change 'the algorithms' ga gb both_with cbc
finish
