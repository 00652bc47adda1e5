#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes seeds for the fuzz targets.

    extract.py OUTDIR FILE...

FILE is a capture (pcap or pcapng, also gzipped), of which every IKE datagram to
or from UDP port 500 or 4500 becomes a file of OUTDIR; or JSON with "packets"
(rows with "id" and "hex": a datagram) or "vectors" (rows with "id", "message" and
"plain_payloads": the datagram, and a file for what was within its SK payload: one
octet with the type of the first payload, then the payloads).  What OUTDIR already
has under another name is left out.
"""

import gzip
import json
import pathlib
import struct
import sys

IKE_PORTS = (500, 4500)
SK_TYPES = (46, 53)


def read_pcap(raw):
    """Yields (link type, frame) of a classic capture."""
    order = "<" if raw[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
    link = struct.unpack_from(order + "I", raw, 20)[0] & 0xFFFF
    at = 24
    while at + 16 <= len(raw):
        captured = struct.unpack_from(order + "I", raw, at + 8)[0]
        yield link, raw[at + 16 : at + 16 + captured]
        at += 16 + captured


def read_pcapng(raw):
    """Yields (link type, frame) of a pcapng capture."""
    order = "<" if raw[8:12] == b"\x4d\x3c\x2b\x1a" else ">"
    links = []
    at = 0
    while at + 12 <= len(raw):
        kind, length = struct.unpack_from(order + "II", raw, at)
        if kind == 1:
            links.append(struct.unpack_from(order + "H", raw, at + 8)[0])
        elif kind == 6:
            interface = struct.unpack_from(order + "I", raw, at + 8)[0]
            captured = struct.unpack_from(order + "I", raw, at + 20)[0]
            yield links[interface], raw[at + 28 : at + 28 + captured]
        at += length


def ip_packet(link, frame):
    """The IP packet of a frame, or None."""
    if link == 0:
        return frame[4:]
    if link == 101:
        return frame
    if link == 1:
        at = 12
        while frame[at : at + 2] == b"\x81\x00":
            at += 4
        if frame[at : at + 2] in (b"\x08\x00", b"\x86\xdd"):
            return frame[at + 2 :]
    return None


def ike_datagram(packet):
    """What is in a UDP packet to or from an IKE port, without marker; or None."""
    if not packet or packet[0] >> 4 not in (4, 6):
        return None
    if packet[0] >> 4 == 4:
        head, protocol = (packet[0] & 15) * 4, packet[9]
        if struct.unpack_from(">H", packet, 6)[0] & 0x1FFF:
            return None
    else:
        head, protocol = 40, packet[6]
    if protocol != 17 or len(packet) < head + 8:
        return None
    ports = struct.unpack_from(">HH", packet, head)
    length = struct.unpack_from(">H", packet, head + 4)[0]
    data = packet[head + 8 : head + max(length, 8)]
    if 4500 in ports:
        return data[4:] if data[:4] == b"\0\0\0\0" else None
    return data if set(ports) & set(IKE_PORTS) else None


def from_capture(path):
    """Yields (name, octets) of a capture's IKE datagrams."""
    raw = path.read_bytes()
    if raw[:2] == b"\x1f\x8b":
        raw = gzip.decompress(raw)
    frames = read_pcapng(raw) if raw[:4] == b"\x0a\x0d\x0d\x0a" else read_pcap(raw)
    stem = path.name.split(".")[0]
    for number, (link, frame) in enumerate(frames, 1):
        data = ike_datagram(ip_packet(link, frame))
        if data:
            yield f"{stem}_{number:02}", data


def first_inner(message):
    """Type that the SK payload of a message names."""
    kind, at = message[16], 28
    while kind not in SK_TYPES:
        kind, length = message[at], struct.unpack_from(">H", message, at + 2)[0]
        at += length
    return message[at]


def from_json(path):
    """Yields (name, octets) of the rows described above."""
    rows = json.loads(path.read_text())
    for row in rows.get("packets", []):
        if "hex" in row:
            yield row["id"], bytes.fromhex(row["hex"])
    for row in rows.get("vectors", []):
        message = bytes.fromhex(row["message"])
        yield row["id"], message
        if not row.get("skf"):
            plain = bytes.fromhex(row["plain_payloads"])
            yield row["id"] + "_inner", bytes([first_inner(message)]) + plain


def main():
    """Writes what is new; says how much."""
    out = pathlib.Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    known = {file.read_bytes() for file in out.iterdir()}
    for path in map(pathlib.Path, sys.argv[2:]):
        seeds = from_json(path) if path.suffix == ".json" else from_capture(path)
        count = 0
        for name, data in seeds:
            if data not in known:
                (out / name).write_bytes(data)
                known.add(data)
                count += 1
        print(f"{path.name}: {count}")


main()
