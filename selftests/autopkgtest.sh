#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: uml
# The test that Debian runs with installed packages, here with what was built, in place of them.
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"

# instead_of_packages: the programs by their names, and a modprobe that knows one module.
instead_of_packages() {
	mkdir "$WORK/bin"
	ln -s "$PANTUND" "$WORK/bin/pantund"
	ln -s "$PANTUNCTL" "$WORK/bin/pantunctl"
	printf '#!/bin/sh\n[ -d /sys/module/pantun ] || exec insmod %s\n' "$PANTUN_KO" >"$WORK/bin/modprobe"
	chmod 755 "$WORK/bin/modprobe"
	PATH=$WORK/bin:$PATH
}

nothing_left() {
	! ip netns list | grep pantun
}

instead_of_packages
check 'the test that comes with the packages passes' "$PANTUN_TOP/debian/tests/tunnel"
check 'and cleans up' nothing_left
rm "$WORK/bin/pantund"
printf '#!/bin/sh\nexit 1\n' >"$WORK/bin/pantund"
chmod 755 "$WORK/bin/pantund"
check_not 'it fails with a daemon that does' "$PANTUN_TOP/debian/tests/tunnel"
finish
