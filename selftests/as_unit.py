#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs a command as systemd would run it by a unit, as far as walls and sockets go.

as_unit.py [--more CAPABILITY,...:CALL,...] DIRECTORY COMMAND...

DIRECTORY has pantund.service and the units of its sockets.  The command gets the service's user,
capabilities, locked memory and list of system calls, and the bound sockets.  --more adds capabilities and system
calls to them.  Runs as root, with libseccomp and systemd-analyze at hand.
"""
import ctypes
import os
import pathlib
import pwd
import resource
import socket
import subprocess
import sys

FIRST = 3
ALLOW, ERRNO = 0x7FFF0000, 0x00050000
EPERM = 1


def settings(path):
    """The settings of a unit: a list for each name."""
    found = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        name, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found.setdefault(name, []).append(value)
    return found


def bind(directory):
    """Binds what the sockets' units say, from the first descriptor on; how many."""
    bound = []
    for path in sorted(directory.glob("*.socket")):
        for where in settings(path)["ListenDatagram"]:
            host, _, port = where.rpartition(":")
            family = socket.AF_INET6 if host.startswith("[") else socket.AF_INET
            sock = socket.socket(family, socket.SOCK_DGRAM)
            if family == socket.AF_INET6:
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            sock.bind((host.strip("[]"), int(port)))
            bound.append(sock.detach())
    # Each may be in the place of another.
    high = [os.dup2(fd, FIRST + len(bound) + i, inheritable=False)
            for i, fd in enumerate(sorted(bound, reverse=True))]
    for i, fd in enumerate(high):
        os.dup2(fd, FIRST + i)
    return len(bound)


def members(name, known):
    """The system calls of a set, and of the sets in it."""
    if not name.startswith("@"):
        return {name}
    calls = set()
    for line in known[name]:
        calls |= members(line, known)
    return calls


def sets():
    """What systemd-analyze knows of sets."""
    said = subprocess.run(["systemd-analyze", "--no-pager", "syscall-filter"], check=True,
                          capture_output=True, text=True).stdout
    known, name = {}, None
    for line in said.splitlines():
        if line.startswith("@"):
            name = line.split()[0]
            known[name] = []
        elif name and line.startswith("    ") and not line.strip().startswith("#"):
            known[name].append(line.strip())
    return known


def filtered(service, more):
    """The system calls that the service may make."""
    known = sets()
    allowed = members("@default", known)
    for value in service["SystemCallFilter"]:
        calls = set()
        for name in value.removeprefix("~").split():
            calls |= members(name, known)
        allowed = allowed - calls if value.startswith("~") else allowed | calls
    return allowed | more


def limit(calls):
    """Any other call fails from now on."""
    lib = ctypes.CDLL("libseccomp.so.2")
    lib.seccomp_init.restype = ctypes.c_void_p
    context = ctypes.c_void_p(lib.seccomp_init(ctypes.c_uint32(ERRNO | EPERM)))
    for call in sorted(calls):
        number = lib.seccomp_syscall_resolve_name(call.encode())
        if number >= 0:
            lib.seccomp_rule_add(context, ctypes.c_uint32(ALLOW), number, 0)
    if lib.seccomp_load(context):
        sys.exit("the system calls cannot be limited")


def outer(directory, more, command):
    """As root: the sockets; the rest is behind setpriv."""
    service = settings(directory / "pantund.service")
    user = pwd.getpwnam(service["User"][0])
    extra, _, _ = more.partition(":")
    names = service["AmbientCapabilities"][0].split() + [n for n in extra.split(",") if n]
    caps = "-all," + ",".join("+" + name.lower().removeprefix("cap_") for name in names)
    count = bind(directory)
    lock = int(service["LimitMEMLOCK"][0].removesuffix("M")) << 20
    resource.setrlimit(resource.RLIMIT_MEMLOCK, (lock, lock))
    os.execvp("setpriv", [
        "setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups",
        f"--bounding-set={caps}", f"--inh-caps={caps}", f"--ambient-caps={caps}",
        "--no-new-privs", "/usr/bin/python3", __file__, "--inner", str(count), more,
        str(directory), *command])


def inner(count, more, directory, command):
    """As the service's user: the system calls, then the command."""
    _, _, calls = more.partition(":")
    service = settings(directory / "pantund.service")
    os.environ["LISTEN_FDS"], os.environ["LISTEN_PID"] = count, str(os.getpid())
    limit(filtered(service, {name for name in calls.split(",") if name}))
    os.execvp(command[0], command)


def main():
    """Takes the arguments apart."""
    args = sys.argv[1:]
    if args[0] == "--inner":
        inner(args[1], args[2], pathlib.Path(args[3]), args[4:])
    more = ":"
    if args[0] == "--more":
        more, args = args[1], args[2:]
    outer(pathlib.Path(args[0]), more, args[1:])


main()
