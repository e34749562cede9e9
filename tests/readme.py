#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""readme.py SIPTWIN [--update] [FILE...]: what the READMEs show is what really happens.

In every README.md, and in docs/json.md, each fenced block of kind `console` is a session: a line `$ COMMAND` (lines that end with \\ go on), then
what it prints on standard output and standard error. Each command is run again and its output compared to the letter;
--update writes what comes now. `./dev run X` stands for `siptwin run X`. The commands of one file share a folder of their own,
in which scenarios/, golden/ and tests/ are as in the project.
"""
import os, re, shutil, subprocess, sys, tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
NOISE = re.compile(r'^Running as user "root" and group "root"\. This could be dangerous\.\n', re.M)

def session(block, work, env):
    """the block as it would be now, exit statuses ignored"""
    out, lines, i = [], block.split('\n')[:-1], 0
    while i < len(lines):
        if not lines[i].startswith('$ '): i += 1; continue
        command = [lines[i]]
        while command[-1].endswith('\\'): i += 1; command.append(lines[i])
        text = re.sub(r'^\./dev run ', 'siptwin run ', '\n'.join(command)[2:])
        p = subprocess.run(['bash', '-c', text], cwd=work, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120)
        printed = NOISE.sub('', p.stdout).rstrip('\n')
        out += command + [printed] * bool(printed)
        i += 1
    return '\n'.join(out) + '\n'

def main():
    siptwin = os.path.abspath(sys.argv[1])
    update, asked = '--update' in sys.argv, [a for a in sys.argv[2:] if not a.startswith('--')]
    files = asked or [ROOT + '/README.md', ROOT + '/docs/json.md'] + sorted('%s/scenarios/%s/README.md' % (ROOT, d) for d in os.listdir(ROOT + '/scenarios'))
    env = dict(os.environ, PATH=os.path.dirname(siptwin) + ':' + os.environ['PATH'], LC_ALL='C.UTF-8', TZ='UTC', NO_COLOR='1', COLUMNS='80')
    blocks = bad = 0
    for path in files:
        if not os.path.exists(path): bad += 1; print('%s: is not there' % os.path.relpath(path, ROOT)); continue
        text = open(path, encoding='utf-8').read()
        with tempfile.TemporaryDirectory(prefix='siptwin-readme-') as work:
            for name in ('golden', 'tests'): os.symlink(os.path.join(ROOT, name), os.path.join(work, name))
            shutil.copytree(ROOT + '/scenarios', work + '/scenarios') # a path into it is the same on every machine
            def again(m):
                nonlocal blocks, bad
                now = session(m[1], work, env)
                blocks += 1
                if now != m[1] and not update:
                    bad += 1
                    print('%s:%d: shows\n%sbut now it is\n%s' % (os.path.relpath(path, ROOT), text[:m.start()].count('\n') + 1, m[1], now))
                return '```console\n' + now + '```'
            new = re.sub(r'^```console\n(.*?)^```', again, text, flags=re.M | re.S)
        if update and new != text: open(path, 'w', encoding='utf-8').write(new)
    print('sessions in READMEs that are true: %d of %d' % (blocks - bad, blocks))
    return 1 if bad or not blocks else 0

if __name__ == '__main__': sys.exit(main())
