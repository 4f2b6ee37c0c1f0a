# SPDX-License-Identifier: BSD-2-Clause
"""The real daemons, each with the least configuration that a test needs, and
the rules that they hold, read back through their own tools."""
import json
import os

import bgp
import rules
from lab import Failure, Process, command, until

AFI_NAME = {bgp.V4: "ipv4", bgp.V6: "ipv6"}


class Bird(Process):
    """bird with the given `protocols` (text), tables flowtab4 and flowtab6."""

    def __init__(self, lab, name, address, protocols, start=True,
                 router_id=None):
        lab.addresses(address)
        self.control = lab.path(name + ".ctl")
        self.router_id = router_id or (
            address if ":" not in address else "198.18.251.1")
        self.file = name + ".conf"
        self.write(lab, protocols)
        super().__init__(lab, name, [
            "bird", "-f", "-c", lab.path(self.file), "-s", self.control])
        if start:
            self.start()

    def write(self, lab, protocols):
        lab.file(self.file, "router id %s;\nlog stderr all;\n"
                 "flow4 table flowtab4;\nflow6 table flowtab6;\n"
                 "protocol device { }\n%s" % (self.router_id, protocols))

    def start(self):
        super().start()
        until(self.answers, 10, "birdc")
        return self

    def answers(self):
        try:
            self.birdc("show", "status")
            return True
        except Failure:
            return False

    def birdc(self, *words):
        return command("birdc", "-s", self.control, *words)

    def up(self, protocol):
        return "Established" in self.birdc("show", "protocols", "all", protocol)

    def rules(self, family=bgp.V4):
        """[(components, cut, extended communities as hex)]; see
        rules.from_bird()."""
        table = "flowtab4" if family == bgp.V4 else "flowtab6"
        out = []
        for line in self.birdc("show", "route", "table", table,
                               "all").splitlines():
            if line.startswith("flow"):
                out.append((*rules.from_bird(line[:line.index("}") + 1]), []))
            elif line.strip().startswith("BGP.ext_community:"):
                out[-1][2].extend(rules.communities_from_bird(line))
        return out


def bird_peer(name, local, remote, local_as, remote_as, options="",
              channel="import all; export none;"):
    """One BGP protocol with both Flowspec families."""
    return """protocol bgp %s {
    local %s as %d;
    neighbor %s as %d;
    strict bind yes; multihop;
    connect delay time 1; connect retry time 1; error wait time 1, 2;
    %s
    flow4 { table flowtab4; %s };
    flow6 { table flowtab6; %s };
}
""" % (name, local, local_as, remote, remote_as, options, channel, channel)


def bird_unicast(name, local, remote, local_as, remote_as, options="",
                 channel="import all; export all;", more=""):
    """One BGP protocol with both unicast families, and further channels."""
    return """protocol bgp %s {
    local %s as %d;
    neighbor %s as %d;
    strict bind yes; multihop;
    connect delay time 1; connect retry time 1; error wait time 1, 2;
    %s
    ipv4 { %s };
    ipv6 { %s };
    %s
}
""" % (name, local, local_as, remote, remote_as, options, channel, channel,
       more)


def bird_routes(name, *prefixes):
    """A static protocol with these prefixes (of one family)."""
    return "protocol static %s {\n    ipv%d;\n%s}\n" % (
        name, 6 if ":" in prefixes[0] else 4,
        "".join("    route %s blackhole;\n" % one for one in prefixes))


def bird_rules(table, family, *flows):
    """A static protocol with rules [(BIRD's words, communities' words)]."""
    body = "".join("    route flow%d { %s } { %s };\n" % (
        4 if family == bgp.V4 else 6, match,
        " ".join("bgp_ext_community.add(%s);" % one for one in actions))
        for match, actions in flows)
    return "protocol static %s {\n    flow%d { table flowtab%d; };\n%s}\n" % (
        table, 4 if family == bgp.V4 else 6, 4 if family == bgp.V4 else 6, body)


class Frr(Process):
    """bgpd alone, without zebra; `config` is the text of its file."""

    def __init__(self, lab, name, address, config, start=True):
        lab.addresses(address)
        self.folder = lab.path(name)
        os.makedirs(self.folder, exist_ok=True)
        lab.file(name + ".conf", "frr defaults traditional\nhostname %s\n"
                 "log stdout\n%s" % (name, config))
        super().__init__(lab, name, [
            "/usr/lib/frr/bgpd", "-f", lab.path(name + ".conf"), "-Z", "-S",
            "-P", "0", "-l", address, "-i", os.path.join(self.folder, "pid"),
            "--vty_socket", self.folder, "--log", "stdout"])
        if start:
            self.start()

    def start(self):
        super().start()
        until(lambda: os.path.exists(os.path.join(self.folder, "bgpd.vty")),
              10, "bgpd's vty")
        return self

    def vtysh(self, *commands):
        words = [word for one in commands for word in ("-c", one)]
        return command("vtysh", "--vty_socket", self.folder, "-d", "bgpd",
                       *words)

    def neighbor(self, address):
        return json.loads(self.vtysh("show bgp neighbors %s json" % address)
                          )[address]

    def up(self, address):
        return self.neighbor(address)["bgpState"] == "Established"

    def rules(self, family=bgp.V4):
        """[(octets, text of the actions)]; see rules.frr_view()."""
        return rules.from_frr(
            self.vtysh("show bgp %s flowspec detail" % AFI_NAME[family]),
            family)


def frr_peer(local, remote, local_as, remote_as, *options):
    """`router bgp` with one neighbour and both Flowspec families."""
    lines = "".join(" neighbor %s %s\n" % (remote, one) for one in options)
    families = "".join(
        " address-family %s flowspec\n  neighbor %s activate\n"
        " exit-address-family\n" % (afi, remote) for afi in ("ipv4", "ipv6"))
    router_id = local if ":" not in local else "198.18.251.2"
    return """router bgp %d
 bgp router-id %s
 no bgp ebgp-requires-policy
 no bgp default ipv4-unicast
 no bgp network import-check
 neighbor %s remote-as %d
 neighbor %s update-source %s
 neighbor %s timers connect 1
%s%s""" % (local_as, router_id, remote, remote_as, remote, local, remote,
           lines, families)


def frr_router(local, asn, peers, networks=(), more=""):
    """`router bgp` with peers [(address, AS, options, {family in FRR's words:
    options there}]; a route-map NOTHING denies all."""
    text = """router bgp %d
 bgp router-id %s
 no bgp ebgp-requires-policy
 no bgp default ipv4-unicast
 no bgp network import-check
""" % (asn, local)
    for remote, remote_as, options, _ in peers:
        text += "".join(" neighbor %s %s\n" % (remote, one) for one in [
            "remote-as %d" % remote_as, "update-source " + local,
            "timers connect 1", *options])
    for family in ("ipv4 unicast", "ipv6 unicast", "ipv4 flowspec",
                   "ipv6 flowspec"):
        lines = "".join("  network %s\n" % one for one in networks
                        if family == "ipv%d unicast" % (6 if ":" in one
                                                        else 4))
        for remote, _, _, families in peers:
            lines += "".join("  neighbor %s %s\n" % (remote, one)
                             for one in families.get(family, ()))
        if lines:
            text += " address-family %s\n%s exit-address-family\n" % (
                family, lines)
    return text + more + "route-map NOTHING deny 10\n"


class Gobgp(Process):
    """gobgpd; `config` is TOML after [global.config]."""

    PORTS = iter(range(50100, 50200))

    def __init__(self, lab, name, address, asn, config, start=True,
                 listen=True):
        lab.addresses(address)
        self.api = next(Gobgp.PORTS)
        router_id = address if ":" not in address else "198.18.251.3"
        lab.file(name + ".toml", """[global.config]
as = %d
router-id = "%s"
local-address-list = ["%s"]
%s%s""" % (asn, router_id, address, "" if listen else "port = -1\n", config))
        super().__init__(lab, name, [
            "gobgpd", "-f", lab.path(name + ".toml"), "-p", "--pprof-disable",
            "--api-hosts", "127.0.0.1:%d" % self.api])
        if start:
            self.start()

    def start(self):
        super().start()
        until(self.answers, 10, "gobgpd's API")
        return self

    def answers(self):
        try:
            self.gobgp("global")
            return True
        except Failure:
            return False

    def gobgp(self, *words):
        return command("gobgp", "-p", str(self.api), *words)

    def neighbor(self, address):
        return json.loads(self.gobgp("neighbor", address, "-j"))

    def up(self, address):
        return self.neighbor(address)["state"].get("session_state") == 6

    def rules(self, family=bgp.V4):
        """{octets: list of the attributes as gobgp says them}."""
        text = self.gobgp("global", "rib", "-a",
                          AFI_NAME[family] + "-flowspec", "-j")
        return rules.from_gobgp(text, family)


GOBGP_HOPS = "[neighbors.ebgp-multihop.config]\nenabled = true\n" \
    "multihop-ttl = 2\n"


def gobgp_peer(local, remote, remote_as, config="", transport="",
               families=("ipv4-flowspec", "ipv6-flowspec")):
    """One [[neighbors]] with these families."""
    return """[[neighbors]]
[neighbors.config]
neighbor-address = "%s"
peer-as = %d
%s[neighbors.timers.config]
connect-retry = 1
idle-hold-time-after-reset = 1
[neighbors.transport.config]
local-address = "%s"
%s""" % (remote, remote_as, config, local, transport) + "".join(
        """[[neighbors.afi-safis]]
[neighbors.afi-safis.config]
afi-safi-name = "%s"
""" % family for family in families)


class Openbgpd(Process):
    """OpenBGPD's bgpd with one neighbour; it speaks unicast only."""

    HOME = "/run/openbgpd"                 # of its user; it chroots there

    def __init__(self, lab, name, local, remote, local_as, remote_as,
                 options=(), start=True):
        lab.addresses(local)
        # A listener of it finds no key of a peer that has a local address.
        if "passive" not in options:
            options = ["local-address " + local, *options]
        os.makedirs(self.HOME, mode=0o755, exist_ok=True)
        self.control = lab.path(name + ".sock")
        # It takes no file that others can read.
        path = lab.file(name + ".conf", """AS %d
router-id %s
listen on %s
fib-update no
connect-retry 1
socket "%s"
neighbor %s {
    remote-as %d
    announce IPv4 unicast
    announce IPv6 unicast
%s}
allow from any
allow to any
""" % (local_as, local if ":" not in local else "198.18.251.5", local,
            self.control, remote, remote_as,
            "".join("    %s\n" % one for one in options)), 0o600)
        super().__init__(lab, name, ["/usr/sbin/bgpd", "-d", "-f", path])
        if start:
            self.start()

    def up(self):
        return "Established" in command("bgpctl", "-s", self.control, "show")


class Exabgp(Process):
    """exabgp with one neighbour; `flows` is the text of its flow section and
    say() types into its API."""

    def __init__(self, lab, name, local, remote, local_as, remote_as, flows="",
                 options="", passive=False, start=True):
        lab.addresses(local)
        self.pipe = lab.path(name + ".in")
        if not os.path.exists(self.pipe):
            os.mkfifo(self.pipe)
        lab.file(name + ".conf", """process feed {
    run /bin/sh -c "exec /bin/cat <> %s";
    encoder text;
}
neighbor %s {
    router-id %s;
    local-address %s;
    local-as %d;
    peer-as %d;
    api { processes [ feed ]; }
    %s
    family { ipv4 flow; ipv6 flow; }
    flow { %s }
}
""" % (self.pipe, remote, local if ":" not in local else "198.18.251.4", local,
            local_as, remote_as,
            options + (" passive true; listen 179;" if passive else ""), flows))
        super().__init__(lab, name, ["exabgp", lab.path(name + ".conf")], {
            "exabgp.daemon.user": "root", "exabgp.daemon.drop": "false",
            "exabgp.api.cli": "false", "exabgp.api.ack": "false",
            "exabgp.log.destination": "stdout", "exabgp.log.level": "DEBUG",
            "exabgp.tcp.delay": "0"})
        if start:
            self.start()

    def say(self, line):
        """One line of ExaBGP's API: announce flow route { … } …"""
        with open(self.pipe, "w") as pipe:
            pipe.write(line + "\n")
