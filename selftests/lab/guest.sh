#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Usage: guest.sh [-k KERNEL_DIR] [-m MEMORY] [-n NAME] [-t SECONDS]
#                 SCRIPT [ARGUMENTS]
# Boots a lab guest (User-Mode Linux: one CPU, the host's files read-only as its
# own, /etc and /var copy-on-write, /tmp /run /mnt empty), runs SCRIPT in it as
# root, passes its output on and returns its exit status; 124 after SECONDS
# (300), 125 when the guest ended by itself.  MEMORY defaults to 1G, KERNEL_DIR
# to the lab kernel of kernel.sh.  Several guests may run at a time.
#
# With PANTUN_LAB=debug in the environment, the guest runs the debug kernel and the
# module built for it, has three times the SECONDS, and at its end looks for memory
# that the module has leaked (guest-leaks.py): that is one more result.
#
# SCRIPT sees PANTUN_TOP (the source tree), PANTUN_KO (the module built for the
# lab kernel), PANTUND, PANTUNCTL, PANTUN_KDIR, what else begins with PANTUN_ in
# the environment of guest.sh, and PANTUN_OUT: build/guest/NAME, empty and
# writable, which outlives the guest.  NAME is SCRIPT's name unless given, with
# a number behind it while another guest uses that one.  The guest's kernel log
# is left in kernel.log there; a report of a fault in it fails the run.
#
# With PANTUN_ROOT in the environment, a root of root.sh with systemd in it, the guest boots
# that Debian (guest-system.sh), on a kernel that can (kernel.sh system, for KERNEL_DIR).
#
# A line `# Kernel argument: WORD` at the top of SCRIPT puts the word on the kernel's
# command line.  Lines `# Root: WORD...` there are what root.sh is given: SCRIPT finds this
# Debian, to run peers in, as PANTUN_PEER_ROOT.  Only root can make one; for others the run is
# skipped.  A line `# Kernel part: FILE` has that built by kernel_part.sh: PANTUN_PEER_KO; a line
# `# Make: TARGET` by make.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
kernel='' memory=1G name='' limit=300 module=uml slower=1
if [ "${PANTUN_LAB:-}" = debug ]; then
	module=uml-debug slower=3
fi

usage() {
	sed -n 's/^# \{0,1\}//; 2,4p' "$0" >&2
	exit 2
}

while getopts k:m:n:t: option; do
	case $option in
	k) kernel=$OPTARG ;;
	m) memory=$OPTARG ;;
	n) name=$OPTARG ;;
	t) limit=$OPTARG ;;
	*) usage ;;
	esac
done
shift $((OPTIND - 1))
[ $# -gt 0 ] || usage
script=$(realpath -e "$1")
shift
name=${name:-$(basename "$script" .sh)}
kernel=${kernel:-$("$here/kernel.sh" ${PANTUN_LAB:+"$PANTUN_LAB"} 2>/dev/null)}
# a mount in the guest cannot begin at a symbolic link
kernel=$(realpath -e "$kernel")
limit=$((limit * slower))

# Takes the first free directory of this name, and empties it.
claim_out() {
	local number=1

	out=$top/build/guest/$name
	while mkdir -p "$out" && exec 8>"$out.lock" && ! flock -n 8; do
		number=$((number + 1))
		out=$top/build/guest/$name-$number
	done
	find "$out" -mindepth 1 -delete
}

# The library that lets the kernel run on newer CPUs; prints its name.
xstate() {
	local library=$top/build/xstate.so

	if [ ! "$library" -nt "$here/xstate.c" ]; then
		gcc -O2 -shared -fPIC -D_GNU_SOURCE -o "$private/xstate.so" "$here/xstate.c"
		mv "$private/xstate.so" "$library"
	fi
	echo "$library"
}

# What guest-init.sh needs to know, as bash source.
describe() {
	local variable

	export PANTUN_TOP=$top PANTUN_KDIR=$kernel
	export PANTUN_KO=${PANTUN_KO:-$top/build/kmod-$module/kmod/pantun.ko}
	export PANTUND=${PANTUND:-$top/build/pantund}
	export PANTUNCTL=${PANTUNCTL:-$top/build/pantunctl}
	for variable in "${!PANTUN@}"; do
		[ "$variable" = PANTUN_OUT ] ||
			printf 'export %s=%q\n' "$variable" "${!variable}"
	done
	echo "visible=($(printf '%q ' "$kernel" "$top" "${script%/*}"))"
	echo "command=($(printf '%q ' "$script" "$@"))"
}

private=$(mktemp -d "${TMPDIR:-/tmp}/pantun-guest.XXXXXX")
guest=
# shellcheck disable=SC2317 # called by the traps
cleanup() {
	[ -z "$guest" ] || kill -TERM "$guest" 2>/dev/null || true
	rm -rf "$private"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# The line of SCRIPT with that word in front.
header() {
	sed -n "1,20s/^# $1: \(.*\)\$/\1/p" "$script"
}

read -ra peer <<<"$(header Root | xargs)"
if [ ${#peer[@]} != 0 ]; then
	if [ "$(id -u)" != 0 ]; then
		echo "ok 1 - $name # SKIP it takes root to make a Debian for the peer"
		exit
	fi
	PANTUN_PEER_ROOT=$("$here/root.sh" "${peer[@]}")
	export PANTUN_PEER_ROOT
fi
part=$(header 'Kernel part')
if [ -n "$part" ]; then
	PANTUN_PEER_KO=$("$here/kernel_part.sh" "$kernel" "$part")
	export PANTUN_PEER_KO
fi
target=$(header Make)
if [ -n "$target" ]; then
	make -s -C "$top" WERROR=-Werror "$target" >&2
fi
claim_out
describe "$@" >"$out/.guest"
xstate=$(xstate)
argument=$(header 'Kernel argument')
exec 3>&1
timeout -k 3 "$limit" env LD_PRELOAD="$xstate" "$kernel/linux" "mem=$memory" \
	root=/dev/root rootfstype=hostfs rootflags=/ ro panic=-1 \
	"init=$here/guest-init.sh" "PANTUN_OUT=$out" "uml_dir=$private" \
	con=null con0=null,fd:1 con1=null,fd:3 ssl=null ${argument:+"$argument"} \
	</dev/null >"$out/kernel.log" 2>&1 8>&- &
guest=$!
status=0
wait "$guest" || status=$?
guest=
if [ -s "$out/.status" ]; then
	status=$(cat "$out/.status")
elif [ "$status" = 124 ] || [ "$status" = 137 ]; then
	echo "not ok - guest $name ends within $limit s"
	status=124
else
	echo "not ok - guest $name runs to its end (kernel exit status $status)"
	tail -n 20 "$out/kernel.log" | sed 's/^/# /'
	status=125
fi
"$here/check_log.sh" "$name" "$out/kernel.log" || [ "$status" != 0 ] || status=1
exit "$status"
