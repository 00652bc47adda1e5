#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# Certificates between pantun (A) and strongSwan (B), begun by either; a peer that is revoked while
# it is up, and one that must not be let in; then those of IKEv1, in either mode, and in fragments.
set -eu
# shellcheck source=selftests/lib.sh
. "$PANTUN_TOP/selftests/lib.sh"
# shellcheck source=selftests/interop/lib_strongswan.sh
. "$PANTUN_TOP/selftests/interop/lib_strongswan.sh"
# shellcheck source=selftests/interop/lib_pki.sh
. "$PANTUN_TOP/selftests/interop/lib_pki.sh"

ETC=$WORK/gb/etc/swanctl

# pantun_to_b NAME LINE...: pantun has that certificate, and all goes by the tunnel.
pantun_to_b() {
	pantun_with "$@"
	route_lans tunnel1 ipsec0
}

# is_up NAME: packets pass.
is_up() {
	check "$1: carrier comes" wait_for 15 carrier_is ga tunnel1 1
	check "$1: ping" on ha ping -q -c 2 -i 0.2 -W 2 10.2.0.2
}

# up NAME: packets pass, and that was all.
up() {
	is_up "$1"
	case_end "$1"
}

# fails NAME PATTERN: there is no IKE SA, and pantun says that.
fails() {
	check "$1: pantun says why" wait_for 10 grep -q "$2" "$WORK/ga/pantund.log"
	check "$1: there is no IKE SA" wait_for 10 strongswan_ike_sas_are gb 0
	case_end "$1"
}

PASSIVE='set network ike gateway g protocol-common passive-mode yes'

module_load
topology_up
xfrmi_up gb ipsec0 42
(
	umask 077
	authority root
	authority other
	certificate a-rsa rsa a.example root
	certificate a-ed ed25519 a.example root
	certificate b-ec521 P-521 b.example root
	certificate b-rsa rsa b.example root
	certificate b-other P-256 b.example other
	certificate a-ec256 P-256 a.example root
	certificate a-ec521 P-521 a.example root
	certificate a-long rsa4096 a.example root
	certificate b-long rsa4096 b.example root
	list_by root b-rsa
) >"$WORK/pki.log" 2>&1
[ -z "${PANTUN_CERTS_LONG:-}" ] || (
	umask 077
	certificate a-ec384 P-384 a.example root
	certificate b-ec256 P-256 b.example root
	certificate b-ed448 ed448 b.example root
	certificate b-named P-256 c.example root
) >>"$WORK/pki.log" 2>&1
strongswan_config gb 192.0.2.2 192.0.2.1
strongswan_start gb >/dev/null

# begun_here KINDS
begun_here() {
	strongswan_has "b-${1#*:}"
	pantun_to_b "a-${1%:*}"
	up "$1, pantun begins"
}

# begun_there KINDS: it is left up.
begun_there() {
	strongswan_has "b-${1#*:}"
	pantun_to_b "a-${1%:*}" "$PASSIVE"
	check "$1: strongSwan begins" swanctl_on gb --initiate --child net --timeout 20
	is_up "$1, strongSwan begins"
}

# begun_in_vain NAME: strongSwan begins, and is not let in.
begun_in_vain() {
	check_not "$1: strongSwan is not let in" \
		swanctl_on gb --initiate --child net --timeout 20
}

begun_here rsa:ec521
begun_there ed:rsa
check 'certificates are shown with their days' says 0 'CN=a-ed' pantunctl_on ga show certificates
echo "set certificate-profile sites crl-file $PKI/root.crl" >>"$WORK/ga/pantun.conf"
check 'revoked: the list is read' pantunctl_on ga reload
check 'revoked: the SA ends, and pantun says why' wait_for 10 grep -q \
	'not taken any more: it is revoked: certificate of O=Example, CN=b-rsa' "$WORK/ga/pantund.log"
check 'revoked: strongSwan hears that' wait_for 10 strongswan_ike_sas_are gb 0
begun_in_vain 'revoked'
fails 'revoked' 'not let in by its certificate: it is revoked'

strongswan_has b-other
pantun_to_b a-ed "$PASSIVE"
begun_in_vain 'another authority'
fails 'another authority' 'no authority of the certificate-profile has issued it'

SS_VERSION=1
SS_IKE=aes256-sha256-ecp256
SS_ESP=aes256gcm16-ecp256
SS_LOCAL_TS=0.0.0.0/0
SS_REMOTE_TS=0.0.0.0/0
CRYPTO='set network ike crypto-profiles'
V1=(
	"$CRYPTO ike-crypto-profiles P encryption aes-256-cbc"
	"$CRYPTO ike-crypto-profiles P hash sha256 dh-group group19"
	"$CRYPTO ipsec-crypto-profiles Q esp encryption aes-256-gcm"
	"$CRYPTO ipsec-crypto-profiles Q esp authentication none"
	"$CRYPTO ipsec-crypto-profiles Q dh-group group19"
	'set network ike gateway g protocol version ikev1 ikev1 ike-crypto-profile P'
	'set network tunnel ipsec t auto-key ipsec-crypto-profile Q'
)
strongswan_has b-rsa
pantun_to_b a-rsa "${V1[@]}"
up 'IKEv1 with RSA, pantun begins'
pantun_to_b a-rsa "${V1[@]}" "$PASSIVE"
check 'IKEv1 with RSA: strongSwan begins' swanctl_on gb --initiate --child net --timeout 20
up 'IKEv1 with RSA, strongSwan begins'
strongswan_has b-ec521
pantun_to_b a-ec521 "${V1[@]}"
up 'IKEv1 with ECDSA, pantun begins'
pantun_to_b a-ec521 "${V1[@]}" "$PASSIVE"
check 'IKEv1 with ECDSA: strongSwan begins' swanctl_on gb --initiate --child net --timeout 20
up 'IKEv1 with ECDSA, strongSwan begins'
SS_AGGRESSIVE=yes
AGGRESSIVE='set network ike gateway g protocol ikev1 exchange-mode aggressive'
strongswan_has b-rsa
pantun_to_b a-rsa "${V1[@]}" "$AGGRESSIVE"
up 'aggressive mode with RSA, pantun begins'
pantun_to_b a-rsa "${V1[@]}" "$AGGRESSIVE" "$PASSIVE"
check 'aggressive mode with RSA: strongSwan begins' \
	swanctl_on gb --initiate --child net --timeout 20
up 'aggressive mode with RSA, strongSwan begins'
strongswan_has b-ec521
pantun_to_b a-ec521 "${V1[@]}" "$AGGRESSIVE"
up 'aggressive mode with ECDSA, pantun begins'
pantun_to_b a-ec521 "${V1[@]}" "$AGGRESSIVE" "$PASSIVE"
check 'aggressive mode with ECDSA: strongSwan begins' \
	swanctl_on gb --initiate --child net --timeout 20
up 'aggressive mode with ECDSA, strongSwan begins'
# mark: forget what strongSwan has said so far.
mark() {
	seen=$(wc -l <"$WORK/gb/charon.log")
}

# said PATTERN: it has said that since.
said() {
	tail -n "+$((seen + 1))" "$WORK/gb/charon.log" | grep -q "$1"
}

# in_parts NAME: both have sent, and taken, messages in fragments.
in_parts() {
	check "$1: strongSwan sends fragments" said 'splitting IKE message'
	check "$1: and takes those of pantun" said 'received fragment #2, reassembled'
}

FRAGMENTS='set network ike gateway g protocol-common fragmentation enable yes'
for mode in aggressive main; do
	strongswan_has b-long
	mark
	pantun_to_b a-long "${V1[@]}" "$FRAGMENTS" \
		"set network ike gateway g protocol ikev1 exchange-mode $mode"
	is_up "fragments in $mode mode, pantun begins"
	in_parts "fragments in $mode mode, pantun begins"
	case_end "fragments in $mode mode, pantun begins"
	mark
	pantun_to_b a-long "${V1[@]}" "$FRAGMENTS" "$PASSIVE" \
		"set network ike gateway g protocol ikev1 exchange-mode $mode"
	check "fragments in $mode mode: strongSwan begins" \
		swanctl_on gb --initiate --child net --timeout 20
	is_up "fragments in $mode mode, strongSwan begins"
	in_parts "fragments in $mode mode, strongSwan begins"
	case_end "fragments in $mode mode, strongSwan begins"
	SS_AGGRESSIVE=no
done
mark
pantun_to_b a-long "${V1[@]}"
is_up 'fragmentation off'
check_not 'fragmentation off: strongSwan sends none' said 'splitting IKE message'
check_not 'fragmentation off: and gets none' said 'received fragment'
case_end 'fragmentation off'
strongswan_has b-other
pantun_to_b a-ec256 "${V1[@]}" "$PASSIVE"
check_not 'IKEv1, another authority: strongSwan is not let in' \
	swanctl_on gb --initiate --child net --timeout 4
fails 'IKEv1, another authority' 'no authority of the certificate-profile has issued it'
SS_VERSION=2
SS_IKE=aes256-sha256-x25519
SS_ESP=aes256gcm16-x25519

if [ -n "${PANTUN_CERTS_LONG:-}" ]; then
	begun_here ec384:ed448
	begun_there ec256:ec256
	case_end 'ec256:ec256, strongSwan begins'
	# strongSwan does not claim what its certificate lacks, so A expects somebody else.
	strongswan_has b-named
	sed -i 's/id = b.example/id = c.example/' "$ETC/swanctl.conf"
	swanctl_on gb --load-all >/dev/null 2>&1
	pantun_to_b a-ec256 "$PASSIVE"
	begun_in_vain 'another name'
	fails 'another name' 'says it is c.example, expected is b.example'
fi
finish
