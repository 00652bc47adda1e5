#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# What topics judge by that demand that no ping is lost (lib.sh, pings_end): an answer that takes
# longer than the pause between two pings is not lost, one that never comes is.
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"

# lose COUNT: so many pings, or more, go out while gateway B knows no way back.
lose() {
	ip -n gb route del 10.1.0.0/24
	pings_go_on ha "$1"
}

# one_is_lost: pings_end fails, and says which answer is missing.
one_is_lost() {
	! pings_end >"$WORK/said" && grep '^# unanswered: number [0-9]' "$WORK/said"
}

topology_up
ip -n ga route add 10.2.0.0/24 via 192.0.2.2
ip -n gb route add 10.1.0.0/24 via 192.0.2.1
on ga tc qdisc add dev wan0 root netem delay 250ms
pings_start ha 10.2.0.2
pings_start ha 10.2.0.2 -i 0.05
pings_go_on ha 20
check_here 'none is lost that is on its way' pings_end

pings_start ha 10.2.0.2
pings_go_on ha 5
lose 3
ip -n gb route add 10.1.0.0/24 via 192.0.2.1
pings_go_on ha 5
check_here 'those in the middle are missed' one_is_lost

pings_start ha 10.2.0.2
pings_go_on ha 5
lose 10
check_here 'and those at the end' one_is_lost
finish
