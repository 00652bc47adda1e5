#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# Time limit: 600
# What the underlay can carry, as it is found out: errors of a router between the
# gateways, true ones and forged, routes that change under traffic; fragments outside
# and inside; the MSS that TCP is told.
#
#   ha ------ ga ------- r ------- gb ------ hb
#          tunnel1                tunnel1, or ipsec0 (XFRM) for TCP
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"
# shellcheck source=selftests/lib_manual.sh
. "$PANTUN_TOP/selftests/lib_manual.sh"
# shellcheck source=selftests/lib_router.sh
. "$PANTUN_TOP/selftests/lib_router.sh"

network_up() {
	router_up
	# many errors are wanted here
	on r sysctl -qw net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0
	on ga sysctl -qw net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0
	ip -n ga route add "$B_WAN/32" via "$R_A"
	ip -n ga -6 route add "$B_WAN6/128" via "$R_A6"
	ip -n gb route add "$A_WAN/32" via "$R_B"
	ip -n gb -6 route add "$A_WAN6/128" via "$R_B6"
}

# narrow OCTETS: what the router lets pass, both ways.
narrow() {
	ip -n r route replace "$A_WAN/32" dev wana mtu lock "$1"
	ip -n r route replace "$B_WAN/32" dev wanb mtu lock "$1"
	ip -n r -6 route replace "$A_WAN6/128" dev wana mtu lock "$1"
	ip -n r -6 route replace "$B_WAN6/128" dev wanb mtu lock "$1"
}

forget() {
	local node
	for node in ha ga gb hb; do
		ip -n "$node" route flush cache
		ip -n "$node" -6 route flush cache
	done
}

# pair FAMILY [WORD...]: new tunnels and SAs on both sides; nothing known of the path.
pair() {
	narrow 1500
	pantun_pair "$@"
	route_lans tunnel1 tunnel1
	forget
	wait_for 5 on ha ping -q -c 1 -W 1 10.2.0.2
	wait_for 5 on ha ping -q -c 1 -W 1 fd02::2
}

# ping_size WORD NODE ADDRESS OCTETS: an IP packet of so many; WORD: do, dont.
ping_size() {
	local header=28
	case $3 in *:*) header=48 ;; esac
	on "$2" ping -c 1 -W 2 -M "$1" -s $(($4 - header)) "$3"
}

# too_big NODE ADDRESS OCTETS MTU: refused with word of the MTU.
too_big() {
	local said
	said=$(ping_size "do" "$1" "$2" "$3" 2>&1) && {
		echo "it went through"
		return 1
	}
	grep -qiE "mtu *[=:] *$4\b" <<<"$said" && return
	echo "$said"
	return 1
}

# mtu_is OCTETS: A's tunnel; a small packet has it look at its route again.
mtu_is() {
	[ "$(mtu_of ga tunnel1)" = "$1" ] && return
	on ha ping -q -c 1 -W 1 10.2.0.2 >/dev/null
	mtu_of ga tunnel1
	return 1
}

# follows NAME OCTETS
follows() {
	check "$1: the tunnel's MTU is $2" wait_for 5 mtu_is "$2"
}

# known_path OCTETS|none: what A's kernel has learned of the path to the peer.
known_path() {
	local said
	said=$(ip -n ga route get "$REMOTE" from "$LOCAL" | sed -n 's/.* mtu \(lock \)\{0,1\}\([0-9]*\).*/\2/p')
	[ "${said:-none}" = "$1" ] && return
	echo "mtu ${said:-none}"
	return 1
}

# largest FAMILY [nat-t] OCTETS: inner packet in AES-GCM on such a path.
largest() {
	local room=$3
	room=$((room - (($1 == 4) ? 20 : 40) - $2 - 32))
	echo $((room / 4 * 4 - 2))
}

# learned FAMILY UDP_OCTETS NAME [WORD...]: from the router, by packets that are too big.
learned() {
	local family=$1 udp=$2 name=$3 big small
	shift 3
	pair "$family" "$@"
	big=$(largest "$family" "$udp" 1500)
	small=$(largest "$family" "$udp" 1400)
	follows "$name, links of 1500" "$big"
	narrow 1400
	if [ "$family" = 4 ]; then
		capture_start gb wan0 "$WORK/outer.pcap" 'ip[6:2] & 0x3fff != 0'
		capture_in_a
		check "$name: without DF, fragments of the router outside, both ways" \
			ping_size dont ha 10.2.0.2 "$big"
		capture_end
		check "$name: B received them" captured "$WORK/outer.pcap" "src $A_WAN"
		check "$name: A received them" captured "$WORK/a.pcap" "src $B_WAN"
	fi
	check_not "$name, a link of 1400: the first packet with DF is lost" \
		ping_size "do" ha 10.2.0.2 "$big"
	follows "$name, a link of 1400" "$small"
	check "$name: the sender is told, IPv4" too_big ha 10.2.0.2 $((small + 1)) "$small"
	check "$name: the sender is told, IPv6" too_big ha fd02::2 $((small + 1)) "$small"
	# B has its own way to find out; its answers are as large
	on hb ping -q -c 1 -W 1 -M 'do' -s $((big - 28)) 10.1.0.2 >/dev/null 2>&1 || :
	on hb ping -q -c 1 -W 1 -s $((big - 48)) fd01::2 >/dev/null 2>&1 || :
	check "$name: what fits passes, IPv4" ping_size "do" ha 10.2.0.2 "$small"
	check "$name: what fits passes, IPv6" ping_size "do" ha fd02::2 "$small"
	narrow 1500
	forget
	follows "$name: forgotten" "$big"
	check "$name: as large as before" ping_size "do" ha 10.2.0.2 "$big"
}

capture_in_a() {
	FIRST_PID=$CAPTURE_PID FIRST_FILE=$CAPTURE_FILE
	capture_start ga wan0 "$WORK/a.pcap" 'ip[6:2] & 0x3fff != 0'
}

capture_end() {
	capture_stop
	CAPTURE_PID=$FIRST_PID CAPTURE_FILE=$FIRST_FILE
	capture_stop
}

# error FAMILY SPI MTU [PROTO [NUMBER [SOURCE]]]: of the router, to A.
error() {
	local sender=$R_A
	[ "$1" = 4 ] || sender=$R_A6
	on r /usr/bin/python3 "$PANTUN_TOP/selftests/icmp_send.py" too-big "$sender" "$LOCAL" \
		"$REMOTE" "${@:2}"
}

# Errors that the router never had a reason for.
forged() {
	local family=$1 name="IPv$1" big
	pair "$family"
	big=$(largest "$family" 0 1500)
	follows "$name" "$big"
	error "$family" 0x7777 1300
	error "$family" "$A_SPI" 1300
	error "$family" "$B_SPI" 1300 51
	error "$family" "$B_SPI" 1300 50 0
	error "$family" "$B_SPI" 1300 50 100000
	error "$family" "$B_SPI" 1300 50 1 "$REMOTE"
	# a true one behind them says that they have been seen
	on ga ping -q -c 1 -W 1 "$REMOTE" >/dev/null
	check "$name: errors teach nothing that have an SPI, a number or a source that we did not send" \
		known_path none
	check "$name: and the MTU stays" mtu_is "$big"
	error "$family" "$B_SPI" 1400
	check "$name: one with the SPI of a live SA does" wait_for 5 known_path 1400
	follows "$name" "$(largest "$family" 0 1400)"
	pantunctl_on ga sa del dev tunnel1 out spi "$B_SPI" local "$LOCAL" remote "$REMOTE"
	forget
	error "$family" "$B_SPI" 1400
	on ga ping -q -c 1 -W 1 "$REMOTE" >/dev/null
	check "$name: not when the SA is gone" known_path none
}

# AH has its number behind the SPI, which not all routers quote.
forged_ah() {
	local node
	pair 4
	keys_make ah+sha256
	for node in ga gb; do
		pantunctl_on "$node" sa flush
		manual_in "$node"
		manual_out "$node"
	done
	forget
	wait_for 5 on ha ping -q -c 1 -W 1 10.2.0.2
	error 4 "$B_SPI" 1400 51 100000
	error 4 "$B_SPI" 1400 51/8
	error 4 "$B_SPI" 1400
	on ga ping -q -c 1 -W 1 "$REMOTE" >/dev/null
	check 'AH: errors with another number, without one, or about ESP teach nothing' known_path none
	error 4 "$B_SPI" 1400 51
	check 'AH: one with a number that was sent does' wait_for 5 known_path 1400
}

# floor FAMILY ERROR PATH: an error of so many octets leaves a path of that.
floor() {
	local family=$1 name="IPv$1, an error of $2 octets" inner
	pair "$family"
	inner=$(largest "$family" 0 "$3")
	error "$family" "$B_SPI" "$2"
	if [ "$3" = 1500 ]; then
		on ga ping -q -c 1 -W 1 "$REMOTE" >/dev/null
		check "$name: is not believed" known_path none
		check "$name: the tunnel's MTU stays" mtu_is "$inner"
		return
	fi
	check "$name: the path has $3" wait_for 5 known_path "$3"
	follows "$name (IPv6 needs that)" 1280
	check "$name: an IPv4 sender is told $inner" too_big ha 10.2.0.2 1280 "$inner"
	check "$name: what fits passes" ping_size "do" ha 10.2.0.2 "$inner"
	check "$name: 1280 of IPv6 pass, by fragments outside" ping_size "do" ha fd02::2 1280
	check "$name: and of IPv4 without DF" ping_size dont ha 10.2.0.2 1280
}

# The route itself changes, with packets on their way.
route_changes() {
	local family=$1 name="IPv$1, the route" via=$R_A bits=32 traffic
	pair "$family"
	[ "$family" = 4 ] || via=$R_A6 bits=128
	start_on ha "$WORK/flow" ping -i 0.05 10.2.0.2
	traffic=$STARTED_PID
	ip -n ga route replace "$REMOTE/$bits" via "$via" mtu 1400
	check "$name: of 1400" wait_for 5 quiet_mtu_is "$(largest "$family" 0 1400)"
	ip -n ga route replace "$REMOTE/$bits" via "$via" mtu 1450
	check "$name: larger" wait_for 5 quiet_mtu_is "$(largest "$family" 0 1450)"
	ip -n ga route replace "$REMOTE/$bits" via "$via"
	check "$name: as its link" wait_for 5 quiet_mtu_is "$(largest "$family" 0 1500)"
	ip -n ga link set wan0 mtu 1480
	check "$name: the link gets smaller" wait_for 5 quiet_mtu_is "$(largest "$family" 0 1480)"
	ip -n ga link set wan0 mtu 1500
	check "$name: the link gets larger" wait_for 5 quiet_mtu_is "$(largest "$family" 0 1500)"
	kill "$traffic"
}

quiet_mtu_is() {
	[ "$(mtu_of ga tunnel1)" = "$1" ]
}

# inner_fragments NODE ADDRESS: of a large ping and its answer.
inner_fragments() {
	# the first ones may have to learn how large theirs may be
	wait_for 10 on "$1" ping -q -c 1 -W 1 -M dont -s 5000 "$2" || :
	capture_start ga tunnel1 "$WORK/inner.pcap" \
		'(ip[6:2] & 0x3fff != 0) or (ip6 and ip6[6] == 44)'
	check "fragments inside: $1 to $2 and back" on "$1" ping -q -c 3 -i 0.05 -W 2 -M dont -s 5000 "$2"
	capture_stop
	check "fragments inside: by the tunnel as they were, out and in" \
		test "$(tcpdump -nr "$WORK/inner.pcap" 2>/dev/null | wc -l)" -ge 24
}

# connect FROM TO ADDRESS NAME THERE BACK: TCP, whose SYN comes with an MSS of THERE, whose
# SYN-ACK with one of BACK.
connect() {
	local from=$1 to=$2 address=$3 name=$4 there=$5 back=$6
	capture_start "$to" eth0 "$WORK/there.pcap" 'tcp or (ip6 proto 6)'
	FIRST_PID=$CAPTURE_PID FIRST_FILE=$CAPTURE_FILE
	capture_start "$from" eth0 "$WORK/back.pcap" 'tcp or (ip6 proto 6)'
	rm -f "$WORK/got"
	tcp_copy "$from" "$to" "$address" 5001 "$WORK/file" "$WORK/got"
	capture_end
	check "MSS, $name: the file arrives" same_file "$WORK/file" "$WORK/got"
	check "MSS, $name: in the SYN, at $to, $there" test "$(mss_in "$WORK/there.pcap" 'S')" = "$there"
	check "MSS, $name: in the SYN-ACK, at $from, $back" test "$(mss_in "$WORK/back.pcap" 'S.')" = "$back"
	check "MSS, $name: nothing dropped" test -z "$(drops ga)"
}

# mss_in FILE FLAGS
mss_in() {
	tcpdump -nvr "$1" 2>/dev/null | tr '\n' ' ' | grep -oP "Flags \[\Q$2\E\].*?options \[\Kmss [0-9]+" |
		head -n 1 | cut -d' ' -f2
}

# XFRM at B leaves the MSS alone, so that what is seen is what A did.
mss_cases() {
	ip -n ga link del tunnel1
	ip -n gb link del tunnel1
	xfrm_policies_up gb ipsec0 "$IF_ID"
	tunnel_up ga
	keys_make aes-128-gcm
	xfrm_states_up gb
	manual_in ga
	manual_out ga
	route_lans tunnel1 ipsec0
	forget
	wait_for 5 works
	head -c 100000 /dev/urandom >"$WORK/file"
	connect ha hb 10.2.0.2 'A to B, IPv4' 1406 1406
	connect ha hb fd02::2 'A to B, IPv6' 1386 1386
	connect hb ha 10.1.0.2 'B to A, IPv4' 1406 1406
	connect hb ha fd01::2 'B to A, IPv6' 1386 1386
	ip -n ha route replace default via 10.1.0.1 advmss 900
	ip -n hb route replace default via 10.2.0.1 advmss 1000
	connect ha hb 10.2.0.2 'never raised' 900 1000
	ip -n ha -6 route replace default via fd01::1 advmss 900
	ip -n hb -6 route replace default via fd02::1 advmss 1000
	connect ha hb fd02::2 'never raised, IPv6' 900 1000
}

works() {
	on ha ping -q -c 1 -W 1 10.2.0.2 && on ha ping -q -c 1 -W 1 fd02::2
}

module_load
topology_up
network_up
encap_listen ga "$A_WAN"
encap_listen gb "$B_WAN"
learned 4 0 'IPv4'
learned 6 0 'IPv6'
learned 4 8 'IPv4, in UDP' encap 4500 4500
forged 4
forged 6
forged_ah
floor 4 68 552
floor 4 576 576
floor 4 1280 1280
floor 6 68 1500
floor 6 1279 1500
floor 6 1280 1280
route_changes 4
route_changes 6
inner_fragments ha 10.2.0.2
inner_fragments ha fd02::2
inner_fragments hb 10.1.0.2
inner_fragments hb fd01::2
mss_cases
finish
