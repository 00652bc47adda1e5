#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# Gateways with link-local addresses, which are the same on two links: IKE and ESP take the
# link that the configuration names, and no other.
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"

# count_links NODE: ESP and IKE that come in by each of the two links.
count_links() {
	rules "$1" 'iifname wan0 ip6 nexthdr esp counter' 'iifname wan0 udp dport 500 counter' \
		'iifname wan1 ip6 nexthdr esp counter' 'iifname wan1 udp dport 500 counter'
}

# counted PATTERN: the four counters, in that order.
counted() {
	packets gb | grep -Eqx "$1"
}

reaches() {
	check "$1: A's host reaches B's" on ha ping -q -c 5 -i 0.1 -W 2 10.2.0.2
	check "$1: and B's A's, by IPv6" on hb ping -q -c 5 -i 0.1 -W 2 fd01::2
}

module_load
topology_up
link_nodes ga wan1 gb wan1
for dev in wan0 wan1; do
	addr_add ga "$dev" fe80::1/64
	addr_add gb "$dev" fe80::2/64
done
pantun_config ga fe80::2%wan1
pantun_config gb fe80::1%wan1 'set network tunnel ipsec t start passive'
count_links gb
pantund_start gb
pantund_start ga
check 'the tunnel comes up' wait_for 20 carrier_is ga tunnel1 1
route_lans tunnel1 tunnel1
reaches 'wan1'
check 'all of it took that link' counted '0 0 [1-9][0-9]* [1-9][0-9]*'
pantunctl_on ga show ike-sa >"$WORK/ike"
check_has 'pantunctl shows the link' 'fe80::2%wan1' "$WORK/ike"
check_here 'A ends' pantund_stop ga
check_here 'B ends' pantund_stop gb

# The same addresses on the other link are another pair of gateways.
for node in ga gb; do
	pantunctl_on "$node" sa flush
	sed -i 's/%wan1/%wan0/' "$WORK/$node/pantun.conf"
done
echo 'set network ike gateway g local-address ip fe80::1%wan0' >>"$WORK/ga/pantun.conf"
count_links gb
pantund_start gb
pantund_start ga
check 'the other link: the tunnel comes up' wait_for 20 carrier_is ga tunnel1 1
reaches 'wan0'
check 'all of it took that one' counted '[1-9][0-9]* [1-9][0-9]* 0 0'
check_here 'A ends again' pantund_stop ga
check_here 'B ends again' pantund_stop gb
finish
