#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""UDP traffic both ways in which every lost packet is missed:
udp_echo.py answer ADDRESS      sends back what comes to port 7
udp_echo.py ask ADDRESS WINDOW  sends numbers, WINDOW of them on their way at a time

ask goes on until SIGTERM, waits for what is on its way, and prints how many it has
sent and how many came back."""
import select
import signal
import socket
import struct
import sys

PORT = 7
PATIENCE = 2.0      # seconds without an answer after which one is lost


def family(address):
    """Of an address in text."""
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def answer(address):
    """For ever."""
    with socket.socket(family(address), socket.SOCK_DGRAM) as sock:
        sock.bind((address, PORT))
        print("listening", flush=True)
        while True:
            data, sender = sock.recvfrom(2048)
            sock.sendto(data, sender)


def send(sock, number):
    """One question, of a size that changes."""
    sock.send(struct.pack("!Q", number) + bytes(number * 37 % 1000))


def ask(address, window):
    """Until SIGTERM."""
    ending = []
    signal.signal(signal.SIGTERM, lambda *_: ending.append(True))
    waiting, sent, lost = set(), 0, 0
    with socket.socket(family(address), socket.SOCK_DGRAM) as sock:
        sock.connect((address, PORT))
        while waiting or not ending:
            while len(waiting) < window and not ending:
                sent += 1
                waiting.add(sent)
                send(sock, sent)
            if select.select([sock], [], [], PATIENCE)[0]:
                waiting.discard(struct.unpack_from("!Q", sock.recv(2048))[0])
            else:
                lost += len(waiting)
                waiting.clear()
    print(f"sent {sent} lost {lost}", flush=True)


def main():
    """Does what the first word says."""
    if sys.argv[1] == "answer":
        answer(sys.argv[2])
    else:
        ask(sys.argv[2], int(sys.argv[3]))


main()
