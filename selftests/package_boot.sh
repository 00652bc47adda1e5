#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: host
# Long: yes
# Time limit: 3600
# Usage: package_boot.sh [SUITE...]
# Debian's packages in a guest that has booted Debian 12, or 13, with systemd: installed, the
# service runs under its AppArmor profile; four lines make a tunnel; the journal has priorities;
# an upgrade and a downgrade of the daemon under traffic lose no packet; another version of the
# module waits for the next boot, and says so; removed and purged, they leave nothing.
set -eu

script=$(realpath "$0")
system=(systemd systemd-sysv udev dbus iproute2 iputils-ping kmod apparmor procps dkms)

# -------------------------------------------------------------- in the guest

PEER=203.0.113.9 HERE=203.0.113.1
VERSION='' NEWER=''

deb() {
	printf '%s\n' /pantun/packages/"$1"_"${2:-$VERSION}"_*.deb
}

apt() {
	env DEBIAN_FRONTEND=noninteractive LC_ALL=C apt-get -q -y "$@" \
		>"$WORK/apt.log" 2>&1 || { cat "$WORK/apt.log"; return 1; }
}

# newer PACKAGE: the same in a package that says it is of the version $NEWER.
newer() {
	local tree=$WORK/$1 file

	dpkg-deb -R "$(deb "$1")" "$tree"
	for file in "$tree"/DEBIAN/{control,postinst,prerm} "$tree"/usr/src/*/dkms.conf; do
		[ ! -e "$file" ] || sed -i "s/${VERSION//./\\.}/$NEWER/g" "$file"
	done
	[ ! -d "$tree/usr/src" ] || mv "$tree/usr/src/pantun-$VERSION" "$tree/usr/src/pantun-$NEWER"
	dpkg-deb -b "$tree" "/pantun/packages/$1_${NEWER}_new.deb" >"$WORK/dpkg-deb.log"
}

# The other end of the tunnel: a daemon in a network namespace, of a copy of the program.
peer_up() {
	mkdir -p /run/peer
	cp /usr/sbin/pantund /run/peer/pantund
	ip netns add peer
	ip link add wan0 type veth peer name wan0 netns peer
	ip addr add "$HERE/24" dev wan0
	ip link set wan0 up
	ip -n peer addr add "$PEER/24" dev wan0
	ip -n peer link set wan0 up
	ip -n peer link set lo up
	config "$HERE" /run/peer/hq.psk >/run/peer/pantun.conf
	(umask 077; echo a-key-of-both-ends >/run/peer/hq.psk)
	ip netns exec peer /run/peer/pantund --config /run/peer/pantun.conf \
		--ctl /run/peer/sock/pantund.sock >/run/peer/log 2>&1 &
	keep_pid $!
	wait_for 30 ip -n peer link show tunnel1
	ip -n peer addr add 10.255.0.2/24 dev tunnel1
}

# config PEER KEY-FILE: the four lines.
config() {
	cat <<-END
		set network ike gateway hq peer-address ip $1
		set network ike gateway hq authentication pre-shared-key key-file $2
		set network tunnel ipsec hq tunnel-interface tunnel1
		set network tunnel ipsec hq auto-key ike-gateway hq
	END
}

four_lines() {
	config "$PEER" /etc/pantun/hq.psk >/etc/pantun/pantun.conf
	(umask 077; echo a-key-of-both-ends >/etc/pantun/hq.psk)
	pantund --check && systemctl reload pantund
}

tunnel_works() {
	wait_for 60 ip link show tunnel1 || return 1
	ip addr replace 10.255.0.1/24 dev tunnel1
	wait_for 60 ping -q -c 1 -W 1 10.255.0.2
}

pid() {
	systemctl show -P MainPID pantund
}

# processes: of the service.
processes() {
	cat "/sys/fs/cgroup$(systemctl show -P ControlGroup pantund)/cgroup.procs"
}

# confined: all of them, three or more, by the profile, which is enforced.
confined() {
	local process n=0

	for process in $(processes); do
		n=$((n + 1))
		grep -qx 'pantund (enforce)' "/proc/$process/attr/current" ||
			{ cat "/proc/$process/attr/current"; return 1; }
	done
	[ "$n" -ge 3 ]
}

# exporter_tells STATE: of the tunnel, at the socket that systemd listens on.
exporter_tells() {
	(
		exec 5<>/dev/tcp/127.0.0.1/9732
		printf 'GET /metrics HTTP/1.0\r\n\r\n' >&5
		cat <&5 >"$WORK/metrics"
	)
	grep -F "pantun_tunnel_state{interface=\"tunnel1\",state=\"$1\"} 1" "$WORK/metrics"
}

nothing_denied() {
	! dmesg | grep 'apparmor="DENIED".*pantun'
}

# journal_has PRIORITY TEXT: a line of the daemon with both, and its name but once.
journal_has() {
	journalctl -q -u pantund -o cat -p "$1..$1" | tee "$WORK/journal" | grep -F -- "$2" &&
		! grep '^pantund: ' "$WORK/journal"
}

# restarted PID: the service is another process, and ready.
restarted() {
	[ "$(pid)" != "$1" ] && systemctl is-active pantund && pantunctl show daemon
}

# under_traffic DEB...: installed over those that are there, while pings go on.
under_traffic() {
	ping -q -i 0.1 10.255.0.2 >"$WORK/pings" &
	local pings=$! before
	before=$(pid)
	wait_for 30 ping -q -c 1 10.255.0.2
	apt install --allow-downgrades "$@" || return 1
	wait_for 60 restarted "$before" || return 1
	ping -q -c 20 -i 0.1 10.255.0.2 >"$WORK/more" || return 1
	kill -INT "$pings"
	wait "$pings"
	tail -n 3 "$WORK/pings" "$WORK/more"
	grep -q ' 0% packet loss' "$WORK/pings" && grep -q ' 0% packet loss' "$WORK/more"
}

is_version() {
	[ "$(dpkg-query -W -f '${Version}' "$1")" = "$2" ]
}

inactive() {
	! systemctl is-active pantund
}

# nothing_left: but the group, which files may belong to, and the journal.
nothing_left() {
	! find / /run -xdev -iname '*pantun*' ! -path '/pantun*' ! -path '/run/peer*' \
		! -name '*pantun-test.service' ! -path '/etc/apt/*' ! -path '/tmp/*' \
		! -path '*/lib/modules/*/extra/*' |
		grep .
}

# The directory that the host has built.
packages_here() {
	local package

	mkdir -p /pantun/packages
	cp "${PANTUN_TOP:?}/build/packages/$PANTUN_PACKAGES"/*.deb /pantun/packages/
	VERSION=$(dpkg-deb -f /pantun/packages/pantun_*.deb Version)
	NEWER=$VERSION+1
	for package in pantun pantun-exporter pantun-dkms; do
		newer "$package"
	done
}

inside() {
	local name

	# shellcheck source=selftests/lib.sh
	. "$PANTUN_TOP/selftests/lib.sh"
	name="Debian $(cut -d. -f1 /etc/debian_version)"
	packages_here
	check "$name: the packages install" apt install \
		"$(deb pantun)" "$(deb pantun-exporter)" "$(deb pantun-dkms)" "$(deb pantun-dev)"
	check "$name: the service runs" wait_for 30 systemctl is-active pantund
	check "$name: and starts at boot" systemctl is-enabled pantund
	check "$name: with the module, which its unit has loaded" test -d /sys/module/pantun
	peer_up
	check "$name: four lines and a key" four_lines
	check "$name: make a tunnel" tunnel_works
	check "$name: its processes run under the AppArmor profile, which is enforced" confined
	check "$name: the journal has their lines as what they are" journal_has info hq
	check "$name: the exporter answers as who may look" wait_for 30 exporter_tells up
	check "$name: their autopkgtest makes another one" "$PANTUN_TOP/debian/tests/tunnel"
	check "$name: it is upgraded under traffic without losing a packet" \
		under_traffic "$(deb pantun "$NEWER")" "$(deb pantun-exporter "$NEWER")"
	check "$name: to that version" is_version pantun "$NEWER"
	check "$name: the configuration is still the administrator's" grep -q "$PEER" /etc/pantun/pantun.conf
	check "$name: and its processes are confined again" confined
	check "$name: another version of the module installs" apt install "$(deb pantun-dkms "$NEWER")"
	check_has "$name: and says that the next boot has it" 'stays loaded until the next boot' \
		"$WORK/apt.log"
	check "$name: the tunnel did not notice" ping -q -c 3 -i 0.2 10.255.0.2
	check "$name: the daemon is downgraded without losing a packet" \
		under_traffic "$(deb pantun)" "$(deb pantun-exporter)"
	check "$name: AppArmor has denied nothing" nothing_denied
	check "$name: it is removed" apt remove pantun
	check "$name: and runs no more" inactive
	check "$name: key and configuration stay" test -e /etc/pantun/hq.psk -a -e /etc/pantun/pantun.conf
	check "$name: installed again, it finds them" apt install "$(deb pantun)"
	check "$name: and the tunnel is there again" tunnel_works
	rm /etc/pantun/hq.psk
	check "$name: they are purged" apt purge pantun pantun-exporter pantun-dkms pantun-dev
	check "$name: they leave nothing" nothing_left
	check "$name: and the module unloads" modprobe -r pantun
	finish
}

if [ "${1:-}" = inside ]; then
	inside
fi

# --------------------------------------------------------------- on the host

# depends DIRECTORY: what the packages want installed, but one another.
depends() {
	local package

	for package in "$1"/pantun*.deb; do
		dpkg-deb -f "$package" Depends
	done | tr ',' '\n' | sed -E 's/^ *//; s/[ (|].*//' | grep -v -e '^pantun' -e '^$' | sort -u
}

boot() {
	local packages

	packages=$("$PANTUN_TOP/selftests/lab/packages.sh" "$1") || return 1
	mapfile -t -O ${#system[@]} system < <(depends "$packages")
	PANTUN_ROOT=$("$PANTUN_TOP/selftests/lab/root.sh" "$1-system" "${system[@]}") || return 1
	PANTUN_PACKAGES=${packages##*/}
	export PANTUN_ROOT PANTUN_PACKAGES PANTUN_KO
	"$PANTUN_TOP/selftests/lab/guest.sh" -t 1500 -n "package_boot-$1" \
		-k "$("$PANTUN_TOP/selftests/lab/kernel.sh" system 2>/dev/null)" "$script" inside
}

: "${PANTUN_TOP:?}"
if [ "$(id -u)" != 0 ]; then
	echo 'ok 1 - packages in a booted Debian # SKIP it takes root to make a Debian to boot'
	exit
fi
[ $# -gt 0 ] || set -- bookworm trixie
PANTUN_KO=$("$PANTUN_TOP/selftests/lab/module.sh" uml-system 2>/dev/null)
status=0
for suite; do
	boot "$suite" || status=1
done
exit "$status"
