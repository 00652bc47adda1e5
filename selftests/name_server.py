#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A name server for tests.

name_server.py ADDRESS ZONE

Answers questions at UDP port 53 of ADDRESS by the lines of the file ZONE, "NAME TTL ADDRESS...",
which is read anew for each of them.  Prints a line for each.
"""
import ipaddress
import socket
import struct
import sys

A, AAAA, IN = 1, 28, 1
NO_ERROR, NO_SUCH_NAME = 0, 3


def question(packet):
    """The name, its type, and where the question ends."""
    labels, at = [], 12
    while packet[at]:
        labels.append(packet[at + 1:at + 1 + packet[at]].decode("ascii").lower())
        at += 1 + packet[at]
    return ".".join(labels), struct.unpack_from("!H", packet, at + 1)[0], at + 5


def zone(path):
    """TTL and addresses of each name."""
    with open(path, encoding="ascii") as file:
        lines = [line.split() for line in file]
    return {line[0]: (int(line[1]), [ipaddress.ip_address(a) for a in line[2:]])
            for line in lines if line}


def answer(packet, names):
    """The answer to a question, and its name."""
    name, kind, end = question(packet)
    ttl, addresses = names.get(name, (0, []))
    wanted = {A: 4, AAAA: 6}.get(kind)
    records = [struct.pack("!HHHIH", 0xc00c, kind, IN, ttl, len(a.packed)) + a.packed
               for a in addresses if a.version == wanted]
    code = NO_ERROR if name in names else NO_SUCH_NAME
    head = packet[:2] + struct.pack("!HHHHH", 0x8580 | code, 1, len(records), 0, 0)
    return head + packet[12:end] + b"".join(records), name


def main(address, path):
    """Serves until it is killed."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((address, 53))
        print("ready", flush=True)
        while True:
            packet, client = sock.recvfrom(512)
            reply, name = answer(packet, zone(path))
            sock.sendto(reply, client)
            print(name, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
