#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""lint.py SIPTWIN: `siptwin lint` tells errors of the input from what is not simulated, in files, folders and trees."""
import json, os, subprocess, sys, tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SEND = '<send><![CDATA[\nA b\n]]></send>'

def scenario(body): return '<?xml version="1.0"?>\n<scenario>\n%s\n</scenario>\n' % body

FILES = {
    'good.xml': scenario(SEND),
    'warned.xml': scenario(SEND + '\n<pause nonsense="1"/>'),
    'short': 'x',
    'lacking.xml': scenario(SEND + '<nop><action><exec rtp_stream="short,1,0"/></action></nop>'),
    'reached.xml': scenario(SEND + '<nop><action><ereg regexp="(a)\\1" search_in="msg" assign_to="_"/></action></nop>'),
    'wrong.xml': scenario(SEND + '\n<puase/>\n<nop><action><exec command="true"/></action></nop>'),
    'tree/other.xml': '<project/>\n',
    'tree/good.cfg': 'request_route { exit; }\n',
    'tree/other.cfg': '[section]\nkey=value\n',
    'tree/.hidden.xml': 'x',
    'tree/deeper/wrong.cfg': 'request_route { exit }\n',
}

# arguments, exit status, standard output, what standard error holds
CASES = [
    ('good.xml', 0, 'good.xml: good\n1 read: 1 good, 0 not simulated, 0 refused by the real program\n', ''),
    ('warned.xml', 0, 'warned.xml: good\n1 read: 1 good, 0 not simulated, 0 refused by the real program\n',
     'warned.xml:6:8: warning: <pause> has no attribute nonsense: SIPp ignores it\n'),
    ('wrong.xml', 2, 'wrong.xml: refused by the real program\n1 read: 0 good, 0 not simulated, 1 refused by the real program\n',
     'wrong.xml:6:1: error: unknown element <puase>; did you mean <pause>? [SIPp refuses it too]\n'),
    ('lacking.xml', 2, 'lacking.xml: not simulated\n1 read: 0 good, 1 not simulated, 0 refused by the real program\n',
     'SIPp reads what lies behind it in its memory [not simulated]\n'),
    ('reached.xml', 0, 'reached.xml: good\n1 read: 1 good, 0 not simulated, 0 refused by the real program\n',
     ': a run that reaches it stops\n'),
    ('tree', 2, 'tree/deeper/wrong.cfg: refused by the real program\ntree/good.cfg: good\n'
     '2 read: 1 good, 0 not simulated, 1 refused by the real program\n', '[Kamailio refuses it too]\n'),
    ('tree/other.xml', 2, 'tree/other.xml: refused by the real program\n1 read: 0 good, 0 not simulated, 1 refused by the real program\n',
     'SIPp wants the file to begin with <?xml [SIPp refuses it too]\n'),
    ('case', 0, 'case: good\n1 read: 1 good, 0 not simulated, 0 refused by the real program\n', ''),
    ('nowhere', 2, '0 read: 0 good, 0 not simulated, 0 refused by the real program\n', 'siptwin: error: nowhere: No such file or directory\n'),
    ('', 2, '', 'siptwin: error: lint: which files or folders?\n'),
]

def main():
    siptwin, failed = os.path.abspath(sys.argv[1]), 0
    with tempfile.TemporaryDirectory(prefix='siptwin-lint-') as d:
        for name, text in FILES.items():
            os.makedirs(os.path.dirname(os.path.join(d, name)), exist_ok=True)
            open(os.path.join(d, name), 'w').write(text)
        os.symlink(os.path.join(ROOT, 'scenarios', '03_proxy_stateful'), os.path.join(d, 'case'))
        def lint(*args): return subprocess.run([siptwin, 'lint', *args], cwd=d, capture_output=True, text=True, timeout=60)
        for args, status, out, err in CASES:
            p = lint(*args.split())
            if p.returncode != status or p.stdout != out or err not in p.stderr or not err and p.stderr:
                failed += 1
                print('FAILED lint %s: status %d\n%s%s' % (args, p.returncode, p.stdout, p.stderr))
        told = json.loads(lint('--json', 'good.xml', 'wrong.xml', 'tree').stdout)['files']
        seen = [(f['path'], f['verdict'], [(m['file'], m['line'], m['column'], m['severity'], m['mark']) for m in f['diagnostics']][:1]) for f in told]
        wanted = [('good.xml', 'good', []), ('wrong.xml', 'refused by the real program', [('wrong.xml', 6, 1, 'error', 'SIPp refuses it too')]),
                  ('tree/deeper/wrong.cfg', 'refused by the real program', [('tree/deeper/wrong.cfg', 1, 22, 'error', 'Kamailio refuses it too')]),
                  ('tree/good.cfg', 'good', [])]
        if seen != wanted: failed += 1; print('FAILED --json: %s' % seen)
        open(os.path.join(d, 'media.xml'), 'w').write(scenario(SEND + '<nop><action><exec rtp_stream="x.wav"/></action></nop>'))
        if lint('media.xml').returncode != 2: failed += 1; print('FAILED: a missing media file is no error')
        if lint('--skip-media', 'media.xml').returncode != 0: failed += 1; print('FAILED --skip-media')
        os.mkfifo(os.path.join(d, 'x.wav'))
        if 'x.wav: is a pipe, not a file' not in lint('media.xml').stderr: failed += 1; print('FAILED: a media file that is a pipe')
    print('lint: %d failed' % failed)
    return 1 if failed else 0

if __name__ == '__main__': sys.exit(main())
