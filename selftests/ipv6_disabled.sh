#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# Kernel argument: ipv6.disable=1
# A kernel without IPv6: the module loads, IPv4 works as ever, by hand and by IKE, what
# needs IPv6 is refused with a sentence, and IPv6 packets that come all the same do no harm.
#
#   ga ==== gb, tunnel1 on both
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"
# shellcheck source=selftests/lib_manual.sh
. "$PANTUN_TOP/selftests/lib_manual.sh"

# refused COMMAND...: the kernel says that it has no IPv6.
refused() {
	local said
	said=$("$@" 2>&1) && {
		echo "it succeeded"
		return 1
	}
	grep -q 'refused: IPv6 is disabled' <<<"$said" || {
		echo "$said"
		return 1
	}
}

# inner_v6 NODE TYPE FROM TO: an ICMPv6 message into the node's tunnel1, by a packet socket.
inner_v6() {
	on "$1" /usr/bin/python3 - "${@:2}" <<-'END'
	import socket, struct, sys
	source, dest = (socket.inet_pton(socket.AF_INET6, a) for a in sys.argv[2:4])
	message = struct.pack("!BBHHH", int(sys.argv[1]), 0, 0, 1, 1)
	total = sum(struct.unpack("!16H", source + dest)) + len(message) + 58 + \
	    sum(struct.unpack("!4H", message))
	while total >> 16:
	    total = (total & 0xffff) + (total >> 16)
	message = message[:2] + struct.pack("!H", ~total & 0xffff) + message[4:]
	packet = struct.pack("!IHBB", 0x60000000, len(message), 58, 64) + source + dest + message
	s = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x86dd))
	s.sendto(packet, ("tunnel1", 0x86dd))
	END
}

by_hand() {
	local node

	keys_make aes-128-gcm
	for node in ga gb; do
		tunnel_up "$node"
		manual_in "$node"
		manual_out "$node"
	done
	addr_add ga tunnel1 10.9.0.1/24
	addr_add gb tunnel1 10.9.0.2/24
	check 'by hand: IPv4 works' wait_for 5 on ga ping -q -c 1 -W 1 10.9.0.2
	check 'by hand: an inbound SA of IPv6 is refused' \
		refused manual_in ga spi 0x1002 local "$A_WAN6" remote "$B_WAN6"
	check 'by hand: an outbound one' \
		refused manual_out ga spi 0x2002 local "$A_WAN6" remote "$B_WAN6"
	check 'by hand: IPv6 as the new path of one of IPv4' refused pantunctl_on ga sa path dev tunnel1 \
		out spi "$B_SPI" local "$A_WAN" remote "$B_WAN" new-local "$A_WAN6" new-remote "$B_WAN6"
	check 'by hand: a monitor of IPv6' refused pantunctl_on ga tunnel monitor add dev tunnel1 \
		destination fd02::1
}

# One has come to B by tunnel1.
received_v6() {
	captured "$WORK/inner.pcap" ip6
}

got_at_least() {
	[ "$(sa_count gb in rx_packets)" -ge "$1" ]
}

refused_are() {
	[ "$(drop_count ga tx_no_proxy)" = "$1" ]
}

inner_cases() {
	capture_start gb tunnel1 "$WORK/inner.pcap" ip6
	inner_v6 ga 128 fd01::1 fd02::1
	check 'inner IPv6: what is sent all the same is carried' wait_for 5 received_v6
	capture_stop
	# a lost path has the kernel answer echo requests by itself
	pantunctl_on gb tunnel monitor add dev tunnel1 destination 10.9.0.99 action fail-over \
		interval 0.2 threshold 2
	wait_for 5 carrier_is gb tunnel1 0
	inner_v6 ga 128 fd01::1 fd02::1
	check 'inner IPv6: an echo request while the monitor answers those' \
		wait_for 5 got_at_least 2
	pantunctl_on ga sa flush
	pantunctl_on ga proxy add dev tunnel1 name v4 local 10.9.0.1 remote 10.9.0.2
	pantunctl_on ga tunnel set dev tunnel1 start on-demand
	wait_for 5 carrier_is ga tunnel1 1
	inner_v6 ga 128 fd01::1 fd02::1
	check 'inner IPv6: that no proxy-ID takes is dropped' \
		wait_for 5 refused_are 1
	ip -n ga link del tunnel1
	ip -n gb link del tunnel1
}

by_ike() {
	local node

	for node in ga gb; do
		ip -n "$node" link add tunnel1 type pantun
		ip -n "$node" link set tunnel1 up
	done
	pantun_config ga "$B_WAN" "set network ike gateway g local-address ip $A_WAN"
	pantun_config gb "$A_WAN" "set network ike gateway g local-address ip $B_WAN"
	pantund_start ga
	pantund_start gb
	check 'IKE: the tunnel comes up' wait_for 20 carrier_is ga tunnel1 1
	addr_add ga tunnel1 10.9.0.1/24
	addr_add gb tunnel1 10.9.0.2/24
	check 'IKE: and carries' wait_for 5 on ga ping -q -c 1 -W 1 10.9.0.2
}

check 'the kernel has no IPv6' test ! -e /proc/net/if_inet6
check 'the module loads' module_load
node_up ga
node_up gb
link_nodes ga wan0 gb wan0
addr_add ga wan0 "$A_WAN/24"
addr_add gb wan0 "$B_WAN/24"
by_hand
inner_cases
by_ike
finish
