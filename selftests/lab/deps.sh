#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Usage: deps.sh [test]
# Installs what building needs on Debian 12 and 13: compiler, headers of the running
# kernel, libraries.  With `test`, what the tests and the demo need as well.  Says how much
# that is before it takes any, and does nothing when all is there.  Needs root only when a
# package is missing.
#
# What must not be installed on the host, or is not in its release, is unpacked in the
# user's cache: Debian 12's stock kernels 6.1 and 6.12 with their headers (whose packages
# would install the kernels as well), and virtme-ng from Debian 13.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=selftests/lab/apt.sh
. "$here/apt.sh"
cache=${XDG_CACHE_HOME:-$HOME/.cache}/pantun
arch=$(dpkg --print-architecture)
purpose=${1:-build}

build=(gcc libc6-dev make pkgconf kmod libssl-dev libnl-3-dev libnl-genl-3-dev libevent-dev
	libjansson-dev libcap-ng-dev libseccomp-dev libcurl4-openssl-dev)
check=(build-essential git rsync libcmocka-dev sparse shellcheck clang libclang-rt-dev
	clang-tidy cppcheck clang-format python3-yaml groff-base openssl procps systemd)
# The lab is written for amd64.
lab=(flex bison bc cpio xz-utils libelf-dev linux-source-6.12 busybox-static python3-scapy
	iproute2 iputils-ping tcpdump tshark nftables ethtool iperf3 wireguard-tools
	qemu-system-x86 python3-argcomplete python3-requests debootstrap)
peers=(charon-systemd strongswan-swanctl libstrongswan-standard-plugins
	libstrongswan-extra-plugins libcharon-extra-plugins frr)

say() { echo "deps: $*"; }

installed() {
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# known PACKAGE: apt could install it.
known() {
	apt-cache show --no-all-versions "$1" 2>/dev/null | grep -q .
}

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		say "packages are missing, and there is no sudo here: run this as root"
		return 1
	fi
}

# Progress bars are for terminals.
quiet=()
[ -t 1 ] || quiet=(-q)

# While this policy stands, no package starts a daemon when it is installed.
policy=/usr/sbin/policy-rc.d

forbid_daemons() {
	if [ -e "$policy" ]; then
		as_root mv "$policy" "$policy.pantun-saved"
	fi
	trap restore_policy EXIT
	printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
	as_root chmod 755 "$policy"
}

restore_policy() {
	as_root rm -f "$policy"
	if [ -e "$policy.pantun-saved" ]; then
		as_root mv "$policy.pantun-saved" "$policy"
	fi
	trap - EXIT
}

# The peers' daemons are for the lab alone; they must not start at boot either.
# One that was here before is left as it is.
disable_new_daemons() {
	local unit

	command -v systemctl >/dev/null || return 0
	for unit in "$@"; do
		! systemctl cat "$unit" >/dev/null 2>&1 ||
			as_root systemctl disable "$unit" 2>/dev/null ||
			say "could not disable $unit; it may start at boot"
	done
}

# The lists of packages, at most once a run.
refreshed=
refresh() {
	[ -z "$refreshed" ] || return 0
	as_root apt-get "${quiet[@]}" -o DPkg::Lock::Timeout=900 update
	refreshed=yes
}

# Headers to build the module with: of the running kernel, or, where no package has them
# (in a container, say), of the release's own kernel.
find_headers() {
	local running release=linux-headers-$arch

	running=$(uname -r)
	[ ! -e "/lib/modules/$running/build/Makefile" ] || return 0
	if ! known "linux-headers-$running"; then
		! installed "$release" || return 0
		refresh
	fi
	if known "linux-headers-$running"; then
		missing+=("linux-headers-$running")
		return
	fi
	say "no package has the headers of the running kernel, $running; taking $release"
	missing+=("$release")
}

find_missing() {
	local package

	for package in "$@"; do
		installed "$package" || missing+=("$package")
	done
}

apt_install() {
	as_root env DEBIAN_FRONTEND=noninteractive LC_ALL=C apt-get "${quiet[@]}" \
		-o DPkg::Lock::Timeout=900 install --no-install-recommends "$@"
}

# What apt says of it: how many packages, how much to download, how much disk.
tell_packages() {
	local said

	said=$(apt_install --assume-no "$@" 2>&1) || true
	say "to be installed: $*"
	if ! grep -E '^([0-9]+ upgraded|Need to get|After this)' <<<"$said"; then
		echo "$said" >&2
		return 1
	fi
}

install_packages() {
	local fresh=()

	installed charon-systemd || fresh+=(strongswan.service)
	installed frr || fresh+=(frr.service)
	forbid_daemons
	apt_install -y "$@"
	restore_policy
	disable_new_daemons "${fresh[@]}"
}

# ------------------------------------------------------------------ the cache

# A private apt, with its own lists, that knows both releases whatever this machine's is;
# the mirrors are those that this machine uses.
private=$cache/apt
private_apt() {
	apt-get "${quiet[@]}" -o APT::Sandbox::User=root "${private_options[@]}" "$@"
}

private_options=(-o "Dir::Etc::SourceList=$private/etc/sources.list"
	-o "Dir::Etc::SourceParts=$private/etc/empty" -o "Dir::State::Lists=$private/lists"
	-o "Dir::Etc::Preferences=$private/etc/preferences"
	-o "Dir::Etc::PreferencesParts=$private/etc/empty"
	-o "Dir::Cache::Archives=$private/archives"
	-o "Dir::Cache::pkgcache=$private/pkgcache.bin" -o Dir::Cache::srcpkgcache=
	-o Acquire::Languages=none)

make_private_apt() {
	local debian security suite key=/usr/share/keyrings/debian-archive-keyring.gpg

	debian=$(mirror Debian)
	if [ -z "$debian" ]; then
		refresh
		debian=$(mirror Debian)
	fi
	if [ -z "$debian" ]; then
		say "apt knows no mirror of Debian to take kernels from"
		return 1
	fi
	security=$(mirror Debian-Security)
	rm -rf "$private"
	mkdir -p "$private/lists/partial" "$private/archives/partial" "$private/etc/empty"
	for suite in bookworm trixie; do
		echo "deb [signed-by=$key] $debian $suite main"
		[ -z "$security" ] || echo "deb [signed-by=$key] $security $suite-security main"
	done >"$private/etc/sources.list"
	private_apt update
}

# depends PACKAGE PATTERN: those of its dependencies that match, in the private apt.
depends() {
	apt-cache "${private_options[@]}" depends "$1" |
		sed -nE "s/^ *Depends: ($2)\$/\1/p"
}

# packages_of PART: each of PARTs is a directory in the cache.  A kernel is its image, its
# headers, and what those need.
parts=(linux-6.1 linux-6.12 virtme-ng)
packages_of() {
	local headers

	case $1 in
	linux-6.1) headers=$(newest_headers 6.1.0) ;;
	linux-6.12) headers=$(newest_headers 6.12) ;;
	*) echo "$1"; return ;;
	esac
	echo "$headers" "${headers/headers/image}"
	depends "$headers" 'linux-(headers|kbuild)-.*'
}

# newest_headers VERSION: Debian 12's package of them.  Images are signed, and so come some
# days after their headers.
newest_headers() {
	local headers

	apt-cache "${private_options[@]}" pkgnames "linux-headers-$1" |
		grep -E -- "-$1(-[0-9]+|\.[0-9.]+\+deb12)-$arch\$" | sort -rV |
		while read -r headers; do
			! in_private_apt "${headers/headers/image}" || { echo "$headers"; break; }
		done | grep .
}

in_private_apt() {
	apt-cache "${private_options[@]}" show --no-all-versions "$1" 2>/dev/null | grep -q .
}

# megabytes PACKAGE...: to download.
megabytes() {
	apt-cache "${private_options[@]}" show --no-all-versions "$@" |
		awk '/^Size: / { sum += $2 } END { printf "%d\n", sum / 1000000 + 1 }'
}

# unpack PART PACKAGE...: downloads them and unpacks them there, all or nothing.  The
# makefile of a kernel's headers names its place in /usr/src; all else in them is relative.
unpack() {
	local dir=$cache/$1 tmp package makefile
	shift

	tmp=$(mktemp -d "$cache/tmp-deb.XXXXXX")
	chmod 755 "$tmp"
	if ! (cd "$tmp" && private_apt download "$@"); then
		rm -rf "$tmp"
		return 1
	fi
	for package in "$tmp"/*.deb; do
		dpkg-deb -x "$package" "$tmp"
		rm -f "$package"
	done
	for makefile in "$tmp"/usr/src/linux-headers-*-"$arch"/Makefile; do
		[ ! -e "$makefile" ] || sed -i "s#/usr/src/#$dir&#" "$makefile"
	done
	rm -rf "$dir"
	mv "$tmp" "$dir"
}

tell_parts() {
	local part packages

	for part in "$@"; do
		mapfile -t packages < <(packages_of "$part" | xargs -n 1)
		[ ${#packages[@]} != 0 ] || { say "$part is in no release that apt knows"; return 1; }
		say "to be unpacked in $cache/$part: $(megabytes "${packages[@]}") MB to download"
	done
}

unpack_parts() {
	local part packages

	for part in "$@"; do
		mapfile -t packages < <(packages_of "$part" | xargs -n 1)
		say "unpacking $part in the cache"
		unpack "$part" "${packages[@]}"
	done
	rm -rf "$private"
}

# ---------------------------------------------------------------------- main

missing=() absent=()
# one at a time: the cache has one private apt
mkdir -p "$cache"
exec 9>"$cache/deps.lock"
flock 9
find_headers
find_missing "${build[@]}"
if [ "$purpose" = test ]; then
	find_missing "${check[@]}"
	if [ "$arch" = amd64 ]; then
		find_missing "${lab[@]}" "${peers[@]}"
		for part in "${parts[@]}"; do
			[ -d "$cache/$part" ] || absent+=("$part")
		done
	else
		say "the lab is for amd64; this machine, $arch, runs the unit tests alone"
	fi
fi

if [ ${#missing[@]} != 0 ]; then
	refresh
	tell_packages "${missing[@]}"
fi
if [ ${#absent[@]} != 0 ]; then
	make_private_apt
	tell_parts "${absent[@]}"
fi
[ ${#missing[@]} = 0 ] || install_packages "${missing[@]}"
[ ${#absent[@]} = 0 ] || unpack_parts "${absent[@]}"
say "everything is there"
