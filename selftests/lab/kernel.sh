#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Usage: kernel.sh [debug|system]
# Builds the lab kernel (User-Mode Linux, from Debian's linux-source-6.12) in
# the user's cache, or finds it there, and prints its directory: a complete
# kernel tree (KDIR for module builds with ARCH=um) with the executable `linux`
# in it.  With `debug`, the one that checks itself (uml-debug.config), which is
# three times slower; with `system`, one that boots a Debian (uml-system.config).
# Progress goes to stderr.  The name of the directory is a hash of all that shapes the
# kernel, so a change of any of it makes another one.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/pantun
tarball=/usr/src/linux-source-6.12.tar.xz
variant=${1:-}

case $variant in
'') name=uml configs=("$here/uml.config") ;;
debug | system) name=uml-$variant configs=("$here/uml.config" "$here/uml-$variant.config") ;;
*) sed -n 's/^# //; 3p' "$0" >&2; exit 2 ;;
esac

say() { echo "lab kernel${variant:+ ($variant)}: $*" >&2; }

if [ ! -e "$tarball" ]; then
	say "$tarball is missing; run 'make deps-test'"
	exit 1
fi

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
	./scripts/kconfig/merge_config.sh -m .config "${configs[@]}" >/dev/null
	make -s ARCH=um olddefconfig >/dev/null
	grep -ho '^CONFIG_[A-Z0-9_]*=[ym]' "${configs[@]}" |
	while read -r option; do
		grep -q "^$option" .config || say "option $option has no effect"
	done
}

compile() {
	local started=$SECONDS

	if ! make ARCH=um -j"$(nproc)" 2>&1 | tee build.log |
		awk '/^  (CC|AS|LD|AR|HOSTCC)/ && ++n % 200 == 0 {
			printf "%d objects (of about 1800)\n", n
			fflush() }' >&2; then
		grep -B5 -A5 -m3 'rror' build.log >&2 || tail -30 build.log >&2
		return 1
	fi
	say "compiled in $((SECONDS - started)) s"
}

build() {
	local tmp

	say "not in the cache; unpacking the source (a build takes 5 to 10 minutes)"
	tmp=$(mktemp -d "$cache/tmp-$name.XXXXXX")
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

hash=$({
	dpkg-query -W -f '${Version}' linux-source-6.12
	gcc -dumpfullversion
	cat "${configs[@]}"
	declare -p unneeded
	declare -f configure compile build
} | sha256sum | cut -c1-12)
final=$cache/$name-$hash

mkdir -p "$cache"
exec 9>"$cache/$name.lock"
flock 9
[ -x "$final/linux" ] || build
say "$final/linux"
echo "$final"
