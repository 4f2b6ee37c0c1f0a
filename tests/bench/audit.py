# SPDX-License-Identifier: BSD-2-Clause
"""What the store makes durable beside bare LMDB; what a large log costs him
who keeps it and him who audits it."""
import json
import os
import shutil
import subprocess
import time

from harness import goal, ratio, say, table

BATCHES = (1, 10, 100, 1000, 10000)
RATES = (100, 1000, 10000)
WAYS = (("log", "entries"), ("live", "entries, each a live rule"), ("alone", "the same, one thread"))


def run(setup, program, folder, *args):
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    command = [os.path.join(setup.bin, program), folder, *map(str, args)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=True)
    return json.loads(done.stdout)


def store(setup):
    folder = os.path.join(setup.work, "store")
    seconds, turns = (0.3, 3) if setup.quick else (0.5, 7)
    say(f"\nthe store alone, entries/s durable and times bare LMDB's; {turns} turns of "
        f"{seconds} s each, medians")
    rows = []
    for batch in BATCHES:
        found = run(setup, "bench_store", folder, "flood", batch, seconds, turns)
        row = [f"{batch} a commit", f"{found['bare']['per_second']:,.0f}"]
        for way, _ in WAYS:
            row += [f"{found[way]['per_second']:,.0f}", f"{found[way]['ratio']:.2f}"]
        rows.append(row + [f"{found['bare']['p99_us']:,.0f}", f"{found['live']['p99_us']:,.0f}"])
        if batch >= 100:
            goal(f"at least 0.7 of bare LMDB, {batch} a commit, records alone",
                 found["log"]["ratio"], "{:.2f}", lambda v: v >= 0.7)
            goal(f"at least 0.7 of bare LMDB, {batch} a commit, each a live rule",
                 found["live"]["ratio"], "{:.2f}", lambda v: v >= 0.7)
    table(["", "bare LMDB", *(cell for _, name in WAYS for cell in (name, "x")),
           "bare commit p99 us", "ours"], rows)
    say("\none commit, entries arriving evenly, microseconds")
    rows = []
    for rate in RATES:
        found = run(setup, "bench_store", folder, "pace", rate, 2 * seconds, turns)
        bare, mine = found["bare"], found["live"]
        rows.append([f"{rate} entries/s", *(f"{result[key]:,.0f}" for result in (bare, mine)
                                            for key in ("p50_us", "p99_us")),
                     ratio(mine["p50_us"], bare["p50_us"]), ratio(mine["p99_us"], bare["p99_us"])])
    table(["", "bare p50", "bare p99", "ours p50", "ours p99", "p50 is x", "p99 is x"], rows)
    shutil.rmtree(folder)


def cli(setup, folder, *args):
    """Seconds and the most memory, in KiB, of an offline audit."""
    begin = time.monotonic()
    with subprocess.Popen([os.path.join(setup.bin, "sluice"), "audit", *args, "--store", folder],
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        peak = 0
        while process.poll() is None:
            peak = max(peak, private(process.pid))
            time.sleep(0.02)
    return time.monotonic() - begin, peak, process.returncode


def private(pid):
    """Its own memory: pages of the store's file are the page cache's."""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii") as f:
            return sum(int(line.split()[1]) for line in f if line.startswith(("RssAnon", "VmStk")))
    except OSError:
        return 0


def audit(setup):
    folder = os.path.join(setup.work, "audit")
    many = 1000000 if setup.quick else 10000000
    verbs = (("verify",), ("export", "--json"))
    few = run(setup, "bench_audit", folder, 10000)
    small = {verb: cli(setup, folder + "/store", *verb) for verb in verbs}
    found = run(setup, "bench_audit", folder, many)
    say(f"\na log of {many:,} entries, {found['record']} octets each")
    rows = [["octets on disk an entry", f"{found['octets']:.1f}"],
            ["opened after", f"{found['open_s'] * 1e3:.1f} ms"],
            ["verified in one process", f"{found['verify_s']:.1f} s"],
            ["all read", f"{found['all_s']:.1f} s"],
            [f"a rare customer's {found['rare_customer_found']} entries",
             f"{found['rare_customer_s'] * 1e3:.0f} ms"],
            ["a rare prefix", f"{found['rare_prefix_s'] * 1e3:.0f} ms"],
            ["inclusion proof", f"{found['inclusion_us']:.0f} us"],
            ["the same, of 10,000 entries", f"{few['inclusion_us']:.0f} us"],
            ["consistency proof", f"{found['consistency_us']:.0f} us"]]
    for verb in verbs:
        seconds, peak, code = cli(setup, folder + "/store", *verb)
        rows.append([f"sluice audit {' '.join(verb)}", f"{seconds:.1f} s, {peak} KiB of its own; "
                     f"at 10,000 entries {small[verb][1]} KiB; exit {code}"])
        goal(f"memory of audit {verb[0]} does not grow with the log, KiB more",
             peak - small[verb][1], "{}", lambda v: v < 1024)
    table(["", ""], rows)
    shutil.rmtree(folder)
