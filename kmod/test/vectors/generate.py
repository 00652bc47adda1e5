#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Makes a table of vectors.h from replay.json, esp.json or ah.json.

Usage: generate.py JSON TABLE
"""

import json
import sys
import textwrap
from pathlib import Path

VERDICTS = {
    "accept": "REPLAY_ACCEPT",
    "replay": "REPLAY_SEEN",
    "late": "REPLAY_LATE",
    "icv": "REPLAY_ICV",
}
ENCRYPTIONS = {
    ("aes-gcm", 16): "AES_GCM_16",
    ("aes-gcm", 12): "AES_GCM_12",
    ("aes-gcm", 8): "AES_GCM_8",
    ("aes-ccm", 16): "AES_CCM_16",
    ("aes-ccm", 12): "AES_CCM_12",
    ("aes-ccm", 8): "AES_CCM_8",
    ("null-aes-gmac", 16): "AES_GMAC",
    ("chacha20-poly1305", 16): "CHACHA20_POLY1305",
    "aes-cbc": "AES_CBC",
    "aes-ctr": "AES_CTR",
    "3des-cbc": "3DES_CBC",
    "des-cbc": "DES_CBC",
    "null": "NULL",
}
AUTHENTICATIONS = {
    "aead": "UNSPEC",
    "none": "UNSPEC",
    ("sha256_hmac", 16): "HMAC_SHA2_256_128",
    ("sha256_hmac", 12): "HMAC_SHA2_256_96",
    ("sha384_hmac", 24): "HMAC_SHA2_384_192",
    ("sha512_hmac", 32): "HMAC_SHA2_512_256",
    ("sha1_hmac", 12): "HMAC_SHA1_96",
    ("md5_hmac", 12): "HMAC_MD5_96",
    ("aes_xcbc_mac", 12): "AES_XCBC_96",
    ("aes_cmac", 12): "AES_CMAC_96",
}


def runs_of(steps):
    """Joins neighbours of one verdict whose numbers go up or down evenly."""
    runs = []
    for seq, verdict in steps:
        if runs and runs[-1][3] == verdict:
            first, count, stride, _ = runs[-1]
            if count == 1 and abs(seq - first) < 2**31:
                runs[-1] = [first, 2, seq - first, verdict]
                continue
            if seq == first + count * stride:
                runs[-1][1] += 1
                continue
        runs.append([seq, 1, 0, verdict])
    return runs


def comment(text, indent=""):
    lines = textwrap.wrap(text, 80 - 8 * len(indent))
    if len(lines) == 1:
        yield f"{indent}/* {lines[0]} */"
        return
    yield f"{indent}/*"
    for line in lines:
        yield f"{indent} * {line}"
    yield f"{indent} */"


def replay_lines(vectors):
    for vector in vectors:
        yield from comment(vector["source"])
        yield f"static const struct replay_run {vector['id'].lower()}_runs[] = {{"
        for first, count, stride, verdict in runs_of(vector["steps"]):
            yield f"\t{{ {first}ULL, {count}, {stride}, {VERDICTS[verdict]} }},"
        yield "};"
        yield ""
    yield "static const struct replay_vector replay_vectors[] = {"
    for vector in vectors:
        runs = runs_of(vector["steps"])
        esn = str(vector["esn"]).lower()
        yield "\t{"
        yield f"\t\t\"{vector['id'].lower()}\", {vector['window']}, {esn}, {vector['start_top']}ULL,"
        yield f"\t\t{len(runs)}, {vector['id'].lower()}_runs,"
        yield "\t},"
    yield "};"


def octets(field, text):
    data = bytes.fromhex(text)
    yield f"\t\t.{field} = {{ {len(data)},"
    lines = [data[at : at + 16] for at in range(0, len(data), 16)] or [b""]
    for line in lines[:-1]:
        yield "\t\t\t\"" + "".join(f"\\x{octet:02x}" for octet in line) + "\""
    yield "\t\t\t\"" + "".join(f"\\x{octet:02x}" for octet in lines[-1]) + "\" },"


def id_of(vector, what, ids):
    """The name of an id may have the length of the ICV in it."""
    name = vector[what]
    return ids.get(name) or ids[name, vector["icv_len"]]


def esp_lines(vectors):
    yield "static const struct esp_vector esp_vectors[] = {"
    for vector in vectors:
        yield from comment(vector["source"], "\t")
        yield "\t{"
        yield f"\t\t.name = \"{vector['id'].lower()}\","
        yield f"\t\t.enc = PANTUN_ENC_{id_of(vector, 'cipher', ENCRYPTIONS)},"
        yield f"\t\t.auth = PANTUN_AUTH_{id_of(vector, 'auth', AUTHENTICATIONS)},"
        yield f"\t\t.esn = {str(vector['esn']).lower()},"
        yield f"\t\t.must_fail = {str(vector['must_fail']).lower()},"
        yield f"\t\t.spi = {vector['spi']}U,"
        yield f"\t\t.seq = {vector['seq']}ULL,"
        yield f"\t\t.next_header = {vector['next_header']},"
        for field in ("enc_key", "auth_key", "salt", "iv", "inner", "packet"):
            yield from octets(field, vector[field])
        yield "\t},"
    yield "};"


def ah_lines(vectors):
    yield "static const struct ah_vector ah_vectors[] = {"
    for vector in vectors:
        yield from comment(vector["source"], "\t")
        yield "\t{"
        yield f"\t\t.name = \"{vector['id'].lower()}\","
        yield f"\t\t.auth = PANTUN_AUTH_{vector['auth']},"
        yield f"\t\t.spi = {vector['spi']}U,"
        yield f"\t\t.seq = {vector['seq']}ULL,"
        yield f"\t\t.esn = {str(vector['esn']).lower()},"
        yield f"\t\t.next_header = {vector['next_header']},"
        yield f"\t\t.outer_len = {vector['outer_len']},"
        yield f"\t\t.options = \"{vector['options']}\","
        yield f"\t\t.under_way = {str(vector['under_way']).lower()},"
        for field in ("auth_key", "salt", "packet"):
            yield from octets(field, vector[field])
        yield "\t},"
    yield "};"


def main():
    source, table = map(Path, sys.argv[1:])
    lines = {"replay": replay_lines, "esp": esp_lines, "ah": ah_lines}[source.stem]
    vectors = json.loads(source.read_text())["vectors"]
    table.parent.mkdir(parents=True, exist_ok=True)
    table.write_text("\n".join(lines(vectors)) + "\n")


if __name__ == "__main__":
    main()
