#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: host
# Long: yes
# Time limit: 2400
# Usage: package.sh [SUITE...]
# Debian's packages, in throw-away roots of Debian 12 and 13: they build from the tree
# (lab/packages.sh), lintian says nothing of them, they have what they ought to, and install;
# DKMS builds the module for the release's kernel; the default configuration is valid; purged,
# they leave nothing.
set -eu

script=$(realpath "$0")
all=(pantun pantun-exporter pantun-dkms pantun-dev)

# contents PACKAGE: its files, but what every package has of its documentation.
contents() {
	dpkg-deb -c "$(deb "$1")" | sed -n 's/^-[^ ]* .* \.\///p' |
		grep -v "^usr/share/doc/$1/\(changelog.*gz\|copyright\)$" |
		sed "s#^lib/#usr/lib/#; s#\.md\.gz\$#.md#; s#^usr/src/pantun-$VERSION/kmod/.*\.[ch]#kmod sources#" |
		LC_ALL=C sort -u
}

deb() {
	printf '%s\n' /mnt/"$1"_"$VERSION"_*.deb
}

expected() {
	case $1 in
	pantun) cat <<-'END' ;;
		etc/apparmor.d/pantund
		etc/pantun/pantun.conf
		usr/bin/pantunctl
		usr/lib/systemd/system/pantund.service
		usr/lib/systemd/system/pantund.socket
		usr/lib/systemd/system/pantund6.socket
		usr/lib/sysusers.d/pantun.conf
		usr/lib/tmpfiles.d/pantun.conf
		usr/sbin/pantund
		usr/sbin/pantund-fetch
		usr/share/bash-completion/completions/pantunctl
		usr/share/doc/pantun/CHANGELOG.md
		usr/share/doc/pantun/README.md
		usr/share/doc/pantun/examples/pantun.conf.example
		usr/share/man/man5/pantun.conf.5.gz
		usr/share/man/man8/pantunctl.8.gz
		usr/share/man/man8/pantund.8.gz
		END
	pantun-exporter) cat <<-END ;;
		usr/bin/pantun-exporter
		usr/lib/systemd/system/pantun-exporter.service
		usr/lib/systemd/system/pantun-exporter.socket
		usr/share/man/man8/pantun-exporter.8.gz
		END
	pantun-dkms) cat <<-END ;;
		kmod sources
		usr/src/pantun-$VERSION/Kbuild
		usr/src/pantun-$VERSION/dkms.conf
		usr/src/pantun-$VERSION/kmod/Kbuild
		usr/src/pantun-$VERSION/kmod/probe.sh
		usr/src/pantun-$VERSION/uapi/linux/pantun.h
		usr/src/pantun-$VERSION/uapi/pantun_version.h
		END
	pantun-dev) cat <<-'END' ;;
		usr/include/pantun/pantun.h
		usr/include/pantun/pantun_version.h
		usr/share/pantun/pantun.yaml
		END
	esac
}

has_contents() {
	diff <(expected "$1" | LC_ALL=C sort) <(contents "$1")
}

# quietly FILE COMMAND...: what it says goes to the file, and is told where it fails.
quietly() {
	local log=$1
	shift
	"$@" >"$log" 2>&1 || { tail -n 30 "$log"; return 1; }
}

lintian_silent() {
	lintian --allow-root --fail-on error,warning /mnt/pantun_"$VERSION"_*.changes
}

# module_installed KERNEL: by DKMS, and it is this version.
module_installed() {
	dkms status
	dkms status -k "$1" | grep -q 'pantun.*: installed' &&
		[ "$(/sbin/modinfo -k "$1" -F version pantun)" = "$VERSION" ]
}

daemon_is() {
	[ "$(pantund --version)" = "$1" ]
}

left() {
	getent group pantun
	getent passwd pantun
	find /etc /usr /lib/modules /var/lib /run -xdev -iname '*pantun*' \
		! -path '/etc/apt/*' ! -path '/var/lib/apt/*'
}

# nothing_left: but the user and the group, which files may belong to.
nothing_left() {
	[ "$(left | grep -v '^pantun:' | tee /mnt/left)" = '' ] || { cat /mnt/left; return 1; }
}

apt() {
	env DEBIAN_FRONTEND=noninteractive LC_ALL=C apt-get -q -y "$@"
}

# The part in the root; /mnt has what was built, and the scripts.
inside() {
	local name package kernel debs

	# shellcheck source=selftests/lib.sh
	. /mnt/lib.sh
	name="Debian $(cut -d. -f1 /etc/debian_version)"
	VERSION=$(dpkg-deb -f /mnt/pantun-dkms_*.deb Version)
	mapfile -t debs < <(for package in "${all[@]}"; do deb "$package"; done)
	check "$name: lintian has neither errors nor warnings" lintian_silent
	for package in "${all[@]}"; do
		check "$name: what $package has" has_contents "$package"
	done
	check "$name: the release's kernel headers" \
		quietly /mnt/headers.log apt install "linux-headers-$(dpkg --print-architecture)"
	kernel=$(basename "$(printf '%s\n' /lib/modules/*/build | head -1 | xargs dirname)")
	check "$name: the packages install" \
		quietly /mnt/install.log apt install "${debs[@]}"
	check "$name: the packages' version is the daemon's" daemon_is "pantund $VERSION"
	check "$name: DKMS has built and installed the module for $kernel" module_installed "$kernel"
	check "$name: the default configuration is valid" pantund --check
	check_not "$name: and configures nothing" grep -v '^#' /etc/pantun/pantun.conf
	check "$name: only the daemon enters /etc/pantun" test "$(stat -c '%U %a' /etc/pantun)" = 'pantun 700'
	check "$name: the group that may look is there" getent group pantun
	check "$name: and the daemon's user" getent passwd pantun
	check "$name: the header compiles alone" \
		sh -c 'echo "#include <pantun/pantun.h>" | gcc -Wall -Werror -fsyntax-only -x c -'
	check "$name: they are purged" \
		quietly /mnt/purge.log apt purge "${all[@]}"
	check "$name: they leave nothing" nothing_left
	finish
}

if [ "${1:-}" = inside ]; then
	inside
fi
: "${PANTUN_TOP:?}" "${PANTUN_OUT:?}"
if [ "$(id -u)" != 0 ]; then
	echo 'ok 1 - packages # SKIP it takes root to make roots to build in'
	exit
fi
[ $# -gt 0 ] || set -- bookworm trixie
status=0
for suite; do
	out=$PANTUN_OUT/$suite
	rm -rf "$out"
	packages=$("$PANTUN_TOP/selftests/lab/packages.sh" "$suite") || {
		echo "not ok - the packages build for $suite"
		status=1
		continue
	}
	cp -r "$packages" "$out"
	cp "$script" "$PANTUN_TOP/selftests/lib.sh" "$out"
	root=$("$PANTUN_TOP/selftests/lab/root.sh" "$suite" gcc libc6-dev lintian)
	"$PANTUN_TOP/selftests/lab/root.sh" -t "$root" "$out" \
		/bin/bash "/mnt/${script##*/}" inside || status=1
done
exit "$status"
