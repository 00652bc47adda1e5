# SPDX-License-Identifier: GPL-2.0-or-later
"""Two gateways and two hosts for each size that the growth is measured at, all in
namespaces of their own: KIND-TUNNELSxPROXIES.ha and so on, addresses as in lib.sh.
A tunnel carries packets from 10.1.0.2 to a network 10.64.N.0/24, the selector of
each of its proxy-IDs being one address of it, with an SA pair to it."""
import ctypes
import os
import random
import socket
import subprocess

from genl import C, Genl, attr, nest, text, u8, u32

ROLES = ("ha", "ga", "gb", "hb")
GATEWAY_MAC = "02:00:00:00:00:02"
MACS = {"ha": {"eth0": "02:00:00:00:00:01"},
        "ga": {"lan0": GATEWAY_MAC, "wan0": "02:00:00:00:00:03"},
        "gb": {"wan0": "02:00:00:00:00:04", "lan0": "02:00:00:00:00:05"},
        "hb": {"eth0": "02:00:00:00:00:06"}}
CLONE_NEWNET = 0x40000000
A_WAN, B_WAN, HOST_A = "192.0.2.1", "192.0.2.2", "10.1.0.2"
SPIS = random.Random(1).sample(range(0x10000, 1 << 32), 20000)
A_TO_B, B_TO_A = SPIS[:10000], SPIS[10000:]
WINDOW = 1024
LIBC = ctypes.CDLL(None, use_errno=True)


def enter(netns):
    """Moves this process into a namespace that ip-netns(8) knows."""
    with open(f"/run/netns/{netns}", encoding="ascii") as file:
        if LIBC.setns(file.fileno(), CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns")


def ip(lines, netns=None):
    """Runs a batch of ip(8)."""
    subprocess.run(["ip"] + (["-n", netns] if netns else []) + ["-batch", "-"], check=True,
                   input="".join(line + "\n" for line in lines), text=True)


def destination(tunnel, proxy):
    """The address that leads to an SA."""
    return f"10.64.{tunnel}.{proxy}" if tunnel < 256 else \
        f"10.{64 + tunnel // 256}.{tunnel % 256}.{proxy}"


def nodes_up(name):
    """The hosts and gateways, and the links between them."""
    for role in ROLES:
        subprocess.run(["ip", "netns", "add", f"{name}.{role}"], check=True)
    # links are made where this process is, and two ends may have one name
    enter(name + ".ha")
    ends = (("ha", "eth0", "ga", "lan0"), ("ga", "wan0", "gb", "wan0"),
            ("gb", "lan0", "hb", "eth0"))
    ip([f"link add {dev} netns {name}.{role} type veth peer name {far} netns {name}.{other}"
        for role, dev, other, far in ends])
    addresses = {"ha": {"eth0": HOST_A}, "ga": {"lan0": "10.1.0.1", "wan0": A_WAN},
                 "gb": {"wan0": B_WAN, "lan0": "10.2.0.1"}, "hb": {"eth0": "10.2.0.2"}}
    for role, devs in addresses.items():
        netns = f"{name}.{role}"
        ip([f"addr add {address}/24 dev {dev}" for dev, address in devs.items()] +
           [f"link set {dev} address {MACS[role][dev]} up" for dev in devs], netns)
        for dev in devs:
            # without TSO there is GRO at the other end
            subprocess.run(["ip", "netns", "exec", netns, "ethtool", "-K", dev, "gro", "on",
                            "tso", "off" if dev == "wan0" else "on"], check=True)
    for role in ("ga", "gb"):
        subprocess.run(["ip", "netns", "exec", f"{name}.{role}", "sysctl", "-qw",
                        "net.ipv4.ip_forward=1"], check=True)
    ip(["route add default via 10.1.0.1"], name + ".ha")
    ip(["route add default via 10.2.0.1"], name + ".hb")
    ip(["route add 10.64.0.0/10 via 10.2.0.2"], name + ".gb")
    # so many addresses that the kernel would forget them
    ip([f"neigh add {B_WAN} lladdr {MACS['gb']['wan0']} dev wan0"], name + ".ga")
    ip([f"neigh add 10.2.0.2 lladdr {MACS['hb']['eth0']} dev lan0"], name + ".gb")


def devices_up(name, tunnels, kind, words):
    """The tunnels' devices on both gateways, and the routes into them."""
    for role in ("ga", "gb"):
        ip([line for number in range(tunnels) for line in
            (f"link add {kind}{number} type {words(number)}",
             f"link set {kind}{number} mtu 1400 up")], f"{name}.{role}")
    ip([f"route add {destination(number, 0)}/24 dev {kind}{number}" for number in range(tunnels)],
       name + ".ga")


class Pantun:
    """SAs of pantun in one gateway."""

    def __init__(self, netns, local, remote):
        enter(netns)
        self.genl = Genl()
        self.path = nest(C["SA_A_PATH"], attr(C["PATH_A_LOCAL4"], socket.inet_aton(local)),
                         attr(C["PATH_A_REMOTE4"], socket.inet_aton(remote)))
        self.key = nest(C["SA_A_KEY"], attr(C["KEY_A_ENC"], bytes(16)),
                        attr(C["KEY_A_SALT"], bytes(4)))

    def ask(self, cmd, tunnel, *members):
        """A command about a tunnel; it has to succeed."""
        answer = self.genl.ask(C["CMD_" + cmd], text(C["A_IFNAME"], f"tunnel{tunnel}") +
                               b"".join(members))
        if answer.error:
            raise OSError(answer.error, f"{cmd}: {os.strerror(answer.error)}: {answer.text}")

    def proxy(self, tunnel, number, near, far):
        """A proxy-ID for one address on either side."""
        ends = [(end, socket.inet_aton(address)) for side, address in
                (("LOCAL", near), ("REMOTE", far))
                for end in (f"{side}4_FIRST", f"{side}4_LAST")]
        self.ask("PROXY_NEW", tunnel, nest(
            C["A_PROXY"], text(C["PROXY_A_NAME"], f"p{number}"),
            nest(C["PROXY_A_SELECTOR"],
                 *[attr(C["SELECTOR_A_" + end], value) for end, value in ends])))

    def sa(self, tunnel, number, direction, spi):
        """An SA of a proxy-ID."""
        self.ask("SA_NEW", tunnel,
                 nest(C["A_SA"], text(C["SA_A_PROXY"], f"p{number}"),
                      u32(C["SA_A_DIR"], C["DIR_" + direction]), u8(C["SA_A_PROTO"], 50),
                      u32(C["SA_A_SPI"], spi), self.path, self.key,
                      u32(C["SA_A_ENC"], C["ENC_AES_GCM_16"]),
                      *([u32(C["SA_A_REPLAY_WINDOW"], WINDOW)] if direction == "IN" else [])))


def pantun_up(name, tunnels, proxies):
    """Tunnels, proxy-IDs and SAs of pantun."""
    devices_up(name, tunnels, "tunnel", lambda number: "pantun")
    for netns, local, remote, out_spis, in_spis in (
            (name + ".ga", A_WAN, B_WAN, A_TO_B, B_TO_A),
            (name + ".gb", B_WAN, A_WAN, B_TO_A, A_TO_B)):
        gateway = Pantun(netns, local, remote)
        for index in range(tunnels * proxies):
            tunnel, proxy = divmod(index, proxies)
            ends = HOST_A, destination(tunnel, proxy)
            gateway.proxy(tunnel, proxy, *(ends if local == A_WAN else reversed(ends)))
            gateway.sa(tunnel, proxy, "OUT", out_spis[index])
            gateway.sa(tunnel, proxy, "IN", in_spis[index])


def xfrm_up(name, tunnels, proxies):
    """The same with XFRM interfaces: policies for proxy-IDs."""
    devices_up(name, tunnels, "ipsec", lambda number: f"xfrm dev wan0 if_id {number + 1}")
    both, out, forward = [], [], []
    for index in range(tunnels * proxies):
        tunnel, proxy = divmod(index, proxies)
        common = f"reqid {index + 1} mode tunnel"
        for src, dst, spis in (A_WAN, B_WAN, A_TO_B), (B_WAN, A_WAN, B_TO_A):
            both.append(f"xfrm state add src {src} dst {dst} proto esp spi {spis[index]} {common} "
                        f"replay-window {WINDOW} if_id {tunnel + 1} "
                        f"aead rfc4106(gcm(aes)) 0x{'00' * 20} 128")
        there = f"src {HOST_A}/32 dst {destination(tunnel, proxy)}/32"
        back = f"src {destination(tunnel, proxy)}/32 dst {HOST_A}/32"
        rest = f"if_id {tunnel + 1} tmpl"
        there_template = f"src {A_WAN} dst {B_WAN} proto esp {common}"
        back_template = f"src {B_WAN} dst {A_WAN} proto esp {common}"
        out += [f"xfrm policy add {there} dir out {rest} {there_template}",
                f"xfrm policy add {back} dir fwd {rest} {back_template}"]
        forward += [f"xfrm policy add {there} dir fwd {rest} {there_template}",
                    f"xfrm policy add {back} dir out {rest} {back_template}"]
    ip(both + out, name + ".ga")
    ip(both + forward, name + ".gb")


def plain_up(name, tunnels, _):
    """As many routes, all over the underlay."""
    ip([f"route add {destination(number, 0)}/24 via {B_WAN}" for number in range(tunnels)],
       name + ".ga")


KINDS = {"plain": plain_up, "pantun": pantun_up, "xfrm": xfrm_up}


def grow(kind, tunnels, proxies):
    """One of them, ready for packets; its name."""
    name = f"{kind}-{tunnels}x{proxies}"
    nodes_up(name)
    KINDS[kind](name, tunnels, proxies)
    return name
