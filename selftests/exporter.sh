#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# pantun-exporter gives Prometheus what a real tunnel has: no metric that it knows is missing.
# It tells when the daemon is gone, and says nothing to those who ask for something else.
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"

PORT=9732

# get PATH: status and body, of the exporter on A.
get() {
	on ga /usr/bin/python3 -c '
import sys, urllib.error, urllib.request
try:
	with urllib.request.urlopen(sys.argv[1], timeout=60) as answer:
		print(answer.status)
		print(answer.read().decode())
except urllib.error.HTTPError as error:
	print(error.code)' "http://127.0.0.1:$PORT$1"
}

metrics() {
	get /metrics >"$WORK/metrics" && grep -qx 200 "$WORK/metrics"
}

has() {
	metrics && grep -F -- "$1" "$WORK/metrics"
}

# all_given: each metric that is described has a line; names what has none.
all_given() {
	metrics && awk '
		/^# HELP/ { described[$3] = 1; next }
		/^pantun/ { sub(/[{ ].*/, ""); given[$0] = 1 }
		END {
			for (name in described) {
				n++
				if (!(name in given)) {
					print "no line of " name
					missing = 1
				}
			}
			exit missing || n < 20
		}' "$WORK/metrics"
}

# drop_one: what is not IP has no place in a tunnel.
drop_one() {
	on ga /usr/bin/python3 -c '
import socket
socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM).sendto(b"no IP", ("tunnel1", 0x88b5))'
}

given_soon() {
	wait_for 30 all_given || all_given
}

# same_counter: packets that came in, as the kernel counts them.
same_counter() {
	metrics && [ "$(on ga cat /sys/class/net/tunnel1/statistics/rx_packets)" = \
		"$(sed -n 's/^pantun_tunnel_packets_total{.*direction="rx"} //p' "$WORK/metrics")" ]
}

module_load
topology_up
monitor='set network tunnel ipsec t tunnel-monitor'
pantun_config ga 192.0.2.2 "$monitor enable yes" "$monitor destination-ip 10.2.0.1"
pantun_config gb 192.0.2.1
for node in ga gb; do
	pantund_start "$node"
done
start_on ga "$WORK/exporter.log" "$PANTUN_TOP/build/pantun-exporter" --tool "$PANTUNCTL"
check 'the tunnel comes up' wait_for 30 carrier_is ga tunnel1 1
route_lans tunnel1 tunnel1
check 'it carries packets' wait_for 10 on ha ping -q -c 1 -W 1 10.2.0.2
check 'the exporter answers' wait_for 10 metrics
check 'the tunnel is up' has 'pantun_tunnel_state{interface="tunnel1",state="up"} 1'
check 'module and daemon answer' has 'pantun_up{part="daemon"} 1'
drop_one
check 'no metric is without a line' given_soon
check 'packets are as many as the interface says' wait_for 10 same_counter
check 'another path is not found' says 0 404 get /
pantund_stop ga
check 'the daemon gone is told' has 'pantun_up{part="daemon"} 0'
check 'the tunnel still is up' has 'pantun_tunnel_state{interface="tunnel1",state="up"} 1'
finish
