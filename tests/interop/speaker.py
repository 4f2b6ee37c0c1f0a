# SPDX-License-Identifier: BSD-2-Clause
"""A BGP speaker of bytes: a customer that sends what it is told, or an inward
router that records what it is sent, octet by octet, with the time."""
import socket
import struct
import threading
import time

import bgp

TCP_MD5SIG = 14
IP_MINTTL, IPV6_MINHOPCOUNT = 21, 73


def _inet(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def tcp_md5(sock, remote, password):
    """RFC 2385 key for remote on a connecting or listening socket."""
    host = socket.inet_pton(_inet(remote), remote)
    if _inet(remote) == socket.AF_INET:
        where = struct.pack("=HH4s", socket.AF_INET, 0, host)
    else:
        where = struct.pack("=HHI16sI", socket.AF_INET6, 0, 0, host, 0)
    key = password.encode()
    sock.setsockopt(socket.IPPROTO_TCP, TCP_MD5SIG, where.ljust(128, b"\0") +
                    struct.pack("=BBHi", 0, 0, len(key), 0) + key.ljust(80, b"\0"))


def ttl(sock, remote, value, least=0):
    """Set the TTL that is sent and the least that is taken."""
    if _inet(remote) == socket.AF_INET:
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, value)
        if least:
            sock.setsockopt(socket.IPPROTO_IP, IP_MINTTL, least)
    else:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, value)
        if least:
            sock.setsockopt(socket.IPPROTO_IPV6, IPV6_MINHOPCOUNT, least)


class Speaker:
    """One BGP session from `local` to `remote`, kept up by a thread.

    Options: listen (wait for the other side; else connect, again and again
    unless reconnect is False), families, hold, password, ttl, capabilities
    (extra capability bytes), keepalive (False: send none), on_up(speaker):
    called in the thread at each establishment.

    What was seen, under `lock`:
      rib            {family: {value hex: {attribute type: hex}}}
      events         [(monotonic time, what, detail)]; what is up, down,
                     announce, withdraw, eor, notification, refresh
      ups            sessions established so far
      notifications  [(code, subcode, data)] received
      refreshes      [(family, subtype)] received
      open           bgp.Open of the peer
      silence        longest time between two of its messages in a session; may
                     be set to 0
    """

    def __init__(self, lab, local, remote, asn, **options):
        self.local, self.remote, self.asn = local, remote, asn
        self.options = {"listen": False, "reconnect": True, "hold": 180,
                        "families": (bgp.V4, bgp.V6), "password": None,
                        "ttl": None, "capabilities": bgp.capability(2),
                        "keepalive": True, "on_up": None, "port": 179,
                        "router_id": local if ":" not in local else
                        "198.18.250.%d" % (1 + hash(local) % 250)}
        unknown = set(options) - set(self.options)
        if unknown:
            raise TypeError("unknown options %s" % unknown)
        self.options.update(options)
        self.lock = threading.Condition()
        self.rib, self.events, self.notifications = {}, [], []
        self.refreshes, self.ups, self.open, self.up = [], 0, None, False
        self.silence, self.heard = 0.0, None
        self.wire = []                     # whole UPDATE bodies received
        self.error = None                  # a fault of this speaker's own
        self.sock = self.listener = None
        self.sending = threading.Lock()
        self.stopping = False
        lab.addresses(local)
        lab.speakers.append(self)
        if self.options["listen"]:
            self._listen()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    # ---- what tests call ----

    def announce(self, nlris, communities=bgp.DISCARD, family=bgp.V4, **more):
        """Announce NLRI values (hex or bytes; a list, or one)."""
        path = more.get("path", bgp.as_path(self.asn))
        for data in bgp.announcements(family, _values(nlris), communities,
                                      path, more.get("extra", b"")):
            self.send(data)

    def withdraw(self, nlris, family=bgp.V4):
        for data in bgp.withdrawals(family, _values(nlris)):
            self.send(data)

    def route(self, prefixes, path=None, extra=b"", origin=0, hop=True):
        """Announce unicast prefixes (texts of one family; a list, or one) with
        an AS_PATH (bgp.path()) and further attributes as bytes. hop False: the
        next hop is left out (IPv4)."""
        prefixes = [prefixes] if isinstance(prefixes, str) else prefixes
        six = ":" in prefixes[0]
        next_hop = "2001:db8:ffff::99" if six else \
            self.local if ":" not in self.local else "198.18.250.250"
        attributes = bgp.attribute(1, bytes([origin])) + (
            bgp.path(self.asn) if path is None else path) + extra
        for at in range(0, len(prefixes), 200):
            self.send(bgp.unicast(
                bgp.UNICAST6 if six else bgp.UNICAST4, prefixes[at:at + 200],
                next_hop if hop else None, attributes))

    def unroute(self, prefixes):
        """Withdraw unicast prefixes of one family."""
        prefixes = [prefixes] if isinstance(prefixes, str) else prefixes
        family = bgp.UNICAST6 if ":" in prefixes[0] else bgp.UNICAST4
        for at in range(0, len(prefixes), 200):
            self.send(bgp.unicast_gone(family, prefixes[at:at + 200]))

    def end_of_rib(self, *families):
        for family in families or self.options["families"]:
            self.send(bgp.end_of_rib(family))

    def refresh(self, family, subtype=0):
        self.send(bgp.message(bgp.REFRESH, struct.pack("!HBB", family[0],
                                                       subtype, family[1])))

    def send(self, data):
        """Whole messages as bytes. OSError when there is no session."""
        with self.sending:
            sock = self.sock
            if sock is None:
                raise OSError("no session to %s" % self.remote)
            sock.sendall(data)

    def cease(self, subcode=2, text=None):
        """NOTIFICATION 6/subcode with RFC 9003 text, then close for good."""
        self.options["reconnect"] = False
        self.send(bgp.notification(6, subcode, text))
        self.stop()

    def drop(self, reconnect=False):
        """Lose the connection without a word (RST)."""
        self.options["reconnect"] = reconnect
        sock = self.sock
        if sock is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                            struct.pack("ii", 1, 0))
            self._close(sock)

    def stop(self):
        self.stopping = True
        for sock in (self.sock, self.listener):
            if sock is not None:
                self._close(sock)

    def rules(self, family=bgp.V4):
        """{value hex: {attribute type: hex}} as held now, a copy."""
        with self.lock:
            return dict(self.rib.get(family, {}))

    def seen(self, what):
        """Details of the events of one kind so far."""
        with self.lock:
            return [detail for _, kind, detail in self.events if kind == what]

    # ---- the thread ----

    def _event(self, what, detail=None):
        with self.lock:
            self.events.append((time.monotonic(), what, detail))
            self.lock.notify_all()

    def _close(self, sock):
        try:
            sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        sock.close()

    def _prepare(self, sock):
        if self.options["password"] is not None:
            tcp_md5(sock, self.remote, self.options["password"])
        if self.options["ttl"] is not None:
            ttl(sock, self.remote, self.options["ttl"])

    def _listen(self):
        sock = socket.socket(_inet(self.local))
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._prepare(sock)
        sock.bind((self.local, self.options["port"]))
        sock.listen(16)
        self.listener = sock

    def _connection(self):
        if self.listener is not None:
            return self.listener.accept()[0]
        sock = socket.socket(_inet(self.local))
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._prepare(sock)
        sock.bind((self.local, 0))
        sock.settimeout(5)
        try:
            sock.connect((self.remote, self.options["port"]))
        except OSError:
            sock.close()
            raise
        sock.settimeout(None)
        return sock

    def _run(self):
        while not self.stopping:
            try:
                sock = self._connection()
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            except OSError:
                time.sleep(0.1)
                continue
            try:
                self._session(sock)
            except (OSError, EOFError):
                pass
            except Exception as error:     # Lab.check() tells
                self.error = error
            self._ended(sock)
            if not self.options["reconnect"]:
                return
            time.sleep(0.1)

    def _ended(self, sock):
        with self.sending:
            self.sock = None
        self._close(sock)
        with self.lock:
            was, self.up = self.up, False
            self.rib = {}
        if was:
            self._event("down")

    def _session(self, sock):
        options = self.options
        sock.sendall(bgp.open_message(self.asn, options["hold"],
                                      options["router_id"],
                                      options["families"],
                                      options["capabilities"]))
        kind, body = self._read(sock)
        if kind != bgp.OPEN:
            self._handle(kind, body)
            return
        self.open = bgp.Open(body)
        sock.sendall(bgp.message(bgp.KEEPALIVE))
        kind, body = self._read(sock)
        if kind != bgp.KEEPALIVE:
            self._handle(kind, body)
            return
        self.sock, self.heard = sock, None
        with self.lock:
            self.up, self.ups = True, self.ups + 1
        self._event("up")
        if options["keepalive"]:
            threading.Thread(target=self._keep, args=(sock,),
                             daemon=True).start()
        if options["on_up"] is not None:
            options["on_up"](self)
        while True:
            self._handle(*self._read(sock))

    def _keep(self, sock):
        """KEEPALIVEs, as long as this is the session."""
        while self.sock is sock and not self.stopping:
            try:
                self.send(bgp.message(bgp.KEEPALIVE))
            except OSError:
                return
            time.sleep(max(1, min(self.options["hold"], self.open.hold) / 3)
                       if self.options["hold"] else 30)

    def _octets(self, sock, n):
        data = b""
        while len(data) < n:
            more = sock.recv(n - len(data))
            if not more:
                raise EOFError
            data += more
        return data

    def _read(self, sock):
        head = self._octets(sock, 19)
        if head[:16] != b"\xff" * 16:
            raise ValueError("marker")
        size, kind = struct.unpack("!HB", head[16:])
        if not 19 <= size <= bgp.MAX:
            raise ValueError("message of %d octets" % size)
        now = time.monotonic()
        self.silence = max(self.silence, now - (self.heard or now))
        self.heard = now
        return kind, self._octets(sock, size - 19)

    def _handle(self, kind, body):
        if kind == bgp.UPDATE:
            self._update(body)
        elif kind == bgp.NOTIFICATION:
            with self.lock:
                self.notifications.append((body[0], body[1], body[2:]))
            self._event("notification", (body[0], body[1], body[2:]))
            raise EOFError
        elif kind == bgp.REFRESH:
            afi, subtype, safi = struct.unpack("!HBB", body)
            with self.lock:
                self.refreshes.append(((afi, safi), subtype))
            self._event("refresh", ((afi, safi), subtype))

    def _update(self, body):
        update = bgp.Update(body)
        now = time.monotonic()
        attrs = {kind: value.hex() for kind, value in update.attrs.items()}
        with self.lock:
            self.wire.append(body)
            for family, value in update.withdrawn:
                self.rib.setdefault(family, {}).pop(value.hex(), None)
                self.events.append((now, "withdraw", (family, value.hex())))
            for family, value in update.announced:
                self.rib.setdefault(family, {})[value.hex()] = attrs
                self.events.append(
                    (now, "announce", (family, value.hex(), attrs)))
            if update.end_of_rib is not None:
                self.events.append((now, "eor", update.end_of_rib))
            self.lock.notify_all()


def _values(nlris):
    if isinstance(nlris, (str, bytes)):
        nlris = [nlris]
    return [bytes.fromhex(one) if isinstance(one, str) else one
            for one in nlris]
