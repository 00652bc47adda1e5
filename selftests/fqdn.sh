#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# Takes: 60, mostly waiting
# Gateway A knows its peer by name.  DNS learns of it late, then has it move, then falls silent; and
# the process that asks DNS is killed.
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"

NAME=gb.example.test
SERVER=192.0.2.53
ZONE=$WORK/zone

# asked COUNT: the name server has been, so often.
asked() {
	[ "$(grep -c "$NAME" "$WORK/names")" -ge "$1" ]
}

# more_asked COUNT: waits until it was, so many times more.
more_asked() {
	wait_for 60 asked $(($(grep -c "$NAME" "$WORK/names") + $1))
}

# gateway_has EXPRESSION: Python, of the gateway's row g.
gateway_has() {
	pantunctl_on ga --json show ike-sa |
		json_of "[g for g in d['gateways'] if $1] != []" | grep -qx True
}

# ike_at ADDRESS: an IKE SA with the peer stands there.
ike_at() {
	pantunctl_on ga --json show ike-sa |
		json_of "[s for s in d['ike_sas'] if s['state'] == 'established' and
			s['remote'].startswith('$1:')] != []" | grep -qx True
}

fetch_is_new() {
	local pid
	pid=$(pantund_child ga fetch) && [ "$pid" != "$1" ]
}

module_load
topology_up
# The name server, and the later address, stay when the first one goes.
on gb sysctl -qw net.ipv4.conf.all.promote_secondaries=1
: >"$ZONE"
name_server_start gb "$SERVER" "$ZONE"
name_server=$STARTED_PID
name_server_use ga "$SERVER"
pantun_config ga "$NAME"
pantun_config gb 192.0.2.1 'set network tunnel ipsec t start passive'
pantund_start gb
wait_for 10 ip -n gb link show dev tunnel1
ip -n gb link set tunnel1 up
check_not 'nobody asks DNS where no peer has a name' pantund_child gb fetch

pantund_start ga
wait_for 10 ip -n ga link show dev tunnel1
ip -n ga link set tunnel1 up
route_lans tunnel1 tunnel1
check 'the last error has the name, and what DNS says of it' wait_for 10 gateway_has \
	"'$NAME: there is no such name' in g['last_error'] and g['fqdn'] == '$NAME'"
check 'a process of its own asks' pantund_child ga fetch
fetch=$(pantund_child ga fetch)
check 'without capabilities' grep -q '^CapEff:	0000000000000000$' "/proc/$fetch/status"
check 'with system calls of its list alone' grep -q '^Seccomp:	2$' "/proc/$fetch/status"
check_not 'not as root' grep -q '^Uid:	0	' "/proc/$fetch/status"
check 'in an empty root' test -z "$(ls -A "/proc/$fetch/root/")"
check 'show daemon lists it' test "$(pantunctl_on ga --json show daemon |
	json_of "[p['name'] for p in d['processes']]")" = "['parent', 'fetch', 'ike', 'auth']"

echo "$NAME 5 192.0.2.2" >"$ZONE"
check 'the tunnel comes up once DNS knows the peer' wait_for 75 carrier_is ga tunnel1 1
check 'pings pass' on ha ping -q -c 3 -i 0.2 -W 2 10.2.0.2
check 'show says name and address' gateway_has "g['fqdn'] == '$NAME' and g['peer'] == '192.0.2.2'"
check 'the table, too' grep -qF "192.0.2.2:500 ($NAME)" <(pantunctl_on ga show ike-sa)
check_here 'it is looked up again as its records run out' more_asked 4

kill -KILL "$fetch"
check 'fetch was killed: another is started' wait_for 10 fetch_is_new "$fetch"
check_here 'and asks on' more_asked 4

ip -n gb addr add 192.0.2.3/24 dev wan0
pings_start ha 10.2.0.2
echo "$NAME 5 192.0.2.3" >"$ZONE"
check 'DNS has another address' wait_for 20 gateway_has "g['peer'] == '192.0.2.3'"
check_here 'the SAs stay while the peer answers where it was' pings_go_on ha 20
check 'and so does the IKE SA' ike_at 192.0.2.2
check_here 'no ping is lost' pings_end
check_not 'and none is made at the new address' ike_at 192.0.2.3

ip -n gb addr del 192.0.2.2/24 dev wan0
check 'the peer is there alone: new SAs are negotiated' wait_for 90 ike_at 192.0.2.3
check 'pings pass again' wait_for 30 on ha ping -q -c 1 -W 1 10.2.0.2

kill "$name_server"
check 'DNS does not answer: the log says so' wait_for 60 log_has ga \
	"$NAME: the name server does not answer"
check 'the tunnel stays' carrier_is ga tunnel1 1
check 'and pings pass' on ha ping -q -c 3 -i 0.2 -W 2 10.2.0.2
check_here 'A ends cleanly' pantund_stop ga
check_here 'B ends cleanly' pantund_stop gb
finish
