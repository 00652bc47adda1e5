#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Fails where pantun.yaml, linux/pantun.h and the module's policies differ.

The YAML file is the contract.  The header must have its enumerations, in its order
and with nothing between, and its constants; the policies in kmod/ctl/nl_policy.c must
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
POLICY = HERE.parent / "kmod" / "ctl" / "nl_policy.c"
OPERATIONS = HERE.parent / "kmod" / "ctl" / "nl.c"
HANDLERS = HERE.parent / "kmod" / "ctl" / "nl_sa.c"

# The policy of operations that check requests in their handler.
UNCHECKED = "pantun_nl_unchecked_policy"
# Attributes that the kernel only sends: no policy accepts them.
READ_ONLY = re.compile(r"read only|notifications", re.I)
# Enumerations whose unknown members get a better answer than the policy's.
OPEN_ENUMS = ("enc", "auth")
NLA_TYPES = {
    "u8": "NLA_U8", "u16": "NLA_U16", "u32": "NLA_U32", "u64": "NLA_U64",
    "flag": "NLA_FLAG", "string": "NLA_NUL_STRING", "nest": "NLA_NESTED",
    "binary": "NLA_BINARY",
}


def c_name(prefix, name):
    """The C identifier of a YAML name."""
    return (prefix + name).replace("-", "_").upper()


def header_enums(text):
    """Enumerations of the header by name: their members, without the one that is the MAX."""
    enums = {}
    for name, body in re.findall(r"enum (\w+) \{(.*?)\n\};", text, re.S):
        body = re.sub(r"/\*.*?\*/", "", body, flags=re.S)
        members = [m.strip() for m in body.split(",")]
        enums[name] = [m for m in members if m and not m.startswith("__") and "=" not in m]
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
            enums[entry["enum-name"]] = [
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


def tables(text):
    """Policy tables of the module by name: attribute to the entry's text."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    for name, limits in re.findall(
            r"struct netlink_range_validation (\w+) = \{(.*?)\};", text, re.S):
        text = text.replace(f"&{name})", f"{limits})")
    found = {}
    for table, body in re.findall(
            r"struct nla_policy\s+(\w+)\[[^\]]*\]\s*=\s*\{(.*?)\n\};", text, re.S):
        found[table] = {
            name: " ".join(value.split()) for name, value in
            re.findall(r"\[(PANTUN_\w+)\]\s*=\s*(.*?),\s*(?=\n\s*\[|\Z)", body + "\n", re.S)}
    return found


def policies(text):
    """Policy entries of all tables: (attribute, type, the entry's text)."""
    for table in tables(text).values():
        for name, value in table.items():
            kind = re.search(r"NLA_(?:POLICY_NESTED|POLICY_EXACT_LEN|U8|U16|U32|U64|FLAG|"
                             r"NUL_STRING|BINARY|NESTED)", value)
            yield name, kind.group(0) if kind else "unknown", value


def wanted_limits(spec, attribute):
    """Texts that the policy of an attribute has to contain."""
    constants = {e["name"]: c_name("pantun-", e["name"])
                 for e in spec["definitions"] if e["type"] == "const"}
    checks = attribute.get("checks", {})
    if attribute["type"] == "string":
        return [".len"]
    texts = [constants.get(value, str(value)) for value in checks.values()]
    if attribute.get("enum", OPEN_ENUMS[0]) not in OPEN_ENUMS:
        texts.append(c_name("pantun-", attribute["enum"]) + "_MAX")
    return texts


def type_matches(attribute, kind):
    """Whether the policy's type is the spec's."""
    if attribute["type"] == "binary" and "exact-len" in attribute.get("checks", {}):
        return kind in ("NLA_POLICY_EXACT_LEN", "NLA_BINARY")
    if attribute["type"] == "nest":
        return kind in ("NLA_POLICY_NESTED", "NLA_NESTED")
    return kind == NLA_TYPES[attribute["type"]]


def sent_only(attributes, attribute):
    """Whether the kernel sends the attribute and takes it from nobody."""
    return attribute["type"] == "pad" or attributes["name"] in ("stats", "drop", "event") \
        or attribute["name"] in ("stats", "drop", "event", "netns-moved") \
        or READ_ONLY.search(attribute.get("doc", ""))


def compare_entry(spec, attribute, name, kind, value):
    """Differences between an attribute of the YAML file and an entry of a policy."""
    if not type_matches(attribute, kind):
        yield f"{name}: policy {kind}, spec {attribute['type']}"
    for limit in wanted_limits(spec, attribute):
        if not re.search(r"(?<!\w)" + re.escape(limit) + r"(?!\w)", value):
            yield f"{name}: the policy lacks {limit}: {value}"


def compare_policy(spec, text):
    """Differences between the YAML file and the policies."""
    found = list(policies(text))
    names = {name for name, _, _ in found}
    known = set()
    for attributes in spec["attribute-sets"]:
        for attribute in attributes["attributes"]:
            name = c_name(attributes["name-prefix"], attribute["name"])
            known.add(name)
            if sent_only(attributes, attribute):
                if name in names:
                    yield f"{name}: read only in the spec, accepted by the policy"
                continue
            if name not in names:
                yield f"{name}: no policy"
            for other, kind, value in found:
                if other == name:
                    yield from compare_entry(spec, attribute, name, kind, value)
    for name in sorted(names - known):
        yield f"{name}: in the policy only"


def module_operations(text):
    """Rows of the module's table of operations: command to its fields."""
    body = re.search(r"struct genl_ops \w+\[\] = \{(.*?)\n\};", text, re.S).group(1)
    rows = (dict(re.findall(r"\.(\w+) = (\w+)", row)) for row in body.split("}, {"))
    return {row["cmd"]: row for row in rows}


def handler_policy(text, handler):
    """The policy that a handler applies by itself, where its operation's checks nothing."""
    body = re.search(rf"^int {handler}\(.*?^}}", text, re.S | re.M)
    found = re.search(r"\bpantun_nl_\w+_policy\b", body.group(0)) if body else None
    return found.group(0) if found else None


def compare_operation(operation, row, policy, handlers):
    """Differences between an operation of the YAML file and the module's."""
    name = operation["name"]
    for key, handler in (("do", "doit"), ("dump", "dumpit")):
        if (key in operation) != (handler in row):
            yield f"{name}: {key} is in {'the spec' if key in operation else 'the module'} only"
    if row.get("flags") != "GENL_UNS_ADMIN_PERM" or operation["flags"] != ["uns-admin-perm"]:
        yield f"{name}: flags differ, module {row.get('flags')}, spec {operation['flags']}"
    wanted = {c_name("pantun-a-", a) for a in operation["do"]["request"]["attributes"]}
    table = row["policy"]
    if table == UNCHECKED:
        table = handler_policy(handlers, row["doit"])
    found = set(policy.get(table, {}))
    if wanted != found:
        yield f"{name}: takes {sorted(found)} in the module, {sorted(wanted)} in the spec"


def compare_operations(spec, text, policy_text, handlers):
    """Differences between the YAML file and the module's operations and groups."""
    found, policy = module_operations(text), tables(policy_text)
    wanted = {c_name("pantun-cmd-", op["name"]): op
              for op in spec["operations"]["list"] if "event" not in op}
    for name in sorted(found.keys() ^ wanted.keys()):
        yield f"{name}: in {'the module' if name in found else 'the spec'} only"
    for name in sorted(found.keys() & wanted.keys()):
        yield from compare_operation(wanted[name], found[name], policy, handlers)
    groups = set(re.findall(r"\.name = (PANTUN_MCGRP_\w+),\s*\.flags = GENL_MCAST_CAP_NET_ADMIN",
                            text))
    for group in spec["mcast-groups"]["list"]:
        if (c_name("pantun-mcgrp-", group["name"]) in groups) != (
                "admin-perm" in group.get("flags", [])):
            yield f"group {group['name']}: who may listen differs"


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
    wrong = copy.deepcopy(spec)
    wrong["operations"]["list"][0]["do"]["request"]["attributes"].pop()
    yield "an attribute that a command does not take", wrong
    wrong = copy.deepcopy(spec)
    del wrong["operations"]["list"][0]["dump"]
    yield "a dump missing", wrong
    wrong = copy.deepcopy(spec)
    for operation in wrong["operations"]["list"]:
        if operation["name"] == "sa-new":
            operation["do"]["request"]["attributes"].pop()
    yield "an attribute that a handler's own policy has", wrong
    wrong = copy.deepcopy(spec)
    wrong["mcast-groups"]["list"][0]["flags"] = []
    yield "a group open to everybody", wrong


def main():
    """Prints TAP; status 1 if anything differs."""
    spec = yaml.safe_load(SPEC.read_text(encoding="utf-8"))
    header = HEADER.read_text(encoding="utf-8")
    policy = POLICY.read_text(encoding="utf-8")
    operations = OPERATIONS.read_text(encoding="utf-8")
    handlers = HANDLERS.read_text(encoding="utf-8")

    def compare(contract):
        return [("linux/pantun.h", list(compare_header(contract, header))),
                ("kmod/ctl/nl_policy.c", list(compare_policy(contract, policy))),
                ("kmod/ctl/nl.c",
                 list(compare_operations(contract, operations, policy, handlers)))]

    truth = compare(spec)
    results = [(f"pantun.yaml and {name} agree", differences) for name, differences in truth]
    for what, wrong in mutations(spec):
        caught = compare(wrong) != truth
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
