#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Cases of netlink.sh, run in gateway A's namespace with tunnel1 there.
Prints a line a case: "pass NAME", or "fail NAME" and lines that begin with #."""
import errno
import os
import struct
import sys

from genl import C, Genl, attr, nest, parse, text, u8, u16, u32, u64

KEY16 = bytes(range(0x51, 0x61))
KEY32 = bytes(range(0x61, 0x81))
SALT = bytes([0xd1, 0xd2, 0xd3, 0xd4])
LOCAL, REMOTE = bytes([192, 0, 2, 1]), bytes([192, 0, 2, 2])
SPI = 0x5001

genl = Genl()


def result(name, good, *why):
    """Prints one result."""
    print("pass" if good else "fail", name)
    if not good:
        for line in why:
            print("#", line)


def tunnel(*members, name="tunnel1"):
    """The top level of a request about a tunnel."""
    return text(C["A_IFNAME"], name) + b"".join(members)


def keys(enc=KEY16, auth=None, salt=SALT):
    """The nest of keys."""
    members = []
    if enc is not None:
        members.append(attr(C["KEY_A_ENC"], enc))
    if auth is not None:
        members.append(attr(C["KEY_A_AUTH"], auth))
    if salt is not None:
        members.append(attr(C["KEY_A_SALT"], salt))
    return nest(C["SA_A_KEY"], *members)


def path(local=LOCAL, remote=REMOTE, *more):
    """The nest of outer addresses."""
    members = []
    if local is not None:
        members.append(attr(C["PATH_A_LOCAL4"], local))
    if remote is not None:
        members.append(attr(C["PATH_A_REMOTE4"], remote))
    return nest(C["SA_A_PATH"], *members, *more)


SA_PARTS = {
    "dir": u32(C["SA_A_DIR"], C["DIR_IN"]),
    "proto": u8(C["SA_A_PROTO"], 50),
    "spi": u32(C["SA_A_SPI"], SPI),
    "path": path(),
    "enc": u32(C["SA_A_ENC"], C["ENC_AES_GCM_16"]),
    "key": keys(),
}


def sa(**change):
    """A good SA but for what is changed; None leaves a part out."""
    parts = dict(SA_PARTS, **change)
    return nest(C["A_SA"], *[part for part in parts.values() if part is not None])


def proxy(*members, name="p1"):
    """A proxy-ID."""
    return nest(C["A_PROXY"], text(C["PROXY_A_NAME"], name), *members)


def selector(**members):
    """A selector from names of its attributes and octets."""
    return nest(C["PROXY_A_SELECTOR"],
                *[attr(C["SELECTOR_A_" + name.upper()], value)
                  for name, value in members.items()])


NET4 = {"local4_first": bytes([10, 1, 0, 0]), "local4_last": bytes([10, 1, 0, 255]),
        "remote4_first": bytes([10, 2, 0, 0]), "remote4_last": bytes([10, 2, 0, 255])}


def standing():
    """What stands in the kernel, without what grows by itself."""
    sas = genl.ask(C["CMD_SA_GET"], dump=True).replies
    proxies = genl.ask(C["CMD_PROXY_GET"], dump=True).replies
    names = sorted(dict(parse(dict(attrs)[C["A_PROXY"]]))[C["PROXY_A_NAME"]]
                   for _, attrs in proxies)
    spis = sorted(dict(parse(dict(attrs)[C["A_SA"]]))[C["SA_A_SPI"]] for _, attrs in sas)
    return names, spis


def refused(name, cmd, payload, *numbers):
    """The request fails with one of the errors, says why, and changes nothing."""
    before = standing()
    answer = genl.ask(C["CMD_" + cmd], payload)
    wanted = [getattr(errno, number) for number in numbers]
    got = errno.errorcode.get(answer.error, answer.error)
    said = bool(answer.text) or answer.blamed
    result(f"{cmd}: {name}: {' or '.join(numbers)}, \"{answer.text}\"",
           answer.error in wanted and said and standing() == before,
           f"errno {got}, text \"{answer.text}\", blamed {answer.blamed}",
           f"before {before}, after {standing()}")


def sa_new_cases():
    """Everything that an SA can lack or have wrong."""
    cases = [
        ("no such tunnel", text(C["A_IFNAME"], "nowhere") + sa(), "ENODEV"),
        ("no tunnel named", sa(), "EINVAL"),
        ("no SA", tunnel(), "EINVAL"),
        ("no direction", tunnel(sa(dir=None)), "EINVAL"),
        ("direction 3", tunnel(sa(dir=u32(C["SA_A_DIR"], 3))), "EINVAL", "ERANGE"),
        ("no SPI", tunnel(sa(spi=None)), "EINVAL"),
        ("SPI 255", tunnel(sa(spi=u32(C["SA_A_SPI"], 255))), "EINVAL", "ERANGE"),
        ("SPI of two octets", tunnel(sa(spi=u16(C["SA_A_SPI"], SPI))), "EINVAL", "ERANGE"),
        ("protocol AH", tunnel(sa(proto=u8(C["SA_A_PROTO"], 51))),
         "EOPNOTSUPP", "EINVAL", "ERANGE"),
        ("no path", tunnel(sa(path=None)), "EINVAL"),
        ("no remote address", tunnel(sa(path=path(LOCAL, None))), "EINVAL"),
        ("address of three octets", tunnel(sa(path=path(LOCAL[:3]))), "EINVAL", "ERANGE"),
        ("remote address 0.0.0.0", tunnel(sa(path=path(LOCAL, bytes(4)))), "EINVAL"),
        ("remote address 224.0.0.1", tunnel(sa(path=path(LOCAL, bytes([224, 0, 0, 1])))),
         "EINVAL"),
        ("UDP without ports",
         tunnel(sa(path=path(LOCAL, REMOTE, u32(C["PATH_A_ENCAP"], C["ENCAP_UDP"])))),
         "EINVAL"),
        ("no encryption", tunnel(sa(enc=None)), "EINVAL"),
        ("encryption 77", tunnel(sa(enc=u32(C["SA_A_ENC"], 77))),
         "EOPNOTSUPP", "EINVAL", "ERANGE"),
        ("no keys", tunnel(sa(key=None)), "EINVAL"),
        ("key of 15 octets", tunnel(sa(key=keys(KEY16[:15]))), "EKEYREJECTED"),
        ("key of 65 octets", tunnel(sa(key=keys(bytes(65)))), "EKEYREJECTED", "ERANGE",
         "EINVAL"),
        ("GCM without salt", tunnel(sa(key=keys(salt=None))), "EKEYREJECTED", "EINVAL"),
        ("GCM with salt of 3 octets", tunnel(sa(key=keys(salt=SALT[:3]))), "EKEYREJECTED",
         "EINVAL"),
        ("GCM with an integrity key", tunnel(sa(key=keys(auth=KEY32))), "EKEYREJECTED",
         "EINVAL"),
        ("GCM with HMAC", tunnel(sa(auth=u32(C["SA_A_AUTH"], 1))), "EOPNOTSUPP", "EINVAL"),
        ("CBC without integrity", tunnel(sa(enc=u32(C["SA_A_ENC"], C["ENC_AES_CBC"]),
                                            key=keys(salt=None))), "EOPNOTSUPP", "EINVAL"),
        ("CBC with a short integrity key",
         tunnel(sa(enc=u32(C["SA_A_ENC"], C["ENC_AES_CBC"]),
                   auth=u32(C["SA_A_AUTH"], C["AUTH_HMAC_SHA2_256_128"]),
                   key=keys(auth=KEY32[:31], salt=None))), "EKEYREJECTED"),
        ("proxy-ID that is not there", tunnel(sa(proxy=text(C["SA_A_PROXY"], "nope"))),
         "ENOENT"),
        ("replay window 4097", tunnel(sa(window=u32(C["SA_A_REPLAY_WINDOW"], 4097))),
         "EINVAL", "ERANGE"),
        ("replay window of an out-SA",
         tunnel(sa(dir=u32(C["SA_A_DIR"], C["DIR_OUT"]),
                   window=u32(C["SA_A_REPLAY_WINDOW"], 64))), "EINVAL"),
        ("standby in-SA", tunnel(sa(standby=attr(C["SA_A_STANDBY"]))), "EINVAL"),
        ("soft limit above the hard one",
         tunnel(sa(limits=nest(C["SA_A_LIMITS"], u64(C["LIMITS_A_SOFT_BYTES"], 10),
                               u64(C["LIMITS_A_HARD_BYTES"], 9)))), "EINVAL"),
        ("a read-only attribute", tunnel(sa(age=u64(C["SA_A_AGE"], 1))), "EINVAL"),
        ("an unknown attribute", tunnel(sa(what=u32(C["SA_A_MAX"] + 1, 1))), "EINVAL"),
        ("an unknown attribute at the top", tunnel(sa(), u32(C["A_MAX"] + 1, 1)), "EINVAL"),
        ("an unknown attribute among keys",
         tunnel(sa(key=nest(C["SA_A_KEY"], attr(C["KEY_A_ENC"], KEY16),
                            attr(C["KEY_A_SALT"], SALT), u32(C["KEY_A_MAX"] + 1, 1)))),
         "EINVAL"),
        ("an SA without the nested flag",
         tunnel(attr(C["A_SA"], b"".join(SA_PARTS.values()))), "EINVAL"),
        ("octets behind the last attribute", tunnel(sa()) + b"\x01\x00\x00\x00",
         "EINVAL"),
    ]
    for name, payload, *numbers in cases:
        refused(name, "SA_NEW", payload, *numbers)


def sa_cases():
    """What needs an SA that stands."""
    answer = genl.ask(C["CMD_SA_NEW"], tunnel(sa()))
    result("SA_NEW: a good SA", answer.error == 0, answer.text)
    refused("the same once more", "SA_NEW", tunnel(sa()), "EEXIST")
    dump = genl.ask(C["CMD_SA_GET"], dump=True)
    flat = b"".join(payload for _, attrs in dump.replies for _, payload in attrs)
    one = genl.ask(C["CMD_SA_GET"], tunnel(nest(
        C["A_SA"], SA_PARTS["dir"], SA_PARTS["proto"], SA_PARTS["spi"], SA_PARTS["path"])))
    flat += b"".join(payload for _, attrs in one.replies for _, payload in attrs)
    result("SA_GET: answers, alone and in a dump",
           dump.error == 0 and one.error == 0 and len(dump.replies) == 1 and
           len(one.replies) == 1, dump.text, one.text)
    result("SA_GET: shows no key and no salt",
           len(flat) > 50 and KEY16 not in flat and SALT not in flat and
           not any(kind == C["SA_A_KEY"] for _, attrs in dump.replies
                   for kind, _ in parse(dict(attrs)[C["A_SA"]])))
    refused("an in-SA", "SA_ACTIVATE",
            tunnel(nest(C["A_SA"], SA_PARTS["dir"], SA_PARTS["spi"], SA_PARTS["path"])),
            "EINVAL")
    refused("an SA that is not there", "SA_ACTIVATE",
            tunnel(nest(C["A_SA"], u32(C["SA_A_DIR"], C["DIR_OUT"]),
                        u32(C["SA_A_SPI"], 0x7777), SA_PARTS["path"])), "ENOENT")
    refused("an SA that is not there", "SA_GET",
            tunnel(nest(C["A_SA"], SA_PARTS["dir"], u32(C["SA_A_SPI"], 0x7777),
                        SA_PARTS["path"])), "ENOENT")
    refused("no SPI", "SA_DEL", tunnel(nest(C["A_SA"], SA_PARTS["dir"])), "EINVAL")
    gone = tunnel(nest(C["A_SA"], SA_PARTS["dir"], SA_PARTS["proto"], SA_PARTS["spi"],
                       SA_PARTS["path"]))
    twice = [genl.ask(C["CMD_SA_DEL"], gone).error for _ in range(2)]
    result("SA_DEL: twice, the second time nothing is there", twice == [0, 0], twice)
    result("SA_DEL: the SA is gone", standing()[1] == [], standing())


def spi_cases():
    """Reserving an SPI."""
    request = tunnel(nest(C["A_SA"], SA_PARTS["proto"], path()))
    got = [genl.ask(C["CMD_SPI_ALLOC"], request) for _ in range(8)]
    spis = [struct.unpack("=I", dict(parse(dict(a.replies[0][1])[C["A_SA"]]))
                          [C["SA_A_SPI"]])[0] for a in got if a.replies]
    result("SPI_ALLOC: eight different ones, none reserved by RFC 4303",
           len(set(spis)) == 8 and min(spis, default=0) >= 256, got[0].text, spis)
    if spis:
        answer = genl.ask(C["CMD_SA_NEW"], tunnel(sa(spi=u32(C["SA_A_SPI"], spis[0]))))
        result("SA_NEW: takes a reserved SPI", answer.error == 0, answer.text)
    genl.ask(C["CMD_SA_FLUSH"], tunnel())
    result("SA_FLUSH: nothing is left", standing()[1] == [], standing())


def proxy_cases():
    """Proxy-IDs."""
    cases = [
        ("no name", tunnel(nest(C["A_PROXY"], selector(**NET4))), "EINVAL"),
        ("an empty name", tunnel(proxy(name="")), "EINVAL", "ERANGE"),
        ("a name of 64 octets", tunnel(proxy(name="n" * 64)), "EINVAL", "ERANGE"),
        ("half of a range",
         tunnel(proxy(selector(local4_first=bytes([10, 1, 0, 0])))), "EINVAL"),
        ("one side of a family",
         tunnel(proxy(selector(local4_first=bytes(4), local4_last=b"\xff" * 4))), "EINVAL"),
        ("a range that ends before it begins",
         tunnel(proxy(selector(**dict(NET4, local4_last=bytes([10, 0, 0, 0]))))), "EINVAL"),
        ("ports without a protocol",
         tunnel(proxy(selector(**NET4, local_port_first=struct.pack("=H", 1),
                               local_port_last=struct.pack("=H", 2)))), "EINVAL"),
        ("ports in the wrong order",
         tunnel(proxy(selector(**NET4, proto=b"\x06", local_port_first=struct.pack("=H", 9),
                               local_port_last=struct.pack("=H", 2)))), "EINVAL"),
        ("an unknown attribute in the selector",
         tunnel(proxy(nest(C["PROXY_A_SELECTOR"], u32(C["SELECTOR_A_MAX"] + 1, 1)))),
         "EINVAL"),
        ("a read-only attribute", tunnel(proxy(u32(C["PROXY_A_HELD"], 1))), "EINVAL"),
    ]
    for name, payload, *numbers in cases:
        refused(name, "PROXY_NEW", payload, *numbers)
    answer = genl.ask(C["CMD_PROXY_NEW"], tunnel(proxy(selector(**NET4))))
    result("PROXY_NEW: a good one takes the default's place",
           answer.error == 0 and standing()[0] == [b"p1\0"], answer.text, standing())
    refused("the name once more", "PROXY_NEW", tunnel(proxy(selector(**NET4))), "EEXIST")
    refused("one that is not there", "PROXY_DEL", tunnel(proxy(name="p9")), "ENOENT")
    answer = genl.ask(C["CMD_PROXY_DEL"], tunnel(proxy()))
    result("PROXY_DEL: the default comes back",
           answer.error == 0 and standing()[0] == [b"default\0"], answer.text, standing())
    for number in range(C["PROXIES_MAX"]):
        answer = genl.ask(C["CMD_PROXY_NEW"], tunnel(proxy(selector(**dict(
            NET4, remote4_first=bytes([10, 3, number, 0]),
            remote4_last=bytes([10, 3, number, 255]))), name=f"many{number}")))
        if answer.error:
            break
    result("PROXY_NEW: 250 of them", answer.error == 0, number, answer.text)
    refused("the 251st", "PROXY_NEW", tunnel(proxy(selector(**NET4), name="more")), "ENOSPC")
    for number in range(C["PROXIES_MAX"]):
        genl.ask(C["CMD_PROXY_DEL"], tunnel(proxy(name=f"many{number}")))
    result("PROXY_DEL: all 250 again", standing()[0] == [b"default\0"], standing())


def tunnel_cases():
    """Tunnels."""
    for cmd in ("TUNNEL_GET", "TUNNEL_SET", "PROXY_NEW", "PROXY_DEL", "PROXY_GET",
                "SPI_ALLOC", "SA_NEW", "SA_ACTIVATE", "SA_DEL", "SA_GET"):
        refused("no such tunnel", cmd, tunnel(name="nowhere"), "ENODEV", "EINVAL")
    for mode in (0, C["START_MAX"] + 1):
        refused(f"start mode {mode}", "TUNNEL_SET",
                tunnel(nest(C["A_TUNNEL"], u32(C["TUNNEL_A_START"], mode))),
                "EINVAL", "ERANGE")
    refused("a read-only attribute", "TUNNEL_SET",
            tunnel(nest(C["A_TUNNEL"], u32(C["TUNNEL_A_MTU"], 1400))), "EINVAL")
    refused("an interface that is no tunnel", "TUNNEL_GET", tunnel(name="lo"), "ENODEV")
    answer = genl.ask(C["CMD_MAX"] + 1, tunnel())
    result("an unknown command: EOPNOTSUPP", answer.error == errno.EOPNOTSUPP, answer.error)
    answer = genl.ask(C["CMD_ACQUIRE_NTF"], tunnel())
    result("a notification as a command: EOPNOTSUPP", answer.error == errno.EOPNOTSUPP,
           answer.error)


def event_seq(attrs):
    """The sequence number of a notification."""
    event = dict(parse(dict(attrs)[C["A_EVENT"]]))
    return struct.unpack("=Q", event[C["EVENT_A_SEQ"]])[0]


def event_cases():
    """Notifications come, in order and numbered without a gap."""
    watcher = Genl()
    watcher.join("config")
    for number in range(20):
        spi = u32(C["SA_A_SPI"], SPI + number)
        genl.ask(C["CMD_SA_NEW"], tunnel(sa(spi=spi)))
    genl.ask(C["CMD_SA_FLUSH"], tunnel())
    seen = [entry for entry in watcher.events(lambda got: len(got) >= 40)
            if entry[0] == C["CMD_SA_NTF"]]
    seqs = [event_seq(attrs) for _, attrs in seen]
    result("events: an SA's life, numbered without a gap",
           len(seqs) == 40 and seqs == list(range(seqs[0], seqs[0] + 40)), seqs)
    kinds = [struct.unpack("=I", dict(parse(dict(attrs)[C["A_EVENT"]]))
                           [C["EVENT_A_KIND"]])[0] for _, attrs in seen]
    result("events: twenty made, twenty deleted",
           kinds == [C["EVENT_NEW"]] * 20 + [C["EVENT_DEL"]] * 20, kinds)
    flat = b"".join(payload for _, attrs in seen for _, payload in attrs)
    result("events: show no key and no salt",
           len(flat) > 400 and KEY16 not in flat and SALT not in flat)


def unprivileged_cases():
    """Without CAP_NET_ADMIN nothing is told and nothing done; ends this program."""
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
    stranger = Genl()
    for cmd, dump in (("TUNNEL_GET", True), ("PROXY_GET", True), ("SA_GET", True),
                      ("TUNNEL_GET", False), ("SA_NEW", False), ("SA_FLUSH", False),
                      ("SPI_ALLOC", False), ("PROXY_NEW", False), ("TUNNEL_SET", False),
                      ("SA_DEL", False), ("SA_ACTIVATE", False), ("PROXY_DEL", False)):
        answer = stranger.ask(C["CMD_" + cmd], tunnel(sa()), dump=dump)
        result(f"{cmd}{' dump' if dump else ''}: refused without CAP_NET_ADMIN",
               answer.error == errno.EPERM and not answer.replies, answer.error)
    for group in ("events", "config"):
        try:
            stranger.join(group)
            joined = True
        except PermissionError:
            joined = False
        result(f"group {group}: refused without CAP_NET_ADMIN", not joined)


def main():
    """All of them."""
    tunnel_cases()
    proxy_cases()
    sa_new_cases()
    sa_cases()
    spi_cases()
    event_cases()
    unprivileged_cases()
    sys.stdout.flush()


main()
