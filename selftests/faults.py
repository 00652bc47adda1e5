#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Lets each allocation of a request to the kernel fail once, the first to the last:
faults.py commands|netns, or faults.py module FILE, in gateway A's namespace of
stress.sh, on a kernel with fault injection.

A request that fails leaves everything as it was; one that succeeds although an
allocation failed (that of an event, say) has done all of its work.  Where most of
the allocations are the kernel's own, for namespaces and modules, those alone fail
that the module asks for, itself or by what it calls.  Prints a line a case:
"pass NAME" or "fail NAME" and lines that begin with #."""
import ctypes
import errno
import os
import socket
import struct
import sys
import time

from genl import C, Genl, attr, nest, parse, text, u8, u16, u32

RTM_NEWLINK, RTM_DELLINK = 16, 17
IFLA_IFNAME, IFLA_LINKINFO, IFLA_INFO_KIND = 3, 18, 1
CREATE_EXCL = 0x600
SYS_FINIT_MODULE, O_NONBLOCK = 313, 0o4000
CLONE_NEWNET = 0x40000000
MODULES_ROOM = 1 << 28
KINDS = "failslab", "fail_page_alloc"
ATTEMPTS = 100000               # more than any request allocates
KEY, SALT, AUTH = bytes(range(16)), bytes(4), bytes(range(32))
LOCAL, REMOTE, ELSEWHERE = (bytes([192, 0, 2, host]) for host in (1, 2, 3))
LOCAL6, REMOTE6 = bytes([0xfd, 9] + [0] * 13 + [1]), bytes([0xfd, 9] + [0] * 13 + [2])
SWEPT = []                      # names of all sweeps
VOLATILE = {"A_SA": ("STATS", "AGE", "SEQ", "DROP", "STANDBY", "PAD"),
            "A_PROXY": ("STATS", "HELD", "ACQUIRES", "PAD"),
            "A_TUNNEL": ("STATS", "DROP", "STATE", "MTU", "PATH", "PAD"),
            "A_MONITOR": ("STATE", "SINCE", "SENT", "UNSENT", "LOST", "HISTORY", "ERROR",
                          "PAD")}

libc = ctypes.CDLL(None, use_errno=True)


def put(kind, name, value):
    """Sets what fails."""
    with open(f"/sys/kernel/debug/{kind}/{name}", "w", encoding="ascii") as file:
        file.write(value)


class Failer:
    """The kernel's /proc/thread-self/fail-nth."""

    def __init__(self):
        for kind in KINDS:
            put(kind, "ignore-gfp-wait", "N")
            put(kind, "verbose", "0")
        self.fd = os.open("/proc/thread-self/fail-nth", os.O_RDWR)

    def only_modules(self, first, last):
        """Confines failures to what is called from these addresses."""
        for kind in KINDS:
            for name, value in (("stacktrace-depth", "32"), ("require-start", hex(first)),
                                ("require-end", hex(last))):
                put(kind, name, value)

    def run(self, nth, action):
        """Runs it with its nth allocation failing; what it returned, what is left of nth."""
        os.pwrite(self.fd, str(nth).encode(), 0)
        try:
            got = action()
        finally:
            left = int(os.pread(self.fd, 16, 0).rstrip(b"\0\n"))
            os.pwrite(self.fd, b"0", 0)
        return got, left


class Request:
    """A netlink request: sent with a failing allocation, answered without one."""

    last = 0

    def __init__(self, sock, data):
        self.sock, self.data, self.seq = sock, bytearray(data), 0

    def prepare(self):
        """Gives it a number of its own, and forgets what came late of others."""
        Request.last += 1
        self.seq = Request.last
        struct.pack_into("=I", self.data, 8, self.seq)
        self.sock.setblocking(False)
        while True:
            try:
                self.sock.recv(1 << 17)
            except BlockingIOError:
                break
            except OSError:
                pass
        self.sock.settimeout(10)

    def send(self):
        """Its errno if it does not even get in."""
        try:
            self.sock.send(self.data)
        except OSError as error:
            return error.errno
        return 0

    def answer(self):
        """The errno it is answered with."""
        while True:
            try:
                data = self.sock.recv(1 << 17)
            except OSError as error:
                return error.errno
            while len(data) >= 16:
                size, kind, _, seq = struct.unpack_from("=IHHI", data)
                if seq == self.seq and kind in (2, 3):  # an error or the end of a dump
                    return -struct.unpack_from("=i", data, 16)[0]
                data = data[(size + 3) & ~3:]


failer = Failer()
if sys.argv[1] == "commands":
    genl = Genl()
    asked = Genl().sock
    route = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
    route.bind((0, 0))


def ask(cmd, payload=b"", dump=False):
    """A request of the family."""
    flags = 0x301 if dump else 5
    return Request(asked, struct.pack("=IHHIIBBH", 20 + len(payload), genl.family, flags,
                                          0, 0, C["CMD_" + cmd], 1, 0) + payload)


def link(kind, name):
    """A request to make or delete a tunnel's link."""
    body = struct.pack("=BxHiII", 0, 0, 0, 0, 0) + text(IFLA_IFNAME, name)
    if kind == RTM_NEWLINK:
        body += nest(IFLA_LINKINFO, text(IFLA_INFO_KIND, "pantun"))
    flags = 5 | (CREATE_EXCL if kind == RTM_NEWLINK else 0)
    return Request(route, struct.pack("=IHHII", 16 + len(body), kind, flags, 0, 0) + body)


def stable(attrs):
    """A message's attributes without what grows by itself, or is drawn by lot."""
    kept = []
    for kind, payload in attrs:
        if kind in (C["A_TUNNEL_ID"], C["A_IFINDEX"]):
            continue
        name = next((n for n in VOLATILE if C[n] == kind), None)
        if name:
            members = parse(payload)
            skip = {C[name[2:] + "_A_" + member] for member in VOLATILE[name]}
            if name == "A_SA" and C["SA_A_LARVAL"] in dict(members):
                skip.add(C["SA_A_SPI"])
            payload = tuple(member for member in members if member[0] not in skip)
        kept.append((kind, payload))
    return tuple(kept)


def state():
    """What stands: links, tunnels, proxy-IDs, SAs, monitors."""
    found = [tuple(sorted(name for _, name in socket.if_nameindex()))]
    for cmd in ("TUNNEL_GET", "PROXY_GET", "SA_GET", "MONITOR_GET"):
        answer = genl.ask(C["CMD_" + cmd], dump=True)
        if answer.error:
            raise SystemExit(f"{cmd}: {os.strerror(answer.error)}")
        found.append(tuple(sorted((stable(attrs) for _, attrs in answer.replies), key=repr)))
    return found


def good(request):
    """Has it done, without failures."""
    request.prepare()
    error = request.send() or request.answer()
    if error:
        raise SystemExit(f"without failures: {os.strerror(error)}")


def one(nth, request):
    """One run of it: errno, and whether an allocation failed."""
    request.prepare()
    error, left = failer.run(nth, request.send)
    return error or request.answer(), left == 0


def sizes(standing):
    """How much stands: links, tunnels, proxy-IDs, SAs, monitors."""
    return [len(part) for part in standing]


def step(nth, request, before, after, undo, also):
    """One run of a sweep: its errno, None when nothing failed any more, or a complaint."""
    error, failed = one(nth, request)
    now = state()
    if error not in (0, errno.ENOMEM, errno.ENOBUFS, also):
        return f"allocation {nth}: {os.strerror(error)}"
    if now == after and after != before:
        # an answer that did not fit in memory says nothing of the request
        if error == errno.ENOMEM:
            return f"allocation {nth}: out of memory, but done"
        undo()
        if state() != before:
            return f"allocation {nth}: cannot be undone"
    elif now != before or (not error and after != before):
        return f"allocation {nth}: {os.strerror(error)}, neither done nor undone: " \
               f"{sizes(before)} before, {sizes(now)} now"
    return error if failed else None


def sweep(name, request, undo=lambda: None, also=0):
    """Fails all of a request's allocations in turn."""
    SWEPT.append(name)
    before = state()
    good(request)
    after = state()
    undo()
    if state() != before:
        report(name, f"cannot be undone: {sizes(before)} before, {sizes(state())} now")
        return
    errors = []
    for nth in range(1, ATTEMPTS):
        error = step(nth, request, before, after, undo, also)
        if not isinstance(error, int):
            break
        errors.append(error)
    report(f"{name}: {len(errors)} allocations, "
           f"{sum(1 for e in errors if e)} of them needed", error, not errors)


def report(name, complaint, nothing=False):
    """A result."""
    print("fail" if complaint or nothing else "pass", name)
    if complaint or nothing:
        print("#", complaint or "no allocation failed")
    sys.stdout.flush()


def tunnel(*members):
    """The top level of a request."""
    return text(C["A_IFNAME"], "tunnel1") + b"".join(members)


def path(kind="SA_A_PATH", local=LOCAL, remote=REMOTE, *more):
    """Outer addresses."""
    family = "4" if len(local) == 4 else "6"
    return nest(C[kind], attr(C["PATH_A_LOCAL" + family], local),
                attr(C["PATH_A_REMOTE" + family], remote), *more)


def udp():
    """ESP in UDP."""
    return (u32(C["PATH_A_ENCAP"], C["ENCAP_UDP"]), u16(C["PATH_A_LOCAL_PORT"], 4500),
            u16(C["PATH_A_REMOTE_PORT"], 4500))


def ref(direction, spi, *more):
    """What names an SA."""
    return nest(C["A_SA"], u32(C["SA_A_DIR"], C["DIR_" + direction]),
                u32(C["SA_A_SPI"], spi), path(), *more)


def sa(direction, spi, *more, outer=None, cbc=False):
    """A new SA of ESP."""
    keys = attr(C["KEY_A_ENC"], KEY) + attr(*((C["KEY_A_AUTH"], AUTH) if cbc else
                                              (C["KEY_A_SALT"], SALT)))
    return tunnel(nest(
        C["A_SA"], u32(C["SA_A_DIR"], C["DIR_" + direction]), u8(C["SA_A_PROTO"], 50),
        u32(C["SA_A_SPI"], spi), outer or path(),
        u32(C["SA_A_ENC"], C["ENC_AES_CBC" if cbc else "ENC_AES_GCM_16"]),
        *([u32(C["SA_A_AUTH"], C["AUTH_HMAC_SHA2_256_128"])] if cbc else []),
        nest(C["SA_A_KEY"], keys), *more))


def sa_ah(direction, spi, *more):
    """A new SA of AH."""
    return tunnel(nest(
        C["A_SA"], u32(C["SA_A_DIR"], C["DIR_" + direction]), u8(C["SA_A_PROTO"], 51),
        u32(C["SA_A_SPI"], spi), path(),
        u32(C["SA_A_AUTH"], C["AUTH_HMAC_SHA2_256_128"]),
        nest(C["SA_A_KEY"], attr(C["KEY_A_AUTH"], AUTH)), *more))


def delete_larval():
    """Gives all reserved SPIs back."""
    for _, attrs in genl.ask(C["CMD_SA_GET"], dump=True).replies:
        members = dict(parse(dict(attrs)[C["A_SA"]]))
        if C["SA_A_LARVAL"] in members:
            good(ask("SA_DEL", tunnel(ref("IN", struct.unpack("=I", members[C["SA_A_SPI"]])[0]))))


def start(mode):
    """A start mode."""
    return ask("TUNNEL_SET", tunnel(nest(C["A_TUNNEL"],
                                         u32(C["TUNNEL_A_START"], C["START_" + mode]))))


def proxy():
    """A proxy-ID that matches everything."""
    return tunnel(nest(C["A_PROXY"], text(C["PROXY_A_NAME"], "p1")))


def links():
    """Making and deleting devices."""
    add, remove = link(RTM_NEWLINK, "tunnel9"), link(RTM_DELLINK, "tunnel9")
    # that is what the driver core says of a device that found no memory for its name
    sweep("ip link add tunnel9", add, lambda: good(remove), errno.EINVAL)
    good(add)
    sweep("ip link del tunnel9", remove, lambda: good(add))
    good(remove)


def options(**values):
    """TUNNEL_SET of these: name=(type, value)."""
    return ask("TUNNEL_SET", tunnel(nest(
        C["A_TUNNEL"], *(kind(C["TUNNEL_A_" + name], value)
                         for name, (kind, value) in values.items()))))


def tunnels():
    """TUNNEL_SET."""
    sweep("TUNNEL_SET", start("ON_DEMAND"), lambda: good(start("ALWAYS")))
    new = {"DF": (u32, C["DF_CLEAR"]), "TOS": (u32, C["TOS_COPY"]), "TTL": (u8, 9),
           "FLOW_LABEL": (u8, 1), "GRE": (u8, 1), "TFC": (u32, 1000),
           "DUMMY": (u32, 3600000), "MARK": (u32, 7), "CARRIER": (u32, C["CARRIER_ALL"])}
    answer = genl.ask(C["CMD_TUNNEL_GET"], tunnel())
    standing = dict(parse(dict(answer.replies[0][1])[C["A_TUNNEL"]]))
    old = {name: (attr, standing[C["TUNNEL_A_" + name]]) for name in new}
    sweep("TUNNEL_SET of all options", options(**new), lambda: good(options(**old)))


def proxies():
    """PROXY_NEW, PROXY_DEL."""
    sweep("PROXY_NEW", ask("PROXY_NEW", proxy()), lambda: good(ask("PROXY_DEL", proxy())))
    good(ask("PROXY_NEW", proxy()))
    sweep("PROXY_FAIL", ask("PROXY_FAIL", proxy()))
    sweep("PROXY_DEL", ask("PROXY_DEL", proxy()), lambda: good(ask("PROXY_NEW", proxy())))
    good(ask("PROXY_DEL", proxy()))


def monitors():
    """MONITOR_NEW, MONITOR_GET, MONITOR_DEL."""
    name = attr(C["MONITOR_A_DST4"], ELSEWHERE)
    named, new, other = (tunnel(nest(C["A_MONITOR"], name, *more)) for more in (
        (), (text(C["MONITOR_A_PROXY"], "default"), u32(C["MONITOR_A_INTERVAL"], 100000)),
        (u32(C["MONITOR_A_ACTION"], C["MONITOR_FAIL_OVER"]),)))
    sweep("MONITOR_NEW", ask("MONITOR_NEW", new), lambda: good(ask("MONITOR_DEL", named)))
    good(ask("MONITOR_NEW", new))
    sweep("MONITOR_NEW of one that is there", ask("MONITOR_NEW", other),
          lambda: good(ask("MONITOR_NEW", new)))
    sweep("MONITOR_GET", ask("MONITOR_GET", named))
    sweep("MONITOR_GET dump", ask("MONITOR_GET", dump=True))
    sweep("MONITOR_DEL", ask("MONITOR_DEL", named), lambda: good(ask("MONITOR_NEW", new)))
    good(ask("MONITOR_DEL", named))


def new_sas():
    """SPI_ALLOC, SA_NEW."""
    sweep("SPI_ALLOC", ask("SPI_ALLOC", tunnel(nest(C["A_SA"], path()))), delete_larval)
    esn = attr(C["SA_A_ESN"])
    transport = u32(C["SA_A_MODE"], C["MODE_TRANSPORT"])
    six = path("SA_A_PATH", LOCAL6, REMOTE6)
    for name, new in (
            ("in, GCM", sa("IN", 0x6001)),
            ("out, CBC", sa("OUT", 0x6002, cbc=True)),
            ("standby", sa("OUT", 0x6003, attr(C["SA_A_STANDBY"]))),
            ("in, CBC, ESN, transport", sa("IN", 0x6001, esn, transport, cbc=True)),
            ("out, GCM, UDP", sa("OUT", 0x6002, outer=path("SA_A_PATH", LOCAL, REMOTE, *udp()))),
            ("in, GCM, IPv6", sa("IN", 0x6001, outer=six)),
            ("in, AH", sa_ah("IN", 0x6001)),
            ("out, AH, ESN", sa_ah("OUT", 0x6002, esn))):
        sweep(f"SA_NEW, {name}", ask("SA_NEW", new), lambda: good(ask("SA_FLUSH", tunnel())))


def objects():
    """The other commands; begins and ends with a bare tunnel1."""
    several = [ask("SA_NEW", sa("IN", 0x6001)), ask("SA_NEW", sa("OUT", 0x6002)),
               ask("SA_NEW", sa("OUT", 0x6003, attr(C["SA_A_STANDBY"])))]

    def remake():
        for request in several:
            good(request)

    remake()
    sweep("SA_ACTIVATE", ask("SA_ACTIVATE", tunnel(ref("OUT", 0x6003))),
          lambda: good(ask("SA_ACTIVATE", tunnel(ref("OUT", 0x6002)))))
    for direction, spi in (("OUT", 0x6002), ("IN", 0x6001)):
        there = path("SA_A_NEW_PATH", LOCAL, ELSEWHERE)
        back = nest(C["A_SA"], u32(C["SA_A_DIR"], C["DIR_" + direction]), u32(C["SA_A_SPI"], spi),
                    path("SA_A_PATH", LOCAL, ELSEWHERE), path("SA_A_NEW_PATH"))
        sweep(f"SA_SET, {direction.lower()}", ask("SA_SET", tunnel(ref(direction, spi, there))),
              lambda back=back: good(ask("SA_SET", tunnel(back))))
    sweep("SA_DEL", ask("SA_DEL", tunnel(ref("IN", 0x6001))), lambda: good(several[0]))
    for name, payload in (("TUNNEL_GET", tunnel()), ("SA_GET", tunnel(ref("IN", 0x6001))),
                          ("PROXY_GET", tunnel(nest(C["A_PROXY"],
                                                    text(C["PROXY_A_NAME"], "default"))))):
        sweep(name, ask(name, payload))
        sweep(f"{name} dump", ask(name, dump=True))
    sweep("SA_FLUSH of a tunnel", ask("SA_FLUSH", tunnel()), remake)
    sweep("SA_FLUSH of all", ask("SA_FLUSH"), remake)
    good(ask("SA_FLUSH", tunnel()))


def all_swept():
    """That no command of the family is forgotten above."""
    commands = {name[4:] for name in C if name.startswith("CMD_") and not name.endswith("_NTF")
                and name not in ("CMD_UNSPEC", "CMD_MAX")}
    missing = commands - {name.split()[0].rstrip(",") for name in SWEPT}
    report("every command of the family was swept", " ".join(sorted(missing)))


def call(function, *args):
    """Its errno."""
    return 0 if function(*args) >= 0 else ctypes.get_errno()


def module_text():
    """Where modules are: around those of this one's functions."""
    with open("/proc/kallsyms", encoding="ascii") as lines:
        found = [int(line.split()[0], 16) for line in lines if line.endswith("[pantun]\n")]
    return min(found), max(found)


def namespaces():
    """Making a namespace."""
    home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    failer.only_modules(*module_text())
    errors = []
    for nth in range(1, ATTEMPTS):
        error, left = failer.run(nth, lambda: call(libc.unshare, CLONE_NEWNET))
        call(libc.setns, home, CLONE_NEWNET)
        if left:
            break
        errors.append(error)
    wrong = [error for error in errors if error not in (0, errno.ENOMEM)]
    report(f"a new namespace: {len(errors)} allocations, "
           f"{sum(1 for e in errors if e)} of them needed",
           wrong and f"errnos {wrong}", not errors)


def remove_module():
    """Unloads it; the reference of a namespace that goes away may hold for a moment."""
    deadline = time.monotonic() + 30
    while call(libc.delete_module, b"pantun", O_NONBLOCK):
        if time.monotonic() > deadline:
            raise SystemExit("the module does not unload")
        time.sleep(0.05)


def module(file):
    """Loading the module, which is not loaded."""
    fd = os.open(file, os.O_RDONLY)
    errors, wrong = [], None

    def load():
        return call(libc.syscall, SYS_FINIT_MODULE, fd, b"", 0)

    if load():
        raise SystemExit("the module does not load")
    first, last = module_text()
    # all of the room for modules that it may be loaded to
    failer.only_modules(first - MODULES_ROOM, last + MODULES_ROOM)
    remove_module()
    for nth in range(1, ATTEMPTS):
        error, left = failer.run(nth, load)
        if bool(error) == os.path.isdir("/sys/module/pantun"):
            wrong = f"allocation {nth}: {os.strerror(error)}, but loaded, or not loaded"
            break
        if not error:
            remove_module()
        if left:
            break
        errors.append(error)
    report(f"loading the module: {len(errors)} allocations, "
           f"{sum(1 for e in errors if e)} of them needed", wrong, errno.ENOMEM not in errors)


def main():
    """What is asked for."""
    if sys.argv[1] == "commands":
        links()
        tunnels()
        proxies()
        monitors()
        new_sas()
        objects()
        all_swept()
    elif sys.argv[1] == "netns":
        namespaces()
    else:
        module(sys.argv[2])


main()
