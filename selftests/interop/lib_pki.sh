# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Authorities and certificates by openssl(1), in $PKI, and pantun with them.  Sourced after lib.sh.

PKI=$WORK/pki
mkdir -p "$PKI"

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

# revoke NAME ISSUER: the issuer's list has that certificate.
revoke() {
	: >>"$PKI/$2.index"
	cat >"$PKI/ca.conf" <<-END
	[ca]
	default_ca = this
	[this]
	database = $PKI/$2.index
	default_md = sha256
	default_crl_days = 7
	END
	set -- "$1" "$2" -config "$PKI/ca.conf" -keyfile "$PKI/$2.key" -cert "$PKI/$2.crt"
	openssl ca "${@:3}" -revoke "$PKI/$1.crt"
	openssl ca "${@:3}" -gencrl -out "$PKI/$2.crl"
}

# pantun_with NAME LINE...: pantun at A, a.example, has that certificate, and a tunnel to b.example.
pantun_with() {
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
}
