#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""lab_captures.py SIPTWIN [FOLDER ...]: does siptwin give what the real lab gave?

Every sub-folder of FOLDER (default: lab and lab/drawn, beside this file, and scenarios) that holds a scenario.yaml and a recording, real.pcap or
real.HOST.pcap, is a case. It is simulated twice:

  default settings     compare.py must call the capture equal to the recording; IP and UDP checksums must be right
  as recorded          link layer of the recording and capture.checksum=partial: equal again, and in addition the UDP
                       checksum fields and the link-layer headers are the recorded ones (of sll2 all but the
                       interface index), IP header checksums right

One line per case, the differences below it; the last line is `lab captures identical: N of M`. Exit status 0 only if N = M.
Option: -k TEXT (only cases whose name contains TEXT; may be repeated).
"""
import argparse
import os
import re
import struct
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
LINK_NAMES = {1: 'ethernet', 101: 'raw', 113: 'sll', 276: 'sll2'}
LINK_HEADER_LEN = {1: 14, 101: 0, 113: 16, 276: 20}
SLL2_INTERFACE_INDEX = slice(4, 8)
TIMEOUT_S = 120


class Frame:
    """One captured frame that begins a UDP datagram: its link header, IP header and UDP part, as bytes."""

    def __init__(self, link, data):
        header_len = LINK_HEADER_LEN[link]
        self.link_header = data[:header_len]
        ip = data[header_len:]
        self.ip_header = ip[:(ip[0] & 15) * 4]
        self.udp = ip[len(self.ip_header):struct.unpack('>H', ip[2:4])[0]]
        self.more_fragments = bool(ip[6] & 0x20)
        self.offset = struct.unpack('>H', ip[6:8])[0] & 0x1fff
        self.checksum = self.udp[6:8]

    def is_udp(self):
        return self.ip_header[0] >> 4 == 4 and self.ip_header[9] == 17

    def leg(self):
        """the addresses; of RTP its ports and SSRC too: compare.py does not compare the order of different streams"""
        rtp = not self.offset and len(self.udp) >= 20 and self.udp[8] >> 6 == 2
        return self.ip_header[12:20] + (self.udp[:4] + self.udp[16:20] if rtp else b'')

    def differs_at_random(self, other):
        """Is it of play_dtmf, with a bit that is random in SIPp? Its checksum, which SIPp computes itself, has it, too."""
        return self.udp[16:19] == b'\x01\x02\x03' and self.udp[8:] != other.udp[8:]

    def ip_checksum_right(self):
        return ones_complement_sum(self.ip_header) == 0xffff

    def udp_checksum_right(self):
        pseudo = self.ip_header[12:20] + b'\0\x11' + self.udp[4:6]
        return ones_complement_sum(pseudo + self.udp) == 0xffff


def ones_complement_sum(data):
    if len(data) % 2:
        data += b'\0'
    total = sum(struct.unpack('>%dH' % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total


def read_frames(path):
    """The link type and the UDP frames of a little-endian pcap file, as tcpdump and siptwin write it."""
    with open(path, 'rb') as file:
        data = file.read()
    if data[:4] not in (b'\xd4\xc3\xb2\xa1', b'\x4d\x3c\xb2\xa1'):
        raise ValueError('%s: not a little-endian pcap file' % path)
    link = struct.unpack('<I', data[20:24])[0] & 0x0fffffff
    if link not in LINK_NAMES:
        raise ValueError('%s: link type %d is not known' % (path, link))
    frames, at = [], 24
    while at < len(data):
        captured = struct.unpack('<I', data[at + 8:at + 12])[0]
        frame = Frame(link, data[at + 16:at + 16 + captured])
        if frame.is_udp():
            frames.append(frame)
        at += 16 + captured
    return link, frames


def recordings(folder):
    """(recording, name that siptwin gives to the same capture) of a case."""
    found = []
    for name in sorted(os.listdir(folder)):
        match = re.fullmatch(r'real(\..+)?\.pcap', name)
        if match:
            found.append((os.path.join(folder, name), 'sim%s.pcap' % (match[1] or '')))
    return found


def simulate(siptwin, folder, out, settings):
    """Runs siptwin; a text if it did not do its work. Exit status 1 is a call that failed: a result like any other."""
    command = [siptwin, 'run', folder, '-w', os.path.join(out, 'sim.pcap'), '-q']
    for setting in settings:
        command += ['--set', setting]
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=TIMEOUT_S, text=True,
                              errors='replace')
    except subprocess.TimeoutExpired:
        return '%s: not finished after %d s' % (' '.join(command), TIMEOUT_S)
    if done.returncode not in (0, 1):
        return '%s: exit status %d\n%s' % (' '.join(command), done.returncode, done.stdout)
    return None


def compare(real, simulated):
    """compare.py's verdict and its output."""
    command = [sys.executable, os.path.join(HERE, 'lab', 'compare.py'), '-q', real, simulated]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors='replace')
    return done.returncode == 0, done.stdout.rstrip()


def by_leg(frames):
    legs = {}
    for frame in frames:
        legs.setdefault(frame.leg(), []).append(frame)
    return legs


def comparable_link_header(link, header):
    if LINK_NAMES[link] != 'sll2':
        return header
    return header[:SLL2_INTERFACE_INDEX.start] + header[SLL2_INTERFACE_INDEX.stop:]


def differences_below_udp(real, simulated):
    """What the second run has to have equal beyond compare.py; the order inside one direction is the same by then."""
    (real_link, real_frames), (link, frames) = read_frames(real), read_frames(simulated)
    if link != real_link:
        return ['link type %d, should be %d' % (link, real_link)]
    complaints, others = [], by_leg(frames)
    for leg, mine in by_leg(real_frames).items():
        way = '%d.%d.%d.%d > %d.%d.%d.%d' % tuple(leg[:8])
        for number, (a, b) in enumerate(zip(mine, others.get(leg, [])), 1):
            if a.checksum != b.checksum and not a.differs_at_random(b):
                complaints.append('%s, datagram %d: UDP checksum field %s, should be %s' %
                                  (way, number, b.checksum.hex(), a.checksum.hex()))
            want, got = (comparable_link_header(link, f.link_header) for f in (a, b))
            if want != got:
                complaints.append('%s, datagram %d: link header %s, should be %s' %
                                  (way, number, b.link_header.hex(), a.link_header.hex()))
    return complaints


def wrong_checksums(simulated, udp):
    complaints = []
    for number, frame in enumerate(read_frames(simulated)[1], 1):
        if not frame.ip_checksum_right():
            complaints.append('frame %d: IP header checksum is wrong' % number)
        if udp and not frame.more_fragments and not frame.offset and not frame.udp_checksum_right():
            complaints.append('frame %d: UDP checksum is wrong' % number)
    return complaints


def check_run(siptwin, folder, captures, as_recorded):
    """(complaints, compare.py's last lines) of one of the two runs of a case."""
    settings = []
    if as_recorded:
        link = read_frames(captures[0][0])[0]
        settings = ['capture.checksum=partial', 'capture.link=' + LINK_NAMES[link]]
    complaints, verdicts = [], []
    with tempfile.TemporaryDirectory(prefix='siptwin-lab-') as out:
        failure = simulate(siptwin, folder, out, settings)
        if failure:
            return [failure], []
        for real, name in captures:
            simulated = os.path.join(out, name)
            if not os.path.exists(simulated):
                complaints.append('siptwin wrote no %s' % name)
                continue
            equal, text = compare(real, simulated)
            if not equal:
                complaints += ['%s differs:' % os.path.basename(real), text]
                continue
            verdicts.append(text.splitlines()[-1])
            complaints += wrong_checksums(simulated, udp=not as_recorded)
            if as_recorded:
                complaints += differences_below_udp(real, simulated)
    return complaints, verdicts


def check_case(siptwin, folder):
    """(complaints, one line of result)"""
    captures = recordings(folder)
    if not captures:
        return ['no real.pcap'], ''
    complaints, verdicts = check_run(siptwin, folder, captures, False)
    if not complaints:
        complaints, _ = check_run(siptwin, folder, captures, True)
        complaints = ['with link and checksums as recorded:'] + complaints if complaints else []
    return complaints, '; '.join(verdicts)


def cases_in(folder):
    """every scenario; of the shipped ones those that were recorded: what is drawn at random cannot be"""
    names = [os.path.join(folder, name) for name in sorted(os.listdir(folder))]
    shipped = os.path.basename(os.path.abspath(folder)) == 'scenarios'
    return [name for name in names if os.path.exists(name + '/scenario.yaml') and (recordings(name) or not shipped)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('siptwin')
    parser.add_argument('folder', nargs='*', default=[HERE + '/lab', HERE + '/lab/drawn', os.path.dirname(HERE) + '/scenarios'])
    parser.add_argument('-k', action='append', default=[], metavar='TEXT')
    options = parser.parse_args()
    siptwin = os.path.abspath(options.siptwin)
    if not os.access(siptwin, os.X_OK):
        parser.error('%s is not a program' % options.siptwin)
    cases = [case for folder in options.folder for case in cases_in(folder)
             if not options.k or any(text in case for text in options.k)]
    identical = 0
    for case in cases:
        name = '/'.join(case.split('/')[-2:])
        try:
            complaints, verdict = check_case(siptwin, case)
        except (OSError, ValueError, IndexError, struct.error) as error:
            complaints, verdict = [str(error)], ''
        identical += not complaints
        print('%s: %s' % (name, 'DIFFERENT' if complaints else 'identical, ' + verdict))
        for complaint in complaints:
            print('    ' + complaint.replace('\n', '\n    '))
        sys.stdout.flush()
    print('lab captures identical: %d of %d' % (identical, len(cases)))
    return 0 if cases and identical == len(cases) else 1


if __name__ == '__main__':
    sys.exit(main())
