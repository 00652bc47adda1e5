#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Says what this host has noted of packets that come in.

skb_notes.py stamps OUTER INNER COUNT   waits for so many IPv4 packets of the device INNER; how
                                        many of them have the time of a packet of OUTER's
skb_notes.py tc-index DEVICE...         a line a packet of IPv4 that tc has classified: the device
"""
import ctypes
import os
import select
import socket
import struct
import sys

ETH_P_IP = 0x800
SO_TIMESTAMPNS = 35
SO_ATTACH_BPF = 50
SYS_BPF, BPF_PROG_LOAD, SOCKET_FILTER = 321, 5, 1
TC_INDEX = 44                   # where struct __sk_buff has it


def tap(device):
    """A packet socket: after tc, before the IP layer."""
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
    sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    return sock, device


def listen(taps):
    """Only now: what is there must be complete before the first packet."""
    for sock, device in taps:
        sock.bind((device, ETH_P_IP))
    print("listening", flush=True)


def stamps(outer, inner, count):
    """Times in nanoseconds are never the same by chance."""
    times = {outer: [], inner: []}
    taps = {sock: device for sock, device in (tap(outer), tap(inner))}
    listen(taps.items())
    while len(times[inner]) < count:
        for sock in select.select(list(taps), [], [])[0]:
            ancillary = sock.recvmsg(64, 256)[1]
            times[taps[sock]] += [struct.unpack("=qq", data) for _, kind, data in ancillary
                                  if kind == SO_TIMESTAMPNS]
    print(len(set(times[outer]) & set(times[inner])), "of", count, flush=True)


def classified():
    """A program for sockets: return skb->tc_index."""
    code = struct.pack("=BBhi", 0x61, 0x10, TC_INDEX, 0) + struct.pack("=BBhi", 0x95, 0, 0, 0)
    code, name = ctypes.create_string_buffer(code, len(code)), ctypes.create_string_buffer(b"GPL")
    attr = struct.pack("=IIQQIIQII", SOCKET_FILTER, len(code) // 8, ctypes.addressof(code),
                       ctypes.addressof(name), 0, 0, 0, 0, 0)
    libc = ctypes.CDLL(None, use_errno=True)
    fd = libc.syscall(SYS_BPF, BPF_PROG_LOAD, attr, len(attr))
    if fd < 0:
        raise OSError(ctypes.get_errno(), "bpf: " + os.strerror(ctypes.get_errno()))
    return fd


def tc_index(devices):
    """For ever."""
    taps = {sock: device for sock, device in map(tap, devices)}
    program = classified()
    for sock in taps:
        sock.setsockopt(socket.SOL_SOCKET, SO_ATTACH_BPF, program)
    listen(taps.items())
    while True:
        for sock in select.select(list(taps), [], [])[0]:
            sock.recv(64)
            print(taps[sock], flush=True)


def main():
    """Does what the first word says."""
    if sys.argv[1] == "stamps":
        stamps(*sys.argv[2:4], int(sys.argv[4]))
    else:
        tc_index(sys.argv[2:])


main()
