#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Usage: kernel_part.sh KERNEL_DIR FILE
# Builds one file of the lab kernel's tree, which it was configured without, as a module, and
# prints where that is.
set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
kernel=$1 file=$2
name=$(basename "$file" .c)
stage=$top/build/kernel-parts/$(basename "$kernel")/$name

mkdir -p "$stage"
exec 8>"$stage.lock"
flock 8
if [ ! -e "$stage/$name.ko" ]; then
	cp "$kernel/$file" "$stage/"
	echo "obj-m := $name.o" >"$stage/Kbuild"
	make -s -C "$kernel" M="$stage" ARCH=um modules >&2
fi
echo "$stage/$name.ko"
