# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Authorities and certificates by openssl(1), in $PKI, and pantun and strongSwan with them.  Sourced
# after lib.sh, and lib_strongswan.sh where that is used.

PKI=$WORK/pki
mkdir -p "$PKI"

# web_start NODE ADDRESS: a web server of the folder $WORK/web, at port 8000.  STARTED_PID is its
# number, $WORK/web.log what it was asked for.
web_start() {
	start_on "$1" "$WORK/web.log" /usr/bin/python3 -m http.server --directory "$WORK/web" 8000
	wait_for 20 on "$1" bash -c ": <>/dev/tcp/$2/8000"
}

# key FILE KIND
key() {
	case $2 in
	rsa) openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$1" ;;
	rsa4096) openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:4096 -out "$1" ;;
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

# certificate NAME KIND DNS ISSUER [DAYS]: it says that the list is at $PKI_LIST, if that is set.
certificate() {
	key "$PKI/$1.key" "$2"
	openssl req -new -key "$PKI/$1.key" -subj "/O=Example/CN=$1" \
		-addext "subjectAltName=DNS:$3" \
		${PKI_LIST:+-addext "crlDistributionPoints=URI:$PKI_LIST"} |
		openssl x509 -req -copy_extensions copy -CA "$PKI/$4.crt" -CAkey "$PKI/$4.key" \
			-days "${5:-30}" -out "$PKI/$1.crt"
}

# list_by ISSUER [NAME]: the issuer's list, which has that certificate besides those from before.
list_by() {
	: >>"$PKI/$1.index"
	cat >"$PKI/ca.conf" <<-END
	[ca]
	default_ca = this
	[this]
	database = $PKI/$1.index
	default_md = sha256
	default_crl_days = 7
	END
	set -- "$1" "${2:-}" -config "$PKI/ca.conf" -keyfile "$PKI/$1.key" -cert "$PKI/$1.crt"
	[ -z "$2" ] || openssl ca "${@:3}" -revoke "$PKI/$2.crt"
	openssl ca "${@:3}" -gencrl -out "$PKI/$1.crl"
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

# strongswan_has NAME: strongSwan at B, b.example, has that certificate.
strongswan_has() {
	local etc=$WORK/gb/etc/swanctl conf=$WORK/gb/etc/swanctl/swanctl.conf
	strongswan_config gb 192.0.2.2 192.0.2.1
	sed -i "/^    local {/,/^    }/s/auth = psk/auth = pubkey\n      certs = peer.crt/
		/^    remote {/,/^    }/s/auth = psk/auth = pubkey/
		s/id = 192.0.2.2/id = b.example/
		s/id = 192.0.2.1/id = a.example/" "$conf"
	mkdir -p "$etc/x509" "$etc/x509ca" "$etc/private"
	cp "$PKI/$1.crt" "$etc/x509/peer.crt"
	cp "$PKI/$1.key" "$etc/private/peer.key"
	cp "$PKI/root.crt" "$etc/x509ca/root.crt"
	swanctl_on gb --load-all --clear >/dev/null 2>&1
}
