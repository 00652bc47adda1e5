#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# What a super-packet is split into leaves as one: netfilter sees few packets where the wire has
# many, each of them whole, and with what rules have done to the one that they saw.  Where that
# cannot be, or the underlay's device has GSO off, all go one by one.
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"
# shellcheck source=selftests/lib_manual.sh
. "$PANTUN_TOP/selftests/lib_manual.sh"

OURS='meta mark 77'		# outer packets, in rules
NEW_SOURCE=192.0.2.77

# rules_up: a counter for outer packets, which also get another DSCP.
rules_up() {
	on ga nft -f - <<-EOF2
		table inet t {
			chain c {
				type filter hook postrouting priority 0
				$OURS counter
				$OURS meta nfproto ipv4 ip dscp set af41
				$OURS meta nfproto ipv6 ip6 dscp set af41
			}
		}
	EOF2
}

# walks: how many outer packets netfilter has seen.
walks() {
	on ga nft list chain inet t c | sed -n 's/.* counter packets \([0-9]*\) .*/\1/p'
}

# stream: a file from A to B, with what leaves A's gateway in $WORK/pcap.  Sets PACKETS, which the
# SA has sent, and WALKS.
stream() {
	local packets walks
	packets=$(sa_count ga out tx_packets)
	walks=$(walks)
	capture_start ga wan0 "$WORK/pcap" -s 128 -Q out "$FILTER"
	tcp_copy ha hb 10.2.0.2 5001 "$WORK/file" "$WORK/there" || return 1
	PACKETS=$(($(sa_count ga out tx_packets) - packets))
	wait_for 20 wire_has "$PACKETS" || :
	capture_stop
	WALKS=$(($(walks) - walks))
	echo "# $PACKETS packets, of which netfilter saw $WALKS"
	same_file "$WORK/file" "$WORK/there"
}

# count [EXPRESSION]: packets in the capture.
count() {
	tcpdump -nr "$WORK/pcap" "$@" 2>/dev/null | wc -l
}

wire_has() {
	[ "$(count)" -ge "$1" ]
}

# leaves_well NAME MARKED: what is on the wire is ordinary; MARKED finds packets with the new DSCP.
leaves_well() {
	check "$1: the wire has all packets" test "$(count)" = "$PACKETS"
	check "$1: none is larger than the link's MTU" test "$(count greater 1515)" = 0
	check "$1: all have the DSCP of the rule" test "$(count "$2")" = "$PACKETS"
	check "$1: nothing dropped" [ "$(drops ga)$(drops gb)" = '' ]
}

# shape NAME FILTER MARKED A B [WORD...]
shape() {
	local name=$1 marked=$3
	FILTER=$2
	shift 3

	manual_pairs "$@"
	check_here "$name: a stream" stream
	check "$name: together" test "$PACKETS" -gt $((4 * WALKS))
	leaves_well "$name" "$marked"
	on ga ethtool -K wan0 gso off
	check_here "$name: a stream without GSO" stream
	check "$name: one by one" test "$PACKETS" = "$WALKS"
	leaves_well "$name, without GSO" "$marked"
	on ga ethtool -K wan0 gso on
}

# A checksum of UDP outside is for each packet by itself.
checksummed() {
	manual_pairs "$A_WAN" "$B_WAN" encap 4500 4500 udp-checksum
	FILTER='udp port 4500'
	check_here 'UDP with checksum: a stream' stream
	check 'UDP with checksum: one by one' test "$PACKETS" = "$WALKS"
	leaves_well 'UDP with checksum' "$MARKED4"
}

# Packets that may be fragmented get their numbers one by one.
fragmentable() {
	manual_pairs "$A_WAN" "$B_WAN"
	FILTER=esp
	pantunctl_on ga tunnel set dev tunnel1 df clear
	check_here 'without DF: a stream' stream
	check 'without DF: one by one' test "$PACKETS" = "$WALKS"
	leaves_well 'without DF' "$MARKED4"
	pantunctl_on ga tunnel set dev tunnel1 df copy
}

# translated NAME FILTER [WORD...]: another source, for all.  Without tracking connections, which
# would find ESP of both ways in each other's.
translated() {
	local name=$1
	FILTER=$2
	shift 2

	manual_pairs "$A_WAN" "$B_WAN" "$@"
	on ga nft "add table ip nat; add chain ip nat c { type filter hook postrouting priority 1; };
		add rule ip nat c $OURS ip saddr set $NEW_SOURCE"
	check_here "$name, NAT: a stream" stream
	check "$name, NAT: together" test "$PACKETS" -gt $((4 * WALKS))
	leaves_well "$name, NAT" "$MARKED4"
	check "$name, NAT: all have the new source" test "$(count src "$NEW_SOURCE")" = "$PACKETS"
	on ga nft delete table ip nat
}

MARKED4='ip[1] & 0xfc = 0x88'
MARKED6='ip6[0:2] & 0x0fc0 = 0x0880'

module_load
topology_up
wan6_up
start_on ga "$WORK/ga.udp" /usr/bin/python3 "$PANTUN_TOP/selftests/bench/esp_in_udp.py" "$A_WAN"
start_on gb "$WORK/gb.udp" /usr/bin/python3 "$PANTUN_TOP/selftests/bench/esp_in_udp.py" "$B_WAN"
wait_for 10 grep -q listening "$WORK/ga.udp"
wait_for 10 grep -q listening "$WORK/gb.udp"
keys_make aes-128-gcm
for node in ga gb; do
	tunnel_quiet "$node"
	tunnel_up "$node"
done
pantunctl_on ga tunnel set dev tunnel1 mark 77
route_lans tunnel1 tunnel1
rules_up
make_file "$WORK/file" 1
shape 'IPv4' esp "$MARKED4" "$A_WAN" "$B_WAN"
shape 'IPv6' esp "$MARKED6" "$A_WAN6" "$B_WAN6"
shape 'UDP' 'udp port 4500' "$MARKED4" "$A_WAN" "$B_WAN" encap 4500 4500
translated 'IPv4' esp
translated 'UDP' 'udp port 4500' encap 4500 4500
checksummed
fragmentable
finish
