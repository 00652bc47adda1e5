#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What the ends of a tunnel have is the same, and no more of it.

same_state.py [--strict] SHOW XFRM [SAS]

SHOW is what `pantunctl --json show` says at one end: of its daemon, and of its kernel.  XFRM is
`ip xfrm state` of the other end, SAS its `swanctl --list-sas`.  Prints what differs.  An SA that
still receives, though nobody sends by it any more, is no difference unless with --strict.
"""
import json
import re
import sys

LIVING = ("active", "rekeying")


def differ(what, ours, theirs):
    """Whether two sets differ, which is said."""
    if ours == theirs:
        return False
    print(f"{what}: {sorted(ours)} and {sorted(theirs)}")
    return True


def pantun(show):
    """Pairs of SPIs of the daemon's children; SPIs of its kernel, received and sent by."""
    pairs = {(c["spi_in"], c["spi_out"]) for c in show["children"] if c["state"] in LIVING}
    spis = {"in": set(), "out": set()}
    for sa in show["ipsec_sas"]:
        spis[sa["dir"]].add(sa["spi"].removeprefix("0x"))
    return pairs, spis


def swanctl(text):
    """Of strongSwan: SPIs of IKE SAs, and of each child its SPIs, proposal and selectors."""
    ikes, children, child = set(), [], None
    for line in text.splitlines():
        words = line.split()
        if found := re.search(r"ESTABLISHED, IKEv2, (\w+)_i\*? (\w+)_r", line):
            ikes.add(found.groups())
        elif found := re.search(r"INSTALLED, \S+, (ESP|AH):(\S+)", line):
            child = {"proposal": found[2]}
            children.append(child)
        elif re.match(r"  \S+: #", line):
            child = None
        elif child is not None and line.startswith("    ") and words:
            if words[0] in ("in", "out"):
                child[words[0]] = words[1].rstrip(",")
            elif words[0] in ("local", "remote"):
                child[words[0]] = set(words[1:])
    return ikes, children


def selectors(text):
    """As strongSwan prints them; None where those have ports, which it writes in its own way."""
    return set(text.split(", ")) if re.fullmatch(r"[0-9a-f:./, -]+", text) else None


def with_swanctl(show, text):
    """Whether what strongSwan says differs from what our daemon says."""
    ikes, children = swanctl(text)
    ours = {(s["spi_i"], s["spi_r"]) for s in show["ike_sas"] if s["state"] == "established"}
    bad = differ("IKE SAs", ours, ikes)
    theirs = {(c["out"], c["in"]): c for c in children}
    for child in show["children"]:
        other = theirs.get((child["spi_in"], child["spi_out"]))
        if child["state"] not in LIVING:
            continue
        if other is None:
            print(f"strongSwan has no child {child['spi_in']}, {child['spi_out']}")
            bad = True
            continue
        for ours, its in (("ts_local", "remote"), ("ts_remote", "local")):
            wanted = selectors(child[ours])
            if wanted:
                bad |= differ(ours, wanted, other[its])
        bad |= differ("proposals", {child["proposal"].split("/")[0]},
                      {other["proposal"].split("/")[0]})
    return bad | differ("children", set(theirs),
                        {(c["spi_in"], c["spi_out"]) for c in show["children"]
                         if c["state"] in LIVING})


def main():
    """Exit status 1 where something differs, or there is no child at all."""
    strict = sys.argv[1] == "--strict"
    names = sys.argv[1 + strict:]
    with open(names[0], encoding="utf-8") as file:
        show = json.load(file)
    with open(names[1], encoding="utf-8") as file:
        xfrm = {f"{int(spi, 16):08x}" for spi in re.findall(r"spi (0x[0-9a-f]+)", file.read())}
    xfrm.discard("00000000")    # what it waits for
    pairs, kernel = pantun(show)
    if not strict:
        kernel["in"] -= kernel["in"] - xfrm - {spi for spi, _ in pairs}
    bad = differ("daemon and kernel, in", {spi for spi, _ in pairs}, kernel["in"])
    bad |= differ("daemon and kernel, out", {spi for _, spi in pairs}, kernel["out"])
    bad |= differ("our kernel and theirs", kernel["in"] | kernel["out"], xfrm)
    if len(names) > 2:
        with open(names[2], encoding="utf-8") as file:
            bad |= with_swanctl(show, file.read())
    if not pairs:
        print("there is no child")
    sys.exit(bad or not pairs)


main()
