# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What befalls two pantunds and the network between them, under traffic that is counted.
# Sourced after lib.sh.
#
# All chance comes from one seed, which is printed: PANTUN_SEED repeats a run, as far as
# the kernel's own timing does.

SEED=${PANTUN_SEED:-$((0x$(od -An -tx2 -N 2 /dev/urandom | tr -d ' ') & 0x7fff))}
RANDOM=$SEED
echo "# PANTUN_SEED=$SEED repeats this run"

# dice N: DICE is one of 0 to N - 1.  No subshell: that would not advance the seed.
dice() {
	DICE=$((RANDOM % $1))
}

# pause MS: lets up to so many milliseconds pass, by chance.
pause() {
	dice "$1"
	printf -v PAUSED '%d.%03d' $((DICE / 1000)) $((DICE % 1000))
	sleep "$PAUSED"
}

# --- gateways ---

peer_of() {
	if [ "$1" = ga ]; then echo gb; else echo ga; fi
}

# route_tunnel NODE: the other side's network over tunnel1; without it, packets have
# nowhere to go but the underlay, to which they must not.
route_tunnel() {
	local lan=10.2.0.0/24
	[ "$1" = ga ] || lan=10.1.0.0/24
	ip -n "$1" route replace "$lan" dev tunnel1
}

# boot NODE: pantund, and the route that a network configuration brings.
boot() {
	pantund_start "$1"
	route_tunnel "$1"
}

# power_off NODE: it and all that the kernel had of it is gone.
power_off() {
	pantund_kill "$1"
	ip -n "$1" link del tunnel1
}

# --- what it costs ---

# traffic_on: from host A to B and back, 100 packets a second, for good.
traffic_on() {
	start_on hb "$WORK/answer" "$PANTUN_TOP/selftests/steady.py" answer 10.2.0.2
	wait_for 10 grep -q listening "$WORK/answer"
	: >"$WORK/events"
	start_on ha "$WORK/ask" "$PANTUN_TOP/selftests/steady.py" ask 10.2.0.2 10 "$WORK/traffic"
	SINCE=$EPOCHREALTIME
}

# event KIND: it happens now.
event() {
	SINCE=$EPOCHREALTIME
	echo "$SINCE $1" >>"$WORK/events"
}

# event_in SECONDS KIND: it will happen then, before any other.
event_in() {
	awk -v now="$EPOCHREALTIME" -v later="$1" -v kind="$2" \
		'BEGIN { printf "%.6f %s\n", now + later, kind }' >>"$WORK/events"
}

# flows: of the packets sent since the last event the latest were answered.
flows() {
	"$PANTUN_TOP/selftests/steady.py" flows "$WORK/traffic" "$SINCE"
}

# costs: what each kind of event has cost; all that is known of it is left in the guest's
# output directory.
costs() {
	local node
	cp "$WORK/traffic" "$WORK/events" "$PANTUN_OUT"
	for node in ga gb; do
		cp "$WORK/$node/pantund.log" "$PANTUN_OUT/$node.log"
	done
	"$PANTUN_TOP/selftests/steady.py" report "$WORK/traffic" "$WORK/events"
}

# lost KIND: packets.
lost() {
	"$PANTUN_TOP/selftests/steady.py" lost "$WORK/traffic" "$WORK/events" "$1"
}

# none_lost KIND
none_lost() {
	local n
	n=$(lost "$1")
	[ "$n" -eq 0 ] || { echo "$n packets were lost" && return 1; }
}

# --- what it ends in ---

# sas NODE: "DIRECTION SPI" of each SA of tunnel1, as the kernel has them.
sas() {
	pantunctl_on "$1" --json show ipsec-sa tunnel1 |
		awk -F'"' '$2 == "dir" { dir = $4 } $2 == "spi" { print dir, $4 }' | sort
}

# ike_sas NODE: how many the daemon has.
ike_sas() {
	pantunctl_on "$1" --json show ike-sa | grep -c '"spi_i":'
}

# settled: one pair of SAs on each side, each what the other sends by, and one IKE SA.
settled() {
	local a b
	a=$(sas ga) && b=$(sas gb) || return 1
	[ "$(grep -c . <<<"$a")" = 2 ] || return 1
	[ "$a" = "$(sed 's/^in/x/; s/^out/in/; s/^x/out/' <<<"$b" | sort)" ] || return 1
	[ "$(ike_sas ga) $(ike_sas gb)" = '1 1' ]
}

# show_all: for whoever has to find out why.
show_all() {
	local node
	for node in ga gb; do
		echo "--- $node"
		tail -n 40 "$WORK/$node/pantund.log"
		pantunctl_on "$node" show
	done
	return 1
}

# converges SECONDS: packets flow.
converges() {
	wait_for "$1" flows || show_all
}

# settles SECONDS: and nothing superfluous is left.
settles() {
	wait_for "$1" settled || show_all
}

# --- what happens to them ---

# side NODE: what the picture calls it.
side() {
	if [ "$1" = ga ]; then echo A; else echo B; fi
}

# reboot NODE: off, for up to a second, and on.
reboot() {
	event "reboot of $(side "$1")"
	power_off "$1"
	pause 1000
	boot "$1"
	event "$(side "$1") is back"
}

# reboot_both FIRST AGAIN: FIRST goes off, then the other, FIRST is back before it.
reboot_both() {
	local second
	second=$(peer_of "$1")
	event "reboot of $(side "$1"), and of $(side "$second") meanwhile"
	power_off "$1"
	pause 500
	power_off "$second"
	boot "$1"
	pause 500
	boot "$second"
	event 'both are back'
}

# reboot_at_once: both, and both are back in the same moment.
reboot_at_once() {
	local first

	event 'reboot of both at once'
	power_off ga
	power_off gb
	boot ga &
	first=$!
	boot gb
	wait "$first"
	event 'both are back'
}

# reboot_negotiating NODE: while the other, just back, negotiates with it.
reboot_negotiating() {
	event "reboot of $(side "$1") while the other negotiates"
	power_off "$(peer_of "$1")"
	boot "$(peer_of "$1")"
	pause 60
	power_off "$1"
	pause 500
	boot "$1"
	event "$(side "$1") is back"
}

# restart NODE: the daemon is killed, and started after up to half a second.
restart() {
	event "pantund of $(side "$1") killed and started"
	pantund_kill "$1"
	pause 500
	boot "$1"
}
