# SPDX-License-Identifier: BSD-2-Clause
"""A leak at a PE (BIRD) takes over the prefixes of all customers at once: the
brake holds their rules until the leak ends or a person confirms. One customer's
prefix alone is taken over: its rules are revoked at once."""
from isp import *

PREFIXES = {"acme": "203.0.113", "globex": "198.51.100", "initech": "192.0.2"}
NAMES = {name: ("198.18.1.%d" % n, 65000 + n)
         for n, name in enumerate(PREFIXES, 1)}
LEAK = "198.18.1.66"
EACH = 30


def config():
    return [through_pe(name, ip, asn, [PREFIXES[name] + ".0/24"])
            for name, (ip, asn) in NAMES.items()]


class Scene:
    def __init__(self, lab):
        self.sluice = Sluice(lab, internal=internal(), customers=config(),
                             validation={"damping": "1s"})
        self.recorder = Speaker(lab, RECORDER, SLUICE, ASN, listen=True)
        self.router = BirdRouter(lab, [
            (name, *where) for name, where in NAMES.items()] + [
                ("leak", LEAK, 65066)])
        unicast = {"families": (bgp.UNICAST4, bgp.UNICAST6)}
        self.leak = Speaker(lab, LEAK, ROUTER, 65066, **unicast)
        self.rules = {}
        for name, (ip, asn) in NAMES.items():
            pe = Speaker(lab, ip, ROUTER, asn, **unicast)
            until(lambda: pe.up, 20, name + " at the PE")
            pe.route(PREFIXES[name] + ".0/24")
            until_route(self.sluice, PREFIXES[name] + ".0/24", asn)
            self.rules[name] = [nlri("destination %s.%d/32 protocol =17" % (
                PREFIXES[name], n)) for n in range(EACH)]
        self.speakers = {}
        for name, (ip, asn) in NAMES.items():
            one = Speaker(lab, ip, SLUICE, asn, families=(bgp.V4,))
            until(lambda: one.up, 20, name + " at sluice")
            one.announce(self.rules[name])
            self.speakers[name] = one
        until(lambda: self.leak.up, 20, "the leak's session")
        self.stand(*PREFIXES)

    def stand(self, *names):
        wanted = {value for name in names for value in self.rules[name]}
        until(lambda: set(self.recorder.rules()) == wanted, 20,
              "rules of %s inside" % (names,))

    def spread(self, *names):
        self.leak.route(self.halves(names))

    def stop(self, *names):
        self.leak.unroute(self.halves(names))

    def halves(self, names):
        return ["%s.%d/25" % (PREFIXES[name], at)
                for name in names for at in (0, 128)]

    def braked(self):
        """Rules that wait, 0 when the brake is not on."""
        brake = self.sluice.cli("status")[0]["brake"]
        return brake["rules"] if brake else 0


def held(scene):
    """All at once: nothing leaves, nothing new passes; it ends by itself."""
    before = len(scene.recorder.seen("withdraw"))
    scene.spread(*PREFIXES)
    until(lambda: scene.braked() == 3 * EACH, 20, "the brake to hold all, now "
          "%d" % scene.braked())
    text = "destination 203.0.113.200/32 protocol =17"
    scene.speakers["acme"].announce(nlri(text))
    until_state(scene.sluice, "acme", text, ("refused", "neighbor-as"))
    scene.speakers["acme"].withdraw(nlri(text))
    scene.stand(*PREFIXES)
    say(scene.sluice.command("status").stdout.splitlines()[0])
    scene.stop(*PREFIXES)
    until(lambda: scene.braked() == 0, 20, "the brake to let go")
    equal(len(scene.recorder.seen("withdraw")), before, "withdrawals inside")
    say("the leak ended: %d rules stood all the time" % (3 * EACH))


def confirmed(scene):
    scene.spread(*PREFIXES)
    until(lambda: scene.braked() == 3 * EACH, 20, "the brake to hold all")
    done = scene.sluice.command("confirm", "-m", "it is real, ticket 12")
    equal(done.returncode, 0, "confirm: " + done.stdout + done.stderr)
    until(lambda: not scene.recorder.rules(), 10, "all to be revoked")
    equal(len(scene.sluice.rules(state="revoked")), 3 * EACH, "revoked")
    entries = [entry for entry in scene.sluice.audit()
               if entry.get("state") == "revoked"]
    equal(len(entries), 3 * EACH, "entries in the log")
    scene.stop(*PREFIXES)
    scene.stand(*PREFIXES)
    say("leaked again and confirmed: all %d revoked, each in the log; back "
        "when it ended" % (3 * EACH))


def one_alone(scene):
    scene.spread("acme")
    scene.stand("globex", "initech")
    equal(scene.braked(), 0, "the brake")
    scene.stop("acme")
    scene.stand(*PREFIXES)
    say("one customer's prefix alone: its %d rules revoked without asking"
        % EACH)


def test(lab):
    scene = Scene(lab)
    held(scene)
    confirmed(scene)
    one_alone(scene)
    scene.sluice.intact()


run(test)
