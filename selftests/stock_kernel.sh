#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: host
# Time limit: 900
# Debian's stock Linux 6.1 under virtme-ng (emulated, two CPUs): the module built
# for it loads, passes the XFRM oracle for one algorithm and unloads, and the
# kernel log stays clean.
set -eu -o pipefail

cache=${XDG_CACHE_HOME:-$HOME/.cache}/pantun
script=$(realpath "$0")

# The part in the guest; PANTUN_* come from the file written by boot.
inside() {
	local status=0 needed

	# shellcheck source=/dev/null # the variables
	. "$1"
	# shellcheck source=selftests/lib.sh
	. "$PANTUN_TOP/selftests/lib.sh"
	dmesg -C
	for needed in $(modinfo -F depends "$PANTUN_KO" | tr , ' '); do
		modprobe "$needed"
	done
	check "the module loads on Linux $(uname -r)" insmod "$PANTUN_KO"
	"$PANTUN_TOP/selftests/xfrm_oracle.sh" "$2" >"$WORK/oracle" 2>&1 || status=$?
	sed -E '/^(1\.\.|ok |not ok )/d; s/^/# /' "$WORK/oracle"
	while IFS= read -r line; do
		case $line in
		"ok "*) ok "${line#ok * - }" ;;
		"not ok "*) not_ok "${line#not ok * - }" ;;
		esac
	done <"$WORK/oracle"
	check "the XFRM oracle ends well ($2)" test "$status" = 0
	check "the module unloads" rmmod pantun
	dmesg >"$PANTUN_OUT/kernel.log"
	echo "# end" >>"$PANTUN_OUT/kernel.log"
	check "the kernel log is clean" \
		"$PANTUN_TOP/selftests/lab/check_log.sh" stock "$PANTUN_OUT/kernel.log"
	finish
}

# boot MODULE ALGORITHM: this script again, in the guest.  No network in there,
# and no KVM: a device that exists may still not boot this kernel.  The output
# goes through a pipe because qemu would truncate a file.
boot() {
	local image hidden=()

	# the guest has the host's files as its root, but tmpfs of its own here
	case $PANTUN_TOP in
	/tmp/* | /run/* | /var/tmp/* | /var/run/*) hidden=(--rodir="$PANTUN_TOP") ;;
	esac
	image=$(printf '%s\n' "$cache"/linux-image-6.1*/boot/vmlinuz-* | sort -V | tail -1)
	{
		printf 'export PANTUN_TOP=%q PANTUN_OUT=/tmp/out\n' "$PANTUN_TOP"
		printf 'export PANTUN_KO=%q\n' "$1"
		printf 'export PANTUNCTL=%q PANTUND=%q\n' \
			"$PANTUN_TOP/build/pantunctl" "$PANTUN_TOP/build/pantund"
	} >"$PANTUN_OUT/variables"
	PYTHONPATH=$cache/virtme-ng/usr/lib/python3/dist-packages \
	PATH=$cache/virtme-ng/usr/bin:$PATH \
		vng --run "$image" --disable-kvm --disable-microvm --cpus 2 \
		--memory 1G --qemu-opts="-cpu max" "${hidden[@]}" \
		--rwdir=/tmp/out="$PANTUN_OUT" \
		--exec "$script inside /tmp/out/variables $2" </dev/null 2>&1 | cat
}

if [ "${1:-}" = inside ]; then
	inside "$2" "$3"
fi
: "${PANTUN_TOP:?}" "${PANTUN_OUT:?}"
if ! module=$("$PANTUN_TOP/selftests/lab/module.sh" 6.1); then
	echo "not ok - the module builds for Debian's Linux 6.1"
	exit 1
fi
boot "$module" aes-128-gcm
