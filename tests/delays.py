#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""delays.py SIPTWIN [--update]: the table of docs/delays.md, made by siptwin, is what siptwin makes now."""
import os, re, subprocess, sys, tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, 'tests', 'lab'))
sys.dont_write_bytecode = True
import compare

DELAYS = [0, 0.4, 0.6, 1, 2, 3, 4, 6, 8, 10, 12, 15, 16, 20, 25, 29, 30, 31, 32, 33, 35, 40]
SETUPS = [
    ('stateful, with 100', '03_prompt_workers', [], '03_ring_delay_%gs'),
    ('stateful, without 100', '03_prompt_workers', ['hosts.proxy.kamailio.modparam.tm.auto_inv_100=0'], '03_no_auto100_ring_delay_%gs'),
    ('stateless', '02_proxy_stateless', [], '02_ring_delay_%gs'),
]
DOC = os.path.join(ROOT, 'docs', 'delays.md')
UAC, PROXY, UAS = '172.20.0.2', '172.20.0.10', '172.20.0.3'

def run(siptwin, scenario, sets):
    """datagrams at the proxy, and what siptwin said of failed calls"""
    with tempfile.TemporaryDirectory() as tmp:
        args = [siptwin, 'run', 'scenarios/' + scenario, '-q', '-w', tmp + '/x.pcap']
        for s in sets: args += ['--set', s]
        p = subprocess.run(args, cwd=ROOT, capture_output=True, text=True)
        if p.returncode > 1: raise SystemExit(p.stderr)
        return compare.read(tmp + '/x.pcap'), p.stderr

def row(siptwin, delay, scenario, sets):
    dgrams, said = run(siptwin, scenario, sets + ['hosts.uas.sipp.ring_after=%gs' % delay])
    count = lambda src, dst: sum(d.src == src and d.dst == dst and d.method() == 'INVITE' for d in dgrams)
    heard, proxy = [], '-'
    for d in dgrams:
        m = re.match(r'(\d+) .*\(INVITE\)$', d.label())
        if not m or m[1] == '100' or (d.src, d.dst) != (PROXY, UAC): continue
        text = '%s at %.1f s' % (m[1], d.t)
        if m[1] == '408' and proxy == '-': proxy = '%.1f s' % d.t
        if not any(h.startswith(m[1]) for h in heard): heard.append(text)
    m = re.search(r'uac\.xml:\d+: at ([0-9.]+) s: (.*)', said)
    gives_up = '%.1f s' % float(m[1]) if m else '-'
    return [str(count(UAC, PROXY)), str(count(PROXY, UAS)), ', '.join(heard) or 'nothing', proxy, gives_up]

def recorded(name):
    return '`%s`' % name if os.path.exists(os.path.join(ROOT, 'tests', 'lab', name, 'real.pcap')) else ''

def document(siptwin):
    out = ["# What a slow callee does", '',
           "The callee thinks for a while before it says anything to the INVITE. Who repeats what, who gives up, what does the caller hear?",
           'Three proxies: one that answers 100 Trying at once (`auto_inv_100=1`, the default), the same without its 100, and a stateless one.', '',
           'Every number here is simulated: `siptwin run 03_prompt_workers --uas-delay 10s`, with',
           '`--set hosts.proxy.kamailio.modparam.tm.auto_inv_100=0` for the second table, `siptwin run 02_proxy_stateless --uas-delay 10s` for the',
           'third. `tests/delays.py` makes this page and the tests check it. A row that says so was recorded in the real lab, too: the recording is',
           'in `tests/lab/`, and the same tests hold it against the simulation.', '',
           'INVITEs are counted with the first one. Times count from the first INVITE. A proxy gives up when its fr_timer (30 s) runs out, the',
           'caller when its fifth retransmission is not answered either, or when it hears what its scenario does not expect.', '']
    for name, scenario, sets, recording in SETUPS:
        out += ['## ' + name[0].upper() + name[1:], '',
                '| delay | INVITEs caller to proxy | INVITEs proxy to callee | the caller hears | the proxy gives up | the caller gives up | recorded |',
                '|---:|---:|---:|---|---:|---:|---|']
        out += ['| %g s | %s | %s |' % (d, ' | '.join(row(siptwin, d, scenario, sets)), recorded(recording % d)) for d in DELAYS] + ['']
    return '\n'.join(out)

def main():
    text = document(os.path.abspath(sys.argv[1]))
    if '--update' in sys.argv: open(DOC, 'w').write(text)
    same = os.path.exists(DOC) and open(DOC).read() == text
    print('docs/delays.md is what siptwin makes: %s' % ('yes' if same else 'NO'))
    return 0 if same else 1

if __name__ == '__main__': sys.exit(main())
