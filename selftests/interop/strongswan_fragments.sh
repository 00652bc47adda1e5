#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# IKE messages in fragments (RFC 7383) between pantun (A) and strongSwan (B): cut by either, by
# both, by none, and on a path that loses all that is long.
set -eu
# shellcheck source=selftests/lib.sh
. "$PANTUN_TOP/selftests/lib.sh"
# shellcheck source=selftests/interop/lib_strongswan.sh
. "$PANTUN_TOP/selftests/interop/lib_strongswan.sh"

OUR_ID=192.0.2.1 THEIR_ID=192.0.2.2
FRAGMENT='set network ike gateway g protocol ikev2 ikev2-fragment'

# size_is OCTETS: that of pantun's fragments, as show has it.
size_is() {
	pantunctl_on ga --json show ike-sa | python3 -c '
import json, sys
sas = json.load(sys.stdin)["ike_sas"]
sys.exit([s["fragment_size"] for s in sas] != [int(sys.argv[1])])' "$1"
}

# said PATTERN: by strongSwan, since the case began.
said() {
	tail -n "+$((seen + 1))" "$WORK/gb/charon.log" | grep -q "$1"
}

# begin OCTETS yes|no LINE...: strongSwan's size, and whether it fragments; lines for pantun.
begin() {
	local size=$1 theirs=$2
	shift 2
	strongswan_config gb 192.0.2.2 192.0.2.1
	sed -i "s/^    mobike = no/&\n    fragmentation = $theirs/
		/^    local {/,/}/s/id = .*/id = $THEIR_ID/
		/^    remote {/,/}/s/id = .*/id = $OUR_ID/" "$WORK/gb/etc/swanctl/swanctl.conf"
	sed -i "s/^  install_routes = 0/&\n  fragment_size = $size/" "$WORK/gb/strongswan.conf"
	strongswan_start gb >/dev/null
	pantun_config ga 192.0.2.2 "$@"
	seen=$(wc -l <"$WORK/gb/charon.log")
	pantund_start ga
	wait_for 10 ip -n ga link show dev tunnel1
	ip -n ga link set tunnel1 up
	route_lans tunnel1 ipsec0
}

# end NAME
end() {
	check "$1: ping" on ha ping -q -c 2 -i 0.2 -W 2 10.2.0.2
	check_here "$1: pantund ends" pantund_stop ga
	pantunctl_on ga sa flush
	local pid
	pid=$(cat "$WORK/gb/charon.pid")
	kill -TERM "$pid"
	wait_for 10 gone "$pid"
	on gb rm -f /run/charon.vici
}

gone() {
	! kill -0 "$1" 2>/dev/null
}

# rekeys NAME: all SAs, by strongSwan, whose requests and our answers are in parts, too.
rekeys() {
	check "$1: strongSwan rekeys the child" swanctl_on gb --rekey --child net
	check "$1: and the IKE SA" swanctl_on gb --rekey --ike gw
	check "$1: one child is left" wait_for 10 strongswan_children_are gb 1
}

module_load
topology_up
xfrmi_up gb ipsec0 42

begin 300 yes "$FRAGMENT size 300"
check 'both: carrier comes' wait_for 10 carrier_is ga tunnel1 1
check 'both: strongSwan gets fragments' said 'received fragment #2 of'
check 'both: and sends some' said 'splitting IKE message'
check 'both: pantun says what size' size_is 300
rekeys both
end both

begin 1280 yes "$FRAGMENT size 260"
check 'pantun alone: carrier comes' wait_for 10 carrier_is ga tunnel1 1
check 'pantun alone: strongSwan gets fragments' said 'received fragment #2 of'
check_not 'pantun alone: and sends none' said 'splitting IKE message'
rekeys 'pantun alone'
end 'pantun alone'

begin 260 yes "$FRAGMENT size 1280"
check 'strongSwan alone: carrier comes' wait_for 10 carrier_is ga tunnel1 1
check_not 'strongSwan alone: gets none' said 'received fragment #2 of'
check 'strongSwan alone: sends some' said 'splitting IKE message'
# no smaller than IPv4 demands of every link
check 'strongSwan alone: pantun has learned from it' size_is 576
rekeys 'strongSwan alone'
end 'strongSwan alone'

begin 260 no "$FRAGMENT size 260"
check 'not agreed: carrier comes' wait_for 10 carrier_is ga tunnel1 1
check_not 'not agreed: strongSwan gets none' said 'received fragment #2 of'
check 'not agreed: pantun says so' size_is 0
end 'not agreed'

# IKE_AUTH is longer than that by both identities
on gb nft -f - <<-END
table inet narrow {
  chain in {
    type filter hook input priority filter
    udp dport { 500, 4500 } meta length > 576 drop
  }
}
END
OUR_ID=$(printf 'octet%.0s' {1..48}).a.example
THEIR_ID=$(printf 'octet%.0s' {1..48}).b.example
begin 1280 yes "set network ike gateway g local-id type fqdn id $OUR_ID" \
	"set network ike gateway g peer-id type fqdn id $THEIR_ID" \
	'set network tunnel ipsec t auto-key proxy-id a local 10.1.0.0/24 remote 10.2.0.0/24'
check 'narrow path: carrier comes' wait_for 20 carrier_is ga tunnel1 1
check 'narrow path: strongSwan gets fragments' said 'received fragment #2 of'
check 'narrow path: pantun says what passes' size_is 576
end 'narrow path'
finish
