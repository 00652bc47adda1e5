#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# Time limit: 400
# 16 and then 250 proxy-IDs of one tunnel against strongSwan, which has a child for each:
# all come up, in a time that is printed, each carries packets, and show has them all; one
# that strongSwan has otherwise leaves the tunnel half-up and the rest as it is.
# Number N is 10.1.N.0/24 behind pantun and 10.2.N.0/24 behind strongSwan.
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"
# shellcheck source=selftests/interop/lib_strongswan.sh
. "$PANTUN_TOP/selftests/interop/lib_strongswan.sh"

T='set network tunnel ipsec t'
MOST=250

# pantun_lines COUNT
pantun_lines() {
	local n
	for ((n = 1; n <= $1; n++)); do
		echo "$T auto-key proxy-id p$n local 10.1.$n.0/24 remote 10.2.$n.0/24"
	done
}

# children COUNT: strongSwan's, in the place of the one of strongswan_config.
children() {
	local n
	for ((n = 1; n <= $1; n++)); do
		cat <<-END
		      p$n {
		        local_ts = 10.2.$n.0/24
		        remote_ts = 10.1.$n.0/24
		        if_id_in = 42
		        if_id_out = 42
		        esp_proposals = $SS_ESP
		        rekey_time = 3600s
		      }
		END
	done
}

# strongswan_many COUNT: its connection with so many children.
strongswan_many() {
	strongswan_config gb 192.0.2.2 192.0.2.1
	children "$1" >"$WORK/children"
	sed -i -e "/^      net {/,/^      }/d" -e "/^    children {/r $WORK/children" \
		"$WORK/gb/etc/swanctl/swanctl.conf"
	strongswan_load gb >/dev/null
}

# json EXPRESSION: of what show says at A, as "d", in Python.
json() {
	pantunctl_on ga --json show tunnel tunnel1 | /usr/bin/python3 -c '
import json, sys
d = json.load(sys.stdin)
child = {c["proxy"]: c for c in d["children"]}
print(eval(sys.argv[1]))' "$1"
}

json_is() {
	[ "$(json "$1")" = "$2" ]
}

active() {
	json_is "sum(c['state'] == 'active' for c in d['children'])" "$1"
}

# carries COUNT: a packet and its answer through each.
carries() {
	local n
	for ((n = 1; n <= $1; n++)); do
		on ha ping -q -c 1 -W 5 -I "10.1.$n.2" "10.2.$n.2" >/dev/null || {
			echo "number $n"
			return 1
		}
	done
}

# up COUNT: all of them come up, carry and are shown.
up() {
	local begun ms
	strongswan_many "$1"
	pantun_lines "$1" >"$WORK/lines"
	mapfile -t more <"$WORK/lines"
	pantun_config ga 192.0.2.2 "${more[@]}"
	: >"$WORK/ga/pantund.log"
	begun=$(date +%s%N)
	pantund_start ga
	check "$1: all come up" wait_for 60 active "$1"
	ms=$((($(date +%s%N) - begun) / 1000000))
	echo "# $1 proxy-IDs with strongSwan: up in $ms ms"
	check "$1: within a minute" test "$ms" -lt $((60000 * LIB_SLOWER))
	check "$1: strongSwan has a child for each" wait_for 10 strongswan_children_are gb "$1"
	wait_for 10 carrier_is ga tunnel1 1
	ip -n ga route replace 10.2.0.0/16 dev tunnel1
	ip -n gb route replace 10.1.0.0/16 dev ipsec0
	check "$1: each carries" carries "$1"
	state_is_same "$1"
	check "$1: its own packets" json_is \
		"sorted({(p['tx_packets'], p['rx_packets']) for p in d['proxies']})" '[(1, 1)]'
	check "$1: no drop" json_is "d['tunnels'][0]['drops']" '{}'
	check "$1: the tunnel is up" json_is "d['tunnels'][0]['state']" up
	pantunctl_on ga show tunnel >"$WORK/table"
	check "$1: the table has a row for each" \
		test "$(grep -Ec '^tunnel1 +t +p[0-9]+ +up +active ' "$WORK/table")" -eq "$1"
}

down() {
	pantunctl_on ga clear ike-sa >/dev/null
	pantund_stop ga || :
	pantunctl_on ga sa flush
	ip -n ga link del tunnel1
	strongswan_down gb
}

module_load
topology_up
for ((n = 1; n <= MOST; n++)); do
	echo "addr add 10.1.$n.2/32 dev eth0" >>"$WORK/ha.batch"
	echo "addr add 10.2.$n.2/32 dev eth0" >>"$WORK/hb.batch"
done
ip -n ha -force -batch "$WORK/ha.batch" 2>/dev/null || :
ip -n hb -force -batch "$WORK/hb.batch" 2>/dev/null || :
ip -n ga route replace 10.1.0.0/16 via 10.1.0.2
ip -n gb route replace 10.2.0.0/16 via 10.2.0.2
# nothing that IPv6 says by itself, which no proxy-ID has
on ga sysctl -qw net.ipv6.conf.default.disable_ipv6=1
xfrmi_up gb ipsec0 42
strongswan_config gb 192.0.2.2 192.0.2.1
strongswan_start gb >/dev/null

up 16
# one that strongSwan has otherwise from now on
before=$(json "sorted((n, c['spi_in']) for n, c in child.items() if n != 'p9')")
sed -i 's/10\.1\.9\.0/10.99.9.0/' "$WORK/gb/etc/swanctl/swanctl.conf"
strongswan_load gb >/dev/null
swanctl_on gb --terminate --child p9 >/dev/null 2>&1 || :
check 'the one that does not fit any more fails' wait_for 30 json_is "child['p9']['state']" failed
check 'with the reason' json_is "'TS_UNACCEPTABLE' in child['p9']['last_error']" True
check 'half-up' wait_for 10 json_is "d['tunnels'][0]['state']" half-up
check 'the rest is untouched' test \
	"$(json "sorted((n, c['spi_in']) for n, c in child.items() if n != 'p9')")" = "$before"
check 'and carries' carries 8
down

up "$MOST"
down
finish
