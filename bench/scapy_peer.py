#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""scapy_peer.py COUNT OUT: makes COUNT datagrams with a SIP text of 450 bytes and writes them, as a script that makes
test captures does."""
import sys
from scapy.all import Ether, IP, UDP, Raw, PcapWriter

with PcapWriter(sys.argv[2]) as out:
    for i in range(int(sys.argv[1])):
        text = ('OPTIONS sip:service@172.20.0.2 SIP/2.0\r\nCall-ID: %d\r\n' % i).ljust(450, '.')
        out.write(Ether(src='02:42:ac:14:00:02', dst='02:42:ac:14:00:03') / IP(src='172.20.0.2', dst='172.20.0.3') / UDP(sport=5060, dport=5060) / Raw(text))
