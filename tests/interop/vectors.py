# SPDX-License-Identifier: BSD-2-Clause
"""Every row of golden/flowspec/vectors.tsv over a live session: what it costs,
and what the log says of it.

After each row a rule that is new and good (the sentinel) must arrive inside
over the same session; only the rows with broken framing end the session, with
their NOTIFICATION, and the customer comes back. The log's entries between two
sentinels are the row's.
"""
import collections
import os

import bgp
import rules
from lab import *

INSIDE, OUTSIDE, CUSTOMER = "198.18.0.14", "198.18.1.1", 65001
EVERYWHERE = ["0.0.0.0/1", "128.0.0.0/1", "::/1", "8000::/1"]
FRAMING = ("nlri-framing", "mp-next-hop")
REDIRECTS = ["65500:12345", "258:33756718", "65001:119", "400000:300"]

# Verdicts of well-formed rules that are not "accepted" with a destination and
# "no-destination" without: by the beginning of the row's name.
OTHER_VERDICTS = {
    "v4-destination-192-168-0-1-32-source-10-0-0-1-32-protocol-6":
        "icmp-with-ports",
    "v4-port-80-icmp-type-8": "icmp-with-ports",
    "v4-tcp-flags-all-0xf3a-fragment-all-0xf": "matches-nothing",
    "v6-tcp-flags-all-0xf3a-fragment-all-0xe": "matches-nothing",
    "v4-destination-0-0-0-0-0-source-0-0-0-0-0-protocol-false-0":
        "matches-nothing",
    "v6-flow-label-false-": "matches-nothing",
    "v4-port-false-0": "matches-nothing",
    "v4-packet-length-65535": "matches-nothing",
    "v4-destination-port-80-and-81-82-and-83": "matches-nothing",
}

# Rules that inside are written otherwise: without "!=" ("!=80 or !=8080" is
# every port).
INSIDE_AS = {
    "v4-destination-192-168-0-1-32-source-10-0-0-10-32-protocol":
        "destination 192.168.0.1/32 source 10.0.0.10/32 protocol <=5,>=7 "
        "port >=1 destination-port <=442,>=444 source-port >=0",
}

# Communities on a good rule: the verdict, or what goes inward: attribute 16
# unless it is longer.
COMMUNITIES = {
    "ec-rate-limit-0": "8006000000000000",
    "ec-rate-limit-9600": "8006000046160000",
    "ec-rate-limit-1-25e-09": "800600004e9502f9",
    "ec-rate-limit-65535": "80060000477fff00",
    "ec-rate-limit-1": "800600003f800000",
    "ec-rate-limit-3": "8006000040400000",
    "ec-rate-limit-packets-1000": "800c0000447a0000",
    "ec-rate-limit-packets-0": "800c000000000000",
    "ec-action-sample-continue": "action-missing",
    "ec-redirect-8008ffdc00003039": "8008ffdc00003039",
    "ec-redirect-800801020203162e": "800801020203162e",
    "ec-redirect-8008fde900000077": "8008fde900000077",
    "ec-mark-10": "800900000000000a",
    "ec-redirect-nexthop": "not-expressible",
    "ec-redirect-nexthop-copy": "not-expressible",
    "ec-redirect-ip-010203040000": "010c010203040000",
    "ec-interface-set-0702000004d2400a": "action-not-allowed",
    "ec-interface-set-0702000000fe80fe": "action-not-allowed",
    "ec-interface-set-4702caffee014001": "action-not-allowed",
    "ec-unknown-1": "action-missing",
    "ec6-redirect-ip6-000c2a020b800000000100000000000000010000":
        "000c2a020b800000000100000000000000010000",
    "ec-rate-limit-0-2": "8006000000000000",
    "ec-rate-limit-0-3": "8006000000000000",
    "ec-rate-limit-3-40282347e-38": "rate-above-ceiling",
    "ec-rate-not-finite": "rate-not-finite",
    "ec-action-continue": "action-missing",
    "ec-action": "action-missing",
    "ec-redirect-820800061a80012c": "820800061a80012c",
    "ec-mark-46": "800900000000002e",
    "ec-attribute-length": "attributes-malformed",
    "ec6-unknown-1": "action-missing",
}

# Attributes and messages: [(canonical value, verdict)].
MESSAGES = {
    "mpreach-reach-1-133-next-hop-0-destination-30-40-40-0-30":
        [("011e1e282800", "accepted")],
    "mpreach-reach-1-133-next-hop-4-source-10-0-0-2-32":
        [("02200a000002", "no-destination")],
    "mpreach-reach-1-133-next-hop-0-destination-192-168-0-1-32-protoc":
        [("0120c0a80001", "accepted"), ("038106", "no-destination")],
    "update-reach-1-133-next-hop-0-destination-255-255-255-255-32-so":
        [("0120ffffffff0220ffffffff", "as-path-length")],
}


class Row:
    """One row of the table: what to send and what is to come of it."""

    def __init__(self, number, name, kind, octets, fault, canonical, meaning):
        self.number, self.name, self.kind = number, name, kind
        self.octets, self.fault = bytes.fromhex(octets), fault
        self.canonical, self.meaning = canonical, meaning
        self.framing = fault in FRAMING
        self.attributes = {}           # inside, by type
        self.inside = set()            # values
        self.verdicts = []             # (value or None, verdict, raw, fault)
        if not self.framing:
            getattr(self, "expect_" + kind)()

    def expect_v4(self):
        octets = self.octets.hex()
        if self.fault != "ok":
            self.verdicts = [(None, "malformed", octets, self.fault)]
            return
        value = bgp.unframe(bytes.fromhex(self.canonical))[0].hex()
        verdict = next((verdict for name, verdict in OTHER_VERDICTS.items()
                        if self.name.startswith(name)),
                       "accepted" if self.meaning.startswith("destination ")
                       else "no-destination")
        if " offset " in self.meaning:
            verdict = "ipv6-offset"
        raw = octets if octets != self.canonical else None
        self.verdicts = [(value, verdict, raw, None)]
        if verdict == "accepted":
            self.inside = {rules.from_text(INSIDE_AS[self.name]).hex()
                           if self.name in INSIDE_AS else value}
            self.attributes = {16: bgp.DISCARD}

    expect_v6 = expect_v4

    def expect_vpn4(self):
        pass

    def expect_ec(self):
        value, wanted = carrier(self.number), COMMUNITIES[self.name]
        if not wanted[:8].isalnum() or "-" in wanted:
            self.verdicts = [(value, wanted, None, None)]
            return
        self.verdicts = [(value, "accepted", None, None)]
        self.inside = {value}
        self.attributes = {16 if len(wanted) == 16 else 25: wanted}

    expect_ec6 = expect_ec

    def expect_mpreach(self):
        for value, verdict in MESSAGES.get(self.name, []):
            self.verdicts.append((value, verdict, None, None))
            if verdict == "accepted":
                self.inside.add(value)
                self.attributes = {16: bgp.DISCARD}

    expect_mpunreach = expect_update = expect_mpreach

    def messages(self):
        """The row as a whole message."""
        rest = bgp.attribute(1, b"\0") + bgp.as_path(CUSTOMER)
        discard = bgp.attribute(16, bytes.fromhex(bgp.DISCARD))
        if self.kind in ("v4", "v6", "vpn4"):
            family = {"v4": bgp.V4, "v6": bgp.V6, "vpn4": (1, 134)}[self.kind]
            return bgp.update(bgp.reach(family, self.octets) + rest + discard)
        if self.kind in ("ec", "ec6"):
            nlri = bgp.frame(bytes.fromhex(carrier(self.number)))
            return bgp.update(bgp.reach(bgp.V4, nlri) + rest + bgp.attribute(
                16 if self.kind == "ec" else 25, self.octets))
        if self.kind == "mpreach":
            return bgp.update(bgp.attribute(14, self.octets) + rest + discard)
        if self.kind == "mpunreach":
            return bgp.update(bgp.attribute(15, self.octets))
        return self.octets

    def withdrawal(self):
        """What takes it back, octet for octet as it was announced."""
        family, octets = bgp.V4, None
        if self.kind in ("v4", "v6") and self.fault == "ok":
            family = bgp.V4 if self.kind == "v4" else bgp.V6
            octets = self.octets
        elif self.kind in ("ec", "ec6"):
            octets = bgp.frame(bytes.fromhex(carrier(self.number)))
        elif self.kind == "mpreach":
            octets = self.octets[5 + self.octets[3]:]
        return octets and bgp.update(bgp.unreach(family, octets))


def read_rows(lab):
    path = os.path.join(lab.tests, "..", "golden", "flowspec", "vectors.tsv")
    with open(path) as file:
        lines = [line.rstrip("\n").split("\t") for line in file
                 if not line.startswith("#")]
    return [Row(number, *line) for number, line in enumerate(lines)]


def carrier(number):
    """A good rule for the row's communities to ride on."""
    return nlri("destination 198.51.100.%d/32 protocol =6" % number)


def sentinel(number):
    return nlri("destination 203.0.113.1/32 source-port =%d" % (1000 + number))


def held(router):
    """What stands inside but for the sentinels."""
    return {value: attributes for family in (bgp.V4, bgp.V6)
            for value, attributes in router.rules(family).items()
            if not value.startswith("0120cb007101")}


def send_framing(acme, row):
    ups, seen = acme.ups, len(acme.notifications)
    acme.send(row.messages())
    until(lambda: len(acme.notifications) > seen, 10,
          row.name + ": NOTIFICATION")
    equal(acme.notifications[-1][:2], (3, 9), row.name)
    until(lambda: acme.up and acme.ups == ups + 1, 20,
          row.name + ": the session again")


def send_good(acme, router, row):
    """Announce, see what stands inside, withdraw, see it gone."""
    acme.send(row.messages())
    acme.announce(sentinel(row.number))
    until(lambda: sentinel(row.number) in router.rules(), 10,
          row.name + ": the rule after it")
    inside = held(router)
    equal(set(inside), row.inside, row.name + ": inside")
    for attributes in inside.values():
        got = {kind: value for kind, value in attributes.items()
               if kind in (16, 25)}
        equal(got, row.attributes, row.name + ": actions inside")
    withdrawal = row.withdrawal()
    if withdrawal:
        acme.send(withdrawal)
    acme.withdraw(sentinel(row.number))
    until(lambda: not router.rules() and not router.rules(bgp.V6), 10,
          row.name + ": gone inside")


def heard(sluice, table):
    """The log's verdicts, [(value, reason, raw, evidence)] a row: entries
    before the row's sentinel and after the one before it."""
    marks = {sentinel(row.number): row.number for row in table}
    out, now = [[] for _ in table], []
    for entry in sluice.audit(kind="verdict", customer="acme"):
        if entry.get("nlri") in marks:
            out[marks[entry["nlri"]]], now = now, []
            continue
        evidence = entry["evidence"] if entry["reason"] == "malformed" else None
        now.append((entry.get("nlri"), entry["reason"], entry.get("raw"),
                    evidence))
    return out


def test(lab):
    sluice = Sluice(lab, internal=[inward("rr", INSIDE)], customers=[customer(
        "acme", OUTSIDE, CUSTOMER, own={"prefixes": EVERYWHERE}, linger="1h",
        destination={"ipv4": {"min": 8, "hold_from": 8},
                     "ipv6": {"min": 16, "hold_from": 16}},
        actions={"discard": True, "rate_limit": {"min": 1, "max": 1e10},
                 "rate_limit_packets": {"min": 1, "max": 1e9},
                 "redirect": REDIRECTS, "mark": [10, 46], "sample": True,
                 "redirect_ip": ["1.2.3.0/24", "2a02:b80::/32"],
                 "continue": True, "terminal": True})])
    router = Speaker(lab, INSIDE, SLUICE, ASN, listen=True)
    acme = Speaker(lab, OUTSIDE, SLUICE, CUSTOMER)
    until(lambda: acme.up and router.up, 20, "both sessions")

    table = read_rows(lab)
    resets = 0
    for row in table:
        if row.framing:
            send_framing(acme, row)
            resets += 1
            continue
        send_good(acme, router, row)
        equal((acme.ups, len(acme.notifications)), (1 + resets, resets),
              row.name + ": sessions and NOTIFICATIONs")
    equal(router.ups, 1, "sessions inside")
    wrong = 0
    for row, verdicts in zip(table, heard(sluice, table)):
        if sorted(verdicts, key=str) != sorted(row.verdicts, key=str):
            wrong += 1
            say("%s:\n  log    %s\n  wanted %s" % (row.name, verdicts,
                                                 row.verdicts))
    equal(wrong, 0, "rows that the log tells otherwise")
    sluice.intact()
    counts = collections.Counter(verdict for row in table
                                 for _, verdict, _, _ in row.verdicts)
    say("%d rows, %d sessions ended by framing; verdicts: %s" % (
        len(table), resets, dict(counts)))


run(test)
