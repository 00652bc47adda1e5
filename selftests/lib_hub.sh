# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A hub and many satellites, which are the gateways and tunnels of one daemon at the other end.
# Sourced after lib.sh.
#
#   ga ============ gb          satellites 1, 3, 5, ... at 10.99.x.y
#      \\=== nat === gb          the others at 10.98.x.y, all seen as 10.99.255.1, by hub_up nat
#
# The hub is 10.99.0.1.  Tunnel N is of satellite N at both ends; the hub waits for them.

HUB=10.99.0.1 HUB_NAT=10.99.255.1
HUB_PIDS=()
declare -A HUB_SEEN=()

# hub_address N: sets ADDRESS to that of a satellite (a thousand subshells take their time).
hub_address() {
	local net=99
	if hub_behind_nat "$1"; then
		net=98
	fi
	ADDRESS=10.$net.$((1 + $1 / 250)).$((1 + $1 % 250))
}

# hub_behind_nat N
hub_behind_nat() {
	[ "$HUB_KIND" = nat ] && [ $(($1 % 2)) = 0 ]
}

# hub_gateway SIDE N: its lines of a configuration.
hub_gateway() {
	local side=$1 n=$2 g="set network ike gateway g$2" t="set network tunnel ipsec t$2"
	hub_address "$n"
	if hub_behind_nat "$n"; then
		if [ "$side" = ga ]; then
			echo "$g peer-address dynamic"
			echo "$g peer-id type fqdn id s$n.example"
		else
			echo "$g local-id type fqdn id s$n.example"
		fi
		echo "$g protocol-common nat-traversal enable yes"
	elif [ "$side" = ga ]; then
		echo "$g peer-address ip $ADDRESS"
	fi
	if [ "$side" = ga ]; then
		echo "$g local-address ip $HUB"
		echo "$t start passive"
	else
		echo "$g peer-address ip $HUB"
		echo "$g local-address ip $ADDRESS"
	fi
	echo "$g authentication pre-shared-key key-file $WORK/psk"
	echo "$g protocol ikev2 dpd interval $HUB_DPD"
	echo "$t tunnel-interface tunnel$n"
	echo "$t auto-key ike-gateway g$n"
}

# hub_nat_up: the translator, and the way to it.
hub_nat_up() {
	node_up nat
	ip link add wan1 netns ga type veth peer name out netns nat
	ip -n ga link set wan1 up
	ip -n nat link set out up
	link_nodes nat in gb wan1
	addr_add ga wan1 10.97.0.1/24
	addr_add nat out 10.97.0.2/24 "$HUB_NAT/32"
	ip -n ga route add "$HUB_NAT" via 10.97.0.2
	ip -n nat route add "$HUB" via 10.97.0.1
	addr_add nat in 10.98.0.1/16
	on nat sysctl -qw net.ipv4.ip_forward=1
	on nat nft "add table ip nat; add chain ip nat post { type nat hook postrouting priority 100; };
		add rule ip nat post oifname out meta l4proto udp snat to $HUB_NAT:1024-65535"
	ip -n gb rule add from 10.98.0.0/16 lookup 98
	ip -n gb route add default via 10.98.0.1 dev wan1 onlink table 98
}

# hub_up COUNT DPD [nat]: nodes, addresses, configurations.
hub_up() {
	local n side
	HUB_COUNT=$1 HUB_DPD=$2 HUB_KIND=${3:-}
	# each satellite is a neighbour of the hub
	sysctl -qw net.ipv4.neigh.default.gc_thresh3=16384 net.ipv4.neigh.default.gc_thresh2=8192
	node_up ga
	node_up gb
	link_nodes ga wan0 gb wan0
	addr_add ga wan0 "$HUB/16"
	if [ "$HUB_KIND" = nat ]; then
		hub_nat_up
	fi
	for ((n = 1; n <= HUB_COUNT; n++)); do
		hub_address "$n"
		if hub_behind_nat "$n"; then
			echo "addr add $ADDRESS/16 dev wan1"
		else
			echo "addr add $ADDRESS/16 dev wan0"
		fi
	done | ip -n gb -batch -
	(umask 077 && echo "$PANTUN_PSK" >"$WORK/psk")
	for side in ga gb; do
		for ((n = 1; n <= HUB_COUNT; n++)); do
			hub_gateway "$side" "$n"
		done >"$WORK/$side/pantun.conf"
	done
}

# hub_start SIDE: its daemon, which has all its tunnels when this returns.
hub_start() {
	start_on "$1" "$WORK/$1/pantund.log" "${PANTUND:?}" --config "$WORK/$1/pantun.conf"
	echo "$STARTED_PID" >"$WORK/$1/pantund.pid"
	wait_for 120 on "$1" test -S /run/pantun/pantund.sock
}

# hub_ups SIDE: how many proxy-IDs came up since the log of that side began.
hub_ups() {
	grep -c ':default: up: ' "$WORK/$1/pantund.log" || :
}

# hub_active SIDE: how many proxy-IDs have an SA of this daemon's.
hub_active() {
	on "$1" "${PANTUNCTL:?}" --json show tunnel | grep -c '"state": "active"' || :
}

# hub_all_up SIDE: the log says so.  It lacks lines where there were too many at once, so once no
# more have come for three seconds the daemon is asked, which takes its time.
hub_all_up() {
	local ups count since
	ups=$(hub_ups "$1")
	[ "$ups" -lt "$HUB_COUNT" ] || return 0
	read -r count since <<<"${HUB_SEEN[$1]:-none 0}"
	if [ "$ups" != "$count" ]; then
		HUB_SEEN[$1]="$ups $SECONDS"
		return 1
	fi
	[ $((SECONDS - since)) -ge 3 ] || return 1
	HUB_SEEN[$1]="$ups $SECONDS"
	[ "$(hub_active "$1")" -ge "$HUB_COUNT" ]
}

# hub_both_up
hub_both_up() {
	hub_all_up ga && hub_all_up gb
}

# hub_load_on COUNT: that many processes take all the CPU that they are given.
hub_load_on() {
	local i
	for ((i = 0; i < $1; i++)); do
		(trap - EXIT && while :; do :; done) &
		HUB_PIDS+=($!)
		keep_pid $!
	done
}

hub_load_off() {
	kill "${HUB_PIDS[@]}"
	wait "${HUB_PIDS[@]}" 2>/dev/null || :
	HUB_PIDS=()
}

# hub_unharmed SIDE...: it gave up nobody, who all live.
hub_unharmed() {
	local side
	for side; do
		! grep -E 'does not answer any more: its SAs|answered IKE_SA_INIT but not|is dead' \
			"$WORK/$side/pantund.log" | head -n 5 | grep . || return 1
	done
}

# hub_heard COUNT: so many messages of INFORMATIONAL (RFC 7296 3.1) have come to the hub, by either
# port.
hub_heard() {
	local plain natted
	read -r plain natted <<<"$(packets ga)"
	[ $((plain + natted)) -ge "$1" ]
}

# hub_alive ROUNDS: liveness is asked for, or answered, as often by each satellite on the average,
# and nobody is given up.
hub_alive() {
	rules ga 'udp dport 500 @th,208,8 37 counter' 'udp dport 4500 @th,240,8 37 counter'
	wait_for $((2 * HUB_DPD * $1)) hub_heard $((HUB_COUNT * $1)) && hub_unharmed ga gb
}

# hub_count: from now on, the first messages that the hub gets (IKE_SA_INIT, RFC 7296 3.1).
hub_count() {
	rules ga 'udp dport 500 @th,208,8 34 counter'
}

# hub_counted: how many those were.
hub_counted() {
	packets ga
}
