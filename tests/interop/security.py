# SPDX-License-Identifier: BSD-2-Clause
"""TCP MD5 keys (RFC 2385) and TTL security (RFC 5082) with each real daemon, as
customer and as router inside: right ones make a session, wrong or missing ones
never do. Wrong cases are looked at after the right ones are all up and another
five seconds have gone by."""
import bgp
from daemons import *
from lab import *

KEY, WRONG_KEY = "s3cret-of-ours", "another"

# name: key that sluice has, key of the daemon, ttl_security of sluice, TTL
# security on the daemon, is a session wanted?
CASES = {
    "md5": (KEY, KEY, 0, False, True),
    "md5-wrong": (KEY, WRONG_KEY, 0, False, False),
    "md5-missing": (KEY, None, 0, False, False),
    "md5-unasked": (None, KEY, 0, False, False),
    "ttl": (None, None, 1, True, True),
    "ttl-wrong": (None, None, 1, False, False),
    "md5-ttl": (KEY, KEY, 1, True, True),
}
# who: case, over IPv6?, does the daemon connect?
OUTSIDE = [("md5", False, True), ("md5", False, False), ("md5", True, True),
           ("md5", True, False), ("md5-wrong", False, True),
           ("md5-wrong", False, False), ("md5-missing", False, True),
           ("md5-unasked", False, True), ("ttl", False, True),
           ("ttl", True, False), ("ttl-wrong", False, True),
           ("ttl-wrong", True, True), ("md5-ttl", False, True)]
INSIDE = [("md5", False, False), ("md5-wrong", False, False),
          ("ttl", False, False), ("ttl", True, True),
          ("ttl-wrong", False, True), ("md5-ttl", True, False)]

# ExaBGP 4.2 cannot listen with a TTL of 255 over IPv6, and is no router. FRR
# always sends iBGP with 255, OpenBGPD over IPv6 never.
NOT = [("exabgp", False, ("ttl", True, False)),
       ("frr", True, ("ttl-wrong", False, True)),
       ("openbgpd", True, ("ttl", True, True)),
       ("openbgpd", True, ("md5-ttl", True, False))]


class Case:
    def __init__(self, number, daemon, inside, row):
        case, self.ipv6, self.dials = row
        (self.our_key, self.key, self.hops, self.ttl, self.wanted) = CASES[case]
        self.daemon, self.inside = daemon, inside
        self.name = "%s-%s-%s-%s-%s" % (
            daemon, "in" if inside else "out", case,
            "v6" if self.ipv6 else "v4", "dials" if self.dials else "waits")
        self.address = ("2001:db8:ffff:1::%d" if self.ipv6 else
                        "198.18.1.%d") % number
        self.sluice = SLUICE6 if self.ipv6 else SLUICE
        self.asn = ASN if inside else 65000 + number
        self.dst = "203.0.113.%d/32" % number

    def entry(self, lab):
        more = {"passive": self.dials, "local_address": self.sluice}
        if self.our_key:
            more["password_file"] = lab.file(self.name + ".key", self.our_key,
                                             0o400)
        if self.hops:
            more["ttl_security"] = self.hops
        if self.daemon == "openbgpd":
            more["families"] = UNICAST
        if self.inside:
            return inward(self.name, self.address, **more)
        if not self.hops:
            more["multihop"] = 2
        return customer(self.name, self.address, self.asn,
                        own={"prefixes": [self.dst]}, **more)

    def start(self, lab):
        getattr(self, "start_" + self.daemon)(lab)

    def start_bird(self, lab):
        options = "multihop %d;" % (1 if self.ttl else 2)
        if not self.dials:
            options += " passive on;"
        if self.key:
            options += ' password "%s";' % self.key
        if self.ttl:
            options += " ttl security on;"
        Bird(lab, self.name, self.address, bird_peer(
            "sluice", self.address, self.sluice, self.asn, ASN, options))

    def start_frr(self, lab):
        options = ["passive"] if not self.dials else []
        if self.key:
            options.append("password " + self.key)
        if self.ttl:
            options.append("disable-connected-check")
            options.append("ttl-security hops 1")
        elif not self.inside:
            options.append("ebgp-multihop 2")
        Frr(lab, self.name, self.address, frr_peer(
            self.address, self.sluice, self.asn, ASN, *options))

    def start_gobgp(self, lab):
        password = 'auth-password = "%s"\n' % self.key if self.key else ""
        more = ""
        if self.ttl:
            more = "[neighbors.ttl-security.config]\nenabled = true\n" \
                "ttl-min = 255\n"
        elif not self.inside:
            more = "[neighbors.ebgp-multihop.config]\nenabled = true\n" \
                "multihop-ttl = 2\n"
        Gobgp(lab, self.name, self.address, self.asn, gobgp_peer(
            self.address, self.sluice, ASN, password + more,
            "" if self.dials else "passive-mode = true\n"))

    def start_openbgpd(self, lab):
        options = [] if self.dials else ["passive"]
        if self.key:
            options.append('tcp md5sig password "%s"' % self.key)
        if self.ttl:
            options.append("ttl-security yes")
        elif not self.inside:
            options.append("multihop 2")
        Openbgpd(lab, self.name, self.address, self.sluice, self.asn, ASN,
                 options)

    def start_exabgp(self, lab):
        options = ""
        if self.key:
            options += 'md5-password "%s"; md5-base64 false;' % self.key
        if self.ttl:
            options += "outgoing-ttl 255; incoming-ttl 255;"
        Exabgp(lab, self.name, self.address, self.sluice, self.asn, ASN,
               options=options, passive=not self.dials)


def test(lab):
    cases = []
    for daemon in ("bird", "frr", "gobgp", "openbgpd", "exabgp"):
        for inside, rows in ((False, OUTSIDE), (True, INSIDE)):
            for row in rows:
                if (daemon, inside, row) not in NOT and not (
                        inside and daemon == "exabgp"):
                    cases.append(Case(len(cases) + 1, daemon, inside, row))
    lab.addresses(*(case.address for case in cases))
    sluice = Sluice(
        lab, internal=[case.entry(lab) for case in cases if case.inside],
        customers=[case.entry(lab) for case in cases if not case.inside])
    for case in cases:
        case.start(lab)

    def sessions():
        return {row["remote"]: row for row in sluice.cli("sessions")}

    def missing():
        now = sessions()
        return [case.name for case in cases if case.wanted and
                not now.get(case.address, {}).get("up")]
    try:
        until(lambda: not missing(), 60, "sessions")
    except Failure:
        raise Failure("not up: %s" % missing())
    time.sleep(5)
    now = {row["neighbor"]: row for row in sluice.cli("sessions")}
    for case in cases:
        row = now[case.name if case.inside else case.address]
        # FRR may end its first one: it takes its configuration line by line.
        equal(row["established"] > 0, case.wanted, case.name + ": sessions")
        if case.wanted:
            equal(row["authenticated"], True, case.name + ": authenticated")
    sluice.intact()
    say("%d sessions up with the right key or TTL; none of %d others ever"
        % (sum(case.wanted for case in cases),
           sum(not case.wanted for case in cases)))
    with open("/proc/net/netstat") as file:
        lines = [line.split() for line in file]
    counters = {name: int(value) for names, values in zip(lines[::2],
                                                          lines[1::2])
                for name, value in zip(names[1:], values[1:])
                if "MD5" in name}
    say("the kernel counted %s" % counters)
    for name in ("TCPMD5NotFound", "TCPMD5Unexpected", "TCPMD5Failure"):
        expect(counters[name] > 0, "%s is 0: a case did not run" % name)


run(test)
