#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs in: host
# Time limit: 1800
# Takes: 440
# What tools and simple rules say about the source: checkpatch and kernel-doc for
# the module, clang-tidy and cppcheck for the userspace, shellcheck for scripts;
# licences, sizes, and the direction of includes; the uapi contract.
set -eu
# shellcheck source=selftests/lib.sh
. "${PANTUN_TOP:?}/selftests/lib.sh"
cd "$PANTUN_TOP"
kernel=$(selftests/lab/kernel.sh)

# files GLOB...: of the source, not of what was built.
files() {
	git ls-files -co --exclude-standard -- "$@" | while IFS= read -r file; do
		[ ! -f "$file" ] || echo "$file"
	done
}

# silent COMMAND...: fails when the command fails, or says anything.
silent() {
	local said

	said=$("$@" 2>&1) && [ -z "$said" ] && return
	echo "$said"
	return 1
}

shell_clean() {
	local scripts

	mapfile -t scripts < <(files '*.sh' .ci/run)
	shellcheck -x -s bash -e SC2317 "${scripts[@]}"
}

# checkpatch OPTION... FILE...
checkpatch() {
	silent perl "$kernel/scripts/checkpatch.pl" --no-tree --strict --quiet \
		--terse --show-types --no-summary "$@"
}

# drop.h and alg.c have lists for macros to walk: no brackets around rows.  trace.h has the
# shape of all tracepoints.  test/export.c opens the module to its tests, and to
# nobody else, so its exports do not stand with the functions.
module_checkpatch() {
	local sources failed=0

	mapfile -t sources < <(files 'kmod/*.[ch]' 'uapi/*.h' ':!kmod/core/drop.[ch]' \
		':!kmod/core/alg.c' ':!kmod/core/trace.h' ':!kmod/test/export.c')
	checkpatch -f "${sources[@]}" || failed=1
	checkpatch --ignore COMPLEX_MACRO,MACRO_ARG_REUSE,MACRO_ARG_UNUSED,BRACKET_SPACE \
		-f kmod/core/drop.h kmod/core/drop.c kmod/core/alg.c || failed=1
	checkpatch --ignore OPEN_ENDED_LINE,PARENTHESIS_ALIGNMENT \
		-f kmod/core/trace.h || failed=1
	checkpatch --ignore EXPORT_SYMBOL -f kmod/test/export.c || failed=1
	return "$failed"
}

module_kernel_doc() {
	local sources

	mapfile -t sources < <(files 'kmod/*.[ch]' 'uapi/*.h')
	silent perl "$kernel/scripts/kernel-doc" -none "${sources[@]}"
}

read -r -a libraries < <(pkg-config --cflags libcrypto libnl-genl-3.0 jansson)
includes=(-std=gnu11 -D_GNU_SOURCE -Idaemon -Itools -Iuapi "${libraries[@]}")
tidy_checks='-*,bugprone-*,cert-*,clang-analyzer-*,misc-redundant-expression,'
tidy_checks+='performance-*,portability-*,-bugprone-easily-swappable-parameters,'
tidy_checks+='-cert-err33-c,-cert-dcl37-c,-cert-dcl51-cpp,'
tidy_checks+='-bugprone-reserved-identifier,-performance-no-int-to-ptr,'
tidy_checks+='-bugprone-implicit-widening-of-multiplication-result,'
tidy_checks+='-bugprone-sizeof-expression,-bugprone-narrowing-conversions,'
tidy_checks+='-bugprone-macro-parentheses,-bugprone-not-null-terminated-result,'
tidy_checks+='-clang-analyzer-security.insecureAPI.DeprecatedOrUnsafeBufferHandling'
# what is for Objective-C and C++, and for libraries that nobody here uses, only takes time
tidy_checks+=',-clang-analyzer-osx*,-clang-analyzer-optin.osx*,-clang-analyzer-cplusplus*,'
tidy_checks+='-clang-analyzer-optin.cplusplus*,-clang-analyzer-webkit*,'
tidy_checks+='-clang-analyzer-fuchsia*,-clang-analyzer-optin.mpi*'

# tidy_one FILE: remembers what was clean by the hash of all that it includes.
tidy_one() {
	local known

	known=build/tidy/$({
		echo "$tidy_checks"
		clang -E "${includes[@]}" "$1" || echo "no way to preprocess $1"
	} 2>&1 | sha256sum | cut -c1-32)
	[ ! -e "$known" ] || return 0
	clang-tidy --quiet --warnings-as-errors='*' --checks="$tidy_checks" \
		"$1" -- "${includes[@]}" -Wall -Wextra 2>/dev/null || return 1
	touch "$known"
}

userspace_tidy() {
	local sources file failed=0

	mkdir -p build/tidy
	mapfile -t sources < <(files 'daemon/*.c' 'tools/*.c')
	for file in "${sources[@]}"; do
		tidy_one "$file" || failed=1
	done
	return "$failed"
}

userspace_cppcheck() {
	local sources

	mapfile -t sources < <(files 'daemon/*.c' 'tools/*.c')
	mkdir -p build/cppcheck
	silent cppcheck --quiet --std=c11 --inline-suppr --error-exitcode=1 \
		--enable=warning,performance,portability \
		--suppress=missingIncludeSystem --cppcheck-build-dir=build/cppcheck \
		"-Djson_array_foreach(a, i, v)=while (next(a, &(i), &(v)))" \
		"-Djson_object_foreach(o, k, v)=while (next(o, &(k), &(v)))" \
		-D_GNU_SOURCE -Idaemon -Itools -Iuapi "${sources[@]}"
}

# licence_of FILE: what its SPDX line has to say; nothing: it needs none.
licence_of() {
	case $1 in
	uapi/*.h) echo 'GPL-2.0 WITH Linux-syscall-note' ;;
	kmod/*.json | kmod/*.md | */corpus/*) ;;
	kmod/* | Kbuild) echo 'GPL-2.0' ;;
	Makefile | *.[ch] | *.sh | *.py | *.yaml | *.[1-8] | *.config | *.service | *.socket | *.apparmor)
		echo 'GPL-2.0-or-later' ;;
	esac
}

# The tag is on line 1, or on line 2 below the name of an interpreter.
licences() {
	local file want got failed=0

	while IFS= read -r file; do
		want=$(licence_of "$file")
		[ -n "$want" ] || continue
		got=$(sed -n -e '1{/^#!/n;}' -e '1,2{
			s/.*SPDX-License-Identifier: \([^*]*[^* ]\) *\(\*\/\)\{0,1\}$/\1/p;q
		}' "$file")
		[ "$got" = "$want" ] && continue
		echo "$file: SPDX tag is '$got', not '$want'"
		failed=1
	done < <(files)
	return "$failed"
}

# Files stay below 900 lines, functions at 100 or less, lines at 100 columns.
sizes() {
	local file failed=0

	while IFS= read -r file; do
		expand "$file" | awk -v file="$file" '
			function complain(what) {
				print file ":" NR ": " what
				bad = 1
			}
			NR == 900 { complain("file of 900 lines or more") }
			length($0) > 100 { complain(length($0) " columns") }
			/^{/ { start = NR }
			/^}/ {
				if (start && NR - start - 1 > 100)
					complain("function of " NR - start - 1 " lines")
				start = 0
			}
			END { exit bad }' || failed=1
	done < <(files '*.[ch]' ':!*vectors*' ':!*_vec.h')
	return "$failed"
}

unfinished() {
	! git grep -nIwE --untracked 'TO[D]O|FIX[M]E|XX[X]|HAC[K]' -- \
		kmod uapi daemon tools selftests Makefile ':!daemon/fuzz/corpus'
}

# The measure of `systemd-analyze security` for the unit, in tenths; a looser unit has more.
EXPOSURE=15

unit_tight() {
	systemd-analyze security --offline=true --no-pager --threshold="$EXPOSURE" \
		"$PANTUN_TOP/daemon/pantund.service"
}

check "scripts: shellcheck" shell_clean
check "module: checkpatch --strict" module_checkpatch
check "module: kernel-doc" module_kernel_doc
check "userspace: clang-tidy" userspace_tidy
check "userspace: cppcheck" userspace_cppcheck
check "userspace: includes go one way, names are taken once" \
	/usr/bin/python3 selftests/layout.py
check "the unit's sandbox: exposure of $((EXPOSURE / 10)).$((EXPOSURE % 10)) at most" unit_tight
check "every file: licence tag" licences
check "every file: sizes" sizes
check "every file: nothing left unfinished" unfinished
check "uapi: yaml, header and policies agree" /usr/bin/python3 uapi/check_uapi.py
finish
