#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# strongSwan narrows a child to several ranges: the module has these ranges, and not what
# lies between them, whoever began, also for a packet; and a child of one TCP port.
set -eu
# shellcheck source=selftests/lib.sh
. "$PANTUN_TOP/selftests/lib.sh"
# shellcheck source=selftests/interop/lib_strongswan.sh
. "$PANTUN_TOP/selftests/interop/lib_strongswan.sh"

# agreed: what the SAs that are used have, sorted, as "local,local remote,remote".
agreed() {
	pantunctl_on ga --json show ipsec-sa | /usr/bin/python3 -c '
import json, sys
def text(s, side):
    ports = s.get(side + "_ports")
    return (s[side + "4"] + (" %d" % s["proto"] if "proto" in s else "") +
            (" %d" % ports[0] if ports else ""))
for sa in json.load(sys.stdin)["ipsec_sas"]:
    every = sa.get("selectors") or [sa["selector"]]
    print(";".join(sorted("%s-%s" % (text(s, "local"), text(s, "remote")) for s in every)))' |
		sort -u
}

agreed_is() {
	[ "$(agreed)" = "$1" ]
}

# dropped: packets that no selector let out.
dropped() {
	on ga ethtool -S tunnel1 | awk '$1 == "tx_selector:" { print $2 }'
}

# reaches ADDRESS
reaches() {
	on ha ping -q -c 2 -i 0.2 -W 2 "$1"
}

not() {
	! "$@"
}

# several NAME: both ranges of B are reached, and what is between them is not.
several() {
	local before
	check "$1: both ends have the two ranges" wait_for 10 agreed_is \
		'10.1.0.0/24-10.2.0.0/25;10.1.0.0/24-10.2.0.192/26'
	check "$1: the first range" reaches 10.2.0.2
	check "$1: the second range" reaches 10.2.0.200
	before=$(dropped)
	check "$1: nothing goes to what is between them" not reaches 10.2.0.130
	check "$1: and that is counted" test "$(dropped)" -ge $((before + 2))
}

# pantun_up START
pantun_up() {
	pantun_config ga 192.0.2.2 "set network tunnel ipsec t start $1"
	pantund_start ga
	wait_for 10 ip -n ga link show dev tunnel1
	ip -n ga link set tunnel1 up
	route_lans tunnel1 ipsec0
}

pantun_down() {
	strongswan_down gb
	pantund_stop ga || not_ok 'pantund ends'
	pantunctl_on ga sa flush
}

module_load
topology_up
xfrmi_up gb ipsec0 42
ip -n hb addr add 10.2.0.130/24 dev eth0
ip -n hb addr add 10.2.0.200/24 dev eth0
SS_LOCAL_TS=10.2.0.0/25,10.2.0.192/26 SS_REMOTE_TS=10.1.0.0/24
strongswan_config gb 192.0.2.2 192.0.2.1
# it tells what it is asked for
sed -i 's/default = 1/default = 1\n      cfg = 2/' "$WORK/gb/strongswan.conf"
strongswan_start gb >/dev/null

pantun_up always
check 'pantun begins: up' wait_for 15 carrier_is ga tunnel1 1
several 'pantun begins'
check 'pantun begins: rekey' swanctl_on gb --rekey --child net
several 'pantun begins, rekeyed'
pantun_down

pantun_up passive
check 'strongSwan begins' swanctl_on gb --initiate --child net --timeout 15
several 'strongSwan begins'
pantun_down

pantun_up on-demand
check 'on demand: the packet gets through' reaches 10.2.0.200
check 'on demand: it is what strongSwan is asked for first' grep -q \
	'child config for 10\.2\.0\.200/32\[icmp.* 0\.0\.0\.0/0 .* === 10\.1\.0\.2/32\[icmp' \
	"$WORK/gb/charon.log"
check 'on demand: both ends have the two ranges' agreed_is \
	'10.1.0.0/24-10.2.0.0/25;10.1.0.0/24-10.2.0.192/26'
pantun_down

SS_LOCAL_TS='10.2.0.0/24[tcp/5001]'
strongswan_config gb 192.0.2.2 192.0.2.1
strongswan_load gb >/dev/null
pantun_up always
check 'one port: agreed to' wait_for 15 agreed_is '10.1.0.0/24 6-10.2.0.0/24 6 5001'
head -c 100000 /dev/urandom >"$WORK/file"
check 'one port: TCP' tcp_copy ha hb 10.2.0.2 5001 "$WORK/file" "$WORK/got"
check 'one port: no ping' not reaches 10.2.0.2
pantun_down
finish
