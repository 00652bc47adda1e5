#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Packets whose octets are in memory that others use, too: pages of files and of
programs, and packets that somebody else holds.

buffers.py make FILE OCTETS                 numbered marks of 16 octets
buffers.py send HOW SOURCE DESTINATION PORT FILE
                                            by tcp-sendfile, tcp-splice, tcp-zerocopy,
                                            udp-splice or udp-zerocopy; then looks whether
                                            the pages sent are as they were
buffers.py receive ADDRESS PORT FILE OUT    UDP packets until all of FILE has come
buffers.py hold DEVICE KIND [OUT]           keeps all packets of a device, as references to
                                            those in flight, and looks at them on SIGTERM:
                                            with KIND clear all have to be marks, with
                                            sealed none, with any it is all the same.
                                            OUT gets what the IP packets carry
buffers.py inject HOW SOURCE DESTINATION FILE
                                            what hold left in OUT, out of the file's own
                                            pages, as raw or udp packets of ESP (or raw-ah)"""
import mmap
import os
import re
import select
import signal
import socket
import struct
import sys

MARK = re.compile(rb"PANTUN-\d{8}\|")
MARK_LEN = 16
UDP_PIECE = 4000                # fragments, in front of the tunnel
SO_ZEROCOPY, MSG_ZEROCOPY, MSG_ERRQUEUE = 60, 0x4000000, 0x2000
SO_RCVBUFFORCE = 33
ETH_P_ALL = 3
PROTO_TCP, PROTO_UDP, PROTO_ESP = 6, 17, 50
QUIET_SECONDS = 10


def marks(octets):
    """What is sent."""
    return b"".join(b"PANTUN-%08d|" % i for i in range(octets // MARK_LEN))


def read(name):
    """A file's octets."""
    with open(name, "rb") as file:
        return file.read()


# --- sending ---

def splice(file, sock, offset, size):
    """Pages of the file, in one piece."""
    reader, writer = os.pipe()
    try:
        moved = os.splice(file, writer, size, offset_src=offset)
        while moved:
            moved -= os.splice(reader, sock.fileno(), moved)
    finally:
        os.close(reader)
        os.close(writer)


def zerocopy(sock, pages, offset, size):
    """Pages of our own; waits until nobody needs them any more."""
    view = memoryview(pages)[offset:offset + size]
    try:
        while view:
            sent = sock.send(view, MSG_ZEROCOPY)
            rest = view[sent:]
            view.release()
            view = rest
            poll = select.poll()
            poll.register(sock, 0)              # errors are always told
            if not poll.poll(QUIET_SECONDS * 1000):
                raise SystemExit("the pages are in use for ever")
            sock.recvmsg(0, 512, MSG_ERRQUEUE)
    finally:
        view.release()


def send(how, source, destination, port, name):
    """All of the file."""
    proto, way = how.split("-")
    expected = read(name)
    size = len(expected)
    file = os.open(name, os.O_RDONLY)
    pages = mmap.mmap(-1, size)
    pages.write(expected)
    kind = socket.SOCK_STREAM if proto == "tcp" else socket.SOCK_DGRAM
    piece = size if proto == "tcp" else UDP_PIECE
    with socket.socket(socket.AF_INET, kind) as sock:
        sock.setsockopt(socket.SOL_SOCKET, SO_ZEROCOPY, 1)
        sock.settimeout(30)
        sock.bind((source, 0))
        sock.connect((destination, int(port)))
        sock.settimeout(None)
        for offset in range(0, size, piece):
            if way == "zerocopy":
                zerocopy(sock, pages, offset, min(piece, size - offset))
            elif way == "splice":
                for part in range(offset, min(offset + piece, size), 1 << 16):
                    splice(file, sock, part, min(1 << 16, offset + piece - part))
            else:
                sent = 0
                while sent < size:
                    sent += os.sendfile(sock.fileno(), file, sent, size - sent)
        if proto == "tcp":
            sock.shutdown(socket.SHUT_WR)
            sock.recv(1)
    if pages[:] != expected:
        raise SystemExit("the program's pages have changed")
    if read(name) != expected:
        raise SystemExit("the file has changed")


def receive(address, port, name, out):
    """UDP packets, in whatever order, until all that was sent is here."""
    wanted = len(read(name))
    pieces = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 26)
        sock.bind((address, int(port)))
        sock.settimeout(QUIET_SECONDS)
        print("ready", flush=True)
        while sum(map(len, pieces)) < wanted:
            pieces.append(sock.recv(1 << 16))
    with open(out, "wb") as file:
        file.write(b"".join(sorted(pieces)))


# --- holding ---

def checksum(header):
    """Of an IPv4 header: 0 if it is right."""
    total = sum(struct.unpack(f"!{len(header) // 2}H", header))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total ^ 0xffff


def inside(packet, proto):
    """The program's octets of an IP packet in clear."""
    if packet[0] >> 4 != 4:
        return b""
    at = (packet[0] & 15) * 4
    if struct.unpack_from("!H", packet, 6)[0] & 0x1fff:
        return packet[at:]                      # a later fragment
    return packet[at + ((packet[at + 12] >> 4) * 4 if proto == PROTO_TCP else 8):]


def wrong(kind, packet):
    """What is wrong with an IP packet."""
    if packet[0] >> 4 == 4 and checksum(packet[:(packet[0] & 15) * 4]):
        return "its header is not as its checksum says"
    found = len(MARK.findall(packet)) * MARK_LEN
    if kind == "sealed" and found:
        return f"{found} octets of it are in clear"
    if kind == "clear" and packet[9] in (PROTO_TCP, PROTO_UDP):
        payload = inside(packet, packet[9])
        if len(payload) > 2 * MARK_LEN and found < len(payload) - 2 * MARK_LEN:
            return f"{found} of its {len(payload)} octets are as they were sent"
    return None


def hold(device, kind, out):
    """Keeps packets; looks at them when told to end."""
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_ALL)) as sock:
        sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 29)
        sock.bind((device, ETH_P_ALL))
        print("ready", flush=True)
        signal.sigwait([signal.SIGTERM])
        sock.setblocking(False)
        packets, carried, complaints = 0, [], []
        while True:
            try:
                packet, (_, ethertype, *_) = sock.recvfrom(1 << 17)
            except BlockingIOError:
                break
            if ethertype not in (0x0800, 0x86dd):
                continue
            packets += 1
            complaint = wrong(kind, packet)
            if complaint:
                complaints.append(f"packet {packets}: {complaint}")
            if packet[9] in (PROTO_ESP, PROTO_UDP):
                carried.append(packet[(packet[0] & 15) * 4 + 8 * (packet[9] == PROTO_UDP):])
    if out:
        with open(out, "wb") as file:
            for packet in carried:
                file.write(struct.pack("!I", len(packet)) + packet)
    print(f"{packets} packets of {device}", *complaints[:5], sep="\n")
    sys.exit(1 if complaints or not packets else 0)


def share(device):
    """Keeps packets until it gets to run, and forgets them."""
    with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_ALL)) as sock:
        sock.bind((device, ETH_P_ALL))
        print("ready", flush=True)
        while True:
            sock.recv(1)


# --- what others have encrypted ---

def inject(how, source, destination, name):
    """Sends packets out of the file's pages."""
    before = read(name)
    file = os.open(name, os.O_RDONLY)
    if how == "udp":
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    else:
        sock = socket.socket(socket.AF_INET, socket.SOCK_RAW, PROTO_ESP)
    with sock:
        sock.bind((source, 4500 if how == "udp" else 0))
        sock.connect((destination, 4500 if how == "udp" else 0))
        at = 0
        while at < len(before):
            size = struct.unpack_from("!I", before, at)[0]
            splice(file, sock, at + 4, size)
            at += 4 + size
    if read(name) != before:
        raise SystemExit("the file has changed")


def main():
    """Does what the first word says."""
    verb, *words = sys.argv[1:]
    if verb == "make":
        with open(words[0], "wb") as file:
            file.write(marks(int(words[1])))
    elif verb == "hold":
        hold(words[0], words[1], words[2] if len(words) > 2 else None)
    else:
        {"send": send, "receive": receive, "share": share, "inject": inject}[verb](*words)


main()
