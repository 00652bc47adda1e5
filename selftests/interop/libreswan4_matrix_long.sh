#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml-usual
# Long: yes
# Time limit: 1800
# Root: bookworm-peers libreswan
# pantun (A) and libreswan 4.10 (B): suites, groups, children, keys, NAT, families and who
# begins, any two of which meet.
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"
# shellcheck source=selftests/interop/lib_peers.sh
. "$PANTUN_TOP/selftests/interop/lib_peers.sh"
# shellcheck source=selftests/interop/lib_libreswan.sh
. "$PANTUN_TOP/selftests/interop/lib_libreswan.sh"
# shellcheck source=selftests/interop/lib_matrix.sh
. "$PANTUN_TOP/selftests/interop/lib_matrix.sh"

# Its names for them.
declare -A SUITES=(
	[gcm256]=aes_gcm256-sha2_384 [gcm128]=aes_gcm128-sha2_256 [cbc256]=aes256-sha2_512
	[cbc128]=aes128-sha1 [chacha]=chacha20_poly1305-sha2_256)
declare -A CHILDREN=([gcm256]=aes_gcm256 [cbc256]=aes256-sha2_256 [cbc128]=aes128-sha1
	[chacha]=chacha20_poly1305 [ah]=sha2_256)

peer_suite() {
	local kind=esp

	[ "$3" != ah ] || kind=ah
	# shellcheck disable=SC2034 # for libreswan_connection
	LS_LINES="    ike=${SUITES[$1]};dh${2#group}
    phase2=$kind
    phase2alg=${CHILDREN[$3]};dh${2#group}"
}

module_load
peer_topology
peer_root_up gb
libreswan_start
check 'it is libreswan 4' libreswan_is 4
peer_matrix gcm256,gcm128,cbc256,cbc128,chacha \
	group5,group14,group15,group16,group19,group20,group21,group31 \
	gcm256,cbc256,cbc128,chacha,ah 1,2,31,64,65,128,255
finish
