# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What the topic scripts share; sourced, runs in a guest as root.
#
#   ha ---------- ga ================== gb ---------- hb
#   host A      gateway A  underlay  gateway B     host B
#   10.1.0.2/24 10.1.0.1   192.0.2.1 192.0.2.2  10.2.0.1 10.2.0.2/24
#   fd01::2/64  fd01::1                         fd02::1  fd02::2/64
#
# ga: lan0 (towards ha), wan0 (underlay); gb the same.  Every namespace but the
# hosts' is a node: it has its own mounts too, so that two daemons of one kind do
# not meet in /run or /etc.
#
# Results are TAP: ok, not_ok and skip print a line; finish ends the script.

: "${PANTUN_OUT:=/tmp}"
WORK=$(mktemp -d)
LIB_PIDS=()
LIB_PINGS=()
LIB_COUNT=0
LIB_FAILED=0
LIB_ENDS=early
LIB_WAITED=''
case ${PANTUN_LAB:-} in
debug) LIB_SLOWER=3 ;;
stock) LIB_SLOWER=6 ;;
*) LIB_SLOWER=1 ;;
esac
# On a busy machine all waits are longer (check.sh measures it); never shorter.
LIB_SLOWER=$((LIB_SLOWER * ${PANTUN_SLOWER:-100} / 100 + (${PANTUN_SLOWER:-100} % 100 > 0)))

ok() {
	LIB_COUNT=$((LIB_COUNT + 1))
	printf 'ok %d - %s\n' "$LIB_COUNT" "$1"
}

# not_ok NAME [REASON...]
not_ok() {
	local name=$1
	shift
	LIB_COUNT=$((LIB_COUNT + 1))
	LIB_FAILED=$((LIB_FAILED + 1))
	printf 'not ok %d - %s\n' "$LIB_COUNT" "$name"
	[ $# -eq 0 ] || printf '%s\n' "$*" | sed 's/^/# /'
}

# skip NAME REASON
skip() {
	LIB_COUNT=$((LIB_COUNT + 1))
	printf 'ok %d - %s # SKIP %s\n' "$LIB_COUNT" "$1" "$2"
}

# check NAME COMMAND...: ok if the command succeeds, its output as the reason if not.
check() {
	local name=$1 out
	shift
	if out=$("$@" 2>&1); then ok "$name"; else not_ok "$name" "\$ $*" "$out"; fi
}

# check_not NAME COMMAND...: ok if the command fails.
check_not() {
	local name=$1 out
	shift
	if out=$("$@" 2>&1); then not_ok "$name" "\$ $* succeeded" "$out"; else ok "$name"; fi
}

# check_here NAME COMMAND...: as check, but in this shell, for commands that wait for
# processes it has started; their output is not caught.
check_here() {
	local name=$1
	shift
	if "$@"; then ok "$name"; else not_ok "$name" "\$ $*"; fi
}

# check_has NAME TEXT FILE: ok if the file has a line with the fixed text.
check_has() {
	if grep -qF -- "$2" "$3"; then
		ok "$1"
	else
		not_ok "$1" "expected: $2" "$(tail -n 25 "$3")"
	fi
}

# says STATUS TEXT COMMAND...: the command exits with the status and prints the fixed text.
says() {
	local status=$1 wanted=$2 said got=0
	shift 2
	said=$("$@" 2>&1) || got=$?
	[ "$got" = "$status" ] && grep -qF -- "$wanted" <<<"$said" && return
	echo "exit status $got: $said"
	return 1
}

finish() {
	LIB_ENDS=''
	printf '1..%d\n' "$LIB_COUNT"
	[ "$LIB_COUNT" -gt 0 ] || exit 1
	[ "$LIB_FAILED" -eq 0 ] || exit 1
	exit 0
}

# wait_for SECONDS COMMAND...: until the command succeeds; its last status.  Waits three
# times as long on the debug kernel, which is that slow, six times where the machine is
# emulated, and longer on a busy machine.
wait_for() {
	local end=$((SECONDS + $1 * LIB_SLOWER))
	shift
	LIB_WAITED="$*"
	until "$@" >/dev/null 2>&1; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.1
	done
	LIB_WAITED=''
}

# keep_pid PID: have it ended when the script ends.
keep_pid() {
	LIB_PIDS+=("$1")
}

# A command that no check looks at may end the topic: a wait in vain most likely.
lib_say_end() {
	[ "$1" != 0 ] && [ -n "$LIB_ENDS" ] || return 0
	printf '# the topic ends early, with status %s%s\n' "$1" \
		"${LIB_WAITED:+; it waited in vain for: $LIB_WAITED}"
}

lib_cleanup() {
	local status=$? pid
	lib_say_end "$status"
	for pid in "${LIB_PIDS[@]}"; do
		kill "$pid" 2>/dev/null || :
	done
	for pid in "${LIB_PIDS[@]}"; do
		wait "$pid" 2>/dev/null || :
	done
	rm -rf "$WORK"
}
trap lib_cleanup EXIT

# module_load: inserts the module under test once.
module_load() {
	[ -d /sys/module/pantun ] || insmod "${PANTUN_KO:?}"
}

# hooks_load: pantun_test_hooks, for what is not reached from outside; for lab kernels alone.
hooks_load() {
	insmod "${PANTUN_KO%/*}/pantun_test_hooks.ko"
}

# node_up NAME: a namespace with mounts of its own below $WORK/NAME.
node_up() {
	local node=$1 dir=$WORK/$1
	ip netns add "$node"
	ip -n "$node" link set lo up
	mkdir -p "$dir/run" "$dir/etc"
	# shellcheck disable=SC2016 # the inner shell expands
	ip netns exec "$node" unshare -m bash -c '
		mount --make-rprivate /
		mount --bind "$1/run" /run
		mkdir -p /run/pantun
		[ ! -d /etc/swanctl ] || {
			mkdir -p "$1/etc/swanctl/conf.d"
			mount --bind "$1/etc/swanctl" /etc/swanctl
		}
		touch "$1/ready"
		exec sleep infinity' - "$dir" &
	echo $! >"$dir/pid"
	keep_pid $!
	wait_for 60 test -e "$dir/ready"
}

# on NODE COMMAND...: in the node's network and mounts.
on() {
	local node=$1
	shift
	nsenter --net --mount -t "$(cat "$WORK/$node/pid")" -- "$@"
}

# start_on NODE OUT COMMAND...: in the background, its output appended to OUT; STARTED_PID
# is the command's own, ended when the script ends.
start_on() {
	local node=$1 out=$2
	shift 2
	(exec nsenter --net --mount -t "$(cat "$WORK/$node/pid")" -- "$@") >>"$out" 2>&1 &
	STARTED_PID=$!
	keep_pid "$STARTED_PID"
}

# pings_start NODE ADDRESS [OPTION...]: in the background until pings_end; several may run.
# Ten a second, unless the options say otherwise.
pings_start() {
	local node=$1 address=$2 out=$WORK/pings${#LIB_PINGS[@]}
	shift 2
	: >"$out"
	start_on "$node" "$out" ping -i 0.1 "$@" "$address"
	LIB_PINGS+=("$STARTED_PID")
}

# pings_sent NODE: echo requests over IPv4 so far.
pings_sent() {
	on "$1" nstat -asz IcmpOutEchos | awk '$1 == "IcmpOutEchos" { print $2 }'
}

pings_are() {
	[ "$(pings_sent "$1")" -ge "$2" ]
}

# pings_go_on NODE COUNT: waits until the node has sent so many more.
pings_go_on() {
	wait_for 30 pings_are "$1" $(($(pings_sent "$1") + $2))
}

# ping_said OUT: how many it had sent when it was asked by SIGQUIT: "RECEIVED/SENT packets, ...".
ping_said() {
	sed -n 's|^.*[0-9]/\([0-9]*\) packets, .*|\1|p' "$1" | grep .
}

# ping_unanswered OUT COUNT: those of the first COUNT without an answer, a line each.
ping_unanswered() {
	sed -n 's/^[0-9]* bytes from .* icmp_seq=\([0-9]*\) .*/\1/p' "$1" |
		awk -v count="$2" '{ seen[$1] } END { while (++n <= count) if (!(n in seen)) print n }'
}

# ping_answered_after OUT COUNT: one was answered that was sent after the first COUNT.
ping_answered_after() {
	sed -n 's/^[0-9]* bytes from .* icmp_seq=\([0-9]*\) .*/\1/p' "$1" |
		awk -v count="$2" '$1 > count { found = 1 } END { exit !found }'
}

# ping_end PID OUT: stops one; fails if an answer is missing to what it had sent by now.  What is
# on its way when ping ends is lost to ping alone, so a later answer is waited for first.
ping_end() {
	local pid=$1 out=$2 sent status=0
	kill -QUIT "$pid"
	wait_for 10 ping_said "$out" || status=1
	sent=$(ping_said "$out") || status=1
	wait_for 10 ping_answered_after "$out" "$sent" || status=1
	kill -INT "$pid"
	wait "$pid" || :
	tail -n 3 "$out" | sed 's/^/# /'
	! ping_unanswered "$out" "$sent" | head -n 20 | sed 's/^/# unanswered: number /' | grep . || status=1
	return "$status"
}

# pings_end: stops what pings_start has started; fails if any of them lost a packet.  For
# check_here: it waits for processes.
pings_end() {
	local n status=0
	[ ${#LIB_PINGS[@]} -gt 0 ] || return 1
	for n in "${!LIB_PINGS[@]}"; do
		ping_end "${LIB_PINGS[n]}" "$WORK/pings$n" || status=1
	done
	LIB_PINGS=()
	return "$status"
}

# link_nodes NODE1 DEV1 NODE2 DEV2: a veth pair, both ends up.
link_nodes() {
	ip link add "$2" netns "$1" type veth peer name "$4" netns "$3"
	ip -n "$1" link set "$2" up
	ip -n "$3" link set "$4" up
}

# addr_add NODE DEV ADDRESS...
addr_add() {
	local node=$1 dev=$2 address
	shift 2
	for address; do
		case $address in
		*:*) ip -n "$node" addr add "$address" dev "$dev" nodad ;;
		*) ip -n "$node" addr add "$address" dev "$dev" ;;
		esac
	done
}

# topology_up: the picture above, with forwarding on and no tunnel yet.
topology_up() {
	local node
	for node in ha ga gb hb; do
		node_up "$node"
	done
	link_nodes ha eth0 ga lan0
	link_nodes ga wan0 gb wan0
	link_nodes gb lan0 hb eth0
	addr_add ha eth0 10.1.0.2/24 fd01::2/64
	addr_add ga lan0 10.1.0.1/24 fd01::1/64
	addr_add ga wan0 192.0.2.1/24
	addr_add gb wan0 192.0.2.2/24
	addr_add gb lan0 10.2.0.1/24 fd02::1/64
	addr_add hb eth0 10.2.0.2/24 fd02::2/64
	ip -n ha route add default via 10.1.0.1
	ip -n ha -6 route add default via fd01::1
	ip -n hb route add default via 10.2.0.1
	ip -n hb -6 route add default via fd02::1
	for node in ga gb; do
		on "$node" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	done
}

# route_lans DEV_A DEV_B: static routes of both gateways over their tunnels.
route_lans() {
	ip -n ga route replace 10.2.0.0/24 dev "$1"
	ip -n ga -6 route replace fd02::/64 dev "$1"
	ip -n gb route replace 10.1.0.0/24 dev "$2"
	ip -n gb -6 route replace fd01::/64 dev "$2"
}

# xfrmi_up NODE DEV IF_ID: an XFRM interface over wan0.
xfrmi_up() {
	ip -n "$1" link add "$2" type xfrm dev wan0 if_id "$3"
	ip -n "$1" link set "$2" up
}

# capture_start NODE DEV FILE [FILTER...]
capture_start() {
	local node=$1 dev=$2 file=$3
	shift 3
	: >"$file.log"
	start_on "$node" "$file.log" tcpdump -i "$dev" -s 0 -B 32768 --immediate-mode -U -w "$file" "$@"
	CAPTURE_PID=$STARTED_PID CAPTURE_FILE=$file
	wait_for 10 grep -q 'listening on' "$file.log"
}

# capture_stop: ends the capture started last when it has written what it saw.
capture_stop() {
	local before=-1 now tries

	# what ought not to be there may go on for ever
	for ((tries = 0; tries < 200; tries++)); do
		now=$(stat -c %s "$CAPTURE_FILE") || break
		[ "$now" != "$before" ] || break
		before=$now
		sleep 0.3
	done
	kill "$CAPTURE_PID"
	wait "$CAPTURE_PID" 2>/dev/null || :
}

# captured FILE FILTER: at least one packet matches; shows the first ones.
captured() {
	tcpdump -nr "$1" "$2" 2>/dev/null | head -n 3 | grep .
}

# nothing_inner FILE: the gateways' own addresses only (their kernels report multicast
# groups now and then), and no IPv4 header of the hosts' anywhere in its octets.
nothing_inner() {
	! captured "$1" 'ip and not (src net 192.0.2.0/24 and
		(dst net 192.0.2.0/24 or dst net 224.0.0.0/24))' &&
		! captured "$1" 'ip6 and not net fe80::/10 and not net ff00::/8' &&
		! LC_ALL=C grep -oabP '\x0a\x01\x00\x02\x0a\x02\x00\x02|\x0a\x02\x00\x02\x0a\x01\x00\x02' "$1"
}

# rules NODE RULE...: in a chain of the node that sees all that comes in.
rules() {
	local node=$1
	shift
	{
		echo flush ruleset
		echo add table inet t
		echo 'add chain inet t c { type filter hook prerouting priority -300; }'
		[ $# = 0 ] || printf 'add rule inet t c %s\n' "$@"
	} | on "$node" nft -f -
}

# packets NODE: of the counter of each rule.
packets() {
	on "$1" nft -a list chain inet t c | sed -n 's/.*counter packets \([0-9]*\) .*/\1/p' | xargs
}

# tunnel_quiet NODE: nothing goes into tunnel1 that IPv6 says by itself, where each packet is
# counted.
tunnel_quiet() {
	on "$1" nft 'add table ip6 quiet; add chain ip6 quiet out { type filter hook output priority 0; };
		add rule ip6 quiet out oifname tunnel1 drop'
}

# first_rekey_over NODE DEV: the daemon that began the IKE SA has rekeyed its first child, as it
# does some seconds later (pantund(8)), and what that replaced is gone: SPIs stay from now on.
first_rekey_over() {
	pantunctl_on "$1" --json show "$2" |
		json_of "any(c['rekeys'] for c in d['children']) and len(d['ipsec_sas']) == 2" |
		grep -qx True
}

# carrier_is NODE DEV 0|1
carrier_is() {
	[ "$(on "$1" cat "/sys/class/net/$2/carrier")" = "$3" ]
}

# make_file FILE MIB: random octets with a marker at the start of each MiB.
make_file() {
	local i
	for ((i = 0; i < $2; i++)); do
		printf 'PANTUN-PLAINTEXT-MARKER'
		head -c $((1048576 - 23)) /dev/urandom
	done >"$1"
}

# tcp_copy FROM_NODE TO_NODE ADDRESS PORT FILE OUT: moves FILE over TCP, 60 s at most.
tcp_copy() {
	local pid limit=$((60 * LIB_SLOWER))
	on "$2" timeout "$limit" python3 "${PANTUN_TOP:?}/selftests/tcp_file.py" receive "$3" "$4" "$6" &
	pid=$!
	wait_for 60 tcp_listens "$2" "$4" || return 1
	on "$1" timeout "$limit" python3 "$PANTUN_TOP/selftests/tcp_file.py" send "$3" "$4" "$5" || {
		kill "$pid" 2>/dev/null || :
		return 1
	}
	wait "$pid"
}

tcp_listens() {
	on "$1" ss -Hltn "sport = :$2" | grep -q .
}

same_file() {
	cmp "$1" "$2"
}

# pantund_start NODE: with $WORK/NODE/pantun.conf; its log is $WORK/NODE/pantund.log.
pantund_start() {
	local node=$1
	start_on "$node" "$WORK/$node/pantund.log" \
		"${PANTUND:?}" --config "$WORK/$node/pantun.conf" --debug
	echo "$STARTED_PID" >"$WORK/$node/pantund.pid"
	wait_for 10 on "$node" test -S /run/pantun/pantund.sock && return
	echo "# pantund at $node has no control socket after $((10 * LIB_SLOWER)) s; its log ends:"
	tail -n 5 "$WORK/$node/pantund.log" | sed 's/^/# /'
	return 1
}

# pantund_pid NODE: of the parent.  pantund_child NODE ROLE: of ike, auth or fetch.
pantund_pid() {
	cat "$WORK/$1/pantund.pid"
}

pantund_child() {
	pgrep -P "$(pantund_pid "$1")" -x "pantund-$2"
}

# pantund_halt NODE: none of its processes runs until pantund_resume NODE; nobody answers.
pantund_halt() {
	kill -STOP "$(pantund_pid "$1")" "$(pantund_child "$1" ike)" "$(pantund_child "$1" auth)"
}

pantund_resume() {
	kill -CONT "$(pantund_pid "$1")" "$(pantund_child "$1" ike)" "$(pantund_child "$1" auth)"
}

# pantund_stop NODE: SIGTERM; its exit status.
pantund_stop() {
	local pid
	pid=$(pantund_pid "$1")
	kill -TERM "$pid"
	wait "$pid"
}

# pantund_kill NODE: it dies without a word; its SAs stay.
pantund_kill() {
	local pid
	pid=$(pantund_pid "$1")
	kill -KILL "$pid"
	wait "$pid" 2>/dev/null || :
	on "$1" rm -f /run/pantun/pantund.sock
}

# pantund_reload NODE: reads its configuration again; its log begins anew.
pantund_reload() {
	: >"$WORK/$1/pantund.log"
	kill -HUP "$(pantund_pid "$1")"
	wait_for 10 log_has "$1" 'reading'
}

# name_server_start NODE ADDRESS ZONE: NODE answers DNS at ADDRESS of its wan0, by the file ZONE
# (name_server.py).
name_server_start() {
	ip -n "$1" addr add "$2/24" dev wan0
	start_on "$1" "$WORK/names" /usr/bin/python3 "$PANTUN_TOP/selftests/name_server.py" "$2" "$3"
	wait_for 10 grep -q ready "$WORK/names"
}

# name_server_use NODE ADDRESS: there it asks.
name_server_use() {
	echo "nameserver $2" >"$WORK/$1/resolv.conf"
	on "$1" mount --bind "$WORK/$1/resolv.conf" /etc/resolv.conf
}

# log_has NODE TEXT: the daemon's log has a line with the fixed text.
log_has() {
	grep -qF -- "$2" "$WORK/$1/pantund.log"
}

# pantun_config NODE PEER [LINE...]: the four-line tunnel "t" on tunnel1 through
# gateway "g", whose peer is an address or a name, and further lines; the key is $PANTUN_PSK.
PANTUN_PSK=pantun-interop-secret-0001
pantun_config() {
	local dir=$WORK/$1 peer=$2 kind=ip
	shift 2
	[[ $peer == *[0-9:] ]] || kind=fqdn
	(umask 077 && printf '%s\n' "$PANTUN_PSK" >"$dir/psk")
	{
		echo "set network ike gateway g peer-address $kind $peer"
		echo "set network ike gateway g authentication pre-shared-key key-file $dir/psk"
		echo 'set network tunnel ipsec t tunnel-interface tunnel1'
		echo 'set network tunnel ipsec t auto-key ike-gateway g'
		[ $# -eq 0 ] || printf '%s\n' "$@"
	} >"$dir/pantun.conf"
}

# pantunctl_on NODE ARGUMENTS...
pantunctl_on() {
	local node=$1
	shift
	on "$node" "${PANTUNCTL:?}" "$@"
}

# json_of EXPRESSION: of the JSON on standard input, called d, in Python.
json_of() {
	/usr/bin/python3 -c 'import json, sys; d = json.load(sys.stdin); print(eval(sys.argv[1]))' "$1"
}
