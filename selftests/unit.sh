#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# The daemon as its unit has it started: user pantun, CAP_NET_ADMIN alone, the ports bound for it,
# no other system calls than the unit's, and processes hidden that are not its own.  It negotiates, takes a changed configuration,
# answers at its socket, starts anew who was killed, and ends in order.
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"

# Where the kernel has no Landlock, an empty root is the wall, and takes a capability.
more=:
grep -q landlock /sys/kernel/security/lsm 2>/dev/null ||
	more=CAP_SYS_CHROOT:chroot,capset

# User pantun may not be able to look into the source tree.
installed=$WORK/installed
mkdir "$installed"
cp "${PANTUND:?}" "${PANTUND%/*}/pantund-fetch" "$PANTUN_TOP"/daemon/*.service \
	"$PANTUN_TOP"/daemon/*.socket "$PANTUN_TOP/selftests/as_unit.py" "$installed"

# start_as_unit NODE: with its files where root has written them, given to the daemon.
start_as_unit() {
	: >"$WORK/$1/pantund.log"
	chmod 755 "$WORK"
	chown -R pantun: "$WORK/$1"
	on "$1" chown pantun: /run/pantun
	on "$1" mount -t proc -o hidepid=invisible proc /proc
	start_on "$1" "$WORK/$1/pantund.log" "$installed/as_unit.py" --more "$more" \
		"$installed" "$installed/pantund" --config "$WORK/$1/pantun.conf" --debug
	echo "$STARTED_PID" >"$WORK/$1/pantund.pid"
	wait_for 60 on "$1" test -S /run/pantun/pantund.sock
}

# status PID FIELD: of /proc/PID/status.
status() {
	sed -n "s/^$2:\t//p" "/proc/$1/status"
}

ping_through() {
	on ha ping -q -c 3 -i 0.2 -W 2 10.2.0.2
}

another_ike() {
	local pid
	pid=$(pantund_child ga ike) && [ "$pid" != "$1" ] && [ "$(status "$pid" Seccomp)" = 2 ]
}

echo 'pantun:x:990:990::/:/usr/sbin/nologin' >>/etc/passwd
echo 'pantun:x:990:' >>/etc/group
module_load
topology_up
pantun_config ga 192.0.2.2 'set network tunnel ipsec t start always'
pantun_config gb 192.0.2.1
for node in ga gb; do
	check_here "$node: it starts" start_as_unit "$node"
done
ip -n ga route replace 10.2.0.0/24 dev tunnel1
ip -n gb route replace 10.1.0.0/24 dev tunnel1
check 'traffic flows' wait_for 30 ping_through
parent=$(pantund_pid ga)
check 'it is user pantun' test "$(status "$parent" Uid)" = "990	990	990	990"
check 'the others are, too' test "$(status "$(pantund_child ga ike)" Uid)" = "990	990	990	990"
check 'CAP_NET_ADMIN alone has an effect' test "$(status "$parent" CapEff)" = 0000000000001000
check 'and in the others none' test "$(status "$(pantund_child ga auth)" CapPrm)" = 0000000000000000
check 'show daemon tells all of its processes' test "$(pantunctl_on ga --json show daemon |
	json_of "[p['user'] == 'pantun' and p['threads'] > 0 < p['memory'] for p in d['processes']]")" = \
	'[True, True, True]'
check 'the control socket is the group'"'"'s' \
	test "$(on ga stat -c '%U:%G %a' /run/pantun/pantund.sock)" = 'pantun:pantun 660'
check 'root may look and change' pantunctl_on ga reload
check 'root checks the keys, which are the daemon'"'"'s' \
	on ga "$PANTUND" --check "$WORK/ga/pantun.conf"
chown root "$WORK/ga/psk"
check 'a key that it cannot read: what to do' says 1 'chown it to the user that pantund runs as' \
	pantunctl_on ga reload
chown pantun "$WORK/ga/psk"
before=$(pantund_child ga ike)
kill -KILL "$before"
check 'ike is started anew, with its walls' wait_for 10 another_ike "$before"
check 'traffic goes on' ping_through
check_here 'it ends in order' pantund_stop ga
check_not 'no call was missed' grep -i 'not permitted' "$WORK/ga/pantund.log" "$WORK/gb/pantund.log"
finish
