# SPDX-License-Identifier: BSD-2-Clause
"""Validation against full tables: loading them, what others' routes cost while
rules stand, and how soon a rule is gone when somebody takes its ground."""
import contextlib
import json
import os
import subprocess
import time

from harness import FEEDS, Shape, goal, look, ratio, running, say, stop, table

KIB = 1024
SESSIONS = ("inward", "feed", "feed 2", "customer", "customer 2")
TABLE = Shape(feeds=2)
VALIDATED = Shape(customers=2, feeds=1, validate=True, trie=True)


class Load:
    """bench_feed, which waits for a line at each of its words."""

    def __init__(self, setup, relay, *args):
        own = ["-u"] if relay.name == "bird" else []
        self.err = open(os.path.join(setup.work, "feed.err"), "w+", encoding="ascii")
        self.process = subprocess.Popen(
            [os.path.join(setup.bin, "bench_feed"), *own, *map(str, args)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.err, text=True)
        running.append(self.process)

    def until(self, word):
        """What it says up to this word, or how it failed."""
        said = {}
        for line in self.process.stdout:
            if line.strip() == word:
                return said
            said.update(json.loads(line))
        self.process.wait(5)
        self.err.seek(0)
        raise RuntimeError(self.err.read().strip() or "the load ended")

    def go(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()


@contextlib.contextmanager
def load(setup, relay, *args):
    run = Load(setup, relay, *args)
    try:
        yield run
    finally:
        run.process.stdin.close()
        stop(run.process)
        run.process.stdout.close()
        run.err.close()


def shares(parts, shown, least):
    """What each process has of it, where there are some."""
    if len(parts) == 1:
        return ""
    return ", ".join(f"{name} {shown.format(part)}" for name, part in parts.items()
                     if part >= least)


def cpu(relay):
    return sum(row["cpu"] for row in look(relay.process.pid).values())


def quiet(relay, seconds=60):
    """Wait until it does nothing; returns since when."""
    spent, since = cpu(relay), time.monotonic()
    until = since + seconds
    while time.monotonic() < min(since + 0.4, until):
        time.sleep(0.1)
        now = cpu(relay)
        if now - spent >= 0.001:
            since = time.monotonic()
        spent = now
    return since


# ---- how many routes it has ----

def routes_of(relay, feeds):
    """Routes of so many feeds that are in its tables, and whether it has all
    that it waits for."""
    if relay.name == "sluice":
        found = relay.status().get("feeds", {})
        both = [found.get("ipv4", {}), found.get("ipv6", {})]
        return (sum(f.get("routes", 0) for f in both),
                all(f.get("complete", 0) >= feeds for f in both))
    if relay.name == "bird":
        count = 0
        for k in range(feeds):
            for line in relay.ask(f"show protocols all feed{k + 1}").splitlines():
                if line.split()[:1] == ["Routes:"]:
                    count += int(line.split()[1])
        return count, True
    count = 0
    for k in range(feeds):
        done = subprocess.run(["gobgp", "-p", "50051", "neighbor", FEEDS[k], "-j"],
                              capture_output=True, text=True, check=True, timeout=60)
        for family in json.loads(done.stdout).get("afi_safis", []):
            count += int(family.get("state", {}).get("accepted", 0))
    return count, True


def wait_routes(relay, feeds, wanted):
    """CLOCK_MONOTONIC when it has so many routes; looked at every 5 ms."""
    until = time.monotonic() + 90
    while time.monotonic() < until:
        # GoBGP counts for seconds: it is asked when it has become quiet.
        done = quiet(relay) if relay.name == "gobgp" else None
        count, complete = routes_of(relay, feeds)
        if count >= wanted and complete:
            return done or time.monotonic()
        time.sleep(0.005)
    raise RuntimeError(f"{count} of {wanted} routes")


# ---- the table ----

def load_table(setup, relay, shape, sizes):
    """Seconds, processor seconds and octets a route, of the first feed and of
    the second."""
    wanted, found = sum(sizes), []
    with relay.up(shape), load(setup, relay, "table", *sizes) as run:
        for feeds in range(1, shape.feeds + 1):
            run.until("ready")
            before = look(relay.process.pid, SESSIONS)
            run.go()
            have = wait_routes(relay, feeds, feeds * wanted)
            said = run.until("done")
            quiet(relay)
            after = look(relay.process.pid, SESSIONS)
            row = {"seconds": have - said["begin_ns"] / 1e9,
                   "of": {n: after[n]["cpu"] - before[n]["cpu"] for n in before}}
            row["octets"] = {n: (after[n]["rss"] - before[n]["rss"]) * KIB / wanted
                             for n in before}
            found.append(row)
            run.go()
    return found


def tables(setup):
    sizes = (200000, 40000) if setup.quick else (1000000, 200000)
    say(f"\n(e) a full table: {sizes[0]} IPv4 and {sizes[1]} IPv6 routes from one feed, and "
        "again from a second")
    cases = []
    for relay in setup.relays:
        if relay.name == "bird":
            cases += [("bird, with trie", relay, TABLE._replace(trie=True)),
                      ("bird", relay, TABLE)]
        elif relay.name == "sluice" or not setup.quick:
            cases.append((relay.name, relay, TABLE if relay.name == "sluice" else
                          TABLE._replace(feeds=1)))
    found, rows = {}, []
    for name, relay, shape in cases:
        try:
            # The better of three: it takes a second.
            runs = [load_table(setup, relay, shape, sizes)
                    for _ in range(1 if setup.quick or relay.name == "gobgp" else 3)]
            found[name] = [min((run[k] for run in runs), key=lambda row: row["seconds"])
                           for k in range(shape.feeds)]
        except (RuntimeError, OSError) as e:
            rows.append([name, str(e)] + [""] * 5)
    mine = found.get("sluice")
    for name, (first, *second) in found.items():
        for row, what in ((first, ""), *((s, ", second feed") for s in second)):
            rows.append([name + what, f"{row['seconds']:.2f} s",
                         ratio(mine[1 if what else 0]["seconds"], row["seconds"]) if mine else "-",
                         f"{sum(row['of'].values()):.2f} s", shares(row["of"], "{:.2f}", 0.005),
                         f"{sum(row['octets'].values()):.0f}",
                         shares(row["octets"], "{:.1f}", 0.05)])
    table(["", "complete after", "sluice is x", "CPU", "by process", "octets a route",
           "by process"], rows)
    if not mine:
        return
    other = found.get("bird, with trie")
    if other:
        goal("table complete within 0.7 times BIRD's time with trie",
             mine[0]["seconds"] / other[0]["seconds"], "{:.2f}", lambda v: v <= 0.7)
    goal("at most 64 octets a route in the guard", mine[0]["octets"]["guard"], "{:.1f}",
         lambda v: v <= 64)
    goal("at most 16 octets more for a second feed's", mine[1]["octets"]["guard"], "{:.1f}",
         lambda v: v <= 16)


# ---- rules that stand on it ----

def stage(setup, relay, run):
    """Table, then rules: what a run begins with."""
    run.until("fed")
    quiet(relay)
    run.go()
    run.until("ready")
    quiet(relay)


def validating(setup):
    return [relay for relay in setup.relays if relay.name != "gobgp"]


def base(setup):
    return (50000, 10000) if setup.quick else (1000000, 200000)


def one_churn(setup, relay, rules, updates):
    with relay.up(VALIDATED), load(setup, relay, "churn", *base(setup), rules, updates) as run:
        stage(setup, relay, run)
        before = look(relay.process.pid, SESSIONS)
        run.go()
        said = run.until("done")
        quiet(relay)
        after = look(relay.process.pid, SESSIONS)
        run.go()
    spent = {n: after[n]["cpu"] - before[n]["cpu"] for n in before}
    return {"cpu": sum(spent.values()), "of": spent,
            "read": (said["written_ns"] - said["begin_ns"]) / 1e9}


def churn(setup):
    updates = 20000 if setup.quick else 100000
    say(f"\n(f) {updates} updates of routes that no rule rests on, one prefix each, in a table of "
        f"{sum(base(setup))}; CPU of all processes")
    rows, found = [], {}
    for relay in validating(setup):
        cells = [relay.name]
        for rules in (0, 1000, 10000):
            try:
                runs = [one_churn(setup, relay, rules, updates)
                        for _ in range(1 if setup.quick else 3)]
                best = found[relay.name, rules] = min(runs, key=lambda r: r["cpu"])
                cells.append(f"{best['cpu'] * 1e6 / updates:.2f} us")
            except (RuntimeError, OSError) as e:
                cells.append(str(e))
        best = found.get((relay.name, 10000), {"cpu": 0, "of": {}})
        cells.append(f"{best['cpu']:.3f} s")
        cells.append(shares({n: v * 1e6 / updates for n, v in best["of"].items()}, "{:.2f}",
                            0.005))
        rows.append(cells)
    table(["", "no rule", "1000", "10000 rules", "in all", "us each by process"], rows)
    mine, other = found.get(("sluice", 10000)), found.get(("bird", 10000))
    if mine and other:
        goal(f"no more CPU than BIRD for {updates} unrelated updates",
             mine["cpu"] / other["cpu"], "{:.2f} times", lambda v: v <= 1)
    costs = [found[key]["cpu"] for key in found if key[0] == "sluice"]
    if len(costs) == 3: # one look at the rules' own tree is allowed
        goal("an update costs the same with 0, 1,000 and 10,000 rules, dearest to cheapest",
             max(costs) / min(costs), "{:.2f} times", lambda v: v <= 1.25)


def one_takeover(setup, relay, form, rules):
    with relay.up(VALIDATED), load(setup, relay, *form, "takeover", *base(setup), rules) as run:
        stage(setup, relay, run)
        before = cpu(relay)
        run.go()
        said = run.until("done")
        if relay.name == "sluice":
            said["durable"] = wait_revoked(relay, rules) - said["begin_ns"] / 1e9
        quiet(relay)
        said["cpu"] = cpu(relay) - before
        run.go()
    return said


def wait_revoked(relay, rules):
    """When so many are revoked and no record waits to be durable."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        status = relay.status()
        now = time.monotonic()
        if status["rules"]["revoked"] >= rules and status["log"]["pending"] == 0:
            return now
        time.sleep(0.002)
    raise RuntimeError(f"{status['rules']['revoked']} of {rules} revoked")


def takeover(setup):
    rules = 2000 if setup.quick else 10000
    say(f"\n(g) {rules} more-specifics of another AS take {rules} rules over, in a table of "
        f"{sum(base(setup))}")
    rows, found = [], {}
    forms = {"one an UPDATE": [], "750 an UPDATE": ["-p"]}
    for relay in validating(setup):
        for form, flags in forms.items():
            try:
                runs = [one_takeover(setup, relay, flags, rules)
                        for _ in range(1 if setup.quick else 2)]
                found[relay.name, form] = min(runs, key=lambda r: r["seconds"])
            except (RuntimeError, OSError) as e:
                rows.append([f"{relay.name}, {form}", str(e), "", "", ""])
    for (name, form), row in found.items():
        mine = found.get(("sluice", form), {}).get("seconds", 0)
        rows.append([f"{name}, {form}", f"{row['seconds'] * 1e3:.1f} ms",
                     ratio(mine, row["seconds"]),
                     f"{row['durable'] * 1e3:.1f} ms" if "durable" in row else "no record",
                     f"{row['cpu']:.3f} s"])
    table(["", "all withdrawn inside after", "sluice is x", "recorded durably by", "CPU"], rows)
    for form in forms:
        mine, other = found.get(("sluice", form)), found.get(("bird", form))
        if mine and other:
            goal(f"{rules} rules revoked ({form}), recorded and withdrawn within 3 times BIRD's "
                 "time", max(mine["seconds"], mine["durable"]) / other["seconds"], "{:.2f}",
                 lambda v: v <= 3)


def latency(setup):
    times, rate = (100 if setup.quick else 500), 20000
    say(f"\n(h) {times} takeovers one by one, 20 a second, under {rate} other updates a second: "
        "from hijack to withdrawal inside, milliseconds")
    rows, found = [], {}
    for relay in validating(setup):
        try:
            with relay.up(VALIDATED), load(setup, relay, "latency", *base(setup), 10000, times,
                                           rate) as run:
                stage(setup, relay, run)
                before = cpu(relay)
                run.go()
                found[relay.name] = row = run.until("done")
                spent = cpu(relay) - before
                run.go()
            rows.append([relay.name,
                         *(f"{row[k] / 1e3:.2f}" for k in ("p50_us", "p99_us", "max_us")),
                         f"{100 * spent / row['seconds']:.0f} %"])
        except (RuntimeError, OSError) as e:
            rows.append([relay.name, str(e), "", "", ""])
    table(["", "p50", "p99", "max", "CPU"], rows)
    if "sluice" in found:
        goal("a takeover's withdrawal inside within 50 ms at p99 under churn",
             found["sluice"]["p99_us"] / 1e3, "{:.1f} ms", lambda v: v <= 50)
