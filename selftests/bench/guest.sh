#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Usage: guest.sh ROUNDS [PART...]
# The measurement (measure.py), in a lab guest; bench.sh calls it.  Both gateways
# have every kind of tunnel at once, and a batch of ip(8) for each that leads the
# traffic through it:
#
#   plain           the underlay itself
#   pantun          tunnel1
#   xfrm            ipsec0, an XFRM interface
#   wireguard       wg0
#   pantun-natt     tunnel2, ESP in UDP
#   xfrm-natt       ipsec1, ESP in UDP
#
# What the growth is measured with is apart from these (grow.py).  All carry inner
# packets of 1,400 octets at most; both IPsecs have AES-GCM-128, a replay window of
# 1,024 packets and ESP's own GRO.  What comes of it is written to
# $PANTUN_OUT/samples, one line a sample: FIGURE VARIANT ROUND VALUE...
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"
# shellcheck source=selftests/lib_manual.sh
. "$PANTUN_TOP/selftests/lib_manual.sh"

bench=$PANTUN_TOP/selftests/bench
inner_mtu=1400
window=1024

modules_load() {
	insmod "$PANTUN_TOP/build/lab-accel/lab_cputime.ko"
	insmod "$PANTUN_TOP/build/lab-accel/lab_blast.ko"
	insmod "$PANTUN_TOP/build/lab-accel/lab_aesni.ko"
	module_load
}

# The link of a host decides how large inner packets are; receive offload
# everywhere, as hardware drivers have it.  A veth has that only for what comes
# from a device without TSO: so is the link between the gateways, which carries
# packets as a wire does, while hosts give and take super-packets.
links_tune() {
	ip -n ha link set eth0 mtu "$inner_mtu"
	ip -n hb link set eth0 mtu "$inner_mtu"
	on ha ethtool -K eth0 gro on
	on hb ethtool -K eth0 gro on
	for node in ga gb; do
		on "$node" ethtool -K lan0 gro on
		on "$node" ethtool -K wan0 gro on tso off
	done
}

# udp_socket NODE ADDRESS: has the kernel take ESP out of UDP, by GRO where it can.
udp_socket() {
	start_on "$1" "$WORK/$1.udp" /usr/bin/python3 "$bench/esp_in_udp.py" "$2"
	wait_for 10 grep -q listening "$WORK/$1.udp"
}

# pantun_up DEV SPI_OFFSET [WORD...]
pantun_up() {
	local dev=$1 offset=$2 node
	shift 2
	for node in ga gb; do
		ip -n "$node" link add "$dev" type pantun
		ip -n "$node" link set "$dev" mtu "$inner_mtu" up
	done
	manual_in ga dev "$dev" spi $((A_SPI + offset)) replay-window "$window" "$@"
	manual_out ga dev "$dev" spi $((B_SPI + offset)) "$@"
	manual_in gb dev "$dev" spi $((B_SPI + offset)) replay-window "$window" "$@"
	manual_out gb dev "$dev" spi $((A_SPI + offset)) "$@"
	wait_for 10 carrier_is ga "$dev" 1
	wait_for 10 carrier_is gb "$dev" 1
}

# xfrm_state NODE FROM TO SPI IF_ID KEYS... [WORD...]
xfrm_state() {
	local node=$1 from=$2 to=$3 spi=$4 if_id=$5
	shift 5
	ip -n "$node" xfrm state add src "$from" dst "$to" proto esp spi "$spi" reqid "$if_id" \
		mode tunnel replay-window "$window" if_id "$if_id" "$@"
}

# xfrm_up DEV IF_ID [WORD...]: interfaces and states; the policies come and go.
xfrm_up() {
	local dev=$1 if_id=$2 node
	shift 2
	for node in ga gb; do
		xfrmi_up "$node" "$dev" "$if_id"
		ip -n "$node" link set "$dev" mtu "$inner_mtu"
		xfrm_state "$node" "$A_WAN" "$B_WAN" $((0x6000 + if_id)) "$if_id" "${XFRM_AB[@]}" "$@"
		xfrm_state "$node" "$B_WAN" "$A_WAN" $((0x7000 + if_id)) "$if_id" "${XFRM_BA[@]}" "$@"
	done
}

wireguard_up() {
	local node
	for node in ga gb; do
		(umask 077 && wg genkey >"$WORK/$node.wg")
		wg pubkey <"$WORK/$node.wg" >"$WORK/$node.pub"
	done
	wireguard_node ga gb "$B_WAN"
	wireguard_node gb ga "$A_WAN"
}

wireguard_node() {
	ip -n "$1" link add wg0 type wireguard
	on "$1" wg set wg0 listen-port 51820 private-key "$WORK/$1.wg" \
		peer "$(cat "$WORK/$2.pub")" endpoint "$3:51820" allowed-ips 0.0.0.0/0
	ip -n "$1" link set wg0 mtu "$inner_mtu" up
}

# batch VARIANT NODE HOP IF_ID: what leads traffic through a variant.  XFRM's policies
# are there for XFRM alone, as they cost everybody else something.
batch() {
	local variant=$1 node=$2 hop=$3 if_id=$4 here=$A_WAN there=$B_WAN net=10.2.0.0/24 dir
	[ "$node" = ga ] || here=$B_WAN there=$A_WAN net=10.1.0.0/24
	{
		echo "xfrm policy flush"
		echo "route replace $net $hop"
		[ "$if_id" != 0 ] || return 0
		for dir in out in fwd; do
			[ "$dir" = out ] || set -- "$there" "$here"
			[ "$dir" != out ] || set -- "$here" "$there"
			echo "xfrm policy add src 0.0.0.0/0 dst 0.0.0.0/0 dir $dir if_id $if_id" \
				"tmpl src $1 dst $2 proto esp reqid $if_id mode tunnel"
		done
	} >"$WORK/$variant.$node"
}

batches() {
	batch plain ga "via $B_WAN" 0
	batch plain gb "via $A_WAN" 0
	for node in ga gb; do
		batch pantun "$node" "dev tunnel1" 0
		batch pantun-natt "$node" "dev tunnel2" 0
		batch wireguard "$node" "dev wg0" 0
		batch xfrm "$node" "dev ipsec0" 10
		batch xfrm-natt "$node" "dev ipsec1" 11
	done
}

# neighbour NODE DEV ADDRESS PEER PEER_DEV: for good, so that no packet of a measurement
# waits for it.
neighbour() {
	ip -n "$1" neigh replace "$3" dev "$2" nud permanent \
		lladdr "$(on "$4" cat "/sys/class/net/$5/address")"
}

neighbours_known() {
	neighbour ha eth0 10.1.0.1 ga lan0
	neighbour ga wan0 "$B_WAN" gb wan0
	neighbour gb lan0 10.2.0.2 hb eth0
	neighbour hb eth0 10.2.0.1 gb lan0
	neighbour gb wan0 "$A_WAN" ga wan0
	neighbour ga lan0 10.1.0.2 ha eth0
}

modules_load
topology_up
links_tune
udp_socket ga "$A_WAN"
udp_socket gb "$B_WAN"
keys_make aes-128-gcm
pantun_up tunnel1 0
pantun_up tunnel2 1 encap 4500 4500
xfrm_up ipsec0 10
xfrm_up ipsec1 11 encap espinudp 4500 4500 0.0.0.0
wireguard_up
batches
neighbours_known
PYTHONPATH=$PANTUN_TOP/selftests PYTHONDONTWRITEBYTECODE=1 \
	/usr/bin/python3 "$bench/measure.py" "$WORK" "$1" "$PANTUN_OUT/samples" "${@:2}"
