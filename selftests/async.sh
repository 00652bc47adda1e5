#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# Algorithms that finish later, in a worker of their own: cryptd goes before the
# plain ones, and everything takes the asynchronous way.  Traffic both ways, then
# SAs and tunnels that are deleted while their packets are being encrypted; packets that
# are done early; and tunnels that lead into each other.
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"
# shellcheck source=selftests/lib_manual.sh
. "$PANTUN_TOP/selftests/lib_manual.sh"

: "${ASYNC_ROUNDS:=6}"

# The peer of A's second tunnel.
C_WAN=192.0.2.3

# Kinds of algorithms, as tcrypt numbers them.
AEAD=3
AHASH=14

# cryptd_first TEMPLATE KIND: makes an instance of cryptd, which goes before the plain
# one, and prints its name.
cryptd_first() {
	# the module only makes the instance; it refuses to stay
	insmod "$PANTUN_KDIR/crypto/tcrypt.ko" "alg=cryptd($1)" type="$2" 2>/dev/null || :
	awk -F' *: ' -v name="$1" '
		$1 == "name" { here = $2 == name }
		here && $1 == "driver" && $2 ~ /^cryptd\(/ { print $2; exit }' /proc/crypto
}

# cryptd_users: references that are held to the instance.
cryptd_users() {
	awk -F' *: ' -v driver="$CRYPTD" '
		$1 == "driver" { here = $2 == driver }
		here && $1 == "refcnt" { print $2; exit }' /proc/crypto
}

users_are() {
	[ "$(cryptd_users)" = "$1" ]
}

tunnels_up() {
	local node
	for node in ga gb; do
		tunnel_up "$node"
		manual_in "$node" "${WORDS[@]}"
		manual_out "$node" "${WORDS[@]}"
	done
	for node in ga gb; do
		wait_for 5 carrier_is "$node" tunnel1 1
	done
	route_lans tunnel1 tunnel1
}

# round I: deletes under load, an SA, the flow's other end or the whole tunnel.
round() {
	tunnels_up
	start_on ha /dev/null ping -q -f -s 1200 -l 50 10.2.0.2
	wait_for 5 sent_some
	case $(($1 % 3)) in
	0) ip -n ga link del tunnel1 ;;
	1) pantunctl_on ga sa flush dev tunnel1 ;;
	2) ip -n gb link del tunnel1 ;;
	esac
	kill "$STARTED_PID"
	wait "$STARTED_PID" 2>/dev/null || :
	ip -n ga link del tunnel1 2>/dev/null || :
	ip -n gb link del tunnel1 2>/dev/null || :
}

sent_some() {
	[ "$(sa_count ga out tx_packets)" -gt 100 ]
}

rounds() {
	local i
	for ((i = 0; i < ASYNC_ROUNDS; i++)); do
		round "$i" || return 1
	done
}

# algorithm NAME TEMPLATE KIND [WORD...]: the words are for the SAs.
algorithm() {
	local idle

	CRYPTD=$(cryptd_first "$2" "$3")
	check "$1: there is an asynchronous one" test -n "$CRYPTD"
	idle=$(cryptd_users)
	keys_make "$1"
	WORDS=("${@:4}")
	tunnels_up
	check "$1: all four SAs use it" users_are $((idle + 4))
	check "$1: ping, IPv4" on ha ping -q -c 20 -i 0.01 -W 2 10.2.0.2
	check "$1: ping, IPv6" on ha ping -q -c 20 -i 0.01 -W 2 fd02::2
	check "$1: a file over TCP" tcp_copy ha hb 10.2.0.2 5001 "$WORK/file" "$WORK/got"
	check "$1: it is the same" same_file "$WORK/file" "$WORK/got"
	ip -n ga link del tunnel1
	ip -n gb link del tunnel1
	check "$1: deleted $ASYNC_ROUNDS times under load" rounds
	check "$1: no SA is left" wait_for 10 users_are "$idle"
}

# early_users: SAs whose packets are done before their sender hears that they go on.
early_users() {
	awk -F' *: ' '
		$1 == "driver" { here = $2 == "rfc4106-gcm-aes-failing" }
		here && $1 == "refcnt" { print $2; exit }' /proc/crypto
}

early_users_are() {
	[ "$(early_users)" = "$1" ]
}

early_sent() {
	[ "$(sa_count ga out tx_packets)" = "$1" ]
}

# early: the packet's end may come before its sender has counted it as one that goes on.
early() {
	local idle

	keys_make aes-128-gcm
	tunnel_up ga
	quiet ga
	hooks_load
	echo 115 >/sys/module/pantun_test_hooks/parameters/failing
	idle=$(early_users)
	manual_in ga
	manual_out ga
	wait_for 5 carrier_is ga tunnel1 1
	check 'an early end: both SAs have it' early_users_are $((idle + 2))
	route_lans tunnel1 wan0
	on ha ping -q -c 20 -i 0.01 -W 1 10.2.0.2 >/dev/null || :
	check 'an early end: every packet is sent' wait_for 5 early_sent 20
	pantunctl_on ga sa flush dev tunnel1
	check 'an early end: no SA is left' wait_for 10 early_users_are "$idle"
	ip -n ga link del tunnel1
	check 'an early end: the hooks unload' rmmod pantun_test_hooks
}

# loop_up: A's tunnel1 and tunnel2, each with the other as its underlay.
loop_up() {
	local dev

	keys_make aes-128-gcm
	for dev in tunnel1 tunnel2; do
		ip -n ga link add "$dev" type pantun
		# IPv6 says nothing by itself, where each packet is counted
		on ga sysctl -qw "net.ipv6.conf.$dev.disable_ipv6=1"
		ip -n ga link set "$dev" up
	done
	manual_in ga
	manual_out ga
	manual_in ga dev tunnel2 spi 0x3001 remote "$C_WAN"
	manual_out ga dev tunnel2 spi 0x3002 remote "$C_WAN"
	for dev in tunnel1 tunnel2; do
		wait_for 5 carrier_is ga "$dev" 1
	done
	ip -n ga route add "$B_WAN/32" dev tunnel2
	ip -n ga route add "$C_WAN/32" dev tunnel1
	ip -n ga route replace 10.2.0.0/24 dev tunnel1
}

# loop_down: with what is on its way in it.
loop_down() {
	ip -n ga link del tunnel1
	ip -n ga link del tunnel2
}

# loop_count sent|found: packets that either tunnel has sent, or that it found to loop.
loop_count() {
	local what="s['tx_packets'] for s in d['ipsec_sas']"

	[ "$1" = sent ] || what="t['drops'].get('tx_loop', 0) for t in d['tunnels']"
	pantunctl_on ga --json show flow | json_of "sum($what)"
}

loop_found() {
	[ "$(loop_count found)" -gt 0 ]
}

# loop NAME: a ping that goes round, whole and in fragments, ends.
loop() {
	local name="$1, two tunnels that lead into each other" size

	for size in 56 1400; do
		loop_up
		on ha ping -q -c 1 -W 1 -M dont -s "$size" 10.2.0.2 >/dev/null || :
		check "$name: $size octets of ping are found to loop" wait_for 5 loop_found
		echo "# $name: $size octets of ping became $(loop_count sent) packets"
		check "$name: before they are a hundred packets" test "$(loop_count sent)" -lt 100
		loop_down
	done
}

module_load
topology_up
make_file "$WORK/file" 4
early
loop 'at once'
algorithm aes-128-gcm 'rfc4106(gcm(aes))' "$AEAD"
loop 'later'
algorithm aes-128-cbc+sha256 'authenc(hmac(sha256),cbc(aes))' "$AEAD"
algorithm aes-256-cbc+sha512 'authencesn(hmac(sha512),cbc(aes))' "$AEAD" esn
algorithm ah+aes-128-gmac 'rfc4543(gcm(aes))' "$AEAD"
algorithm ah+sha256 'hmac(sha256)' "$AHASH" esn
algorithm ah+aes-cmac 'cmac(aes)' "$AHASH"
check 'the module unloads' rmmod pantun
finish
