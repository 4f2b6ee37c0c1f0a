# SPDX-License-Identifier: BSD-2-Clause
"""What all measurements share: the relays under test, processes, tables."""
import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections import namedtuple

RELAY = "198.18.0.1"
ROUTER = "198.18.0.3"
FEEDS = ["198.18.0.4", "198.18.0.5"]
CUSTOMERS = 200
running = []
goals = []  # what is promised, what came out, whether it holds


# ---- processes ----

def say(text=""):
    print(text, flush=True)


def stop(process):
    """End what we started, by its id; it gets five seconds."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    if process in running:
        running.remove(process)


def start(command, log, **more):
    process = subprocess.Popen(command, stdout=log, stderr=log,
                               stdin=subprocess.DEVNULL, **more)
    running.append(process)
    return process


def listens():
    """Whether something listens on the BGP port of this namespace. The kernel's
    table says so: a stranger who knocks gets no answer from sluice."""
    with open("/proc/net/tcp", encoding="ascii") as f:
        next(f)
        rows = [line.split() for line in f]
    return any(local.endswith(f":{179:04X}") and state == "0A"
               for _, local, _, state, *_ in rows)


def port_wait(process, name):
    for _ in range(200):
        if listens():
            return
        if process.poll() is not None:
            sys.exit(f"{name} ended at once: see its log")
        time.sleep(0.05)
    sys.exit(f"{name} does not listen")


# ---- what is under test ----

# How a relay is set up: its customers (one owns 10.0.0.0/8, more 10.k.0.0/16
# each), its unicast feeds, whether rules are validated, and whether BIRD's
# tables have the trie that its validation needs.
Shape = namedtuple("Shape", "customers feeds validate trie", defaults=(1, 0, False, False))


def own(shape, k):
    return f"10.{k}.0.0/16" if shape.customers > 1 else "10.0.0.0/8"


class Relay:
    """A daemon on 198.18.0.1 port 179 that is started anew for each run."""

    def __init__(self, setup):
        self.folder = os.path.join(setup.work, self.name)
        self.bin = setup.bin
        self.process = None

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="ascii") as f:
            f.write(text)
        return path

    @contextlib.contextmanager
    def up(self, shape=Shape()):
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)
        with open(self.folder + ".log", "ab") as log:
            self.process = start(self.command(shape), log)
            try:
                port_wait(self.process, self.name)
                yield self
            finally:
                stop(self.process)


class Sluice(Relay):
    name = "sluice"

    def command(self, shape):
        config = [
            f"router: {{asn: 65000, router_id: {RELAY}, listen: [{{address: {RELAY}}}]}}",
            f"store: {{path: {self.folder}/store}}",
            f"control: {{socket: {self.folder}/control.sock}}",
            "fleet: {max_rules: unlimited, max_cost: unlimited, "
            "pace: unlimited}",
            "internal:",
            f"  - {{name: router, ip: {ROUTER}, asn: 65000, passive: true, families: [ipv4-flowspec]}}"]
        config += [f"  - {{name: feed{k + 1}, ip: {FEEDS[k]}, asn: 65000, passive: true, "
                   "families: [ipv4-unicast, ipv6-unicast]}" for k in range(shape.feeds)]
        config += ["customers:"]
        for k in range(shape.customers):
            config += [
                f"  - name: customer{k}",
                f"    asn: {65001 + k}",
                "    mode: enforce",
                "    neighbors:",
                f"      - {{ip: 198.18.1.{k + 1}, passive: true, families: [ipv4-flowspec]}}",
                f"    own: {{prefixes: [{own(shape, k)}]}}",
                f"    validate: {'neighbor-as' if shape.validate else 'off'}",
                "    limits: {rules: unlimited, cost: unlimited, "
                "new_per_second: unlimited, burst: unlimited, strikes: 0}",
                "    flap_breaker: false",
                "    linger: 0"]
        return [os.path.join(self.bin, "sluiced"), "-c",
                self.write("sluice.yaml", "\n".join(config) + "\n")]

    def status(self):
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(20)
            s.connect(self.folder + "/control.sock")
            s.sendall(b'{"verb": "status", "args": {}}\n')
            octets = b""
            while b'"end"' not in octets:
                more = s.recv(65536)
                if not more:
                    break
                octets += more
        for line in octets.decode().splitlines():
            answer = json.loads(line)
            if "row" in answer:
                return answer["row"]
        return {}


class Bird(Relay):
    name = "bird"

    def command(self, shape):
        trie = " { trie yes; }" if shape.trie else ""
        check = "validate on; base table master4; " if shape.validate else ""
        feeds = "".join(f"""
protocol bgp feed{k + 1} {{
    local {RELAY} as 65000;
    neighbor {FEEDS[k]} as 65000;
    multihop;
    passive on;
    ipv4 {{ import all; export none; igp table igp4; }};
    ipv6 {{ import all; export none; igp table igp6; }};
}}
""" for k in range(shape.feeds))
        path = self.write("bird.conf", f"""
router id {RELAY};
log stderr {{ warning, error, fatal, bug }};
protocol device {{ }}
ipv4 table master4{trie};
ipv6 table master6{trie};
ipv4 table igp4; # next hops; so the big tables look none of theirs up
ipv6 table igp6;
flow4 table flowtab4;
template bgp customer {{
    local {RELAY} as 65000;
    multihop; # all addresses are on one host
    passive on;
    {"ipv4 { import all; export none; igp table igp4; };" if shape.validate else ""}
    flow4 {{ table flowtab4; {check}import all; export none; }};
}}
protocol bgp customers from customer {{
    neighbor range 198.18.1.0/24 external;
}}
{feeds}
protocol bgp inward {{
    local {RELAY} as 65000;
    neighbor {ROUTER} as 65000;
    multihop;
    passive on;
    flow4 {{ table flowtab4; import none; export all; }};
}}
""")
        return ["bird", "-f", "-c", path, "-s", self.folder + "/bird.ctl"]

    def ask(self, words):
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(20)
            s.connect(self.folder + "/bird.ctl")
            s.recv(4096)
            s.sendall(words.encode() + b"\n")
            octets = b""
            while b"\n0000" not in octets and not octets.startswith(b"0000"):
                more = s.recv(65536)
                if not more:
                    break
                octets += more
        return octets.decode()


class Gobgp(Relay):
    name = "gobgp"

    def command(self, shape):
        feeds = "".join(f"""
[[neighbors]]
[neighbors.config]
neighbor-address = "{FEEDS[k]}"
peer-as = 65000
[neighbors.transport.config]
passive-mode = true
[[neighbors.afi-safis]]
[neighbors.afi-safis.config]
afi-safi-name = "ipv4-unicast"
[[neighbors.afi-safis]]
[neighbors.afi-safis.config]
afi-safi-name = "ipv6-unicast"
""" for k in range(shape.feeds))
        path = self.write("gobgp.toml", f"""
[global.config]
as = 65000
router-id = "{RELAY}"
local-address-list = ["{RELAY}"]
[global.apply-policy.config]
export-policy-list = ["inward"]
default-export-policy = "reject-route"
[[defined-sets.neighbor-sets]]
neighbor-set-name = "router"
neighbor-info-list = ["{ROUTER}"]
[[policy-definitions]]
name = "inward"
[[policy-definitions.statements]]
name = "s1"
[policy-definitions.statements.conditions.match-neighbor-set]
neighbor-set = "router"
match-set-options = "any"
[policy-definitions.statements.actions]
route-disposition = "accept-route"
[[peer-groups]]
[peer-groups.config]
peer-group-name = "customers"
peer-as = 0
[[peer-groups.afi-safis]]
[peer-groups.afi-safis.config]
afi-safi-name = "ipv4-flowspec"
[[dynamic-neighbors]]
[dynamic-neighbors.config]
prefix = "198.18.1.0/24"
peer-group = "customers"
{feeds}
[[neighbors]]
[neighbors.config]
neighbor-address = "{ROUTER}"
peer-as = 65000
[neighbors.transport.config]
passive-mode = true
[[neighbors.afi-safis]]
[neighbors.afi-safis.config]
afi-safi-name = "ipv4-flowspec"
""")
        return ["gobgpd", "-f", path, "--api-hosts", "127.0.0.1:50051", "-l", "warn"]


# ---- load ----

class Setup:
    def __init__(self, build, mode):
        self.bin = os.path.join(build, "bin")
        self.work = os.path.join(build, "bench")
        self.quick = mode is not None
        self.trial = mode == "try"
        self.failed = []  # loads that did not get through, and why
        shutil.rmtree(self.work, ignore_errors=True)
        os.makedirs(self.work)
        self.relays = [Sluice(self)]
        for kind, program in ((Bird, "bird"), (Gobgp, "gobgpd")):
            if shutil.which(program):
                self.relays.append(kind(self))
            else:
                say(f"{program} is not installed: left out")

    def relay(self, *args):
        command = [os.path.join(self.bin, "bench_relay"), *map(str, args)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        if done.returncode != 0:
            why = done.stderr.strip() or "ended"
            self.failed.append(f"{' '.join(map(str, args))}: {why}")
            return {"failed": why}
        return json.loads(done.stdout)

    def bare(self, *args):
        folder = os.path.join(self.work, "bare")
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        command = [os.path.join(self.bin, "bench_bare"), folder, *map(str, args)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
        shutil.rmtree(folder)
        return json.loads(done.stdout)


def ratio(mine, other):
    return f"{mine / other:.2f}" if other else "-"


def table(head, rows):
    cells = [head] + rows
    widths = [max(len(str(row[i])) for row in cells) for i in range(len(head))]
    for row in cells:
        say("  " + "  ".join(str(c).ljust(w) if i == 0 else str(c).rjust(w)
                             for i, (c, w) in enumerate(zip(row, widths))))


def goal(text, value, shown, holds):
    goals.append(f"  {'yes' if holds(value) else 'NO '}  {text}: {shown.format(value)}")


# ---- memory and processor ----

def status_of(pid):
    """Role; resident, proportional and private KiB; processor seconds."""
    with open(f"/proc/{pid}/comm", encoding="ascii") as f:
        row = {"name": f.read().strip()}
    sums = {"Rss": 0, "Pss": 0, "Private_Clean": 0, "Private_Dirty": 0}
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as f:
        for line in f:
            key, _, value = line.partition(":")
            if key in sums:
                sums[key] = int(value.split()[0])
    row["rss"], row["pss"] = sums["Rss"], sums["Pss"]
    row["private"] = sums["Private_Clean"] + sums["Private_Dirty"]
    row["cpu"] = 0
    for task in os.listdir(f"/proc/{pid}/task"):
        with contextlib.suppress(FileNotFoundError), \
                open(f"/proc/{pid}/task/{task}/schedstat", encoding="ascii") as f:
            row["cpu"] += int(f.read().split()[0]) / 1e9
    return row


def look(pid, sessions=("inward", "customer")):
    """Every process of a relay by its role, the parent first, then by age:
    sluice's sessions are started in the order of the configuration."""
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as f:
        pids = [pid, *sorted(map(int, f.read().split()))]
    rows, seen = [status_of(p) for p in pids], 0
    for row in rows:
        row["name"] = row["name"].removeprefix("sluice-")
        if row["name"] == "session":
            row["name"] += " " + (sessions[seen] if seen < len(sessions) else str(seen))
            seen += 1
    return {row["name"]: row for row in rows}
