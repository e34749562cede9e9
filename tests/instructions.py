#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""instructions.py SIPTWIN COMPILER [--record]: a run must not need more instructions than it did.

Time depends on the machine and its moods, the instructions that callgrind counts do not. instructions.txt holds, for some
scenarios, those of a call among many (the difference of two runs) and those of a run of one call; either may grow by 3 %.
Who has a reason to let them grow, or has made them fewer, records them anew with --record.

They are those of the build that users get from `./dev build` (debugoptimized, without sanitizers): $SIPTWIN_PLAIN, or
SIPTWIN if it is built that way. Another compiler makes other instructions: then the test is skipped.
"""
import os, re, shutil, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TABLE = HERE + '/instructions.txt'
SCENARIOS = ['01_basic_call', '02_proxy_stateless', '03_prompt_workers', '03_proxy_stateful_rr', '03_cancel']
GROWTH = 1.03
FEW, MANY = 50, 150
SKIP = 77

def instructions(siptwin, scenario, calls):
    with tempfile.TemporaryDirectory() as tmp:
        command = ['valgrind', '--tool=callgrind', '--callgrind-out-file=/dev/null', siptwin, 'run', HERE + '/../scenarios/' + scenario, '-q',
                   '-w', tmp + '/out.pcap', '--calls', str(calls), '--rate', '200']
        p = subprocess.run(command, capture_output=True, text=True, env={'PATH': os.environ['PATH'], 'LC_ALL': 'C'})
        found = re.search(r'Collected : (\d+)', p.stderr)
        if not found: sys.exit('no count: ' + p.stderr)
        return int(found[1])

def measure(siptwin):
    counts = {}
    for scenario in SCENARIOS:
        few, many = instructions(siptwin, scenario, FEW), instructions(siptwin, scenario, MANY)
        counts[scenario, 'call'] = (many - few) // (MANY - FEW)
    counts['01_basic_call', 'run'] = instructions(siptwin, '01_basic_call', 1)
    return counts

def recorded():
    with open(TABLE) as f:
        rows = [line.split() for line in f if line.strip() and not line.startswith('#')]
    return {(scenario, what): int(count) for scenario, what, count in rows}

def record(counts, compiler):
    with open(TABLE, 'w') as f:
        f.write('# Instructions of a call among many, and of a run of one call (instructions.py --record). Made with:\n# %s\n' % compiler)
        for (scenario, what), count in counts.items(): f.write('%-22s %-5s %d\n' % (scenario, what, count))

def main():
    siptwin, compiler = os.environ.get('SIPTWIN_PLAIN') or sys.argv[1], sys.argv[2]
    if not os.environ.get('SIPTWIN_PLAIN') and 'debugoptimized, none' not in compiler: return SKIP
    compiler = compiler.split(',')[0]
    if not shutil.which('valgrind'): return SKIP
    if '--record' in sys.argv:
        record(measure(siptwin), compiler)
        return 0
    with open(TABLE) as f: made_with = f.read().splitlines()[1][2:]
    if compiler != made_with:
        print('recorded with %s, not with %s' % (made_with, compiler))
        return SKIP
    failed, now = 0, measure(siptwin)
    for key, before in recorded().items():
        grown = now[key] / before
        failed |= grown > GROWTH
        print('%-22s %-5s %8d, was %8d: %+.1f %%%s' % (*key, now[key], before, 100 * (grown - 1), ' TOO MANY' if grown > GROWTH else ''))
    return 1 if failed else 0

sys.exit(main())
