#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""bytes.py [--update]: golden/ has the captures that docs/bytes lists, and what a version has changed is listed.

docs/bytes/VERSION.sha256 holds the SHA-256 of each capture below golden/, as that version writes it. The list of the version that
meson.build names is what golden/ holds (--update writes it, as `./dev golden` does). Earlier lists stay as they are: a capture that
had other bytes in one is named, with the version that changed it, under "Changed bytes" of docs/stability.md, as `NAME/FILE`.
"""
import glob, hashlib, os, re, sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

def read(path): return open(os.path.join(ROOT, path), encoding='utf-8').read()

def listed(path): return {line[66:]: line[:64] for line in read(path).splitlines()}

def by_number(path): return [int(x) for x in re.findall(r'\d+', os.path.basename(path)[:-7])]

def main():
    version = re.search(r"version: '([^']+)'", read('meson.build'))[1]
    current = 'docs/bytes/%s.sha256' % version
    now = {os.path.relpath(f, ROOT + '/golden'): hashlib.sha256(open(f, 'rb').read()).hexdigest() for f in glob.glob(ROOT + '/golden/*/*.pcap')}
    text = ''.join('%s  %s\n' % (now[f], f) for f in sorted(now))
    if '--update' in sys.argv: open(os.path.join(ROOT, current), 'w').write(text)
    bad = []
    if not os.path.exists(os.path.join(ROOT, current)) or read(current) != text:
        bad.append('%s is not what golden/ holds: ./dev golden' % current)
    lists = sorted((os.path.relpath(f, ROOT) for f in glob.glob(ROOT + '/docs/bytes/*.sha256')), key=by_number)
    told = read('docs/stability.md').split('## Changed bytes')[1]
    for earlier, later in zip(lists, lists[1:]):
        before, after = listed(earlier), listed(later)
        section = re.search(r'^### %s\n(.*?)(?=^### |\Z)' % re.escape(os.path.basename(later)[:-7]), told, re.M | re.S)
        for f in sorted(before):
            if before[f] != after.get(f) and '`%s`' % f not in (section[1] if section else ''):
                bad.append('%s differs between %s and %s, which docs/stability.md does not tell' % (f, earlier, later))
    print('\n'.join(bad) or 'the bytes of %d captures are as listed' % len(now))
    return 1 if bad or not now else 0

if __name__ == '__main__': sys.exit(main())
