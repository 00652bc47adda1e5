#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: host
# Long: yes
# Time limit: 2400
# The module builds, in a root of Debian 13 with its compiler, for every kernel that Debian's
# later suites offer: those of trixie, of both backports, forky, sid and experimental.  No
# warning of the compiler (W=1), nor of sparse where the headers have the scripts for it.
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"

in_root() {
	"$PANTUN_TOP/selftests/lab/root.sh" -x "$ROOT" "$WORK" "$@"
}

# kernels: package of headers and version, of each suite.  What a suite has replaced is not
# built for: the newest one of each series and release stays.
kernels() {
	in_root apt-cache show "linux-headers-$(dpkg --print-architecture)" |
		sed -nE 's/^Depends: .*(linux-headers-[0-9][^ ]*) \(= ([^)]*)\).*/\1 \2/p' |
		sort -rV | awk '{
			series = $1
			sub(/\.[0-9.]+\+deb/, "+deb", series)
			split($1, number, /[.+-]/)
			series = number[3] "." number[4] series
			sub(/linux-headers-.*\+/, "+", series)
			if (!seen[series]++)
				print
		}'
}

# unpack HEADERS VERSION: in the root, once, with what they need.  They are not installed: the
# packages would want the newer suite's compiler.
unpack() {
	# shellcheck disable=SC2016 # the inner shell expands
	in_root sh -euc '
		[ ! -e "/usr/src/$1/.of-$2" ] || exit 0
		rm -rf /tmp/deb "/usr/src/$1"
		mkdir /tmp/deb
		cd /tmp/deb
		apt-get -q download "$1=$2" $(apt-cache show "$1=$2" | grep "^Depends: " |
			grep -oE "linux-(headers|kbuild)-[^ ,]+" | sed "s/\$/=$2/" | sort -u)
		for package in *.deb; do dpkg-deb -x "$package" all; done
		# not the rest: where packages have a directory /lib, the root has a link, and what
		# is in /lib/modules looks like a kernel that is installed
		cp -a all/usr/src/. /usr/src/
		cp -a all/usr/lib/linux-kbuild-* /usr/lib/
		touch "/usr/src/$1/.of-$2"' - "$1" "$2"
}

# builds_clean HEADERS: from nothing; what is said about our files is a failure.
builds_clean() {
	local log=$PANTUN_OUT/$1.log tree=$WORK/$1 options=(W=1)

	mkdir "$tree"
	(cd "$PANTUN_TOP" && git ls-files -z -co --exclude-standard Kbuild kmod uapi |
		xargs -0 cp --parents -t "$tree")
	! has_sparse "$1" || options+=(C=2)
	in_root make -j2 -C "/usr/src/$1" M="/mnt/$1" CC=gcc "${options[@]}" \
		CONFIG_DEBUG_INFO_BTF_MODULES= modules >"$log" 2>&1 || { cat "$log"; return 1; }
	# this root has no pahole, and an older compiler than some kernels'
	grep -vE 'pahole version differs|compiler differs|counted_by.*attribute directive ignored' \
		"$log" >"$tree.said"
	[ -s "$tree/kmod/pantun.ko" ] && ! grep -m 20 -E 'warning|error|WARNING|ERROR' "$tree.said"
}

# Linux 7 asks a script that Debian's headers left out whether sparse is good enough.
has_sparse() {
	# shellcheck disable=SC2016 # the inner shell expands
	in_root sh -c '! grep -q checker-valid "$1/Makefile" || [ -e "$1/scripts/checker-valid.sh" ]' \
		- "/usr/src/${1%-*}-common"
}

if [ "$(id -u)" != 0 ]; then
	skip 'the module builds for newer kernels' 'it takes root to make a Debian 13 to build in'
	finish
fi
ROOT=$("$PANTUN_TOP/selftests/lab/root.sh" trixie gcc make sparse libelf1t64)
in_root apt-get -q update >"$PANTUN_OUT/update.log" 2>&1 || echo '# with yesterday'\''s packages'
kernels >"$WORK/kernels"
check 'there are such kernels' grep -q 'linux-headers-[7-9]' "$WORK/kernels"
while read -r headers version; do
	check "the headers of $headers $version are unpacked" unpack "$headers" "$version"
	check "the module builds without warnings for them$(has_sparse "$headers" ||
		echo ', without sparse, whose script they lack')" builds_clean "$headers" </dev/null
done <"$WORK/kernels"
finish
