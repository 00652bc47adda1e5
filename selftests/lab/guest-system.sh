#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Usage: guest-system.sh COMMAND...
# What guest-init.sh becomes in a guest with PANTUN_ROOT (a root of root.sh with systemd): boots
# that Debian, all of whose changes are lost at the end, with the source tree at /pantun/top,
# PANTUN_OUT at /pantun/out, and PANTUN_KO in the place where `make install` puts the module.
# A service of it runs the command and switches the guest off.
set -eu

root=/mnt/all
modules=$root/lib/modules/$(uname -r)

mkdir -p /mnt/upper /mnt/work $root
mount -t overlay root "$root" -o "lowerdir=$PANTUN_ROOT,upperdir=/mnt/upper,workdir=/mnt/work"
mkdir -p "$root"/pantun/{top,out} "$modules/extra"
mount -t hostfs none "$root/pantun/top" -o "$PANTUN_TOP"
mount -o remount,ro "$root/pantun/top"
mount -t hostfs none "$root/pantun/out" -o "$PANTUN_OUT"
# what keeps daemons from being started while the root is made
rm -f "$root/usr/sbin/policy-rc.d"
for file in modules.order modules.builtin modules.builtin.modinfo; do
	[ ! -e "$PANTUN_KDIR/$file" ] || cp "$PANTUN_KDIR/$file" "$modules/"
done
cp "$PANTUN_KO" "$modules/extra/pantun.ko"
chroot "$root" depmod

# The first terminal is the test's.
units=$root/etc/systemd/system
ln -sf /dev/null "$units/getty@tty1.service"
ln -sf /dev/null "$units/console-getty.service"
{
	printf '#!/bin/bash\nexec >/dev/tty1 2>&1\nstty -F /dev/tty1 raw -echo\n'
	export -p | sed -n 's/^declare -x PANTUN/export PANTUN/p'
	printf 'export HOME=/root PANTUN_TOP=/pantun/top PANTUN_OUT=/pantun/out\n'
	printf '%q ' "${@/#"$PANTUN_TOP"/\/pantun\/top}"
	# shellcheck disable=SC2016 # the script expands
	printf '\necho $? >/pantun/out/.status\nsystemctl poweroff --force --force\n'
} >"$root/pantun/run"
chmod 755 "$root/pantun/run"
cat >"$units/pantun-test.service" <<-'END'
	[Unit]
	Description=what is tested in this guest
	After=multi-user.target

	[Service]
	ExecStart=/pantun/run
	KillMode=process

	[Install]
	WantedBy=graphical.target
	END
ln -sf /lib/systemd/system/graphical.target "$units/default.target"
mkdir -p "$units/graphical.target.wants"
ln -sf ../pantun-test.service "$units/graphical.target.wants/pantun-test.service"

for dir in proc sys dev run; do
	mount --move "/$dir" "$root/$dir" 2>/dev/null || :
done
cd "$root"
exec <dev/null >dev/console 2>&1
pivot_root . mnt
exec chroot . /lib/systemd/systemd
