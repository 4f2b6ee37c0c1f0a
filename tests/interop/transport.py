# SPDX-License-Identifier: BSD-2-Clause
"""Each real daemon as customer and as router inside, over IPv4 and IPv6, with
either side connecting. Customers' AS numbers have four octets in half of the
cases. FRR cannot originate rules: as a customer it only keeps its session."""
import bgp
import rules
from daemons import *
from lab import *

RECORDER = "198.18.0.99"


class Case:
    """One daemon in one role. dials: the daemon connects, sluice waits;
    otherwise the other way round."""

    def __init__(self, number, daemon, inside, ipv6, dials):
        self.number, self.daemon, self.inside = number, daemon, inside
        self.ipv6, self.dials = ipv6, dials
        self.name = "%s-%s-%s-%s" % (daemon, "in" if inside else "out",
                                     "v6" if ipv6 else "v4",
                                     "dials" if dials else "waits")
        self.address = ("2001:db8:ffff:1::%d" if ipv6 else
                        "198.18.1.%d") % (100 + number)
        self.sluice = SLUICE6 if ipv6 else SLUICE
        self.asn = ASN if inside else (4200000000 if ipv6 else 65000) + number
        self.dst = "203.0.113.%d/32" % number
        self.rule = nlri("destination %s protocol =17 source-port =53"
                         % self.dst)
        self.speaks = not inside and daemon != "frr"
        self.process = None

    def entry(self):
        """Its part of sluice's configuration."""
        more = {"passive": self.dials}
        if not self.inside:
            return customer(self.name, self.address, self.asn, multihop=2,
                            local_address=self.sluice,
                            own={"prefixes": [self.dst]}, **more)
        return inward(self.name, self.address, **more)

    def start(self, lab):
        getattr(self, "start_" + self.daemon)(lab)

    def start_bird(self, lab):
        channel = "import all; export none;"
        text = ""
        if self.speaks:
            channel = "import none; export all;"
            text = bird_rules("static1", bgp.V4, (
                "dst %s; proto 17; sport 53;" % self.dst,
                ["(generic, 0x80060000, 0x0)"]))
        self.process = Bird(lab, self.name, self.address, text + bird_peer(
            "sluice", self.address, self.sluice, self.asn, ASN,
            "" if self.dials else "passive on;", channel))

    def start_frr(self, lab):
        options = [] if self.inside else ["ebgp-multihop 2"]
        if not self.dials:
            options.append("passive")
        self.process = Frr(lab, self.name, self.address, frr_peer(
            self.address, self.sluice, self.asn, ASN, *options))

    def start_gobgp(self, lab):
        config = ""
        if not self.inside:
            config = ("[neighbors.ebgp-multihop.config]\nenabled = true\n"
                      "multihop-ttl = 2\n")
        self.process = Gobgp(lab, self.name, self.address, self.asn, gobgp_peer(
            self.address, self.sluice, ASN, config,
            "" if self.dials else "passive-mode = true\n"))
        if self.speaks:
            self.process.gobgp(
                "global", "rib", "add", "-a", "ipv4-flowspec", "match",
                "destination", self.dst, "protocol", "udp", "source-port",
                "==53", "then", "discard")

    def start_exabgp(self, lab):
        flows = ""
        if self.speaks:
            flows = ("route one { match { destination %s; protocol udp; "
                     "source-port =53; } then { discard; } }" % self.dst)
        self.process = Exabgp(lab, self.name, self.address, self.sluice,
                              self.asn, ASN, flows, passive=not self.dials)

    def holds(self):
        """What the daemon inside holds, in the form of wanted()."""
        if self.daemon == "bird":
            return sorted(rules.encode(components)
                          for components, _, _ in self.process.rules())
        if self.daemon == "frr":
            return sorted(value for value, _ in self.process.rules())
        return sorted(self.process.rules())


def test(lab):
    cases = []
    for inside in (False, True):
        for daemon in ("bird", "frr", "gobgp", "exabgp"):
            for ipv6 in (False, True):
                for dials in (False, True):
                    cases.append(Case(len(cases) + 1, daemon, inside, ipv6,
                                      dials))
    lab.addresses(*(case.address for case in cases))
    sluice = Sluice(
        lab, internal=[inward("recorder", RECORDER)] +
        [case.entry() for case in cases if case.inside],
        customers=[case.entry() for case in cases if not case.inside])
    router = Speaker(lab, RECORDER, SLUICE, ASN, listen=True)
    for case in cases:
        case.start(lab)

    def down():
        sessions = {row["remote"]: row for row in sluice.cli("sessions")
                    if row["up"]}
        return [case.name for case in cases if case.address not in sessions]
    try:
        until(lambda: not down(), 45, "sessions")
    except Failure:
        raise Failure("not up: %s" % down())
    wanted = sorted(case.rule for case in cases if case.speaks)
    until(lambda: sorted(router.rules()) == wanted, 20, "rules inside")
    octets = sorted(bytes.fromhex(value) for value in wanted)
    for case in cases:
        if case.inside and case.daemon != "exabgp":
            until(lambda: case.holds() == octets, 20, case.name + ": rules")
    for case in cases:
        equal(sluice.session(case.address)["established"], 1,
              case.name + ": sessions")
    sluice.intact()
    say("%d sessions up, one each; %d rules in each of the routers inside"
        % (len(cases), len(wanted)))


run(test)
