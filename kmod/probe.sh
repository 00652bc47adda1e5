#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Usage: probe.sh PROBE.C KERNEL COMPILER [FLAG...]
# Compiles each of PROBE.C's snippets, with the flags of the kernel that the module is built
# for, and prints a header with what that kernel has.
set -eu

probe=$1
kernel=$2
shift 2

# Warnings are no answer, whatever the kernel makes of them.
compile() {
	"$@" -Wno-error -fsyntax-only -x c "$probe"
}

# Without this, a compiler that fails for another reason would look like an old kernel.
if ! compile "$@" >&2; then
	echo "$probe: this compiler does not work with this kernel's headers" >&2
	exit 1
fi
echo "/* Linux $kernel, asked by ${0##*/}. */"
sed -n 's/^#ifdef \(PANTUN_HAS_[A-Z0-9_]*\)$/\1/p' "$probe" | while read -r name; do
	if compile "$@" "-D$name" >/dev/null 2>&1; then
		echo "#define $name"
	else
		echo "/* no $name */"
	fi
done
