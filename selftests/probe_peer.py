#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The far end of a tunnel monitor, and what else its tests need.

probe_peer.py answer DEVICE HOW [BY]  answers echo requests of a probe's length that DEVICE
    receives, by BY or the same device.  HOW: right; twice; late (with the answer to the one
    before); from, id, sequence, cookie, code, long (that is wrong); clear (right, but BY is
    the underlay, without ESP).  Prints "ready".
probe_peer.py count DEVICE SECONDS    ESP packets that DEVICE receives: all, and the most in
    100 ms.
probe_peer.py many FIRST COUNT LOCAL REMOTE MS  monitored tunnels mFIRST and so on, which stand,
    with an outbound SA each.
"""
import socket
import struct
import sys
import time

from icmp_send import inet_sum

ETH_P_ALL, ETH_P_IP = 3, 0x0800
PROBE = 36                      # octets of a packet: IPv4, ICMP, cookie
IP_HDRINCL, SO_BINDTODEVICE = 3, 25


def reply_to(packet, how):
    """The answer to an echo request, with its mistake."""
    message = bytearray(packet[20:])
    message[0:4] = b"\0\0\0\0"
    if how == "code":
        message[1] = 1
    wrong_at = {"id": 4, "sequence": 7, "cookie": 15}.get(how)
    if wrong_at:
        message[wrong_at] ^= 1
    if how == "long":
        message += bytes(4)
    struct.pack_into("!H", message, 2, inet_sum(message))
    source = bytearray(packet[16:20])
    if how == "from":
        source[3] ^= 0x40
    header = bytearray(struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(message), 0, 0x4000, 64, 1,
                                   0, bytes(source), packet[12:16]))
    struct.pack_into("!H", header, 10, inet_sum(header))
    return bytes(header + message)


def answer(device, how, by=None):
    """Answers until it is killed."""
    taken = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_IP))
    taken.bind((device, ETH_P_IP))
    clear = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    clear.setsockopt(socket.IPPROTO_IP, IP_HDRINCL, 1)
    if how == "clear":
        clear.setsockopt(socket.SOL_SOCKET, SO_BINDTODEVICE, by.encode())
    before = None
    print("ready", flush=True)
    while True:
        packet, origin = taken.recvfrom(2048)
        if len(packet) != PROBE or packet[9] != 1 or packet[20] != 8 or \
                origin[2] == socket.PACKET_OUTGOING:
            continue
        reply = reply_to(packet, how)
        if how == "late":
            before, reply = reply, before
        for _ in range(2 if how == "twice" else 1):
            if how == "clear":
                clear.sendto(reply, (socket.inet_ntoa(reply[16:20]), 0))
            elif reply:
                taken.sendto(reply, (by or device, ETH_P_IP))


def count(device, seconds):
    """Counts for so long."""
    taken = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_ALL))
    taken.bind((device, ETH_P_ALL))
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
    taken.settimeout(0.5)
    slots = {}
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            packet, origin = taken.recvfrom(64)
        except TimeoutError:
            continue
        if origin[2] != socket.PACKET_OUTGOING and packet[:1] == b"\x45" and packet[9] == 50:
            slot = int(time.monotonic() * 10)
            slots[slot] = slots.get(slot, 0) + 1
    print(sum(slots.values()), max(slots.values(), default=0))


def many(first, number, local, remote, interval):
    """Gives tunnels their SA, and all at once their monitor."""
    from genl import C, Genl, attr, nest, text, u8, u32
    genl = Genl()
    outer = nest(C["SA_A_PATH"], attr(C["PATH_A_LOCAL4"], socket.inet_aton(local)),
                 attr(C["PATH_A_REMOTE4"], socket.inet_aton(remote)))
    key = nest(C["SA_A_KEY"], attr(C["KEY_A_ENC"], bytes(range(16))),
               attr(C["KEY_A_SALT"], bytes(4)))
    monitors = []
    for i in range(first, first + number):
        name = text(C["A_IFNAME"], f"m{i}")
        answer = genl.ask(C["CMD_SA_NEW"], name + nest(
            C["A_SA"], u32(C["SA_A_DIR"], C["DIR_OUT"]), u8(C["SA_A_PROTO"], 50),
            u32(C["SA_A_SPI"], 0x10000 + i), outer,
            u32(C["SA_A_ENC"], C["ENC_AES_GCM_16"]), key))
        if answer.error:
            raise SystemExit(f"m{i}: {answer.text or answer.error}")
        monitors.append(name + nest(
            C["A_MONITOR"], attr(C["MONITOR_A_DST4"], socket.inet_aton("10.8.0.2")),
            attr(C["MONITOR_A_SRC4"], socket.inet_aton("10.8.0.1")),
            u32(C["MONITOR_A_INTERVAL"], interval)))
    genl.send_at_once(C["CMD_MONITOR_NEW"], monitors)


def main():
    """Does what the words say."""
    if sys.argv[1:2] == ["answer"] and len(sys.argv) in (4, 5):
        answer(*sys.argv[2:])
    elif sys.argv[1:2] == ["count"] and len(sys.argv) == 4:
        count(sys.argv[2], float(sys.argv[3]))
    elif sys.argv[1:2] == ["many"] and len(sys.argv) == 7:
        many(int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], sys.argv[5], int(sys.argv[6]))
    else:
        raise SystemExit(__doc__)


main()
