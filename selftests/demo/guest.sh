#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The demonstration's part in the guest: see ../demo.sh.
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"
# shellcheck source=selftests/interop/lib_strongswan.sh
. "$PANTUN_TOP/selftests/interop/lib_strongswan.sh"

say() { printf '\n== %s\n' "$*"; }

# show NODE COMMAND...: the command and what it prints.
show() {
	local node=$1
	shift
	printf '%s# %s\n' "$node" "$*" | sed 's#[^ ]*/pantunctl#pantunctl#'
	on "$node" "$@" | sed 's/^/    /'
}

# carry NAME: ping and a file each way, with a capture of the underlay.
carry() {
	local pcap=$WORK/underlay.pcap size
	capture_start ga wan0 "$pcap"
	check "$1: ping host A to host B, IPv4" on ha ping -q -c 5 -i 0.2 -W 2 10.2.0.2
	check "$1: ping host A to host B, IPv6" on ha ping -q -c 5 -i 0.2 -W 2 fd02::2
	rm -f "$WORK/got"
	check "$1: TCP transfer of $MIB MiB from host A to host B" \
		tcp_copy ha hb 10.2.0.2 5001 "$WORK/file" "$WORK/got"
	check "$1: SHA-256 of both files equal" same_file "$WORK/file" "$WORK/got"
	capture_stop
	size=$(stat -c %s "$pcap")
	check "$1: the underlay carried ESP" captured "$pcap" esp
	check "$1: no inner address on the underlay ($((size / 1024)) KiB seen)" nothing_inner "$pcap"
	check_not "$1: no plaintext marker on the underlay" grep -q PANTUN-PLAINTEXT-MARKER "$pcap"
}

MIB=8
say 'Four namespaces: host A - gateway A == underlay == gateway B - host B'
module_load
topology_up
make_file "$WORK/file" $MIB
capture_start ga wan0 "$WORK/ike.pcap" udp port 500 or udp port 4500

say 'Gateway A runs pantund with four lines of configuration, and knows its peer by name:'
echo 'gb.example.test 300 192.0.2.2' >"$WORK/zone"
name_server_start gb 192.0.2.53 "$WORK/zone"
name_server_use ga 192.0.2.53
pantun_config ga gb.example.test
sed 's/^/    /' "$WORK/ga/pantun.conf"
say 'Gateway B runs strongSwan on an XFRM interface; A initiates IKEv2 with a pre-shared key'
xfrmi_up gb ipsec0 42
strongswan_config gb 192.0.2.2 192.0.2.1
strongswan_start gb >/dev/null
pantund_start ga
wait_for 10 ip -n ga link show dev tunnel1
ip -n ga link set tunnel1 up
route_lans tunnel1 ipsec0
check 'strongSwan: the tunnel comes up' wait_for 20 carrier_is ga tunnel1 1
capture_stop
check 'strongSwan: the underlay carried IKE' captured "$WORK/ike.pcap" 'udp port 500'
show ga ip -d link show tunnel1
show ga "$PANTUNCTL" show
say 'The daemon is several processes, and each may do little'
daemon=$(cat "$WORK/ga/pantund.pid")
show ga ps -o pid,user,nlwp,args -p "$daemon" --ppid "$daemon"
show ga "$PANTUNCTL" show daemon
for role in ike auth fetch; do
	check "$role is a process of its own" pgrep -P "$daemon" -x "pantund-$role"
done
show ga ip route show dev tunnel1
say 'Ping and a file, host A to host B, over the static route on tunnel1'
carry strongSwan

say 'Now pantun at both ends; B initiates, A waits'
pantund_stop ga || not_ok 'pantund on A ends cleanly'
kill "$(cat "$WORK/gb/charon.pid")"
wait "$(cat "$WORK/gb/charon.pid")" 2>/dev/null || :
ip -n gb link del ipsec0
on gb ip xfrm state flush
on gb ip xfrm policy flush
ip -n ga link del tunnel1
pantun_config ga 192.0.2.2 'set network tunnel ipsec t start passive'
pantun_config gb 192.0.2.1
pantund_start ga
wait_for 10 ip -n ga link show dev tunnel1
ip -n ga link set tunnel1 up
pantund_start gb
wait_for 10 ip -n gb link show dev tunnel1
ip -n gb link set tunnel1 up
route_lans tunnel1 tunnel1
check 'pantun: the tunnel comes up at A' wait_for 20 carrier_is ga tunnel1 1
check 'pantun: the tunnel comes up at B' wait_for 20 carrier_is gb tunnel1 1
show ga "$PANTUNCTL" show
show gb "$PANTUNCTL" show
carry pantun
pantund_stop ga || not_ok 'pantund on A ends cleanly'
pantund_stop gb || not_ok 'pantund on B ends cleanly'
finish
