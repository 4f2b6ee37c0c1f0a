# SPDX-License-Identifier: BSD-2-Clause
"""TCP-AO (RFC 5925) on sockets of Python, by the kernel's own interface (Linux
6.7, include/uapi/linux/tcp.h). As a program: exit status 0 when this kernel
has it."""
import ctypes
import errno
import ipaddress
import os
import socket
import struct
import sys
from collections import namedtuple

LIBC = ctypes.CDLL(None, use_errno=True)
ADD_KEY, DEL_KEY, INFO = 38, 39, 40
ALGORITHMS = {"hmac-sha1": b"hmac(sha1)", "cmac-aes128": b"cmac(aes128)",
              "hmac-sha256": b"hmac(sha256)"}
EXCLUDE_OPTIONS = 2
SET_CURRENT, SET_RNEXT, REQUIRED = 1, 2, 4
INFO_FORMAT = "=IHBBQQQQQ"

# A master key tuple as one side has it: ids as it sends and receives them.
Key = namedtuple("Key", "send receive secret algorithm exclude",
                 defaults=("hmac-sha1", False))
Info = namedtuple("Info", "flags current next good bad unknown unsigned icmp")


def other_side(key):
    """The same key as the other side has it."""
    return key._replace(send=key.receive, receive=key.send)


def _address(prefix):
    """(struct sockaddr_storage, length of the prefix)"""
    network = ipaddress.ip_network(prefix)
    host = network.network_address.packed
    if network.version == 4:
        data = struct.pack("=HH4s", socket.AF_INET, 0, host)
    else:
        data = struct.pack("=HHI16sI", socket.AF_INET6, 0, 0, host, 0)
    return data.ljust(128, b"\0"), network.prefixlen


def add_key(sock, remote, key, flags=0):
    """Have this key for remote, an address or a prefix."""
    address, length = _address(remote)
    secret = key.secret.encode()
    sock.setsockopt(socket.IPPROTO_TCP, ADD_KEY, struct.pack(
        "=128s64siIH6B80s", address, ALGORITHMS[key.algorithm], 0, flags, 0,
        length, key.send, key.receive, 0,
        EXCLUDE_OPTIONS if key.exclude else 0, len(secret), secret))


def del_key(sock, remote, key):
    address, length = _address(remote)
    sock.setsockopt(socket.IPPROTO_TCP, DEL_KEY, struct.pack(
        "=128siIH6B", address, 0, 0, 0, length, key.send, key.receive, 0, 0, 0))


def info(sock):
    """Info of a socket with keys; None when it has none."""
    # Python's own getsockopt() has no say in what the buffer holds, which the
    # kernel wants to be zero.
    data = ctypes.create_string_buffer(struct.calcsize(INFO_FORMAT))
    length = ctypes.c_uint(len(data))
    if LIBC.getsockopt(sock.fileno(), socket.IPPROTO_TCP, INFO, data,
                       ctypes.byref(length)) != 0:
        number = ctypes.get_errno()
        if number == errno.ENOENT:
            return None
        raise OSError(number, os.strerror(number))
    flags, _, *rest = struct.unpack(INFO_FORMAT, data.raw)
    return Info(flags, *rest)


def _set_info(sock, flags, current=0, next_key=0):
    sock.setsockopt(socket.IPPROTO_TCP, INFO, struct.pack(
        INFO_FORMAT, flags, 0, current, next_key, 0, 0, 0, 0, 0))


def require(sock):
    """No segment without a signature is taken."""
    _set_info(sock, REQUIRED)


def ask_for(sock, key):
    """RNextKeyID: the other side is asked to sign with this key."""
    _set_info(sock, SET_RNEXT | REQUIRED, next_key=key.receive)


def available():
    """Does this kernel have TCP-AO?"""
    with socket.socket() as sock:
        try:
            return info(sock) is None
        except OSError as error:
            if error.errno != errno.ENOPROTOOPT:
                raise
            return False


if __name__ == "__main__":
    sys.exit(0 if available() else 1)
