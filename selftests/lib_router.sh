# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A router in the place of the link between the gateways.  Sourced after lib_manual.sh,
# whose addresses of the gateways it changes.
#
#   ga wan0 ---- wana r wanb ---- wan0 gb

A_WAN=192.0.2.1 R_A=192.0.2.254
B_WAN=198.51.100.2 R_B=198.51.100.254
A_WAN6=2001:db8:1::1 R_A6=2001:db8:1::fe
B_WAN6=2001:db8:2::2 R_B6=2001:db8:2::fe

# router_up: after topology_up; no routes yet.
router_up() {
	ip -n ga link del wan0
	node_up r
	link_nodes ga wan0 r wana
	link_nodes r wanb gb wan0
	addr_add ga wan0 "$A_WAN/24" "$A_WAN6/64"
	addr_add r wana "$R_A/24" "$R_A6/64"
	addr_add r wanb "$R_B/24" "$R_B6/64"
	addr_add gb wan0 "$B_WAN/24" "$B_WAN6/64"
	on r sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
}
