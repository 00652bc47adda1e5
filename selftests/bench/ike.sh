#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Usage: ike.sh ROUNDS [PEERS...]
# What a handshake, a rekey and an SA cost a daemon that answers, in a lab guest; bench.sh
# calls it.  Each side has a veth pair of its own to an initiator, which is the same program
# with the same configuration everywhere: charon with its load tester, each of whose SAs comes
# from an address of its own.  Sides:
#
#   pantun         pantund; SAs are in the module
#   charon         charon; SAs are in XFRM
#   charon-alone   charon; it only seems to have a kernel
#
# charon takes any peer by one configuration; pantund has a gateway and a tunnel for each of as
# many as the last of PEERS (1,000) says.  PEERS ascend: memory is measured with so many SAs each.
# That comes first, so each side is warm when CPU is counted; and each round begins with another
# side and another group than the one before.
# What comes of it is written to $PANTUN_OUT/samples, one line a sample:
#
# handshake-GROUP SIDE ROUND USER_NS KERNEL_NS   CPU of one handshake and of deleting the SAs
# rekey SIDE ROUND USER_NS KERNEL_NS             CPU of one rekey of a child, with X25519
# memory SIDE PEERS BEFORE_KIB AFTER_KIB         resident in all of its processes
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"

charon=${PANTUN_CHARON:?}
sides=(pantun charon charon-alone)
groups=(x25519 ecp256 modp2048)
hub=10.99.0.1 nobody=10.99.255.254	# which the peers' addresses, /32, need for their route
rounds=$1
peers=("${@:2}")		# the last is handshakes or more
[ ${#peers[@]} != 0 ] || peers=(1000)
most=${peers[-1]}
handshakes=400
rekeyed=50 rekeys=200	# children, and how many times any of them

# address N: of a peer.
address() {
	echo "10.99.$((1 + $1 / 256)).$(($1 % 256))"
}

# charon_config NODE FAKE_KERNEL LINE...: of the load tester.
charon_config() {
	local node=$1 fake=$2
	shift 2
	cat >"$WORK/$node/strongswan.conf" <<-END
	charon {
	  threads = 16
	  reuse_ikesa = no
	  dos_protection = no
	  ikesa_table_size = 4096
	  ikesa_table_segments = 16
	  retransmit_timeout = 20.0
	  delete_rekeyed_delay = 0
	  install_routes = no
	  filelog {
	    all {
	      path = $WORK/$node/charon.log
	      default = 0
	      flush_line = yes
	    }
	  }
	  plugins {
	    load-tester {
	      enable = yes
	      fake_kernel = $fake
	      initiator = %any
	      responder = $hub
	      initiator_id = peer.bench
	      responder_id = hub.bench
	      initiator_auth = psk
	      responder_auth = psk
	      preshared_key = $PANTUN_PSK
	      esp = aes128gcm16-x25519
	      ike_rekey = 0
	      child_rekey = 0
	      $(printf '%s\n' "$@")
	    }
	  }
	}
	END
}

# charon_start NODE
charon_start() {
	: >"$WORK/$1/charon.log"
	start_on "$1" "$WORK/$1/out" setsid env "STRONGSWAN_CONF=$WORK/$1/strongswan.conf" \
		"$charon/libexec/ipsec/charon"
	echo "$STARTED_PID" >"$WORK/$1/pid.daemon"
	wait_for 30 on "$1" test -S /run/charon.vici
}

# pantun_lines: the hub's configuration.
pantun_lines() {
	local profiles='set network ike crypto-profiles' n gateway
	echo "$profiles ike-crypto-profiles p encryption aes-128-cbc hash sha256"
	echo "$profiles ike-crypto-profiles p dh-group [ group31 group19 group14 ]"
	echo "$profiles ipsec-crypto-profiles p esp encryption aes-128-gcm"
	echo "$profiles ipsec-crypto-profiles p dh-group group31"
	for ((n = 1; n <= most; n++)); do
		gateway="set network ike gateway g$n"
		echo "$gateway peer-address ip $(address "$n")"
		echo "$gateway local-address ip $hub"
		echo "$gateway peer-id type fqdn id peer.bench"
		echo "$gateway local-id type fqdn id hub.bench"
		echo "$gateway authentication pre-shared-key key-file $WORK/psk"
		echo "$gateway protocol ikev2 ike-crypto-profile p dpd enable no"
		echo "set network tunnel ipsec t$n tunnel-interface tunnel$n"
		echo "set network tunnel ipsec t$n auto-key ike-gateway g$n ipsec-crypto-profile p"
		echo "set network tunnel ipsec t$n start passive"
	done
}

# side_up SIDE: its nodes, and its daemon.
side_up() {
	node_up "$1"
	node_up "$1-peer"
	link_nodes "$1" wan0 "$1-peer" wan0
	addr_add "$1" wan0 "$hub/16"
	addr_add "$1-peer" wan0 "$nobody/16"
	case $1 in
	pantun)
		pantun_lines >"$WORK/$1/pantun.conf"
		start_on "$1" "$WORK/$1/pantund.log" "${PANTUND:?}" --config "$WORK/$1/pantun.conf"
		echo "$STARTED_PID" >"$WORK/$1/pid.daemon"
		wait_for $((120 + most / 10)) on "$1" test -S /run/pantun/pantund.sock
		return ;;
	charon) charon_config "$1" no 'initiators = 0' "proposal = $(proposal "${groups[@]}")" ;;
	charon-alone) charon_config "$1" yes 'initiators = 0' "proposal = $(proposal "${groups[@]}")" ;;
	esac
	charon_start "$1"
}

# proposal GROUP...: as strongSwan writes it.
proposal() {
	local IFS=-
	echo "aes128-sha256-$*"
}

# initiate SIDE GROUP COUNT ADDRESSES yes|no: so many handshakes; whether each SA is deleted at
# once.
initiate() {
	charon_config "$1-peer" yes "proposal = $(proposal "$2")" 'initiators = 1' "iterations = $3" \
		'init_limit = 8' 'delay = 1' "delete_after_established = $5" 'addrs_prefix = 32' \
		"addrs { wan0 = $(address 1)-$(address "$4") }"
	charon_start "$1-peer"
	wait_for $((120 + $3 / 10)) peer_log_has "$1" "$3" 'IKE_SA load-test.* established' ||
		broken "$1" "$3 handshakes with $2"
}

# initiator_stop SIDE: it deletes what it has.
initiator_stop() {
	local pid
	pid=$(cat "$WORK/$1-peer/pid.daemon")
	kill -TERM "$pid"
	wait "$pid" || :
	settle "$1"
	ip -n "$1-peer" addr flush dev wan0
	addr_add "$1-peer" wan0 "$nobody/16"
}

# peer_log_has SIDE COUNT PATTERN
peer_log_has() {
	[ "$(grep -c "$3" "$WORK/$1-peer/charon.log")" -ge "$2" ]
}

broken() {
	echo "bench: $1 failed: $2"
	tail -n 5 "$WORK/$1-peer/charon.log" "$WORK/$1"/*.log
	cp -r "$WORK" "$PANTUN_OUT/failed"
	exit 1
}

# watch SIDE: its daemon's CPU time is counted, from 0 in the kernel.
watch() {
	cat "$WORK/$1/pid.daemon" >/proc/lab_tasktime
	read -r user_before kernel_before </proc/lab_tasktime
}

# settle SIDE: waits until the daemon has nothing to do.
settle() {
	local before=x now tries
	for ((tries = 0; tries < 100; tries++)); do
		now=$(cat /proc/lab_tasktime)
		[ "$now" != "$before" ] || return 0
		before=$now
		sleep 0.3
	done
	broken "$1" 'its daemon does not come to rest'
}

# sample FIGURE SIDE ROUND COUNT: a line of what one took since watch.
sample() {
	local user kernel
	settle "$2"
	read -r user kernel </proc/lab_tasktime
	echo "$1 $2 $3 $(((user - user_before) / $4)) $(((kernel - kernel_before) / $4))" >>"$samples"
}

# resident SIDE: KiB of all its processes.
resident() {
	local pids
	pids=$(cat "$WORK/$1/pid.daemon")
	pids="$pids $(pgrep -d ' ' -P "$pids" || :)"
	for pid in $pids; do
		cat "/proc/$pid/status"
	done | awk '/^VmRSS/ { sum += $2 } END { print sum }'
}

memory() {
	local side=$1 before count
	watch "$side"
	initiate "$side" x25519 1 1 no
	initiator_stop "$side"
	before=$(resident "$side")
	for count in "${peers[@]}"; do
		initiate "$side" x25519 "$count" "$count" no
		settle "$side"
		echo "memory $side $count $before $(resident "$side")" >>"$samples"
		initiator_stop "$side"
	done
}

handshake() {
	local side=$1 group=$2 number=$3
	watch "$side"
	initiate "$side" "$group" "$handshakes" "$handshakes" yes
	initiator_stop "$side"
	sample "handshake-$group" "$side" "$number" "$handshakes"
}

# child_rekeys SIDE: so far, by its initiator.
child_rekeys() {
	swanctl_peer "$1" --counters | awk '/child-rekey/ { print $NF }'
}

swanctl_peer() {
	local node=$1-peer
	shift
	on "$node" env "STRONGSWAN_CONF=$WORK/$node/strongswan.conf" "$charon/sbin/swanctl" "$@"
}

rekey() {
	local side=$1 number=$2 tries
	initiate "$side" x25519 "$rekeyed" "$rekeyed" no
	settle "$side"
	watch "$side"
	for ((tries = 0; tries < 20; tries++)); do
		[ "$(child_rekeys "$side")" -lt "$rekeys" ] || break
		swanctl_peer "$side" --rekey --child load-test >/dev/null
		settle "$side"
	done
	[ "$(child_rekeys "$side")" -ge "$rekeys" ] || broken "$side" 'rekeys of children'
	sample rekey "$side" "$number" "$(child_rekeys "$side")"
	initiator_stop "$side"
}

samples=$PANTUN_OUT/samples
insmod "$PANTUN_TOP/build/lab-accel/lab_tasktime.ko"
module_load
# as many neighbours as peers
sysctl -qw net.ipv4.neigh.default.gc_thresh2=16384 net.ipv4.neigh.default.gc_thresh3=32768
(umask 077 && echo "$PANTUN_PSK" >"$WORK/psk")
for side in "${sides[@]}"; do
	side_up "$side"
	memory "$side"
done
for ((number = 0; number < rounds; number++)); do
	for ((turn = 0; turn < ${#sides[@]}; turn++)); do
		side=${sides[(turn + number) % ${#sides[@]}]}
		for ((first = 0; first < ${#groups[@]}; first++)); do
			handshake "$side" "${groups[(first + number) % ${#groups[@]}]}" "$number"
		done
		rekey "$side" "$number"
	done
	echo "# round $((number + 1)) of $rounds"
done
