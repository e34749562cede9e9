#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""docs.py SIPTWIN [--update]: the man pages build, and the one of the format holds every key that siptwin knows.

docs/languages.md is made from `siptwin words`. The section KEYS of docs/man/siptwin-scenario.5.scd is made from `siptwin keys`; --update writes it. Every command and every
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

STATES = 'simulated', 'no effect', 'not simulated'

def by_part(siptwin, language):
    """{part: {state: [words]}} in the order of `siptwin words`"""
    parts = {}
    for line in output(siptwin, 'words', language).split('\n')[:-1]:
        _, part, word, state = line.split('\t')
        parts.setdefault(part, {s: [] for s in STATES})[state].append(word)
    return parts

def code(words): return ', '.join('`%s`' % w for w in sorted(words, key=lambda w: w.strip('<[{$#!').lower()))

def table(parts):
    out = []
    for part, states in parts.items():
        for state in STATES:
            if states[state]: out += ['- %s, %s: %s' % (part, state, code(states[state]))]
    return out + ['']

def languages(siptwin):
    kamailio = by_part(siptwin, 'kamailio')
    modules = {}
    for part in [p for p in kamailio if p.startswith('module ')]:
        _, module, kind = part.split(' ')
        modules.setdefault(module, {})[kind + 's'] = kamailio.pop(part)
    is_known = lambda m: any(s['simulated'] or s['no effect'] for s in modules[m].values())
    count = lambda kind, state: sum(len(m[kind][state]) for m in modules.values() if kind in m)
    out = ['# The languages that siptwin reads', '',
        'Made from `siptwin words`, which is made from the tables that the compilers use. *Simulated*: it does what SIPp 3.6.1 or Kamailio 5.6.3 does. *No effect*: it loads,',
        'and nothing on the wire depends on it. *Not simulated*: Kamailio or SIPp would take it. What acts by itself (a parameter, an option) is an error that names it; what matters only where it is reached (a function, a variable) is a warning, and a run that reaches it stops. What is not here, the real programs do not have either.', '',
        "## SIPp's scenarios", '', '`<exec command=...>` is never executed: an error, or with `exec: skip` a note in `--explain`.', ''] + table(by_part(siptwin, 'sipp'))
    out += ["## SIPp's options", '', '`siptwin import` makes keys of scenario.yaml of them.', ''] + table(by_part(siptwin, 'sipp-options'))
    out += ['## kamailio.cfg: the core', ''] + table(kamailio)
    out += ["## kamailio.cfg: the modules", '',
        'Of %d functions %d are simulated, of %d parameters %d (%d more have no effect).' % (
            sum(count('functions', s) for s in STATES), count('functions', 'simulated'), sum(count('parameters', s) for s in STATES),
            count('parameters', 'simulated'), count('parameters', 'no effect')), '']
    for m in filter(is_known, modules): out += ['### ' + m, ''] + table(modules[m])
    out += ['### Modules that are not simulated', '', 'What they have is known by name, so a file that uses them is told what is missing, and what Kamailio itself would refuse.', '',
        code(m for m in modules if not is_known(m)) + '.', '']
    return '\n'.join(out)

def main():
    siptwin = os.path.abspath(sys.argv[1])
    bad = 0
    text = open(PAGE).read()
    new = text.split('# KEYS')[0] + keys(siptwin)
    if '--update' in sys.argv: open(PAGE, 'w').write(new)
    elif new != text: bad += 1; print('docs/man/siptwin-scenario.5.scd does not hold the keys of `siptwin keys`: tests/docs.py SIPTWIN --update')
    path, new = ROOT + '/docs/languages.md', languages(siptwin)
    if '--update' in sys.argv: open(path, 'w').write(new)
    elif not os.path.exists(path) or open(path).read() != new: bad += 1; print('docs/languages.md does not hold the words of `siptwin words`: tests/docs.py SIPTWIN --update')
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
