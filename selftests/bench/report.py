#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""report.py SAMPLES OUT_DIR [PART...]: what the samples of measure.py say, as a table,
as OUT_DIR/bench.json and as OUT_DIR/bench.svg.

A tunnel's cost is its time of a packet less that of plain forwarding in the same
round; ratios are formed within a round, too.  Shown are the median and the range
of the middle half of the rounds.  Fails when a figure is missing, or in the noise.
"""
import collections
import json
import os
import statistics
import sys

from plot import draw

PARTS = ("forward", "tcp", "growth")
VARIANTS = ("plain", "pantun", "xfrm", "wireguard", "pantun-natt", "xfrm-natt", "pantun-again")
PAIRS = (("pantun", "xfrm"), ("pantun-natt", "xfrm-natt"), ("pantun", "wireguard"),
         ("pantun-again", "pantun"))
TITLES = {"forward-64": "time added to a packet of 64 octets, ns",
          "forward-1400": "time added to a packet of 1,400 octets, ns",
          "tcp": "TCP, Gbit in a second of CPU"}
# what grows -> (count, tunnels x proxy-IDs)
GROWTH = {"SAs": ((1, "1x1"), (1000, "4x250"), (10000, "40x250")),
          "proxy-IDs of a tunnel": ((1, "1x1"), (250, "1x250")),
          "tunnels": ((1, "1x1"), (1000, "1000x1"))}
# figure -> where the packets of it go
GROWTHS = {"growth": "all of them used by turns", "lookup": "one of them used"}
KINDS = ("pantun", "xfrm")


class Missing(Exception):
    """A figure that was not measured."""


def read(name):
    """The cipher, and figure -> variant -> values by round."""
    samples = collections.defaultdict(dict)
    driver = None
    with open(name, encoding="ascii") as lines:
        for line in lines:
            figure, variant, number, value = line.split()
            if figure == "cipher":
                driver = variant
            else:
                samples[figure].setdefault(variant, {})[int(number)] = float(value)
    return driver, {figure: {variant: [found[n] for n in sorted(found)]
                             for variant, found in variants.items()}
                    for figure, variants in samples.items()}


def demand(samples, parts):
    """Every variant of every figure, in every round."""
    wanted = []
    for part, figures in (("forward", ("forward-64", "forward-1400")), ("tcp", ("tcp",))):
        if part in parts:
            wanted += [(figure, variant) for figure in figures for variant in VARIANTS]
    if "growth" in parts:
        wanted += [(figure, f"{kind}-{shape}") for figure in GROWTHS
                   for kind in ("plain",) + KINDS
                   for counts in GROWTH.values() for _, shape in counts]
    rounds = {len(samples.get(figure, {}).get(variant, ())) for figure, variant in wanted}
    if len(rounds) != 1 or 0 in rounds:
        raise Missing("not every figure was measured in every round: " + ", ".join(
            sorted({f"{figure} {variant} {len(samples.get(figure, {}).get(variant, ()))}"
                    for figure, variant in wanted})))
    return rounds.pop()


def summary(values):
    """Median, the ends of the middle half, the ends of all."""
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive") \
        if len(values) > 1 else values * 3
    return {"median": middle, "low": low, "high": high, "min": min(values), "max": max(values)}


def less(values, base, what):
    """What they cost more than the base, round by round."""
    added = [a - b for a, b in zip(values, base)]
    if min(added) <= 0:
        raise Missing(f"{what} costs no more than plain forwarding: lost in the noise")
    return added


def quotients(values, base):
    """Their ratio, round by round."""
    return summary([a / b for a, b in zip(values, base)])


def compare(figure, variants):
    """One figure of all variants: the medians, and the ratios."""
    result = {}
    if figure != "tcp":
        result["plain"] = summary(variants["plain"])
        variants = {name: less(values, variants["plain"], f"{figure} {name}")
                    for name, values in variants.items() if name != "plain"}
    result["variants"] = {name: summary(values) for name, values in variants.items()
                          if not name.endswith("-again")}
    result["ratios"] = {f"{ours} / {peer}": quotients(variants[ours], variants[peer])
                        for ours, peer in PAIRS}
    return result


def grown(variants):
    """Time added to a packet by how many there are, and the ratio to one, of a figure."""
    result = {}
    for what, counts in GROWTH.items():
        result[what] = {}
        for kind in KINDS:
            added = {count: less(variants[f"{kind}-{shape}"], variants[f"plain-{shape}"],
                                 f"growth {kind}-{shape}") for count, shape in counts}
            result[what][kind] = {count: {"time": summary(values),
                                          "ratio": quotients(values, added[1])}
                                  for count, values in added.items()}
    return result


def spread(one, digits=0):
    """A summary as text."""
    return f"{one['median']:10,.{digits}f}  {one['low']:,.{digits}f} to {one['high']:,.{digits}f}"


def show(result):
    """The table."""
    print(f"{result['rounds']} rounds; median, and the range of the middle half; "
          f"AES-GCM-128 by {result['cipher']}")
    for figure, parts in result["figures"].items():
        digits = 2 if figure == "tcp" else 0
        print(f"\n{TITLES[figure]}")
        for name, one in parts["variants"].items():
            print(f"  {name:24}{spread(one, digits)}")
        if "plain" in parts:
            print(f"  {'(plain forwarding takes)':24}{spread(parts['plain'], digits)}")
        for name, one in parts["ratios"].items():
            noise = "   (noise: both are the same)" if "again" in name else ""
            print(f"  {name.replace('-again', ''):24}{spread(one, 2)}{noise}")
    for figure, use in GROWTHS.items():
        for what, kinds in result[figure].items():
            print(f"\ntime added to a packet of 64 octets by the number of {what}, {use}, ns; "
                  "ratio to one")
            show_growth(kinds)


def show_growth(kinds):
    """The rows of one thing that grows."""
    for kind, counts in kinds.items():
        for count, one in counts.items():
            print(f"  {kind:8}{count:8,d}        {spread(one['time']):36}"
                  f"{spread(one['ratio'], 2)}")


def main():
    """Reads, shows, writes."""
    name, out, *parts = sys.argv[1:]
    parts = parts or PARTS
    driver, samples = read(name)
    try:
        result = {"rounds": demand(samples, parts), "cipher": driver}
        result["figures"] = {figure: compare(figure, samples[figure]) for figure in TITLES
                             if figure in samples}
        for figure in GROWTHS:
            result[figure] = grown(samples[figure]) if figure in samples else {}
    except Missing as error:
        raise SystemExit(f"bench: {error}") from None
    show(result)
    with open(os.path.join(out, "bench.json"), "w", encoding="ascii") as file:
        json.dump(result, file, indent=1)
        file.write("\n")
    with open(os.path.join(out, "bench.svg"), "w", encoding="ascii") as file:
        file.write(draw(result, TITLES, GROWTHS))


main()
