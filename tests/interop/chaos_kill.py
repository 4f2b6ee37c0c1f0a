# SPDX-License-Identifier: BSD-2-Clause
"""kill -9 of each role, of guard and store together, of everything at once; again
and again, at random moments under load.

SLUICE_KILLS: kills of each role (default 10). SLUICE_SEED: of the moments.
SLUICE_ROLES: only these, with commas between. SLUICE_VERIFY: the whole log is
verified after each kill (each), each round (round, default), or at the end."""
from audit import OUTSIDER, Audit, Go, parse, vkey
from chaos import *

KILLS = int(os.environ.get("SLUICE_KILLS", "10"))
SEED = int(os.environ.get("SLUICE_SEED", "0")) or random.randrange(1 << 30)
RATE = 350                       # acts a second of each customer
ROLES = ["session", "inward", "guard", "store", "control", "signer",
         "witness", "pair", "supervisor", "all"]
VERIFY = os.environ.get("SLUICE_VERIFY", "round")
# Sessions that die with it: acme's, globex', the one inside.
LOST = {"session": [1, 0, 0], "inward": [0, 0, 1], "supervisor": [1, 1, 1],
        "all": [1, 1, 1]}
NONE = [0, 0, 0]
NAMES = {"session": ["session acme/198.18.1.1"], "inward": ["session rr"],
         "guard": ["guard"], "store": ["store"], "control": ["control"],
         "signer": ["signer"], "witness": ["witness"],
         "pair": ["guard", "store"]}


class Chaos(Town):
    def __init__(self, lab):
        super().__init__(lab)
        self.random = random.Random(SEED)
        self.results = {role: 0 for role in ROLES}
        self.again = {role: [] for role in ROLES}
        self.problems, self.late = [], []
        self.sluice.config["cosign"] = {"listen": SLUICE + ":8414",
                                        "logs": [vkey(OUTSIDER)]}
        self.audit = Audit(self.sluice)
        self.checkpoint, self.grown, self.verified = None, 0, 0

    def strike(self, role):
        """Kill it; the pids that ended with it."""
        pids = children(self.sluice)
        if role == "supervisor":
            kill(self.sluice.pid)
        elif role == "all":
            for pid in [self.sluice.pid, *pids.values()]:
                kill(pid)
        else:
            for name in NAMES[role]:
                kill(pids[name])
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
        self.rr.from_ups = self.rr.ups + LOST.get(role, NONE)[2]
        orphans = self.strike(role)
        if orphans:
            self.revive(orphans)
        time.sleep(self.random.uniform(0.2, 0.7))
        self.load.rest()
        self.settled()
        self.recorded()
        self.grows()
        if VERIFY == "each":
            self.verifies()
        self.sessions(role, sessions)
        self.revived(role, then)
        if self.rr.fresh is not None:
            self.again[role].append(self.rr.fresh)
        self.results[role] += 1

    def grows(self):
        """The checkpoint of now is proven to grow out of the one before, and is
        signed: Go's word, not ours."""
        if self.checkpoint is None:
            note = self.audit.signed()
            self.go = Go(self.lab, self.audit.log_keys())
        else:
            with open(self.checkpoint) as file:
                old = parse(file.read()).size
            proof = self.audit("proof", "--consistency", old)
            path = self.lab.file("growth", proof)
            self.go.verifies(growth=[(self.checkpoint, path)])
            note = proof.partition("\n\n")[2]
            self.grown += 1
        self.checkpoint = self.lab.file("checkpoint", note)

    def verifies(self):
        """Every record and every hash, up to what was signed."""
        self.audit.verify("--checkpoint", self.checkpoint, "--key",
                          self.go.keys[0])
        self.verified += 1

    def sessions(self, role, before):
        """Only the session whose process died was lost."""
        lost = [s.ups - n for s, n in zip(self.all, before)]
        equal(lost, LOST.get(role, NONE),
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
        """The store stands still, so long that its channel is full; then the
        guard dies. Withdrawals of that time are inside and on no disk: only
        the customer's session still knows of them, and it is slow to say."""
        pids = children(self.sluice)
        mine = list(self.acme.wanted())
        os.kill(pids["store"], signal.SIGSTOP)
        for i in range(10000):
            self.globex.want(rule("10.2.%d.%d" % (16 + (i >> 8), i & 255)),
                             0.0)
        for nlri in mine[:50]:
            self.acme.want(nlri, None)
        until(lambda: not any(n in self.rr.held for n in mine[:50]), 5,
              "withdrawals inside while the store stands still")
        os.kill(pids[NAMES["session"][0]], signal.SIGSTOP)
        kill(pids["guard"])
        os.kill(pids["store"], signal.SIGCONT)
        time.sleep(0.2)
        os.kill(pids[NAMES["session"][0]], signal.SIGCONT)
        self.settled()
        self.recorded()
        self.revived("guard (late session)", time.time())

    def slow_store(self):
        """The supervisor dies while the store stands still, with withdrawals
        that are on no disk; the next sluiced finds the log still taken."""
        store = children(self.sluice)["store"]
        mine = list(self.acme.wanted())[:50]
        os.kill(store, signal.SIGSTOP)
        for nlri in mine:
            self.acme.want(nlri, None)
        until(lambda: not any(n in self.rr.held for n in mine), 5,
              "withdrawals inside while the store stands still")
        then = time.time()
        orphans = self.strike("supervisor")
        self.sluice.start()
        time.sleep(1)
        os.kill(store, signal.SIGCONT)
        until(lambda: not any(map(is_running, orphans)), 10,
              "all processes to end with the supervisor")
        self.settled()
        self.recorded()
        self.revived("supervisor (slow store)", then)

    def judge(self):
        """All that can be held against the log."""
        self.log.read()
        unproved = self.log.proves(self.rr.came)
        if unproved:
            self.problems.append("%d announcements without a record: %s" % (
                len(unproved), short(unproved[:3])))
        heads = self.log.unchanged()
        self.audit.signed()
        self.grows()
        self.verifies()
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
        say("checkpoints: %d times proven to grow out of the one before; the "
            "whole log verified %d times" % (self.grown, self.verified))
        say("withdrawn rules that came back: 0 after a role's death; %d of the "
            "last %.3f s after a kill of all" % (
                len(self.late), max(self.late, default=0)))


def test(lab):
    chaos = Chaos(lab)
    begun = time.monotonic()
    chaos.begin(RATE)
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
        if VERIFY == "round":
            chaos.verifies()
    chaos.late_session()
    chaos.slow_store()
    heads = chaos.judge()
    sane(chaos.sluice)
    if chaos.problems:
        for problem in chaos.problems[:20]:
            say(problem)
        raise Failure("seed %d: %d problems" % (SEED, len(chaos.problems)))
    chaos.report(heads, time.monotonic() - begun)


run(test)
