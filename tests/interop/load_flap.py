# SPDX-License-Identifier: BSD-2-Clause
"""Many sessions that are dropped as soon as they are up, once a second if they
are let: memory and descriptors do not grow, and inside little moves.

One in ten goes with a Cease 6/2, which takes its rules out and in again, as far
as the usual limits let it; half of the others have the flap breaker, which
takes their rules out for good; of the rest nothing moves: they linger.

SLUICE_SESSIONS: 100 (long: 200). SLUICE_RULES: 10 each. SLUICE_SECONDS: 40
(long: 300). SLUICE_SETTLE: seconds until the slope is taken (default a fifth
of them; long: 60)."""
from load import *

SESSIONS = setting("SESSIONS", 100)
RULES = setting("RULES", 10)
SECONDS = setting("SECONDS", 40.0)
SETTLE = setting("SETTLE", SECONDS / 5)
SHUTDOWN_IN = 10          # load_peer.c
SLOPE = 1024.0            # KiB a minute, of any role
EVERY = max(1.0, SECONDS / 60)


def leaves(number):
    return number % SHUTDOWN_IN == 0


def breaks(number):
    return not leaves(number) and number & 1


def flapping(number):
    """Those that leave have the limits that are usual."""
    row = speaker(number, [own(number)], hold_time=9, linger="30m",
                  flap_breaker=bool(breaks(number)))
    if leaves(number):
        row["limits"] = {}
    return row


class Watcher(Recorder):
    """Tells the changes of the three kinds of customers apart."""

    def __init__(self, lab, local, **options):
        self.kinds = {"linger": [0, 0], "break": [0, 0], "leave": [0, 0]}
        super().__init__(lab, local, **options)

    def _update(self, body):
        super()._update(body)
        update = bgp.Update(body)
        for i, nlris in enumerate((update.announced, update.withdrawn)):
            for _, nlri in nlris:
                number = nlri[3] << 8 | nlri[4]
                self.kinds["leave" if leaves(number) else "break" if
                           breaks(number) else "linger"][i] += 1

    def snapshot(self):
        return {kind: tuple(counts) for kind, counts in self.kinds.items()}


def test(lab):
    sluice = Sluice(lab, [inward("rr", "198.18.0.10", hold_time=30)],
                    [flapping(n) for n in range(SESSIONS)])
    rr = Watcher(lab, "198.18.0.10", hold=30)
    peers = Peers(lab, "flap", SESSIONS, 0, 9, RULES)
    until(lambda: peers.ask()["established"] >= SESSIONS, 60, "sessions")
    sampler = Sampler(sluice)
    end = time.monotonic() + SECONDS
    settled = None
    before, begun = peers.ask(), time.monotonic()
    while time.monotonic() < end:
        sampler.take()
        if settled is None and time.monotonic() - begun >= SETTLE:
            settled = time.monotonic(), rr.snapshot()
        time.sleep(min(EVERY, max(0, end - time.monotonic())))
    sampler.take()
    after, inside = peers.ask(), rr.snapshot()
    seconds = time.monotonic() - begun
    minutes = (time.monotonic() - settled[0]) / 60
    flaps = after["lost"] - before["lost"]
    sampler.say(SETTLE)
    say("%.0f s: %d flaps, %.1f a second, %.2f a second and session; %d "
        "connections refused meanwhile" % (
            seconds, flaps, flaps / seconds, flaps / seconds / SESSIONS,
            after["refused"] - before["refused"]))
    for kind, (came, went) in inside.items():
        old = settled[1][kind]
        say("inside, %s: announced %d, withdrawn %d; a minute after %.0f s: "
            "%.0f and %.0f" % (kind, came, went, SETTLE,
                               (came - old[0]) / minutes,
                               (went - old[1]) / minutes))
    check(sluice, sampler, rr, flaps)


def check(sluice, sampler, rr, flaps):
    linger = sum(not leaves(n) and not breaks(n) for n in range(SESSIONS))
    broken = sum(bool(breaks(n)) for n in range(SESSIONS))
    equal(rr.snapshot()["linger"], (linger * RULES, 0),
          "changes of rules that linger")
    came, went = rr.snapshot()["break"]
    expect(came <= 2 * broken * RULES and went <= came,
           "rules that flap with their session: announced %d, withdrawn %d" %
           (came, went))
    came, went = rr.snapshot()["leave"]
    expect(came + went <= 2 * RULES * (flaps / SHUTDOWN_IN * 1.5 + SESSIONS),
           "rules that leave: announced %d, withdrawn %d" % (came, went))
    expect(flaps > SESSIONS * SECONDS / 10, "only %d flaps" % flaps)
    equal(rr.ups, 1, "sessions inside")
    for role in sampler.pids:
        slope = sampler.slope(role, SETTLE)
        # Too short a run has no slope.
        expect(SECONDS < 120 or slope < SLOPE,
               "%s grows by %.0f KiB a minute" % (role, slope))
        fds = sampler.slope(role, SETTLE, 4)
        expect(SECONDS < 120 or fds < 2,
               "%s: %.1f descriptors more a minute" % (role, fds))
    sampler.same_processes()
    sluice.intact()
    sane(sluice)


run(test)
