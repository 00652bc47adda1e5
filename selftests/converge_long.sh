#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# Long: yes
# Time limit: 2700
# What converge.sh shows, in every order and often: gateways rebooted for all ways to begin;
# pantund killed 100 times, also in the midst of negotiations and rekeys; the link lost 100
# times, also for longer than it takes to find a peer dead; and a daemon that stays dead:
# its SAs serve until their hard limit, then nothing passes, and nothing leaves in clear.
# `converge_long.sh PART...` does some of it: reboots, kills, flaps, limits.
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"
# shellcheck source=selftests/lib_converge.sh
. "$PANTUN_TOP/selftests/lib_converge.sh"

KILLS=${PANTUN_KILLS:-100} FLAPS=${PANTUN_FLAPS:-100}
T='set network tunnel ipsec t'
DPD='set network ike gateway g protocol ikev2 dpd interval 2'
PROFILE='set network ike crypto-profiles ipsec-crypto-profiles short'
# replaced after about 22 s of the traffic, which is half of it
SHORT=("$PROFILE lifesize mb 1" "$T auto-key ipsec-crypto-profile short")

# begin START_A START_B [LINE...]: both gateways up, with traffic.
begin() {
	local start_a=$1 start_b=$2
	shift 2
	pantun_config ga 192.0.2.2 "$DPD" "$T start $start_a" "$@"
	pantun_config gb 192.0.2.1 "$DPD" "$T start $start_b" "$@"
	boot ga
	boot gb
	event "begin as $start_a/$start_b"
	check "$start_a/$start_b: traffic begins" converges 20
}

end() {
	event off
	power_off ga
	power_off gb
}

# --- reboots ---

# each_order COMMAND...: one after the other, given as words with commas.
each_order() {
	local order
	for order in reboot,ga reboot,gb reboot_both,ga reboot_both,gb reboot_at_once \
		reboot_negotiating,ga reboot_negotiating,gb; do
		# shellcheck disable=SC2086 # words
		${order//,/ }
		check "$1: ${order//,/ }: traffic is back" converges 40
		check "$1: ${order//,/ }: one pair of SAs is left" settles 90
	done
}

reboots() {
	local modes
	for modes in always,passive passive,always always,always on-demand,on-demand \
		on-demand,passive always,on-demand; do
		# shellcheck disable=SC2086 # two words
		begin ${modes/,/ }
		each_order "$modes"
		end
	done
}

# --- kills ---

# await_rekey NODE: until the daemon logs that it has a successor; it is negotiated in
# some milliseconds before and after.
await_rekey() {
	timeout 60 tail -n 0 -F "$WORK/$1/pantund.log" 2>/dev/null | grep -q -m 1 rekeyed || :
}

# kill_one I: A or B by chance; some within milliseconds of their start, some at the moment
# of a rekey, others whenever.
kill_one() {
	local node=ga
	dice 2
	[ "$DICE" = 0 ] || node=gb
	case $(($1 % 10)) in
	[0-3]) pause 60 ;;
	4) await_rekey "$node" ;;
	*) pause 3000 ;;
	esac
	event "pantund of $(side "$node") killed"
	pantund_kill "$node"
	pause 500
	boot "$node"
}

kill_all() {
	local i
	for ((i = 0; i < KILLS / 2; i++)); do
		kill_one "$i" || { echo "round $i" && return 1; }
	done
}

kills() {
	local modes node
	for modes in always,passive on-demand,on-demand; do
		# shellcheck disable=SC2086 # two words
		begin ${modes/,/ } "${SHORT[@]}"
		event "from here on"
		check_here "$modes: pantund killed $((KILLS / 2)) times" kill_all
		check "$modes: traffic flows" converges 20
		check "$modes: one pair of SAs is left" settles 90
		end
	done
	for node in A B; do
		check "pantund of $node killed: nothing lost" none_lost "pantund of $node killed"
	done
}

# --- links ---

# link_off, link_on: by chance A's or B's device, or packets vanish on the way.
link_off() {
	dice 3
	HOW=$DICE
	case $HOW in
	0) ip -n ga link set wan0 down ;;
	1) ip -n gb link set wan0 down ;;
	2)
		on gb nft -f - <<-EOF
			table ip flap {
				chain in {
					type filter hook prerouting priority -400
					iifname wan0 drop
				}
			}
		EOF
		;;
	esac
}

link_on() {
	case $HOW in
	0) ip -n ga link set wan0 up ;;
	1) ip -n gb link set wan0 up ;;
	2) on gb nft delete table ip flap ;;
	esac
}

# flap MS: off for up to so long.
flap() {
	event "link lost for less than $1 ms"
	link_off
	pause "$1"
	link_on
	event "link back after less than $1 ms"
	wait_for 40 flows || show_all
}

flap_all() {
	local i ms
	for ((i = 0; i < FLAPS; i++)); do
		case $((i % 10)) in
		9) ms=30000 ;;
		3 | 6) ms=5000 ;;
		*) ms=500 ;;
		esac
		flap "$ms" || { echo "round $i" && return 1; }
	done
}

flaps() {
	begin always passive
	check_here "links: lost and back $FLAPS times" flap_all
	check 'links: one pair of SAs is left' settles 90
	end
}

# --- a daemon that stays dead ---

# spent NODE: its pair of SAs is at its limit, and still there for whoever adopts it.
spent() {
	[ "$(pantunctl_on "$1" --json show ipsec-sa tunnel1 |
		json_of "[s['state'] for s in d['ipsec_sas']]")" = "['expired', 'expired']" ]
}

# seconds_left NODE: whole ones, before its first SA reaches its limit.
seconds_left() {
	pantunctl_on "$1" --json show ipsec-sa tunnel1 |
		json_of "min(s['limits']['hard_seconds'] - s['age'] for s in d['ipsec_sas']) - 1"
}

limits() {
	local node left
	begin always passive "$PROFILE lifetime seconds 180" \
		"$T auto-key ipsec-crypto-profile short" \
		'set network ike gateway g protocol ikev2 dpd enable no'
	event 'both daemons dead, SAs live'
	pantund_kill ga
	pantund_kill gb
	left=$(printf '%s\n' "$(seconds_left ga)" "$(seconds_left gb)" | sort -n | head -n 1)
	event_in "$left" 'both daemons dead, SAs spent'
	check 'dead: the SAs serve on' converges 5
	check 'dead: for many seconds' test "$left" -gt 120
	check 'dead: until their limit' wait_for $((left + 5)) spent ga
	check 'dead: at both ends' wait_for 5 spent gb
	check 'dead: nothing was lost before' none_lost 'both daemons dead, SAs live'
	check 'dead: no carrier' carrier_is ga tunnel1 0
	event 'both daemons start'
	for node in ga gb; do
		boot "$node"
	done
	check 'dead: traffic is back with them' converges 20
	end
}

module_load
topology_up
capture_start gb wan0 "$WORK/wan.pcap"
traffic_on
[ $# -gt 0 ] || set -- reboots kills flaps limits
for part; do
	case $part in
	reboots) reboots ;;
	kills) kills ;;
	flaps) flaps ;;
	limits) limits ;;
	*) not_ok "there is a part named $part" ;;
	esac
done
costs
capture_stop
check 'ESP was seen' captured "$WORK/wan.pcap" esp
check 'nothing inner was seen in clear' nothing_inner "$WORK/wan.pcap"
finish
