# SPDX-License-Identifier: BSD-2-Clause
"""TCP-AO on a kernel that has it: two sluices and customers of Python, in the
namespaces of lab.py. Everything on the wire goes to SLUICE_OUT, together with
what ao.py needs to judge it."""
import datetime
import signal
import threading
from concurrent.futures import ThreadPoolExecutor

import ao_mac
import ao_socket
import bgp
from ao_socket import Key, other_side
from ao_speaker import AoSpeaker
from lab import *

OUT = os.environ["SLUICE_OUT"]
ROLLOVERS = int(os.environ.get("SLUICE_ROLLOVERS", "100"))
ALGORITHMS = list(ao_socket.ALGORITHMS)
RECORDER = "198.18.0.15"
RULES_A_ROUND = 5


class Plan:
    """What is expected on the wire, for ao.py: the keys that sluice has for
    each neighbour, and what each that is refused sends."""

    def __init__(self):
        self.keys, self.refused, self.rolled, self.free = {}, {}, {}, []
        self.begins = {}        # key of the links: not before this time

    def key(self, ours, theirs, key):
        known = self.keys.setdefault("%s %s" % (ours, theirs), [])
        if list(key) not in known:
            known.append(list(key))

    def write(self):
        with open(os.path.join(OUT, "plan.json"), "w") as file:
            json.dump(self.__dict__, file)


class Chain:
    """The keys for one neighbour in sluice's configuration."""

    def __init__(self, lab, plan, name, ours, theirs):
        self.lab, self.plan, self.name = lab, plan, name
        self.ours, self.theirs = ours, theirs
        self.entries = []

    def add(self, key, **times):
        self.plan.key(self.ours, self.theirs, key)
        entry = dict({
            "send_id": key.send, "receive_id": key.receive,
            "algorithm": key.algorithm, "key_file": self.lab.file(
                "%s.%d" % (self.name, key.send), key.secret, 0o400)}, **times)
        if key.exclude:
            entry["exclude_options"] = True
        self.entries.append(entry)
        return self

    def keep(self, n):
        """Take out all but the last n."""
        del self.entries[:-n]


def us(address):
    return SLUICE6 if ":" in address else SLUICE


class Case:
    """A customer whose speaker dials in (or, passive, is dialled)."""

    count = 0

    def __init__(self, lab, plan, name, key=None, theirs=None, **more):
        """key: as sluice has it, None: no TCP-AO there. theirs: what the
        speaker has in its place; refused: what its segments are then."""
        Case.count += 1
        self.lab, self.name, self.key = lab, name, key
        self.asn = 65000 + Case.count
        self.address = more.pop("address", (
            "2001:db8:ffff:1::%d" if more.pop("six", False) else
            "198.18.1.%d") % Case.count)
        self.theirs = [other_side(key)] if theirs is None else theirs
        self.refused, self.dials = more.pop("refused", None), \
            more.pop("dials", True)
        self.md5 = more.pop("md5", None)
        self.chain = Chain(lab, plan, name, us(self.address), self.address)
        self.more, self.speaker = more, None
        if key is not None:
            self.chain.add(key)
        if self.refused and self.dials:
            plan.refused[self.address] = self.refused

    def entry(self):
        entry = customer(self.name, self.address, self.asn, multihop=2,
                         passive=self.dials, local_address=us(self.address),
                         **self.more)
        if self.chain.entries:
            entry["neighbors"][0]["tcp_ao"] = self.chain.entries
        return entry

    def start(self):
        self.speaker = AoSpeaker(
            self.lab, self.address, us(self.address), self.asn,
            self.theirs, listen=not self.dials, password=self.md5)


class Range:
    """A customer whose neighbours may be anywhere in a prefix."""

    def __init__(self, lab, plan, name, prefix, asn, key):
        self.name, self.prefix, self.asn, self.key = name, prefix, asn, key
        self.lab = lab
        self.chain = Chain(lab, plan, name, us(prefix), prefix).add(key)

    def entry(self):
        entry = customer(self.name, "", self.asn, multihop=2,
                         local_address=us(self.prefix))
        neighbor = entry["neighbors"][0]
        for key in ("ip", "passive", "connect_retry"):
            del neighbor[key]
        neighbor.update(range=self.prefix, sessions=4,
                        tcp_ao=self.chain.entries)
        return entry

    def speaker(self, address, key=None):
        return AoSpeaker(self.lab, address, us(address), self.asn,
                         [other_side(key or self.key)])


class Link:
    """A session between the two sluices, each of which has the other as a
    router inside."""

    def __init__(self, lab, plan, algorithm, six, number):
        self.a = ("2001:db8:ffff:a::%d" if six else "198.18.10.%d") % number
        self.b = ("2001:db8:ffff:b::%d" if six else "198.18.11.%d") % number
        self.algorithm, self.plan = algorithm, plan
        self.name = "%s-v%d" % (algorithm, 6 if six else 4)
        self.at_a = Chain(lab, plan, "a-" + self.name, self.a, self.b)
        self.at_b = Chain(lab, plan, "b-" + self.name, self.b, self.a)
        self.add(1)

    def add(self, n, **times):
        """Key n: A sends n, B sends 101 + n."""
        key = Key(n, 101 + n, "secret %d of %s" % (n, self.name),
                  self.algorithm)
        self.at_a.add(key, **times)
        self.at_b.add(other_side(key), **times)
        self.plan.rolled.setdefault("%s %s" % (self.a, self.b), []).append(
            [n, 101 + n])

    def keep(self, n):
        self.at_a.keep(n)
        self.at_b.keep(n)

    def at(self, ours, theirs, chain, passive):
        return inward(self.name, theirs, local_address=ours, passive=passive,
                      hold_time=60, tcp_ao=chain.entries)


class Capture:
    """Everything of port 179, by dumpcap."""

    def __init__(self, lab):
        self.file = lab.path("wire.pcap")
        self.process = Process(lab, "dumpcap", [
            "dumpcap", "-i", "lo", "-f", "tcp port 179", "-P", "-q", "-B",
            "64", "-w", self.file])
        self.process.start()
        self.process.wait_text("File: ")

    def end(self):
        time.sleep(0.5)
        self.process.process.send_signal(signal.SIGINT)
        self.process.process.wait(20)
        shutil.copy(self.file, os.path.join(OUT, "wire.pcap"))
        expect(re.search(r": \d+/0 \(", self.process.text()),
               "dumpcap lost segments: " + self.process.text())


class Watch:
    """The ids of the newest segment from one address to another, as they go
    over the loopback."""

    def __init__(self):
        self.last = {}
        self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM,
                                  socket.htons(3))        # ETH_P_ALL
        self.sock.bind(("lo", 3))
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        while True:
            packet, where = self.sock.recvfrom(65536)
            if where[2] == socket.PACKET_OUTGOING:
                continue
            segment = ao_mac.parse(packet)
            if segment is not None and segment.option is not None:
                self.last[str(segment.src), str(segment.dst)] = \
                    segment.option[:2]

    def use(self, link, n):
        """Both directions of the link use key n and ask for it."""
        return self.last.get((link.a, link.b)) == (n, 101 + n) and \
            self.last.get((link.b, link.a)) == (101 + n, n)


def at_once(*calls):
    """Call them all, each in a thread; what they returned."""
    with ThreadPoolExecutor(len(calls)) as pool:
        return [one.result() for one in [pool.submit(call)
                                         for call in calls]]


class Scene:
    """Sluice A with everybody, sluice B."""

    def __init__(self, lab):
        self.lab, self.plan = lab, Plan()
        self.links = [
            Link(lab, self.plan, algorithm, six, 1 + number + 3 * six)
            for six in (False, True)
            for number, algorithm in enumerate(ALGORITHMS)]
        self.cases, self.ranges = make_cases(lab, self.plan), [
            Range(lab, self.plan, "pool4", "198.18.7.0/28", 65101,
                  Key(7, 8, "of a range")),
            Range(lab, self.plan, "pool6", "2001:db8:ffff:7::/120", 65102,
                  Key(7, 8, "of another", "cmac-aes128"))]
        self.capture, self.watch = Capture(lab), Watch()
        self.recorder = None

    def start(self):
        lab = self.lab
        # Dialled from here, so that they must be there first.
        self.lab.addresses(*(case.address for case in self.cases))
        lists_a = [SLUICE, SLUICE6] + [link.a for link in self.links]
        lists_b = [link.b for link in self.links]
        self.a = Sluice(lab, name="a", listen=lists_a, start=False)
        self.b = Sluice(lab, name="b", listen=lists_b, start=False)
        self.configure()
        self.a.start()
        self.b.start()
        self.recorder = Speaker(lab, RECORDER, SLUICE, ASN, listen=True)
        self.plan.free.append(RECORDER)

    def configure(self):
        """Bring both configurations up to date, not yet reloaded."""
        links = self.links
        self.a.config["internal"] = [
            link.at(link.a, link.b, link.at_a, False) for link in links
        ] + [inward("recorder", RECORDER)]
        self.a.config["customers"] = [
            one.entry() for one in self.cases + self.ranges]
        self.b.config["internal"] = [
            link.at(link.b, link.a, link.at_b, True) for link in links]

    def reload(self):
        """Both at once: which is first differs from time to time."""
        self.configure()
        for done in at_once(self.a.reload, self.b.reload):
            expect(done, "no answer to a reload")

    def signal(self):
        """The same without waiting for an answer."""
        self.configure()
        for sluice in (self.a, self.b):
            sluice.write()
            os.kill(sluice.pid, signal.SIGHUP)

    def both(self):
        """[(link, session of A, session of B)]"""
        at_a, at_b = at_once(self.a.sessions, self.b.sessions)
        return [(link, at_a.get(link.name, {}), at_b.get(link.name, {}))
                for link in self.links]

    def case(self, name):
        return next(case for case in self.cases if case.name == name)

    def up(self):
        return all(x.get("up") and y.get("up") for _, x, y in self.both())

    def undisturbed(self, what):
        for link, at_a, at_b in self.both():
            for row in (at_a, at_b):
                equal((row["up"], row["established"]), (True, 1),
                      "%s: %s" % (what, link.name))


def make_cases(lab, plan):
    """Customers: who is let in, and who is not."""
    def case(name, *args, **more):
        return Case(lab, plan, name, *args, **more)
    cases = [case("%s-%d" % (algorithm, 6 if six else 4),
                  Key(1, 2, "key of " + algorithm, algorithm), six=six)
             for algorithm in ALGORITHMS for six in (False, True)]
    for six in (False, True):
        v = "-%d" % (6 if six else 4)
        cases += [
            case("exclude" + v, Key(255, 0, "x", "hmac-sha256", True),
                 six=six),
            case("dialled" + v, Key(3, 3, "y" * 80, "cmac-aes128"), six=six,
                 dials=False),
            case("wrong-secret" + v, Key(1, 2, "right"),
                 [Key(2, 1, "wrong")], six=six, refused="bad"),
            case("no-key" + v, Key(1, 2, "right"), [], six=six,
                 refused="unsigned")]
    return cases + [
        case("wrong-ids", Key(1, 2, "right"), [Key(4, 3, "right")],
             refused="unknown"),
        case("swapped-ids", Key(1, 2, "right"), [Key(1, 2, "right")],
             refused="unknown"),
        case("wrong-algorithm", Key(1, 2, "right"),
             [Key(2, 1, "right", "hmac-sha256")], refused="bad"),
        case("wrong-options", Key(1, 2, "right"),
             [Key(2, 1, "right", "hmac-sha1", True)], refused="bad"),
        case("md5-for-ao", Key(1, 2, "right"), [], md5="right",
             refused="unsigned"),
        case("ao-unasked", None, [Key(2, 1, "right")], refused="unknown"),
        case("dialled-wrong", Key(1, 2, "right"), [Key(2, 1, "wrong")],
             dials=False, refused="bad"),
        case("stubborn", Key(1, 2, "the first"), hold_time=12),
        case("ending", Key(1, 2, "for a while")),
    ]


def auth(row):
    """`auth` of a session: (kind, current key, next key)."""
    shown = row.get("auth") or {}
    return shown.get("kind"), shown.get("current_key"), shown.get("next_key")


def right_and_wrong(scene):
    """The right keys make sessions; nothing else ever does."""
    for case in scene.cases:
        case.start()
    good, late = [], []
    for one, host in zip(scene.ranges, ("198.18.7.", "2001:db8:ffff:7::")):
        good += [one.speaker(host + "1"), one.speaker(host + "9")]
        late.append(one.speaker(host + "5", Key(7, 8, "not this")))
        scene.plan.refused[host + "5"] = "bad"
    wanted = [case for case in scene.cases if not case.refused]

    def missing():
        names = scene.a.sessions()
        return [case.name for case in wanted
                if not case.speaker.up] + [
            speaker.local for speaker in good if not speaker.up] + [
            link.name for link, x, y in scene.both()
            if not (x.get("up") and y.get("up"))]
    try:
        until(lambda: not missing(), 60, "sessions")
    except Failure:
        raise Failure("not up: %s" % missing())
    for link, at_a, at_b in scene.both():
        equal(auth(at_a), ("tcp-ao", 1, 102), link.name + " at A")
        equal(auth(at_b), ("tcp-ao", 102, 1), link.name + " at B")
    say("%d customers, %d of ranges and %d links of two sluices are up" % (
        len(wanted), len(good), len(scene.links)))
    return good, late


def nobody_else(scene, late):
    """When some time has gone by."""
    rows = scene.a.sessions()
    for case in scene.cases:
        if case.refused:
            row = rows[case.address]
            equal((row["up"], row["established"]), (False, 0), case.name)
            equal(case.speaker.notifications, [], case.name)
            equal(case.speaker.ups, 0, case.name)
    for speaker in late:
        equal(speaker.ups, 0, speaker.local)


class Rules:
    """A customer's rules that come all the time, and must all get inside."""

    def __init__(self, scene):
        self.scene, self.sent = scene, 0
        self.speaker = scene.case("hmac-sha1-4").speaker

    def more(self, n):
        first, self.sent = self.sent, self.sent + n
        self.speaker.announce([
            nlri("destination 203.0.113.%d/32 source-port =%d" % (
                1 + at % 250, 1 + at // 250))
            for at in range(first, self.sent)])

    def inside(self):
        until(lambda: len(self.scene.recorder.rules()) == self.sent, 20,
              "%d rules inside" % self.sent)
        until(lambda: all(y.get("rules_in") == self.sent
                          for _, _, y in self.scene.both()), 20,
              "%d rules at B" % self.sent)


def rolled(scene, n):
    """Both directions of each link use key n, say the sluices."""
    return all(auth(x) == ("tcp-ao", n, 101 + n) and
               auth(y) == ("tcp-ao", 101 + n, n)
               for _, x, y in scene.both())


def until_used(scene, n, rules):
    """Wait for key n on the wire, with a rule now and then."""
    end = time.monotonic() + 20
    while not all(scene.watch.use(link, n) for link in scene.links):
        expect(time.monotonic() < end, "key %d is not used: %s" % (
            n, scene.watch.last))
        rules.more(1)
        time.sleep(0.1)


def customer_rolls(scene, case, n):
    """A customer's new key: there before sluice has it, then asked for."""
    key = Key(1 + n, 2 + n, "customer's %d" % n)
    case.chain.keep(1)
    case.chain.add(key)
    case.speaker.add(other_side(key))
    return key


def customer_rolled(scene, case, key):
    """Sluice has asked for it; ask for it too."""
    until(lambda: case.speaker.auth().current == key.receive, 20,
          "the customer to sign with %d" % key.receive)
    case.speaker.ask_for(other_side(key))
    case.speaker.send(bgp.message(bgp.KEEPALIVE))
    until(lambda: scene.watch.last[SLUICE, case.address] ==
          (key.send, key.receive), 20, "sluice to sign with %d" % key.send)
    case.speaker.remove(case.speaker.keys[0])


def rollovers(scene):
    """Key after key by reload; each old one goes with the second reload after
    it. The customer does the same with its side by hand."""
    rules, began = Rules(scene), time.monotonic()
    case = scene.case("hmac-sha1-4")
    for n in range(2, 2 + ROLLOVERS):
        for link in scene.links:
            link.keep(1)
            link.add(n)
        key = customer_rolls(scene, case, n)
        rules.more(RULES_A_ROUND)
        scene.signal()
        until_used(scene, n, rules)
        customer_rolled(scene, case, key)
    took = time.monotonic() - began
    rules.inside()
    until(lambda: rolled(scene, 1 + ROLLOVERS), 10, "the last key to be shown")
    scene.undisturbed("rollovers")
    equal(case.speaker.ups, 1, "the customer's sessions")
    say("%d rollovers of %d links in both directions and of a customer: %d "
        "rules, each inside, no session lost; %.0f ms each" % (
            ROLLOVERS, len(scene.links), rules.sent, 1000 * took / ROLLOVERS))
    return rules


def when(seconds):
    """A time from now as the configuration has it, and as a number."""
    at = int(time.time()) + seconds
    return datetime.datetime.fromtimestamp(at, datetime.timezone.utc).strftime(
        "%Y-%m-%dT%H:%M:%SZ"), at


def by_the_clock(scene, rules, n):
    """Keys whose time comes and ends without a reload: of the links, and one
    of a customer who has no other. ao.py sees that none is used too early."""
    begins, scene.plan.begins[n] = when(5)
    ends, end = when(9)
    case = scene.case("ending")
    case.chain.entries[-1]["until"] = ends
    case.chain.add(Key(9, 10, "what comes then"), **{"from": begins})
    for link in scene.links:
        link.keep(1)
        link.at_a.entries[-1]["until"] = link.at_b.entries[-1]["until"] = ends
        link.add(n, **{"from": begins})
    scene.reload()
    rules.more(1)
    until_used(scene, n, rules)
    until(lambda: rolled(scene, n), 10, "key %d to be shown" % n)
    time.sleep(max(0.0, end + 1 - time.time()))
    case.speaker.drop(reconnect=True)
    rules.more(1)
    rules.inside()
    scene.undisturbed("by the clock")


def time_is_over(scene):
    """Some time after by_the_clock()."""
    case = scene.case("ending")
    equal((case.speaker.ups, scene.a.sessions()[case.address]["established"]),
          (1, 1), "sessions with a key whose time is over")
    say("a key taken at its time; with one whose time is over no session")


def take_old_key(scene):
    """The key of a session whose other side has no other."""
    case = scene.case("stubborn")
    case.chain.add(Key(9, 10, "the next"))
    case.chain.keep(1)
    scene.reload()
    return time.monotonic()


def old_key_was_taken(scene, since):
    """Its hold time as grace, and once more until nobody is heard; then the old
    key is as good as none."""
    case = scene.case("stubborn")
    until(lambda: not scene.a.sessions()[case.address]["up"], 60,
          "the session with the old key to end")
    took = time.monotonic() - since
    case.speaker.drop(reconnect=True)
    time.sleep(4)
    equal(scene.a.sessions()[case.address]["established"], 1,
          "sessions with the old key")
    equal(case.speaker.ups, 1, "sessions with the old key")
    say("a session that kept to its old key ended %.0f s after that was taken "
        "out, and the key makes no other" % took)


def counters(scene):
    """What the listeners did not take: wrong MACs by neighbour; of unknown
    keys and of no key at all the kernel tells no more than how many."""
    rows = scene.a.sessions()
    for case in scene.cases:
        if case.key is not None and not case.refused:
            continue
        shown = rows[case.address]["auth"]
        equal(shown["kind"], "tcp-ao" if case.key else "none", case.name)
        equal(shown["bad"] > 0, case.refused == "bad" and case.dials,
              case.name + ": segments with a wrong MAC are counted")
    found = re.search(r"unknown_key=[1-9]\d* unsigned=[1-9].*",
                      scene.a.text())
    expect(found, "the log does not tell of what fits no key")
    say("counted by neighbour: wrong MACs; and " + found.group())


def test(lab):
    expect(ao_socket.available(), "this kernel has no TCP-AO")
    scene = Scene(lab)
    scene.start()
    _, late = right_and_wrong(scene)
    rules = rollovers(scene)
    since = take_old_key(scene)
    by_the_clock(scene, rules, 2 + ROLLOVERS)
    nobody_else(scene, late)
    counters(scene)
    old_key_was_taken(scene, since)
    time_is_over(scene)
    scene.a.intact()
    scene.b.intact()
    scene.plan.write()
    # Before they stop: who then dials is told that nobody is there.
    scene.capture.end()
    scene.a.stop()
    scene.b.stop()


run(test)
