#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""tshark.py: what Wireshark's dissectors say of the golden captures, and the commands of the lab's document.

No golden capture may hold a malformed packet, a bad checksum or a packet that is neither SIP nor RTP that an SDP announces.
"""
import os, re, subprocess, sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CHECKSUMS = ['-o', 'ip.check_checksum:TRUE', '-o', 'udp.check_checksum:TRUE']

def tshark(capture, *args):
    p = subprocess.run(['tshark', '-r', capture] + CHECKSUMS + list(args), capture_output=True, text=True)
    if p.returncode: raise SystemExit('tshark: %s' % p.stderr)
    return [l.split('\t') for l in p.stdout.split('\n') if l]

def fields(capture, where, *names):
    return tshark(capture, '-Y', where, '-T', 'fields', *[x for n in names for x in ('-e', n)])

def check(what, got, expected):
    if got == expected: return 0
    print('%s:\n  expected %r\n  got      %r' % (what, expected, got))
    return 1

def main():
    bad, captures = 0, []
    for d, _, fs in os.walk(ROOT + '/golden'): captures += [os.path.join(d, f) for f in fs if f.endswith('.pcap')]
    for c in sorted(captures):
        name = os.path.relpath(c, ROOT)
        for complaint in ('_ws.malformed', 'ip.checksum.status == "Bad" || udp.checksum.status == "Bad"', '!sip && !rtp', '_ws.expert.severity >= 0x600000'):
            found = tshark(c, '-Y', complaint)
            if found: bad += 1; print('%s: %s: %s' % (name, complaint, found))
    lab = ROOT + '/golden/03_proxy_stateful/capture.pcap'
    a, p, b = '172.20.0.2', '172.20.0.10', '172.20.0.3'
    bad += check('who sends the 100', fields(lab, 'sip.Status-Code==100', 'ip.src', 'ip.dst', 'sip.Status-Code', 'sip.Status-Line'),
                 [[p, a, '100', 'SIP/2.0 100 trying -- your call is important to us']])
    flow = [(a, p, 'INVITE', ''), (p, a, '', '100'), (p, b, 'INVITE', ''), (b, p, '', '180'), (b, p, '', '200'), (p, a, '', '200'),
            (a, p, 'ACK', ''), (p, b, 'ACK', ''), (a, p, 'BYE', ''), (p, b, 'BYE', ''), (b, p, '', '200'), (p, a, '', '200')]
    bad += check('the flow', fields(lab, 'sip', 'frame.number', 'ip.src', 'ip.dst', 'sip.Method', 'sip.Status-Code'),
                 [[str(i), *row] for i, row in enumerate(flow, 1)])
    vias = lambda rows: [len(re.findall(r'SIP/2\.0/UDP', row[0])) for row in rows]
    bad += check('Vias of the INVITE from the caller', vias(fields(lab, 'sip.Method==INVITE && ip.src==172.20.0.2', 'sip.Via')), [1])
    bad += check('Vias of the INVITE to the callee',
                 vias(fields(lab, 'sip.Method==INVITE && ip.src==172.20.0.10 && ip.dst==172.20.0.3', 'sip.Via')), [2])
    print('golden captures that tshark reads without complaint: %d; complaints: %d' % (len(captures), bad))
    return 1 if bad or not captures else 0

if __name__ == '__main__': sys.exit(main())
