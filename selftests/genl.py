# SPDX-License-Identifier: GPL-2.0-or-later
"""Generic netlink for tests: messages put together octet by octet, so that wrong
ones can be sent as well.  The numbers come from uapi/linux/pantun.h itself."""
import os
import re
import socket
import struct

NETLINK_GENERIC = 16
SOL_NETLINK = 270
NETLINK_ADD_MEMBERSHIP = 1
NETLINK_EXT_ACK = 11
NLMSG_ERROR, NLMSG_DONE = 2, 3
NLM_F_REQUEST, NLM_F_ACK, NLM_F_DUMP = 1, 4, 0x300
NLM_F_CAPPED, NLM_F_ACK_TLVS = 0x100, 0x200
NLA_F_NESTED = 0x8000
NLMSGERR_ATTR_MSG, NLMSGERR_ATTR_OFFS, NLMSGERR_ATTR_MISS_TYPE = 1, 2, 5
GENL_ID_CTRL, CTRL_CMD_GETFAMILY = 16, 3
CTRL_ATTR_FAMILY_ID, CTRL_ATTR_FAMILY_NAME, CTRL_ATTR_MCAST_GROUPS = 1, 2, 7

HEADER = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                      "../uapi/linux/pantun.h")


def constants(path=HEADER):
    """The header's numbers by their names without PANTUN_."""
    with open(path, encoding="ascii") as header:
        text = re.sub(r"/\*.*?\*/", "", header.read(), flags=re.S)
    found = {}
    for body in re.findall(r"enum\s*\w*\s*\{(.*?)\}", text, flags=re.S):
        number = 0
        for member in body.split(","):
            name, _, value = (part.strip() for part in member.partition("="))
            if value:                # the MAX, behind one of its own
                number -= 2
            found[name.removeprefix("PANTUN_")] = number
            number += 1
    for name, number in re.findall(r"#define PANTUN_(\w+)\s+(\d+)", text):
        found[name] = int(number)
    return found


C = constants()


def attr(kind, payload=b""):
    """One attribute, padded."""
    size = 4 + len(payload)
    return struct.pack("=HH", size, kind) + payload + bytes(-size % 4)


def nest(kind, *members):
    """An attribute of attributes."""
    return attr(kind | NLA_F_NESTED, b"".join(members))


def u8(kind, number):
    """An attribute of one octet."""
    return attr(kind, struct.pack("=B", number))


def u16(kind, number):
    """An attribute of two octets."""
    return attr(kind, struct.pack("=H", number))


def u32(kind, number):
    """An attribute of four octets."""
    return attr(kind, struct.pack("=I", number))


def u64(kind, number):
    """An attribute of eight octets."""
    return attr(kind, struct.pack("=Q", number))


def text(kind, string):
    """A string with its NUL."""
    return attr(kind, string.encode() + b"\0")


def parse(data):
    """Attributes as a list of (type, payload)."""
    found = []
    while len(data) >= 4:
        size, kind = struct.unpack_from("=HH", data)
        if size < 4 or size > len(data):
            break
        found.append((kind & 0x3fff, data[4:size]))
        data = data[(size + 3) & ~3:]
    return found


class Answer:
    """What came back: an errno (0: done), the kernel's text, the messages."""

    def __init__(self):
        self.error = 0
        self.text = ""
        self.blamed = False      # an attribute was pointed at, or named as missing
        self.replies = []        # (command, attributes)
        self.echo = b""          # the request, as an error has it

    def add_extack(self, data):
        """Takes the TLVs behind an error."""
        for kind, payload in parse(data):
            if kind == NLMSGERR_ATTR_MSG:
                self.text = payload.rstrip(b"\0").decode()
            if kind in (NLMSGERR_ATTR_OFFS, NLMSGERR_ATTR_MISS_TYPE):
                self.blamed = True


class Genl:
    """A socket to the family "pantun"."""

    def __init__(self):
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_GENERIC)
        self.sock.bind((0, 0))
        self.sock.setsockopt(SOL_NETLINK, NETLINK_EXT_ACK, 1)
        self.sock.settimeout(10)
        self.seq = 1
        self.family = GENL_ID_CTRL
        answer = self.ask(CTRL_CMD_GETFAMILY, text(CTRL_ATTR_FAMILY_NAME, "pantun"))
        if answer.error:
            raise SystemExit("no family pantun: " + os.strerror(answer.error))
        attrs = dict(answer.replies[0][1])
        self.family = struct.unpack("=H", attrs[CTRL_ATTR_FAMILY_ID])[0]
        self.groups = {}
        for _, group in parse(attrs[CTRL_ATTR_MCAST_GROUPS]):
            members = dict(parse(group))
            self.groups[members[1].rstrip(b"\0").decode()] = \
                struct.unpack("=I", members[2])[0]

    def join(self, group):
        """Joins a multicast group by its name."""
        self.sock.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, self.groups[group])

    def message(self, cmd, payload, flags, reserved=0):
        """The octets of a request."""
        self.seq += 1
        size = 20 + len(payload)
        return struct.pack("=IHHIIBBH", size, self.family, NLM_F_REQUEST | flags, self.seq, 0,
                           cmd, 1, reserved) + payload

    def send(self, cmd, payload, flags, reserved=0):
        """Sends one request."""
        self.sock.send(self.message(cmd, payload, flags, reserved))

    def send_at_once(self, cmd, payloads):
        """Sends requests, which nobody waits for, in one datagram."""
        self.sock.send(b"".join(self.message(cmd, payload, 0) for payload in payloads))

    def messages(self):
        """The next datagram's messages: (type, flags, seq, payload)."""
        data = self.sock.recv(1 << 17)
        while len(data) >= 16:
            size, kind, flags, seq, _ = struct.unpack_from("=IHHII", data)
            yield kind, flags, seq, data[16:size]
            data = data[(size + 3) & ~3:]

    def ask(self, cmd, payload=b"", dump=False, flags=0, reserved=0):
        """Sends a request and waits for its end."""
        self.send(cmd, payload, flags | (NLM_F_DUMP if dump else NLM_F_ACK), reserved)
        answer = Answer()
        while True:
            for kind, flags, seq, body in self.messages():
                if seq != self.seq:
                    continue
                if kind in (NLMSG_ERROR, NLMSG_DONE):
                    if len(body) < 4:
                        return answer
                    answer.error = -struct.unpack_from("=i", body)[0]
                    skip = 4
                    if kind == NLMSG_ERROR:
                        inner = struct.unpack_from("=I", body, 4)[0]
                        skip += 16 if flags & NLM_F_CAPPED else (inner + 3) & ~3
                        answer.echo = body[4:skip]
                    if flags & NLM_F_ACK_TLVS:
                        answer.add_extack(body[skip:])
                    return answer
                answer.replies.append((body[0], parse(body[4:])))

    def events(self, enough, seconds=5.0):
        """Notifications until enough(list of them) or the time is over."""
        self.sock.settimeout(seconds)
        seen = []
        while not enough(seen):
            try:
                for kind, _, _, body in self.messages():
                    if kind == self.family:
                        seen.append((body[0], parse(body[4:])))
            except TimeoutError:
                break
        self.sock.settimeout(10)
        return seen
