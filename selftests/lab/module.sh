#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Usage: module.sh uml|6.1|6.12 [MAKE_ARGUMENTS]
# Builds the module for the lab kernel or for Debian's newest installed headers
# of that version, in a copy of its own (build/kmod-NAME), so that builds for
# several kernels do not disturb one another.  Only what changed is copied and
# compiled.  Prints the path of pantun.ko; what the compiler says goes to stderr.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
target=$1
shift
stage=$top/build/kmod-$target

# The newest headers of a version, without the flavours for clouds and realtime.
headers() {
	local dir newest=

	for dir in $(printf '%s\n' "/usr/src/linux-headers-$1."*-amd64 | sort -V); do
		case $dir in
		*-cloud-amd64 | *-rt-amd64) ;;
		*) [ ! -e "$dir/Makefile" ] || newest=$dir ;;
		esac
	done
	if [ -z "$newest" ]; then
		echo "no Linux $1 headers in /usr/src; run 'make deps'" >&2
		return 1
	fi
	echo "$newest"
}

if [ "$target" = uml ]; then
	kdir=$("$here/kernel.sh")
	set -- ARCH=um "$@"
else
	kdir=$(headers "$target")
fi

mkdir -p "$stage"
exec 8>"$stage.lock"
flock 8
rsync -a --delete --include='*/' --include='*.[chS]' --include='*.sh' \
	--include=Kbuild --exclude='*' \
	"$top/Kbuild" "$top/kmod" "$top/uapi" "$stage/" >&2
make -s -C "$kdir" M="$stage" "$@" modules 8>&- >&2
echo "$stage/kmod/pantun.ko"
