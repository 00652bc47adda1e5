#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# Time limit: 300
# Where ESP comes from.  It is received in UDP and without, whichever of the two we send.
# An authentic packet, the newest of its SA, that comes from another address or UDP port is
# told, so that whoever made the SA can follow the peer; one that is late, forged or sent again
# is not, and the kernel itself goes on sending to where it was told.
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"
# shellcheck source=selftests/lib_manual.sh
. "$PANTUN_TOP/selftests/lib_manual.sh"
# shellcheck source=selftests/lib_fresh.sh
. "$PANTUN_TOP/selftests/lib_fresh.sh"

ELSEWHERE=192.0.2.12	# another address of B's
ENCAP=(encap 4500 4500)

# pair FAMILY A_IN_WORDS B_OUT_WORDS: new SAs; the words are of those that packets from B
# to A take.
pair() {
	local local=$A_WAN remote=$B_WAN

	[ "$1" = 4 ] || { local=$A_WAN6 remote=$B_WAN6; }
	pantunctl_on ga sa flush
	pantunctl_on gb sa flush
	keys_make aes-128-gcm
	# shellcheck disable=SC2086 # words, or none
	manual_in ga local "$local" remote "$remote" $2
	manual_out ga local "$local" remote "$remote"
	manual_in gb local "$remote" remote "$local"
	# shellcheck disable=SC2086
	manual_out gb local "$remote" remote "$local" $3
}

pings() {
	on hb ping -q -c 3 -i 0.05 -W 2 "$1"
}

begin() {
	[ -z "${MONITOR:-}" ] || kill "$MONITOR"
	: >"$WORK/events"
	start_on ga "$WORK/events" "${PANTUNCTL:?}" --json monitor
	MONITOR=$STARTED_PID
	wait_for 5 grep -q pantund "$WORK/events"
}

# moves: how often it was told that B sends from elsewhere, and from where last.
moves() {
	grep '"event":"sa-move"' "$WORK/events" | grep '"kind":"moved"' >"$WORK/moves" || :
	wc -l <"$WORK/moves"
	sed -n '$s/.*"from":"\([^"]*\)","from_port":\([0-9]*\).*/\1 \2/p' "$WORK/moves"
}

# moves_are COUNT [FROM]
moves_are() {
	echo "told: $(moves | xargs)"
	[ "$(moves | xargs)" = "$*" ]
}

# heard_within MILLISECONDS: A's in-SA had its last authentic packet so long ago, or less.
heard_within() {
	local idle

	idle=$(pantunctl_on ga --json show ipsec-sa tunnel1 |
		json_of "[s.get('idle', -1) for s in d['ipsec_sas'] if s['dir'] == 'in'][0]")
	echo "idle: $idle"
	[ "$idle" -ge 0 ] && [ "$idle" -le "$1" ]
}

# seq_of_in: the highest number that A's in-SA has had.
seq_of_in() {
	sa_count ga in seq
}

# sealed SEQUENCE SOURCE: a dummy packet, authentic and of that number.
sealed() {
	esp_send seal "$WORK/ba.keys" "$A_SPI" "$1" "$2" "$A_WAN" 59 "$(printf '%0128d' 0)"
}

# received PACKETS: A's in-SA has had so many.
received() {
	[ "$(sa_count ga in rx_packets)" = "$1" ]
}

# drops_above REASON COUNT: A has dropped more packets for it.
drops_above() {
	[ "$(drop_count ga "$1")" -gt "$2" ]
}

either_way() {
	local family host

	for family in 4 6; do
		host=10.1.0.2
		[ "$family" = 4 ] || host=fd01::2
		begin
		pair "$family" '' "${ENCAP[*]}"
		check "IPv$family: in UDP, where we send without" pings "$host"
		pair "$family" "${ENCAP[*]}" ''
		check "IPv$family: without UDP, where we send in it" pings "$host"
		check "IPv$family: nobody has moved" moves_are 0
	done
}

another_port() {
	begin
	pair 4 "${ENCAP[*]}" "${ENCAP[*]}"
	check_not 'nothing was heard yet' heard_within 3600000
	check 'port 4500' pings 10.1.0.2
	check 'the SA was heard now' heard_within $((5000 * LIB_SLOWER))
	check 'the path is as it was: nothing is told' moves_are 0
	pantunctl_on gb sa path dev tunnel1 out spi "$A_SPI" local "$B_WAN" remote "$A_WAN" \
		new-local "$B_WAN" new-remote "$A_WAN" encap 4600 4500
	check 'port 4600: packets are received' on hb ping -q -c 1 -W 2 10.1.0.2
	check 'port 4600: it is told by the first packet' \
		wait_for 5 moves_are 1 "$B_WAN" 4600
	check 'port 4600: the path stays until somebody changes it' \
		[ "$(pantunctl_on ga --json show ipsec-sa tunnel1 |
			json_of "[s['encap_remote_port'] for s in d['ipsec_sas'] if s['dir'] == 'in'][0]")" = 4500 ]
	begin
	check 'port 4600: a hundred more packets' \
		on hb ping -q -c 100 -i 0.002 -W $((2 * LIB_SLOWER)) 10.1.0.2
	moves >/dev/null
	check 'port 4600: they are not told one by one' [ "$(wc -l <"$WORK/moves")" -le 50 ]
}

another_address() {
	local last before

	begin
	pair 4 '' ''
	check 'the ordinary address' pings 10.1.0.2
	last=$(seq_of_in)
	sealed $((last + 10)) "$B_WAN"
	wait_for 5 received 4
	sealed $((last + 5)) "$ELSEWHERE"
	check 'a late packet from elsewhere is received' wait_for 5 received 5
	capture_start ga wan0 "$WORK/esp.pcap" esp and src "$B_WAN"
	sealed $((last + 11)) "$B_WAN"
	wait_for 5 received 6
	wait_for 5 captured_esp 1
	capture_stop
	before=$(drop_count ga rx_replay)
	esp_send replay "$WORK/esp.pcap" "$ELSEWHERE" "$A_WAN" 0
	check 'a packet sent again from elsewhere is a replay' \
		wait_for 5 drops_above rx_replay "$before"
	esp_send forge "$WORK/esp.pcap" "$ELSEWHERE" "$A_WAN" $((last + 100))
	check 'a forged one is none of the SA' wait_for 5 drops_above rx_auth 0
	check 'nothing is told of these three' moves_are 0
	sealed $((last + 12)) "$ELSEWHERE"
	check 'the newest packet from elsewhere is told' wait_for 5 moves_are 1 "$ELSEWHERE" 0
}

module_load
topology_up
wan6_up
addr_add gb wan0 "$ELSEWHERE/24"
for node in ga gb; do
	tunnel_quiet "$node"
	tunnel_up "$node"
done
route_lans tunnel1 tunnel1
encap_listen ga ::
either_way
another_port
another_address
finish
