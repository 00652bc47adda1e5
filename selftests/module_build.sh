#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: host
# Time limit: 900
# Takes: 95
# The module builds for Linux 6.1 and 6.12 without a warning of the compiler
# (W=1, kernel-doc included) or of sparse (C=2).  Its folders include and call one way.  What a
# kernel has is asked once, and again for another kernel.
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"
# shellcheck source=selftests/lib_calls.sh
. "$PANTUN_TOP/selftests/lib_calls.sh"

# builds_clean VERSION: from nothing; what is said about our files is a failure.
builds_clean() {
	local log=$PANTUN_OUT/$1.log

	rm -rf "$PANTUN_TOP/build/kmod-$1-strict"
	"$PANTUN_TOP/selftests/lab/module.sh" "$1-strict" W=1 C=2 \
		>"$log" 2>&1 || { cat "$log"; return 1; }
	! grep -E 'warning|error|WARNING|ERROR' "$log"
}

# The module's folders: each includes and calls itself and those before it.
FOLDERS=(pure core xform data monitor ctl main)

# includes_one_way SOURCE: tests may include what they like.
includes_one_way() {
	local folder before='' failed=0

	for folder in "${FOLDERS[@]}"; do
		before+="$folder|"
		! find "$1" \( -path "$1/$folder/*.[ch]" -o -path "$1/$folder.c" \) \
			! -name '*_test.c' -exec grep -Hn '^#include "' {} + |
			grep -vE "\"(compat\.h|(${before%|})/[a-z_]+\.h)\"" || failed=1
	done
	return "$failed"
}

# calls_one_way OBJECTS: between folders by their order, and in no circle anywhere.
calls_one_way() {
	calls_of "$1" ! -path './pantun*' ! -path './test/*' ! -name '*_test.o' >"$WORK/calls"
	[ -s "$WORK/calls" ] || { echo "no calls in $1"; return 1; }
	awk -v folders="${FOLDERS[*]}" '
		BEGIN {
			for (i = split(folders, name); i; i--)
				rank[name[i]] = i
		}
		{
			user = $1
			owner = $2
			sub(/\/.*/, "", user)
			sub(/\/.*/, "", owner)
			if (rank[user] && rank[owner] && rank[user] >= rank[owner])
				next
			print $1 " calls " $2 ": " $3
			bad = 1
		}
		END { exit bad }' "$WORK/calls" && no_circle "$WORK/calls"
}

# object NAME CODE: in a small house of its own.
object() {
	mkdir -p "$WORK/house/${1%/*}"
	echo "$2" | gcc -c -x c -o "$WORK/house/$1.o" -
}

# main_for TREE [WORD...]: one object for the kernel of that tree, always in the same directory,
# as who goes from one kernel to another builds; $WORK/said has what make says.
main_for() {
	make -C "$1" M="$WORK/tree" "${@:2}" kmod/main.o >"$WORK/said" 2>&1
}

# asks TREE: as main_for, and the kernel is asked what it has.
asks() {
	main_for "$1" && grep 'PROBE ' "$WORK/said"
}

asks_nothing() {
	main_for "$1" && ! grep 'PROBE ' "$WORK/said"
}

# own_kernel VERSION: its tree, to be written in.
own_kernel() {
	local tree link

	tree=$("$PANTUN_TOP/selftests/lab/module.sh" -k "$1")
	cp -a "$tree" "$WORK/kernel"
	for link in scripts tools; do
		ln -sfn "$(realpath "$tree/$link")" "$WORK/kernel/$link"
	done
}

# small_says WORD [TIME]: builds a module of one line with that word; its file is of that time.
small_says() {
	echo "MODULE_INFO(says, \"$1\");" |
		cat "$WORK/small/license" - >"$WORK/small/kmod/pantun.c"
	touch -d "${2:-now}" "$WORK/small/kmod/pantun.c"
	grep -q "says=$1" "$("$WORK/small/selftests/lab/module.sh" 6.12 2>"$WORK/said")" ||
		{ cat "$WORK/said"; return 1; }
}

# small_tree: for it.
small_tree() {
	mkdir -p "$WORK"/small/{kmod,uapi,selftests/lab}
	cp "$PANTUN_TOP/selftests/lab/"{module,kernel}.sh "$WORK/small/selftests/lab"
	echo 'obj-m := kmod/' >"$WORK/small/Kbuild"
	echo 'obj-m := pantun.o' >"$WORK/small/kmod/Kbuild"
	printf '#include <linux/module.h>\nMODULE_LICENSE("GPL");\n' >"$WORK/small/license"
}

for version in 6.1 6.12; do
	check "module builds without warnings for Linux $version" \
		builds_clean "$version"
	check 'and calls go one way' calls_one_way "$PANTUN_TOP/build/kmod-$version-strict/kmod"
done
check 'includes go one way' includes_one_way "$PANTUN_TOP/kmod"
object pure/low 'void low(void) {}'
object core/high 'void low(void); void high(void) { low(); }'
check 'a call of a folder before is fine' calls_one_way "$WORK/house"
object core/high 'void high(void) {}'
object pure/low 'void high(void); void low(void) { high(); }'
check_not 'a call of a folder behind would be found' calls_one_way "$WORK/house"
object pure/low 'void other(void); void low(void) { other(); }'
object pure/other 'void low(void); void other(void) { low(); }'
check_not 'and a circle within a folder' calls_one_way "$WORK/house"
mkdir -p "$WORK/house/core"
echo '#include "ctl/nl.h"' >"$WORK/house/core/high.c"
check_not 'and an include of a folder behind' includes_one_way "$WORK/house"
mkdir "$WORK/tree"
(cd "$PANTUN_TOP" && git ls-files -z -co --exclude-standard Kbuild kmod uapi |
	xargs -0 cp --parents -t "$WORK/tree")
OLDER=$("$PANTUN_TOP/selftests/lab/module.sh" -k 6.1)
own_kernel 6.12
check 'Linux 6.12 is asked what it has' asks "$WORK/kernel"
check 'but once only' asks_nothing "$WORK/kernel"
touch "$WORK/kernel/include/generated/autoconf.h"
check 'and again when it is configured anew' asks "$WORK/kernel"
check_has 'it has much' '#define PANTUN_HAS_LLTX_BIT' "$WORK/tree/kmod/probed.h"
check 'Linux 6.1 is asked in its turn' asks "$OLDER"
check_has 'it has less' '/* no PANTUN_HAS_LLTX_BIT */' "$WORK/tree/kmod/probed.h"
check_not 'a compiler that does not work' main_for "$WORK/kernel" CC='gcc -no-such-option'
check_has 'is no answer' "does not work with this kernel's headers" "$WORK/said"
small_tree
check 'what is there is built' small_says one
check 'what was edited while that ran, too' small_says two '1 minute ago'
finish
