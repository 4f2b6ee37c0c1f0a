# SPDX-License-Identifier: BSD-2-Clause
"""Real daemons around sluice, in namespaces of the test's own.

    from lab import *

    def test(lab):
        sluice = Sluice(lab, internal=[inward("rr", "198.18.0.10")],
                        customers=[customer("acme", "198.18.1.1", 65001)])
        rr = Speaker(lab, "198.18.0.10", SLUICE, 64500, listen=True)
        acme = Speaker(lab, "198.18.1.1", SLUICE, 65001)
        until(lambda: acme.up and rr.up)
        acme.announce(nlri("destination 203.0.113.7/32"))
        until(lambda: rr.rules())

    run(test)

run() starts the file anew in network, mount and PID namespaces (unshare), so
every daemon has port 179 of its own address and all die with the test.
Addresses are put on the loopback as they are used. The folder with sluiced is
the first argument, or SLUICE_BIN. Logs are shown when the test fails;
SLUICE_KEEP=1 keeps the temporary folder.
"""
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback

import bgp
import rules
from speaker import Speaker

SLUICE = "198.18.0.1"
SLUICE6 = "2001:db8:ffff::1"
ASN = 64500
FLOWSPEC = ["ipv4-flowspec", "ipv6-flowspec"]
UNICAST = ["ipv4-unicast", "ipv6-unicast"]


class Failure(Exception):
    """The test found something wrong."""


def until(condition, seconds=20, what=None):
    """Wait until condition() is true and return what it returned."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise Failure("not within %g s: %s" % (seconds, what or "condition"))
        time.sleep(0.02)


def equal(got, wanted, what):
    if got != wanted:
        raise Failure("%s: got %s, wanted %s" % (what, short(got), short(wanted)))


def expect(condition, what):
    if not condition:
        raise Failure(what)


def short(value):
    text = repr(value)
    return text if len(text) < 2000 else text[:2000] + " …"


def say(text):
    print(text, flush=True)


def run(test):
    """Run test(lab) and exit: 0 passed, 1 failed."""
    if os.environ.get("SLUICE_LAB") != "inside":
        command = ["unshare", "--net", "--mount", "--pid", "--fork",
                   "--kill-child", "--mount-proc"]
        # In a chroot / is no mount point, whose propagation could be changed.
        if os.geteuid() == 0 and subprocess.run(
                ["unshare", "--mount", "true"],
                stderr=subprocess.DEVNULL).returncode != 0:
            command += ["--propagation", "unchanged"]
        if os.geteuid() != 0:
            command += ["--map-root-user"]
        os.environ["SLUICE_LAB"] = "inside"
        os.execvp("unshare", command + [sys.executable, "-B"] + sys.argv)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    lab = Lab()
    try:
        test(lab)
        lab.check()
    except BaseException:
        traceback.print_exc()
        lab.show()
        code = 1
    else:
        code = 0
    lab.end(code)
    sys.stdout.flush()
    os._exit(code)


class Lab:
    def __init__(self):
        where = sys.argv[1] if len(sys.argv) > 1 else os.environ["SLUICE_BIN"]
        self.bin = os.path.abspath(where)
        self.tests = os.path.dirname(os.path.abspath(__file__))
        self.folder = tempfile.mkdtemp(prefix="sluice-lab-")
        self.processes, self.speakers, self.known = [], [], set()
        self.last = []
        command("ip", "link", "set", "lo", "up")
        # bgpd writes there, under its PID, which here is not its own.
        if not (self.bin + self.tests + self.folder).count("/var/tmp/"):
            command("mount", "-t", "tmpfs", "tmpfs", "/var/tmp")

    def addresses(self, *addresses):
        """Put addresses on the loopback, if they are not there."""
        for address in addresses:
            if address not in self.known:
                self.known.add(address)
                command("ip", "addr", "add", address + (
                    "/128" if ":" in address else "/32"), "dev", "lo",
                    *(["nodad"] if ":" in address else []))

    def path(self, name):
        return os.path.join(self.folder, name)

    def file(self, name, text, mode=0o644):
        """Write a file in the temporary folder; its path."""
        path = self.path(name)
        if os.path.exists(path):
            os.unlink(path)
        fd = os.open(path, os.O_WRONLY | os.O_CREAT, mode)
        with os.fdopen(fd, "w") as out:
            out.write(text)
        return path

    def at_end(self, call):
        """Call it when the test is over, passed or not."""
        self.last.append(call)

    def check(self):
        """Nobody was sent something that is not BGP."""
        for speaker in self.speakers:
            if speaker.error is not None:
                raise Failure("%s from %s: %r" % (
                    speaker.local, speaker.remote, speaker.error))

    def show(self):
        for process in self.processes:
            lines = process.text().splitlines()[-40:]
            print("---- %s (%s)" % (process.name, "running" if process.running()
                                    else "ended"), file=sys.stderr)
            print("\n".join(lines), file=sys.stderr)
        sys.stderr.flush()

    def end(self, code):
        for speaker in self.speakers:
            speaker.stop()
        for call in self.last:
            call()
        for process in self.processes:
            process.kill()
        if os.environ.get("SLUICE_KEEP"):
            say("kept: " + self.folder)
        else:
            shutil.rmtree(self.folder, ignore_errors=True)


def command(*argv, **options):
    """Run a program to its end; its output. Failure when it fails."""
    done = subprocess.run(argv, capture_output=True, text=True,
                          timeout=options.pop("timeout", 60), **options)
    if done.returncode != 0:
        raise Failure("%s: exit %d: %s%s" % (" ".join(argv), done.returncode,
                                             done.stdout, done.stderr))
    return done.stdout


class Process:
    """A daemon in the foreground, its output in a file."""

    def __init__(self, lab, name, argv, env=None):
        self.lab, self.name, self.argv = lab, name, argv
        self.env = dict(os.environ, **(env or {}))
        self.log = lab.path(name + ".log")
        self.process = None
        lab.processes.append(self)

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                self.argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=self.env, cwd=self.lab.folder)
        return self

    @property
    def pid(self):
        return self.process.pid

    def running(self):
        return self.process is not None and self.process.poll() is None

    def stop(self, seconds=10):
        """SIGTERM and wait; its exit status."""
        if self.running():
            self.process.terminate()
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                raise Failure("%s does not stop" % self.name)
        return self.process.returncode

    def kill(self):
        if self.running():
            self.process.kill()
        if self.process is not None:
            self.process.wait()

    def text(self):
        """Its log so far."""
        try:
            with open(self.log, errors="replace") as log:
                return log.read()
        except FileNotFoundError:
            return ""

    def wait_text(self, pattern, seconds=20, since=0):
        """Wait for a regular expression in its log; the match."""
        return until(lambda: re.search(pattern, self.text()[since:]), seconds,
                     "%s to log /%s/" % (self.name, pattern))


# ---- sluice ----

def inward(name, ip, **more):
    """One entry of `internal`; more are its other keys."""
    return dict({"name": name, "ip": ip, "asn": ASN, "families": FLOWSPEC,
                 "connect_retry": 1, "local_address":
                 SLUICE6 if ":" in ip else SLUICE}, **more)


# No limit but those that a test is about, and nothing that counts against a
# customer whose session ends often or whose octets are no rules.
FREE = {"rules": 100000, "cost": "unlimited", "new_per_second": "unlimited",
        "burst": "unlimited", "strikes": 0}
FREE_FLEET = {"max_rules": "unlimited", "max_cost": "unlimited",
              "pace": "unlimited"}


def customer(name, ip, asn, **more):
    """One customer with one neighbour, generous unless said otherwise and not
    validated; keys of the neighbour (families, passive, password_file …) may
    be mixed in. What is said of limits and of what it owns is added to what is
    said here; others may own the same."""
    limits = dict(FREE, **more.pop("limits", {}))
    own = dict({"shared": True}, **more.pop("own", {
        "prefixes": ["203.0.113.0/24", "2001:db8:113::/48"]}))
    neighbor = {"ip": ip, "families": FLOWSPEC, "passive": True,
                "connect_retry": 1}
    for key in ("families", "passive", "password_file", "ttl_security",
                "multihop", "hold_time", "local_address", "port",
                "connect_retry"):
        if key in more:
            neighbor[key] = more.pop(key)
    return dict({"name": name, "asn": asn, "mode": "enforce",
                 "neighbors": [neighbor], "validate": "off",
                 "own": own, "limits": limits, "linger": "5s",
                 "flap_breaker": False}, **more)


class Sluice(Process):
    """sluiced with a configuration made from `internal` and `customers` (lists
    of dictionaries in the words of the YAML file), `validation`, `brake`,
    `fleet`, and `router` (extra keys). Running and ready when the constructor returns,
    unless start=False."""

    def __init__(self, lab, internal=(), customers=(), router=None,
                 name="sluice", start=True, listen=(SLUICE, SLUICE6),
                 validation=None, brake=None, fleet=None):
        self.config = {
            "router": dict({"asn": ASN, "router_id": listen[0],
                            "listen": [{"address": one} for one in listen]},
                           **(router or {})),
            "store": {"path": lab.path(name + "-store")},
            "control": {"socket": lab.path(name + ".sock")},
            "validation": validation, "brake": brake,
            "fleet": dict(FREE_FLEET, **(fleet or {})),
            "internal": list(internal), "customers": list(customers)}
        self.yaml = lab.path(name + ".yaml")
        self.ready = lab.path(name + ".ready")
        lab.addresses(*listen)
        super().__init__(lab, name, [os.path.join(lab.bin, "sluiced"), "-c",
                                     self.yaml], {"NOTIFY_SOCKET": self.ready})
        if start:
            self.start()

    def write(self):
        """Write the configuration; JSON is YAML."""
        config = {key: value for key, value in self.config.items() if value}
        self.lab.file(os.path.basename(self.yaml), json.dumps(config, indent=1))

    def start(self):
        """Start it as a service manager does, and wait until it is ready."""
        self.write()
        if os.path.exists(self.ready):
            os.unlink(self.ready)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ready:
            ready.bind(self.ready)
            ready.settimeout(0.1)
            super().start()
            until(lambda: self._told(ready), 20, "sluiced to be ready")
        return self

    def _told(self, ready):
        expect(self.running(), "sluiced ended at once")
        try:
            return b"READY=1" in ready.recv(4096)
        except socket.timeout:
            return False

    def reload(self):
        """Write the configuration again and have it read."""
        self.write()
        return self.cli("reload")

    def command(self, *words):
        """`sluice WORDS` as an operator types it; the finished process."""
        return subprocess.run(
            [os.path.join(self.lab.bin, "sluice"), "--socket",
             self.config["control"]["socket"], *map(str, words)],
            capture_output=True, text=True, timeout=60)

    def cli(self, *words, code=0):
        """`sluice WORDS --json`: the list of its answers, one a line. code is
        the exit status wanted, None for any."""
        done = self.command(*words, "--json")
        if code is not None and done.returncode != code:
            raise Failure("sluice %s: exit %d, wanted %d: %s%s" % (
                " ".join(map(str, words)), done.returncode, code,
                done.stdout, done.stderr))
        return [json.loads(line) for line in done.stdout.splitlines()]

    def audit(self, **filters):
        """Entries of the log, oldest first, of all unless `n` is given;
        filters are the options of `sluice audit list`."""
        words = ["-n", filters.pop("n", 100000)]
        for name, value in filters.items():
            words += ["--" + name, value]
        return self.cli("audit", "list", *words)

    def rules(self, **filters):
        """What `sluice rules` shows: customer, state, dst."""
        return self.cli("rules", *(word for name, value in filters.items()
                                   for word in ("--" + name, value)))

    def route(self, prefix):
        """The best route that covers this prefix, as `sluice route` shows it;
        its keys are None when there is none."""
        for row in self.cli("route", prefix, code=None):
            if row.get("best"):
                return row["best"]
        return {"prefix": None, "neighbor_as": None, "source": None}

    def session(self, neighbor):
        """The session whose neighbour has this name or address, {} when there
        is none."""
        for row in self.cli("sessions"):
            if neighbor in (row["neighbor"], row["remote"]):
                return row
        return {}

    def sessions(self):
        """{neighbour's name or address: session}"""
        return {row["neighbor"]: row for row in self.cli("sessions")}

    def intact(self):
        """No role has ended by itself."""
        ends = re.findall(r".*: ended: (?:signal|status)=.*", self.text())
        expect(not ends, "roles ended: %s" % ends)

    def roles(self):
        """[(pid, role, words of its command line)] of the running roles."""
        out = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open("/proc/%s/stat" % pid) as file:
                    fields = file.read().rpartition(")")[2].split()
                with open("/proc/%s/cmdline" % pid, "rb") as file:
                    words = file.read().decode().split("\0")[:-1]
            except (FileNotFoundError, ProcessLookupError):
                continue
            if fields[0] != "Z" and int(fields[1]) == self.pid and words:
                out.append((int(pid), os.path.basename(words[0])
                            .replace("sluice-", ""), words[1:]))
        return out


def nlri(text):
    """A Flowspec value (without its length) as hex, from the words of an IPv4
    or IPv6 rule: "destination 203.0.113.7/32 protocol =17 source-port =53"."""
    return rules.from_text(text).hex()
