#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: host
# ML-KEM with the OpenSSL of Debian 13, which has it (3.5), and that of Debian 12 does not: known
# answers, lengths that are wrong, two cores that make all their keys with it, and the default.
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"

if [ "$(id -u)" != 0 ]; then
	skip 'ML-KEM' 'only root can make a Debian 13'
	finish
fi

# The root of strongswan6_rounds.sh.
ROOT=$("$PANTUN_TOP/selftests/lab/root.sh" trixie-peers charon-systemd strongswan-swanctl \
	libstrongswan-standard-plugins libstrongswan-extra-plugins libcharon-extra-plugins)
LIBRARIES=$WORK/lib
mkdir "$LIBRARIES"

# Its libraries for the program's own, and the rest as it is.
root_library() {
	ln -s "$ROOT/usr/lib/x86_64-linux-gnu/$1" "$LIBRARIES/$1"
}

with_openssl_35() {
	cd "$PANTUN_TOP" && NEED_ML_KEM=1 ASAN_OPTIONS=detect_leaks=0 \
		"$ROOT/lib64/ld-linux-x86-64.so.2" --library-path "$LIBRARIES" "$@"
}

for library in libc.so.6 libm.so.6 libcrypto.so.3 libz.so.1 libzstd.so.1; do
	root_library "$library"
done
check 'ML-KEM: known answers, both ends, two cores' with_openssl_35 build/test_kem
check 'ML-KEM: part of the default' with_openssl_35 build/test_prop
finish
