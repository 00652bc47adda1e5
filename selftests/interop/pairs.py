#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""pairs.py NAME=VALUE,VALUE... [not:NAME=VALUE,NAME=VALUE...]: rows with a value of each NAME, so
that any values of two NAMEs meet in a row, where what follows not: does not meet in any.  The same
arguments give the same rows."""
import collections
import itertools
import sys


def parse(words):
    names, values, barred = [], [], []
    for word in words:
        if word.startswith("not:"):
            barred.append(dict(part.split("=", 1) for part in word[4:].split(",")))
            continue
        name, choice = word.split("=", 1)
        names.append(name)
        values.append(choice.split(","))
    places = [{names.index(name): value for name, value in bar.items()} for bar in barred]
    return values, places


def allowed(row, barred):
    return not any(all(row.get(at) == value for at, value in bar.items()) for bar in barred)


def met(row):
    return {((a, row[a]), (b, row[b])) for a, b in itertools.combinations(sorted(row), 2)}


def filled(row, values, barred, left, used):
    """ROW with the other columns: what meets most of what is left, else what was used least."""
    for at, choice in enumerate(values):
        if at in row:
            continue
        rows = [row | {at: value} for value in choice]
        rows = [wider for wider in rows if allowed(wider, barred)]
        if not rows:
            return None
        row = max(rows, key=lambda wider, at=at: (len(met(wider) & left), -used[at, wider[at]]))
    return row


def pairs(values, barred):
    left = {((a, x), (b, y)): None for a, b in itertools.combinations(range(len(values)), 2)
            for x in values[a] for y in values[b] if allowed({a: x, b: y}, barred)}
    rows, used = [], collections.Counter()
    while left:
        first = next(iter(left))
        row = filled(dict(first), values, barred, left.keys(), used)
        if row is None:
            sys.exit(f"pairs.py: nothing goes with {first}")
        for pair in met(row):
            left.pop(pair, None)
        used.update(row.items())
        rows.append([row[at] for at in range(len(values))])
    return rows


if __name__ == "__main__":
    for line in sorted(pairs(*parse(sys.argv[1:]))):
        print(*line)
