#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# Time limit: 600
# Takes: 280, mostly waiting
# Two pantunds whose gateways are switched off, whose daemons are killed and whose link
# fails: traffic always comes back without a hand on it, none is lost while there are SAs,
# and nothing leaves in clear.  converge_long.sh has more of it.
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"
# shellcheck source=selftests/lib_converge.sh
. "$PANTUN_TOP/selftests/lib_converge.sh"

# goes NAME SECONDS COMMAND...: after it packets flow, and all is as it should be.
goes() {
	local name=$1 limit=$2
	shift 2
	"$@"
	check "$name: traffic is back" converges "$limit"
	check "$name: one pair of SAs is left" settles 90
}

# run_as START_A START_B: daemons with these, and all that may happen to them.
run_as() {
	local name="$1/$2" node
	pantun_config ga 192.0.2.2 "$DPD" "set network tunnel ipsec t start $1"
	pantun_config gb 192.0.2.1 "$DPD" "set network tunnel ipsec t start $2"
	for node in ga gb; do
		boot "$node"
	done
	goes "$name, begin" 20 event "begin as $name"
	goes "$name, A killed" 20 restart ga
	goes "$name, B killed" 20 restart gb
	goes "$name, A rebooted" 30 reboot ga
	goes "$name, B rebooted" 30 reboot gb
	event off
	for node in ga gb; do
		power_off "$node"
	done
}

DPD='set network ike gateway g protocol ikev2 dpd interval 2'
module_load
topology_up
capture_start gb wan0 "$WORK/wan.pcap"
traffic_on
run_as always passive
run_as on-demand on-demand
costs
for node in A B; do
	check "pantund of $node killed and started: nothing lost" \
		none_lost "pantund of $node killed and started"
done
capture_stop
check 'ESP was seen' captured "$WORK/wan.pcap" esp
check 'nothing inner was seen in clear' nothing_inner "$WORK/wan.pcap"
finish
