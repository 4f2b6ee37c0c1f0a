# SPDX-License-Identifier: BSD-2-Clause
"""A good customer beside one that sends every row of the vectors, every
malformed one twice, and messages that are broken as a whole: the good one's
rules stand all the time, and no router inside loses its session."""
import collections
import os

import bgp
import rules
from daemons import *
from lab import *

BIRD, FRR, GOBGP, RECORDER = ("198.18.0.%d" % n for n in (11, 12, 13, 14))
GOOD, EVIL = ("198.18.1.1", 65001), ("198.18.1.2", 65002)

# Messages that end a session, with their NOTIFICATION (RFC 4271 6.1 to 6.3).
BROKEN = {
    "marker": (b"\0" * 16 + b"\0\x13\x04", (1, 1)),
    "length 18": (b"\xff" * 16 + b"\0\x12\x04", (1, 2)),
    "length 4097": (b"\xff" * 16 + b"\x10\x01\x02", (1, 2)),
    "type 99": (bgp.message(99), (1, 3)),
    "KEEPALIVE with a body": (bgp.message(4, b"\0"), (1, 2)),
    "second OPEN": (bgp.open_message(EVIL[1], 180, EVIL[0], [bgp.V4]), (5, 3)),
    "attributes beyond the end": (bgp.message(2, b"\0\0\xff\xff"), (3, 1)),
    "MP_REACH twice": (bgp.update(bgp.reach(bgp.V4, b"") * 2), (3, 1)),
}


def vectors(lab):
    """[(name, UPDATE, NOTIFICATION or None)] for every row."""
    rest = bgp.attribute(1, b"\0") + bgp.as_path(EVIL[1])
    discard = bgp.attribute(16, bytes.fromhex(bgp.DISCARD))
    carrier = bgp.frame(rules.from_text("destination 203.0.113.66/32"))
    path = os.path.join(lab.tests, "..", "golden", "flowspec", "vectors.tsv")
    with open(path) as file:
        lines = [line.split("\t") for line in file
                 if not line.startswith("#")]
    for name, kind, octets, fault, *_ in lines:
        octets = bytes.fromhex(octets)
        code = (3, 9) if fault in ("nlri-framing", "mp-next-hop") else None
        if kind in ("v4", "v6", "vpn4"):
            family = {"v4": bgp.V4, "v6": bgp.V6, "vpn4": (1, 134)}[kind]
            data = bgp.update(bgp.reach(family, octets) + rest + discard)
            unreach = bgp.update(bgp.unreach(family, octets))
            if fault != "ok":
                yield name + ", withdrawn", unreach, code
        elif kind in ("ec", "ec6"):
            data = bgp.update(bgp.reach(bgp.V4, carrier) + rest +
                              bgp.attribute(16 if kind == "ec" else 25,
                                            octets))
        elif kind in ("mpreach", "mpunreach"):
            data = bgp.update(bgp.attribute(14 if kind == "mpreach" else 15,
                                            octets) + rest + discard)
        else:
            data = octets
        yield name, data, code


class Hostile:
    """The hostile customer. A rule of its own after each message shows that
    the message was read, and what it cost."""

    def __init__(self, lab, router):
        self.speaker = Speaker(lab, EVIL[0], SLUICE, EVIL[1])
        self.router, self.sent = router, 0
        self.rules = set()

    def send(self, name, data):
        """The NOTIFICATION that ended the session over it, or None."""
        speaker = self.speaker
        until(lambda: speaker.up, 20, "the hostile customer before " + name)
        seen, ups = len(speaker.notifications), speaker.ups
        self.sent += 1
        value = nlri("destination 100.64.0.1/32 protocol =%d source-port =%d"
                     % (6 if self.sent & 1 else 17, self.sent))
        self.rules.add(value)
        try:
            speaker.send(data)
            speaker.announce(value)
        except OSError:
            pass
        until(lambda: value in self.router.rules() or
              len(speaker.notifications) > seen, 10, name + ": an answer")
        if len(speaker.notifications) > seen:
            return speaker.notifications[-1][:2]
        equal(speaker.ups, ups, name + ": sessions")
        return None


def test(lab):
    names = {"bird": BIRD, "frr": FRR, "gobgp": GOBGP, "recorder": RECORDER}
    sluice = Sluice(
        lab, internal=[inward(name, ip) for name, ip in names.items()],
        customers=[customer("good", *GOOD, linger="1h",
                            own={"prefixes": ["198.51.100.0/24"]}),
                   customer("evil", *EVIL, linger="1h",
                            own={"prefixes": ["100.64.0.0/10"]})])
    bird = Bird(lab, "bird", BIRD, bird_peer("sluice", BIRD, SLUICE, ASN, ASN))
    frr = Frr(lab, "frr", FRR, frr_peer(FRR, SLUICE, ASN, ASN))
    gobgp = Gobgp(lab, "gobgp", GOBGP, ASN, gobgp_peer(GOBGP, SLUICE, ASN))
    router = Speaker(lab, RECORDER, SLUICE, ASN, listen=True)
    good = Speaker(lab, GOOD[0], SLUICE, GOOD[1])
    evil = Hostile(lab, router)
    until(lambda: all(sluice.session(name).get("up") for name in names), 30,
          "all sessions inside")
    until(lambda: good.up and evil.speaker.up, 20, "both customers")

    wanted = set()
    ended = collections.Counter()

    def one_more():
        value = nlri("destination 198.51.100.1/32 protocol =17 "
                     "source-port =%d" % (1000 + len(wanted)))
        wanted.add(value)
        good.announce(value)
        until(lambda: value in router.rules(), 10, "a good rule")
        equal(set(router.rules()) - evil.rules, wanted, "rules inside")

    one_more()
    for name, data, code in vectors(lab):
        equal(evil.send(name, data), code, name)
        ended[code] += code is not None
        if evil.sent % 10 == 0 or code:
            one_more()
    for name, (data, code) in BROKEN.items():
        equal(evil.send(name, data), code, name)
        ended[code] += 1
        one_more()
    one_more()

    octets = {bytes.fromhex(value) for value in router.rules()}
    expect({bytes.fromhex(value) for value in wanted} <= octets, "good rules")
    until(lambda: {rules.encode(one) for one, _, _ in bird.rules()} == octets,
          20, "BIRD to hold the good rules")
    until(lambda: {one for one, _ in frr.rules()} == octets, 20, "FRR")
    until(lambda: set(gobgp.rules()) == octets, 20, "GoBGP")
    accepted = {entry["nlri"] for entry in sluice.audit(
        customer="evil", kind="verdict", state="accepted")}
    equal(accepted - evil.rules, set(), "accepted of the hostile customer")
    equal((good.ups, router.ups), (1, 1), "good customer and recorder")
    for name in names:
        equal(sluice.session(name)["established"], 1, name + ": sessions")
    equal(frr.neighbor(SLUICE)["connectionsDropped"], 0, "FRR: drops")
    sluice.intact()
    say("%d messages of the hostile customer, its session ended by %s; %d good "
        "rules stand inside; no other session lost" % (
            evil.sent, dict(+ended), len(wanted)))


run(test)
