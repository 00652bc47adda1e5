#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# What the outer header takes over from the inner one and what not (RFC 4301
# section 5.1.2, RFC 6040), and what the inner one gets from it; judged by nft
# counters on the underlay and at the host.
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"
# shellcheck source=selftests/lib_manual.sh
. "$PANTUN_TOP/selftests/lib_manual.sh"

# rules NODE RULE...: in a chain of the node that sees all that comes in.
rules() {
	local node=$1 rule
	shift
	on "$node" nft flush ruleset
	on "$node" nft add table inet t
	on "$node" nft add chain inet t c '{ type filter hook prerouting priority -300; }'
	for rule; do
		on "$node" nft add rule inet t c "$rule"
	done
}

# packets NODE: of the counter of each rule.
packets() {
	on "$1" nft -a list chain inet t c | sed -n 's/.*counter packets \([0-9]*\) .*/\1/p' | xargs
}

# pinged NAME NODE COUNTS RULES... -- PING_WORDS...: three pings of 200 octets from A's
# host, and what the counters of NODE say afterwards.
pinged() {
	local name=$1 node=$2 counts=$3 rules=()
	shift 3
	while [ "$1" != -- ]; do
		rules+=("$1")
		shift
	done
	shift
	rules "$node" "${rules[@]}"
	on ha ping -q -c 3 -i 0.05 -W 1 -s 200 "$@" >/dev/null || :
	check "$name" test "$(packets "$node")" = "$counts"
}

copied() {
	# by their size told from what the kernel says by itself: header 20, SPI and number 8,
	# IV 8, IP and ICMP 28 or 48, 200, trailer and padding 4, ICV 16
	local esp='ip protocol esp ip length { 284, 304 }'

	pinged 'TTL: its own, 64' gb '3 3' "$esp counter" "$esp ip ttl 64 counter" -- -t 9 10.2.0.2
	pinged 'DSCP: stays inside' gb '3 3' "$esp counter" "$esp ip dscp cs0 counter" \
		-- -Q 0xb8 10.2.0.2
	pinged 'ECN: Not-ECT' gb 3 "$esp ip ecn not-ect counter" -- 10.2.0.2
	pinged 'ECN: ECT(0)' gb 3 "$esp ip ecn ect0 counter" -- -Q 2 10.2.0.2
	pinged 'ECN: ECT(1)' gb 3 "$esp ip ecn ect1 counter" -- -Q 1 10.2.0.2
	pinged 'ECN: CE' gb 3 "$esp ip ecn ce counter" -- -Q 3 10.2.0.2
	pinged 'ECN: ECT(0), IPv6' gb 3 "$esp ip ecn ect0 counter" -- -Q 2 fd02::2
	pinged 'DF: set where the inner one is' gb 3 "$esp ip frag-off & 0x4000 != 0 counter" \
		-- -M 'do' 10.2.0.2
	pinged 'DF: not set where the inner one is not' gb 3 \
		"$esp ip frag-off & 0x4000 == 0 counter" -- -M dont 10.2.0.2
	pinged 'DF: set around IPv6' gb 3 "$esp ip frag-off & 0x4000 != 0 counter" -- fd02::2
	rules gb
}

# Congestion on the underlay: A's gateway finds CE on what comes to it.
congested() {
	rules ga 'ip protocol esp ip ecn set ce'
	pinged 'CE outside: comes inside where it may' ha '3 3' 'icmp type echo-reply counter' \
		'icmp type echo-reply ip ecn ce counter' -- -Q 2 10.2.0.2
	pinged 'CE outside: inside IPv6, too' ha 3 \
		'icmpv6 type echo-reply ip6 ecn ce counter' -- -Q 2 fd02::2
	check 'CE outside: nothing was dropped' test -z "$(drops ga)"
	pinged 'CE outside: what knows no ECN is dropped' ha 0 'icmp type echo-reply counter' \
		-- 10.2.0.2
	check 'CE outside: and counted' test "$(drops ga)" = rx_ecn=3
}

module_load
topology_up
tunnel_up ga
xfrm_policies_up gb ipsec0 "$IF_ID"
keys_make aes-256-gcm
xfrm_states_up gb
manual_in ga
manual_out ga
wait_for 5 carrier_is ga tunnel1 1
route_lans tunnel1 ipsec0
wait_for 10 on ha ping -q -c 1 -W 1 fd02::2
copied
congested
finish
