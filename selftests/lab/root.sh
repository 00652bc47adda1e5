#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Usage: root.sh SUITE[-NAME] [PACKAGE...]
#        root.sh -x|-t ROOT DIRECTORY COMMAND...
# A Debian of that suite (bookworm, trixie) in a directory of the user's cache, made once,
# to try things in that must not touch this machine.  Its apt takes the mirrors of this
# machine's, and installs from that suite alone, but knows the kernels of newer ones as
# well.  Installs the packages that are not there yet, and prints the path, whose name has
# a hash of this script's functions in it.  Each NAME is another root of that suite.
#
# With -x, runs the command in such a root as root, with /proc, and with DIRECTORY at /mnt.
# With -t, all that it writes but in DIRECTORY is thrown away.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=selftests/lab/apt.sh
. "$here/apt.sh"

say() { echo "root: $*" >&"${messages:-2}"; }

# The suites of which a root knows kernels.
suites() {
	echo "$suite" "$suite-updates"
	case $suite in
	bookworm) echo bookworm-backports ;;
	trixie) echo bookworm-backports trixie-backports forky sid experimental ;;
	esac
}

write_apt() {
	local debian=$1 security=$2 etc=$tmp/etc/apt other conf

	{
		for other in $(suites); do
			case $other in
			# mirrors lag behind these, and kernels alone are taken from there
			forky | sid | experimental) echo "deb [check-valid-until=no] $debian $other main" ;;
			*) echo "deb $debian $other main" ;;
			esac
		done
		[ -z "$security" ] || echo "deb $security $suite-security main"
	} >"$etc/sources.list"
	printf 'Package: *\nPin: release n=/^%s(-updates|-security)?$/\nPin-Priority: 500\n\n' \
		"$suite" >"$etc/preferences.d/pantun"
	printf 'Package: *\nPin: release o=Debian\nPin-Priority: 1\n' >>"$etc/preferences.d/pantun"
	for conf in /etc/apt/apt.conf.d/*proxy*; do
		[ ! -e "$conf" ] || cp "$conf" "$etc/apt.conf.d/"
	done
	printf '%s\n' 'Acquire::Languages "none";' 'APT::Install-Recommends "false";' \
		'APT::Sandbox::User "root";' >"$etc/apt.conf.d/90pantun"
}

make_root() {
	local debian security tmp=$root.tmp

	debian=$(mirror Debian)
	security=$(mirror Debian-Security)
	if [ -z "$debian" ]; then
		say "apt knows no mirror of Debian; run apt-get update"
		return 1
	fi
	rm -rf "$tmp"
	mkdir -p "$tmp"
	say "making a Debian $suite in $root (once, some minutes)"
	debootstrap --variant=minbase "$suite" "$tmp" "$debian"
	write_apt "$debian" "$security"
	# no package starts a daemon in there
	printf '#!/bin/sh\nexit 101\n' >"$tmp/usr/sbin/policy-rc.d"
	chmod 755 "$tmp/usr/sbin/policy-rc.d"
	cp /etc/resolv.conf "$tmp/etc/resolv.conf"
	chroot "$tmp" apt-get -q update
	mv "$tmp" "$root"
}

install_packages() {
	local package missing=()

	for package; do
		chroot "$root" dpkg -s "$package" 2>/dev/null | grep -q '^Status: .* installed$' ||
			missing+=("$package")
	done
	[ ${#missing[@]} != 0 ] || return 0
	say "installing ${missing[*]} in $root"
	chroot "$root" apt-get -q update
	"$here/root.sh" -x "$root" "$root/mnt" env DEBIAN_FRONTEND=noninteractive LC_ALL=C \
		apt-get -q -y install "${missing[@]}"
}

if [ "$1" = -x ] || [ "$1" = -t ]; then
	mode=$1 root=$2 directory=$3
	shift 3
	# shellcheck disable=SC2016 # the inner shell expands
	exec unshare --mount sh -euc '
		mode=$1 root=$2
		if [ "$mode" = -t ]; then
			mount -t tmpfs tmpfs "$root/media"
			mkdir "$root/media/upper" "$root/media/work" "$root/media/all"
			mount -t overlay -o "lowerdir=$root,upperdir=$root/media/upper,workdir=$root/media/work" \
				overlay "$root/media/all"
			root=$root/media/all
		fi
		mount -t proc proc "$root/proc"
		mount --bind "$3" "$root/mnt"
		shift 3
		exec chroot "$root" "$@"' - "$mode" "$root" "$directory" "$@"
fi

name=$1 suite=${1%%-*}
shift
if [ "$(id -u)" != 0 ]; then
	say "only root can make a Debian $suite to try things in"
	exit 1
fi
roots=${XDG_CACHE_HOME:-$HOME/.cache}/pantun/roots
root=$roots/$name-$(declare -f suites write_apt make_root | sha256sum | cut -c1-12)
mkdir -p "$roots"
exec 9>"$root.lock"
flock 9
messages=4
exec 3>&1 4>&2 >"$root.log" 2>&1
trap '[ $? = 0 ] || tail -n 5 "$root.log" >&4' EXIT
[ -d "$root" ] || make_root 9>&-
install_packages "$@" 9>&-
echo "$root" >&3
