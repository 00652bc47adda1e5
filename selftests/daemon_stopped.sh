#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# Takes: 40, mostly waiting
# A daemon that is stopped for a while, as for an upgrade: the SAs that it left carry packets on,
# and the other end, whose questions nobody answers, keeps its own while they come in.  The
# daemon comes back and both negotiate anew.  No packet is lost.
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"

CHECKS='set network ike gateway g protocol ikev2 dpd interval 2'

ike_sas() {
	pantunctl_on "$1" --json show ike-sa |
		json_of "sum(s['state'] == 'established' for s in d['ike_sas'])"
}

ike_sas_are() {
	echo "IKE SAs: $(ike_sas ga) $(ike_sas gb)"
	[ "$(ike_sas ga) $(ike_sas gb)" = "$1 $1" ]
}

# sent NODE: datagrams that left it for UDP port 500 or 4500 of the peer.
sent() {
	on "$1" nft list counter inet count ike | sed -n 's/.*packets \([0-9]*\) .*/\1/p'
}

# asked_again BEFORE MORE: A has sent so many more.
asked_again() {
	[ "$(sent ga)" -ge $(($1 + $2)) ]
}

module_load
topology_up
on ga nft -f - <<-END
	table inet count {
	  counter ike { }
	  chain out {
	    type filter hook output priority 0
	    ip daddr 192.0.2.2 udp dport 500 counter name ike
	    ip daddr 192.0.2.2 udp dport 4500 counter name ike
	  }
	}
END
pantun_config ga 192.0.2.2 "$CHECKS"
pantun_config gb 192.0.2.1 "$CHECKS" 'set network tunnel ipsec t start passive'
pantund_start gb
pantund_start ga
check 'carrier comes' wait_for 15 carrier_is ga tunnel1 1
route_lans tunnel1 tunnel1
check 'pings pass' on ha ping -q -c 3 -i 0.2 -W 2 10.2.0.2
pings_start ha 10.2.0.2 -i 0.2
check_here "B's daemon ends, its SAs stay" pantund_stop gb
check "A finds that nobody answers, and that ESP comes in" \
	wait_for 60 log_has ga 'but its ESP comes in'
check 'A goes on asking' wait_for 60 asked_again "$(sent ga)" 3
check 'the carrier is there' carrier_is ga tunnel1 1
pantund_start gb
check 'both have one IKE SA again' wait_for 60 ike_sas_are 1
check_here 'no ping was lost' pings_end
check_not 'A has taken B for dead' log_has ga 'is dead'

# Where ESP ends, too, the peer is dead.
check_here "B's daemon ends once more" pantund_stop gb
pantunctl_on gb sa flush
check 'A finds B dead' wait_for 60 log_has ga 'is dead'
check 'and has no carrier' wait_for 5 carrier_is ga tunnel1 0
check_here 'A ends' pantund_stop ga
finish
