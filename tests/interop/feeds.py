# SPDX-License-Identifier: BSD-2-Clause
"""Unicast feeds from BIRD, FRR and GoBGP: each comes to be complete, is read
again after the guard has died, and its loss refuses new rules while those that
stand stay."""
import signal

from isp import *

FEEDS = {"bird": "198.18.0.11", "frr": "198.18.0.12", "gobgp": "198.18.0.13"}
CUSTOMER = "198.18.1.1"
OF = {"bird": "203.0.113.0/24", "frr": "198.51.100.0/24",
      "gobgp": "192.0.2.0/24"}
NUMBER = 2000                                      # more routes of each
UNICAST_ONLY = {"ipv4 unicast": ["activate"], "ipv6 unicast": ["activate"]}


def host(feed, n):
    return "destination %s%d/32 protocol =17" % (OF[feed][:-4], n)


class Injector:
    """Gives a feed its routes, by a plain speaker: a customer at that PE, or
    (BIRD) another PE whose routes it reflects."""

    def __init__(self, lab, feed, at):
        self.ip = "198.18.2.%d" % (at + 1)
        lab.addresses(self.ip)
        self.inside = feed == "bird"
        self.speaker = Speaker(
            lab, self.ip, FEEDS[feed], ASN if self.inside else 65001,
            families=(bgp.UNICAST4, bgp.UNICAST6), capabilities=bgp.capability(
                64, b"\0\0") + bgp.capability(2))
        self.block, self.feed = 64 + at * 16, feed

    def fill(self):
        pref = bgp.attribute(5, b"\0\0\0\x64") if self.inside else b""
        for prefixes, path in (
                (OF[self.feed], bgp.path(65001)),
                ("2001:db8:%d::/48" % self.block, bgp.path(65001)),
                (["100.%d.%d.0/24" % (self.block + n // 256, n % 256)
                  for n in range(NUMBER)], bgp.path(65001, 65020))):
            self.speaker.route(prefixes, path, pref)
        self.speaker.end_of_rib()


def bird_feed(lab, ip, injector):
    return Bird(lab, "feed-bird", ip, bird_unicast(
        "sluice", ip, SLUICE, ASN, ASN, "",
        "import none; export where source = RTS_BGP;") + bird_unicast(
            "injector", ip, injector, ASN, ASN, "passive on; rr client;",
            "import all; export none;"))


def frr_feed(lab, ip, injector):
    quiet = {family: ["activate", "route-map NOTHING out"]
             for family in UNICAST_ONLY}
    return Frr(lab, "feed-frr", ip, frr_router(ip, ASN, [
        (SLUICE, ASN, [], UNICAST_ONLY),
        (injector, 65001, ["passive", "ebgp-multihop 2"], quiet)]))


def gobgp_feed(lab, ip, injector):
    return Gobgp(lab, "feed-gobgp", ip, ASN, gobgp_peer(
        ip, SLUICE, ASN, families=UNICAST) + gobgp_peer(
            ip, injector, 65001, GOBGP_HOPS, "passive-mode = true\n",
            UNICAST))


class Scene:
    def __init__(self, lab):
        lab.addresses(CUSTOMER)
        self.started = time.monotonic()
        self.sluice = Sluice(
            lab, internal=[inward(feed, ip, families=UNICAST)
                           for feed, ip in FEEDS.items()] +
            [inward("recorder", RECORDER)],
            customers=[through_pe("acme", CUSTOMER, 65001, list(OF.values()))],
            validation={"damping": "30s"})
        self.recorder = Speaker(lab, RECORDER, SLUICE, ASN, listen=True)
        self.injectors = {feed: Injector(lab, feed, at)
                          for at, feed in enumerate(FEEDS)}
        make = {"bird": bird_feed, "frr": frr_feed, "gobgp": gobgp_feed}
        self.daemons = {feed: make[feed](lab, ip, self.injectors[feed].ip)
                        for feed, ip in FEEDS.items()}
        until(lambda: all(one.speaker.up for one in self.injectors.values()),
              30, "injectors")
        for one in self.injectors.values():
            one.fill()
        self.acme = Speaker(lab, CUSTOMER, SLUICE, 65001)

    def complete(self, seconds=40):
        """Until all three feeds are; {feed: seconds from now}."""
        begun, done = time.monotonic(), {}

        def look():
            sessions = self.sluice.sessions()
            for feed in FEEDS:
                row = sessions.get(feed, {})
                if feed not in done and row.get("up") and \
                        sorted(row.get("fed", ())) == sorted(UNICAST):
                    done[feed] = time.monotonic() - begun
            return len(done) == len(FEEDS)
        until(look, seconds, "feeds to be complete, now %s" % done)
        return done

    def routes(self):
        """{feed: prefixes of IPv4 in the table}"""
        sessions = self.sluice.sessions()
        return {feed: sessions[feed]["routes"]["ipv4"] for feed in FEEDS}

    def until_full(self):
        wanted = dict.fromkeys(FEEDS, NUMBER + 1)
        until(lambda: self.routes() == wanted, 20, "all routes, now %s" %
              self.routes())

    def stand(self, *texts):
        values = {nlri(text) for text in texts}
        until(lambda: set(self.recorder.rules()) == values, 20,
              "inside: %s" % sorted(texts))


def shown(done):
    return ", ".join("%s %.1f s" % (feed, seconds)
                     for feed, seconds in sorted(done.items()))


def guard_dies(scene):
    """kill -9: rules stay inside, all feeds are read again. GoBGP's is known to
    be complete after 10 s of quiet; until then its rule is damped."""
    texts = [host(feed, 1) for feed in FEEDS]
    before = len(scene.recorder.seen("withdraw"))
    again = len(scene.recorder.seen("announce"))
    kill_guard(scene.sluice)
    done = scene.complete()
    scene.until_full()
    for feed in FEEDS:
        until_state(scene.sluice, "acme", host(feed, 1),
                    ("accepted", "accepted"))
    equal(len(scene.recorder.seen("withdraw")), before,
          "withdrawals inside when the guard died")
    scene.stand(*texts)
    for feed in FEEDS:
        equal(scene.sluice.session(feed)["established"], 1, feed)
    say("guard killed: %d routes each read again, complete: %s; no rule left, "
        "%d announced again" % (NUMBER + 1, shown(done),
                                len(scene.recorder.seen("announce")) - again))


def one_lost(scene):
    """One of three ends: its routes go, its rules after the damping; the
    others' feed is enough for new ones."""
    scene.sluice.config["validation"]["damping"] = "1s"
    scene.sluice.reload()
    scene.daemons["gobgp"].kill()
    until_state(scene.sluice, "acme", host("gobgp", 1),
                ("revoked", "no-route"))
    scene.acme.announce(nlri(host("bird", 2)))
    scene.stand(host("bird", 1), host("frr", 1), host("bird", 2))
    say("GoBGP gone, two feeds left: its rule revoked, no-route")


def all_lost(scene):
    """No feed is left: nothing new, nothing lost; then one is back."""
    held = [host("bird", 1), host("frr", 1), host("bird", 2)]
    scene.daemons["frr"].kill()
    # FRR's rule is in its damping when the last feed goes.
    scene.daemons["bird"].birdc("disable", "sluice")
    until(lambda: not scene.sluice.session("bird").get("up"), 10, "its end")
    scene.acme.announce(nlri(host("bird", 3)))
    until_state(scene.sluice, "acme", host("bird", 3),
                ("refused", "unicast-unknown"))
    time.sleep(2)                                  # two dampings
    scene.stand(*held)
    for text in held:
        equal(state(scene.sluice, "acme", text), ("accepted", "accepted"),
              "a rule that stood")
    done = scene.sluice.command("explain", "--customer", "acme",
                                "match %s then discard" % host("bird", 4))
    equal(done.returncode, 1, "explain says no")
    expect("unicast" in done.stdout, "explain: " + done.stdout)
    scene.daemons["bird"].birdc("enable", "sluice")
    until_state(scene.sluice, "acme", host("bird", 3),
                ("accepted", "accepted"))
    # Known again: FRR's rule has no route any more.
    until_state(scene.sluice, "acme", host("frr", 1), ("revoked", "no-route"))
    scene.stand(*(host("bird", n) for n in (1, 2, 3)))
    say("all feeds gone: new rule refused, unicast-unknown, those that stood "
        "stayed; BIRD back: the rule accepted by itself")


def session_dies(scene):
    """The last feed's session process: it comes again, nothing is lost."""
    before = len(scene.recorder.seen("withdraw"))
    pid = next(pid for pid, role, words in scene.sluice.roles()
               if " ".join([role, *words]).endswith("session bird"))
    os.kill(pid, signal.SIGKILL)
    until(lambda: scene.sluice.session("bird").get("up") and sorted(
        scene.sluice.session("bird")["fed"]) == sorted(UNICAST), 30,
        "BIRD's feed to be complete again")
    scene.acme.announce(nlri(host("bird", 5)))
    scene.stand(*(host("bird", n) for n in (1, 2, 3, 5)))
    equal(len(scene.recorder.seen("withdraw")), before, "withdrawals inside")
    say("session process of the only feed killed: no rule left")


def test(lab):
    scene = Scene(lab)
    done = scene.complete()
    scene.until_full()
    say("complete after the start: %s; %d routes each" % (shown(done),
                                                          NUMBER + 1))
    equal(scene.sluice.route(OF["bird"])["originator_id"],
          scene.injectors["bird"].ip, "originator of a reflected route")
    until(lambda: scene.acme.up and scene.recorder.up, 20, "sessions")
    for feed in FEEDS:
        scene.acme.announce(nlri(host(feed, 1)))
    scene.stand(*(host(feed, 1) for feed in FEEDS))
    guard_dies(scene)
    one_lost(scene)
    all_lost(scene)
    session_dies(scene)
    equal(scene.recorder.ups, 1, "recorder's sessions")


run(test)
