# SPDX-License-Identifier: BSD-2-Clause
"""Customers that bring their unicast over their session with sluice: one that
leaks a table is cut off with Cease 6/1 in flat memory; rules of one whose
session is lost linger although their routes came over it."""
from isp import *

LEAKY, ACME, GLOBEX, FRR_ONE = ("198.18.1.%d" % n for n in (1, 2, 3, 4))
LEAKED, LIMIT = 5000, 1000
MEMORY = 1024                                      # KiB a session may grow by
ACME_RULE = "destination 203.0.113.7/32 protocol =17"
GLOBEX_RULE = "destination 198.51.100.7/32 protocol =17"
LEAKY_RULE = "destination 10.0.0.7/32 protocol =17"


def customers():
    families = {"families": UNICAST + FLOWSPEC, "linger": "1h", "multihop": 2}
    return [
        customer("leaky", LEAKY, 65001, validate="strict", limits={
            "rules": 100, "prefixes": LIMIT},
            own={"prefixes": ["10.0.0.0/8"]}, **families),
        customer("acme", ACME, 65002, validate="strict",
                 own={"prefixes": ["203.0.113.0/24"]}, **families),
        customer("globex", GLOBEX, 65003, validate="neighbor-as",
                 own={"prefixes": ["198.51.100.0/24"]}, **families)]


def both(local, asn):
    """BIRD's session with sluice: unicast and Flowspec."""
    return bird_unicast(
        "sluice", local, SLUICE, asn, ASN, "", "import none; export all;",
        "flow4 { table flowtab4; import none; export all; };\n"
        "    flow6 { table flowtab6; import none; export all; };")


def leaky_config(*more):
    return bird_routes("announced", "10.0.0.0/16", *more) + bird_rules(
        "wanted", bgp.V4, ("dst 10.0.0.7/32; proto 17;", [DROP4])) + \
        both(LEAKY, 65001)


def session_process(sluice, address):
    """(pid, KiB that are its own) of the session with this neighbour."""
    pid = next(pid for pid, role, words in sluice.roles()
               if address in " ".join([role, *words]))
    with open("/proc/%d/smaps_rollup" % pid) as file:
        return pid, sum(int(line.split()[1]) for line in file
                        if line.startswith("Private_"))


def leak(lab, sluice, leaky):
    """5,000 routes where 1,000 are allowed."""
    pid, before = session_process(sluice, LEAKY)
    leaky.write(lab, leaky_config(*("10.1.%d.%d/32" % (n // 250, n % 250)
                                    for n in range(LEAKED))))
    leaky.birdc("configure")
    leaky.wait_text("Received: Maximum number of prefixes reached", 20)
    until(lambda: not sluice.session(LEAKY)["up"], 10, "the session's end")
    row = sluice.session(LEAKY)
    equal(row["notification"], {"code": 6, "subcode": 1, "by": "us"},
          "NOTIFICATION")
    now, after = session_process(sluice, LEAKY)
    equal(now, pid, "its process")
    expect(after - before <= MEMORY, "its memory: from %d to %d KiB" % (
        before, after))
    time.sleep(3)                                  # BIRD tries each second
    equal(sluice.session(LEAKY)["established"], 1, "not up again")
    say("BIRD leaks %d routes: Cease 6/1 (%s); session process %d -> %d KiB" % (
        LEAKED, row.get("down"), before, after))


def lost(sluice, recorder, acme, globex):
    """Both others are killed; the routes that their rules rest on came over
    the sessions that are gone."""
    before = len(recorder.seen("withdraw"))
    acme.kill()
    globex.kill()
    for name, text in (("acme", ACME_RULE), ("globex", GLOBEX_RULE)):
        until_state(sluice, name, text, ("lingering", "session-lost"))
    time.sleep(2)                                  # two dampings
    equal(len(recorder.seen("withdraw")), before, "withdrawals inside")
    os.unlink(globex.control)
    globex.start()
    acme.start()
    acme.route("203.0.113.0/24")
    acme.rule("destination 203.0.113.7/32 protocol udp")
    for name, text in (("acme", ACME_RULE), ("globex", GLOBEX_RULE)):
        until_state(sluice, name, text, ("accepted", "accepted"), 40)
    equal(len(recorder.seen("withdraw")), before, "withdrawals inside")
    for name in ("acme", "globex"):
        equal(len([entry for entry in sluice.audit(customer=name)
                   if entry.get("state") == "revoked"]), 0, "revocations")
    say("GoBGP and BIRD killed and back: their rules lingered and never left")


def test(lab):
    lab.addresses(LEAKY, ACME, GLOBEX)
    sluice = Sluice(lab, internal=[inward("recorder", RECORDER)],
                    customers=customers(), validation={"damping": "1s"})
    recorder = Speaker(lab, RECORDER, SLUICE, ASN, listen=True)
    leaky = Bird(lab, "leaky", LEAKY, leaky_config())
    globex = Bird(lab, "globex", GLOBEX, bird_routes(
        "announced", "198.51.100.0/24") + bird_rules("wanted", bgp.V4, (
            "dst 198.51.100.7/32; proto 17;", [DROP4])) + both(GLOBEX, 65003))
    acme = GobgpCustomer(lab, "acme", ACME, 65002, ["203.0.113.0/24"],
                         UNICAST + FLOWSPEC, pe=False)
    acme.rule("destination 203.0.113.7/32 protocol udp")
    up(sluice, "recorder", LEAKY, ACME, GLOBEX)
    legal = {nlri(ACME_RULE), nlri(GLOBEX_RULE)}
    until(lambda: legal | {nlri(LEAKY_RULE)} == set(recorder.rules()), 30,
          "three rules inside")

    leak(lab, sluice, leaky)
    for name in (ACME, GLOBEX):
        equal(sluice.session(name)["established"], 1, name + ": sessions")
    expect(legal <= set(recorder.rules()), "rules of the others")
    until(lambda: nlri(LEAKY_RULE) not in recorder.rules(), 10,
          "leaky's rule to go")
    gone = record(sluice, LEAKY_RULE, customer="leaky")
    equal(gone["reason"], "session-ceased", "leaky's rule in the log")

    lost(sluice, recorder, acme, globex)
    sluice.intact()


run(test)
