#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""golden.py SIPTWIN: every scenario gives its golden files, byte for byte, and has them.

golden.py --make SIPTWIN SCENARIO-FOLDER OUT makes the files of one scenario: its capture, what standard output shows
(flow.txt), its ladders, and for some scenarios the larger formats and the reasons (explain.txt).
"""
import os, subprocess, sys, tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# Pictures are large; these three show all there is in them.
WITH_PICTURES = ['03_lost_200', '03_proxy_stateful', '04_proxy_chain']

def make(siptwin, folder, out):
    """What is wrong, or None"""
    large = os.path.basename(folder.rstrip('/')) in WITH_PICTURES
    kinds = ['txt', 'mmd'] + ['svg', 'html'] * large
    ladders = [x for kind in kinds for x in ('--ladder', '%s/ladder.%s' % (out, kind))]
    for name, args in [('flow.txt', ladders)] + [('explain.txt', ['--explain'])] * large:
        p = subprocess.run([siptwin, 'run', folder, '-w', out + '/capture.pcap'] + args, capture_output=True)
        with open(os.path.join(out, name), 'wb') as f: f.write(p.stdout)
        if p.returncode not in (0, 1): return 'exit status %d: %s' % (p.returncode, p.stderr.decode(errors='replace'))

def files(folder):
    return {f: open(os.path.join(folder, f), 'rb').read() for f in sorted(os.listdir(folder))} if os.path.isdir(folder) else {}

def main():
    if sys.argv[1] == '--make':
        os.makedirs(sys.argv[4], exist_ok=True)
        return make(*sys.argv[2:5])
    siptwin, bad = os.path.abspath(sys.argv[1]), 0
    names = sorted(n for n in os.listdir(ROOT + '/scenarios') if os.path.exists(ROOT + '/scenarios/%s/scenario.yaml' % n))
    for name in names:
        with tempfile.TemporaryDirectory() as out:
            wrong = make(siptwin, os.path.join(ROOT, 'scenarios', name), out)
            got, golden = files(out), files('%s/golden/%s' % (ROOT, name))
        for f in sorted(set(got) | set(golden)):
            if got.get(f) != golden.get(f):
                bad += 1
                why = 'no golden file' if f not in golden else 'not written' if f not in got else 'differs'
                print('golden/%s/%s: %s' % (name, f, why))
        if wrong: bad += 1; print('%s: %s' % (name, wrong))
    for name in set(os.listdir(ROOT + '/golden')) - set(names): bad += 1; print('golden/%s: no such scenario' % name)
    print('golden scenarios: %d; files that differ: %d' % (len(names), bad))
    if bad: print('if they should differ: ./dev golden, then look at git diff golden')
    return 1 if bad or not names else 0

if __name__ == '__main__': sys.exit(main())
