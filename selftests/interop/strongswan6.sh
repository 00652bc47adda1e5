#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# Root: trixie-peers charon-systemd strongswan-swanctl libstrongswan-standard-plugins
# Root: libstrongswan-extra-plugins libcharon-extra-plugins
# pantun (A) and strongSwan 6.0 of Debian 13 (B): either begins, keys of odd lengths and octets, a
# NAT, IPv6 outside.
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"
# shellcheck source=selftests/interop/lib_strongswan.sh
. "$PANTUN_TOP/selftests/interop/lib_strongswan.sh"
# shellcheck source=selftests/interop/lib_peers.sh
. "$PANTUN_TOP/selftests/interop/lib_peers.sh"

SS_IN=(chroot "$WORK/gb/root")

peer_config() {
	strongswan_config gb "$PEER_LOCAL" "$PEER_REMOTE"
	sed -i "s/secret = .*/secret = 0x$PEER_KEY/" "$WORK/gb/etc/swanctl/swanctl.conf"
	strongswan_load gb >/dev/null
}

peer_routes() {
	route_lans tunnel1 ipsec0
}

peer_initiate() {
	swanctl_on gb --initiate --child net --timeout 20
}

peer_down() {
	strongswan_down gb
}

peer_sas() {
	swanctl_on gb --list-sas
}

module_load
peer_topology
strongswan_root_start
check 'it is strongSwan 6' on gb sh -c "${SS_IN[*]} swanctl --version | grep ' 6\\.'"
peer_cases
finish
