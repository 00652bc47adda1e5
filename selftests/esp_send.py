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
esp_send.py pages DEVICE TOS SRC DST        an IPv4 packet with that TOS that DEVICE is to send,
                                            all but its first octet in pages
esp_send.py outside CASE DEVICE MAC KEYFILE SPI SEQ SRC DST
                                            a UDP datagram from port 9 to 7777 in transport
                                            mode, with an outer header that nobody has
                                            protected: "plain", "options" (IPv4),
                                            "destination" (IPv6 destination options),
                                            "destination-udp" (those before UDP), "source"
                                            (an outer source that is not SRC)
esp_send.py burst ADDRESS PACKETS           UDP datagrams that leave at once, by segmentation
esp_send.py hear ADDRESS                    says from where datagrams to port 7777 come
esp_send.py encap ADDRESS                   listens on UDP 4500 for ESP in UDP (RFC 3948)
"""
import os
import signal
import socket
import struct
import sys

IPPROTO_ESP = 50
UDP_ENCAP, UDP_ENCAP_ESPINUDP = 100, 2
UDP_SEGMENT = 103


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


def send_pages(device, tos, source, destination):
    """What a packet socket with a header for virtio makes: as much is linear as that says."""
    sol_packet, packet_vnet_hdr, size = 263, 15, 6000
    header = struct.pack("!BBHHHBBH", 0x45, tos, size, 1, 0, 64, 17, 0)
    header += packed(source) + packed(destination)
    header = header[:10] + struct.pack("!H", sums_up(header)) + header[12:]
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as raw:
        raw.setsockopt(sol_packet, packet_vnet_hdr, 1)
        virtio = struct.pack("=BBHHHH", 0, 0, 1, 0, 0, 0)
        raw.sendto(virtio + header.ljust(size, b"\0"), (device, 0x0800))


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


def sums_up(octets):
    """The Internet checksum."""
    octets += bytes(len(octets) % 2)
    total = sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def packed(address):
    """An address of either family, as it stands in a header."""
    return socket.inet_pton(socket.AF_INET6 if ":" in address else socket.AF_INET, address)


def datagram(source, destination, ports, payload):
    """UDP with its checksum."""
    header = struct.pack("!HHHH", *ports, 8 + len(payload), 0)
    pseudo = packed(source) + packed(destination) + struct.pack("!II", 8 + len(payload), 17)
    total = sums_up(pseudo + header + payload) or 0xffff
    return header[:6] + struct.pack("!H", total) + payload


def packet4(source, destination, payload, options=b""):
    """ESP behind an IPv4 header."""
    header = struct.pack("!BBHHHBBH", 0x45 + len(options) // 4, 0,
                         20 + len(options) + len(payload), 1, 0, 64, IPPROTO_ESP, 0)
    header += packed(source) + packed(destination) + options
    return header[:10] + struct.pack("!H", sums_up(header)) + header[12:] + payload


def packet6(source, destination, protocol, payload):
    """Anything behind an IPv6 header."""
    return (struct.pack("!IHBB", 6 << 28, len(payload), protocol, 64) + packed(source) +
            packed(destination) + payload)


def stranger(protocol):
    """
    A destination options header of 64 octets with an unknown option, to be skipped.  Who
    takes it for UDP reads a datagram to port 7708.
    """
    text = b"nobody protected this"
    return bytes([protocol, 7, 0x1e, 60]) + struct.pack("!HH", 64, 0) + text.ljust(56, b".")


def outside(case, keyfile, spi, seq, ends):
    """The packet of a case, from its outer IP header on."""
    source, destination = ends
    esp = seal(keyfile, spi, seq, 17, datagram(source, destination, (9, 7777), b"protected"))
    v6 = ":" in source
    if case == "source":
        source = "2001:db8::66" if v6 else "192.0.2.66"
    if case == "options":
        return packet4(source, destination, esp, bytes([7, 7, 4, 0, 0, 0, 0, 0]))
    if case == "destination":
        return packet6(source, destination, 60, stranger(IPPROTO_ESP) + esp)
    if case == "destination-udp":
        return packet6(source, destination, 60, stranger(17) +
                       datagram(source, destination, (4500, 4500), esp))
    if v6:
        return packet6(source, destination, IPPROTO_ESP, esp)
    return packet4(source, destination, esp)


def hear(address):
    """One line a datagram."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as udp:
        udp.bind((address, 7777))
        print("listening", flush=True)
        while True:
            octets, peer = udp.recvfrom(4096)
            print("from", peer[0], peer[1], octets.decode(errors="replace"), flush=True)


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
    elif verb == "pages":
        send_pages(words[0], int(words[1], 0), *words[2:4])
    elif verb == "outside":
        case, device, mac, keyfile = words[:4]
        packet = outside(case, keyfile, int(words[4], 0), int(words[5]), words[6:8])
        with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM) as raw:
            ethertype = 0x86dd if packet[0] >> 4 == 6 else 0x0800
            raw.sendto(packet, (device, ethertype, 0, 0, bytes.fromhex(mac.replace(":", ""))))
    elif verb == "burst":
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            udp.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, 100)
            udp.sendto(bytes(100 * int(words[1])), (words[0], 9))
    elif verb == "hear":
        hear(words[0])
    elif verb == "encap":
        listen(words[0])
    else:
        raise SystemExit(__doc__)


main()
