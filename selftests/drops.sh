#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# Time limit: 600
# Takes: 120
# Every way to lose a packet has a name: each is made to happen once, and counts that
# and nothing else, at the tunnel, in ethtool -S and, where it is an SA's, at the SA.
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

# Reaches A's in-SA, past what B's XFRM has sent.
SEQ=1000000
HOOKS=/sys/module/pantun_test_hooks/parameters
# An echo request of 28 octets from hb to ha, without data.
ECHO=4500001c000040003f0127dd0a0200020a0100020800f7fd00010001

# injected COUNT: "NAME=NUMBER" has been seen.
injected() {
	echo "${1%=*}" >>"$WORK/injected"
}

# device_drops rx|tx: of ip -s link.
device_drops() {
	on ga cat "/sys/class/net/tunnel1/statistics/${1}_dropped"
}

# lost NAME COUNT: this alone was dropped; ethtool and the device's counters agree.
lost() {
	if wait_for 5 drops_are "$2" && on ga ethtool -S tunnel1 | grep -q " ${2%=*}: ${2#*=}\$" &&
		[ "$(device_drops "${2%%_*}")" = "${2#*=}" ]; then
		ok "$1: $2"
	else
		not_ok "$1: $2" "dropped: $(drops ga)"
	fi
	injected "$2"
}

# lost_once NAME COUNT: the same, and the tunnel works.
lost_once() {
	dropped "$1" "$2"
	injected "$2"
}

# sa_lost NAME in|out COUNT: the same, and the SA says so.
sa_lost() {
	lost "$1" "$3"
	check "$1: at the SA" test "$(sa_drops "$2")" = "$3"
}

# sa_is in|out STATE: A's SA of that direction.
sa_is() {
	[ "$(pantunctl_on ga --json show ipsec-sa tunnel1 |
		json_of "[s['state'] for s in d['ipsec_sas'] if s['dir'] == '$1']")" = "['$2']" ]
}

# sa_drops in|out: of A's SA of that direction.
sa_drops() {
	pantunctl_on ga --json show flow tunnel1 | json_of "' '.join('%s=%d' % i for s in
		d['ipsec_sas'] if s['dir'] == '$1' for i in sorted(s['drops'].items()))"
}

device_send() {
	on ga /usr/bin/python3 "$PANTUN_TOP/selftests/esp_send.py" device tunnel1 "$@"
}

# one_ping: from host A, that gets no answer.
one_ping() {
	on ha ping -q -c 1 -W 1 10.2.0.2 >/dev/null || :
}

# hooks_again: as they are when loaded.
hooks_again() {
	ip -n ga link del tunnel1
	wait_for 10 rmmod pantun_test_hooks
	hooks_load
}

# hooks_failing ERRNO in|out: fresh, with an AES-GCM in that SA of A's that fails.
hooks_failing() {
	local direction=$2
	hooks_again
	tunnel_up ga
	keys_make aes-128-gcm
	ip -n gb xfrm state flush
	xfrm_states_up gb
	[ "$direction" = in ] || manual_in ga
	[ "$direction" = out ] || manual_out ga
	echo "$1" >"$HOOKS/failing"
	[ "$direction" = in ] && manual_in ga
	[ "$direction" = out ] && manual_out ga
	wait_for 5 carrier_is ga tunnel1 1
	route_lans tunnel1 ipsec0
}

crypto_cases() {
	hooks_failing 5 out
	one_ping
	sa_lost 'encryption fails' out 'tx_crypto=1'
	hooks_failing 12 out
	one_ping
	sa_lost 'encryption finds no memory' out 'tx_no_memory=1'
	hooks_failing 5 in
	one_ping
	sa_lost 'decryption fails' in 'rx_crypto=1'
	hooks_failing 22 in
	one_ping
	sa_lost 'decryption refuses its arguments: not the peer'"'"'s padding' in 'rx_crypto=1'
	hooks_failing 12 in
	one_ping
	sa_lost 'decryption finds no memory' in 'rx_no_memory=1'
	hooks_again
}

send_cases() {
	fresh
	device_send 0x88b5 00112233
	lost_once 'neither IPv4 nor IPv6' 'tx_not_ip=1'
	fresh
	device_send 0x0800 4500001c0000
	lost_once 'IPv4 that ends in its header' 'tx_malformed=1'
	fresh
	on ga bash -c "echo tunnel1 >$HOOKS/gso"
	lost_once 'a super-packet that nobody can split' 'tx_gso=1'
	check 'that is the SA'"'"'s, too' test "$(sa_drops out)" = 'tx_gso=1'

	fresh
	ip -n ga link set tunnel1 mtu 1500
	on ha ping -q -c 1 -W 1 -M 'do' -s 1419 10.2.0.2 >/dev/null 2>&1 || :
	lost 'too big with DF' 'tx_too_big=1'
	on ha ip route flush cache

	fresh
	pantunctl_on ga sa flush dev tunnel1
	manual_in ga
	manual_out ga mode transport
	wait_for 5 carrier_is ga tunnel1 1
	one_ping
	sa_lost 'not between the gateways, in transport mode' out 'tx_transport=1'

	fresh
	ip -n ga route add "$B_WAN/32" dev tunnel1
	one_ping
	sa_lost 'the route to the peer leads into the tunnel' out 'tx_loop=1'
	ip -n ga route replace unreachable "$B_WAN/32"
	one_ping
	check 'no route to the peer: tx_loop=1 tx_no_route=1' \
		wait_for 5 drops_are 'tx_loop=1 tx_no_route=1'
	injected 'tx_no_route=1'
	ip -n ga route del unreachable "$B_WAN/32"
}

limit_cases() {
	fresh
	pantunctl_on ga sa flush dev tunnel1
	manual_in ga
	manual_out ga hard-packets 2
	wait_for 5 carrier_is ga tunnel1 1
	on ha ping -q -c 2 -i 0.1 -W 1 10.2.0.2 >/dev/null || :
	check 'two packets fit into a limit of two' drops_are ''
	check 'an out-SA at its limit is in use' sa_is out active
	device_send 0x0800 "$ECHO"
	# the SA that has reached its limit is not the current one any more
	lost 'an out-SA beyond its hard limit' 'tx_limit=1'
	check 'an out-SA beyond its hard limit has expired' sa_is out expired

	fresh
	on ga bash -c "echo 'tunnel1 out $B_SPI 4294967294' >$HOOKS/sequence"
	one_ping
	check 'the last number of 32 bits is sent' drops_are ''
	one_ping
	sa_lost 'no number is left' out 'tx_seq_exhausted=1'
}

proxy_cases() {
	fresh
	pantunctl_on ga sa flush dev tunnel1
	pantunctl_on ga proxy add dev tunnel1 name web local 10.1.0.0/24 remote 10.2.0.0/24 proto tcp
	manual_in ga proxy web
	manual_out ga proxy web
	wait_for 5 carrier_is ga tunnel1 1
	one_ping
	lost 'no proxy-ID matches' 'tx_no_proxy=1'
	esp_send seal "$WORK/ba.keys" "$A_SPI" 500 "$B_WAN" "$A_WAN" 4 "$ECHO"
	check 'beyond the selector of the in-SA: rx_selector=1 tx_no_proxy=1' \
		wait_for 5 drops_are 'rx_selector=1 tx_no_proxy=1'
	injected 'rx_selector=1'

	fresh
	pantunctl_on ga sa flush dev tunnel1
	pantunctl_on ga proxy add dev tunnel1 name net local 10.1.0.0/24 remote 10.2.0.0/24
	pantunctl_on ga tunnel set dev tunnel1 gre on
	manual_in ga proxy net
	manual_out ga proxy net
	wait_for 5 carrier_is ga tunnel1 1
	one_ping
	sa_lost 'GRE is not what the out-SA is for' out 'tx_selector=1'
}

hold_cases() {
	tunnel_alone
	on ha ping -q -c 9 -i 0.02 -W 1 10.2.0.2 >/dev/null || :
	lost 'the ninth packet that waits for an SA' 'tx_hold_full=1'

	tunnel_alone
	pantunctl_on ga proxy add dev tunnel1 name net local 10.1.0.0/24 remote 10.2.0.0/24
	one_ping
	check 'one packet waits' drops_are ''
	pantunctl_on ga proxy del dev tunnel1 name net
	lost 'the proxy-ID goes away that it waits at' 'tx_no_sa=1'

	tunnel_alone
	start_on ha "$WORK/fail4" ping -c 1 -W 60 10.2.0.2
	check 'a packet waits for an SA' wait_for 5 held_are 1
	pantunctl_on ga proxy fail dev tunnel1 name default
	lost 'no SA comes for what waits' 'tx_hold_failed=1'
	check 'its sender is told' wait_for 5 grep -q 'Destination Host Unreachable' "$WORK/fail4"
	check 'a later one asks again' wait_for 10 asks_again

	tunnel_alone
	start_on ha "$WORK/expired4" ping -c 1 -W 60 10.2.0.2
	check 'a packet that waits for too long: tx_hold_expired=1' \
		wait_for 40 drops_are 'tx_hold_expired=1'
	check 'its sender is told, too' \
		wait_for 5 grep -q 'Destination Host Unreachable' "$WORK/expired4"
	injected 'tx_hold_expired=1'
}

# held_are COUNT: packets that wait for an SA of A's tunnel.
held_are() {
	[ "$(pantunctl_on ga --json show flow tunnel1 |
		json_of "sum(p['held'] for p in d['proxies'])")" = "$1" ]
}

# asks_again: a packet waits after one more ping; those of the same second are refused.
asks_again() {
	one_ping
	held_are 1
}

# tunnel_alone: A's tunnel without an SA, that asks for one with the first packet.
tunnel_alone() {
	ip -n ga link del tunnel1 2>/dev/null || :
	tunnel_up ga
	# IPv6 by itself sends packets that would be dropped without an SA
	on ga sysctl -qw net.ipv6.conf.tunnel1.disable_ipv6=1
	pantunctl_on ga tunnel set dev tunnel1 start on-demand
	ip -n ga route replace 10.2.0.0/24 dev tunnel1
}

# every_name: of drop.h was made to happen.
# shellcheck disable=SC2317 # check calls it
every_name() {
	sed -n 's/.*X([A-Z_]*,[[:space:]]*"\(.*\)").*/\1/p' "$PANTUN_TOP/kmod/core/drop.h" |
		sort >"$WORK/names"
	sort -u "$WORK/injected" | comm -23 "$WORK/names" - >"$WORK/missing"
	[ -s "$WORK/names" ] && [ ! -s "$WORK/missing" ] && return
	cat "$WORK/missing"
	return 1
}

receive_cases() {
	fresh
	capture_esp 3
	esp_send replay "$WORK/esp.pcap" "$B_WAN" "$A_WAN" 0
	lost_once 'the same packet again' 'rx_replay=1'
	esp_send replay "$WORK/esp.pcap" "$B_WAN" "$A_WAN" 1
	esp_send replay "$WORK/esp.pcap" "$B_WAN" "$A_WAN" 2
	lost_once 'two more' 'rx_replay=3'

	fresh
	capture_esp 1
	esp_send forge "$WORK/esp.pcap" "$B_WAN" "$A_WAN" "$SEQ"
	lost_once 'a packet with another sequence number; the window stays' 'rx_auth=1'

	fresh replay-window 32
	capture_esp 40
	esp_send replay "$WORK/esp.pcap" "$B_WAN" "$A_WAN" 0
	lost_once 'a packet below the window' 'rx_late=1'

	fresh replay-window 0
	capture_esp 1
	esp_send replay "$WORK/esp.pcap" "$B_WAN" "$A_WAN" 0
	dropped 'without a window nothing is a replay' ''

	fresh
	esp_send raw "$B_WAN" "$A_WAN" "$(printf '%08x%08x' "$A_SPI" 5)00000000"
	lost_once 'a packet that ends in the middle' 'rx_malformed=1'

	fresh
	esp_send seal "$WORK/ba.keys" "$A_SPI" "$SEQ" "$B_WAN" "$A_WAN" 59 "$(printf '%0128d' 0)"
	check 'a dummy packet is dropped silently: rx_dummy=1' wait_for 5 drops_are 'rx_dummy=1'
	injected 'rx_dummy=1'
	fresh
	esp_send seal "$WORK/ba.keys" "$A_SPI" 500 "$B_WAN" "$A_WAN" 1 0800f7fe00010000
	lost_once 'transport mode inside' 'rx_next_header=1'
	fresh
	esp_send seal "$WORK/ba.keys" "$A_SPI" 500 "$B_WAN" "$A_WAN" 4 "${ECHO%??}"
	lost_once 'an inner packet that is shorter than it says' 'rx_inner=1'
	fresh
	esp_send seal "$WORK/ba.keys" "$A_SPI" 500 "$B_WAN" "$A_WAN" 41 "${ECHO%??}"
	lost_once 'IPv4 announced as IPv6' 'rx_inner=1'

	fresh
	esp_send seal "$WORK/ba.keys" "$A_SPI" 500 "$B_WAN" "$A_WAN" 59 00 ff
	lost_once 'padding that does not count up' 'rx_padding=1'
	fresh
	esp_send seal "$WORK/ba.keys" "$A_SPI" 500 "$B_WAN" "$A_WAN" 4 "$ECHO" - 3
	lost_once 'CE outside, Not-ECT inside (RFC 6040)' 'rx_ecn=1'

	fresh
	pantunctl_on ga tunnel set dev tunnel1 gre on
	esp_send seal "$WORK/ba.keys" "$A_SPI" 500 "$B_WAN" "$A_WAN" 4 "$ECHO"
	check 'no GRE, where the tunnel has it: rx_gre=1' wait_for 5 drops_are 'rx_gre=1'
	injected 'rx_gre=1'

	# not by answers: A loses its carrier, and so may ask no more, when the limit is reached
	fresh hard-packets 2
	for seq in 500 501 502 503; do
		esp_send seal "$WORK/ba.keys" "$A_SPI" "$seq" "$B_WAN" "$A_WAN" 4 "$ECHO"
	done
	lost 'an in-SA beyond its hard limit' 'rx_limit=2'
	check 'an in-SA beyond its hard limit has expired' sa_is in expired

	fresh
	ip -n ga link set tunnel1 down
	on hb ping -q -c 1 -W 1 10.1.0.2 >/dev/null || :
	check 'a tunnel that is down: rx_tunnel_down=1' wait_for 5 drops_are 'rx_tunnel_down=1'
	injected 'rx_tunnel_down=1'
}

# The queue before the netdevice has netdev_max_backlog.  A device without NAPI of its own
# has the same queue before it, and loses what is too much first; with GRO, a veth has it.
backlog_case() {
	local before

	before=$(sysctl -n net.core.netdev_max_backlog)
	on ga ethtool -K wan0 gro on
	on gb ethtool -K wan0 tso off
	fresh
	sysctl -qw net.core.netdev_max_backlog=0
	on hb /usr/bin/python3 "$PANTUN_TOP/selftests/esp_send.py" burst 10.1.0.2 10
	sysctl -qw net.core.netdev_max_backlog="$before"
	sa_lost 'more at once than the queue before the netdevice holds' in 'rx_backlog=9'
	check 'with room in that queue all arrives' works
	on ga ethtool -K wan0 gro off
	on gb ethtool -K wan0 tso on
}

# A packet that began with the mark before may look for its route after a change.  It goes
# where it has to, and later ones go where the new mark says: none is lost.
route_case() {
	fresh
	# the first packet has the tunnel look at its route
	works >/dev/null
	ip -n ga rule add fwmark 99 lookup 99
	ip -n ga route add "$B_WAN/32" dev lan0 table 99
	check 'a packet under way with the mark before finds its route' \
		on ga bash -c "echo tunnel1 99 >$HOOKS/route"
	check 'the next one does not take it' on ha ping -q -c 1 -W 2 10.2.0.2
	check 'none is lost' drops_are ''
	ip -n ga rule del fwmark 99
}

fresh_begin
receive_cases
backlog_case
route_case
send_cases
limit_cases
proxy_cases
hold_cases
crypto_cases
check 'every named drop has happened' every_name
finish
