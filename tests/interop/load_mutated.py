# SPDX-License-Identifier: BSD-2-Clause
"""Damaged UPDATEs over real sessions, as fast as they are taken, beside
customers whose KEEPALIVEs must not be late and whose rules must not move.

SLUICE_MUTANTS: how many the daemon must have taken in (default 60000; 1000000
takes some minutes). SLUICE_BYSTANDERS: 50. SLUICE_MUTATORS: 20. SLUICE_NTH: of
those that would end a session, one in so many is sent (default 400)."""
import re

from load import *

MUTANTS = setting("MUTANTS", 60000)
BYSTANDERS = setting("BYSTANDERS", 50)
MUTATORS = setting("MUTATORS", 20)
NTH = setting("NTH", 400)
PATIENCE = setting("PATIENCE", 600)
HOLD = 9
RULES = 20
FIRST_EVIL = 1000
GROWN = 4 << 10           # KiB a role may grow by after the first quarter


def evil(number):
    """One that owns an address that no mutant has; half of them are muted
    after a number of malformed rules, as by default."""
    limits = {"strikes": 20} if number % 2 else {}
    return dict(speaker(number, ["100.100.%d.7/32" % (number & 255)],
                        limits=limits, linger="1s",
                        families=FLOWSPEC + ["ipv6-unicast"]),
                asn=FIRST_ASN + FIRST_EVIL)


def taken(sluice):
    """UPDATEs taken in from the mutators."""
    return sum(row.get("counters", row)["updates_in"]
               for row in sluice.cli("sessions")
               if row["customer"] in EVIL)


EVIL = {"c%d" % n for n in range(FIRST_EVIL, FIRST_EVIL + MUTATORS)}


def flow(sluice, mutators, sampler):
    """Until so many have been taken in: (taken, seconds)."""
    begun, quarter = time.monotonic(), 0
    while True:
        n = taken(sluice)
        if n >= quarter * MUTANTS / 8:
            sampler.take()
            quarter += 1
        if n >= MUTANTS:
            return n, time.monotonic() - begun
        expect(time.monotonic() - begun < PATIENCE,
               "%d mutants in %d s" % (n, PATIENCE))
        time.sleep(0.5)


def test(lab):
    sluice = Sluice(
        lab, [inward("rr", "198.18.0.10", hold_time=HOLD)],
        [speaker(n, [own(n)], hold_time=HOLD) for n in range(BYSTANDERS)] +
        [evil(n) for n in range(FIRST_EVIL, FIRST_EVIL + MUTATORS)])
    rr = Recorder(lab, "198.18.0.10", hold=HOLD)
    good = Peers(lab, "hold", BYSTANDERS, 0, HOLD, RULES)
    good.wait_up()
    until(lambda: len(rr.held) == BYSTANDERS * RULES, 30, "rules inside")
    time.sleep(1)
    standing, changes = dict(rr.held), rr.changes()
    rr.silence = 0
    good.ask("fresh")
    mutators = Peers(lab, "mutate", MUTATORS, FIRST_EVIL, 180, NTH)
    until(lambda: mutators.ask()["established"] >= MUTATORS, 30, "mutators")
    sampler = Sampler(sluice)
    n, seconds = flow(sluice, mutators, sampler)
    sent, bystanders = mutators.ask("quiet"), good.ask()
    say("%d UPDATEs of mutants taken in in %.0f s, %.0f a second; %d sent, %d "
        "of them to end a session; sessions ended: %d (%s)" % (
            n, seconds, n / seconds, sent["mutants"], sent["fatal"],
            sent["lost"], sent["ended"]))
    say("ways of damage: %s" % sent["ways"])
    say("%d bystanders, hold time %d s: %d lost, %d messages late, longest "
        "silence %d ms, p99 %d ms; router inside: longest silence %.1f s" % (
            BYSTANDERS, HOLD, bystanders["lost"], bystanders["late"],
            bystanders["gap_ms"], bystanders["gap_p99_ms"], rr.silence))
    say("inside: announced, withdrawn %s before, %s after" % (
        changes, rr.changes()))
    quarter = sampler.samples[len(sampler.samples) // 4]
    sampler.say(quarter[0])
    equal((bystanders["lost"], bystanders["late"]), (0, 0),
          "bystanders' sessions lost, messages late")
    equal((rr.changes(), rr.ups), (changes, 1), "changes, sessions inside")
    equal(rr.held, standing, "rules inside")
    sluice.intact()
    sane(sluice)
    for role, first in quarter[1].items():
        grown = sampler.samples[-1][1][role][1] - first[1]
        # Tables fill first.
        expect(MUTANTS < 500000 or grown < GROWN * (MUTATORS if role == "session" else 1) / 4,
               "%s grew by %d KiB" % (role, grown))
    expect(not re.search("crash", sluice.text()), "a crash is logged")


run(test)
