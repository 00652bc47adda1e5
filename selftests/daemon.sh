#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# Takes: 60, mostly waiting
# pantund among its surroundings: what it says when it cannot begin, privileges, a
# killed one and its successor, reload, exit, interfaces that go and come.
set -eu
# shellcheck source=selftests/lib.sh
. "$PANTUN_TOP/selftests/lib.sh"

has_ended() {
	! kill -0 "$1"
}

# refuses NAME TEXT COMMAND...: it ends by itself with status 1 and says TEXT.
refuses() {
	local name=$1 text=$2 status=0 pid
	shift 2
	"$@" >"$WORK/refusal" 2>&1 &
	pid=$!
	wait_for 20 has_ended "$pid" || kill "$pid"
	wait "$pid" || status=$?
	if [ "$status" -eq 1 ] && grep -qF -- "$text" "$WORK/refusal"; then
		ok "$name: $(grep -F -m 1 -- "$text" "$WORK/refusal")"
	else
		not_ok "$name" "status $status, expected: $text" "$(cat "$WORK/refusal")"
	fi
}

pantund_on() {
	local node=$1
	shift
	on "$node" "$PANTUND" --config "$WORK/$node/pantun.conf" "$@"
}

# pantund_up NODE [OPTION...]: starts one and waits for its word that it runs.
pantund_up() {
	local node=$1
	shift
	: >"$WORK/$node/pantund.log"
	start_on "$node" "$WORK/$node/pantund.log" "$PANTUND" \
		--config "$WORK/$node/pantun.conf" "$@"
	echo "$STARTED_PID" >"$WORK/$node/pantund.pid"
	wait_for 10 log_has "$node" 'pantund 0'
}

# sas NODE: how many SAs the kernel has.
sas() {
	pantunctl_on "$1" --json show ipsec-sa | grep -o '"dir":' | wc -l
}

sas_are() {
	[ "$(sas "$1")" -eq "$2" ]
}

# spis NODE: their SPIs in order.
spis() {
	pantunctl_on "$1" --json show ipsec-sa | sed -n 's/.*"spi": *"\([^"]*\)".*/\1/p' | sort
}

spis_are() {
	[ "$(spis "$1")" = "$2" ]
}

# proxies_are NODE NAME...: of tunnel1, in order of their names.
proxies_are() {
	local node=$1
	shift
	[ "$(pantunctl_on "$node" --json show tunnel tunnel1 | sed -n '/"proxies"/,/"ike_sas"/p' |
		sed -n 's/^ *"name": "\(.*\)".*/\1/p' | sort | xargs)" = "$*" ]
}

# answered N FILE: ping's summary in FILE counts so many answers or more.
answered() {
	[ "$(sed -n 's/.*, \([0-9]*\) received.*/\1/p' "$2")" -ge "$1" ]
}

no_spi_of() {
	! spis "$1" | grep -qF -- "$2"
}

status_is() {
	grep -Eq "^$2:[[:space:]]+$3\$" "/proc/$(pantund_pid "$1")/status"
}

# thread_is NODE NAME
thread_is() {
	grep -qx "$2" "/proc/$(pantund_child "$1" ike)"/task/*/comm
}

traffic() {
	check "$1: ping" on ha ping -q -c 3 -i 0.2 -W 2 10.2.0.2
}

topology_up
pantun_config ga 192.0.2.2
pantun_config gb 192.0.2.1 'set network tunnel ipsec t start passive'

# --- why it cannot begin
refuses 'no module' 'modprobe pantun' pantund_on ga
module_load
nobody=$(mktemp -d)
chown 65534 "$nobody"
refuses 'no privilege' 'run as root' on ga setpriv --reuid 65534 --regid 65534 \
	--clear-groups "$PANTUND" --config /dev/null --ctl "$nobody/sock"
rm -r "$nobody"
echo 'set network tunnel ipsec t tunel-interface tunnel1' >>"$WORK/ga/pantun.conf"
refuses 'a bad configuration' 'did you mean "tunnel-interface"?' pantund_on ga
pantun_config ga 192.0.2.2
chmod 640 "$WORK/ga/psk"
refuses 'a key that others can read' 'chmod 600' pantund_on ga
chmod 600 "$WORK/ga/psk"
for port in 500 4500; do
	start_on ga "$WORK/taker" python3 -c '
import socket, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", int(sys.argv[1])))
print("bound", sys.argv[1], flush=True)
time.sleep(1000)' "$port"
	wait_for 10 grep -q "bound $port" "$WORK/taker"
	refuses "port $port taken" "UDP port $port is taken: \"ss -ulnp sport = :$port\"" \
		pantund_on ga
	kill "$STARTED_PID"
	wait "$STARTED_PID" 2>/dev/null || :
done

# --- up, with XFRM policies of somebody else that would swallow IKE
for dir in in out; do
	ip -n ga xfrm policy add src 0.0.0.0/0 dst 0.0.0.0/0 proto udp dir "$dir" action block
done
python3 - "$WORK/notify" >"$WORK/notified" <<'END' &
import os, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print("listening", flush=True)
while True:
    print(s.recv(4096).decode().replace("\n", " "), flush=True)
END
keep_pid $!
wait_for 10 grep -q listening "$WORK/notified"
pantund_up gb
export NOTIFY_SOCKET=$WORK/notify WATCHDOG_USEC=400000
pantund_up ga
unset NOTIFY_SOCKET WATCHDOG_USEC
check 'the tunnel comes up in spite of XFRM policies' wait_for 15 sas_are ga 2
ip -n ga xfrm policy flush
check 'READY is told' grep -q '^READY=1' "$WORK/notified"
check 'the watchdog is told' wait_for 5 grep -q '^WATCHDOG=1' "$WORK/notified"
check 'the interface was made and is up' carrier_is ga tunnel1 1
route_lans tunnel1 tunnel1
traffic 'first daemon'

refuses 'a second daemon' 'another pantund runs already' pantund_on ga
# By hand, as root, it cannot be another user from the beginning, as in its unit: see unit.sh.
check 'capabilities: CAP_NET_ADMIN, CAP_KILL and CAP_DAC_READ_SEARCH alone' \
	status_is ga CapEff 0000000000001024
check 'capabilities: no more to be had than a start of its processes takes' \
	status_is ga CapPrm 00000000000411e4
check 'capabilities: bounding set' status_is ga CapBnd 00000000000411e4
check 'nor by its processes' test -z "$(grep -h '^Cap' "/proc/$(pantund_child ga ike)/status" \
	"/proc/$(pantund_child ga auth)/status" | grep -v '0000000000000000$')"
check 'no new privileges' status_is ga NoNewPrivs 1
check 'key exchanges have threads of their own' thread_is ga pantund-dh1
check 'no core dumps' grep -Eq '^Max core file size +0 +0 ' "/proc/$(pantund_pid ga)/limits"
check 'IKE sockets: nobody else can read the control socket' \
	on ga test "$(on ga stat -c %a:%u /run/pantun/pantund.sock)" = 660:0

# --- killed, and its successor
before=$(spis ga)
start_on ha "$WORK/ping" ping -q -i 0.01 -c 1500 10.2.0.2
ping_pid=$STARTED_PID
kill -9 "$(pantund_pid ga)"
wait "$(pantund_pid ga)" 2>/dev/null || :
check 'SAs stay when the daemon is killed' spis_are ga "$before"
pantund_up ga
check 'the successor negotiates' wait_for 15 log_has ga 'up: '
for spi in $before; do
	# An inbound one is received for 30 s more: no DELETE tells the peer.
	check "the SA before is deleted: $spi" wait_for 45 no_spi_of ga "$spi"
done
check 'two SAs stand' wait_for 10 sas_are ga 2
check 'and two at the peer' wait_for 45 sas_are gb 2
wait "$ping_pid" || :
check 'a killed daemon costs no packet of 1500' answered 1500 "$WORK/ping"

# --- reload
before=$(spis ga)
cat >>"$WORK/ga/pantun.conf" <<-END
set network tunnel ipsec second tunnel-interface tunnel2
set network tunnel ipsec second auto-key ike-gateway g
set network tunnel ipsec second auto-key proxy-id far local 10.3.0.0/24 remote 10.4.0.0/24
set network tunnel ipsec second start on-demand
END
kill -HUP "$(pantund_pid ga)"
check 'reload makes a further interface' wait_for 10 ip -n ga link show dev tunnel2
check 'which is dormant until a packet comes' \
	wait_for 10 on ga grep -q dormant /sys/class/net/tunnel2/operstate
check 'the first tunnel keeps its SAs' spis_are ga "$before"
echo 'set network nonsense' >>"$WORK/ga/pantun.conf"
kill -HUP "$(pantund_pid ga)"
check 'a bad configuration is refused on reload' wait_for 10 log_has ga 'stays in force'
check 'and says why' log_has ga 'unknown word "nonsense"'
check 'and changes nothing' spis_are ga "$before"
pantun_config ga 192.0.2.2 \
	'set network tunnel ipsec t auto-key proxy-id lan local 10.1.0.0/24 remote 10.2.0.0/24'
kill -HUP "$(pantund_pid ga)"
check 'a changed tunnel is negotiated anew' wait_for 15 log_has ga 'tunnel t:lan: up: '
traffic 'after reload'
check_not 'and lets nothing else through' on ha ping -q -c 1 -W 1 fd02::2
check 'the kernel has this proxy-ID' proxies_are ga lan

# --- the interface goes and comes
ip -n ga link del tunnel1
check 'a deleted interface is missed' wait_for 10 log_has ga 'interface tunnel1 was deleted'
ip -n ga link add tunnel1 type pantun
ip -n ga link set tunnel1 up
ip -n ga route replace 10.2.0.0/24 dev tunnel1
check 'and is put to use when it is back' wait_for 60 carrier_is ga tunnel1 1
traffic 'after its return'

# --- the end
check_here 'it ends cleanly' pantund_stop ga
check 'SAs stay' test "$(sas ga)" -ge 2
check 'the control socket is gone' on ga test ! -e /run/pantun/pantund.sock
traffic 'without a daemon'
pantund_up ga --on-exit delete
check 'the next one is up' wait_for 15 log_has ga 'up: '
# A request under way would keep the peer from taking the word of the end.  The inbound SA of the
# daemon before is received for 30 s more.
check 'and its first rekey is over' wait_for 60 first_rekey_over ga tunnel1
check_here 'it ends cleanly, deleting' pantund_stop ga
check 'no SA is left here' sas_are ga 0
check 'nor at the peer' wait_for 15 sas_are gb 0
check 'STOPPING was told only where somebody listened' \
	test "$(grep -c '^STOPPING=1' "$WORK/notified")" -eq 0
check_not 'no log holds the pre-shared key' grep -qF -- "$PANTUN_PSK" \
	"$WORK/ga/pantund.log" "$WORK/gb/pantund.log"
finish
