#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""seeds.py TARGET FOLDER: lays the inputs that a fuzzer begins with into FOLDER, in the form that fuzz_TARGET.c reads.

They are made of what the project has already: its scenarios, the recordings of the real lab with their files, its goldens,
and of tests/fuzz/corpus/TARGET, where inputs lie that once broke something (as the fuzzer wrote them).
"""
import glob, hashlib, os, struct, sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SEPARATOR = b'\x1e'

def read(path):
    with open(path, 'rb') as f: return f.read()

def files(pattern, limit=20000):
    """the contents of the project's files that match, each once"""
    found = sorted(glob.glob(ROOT + '/scenarios/*/' + pattern) + glob.glob(ROOT + '/tests/lab/**/' + pattern, recursive=True))
    return {t for t in map(read, found) if len(t) < limit}

def payloads(capture):
    """(from the caller?, what UDP carries) of the frames of a pcap file of Ethernet, as the goldens are"""
    order, at = '<' if capture[:4] in (b'\xd4\xc3\xb2\xa1', b'\x4d\x3c\xb2\xa1') else '>', 24
    while at + 16 <= len(capture):
        length = struct.unpack(order + 'I', capture[at + 8:at + 12])[0]
        frame = capture[at + 16:at + 16 + length]
        at += 16 + length
        if frame[12:14] == b'\x08\0' and frame[23] == 17 and frame[26:30] != bytes((172, 20, 0, 10)):
            yield frame[26:30] == bytes((172, 20, 0, 2)), frame[42:]

def xml(): return {bytes([who]) + text for text in files('*.xml') for who in (0, 1)}
def cfg(): return files('*.cfg')
def text():
    units = [b'30us', b'1.5s', b'2min', b'12.5%', b'2026-01-01T00:00:00Z']
    recipe = b'siptwin: 0.1.0\nscenario: 03_proxy_stateful\nfiles: %s\nset: a.b=c\\n\npoint: proxy\ncapture: %s\n' % (b'0' * 64, b'f' * 64)
    return {b'\0' + t for t in files('*.csv')} | {b'\0SEQUENTIAL\na;b;c;d\n', b'\1' + recipe} | {b'\2' + u for u in units}
def yaml():
    return {t + SEPARATOR + b'seed=2' + SEPARATOR + b'network.drop=[{from: uac, to: proxy, nth: 1}]' for t in files('scenario.yaml')}
def pcap():
    captures = [read(p) for p in sorted(glob.glob(ROOT + '/golden/*/capture.pcap') + glob.glob(ROOT + '/tests/lab/0*/real.pcap'))]
    small = sorted((c for c in captures if len(c) < 9000), key=lambda c: (len(c), c))[:30]
    return {b'\0\0' + c for c in small} | {struct.pack('<H', len(a)) + a + b for a, b in zip(small, small[1:])}
def wire():
    calls = set()
    for path in sorted(glob.glob(ROOT + '/golden/0[23]*/capture.pcap')):
        sent = [(b'>' if caller else b'<') + p for caller, p in payloads(read(path)) if len(p) < 3000][:12]
        calls |= {bytes([proxy]) + SEPARATOR.join(sent) for proxy in range(3) if sent}
    return calls

def main():
    target, folder = sys.argv[1:]
    os.makedirs(folder, exist_ok=True)
    kept = {read(p) for p in glob.glob(os.path.join(ROOT, 'tests/fuzz/corpus', target, '*'))}
    for seed in globals()[target]() | kept:
        with open(os.path.join(folder, hashlib.sha1(seed).hexdigest()), 'wb') as f: f.write(seed)

if __name__ == '__main__': main()
