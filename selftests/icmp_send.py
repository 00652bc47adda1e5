#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Sends ICMP errors, of routers or of those who would like to be one.

icmp_send.py too-big SENDER LOCAL REMOTE SPI MTU [PROTO [NUMBER [SOURCE]]]

From the address SENDER to LOCAL: a packet from LOCAL to REMOTE was larger than MTU.
The quoted packet is ESP (or PROTO 51, AH) with that SPI and that sequence NUMBER (1),
or with PROTO 17 UDP between ports 4500.  It says that it is from SOURCE instead of
LOCAL.  With PROTO/8 only 8 octets behind its IP header are quoted.  Both families.
"""
import ipaddress
import socket
import struct
import sys


def inet_sum(octets):
    """The Internet checksum (RFC 1071)."""
    total = sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def quoted_payload(proto, spi, number):
    """The octets behind the IP header of the packet that was too big."""
    if proto == 17:
        return struct.pack("!HHHHI", 4500, 4500, 1400, 0, spi)
    if proto == 51:
        return struct.pack("!BBHII", 4, 4, 0, spi, number)
    return struct.pack("!III", spi, number, 0)


def error4(source, remote, payload, mtu, proto):
    """Destination unreachable, fragmentation needed (RFC 1191)."""
    quoted = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 1400, 1, 0x4000, 63, proto, 0,
                         source.packed, remote.packed) + payload
    octets = struct.pack("!BBHHH", 3, 4, 0, 0, mtu) + quoted
    return octets[:2] + struct.pack("!H", inet_sum(octets)) + octets[4:]


def error6(source, remote, payload, mtu, proto):
    """Packet too big (RFC 4443 section 3.2); the kernel does the checksum."""
    quoted = struct.pack("!IHBB16s16s", 6 << 28, 1360, proto, 63, source.packed, remote.packed)
    return struct.pack("!BBHI", 2, 0, 0, mtu) + quoted + payload


def main():
    """Does what the words say."""
    if not 7 <= len(sys.argv) <= 10 or sys.argv[1] != "too-big":
        raise SystemExit(__doc__)
    sender, local, remote = (ipaddress.ip_address(word) for word in sys.argv[2:5])
    spi, mtu = int(sys.argv[5], 0), int(sys.argv[6])
    proto, _, quoted = (sys.argv[7] if len(sys.argv) > 7 else "50").partition("/")
    proto = int(proto)
    number = int(sys.argv[8]) if len(sys.argv) > 8 else 1
    source = ipaddress.ip_address(sys.argv[9]) if len(sys.argv) > 9 else local
    payload = quoted_payload(proto, spi, number)
    payload = payload[:int(quoted)] if quoted else payload
    if local.version == 4:
        family, icmp = socket.AF_INET, socket.IPPROTO_ICMP
        octets = error4(source, remote, payload, mtu, proto)
    else:
        family, icmp = socket.AF_INET6, socket.IPPROTO_ICMPV6
        octets = error6(source, remote, payload, mtu, proto)
    with socket.socket(family, socket.SOCK_RAW, icmp) as raw:
        raw.bind((str(sender), 0))
        raw.sendto(octets, (str(local), 0))


if __name__ == "__main__":
    main()
