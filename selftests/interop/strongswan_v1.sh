#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# IKEv1 between pantun (A) and strongSwan (B): main and quick mode begun by either, with PFS and
# without, rekeyed by either; aggressive mode begun by either; NAT traversal as in drafts of RFC 3947;
# then IKEv2 where
# strongSwan may know it (ikev2-preferred), and ends that do not agree.
set -eu
# shellcheck source=selftests/lib.sh
. "$PANTUN_TOP/selftests/lib.sh"
# shellcheck source=selftests/interop/lib_strongswan.sh
. "$PANTUN_TOP/selftests/interop/lib_strongswan.sh"

VERSION=ikev1
SS_VERSION=1
SS_IKE=aes256-sha256-ecp256
SS_LOCAL_TS=0.0.0.0/0
SS_REMOTE_TS=0.0.0.0/0

# peer ESP: strongSwan has that proposal.
peer() {
	SS_ESP=$1
	strongswan_config gb 192.0.2.2 192.0.2.1
	strongswan_load gb >/dev/null
}

# pantun GROUP ENCRYPTION HASH [LINE...]: pantun has those for children, and speaks VERSION.
pantun() {
	local group=$1 encryption=$2 hash=$3 profiles='set network ike crypto-profiles'
	shift 3
	pantun_config ga 192.0.2.2 \
		"$profiles ike-crypto-profiles P encryption [ aes-256-cbc aes-128-cbc ]" \
		"$profiles ike-crypto-profiles P hash sha256 dh-group group19" \
		"$profiles ipsec-crypto-profiles Q esp encryption $encryption" \
		"$profiles ipsec-crypto-profiles Q esp authentication $hash" \
		"$profiles ipsec-crypto-profiles Q dh-group $group" \
		"set network ike gateway g protocol version $VERSION ikev1 ike-crypto-profile P" \
		'set network tunnel ipsec t auto-key ipsec-crypto-profile Q' "$@"
	pantund_start ga
	wait_for 10 ip -n ga link show dev tunnel1
	ip -n ga link set tunnel1 up
	route_lans tunnel1 ipsec0
}

# up NAME: packets pass.
up() {
	check "$1: carrier comes" wait_for 30 carrier_is ga tunnel1 1
	check "$1: ping" on ha ping -q -c 2 -i 0.2 -W 2 10.2.0.2
}

# logged PATTERN: pantun has said that.
logged() {
	grep -q "$1" "$WORK/ga/pantund.log"
}

# times N PATTERN: and so often.
times() {
	[ "$(grep -c "$2" "$WORK/ga/pantund.log")" -ge "$1" ]
}

# mark: forget what strongSwan has said so far.
mark() {
	seen=$(wc -l <"$WORK/gb/charon.log")
}

# said PATTERN: it has said that since.
said() {
	tail -n "+$((seen + 1))" "$WORK/gb/charon.log" | grep -q "$1"
}

# hide NODE: messages in clear do not say any more that it knows RFC 3947; drafts remain.
hide() {
	local at
	{
		echo 'table ip older {'
		echo 'chain out { type filter hook output priority -200;'
		for ((at = 80; at < 252; at += 4)); do
			echo "udp dport 500 @th,$((at * 8)),32 0x4a131c81 @th,$((at * 8)),32 set 0"
		done
		echo '}; }'
	} | on "$1" nft -f -
}

# in_udp NAME: strongSwan saw a draft alone, and sends ESP in UDP.
in_udp() {
	check "$1: strongSwan knows of a draft" \
		said 'received draft-ietf-ipsec-nat-t-ike-0[23].* vendor ID'
	check_not "$1: and of no RFC" said 'received NAT-T (RFC 3947)'
	check "$1: ESP goes in UDP" wait_for 5 child_in_udp
}

child_in_udp() {
	swanctl_on gb --list-sas | grep -q 'TUNNEL-in-UDP\|ESP in UDP'
}

# swanctl_says_v2: strongSwan has an IKE SA of that version.
swanctl_says_v2() {
	swanctl_on gb --list-sas | grep -q 'IKEv2'
}

PASSIVE='set network ike gateway g protocol-common passive-mode yes'

module_load
topology_up
xfrmi_up gb ipsec0 42
strongswan_config gb 192.0.2.2 192.0.2.1
strongswan_start gb >/dev/null

peer aes256gcm16-ecp256
pantun group19 aes-256-gcm none
up 'with PFS, pantun begins'
check 'strongSwan rekeys the child' swanctl_on gb --rekey --child net
check 'pantun has the new one' wait_for 10 times 2 'spi in'
check 'packets go on' on ha ping -q -c 2 -i 0.2 -W 2 10.2.0.2
check 'strongSwan begins another phase 1' swanctl_on gb --rekey --ike gw
check 'pantun has that' wait_for 10 times 2 'IKE SA with'
check 'packets go on after that' on ha ping -q -c 2 -i 0.2 -W 2 10.2.0.2
case_end 'with PFS, pantun begins'

peer aes128-sha256
pantun no-pfs aes-128-cbc sha256 "$PASSIVE"
check 'without PFS: strongSwan begins' swanctl_on gb --initiate --child net --timeout 20
up 'without PFS, strongSwan begins'
case_end 'without PFS, strongSwan begins'

SS_AGGRESSIVE=yes
AGGRESSIVE='set network ike gateway g protocol ikev1 exchange-mode aggressive'
peer aes128-sha256
pantun no-pfs aes-128-cbc sha256 "$AGGRESSIVE"
up 'aggressive mode, pantun begins'
case_end 'aggressive mode, pantun begins'

pantun no-pfs aes-128-cbc sha256 "$AGGRESSIVE" "$PASSIVE"
check 'aggressive mode: strongSwan begins' swanctl_on gb --initiate --child net --timeout 20
up 'aggressive mode, strongSwan begins'
case_end 'aggressive mode, strongSwan begins'
SS_AGGRESSIVE=no

# strongSwan claims that there is a NAT.
SS_ENCAP=yes
hide ga
peer aes128-sha256
mark
pantun no-pfs aes-128-cbc sha256
up 'draft of NAT-T, pantun begins'
in_udp 'draft of NAT-T, pantun begins'
case_end 'draft of NAT-T, pantun begins'
on ga nft delete table ip older

hide gb
mark
pantun no-pfs aes-128-cbc sha256 "$PASSIVE"
check 'draft of NAT-T: strongSwan begins' swanctl_on gb --initiate --child net --timeout 20
up 'draft of NAT-T, strongSwan begins'
in_udp 'draft of NAT-T, strongSwan begins'
case_end 'draft of NAT-T, strongSwan begins'
on gb nft delete table ip older
SS_ENCAP=no

VERSION=ikev2-preferred
PREFERRED='set network ike gateway g protocol ikev2 ike-crypto-profile P'
peer aes128-sha256
pantun no-pfs aes-128-cbc sha256 "$PREFERRED"
up 'ikev2-preferred, strongSwan has IKEv1'
check 'ikev2-preferred: pantun says why it is IKEv1' logged 'none of our proposals of IKEv2'
case_end 'ikev2-preferred, strongSwan has IKEv1'

pantun no-pfs aes-128-cbc sha256 "$PREFERRED" "$PASSIVE"
check 'ikev2-preferred: strongSwan begins IKEv1' swanctl_on gb --initiate --child net --timeout 20
up 'ikev2-preferred, strongSwan begins IKEv1'
case_end 'ikev2-preferred, strongSwan begins IKEv1'

SS_VERSION=2
peer aes128-sha256
pantun no-pfs aes-128-cbc sha256 "$PREFERRED"
up 'ikev2-preferred, strongSwan has IKEv2'
check 'ikev2-preferred: it is IKEv2' swanctl_says_v2
case_end 'ikev2-preferred, strongSwan has IKEv2'
SS_VERSION=1
VERSION=ikev1

SS_SECRET=another-secret-that-differs
peer aes128-sha256
pantun no-pfs aes-128-cbc sha256 "$PASSIVE"
check_not 'another key: strongSwan is not let in' \
	swanctl_on gb --initiate --child net --timeout 4
check 'another key: pantun says why' wait_for 10 logged 'most likely pre-shared keys differ'
case_end 'another key'
SS_SECRET=$PANTUN_PSK

SS_LOCAL_TS=10.2.0.0/24
peer aes128-sha256
pantun no-pfs aes-128-cbc sha256
check 'another proxy-ID: pantun says why' \
	wait_for 15 logged 'which is not ours'
case_end 'another proxy-ID'
finish
