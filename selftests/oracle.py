#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The cells of the XFRM oracle: pantun at gateway A against XFRM at gateway B.

oracle.py [--mib N] [--every-size] [--part K/N] [ROW...]

Runs in the topology that xfrm_oracle.sh has made.  ROW is ALGORITHM[:WORD...], with
the names of manual_keys.py and the words v6, transport, nat-t, esn, gre; the word
"all" stands for every shape.  The ROW "all" is every algorithm in every shape.
Without a ROW, a design that covers (see covering()).  --mib: of the file; --part: of N
parts of the cells the Kth one.

Inner packets are of a protocol of their own (253, RFC 3692), sent by raw sockets: the
octets that come out have to be those that went in, for each size.  Results are TAP, one a
cell; at the end the matrix of all of them.
"""
import argparse
import contextlib
import ctypes
import hashlib
import itertools
import json
import os
import re
import select
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass

from manual_keys import Algorithm, names, write_keys

PROTO = 253
SPI = {"in": "0x1001", "out": "0x2001"}
IF_ID = "42"
OUTER = {4: ("192.0.2.1", "192.0.2.2"), 6: ("2001:db8::1", "2001:db8::2")}
HOSTS = {4: ("10.1.0.2", "10.2.0.2"), 6: ("fd01::2", "fd02::2")}
LANS = {4: ("10.1.0.0/24", "10.2.0.0/24"), 6: ("fd01::/64", "fd02::/64")}
HEADER = {4: 20, 6: 40}
UNDERLAY_MTU = 1500
WORDS = ("v6", "transport", "nat-t", "esn", "gre")
# run in every shape; others of the short run in two
MAIN = ("aes-128-gcm", "aes-256-cbc+sha256", "ah+sha256")

IP_MTU_DISCOVER, IPV6_MTU_DISCOVER, PROBE, OMIT = 10, 23, 3, 5
SO_RCVBUFFORCE = 33
UDP_ENCAP, UDP_ENCAP_ESPINUDP = 100, 2
CLONE_NEWNET = 0x40000000
LIBC = ctypes.CDLL(None, use_errno=True)


class Failed(Exception):
    """What is wrong with a cell."""


@contextlib.contextmanager
def in_netns(node):
    """Sockets and processes that are made meanwhile are the node's."""
    home = os.open("/proc/self/ns/net", os.O_RDONLY)
    there = os.open(f"/run/netns/{node}", os.O_RDONLY)
    try:
        if LIBC.setns(there, CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), node)
        yield
    finally:
        LIBC.setns(home, CLONE_NEWNET)
        os.close(there)
        os.close(home)


def run(node, *command, lines=None):
    """Standard output of a command on a node; Failed with its error text."""
    with in_netns(node):
        done = subprocess.run(command, input=lines and "\n".join(lines) + "\n", check=False,
                              capture_output=True, text=True)
    if done.returncode:
        raise Failed(f"{' '.join(command)}: {done.stderr.strip() or done.returncode}")
    return done.stdout


def batch(node, lines):
    """Commands of ip(8), all of them or Failed."""
    try:
        run(node, "ip", "-batch", "-", lines=lines)
    except Failed as error:
        line = re.search(r"Command failed -:(\d+)", str(error))
        which = lines[int(line.group(1)) - 1] if line else ""
        raise Failed(f"{error}\n{which}") from None


@dataclass(frozen=True)
class Shape:
    """All of a cell but its algorithm."""

    family: int = 4
    transport: bool = False
    nat_t: bool = False
    esn: bool = False
    gre: bool = False

    def __str__(self):
        return ", ".join([f"v{self.family}", "transport" if self.transport else "tunnel",
                          "nat-t" if self.nat_t else "plain", "esn" if self.esn else "32 bit"] +
                         ["gre"] * self.gre)

    def inner_families(self):
        """Of the packets that go through."""
        return (self.family,) if self.transport and not self.gre else (4, 6)

    def inside(self):
        """Octets that are protected besides the inner packet (less than 0: not all of it)."""
        if self.gre:
            return 4 + (0 if self.transport else HEADER[self.family])
        return -HEADER[self.family] if self.transport else 0

    def opposite(self):
        """The shape that differs in everything but GRE."""
        return Shape(10 - self.family, not self.transport, not self.nat_t, not self.esn, self.gre)


SHAPES = [Shape(family, transport, nat_t, esn, gre)
          for gre in (False, True) for family in (4, 6) for transport in (False, True)
          for nat_t in (False, True) for esn in (False, True)]


def cannot(algorithm, shape):
    """Why there is no such cell, or None."""
    if algorithm.missing:
        return algorithm.missing
    if algorithm.proto == "ah" and shape.nat_t:
        return "AH cannot pass NAT (RFC 3948 is for ESP alone)"
    return None


def left_out(name, shape):
    """Why a cell that could be is not in the whole product, or None."""
    if shape.gre and name not in MAIN:
        return "GRE is the same for every algorithm, and runs with some"
    return None


def inner_mtu(algorithm, shape):
    """The largest inner packet by the RFCs, worked out apart from the module."""
    room = UNDERLAY_MTU - HEADER[shape.family] - 8 * shape.nat_t
    if algorithm.proto == "ah":
        unit = 8 if shape.family == 6 else 4
        return room - -(-(12 + algorithm.iv + algorithm.icv) // unit) * unit - shape.inside()
    room -= 8 + algorithm.iv + algorithm.icv
    return room // algorithm.block * algorithm.block - 2 - shape.inside()


def smallest(algorithm, shape, way):
    """Octets of the smallest payload that Linux takes in transport mode.

    XFRM thinks that ESP around nothing is garbage (esp_remove_trailer); and Linux's
    socket for ESP in UDP has nothing of less than 48 octets over IPv6, UDP header
    included, whoever receives ESP behind it (__xfrm6_udp_encap_rcv).
    """
    if not shape.transport or shape.gre or algorithm.proto == "ah":
        return 0
    least = 1 if way == 0 else 0
    if shape.nat_t and shape.family == 6:
        while 48 > 16 + algorithm.iv + algorithm.icv + \
                -(-(least + 2) // algorithm.block) * algorithm.block:
            least += 1
    return least


class Pair:
    """Two ends of inner packets of one family: sockets, a is on A's side."""

    def __init__(self, nodes, family, addresses):
        self.nodes, self.family, self.addresses = nodes, family, addresses
        af = socket.AF_INET6 if family == 6 else socket.AF_INET
        self.af = af
        self.ends = []
        self.again = {}
        for node, address, peer in zip(nodes, addresses, reversed(addresses)):
            with in_netns(node):
                end = socket.socket(af, socket.SOCK_RAW, PROTO)
                end.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20)
                end.bind((address, 0))
                end.connect((peer, 0))
                end.setblocking(False)
                self.ends.append(end)

    def receive(self, end, seconds):
        """One payload, or None if none comes in time."""
        if not select.select([end], [], [], seconds)[0]:
            return None
        packet = end.recv(65536)
        return packet[(packet[0] & 15) * 4:] if self.family == 4 else packet

    def drain(self):
        """Forgets what came late."""
        self.again = {}
        for end in self.ends:
            while self.receive(end, 0) is not None:
                pass

    def send(self, way, payloads, probe, seconds=3):
        """Sends from A (0) or B (1); probe: not in fragments.  Returns the sizes that have
        not come in time."""
        source, sink = self.ends[way], self.ends[1 - way]
        level, option = (socket.IPPROTO_IPV6, IPV6_MTU_DISCOVER) if self.family == 6 else \
            (socket.IPPROTO_IP, IP_MTU_DISCOVER)
        source.setsockopt(level, option, PROBE if probe else OMIT if self.family == 4 else 0)
        wanted = {}
        for payload in payloads:
            wanted[len(payload)] = payload
            try:
                source.send(payload)
            except OSError:
                # the error of a packet before, such as too big
                with contextlib.suppress(OSError):
                    source.send(payload)
        end = time.monotonic() + seconds
        while wanted and (left := end - time.monotonic()) > 0:
            packet = self.receive(sink, left)
            if packet is None:
                break
            if wanted.pop(len(packet), None) != packet and self.again.get(len(packet)) != packet:
                raise Failed(f"v{self.family}, {packet_from(way)}: a payload of {len(packet)} "
                             "octets arrived with others, or twice")
        # they are sent again, while the first ones may still be on their way
        self.again |= wanted
        return sorted(wanted)

    def tcp(self, way, data, port):
        """Moves data over TCP."""
        source, sink = self.nodes[way], self.nodes[1 - way]
        with in_netns(sink):
            listener = socket.create_server((self.addresses[1 - way], port), family=self.af)
        with in_netns(source):
            client = socket.socket(self.af, socket.SOCK_STREAM)
        with listener, client:
            client.bind((self.addresses[way], 0))
            client.settimeout(20)
            client.connect((self.addresses[1 - way], port))
            stream(client, listener, data, f"v{self.family}, {packet_from(way)}")


def stream(client, listener, data, name):
    """Moves data over TCP, by a socket that has just been connected to a listener."""
    server = listener.accept()[0]
    server.settimeout(20)
    writer = threading.Thread(target=push, args=(client, data))
    writer.start()
    received = hashlib.sha256()
    try:
        with server:
            while chunk := server.recv(1 << 18):
                received.update(chunk)
    except OSError as error:
        raise Failed(f"{name}: TCP: {error}") from None
    finally:
        client.settimeout(0.1)
        writer.join()
    if received.digest() != hashlib.sha256(data).digest():
        raise Failed(f"{name}: TCP brought other octets")


def push(client, data):
    """The sending half of a TCP connection; what fails is seen by the other."""
    with contextlib.suppress(OSError):
        client.sendall(data)
        client.shutdown(socket.SHUT_WR)


def packet_from(way):
    """The direction in words."""
    return "XFRM to pantun" if way else "pantun to XFRM"


def encap_sockets():
    """Has both gateways take ESP out of UDP port 4500; returned, as they have to stay."""
    found = []
    for index, node in enumerate(("ga", "gb")):
        for family, af in ((4, socket.AF_INET), (6, socket.AF_INET6)):
            with in_netns(node):
                udp = socket.socket(af, socket.SOCK_DGRAM)
                udp.bind((OUTER[family][index], 4500))
                udp.setsockopt(socket.IPPROTO_UDP, UDP_ENCAP, UDP_ENCAP_ESPINUDP)
                found.append(udp)
    return found


class Counters:
    """Of both sides, at one moment."""

    def __init__(self):
        ours = json.loads(run("ga", os.environ["PANTUNCTL"], "--json", "show"))
        self.drops = {}
        for tunnel in ours["tunnels"]:
            self.drops = {why: count for why, count in tunnel["drops"].items() if count}
        self.tx = self.rx = (0, 0)
        for sa in ours["ipsec_sas"]:
            if sa["dir"] == "out":
                self.tx = (sa["tx_packets"], sa["tx_bytes"])
            else:
                self.rx = (sa["rx_packets"], sa["rx_bytes"])
        states = re.split(r"\n(?=src )", run("gb", "ip", "-s", "xfrm", "state"))
        self.xfrm_in = self.state(states, SPI["out"])[0]
        self.xfrm_out, self.xfrm_seq = self.state(states, SPI["in"])
        self.failed = re.findall(r"replay-window [1-9]\d* replay|replay [1-9]\d* failed|"
                                 r"failed [1-9]\d*", "\n".join(states))
        with in_netns("gb"), open("/proc/net/xfrm_stat", encoding="ascii") as lines:
            self.errors = {line.split()[0] for line in lines if line.split()[1] != "0"}

    @staticmethod
    def state(states, spi):
        """(packets, octets) and the last number sent of one state."""
        for state in states:
            if f"spi {int(spi, 0):#010x}" in state:
                octets, packets = re.search(r"lifetime current:\s+(\d+)\(bytes\), (\d+)\(packets\)",
                                            state).groups()
                return (int(packets), int(octets)), int(re.search(r"oseq (0x[0-9a-f]+)$", state,
                                                                  re.MULTILINE).group(1), 0)
        raise Failed(f"XFRM has no state {spi}")

    def __str__(self):
        return (f"(packets, octets): pantun sent {self.tx}, XFRM received {self.xfrm_in}; "
                f"XFRM sent {self.xfrm_out} up to number {self.xfrm_seq}, "
                f"pantun received {self.rx}; drops so far: {self.drops}, XFRM {self.errors}")


class Oracle:
    """The gateways, and the cells that have been run."""

    def __init__(self, options):
        self.every_size = options.every_size
        self.file = os.urandom(options.mib << 20)
        self.noise = os.urandom(4096)
        self.pairs = {("ha", family): Pair(("ha", "hb"), family, HOSTS[family])
                      for family in (4, 6)}
        self.pairs |= {("ga", family): Pair(("ga", "gb"), family, OUTER[family])
                       for family in (4, 6)}
        self.encap = encap_sockets()
        self.count = self.failed = 0
        self.port = 5000
        self.drops = {}
        self.errors = set()
        self.work = os.environ["WORK"]

    def set_up(self, algorithm, shape):
        """New keys and SAs on both sides, and the routes that lead to them.  Returns the keys."""
        keys = {way: algorithm.keys() for way in ("in", "out")}
        local, remote = OUTER[shape.family]
        ctl = os.environ["PANTUNCTL"]
        run("ga", ctl, "sa", "flush", "dev", "tunnel1")
        run("ga", ctl, "tunnel", "set", "dev", "tunnel1", "gre", "on" if shape.gre else "off")
        batch("ga", self.routes_of_a(shape))
        batch("gb", self.xfrm(algorithm, shape, keys))
        for way in ("in", "out"):
            name = os.path.join(self.work, way + ".keys")
            write_keys(name, keys[way])
            run("ga", ctl, "sa", "add", "dev", "tunnel1", way, "spi", SPI[way],
                "local", local, "remote", remote, *algorithm.pantun,
                *(["mode", "transport"] if shape.transport else []),
                *(["encap", "4500", "4500"] if shape.nat_t else []),
                *(["esn"] if shape.esn else []), "key-file", name)
        for node in ("ha", "hb", "ga", "gb"):
            self.forget_mtus(node)
        self.wait_up(inner_mtu(algorithm, shape))
        return keys

    @staticmethod
    def forget_mtus(node):
        """What earlier cells have taught about paths."""
        with in_netns(node):
            for family in ("ipv4", "ipv6"):
                with open(f"/proc/sys/net/{family}/route/flush", "w", encoding="ascii") as flush:
                    flush.write("1")

    @staticmethod
    def routes_of_a(shape):
        """Transport mode: the peer itself is behind the tunnel."""
        lines = []
        for family in (4, 6):
            local, remote = OUTER[family]
            bits = 128 if family == 6 else 32
            dev = "tunnel1" if shape.transport and not shape.gre else "wan0"
            lines.append(f"route replace {remote}/{bits} dev {dev} src {local}")
        return lines

    @staticmethod
    def state(algorithm, shape, keys, way, more=""):
        """An SA of XFRM; way: in or out as pantun sees it."""
        ends = OUTER[shape.family] if way == "out" else OUTER[shape.family][::-1]
        flags = ["af-unspec"] * (not shape.transport) + ["esn"] * shape.esn + \
            ["align4"] * (algorithm.proto == "ah" and shape.family == 4)
        return " ".join(
            ["xfrm state add src", ends[0], "dst", ends[1], "proto", algorithm.proto,
             "spi", SPI[way], "mode", "transport" if shape.transport else "tunnel",
             "replay-window 2048", more] +
            [f"if_id {IF_ID}"] * (not shape.transport and not shape.gre) +
            (["flag"] + flags if flags else []) +
            [f'"{word}"' for word in algorithm.xfrm(keys[way])] +
            ["encap espinudp 4500 4500 0.0.0.0"] * shape.nat_t)

    @staticmethod
    def xfrm(algorithm, shape, keys):
        """All of XFRM at gateway B."""
        local, remote = OUTER[shape.family][::-1]
        mode = "transport" if shape.transport else "tunnel"
        plain_tunnel = not shape.transport and not shape.gre
        lines = ["xfrm state flush", "xfrm policy flush"]
        interface = f"if_id {IF_ID}" if plain_tunnel else ""
        lines += [Oracle.state(algorithm, shape, keys, way) for way in ("in", "out")]
        selectors = [(local, remote, " proto gre" if shape.gre else "")]
        if plain_tunnel:
            selectors = [("0.0.0.0/0", "0.0.0.0/0", ""), ("::/0", "::/0", "")]
        for here, there, more in selectors:
            for way in ("out", "in", "fwd"):
                ends = (here, there, local, remote) if way == "out" else \
                    (there, here, remote, local)
                lines.append(f"xfrm policy add src {ends[0]} dst {ends[1]}{more} dir {way} "
                             f"priority 10 {interface} tmpl src {ends[2]} dst {ends[3]} "
                             f"proto {algorithm.proto} mode {mode}")
        if shape.transport and shape.nat_t:
            # ESP in UDP comes to a socket, which has a policy checked before it is ESP
            lines.append(f"xfrm policy add src {remote} dst {local} proto udp dport 4500 dir in "
                         "priority 1")
        device = "ipsec0" if plain_tunnel else f"gre{shape.family}"
        if shape.gre:
            lines.append(f"link set {device} mtu {inner_mtu(algorithm, shape)}")
        lines += [f"route replace {LANS[family][0]} dev {device}" for family in (4, 6)]
        return lines

    def wait_up(self, mtu):
        """MTU and carrier follow the SAs; before it has seen the latter, Linux drops packets."""
        end = time.monotonic() + 5
        while True:
            link = json.loads(run("ga", "ip", "-j", "link", "show", "tunnel1"))[0]
            if link["mtu"] == mtu and link["operstate"] == "UP":
                return
            if time.monotonic() > end:
                raise Failed(f"the MTU is {link['mtu']}, by the RFCs it is {mtu}; "
                             f"state {link['operstate']}")
            time.sleep(0.01)

    def sizes(self, family, mtu):
        """Payloads of all paddings, those around the MTU, and one beyond."""
        largest = mtu - HEADER[family]
        if self.every_size:
            return range(largest + 2)
        return [*range(36), *range(largest - 17, largest + 2)]

    def packets(self, pair, way, algorithm, shape, mtu):
        """Every size; what is above the MTU may have to be sent again, once that is known."""
        least = smallest(algorithm, shape, way)
        sizes = [size for size in self.sizes(pair.family, mtu) if size >= least]
        largest = mtu - HEADER[pair.family]
        # XFRM's own MTU may be smaller than ours, as it rounds
        sure = largest if way == 0 else largest - 40
        if way == 0 and shape.transport and not shape.gre and pair.family == 6:
            # ESP and AH protect no fragments in transport mode
            sizes = [size for size in sizes if size <= largest]
        payloads = {size: self.noise[size % 997:][:size] for size in sizes}
        missing = pair.send(way, [payloads[size] for size in sizes if size <= sure], way == 0)
        if missing:
            raise Failed(f"v{pair.family}, {packet_from(way)}: payloads of "
                         f"{missing} octets did not arrive")
        missing = [size for size in sizes if size > sure]
        for seconds in (0.03, 0.3, 1, 3):
            missing = missing and pair.send(way, [payloads[size] for size in missing], False,
                                            seconds)
        if missing:
            raise Failed(f"v{pair.family}, {packet_from(way)}, around the MTU ({largest}): "
                         f"payloads of {missing} octets did not arrive")

    def agree(self, shape, super_packets):
        """Counters of both sides, within a short time; XFRM counts a super-packet as one."""
        end = time.monotonic() + 3
        while True:
            now = Counters()
            inside = shape.inside()
            fine = now.tx[0] == now.xfrm_in[0] and now.rx[0] == now.xfrm_seq and \
                now.tx[1] + now.tx[0] * inside == now.xfrm_in[1] and \
                (super_packets or now.rx[1] + now.rx[0] * inside == now.xfrm_out[1])
            if fine or time.monotonic() > end:
                break
            time.sleep(0.05)
        if not fine:
            raise Failed(f"counters do not agree, {inside} octets a packet considered: {now}")
        dropped = {why: count - self.drops.get(why, 0) for why, count in now.drops.items()
                   if count != self.drops.get(why, 0)}
        if dropped:
            raise Failed(f"dropped: {dropped}")
        if now.failed or now.errors - self.errors:
            raise Failed(f"XFRM: {now.failed or now.errors - self.errors}")

    def cell(self, algorithm, shape):
        """All of one result, or Failed."""
        self.set_up(algorithm, shape)
        mtu = inner_mtu(algorithm, shape)
        node = "ga" if shape.transport and not shape.gre else "ha"
        pairs = [self.pairs[node, family] for family in shape.inner_families()]
        for pair in pairs:
            pair.drain()
        for pair, way in itertools.product(pairs, (0, 1)):
            self.packets(pair, way, algorithm, shape, mtu)
        self.agree(shape, False)
        for pair, way in itertools.product(pairs, (0, 1)):
            self.port = 5000 + (self.port + 1) % 20000
            pair.tcp(way, self.file, self.port)
        self.agree(shape, True)

    def wrap(self, algorithm, shape):
        """64-bit numbers of XFRM pass 2^32.  A receiver believes in a jump of nearly as much,
        once it has seen more than its window; so XFRM goes on shortly before."""
        keys = self.set_up(algorithm, shape)
        pair = self.pairs["ha", 4]
        pair.drain()
        for count, first in ((1100, None), (300, 0xffffff00)):
            if first:
                batch("gb", [f"xfrm state delete src {OUTER[4][1]} dst {OUTER[4][0]} "
                             f"proto {algorithm.proto} spi {SPI['in']}",
                             self.state(algorithm, shape, keys, "in", f"replay-oseq {first:#x}")])
            if missing := pair.send(1, [self.noise[:size] for size in range(count)], True):
                raise Failed(f"from number {first or 1} on: {count} packets sent, those of "
                             f"{missing} octets did not arrive")
        ours = json.loads(run("ga", os.environ["PANTUNCTL"], "--json", "show", "ipsec-sa"))
        seq = [sa["seq"] for sa in ours["ipsec_sas"] if sa["dir"] == "in"]
        if seq != [0xffffff00 + 300]:
            raise Failed(f"pantun has received up to number {seq}")

    def run(self, name, shape, function, more=""):
        """One result as a line of TAP."""
        self.count += 1
        try:
            function(Algorithm(name), shape)
            print(f"ok {self.count} - {name}, {shape}{more}", flush=True)
            return True
        except (Failed, OSError) as error:
            self.failed += 1
            print(f"not ok {self.count} - {name}, {shape}{more}")
            reason = str(error)
        with contextlib.suppress(Failed):
            now = Counters()
            self.drops, self.errors = now.drops, now.errors
            reason += f"\n{now}"
        print("".join(f"# {line}\n" for line in reason.splitlines()), end="", flush=True)
        return False


def covering():
    """The short run.  Every algorithm in two shapes, opposite in everything, so that each
    meets both families, modes, encapsulations and widths of numbers; the pair of shapes
    changes from algorithm to algorithm.  Those of MAIN in every shape, GRE's too."""
    plain = [shape for shape in SHAPES if not shape.gre]
    for number, name in enumerate(names()):
        algorithm = Algorithm(name)
        if name in MAIN:
            chosen = SHAPES
        else:
            possible = [shape for shape in plain if not cannot(algorithm, shape)]
            if not possible:
                continue
            first = possible[number % len(possible)]
            other = first.opposite()
            if other not in possible:
                other = Shape(other.family, other.transport, first.nat_t, other.esn)
            chosen = [first, other]
        yield from ((name, shape) for shape in chosen if not cannot(algorithm, shape))


def product():
    """The long run."""
    for name in names():
        algorithm = Algorithm(name)
        yield from ((name, shape) for shape in SHAPES
                    if not cannot(algorithm, shape) and not left_out(name, shape))


def chosen_rows(rows):
    """The cells of ROWs of the command line."""
    if not rows:
        return list(covering())
    cells = []
    for row in rows:
        if row == "all":
            cells += product()
            continue
        if row.endswith("-udp"):
            row = row[:-4] + ":nat-t"
        name, *words = row.split(":")
        algorithm = Algorithm(name)
        name = full_name(name)
        if words == ["all"]:
            shapes = [shape for shape in SHAPES
                      if not cannot(algorithm, shape) and not left_out(name, shape)]
        elif set(words) <= set(WORDS):
            shapes = [Shape(6 if "v6" in words else 4, "transport" in words, "nat-t" in words,
                            "esn" in words, "gre" in words)]
        else:
            raise SystemExit(f"{row}: words are {' '.join(WORDS)}, or all")
        for shape in shapes:
            if why := cannot(algorithm, shape):
                raise SystemExit(f"{row}: {why}")
        cells += [(name, shape) for shape in shapes]
    return cells


def full_name(name):
    """With the integrity that goes without saying."""
    return name if name in names() else name + "+sha256"


def matrix(results, whole):
    """Rows are algorithms (whole: all of them, else those that were run); columns, shapes."""
    reasons = {}

    def mark(name, shape):
        if (name, shape) in results:
            return "ok" if results[name, shape] else "BAD"
        why = cannot(Algorithm(name), shape) or left_out(name, shape)
        return reasons.setdefault(why, f"({chr(ord('a') + len(reasons))})") if why else "."

    print("#\n# Every cell is pantun to XFRM and XFRM to pantun; ok, BAD, not run (.), or why not.")
    for gre in (False, True):
        shapes = [shape for shape in SHAPES if shape.gre == gre]
        ran = {name for name, shape in results if shape.gre == gre}
        print_part([name for name in names() if name in ran or whole and not gre], shapes, mark)
    for why, letter in reasons.items():
        print(f"# {letter} {why}")
    print("# .   not among the cells chosen for this run; with the row \"all\" it is")


def print_part(rows, shapes, mark):
    """One table of the matrix."""
    if not rows:
        return
    heads = [[f"v{shape.family}" + " GRE" * shape.gre, "transport" if shape.transport else "tunnel",
              "nat-t" if shape.nat_t else "plain", "32  esn"]
             for shape in shapes if not shape.esn]
    print("#")
    for line in zip(*heads):
        print(f"# {'':21}" + "".join(f"| {word:<9} " for word in line).rstrip())
    for name in rows:
        marks = [mark(name, shape) for shape in shapes]
        print(f"# {name:21}" + "".join(f"| {one:3} {two:5} " for one, two in
                                       zip(marks[::2], marks[1::2])).rstrip())
    print("#")


def main():
    """Runs what was asked for."""
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--mib", type=int, default=1)
    parser.add_argument("--every-size", action="store_true")
    parser.add_argument("--part", default="1/1")
    parser.add_argument("rows", nargs="*")
    options = parser.parse_args()
    part, parts = map(int, options.part.split("/"))
    cells = chosen_rows(options.rows)[part - 1::parts]
    oracle = Oracle(options)
    started = time.monotonic()
    results = {(name, shape): oracle.run(name, shape, oracle.cell) for name, shape in cells}
    for name in MAIN:
        if (name, Shape(esn=True)) in results:
            oracle.run(name, Shape(esn=True), oracle.wrap, ", numbers of XFRM beyond 2^32")
    print(f"1..{oracle.count}")
    matrix(results, not options.rows or "all" in options.rows)
    print(f"# {oracle.count} results in {time.monotonic() - started:.0f} s")
    sys.exit(not oracle.count or oracle.failed > 0)


if __name__ == "__main__":
    main()
