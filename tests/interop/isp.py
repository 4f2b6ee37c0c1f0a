# SPDX-License-Identifier: BSD-2-Clause
"""An ISP around sluice, for the scenarios: one router (BIRD or FRR) that has
unicast with the customers by eBGP, feeds it to sluice by iBGP and takes the
rules from there; and customers, each a real daemon with its unicast there and
its Flowspec with sluice."""
import signal

import bgp
import rules
from daemons import *
from lab import *

ROUTER, RECORDER = "198.18.0.11", "198.18.0.15"
DROP4 = "(generic, 0x80060000, 0x0)"
NO_RULES = {"ipv4 flowspec": ["activate", "route-map NOTHING out"]}


class BirdRouter(Bird):
    def __init__(self, lab, customers):
        text = bird_unicast(
            "sluice", ROUTER, SLUICE, ASN, ASN, "",
            "import none; export where source = RTS_BGP;",
            "flow4 { table flowtab4; import all; export none; };\n"
            "    flow6 { table flowtab6; import all; export none; };")
        for name, ip, asn in customers:
            text += bird_unicast("to_" + name, ROUTER, ip, ASN, asn, "passive on;",
                                 "import all; export none;")
        super().__init__(lab, "router", ROUTER, text)

    def holds(self):
        """NLRI values as hex."""
        return {rules.encode(one).hex() for one, _, _ in self.rules()}


class FrrRouter(Frr):
    def __init__(self, lab, customers):
        peers = [(SLUICE, ASN, [], {
            "ipv4 unicast": ["activate"], "ipv6 unicast": ["activate"],
            "ipv4 flowspec": ["activate"], "ipv6 flowspec": ["activate"]})]
        for _, ip, asn in customers:
            peers.append((ip, asn, ["passive", "ebgp-multihop 2"], {
                "ipv4 unicast": ["activate", "route-map NOTHING out"]}))
        super().__init__(lab, "router", ROUTER, frr_router(ROUTER, ASN, peers))

    def holds(self):
        return {value.hex() for value, _ in self.rules()}


class BirdCustomer(Bird):
    """Prefixes and rules stand in its file; change them and configure()."""

    def __init__(self, lab, name, ip, asn, prefixes, flows=(), more=""):
        self.ip, self.asn, self.more = ip, asn, more
        self.prefixes, self.flows = list(prefixes), list(flows)
        super().__init__(lab, name, ip, self.protocols())

    def protocols(self):
        return (bird_routes("announced", *self.prefixes) +
                bird_rules("wanted", bgp.V4, *(
                    (flow, [DROP4]) for flow in self.flows)) +
                bird_unicast("provider", self.ip, ROUTER, self.asn, ASN, "",
                             "import none; export all;") +
                bird_peer("sluice", self.ip, SLUICE, self.asn, ASN, "",
                          "import none; export all;") + self.more)

    def configure(self):
        self.write(self.lab, self.protocols())
        self.birdc("configure")


class GobgpCustomer(Gobgp):
    def __init__(self, lab, name, ip, asn, prefixes=(), families=(
            "ipv4-flowspec", "ipv6-flowspec"), pe=True):
        config = gobgp_peer(ip, SLUICE, ASN, GOBGP_HOPS, families=families)
        if pe:
            config += gobgp_peer(ip, ROUTER, ASN, GOBGP_HOPS,
                                 families=("ipv4-unicast", "ipv6-unicast"))
        super().__init__(lab, name, ip, asn, config, listen=False)
        for prefix in prefixes:
            self.route(prefix)

    def route(self, prefix):
        self.gobgp("global", "rib", "add", prefix, "-a",
                   "ipv6" if ":" in prefix else "ipv4")

    def unroute(self, prefix):
        self.gobgp("global", "rib", "del", prefix, "-a",
                   "ipv6" if ":" in prefix else "ipv4")

    def rule(self, match, then="discard"):
        self.gobgp("global", "rib", "add", "-a", "ipv4-flowspec", "match",
                   *match.split(), "then", *then.split())

    def unrule(self, match, then="discard"):
        self.gobgp("global", "rib", "del", "-a", "ipv4-flowspec", "match",
                   *match.split(), "then", *then.split())


class FrrCustomer(Frr):
    """An edge router that passes on what a router inside says (FRR makes no
    rules of its own): `inside` is that one, a Speaker."""

    def __init__(self, lab, name, ip, asn, prefixes, inside):
        lab.addresses(inside)
        super().__init__(lab, name, ip, frr_router(ip, asn, [
            (SLUICE, ASN, ["ebgp-multihop 2"], {"ipv4 flowspec": ["activate"]}),
            (ROUTER, ASN, ["ebgp-multihop 2"], {"ipv4 unicast": ["activate"]}),
            (inside, asn, ["passive"], NO_RULES)], prefixes))
        self.inside = Speaker(lab, inside, ip, asn, families=(bgp.V4,))

    def rule(self, text):
        self.inside.announce(nlri(text), path=bgp.path(),
                             extra=bgp.attribute(5, b"\0\0\0\x64"))


def internal(**more):
    """`internal`: the router, which feeds, and a recorder."""
    return [inward("router", ROUTER, families=UNICAST + FLOWSPEC, **more),
            inward("recorder", RECORDER)]


def through_pe(name, ip, asn, own, **more):
    """A customer whose unicast comes by the router, validated by default."""
    return customer(name, ip, asn, own={"prefixes": own}, multihop=2,
                    validate="neighbor-as", **more)


class Legal:
    """Rules that must stand inside all the time, from where they begin."""

    def __init__(self, recorder, router):
        self.recorder, self.router, self.values = recorder, router, set()

    def begin(self, *texts):
        values = {nlri(text) for text in texts}
        until(lambda: values <= set(self.recorder.rules()), 30,
              "legal rules inside: %s" % list(texts))
        until(lambda: values <= self.router.holds(), 30,
              "legal rules in the router")
        self.values |= values

    def hold(self, what):
        """They were announced once, and never anything else."""
        events = self.recorder.seen("announce") + \
            self.recorder.seen("withdraw")
        for value in self.values:
            equal(sum(detail[1] == value for detail in events), 1,
                  "%s: messages about a legal rule" % what)
        missing = self.values - self.router.holds()
        equal(missing, set(), what + ": missing in the router")


def record(sluice, text, **filters):
    """The newest entry of the log about this rule."""
    value = nlri(text)
    found = [entry for entry in sluice.audit(**filters)
             if entry.get("nlri") == value]
    expect(found, "an entry about %s" % text)
    return found[-1]


def state(sluice, name, text):
    """(state, reason) of a customer's rule, or None."""
    for row in sluice.rules(customer=name):
        if row["nlri"] == nlri(text):
            return row["state"], row["reason"]
    return None


def until_state(sluice, name, text, wanted, seconds=20):
    until(lambda: state(sluice, name, text) == wanted, seconds,
          "%s: %s to be %s, now %s" % (name, text, wanted,
                                       state(sluice, name, text)))


def kill_guard(sluice):
    """kill -9; back when another one answers."""
    guard = next(pid for pid, role, _ in sluice.roles() if role == "guard")
    os.kill(guard, signal.SIGKILL)
    until(lambda: any(role == "guard" and pid != guard for pid, role, _ in
                      sluice.roles()) and
          sluice.command("status").returncode == 0, 10, "another guard")


def up(sluice, *names, seconds=40):
    until(lambda: all(sluice.session(name).get("up") for name in names),
          seconds, "sessions of " + ", ".join(names))


def until_route(sluice, prefix, asn, seconds=30):
    """The best route to exactly this prefix comes from this AS."""
    def there():
        best = sluice.route(prefix)
        return best["prefix"] == prefix and best["neighbor_as"] == asn
    until(there, seconds, "a route to %s from AS %d, best %s" % (
        prefix, asn, sluice.route(prefix)))
