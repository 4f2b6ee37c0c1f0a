# SPDX-License-Identifier: BSD-2-Clause
"""What BGP sessions do besides carrying rules: route refresh, shutdown
communication, hold timer, collision, End-of-RIB, restart of a customer."""
import socket
import struct

import bgp
import rules
from daemons import *
from lab import *

BIRD, FRR, GOBGP, PLAIN, ENHANCED = (
    "198.18.0.%d" % n for n in (11, 12, 13, 14, 15))
# customers: BIRD; two speakers; and three that connect while sluice does
OUT_BIRD, OUT_ONE, OUT_TWO, OUT_RAW = (
    "198.18.1.%d" % n for n in (1, 2, 3, 4))
BOTH = {"bird": "198.18.1.11", "frr": "198.18.1.12", "gobgp": "198.18.1.13",
        "exabgp": "198.18.1.14"}
ENHANCED_REFRESH = bgp.capability(2) + bgp.capability(70)
RESTART = bgp.capability(64, struct.pack("!H", 0))


def host(number):
    return "203.0.113.%d/32" % number


def rule(number):
    return nlri("destination %s protocol =17" % host(number))


def bird_flows(*numbers):
    return bird_rules("ours", bgp.V4, *(
        ("dst %s; proto 17;" % host(number), ["(generic, 0x80060000, 0x0)"])
        for number in numbers))


class Scene:
    def __init__(self, lab):
        self.lab = lab
        lab.addresses(OUT_RAW)
        owners = [("bird", OUT_BIRD, 65001, [1, 2, 3], {}),
                  ("one", OUT_ONE, 65002, range(10, 20), {}),
                  ("two", OUT_TWO, 65003, range(20, 40),
                   {"limits": {"rules": 3}}),
                  ("raw", OUT_RAW, 65004, [40], {"passive": False})]
        owners += [("both-" + name, ip, 4200000001 + number, [50 + number],
                    {"passive": False})
                   for number, (name, ip) in enumerate(BOTH.items())]
        names = {"in-bird": BIRD, "in-frr": FRR, "in-gobgp": GOBGP,
                 "in-plain": PLAIN, "in-enhanced": ENHANCED}
        self.sluice = Sluice(
            lab, internal=[inward(name, ip) for name, ip in names.items()],
            customers=[customer(name, ip, asn, linger="1h", multihop=2, own={
                "prefixes": [host(one) for one in numbers]}, **more)
                for name, ip, asn, numbers, more in owners])
        self.plain = Speaker(lab, PLAIN, SLUICE, ASN, listen=True)
        self.enhanced = Speaker(lab, ENHANCED, SLUICE, ASN, listen=True,
                                capabilities=ENHANCED_REFRESH)
        self.bird = Bird(lab, "in-bird", BIRD, bird_peer(
            "sluice", BIRD, SLUICE, ASN, ASN, "debug { events, packets };"))
        self.frr = Frr(lab, "in-frr", FRR, frr_peer(FRR, SLUICE, ASN, ASN))
        self.gobgp = Gobgp(lab, "in-gobgp", GOBGP, ASN, gobgp_peer(
            GOBGP, SLUICE, ASN))
        self.names = list(names)
        until(lambda: all(self.session(name).get("up") for name in names), 30,
              "all sessions inside")

    def session(self, neighbor):
        return self.sluice.session(neighbor)

    def up(self, neighbor):
        until(lambda: self.session(neighbor).get("up"), 30,
              neighbor + " to be up")

    def inside(self, *numbers):
        """These and no other rules of the hosts stand inside."""
        wanted = sorted(rule(number) for number in numbers)
        until(lambda: sorted(self.plain.rules()) == wanted, 20,
              "inside: %s" % (numbers,))
        octets = sorted(map(bytes.fromhex, wanted))
        until(lambda: sorted(rules.encode(one) for one, _, _ in
                             self.bird.rules()) == octets, 20, "BIRD")
        until(lambda: sorted(one for one, _ in self.frr.rules()) == octets, 20,
              "FRR")
        until(lambda: sorted(self.gobgp.rules()) == octets, 20, "GoBGP")

    def states(self, name):
        return sorted((row["nlri"], row["state"], row["reason"])
                      for row in self.sluice.rules(customer=name))


def end_of_rib(scene):
    """Routers inside hear the End-of-RIB of both families at the start."""
    scene.frr.wait_text("rcvd End-of-RIB for IPv4 Flowspec from " + SLUICE)
    scene.frr.wait_text("rcvd End-of-RIB for IPv6 Flowspec from " + SLUICE)
    scene.bird.wait_text("(?s)Got END-OF-RIB.*Got END-OF-RIB")
    equal(sorted(scene.plain.seen("eor")), [bgp.V4, bgp.V6], "End-of-RIB")
    say("End-of-RIB of both families: seen by FRR, BIRD, recorder")


def bird_customer(scene, *numbers):
    """BIRD as a customer with these rules; started once they are inside."""
    text = bird_flows(*numbers) + bird_peer(
        "sluice", OUT_BIRD, SLUICE, 65001, ASN, "",
        "import none; export all;")
    bird = next((one for one in scene.lab.processes
                 if one.name == "out-bird"), None)
    if bird is None:
        bird = Bird(scene.lab, "out-bird", OUT_BIRD, text)
    else:
        bird.write(scene.lab, text)
        os.unlink(bird.control)
        bird.start()
    scene.up(OUT_BIRD)
    return bird


def restart(scene):
    """A customer is killed and comes back with fewer rules: the others are
    taken back when its End-of-RIB has come, not before."""
    bird = bird_customer(scene, 1, 2, 3)
    scene.inside(1, 2, 3)
    bird.kill()
    until(lambda: scene.session(OUT_BIRD)["up"] is False, 20, "BIRD's end")
    equal({state for _, state, _ in scene.states("bird")}, {"lingering"},
          "rules of a customer that is gone")
    scene.inside(1, 2, 3)
    bird = bird_customer(scene, 2)
    scene.inside(2)
    equal(scene.states("bird"), [(rule(2), "accepted", "accepted")],
          "rules after the restart")
    gone = [entry["nlri"] for entry in scene.sluice.audit(
        kind="withdrawal", reason="not-announced-again")]
    equal(sorted(gone), [rule(1), rule(3)], "swept, in the log")
    say("restart with 1 of 3 rules: the other 2 swept")
    return bird


def refresh_inside(scene):
    """Routers inside ask for all again, each in its own way (GoBGP never
    asks: it keeps what it has heard)."""
    one = scene.plain.seen("announce")
    scene.plain.refresh(bgp.V4)
    until(lambda: len(scene.plain.seen("announce")) == len(one) + 1, 10,
          "rules again")
    equal(scene.plain.refreshes, [], "BoRR to who does not know it")
    scene.enhanced.refresh(bgp.V4)
    until(lambda: (bgp.V4, 2) in scene.enhanced.refreshes, 10, "EoRR")
    last = [(what, detail[0] if what == "announce" else detail)
            for _, what, detail in scene.enhanced.events][-3:]
    equal(last, [("refresh", (bgp.V4, 1)), ("announce", bgp.V4),
                 ("refresh", (bgp.V4, 2))], "BoRR, rules, EoRR")
    for name, ask in (
            ("in-bird", lambda: scene.bird.birdc("reload", "in", "sluice")),
            ("in-frr", lambda: scene.frr.vtysh(
                "clear bgp ipv4 flowspec %s soft in" % SLUICE))):
        before = scene.session(name)["updates_out"]
        ask()
        until(lambda: scene.session(name)["updates_out"] > before, 10,
              name + ": rules again")
    scene.inside(2)
    say("route refresh: plain and enhanced; BIRD and FRR got all again")


def refresh_outside(scene, bird):
    """A customer announces all again; nothing happens. One that leaves some
    out between BoRR and EoRR loses them."""
    size = scene.sluice.cli("status")[0]["log"]["size"]
    before = scene.session(OUT_BIRD)["rules_in"]
    bird.birdc("reload", "out", "sluice")
    until(lambda: scene.session(OUT_BIRD)["rules_in"] > before, 10,
          "BIRD to announce again")
    equal(scene.sluice.cli("status")[0]["log"]["size"], size,
          "entries for the same again")

    one = Speaker(scene.lab, OUT_ONE, SLUICE, 65002,
                  capabilities=ENHANCED_REFRESH + RESTART)
    scene.up(OUT_ONE)
    one.announce([rule(10), rule(11), rule(12)])
    one.end_of_rib()
    scene.inside(2, 10, 11, 12)
    one.refresh(bgp.V4, 1)
    one.announce(rule(11))
    one.refresh(bgp.V4, 2)
    scene.inside(2, 11)
    equal(scene.states("one"), [(rule(11), "accepted", "accepted")],
          "rules after BoRR and EoRR")
    say("route refresh of customers: the same again makes no entry; what is "
        "left out between BoRR and EoRR is taken back")
    return one


def refresh_asked(scene):
    """What a customer announced beyond the received bound (twice its rules)
    is asked for when there is room."""
    two = Speaker(scene.lab, OUT_TWO, SLUICE, 65003)
    scene.up(OUT_TWO)
    numbers = list(range(20, 40))
    two.announce([rule(number) for number in numbers])
    until(lambda: scene.session(OUT_TWO)["overflow"] > 0, 10, "overflow")
    held = scene.session(OUT_TWO)["held"]
    two.withdraw([rule(number) for number in numbers[:held]])
    until(lambda: (bgp.V4, 0) in two.refreshes, 20, "to be asked again")
    two.announce([rule(number) for number in numbers[-3:]])
    scene.inside(2, 11, *numbers[-3:])
    two.cease()
    scene.inside(2, 11)
    say("%d of %d announcements beyond the bound asked for by route refresh"
        % (len(numbers) - held, len(numbers)))


def shutdown_heard(scene, bird):
    """RFC 9003 from BIRD, as customer and inside."""
    bird.birdc("disable", "sluice", '"lights out at noon"')
    until(lambda: "lights out at noon" in scene.session(OUT_BIRD)["text"], 10,
          "the customer's words")
    scene.inside(11)
    session = scene.session(OUT_BIRD)
    equal((session["notification"], session["down"]),
          ({"code": 6, "subcode": 2, "by": "neighbor"}, "ceased"), "Cease")
    scene.sluice.wait_text("lights out at noon")
    bird.birdc("enable", "sluice")
    scene.up(OUT_BIRD)
    scene.inside(2, 11)
    scene.bird.birdc("disable", "sluice", '"moving house"')
    until(lambda: scene.session("in-bird")["state"] == "Active", 10,
          "sluice to have tried again")
    expect("moving house" in scene.session("in-bird")["text"],
           "the router's words stay while it is away")
    scene.bird.birdc("enable", "sluice")
    scene.up("in-bird")
    scene.inside(2, 11)
    say("shutdown communication from BIRD: seen in `sluice sessions` and log")


def hold_timer(scene, one):
    """A customer that falls silent: NOTIFICATION 4/0, its rules linger; they
    are as before when it is back."""
    one.cease()
    scene.inside(2)
    one = Speaker(scene.lab, OUT_ONE, SLUICE, 65002, hold=3, keepalive=False,
                  reconnect=False, capabilities=RESTART)
    scene.up(OUT_ONE)
    one.announce(rule(12))
    scene.inside(2, 12)
    until(lambda: one.notifications, 10, "the hold timer")
    equal(one.notifications[0][:2], (4, 0), "NOTIFICATION")
    until(lambda: scene.states("one") ==
          [(rule(12), "lingering", "session-lost")], 10, "rules to linger")
    equal(scene.session(OUT_ONE)["notification"],
          {"code": 4, "subcode": 0, "by": "us"}, "as shown")
    scene.inside(2, 12)
    one = Speaker(scene.lab, OUT_ONE, SLUICE, 65002, capabilities=RESTART)
    scene.up(OUT_ONE)
    one.announce(rule(12))
    one.end_of_rib()
    until(lambda: scene.states("one") == [(rule(12), "accepted", "accepted")],
          10, "rules to be as before")
    scene.inside(2, 12)
    say("hold timer: 4/0, the rule lingered inside, and was kept on return")
    one.cease()
    scene.inside(2)


def read_message(sock):
    head = sock.recv(19, socket.MSG_WAITALL)
    if len(head) < 19:
        return None, b""
    size = struct.unpack("!H", head[16:18])[0]
    return head[18], sock.recv(size - 19, socket.MSG_WAITALL) \
        if size > 19 else b""


def collide(scene, router_id):
    """Both connections at OpenSent, then our OPEN on both. Returns what came
    on the one that sluice made and on the one that we made."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((OUT_RAW, 179))
    listener.listen(4)
    listener.settimeout(20)
    theirs = listener.accept()[0]
    ours = socket.socket()
    ours.bind((OUT_RAW, 0))
    ours.connect((SLUICE, 179))
    out = []
    for sock in (theirs, ours):
        sock.settimeout(10)
        equal(read_message(sock)[0], bgp.OPEN, "OPEN on both")
    for sock in (theirs, ours):
        sock.sendall(bgp.open_message(65004, 180, router_id, [bgp.V4]))
    # Neither is confirmed before both were answered: of an established session
    # and an OPEN the session would stay, whichever is higher.
    first = [(sock, *read_message(sock)) for sock in (theirs, ours)]
    for sock, kind, body in first:
        if kind == bgp.KEEPALIVE:
            try:
                sock.sendall(bgp.message(bgp.KEEPALIVE))
                sock.settimeout(1)
                kind, body = read_message(sock)
            except socket.timeout:
                pass
        out.append((kind, body[:2].hex()))
    listener.close()
    scene.up(OUT_RAW)
    for sock in (theirs, ours):
        sock.close()
    until(lambda: not scene.session(OUT_RAW)["up"], 10, "end of collision")
    return out


def collision(scene):
    """RFC 4271 6.8: the connection made by the higher identifier stays."""
    cease = (bgp.NOTIFICATION, "0607")
    theirs, ours = collide(scene, "198.18.0.0")
    expect(ours == cease and theirs != cease, "collision, we are lower: "
           "theirs %s, ours %s" % (theirs, ours))
    theirs, ours = collide(scene, "198.18.255.255")
    expect(theirs == cease and ours != cease, "collision, we are higher: "
           "theirs %s, ours %s" % (theirs, ours))
    say("collision: 6/7 on the connection of the lower identifier")


def both_connect(scene):
    """Neither side waits: one session, which stays."""
    lab = scene.lab
    asns = {name: 4200000001 + n for n, name in enumerate(BOTH)}
    Bird(lab, "both-bird", BOTH["bird"], bird_peer(
        "sluice", BOTH["bird"], SLUICE, asns["bird"], ASN))
    Frr(lab, "both-frr", BOTH["frr"], frr_peer(
        BOTH["frr"], SLUICE, asns["frr"], ASN, "ebgp-multihop 2"))
    Gobgp(lab, "both-gobgp", BOTH["gobgp"], asns["gobgp"], gobgp_peer(
        BOTH["gobgp"], SLUICE, ASN, "[neighbors.ebgp-multihop.config]\n"
        "enabled = true\nmultihop-ttl = 2\n"))
    Exabgp(lab, "both-exabgp", BOTH["exabgp"], SLUICE, asns["exabgp"], ASN)
    for ip in BOTH.values():
        scene.up(ip)


def both_stayed(scene):
    for name, ip in BOTH.items():
        session = scene.session(ip)
        equal((session["up"], session["established"]), (True, 1), name)
    say("both sides connect: one session each with %s" % ", ".join(BOTH))


def shutdown_said(scene):
    """sluice stops: everybody is told why, and drops the rules."""
    scene.sluice.intact()
    equal(scene.sluice.stop(), 0, "exit status")
    until(lambda: scene.plain.notifications, 10, "NOTIFICATION")
    code, subcode, data = scene.plain.notifications[-1]
    equal((code, subcode), (6, 2), "NOTIFICATION")
    text = data[1:1 + data[0]].decode()
    expect(text, "a text in it")
    scene.bird.wait_text("Received: Administrative shutdown: \"?" +
                         re.escape(text), 10)
    until(lambda: scene.frr.neighbor(SLUICE).get("lastShutdownDescription") or
          text in scene.frr.text() or text in scene.frr.vtysh(
              "show bgp neighbors " + SLUICE), 10, "FRR to say " + text)
    scene.gobgp.wait_text(re.escape(text), 10)
    say('shutdown communication from sluice, "%s": seen by BIRD, FRR, GoBGP'
        % text)


def test(lab):
    scene = Scene(lab)
    end_of_rib(scene)
    both_connect(scene)
    bird = restart(scene)
    refresh_inside(scene)
    one = refresh_outside(scene, bird)
    refresh_asked(scene)
    shutdown_heard(scene, bird)
    hold_timer(scene, one)
    collision(scene)
    both_stayed(scene)
    shutdown_said(scene)


run(test)
