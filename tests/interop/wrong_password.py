# SPDX-License-Identifier: BSD-2-Clause
"""A customer's BIRD with another TCP MD5 password than ours, or with none: what
the operator sees of it. And a range beside it that nobody, then somebody, has a
place of; a session that is lost is told of once."""
import urllib.request

import bgp
from daemons import *
from lab import *

ACME, BETA, GAMMA = 65001, 65002, 65003
ADDRESS, NEAR, COMER = "198.18.5.1", "198.18.5.9", "198.18.6.3"
RULE = "203.0.113.3/32"


def bird(lab, name, address, asn, options):
    return Bird(lab, name, address, bird_rules(
        "static1", bgp.V4, ("dst %s;" % RULE, ["(generic, 0x80060000, 0x0)"]))
        + bird_peer("sluice", address, SLUICE, asn, ASN, "multihop 2;" +
                    options, "import none; export all;"))


def test(lab):
    lab.addresses(ADDRESS, COMER)
    key = lab.file("acme.key", "s3cret-of-ours", 0o400)
    ranged = customer("beta", "192.0.2.1", BETA, linger="1m",
                      own={"prefixes": [RULE]})
    ranged["neighbors"] = [{"range": "198.18.6.0/28", "families": FLOWSPEC,
                            "multihop": 2, "password_file": key}]
    sluice = Sluice(lab, start=False, customers=[
        customer("acme", ADDRESS, ACME, passive=True, multihop=2,
                 password_file=key), ranged,
        customer("gamma", NEAR, GAMMA, passive=True, ttl_security=1)],
        internal=[inward("recorder", "198.18.0.99")])
    sluice.config["http"] = {"listen": "127.0.0.1:9179"}
    sluice.start()
    sluice.wait_text(r" http: listening: 127\.0\.0\.1:9179\n", 10)

    def sees(pattern, *words):
        seen = []

        def look():
            seen[:] = [sluice.command(*words).stdout]
            return re.search(pattern, seen[0])
        until(look, 60, "%s in what sluice %s says" % (
            pattern, " ".join(words)))
        return seen[0]
    table = sees(r"gamma .* ttl 1\n", "sessions")
    expect(re.search(r"beta +198\.18\.6\.0/28 .*\n +0 of 8 places taken\n",
                     table), "the range: " + table)
    expect("#" not in table, "free places: " + table)
    with urllib.request.urlopen("http://127.0.0.1:9179/metrics") as page:
        metrics = page.read().decode()
    expect("sluice_session_up{" in metrics and "198.18.6" not in metrics,
           "metrics of free places: " + metrics)
    bad = bird(lab, "wrong", ADDRESS, ACME, ' password "another";')
    sees(r"md5 +\d+ segments? with a wrong signature", "sessions", "acme")
    sluice.wait_text(r"neighbours with a password that are not up: "
                     r"acme/198\.18\.5\.1, beta/198\.18\.6\.0/28\n", 90)
    say("a wrong password is told of")
    rows = sluice.cli("sessions")
    equal([row["free"] for row in rows if row["customer"] == "beta"],
          [True] * 8, "free places")
    expect([row for row in rows if row["customer"] == "acme"][0]["auth"]
           ["host_last_minute"]["bad"] > 0, "JSON says nothing")
    bad.stop()
    bad = bird(lab, "none", ADDRESS, ACME, "")
    sees(r"md5 +\d+ segments? without a signature", "sessions", "acme")
    bad.stop()
    say("so is a missing one")
    come = bird(lab, "comer", COMER, BETA, ' password "s3cret-of-ours";')
    sees(r"1 of 8 places taken", "sessions")
    sees(r"1 of 3 sessions up", "status")
    until(lambda: sluice.rules(state="accepted"), 20, "its rule")
    say("the range shows who has a place, and that the others are free")

    since = len(sluice.text())

    def told_once(what):
        sluice.wait_text(r"rules linger", 20, since)
        time.sleep(3)
        equal(len(re.findall("rules linger", sluice.text()[since:])), 1,
              "lines of one loss: " + what)
        sees("1 of 8 places taken", "sessions")
    come.kill()
    told_once("the connection")
    come.start()
    until(lambda: sluice.rules(state="accepted"), 30, "its rule again")
    pid = re.findall(r"sluice\[(\d+)\] \w+ session beta/\S+: established",
                     sluice.text())[-1]
    sluice.intact()
    since = len(sluice.text())
    os.kill(int(pid), signal.SIGKILL)
    told_once("the process")
    say("one lost session is told of once, whatever was lost")


run(test)
