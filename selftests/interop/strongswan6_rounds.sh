#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# Root: trixie-peers charon-systemd strongswan-swanctl libstrongswan-standard-plugins
# Root: libstrongswan-extra-plugins libcharon-extra-plugins
# Additional key exchanges (RFC 9370) in IKE_INTERMEDIATE (RFC 9242) between pantun (A) and
# strongSwan 6.0 of Debian 13 (B): begun by either, one and three of them, longer than a fragment,
# and the same when strongSwan rekeys the IKE SA (IKE_FOLLOWUP_KE); of a child, rekeyed by either.
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"
# shellcheck source=selftests/interop/lib_strongswan.sh
. "$PANTUN_TOP/selftests/interop/lib_strongswan.sh"
# shellcheck source=selftests/interop/lib_peers.sh
. "$PANTUN_TOP/selftests/interop/lib_peers.sh"

SS_IN=(chroot "$WORK/gb/root")
PROFILE='set network ike crypto-profiles ike-crypto-profiles P'
USED='set network ike gateway g protocol ikev2 ike-crypto-profile P'

# peer PROPOSALS: strongSwan's, for the IKE SA.
peer() {
	# shellcheck disable=SC2034 # for strongswan_config
	SS_IKE=$1
	strongswan_config gb "$PEER_B4" "$PEER_A4"
	strongswan_load gb >/dev/null
	seen=$(wc -l <"$WORK/gb/charon.log")
}

# said PATTERN: by strongSwan, since the case began.
said() {
	tail -n "+$((seen + 1))" "$WORK/gb/charon.log" | grep -q "$1"
}

# pantun LINE...
pantun() {
	pantun_config ga "$PEER_B4" "$USED" "$PROFILE dh-group group31" "$@"
	pantund_start ga
	wait_for 10 ip -n ga link show dev tunnel1
	ip -n ga link set tunnel1 up
	route_lans tunnel1 ipsec0
}

# exchanges_are TEXT: those of pantun's IKE SA, as show has them.
exchanges_are() {
	pantunctl_on ga --json show ike-sa | python3 -c '
import json, sys
found = [s["proposal"] for s in json.load(sys.stdin)["ike_sas"]]
sys.exit(len(found) != 1 or not found[0].endswith("/CURVE25519" + sys.argv[1]))' "$1"
}

# up NAME EXCHANGES: packets pass, and do after a rekey of all.
up() {
	check "$1: carrier comes" wait_for 15 carrier_is ga tunnel1 1
	check "$1: pantun says which" wait_for 5 exchanges_are "$2"
	check "$1: ping" on ha ping -q -c 2 -i 0.2 -W 2 10.2.0.2
	check "$1: strongSwan rekeys the IKE SA" swanctl_on gb --rekey --ike gw
	check "$1: it has" wait_for 10 said 'IKE_SA gw\[[0-9]*\] rekeyed between'
	check "$1: pantun says which, once more" wait_for 10 exchanges_are "$2"
	check "$1: and the child" swanctl_on gb --rekey --child net
	check "$1: ping" on ha ping -q -c 2 -i 0.2 -W 2 10.2.0.2
}

# child_is REKEYS EXCHANGES: it was rekeyed as often, and has those.
child_is() {
	pantunctl_on ga --json show | python3 -c '
import json, sys
found = [(c["rekeys"], c["proposal"]) for c in json.load(sys.stdin)["children"]]
sys.exit(len(found) != 1 or found[0][0] != int(sys.argv[1])
	 or not found[0][1].endswith("/CURVE25519" + sys.argv[2]))' "$@"
}

module_load
peer_topology
strongswan_root_start

peer aes256-sha256-x25519-ke1_ecp384
pantun "$PROFILE additional-key-exchange 1 group20"
up 'one' '/KE ECP_384'
check 'one: in IKE_INTERMEDIATE' said 'parsed IKE_INTERMEDIATE request 1 \[ KE \]'
check 'one: in IKE_FOLLOWUP_KE' said 'parsed IKE_FOLLOWUP_KE response'
case_end 'one'

peer aes256-sha256-x25519-ke1_ecp384-ke2_modp4096-ke3_ecp521
pantun "$PROFILE additional-key-exchange 1 group20" \
	"$PROFILE additional-key-exchange 2 [ group19 group16 ]" \
	"$PROFILE additional-key-exchange 3 group21" \
	'set network ike gateway g protocol ikev2 ikev2-fragment size 576' \
	'set network ike gateway g protocol-common passive-mode yes'
check 'three: strongSwan begins' swanctl_on gb --initiate --child net
up 'three' '/KE ECP_384/KE MODP_4096/KE ECP_521'
check 'three: in fragments' said 'IKE_INTERMEDIATE response 2 \[ EF'
case_end 'three'

peer aes256-sha256-x25519
pantun "$PROFILE additional-key-exchange 1 [ group20 none ]"
check 'none: carrier comes' wait_for 15 carrier_is ga tunnel1 1
check 'none: pantun says so' wait_for 5 exchanges_are ''
check 'none: ping' on ha ping -q -c 2 -i 0.2 -W 2 10.2.0.2
case_end 'none'

SS_ESP=aes256gcm16-x25519-ke1_ecp384-ke2_modp3072
CHILD='set network ike crypto-profiles ipsec-crypto-profiles C'
peer aes256-sha256-x25519
pantun "$CHILD dh-group group31" "$CHILD additional-key-exchange 1 group20" \
	"$CHILD additional-key-exchange 2 group15" \
	'set network tunnel ipsec t auto-key ipsec-crypto-profile C'
check 'child: carrier comes' wait_for 15 carrier_is ga tunnel1 1
check 'child: pantun rekeys it' wait_for 20 child_is 1 '/KE ECP_384/KE MODP_3072'
check 'child: in IKE_FOLLOWUP_KE' said 'parsed IKE_FOLLOWUP_KE request'
check 'child: ping' on ha ping -q -c 2 -i 0.2 -W 2 10.2.0.2
check 'child: strongSwan rekeys it' swanctl_on gb --rekey --child net
check 'child: it has' wait_for 10 child_is 2 '/KE ECP_384/KE MODP_3072'
check 'child: ping' on ha ping -q -c 2 -i 0.2 -W 2 10.2.0.2
case_end 'child'
SS_ESP=aes256gcm16-x25519

peer aes256-sha256-x25519
pantun "$PROFILE additional-key-exchange 1 group20"
check 'strongSwan has none: pantun says why' \
	wait_for 10 grep -q 'accepts none of our IKE proposals' "$WORK/ga/pantund.log"
case_end 'strongSwan has none'
finish
