# SPDX-License-Identifier: BSD-2-Clause
"""TTL security (RFC 5082) over two hops: a router of our own stands between
sluice and real daemons, so that the TTL drops on the way. With ttl_security 2
there are sessions; with 1 there are none; where the kernel lets us, not even a SYN is answered."""
import subprocess

import bgp
from daemons import *
from lab import *

# daemon, over IPv6?, does the daemon connect?
ROWS = [("bird", False, True), ("bird", False, False), ("bird", True, True),
        ("frr", False, True), ("frr", True, False), ("gobgp", False, True),
        ("gobgp", True, False), ("openbgpd", False, True),
        ("openbgpd", False, False), ("openbgpd", True, True)]
FAR = "198.18.2.0/24", "2001:db8:ffff:2::/64"
STRAY = "198.18.2.250"


class Far:
    """Two network namespaces behind ours: a router, and what is behind it."""

    def __init__(self, lab):
        self.lab = lab
        self.router, self.far = self.space("router"), self.space("far")
        self.link("near", None, "198.18.8.1", "2001:db8:ffff:8::1",
                  "west", self.router, "198.18.8.2", "2001:db8:ffff:8::2")
        self.link("east", self.router, "198.18.9.2", "2001:db8:ffff:9::2",
                  "edge", self.far, "198.18.9.1", "2001:db8:ffff:9::1")
        for name in ("ipv4/ip_forward", "ipv6/conf/all/forwarding"):
            self.run(self.router, "sh", "-c", "echo 1 >/proc/sys/net/" + name)
        self.routes(None, "198.18.8.2", "2001:db8:ffff:8::2", FAR)
        self.routes(self.router, "198.18.9.1", "2001:db8:ffff:9::1", FAR)
        self.routes(self.router, "198.18.8.1", "2001:db8:ffff:8::1",
                    (SLUICE, SLUICE6))
        self.routes(self.far, "198.18.9.2", "2001:db8:ffff:9::2",
                    (SLUICE, SLUICE6))

    def space(self, name):
        process = Process(self.lab, name, ["unshare", "--net", "sleep", "1000"])
        process.start()
        ours = os.readlink("/proc/self/ns/net")
        until(lambda: os.readlink("/proc/%d/ns/net" % process.pid) != ours,
              10, name)
        self.run(process, "ip", "link", "set", "lo", "up")
        return process

    @staticmethod
    def enter(space):
        return [] if space is None else ["nsenter", "-n", "-t", str(space.pid)]

    def run(self, space, *argv):
        return command(*self.enter(space), *argv)

    def link(self, name, space, ip, ip6, other, there, its, its6):
        self.run(space, "ip", "link", "add", name, "type", "veth", "peer",
                 "name", other, "netns", str(there.pid))
        for where, end, addresses in ((space, name, (ip + "/24", ip6 + "/64")),
                                      (there, other, (its + "/24",
                                                      its6 + "/64"))):
            self.run(where, "ip", "link", "set", end, "up")
            for one in addresses:
                self.run(where, "ip", "addr", "add", one, "dev", end,
                         *(["nodad"] if ":" in one else []))

    def routes(self, space, via, via6, prefixes):
        for one in prefixes:
            self.run(space, "ip", "route", "add", one, "via",
                     via6 if ":" in one else via)

    def address(self, address):
        self.lab.known.add(address)        # not on the loopback of ours
        self.run(self.far, "ip", "addr", "add", address + (
            "/128" if ":" in address else "/32"), "dev", "lo",
            *(["nodad"] if ":" in address else []))

    def start(self, process):
        """Start a daemon there."""
        process.argv = self.enter(self.far) + process.argv
        Process.start(process)


class Case:
    def __init__(self, number, hops, row):
        self.daemon, self.ipv6, self.dials = row
        self.hops = hops
        self.name = "%s-%d-%s-%s" % (
            self.daemon, hops, "v6" if self.ipv6 else "v4",
            "dials" if self.dials else "waits")
        self.address = ("2001:db8:ffff:2::%d" if self.ipv6 else
                        "198.18.2.%d") % number
        self.sluice = SLUICE6 if self.ipv6 else SLUICE
        self.asn = 65000 + number

    def entry(self):
        return customer(
            self.name, self.address, self.asn, ttl_security=self.hops,
            passive=self.dials, local_address=self.sluice,
            families=UNICAST if self.daemon == "openbgpd" else FLOWSPEC)

    def start(self, lab, far):
        far.address(self.address)
        far.start(getattr(self, self.daemon)(lab))

    def bird(self, lab):
        options = "multihop 2; ttl security on;" + (
            "" if self.dials else " passive on;")
        return Bird(lab, self.name, self.address, bird_peer(
            "sluice", self.address, self.sluice, self.asn, ASN, options),
            start=False)

    def frr(self, lab):
        options = [] if self.dials else ["passive"]
        return Frr(lab, self.name, self.address, frr_peer(
            self.address, self.sluice, self.asn, ASN, "ttl-security hops 2",
            *options), start=False)

    def gobgp(self, lab):
        return Gobgp(lab, self.name, self.address, self.asn, gobgp_peer(
            self.address, self.sluice, ASN,
            "[neighbors.ttl-security.config]\nenabled = true\nttl-min = 254\n",
            "" if self.dials else "passive-mode = true\n"), start=False)

    def openbgpd(self, lab):
        options = ["multihop 2", "ttl-security yes"]
        if not self.dials:
            options.append("passive")
        return Openbgpd(lab, self.name, self.address, self.sluice, self.asn,
                        ASN, options, start=False)


# Connects from the first argument to the second with a TTL of 255 minus the
# third; prints the state of the TCP connection after a while.
KNOCK = """
import socket, sys, time
s = socket.socket()
s.setblocking(False)
s.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, 255 - int(sys.argv[3]))
s.bind((sys.argv[1], 0))
s.connect_ex((sys.argv[2], 179))
time.sleep(0.5)
print(s.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0])
"""
ESTABLISHED, SYN_SENT, CLOSED = 1, 2, 7


def test(lab):
    far = Far(lab)
    cases = [Case(1 + i, hops, row) for i, (hops, row) in enumerate(
        (hops, row) for hops in (2, 1) for row in ROWS)]
    far.address(STRAY)
    sluice = Sluice(lab, customers=[case.entry() for case in cases] + [
        customer("knock", STRAY, 65250, ttl_security=2)])
    for case in cases:
        case.start(lab, far)
    wanted = [case for case in cases if case.hops == 2]

    def missing():
        now = {row["remote"] for row in sluice.cli("sessions") if row["up"]}
        return [case.name for case in wanted if case.address not in now]
    try:
        until(lambda: not missing(), 60, "sessions")
    except Failure:
        raise Failure("not up: %s" % missing())
    time.sleep(5)
    for case in cases:
        equal(sluice.session(case.address)["established"],
              int(case.hops == 2), case.name + ": sessions")
    say("%d sessions with ttl_security 2 over two hops; none of %d with 1"
        % (len(wanted), len(cases) - len(wanted)))
    # Newer kernels filter only for who has CAP_NET_ADMIN; then it is a reset.
    filtered = "strangers are turned away only" not in sluice.text()
    no = SYN_SENT if filtered else CLOSED
    for less, state in ((0, ESTABLISHED), (1, no), (100, no)):
        equal(int(far.run(far.far, sys.executable, "-c", KNOCK, STRAY, SLUICE,
                          str(less))), state, "state with a TTL %d less" % less)
    say("a SYN with one TTL less %s" % (
        "gets no answer" if filtered else "ends in a reset"))
    sluice.intact()


run(test)
