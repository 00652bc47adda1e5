#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# Takes: 25
# strongSwan (B) says where its certificate is in place of sending it: pantun (A) fetches it from a
# web server.  Then pantun does not take that, and then another certificate is there.
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"
# shellcheck source=selftests/interop/lib_strongswan.sh
. "$PANTUN_TOP/selftests/interop/lib_strongswan.sh"
# shellcheck source=selftests/interop/lib_pki.sh
. "$PANTUN_TOP/selftests/interop/lib_pki.sh"

FROM='set certificate-profile sites hash-and-url-from http://192.0.2.2:8000/'
PASSIVE='set network ike gateway g protocol-common passive-mode yes'

# pantun_asks LINE...
pantun_asks() {
	pantun_with a "$@"
	route_lans tunnel1 ipsec0
}

module_load
topology_up
xfrmi_up gb ipsec0 42
(
	umask 077
	authority root
	certificate a P-256 a.example root
	certificate b P-256 b.example root
	certificate c P-256 c.example root
) >"$WORK/pki.log" 2>&1
mkdir "$WORK/web"
openssl x509 -in "$PKI/b.crt" -outform DER -out "$WORK/b.der"
read -r hash _ < <(sha1sum "$WORK/b.der")
cp "$WORK/b.der" "$WORK/web/$hash"
web_start gb 192.0.2.2
strongswan_config gb 192.0.2.2 192.0.2.1
sed -i 's/^charon-systemd {/&\n  hash_and_url = yes/' "$WORK/gb/strongswan.conf"
strongswan_start gb >/dev/null
strongswan_has b
cat >>"$WORK/gb/etc/swanctl/swanctl.conf" <<-END
authorities {
  root {
    cacert = root.crt
    cert_uri_base = http://192.0.2.2:8000/
  }
}
END
swanctl_on gb --load-all --clear >/dev/null 2>&1

pantun_asks "$PASSIVE" "$FROM"
check 'strongSwan begins' swanctl_on gb --initiate --child net --timeout 20
check 'carrier comes' wait_for 15 carrier_is ga tunnel1 1
check 'the certificate was fetched' grep -q "GET /$hash" "$WORK/web.log"
check 'strongSwan did not send it' grep -q 'sending hash-and-url' "$WORK/gb/charon.log"
case_end 'strongSwan begins'

: >"$WORK/web.log"
pantun_asks "$FROM"
check 'pantun begins' wait_for 30 carrier_is ga tunnel1 1
check 'the certificate was fetched anew' grep -q "GET /$hash" "$WORK/web.log"
case_end 'pantun begins'

: >"$WORK/web.log"
pantun_asks "$PASSIVE"
check 'unasked' swanctl_on gb --initiate --child net --timeout 20
check 'unasked: strongSwan sends its certificate' wait_for 15 carrier_is ga tunnel1 1
check_not 'unasked: nothing is fetched' grep -q GET "$WORK/web.log"
case_end 'unasked'

openssl x509 -in "$PKI/c.crt" -outform DER -out "$WORK/web/$hash"
pantun_asks "$PASSIVE" "$FROM"
check_not 'another certificate: strongSwan is not let in' \
	swanctl_on gb --initiate --child net --timeout 20
check 'another certificate: pantun says why' wait_for 10 \
	grep -q 'its hash is not the one that the peer says' "$WORK/ga/pantund.log"
case_end 'another certificate'
finish
