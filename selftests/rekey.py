#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Replaces the SAs of two tunnels again and again, as a daemon does:
rekey.py PID_A ADDRESS_A PID_B ADDRESS_B KEYFILE SECONDS

PIDs are of processes in the gateways' namespaces, KEYFILE as for pantunctl (AES-GCM).
In each round both ends get a new in-SA, then a new out-SA on standby, switch over,
and delete the out-SA before; in-SAs stay for SECONDS after that.  On SIGTERM prints
the number of rounds, and leaves the last SAs."""
import collections
import ctypes
import os
import signal
import socket
import sys
import time

from genl import C, Genl, attr, nest, text, u8, u32

CLONE_NEWNET = 0x40000000
FIRST_SPI = 0x10000
libc = ctypes.CDLL(None, use_errno=True)


class End:
    """One gateway's tunnel1."""

    def __init__(self, pid, local, remote, keys):
        self.path = nest(C["SA_A_PATH"],
                         attr(C["PATH_A_LOCAL4"], socket.inet_aton(local)),
                         attr(C["PATH_A_REMOTE4"], socket.inet_aton(remote)))
        self.keys = keys
        self.old = collections.deque()      # (when to delete it, SPI) of in-SAs
        with open(f"/proc/{pid}/ns/net", "rb") as namespace:
            if libc.setns(namespace.fileno(), CLONE_NEWNET):
                raise SystemExit(os.strerror(ctypes.get_errno()))
        self.genl = Genl()

    def ask(self, cmd, direction, spi, *more):
        """A command about one SA."""
        answer = self.genl.ask(C["CMD_" + cmd], text(C["A_IFNAME"], "tunnel1") + nest(
            C["A_SA"], u32(C["SA_A_DIR"], C["DIR_" + direction]), u8(C["SA_A_PROTO"], 50),
            u32(C["SA_A_SPI"], spi), self.path, *more))
        if answer.error:
            raise SystemExit(f"{cmd} {direction} {spi:#x}: {os.strerror(answer.error)}: "
                             f"{answer.text}")

    def add(self, direction, spi, *more):
        """A new SA."""
        self.ask("SA_NEW", direction, spi, u32(C["SA_A_ENC"], C["ENC_AES_GCM_16"]),
                 self.keys, *more)

    def retire(self, spi, now, seconds):
        """The in-SA is to go later; those go whose time has come."""
        self.old.append((now + seconds, spi))
        while self.old[0][0] < now:
            self.ask("SA_DEL", "IN", self.old.popleft()[1])


def read_keys(name):
    """The nest of keys of a key file."""
    with open(name, encoding="ascii") as lines:
        words = dict(line.split() for line in lines)
    return nest(C["SA_A_KEY"], attr(C["KEY_A_ENC"], bytes.fromhex(words["enc"])),
                attr(C["KEY_A_SALT"], bytes.fromhex(words["salt"])))


def main():
    """Rounds until told to stop."""
    pid_a, address_a, pid_b, address_b, name, seconds = sys.argv[1:]
    keys = read_keys(name)
    ends = [End(pid_a, address_a, address_b, keys), End(pid_b, address_b, address_a, keys)]
    stopped = []
    signal.signal(signal.SIGTERM, lambda *_: stopped.append(True))
    rounds = 0
    while not stopped:
        spi = FIRST_SPI + rounds
        for end in ends:
            end.add("IN", spi)
        for end in ends:
            end.add("OUT", spi, attr(C["SA_A_STANDBY"]))
        for end in ends:
            end.ask("SA_ACTIVATE", "OUT", spi)
            if rounds:
                end.ask("SA_DEL", "OUT", spi - 1)
                end.retire(spi - 1, time.monotonic(), float(seconds))
        rounds += 1
    print(rounds)


main()
