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
LOCAL6 = bytes.fromhex("20010db8") + bytes(11) + b"\1"
REMOTE6 = bytes.fromhex("20010db8") + bytes(11) + b"\2"
ESP, AH = 50, 51
RANGE = "integer out of range"
UNKNOWN = "Unknown attribute type"
READ_ONLY = "Unsupported attribute"
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


def path6(local=LOCAL6, remote=REMOTE6, *more):
    """The same of IPv6."""
    members = []
    if local is not None:
        members.append(attr(C["PATH_A_LOCAL6"], local))
    if remote is not None:
        members.append(attr(C["PATH_A_REMOTE6"], remote))
    return nest(C["SA_A_PATH"], *members, *more)


UDP = (u32(C["PATH_A_ENCAP"], C["ENCAP_UDP"]), u16(C["PATH_A_LOCAL_PORT"], 4500),
       u16(C["PATH_A_REMOTE_PORT"], 4500))

SA_PARTS = {
    "dir": u32(C["SA_A_DIR"], C["DIR_IN"]),
    "proto": u8(C["SA_A_PROTO"], ESP),
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
    monitors = sorted(monitor_config(attrs) for _, attrs in
                      genl.ask(C["CMD_MONITOR_GET"], dump=True).replies)
    return names, spis, monitors


def monitor_config(attrs):
    """What a monitor was told, of what is shown of it."""
    told = [C["MONITOR_A_" + name] for name in (
        "DST4", "DST6", "SRC4", "SRC6", "PROXY", "ACTION", "INTERVAL", "THRESHOLD", "RECOVERY")]
    return [member for member in parse(dict(attrs)[C["A_MONITOR"]]) if member[0] in told]


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


def keyless(answer):
    """Whether no octet of a key came back with the refusal."""
    return len(answer.echo) > 20 and not any(secret in answer.echo for secret in
                                             (KEY16[:8], KEY32[:8], SALT))


def refused_for(name, cmd, payload, number, said):
    """The request fails with just this error and text, and changes nothing."""
    before = standing(), options()
    answer = genl.ask(C["CMD_" + cmd], payload)
    got = errno.errorcode.get(answer.error, answer.error)
    result(f"{cmd}: {name}: {number}, \"{said}\"",
           answer.error == getattr(errno, number) and answer.text == said and
           (standing(), options()) == before,
           f"errno {got}, text \"{answer.text}\"", f"before {before}",
           f"after {standing(), options()}")
    if cmd == "SA_NEW":
        result(f"SA_NEW: {name}: the refusal has no key in it", keyless(answer), answer.echo)


def options():
    """What TUNNEL_GET shows of the options of tunnel1."""
    answer = genl.ask(C["CMD_TUNNEL_GET"], tunnel())
    shown = dict(parse(dict(answer.replies[0][1])[C["A_TUNNEL"]]))
    return {name: int.from_bytes(shown[C["TUNNEL_A_" + name]], sys.byteorder)
            for name in ("START", "DF", "TOS", "DSCP", "TTL", "FLOW_LABEL", "GRE", "TFC",
                         "DUMMY", "MARK", "UNDERLAY", "CARRIER")}


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
        answer = genl.ask(C["CMD_SA_NEW"], payload)
        result(f"SA_NEW: {name}: the refusal has no key in it", keyless(answer), answer.echo)


def path_cases():
    """Addresses of both families, and encapsulation."""
    one_family = "a path has addresses of one family: IPv4 or IPv6"
    unicast = "the addresses of a path must be unicast addresses"
    both = "an SA needs both addresses of its path"
    csum = attr(C["PATH_A_UDP_CSUM"])
    cases = [
        ("IPv4 and IPv6", path(LOCAL, None, attr(C["PATH_A_REMOTE6"], REMOTE6)), one_family),
        ("two local addresses", path(LOCAL, REMOTE, attr(C["PATH_A_LOCAL6"], LOCAL6)),
         one_family),
        ("IPv6 without the remote one", path6(LOCAL6, None), both),
        ("IPv6 ::", path6(bytes(16)), unicast),
        ("IPv6 ff02::1", path6(LOCAL6, b"\xff\x02" + bytes(13) + b"\1"), unicast),
        ("IPv6 fe80::1", path6(b"\xfe\x80" + bytes(13) + b"\1"),
         "link-local addresses need a link: set the tunnel's underlay to it first"),
        ("IPv6 ::ffff:192.0.2.1", path6(bytes(10) + b"\xff\xff" + LOCAL),
         "an IPv4 address in IPv6 form: give it as PATH_A_LOCAL4 or _REMOTE4"),
        ("broadcast", path(LOCAL, b"\xff" * 4), unicast),
        ("a port without UDP", path(LOCAL, REMOTE, u16(C["PATH_A_LOCAL_PORT"], 4500)),
         "ports are for encapsulation in UDP: leave them out"),
        ("UDP checksum without UDP", path(LOCAL, REMOTE, csum),
         "UDP checksums are for UDP encapsulation: leave them out"),
        ("UDP with one port", path(LOCAL, REMOTE, *UDP[:2]),
         "encapsulation in UDP needs both ports of the path"),
    ]
    for name, wrong, said in cases:
        refused_for(name, "SA_NEW", tunnel(sa(path=wrong)), "EINVAL", said)
    refused_for("IPv6 address of 15 octets", "SA_NEW", tunnel(sa(path=path6(LOCAL6[:15]))),
                "ERANGE", "binary attribute size out of range")
    refused_for("encapsulation 3", "SA_NEW",
                tunnel(sa(path=path(LOCAL, REMOTE, u32(C["PATH_A_ENCAP"], 3)))),
                "ERANGE", RANGE)
    refused_for("AH in UDP", "SA_NEW",
                tunnel(sa(path=path(LOCAL, REMOTE, *UDP), proto=u8(C["SA_A_PROTO"], AH))),
                "EINVAL", "AH passes no NAT (RFC 3948): leave UDP out, or use ESP")
    for name, good in (("IPv6", path6()), ("IPv6 in UDP", path6(LOCAL6, REMOTE6, *UDP)),
                       ("UDP with checksum", path(LOCAL, REMOTE, *UDP, csum))):
        shown = made(name, tunnel(sa(path=good)))
        result(f"SA_GET: {name}: the path as it was given",
               sorted(parse(shown.get(C["SA_A_PATH"], b""))) ==
               sorted(parse(good[4:]) + ([] if UDP[0] in good else
                                         [(C["PATH_A_ENCAP"], struct.pack("=I", 1))])),
               parse(shown.get(C["SA_A_PATH"], b"")))


def made(name, payload):
    """Makes a good SA, gives what SA_GET shows of it, deletes it."""
    answer = genl.ask(C["CMD_SA_NEW"], payload)
    result(f"SA_NEW: {name}", answer.error == 0, answer.error, answer.text)
    replies = genl.ask(C["CMD_SA_GET"], tunnel(), dump=True).replies
    genl.ask(C["CMD_SA_FLUSH"], tunnel())
    return dict(parse(dict(replies[0][1])[C["A_SA"]])) if replies else {}


def esp(enc, auth=None, **change):
    """An ESP SA of these algorithms."""
    parts = dict({"enc": u32(C["SA_A_ENC"], C["ENC_" + enc])}, **change)
    if auth:
        parts["auth"] = u32(C["SA_A_AUTH"], C["AUTH_" + auth])
    return tunnel(sa(**parts))


def ah(auth=None, **change):
    """An AH SA."""
    parts = dict({"proto": u8(C["SA_A_PROTO"], AH), "enc": None,
                  "key": keys(None, KEY32, None)}, **change)
    if auth:
        parts["auth"] = u32(C["SA_A_AUTH"], C["AUTH_" + auth])
    return tunnel(sa(**parts))


def algorithm_cases():
    """Every way to name an algorithm wrongly, and keys of wrong lengths."""
    cases = [
        ("encryption 77", tunnel(sa(enc=u32(C["SA_A_ENC"], 77))), "EOPNOTSUPP",
         "this kernel module does not know the encryption"),
        ("authentication 77", esp("AES_CBC", auth=None, auth2=u32(C["SA_A_AUTH"], 77)),
         "EOPNOTSUPP", "this kernel module does not know the authentication"),
        ("ESP without encryption", tunnel(sa(enc=None)), "EINVAL",
         "ESP needs its encryption (SA_A_ENC), if only ENC_NULL"),
        ("GCM with HMAC", esp("AES_GCM_16", "HMAC_SHA2_256_128"), "EINVAL",
         "this encryption authenticates, too: leave SA_A_AUTH out"),
        ("CBC alone", esp("AES_CBC"), "EINVAL",
         "this encryption does not authenticate: add SA_A_AUTH"),
        ("NULL alone", esp("NULL"), "EINVAL",
         "this encryption does not authenticate: add SA_A_AUTH"),
        ("CBC with GMAC", esp("AES_CBC", "AES_GMAC"), "EINVAL",
         "AES-GMAC as authentication is for AH: use ENC_AES_GMAC with ESP"),
        ("AH with encryption", ah("HMAC_SHA1_96", enc=SA_PARTS["enc"]), "EINVAL",
         "AH does not encrypt: leave SA_A_ENC out, or use ESP"),
        ("AH without authentication", ah(), "EINVAL",
         "AH needs its authentication (SA_A_AUTH)"),
    ]
    for name, payload, number, said in cases:
        refused_for(name, "SA_NEW", payload, number, said)
    many = [nest(C["SA_A_SELECTOR"], u8(C["SELECTOR_A_PROTO"], 6))] * (C["SELECTORS_MAX"] + 1)
    refused_for("17 selectors", "SA_NEW",
                tunnel(sa(**{str(i): one for i, one in enumerate(many)})), "E2BIG",
                "more selectors than an SA has room for (SELECTORS_MAX)")
    backward = nest(C["SA_A_SELECTOR"], u8(C["SELECTOR_A_PROTO"], 6),
                    attr(C["SELECTOR_A_LOCAL_PORT_FIRST"], bytes([9, 0])),
                    attr(C["SELECTOR_A_LOCAL_PORT_LAST"], bytes([8, 0])))
    refused_for("the second of two selectors", "SA_NEW", tunnel(sa(a=many[0], b=backward)),
                "EINVAL", "a port range of the selector ends before it begins")
    refused_for("protocol 52", "SA_NEW", tunnel(sa(proto=u8(C["SA_A_PROTO"], 52))), "ERANGE",
                RANGE)
    refused_for("mode 3", "SA_NEW", tunnel(sa(mode=u32(C["SA_A_MODE"], 3))), "ERANGE", RANGE)
    enc_key, auth_key = "the encryption key must have ", "the authentication key must have "
    cases = [
        ("GCM, 17 octets", esp("AES_GCM_8", key=keys(KEY16 + b"1")),
         enc_key + "16, 24 or 32 octets, without the salt"),
        ("CHACHA20, 16 octets", esp("CHACHA20_POLY1305"),
         enc_key + "32 octets, without the salt"),
        ("3DES, 16 octets", esp("3DES_CBC", "HMAC_SHA1_96"), enc_key + "24 octets"),
        ("DES, 16 octets", esp("DES_CBC", "HMAC_SHA1_96"), enc_key + "8 octets"),
        ("NULL, 16 octets", esp("NULL", "HMAC_SHA1_96"),
         "there is nothing to encrypt: leave the encryption key out"),
        ("AH, an encryption key", ah("HMAC_SHA1_96", key=keys()),
         "there is nothing to encrypt: leave the encryption key out"),
        ("CCM, salt of 4", esp("AES_CCM_16"), "the salt must have 3 octets, apart from the key"),
        ("GMAC, no salt", esp("AES_GMAC", key=keys(salt=None)),
         "the salt must have 4 octets, apart from the key"),
        ("CTR, no salt", esp("AES_CTR", "HMAC_SHA2_256_128", key=keys(auth=KEY32, salt=None)),
         "the salt must have 4 octets, apart from the key"),
        ("CBC, a salt", esp("AES_CBC", "HMAC_SHA2_256_128", key=keys(auth=KEY32)),
         "this algorithm has no salt: leave it out"),
        ("GCM, an integrity key", esp("AES_GCM_16", key=keys(auth=KEY32)),
         "this encryption authenticates by its own key: leave the other one out"),
        ("AH with GMAC, 20 octets", ah("AES_GMAC", key=keys(None, KEY32[:20])),
         auth_key + "16, 24 or 32 octets, without the salt"),
    ]
    cases += [(f"{auth}, {octets - 1} octets",
               esp("AES_CBC", auth, key=keys(auth=bytes(octets - 1), salt=None)),
               f"{auth_key}{octets} octets")
              for auth, octets in (("HMAC_MD5_96", 16), ("HMAC_SHA1_96", 20),
                                   ("HMAC_SHA2_256_128", 32), ("HMAC_SHA2_256_96", 32),
                                   ("HMAC_SHA2_384_192", 48), ("HMAC_SHA2_512_256", 64),
                                   ("AES_XCBC_96", 16), ("AES_CMAC_96", 16))]
    for name, payload, said in cases:
        refused_for(name, "SA_NEW", payload, "EKEYREJECTED", said)


def esn_cases():
    """64-bit numbers, the flag of weak algorithms, and modes, as shown."""
    flag = attr(C["SA_A_ESN"])
    refused_for("ESN without a replay window", "SA_NEW",
                tunnel(sa(esn=flag, window=u32(C["SA_A_REPLAY_WINDOW"], 0))), "EINVAL",
                "ESN needs a replay window, which yields the upper half")
    refused_for("a read-only flag", "SA_NEW", tunnel(sa(weak=attr(C["SA_A_WEAK"]))), "EINVAL",
                READ_ONLY)
    refused_for("another command's path", "SA_NEW",
                tunnel(sa(new=nest(C["SA_A_NEW_PATH"]))), "EINVAL", READ_ONLY)
    shown = made("ESN", tunnel(sa(esn=flag)))
    result("SA_GET: ESN", C["SA_A_ESN"] in shown and C["SA_A_WEAK"] not in shown, shown)
    shown = made("no ESN", tunnel(sa()))
    result("SA_GET: no ESN", bool(shown) and C["SA_A_ESN"] not in shown, shown)
    shown = made("3DES with MD5", esp("3DES_CBC", "HMAC_MD5_96", key=keys(
        KEY32[:24], KEY16, None)))
    result("SA_GET: weak", C["SA_A_WEAK"] in shown, shown)
    shown = made("AH", ah("HMAC_SHA2_256_128"))
    result("SA_GET: AH has no encryption", bool(shown) and C["SA_A_ENC"] not in shown and
           shown.get(C["SA_A_PROTO"]) == bytes([AH]), shown)
    shown = made("transport mode",
                 tunnel(sa(mode=u32(C["SA_A_MODE"], C["MODE_TRANSPORT"]))))
    result("SA_GET: transport mode",
           shown.get(C["SA_A_MODE"]) == struct.pack("=I", C["MODE_TRANSPORT"]), shown)


def sa_set_cases():
    """New paths for SAs."""
    named = [SA_PARTS["dir"], SA_PARTS["spi"]]

    def request(*members):
        return tunnel(nest(C["A_SA"], *named, *members))

    def new_path(whole):
        return nest(C["SA_A_NEW_PATH"], whole[4:])

    result("SA_NEW: for SA_SET", genl.ask(C["CMD_SA_NEW"], tunnel(sa())).error == 0)
    both = "an SA needs both addresses of its path"
    cases = [
        ("no SA named", tunnel(), "EINVAL",
         "no SA given: add direction and SPI (SA_A_DIR, SA_A_SPI)"),
        ("no new path", request(), "EINVAL", both),
        ("no remote address", request(new_path(path(LOCAL, None))), "EINVAL", both),
        ("the other family", request(new_path(path6())), "EOPNOTSUPP",
         "a path of the other family needs a new SA"),
        ("keys", request(new_path(path()), keys()), "EINVAL", READ_ONLY),
        ("another protocol's SA", request(new_path(path()), u8(C["SA_A_PROTO"], AH)), "ENOENT",
         "the tunnel has no SA of this direction, protocol, SPI and address"),
        ("the path of none", request(path(REMOTE, LOCAL), new_path(path())), "ENOENT",
         "the tunnel has no SA of this direction, protocol, SPI and address"),
    ]
    for name, payload, number, said in cases:
        refused_for(name, "SA_SET", payload, number, said)
    watcher = Genl()
    watcher.join("config")
    elsewhere = path(bytes([192, 0, 2, 99]), REMOTE, *UDP)
    answer = genl.ask(C["CMD_SA_SET"], request(new_path(elsewhere)))
    result("SA_SET: another address, and UDP", answer.error == 0, answer.text)
    seen = watcher.events(lambda got: len(got) >= 1)
    told = dict(parse(dict(seen[0][1])[C["A_SA"]])) if seen else {}
    kind = dict(parse(dict(seen[0][1])[C["A_EVENT"]])) if seen else {}
    result("SA_SET: an event has the new path",
           sorted(parse(told.get(C["SA_A_PATH"], b""))) == sorted(parse(elsewhere[4:])) and
           kind.get(C["EVENT_A_KIND"]) == struct.pack("=I", C["EVENT_CHANGE"]), told, kind)
    refused_for("the address before, while it receives", "SA_NEW", tunnel(sa()), "EEXIST",
                "there is an SA of this address and SPI: delete it, or use another")
    genl.ask(C["CMD_SA_FLUSH"], tunnel())
    spi = genl.ask(C["CMD_SPI_ALLOC"], tunnel(nest(C["A_SA"], path6())))
    shown = dict(parse(dict(spi.replies[0][1])[C["A_SA"]])) if spi.replies else {}
    result("SPI_ALLOC: at an IPv6 address", C["SA_A_SPI"] in shown, spi.text)
    refused_for("a reservation", "SA_SET",
                tunnel(nest(C["A_SA"], SA_PARTS["dir"],
                            attr(C["SA_A_SPI"], shown.get(C["SA_A_SPI"], bytes(4))),
                            new_path(path6()))), "EINVAL",
                "an SPI that is only reserved has no path to replace")
    genl.ask(C["CMD_SA_FLUSH"], tunnel())


def header_cases():
    """Genetlink's own header."""
    for cmd, dump in (("TUNNEL_GET", False), ("TUNNEL_GET", True), ("SA_NEW", False),
                      ("SA_SET", False)):
        name = f"{cmd}{' dump' if dump else ''}"
        answer = genl.ask(C["CMD_" + cmd], tunnel(sa()) if cmd == "SA_NEW" else tunnel(),
                          dump=dump, reserved=1)
        result(f"{name}: a reserved field that is not 0: EINVAL",
               answer.error == errno.EINVAL and "reserved" in answer.text, answer.text)
        result(f"{name}: the refusal has no key in it",
               cmd != "SA_NEW" or keyless(answer), answer.echo)
    answer = genl.ask(C["CMD_TUNNEL_GET"], tunnel(), flags=0x800)
    result("TUNNEL_GET: a flag that means nothing: EINVAL",
           answer.error == errno.EINVAL and "flags" in answer.text, answer.text)


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
    refused("one that is not there", "PROXY_FAIL", tunnel(proxy(name="p9")), "ENOENT")
    answer = genl.ask(C["CMD_PROXY_FAIL"], tunnel(proxy()))
    result("PROXY_FAIL: nothing waits, and nothing is said", answer.error == 0, answer.text)
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
                "SPI_ALLOC", "SA_NEW", "SA_ACTIVATE", "SA_DEL", "SA_GET", "SA_SET",
                "MONITOR_NEW", "MONITOR_DEL", "MONITOR_GET"):
        refused("no such tunnel", cmd, tunnel(name="nowhere"), "ENODEV", "EINVAL")
    for mode in (0, C["START_MAX"] + 1):
        refused(f"start mode {mode}", "TUNNEL_SET",
                tunnel(nest(C["A_TUNNEL"], u32(C["TUNNEL_A_START"], mode))),
                "EINVAL", "ERANGE")
    refused("a read-only attribute", "TUNNEL_SET",
            tunnel(nest(C["A_TUNNEL"], u32(C["TUNNEL_A_MTU"], 1400))), "EINVAL")
    refused("a read-only attribute", "TUNNEL_SET",
            tunnel(nest(C["A_TUNNEL"], u32(C["TUNNEL_A_PATH"], C["PATH_UP"]))), "EINVAL")
    refused("an interface that is no tunnel", "TUNNEL_GET", tunnel(name="lo"), "ENODEV")
    refused("a tunnel, which it is not about", "MODULE_GET", tunnel(), "EINVAL")
    answer = genl.ask(C["CMD_MAX"] + 1, tunnel())
    result("an unknown command: EOPNOTSUPP", answer.error == errno.EOPNOTSUPP, answer.error)
    answer = genl.ask(C["CMD_ACQUIRE_NTF"], tunnel())
    result("a notification as a command: EOPNOTSUPP", answer.error == errno.EOPNOTSUPP,
           answer.error)


def option(name, number):
    """A request that sets one option; u8 where the header says so."""
    small = name in ("DSCP", "TTL", "FLOW_LABEL", "GRE")
    return tunnel(nest(C["A_TUNNEL"], (u8 if small else u32)(C["TUNNEL_A_" + name], number)))


def option_cases():
    """Options of tunnels, each with its limits."""
    with open("/sys/class/net/lo/ifindex", encoding="ascii") as file:
        loopback = int(file.read())
    with open("/sys/class/net/tunnel1/ifindex", encoding="ascii") as file:
        ourselves = int(file.read())
    defaults = {"START": C["START_ALWAYS"], "DF": C["DF_COPY"], "TOS": C["TOS_FIXED"],
                "DSCP": 0, "TTL": 0, "FLOW_LABEL": 0, "GRE": 0, "TFC": 0, "DUMMY": 0,
                "MARK": 0, "UNDERLAY": 0, "CARRIER": C["CARRIER_ANY"]}
    result("TUNNEL_GET: the defaults", options() == defaults, options())
    good = {"DF": (2, 3, 1), "DSCP": (63, 0), "TTL": (255, 0), "FLOW_LABEL": (1, 0),
            "GRE": (1, 0), "TFC": (65535, 0), "DUMMY": (60000, 0), "MARK": (0xffffffff, 0),
            "UNDERLAY": (loopback, 0), "TOS": (2, 1), "CARRIER": (2, 1)}
    for name, numbers in good.items():
        for number in numbers:
            answer = genl.ask(C["CMD_TUNNEL_SET"], option(name, number))
            result(f"TUNNEL_SET: {name} {number}, and nothing else",
                   answer.error == 0 and options() == dict(defaults, **{name: number}),
                   answer.text, options())
    for name, number in (("DF", 0), ("DF", 4), ("TOS", 0), ("TOS", 3), ("DSCP", 64),
                         ("FLOW_LABEL", 2), ("GRE", 2), ("TFC", 65536), ("CARRIER", 0),
                         ("CARRIER", 3)):
        refused_for(f"{name} {number}", "TUNNEL_SET", option(name, number), "ERANGE", RANGE)
    refused_for("an underlay that is not there", "TUNNEL_SET", option("UNDERLAY", 9999),
                "ENODEV", "no interface with this ifindex in the underlay's namespace")
    refused_for("itself as underlay", "TUNNEL_SET", option("UNDERLAY", ourselves), "EINVAL",
                "a tunnel is no underlay: name the VRF or link that outer packets take")
    refused_for("nothing", "TUNNEL_SET", tunnel(nest(C["A_TUNNEL"])), "EINVAL",
                "nothing to set: give what is to change (A_TUNNEL)")
    refused_for("an unknown option", "TUNNEL_SET",
                tunnel(nest(C["A_TUNNEL"], u32(C["TUNNEL_A_MAX"] + 1, 1))), "EINVAL", UNKNOWN)
    genl.ask(C["CMD_TUNNEL_SET"], option("TOS", C["TOS_COPY"]))
    refused_for("a DSCP while it is copied", "TUNNEL_SET", option("DSCP", 10), "EINVAL",
                "DSCP is copied (TOS_COPY): a fixed one needs TOS_FIXED")
    refused_for("all or nothing", "TUNNEL_SET", tunnel(nest(
        C["A_TUNNEL"], u32(C["TUNNEL_A_MARK"], 7), u32(C["TUNNEL_A_UNDERLAY"], 9999))),
                "ENODEV", "no interface with this ifindex in the underlay's namespace")
    genl.ask(C["CMD_TUNNEL_SET"], option("TOS", C["TOS_FIXED"]))
    gre_cases()
    result("TUNNEL_GET: the defaults again", options() == defaults, options())


def gre_cases():
    """GRE has one proxy-ID."""
    genl.ask(C["CMD_TUNNEL_SET"], option("GRE", 1))
    answer = genl.ask(C["CMD_PROXY_NEW"], tunnel(proxy(selector(**NET4))))
    result("PROXY_NEW: the first one with GRE", answer.error == 0, answer.text)
    refused_for("a second one with GRE", "PROXY_NEW", tunnel(proxy(selector(**NET4), name="p2")),
                "EINVAL", "a tunnel with GRE has one proxy-ID: delete that, or end GRE")
    genl.ask(C["CMD_TUNNEL_SET"], option("GRE", 0))
    answer = genl.ask(C["CMD_PROXY_NEW"], tunnel(proxy(selector(**NET4), name="p2")))
    result("PROXY_NEW: a second one without GRE", answer.error == 0, answer.text)
    refused_for("GRE with two proxy-IDs", "TUNNEL_SET", option("GRE", 1), "EINVAL",
                "GRE has no selectors: delete all proxy-IDs but one first")
    for name in ("p1", "p2"):
        genl.ask(C["CMD_PROXY_DEL"], tunnel(proxy(name=name)))


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


PROBED, PROBED6 = bytes([10, 9, 0, 2]), LOCAL6


def monitor(*members, dst=PROBED):
    """A request about a monitored destination."""
    if dst:
        members = (attr(C["MONITOR_A_DST4" if len(dst) == 4 else "MONITOR_A_DST6"], dst),
                   *members)
    return tunnel(nest(C["A_MONITOR"], *members))


def shown_monitor(dst=PROBED):
    """What MONITOR_GET shows of it."""
    answer = genl.ask(C["CMD_MONITOR_GET"], monitor(dst=dst))
    return dict(parse(dict(answer.replies[0][1])[C["A_MONITOR"]])) if answer.replies else {}


def monitor_refusals():
    """Everything that a monitor can have wrong."""
    unicast = "a monitor's destination and source must be unicast addresses"
    cases = [
        ("no destination", monitor(dst=None),
         "a monitor needs a destination (MONITOR_A_DST4 or _DST6)"),
        ("two destinations", monitor(attr(C["MONITOR_A_DST6"], PROBED6)),
         "an address is of one family: give IPv4 or IPv6"),
        ("0.0.0.0", monitor(dst=bytes(4)), unicast),
        ("127.0.0.1", monitor(dst=bytes([127, 0, 0, 1])), unicast),
        ("224.0.0.1", monitor(dst=bytes([224, 0, 0, 1])), unicast),
        ("::1", monitor(dst=bytes(15) + b"\1"), unicast),
        ("ff02::1", monitor(dst=b"\xff\x02" + bytes(13) + b"\1"), unicast),
        ("::ffff:192.0.2.1", monitor(dst=bytes(10) + b"\xff\xff" + LOCAL),
         "an IPv4 address in IPv6 form: give it as MONITOR_A_DST4 or _SRC4"),
        ("a broadcast as source", monitor(attr(C["MONITOR_A_SRC4"], b"\xff" * 4)), unicast),
        ("a source of the other family", monitor(attr(C["MONITOR_A_SRC6"], PROBED6)),
         "source and destination are of one family"),
        ("a read-only attribute", monitor(u32(C["MONITOR_A_STATE"], C["PATH_UP"])), READ_ONLY),
        ("an unknown attribute", monitor(u32(C["MONITOR_A_MAX"] + 1, 1)), UNKNOWN),
    ]
    for name, payload, said in cases:
        refused_for(name, "MONITOR_NEW", payload, "EINVAL", said)
    for name, number in (("ACTION", 0), ("ACTION", 3), ("INTERVAL", 99), ("INTERVAL", 100001),
                         ("THRESHOLD", 1), ("THRESHOLD", 101), ("RECOVERY", 0),
                         ("RECOVERY", 101)):
        refused_for(f"{name} {number}", "MONITOR_NEW",
                    monitor(u32(C["MONITOR_A_" + name], number)), "ERANGE", RANGE)
    refused("a destination of 3 octets", "MONITOR_NEW",
            tunnel(nest(C["A_MONITOR"], attr(C["MONITOR_A_DST4"], bytes(3)))), "ERANGE")
    refused_for("a proxy-ID that is not there", "MONITOR_NEW",
                monitor(text(C["MONITOR_A_PROXY"], "nope")), "ENOENT",
                "no proxy-ID of this name (MONITOR_A_PROXY): add it or name none")
    refused_for("more than what names it", "MONITOR_DEL",
                monitor(u32(C["MONITOR_A_INTERVAL"], 3000)), "EINVAL", READ_ONLY)
    for cmd in ("MONITOR_DEL", "MONITOR_GET"):
        refused_for("one that is not there", cmd, monitor(), "ENOENT",
                    "no such monitor of the tunnel; see pantunctl show monitor")


def monitor_life():
    """Made, changed, deleted."""
    watcher = Genl()
    watcher.join("events")
    answer = genl.ask(C["CMD_MONITOR_NEW"], monitor())
    shown = shown_monitor()
    wanted = {"ACTION": C["MONITOR_WAIT_RECOVER"], "INTERVAL": 3000, "THRESHOLD": 5,
              "RECOVERY": 1, "STATE": C["PATH_UNKNOWN"]}
    result("MONITOR_NEW: a destination alone gets the defaults", answer.error == 0 and all(
        shown.get(C["MONITOR_A_" + name]) == struct.pack("=I", number)
        for name, number in wanted.items()), answer.text, shown)
    everything = (attr(C["MONITOR_A_SRC4"], LOCAL), text(C["MONITOR_A_PROXY"], "default"),
                  u32(C["MONITOR_A_ACTION"], C["MONITOR_FAIL_OVER"]),
                  u32(C["MONITOR_A_INTERVAL"], 100000), u32(C["MONITOR_A_THRESHOLD"], 100),
                  u32(C["MONITOR_A_RECOVERY"], 100))
    answer = genl.ask(C["CMD_MONITOR_NEW"], monitor(*everything))
    given = parse(b"".join(everything)) + [(C["MONITOR_A_DST4"], PROBED)]
    result("MONITOR_NEW: once more, all of it as given", answer.error == 0 and
           sorted(standing()[2]) == [sorted(given)], answer.text, standing()[2], given)
    answer = genl.ask(C["CMD_MONITOR_NEW"], monitor(*everything))
    result("MONITOR_NEW: the same again", answer.error == 0, answer.text)
    answer = genl.ask(C["CMD_MONITOR_DEL"], monitor())
    result("MONITOR_DEL: it is gone", answer.error == 0 and not standing()[2], answer.text)
    seen = [dict(attrs) for cmd, attrs in watcher.events(lambda got: len(
        [1 for cmd, _ in got if cmd == C["CMD_MONITOR_NTF"]]) >= 3)
        if cmd == C["CMD_MONITOR_NTF"]]
    kinds = [struct.unpack("=I", dict(parse(attrs[C["A_EVENT"]]))[C["EVENT_A_KIND"]])[0]
             for attrs in seen]
    result("events: a monitor made, changed once, deleted", kinds == [
        C["EVENT_NEW"], C["EVENT_CHANGE"], C["EVENT_DEL"]], kinds)
    result("events: have the tunnel's path and the whole monitor", len(seen) == 3 and all(
        C["TUNNEL_A_PATH"] in dict(parse(attrs[C["A_TUNNEL"]])) and
        C["MONITOR_A_SENT"] in dict(parse(attrs[C["A_MONITOR"]])) for attrs in seen), seen)


def monitor_cases():
    """Monitored destinations."""
    monitor_refusals()
    monitor_life()
    many = [PROBED[:3] + bytes([number]) for number in range(1, C["MONITORS_MAX"] + 1)]
    errors = [genl.ask(C["CMD_MONITOR_NEW"], monitor(dst=dst)).error for dst in many]
    result("MONITOR_NEW: 16 of them", not any(errors), errors)
    refused_for("the 17th", "MONITOR_NEW", monitor(dst=PROBED6), "ENOSPC",
                "a tunnel has 16 monitored destinations at most: delete one")
    for dst in many:
        genl.ask(C["CMD_MONITOR_DEL"], monitor(dst=dst))
    genl.ask(C["CMD_SA_NEW"], tunnel(sa(dir=u32(C["SA_A_DIR"], C["DIR_OUT"]),
                                        mode=u32(C["SA_A_MODE"], C["MODE_TRANSPORT"]))))
    refused_for("not the peer, in transport mode", "MONITOR_NEW", monitor(), "EINVAL",
                "transport mode: only the peer's own address can be monitored")
    answer = genl.ask(C["CMD_MONITOR_NEW"], monitor(dst=REMOTE))
    result("MONITOR_NEW: the peer, in transport mode", answer.error == 0, answer.text)
    genl.ask(C["CMD_MONITOR_DEL"], monitor(dst=REMOTE))
    genl.ask(C["CMD_SA_FLUSH"], tunnel())
    result("MONITOR_DEL: all again", not standing()[2], standing())


def unprivileged_cases():
    """Without CAP_NET_ADMIN nothing is told and nothing done; ends this program."""
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
    stranger = Genl()
    for cmd, dump in (("TUNNEL_GET", True), ("PROXY_GET", True), ("SA_GET", True),
                      ("TUNNEL_GET", False), ("SA_NEW", False), ("SA_FLUSH", False),
                      ("SPI_ALLOC", False), ("PROXY_NEW", False), ("TUNNEL_SET", False),
                      ("SA_DEL", False), ("SA_ACTIVATE", False), ("PROXY_DEL", False),
                      ("SA_SET", False), ("MONITOR_GET", True), ("MONITOR_GET", False),
                      ("MONITOR_NEW", False), ("MONITOR_DEL", False)):
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
    option_cases()
    proxy_cases()
    sa_new_cases()
    path_cases()
    algorithm_cases()
    esn_cases()
    sa_cases()
    sa_set_cases()
    header_cases()
    spi_cases()
    event_cases()
    monitor_cases()
    unprivileged_cases()
    sys.stdout.flush()


main()
