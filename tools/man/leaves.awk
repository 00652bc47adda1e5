# SPDX-License-Identifier: GPL-2.0-or-later
# From the lines of `pantund --list-leaves` to the LEAVES section of pantun.conf(5).
BEGIN { FS = "\t" }

function roff(text) {
	gsub(/\\/, "\\e", text)
	gsub(/-/, "\\-", text)
	return text
}

# The level that a leaf is on: the path up to and with its last *, or two words.
function level(path, words, n, i, last, out) {
	n = split(path, words, " ")
	last = n - 1 < 2 ? n - 1 : 2
	for (i = 1; i < n; i++)
		if (words[i] == "*")
			last = i
	out = "set"
	for (i = 1; i <= last; i++)
		out = out " " words[i]
	return out
}

{
	at = level($1)
	if (at != before)
		printf ".SS \"%s\"\n", roff(at)
	before = at
	printf ".TP\n.B %s", roff(substr("set " $1, length(at) + 2))
	if ($2 != "")
		printf " \\fR\\fI%s\\fR", roff($2)
	printf "\n%s.", roff(toupper(substr($5, 1, 1)) substr($5, 2))
	if ($3 != "")
		printf "\nDefault: %s.", roff($3)
	if ($4 == "refused")
		printf "\nRefused in this version."
	else if ($4 == "no effect")
		printf "\nNo effect in this version."
	else if ($4 != "works")
		printf "\nThis version supports %s.", roff($4)
	printf "\n"
}
