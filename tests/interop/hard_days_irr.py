# SPDX-License-Identifier: BSD-2-Clause
"""A hard night of IRR files, one for each customer: empty, smaller by 30 %,
broken, gone. None is adopted, rules stay, and a person hears of it; the smaller
one can be confirmed, a good one is adopted by itself. Inside: BIRD and a
recorder."""
from isp import *

LISTED = 10                                        # prefixes in each list
NAMES = {"acme": 1, "globex": 2, "initech": 3, "hooli": 4}
LOOKS = 30                                         # seconds for two looks


def net(name, n):
    return "10.%d.%d.0/24" % (NAMES[name], n)


def rule(name, n, host=7):
    return "destination 10.%d.%d.%d/32 protocol =17" % (NAMES[name], n, host)


def bgpq4(*prefixes):
    """As `bgpq4 -4 -j -l ipv4` writes it."""
    return '{ "ipv4": [\n    %s\n] }\n' % ",\n    ".join(
        '{ "prefix": "%s", "exact": true }' % one for one in prefixes)


class Scene:
    def __init__(self, lab):
        self.lab = lab
        for name in NAMES:
            self.put(name, range(LISTED))
        self.sluice = Sluice(lab, internal=internal(), customers=[
            customer(name, "198.18.1.%d" % n, 65000 + n, linger="1h",
                     own={"prefixes": ["10.%d.0.0/16" % n], "match": "all",
                          "irr": self.path(name)})
            for name, n in NAMES.items()])
        self.recorder = Speaker(lab, RECORDER, SLUICE, ASN, listen=True)
        self.router = BirdRouter(lab, [])
        self.peers = {name: Speaker(
            lab, "198.18.1.%d" % n, SLUICE, 65000 + n, families=(bgp.V4,),
            on_up=self.again) for name, n in NAMES.items()}
        self.wanted = {name: [] for name in NAMES}
        up(self.sluice, "router", "recorder", *(
            one.local for one in self.peers.values()))

    def again(self, peer):
        name = next(name for name, n in NAMES.items()
                    if peer.local == "198.18.1.%d" % n)
        if hasattr(self, "wanted") and self.wanted[name]:
            peer.announce([nlri(text) for text in self.wanted[name]])

    def announce(self, name, *texts):
        self.wanted[name] += texts
        self.peers[name].announce([nlri(text) for text in texts])

    def path(self, name):
        return self.lab.path(name + "-irr.json")

    def put(self, name, ns):
        self.write(name, bgpq4(*(net(name, n) for n in ns)))

    def write(self, name, text):
        """From one moment to the next, as the timer that fetches them does."""
        os.replace(self.lab.file(name + ".new", text), self.path(name))

    def list_of(self, name):
        return self.sluice.cli("customers", name)[0]["irr"]

    def lists(self):
        return self.sluice.cli("status")[0]["irr"]

    def inside(self, *texts):
        """These and no others, in both."""
        wanted = {nlri(text) for text in texts}
        until(lambda: set(self.recorder.rules()) == wanted and
              self.router.holds() == wanted, LOOKS, "inside: %s" % (texts,))


def bad_night(scene):
    """All files turn bad at once."""
    sluice = scene.sluice
    since = time.monotonic()
    scene.write("acme", bgpq4())
    scene.put("globex", range(LISTED * 7 // 10))
    scene.write("initech", bgpq4(net("initech", 0))[:-9])
    os.unlink(scene.path("hooli"))
    until(lambda: [scene.list_of(name)["state"] for name in NAMES] ==
          ["held"] * 4, LOOKS, "all to be held, now %s" % [
              scene.list_of(name) for name in NAMES])
    took = time.monotonic() - since
    equal([scene.list_of(name)["prefixes"] for name in NAMES], [LISTED] * 4,
          "prefixes in force")
    equal(scene.list_of("globex")["found"], LISTED * 7 // 10, "found")
    equal(scene.lists()["held"], 4, "held, in the status")
    told = sluice.command("status").stdout
    expect("irr" in told.lower() and "confirm" in told, "status: " + told)
    say(told.splitlines()[0])
    say(sluice.command("customers").stdout.rstrip())
    equal(sluice.command("status", "--check").returncode, 1, "status --check")
    for line in re.findall(r"customer \S+: irr .*", sluice.text()):
        say(re.sub(r"path=\S+", "path=…", line))
    say("four bad files noticed after %.1f s" % took)


def stands(scene, texts):
    """What stands, and what is new under the lists in force."""
    new = [rule(name, 2, 8) for name in NAMES]
    for name, text in zip(NAMES, new):
        scene.announce(name, text)
    scene.inside(*texts, *new)
    equal(len(scene.recorder.seen("withdraw")), 0, "withdrawals inside")
    return texts + new


def confirmed(scene, texts):
    """Only the smaller one can be; what it lacks is revoked."""
    sluice = scene.sluice
    lost = rule("globex", 9)
    sluice.cli("confirm", "irr", "-m", "they sold it")
    until_state(sluice, "globex", lost, ("revoked", "not-in-irr"))
    seen = record(sluice, lost, customer="globex")
    say("confirmed: %s, %s: %s" % (seen["state"], seen["reason"],
                                   seen["evidence"]))
    left = [text for text in texts if text != lost]
    scene.inside(*left)
    equal([scene.list_of(name)["prefixes"] for name in NAMES],
          [LISTED, LISTED * 7 // 10, LISTED, LISTED], "prefixes in force")
    equal(scene.lists()["held"], 3, "held, in the status")
    equal(sluice.command("confirm", "irr", "-m", "the rest").returncode, 1,
          "nothing else can be confirmed")
    scene.inside(*left)
    return left


def good_again(scene, texts):
    """Good files; acme's has a new prefix and lacks an old one."""
    sluice = scene.sluice
    new, lost = rule("acme", LISTED), rule("acme", 9)
    scene.announce("acme", new)
    until_state(sluice, "acme", new, ("refused", "not-in-irr"))
    since = time.monotonic()
    scene.put("acme", [*range(LISTED - 1), LISTED])
    scene.put("initech", range(LISTED))
    scene.put("hooli", range(LISTED))
    until(lambda: scene.lists()["held"] == 0, LOOKS, "none to be held")
    until_state(sluice, "acme", new, ("accepted", "accepted"))
    until_state(sluice, "acme", lost, ("revoked", "not-in-irr"))
    left = [text for text in texts if text != lost] + [new]
    scene.inside(*left)
    expect("acme-irr.json" in record(sluice, new)["evidence"] or
           "IRR" in record(sluice, new)["evidence"],
           "the list in the evidence: " + record(sluice, new)["evidence"])
    say("good files adopted after %.1f s: %s" % (
        time.monotonic() - since, record(sluice, new)["evidence"]))
    return left


def restarted(scene, texts):
    """The file is empty when sluiced starts: there is no list before it. What
    stands goes on; nothing new."""
    sluice = scene.sluice
    sluice.stop()
    scene.write("acme", bgpq4())
    sluice.start()
    up(sluice, "router", "recorder", *(
        one.local for one in scene.peers.values()))
    scene.inside(*texts)
    new = rule("acme", 3, 9)
    scene.announce("acme", new)
    until_state(sluice, "acme", new, ("refused", "irr-unknown"))
    equal(scene.list_of("acme")["state"], "unusable", "acme's list")
    scene.inside(*texts)
    scene.put("acme", [*range(LISTED - 1), LISTED])
    until_state(sluice, "acme", new, ("accepted", "accepted"), LOOKS)
    scene.inside(*texts, new)
    say("restarted with an empty file: what stood stands, new ones "
        "irr-unknown until the file is good")


def test(lab):
    scene = Scene(lab)
    texts = [rule(name, n) for name in NAMES for n in (0, 9)]
    for name in NAMES:
        scene.announce(name, rule(name, 0), rule(name, 9))
    scene.inside(*texts)
    bad_night(scene)
    texts = stands(scene, texts)
    kill_guard(scene.sluice)
    texts = confirmed(scene, stands_still(scene, texts))
    texts = good_again(scene, texts)
    restarted(scene, texts)
    scene.sluice.stop()


def stands_still(scene, texts):
    """Another guard hears of the same lists."""
    up(scene.sluice, "router", *(one.local for one in scene.peers.values()))
    until(lambda: scene.lists()["held"] == 4, 10, "held, after the guard died")
    equal([scene.list_of(name)["prefixes"] for name in NAMES], [LISTED] * 4,
          "prefixes in force")
    scene.inside(*texts)
    equal(len(scene.recorder.seen("withdraw")), 0, "withdrawals inside")
    return texts


run(test)
