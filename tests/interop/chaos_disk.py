# SPDX-License-Identifier: BSD-2-Clause
"""A store that stands still, and a disk that is full again and again: no
accept without a record, every withdrawal, and on by itself afterwards, the
signatures, too (the signer's folder is on the same disk).

SLUICE_TIMES: how often the disk is full (default 8). SLUICE_DISKS: on which
file systems, with commas between (default tmpfs,ext4)."""
from audit import Audit
from chaos import *

TIMES = int(os.environ.get("SLUICE_TIMES", "8"))
DISKS = os.environ.get("SLUICE_DISKS", "tmpfs,ext4").split(",")
RATE = 200
SIZE = 48                        # MiB of the store's file system
LATE = 2.0
EVERY = 15                       # times between one role's deaths
SIGNED = 10.0                    # seconds until all is signed again


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
    accept = resumes(town, path)
    took = recovers(town, "full disk")
    signed = is_signed(town)
    expect(out and max(out) < LATE, "a withdrawal took %.1f s" % max(out))
    say("full disk %2d: noticed after %.2f s; %d new inside, each on disk "
        "before; %d withdrawals, max %.1f ms; room: an accept %.2f s after, "
        "all right %.2f s after, signed %.1f s after that" % (
            n, noticed, len(came), len(out), 1000 * max(out), accept, took,
            signed))
    return accept


def resumes(town, path):
    """Give room, and wait for the first rule that is accepted."""
    came = len(town.rr.came)
    wanted = town.wanted()
    new = next(nlri for nlri in town.acme.pool if nlri not in wanted and
               time.time() - town.acme.wish.get(nlri, (0, 0))[0] > REST)
    os.unlink(path)
    begun = time.monotonic()
    town.acme.want(new, 0.0)
    until(lambda: len(town.rr.came) > came, 20, "an accept after room came")
    return time.monotonic() - begun


def is_signed(town):
    """Seconds until a checkpoint of all that there is has been signed."""
    begun = time.monotonic()
    town.audit.signed(SIGNED)
    return time.monotonic() - begun


def during(town, n):
    """A role dies while the disk is full: nothing that was withdrawn comes
    back. Not so often that they are waited for ever longer."""
    victim = [None, "guard", "store", "control", "signer"][n % 5]
    if victim is None or n % EVERY >= 5:
        return
    pid = children(town.sluice)[victim]
    kill(pid)
    until(lambda: children(town.sluice).get(victim, pid) != pid, 40,
          victim + " back")
    time.sleep(0.5)


def mounted(lab, kind):
    """A small file system of its own; its folder, None when it cannot be."""
    folder = lab.path("disk-" + kind)
    os.mkdir(folder)
    try:
        if kind == "tmpfs":
            command("mount", "-t", "tmpfs", "-o", "size=%dm" % SIZE, "tmpfs",
                    folder)
        else:
            image = lab.path("image")
            with open(image, "wb") as file:
                file.truncate(SIZE << 20)
            command("mkfs.ext4", "-q", "-F", image)
            command("mount", "-o", "loop", image, folder)
    except (Failure, FileNotFoundError) as failure:
        say("no %s here: %s" % (kind, failure))
        return None
    lab.at_end(lambda: subprocess.run(["umount", "-l", folder]))
    return folder


def disk(lab, kind):
    folder = mounted(lab, kind)
    if folder is None:
        return
    town = Town(lab, name="sluice-" + kind)
    town.sluice.config["store"]["path"] = os.path.join(folder, "store")
    town.audit = Audit(town.sluice)
    town.begin(RATE)
    if kind == DISKS[0]:
        stalled(town)
    accepts = [full(town, folder, n) for n in range(1, TIMES + 1)]
    town.proved()
    sane(town.sluice)
    equal(town.rr.revived, [], "withdrawn rules that came back")
    heads = town.log.unchanged()
    town.audit.verify()
    say("%s: %d times full; first accept after room p50 %.2f max %.2f s; "
        "inside: %d announcements, none without a record; log: %d entries, no "
        "gap, %d heads seen on the way are heads of it" % (
            kind, len(accepts), percentile(accepts, 0.5), max(accepts),
            len(town.rr.came), town.log.next, heads))
    for one in town.all:
        one.stop()
    equal(town.sluice.stop(15), 0, "exit status")


def test(lab):
    for kind in DISKS:
        disk(lab, kind)


run(test)
