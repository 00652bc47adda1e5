#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# Post-quantum pre-shared keys (RFC 8784) between pantun (A) and strongSwan (B): begun by either,
# wished for or insisted on, the same and others.
set -eu
# shellcheck source=selftests/lib.sh
. "$PANTUN_TOP/selftests/lib.sh"
# shellcheck source=selftests/interop/lib_strongswan.sh
. "$PANTUN_TOP/selftests/interop/lib_strongswan.sh"

ID=key-of-monday
KEY='quite as long as such a key is meant to be'
OTHER='another that is just as long as that one is'
PPK='set network ike gateway g protocol ikev2 pq-ppk'
ENABLED="$PPK enabled yes"

# peer ID KEY yes|no: strongSwan's key, and whether it insists; without ID it has none.
peer() {
	local conf=$WORK/gb/etc/swanctl/swanctl.conf
	strongswan_config gb 192.0.2.2 192.0.2.1
	if [ -n "$1" ]; then
		sed -i "s/^    mobike = no/&\n    ppk_id = $1\n    ppk_required = $3/
			s/^  ike-1 {/  ppk-1 {\n    id = $1\n    secret = \"$2\"\n  }\n&/" "$conf"
	fi
	strongswan_load gb >/dev/null 2>&1
	seen=$(wc -l <"$WORK/gb/charon.log")
}

# said PATTERN: by strongSwan, since the case began.
said() {
	tail -n "+$((seen + 1))" "$WORK/gb/charon.log" | grep -q "$1"
}

# pantun LINE...
pantun() {
	key_file "$WORK/ppk" "$KEY"
	pantun_config ga 192.0.2.2 "$@"
	pantund_start ga
	wait_for 10 ip -n ga link show dev tunnel1
	ip -n ga link set tunnel1 up
	route_lans tunnel1 ipsec0
}

# key_file FILE KEY
key_file() {
	(umask 077 && printf '%s\n' "$2" >"$1")
}

# key_is ID: that of pantun's IKE SA, as show has it.
key_is() {
	pantunctl_on ga --json show ike-sa | python3 -c '
import json, sys
sys.exit([s["ppk_id"] for s in json.load(sys.stdin)["ike_sas"]] != [sys.argv[1]])' "$1"
}

# up NAME ID: packets pass, and do after all that derives keys anew.
up() {
	check "$1: carrier comes" wait_for 15 carrier_is ga tunnel1 1
	check "$1: pantun says which key" wait_for 5 key_is "$2"
	check "$1: ping" on ha ping -q -c 2 -i 0.2 -W 2 10.2.0.2
	check "$1: strongSwan rekeys the child" swanctl_on gb --rekey --child net
	check "$1: and the IKE SA" swanctl_on gb --rekey --ike gw
	check "$1: pantun still says which key" wait_for 10 key_is "$2"
	check "$1: the child, once more" swanctl_on gb --rekey --child net
	check "$1: ping" on ha ping -q -c 2 -i 0.2 -W 2 10.2.0.2
	case_end "$1"
}

# fails NAME PATTERN: there is no IKE SA, and pantun says that.
fails() {
	check "$1: pantun says why" wait_for 10 grep -q "$2" "$WORK/ga/pantund.log"
	check "$1: there is no IKE SA" strongswan_ike_sas_are gb 0
	case_end "$1"
}

module_load
topology_up
xfrmi_up gb ipsec0 42
strongswan_config gb 192.0.2.2 192.0.2.1
strongswan_start gb >/dev/null

peer "$ID" "$KEY" yes
pantun "$ENABLED" "$PPK negotiation-mode mandatory" "$PPK keys $ID key-file $WORK/ppk"
up 'both insist' "$ID"

peer "$ID" "$KEY" yes
pantun "$ENABLED" "$PPK keys $ID key-file $WORK/ppk" \
	'set network ike gateway g protocol-common passive-mode yes'
check 'strongSwan begins: it does' swanctl_on gb --initiate --child net
check 'strongSwan begins: with the key' said "using PPK for PPK_ID '$ID'"
up 'strongSwan begins' "$ID"

peer '' '' no
pantun "$ENABLED" "$PPK keys $ID key-file $WORK/ppk"
up 'strongSwan has none' ''

peer "$ID" "$KEY" no
pantun 'set network ike gateway g protocol-common passive-mode yes'
check 'pantun has none: strongSwan begins' swanctl_on gb --initiate --child net
up 'pantun has none' ''

peer "unheard-of" "$KEY" no
pantun "$ENABLED" "$PPK keys $ID key-file $WORK/ppk" \
	'set network ike gateway g protocol-common passive-mode yes'
check 'another identity: strongSwan begins' swanctl_on gb --initiate --child net
up 'another identity' ''

peer "$ID" "$OTHER" no
pantun "$ENABLED" "$PPK keys $ID key-file $WORK/ppk"
fails 'another key' 'AUTHENTICATION_FAILED'

peer '' '' no
pantun "$ENABLED" "$PPK negotiation-mode mandatory" "$PPK keys $ID key-file $WORK/ppk"
fails 'mandatory, and strongSwan has none' 'which are mandatory here'
finish
