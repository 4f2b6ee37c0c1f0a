# SPDX-License-Identifier: BSD-2-Clause
"""TCP-AO by RFC 5925 and RFC 5926, independent of any kernel: are the MACs of
captured segments those that these keys give?"""
import hashlib
import hmac
import ipaddress
import struct
from collections import namedtuple

import ao_vectors

FIN, SYN, RST, ACK = 1, 2, 4, 16
OPTION, OPTION_MD5 = 29, 19
MAC_LEN = 12

Segment = namedtuple("Segment", "time src dst sport dport seq flags tcp "
                     "option md5 data")
Option = namedtuple("Option", "key_id next_id mac at")


# ---- AES-128-CMAC (FIPS 197, RFC 4493) ----

def _double(x):
    return (x << 1 ^ (0x11b if x & 0x80 else 0)) & 0xff


def _s_box():
    """FIPS 197, 5.1.1: inverses by powers of 3, then the affine map."""
    power, x = [], 1
    for _ in range(255):
        power.append(x)
        x ^= _double(x)
    log = {value: at for at, value in enumerate(power)}
    box = []
    for value in range(256):
        inverse = power[-log[value] % 255] if value else 0
        wide = inverse | inverse << 8
        box.append((wide ^ wide >> 4 ^ wide >> 5 ^ wide >> 6 ^ wide >> 7 ^
                    0x63) & 0xff)
    return bytes(box)


S_BOX = _s_box()
DOUBLE = bytes(_double(x) for x in range(256))
SHIFTED = [(at + at % 4 * 4) % 16 for at in range(16)]


class Aes:
    def __init__(self, key):
        words, constant = [key[at:at + 4] for at in range(0, 16, 4)], 1
        while len(words) < 44:
            word = words[-1]
            if len(words) % 4 == 0:
                word = bytes(S_BOX[x] for x in word[1:] + word[:1])
                word = bytes([word[0] ^ constant]) + word[1:]
                constant = _double(constant)
            words.append(bytes(a ^ b for a, b in zip(words[-4], word)))
        self.rounds = [b"".join(words[at:at + 4]) for at in range(0, 44, 4)]

    def encrypt(self, block):
        state = [a ^ b for a, b in zip(block, self.rounds[0])]
        for number, key in enumerate(self.rounds[1:], 1):
            state = [S_BOX[state[at]] for at in SHIFTED]
            if number < 10:
                state = self._mix(state)
            state = [a ^ b for a, b in zip(state, key)]
        return bytes(state)

    @staticmethod
    def _mix(state):
        out = []
        for at in range(0, 16, 4):
            a, b, c, d = state[at:at + 4]
            every = a ^ b ^ c ^ d
            out += [a ^ every ^ DOUBLE[a ^ b], b ^ every ^ DOUBLE[b ^ c],
                    c ^ every ^ DOUBLE[c ^ d], d ^ every ^ DOUBLE[d ^ a]]
        return out


def cmac(key, data):
    aes = Aes(key)

    def subkey(x):
        number = int.from_bytes(x, "big") << 1
        return (number & (1 << 128) - 1 ^ (0x87 if number >> 128 else 0)
                ).to_bytes(16, "big")

    def xor(a, b):
        return bytes(x ^ y for x, y in zip(a, b))
    k1 = subkey(aes.encrypt(bytes(16)))
    at = max(0, (len(data) - 1) // 16 * 16)
    last = data[at:]
    last = xor(last, k1) if len(last) == 16 else xor(
        (last + b"\x80").ljust(16, b"\0"), subkey(k1))
    state = bytes(16)
    for begin in range(0, at, 16):
        state = aes.encrypt(xor(state, data[begin:begin + 16]))
    return aes.encrypt(xor(state, last))


# ---- RFC 5926 ----

def prf(algorithm, key, data):
    if algorithm == "cmac-aes128":
        return cmac(key, data)
    digest = {"hmac-sha1": hashlib.sha1, "hmac-sha256": hashlib.sha256}
    return hmac.new(key, data, digest[algorithm]).digest()


def traffic_key(algorithm, secret, context):
    """3.1.1: one round gives all bits that each of the algorithms needs."""
    key = secret.encode()
    if algorithm == "cmac-aes128" and len(key) != 16:
        key = cmac(bytes(16), key)
    bits = {"hmac-sha1": 160, "cmac-aes128": 128, "hmac-sha256": 256}
    return prf(algorithm, key, b"\1TCP-AO" + context +
               struct.pack("!H", bits[algorithm]))


def context(segment, isns):
    """RFC 5925, 5.2; isns: of the sender and of the receiver."""
    return segment.src.packed + segment.dst.packed + struct.pack(
        "!HHII", segment.sport, segment.dport, *isns)


def message(segment, options_signed, sne):
    """RFC 5925, 5.1: what the MAC is made of."""
    tcp, at = segment.tcp, segment.option.at
    length = struct.pack("!I" if segment.src.version == 6 else "!H", len(tcp))
    pseudo = segment.src.packed + segment.dst.packed + (
        length + b"\0\0\0\6" if segment.src.version == 6 else b"\0\6" + length)
    begin, end = tcp[:16] + b"\0\0" + tcp[18:20], tcp[12] // 16 * 4
    ours = tcp[at:at + 4] + bytes(len(segment.option.mac))
    rest = at + len(ours)
    options = tcp[20:at] + ours + tcp[rest:end] if options_signed else ours
    return struct.pack("!I", sne) + pseudo + begin + options + tcp[end:]


def mac(segment, algorithm, key, options_signed=True, sne=0):
    return prf(algorithm, key, message(segment, options_signed, sne))[:MAC_LEN]


# ---- segments ----

def parse(packet, time=0.0):
    """A Segment from an IP packet, None when there is no whole one in it."""
    if packet[0] >> 4 == 4:
        start, total = (packet[0] & 15) * 4, packet[2] << 8 | packet[3]
        protocol, src, dst = packet[9], packet[12:16], packet[16:20]
    else:
        start, total = 40, 40 + (packet[4] << 8 | packet[5])
        protocol, src, dst = packet[6], packet[8:24], packet[24:40]
    tcp = packet[start:total]
    if protocol != 6 or len(packet) < total or len(tcp) < 20:
        return None
    sport, dport, seq = struct.unpack("!HHI", tcp[:8])
    end = tcp[12] // 16 * 4
    option, md5 = None, False
    at = 20
    while at < end and tcp[at] != 0:
        length = 1 if tcp[at] == 1 else tcp[at + 1]
        if tcp[at] == OPTION:
            option = Option(tcp[at + 2], tcp[at + 3], tcp[at + 4:at + length],
                            at)
        md5 = md5 or tcp[at] == OPTION_MD5
        at += max(1, length)
    return Segment(time, ipaddress.ip_address(src), ipaddress.ip_address(dst),
                   sport, dport, seq, tcp[13], tcp, option, md5, tcp[end:])


def read_capture(path):
    """Segments of a file in pcap's format, of Ethernet frames."""
    with open(path, "rb") as file:
        magic, _, _, _, _, _, link = struct.unpack("<IHHiIII", file.read(24))
        if magic not in (0xa1b2c3d4, 0xa1b23c4d) or link != 1:
            raise ValueError("no capture of Ethernet frames")
        part = 1e-9 if magic == 0xa1b23c4d else 1e-6
        while True:
            head = file.read(16)
            if len(head) < 16:
                return
            seconds, fraction, length, _ = struct.unpack("<IIII", head)
            frame = file.read(length)
            if frame[12:14] in (b"\x08\0", b"\x86\xdd"):
                segment = parse(frame[14:], seconds + part * fraction)
                if segment is not None:
                    yield segment


class Judge:
    """What these keys make of segments as they come. keys(segment): the keys
    that its sender may sign it with, as ao_socket.Key of its sender."""

    def __init__(self, keys):
        self.keys = keys
        self.isns, self.traffic = {}, {}

    def verdict(self, segment):
        """good, bad, unknown (no such key), unsigned, or early: of a
        connection whose beginning is not there."""
        here = (segment.src, segment.sport, segment.dst, segment.dport)
        there = here[2:] + here[:2]
        if segment.flags & SYN:
            self.isns[here] = segment.seq
            if not segment.flags & ACK:
                self.isns.pop(there, None)
        if segment.option is None:
            return "unsigned"
        keys = [key for key in self.keys(segment)
                if key.send == segment.option.key_id]
        if not keys:
            return "unknown"
        first = segment.flags & (SYN | ACK) == SYN
        if here not in self.isns or not first and there not in self.isns:
            return "early"
        isns = self.isns[here], 0 if first else self.isns[there]
        # RFC 5925, 6.2: sequence numbers as if they had 64 bits
        sne = isns[0] + (segment.seq - isns[0] & 0xffffffff) >> 32
        return "good" if any(
            mac(segment, key.algorithm, self._traffic_key(
                key, here, isns, segment), not key.exclude, sne) ==
            segment.option.mac for key in keys) else "bad"

    def _traffic_key(self, key, here, isns, segment):
        name = (key, here, isns)
        if name not in self.traffic:
            self.traffic[name] = traffic_key(key.algorithm, key.secret,
                                             context(segment, isns))
        return self.traffic[name]


# ---- is this file right? ----

def check():
    """AssertionError when a published vector does not come out."""
    key = bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c")
    text = bytes.fromhex("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb7"
                         "6fac45af8e5130c81c46a35ce411")
    for length, wanted in ((0, "bb1d6929e95937287fa37d129b756746"),
                           (16, "070a16b46b4d4144f79bdd9dd04a287c"),
                           (40, "dfa66747de9ae63030ca32611497c827")):
        assert cmac(key, text[:length]).hex() == wanted, length
    for section, algorithm, signed, isns, wanted, packet in ao_vectors.VECTORS:
        segment = parse(packet)
        made = traffic_key(algorithm, ao_vectors.SECRET,
                           context(segment, isns))
        assert made == wanted, section
        assert mac(segment, algorithm, made, signed) == segment.option.mac, \
            section
    return len(ao_vectors.VECTORS)


if __name__ == "__main__":
    print("%d vectors of RFC 9235 come out" % check())
