#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Moves one file over TCP: tcp_file.py receive|send ADDRESS PORT FILE."""
import socket
import sys


def receive(family, address, port, name):
    """Accepts one connection and writes what comes until its end."""
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((address, port))
    listener.listen(1)
    connection, _ = listener.accept()
    with connection, open(name, "wb") as out:
        while chunk := connection.recv(1 << 18):
            out.write(chunk)


def send(family, address, port, name):
    """Connects and sends the whole file; returns after the peer has closed."""
    with socket.socket(family, socket.SOCK_STREAM) as connection:
        connection.settimeout(30)
        connection.connect((address, port))
        with open(name, "rb") as source:
            connection.sendfile(source)
        connection.shutdown(socket.SHUT_WR)
        connection.recv(1)


def main():
    """Runs one side."""
    verb, address, port, name = sys.argv[1:]
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    {"receive": receive, "send": send}[verb](family, address, int(port), name)


main()
