# SPDX-License-Identifier: MIT
"""What stands beside a recording: scenario.yaml with the process ids that the programs had, and NOTES.md."""
import copy
import os
import platform
import re
import shlex
import struct
import subprocess
import time

import compare
from scenario import duration_ns

HOST_ORDER = ('address', 'port', 'sipp', 'kamailio')


def scalar(text):
    """A YAML plain scalar where that is safe, else a quoted one."""
    if re.fullmatch(r'[A-Za-z0-9_./][^:#{}\[\],"\'\\\n]*(?::[^\s:#{}\[\],"\'\\\n]+)*', text) and text == text.strip():
        return text
    return '"%s"' % text.replace('\\', '\\\\').replace('"', '\\"').replace('\n', '\\n')


def flow(value):
    if isinstance(value, dict):
        return '{%s}' % ', '.join('%s: %s' % (key, flow(item)) for key, item in value.items())
    if isinstance(value, list):
        return '[%s]' % ', '.join(flow(item) for item in value)
    return scalar(value)


def block(tree, indent):
    lines = []
    for key, value in tree.items():
        if isinstance(value, dict) and key not in ('modparam', 'variables', 'defines'):
            lines += ['%s%s:' % (indent, key)] + block(value, indent + '  ')
        elif isinstance(value, list) and any(isinstance(item, dict) for item in value):
            lines += ['%s%s:' % (indent, key)] + ['%s  - %s' % (indent, flow(item)) for item in value]
        else:
            lines.append('%s%s: %s' % (indent, key, flow(value)))
    return lines


def folded(text, width=118):
    lines, line = [], ''
    for word in text.split():
        if line and len(line) + len(word) + 3 > width:
            lines.append('  ' + line)
            line = ''
        line += (' ' if line else '') + word
    return lines + ['  ' + line]


def ports_of(scenario, name, captures):
    """The ports that the kernel gave to the calls of a host, in their order."""
    host, found = scenario.hosts[name], []
    for path in captures:
        for d in compare.read(path):
            if d.src == host.address and not d.off and str(d.sport) != host.port and str(d.sport) not in found:
                found.append(str(d.sport))
    return found


def scenario_yaml(scenario, pids, lost, captures):
    """The scenario without include, with base names for files and the process ids of the recording."""
    lines = ['title: ' + scalar(scenario.title)]
    if scenario.description:
        lines += ['description: >'] + folded(scenario.description)
    lines += [''] + ['%s: %s' % (key, flow(scenario.tree[key])) for key in ('start', 'seed', 'time_limit') if key in scenario.tree]
    lines += ['hosts:']
    for name, tree in scenario.tree['hosts'].items():
        tree = copy.deepcopy(tree)
        for program, key in (('sipp', 'scenario'), ('sipp', 'out_of_call'), ('sipp', 'inject'), ('kamailio', 'config')):
            if key in tree.get(program, {}):
                value = tree[program][key]
                tree[program][key] = [os.path.basename(path) for path in value] if isinstance(value, list) else os.path.basename(value)
        if name in pids:
            tree['sipp']['pid'] = str(pids[name])
            if tree['sipp'].get('sockets') == 'per_call' or not scenario.hosts[name].calls() and 'outbound' in tree['sipp']:
                tree['sipp']['ports'] = ports_of(scenario, name, captures)
        lines += ['  %s:' % name] + block({key: tree[key] for key in HOST_ORDER if key in tree}, '    ')
    network = {key: value for key, value in scenario.tree.get('network', {}).items() if key != 'drop'}
    if network or scenario.drops:
        lines += ['', 'network:'] + block(network, '  ')
    if scenario.drops:
        lines.append('  drop:')
        for drop, (_, label) in zip(scenario.tree['network']['drop'], lost):
            lines.append('    - %s   # %s' % (flow(drop), label))
    lines += ['', 'capture:'] + block({key: value for key, value in scenario.tree['capture'].items() if key != 'checksum'}, '  ')
    return '\n'.join(lines) + '\n'


def first_call_after_ns(scenario, path):
    """How long after its start the SIPp that was first to send makes its first call: it waits as it does between two calls."""
    first = compare.read(path)[0]
    for host in scenario.hosts.values():
        if host.calls() and host.address == first.src and 'users' not in host.sipp:
            return int(duration_ns(host.sipp.get('rate_period', '1s')) / float(host.sipp.get('rate', '10')))
    return 0


def start_of(scenario, path):
    """When the programs of a recording began, as scenario.yaml says it."""
    with open(path, 'rb') as file:
        head = file.read(32)
    order = '<' if head[:4] in (b'\xd4\xc3\xb2\xa1', b'\x4d\x3c\xb2\xa1') else '>'
    seconds, fraction = struct.unpack(order + 'II', head[24:32])
    digits = 9 if head[:4] in (b'\x4d\x3c\xb2\xa1', b'\xa1\xb2\x3c\x4d') else 6
    unit_ns = 10**(9 - digits)
    seconds, ns = divmod(seconds * 10**9 + fraction * unit_ns - first_call_after_ns(scenario, path), 10**9)
    return '%s.%0*dZ' % (time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(seconds)), digits, ns // unit_ns)


def datagrams(path, source, destination):
    return [d for d in compare.read(path) if d.src == source.address and d.dst == destination.address and not d.off]


def message_name(datagram):
    """'200 INVITE' for an answer, 'INVITE' for a request."""
    match = re.fullmatch(r'(\d{3}) .*?(?: \((\S+)\))?', datagram.label())
    return ('%s %s' % (match[1], match[2]) if match[2] else match[1]) if match else datagram.label().split(' ')[0]


def lost_datagrams(scenario, folder):
    """(number among the sender's datagrams, name) of each drop."""
    lost = []
    for drop in scenario.drops:
        sent = datagrams('%s/sent.%s.pcap' % (folder, drop['from']), scenario.hosts[drop['from']], scenario.hosts[drop['to']])
        number = int(drop['nth'])
        lost.append((number, message_name(sent[number - 1]) if number <= len(sent) else '?'))
    return lost


def version_of(package):
    done = subprocess.run(['dpkg-query', '-W', '-f', '${Version}', package], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True)
    return done.stdout or 'version not known'


def versions():
    def upstream(package):
        return re.sub(r'^\d+:|[-+].*$', '', version_of(package))

    return ('SIPp %s (Debian %s), Kamailio %s (Debian %s), tcpdump %s, Linux %s (%s), Debian %s' % (
        upstream('sip-tester'), version_of('sip-tester'), upstream('kamailio'), version_of('kamailio'), upstream('tcpdump'),
        '.'.join(platform.release().split('.')[:2]), platform.machine(), open('/etc/debian_version').read().strip()))


def packet_table(scenario, path):
    """One line a datagram, of media one a stream, where it begins."""
    names = {host.address: host.name for host in scenario.hosts.values()}
    datagrams, streams = compare.read(path), {}
    compare.mark_media(datagrams)
    for d in datagrams:
        if d.media:
            streams.setdefault(d.leg(), []).append(d)
    lines = ['| %s | time s | from | to | message |' % os.path.basename(path), '|---:|---:|---|---|---|']
    for d in datagrams:
        if d.media and streams[d.leg()][0] is not d:
            continue
        more = ', %d datagrams until %.6f' % (len(streams[d.leg()]), streams[d.leg()][-1].t) if d.media else ''
        lines.append('| %d | %.6f | %s | %s | %s |' % (d.n, d.t, names.get(d.src, d.src), names.get(d.dst, d.dst), d.label() + more))
    return lines


def notes_md(scenario, result, lost, captures, repeated):
    lines = ['# ' + scenario.name, '', scenario.title.rstrip('.') + '. ' + scenario.description, '',
             'Recorded with %s.' % versions()]
    where = ' and '.join(scenario.capture_at)
    interface = 'eth0' if scenario.link == 'ethernet' else 'any'
    lines.append('Where: %s, `tcpdump --immediate-mode -i %s %s`; link type %s.' % (where, interface, scenario.packet_filter(), scenario.link))
    for name, host in scenario.hosts.items():
        command = ' '.join(shlex.quote(word) for word in result['commands'][name])
        if host.sipp:
            ended = ', exit status %s' % result['exit'][name] if name in result['exit'] else ''
            lines.append('%s: `%s`, process %d%s.' % (name, command, result['pids'][name], ended))
        else:
            words = result['commands'][name]
            lines.append('%s: `%s`.' % (name, ' '.join(shlex.quote(word) for word in words[:words.index('-DD')])))
            if host.wakeups_ns():
                lines.append('%s: its workers wake late as `wakeup` says, in that order '
                             '(strace -e trace=recvfrom -e inject=recvfrom:delay_exit=MICROSECONDS).' % name)
    for drop, (number, label) in zip(scenario.drops, lost):
        lines.append('Lost, dropped between the hosts (a capture at the sender would show it): datagram %d from %s to %s (%s).'
                     % (number, drop['from'], drop['to'], label))
    lines.append('The capture went on for %.1f s after the last datagram.' % result['tail_s'])
    lines += repeated
    for path in captures:
        lines += [''] + packet_table(scenario, path)
    return '\n'.join(lines) + '\n'
