#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# Root: bookworm-peers libreswan
# pantun (A) and libreswan 4.10 of Debian 12 (B): either begins, keys of odd lengths and octets,
# a NAT, IPv6 outside.
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"
# shellcheck source=selftests/interop/lib_peers.sh
. "$PANTUN_TOP/selftests/interop/lib_peers.sh"
# shellcheck source=selftests/interop/lib_libreswan.sh
. "$PANTUN_TOP/selftests/interop/lib_libreswan.sh"

module_load
peer_topology
peer_root_up gb
libreswan_start
check 'it is libreswan 4' libreswan_is 4
peer_cases

# It knows nothing of RFC 9370, and takes the proposal that follows.
PEER_LINES+=('set network ike gateway g protocol ikev2 ike-crypto-profile more'
	'set network ike crypto-profiles ike-crypto-profiles more additional-key-exchange 1 [ group20 none ]')
peer_case 'an additional key exchange' a 4 direct "$(key_of 32)"
finish
