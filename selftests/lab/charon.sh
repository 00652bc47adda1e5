#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Usage: charon.sh
# Builds strongSwan's charon with its load tester, which Debian's packages leave out, from
# the release's source package in the user's cache, or finds it there, and prints its
# directory.  Progress goes to stderr.  It has OpenSSL alone for all algorithms, so that
# measurements compare daemons, not libraries.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=selftests/lab/apt.sh
. "$here/apt.sh"
cache=${XDG_CACHE_HOME:-$HOME/.cache}/pantun

say() { echo "charon: $*" >&2; }

# source_here: unpacked below the directory we are in, by an apt with lists of its own.
source_here() {
	local options=(-o APT::Sandbox::User=root -o Acquire::Languages=none
		-o "Dir::Etc::SourceList=$PWD/apt/sources.list" -o "Dir::Etc::SourceParts=$PWD/apt/none"
		-o "Dir::State::Lists=$PWD/apt/lists" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache=)

	mkdir -p apt/lists/partial apt/none
	echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $(mirror Debian)" \
		"$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release) main" >apt/sources.list
	apt-get -q "${options[@]}" update
	apt-get -q "${options[@]}" source strongswan
}

configure() {
	./configure --quiet --prefix="$final" --sysconfdir="$final/etc" --with-piddir=/run \
		--disable-defaults --disable-static --enable-ikev2 --enable-charon --enable-nonce \
		--enable-openssl --enable-random --enable-kdf --enable-kernel-netlink \
		--enable-socket-default --enable-load-tester --enable-vici --enable-swanctl \
		--enable-counters --enable-pem --enable-pkcs1 --enable-pubkey --enable-x509 CFLAGS='-O2'
}

build() {
	local tmp

	say "not in the cache; building it (a minute or two)"
	tmp=$(mktemp -d "$cache/tmp-charon.XXXXXX")
	# shellcheck disable=SC2064 # the name is to be fixed now
	trap "tail -n 20 '$tmp/log' >&2; rm -rf '$tmp'" EXIT
	(
		cd "$tmp"
		source_here
		cd strongswan-*/
		configure
		make -j"$(nproc)"
		make install DESTDIR="$tmp/installed"
	) >"$tmp/log" 2>&1
	mv "$tmp/installed$final" "$final"
	rm -rf "$tmp"
	trap - EXIT
}

hash=$({
	dpkg-query -W -f '${Version}\n' libssl3 libssl3t64 2>/dev/null || :
	gcc -dumpfullversion
	cat /etc/os-release
	declare -f source_here suite configure build
} | sha256sum | cut -c1-12)
final=$cache/charon-$hash

mkdir -p "$cache"
exec 9>"$cache/charon.lock"
flock 9
[ -x "$final/libexec/ipsec/charon" ] || build 9>&-
say "$final"
echo "$final"
