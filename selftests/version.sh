#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# Module, daemon and tool tell one version.  With a module of another version, daemon and
# tool say so; with one of another major version they do nothing.
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"

VERSION=$(make -s -C "$PANTUN_TOP" version)

# module_of VERSION: has the module replaced by itself, told that it is of another version
# with as many octets.
module_of() {
	sed "s/${VERSION//./\\.}/$1/g" "$PANTUN_KO" >"$WORK/pantun.ko"
	rmmod pantun
	insmod "$WORK/pantun.ko"
}

# silent COMMAND...: it succeeds, and nothing is on its standard error.
silent() {
	"$@" >/dev/null 2>"$WORK/stderr" && ! grep . "$WORK/stderr"
}

check 'the version has three numbers' grep -qE '^[0-9]+\.[0-9]+\.[0-9]+$' <<<"$VERSION"
module_load
topology_up
ip -n ga link add tunnel1 type pantun
pantun_config ga 192.0.2.2

check 'modinfo tells the version' says 0 "$VERSION" /sbin/modinfo -F version "$PANTUN_KO"
check 'so does the loaded module in sysfs' says 0 "$VERSION" cat /sys/module/pantun/version
check 'so does ethtool -i' says 0 "version: $VERSION" on ga ethtool -i tunnel1
check 'so does pantund --version' says 0 "pantund $VERSION" "$PANTUND" --version
check 'so does pantunctl --version' says 0 "pantunctl $VERSION" "$PANTUNCTL" --version
check 'pantunctl version, without the daemon' says 0 'pantund is not running' \
	pantunctl_on ga version
check 'pantunctl version asks the module' says 0 "module $VERSION" pantunctl_on ga version
pantund_start ga
check 'and the daemon' says 0 "pantund $VERSION" pantunctl_on ga version
pantunctl_on ga --json version >"$WORK/version.json"
check 'and in JSON' says 0 "{'module': '$VERSION', 'pantunctl': '$VERSION', 'pantund': '$VERSION'}" \
	json_of 'dict(sorted(d.items()))' <"$WORK/version.json"
check 'nothing is said where all are of one version' silent pantunctl_on ga show
check_not 'and nothing in the log' log_has ga 'is version'

check 'an unprivileged user is told what is missing' says 1 CAP_NET_ADMIN \
	on ga setpriv --reuid 65534 --clear-groups "$PANTUNCTL" sa flush
pantund_stop ga

minor="${VERSION%%.*}.9.9"
module_of "$minor"
check 'a tool works with a module of another minor version, and names both' \
	says 0 "pantunctl is version $VERSION, but the loaded module pantun is version $minor" \
	pantunctl_on ga show tunnel
check 'and the remedy' says 0 'modprobe -r pantun && modprobe pantun' pantunctl_on ga sa flush
check_here 'a daemon runs with it' pantund_start ga
check 'and names both versions in its log' log_has ga \
	"warning: pantund is version $VERSION, but the loaded module pantun is version $minor"
pantund_stop ga

module_of 9.9.9
check 'a tool does nothing with a module of another major version' \
	says 1 'pantun is version 9.9.9, and the two do not work together' pantunctl_on ga sa flush
check 'nor does it show anything' says 1 'pantun is version 9.9.9, and the two' \
	pantunctl_on ga show tunnel
check 'but it tells the versions' says 1 'module 9.9.9' pantunctl_on ga version
check 'a daemon ends' says 1 'pantun is version 9.9.9, and the two do not work together' \
	timeout 20 nsenter --net=/run/netns/ga "$PANTUND" --config "$WORK/ga/pantun.conf" \
	--ctl "$WORK/ctl"
finish
