# SPDX-License-Identifier: BSD-2-Clause
"""What the load tests share: many speakers in one C program, memory and CPU of
all roles sampled, a straight line through the samples."""
import ipaddress
import json
import os
import re
import subprocess
import time

from chaos import *

FIRST = int(ipaddress.ip_address("198.18.16.0"))
FIRST_ASN = 100000


def setting(name, usual):
    """A number from the environment."""
    return type(usual)(os.environ.get("SLUICE_" + name, usual))


def address(number):
    return str(ipaddress.ip_address(FIRST + number))


def own(number):
    """The /24 that has the rules of speaker `number`."""
    return "10.%d.%d.0/24" % (number >> 8, number & 255)


def speaker(number, prefixes, **more):
    """A customer whose neighbour is speaker `number` of load_peer."""
    return customer("c%d" % number, address(number), FIRST_ASN + number,
                    actions={"discard": True},
                    own={"prefixes": prefixes, "shared": False}, **more)


class Peers:
    """A running load_peer."""

    def __init__(self, lab, mode, count, first, hold, number):
        if (mode,) not in lab.known:
            lab.known.add((mode,))
            subprocess.run(["ip", "addr", "replace", "198.18.16.0/20", "dev",
                            "lo"], check=True)
        self.count = count
        self.process = subprocess.Popen(
            [os.path.join(lab.bin, "load_peer"), mode, str(count), str(first),
             str(hold), str(number)], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, bufsize=0)
        lab.at_end(self.process.kill)

    def ask(self, word="stats"):
        self.process.stdin.write(word.encode() + b"\n")
        line = self.process.stdout.readline()
        expect(line, "load_peer ended")
        return json.loads(line)

    def wait_up(self, seconds=60):
        until(lambda: self.ask()["up"] == self.count, seconds,
              "%d sessions" % self.count)


class Recorder(Witness):
    """A router inside that counts what changes."""

    def __init__(self, lab, local, **options):
        self.announced = self.withdrawn = 0
        super().__init__(lab, local, **options)

    def _update(self, body):
        update = bgp.Update(body)
        self.withdrawn += len(update.withdrawn)
        self.announced += len(update.announced)
        for _, nlri in update.withdrawn:
            self.held.pop(nlri, None)
        for _, nlri in update.announced:
            self.held[nlri] = True

    def changes(self):
        return self.announced, self.withdrawn


def anonymous(pid):
    """KiB of a process that are nobody else's and in no file: the store's
    pages are the file's."""
    try:
        with open("/proc/%d/smaps_rollup" % pid) as file:
            for line in file:
                if line.startswith("Anonymous:"):
                    return int(line.split()[1])
    except OSError:
        pass
    return 0


def ran(pid):
    """CPU seconds of all threads of a process, to the nanosecond."""
    total = 0
    try:
        for thread in os.listdir("/proc/%d/task" % pid):
            with open("/proc/%d/task/%s/schedstat" % (pid, thread)) as file:
                total += int(file.read().split()[0])
    except OSError:
        return worked(pid)
    return total / 1e9


def descriptors(pid):
    try:
        return len(os.listdir("/proc/%d/fd" % pid))
    except OSError:
        return 0


class Sampler:
    """All roles, from time to time. samples: [(seconds, {role: (processes,
    KiB, private KiB, CPU seconds, descriptors)})]; the supervisor is one."""

    def __init__(self, sluice):
        self.sluice, self.samples = sluice, []
        self.begun = time.monotonic()
        self.pids = {}

    def roles(self):
        out = {"supervisor": [self.sluice.pid]}
        for pid in map(int, filter(str.isdigit, os.listdir("/proc"))):
            try:
                with open("/proc/%d/stat" % pid) as file:
                    parent = int(file.read().rpartition(")")[2].split()[1])
                with open("/proc/%d/cmdline" % pid) as file:
                    title = file.read().partition("\0")[0]
            except (FileNotFoundError, ProcessLookupError):
                continue
            role = re.search(r"(?:^|/)sluice-([a-z]+)(?: |$)", title)
            if parent == self.sluice.pid and role:
                out.setdefault(role[1], []).append(pid)
        return {role: sorted(pids) for role, pids in out.items()}

    def take(self):
        self.pids = self.roles()
        self.samples.append((time.monotonic() - self.begun, {
            role: (len(pids), sum(map(anonymous, pids)),
                   sum(memory(pid)[1] for pid in pids),
                   sum(map(ran, pids)), sum(map(descriptors, pids)))
            for role, pids in self.pids.items()}))
        return self.samples[-1][1]

    def slope(self, role, after=0.0, what=1):
        """Least squares over the samples since `after`, a minute."""
        points = [(at / 60, roles[role][what]) for at, roles in self.samples
                  if at >= after]
        n = len(points)
        if n < 2:
            return 0.0
        x = sum(p[0] for p in points) / n
        y = sum(p[1] for p in points) / n
        return sum((p[0] - x) * (p[1] - y) for p in points) / (
            sum((p[0] - x) ** 2 for p in points) or 1)

    def say(self, after=0.0):
        """A table of first, last and slope; CPU since the first."""
        since, first = self.samples[0]
        at, last = self.samples[-1]
        say("%-11s %5s %26s %10s %12s %9s %8s" % (
            "role", "procs", "own KiB: first, middle, last", "each", "KiB/min",
            "CPU", "fds"))
        middle = self.samples[len(self.samples) // 2][1]
        for role, (n, kib, _, cpu, fds) in sorted(last.items()):
            say("%-11s %5d %9d %9d %9d %10.0f %12.1f %7.2f %% %8d" % (
                role, n, first[role][1], middle[role][1], kib, kib / n,
                self.slope(role, after),
                100 * (cpu - first[role][3]) / max(at - since, 0.001), fds))

    def same_processes(self):
        """No role has been replaced."""
        equal(self.roles(), self.pids, "processes")
