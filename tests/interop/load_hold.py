# SPDX-License-Identifier: BSD-2-Clause
"""Many sessions with a hold time of 9 s and rules for each, for some time: no
session expires, the router inside has all rules, and this is what it takes.

SLUICE_SESSIONS: 120 (long: 500). SLUICE_RULES: 40 each. SLUICE_SECONDS: after
all is inside (default 20; long: 600). SLUICE_HOLD: 9."""
from load import *

SESSIONS = setting("SESSIONS", 120)
RULES = setting("RULES", 40)
SECONDS = setting("SECONDS", 20.0)
HOLD = setting("HOLD", 9)
EACH = 1024               # KiB of its own that a session may have
EVERY = max(1.0, SECONDS / 40)


def test(lab):
    sluice = Sluice(lab, [inward("rr", "198.18.0.10", hold_time=HOLD)],
                    [speaker(n, [own(n)], hold_time=HOLD)
                     for n in range(SESSIONS)])
    rr = Recorder(lab, "198.18.0.10", hold=HOLD)
    begun = time.monotonic()
    peers = Peers(lab, "hold", SESSIONS, 0, HOLD, RULES)
    peers.wait_up(120)
    up = time.monotonic() - begun
    until(lambda: len(rr.held) == SESSIONS * RULES, 120, "all rules inside")
    say("%d sessions up after %.1f s, %d rules inside after %.1f s" % (
        SESSIONS, up, len(rr.held), time.monotonic() - begun))
    time.sleep(2)
    first, changes, rr.silence = peers.ask("fresh"), rr.changes(), 0
    sampler = Sampler(sluice)
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        sampler.take()
        time.sleep(min(EVERY, max(0, end - time.monotonic())))
    roles = sampler.take()
    last = peers.ask()
    sampler.say(min(60, SECONDS / 4))
    say("%.0f s: %d sessions lost, %d messages late (over %.0f s), longest "
        "silence %d ms, p99 %d ms; router inside: longest silence %.1f s" % (
            SECONDS, last["lost"], last["late"], HOLD / 3 + 1, last["gap_ms"],
            last["gap_p99_ms"], rr.silence))
    n, kib, private = roles["session"][:3]
    say("a session: %d KiB of its own, %d KiB private with its files' pages; "
        "all roles: %d KiB of their own" % (
            kib / n, private / n, sum(one[1] for one in roles.values())))
    equal((last["up"], last["lost"], rr.ups), (SESSIONS, 0, 1),
          "sessions up, lost, inside")
    equal(last["established"], first["established"], "established")
    equal(rr.changes(), changes, "changes inside")
    expect(kib / n <= EACH, "a session has %d KiB of its own" % (kib / n))
    sampler.same_processes()
    sluice.intact()
    sane(sluice)


run(test)
