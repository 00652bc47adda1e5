#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Makes replay.h and esp.h from replay.json and esp.json, or checks them.

Usage: generate.py [--check]
"""

import json
import sys
import textwrap
from pathlib import Path

HERE = Path(__file__).resolve().parent
VERDICTS = {
    "accept": "REPLAY_ACCEPT",
    "replay": "REPLAY_SEEN",
    "late": "REPLAY_LATE",
    "icv": "REPLAY_ICV",
}
HEAD = """/* SPDX-License-Identifier: GPL-2.0 */
/* Made by generate.py from {source}; edit that one. */
#ifndef _PANTUN_TEST_VECTORS_{guard}_H
#define _PANTUN_TEST_VECTORS_{guard}_H

#include <linux/types.h>
{types}
"""
REPLAY_TYPES = """
enum replay_verdict {
	REPLAY_ACCEPT,
	REPLAY_SEEN,
	REPLAY_LATE,
	REPLAY_ICV,	/* another high half is inferred: not authentic */
};

/* @count packets, the first numbered @first, each next one @stride more. */
struct replay_run {
	u64 first;
	u32 count;
	s32 stride;
	enum replay_verdict verdict;
};

struct replay_vector {
	const char *name;
	u32 window;
	bool esn;
	u64 start_top;		/* highest number authenticated before the first packet */
	u32 run_count;
	const struct replay_run *runs;
};
"""
ESP_TYPES = """
struct esp_octets {
	u32 len;
	const char *data;
};

struct esp_vector {
	const char *name;
	bool gcm;		/* else CBC with HMAC-SHA2-256-128 */
	u32 spi;
	u32 seq;
	u8 next_header;
	struct esp_octets enc_key, auth_key, salt;
	struct esp_octets iv;
	struct esp_octets inner;	/* before padding */
	struct esp_octets packet;	/* from the SPI to the ICV */
};
"""


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


def esp_lines(vectors):
    yield "static const struct esp_vector esp_vectors[] = {"
    for vector in vectors:
        yield from comment(vector["source"], "\t")
        yield "\t{"
        yield f"\t\t.name = \"{vector['id'].lower()}\","
        yield f"\t\t.gcm = {str(vector['cipher'] == 'aes-gcm').lower()},"
        yield f"\t\t.spi = {vector['spi']}U,"
        yield f"\t\t.seq = {vector['seq']}U,"
        yield f"\t\t.next_header = {vector['next_header']},"
        for field in ("enc_key", "auth_key", "salt", "iv", "inner", "packet"):
            yield from octets(field, vector[field])
        yield "\t},"
    yield "};"


def header(name, types, lines):
    source = json.loads((HERE / f"{name}.json").read_text())
    head = HEAD.format(source=f"{name}.json", guard=name.upper(), types=types)
    return head + "\n".join(lines(source["vectors"])) + "\n\n#endif\n"


def main():
    check = sys.argv[1:] == ["--check"]
    stale = 0
    for name, types, lines in (
        ("replay", REPLAY_TYPES, replay_lines),
        ("esp", ESP_TYPES, esp_lines),
    ):
        text = header(name, types, lines)
        path = HERE / f"{name}.h"
        if not check:
            path.write_text(text)
        elif path.read_text() != text:
            print(f"{path.name} is not what generate.py makes of {name}.json")
            stale = 1
    return stale


if __name__ == "__main__":
    sys.exit(main())
