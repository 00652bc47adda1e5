#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What tshark makes of captured ESP packets.

tshark_esp.py knows ALGORITHM        exit status 0 if tshark checks its ICV
tshark_esp.py sa ALGORITHM 4|6 SRC DST SPI KEYFILE      a line of tshark's table esp_sa
tshark_esp.py decrypt PCAP           of each ESP packet the SPI, whether the ICV is good
                                     or bad, and the inner packet
tshark_esp.py plain PCAP SRC...      the packets from SRCs that were captured in clear
tshark_esp.py flip PCAP OUT WHERE    each packet with one bit flipped in the octet at
                                     WHERE, counted from its end (-1 is the last one)

The table of SAs is in $HOME/.config/wireshark.  Decrypted and clear packets are shown
alike: addresses, ICMP type, identifier, sequence number and data.
"""
import struct
import subprocess
import sys

from manual_keys import Algorithm

CIPHERS = {
    "aes-cbc": "AES-CBC [RFC3602]", "aes-ctr": "AES-CTR [RFC3686]", "null": "NULL",
    "3des-cbc": "TripleDES-CBC [RFC2451]", "des-cbc": "DES-CBC [RFC2405]",
    "aes-gcm-16": "AES-GCM with 16 octet ICV [RFC4106]",
    "aes-gcm-12": "AES-GCM with 12 octet ICV [RFC4106]",
    "aes-gcm-8": "AES-GCM with 8 octet ICV [RFC4106]",
}
AUTHS = {
    "": "NULL", "hmac-sha1-96": "HMAC-SHA-1-96 [RFC2404]", "hmac-md5-96": "HMAC-MD5-96 [RFC2403]",
    "hmac-sha2-256-96": "HMAC-SHA-256-96 [draft-ietf-ipsec-ciph-sha-256-00]",
    "hmac-sha2-256-128": "HMAC-SHA-256-128 [RFC4868]",
    "hmac-sha2-384-192": "HMAC-SHA-384-192 [RFC4868]",
    "hmac-sha2-512-256": "HMAC-SHA-512-256 [RFC4868]",
}
FIELDS = ("esp.spi", "esp.icv_good", "esp.icv_bad", "ip.src", "ip.dst", "ipv6.src", "ipv6.dst",
          "icmp.type", "icmp.ident", "icmp.seq", "icmpv6.type", "icmpv6.echo.identifier",
          "icmpv6.echo.sequence_number", "data.data")

ECHOES = "icmp.type in {0, 8} or icmpv6.type in {128, 129}"


def words_of(algorithm):
    """tshark's names of cipher and integrity, or KeyError."""
    words = dict(zip(algorithm.pantun[::2], algorithm.pantun[1::2]))
    return CIPHERS[words["enc"]], AUTHS[words.get("auth", "")]


def knows(name):
    """Whether tshark can check this one's ICV."""
    try:
        return bool(words_of(Algorithm(name)))
    except KeyError:
        return False


def sa_line(name, family, source, target, spi, keyfile):
    """A line of esp_sa, with the keys as pantunctl gets them."""
    with open(keyfile, encoding="ascii") as lines:
        keys = dict(line.split() for line in lines)
    cipher, auth = words_of(Algorithm(name))
    fields = ["IPv" + family, source, target, spi, cipher]
    for key in (keys.get("enc", "") + keys.get("salt", ""), auth, keys.get("auth", "")):
        fields.append(key if key == auth else "0x" + key if key else "")
    return ",".join(f'"{field}"' for field in fields)


def tshark(pcap, matching, fields):
    """Of each packet a list of fields, each with what it was, outermost first."""
    command = ["tshark", "-n", "-r", pcap, "-Y", matching, "-T", "fields", "-E", "separator=|",
               "-o", "esp.enable_encryption_decode:TRUE",
               "-o", "esp.enable_authentication_check:TRUE"]
    for field in fields:
        command += ["-e", field]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return [[field.split(",") if field else [] for field in line.split("|")]
            for line in done.stdout.splitlines()]


def packets(pcap, matching):
    """Of each packet the SPI, the verdict about its ICV, and the innermost packet."""
    for packet in tshark(pcap, matching, FIELDS):
        of = dict(zip(FIELDS, packet))
        verdict = "good" if of["esp.icv_good"] in (["1"], ["True"]) else \
            "bad" if of["esp.icv_bad"] in (["1"], ["True"]) else "unchecked"
        ends = of["ipv6.src"] + of["ipv6.dst"] if of["icmpv6.type"] else of["ip.src"] + of["ip.dst"]
        inner = [ends[len(ends) // 2 - 1], ends[-1]] if ends else []
        yield of["esp.spi"][:1] + [verdict], " ".join(
            inner + [of[field][-1] for field in FIELDS[7:] if of[field]])


def flip(pcap, out, where):
    """Copies a pcap file, with a bit of each packet flipped."""
    with open(pcap, "rb") as file:
        data = bytearray(file.read())
    order = "<" if data[:4] == b"\xd4\xc3\xb2\xa1" else ">"
    at = 24
    while at + 16 <= len(data):
        at += 16 + struct.unpack_from(order + "I", data, at + 8)[0]
        data[at + where] ^= 0x10
    with open(out, "wb") as file:
        file.write(data)


def main():
    """Does what the first word says."""
    verb, *words = sys.argv[1:]
    if verb == "knows":
        sys.exit(not knows(words[0]))
    elif verb == "sa":
        print(sa_line(*words))
    elif verb == "decrypt":
        for outer, inner in packets(words[0], "esp"):
            print(*outer, inner)
    elif verb == "plain":
        for _, inner in packets(words[0], ECHOES):
            if inner.split()[0] in words[1:]:
                print(inner)
    elif verb == "flip":
        flip(words[0], words[1], int(words[2]))
    else:
        raise SystemExit(__doc__)


if __name__ == "__main__":
    main()
