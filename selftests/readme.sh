#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# Takes: 80, mostly waiting
# README's "A real router in five minutes", by its own commands: the firewall, which is shut
# before, routes, what happens to packets without a tunnel, what `show` prints, and both
# peers that it describes.
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"
# shellcheck source=selftests/interop/lib_strongswan.sh
. "$PANTUN_TOP/selftests/interop/lib_strongswan.sh"

# block PATTERN: the one of the section's blocks that has such a line.
block() {
	awk -v pattern="$1" '
		function flush_block() { if (text ~ pattern) printf "%s", text; text = "" }
		/^## / { on = $0 == "## A real router in five minutes" }
		!on || !/^    / { flush_block(); next }
		{ text = text substr($0, 5) "\n" }
		END { flush_block() }' "$PANTUN_TOP/README.md"
}

# by_readme PATTERN: A runs that block.
by_readme() {
	block "$1" | grep -v '^pantund &' >"$WORK/block"
	[ -s "$WORK/block" ] &&
		on ga env PATH="$PANTUN_TOP/build:$PATH" bash -eu "$WORK/block"
}

# A lets in nothing but what README's rules do.
firewall_shut() {
	on ga nft -f - <<-'END'
		table inet filter {
			chain input {
				type filter hook input priority 0; policy drop;
			}
			chain forward {
				type filter hook forward priority 0; policy drop;
			}
		}
	END
}

# answers_are N: that many IKE messages came to A, before its firewall, or more.
answers_are() {
	[ "$(packets ga)" -ge "$1" ]
}

# clear_are N: that many packets for the other site left A on the underlay as they are.
clear_are() {
	[ "$(on ga nft list chain inet t out | sed -n 's/.*packets \([0-9]*\) .*/\1/p')" = "$1" ]
}

pantund_up() {
	start_on "$1" "$WORK/$1/pantund.log" "${PANTUND:?}" --debug
	echo "$STARTED_PID" >"$WORK/$1/pantund.pid"
	wait_for 30 on "$1" test -S /run/pantun/pantund.sock
}

no_tunnel() {
	pantund_stop ga
	pantunctl_on ga sa flush
	wait_for 10 carrier_is ga tunnel1 0
}

# shape: a table with every value replaced, and columns as narrow as can be.
shape() {
	sed -E 's/\b[0-9]+\b/N/g; s/ +/ /g; s/ $//'
}

module_load
topology_up
addr_add gb wan0 192.0.2.9/24
for node in ga gb; do
	on "$node" ip route add default via "192.0.2.$([ "$node" = ga ] && echo 9 || echo 1)"
	on "$node" mkdir -p "$WORK/$node/etc/pantun"
	mkdir -p /etc/pantun
	on "$node" mount --bind "$WORK/$node/etc/pantun" /etc/pantun
done

# --- strongSwan at the other end
check 'the key and the configuration are good' by_readme 'pantund --check'
key=$(cat "$WORK/ga/etc/pantun/hq.psk")
strongswan_config gb 192.0.2.9 192.0.2.1
block 'connections' | sed "s|the text of the key file|$key|" >"$WORK/gb/etc/swanctl/swanctl.conf"
strongswan_start gb >"$WORK/loaded"
check_has 'strongSwan takes its configuration' "loaded connection 'pantun'" "$WORK/loaded"
firewall_shut
on ga nft 'add table inet t; add chain inet t c { type filter hook prerouting priority -300; };
	add rule inet t c udp sport 500 counter'
pantund_up ga
check 'the peer answers' wait_for 30 answers_are 3
check_not 'a firewall that is shut lets none of it in' carrier_is ga tunnel1 1
check 'its rules' by_readme '^nft add rule'
check 'the tunnel comes up' wait_for 60 carrier_is ga tunnel1 1
check_not 'but without a route nothing takes it' on ha ping -q -c 1 -W 1 10.2.0.2
check 'the routes, and show' by_readme 'ip route add unreachable'
check 'the sysctls' by_readme 'ignore_routes_with_linkdown'
check 'host reaches host' on ha ping -q -c 3 -i 0.2 -W 2 10.2.0.2
check 'and back' on hb ping -q -c 3 -i 0.2 -W 2 10.1.0.2

# --- what show prints
block 'INTERFACE STATE' | shape >"$WORK/told"
pantunctl_on ga show >"$WORK/all"
sed -n 1,3p "$WORK/all" | shape >"$WORK/shown"
check 'show prints such a table' diff "$WORK/told" "$WORK/shown"
for table in Proxy-IDs 'IKE SAs' 'IPsec SAs' Drops; do
	check_has "and one of $table" "$table" "$WORK/all"
done

# --- without the tunnel
on ga nft 'chain inet filter forward { policy accept; }; flush table inet t;
	add chain inet t out { type filter hook postrouting priority 300; };
	add rule inet t out oifname wan0 ip daddr 10.2.0.0/16 counter'
check_here 'the tunnel is gone' no_tunnel
on ha ping -c 1 -W 5 10.2.0.2 >"$WORK/ping" || :
check_has 'the sender is told' 'Unreachable' "$WORK/ping"
check 'nothing leaves in clear' clear_are 0
on ga ip route del unreachable 10.2.0.0/16 metric 4000
on ha ping -c 1 -W 1 10.2.0.2 >"$WORK/ping" || :
check 'it would without that route' clear_are 1

# --- PAN-OS's lines at the other end: a pantun understands them
kill "$(cat "$WORK/gb/charon.pid")"
wait "$(cat "$WORK/gb/charon.pid")" || :
on gb ip xfrm state flush
on gb ip xfrm policy flush
block 'auto-key ike-gateway linux' |
	sed -e "s|the text of the key file|$key|" -e '/local-address interface/d' \
		>"$WORK/gb/etc/pantun/pantun.conf"
chmod 600 "$WORK/gb/etc/pantun/pantun.conf"
echo 'set network ike gateway linux local-address ip 192.0.2.9' >>"$WORK/gb/etc/pantun/pantun.conf"
pantund_up gb
pantund_up ga
check "the lines for PAN-OS: the tunnel comes up" wait_for 60 carrier_is ga tunnel1 1
on gb ip route add 10.1.0.0/16 dev tunnel1
check 'host reaches host again' on ha ping -q -c 3 -i 0.2 -W 2 10.2.0.2
check_here 'A ends' pantund_stop ga
check_here 'B ends' pantund_stop gb
finish
