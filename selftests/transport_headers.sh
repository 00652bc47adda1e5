#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# Transport mode, packets whose outer header somebody on the path has altered: what ESP
# does not protect does not reach the stack, and nobody speaks for another address.
#
#   ga ---- wan0 ------ wan0 ---- gb
#   sends crafted packets       tunnel1
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"
# shellcheck source=selftests/lib_manual.sh
. "$PANTUN_TOP/selftests/lib_manual.sh"

# sas FAMILY [WORD...]: B's pair in transport mode, and a listener on its address.
sas() {
	HERE=$B_WAN THERE=$A_WAN
	[ "$1" = 4 ] || HERE=$B_WAN6 THERE=$A_WAN6
	shift
	pantunctl_on gb sa flush
	manual_in gb local "$HERE" remote "$THERE" mode transport "$@"
	manual_out gb local "$HERE" remote "$THERE" mode transport "$@"
	SEQ=0
}

# hears NAME CASE: the datagram arrives, from the peer's address, in a bare packet.
hears() {
	local name=$1 heard=$WORK/heard pid

	SEQ=$((SEQ + 1))
	: >"$heard"
	start_on gb "$heard" /usr/bin/python3 "$PANTUN_TOP/selftests/esp_send.py" hear "$HERE"
	pid=$STARTED_PID
	wait_for 10 grep -q listening "$heard"
	capture_start gb tunnel1 "$WORK/inner.pcap" udp port 7777
	on ga /usr/bin/python3 "$PANTUN_TOP/selftests/esp_send.py" outside "$2" wan0 "$MAC" \
		"$WORK/ab.keys" "$B_SPI" "$SEQ" "$THERE" "$HERE"
	check "$name: arrives, from the peer" \
		wait_for 10 grep -qx "from $THERE 9 protected" "$heard"
	capture_stop
	check "$name: with a header of its own alone" bare "$WORK/inner.pcap"
	kill "$pid"
	wait "$pid" 2>/dev/null || :
}

# bare FILE: one packet, its IP header is followed by UDP at once.
bare() {
	local fixed='udp and ((ip[0] == 0x45 and ip[2:2] == 37) or (ip6[6] == 17 and ip6[4:2] == 17))'

	[ "$(tcpdump -nr "$1" 2>/dev/null | wc -l)" = 1 ] && captured "$1" "$fixed" && return
	tcpdump -nvr "$1" 2>/dev/null
	return 1
}

module_load
topology_up
wan6_up
wan_neighbour gb ga "$A_WAN" "$A_WAN6"
transport_tunnel_up gb
tunnel_quiet gb
MAC=$(on gb cat /sys/class/net/wan0/address)
keys_make aes-128-gcm

sas 4
hears 'IPv4' plain
hears 'IPv4, options' options
hears 'IPv4, a forged source' source
sas 6
hears 'IPv6' plain
hears 'IPv6, destination options' destination
hears 'IPv6, a forged source' source
encap_listen gb "$B_WAN6"
sas 6 encap 4500 4500
hears 'IPv6, destination options before UDP' destination-udp
check 'nothing was dropped' test -z "$(drops gb)"
finish
