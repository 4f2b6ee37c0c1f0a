# SPDX-License-Identifier: BSD-2-Clause
"""Hostile customers, one after the other, beside a well-behaved one: its rules
and all withdrawals go through, memory and log stay bounded, nobody else's
session ends, no role dies.

SLUICE_ATTACKS: only these, with commas between. SLUICE_SECONDS: of each
(default 3)."""
from chaos import *

SECONDS = float(os.environ.get("SLUICE_SECONDS", "3"))
EVIL, GREEDY = "198.18.1.66", "198.18.1.67"
MEMORY = 64 << 10                # KiB that a role may grow by in an attack
ENTRIES = 1500                   # a customer's refusals: a burst, and then
ENTRIES_A_SECOND = 150           # so many a second, summaries included
CHANGES = 1000                   # announcements of rules it may have: a burst,
CHANGES_A_SECOND = 400           # and twice as many a second as it may have
LINES, LINES_A_SECOND = 100, 30  # on standard error
LATE = 2.0                       # seconds; shared machines are slow


class Evil:
    """A connection of the attacker's: bytes out, nobody keeps it polite."""

    def __init__(self, lab, local, asn, hold=180):
        lab.addresses(local)
        self.lab, self.local, self.asn, self.hold = lab, local, asn, hold
        self.sock, self.sessions = None, 0
        self.left = b""            # of a message that is half sent

    def tcp(self, seconds=3):
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((self.local, 0))
        sock.settimeout(seconds)
        sock.connect((SLUICE, 179))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return sock

    def open(self):
        return bgp.open_message(self.asn, self.hold, self.local,
                                (bgp.V4, bgp.V6), bgp.capability(2) +
                                bgp.capability(70))

    def establish(self, patience=10):
        """A session, however long it takes; the socket."""
        end = time.monotonic() + patience
        while True:
            try:
                sock = self.tcp()
                sock.sendall(self.open() + bgp.message(bgp.KEEPALIVE))
                data = b""
                while bgp.message(bgp.KEEPALIVE) not in data:
                    more = sock.recv(4096)
                    if not more:
                        raise EOFError
                    data += more
                self.sock, self.sessions = sock, self.sessions + 1
                return sock
            except (OSError, EOFError):
                if time.monotonic() > end:
                    raise Failure("the attacker gets no session")
                time.sleep(0.05)

    def flood(self, blobs, seconds, read=True):
        """Send blobs in turn, again and again, for so long; sessions that end
        are begun anew. The octets sent; the next flood goes on there."""
        end, n, sent = time.monotonic() + seconds, 0, 0
        while time.monotonic() < end:
            try:
                if self.sock is None:
                    self.establish()
                if read:
                    self.swallow()
                if not self.left:
                    self.left, n = memoryview(blobs[n % len(blobs)]), n + 1
                self.sock.settimeout(0.05)
                took = self.sock.send(self.left)
                self.left, sent = self.left[took:], sent + took
            except socket.timeout:
                pass
            except OSError:
                self.close()
        return sent

    def swallow(self):
        self.sock.setblocking(False)
        try:
            while self.sock.recv(65536):
                pass
        except BlockingIOError:
            pass

    def close(self):
        if self.sock is not None:
            self.sock.close()
        self.sock, self.left = None, b""


class Probe(threading.Thread):
    """The good customer at work: 20 announcements and 20 withdrawals a second,
    each timed until it is inside."""

    def __init__(self, good, rr):
        super().__init__(daemon=True)
        self.good, self.rr = good, rr
        self.stock = [rule("10.1.2.%d" % i) for i in range(250)] + \
            [rule("10.1.3.%d" % i) for i in range(250)]
        self.fresh = [rule("10.1.%d.%d" % (4 + (i >> 8), i & 255))
                      for i in range(4000)]
        self.going, self.over = threading.Event(), False
        self.announced, self.withdrawn, self.lost = {}, {}, 0
        self.pending = []

    def fill(self):
        for nlri in self.stock:
            if nlri not in self.good.wanted():
                self.good.want(nlri, 0.0)
        until(lambda: all(n in self.rr.held for n in self.stock), 20,
              "the good customer's rules inside")

    def begin(self):
        self.announced, self.withdrawn, self.pending = {}, {}, []
        self.going.set()

    def end(self, patience=10):
        """Latencies: (announcements, withdrawals), in seconds."""
        self.going.clear()
        time.sleep(0.1)
        until(self.idle, patience, "the good customer's last rules")
        return list(self.announced.values()), list(self.withdrawn.values())

    def idle(self):
        self.look()
        return not self.pending

    def look(self):
        now, held = time.monotonic(), self.rr.held
        for one in list(self.pending):
            nlri, begun, announced = one
            if (nlri in held) == announced:
                table = self.announced if announced else self.withdrawn
                table[(nlri, begun)] = now - begun
                self.pending.remove(one)

    def run(self):
        at, out, ins = 0, 0, 0
        while not self.over:
            self.going.wait()
            now = time.monotonic()
            if now >= at:
                at = now + 0.05
                self.act(self.stock[out % len(self.stock)], None)
                self.act(self.fresh[ins % len(self.fresh)], 0.0)
                out, ins = out + 1, ins + 1
            self.look()
            time.sleep(0.001)

    def act(self, nlri, rate):
        if (self.good.wish.get(nlri, (0, None))[1] is None) == (rate is None):
            return
        self.pending.append((nlri, time.monotonic(), rate is not None))
        self.good.want(nlri, rate)


class Scene:
    def __init__(self, lab):
        self.lab = lab
        allowed = {"actions": {"discard": True}}
        self.sluice = Sluice(
            lab, [inward("rr", "198.18.0.10"), inward("rr2", "198.18.0.11")],
            [customer("good", "198.18.1.1", 65001,
                      own={"prefixes": ["10.1.0.0/16"]}, **allowed),
             customer("evil", EVIL, 65066, limits={"rules": 50}, linger="1s",
                      own={"prefixes": ["10.66.0.0/16"]}, **allowed),
             customer("greedy", GREEDY, 65067, limits={"rules": 200},
                      linger="1s",
                      own={"prefixes": ["10.67.0.0/16"]}, **allowed)],
            router={"hold_time": 30})
        self.good = Customer(lab, "198.18.1.1", 65001, [], hold=30)
        self.rr = Witness(lab, "198.18.0.10", hold=30)
        self.rr2 = Witness(lab, "198.18.0.11")
        until(lambda: self.good.up and self.rr.up and self.rr2.up, 20,
              "sessions")
        self.log = Log(lab, self.sluice)
        self.probe = Probe(self.good, self.rr)
        self.probe.start()
        self.evil = Evil(lab, EVIL, 65066)
        self.greedy = Evil(lab, GREEDY, 65067)
        self.pids = children(self.sluice)

    def measure(self, name, attack, own=False):
        """Run one attack beside the probe; print and check what it did."""
        self.probe.fill()
        before = {role: memory(pid) for role, pid in self.pids.items()}
        cpu = {role: worked(pid) for role, pid in self.pids.items()}
        lines = self.sluice.text().count("\n")
        size, begun = self.log.read(), time.monotonic()
        self.probe.begin()
        note = attack() or ""
        announced, withdrawn = self.probe.end()
        seconds = time.monotonic() - begun
        grown = {role: max(0, memory(pid)[1] - before[role][1])
                 for role, pid in self.pids.items()}
        cpu = {role: worked(pid) - cpu[role]
               for role, pid in self.pids.items()}
        lines = self.sluice.text().count("\n") - lines
        new = self.log.read() - size - len(announced) - len(withdrawn)
        say("%-16s %4.1f s  in p50 %s p99 %s max %s ms  out p50 %s p99 %s max "
            "%s ms  log +%d  lines +%d  guard %.0f %% of a core  %s%s" % (
                name, seconds, *times(announced), *times(withdrawn), new,
                lines, 100 * cpu["guard"] / seconds, growth(grown),
                "  " + note if note else ""))
        for role, kib in grown.items():
            expect(kib <= MEMORY, "%s: %s grew by %d KiB" % (name, role, kib))
        entries = ENTRIES + ENTRIES_A_SECOND * seconds
        if own:
            entries += 2 * (CHANGES + CHANGES_A_SECOND * seconds)
        expect(new <= entries, "%s: %d entries in the log" % (name, new))
        expect(lines <= LINES + LINES_A_SECOND * seconds,
               "%s: %d lines on standard error" % (name, lines))
        expect(withdrawn and max(withdrawn) < LATE,
               "%s: a withdrawal took %.1f s" % (name, max(withdrawn)))
        self.unharmed(name)
        self.evil.close()
        self.greedy.close()
        self.quiet()
        return announced, withdrawn

    def unharmed(self, name):
        equal(children(self.sluice), self.pids, name + ": processes")
        equal((self.good.ups, self.rr.ups, self.rr2.ups), (1, 1, 1),
              name + ": sessions")

    def updates(self, name):
        """UPDATEs that this customer's session has taken in, ever."""
        for row in self.sluice.cli("sessions"):
            if row["customer"] == name:
                return row.get("counters", row)["updates_in"]
        raise Failure("no session " + name)

    def quiet(self):
        """The attackers' rules have gone."""
        until(lambda: not [n for n in self.rr.held
                           if n[2:4] in (b"\x0a\x42", b"\x0a\x43")], 20,
              "the attackers' rules to go")


def times(latencies):
    return ["%.1f" % (1000 * percentile(latencies, share))
            for share in (0.5, 0.99, 1)]


def growth(grown):
    parts = ["%s +%d" % (role, kib) for role, kib in grown.items() if kib > 64]
    return "KiB: " + (", ".join(parts) or "no role grew")


def foreign(n, base=0):
    """NLRI values of rules that are nobody's here."""
    return [rule("10.99.%d.%d" % (i >> 8 & 255, i & 255), 256 + base + (i >> 16))
            for i in range(n)]


def joined(messages):
    return b"".join(messages)


def announce_all(nlris, asn):
    return joined(bgp.announcements(bgp.V4, nlris, bgp.DISCARD,
                                    bgp.as_path(asn)))


# ---- the attacks: each returns a note, or nothing ----

def stops_reading(scene):
    """Asks for more and more, and reads none of it."""
    scene.evil.establish()
    blob = bgp.message(bgp.REFRESH, b"\0\1\0\x85") * 1000
    sent = scene.evil.flood([blob], SECONDS, read=False)
    return "%d ROUTE-REFRESH" % (sent // 23)


def refreshes(scene):
    blob = joined(bgp.message(bgp.REFRESH, struct.pack("!HBB", afi, sub, 133))
                  for afi in (1, 2) for sub in (0, 1, 2)) * 500
    sent = scene.evil.flood([blob], SECONDS)
    return "%d ROUTE-REFRESH" % (sent // 23)


def slow_open(scene):
    """An OPEN, one byte a second, from two sides of the same customer."""
    sock = scene.evil.tcp()
    ended = None
    for i, octet in enumerate(scene.evil.open() * 3):
        begun = time.monotonic() if i == 0 else begun
        try:
            sock.sendall(bytes([octet]))
            sock.settimeout(1)
            data = sock.recv(4096)
            while data:
                data = sock.recv(4096)
            ended = time.monotonic() - begun
            break
        except socket.timeout:
            pass
        except OSError:
            ended = time.monotonic() - begun
            break
        expect(i < 45, "a slow OPEN is never ended")
    sock.close()
    return "ended after %.0f s" % ended


def slow_update(scene):
    """An UPDATE, one byte a second, in place of KEEPALIVEs."""
    evil = Evil(scene.lab, EVIL, 65066, hold=9)
    sock, begun = evil.establish(), time.monotonic()
    data = announce_all(foreign(20), 65066)
    for i, octet in enumerate(data):
        try:
            sock.sendall(bytes([octet]))
            sock.settimeout(1)
            while sock.recv(4096):
                pass
            break
        except socket.timeout:
            pass
        except OSError:
            break
        expect(i < 40, "a slow UPDATE keeps a session for ever")
    sock.close()
    return "ended after %.0f s" % (time.monotonic() - begun)


def garbage(scene):
    """Connections that speak noise, some after an OPEN, some of these damaged."""
    rng, n = random.Random(1), 0
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        try:
            sock = scene.evil.tcp()
            if n % 4 == 0:
                sock.sendall(scene.evil.open())
            if n % 4 == 1:
                bad = bytearray(scene.evil.open())
                for _ in range(rng.randrange(1, 4)):
                    bad[rng.randrange(16, len(bad))] = rng.randrange(256)
                sock.sendall(bad)
            sock.sendall(rng.randbytes(rng.randrange(1, 5000)))
            sock.close()
            n += 1
        except OSError:
            time.sleep(0.01)
    return "%d connections" % n


def mutated(scene):
    """A hundred thousand damaged UPDATEs. Most are damaged where the session
    must survive it, some anywhere."""
    rng, resets, n = random.Random(2), 0, 0
    good = [announce_all([nlri], 65066) for nlri in samples()]
    before = scene.updates("evil")
    begun = scene.evil.sessions
    while scene.updates("evil") - before < 100000:
        batch = joined(damage(rng, rng.choice(good), n % WILD == WILD - 1)
                       for n in range(n, n + 2000))
        n += 2000
        try:
            if scene.evil.sock is None:
                scene.evil.establish()
            scene.evil.swallow()
            scene.evil.sock.settimeout(10)
            scene.evil.sock.sendall(batch)
        except OSError:
            scene.evil.close()
    return "%d processed, %d sessions" % (
        scene.updates("evil") - before, scene.evil.sessions - begun)


def samples():
    """Rules with many components, some of them the attacker's own."""
    for i in range(50):
        head = b"\x01\x20\x0a\x42\x00" + bytes([i])
        yield head + b"\x03\x81\x11"
        yield (head + b"\x02\x18\xc0\x00\x02\x03\x01\x06\x81\x11\x04\x03\x35"
               b"\x45\x50\x05\x91\x01\xbb\x06\x01\x35\xd5\x00\x50")
        yield (head + b"\x07\x81\x08\x08\x81\x00\x09\x81\x12\x0a\x03\x28\xd4"
               b"\x05\xdc\x0b\x81\x2e\x0c\x81\x02")


def damage(rng, message, anywhere):
    """Change a few octets: of the NLRI and the communities, or of all but the
    marker and the length."""
    out = bytearray(message)
    at = message.index(b"\x0a\x42")
    for _ in range(rng.randrange(1, 4)):
        if anywhere:
            spot = rng.randrange(18, len(out))
        else:
            spot = rng.choice(NLRI_SPOTS)(rng, out, at)
        out[spot] = rng.randrange(256)
    return bytes(out)


# One message in so many is damaged anywhere. It costs the attacker a session,
# and him and us the second until he may have the next.
WILD = int(os.environ.get("SLUICE_WILD", "5000"))
# Behind the NLRI's own length, before the next attribute; the communities'
# value, which is the message's end.
NLRI_SPOTS = (lambda rng, out, at: rng.randrange(at - 2, at + 3),
              lambda rng, out, at: rng.randrange(at - 2, at - 3 + out[at - 3]),
              lambda rng, out, at: rng.randrange(len(out) - 8, len(out)))


def connections(scene):
    """A thousand TCP connections, its own and strangers' addresses, held open;
    meanwhile another customer's session comes up. Strangers get no answer, so
    there is no use in waiting for one."""
    socks, refused = [], [0]
    strangers = [Evil(scene.lab, "198.18.9.%d" % i, 65066)
                 for i in range(1, 10)]

    def open_all():
        for i in range(1000):
            who = scene.evil if i % 2 == 0 else strangers[i // 2 % 9]
            try:
                socks.append(who.tcp(1 if i % 2 == 0 else 0.01))
            except OSError:
                refused[0] += 1

    flood = threading.Thread(target=open_all)
    begun = time.monotonic()
    flood.start()
    scene.greedy.establish()
    took = time.monotonic() - begun
    flood.join()
    fds = len(os.listdir("/proc/%d/fd" % scene.sluice.pid))
    time.sleep(max(0, SECONDS - (time.monotonic() - begun)))
    for sock in socks:
        sock.close()
    expect(fds < 200, "the supervisor has %d descriptors" % fds)
    return ("%d opened, %d refused; %d descriptors of the supervisor; another "
            "customer's session up after %.2f s" % (
                len(socks), refused[0], fds, took))


def in_and_out(scene):
    """Sessions made and dropped, as fast as it goes up to 20 a second."""
    n, ups, end = 0, 0, time.monotonic() + SECONDS
    while time.monotonic() < end:
        begun = time.monotonic()
        try:
            sock = scene.evil.tcp(0.03)
            n += 1
            sock.sendall(scene.evil.open() + bgp.message(bgp.KEEPALIVE) +
                         announce_all([rule("10.66.0.1")], 65066))
            try:
                ups += len(sock.recv(4096)) > 0
            finally:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                struct.pack("ii", n & 1, 0))
                sock.close()
        except OSError:
            pass
        time.sleep(max(0, 0.05 - (time.monotonic() - begun)))
    return "%d connections, %d answered" % (n, ups)


def toggles(scene):
    """The same hundred rules, announced and withdrawn, announced and …"""
    own = [rule("10.67.0.%d" % i) for i in range(100)]
    one = announce_all(own, 65067) + joined(bgp.withdrawals(bgp.V4, own))
    sent = scene.greedy.flood([one * 20], SECONDS)
    return "%d changes sent" % (sent / len(one) * 200)


def replacements(scene):
    """The same hundred rules, again and again with another action."""
    own = [rule("10.67.1.%d" % i) for i in range(100)]
    one = announce_all(own, 65067) + joined(bgp.announcements(
        bgp.V4, own, bgp.DISCARD + "8007000000000002", bgp.as_path(65067)))
    sent = scene.greedy.flood([one * 20], SECONDS)
    return "%d changes sent" % (sent / len(one) * 200)


def refused(scene):
    """Foreign rules, always others."""
    blobs = [announce_all(foreign(20000, i), 65066) for i in range(4)]
    sent = scene.evil.flood(blobs, SECONDS)
    return "%d rules sent" % (sent / len(blobs[0]) * 20000)


def stalled(scene):
    """The same while the store stands still for five seconds."""
    store = scene.pids["store"]
    os.kill(store, signal.SIGSTOP)
    try:
        came = len(scene.rr.came)
        blobs = [announce_all(foreign(20000, i), 65066) for i in range(4)]
        sent = scene.evil.flood(blobs, 5)
        new = len(scene.rr.came) - came
        outs = len(scene.probe.withdrawn)
    finally:
        os.kill(store, signal.SIGCONT)
    expect(new <= 2, "%d rules went inside while the store stood" % new)
    expect(outs > 20, "%d withdrawals while the store stood" % outs)
    return "%d rules sent; meanwhile inside: +%d (judged before), -%d" % (
        sent / len(blobs[0]) * 20000, new, outs)


def vain(scene):
    """Rules that are announced and withdrawn at once, always others."""
    sent = scene.greedy.flood([
        announce_all(part, 65067) + joined(bgp.withdrawals(bgp.V4, part))
        for part in ([rule("10.67.%d.%d" % (k, i)) for i in range(250)]
                     for k in range(10, 30))], SECONDS)
    return "%d octets" % sent


def false_refreshes(scene):
    """BoRR and EoRR (RFC 7313), one a packet, as if it had a lot to say."""
    own = [rule("10.67.3.%d" % i) for i in range(200)]
    scene.greedy.flood([announce_all(own, 65067) +
                        bgp.end_of_rib(bgp.V4) + bgp.end_of_rib(bgp.V6)], 0.01)
    pair = [bgp.message(bgp.REFRESH, b"\0\1" + bytes([sub]) + b"\x85")
            for sub in (1, 2)]
    mine = announce_all(own, 65067)
    sent = scene.greedy.flood([pair[0], mine, pair[1]], SECONDS)
    return "%d refreshes of %d rules" % (
        sent // (len(mine) + 46), len(own))


def beyond(scene):
    """Far more of its own rules than it may have."""
    own = [rule("10.66.%d.%d" % (i >> 8, i & 255)) for i in range(60000)]
    blob = announce_all(own, 65066)
    sent = scene.evil.flood([blob], SECONDS)
    inside = sum(n[2:4] == b"\x0a\x42" for n in scene.rr.held)
    expect(inside <= 50, "%d rules of 50 allowed inside" % inside)
    return "%d rules sent, %d inside" % (sent / len(blob) * 60000, inside)


def huge(scene):
    """NLRI as long as they go: 128 values, 1,000, and nothing but noise."""
    blobs = []
    for i, n in enumerate((5, 100, 128, 129, 400, 1200)):
        values = joined(struct.pack("!BH", 0x11, 1000 + 2 * k)
                        for k in range(n - 1)) + b"\x91\xff\xff"
        blobs.append(b"\x01\x20\x0a\x42\x01" + bytes([i]) + b"\x04" + values)
    blobs.append(b"\x01\x20\x0a\x42\x02\x01" + random.Random(3).randbytes(3900))
    messages = [joined(bgp.announcements(bgp.V4, [blob], bgp.DISCARD,
                                         bgp.as_path(65066)))
                for blob in blobs if len(blob) < 3900]
    blob = joined(messages)
    sent = scene.evil.flood([blob * 20], SECONDS)
    return "%d NLRI of up to %d octets" % (
        sent / len(blob) * len(messages), max(map(len, blobs)))


def deaf(scene):
    """A router inside that does not read, while rules come and go: the other
    one is told all, and this one as soon as it reads."""
    own = [rule("10.67.2.%d" % i) for i in range(200)]
    blob = announce_all(own, 65067) + joined(bgp.withdrawals(bgp.V4, own))
    scene.rr2.frozen.clear()
    try:
        for i in range(int(SECONDS * 20)):
            scene.greedy.flood([blob], 0.02)
            time.sleep(0.03)
    finally:
        scene.rr2.frozen.set()
    scene.greedy.close()
    scene.quiet()
    until(lambda: scene.rr2.held.keys() == scene.rr.held.keys(), 20,
          "both routers to hold the same")


ATTACKS = [stops_reading, refreshes, garbage, mutated, connections, in_and_out,
           toggles, replacements, vain,
           false_refreshes, refused, stalled, beyond, huge, deaf, slow_update,
           slow_open]
# Rules that are accepted and withdrawn are entries of their own, both times.
OWN_RULES = {"toggles", "replacements", "mutated", "in_and_out", "huge", "vain",
             "false_refreshes",
             "deaf"}


def test(lab):
    scene = Scene(lab)
    only = os.environ.get("SLUICE_ATTACKS")
    scene.measure("(no attack)", lambda: time.sleep(SECONDS))
    for attack in ATTACKS:
        name = attack.__name__
        if only and name not in only.split(","):
            continue
        scene.measure(name, lambda: attack(scene),
                      name in OWN_RULES)
    sane(scene.sluice)
    say("memory at the end, KiB (resident, own): " + ", ".join(
        "%s %d %d" % (role, *memory(pid))
        for role, pid in children(scene.sluice).items()))


run(test)
