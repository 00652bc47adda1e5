#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# What happens to packets: super-packets in and GRO out, packets too big, proxy-IDs
# with selectors of their own.
#
#   ha ---------- ga =====ESP===== gb ---------- hb
#             tunnel1             ipsec0
#             (pantun)         (XFRM interface)
# shellcheck disable=SC2119 # fresh is called without words here
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"
# shellcheck source=selftests/lib_manual.sh
. "$PANTUN_TOP/selftests/lib_manual.sh"
# shellcheck source=selftests/lib_fresh.sh
. "$PANTUN_TOP/selftests/lib_fresh.sh"

# larger_than FILE OCTETS: a captured packet is.
larger_than() {
	captured "$1" "greater $2"
}

super_packets() {
	fresh
	capture_start ga tunnel1 "$WORK/super.pcap" tcp
	tcp_copy ha hb 10.2.0.2 5001 "$WORK/file" "$WORK/got"
	capture_stop
	check 'super-packets: the file arrives' same_file "$WORK/file" "$WORK/got"
	check 'super-packets: the tunnel is given them whole' larger_than "$WORK/super.pcap" 3000
	check 'super-packets: nothing is dropped' drops_are ''
	capture_start ga tunnel1 "$WORK/gro.pcap" tcp
	rm "$WORK/got"
	tcp_copy hb ha 10.1.0.2 5001 "$WORK/file" "$WORK/got"
	capture_stop
	check 'GRO: the file arrives' same_file "$WORK/file" "$WORK/got"
	check 'GRO: what the tunnel receives comes in super-packets' larger_than "$WORK/gro.pcap" 3000
	check 'GRO: nothing is dropped' drops_are ''
}

# ping_size NODE ADDRESS OCTETS [WORD...]: one with DF whose IP packet has these octets.
ping_size() {
	local node=$1 address=$2 header=28
	case $address in *:*) header=48 ;; esac
	on "$node" ping -c 1 -W 2 -M "do" -s $(($3 - header)) "${@:4}" "$address"
}

# too_big NODE ADDRESS OCTETS MTU: refused with word of the MTU.
too_big() {
	local said
	said=$(ping_size "$1" "$2" "$3" 2>&1) && {
		echo "it went through"
		return 1
	}
	grep -qiE "mtu *[=:] *$4" <<<"$said" && return
	echo "$said"
	return 1
}

flush_routes() {
	ip -n "$1" route flush cache
	ip -n "$1" -6 route flush cache
}

mtu_cases() {
	fresh
	local mtu
	mtu=$(mtu_of ga tunnel1)
	check "MTU: automatic, exactly what fits 1500 octets by AES-GCM ($mtu)" test "$mtu" = 1446
	check 'MTU: a packet of that size passes, IPv4' ping_size ha 10.2.0.2 1446
	check 'MTU: a packet of that size passes, IPv6' ping_size ha fd02::2 1446
	check 'MTU: one octet more is refused to a host, IPv4' too_big ha 10.2.0.2 1447 1446
	check 'MTU: one octet more is refused to a host, IPv6' too_big ha fd02::2 1447 1446
	check 'MTU: that was IP in front of the tunnel: no drop in it' drops_are ''

	# An admin who sets 1500 has the tunnel itself refuse what does not fit.
	ip -n ga link set tunnel1 mtu 1500
	flush_routes ha
	check 'MTU set too large: refused by the tunnel, IPv4' too_big ha 10.2.0.2 1447 1446
	check 'MTU set too large: counted' wait_for 5 drops_are 'tx_too_big=1'
	check 'MTU set too large: refused by the tunnel, IPv6' too_big ha fd02::2 1447 1446
	dropped 'MTU set too large' 'tx_too_big=2'
	flush_routes ha
	check 'MTU set too large: without DF it passes in fragments, IPv4' \
		on ha ping -q -c 1 -W 2 -M dont -s 1472 10.2.0.2

	# The underlay's path gets smaller.
	fresh
	ip -n ga route replace "$B_WAN/32" dev wan0 mtu lock 1400
	manual_in ga spi 0x1002
	check 'MTU: follows the path to the peer' wait_for 10 mtu_is 1346
	ip -n ga route del "$B_WAN/32"
}

mtu_is() {
	[ "$(mtu_of ga tunnel1)" = "$1" ] && return
	# A packet has the tunnel look at its route again.
	on ha ping -q -c 1 -W 1 10.2.0.2 >/dev/null
	return 1
}

# proxies NODE LOCAL REMOTE: three of them, out of order, on tunnel1 of the node.
proxies() {
	local node=$1 here=$2 there=$3
	pantunctl_on "$node" proxy add dev tunnel1 name nets local "$here.0/24" remote "$there.0/24"
	pantunctl_on "$node" proxy add dev tunnel1 name web local "$here.0/24" remote "$there.0/24" \
		proto tcp "$4" 5001
	pantunctl_on "$node" proxy add dev tunnel1 name host local "$here.2" remote "$there.2"
}

# proxy_sas NODE: an SA pair for each, SPIs by their number.
proxy_sas() {
	local node=$1 number=0 name spi
	for name in nets web host; do
		number=$((number + 1))
		spi=$((0x10000 * number))
		if [ "$node" = ga ]; then
			manual_in ga spi $((spi + A_SPI)) proxy "$name"
			manual_out ga spi $((spi + B_SPI)) proxy "$name"
		else
			manual_in gb spi $((spi + B_SPI)) proxy "$name"
			manual_out gb spi $((spi + A_SPI)) proxy "$name"
		fi
	done
}

# proxy_counts NODE rx|tx: name=packets of each proxy-ID that has any.
proxy_counts() {
	pantunctl_on "$1" --json show flow tunnel1 |
		json_of "' '.join('%s=%d' % (p['name'], p['$2_packets']) for p in
			sorted(d['proxies'], key=lambda p: p['name']) if p['$2_packets'])"
}

# A sent the file by "web", and nothing since by the others.
web_alone() {
	[[ "$(proxy_counts ga tx)" =~ ^host=5\ nets=3\ web=[0-9]{3,}$ ]] && return
	proxy_counts ga tx
	return 1
}

counts_are() {
	[ "$(proxy_counts "$1" "$2")" = "$3" ]
}

# One tunnel with several proxy-IDs, pantun on both sides.
proxy_cases() {
	ip -n ga link del tunnel1
	ip -n gb link del ipsec0
	ip -n gb xfrm state flush
	ip -n gb xfrm policy flush
	tunnel_up ga
	tunnel_up gb
	# IPv6 by itself sends what no proxy-ID here is for.
	on ga sysctl -qw net.ipv6.conf.tunnel1.disable_ipv6=1
	on gb sysctl -qw net.ipv6.conf.tunnel1.disable_ipv6=1
	keys_make aes-256-gcm
	proxies ga 10.1.0 10.2.0 remote-port
	proxies gb 10.2.0 10.1.0 local-port
	proxy_sas ga
	check 'proxy-IDs: with some SAs the state is half-up or up' state_is ga up
	pantunctl_on ga proxy add dev tunnel1 name spare local 10.99.0.0/24 remote 10.98.0.0/24
	check 'proxy-IDs: one without SAs makes it half-up' wait_for 5 state_is ga half-up
	pantunctl_on ga proxy del dev tunnel1 name spare
	check 'proxy-IDs: deleted, it is up again, the others untouched' wait_for 5 state_is ga up
	proxy_sas gb
	ip -n ga route replace 10.2.0.0/24 dev tunnel1
	ip -n gb route replace 10.1.0.0/24 dev tunnel1
	ip -n ha addr add 10.1.0.3/24 dev eth0
	ip -n hb addr add 10.2.0.3/24 dev eth0
	check 'proxy-IDs: host to host' on ha ping -q -c 5 -i 0.05 -W 2 -I 10.1.0.2 10.2.0.2
	check 'proxy-IDs: is the one of the hosts' counts_are ga tx host=5
	check 'proxy-IDs: at the receiver as well' counts_are gb rx host=5
	check 'proxy-IDs: another host' on ha ping -q -c 3 -i 0.05 -W 2 -I 10.1.0.3 10.2.0.2
	check 'proxy-IDs: is the one of the nets' counts_are ga tx 'host=5 nets=3'
	check 'proxy-IDs: a TCP connection to port 5001' \
		tcp_copy ha hb 10.2.0.3 5001 "$WORK/file" "$WORK/got"
	check 'proxy-IDs: the file arrived' same_file "$WORK/file" "$WORK/got"
	check 'proxy-IDs: by the one of the port, no packet by another' web_alone
	ip -n ga route add 10.98.0.0/24 dev tunnel1
	check_not 'proxy-IDs: no match, no way' on ha ping -q -c 1 -W 1 10.98.0.1
	check 'proxy-IDs: and counted' wait_for 5 drops_are 'tx_no_proxy=1'

	# B's idea of "host" becomes wider than A's: its packets are refused.
	pantunctl_on gb proxy del dev tunnel1 name host
	pantunctl_on gb proxy add dev tunnel1 name host local 10.2.0.2 remote 10.1.0.2-10.1.0.3
	manual_out gb spi $((0x40000 + A_SPI)) proxy host
	manual_in ga spi $((0x40000 + A_SPI)) proxy host
	on hb ping -q -c 2 -i 0.05 -W 1 10.1.0.3 >/dev/null || :
	check 'selector: what the SA does not cover is refused and counted' \
		wait_for 5 drops_are 'rx_selector=2 tx_no_proxy=1'
}

# iv_mask: what the IV of the next packet that A sends has besides the sequence number.
iv_mask() {
	capture_start ga wan0 "$WORK/iv.pcap" esp and src "$A_WAN"
	on ha ping -q -c 1 -W 2 10.2.0.2 >/dev/null || :
	wait_for 5 captured "$WORK/iv.pcap" esp
	capture_stop
	/usr/bin/python3 - "$WORK/iv.pcap" <<-'END'
	import struct, sys
	# headers of the file, the packet, Ethernet and IPv4, and the SPI
	sequence, iv = struct.unpack_from("!IQ", open(sys.argv[1], "rb").read(), 24 + 16 + 14 + 20 + 4)
	print(f"{iv ^ sequence:016x}")
	END
}

# An observer must not see one nonce twice under a key that is loaded again.
same_key_cases() {
	local first second

	fresh
	first=$(iv_mask)
	pantunctl_on ga sa del dev tunnel1 out spi "$B_SPI" local "$A_WAN" remote "$B_WAN"
	manual_out ga
	second=$(iv_mask)
	check "a key file loaded again: the numbers give other nonces ($first, $second)" \
		test "${#first}" = 16 -a "${#second}" = 16 -a "$first" != "$second"
	ip -n gb xfrm state flush
	xfrm_states_up gb
	check 'a key file loaded again: the peer reads them off the packets' works
}

state_is() {
	[ "$(pantunctl_on "$1" --json show flow tunnel1 | json_of "d['tunnels'][0]['state']")" = "$2" ]
}

module_load
topology_up
make_file "$WORK/file" 4
tunnel_up ga
xfrm_policies_up gb ipsec0 "$IF_ID"
super_packets
mtu_cases
same_key_cases
proxy_cases
finish
