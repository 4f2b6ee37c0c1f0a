# SPDX-License-Identifier: BSD-2-Clause
"""Validation after RFC 8955 6, RFC 9117 and RFC 8956 5, case by case.

Speakers
  A  AS 65001, 65101 behind it        customers by eBGP, unicast and Flowspec
  a  A's second session               on one session, BGP Identifiers rising
  C  AS 65003                         from A on; what they own does not overlap
  K  AS 4200000001, failover: keep    (the configuration would be refused), so
  I  AS 65005, best_match: internal   that routes of others come by
  F, G  route reflectors by iBGP, F with the lower BGP Identifier

A case has prefixes of its own, which its customer owns: "1.0/24" is
10.N.1.0/24 (N: the case; 30.N for K, 40.N for I), "1::/64" is
2001:db8:N:1::/64. Each stage is (what happens, verdict in
`strict`, verdict in `neighbor-as`); a verdict is OK or a reason's name, about
the first rule of the case unless it is {"A 1.1/32": verdict}. Routes of one
stage come before its rules.

The RFC says what `strict` says unless `rfc` says otherwise (True: valid, one
for each stage) and `why` tells why; BIRD says what the RFC says unless `bird`
says otherwise and `why` tells why.
"""
import struct

import bgp

OK = "accepted"
ORIG, NEAR, MORE, NONE = "originator", "neighbor-as", "more-specific", \
    "no-route"
EMPTY, FIRST, PATH = "as-path-length", "first-as", "as-path-invalid"
IGNORED = bytes.fromhex("ffff029a")                # 65535:666
IDENTIFIER = {"A": "1.0.0.1", "a": "1.0.0.2", "C": "1.0.0.3", "K": "1.0.0.4",
              "I": "1.0.0.5", "F": "1.0.1.1", "G": "1.0.1.2"}
ASN_OF = {"A": 65001, "a": 65001, "C": 65003, "K": 4200000001, "I": 65005}
BLOCK = {"A": 10, "a": 10, "C": 50, "K": 30, "I": 40}
BEHIND_A, TRANSIT, OTHER, OURS = 65101, 65010, 65020, 64500
IGNORED_ORIGINATOR, OUR_IDENTIFIER = "9.9.9.9", "1.0.9.9"


def number(value):
    return struct.pack("!I", value)


def identifier(text):
    return bytes(map(int, text.split(".")))


def route(who, where, *path, **more):
    """path: AS_PATH (default of a customer: its own AS). more: lp, med,
    origin, originator, clusters, community, hop, empty."""
    if not path and who in ASN_OF and not more.pop("empty", False):
        path = (ASN_OF[who],)
    extra = b""
    if "med" in more:
        extra += bgp.attribute(4, number(more["med"]))
    if who in "FG" or "lp" in more:
        extra += bgp.attribute(5, number(more.get("lp", 100)))
    if "community" in more:
        extra += bgp.attribute(8, more["community"])
    if "originator" in more:
        extra += bgp.attribute(9, identifier(more["originator"]))
    if "clusters" in more:
        extra += bgp.attribute(10, b"".join(
            number(7 + one) for one in range(more["clusters"])))
    return ("route", who, where, path, dict(
        extra=extra, origin=more.get("origin", 0), hop=more.get("hop", True)))


def gone(who, where):
    return ("gone", who, where)


def rule(who, where, *path, **more):
    """A rule for this destination; None: for no destination."""
    if not path and not more.get("empty"):
        path = (ASN_OF[who],)
    extra = bgp.attribute(9, identifier(more["originator"])) \
        if "originator" in more else b""
    return ("rule", who, where, path, dict(extra=extra))


def unrule(who, where):
    return ("unrule", who, where)


def lose(who):
    """Its session, without a word, for good."""
    return ("lose", who)


class Case:
    def __init__(self, clause, name, *stages, **more):
        self.clause, self.name = clause, name
        self.late = more.pop("late", 0)            # in a later run
        self.steady = more.pop("steady", False)    # never taken back inside
        self.why = more.pop("why", None)
        first = next(op for stage in stages for op in stage[0]
                     if op[0] == "rule")
        self.block, self.n = BLOCK[first[1]], 0
        self.stages = []
        for at, (ops, strict, near) in enumerate(stages):
            strict, near = (
                one if isinstance(one, dict) else
                {"%s %s" % (first[1], first[2]): one}
                for one in (strict, near))
            rfc = {key: value == OK for key, value in strict.items()}
            if "rfc" in more:
                rfc = dict.fromkeys(rfc, more["rfc"][at])
            bird = rfc
            if "bird" in more:
                bird = dict.fromkeys(rfc, more["bird"][at])
            self.stages.append((ops, {"strict": strict, "neighbor-as": near,
                                      "rfc": rfc, "bird": bird}))
        if ("rfc" in more or "bird" in more) and not self.why:
            raise ValueError(name)

    def wanted(self, at, device):
        """{rule: verdict} after this stage; the last that was said."""
        out = {}
        for _, by in self.stages[:at + 1]:
            out.update(by[device])
        return out


def own(*ops):
    """A's rule for its own route, and what else there is."""
    return [route("A", "0.0/16"), *ops, rule("A", "1.0/24")]


B1, EBGP, MS, TIE, IN6 = "9117 4.1 b.1", "9117 4.2", "8955 6 c", \
    "4271 9.1", "8956 5"
CONFED, TWO, MOVE = "5065 5", "9117 4.1 b.2", "8955 6 (moves)"
BEST = "failover: keep lets the customer's route through another AS stand"

CASES = [
    # ---- who originated it ----
    Case(B1, "own route", (own(), OK, OK), steady=True),
    Case(B1, "another's route",
         ([route("F", "0.0/16", 65002), rule("A", "1.1/32")], ORIG, NEAR)),
    Case(B1, "no route", ([rule("A", "1.1/32")], NONE, NONE)),
    Case(B1, "route of the customer's AS from a reflector",
         ([route("F", "0.0/16", 65001), rule("A", "1.1/32")], ORIG, OK)),
    Case(B1, "the same with ORIGINATOR_ID",
         ([route("F", "0.0/16", 65001, originator="1.0.7.7"),
           rule("A", "1.1/32")], ORIG, OK)),
    Case("4456 8", "ORIGINATOR_ID equal to the customer's BGP Identifier",
         ([route("F", "0.0/16", 65001, originator=IDENTIFIER["A"]),
           rule("A", "1.1/32")], ORIG, OK)),
    Case("7606 7.9", "ORIGINATOR_ID forged on a rule over eBGP",
         ([route("F", "0.0/16", 65001, originator="1.0.7.7"),
           rule("A", "1.1/32", originator="1.0.7.7")], ORIG, OK)),
    Case("7606 7.9", "the same for another's route",
         ([route("F", "0.0/16", 65002, originator="1.0.7.7"),
           rule("A", "1.1/32", originator="1.0.7.7")], ORIG, NEAR)),
    Case("7606 7.9", "ORIGINATOR_ID on a route over eBGP",
         ([route("A", "0.0/16", originator="1.0.7.7"), rule("A", "1.1/32")],
          OK, OK)),
    Case("7606 7.5", "LOCAL_PREF on a route over eBGP",
         (own(route("A", "0.0/16", lp=500),
              route("F", "0.0/16", 65002, lp=200)), ORIG, NEAR)),
    Case(B1, "a longer prefix is the best match",
         (own(route("A", "1.0/24")), OK, OK)),
    Case(B1, "a longer prefix of another is the best match",
         (own(route("F", "1.0/24", 65002)), ORIG, NEAR)),
    Case(B1, "a covering prefix of another",
         ([route("F", "0.0/16", 65002), route("A", "1.0/24"),
           rule("A", "1.1/32")],
          OK, OK)),
    Case(B1, "two sessions announce the prefix, each has a rule",
         ([route("A", "0.0/16"), route("a", "0.0/16"), rule("A", "1.1/32"),
           rule("a", "1.2/32")],
          {"A 1.1/32": OK, "a 1.2/32": ORIG},
          {"A 1.1/32": OK, "a 1.2/32": OK})),
    Case(B1, "an AS of four octets",
         ([route("K", "0.0/16"), rule("K", "1.1/32")], OK, OK)),

    # ---- left-most AS ----
    Case(EBGP, "the customer's transit of another AS",
         ([route("A", "0.0/16", 65001, OTHER), rule("A", "1.1/32")], OK, OK)),
    Case(EBGP, "rule with a longer AS_PATH",
         ([route("A", "0.0/16"), rule("A", "1.1/32", 65001, BEHIND_A)], OK,
          OK)),
    Case(EBGP, "rule whose AS_PATH begins with another AS",
         ([route("A", "0.0/16"), rule("A", "1.1/32", 65002, 65001)],
          FIRST, FIRST)),
    Case("4271 6.3", "route whose AS_PATH begins with another AS",
         ([route("A", "0.0/16", 65002, 65001), rule("A", "1.1/32")],
          NONE, NONE)),
    Case("4271 6.3", "route and rule both begin with another AS",
         ([route("A", "0.0/16", OTHER), rule("A", "1.1/32", OTHER)],
          FIRST, FIRST)),
    Case(EBGP, "an AS behind the customer, from a reflector",
         ([route("F", "0.0/16", BEHIND_A), rule("A", "1.1/32")], ORIG, OK)),
    Case(EBGP, "through a transit AS, from a reflector",
         ([route("F", "0.0/16", TRANSIT, 65001), rule("A", "1.1/32")],
          ORIG, NEAR)),
    Case("9117 4.2", "route whose left-most segment is an AS_SET",
         ([route("A", "0.0/16", ("set", 65001, 65002)), rule("A", "1.1/32")],
          NONE, NONE)),
    Case("9117 4.2", "rule whose left-most segment is an AS_SET",
         ([route("A", "0.0/16"), rule("A", "1.1/32", ("set", 65001, 65002))],
          FIRST, FIRST)),
    Case("9117 4.2", "AS_SET left-most, from a reflector",
         ([route("F", "0.0/16", ("set", 65001, 65002)), rule("A", "1.1/32")],
          ORIG, NEAR)),
    Case(EBGP, "AS_SET behind the left-most AS",
         ([route("A", "0.0/16", 65001, ("set", 65101, 65102)),
           rule("A", "1.1/32")], OK, OK)),
    Case("4271 9.1.2", "route with our AS in its AS_PATH",
         ([route("A", "0.0/16", 65001, OURS), rule("A", "1.1/32")],
          NONE, NONE)),
    Case("4271 9.1.2", "rule with our AS in its AS_PATH",
         ([route("A", "0.0/16"), rule("A", "1.1/32", 65001, OURS)],
          PATH, PATH)),
    Case("4271 9.1.2", "looped more-specific from a reflector",
         (own(route("F", "1.128/25", 65002, OURS)), OK, OK)),
    Case("4456 8", "more-specific with our ORIGINATOR_ID",
         (own(route("F", "1.128/25", 65002, originator=OUR_IDENTIFIER)),
          OK, OK)),

    # ---- confederations, empty AS_PATH ----
    Case(CONFED, "rule with a confederation segment over eBGP",
         ([route("A", "0.0/16"),
           rule("A", "1.1/32", ("confed", 65100), 65001)], PATH, PATH)),
    Case(TWO, "rule with nothing but confederation segments over eBGP",
         ([route("A", "0.0/16"), rule("A", "1.1/32", ("confed", 65001))],
          PATH, PATH)),
    Case(TWO, "rule with an empty AS_PATH over eBGP",
         ([route("A", "0.0/16"), rule("A", "1.1/32", empty=True)],
          EMPTY, EMPTY)),
    Case(TWO, "the same without any route",
         ([rule("A", "1.1/32", empty=True)], EMPTY, EMPTY)),
    Case(CONFED, "route with a confederation segment over eBGP",
         ([route("A", "0.0/16", ("confed", 65100), 65001),
           rule("A", "1.1/32")], NONE, NONE)),
    Case("4271 5.1.2", "route with an empty AS_PATH over eBGP",
         ([route("A", "0.0/16", empty=True), rule("A", "1.1/32")],
          NONE, NONE)),
    Case(EBGP, "confederation segments before the customer's AS",
         ([route("F", "0.0/16", ("confed", 65100), 65001),
           rule("A", "1.1/32")], ORIG, OK)),
    Case(MS, "more-specific behind confederation segments",
         (own(route("F", "1.128/25", ("confed", 65100), 65001)), OK, OK)),
    Case(MS, "more-specific behind a confederation set",
         (own(route("F", "1.128/25", ("confed-set", 65100, 65099), 65001)),
          OK, OK)),
    Case(MS, "another's more-specific behind confederation segments",
         (own(route("F", "1.128/25", ("confed", 65001), 65002)), MORE, MORE)),
    Case(MS, "more-specific with confederation segments only",
         (own(route("F", "1.128/25", ("confed", 65001))), MORE, MORE)),
    Case(TWO, "best match born inside",
         ([route("F", "0.0/16"), rule("A", "1.1/32")], ORIG, NEAR)),
    Case(TWO, "best match born inside, best_match: internal",
         ([route("F", "0.0/16"), rule("I", "1.1/32")], ORIG, OK)),
    Case(TWO, "the same behind confederation segments",
         ([route("F", "0.0/16", ("confed", 65100)), rule("I", "1.1/32")],
          ORIG, OK)),
    Case(TWO, "best match of another, best_match: internal",
         ([route("F", "0.0/16", 65002), rule("I", "1.1/32")], ORIG, NEAR)),

    # ---- more-specifics ----
    Case(MS, "own more-specifics",
         (own(route("A", "1.0/25"), route("A", "1.200/32")), OK, OK)),
    Case(MS, "another's more-specific",
         (own(route("F", "1.128/25", 65002)), MORE, MORE)),
    Case(MS, "another's more-specific at the last address",
         (own(route("F", "1.255/32", 65002)), MORE, MORE)),
    Case(MS, "another's more-specifics right before and after",
         (own(route("F", "0.255/32", 65002), route("F", "2.0/32", 65002)),
          OK, OK)),
    Case(MS, "another's more-specific from a reflector",
         (own(route("F", "1.1/32", 65002)), MORE, MORE)),
    Case(MS, "the customer's AS from a reflector",
         (own(route("F", "1.1/32", 65001)), OK, OK)),
    Case(MS, "an AS behind the customer, more-specific",
         (own(route("F", "1.1/32", BEHIND_A)), MORE, OK)),
    Case(MS, "more-specific through a transit AS",
         (own(route("F", "1.1/32", TRANSIT, 65001)), MORE, MORE)),
    Case(MS, "more-specific born inside",
         (own(route("F", "1.1/32")), MORE, MORE)),
    Case(MS, "more-specific born inside, best_match: internal",
         ([route("I", "0.0/16"), route("F", "1.1/32"), rule("I", "1.0/24")],
          MORE, OK)),
    Case(MS, "another's more-specific that is not the best for it",
         (own(route("A", "1.1/32"), route("F", "1.1/32", 65002)), OK, OK)),
    Case(MS, "one of many more-specifics is another's",
         (own(*(route("A", "1.%d/32" % n) for n in range(0, 40)),
              route("F", "1.77/32", 65002),
              *(route("A", "1.%d/32" % n) for n in range(200, 240))),
          MORE, MORE)),

    # ---- ties, by each step of the decision process ----
    Case(TIE + ".1", "LOCAL_PREF higher elsewhere",
         (own(route("F", "0.0/16", 65002, lp=200)), ORIG, NEAR)),
    Case(TIE + ".1", "LOCAL_PREF lower elsewhere",
         (own(route("F", "0.0/16", 65002, lp=50)), OK, OK)),
    Case(TIE + ".2.2 a", "AS_PATH shorter elsewhere",
         ([route("A", "0.0/16", 65001, 65001), route("F", "0.0/16", 65002),
           rule("A", "1.1/32")], ORIG, NEAR)),
    Case(TIE + ".2.2 a", "AS_PATH longer elsewhere",
         (own(route("F", "0.0/16", 65002, OTHER)), OK, OK)),
    Case(TIE + ".2.2 a", "an AS_SET counts as one",
         ([route("A", "0.0/16", 65001, ("set", 65101, 65102, 65103)),
           route("F", "0.0/16", 65002, OTHER, OTHER), rule("A", "1.1/32")],
          OK, OK)),
    Case("5065 5.3", "confederation segments do not count",
         ([route("A", "0.0/16", 65001, 65001),
           route("F", "0.0/16", ("confed", 65100, 65101, 65102), 65002),
           rule("A", "1.1/32")], ORIG, NEAR)),
    Case(TIE + ".2.2 b", "ORIGIN lower elsewhere",
         ([route("A", "0.0/16", origin=2), route("F", "0.0/16", 65002),
           rule("A", "1.1/32")], ORIG, NEAR)),
    Case(TIE + ".2.2 b", "ORIGIN higher elsewhere",
         ([route("A", "0.0/16", origin=1), route("a", "0.0/16"),
           rule("a", "1.1/32")], OK, OK)),
    Case(TIE + ".2.2 c", "MED lower elsewhere, same AS",
         ([route("A", "0.0/16", med=50), route("F", "0.0/16", 65001, med=10),
           rule("A", "1.1/32")], ORIG, OK)),
    Case(TIE + ".2.2 c", "MED lower elsewhere, another AS",
         ([route("A", "0.0/16", med=50), route("F", "0.0/16", 65002, med=10),
           rule("A", "1.1/32")], OK, OK)),
    Case(TIE + ".2.2 c", "MED takes one out, so that a third is best",
         ([route("A", "0.0/16", med=50),
           route("F", "0.0/16", 65001, med=10, originator="1.0.8.8"),
           route("G", "0.0/16", 65002), rule("A", "1.1/32")], ORIG, NEAR)),
    Case(TIE + ".2.2 d", "eBGP before iBGP",
         (own(route("F", "0.0/16", 65002)), OK, OK)),
    Case(TIE + ".2.2 f", "lower BGP Identifier here",
         (own(route("a", "0.0/16")), OK, OK)),
    Case(TIE + ".2.2 f", "lower BGP Identifier elsewhere",
         ([route("A", "0.0/16"), route("a", "0.0/16"), rule("a", "1.1/32")],
          ORIG, OK)),
    Case(TIE + ".2.2 f", "lower BGP Identifier among reflectors",
         (own(route("F", "1.1/32", 65001), route("G", "1.1/32", 65002)),
          OK, OK)),
    Case("4456 9", "ORIGINATOR_ID in place of the BGP Identifier",
         (own(route("F", "1.1/32", 65001, originator="1.0.8.8"),
              route("G", "1.1/32", 65002, originator="1.0.0.9")),
          MORE, MORE)),
    Case("4456 9", "CLUSTER_LIST shorter elsewhere",
         (own(route("F", "1.1/32", 65001, originator="1.0.7.7", clusters=2),
              route("G", "1.1/32", 65002, originator="1.0.7.7", clusters=1)),
          MORE, MORE)),
    Case(TIE + ".2.2 g", "lower address of the neighbour",
         (own(route("F", "1.1/32", 65001, originator="1.0.7.7", clusters=1),
              route("G", "1.1/32", 65002, originator="1.0.7.7", clusters=1)),
          OK, OK)),

    # ---- no destination, IPv6 ----
    Case("8955 6 a", "no destination",
         ([route("A", "0.0/16"), rule("A", None)], "no-destination",
          "no-destination")),
    Case(IN6, "IPv6: own route",
         ([route("A", "::/48"), rule("A", "1::/64")], OK, OK)),
    Case(IN6, "IPv6: no route", ([rule("A", "1::/64")], NONE, NONE)),
    Case(IN6, "IPv6: another's route",
         ([route("F", "::/48", 65002), rule("A", "1::/64")], ORIG, NEAR)),
    Case(IN6, "IPv6: route of the customer's AS from a reflector",
         ([route("F", "::/48", 65001), rule("A", "1::/64")], ORIG, OK)),
    Case(IN6, "IPv6: another's more-specific",
         ([route("A", "::/48"), route("F", "1::7/128", 65002),
           rule("A", "1::/64")],
          MORE, MORE)),
    Case(IN6, "IPv6: another's longer best match",
         ([route("A", "::/48"), route("F", "1::/60", 65002),
           rule("A", "1::/64")],
          ORIG, NEAR)),
    Case(IN6, "IPv6: the IPv4 route is none",
         ([route("A", "0.0/16"), rule("A", "1::/64")], NONE, NONE)),
    Case(IN6, "IPv6: destination with an offset",
         ([route("A", "::/48"), rule("A", "1::/64@32")], "ipv6-offset",
          "ipv6-offset")),
    Case(IN6, "IPv6: the same, and the zero-filled prefix is announced",
         ([route("A", "::/48"), route("A", "raw 0:0:%x::/48"),
           rule("A", "1::/64@32")], "ipv6-offset", "ipv6-offset"),
         bird=[True], why="BIRD does not look at the offset and takes the "
         "destination for the zero-filled prefix; RFC 8956 5 (a) wants offset "
         "0"),

    # ---- routes that are not taken ----
    Case("7999", "a scrubber's /32 with an ignored community",
         (own(route("F", "1.1/32", OTHER, community=IGNORED)), OK, OK)),
    Case("7999", "a scrubber's /32 without it",
         (own(route("F", "1.1/32", OTHER, community=bytes.fromhex(
             "fc000001"))), MORE, MORE)),
    Case("7999", "the community comes and goes",
         (own(route("F", "1.1/32", OTHER, community=IGNORED)), OK, OK),
         ([route("F", "1.1/32", OTHER)], MORE, MORE),
         ([route("F", "1.1/32", OTHER, community=bytes.fromhex("fc000001") +
                 IGNORED)], OK, OK)),
    Case(MS, "more-specific of a customer that does not own it",
         ([route("A", "::/48"), route("C", "1::7/128"), rule("A", "1::/64")],
          OK, OK)),
    Case("7999", "the customer's own /32 to be dropped",
         (own(route("A", "1.1/32", community=IGNORED)), OK, OK)),
    Case("7999", "a /32 of an ignored originator",
         (own(route("F", "1.1/32", OTHER, originator=IGNORED_ORIGINATOR)),
          OK, OK)),

    # ---- routes move ----
    Case(MOVE, "withdrawn before the rule",
         ([route("A", "0.0/16"), gone("A", "0.0/16"), rule("A", "1.1/32")],
          NONE, NONE)),
    Case(MOVE, "withdrawn after the rule, then again there",
         (own(), OK, OK), ([gone("A", "0.0/16")], NONE, NONE),
         ([route("A", "0.0/16")], OK, OK)),
    Case(MOVE, "withdrawn and at once again there",
         (own(), OK, OK),
         ([gone("A", "0.0/16"), route("A", "0.0/16")], OK, OK), steady=True),
    Case(MOVE, "withdrawn, a shorter one of the customer is left",
         (own(route("A", "1.0/24")), OK, OK),
         ([gone("A", "1.0/24")], OK, OK), steady=True),
    Case(MOVE, "withdrawn, a shorter one of another is left",
         ([route("F", "0.0/16", 65002), route("A", "1.0/24"),
           rule("A", "1.1/32")],
          OK, OK),
         ([gone("A", "1.0/24")], ORIG, NEAR),
         ([route("A", "1.0/24")], OK, OK)),
    Case(MOVE, "the route comes after the rule",
         ([rule("A", "1.1/32")], NONE, NONE),
         ([route("A", "0.0/16")], OK, OK)),
    Case(MOVE, "announced again with other attributes",
         (own(), OK, OK),
         ([route("A", "0.0/16", 65001, BEHIND_A, med=7)], OK, OK),
         steady=True),
    Case(MOVE, "taken over by LOCAL_PREF, and given back",
         (own(), OK, OK),
         ([route("F", "0.0/16", 65002, lp=200)], ORIG, NEAR),
         ([gone("F", "0.0/16")], OK, OK)),
    Case(MOVE, "taken over because the own AS_PATH grew",
         (own(route("F", "0.0/16", 65002)), OK, OK),
         ([route("A", "0.0/16", 65001, 65001)], ORIG, NEAR),
         ([route("A", "0.0/16")], OK, OK)),
    Case(MOVE, "a longer best match of another, and gone again",
         (own(), OK, OK), ([route("F", "0.0/20", 65002)], ORIG, NEAR),
         ([gone("F", "0.0/20")], OK, OK)),
    Case(MOVE, "another's more-specific, and gone again",
         (own(), OK, OK), ([route("F", "1.64/26", 65002)], MORE, MORE),
         ([gone("F", "1.64/26")], OK, OK)),
    Case(MOVE, "a more-specific changes hands",
         (own(route("F", "1.64/26", 65001)), OK, OK),
         ([route("F", "1.64/26", 65002)], MORE, MORE),
         ([route("F", "1.64/26", 65001)], OK, OK)),
    Case(MOVE, "a hijack of a more-specific below a longer own route",
         (own(route("A", "1.1/32")), OK, OK),
         ([route("F", "1.1/32", 65002, OTHER, med=0)], OK, OK), steady=True),
    Case(MOVE, "the reflector's route changes its left-most AS",
         ([route("F", "0.0/16", 65001), rule("A", "1.1/32")], ORIG, OK),
         ([route("F", "0.0/16", TRANSIT, 65001)], ORIG, NEAR),
         ([route("F", "0.0/16", 65001)], ORIG, OK)),
    Case(MOVE, "unrelated neighbours of the prefix move",
         (own(), OK, OK),
         ([route("F", "0.0/24", 65002), route("F", "2.0/24", 65002),
           route("F", "3.0/24", 65002)], OK, OK),
         ([gone("F", "0.0/24"), gone("F", "2.0/24")], OK, OK), steady=True),
    Case(MOVE, "IPv6: a more-specific of another, and gone again",
         ([route("A", "::/48"), rule("A", "1::/64")], OK, OK),
         ([route("F", "1:8000::/65", 65002)], MORE, MORE),
         ([gone("F", "1:8000::/65")], OK, OK)),
    Case("7606 2", "announced again, malformed",
         (own(), OK, OK), ([route("A", "0.0/16", origin=9)], NONE, NONE),
         ([route("A", "0.0/16")], OK, OK)),
    Case("7606 3 d", "announced again without NEXT_HOP",
         (own(), OK, OK), ([route("A", "0.0/16", hop=False)], NONE, NONE),
         ([route("A", "0.0/16")], OK, OK)),
    Case("4271 9.1.2", "announced again with a loop",
         (own(), OK, OK),
         ([route("A", "0.0/16", 65001, OURS)], NONE, NONE),
         ([route("A", "0.0/16")], OK, OK)),
    Case(MOVE, "the rule is withdrawn and announced again",
         (own(), OK, OK),
         ([unrule("A", "1.0/24"), rule("A", "1.0/24")], OK, OK)),
    Case(MOVE, "refused, withdrawn, announced again with a route",
         ([rule("A", "1.1/32")], NONE, NONE),
         ([unrule("A", "1.1/32"), route("A", "0.0/16"),
           rule("A", "1.1/32")], OK, OK)),
    Case(MOVE, "revoked, withdrawn, announced again: still refused",
         (own(), OK, OK), ([route("F", "1.64/26", 65002)], MORE, MORE),
         ([unrule("A", "1.0/24"), rule("A", "1.0/24")], MORE, MORE)),

    # ---- multihomed ----
    Case(MOVE, "multihomed, revoke: the direct path fails",
         ([route("F", "0.0/16", 65001), route("G", "0.0/16", TRANSIT, 65001),
           rule("A", "1.1/32")], ORIG, OK),
         ([gone("F", "0.0/16")], ORIG, NEAR),
         ([route("F", "0.0/16", 65001)], ORIG, OK)),
    Case(MOVE, "multihomed, keep: the direct path fails",
         ([route("K", "0.0/16"), route("G", "0.0/16", TRANSIT, 4200000001),
           rule("K", "1.1/32")], OK, OK),
         ([gone("K", "0.0/16")], OK, OK),
         ([route("K", "0.0/16")], OK, OK),
         rfc=[True, False, True], why=BEST, steady=True),
    Case(MOVE, "multihomed, keep: more-specific through another AS",
         ([route("K", "0.0/16"), route("G", "1.1/32", TRANSIT, 4200000001),
           rule("K", "1.0/24")], OK, OK), rfc=[False], why=BEST),
    Case(MOVE, "multihomed, keep: another origin AS",
         ([route("K", "0.0/16"), route("G", "0.0/20", TRANSIT, OTHER),
           rule("K", "1.1/32")], ORIG, NEAR)),

    # ---- a session ends ----
    Case(MOVE, "the reflector with the route is lost",
         ([route("G", "0.0/16", 65001), rule("A", "1.1/32")], ORIG, OK),
         ([lose("G")], NONE, NONE), late=1),
    Case(MOVE, "the reflector with another's more-specific is lost",
         (own(route("G", "1.1/32", 65002)), MORE, MORE),
         ([lose("G")], OK, OK), late=1),
    Case(MOVE, "the reflector with the better route is lost",
         (own(route("G", "0.0/16", 65002, lp=300)), ORIG, NEAR),
         ([lose("G")], OK, OK), late=1),
    Case(MOVE, "the session with a longer best match is lost",
         (own(route("a", "1.0/24")), ORIG, OK),
         ([lose("a")], OK, OK), late=1),

    # ---- a default route ----
    Case(B1, "default route of another only",
         ([route("F", "raw 0.0.0.0/0", TRANSIT), rule("A", "1.1/32")],
          ORIG, NEAR), late=2),
    Case(B1, "default route beside the own route", (own(), OK, OK), late=2),
    Case(TWO, "default route beside best_match: internal",
         ([rule("I", "1.1/32")], ORIG, NEAR), late=2),
    Case(IN6, "IPv6: default route through the customer's AS; its own "
         "aggregate reaches beyond what it owns",
         ([route("F", "raw ::/0", 65001), route("A", "raw 2000::/4"),
           rule("A", "1::/64")], ORIG, OK), late=2),
]

for at, case in enumerate(CASES, 1):
    case.n = at
