# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Tunnels between both gateways that are monitored, with short times.  Sourced after
# lib_manual.sh.

INTERVAL=0.3 THRESHOLD=3	# seconds, probes
# shellcheck disable=SC2034 # for those who source this
PEER=10.9.0.2 PEER6=fd09::2
# shellcheck disable=SC2034
CUT="esp spi $B_SPI drop"	# tunnel1, from A to B

# key NODE [WORD...]: both SAs of a tunnel.
key() {
	manual_in "$@"
	manual_out "$@"
}

# addresses NODE HOST: of tunnel1.
addresses() {
	addr_add "$1" tunnel1 "10.9.0.$2/24" "fd09::$2/64"
}

# pair [WORD...]: tunnel1 new on both sides, keyed.
pair() {
	local node
	for node in ga gb; do
		ip -n "$node" link del tunnel1 2>/dev/null || :
		tunnel_up "$node"
	done
	keys_make aes-128-gcm
	key gb "$@"
	key ga "$@"
	addresses ga 1
	addresses gb 2
	wait_for 5 carrier_is ga tunnel1 1
	wait_for 5 carrier_is gb tunnel1 1
}

# watch NODE DESTINATION [WORD...]: a monitor with short times.
watch() {
	local node=$1 destination=$2
	shift 2
	pantunctl_on "$node" tunnel monitor add dev tunnel1 destination "$destination" \
		interval "$INTERVAL" threshold "$THRESHOLD" "$@"
}

# probed NODE DESTINATION EXPRESSION: of that monitor, called m.
probed() {
	pantunctl_on "$1" --json show monitor |
		json_of "[$3 for m in d['monitors'] if m['destination'] == '$2'][0]"
}

# is NODE DESTINATION EXPRESSION: it is true of that monitor.
is() {
	[ "$(probed "$@")" = True ]
}

# state_is DESTINATION STATE: at gateway A.
state_is() {
	is ga "$1" "m['state'] == '$2'"
}

# goes NAME DESTINATION STATE: soon.
goes() {
	if wait_for 15 state_is "$2" "$3"; then
		ok "$1"
	else
		not_ok "$1" "$(pantunctl_on ga show monitor)"
	fi
}

# more_probes N: so many of A's to the peer are over.
more_probes() {
	local before
	before=$(probed ga "$PEER" "m['received'] + m['lost']")
	wait_for 20 is ga "$PEER" "m['received'] + m['lost'] >= $((before + $1))"
}

# rekeyed [WORD...]: new SAs at both ends; the words are for A's.
rekeyed() {
	keys_make aes-128-gcm
	pantunctl_on gb sa flush dev tunnel1
	pantunctl_on ga sa flush dev tunnel1
	key gb
	key ga "$@"
}

# error_is TEXT: why the last probe could not be sent.
error_is() {
	is ga "$PEER" "'$1' in m['error']"
}
