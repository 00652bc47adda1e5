#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""ike_report.py SAMPLES: what the samples of ike.sh say, as a table.

Ratios are formed within a round; shown are the medians.  Fails when a figure is missing.
"""
import collections
import statistics
import sys

SIDES = ("pantun", "charon", "charon-alone")
FIGURES = {"handshake-x25519": "handshake, X25519", "handshake-ecp256": "handshake, P-256",
           "handshake-modp2048": "handshake, MODP-2048", "rekey": "rekey of a child, X25519"}
MARK = 0.5


def read(name):
    """figure -> side -> [(user, kernel)] by round; and peers -> side -> (before, after)."""
    samples = collections.defaultdict(lambda: collections.defaultdict(list))
    memory = collections.defaultdict(dict)
    with open(name, encoding="ascii") as lines:
        for line in lines:
            figure, side, number, one, other = line.split()
            values = int(one), int(other)
            if figure == "memory":
                memory[int(number)][side] = values
            else:
                samples[figure][side].append(values)
    return samples, memory


def demand(samples, memory):
    """Each figure of each side in each round; the number of rounds."""
    counts = {len(samples[figure][side]) for figure in FIGURES for side in SIDES}
    if len(counts) != 1 or 0 in counts or not memory or \
            any(set(sides) != set(SIDES) for sides in memory.values()):
        raise SystemExit("bench: not every figure of ike was measured in every round")
    return counts.pop()


def median(values):
    """Of an iterator, too."""
    return statistics.median(list(values))


def judge(what, figures):
    """Whether the mark is reached by the median of each, which single rounds may miss."""
    worst = max(figures, key=median)
    spread = f", {min(worst):.2f} to {max(worst):.2f} in its rounds" if len(worst) > 1 else ""
    print(f"first mark, {what} at most {MARK} of charon's: "
          f"{'reached' if median(worst) <= MARK else 'NOT reached'} "
          f"({median(worst):.3f} at worst{spread})")


def show_times(samples, rounds):
    """A row for each figure and side; the ratios of whole CPU to charon's with XFRM, by round."""
    ratios = []
    print(f"{rounds} rounds, medians; CPU of the daemon that answers, with all its threads, µs")
    print(f"  {'':26}{'':14}{'user':>8}{'system':>8}{'whole':>8}   pantun / it: user  whole")
    for figure, title in FIGURES.items():
        ours = samples[figure]["pantun"]
        for side in SIDES:
            values = samples[figure][side]
            user = median(a[0] / b[0] for a, b in zip(ours, values))
            each = [sum(a) / sum(b) for a, b in zip(ours, values)]
            whole = median(each)
            row = f"  {title:26}{side:14}{median(v[0] for v in values) / 1000:8,.0f}" \
                  f"{median(v[1] for v in values) / 1000:8,.0f}" \
                  f"{median(sum(v) for v in values) / 1000:8,.0f}"
            print(row + (f"{user:21.2f}{whole:7.2f}" if side != "pantun" else ""))
            title = ""
            if side == "charon":
                ratios.append(each)
    return ratios


def show_memory(memory):
    """What an SA takes; the ratios to charon's with XFRM."""
    ratios = []
    print(f"\n  {'resident, KiB':26}{'':14}{'no SA':>8}{'SAs':>8}{'with all':>10}{'an SA':>8}")
    for peers in sorted(memory):
        each = {}
        for side, (before, after) in memory[peers].items():
            each[side] = (after - before) / peers
            print(f"  {'':26}{side:14}{before:8,d}{peers:8,d}{after:10,d}{each[side]:8.1f}")
        ratios.append([each["pantun"] / each["charon"]])
    return ratios


def main():
    """Reads and shows."""
    samples, memory = read(sys.argv[1])
    ratios = show_times(samples, demand(samples, memory))
    grown = show_memory(memory)
    print("\nThe lab's kernel is slow to enter, so what is not user's weighs more than elsewhere.\n"
          "pantun has its gateways before the first SA; charon has one configuration for all.")
    judge("CPU a handshake and rekey", ratios)
    judge("memory an SA", grown)


main()
