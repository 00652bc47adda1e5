#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Replaces the paths of both SA pairs of two tunnels again and again:
path.py PID_A SPI_A ADDRESSES_A PID_B SPI_B ADDRESSES_B ROUNDS [udp]

PIDs are of processes in the gateways' namespaces; SPI_A is what A receives; ADDRESSES
are separated by commas.  In each round both ends go to another of their addresses,
and with udp from no encapsulation to UDP port 4500 and back.  An SA that sends goes
after the one that receives; all orders that allow for that take turns.  Prints the
number of changes."""
import ctypes
import os
import random
import socket
import sys

from genl import C, Genl, attr, nest, text, u16, u32

CLONE_NEWNET = 0x40000000
ORDERS = ("A in, B out, B in, A out", "B in, A out, A in, B out", "A in, B in, A out, B out",
          "B in, A in, B out, A out")
libc = ctypes.CDLL(None, use_errno=True)


class End:
    """One gateway's tunnel1."""

    def __init__(self, pid, spi_in, spi_out, addresses):
        self.spis = {"in": spi_in, "out": spi_out}
        self.addresses = addresses
        self.address = addresses[0]
        with open(f"/proc/{pid}/ns/net", "rb") as namespace:
            if libc.setns(namespace.fileno(), CLONE_NEWNET):
                raise SystemExit(os.strerror(ctypes.get_errno()))
        self.genl = Genl()

    def go_elsewhere(self):
        """Chooses another address, often the one before."""
        self.address = random.choice([a for a in self.addresses if a != self.address])

    def set_path(self, direction, remote, udp):
        """SA_SET."""
        answer = self.genl.ask(C["CMD_SA_SET"], text(C["A_IFNAME"], "tunnel1") + nest(
            C["A_SA"], u32(C["SA_A_DIR"], C["DIR_" + direction.upper()]),
            u32(C["SA_A_SPI"], self.spis[direction]),
            nest(C["SA_A_NEW_PATH"], *path(self.address, remote, udp))))
        if answer.error:
            raise SystemExit(f"{direction} {self.address} {remote}: "
                             f"{os.strerror(answer.error)}: {answer.text}")


def path(local, remote, udp):
    """Attributes of a path."""
    version = 6 if ":" in local else 4
    family = socket.AF_INET6 if version == 6 else socket.AF_INET
    members = [attr(C[f"PATH_A_LOCAL{version}"], socket.inet_pton(family, local)),
               attr(C[f"PATH_A_REMOTE{version}"], socket.inet_pton(family, remote))]
    if udp:
        members += [u32(C["PATH_A_ENCAP"], C["ENCAP_UDP"]),
                    u16(C["PATH_A_LOCAL_PORT"], 4500), u16(C["PATH_A_REMOTE_PORT"], 4500)]
    return members


def main():
    """All rounds."""
    pid_a, spi_a, addresses_a, pid_b, spi_b, addresses_b, rounds = sys.argv[1:8]
    spi_a, spi_b = int(spi_a, 0), int(spi_b, 0)
    ends = {"A": End(pid_a, spi_a, spi_b, addresses_a.split(",")),
            "B": End(pid_b, spi_b, spi_a, addresses_b.split(","))}
    changes = 0
    for number in range(int(rounds)):
        for end in ends.values():
            end.go_elsewhere()
        udp = "udp" in sys.argv[8:] and number % 2 == 0
        for step in ORDERS[number % len(ORDERS)].split(", "):
            name, direction = step.split()
            peer = ends["B" if name == "A" else "A"]
            ends[name].set_path(direction, peer.address, udp)
            changes += 1
    print(f"{changes} changes, A at {ends['A'].address}, B at {ends['B'].address}")


main()
