#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# The netdevice: made, named, moved and deleted; carrier and operstate by start
# mode and SAs; nothing in clear, ever; packets held for an SA; loops; what ends
# with a namespace or with the module.
#
#   ha ---------- ga =====ESP===== gb ---------- hb
#             tunnel1             ipsec0
#             (pantun)         (XFRM interface)
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"
# shellcheck source=selftests/lib_manual.sh
. "$PANTUN_TOP/selftests/lib_manual.sh"

PROXIES=12		# of routes_stay

link_is_gone() {
	! ip -n "$1" link show dev "$2" >/dev/null 2>&1
}

# link_shows NODE DEV TEXT...: ip -d link says each.
link_shows() {
	local said text
	said=$(ip -n "$1" -d link show dev "$2")
	for text in "${@:3}"; do
		grep -qF -- "$text" <<<"$said" || {
			echo "no \"$text\" in: $said"
			return 1
		}
	done
}

# refused TEXT COMMAND...: fails, and says the text (an extended regular expression).
refused() {
	local text=$1 said
	shift
	said=$("$@" 2>&1) && {
		echo "it succeeded"
		return 1
	}
	grep -qiE -- "$text" <<<"$said" && return
	echo "$said"
	return 1
}

making_cases() {
	check 'ip link add type pantun' ip -n ga link add type pantun
	check 'the kernel names it tunnel0' \
		link_shows ga tunnel0 POINTOPOINT NOARP link/none pantun 'mtu 1400'
	check 'and the next tunnel1' ip -n ga link add type pantun
	check 'which is there' link_shows ga tunnel1 pantun
	check 'a name of your own' ip -n ga link add office type pantun
	check 'ids differ' test "$(pantunctl_on ga --json show flow |
		json_of "len(set(t['id'] for t in d['tunnels']))")" = 3
	check 'rename' ip -n ga link set office name branch
	check 'the new name is what the module shows' tunnel_known ga branch
	check_not 'and the old one is not' tunnel_known ga office
	check 'ethtool -i' on ga ethtool -i tunnel0
	on ga ethtool -i tunnel0 >"$WORK/ethtool"
	check_has 'ethtool -i names the driver' 'driver: pantun' "$WORK/ethtool"
	on ga ethtool -S tunnel0 >"$WORK/ethtool"
	check_has 'ethtool -S shows drops by name' 'tx_no_sa: 0' "$WORK/ethtool"
	check 'ethtool -S shows every drop of the module' every_drop "$WORK/ethtool"
	check 'deleted' ip -n ga link del branch
	ip -n ga link del tunnel0
	ip -n ga link del tunnel1
	check 'nothing is left' test "$(pantunctl_on ga --json show flow | json_of "len(d['tunnels'])")" = 0
}

tunnel_known() {
	pantunctl_on "$1" show flow "$2"
}

every_drop() {
	local name
	while read -r name; do
		grep -qE "^ *$name: " "$1" || {
			echo "no $name"
			return 1
		}
	done < <(sed -n 's/.*X([A-Z_]*,[[:space:]]*"\(.*\)").*/\1/p' "$PANTUN_TOP/kmod/core/drop.h")
}

refusal_cases() {
	check 'refused: a hardware address' refused 'address' \
		ip -n ga link add type pantun address 02:00:00:00:00:01
	check 'refused: an MTU of 67' refused 'mtu|invalid' ip -n ga link add bad type pantun mtu 67
	check 'refused: an MTU of 70000' refused 'mtu|invalid' \
		ip -n ga link add bad type pantun mtu 70000
	check 'refused: a name that is taken' refused 'exists' ip -n ga link add wan0 type pantun
	check 'refused: without CAP_NET_ADMIN' refused 'permitted' \
		on ga setpriv --reuid 65534 --clear-groups --bounding-set -all \
		ip link add bad type pantun
	check 'refused: an attribute that is no tunnel'"'"'s' refused 'unknown|attribute|invalid|read' \
		on ga /usr/bin/python3 -c '
import os, socket, struct, sys
sys.path.insert(0, sys.argv[1])
from genl import attr, nest, text, u32
s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
s.setsockopt(270, 11, 1)
data = struct.pack("=BxHiII", 0, 0, 0, 0, 0) + text(3, "bad") + \
    nest(18, text(1, "pantun"), nest(2, u32(1, 7)))
s.send(struct.pack("=IHHII", 16 + len(data), 16, 0x605, 1, 0) + data)
answer = s.recv(4096)
code = -struct.unpack_from("=i", answer, 16)[0]
print(os.strerror(code), answer[16:].decode("ascii", "replace").replace("\0", ""))
sys.exit(code != 0)' "$PANTUN_TOP/selftests"
	check 'none of them left a device' test "$(ip -n ga -o link show type pantun | wc -l)" = 0
}

# link_is NODE DEV CARRIER OPERSTATE
link_is() {
	local state
	[ "$(on "$1" cat "/sys/class/net/$2/carrier")" = "$3" ] || return 1
	state=$(on "$1" cat "/sys/class/net/$2/operstate")
	[[ " $4 " == *" $state "* ]]
}

# becomes NAME CARRIER OPERSTATES
becomes() {
	if wait_for 5 link_is ga tunnel1 "$2" "$3"; then
		ok "$1: carrier $2, $3"
	else
		not_ok "$1: carrier $2, $3" "$(on ga grep -H . \
			/sys/class/net/tunnel1/{carrier,operstate})"
	fi
}

carrier_cases() {
	keys_make aes-128-gcm
	tunnel_up ga
	becomes 'always, no SA' 0 down
	manual_in ga
	becomes 'always, an in-SA alone' 0 down
	manual_out ga standby
	becomes 'always, the out-SA on standby' 0 down
	pantunctl_on ga sa activate dev tunnel1 out spi "$B_SPI" local "$A_WAN" remote "$B_WAN"
	becomes 'always, an SA pair' 1 'up unknown'
	pantunctl_on ga sa del dev tunnel1 in spi "$A_SPI" local "$A_WAN" remote "$B_WAN"
	becomes 'always, the in-SA deleted' 0 down
	manual_in ga
	becomes 'always, another one' 1 'up unknown'
	ip -n ga link set tunnel1 down
	ip -n ga link set tunnel1 up
	becomes 'always, down and up again' 1 'up unknown'
	pantunctl_on ga sa flush dev tunnel1
	becomes 'always, all SAs flushed' 0 down
	pantunctl_on ga tunnel set dev tunnel1 start on-demand
	becomes 'on-demand, no SA' 1 dormant
	manual_in ga
	manual_out ga
	becomes 'on-demand, an SA pair' 1 'up unknown'
	pantunctl_on ga sa flush dev tunnel1
	becomes 'on-demand, all SAs flushed' 1 dormant
	pantunctl_on ga tunnel set dev tunnel1 start passive
	becomes 'passive, no SA' 0 down
	# the one that ends comes last, and both are seen together before it does
	manual_out ga
	manual_in ga hard-seconds 3
	becomes 'passive, an SA pair' 1 'up unknown'
	becomes 'passive, the in-SA at its limit in time, without a packet' 0 down
	ip -n ga link del tunnel1
}

mtu_cases() {
	tunnel_up ga
	ip -n ga link set tunnel1 mtu 1300
	keys_make aes-128-cbc
	manual_in ga
	manual_out ga
	wait_for 5 carrier_is ga tunnel1 1 || :
	check 'MTU: one set by the admin stays' test "$(mtu_of ga tunnel1)" = 1300
	check_not 'MTU: 67 is refused' ip -n ga link set tunnel1 mtu 67
	check 'MTU: 0 gives it back' ip -n ga link set tunnel1 mtu 0
	check 'MTU: it follows the SAs again' wait_for 5 mtu_is 1438
	ip -n ga link set tunnel1 mtu 1300
	pantunctl_on ga sa flush dev tunnel1
	wait_for 5 carrier_is ga tunnel1 0
	check 'MTU: set again, it stays as it is' test "$(mtu_of ga tunnel1)" = 1300
	ip -n ga link del tunnel1
	ip -n ga link add tunnel1 mtu 0 type pantun
	ip -n ga link set tunnel1 up
	check 'MTU: made with 0 it is that of any tunnel' test "$(mtu_of ga tunnel1)" = 1400
	keys_make aes-128-cbc
	manual_in ga
	manual_out ga
	check 'MTU: and follows the SAs' wait_for 5 mtu_is 1438
	ip -n ga link del tunnel1
	tunnel_up ga
	manual_in ga
	manual_out ga
	check 'MTU: AES-CBC with SHA2-256 leaves 1438 of 1500' wait_for 5 mtu_is 1438
	pantunctl_on ga sa flush dev tunnel1
	manual_in ga encap 4500 4500
	manual_out ga encap 4500 4500
	check 'MTU: and 1422 in UDP' wait_for 5 mtu_is 1422
	ip -n ga link del tunnel1
}

mtu_is() {
	[ "$(mtu_of ga tunnel1)" = "$1" ]
}

# no_clear MODE: without an SA nothing leaves the gateway, in clear or otherwise.
no_clear() {
	tunnel_up ga
	pantunctl_on ga tunnel set dev tunnel1 start "$1"
	route_lans tunnel1 wan0
	capture_start ga wan0 "$WORK/clear.pcap"
	on ha ping -q -c 12 -i 0.02 -W 1 10.2.0.2 >/dev/null || :
	on ha ping -q -c 12 -i 0.02 -W 1 fd02::2 >/dev/null || :
	# The end of the capture is marked by a packet that may be there.
	on ga ping -q -c 1 -W 2 "$B_WAN" >/dev/null
	wait_for 5 captured "$WORK/clear.pcap" "icmp and dst $A_WAN"
	capture_stop
	check "$1, no SA: nothing of the hosts on the underlay" nothing_inner "$WORK/clear.pcap"
	check_not "$1, no SA: no ESP either" captured "$WORK/clear.pcap" esp
	if [ "$1" = on-demand ]; then
		check 'on-demand, no SA: 8 packets held, the others counted' \
			wait_for 5 drop_is tx_hold_full 16
	fi
	ip -n ga link del tunnel1
}

drop_is() {
	[ "$(drop_count ga "$1")" = "$2" ]
}

held_are() {
	[ "$(pantunctl_on ga --json show flow tunnel1 | json_of "d['proxies'][0]['held']")" = "$1" ]
}

hold_cases() {
	keys_make aes-128-gcm
	ip -n gb xfrm state flush
	xfrm_states_up gb
	tunnel_up ga
	# IPv6 by itself sends packets that would be dropped without an SA.
	on ga sysctl -qw net.ipv6.conf.tunnel1.disable_ipv6=1
	pantunctl_on ga tunnel set dev tunnel1 start on-demand
	ip -n ga route replace 10.2.0.0/24 dev tunnel1
	ip -n gb route replace 10.1.0.0/24 dev ipsec0
	start_on ga "$WORK/events" "${PANTUNCTL:?}" --json monitor
	local monitor=$STARTED_PID
	wait_for 5 grep -q pantund "$WORK/events"
	start_on ha "$WORK/ping" ping -c 4 -i 0.1 -W 20 10.2.0.2
	check 'hold: the packets wait' wait_for 5 held_are 4
	check 'hold: the daemon is asked, with the packet'"'"'s flow' \
		grep -q '"event":"acquire".*"remote4":"10.2.0.2"' "$WORK/events"
	check 'hold: once, not for every packet' \
		test "$(grep -c '"event":"acquire"' "$WORK/events")" = 1
	manual_in ga
	manual_out ga
	check 'hold: they leave when the SA is there' wait_for 25 grep -q 'packet loss' "$WORK/ping"
	check_has 'hold: not one was lost' ' 0% packet loss' "$WORK/ping"
	check 'hold: nothing waits any more' held_are 0
	check 'hold: nothing was dropped' test -z "$(drops ga)"

	pantunctl_on ga sa flush dev tunnel1
	start_on ha "$WORK/late" ping -q -c 2 -i 12 -W 1 10.2.0.2
	check 'hold: two wait, the second since 12 s later' wait_for 20 held_are 2
	check 'hold: the first is dropped in the end' wait_for 40 drop_is tx_hold_expired 1
	check 'hold: the second has its own time' held_are 1
	check 'hold: and is dropped at the end of that' wait_for 20 drop_is tx_hold_expired 2
	kill "$monitor"
	ip -n ga link del tunnel1
}

loop_cases() {
	keys_make aes-128-gcm
	tunnel_up ga
	manual_in ga
	manual_out ga
	wait_for 5 carrier_is ga tunnel1 1
	route_lans tunnel1 ipsec0
	ip -n ga route add "$B_WAN/32" dev tunnel1
	on ha ping -q -c 3 -i 0.05 -W 1 10.2.0.2 >/dev/null || :
	check 'loop: the peer'"'"'s address routed into the tunnel: counted' loop_counted
	ip -n ga route del "$B_WAN/32"
	ip -n gb xfrm state flush
	xfrm_states_up gb
	check 'loop: mended, it works' wait_for 10 on ha ping -q -c 1 -W 1 10.2.0.2
	ip -n ga link del tunnel1
}

loop_counted() {
	[ "$(drop_count ga tx_loop)" -ge 3 ]
}

move_cases() {
	keys_make aes-128-gcm
	ip -n gb xfrm state flush
	xfrm_states_up gb
	ip netns add inner
	tunnel_up ga
	ip -n ga link set tunnel1 netns inner
	check 'moved: the device is in the other namespace' ip -n inner link show dev tunnel1
	check 'moved: the underlay'"'"'s namespace still configures it' manual_in ga
	manual_out ga
	ip -n inner link set lo up
	ip -n inner link set tunnel1 up
	ip -n inner addr add 10.1.0.99/24 dev tunnel1
	ip -n inner route add 10.2.0.0/24 dev tunnel1
	check 'moved: traffic by the underlay it was born in' \
		wait_for 10 ip netns exec inner ping -q -c 3 -i 0.05 -W 1 10.2.0.2
	pantunctl_on ga show >"$WORK/show"
	check_has 'moved: shown as such' '(moved)' "$WORK/show"
	check_not 'moved: the inner namespace has no say' \
		ip netns exec inner "${PANTUNCTL:?}" sa flush dev tunnel1
	ip netns del inner
	check 'moved: gone with its namespace, SAs and all' wait_for 10 all_gone ga
}

all_gone() {
	[ "$(pantunctl_on "$1" --json show | json_of "len(d['tunnels']) + len(d['ipsec_sas'])")" = 0 ]
}

underlay_gone_cases() {
	ip netns add under
	ip netns add inner
	ip -n under link add tunnel1 type pantun
	ip -n under link set tunnel1 netns inner
	ip -n inner link set tunnel1 up
	ip netns exec under "${PANTUNCTL:?}" sa add dev tunnel1 out spi 0x2001 local "$A_WAN" \
		remote "$B_WAN" "${PANTUN_ALG[@]}" key-file "$WORK/ab.keys"
	ip netns del under
	check 'the underlay'"'"'s namespace ends: the moved device does' wait_for 10 link_is_gone inner tunnel1
	ip netns del inner
}

# Traffic in the background while the end comes.
traffic_start() {
	start_on ha /dev/null ping -f 10.2.0.2
}

ending_cases() {
	keys_make aes-256-cbc
	ip -n gb xfrm state flush
	xfrm_states_up gb
	tunnel_up ga
	manual_in ga
	manual_out ga
	wait_for 5 carrier_is ga tunnel1 1
	route_lans tunnel1 ipsec0
	traffic_start
	local pid=$STARTED_PID
	check 'deleted under traffic: first it flows' wait_for 5 flows 50
	check 'deleted under traffic' ip -n ga link del tunnel1
	ip -n gb xfrm state flush
	xfrm_states_up gb
	tunnel_up ga
	ip -n ga link add spare type pantun
	ip netns add inner
	ip -n ga link set spare netns inner
	manual_in ga
	manual_out ga
	route_lans tunnel1 ipsec0
	check 'rmmod under traffic: first it flows' wait_for 5 flows 50
	check 'rmmod under traffic, with tunnels in two namespaces' rmmod pantun
	check 'rmmod: the devices are gone' link_is_gone ga tunnel1
	check 'rmmod: the moved one as well' link_is_gone inner spare
	kill "$pid"
	check 'insmod again' module_load
	check 'nothing is left from before' all_gone ga
}

# lookups: routes that somebody has searched since the last clear_lookups.
clear_lookups() {
	echo >"$TRACING/trace"
}

lookups() {
	grep -c fib_table_lookup: "$TRACING/trace" || :
}

# tunnel_is STATE: A's.
tunnel_is() {
	[ "$(pantunctl_on ga --json show flow tunnel1 | json_of "d['tunnels'][0]['state']")" = "$1" ]
}

# An SA more is no reason to search the routes of all others again; other options are.
routes_stay() {
	local i

	TRACING=/sys/kernel/tracing
	[ -d "$TRACING/events" ] || mount -t tracefs trace "$TRACING"
	tunnel_up ga
	keys_make aes-128-gcm
	for ((i = 1; i <= PROXIES; i++)); do
		pantunctl_on ga proxy add dev tunnel1 name "p$i" remote "10.9.$i.0/24"
		manual_in ga spi $((0x3000 + i)) proxy "p$i"
		[ "$i" = "$PROXIES" ] || manual_out ga spi $((0x4000 + i)) proxy "p$i"
	done
	check 'routes: all proxy-IDs but one have their SAs' wait_for 10 tunnel_is half-up
	echo 1 >"$TRACING/events/fib/fib_table_lookup/enable"
	clear_lookups
	manual_out ga spi $((0x4000 + PROXIES)) proxy "p$PROXIES"
	check 'routes: the last one has its SA' wait_for 10 tunnel_is up
	echo "# $(lookups) searches for one SA more, with $PROXIES SAs"
	check 'routes: one SA more has its own searched' test "$(lookups)" -ge 1
	check 'routes: and no others' test "$(lookups)" -lt "$PROXIES"
	clear_lookups
	pantunctl_on ga tunnel set dev tunnel1 mark 5
	check 'routes: with other options, all are searched' wait_for 10 all_searched
	echo 0 >"$TRACING/events/fib/fib_table_lookup/enable"
	ip -n ga link del tunnel1
}

all_searched() {
	[ "$(lookups)" -ge "$PROXIES" ]
}

flows() {
	[ "$(sa_count ga in rx_packets)" -ge "$1" ]
}

module_load
topology_up
xfrm_policies_up gb ipsec0 "$IF_ID"
making_cases
refusal_cases
carrier_cases
mtu_cases
no_clear always
no_clear on-demand
no_clear passive
hold_cases
loop_cases
move_cases
underlay_gone_cases
routes_stay
ending_cases
finish
