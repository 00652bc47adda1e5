#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# FRR's OSPF and BGP over two tunnels between the same gateways: both believe the
# carrier.  Hellos and keepalives are so far apart here that nothing else could tell
# them in time.
#
#   ha --- ga ==tunnel1, tunnel2== gb --- hb      OSPF: the hosts' networks, tunnel1 first
#   10.91.0.0/24                10.92.0.0/24      BGP: these, over both at once
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"
# shellcheck source=selftests/lib_manual.sh
. "$PANTUN_TOP/selftests/lib_manual.sh"

FRR=/usr/lib/frr
# To notice by silence takes longer than any test here waits.
DEAD=600

# pair NUMBER: SAs of tunnelN on both gateways.
pair() {
	local a=$((A_SPI + $1 * 16)) b=$((B_SPI + $1 * 16))

	manual_in ga dev "tunnel$1" spi "$a"
	manual_in gb dev "tunnel$1" spi "$b"
	manual_out ga dev "tunnel$1" spi "$b"
	manual_out gb dev "tunnel$1" spi "$a"
}

# tunnels NODE LAST: tunnel1 and tunnel2 with addresses 10.255.N.LAST/30.
tunnels() {
	local number

	for number in 1 2; do
		ip -n "$1" link add "tunnel$number" type pantun
		addr_add "$1" "tunnel$number" "10.255.$number.$2/30"
		ip -n "$1" link set "tunnel$number" up
	done
}

# configure NODE ROUTER_ID AS PEER_LAST PEER_AS NETWORK
configure() {
	local number

	# their user may not look into $WORK
	on "$1" mkdir /run/frr
	on "$1" chown frr:frr /run/frr
	{
		echo "hostname $1"
		# FRR 8 never returns a hop to a group that the kernel took it from
		echo 'no zebra nexthop kernel enable'
		for number in 1 2; do
			cat <<-EOF
				interface tunnel$number
				 ip ospf area 0
				 ip ospf network point-to-point
				 ip ospf hello-interval 1
				 ip ospf dead-interval $DEAD
				 ip ospf cost $((number * 10))
			EOF
		done
		cat <<-EOF
			interface lan0
			 ip ospf area 0
			 ip ospf passive
			router ospf
			 ospf router-id $2
			router bgp $3
			 bgp router-id $2
			 no bgp ebgp-requires-policy
			 timers bgp $((DEAD / 3)) $DEAD
			 neighbor 10.255.1.$4 remote-as $5
			 neighbor 10.255.1.$4 timers connect 1
			 neighbor 10.255.2.$4 remote-as $5
			 neighbor 10.255.2.$4 timers connect 1
			 address-family ipv4 unicast
			  network $6
			  maximum-paths 2
		EOF
	} >"$WORK/$1/run/frr/frr.conf"
}

# routing_up NODE: FRR's daemons, each in the foreground.
routing_up() {
	local daemon

	for daemon in zebra ospfd bgpd; do
		start_on "$1" "$WORK/$1/$daemon.log" "$FRR/$daemon" -A 127.0.0.1 \
			-i "/run/frr/$daemon.pid" -f /run/frr/frr.conf --log stdout
		wait_for 10 on "$1" test -S "/run/frr/$daemon.vty"
	done
}

# route_devices NODE PREFIX: where it goes, in order.
route_devices() {
	ip -n "$1" route show "$2" | grep -v linkdown | grep -o 'dev tunnel[0-9]*' |
		cut -d' ' -f2 | sort | paste -sd' '
}

# routed NODE PREFIX DEVICES
routed() {
	[ "$(route_devices "$1" "$2")" = "$3" ]
}

# all_learnt: routes by OSPF and BGP of both gateways, over both tunnels.
all_learnt() {
	routed ga 10.2.0.0/24 tunnel1 && routed gb 10.1.0.0/24 tunnel1 &&
		routed ga 10.92.0.0/24 'tunnel1 tunnel2' && routed gb 10.91.0.0/24 'tunnel1 tunnel2'
}

# follows EVENT OSPF_DEVICE BGP_DEVICES: both gateways' routes, within 5 s.
follows() {
	check "$1: OSPF of A leads through $2" wait_for 5 routed ga 10.2.0.0/24 "$2"
	check "$1: OSPF of B leads through $2" wait_for 5 routed gb 10.1.0.0/24 "$2"
	check "$1: BGP of A leads through $3" wait_for 5 routed ga 10.92.0.0/24 "$3"
	check "$1: BGP of B leads through $3" wait_for 5 routed gb 10.91.0.0/24 "$3"
	check "$1: hosts reach each other" wait_for 5 on ha ping -qc 1 -W 1 10.2.0.2
	check "$1: BGP's networks, too" \
		wait_for 5 on ga ping -qc 1 -W 1 -I 10.91.0.1 10.92.0.1
}

# monitor NODE LAST: the other end of tunnel1.
monitor() {
	pantunctl_on "$1" tunnel monitor add dev tunnel1 destination "10.255.1.$2" \
		action fail-over interval 2 threshold 2 recovery 1
}

# path_is NODE STATE: as the monitor of tunnel1 has found it.
path_is() {
	pantunctl_on "$1" --json show monitor tunnel1 | grep -q "\"state\": *\"$2\""
}

# silence: ESP of tunnel1 gets lost before A, both ends keep their SAs.
silence() {
	on ga nft "add table netdev silence
		add chain netdev silence in { type filter hook ingress device wan0 priority 0; }
		add rule netdev silence in esp spi $((A_SPI + 16)) drop"
}

module_load
topology_up
keys_make aes-128-gcm
tunnels ga 1
tunnels gb 2
pair 1
pair 2
addr_add ga lo 10.91.0.1/24
addr_add gb lo 10.92.0.1/24
configure ga 1.1.1.1 65001 2 65002 10.91.0.0/24
configure gb 2.2.2.2 65002 1 65001 10.92.0.0/24
routing_up ga
routing_up gb
check 'both have learnt all' wait_for 60 all_learnt
follows 'two tunnels' tunnel1 'tunnel1 tunnel2'

pantunctl_on ga sa flush dev tunnel1
pantunctl_on gb sa flush dev tunnel1
check 'the carrier of tunnel1 falls with its SAs' wait_for 5 carrier_is ga tunnel1 0
follows 'tunnel1 lost its SAs' tunnel2 tunnel2
pair 1
check 'the carrier of tunnel1 is back with SAs' wait_for 5 carrier_is ga tunnel1 1
check 'routing daemons meet on tunnel1 again' wait_for 60 all_learnt
follows 'tunnel1 has SAs again' tunnel1 'tunnel1 tunnel2'

monitor ga 2
monitor gb 1
check 'A hears answers' wait_for 10 path_is ga up
check 'B hears answers' wait_for 10 path_is gb up
silence
check 'the carrier of tunnel1 falls with its path' wait_for 10 carrier_is ga tunnel1 0
check "and B's" wait_for 10 carrier_is gb tunnel1 0
follows 'ESP of tunnel1 is lost on its way' tunnel2 tunnel2
on ga nft delete table netdev silence
check 'routing daemons meet on tunnel1 when its path answers' wait_for 60 all_learnt
follows 'tunnel1 has a path again' tunnel1 'tunnel1 tunnel2'
finish
