#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# Takes: 40, mostly waiting
# A NAT in front of gateway A gives it another port, then another address, in the middle of a
# session.  B, which has no other word from A than ESP, sends there within a packet or two.
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"

# translate ADDRESS IKE_PORT NATT_PORT: what A sends comes from there, all at once, with no
# memory of connections.
translate() {
	on ga nft -f - <<-END
	flush ruleset
	table ip translator {
	  chain out {
	    type filter hook postrouting priority 100
	    oifname wan0 ip daddr 192.0.2.2 udp sport 500 udp sport set $2 \
	      ip saddr set $1 udp checksum set 0
	    oifname wan0 ip daddr 192.0.2.2 udp sport 4500 udp sport set $3 \
	      ip saddr set $1 udp checksum set 0
	  }
	  chain in {
	    type filter hook prerouting priority -300
	    iifname wan0 ip daddr $1 udp dport $2 udp dport set 500 \
	      ip daddr set 192.0.2.1 udp checksum set 0
	    iifname wan0 ip daddr $1 udp dport $3 udp dport set 4500 \
	      ip daddr set 192.0.2.1 udp checksum set 0
	  }
	}
	END
}

# lost FILE: pings of the run that were not answered.
lost() {
	sed -n 's/^\([0-9]*\) packets transmitted, \([0-9]*\) received.*/\1 \2/p' "$1" |
		{ read -r sent received && echo $((sent - received)); }
}

lost_most() {
	[ "$(lost "$WORK/ping")" -le "$1" ]
}

# answered COUNT: so many pings of the run have been.
answered() {
	[ "$(grep -c 'bytes from' "$WORK/ping")" -ge "$1" ]
}

# rebind NAME TRANSLATION...: in the middle of a run of pings.
rebind() {
	local name=$1 pinger
	shift

	: >"$WORK/ping"
	start_on ha "$WORK/ping" ping -i 0.1 -c 60 -W 1 10.2.0.2
	pinger=$STARTED_PID
	wait_for 10 answered 10
	translate "$@"
	wait "$pinger" || :
	check "$name: two pings are lost at most" lost_most 2
	echo "# $name: $(lost "$WORK/ping") of 60 lost"
	check "$name: B says where A is now" log_has gb "$1:$3: its SAs follow"
	check "$name: B's SAs are there" \
		[ "$(pantunctl_on gb --json show ipsec-sa tunnel1 |
			json_of "sorted({(s['remote'], s['encap_remote_port']) for s in d['ipsec_sas']})")" = \
		"[('$1', $3)]" ]
	check "$name: and so is its IKE SA" \
		[ "$(pantunctl_on gb --json show ike-sa | json_of "d['ike_sas'][0]['remote']")" = "$1:$3" ]
}

NO_CHECKS='set network ike gateway g protocol ikev2 dpd enable no'

module_load
topology_up
ip -n ga addr add 192.0.2.77/24 dev wan0
ip -n ga addr add 192.0.2.78/24 dev wan0
translate 192.0.2.77 20500 24500
pantun_config ga 192.0.2.2 "$NO_CHECKS" \
	'set network ike gateway g local-id type fqdn id a.example'
pantun_config gb 192.0.2.77 "$NO_CHECKS" \
	'set network ike gateway g peer-id type fqdn id a.example'
sed -i 's/peer-address ip 192.0.2.77/peer-address dynamic/' "$WORK/gb/pantun.conf"
pantund_start gb
pantund_start ga
check 'carrier comes' wait_for 15 carrier_is ga tunnel1 1
route_lans tunnel1 tunnel1
check 'pings pass' on ha ping -q -c 3 -i 0.1 -W 2 10.2.0.2
rebind 'another port' 192.0.2.77 30500 34500
rebind 'another address' 192.0.2.78 21500 25500
check_here 'A ends' pantund_stop ga
check_here 'B ends' pantund_stop gb
finish
