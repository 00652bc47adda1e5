#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# The module is unloaded and loaded again under the daemons, and an interface is deleted: the
# daemon says what it waits for, and traffic comes back by itself.
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"

# show_has NODE TEXT
show_has() {
	pantunctl_on "$1" --json show | grep -qF -- "$2"
}

# lines NODE TEXT: of its log that have the text.
lines() {
	grep -cF -- "$2" "$WORK/$1/pantund.log"
}

# comes_back WHEN
comes_back() {
	check "$1: carrier comes" wait_for 20 carrier_is ga tunnel1 1
	check "$1: and B's" wait_for 20 carrier_is gb tunnel1 1
	route_lans tunnel1 tunnel1
	check "$1: pings pass" wait_for 20 on ha ping -q -c 1 -W 1 10.2.0.2
}

# reinsert WHAT: for both gateways at once, as there is one module.
reinsert() {
	rmmod pantun
	for node in ga gb; do
		check "$1: $node says so" wait_for 10 log_has "$node" 'the module was unloaded'
	done
	insmod "$PANTUN_KO"
}

module_load
topology_up
pantun_config ga 192.0.2.2
pantun_config gb 192.0.2.1
for node in ga gb; do
	pantund_start "$node"
done
comes_back 'at first'
reinsert 'IKE'
comes_back 'IKE'
check 'the daemon said once that the module was away' test "$(lines ga 'the module was unloaded')" = 1
grep -F 'kernel refused' "$WORK/ga/pantund.log" | sed 's/^/# /' || :

# --- the interface alone
ip -n ga link del tunnel1
check 'a deleted interface is missed' wait_for 10 log_has ga 'interface tunnel1 was deleted'
check 'show says what brings it back' wait_for 10 show_has ga 'ip link add tunnel1 type pantun'
check 'B has no carrier' wait_for 10 carrier_is gb tunnel1 0
ip -n ga link add tunnel1 type pantun
ip -n ga link set tunnel1 up
comes_back 'added by hand'
ip -n ga link del tunnel1
wait_for 10 show_has ga 'ip link add tunnel1 type pantun'
check 'a reload goes well' pantunctl_on ga reload
comes_back 'by a reload'
ip -n ga link del tunnel1
ip -n ga link add tunnel1 type pantun
ip -n ga link set tunnel1 up
comes_back 'deleted and added at once'
for node in ga gb; do
	check_here "$node ends" pantund_stop "$node"
done

# --- manual keys
for node in ga gb; do
	here=1 there=2
	[ "$node" = ga ] || { here=2 there=1; }
	m='set network tunnel ipsec m'
	rm "$WORK/$node/pantun.conf"
	(umask 077 && cat >"$WORK/$node/pantun.conf") <<-END
		$m tunnel-interface tunnel1
		$m manual-key local-address ip 192.0.2.$here
		$m manual-key peer-address ip 192.0.2.$there
		$m manual-key local-spi 0000110$there
		$m manual-key remote-spi 0000110$here
		$m manual-key esp encryption key 00112233-44556677-8899aabb-ccddeeff
		$m manual-key esp authentication sha1 key 00112233-44556677-8899aabb-ccddeeff-00112233
	END
	: >"$WORK/$node/pantund.log"
	pantund_start "$node"
done
comes_back 'manual keys'
reinsert 'manual keys'
comes_back 'manual keys again'
for node in ga gb; do
	check_here "$node ends at last" pantund_stop "$node"
done
rmmod pantun
check_not 'without the module a daemon does not start' \
	on ga "$PANTUND" --config "$WORK/ga/pantun.conf"
finish
