# SPDX-License-Identifier: BSD-2-Clause
"""Keys for TCP-AO on a kernel that has none: sluiced says so and does not
start, and a reload that brings such keys is refused whole."""
from lab import *

WORDS = "this kernel has no TCP-AO"


def test(lab):
    entry = customer("acme", "198.18.1.1", 65001)
    sluice = Sluice(lab, customers=[entry])
    until(lambda: sluice.command("status").returncode == 0, 20, "an answer")
    entry["neighbors"][0]["tcp_ao"] = [{
        "send_id": 1, "receive_id": 2,
        "key_file": lab.file("acme.key", "secret", 0o400)}]
    sluice.write()
    done = sluice.command("check", sluice.yaml)
    equal(done.returncode, 0, "exit status of the check")
    expect(re.search(r":\d+:\d+: customers\[0\]\.neighbors\[0\]\.tcp_ao: "
                     + WORDS, done.stderr), "the check: " + done.stderr)
    done = sluice.command("reload")
    expect(done.returncode != 0, "a reload brought TCP-AO")
    expect("tcp_ao of acme/198.18.1.1: " + WORDS in done.stdout + done.stderr,
           "no reason with the refusal: " + done.stdout + done.stderr)
    expect(sluice.running(), "sluiced ended by a reload")
    sluice.stop()
    since = len(sluice.text())
    super(Sluice, sluice).start()
    until(lambda: not sluice.running(), 20, "sluiced to end")
    expect(sluice.process.returncode != 0, "exit status 0")
    expect(WORDS in sluice.text()[since:], "no reason with the end")
    say("no start without TCP-AO in the kernel: " + re.search(
        ".*" + WORDS + ".*", sluice.text()[since:]).group())


run(test)
