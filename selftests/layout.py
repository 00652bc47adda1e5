#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The order of the sources: which folder may include which, and which names are taken.

layout.py [TOP]

FOLDERS has a line for each folder: what its files may include besides their own.  Includes name
the folder, so no other way leads around that.  Two static functions of one folder, of the module's
as well, have different names, for a reader, a debugger and a backtrace.  Prints FILE:LINE of each
breach.
"""
import pathlib
import re
import sys

FOLDERS = """
daemon/base:
daemon/genl: base
daemon/wire: base
daemon/crypto: base wire
daemon/msg: base
daemon/prop: base wire crypto
daemon/policy: base wire prop
daemon/ike: base wire crypto msg prop policy
daemon/ike/v1: base wire crypto msg prop policy ike
daemon/ike/v2: base wire crypto prop policy ike
daemon/versions: ike ike/v1 ike/v2
daemon/auth: base crypto msg proc prop
daemon/fetch: base msg proc
daemon/conf: base crypto prop policy
daemon/kern: base genl prop policy ike
daemon/ctl: base policy ike
daemon/priv: base wire
daemon/talk: base msg prop policy ike ctl
daemon/proc: base msg
daemon/engine: base crypto msg talk proc priv ike versions ctl
daemon/loop: base crypto prop policy conf kern ctl priv msg talk proc auth engine ike
daemon: base conf ctl loop priv msg proc auth engine fetch
tools: base ctl genl
tools/exporter: exporter
"""
# Tests look into everything, and each is a program of its own.
TESTS = ("daemon/tests", "daemon/fuzz", "tools/tests")
# Headers of the contract with the module, which -Iuapi finds.
ANYWHERE = {"pantun_version.h"}

INCLUDE = re.compile(r'#include "([^"]+)"')
STATIC = re.compile(r"static\b[^=;{]*?\b(\w+)\(")


def rules():
    """What each folder may include, as it stands in an include."""
    allowed = {}
    for line in FOLDERS.strip().splitlines():
        folder, others = line.split(":")
        allowed[folder] = set(others.split()) | {folder.removeprefix("daemon/")}
    # What tools/ has of its own is included by name alone.
    allowed["tools"].add("")
    return allowed


def includes(path, text, allowed):
    """The includes of a file that its folder must not have."""
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        if not match or match[1] in ANYWHERE:
            continue
        folder = match[1].rpartition("/")[0]
        if folder not in allowed:
            yield number, f"{path.parent} must not include {match[1]}"


def functions(text):
    """Static functions that are defined here, by line."""
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        if not line.startswith("static "):
            continue
        head = ""
        for more in lines[number - 1:]:
            if more.startswith("{"):
                match = STATIC.match(head)
                if match:
                    yield number, match[1]
                break
            head += more + " "
            if more.endswith((";", "{", "=")):
                break


def sources(top, *roots):
    """Paths below @top of all that is compiled."""
    return [path.relative_to(top) for root in roots
            for path in sorted((top / root).rglob("*.[ch]"))]


def names(path, text, taken):
    """The static functions of a file whose name another file of its folder has, too."""
    for number, name in functions(text):
        other = taken.setdefault((path.parent, name), f"{path}:{number}")
        if not other.startswith(f"{path}:"):
            yield number, f"{name}() is taken, see {other}"


def main():
    """Checks every file of the userspace, and the names of the module's."""
    top = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    allowed, taken, bad = rules(), {}, []
    for path in sources(top, "daemon", "tools", "kmod"):
        folder = str(path.parent)
        if folder in TESTS or path.stem.endswith("_test"):
            continue
        text = (top / path).read_text(encoding="utf-8")
        breaches = list(names(path, text, taken))
        if folder in allowed:
            breaches += includes(path, text, allowed[folder])
        elif path.parts[0] != "kmod":
            breaches.append((1, f"{folder} has no line in selftests/layout.py"))
        bad += [f"{path}:{number}: {what}" for number, what in breaches]
    print(*bad, sep="\n", end="\n" if bad else "")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
