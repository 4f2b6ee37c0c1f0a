# SPDX-License-Identifier: BSD-2-Clause
"""Flowspec values (NLRI without its length) written and read, and the texts in
which the daemons print rules turned back into octets."""
import ipaddress
import json
import re
import struct

NAMES = {"destination": 1, "source": 2, "protocol": 3, "port": 4,
         "destination-port": 5, "source-port": 6, "icmp-type": 7,
         "icmp-code": 8, "tcp-flags": 9, "packet-length": 10, "dscp": 11,
         "fragment": 12, "label": 13}
BITMASKS = (9, 12)
OPS = {"=": 1, "==": 1, ">": 2, ">=": 3, "<": 4, "<=": 5, "!=": 6,
       "true": 7, "false": 0}
AND, NOT, MATCH = 0x40, 2, 1


def prefix_octets(kind, text, offset=0):
    network = ipaddress.ip_network(text)
    size = network.prefixlen
    if network.version == 4:
        return struct.pack("!BB", kind, size) + \
            network.network_address.packed[:(size + 7) // 8]
    bits = int(network.network_address) << offset & (1 << 128) - 1
    n = (size - offset + 7) // 8
    return struct.pack("!BBB", kind, size, offset) + \
        bits.to_bytes(16, "big")[:n]


def term_octets(kind, terms):
    """terms: [(op, value)] -> the component, values as narrow as they go
    (flow labels: four octets, RFC 8956 3.7)."""
    out = bytes([kind])
    for at, (op, value) in enumerate(terms):
        width = 2 if kind == 13 else next(i for i in range(4)
                                          if value < 1 << (8 << i))
        end = 0x80 if at == len(terms) - 1 else 0
        out += bytes([end | width << 4 | op]) + value.to_bytes(1 << width, "big")
    return out


def numeric(text):
    """"=17", ">=100&<=200,=7" -> [(op, value)]."""
    terms = []
    for part in text.split(","):
        for at, one in enumerate(part.split("&")):
            digits = one.lstrip("=<>!")
            op = OPS[one[:len(one) - len(digits)] or "="]
            terms.append((op | (AND if at else 0), int(digits, 0)))
    return terms


def bitmask(text):
    """"any:0x2", "!all:0x12&any:0x4" -> [(op, value)]."""
    terms = []
    for part in text.split(","):
        for at, one in enumerate(part.split("&")):
            how, value = one.lstrip("!").split(":")
            op = (NOT if one[0] == "!" else 0) | (MATCH if how == "all" else 0)
            terms.append((op | (AND if at else 0), int(value, 0)))
    return terms


def from_text(text):
    """"destination 203.0.113.7/32 protocol =17 tcp-flags any:0x2" -> octets."""
    words = text.split()
    out = b""
    for name, value in zip(words[::2], words[1::2]):
        kind = NAMES[name]
        if kind <= 2:
            out += prefix_octets(kind, value)
        elif kind in BITMASKS:
            out += term_octets(kind, bitmask(value))
        else:
            out += term_octets(kind, numeric(value))
    return out


def decode(value, family):
    """Octets -> {type: (network, offset) or [(op, value)]}, in order."""
    out, at = {}, 0
    while at < len(value):
        kind = value[at]
        at += 1
        if kind <= 2:
            size, offset = value[at], 0
            at += 1
            if family[0] == 2:
                offset = value[at]
                at += 1
            n = (size - offset + 7) // 8
            width = 4 if family[0] == 1 else 16
            address = value[at:at + n].ljust(width, b"\0")
            out[kind] = (ipaddress.ip_network((address, size)), offset)
            at += n
            continue
        terms = []
        while True:
            op = value[at]
            width = 1 << (op >> 4 & 3)
            terms.append((op & 0x47, int.from_bytes(
                value[at + 1:at + 1 + width], "big")))
            at += 1 + width
            if op & 0x80:
                break
        out[kind] = terms
    return out


def encode(components):
    out = b""
    for kind, what in sorted(components.items()):
        if kind <= 2:
            out += prefix_octets(kind, str(what[0]), what[1])
        else:
            out += term_octets(kind, what)
    return out


# ---- BIRD ----

BIRD_NAMES = {"dst": 1, "src": 2, "proto": 3, "next header": 3, "port": 4,
              "dport": 5, "sport": 6, "icmp type": 7, "icmp code": 8,
              "tcp flags": 9, "length": 10, "dscp": 11, "fragment": 12,
              "label": 13}
BIRD_FRAGMENT = {"dont_fragment": 1, "is_fragment": 2, "first_fragment": 4,
                 "last_fragment": 8}


def bird_view(value, family):
    """The components as far as BIRD's text tells them: where two operators
    mean the same it prints them alike."""
    components = decode(value, family)
    for kind in set(components) & set(BITMASKS):
        components[kind] = [(op & AND | bird_op(kind, op & 3, bits), bits)
                            for op, bits in components[kind]]
    return components


def bird_op(kind, op, bits):
    if bits == 0:                       # always, never
        return {MATCH: NOT, NOT | MATCH: 0}.get(op, op)
    if kind == 12 and bits & (bits - 1) == 0 and op == NOT | MATCH:
        return NOT                      # not this bit
    return op


def bird_bitmask(text):
    for name, bit in BIRD_FRAGMENT.items():
        if text == name:
            return MATCH, bit
        if text == "!" + name:
            return NOT, bit
        if text == "!!" + name:
            return 0, bit
    negated = text.startswith("!")
    value, mask = (int(one, 0) for one in text.lstrip("!").split("/"))
    if value == 0:
        return (0 if negated else NOT), mask
    return MATCH | (NOT if negated else 0), mask


def bird_terms(kind, text):
    terms = []
    for part in text.replace("||", ",").split(","):
        for at, one in enumerate(part.split("&&")):
            joined = AND if at else 0
            one = one.replace(" ", "")
            if kind in BITMASKS:
                op, value = bird_bitmask(one)
                terms.append((op | joined, value))
            elif ".." in one:
                low, high = one.split("..")
                terms += [(3 | joined, int(low)), (5 | AND, int(high))]
            else:
                digits = one.lstrip("=<>!")
                op = OPS[one[:len(one) - len(digits)] or "="]
                terms.append((op | joined, int(digits)))
    return terms


def bird_prefix(text):
    """"0:0:1::/64 offset 32" -> (network, 32)."""
    network, _, offset = text.partition(" offset ")
    return ipaddress.ip_network(network), int(offset or 0)


def from_bird(text):
    """flow4 { dst 203.0.113.1/32; proto 17,6; } -> components as decode() has
    them, and whether BIRD cut the text off (it prints 255 characters); then
    the last component has the terms that are whole."""
    body = text[text.index("{") + 1:text.rindex("}")]
    cut = body.endswith("...")
    if cut:
        body = re.split(r"(\|\||&&|,|;)[^;|&,]*$", body)[0]
    components = {}
    for part in filter(None, (part.strip() for part in body.split(";"))):
        name = next(name for name in BIRD_NAMES
                    if part.startswith(name + " "))
        kind, rest = BIRD_NAMES[name], part[len(name):].strip()
        components[kind] = (bird_prefix(rest) if kind <= 2
                            else bird_terms(kind, rest))
    return components, cut


def begins(components, part):
    """part is where components begin, but for the end of its last list."""
    last = max(part)
    return all(components.get(kind) == what for kind, what in part.items()
               if kind != last) and \
        components.get(last, [])[:len(part[last])] == part[last]


def communities_from_bird(line):
    """BGP.ext_community: (generic, 0x80060000, 0x0)
    (unknown 0x10c, 10.0.0.1, 0) -> [hex]"""
    out = []
    for kind, a, b in re.findall(r"\(([a-z0-9 ]+), ([^,]+), ([^)]+)\)", line):
        if kind == "generic":
            out.append("%08x%08x" % (int(a, 0), int(b, 0)))
        elif "." in a:
            out.append("%04x%s%04x" % (
                int(kind.split()[1], 0),
                ipaddress.IPv4Address(a).packed.hex(), int(b, 0)))
        else:
            raise ValueError("BIRD: " + line)
    return out


# ---- FRR ----

FRR_NAMES = {"Destination Address": 1, "Source Address": 2, "IP Protocol": 3,
             "Port": 4, "Destination Port": 5, "Source Port": 6,
             "ICMP Type": 7, "ICMP Code": 8, "TCP Flags": 9,
             "Packet Length": 10, "DSCP field": 11, "Packet Fragment": 12,
             "Packet Flow Label": 13}


def frr_view(value, family):
    """The rule as far as FRR's text tells it: it prints numeric terms that are
    joined by "and" like those joined by "or"."""
    components = decode(value, family)
    for kind, terms in components.items():
        if kind > 2 and kind not in BITMASKS:
            components[kind] = [(op & ~AND, number) for op, number in terms]
    return encode(components)


def frr_bitmask(text):
    terms = []
    for joined, how, no, value in re.findall(
            r"([|&]?)([\u220b=])( !)? (\d+)", text):
        terms.append(((AND if joined == "&" else 0) | (NOT if no else 0) |
                      (MATCH if how == "=" else 0), int(value)))
    return terms


def from_frr(text, family):
    """`show bgp ipv4 flowspec detail` -> list of (octets as frr_view() has
    them, text of the actions)"""
    out, components, actions = [], None, ""
    for line in text.splitlines() + ["BGP flowspec entry:"]:
        if line.startswith("BGP flowspec entry:"):
            if components:
                out.append((encode(components), actions))
            components, actions = {}, ""
            continue
        line = line.strip()
        name = next((name for name in FRR_NAMES
                     if line.startswith(name + " ")), None)
        if name is None:
            actions += line + " " if line.startswith("FS:") else ""
            continue
        kind, rest = FRR_NAMES[name], line[len(name):].strip()
        if kind <= 2:
            prefix, _, offset = rest.partition("/off ")
            components[kind] = (ipaddress.ip_network(prefix), int(offset or 0))
        elif kind in BITMASKS:
            components[kind] = frr_bitmask(rest)
        else:
            components[kind] = numeric(rest.replace(" ", ""))
    return out


# ---- GoBGP ----

def from_gobgp(text, family):
    """`gobgp global rib -j` -> {octets: attributes}; nothing is lost in it."""
    out = {}
    for paths in (json.loads(text) if text.strip().startswith("{")
                  else {}).values():
        value = b""
        for component in paths[0]["nlri"]["value"]:
            kind = component["type"]
            if kind <= 2:
                value += prefix_octets(kind, component["value"]["prefix"],
                                       component.get("offset", 0))
                continue
            value += bytes([kind])
            for term in component["value"]:
                value += bytes([term["op"]]) + term["value"].to_bytes(
                    1 << (term["op"] >> 4 & 3), "big")
        out[value] = paths[0]["attrs"]
    return out
