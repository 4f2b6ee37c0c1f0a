# SPDX-License-Identifier: BSD-2-Clause
"""The disk of the store, of the signer, of both stands still for five seconds,
and then fails to sync, while all BGP sessions have a hold time of three: no
session ends, withdrawals go inward, nothing is accepted that is not on disk,
and all is recorded and signed after. The signer's alone keeps nobody waiting.

SLUICE_STALLS: how often each (default 1). SLUICE_SECONDS: how long.
SLUICE_DISKS: which (default both,store,signer)."""
import errno

from audit import Audit, parse
from chaos import *

STALLS = int(os.environ.get("SLUICE_STALLS", "1"))
DISKS = os.environ.get("SLUICE_DISKS", "both,store,signer").split(",")
SECONDS = float(os.environ.get("SLUICE_SECONDS", "5"))
HOLD = 3
RATE = 150
LATE = 1.0
SIGNED = 10.0                    # seconds until all is signed again


class Disk:
    """The folder with the store, the signer's, or both: by tests/lib/stall.c,
    but the signer, whose environment is empty, is stopped as a whole."""

    def __init__(self, town, which):
        # Where the store may look, whatever user it is.
        self.path = os.path.join(
            town.sluice.config["store"]["path"], "trouble-" + which)
        os.chmod(town.lab.folder, 0o711)
        self.town, self.which, self.stopped = town, which, None
        if which != "signer":
            town.sluice.env.update({
                "LD_PRELOAD": os.path.join(town.lab.bin, "libstall.so"),
                "STALL_BELOW": town.sluice.config["store"]["path"],
                "STALL_WHILE": self.path})

    def stall(self):
        if self.which != "store":
            self.stopped = children(self.town.sluice)["signer"]
            os.kill(self.stopped, signal.SIGSTOP)
        self.trouble("")

    def trouble(self, number):
        with open(self.path + ".new", "w") as file:
            file.write(str(number))
        os.rename(self.path + ".new", self.path)

    def well(self):
        os.unlink(self.path)
        if self.stopped is not None:
            os.kill(self.stopped, signal.SIGCONT)
            self.stopped = None


def stands_still(town, disk, n):
    for one in town.all:
        one.silence = 0
    begun = time.monotonic()
    signed = parse(town.audit.signed(SIGNED)).size
    disk.stall()
    size = town.log.read()
    came, out = held_up(town, SECONDS)
    took = time.monotonic() - begun
    new = town.log.read() - size
    if disk.which != "store":
        equal(town.audit.size(), signed,
              "entries signed by a signer that stands still")
    disk.well()
    back = recovers(town, "stall")
    expect(out and max(out) < LATE, "a withdrawal took %.1f s" % max(
        out, default=0))
    if disk.which == "signer":
        expect(came and new, "nothing went on")
    else:
        equal(new, 0, "entries in the log after the stall")
        equal(came, [], "rules that came inside while the disk stood still")
    silence = max(one.silence for one in town.all)
    expect(silence < HOLD, "%.1f s without a word from sluice" % silence)
    town.proved()
    town.audit.signed(SIGNED)
    say("disk of %s stands still for %.1f s, hold time %d s (%d): no session "
        "lost, longest silence %.2f s; new inside %d, entries %d; %d "
        "withdrawals, p50 %.1f p99 %.1f max %.1f ms; right again %.2f s after"
        % (disk.which, took, HOLD, n, silence, len(came), new, len(out),
           *(1000 * percentile(out, p) for p in (0.5, 0.99, 1)), back))


def fails(town, disk):
    """A failed sync: what the disk holds is not known, so the process ends and
    the next one looks. No session notices."""
    store = children(town.sluice)["store"]
    town.load.go()
    disk.trouble(errno.EIO)
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


def stalls(lab, which):
    town = Town(lab, hold=HOLD, name="sluice-" + which)
    disk = Disk(town, which)
    town.audit = Audit(town.sluice)
    town.begin(RATE)
    town.audit.signed()
    for n in range(1, STALLS + 1):
        stands_still(town, disk, n)
    if which == "both":
        fails(town, disk)
    sane(town.sluice)
    equal(town.rr.revived, [], "withdrawn rules that came back")
    heads = town.log.unchanged()
    town.audit.signed(SIGNED)
    town.audit.verify()
    say("inside: %d announcements, none without a record; log: %d entries, no "
        "gap, %d heads seen on the way are heads of it" % (
            len(town.rr.came), town.log.next, heads))
    for one in town.all:
        one.stop()
    equal(town.sluice.stop(15), 0, "exit status")


def test(lab):
    for which in DISKS:
        stalls(lab, which)


run(test)
