#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: host
# Userspace builds without a warning with the flags of Debian's packages, which differ from
# our own; what `make install` puts where, and that `make uninstall` leaves none of it; `make dist`.
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"

TREE=$WORK/tree
ROOT=$WORK/root

copy_tree() {
	mkdir "$TREE"
	(cd "$PANTUN_TOP" && git ls-files -co --exclude-standard -z |
		xargs -0 cp --parents -t "$TREE")
}

build() {
	local flags=()

	mapfile -t flags < <(dpkg-buildflags --export=cmdline | xargs -n 1 printf '%s\n')
	make -s -C "$TREE" WERROR=-Werror "${flags[@]}" "$@" userspace
}

# in_tree WORD...: make in the copy, installing for /usr/local below $ROOT.
in_tree() {
	make -s -C "$TREE" DESTDIR="$ROOT" PREFIX=/usr/local "$@"
}

# installed: mode and path of every file.
installed() {
	(cd "$ROOT" && find . -type f -printf '%m %P\n' | sort -k2)
}

# The module's directory is named after the kernel that it was built for.
expected() {
	cat <<-END
	644 lib/modules/$1/extra/pantun.ko
	755 usr/local/bin/pantunctl
	755 usr/local/bin/pantun-exporter
	644 usr/local/include/pantun/pantun.h
	644 usr/local/include/pantun/pantun_version.h
	644 usr/local/lib/systemd/system/pantund.service
	644 usr/local/lib/systemd/system/pantund.socket
	644 usr/local/lib/systemd/system/pantund6.socket
	644 usr/local/lib/systemd/system/pantun-exporter.service
	644 usr/local/lib/systemd/system/pantun-exporter.socket
	644 usr/local/lib/sysusers.d/pantun.conf
	755 usr/local/sbin/pantund
	755 usr/local/sbin/pantund-fetch
	644 usr/local/share/bash-completion/completions/pantunctl
	644 usr/local/share/doc/pantun/CHANGELOG.md
	644 usr/local/share/doc/pantun/COPYING
	644 usr/local/share/doc/pantun/examples/pantun.conf
	644 usr/local/share/doc/pantun/README.md
	644 usr/local/share/man/man5/pantun.conf.5
	644 usr/local/share/man/man8/pantunctl.8
	644 usr/local/share/man/man8/pantund.8
	644 usr/local/share/man/man8/pantun-exporter.8
	644 usr/local/share/pantun/pantun.yaml
	END
}

stripped() {
	! readelf -S "$1" | grep '\.debug_'
}

# dist NAME: as NAME.tar.gz in $WORK.
dist() {
	make -s -C "$PANTUN_TOP" dist
	mv "$PANTUN_TOP/build/pantun-$VERSION.tar.gz" "$WORK/$1.tar.gz"
}

# Elsewhere in the world, later, and with another mask for new files.
dist_elsewhere() {
	local begun
	begun=$(stat -c %Y "$WORK/here.tar.gz")
	wait_for 10 later_than "$begun"
	(umask 077; export TZ=Asia/Tokyo LC_ALL=C; dist elsewhere)
}

later_than() {
	[ "$(date +%s)" -gt "$1" ]
}

export DEB_BUILD_MAINT_OPTIONS=hardening=+all
check "the tree is copied" copy_tree
check "userspace builds with a distribution's flags" build
check "and with another level of _FORTIFY_SOURCE, in CPPFLAGS" \
	build -B CPPFLAGS=-D_FORTIFY_SOURCE=3
module=$("$PANTUN_TOP/selftests/lab/module.sh" uml 2>/dev/null)
cp "$module" "$TREE/kmod/pantun.ko"
check "make install" in_tree install
installed >"$WORK/installed"
expected "$(/sbin/modinfo -F vermagic "$module" | cut -d' ' -f1)" | sort -k2 >"$WORK/expected"
check "it installs these files, with these modes" diff "$WORK/expected" "$WORK/installed"
check "the module has no debugging information" stripped "$ROOT"/lib/modules/*/extra/pantun.ko
check_has "the unit starts the daemon where it was installed" \
	ExecStart=/usr/local/sbin/pantund "$ROOT/usr/local/lib/systemd/system/pantund.service"
check_has "so does the exporter's" ExecStart=/usr/local/bin/pantun-exporter \
	"$ROOT/usr/local/lib/systemd/system/pantun-exporter.service"
check "the example configures nothing, and is valid" \
	"$TREE/build/pantund" --check "$ROOT/usr/local/share/doc/pantun/examples/pantun.conf"
sed 's/^# set/set/; s#/etc/pantun/hq.psk#'"$WORK/psk#" \
	"$ROOT/usr/local/share/doc/pantun/examples/pantun.conf" >"$WORK/pantun.conf"
(umask 077; echo secret-of-the-example >"$WORK/psk")
check "its lines are valid, too" "$TREE/build/pantund" --check "$WORK/pantun.conf"
check "make uninstall" in_tree uninstall
check "it leaves no file" test -z "$(installed)"
VERSION=$(make -s -C "$PANTUN_TOP" version)
check_has "the changelog has this version" "## $VERSION" "$PANTUN_TOP/CHANGELOG.md"
check "make dist" dist here
tar -tf "$WORK/here.tar.gz" >"$WORK/listed"
check_has "it has the sources, below a directory with the version" \
	"pantun-$VERSION/kmod/Kbuild" "$WORK/listed"
check "make dist, later and elsewhere" dist_elsewhere
check "it gives the same octets" cmp "$WORK/here.tar.gz" "$WORK/elsewhere.tar.gz"
finish
