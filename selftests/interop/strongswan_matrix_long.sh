#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml-usual
# Long: yes
# Time limit: 1800
# pantun (A) and strongSwan 5.9 (B): suites, groups, children, keys, NAT, families and who
# begins, any two of which meet.
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"
# shellcheck source=selftests/interop/lib_strongswan.sh
. "$PANTUN_TOP/selftests/interop/lib_strongswan.sh"
# shellcheck source=selftests/interop/lib_peers.sh
. "$PANTUN_TOP/selftests/interop/lib_peers.sh"
# shellcheck source=selftests/interop/lib_matrix.sh
. "$PANTUN_TOP/selftests/interop/lib_matrix.sh"

declare -A SUITES=(
	[gcm256]=aes256gcm16-prfsha384 [gcm128]=aes128gcm16-prfsha256 [cbc256]=aes256-sha512
	[cbc128]=aes128-sha1 [ctr256]=aes256ctr-sha256 [ccm128]=aes128ccm16-prfsha256
	[chacha]=chacha20poly1305-prfsha256 [3des]=3des-sha1)
declare -A GROUPS_OF=(
	[group2]=modp1024 [group5]=modp1536 [group14]=modp2048 [group15]=modp3072 [group16]=modp4096
	[group19]=ecp256 [group20]=ecp384 [group21]=ecp521 [group31]=x25519 [group32]=x448)
declare -A CHILDREN=(
	[gcm256]=aes256gcm16 [cbc256]=aes256-sha256 [cbc128]=aes128-sha1 [chacha]=chacha20poly1305
	[ah]=sha256)

peer_suite() {
	SS_IKE=${SUITES[$1]}-${GROUPS_OF[$2]} SS_ESP=${CHILDREN[$3]}-${GROUPS_OF[$2]}
	SS_PROTO=esp_proposals
	[ "$3" != ah ] || SS_PROTO=ah_proposals
}

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
xfrmi_up gb ipsec0 42
strongswan_config gb "$PEER_B4" "$PEER_A4"
strongswan_start gb >/dev/null
check 'it is strongSwan 5.9' on gb sh -c 'swanctl --version | grep " 5\\.9"'
peer_matrix gcm256,gcm128,cbc256,cbc128,ctr256,ccm128,chacha,3des \
	group2,group5,group14,group15,group16,group19,group20,group21,group31,group32 \
	gcm256,cbc256,cbc128,chacha,ah 1,2,31,64,65,128,255
finish
