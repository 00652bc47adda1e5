# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Cases of packets, each with new SAs and counters at 0: gateway A has pantun's
# tunnel1, gateway B an XFRM interface ipsec0 with the same keys.  Sourced after
# lib_manual.sh.

esp_send() {
	on gb /usr/bin/python3 "$PANTUN_TOP/selftests/esp_send.py" "$@"
}

# fresh_begin: the gateways, for a script that counts each packet.
fresh_begin() {
	module_load
	hooks_load
	topology_up
	tunnel_quiet ga
	tunnel_up ga
	xfrm_policies_up gb ipsec0 "$IF_ID"
}

# fresh [WORD...]: new keys and SAs, and no counters, on both sides; the words go
# to A's in-SA.
fresh() {
	ip -n ga link del tunnel1 2>/dev/null || :
	tunnel_up ga
	keys_make aes-128-gcm
	ip -n gb xfrm state flush
	xfrm_states_up gb
	manual_in ga "$@"
	manual_out ga
	wait_for 5 carrier_is ga tunnel1 1
	route_lans tunnel1 ipsec0
}

works() {
	on ha ping -q -c 3 -i 0.05 -W 2 10.2.0.2
}

drops_are() {
	[ "$(drops ga)" = "$1" ]
}

# dropped NAME EXPECTED: this, no more and no less, was dropped; and the tunnel works.
dropped() {
	local what=$2
	if wait_for 5 drops_are "$what" && works >/dev/null && drops_are "$what"; then
		ok "$1: $what"
	else
		not_ok "$1: $what" "dropped: $(drops ga)" "$(works 2>&1 | tail -n 2)"
	fi
}

# capture_esp COUNT: ESP packets from B to A, of pings, in $WORK/esp.pcap.
capture_esp() {
	capture_start ga wan0 "$WORK/esp.pcap" esp and src "$B_WAN"
	on ha ping -q -c "$1" -i 0.01 -W 2 10.2.0.2 >/dev/null
	wait_for 5 captured_esp "$1"
	capture_stop
}

captured_esp() {
	[ "$(tcpdump -nr "$WORK/esp.pcap" 2>/dev/null | wc -l)" -ge "$1" ]
}
