#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: host
# README's authority and certificates, by its own lines, and its configuration with them.
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"

# lines WORD: those of the section that begin with it.
lines() {
	sed -n "/^## Certificates/,/^## Outer/s/^    \($1 .*\)/\1/p" "$PANTUN_TOP/README.md"
}

lines openssl >"$WORK/pki"
check 'README makes a PKI in five lines or fewer' \
	test "$(wc -l <"$WORK/pki")" -ge 1 -a "$(wc -l <"$WORK/pki")" -le 5
cd "$WORK"
check 'they run' bash -eu "$WORK/pki"
check 'the authority has issued that of hq' openssl verify -CAfile ca.crt hq.crt
check 'and that of lab' openssl verify -CAfile ca.crt lab.crt
{
	lines set | sed "s|/etc/pantun|$WORK|"
	echo 'set network ike gateway lab peer-address ip 192.0.2.9'
	echo 'set network tunnel ipsec lab tunnel-interface tunnel1'
	echo 'set network tunnel ipsec lab auto-key ike-gateway lab'
} >"$WORK/pantun.conf"
check 'the userspace is built' make -C "$PANTUN_TOP" userspace
check 'the configuration with them is good' "$PANTUN_TOP/build/pantund" --check "$WORK/pantun.conf"
chmod 644 hq.key
check_not 'others must not read the key' "$PANTUN_TOP/build/pantund" --check "$WORK/pantun.conf"
finish
