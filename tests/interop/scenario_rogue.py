# SPDX-License-Identifier: BSD-2-Clause
"""A rogue router inside a customer's network announces, withdraws and announces
again floods of rules, also for prefixes of others: through the customer's edge
router (BIRD), and straight to sluice on a session that the customer has.
Bystanders: GoBGP and FRR; the ISP's router: BIRD."""
import collections
import threading

from isp import *

ACME, GLOBEX, INITECH, STRAIGHT, INSIDE = (
    "198.18.1.1", "198.18.1.2", "198.18.1.3", "198.18.1.4", "198.18.1.22")
LIMIT = 50
LEGAL_ACME = "destination 203.0.113.7/32 protocol =17 source-port =53"
LEGAL_GLOBEX = "destination 198.51.100.7/32 protocol =17"
LEGAL_INITECH = "destination 192.0.2.7/32 protocol =17"
PREFIXES = {"203.0.113.": "acme", "198.51.100.": "globex",
            "192.0.2.": "initech"}
CYCLES, FLOOD = 6, 1500
PREF = bgp.attribute(5, b"\0\0\0\x64")


def flood():
    """A third for each customer's prefix."""
    return [nlri("destination %s%d/32 protocol =17 source-port =%d" % (
        list(PREFIXES)[at % 3], 1 + at // 3 % 250, 2000 + at))
        for at in range(FLOOD)]


class Rogue(threading.Thread):
    """Bounded: CYCLES times all, each withdrawn but the last."""

    def __init__(self, speaker, values, **more):
        super().__init__(daemon=True)
        self.speaker, self.values, self.more = speaker, values, more
        self.error = None
        self.start()

    def run(self):
        try:
            for cycle in range(CYCLES):
                self.speaker.announce(self.values, **self.more)
                time.sleep(0.3)
                if cycle < CYCLES - 1:
                    self.speaker.withdraw(self.values)
                    time.sleep(0.2)
        except OSError as error:
            self.error = error


def customers():
    return [
        through_pe("acme", ACME, 65001, ["203.0.113.0/24"]),
        through_pe("globex", GLOBEX, 65002, ["198.51.100.0/24"],
                   limits={"rules": LIMIT}),
        through_pe("initech", INITECH, 65003, ["192.0.2.0/24"])]


def config():
    out = customers()
    out[1]["neighbors"].append(dict(out[1]["neighbors"][0], ip=STRAIGHT))
    return out


def probes(acme, recorder, rogues):
    """Rules of a bystander, announced and withdrawn while the flood goes on."""
    n = 0
    while n < 3 or any(rogue.is_alive() for rogue in rogues):
        n += 1
        words = "destination 203.0.113.%d/32 protocol %s" % (100 + n % 100, "%s")
        value = nlri(words % "=17")
        acme.rule(words % "udp")
        until(lambda: value in recorder.rules(), 10, "a bystander's rule")
        acme.unrule(words % "udp")
        until(lambda: value not in recorder.rules(), 10, "its withdrawal")
    return n


def owners(values):
    """How many of these NLRI are for whose prefix."""
    out = collections.Counter()
    for value in values:
        address = ".".join(map(str, bytes.fromhex(value)[2:6]))
        out[PREFIXES[address[:address.rindex(".") + 1]]] += 1
    return out


def settled(sluice):
    """No session of globex has anything left to tell."""
    def counts():
        rows = [sluice.session(one) for one in (GLOBEX, STRAIGHT)]
        return [(row["rules_in"], row["held"], row["rules"],
                 sluice.cli("status")[0]["log"]["size"]) for row in rows]
    before = counts()
    time.sleep(1)
    return counts() == before


def test(lab):
    lab.addresses(ACME, GLOBEX, INITECH, STRAIGHT)
    sluice = Sluice(lab, internal=internal(), customers=config(),
                    validation={"damping": "1s"})
    recorder = Speaker(lab, RECORDER, SLUICE, ASN, listen=True)
    router = BirdRouter(lab, [("acme", ACME, 65001), ("globex", GLOBEX, 65002),
                              ("initech", INITECH, 65003)])
    BirdCustomer(lab, "globex", GLOBEX, 65002, ["198.51.100.0/24"],
                 ["dst 198.51.100.7/32; proto 17;"], bird_peer(
                     "inside", GLOBEX, INSIDE, 65002, 65002, "passive on;",
                     "import all; export none;"))
    initech = FrrCustomer(lab, "initech", INITECH, 65003, ["192.0.2.0/24"],
                          "198.18.1.33")
    acme = GobgpCustomer(lab, "acme", ACME, 65001, ["203.0.113.0/24"])
    inside = Speaker(lab, INSIDE, GLOBEX, 65002, families=(bgp.V4,))
    straight = Speaker(lab, STRAIGHT, SLUICE, 65002, families=(bgp.V4,))
    up(sluice, "router", "recorder", ACME, GLOBEX, INITECH, STRAIGHT)
    until(lambda: inside.up and initech.inside.up, 20, "routers inside")
    for prefix, asn in (("203.0.113.0/24", 65001), ("198.51.100.0/24", 65002),
                        ("192.0.2.0/24", 65003)):
        until_route(sluice, prefix, asn)
    acme.rule("destination 203.0.113.7/32 protocol udp source-port ==53")
    initech.rule(LEGAL_INITECH)
    legal = Legal(recorder, router)
    legal.begin(LEGAL_ACME, LEGAL_GLOBEX, LEGAL_INITECH)

    values = flood()
    rogues = [Rogue(inside, values, path=bgp.path(), extra=PREF),
              Rogue(straight, values)]
    n = probes(acme, recorder, rogues)
    equal([rogue.error for rogue in rogues], [None, None], "floods")
    legal.hold("after the floods")

    # All of it is announced now: what stands is globex' own, and in bounds
    # (what is refused takes room too: twice the limit is kept of a session).
    until(lambda: settled(sluice), 30, "the last wish to be judged")
    standing = owners(set(recorder.rules()) - legal.values)
    expect(0 < standing["globex"] < LIMIT and list(standing) == ["globex"],
           "standing inside: %s" % standing)
    seen = {detail[1] for detail in recorder.seen("announce")}
    foreign = [value for value in set(values) & seen
               if owners([value])["globex"] == 0]
    equal(foreign, [], "rules for prefixes of others, seen inside")
    reasons = collections.Counter(
        row["reason"] for row in sluice.rules(customer="globex"))
    expect(reasons["accepted"] <= LIMIT, "accepted: %s" % reasons)
    expect(set(reasons) <= {"accepted", "not-registered", "quota-rules",
                            "quota-received"}, "reasons: %s" % reasons)
    entries = collections.Counter(
        entry.get("reason") for entry in sluice.audit(customer="globex"))
    expect(entries["not-registered"] and entries["quota-rules"],
           "the record: %s" % entries)
    say("%d rounds of %d rules; %d rules of a bystander passed "
        "in the meantime; standing: %s; known of globex: %s; in the log: %s" % (
            2 * CYCLES, FLOOD, n, dict(owners(recorder.rules())),
            dict(reasons), dict(entries)))

    # The customer throws the rogue out at both places.
    inside.stop()
    straight.cease()
    until(lambda: set(recorder.rules()) == legal.values, 30,
          "only legal rules to be left")
    until(lambda: router.holds() == legal.values, 20, "and in the router")
    legal.hold("at the end")
    for name in ("router", "recorder", ACME, GLOBEX, INITECH):
        equal(sluice.session(name)["established"], 1, name + ": sessions")
    sluice.intact()
    say("thrown out: the legal rules of all three customers are what is left")


run(test)
