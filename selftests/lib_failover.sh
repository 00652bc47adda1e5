# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Two tunnels between two pantunds over separate uplinks, by the commands of README's
# section "Failing over between two tunnels"; sourced behind lib.sh.
#
#   ga wan0 192.0.2.1    ===== tunnel1 ===== 192.0.2.2    wan0 gb
#   ga wan1 198.51.100.1 ===== tunnel2 ===== 198.51.100.2 wan1 gb
#
# Behind gb there is 10.3.0.0/24, too, by a route of ga that takes both tunnels.

# The longest time until a path is given up: interval, threshold, and a second.
FAILOVER_WINDOW=$((2 * 3 + 1 * LIB_SLOWER))

# readme_blocks: the commands of the section into $WORK/readme.1, .2, ..., a file each.
readme_blocks() {
	awk -v out="$WORK/readme." '
		/^## / { on = $0 == "## Failing over between two tunnels" }
		!/^    / { if (open) n++; open = 0 }
		on && /^    / { open = 1; print substr($0, 5) > (out n + 1) }' "$PANTUN_TOP/README.md"
}

# exchanged FILE: the same for the other end.
exchanged() {
	sed -E -e 's/\b(192\.0\.2|198\.51\.100|10\.255\.[12])\.1\b/\1.@/g' \
		-e 's/\b(192\.0\.2|198\.51\.100|10\.255\.[12])\.2\b/\1.1/g' \
		-e 's/\.@/.2/g' -e 's/\b10\.2\.0\.0\b/10.1.0.0/g' "$1"
}

# by_readme N: runs its block of commands on both gateways.
by_readme() {
	on ga bash -eu "$WORK/readme.$1" >"$WORK/readme.out" 2>&1 &&
		exchanged "$WORK/readme.$1" | on gb bash -eu >>"$WORK/readme.out" 2>&1 && return
	cat "$WORK/readme.out"
	return 1
}

# readme_start NODE
readme_start() {
	start_on "$1" "$WORK/$1/pantund.log" "${PANTUND:?}" --debug
	echo "$STARTED_PID" >"$WORK/$1/pantund.pid"
	wait_for 30 on "$1" test -S /run/pantun/pantund.sock
}

# cut: no more ESP on A's first uplink, either way, but IKE; mend: again.
cut() {
	on ga nft -f "$WORK/cut.nft"
}

mend() {
	on ga nft delete table inet cut
}

# failover_up: all of it, with results.
failover_up() {
	local node dev
	topology_up
	link_nodes ga wan1 gb wan1
	addr_add ga wan1 198.51.100.1/24
	addr_add gb wan1 198.51.100.2/24
	cat >"$WORK/cut.nft" <<-'END'
		table inet cut {
			chain in {
				type filter hook prerouting priority -300
				iif wan0 ip protocol esp drop
			}
			chain out {
				type filter hook output priority -300
				oif wan0 ip protocol esp drop
			}
		}
	END
	mkdir -p /etc/pantun
	for node in ga gb; do
		on "$node" mount --bind "$WORK/$node/etc" /etc/pantun
		(umask 077 && echo "$PANTUN_PSK" >"$WORK/$node/etc/hq.psk")
	done
	readme_blocks
	check 'README: the configuration' by_readme 1
	readme_start gb
	readme_start ga
	check 'README: addresses and routes' by_readme 2
	on gb ip address add 10.3.0.1/24 dev lo
	on ga ip route add 10.3.0.0/24 nexthop dev tunnel1 nexthop dev tunnel2
	for node in ga gb; do
		for dev in tunnel1 tunnel2; do
			check "$dev of $node has a carrier" wait_for 30 carrier_is "$node" "$dev" 1
			check "$dev of $node: its path answers" wait_for 30 monitor_is "$node" "$dev" up
		done
	done
	check 'ping' on ha ping -q -c 3 -i 0.2 -W 2 10.2.0.2
}

# forget_logs: of what was before addresses and SAs were there.
forget_logs() {
	: >"$WORK/ga/pantund.log"
	: >"$WORK/gb/pantund.log"
}

# shown NODE DEV MEMBER: of the tunnel, in JSON.
shown() {
	pantunctl_on "$1" --json show tunnel "$2" | json_of "d['tunnels'][0]['$3']"
}

# monitor_is NODE DEV up|down|unknown|off
monitor_is() {
	[ "$(shown "$1" "$2" monitor)" = "$3" ]
}

# rounds N: measured on ga; the table is in the log.
rounds() {
	on ga python3 "$PANTUN_TOP/selftests/failover.py" "$1" "$FAILOVER_WINDOW" \
		"$(cat "$WORK/ha/pid")" 10.2.0.2 10.3.0. "$WORK/cut.nft" | tee "$WORK/rounds" | sed 's/^/# /'
	return "${PIPESTATUS[0]}"
}
