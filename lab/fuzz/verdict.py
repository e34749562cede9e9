# SPDX-License-Identifier: MIT
"""Records a folder with the real programs, simulates it, and says what became of it.

    identical   siptwin wrote what was recorded
    chance      what differs is decided by chance: the order of what two programs sent within a millisecond; or the real programs
                differ among themselves; or siptwin gives the recording when Kamailio's tick lies elsewhere, a worker wakes
                sooner or later, or what one host sends another is up to 0.2 ms later; or siptwin gives another of the recordings
    fault       all recordings agree, and siptwin gives something else whatever the phase
    not loaded  siptwin refuses the folder, and the real programs run it
    refused     the real programs refuse it, and so does siptwin; `accepted` if siptwin alone runs it
    too long    more simulated time than a campaign gives to a folder
"""
import itertools
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [ROOT + '/tests/lab', ROOT + '/tests']

import compare                                          # noqa: E402
import lab_captures                                     # noqa: E402

LONGEST_S = 25.0
PHASES_MS = (4, 12, 20, 28, 36, 44, 52, 60)
WAKEUPS_US = (5, 60, 150)
LATER_US = (100, 230)


class Bench:
    """The siptwin that is judged."""

    def __init__(self, siptwin):
        self.siptwin = os.path.abspath(siptwin)

    def simulate(self, folder, out, settings=()):
        """siptwin's complaint, or None; the captures are in `out`."""
        return lab_captures.simulate(self.siptwin, folder, out, list(settings))

    def quiet_s(self, folder):
        """(how long no datagram may come before the end of a recording, simulated seconds), or siptwin's complaint."""
        with tempfile.TemporaryDirectory() as out:
            failure = self.simulate(folder, out)
            if failure:
                return failure
            times = sorted(d.t for name in os.listdir(out) if name.endswith('.pcap') for d in compare.read(out + '/' + name))
        gaps = [later - earlier for earlier, later in zip(times, times[1:])]
        return min(7.0, max(gaps + [0.8]) + 0.8), (times or [0])[-1]

    def complaints(self, recording):
        """What lab_captures.py finds; empty when identical."""
        return lab_captures.check_case(self.siptwin, recording)[0]

    def equal_with(self, recording, settings):
        with tempfile.TemporaryDirectory() as out:
            if self.simulate(recording, out, settings):
                return False
            return all(os.path.exists(out + '/' + name) and lab_captures.compare(real, out + '/' + name)[0]
                       for real, name in lab_captures.recordings(recording))

    def differs_in_order(self, recording):
        with tempfile.TemporaryDirectory() as out:
            if self.simulate(recording, out):
                return False
            return all(os.path.exists(out + '/' + name) and only_order(compare.read(real), compare.read(out + '/' + name))
                       for real, name in lab_captures.recordings(recording))

    def lucky_setting(self, recording):
        """Settings of what chance decides with which siptwin gives the recording, or None."""
        with open(recording + '/scenario.yaml', encoding='utf-8') as file:
            text = file.read()
        proxies = [name for name in ('proxy', 'p1', 'p2') if '  %s:\n' % name in text]
        for phases in itertools.product(PHASES_MS, repeat=len(proxies)):
            if len(proxies) > 1 and (phases[0] + phases[1]) % 3:
                continue
            settings = ['hosts.%s.kamailio.timer_phase=%dms' % pair for pair in zip(proxies, phases)]
            if proxies and self.equal_with(recording, settings):
                return ' '.join(settings)
        for us in WAKEUPS_US:
            settings = ['hosts.%s.kamailio.wakeup=%dus' % (name, us) for name in proxies]
            if proxies and self.equal_with(recording, settings):
                return ' '.join(settings)
        hosts = ['uac'] + proxies + ['uas']
        for pair in list(zip(hosts, hosts[1:])) + list(zip(hosts[1:], hosts)):
            for us in LATER_US:
                settings = ['network.delay={default: 30us, pairs: [{from: %s, to: %s, delay: %dus}]}' % (*pair, us)]
                if self.equal_with(recording, settings):
                    return settings[0]
        return None


def record(folder, out, quiet_s):
    """None, or why nothing was recorded."""
    command = [sys.executable, ROOT + '/lab/record', folder, '-o', out, '--quiet', '%.1f' % quiet_s, '--timeout', '60',
               '--lenient']
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors='replace', timeout=150)
    except subprocess.TimeoutExpired:
        return 'record: no end'
    return None if done.returncode == 0 else done.stdout.strip() or 'record: exit status %d' % done.returncode


CLOSE_S = 0.001


def by_way(datagrams):
    ways = {}
    for d in datagrams:
        ways.setdefault((d.src, d.dst), []).append(d)
    return ways


def only_order(real, simulated):
    """Whether the captures differ in nothing but the order of datagrams that were sent within a millisecond. compare.py lets
    datagrams of two pairs of hosts change places; here those of the two ways between one pair may, too."""
    one, other = by_way(real), by_way(simulated)
    if {way: len(sent) for way, sent in one.items()} != {way: len(sent) for way, sent in other.items()}:
        return False
    pairs = [pair for way in one for pair in zip(one[way], other[way])]
    masks, clocks = compare.Masks(None), {}
    for a, b in pairs:
        allowed_ms = compare.TIME_ABS + compare.TIME_REL * a.t * 10
        if compare.differ(a, b, masks, allowed_ms, clocks) or abs(a.t - b.t) * 1000 > allowed_ms:
            return False
    pairs.sort(key=lambda pair: pair[0].n)
    for number, (a, b) in enumerate(pairs):
        for later, seen in pairs[number + 1:]:
            if seen.n < b.n and (later.t - a.t > CLOSE_S or b.t - seen.t > CLOSE_S):
                return False
    return True


def datagrams_of(recording):
    """How many datagrams the captures of a recording hold."""
    return sum(len(compare.read(path)) for path, _ in lab_captures.recordings(recording))


def same_recording(one, other):
    """Whether two recordings of a folder agree as far as compare.py sees."""
    pairs = list(zip(lab_captures.recordings(one), lab_captures.recordings(other)))
    return all(lab_captures.compare(a[0], b[0])[0] for a, b in pairs)


def first_difference(complaints):
    """One line that says what differs."""
    lines = [line for complaint in complaints for line in complaint.splitlines()]
    wrong = [line for line in lines if any(word in line for word in ('DIFFERENT', 'MISSING', 'EXTRA', 'TIME', 'error'))]
    return (wrong or lines or [''])[0].strip()


def judge(bench, recordings):
    """(verdict, why) from one or more recordings of a folder."""
    complaints = [bench.complaints(recording) for recording in recordings]
    if not complaints[0]:
        return 'identical', ''
    why = first_difference(complaints[0])
    if not all(complaints):
        return 'chance', 'another recording is identical; ' + why
    if bench.differs_in_order(recordings[0]):
        return 'chance', 'only the order within a millisecond; ' + why
    lucky = bench.lucky_setting(recordings[0])
    if lucky:
        return 'chance', lucky
    for other in recordings[1:]:
        if not same_recording(recordings[0], other):
            return 'chance', 'the recordings differ; ' + why
    return 'fault' if len(recordings) > 1 else 'different', why
