# SPDX-License-Identifier: BSD-2-Clause
"""A customer's session process has been taken over: it tries, from inside the
running process, all that it must not do. Each attempt is refused, or is that
session's end; the other customer, the guard and the log are not touched.

The programs are the daemon's own, but for a session with a hook that a rule
calls (hostile_session.c). One neighbour of the hostile customer for each
attempt, so that an end costs nothing that another one needs."""
import shutil

from isp import *

HONEST, BIRD = "198.18.1.1", "198.18.1.2"
N = 80  # neighbours; more than attempts
KEEP = ["destination 203.0.113.%d/32" % n for n in (1, 2, 3)]
FORGED = ("say to", "ask the sup")
RUN = re.compile(r"hostile (\d+): (.+): (tries \((may|must not)\)|\w+)$", re.M)


def programs(lab):
    folder = lab.path("bin")
    os.mkdir(folder)
    for name in os.listdir(lab.bin):
        if name.startswith("sluice"):
            shutil.copy(os.path.join(lab.bin, name), folder)
    shutil.copy(os.path.join(lab.bin, "hostile_session"),
                os.path.join(folder, "sluice-session"))
    lab.bin = folder


def address(n):
    return "198.18.2.%d" % (n + 1)


def targets(lab):
    """What there is to attack, told in the environment."""
    secret = lab.file("password", "secret of another\n", 0o400)
    journal = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    journal.bind(lab.path("journal"))
    listener = socket.create_server(("127.0.0.1", 0))
    lab.at_end(lambda: (journal.close(), listener.close()))
    os.environ.update({
        "HOSTILE_FOLDER": lab.folder, "HOSTILE_SECRET": secret,
        "HOSTILE_LOG": lab.path("sluice-store"),
        "HOSTILE_KEYS": lab.path("sluice-store-seal"),
        "HOSTILE_CONTROL": lab.path("sluice.sock"),
        "HOSTILE_JOURNAL": lab.path("journal"),
        "HOSTILE_PORT": str(listener.getsockname()[1])})


def config(lab):
    hostile = customer("mallory", address(0), 65002)
    hostile["neighbors"] = [dict(hostile["neighbors"][0], ip=address(n))
                            for n in range(N)]
    lab.addresses(HONEST, BIRD, *map(address, range(N)))
    return [customer("acme", HONEST, 65001), hostile]


def others(sluice):
    """{role or neighbour's address: pid} of all but the hostile sessions, and
    what is just being started in the place of one."""
    return {role: pid for pid, role, _ in sluice.roles()
            if role not in ["sluiced", *map(address, range(N))]}


def attempt(sluice, n, victim):
    """Have it tried; what came of it, by the process and by its end. None:
    there are no more."""
    since = len(sluice.text())
    speaker = Speaker(sluice.lab, address(n), SLUICE, 65002)
    until(lambda: speaker.up, 20, "session %d" % n)
    speaker.announce([nlri("destination 203.0.113.200/32 source "
                           "10.%d.%d.%d/32" % (n, victim >> 8, victim & 255))])
    name = "mallory/" + address(n)

    def result():
        text = sluice.text()[since:]
        if "hostile %d: none" % n in text:
            return "none", None, None
        runs = [one for one in RUN.findall(text) if int(one[0]) == n]
        ended = re.search(re.escape(name) + r": ended: (signal=\d+|status=\d+)",
                          text)
        if runs and ended and ended.group(1) == "signal=31":
            return runs[0][1], runs[0][3], "killed"
        # Whom it lied to had it killed before it could say that it was let.
        if len(runs) == 1 and runs[0][1].startswith(FORGED) and \
                ended and ended.group(1) == "signal=9":
            return runs[0][1], runs[0][3], "ALLOWED"
        if len(runs) > 1:
            return runs[0][1], runs[0][3], runs[1][2]
        return None

    what = until(result, 20, "attempt %d" % n)
    speaker.stop()
    return None if what[0] == "none" else what


def forged(sluice, name, what):
    """It was said, but nobody has listened: it cost the session's link or its
    process."""
    if name == "ask the supervisor for a reload":
        pattern = r"mallory/\S+: (ended: signal=9|unexpected message)"
    else:
        pattern = r"session mallory/\S+: (broken frame|.*kind)"
    sluice.wait_text(pattern)
    return what + ", the other end closed it"


def table(sluice, victim, check):
    rows = []
    for n in range(N):
        found = attempt(sluice, n, victim)
        if found is None:
            break
        name, may, what = found
        if what == "ALLOWED" and name.startswith(FORGED):
            what = forged(sluice, name, what)
        elif may == "may":
            equal(what, "ALLOWED", name)
        else:
            expect(what != "ALLOWED", "%s: was let" % name)
        rows.append((name, what))
        check(name)
    expect(len(rows) > 60, "only %d attempts" % len(rows))
    return rows


def test(lab):
    programs(lab)
    targets(lab)
    sluice = Sluice(lab, [inward("recorder", RECORDER), inward("rr", ROUTER)],
                    config(lab))
    router = BirdRouter(lab, [])
    recorder = Speaker(lab, RECORDER, SLUICE, ASN, listen=True)
    acme = Speaker(lab, HONEST, SLUICE, 65001)
    until(lambda: acme.up and recorder.up, 20, "sessions")
    acme.announce([nlri(text) for text in KEEP])
    legal = Legal(recorder, router)
    legal.begin(*KEEP)
    before = others(sluice)
    victim = before[HONEST]

    def check(name):
        equal(others(sluice), before, "processes after: " + name)

    rows = table(sluice, victim, check)
    for row in rows:
        say("%-36s %s" % row)
    expect(acme.up, "the honest session")
    legal.hold("at the end")
    equal(sluice.session(HONEST)["state"], "Established", "acme")
    expect(open(os.environ["HOSTILE_SECRET"]).read().startswith("secret"), "")
    acme.announce([nlri("destination 203.0.113.9/32")])
    legal.begin("destination 203.0.113.9/32")
    killed = sum(what == "killed" for _, what in rows)
    say("%d attempts of a hostile session: none worked; %d were its end, and "
        "nobody else's; the other customer's rules stood all the time" % (
            len(rows), killed))


run(test)
