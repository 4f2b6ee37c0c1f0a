# SPDX-License-Identifier: BSD-2-Clause
"""The cases of truth_cases.py, with the same speakers before three devices:
BIRD with `validate on`, sluice with `validate: strict`, and sluice with
`validate: neighbor-as`.

BIRD has the same policy by filters (what customers own, what is ignored), and
three settings that are off by default and that sluice always follows:
`deterministic med` (RFC 4271 9.1.2.2 c; without it the case of three routes
goes wrong), `enforce first as` (RFC 4271 6.3, a MAY; without it a customer's
route and rule may both begin with another AS), and `confederation` towards the
reflectors (without it routes with confederation segments are malformed)."""
import ipaddress
import re
import threading

import bgp
import rules
import truth_cases
from daemons import *
from lab import *
from truth_cases import ASN_OF, BLOCK, CASES, IDENTIFIER, OK

OWN6 = ["2001:db8::/32", "::/16"]                  # A's
MARKS = {who: 64 + at for at, who in enumerate(IDENTIFIER)}
FAMILIES = UNICAST + FLOWSPEC
DAMPING = 1                                        # seconds
RECORDER = 9                                       # host number of addresses


def own(who):
    """Prefixes of IPv4 that a session's customer owns."""
    mine = ["%d.0.0.0/8" % BLOCK[who]]
    return mine + ["100.%d.0.0/16" % MARKS[one] for one in ASN_OF
                   if BLOCK[one] == BLOCK[who]]


# ---- what the cases' words mean ----

def prefix_of(where, case):
    """"1.0/24" -> "10.N.1.0/24", "1::/64" -> "2001:db8:N:1::/64"."""
    if where.startswith("raw "):
        text = where[4:].replace("%x", "%x" % case.n)
    elif ":" in where:
        text = "2001:db8:%x:%s" % (case.n, where.removeprefix(":"))
        text = re.sub("(?<!:):/", "::/", text)
    else:
        text = "%d.%d.%s" % (case.block, case.n, where)
    if ":" not in text:
        text = re.sub(r"^(\d+\.\d+\.\d+)/", r"\1.0/", text)
    return str(ipaddress.ip_network(text, strict=False))


def nlri_of(where, case):
    """(family, NLRI value) of a case's rule."""
    if where is None:
        return bgp.V4, rules.from_text("source 10.%d.0.0/16 protocol =17" %
                                       case.n)
    where, _, offset = where.partition("@")
    text = prefix_of(where, case)
    family = bgp.V6 if ":" in text else bgp.V4
    return family, rules.prefix_octets(1, text, int(offset or 0)) + \
        bytes.fromhex("038111")


# ---- the devices ----

class Device:
    """One device with speakers of its own."""

    def __init__(self, lab, place, name):
        self.lab, self.place, self.name = lab, place, name
        self.at = "198.18.%d.1" % place
        self.speakers = {}
        self.lost = set()

    def address(self, who):
        return "198.18.%d.%d" % (self.place, 11 + list(IDENTIFIER).index(who))

    def speak(self, listen):
        for who in IDENTIFIER:
            inside = who in "FG"
            self.speakers[who] = Speaker(
                self.lab, self.address(who), self.at, ASN_OF.get(who, ASN),
                router_id=IDENTIFIER[who], listen=listen and inside,
                families=(bgp.UNICAST4, bgp.UNICAST6) + (
                    () if inside else (bgp.V4, bgp.V6)),
                capabilities=bgp.capability(2) +
                bgp.capability(64, b"\0\0"))
        until(lambda: all(one.up for one in self.speakers.values()), 20,
              self.name + ": sessions")
        for one in self.speakers.values():
            one.end_of_rib()

    def here(self):
        return [who for who in IDENTIFIER if who not in self.lost]

    def do(self, op, case):
        """One step of a case."""
        speaker = self.speakers[op[1]]
        if op[0] == "route":
            speaker.route(prefix_of(op[2], case), bgp.path(*op[3]), **op[4])
        elif op[0] == "gone":
            speaker.unroute(prefix_of(op[2], case))
        elif op[0] == "rule":
            family, value = nlri_of(op[2], case)
            speaker.announce(value, family=family, path=bgp.path(*op[3]),
                             **op[4])
        elif op[0] == "unrule":
            family, value = nlri_of(op[2], case)
            speaker.withdraw(value, family)
        elif op[0] == "lose" and op[1] not in self.lost:
            self.lost.add(op[1])
            speaker.drop()
            until(lambda: not self.is_up(op[1]), 10, "the end of " + op[1])

    def stage(self, steps, mark):
        """All steps (op, case), routes first; back when all has been judged:
        marked by a route of each speaker and a rule of each customer."""
        marks = {who: "100.%d.%d.0/32" % (MARKS[who], mark)
                 for who in IDENTIFIER}
        for op, case in steps:
            if op[0] in ("lose", "route", "gone"):
                self.do(op, case)
        for who in self.here():
            self.speakers[who].route(
                marks[who], bgp.path(65001) if who in "FG" else None,
                bgp.attribute(5, truth_cases.number(100)) if who in "FG"
                else b"")
        until(lambda: self.has_routes([marks[who] for who in self.here()]),
              20, self.name + ": routes that mark the end")
        for op, case in steps:
            if op[0] in ("rule", "unrule"):
                self.do(op, case)
        self.mark_rules({who: marks[who] for who in self.here()
                         if who in ASN_OF})

    def mark_rules(self, marks):
        values = {who: rules.from_text("destination " + mark)
                  for who, mark in marks.items()}
        for who, value in values.items():
            self.speakers[who].announce(value)
        until(lambda: all(self.verdict(self.states(), who, value)
                          for who, value in values.items()), 20,
              self.name + ": rules that mark the end")
        self.speakers["A"].unroute(marks["A"])
        until(lambda: not self.verdict(self.states(), "A", values["A"]), 20,
              self.name + ": a rule without its route to end")

    def verdict(self, states, who, value):
        """Does the rule pass?"""
        return states.get((who, value.hex())) in (OK, True)


class BirdDevice(Device):
    kind = "bird"
    CHANNELS = """
    %(more)s
    ipv4 { import filter %(in)s4; export none; gateway recursive;
        igp table igp4; };
    ipv6 { import filter %(in)s6; export none; gateway recursive;
        igp table igp6; };
"""
    RULES = """
    flow4 { table flowtab4; validate on; base table master4;
        import all; export none; };
    flow6 { table flowtab6; validate on; base table master6;
        import all; export none; };
"""
    HEAD = """
ipv4 table master4 { trie yes; };
ipv6 table master6 { trie yes; };
ipv4 table igp4;
ipv6 table igp6;
protocol static { ipv4 { table igp4; }; route 0.0.0.0/0 blackhole; }
protocol static { ipv6 { table igp6; }; route ::/0 blackhole; }
filter feed4 { if (65535,666) ~ bgp_community then reject;
    if defined(bgp_originator_id) then {
        if bgp_originator_id = %(ignored)s then reject; } accept; }
filter feed6 { accept; }
""" % {"ignored": truth_cases.IGNORED_ORIGINATOR}

    def __init__(self, lab, place):
        super().__init__(lab, place, "BIRD")
        text = self.HEAD + "".join(
            self.filters(who) for who in ASN_OF) + "".join(
            self.protocol(who) for who in IDENTIFIER)
        self.bird = Bird(lab, "bird", self.at, text,
                         router_id=truth_cases.OUR_IDENTIFIER)
        self.speak(False)

    def filters(self, who):
        """A customer's routes: what it owns, and what is not ignored."""
        return """
filter cust_%s4 { if (65535,666) ~ bgp_community then reject;
    if net !~ [ %s ] then reject; accept; }
filter cust_%s6 { if net !~ [ %s ] then reject; accept; }
""" % (who, ", ".join(one + "+" for one in own(who)), who, ", ".join(
            one + "+" for one in OWN6) if who in "Aa" else "fc00::/128")

    def protocol(self, who):
        inside = who in "FG"
        return """protocol bgp %s {
    local %s as %d; neighbor %s as %d;
    passive on; strict bind yes; multihop; deterministic med;
""" % (who, self.at, ASN, self.address(who), ASN_OF.get(who, ASN)) + \
            self.CHANNELS % {
                "in": "feed" if inside else "cust_" + who,
                "more": "confederation %d;" % ASN if inside else
                "enforce first as;"} + \
            ("" if inside else self.RULES) + "}\n"

    def is_up(self, who):
        return self.bird.up(who)

    def has_routes(self, prefixes):
        text = self.bird.birdc("show", "route", "table", "master4", "where",
                               "net ~ [ 100.0.0.0/8+ ]")
        return all(re.search("^" + re.escape(one) + " ", text, re.M)
                   for one in prefixes)

    def states(self):
        """{(who, NLRI hex): valid}"""
        out = {}
        for who in ASN_OF:
            for table in ("flowtab4", "flowtab6"):
                for line in self.bird.birdc(
                        "show", "route", "table", table, "protocol",
                        who).splitlines():
                    if line.startswith("flow"):
                        end = line.index("}") + 1
                        components, _ = rules.from_bird(line[:end])
                        out[who, rules.encode(components).hex()] = \
                            "unreachable" not in line[end:]
        return out


class SluiceDevice(Device):
    def __init__(self, lab, place, mode):
        super().__init__(lab, place, "sluice " + mode)
        self.kind = mode
        recorder = "198.18.%d.%d" % (place, RECORDER)
        lab.addresses(self.at)
        feeds = [inward(who, self.address(who), families=UNICAST)
                 for who in "FG"]
        self.sluice = Sluice(
            lab, name="sluice-" + mode, listen=(self.at,),
            router={"router_id": truth_cases.OUR_IDENTIFIER},
            internal=[dict(one, local_address=self.at) for one in feeds + [
                inward("recorder", recorder)]],
            customers=[self.customer(who) for who in ASN_OF if who != "a"],
            validation={
                "damping": "%ds" % DAMPING,
                "ignore_communities": ["65535:666"],
                "ignore_originators": [truth_cases.IGNORED_ORIGINATOR]},
            brake={"percent": 100})
        self.router = Speaker(lab, recorder, self.at, ASN, listen=True)
        self.speak(True)

    def customer(self, who):
        more = {"A": {"asns": [65001, truth_cases.BEHIND_A], "linger": "1s"},
                "K": {"failover": "keep"},
                "I": {"best_match": "internal"} if self.kind != "strict"
                else {}}.get(who, {})
        out = customer(
            who, self.address(who), ASN_OF[who], families=FAMILIES,
            validate=self.kind, own={"prefixes": own(who) + (
                OWN6 if who == "A" else [])},
            destination={"ipv4": {"min": 16, "hold_from": 16},
                         "ipv6": {"min": 32, "hold_from": 32}}, **more)
        if who == "A":
            out["neighbors"].append(dict(out["neighbors"][0],
                                         ip=self.address("a")))
        return out

    def is_up(self, who):
        return self.sluice.session(
            who if who in "FG" else self.address(who)).get("up")

    def has_routes(self, prefixes):
        return all(self.sluice.route(one)["prefix"] == one
                   for one in prefixes)

    def states(self):
        """{(who, NLRI hex): reason}; only of accepted rules it is OK."""
        out = {}
        names = {self.address(who): who for who in ASN_OF}
        for row in self.sluice.rules():
            reason = row["reason"]
            if (row["state"] in ("accepted", "lingering")) != (
                    reason in (OK, "session-lost")):
                reason = "%s, %s" % (row["state"], reason)
            out[names[row["neighbor"]], row["nlri"]] = reason
        return out

    def inside_as(self, states):
        """What is accepted stands inside, and nothing else."""
        return {value for (_, value), reason in states.items()
                if reason in (OK, "session-lost")} == {
            value for family in (bgp.V4, bgp.V6)
            for value in self.router.rules(family)}

    def steady(self, value):
        """It came once and never went."""
        events = [what for _, what, detail in self.router.events
                  if what in ("announce", "withdraw") and
                  detail[1] == value.hex()]
        return events == ["announce"]


# ---- the run ----

def wanted(cases, at, device):
    """{(who, NLRI hex): (verdict, case)} after stage at."""
    out = {}
    for case in cases:
        for key, verdict in case.wanted(at, device).items():
            who, _, where = key.partition(" ")
            _, value = nlri_of(None if where == "None" else where, case)
            out[who, value.hex()] = (verdict, case)
    return out


def differences(device, cases, at):
    states = device.states()
    out = []
    for key, (verdict, case) in wanted(cases, at, device.kind).items():
        got = states.get(key, False)
        if device.kind == "bird":
            got = bool(got)
        if got != verdict:
            out.append("%s, stage %d: %s says %s, wanted %s" % (
                case.name, at + 1, device.name, got, verdict))
    if device.kind != "bird" and not device.inside_as(states):
        out.append("stage %d: inside of %s stands something else" % (
            at + 1, device.name))
    return out


def play(device, cases, first):
    """All cases, stage by stage; what differs from what is wanted."""
    bad = []
    for at in range(max(len(case.stages) for case in cases)):
        device.stage([(op, case) for case in cases
                      if at < len(case.stages) for op in case.stages[at][0]],
                     first + at)
        left = differences(device, cases, at)
        try:
            until(lambda: not differences(device, cases, at), 4)
        except Failure:
            left = differences(device, cases, at)
            bad += left
    return bad


def run_device(device, bad):
    try:
        for late in range(3):
            bad += play(device, [case for case in CASES if case.late == late],
                        1 + 10 * late)
        if device.kind != "bird":
            for case in CASES:
                for who, where in ((op[1], op[2]) for op in case.stages[0][0]
                                   if op[0] == "rule" and case.steady):
                    if case.stages[0][1][device.kind][
                            "%s %s" % (who, where)] == OK and \
                            not device.steady(nlri_of(where, case)[1]):
                        bad.append("%s: %s took it back for a while" % (
                            case.name, device.name))
    except BaseException as error:
        bad.append("%s: %r" % (device.name, error))
        raise


def tell():
    rows = sum(len(case.stages[at][1]["strict"]) for case in CASES
               for at in range(len(case.stages)))
    say("%d cases, %d verdicts a device; sluice as wanted in both modes" % (
        len(CASES), rows))
    for what in ("bird", "strict"):
        name = {"bird": "BIRD", "strict": "sluice, strict"}[what]
        for case in CASES:
            for at, (_, by) in enumerate(case.stages):
                ours = {key: verdict in (OK, True)
                        for key, verdict in by[what].items()}
                if ours != by["rfc"]:
                    say("%s departs from RFC %s (%s, stage %d): %s" % (
                        name, case.clause, case.name, at + 1, case.why))


def test(lab):
    devices = [BirdDevice(lab, 20)]
    if not os.environ.get("TRUTH_BIRD_ONLY"):
        devices += [SluiceDevice(lab, 21, "strict"),
                    SluiceDevice(lab, 22, "neighbor-as")]
    bad = []
    threads = [threading.Thread(target=run_device,
                                args=(device, bad))
               for device in devices]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for line in bad:
        say(line)
    equal(len(bad), 0, "differences")
    for device in devices[1:]:
        device.sluice.intact()
    tell()


run(test)
