# SPDX-License-Identifier: BSD-2-Clause
"""`sluice log-level`: more of what one neighbour does, for a while, without a
restart; nothing of another; back by itself; a new process takes it over; and
what is not meant so is refused."""
import signal

import bgp
from daemons import *
from lab import *

BIRD, OTHER = "198.18.1.1", "198.18.1.2"
INSIDE = "198.18.0.11"
NEIGHBOR = "acme/" + BIRD


def debugs(sluice, who, since):
    """Debug lines of this process since then. The guard's begin with what they
    are about."""
    who = "rule" if who == "guard" else re.escape(who) + ":"
    return re.findall(r"^\S+ sluice\[\d+\] debug %s .*" % who,
                      sluice.text()[since:], re.M)


def levels(sluice):
    """{name, None for everybody: class}"""
    return {row["name"]: row["class"] for row in sluice.cli("log-level")}


def pid_of(sluice, address):
    """Of the session's process with this neighbour; None when there is none."""
    return next((pid for pid, role, _ in sluice.roles() if role == address),
                None)


def refusals(sluice):
    for words, code in ((("loud",), 2), (("debug", "acme", "--for", "soon"), 2),
                        (("debug", "--for", "25h"), 2), (("--for", "5m"), 2),
                        (("debug", "acme", "other"), 2), (("debug", "--for",
                                                           "0s"), 2),
                        (("debug", "nobody"), 1), (("debug", "loader"), 1)):
        done = sluice.command("log-level", *words)
        equal(done.returncode, code, "log-level %s: %s" % (
            " ".join(words), done.stderr))
        expect(done.stderr, "no word why: log-level " + " ".join(words))
    equal(levels(sluice), {None: "info"}, "a refusal has set something")


def test(lab):
    sluice = Sluice(lab, internal=[inward("core", INSIDE)], customers=[
        customer("acme", BIRD, 65001,
                 own={"prefixes": ["203.0.113.0/24"]}),
        customer("other", OTHER, 65002,
                 own={"prefixes": ["198.51.100.0/24"]})])
    bird = Bird(lab, "bird", BIRD, bird_rules("ours", bgp.V4, (
        "dst 203.0.113.7/32; proto 17;", ["(generic, 0x80060000, 0x0)"])) +
        bird_peer("sluice", BIRD, SLUICE, 65001, ASN,
                  channel="import none; export all;"))
    other = Speaker(lab, OTHER, SLUICE, 65002)
    until(lambda: sluice.session(BIRD).get("up") and other.up, 20,
          "both sessions")
    expect(" debug " not in sluice.text(), "debug lines without a wish")
    refusals(sluice)

    # One neighbour, and what its peer says then.
    since = len(sluice.text())
    rows = sluice.cli("log-level", "debug", BIRD)
    equal([(row["name"], row["class"]) for row in rows],
          [(None, "info"), (BIRD, "debug")], "what is set")
    expect(re.search(r"info supervisor: log-level: set: for=%s class=debug "
                     r"for_s=900 operator=root" % re.escape(BIRD),
                     sluice.text()[since:]), "no line of who did it")
    bird.birdc("restart", "sluice")
    for what in (r"fsm: OpenConfirm to Established: event=KEEPALIVE",
                 r"OPEN sent: asn=%d .* capabilities=multiprotocol," % ASN,
                 r"OPEN received: asn=65001 hold=\d+ id=.*ipv4-flowspec",
                 r"UPDATE received: octets=\d+ families=ipv4-flowspec "
                 r"announced=1 withdrawn=0 outcome=used"):
        until(lambda: any(re.search(what, line) for line in debugs(
            sluice, "session " + NEIGHBOR, since)), 30, what)
    done = set(re.findall(r"debug ([a-z]+(?: [^:]+)?): ",
                          sluice.text()[since:]))
    equal(done, {"session " + NEIGHBOR}, "who told more")
    say("lines of %s alone: %d" % (NEIGHBOR, len(debugs(
        sluice, "session " + NEIGHBOR, since))))

    # Its process dies: the next one tells as much.
    old = pid_of(sluice, BIRD)
    os.kill(old, signal.SIGKILL)
    since = len(sluice.text())
    until(lambda: pid_of(sluice, BIRD) not in (None, old), 20, "another")
    until(lambda: any("Established" in line for line in debugs(
        sluice, "session " + NEIGHBOR, since)), 40, "the next one's lines")

    # A role, and that it ends: info ends all at once.
    since = len(sluice.text())
    sluice.cli("log-level", "debug", "guard", "--for", "1h")
    sluice.cli("log-level", "debug", "store", "--for", "1h")
    flow = nlri("destination 198.51.100.9/32 protocol =17")
    other.announce(flow)
    for who, what in (("guard", r"rule \d+: accepted: customer=other session=.* "
                       r"reason=accepted: match destination 198.51.100.9/32"),
                      ("guard", r"rule \d+: goes inward"),
                      ("store", r"batch durable: entries=\d+ .* us=\d+")):
        until(lambda: any(re.search(what, line)
                          for line in debugs(sluice, who, since)), 40, what)
    other.withdraw(flow)
    until(lambda: any("is withdrawn inward" in line for line in debugs(
        sluice, "guard", since)), 20, "the withdrawal")
    equal(levels(sluice), {None: "info", BIRD: "debug", "guard": "debug",
                           "store": "debug"}, "what is set")
    sluice.cli("log-level", "info")
    equal(levels(sluice), {None: "info"}, "after info")

    # For two seconds, by a customer's name; then it is back by itself.
    sluice.cli("log-level", "debug", "acme", "--for", "2s")
    equal(levels(sluice), {None: "info", "acme": "debug"}, "for 2s")
    until(lambda: levels(sluice) == {None: "info"}, 10, "the end of 2s")
    until(lambda: "log-level: its time is over: for=acme" in sluice.text(), 5,
          "the line of it")
    since = len(sluice.text())
    bird.birdc("restart", "sluice")
    until(lambda: "established" in sluice.text()[since:], 30, "the session")
    expect(" debug " not in sluice.text()[since:], "lines after the end")
    equal(re.findall(r".*: unexpected message.*|.*out of turn.*",
                     sluice.text()), [], "words that a role does not know")

    # What does not run yet may be named, and set again and again.
    for _ in range(3):
        sluice.cli("log-level", "debug", "witness")
    equal(levels(sluice), {None: "info", "witness": "debug"}, "a role")
    sluice.cli("log-level", "info")
    words = sluice.command("log-level").stdout.split()
    equal(words, ["OF", "CLASS", "LEFT", "BY", "everybody", "info", "-", "-"],
          "as text")

    # A restart forgets; -d is for all roles, and what there is to go back to.
    sluice.cli("log-level", "error")
    equal(sluice.stop(), 0, "exit status")
    since = len(sluice.text())
    sluice.argv.insert(1, "-d")
    sluice.start()
    until(lambda: sluice.session(BIRD).get("up"), 30, "the session again")
    equal(levels(sluice), {None: "debug"}, "after a restart with -d")
    for who in ("supervisor", "session " + NEIGHBOR, "store", "guard"):
        until(lambda: debugs(sluice, who, since), 20, "debug lines: " + who)


run(test)
