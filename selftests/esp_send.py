#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Sends ESP packets that no sane peer would send.

esp_send.py replay PCAP SRC DST [INDEX]     one captured ESP packet again, as it was
esp_send.py forge PCAP SRC DST SEQ          the first one with another sequence number
esp_send.py raw SRC DST HEX                 these octets as an ESP packet
esp_send.py seal KEYFILE SPI SEQ SRC DST NEXT HEX [PADDING [TOS]]
                                            octets encrypted by AES-GCM, trailer with NEXT;
                                            padding of these octets instead of 1, 2, 3, ...
                                            ("-": as it should be); the outer header's TOS
esp_send.py device DEVICE ETHERTYPE HEX     these octets as a packet that DEVICE is to send
esp_send.py udp SRC DST PCAP                the first captured one in UDP, port 4500
esp_send.py encap ADDRESS                   listens on UDP 4500 for ESP in UDP (RFC 3948)
"""
import os
import signal
import socket
import struct
import sys

IPPROTO_ESP = 50
UDP_ENCAP, UDP_ENCAP_ESPINUDP = 100, 2


def esp_packets(name):
    """The ESP part of each IPv4 packet of a pcap file with Ethernet frames."""
    with open(name, "rb") as file:
        data = file.read()
    order = "<" if data[:4] == b"\xd4\xc3\xb2\xa1" else ">"
    at = 24
    found = []
    while at + 16 <= len(data):
        size = struct.unpack_from(order + "I", data, at + 8)[0]
        frame = data[at + 16:at + 16 + size]
        at += 16 + size
        if frame[12:14] != b"\x08\x00" or frame[14 + 9] != IPPROTO_ESP:
            continue
        start = 14 + (frame[14] & 15) * 4
        found.append(frame[start:14 + struct.unpack_from("!H", frame, 16)[0]])
    return found


def send(source, destination, esp, tos=0):
    """One ESP packet; the kernel writes the IP header."""
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, IPPROTO_ESP) as raw:
        raw.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, tos)
        raw.bind((source, 0))
        raw.sendto(esp, (destination, 0))


def send_by(device, ethertype, packet):
    """One packet without a link header, whatever it is."""
    with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM) as raw:
        raw.sendto(packet, (device, ethertype))


def seal(keyfile, spi, seq, next_header, inner, pad=None):
    """ESP by RFC 4303 and 4106."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    with open(keyfile, encoding="ascii") as lines:
        keys = dict(line.split() for line in lines)
    if pad is None:
        pad = bytes(range(1, -(len(inner) + 2) % 4 + 1))
    plain = inner + pad + bytes([len(pad), next_header])
    header = struct.pack("!II", spi, seq)
    iv = os.urandom(8)
    nonce = bytes.fromhex(keys["salt"]) + iv
    return header + iv + AESGCM(bytes.fromhex(keys["enc"])).encrypt(nonce, plain, header)


def listen(address):
    """Holds the socket that has the kernel take ESP out of UDP."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as udp:
        udp.bind((address, 4500))
        udp.setsockopt(socket.IPPROTO_UDP, UDP_ENCAP, UDP_ENCAP_ESPINUDP)
        print("listening", flush=True)
        signal.pause()


def main():
    """Does what the first word says."""
    verb, *words = sys.argv[1:]
    if verb == "replay":
        index = int(words[3]) if len(words) > 3 else 0
        send(words[1], words[2], esp_packets(words[0])[index])
    elif verb == "forge":
        esp = esp_packets(words[0])[0]
        send(words[1], words[2], esp[:4] + struct.pack("!I", int(words[3])) + esp[8:])
    elif verb == "raw":
        send(words[0], words[1], bytes.fromhex(words[2]))
    elif verb == "seal":
        padding = None if words[7:8] in ([], ["-"]) else bytes.fromhex(words[7])
        send(words[3], words[4], seal(words[0], int(words[1], 0), int(words[2]),
                                      int(words[5]), bytes.fromhex(words[6]), padding),
             int(words[8], 0) if len(words) > 8 else 0)
    elif verb == "device":
        send_by(words[0], int(words[1], 0), bytes.fromhex(words[2]))
    elif verb == "udp":
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            udp.bind((words[0], 4500))
            udp.sendto(esp_packets(words[2])[0], (words[1], 4500))
    elif verb == "encap":
        listen(words[0])
    else:
        raise SystemExit(__doc__)


main()
