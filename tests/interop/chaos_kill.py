# SPDX-License-Identifier: BSD-2-Clause
"""kill -9 of each role, again and again, at random moments under load.

SLUICE_KILLS: kills of each role (default 14). SLUICE_SEED: of the moments.
SLUICE_ROLES: only these, with commas between."""
from chaos import *

KILLS = int(os.environ.get("SLUICE_KILLS", "14"))
SEED = int(os.environ.get("SLUICE_SEED", "0")) or random.randrange(1 << 30)
RATE = 350                       # acts a second of each customer
ROLES = ["session", "inward", "guard", "store", "control", "supervisor", "all"]
NAMES = {"session": "session acme/198.18.1.1", "inward": "session rr",
         "guard": "guard", "store": "store", "control": "control"}


class Chaos:
    def __init__(self, lab):
        self.lab = lab
        self.random = random.Random(SEED)
        self.sluice = Sluice(
            lab, [inward("rr", "198.18.0.10")],
            [customer("acme", "198.18.1.1", 65001, linger="10m",
                      own={"prefixes": ["10.1.0.0/16"]}, **RATES_ALLOWED),
             customer("globex", "198.18.1.2", 65002, linger="10m",
                      own={"prefixes": ["10.2.0.0/16"]}, **RATES_ALLOWED)])
        pools = [[rule("10.%d.%d.%d" % (net, i >> 8, i & 255))
                  for i in range(2000)] for net in (1, 2)]
        self.acme = Customer(lab, "198.18.1.1", 65001, pools[0], "acme")
        self.globex = Customer(lab, "198.18.1.2", 65002, pools[1], "globex")
        self.customers = [self.acme, self.globex]
        self.rr = Witness(lab, "198.18.0.10", self.customers)
        self.all = self.customers + [self.rr]
        self.load = Load(self.customers, RATE)
        self.log = Log(lab, self.sluice)
        self.results = {role: 0 for role in ROLES}
        self.again = {role: [] for role in ROLES}
        self.problems, self.late = [], []

    def wanted(self):
        return {**self.acme.wanted(), **self.globex.wanted()}

    def settled(self, seconds=30):
        """Wait until inside is what the customers want."""
        until(lambda: all(s.up for s in self.all), seconds, "sessions back")
        try:
            until(lambda: self.rr.held == self.wanted(), seconds)
        except Failure:
            self.differ("inside", self.rr.held)

    def differ(self, what, have):
        want = self.wanted()
        raise Failure("%s: missing %s, too many %s, other action %s" % (
            what, short([n.hex() for n in want if n not in have][:5]),
            short([n.hex() for n in have if n not in want][:5]),
            short([n.hex() for n in want if n in have and
                   have[n] != want[n]][:5])))

    def standing(self):
        self.log.read()
        return self.log.standing() == self.wanted()

    def strike(self, role):
        """Kill it; the pids that ended with it."""
        pids = children(self.sluice)
        if role == "supervisor":
            kill(self.sluice.pid)
        elif role == "all":
            for pid in [self.sluice.pid, *pids.values()]:
                kill(pid)
        else:
            kill(pids[NAMES[role]])
            return []
        self.sluice.process.wait()
        return list(pids.values())

    def revive(self, orphans):
        """As a service manager does: at once, or when all have gone."""
        if self.random.random() < 0.5:
            until(lambda: not any(map(is_running, orphans)), 10,
                  "all processes to end with the supervisor")
        self.sluice.start()
        until(lambda: not any(map(is_running, orphans)), 10,
              "all processes to end with the supervisor")

    def one(self, role):
        sessions = [s.ups for s in self.all]
        self.load.go()
        time.sleep(self.random.uniform(0.2, 0.9))
        then = self.rr.mark = time.time()
        self.rr.fresh = None
        orphans = self.strike(role)
        if orphans:
            self.revive(orphans)
        time.sleep(self.random.uniform(0.2, 0.7))
        self.load.rest()
        self.settled()
        until(self.standing, 10, "the log to say what stands")
        self.sessions(role, sessions)
        self.revived(role, then)
        if self.rr.fresh is not None:
            self.again[role].append(self.rr.fresh)
        self.results[role] += 1

    def sessions(self, role, before):
        """Only the session whose process died was lost."""
        lost = [s.ups - n for s, n in zip(self.all, before)]
        wanted = {"session": [1, 0, 0], "inward": [0, 0, 1],
                  "supervisor": [1, 1, 1], "all": [1, 1, 1]}
        equal(lost, wanted.get(role, [0, 0, 0]),
              "%s killed: sessions lost by acme, globex, inside" % role)

    def revived(self, role, then):
        """A whole host that falls may bring back what was withdrawn in its
        last moments (it is a customer's word that was never on disk)."""
        new, self.rr.revived = self.rr.revived, []
        for when, nlri, gone, withdrawn in new:
            age = then - gone
            if role == "all" and age < 0.5:
                self.late.append(age)
            else:
                self.problems.append(
                    "%s killed: %s withdrawn %.3f s before the kill, gone "
                    "inside %.3f s before, back %.3f s after" % (
                        role, nlri.hex(), then - withdrawn, age, when - then))

    def late_session(self):
        """A withdrawal that is inside but not on disk, when the guard dies;
        the only one who still knows of it is slow to say so."""
        pids = children(self.sluice)
        nlri = next(iter(self.acme.wanted()))
        os.kill(pids["store"], signal.SIGSTOP)
        self.acme.want(nlri, None)
        until(lambda: nlri not in self.rr.held, 5, "the withdrawal inside")
        os.kill(pids[NAMES["session"]], signal.SIGSTOP)
        kill(pids["guard"])
        os.kill(pids["store"], signal.SIGCONT)
        time.sleep(0.3)
        os.kill(pids[NAMES["session"]], signal.SIGCONT)
        self.settled()
        self.revived("guard", time.time())

    def judge(self):
        """All that can be held against the log."""
        self.log.read()
        unproved = self.log.proves(self.rr.came)
        if unproved:
            self.problems.append("%d announcements without a record: %s" % (
                len(unproved), short(unproved[:3])))
        heads = self.log.unchanged()
        return heads

    def report(self, heads, seconds):
        say("seed %d, %.0f s, %d acts of customers (%.0f/s)" % (
            SEED, seconds, sum(c.acts for c in self.customers),
            sum(c.acts for c in self.customers) / seconds))
        for role, kills in self.results.items():
            if kills:
                again = self.again[role]
                say("%-10s %4d kills: the next new rule inside after %.3f s "
                    "(median), %.3f s (most)" % (
                        role, kills, percentile(again, 0.5),
                        max(again, default=0)))
        say("inside: %d announcements, %d withdrawals; without a record: 0" % (
            len(self.rr.came), self.rr.withdrawals))
        say("log: %d entries, no gap; %d heads seen on the way are heads of "
            "it; accepted %d, withdrawals %d" % (
                self.log.next, heads, self.log.reasons.get("accepted", 0),
                self.log.kinds.get("withdrawal", 0)))
        say("withdrawn rules that came back: 0 after a role's death; %d of the "
            "last %.3f s after a kill of all" % (
                len(self.late), max(self.late, default=0)))


RATES_ALLOWED = {"actions": {"discard": True,
                             "rate_limit": {"min": 8000, "max": 125000000}}}


def test(lab):
    chaos = Chaos(lab)
    begun = time.monotonic()
    until(lambda: all(s.up for s in chaos.all), 20, "sessions")
    chaos.load.go()
    time.sleep(2)
    chaos.load.rest()
    chaos.settled()
    roles = os.environ.get("SLUICE_ROLES", ",".join(ROLES)).split(",")
    for _ in range(KILLS):
        order = list(roles)
        chaos.random.shuffle(order)
        for role in order:
            try:
                chaos.one(role)
            except Failure as failure:
                raise Failure("seed %d: %s killed (%d before): %s" % (
                    SEED, role, chaos.results[role], failure))
    chaos.late_session()
    heads = chaos.judge()
    if chaos.problems:
        for problem in chaos.problems[:20]:
            say(problem)
        raise Failure("seed %d: %d problems" % (SEED, len(chaos.problems)))
    chaos.report(heads, time.monotonic() - begun)


run(test)
