#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Fails where pantun.yaml, linux/pantun.h and the module's policies differ.

The YAML file is the contract.  The header must have its enumerations, in its order
and with nothing between, and its constants; the policies in kmod/nl_policy.c must
have every attribute with its type and limits.  One line a difference; TAP.
"""
import copy
import pathlib
import re
import sys

import yaml

HERE = pathlib.Path(__file__).resolve().parent
HEADER = HERE / "linux" / "pantun.h"
SPEC = HERE / "pantun.yaml"
POLICY = HERE.parent / "kmod" / "nl_policy.c"

# Attributes that the kernel only sends: no policy accepts them.
READ_ONLY = re.compile(r"read only|notifications", re.I)
NLA_TYPES = {
    "u8": "NLA_U8", "u16": "NLA_U16", "u32": "NLA_U32", "u64": "NLA_U64",
    "flag": "NLA_FLAG", "string": "NLA_NUL_STRING", "nest": "NLA_NESTED",
    "binary": "NLA_BINARY",
}


def c_name(prefix, name):
    """The C identifier of a YAML name."""
    return (prefix + name).replace("-", "_").upper()


def header_enums(text):
    """Enumerations of the header by name: their members, without the MAX ones."""
    enums = {}
    for name, body in re.findall(r"enum (\w+) \{(.*?)\n\};", text, re.S):
        body = re.sub(r"/\*.*?\*/", "", body, flags=re.S)
        members = [m.split("=")[0].strip() for m in body.split(",")]
        enums[name] = [m for m in members
                       if m and not m.startswith("__") and not m.endswith("_MAX")]
    return enums


def header_constants(text):
    """Numeric #defines of the header."""
    return {name: int(value) for name, value in
            re.findall(r"^#define (PANTUN_\w+)\s+(\d+)\b", text, re.M)}


def spec_enums(spec):
    """The same enumerations as the YAML file has them."""
    enums = {}
    for entry in spec["definitions"]:
        if entry["type"] == "enum":
            enums["pantun_" + entry["name"]] = [
                c_name(entry["name-prefix"], e["name"]) for e in entry["entries"]]
    for entry in spec["attribute-sets"]:
        enums[entry["enum-name"]] = [c_name(entry["name-prefix"], "unspec")] + [
            c_name(entry["name-prefix"], a["name"]) for a in entry["attributes"]]
    enums["pantun_cmd"] = ["PANTUN_CMD_UNSPEC"] + [
        c_name("pantun-cmd-", op["name"]) for op in spec["operations"]["list"]]
    return enums


def compare_header(spec, text):
    """Differences between the YAML file and the header."""
    found, wanted = header_enums(text), spec_enums(spec)
    for name in sorted(found.keys() | wanted.keys()):
        if name not in found:
            yield f"enum {name}: in the spec only"
        elif name not in wanted:
            yield f"enum {name}: in the header only"
        elif found[name] != wanted[name]:
            yield f"enum {name}: header {found[name]}, spec {wanted[name]}"
    constants = header_constants(text)
    for entry in spec["definitions"]:
        if entry["type"] != "const":
            continue
        name = c_name("pantun-", entry["name"])
        if constants.get(name) != entry["value"]:
            yield f"{name}: header {constants.get(name)}, spec {entry['value']}"
    if constants.get("PANTUN_GENL_VERSION") != spec["version"]:
        yield "PANTUN_GENL_VERSION differs from the spec's version"
    for group in spec["mcast-groups"]["list"]:
        name = c_name("pantun-mcgrp-", group["name"])
        if f'{name}\t"{group["name"]}"' not in text:
            yield f"{name}: the header lacks it or has another value"


def policies(text):
    """Policy entries of the module: attribute to (type, the entry's text)."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    entries = {}
    for body in re.findall(r"struct nla_policy\s+\w+\[[^\]]*\]\s*=\s*\{(.*?)\n\};", text, re.S):
        for name, value in re.findall(r"\[(PANTUN_\w+)\]\s*=\s*(.*?),\s*(?=\n\s*\[|\Z)",
                                      body + "\n", re.S):
            kind = re.search(r"NLA_(?:POLICY_NESTED|POLICY_EXACT_LEN|U8|U16|U32|U64|FLAG|"
                             r"NUL_STRING|BINARY|NESTED)", value)
            if kind:
                entries[name] = (kind.group(0), " ".join(value.split()))
    return entries


def wanted_limits(spec, attribute):
    """Texts that the policy of an attribute has to contain."""
    constants = {e["name"]: c_name("pantun-", e["name"])
                 for e in spec["definitions"] if e["type"] == "const"}
    checks = attribute.get("checks", {})
    if attribute["type"] == "string":
        return []
    texts = [constants.get(value, str(value)) for value in checks.values()]
    if "enum" in attribute:
        texts.append(c_name("pantun-", attribute["enum"]) + "_MAX")
    return texts


def type_matches(attribute, kind):
    """Whether the policy's type is the spec's."""
    if attribute["type"] == "binary" and "exact-len" in attribute.get("checks", {}):
        return kind in ("NLA_POLICY_EXACT_LEN", "NLA_BINARY")
    if attribute["type"] == "nest":
        return kind in ("NLA_POLICY_NESTED", "NLA_NESTED")
    return kind == NLA_TYPES[attribute["type"]]


def compare_policy(spec, text):
    """Differences between the YAML file and the policies."""
    found = policies(text)
    known = set()
    for attributes in spec["attribute-sets"]:
        for attribute in attributes["attributes"]:
            name = c_name(attributes["name-prefix"], attribute["name"])
            known.add(name)
            sent = attribute["type"] == "pad" or attributes["name"] in (
                "stats", "drop", "event") or READ_ONLY.search(attribute.get("doc", "")) \
                or attribute["name"] in ("stats", "drop", "event", "netns-moved")
            if sent:
                if name in found:
                    yield f"{name}: read only in the spec, accepted by the policy"
            elif name not in found:
                yield f"{name}: no policy"
            else:
                kind, value = found[name]
                if not type_matches(attribute, kind):
                    yield f"{name}: policy {kind}, spec {attribute['type']}"
                for limit in wanted_limits(spec, attribute):
                    if limit not in value:
                        yield f"{name}: the policy lacks {limit}: {value}"
    for name in sorted(found.keys() - known):
        yield f"{name}: in the policy only"


def mutations(spec):
    """Copies of the spec with one mistake each, to show that the checks can fail."""
    wrong = copy.deepcopy(spec)
    wrong["attribute-sets"][0]["attributes"].reverse()
    yield "attributes in another order", wrong
    wrong = copy.deepcopy(spec)
    wrong["operations"]["list"].pop()
    yield "a command missing", wrong
    wrong = copy.deepcopy(spec)
    wrong["definitions"][0]["value"] += 1
    yield "another constant", wrong
    wrong = copy.deepcopy(spec)
    for attributes in wrong["attribute-sets"]:
        if attributes["name"] == "sa":
            attributes["attributes"][2]["type"] = "u64"
    yield "another type", wrong


def main():
    """Prints TAP; status 1 if anything differs."""
    spec = yaml.safe_load(SPEC.read_text(encoding="utf-8"))
    header = HEADER.read_text(encoding="utf-8")
    policy = POLICY.read_text(encoding="utf-8")
    results = [
        ("pantun.yaml and linux/pantun.h agree", list(compare_header(spec, header))),
        ("pantun.yaml and kmod/nl_policy.c agree", list(compare_policy(spec, policy))),
    ]
    for what, wrong in mutations(spec):
        caught = [*compare_header(wrong, header), *compare_policy(wrong, policy)]
        results.append((f"a mistake would be found: {what}",
                        [] if caught else ["nothing was found"]))
    for number, (name, differences) in enumerate(results, 1):
        print(f"{'not ok' if differences else 'ok'} {number} - {name}")
        for line in differences:
            print(f"# {line}")
    print(f"1..{len(results)}")
    return 1 if any(differences for _, differences in results) else 0


if __name__ == "__main__":
    sys.exit(main())
