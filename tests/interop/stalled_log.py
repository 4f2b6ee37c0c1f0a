# SPDX-License-Identifier: BSD-2-Clause
"""Nobody reads the log any more, and it is full: no process waits for that.
Rules go inward, sessions keep their hold time, a guard that died is started
again, operators are served; and the first line that is taken again says how
many were lost."""
import errno
import os
import signal
import time

from lab import *
from speaker import Speaker

CUSTOMER, ROUTER = "198.18.1.1", "198.18.0.11"


def host(n):
    return nlri("destination 10.1.0.%d/32" % n)


def fill(path):
    """Until it takes not one octet more."""
    fd = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
    for size in 4096, 1:
        try:
            while True:
                os.write(fd, b"x" * size)
        except BlockingIOError:
            pass
    os.close(fd)


def drain(fd):
    """All that there is to be read, as text."""
    parts = []
    while True:
        try:
            part = os.read(fd, 65536)
        except OSError as error:
            if error.errno != errno.EAGAIN:
                raise
            part = b""
        if not part:
            return b"".join(parts).decode()
        parts.append(part)


def start(lab):
    """sluiced, whose log is a pipe; the end to read that from."""
    sluice = Sluice(lab, [inward("router", ROUTER)], [customer(
        "acme", CUSTOMER, 65001, hold_time=3,
        own={"prefixes": ["10.1.0.0/16"]})], start=False)
    plain, pipe = sluice.log, lab.path("log.pipe")
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    sluice.log = pipe
    sluice.start()
    sluice.log = plain
    open(plain, "w").close()
    return sluice, pipe, reader


def inside(router, *numbers):
    until(lambda: set(router.rules()) == {host(n) for n in numbers}, 20,
          "rules %s inside" % (numbers,))


def guard_of(sluice):
    return next((pid for pid, role, _ in sluice.roles() if role == "guard"), 0)


def test(lab):
    lab.addresses(CUSTOMER, ROUTER)
    sluice, pipe, reader = start(lab)
    router = Speaker(lab, ROUTER, SLUICE, ASN, listen=True)
    acme = Speaker(lab, CUSTOMER, SLUICE, 65001)
    until(lambda: acme.up and router.up, 20, "sessions")
    expect("up: peers=2" in drain(reader), "the log goes into the pipe")
    sluice.cli("log-level", "debug")
    fill(pipe)

    acme.announce([host(1), host(2)])
    inside(router, 1, 2)
    acme.withdraw([host(1)])
    inside(router, 2)
    since = time.monotonic()
    sluice.config["customers"][0]["linger"] = "6s"
    sluice.reload()
    old = guard_of(sluice)
    os.kill(old, signal.SIGKILL)
    until(lambda: guard_of(sluice) not in (0, old), 20, "another guard")
    acme.announce([host(3)])
    inside(router, 2, 3)
    time.sleep(max(0, 10 - (time.monotonic() - since)))
    acme.announce([host(4)])
    inside(router, 2, 3, 4)
    for session in CUSTOMER, ROUTER:
        equal(sluice.session(session)["established"], 1, session)
    equal(len(router.seen("withdraw")), 1, "withdrawals inside")
    say("a full log that nobody read for 10 s: rules inside, sessions with 3 s "
        "of hold time, a reload and a new guard as ever")

    drain(reader)
    sluice.cli("log-level", "info")
    said = []

    def told():
        said.append(drain(reader))
        return "log: lines lost: n=" in "".join(said)

    until(told, 20, "the number of lines lost")
    say("what was lost is said: " + "; ".join(sorted(
        line.split(" ", 2)[2] for line in "".join(said).splitlines()
        if "lines lost" in line)))
    os.close(reader)


run(test)
