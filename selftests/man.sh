#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: host
# The manual pages: they format without a warning, pantun.conf(5) has the leaves that
# pantund knows, and the examples of the pages are good configurations.
set -eu
cd "${PANTUN_TOP:?}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
count=0
failed=0

# result NAME STATUS FILE: a TAP line, and the file as the reason of a failure.
result() {
	count=$((count + 1))
	if [ "$2" -eq 0 ]; then
		echo "ok $count - $1"
	else
		failed=1
		echo "not ok $count - $1"
		sed 's/^/# /' "$3"
	fi
}

for page in tools/man/*.[1-8]; do
	groff -man -ww -z -Tutf8 "$page" >"$work/out" 2>&1 || :
	status=0
	[ ! -s "$work/out" ] || status=1
	result "${page##*/} formats" "$status" "$work/out"
done

make -s build/pantund >"$work/out" 2>&1 || result 'pantund builds' 1 "$work/out"
build/pantund --list-leaves | awk -f tools/man/leaves.awk >"$work/leaves"
sed -n '/^\.\\" BEGIN leaves/,/^\.\\" END leaves/p' tools/man/pantun.conf.5 |
	sed '1d;$d' >"$work/page"
status=0
diff "$work/page" "$work/leaves" >"$work/out" || status=1
[ -s "$work/leaves" ] || status=1
result 'pantun.conf.5 has the leaves of pantund --list-leaves' "$status" "$work/out"

# Each block of example lines, with a key that is there.
(umask 077 && echo 0123456789-0123456789 >"$work/psk")
awk -v out="$work/example" '
	/^\.nf/ { n++ }
	/^set / { gsub(/\\-/, "-"); print > (out n ".conf") }' tools/man/pantun.conf.5
sed -i "s|key-file .*|key-file $work/psk|" "$work"/example*.conf
examples=0
for file in "$work"/example*.conf; do
	grep -q tunnel-interface "$file" || continue
	examples=$((examples + 1))
	status=0
	build/pantund --check "$file" >"$work/out" 2>&1 || status=1
	! grep -q warning: "$work/out" || status=1
	result "example $examples of pantun.conf.5 is good" "$status" "$work/out"
done
[ "$examples" -ge 2 ] || failed=1
echo "1..$count"
exit "$failed"
