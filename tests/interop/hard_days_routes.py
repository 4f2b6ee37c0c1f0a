# SPDX-License-Identifier: BSD-2-Clause
"""Hard days of routes and of neighbours: the scrubber diverts a customer's
/32, customers move to a second provider in mid-attack, two customers ask for
the same rule. Customers: BIRD and GoBGP; scrubber: GoBGP; second provider:
FRR; inside: BIRD and a recorder."""
from isp import *

ACME, GLOBEX, INITECH, UMBRELLA = ("198.18.1.%d" % n for n in (1, 2, 3, 4))
SCRUBBER, TRANSIT, FAR = "198.18.0.20", "198.18.1.9", "198.18.1.99"
TAG = "64500:66"
HELD = "destination 203.0.113.7/32 protocol =17"
ABOVE = "destination 203.0.113.0/25 protocol =17 source-port =53"
KEPT = "destination 198.51.100.7/32 protocol =17"
SAME = "destination 192.0.2.7/32 protocol =17"
WIDER = "destination 192.0.2.128/25 protocol =17 source-port =53"
NARROWER = "destination 192.0.2.200/32 protocol =17"


def customers():
    both = ["192.0.2.0/24"]
    return [
        through_pe("acme", ACME, 65001, ["203.0.113.0/24"]),
        through_pe("globex", GLOBEX, 65002, ["198.51.100.0/24"],
                   failover="keep"),
        customer("initech", INITECH, 65003, own={"prefixes": both}, multihop=2),
        customer("umbrella", UMBRELLA, 65004, own={"prefixes": both},
                 actions={"rate_limit": {"min": 8000, "max": 1000000}},
                 multihop=2)]


class Router(BirdRouter):
    """With a scrubber that it reflects, and a second provider."""

    def __init__(self, lab):
        super().__init__(lab, [("acme", ACME, 65001),
                               ("globex", GLOBEX, 65002),
                               ("transit", TRANSIT, 65200)])
        with open(lab.path(self.file), "a") as file:
            file.write(bird_unicast(
                "scrubber", ROUTER, SCRUBBER, ASN, ASN,
                "passive on; rr client;", "import all; export none;"))
        self.birdc("configure")


class Scene:
    def __init__(self, lab):
        lab.addresses(ACME, GLOBEX, INITECH, UMBRELLA, SCRUBBER, TRANSIT)
        self.sluice = Sluice(
            lab, internal=internal(), customers=customers(), validation={
                "damping": "1s", "ignore_communities": ["65535:666", TAG]})
        self.recorder = Speaker(lab, RECORDER, SLUICE, ASN, listen=True)
        self.router = Router(lab)
        self.scrubber = Gobgp(lab, "scrubber", SCRUBBER, ASN, gobgp_peer(
            SCRUBBER, ROUTER, ASN, families=UNICAST), listen=False)
        self.transit = Frr(lab, "transit", TRANSIT, frr_router(
            TRANSIT, 65200, [
                (ROUTER, ASN, ["ebgp-multihop 2"],
                 {"ipv4 unicast": ["activate"]}),
                (FAR, 65250, ["passive", "ebgp-multihop 2"],
                 {"ipv4 unicast": ["activate", "route-map NOTHING out"]})]))
        self.acme = BirdCustomer(lab, "acme", ACME, 65001, ["203.0.113.0/24"], [
            "dst 203.0.113.7/32; proto 17;",
            "dst 203.0.113.0/25; proto 17; sport 53;"])
        self.globex = BirdCustomer(lab, "globex", GLOBEX, 65002, [
            "198.51.100.0/24"], ["dst 198.51.100.7/32; proto 17;"])
        self.initech = GobgpCustomer(lab, "initech", INITECH, 65003, pe=False)
        self.umbrella = GobgpCustomer(lab, "umbrella", UMBRELLA, 65004,
                                      pe=False)
        self.far = Speaker(lab, FAR, TRANSIT, 65250, families=(bgp.UNICAST4,))
        up(self.sluice, "router", "recorder", ACME, GLOBEX, INITECH, UMBRELLA)
        until(lambda: self.far.up and self.transit.up(ROUTER) and
              self.scrubber.up(ROUTER), 30, "the other neighbours")

    def divert(self, prefix, *community):
        words = ["community", *community] if community else []
        self.scrubber.gobgp("global", "rib", "add", "-a", "ipv4", prefix,
                            *words)

    def undivert(self, prefix):
        self.scrubber.gobgp("global", "rib", "del", "-a", "ipv4", prefix)

    def in_router(self, prefix):
        return prefix in self.router.birdc("show", "route", "table",
                                          "master4")

    def inside(self, text, there=True):
        until(lambda: (nlri(text) in self.recorder.rules()) == there and
              (nlri(text) in self.router.holds()) == there, 20,
              "%s inside: %s" % (text, there))

    def announced(self, text):
        return sum(detail[1] == nlri(text)
                   for detail in self.recorder.seen("announce"))


def diverted(scene, legal):
    """The scrubber's /32: with its tag, then without."""
    sluice, host = scene.sluice, "203.0.113.7/32"
    scene.divert(host, TAG)
    until(lambda: scene.in_router(host), 10, "the /32 in the router")
    until(lambda: any(row["neighbor"] == "router" and row.get("counters", row)
                      ["unicast_ignored"] for row in sluice.cli("sessions",
                                                                "router")),
          10, "the /32 to be ignored")
    time.sleep(1.5)                                # a damping
    equal(sluice.route(host)["prefix"], "203.0.113.0/24", "best match")
    legal.hold("while it is diverted")
    # A new one passes, too.
    done = sluice.command("explain", "--customer", "acme",
                          "match destination 203.0.113.7/32 protocol =6 "
                          "then discard")
    equal(done.returncode, 0, "explain: " + done.stdout)
    scene.undivert(host)
    until(lambda: not scene.in_router(host), 10, "the /32 to go")
    say("diverted with %s: %d rules untouched" % (TAG, len(legal.values)))
    scene.divert(host)
    for text, reason in ((HELD, "neighbor-as"), (ABOVE, "more-specific")):
        until_state(sluice, "acme", text, ("revoked", reason))
        expect(host in recorded(sluice, text, reason)["evidence"],
               "the route in the record")
        scene.inside(text, False)
    say("without: revoked, %s" % recorded(sluice, ABOVE,
                                             "more-specific")["evidence"])
    scene.undivert(host)
    for text in (HELD, ABOVE):
        until_state(sluice, "acme", text, ("accepted", "accepted"))
        scene.inside(text)


def moved(scene):
    """Both leave the provider; their prefixes come through AS 65200."""
    sluice = scene.sluice
    before = scene.announced(KEPT)
    for prefix, asn in (("203.0.113.0/24", 65001), ("198.51.100.0/24", 65002)):
        scene.far.route(prefix, bgp.path(65250, asn))
    until(lambda: "65200" in scene.router.birdc(
        "show", "route", "203.0.113.0/24", "all"), 10, "the long way")
    equal(state(sluice, "acme", HELD), ("accepted", "accepted"),
          "while the long way is second best")
    for one in (scene.acme, scene.globex):
        one.birdc("disable", "provider")
    until_state(sluice, "acme", HELD, ("revoked", "neighbor-as"))
    scene.inside(HELD, False)
    say("moved, failover: revoke: %s" % recorded(sluice, HELD, "neighbor-as")[
        "evidence"])
    until(lambda: "(failover)" in record(sluice, KEPT).get("evidence", ""), 10,
          "the departure on record")
    seen = record(sluice, KEPT)
    equal(seen["state"], "accepted", "its state")
    scene.inside(KEPT)
    equal(scene.announced(KEPT), before, "announcements of what is kept")
    say("moved, failover: keep: %s" % seen["evidence"])
    # A third party's origin is no failover.
    scene.far.route("198.51.100.0/24", bgp.path(65250, 65099))
    until_state(sluice, "globex", KEPT, ("revoked", "neighbor-as"))
    scene.inside(KEPT, False)
    for one in (scene.acme, scene.globex):
        one.birdc("enable", "provider")
    for name, text in (("acme", HELD), ("globex", KEPT)):
        until_state(sluice, name, text, ("accepted", "accepted"))
        scene.inside(text)
    say("back at the provider: both rules stand again")


def recorded(sluice, text, reason):
    """The newest entry about this rule with this reason."""
    return until(lambda: [one for one in sluice.audit(reason=reason)
                          if one.get("nlri") == nlri(text)], 10,
                 "%s on record as %s" % (text, reason))[-1]


def who_owns(sluice, text):
    return {row["customer"]: (row["state"], row["reason"])
            for row in sluice.rules() if row["nlri"] == nlri(text)}


def until_owned(sluice, text, **wanted):
    until(lambda: who_owns(sluice, text) == wanted, 20, "%s: %s, now %s" % (
        text, wanted, who_owns(sluice, text)))


def same(scene):
    """Two customers of one prefix want the same rule."""
    sluice, accepted = scene.sluice, ("accepted", "accepted")
    rule = "destination 192.0.2.7/32 protocol udp"
    scene.initech.rule(rule)
    scene.inside(SAME)
    owner = scene.recorder.rules()[nlri(SAME)][32]
    scene.umbrella.rule(rule)
    until_owned(sluice, SAME, initech=accepted, umbrella=accepted)
    scene.initech.unrule(rule)
    until_owned(sluice, SAME, umbrella=accepted)
    scene.inside(SAME)
    expect(nlri(SAME) not in {detail[1] for detail in
                              scene.recorder.seen("withdraw")},
           "it was withdrawn inside")
    # It names its owner, so it is told anew.
    until(lambda: scene.recorder.rules().get(nlri(SAME), {}).get(32) not in
          (None, owner), 10,
          "the other owner's community")
    say("two owners of one rule: one left, it was never withdrawn inside")
    scene.initech.rule(rule)
    until_owned(sluice, SAME, initech=accepted, umbrella=accepted)
    scene.umbrella.rule(rule, "rate-limit 9600")
    until_owned(sluice, SAME, initech=accepted,
                umbrella=("refused", "conflict"))
    equal(scene.recorder.rules()[nlri(SAME)][0x10], bgp.DISCARD, "its action")
    say("another action: " + recorded(sluice, SAME, "conflict")["evidence"])
    scene.initech.unrule(rule)
    until_owned(sluice, SAME, umbrella=accepted)
    until(lambda: scene.recorder.rules().get(nlri(SAME), {}).get(0x10) not in
          (None, bgp.DISCARD), 10,
          "umbrella's action when initech's rule has gone")
    scene.umbrella.unrule(rule, "rate-limit 9600")
    scene.inside(SAME, False)


def shadowed(scene):
    """A rule that would take another customer's packets waits for a person."""
    sluice = scene.sluice
    scene.initech.rule("destination 192.0.2.128/25 protocol udp source-port 53")
    scene.inside(WIDER)
    scene.umbrella.rule("destination 192.0.2.200/32 protocol udp",
                        "rate-limit 9600")
    until_state(sluice, "umbrella", NARROWER, ("held", "shadows"))
    seen = recorded(sluice, NARROWER, "shadows")
    expect(nlri(NARROWER) not in scene.recorder.rules(), "held is inside")
    # Its own may come before.
    scene.initech.rule("destination 192.0.2.201/32 protocol udp")
    scene.inside("destination 192.0.2.201/32 protocol =17")
    say("shadows: held: " + seen["evidence"])
    sluice.cli("approve", seen["id"], "-m", "both know of it")
    scene.inside(NARROWER)
    scene.initech.unrule("destination 192.0.2.128/25 protocol udp "
                         "source-port 53")
    scene.inside(WIDER, False)
    scene.inside(NARROWER)


def test(lab):
    scene = Scene(lab)
    for prefix, asn in (("203.0.113.0/24", 65001), ("198.51.100.0/24", 65002)):
        until_route(scene.sluice, prefix, asn)
    legal = Legal(scene.recorder, scene.router)
    legal.begin(HELD, ABOVE, KEPT)
    diverted(scene, legal)
    moved(scene)
    same(scene)
    shadowed(scene)
    equal(scene.recorder.ups, 1, "recorder's sessions")
    scene.sluice.intact()


run(test)
