#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# Beside XFRM: between the same two addresses XFRM has SAs of its own (other
# SPIs), on an XFRM interface of its own.  They keep working, without one lost
# packet, before pantun is loaded, while it carries traffic, while it is unloaded
# and loaded again; and ESP with an SPI that nobody knows is still XFRM's to count.
#
#   ha ------- ga ==== pantun tunnel1 / XFRM ipsec0 ==== gb ------- hb
#                 ==== XFRM xfrm1     / XFRM xfrm1  ====
#              172.16.0.1                            172.16.0.2
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"
# shellcheck source=selftests/lib_manual.sh
. "$PANTUN_TOP/selftests/lib_manual.sh"

# own_xfrm NODE: one end of XFRM's own connection.
own_xfrm() {
	local node=$1 address=172.16.0.1/30
	[ "$node" = ga ] || address=172.16.0.2/30
	xfrm_policies_up "$node" xfrm1 43
	ip -n "$node" addr add "$address" dev xfrm1
	ip -n "$node" xfrm state add src "$A_WAN" dst "$B_WAN" proto esp spi 0x4001 mode tunnel \
		replay-window 128 if_id 43 aead 'rfc4106(gcm(aes))' "0x$OWN_KEY" 128
	ip -n "$node" xfrm state add src "$B_WAN" dst "$A_WAN" proto esp spi 0x3001 mode tunnel \
		replay-window 128 if_id 43 aead 'rfc4106(gcm(aes))' "0x$OWN_KEY" 128
}

# xfrm_errors NODE: XFRM's error counters that are not 0.
xfrm_errors() {
	on "$1" sed -n '/[[:space:]]0$/!p' /proc/net/xfrm_stat
}

xfrm_works() {
	on ga ping -q -c 20 -i 0.01 -W 2 172.16.0.2
}

pantun_up() {
	module_load
	tunnel_up ga
	keys_make aes-128-gcm
	ip -n gb xfrm state deleteall proto esp spi "$A_SPI"
	ip -n gb xfrm state deleteall proto esp spi "$B_SPI"
	xfrm_states_up gb
	manual_in ga
	manual_out ga
	ip -n ga route replace 10.2.0.0/24 dev tunnel1
}

pantun_works() {
	on ha ping -q -c 20 -i 0.01 -W 2 10.2.0.2
}

# both_at_once: a file over each, at the same time.
both_at_once() {
	local other
	(
		trap - EXIT
		tcp_copy ga gb 172.16.0.2 5002 "$WORK/file" "$WORK/got.xfrm"
	) &
	other=$!
	tcp_copy ha hb 10.2.0.2 5001 "$WORK/file" "$WORK/got.pantun" || return 1
	wait "$other" || return 1
	same_file "$WORK/file" "$WORK/got.xfrm" && same_file "$WORK/file" "$WORK/got.pantun"
}

# unknown_spi: an ESP packet with an SPI that nobody has.
unknown_spi() {
	on gb /usr/bin/python3 -c '
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_RAW, 50)
s.sendto(bytes.fromhex("0000777700000001") + bytes(40), (sys.argv[1], 0))' "$A_WAN"
}

unknown_counted() {
	on ga grep -q '^XfrmInNoStates[[:space:]]*1$' /proc/net/xfrm_stat
}

OWN_KEY=$(random_hex 20)
topology_up
make_file "$WORK/file" 4
own_xfrm ga
own_xfrm gb
xfrm_policies_up gb ipsec0 "$IF_ID"
ip -n gb route replace 10.1.0.0/24 dev ipsec0

check 'XFRM works before pantun is loaded' xfrm_works
pings_start ga 172.16.0.2 -i 0.01
pings_go_on ga 1
pantun_up
check 'XFRM works beside an idle tunnel' xfrm_works
check 'pantun works' pantun_works
check 'a file over each at the same time' both_at_once
check 'the tunnel dropped nothing' test -z "$(drops ga)"
check_not 'an SPI that XFRM uses is refused as taken' \
	pantunctl_on ga sa add dev tunnel1 in spi 0x3001 local "$A_WAN" remote "$B_WAN" \
	"${PANTUN_ALG[@]}" key-file "$WORK/ba.keys"
check 'XFRM counts no error of its own' test -z "$(xfrm_errors ga)$(xfrm_errors gb)"
check 'rmmod under the tunnel' rmmod pantun
check 'XFRM works without pantun' xfrm_works
pantun_up
check 'pantun works after insmod' pantun_works
check 'XFRM works as well' xfrm_works
check_here 'not one ping over XFRM was lost in all this' pings_end
ip -n ga link del tunnel1
unknown_spi
check 'ESP with an unknown SPI is counted by XFRM' wait_for 5 unknown_counted
finish
