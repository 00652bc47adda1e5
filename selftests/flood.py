#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Sends UDP packets to a host as fast as it can, until it is ended:
flood.py ADDRESS OCTETS [TOS].  Where nothing leads there, it goes on trying."""
import socket
import sys


def main():
    """For ever."""
    payload = bytes(int(sys.argv[2]))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        if len(sys.argv) > 3:
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, int(sys.argv[3], 0))
        while True:
            try:
                sock.sendto(payload, (sys.argv[1], 9))
            except OSError:
                pass


main()
