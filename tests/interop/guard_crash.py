# SPDX-License-Identifier: BSD-2-Clause
"""A guard that crashes of one rule: that one stays out, all others come back.
Three crashes: only withdrawals go inward."""
import shutil
import signal

from isp import *

CUSTOMER = "198.18.1.1"
BAD = 66


def host(n):
    return "destination 10.1.0.%d/32" % n


def crashing(lab):
    """The programs, with the guard that crashes in the guard's place. The
    supervisor looks for roles where it is itself."""
    folder = lab.path("bin")
    os.mkdir(folder)
    for name in os.listdir(lab.bin):
        if name.startswith("sluice"):
            shutil.copy(os.path.join(lab.bin, name), folder)
    shutil.copy(os.path.join(lab.bin, "guard_crash"),
                os.path.join(folder, "sluice-guard"))
    lab.bin = folder


def guard_of(sluice):
    return next((pid for pid, role, _ in sluice.roles() if role == "guard"), 0)


def status(sluice):
    done = sluice.command("status", "--json")
    return json.loads(done.stdout)["containment"] if not done.returncode else {}


def inside(recorder, *hosts):
    want = {nlri(host(n)) for n in hosts}
    until(lambda: set(recorder.rules()) == want, 20,
          "inside: %s wanted, have %s" % (
              sorted(want),
              sorted(recorder.rules())))


def announce(acme, *hosts):
    acme.announce([nlri(host(n)) for n in hosts])


def first_crash(sluice, acme, recorder):
    old = guard_of(sluice)
    announce(acme, BAD)
    until(lambda: guard_of(sluice) not in (0, old), 10, "another guard")
    until_state(sluice, "acme", host(BAD), ("quarantined", "crash-suspect"))
    announce(acme, 4)
    inside(recorder, 1, 2, 3, 4)
    equal(status(sluice)["crashes"], 1, "crashes")
    equal(recorder.seen("withdraw"), [], "withdrawals inside")
    say("the guard crashed of a rule: that one is quarantined, four others "
        "stand inside, nothing was withdrawn")


def killed_again(sluice, n):
    """It ends by a fault of its own, as the kernel says it."""
    old = guard_of(sluice)
    os.kill(old, signal.SIGSEGV)
    until(lambda: guard_of(sluice) not in (0, old) and
          status(sluice).get("crashes") == n, 20, "another guard")


def safe_mode(sluice, acme, recorder):
    killed_again(sluice, 2)
    until_state(sluice, "acme", host(BAD), ("quarantined", "crash-suspect"))
    inside(recorder, 1, 2, 3, 4)
    killed_again(sluice, 3)
    expect(status(sluice)["safe_until"], "no safe mode after three crashes")
    done = sluice.command("status", "--check")
    expect(done.returncode != 0 and "safe-mode" in done.stdout, done.stdout)
    expect("SAFE MODE" in sluice.command("status").stdout, "status")
    announce(acme, 5)
    acme.withdraw([nlri(host(2))])
    inside(recorder, 1, 3, 4)
    equal(len(recorder.seen("withdraw")), 1, "withdrawals inside")
    say("three crashes: safe mode; a withdrawal went inward, a new rule waits")
    sluice.cli("panic", "--reason", "crash")
    inside(recorder)
    say("panic in safe mode: nothing is left inside")


def test(lab):
    crashing(lab)
    lab.addresses(CUSTOMER)
    sluice = Sluice(lab, [inward("recorder", RECORDER)],
                    [customer("acme", CUSTOMER, 65001,
                              own={"prefixes": ["10.1.0.0/16"]})])
    recorder = Speaker(lab, RECORDER, SLUICE, ASN, listen=True)
    acme = Speaker(lab, CUSTOMER, SLUICE, 65001)
    until(lambda: acme.up and recorder.up, 20, "sessions")
    announce(acme, 1, 2, 3)
    inside(recorder, 1, 2, 3)
    first_crash(sluice, acme, recorder)
    safe_mode(sluice, acme, recorder)


run(test)
