# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Which object calls which, for tests of their order.  Sourced after lib.sh.

# calls_of DIR [FIND-EXPRESSION...]: each use of a symbol that another of these objects has, as
# who uses it, who has it, and the symbol; names are those below DIR, without .o.
calls_of() {
	(cd "$1" && find . -name '*.o' "${@:2}" -printf '%P\n' | xargs nm -A -P -g) |
		sed 's/\.o:/ /' | awk '
			$3 == "U" { user[++uses] = $1; used[uses] = $2; next }
			{ owner[$2] = $1 }
			END {
				for (i = 1; i <= uses; i++) {
					who = owner[used[i]]
					if (who && who != user[i])
						print user[i], who, used[i]
				}
			}'
}

# no_circle FILE, as calls_of() has it: says which call each other, in a circle, if some do.
no_circle() {
	local circle

	[ -s "$1" ] || { echo "no calls in $1"; return 1; }
	circle=$(cut -d' ' -f1,2 "$1" | sort -u | tsort 2>&1 >/dev/null |
		sed -n 's/^tsort: \([^ ]*\)$/\1/p')
	[ -n "$circle" ] || return 0
	echo "they call each other in a circle:"
	awk 'NR == FNR { circle[$1] = 1; next }
		circle[$1] && circle[$2] { print "  " $1 " calls " $2 ": " $3 }' <(echo "$circle") "$1"
	return 1
}
