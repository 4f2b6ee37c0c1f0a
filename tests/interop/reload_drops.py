# SPDX-License-Identifier: BSD-2-Clause
"""A reload that drops sessions says which and why, before and after, and how a
session ended is still shown when the next has begun. A BIRD whose password
changes, in the same file; then it is taken out."""
from daemons import *
from lab import *

ACME, ADDRESS, OTHER = 65001, "198.18.5.1", "198.18.5.2"
NEIGHBOR = "acme/" + ADDRESS


def test(lab):
    lab.addresses(ADDRESS, OTHER)
    key = lab.file("acme.key", "s3cret-of-ours", 0o400)
    one = customer("acme", ADDRESS, ACME, multihop=2, password_file=key)
    two = customer("beta", OTHER, ACME + 1, passive=True, multihop=2)
    sluice = Sluice(lab, internal=[inward("recorder", "198.18.0.99")],
                    customers=[one, two])
    bird = Bird(lab, "bird", ADDRESS, bird_peer(
        "sluice", ADDRESS, SLUICE, ACME, ASN,
        'multihop 2; password "s3cret-of-ours";', "import none; export all;"))
    until(lambda: sluice.session(ADDRESS)["up"], 30, "the session")
    same = sluice.command("reload", "--dry-run").stdout
    expect("session" not in same, "nothing has changed: " + same)

    os.unlink(key)
    lab.file("acme.key", "another-of-ours", 0o400)
    line = "1 session starts anew: %s (password_file)\n" % NEIGHBOR
    dry = sluice.command("reload", "--dry-run").stdout
    expect(line in dry, "the dry run: " + dry)
    expect(sluice.session(ADDRESS)["up"], "the dry run changes nothing")
    end = json.loads(sluice.command("reload", "--dry-run", "--json").stdout)
    equal(end["restarts"], [{"name": NEIGHBOR, "why": ["password_file"]}],
          "restarts")
    equal((end["restarts_more"], end["ends"]), (0, []), "nothing else")
    done = sluice.command("reload", "--yes").stdout
    expect(done.count(line) == 2, "preview and result: " + done)
    until(lambda: not sluice.session(ADDRESS)["up"], 20, "its end")
    until(lambda: re.search(r"last end +\S.*configuration changed",
                            sluice.command("sessions", "acme").stdout),
          20, "how it ended")
    time.sleep(3)
    shown = sluice.command("sessions", "acme").stdout
    expect(re.search(r"last end +\S.*configuration changed", shown) and
           re.search(r"notification +6/4, sent by", shown),
           "a new process knows how the one before ended: " + shown)
    say("a password that changed in its file is told of")

    sluice.config["customers"] = [one]
    sluice.write()
    line = "1 session ends: beta/%s\n" % OTHER
    dry = sluice.command("reload", "--dry-run").stdout
    expect(line in dry and "anew" not in dry, "one less: " + dry)
    done = sluice.command("reload", "--yes").stdout
    expect(line in done, "one less: " + done)
    equal([row["customer"] for row in sluice.cli("sessions")
           if row["customer"]], ["acme"], "who is left")
    say("a neighbour that is taken out is told of")
    bird.stop()
    sluice.intact()


run(test)
