#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# Time limit: 900
# Takes: 105
# Usage: xfrm_oracle.sh [--every-size] [--mib N] [--part K/N] [ROW...]
# The data path against one that we did not write: gateway A has pantun with
# manual keys, gateway B the kernel's XFRM with the same keys.
#
#   ha ---------- ga =====ESP===== gb ---------- hb
#             tunnel1             ipsec0 (XFRM interface: tunnel mode),
#             (pantun)            gre4, gre6 (GRE under XFRM's policies)
#
# A result is a cell: an algorithm, an outer family, tunnel or transport mode, plain
# or in UDP, 32-bit or 64-bit sequence numbers, with or without GRE.  In it, inner
# packets of both families (transport mode: of the gateways' own), both ways, of
# every padding, around the MTU and one octet beyond, a file over TCP, and counters
# of both sides that agree, without a drop.  The matrix of cells comes last.  Besides,
# 64-bit numbers of XFRM pass 2^32.
#
# ROW is ALGORITHM[:WORD...], for example aes-128-gcm, ah+sha256:v6:esn or
# aes-256-cbc+sha256:transport:nat-t; names: manual_keys.py, words: oracle.py.  "all"
# is the whole product, "ALGORITHM:all" all of one algorithm.  Without a ROW, every
# algorithm in two shapes that are opposite in everything, and three in all shapes.
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"
# shellcheck source=selftests/lib_manual.sh
. "$PANTUN_TOP/selftests/lib_manual.sh"

# Tunnel mode's policies are the XFRM interface's alone.
gateway_b() {
	local dev

	xfrmi_up gb ipsec0 "$IF_ID"
	ip -n gb link add gre4 type gre local "$B_WAN" remote "$A_WAN" ttl 64
	ip -n gb link add gre6 type ip6gre local "$B_WAN6" remote "$A_WAN6" encaplimit none
	# of super-packets in GRE under ESP in transport mode, Linux makes some that are too
	# big for its own link (wan0's "dropped" of tx)
	for dev in gre4 gre6; do
		on gb ethtool -K "$dev" tso off gso off >/dev/null
		ip -n gb link set "$dev" up
	done
}

gateway_a() {
	transport_tunnel_up ga
	ip -n ga route add 10.2.0.0/24 dev tunnel1
	ip -n ga -6 route add fd02::/64 dev tunnel1
}

module_load
topology_up
wan6_up
quiet ga
quiet gb
wan_neighbour ga gb "$B_WAN" "$B_WAN6"
wan_neighbour gb ga "$A_WAN" "$A_WAN6"
gateway_a
gateway_b
export WORK
/usr/bin/python3 "$PANTUN_TOP/selftests/oracle.py" "$@"
