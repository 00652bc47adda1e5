#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Sends a UDP packet and prints the name of the error that it gets.

udp_error.py ADDRESS PORT [TTL]

"ECONNREFUSED" by an ICMP port unreachable, "EHOSTUNREACH" by time exceeded or host
unreachable; "none" after 20 seconds without a word.
"""
import errno
import socket
import sys

IPV6_RECVERR = 25
IP_RECVERR = 11


def main():
    """The one packet and what becomes of it."""
    address, port = sys.argv[1], int(sys.argv[2])
    v6 = ":" in address
    sock = socket.socket(socket.AF_INET6 if v6 else socket.AF_INET, socket.SOCK_DGRAM)
    level = socket.IPPROTO_IPV6 if v6 else socket.IPPROTO_IP
    sock.setsockopt(level, IPV6_RECVERR if v6 else IP_RECVERR, 1)
    if len(sys.argv) > 3:
        sock.setsockopt(level, socket.IPV6_UNICAST_HOPS if v6 else socket.IP_TTL,
                        int(sys.argv[3]))
    sock.settimeout(20)
    sock.connect((address, port))
    sock.send(b"?")
    try:
        sock.recv(100)
    except TimeoutError:
        print("none")
    except OSError as error:
        print(errno.errorcode[error.errno])


main()
