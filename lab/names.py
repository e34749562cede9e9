#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""names.py NAME=ADDRESS ...: the name server of a host of the lab, at 127.0.0.1.

It knows the hosts of the scenario by their names, as the name server of a network of containers does: their addresses (A), and no other
records. Of every other name it says that there is none.
"""
import socket
import struct
import sys

A, ANSWER, NO_SUCH_NAME, POINTER_TO_QUESTION = 1, 0x8580, 3, b'\xc0\x0c'


def question(query):
    """The name in a query, its type, and where the question ends."""
    labels, at = [], 12
    while query[at]:
        labels.append(query[at + 1:at + 1 + query[at]].decode('latin-1').lower())
        at += 1 + query[at]
    return '.'.join(labels), struct.unpack('>H', query[at + 1:at + 3])[0], at + 5


def answer(query, addresses):
    name, kind, end = question(query)
    found = kind == A and name in addresses
    record = POINTER_TO_QUESTION + struct.pack('>HHIH', A, 1, 600, 4) + socket.inet_aton(addresses[name]) if found else b''
    flags = ANSWER | (0 if name in addresses else NO_SUCH_NAME)
    return query[:2] + struct.pack('>HHHHH', flags, 1, found, 0, 0) + query[12:end] + record


def main():
    addresses = dict(word.lower().split('=') for word in sys.argv[1:])
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(('127.0.0.1', 53))
    while True:
        query, client = server.recvfrom(512)
        try:
            server.sendto(answer(query, addresses), client)
        except (IndexError, struct.error):
            pass


main()
