#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Builds, for the lab kernel, modules that measurements need, in build/lab-accel,
# and prints that directory: lab_aesni.ko, the kernel's own AES-NI and VAES code
# (User-Mode Linux leaves it out), taken from the lab kernel's tree, lab_cputime.ko,
# lab_tasktime.ko and lab_blast.ko.  Measurements alone load them.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
kdir=$("$here/kernel.sh")
stage=$top/build/lab-accel

mkdir -p "$stage"
exec 8>"$stage.lock"
flock 8
cp -u "$here/accel/"* "$stage/"
for file in arch/x86/crypto/{aesni-intel_glue.c,aesni-intel_asm.S,aes_ctrby8_avx-x86_64.S} \
	arch/x86/crypto/{aes-gcm-aesni-x86_64.S,aes-gcm-avx10-x86_64.S,aes-xts-avx-x86_64.S} \
	crypto/simd.c; do
	# late_initcall() is not for modules; the headers are not for UML
	sed -e 's/^late_initcall(/module_init(/' \
		-e 's/<asm\/\(cpu_device_id\|simd\)\.h>/"accel.h"/' \
		"$kdir/$file" >"$stage/${file##*/}"
done
make -s -C "$kdir" M="$stage" ARCH=um modules 8>&- >&2
echo "$stage"
