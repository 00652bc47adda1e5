#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# Time limit: 400
# Takes: 90, mostly waiting
# 16 proxy-IDs of one tunnel between two pantunds: each carries its own packets; one that
# does not fit leaves the tunnel half-up and is named with its reason, in the table and in
# JSON; reloads that add, change and take away one touch no other; first packets are held
# and delivered, and their senders told when nothing comes of it; two tunnels may have the
# same proxy-IDs.  Number N is 10.1.N.0/24 behind A and 10.2.N.0/24 behind B.
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"

T='set network tunnel ipsec t'
COUNT=16

# lines a|b N...: the proxy-IDs of those numbers, as that side has them.
lines() {
	local local=1 remote=2 n
	[ "$1" = a ] || { local=2 remote=1; }
	shift
	for n; do
		echo "$T auto-key proxy-id p$n local 10.$local.$n.0/24 remote 10.$remote.$n.0/24"
	done
}

# configure NODE a|b [LINE...] on standard input, too.
configure() {
	local node=$1 side=$2 peer=192.0.2.2 more
	shift 2
	[ "$side" = a ] || peer=192.0.2.1
	mapfile -t more
	pantun_config "$node" "$peer" "${more[@]}" "$@"
}

# json NODE EXPRESSION: of what show says, as "d", in Python.
json() {
	pantunctl_on "$1" --json show tunnel tunnel1 | /usr/bin/python3 -c '
import json, sys
d = json.load(sys.stdin)
child = {c["proxy"]: c for c in d["children"]}
proxy = {p["name"]: p for p in d["proxies"]}
print(eval(sys.argv[1]))' "$2"
}

json_is() {
	[ "$(json "$1" "$2")" = "$3" ]
}

# active NODE COUNT: so many are.
active() {
	json_is "$1" "sum(c['state'] == 'active' for c in d['children'])" "$2"
}

# spis NODE [NAME]: in-SPIs of all active proxy-IDs but NAME, by name.
spis() {
	json "$1" "' '.join(f'{n}={c[\"spi_in\"]}' for n, c in sorted(child.items())
		if n != '${2:-}' and c['state'] == 'active')"
}

# gone NODE NAME
gone() {
	json_is "$1" "'$2' in proxy or '$2' in child" False
}

# pings NUMBER...: through each of these.
pings() {
	local n
	for n; do
		on ha ping -q -c 1 -W 3 -I "10.1.$n.2" "10.2.$n.2" || return 1
	done
}

# flood_start NUMBER...: pings that go on through each, 50 a second, until pings_end.
flood_start() {
	local n
	for n; do
		pings_start ha "10.2.$n.2" -i 0.02 -I "10.1.$n.2"
	done
}

# told FILE: ping was told so by the gateway.
told() {
	grep -q 'Destination Host Unreachable' "$1"
}

held_is() {
	json_is ga "proxy['$1']['held']" "$2"
}

# delivered COUNT: echo requests that host B has seen.
delivered() {
	on hb nft list chain ip t c | grep -q "counter packets $1 "
}

mapfile -t ALL < <(seq 1 "$COUNT")
module_load
topology_up
for n in "${ALL[@]}"; do
	addr_add ha eth0 "10.1.$n.2/32"
	addr_add hb eth0 "10.2.$n.2/32"
	ip -n ga route replace "10.1.$n.0/24" via 10.1.0.2
	ip -n gb route replace "10.2.$n.0/24" via 10.2.0.2
done
lines a "${ALL[@]}" | configure ga a
lines b "${ALL[@]}" | configure gb b "$T start passive"
pantund_start gb
pantund_start ga
begun=$(date +%s%N)
check "$COUNT come up" wait_for 20 active ga "$COUNT"
echo "# $COUNT proxy-IDs up in $((($(date +%s%N) - begun) / 1000000)) ms"
check 'the peer has as many' wait_for 10 active gb "$COUNT"
check 'the tunnel is up' wait_for 10 json_is ga "d['tunnels'][0]['state']" up
ip -n ga route replace 10.2.0.0/16 dev tunnel1
ip -n gb route replace 10.1.0.0/16 dev tunnel1
check 'each carries' pings "${ALL[@]}"
check 'its own packets, and no other'"'"'s' json_is ga \
	"sorted({(p['tx_packets'], p['rx_packets']) for p in d['proxies']})" '[(1, 1)]'
check 'each was negotiated once' json_is ga \
	"{(c['attempts'], c['successes'], c['failures']) for c in d['children']}" '{(1, 1, 0)}'

# --- one that does not fit, changed by a reload at A; the others go on
before=$(spis ga p7)
flood_start 1 2 16
{
	lines a "${ALL[@]}" | grep -v ' p7 '
	echo "$T auto-key proxy-id p7 local 10.1.7.0/24 remote 10.3.7.0/24"
} | configure ga a
pantund_reload ga
check 'one that does not fit fails' wait_for 20 json_is ga "child['p7']['state']" failed
check 'the others keep their SAs' test "$(spis ga)" = "$before"
check_here 'and lose no packet' pings_end
check 'the tunnel is half-up' wait_for 10 json_is ga "d['tunnels'][0]['state']" half-up
check 'its carrier stays' carrier_is ga tunnel1 1
check 'the reason is told in JSON' json_is ga \
	"'TS_UNACCEPTABLE' in child['p7']['last_error'] and '10.3.7.0/24' in child['p7']['last_error']" True
check 'with a time and the next attempt' json_is ga \
	"child['p7']['error_age'] < 60 and 0 < child['p7']['retry'] <= 61" True
check 'no other has an error' json_is ga \
	"[n for n, c in child.items() if c['last_error']]" "['p7']"
pantunctl_on ga show tunnel >"$WORK/table"
check 'the table names it' grep -Eq '^t +p7 +g +(failed|negotiating) .*TS_UNACCEPTABLE' "$WORK/table"
check 'and says half-up' grep -Eq '^tunnel1 +half-up ' "$WORK/table"
check 'the peer names it, too' wait_for 10 json_is gb \
	"'10.3.7.0/24' in child['p7']['last_error'] and child['p7']['state']" failed
check 'and no other' json_is gb "[n for n, c in child.items() if c['last_error']]" "['p7']"

# --- packets of the one that is down: held, and given up with word to the sender
ip -n ga route replace 10.3.0.0/16 dev tunnel1
start_on ha "$WORK/refused" ping -c 1 -W 40 -I 10.1.7.2 10.3.7.2
check 'a packet of it is given up, and its sender told' wait_for 20 told "$WORK/refused"
check 'by name' on ga sh -c "ethtool -S tunnel1 | grep -Eq 'tx_hold_failed: [1-9]'"
check 'nothing of it waits any more' held_is p7 0

# --- mended: it comes up by itself, the others as they were
lines a "${ALL[@]}" | configure ga a
pantund_reload ga
check 'mended, it comes up' wait_for 20 active ga "$COUNT"
check 'the others were not touched' test "$(spis ga p7)" = "$before"
check 'the tunnel is up again' wait_for 10 json_is ga "d['tunnels'][0]['state']" up
check 'and its error is gone' json_is ga "child['p7']['last_error']" ''

# --- one more, and one less
before=$(spis ga)
flood_start 3 16
{
	lines a "${ALL[@]}" 17
} | configure ga a
lines b "${ALL[@]}" 17 | configure gb b "$T start passive"
pantund_reload gb
pantund_reload ga
check 'one more comes up' wait_for 20 active ga 17
check 'the others keep their SAs' test "$(spis ga p17)" = "$before"
lines a "${ALL[@]}" | configure ga a
lines b "${ALL[@]}" | configure gb b "$T start passive"
pantund_reload ga
check 'one that is taken away goes' wait_for 20 gone ga p17
pantund_reload gb
check 'at the peer, too' wait_for 20 gone gb p17
check 'the others keep theirs' test "$(spis ga)" = "$before"
check_here 'and nothing was lost' pings_end

# --- the first packets wait and are delivered
pantund_stop ga || :
pantunctl_on ga sa flush
lines a "${ALL[@]}" | configure ga a "$T start on-demand"
: >"$WORK/ga/pantund.log"
pantund_halt gb
pantund_start ga
wait_for 10 carrier_is ga tunnel1 1
# B may answer by the SA before, which A has no more, until it knows that the new one stands
on hb nft 'add table ip t; add chain ip t c { type filter hook prerouting priority -300; };
	add rule ip t c ip saddr 10.1.5.2 icmp type echo-request counter'
start_on ha "$WORK/first" ping -c 5 -i 0.1 -W 60 -I 10.1.5.2 10.2.5.2
check 'first packets are held' wait_for 10 held_is p5 5
pantund_resume gb
check 'and all delivered' wait_for 30 delivered 5
check 'only what has traffic is up' active ga 1

# --- nobody answers: on-demand senders are told when the attempt ends
pantund_halt gb
pantunctl_on ga clear ike-sa >/dev/null
wait_for 30 active ga 0
start_on ha "$WORK/dead4" ping -c 1 -W 60 -I 10.1.6.2 10.2.6.2
check 'nobody answers: the sender is told' wait_for 35 told "$WORK/dead4"
check 'the gateway has the reason' wait_for 5 json_is ga \
	"'does not answer' in d['gateways'][0]['last_error']" True
pantund_resume gb
check 'it is back with the next packet' wait_for 70 pings 6

# --- two tunnels with the same proxy-IDs, to two addresses of B; a route over both
both() {
	local side=$1 node=$2 n
	for n in 2 3; do
		echo "set network ike gateway g$n authentication pre-shared-key key-file $WORK/$node/psk"
		if [ "$side" = a ]; then
			echo "set network ike gateway g$n peer-address ip 192.0.2.$n"
		else
			echo "set network ike gateway g$n peer-address ip 192.0.2.1"
			echo "set network ike gateway g$n local-address ip 192.0.2.$n"
		fi
		echo "set network tunnel ipsec t$n tunnel-interface tunnel$n"
		echo "set network tunnel ipsec t$n auto-key ike-gateway g$n"
		lines "$side" 1 2 | sed "s/ipsec t /ipsec t$n /"
	done >"$WORK/$node/pantun.conf"
}

sent_by() {
	[ "$(on ga cat "/sys/class/net/$1/statistics/tx_packets")" -gt 0 ]
}

pantund_stop ga || :
pantund_stop gb || :
for node in ga gb; do
	pantunctl_on "$node" sa flush
	ip -n "$node" link del tunnel1
done
addr_add gb wan0 192.0.2.3/24
both a ga
both b gb
pantund_start gb
pantund_start ga
for dev in tunnel2 tunnel3; do
	check "the same proxy-IDs on $dev" wait_for 20 carrier_is ga "$dev" 1
	wait_for 20 carrier_is gb "$dev" 1
done
on ga sysctl -qw net.ipv4.fib_multipath_hash_policy=1
ip -n ga route replace 10.2.0.0/16 nexthop dev tunnel2 nexthop dev tunnel3
ip -n gb route replace 10.1.0.0/16 nexthop dev tunnel2 nexthop dev tunnel3
on ha /usr/bin/python3 - <<-'END'
	import socket
	sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
	sock.bind(("10.1.1.2", 0))
	for port in range(4000, 4040):
	    sock.sendto(b"x", ("10.2.1.2", port))
END
check 'both carry' wait_for 5 sent_by tunnel2
check 'both carry: the second' sent_by tunnel3
check 'and answers come back' pings 1 2

# --- 251 are refused
lines a $(seq 1 250) >"$WORK/many"
configure ga a <"$WORK/many"
check '250 are allowed' on ga "$PANTUND" --check "$WORK/ga/pantun.conf"
configure ga a "$T auto-key proxy-id more local 10.9.0.0/24" <"$WORK/many"
check_not 'the 251st is not' on ga "$PANTUND" --check "$WORK/ga/pantun.conf"
check 'and says so' grep -q 'tunnel "t" has 251 proxy-IDs; 250 are allowed: put the rest' \
	<(on ga "$PANTUND" --check "$WORK/ga/pantun.conf" 2>&1)
finish
