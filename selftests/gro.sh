#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# ESP taken from GRO: IPv4, IPv6 and in UDP; none of it gets to the IP layer, and all of it
# does with GRO switched off, under a capture, and where it is out of the ordinary.  XFRM
# beside us keeps its own GRO, before, with and after the module.
# Usage: gro.sh [modules]   with esp4_offload as a module that comes and goes, instead
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"
# shellcheck source=selftests/lib_manual.sh
. "$PANTUN_TOP/selftests/lib_manual.sh"

ESP_SOCKET=$PANTUN_TOP/selftests/bench/esp_in_udp.py

# A veth has GRO for what comes from a device without TSO.
gro_on() {
	local node
	for node in ga gb; do
		on "$node" ethtool -K wan0 gro on tso off
	done
}

# ip_seen NODE FAMILY: packets that the IP layer received.
ip_seen() {
	if [ "$2" = 4 ]; then
		on "$1" sed -n 's/^Ip: [0-9]* [0-9]* \([0-9]*\) .*/\1/p' /proc/net/snmp
	else
		on "$1" sed -n 's/^Ip6InReceives[[:space:]]*//p' /proc/net/snmp6
	fi
}

# outer_seen FAMILY [COUNT]: how many of so many outer packets (50) B's IP layer sees.  The
# inner ones, which are IPv4, it counts once.
outer_seen() {
	local before after count=${2:-50} inner=0

	[ "$1" = 6 ] || inner=$count
	before=$(ip_seen gb "$1")
	on ha ping -q -i 0.01 -c "$count" -W 2 10.2.0.2 >"$WORK/ping" || return 1
	after=$(ip_seen gb "$1")
	# B's gateway forwards the answers as well
	echo $((after - before - 2 * inner))
}

# early FAMILY [COUNT], late FAMILY: none or all of them; neighbours may talk a little.
early() {
	local seen

	seen=$(outer_seen "$@") && echo "$seen seen" && [ "$seen" -lt 10 ]
}

late() {
	local seen

	seen=$(outer_seen "$1") && echo "$seen seen" && [ "$seen" -ge 50 ]
}

# shape FAMILY NAME A B [WORD...]
shape() {
	local family=$1 name=$2
	shift 2

	manual_pairs "$@"
	check "$name: from GRO" early "$family"
	on gb ethtool -K wan0 gro off
	check "$name: from the IP layer without GRO" late "$family"
	on gb ethtool -K wan0 gro on
	capture_start gb wan0 "$WORK/pcap" -Q in
	check "$name: from the IP layer under a capture" late "$family"
	capture_stop
	check "$name: the capture has it" captured "$WORK/pcap" 'esp or udp port 4500'
	check "$name: from GRO again" early "$family"
	check "$name: nothing dropped" [ "$(drops ga)$(drops gb)" = '' ]
}

# TCP merges behind us, both ways.
stream_passes() {
	make_file "$WORK/file" 8
	tcp_copy ha hb 10.2.0.2 5001 "$WORK/file" "$WORK/there" &&
		tcp_copy hb ha 10.1.0.2 5001 "$WORK/there" "$WORK/back" &&
		same_file "$WORK/file" "$WORK/back"
}

# hears_esp: somebody at wan0 who listens to IPv4 alone; says how many packets of ESP come.
hears_esp() {
	start_on gb "$WORK/tap" /usr/bin/python3 -u -c '
import socket
with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x800)) as tap:
    tap.bind(("wan0", 0x800))
    print("listening")
    while True:
        if tap.recv(64)[9] == 50:
            print("esp")'
	TAP_PID=$STARTED_PID
	wait_for 10 grep -q listening "$WORK/tap"
}

heard_esp() {
	[ "$(grep -c esp "$WORK/tap")" -ge "$1" ]
}

# tcpdump -i any listens at no device of its own; others at one, to one protocol.
captures_see() {
	manual_pairs "$A_WAN" "$B_WAN"
	capture_start gb any "$WORK/any.pcap" esp and src "$A_WAN"
	check 'a capture on any device: from the IP layer' late 4
	capture_stop
	check 'a capture on any device: it has all packets' \
		test "$(tcpdump -nr "$WORK/any.pcap" 2>/dev/null | wc -l)" -ge 50
	hears_esp
	check 'a packet socket for IPv4: from the IP layer' late 4
	check 'a packet socket for IPv4: it has all packets' wait_for 10 heard_esp 50
	kill "$TAP_PID"
	wait "$TAP_PID" 2>/dev/null || :
	check 'nobody listens any more: from GRO' early 4
}

# device_has NODE DEVICE COUNT: packets received, at least.
device_has() {
	[ "$(on "$1" cat "/sys/class/net/$2/statistics/rx_packets")" -ge "$3" ]
}

# ESP that comes inside somebody else's tunnel is not ours before that has taken it out.
foreign_tunnel() {
	ip -n ga tunnel add ipip1 mode ipip local "$A_WAN" remote "$B_WAN" dev wan0
	ip -n gb tunnel add ipip1 mode ipip local "$B_WAN" remote "$A_WAN" dev wan0
	ip -n ga addr add 198.51.100.1/24 dev ipip1
	ip -n gb addr add 198.51.100.2/24 dev ipip1
	ip -n ga link set ipip1 up
	ip -n gb link set ipip1 up
	manual_pairs 198.51.100.1 198.51.100.2
	check "ESP inside somebody else's tunnel" on ha ping -q -i 0.01 -c 50 -W 2 10.2.0.2
	check "ESP inside somebody else's tunnel: passes its device" device_has gb ipip1 50
	check "ESP inside somebody else's tunnel: the other end, too" device_has ga ipip1 50
	ip -n ga link del ipip1
	ip -n gb link del ipip1
}

# Whoever has rules for ESP finds them kept.
rules_hold() {
	manual_pairs "$A_WAN" "$B_WAN"
	check 'before there are rules: from GRO' early 4
	on gb nft 'add table ip t; add chain ip t c { type filter hook input priority 0; }
		add rule ip t c ip protocol esp counter drop'
	check_not 'netfilter: a rule that drops ESP holds' on ha ping -qc 2 -i 0.1 -W 1 10.2.0.2
	on gb nft delete table ip t
	check 'netfilter: without rules, from GRO again' early 4
	on gb nft 'add table netdev t
		add chain netdev t c { type filter hook ingress device wan0 priority 0; }
		add rule netdev t c ip protocol esp drop'
	check_not 'netfilter ingress: the same' on ha ping -qc 2 -i 0.1 -W 1 10.2.0.2
	on gb nft delete table netdev t
	on gb tc qdisc add dev wan0 clsact
	on gb tc filter add dev wan0 ingress protocol ip matchall action drop
	check_not 'tc ingress: the same' on ha ping -qc 2 -i 0.1 -W 1 10.2.0.2
	on gb tc qdisc del dev wan0 clsact
	check 'nobody has rules any more: from GRO' early 4
	check 'rules: nothing dropped by either' [ "$(drops ga)$(drops gb)" = '' ]
}

# Fragments of ESP are for the IP layer.
out_of_the_ordinary() {
	manual_pairs "$A_WAN" "$B_WAN"
	ip -n ga link set tunnel1 mtu 1400
	ip -n gb link set tunnel1 mtu 1400
	ip -n ga link set wan0 mtu 600
	ip -n gb link set wan0 mtu 600
	check 'fragments of ESP' on ha ping -M dont -qc 3 -W 2 -s 1300 10.2.0.2
	ip -n ga link set wan0 mtu 1500
	ip -n gb link set wan0 mtu 1500
	check 'from GRO afterwards' early 4
	check 'nothing dropped by either' [ "$(drops ga)$(drops gb)" = '' ]
}

xfrm_up() {
	local node
	keys_make aes-128-gcm
	for node in ga gb; do
		pantunctl_on "$node" sa flush
		xfrm_policies_up "$node" ipsec0 "$IF_ID"
		xfrm_states_up "$node"
	done
	route_lans ipsec0 ipsec0
	wait_for 5 on ha ping -qc 1 -W 1 10.2.0.2
}

module_unload() {
	ip -n ga link del tunnel1
	ip -n gb link del tunnel1
	wait_for 10 rmmod pantun
}

# come_and_go: until somebody makes the file; says how often.
come_and_go() {
	local rounds=0

	while [ ! -e "$WORK/enough" ]; do
		insmod "$PANTUN_KO" && rmmod pantun || return 1
		rounds=$((rounds + 1))
	done
	echo "# loaded and unloaded $rounds times"
	[ "$rounds" -ge 2 ]
}

# XFRM has its place in GRO, or we have it for both, at any time.
place_never_free() {
	local pid

	come_and_go &
	pid=$!
	keep_pid "$pid"
	check "XFRM's packets: from GRO, while we come and go" early 4 400
	: >"$WORK/enough"
	check_here "XFRM's packets: we came and went" wait "$pid"
}

xfrm_beside() {
	xfrm_up
	check "XFRM's packets: from GRO, with us" early 4
	module_unload
	check "XFRM's packets: from GRO, when we have gone" early 4
	place_never_free
	module_load
	check "XFRM's packets: from GRO, when we are back" early 4
	check 'the module goes once more' rmmod pantun
}

# offload_goes: esp4_offload, when the last of XFRM's states has let go of it.
offload_goes() {
	local node
	for node in ga gb; do
		ip -n "$node" xfrm state flush
	done
	wait_for 10 rmmod esp4_offload
}

# Our pairs instead of XFRM's states.
pantun_up() {
	tunnel_up ga
	tunnel_up gb
	route_lans tunnel1 tunnel1
	manual_pairs "$A_WAN" "$B_WAN"
}

offload_comes_and_goes() {
	modprobe -r esp4_offload
	module_load
	pantun_up
	check 'without esp4_offload: from GRO' early 4
	modprobe ipip
	foreign_tunnel
	manual_pairs "$A_WAN" "$B_WAN"
	check 'esp4_offload loads beside us' modprobe esp4_offload
	check 'beside esp4_offload: from GRO' early 4
	check 'esp4_offload unloads beside us' offload_goes
	check 'after esp4_offload: from GRO' early 4
	check 'esp4_offload loads again' modprobe esp4_offload
	xfrm_beside
	check "esp4_offload unloads after us" offload_goes
	check 'esp4_offload loads without us' modprobe esp4_offload
	module_load
	pantun_up
	check 'the module, loaded after esp4_offload: from GRO' early 4
	module_unload
	check 'esp4_offload unloads after that, too' offload_goes
}

everything_else() {
	module_load
	wan6_up
	tunnel_quiet ga
	tunnel_quiet gb
	tunnel_up ga
	tunnel_up gb
	route_lans tunnel1 tunnel1
	start_on ga "$WORK/ga.udp" /usr/bin/python3 "$ESP_SOCKET" "$A_WAN"
	start_on gb "$WORK/gb.udp" /usr/bin/python3 "$ESP_SOCKET" "$B_WAN"
	wait_for 10 grep -q listening "$WORK/ga.udp"
	wait_for 10 grep -q listening "$WORK/gb.udp"
	shape 4 'IPv4' "$A_WAN" "$B_WAN"
	check 'a TCP stream' stream_passes
	shape 6 'IPv6' "$A_WAN6" "$B_WAN6"
	shape 4 'IPv4, UDP' "$A_WAN" "$B_WAN" encap 4500 4500
	shape 4 'IPv4, UDP with checksum' "$A_WAN" "$B_WAN" encap 4500 4500 udp-checksum
	captures_see
	foreign_tunnel
	rules_hold
	out_of_the_ordinary
	xfrm_beside
}

topology_up
gro_on
keys_make aes-128-gcm
case ${1:-} in
modules) offload_comes_and_goes ;;
*) everything_else ;;
esac
finish
