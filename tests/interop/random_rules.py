# SPDX-License-Identifier: BSD-2-Clause
"""2,000 random legal rules of one customer: BIRD, FRR and GoBGP inside hold
exactly what is expected of them, and nothing once the rules are withdrawn, the
customer says goodbye (Cease), or is gone for longer than its linger.

What is expected comes from make_rules. Its octets are compared with those of a
recorder inside, and with what each daemon says in its own words.
"""
import collections
import random

import bgp
import rules
from lab import *
from daemons import *

SEED, COUNT = 20, 2000
# None of them in what the customer owns: rules that hit a peer are refused.
SLUICE, OUTSIDE, CUSTOMER = "192.0.2.1", "192.0.2.129", 65001
BIRD, FRR, GOBGP, RECORDER = ("192.0.2.%d" % n for n in (11, 12, 13, 14))

# Written by hand: octets announced, actions, octets inside, actions inside.
T = rules.from_text
BY_HAND = [
    # inside the dialect: unchanged
    (T("destination 198.18.0.1/32 protocol =17 source-port =53"),
     "8006000000000000",
     ["0120c6120001" "038111" "068135"], "8006000000000000"),
    # two-octet value of 80 and a first AND: canonical
    (bytes.fromhex("0120c6120002" "05d10050"), "8006000000000000",
     ["0120c6120002" "058150"], "8006000000000000"),
    # AS octets of a rate and reserved octets: ours, in order of type
    (T("destination 198.18.0.3/32"), "8009ffffffffff2e" "8006fde946160000",
     ["0120c6120003"], "8006000046160000" "800900000000002e"),
    # protocol !=6
    (T("destination 198.18.0.4/32 protocol !=6"), "8006000000000000",
     ["0120c6120004" "0305058307"], "8006000000000000"),
    # seven ports that are no range: two rules
    (T("destination 198.18.0.5/32 destination-port "
       "=19,=53,=123,=161,=389,=1900,=11211"), "8006000000000000",
     ["0120c6120005" "0501130135017b01a1" "910185",
      "0120c6120005" "0511076c" "912bcb"], "8006000000000000"),
    # bits past the prefix's end
    (bytes.fromhex("0119c61200ff" "038106"), "8006000000000000",
     ["0119c6120080" "038106"], "8006000000000000"),
]


def make_rules(lab):
    """[(family, value, attributes {16: hex, 25: hex}, parts)]"""
    out = []
    for line in command(lab.bin + "/make_rules", str(SEED),
                        str(COUNT)).splitlines():
        family, value, ec, ec6, parts, _ = line.split("\t")
        attributes = {kind: octets for kind, octets in ((16, ec), (25, ec6))
                      if octets != "-"}
        out.append((bgp.V6 if family == "6" else bgp.V4, value, attributes,
                    parts.split(",")))
    return out


def dirty(draw, octets):
    """The same actions as another router may write them: in any order, with
    an AS number in rates and something in reserved octets."""
    values = [octets[at:at + 16] for at in range(0, len(octets), 16)]
    draw.shuffle(values)
    for at, one in enumerate(values):
        if one[:4] in ("8006", "800c"):
            values[at] = one[:4] + "fde9" + one[8:]
        elif one[:4] in ("8007", "8009"):
            values[at] = one[:4] + "a5a5a5a5a5" + one[14:]
    return "".join(values)


def announce(acme, table):
    """All rules; those with equal attributes share UPDATEs."""
    draw = random.Random(SEED)
    groups = collections.defaultdict(list)
    for family, value, attributes, _ in table:
        groups[family, attributes.get(16, ""), attributes.get(25, "")].append(
            value)
    for (family, ec, ec6), values in groups.items():
        extra = bgp.attribute(25, bytes.fromhex(ec6)) if ec6 else b""
        acme.announce(values, dirty(draw, ec), family, extra=extra)


def expected(table):
    """{(family, value inside): attributes}"""
    return {(family, part): attributes
            for family, _, attributes, parts in table for part in parts}


def inside(router):
    return {(family, value): {kind: octets
                              for kind, octets in attributes.items()
                              if kind in (16, 25)}
            for family in (bgp.V4, bgp.V6)
            for value, attributes in router.rules(family).items()}


def differ(got, wanted, what):
    """Counters or dictionaries; tell what is too much and what is missing."""
    extra = [one for one in got if one not in wanted or
             got[one] != wanted[one]]
    missing = [one for one in wanted if one not in got or
               got[one] != wanted[one]]
    if extra or missing:
        raise Failure("%s: %d too much or other, %d missing: %s / %s" % (
            what, len(extra), len(missing),
            [(one, got[one]) for one in extra[:3]],
            [(one, wanted[one]) for one in missing[:3]]))


def same_as_bird(bird, wanted):
    for family in (bgp.V4, bgp.V6):
        view = [(rules.bird_view(bytes.fromhex(value), family),
                 sorted(re.findall(".{16}", attributes.get(16, ""))))
                for (of, value), attributes in wanted.items() if of == family]
        index = {(rules.encode(components), tuple(communities))
                 for components, communities in view}
        whole, parts = set(), []
        for components, cut, communities in bird.rules(family):
            if cut:
                parts.append((components, sorted(communities)))
            else:
                whole.add((rules.encode(components),
                           tuple(sorted(communities))))
        equal(whole - index, set(), "BIRD: rules too much")
        for components, communities in view:
            if (rules.encode(components), tuple(communities)) in whole:
                continue
            one = next((one for one in parts if one[1] == communities and
                        rules.begins(components, one[0])), None)
            expect(one, "BIRD misses %s" % components)
            parts.remove(one)
        equal(parts, [], "BIRD: cut rules too much")


def same_as_frr(frr, wanted):
    for family in (bgp.V4, bgp.V6):
        view = collections.Counter(
            rules.frr_view(bytes.fromhex(value), family)
            for of, value in wanted if of == family)
        differ(collections.Counter(octets for octets, _ in frr.rules(family)),
               view, "FRR")


def same_as_gobgp(gobgp, wanted):
    for family in (bgp.V4, bgp.V6):
        view = {bytes.fromhex(value): True for of, value in wanted
                if of == family}
        differ(dict.fromkeys(gobgp.rules(family), True), view, "GoBGP")


class Scene:
    def __init__(self, lab):
        allowed = {
            "discard": True, "rate_limit": {"min": 1, "max": 1e9},
            "rate_limit_packets": {"min": 1, "max": 1e9},
            "redirect": ["64500:1", "10.0.0.1:2", "4200000007:3"],
            "redirect_ip": ["10.0.0.0/8", "2001:db8::/32"],
            "mark": list(range(64)), "sample": True, "continue": True,
            "terminal": True}
        names = {"bird": BIRD, "frr": FRR, "gobgp": GOBGP,
                 "recorder": RECORDER}
        self.lab = lab
        self.sluice = Sluice(
            lab, listen=(SLUICE,), internal=[
                inward(name, ip, local_address=SLUICE)
                for name, ip in names.items()],
            customers=[customer(
                "acme", OUTSIDE, CUSTOMER, actions=allowed, linger="5s",
                own={"prefixes": ["198.18.0.0/15", "2001:db8::/32"]},
                destination={"ipv4": {"min": 15, "hold_from": 15},
                             "ipv6": {"min": 32, "hold_from": 32}})])
        self.bird = Bird(lab, "bird", BIRD, bird_peer(
            "sluice", BIRD, SLUICE, ASN, ASN))
        self.frr = Frr(lab, "frr", FRR, frr_peer(FRR, SLUICE, ASN, ASN))
        self.gobgp = Gobgp(lab, "gobgp", GOBGP, ASN, gobgp_peer(
            GOBGP, SLUICE, ASN))
        self.router = Speaker(lab, RECORDER, SLUICE, ASN, listen=True)
        self.names = list(names)
        until(lambda: all(self.sluice.session(name).get("up")
                          for name in names), 30, "all sessions inside")

    def customer(self):
        acme = Speaker(self.lab, OUTSIDE, SLUICE, CUSTOMER)
        until(lambda: acme.up, 20, "the customer's session")
        return acme

    def held(self):
        """How many rules each of the four holds."""
        return [sum(len(one.rules(family)) for family in (bgp.V4, bgp.V6))
                for one in (self.router, self.bird, self.frr, self.gobgp)]

    def until_held(self, n, seconds, what):
        until(lambda: sum(len(self.router.rules(family)) for family in
                          (bgp.V4, bgp.V6)) == n, seconds, what)
        until(lambda: self.held() == [n] * 4, 20, "%s: %d rules in each" % (
            what, n))

    def all_hold(self, wanted):
        differ(inside(self.router), wanted, "the recorder")
        same_as_bird(self.bird, wanted)
        same_as_frr(self.frr, wanted)
        same_as_gobgp(self.gobgp, wanted)


def by_hand(scene, acme):
    wanted = {}
    for value, actions, parts, actions_inside in BY_HAND:
        acme.announce(value, actions)
        for part in parts:
            wanted[bgp.V4, part] = {16: actions_inside}
    scene.until_held(len(wanted), 20, "rules written by hand")
    scene.all_hold(wanted)
    acme.withdraw([value for value, _, _, _ in BY_HAND])
    scene.until_held(0, 20, "rules written by hand, withdrawn")
    say("%d rules written by hand: %d inside, as expected" % (
        len(BY_HAND), len(wanted)))


def coverage(table):
    """Every component and every kind of action is among them."""
    components, actions = collections.Counter(), collections.Counter()
    for family, value, attributes, _ in table:
        components.update(list(rules.decode(bytes.fromhex(value), family)))
        actions.update(one[:4] for one in re.findall(
            ".{16}", attributes.get(16, "")))
        if 25 in attributes:
            actions[attributes[25][:4]] += 1
    equal(sorted(components), list(range(1, 14)), "component types")
    equal(sorted(actions), ["000c", "010c", "8006", "8007", "8008", "8009",
                            "800c", "8108", "8208"], "actions")
    say("%d rules; by component: %s; by action: %s" % (
        len(table), sorted(components.items()), sorted(actions.items())))


def announced(scene, table, wanted, what):
    acme = scene.customer()
    started = time.monotonic()
    announce(acme, table)
    until(lambda: sum(len(scene.router.rules(family)) for family in
                      (bgp.V4, bgp.V6)) == len(wanted), 30, what)
    took = time.monotonic() - started
    scene.until_held(len(wanted), 30, what)
    scene.all_hold(wanted)
    say("%s: %d rules, %d inside in %.2f s, each holds exactly these" % (
        what, len(table), len(wanted), took))
    return acme


def gone(scene, what, seconds=20):
    started = time.monotonic()
    scene.until_held(0, seconds, what)
    say("%s: gone everywhere in %.2f s" % (what, time.monotonic() - started))


def lost(scene, table, wanted, linger):
    """The customer is killed; its rules stay for the linger, no longer."""
    scene.sluice.config["customers"][0]["linger"] = "%ds" % linger
    scene.sluice.reload()
    what = "killed, linger %d s" % linger
    acme = announced(scene, table, wanted, what)
    started = time.monotonic()
    acme.drop()
    if linger:
        time.sleep(linger / 2)
        differ(inside(scene.router), wanted, what + ", half of it")
    gone(scene, what)
    first = next(when for when, kind, _ in scene.router.events
                 if kind == "withdraw" and when > started)
    expect(first - started >= linger, "%s: first withdrawal after %.2f s" % (
        what, first - started))
    expect(first - started < linger + 2, "%s: first withdrawal after %.2f s" % (
        what, first - started))


def test(lab):
    table = make_rules(lab)
    wanted = expected(table)
    coverage(table)
    scene = Scene(lab)
    acme = scene.customer()
    by_hand(scene, acme)
    acme.cease()

    acme = announced(scene, table, wanted, "withdrawn")
    for family in (bgp.V4, bgp.V6):
        acme.withdraw([row[1] for row in table if row[0] == family], family)
    gone(scene, "withdrawn")
    acme.cease()
    acme = announced(scene, table, wanted, "Cease 6/2")
    acme.cease(2, "maintenance")
    gone(scene, "Cease 6/2")
    lost(scene, table, wanted, 0)
    lost(scene, table, wanted, 5)

    sessions = scene.sluice.sessions()
    for name in scene.names:
        equal(sessions[name]["established"], 1, name + ": sessions")
    scene.sluice.intact()
    say("sessions inside: one each, no reset")


run(test)
