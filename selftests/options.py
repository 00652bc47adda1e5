#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Changes the options of tunnel1 in this network namespace again and again:
options.py ROUNDS

Each alters what packets have in front or behind; a round sets all of them, one after the
other, and then sets them back."""
import os
import sys

from genl import C, Genl, nest, text, u8, u32

OPTIONS = (("GRE", u8, 1, 0), ("TOS", u32, C["TOS_COPY"], C["TOS_FIXED"]), ("TTL", u8, 9, 0),
           ("FLOW_LABEL", u8, 1, 0), ("TFC", u32, 1300, 0), ("DF", u32, C["DF_SET"], C["DF_COPY"]),
           ("MARK", u32, 5, 0), ("DUMMY", u32, 1, 0))


def main():
    """Rounds until all are done, or one is refused."""
    genl = Genl()
    for _ in range(int(sys.argv[1])):
        for which in (2, 3):
            for option in OPTIONS:
                kind, value = C["TUNNEL_A_" + option[0]], option[which]
                answer = genl.ask(C["CMD_TUNNEL_SET"], text(C["A_IFNAME"], "tunnel1") +
                                  nest(C["A_TUNNEL"], option[1](kind, value)))
                if answer.error:
                    raise SystemExit(f"{option[0]} {value}: {os.strerror(answer.error)}: "
                                     f"{answer.text}")


main()
