#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# Time limit: 600
# Takes: 145
# Limits of SAs by packets, octets and seconds, soft and hard, outbound and inbound:
# the last packet within a hard limit arrives and the next one does not; each limit is
# told once, and an SA past its hard limit carries nothing more.  Sequence numbers of 32
# bits are a limit, too, that is told before they run out.
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"
# shellcheck source=selftests/lib_manual.sh
. "$PANTUN_TOP/selftests/lib_manual.sh"

SEQUENCE=/sys/module/pantun_test_hooks/parameters/sequence
OCTETS=100	# of an inner packet: 28 of IPv4 and ICMP, 72 of payload

# pair_up in|out [WORD...]: both SA pairs; the words are for B's in-SA or A's out-SA,
# which carry packets from A to B, those in BOTH for either.  What was sent beyond the limit of the pair before,
# while there still was carrier, is held for the next one: it must not be counted there.
pair_up() {
	local where=$1 node
	shift

	for node in ga gb; do
		pantunctl_on "$node" sa flush
		pantunctl_on "$node" proxy fail dev tunnel1 name default
	done
	manual_in ga
	manual_out gb
	if [ "$where" = out ]; then
		manual_in gb "${BOTH[@]}"
		manual_out ga "${BOTH[@]}" "$@"
	else
		manual_in gb "${BOTH[@]}" "$@"
		manual_out ga "${BOTH[@]}"
	fi
}

# carries COUNT OF: of so many packets from host to host so many are answered.
carries() {
	local said

	said=$(on ha ping -qc "$2" -i 0.01 -W $((2 * LIB_SLOWER)) -s $((OCTETS - 28)) 10.2.0.2 || :)
	echo "$said, dropped: $(drops ga) $(drops gb)"
	grep -qF "$2 packets transmitted, $1 received" <<<"$said"
}

# told NODE: how often soft and hard limits were.
told() {
	local kind

	for kind in soft hard; do
		grep -cE "\"event\":\"[a-z-]*expire\".*\"kind\":\"$kind\"" "$WORK/$1.events" || :
	done | xargs
}

# told_is NODE SOFT HARD
told_is() {
	echo "told: $(told "$1")"
	[ "$(told "$1")" = "$2 $3" ]
}

# begin NODE: forgets what was told.
begin() {
	[ -z "${MONITOR:-}" ] || kill "$MONITOR"
	: >"$WORK/$1.events"
	start_on "$1" "$WORK/$1.events" "${PANTUNCTL:?}" --json monitor
	MONITOR=$STARTED_PID
	wait_for 5 grep -q pantund "$WORK/$1.events"
}

# by_count NAME in|out NODE REASON WORD...: the words set the soft limit to 5 packets, the
# hard one to 8.
by_count() {
	local name=$1 where=$2 node=$3 reason=$4 dropped
	shift 4

	begin "$node"
	pair_up "$where" "$@"
	dropped=$(drop_count "$node" "$reason")
	check "$name: four packets pass" carries 4 4
	check "$name: no limit is told" told_is "$node" 0 0
	check "$name: the fifth passes" carries 1 1
	check "$name: the soft limit is told" wait_for 5 told_is "$node" 1 0
	check "$name: the eighth passes" carries 3 3
	check "$name: the soft limit was told once" told_is "$node" 1 0
	check "$name: the ninth does not pass, nor the tenth" carries 0 2
	check "$name: the hard limit is told" wait_for 5 told_is "$node" 1 1
	check "$name: two more do not pass" carries 0 2
	check "$name: the limits were told once" told_is "$node" 1 1
	check "$name: those are lost by this name" \
		[ "$(drop_count "$node" "$reason")" -gt "$dropped" ]
}

# Hundredths of a second since boot.
now() {
	local up
	read -r up _ </proc/uptime
	echo "${up/./}"
}

# by_time NAME in|out NODE: soft after 2 seconds, hard after 6, without a packet.  On a slow
# machine the seconds are longer: a packet has to get through between the two.
by_time() {
	local name=$1 where=$2 node=$3 begun soft=$((2 * LIB_SLOWER)) hard=$((6 * LIB_SLOWER))

	begin "$node"
	begun=$(now)
	pair_up "$where" soft-seconds "$soft" hard-seconds "$hard"
	check "$name: the soft limit is told" wait_for 5 told_is "$node" 1 0
	check "$name: after its time, not before" [ $(($(now) - begun)) -ge $((soft * 100 - 10)) ]
	check "$name: a packet passes" carries 1 1
	check "$name: the hard limit is told" wait_for 7 told_is "$node" 1 1
	check "$name: after its time, too" [ $(($(now) - begun)) -ge $((hard * 100 - 10)) ]
	check "$name: no packet passes any more" carries 0 1
	check "$name: the limits were told once" told_is "$node" 1 1
}

# numbered NAME in|out NODE LAST TOLD: after three packets that have the numbers LAST + 1 to
# LAST + 3 the soft limit was told as often as TOLD says, and not before the third.
numbered() {
	local name=$1 where=$2 node=$3 last=$4 times=$5

	begin "$node"
	pair_up "$where"
	on ga bash -c "echo 'tunnel1 out $B_SPI $((last))' >$SEQUENCE"
	on gb bash -c "echo 'tunnel1 in $B_SPI $((last))' >$SEQUENCE"
	check "$name: two packets pass" carries 2 2
	check "$name: no limit is told" told_is "$node" 0 0
	check "$name: the third passes" carries 1 1
	check "$name: the soft limit is told $times times" wait_for 5 told_is "$node" "$times" 0
	check "$name: two more pass" carries 2 2
	check "$name: nothing more is told" told_is "$node" "$times" 0
}

module_load
hooks_load
topology_up
for node in ga gb; do
	tunnel_quiet "$node"
	ip -n "$node" link add tunnel1 type pantun
	# no packets but ours
	on "$node" sysctl -qw net.ipv6.conf.tunnel1.disable_ipv6=1
	ip -n "$node" link set tunnel1 up
done
ip -n ga route add 10.2.0.0/24 dev tunnel1
ip -n gb route add 10.1.0.0/24 dev tunnel1
keys_make aes-128-gcm
BOTH=()
pair_up out
check 'without limits packets pass' carries 20 20
for where in out in; do
	if [ "$where" = out ]; then node=ga reason=tx_limit; else node=gb reason=rx_limit; fi
	by_count "$where, packets" "$where" "$node" "$reason" soft-packets 5 hard-packets 8
	by_count "$where, octets" "$where" "$node" "$reason" soft-bytes $((5 * OCTETS)) \
		hard-bytes $((8 * OCTETS))
	by_count "$where, octets that no packet ends at" "$where" "$node" "$reason" \
		soft-bytes $((4 * OCTETS + 1)) hard-bytes $((9 * OCTETS - 1))
	by_time "$where, seconds" "$where" "$node"
done
numbered 'out, three quarters of the numbers' out ga 0xbffffffd 1
numbered 'in, three quarters: the sender is first' in gb 0xbffffffd 0
numbered 'in, seven eighths' in gb 0xdffffffd 1
BOTH=(esn)
numbered 'out, numbers of 64 bits' out ga 0xbffffffd 0
numbered 'in, numbers of 64 bits' in gb 0xdffffffd 0
finish
