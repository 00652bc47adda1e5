#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# Root: trixie-libreswan libreswan
# Certificates between pantun (A) and libreswan 5.2 of Debian 13 (B): RSA and ECDSA, either begins.
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"
# shellcheck source=selftests/interop/lib_peers.sh
. "$PANTUN_TOP/selftests/interop/lib_peers.sh"
# shellcheck source=selftests/interop/lib_libreswan.sh
. "$PANTUN_TOP/selftests/interop/lib_libreswan.sh"
# shellcheck source=selftests/interop/lib_pki.sh
. "$PANTUN_TOP/selftests/interop/lib_pki.sh"

LS_VERSION=${CERTS_VERSION:-'keyexchange=ikev2'}
NSS=sql:/var/lib/ipsec/nss

# libreswan_has NAME: that certificate with its key, and the root.
libreswan_has() {
	on gb openssl pkcs12 -export -in "$PKI/$1.crt" -inkey "$PKI/$1.key" -name "$1" -passout pass: \
		-out "$WORK/gb/root/$1.p12"
	on gb cp "$PKI/root.crt" "$WORK/gb/root/"
	on_peer gb pk12util -d "$NSS" -i "/$1.p12" -K '' -W ''
	on_peer gb certutil -A -d "$NSS" -n root -t CT,, -a -i /root.crt
}

# libreswan_by NAME AUTHBY
libreswan_by() {
	libreswan_connection v4 10.2.0.0/24 10.1.0.0/24 | sed "s/authby=.*/authby=$2/
		s/leftid=.*/leftid=@b.example/
		s/rightid=.*/rightid=@a.example/
		s/^conn.*/&\n    leftcert=$1\n    leftsendcert=always\n    rightca=%same/" |
		on gb tee "$WORK/gb/root/etc/ipsec.conf" >/dev/null
	on_peer gb ipsec addconn --config /etc/ipsec.conf v4
}

# begun_by a|b KIND AUTHBY
begun_by() {
	local name="$2, $1 begins"

	libreswan_by "b-$2" "$3" >>"$WORK/gb/libreswan.load" 2>&1
	if [ "$1" = a ]; then
		pantun_with "a-$2" "${LINES_A[@]}"
	else
		pantun_with "a-$2" "${LINES_A[@]}" 'set network tunnel ipsec t start passive'
	fi
	peer_routes
	[ "$1" = a ] || check "$name: libreswan does" \
		on_peer gb timeout 20 ipsec whack --name v4 --initiate
	check "$name: carrier comes" wait_for 15 carrier_is ga tunnel1 1
	check "$name: ping" on ha ping -q -c 2 -i 0.2 -W 2 10.2.0.2
	check_here "$name: pantund ends" pantund_stop ga
	pantunctl_on ga sa flush
	peer_down
}

LINES_A=('set network tunnel ipsec t auto-key proxy-id v4 local 10.1.0.0/24 remote 10.2.0.0/24')

module_load
peer_topology
peer_root_up gb
(
	umask 077
	authority root
	for kind in rsa P-256; do
		certificate "a-$kind" "$kind" a.example root
		certificate "b-$kind" "$kind" b.example root
	done
) >"$WORK/pki.log" 2>&1
libreswan_start
for kind in rsa P-256; do
	check "$kind: libreswan takes the certificate" libreswan_has "b-$kind"
done
whack --rereadcerts >/dev/null 2>&1 || :
begun_by a rsa rsa-sha2
begun_by b rsa rsa-sha2
begun_by a P-256 ecdsa
begun_by b P-256 ecdsa
finish
