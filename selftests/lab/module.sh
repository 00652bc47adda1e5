#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Usage: module.sh [-k] uml|uml-debug|uml-system|6.1|6.12[-SUFFIX] [MAKE_ARGUMENTS]
# Builds the module for a lab kernel (with its KUnit tests) or for Debian's
# newest installed headers of that version, in a copy of its own (build/kmod- and
# the first argument), so that several builds do not disturb one another.  Only
# what changed is copied and compiled.  Prints the path of pantun.ko; what the
# compiler says goes to stderr.  With -k, builds nothing, and prints the kernel's tree.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/pantun
print_tree=
if [ "$1" = -k ]; then
	print_tree=yes
	shift
fi
target=$1
shift
stage=$top/build/kmod-$target

# The newest headers of a version, those of the cache above all; not the flavours
# for clouds and realtime.
headers() {
	local dir newest=

	for dir in $(printf '%s\n' "/usr/src/linux-headers-$1."*-amd64 | sort -V) \
		"$cache/linux-$1/usr/src/linux-headers-$1."*-amd64; do
		case $dir in
		*-cloud-amd64 | *-rt-amd64) ;;
		*) [ ! -e "$dir/Makefile" ] || newest=$dir ;;
		esac
	done
	if [ -z "$newest" ]; then
		echo "no Linux $1 headers here; run 'make deps-test'" >&2
		return 1
	fi
	echo "$newest"
}

case $target in
uml-debug | uml-debug-*) kdir=$("$here/kernel.sh" debug) ;;
uml-system | uml-system-*) kdir=$("$here/kernel.sh" system) ;;
uml | uml-*) kdir=$("$here/kernel.sh") ;;
*) kdir=$(headers "${target%%-*}") ;;
esac
if [ -n "$print_tree" ]; then
	echo "$kdir"
	exit
fi
case $target in
uml*) set -- ARCH=um PANTUN_KUNIT=1 "$@" ;;
esac

mkdir -p "$stage"
exec 8>"$stage.lock"
flock 8
# What was found out of the kernel stays there.  Copies have the time of copying: what was
# edited while make ran is older than the object that make made.
rsync -rlpc --delete --exclude=probed.h --include='*/' --include='*.[chS]' --include='*.sh' \
	--include='*.json' --include='*.py' --include=Kbuild --exclude='*' \
	"$top/Kbuild" "$top/kmod" "$top/uapi" "$stage/" >&2
# types for BPF would take pahole to make
make -s -j"$(nproc)" CONFIG_DEBUG_INFO_BTF_MODULES= -C "$kdir" M="$stage" "$@" modules 8>&- >&2
echo "$stage/kmod/pantun.ko"
