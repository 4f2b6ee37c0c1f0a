# SPDX-License-Identifier: BSD-2-Clause
"""The store's disk stands still for five seconds, and then fails to sync, while
all BGP sessions have a hold time of three: no session ends, withdrawals go
inward, nothing is accepted that is not on disk, and all is recorded after.

SLUICE_STALLS: how often (default 2). SLUICE_SECONDS: how long."""
import errno

from chaos import *

STALLS = int(os.environ.get("SLUICE_STALLS", "2"))
SECONDS = float(os.environ.get("SLUICE_SECONDS", "5"))
HOLD = 3
RATE = 150
LATE = 1.0


class Disk:
    """The folder with the store and the signer's, by tests/lib/stall.c."""

    def __init__(self, town):
        self.path = town.lab.path("trouble")
        below = town.sluice.config["store"]["path"]
        town.sluice.env.update({
            "LD_PRELOAD": os.path.join(town.lab.bin, "libstall.so"),
            "STALL_BELOW": "%s:%s-seal" % (below, below),
            "STALL_WHILE": self.path})

    def stall(self, number=""):
        with open(self.path + ".new", "w") as file:
            file.write(str(number))
        os.rename(self.path + ".new", self.path)

    def well(self):
        os.unlink(self.path)


def stands_still(town, disk, n):
    for one in town.all:
        one.silence = 0
    begun = time.monotonic()
    disk.stall()
    size = town.log.read()
    came, out = held_up(town, SECONDS)
    took = time.monotonic() - begun
    equal(town.log.read(), size, "entries in the log after the stall")
    disk.well()
    back = recovers(town, "stall")
    equal(came, [], "rules that came inside while the disk stood still")
    expect(out and max(out) < LATE, "a withdrawal took %.1f s" % max(
        out, default=0))
    silence = max(one.silence for one in town.all)
    expect(silence < HOLD, "%.1f s without a word from sluice" % silence)
    town.proved()
    say("disk stands still for %.1f s, hold time %d s (%d): no session lost, "
        "longest silence %.2f s; new inside 0; %d withdrawals, p50 %.1f p99 "
        "%.1f max %.1f ms; right again %.2f s after" % (
            took, HOLD, n, silence, len(out),
            *(1000 * percentile(out, p) for p in (0.5, 0.99, 1)), back))


def fails(town, disk):
    """A failed sync: what the disk holds is not known, so the process ends and
    the next one looks. No session notices."""
    store = children(town.sluice)["store"]
    town.load.go()
    disk.stall(errno.EIO)
    until(lambda: not is_running(store), 10, "the store to end")
    gone = len(town.rr.came)
    time.sleep(1)
    disk.well()
    until(lambda: children(town.sluice).get("store", store) != store, 20,
          "another store")
    town.load.rest()
    back = recovers(town, "failed sync")
    town.proved()
    say("sync fails (EIO): the store ends by itself, another one opens it, "
        "right again %.2f s after; %d announcements since, each on disk "
        "before" % (back, len(town.rr.came) - gone))


def test(lab):
    town = Town(lab, hold=HOLD)
    disk = Disk(town)
    town.begin(RATE)
    for n in range(1, STALLS + 1):
        stands_still(town, disk, n)
    fails(town, disk)
    sane(town.sluice)
    equal(town.rr.revived, [], "withdrawn rules that came back")
    heads = town.log.unchanged()
    say("inside: %d announcements, none without a record; log: %d entries, no "
        "gap, %d heads seen on the way are heads of it" % (
            len(town.rr.came), town.log.next, heads))


run(test)
