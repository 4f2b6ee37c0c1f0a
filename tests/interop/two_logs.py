# SPDX-License-Identifier: BSD-2-Clause
"""Two sluices that cosign each other's checkpoints, and logs that are rolled
back: by a restored backup of everything, which only the other one can tell, and
of the store alone, which the signer can. No fork is ever signed, the rules go
on, status says what to do, and `audit renew` begins another log."""
import shutil

from audit import *

ADDRESS = {"a": "198.18.0.1", "b": "198.18.0.2", "c": "198.18.0.3"}
PORT = 8414


def rule(n):
    return nlri("destination 203.0.113.%d/32 protocol =17 destination-port =%d"
                % (n & 255, 1024 + (n >> 8)))


class Site:
    """One sluice with one customer and one router inside."""

    def __init__(self, lab, name):
        self.lab, self.name = lab, name
        self.address = address = ADDRESS[name]
        host = address.rpartition(".")[2]
        self.inside = "198.18.2." + host
        self.outside = "198.18.3." + host
        self.sluice = Sluice(
            lab, [inward("rr", self.inside, local_address=address)],
            [customer("acme", self.outside, 65001, local_address=address)],
            name=name, listen=(address,), start=False)
        self.audit = Audit(self.sluice)
        self.store = self.sluice.config["store"]["path"]
        self.rr = self.acme = None
        self.n = 0

    def start(self):
        self.begin()
        self.connect()

    def begin(self):
        """Without the customer."""
        self.sluice.start()
        self.rr = Speaker(self.lab, self.inside, self.address, ASN,
                          listen=True)
        until(lambda: self.rr.up, 20, "the router")

    def connect(self):
        self.acme = Speaker(self.lab, self.outside, self.address, 65001)
        until(lambda: self.acme.up and self.rr.up, 20, "sessions")

    def stop(self):
        equal(self.sluice.stop(15), 0, "exit status")
        for one in (self.rr, self.acme):
            one.stop()

    def act(self, count=20):
        """Rules go inward, whatever is with the log."""
        rules = [rule(self.n + i) for i in range(count)]
        self.n += count
        self.acme.announce(rules)
        until(lambda: all(r in self.rr.rules() for r in rules), 20,
              "rules inside")
        self.acme.withdraw(rules[::2])
        until(lambda: not any(r in self.rr.rules() for r in rules[::2]), 20,
              "withdrawals inside")

    def key(self):
        return until(self.audit.log_keys, 20, "a key")[0]

    def cosigned_by(self, other):
        """A witness is asked, a log is cosigned."""
        self.sluice.config["store"]["witnesses"] = [
            {"url": "http://%s:%d" % (other.address, PORT),
             "key": other.audit.cosigner()}]

    def cosigns(self, *others):
        self.sluice.config["cosign"] = {
            "listen": "%s:%d" % (self.address, PORT),
            "logs": [other.key() for other in others]}

    def save(self, what):
        note = self.audit.signed()
        return self.lab.file("%s-%s" % (self.name, what), note), note

    def copy(self, what):
        """A backup of the folders; it has stopped."""
        for one in what:
            shutil.copytree(one, one + ".copy", symlinks=True)

    def restore(self, what):
        for one in what:
            shutil.rmtree(one)
            os.rename(one + ".copy", one)

    def state(self):
        return (self.audit.seal().get("checkpoint") or {}).get("state")

    def refuses(self, state, size, why):
        """It signs nothing more, says so, and goes on with its work."""
        until(lambda: self.state() == state, 30, "%s: state %s" % (why, state))
        self.act()
        time.sleep(2.5)
        expect(self.audit.size() <= size, "%s: it signed %d entries" % (
            why, self.audit.size()))
        seal = self.audit.seal()["checkpoint"]
        equal(seal["state"], state, why)
        expect("renew" in seal["text"], "%s: does not say what to do: %s" % (
            why, seal))
        done = self.sluice.command("status")
        expect("renew" in done.stdout, "%s: status does not say what to do: "
               "%s" % (why, done.stdout))
        expect("renew" in self.sluice.text(), why + ": no log line says so")

    def renews(self):
        """Another log, which begins with the end of this one."""
        old = self.audit.seal()["origin"]
        size = self.sluice.cli("audit", "list", "-n", 1)[-1]["seq"] + 1
        pids = self.sluice.pid
        self.audit("renew", "--yes", "--reason", "restored from a backup")
        until(lambda: self.audit.seal().get("origin") not in (None, old), 30,
              "another log")
        equal(self.sluice.pid, pids, "the process")
        until(lambda: self.acme.up and self.rr.up, 20, "sessions")
        first = self.sluice.cli("audit", "show", 0)[-1]
        equal(first["kind"], "start", "entry 0 of the new log")
        before = re.search(r"folder aside-\S+ size (\d+) root [0-9a-f]{64}",
                           first["evidence"])
        expect(before and int(before[1]) >= size, "entry 0 does not name the "
               "end of the old log: %s" % first)
        self.act()
        self.audit.signed(30)
        return old


def cosigning(lab, a, b):
    """Both sign, both cosign, Go verifies all four keys' signatures."""
    for one in (a, b):
        one.start()
        one.act()
    for one, other in ((a, b), (b, a)):
        one.cosigned_by(other)
        one.cosigns(other)
    for one in (a, b):
        one.sluice.reload()
    for one, other in ((a, b), (b, a)):
        one.act()
        note = one.audit.signed(30, by=[name(other.audit.cosigner())])
        first = lab.file(one.name + "-cosigned", note)
        one.act()
        one.audit.signed(30, by=[name(other.audit.cosigner())])
        tiles = lab.path(one.name + "-tiles")
        one.audit("export", "--tiles", tiles)
        found = Go(lab, [one.key(), other.audit.cosigner()]).verifies(
            tiles, older=[first])
        equal(len(found["signed"]), 2, "signatures")
        say("%s: %d entries signed, and cosigned by %s; Go verifies both" % (
            one.name, found["size"], other.name))


def restored(lab, a, b):
    """Store and signer of A from a backup: only B remembers more."""
    both = [a.store, a.store + "-seal"]
    witness = name(b.audit.cosigner())
    path, note = a.save("before-backup")
    a.stop()
    a.copy(both)
    a.start()
    a.act(60)
    size = parse(a.audit.signed(30, by=[witness])).size
    a.stop()
    a.restore(both)
    a.begin()
    until(lambda: a.state() == "rolled-back", 30, "rolled-back")
    time.sleep(2)
    equal(len(a.rr.rules()), 0, "rules of the backup, inside")
    a.connect()
    a.refuses("rolled-back", parse(note).size + 20,
              "restored from a backup")
    say("A restored whole, %d entries short of what B has cosigned: signs "
        "nothing, goes on" % (size - parse(note).size))
    # A restart does not make it forget.
    a.stop()
    a.start()
    a.refuses("rolled-back", parse(note).size + 20, "started again")
    old = a.renews()
    b.cosigns(a)
    b.sluice.reload()
    a.act()
    a.audit.signed(30, by=[witness])
    expect(a.key().split("+")[0] != old, "the same name")
    verified(a)
    say("A renewed: another log, signed and cosigned")


def verified(site):
    key = site.key()
    site.audit.verify("--key", key)


def alone(lab, c):
    """Without a witness: the store alone is restored, the signer remembers."""
    c.start()
    c.act()
    c.audit.signed()
    c.stop()
    c.copy([c.store])
    c.start()
    c.act(60)
    size = parse(c.audit.signed()).size
    c.stop()
    c.restore([c.store])
    # What stood then was withdrawn since, and nobody is there to say so again.
    c.begin()
    until(lambda: c.state() == "rolled-back", 30, "rolled-back")
    time.sleep(2)
    equal(len(c.rr.rules()), 0, "rules of the backup, inside")
    c.connect()
    c.refuses("rolled-back", size, "store restored")
    say("C's store restored without its signer's folder, at most %d entries "
        "signed before: signs nothing, goes on" % size)
    c.renews()
    verified(c)
    say("C renewed")


def forgotten(lab, c):
    """The signer's memory is taken away: it does not begin to sign anew what
    somebody may have changed."""
    c.stop()
    seal = c.store + "-seal"
    kept = [one for one in os.listdir(seal) if "key" not in one]
    for one in kept:
        path = os.path.join(seal, one)
        shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)
    c.start()
    until(lambda: c.state() == "forgotten", 30, "state forgotten (removed %s)"
          % kept)
    c.act()
    say("C's signer without its last checkpoint: signs nothing, goes on")


def test(lab):
    a, b, c = (Site(lab, one) for one in "abc")
    cosigning(lab, a, b)
    restored(lab, a, b)
    alone(lab, c)
    forgotten(lab, c)
    for one in (a, b, c):          # a new log is a new store, by itself
        ends = re.findall(r".* ended: (?!status=0 ).*", one.sluice.text())
        expect(not ends, "roles ended: %s" % ends)


run(test)
