#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Tells which of kmemleak's reports are about memory that the module allocated:
guest-leaks.py REPORTS SYMBOLS

REPORTS is what /sys/kernel/debug/kmemleak says after the module was unloaded,
SYMBOLS the module's lines of /proc/kallsyms before that.  An object is the
module's when its call trace goes through an address without a symbol: everything
but modules has symbols, and no other module stays loaded in a lab guest.  Those
of the last time it was loaded get their names back from SYMBOLS.

Prints a TAP result; exit status 1 if something was leaked.
"""
import bisect
import re
import sys


def symbols(path):
    """The module's functions: sorted addresses, and their names."""
    with open(path, encoding="ascii") as lines:
        found = sorted((int(line.split()[0], 16), line.split()[2]) for line in lines)
    return [address for address, _ in found], [name for _, name in found]


def named(address, table):
    """An address in the module as NAME+OFFSET, as far as that is known."""
    addresses, names = table
    at = bisect.bisect_right(addresses, address) - 1
    if at < 0 or address - addresses[at] > 0x4000:
        return f"{address:#x} (loaded earlier)"
    return f"{names[at]}+{address - addresses[at]:#x}"


def reports(path):
    """Kmemleak's reports, each a list of lines."""
    with open(path, encoding="ascii", errors="replace") as lines:
        text = lines.read()
    return [part.splitlines() for part in re.split(r"^(?=unreferenced object)", text,
                                                   flags=re.M) if part.strip()]


def explain(report, table):
    """The report with the module's frames named, or None if it has none."""
    lines, ours = [], False
    for line in report:
        frame = re.search(r"^    (0x[0-9a-f]+)$", line.rstrip())
        if frame:
            ours = True
            line = "    [pantun] " + named(int(frame[1], 16), table)
        lines.append(line)
    return lines if ours else None


def main():
    """The result, the module's leaks, and how many others there are."""
    table = symbols(sys.argv[2])
    found = reports(sys.argv[1])
    ours = [lines for lines in (explain(report, table) for report in found) if lines]
    print("not ok" if ours else "ok", "- no memory of the module is leaked")
    for report in ours[:10]:
        for line in report:
            print("#", line)
    if len(found) > len(ours):
        print(f"# {len(found) - len(ours)} reports about memory of the kernel's own")
    return 1 if ours else 0


sys.exit(main())
