# SPDX-License-Identifier: BSD-2-Clause
"""Hard days of sessions: links to customers go silent in mid-attack, both
route reflectors restart together, one customer's two sessions want different
things, a rule takes its own session down. Customers: GoBGP, ExaBGP and BIRD;
inside: BIRD twice, FRR and a recorder."""
import datetime
import signal

from isp import *

RR = {"rr1": "198.18.0.11", "rr2": "198.18.0.12"}
EDGE = "198.18.0.13"
ACME, GLOBEX, HOOLI = "198.18.1.1", "198.18.1.2", "198.18.1.3"
WEST, EAST = "198.18.1.4", "198.18.1.5"
HOLD = 3
LINGER = 4                                         # globex's and initech's


def customers():
    fast = {"hold_time": HOLD}
    initech = customer("initech", WEST, 65004, linger="%ds" % LINGER,
                       own={"prefixes": ["192.0.2.0/24"]},
                       actions={"rate_limit": {"min": 8000, "max": 1000000}},
                       multihop=2, **fast)
    initech["neighbors"].append(dict(initech["neighbors"][0], ip=EAST))
    return [
        through_pe("acme", ACME, 65001, ["203.0.113.0/24"], linger="1h",
                   **fast),
        customer("globex", GLOBEX, 65002, linger="%ds" % LINGER,
                 own={"prefixes": ["198.51.100.0/24"]}, multihop=2, **fast),
        customer("hooli", HOOLI, 65003, linger="1h", flap_breaker=True,
                 own={"prefixes": ["192.88.99.0/24"]}), initech]


class Reflector(Bird):
    """Feeds unicast, with the customer acme beside it, and takes rules."""

    def __init__(self, lab, name, ip):
        super().__init__(lab, name, ip, bird_unicast(
            "sluice", ip, SLUICE, ASN, ASN, "",
            "import none; export where source = RTS_BGP;",
            "flow4 { table flowtab4; import all; export none; };\n"
            "    flow6 { table flowtab6; import all; export none; };") +
            bird_unicast("acme", ip, ACME, ASN, 65001,
                         "passive on; hold time %d;" % HOLD,
                         "import all; export none;"))

    def holds(self):
        return {rules.encode(one).hex() for one, _, _ in self.rules()}

    def die(self):
        self.kill()
        os.unlink(self.control)


def edge(lab):
    """FRR, which takes rules and feeds nothing."""
    return Frr(lab, "edge", EDGE, frr_router(EDGE, ASN, [(SLUICE, ASN, [], {
        "ipv4 flowspec": ["activate"], "ipv6 flowspec": ["activate"]})]))


def with_reflectors(lab, name, ip, asn, prefix):
    """BIRD; unicast with both reflectors."""
    return BirdCustomer(lab, name, ip, asn, [prefix], more=bird_unicast(
        "second", ip, RR["rr2"], asn, ASN, "", "import none; export all;"))


class Links:
    """Links to customers that carry nothing any more, in either direction."""

    def __init__(self):
        command("ip", "rule", "add", "pref", "10", "lookup", "local")
        command("ip", "rule", "del", "pref", "0")

    def cut(self, ip):
        command("ip", "rule", "add", "pref", "5", "to", ip, "blackhole")

    def mend(self, ip):
        command("ip", "rule", "del", "pref", "5", "to", ip, "blackhole")


def udp(host):
    return "destination %s/32 protocol =17" % host


class Scene:
    def __init__(self, lab):
        self.links = Links()
        lab.addresses(ACME, GLOBEX, WEST, EAST)
        feeds = {"families": UNICAST + FLOWSPEC, "hold_time": 9}
        self.sluice = Sluice(
            lab, internal=[inward(name, ip, **feeds)
                           for name, ip in RR.items()] +
            [inward("edge", EDGE), inward("recorder", RECORDER)],
            customers=customers())
        self.recorder = Speaker(lab, RECORDER, SLUICE, ASN, listen=True)
        self.reflectors = {name: Reflector(lab, name, ip)
                           for name, ip in RR.items()}
        self.edge = edge(lab)
        self.acme = with_reflectors(lab, "acme", ACME, 65001,
                                    "203.0.113.0/24")
        self.globex = GobgpCustomer(lab, "globex", GLOBEX, 65002, pe=False)
        self.west = GobgpCustomer(lab, "west", WEST, 65004, pe=False)
        self.east = Exabgp(lab, "east", EAST, SLUICE, 65004, ASN)
        self.hooli = Speaker(lab, HOOLI, SLUICE, 65003)
        up(self.sluice, "rr1", "rr2", "edge", "recorder", ACME, GLOBEX, WEST,
           EAST, HOOLI)
        until_route(self.sluice, "203.0.113.0/24", 65001)

    def inside(self, text, there=True):
        """Until every router inside has the rule, or none."""
        value = nlri(text)
        until(lambda: (value in self.recorder.rules()) == there, 20,
              "%s inside: %s" % (text, there))
        for name, one in self.reflectors.items():
            until(lambda: (value in one.holds()) == there, 20,
                  "%s in %s: %s" % (text, name, there))
        until(lambda: (value in self.of_edge()) == there, 20,
              "%s in the edge: %s" % (text, there))

    def of_edge(self):
        return {value.hex() for value, _ in self.edge.rules()}

    def messages(self, text):
        """How often the recorder was told of it, either way."""
        return sum(detail[1] == nlri(text) for kind in ("announce", "withdraw")
                   for detail in self.recorder.seen(kind))


def row_of(sluice, text, neighbor=None):
    for row in sluice.rules():
        if row["nlri"] == nlri(text) and neighbor in (None, row["neighbor"]):
            return row
    return None


def left(sluice, text):
    """Seconds until its state ends."""
    row = row_of(sluice, text)
    return when(row["expires"]) - time.time()


def when(text):
    return datetime.datetime.fromisoformat(
        text.replace("Z", "+00:00")).timestamp()


def saturated(scene):
    """Nothing comes through to acme and globex any more."""
    sluice = scene.sluice
    of_acme, of_globex = udp("203.0.113.7"), udp("198.51.100.7")
    acme_wants(scene, 7)
    scene.globex.rule("destination 198.51.100.7/32 protocol udp")
    scene.inside(of_acme)
    scene.inside(of_globex)
    since = time.monotonic()
    for ip in (ACME, GLOBEX):
        scene.links.cut(ip)
    until_state(sluice, "acme", of_acme, ("lingering", "session-lost"))
    lost = time.monotonic() - since
    equal(sluice.session(ACME)["notification"]["code"], 4, "hold timer")
    first = left(sluice, of_acme)
    expect(3580 < first <= 3600, "an hour left at first: %g" % first)
    until(lambda: nlri(of_globex) not in scene.recorder.rules(), 20,
          "the end of globex's linger")
    gone = time.monotonic() - since
    scene.inside(of_globex, False)
    equal(row_of(sluice, of_globex), None, "globex's rule")
    equal(record(sluice, of_globex, customer="globex")["reason"],
          "linger-ended", "why it went")
    expect(left(sluice, of_acme) < first, "acme's linger counts down")
    for ip in (ACME, GLOBEX):
        scene.links.mend(ip)
    until_state(sluice, "acme", of_acme, ("accepted", "accepted"), 40)
    scene.inside(of_acme)
    equal(scene.messages(of_acme), 1, "messages inside about acme's rule")
    # Announced again when the session is back.
    scene.inside(of_globex)
    say("links silent: lingering after %.1f s (hold time %d s); globex's gone "
        "inside after %.1f s (linger %d s), acme's never touched" % (
            lost, HOLD, gone, LINGER))


def acme_wants(scene, *hosts):
    scene.acme.flows = ["dst 203.0.113.%d/32; proto 17;" % n for n in hosts]
    scene.acme.configure()


def crashed(scene):
    """A customer's daemon is killed, and comes back with another rule in place
    of one of its two."""
    sluice = scene.sluice
    stays, goes, comes = (udp("203.0.113.%d" % n) for n in (7, 8, 9))
    acme_wants(scene, 7, 8)
    scene.inside(goes)
    scene.acme.kill()
    os.unlink(scene.acme.control)
    for one in (stays, goes):
        until_state(sluice, "acme", one, ("lingering", "session-lost"))
    scene.acme.flows = ["dst 203.0.113.%d/32; proto 17;" % n for n in (7, 9)]
    scene.acme.write(scene.acme.lab, scene.acme.protocols())
    scene.acme.start()
    scene.inside(comes)
    scene.inside(goes, False)
    until_state(sluice, "acme", stays, ("accepted", "accepted"))
    equal(record(sluice, goes, customer="acme")["reason"],
          "not-announced-again", "why it went")
    equal(scene.messages(stays), 1, "messages inside about acme's rule")
    say("daemon killed and back: one rule untouched, the one it no longer "
        "wanted gone, a new one in")


def longer(scene):
    """Silent for longer than the damping: unicast is gone, and without a route
    there is no right to filter. Back by itself with the link."""
    sluice, text = scene.sluice, udp("203.0.113.7")
    sluice.config["validation"] = {"damping": "1s"}
    sluice.reload()
    scene.links.cut(ACME)
    until_state(sluice, "acme", text, ("revoked", "no-route"))
    scene.inside(text, False)
    scene.links.mend(ACME)
    until_state(sluice, "acme", text, ("accepted", "accepted"), 40)
    scene.inside(text)
    sluice.config["validation"] = {"damping": "60s"}
    sluice.reload()
    say("silent for longer than the damping: revoked, no-route; back with the "
        "link")


def reflectors_restart(scene):
    """Both die; a new rule waits, those that stand stay; both come back."""
    sluice, stands = scene.sluice, udp("203.0.113.7")
    new = udp("203.0.113.10")
    before = len(scene.recorder.seen("withdraw"))
    for one in scene.reflectors.values():
        one.die()
    until(lambda: not sluice.session("rr1")["up"] and
          not sluice.session("rr2")["up"], 20, "both to be down")
    acme_wants(scene, 7, 9, 10)
    until_state(sluice, "acme", new, ("refused", "unicast-unknown"))
    equal(state(sluice, "acme", stands), ("accepted", "accepted"),
          "what stands")
    expect(nlri(stands) in scene.of_edge(), "what stands, in FRR")
    since = time.monotonic()
    for one in scene.reflectors.values():
        one.start()
    until_state(sluice, "acme", new, ("accepted", "accepted"), 60)
    took = time.monotonic() - since
    scene.inside(new)
    scene.inside(stands)
    held = [one.holds() for one in scene.reflectors.values()] + [
        scene.of_edge(), set(scene.recorder.rules())]
    expect(all(one == held[0] for one in held), "all the same inside: %s" %
           held)
    equal(len(scene.recorder.seen("withdraw")), before, "withdrawals inside")
    equal(scene.messages(stands), 1, "messages about what stands")
    say("reflectors restarted: a new rule refused, unicast-unknown, accepted "
        "by itself %.1f s after; %d rules the same in all four" % (
            took, len(held[0])))


def action_inside(scene, text):
    attributes = scene.recorder.rules().get(nlri(text))
    return attributes and attributes[0x10]


def two_sessions(scene):
    """initech's: each has a rule of its own, and both have one, with another
    action. East (ExaBGP) goes silent."""
    sluice = scene.sluice
    west, east, both = (udp("192.0.2.%d" % n) for n in (1, 2, 3))
    flow = "announce flow route { match { destination 192.0.2.%d/32; " \
        "protocol udp; } then { %s; } }"
    scene.west.rule("destination 192.0.2.1/32 protocol udp")
    scene.west.rule("destination 192.0.2.3/32 protocol udp")
    scene.inside(both)
    dropped = action_inside(scene, both)
    scene.east.say(flow % (2, "discard"))
    scene.east.say(flow % (3, "rate-limit 9600"))
    for text in (west, east, both):
        scene.inside(text)
    until(lambda: action_inside(scene, both) not in (None, dropped), 10,
          "the newest action to win")
    slowed = action_inside(scene, both)
    equal(slowed, "8006000046160000", "9600 octets a second")
    equal(len([row for row in sluice.rules(customer="initech")
               if row["state"] == "accepted"]), 4, "accepted rules")
    before = scene.messages(west)
    os.kill(scene.east.pid, signal.SIGSTOP)
    until(lambda: (row_of(sluice, east) or {}).get("state") == "lingering", 20,
          "east's rule to linger")
    equal(action_inside(scene, both), slowed, "while east lingers")
    equal(row_of(sluice, both, WEST)["state"], "accepted", "west's own")
    scene.west.rule("destination 192.0.2.4/32 protocol udp")
    scene.inside(udp("192.0.2.4"))
    scene.inside(east, False)
    until(lambda: action_inside(scene, both) == dropped, 10,
          "west's action when east's linger has ended")
    os.kill(scene.east.pid, signal.SIGCONT)
    scene.inside(east)
    until(lambda: action_inside(scene, both) == slowed, 10,
          "east's action when it is back")
    equal(scene.messages(west), before, "messages about west's own rule")
    say("two sessions: newest action won, went with its session's linger, was "
        "back with it; the other session's rules never touched")


def flaps(scene):
    """hooli's session dies twice just after a rule of its; another rule, of
    before, is above suspicion only once it has stood for 30 s."""
    sluice, text = scene.sluice, udp("192.88.99.7")
    for n in (1, 2):
        until(lambda: scene.hooli.up and scene.hooli.ups == n, 20,
              "hooli's session")
        scene.hooli.announce(nlri(text))
        if n == 1:
            scene.inside(text)
        else:
            until_state(sluice, "hooli", text, ("accepted", "accepted"))
        scene.hooli.drop(reconnect=True)
    until(lambda: scene.hooli.ups == 3, 20, "hooli's third session")
    scene.hooli.announce(nlri(text))
    until_state(sluice, "hooli", text, ("quarantined", "flap"))
    scene.inside(text, False)
    row = row_of(sluice, text)
    sluice.cli("release", row["id"], "-m", "it was the power supply")
    scene.inside(text)
    say("session lost twice after a rule: quarantined as flap; released: back")


def test(lab):
    scene = Scene(lab)
    saturated(scene)
    crashed(scene)
    reflectors_restart(scene)
    longer(scene)
    two_sessions(scene)
    flaps(scene)
    equal(scene.recorder.ups, 1, "recorder's sessions")
    scene.sluice.intact()


run(test)
