#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# Takes: 25
# strongSwan (B) has a certificate whose list of revoked ones is at a web server: pantun (A) fetches
# it.  Then it is on the list, and then the server is dead.
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"
# shellcheck source=selftests/interop/lib_strongswan.sh
. "$PANTUN_TOP/selftests/interop/lib_strongswan.sh"
# shellcheck source=selftests/interop/lib_pki.sh
. "$PANTUN_TOP/selftests/interop/lib_pki.sh"

PROFILE='set certificate-profile sites'
PASSIVE='set network ike gateway g protocol-common passive-mode yes'

# pantun_asks LINE...: pantun fetches lists, and lets nobody in without.
pantun_asks() {
	pantun_with a "$PASSIVE" "$PROFILE use-crl yes" "$@"
	route_lans tunnel1 ipsec0
}

comes_up() {
	check "$1: strongSwan begins" swanctl_on gb --initiate --child net --timeout 20
	check "$1: carrier comes" wait_for 15 carrier_is ga tunnel1 1
	case_end "$1"
}

# fails NAME TEXT
fails() {
	check_not "$1: strongSwan is not let in" \
		swanctl_on gb --initiate --child net --timeout 20
	check "$1: pantun says why" wait_for 10 grep -q "$2" "$WORK/ga/pantund.log"
	case_end "$1"
}

module_load
topology_up
xfrmi_up gb ipsec0 42
(
	umask 077
	authority root
	certificate a P-256 a.example root
	PKI_LIST=http://192.0.2.2:8000/root.crl
	certificate b P-256 b.example root
	list_by root
) >"$WORK/pki.log" 2>&1
mkdir "$WORK/web"
cp "$PKI/root.crl" "$WORK/web/"
web_start gb 192.0.2.2
server=$STARTED_PID
strongswan_config gb 192.0.2.2 192.0.2.1
strongswan_start gb >/dev/null
strongswan_has b

pantun_asks "$PROFILE block-unknown-cert yes" "$PROFILE crl-receive-timeout 15"
comes_up 'not on the list'
check 'not on the list: that was fetched' grep -q 'GET /root.crl' "$WORK/web.log"

list_by root b >>"$WORK/pki.log" 2>&1
cp "$PKI/root.crl" "$WORK/web/"
pantun_asks "$PROFILE crl-receive-timeout 15"
fails 'on the list' 'is not let in by its certificate: it is revoked'

kill "$server"
pantun_asks "$PROFILE block-timeout-cert yes" "$PROFILE crl-receive-timeout 2"
fails 'a dead server' 'block-timeout-cert asks for'
pantun_asks "$PROFILE crl-receive-timeout 2"
comes_up 'a dead server, which does not matter'
finish
