#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The init of a lab guest, started by its kernel with PANTUN_OUT in the
# environment: makes the host's read-only files a usable system, runs the
# command that guest.sh described in $PANTUN_OUT/.guest, leaves its exit status
# in $PANTUN_OUT/.status and switches the guest off.  On a debug kernel it looks
# for leaked memory before that.
set -u
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export HOME=/tmp LANG=C.UTF-8 TERM=dumb
unset mem uml_dir

# Shows a directory of the host at its own place, where a tmpfs may hide it.
show() {
	mkdir -p "$1" 2>/dev/null
	mount -t hostfs none "$1" -o "$1" && mount -o "remount,$2" "$1"
}

# A copy-on-write view of a directory of the host, so that daemons can write.
loosen() {
	mkdir -p "/run/cow$1/upper" "/run/cow$1/work"
	mount -t overlay cow "$1" -o \
		"lowerdir=$1,upperdir=/run/cow$1/upper,workdir=/run/cow$1/work"
}

# Waits up to 20 s for a command that fails until others have ended.
patiently() {
	local tries

	for ((tries = 0; tries < 200; tries++)); do
		"$@" 2>/dev/null && return
		sleep 0.1
	done
	"$@"
}

uptime_hundredths() {
	local up rest

	read -r up rest </proc/uptime
	echo "${up/./}"
}

uptime_is() {
	[ "$(uptime_hundredths)" -ge "$1" ]
}

# On a debug kernel: ends all processes, unloads what was tested, and looks twice
# for what nobody points to.
look_for_leaks() {
	local name unloaded

	kill -KILL -1
	grep '\[pantun' /proc/kallsyms >/tmp/symbols
	for name in pantun_test_hooks pantun_test pantun; do
		[ ! -d "/sys/module/$name" ] || patiently rmmod "$name" ||
			{ echo "not ok - $name unloads at the guest's end"; return 1; }
	done
	unloaded=$(uptime_hundredths)
	# kmemleak leaves out what was allocated in the last five seconds
	patiently uptime_is $((unloaded + 510))
	if ! { echo scan && echo scan; } >"$kmemleak" ||
		! cat "$kmemleak" >"${PANTUN_OUT:?}/kmemleak"; then
		echo "not ok - kmemleak works"
		return 1
	fi
	"$PANTUN_TOP/selftests/lab/guest-leaks.py" "$PANTUN_OUT/kmemleak" /tmp/symbols
}
kmemleak=/sys/kernel/debug/kmemleak

visible=() command=()
# shellcheck source=/dev/null # sets these two and the variables for the command
. "${PANTUN_OUT:?}/.guest"

mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t debugfs debug /sys/kernel/debug
mount -t tracefs trace /sys/kernel/tracing
mkdir -p /dev/pts /dev/shm
mount -t devpts pts /dev/pts
ln -s /proc/self/fd /dev/fd
for dir in /dev/shm /run /tmp /mnt; do
	mount -t tmpfs -o mode=1777 tmp "$dir"
done
loosen /etc
loosen /var
mkdir -p /run/netns /run/lock
for dir in "${visible[@]}"; do
	show "$dir" ro
done
show "$PANTUN_OUT" rw
ip link set lo up
hostname lab

[ -z "${PANTUN_ROOT:-}" ] || exec "$PANTUN_TOP/selftests/lab/guest-system.sh" "${command[@]}"
exec </dev/null >/dev/tty1 2>&1
stty -F /dev/tty1 raw -echo
cd "$PANTUN_TOP" || exit
setsid "${command[@]}"
status=$?
if [ -e "$kmemleak" ] && ! look_for_leaks && [ "$status" = 0 ]; then
	status=1
fi
echo "$status" >"$PANTUN_OUT/.status"
stty -F /dev/tty1 raw
exec busybox poweroff -f
