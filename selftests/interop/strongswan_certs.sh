#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# Certificates between pantun (A) and strongSwan (B): each kind of key at either end, begun by
# either; then peers that must not be let in.
set -eu
# shellcheck source=selftests/lib.sh
. "$PANTUN_TOP/selftests/lib.sh"
# shellcheck source=selftests/interop/lib_strongswan.sh
. "$PANTUN_TOP/selftests/interop/lib_strongswan.sh"

PKI=$WORK/pki
ETC=$WORK/gb/etc/swanctl

# key FILE KIND
key() {
	case $2 in
	rsa) openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$1" ;;
	ed25519 | ed448) openssl genpkey -algorithm "${2^^}" -out "$1" ;;
	*) openssl genpkey -algorithm EC -pkeyopt "ec_paramgen_curve:$2" -out "$1" ;;
	esac
}

# authority NAME
authority() {
	key "$PKI/$1.key" P-256
	openssl req -x509 -new -key "$PKI/$1.key" -subj "/O=Example/CN=$1" -days 30 \
		-out "$PKI/$1.crt"
}

# certificate NAME KIND DNS ISSUER [DAYS]
certificate() {
	key "$PKI/$1.key" "$2"
	openssl req -new -key "$PKI/$1.key" -subj "/O=Example/CN=$1" \
		-addext "subjectAltName=DNS:$3" |
		openssl x509 -req -copy_extensions copy -CA "$PKI/$4.crt" -CAkey "$PKI/$4.key" \
			-days "${5:-30}" -out "$PKI/$1.crt"
}

# peer NAME: strongSwan has that certificate.
peer() {
	local conf=$ETC/swanctl.conf
	strongswan_config gb 192.0.2.2 192.0.2.1
	sed -i "/^    local {/,/^    }/s/auth = psk/auth = pubkey\n      certs = peer.crt/
		/^    remote {/,/^    }/s/auth = psk/auth = pubkey/
		s/id = 192.0.2.2/id = b.example/
		s/id = 192.0.2.1/id = a.example/" "$conf"
	mkdir -p "$ETC/x509" "$ETC/x509ca" "$ETC/private"
	cp "$PKI/$1.crt" "$ETC/x509/peer.crt"
	cp "$PKI/$1.key" "$ETC/private/peer.key"
	cp "$PKI/root.crt" "$ETC/x509ca/root.crt"
	swanctl_on gb --load-all --clear >/dev/null 2>&1
}

# pantun NAME LINE...: pantun has that certificate.
pantun() {
	local name=$1 gw='set network ike gateway g'
	shift
	pantun_config ga 192.0.2.2 "$@"
	sed -i '/pre-shared-key/d' "$WORK/ga/pantun.conf"
	cat >>"$WORK/ga/pantun.conf" <<-END
	set certificate own file $PKI/$name.crt
	set certificate own key-file $PKI/$name.key
	set certificate root file $PKI/root.crt
	set certificate-profile sites CA root
	$gw authentication certificate local-certificate name own
	$gw authentication certificate certificate-profile sites
	$gw local-id id a.example
	$gw peer-id id b.example
	END
	pantund_start ga
	wait_for 10 ip -n ga link show dev tunnel1
	ip -n ga link set tunnel1 up
	route_lans tunnel1 ipsec0
}

# up NAME: packets pass.
up() {
	check "$1: carrier comes" wait_for 15 carrier_is ga tunnel1 1
	check "$1: ping" on ha ping -q -c 2 -i 0.2 -W 2 10.2.0.2
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
mkdir -p "$PKI"
(
	umask 077
	authority root
	authority other
	certificate a-rsa rsa a.example root
	certificate a-ec256 P-256 a.example root
	certificate a-ec384 P-384 a.example root
	certificate a-ed ed25519 a.example root
	certificate b-rsa rsa b.example root
	certificate b-ec256 P-256 b.example root
	certificate b-ec521 P-521 b.example root
	certificate b-ed448 ed448 b.example root
	certificate b-other P-256 b.example other
	certificate b-named P-256 c.example root
) >"$WORK/pki.log" 2>&1
strongswan_config gb 192.0.2.2 192.0.2.1
strongswan_start gb >/dev/null

for pair in rsa:ec521 ec384:ed448; do
	peer "b-${pair#*:}"
	pantun "a-${pair%:*}"
	up "$pair, pantun begins"
done
for pair in ed:rsa ec256:ec256; do
	peer "b-${pair#*:}"
	pantun "a-${pair%:*}" "$PASSIVE"
	check "$pair: strongSwan begins" swanctl_on gb --initiate --child net --timeout 20
	up "$pair, strongSwan begins"
done

peer b-other
pantun a-ec256 "$PASSIVE"
check_not 'another authority: strongSwan is not let in' \
	swanctl_on gb --initiate --child net --timeout 20
fails 'another authority' 'no authority of the certificate-profile has issued it'

# strongSwan does not claim what its certificate lacks, so A expects somebody else.
peer b-named
sed -i 's/id = b.example/id = c.example/' "$ETC/swanctl.conf"
swanctl_on gb --load-all >/dev/null 2>&1
pantun a-ec256 "$PASSIVE"
check_not 'another name: strongSwan is not let in' \
	swanctl_on gb --initiate --child net --timeout 20
fails 'another name' 'says it is c.example, expected is b.example'
finish
