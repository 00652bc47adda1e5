#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Looks at the UDP checksums of a capture of Ethernet frames.

udp_sums.py PCAP SOURCE    counts those of packets from SOURCE, as "right=N", "zero=N",
                           "wrong=N", each where there is any
"""
import ipaddress
import struct
import sys
from collections import Counter


def frames(name):
    """Of a pcap file."""
    with open(name, "rb") as file:
        data = file.read()
    order = "<" if data[:4] == b"\xd4\xc3\xb2\xa1" else ">"
    at = 24
    while at + 16 <= len(data):
        size = struct.unpack_from(order + "I", data, at + 8)[0]
        yield data[at + 16:at + 16 + size]
        at += 16 + size


def one_sum(octets):
    """The ones' complement sum (RFC 1071)."""
    if len(octets) % 2:
        octets += b"\0"
    total = sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total


def verdict(packet, source):
    """On one IP packet, or None if it is another's."""
    if packet[0] >> 4 == 4:
        ends, proto = packet[12:20], packet[9]
        udp = packet[(packet[0] & 15) * 4:struct.unpack_from("!H", packet, 2)[0]]
    else:
        ends, proto = packet[8:40], packet[6]
        udp = packet[40:40 + struct.unpack_from("!H", packet, 4)[0]]
    if proto != 17 or ends[:len(ends) // 2] != source:
        return None
    if udp[6:8] == b"\0\0":
        return "zero"
    return "right" if one_sum(ends + struct.pack("!II", len(udp), 17) + udp) == 0xffff else "wrong"


def main():
    """Prints the counts."""
    source = ipaddress.ip_address(sys.argv[2]).packed
    found = Counter(verdict(frame[14:], source) for frame in frames(sys.argv[1])
                    if frame[12:14] in (b"\x08\x00", b"\x86\xdd"))
    del found[None]
    print(" ".join(f"{key}={count}" for key, count in sorted(found.items())))


main()
