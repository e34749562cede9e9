#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""import.py SIPTWIN FOLDER: `siptwin import` makes exactly the folder that it should, and that runs.

A case is a text file of sections:
    --- args ARGUMENTS     behind `siptwin import mine`
    --- file NAME          the lines below are a file beside the folder to be made
    --- copy FROM NAME     a file of this project
    --- stdout, --- stderr what must be there, to the letter; without the section nothing
    --- yaml               what mine/scenario.yaml must be, to the letter, without its comments
    --- files              the names of the others, sorted
    --- run                the last line of `siptwin run mine`
What stands before the first section says what the case shows. options.txt is a table of SIPp's options and how many values each
takes, as the real one says: each must be known.
"""
import glob, os, re, shlex, subprocess, sys, tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

def sections(path):
    out = []
    for line in open(path):
        m = re.match(r'--- (\w+) ?(.*)\n', line)
        if m: out.append((m[1], m[2], []))
        elif out: out[-1][2].append(line)
    return [(kind, name, ''.join(lines)) for kind, name, lines in out]

def without_comments(yaml): return re.sub(r' +# .*', '', yaml)

def run(siptwin, path):
    """what is not as it should be"""
    said, expected, args = {}, {'stdout': '', 'stderr': ''}, ''
    with tempfile.TemporaryDirectory(prefix='siptwin-import-') as work:
        for kind, name, text in sections(path):
            if kind == 'args': args = name
            elif kind in ('file', 'copy'):
                source, target = ([None] + name.split())[-2:]
                os.makedirs(os.path.dirname(os.path.join(work, target)), exist_ok=True)
                data = open(os.path.join(ROOT, source), 'rb').read() if source else text.encode()
                open(os.path.join(work, target), 'wb').write(data)
            else: expected[kind] = text
        p = subprocess.run([siptwin, 'import', 'mine'] + shlex.split(args), cwd=work, capture_output=True, text=True, timeout=60)
        said.update(stdout=p.stdout, stderr=p.stderr)
        if p.returncode == 0:
            said['yaml'] = without_comments(open(work + '/mine/scenario.yaml').read())
            names = [os.path.relpath(os.path.join(d, f), work + '/mine') for d, _, fs in os.walk(work + '/mine') for f in fs]
            said['files'] = ' '.join(sorted(set(names) - {'scenario.yaml'})) + '\n'
            p = subprocess.run([siptwin, 'run', 'mine', '-w', 'x.pcap'], cwd=work, capture_output=True, text=True, timeout=60)
            said['run'] = (p.stdout + p.stderr).strip().split('\n')[-1] + '\n'
    if os.environ.get('UPDATE'):
        text = open(path).read()
        for kind in ('stdout', 'stderr', 'yaml', 'files', 'run'):
            text = re.sub(r'--- %s\n(?:(?!--- ).*\n)*' % kind, '', text)
            if said.get(kind): text += '--- %s\n%s' % (kind, said[kind])
        open(path, 'w').write(text)
        return []
    if 'yaml' not in expected: return ['there is no section yaml']
    return ['%s: expected:\n%sgot:\n%s' % (kind, text, said.get(kind)) for kind, text in expected.items() if said.get(kind) != text]

def options(siptwin, path):
    bad, count = [], 0
    for line in open(path):
        if line.startswith('#'): continue
        count += 1
        name, values = line.split()
        for given in range(int(values) + 1):
            p = subprocess.run([siptwin, 'import', 'never', '--', 'sipp', '127.0.0.1', name] + ['1'] * given, capture_output=True, text=True)
            short = re.search(r'%s: needs (a value|two values)' % name, p.stderr)
            if 'has no option' in p.stderr or bool(short) != (given < int(values)) or (p.returncode == 0) : bad.append('%s with %d values: %s' % (name, given, p.stderr))
    print('options of SIPp that are known: %d of %d' % (count - len(bad), count))
    return bad

def main():
    siptwin, folder = os.path.abspath(sys.argv[1]), sys.argv[2]
    cases = sorted(set(glob.glob(folder + '/*.txt')) - {folder + '/options.txt'})
    bad = []
    for path in cases: bad += ['%s: %s' % (os.path.relpath(path, ROOT), why) for why in run(siptwin, path)]
    print('folders imported as they should be: %d of %d' % (len(cases) - len({b.split(':')[0] for b in bad}), len(cases)))
    with tempfile.TemporaryDirectory() as work:
        os.chdir(work)
        bad += options(siptwin, os.path.join(ROOT, 'tests', 'import', 'options.txt'))
    print('\n'.join(bad))
    return 1 if bad or not cases else 0

if __name__ == '__main__': sys.exit(main())
