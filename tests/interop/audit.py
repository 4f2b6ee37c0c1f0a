# SPDX-License-Identifier: BSD-2-Clause
"""The log as an auditor has it: what `sluice audit` prints, checked by Go's own
packages for such logs."""
import base64
import hashlib
import json
import os
import re
import subprocess

from lab import *

OUTSIDER = "elsewhere.example.net/a-log"


def words(program, *argv, code=0, timeout=300):
    """Run to its end; the output. code: the exit status wanted, None any."""
    done = subprocess.run([program, *map(str, argv)], capture_output=True,
                          text=True, timeout=timeout)
    if code is not None and done.returncode != code:
        raise Failure("%s %s: exit %d, wanted %d: %s%s" % (
            os.path.basename(program), " ".join(map(str, argv)),
            done.returncode, code, done.stdout[-2000:], done.stderr[-2000:]))
    return done.stdout


def vkey(name, algorithm=1, public_key=b"\x05" * 32):
    """A key nobody has the other half of, for a log that never speaks."""
    key = bytes([algorithm]) + public_key
    sum = hashlib.sha256(name.encode() + b"\n" + key).hexdigest()[:8]
    return "%s+%s+%s" % (name, sum, base64.b64encode(key).decode())


class Audit:
    """`sluice audit` on a running daemon, or offline on a folder."""

    def __init__(self, sluice, store=None):
        self.sluice = sluice
        self.program = os.path.join(sluice.lab.bin, "sluice")
        self.where = ["--store", store] if store else [
            "--socket", sluice.config["control"]["socket"]]

    def __call__(self, *argv, code=0):
        """`sluice audit ARGV`; what it prints."""
        where = self.where
        if where[0] == "--store":
            return words(self.program, "audit", *argv, *where, code=code)
        return words(self.program, *where, "audit", *argv, code=code)

    def seal(self):
        """The log in `status`: origin, checkpoint with its state …"""
        for row in self.sluice.cli("status", code=None):
            if row.get("log"):
                return row["log"]
        return {}

    def checkpoint(self, size=None):
        """A signed note."""
        return self("checkpoint", *([] if size is None else ["--size", size]))

    def keys(self):
        """{"log", "old", "cosigner": verifier key or None}"""
        return json.loads(self("checkpoint", "--keys", "--json"))

    def log_keys(self):
        """The log's key, and the one before it while that signs, too."""
        keys = self.keys()
        return [keys[one] for one in ("log", "old") if keys[one]]

    def cosigner(self):
        return self.keys()["cosigner"]

    def size(self):
        """Of the last signed checkpoint; 0: none yet."""
        try:
            return parse(self.checkpoint()).size
        except Failure:
            return 0

    def signed(self, seconds=20, by=(), least=0):
        """Wait for a checkpoint of all that is in the log now, with signatures
        of these names; the note."""
        least = max(least, self.sluice.cli("audit", "list", "-n", 1)[-1]["seq"]
                    + 1)

        def there():
            try:
                note = self.checkpoint()
            except Failure:
                return None
            return note if parse(note).size >= least and all(
                "\n\u2014 %s " % name in note for name in by) else None
        return until(there, seconds, "a checkpoint of %d entries%s" % (
            least, " by " + ", ".join(by) if by else ""))

    def verify(self, *argv, code=0):
        """`audit verify --json`."""
        return json.loads(self("verify", "--json", *argv, code=code))


class Checkpoint:
    def __init__(self, origin, size, root):
        self.origin, self.size, self.root = origin, size, root


def parse(note):
    lines = note.split("\n")
    expect(len(lines) > 5, "no checkpoint: %r" % note)
    return Checkpoint(lines[0], int(lines[1]), lines[2])


def name(key):
    return key.split("+")[0]


class Go:
    """Go's word on it."""

    def __init__(self, lab, keys):
        self.program, self.keys = os.path.join(lab.bin, "verify_log"), keys

    def argv(self, folder, older, proofs, growth):
        return [*(word for key in self.keys for word in ("-key", key)),
                *(word for one in older for word in ("-older", one)),
                *(word for one in proofs for word in ("-proof", one)),
                *(word for one in growth
                  for word in ("-consistency", "%s,%s" % one)),
                *([folder] if folder else [])]

    def verifies(self, folder=None, older=(), proofs=(), growth=()):
        """What it found good."""
        return json.loads(words(self.program, *self.argv(
            folder, older, proofs, growth)))

    def refuses(self, folder=None, older=(), proofs=(), growth=()):
        words(self.program, *self.argv(folder, older, proofs, growth), code=1)
