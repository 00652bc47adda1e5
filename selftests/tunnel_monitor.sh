#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# Time limit: 900
# Takes: 105
# The tunnel monitor in the kernel: answers and losses, both families, several
# destinations; with wait-recover the carrier stays, with fail-over it goes in time, routes
# move to the second tunnel and return, also where both ends fail over; answers that do not
# count; rekeys; what keeps probes from being sent; the carrier's rule.
#
#   ha ---------- ga =====tunnel1, tunnel2===== gb ---------- hb
# shellcheck disable=SC2119 # functions take words, or none
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"
# shellcheck source=selftests/lib_manual.sh
. "$PANTUN_TOP/selftests/lib_manual.sh"
# shellcheck source=selftests/lib_monitor.sh
. "$PANTUN_TOP/selftests/lib_monitor.sh"

LIMIT=1900	# milliseconds: interval times threshold and one second

path_is() {
	[ "$(pantunctl_on ga --json show tunnel tunnel1 | json_of "d['tunnels'][0]['path']")" = "$1" ]
}

# --- events ---

events_begin() {
	: >"$WORK/events"
	start_on ga "$WORK/events" "$PANTUNCTL" --json monitor
	EVENTS_PID=$STARTED_PID
	wait_for 5 grep -q pantund "$WORK/events"
}

# told KIND DESTINATION
told() {
	grep -F "\"event\":\"monitor\",\"kind\":\"$1\"" "$WORK/events" |
		grep -qF "\"destination\":\"$2\""
}

# told_unsent DESTINATION TEXT: with the reason.
told_unsent() {
	grep -F '"event":"monitor","kind":"change"' "$WORK/events" |
		grep -F "\"destination\":\"$1\"" | grep -qF "$2"
}

# --- cases ---

answer_cases() {
	pair
	events_begin
	watch ga "$PEER"
	watch ga "$PEER6"
	goes 'IPv4: the peer answers' "$PEER" up
	goes 'IPv6: the peer answers' "$PEER6" up
	check 'an event says so' wait_for 5 told path-up "$PEER"
	check 'ten more probes' more_probes 10
	check 'what was sent is what came back' is ga "$PEER" \
		"m['lost'] == m['unsent'] == 0 and m['received'] >= 11 and m['sent'] - m['received'] in (0, 1)"
	check 'IPv6: as well' is ga "$PEER6" "m['lost'] == 0 and m['received'] >= 10"
	check 'round-trip times' is ga "$PEER" \
		"0 < m['rtt_min'] <= m['rtt_avg'] <= m['rtt_max'] < 10**6 and m['rtt_last'] > 0"
	check 'history: all answered' is ga "$PEER" "m['history'] == '1' * len(m['history']) != ''"
	check 'probes come from the address of the interface' is ga "$PEER" "m['from'] == '10.9.0.1'"
	check 'IPv6: as well' is ga "$PEER6" "m['from'] == 'fd09::1'"
	check 'the answers of others pass' on ga ping -q -c 5 -i 0.1 -W 2 "$PEER"
	check 'IPv6: as well' on ga ping -q -c 5 -i 0.1 -W 2 "$PEER6"
	check 'no packet was lost' test -z "$(drops ga)$(drops gb)"
	device_case
	check 'show has it as a table' wait_for 5 table_has "$PEER .* up "
}

# Of what goes on while it listens, the device shows the pings of others alone.
device_case() {
	capture_start ga tunnel1 "$WORK/device.pcap" icmp or icmp6
	more_probes 5
	on ga ping -q -c 1 -W 2 "$PEER" >/dev/null
	wait_for 5 shown_on_device 2 || :
	capture_stop
	check 'nothing of it is seen on the device' shown_on_device 2
}

# shown_on_device COUNT: packets.
shown_on_device() {
	[ "$(tcpdump -nr "$WORK/device.pcap" 2>/dev/null | wc -l)" = "$1" ]
}

# table_has PATTERN: pantunctl show monitor does.
table_has() {
	pantunctl_on ga show monitor | grep -qE -- "$1"
}

wait_recover_cases() {
	rules gb "$CUT"
	goes 'wait-recover: no answer any more' "$PEER" down
	goes 'wait-recover, IPv6: no answer any more' "$PEER6" down
	check 'an event says so' wait_for 5 told path-down "$PEER"
	check 'the path is down' wait_for 5 path_is down
	check 'the carrier stays' carrier_is ga tunnel1 1
	check 'the history ends in losses' is ga "$PEER" "m['history'].startswith('0' * $THRESHOLD)"
	rules gb
	goes 'it answers again' "$PEER" up
	goes 'IPv6: it answers again' "$PEER6" up
	watch ga 10.9.0.77 action fail-over
	goes 'a second destination that nobody has' 10.9.0.77 down
	check 'the path is up while one answers' path_is up
	check 'and there is a carrier' carrier_is ga tunnel1 1
	pantunctl_on ga tunnel monitor del dev tunnel1 destination 10.9.0.77
	check 'all other limits: what is known stays' other_limits
	kill "$EVENTS_PID"
}

other_limits() {
	local before
	before=$(probed ga "$PEER" "m['received']")
	watch ga "$PEER" recovery 3 action fail-over
	is ga "$PEER" "m['received'] >= $before and m['state'] == 'up' and m['recovery'] == 3"
}

now_ms() {
	date +%s%3N
}

leads_to() {
	ip -n ga route get 10.2.0.2 | grep -qF "dev $1 "
}

# A second tunnel, that is not monitored, stands by.
second_up() {
	local node
	for node in ga gb; do
		ip -n "$node" link add tunnel2 type pantun
		ip -n "$node" link set tunnel2 up
		on "$node" sysctl -qw net.ipv4.conf.all.ignore_routes_with_linkdown=1 \
			net.ipv4.conf.tunnel1.ignore_routes_with_linkdown=1 \
			net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0
	done
	manual_in gb dev tunnel2 spi 0x2002
	manual_out gb dev tunnel2 spi 0x1002
	manual_in ga dev tunnel2 spi 0x1002
	manual_out ga dev tunnel2 spi 0x2002
	ip -n ga route add 10.2.0.0/24 dev tunnel1 metric 10
	ip -n ga route add 10.2.0.0/24 dev tunnel2 metric 20
	ip -n gb route add 10.1.0.0/24 dev tunnel2
	wait_for 5 carrier_is ga tunnel2 1
}

# carrier_lost_ms: when tunnel1 lost it last, as those were told who listen.
carrier_lost_ms() {
	date -d "$(sed -n 's/^\[\([^]]*\)\].* tunnel1: <NO-CARRIER.*/\1/p' "$WORK/links" |
		tail -n 1)" +%s%3N
}

lost_after() {
	[ "$(carrier_lost_ms)" -gt "$1" ]
}

# One round: how long until the carrier has gone, in milliseconds, is added to TIMES.
fail_over_round() {
	local begin
	rules gb "$CUT"
	begin=$(now_ms)
	wait_for 10 carrier_is ga tunnel1 0 || return 1
	wait_for 5 lost_after "$begin" || return 1
	TIMES+=($(($(carrier_lost_ms) - begin)))
	leads_to tunnel2 && on ha ping -q -c 3 -i 0.1 -W 2 10.2.0.2 >/dev/null || return 1
	rules gb
	wait_for 10 carrier_is ga tunnel1 1 && leads_to tunnel1
}

fail_over_cases() {
	local i links median
	pair
	second_up
	watch ga "$PEER" action fail-over
	watch ga "$PEER6" action fail-over
	goes 'fail-over: the peer answers' "$PEER" up
	goes 'fail-over: the peer answers by IPv6' "$PEER6" up
	start_on ga "$WORK/links" ip -ts monitor link
	links=$STARTED_PID
	TIMES=()
	for ((i = 0; i < 5; i++)); do
		fail_over_round || break
	done
	check 'fail-over: the route moves to the second tunnel and returns, five times' \
		test "$i" = 5 -a "${#TIMES[@]}" = 5
	kill "$links"
	# the median, as the machine may have been busy elsewhere in one of them
	median=$(printf '%s\n' "${TIMES[@]}" | sort -n | sed -n 3p)
	echo "# carrier lost after ${TIMES[*]} ms; limit $LIMIT ms"
	check "fail-over: within interval times threshold and one second ($median ms)" \
		test "${median:-999999}" -le $((LIMIT * LIB_SLOWER))
	check 'fail-over: addresses and administrative state are as before' \
		grep -q 'UP.*10.9.0.1/24' <<<"$(ip -n ga -br addr show dev tunnel1 | sed 's/DOWN/UP/')"
	recovery_case
	both_ends_case
}

# Up again after so many answers in a row, and no fewer.
recovery_case() {
	watch ga "$PEER" action fail-over recovery 60
	pantunctl_on ga tunnel monitor del dev tunnel1 destination "$PEER6"
	rules gb "$CUT"
	goes 'recovery: down' "$PEER" down
	rules gb
	wait_for 10 is ga "$PEER" "m['history'].startswith('1')"
	check 'recovery: the first answer is not enough' carrier_is ga tunnel1 0
	watch ga "$PEER" action fail-over recovery 5
	goes 'recovery: up after five' "$PEER" up
	check 'recovery: five' is ga "$PEER" "m['history'].startswith('11111')"
	check 'recovery: carrier' wait_for 5 carrier_is ga tunnel1 1
}

both_down() {
	carrier_is ga tunnel1 0 && carrier_is gb tunnel1 0
}

both_up() {
	carrier_is ga tunnel1 1 && carrier_is gb tunnel1 1
}

# Neither stack can answer through a device without carrier.
both_ends_case() {
	watch ga "$PEER" action fail-over
	watch gb 10.9.0.1 action fail-over
	wait_for 10 is gb 10.9.0.1 "m['state'] == 'up'"
	rules gb 'meta l4proto esp drop'
	rules ga 'meta l4proto esp drop'
	check 'both ends fail over: both lose their carrier' wait_for 10 both_down
	rules gb
	rules ga
	check 'both ends fail over: both come back' wait_for 10 both_up
	check 'one answered for its stack' answered_for
	pantunctl_on gb tunnel monitor del dev tunnel1 destination 10.9.0.1
	ip -n ga link del tunnel2
	ip -n gb link del tunnel2
}

answered_for() {
	local sum=0 node
	for node in ga gb; do
		sum=$((sum + $(on "$node" ethtool -S tunnel1 | sed -n 's/.*monitor_answers: //p')))
	done
	[ "$sum" -gt 0 ]
}

# peer HOW [BY]: B's stack is silent, and a program answers.
peer() {
	[ -z "${PEER_PID:-}" ] || kill "$PEER_PID"
	: >"$WORK/peer"
	start_on gb "$WORK/peer" /usr/bin/python3 "$PANTUN_TOP/selftests/probe_peer.py" answer \
		tunnel1 "$@"
	PEER_PID=$STARTED_PID
	wait_for 10 grep -q ready "$WORK/peer"
	# what the one before has answered is over
	more_probes 2
}

# not_counted NAME HOW [BY]: such answers do not.
not_counted() {
	local name=$1 before seen
	shift
	peer "$@"
	before=$(probed ga "$PEER" "m['received']")
	seen=$(icmp_seen)
	more_probes 6
	check "$name: does not count" is ga "$PEER" "m['received'] == $before and m['state'] == 'down'"
	check "$name: but comes to the stack" test "$(icmp_seen)" -ge $((seen + 5))
}

# icmp_seen: messages that A's stack has counted.
icmp_seen() {
	on ga nstat -asz IcmpInMsgs | sed -n 's/^IcmpInMsgs *\([0-9]*\).*/\1/p'
}

forged_cases() {
	pair
	on gb sysctl -qw net.ipv4.icmp_echo_ignore_all=1
	on ga sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0 \
		net.ipv4.conf.wan0.rp_filter=0 net.ipv4.conf.tunnel1.rp_filter=0
	watch ga "$PEER"
	goes 'a peer whose stack does not answer' "$PEER" down
	peer right
	goes 'the right answer counts' "$PEER" up
	peer twice
	check 'twice: ten probes' more_probes 10
	check 'twice: counts once' is ga "$PEER" \
		"m['sent'] - m['received'] - (m['lost'] - m['unsent']) in (0, 1) and m['state'] == 'up'"
	peer late
	goes 'late' "$PEER" down
	not_counted 'a late answer' late
	not_counted 'another identifier' id
	not_counted 'another sequence number' sequence
	not_counted 'another cookie' cookie
	not_counted 'another code' code
	not_counted 'four octets more' long
	not_counted 'another source' from
	ip -n gb route add 10.9.0.1/32 via "$A_WAN" dev wan0
	not_counted 'the right one, but not through the tunnel' clear wan0
	ip -n gb route del 10.9.0.1/32
	second_pair
	not_counted 'the right one, but by another tunnel' right tunnel2
	kill "$PEER_PID"
	PEER_PID=
	on gb sysctl -qw net.ipv4.icmp_echo_ignore_all=0
	goes 'the peer answers again' "$PEER" up
	ip -n ga link del tunnel2
	ip -n gb link del tunnel2
}

second_pair() {
	local node
	for node in ga gb; do
		ip -n "$node" link add tunnel2 type pantun
		ip -n "$node" link set tunnel2 up
	done
	manual_in gb dev tunnel2 spi 0x2002
	manual_out gb dev tunnel2 spi 0x1002
	manual_in ga dev tunnel2 spi 0x1002
	manual_out ga dev tunnel2 spi 0x2002
	wait_for 5 carrier_is gb tunnel2 1
}

rekey_case() {
	local rekey
	pair
	watch ga "$PEER" action fail-over
	goes 'rekeys: up' "$PEER" up
	/usr/bin/python3 "$PANTUN_TOP/selftests/rekey.py" "$(cat "$WORK/ga/pid")" "$A_WAN" \
		"$(cat "$WORK/gb/pid")" "$B_WAN" "$WORK/ab.keys" 1 >"$WORK/rekeys" 2>&1 &
	rekey=$!
	keep_pid "$rekey"
	more_probes 10
	kill -TERM "$rekey"
	wait "$rekey" || :
	echo "# rekeys: $(cat "$WORK/rekeys")"
	check 'rekeys: there were some' grep -qE '[1-9]' "$WORK/rekeys"
	check 'rekeys: no probe is lost by them' is ga "$PEER" "m['lost'] == 0 and m['state'] == 'up'"
}

unsent_cases() {
	pair
	events_begin
	watch ga "$PEER" action fail-over
	watch ga "$PEER6" action fail-over
	goes 'what keeps probes back: nothing' "$PEER" up
	goes 'what keeps probes back: nothing, IPv6' "$PEER6" up
	ip -n ga addr del 10.9.0.1/24 dev tunnel1
	check 'no address: the reason is shown' wait_for 5 error_is 'no address'
	goes 'no address: nothing is known of the path' "$PEER" unknown
	check 'no address: counted as unsent, and not as lost' is ga "$PEER" \
		"m['unsent'] >= $THRESHOLD and m['lost'] <= 1"
	check 'no address: an event says so' wait_for 5 told_unsent "$PEER" 'no address'
	check 'no address: the tunnel has its carrier by the SAs' carrier_is ga tunnel1 1
	rules gb "$CUT"
	goes 'no address, and a path that is lost' "$PEER6" down
	check 'the other destination alone takes the carrier away' wait_for 5 carrier_is ga tunnel1 0
	rules gb
	goes 'and it is back' "$PEER6" up
	pantunctl_on ga tunnel monitor del dev tunnel1 destination "$PEER6"
	kill "$EVENTS_PID"
	ip -n gb route replace 10.1.0.0/24 dev tunnel1
	watch ga "$PEER" source 10.1.0.1
	goes 'a source that was given' "$PEER" up
	check 'a source that was given: begins anew' is ga "$PEER" "m['unsent'] == 0"
	check 'a source that was given: is used' is ga "$PEER" "m['from'] == '10.1.0.1'"
	pantunctl_on ga sa flush dev tunnel1
	check 'no SA: the reason is shown' wait_for 5 error_is 'no SA'
	goes 'no SA: down' "$PEER" down
	rekeyed
	goes 'SAs: up' "$PEER" up
	proxy_cases
	admin_case
}

proxy_cases() {
	pantunctl_on ga sa flush dev tunnel1
	pantunctl_on ga proxy add dev tunnel1 name lan local 10.1.0.0/24 remote 10.9.0.0/24
	watch ga "$PEER" source 10.1.0.1 proxy lan
	key ga proxy lan
	goes 'a proxy-ID by name' "$PEER" up
	pantunctl_on ga proxy add dev tunnel1 name other local 10.3.0.0/24 remote 10.4.0.0/24
	watch ga "$PEER" source 10.1.0.1 proxy other action fail-over
	check 'one that does not match' wait_for 5 error_is 'do not cover'
	goes 'one that does not match: nothing is known of the path' "$PEER" unknown
	check 'one that does not match: the carrier stays' carrier_is ga tunnel1 1
	watch ga "$PEER" source 10.1.0.1 proxy lan
	goes 'the right one again' "$PEER" up
	pantunctl_on ga proxy del dev tunnel1 name lan
	check 'it is deleted' wait_for 5 error_is 'no such proxy-ID'
	goes 'it is deleted: nothing is known' "$PEER" unknown
	pantunctl_on ga proxy add dev tunnel1 name lan local 10.1.0.0/24 remote 10.9.0.0/24
	rekeyed proxy lan
	goes 'one of its name is there again' "$PEER" up
	half_up_case
}

# The carrier's rule: proxy-ID lan has SAs, other has none.
half_up_case() {
	check 'half-up: carrier' wait_for 5 carrier_is ga tunnel1 1
	pantunctl_on ga tunnel set dev tunnel1 carrier all
	check 'half-up, carrier all: none' wait_for 5 carrier_is ga tunnel1 0
	goes 'half-up, carrier all: probes go on' "$PEER" up
	pantunctl_on ga proxy del dev tunnel1 name other
	check 'all up, carrier all: carrier' wait_for 5 carrier_is ga tunnel1 1
	pantunctl_on ga tunnel set dev tunnel1 carrier any
}

admin_case() {
	local tried sent
	ip -n ga link set tunnel1 down
	tried=$(probed ga "$PEER" "m['sent'] + m['unsent']")
	sent=$(probed ga "$PEER" "m['sent']")
	sleep_probes
	check 'administratively down: no probes, no alarm' is ga "$PEER" \
		"m['sent'] + m['unsent'] == $tried and m['state'] == 'up'"
	ip -n ga link set tunnel1 up
	check 'up again: probes again' wait_for 5 is ga "$PEER" "m['sent'] > $sent and m['state'] == 'up'"
}

# sleep_probes: as long as B's own monitor needs for five probes.
sleep_probes() {
	pantunctl_on gb tunnel monitor add dev tunnel1 destination 10.9.0.99 source 10.9.0.2 \
		interval "$INTERVAL"
	wait_for 20 is gb 10.9.0.99 "m['lost'] >= 5"
	pantunctl_on gb tunnel monitor del dev tunnel1 destination 10.9.0.99
}

module_load
topology_up
quiet ga
quiet gb
answer_cases
wait_recover_cases
fail_over_cases
forged_cases
rekey_case
unsent_cases
finish
