# SPDX-License-Identifier: BSD-2-Clause
"""Three rules of the literature on Flowspec filtering, as tshark reads them on
their way inward: NLRI of 12, 23 and 15 octets, traffic-rate 0; validated
strictly against the customer's own route."""
import subprocess
import xml.etree.ElementTree

import bgp
from daemons import *
from lab import *

HOSTS = "destination 172.17.0.2/32 source 172.16.0.2/32"
RULES = [
    (HOSTS, 12, "0120ac1100020220ac100002", ["172.17.0.2", "172.16.0.2"]),
    (HOSTS + " protocol =6 destination-port =2223 source-port =2222", 23,
     "0120ac1100020220ac10000203810605" "9108af" "06" "9108ae",
     ["172.17.0.2", "172.16.0.2", "6", "2223", "2222"]),
    ("destination 172.18.0.2/32 source 172.19.0.2/32 protocol =17", 15,
     "0120ac1200020220ac130002038111", ["172.18.0.2", "172.19.0.2", "17"]),
]
INSIDE, OUTSIDE = "198.18.0.14", "198.18.1.1"


def rules_inside(capture):
    """What sluice announces to the router inside, as tshark decodes it: one
    (length, octets, rate, prefixes and numbers) an NLRI."""
    text = subprocess.run(
        ["tshark", "-r", capture, "-T", "pdml", "-Y",
         "bgp.type == 2 && ip.src == %s && ip.dst == %s" % (SLUICE, INSIDE)],
        capture_output=True, text=True).stdout
    if not text.rstrip().endswith("</pdml>"):
        return []
    return [rule for message in xml.etree.ElementTree.fromstring(text)
            .iter("proto") if message.get("name") == "bgp"
            for rule in rules_of(message)]


def rules_of(message):
    def shown(tree, name):
        return [field.get("show") for field in tree.iter("field")
                if field.get("name") == name]
    rates = shown(message, "bgp.ext_com_flow.rate_limit")
    for field in message.iter("field"):
        if field.get("name") == "bgp.flowspec_nlri" and field.get("value"):
            yield (int(shown(field, "bgp.flowspec_nlri.length")[0]),
                   field.get("value")[2:], rates,
                   shown(field, "bgp.flowspec_nlri.dst_prefix_filter") +
                   shown(field, "bgp.flowspec_nlri.src_prefix_filter") +
                   shown(field, "bgp.flowspec_nlri.dec_val_8") +
                   shown(field, "bgp.flowspec_nlri.dec_val_16"))


def test(lab):
    capture = lab.path("inside.pcap")
    tshark = Process(lab, "tshark", ["tshark", "-i", "lo", "-q", "-w", capture,
                                     "-f", "tcp port 179"]).start()
    tshark.wait_text("Capturing on")
    sluice = Sluice(
        lab, internal=[inward("rr", INSIDE)], customers=[customer(
            "acme", OUTSIDE, 65001, own={"prefixes": ["172.16.0.0/12"]},
            validate="strict", families=UNICAST + FLOWSPEC)])
    router = Speaker(lab, INSIDE, SLUICE, ASN, listen=True)
    acme = Speaker(lab, OUTSIDE, SLUICE, 65001, families=(
        bgp.UNICAST4, bgp.UNICAST6, bgp.V4, bgp.V6),
        capabilities=bgp.capability(2) + bgp.capability(64, b"\0\0"))
    until(lambda: acme.up and router.up, 20, "both sessions")

    acme.route("172.16.0.0/12")
    acme.end_of_rib()
    for text, _, octets, _ in RULES:
        equal(rules.from_text(text).hex(), octets, "our own " + text)
        acme.announce(octets)
        until(lambda: octets in router.rules(), 10, text)
    equal(set(router.rules()), {row[2] for row in RULES}, "inside")

    sluice.intact()
    seen = until(lambda: (lambda found: len(found) >= len(RULES) and found)(
        rules_inside(capture)), 20, "tshark to have seen the rules")
    equal(seen, [(size, octets, ["0"], words)
                 for _, size, octets, words in RULES], "as tshark reads them")
    for size, octets, rate, words in seen:
        say("NLRI of %d octets, rate %s: %s" % (size, rate[0], octets))


run(test)
