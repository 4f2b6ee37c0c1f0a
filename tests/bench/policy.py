# SPDX-License-Identifier: BSD-2-Clause
"""What keeps many customers apart and a network safe: a customer far beyond its
quota beside another, a new configuration with rules standing, and panic with
rules in real routers."""
import json
import os
import re
import shutil
import subprocess
import sys
import time

from harness import (RELAY, ROUTER, Sluice, goal, look, port_wait, ratio, running, say, start,
                     stop, table)

sys.path.append(os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))),
                             "interop"))
import daemons  # noqa: E402

FREE = {"rules": "unlimited", "cost": "unlimited", "new_per_second": "unlimited",
        "burst": "unlimited", "strikes": 0}
QUOTA = {"rules": 50, "cost": 200, "new_per_second": 10, "burst": 20, "strikes": 0}
BIRD, FRR = "198.18.0.5", "198.18.0.6"
FLOWSPEC = ["ipv4-flowspec"]


# ---- sluice as these need it ----

def customer(k, **more):
    """One that bench_relay's speakers can be, customer 0 of 10.0.0.0/16."""
    return dict({"name": f"customer{k}", "asn": 65001 + k, "mode": "enforce",
                 "neighbors": [{"ip": f"198.18.1.{k + 1}", "passive": True,
                                "families": FLOWSPEC}],
                 "own": {"prefixes": [f"10.{k}.0.0/16"]}, "validate": "off", "limits": FREE,
                 "flap_breaker": False, "linger": 0}, **more)


def bystander(k):
    """One without a neighbour, but with all else that a customer may have."""
    return {"name": f"bystander{k}", "asn": 4200000000 + k, "mode": "enforce",
            "own": {"prefixes": [f"11.{k >> 8}.{k & 255}.0/24", f"2001:db8:{k:x}::/48"]},
            "approval": {"held": [f"match destination 11.{k >> 8}.{k & 255}.53/32"]}
            if k % 10 == 0 else {},
            "limits": QUOTA, "lifetime": {"max": "12h"}}


class Guarded(Sluice):
    """Sluice with such customers, routers inside and further sections."""

    def configure(self, customers, internal=(), **more):
        router = {"name": "router", "ip": ROUTER, "asn": 65000, "passive": True,
                  "families": FLOWSPEC}
        self.config = dict({
            "router": {"asn": 65000, "router_id": RELAY, "listen": [{"address": RELAY}]},
            "store": {"path": self.folder + "/store"},
            "control": {"socket": self.folder + "/control.sock"},
            "fleet": {"guaranteed": 2, "max_rules": "unlimited", "max_cost": "unlimited",
                      "pace": "unlimited"},
            "internal": [router, *internal], "customers": customers}, **more)
        return self

    def command(self, shape):
        return [os.path.join(self.bin, "sluiced"), "-c", self.save()]

    def save(self):
        return self.write("sluice.yaml", json.dumps(self.config, indent=1))

    def again(self):
        """Started anew on the same store, after what was a power cut."""
        self.process.kill()
        self.process.wait()
        running.remove(self.process)
        with open(self.folder + ".log", "ab") as log:
            self.process = start(self.command(None), log)
        port_wait(self.process, self.name)

    def cli(self, *words):
        """Seconds that a command took, and what it said."""
        begin = time.monotonic()
        done = subprocess.run([os.path.join(self.bin, "sluice"), "--socket",
                               self.folder + "/control.sock", *words],
                              capture_output=True, text=True, timeout=60)
        if done.returncode not in (0, 1):
            raise RuntimeError(f"sluice {' '.join(words)}: {done.stdout}{done.stderr}")
        return time.monotonic() - begin, done.stdout + done.stderr


class Stand:
    """bench_stand: rules, and when the router has none of them or all."""

    def __init__(self, setup, customers, rules):
        self.process = subprocess.Popen(
            [os.path.join(setup.bin, "bench_stand"), str(customers), str(rules)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        running.append(self.process)

    def until(self, word):
        """CLOCK_MONOTONIC in seconds of the next such word."""
        for line in self.process.stdout:
            said = json.loads(line)
            if said["router"] == word:
                return said["at_ns"] / 1e9
        raise RuntimeError("the load ended")

    def end(self):
        self.process.stdin.close()
        stop(self.process)
        self.process.stdout.close()


# ---- a customer beyond its quota ----

def one_quota(setup, relay, slices, seconds, rate, flood):
    relay.configure([customer(0, limits=QUOTA, linger="1m"), customer(1, linger="1m")])
    with relay.up():
        command = [os.path.join(setup.bin, "bench_quota"),
                   *map(str, (slices, seconds, rate, flood))]
        load = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True)
        running.append(load)
        if load.stdout.readline().strip() == "restart":
            relay.again()
            load.stdin.write("\n")
            load.stdin.flush()
        out, err = load.communicate(timeout=120)
        running.remove(load)
        return json.loads(out) if load.returncode == 0 else {"failed": err.strip()}


def quota(setup):
    slices, seconds, rate = (6, 2, 100) if setup.quick else (12, 10, 100)
    say(f"\n(j) a customer offers ten times its 50 rules; another's {rate} rules/s, {slices} turns "
        f"of {seconds} s alone and beside it, microseconds")
    relay, rows = Guarded(setup), []
    floods = [("100 messages/s", 100), ("as fast as they are taken", 0)]
    if not setup.quick:
        floods.insert(1, ("1000 messages/s", 1000))
    for name, flood in floods:
        row = one_quota(setup, relay, slices, seconds, rate, flood)
        if "failed" in row:
            rows.append([name, row["failed"]] + [""] * 7)
            goal(f"exactly the quota, in order, also after a restart; {name}", 0, "no",
                 lambda v: False)
            continue
        took = slices * seconds / 2
        rows.append([name, f"{row['messages'] / took:,.0f}", row["inside"],
                     *(f"{row[k]:,.0f}" for k in ("alone_p50_us", "beside_p50_us")),
                     ratio(row["beside_p50_us"], row["alone_p50_us"]),
                     *(f"{row[k]:,.0f}" for k in ("alone_p99_us", "beside_p99_us")),
                     ratio(row["beside_p99_us"], row["alone_p99_us"])])
        goal(f"exactly the quota, in order, also after a restart; {name}", row["inside"], "{}",
             lambda v: v == 50)
        if flood == 100:
            goal("the other's p99 beside ten times the quota, to alone",
                 row["beside_p99_us"] / row["alone_p99_us"], "{:.2f}", lambda v: v <= 1.1)
    table(["", "taken a second", "inside", "p50 alone", "beside", "times", "p99 alone", "beside",
           "times"], rows)


# ---- a new configuration ----

def reload(setup):
    customers, rules = 1000, 10000
    say(f"\n(k) a new configuration with {rules} rules standing and {customers} customers, best of "
        "five")
    relay, rows, best = Guarded(setup), [], {}
    relay.configure([customer(k) for k in range(10)] +
                    [bystander(k) for k in range(customers - 10)],
                    protected=[{"prefix": f"192.0.2.{k}/32", "protocol": ["tcp"], "port": [179]}
                               for k in range(200)])
    with relay.up():
        load = Stand(setup, 10, rules // 10)
        try:
            load.until("full")
            for turn in range(5):
                for name, words, changed in (("dry run", ["--dry-run"], False),
                                             ("as it was", ["--yes"], False),
                                             ("all others' limits changed", ["--yes"], True)):
                    if changed:
                        for one in relay.config["customers"][10:]:
                            one["limits"] = dict(QUOTA, rules=51 + turn)
                        relay.save()
                    before = look(relay.process.pid)["guard"]["cpu"]
                    took, said = relay.cli("reload", *words)
                    part = look(relay.process.pid)["guard"]["cpu"] - before
                    if name not in best or took < best[name][0]:
                        best[name] = took, part, said.strip().splitlines()[-1]
        finally:
            load.end()
    for name, (took, part, said) in best.items():
        rows.append([name, f"{took * 1000:.0f} ms", f"{part * 1000:.0f} ms", said])
    table(["", "end to end", "guard's CPU", "it said"], rows)
    for name, (took, _, _) in best.items():
        goal(f"reload ({name}) within 1 s", took, "{:.2f} s", lambda v: v < 1)


# ---- panic ----

class Routers:
    """BIRD and FRR inside, and how many rules they say that they have."""

    def __init__(self, setup):
        self.work, self.count = setup.work, {}
        with open(os.path.join(setup.work, "routers.log"), "ab") as log:
            if shutil.which("bird"):
                self.bird(log)
            if os.path.exists("/usr/lib/frr/bgpd"):
                self.frr(log)
        if not self.count:
            say("  neither BIRD nor FRR is installed")

    def path(self, name, text=None):
        path = os.path.join(self.work, name)
        if text is not None:
            with open(path, "w", encoding="ascii") as file:
                file.write(text)
        return path

    def bird(self, log):
        conf = self.path("router.conf", f"router id {BIRD};\nlog stderr {{ error, fatal }};\n"
                         "flow4 table flowtab4;\nflow6 table flowtab6;\nprotocol device {}\n"
                         + daemons.bird_peer("sluice", BIRD, RELAY, 65000, 65000))
        self.control = self.path("router.ctl")
        self.processes = [start(["bird", "-f", "-c", conf, "-s", self.control], log)]
        self.count["BIRD"] = self.in_bird

    def in_bird(self):
        out = subprocess.run(["birdc", "-s", self.control, "show", "route", "table", "flowtab4",
                              "count"], capture_output=True, text=True, timeout=20).stdout
        found = re.search(r"(\d+) of \d+ routes", out)
        return int(found[1]) if found else None

    def frr(self, log):
        self.vty = self.path("frr")
        os.makedirs(self.vty, exist_ok=True)
        conf = self.path("frr.conf", "frr defaults traditional\nhostname frr\nlog stdout\n" +
                         daemons.frr_peer(FRR, RELAY, 65000, 65000))
        self.processes.append(start(
            ["/usr/lib/frr/bgpd", "-f", conf, "-Z", "-S", "-P", "0", "-l", FRR, "-i",
             self.path("frr/pid"), "--vty_socket", self.vty, "--log", "stdout"], log))
        self.count["FRR"] = self.in_frr

    def in_frr(self):
        out = subprocess.run(["vtysh", "--vty_socket", self.vty, "-d", "bgpd", "-c",
                              "show bgp ipv4 flowspec summary json"],
                             capture_output=True, text=True, timeout=20).stdout
        try:
            peers = json.loads(out).get("peers", {})
        except ValueError:
            return None
        return peers.get(RELAY, {}).get("pfxRcd")

    def until(self, wanted, seconds=60):
        """{router: CLOCK_MONOTONIC when it says so}"""
        found, until = {}, time.monotonic() + seconds
        while len(found) < len(self.count):
            for name, count in self.count.items():
                if name not in found and count() == wanted:
                    found[name] = time.monotonic()
            if time.monotonic() > until:
                raise RuntimeError(f"{[n for n in self.count if n not in found]}: not {wanted}")
            time.sleep(0.002)
        return found


def panic(setup):
    rules = 10000
    say(f"\n(l) panic with {rules} rules standing in real routers, and resume; seconds from the "
        "command's begin")
    addresses = [f"address add {one}/32 dev lo" for one in (BIRD, FRR)]
    subprocess.run(["ip", "-force", "-batch", "-"], input="\n".join(addresses) + "\n", text=True,
                   capture_output=True)
    relay = Guarded(setup)
    relay.configure([customer(k) for k in range(10)],
                    [{"name": name, "ip": ip, "asn": 65000, "families": FLOWSPEC,
                      "connect_retry": 1, "emit": emit}
                     for name, ip, emit in (("bird", BIRD, "strict"), ("frr", FRR, "frr"))])
    rows, slowest = [], {}
    with relay.up():
        routers = Routers(setup)
        load = Stand(setup, 10, rules // 10)
        try:
            load.until("full")
            routers.until(rules)
            for turn in range(2 if setup.quick else 5):
                for word, left, wanted in (("panic", "empty", 0), ("resume", "full", rules)):
                    begin = time.monotonic()
                    yes = ["--yes"] if word == "panic" else []
                    took, _ = relay.cli(word, *yes, "-m", "measured")
                    found = routers.until(wanted)
                    found["recorder"] = load.until(left)
                    seen = {name: at - begin for name, at in found.items()}
                    rows.append([f"{word} {turn + 1}", f"{took:.3f}",
                                 *(f"{seen.get(n, 0):.3f}" for n in ("recorder", "BIRD", "FRR"))])
                    for name, at in seen.items():
                        slowest[word, name] = max(at, slowest.get((word, name), 0))
        finally:
            load.end()
            for process in routers.processes:
                stop(process)
    table(["", "command", "recorder", "BIRD", "FRR"], rows)
    for (word, name), took in slowest.items():
        goal(f"{word}: {name} {'empty' if word == 'panic' else 'full'} within 1 s", took,
             "{:.2f} s", lambda v: v <= 1)
