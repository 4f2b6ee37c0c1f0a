# SPDX-License-Identifier: BSD-2-Clause
"""What the chaos tests share: customers that never rest, a router inside that
remembers every octet with its time, the log read behind the daemon's back, and
the questions that hold them against each other."""
import json
import os
import random
import signal
import struct
import subprocess
import threading
import time

import bgp
from lab import *
from speaker import Speaker

RATES = (0.0, 8000.0, 125000.0)    # octets a second; the first is discard
REST = 1.0                         # seconds between two acts on one rule


def rate_community(rate):
    return "80060000" + struct.pack("!f", rate).hex()


def rate_of(communities):
    """The rate in attribute 16's octets; None when there is none."""
    for at in range(0, len(communities), 8):
        if communities[at:at + 2] == b"\x80\x06":
            return struct.unpack("!f", communities[at + 4:at + 8])[0]
    return None


def rule(address, port=1900):
    """NLRI value: destination address/32, protocol udp, destination-port."""
    return (b"\x01\x20" + bytes(map(int, address.split("."))) +
            b"\x03\x81\x11\x05\x91" + struct.pack("!H", port))


class Customer(Speaker):
    """A customer whose wish is a table {NLRI: (time, rate or None)}; None is
    withdrawn. Whenever a session comes up it announces all it wants."""

    def __init__(self, lab, local, asn, pool, name=None, **options):
        self.wish, self.pool, self.name = {}, pool, name
        self.wanting = threading.RLock()
        self.acts = 0
        self.random = random.Random(local)
        super().__init__(lab, local, SLUICE, asn, on_up=Customer.again,
                         **options)

    def again(self):
        with self.wanting:
            for rate in RATES:
                nlris = [n for n, (_, r) in self.wish.items() if r == rate]
                if nlris:
                    self.announce(nlris, rate_community(rate))
            self.end_of_rib()

    def want(self, nlri, rate):
        """Announce (with this rate) or withdraw (None) one rule."""
        with self.wanting:
            self.wish[nlri] = (time.time(), rate)
            self.acts += 1
            try:
                if rate is None:
                    self.withdraw([nlri])
                else:
                    self.announce([nlri], rate_community(rate))
            except OSError:
                pass               # told when the session is back

    def act(self):
        """One random act: announce, announce with another action, withdraw."""
        nlri = self.random.choice(self.pool)
        then, rate = self.wish.get(nlri, (0, None))
        if time.time() - then < REST:
            return
        if rate is None or self.random.random() < 0.2:
            rate = self.random.choice([r for r in RATES if r != rate])
        else:
            rate = None
        self.want(nlri, rate)

    def wanted(self):
        with self.wanting:
            return {n: r for n, (_, r) in self.wish.items() if r is not None}


class Load:
    """A thread that has each customer act so often a second."""

    def __init__(self, customers, per_second):
        self.customers, self.per_second = customers, per_second
        self.going = threading.Event()
        self.idle = threading.Event()
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        last, debt = time.monotonic(), 0.0
        while True:
            if not self.going.is_set():
                self.idle.set()
                self.going.wait()
                self.idle.clear()
                last, debt = time.monotonic(), 0.0
            now = time.monotonic()
            debt = min(debt + (now - last) * self.per_second, 200)
            last = now
            while debt >= 1:
                debt -= 1
                for customer in self.customers:
                    customer.act()
            time.sleep(0.005)

    def go(self):
        self.idle.clear()
        self.going.set()

    def rest(self):
        self.going.clear()
        self.idle.wait(30)


class Witness(Speaker):
    """A router inside. held: {NLRI: rate} now; came: [(time, NLRI, rate)] all
    announcements ever; gone: {NLRI: time of the last withdrawal heard}; fresh:
    seconds from mark to the first announcement of something wanted since, in
    session from_ups or later;
    latencies: seconds from a customer's withdrawal to that inside; left: rules
    that were still held when the last NOTIFICATION came."""

    def __init__(self, lab, local, customers=(), **options):
        self.customers = customers
        self.held, self.gone, self.came = {}, {}, []
        self.withdrawals, self.latencies = 0, []
        self.revived = []
        self.mark, self.fresh, self.from_ups = float("inf"), None, 0
        self.left = None
        self.frozen = threading.Event()
        self.frozen.set()
        super().__init__(lab, local, SLUICE, ASN, listen=True, **options)

    def _update(self, body):
        update = bgp.Update(body)
        now = time.time()
        rate = rate_of(update.attrs.get(16, b""))
        for _, nlri in update.withdrawn:
            if self.held.pop(nlri, None) is not None:
                self._took(now, nlri)
            self.gone[nlri] = now
            self.withdrawals += 1
        for _, nlri in update.announced:
            self._check(now, nlri)
            self.held[nlri] = rate
            self.came.append((now, nlri, rate))

    def _took(self, now, nlri):
        for customer in self.customers:
            then, rate = customer.wish.get(nlri, (0, 0))
            if rate is None:
                self.latencies.append(now - then)

    def _check(self, now, nlri):
        """Withdrawn by the customer, then gone here: it may not come back."""
        for customer in self.customers:
            then, rate = customer.wish.get(nlri, (0, 0))
            if rate is None and self.gone.get(nlri, 0) > then:
                self.revived.append((now, nlri, self.gone[nlri], then))
            if then > self.mark and rate is not None and \
                    self.ups >= self.from_ups:
                self.mark, self.fresh = float("inf"), now - self.mark

    def _read(self, sock):
        self.frozen.wait()         # cleared: it does not read
        return super()._read(sock)

    def _event(self, what, detail=None):
        if what == "notification":
            self.left = len(self.held)
        super()._event(what, detail)

    def _ended(self, sock):
        self.held = {}
        super()._ended(sock)


class Log:
    """The log as it is on disk, read bit by bit."""

    def __init__(self, lab, sluice):
        self.program = os.path.join(lab.bin, "log_dump")
        self.store = sluice.config["store"]["path"]
        self.next = 0
        self.heads = []            # (size, root) as they were found
        self.accepted = {}         # (NLRI, rate) -> [wall time]
        self.live = {}             # rule id -> (NLRI, rate)
        self.kinds, self.reasons, self.counted = {}, {}, {}
        self.starts = []

    def read(self):
        """Take in what is new; the size."""
        out = command(self.program, self.store, str(self.next))
        for line in out.splitlines():
            self._take(json.loads(line))
        return self.next

    def _take(self, entry):
        if "size" in entry:
            equal(self.next, entry["size"], "entries in the log")
            self.heads.append((entry["size"], entry["root"]))
            return
        equal(entry["seq"], self.next, "number of an entry")
        self.next += 1
        kind, reason = entry["kind"], entry["reason"]
        self.kinds[kind] = self.kinds.get(kind, 0) + 1
        self.reasons[reason] = self.reasons.get(reason, 0) + 1
        if kind == "summary":
            self.counted[reason] = self.counted.get(reason, 0) + entry["count"]
        if "nlri" not in entry:
            return
        key = bytes.fromhex(entry["nlri"]), entry["rate"]
        if entry["state"] in ("accepted", "accepted-modified"):
            if kind == "verdict":
                self.accepted.setdefault(key, []).append(entry["wall"] / 1e9)
            self.live[entry["id"]] = key
        else:
            self.live.pop(entry["id"], None)

    def proves(self, came):
        """Each announcement inside has its accepted verdict, and an earlier
        one. The number of those that have not."""
        return [(when, nlri.hex(), rate) for when, nlri, rate in came
                if not self._earlier((nlri, rate), when)]

    def _earlier(self, key, when):
        return any(wall <= when for wall in self.accepted.get(key, ()))

    def standing(self):
        """{NLRI: rate} of the rules that stand according to the log."""
        return dict(self.live.values())

    def unchanged(self):
        """All heads ever found are heads of the log that is there now."""
        sizes = "".join("%d\n" % size for size, _ in self.heads)
        out = command(self.program, "-r", self.store, input=sizes,
                      timeout=300)
        roots = [json.loads(line) for line in out.splitlines()]
        equal([(one["size"], one["root"]) for one in roots], self.heads,
              "earlier heads of the log")
        return len(roots)


RATES_ALLOWED = {"actions": {"discard": True,
                             "rate_limit": {"min": 8000, "max": 125000000}}}


class Town:
    """Two customers under load, a router inside, the log. hold: hold time of
    all sessions."""

    def __init__(self, lab, hold=None, **options):
        self.lab, self.hold = lab, hold
        self.sluice = Sluice(
            lab, [inward("rr", "198.18.0.10")],
            [customer("acme", "198.18.1.1", 65001, linger="10m",
                      own={"prefixes": ["10.1.0.0/16"]}, **RATES_ALLOWED),
             customer("globex", "198.18.1.2", 65002, linger="10m",
                      own={"prefixes": ["10.2.0.0/16"]}, **RATES_ALLOWED)],
            start=False, **options)
        self.speaking = {}
        if hold is not None:
            self.speaking = {"hold": hold}
            for one in (self.sluice.config["internal"] + [
                    one["neighbors"][0]
                    for one in self.sluice.config["customers"]]):
                one["hold_time"] = hold

    def begin(self, rate):
        """Start sluiced and all others; load for two seconds."""
        pools = [[rule("10.%d.%d.%d" % (net, i >> 8, i & 255))
                  for i in range(2000)] for net in (1, 2)]
        self.sluice.start()
        self.acme = Customer(self.lab, "198.18.1.1", 65001, pools[0], "acme",
                             **self.speaking)
        self.globex = Customer(self.lab, "198.18.1.2", 65002, pools[1],
                               "globex", **self.speaking)
        self.customers = [self.acme, self.globex]
        self.rr = Witness(self.lab, "198.18.0.10", self.customers,
                          **self.speaking)
        self.all = self.customers + [self.rr]
        self.load = Load(self.customers, rate)
        self.log = Log(self.lab, self.sluice)
        until(lambda: all(s.up for s in self.all), 20, "sessions")
        self.load.go()
        time.sleep(2)
        self.load.rest()
        self.settled()

    def wanted(self):
        return {nlri: rate for one in self.customers
                for nlri, rate in one.wanted().items()}

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

    def recorded(self, seconds=10):
        """The log says that exactly that stands which is wanted."""
        try:
            until(self.standing, seconds)
        except Failure:
            self.differ("log", self.log.standing())

    def proved(self):
        """All that ever came inside has its record, and an earlier one."""
        self.log.read()
        unproved = self.log.proves(self.rr.came)
        expect(not unproved, "%d announcements without a record: %s" % (
            len(unproved), short(unproved[:3])))


def held_up(town, seconds, during=None):
    """Load while nothing can be recorded: (new rules inside, latencies of
    withdrawals)."""
    time.sleep(0.2)              # what was durable before is on its way
    came, n = len(town.rr.came), len(town.rr.latencies)
    town.load.go()
    time.sleep(seconds)
    town.load.rest()
    if during is not None:
        during()
    until(lambda: not set(town.rr.held) - set(town.wanted()), 5,
          "all withdrawals inside")
    return town.rr.came[came:], town.rr.latencies[n:]


def recovers(town, what):
    """All is as it should be again, and no session was lost: seconds."""
    begun = time.monotonic()
    town.settled()
    took = time.monotonic() - begun
    town.recorded()
    equal([s.ups for s in town.all], [1, 1, 1], what + ": sessions")
    return took


def children(sluice):
    """{name: pid} of the running roles."""
    out = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/stat" % pid) as file:
                fields = file.read().rpartition(")")[2].split()
            with open("/proc/%s/cmdline" % pid, "rb") as file:
                name = file.read().partition(b"\0")[0].decode()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if fields[0] != "Z" and int(fields[1]) == sluice.pid:
            out[name.rpartition("sluice-")[2]] = int(pid)
    return out


def is_running(pid):
    try:
        with open("/proc/%d/stat" % pid) as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def memory(pid):
    """Resident KiB of a process: (all, its own pages)."""
    found = {}
    try:
        with open("/proc/%d/smaps_rollup" % pid) as file:
            for line in file:
                words = line.split()
                if len(words) == 3 and words[2] == "kB":
                    found[words[0]] = int(words[1])
    except OSError:
        return 0, 0
    return found.get("Rss:", 0), (found.get("Private_Clean:", 0) +
                                  found.get("Private_Dirty:", 0))


def worked(pid):
    """CPU seconds of a process."""
    try:
        with open("/proc/%d/stat" % pid) as file:
            fields = file.read().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def sane(sluice):
    """No sanitizer, where they are built in, has said anything."""
    for line in sluice.text().splitlines():
        expect("Sanitizer" not in line and "runtime error" not in line, line)


def kill(pid):
    os.kill(pid, signal.SIGKILL)


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * share))] \
        if values else float("nan")
