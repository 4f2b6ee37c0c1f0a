# SPDX-License-Identifier: BSD-2-Clause
"""What operators do on a hard day: panic with 10,000 rules inside, over a
restart, and resume; rules of their own, of which a wide one needs two of them;
roles; a configuration that is rolled back by itself; rules that a customer
wants for seconds, or not at all. Customers: a speaker and BIRD; inside: BIRD,
FRR and a recorder."""
from isp import *

MANY, FEW = "198.18.1.1", "198.18.1.2"
EDGE = "198.18.0.13"
NUMBER = 10000
STRIKES = 5
PACE = 2000                                      # first announcements a second
# (uid, gid) of two operators, one who may look, and a stranger.
ALICE, BOB, EYE, NOBODY = (1, 50), (2, 50), (3, 4), (65534, 65534)
NAMES = {ALICE: "daemon", BOB: "bin"}
WISHED = "dst 203.0.113.%d/32; proto 17;"


def customers():
    return [
        customer("many", MANY, 65001, linger="1h", limits={
            "strikes": STRIKES}, own={
            "prefixes": ["10.1.0.0/16", "10.2.0.0/16"]}),
        customer("few", FEW, 65002, multihop=2, linger="1h",
                 own={"prefixes": ["203.0.113.0/24"]},
                 lifetime={"max": "1h", "communities": [
                     {"community": "64500:1:2", "lifetime": "2s"}]},
                 dry_run="64500:1:999")]


def host(n):
    return nlri("destination 10.%d.%d.%d/32 protocol =17" % (
        1 + n // (NUMBER // 2), n // 250 % 200, n % 250))


class Scene:
    def __init__(self, lab):
        os.chmod(lab.folder, 0o711)                # other users' way to it
        self.all = [host(n) for n in range(NUMBER)]
        self.sluice = Sluice(
            lab, internal=internal() + [inward("edge", EDGE)],
            customers=customers(), fleet={"pace": PACE}, start=False)
        self.sluice.config["control"].update(viewer="adm", noc="staff")
        self.sluice.start()
        self.recorder = Speaker(lab, RECORDER, SLUICE, ASN, listen=True)
        self.router = BirdRouter(lab, [])
        self.edge = Frr(lab, "edge", EDGE, frr_router(EDGE, ASN, [
            (SLUICE, ASN, [], {"ipv4 flowspec": ["activate"]})]))
        self.few = Bird(lab, "few", FEW, self.wants())
        self.many = Speaker(lab, MANY, SLUICE, 65001, families=(bgp.V4,),
                            on_up=lambda peer: peer.announce(self.all))
        up(self.sluice, "router", "recorder", "edge", MANY, FEW)

    def wants(self, *wishes):
        """few's configuration: [(host, its large community's last part)]"""
        return "protocol static wanted {\n    flow4 { table flowtab4; };\n" + \
            "".join("    route flow4 { %s } { bgp_ext_community.add(%s); "
                    "bgp_large_community.add((64500, 1, %d)); };\n" % (
                        WISHED % n, DROP4, last) for n, last in wishes) + \
            "}\n" + bird_peer("sluice", FEW, SLUICE, 65002, ASN, "",
                              "import none; export all;")

    def wish(self, *wishes):
        self.few.write(self.few.lab, self.wants(*wishes))
        self.few.birdc("configure")

    def counts(self):
        """Rules in BIRD, in FRR, and seen by the recorder."""
        bird = self.router.birdc("show", "route", "table", "flowtab4", "count")
        frr = json.loads(self.edge.vtysh("show bgp ipv4 flowspec summary json"))
        return (int(re.search(r"(\d+) of \d+ routes", bird).group(1)),
                frr["peers"][SLUICE]["pfxRcd"], len(self.recorder.rules()))

    def until_counts(self, number, seconds=30):
        """Seconds until all three hold so many."""
        begun, done = time.monotonic(), [None] * 3
        names = ("BIRD", "FRR", "recorder")

        def look():
            for at, count in enumerate(self.counts()):
                if count == number and done[at] is None:
                    done[at] = time.monotonic() - begun
            return None not in done
        until(look, seconds, "%d rules inside, now %s" % (number,
                                                          self.counts()))
        return ", ".join("%s %.2f s" % one for one in zip(names, done)), \
            max(done)

    def as_user(self, user, *words):
        """`sluice WORDS` by another user; (exit status, output)."""
        done = subprocess.run(
            ["setpriv", "--reuid", str(user[0]), "--regid", str(user[1]),
             "--clear-groups", os.path.join(self.sluice.lab.bin, "sluice"),
             "--socket", self.sluice.config["control"]["socket"],
             *map(str, words)], capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout + done.stderr


def panics(scene):
    sluice = scene.sluice
    done, _ = scene.until_counts(NUMBER)
    say("%d rules inside, at %d a second: %s" % (NUMBER, PACE, done))
    since = time.monotonic()
    command = subprocess.Popen(
        [os.path.join(sluice.lab.bin, "sluice"), "--socket",
         sluice.config["control"]["socket"], "panic", "--yes", "-m",
         "we filter ourselves"], stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True)
    done, worst = scene.until_counts(0)
    text, _ = command.communicate(timeout=10)
    equal(command.returncode, 0, "panic: " + text)
    say("panic: all %d gone: %s" % (NUMBER, done))
    equal((scene.router.rules(), scene.edge.rules()), ([], []), "left over")
    expect(worst < 5, "panic took %.1f s" % worst)
    last = max(at for at, what, _ in scene.recorder.events
               if what == "withdraw")
    say("panic: the recorder read the last withdrawal %.0f ms after the "
        "command was started" % ((last - since) * 1000))
    scene.wish((1, 1))
    until_state(sluice, "few", "destination 203.0.113.1/32 protocol =17",
                ("refused", "panic"))
    equal(sluice.cli("status")[0]["containment"]["panic_by"], "root", "by")
    say(sluice.command("status").stdout.splitlines()[0])


def sticks(scene):
    """Over a restart, and over the guard's death; and then resume."""
    sluice = scene.sluice
    kill_guard(sluice)
    sluice.stop()
    gone, moved = scene.all[:100], scene.all[100:]
    scene.all = moved
    # One of its prefixes is no longer registered.
    own = sluice.config["customers"][0]["own"]
    own["prefixes"] = ["10.1.0.0/16"]
    sluice.start()
    up(sluice, "router", "recorder", "edge", MANY, FEW)
    until(lambda: scene.many.ups == 2, 20, "many to be back")
    until(lambda: sluice.cli("customers", "many")[0]["rules"]["known"] ==
          len(moved), 30, "its rules to be known")
    time.sleep(1)
    equal(scene.counts(), (0, 0, 0), "rules inside during the panic")
    expect(sluice.cli("status")[0]["containment"]["panic"], "panic goes on")
    left = NUMBER // 2 - len(gone) + 1             # and few's
    sluice.cli("resume", "-m", "it is over")
    done, _ = scene.until_counts(left)
    say("restarted in panic, 100 rules gone, half no longer owned; resume, "
        "not paced: %d back: %s" % (left, done))
    equal(set(scene.recorder.rules()), set(moved[:NUMBER // 2 - len(gone)]) |
          {nlri("destination 203.0.113.1/32 protocol =17")}, "what is back")
    acts = [(one["operator"], one["evidence"]) for one in
            sluice.audit(kind="emergency")]
    equal(acts, [("root", "panic"), ("root", "resume")], "on record")
    own["prefixes"].append("10.2.0.0/16")
    scene.wish()


def inside(scene, text, there=True):
    value = nlri(text)
    until(lambda: (value in scene.recorder.rules()) == there, 10,
          "%s inside: %s" % (text, there))


def operators(scene):
    """The NOC's own rules, by users of a group."""
    if not privileged():
        say("users: not tried, this namespace has one only")
        return
    plain = "destination 198.51.100.7/32 protocol =17"
    wide = "destination 198.51.96.0/20 protocol =17 source-port =53"
    code, text = scene.as_user(ALICE, "announce", "-m", "ticket 1",
                               "match %s then discard" % plain)
    equal(code, 0, "announce: " + text)
    inside(scene, plain)
    code, text = scene.as_user(ALICE, "announce", "--json", "-m", "ticket 2",
                               "match %s then discard" % wide)
    expect("held" in text, "a wide one: " + text)
    rule = next(row for row in scene.sluice.rules(customer="noc")
                if row["nlri"] == nlri(wide))
    equal((rule["state"], rule["reason"], rule["operator"]),
          ("held", "second-operator", "daemon"), "the wide one")
    code, text = scene.as_user(ALICE, "approve", rule["id"], "-m", "me again")
    equal(code, 1, "approved by whom it is: " + text)
    say(text.strip())
    expect(nlri(wide) not in scene.recorder.rules(), "held is inside")
    code, text = scene.as_user(BOB, "approve", rule["id"], "-m", "seen")
    equal(code, 0, "approved by another: " + text)
    inside(scene, wide)
    kill_guard(scene.sluice)
    up(scene.sluice, "router", "recorder", "edge", MANY, FEW)
    equal({row["nlri"] for row in scene.sluice.rules(customer="noc")
           if row["state"] == "accepted"}, {nlri(plain), nlri(wide)},
          "after the guard died")
    equal([(one["operator"], one["evidence"], one["text"])
           for one in scene.sluice.audit(rule=rule["id"])
           if one["kind"] == "operator"],
          [("daemon", "announce", "ticket 2"), ("bin", "approve", "seen")],
          "on record")
    roles(scene, rule)
    code, text = scene.as_user(BOB, "retract", rule["id"], "-m", "over")
    equal(code, 0, "retract: " + text)
    inside(scene, wide, False)
    inside(scene, plain)
    say("a wide rule of daemon's, approved by bin, retracted by bin")


def comes_first(scene):
    """The NOC's action wins over a customer's for the same rule, and goes."""
    text = "destination 203.0.113.31/32 protocol =17"
    scene.wish((31, 5))
    inside(scene, text)
    scene.sluice.cli("announce", "-m", "slower will do",
                     "match %s then rate-limit 9600" % text)
    action = lambda: scene.recorder.rules().get(nlri(text), {}).get(0x10)
    until(lambda: action() == "8006000046160000", 10, "the NOC's action")
    rule = next(row for row in scene.sluice.rules(customer="noc")
                if row["nlri"] == nlri(text))
    scene.sluice.cli("retract", rule["id"], "-m", "over")
    until(lambda: action() == bgp.DISCARD, 10, "the customer's own action")
    expect(nlri(text) not in {detail[1] for detail in
                              scene.recorder.seen("withdraw")},
           "it was withdrawn inside")
    until_state(scene.sluice, "few", text, ("accepted", "accepted"))
    say("the NOC's action won over few's, and went; never withdrawn inside")


def roles(scene, rule):
    """Who may look may not act; who may act may not do all; others nothing."""
    for user, words, wanted in (
            (EYE, ("rules", rule["id"]), 0), (EYE, ("status",), 0),
            (EYE, ("withdraw", rule["id"], "-m", "x"), 1),
            (EYE, ("retract", rule["id"], "-m", "x"), 1),
            (EYE, ("panic", "--yes", "-m", "x"), 1),
            (EYE, ("reload", "--yes"), 1), (BOB, ("reload", "--yes"), 1),
            (NOBODY, ("status",), 1), (NOBODY, ("rules",), 1)):
        code, text = scene.as_user(user, *words)
        equal(code, wanted, "%s by %s: %s" % (words, user, text))
        if wanted and user == EYE and words[0] == "panic":
            say(text.strip())
    expect(rule["nlri"] in scene.recorder.rules(), "it stands")


def privileged():
    with open("/proc/self/uid_map") as file:
        return int(file.read().split()[2]) > 65534


def rolled_back(scene):
    """A configuration that would lose half of all rules, on trial."""
    sluice = scene.sluice
    sluice.reload()
    many = NUMBER - 100
    count = lambda: len([value for value in scene.recorder.rules()
                         if value in mine])
    mine = set(scene.all)
    until(lambda: count() == many, 20, "all to be back, now %d" % count())
    own = sluice.config["customers"][0]["own"]
    for confirm in (False, True):
        own["prefixes"] = ["10.1.0.0/16"]
        sluice.write()
        sluice.cli("reload", "--confirm", 3)
        since = time.monotonic()
        until(lambda: count() == NUMBER // 2 - 100, 2.5,
              "half of them to go, now %d" % count())
        expect(sluice.cli("status")[0]["rollback"], "the roll-back in status")
        if confirm:
            sluice.cli("confirm", "reload", "-m", "as wanted")
            time.sleep(4)
            equal(count(), NUMBER // 2 - 100, "after the confirmation")
            say("confirmed: it stays")
        else:
            until(lambda: count() == many, 20, "the roll-back")
            say("reload --confirm 3: half of %d rules gone, all back after "
                "%.1f s" % (many, time.monotonic() - since))
            expect(not sluice.cli("status")[0]["rollback"], "over")


def contained(scene):
    """One customer out, over the guard's death; no new rules; a customer that
    sends rubbish."""
    sluice = scene.sluice
    stands = ["destination 203.0.113.%d/32 protocol =17" % n for n in (21, 22)]
    new = "destination 203.0.113.23/32 protocol =17"
    scene.wish((21, 5), (22, 5))
    for text in stands:
        inside(scene, text)
    others = scene.counts()[2] - 2
    sluice.cli("quarantine", "few", "-m", "it was taken over")
    scene.until_counts(others)
    kill_guard(sluice)
    up(sluice, "router", "recorder", "edge", MANY, FEW)
    scene.wish((21, 5), (22, 5), (23, 5))
    until_state(sluice, "few", new, ("refused", "quarantined"))
    scene.until_counts(others)
    sluice.cli("release", "few", "-m", "clean again")
    scene.until_counts(others + 3)
    say("quarantined over the guard's death, released: all back")
    sluice.cli("freeze", "-m", "a change of routers")
    scene.wish((21, 5), (23, 5), (24, 5))
    newer = "destination 203.0.113.24/32 protocol =17"
    until_state(sluice, "few", newer, ("refused", "frozen"))
    inside(scene, stands[1], False)                # a withdrawal always works
    inside(scene, new)
    sluice.cli("thaw", "-m", "done")
    inside(scene, newer)
    say("frozen: what stands stood, a withdrawal worked; thawed: the new one "
        "in")
    strikes(scene, sluice, others + 3)


def strikes(scene, sluice, before):
    """Malformed rules: the customer is muted, its session and rules stay."""
    bad = "0120cb0071ff0381"                       # no operator behind a type
    text = "destination 10.1.240.1/32 protocol =17"
    for _ in range(STRIKES):
        scene.many.announce(bad)
        scene.many.withdraw(host(0))
    until(lambda: sluice.cli("customers", "many")[0]["muted"], 10,
          "many to be muted, now %s" % sluice.cli("customers", "many"))
    scene.many.announce(nlri(text))
    until_state(sluice, "many", text, ("refused", "muted"))
    scene.until_counts(before)
    expect(scene.many.up, "many's session")
    sluice.cli("release", "many", "-m", "they mended it")
    inside(scene, text)
    scene.many.withdraw(nlri(text))
    inside(scene, text, False)
    say("muted after %d malformed rules: %d rules stood; released" % (
        STRIKES, before))


def wishes(scene):
    """few wants one rule for 2 s and of another a verdict only."""
    sluice = scene.sluice
    brief, asked, usual = ("destination 203.0.113.%d/32 protocol =17" % n
                           for n in (11, 12, 13))
    since = time.monotonic()
    scene.wish((11, 2), (12, 999), (13, 5))
    inside(scene, brief)
    inside(scene, usual)
    until_state(sluice, "few", asked, ("monitored", "dry-run"))
    inside(scene, brief, False)
    took = time.monotonic() - since
    expect(2 <= took < 10, "2 s took %g" % took)
    until_state(sluice, "few", brief, ("expired", "expired"))
    expect(nlri(usual) in scene.recorder.rules(), "the usual one stands")
    expect(nlri(asked) not in {detail[1] for detail in
                               scene.recorder.seen("announce")},
           "a dry run was announced")
    seen = record(sluice, asked)
    # An operator gives it more.
    row = next(row for row in sluice.rules(customer="few")
               if row["nlri"] == nlri(brief))
    sluice.cli("extend", row["id"], "-m", "they asked by telephone")
    inside(scene, brief)
    # Announced anew it begins anew.
    scene.wish((13, 5))
    inside(scene, brief, False)
    scene.wish((11, 2), (13, 5))
    inside(scene, brief)
    inside(scene, brief, False)
    say("a lifetime of 2 s by community: gone inside after %.1f s; dry run: "
        "%s" % (took, seen["reason"]))


def test(lab):
    scene = Scene(lab)
    panics(scene)
    sticks(scene)
    wishes(scene)
    contained(scene)
    rolled_back(scene)
    comes_first(scene)
    operators(scene)
    until(lambda: scene.router.running() and scene.edge.running(), 1, "routers")


run(test)
