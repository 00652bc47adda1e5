#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The cells of offloads.sh: what devices do for TCP and UDP, on and off, octet by octet.

A cell is a set of features at A's tunnel and at B's, or at the links around them.  In it,
both ways and by IPv4 and IPv6, a stream over TCP and datagrams that are made of a large
one by UDP_SEGMENT (GSO) have to arrive as they were.  Results are TAP, one a cell.
"""
import itertools
import json
import os
import socket
import subprocess
import sys

from oracle import HOSTS, Failed, in_netns, run, stream

FEATURES = ("tso", "gso", "gro", "sg", "tx", "rx")
LINK_FEATURES = ("tso", "gso", "gro", "sg", "tx")
STREAM = 256 << 10
SEGMENT, SEGMENTS, BURSTS = 1200, 16, 4
UDP_SEGMENT = 103


class Way:
    """From one host to the other, by one family; sockets are kept for all cells."""

    def __init__(self, source, sink, family, addresses):
        self.name = f"{source} to {sink}, IPv{family}"
        af = socket.AF_INET6 if family == 6 else socket.AF_INET
        self.af, self.source, self.sink, self.address = af, source, sink, addresses[1]
        with in_netns(sink):
            self.listener = socket.create_server((addresses[1], 6000), family=af)
            self.udp_in = socket.socket(af, socket.SOCK_DGRAM)
        self.udp_in.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.udp_in.bind((addresses[1], 6001))
        self.udp_in.settimeout(3)
        with in_netns(source):
            self.udp_out = socket.socket(af, socket.SOCK_DGRAM)
        self.udp_out.bind((addresses[0], 0))
        self.udp_out.connect((addresses[1], 6001))
        self.udp_out.setsockopt(socket.SOL_UDP, UDP_SEGMENT, SEGMENT)

    def tcp(self):
        """A stream of random octets."""
        data = os.urandom(STREAM)
        with in_netns(self.source):
            client = socket.socket(self.af, socket.SOCK_STREAM)
        with client:
            client.settimeout(20)
            client.connect((self.address, 6000))
            stream(client, self.listener, data, self.name)

    def udp(self):
        """Large datagrams, cut into segments by whoever does that; the last one is short."""
        for burst in range(BURSTS):
            data = os.urandom(SEGMENT * SEGMENTS - 7 - burst)
            self.udp_out.send(data)
            got = set()
            try:
                for _ in range(SEGMENTS):
                    got.add(self.udp_in.recv(65536))
            except TimeoutError:
                raise Failed(f"{self.name}: UDP: {len(got)} of {SEGMENTS} segments arrived") \
                    from None
            wanted = {data[at:at + SEGMENT] for at in range(0, len(data), SEGMENT)}
            if got != wanted:
                raise Failed(f"{self.name}: UDP brought other octets")


def words(features, chosen):
    """Of ethtool -K."""
    return [word for feature in features
            for word in (feature, "on" if feature in chosen else "off")]


def set_features(node, device, features, chosen):
    """Turns these on and all others off; what a device cannot do is not its matter."""
    with in_netns(node):
        subprocess.run(["ethtool", "-K", device, *words(features, chosen)], check=False,
                       capture_output=True)


def features_of(node, device):
    """The names of those that are on."""
    names = {"tcp-segmentation-offload": "tso", "generic-segmentation-offload": "gso",
             "generic-receive-offload": "gro", "scatter-gather": "sg", "tx-checksumming": "tx",
             "rx-checksumming": "rx"}
    found = set()
    for line in run(node, "ethtool", "-k", device).splitlines():
        name, _, state = line.partition(":")
        if name in names and state.split()[:1] == ["on"]:
            found.add(names[name])
    return found


def drops():
    """Of both tunnels."""
    found = {}
    for node in ("ga", "gb"):
        shown = json.loads(run(node, os.environ["PANTUNCTL"], "--json", "show", "flow"))
        found |= {f"{node} {why}": count for tunnel in shown["tunnels"]
                  for why, count in tunnel["drops"].items() if count}
    return found


def expected(chosen):
    """What a device has on when it was asked for these: the stack has rules of its own."""
    found = set(chosen)
    if "sg" not in found or "tx" not in found:
        found -= {"tso"}
    if "sg" not in found:
        found -= {"gso"}
    return found


class Cells:
    """Both tables."""

    def __init__(self):
        self.ways = [Way(*nodes, family, addresses)
                     for family in (4, 6)
                     for nodes, addresses in ((("ha", "hb"), HOSTS[family]),
                                              (("hb", "ha"), HOSTS[family][::-1]))]
        self.number = self.failed = 0
        self.seen = {}

    def run(self, name):
        """One cell with the features that are set."""
        self.number += 1
        before = drops()
        try:
            for way in self.ways:
                way.tcp()
                way.udp()
            if (after := drops()) != before:
                raise Failed(f"dropped: {after}, before: {before}")
        except (Failed, OSError) as error:
            self.failed += 1
            print(f"not ok {self.number} - {name}\n# {error}", flush=True)
            return
        print(f"ok {self.number} - {name}", flush=True)

    def tunnels(self):
        """Every combination at A's; at B's the complement, so that each meets the other."""
        for size in range(len(FEATURES) + 1):
            for chosen in itertools.combinations(FEATURES, size):
                others = [feature for feature in FEATURES if feature not in chosen]
                set_features("ga", "tunnel1", FEATURES, chosen)
                set_features("gb", "tunnel1", FEATURES, others)
                self.seen[chosen] = features_of("ga", "tunnel1")
                self.run(f"tunnels: {' '.join(chosen) or 'none'} on at A, the others at B")
        for node in ("ga", "gb"):
            set_features(node, "tunnel1", FEATURES, FEATURES)

    def links(self):
        """All on, all off, one alone, all but one: at the hosts' links and the underlay."""
        sets = [LINK_FEATURES, ()] + [(feature,) for feature in LINK_FEATURES] + \
            [tuple(set(LINK_FEATURES) - {feature}) for feature in LINK_FEATURES]
        for chosen in sets:
            for node, device in (("ha", "eth0"), ("hb", "eth0"), ("ga", "lan0"), ("gb", "lan0"),
                                 ("ga", "wan0"), ("gb", "wan0")):
                set_features(node, device, LINK_FEATURES, chosen)
            self.run(f"links: {' '.join(sorted(chosen)) or 'none'} on")


def main():
    """All cells."""
    cells = Cells()
    cells.tunnels()
    cells.links()
    cells.number += 1
    wrong = {chosen: found for chosen, found in cells.seen.items() if found != expected(chosen)}
    print(f"{'not ' * bool(wrong)}ok {cells.number} - the tunnel had on what was asked for")
    for chosen, found in wrong.items():
        print(f"# asked for {chosen}, had {sorted(found)}")
    print(f"1..{cells.number}")
    print(f"# a cell: {len(cells.ways)} ways of {STREAM >> 10} KiB over TCP and "
          f"{BURSTS * SEGMENTS} segments of UDP")
    sys.exit(cells.failed > 0 or bool(wrong))


if __name__ == "__main__":
    main()
