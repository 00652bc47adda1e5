#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# The automatic MTU is exact to the octet, for every way to protect a packet, on an
# underlay of 1,500 octets and one of 9,000, and so is what fits with IPv4 options;
# mtu_cells.py has the cells.
#
#   ha ---------- ga =====ESP===== gb ---------- hb
#             tunnel1            tunnel1
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"
# shellcheck source=selftests/lib_manual.sh
. "$PANTUN_TOP/selftests/lib_manual.sh"

module_load
topology_up
wan6_up
for link in 'ha eth0' 'ga lan0' 'gb lan0' 'hb eth0' 'gb wan0'; do
	# shellcheck disable=SC2086 # two words
	set -- $link
	ip -n "$1" link set "$2" mtu 9600
done
wan_neighbour ga gb "$B_WAN" "$B_WAN6"
wan_neighbour gb ga "$A_WAN" "$A_WAN6"
transport_tunnel_up ga
transport_tunnel_up gb
# what B sends is not looked at
ip -n gb link set tunnel1 mtu 9600
route_lans tunnel1 tunnel1
export WORK
/usr/bin/python3 "$PANTUN_TOP/selftests/mtu_cells.py"
