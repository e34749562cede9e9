#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""sweep.py SIPTWIN: `siptwin sweep` gives the right table, the same one however the work is divided, and no half one."""
import csv, decimal, io, os, pty, shutil, signal, subprocess, sys, tempfile, time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SCENARIO = os.path.join(ROOT, 'scenarios', '03_prompt_workers')
RING, AUTO_100 = 'hosts.uas.sipp.ring_after', 'hosts.proxy.kamailio.modparam.tm.auto_inv_100'

siptwin = None
failures = []

for number in (signal.SIGHUP, signal.SIGINT): signal.signal(number, signal.SIG_DFL) # who started the tests may ignore them, as nohup does

def check(what, good, seen=''):
    if not good: failures.append(what); print('FAILED %s: %.500s' % (what, seen))

def sweep(*args, scenario=SCENARIO, status=0, **more):
    p = subprocess.run([siptwin, 'sweep', scenario] + list(args), capture_output=True, timeout=600, **more)
    if status is not None: check('exit status of %s' % ' '.join(args), p.returncode == status, '%d %s' % (p.returncode, p.stderr))
    return p

def rows(p): return list(csv.DictReader(io.StringIO(p.stdout.decode())))

GRID = ['--vary', RING + '=0s..35s/2500ms', '--vary', AUTO_100 + '=0,1']

def the_answers_are_right():
    p = sweep('--vary', RING + '=0s,10s', '--vary', AUTO_100 + '=0,1',
              '--measure', 'invites_caller,invites_proxy,datagrams,outcome,final,successful,retransmissions')
    check('ten seconds', p.stdout.decode() == (
        '%s,%s,invites_caller,invites_proxy,datagrams,outcome,final,successful,retransmissions\n' % (RING, AUTO_100) +
        '0s,0,1,1,12,successful,200,1,0\n0s,1,1,1,13,successful,200,1,0\n'
        '10s,0,5,5,20,successful,200,1,8\n10s,1,1,5,17,successful,200,1,4\n'), p.stdout)
    check('nothing on standard error of a pipe', p.stderr == b'', p.stderr)
    p = sweep('--vary', RING + '=29s..30s/1s')
    a, b = rows(p)
    check('the caller hears 180 after 29 s', 29 < float(a['ringing']) < 29.1 and float(a['answer']) > float(a['ringing']), a)
    check('all is well after 29 s', (a['outcome'], a['final'], a['caller_gives_up'], a['reason']) == ('successful', '200', '', ''), a)
    check('Kamailio gives up after 30 s', (b['outcome'], b['final'], b['ringing'], b['ringing_lost']) == ('failed', '408', '', '1'), b)
    check('and so does the caller', 29.9 < float(b['caller_gives_up']) < 30.1, b)
    check('with a reason', b['reason'].startswith('uac.xml:') and b['reason'].endswith('got 408'), b)
    # a worker that wakes late: stateful, the 180 is lost; stateless, it comes after the 200
    p = sweep('--measure', 'ringing_lost,ringing_late', '--vary', 'hosts.proxy.kamailio.wakeup=30us,[30us, 1500us]')
    check('stateful race', [list(r.values())[1:] for r in rows(p)] == [['0', '0'], ['1', '0']], p.stdout)
    p = sweep('--measure', 'ringing_lost,ringing_late', '--vary', 'hosts.proxy.kamailio.wakeup=30us,[30us, 1500us]',
              scenario=os.path.join(ROOT, 'scenarios', '02_proxy_stateless'))
    check('stateless race', [list(r.values())[1:] for r in rows(p)] == [['0', '0'], ['0', '1']], p.stdout)

def values_are_written_as_set_takes_them():
    for text, expected in [('0s..1s/500ms', '0ms 500ms 1000ms'), ('0s..1s/0.5s', '0s 0.5s 1s'), ('1ms..2ms/300us', '1000us 1300us 1600us 1900us'),
                           ('30s..2min/45s', '30s 75s 120s'), ('5s..5s/1s', '5s'), ('1s,2ms', '1s 2ms')]:
        p = sweep('--vary', RING + '=' + text, '--measure', 'datagrams')
        check('values of ' + text, ' '.join(r[RING] for r in rows(p)) == expected, p.stdout)
    p = sweep('--vary', 'seed=8..12/2', '--measure', 'datagrams')
    check('numbers', [r['seed'] for r in rows(p)] == ['8', '10', '12'], p.stdout)
    p = sweep('--vary', 'network.loss=0%..1%/0.5%', '--measure', 'datagrams')
    check('shares', [r['network.loss'] for r in rows(p)] == ['0%', '0.5%', '1%'], p.stdout)
    p = sweep('--vary', 'network.drop=[],[{from: uas, to: proxy, nth: 1}]', '--measure', 'ringing_lost')
    check('commas in brackets', p.stdout == b'network.drop,ringing_lost\n[],0\n"[{from: uas, to: proxy, nth: 1}]",1\n', p.stdout)
    p = sweep('--vary', 'hosts.uac.sipp.service="a,b",\'c\'', '--measure', 'datagrams')
    check('commas in quotes', p.stdout == b'hosts.uac.sipp.service,datagrams\n"""a,b""",13\n\'c\',13\n', p.stdout)

def it_does_not_matter_who_does_the_work():
    whole = sweep(*GRID, '--jobs', '1').stdout
    check('the grid has its rows', whole.count(b'\n') == 31, whole)
    for jobs in '2', '3', '100':
        check('%s jobs' % jobs, sweep(*GRID, '--jobs', jobs).stdout == whole)
    for n in 1, 2, 3, 7, 40:
        parts = [sweep(*GRID, '--shard', '%d/%d' % (k, n)).stdout for k in range(1, n + 1)]
        check('%d shards' % n, b''.join(parts) == whole, parts)
    runs = sweep('--vary', 'network.loss=0%,10%', '--runs', '60', '--jobs', '1').stdout
    check('runs, 2 jobs', sweep('--vary', 'network.loss=0%,10%', '--runs', '60', '--jobs', '2').stdout == runs)
    check('runs are random', b'x successful' in runs and b'x failed' in runs, runs)

def spread_over_processes_by_gnu_parallel(work):
    if not shutil.which('parallel'):
        print('GNU parallel is not here: not tested')
        return
    whole = sweep(*GRID).stdout
    command = ['parallel', '--will-cite', '-k', '-j', '2', siptwin, 'sweep', SCENARIO] + \
              GRID + ['--jobs', '1', '--shard', '{}/5', ':::'] + list('12345')
    p = subprocess.run(command, capture_output=True, cwd=work, timeout=600, env=dict(os.environ, HOME=work))
    check('parallel -k', p.stdout == whole, (p.stdout, p.stderr))
    command[command.index(':::'):command.index(':::')] = ['-o', 'part.{}.csv']
    p = subprocess.run(command, capture_output=True, cwd=work, timeout=600, env=dict(os.environ, HOME=work))
    parts = b''.join(open(os.path.join(work, 'part.%d.csv' % k), 'rb').read() for k in range(1, 6))
    check('parallel, a file a share', parts == whole and p.stdout == b'', (parts, p.stderr))

# Means and shares, worked out again here.

D = decimal.Decimal
Z = D('1.959964')

def mean(values):
    n = D(len(values))
    m = sum(values) / n
    half = Z * (sum((v - m) ** 2 for v in values) / (n - 1) / n).sqrt() if n > 1 else D(0)
    return m, max(m - half, D(0)), m + half

def wilson(k, n):
    k, n = D(k), D(n)
    half = Z * (k * (n - k) / n + Z * Z / 4).sqrt()
    return k / n, (k + Z * Z / 2 - half) / (n + Z * Z), (k + Z * Z / 2 + half) / (n + Z * Z)

def intervals_are_right():
    decimal.getcontext().prec = 40
    runs, names = 150, 'invites_caller,ringing,answer,caller_gives_up,datagrams,ringing_lost,ringing_late,successful,final,outcome'
    common = ['--set', 'network.loss=15%', '--set', 'hosts.uac.sipp.calls=2', '--measure', names]
    single = rows(sweep(*common, '--vary', 'seed=1..%d/1' % runs))
    row, = rows(sweep(*common, '--runs', str(runs)))
    check('runs', row['runs'] == str(runs), row)
    for name in 'invites_caller', 'ringing', 'answer', 'caller_gives_up', 'datagrams':
        values = [D(r[name]) for r in single if r[name]]
        unit = D('0.001') if name in ('invites_caller', 'datagrams') else D('0.000001')
        for column, right in zip(('', '_low', '_high'), mean(values)):
            check(name + column, abs(D(row[name + column]) - right) <= unit, (row[name + column], right))
        if name + '_runs' in row: check(name + '_runs', int(row[name + '_runs']) == len(values), row)
        check(name + ' varies', len(set(values)) > 2, values)
    k = sum(int(r['successful']) for r in single)
    for column, right in zip(('', '_low', '_high'), wilson(k, 2 * runs)):
        check('successful' + column, abs(D(row['successful' + column]) - right) <= D('0.000001'), (row['successful' + column], right))
    finals = [r['final'] for r in single]
    expected = sorted({f for f in finals if f}, key=lambda f: (-finals.count(f), f))
    if finals.count(expected[0]) < runs:
        check('texts', row['final'] == '; '.join('%dx %s' % (finals.count(f), f) for f in expected), row['final'])
    # nothing out of nothing, all of all: the bounds stay inside
    row, = rows(sweep('--runs', '1', '--measure', 'ringing_lost,successful,ringing,datagrams'))
    check('one run', list(row.values()) == ['1', '0.000000', '0.000000', '0.793451', '1.000000', '0.206549', '1.000000',
                                            row['ringing'], '', '', '1', '13.000', '', ''], row)

ERRORS = [
    (['--vary', RING + '=0s..10s'], '--vary %s=0s..10s:1:27: error: expected FROM..TO/STEP, such as 0s..35s/500ms\n' % RING),
    (['--vary', RING + '=0s..x/1s'], '--vary %s=0s..x/1s:1:31: error: expected a duration, a share or a whole number, got "x"\n' % RING),
    (['--vary', RING + '=0s..5s/0s'], '--vary %s=0s..5s/0s:1:34: error: the step must be more than 0\n' % RING),
    (['--vary', RING + '=5s..1s/1s'], '--vary %s=5s..1s/1s:1:31: error: the range ends before it begins\n' % RING),
    (['--vary', RING + '=0s..5/1s'], '--vary %s=0s..5/1s:1:27: error: FROM, TO and STEP are not of the same kind: durations, '
     'shares or whole numbers\n' % RING),
    (['--vary', 'seed=0..99999999/1'], '--vary seed=0..99999999/1:1:18: error: the range has more than a million values\n'),
    (['--vary', RING], '--vary %s:1:1: error: expected KEY=VALUES, such as hosts.uas.sipp.ring_after=0s..35s/500ms\n' % RING),
    (['--vary', RING + '=1s,,2s'], '--vary %s=1s,,2s:1:30: error: expected a value\n' % RING),
    (['--vary', 'network.drop=[{}'], '--vary network.drop=[{}:1:14: error: a bracket or a quote is never closed\n'),
    (['--vary', RING + '=1s,soon'], '--set %s=soon:1:27: error: %s: expected a duration, a number with ns, us, ms, s or min, '
     'such as 500ms or 1.5s, got "soon"\n' % (RING, RING)),
    (['--vary', 'hosts.uas.sipp.ring_afer=1s,2s'], '--set hosts.uas.sipp.ring_afer=1s:1:16: error: unknown key "ring_afer"; '
     'did you mean "ring_after"?\n'),
    (['--vary', 'seed=1,2', '--vary', 'seed=3'], '--vary seed=3:1:1: error: "seed" is varied by --vary already\n'),
    (['--vary', 'seed=1,2', '--runs', '2'], '--vary seed=1,2:1:1: error: "seed" is varied by --runs already\n'),
    (['--vary', 'seed=1,2', '--set', 'seed=3'], 'siptwin: error: --set seed=3: "seed" is varied by --vary\n'),
    (['--vary', 'seed=1..100000/1', '--vary', RING + '=0s..10s/1ms'], 'siptwin: error: sweep: more than 100000000 runs\n'),
    (['--vary', 'seed=1', '--measure', 'invites'], 'siptwin: error: sweep: unknown measure "invites"; known: invites_caller, '
     'invites_proxy, ringing, answer, outcome, final, caller_gives_up, retransmissions, datagrams, ringing_lost, ringing_late, '
     'reason, successful, overruns\n'),
    (['--vary', 'seed=1', '--measure', 'answer,ringin'], 'siptwin: error: sweep: unknown measure "ringin"; did you mean ringing?\n'),
    (['--vary', 'seed=1', '--measure', 'answer,answer'], 'siptwin: error: sweep: measure answer is given twice\n'),
    (['--vary', 'seed=1', '--runs', '0'], 'siptwin: error: sweep: --runs: expected a whole number from 1 to 100000, got "0"\n'),
    (['--vary', 'seed=1', '--jobs', 'x'], 'siptwin: error: sweep: --jobs: expected a whole number from 1 to 1024, got "x"\n'),
    (['--vary', 'seed=1', '--shard', '3/2'], 'siptwin: error: sweep: --shard: expected K/N, 1/N to N/N, got "3/2"\n'),
    (['--vary', 'seed=1', '--shard', '1/2', '--plot', 'x.svg'], 'siptwin: error: sweep: --plot needs the whole grid, not a --shard of it\n'),
    (['--vary', 'seed=1', '--plot', 'x.png'], 'siptwin: error: sweep: --plot x.png: the picture is an SVG, so the name must end with .svg\n'),
    (['--runs', '2', '--plot', 'x.svg'], 'siptwin: error: sweep: --plot needs a --vary to draw along x\n'),
    ([], 'siptwin: error: sweep: nothing to vary; see --vary and --runs\n'),
    (['--vary', 'seed=1', '-o', 'no/such/x.csv'], 'siptwin: error: no/such/x.csv: No such file or directory\n'),
    (['--vary', 'seed=1', '-o', '/dev/full'], 'siptwin: error: /dev/full: No space left on device\n'),
    (['--vary', 'event_limit=1000000,20'], '--set event_limit=20:1:13: error: the simulation needs more events than event_limit allows\n'),
    (['--vary', 'seed=1', '--measures', 'answer'], 'siptwin: error: sweep: unknown option --measures; did you mean --measure?\n'),
]

def bad_input_is_refused(work):
    for args, expected in ERRORS:
        p = sweep(*args, status=2, cwd=work)
        check('message of ' + ' '.join(args), p.stderr.decode() == expected, p.stderr.decode())
        check('no output of ' + ' '.join(args), p.stdout == b'' and not os.listdir(work), (p.stdout, os.listdir(work)))
    # two values that are good each by itself, but not together: told once, whoever finds out
    for jobs in '1', '2':
        p = sweep('--vary', 'hosts.uac.address=172.20.0.2,172.20.0.77', '--vary', 'hosts.uas.address=172.20.0.3,172.20.0.77',
                  '--jobs', jobs, status=2)
        check('a bad combination', p.stdout == b'' and p.stderr.decode() == ROOT + '/scenarios/03_proxy_stateful/scenario.yaml:11:15: '
              'error: hosts.uac.sipp.target: this is the host itself\n--set hosts.uas.address=172.20.0.77:1:19: error: '
              'hosts.uas.address: 172.20.0.77 is the address of "uac" too\n', p.stderr.decode())

def group_is_gone(group):
    for _ in range(100):
        try: os.killpg(group, 0)
        except ProcessLookupError: return True
        time.sleep(0.1)
    return False

def an_interrupt_leaves_nothing(work):
    for number, whole_group in (signal.SIGINT, True), (signal.SIGTERM, False), (signal.SIGKILL, False):
        p = subprocess.Popen([siptwin, 'sweep', SCENARIO, '--vary', 'network.loss=1%,2%,3%', '--runs', '100000', '-o', 'x.csv', '--jobs', '2'],
                             cwd=work, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
        time.sleep(0.7)
        (os.killpg if whole_group else os.kill)(p.pid, number)
        out, err = p.communicate(timeout=60)
        check('%s: no process is left' % number.name, group_is_gone(p.pid))
        left = os.listdir(work)
        if number == signal.SIGKILL: # nobody can clean up then, but the file has not its final name
            check('SIGKILL: no file', 'x.csv' not in left, left)
            for f in left: os.remove(os.path.join(work, f))
            continue
        check('%s: status' % number.name, p.returncode == 130, p.returncode)
        check('%s: message' % number.name, err == b'siptwin: interrupted, nothing written\n', err)
        check('%s: no file' % number.name, left == [], left)

def a_terminal_sees_how_far_it_is():
    ours, theirs = pty.openpty()
    p = subprocess.run([siptwin, 'sweep', SCENARIO] + GRID, stdout=subprocess.PIPE, stderr=theirs, timeout=600)
    os.close(theirs)
    shown = b''
    try:
        while b'\033[K' not in shown: shown += os.read(ours, 65536)
    except OSError: pass
    os.close(ours)
    check('a bar', b'] 100 %, 30 of 30 runs' in shown and shown.endswith(b'\r\033[K'), shown)
    check('the table all the same', p.stdout == sweep(*GRID).stdout)

def a_picture(work):
    p = sweep('--vary', 'seed=1', '--plot', 'x.svg', '-o', 'x.csv', status=2, cwd=work, env=dict(os.environ, PATH='/nonexistent'))
    check('no gnuplot', p.stderr == b'siptwin: error: sweep: --plot needs gnuplot, which is not here (Debian: apt-get install '
          b'gnuplot-nox)\n' and not os.listdir(work), (p.stderr, os.listdir(work)))
    if not shutil.which('gnuplot'):
        print('gnuplot is not here: not tested')
        return
    for args in GRID, ['--vary', 'network.loss=0%..4%/2%', '--runs', '20'], \
                ['--vary', "hosts.uac.sipp.service=it's_a,b", '--vary', AUTO_100 + '=0,1', '--measure', 'answer,final']:
        pictures = []
        for home in 'a', 'b':
            p = sweep(*args, '--plot', 'x.svg', '-o', 'x.csv', cwd=work, env=dict(os.environ, HOME=home, LC_ALL='C', TZ=home))
            check('gnuplot is quiet', p.stderr == b'', p.stderr)
            pictures.append(open(os.path.join(work, 'x.svg'), 'rb').read())
            check('the table beside the picture', open(os.path.join(work, 'x.csv'), 'rb').read() == sweep(*args).stdout)
        check('the same picture again', pictures[0] == pictures[1])
        check('a picture', pictures[0].startswith(b'<?xml') and pictures[0].rstrip().endswith(b'</svg>'), pictures[0][:200])
    check('titles are texts', b"answer, auto_inv_100=1" in pictures[0] and b"it's_a" in pictures[0])
    p = sweep('--vary', 'seed=1', '--measure', 'final', '--plot', 'y.svg', '-o', 'y.csv', status=2, cwd=work)
    check('nothing to draw', p.stderr == b'siptwin: error: sweep: --plot: no run gave a number to draw\n', p.stderr)
    check('both files or none', sorted(os.listdir(work)) == ['x.csv', 'x.svg'], os.listdir(work))

def the_help_knows_all_measures():
    text = subprocess.run([siptwin, 'sweep', '--help'], capture_output=True).stdout.decode()
    header = sweep('--vary', 'seed=1').stdout.decode().split('\n')[0].split(',')[1:]
    for name in header + ['successful']: check('help knows ' + name, '\n  %-15s  ' % name in text)

def what_the_pages_show_is_true():
    p = subprocess.run([sys.executable, os.path.join(ROOT, 'tests', 'readme.py'), siptwin] +
                       [os.path.join(ROOT, 'docs', f) for f in ('sweep.md', 'race.md')], capture_output=True, text=True)
    check('docs/sweep.md and docs/race.md', p.returncode == 0, p.stdout + p.stderr)

def the_race_is_as_measured():
    """250 calls were measured for each: so many 180s lost (stateful), and so many late (stateless)"""
    measured = {'33us': (37, 51), '240us': (1, 6), '1125us': (1, 3)}
    hold = 'network.hold=[%s]' % ', '.join('{from: uas, to: proxy, message: %s INVITE, nth: 1, by: %s}' % f for f in ((200, '0us'), (180, '1125us')))
    for scenario, measure, k in ('03_random_workers', 'ringing_lost', 0), ('02_random_workers', 'ringing_late', 1):
        p = sweep('--set', hold, '--vary', 'network.hold[0].by=' + ','.join(measured), '--runs', '1000', '--measure', measure,
                  scenario=os.path.join(ROOT, 'scenarios', scenario))
        for r in rows(p):
            _, low, high = wilson(measured[r['network.hold[0].by']][k], 250)
            check('%s after %s' % (measure, r['network.hold[0].by']), low < D(r[measure]) < high, (r, low, high))

def main():
    global siptwin
    siptwin = os.path.abspath(sys.argv[1])
    top = tempfile.mkdtemp(prefix='siptwin-sweep-')
    def work():
        return tempfile.mkdtemp(dir=top)
    try:
        the_answers_are_right()
        values_are_written_as_set_takes_them()
        it_does_not_matter_who_does_the_work()
        spread_over_processes_by_gnu_parallel(work())
        intervals_are_right()
        bad_input_is_refused(work())
        an_interrupt_leaves_nothing(work())
        a_terminal_sees_how_far_it_is()
        a_picture(work())
        the_help_knows_all_measures()
        the_race_is_as_measured()
        what_the_pages_show_is_true()
    finally:
        shutil.rmtree(top)
    print('sweep: %s' % ('%d checks failed' % len(failures) if failures else 'all is as it should be'))
    return 1 if failures else 0

if __name__ == '__main__': sys.exit(main())
