#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# Root: trixie-iked openiked
# Kernel part: net/key/af_key.c
# pantun (A) and iked of Debian 13 (B): either begins, keys of odd lengths and octets, a NAT, IPv6
# outside.  iked has its SAs by PF_KEY, through which Linux has no AEAD, and truncates SHA2-256 to
# 96 bits.
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"
# shellcheck source=selftests/interop/lib_peers.sh
. "$PANTUN_TOP/selftests/interop/lib_peers.sh"

# shellcheck disable=SC2034 # of lib_peers.sh
PEER_ONE_FAMILY='iked has selectors of all families in one child, and Linux mixes none by PF_KEY'
PEER_PROFILE=('set network ike crypto-profiles ipsec-crypto-profiles e esp encryption aes-256-cbc'
	'set network ike crypto-profiles ipsec-crypto-profiles e esp authentication sha512'
	'set network tunnel ipsec t auto-key ipsec-crypto-profile e')

# iked_config active|passive
iked_config() {
	local ours=10.2.0.0/24 theirs=10.1.0.0/24 leaf='proxy-id v4'

	if [[ $PEER_LOCAL = *:* ]]; then
		ours=fd02::/64 theirs=fd01::/64 leaf='proxy-id-v6 v6'
	fi
	PEER_LINES=("${PEER_PROFILE[@]}"
		"set network tunnel ipsec t auto-key $leaf local $theirs remote $ours")
	on gb tee "$WORK/gb/root/etc/iked.conf" >/dev/null <<-END
	ikev2 "t" $1 esp from $ours to $theirs local $PEER_LOCAL peer $PEER_REMOTE \
	    ikesa enc aes-256 prf hmac-sha2-256 auth hmac-sha2-256 group curve25519 \
	    childsa enc aes-256 auth hmac-sha2-512 group curve25519 \
	    srcid $PEER_LOCAL dstid $PEER_REMOTE_ID psk 0x$PEER_KEY
	END
	on gb chmod 600 "$WORK/gb/root/etc/iked.conf"
}

ikectl() {
	on_peer gb ikectl "$@"
}

# iked_reload active|passive: and waits until it has read it, of which it tells in its log.
iked_reload() {
	iked_config "$1"
	: >"$WORK/gb/iked.log"
	ikectl reload
	wait_for 10 grep -q "$1.* psk 0x$PEER_KEY" "$WORK/gb/iked.log"
}

peer_config() {
	iked_reload passive
}

peer_initiate() {
	iked_reload active
}

peer_down() {
	ikectl reset all >/dev/null
	on gb ip xfrm state flush
	on gb ip xfrm policy flush
}

peer_sas() {
	:
}

module_load
insmod "${PANTUN_PEER_KO:?}"
peer_topology
peer_root_up gb
PEER_LOCAL=$PEER_B4 PEER_REMOTE=$PEER_A4 PEER_REMOTE_ID=$PEER_A4 PEER_KEY=00
iked_config passive
start_on gb "$WORK/gb/iked.log" chroot "$WORK/gb/root" iked -d -v
check 'iked runs' wait_for 20 ikectl show sa
peer_cases
finish
