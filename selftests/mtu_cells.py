#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The automatic MTU, cell by cell: pantun at both gateways, in the topology of mtu.sh.

A cell is an algorithm, an outer family, a mode, plain or in UDP, with or without GRE.
In it, for an underlay of 1,500 octets and one of 9,000: the device's MTU is what the
RFCs say, a packet of that size arrives, by one outer packet of the size that the RFCs
say, and one octet more would not have fit: that is refused, with an error that has the
MTU, and on the larger underlay it is seen to take more than the smaller one has.

Results are TAP, one a cell; the sizes that were measured come last.
"""
import contextlib
import errno
import fcntl
import itertools
import os
import select
import socket
import struct
import sys
import time

from manual_keys import Algorithm, write_keys
from oracle import (HEADER, HOSTS, IP_MTU_DISCOVER, IPV6_MTU_DISCOVER, OUTER, PROBE, SHAPES, Failed,
                    Pair, Shape, batch, cannot, encap_sockets, in_netns, run)

ALGORITHMS = ("aes-128-gcm", "aes-256-cbc+sha256", "null+sha1", "chacha20-poly1305", "ah+sha256")
UNDERLAYS = (1500, 9000)
IP_RECVERR, IPV6_RECVERR = 11, 25
ETH_P_ALL, PACKET_OUTGOING = 3, 4
SIOCGIFMTU = 0x8921
SPI = {"ga": "0x1001", "gb": "0x2001"}      # what each receives


def outer_size(algorithm, shape, inner, options=0):
    """Octets of the outer packet, by RFC 4303 section 2, 4302 section 2, 2784 and 3948.

    options: of the inner packet's header, where that is the outer one.
    """
    header = HEADER[shape.family] + options
    payload = inner - header if shape.transport and not shape.gre else inner
    if shape.gre:
        payload += 4 + (0 if shape.transport else header)
    if algorithm.proto == "ah":
        unit = 8 if shape.family == 6 else 4
        return header + -(-(12 + algorithm.iv + algorithm.icv) // unit) * unit + payload
    padded = -(-(payload + 2) // algorithm.block) * algorithm.block
    return header + 8 * shape.nat_t + 8 + algorithm.iv + padded + algorithm.icv


def largest_inner(algorithm, shape, underlay, options=0):
    """The largest inner packet whose outer one fits."""
    return max(size for size in range(underlay - 200, underlay + 1)
               if outer_size(algorithm, shape, size, options) <= underlay)


class Tap:
    """Sizes of the IP packets of ESP or AH, in UDP or not, that gateway A sends."""

    def __init__(self):
        with in_netns("ga"):
            self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM,
                                        socket.htons(ETH_P_ALL))
            self.socket.bind(("wan0", ETH_P_ALL))

    def take(self):
        """Those since the last time: a list of (octets, whether it is a fragment)."""
        found = []
        while select.select([self.socket], [], [], 0)[0]:
            packet, address = self.socket.recvfrom(65536)
            if address[2] != PACKET_OUTGOING:
                continue
            if packet[0] >> 4 == 4 and packet[9] in (50, 51, 17):
                found.append((struct.unpack_from("!H", packet, 2)[0],
                              bool(struct.unpack_from("!H", packet, 6)[0] & 0x3fff)))
            elif packet[0] >> 4 == 6 and packet[6] in (50, 51, 17, 44):
                found.append((struct.unpack_from("!H", packet, 4)[0] + 40, packet[6] == 44))
        return found


class Matrix:
    """All cells."""

    def __init__(self):
        self.pairs = {(node, family): Pair((node, far), family, addresses[family])
                      for node, far, addresses in (("ha", "hb", HOSTS), ("ga", "gb", OUTER))
                      for family in (4, 6)}
        for (_, family), pair in self.pairs.items():
            level, recverr, discover = \
                (socket.IPPROTO_IPV6, IPV6_RECVERR, IPV6_MTU_DISCOVER) if family == 6 else \
                (socket.IPPROTO_IP, IP_RECVERR, IP_MTU_DISCOVER)
            pair.ends[0].setsockopt(level, recverr, 1)
            pair.ends[0].setsockopt(level, discover, PROBE)
        self.encap = encap_sockets()
        self.tap = Tap()
        self.work, self.ctl = os.environ["WORK"], os.environ["PANTUNCTL"]
        self.noise = os.urandom(9000)
        self.underlay = 0
        self.rows = []
        self.failed = 0

    def set_underlay(self, mtu):
        """The link between the gateways, seen from A."""
        if mtu != self.underlay:
            batch("ga", [f"link set wan0 mtu {mtu}"])
        self.underlay = mtu

    def set_up(self, algorithm, shape):
        """SAs with new keys, and routes, on both sides."""
        keys = {}
        for node in SPI:
            keys[node] = os.path.join(self.work, node + ".keys")
            write_keys(keys[node], algorithm.keys())
        for number, (node, far) in enumerate((("ga", "gb"), ("gb", "ga"))):
            local, remote = OUTER[shape.family][number], OUTER[shape.family][1 - number]
            into = "tunnel1" if shape.transport and not shape.gre else "wan0"
            batch(node, [f"route replace {OUTER[family][1 - number]} dev {into} "
                         f"src {OUTER[family][number]}" for family in (4, 6)])
            run(node, self.ctl, "sa", "flush", "dev", "tunnel1")
            run(node, self.ctl, "tunnel", "set", "dev", "tunnel1", "gre",
                "on" if shape.gre else "off")
            for way, spi in (("in", node), ("out", far)):
                run(node, self.ctl, "sa", "add", "dev", "tunnel1", way, "spi", SPI[spi],
                    "local", local, "remote", remote, *algorithm.pantun,
                    *(["mode", "transport"] if shape.transport else []),
                    *(["encap", "4500", "4500"] if shape.nat_t else []), "key-file", keys[spi])

    @staticmethod
    def mtu():
        """Of A's tunnel1."""
        with in_netns("ga"), socket.socket() as any_socket:
            return struct.unpack_from("i", fcntl.ioctl(any_socket, SIOCGIFMTU, struct.pack(
                "16s16x", b"tunnel1")), 16)[0]

    def wait_mtu(self, wanted, pair):
        """The MTU follows the SAs, and with packets the path."""
        end = time.monotonic() + 5
        while (found := self.mtu()) != wanted:
            if time.monotonic() > end:
                raise Failed(f"the MTU is {found}, by the RFCs it is {wanted}")
            pair.ends[0].send(b"small")
            time.sleep(0.01)

    def passes(self, pair, inner, options=0):
        """Sends a packet of so many octets; the sizes of its outer packets."""
        payload = self.noise[:inner - HEADER[pair.family] - options]
        self.tap.take()
        pair.ends[0].send(payload)
        end = time.monotonic() + 3
        while pair.receive(pair.ends[1], max(end - time.monotonic(), 0)) != payload:
            if time.monotonic() > end:
                raise Failed(f"v{pair.family}: a packet of {inner} octets does not arrive")
        # solicitations and reports of IPv6 may come between
        return [found for found in self.tap.take() if found[0] > 500]

    @staticmethod
    def errors(end):
        """The MTUs that too-big errors for a socket have said."""
        found = []
        while True:
            try:
                _, data, _, _ = end.recvmsg(65536, 1024, socket.MSG_ERRQUEUE)
            except BlockingIOError:
                break
            for _, _, error in data:
                number, _, _, _, _, info = struct.unpack_from("IBBBBI", error)
                if number == errno.EMSGSIZE:
                    found.append(info)
        return found

    def refused(self, pair, inner, mtu, options=0):
        """A packet of so many octets is, and the sender learns the MTU."""
        source = pair.ends[0]
        self.errors(source)
        with contextlib.suppress(OSError):
            source.send(self.noise[:inner - HEADER[pair.family] - options])
        end = time.monotonic() + 3
        found = []
        while not found and time.monotonic() < end:
            found = self.errors(source)
            time.sleep(0.005)
        # the error is pending, too
        source.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if found[:1] != [mtu]:
            raise Failed(f"v{pair.family}: a packet of {inner} octets: the sender heard of MTUs "
                         f"{found}, not of {mtu}")

    def exact(self, algorithm, shape, pairs, underlay):
        """On this underlay; returns the MTU."""
        mtu = largest_inner(algorithm, shape, underlay)
        self.set_underlay(underlay)
        self.wait_mtu(mtu, pairs[0])
        for pair in pairs:
            found = self.passes(pair, mtu)
            if found != [(outer_size(algorithm, shape, mtu), False)]:
                raise Failed(f"v{pair.family}: {mtu} octets became {found}, not "
                             f"{outer_size(algorithm, shape, mtu)}")
            self.refused(pair, mtu + 1, mtu)
        return mtu

    def cell(self, algorithm, shape):
        """Both underlays."""
        self.set_underlay(UNDERLAYS[0])
        self.set_up(algorithm, shape)
        node = "ga" if shape.transport and not shape.gre else "ha"
        pairs = [self.pairs[node, family] for family in shape.inner_families()]
        small = self.exact(algorithm, shape, pairs, UNDERLAYS[0])
        large = self.exact(algorithm, shape, pairs, UNDERLAYS[1])
        beyond = self.passes(pairs[0], small + 1)
        if len(beyond) != 1 or beyond[0][0] <= UNDERLAYS[0]:
            raise Failed(f"{small + 1} octets would have fit: {beyond}")
        return small, outer_size(algorithm, shape, small), beyond[0][0], large, \
            outer_size(algorithm, shape, large)

    def run(self, number, name, shape):
        """One cell as a line of TAP."""
        try:
            sizes = self.cell(Algorithm(name), shape)
        except (Failed, OSError) as error:
            self.failed += 1
            print(f"not ok {number} - {name}, {shape}")
            print("".join(f"# {line}\n" for line in str(error).splitlines()), end="", flush=True)
            return
        self.rows.append((f"{name}, {shape}", *sizes))
        print(f"ok {number} - {name}, {shape}", flush=True)

    def options(self, algorithm, shape):
        """IPv4 options stay outside: each length, and payloads around the largest that fits."""
        self.set_underlay(UNDERLAYS[0])
        self.set_up(algorithm, shape)
        pair = self.pairs["ga", 4]
        # what does not fit is for the tunnel to say, not for the device
        batch("ga", [f"link set tunnel1 mtu {UNDERLAYS[0]}"])
        for octets in range(0, 41, 4):
            pair.ends[0].setsockopt(socket.IPPROTO_IP, socket.IP_OPTIONS, bytes([1]) * octets)
            largest = largest_inner(algorithm, shape, UNDERLAYS[0], octets)
            for inner in range(largest - algorithm.block, largest + 1):
                found = self.passes(pair, inner, octets)
                wanted = [(outer_size(algorithm, shape, inner, octets), False)]
                if found != wanted:
                    raise Failed(f"{octets} octets of options: {inner} became {found}, not "
                                 f"{wanted}")
            for inner in range(largest + 1, UNDERLAYS[0] + 1):
                self.refused(pair, inner, largest, octets)
        pair.ends[0].setsockopt(socket.IPPROTO_IP, socket.IP_OPTIONS, b"")
        batch("ga", ["link set tunnel1 mtu 0"])

    def run_options(self, number, name, shape):
        """One cell of options as a line of TAP."""
        try:
            self.options(Algorithm(name), shape)
        except (Failed, OSError) as error:
            self.failed += 1
            print(f"not ok {number} - {name}, {shape}, IP options\n# {error}", flush=True)
            return
        print(f"ok {number} - {name}, {shape}, IP options", flush=True)


def cells():
    """Everything that there is; the width of sequence numbers has no part in sizes."""
    for name, shape in itertools.product(ALGORITHMS, SHAPES):
        if not shape.esn and not cannot(Algorithm(name), shape):
            yield name, shape


def main():
    """All cells."""
    matrix = Matrix()
    number = 0
    for number, (name, shape) in enumerate(cells(), 1):
        matrix.run(number, name, shape)
    for name, nat_t in itertools.product(ALGORITHMS, (False, True)):
        shape = Shape(transport=True, nat_t=nat_t)
        if not cannot(Algorithm(name), shape):
            number += 1
            matrix.run_options(number, name, shape)
    print(f"1..{number}")
    print("# MTU, its outer packet and that of one octet more; MTU and outer packet on 9,000")
    for row in matrix.rows:
        print("# {:50} {:5} {:5} {:5}  {:5} {:5}".format(*row))
    sys.exit(matrix.failed > 0)


if __name__ == "__main__":
    main()
