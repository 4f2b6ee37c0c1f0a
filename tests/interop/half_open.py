# SPDX-License-Identifier: BSD-2-Clause
"""Connections that come to nothing: half open, silent, an octet a second, an
OPEN and nothing behind it, very many of them, from strangers and from a known
address. They end within half a minute, cost two descriptors at most, and nobody
else notices."""
import bgp
from lab import *

SLOW = {"silent": "198.18.1.1", "slow": "198.18.1.2", "stuck": "198.18.1.3"}
CROWD, GOOD, STRANGER = "198.18.1.4", "198.18.1.5", "198.18.9.9"
LIMIT_S = 33
N = 500


def dial(local, quick=False):
    """A connection from there to sluice; quick: the answer is not awaited."""
    sock = socket.socket()
    sock.bind((local, 0))
    sock.settimeout(5)
    if quick:
        sock.setblocking(False)
        sock.connect_ex((SLUICE, 179))
    else:
        sock.connect((SLUICE, 179))
    return sock


def state(sock):
    """TCP's state: 1 is established, 2 a SYN without an answer, 7 closed."""
    return sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0]


class Slow:
    """One that does as it is named, and notes when it is hung up on."""

    def __init__(self, kind, address, asn):
        self.kind, self.sock = kind, dial(address)
        self.sock.setblocking(False)
        self.begun = time.monotonic()
        # With a hold time of 0, whose sessions have no hold timer at all.
        self.open = bgp.open_message(asn, 0, address, (bgp.V4,))
        self.sent, self.got, self.ended = 0, b"", None
        if kind == "stuck":
            self.sock.send(self.open)

    def turn(self):
        if self.ended is not None:
            return
        now = time.monotonic() - self.begun
        try:
            if self.kind == "slow" and self.sent < min(now, len(self.open)):
                self.sock.send(self.open[self.sent:self.sent + 1])
                self.sent += 1
            data = self.sock.recv(4096)
            self.got += data
            if not data:
                self.ended = now
        except BlockingIOError:
            pass
        except ConnectionError:
            self.ended = now


def descriptors(sluice):
    """{pid: open files} of sluiced and of all roles."""
    return {pid: len(os.listdir("/proc/%d/fd" % pid)) for pid in
            [sluice.pid] + [pid for pid, _, _ in sluice.roles()]}


def test(lab):
    names = dict(SLOW, crowd=CROWD, good=GOOD)
    sluice = Sluice(lab, customers=[
        customer(name, address, 65001 + i, hold_time=9 if name == "good"
                 else 90) for i, (name, address) in enumerate(names.items())])
    good = Speaker(lab, GOOD, SLUICE, 65005, hold=9)
    until(lambda: good.up, 20, "session")
    lab.addresses(STRANGER, *names.values())
    before = descriptors(sluice)

    slow = [Slow(kind, address, 65001 + i)
            for i, (kind, address) in enumerate(SLOW.items())]
    strangers = [dial(STRANGER, quick=True) for _ in range(N)]
    crowd, more = [], {}
    end = time.monotonic() + LIMIT_S + 5
    while time.monotonic() < end and any(one.ended is None for one in slow):
        for one in slow:
            one.turn()
        if len(crowd) < N:
            crowd += [dial(CROWD, quick=True) for _ in range(10)]
        for pid, count in descriptors(sluice).items():
            more[pid] = max(more.get(pid, 0), count - before[pid])
        time.sleep(0.05)

    for one in slow:
        expect(one.ended is not None, "%s was not hung up on" % one.kind)
        expect(one.ended < LIMIT_S, "%s: %.1f s" % (one.kind, one.ended))
        expect(b"\x03\x04" in one.got, "%s: no Hold Timer Expired: %s" % (
            one.kind, one.got.hex()))
    say("hung up on with Hold Timer Expired: " + ", ".join(
        "%s after %.1f s" % (one.kind, one.ended) for one in slow))
    # Newer kernels filter only for who has CAP_NET_ADMIN; then it is a reset.
    filtered = "strangers are turned away only" not in sluice.text()
    equal({state(sock) for sock in strangers}, {2 if filtered else 7},
          "states of strangers")
    say("%d connections of a stranger: %s" % (
        N, "none has an answer" if filtered else "all were reset"))
    # Two for each that dials, and one that is being turned away right now.
    ours = more.pop(sluice.pid)
    expect(ours <= 2 * (len(SLOW) + 1) + 1 and max(more.values()) <= 4,
           "descriptors more than before: %d, %s" % (ours, more))
    say("%d connections of a neighbour: at most %d descriptors more in sluiced "
        "and %d in a session" % (len(crowd), ours, max(more.values())))
    for sock in crowd + strangers:
        sock.close()

    last = [Speaker(lab, address, SLUICE, 65001 + i)
            for i, address in enumerate([*SLOW.values(), CROWD])]
    until(lambda: all(one.up for one in last), 60, "sessions afterwards")
    equal(good.ups, 1, "sessions of the bystander")
    expect(good.silence < 5, "the bystander heard nothing for %.1f s"
           % good.silence)
    expect(len(sluice.text()) < 200000, "the log has %d octets"
           % len(sluice.text()))
    say("all have sessions afterwards; the bystander waited %.1f s at most"
        % good.silence)
    sluice.intact()


run(test)
