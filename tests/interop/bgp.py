# SPDX-License-Identifier: BSD-2-Clause
"""BGP messages as bytes, for tests: made and read independently of sluice."""
import ipaddress
import struct

V4, V6 = (1, 133), (2, 133)            # IPv4 and IPv6 Flowspec
UNICAST4, UNICAST6 = (1, 1), (2, 1)
OPEN, UPDATE, NOTIFICATION, KEEPALIVE, REFRESH = 1, 2, 3, 4, 5
DISCARD = "8006000000000000"           # traffic-rate-bytes 0
MAX = 4096


def message(kind, body=b""):
    return b"\xff" * 16 + struct.pack("!HB", 19 + len(body), kind) + body


def attribute(kind, value, flags=None):
    """One path attribute; flags as usual for its type unless given."""
    if flags is None:
        flags = {14: 0x80, 15: 0x80, 4: 0x80, 9: 0x80, 10: 0x80,
                 1: 0x40, 2: 0x40, 3: 0x40, 5: 0x40, 6: 0x40}.get(kind, 0xc0)
    if len(value) > 255 or flags & 0x10:
        return struct.pack("!BBH", flags | 0x10, kind, len(value)) + value
    return struct.pack("!BBB", flags, kind, len(value)) + value


def frame(nlri):
    """A Flowspec NLRI's value with its length octets in front (RFC 8955 4.1)."""
    if len(nlri) < 240:
        return bytes([len(nlri)]) + nlri
    return struct.pack("!H", 0xf000 | len(nlri)) + nlri


def unframe(data):
    """Framed NLRIs -> list of values. ValueError when the framing is broken."""
    out, at = [], 0
    while at < len(data):
        n = data[at]
        at += 1
        if n >= 240:
            n = (n & 15) << 8 | data[at]
            at += 1
        if at + n > len(data):
            raise ValueError("NLRI overruns its attribute")
        out.append(data[at:at + n])
        at += n
    return out


def as_path(*asns):
    if not asns:
        return attribute(2, b"")
    return attribute(2, struct.pack("!BB", 2, len(asns)) +
                     b"".join(struct.pack("!I", asn) for asn in asns))


def path(*segments):
    """AS_PATH of segments: a number (a sequence with its neighbours), or
    ("set" | "confed" | "confed-set", numbers …)."""
    out, kinds = [], {"set": 1, "confed": 3, "confed-set": 4}
    for one in segments:
        if not isinstance(one, int):
            out.append((kinds[one[0]], list(one[1:])))
        elif out and out[-1][0] == 2:
            out[-1][1].append(one)
        else:
            out.append((2, [one]))
    return attribute(2, b"".join(
        struct.pack("!BB%dI" % len(asns), kind, len(asns), *asns)
        for kind, asns in out))


def prefixes(texts):
    """Unicast NLRI, one behind the other."""
    out = b""
    for text in texts:
        network = ipaddress.ip_network(text)
        out += bytes([network.prefixlen]) + network.network_address.packed[
            :(network.prefixlen + 7) // 8]
    return out


def unicast(family, texts, next_hop, attributes):
    """One UPDATE announcing prefixes; attributes as bytes, without next hop."""
    if family == UNICAST4:
        hop = b"" if next_hop is None else attribute(
            3, ipaddress.ip_address(next_hop).packed)
        return update(attributes + hop, nlri=prefixes(texts))
    return update(reach(family, prefixes(texts), ipaddress.ip_address(
        next_hop).packed) + attributes)


def unicast_gone(family, texts):
    if family == UNICAST4:
        return update(b"", withdrawn=prefixes(texts))
    return update(unreach(family, prefixes(texts)))


def update(attributes, withdrawn=b"", nlri=b""):
    return message(UPDATE, struct.pack("!H", len(withdrawn)) + withdrawn +
                   struct.pack("!H", len(attributes)) + attributes + nlri)


def reach(family, framed, next_hop=b""):
    return attribute(14, struct.pack("!HBB", *family, len(next_hop)) +
                     next_hop + b"\0" + framed)


def unreach(family, framed):
    return attribute(15, struct.pack("!HB", *family) + framed)


def announcements(family, nlris, communities, path, extra=b""):
    """UPDATEs announcing NLRI values (bytes) with communities (hex of
    attribute 16), packed as full as they go."""
    rest = attribute(1, b"\0") + path + extra
    if communities:
        rest += attribute(16, bytes.fromhex(communities))
    for framed in packed(nlris, MAX - 23 - len(rest) - 9):
        yield update(reach(family, framed) + rest)


def withdrawals(family, nlris):
    for framed in packed(nlris, MAX - 23 - 7):
        yield update(unreach(family, framed))


def packed(nlris, room):
    out = b""
    for nlri in nlris:
        framed = frame(nlri)
        if out and len(out) + len(framed) > room:
            yield out
            out = b""
        out += framed
    if out:
        yield out


def end_of_rib(family):
    return update(unreach(family, b""))


def capability(code, value=b""):
    return bytes([code, len(value)]) + value


def open_message(asn, hold, router_id, families, more=b""):
    caps = b"".join(capability(1, struct.pack("!HBB", afi, 0, safi))
                    for afi, safi in families)
    caps += capability(65, struct.pack("!I", asn)) + more
    option = bytes([2, len(caps)]) + caps
    return message(OPEN, struct.pack(
        "!BHH4sB", 4, asn if asn < 65536 else 23456, hold,
        ipaddress.IPv4Address(router_id).packed, len(option)) + option)


def notification(code, subcode, text=None):
    data = b"" if text is None else bytes([len(text.encode())]) + text.encode()
    return message(NOTIFICATION, bytes([code, subcode]) + data)


class Open:
    """What a received OPEN says."""

    def __init__(self, body):
        self.version, self.asn, self.hold = struct.unpack("!BHH", body[:5])
        self.router_id = str(ipaddress.IPv4Address(body[5:9]))
        self.capabilities, self.families = [], []
        at = 10
        while at + 2 <= len(body):
            kind, n = body[at], body[at + 1]
            if kind == 2:
                self.option(body[at + 2:at + 2 + n])
            at += 2 + n

    def option(self, data):
        at = 0
        while at + 2 <= len(data):
            code, n = data[at], data[at + 1]
            value = data[at + 2:at + 2 + n]
            self.capabilities.append((code, value.hex()))
            if code == 1:
                afi, _, safi = struct.unpack("!HBB", value)
                self.families.append((afi, safi))
            if code == 65:
                self.asn = struct.unpack("!I", value)[0]
            at += 2 + n


def attributes_of(data):
    """Attribute bytes -> [(type, flags, value)]."""
    out, at = [], 0
    while at < len(data):
        flags, kind = data[at], data[at + 1]
        if flags & 0x10:
            n = struct.unpack("!H", data[at + 2:at + 4])[0]
            at += 4
        else:
            n = data[at + 2]
            at += 3
        if at + n > len(data):
            raise ValueError("attribute overruns the UPDATE")
        out.append((kind, flags, data[at:at + n]))
        at += n
    return out


class Update:
    """What a received UPDATE says: announced and withdrawn are lists of
    (family, value); attrs maps the other attributes' types to bytes."""

    def __init__(self, body):
        n = struct.unpack("!H", body[:2])[0]
        m = struct.unpack("!H", body[2 + n:4 + n])[0]
        self.announced, self.withdrawn, self.attrs = [], [], {}
        self.end_of_rib, self.next_hop = None, None
        self.order = []
        self.unicast = n > 0 or 4 + n + m < len(body)
        for kind, _, value in attributes_of(body[4 + n:4 + n + m]):
            self.order.append(kind)
            if kind == 14:
                self.reach(value)
            elif kind == 15:
                self.unreach(value)
            else:
                self.attrs[kind] = value
        if n == 0 and m == 0 and not self.unicast:
            self.end_of_rib = UNICAST4

    def reach(self, value):
        afi, safi, n = struct.unpack("!HBB", value[:4])
        self.next_hop = value[4:4 + n]
        if safi == 133:
            self.announced = [((afi, safi), nlri)
                              for nlri in unframe(value[5 + n:])]

    def unreach(self, value):
        family = struct.unpack("!HB", value[:3])
        if len(value) == 3:
            self.end_of_rib = family
        elif family[1] == 133:
            self.withdrawn = [(family, nlri) for nlri in unframe(value[3:])]
