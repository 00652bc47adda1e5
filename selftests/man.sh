#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: host
# The manual pages: they format without a warning, pantun.conf(5) has the leaves that
# pantund knows, and the examples of the pages are good configurations; pantunctl(8)
# and the completion have every word that pantunctl takes.
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
# It serves as a manual one of 8 groups, too.
(umask 077 && printf "%08x-%08x-%08x-%08x-%08x-%08x-%08x-%08x" 1 2 3 4 5 6 7 8 >"$work/psk")
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

make -s build/pantunctl >"$work/out" 2>&1 || result 'pantunctl builds' 1 "$work/out"

# words_of WORD...: what pantunctl takes behind these words of a command, or, behind a
# word that takes one of some values, these; one a line.
words_of() {
	build/pantunctl "$@" qqqqqqqqqqqq 2>&1 |
		sed -n -e 's/.*(one of: \(.*\))$/\1/p' -e 's/.*: not one of \(.*\)$/\1/p' \
			-e 's/.*: neither \([a-z-]*\) nor \([a-z-]*\)$/\1 \2/p;t' \
			-e 's/.*: neither \([a-z-]*\) nor .*/\1/p' |
		tr -s ', ' '\n'
}

# completed WORD...: what the completion offers behind these words.
completed() (
	# shellcheck source=/dev/null
	complete() { :; } && . tools/completion/pantunctl
	COMP_WORDS=(pantunctl "$@" '') COMP_CWORD=$(($# + 1)) COMPREPLY=()
	_pantunctl
	printf '%s\n' "${COMPREPLY[@]}"
)

groff -man -rLL=2000n -rHY=0 -Tascii tools/man/pantunctl.8 | col -bx >"$work/pantunctl.8"

# promised ROW COLUMN: the words of README's table of what IKEv2 negotiates, one a line.
promised() {
	local cell same=''

	cell=$(awk -F '|' -v row="$1" -v column="$2" '
		/^What IKEv2 negotiates:/ { on = 1 }
		on && $2 == " " row " " { print $column; exit }' README.md)
	[ "${cell# the same}" = "$cell" ] || same=$(promised "$1" 3)
	printf '%s\n' "$same"
	# shellcheck disable=SC2016 # backquotes of the page
	grep -o '`[^`]*`' <<<"$cell" | tr -d '`' | while read -r word; do
		eval "printf '%s\n' $word"
	done
}

# leaf PROFILE LEAF: the words that it takes, one a line, without those for "no algorithm".
leaf() {
	build/pantund --list-leaves | awk -F '\t' -v leaf="network ike crypto-profiles $1 * $2" '
		$1 == leaf && $4 == "works" { gsub(/[][]/, "", $2); print $2 }' |
		tr ' ' '\n' | grep -vxE 'none|non-auth|no-pfs'
}

status=0
: >"$work/out"
while read -r profile leaf column row; do
	leaf "$profile" "$(tr _ ' ' <<<"$leaf")" | grep . | sort >"$work/taken"
	promised "$row" "$column" | grep . | sort >"$work/promised"
	[ -s "$work/taken" ] || status=1
	diff "$work/promised" "$work/taken" >"$work/diff" && continue
	sed "s/^/$profile $leaf: /" "$work/diff" >>"$work/out"
	status=1
done <<-END
	ike-crypto-profiles encryption 3 encryption
	ike-crypto-profiles hash 3 integrity, PRF
	ike-crypto-profiles dh-group 3 groups
	ipsec-crypto-profiles esp_encryption 4 encryption
	ipsec-crypto-profiles esp_authentication 4 integrity, PRF
	ipsec-crypto-profiles dh-group 4 groups
	ipsec-crypto-profiles ah_authentication 4 AH instead of ESP
END
result 'README has what IKEv2 negotiates' "$status" "$work/out"

# The words of pantunctl itself, of each verb, and those with values to choose from.
commands=('' 'show' 'status' 'help' 'clear' 'tunnel' 'proxy' 'sa' 'tunnel set' 'proxy add' 'proxy del' 'sa add'
	'sa path' 'sa activate' 'sa del' 'sa flush' 'tunnel set start' 'tunnel set df' 'tunnel set ttl'
	'tunnel set flow-label' 'tunnel set gre' 'tunnel set tfc' 'tunnel set dummy'
	'tunnel set mark' 'tunnel set underlay' 'sa add proto' 'sa add mode' 'sa add enc'
	'sa add auth' 'sa path proto' 'tunnel set carrier' 'tunnel monitor' 'tunnel monitor add'
	'tunnel monitor del' 'tunnel monitor add action' 'proxy fail')
status=0
: >"$work/out"
for command in "${commands[@]}"; do
	read -r -a words <<<"$command"
	words_of "${words[@]}" | sort >"$work/words"
	completed "${words[@]}" | sort >"$work/completed"
	[ -s "$work/words" ] || { echo "no words behind '$command'" >>"$work/out" && status=1; }
	# Interfaces of this machine may be offered, too; no out-SA is activated as in-SA.
	comm -23 "$work/words" "$work/completed" |
		{ [ "$command" != 'sa activate' ] && cat || grep -vx in || :; } >"$work/lacking"
	if [ -s "$work/lacking" ]; then
		sed "s/^/the completion lacks behind '$command': /" "$work/lacking" >>"$work/out"
		status=1
	fi
	while read -r word; do
		grep -qwF -e "$word" "$work/pantunctl.8" && continue
		echo "pantunctl.8 lacks '$word' of '$command'" >>"$work/out"
		status=1
	done <"$work/words"
done
result 'pantunctl.8 and the completion have every word of pantunctl' "$status" "$work/out"
echo "1..$count"
exit "$failed"
