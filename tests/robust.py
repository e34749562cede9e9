#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""robust.py SIPTWIN: every command in bad surroundings: closed descriptors, full disks, pipes and devices instead of
files, readers that go away, signals, no memory, names that nobody would choose, outputs that meet inputs.

In each the promise is the same: an end within seconds, exit status 2 and a message if something failed, 130 if it was
interrupted; no output file that is not complete, no temporary file left, and no input file touched.
"""
import hashlib, os, random, re, resource, shutil, signal, socket, struct, subprocess, sys, tempfile, time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SIPTWIN = os.path.abspath(sys.argv[1])
SANITIZED = b'__asan_init' in open(SIPTWIN, 'rb').read()
SECONDS = 60 if SANITIZED else 20

for number in (signal.SIGHUP, signal.SIGINT): signal.signal(number, signal.SIG_DFL) # who started the tests may ignore them, as nohup does

complaints = []
checks = 0

def check(what, got, expected):
    global checks
    checks += 1
    if got != expected: complaints.append('%s:\n  expected %r\n  got      %r' % (what, expected, got))

def start(args, cwd, **kw):
    return subprocess.Popen([SIPTWIN, *args], cwd=cwd, stdin=kw.pop('stdin', subprocess.DEVNULL), stdout=kw.pop('stdout', subprocess.PIPE),
                            stderr=kw.pop('stderr', subprocess.PIPE), **kw)

def run(args, cwd, **kw):
    """(exit status, standard output, standard error); a status of None: it took too long"""
    p = start(args, cwd, **kw)
    try: out, err = p.communicate(timeout=SECONDS)
    except subprocess.TimeoutExpired:
        p.kill()
        p.communicate()
        return None, '', 'took longer than %d s' % SECONDS
    return p.returncode, (out or b'').decode('utf-8', 'surrogateescape'), (err or b'').decode('utf-8', 'surrogateescape')

def shell(command, cwd):
    p = subprocess.run(['bash', '-c', command], cwd=cwd, env=dict(os.environ, S=SIPTWIN), stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=SECONDS)
    return p.returncode, p.stdout.decode('utf-8', 'surrogateescape'), p.stderr.decode('utf-8', 'surrogateescape')

def files(folder):
    """every file below a folder with its content; what is none, as what it is"""
    found = {}
    for d, _, names in os.walk(folder):
        for n in names:
            path = os.path.join(d, n)
            name = os.path.relpath(path, folder)
            if os.path.islink(path): found[name] = 'link to ' + os.readlink(path)
            elif not os.path.isfile(path): found[name] = 'no file'
            else: found[name] = hashlib.sha256(open(path, 'rb').read()).hexdigest() if os.path.getsize(path) < 1 << 25 else 'large'
    return found

def new_work(parent, name):
    """a folder with a scenario, a capture of it, a recipe and a golden folder"""
    work = os.path.join(parent, name)
    os.makedirs(work)
    shutil.copytree(ROOT + '/scenarios/03_proxy_stateful', work + '/case')
    shutil.copytree(work + '/case', work + '/all/case')
    check(name + ': made', run(['run', './case', '-q', '-w', 'a.pcap', '--recipe'], work), (0, '', ''))
    check(name + ': made', run(['check', '--update', '.', './case', '--name', 'g'], work)[0], 0)
    return work

# Each prints something, and writes no file.
PRINTING = {
    'run': ['run', './case', '-w', '/dev/null'], 'explain': ['run', './case', '-w', '/dev/null', '--explain'], 'json': ['run', './case', '-w', '/dev/null', '--explain', '--json'],
    'ladder': ['run', './case', '-w', '/dev/null', '--ladder', '-', '--format', 'txt'], 'capture': ['run', './case', '-w', '-'],
    'list': ['list', 'all'], 'keys': ['keys'], 'recipe': ['recipe', 'a.pcap'], 'compare': ['compare', 'a.pcap', './case'], 'check': ['check', '.'],
    'sweep': ['sweep', './case', '--runs', '2', '--jobs', '2'], 'help': ['--help'], 'version': ['--version'], 'run help': ['run', '--help'], 'check help': ['check', '--help'],
}

def descriptors(parent):
    work = new_work(parent, 'descriptors')
    before = files(work)
    for name, args in PRINTING.items():
        words = ' '.join(args)
        good = run(args, work)
        check(name, (good[0], good[1] != ''), (0, True))
        status, out, err = shell('"$S" %s >&-' % words, work)
        check(name + ' >&-', (status, 'siptwin: error: standard output: Bad file descriptor' in err.splitlines()), (2, True))
        check(name + ' 2>&-', shell('"$S" %s 2>&-' % words, work)[:2], good[:2])
        check(name + ' <&-', shell('"$S" %s <&-' % words, work)[:2], good[:2])
        check(name + ' all closed', shell('"$S" %s >&- 2>&- <&-' % words, work), (2, '', ''))
        with open('/dev/full', 'w') as full: status, _, err = run(args, work, stdout=full)
        # of a long text that fails on the way stdio does not tell why
        check(name + ' > /dev/full', (status, re.findall('standard output: (No space left on device|Input/output error)', err) != []), (2, True))
        reader, writer = os.pipe()
        os.close(reader)
        status, _, err = run(args, work, stdout=writer)
        os.close(writer)
        # a capture that nobody takes is not complete; who has seen enough of a text is content
        check(name + ' | true', (status, 'Broken pipe' in err, 'Traceback' in err), (2, True, False) if name == 'capture' else (0, False, False))
    check('nothing is written', files(work), before)
    for closed in ('>&-', '2>&-', '<&-', '>&- 2>&- <&-', '>/dev/full', '2>/dev/full'):
        shell('"$S" run ./case -w b.pcap --ladder b.svg %s' % closed, work)
        check('capture with ' + closed, files(work).get('b.pcap'), before['a.pcap'])
        check('ladder with ' + closed, open(work + '/b.svg').read().endswith('</svg>\n'), True)
        for n in ('b.pcap', 'b.svg'): os.remove(work + '/' + n)
    check('only what was asked for is written', files(work), before)

def make_kind(path, kind):
    if os.path.lexists(path): os.remove(path)
    if kind == 'pipe': os.mkfifo(path)
    elif kind == 'device': os.symlink('/dev/zero', path)
    elif kind == 'terminal': os.symlink('/dev/tty', path)
    elif kind == 'folder': os.mkdir(path)
    elif kind == 'loop': os.symlink(os.path.basename(path), path)
    elif kind == 'huge':
        with open(path, 'wb') as f: f.truncate(1 << 40)
    elif kind == 'socket':
        # the path of a socket is short
        here = os.getcwd()
        os.chdir(os.path.dirname(path))
        s = socket.socket(socket.AF_UNIX)
        s.bind(os.path.basename(path))
        s.close()
        os.chdir(here)

def inputs(parent):
    """what stands in for an input file"""
    kinds = {'pipe': 'is a pipe, not a file', 'device': 'is a device, not a file', 'socket': 'is a socket, not a file', 'folder': 'is a directory',
             'loop': 'Too many levels of symbolic links', 'huge': 'larger than'}
    for kind, message in kinds.items():
        for victim in ('case/scenario.yaml', 'case/uac.xml', 'case/kamailio.cfg', 'case/data.csv'):
            work = new_work(parent, 'input %s %s' % (kind, victim.replace('/', ' ')))
            if victim == 'case/data.csv':
                with open(work + '/case/scenario.yaml') as f: text = f.read()
                check('the scenario has a caller', text.count('scenario: uac.xml'), 1)
                with open(work + '/case/scenario.yaml', 'w') as f: f.write(re.sub(r'( *)scenario: uac.xml', r'\1scenario: uac.xml\n\1inject: data.csv', text))
            make_kind(work + '/' + victim, kind)
            before = files(work)
            for args in (['run', './case', '-q', '-w', 'out.pcap'], ['sweep', './case', '--runs', '2', '-o', 'out.csv'], ['compare', 'a.pcap', './case'],
                         ['check', '--update', '.', './case', '--name', 'x'], ['check', '.', 'g']):
                status, out, err = run(args, work)
                # a loop is not there for `stat`, so there is no scenario
                told = message in out + err or (kind == 'loop' and 'no scenario' in err or 'not there any more' in out + err)
                check('%s: %s is a %s' % (' '.join(args), victim, kind), (status, told), (2, True))
            if victim == 'case/scenario.yaml': shutil.copytree(work + '/case', work + '/all/other', ignore=lambda d, n: ['scenario.yaml'], symlinks=True); make_kind(work + '/all/other/scenario.yaml', kind)
            status, out, err = run(['list', 'all'], work)
            if victim == 'case/scenario.yaml' and kind != 'loop': check('list: a %s' % kind, (status, message in err), (2, True)); shutil.rmtree(work + '/all/other')
            shutil.rmtree(work + '/all/other', ignore_errors=True)
            check('recipe: %s is a %s' % (victim, kind), run(['recipe', 'a.pcap'], work)[0], 0)
            check('nothing is touched', files(work), before)
        work = new_work(parent, 'input %s file' % kind)
        make_kind(work + '/g.pcap', kind)
        check('check: the capture is a ' + kind, run(['check', '.', 'g'], work)[0], 2)
        check('recipe: the capture is a ' + kind, run(['recipe', 'g.pcap'], work)[0], 0)
        # a pipe that nobody writes to has no beginning
        for args in (['compare', 'g.pcap', './case'], ['compare', './case', 'g.pcap']):
            status, out, err = run(args, work)
            check(' '.join(args) + ' with a ' + kind, (status, err != ''), (2, True))
        make_kind(work + '/g.recipe', kind)
        for args in (['recipe', 'g.pcap'], ['check', '.', 'g'], ['check', '--update', '.']):
            status, out, err = run(args, work)
            check('%s with a %s as recipe' % (' '.join(args), kind), (status, message in out + err), (2, True))
    work = new_work(parent, 'streams')
    check('compare with a pipe', shell('"$S" compare <(cat a.pcap) a.pcap', work)[0], 0)
    check('compare with a slow pipe', shell('"$S" compare <(head -c 100 a.pcap; sleep 1; tail -c +101 a.pcap) a.pcap', work)[0], 0)
    check('compare with standard input', shell('cat a.pcap | "$S" compare - a.pcap', work)[0], 0)
    check('compare with standard input by its other name', shell('"$S" compare /dev/stdin a.pcap < a.pcap', work)[0], 0)
    check('compare with a device', shell('"$S" compare - a.pcap < /dev/zero', work), (2, '', 'siptwin: error: standard input: is a device, not a file\n'))
    check('compare with a folder', shell('"$S" compare - a.pcap < .', work), (2, '', 'siptwin: error: standard input: is a directory\n'))

READ = 'is one of the files that are read'
TWICE = 'is written already, by the same command'
STANDARD = 'standard output or standard error goes there already'

def outputs(parent):
    work = new_work(parent, 'outputs')
    os.symlink('case', work + '/link')
    os.symlink('case/uac.xml', work + '/xml.pcap')
    os.symlink('b.pcap', work + '/dangling.pcap')
    os.link(work + '/case/uas.xml', work + '/hard.svg')
    before = files(work)
    for args, message in [
            (['-w', 'case/uac.xml'], READ), (['-w', './case/../case/scenario.yaml'], READ), (['-w', work + '/link/kamailio.cfg'], READ), (['-w', 'xml.pcap'], READ),
            (['-w', 'b.pcap', '--ladder', 'hard.svg'], READ), (['-w', 'b.pcap', '--ladder', 'case/uas.xml', '--format', 'txt'], READ),
            (['-w', 'b.svg', '--ladder', 'b.svg'], TWICE), (['-w', './b.svg', '--ladder', 'b.svg'], TWICE), (['-w', 'link/b.svg', '--ladder', 'case/b.svg'], TWICE),
            (['-w', 'case/../b.svg', '--ladder', work + '/b.svg'], TWICE), (['-w', 'b.pcap', '--ladder', 'b.txt', '--ladder', 'b.txt'], TWICE),
            (['-w', 'b.pcap', '--recipe', '--ladder', 'b.recipe', '--format', 'txt'], TWICE),
            (['-w', 'nowhere/b.pcap'], 'No such file or directory'), (['-w', 'b.pcap', '--ladder', 'nowhere/b.svg'], 'No such file or directory'),
            (['-w', 'a.pcap/b.pcap'], 'Not a directory'), (['-w', 'case'], 'Is a directory'), (['-w', ''], 'No such file or directory'),
            (['-w', 'x' * 256], 'File name too long'), (['-w', 'x/' * 3000], 'File name too long'), (['-w', '/dev/null', '--recipe'], 'is for a capture in a file'),
    ]:
        status, out, err = run(['run', './case', '-q', *args], work)
        check('run ' + ' '.join(args)[:80], (status, message in err), (2, True))
        check('run %s touches nothing' % ' '.join(args)[:80], files(work), before)
    check('stdout is the capture', shell('"$S" run ./case -w b.pcap > b.pcap', work), (2, '', 'siptwin: error: b.pcap: %s\n' % STANDARD))
    os.remove(work + '/b.pcap')
    check('stderr is the capture', shell('"$S" run ./case -w b.pcap 2> b.pcap', work)[0], 2)
    check('stderr holds the message', STANDARD in open(work + '/b.pcap').read(), True)
    os.remove(work + '/b.pcap')
    check('the other name of standard output', shell('"$S" run ./case -w /dev/stdout | cmp - a.pcap', work)[0], 0)
    check('through a link', run(['run', './case', '-q', '-w', 'dangling.pcap'], work)[0], 0)
    os.remove(work + '/dangling.pcap')
    os.symlink('b.pcap', work + '/dangling.pcap')
    open(work + '/b.pcap', 'w').close()
    check('through a link to a file', run(['run', './case', '-q', '-w', 'dangling.pcap'], work)[0], 0)
    check('the link is one still', files(work), dict(before, **{'b.pcap': before['a.pcap']}))
    os.remove(work + '/b.pcap')
    long = 'x' * 250 + '.pcap'
    for name in (long, 'a\nb.pcap', '-x.pcap', 'ä.pcap', os.fsdecode(b'\xff.pcap'), '\x1b[31m.pcap', ' '):
        check('run -w %r' % name, run(['run', './case', '-q', '-w', name, '--recipe'] if len(name) < 250 else ['run', './case', '-q', '-w', name], work)[0], 0)
        check('%r is complete' % name, files(work)[name], before['a.pcap'])
        os.remove(work + '/' + name)
        if len(name) < 250: os.remove(work + '/' + (name[:-5] if name.endswith('.pcap') else name) + '.recipe')
    check('check: two of one name', run(['check', '--update', '.', './case', './all/case'], work)[0], 2)
    os.remove(work + '/case.pcap'); os.remove(work + '/case.recipe')
    check('sweep: table and plot', run(['sweep', './case', '--vary', 'hosts.uas.sipp.ring_after=0s,1s', '-o', 'x.svg', '--plot', './x.svg'], work)[0], 2)
    check('sweep: over an input', run(['sweep', './case', '--runs', '2', '-o', 'case/uac.xml'], work)[0], 2)
    check('sweep: into its own table', shell('"$S" sweep ./case --runs 2 -o x.csv > x.csv', work)[0], 2)
    os.remove(work + '/x.csv')
    check('all is as before', files(work), before)
    if os.getuid() == 0: # a folder that one may not write to
        shutil.copy(SIPTWIN, work + '/siptwin')
        os.chmod(parent, 0o755)
        for args in (['run', './case', '-q'], ['run', './case', '-q', '-w', 'o.pcap'], ['check', '--update', '.', './case', '--name', 'o'], ['sweep', './case', '--runs', '2', '-o', 'o.csv']):
            p = subprocess.run(['setpriv', '--reuid=nobody', '--regid=nogroup', '--clear-groups', work + '/siptwin', *args], cwd=work, capture_output=True, timeout=SECONDS,
                               env=dict(os.environ, ASAN_OPTIONS='detect_leaks=0'))
            check(' '.join(args) + ' where nobody may write', (p.returncode, b'Permission denied' in p.stderr), (2, True))
        os.remove(work + '/siptwin')
        check('nothing is there', files(work), before)

def full_disk(parent):
    """a file that may not grow is a disk that is full"""
    work = new_work(parent, 'full')
    before = files(work)
    for kib in (0, 1, 4, 8):
        def limit(): resource.setrlimit(resource.RLIMIT_FSIZE, (kib << 10, kib << 10))
        for args in (['run', './case', '-q', '-w', 'o.pcap'], ['run', './case', '-q', '-w', '/dev/null', '--ladder', 'o.svg'], ['run', './case', '-q', '-w', '/dev/null', '--ladder', 'o.html'],
                     ['check', '--update', '.', './case', '--name', 'o'], ['sweep', './case', '--vary', 'hosts.uas.sipp.ring_after=0s..5s/500ms', '-o', 'o.csv', '--plot', 'o.svg'],
                     ['sweep', './case', '--vary', 'hosts.uas.sipp.ring_after=0s..5s/100ms', '-o', 'o.csv']):
            status, out, err = run(args, work, preexec_fn=limit)
            made = {n for n in files(work) if n not in before}
            if status == 2: check('%s at %d KiB' % (' '.join(args), kib), ('File too large' in err, made), (True, set()))
            else: check('%s at %d KiB: %s' % (' '.join(args), kib, err), (status, bool(made), kib > 1), (0, True, True))
            for n in made: os.remove(work + '/' + n)
    check('all is as before', files(work), before)

def signals(parent):
    work = new_work(parent, 'signals')
    before = files(work)
    rng = random.Random(7)
    many = ['--set', 'hosts.uac.sipp.calls=100000', '--set', 'hosts.uac.sipp.rate=1000', '--set', 'hosts.uac.sipp.limit=60000', '--set', 'memory_limit=4000']
    long = {'run': ['run', './case', '-q', '-w', 'o.pcap', '--ladder', 'o.txt', '--recipe', *many], 'check': ['check', '--update', '.', './case', '--name', 'o', *many],
            'sweep': ['sweep', './case', '--vary', 'hosts.uas.sipp.ring_after=0s..35s/1ms', '--plot', 'o.svg', '-o', 'o.csv', '--jobs', '2'],
            'compare': ['compare', './case', './case', *[x.replace('--set', '--set-a') for x in many]]}
    for name, args in long.items():
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            for times in (1, 2):
                p = start(args, work, start_new_session=True)
                time.sleep(rng.choice([0, 0.002, 0.01, 0.05, 0.2, 0.5]) * (4 if SANITIZED else 1))
                for _ in range(times): p.send_signal(number); time.sleep(0.005)
                try: p.communicate(timeout=SECONDS)
                except subprocess.TimeoutExpired:
                    os.killpg(p.pid, signal.SIGKILL)
                    complaints.append('%s: signal %d did not end it' % (name, number))
                    continue
                # before the program is there, and for `compare`, which leaves nothing, the signal ends it directly
                check('%s: ended by signal %d' % (name, number), p.returncode in (130, -number), True)
                check('%s: signal %d leaves nothing' % (name, number), files(work), before)
    # what ignores hang-ups goes on ignoring them (nohup)
    p = start(['run', './case', '-q', '-w', 'o.pcap', '--set', 'hosts.uac.sipp.calls=20000', '--set', 'hosts.uac.sipp.rate=1000'], work,
              preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    time.sleep(0.2)
    p.send_signal(signal.SIGHUP)
    p.communicate(timeout=60)
    check('nohup', (p.returncode in (0, 1), os.path.exists(work + '/o.pcap')), (True, True))

def memory(parent):
    """less and less address space: a result, or an error that leaves nothing"""
    if SANITIZED: return
    work = new_work(parent, 'memory')
    before = files(work)
    many = ['--set', 'hosts.uac.sipp.calls=3000', '--set', 'hosts.uac.sipp.rate=1000']
    ends = {}
    for name, args in {'run': ['run', './case', '-w', 'o.pcap', '--ladder', 'o.txt', '--ladder', 'o.html', '--recipe', *many], 'check': ['check', '--update', '.', './case', '--name', 'o', *many],
                       'compare': ['compare', './case', './case', '--set-a', 'hosts.uac.sipp.calls=3000', '--set-a', 'hosts.uac.sipp.rate=1000'], 'list': ['list', 'all'],
                       'sweep': ['sweep', './case', '--runs', '30', '-o', 'o.csv', '--jobs', '2'], 'recipe': ['recipe', 'a.pcap']}.items():
        for kib in [*range(4000, 12000, 211), *range(12000, 60000, 2531), 120000, 500000]:
            def limit(): resource.setrlimit(resource.RLIMIT_AS, (kib << 10, kib << 10))
            status, out, err = run(args, work, preexec_fn=limit)
            made = {n for n in files(work) if n not in before}
            ends[name, status] = ends.get((name, status), 0) + 1
            if status in (0, 1): check('%s in %d KiB: no half result' % (name, kib), [n for n in made if n.endswith('.tmp')], [])
            elif status == 127: check('%s in %d KiB: the loader fails' % (name, kib), made, set()) # before main()
            # a capture may be complete when there is no memory for the ladder
            else: check('%s in %d KiB: %s' % (name, kib, err[-200:]), (status, 'memory' in err, made - {'o.pcap', 'o.txt'}), (2, True, set()))
            for n in made: os.remove(work + '/' + n)
    print('no memory: ' + ', '.join('%s ended with %s %d times' % (*k, n) for k, n in sorted(ends.items(), key=str)))
    check('each command met the error', {n for (n, s) in ends if s == 2}, {'run', 'check', 'compare', 'list', 'sweep', 'recipe'})
    check('all is as before', files(work), before)

def write_capture(path, messages):
    """raw IP, a datagram a second"""
    with open(path, 'wb') as f:
        f.write(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 262144, 101))
        for i, m in enumerate(messages):
            ip = struct.pack('>BBHHHBBHII', 0x45, 0, 28 + len(m), i, 0, 64, 17, 0, 0x0a000001, 0x0a000002) + struct.pack('>HHHH', 5060, 5060, 8 + len(m), 0) + m
            f.write(struct.pack('<IIII', i, 0, len(ip), len(ip)) + ip)

def long_messages(parent):
    """two captures of 1 MiB, whose messages have thousands of header fields that differ everywhere"""
    work = os.path.join(parent, 'long')
    os.makedirs(work)
    for field in (lambda r: b'a:%d\r\n' % r.randrange(100), lambda r: r.choice([b'a:\r\n', b'b:\r\n']), lambda r: b'x%d:%d\r\n' % (r.randrange(1000), r.randrange(10))):
        for name in 'ab':
            r = random.Random(name)
            messages = []
            for i in range(16):
                m = b'INVITE sip:a@b SIP/2.0\r\nCall-ID: 1\r\nCSeq: %d INVITE\r\n' % i
                fields = [field(r) for _ in range(20000)]
                while len(m) + sum(map(len, fields)) > 65000: del fields[len(fields) * 9 // 10:]
                messages.append(m + b''.join(fields) + b'\r\n')
            write_capture('%s/%s.pcap' % (work, name), messages)
        before = time.time()
        check('compare of long messages', run(['compare', '-q', 'a.pcap', 'b.pcap'], work)[0], 1)
        check('compare of long messages: %.1f s' % (time.time() - before), time.time() - before < (60 if SANITIZED else 8), True)

def newcomers(parent):
    """what people type first"""
    work = new_work(parent, 'newcomers')
    for name in ('case/scenario.yaml', './case/scenario.yaml', 'case/'):
        check('run ' + name, run(['run', name, '-q', '-w', 'o.pcap'], work)[0], 0)
        check('the same capture', files(work)['o.pcap'], files(work)['a.pcap'])
    check('run scenario.yaml', run(['run', 'scenario.yaml', '-q', '-w', 'o.pcap'], work + '/case')[0], 0)
    status, out, err = run(['run', ROOT + '/scenarios/04_proxy_chain', '-w', 'chain.pcap'], work)
    check('two captures', err, '20 datagrams (27 in 2 captures), 1 call: 1 successful; captures: chain.p1.pcap, chain.p2.pcap\n')
    check('they are there', [n for n in ('chain.p1.pcap', 'chain.p2.pcap') if n not in files(work)], [])
    first, second = os.openpty()
    run(['keys'], work, stdout=second)
    text = os.read(first, 1 << 12).decode()
    check('keys on a terminal', ('\t' in text, '\n    one line' in text.replace('\r', '')), (False, True))
    for end in (first, second): os.close(end)

ESCAPES = 'a\x1b[31mb\x07c\x9bd\u202ee\x7f'

def escapes(parent):
    """nothing that a terminal obeys is printed, whatever the files say"""
    work = new_work(parent, 'escapes')
    os.rename(work + '/case/uac.xml', work + '/case/%s.xml' % ESCAPES)
    text = open(work + '/case/scenario.yaml').read()
    quoted = 'a\\x1b[31mb\\x07c\\x9bd\\u202ee\\x7f'
    with open(work + '/case/scenario.yaml', 'w') as f:
        f.write(re.sub('title:.*', lambda m: 'title: "%s"' % quoted, text).replace('scenario: uac.xml', 'scenario: "%s.xml"' % quoted))
    uas = open(work + '/case/uas.xml', encoding='latin-1').read()
    with open(work + '/case/uas.xml', 'w', encoding='latin-1') as f: f.write(uas.replace('180 Ringing', '180 a\x7fb\x9b31m').replace('SIP/2.0 200 OK', 'SIP/2.0 486 a\x7fb\x9b31m', 1))
    shutil.copytree(work + '/case', work + '/all/' + ESCAPES)
    commands = [['run', './case', '-w', ESCAPES + '.pcap', '--recipe'], ['run', './case', '-w', '/dev/null', '--explain'], ['run', './case', '-w', '/dev/null', '--explain', '--json'],
                ['run', './case', '-w', '/dev/null', '--ladder', '-', '--format', 'txt'], ['run', './case', '-w', '/dev/null', '--ladder', '-', '--format', 'mmd'],
                ['run', './case', '-w', '/dev/null', '--ladder', '-', '--format', 'svg'], ['run', './case', '-w', '/dev/null', '--ladder', '-', '--format', 'html'],
                ['list', 'all'], ['compare', ESCAPES + '.pcap', 'a.pcap'], ['compare', './all/' + ESCAPES, 'a.pcap'], ['check', '.'], ['check', '--tap', '.'], ['recipe', ESCAPES + '.pcap'],
                ['check', '--update', '.', './all/' + ESCAPES], ['check', '--update', '.'], ['sweep', './case', '--runs', '2', '--measure', 'reason'],
                ['run', ESCAPES], ['run', './' + ESCAPES], ['run', './case', ESCAPES], [ESCAPES], ['run', '--' + ESCAPES], ['run', './case', '--set', ESCAPES + '=1'],
                ['run', './case', '--set', 'seed=' + ESCAPES], ['run', './case', '--ladder', ESCAPES], ['compare', ESCAPES, 'a.pcap'], ['check', '.', ESCAPES], ['list', ESCAPES],
                ['recipe', ESCAPES], ['sweep', './case', '--vary', ESCAPES], ['sweep', './case', '--runs', ESCAPES], ['run', './case', '--color', ESCAPES], ['compare', 'a.pcap', 'a.pcap', '--ignore', ESCAPES]]
    for damage in (None, ('<send', '<se\x7fnd', 'uas.xml'), ('request_route', 'request_\x7froute', 'kamailio.cfg'), ('hosts:', 'ho\x7fsts:', 'scenario.yaml')):
        if damage:
            old, new, name = damage
            text = open(work + '/case/' + name, encoding='latin-1').read()
            with open(work + '/case/' + name, 'w', encoding='latin-1') as f: f.write(text.replace(old, new, 1))
        for args in commands:
            status, out, err = run(args, work)
            found = sorted({hex(ord(c)) for c in out + err if (ord(c) < 32 and c not in '\n\t') or 0x7f <= ord(c) < 0xa0 or 0xdc80 <= ord(c) < 0xdd00 or c == '\u202e'})
            check('%a: only what is visible is printed' % args, (status in (0, 1, 2), found), (True, []))

def main():
    with tempfile.TemporaryDirectory(prefix='siptwin-robust-') as parent:
        for part in (descriptors, inputs, outputs, full_disk, signals, memory, long_messages, newcomers, escapes):
            before = time.time()
            part(parent)
            print('%s: %.1f s' % (part.__name__, time.time() - before))
    for c in complaints: print('FAILED ' + c)
    print('robust: %d checks, %d complaints' % (checks, len(complaints)))
    return 1 if complaints else 0

if __name__ == '__main__': sys.exit(main())
