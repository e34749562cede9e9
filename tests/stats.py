#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""stats.py SIPTWIN FOLDERS: what SIPp counts, against the real one's -trace_stat.

Each folder holds a scenario and the last row that SIPp 3.6.1 wrote for it (real.HOST.csv). Header and counts must be the same, durations
within two ticks of SIPp's clock. Not compared: the moments, the rate that follows from them, and what is periodic (the row that is
periodic depends on the moment). Of a single call SIPp's deviation is no number; siptwin says 0.
"""
import glob, os, re, subprocess, sys, tempfile

NO_NUMBER = '2562047788015:12:55:808000'
TICKS_MS = 8
SKIPPED = re.compile(r'.*Time$|ElapsedTime.*|CallRate.*|TargetRate|CurrentCall|.*\(P\)|ResponseTimeRepartition[^_]*|CallLengthRepartition$')

def duration_ms(text):
    if text == NO_NUMBER: return 0
    h, m, s, us = (int(part) for part in text.split(':'))
    return ((h * 60 + m) * 60 + s) * 1000 + us // 1000

def read(path):
    with open(path) as f: rows = [line.rstrip('\n').split(';') for line in f]
    return rows[0], rows[-1]

def compare(real, simulated):
    names, right = read(real)
    our_names, ours = read(simulated)
    if names != our_names: return ['header: %s' % sorted(set(names) ^ set(our_names))]
    wrong = []
    for name, a, b in zip(names, right, ours):
        if SKIPPED.match(name): continue
        same = abs(duration_ms(a) - duration_ms(b)) <= TICKS_MS if ':' in a else a == b
        if not same: wrong.append('%s: SIPp %s, siptwin %s' % (name, a, b))
    return wrong

def main():
    siptwin, folders = sys.argv[1:]
    complaints = compared = 0
    with tempfile.TemporaryDirectory() as tmp:
        for name in sorted(os.listdir(folders)):
            folder = os.path.join(folders, name)
            subprocess.run([siptwin, 'run', folder, '-q', '-w', '/dev/null', '--stats', tmp + '/out.csv'], stderr=subprocess.DEVNULL)
            for real in sorted(glob.glob(folder + '/real.*.csv')):
                host = real.split('.')[-2]
                compared += 1
                wrong = compare(real, '%s/out.%s.csv' % (tmp, host))
                complaints += bool(wrong)
                for line in wrong: print('%s, %s: %s' % (name, host, line))
    print('statistics as those of SIPp: %d of %d' % (compared - complaints, compared))
    return complaints > 0 or compared == 0

if __name__ == '__main__': sys.exit(main())
