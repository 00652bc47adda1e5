#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# ICMP errors about flows of a proxy-ID pass, though selectors have not the addresses or
# the protocol of the errors themselves, and no other ICMP does (RFC 4301 section 6).
# Pantun on both gateways, manual keys, proxy-IDs for UDP between the two hosts alone.
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"
# shellcheck source=selftests/lib_manual.sh
. "$PANTUN_TOP/selftests/lib_manual.sh"

# proxies_up NODE LOCAL4 REMOTE4 LOCAL6 REMOTE6: the one proxy-ID of tunnel1, with SAs.
proxies_up() {
	tunnel_up "$1"
	pantunctl_on "$1" proxy add dev tunnel1 name hosts local "$2" remote "$3" \
		local "$4" remote "$5" proto udp
	manual_in "$1" proxy hosts
	manual_out "$1" proxy hosts
	wait_for 5 carrier_is "$1" tunnel1 1
}

# error_is ERROR ADDRESS [TTL]: what host A gets for a UDP packet.
error_is() {
	local wanted=$1 found
	shift
	found=$(on ha /usr/bin/python3 "$PANTUN_TOP/selftests/udp_error.py" "$1" 9 ${2:+"$2"})
	[ "$found" = "$wanted" ] || { echo "it got $found"; return 1; }
}

# sealed_is SEQ DROPS OCTETS: the inner packet comes to A from the peer.
sealed_is() {
	on gb /usr/bin/python3 "$PANTUN_TOP/selftests/esp_send.py" seal "$WORK/ba.keys" "$A_SPI" \
		"$1" "$B_WAN" "$A_WAN" 4 "$3"
	wait_for 5 drops_at_a "$2" || { drops ga; return 1; }
}

drops_at_a() {
	[ "$(drops ga)" = "$1" ]
}

# errors_are COUNT: forged ones that host A has seen.
errors_are() {
	on ha nft list chain ip t c | grep -q "counter packets $1 "
}

# error_packet SOURCE DESTINATION QUOTED_SOURCE QUOTED_DESTINATION PROTO: hexadecimal, a port
# unreachable.
error_packet() {
	/usr/bin/python3 - "$@" <<-'END'
	import socket, struct, sys
	def inet_sum(octets):
	    total = sum(struct.unpack(f"!{len(octets) // 2}H", octets))
	    while total >> 16:
	        total = (total & 0xffff) + (total >> 16)
	    return ~total & 0xffff
	def header(source, dest, proto, n):
	    h = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + n, 7, 0, 60, proto, 0,
	                    socket.inet_aton(source), socket.inet_aton(dest))
	    return h[:10] + struct.pack("!H", inet_sum(h)) + h[12:]
	source, dest, from_, to, proto = sys.argv[1:]
	quoted = header(from_, to, int(proto), 8) + struct.pack("!HHHH", 1111, 9, 8, 0)
	icmp = struct.pack("!BBHI", 3, 3, 0, 0) + quoted
	icmp = icmp[:2] + struct.pack("!H", inet_sum(icmp)) + icmp[4:]
	print((header(source, dest, 1, len(icmp)) + icmp).hex())
	END
}

module_load
topology_up
quiet ga
quiet gb
keys_make aes-128-gcm
proxies_up ga 10.1.0.2 10.2.0.2 fd01::2 fd02::2
proxies_up gb 10.2.0.2 10.1.0.2 fd02::2 fd01::2
route_lans tunnel1 tunnel1

check 'IPv4: port unreachable of the host behind the peer' error_is ECONNREFUSED 10.2.0.2
check 'IPv6: port unreachable of the host behind the peer' error_is ECONNREFUSED fd02::2
check 'IPv4: time exceeded of the peer itself' error_is EHOSTUNREACH 10.2.0.2 2
check 'IPv6: time exceeded of the peer itself' error_is EHOSTUNREACH fd02::2 2
ip -n hb addr del 10.2.0.2/24 dev eth0
ip -n hb -6 addr del fd02::2/64 dev eth0
ip -n gb neigh flush dev lan0
check 'IPv4: host unreachable of the peer itself' error_is EHOSTUNREACH 10.2.0.2
check 'IPv6: address unreachable of the peer itself' error_is EHOSTUNREACH fd02::2
check 'nothing was dropped at A' drops_at_a ''
check 'nor at B' test "$(drops gb)" = ''

ping4() {
	on ha ping -c 1 -W 1 10.2.0.2
}
check_not 'an echo request does not pass' ping4
check 'its sender is told' grep -q 'Packet filtered' <(ping4 2>&1)
check 'by name' drops_at_a 'tx_no_proxy=2'

# what a peer may try
flow='10.1.0.2 10.2.0.2 17'
on ha nft 'add table ip t; add chain ip t c { type filter hook prerouting priority -300; };
	add rule ip t c ip saddr 203.0.113.9 counter'
# shellcheck disable=SC2086 # words
check 'an error of anybody about the flow' sealed_is 1000001 'tx_no_proxy=2' \
	"$(error_packet 203.0.113.9 10.1.0.2 $flow)"
check 'it gets there' wait_for 5 errors_are 1
# shellcheck disable=SC2086
check 'the same to another host' sealed_is 1000002 'rx_selector=1 tx_no_proxy=2' \
	"$(error_packet 203.0.113.9 10.1.0.3 $flow)"
check 'about another protocol' sealed_is 1000003 'rx_selector=2 tx_no_proxy=2' \
	"$(error_packet 203.0.113.9 10.1.0.2 10.1.0.2 10.2.0.2 6)"
check 'about a packet of another host' sealed_is 1000004 'rx_selector=3 tx_no_proxy=2' \
	"$(error_packet 203.0.113.9 10.1.0.3 10.1.0.3 10.2.0.2 17)"
check 'about a packet to another host' sealed_is 1000005 'rx_selector=4 tx_no_proxy=2' \
	"$(error_packet 203.0.113.9 10.1.0.2 10.1.0.2 10.2.0.3 17)"
check 'about a packet the wrong way round' sealed_is 1000006 'rx_selector=5 tx_no_proxy=2' \
	"$(error_packet 203.0.113.9 10.2.0.2 10.2.0.2 10.1.0.2 17)"
check 'no other got there' errors_are 1
finish
