#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""ladder.py SIPTWIN: `siptwin ladder` draws the SIP of any capture: other ports, VLAN tags, fragments, pcapng, a loop-back lab,
frames that are seen twice; what it cannot draw it counts. The captures are made here, byte by byte."""
import json, os, struct, subprocess, sys, tempfile

def ip(text): return bytes(int(n) for n in text.split('.'))

def udp(source, target, payload, ident=1, fragment=0, more=False, whole=None):
    """An IPv4 packet; of a later fragment payload is what it carries, whole the length of all UDP data."""
    (sa, sp), (ta, tp) = source, target
    head = b'' if fragment else struct.pack('>HHHH', sp, tp, 8 + (whole or len(payload)), 0)
    return struct.pack('>BBHHHBBH', 0x45, 0, 20 + len(head) + len(payload), ident, (0x2000 if more else 0) | fragment // 8, 64, 17, 0) \
        + ip(sa) + ip(ta) + head + payload

def ethernet(packet, vlan=None, kind=0x0800):
    return bytes(12) + (b'' if vlan is None else struct.pack('>HH', 0x8100, vlan)) + struct.pack('>H', kind) + packet

def cooked(packet): return struct.pack('>HHH8sH', 0, 1, 6, b'', 0x0800) + packet

def pcap(frames, link=1):
    return struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, link) + b''.join(
        struct.pack('<IIII', int(t), round(t % 1 * 1e6), len(f), len(f)) + f for t, f in frames)

def pcapng(frames, link=1):
    def block(kind, body): n = 12 + len(body); return struct.pack('<II', kind, n) + body + struct.pack('<I', n)
    out = block(0x0a0d0d0a, struct.pack('<IHHq', 0x1a2b3c4d, 1, 0, -1)) + block(1, struct.pack('<HHI', link, 0, 65535))
    for t, f in frames:
        us = round(t * 1e6)
        out += block(6, struct.pack('<IIIII', 0, us >> 32, us & 0xffffffff, len(f), len(f)) + f + bytes(-len(f) % 4))
    return out

def sip(first, method, number=1, call='x@lab', body=b'', branch='z9hG4bK1'):
    kind = b'Content-Type: application/sdp\r\n' if body else b''
    return ('%s\r\nVia: SIP/2.0/UDP 10.0.0.1;branch=%s\r\nFrom: <sip:a@x>;tag=1\r\nTo: <sip:b@x>\r\nCall-ID: %s\r\nCSeq: %d %s\r\n' % (
        first, branch, call, number, method)).encode() + kind + b'Content-Length: %d\r\n\r\n' % len(body) + body

INVITE = sip('INVITE sip:b@x SIP/2.0', 'INVITE', body=b'v=0\r\n')
BUSY = sip('SIP/2.0 486 Busy Here', 'INVITE')
OK = sip('SIP/2.0 200 OK', 'INVITE', body=b'v=0\r\n')
ACK = sip('ACK sip:b@x SIP/2.0', 'ACK')
A, B = ('10.0.0.1', 49152), ('192.0.2.7', 5080)

class Cases:
    def __init__(self, siptwin, work): self.siptwin, self.work, self.done, self.failed = siptwin, work, 0, 0

    def equal(self, what, got, expected):
        self.done += 1
        if got != expected: self.failed += 1; print('%s:\n  expected %r\n  got      %r' % (what, expected, got))

    def run(self, capture, *args, status=0):
        path = os.path.join(self.work, 'lab.pcap')
        with open(path, 'wb') as f: f.write(capture)
        p = subprocess.run([self.siptwin, 'ladder', 'lab.pcap', *args], cwd=self.work, capture_output=True, text=True)
        if p.returncode != status: self.failed += 1; print('%s: exit status %d: %s' % (args, p.returncode, p.stderr))
        return p

    def data(self, capture, *args):
        p = self.run(capture, '-o', 'out.json', *args)
        return json.load(open(os.path.join(self.work, 'out.json'))), p.stderr

    def steps(self, capture, *args):
        d, _ = self.data(capture, *args)
        return [(d['hosts'][s['from']]['name'], d['hosts'][s['to']]['name'], s['label']) for s in d['steps']]

def run(c):
    call = [(0.0, udp(A, B, INVITE)), (0.5, udp(A, B, INVITE, 2)), (0.6, udp(B, A, BUSY)), (0.7, udp(A, B, ACK))]
    plain = pcap([(t, ethernet(p)) for t, p in call])
    d, told = c.data(plain, '--name', '10.0.0.1=phone')
    c.equal('hosts are addresses, or have the names that were given', d['hosts'], [{'name': 'phone', 'address': '10.0.0.1'}, {'name': '192.0.2.7'}])
    c.equal('the same bytes again are a retransmission', [s.get('retransmission', 0) for s in d['steps']], [0, 1, 0, 0])
    c.equal('a body with a session is marked', [s.get('sdp', False) for s in d['steps']], [True, True, False, False])
    c.equal('the call came to nothing', [(k['method'], k['status'], k['ending'], k['failed']) for k in d['calls']],
            [('INVITE', 486, 'INVITE ended with 486 Busy Here', True)])
    c.equal('the bytes are there, each once', [m.encode('latin-1') for m in d['messages']], [INVITE, BUSY, ACK])
    c.equal('it says what it drew', told, '4 messages, 1 call, 1 of them came to nothing\n')
    text = c.run(plain, '-q').stdout
    c.equal('text is the default', [('>>> INVITE' in text), ('━ 486 Busy Here (INVITE) ━' in text), ('✗ INVITE ended with 486 Busy Here' in text)], [True] * 3)
    c.equal('and fits 80 columns', max(map(len, text.split('\n'))) <= 80, True)

    expected = c.steps(plain)
    c.equal('VLAN tags are skipped', c.steps(pcap([(t, ethernet(p, 7)) for t, p in call])), expected)
    c.equal('pcapng', c.steps(pcapng([(t, ethernet(p)) for t, p in call])), expected)
    c.equal('raw IP', c.steps(pcap([(t, p) for t, p in call], 101)), expected)
    c.equal('a frame on each interface is one datagram', c.data(pcap([(t + d, cooked(p)) for t, p in call for d in (0, 0.00001)], 113))[1],
            '4 messages, 1 call, 1 of them came to nothing; not drawn: 4 seen twice\n')

    long = sip('INVITE sip:b@x SIP/2.0', 'INVITE', body=b'v=0\r\n' * 400)
    parts = [udp(A, B, long[:1472], 9, 0, True, len(long)), udp(A, B, long[1472:], 9, 1480)]
    d, _ = c.data(pcap([(0, ethernet(parts[0])), (0.00001, ethernet(parts[1]))]))
    c.equal('fragments are put together', d['messages'][0].encode('latin-1'), long)

    me, you = ('127.0.0.1', 5060), ('127.0.0.1', 5070)
    loop = pcap([(0, ethernet(udp(me, you, INVITE))), (0.1, ethernet(udp(you, me, BUSY)))])
    c.equal('on one address ports tell who is who', c.steps(loop, '--name', '127.0.0.1:5070=callee'),
            [('127.0.0.1:5060', 'callee', 'INVITE'), ('callee', '127.0.0.1:5060', '486 Busy Here (INVITE)')])

    mixed = call + [(0.8, udp(A, B, b'\x80\x00rtp')), (0.9, b'\x45\0\0\x28' + bytes(5) + b'\x06' + bytes(30)),
                    (1.0, udp(B, A, sip('OPTIONS sip:a@x SIP/2.0', 'OPTIONS', call='other'))), (1.5, udp(A, B, sip('SIP/2.0 200 OK', 'OPTIONS', call='other')))]
    d, told = c.data(pcap([(t, ethernet(p)) for t, p in mixed]))
    c.equal('what is no SIP over UDP is counted', told, '6 messages, 2 calls, 1 of them came to nothing; not drawn: 1 other UDP, 1 TCP\n')
    c.equal('calls are told apart', [s['call'] for s in d['steps']], [0, 0, 0, 0, 1, 1])
    c.equal('numbers are those of the frames', [s['number'] for s in d['steps']], [1, 2, 3, 4, 7, 8])
    c.equal('one call of several', [k['id'] for k in c.data(pcap([(t, ethernet(p)) for t, p in mixed]), '--call', 'oth')[0]['calls']], ['other'])

    crowd = pcap([(n / 100, ethernet(udp(('10.0.%d.%d' % divmod(n, 250), 5060), B, INVITE))) for n in range(300)])
    c.equal('a crowd is refused', c.run(crowd, status=2).stderr, 'siptwin: error: lab.pcap: more than 100 hosts are too many for a ladder; '
            '--call TEXT draws only the calls with TEXT in their Call-ID\n')
    storm = pcap([(0, ethernet(udp(A, B, INVITE, n & 0xffff, 0, True, 4000))) for n in range(20000)])
    c.equal('a storm of fragments takes no time', len(c.data(storm)[0]['steps']), 20000)
    c.equal('no SIP is an error', c.run(pcap([(0, ethernet(udp(A, B, b'x')))]), status=2).stderr, 'siptwin: error: lab.pcap: holds no SIP over UDP and IPv4\n')
    c.equal('a name without an address', c.run(plain, '--name', 'proxy', status=2).stderr,
            'siptwin: error: ladder: --name: expected ADDRESS=NAME or ADDRESS:PORT=NAME, got "proxy"\n')
    c.run(plain, '-o', 'x.svg', '-o', 'x.mmd', '-o', 'x.html')
    c.equal('every format', [os.path.getsize(os.path.join(c.work, 'x.' + k)) > 200 for k in ('svg', 'mmd', 'html')], [True] * 3)

    names = ['kamailio-of-the-company-east', 'kamailio-of-the-company-west', 'sipp-of-the-company-east']
    three = [('10.0.0.%d' % n, 5060) for n in (1, 2, 3)]
    long_names = [x for n, name in zip((1, 2, 3), names) for x in ('--name', '10.0.0.%d=%s' % (n, name))]
    text = c.run(pcap([(0, ethernet(udp(three[0], three[1], INVITE))), (1, ethernet(udp(three[1], three[2], INVITE)))]), '-q', *long_names).stdout
    heads = text.split('\n')[2].split()[2:]
    c.equal('names that are cut differ', [len(set(heads)), max(map(len, text.split('\n'))) <= 80], [3, True])

def main():
    with tempfile.TemporaryDirectory(prefix='siptwin-ladder-') as work:
        c = Cases(os.path.abspath(sys.argv[1]), work)
        run(c)
    print('ladders of captures: %d of %d as expected' % (c.done - c.failed, c.done))
    return 1 if c.failed else 0

if __name__ == '__main__': sys.exit(main())
