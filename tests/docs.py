#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""docs.py SIPTWIN [--update]: the man pages build, and the one of the format holds every key that siptwin knows.

The section KEYS of docs/man/siptwin-scenario.5.scd is made from `siptwin keys`; --update writes it. Every command and every
long option that --help shows must be in siptwin.1 or in its completions.
"""
import os, re, shutil, subprocess, sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PAGE = ROOT + '/docs/man/siptwin-scenario.5.scd'

def output(*args): return subprocess.run(args, capture_output=True, text=True, check=True).stdout

def escape(text): return re.sub(r'([*_<>\\#`])', r'\\\1', text)

def keys(siptwin):
    out = ['# KEYS', '', '_NAME_ stands for the name of a host, _[]_ for each entry of a list.', '']
    for line in output(siptwin, 'keys').split('\n')[:-1]:
        key, default, what = line.split('\t')
        if what.startswith('-'): what = "SIPp's " + what
        out += ['*%s*' % escape(key), '\t%s.' % escape(what[0].upper() + what[1:])]
        if default == 'required': out += ['\tRequired.']
        elif default: out += ['\tDefault: %s.' % escape(default)]
        out += ['']
    return '\n'.join(out) + '\n# SEE ALSO\n\n*siptwin*(1)\n'

def main():
    siptwin = os.path.abspath(sys.argv[1])
    bad = 0
    text = open(PAGE).read()
    new = text.split('# KEYS')[0] + keys(siptwin)
    if '--update' in sys.argv: open(PAGE, 'w').write(new)
    elif new != text: bad += 1; print('docs/man/siptwin-scenario.5.scd does not hold the keys of `siptwin keys`: tests/docs.py SIPTWIN --update')
    commands = re.findall(r'^  (\w+) {2,}', output(siptwin, '--help'), re.M)
    page = open(ROOT + '/docs/man/siptwin.1.scd').read()
    options = {c: sorted(set(re.findall(r'--[a-z][a-z-]+', output(siptwin, c, '--help')))) for c in commands}
    for c in commands:
        if '*%s*' % c not in page and '*siptwin %s*' % c not in page: bad += 1; print('siptwin.1 does not name the command %s' % c)
    for shell in ('bash', 'zsh', 'fish'):
        whole = open('%s/docs/completion/siptwin.%s' % (ROOT, shell)).read()
        for c in commands:
            if not re.search(r'\b%s\b' % c, whole): bad += 1; print('the completion for %s does not know %s' % (shell, c))
            for o in options[c]:
                if not re.search(r'(?<![\w-])(--|-l )?%s\b' % o[2:], whole): bad += 1; print('the completion for %s does not know %s %s' % (shell, c, o))
    if shutil.which('scdoc'):
        for f in ('siptwin.1', 'siptwin-scenario.5'):
            p = subprocess.run(['scdoc'], stdin=open('%s/docs/man/%s.scd' % (ROOT, f)), capture_output=True, text=True)
            for m in re.findall(r'^\.\.?[/\w].*', open('%s/docs/man/%s.scd' % (ROOT, f)).read(), re.M): bad += 1; print('%s: a line that begins with a dot is lost: %s' % (f, m))
            if p.returncode or not p.stdout.startswith('.\\"'): bad += 1; print('%s: %s' % (f, p.stderr))
    else: print('scdoc is not here: the man pages were not built')
    if shutil.which('bash') and subprocess.run(['bash', '-n', ROOT + '/docs/completion/siptwin.bash']).returncode: bad += 1
    print('documentation: %d complaints' % bad)
    return 1 if bad else 0

if __name__ == '__main__': sys.exit(main())
