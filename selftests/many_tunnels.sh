#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# Time limit: 600
# Takes: 100
# A hub with 100 tunnels, each for any addresses and to a peer of its own: all come up, each
# carries; its daemon is killed and its successor takes all of them over; flows are spread
# over two of them (ECMP), and move when one falls.  The peers' addresses are those of four
# gateways with 25 tunnels each.
#
#   ga ======= s1   198.18.1.1 to 198.18.1.25, tunnels 1 to 25
#      ======= s2   198.18.2.1 to 198.18.2.25, tunnels 26 to 50
#      ...
# Behind tunnel N of the hub is 10.101.0.N, the hub itself is 10.100.0.1.
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"

SPOKES=4 EACH=25
ALL=$((SPOKES * EACH))

# tunnel_lines N PEER LINE...: of a configuration.
tunnel_lines() {
	local n=$1 peer=$2
	shift 2
	cat <<-END
		set network ike gateway g$n peer-address ip $peer
		set network ike gateway g$n authentication pre-shared-key key-file $WORK/psk
		set network tunnel ipsec t$n tunnel-interface tunnel$n
		set network tunnel ipsec t$n auto-key ike-gateway g$n
	END
	[ $# -eq 0 ] || printf '%s\n' "$@"
}

# spoke_up J: its link, addresses and configuration, and its part of the hub's.
spoke_up() {
	local j=$1 k n
	node_up "s$j"
	link_nodes ga "wan$j" "s$j" wan0
	addr_add ga "wan$j" "198.18.$j.254/24"
	for ((k = 1; k <= EACH; k++)); do
		n=$(((j - 1) * EACH + k))
		addr_add "s$j" wan0 "198.18.$j.$k/24"
		addr_add "s$j" lo "10.101.0.$n/32"
		ip -n "s$j" rule add from "10.101.0.$n" lookup "$n"
		tunnel_lines "$n" "198.18.$j.$k" \
			"set network ike gateway g$n protocol ikev2 dpd interval 2" \
			>>"$WORK/ga/pantun.conf"
		tunnel_lines "$n" "198.18.$j.254" "set network tunnel ipsec t$n start passive" \
			"set network ike gateway g$n local-address ip 198.18.$j.$k" \
			"set network ike gateway g$n protocol ikev2 dpd interval 60" \
			>>"$WORK/s$j/pantun.conf"
	done
	pantund_start "s$j"
	for ((k = 1; k <= EACH; k++)); do
		n=$(((j - 1) * EACH + k))
		echo "route add default dev tunnel$n table $n"
	done | ip -n "s$j" -batch -
}

hub_routes() {
	local n
	for ((n = 1; n <= ALL; n++)); do
		echo "route replace 10.101.0.$n dev tunnel$n src 10.100.0.1"
	done | ip -n ga -batch -
}

# established N: so many of the hub's proxy-IDs have an SA of this daemon's.
established() {
	[ "$(pantunctl_on ga --json show tunnel | grep -c '"state": "active"')" -ge "$1" ]
}

# sas_are COUNT: of the hub, of whichever daemon.
sas_are() {
	[ "$(pantunctl_on ga --json show ipsec-sa | json_of "len(d['ipsec_sas'])")" = "$1" ]
}

# since START: seconds, with three digits.
since() {
	local us=$((${EPOCHREALTIME/./} - ${1/./}))
	printf '%d.%03d' $((us / 1000000)) $((us / 1000 % 1000))
}

# effort: what the hub's daemon has used.
effort() {
	local pid
	pid=$(pantund_pid ga)
	awk -v hz="$(getconf CLK_TCK)" '{ printf "%d ms of CPU", ($14 + $15) * 1000 / hz }' \
		"/proc/$pid/stat"
	awk '/^VmRSS/ { printf ", %d KiB of memory\n", $2 }' "/proc/$pid/status"
}

# each_carries: an answer through every tunnel.
each_carries() {
	local n failed=0
	for ((n = 1; n <= ALL; n++)); do
		on ga ping -q -c 1 -W 5 "10.101.0.$n" >/dev/null ||
			{ echo "tunnel$n does not" && failed=1; }
	done
	return "$failed"
}

# count_strangers NODE saddr|daddr: from or for behind a tunnel, but not by this one.
count_strangers() {
	local n rules=()
	for ((n = 1; n <= ALL; n++)); do
		rules+=("ip $2 10.101.0.$n iifname != tunnel$n counter")
	done
	rules "$1" "${rules[@]}"
}

# each_its_own: every tunnel was used, and none in the place of another, either way.
each_its_own() {
	local node
	# shellcheck disable=SC2016 # that of the shell within
	on ga sh -c 'for n in $(seq "$1"); do
		read -r packets <"/sys/class/net/tunnel$n/statistics/rx_packets"
		[ "$packets" -gt 0 ] || { echo "tunnel$n has received nothing" && exit 1; }
	done' sh "$ALL" || return 1
	for node in ga $(seq -f s%g "$SPOKES"); do
		[ "$(packets "$node" | tr ' ' '\n' | sort -u)" = 0 ] ||
			{ echo "$node has received by the tunnels of others" && return 1; }
	done
}

# received N: what tunnel N of s1 has received.
received() {
	on s1 cat "/sys/class/net/tunnel$1/statistics/rx_packets"
}

# flows_over MIN1 MIN2: of 200 flows at least so many take tunnels 1 and 2, and none is lost.
flows_over() {
	local one two
	one=$(received 1) two=$(received 2)
	on ga python3 -c '
import socket
for port in range(200):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind(("10.100.0.1", 20000 + port))
        s.sendto(b"flow", ("10.200.0.2", 9))'
	wait_for 5 flows_arrived $((one + two + 200)) || return 1
	one=$(($(received 1) - one)) two=$(($(received 2) - two))
	echo "$one and $two" >"$WORK/spread"
	[ "$one" -ge "$1" ] && [ "$two" -ge "$2" ]
}

flows_arrived() {
	[ $(($(received 1) + $(received 2))) -ge "$1" ]
}

module_load
node_up ga
addr_add ga lo 10.100.0.1/32
(umask 077 && echo "$PANTUN_PSK" >"$WORK/psk")
for ((j = 1; j <= SPOKES; j++)); do
	spoke_up "$j"
	count_strangers "s$j" daddr
done
count_strangers ga saddr

# --- all of them
start=$EPOCHREALTIME
pantund_start ga
check "$ALL tunnels come up" wait_for 60 established "$ALL"
echo "# $ALL tunnels up in $(since "$start") s: $(effort)"
hub_routes
check 'each carries' each_carries
check 'each its own' each_its_own

# --- a successor
pantund_kill ga
check 'each carries without a daemon' each_carries
start=$EPOCHREALTIME
pantund_start ga
check 'a new daemon makes all anew' wait_for 60 established "$ALL"
echo "# $ALL tunnels taken over in $(since "$start") s: $(effort)"
check 'each carries again' each_carries
check 'each its own as before' each_its_own
check 'one pair of SAs each is left' wait_for 90 sas_are $((2 * ALL))

# --- two for the same network
addr_add s1 lo 10.200.0.2/32
on ga sysctl -qw net.ipv4.fib_multipath_hash_policy=1 \
	net.ipv4.conf.all.ignore_routes_with_linkdown=1
ip -n ga route add 10.200.0.0/24 src 10.100.0.1 nexthop dev tunnel1 nexthop dev tunnel2
check 'ECMP: 200 flows are spread over two tunnels' flows_over 60 60
echo "# $(cat "$WORK/spread") flows"
ip -n s1 addr del 198.18.1.2/24 dev wan0
start=$EPOCHREALTIME
check 'ECMP: one peer is gone, its tunnel loses its carrier' \
	wait_for 40 carrier_is ga tunnel2 0
echo "# after $(since "$start") s"
check 'ECMP: all flows take the other' flows_over 200 0
addr_add s1 wan0 198.18.1.2/24
start=$EPOCHREALTIME
check 'ECMP: the peer is back, and so is the carrier' wait_for 40 carrier_is ga tunnel2 1
echo "# after $(since "$start") s"
check 'ECMP: flows are spread again' flows_over 60 60
finish
