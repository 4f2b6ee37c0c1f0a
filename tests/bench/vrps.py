# SPDX-License-Identifier: BSD-2-Clause
"""A full set of VRPs from a cache (StayRTR) to a guard."""
import json
import os
import shutil
import socket
import subprocess
import time

from harness import goal, running, say, start, stop, table

PORT = 3323
IPV4, IPV6 = 600000, 200000


def prefixes(family):
    """Prefixes without end, those of one after the other."""
    n = 0
    while True:
        if family == 4:
            yield f"{10 + (n >> 16)}.{n >> 8 & 255}.{n & 255}.0/24", 24
        else:
            yield f"2a{n >> 16:02x}:{n & 0xffff:x}::/32", 48
        n += 1


def roas(family, count):
    """Many prefixes have more than one, as in the real world."""
    made = 0
    for n, (prefix, longest) in enumerate(prefixes(family)):
        for k in range((1, 1, 2, 1, 3)[n % 5]):
            if made == count:
                return
            made += 1
            yield {"prefix": prefix, "maxLength": longest, "asn": 64500 + n % 3000 + 7 * k,
                   "ta": "bench"}


def wait_port(process):
    """False when the cache has ended."""
    while process.poll() is None:
        with socket.socket() as s:
            if s.connect_ex(("127.0.0.1", PORT)) == 0:
                return True
        time.sleep(0.2)
    return False


def load(setup):
    few = 10 if setup.quick else 1
    n4, n6 = IPV4 // few, IPV6 // few
    say(f"\n(i) {n4 + n6:,} VRPs from StayRTR by RTRlib to the guard's table, best of three")
    if not shutil.which("stayrtr"):
        say("  stayrtr is not installed: left out")
        return
    path = os.path.join(setup.work, "vrps.json")
    with open(path, "w", encoding="ascii") as file:
        json.dump({"metadata": {}, "roas": [*roas(4, n4), *roas(6, n6)]}, file)
    with open(os.path.join(setup.work, "stayrtr.log"), "wb") as log:
        cache = start(["stayrtr", "-bind", f"127.0.0.1:{PORT}", "-cache", path,
                       "-checktime=false", "-metrics.addr", "127.0.0.1:9847"], log)
    command = [os.path.join(setup.bin, "bench_vrps"), os.path.join(setup.bin, "sluice-rpki"),
               str(PORT)]
    if not wait_port(cache):
        running.remove(cache)
        say("  stayrtr ended: see stayrtr.log")
        return
    runs = [json.loads(subprocess.run(command, capture_output=True, text=True, timeout=120,
                                      check=True).stdout) for _ in range(3)]
    stop(cache)
    best = min(runs, key=lambda run: run["seconds"])
    rows = [["until the cache's End of Data", f"{best['first_seconds'] * 1000:.0f} ms"],
            ["until the guard has them all", f"{best['seconds'] * 1000:.0f} ms"],
            ["of that in the guard's table", f"{best['table_seconds'] * 1000:.0f} ms"],
            ["guard's table, octets each",
             f"{best['table_octets'] / (best['ipv4'] + best['ipv6']):.1f}"],
            ["the role's memory, KiB", f"{best['rss_kib']:,}"],
            ["its most so far, KiB", f"{best['peak_kib']:,}"]]
    table(["", ""], rows)
    goal("a full set of VRPs is in force within 10 s", best["seconds"], "{:.1f} s",
         lambda v: v < 10)
    goal("of that under 1 s is ours", best["seconds"] - best["first_seconds"], "{:.2f} s",
         lambda v: v < 1)
