# SPDX-License-Identifier: BSD-2-Clause
"""Two changes of key on a running daemon: whoever knows any one of the three
keys can verify the whole log, live and from a copy, by the statements that both
keys of each change signed; whoever knows another key cannot."""
import shutil

from audit import *


def rotate(audit, known):
    audit("rotate", "--reason", "a test of it")
    new = until(lambda: next((one for one in audit.log_keys()
                              if one not in known), None), 20, "another key")
    until(lambda: len(entries(audit)) == len(known) + 1, 20, "an entry of it")
    expect(entries(audit)[-1]["operator"], "nobody made another key")
    time.sleep(1.5)                # a checkpoint of its own
    return new


def entries(audit):
    return [json.loads(line) for line in
            audit("export", "--json", "--kind", "key").splitlines()]


def act(sluice, acme, rr, third):
    rules = [nlri("destination 203.0.113.%d/32 protocol =17 source-port =%d" %
                  (i % 256, third)) for i in range(200)]
    acme.announce(rules)
    until(lambda: all(r in rr.rules() for r in rules), 20, "rules")


def verified(audit, keys, size):
    for key in keys:
        found = audit.verify("--key", key)
        equal((found["sound"], found["keys_linked"], found["keys_refused"]),
              (True, len(keys) - 1, 0), "by one key of %d" % len(keys))
        expect(found["signed"] >= size, "confirmed: %s" % found["signed"])


def test(lab):
    sluice = Sluice(lab, [inward("rr", "198.18.0.10")],
                    [customer("acme", "198.18.1.1", 65001)])
    audit = Audit(sluice)
    rr = Speaker(lab, "198.18.0.10", SLUICE, ASN, listen=True)
    acme = Speaker(lab, "198.18.1.1", SLUICE, 65001)
    until(lambda: acme.up and rr.up, 20, "sessions")
    audit.signed()
    keys = audit.log_keys()
    for third in (1000, 2000):
        if len(keys) > 1:
            time.sleep(61)         # a key a minute, not more
        act(sluice, acme, rr, third)
        keys.append(rotate(audit, keys))
    act(sluice, acme, rr, 3000)
    size = parse(audit.signed()).size
    verified(audit, keys, size)
    found = audit.verify("--key", vkey(name(keys[0])), code=1)
    expect({one["fault"] for one in found["findings"]} == {"foreign"},
           "by a foreign key: %s" % found["findings"])
    say("%d entries, 3 keys: each leads to the others" % size)
    store = lab.path("copy")
    shutil.copytree(sluice.config["store"]["path"], store)
    verified(Audit(sluice, store), keys, size)
    listed = audit("list", "--kind", "key")
    expect(listed.count("signed by both") == 2, listed)


run(test)
