#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# Takes: 50, mostly waiting
# What pantund's lines for the data path do to packets: each is written into A's file and
# read by a reload, the kernel's word compared and packets on the underlay counted.  None
# of it may touch an SA.  Then transport mode by the recipe of pantun.conf(5).
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"

T='set network tunnel ipsec t'
# Of all tests: the ESP that B's gateway gets from A.
ESP='ip saddr 192.0.2.1 ip protocol esp'

packets_are() {
	[ "$(packets "$1")" = "$2" ]
}

# some_packets NODE N: of the first counter, N or more.
some_packets() {
	[ "$(packets "$1" | cut -d ' ' -f 1)" -ge "$2" ]
}

# kernel_says MEMBER VALUE: an option of tunnel1 on A, in JSON.
kernel_says() {
	pantunctl_on ga --json show tunnel tunnel1 | grep -Eq "\"$1\": *$2(,|\$)"
}

spis() {
	pantunctl_on "$1" --json show ipsec-sa | sed -n 's/.*"spi": *"\([^"]*\)".*/\1/p' | sort
}

# window_is PACKETS: the replay window of A's inbound SA.
window_is() {
	pantunctl_on ga --json show ipsec-sa |
		json_of "[s.get('replay_window', 0) for s in d['ipsec_sas'] if s['dir'] == 'in']" |
		grep -qw "$1"
}

sas_are() {
	[ "$(spis "$1" | wc -l)" -eq "$2" ]
}

# option MEMBER VALUE LINE...: A's file with these lines beside the ordinary ones, and what
# the kernel says then.
option() {
	local member=$1 value=$2
	shift 2
	pantun_config ga 192.0.2.2 "$@"
	pantund_reload ga
	check "${1##*tunnel }: the kernel knows" wait_for 10 kernel_says "$member" "$value"
	check "${1##*tunnel }: no SA was touched" test "$(spis ga)" = "$SPIS"
}

# pinged NAME COUNTS RULE... -- WORD...: three pings from A's host, and what B counted.
pinged() {
	local name=$1 counts=$2 wanted=()
	shift 2
	while [ "$1" != -- ]; do
		wanted+=("$ESP $1 counter")
		shift
	done
	shift
	rules gb "${wanted[@]}"
	check "$name: answered" on ha ping -q -c 3 -i 0.05 -W 2 "$@"
	check "$name" packets_are gb "$counts"
}

module_load
topology_up
pantun_config ga 192.0.2.2
pantun_config gb 192.0.2.1 "$T start passive"
pantund_start gb
pantund_start ga
check 'the tunnel comes up' wait_for 20 sas_are ga 2
check 'the interface carries' wait_for 10 carrier_is ga tunnel1 1
check 'at the peer, too' wait_for 10 carrier_is gb tunnel1 1
route_lans tunnel1 tunnel1
tunnel_quiet ga
check 'its first rekey is over' wait_for 30 first_rekey_over ga tunnel1
SPIS=$(spis ga)

option ttl 37 "$T ttl 37"
pinged 'ttl' 3 'ip ttl 37' -- 10.2.0.2
option dscp 46 "$T dscp 46"
pinged 'dscp, and the TTL of before is gone' '3 0' 'ip dscp ef' 'ip ttl 37' -- 10.2.0.2
option tos '"copy"' "$T copy-tos yes"
pinged 'copy-tos' 3 'ip dscp af11' -- -Q 0x28 10.2.0.2
option flow_label true "$T copy-flow-label yes"
option df '"clear"' 'set network interface tunnel units tunnel.1 df-ignore yes'
pinged 'df-ignore' 3 'ip frag-off & 0x4000 == 0' -- -M 'do' 10.2.0.2
option df '"copy"' "$T start always"
pinged 'DF without df-ignore' 3 'ip frag-off & 0x4000 != 0' -- -M 'do' 10.2.0.2
option tfc 1000 "$T tfc-padding 1000"
pinged 'tfc-padding: short and long have one size' '3 0' 'ip length > 1000' \
	'ip length < 1000' -- -s 20 10.2.0.2
option dummy 20 "$T dummy-interval 20"
rules gb "$ESP counter"
check 'dummy-interval: packets without traffic' wait_for 10 some_packets gb 5
option mark 7 "$T mark 7"
on ga nft -f - <<-'END'
	add table ip m
	add chain ip m c { type filter hook output priority 0; }
	add rule ip m c meta mark 7 ip protocol esp counter drop
END
check_not 'mark: outer packets bear it' on ha ping -q -c 2 -i 0.05 -W 0.5 10.2.0.2
check 'mark: all were found by it' on ga sh -c 'nft list chain ip m c | grep -q "packets 2 "'
on ga nft delete table ip m
option underlay '"wan0"' "$T underlay-interface wan0"
pinged 'underlay-interface: the link there is' 3 'ip version 4' -- 10.2.0.2
option underlay '"lan0"' "$T underlay-interface lan0"
check_not 'underlay-interface: nothing by another' on ha ping -q -c 1 -W 0.5 10.2.0.2
option mark 0 "$T start always"
pinged 'back to what it was' 3 'ip ttl 64' -- 10.2.0.2

# --- what SAs are made with: they are made anew
for window in 'anti-replay-window 128:128' 'anti-replay no:0'; do
	pantun_config ga 192.0.2.2 "$T ${window%:*}"
	pantund_reload ga
	check "${window%:*}: negotiated anew" wait_for 20 log_has ga ': spi in '
	check "${window%:*}: the SA has it" wait_for 5 window_is "${window#*:}"
	wait_for 10 carrier_is ga tunnel1 1
	check "${window%:*}: ping" on ha ping -q -c 2 -i 0.1 -W 2 10.2.0.2
done

# --- transport mode without GRE, as in pantun.conf(5)
pantund_stop ga
pantund_stop gb
pantunctl_on ga sa flush
pantunctl_on gb sa flush
pantun_config ga 192.0.2.2 "$T ipsec-mode transport" "$T mark 7"
pantun_config gb 192.0.2.1 "$T ipsec-mode transport" "$T mark 7" "$T start passive"
pantund_start gb
pantund_start ga
check 'transport mode comes up' wait_for 20 sas_are ga 2
check 'at the peer, too' wait_for 10 sas_are gb 2
for pair in ga:192.0.2.2 gb:192.0.2.1; do
	ip -n "${pair%%:*}" rule add fwmark 7 lookup 100
	ip -n "${pair%%:*}" rule add ipproto udp dport 500 lookup 100
	ip -n "${pair%%:*}" rule add ipproto udp dport 4500 lookup 100
	ip -n "${pair%%:*}" route add "${pair#*:}" dev wan0 table 100
	ip -n "${pair%%:*}" route add "${pair#*:}" dev tunnel1
	on "${pair%%:*}" sysctl -qw net.ipv4.conf.all.rp_filter=1 net.ipv4.conf.wan0.rp_filter=2
done
rules gb "$ESP counter" 'iifname wan0 ip saddr 192.0.2.1 ip protocol icmp counter'
check 'transport mode: the gateways ping each other' on ga ping -q -c 3 -i 0.1 -W 2 -I 192.0.2.1 \
	192.0.2.2
check 'transport mode: in ESP alone' packets_are gb '3 0'
check 'transport mode: IKE goes on' test "$(pantunctl_on ga --json show ike-sa |
	grep -c established)" -ge 1
: >"$WORK/ga/pantund.log"
pantunctl_on ga clear ike-sa >/dev/null
check 'transport mode: and begins anew beside it' wait_for 20 log_has ga 'up: '
check_here 'A ends' pantund_stop ga
check_here 'B ends' pantund_stop gb
finish
