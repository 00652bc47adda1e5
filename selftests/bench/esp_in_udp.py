#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""esp_in_udp.py ADDRESS: holds the socket on port 4500 that has the kernel take ESP
out of UDP (RFC 3948), as early as it can."""
import signal
import socket
import sys

UDP_ENCAP, UDP_GRO, UDP_ENCAP_ESPINUDP = 100, 104, 2

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
    udp.bind((sys.argv[1], 4500))
    udp.setsockopt(socket.IPPROTO_UDP, UDP_GRO, 1)
    udp.setsockopt(socket.IPPROTO_UDP, UDP_ENCAP, UDP_ENCAP_ESPINUDP)
    print("listening", flush=True)
    signal.pause()
