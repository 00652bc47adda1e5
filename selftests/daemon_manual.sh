#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# Keys given by hand: pantund with manual-key (gateway A) against XFRM with the same
# keys (B), every algorithm of PAN-OS, ESP and AH, IPv4 and IPv6 between the gateways;
# then what becomes of SAs that are lost, that stand already, and whose lines are gone.
set -eu
# shellcheck source=selftests/lib.sh
. "$PANTUN_TOP/selftests/lib.sh"

A4=192.0.2.1 B4=192.0.2.2 A6=2001:db8::1 B6=2001:db8::2
IF_ID=42

declare -A ENC_OCTETS=([des]=8 [3des]=24 [aes-128-cbc]=16 [aes-192-cbc]=24 [aes-256-cbc]=32
	[null]=0)
declare -A ENC_XFRM=([des]='cbc(des)' [3des]='cbc(des3_ede)' [aes-128-cbc]='cbc(aes)'
	[aes-192-cbc]='cbc(aes)' [aes-256-cbc]='cbc(aes)' [null]='ecb(cipher_null)')
declare -A AUTH_OCTETS=([md5]=16 [sha1]=20 [sha256]=32 [sha384]=48 [sha512]=64)
declare -A AUTH_BITS=([md5]=96 [sha1]=96 [sha256]=128 [sha384]=192 [sha512]=256)

random_hex() {
	od -An -tx1 -N "$1" /dev/urandom | tr -d ' \n'
}

# key_file FILE HEX: as pantund reads it, in groups of 8 digits.
key_file() {
	(umask 077 && sed 's/......../&-/g; s/-$//' <<<"$2" >"$1")
}

# config ENC|ah AUTH LOCAL REMOTE [LINE...]: of tunnel "m" of gateway A, with fresh keys
# that are left in KEY_ENC and KEY_AUTH.
config() {
	local enc=$1 auth=$2 m='set network tunnel ipsec m' dir=$WORK/ga esp='esp authentication'
	KEY_ENC='' KEY_AUTH=$(random_hex "${AUTH_OCTETS[$auth]}")
	key_file "$dir/auth" "$KEY_AUTH"
	{
		echo "$m tunnel-interface tunnel1"
		echo "$m manual-key local-address ip $3"
		echo "$m manual-key peer-address ip $4"
		echo "$m manual-key local-spi 00002001"
		echo "$m manual-key remote-spi 00001001"
		# XFRM has the new keys before, and the old ones no more
		echo "$m manual-key overlap 0"
		if [ "$enc" = ah ]; then
			esp=ah
		else
			echo "$m manual-key esp encryption algorithm $enc"
			KEY_ENC=$(random_hex "${ENC_OCTETS[$enc]}")
			key_file "$dir/enc" "$KEY_ENC"
			[ -z "$KEY_ENC" ] || echo "$m manual-key esp encryption key-file $dir/enc"
		fi
		echo "$m manual-key $esp $auth key-file $dir/auth"
		shift 4
		[ $# -eq 0 ] || printf '%s\n' "$@"
	} >"$dir/pantun.conf"
}

# xfrm_up ENC|ah AUTH LOCAL REMOTE: both SAs of B, and its policies.
xfrm_up() {
	local enc=$1 auth=$2 here=$3 there=$4 proto=esp algorithm=() family way
	[ "$enc" != ah ] || proto=ah
	on gb ip xfrm state flush
	on gb ip xfrm policy flush
	[ "$enc" = ah ] || algorithm+=(enc "${ENC_XFRM[$enc]}" "${KEY_ENC:+0x}$KEY_ENC")
	algorithm+=(auth-trunc "hmac($auth)" "0x$KEY_AUTH" "${AUTH_BITS[$auth]}")
	# SPI 2001 is A's local-spi: of what A sends.
	ip -n gb xfrm state add src "$there" dst "$here" proto "$proto" spi 0x2001 mode tunnel \
		flag af-unspec flag align4 if_id "$IF_ID" "${algorithm[@]}"
	ip -n gb xfrm state add src "$here" dst "$there" proto "$proto" spi 0x1001 mode tunnel \
		flag af-unspec flag align4 if_id "$IF_ID" "${algorithm[@]}"
	for family in 0.0.0.0/0 ::/0; do
		ip -n gb xfrm policy add src "$family" dst "$family" dir out if_id "$IF_ID" \
			tmpl src "$here" dst "$there" proto "$proto" mode tunnel
		for way in in fwd; do
			ip -n gb xfrm policy add src "$family" dst "$family" dir "$way" \
				if_id "$IF_ID" tmpl src "$there" dst "$here" proto "$proto" mode tunnel
		done
	done
}

traffic() {
	check "$1: ping v4" on ha ping -q -c 2 -i 0.1 -W 2 10.2.0.2
	check "$1: ping v6" on ha ping -q -c 2 -i 0.1 -W 2 fd02::2
}

# sas_are COUNT: that A has.
sas_are() {
	[ "$(pantunctl_on ga --json show ipsec-sa | grep -o '"dir":' | wc -l)" -eq "$1" ]
}

# sent: the last sequence number of A's outbound SA.
sent() {
	pantunctl_on ga --json show ipsec-sa |
		json_of "max(s['seq'] for s in d['ipsec_sas'] if s['dir'] == 'out')"
}

reload() {
	: >"$WORK/ga/pantund.log"
	kill -HUP "$(pantund_pid ga)"
	wait_for 10 log_has ga 'manual keys: sends to'
}

# combination ENC|ah AUTH LOCAL REMOTE
combination() {
	config "$@"
	xfrm_up "$1" "$2" "$4" "$3"
	reload
	check "$1 $2, $3: the log says which SPI is which" log_has ga \
		"tunnel m: manual keys: receives from $4 with SPI 00001001 (remote-spi)"
	traffic "$1 $2, $3"
}

module_load
hooks_load
topology_up
addr_add ga wan0 "$A6/64"
addr_add gb wan0 "$B6/64"
xfrmi_up gb ipsec0 "$IF_ID"
config aes-128-cbc sha256 "$A4" "$B4"
xfrm_up aes-128-cbc sha256 "$B4" "$A4"
pantund_start ga
check 'the SAs are made without IKE' wait_for 10 sas_are 2
check 'the interface carries' wait_for 10 carrier_is ga tunnel1 1
route_lans tunnel1 ipsec0
traffic 'aes-128-cbc sha256'

# --- lost, adopted, changed
seq=$(sent)
: >"$WORK/ga/pantund.log"
check_here 'pantund ends' pantund_stop ga
check 'its SAs stay' sas_are 2
pantund_start ga
wait_for 10 log_has ga 'pantund 0'
traffic 'after a restart'
check_not 'SAs that stood were left alone' log_has ga 'manual keys: sends'
check 'and go on counting' test "$(sent)" -ge $((seq + 4))
pantunctl_on ga sa flush
check 'SAs that are lost come back' wait_for 15 sas_are 2
traffic 'after a flush'
ip -n ga link del tunnel1
wait_for 10 log_has ga 'interface tunnel1 was deleted'
ip -n ga link add tunnel1 type pantun
ip -n ga link set tunnel1 up
route_lans tunnel1 ipsec0
check 'and with their interface' wait_for 15 sas_are 2
check 'which carries again' wait_for 10 carrier_is ga tunnel1 1
traffic 'after return of the interface'

# --- numbers that run out
# worn LAST PACKETS: the last number of A's outbound SA becomes LAST, then PACKETS are sent.
worn() {
	on ga bash -c "echo 'tunnel1 out 0x2001 $1' >/sys/module/pantun_test_hooks/parameters/sequence"
	on ha ping -q -c "$2" -i 0.1 -W 1 10.2.0.2 || :
}

: >"$WORK/ga/pantund.log"
worn $((0xbfffff00)) 2
check_not 'below three quarters of the numbers nothing is said' log_has ga 'sequence numbers'
worn $((0xbfffffff)) 3
check 'at three quarters the log says how many are left' wait_for 5 log_has ga \
	'tunnel m: manual keys: the outbound SA 00002001 runs out of sequence numbers, 10737'
worn $((0xffffffff)) 3
check 'at the end it says that nothing passes' wait_for 5 log_has ga \
	'tunnel m: manual keys: the outbound SA 00002001 has used up its sequence numbers'
check 'each is said once' test "$(grep -c 'sequence numbers' "$WORK/ga/pantund.log")" -eq 2

# --- every algorithm
for enc in des 3des aes-128-cbc aes-192-cbc aes-256-cbc null; do
	combination "$enc" sha1 "$A4" "$B4"
done
for auth in md5 sha256 sha384 sha512; do
	combination aes-256-cbc "$auth" "$A4" "$B4"
done
for auth in md5 sha1 sha256 sha384 sha512; do
	combination ah "$auth" "$A4" "$B4"
done
combination aes-256-cbc sha512 "$A6" "$B6"
combination ah sha256 "$A6" "$B6"
check 'two SAs stand, and none from before' sas_are 2

# --- gone
printf '%s\n' 'set network tunnel ipsec m tunnel-interface tunnel1' \
	'set network tunnel ipsec m disabled yes' >"$WORK/ga/pantun.conf"
kill -HUP "$(pantund_pid ga)"
check 'SAs go with their lines' wait_for 10 sas_are 0
check 'and the carrier with them' wait_for 10 carrier_is ga tunnel1 0
check_here 'pantund ends at last' pantund_stop ga
check_not 'no log holds a key' grep -qi -- "$KEY_AUTH" "$WORK/ga/pantund.log"
finish
