#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Usage: kernel.sh
# Builds the lab kernel (User-Mode Linux, from Debian's linux-source-6.12) in
# the user's cache, or finds it there, and prints its directory: a complete
# kernel tree (KDIR for module builds with ARCH=um) with the executable `linux`
# in it.  Progress goes to stderr.  The name of the directory is a hash of all
# that shapes the kernel, so a change of any of it makes another one.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/pantun
tarball=/usr/src/linux-source-6.12.tar.xz

say() { echo "lab kernel: $*" >&2; }

if [ ! -e "$tarball" ]; then
	say "$tarball is missing; run 'make deps'"
	exit 1
fi

hash=$({
	dpkg-query -W -f '${Version}' linux-source-6.12
	gcc -dumpfullversion
	cat "$here/uml.config" "$here/kernel.sh"
} | sha256sum | cut -c1-12)
final=$cache/uml-$hash

# What neither a UML build nor its Kconfig needs of the 1.5 GB source (Kconfig
# reads a few files of other architectures).
unneeded=(--exclude='linux-source-*/Documentation/*/*'
	--exclude='linux-source-*/tools/testing/*/*'
	--exclude='linux-source-*/drivers/gpu/drm/*.[ch]'
	--exclude='linux-source-*/sound/*.[ch]')
for arch in alpha arc arm arm64 csky hexagon loongarch m68k microblaze mips \
	nios2 openrisc parisc powerpc riscv s390 sh sparc xtensa; do
	unneeded+=(--exclude="linux-source-*/arch/$arch/*.[chS]"
		--exclude="linux-source-*/arch/$arch/boot/dts")
done

configure() {
	local option

	make -s ARCH=um allnoconfig >/dev/null
	./scripts/kconfig/merge_config.sh -m .config "$here/uml.config" >/dev/null
	make -s ARCH=um olddefconfig >/dev/null
	grep -o '^CONFIG_[A-Z0-9_]*=[ym]' "$here/uml.config" |
	while read -r option; do
		grep -q "^$option" .config || say "option $option has no effect"
	done
}

compile() {
	local started=$SECONDS

	if ! make ARCH=um -j"$(nproc)" 2>&1 | tee build.log |
		awk '/^  (CC|AS|LD|AR|HOSTCC)/ && ++n % 200 == 0 {
			printf "lab kernel: %d objects (of about 1800)\n", n
			fflush() }' >&2; then
		grep -B5 -A5 -m3 'rror' build.log >&2 || tail -30 build.log >&2
		return 1
	fi
	say "compiled in $((SECONDS - started)) s"
}

build() {
	local tmp

	say "not in the cache; unpacking the source (a build takes 5 to 10 minutes)"
	tmp=$(mktemp -d "$cache/tmp-uml.XXXXXX")
	# shellcheck disable=SC2064 # the name is to be fixed now
	trap "rm -rf '$tmp'" EXIT
	tar -C "$tmp" --strip-components=1 "${unneeded[@]}" -xf "$tarball"
	(
		set -o pipefail
		cd "$tmp"
		configure
		compile
	)
	chmod 755 "$tmp"
	mv "$tmp" "$final"
	trap - EXIT
}

mkdir -p "$cache"
exec 9>"$cache/uml.lock"
flock 9
[ -x "$final/linux" ] || build
say "$final/linux"
echo "$final"
