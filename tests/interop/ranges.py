# SPDX-License-Identifier: BSD-2-Clause
"""Customers' routers that come from a range: each address gets a session of its
own until all are taken; the key and the TTL security are the range's. A
neighbour with an address of its own inside the range is not part of it."""
import bgp
from daemons import *
from lab import *

KEY, WRONG_KEY, OWN_KEY = "s3cret-of-ours", "another", "an-own-s3cret"
ACME, BETA, GAMMA = 65001, 65002, 65003
RECORDER = "198.18.0.99"
RULE = "203.0.113.%d/32"


def ranged(lab, name, asn, neighbors):
    """A customer with these neighbours; `key` is what their file says."""
    entries = []
    for number, one in enumerate(neighbors):
        entry = dict({"families": FLOWSPEC, "multihop": 2}, **one)
        if "key" in entry:
            entry["password_file"] = lab.file("%s-%d.key" % (name, number),
                                              entry.pop("key"), 0o400)
        if "ttl_security" in entry:
            del entry["multihop"]
        entries.append(entry)
    return dict(customer(name, "192.0.2.1", asn), neighbors=entries)


class Router:
    """A daemon at `address` that connects, with one rule of its own."""

    def __init__(self, lab, daemon, address, asn, key=None, ttl=False):
        self.lab, self.address, self.asn = lab, address, asn
        self.key, self.ttl = key, ttl
        self.name = "r" + re.sub(r"\W", "-", address)
        self.sluice = SLUICE6 if ":" in address else SLUICE
        self.number = int(address[-1])
        self.process = getattr(self, daemon)()

    def bird(self):
        options = "multihop %d;" % (1 if self.ttl else 2)
        if self.key:
            options += ' password "%s";' % self.key
        if self.ttl:
            options += " ttl security on;"
        return Bird(self.lab, self.name, self.address, bird_rules(
            "static1", bgp.V4, ("dst %s;" % (RULE % self.number),
                                ["(generic, 0x80060000, 0x0)"])) + bird_peer(
            "sluice", self.address, self.sluice, self.asn, ASN, options,
            "import none; export all;"))

    def gobgp(self):
        process = Gobgp(self.lab, self.name, self.address, self.asn, gobgp_peer(
            self.address, self.sluice, ASN,
            'auth-password = "%s"\n%s' % (self.key, GOBGP_HOPS)))
        process.gobgp("global", "rib", "add", "-a", "ipv4-flowspec", "match",
                      "destination", RULE % self.number, "then", "discard")
        return process


def test(lab):
    sluice = Sluice(lab, internal=[inward("recorder", RECORDER)], customers=[
        ranged(lab, "acme", ACME, [
            {"range": "198.18.3.0/28", "sessions": 2, "key": KEY},
            {"ip": "198.18.3.9", "passive": True, "key": OWN_KEY}]),
        ranged(lab, "beta", BETA, [
            {"range": "2001:db8:ffff:3::/124", "sessions": 4, "key": KEY}]),
        ranged(lab, "gamma", GAMMA, [
            {"range": "198.18.4.0/28", "sessions": 4, "ttl_security": 1}])])
    inside = Speaker(lab, RECORDER, SLUICE, ASN, listen=True)

    def up():
        return sorted(row["remote"] for row in sluice.cli("sessions")
                      if row["up"] and row["side"] == "customer")

    def hear(*numbers):
        wanted = sorted(nlri("destination " + RULE % one) for one in numbers)
        until(lambda: sorted(inside.rules()) == wanted, 20, "rules inside")

    first = Router(lab, "bird", "198.18.3.1", ACME, KEY)
    Router(lab, "gobgp", "198.18.3.2", ACME, KEY)
    Router(lab, "bird", "198.18.3.9", ACME, OWN_KEY)
    Router(lab, "gobgp", "2001:db8:ffff:3::5", BETA, KEY)
    Router(lab, "bird", "198.18.4.6", GAMMA, ttl=True)
    good = sorted(["198.18.3.1", "198.18.3.2", "198.18.3.9",
                   "2001:db8:ffff:3::5", "198.18.4.6"])
    until(lambda: up() == good, 40, "sessions")
    hear(1, 2, 9, 5, 6)
    say("%d routers of three ranges have sessions, and their rules are inside"
        % len(good))

    # With wrong keys, none, the range's in place of the own one, or from afar.
    Router(lab, "bird", "198.18.3.4", ACME, WRONG_KEY)
    Router(lab, "bird", "2001:db8:ffff:3::4", BETA, WRONG_KEY)
    Router(lab, "bird", "2001:db8:ffff:3::3", BETA)
    Router(lab, "bird", "198.18.4.3", GAMMA)
    Router(lab, "bird", "198.18.3.3", ACME, KEY)
    sluice.wait_text(r"connection from 198\.18\.3\.3:\d+: refused: all "
                     r"sessions of its range are taken", 20)
    time.sleep(5)
    equal(up(), good, "sessions")
    for row in sluice.cli("sessions"):
        equal(row["established"], int(row["up"]), "sessions of " +
              row["neighbor"])
    expect("198.18.3.4" not in sluice.text(), "a wrong key was let through")
    lines = len(re.findall("of its range are taken", sluice.text()))
    expect(lines <= 10, "%d lines about a full range" % lines)
    say("none with a wrong key, without one, or from afar; a third of two "
        "sessions is refused, and that is said (%d lines)" % lines)

    # One goes: the other gets its place, and its rule; its own ends.
    first.process.stop()
    good = sorted(good + ["198.18.3.3"])
    good.remove("198.18.3.1")
    until(lambda: up() == good, 40, "the third router's session")
    hear(2, 3, 9, 5, 6)
    say("the place that became free went to the third router")

    # It is back, but both are taken; a reload with one more lets it in.
    since = len(sluice.text())
    first.process.start()
    sluice.wait_text(r"connection from 198\.18\.3\.1:\d+: refused", 20, since)
    sluice.config["customers"][0]["neighbors"][0]["sessions"] = 3
    sluice.reload()
    good = sorted(good + ["198.18.3.1"])
    until(lambda: up() == good, 40, "the first router's session again")
    hear(1, 2, 3, 9, 5, 6)
    say("a reload with a third session lets it in")
    sluice.intact()


run(test)
