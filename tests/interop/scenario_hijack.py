# SPDX-License-Identifier: BSD-2-Clause
"""A hijacker announces a more-specific /24 of somebody's /16, and then a rule
for it: the owner's rules that the route touches are revoked, with the route in
the record, and come back when it has gone; the hijacker's rule is refused.
Owner: BIRD; hijacker: GoBGP; a bystander: FRR; the ISP's router: BIRD."""
from isp import *

OWNER, MALLORY, OTHER, DIRECT = (
    "198.18.1.1", "198.18.1.66", "198.18.1.3", "198.18.1.67")
UNDER = "destination 10.20.30.40/32 protocol =17"     # inside the /24
ABOVE = "destination 10.20.16.0/20 protocol =17"      # the /24 is inside it
BESIDE = "destination 10.20.40.1/32 protocol =17"
STOLEN = "destination 10.20.30.41/32 protocol =6"
BYSTANDER = "destination 192.0.2.7/32 protocol =17"
MINE = "destination 198.51.100.66/32 protocol =17"


def customers():
    # a second session of the hijacker has unicast
    mallory = through_pe("mallory", MALLORY, 65066, ["198.51.100.0/24"])
    mallory["neighbors"].append(dict(mallory["neighbors"][0], ip=DIRECT,
                                     families=UNICAST + FLOWSPEC))
    return [
        through_pe("owner", OWNER, 65001, ["10.20.0.0/16"],
                   destination={"ipv4": {"min": 16, "hold_from": 16}}),
        through_pe("other", OTHER, 65003, ["192.0.2.0/24"]), mallory]


def refused(sluice, mallory):
    """The hijacker's own wish."""
    mallory.rule("destination 10.20.30.41/32 protocol tcp")
    until_state(sluice, "mallory", STOLEN, ("refused", "not-registered"))
    seen = record(sluice, STOLEN, customer="mallory")
    say("mallory's rule for it: refused, %s: %s" % (seen["reason"],
                                                    seen["evidence"]))


def revoked(sluice, text, reason):
    until_state(sluice, "owner", text, ("revoked", reason))
    seen = record(sluice, text, customer="owner")
    equal((seen["state"], seen["reason"]), ("revoked", reason), "the record")
    expect("10.20.30.0/24" in seen["evidence"] and "65066" in
           seen["evidence"], "the route in the record: " + seen["evidence"])
    say("owner's rule, %s: revoked, %s: %s" % (
        text.split()[1], seen["reason"], seen["evidence"]))


def guard_dies(sluice, recorder, touched):
    """During the hijack: a new guard does not let the rules in for a moment."""
    def announced():
        return [detail[1] for detail in recorder.seen("announce")
                if detail[1] in touched]
    before = announced()
    kill_guard(sluice)
    for text, reason in ((UNDER, "neighbor-as"), (ABOVE, "more-specific")):
        until(lambda: (state(sluice, "owner", text) or (0, 0))[1] == reason,
              20, "%s to be refused again" % text)
    equal(announced(), before, "announcements of what is hijacked")
    say("guard killed during the hijack: nothing slipped in")


def test(lab):
    lab.addresses(OWNER, MALLORY, OTHER)
    sluice = Sluice(lab, internal=internal(), customers=customers(),
                    validation={"damping": "1s"})
    recorder = Speaker(lab, RECORDER, SLUICE, ASN, listen=True)
    router = BirdRouter(lab, [("owner", OWNER, 65001), ("other", OTHER, 65003),
                              ("mallory", MALLORY, 65066)])
    mallory = GobgpCustomer(lab, "mallory", MALLORY, 65066,
                            ["198.51.100.0/24"])
    BirdCustomer(lab, "owner", OWNER, 65001, ["10.20.0.0/16"], [
        "dst 10.20.30.40/32; proto 17;", "dst 10.20.16.0/20; proto 17;",
        "dst 10.20.40.1/32; proto 17;"])
    other = FrrCustomer(lab, "other", OTHER, 65003, ["192.0.2.0/24"],
                        "198.18.1.33")
    direct = Speaker(lab, DIRECT, SLUICE, 65066,
                     families=(bgp.UNICAST4, bgp.V4))
    up(sluice, "router", "recorder", OWNER, MALLORY, OTHER, DIRECT)
    until(lambda: other.inside.up, 20, "the bystander's inside router")
    for prefix, asn in (("10.20.0.0/16", 65001), ("192.0.2.0/24", 65003),
                        ("198.51.100.0/24", 65066)):
        until_route(sluice, prefix, asn)
    other.rule(BYSTANDER)
    mallory.rule("destination 198.51.100.66/32 protocol udp")
    legal = Legal(recorder, router)
    legal.begin(BESIDE, BYSTANDER, MINE)
    touched = {nlri(UNDER), nlri(ABOVE)}
    until(lambda: touched <= set(recorder.rules()), 20, "the owner's rules")

    # To sluice itself: outside what it owns, so not even looked at.
    direct.route("10.20.30.0/24")
    until(lambda: sluice.session(DIRECT).get("foreign"), 20,
          "the route to be counted as foreign")
    equal(sluice.route("10.20.30.0/24")["prefix"], "10.20.0.0/16",
          "best match beside a foreign route")
    expect(touched <= set(recorder.rules()), "the owner's rules stand")
    say("10.20.30.0/24 over mallory's own session: foreign, not taken")

    # At the PE.
    mallory.route("10.20.30.0/24")
    revoked(sluice, UNDER, "neighbor-as")
    revoked(sluice, ABOVE, "more-specific")
    until(lambda: not touched & set(recorder.rules()), 10, "gone inside")
    until(lambda: not touched & router.holds(), 10, "gone in the router")
    refused(sluice, mallory)
    told = sluice.command("route", "10.20.30.40/32").stdout
    expect("65066" in told and "10.20.30.0/24" in told, "sluice route: " + told)
    say(told.strip())
    done = sluice.command("explain", "--customer", "owner",
                          "match %s then discard" % UNDER)
    equal(done.returncode, 1, "explain says no")
    expect("10.20.30.0/24" in done.stdout, "explain: " + done.stdout)
    legal.hold("during the hijack")
    guard_dies(sluice, recorder, touched)

    mallory.unroute("10.20.30.0/24")
    for text in (UNDER, ABOVE):
        until_state(sluice, "owner", text, ("accepted", "accepted"))
    until(lambda: touched <= set(recorder.rules()), 10, "back inside")
    until(lambda: touched <= router.holds(), 10, "back in the router")
    equal(state(sluice, "mallory", STOLEN), ("refused", "not-registered"),
          "the hijacker's rule")
    legal.hold("after the hijack")
    expect(nlri(STOLEN) not in {detail[1] for detail in
                                recorder.seen("announce")},
           "the hijacker's rule was seen inside")
    say("the hijack has ended: both of the owner's rules stand again")


run(test)
