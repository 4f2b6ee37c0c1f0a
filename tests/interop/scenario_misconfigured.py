# SPDX-License-Identifier: BSD-2-Clause
"""A misconfigured customer limits the traffic towards another's prefix: it is
refused by ownership, and where the registration itself is wrong by
validation. Customers: GoBGP, BIRD, FRR; the ISP's router: FRR."""
from isp import *

ACME, GLOBEX, INITECH = "198.18.1.1", "198.18.1.2", "198.18.1.3"
AT_ACME = "destination 100.66.7.80/32 protocol =17"
AT_INITECH = "destination 192.0.2.5/32 protocol =17"
WIDE = "destination 100.66.4.0/22 protocol =17"
LEGAL_ACME = "destination 203.0.113.7/32 protocol =17 source-port =53"
LEGAL_GLOBEX = "destination 198.51.100.7/32 protocol =17"
LEGAL_INITECH = "destination 192.0.2.7/32 protocol =17"


def customers():
    # 100.66.4.0/22 is wrong: the last /24 of it is acme's.
    window = {"ipv4": {"min": 22, "hold_from": 22}}
    return [
        through_pe("acme", ACME, 65001, ["203.0.113.0/24"]),
        through_pe("globex", GLOBEX, 65002,
                   ["198.51.100.0/24", "100.66.4.0/22"], destination=window,
                   actions={"discard": True, "rate_limit": {"max": 1e9}}),
        through_pe("initech", INITECH, 65003, ["192.0.2.0/24"])]


def test(lab):
    lab.addresses(ACME, GLOBEX, INITECH)
    sluice = Sluice(lab, internal=internal(), customers=customers(),
                    validation={"damping": "1s"})
    recorder = Speaker(lab, RECORDER, SLUICE, ASN, listen=True)
    router = FrrRouter(lab, [("acme", ACME, 65001), ("globex", GLOBEX, 65002),
                             ("initech", INITECH, 65003)])
    initech = FrrCustomer(lab, "initech", INITECH, 65003, ["192.0.2.0/24"],
                          "198.18.1.33")
    globex = BirdCustomer(lab, "globex", GLOBEX, 65002,
                          ["198.51.100.0/24"],
                          ["dst 198.51.100.7/32; proto 17;"])
    acme = GobgpCustomer(lab, "acme", ACME, 65001,
                         ["203.0.113.0/24", "100.66.7.0/24"])
    up(sluice, "router", "recorder", ACME, GLOBEX, INITECH)
    until(lambda: initech.inside.up, 20, "initech's inside router")
    for prefix, asn in (("100.66.7.0/24", 65001), ("198.51.100.0/24", 65002),
                        ("192.0.2.0/24", 65003)):
        until_route(sluice, prefix, asn)

    legal = Legal(recorder, router)
    acme.rule("destination 203.0.113.7/32 protocol udp source-port ==53")
    initech.rule(LEGAL_INITECH)
    legal.begin(LEGAL_ACME, LEGAL_GLOBEX, LEGAL_INITECH)

    rate = "(generic, 0x80060000, 0x46435000)"
    globex.more = bird_rules("mistake", bgp.V4, *(
        (flow, [rate]) for flow in (
            "dst 100.66.7.80/32; proto 17;", "dst 192.0.2.5/32; proto 17;")))
    globex.configure()
    until_state(sluice, "globex", AT_ACME, ("refused", "neighbor-as"))
    until_state(sluice, "globex", AT_INITECH, ("refused", "not-registered"))
    seen = record(sluice, AT_ACME, customer="globex")
    expect("100.66.7.0/24" in seen["evidence"] and "65001" in
           seen["evidence"], "the route in the record: %s" % seen["evidence"])
    say("globex' 12,500 octets/s towards 100.66.7.80: refused, %s: %s" % (
        seen["reason"], seen["evidence"]))
    said = record(sluice, AT_INITECH, customer="globex")
    say("towards 192.0.2.5: refused, %s: %s" % (said["reason"],
                                               said["evidence"]))
    legal.hold("after the mistake")

    # It even announces the aggregate: best match is its own, acme's /24 below.
    globex.prefixes.append("100.66.4.0/22")
    globex.more += bird_rules("wide", bgp.V4, (
        "dst 100.66.4.0/22; proto 17;", [rate]))
    globex.configure()
    until_route(sluice, "100.66.4.0/22", 65002)
    until_state(sluice, "globex", WIDE, ("refused", "more-specific"))
    equal(state(sluice, "globex", AT_ACME), ("refused", "neighbor-as"),
          "the /32 under its own aggregate")
    seen = record(sluice, WIDE, customer="globex", reason="more-specific")
    say("towards 100.66.4.0/22 with an aggregate of its own: refused, %s: %s"
        % (seen["reason"], seen["evidence"]))
    done = sluice.command("explain", "--customer", "globex",
                          "match %s then rate-limit 12500" % AT_ACME)
    equal(done.returncode, 1, "explain says no: " + done.stdout + done.stderr)
    expect("100.66.7.0/24" in done.stdout, "explain names the route: " +
           done.stdout)

    legal.hold("at the end")
    equal(set(recorder.rules()), legal.values, "rules inside")
    sluice.intact()
    say("rules of acme (GoBGP), globex (BIRD), initech (FRR) stood in FRR all "
        "the time")


run(test)
