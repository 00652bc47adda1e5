#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Manual keys: what pantunctl and ip-xfrm(8) call an algorithm, and fresh keys for it.

manual_keys.py ALGORITHM DIRECTORY    writes DIRECTORY/ab.keys and ba.keys, one for
                                      each direction, and prints bash arrays
                                      PANTUN_ALG, XFRM_AB, XFRM_BA and XFRM_PROTO
manual_keys.py list                   prints the names of all algorithms

An ALGORITHM is aes-BITS-gcm, aes-BITS-ccm (with -12 or -8 for a shorter ICV),
aes-BITS-gmac, chacha20-poly1305; aes-BITS-cbc, aes-BITS-ctr, null, 3des-cbc,
des-cbc, each with +AUTH (+sha256 unless given); for AH ah+AUTH or ah+aes-BITS-gmac.
"""
import os
import shlex
import sys

BITS = (128, 192, 256)

# name: pantunctl's name, XFRM's name, octets of key, bits of ICV
AUTHS = {
    "sha256": ("hmac-sha2-256-128", "hmac(sha256)", 32, 128),
    "sha384": ("hmac-sha2-384-192", "hmac(sha384)", 48, 192),
    "sha512": ("hmac-sha2-512-256", "hmac(sha512)", 64, 256),
    "sha1": ("hmac-sha1-96", "hmac(sha1)", 20, 96),
    "md5": ("hmac-md5-96", "hmac(md5)", 16, 96),
    "sha256-96": ("hmac-sha2-256-96", "hmac(sha256)", 32, 96),
    "aes-xcbc": ("aes-xcbc-96", "xcbc(aes)", 16, 96),
    "aes-cmac": ("aes-cmac-96", "cmac(aes)", 16, 96),
}

# name: pantunctl's name, XFRM's name, octets of salt, bits of ICV
COMBINED = {
    kind if icv == 16 else f"{kind}-{icv}": (f"aes-{kind}-{icv}", xfrm, salt, icv * 8)
    for kind, xfrm, salt in (("gcm", "rfc4106(gcm(aes))", 4), ("ccm", "rfc4309(ccm(aes))", 3))
    for icv in (16, 12, 8)
}
COMBINED["gmac"] = ("aes-gmac", "rfc4543(gcm(aes))", 4, 128)

# name: pantunctl's name, XFRM's name, octets of salt and IV, block size
CIPHERS = {
    "cbc": ("aes-cbc", "cbc(aes)", 0, 16, 16),
    "ctr": ("aes-ctr", "rfc3686(ctr(aes))", 4, 8, 4),
    "null": ("null", "ecb(cipher_null)", 0, 0, 4),
    "3des-cbc": ("3des-cbc", "cbc(des3_ede)", 0, 8, 8),
    "des-cbc": ("des-cbc", "cbc(des)", 0, 8, 8),
}


def names():
    """Every algorithm."""
    found = [f"aes-{bits}-{kind}" for kind in COMBINED for bits in BITS]
    found.append("chacha20-poly1305")
    for kind in CIPHERS:
        full = [f"aes-{bits}-{kind}" for bits in BITS] if kind in ("cbc", "ctr") else [kind]
        found += [f"{cipher}+{auth}" for cipher in full for auth in AUTHS]
    found += [f"ah+{auth}" for auth in AUTHS]
    found += [f"ah+aes-{bits}-gmac" for bits in BITS]
    return found


class Algorithm:
    """One algorithm by its name; what the attributes count is octets.

    proto: esp or ah; pantun: words of pantunctl; lengths: of the keys enc, auth and
    salt; iv, block, icv: what a packet has; missing: why XFRM cannot, or None.
    """

    def __init__(self, name):
        self.name = name
        self.missing = None
        cipher, _, auth = name.partition("+")
        self.proto = "ah" if cipher == "ah" else "esp"
        try:
            if self.proto == "ah":
                self._ah(auth)
            elif cipher == "chacha20-poly1305":
                self._combined("chacha20-poly1305", "rfc7539esp(chacha20,poly1305)", 32, 4, 128)
            elif cipher.startswith("aes-") and cipher.split("-", 2)[2] in COMBINED:
                pantun, xfrm, salt, icv = COMBINED[cipher.split("-", 2)[2]]
                self._combined(pantun, xfrm, self._octets(cipher), salt, icv)
            else:
                self._pair(cipher, auth or "sha256")
        except (KeyError, IndexError, ValueError):
            raise SystemExit(f"no such algorithm: {name}") from None

    @staticmethod
    def _octets(name):
        bits = int(name.split("-")[1])
        if bits not in BITS:
            raise ValueError(bits)
        return bits // 8

    def _ah(self, auth):
        self.block = 1
        if auth.endswith("-gmac"):
            self.pantun = ["proto", "ah", "auth", "aes-gmac"]
            self.lengths = {"auth": self._octets(auth), "salt": 4}
            self.iv, self.icv = 8, 16
            self.missing = "XFRM's AH has no AES-GMAC"
            return
        pantun, self._xfrm_auth, octets, bits = AUTHS[auth]
        self.pantun = ["proto", "ah", "auth", pantun]
        self.lengths = {"auth": octets}
        self.iv, self.icv = 0, bits // 8

    def _combined(self, pantun, xfrm, octets, salt, bits):
        self.pantun = ["enc", pantun]
        self._xfrm_aead = xfrm
        self.lengths = {"enc": octets, "salt": salt}
        self.iv, self.icv, self.block = 8, bits // 8, 4

    def _pair(self, cipher, auth):
        kind = cipher.split("-")[2] if cipher.startswith("aes-") else cipher
        pantun, self._xfrm_enc, salt, self.iv, self.block = CIPHERS[kind]
        octets = {"null": 0, "3des-cbc": 24, "des-cbc": 8}.get(kind)
        if octets is None:
            octets = self._octets(cipher)
        pantun_auth, self._xfrm_auth, auth_octets, bits = AUTHS[auth]
        self.pantun = ["enc", pantun, "auth", pantun_auth]
        self.lengths = {"enc": octets, "auth": auth_octets, "salt": salt}
        self.lengths = {key: length for key, length in self.lengths.items() if length}
        self.icv = bits // 8

    def keys(self):
        """Fresh ones, as a key file has them."""
        return {key: os.urandom(length).hex() for key, length in self.lengths.items()}

    def xfrm(self, keys):
        """Words of `ip xfrm state add`; of AH over IPv4 "flag align4" is another one."""
        bits = str(self.icv * 8)
        if self.missing:
            return None
        if hasattr(self, "_xfrm_aead"):
            return ["aead", self._xfrm_aead, "0x" + keys["enc"] + keys["salt"], bits]
        words = ["auth-trunc", self._xfrm_auth, "0x" + keys["auth"], bits]
        if self.proto == "ah":
            return words
        key = keys.get("enc", "") + keys.get("salt", "")
        return ["enc", self._xfrm_enc, "0x" + key if key else ""] + words


def write_keys(name, keys):
    """A key file, readable by its owner alone."""
    with open(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w",
              encoding="ascii") as out:
        out.writelines(f"{key} {value}\n" for key, value in keys.items())


def main():
    """What the words say."""
    if sys.argv[1:] == ["list"]:
        print("\n".join(names()))
        return
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    algorithm = Algorithm(sys.argv[1])
    print(f"PANTUN_ALG=({shlex.join(algorithm.pantun)})")
    print(f"XFRM_PROTO={algorithm.proto}")
    for way in ("ab", "ba"):
        keys = algorithm.keys()
        write_keys(os.path.join(sys.argv[2], f"{way}.keys"), keys)
        print(f"XFRM_{way.upper()}=({shlex.join(algorithm.xfrm(keys) or [])})")


if __name__ == "__main__":
    main()
