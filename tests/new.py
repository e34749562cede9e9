#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""new.py SIPTWIN: `siptwin new DIR --from SCENARIO` makes a folder that needs no other and gives the same captures."""
import glob, os, subprocess, sys, tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

def captures(siptwin, folder, out):
    os.mkdir(out)
    p = subprocess.run([siptwin, 'run', folder, '-q', '-w', out + '/c.pcap'], stderr=subprocess.PIPE, text=True)
    return p.returncode, {f: open(out + '/' + f, 'rb').read() for f in os.listdir(out)}

def main():
    siptwin, complaints, folders = os.path.abspath(sys.argv[1]), 0, 0
    for folder in sorted(glob.glob(ROOT + '/scenarios/*/') + glob.glob(ROOT + '/tests/lab/*/') + glob.glob(ROOT + '/tests/lab/drawn/*/')):
        if not os.path.exists(folder + 'scenario.yaml'): continue
        folders += 1
        with tempfile.TemporaryDirectory() as tmp:
            p = subprocess.run([siptwin, 'new', tmp + '/mine', '--from', folder], capture_output=True, text=True)
            if p.returncode: complaints += 1; print('%s: %s' % (folder, p.stderr.strip())); continue
            if 'include:' in open(tmp + '/mine/scenario.yaml').read(): complaints += 1; print('%s: includes another' % folder)
            if captures(siptwin, folder, tmp + '/a') != captures(siptwin, tmp + '/mine', tmp + '/b'):
                complaints += 1; print('%s: the copy gives something else' % folder)
    print('folders that are the same when they stand alone: %d of %d' % (folders - complaints, folders))
    return complaints > 0 or folders == 0

if __name__ == '__main__': sys.exit(main())
