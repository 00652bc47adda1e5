#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: host
# Time limit: 1500
# Takes: 460
# Usage: stock_kernel.sh [VERSION[:PART...]...]
# Debian's stock Linux 6.1 and 6.12 under virtme-ng (emulated, two CPUs): the module
# built for them loads, serves user namespaces, passes the XFRM oracle for some algorithms,
# unloads, and leaves the kernel log clean.  PART is what else it does: gro, esp4_offload comes
# and goes beside it; stress, it loses no packet to rekeys under traffic on both CPUs, takes
# parallel crypto, and goes away under traffic.  Without arguments, 6.1 has both, and 6.12,
# which is the lab kernel's version, has neither: stock_kernel_long.sh.
set -eu -o pipefail

cache=${XDG_CACHE_HOME:-$HOME/.cache}/pantun
script=$(realpath "$0")
ROWS=(aes-128-gcm aes-256-cbc+sha256 aes-128-gcm:v6:esn aes-128-gcm:nat-t
	aes-256-cbc+sha256:transport:esn ah+sha256)

# renamed NAME: results on standard input as our own.
renamed() {
	local name=$1 line
	while IFS= read -r line; do
		case $line in
		"ok "*) ok "$name: ${line#ok * - }" ;;
		"not ok "*) not_ok "$name: ${line#not ok * - }" ;;
		1..*) ;;
		*) echo "# ${line#\# }" ;;
		esac
	done
}

# topic NAME SCRIPT WORDS...
topic() {
	local name=$1 status=0
	shift
	exec 4< <("$PANTUN_TOP/selftests/$1" "${@:2}" 2>&1)
	renamed "$name" <&4
	wait $! || status=$?
	exec 4<&-
	check "$name: $* ends well" test "$status" = 0
	# what a script that ended too early has left
	ip -all netns del
}

# user_namespace NAME: whoever is root in a network namespace of their own has all of it.
user_namespace() {
	# shellcheck disable=SC2016 # the inner shell expands
	check "$1: in a user namespace a tunnel is made, given a proxy-ID, and shown" \
		unshare --user --map-root-user --net sh -euc '
			ip link add tunnel1 type pantun
			"$PANTUNCTL" proxy add dev tunnel1 name a remote 10.3.0.0/16
			"$PANTUNCTL" show flow tunnel1
			"$PANTUNCTL" sa flush'
	ip netns add other
	check_not "$1: in one that owns another network namespace, nothing" \
		ip netns exec other unshare --user --map-root-user "$PANTUNCTL" sa flush
	check_not "$1: no tunnel either" \
		ip netns exec other unshare --user --map-root-user ip link add tunnel1 type pantun
	ip netns del other
}

# The part in the guest, with its PARTs; PANTUN_* come from the file written by boot.
inside() {
	local name needed part

	# shellcheck source=/dev/null # the variables
	. "$1"
	# shellcheck source=selftests/lib.sh
	. "$PANTUN_TOP/selftests/lib.sh"
	name="Linux $(uname -r)"
	dmesg -C
	[ -d /sys/kernel/tracing/events ] || mount -t tracefs trace /sys/kernel/tracing
	for needed in $(modinfo -F depends "$PANTUN_KO" | tr , ' '); do
		modprobe "$needed"
	done
	check "$name: the module loads" insmod "$PANTUN_KO"
	user_namespace "$name"
	topic "$name" xfrm_oracle.sh --mib 1 "${ROWS[@]}"
	check "$name: it unloads" rmmod pantun
	for part in "${@:2}"; do
		case $part in
		gro) topic "$name" gro.sh modules ;;
		stress) topic "$name" stress.sh stock ;;
		*) not_ok "there is a part named $part" ;;
		esac
	done
	dmesg >"$PANTUN_OUT/kernel.log"
	echo "# end" >>"$PANTUN_OUT/kernel.log"
	check "$name: the kernel log is clean" \
		"$PANTUN_TOP/selftests/lab/check_log.sh" "$name" "$PANTUN_OUT/kernel.log"
	finish
}

# image VERSION: of the kernel in the cache.
image() {
	printf '%s\n' "$cache/linux-$1/boot/vmlinuz-"*
}

# boot VERSION MODULE [PART...]: this script again, in the guest.  No network in there,
# and no KVM: a device that exists may still not boot this kernel.  The output
# goes through a pipe because qemu would truncate a file.
boot() {
	local out=$PANTUN_OUT/$1 hidden=()

	# the guest has the host's files as its root, but tmpfs of its own here
	case $PANTUN_TOP in
	/tmp/* | /run/* | /var/tmp/* | /var/run/*) hidden=(--rodir="$PANTUN_TOP") ;;
	esac
	mkdir -p "$out"
	{
		printf 'export PANTUN_TOP=%q PANTUN_OUT=/tmp/out PANTUN_LAB=stock\n' \
			"$PANTUN_TOP"
		printf 'export PANTUN_SLOWER=%q\n' "${PANTUN_SLOWER:-100}"
		printf 'export PANTUN_KO=%q\n' "$2"
		printf 'export PANTUNCTL=%q PANTUND=%q\n' \
			"$PANTUN_TOP/build/pantunctl" "$PANTUN_TOP/build/pantund"
	} >"$out/variables"
	PYTHONPATH=$cache/virtme-ng/usr/lib/python3/dist-packages \
	PATH=$cache/virtme-ng/usr/bin:$PATH \
		vng --run "$(image "$1")" --disable-kvm --disable-microvm --cpus 2 \
		--memory 1G --qemu-opts="-cpu max" "${hidden[@]}" \
		--rwdir=/tmp/out="$out" \
		--exec "$script inside /tmp/out/variables ${*:3}" </dev/null 2>&1 | cat
}

if [ "${1:-}" = inside ]; then
	inside "${@:2}"
fi
: "${PANTUN_TOP:?}" "${PANTUN_OUT:?}"
[ $# -gt 0 ] || set -- 6.1:gro:stress 6.12
status=0
for argument; do
	IFS=: read -r version parts <<<"$argument"
	if module=$("$PANTUN_TOP/selftests/lab/module.sh" "$version"); then
		# shellcheck disable=SC2086 # words
		boot "$version" "$module" ${parts//:/ } || status=1
	else
		echo "not ok - the module builds for Debian's Linux $version"
		status=1
	fi
done
exit "$status"
