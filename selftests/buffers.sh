#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# Time limit: 600
# Takes: 120
# Nobody else's memory is ever written: packets are sent out of the pages of files and
# of programs, and taps in front of and behind both tunnels keep clones of them until
# all is over.  Pages, files and clones have to be as they were; also when packets of
# ESP come in out of a file's pages.  AH writes zeros over what routers may change, and
# encrypts nothing, so that a tap there looks at the headers alone.
#
#   ha ---------- ga ======ESP====== gb ---------- hb
#             tunnel1             tunnel1
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"
# shellcheck source=selftests/lib_manual.sh
. "$PANTUN_TOP/selftests/lib_manual.sh"

BUFFERS=$PANTUN_TOP/selftests/buffers.py
WAYS=(tcp-sendfile tcp-splice tcp-zerocopy udp-splice udp-zerocopy)
OCTETS=1048576

tunnels_up() {
	local node
	for node in ga gb; do
		tunnel_up "$node"
		manual_in "$node"
		manual_out "$node"
	done
	for node in ga gb; do
		wait_for 5 carrier_is "$node" tunnel1 1
	done
	route_lans tunnel1 tunnel1
}

tunnels_gone() {
	ip -n ga link del tunnel1
	ip -n gb link del tunnel1
}

# transfer NODE SOURCE HOW: the file's marks to host B.
transfer() {
	local pid
	rm -f "$WORK/got"
	: >"$WORK/ready"
	if [ "${3%-*}" = tcp ]; then
		on hb python3 "$PANTUN_TOP/selftests/tcp_file.py" receive 10.2.0.2 5001 "$WORK/got" &
		pid=$!
		wait_for 10 tcp_listens hb 5001
	else
		on hb "$BUFFERS" receive 10.2.0.2 5001 "$WORK/marks" "$WORK/got" >"$WORK/ready" &
		pid=$!
		wait_for 10 grep -q ready "$WORK/ready"
	fi
	on "$1" "$BUFFERS" send "$3" "$2" 10.2.0.2 5001 "$WORK/marks" || {
		kill "$pid"
		return 1
	}
	wait "$pid" && same_file "$WORK/marks" "$WORK/got"
}

# transfers WORD...: every way, from the gateway itself, whose packets reach the tunnel
# as they were made, and from the host behind it.
transfers() {
	local how
	for how in "${WAYS[@]}"; do
		check "$*, $how of gateway A: arrives, pages are as they were" \
			transfer ga 10.1.0.1 "$how"
		check "$*, $how of host A: arrives, pages are as they were" \
			transfer ha 10.1.0.2 "$how"
	done
}

# hold NODE DEVICE KIND [OUT]
HELD=()
hold() {
	: >"$WORK/$1.$2.held"
	start_on "$1" "$WORK/$1.$2.held" "$BUFFERS" hold "${@:2}"
	HELD+=("$1 $2 $STARTED_PID")
	wait_for 10 grep -q ready "$WORK/$1.$2.held"
}

# held_well FILE PID
held_well() {
	kill "$2"
	wait "$2" && return
	cat "$1"
	return 1
}

# holds_end NAME: results of all taps.
holds_end() {
	local tap node device pid
	for tap in "${HELD[@]}"; do
		read -r node device pid <<<"$tap"
		check_here "$1, what a tap on $device of $node kept is as it was" \
			held_well "$WORK/$node.$device.held" "$pid"
		sed -n 's/^[0-9].*packets/# &/p' "$WORK/$node.$device.held"
	done
	HELD=()
}

# outgoing ALGORITHM: what has to be seen outside is sealed, or any for AH.
outgoing() {
	local outside=sealed
	case $1 in ah+*) outside=any ;; esac
	keys_make "$1"
	tunnels_up
	transfers "$1, no tap"
	hold ga tunnel1 clear
	hold ga wan0 "$outside"
	hold gb wan0 "$outside"
	hold gb tunnel1 clear
	transfers "$1, taps"
	holds_end "$1"
	tunnels_gone
}

# incoming ALGORITHM raw|udp [tapped]: A's packets, kept before B knows the SA, come
# once more.
incoming() {
	local words=() name="$1, ESP out of a file's pages, $2${3:+, tapped}" pid
	if [ "$2" = udp ]; then
		words=(encap 4500 4500)
		encap_listen gb "$B_WAN"
		LISTENER=$STARTED_PID
	fi
	keys_make "$1"
	tunnel_up ga
	tunnel_up gb
	manual_out ga "${words[@]}"
	# a pair, so that there is a carrier
	manual_in ga "${words[@]}"
	wait_for 5 carrier_is ga tunnel1 1
	route_lans tunnel1 tunnel1
	hold ga wan0 sealed "$WORK/esp"
	on ga "$BUFFERS" send udp-splice 10.1.0.1 10.2.0.2 5001 "$WORK/marks"
	holds_end "$name"
	manual_out gb "${words[@]}"
	manual_in gb "${words[@]}"
	rm -f "$WORK/got"
	: >"$WORK/ready"
	on hb "$BUFFERS" receive 10.2.0.2 5001 "$WORK/marks" "$WORK/got" >"$WORK/ready" &
	pid=$!
	wait_for 10 grep -q ready "$WORK/ready"
	[ -z "${3:-}" ] || hold gb wan0 sealed
	check "$name: the file is as it was" \
		on ga "$BUFFERS" inject "$2" "$A_WAN" "$B_WAN" "$WORK/esp"
	check_here "$name: all arrives" wait "$pid"
	check "$name: as it was sent" same_file "$WORK/marks" "$WORK/got"
	holds_end "$name"
	[ "$2" = raw ] || kill "$LISTENER"
	tunnels_gone
}

module_load
topology_up
"$BUFFERS" make "$WORK/marks" "$OCTETS"
for algorithm in aes-128-gcm aes-128-cbc+sha256; do
	outgoing "$algorithm"
	incoming "$algorithm" udp
	incoming "$algorithm" udp tapped
	# a raw socket copies what it is given: here the tap alone has a share
	incoming "$algorithm" raw tapped
done
outgoing ah+sha256
finish
