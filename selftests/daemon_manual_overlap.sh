#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# Takes: 120, mostly waiting
# New manual keys at both ends, reloaded one after the other under ping: none is lost,
# and what was before is gone at last, also across a restart in the middle.  Keys under the SPI
# of before cost packets, which a reload says.
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"

# A sends with its new keys when half of the overlap is over: B has to have them by then, also on
# a slow machine, where it lasts longer, as what wait_for waits does.
OVERLAP=30

# config NODE KEY SPI: key number KEY (1 digit) with SPIs ending in SPI and the gateway's number.
config() {
	local node=$1 key=$2 spi=$3 here=1 there=2 m='set network tunnel ipsec m'
	[ "$node" = ga ] || { here=2 there=1; }
	(umask 077 && cat >"$WORK/$node/pantun.conf") <<-END
		$m tunnel-interface tunnel1
		$m manual-key local-address ip 192.0.2.$here
		$m manual-key peer-address ip 192.0.2.$there
		$m manual-key local-spi 00001${spi}0$there
		$m manual-key remote-spi 00001${spi}0$here
		$m manual-key overlap $((OVERLAP * LIB_SLOWER))
		$m manual-key esp encryption key 0011223$key-44556677-8899aabb-ccddeeff
		$m manual-key esp authentication sha1 key 00112233-44556677-8899aabb-ccddeeff-0011223$key
	END
}

# sas_are NODE IN OUT: so many stand.
sas_are() {
	[ "$(pantunctl_on "$1" --json show ipsec-sa |
		json_of "'%d %d' % tuple([s['dir'] for s in d['ipsec_sas']].count(w) for w in ('in', 'out'))")" = "$2 $3" ]
}

module_load
topology_up
for node in ga gb; do
	config "$node" 1 1
	pantund_start "$node"
done
check 'carrier comes' wait_for 15 carrier_is ga tunnel1 1
route_lans tunnel1 tunnel1
check 'pings pass' wait_for 10 on ha ping -q -c 1 -W 1 10.2.0.2

# --- both ends, one after the other
pings_start ha 10.2.0.2 -i 0.05
pings_go_on ha 20
config ga 2 2
pantund_reload ga
check 'A has both inbound SAs, and goes on sending with the old keys' wait_for 5 sas_are ga 2 1
pings_go_on ha 20
config gb 2 2
pantund_reload gb
check 'the old SAs are gone from A at last' wait_for $((2 * OVERLAP)) sas_are ga 1 1
check 'and from B' wait_for $((2 * OVERLAP)) sas_are gb 1 1
check_here 'no ping was lost' pings_end
check 'A sends with the new keys' log_has ga 'manual keys: sends to 192.0.2.2 with SPI 00001202'

# --- a daemon that is started anew in the middle
pings_start ha 10.2.0.2 -i 0.05
pings_go_on ha 20
config ga 3 3
pantund_reload ga
pings_go_on ha 20
pantund_kill ga
config gb 3 3
pantund_reload gb
pantund_start ga
check 'after a restart the old SAs are gone from A' wait_for $((3 * OVERLAP)) sas_are ga 1 1
check 'and from B, too' wait_for $((2 * OVERLAP)) sas_are gb 1 1
check_here 'no ping was lost by that' pings_end

# --- the SPIs of before
config ga 4 3
pantunctl_on ga reload >"$WORK/said" 2>&1 || :
check_has 'a reload says what the SPI of before costs' 'packets are lost until the peer has them' \
	"$WORK/said"
config gb 4 3
pantund_reload gb
check 'pings pass once both ends have the keys' wait_for 10 on ha ping -q -c 1 -W 1 10.2.0.2
check_here 'A ends' pantund_stop ga
check_here 'B ends' pantund_stop gb
finish
