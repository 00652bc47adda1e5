#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# Time limit: 600
# What does not fit between pantun (A) and strongSwan (B), either one initiating:
# no tunnel, and a log line of pantund that names the cause; PFS at one end only: a tunnel,
# and that line soon after it has come up.
set -eu
# shellcheck source=selftests/lib.sh
. "$PANTUN_TOP/selftests/lib.sh"
# shellcheck source=selftests/interop/lib_strongswan.sh
. "$PANTUN_TOP/selftests/interop/lib_strongswan.sh"

# log_names NAME TEXT: pantund's log says TEXT within 15 s (extended regular expression).
log_names() {
	if wait_for 15 grep -qE -- "$2" "$WORK/ga/pantund.log"; then
		ok "$1: $(grep -E -m 1 -o -- "$2" "$WORK/ga/pantund.log")"
	else
		not_ok "$1" "no line matches: $2" "$(tail -n 15 "$WORK/ga/pantund.log")"
	fi
}

no_tunnel() {
	check "$1: no child at the peer" test "$(strongswan_children gb)" -eq 0
	check "$1: no carrier" carrier_is ga tunnel1 0
}

# attempt initiate|respond NAME REGEX [LINE...]: pantun in this role with further lines.
attempt() {
	local role=$1 name="$1, $2" regex=$3
	shift 3
	[ "$role" = initiate ] || set -- "$@" 'set network tunnel ipsec t start passive'
	pantun_config ga 192.0.2.2 "$@"
	: >"$WORK/ga/pantund.log"
	strongswan_config gb 192.0.2.2 192.0.2.1
	strongswan_load gb >/dev/null 2>&1
	pantund_start ga
	wait_for 10 ip -n ga link show dev tunnel1
	ip -n ga link set tunnel1 up
	if [ "$role" = respond ]; then
		check_not "$name: strongSwan fails" swanctl_on gb --initiate --child net --timeout 6
	fi
	log_names "$name" "$regex"
	no_tunnel "$name"
	pantund_stop ga || not_ok "$name: pantund ends"
	strongswan_down gb
	swanctl_on gb --unload-conn gw >/dev/null 2>&1 || :
}

# pfs NAME REGEX [LINE...]: pantun initiates, and its early rekey is refused.
pfs() {
	local name="PFS, $1" regex=$2
	shift 2
	pantun_config ga 192.0.2.2 "$@"
	: >"$WORK/ga/pantund.log"
	strongswan_config gb 192.0.2.2 192.0.2.1
	strongswan_load gb >/dev/null 2>&1
	pantund_start ga
	check "$name: up" wait_for 15 carrier_is ga tunnel1 1
	log_names "$name" "$regex"
	pantunctl_on ga show >"$WORK/show"
	check_has "$name: and show says so" 'the same dh-group in the ipsec-crypto-profile' "$WORK/show"
	check "$name: the child stays" test "$(strongswan_children gb)" -eq 1
	check "$name: the carrier stays" carrier_is ga tunnel1 1
	pantund_stop ga || not_ok "$name: pantund ends"
	pantunctl_on ga sa flush
	strongswan_down gb
	swanctl_on gb --unload-conn gw >/dev/null 2>&1 || :
}

module_load
topology_up
xfrmi_up gb ipsec0 42
strongswan_config gb 192.0.2.2 192.0.2.1
strongswan_start gb >/dev/null

SS_SECRET=another-secret-than-ours-0002
attempt initiate 'wrong pre-shared key' 'gateway g: .*pre-shared key.*'
attempt respond 'wrong pre-shared key' 'gateway g: .*pre-shared key.*'
SS_SECRET=$PANTUN_PSK

SS_IKE=aes128-sha384-ecp521
attempt initiate 'no common IKE proposal' 'gateway g: .*(no common|NO_PROPOSAL_CHOSEN).*'
attempt respond 'no common IKE proposal' 'gateway g: .*no common.*'
SS_IKE=aes256-sha256-x25519

SS_ESP=3des-sha1
attempt initiate 'no common ESP proposal' 'tunnel t:?[a-z]*: .*(no common|NO_PROPOSAL_CHOSEN).*'
attempt respond 'no common ESP proposal' 'tunnel t:?[a-z]*: .*no common.*'

SS_ESP=aes256gcm16
pfs 'here only' 'refused to rekey with dh-group .* it took the ciphers'
SS_ESP=aes256gcm16-x25519
pfs 'at the peer only' 'refused to rekey without a group.* it took the ciphers' \
	'set network ike crypto-profiles ipsec-crypto-profiles nopfs dh-group no-pfs' \
	'set network tunnel ipsec t auto-key ipsec-crypto-profile nopfs'

SS_LOCAL_TS=10.77.0.0/16 SS_REMOTE_TS=10.88.0.0/16
proxy='set network tunnel ipsec t auto-key proxy-id lan local 10.1.0.0/24 remote 10.2.0.0/24'
attempt initiate 'mismatched selectors' 'tunnel t:lan: .*(TS_UNACCEPTABLE).*' "$proxy"
attempt respond 'mismatched selectors' 'gateway g: .*10\.88\.0\.0/16.*|tunnel t.*10\.88\.0\.0/16.*' "$proxy"
finish
