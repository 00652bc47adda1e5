#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""measure.py WORK ROUNDS OUT [PART...]: takes samples of every variant in turn.

WORK has the batches VARIANT.NODE; see guest.sh.  OUT gets one line a sample:

cipher NAME 0 PRIORITY                         what both IPsecs encrypt with
forward-SIZE VARIANT ROUND NANOSECONDS         CPU time of one packet, from host A to B
tcp VARIANT ROUND GBIT_PER_CPU_SECOND
growth KIND-TUNNELSxPROXIES ROUND NANOSECONDS  CPU time of one packet, to all SAs by turns
lookup KIND-TUNNELSxPROXIES ROUND NANOSECONDS  the same, all to the one made last

PARTs are forward, tcp and growth; all of them unless given.  Time is what the lab
kernel's thread had of a CPU of its host, so others there do not count.  The order of
the variants turns from round to round.  pantun-again is pantun: how far the two are
apart is the noise.
"""
import os
import socket
import struct
import subprocess
import sys

from grow import GATEWAY_MAC, destination, enter, grow

VARIANTS = ("plain", "pantun", "xfrm", "wireguard", "pantun-natt", "xfrm-natt", "pantun-again")
SIZES = (64, 1400)
SHAPES = ((1, 1), (1, 250), (4, 250), (40, 250), (1000, 1))     # tunnels, proxy-IDs of each
KINDS = ("plain", "pantun", "xfrm")
PACKETS = 40000
GROWTH_PACKETS = 20000
WARM_PACKETS = 10000            # every SA once
TCP_OCTETS = 128 << 20
TCP_CHUNK = 1 << 20
TCP_ROOM = 200 << 10
TCPI_TOTAL_RETRANS = 100        # in struct tcp_info
FAST = ("vaes", "aesni")


class Lab:
    """One process that visits the namespaces of all nodes."""

    def __init__(self, work):
        self.work = work
        self.clock = open("/proc/lab_cputime", encoding="ascii")
        self.blaster = open("/proc/lab_blast", "w", encoding="ascii", buffering=1)
        self.gateway_mac = None

    def cpu(self):
        """Nanoseconds of CPU so far."""
        self.clock.seek(0)
        return int(self.clock.read())

    def visit(self, prefix, gateway_mac):
        """Goes to the hosts of these nodes: packets start at A and end at B."""
        enter(prefix + "hb")
        self.blaster.write("sink eth0\n")
        enter(prefix + "ha")
        self.gateway_mac = gateway_mac

    def visit_main(self):
        """Goes to the hosts of the nodes with all variants."""
        enter("ha")
        neighbour = subprocess.run(["ip", "neigh", "show", "10.1.0.1"], check=True,
                                   stdout=subprocess.PIPE, text=True).stdout.split()
        self.visit("", neighbour[neighbour.index("lladdr") + 1])

    def switch(self, variant):
        """Leads the traffic of the nodes with all variants through one."""
        for node in ("ga", "gb"):
            subprocess.run(["ip", "-n", node, "-batch", f"{self.work}/{variant}.{node}"],
                           check=True)
        # WireGuard drops what comes while it shakes hands
        subprocess.run(["ping", "-qc1", "-W5", "10.2.0.2"], check=True,
                       stdout=subprocess.DEVNULL)

    def blast(self, size, packets, first="10.2.0.2", nets=1, hosts=1):
        """CPU time of a UDP packet of size octets to host B; none may be lost."""
        before = self.cpu()
        self.blaster.write(f"send eth0 {self.gateway_mac} {size} {packets} 10.1.0.2 "
                           f"{first} {nets} {hosts}\n")
        return (self.cpu() - before) / packets

    def stream(self):
        """TCP from host A to host B; CPU time until all was read."""
        enter("hb")
        listener = socket.create_server(("10.2.0.2", 5001))
        # never more on its way than the ring of a veth takes
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, TCP_ROOM)
        enter("ha")
        reader = os.fork()
        if not reader:
            read_all(listener)
        listener.close()
        with socket.create_connection(("10.2.0.2", 5001), timeout=30) as sender, \
                open(self.work + "/stream", "rb") as source:
            cpu = self.cpu()
            for _ in range(TCP_OCTETS // TCP_CHUNK):
                sender.sendfile(source, 0)
            sender.recv(1)
            cpu = self.cpu() - cpu
            again = struct.unpack_from("=I", sender.getsockopt(
                socket.IPPROTO_TCP, socket.TCP_INFO, 104), TCPI_TOTAL_RETRANS)[0]
        _, status = os.waitpid(reader, 0)
        if status:
            raise RuntimeError("the receiver did not get all of the stream")
        # a timer may have run out while others had the CPUs, but nothing gets lost
        if again > TCP_OCTETS >> 20:
            raise RuntimeError(f"TCP sent {again} packets again: some were lost")
        return cpu


def read_all(listener):
    """The receiving process: exits with 0 if it got just as much as was sent."""
    connection, _ = listener.accept()
    buffer = bytearray(1 << 20)
    got = 0
    while got < TCP_OCTETS:
        # the host's own work is not what is measured: no wake-ups, no copies
        now = connection.recv_into(buffer, 0, socket.MSG_WAITALL | socket.MSG_TRUNC)
        if not now:
            break
        got += now
    connection.send(b".")
    os._exit(got != TCP_OCTETS)


def cipher():
    """The best driver of AES-GCM for ESP; it has to be one with AES-NI."""
    with open("/proc/crypto", encoding="ascii") as file:
        entries = [dict(line.split(":", 1) for line in block.splitlines())
                   for block in file.read().replace(" ", "").strip().split("\n\n")]
    found = [entry for entry in entries if entry["name"] == "rfc4106(gcm(aes))"]
    best = max(found, key=lambda entry: int(entry["priority"]))
    if not any(word in best["driver"] for word in FAST):
        raise RuntimeError(f"AES-GCM is {best['driver']}, without AES-NI")
    return f"{best['driver']} 0 {best['priority']}"


def turned(things, number):
    """The same in another order every time."""
    start = number % len(things)
    return things[start:] + things[:start]


def main_round(lab, number, parts, samples):
    """Forwarding and TCP through each variant."""
    lab.visit_main()
    for variant in turned(VARIANTS, number):
        lab.switch(variant.removesuffix("-again"))
        if "forward" in parts:
            for size in SIZES:
                lab.blast(size, WARM_PACKETS)
                print(f"forward-{size}", variant, number, lab.blast(size, PACKETS), file=samples)
        if "tcp" in parts:
            print("tcp", variant, number, TCP_OCTETS * 8 / lab.stream(), file=samples)


def growth_round(lab, number, names, samples):
    """A packet in each of the sizes."""
    for name, nets, hosts in turned(names, number):
        lab.visit(name + ".", GATEWAY_MAC)
        for figure, where in (("growth", ("10.64.0.0", nets, hosts)),
                              ("lookup", (destination(nets - 1, hosts - 1),))):
            lab.blast(64, WARM_PACKETS, *where)
            print(figure, name, number, lab.blast(64, GROWTH_PACKETS, *where), file=samples)


def main():
    """Rounds over all variants."""
    work, rounds, out, *parts = sys.argv[1:]
    parts = parts or ["forward", "tcp", "growth"]
    lab = Lab(work)
    with open(work + "/stream", "wb") as stream:
        stream.write(os.urandom(TCP_CHUNK))
    names = [(grow(kind, *shape), *shape) for shape in SHAPES for kind in KINDS] \
        if "growth" in parts else []
    with open(out, "w", encoding="ascii", buffering=1) as samples:
        print("cipher", cipher(), file=samples)
        for number in range(int(rounds)):
            if "forward" in parts or "tcp" in parts:
                main_round(lab, number, parts, samples)
            if names:
                growth_round(lab, number, names, samples)
            print(f"# round {number + 1} of {rounds}", flush=True)


main()
