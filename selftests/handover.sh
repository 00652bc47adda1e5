#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# Takes: 60, mostly waiting
# Between the stack and the tunnel, both ways: what the outer packet had of this host does
# not stay with the inner one, and packets are read only as far as they are there.
#
#   ha ---------- ga =====ESP===== gb ---------- hb
#             tunnel1             tunnel1
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"
# shellcheck source=selftests/lib_manual.sh
. "$PANTUN_TOP/selftests/lib_manual.sh"

a_sends() {
	on ga /usr/bin/python3 "$PANTUN_TOP/selftests/esp_send.py" "$@"
}

# counts_are NODE COUNTS: of the rules' counters.
counts_are() {
	[ "$(packets "$1")" = "$2" ] && return
	packets "$1"
	return 1
}

# Netfilter's mark and a priority of the outer packet.
fields() {
	rules gb 'ip protocol esp meta mark set 0x55 meta priority set 1:5 counter' \
		'iifname tunnel1 meta mark != 0 counter' \
		'iifname tunnel1 meta priority != 0 counter' \
		'iifname tunnel1 counter'
	check 'mark and priority of outer packets: ping' on ha ping -q -c 3 -i 0.05 -W 2 10.2.0.2
	check 'mark and priority of outer packets: inner ones have neither' counts_are gb '3 0 0 3'
	on gb nft flush ruleset
}

# notes VERB WORD...: skb_notes.py at B, in the background.
notes() {
	: >"$WORK/notes"
	start_on gb "$WORK/notes" /usr/bin/python3 "$PANTUN_TOP/selftests/skb_notes.py" "$@"
	NOTES_PID=$STARTED_PID
	wait_for 10 grep -q listening "$WORK/notes"
}

notes_end() {
	kill "$NOTES_PID" 2>/dev/null || :
	wait "$NOTES_PID" 2>/dev/null || :
}

# When the outer packet came is not when the inner one did.
stamps() {
	notes stamps wan0 tunnel1 5
	check 'time stamps: ping' on ha ping -q -c 5 -i 0.05 -W 2 10.2.0.2
	check 'time stamps: inner packets have their own' wait_for 10 grep -qx '0 of 5' "$WORK/notes"
	notes_end
}

# noted DEVICE COUNT: at least so many packets that tc has classified.
noted() {
	[ "$(grep -cx "$1" "$WORK/notes")" -ge "$2" ]
}

tc_index() {
	on gb tc qdisc add dev wan0 clsact
	on gb tc filter add dev wan0 ingress protocol ip matchall classid 1:5
	notes tc-index wan0 tunnel1
	check 'tc_index: ping' on ha ping -q -c 3 -i 0.05 -W 2 10.2.0.2
	check 'tc_index: outer packets have one' wait_for 10 noted wan0 3
	check_not 'tc_index: inner packets have none' noted tunnel1 1
	notes_end
	on gb tc qdisc del dev wan0 clsact
}

udp_errors() {
	on gb sed -n 's/^Udp: \(.*\)/\1/p' /proc/net/snmp | awk 'NR == 2 { print $7 }'
}

one_udp_error() {
	[ "$(udp_errors)" = $((UDP_ERRORS + 1)) ]
}

# The checksum of the UDP header outside was good; that says nothing of the one inside.
checksums() {
	pantun_pair 4 encap 4500 4500 udp-checksum
	route_lans tunnel1 tunnel1
	encap_listen gb "$B_WAN"
	on gb ethtool -K tunnel1 rx off
	start_on gb "$WORK/heard" /usr/bin/python3 "$PANTUN_TOP/selftests/esp_send.py" hear 10.2.0.1
	wait_for 10 grep -q listening "$WORK/heard"
	UDP_ERRORS=$(udp_errors)
	# UDP to port 7777 with the checksum 0x1234, and three octets of data
	a_sends device tunnel1 0x0800 \
		4500001f00004000401126ca0a0100010a02000100091e61000b1234626164
	check 'a bad checksum inside, a good one outside: refused, as it is looked at' \
		wait_for 10 one_udp_error
	check_not 'a bad checksum inside: nobody hears of it' grep -q 'from 10.1.0.1' "$WORK/heard"
}

# What a packet socket gives may have its header in pages.
pages() {
	pantun_pair 4
	route_lans tunnel1 tunnel1
	pantunctl_on ga tunnel set dev tunnel1 df clear tos copy
	ip -n ga link set tunnel1 mtu 9000
	capture_start ga wan0 "$WORK/pages.pcap" esp
	for _ in 1 2 3 4 5; do
		a_sends device tunnel1 0x0800 "45ff0400$(printf 'f%.0s' {1..2040})" || :
	done
	a_sends pages tunnel1 0xb8 10.1.0.2 10.2.0.2
	check 'a header in pages: the packet is sent' wait_for 10 sent 6
	capture_stop
	check 'a header in pages: the outer header has its TOS' \
		captured "$WORK/pages.pcap" 'ip[1] == 0xb8 and ip[6:2] & 0x1fff > 0'
	check 'a header in pages: nothing else of that size' \
		test -z "$(captured "$WORK/pages.pcap" 'ip[1] != 0xb8 and ip[6:2] & 0x1fff > 0')"
	a_sends device tunnel1 0x0800 "60000000003b40${ZEROS}"
	check 'IPv6 announced as IPv4' wait_for 5 drop_is ga tx_malformed 1
	a_sends device tunnel1 0x86dd "4500001c000040003f0127dd0a0100020a020002${ZEROS}"
	check 'IPv4 announced as IPv6' wait_for 5 drop_is ga tx_malformed 2
}

# sent COUNT: packets that A's out-SA has.
sent() {
	[ "$(sa_count ga out tx_packets)" -ge "$1" ]
}

drop_is() {
	[ "$(drop_count "$1" "$2")" = "$3" ]
}

ZEROS=$(printf '0%.0s' {1..80})
module_load
topology_up
tunnel_quiet ga
tunnel_quiet gb
pantun_pair 4
route_lans tunnel1 tunnel1
fields
stamps
tc_index
pages
checksums
finish
