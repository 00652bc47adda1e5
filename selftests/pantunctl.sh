#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# pantunctl with two daemons: what it shows of both sides, negotiating and clearing
# by command, the stream of events, and what is left when the daemon is killed.
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"
# shellcheck source=selftests/lib_manual.sh
. "$PANTUN_TOP/selftests/lib_manual.sh"

# says STATUS TEXT WORD...: pantunctl on A exits with the status, and says the text.
says() {
	local status=$1 wanted=$2 said got=0
	shift 2
	said=$(pantunctl_on ga "$@" 2>&1) || got=$?
	[ "$got" = "$status" ] && grep -qF -- "$wanted" <<<"$said" && return
	echo "exit status $got: $said"
	return 1
}

# sas_are COUNT: IPsec SAs on A.
sas_are() {
	[ "$(pantunctl_on ga --json show ipsec-sa | json_of "len(d['ipsec_sas'])")" = "$1" ]
}

# same_spis: the daemon and the kernel name the same SAs.
same_spis() {
	pantunctl_on ga --json show | json_of "sorted([c[s] for c in d['children']
		for s in ('spi_in', 'spi_out')]) == sorted(s['spi'] for s in d['ipsec_sas'])" |
		grep -q True
}

# event TEXT...: a line of the JSON monitor has all of them.
event() {
	local lines text
	lines=$(cat "$WORK/monitor")
	for text; do
		lines=$(grep -F -- "$text" <<<"$lines") || return 1
	done
}

module_load
topology_up
pantun_config ga 192.0.2.2 'set network tunnel ipsec t start on-demand'
pantun_config gb 192.0.2.1 'set network tunnel ipsec t start passive'
pantund_start gb
pantund_start ga
wait_for 10 ip -n ga link show dev tunnel1
ip -n ga link set tunnel1 up
start_on ga "$WORK/monitor" "${PANTUNCTL:?}" --json monitor

check 'before: no IKE SA' says 0 'There is no IKE SA.' show ike-sa
check 'test: the daemon begins one' says 0 'negotiations begun: 1' test t
check 'test: it comes up' wait_for 10 carrier_is ga tunnel1 1
check 'test: a name that is none: 1' says 1 'no tunnel "nope"' test nope
check 'show: the IKE SA' says 0 established show ike-sa g
check 'show: a gateway that is none: 1' says 1 'no gateway "nope"' show ike-sa nope
check 'show: the tunnel by the name in the configuration' says 0 tunnel1 show tunnel t
check 'show: a tunnel that is none: 1' says 1 'no tunnel "nope"' show tunnel nope
check 'show: daemon and kernel have the same SPIs' same_spis
check 'monitor: the daemon says so' wait_for 5 event '"source":"daemon"' '"event":"child-up"'
check 'monitor: the kernel, too' wait_for 5 event '"source":"kernel"' '"event":"tunnel"' '"state":"up"'
check 'clear ipsec-sa' says 0 'deleted: 1' clear ipsec-sa t
check 'clear ipsec-sa: they are gone' wait_for 5 sas_are 0
check 'clear ipsec-sa: the kernel tells' wait_for 5 event '"event":"sa","kind":"del"'
check 'test again' says 0 'negotiations begun: 1' test
check 'test again: it comes up' wait_for 10 carrier_is ga tunnel1 1
check 'kill -9 of the daemon' kill -9 "$(cat "$WORK/ga/pantund.pid")"
check 'monitor: notices' wait_for 5 event '"text":"pantund ended"'
check 'show: the kernel alone, with its SAs, and a word about the daemon' \
	says 0 'No facts from the daemon' show
check 'show: the SAs stand' sas_are 2
check 'show ike-sa: 1, the daemon alone knows' says 1 'pantund is not running' show ike-sa
pantund_start ga
check 'monitor: notices the next daemon' wait_for 10 event '"text":"pantund is here"'
finish
