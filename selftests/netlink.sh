#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# The netlink contract from its bad side: every command with what is missing,
# out of range, unknown or forbidden is refused with an explanation and changes
# nothing; keys cannot be read back; nothing is told to the unprivileged; events
# are numbered.  And how pantunctl passes the explanations on.
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"
# shellcheck source=selftests/lib_manual.sh
. "$PANTUN_TOP/selftests/lib_manual.sh"

# python_cases: results of netlink_cases.py as our own.
python_cases() {
	local verdict name status=0

	on ga /usr/bin/python3 "$PANTUN_TOP/selftests/netlink_cases.py" >"$WORK/cases" \
		2>"$WORK/cases.err" || status=$?
	while read -r verdict name; do
		case $verdict in
		pass) ok "$name" ;;
		fail) not_ok "$name" ;;
		*) printf '%s %s\n' "$verdict" "$name" ;;
		esac
	done <"$WORK/cases"
	if [ "$status" = 0 ]; then ok 'all cases ran'; else not_ok 'all cases ran' "$(cat "$WORK/cases.err")"; fi
}

pantunctl_cases() {
	keys_make aes-128-gcm
	check 'pantunctl: an SA for no tunnel: 1, and the kernel names the tunnel' \
		says 1 'the kernel refused: no such tunnel' pantunctl_on ga sa flush dev nowhere
	check 'pantunctl: the same SA twice' manual_in ga
	check 'pantunctl: the second time: 1, and why' says 1 'refused: there is an SA of this address and SPI' manual_in ga
	check 'pantunctl: an unknown word: 2, and the nearest' \
		says 2 'did you mean "spi"' pantunctl_on ga sa add dev tunnel1 in sip 0x1001
	check 'pantunctl: missing words: 2' says 2 'local ADDRESS' \
		pantunctl_on ga sa add dev tunnel1 in spi 0x1001
	chmod 640 "$WORK/ab.keys"
	check 'pantunctl: a key file that a group may read: 1, and the remedy' \
		says 1 'chmod 600' manual_out ga
	chmod 600 "$WORK/ab.keys"
	check 'pantunctl: keys on the command line are no words' says 2 'unknown word' \
		pantunctl_on ga sa add dev tunnel1 in key 00
	pantunctl_on ga --json show >"$WORK/show.json"
	check 'pantunctl: JSON is JSON' json_of "d['ipsec_sas'][0]['spi']" <"$WORK/show.json"
	check_not 'pantunctl: no key in what it shows' \
		grep -qiF "$(sed -n 's/^enc //p' "$WORK/ba.keys")" "$WORK/show.json"
	check 'pantunctl: the kernel alone, and a word that the daemon is away' \
		says 0 'pantund is not running' pantunctl_on ga show
	check 'pantunctl: what only the daemon could do: 1' \
		says 1 'pantund is not running' pantunctl_on ga test
	pantunctl_on ga sa flush
}

# limit NAME COUNT
limit() {
	echo "$2" >"/sys/module/pantun/parameters/$1"
}

# limit_cases: what a namespace may have; all that the other cases made is gone again.
limit_cases() {
	local before
	before=$(grep -H . /sys/module/pantun/parameters/max_*)
	limit max_tunnels 2
	check 'limits: a second tunnel of two' ip -n ga link add tunnel2 type pantun
	check 'limits: the third is refused, and why' says 2 'max_tunnels' \
		ip -n ga link add tunnel3 type pantun
	check 'limits: another namespace has its own' ip -n gb link add tunnel1 type pantun
	ip -n ga link del tunnel2
	check 'limits: one goes, one comes' ip -n ga link add tunnel2 type pantun
	limit max_proxies 1
	check 'limits: a proxy-ID' pantunctl_on ga proxy add dev tunnel1 name a remote 10.3.0.0/16
	check 'limits: the second is refused, of another tunnel, too' says 1 'refused: this network namespace has max_proxies' \
		pantunctl_on ga proxy add dev tunnel2 name b remote 10.4.0.0/16
	ip -n ga link del tunnel1
	check 'limits: it goes with its tunnel' \
		pantunctl_on ga proxy add dev tunnel2 name b remote 10.4.0.0/16
	pantunctl_on ga proxy del dev tunnel2 name b
	tunnel_up ga
	limit max_sas 2
	check 'limits: an SA' manual_in ga
	check 'limits: and another' manual_out ga
	check 'limits: the third is refused' says 1 'refused: this network namespace has max_sas' manual_in ga spi 0x1002
	pantunctl_on ga sa flush
	check 'limits: none is left, one more' manual_in ga spi 0x1002
	check 'limits: and another' manual_out ga
	check 'limits: that is all' says 1 'refused: this network namespace has max_sas' manual_in ga
	pantunctl_on ga sa flush
	limit max_tunnels 4096
	limit max_proxies 65536
	limit max_sas 65536
	check 'limits: as they were' test "$before" = "$(grep -H . /sys/module/pantun/parameters/max_*)"
	ip -n ga link del tunnel2
}

# monitor_cases: events in lines and in JSON.
monitor_cases() {
	start_on ga "$WORK/monitor.json" "${PANTUNCTL:?}" --json monitor
	local pid=$STARTED_PID
	wait_for 5 grep -q pantund "$WORK/monitor.json"
	manual_in ga
	pantunctl_on ga sa flush dev tunnel1
	pantunctl_on ga tunnel set dev tunnel1 start on-demand
	check 'pantunctl monitor: shows an SA come' \
		wait_for 5 grep -q '"event":"sa","kind":"new".*"spi":"00001001"' "$WORK/monitor.json"
	check 'pantunctl monitor: and go' \
		wait_for 5 grep -q '"event":"sa","kind":"del".*"spi":"00001001"' "$WORK/monitor.json"
	ip -n ga link add tunnel2 type pantun
	ip -n ga link del tunnel2
	check 'pantunctl monitor: shows a tunnel come' \
		wait_for 5 grep -q '"event":"tunnel","kind":"new".*"interface":"tunnel2"' "$WORK/monitor.json"
	check 'pantunctl monitor: and go' \
		wait_for 5 grep -q '"event":"tunnel","kind":"del".*"interface":"tunnel2"' "$WORK/monitor.json"
	kill "$pid"
	check 'pantunctl monitor: a JSON object a line' /usr/bin/python3 -c '
import json, sys
for line in open(sys.argv[1]):
    json.loads(line)' "$WORK/monitor.json"
}

module_load
node_up ga
node_up gb
tunnel_up ga
python_cases
pantunctl_cases
limit_cases
monitor_cases
finish
