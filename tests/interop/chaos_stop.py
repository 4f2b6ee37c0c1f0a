# SPDX-License-Identifier: BSD-2-Clause
"""Stop and reload under load: nothing is left inside, and all comes back."""
from audit import Audit, parse
from chaos import *

STOPS = int(os.environ.get("SLUICE_STOPS", "5"))
RATE = 200


def stop(town, n):
    """SIGTERM: explicit withdrawals of everything, then Cease 6/2, exit 0."""
    notifications = len(town.rr.notifications)
    pids = list(children(town.sluice).values())
    town.load.go()
    time.sleep(0.5)
    held, begun = len(town.rr.held), time.monotonic()
    town.rr.left = None
    equal(town.sluice.stop(15), 0, "exit status after SIGTERM")
    took = time.monotonic() - begun
    until(lambda: town.rr.left is not None, 5, "a NOTIFICATION inside")
    equal(town.rr.left, 0, "rules left inside when the Cease came")
    equal([one[:2] for one in town.rr.notifications[notifications:]],
          [(6, 2)], "NOTIFICATION inside")
    expect(not any(map(is_running, pids)), "processes are left")
    sealed(town)
    time.sleep(0.2)
    begun = time.monotonic()
    town.sluice.start()
    town.load.rest()
    town.settled()
    back = time.monotonic() - begun
    town.recorded()
    say("stop %d under load: %d rules withdrawn, then Cease, exit 0 after "
        "%.2f s; started again, all inside after %.2f s" % (
            n, held, took, back))


def sealed(town):
    """The last checkpoint is of all that there is, the stop itself, too."""
    audit = Audit(town.sluice, town.sluice.config["store"]["path"])
    last = json.loads(audit("list", "-n", 1, "--json").splitlines()[-1])
    equal(parse(audit.checkpoint()).size, last["seq"] + 1,
          "size of the last checkpoint after a stop")
    kinds = [json.loads(line).get("kind")
             for line in audit("list", "-n", 500, "--json").splitlines()]
    # Withdrawals that come while it is written are behind it.
    expect("stop" in kinds, "the stop is not among the last entries: %s" %
           kinds[-20:])


def deaf(town):
    """A router inside that does not read does not keep us from stopping."""
    town.rr.frozen.clear()
    begun = time.monotonic()
    equal(town.sluice.stop(20), 0, "exit status beside a deaf router")
    took = time.monotonic() - begun
    town.rr.frozen.set()
    town.sluice.start()
    town.settled()
    say("stop beside a router that does not read: exit 0 after %.2f s" % took)


def early(town):
    """SIGTERM in the middle of the start: exit 0, nobody is left."""
    equal(town.sluice.stop(15), 0, "exit status after SIGTERM")
    for delay in (0, 0.002, 0.005, 0.01, 0.02, 0.04):
        Process.start(town.sluice)
        time.sleep(delay)
        pids = list(children(town.sluice).values())
        code = town.sluice.stop(15)
        # Before main() has begun nobody catches the signal.
        expect(code in (0, -15), "exit status %d after an early SIGTERM" % code)
        until(lambda: not any(map(is_running, pids)), 10, "all to end")
    town.sluice.start()
    town.settled()
    town.recorded()
    equal(town.log.kinds.get("revocation", 0), 0, "revocations in the log")
    say("stopped in the middle of the start, 6 times: all back")


def hangup(town):
    town.sluice.write()
    os.kill(town.sluice.pid, signal.SIGHUP)


def removed(town):
    """SIGHUP without one customer, under load: its rules end, with their
    reason in the log; nobody else notices. Then it comes back."""
    config = town.sluice.config
    both = config["customers"]
    ups = [s.ups for s in (town.acme, town.rr)]
    town.load.go()
    time.sleep(0.3)
    n = len(town.globex.wanted())
    config["customers"] = both[:1]
    begun = time.monotonic()
    hangup(town)
    until(lambda: not any(n[2:4] == b"\x0a\x02" for n in town.rr.held), 10,
          "the removed customer's rules to go")
    took = time.monotonic() - begun
    until(lambda: town.globex.notifications, 5, "a NOTIFICATION to it")
    equal(town.globex.notifications[-1][:2], (6, 3), "its NOTIFICATION")
    town.load.rest()
    until(lambda: town.rr.held == town.acme.wanted(), 10, "the other's rules")
    equal([s.ups for s in (town.acme, town.rr)], ups, "other sessions")
    # Withdrawals are recorded after they have gone inward.
    until(lambda: town.log.read() and
          town.log.standing() == town.acme.wanted(), 10,
          "the log to say that what stands is the other's")
    expect(town.log.reasons.get("customer-removed", 0) >= n * 0.9,
           "customer-removed in the log: %s" % town.log.reasons)
    say("reload without a customer: its %d rules gone after %.2f s" % (
        n, took))
    config["customers"] = both
    hangup(town)
    town.settled()
    town.recorded()
    say("reload with it again: all %d rules inside" % len(town.rr.held))


def broken(town):
    """A file that is wrong, by signal and by command: nothing changes."""
    held, pids = dict(town.rr.held), children(town.sluice)
    ups = [s.ups for s in town.all]
    for text in ("", "router: {", "router: {asn: 64500, colour: red}\n",
                 json.dumps(dict(town.sluice.config, customers=[
                     dict(town.sluice.config["customers"][0], asn=0)]))):
        town.lab.file(os.path.basename(town.sluice.yaml), text)
        os.kill(town.sluice.pid, signal.SIGHUP)
        time.sleep(0.3)            # one at a time
        done = town.sluice.command("reload")
        equal(done.returncode, 2, "exit status of a bad reload")
        expect(done.stderr or done.stdout, "a bad reload says nothing")
    town.lab.file(os.path.basename(town.sluice.yaml), "")
    os.unlink(town.sluice.yaml)
    os.kill(town.sluice.pid, signal.SIGHUP)
    time.sleep(0.5)
    equal(children(town.sluice), pids, "processes after bad reloads")
    equal(town.rr.held, held, "rules after bad reloads")
    equal([s.ups for s in town.all], ups, "sessions after bad reloads")
    town.load.go()
    time.sleep(0.5)
    town.load.rest()
    town.settled()
    say("five broken files, by signal and by command: nothing changed")


def test(lab):
    town = Town(lab)
    town.begin(RATE)
    for n in range(STOPS):
        stop(town, n + 1)
    deaf(town)
    early(town)
    removed(town)
    broken(town)
    hangup(town)
    town.settled()
    town.proved()
    sane(town.sluice)
    say("inside: %d announcements, none without a record" % len(town.rr.came))


run(test)
