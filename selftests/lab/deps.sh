#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Usage: deps.sh
# Installs what building, testing and the demo need on Debian 12, and does
# nothing when all of it is there.  Needs root only when something is missing.
# What must not be installed on the host, or is not in Debian 12, is unpacked in
# the user's cache: Debian's stock kernels 6.1 and 6.12, the latter with its headers
# (their package would install the kernel as well), and virtme-ng from Debian 13.
set -eu

cache=${XDG_CACHE_HOME:-$HOME/.cache}/pantun
arch=$(dpkg --print-architecture)

build=(build-essential flex bison bc kmod cpio xz-utils rsync pkg-config
	libelf-dev libssl-dev libnl-3-dev libnl-genl-3-dev libevent-dev
	libjansson-dev libsmartcols-dev libcap-ng-dev libseccomp-dev
	linux-headers-amd64)
check=(libcmocka-dev sparse shellcheck clang libclang-rt-dev clang-tidy cppcheck
	clang-format python3-yaml python3-scapy linux-source-6.12 busybox-static
	iproute2 iputils-ping tcpdump tshark nftables ethtool iperf3 procps groff-base
	qemu-system-x86 wireguard-tools python3-argcomplete python3-requests)
peers=(charon-systemd strongswan-swanctl libstrongswan-standard-plugins
	libstrongswan-extra-plugins libcharon-extra-plugins frr)

say() { echo "deps: $*"; }

installed() {
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	else
		sudo "$@"
	fi
}

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
		as_root systemctl disable "$unit" 2>/dev/null ||
			say "could not disable $unit; it may start at boot"
	done
}

# The lists of packages, at most once a run.
refreshed=
refresh() {
	[ -z "$refreshed" ] || return 0
	as_root apt-get -q -o DPkg::Lock::Timeout=900 update
	refreshed=yes
}

install_packages() {
	local fresh=()

	installed charon-systemd || fresh+=(strongswan.service)
	installed frr || fresh+=(frr.service)
	say "installing: $*"
	refresh
	forbid_daemons
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y \
		-o DPkg::Lock::Timeout=900 install --no-install-recommends "$@"
	restore_policy
	disable_new_daemons "${fresh[@]}"
}

# unpack DIRECTORY PACKAGE...: downloads them and unpacks them there, all or
# nothing; apt_options choose another apt than the machine's.
apt_options=()
unpack() {
	local dir=$1 tmp package
	shift

	tmp=$(mktemp -d "$cache/tmp-deb.XXXXXX")
	chmod 755 "$tmp"
	if ! (cd "$tmp" && apt-get -q -o APT::Sandbox::User=root \
		"${apt_options[@]}" download "$@"); then
		rm -rf "$tmp"
		return 1
	fi
	for package in "$tmp"/*.deb; do
		dpkg-deb -x "$package" "$tmp"
		rm -f "$package"
	done
	rm -rf "$dir"
	mv "$tmp" "$dir"
}

# The kernel image that belongs to Debian 12's linux-headers-amd64.
stock_kernel() {
	local headers package

	headers=$(dpkg-query -W -f '${Depends}' linux-headers-amd64 |
		grep -o 'linux-headers-[0-9][^ ,]*' | head -1)
	package=linux-image-${headers#linux-headers-}
	[ ! -d "$cache/$package" ] || return 0
	say "unpacking $package in the cache"
	refresh
	unpack "$cache/$package" "$package"
}

# Linux 6.12: headers and the image that belongs to them.  The headers' makefile
# names its place in /usr/src; all else in them is relative.
linux_6_12() {
	local dir=$cache/linux-6.12 package
	local needed=()

	[ ! -d "$dir" ] || return 0
	refresh
	package=$(apt-cache depends linux-headers-6.12-amd64 |
		sed -n 's/^ *Depends: //p')
	say "unpacking $package and its image in the cache"
	mapfile -t needed < <(apt-cache depends "$package" |
		sed -nE 's/^ *Depends: (linux-(headers|kbuild)-)/\1/p')
	unpack "$dir.tmp" "$package" "${package/headers/image}" "${needed[@]}"
	sed -i "s#/usr/src/#$dir&#" "$dir.tmp/usr/src/$package/Makefile"
	rm -rf "$dir"
	mv "$dir.tmp" "$dir"
}

# A private apt, with its own lists, that knows the next Debian release; the
# mirror is the one this machine uses.
virtme_ng() {
	local dir=$cache/virtme-ng apt=$cache/apt-trixie uri

	[ ! -x "$dir/usr/bin/vng" ] || return 0
	refresh
	say "unpacking virtme-ng of Debian 13 in the cache"
	# shellcheck disable=SC2016 # apt expands the format
	uri=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' \
		'Origin: Debian' 'Codename: bookworm' 'Component: main' | head -1)
	if [ -z "$uri" ]; then
		say "apt knows no mirror of Debian 12 to take virtme-ng from"
		return 1
	fi
	rm -rf "$apt"
	mkdir -p "$apt/lists/partial" "$apt/archives/partial" "$apt/etc/empty"
	printf 'deb [signed-by=%s] %s trixie main\n' \
		/usr/share/keyrings/debian-archive-keyring.gpg "$uri" \
		>"$apt/etc/sources.list"
	apt_options=(-o "Dir::Etc::SourceList=$apt/etc/sources.list"
		-o "Dir::Etc::SourceParts=$apt/etc/empty" -o "Dir::State::Lists=$apt/lists"
		-o "Dir::Etc::Preferences=$apt/etc/preferences"
		-o "Dir::Etc::PreferencesParts=$apt/etc/empty"
		-o "Dir::Cache::Archives=$apt/archives"
		-o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache=
		-o Acquire::Languages=none)
	apt-get -q -o APT::Sandbox::User=root "${apt_options[@]}" update
	unpack "$dir" virtme-ng
	rm -rf "$apt"
}

if [ "$arch" != amd64 ]; then
	say "the lab is written for amd64; this machine is $arch"
	exit 1
fi

missing=()
for package in "${build[@]}" "${check[@]}" "${peers[@]}"; do
	installed "$package" || missing+=("$package")
done
[ ${#missing[@]} = 0 ] || install_packages "${missing[@]}"

mkdir -p "$cache"
stock_kernel
linux_6_12
virtme_ng
say "everything is there"
