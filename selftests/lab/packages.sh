#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Usage: packages.sh SUITE
# Builds Debian's packages of this tree, with their source, in a root of that suite
# (root.sh), or finds them in build/packages, and prints their directory, whose name has a
# hash of all that is in the tree but the tests.  It has the log of the build, too.
set -eu -o pipefail

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
suite=$1
needs=(build-essential)

# The tree's files, what is not committed, too.
files() {
	git -C "$top" ls-files -co --exclude-standard -z
}

build() {
	local root

	rm -rf "$final.tmp" "$top/build/packages/$suite"-*
	mkdir -p "$final.tmp/pantun"
	files | (cd "$top" && xargs -0 cp --parents -t "$final.tmp/pantun")
	mapfile -t -O 1 needs < <(build_depends <"$top/debian/control")
	root=$("$here/root.sh" "$suite" "${needs[@]}")
	# shellcheck disable=SC2016 # the inner shell expands
	if ! "$here/root.sh" -t "$root" "$final.tmp" \
		sh -euc 'cd /mnt/pantun && dpkg-buildpackage -us -uc -j2' >"$final.log" 2>&1; then
		tail -n 30 "$final.log" >&2
		return 1
	fi
	rm -rf "$final.tmp/pantun"
	mv "$final.log" "$final.tmp/build.log"
	mv "$final.tmp" "$final"
}

# Build-Depends of the control file on standard input: names that apt installs.
build_depends() {
	awk '/^[^ ]/ { on = /^Build-Depends:/; next } on' |
		sed -E 's/^ +//; s/[ ,].*//; s/^debhelper-compat$/debhelper/
			s/^dh-sequence-(dkms)$/dh-\1/; /^dh-sequence-/d'
}

hash=$(files | grep -zv '^selftests/' | (cd "$top" && xargs -0 sha256sum) | sha256sum | cut -c1-12)
final=$top/build/packages/$suite-$hash
mkdir -p "$top/build/packages"
exec 7>"$top/build/packages/$suite.lock"
flock 7
[ -d "$final" ] || build 7>&-
echo "$final"
