#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# Takes: 130
# Every encryption, integrity and group that pantun negotiates, against strongSwan:
# IKE SA, first child and a ping each; and several proxy-IDs, one child each.
set -eu
# shellcheck source=selftests/lib.sh
. "$PANTUN_TOP/selftests/lib.sh"
# shellcheck source=selftests/interop/lib_strongswan.sh
. "$PANTUN_TOP/selftests/interop/lib_strongswan.sh"

P1='set network ike crypto-profiles ike-crypto-profiles p1'
P2='set network ike crypto-profiles ipsec-crypto-profiles p2'

# combination IKE_ENCRYPTION HASH GROUP ESP_ENCRYPTION ESP_HASH SS_IKE SS_ESP [ESN]: ESN
# is esn, noesn or (strongSwan alone may) peer-esn; ESP_ENCRYPTION may be ah.
combination() {
	local name="ike $1 $2 $3, esp $4 $5${8:+, $8}" esn=no
	local child=("$P2 esp encryption $4" "$P2 esp authentication $5")
	SS_IKE=$6 SS_ESP=$7
	[ "${8:-}" != esn ] || esn=yes
	child+=("$P2 esp esn $esn")
	SS_PROTO=esp_proposals
	if [ "$4" = ah ]; then
		name="ike $1 $2 $3, ah $5${8:+, $8}"
		child=("$P2 ah authentication $5" "$P2 ah esn $esn")
		SS_PROTO=ah_proposals
	fi
	strongswan_config gb 192.0.2.2 192.0.2.1
	strongswan_load gb >/dev/null 2>&1
	pantun_config ga 192.0.2.2 \
		"$P1 encryption $1" "$P1 hash $2" "$P1 dh-group $3" \
		"${child[@]}" "$P2 dh-group $3" 'set network ike gateway g protocol ikev2 ike-crypto-profile p1' \
		'set network tunnel ipsec t auto-key ipsec-crypto-profile p2'
	pantund_start ga
	wait_for 10 ip -n ga link show dev tunnel1
	ip -n ga link set tunnel1 up
	route_lans tunnel1 ipsec0
	check "$name: up" wait_for 10 carrier_is ga tunnel1 1
	esn_agreed "$name" "$esn"
	check "$name: ping" on ha ping -q -c 2 -i 0.2 -W 2 10.2.0.2
	check "$name: rekey with PFS" swanctl_on gb --rekey --child net
	check "$name: ping after rekey" on ha ping -q -c 2 -i 0.2 -W 2 10.2.0.2
	pantunctl_on ga clear ike-sa >/dev/null
	pantund_stop ga || not_ok "$name: pantund ends"
	pantunctl_on ga sa flush
	strongswan_down gb
}

# esn_agreed NAME yes|no: what both kernels have is that.
esn_agreed() {
	local ours theirs=no
	ours=$(pantunctl_on ga --json show ipsec-sa | python3 -c '
import json, sys
print("yes" if all(s.get("esn") for s in json.load(sys.stdin)["ipsec_sas"]) else "no")')
	! on gb ip xfrm state | grep -q 'flag.* esn' || theirs=yes
	check "$1: ESN $2 on both ends" test "$ours $theirs" = "$2 $2"
}

# ike ENCRYPTION HASH GROUP SS_IKE: with one child that both have, and that group for PFS.
ike() {
	combination "$1" "$2" "$3" aes-128-gcm none "$4" "aes128gcm16-${4##*-}"
}

# esp ENCRYPTION HASH SS_ESP [ESN]: with one IKE SA that both have.
esp() {
	combination aes-128-gcm sha256 group31 "$1" "$2" aes128gcm16-prfsha256-x25519 \
		"$3" "${4:-}"
}

proxies() {
	SS_IKE=aes256-sha256-x25519 SS_ESP=aes256gcm16-x25519
	SS_LOCAL_TS=10.2.0.0/24,fd02::/64 SS_REMOTE_TS=10.1.0.0/24,fd01::/64
	strongswan_config gb 192.0.2.2 192.0.2.1
	strongswan_load gb >/dev/null 2>&1
	pantun_config ga 192.0.2.2 \
		'set network tunnel ipsec t auto-key proxy-id v4 local 10.1.0.0/24 remote 10.2.0.0/24' \
		'set network tunnel ipsec t auto-key proxy-id host local 10.1.0.2 remote 10.2.0.2' \
		'set network tunnel ipsec t auto-key proxy-id-v6 v6 local fd01::/64 remote fd02::/64'
	pantund_start ga
	ip -n ga link set tunnel1 up
	check 'three proxy-IDs: one child each' wait_for 15 strongswan_children_are gb 3
	check 'three proxy-IDs: ping v4' on ha ping -q -c 2 -i 0.2 -W 2 10.2.0.2
	check 'three proxy-IDs: ping v6' on ha ping -q -c 2 -i 0.2 -W 2 fd02::2
	pantunctl_on ga --json show >"$WORK/show.json"
	check 'three proxy-IDs: each packet took the most specific one' python3 - "$WORK/show.json" <<-'END'
	import json, sys
	sent = {p["name"]: p["tx_packets"] for p in json.load(open(sys.argv[1]))["proxies"]}
	print(sent)
	assert sent["host"] >= 2 and sent["v4"] == 0 and sent["v6"] >= 2
	END
	pantund_stop ga || not_ok 'three proxy-IDs: pantund ends'
}

module_load
topology_up
xfrmi_up gb ipsec0 42
strongswan_config gb 192.0.2.2 192.0.2.1
strongswan_start gb >/dev/null

combination aes-128-cbc sha256 group14 aes-128-cbc sha256 aes128-sha256-modp2048 aes128-sha256-modp2048
combination aes-256-cbc sha384 group19 aes-256-cbc sha256 aes256-sha384-ecp256 aes256-sha256-ecp256
combination aes-256-cbc sha512 group20 aes-256-gcm none aes256-sha512-ecp384 aes256gcm16-ecp384
combination aes-128-gcm sha256 group31 aes-128-gcm none aes128gcm16-prfsha256-x25519 aes128gcm16-x25519
combination aes-256-gcm sha384 group20 aes-256-gcm none aes256gcm16-prfsha384-ecp384 aes256gcm16-ecp384

# what else IKE SAs have
ike aes-256-gcm-12 sha256 group21 aes256gcm12-prfsha256-ecp521
ike aes-192-gcm-8 sha1 group32 aes192gcm8-prfsha1-x448
ike aes-256-ccm aes-cmac group28 aes256ccm16-prfaescmac-ecp256bp
ike aes-128-ccm-8 aes-xcbc group15 aes128ccm8-prfaesxcbc-modp3072
ike chacha20-poly1305 sha512 group30 chacha20poly1305-prfsha512-ecp512bp
ike aes-192-cbc aes-xcbc group5 aes192-aesxcbc-modp1536
ike aes-256-ctr aes-cmac group25 aes256ctr-aescmac-ecp192
ike aes-128-ctr sha1 group26 aes128ctr-sha1-ecp224
ike 3des md5 group2 3des-md5-modp1024
ike des sha1 group1 des-sha1-modp768

# all that ESP has; with PFS in the rekeying as above
for icv in 8 12 16; do
	suffix=-$icv
	[ "$icv" != 16 ] || suffix=
	esp "aes-128-gcm$suffix" none "aes128gcm$icv-x25519"
	esp "aes-256-ccm$suffix" none "aes256ccm$icv-x25519"
done
esp aes-128-ccm none aes128ccm16-x25519-esn esn
esp aes-256-gcm none aes256gcm16-x25519-esn esn
esp aes-256-gcm none aes256gcm16-x25519-esn-noesn esn
esp aes-256-gcm none aes256gcm16-x25519-noesn-esn peer-esn
esp chacha20-poly1305 none chacha20poly1305-x25519
esp chacha20-poly1305 none chacha20poly1305-x25519-esn esn
esp aes-128-gmac none aes128gmac-x25519
esp aes-256-gmac none aes256gmac-x25519-esn esn
esp aes-256-ctr sha1 aes256ctr-sha1-x25519
esp aes-256-ctr sha1 aes256ctr-sha1-x25519-esn esn
esp aes-256-cbc sha384 aes256-sha384-x25519
esp aes-256-cbc sha512 aes256-sha512-x25519-esn esn
esp aes-192-cbc aes-xcbc aes192-aesxcbc-x25519
esp aes-128-cbc aes-cmac aes128-aescmac-x25519
esp aes-128-cbc md5 aes128-md5-x25519
esp 3des sha1 3des-sha1-x25519
esp 3des sha1 3des-sha1-x25519-esn esn
esp null sha256 null-sha256-x25519

# all that AH has
for hash in md5 sha1 sha256 sha384 sha512; do
	esp ah "$hash" "$hash-x25519"
done
esp ah sha256 sha256-x25519-esn esn
esp ah aes-xcbc aesxcbc-x25519
esp ah aes-cmac aescmac-x25519

SS_LIFE='sha256_96 = yes'
esp aes-128-cbc sha256-96 aes128-sha256-x25519
SS_LIFE='rekey_time = 3600s'
proxies
finish
