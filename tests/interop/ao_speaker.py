# SPDX-License-Identifier: BSD-2-Clause
"""A Speaker whose connections are signed by TCP-AO, with keys that can be
added, asked for and taken away while its session runs."""
import ao_socket
from speaker import Speaker


class AoSpeaker(Speaker):
    """keys: ao_socket.Key as this side has them; the first is used first."""

    def __init__(self, lab, local, remote, asn, keys=(), **options):
        self.keys = list(keys)
        super().__init__(lab, local, remote, asn, **options)

    def _prepare(self, sock):
        super()._prepare(sock)
        for key in self.keys:
            ao_socket.add_key(sock, self.remote, key)
        if self.keys:
            ao_socket.require(sock)

    def _sockets(self):
        return [sock for sock in (self.sock, self.listener) if sock is not None]

    def add(self, key):
        """Take this key too."""
        self.keys.append(key)
        for sock in self._sockets():
            ao_socket.add_key(sock, self.remote, key)

    def ask_for(self, key):
        """Have the other side sign with this key from now on."""
        ao_socket.ask_for(self.sock, key)

    def remove(self, key):
        """Not to be used any more; it must be neither current nor next."""
        self.keys.remove(key)
        for sock in self._sockets():
            ao_socket.del_key(sock, self.remote, key)

    def auth(self):
        """What the kernel says of the session's connection; None without one.
        """
        sock = self.sock
        return None if sock is None else ao_socket.info(sock)
