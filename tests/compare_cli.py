#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""compare_cli.py SIPTWIN: what `siptwin compare`, `check` and `recipe` tell, and that compare agrees with lab/compare.py.

Agreement: every recording of the real lab is held against its simulation, and against copies of itself with
something changed (bytes, fields, order, times, datagrams lost or doubled). Both must come to the same verdict.
"""
import contextlib, gzip, importlib.util, io, multiprocessing, os, random, re, shutil, struct, subprocess, sys, tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SIPTWIN = os.path.abspath(sys.argv[1])
LINK_LEN = {1: 14, 101: 0, 113: 16, 276: 20}
MUTATIONS_EACH = 12 # ten thousand in all

failures = []

def check(what, got, expected):
    if got != expected: failures.append('%s:\n  expected %r\n  got      %r' % (what, expected, got))

def check_in(what, part, text):
    if part not in text: failures.append('%s:\n  expected to find %r\n  in       %r' % (what, part, text))

def siptwin(*args, cwd=ROOT, stdin=b'', env=None, stdout=subprocess.PIPE):
    """(exit status, standard output, standard error)"""
    p = subprocess.run([SIPTWIN, *args], cwd=cwd, input=stdin, stdout=stdout, stderr=subprocess.PIPE, timeout=120,
                       env=dict(os.environ, **(env or {})))
    if p.returncode < 0 or b'Sanitizer' in p.stderr: failures.append('siptwin %s: %d %s' % (args, p.returncode, p.stderr))
    return p.returncode, (p.stdout or b'').decode('utf-8', 'replace'), p.stderr.decode('utf-8', 'replace')

# --- agreement with lab/compare.py

spec = importlib.util.spec_from_file_location('lab_compare', os.path.join(ROOT, 'tests', 'lab', 'compare.py'))
lab_compare = importlib.util.module_from_spec(spec)
spec.loader.exec_module(lab_compare)

def verdict_of_lab_compare(real, other):
    out, before = io.StringIO(), sys.argv
    sys.argv = ['compare.py', real, other]
    try:
        with contextlib.redirect_stdout(out): status = lab_compare.main()
    finally: sys.argv = before
    return status, out.getvalue()

def read_pcap(path):
    data = open(path, 'rb').read()
    assert data[:4] == b'\xd4\xc3\xb2\xa1', path
    records, at = [], 24
    while at < len(data):
        sec, usec, size, _ = struct.unpack('<IIII', data[at:at + 16])
        records.append([sec * 10**6 + usec, bytearray(data[at + 16:at + 16 + size])])
        at += 16 + size
    return data[:24], records

def write_pcap(path, header, records):
    with open(path, 'wb') as f:
        f.write(header)
        for t, frame in records: f.write(struct.pack('<IIII', t // 10**6, t % 10**6, len(frame), len(frame)) + frame)

def set_u16(frame, at, value): frame[at:at + 2] = struct.pack('>H', value & 0xffff)
def get_u16(frame, at): return struct.unpack('>H', frame[at:at + 2])[0]

def mutate(rng, header, records):
    """changes one thing; its name"""
    ip = LINK_LEN[struct.unpack('<I', header[20:24])[0]]
    k = rng.choice([n for n, r in enumerate(records) if len(r[1]) > ip + 28]) # with a UDP header and something behind it
    t, frame = records[k]
    kind = rng.choice(['byte', 'byte', 'lose', 'double', 'swap', 'swap', 'swap times', 'shift 40 ms', 'shift 200 ms', 'one late', 'tos', 'df',
                       'mf', 'ttl', 'id', 'ip checksum', 'udp checksum', 'source', 'port', 'longer', 'udp length', 'nothing', 'trailer'])
    if kind == 'byte': frame[rng.randrange(ip + 28, len(frame))] ^= 1 << rng.randrange(7)
    elif kind == 'lose' and len(records) > 1: del records[k]
    elif kind == 'double': records.insert(k, [t, bytearray(frame)])
    elif kind == 'swap' and k + 1 < len(records):
        records[k][1], records[k + 1][1] = records[k + 1][1], records[k][1]
    elif kind == 'swap times' and k + 1 < len(records):
        # close together, and then in the other order
        gap = rng.choice([100, 900, 1100])
        for later in records[k + 2:]: later[0] += gap
        records[k][1], records[k + 1][1] = records[k + 1][1], records[k][1]
        records[k + 1][0] = records[k][0] + gap
    elif kind.startswith('shift'):
        for later in records[k:]: later[0] += int(kind.split()[1]) * 1000
    elif kind == 'one late':
        records[k][0] += rng.choice([1000, 69000, 71000]); records.sort(key=lambda r: r[0])
    elif kind == 'tos': frame[ip + 1] ^= 0x10
    elif kind == 'df': frame[ip + 6] ^= 0x40
    elif kind == 'mf': frame[ip + 6] ^= 0x20
    elif kind == 'ttl': frame[ip + 8] -= 1
    elif kind == 'id': set_u16(frame, ip + 4, get_u16(frame, ip + 4) + 1)
    elif kind == 'ip checksum': frame[ip + 10] ^= 1
    elif kind == 'udp checksum': frame[ip + 26] ^= 1
    elif kind == 'source': frame[ip + 15] ^= 8
    elif kind == 'port': frame[ip + 21] ^= 1
    elif kind == 'udp length': set_u16(frame, ip + 24, get_u16(frame, ip + 24) - 1)
    elif kind == 'longer':
        frame += b'x'
        set_u16(frame, ip + 2, get_u16(frame, ip + 2) + 1)
        set_u16(frame, ip + 24, get_u16(frame, ip + 24) + 1)
    elif kind == 'trailer': frame += b'\0\0'
    return '%s of datagram %d' % (kind, k + 1)

def same_verdict(what, real, other):
    expected, text = verdict_of_lab_compare(real, other)
    status, out, err = siptwin('compare', real, other)
    if status != expected: failures.append('%s: compare.py says %d, siptwin %d:\n%s%s%s' % (what, expected, status, text, out, err))
    return expected

def agreement_of(case):
    """(how many verdicts of each kind, failures) of one folder of tests/lab; in a process of its own."""
    failures.clear()
    verdicts = {0: 0, 1: 0}
    folder = os.path.join(ROOT, 'tests', 'lab', case)
    with tempfile.TemporaryDirectory(prefix='siptwin-compare-') as work:
        siptwin('run', folder, '-q', '-w', work + '/sim.pcap')
        for name in sorted(n for n in os.listdir(folder) if re.fullmatch(r'real(\..+)?\.pcap', n)):
            real = os.path.join(folder, name)
            simulated = work + '/' + name.replace('real', 'sim')
            verdicts[same_verdict('%s/%s against its simulation' % (case, name), real, simulated)] += 1
            # a scenario is as good as its capture
            point = name[5:-5]
            direct = siptwin('compare', '-q', real, folder + ('@' + point if point else ''))[0]
            check('%s/%s against its scenario' % (case, name), direct, 0)
            rng = random.Random(case + name)
            for _ in range(MUTATIONS_EACH):
                header, records = read_pcap(real)
                what = mutate(rng, header, records)
                write_pcap(work + '/mutant.pcap', header, records)
                verdicts[same_verdict('%s/%s, %s' % (case, name, what), real, work + '/mutant.pcap')] += 1
    return verdicts, failures[:]

def agreement():
    lab = os.path.join(ROOT, 'tests', 'lab')
    cases = [case for case in sorted(os.listdir(lab)) if os.path.exists(os.path.join(lab, case, 'scenario.yaml'))]
    with multiprocessing.Pool() as pool: results = pool.map(agreement_of, cases, chunksize=4)
    verdicts = {kind: sum(counts[kind] for counts, _ in results) for kind in (0, 1)}
    for _, wrong in results: failures.extend(wrong)
    print('verdicts that lab/compare.py and siptwin share: %d same, %d different' % (verdicts[0], verdicts[1]))
    if not verdicts[0] or not verdicts[1]: failures.append('no verdicts of both kinds')

# --- compare

def rows(out, mark):
    """the message column of the rows with that mark"""
    return [re.sub(r'^.{1,60}?→ \S+ +', '', l) for l in out.split('\n') if re.match(r'%s +\d' % re.escape(mark), l)]

def compare_behaviour(work):
    status, out, err = siptwin('compare', '02_proxy_stateless', '03_proxy_stateful')
    check('stateless and stateful: status', (status, err), (1, ''))
    check('only in the stateless one', rows(out, '-'), ['180 Ringing (INVITE)'])
    check('only in the stateful one', rows(out, '+'), ['100 trying -- your call is important to us (INVITE)'])
    check('nothing else differs', rows(out, '!') + rows(out, '~') + rows(out, 't'), [])

    status, out, err = siptwin('compare', '03_proxy_stateful', '03_proxy_stateful', '--strict')
    check('strict with itself', (status, out), (0, 'same: 12 of 12 datagrams identical, times differ by up to 0.000 ms\n'))
    status, out, _ = siptwin('compare', '03_proxy_stateful', '03_proxy_stateful', '--set-b', 'hosts.uac.sipp.pid=9999')
    check('another process id', (status, rows(out, '-'), rows(out, '+'), len(rows(out, '!'))), (1, [], [], 12))
    check_in('the pid is told once', 'branch=z9hG4bK-9999-1-0', out)
    check('the pid is told once', out.count('branch=z9hG4bK-9999-1-0'), 1)
    status, out, _ = siptwin('compare', '03_proxy_stateful', '03_proxy_stateful', '--set-b', 'hosts.uac.sipp.pid=9999',
                             '--ignore', 'sip.Via,sip.From,sip.To', '--ignore', 'sip.Call-ID')
    check('another process id, ignored', status, 0)
    status, out, _ = siptwin('compare', '03_prompt_workers', '03_prompt_workers', '--set-b', 'hosts.uas.sipp.answer_after=3s')
    check('answers later', (status, rows(out, '-'), rows(out, '!')), (1, [], []))
    check_in('a delay is told once', 'time: in B 3002.', out)
    check('a delay is told once', out.count('time: in B'), 1)
    check('answers later, times ignored',
          siptwin('compare', '-q', '03_prompt_workers', '03_prompt_workers', '--set-b', 'hosts.uas.sipp.answer_after=3s', '--ignore', 'time'), (0, '', ''))
    check('answers later, times tolerated',
          siptwin('compare', '-q', '03_prompt_workers', '03_prompt_workers', '--set-b', 'hosts.uas.sipp.answer_after=3s', '--tolerance', '3.1s')[0], 0)

    # capture points
    status, out, _ = siptwin('compare', '04_proxy_chain', '04_proxy_chain')
    check('each capture point', (status, re.findall(r'^at (\w+):$', out, re.M), out.count('same: ')), (0, ['p1', 'p2'], 2))
    check('one capture point each', siptwin('compare', '04_proxy_chain@p1', '04_proxy_chain@p1')[0], 0)
    check('any host', siptwin('compare', '-q', '03_proxy_stateful@uas', '03_proxy_stateful@uas'), (0, '', ''))
    status, out, err = siptwin('compare', '04_proxy_chain', '03_proxy_stateful')
    check('which capture point', (status, out, err), (2, '', 'siptwin: error: compare: 04_proxy_chain has 2 capture points, 03_proxy_stateful has one; '
          'choose: 04_proxy_chain@p1, 04_proxy_chain@p2\n'))
    check('no such host', siptwin('compare', '03_proxy_stateful@uaz', '03_proxy_stateful')[0], 2)

    # captures
    siptwin('run', '03_proxy_stateful', '-q', '-w', work + '/a.pcap')
    data = open(work + '/a.pcap', 'rb').read()
    check('standard input', siptwin('compare', '-', work + '/a.pcap', stdin=data), (0, 'same: 12 of 12 datagrams identical, times differ by up to 0.000 ms\n', ''))
    header, records = read_pcap(work + '/a.pcap')
    records[3][1][14 + 4] ^= 1; records[3][1][14 + 27] ^= 1; records[4][1][0] ^= 1
    write_pcap(work + '/b.pcap', header, records)
    check('identification and checksums', siptwin('compare', '-q', work + '/a.pcap', work + '/b.pcap')[0], 0)
    status, out, _ = siptwin('compare', '--strict', work + '/a.pcap', work + '/b.pcap')
    check('strict: every byte', (status, re.findall(r'^ +(\S+?),?(?: byte \d+)?: \S+ in A', out, re.M)), (1, ['ip.id', 'udp.checksum', 'frame']))
    check('strict, but', siptwin('compare', '-q', '--strict', '--ignore', 'ip.id,udp.checksum,frame', work + '/a.pcap', work + '/b.pcap')[0], 0)
    check('a scenario that has one name with a file', siptwin('compare', '-q', 'a.pcap', ROOT + '/scenarios/03_proxy_stateful', cwd=work)[0], 0)
    status, out, _ = siptwin('compare', work + '/a.pcap', '03_proxy_stateful', '--strict', '--set-b', 'capture.link=sll2', '--set-b', 'start=2026-01-02T00:00:00Z')
    check_in('link layers', 'link layer: Ethernet in A, Linux cooked v2 in B\n', out)
    check_in('starts', 'frame.time_epoch of the first datagram: 1767225600.', out)
    status, out, _ = siptwin('compare', '03_three_calls', '03_three_calls', cwd=os.path.join(ROOT, 'tests', 'lab'))
    check('a folder here', status, 0)
    status, out, _ = siptwin('compare', '01_basic_call', '03_proxy_stateful', '--limit', '2')
    check('limit', (status, len(rows(out, '-') + rows(out, '+')), '... and ' in out), (1, 2, True))

    # colours
    plain = siptwin('compare', '01_basic_call', '03_proxy_stateful')[1]
    check('no colour in a pipe', '\033' in plain, False)
    check('colour when asked for', '\033[31m' in siptwin('compare', '01_basic_call', '03_proxy_stateful', '--color', 'always', env={'NO_COLOR': '1'})[1], True)

    # bad usage and bad input
    for args, message in [
            (['03_cancel'], 'compare: expected two captures or scenarios, got 1'),
            (['a', 'b', 'c'], 'compare: expected two captures or scenarios, got 3'),
            (['03_cancle', '03_cancel'], 'no scenario "03_cancle"; did you mean 03_cancel?'),
            (['none.pcap', '03_cancel'], 'none.pcap: No such file or directory'),
            (['-', '-'], 'compare: only one of the two can be standard input'),
            ([work + '/a.pcap', '03_cancel', '--set-a', 'seed=2'], 'compare: --set-a is for a scenario, but %s/a.pcap is a capture' % work),
            (['x', 'y', '--ignore', 'ip.ids'], 'compare: --ignore: unknown field "ip.ids"; did you mean ip.id?'),
            (['x', 'y', '--ignore', 'Via'], 'compare: --ignore: unknown field "Via"; did you mean sip.Via?'),
            (['x', 'y', '--ignore', 'sip.X-Y,nonsense.entirely'], 'compare: --ignore: unknown field "nonsense.entirely"'),
            (['x', 'y', '--tolerance', '20'], 'compare: --tolerance: expected a duration with its unit (ns, us, ms, s or min), or both as 70ms+0.5%, got "20"'),
            (['x', 'y', '--tolerance', ''], 'compare: --tolerance: expected a duration, a number with ns, us, ms, s or min, such as 500ms or 1.5s, or both as 70ms+0.5%, got ""'),
            (['x', 'y', '--limit', '-1'], 'compare: --limit: expected a number, 0 for no limit, got "-1"'),
            (['x', 'y', '--color', 'blue'], 'compare: --color is auto, always or never, not "blue"'),
            (['x', 'y', '--strickt'], 'compare: unknown option --strickt; did you mean --strict?'),
            ([ROOT + '/meson.build', '03_cancel'], ROOT + '/meson.build: not a capture that can be read: unknown file format'),
    ]: check('compare ' + ' '.join(args), siptwin('compare', *args), (2, '', 'siptwin: error: %s\n' % message))
    write_pcap(work + '/empty.pcap', header, [])
    check('an empty capture', siptwin('compare', work + '/empty.pcap', '03_cancel'), (2, '', 'siptwin: error: %s/empty.pcap: holds no UDP datagram over IPv4\n' % work))
    open(work + '/cut.pcap', 'wb').write(data[:-5])
    check_in('a capture that is cut off', work + '/cut.pcap: after frame 11: truncated dump file', siptwin('compare', work + '/cut.pcap', '03_cancel')[2])
    frames(work)
    with open('/dev/full', 'w') as full:
        check('no room for the output', siptwin('compare', '01_basic_call', '03_cancel', stdout=full)[0], 2)

def frames(work):
    """What is not UDP over IPv4 counts; tags and PPPoE do not hide what is."""
    siptwin('run', '03_cancel', '-q', '-w', work + '/plain.pcap')
    header, records = read_pcap(work + '/plain.pcap')
    t, last = records[-1]
    mac, ip = bytes(last[:12]), bytes(last[14:])
    ip6 = struct.pack('>IHBB', 6 << 28, len(ip) - 20, 17, 64) + bytes(32) + ip[20:]
    tcp = ip[:9] + b'\x06' + ip[10:]
    tagged = lambda *tags: b''.join(struct.pack('>HH', kind, number) for kind, number in tags) + b'\x08\0' + ip
    pppoe = b'\x88\x64' + struct.pack('>BBHHH', 0x11, 0, 1, len(ip) + 2, 0x21) + ip
    def with_extra(*frames):
        write_pcap(work + '/extra.pcap', header, records + [[t + 1000, bytearray(mac + f)] for f in frames])
        return siptwin('compare', work + '/plain.pcap', work + '/extra.pcap')
    count = len(records)
    for what, frame in [('TCP', b'\x08\0' + tcp), ('IPv6', b'\x86\xdd' + ip6), ('IPv6', b'\x81\0\0\1\x86\xdd' + ip6), ('ARP', b'\x08\x06' + bytes(28)),
                        ('other IPv4', b'\x08\0' + ip[:9] + b'\x01' + ip[10:]), ('not IP', b'\x88\xcc' + bytes(40)), ('not IP', b'\x88\xa8\0')]:
        status, out, err = with_extra(frame)
        check('an extra frame of ' + what, (status, err), (1, ''))
        check_in('an extra frame of ' + what, 'frame.protocols: frames that are not compared: 0 frames in A, 1 frame (1 %s) in B\n' % what, out)
        check_in('an extra frame of ' + what, '%d datagrams; not compared: 1 frame (1 %s)\n' % (count, what), out)
        check('ignored: ' + what, siptwin('compare', work + '/plain.pcap', work + '/extra.pcap', '--ignore', 'frame.protocols')[0], 0)
        check('both have it: ' + what, siptwin('compare', work + '/extra.pcap', work + '/extra.pcap')[:2],
              (0, 'same: %d of %d datagrams identical, times differ by up to 0.000 ms; not compared: 1 frame (1 %s) in A, 1 frame (1 %s) in B\n' % (count, count, what, what)))
    for what, frame in [('a VLAN', tagged((0x8100, 7))), ('802.1ad', tagged((0x88a8, 7))), ('QinQ', tagged((0x88a8, 7), (0x8100, 8))), ('old QinQ', tagged((0x9100, 7), (0x8100, 8))),
                        ('three tags', tagged((0x8100, 1), (0x8100, 2), (0x8100, 3))), ('PPPoE', pppoe), ('PPPoE in a VLAN', b'\x81\0\0\7' + pppoe)]:
        status, out, err = with_extra(frame)
        check('an extra frame in ' + what, (status, err), (1, ''))
        check_in('an extra frame in ' + what, '1 only in B (+)', out)
        write_pcap(work + '/tagged.pcap', header, [[t, bytearray(bytes(f[:12]) + frame[:-len(ip)] + bytes(f[14:]))] for t, f in records])
        check('all frames in ' + what, siptwin('compare', work + '/plain.pcap', work + '/tagged.pcap')[0], 0)
    write_pcap(work + '/six.pcap', header, [[t, bytearray(mac + b'\x86\xdd' + ip6)]])
    check('only IPv6', siptwin('compare', work + '/plain.pcap', work + '/six.pcap'),
          (2, '', 'siptwin: error: %s/six.pcap: holds no UDP datagram over IPv4; SIP over IPv6 is not compared\n' % work))
    with gzip.open(work + '/a.pcap.gz', 'wb') as f: f.write(open(work + '/plain.pcap', 'rb').read())
    check('gzip', siptwin('compare', work + '/a.pcap.gz', '03_cancel'),
          (2, '', 'siptwin: error: %s/a.pcap.gz: is compressed, it seems; give what `zcat %s/a.pcap.gz` prints, by a pipe: <(...) or -\n' % (work, work)))

# --- check and recipe

def edit(path, old, new):
    text = open(path).read()
    assert old in text, (path, old)
    open(path, 'w').write(text.replace(old, new))

def files(folder): return {n: open(os.path.join(folder, n), 'rb').read() for n in sorted(os.listdir(folder))}

def check_behaviour(work):
    os.makedirs(work + '/lab')
    for name in ('03_proxy_stateful', '03_lost_200', '04_proxy_chain', '03_prompt_workers'):
        shutil.copytree('%s/scenarios/%s' % (ROOT, name), '%s/lab/%s' % (work, name))
    expected = ['03_lost_200', '03_prompt_workers', '03_proxy_stateful', '04_proxy_chain.p1', '04_proxy_chain.p2']
    status, out, err = siptwin('check', '--update', 'gold', 'lab', cwd=work)
    check('update: a folder of scenarios', (status, out, err), (0, ''.join('new      %s\n' % n for n in expected), ''))
    made = files(work + '/gold')
    check('update: files', sorted(made), sorted(n + s for n in expected for s in ('.pcap', '.recipe')))
    status, out, _ = siptwin('check', 'gold', cwd=work)
    check('check', (status, out), (0, ''.join('ok         %s\n' % n for n in expected) + '5 of 5 captures are as recorded\n'))
    check('check from elsewhere', siptwin('check', work + '/gold')[:2], (0, out))
    siptwin('run', work + '/lab/03_lost_200', '-q', '-w', work + '/run.pcap')
    check('update writes what run writes', made['03_lost_200.pcap'] == open(work + '/run.pcap', 'rb').read(), True)
    check('update again', siptwin('check', '--update', 'gold', cwd=work)[1], ''.join('same     %s\n' % n for n in expected))
    check('nothing has changed', files(work + '/gold') == made, True)

    # variants and recipes
    status, out, _ = siptwin('check', '--update', 'gold', './lab/03_proxy_stateful', '--name', "it's late", '--set', 'hosts.uas.sipp.ring_after=3s',
                             '--set', "description=a 'b' \\ c\nd", cwd=work)
    check('a variant', (status, out), (0, "new      it's late\n"))
    check_in('overrides in the recipe', "set: description=a 'b' \\\\ c\\nd\n", files(work + '/gold')["it's late.recipe"].decode())
    check('a variant is checked', siptwin('check', 'gold', "it's late", cwd=work)[:2], (0, "ok         it's late\n1 of 1 captures are as recorded\n"))
    for name in ("it's late", '04_proxy_chain.p2', '03_lost_200'):
        capture = 'gold/%s.pcap' % name
        status, out, err = siptwin('recipe', capture, cwd=work)
        check('recipe of ' + name, (status, err), (0, ''))
        before = files(work + '/gold')
        os.remove(work + '/' + capture)
        subprocess.run(['sh', '-c', out.replace('siptwin run', '"$0" run -q', 1), SIPTWIN], cwd=work, check=False, stderr=subprocess.DEVNULL)
        check('the recipe of %s makes it again' % name, files(work + '/gold') == before, True)
    check('the recipe itself is as good', siptwin('recipe', 'gold/03_lost_200.recipe', cwd=work), siptwin('recipe', 'gold/03_lost_200.pcap', cwd=work))
    check('the recipe from elsewhere', siptwin('recipe', '../gold/03_lost_200.pcap', cwd=work + '/lab')[1],
          'siptwin run ./03_lost_200 -w ../gold/03_lost_200.pcap\n')

    siptwin('run', './lab/04_proxy_chain', '-q', '-w', 'gold/04_proxy_chain.pcap', '--recipe', cwd=work)
    siptwin('run', './lab/03_lost_200', '-q', '-w', 'gold/03_lost_200.pcap', '--recipe', cwd=work)
    check('run --recipe writes the same', files(work + '/gold') == before, True)
    check('run --recipe -w -', siptwin('run', './lab/03_lost_200', '-w', '-', '--recipe', cwd=work),
          (2, '', 'siptwin: error: run: --recipe is for a capture in a file, not on standard output\n'))

    # what can have happened since
    edit(work + '/lab/03_lost_200/scenario.yaml', 'title:', '# a remark\ntitle:')
    status, out, _ = siptwin('check', 'gold', '03_lost_200', cwd=work)
    check('a remark', (status, out.split('\n')[0]), (0, "ok         03_lost_200  the scenario's files have changed, the capture has not"))
    check('recipe warns', siptwin('recipe', 'gold/03_lost_200.pcap', cwd=work)[2], "gold/03_lost_200.recipe: warning: the scenario's files have changed since\n")
    edit(work + '/lab/03_proxy_stateful/uas.xml', '180 Ringing', '183 Progress')
    status, out, _ = siptwin('check', 'gold', '03_proxy_stateful', cwd=work)
    check('another scenario', (status, out.split('\n')[0]), (1, "DIFFERENT  03_proxy_stateful  the capture differs, and so do its scenario's files"))
    check_in('what differs', '\n    +', out)
    check_in('what differs', '183 Progress (INVITE)', out)
    check('others are not touched by that', siptwin('check', 'gold', '04_proxy_chain', cwd=work)[0], 0)
    status, out, _ = siptwin('check', '--tap', 'gold', cwd=work)
    check('tap', (status, [l for l in out.split('\n') if l and l[0] != ' ']), (1, ['TAP version 13', '1..6', 'not ok 1 - 03_lost_200', 'not ok 2 - 03_prompt_workers',
          'not ok 3 - 03_proxy_stateful', 'ok 4 - 04_proxy_chain.p1', 'ok 5 - 04_proxy_chain.p2', "not ok 6 - it's late"]))
    check_in('tap tells why', "  ---\n  message: |\n    the capture differs, and so do its scenario's files\n  report: |\n    A  gold/03_p", out)
    changed = siptwin('check', '--update', 'gold', cwd=work)[1]
    check('update tells what has changed', changed, 'changed  03_lost_200\nchanged  03_prompt_workers\nchanged  03_proxy_stateful\n'
          "same     04_proxy_chain.p1\nsame     04_proxy_chain.p2\nchanged  it's late\n")
    check('then all is well', siptwin('check', 'gold', cwd=work)[0], 0)

    data = bytearray(made['04_proxy_chain.p1.pcap'])
    data[-1] ^= 1
    open(work + '/gold/04_proxy_chain.p1.pcap', 'wb').write(data)
    status, out, _ = siptwin('check', 'gold', '04_proxy_chain', cwd=work)
    check('a golden file was changed', (status, out.split('\n')[0]),
          (1, 'DIFFERENT  04_proxy_chain.p1  gold/04_proxy_chain.p1.pcap is not the capture that was recorded'))
    check('recipe warns', siptwin('recipe', 'gold/04_proxy_chain.p1.pcap', cwd=work)[2], 'gold/04_proxy_chain.p1.pcap: warning: is not the capture that the recipe made\n')
    data[-1] ^= 1
    data[8] ^= 1
    open(work + '/gold/04_proxy_chain.p1.pcap', 'wb').write(data)
    check_in('only the file header', 'all datagrams are the same to the byte', siptwin('check', 'gold', '04_proxy_chain', cwd=work)[1])
    os.remove(work + '/gold/04_proxy_chain.p1.pcap')
    status, out, _ = siptwin('check', 'gold', '04_proxy_chain.p1', cwd=work)
    check('a golden file is not there', (status, out.split('\n')[0]), (2, 'UNUSABLE   04_proxy_chain.p1  gold/04_proxy_chain.p1.pcap: No such file or directory'))

    edit(work + '/gold/03_lost_200.recipe', 'siptwin: ', 'siptwin: 0.0.')
    edit(work + '/lab/03_proxy_stateful/uas.xml', '183 Progress', '180 Ringing')
    check_in('another siptwin', 'recorded by siptwin 0.0.', siptwin('check', 'gold', '03_lost_200', cwd=work)[1])
    os.rename(work + '/lab/03_lost_200', work + '/lab/03_moved')
    status, out, _ = siptwin('check', 'gold', '03_lost_200', cwd=work)
    check('the scenario is not there', (status, out.split('\n')[0]), (2, 'UNUSABLE   03_lost_200  its scenario is not there any more: gold/../lab/03_lost_200'))
    check('recipe warns', siptwin('recipe', 'gold/03_lost_200.pcap', cwd=work)[2], 'gold/03_lost_200.recipe: warning: the scenario gold/../lab/03_lost_200 is not there any more\n')
    check('update tells', siptwin('check', '--update', 'gold', cwd=work)[0], 2)
    edit(work + '/lab/04_proxy_chain/scenario.yaml', 'hosts:', 'hots:')
    status, out, _ = siptwin('check', 'gold', '04_proxy_chain.p2', cwd=work)
    check('the scenario has errors', (status, out.split('\n')[0]), (2, 'UNUSABLE   04_proxy_chain.p2  its scenario has errors'))
    check_in('and these are shown', 'scenario.yaml:', out)

    # both folders move together
    os.makedirs(work + '/away')
    shutil.move(work + '/gold', work + '/away/gold')
    shutil.move(work + '/lab', work + '/away/lab')
    check('moved together', siptwin('check', 'gold', '03_prompt_workers', cwd=work + '/away')[0], 0)

    # bad usage and bad input
    os.makedirs(work + '/none')
    bad = work + '/none/x.recipe'
    for text, message in [
            ('siptwin 1\n', "none/x.recipe:1:1: error: expected `KEY: VALUE`"),
            ('scenaro: x\n', 'none/x.recipe:1:1: error: a recipe has no "scenaro"; did you mean scenario?'),
            ('files: abc\n', 'none/x.recipe:1:1: error: files: expected one SHA-256 in hexadecimal digits'),
            ('point: a\npoint: b\n', 'none/x.recipe:2:1: error: point: expected one value, in which \\ is written \\\\'),
            ('point: a\\b\n', 'none/x.recipe:1:1: error: point: expected one value, in which \\ is written \\\\'),
            ('', 'none/x.recipe:1:1: error: a recipe has the lines siptwin, scenario, files, point and capture; not all are here'),
            ('point: \0\n', 'none/x.recipe:1:1: error: this is no text'),
    ]:
        open(bad, 'w').write(text)
        check('recipe %r' % text, siptwin('recipe', 'none/x.pcap', cwd=work), (2, '', message + '\n'))
        check('check with recipe %r' % text, siptwin('check', 'none', cwd=work)[:2], (2, 'UNUSABLE   x  its recipe has errors\n    %s\n0 of 1 captures are as recorded\n' % message))
    os.remove(bad)
    for args, message in [
            (['check'], 'check: which folder? siptwin check --help tells more'),
            (['check', 'nowhere'], 'nowhere: No such file or directory'),
            (['check', 'none'], 'none: holds no recipe; siptwin check --update none SCENARIO... makes some'),
            (['check', 'away/gold', '03_lost_20'], 'check: away/gold has no recipe of 03_lost_20; did you mean 03_lost_200?'),
            (['check', 'away/gold', '--set', 'a=b'], 'check: --set and --name are for --update'),
            (['check', '--update', 'away/gold', '--tap'], 'check: --tap and --junit are not for --update'),
            (['check', '--update', 'away/gold', '--name', 'x'], 'check: --set and --name are for --update with a scenario'),
            (['check', '--update', 'g', 'a', 'b', '--name', 'x'], 'check: --name is for one scenario, not 2'),
            (['check', '--update', 'g', './away/lab/03_proxy_stateful', '--name', 'a/b'], 'check: --name is needed: "a/b" is no name for a file'),
            (['check', '--update', 'no/such', './away/lab/03_proxy_stateful'], 'no/such: No such file or directory'),
            (['check', '--update', 'away/lab/03_proxy_stateful/uas.xml', './away/lab/03_proxy_stateful'], 'away/lab/03_proxy_stateful/uas.xml/03_proxy_stateful.pcap: Not a directory'),
            (['recipe'], 'recipe: expected one capture, got 0'),
            (['recipe', 'x.pcap'], 'x.recipe: No such file or directory'),
    ]: check(' '.join(args), siptwin(*args, cwd=work), (2, '', 'siptwin: error: %s\n' % message))
    left = [os.path.join(d, f) for d, _, fs in os.walk(work) for f in fs if f.endswith('.tmp')]
    check('no half files', left, [])

def help_behaviour():
    for command in ('compare', 'check', 'recipe'):
        status, out, err = siptwin(command, '--help')
        check(command + ' --help', (status, out.startswith('usage: siptwin %s ' % command), err), (0, True, ''))
        check(command + ' --help fits a terminal', [l for l in out.split('\n') if len(l) > 100], [])

def main():
    agreement()
    with tempfile.TemporaryDirectory(prefix='siptwin-compare-') as work: compare_behaviour(work)
    with tempfile.TemporaryDirectory(prefix='siptwin-compare-') as work: check_behaviour(work)
    help_behaviour()
    for f in failures: print('FAILED ' + f)
    print('compare, check and recipe: %d complaints' % len(failures))
    return 1 if failures else 0

if __name__ == '__main__': sys.exit(main())
