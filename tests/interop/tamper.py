# SPDX-License-Identifier: BSD-2-Clause
"""A real store, tampered with in every way that tests/interop/tamper.c knows,
and rolled back to an older copy: `sluice audit verify`, given one checkpoint
that was kept outside and the log's key, finds each, and names the first bad
entry, or those among which it is.

SLUICE_TAMPERS: how many in all (default 320). SLUICE_SEED."""
import collections
import concurrent.futures
import random
import shutil
import threading

from audit import *

TAMPERS = int(os.environ.get("SLUICE_TAMPERS", "320"))
SEED = int(os.environ.get("SLUICE_SEED", "0")) or random.randrange(1 << 30)
BLOCK = 256
# What each kind may be called; of the first finding, which is the most exact.
EXACT = {"edit": {"edited", "unreadable"}, "leaf": {"edited"},
         "drop": {"missing"}, "swap": {"misplaced"}}
CUT = {"truncate", "rollback"}   # where is what the log's size tells
RANGE = {"truncate": {"short"}, "rollback": {"short"},
         "edit-leaf": {"hashes", "forked"}, "rewrite": {"forked"},
         "drop-close": {"forked", "short"}, "swap-numbered": {"forked"},
         "fork": {"forked", "short"}, "node": {"hashes"}, "index": {"index"},
         "edge": {"hashes"}, "resign-rewrite": {"forked"}}
FOREIGN = {"resign", "resign-rewrite"}


class Truth:
    """One store, what it was at earlier times, and what was kept of it."""

    def __init__(self, lab):
        self.lab = lab
        self.sluice = Sluice(lab, [inward("rr", "198.18.0.10")],
                             [customer("acme", "198.18.1.1", 65001)],
                             start=False)
        self.audit = Audit(self.sluice)
        self.store = self.sluice.config["store"]["path"]
        self.older = []            # (folder, entries)

    def make(self):
        """Live a while; keep copies on the way."""
        dice = random.Random(SEED)
        for life in range(4):
            self.sluice.start()
            self.live(dice, life)
            self.audit.signed()
            self.key = self.audit.log_keys()[0]
            equal(self.sluice.stop(15), 0, "exit status")
            if life < 3:
                self.keep(life)
        self.verified = self.entries(self.store)
        # All is signed at a stop.
        note = Audit(self.sluice, self.store).checkpoint()
        equal(parse(note).size, self.verified, "entries signed at the stop")
        self.outside = self.lab.file("outside", note)

    def live(self, dice, life):
        rr = Speaker(self.lab, "198.18.0.10", SLUICE, ASN, listen=True)
        acme = Speaker(self.lab, "198.18.1.1", SLUICE, 65001)
        until(lambda: acme.up and rr.up, 20, "sessions")
        for step in range(4):
            rules = [nlri("destination 203.0.113.%d/32 protocol =17 "
                          "source-port =%d" % (dice.randrange(256),
                                               1 + dice.randrange(60000)))
                     for _ in range(40 + dice.randrange(60))]
            acme.announce(rules)
            until(lambda: all(r in rr.rules() for r in rules), 20, "rules")
            acme.withdraw(rules)
            until(lambda: not rr.rules(), 20, "withdrawals")
            time.sleep(1.1)        # a checkpoint of its own
        for one in (rr, acme):
            one.stop()

    def keep(self, life):
        folder = self.lab.path("older-%d" % life)
        shutil.copytree(self.store, folder)
        self.older.append((folder, self.entries(folder)))

    def entries(self, folder):
        """Verified as it is, it is sound; its entries."""
        code, found = self.verify(folder, outside=False)
        equal((code, found["findings"]), (0, []), "a sound store")
        return found["verified"]

    def verify(self, folder, outside=True):
        argv = ["--key", self.key]
        if outside:
            argv += ["--checkpoint", self.outside]
        done = subprocess.run(
            [self.audit.program, "audit", "verify", "--store", folder, *argv,
             "--json"], capture_output=True, text=True, timeout=120)
        try:
            return done.returncode, json.loads(done.stdout)
        except ValueError:
            raise Failure("audit verify: exit %d: %s%s" % (
                done.returncode, done.stdout[-500:], done.stderr[-500:]))


def last(finding):
    """The last entry that may be the first bad one."""
    end = finding.get("last")
    return float("inf") if end is None else end


class Tampering:
    def __init__(self, truth, kinds):
        self.truth, self.kinds = truth, kinds
        self.program = os.path.join(truth.lab.bin, "tamper")
        self.found = collections.Counter()
        self.exact = collections.Counter()
        self.faults = collections.defaultdict(collections.Counter)
        self.widest = collections.Counter()
        self.lock = threading.Lock()

    def one(self, number):
        """The number also seeds it. What is wrong, or None."""
        kind = self.kinds[number % len(self.kinds)]
        folder = "/var/tmp/tampered-%d" % number
        dice = random.Random(SEED + number)
        if kind == "rollback":
            older, first = dice.choice(self.truth.older)
            shutil.copytree(older, folder)
        else:
            shutil.copytree(self.truth.store, folder)
            first = json.loads(words(
                self.program, kind, folder, SEED + number))["first"]
        try:
            self.judge(kind, first, *self.truth.verify(folder))
        except Failure as failure:
            return "%s (number %d), first bad entry %d: %s" % (
                kind, number, first, failure)
        finally:
            shutil.rmtree(folder)

    def judge(self, kind, first, code, found):
        bad = found["findings"]
        expect(bad, "not found")
        equal(code, 1, "exit status")
        names = {one["fault"] for one in bad}
        if kind in FOREIGN:
            expect("foreign" in names, "called %s" % names)
        if kind == "resign":
            exact, width = True, 0
        else:
            exact, width = self.place(kind, first, bad)
        if kind in CUT:
            equal(found["size"], first, "the log's size")
            exact = True
        with self.lock:
            self.found[kind] += 1
            self.exact[kind] += exact
            self.widest[kind] = max(self.widest[kind], width)
            self.faults[kind].update(names)

    def place(self, kind, first, bad):
        """Is it named? (exactly, of how many entries it is one)"""
        bad = [one for one in bad if one["fault"] != "foreign"]
        expect(bad, "only a foreign signature is found")
        if kind == "edge":
            expect(bad[0]["fault"] in RANGE[kind], "called %s" % bad[0])
            return True, 0
        # Nothing before it is blamed.
        expect(all(last(one) >= first for one in bad),
               "something sound is called bad: %s" % short(bad[:5]))
        best = bad[0]
        if kind in EXACT:
            expect(best["fault"] in EXACT[kind] and best["first"] == first,
                   "the findings are %s" % short(bad[:5]))
            return True, 1
        expect(best["fault"] in RANGE[kind] and
               best["first"] <= first <= last(best),
               "the findings are %s" % short(bad[:5]))
        end = min(last(best), self.truth.verified - 1)
        return best["first"] == first, end - best["first"] + 1

    def report(self, seconds):
        say("seed %d: %d tamperings of a store of %d entries in %.0f s, all "
            "found" % (SEED, sum(self.found.values()), self.truth.verified,
                       seconds))
        for kind in self.kinds:
            say("  %-15s %5d found; first bad entry named exactly %5d times, "
                "else among at most %d; as %s" % (
                    kind, self.found[kind], self.exact[kind],
                    self.widest[kind], ", ".join(
                        "%s %d" % one for one in
                        self.faults[kind].most_common())))


def test(lab):
    truth = Truth(lab)
    truth.make()
    kinds = words(os.path.join(lab.bin, "tamper")).split() + ["rollback"]
    code, found = truth.verify(truth.store)
    equal((code, found["findings"]), (0, []), "the store with its checkpoint")
    tampering = Tampering(truth, kinds)
    begun = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        bad = [one for one in pool.map(tampering.one, range(TAMPERS)) if one]
    for one in bad[:20]:
        say(one)
    expect(not bad, "seed %d: %d of %d" % (SEED, len(bad), TAMPERS))
    tampering.report(time.monotonic() - begun)


run(test)
