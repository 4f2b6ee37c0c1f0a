# SPDX-License-Identifier: BSD-2-Clause
"""A store that stands still, and a disk that is full again and again: no
accept without a record, every withdrawal, and on by itself afterwards."""
from chaos import *

TIMES = int(os.environ.get("SLUICE_TIMES", "10"))
RATE = 200
SIZE = 48                        # MiB of the store's file system
LATE = 2.0


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
    begun = time.monotonic()
    town.settled()
    took = time.monotonic() - begun
    town.recorded()
    equal([s.ups for s in town.all], [1, 1, 1], what + ": sessions")
    return took


def stalled(town):
    store = children(town.sluice)["store"]
    os.kill(store, signal.SIGSTOP)
    try:
        came, out = held_up(town, 5)
    finally:
        os.kill(store, signal.SIGCONT)
    equal(came, [], "rules that came inside while the store stood still")
    took = recovers(town, "stalled store")
    expect(out and max(out) < LATE, "a withdrawal took %.1f s" % max(out))
    say("store stands still for 5 s: new inside 0; %d withdrawals, p50 %.1f "
        "p99 %.1f max %.1f ms; right again %.2f s after" % (
            len(out), *(1000 * percentile(out, p) for p in (0.5, 0.99, 1)),
            took))


def fill(folder):
    """Not one block is left."""
    path = os.path.join(folder, "filler")
    fd = os.open(path, os.O_CREAT | os.O_WRONLY, 0o600)
    for size in (1 << 20, 4096):
        try:
            while os.write(fd, b"\0" * size) == size:
                pass
        except OSError:
            pass
    os.close(fd)
    return path


def full(town, folder, n):
    path, begun = fill(folder), time.monotonic()
    # It notices with the next entry; until then there may be room in pages
    # that the file has already.
    town.load.go()
    until(lambda: town.sluice.cli("status")[0]["store"] == "full", 20,
          "the store to be full")
    town.load.rest()
    noticed = time.monotonic() - begun
    came, out = held_up(town, 1.0, lambda: during(town, n))
    town.proved()
    # Room was kept back for withdrawals: they are on disk, too.
    until(lambda: town.log.read() and town.log.standing() == town.rr.held, 5,
          "the log to say what stands while the disk is full")
    os.unlink(path)
    took = recovers(town, "full disk")
    expect(out and max(out) < LATE, "a withdrawal took %.1f s" % max(out))
    say("full disk %2d: noticed after %.2f s; %d new inside, each on disk "
        "before; %d withdrawals, max %.1f ms; right again %.2f s after room "
        "came" % (n, noticed, len(came), len(out), 1000 * max(out), took))


def during(town, n):
    """A role dies while the disk is full: nothing that was withdrawn comes
    back."""
    victim = [None, "guard", "store", "control"][n % 4]
    if victim is not None:
        kill(children(town.sluice)[victim])
        until(lambda: victim in children(town.sluice), 20, victim + " back")
        time.sleep(0.5)


def test(lab):
    folder = lab.path("disk")
    os.mkdir(folder)
    command("mount", "-t", "tmpfs", "-o", "size=%dm" % SIZE, "tmpfs", folder)
    lab.at_end(lambda: subprocess.run(["umount", "-l", folder]))
    town = Town(lab)
    town.sluice.config["store"]["path"] = os.path.join(folder, "store")
    town.begin(RATE)
    stalled(town)
    for n in range(1, TIMES + 1):
        full(town, folder, n)
    town.proved()
    sane(town.sluice)
    equal(town.rr.revived, [], "withdrawn rules that came back")
    heads = town.log.unchanged()
    say("inside: %d announcements, none without a record; log: %d entries, no "
        "gap, %d heads seen on the way are heads of it" % (
            len(town.rr.came), town.log.next, heads))


run(test)
