#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# Time limit: 600
# Usage: xfrm_oracle.sh [ALGORITHM...]
# The data path against one that we did not write: gateway A has pantun with
# manual keys, gateway B the kernel's XFRM with the same keys.
#
#   ha ---------- ga =====ESP===== gb ---------- hb
#             tunnel1             ipsec0
#             (pantun)         (XFRM interface)
#
# One result for each algorithm, inner family and direction: pings of every
# padding, around the MTU and beyond it, a file over TCP, and counters of both
# sides that agree.  ALGORITHM is one of aes-128-gcm, aes-256-gcm, aes-128-cbc,
# aes-256-cbc (CBC with HMAC-SHA2-256-128), with -udp behind it for ESP in UDP;
# without one, all of them.
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"
# shellcheck source=selftests/lib_manual.sh
. "$PANTUN_TOP/selftests/lib_manual.sh"

: "${ORACLE_MIB:=4}"

# ping_sizes NODE ADDRESS HEADER SIZE...: inner packets of these sizes there and back;
# HEADER: of IP and ICMP.  Those above the MTU are cut in fragments, which the
# first of them may have to find out.
ping_sizes() {
	local node=$1
	shift
	# shellcheck disable=SC2016 # the inner shell expands
	on "$node" bash -c '
		address=$1 header=$2 mtu=$3
		shift 3
		for size; do
			count=1
			[ "$size" -le "$mtu" ] || count=3
			ping -q -c "$count" -i 0.05 -W 2 -M dont -s $((size - header)) "$address" \
				>/tmp/ping.$$ 2>&1 || {
				echo "ping of $size octets: $(tail -n 3 /tmp/ping.$$)"
				exit 1
			}
		done' - "$@"
}

# counters_agree: what one side sent the other received, packets and octets.
counters_agree() {
	[ "$(sa_count ga out tx_packets)" = "$(xfrm_count gb "$B_SPI" packets)" ] &&
		[ "$(sa_count ga out tx_bytes)" = "$(xfrm_count gb "$B_SPI" bytes)" ] &&
		[ "$(sa_count ga in rx_packets)" = "$(xfrm_sent gb "$A_SPI")" ]
}

# octets_agree: of what XFRM sent, as long as that were no super-packets.
octets_agree() {
	[ $(($(sa_count ga in rx_bytes) - $1)) = $(($(xfrm_count gb "$A_SPI" bytes) - $2)) ]
}

counters() {
	echo "pantun out $(sa_count ga out tx_packets) packets $(sa_count ga out tx_bytes) octets," \
		"XFRM in $(xfrm_count gb "$B_SPI" packets) $(xfrm_count gb "$B_SPI" bytes);" \
		"XFRM out $(xfrm_sent gb "$A_SPI") $(xfrm_count gb "$A_SPI" bytes)," \
		"pantun in $(sa_count ga in rx_packets) $(sa_count ga in rx_bytes)"
}

# cell FROM TO ADDRESS HEADER: everything of one result.
cell() {
	local from=$1 to=$2 address=$3 header=$4 mtu sizes received sent

	received=$(sa_count ga in rx_bytes)
	sent=$(xfrm_count gb "$A_SPI" bytes)
	mtu=$(mtu_of ga tunnel1)
	mapfile -t sizes < <(seq "$header" $((header + 33)); seq $((mtu - 17)) $((mtu + 2)); echo 3000)
	ping_sizes "$from" "$address" "$header" "$mtu" "${sizes[@]}" || return 1
	wait_for 5 octets_agree "$received" "$sent" || {
		echo "at first $received $sent"
		counters
		return 1
	}
	rm -f "$WORK/got"
	tcp_copy "$from" "$to" "$address" 5001 "$WORK/file" "$WORK/got" || {
		echo "the file did not arrive"
		return 1
	}
	same_file "$WORK/file" "$WORK/got" || {
		echo "the file that arrived is another one"
		return 1
	}
	wait_for 5 counters_agree || {
		counters
		return 1
	}
	[ -z "$(drops ga)" ] || {
		echo "dropped: $(drops ga)"
		return 1
	}
}

# One algorithm: new keys and SAs on both sides.
algorithm() {
	keys_make "${1%-udp}"
	ip -n gb xfrm state flush
	pantunctl_on ga sa flush dev tunnel1
	case $1 in
	*-udp)
		xfrm_states_up gb encap espinudp 4500 4500 0.0.0.0
		manual_in ga encap 4500 4500
		manual_out ga encap 4500 4500
		;;
	*)
		xfrm_states_up gb
		manual_in ga
		manual_out ga
		;;
	esac
	wait_for 5 carrier_is ga tunnel1 1 || :
	check "$1, IPv4, pantun to XFRM" cell ha hb 10.2.0.2 28
	check "$1, IPv4, XFRM to pantun" cell hb ha 10.1.0.2 28
	check "$1, IPv6, pantun to XFRM" cell ha hb fd02::2 48
	check "$1, IPv6, XFRM to pantun" cell hb ha fd01::2 48
}

[ $# -gt 0 ] || set -- "${ALGORITHMS[@]}" aes-128-gcm-udp aes-256-cbc-udp
module_load
topology_up
make_file "$WORK/file" "$ORACLE_MIB"
tunnel_up ga
xfrm_policies_up gb ipsec0 "$IF_ID"
route_lans tunnel1 ipsec0
encap_listen ga "$A_WAN"
encap_listen gb "$B_WAN"
for name; do
	algorithm "$name"
done
ip -n ga link del tunnel1
finish
