#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""sipp_files.py SIPTWIN: whole scenarios that SIPp 3.6.1 loads are good for `siptwin lint`, and those that it refuses are refused.

They stand in sipp_files/loads and sipp_files/refuses, and use the words that one finds in public collections of scenarios; which
of the two is right, lab/sipp_files has asked the real program.
"""
import glob, os, subprocess, sys

HERE = os.path.dirname(os.path.abspath(__file__))

def main():
    siptwin, wrong, count = os.path.abspath(sys.argv[1]), [], 0
    for verdict in ('loads', 'refuses'):
        for path in sorted(glob.glob('%s/sipp_files/%s/*.xml' % (HERE, verdict))):
            count += 1
            p = subprocess.run([siptwin, 'lint', path], capture_output=True, text=True)
            good = ': good\n' in p.stdout
            if good != (verdict == 'loads') or 'not simulated' in p.stderr:
                wrong.append('SIPp %s %s: %s' % (verdict, os.path.basename(path), p.stderr.strip() or 'siptwin too'))
    print('\n'.join(wrong + ['whole scenarios judged as SIPp judges them: %d of %d' % (count - len(wrong), count)]))
    return 1 if wrong or not count else 0

if __name__ == '__main__': sys.exit(main())
