#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""output.py SIPTWIN: what siptwin writes for programs: JSON lines that agree with the capture and with docs/json.md, SIPp's log of messages, JUnit's
XML, the JSON schema of scenario.yaml, and tests for other projects."""
import glob, json, os, re, shutil, subprocess, sys, tempfile
import xml.etree.ElementTree as ElementTree

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

class Cases:
    def __init__(self, siptwin, work): self.siptwin, self.work, self.done, self.failed = siptwin, work, 0, 0

    def equal(self, what, got, expected=True):
        self.done += 1
        if got != expected: self.failed += 1; print('%s:\n  expected %r\n  got      %r' % (what, expected, got))

    def run(self, *args):
        return subprocess.run([self.siptwin, *args], cwd=self.work, capture_output=True, text=True)

def lines(c, *args):
    return [json.loads(line) for line in c.run('run', *args, '--json', '-q', '-w', 'out.pcap').stdout.splitlines()]

def json_lines(c):
    all_lines = lines(c, '03_lost_200')
    run, datagrams, result = all_lines[0], all_lines[1:-1], all_lines[-1]
    c.equal('the first line tells of the format', [run['kind'], run['format'], run['version'], run['hosts'][0]],
            ['run', 'siptwin-run', 1, {'name': 'uac', 'address': '172.20.0.2:5060'}])
    c.equal('then come datagrams', {d['kind'] for d in datagrams}, {'datagram'})
    c.equal('and the result', [result[k] for k in ('kind', 'datagrams', 'calls', 'successful', 'failures')], ['result', 13, 1, 1, []])
    first = datagrams[0]
    c.equal('what a datagram is', [first[k] for k in ('number', 'from', 'to', 'source', 'target', 'call', 'call_id', 'method', 'status', 'cseq', 'sdp', 'fate', 'position')],
            [1, 'uac', 'proxy', '172.20.0.2:5060', '172.20.0.10:5060', 1, '1-4537@172.20.0.2', 'INVITE', None, '1', True, 'arrived', 'uac.xml:8'])
    c.equal('one is lost', [(d['number'], d['summary'], d['fate'], d['arrived_ns']) for d in datagrams if d['fate'] != 'arrived'], [(None, '200 INVITE', 'lost', None)])
    c.equal('and sent again', [d['number'] for d in datagrams if d['retransmission']], [6, 7])
    c.equal('numbers are those of the frames', [d['number'] for d in datagrams if d['number']], list(range(1, 14)))
    c.equal('lengths are those of the capture', sum(d['bytes'] + 42 + 16 for d in datagrams if d['number']) + 24, os.path.getsize(os.path.join(c.work, 'out.pcap')))
    document = open(ROOT + '/docs/json.md').read()
    explained = lines(c, '02_late_worker', '--explain')
    c.equal('every member is in docs/json.md', sorted({k for line in all_lines + explained for k in line if '`%s`' % k not in document}), ['kind'])
    c.equal('every kind is', {line['kind'] for line in explained} | {'note'} - {k for k in ('run', 'datagram', 'note', 'result') if '"kind": "%s"' % k in document},
            {line['kind'] for line in explained})
    c.equal('where nobody listened is told, as the ladder tells it', [(d['number'], d['fate']) for d in explained if d.get('fate', 'arrived') != 'arrived'], [(12, 'closed_port')])
    c.equal('why a call failed', [(f['host'], f['reason'], f['position']) for f in explained[-1]['failures']], [('uac', 'unexpected 180 while in <pause>', 'uac.xml:57')])
    c.equal('calls have numbers', [d['call'] for d in lines(c, '01_basic_call', '--calls', '3') if d.get('method') == 'INVITE' and not d['status']], [1, 2, 3])
    c.equal('notes only if asked for', [kind in {line['kind'] for line in ls} for ls in (lines(c, '03_proxy_stateful'), lines(c, '03_proxy_stateful', '--explain')) for kind in ('note',)], [False, True])

def messages(c):
    c.run('run', '03_lost_200', '-q', '-w', 'out.pcap', '--messages', 'log.txt')
    entry = re.compile(r'-{47} (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6})\nUDP message (?:sent \((\d+) bytes\)|received \[(\d+)\] bytes ):\n\n')
    for host, sent, received in ('uac', 3, 4), ('uas', 4, 3):
        text, at, found = open('%s/log.%s.txt' % (c.work, host), newline='').read(), 0, []
        while at < len(text): # each entry says how long its message is
            m = entry.match(text, at)
            if not m: break
            found.append('sent' if m[2] else 'received')
            at = m.end() + int(m[2] or m[3]) + 1
        c.equal('%s: the whole log is entries' % host, at, len(text))
        c.equal('%s: sent, received' % host, [found.count('sent'), found.count('received')], [sent, received])
    c.equal('with one SIPp the file has its own name', c.run('run', '03_lost_200', '-q', '-w', 'out.pcap', '--messages', '-').stderr,
            'siptwin: error: run: --messages needs a file, not standard output\n')

def junit(c):
    c.run('check', '--update', 'mine', '03_busy', '03_cancel')
    path = os.path.join(c.work, 'mine/03_busy.pcap')
    data = bytearray(open(path, 'rb').read())
    data[-1] ^= 1
    open(path, 'wb').write(data)
    p = c.run('check', 'mine', '--junit')
    suite = ElementTree.fromstring(p.stdout)[0]
    c.equal('the exit status is as ever', p.returncode, 1)
    c.equal('how many', [suite.get(k) for k in ('tests', 'failures', 'errors')], ['2', '1', '0'])
    c.equal('which', [(t.get('name'), [e.tag for e in t]) for t in suite], [('03_busy', ['failure']), ('03_cancel', [])])

def listing(c):
    short, whole = c.run('run', '03_prompt_workers', '--calls', '40').stdout, c.run('run', '03_prompt_workers', '--calls', '40', '--all').stdout
    rows = lambda text: len(re.findall(r'^ *\d+ +\d', text, re.M))
    c.equal('the flow ends after some hundred rows', [rows(short), rows(whole)], [300, 520])
    c.equal('with a word of how to get all', short.endswith('  ... and 220 more rows: --all shows them, --json and --ladder give them to programs and eyes\n'))

def documented_scenario(c):
    """The YAML in docs/scenario.md is a scenario that runs, and says every key there is."""
    text = re.search(r'^```yaml\n(.*?)^```', open(ROOT + '/docs/scenario.md').read(), re.M | re.S)[1]
    folder = os.path.join(c.work, 'documented')
    shutil.copytree(ROOT + '/scenarios/03_proxy_stateful', folder)
    open(folder + '/scenario.yaml', 'w').write(text)
    p = c.run('run', 'documented', '-w', 'out.pcap')
    c.equal('the YAML in docs/scenario.md runs', [p.returncode in (0, 1), 'error' in p.stderr], [True, False])
    keys = {line.split('\t')[0].split('.')[-1] for line in c.run('keys').stdout.splitlines() if '.processing.' not in line}
    c.equal('and has every key', sorted(k for k in keys if not re.search(r'\b%s\b' % k, text)), ['include'])

def keys(c):
    of = [line.split('\t')[0] for line in c.run('keys', '04_proxy_chain').stdout.splitlines()]
    c.equal('keys of a scenario have its hosts in them', [k for k in of if k.endswith('.kamailio.config')], ['hosts.p1.kamailio.config', 'hosts.p2.kamailio.config'])
    c.equal('and can be given to --set', [k for k in of if 'NAME' in k or '[' in k], [])
    schema = json.loads(c.run('keys', '--json-schema').stdout)
    try:
        import jsonschema, yaml
    except ImportError: print('the JSON schema was not tried: python3-jsonschema or python3-yaml is not here'); return
    class Loader(yaml.SafeLoader): pass
    Loader.yaml_implicit_resolvers = {k: [(t, r) for t, r in v if not t.endswith(':timestamp')] for k, v in yaml.SafeLoader.yaml_implicit_resolvers.items()}
    check = jsonschema.Draft7Validator(schema)
    wrong = lambda text: [list(e.path) for e in check.iter_errors(yaml.load(text, Loader=Loader))]
    bad, count = [], 0
    for folder in glob.glob(ROOT + '/scenarios/*') + glob.glob(ROOT + '/tests/lab/*'):
        if not os.path.exists(folder + '/scenario.yaml'): continue
        count += 1
        bad += [(folder, e) for e in wrong(open(folder + '/scenario.yaml').read())]
    c.equal('every scenario there is agrees with the JSON schema', [bad, count > 100], [[], True])
    for text in ('hosts: {uac: {sipp: {ring_aftr: 3s}}}', 'hosts: {uac: {sipp: {pause: 5}}}', 'include: x\nnetwork: {delay: [{from: a, to: b}]}', 'include: x\ncapture: {link: eth}',
                 'title: x', 'include: x\nnetwork: {drop: [{from: a, to: b}]}', 'hosts: {uac: {port: 70000}}', 'hosts: {p: {kamailio: {wakeup: [30]}}}'):
        c.equal('the schema finds what is wrong in %r' % text, len(wrong(text)) > 0)

def exported(c):
    p = c.run('export', 'suricata-verify', '03_lost_200', 'sv', '--name', 'sip-lost-200', '--set', 'hosts.uac.sipp.pause=1s')
    c.equal('a folder for suricata-verify', [p.returncode, sorted(os.listdir(c.work + '/sv'))], [0, ['README.md', 'sip-lost-200.pcap', 'siptwin', 'test.yaml']])
    text = open(c.work + '/sv/test.yaml').read()
    c.equal('a check a kind of message', re.findall(r'count: (\d+).*?sip\.\w+: "(\w+)"', text, re.S),
            [('2', 'INVITE'), ('1', '100'), ('2', '180'), ('4', '200'), ('2', 'ACK'), ('2', 'BYE')])
    command = re.search(r'^    siptwin (.*)$', open(c.work + '/sv/README.md').read(), re.M)[1]
    before = open(c.work + '/sv/sip-lost-200.pcap', 'rb').read()
    os.remove(c.work + '/sv/sip-lost-200.pcap')
    subprocess.run([c.siptwin, *command.split(), '-q'], cwd=c.work + '/sv', check=True)
    c.equal('the README says how to make the capture again, to the byte', open(c.work + '/sv/sip-lost-200.pcap', 'rb').read() == before)
    p = c.run('export', 'zeek', '03_busy', 'zk')
    c.equal('a folder for Zeek', [p.returncode, sorted(os.path.relpath(os.path.join(d, f), c.work + '/zk') for d, _, fs in os.walk(c.work + '/zk') for f in fs if not f.endswith(('.xml', '.cfg')))],
            [0, ['README.md', 'testing/btest/Traces/README.new', 'testing/btest/Traces/sip/03_busy.pcap', 'testing/btest/Traces/sip/03_busy.siptwin/scenario.yaml',
                 'testing/btest/scripts/base/protocols/sip/03_busy.zeek']])
    c.equal('a folder that is there stays as it is', [c.run('export', 'zeek', '03_busy', 'zk').returncode, c.run('export', 'wireshark', '03_busy', 'zz').stderr],
            [2, 'siptwin: error: export: for suricata-verify or zeek, not "wireshark"\n'])
    c.equal('with several captures one is to be chosen', c.run('export', 'zeek', '04_proxy_chain', 'zz').stderr,
            'siptwin: error: export: the scenario has 2 capture points; choose one: --set capture.at=p1\n')

def main():
    with tempfile.TemporaryDirectory(prefix='siptwin-output-') as work:
        c = Cases(os.path.abspath(sys.argv[1]), work)
        os.symlink(ROOT + '/scenarios', work + '/scenarios')
        for part in json_lines, messages, junit, listing, documented_scenario, keys, exported: part(c)
    print('outputs for programs: %d of %d as expected' % (c.done - c.failed, c.done))
    return 1 if c.failed else 0

if __name__ == '__main__': sys.exit(main())
