#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# 64-bit sequence numbers (RFC 4303 section 2.2.1) where it matters: both directions
# cross 2^32 without a lost packet, against XFRM, which works out the high half by
# itself; a packet from before is late, one sealed for another high half is not
# authentic.  Without them the last number of 32 bits is the end.
#
#   ha ---------- ga =====ESP===== gb ---------- hb
#             tunnel1             ipsec0
#             (pantun)         (XFRM interface)
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"
# shellcheck source=selftests/lib_manual.sh
. "$PANTUN_TOP/selftests/lib_manual.sh"
# shellcheck source=selftests/lib_fresh.sh
. "$PANTUN_TOP/selftests/lib_fresh.sh"

HOOKS=/sys/module/pantun_test_hooks/parameters
BEFORE=0xfffffff0		# sixteen packets before the 32 bits are used up

# at_number DIR SPI NUMBER: A's SA has this as its last one.
at_number() {
	on ga bash -c "echo 'tunnel1 $1 $2 $(($3))' >$HOOKS/sequence"
}

# fresh_esn ALGORITHM NUMBER: new keys; all four SAs have used NUMBER numbers up.
fresh_esn() {
	local low=$(($2 & 0xffffffff)) high=$(($2 >> 32))

	ip -n ga link del tunnel1 2>/dev/null || :
	tunnel_up ga
	keys_make "$1"
	ip -n gb xfrm state flush
	xfrm_states_up gb flag esn replay-seq "$low" replay-seq-hi "$high" \
		replay-oseq "$low" replay-oseq-hi "$high"
	manual_in ga esn
	manual_out ga esn
	at_number in "$A_SPI" "$2"
	at_number out "$B_SPI" "$2"
	wait_for 5 carrier_is ga tunnel1 1
	route_lans tunnel1 ipsec0
}

pings() {
	on ha ping -q -c "$1" -i 0.02 -W 2 10.2.0.2
}

# number_above DIR NUMBER: A's SA has passed it.
number_above() {
	[ "$(sa_count ga "$1" seq)" -gt $(($2)) ]
}

crossing() {
	fresh_esn "$1" "$BEFORE"
	check "$1: 64 pings, both directions cross 2^32" pings 64
	check "$1: what was sent last is beyond it" number_above out 0xffffffff
	check "$1: what was received last, too" number_above in 0xffffffff
	check "$1: nothing is dropped" drops_are ''
	fresh_esn "$1" 0x7ffffffff0
	check "$1: the same with a high half of 127" pings 64
	check "$1: that is 128 now" number_above out 0x7fffffffff
	check "$1: nothing is dropped, again" drops_are ''
}

# Packets of XFRM from before and after the border, once more and changed.
border() {
	fresh_esn aes-128-gcm "$BEFORE"
	capture_esp 40
	esp_send replay "$WORK/esp.pcap" "$B_WAN" "$A_WAN" 0
	dropped 'a packet from before the border again' 'rx_replay=1'
	esp_send replay "$WORK/esp.pcap" "$B_WAN" "$A_WAN" 39
	dropped 'one from behind it' 'rx_replay=2'
	fresh_esn aes-128-gcm "$BEFORE"
	capture_esp 3
	at_number in "$A_SPI" 0x180000000
	esp_send replay "$WORK/esp.pcap" "$B_WAN" "$A_WAN" 0
	check 'a number that stands for another high half by now is not authentic: rx_auth=1' \
		wait_for 5 drops_are 'rx_auth=1'
}

fresh_begin
for algorithm in aes-128-gcm aes-256-cbc chacha20-poly1305 aes-128-ctr+sha1 null+sha512; do
	crossing "$algorithm"
done
border
finish
