#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# Long: yes
# Time limit: 900
# Things that go away under traffic: the module, namespaces, devices, SAs; also with
# requests of asynchronous crypto in flight.  Rekeys without a lost packet.  And, on a
# kernel with fault injection, allocations that fail in every command and on the way
# of packets.  `stress.sh short` does a little of it, `stress.sh stock` what takes two
# CPUs: options, rekeys, and parallel crypto; `stress.sh PART...` some of it: reloads,
# namespaces, devices, options, rekeys, cryptd, pcrypt, faults.
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"
# shellcheck source=selftests/lib_manual.sh
. "$PANTUN_TOP/selftests/lib_manual.sh"

case ${1:-} in
short) RELOADS=5 NETNS=3 DEVICES=3 OPTIONS=100 REKEYS=100 PINGS=2000 MEBIBYTES=4 ASYNC=4 ;;
stock) OPTIONS=50 REKEYS=20 PINGS=500 MEBIBYTES=2 ASYNC=4 ;;
*)
	RELOADS=100 NETNS=51 DEVICES=51 OPTIONS=500 REKEYS=1000 PINGS=20000 MEBIBYTES=32
	ASYNC=24
	;;
esac

# --- traffic ---

traffic_pids=()

# traffic_on NODE ADDRESS: both ways as fast as answers come, and one way faster.
traffic_on() {
	start_on "$1" /dev/null ping -q -f -s 800 -l 20 "$2"
	traffic_pids+=("$STARTED_PID")
	start_on "$1" /dev/null "$PANTUN_TOP/selftests/flood.py" "$2" 1200
	traffic_pids+=("$STARTED_PID")
}

traffic_off() {
	local pid
	for pid in "${traffic_pids[@]}"; do
		kill -KILL "$pid" 2>/dev/null || :
		wait "$pid" 2>/dev/null || :
	done
	traffic_pids=()
}

# times COUNT FUNCTION: calls it with 0, 1, ..., until one fails.
times() {
	local i
	for ((i = 0; i < $1; i++)); do
		"$2" "$i" || { echo "round $i of $1" && return 1; }
	done
}

# --- the tunnel between both gateways ---

tunnels_bare() {
	tunnel_up ga && tunnel_up gb && route_lans tunnel1 tunnel1
}

tunnels_keyed() {
	local node
	tunnels_bare
	for node in ga gb; do
		manual_in "$node" && manual_out "$node"
	done
}

tunnels_gone() {
	ip -n ga link del tunnel1 2>/dev/null || :
	ip -n gb link del tunnel1 2>/dev/null || :
}

carries() {
	[ "$(sa_count gb in rx_packets)" -gt 50 ]
}

no_module() {
	[ ! -d /sys/module/pantun ]
}

# A namespace that goes away holds the module for a moment.
module_gone() {
	wait_for 20 rmmod pantun && no_module
}

# --- the module ---

reload_round() {
	module_load || return 1
	case $(($1 % 3)) in
	1) tunnels_bare || return 1 ;;
	2) tunnels_keyed && wait_for 10 carries || return 1 ;;
	esac
	rmmod pantun
}

reloads() {
	traffic_on ha 10.2.0.2
	check "the module: loaded and unloaded $RELOADS times under traffic" \
		times "$RELOADS" reload_round
	traffic_off
	check 'the module: it is gone' no_module
	module_load
}

# --- namespaces ---

# A third gateway, which is not to stay: gx has the underlay, gz the other side.
# Either both have their ends of the tunnel's device, or gx alone.
ns_up() {
	ip netns add gx
	ip netns add gz
	ip link add wan0 netns gx type veth peer name wanx netns gb
	ip link add lan0 netns "$1" type veth peer name lanx netns ha
	ip -n gx addr add 198.51.100.1/24 dev wan0
	ip -n gb addr add 198.51.100.2/24 dev wanx
	ip -n "$1" addr add 10.3.0.1/24 dev lan0
	ip -n ha addr add 10.3.0.2/24 dev lanx
	ip netns exec "$1" sysctl -qw net.ipv4.ip_forward=1
	ip -n gx link set wan0 up
	ip -n gb link set wanx up
	ip -n "$1" link set lan0 up
	ip -n ha link set lanx up
	ip -n ha route replace 10.2.0.0/24 via 10.3.0.1
}

# ns_sa COMMAND... -- DIRECTION LOCAL REMOTE SPI
ns_sa() {
	local run=()
	while [ "$1" != -- ]; do
		run+=("$1")
		shift
	done
	"${run[@]}" "$PANTUNCTL" sa add dev tunnelx "$2" local "$3" remote "$4" spi "$5" \
		"${PANTUN_ALG[@]}" key-file "$WORK/ab.keys"
}

# ns_tunnel NAMESPACE: tunnelx of gx and gb, the former's device in the namespace.
ns_tunnel() {
	local near=198.51.100.1 far=198.51.100.2
	ip -n gx link add tunnelx type pantun
	[ "$1" = gx ] || ip -n gx link set tunnelx netns "$1"
	ip -n "$1" link set tunnelx up
	ip -n gb link add tunnelx type pantun
	ip -n gb link set tunnelx up
	ns_sa ip netns exec gx -- in "$near" "$far" 0x3001
	ns_sa ip netns exec gx -- out "$near" "$far" 0x3002
	ns_sa on gb -- in "$far" "$near" 0x3002
	ns_sa on gb -- out "$far" "$near" 0x3001
	ip -n "$1" route replace 10.2.0.0/24 dev tunnelx
	ip -n gb route replace 10.3.0.0/24 dev tunnelx
}

ns_carries() {
	[ "$(pantunctl_on gb --json show ipsec-sa tunnelx |
		json_of "sum(s['rx_packets'] for s in d['ipsec_sas'])")" -gt 50 ]
}

ns_gone() {
	! ip -n gb link show wanx && ! ip -n ha link show lanx
}

ns_tunnels() {
	ip netns exec gx "$PANTUNCTL" --json show flow | json_of "len(d['tunnels'])"
}

# ns_round I [WHEN]: what goes away, when there is traffic or when WHEN succeeds: 0 gx
# with everything; 1 gz with the device, while gx stays; 2 gx, while the device is in gz.
ns_round() {
	local home=gz
	[ $(($1 % 3)) != 0 ] || home=gx
	ns_up "$home" && ns_tunnel "$home" && traffic_on ha 10.2.0.2
	wait_for 20 "${2:-ns_carries}" || { echo 'no traffic'; return 1; }
	case $(($1 % 3)) in
	1)
		ip netns del gz
		wait_for 20 test "$(ns_tunnels)" = 0 || { echo 'gx has its tunnel still'; return 1; }
		ip netns del gx
		;;
	2)
		ip netns del gx
		wait_for 20 eval '! ip -n gz link show tunnelx' ||
			{ echo 'gz has the device still'; return 1; }
		ip netns del gz
		;;
	*) ip netns del gx && ip netns del gz ;;
	esac
	traffic_off
	ip -n gb link del tunnelx
	wait_for 20 ns_gone
}

namespaces() {
	check_here "namespaces: deleted $NETNS times under traffic, with underlay and device" \
		times "$NETNS" ns_round
	ip -n ha route replace 10.2.0.0/24 via 10.1.0.1
}

# --- devices ---

# Deletes A's, deletes B's, or moves A's to another namespace and back.
device_round() {
	tunnels_keyed
	wait_for 10 carries || { echo 'no traffic'; return 1; }
	case $(($1 % 3)) in
	0) ip -n ga link del tunnel1 ;;
	1) ip -n gb link del tunnel1 ;;
	2)
		ip -n ga link set tunnel1 netns ha
		ip -n ha link set tunnel1 up
		ip -n ha link set tunnel1 netns ga
		;;
	esac
	tunnels_gone
}

devices() {
	traffic_on ha 10.2.0.2
	check "devices: deleted and moved $DEVICES times under traffic" times "$DEVICES" device_round
	traffic_off
}

# --- options ---

# option_rounds NODE: all that alters what packets have in front or behind, again and again;
# the two ends disagree meanwhile.
option_rounds() {
	on "$1" "$PANTUN_TOP/selftests/options.py" "$OPTIONS"
}

# Packets that met two ends which disagree are lost, and nothing else happens to them.
options() {
	tunnels_keyed
	traffic_on ha 10.2.0.2
	traffic_on hb 10.1.0.2
	check "options: each changed $OPTIONS times under traffic, at one end" option_rounds ga
	check 'options: at the other' option_rounds gb
	traffic_off
	check 'options: afterwards all is well' on ha ping -q -c 20 -i 0.01 -W 2 10.2.0.2
	tunnels_gone
	[ "${PANTUN_LAB:-}" = stock ] || flips
}

# counted FILTER: packets of the capture.
counted() {
	tcpdump -nr "$WORK/flips.pcap" "$1" 2>/dev/null | wc -l
}

# A packet is made by the options that it began with, and by no others.  One CPU never changes
# them within a packet unless an interrupt does.  What is sent, 800 octets with a TOS of 0x20,
# has an outer packet for each of both sets of options.
flips() {
	local plain other all
	hooks_load
	tunnels_keyed
	tunnel_quiet ga
	capture_start ga wan0 "$WORK/flips.pcap" esp and src "$A_WAN"
	start_on ha /dev/null "$PANTUN_TOP/selftests/flood.py" 10.2.0.2 772 0x20
	traffic_pids+=("$STARTED_PID")
	check 'options: changed between packets and within' \
		on ga sh -c "echo tunnel1 $((2000 * LIB_SLOWER)) \
			>/sys/module/pantun_test_hooks/parameters/options"
	traffic_off
	capture_stop
	plain=$(counted 'ip[1] = 0 and ip[2:2] = 856 and ip[6] & 0x40 != 0 and ip[8] = 64')
	other=$(counted 'ip[1] = 0x20 and ip[2:2] = 1080 and ip[6] & 0x40 = 0 and ip[8] = 9')
	all=$(counted ip)
	echo "# $all packets: $plain by the old options, $other by the others"
	check 'options: many packets by either' test $((plain > 20 && other > 20)) = 1
	check 'options: none by some of both' test $((plain + other)) = "$all"
	on ga nft delete table ip6 quiet
	tunnels_gone
	wait_for 10 rmmod pantun_test_hooks
}

# --- rekeys ---

# In a file of its own: the number of rekeys, when the process is told to end.  An in-SA stays
# for as long after it was replaced as packets may wait on their way: longer on a slow machine.
rekeys_on() {
	start_on ga "$WORK/rekeys" "$PANTUN_TOP/selftests/rekey.py" \
		"$(cat "$WORK/ga/pid")" "$A_WAN" "$(cat "$WORK/gb/pid")" "$B_WAN" "$WORK/ab.keys" \
		$((2 * LIB_SLOWER))
	REKEY_PID=$STARTED_PID
}

enough_rekeys() {
	kill -TERM "$REKEY_PID" && wait "$REKEY_PID"
	echo "# $(cat "$WORK/rekeys") rekeys"
	[ "$(cat "$WORK/rekeys")" -ge "$REKEYS" ]
}

# answers NODE: to pings, that have come to that host, whoever still waits for them.
answers() {
	on "$1" cat /proc/net/snmp | awk '$1 == "Icmp:" && at { print $at }
		$1 == "Icmp:" { for (i = 2; i <= NF; i++) if ($i == "InEchoReps") at = i }'
}

# came NODE COUNT
came() {
	[ "$(answers "$1")" -ge "$2" ]
}

# where_lost: what the stack has counted and tunnels do not know of.
where_lost() {
	local node
	for node in ha ga gb hb; do
		on "$node" cat /proc/net/xfrm_stat |
			awk -v node="$node" '$2 { print node ": " $1 " " $2 }'
		ip -n "$node" -s link | awk -v node="$node" '/^[0-9]/ { dev = $2 }
			/dropped/ { kind = $1; getline; if ($4) print node ": " dev " " kind " " $4 " dropped" }'
	done
}

# pings FROM ADDRESS CPU: all answered; each end of the tunnel numbers what comes from
# both, so that packets of one SA overtake one another where there are two CPUs.  After
# the last one ping itself waits for two round trips only, so the host's count is what tells.
pings() {
	local all
	all=$(($(answers "$1") + PINGS))
	on "$1" taskset -c $(($3 % $(nproc))) ping -q -f -c "$PINGS" -s 800 "$2" >"$WORK/ping$3" || :
	wait_for 5 came "$1" "$all" || {
		cat "$WORK/ping$3"
		where_lost
		return 1
	}
}

# A device begins to send a moment after its carrier is on, and loses what comes before.
goes_through() {
	on "$1" ping -q -c 1 -W 1 "$2"
}

no_drops() {
	local got
	got="$(drops ga)$(drops gb)"
	[ -z "$got" ] || { echo "$got" && return 1; }
}

rekeys() {
	local copy first
	: >"$WORK/rekeys"
	tunnels_bare
	rekeys_on
	check 'rekeys: A has a carrier' wait_for 60 carrier_is ga tunnel1 1
	check 'rekeys: so has B' wait_for 60 carrier_is gb tunnel1 1
	check 'rekeys: a ping goes through' wait_for 60 goes_through ha 10.2.0.2
	tcp_copy ha hb 10.2.0.2 5001 "$WORK/file" "$WORK/got" &
	copy=$!
	keep_pid "$copy"
	pings ha 10.2.0.2 0 &
	first=$!
	check "rekeys: $PINGS pings of host B meanwhile, all answered" pings hb 10.1.0.2 1
	check_here "rekeys: $PINGS pings of host A meanwhile, all answered" wait "$first"
	check_here 'rekeys: a file over TCP meanwhile' wait "$copy"
	check 'rekeys: it is the same' same_file "$WORK/file" "$WORK/got"
	check_here "rekeys: $REKEYS and more" enough_rekeys
	check 'rekeys: neither end has dropped a packet' no_drops
	tunnels_gone
}

# --- asynchronous crypto ---

# crypto_field DRIVER FIELD: of /proc/crypto.
crypto_field() {
	awk -F' *: ' -v driver="$1" -v field="$2" '
		$1 == "driver" { here = $2 == driver }
		here && $1 == field { print $2; exit }' /proc/crypto
}

# instance_first WRAPPER: makes an asynchronous AES-GCM, which goes before the plain one.
instance_first() {
	local tcrypt=${PANTUN_KDIR:-}/crypto/tcrypt.ko
	# the module only makes the instance; it refuses to stay
	if [ -e "$tcrypt" ]; then
		insmod "$tcrypt" "alg=$1(rfc4106(gcm(aes)))" type=3 2>/dev/null || :
	else
		modprobe tcrypt "alg=$1(rfc4106(gcm(aes)))" type=3 2>/dev/null || :
	fi
	INSTANCE=$(awk -F' *: ' -v wrapper="$1(rfc4106" '
		$1 == "driver" && index($2, wrapper) == 1 { print $2; exit }' /proc/crypto)
}

users_are() {
	[ "$(crypto_field "$INSTANCE" refcnt)" = "$1" ]
}

# workers_are NICE
workers_are() {
	pgrep '^kworker' | xargs renice -n "$1" -p >/dev/null 2>&1 || :
}

# full COMMAND...: prints how many packets found no room in cryptd's queue.  If any, as
# many requests as it holds are in flight.  Its worker gets what others leave until then.
full() {
	workers_are 19
	[ "$("$@")" -gt 0 ] && workers_are 0
}

queue_full() {
	full drop_count ga tx_crypto
}

ns_drop_count() {
	ip netns exec gx "$PANTUNCTL" --json show flow tunnelx |
		json_of "d['tunnels'][0]['drops'].get('tx_crypto', 0)"
}

ns_queue_full() {
	full ns_drop_count
}

# What goes away with requests in flight: 0 SAs; 1 the device; 2 the module; 3 a
# namespace.
async_round() {
	if [ $(($1 % 4)) = 3 ]; then
		ns_round 0 "$ns_busy" || return 1
		ip -n ha route replace 10.2.0.0/24 via 10.1.0.1
		return
	fi
	tunnels_keyed && traffic_on ha 10.2.0.2
	wait_for 20 "$busy" || { echo 'its queue does not fill'; return 1; }
	case $(($1 % 4)) in
	0) pantunctl_on ga sa flush dev tunnel1 ;;
	1) ip -n ga link del tunnel1 ;;
	2) module_gone ;;
	esac
	traffic_off
	module_load
	tunnels_gone
}

# worked_later FUNCTION: the kernel's worker that does what was put off.
worked_later() {
	grep -q "$1" /sys/kernel/tracing/trace
}

# async WRAPPER WORKER BUSY NS_BUSY
async() {
	local wrapper=$1 worker=$2 busy=$3 ns_busy=$4
	local idle event=/sys/kernel/tracing/events/workqueue/workqueue_execute_start/enable

	instance_first "$wrapper"
	check "$wrapper: there is an instance" test -n "$INSTANCE"
	idle=$(crypto_field "$INSTANCE" refcnt)
	tunnels_keyed
	check "$wrapper: all four SAs use it" users_are $((idle + 4))
	echo 1 >"$event"
	check "$wrapper: ping" on ha ping -q -c 20 -i 0.01 -W 2 10.2.0.2
	echo 0 >"$event"
	check "$wrapper: its worker did it later" worked_later "$worker"
	check "$wrapper: a file over TCP" tcp_copy ha hb 10.2.0.2 5001 "$WORK/file" "$WORK/got"
	check "$wrapper: it is the same" same_file "$WORK/file" "$WORK/got"
	tunnels_gone
	check_here "$wrapper: deleted $ASYNC times with requests in flight" \
		times "$ASYNC" async_round
	check "$wrapper: no SA is left" wait_for 20 users_are "$idle"
}

# --- allocations that fail ---

FAILSLAB=/sys/kernel/debug/failslab

# fault_cases ARGUMENTS: results of faults.py as our own; in A's network, but not
# among its mounts, where there is no debugfs.
fault_cases() {
	local verdict name status=0
	nsenter --net -t "$(cat "$WORK/ga/pid")" -- \
		/usr/bin/python3 "$PANTUN_TOP/selftests/faults.py" "$@" >"$WORK/cases" \
		2>"$WORK/cases.err" || status=$?
	while read -r verdict name; do
		case $verdict in
		pass) ok "failing allocations: $name" ;;
		fail) not_ok "failing allocations: $name" ;;
		*) printf '%s %s\n' "$verdict" "$name" ;;
		esac
	done <"$WORK/cases"
	if [ "$status" = 0 ]; then
		ok "failing allocations: all cases ran ($1)"
	else
		not_ok "failing allocations: all cases ran ($1)" "$(cat "$WORK/cases.err")"
	fi
}

# rate PERCENT: of allocations that may not wait, which are those of packets.
rate() {
	echo N >"$FAILSLAB/task-filter"
	echo Y >"$FAILSLAB/ignore-gfp-wait"
	echo 0 >"$FAILSLAB/verbose"
	echo -1 >"$FAILSLAB/times"
	echo "$1" >"$FAILSLAB/probability"
}

# share NODE DEVICE: its packets with a tap, until traffic_off.
share() {
	: >"$WORK/share"
	start_on "$1" "$WORK/share" "$PANTUN_TOP/selftests/buffers.py" share "$2"
	traffic_pids+=("$STARTED_PID")
	wait_for 10 grep -q ready "$WORK/share"
}

memory_was_missed() {
	[ "$(drop_count ga tx_no_memory)" -gt 0 ] && [ "$(drop_count gb rx_no_memory)" -gt 0 ]
}

only_memory() {
	[[ "$(drops ga) $(drops gb)" =~ ^((tx|rx)_no_memory=[0-9]+ ?)+$ ]] || {
		drops ga
		drops gb
		return 1
	}
}

faults() {
	if [ ! -d "$FAILSLAB" ]; then
		skip 'failing allocations' 'this kernel has no fault injection'
		return
	fi
	tunnel_up ga
	fault_cases commands
	fault_cases netns
	tunnels_gone
	check 'the module unloads' module_gone
	fault_cases module "$PANTUN_KO"
	module_load
	tunnels_keyed
	# packets that a tap has a share in have to be copied
	share ga tunnel1
	share gb wan0
	traffic_on ha 10.2.0.2
	rate 10
	check 'packets: some find no memory, both ways' wait_for 60 memory_was_missed
	check 'packets: of nothing else some were lost' only_memory
	rate 0
	traffic_off
	check 'packets: afterwards all is well' on ha ping -q -c 20 -i 0.01 -W 2 10.2.0.2
	tunnels_gone
}

make_file "$WORK/file" "$MEBIBYTES"
# no queue of this host's is to lose what is counted
sysctl -qw net.core.netdev_max_backlog=1000000
keys_make aes-128-gcm
topology_up
case ${1:-} in
'') set -- reloads namespaces devices options rekeys cryptd faults ;;
short) set -- reloads namespaces devices options rekeys cryptd ;;
stock) set -- options rekeys pcrypt ;;
esac
module_load
for part; do
	case $part in
	reloads) reloads ;;
	namespaces) namespaces ;;
	devices) devices ;;
	options) options ;;
	rekeys) rekeys ;;
	cryptd) async cryptd cryptd_queue_worker queue_full ns_queue_full ;;
	pcrypt) async pcrypt padata carries ns_carries ;;
	faults) faults ;;
	*) not_ok "there is a part named $part" ;;
	esac
done
check 'the module unloads' module_gone
finish
