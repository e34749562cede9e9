#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""bad.py SIPTWIN FOLDER...: bad input gives exactly the message it should, exit status 2, and no file.

A case is a text file of sections:
    --- args ARGUMENTS        of siptwin; default: run case -w out.pcap
    --- file NAME             the lines below are a file of the scenario folder "case"
    --- edit NAME             each line below, s|OLD|NEW|, replaces OLD (which must be there, once) in that file
    --- remove NAME           the file is not there
    --- stderr                what must be on standard error, to the letter
What stands before the first section says what the case shows. The folder "case" is a copy of
scenarios/03_proxy_stateful to begin with.
"""
import os, re, shlex, shutil, subprocess, sys, tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

def sections(path):
    out = []
    for line in open(path, encoding='latin-1', newline=''):
        m = re.match(r'--- (\w+) ?(.*)\n', line)
        if m: out.append((m[1], m[2], []))
        elif out: out[-1][2].append(line)
    return [(kind, name, ''.join(lines)) for kind, name, lines in out]

def decode(text):
    """\\xHH in a case file stands for that byte"""
    return re.sub(r'\\x([0-9a-f]{2})', lambda m: chr(int(m[1], 16)), text)

def run(siptwin, path):
    """None if the case is as it should be, or what is not"""
    work = tempfile.mkdtemp(prefix='siptwin-bad-')
    try:
        case = os.path.join(work, 'case')
        shutil.copytree(os.path.join(ROOT, 'scenarios', '03_proxy_stateful'), case)
        args, expected = 'run case -w out.pcap', None
        for kind, name, text in sections(path):
            target = os.path.join(case, name)
            if kind == 'args': args = name
            elif kind == 'file':
                os.makedirs(os.path.dirname(target), exist_ok=True)
                open(target, 'w', encoding='latin-1', newline='').write(decode(text))
            elif kind == 'remove': os.remove(target)
            elif kind == 'stderr': expected = text
            elif kind == 'edit':
                whole = open(target, encoding='latin-1').read()
                for line in filter(None, text.split('\n')):
                    _, old, new, _ = line.split(line[1])
                    old, new = decode(old.replace('\\n', '\n')), decode(new.replace('\\n', '\n'))
                    if whole.count(old) != 1: return '%r stands %d times in %s' % (old, whole.count(old), name)
                    whole = whole.replace(old, new)
                open(target, 'w', encoding='latin-1').write(whole)
            else: return 'unknown section %s' % kind
        if expected is None: return 'no stderr section'
        before = sorted(os.path.join(d, f) for d, ds, fs in os.walk(work) for f in ds + fs)
        p = subprocess.run([siptwin] + shlex.split(args), cwd=work, capture_output=True, timeout=60,
                           env=dict(os.environ, ASAN_OPTIONS='detect_leaks=1'))
        err = p.stderr.decode('latin-1')
        after = sorted(os.path.join(d, f) for d, ds, fs in os.walk(work) for f in ds + fs)
        if p.returncode != 2: return 'exit status %d, stderr:\n%s' % (p.returncode, err)
        if err != expected: return 'expected:\n%sgot:\n%s' % (expected, err)
        if p.stdout: return 'standard output is not empty: %r' % p.stdout[:200]
        if after != before: return 'files were left: %s' % ' '.join(set(after) ^ set(before))
    finally:
        shutil.rmtree(work)

def main():
    siptwin = os.path.abspath(sys.argv[1])
    cases = sorted(os.path.join(d, f) for folder in sys.argv[2:] for d, _, fs in os.walk(folder) for f in fs if f.endswith('.txt'))
    failed = 0
    for path in cases:
        why = run(siptwin, path)
        if why: failed += 1; print('FAILED %s: %s' % (os.path.relpath(path, ROOT), why))
    print('bad inputs refused as they should be: %d of %d' % (len(cases) - failed, len(cases)))
    return 1 if failed or not cases else 0

if __name__ == '__main__': sys.exit(main())
