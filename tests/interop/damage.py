# SPDX-License-Identifier: BSD-2-Clause
"""sluiced is stopped, a file of its store is damaged, it is started again; over
and over, in each way that a disk knows. It is always up again, no rule is ever
inside that its customer does not want (who is not even there in half of the
rounds), verdicts go on, and a new log's first entry names the one before.

SLUICE_ROUNDS: how often (default 12). SLUICE_SEED. SLUICE_DAMAGES: only these
kinds."""
import collections
import shutil

from audit import Audit
from chaos import *

ROUNDS = int(os.environ.get("SLUICE_ROUNDS", "12"))
SEED = int(os.environ.get("SLUICE_SEED", "0")) or random.randrange(1 << 30)
PAGE = 4096
KINDS = ["bit", "root", "noise", "zeros", "moved", "older", "cut", "more",
         "before", "gone", "lock", "memory"]
KINDS = os.environ.get("SLUICE_DAMAGES", ",".join(KINDS)).split(",")
REFUSES = ("rolled-back", "forked", "forgotten", "failed")
OLDER = 4                        # earlier states of the file that are kept


class Disk:
    """The store's files, what they were at earlier stops of the same log, and
    the signer's."""

    def __init__(self, store, dice):
        self.path = os.path.join(store, "data.mdb")
        self.store, self.dice = store, dice
        self.older = []

    def keep(self):
        with open(self.path, "rb") as file:
            self.data = bytearray(file.read())

    def pass_by(self):
        """What it is now will be an earlier state."""
        self.older = self.older[1 - OLDER:] + [bytes(self.data)]

    def damage(self, kind):
        if kind in ("lock", "memory"):
            getattr(self, "_" + kind)()
            return
        data = getattr(self, "_" + kind)(self.data[:])
        if data is None:
            os.unlink(self.path)
            return
        with open(self.path, "wb") as file:
            file.write(data)

    def tidy(self):
        """So many in one day are more than it takes."""
        for one in os.listdir(self.store):
            if one.startswith("aside-"):
                os.chmod(os.path.join(self.store, one), 0o700)
                shutil.rmtree(os.path.join(self.store, one))

    def _place(self, data):
        return PAGE * self.dice.randrange(len(data) // PAGE)

    def _flip(self, data, at):
        data[at] ^= 1 << self.dice.randrange(8)
        return data

    def _put(self, data, at, page):
        data[at:at + PAGE] = page
        return data

    def _bit(self, data):
        return self._flip(data, self.dice.randrange(len(data)))

    def _root(self, data):
        return self._flip(data, PAGE * self.dice.randrange(2) +
                          self.dice.randrange(152))

    def _noise(self, data):
        return self._put(data, self._place(data), self.dice.randbytes(PAGE))

    def _zeros(self, data):
        return self._put(data, self._place(data), bytes(PAGE))

    def _moved(self, data):
        at = self._place(data)
        return self._put(data, self._place(data), data[at:at + PAGE])

    def _older(self, data):
        """One page that was otherwise at an earlier stop."""
        then = self.dice.choice(self.older)
        for _ in range(200):
            at = self._place(then)
            if then[at:at + PAGE] != data[at:at + PAGE]:
                break
        return self._put(data, at, then[at:at + PAGE])

    def _cut(self, data):
        return data[:self.dice.randrange(len(data))]

    def _more(self, data):
        return data + self.dice.randbytes(self.dice.randrange(1, 65536))

    def _before(self, data):
        """The whole file, as it was."""
        return self.dice.choice(self.older)

    def _gone(self, _):
        return None

    def _lock(self):
        """The other file of the store."""
        path = os.path.join(self.store, "lock.mdb")
        with open(path, "r+b") as file:
            file.write(self.dice.randbytes(os.path.getsize(path)))

    def _memory(self):
        """What the signer has signed last, of this log."""
        folder = self.store + "-seal"
        path = max((os.path.join(folder, one) for one in os.listdir(folder)
                    if one.startswith("own-")), key=os.path.getmtime)
        with open(path, "r+b") as file:
            data = bytearray(file.read())
            file.seek(0)
            file.write(self._flip(data, self.dice.randrange(len(data))))


class Damage:
    def __init__(self, lab):
        self.lab, self.dice = lab, random.Random(SEED)
        self.sluice = Sluice(
            lab, [inward("rr", "198.18.0.10")],
            [customer("acme", "198.18.1.1", 65001, linger="10m",
                      own={"prefixes": ["10.1.0.0/16"]}, **RATES_ALLOWED)],
            start=False)
        self.audit = Audit(self.sluice)
        self.store = self.sluice.config["store"]["path"]
        self.disk = Disk(self.store, self.dice)
        self.pool = [rule("10.1.%d.%d" % (i >> 8, i & 255))
                     for i in range(1000)]
        self.acme, self.wish = None, {}
        self.outcomes = collections.defaultdict(collections.Counter)
        self.died = 0

    def begin(self):
        self.sluice.start()
        self.rr = Witness(self.lab, "198.18.0.10")
        self.attach()
        until(lambda: self.rr.up, 20, "the router")
        for nlri in self.pool[:400]:
            self.acme.want(nlri, self.dice.choice(RATES))
        self.settled()
        self.origin = until(self.named)

    def attach(self):
        """The same customer, with the same wishes."""
        self.acme = Customer(self.lab, "198.18.1.1", 65001, self.pool)
        self.acme.wish = self.wish
        if self.acme.up:
            self.acme.again()

    def wanted(self):
        return {n: rate for n, (_, rate) in self.wish.items()
                if rate is not None}

    def settled(self):
        until(lambda: self.acme.up and self.rr.held == self.wanted(), 30,
              "inside what the customer wants")

    def act(self):
        """Some announced, some withdrawn, some otherwise."""
        for nlri in self.dice.sample(self.pool, 60):
            self.acme.want(nlri, None if nlri in self.wanted() and
                           self.dice.random() < 0.7
                           else self.dice.choice(RATES))
        self.settled()

    def leave(self):
        """Withdraw many or all rules, and be away."""
        wanted = list(self.wanted())
        for nlri in wanted if self.dice.random() < 0.5 else self.dice.sample(
                wanted, len(wanted) // 2):
            self.acme.want(nlri, None)
        self.settled()
        self.acme.stop()
        until(lambda: not self.acme.up, 5, "the customer to be away")
        self.acme = None

    def one(self, n, kind):
        self.act()
        while kind in ("older", "before") and len(self.disk.older) < 2:
            self.rest()
        away = n % 2 == 1
        if away:
            self.leave()
        equal(self.sluice.stop(15), 0, "exit status")
        self.disk.keep()
        self.disk.tidy()
        self.disk.damage(kind)
        self.disk.pass_by()
        came, told = len(self.rr.came), len(self.sluice.text())
        self.sluice.start()
        until(lambda: self.rr.up, 20, "the router's session")
        if away:
            self.alone()
            self.attach()
        self.settled()
        self.only_wanted(came)
        outcome = self.look(kind, told)
        self.outcomes[kind][outcome] += 1
        self.only_wanted(came)
        self.act()
        return outcome

    def rest(self):
        """Stopped and started, unharmed."""
        equal(self.sluice.stop(15), 0, "exit status")
        self.disk.keep()
        self.disk.pass_by()
        self.sluice.start()
        self.settled()
        self.act()

    def alone(self):
        """Long enough for the store to be believed, whatever is in it."""
        until(self.named, 20, "a log")
        time.sleep(2.5)

    def only_wanted(self, came):
        """Nothing was wished since these came."""
        wanted = self.wanted()
        wrong = [(nlri.hex(), rate) for _, nlri, rate in self.rr.came[came:]
                 if (nlri, rate) not in wanted.items()]
        expect(not wrong, "%d announcements inside that nobody wants: %s" % (
            len(wrong), short(wrong[:3])))

    def look(self, kind, told):
        """What became of it, in a word; after that the log is sound."""
        origin = until(self.named, 20, "a log")
        state = until(self.decided, 20, "it signs, or says why not")
        text = self.sluice.text()[told:]
        died = len(re.findall(r"store.*: ended: (?!status=0 )", text))
        self.died += died
        if origin != self.origin:
            return self.begun(origin, kind, text)
        outcome = "no effect"
        if state in REFUSES:
            expect(state != "failed" or kind == "memory", "failed")
            outcome = state
        elif self.unsound():
            outcome = "left to verify"
        elif "dropped" in text:
            return "live rules dropped"
        if outcome != "no effect":
            self.renew()
        return outcome

    def decided(self):
        checkpoint = self.audit.seal().get("checkpoint") or {}
        if checkpoint.get("state") in REFUSES:
            return checkpoint["state"]
        try:
            self.audit.signed(0)
        except Failure:
            return None
        return "signing"

    def unsound(self):
        done = self.sluice.command("audit", "verify")
        expect(done.returncode in (0, 1), "audit verify: exit %d: %s%s" % (
            done.returncode, done.stdout, done.stderr))
        return done.returncode

    def begun(self, origin, kind, text):
        """Another log: what does its entry 0 say of the one before?"""
        first = self.sluice.cli("audit", "show", 0)[-1]
        evidence, old = first["evidence"], self.origin
        self.origin, self.disk.older = origin, []
        equal((first["kind"], first["text"]),
              ("start", "log %s begun" % origin), "entry 0 of a new log")
        if kind == "gone" or "its data was gone" in evidence:
            equal(evidence, "before: its data was gone", "entry 0")
            expect(kind in ("gone", "cut"), "data gone by " + kind)
            return "gone"
        named = re.match(r"before: log (\S+) folder (aside-\S+) size (\d+) "
                         r"root ([0-9a-f]{64}): (.+)", evidence)
        expect(named and named[1] in (old, "unknown"),
               "entry 0 does not name %s: %s" % (old, evidence))
        expect(os.path.exists(os.path.join(self.store, named[2], "data.mdb")),
               "nothing was set aside as entry 0 says: %s" % evidence)
        expect("log: damaged" in text, "no word of damage in the log")
        done = self.sluice.command("status", "--check")
        expect(done.returncode == 1 and "began anew" in done.stdout,
               "status --check says nothing of it: %s" % done.stdout)
        return "set aside" if named[1] == old else "set aside, name unknown"

    def renew(self):
        old = self.origin
        self.audit("renew", "--yes", "--reason", "damaged for a test")
        until(lambda: self.named() not in (None, old), 30, "another log")
        self.origin, self.disk.older = until(self.named), []
        self.settled()

    def named(self):
        """The log's name; None while nobody knows."""
        return self.audit.seal().get("origin")

    def report(self, seconds):
        say("seed %d: %d times damaged in %.0f s; up again each time, %d "
            "announcements inside, none that was not wanted; the store ended "
            "by itself %d times" % (
                SEED, sum(sum(one.values()) for one in
                          self.outcomes.values()), seconds,
                len(self.rr.came), self.died))
        for kind, found in self.outcomes.items():
            say("  %-8s %s" % (kind, ", ".join(
                "%s %d" % one for one in found.most_common())))


def test(lab):
    damage = Damage(lab)
    begun = time.monotonic()
    damage.begin()
    for n in range(ROUNDS):
        if n % len(KINDS) == 0:
            kinds = damage.dice.sample(KINDS, len(KINDS))
        kind = kinds[n % len(KINDS)]
        try:
            outcome = damage.one(n, kind)
        except Failure as failure:
            raise Failure("seed %d, round %d, %s: %s" % (
                SEED, n, kind, failure))
        if os.environ.get("SLUICE_TELL"):
            say("%d %s: %s" % (n, kind, outcome))
    damage.audit.signed()
    equal(damage.unsound(), 0, "the log at last")
    sane(damage.sluice)
    damage.report(time.monotonic() - begun)


run(test)
