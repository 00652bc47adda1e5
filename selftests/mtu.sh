#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# The automatic MTU is exact to the octet, for every way to protect a packet, on an
# underlay of 1,500 octets and one of 9,000; mtu_cells.py has the cells.
#
#   ha ---------- ga =====ESP===== gb ---------- hb
#             tunnel1            tunnel1
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"
# shellcheck source=selftests/lib_manual.sh
. "$PANTUN_TOP/selftests/lib_manual.sh"

# Transport mode routes the peer itself into the tunnel: outer packets, which have a
# mark, find their way by a table of their own.
gateway_up() {
	tunnel_up "$1"
	pantunctl_on "$1" tunnel set dev tunnel1 mark 77
	ip -n "$1" rule add fwmark 77 lookup 100
	ip -n "$1" -6 rule add fwmark 77 lookup 100
	ip -n "$1" route add 192.0.2.0/24 dev wan0 table 100
	ip -n "$1" -6 route add 2001:db8::/64 dev wan0 table 100
}

# neighbour NODE OTHER ADDRESS...: neighbour discovery would go through the tunnel.
neighbour() {
	local address mac

	mac=$(on "$2" cat /sys/class/net/wan0/address)
	for address in "${@:3}"; do
		ip -n "$1" neigh replace "$address" lladdr "$mac" dev wan0 nud permanent
	done
}

module_load
topology_up
wan6_up
for link in 'ha eth0' 'ga lan0' 'gb lan0' 'hb eth0' 'gb wan0'; do
	# shellcheck disable=SC2086 # two words
	set -- $link
	ip -n "$1" link set "$2" mtu 9600
done
neighbour ga gb "$B_WAN" "$B_WAN6"
neighbour gb ga "$A_WAN" "$A_WAN6"
gateway_up ga
gateway_up gb
# what B sends is not looked at
ip -n gb link set tunnel1 mtu 9600
route_lans tunnel1 tunnel1
export WORK
/usr/bin/python3 "$PANTUN_TOP/selftests/mtu_cells.py"
