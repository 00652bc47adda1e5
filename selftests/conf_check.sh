#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: host
# pantund --check as a command: which file it takes, what it prints where, and its exit
# status.  What it says of each mistake is in daemon/tests/test_conf*.c.
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"

CONF=$WORK/a.conf

# said STATUS LINE ARGUMENT...: pantund with these exits so, and LINE is the last it prints.
said() {
	local want=$1 line=$2 status=0

	shift 2
	"$PANTUN_TOP/build/pantund" "$@" >"$WORK/said" 2>&1 || status=$?
	if [ "$status" -ne "$want" ] || [ "$(tail -n 1 "$WORK/said")" != "$line" ]; then
		echo "status $status"
		cat "$WORK/said"
		return 1
	fi
}

# of_usual_file: without any name, it is the file in /etc that is talked about.
of_usual_file() {
	"$PANTUN_TOP/build/pantund" --check 2>&1 | grep -q '^/etc/pantun/pantun\.conf[: ]'
}

(umask 077 && echo a-key-of-more-than-twenty-octets >"$WORK/psk")
cat >"$CONF" <<END
set network ike gateway hq peer-address ip 192.0.2.9
set network ike gateway hq authentication pre-shared-key key-file $WORK/psk
set network tunnel ipsec hq tunnel-interface tunnel1
set network tunnel ipsec hq auto-key ike-gateway hq
END
make -s -C "$PANTUN_TOP" build/pantund
good="$CONF: good; 1 gateway, 1 tunnel, 0 warnings"
check "a good file" said 0 "$good" --check "$CONF"
check "written with =" said 0 "$good" "--check=$CONF"
check "the one of --config" said 0 "$good" --config "$CONF" --check
check "in any order" said 0 "$good" --check -c "$CONF"
check "without a name, the usual one" of_usual_file
check "two files are one too many" said 2 "Try 'pantund --help'." --check "$CONF" "$CONF"
check "a file without --check" said 2 "Try 'pantund --help'." "$CONF"
echo "set zone z network layer3 tunnel.1" >>"$CONF"
check "one warning" said 0 "$CONF: good; 1 gateway, 1 tunnel, 1 warning" --check "$CONF"
echo "set network tunnel ipsec hq start alwys" >>"$CONF"
check "one error" said 1 "$CONF: 1 error, 1 warning" --check "$CONF"
echo "set nework" >>"$CONF"
check "two" said 1 "$CONF: 2 errors, 1 warning" --check "$CONF"
finish
