# SPDX-License-Identifier: BSD-2-Clause
"""Go's sumdb packages, which know nothing of us, verify a log that sluiced made:
checkpoints, tiles, entries, proofs, over restarts and a change of key; and one
changed octet anywhere is refused."""
import random
import shutil

from audit import *

BULK = int(os.environ.get("SLUICE_ENTRIES", "70000"))
FLIPS = int(os.environ.get("SLUICE_FLIPS", "60"))


def rule(n):
    return nlri("destination 203.0.113.%d/32 protocol =17 destination-port =%d"
                % (n & 255, 1024 + (n >> 8)))


class Case:
    def __init__(self, lab):
        self.lab = lab
        self.sluice = Sluice(lab, [inward("rr", "198.18.0.10")],
                             [customer("acme", "198.18.1.1", 65001)],
                             start=False)
        self.audit = Audit(self.sluice)
        self.saved, self.proofs, self.growth = [], [], []

    def start(self):
        self.sluice.start()
        self.rr = Speaker(self.lab, "198.18.0.10", SLUICE, ASN, listen=True)
        self.acme = Speaker(self.lab, "198.18.1.1", SLUICE, 65001)
        until(lambda: self.acme.up and self.rr.up, 20, "sessions")

    def act(self, first, count):
        """Announce so many, withdraw every other."""
        rules = [rule(n) for n in range(first, first + count)]
        self.acme.announce(rules)
        until(lambda: all(one in self.rr.rules() for one in rules), 20,
              "rules inside")
        self.acme.withdraw(rules[::2])
        until(lambda: not any(one in self.rr.rules() for one in rules[::2]),
              20, "withdrawals inside")

    def save(self):
        """Keep the checkpoint of now; its file."""
        note = self.audit.signed()
        path = self.lab.file("checkpoint-%d" % len(self.saved), note)
        self.saved.append(path)
        return path

    def prove(self):
        """Proofs of events, and of growth from each checkpoint that was kept,
        as sluice prints them."""
        size = self.audit.size()
        for seq in {0, 1, size // 3, size - 1}:
            self.proofs.append(self.lab.file("proof-%d-%d" % (seq, size),
                                             self.audit("proof", seq)))
        for old in self.saved:
            with open(old) as file:
                n = parse(file.read()).size
            path = self.lab.file("growth-%d-%d" % (n, size), self.audit(
                "proof", "--consistency", n))
            self.growth.append((old, path))

    def export(self, name):
        folder = self.lab.path(name)
        self.audit("export", "--tiles", folder)
        return folder

    def check(self, what, folder, keys):
        found = Go(self.lab, keys).verifies(folder, self.saved, self.proofs,
                                            self.growth)
        equal(found["entries"], found["size"], what + ": entries verified")
        say("%s: Go verifies %d entries by %d tiles, %d inclusions, %d older "
            "checkpoints, %d proofs of events, %d of growth; signed %d times" % (
                what, found["entries"], found["tiles"], found["inclusions"],
                found["trees"], found["proofs"], found["consistency"],
                len(found["signed"])))
        return found["size"]


def meaning(text):
    """What a text says: base64 has bits to spare at its end."""
    def octets(match):
        try:
            return base64.b64decode(match[0] + b"==")
        except ValueError:
            return match[0]
    return re.sub(rb"[A-Za-z0-9+/]+=+", octets, text)


def flip(path, dice):
    """One bit of a file, somewhere, signatures apart (a note is good when one
    of two has signed it); what undoes it."""
    with open(path, "rb") as file:
        data = file.read()
    end = data.rfind(b"\n\n\xe2\x80\x94 ")
    end = len(data) if end < 0 else end
    while True:
        at = dice.randrange(end)
        bad = data[:at] + bytes([data[at] ^ 1 << dice.randrange(8)]) + \
            data[at + 1:]
        if end == len(data) or meaning(bad) != meaning(data):
            break
    write(path, bad)
    return lambda: write(path, data)


def write(path, data):
    with open(path, "wb") as file:
        file.write(data)


def tampered(case, folder, keys):
    """One bit anywhere in what was exported or proven: refused."""
    dice = random.Random(int(os.environ.get("SLUICE_SEED", "1")))
    files = [os.path.join(where, one) for where, _, names in os.walk(folder)
             for one in names]
    go = Go(case.lab, keys)
    for kind, pool in (("tile", [f for f in files if "/entries/" not in f]),
                       ("entry", [f for f in files if "/entries/" in f]),
                       ("proof", case.proofs),
                       ("growth", [path for _, path in case.growth])):
        for _ in range(FLIPS // 4):
            path = dice.choice(pool)
            undo = flip(path, dice)
            try:
                if kind == "proof":
                    go.refuses(proofs=[path])
                elif kind == "growth":
                    go.refuses(growth=[one for one in case.growth
                                       if one[1] == path])
                else:
                    go.refuses(folder)
            except Failure as failure:
                raise Failure("%s, a bit flipped in %s: %s" % (
                    kind, path, failure))
            undo()
    say("%d bits flipped, one at a time, in tiles, entries and proofs: all "
        "refused" % (FLIPS // 4 * 4))


def test(lab):
    case = Case(lab)
    case.start()
    case.act(0, 100)
    first = case.save()
    case.prove()
    keys = case.audit.log_keys()[:1]
    case.check("first", case.export("tiles-1"), keys)
    equal(case.sluice.stop(), 0, "exit status")
    # It belongs to the store's own user, and goes back to it at the start.
    os.chown(case.sluice.config["store"]["path"], 0, 0)
    words(os.path.join(lab.bin, "log_fill"),
          case.sluice.config["store"]["path"], BULK)
    for speaker in (case.rr, case.acme):
        speaker.stop()
    case.start()
    case.act(1000, 300)
    case.save()
    case.prove()
    size = case.check("long", case.export("tiles-2"), keys)
    expect(size > BULK, "%d entries" % size)
    case.audit("rotate", "--reason", "a test of it")
    until(lambda: len(case.audit.log_keys()) == 2, 20, "a second key")
    both = case.audit.log_keys()
    expect(keys[0] in both, "the old key is not told of: %s" % both)
    case.act(2000, 50)
    case.audit.signed()
    folder = case.export("tiles-3")
    case.check("after a change of key", folder, both)
    offline(case, both)
    case.prove()
    tampered(case, folder, both)


def offline(case, keys):
    """The same from a copy of the store, without the daemon."""
    store = case.lab.path("copy")
    shutil.copytree(case.sluice.config["store"]["path"], store)
    folder = case.lab.path("tiles-4")
    Audit(case.sluice, store)("export", "--tiles", folder)
    case.check("offline", folder, keys)


run(test)
