# SPDX-License-Identifier: BSD-2-Clause
"""TCP-AO (RFC 5925) of sluice with itself and with sockets of Python: the right
keys, wrong ones, none, 100 rollovers (ao_cases.py). It needs a kernel with
CONFIG_TCP_AO: the running one, or one that is built for it and run by qemu
(kernel/). Everything on the wire is looked at afterwards, by tshark and by an
implementation of RFC 5926 that is no kernel's (ao_mac.py).

    ao.py FOLDER_WITH_SLUICED

Exit status 77: this machine is none for which we build kernels."""
import collections
import ipaddress
import json
import os
import shutil
import subprocess
import sys
import tempfile

import ao_mac
import ao_socket
from ao_socket import Key, other_side

HERE = os.path.dirname(os.path.abspath(__file__))
SECONDS = 420


def fail(text):
    print("FAILED: " + text, file=sys.stderr)
    sys.exit(1)


def say(text):
    print(text, flush=True)


def python(name, *words):
    return [sys.executable, "-B", os.path.join(HERE, name), *words]


def refusal(bin_folder):
    """Without TCP-AO in the kernel there is no start."""
    status = subprocess.call(python("ao_without.py", bin_folder))
    if status != 0:
        fail("a start without TCP-AO in the kernel")


def kernel():
    build = subprocess.run([os.path.join(HERE, "kernel", "build")],
                           stdout=subprocess.PIPE, text=True)
    if build.returncode == 77:
        sys.exit(77)
    if build.returncode != 0:
        fail("there is no kernel with TCP-AO to run this on")
    return build.stdout.strip()


def run_cases(bin_folder, out):
    """Run ao_cases.py here or in a guest; what it leaves is in out."""
    words = python("ao_cases.py", bin_folder)
    if ao_socket.available():
        return subprocess.call(words, env=dict(os.environ, SLUICE_OUT=out))
    refusal(bin_folder)
    return subprocess.call([
        os.path.join(HERE, "kernel", "boot"), "--seconds", str(SECONDS),
        "--out", out, kernel(), "env", "SLUICE_OUT=/dev/job/out", *words])


# ---- what was on the wire ----

class Plan:
    def __init__(self, out):
        with open(os.path.join(out, "plan.json")) as file:
            plan = json.load(file)
        self.keys = [(*map(ipaddress.ip_network, pair.split()),
                      [Key(*key) for key in keys])
                     for pair, keys in plan["keys"].items()]
        self.refused = {ipaddress.ip_address(one): how
                        for one, how in plan["refused"].items()}
        self.rolled = {pair: [tuple(ids) for ids in keys]
                       for pair, keys in plan["rolled"].items()}
        self.free = set(map(ipaddress.ip_address, plan["free"]))
        self.begins = {int(n): at for n, at in plan["begins"].items()}
        self.found = {}

    def signs(self, segment):
        """Keys that this segment may be signed with."""
        pair = segment.src, segment.dst
        if pair not in self.found:
            self.found[pair] = self._look(*pair)
        return self.found[pair]

    def _look(self, src, dst):
        for ours, theirs, keys in self.keys:
            if src in ours and dst in theirs:
                return keys
            if dst in ours and src in theirs:
                return [other_side(key) for key in keys]
        return []


def judge(out, plan):
    """{source, verdict: segments}; ids in the order they were first used."""
    judged = ao_mac.Judge(plan.signs)
    counts, ids = collections.Counter(), {}
    for segment in ao_mac.read_capture(os.path.join(out, "wire.pcap")):
        verdict = judged.verdict(segment)
        counts[segment.src, segment.dst, verdict] += 1
        if segment.option is not None:
            seen = ids.setdefault((segment.src, segment.dst), {})
            seen.setdefault((segment.option.key_id, segment.option.next_id),
                            segment.time)
    return counts, ids


def check_verdicts(plan, counts):
    """All is signed as it must be, and nobody answers who is not let in."""
    total = collections.Counter()
    for (src, dst, verdict), number in counts.items():
        if src in plan.free or dst in plan.free:
            wanted = "unsigned"
        elif dst in plan.refused:
            fail("%d segments to %s, who is not let in" % (number, dst))
        else:
            wanted = plan.refused.get(src, "good")
        if verdict != wanted:
            fail("%d segments from %s to %s: %s, wanted %s" % (
                number, src, dst, verdict, wanted))
        total[verdict] += number
    for address, how in plan.refused.items():
        if not any(src == address for src, _, _ in counts):
            fail("%s (%s) has not tried" % (address, how))
    say("on the wire: %s; not one segment to the %d who are not let in" % (
        ", ".join("%d %s" % (number, what) for what, number in
                  sorted(total.items())), len(plan.refused)))


def algorithms(plan, counts):
    """Which algorithms the good segments were signed with."""
    found = collections.Counter()
    for (src, dst, verdict), number in counts.items():
        if verdict == "good":
            for key in plan.found[src, dst][:1]:
                found[key.algorithm, src.version] += number
    for name in ao_socket.ALGORITHMS:
        for version in (4, 6):
            if not found[name, version]:
                fail("no segment of %s over IPv%d" % (name, version))
    say("MACs that come out: " + ", ".join(
        "%s IPv%d %d" % (*what, number)
        for what, number in sorted(found.items())))


def check_times(plan, ids):
    """No key whose time had not come."""
    for pair, keys in plan.rolled.items():
        a, b = map(ipaddress.ip_address, pair.split())
        for n, at in plan.begins.items():
            first = min(time for (key_id, next_id), time in
                        ids[a, b].items() if n in (key_id, next_id - 101))
            if first < at:
                fail("%s to %s: key %d is there %.3f s before its time" % (
                    a, b, n, at - first))


def check_order(plan, seen):
    """Each key in its turn, in both directions; ids as tshark shows them."""
    for pair, keys in plan.rolled.items():
        a, b = map(ipaddress.ip_address, pair.split())
        for src, dst, wanted in ((a, b, [key[0] for key in keys]),
                                 (b, a, [key[1] for key in keys])):
            used = [ids[0] for ids in seen.get((src, dst), ())]
            asked = [ids[1] for ids in seen.get((dst, src), ())]
            for what, got in (("signed with", used), ("asked for", asked)):
                turns = [one for at, one in enumerate(got)
                         if at == 0 or got[at - 1] != one]
                if turns != wanted:
                    fail("%s to %s: %s %s, wanted %s" % (
                        src, dst, what, turns, wanted))
    say("KeyID and RNextKeyID of %d directions went through all %d keys in "
        "turn" % (2 * len(plan.rolled),
                  len(next(iter(plan.rolled.values())))))


def tshark(out):
    """{source, destination: [(KeyID, RNextKeyID)]} as tshark reads them."""
    lines = subprocess.run([
        "tshark", "-r", os.path.join(out, "wire.pcap"), "-n", "-Y",
        "tcp.option_kind == 29", "-T", "fields", "-E", "separator=,",
        "-e", "ip.src", "-e", "ip.dst", "-e", "ipv6.src", "-e", "ipv6.dst",
        "-e", "tcp.options.ao.keyid", "-e", "tcp.options.ao.rnextkeyid"],
        check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        text=True).stdout.splitlines()
    seen = {}
    for line in lines:
        *hosts, key_id, next_id = line.split(",")
        src, dst = map(ipaddress.ip_address, filter(None, hosts))
        seen.setdefault((src, dst), []).append((int(key_id), int(next_id)))
    say("tshark: option 29 in %d segments" % len(lines))
    return seen


def main():
    bin_folder = os.path.abspath(sys.argv[1])
    say("%d vectors of RFC 9235 come out" % ao_mac.check())
    out = tempfile.mkdtemp(prefix="sluice-ao-")
    try:
        if run_cases(bin_folder, out) != 0:
            fail("the cases")
        plan = Plan(out)
        counts, ids = judge(out, plan)
        check_verdicts(plan, counts)
        algorithms(plan, counts)
        check_times(plan, ids)
        check_order(plan, tshark(out))
    finally:
        if os.environ.get("SLUICE_KEEP"):
            say("kept: " + out)
        else:
            shutil.rmtree(out, ignore_errors=True)


if __name__ == "__main__":
    main()
