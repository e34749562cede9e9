#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""kamailio_words.py SIPTWIN: odd forms of configurations, with which Kamailio 5.6.3 starts or not, are judged so by `siptwin lint`.

They stand in kamailio_words.txt; which of the two is right, lab/kamailio_words has asked the real program.
"""
import json, os, re, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
MODULES = 'tm sl rr pv xlog textops maxfwd siputils cfgutils tmx htable'.split()
HEAD = '#!KAMAILIO\nlog_stderror=yes\nchildren=1\nauto_aliases=no\nlisten=udp:172.20.0.10:5060\n' + ''.join(
    'loadmodule "%s.so"\n' % m for m in MODULES) + 'modparam("htable", "htable", "a=>size=4;")\n'
ROUTES = 'failure_route[FAILURE] { exit; }\nonreply_route[REPLY] { exit; }\nbranch_route[BRANCH] { exit; }\nroute[SUB] { return; }\n'

def configuration(form, value):
    value = '' if value == '{}' else re.sub(r'\\(n|t|x..)', lambda m: {'n': '\n', 't': '\t'}.get(m[1]) or chr(int(m[1][1:], 16)), value)
    is_global = form.startswith('global ')
    text = form.replace('global ', '', 1).replace('\\n', '\n').replace('@', value)
    body = (text, 'exit;') if is_global else ('', text)
    return ('%s%s\n%srequest_route {\n%s\n}\n' % (HEAD, body[0], ROUTES, body[1])).encode('latin-1')

def read_table(path):
    """(form, [(value, verdict), ...]), ..."""
    table = []
    for line in open(path):
        word, *values = line.rstrip('\n').split('\t')
        if word == 'form': table.append((values[0], []))
        elif not word.startswith('#'): table[-1][1].extend((value, word) for value in values)
    return table

def judge(siptwin, forms):
    """what `siptwin lint` calls each (form, value)"""
    with tempfile.TemporaryDirectory(prefix='kamailio-words-') as d:
        paths = [os.path.join(d, '%05d.cfg' % i) for i in range(len(forms))]
        for path, form in zip(paths, forms): open(path, 'wb').write(configuration(*form))
        p = subprocess.run([siptwin, 'lint', '--json', d], capture_output=True, text=True, errors='replace')
        said = {f['path']: f['verdict'] for f in json.loads(p.stdout)['files']}
        return [said[path] for path in paths]

def main():
    siptwin, wrong = os.path.abspath(sys.argv[1]), []
    asked = [(form, value, verdict) for form, values in read_table(os.path.join(HERE, 'kamailio_words.txt')) for value, verdict in values]
    for (form, value, verdict), mine in zip(asked, judge(siptwin, [a[:2] for a in asked])):
        if (mine == 'good') != (verdict == 'starts'):
            wrong.append('Kamailio %s, siptwin says %s: %s with "%s"' % (verdict, mine, form, value))
    print('\n'.join(wrong + ['configurations judged as Kamailio judges them: %d of %d' % (len(asked) - len(wrong), len(asked))]))
    return 1 if wrong or not asked else 0

if __name__ == '__main__': sys.exit(main())
