# SPDX-License-Identifier: BSD-2-Clause
"""ROAs from StayRTR: adding one accepts the rule that rests on it, removing it
revokes that rule, as BIRD inside sees it; a set that shrinks by more than a
fifth waits for a person; a cache that is killed changes nothing before its
data expires.

With --expire (ten minutes more, not in the list of tests) the cache stays dead
until Expire and grace have passed."""
import datetime

from isp import *

ACME, ACME_AS = "198.18.1.1", 65001
CACHE, SPARE = 3323, 3324
OWN = ["203.0.113.0/24", "192.0.2.0/24"]
RULE = "destination 203.0.113.7/32 protocol =17"
OTHER = "destination 192.0.2.7/32 protocol =17"
EXPIRE, GRACE = 600, 5
FILLERS = 100
SLOW = 2.0                                        # seconds from End of Data


def roa(prefix, asn):
    return {"prefix": prefix, "maxLength": int(prefix.rpartition("/")[2]),
            "asn": asn, "ta": "test"}


FILLING = [roa("10.0.%d.0/24" % n, 64999) for n in range(FILLERS)]
OURS = roa(OWN[0], ACME_AS)
OTHERS = roa(OWN[1], ACME_AS)


class Stayrtr(Process):
    """A cache on the loopback; it looks at its file each second."""

    def __init__(self, lab, name, port, roas):
        self.file = name + ".json"
        self.put(lab, roas)
        super().__init__(lab, name, [
            "stayrtr", "-bind", "127.0.0.1:%d" % port, "-cache",
            lab.path(self.file), "-refresh", "1", "-checktime=false",
            "-rtr.refresh", "1", "-rtr.retry", "1", "-rtr.expire",
            str(EXPIRE), "-metrics.addr", "127.0.0.1:%d" % (port + 6000),
            "-loglevel", "info"])
        self.start()

    def put(self, lab, roas):
        """Other ROAs, from one moment to the next."""
        text = json.dumps({"metadata": {}, "roas": roas})
        os.replace(lab.file(self.file + ".new", text), lab.path(self.file))


def sluiced(lab):
    sluice = Sluice(lab, internal=internal(), customers=[customer(
        "acme", ACME, ACME_AS, own={"prefixes": OWN, "rpki": "require"},
        limits={"rules": 100, "cost": 100000, "new_per_second": 10000,
                "burst": 10000})], start=False)
    sluice.config["rpki"] = {
        "caches": ["127.0.0.1:%d" % CACHE], "refresh": 1, "retry": 1,
        "expire": EXPIRE, "grace": GRACE}
    sluice.config["fleet"] = {"max_rules": 100000, "max_cost": 1000000,
                              "pace": 100000}
    return sluice.start()


def rpki(sluice):
    return sluice.cli("status")[0]["rpki"]


def until_fresh(sluice, vrps):
    until(lambda: (rpki(sluice)["state"], sum_of(rpki(sluice))) ==
          ("fresh", vrps), 20, "%d VRPs in force, now %s" % (
              vrps, rpki(sluice)))


def sum_of(status):
    return status["vrps"]["ipv4"] + status["vrps"]["ipv6"]


def adopted(sluice, since):
    """When the newest set came into force, as the role logs it at its End of
    Data (wall)."""
    found = re.findall(r"^(\S+)Z \S+ info rpki: VRPs: in force",
                       sluice.text()[since:], re.MULTILINE)
    return found and datetime.datetime.fromisoformat(
        found[-1] + "+00:00").timestamp()


class Scene:
    def __init__(self, lab):
        self.lab = lab
        self.cache = Stayrtr(lab, "cache", CACHE, FILLING + [OTHERS])
        self.cache.wait_text("StayRTR Server started", 20)
        self.sluice = sluiced(lab)
        self.recorder = Speaker(lab, RECORDER, SLUICE, ASN, listen=True)
        self.router = BirdRouter(lab, [])
        self.acme = Speaker(lab, ACME, SLUICE, ACME_AS, families=(bgp.V4,))
        up(self.sluice, "router", "recorder", ACME)
        until_fresh(self.sluice, FILLERS + 1)

    def timed(self, what, roas, there, most=20):
        """Change the ROAs and see the rule come or go in BIRD; the time from
        the role's End of Data. A rule that comes back again and again is let
        in a little later each time."""
        since = len(self.sluice.text())
        self.cache.put(self.lab, roas)
        until(lambda: (nlri(RULE) in self.router.holds()) == there, 20,
              "%s: the rule in BIRD %s" % (what, there))
        seen = time.time()
        took = seen - until(lambda: adopted(self.sluice, since), 5,
                            what + ": the role's line")
        say("%s: in BIRD %.0f ms after the cache's End of Data" % (
            what, took * 1000))
        expect(took < most, "%s took %.1f s" % (what, took))

    def stay(self, seconds, *texts):
        """These rules and no others are in BIRD, all this time."""
        wanted = {nlri(text) for text in texts}
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            equal(self.router.holds(), wanted, "rules in BIRD")
            time.sleep(0.1)


def comes_and_goes(scene):
    sluice = scene.sluice
    scene.acme.announce(nlri(RULE))
    until_state(sluice, "acme", RULE, ("refused", "rpki-not-found"))
    full = FILLING + [OTHERS, OURS]
    scene.timed("ROA added", full, True, SLOW)
    equal(state(sluice, "acme", RULE), ("accepted", "accepted"), "the rule")
    evidence = record(sluice, RULE, customer="acme").get("evidence", "")
    expect("127.0.0.1:%d" % CACHE in evidence, "the cache in the evidence: " +
           evidence)
    scene.timed("ROA removed", FILLING + [OTHERS], False, SLOW)
    equal(state(sluice, "acme", RULE)[1], "rpki-not-found", "the reason")
    scene.timed("ROA back", full, True)
    scene.timed("ROA of another AS instead",
                FILLING + [OTHERS, roa(OWN[0], 65099)], False, SLOW)
    equal(state(sluice, "acme", RULE)[1], "rpki-invalid", "the reason")
    scene.timed("own ROA beside it",
                full + [roa(OWN[0], 65099)], True)
    scene.cache.put(scene.lab, full)
    until_fresh(sluice, FILLERS + 2)


def shrinks(scene):
    """Half of all, and the ROA among them, is gone."""
    sluice = scene.sluice
    scene.acme.announce(nlri(OTHER))
    until(lambda: nlri(OTHER) in scene.router.holds(), 20, "the other rule")
    scene.cache.put(scene.lab, FILLING[:50] + [OTHERS])
    until(lambda: rpki(sluice).get("held"), 20, "the set to be held")
    scene.stay(3, RULE, OTHER)
    since = time.monotonic()
    sluice.cli("confirm", "rpki", "-m", "half of the ROAs were withdrawn")
    until(lambda: scene.router.holds() == {nlri(OTHER)}, 20,
          "the rule to go after confirmation")
    say("half of the VRPs gone: held; confirmed: gone in BIRD after %.0f ms" % (
        (time.monotonic() - since) * 1000))
    until_fresh(sluice, 51)
    scene.timed("all back", FILLING + [OTHERS, OURS], True)


def dies(scene):
    """kill -9: what stands stays. Another one, with another session, is a new
    set."""
    sluice = scene.sluice
    scene.cache.kill()
    scene.stay(3, RULE, OTHER)
    equal(rpki(sluice)["state"], "fresh", "the state without a cache")
    scene.cache.put(scene.lab, FILLING + [OTHERS])
    scene.cache.start()
    until(lambda: scene.router.holds() == {nlri(OTHER)}, 20,
          "the rule to go after the cache is back")
    until_fresh(sluice, FILLERS + 1)
    say("cache killed: rules stayed; back without the ROA: revoked")


def guard_dies(scene):
    """Another guard hears of all VRPs again, and its rules pass."""
    kill_guard(scene.sluice)
    until_fresh(scene.sluice, FILLERS + 1)
    up(scene.sluice, "router", ACME)
    until_state(scene.sluice, "acme", OTHER, ("accepted", "accepted"))
    until_state(scene.sluice, "acme", RULE, ("refused", "rpki-not-found"))


def expires(scene):
    """Nobody comes back: until Expire all stays; for the grace what stands
    stays and nothing new passes; then it goes."""
    sluice = scene.sluice
    scene.cache.kill()
    killed = time.monotonic()
    scene.stay(EXPIRE - 10, OTHER)
    until(lambda: rpki(sluice)["state"] == "expired", 20, "Expire")
    say("expired %.1f s after the cache was killed" % (
        time.monotonic() - killed))
    text = "destination 192.0.2.8/32 protocol =17"
    scene.acme.announce(nlri(text))
    until_state(sluice, "acme", text, ("refused", "rpki-unknown"))
    scene.stay(1, OTHER)
    until(lambda: not scene.router.holds(), 20, "the rule to go")
    say("gone in BIRD %.1f s after the cache was killed" % (
        time.monotonic() - killed))
    equal(rpki(sluice)["state"], "gone", "the state")
    scene.cache.start()
    until(lambda: {nlri(OTHER), nlri(text)} == scene.router.holds(), 20,
          "both rules when the cache is back")


def test(lab):
    scene = Scene(lab)
    comes_and_goes(scene)
    shrinks(scene)
    dies(scene)
    if "--expire" in sys.argv:
        expires(scene)
    scene.sluice.intact()
    guard_dies(scene)


run(test)
