# SPDX-License-Identifier: MIT
"""scenario.yaml for the rig: resolves include and overrides, checks the words, knows what the rig cannot do.

Scalars stay the text that the file holds ('30us', '5060'); file names become absolute paths, each relative to the folder
of the scenario.yaml that says it.
"""
import os
import re
import time

import yaml

SIPP_KEYS = ('scenario out_of_call target outbound twin master slave service calls rate rate_period rate_increase rate_interval rate_max rate_quit arrivals limit users pause pid hz receive_buffer timeout timeout_error sleep lost repeat_check sockets ports dynamic_start dynamic_max dynamic_step media_port rtp_echo rtp_echo_buffer rtp_payload rtp_threadtasks timer_resolution tdmmap '
             'max_retrans max_invite_retrans max_non_invite_retrans base_cseq call_id call_id_prefix retransmit t2 deadcall_wait auto_answer ignore_in_pause default_behaviors recv_timeout auth_user '
             'auth_password auth_uri inject inject_index keys exec variables ring_after answer_after').split()
KAMAILIO_KEYS = 'config defines environment skip subscribers aliases groups group_patterns modparam version children wakeup processing receive_buffer timer_phase up_for seconds_phase call_id labels dialog_ids nonce_id natping_tag natping_call_id natping_branches'.split()
SUBSCRIBER_KEYS = 'username domain password ha1 ha1b'.split()
ALIAS_KEYS = 'alias_username alias_domain username domain'.split()
GROUP_KEYS = 'username domain grp'.split()
GROUP_PATTERN_KEYS = 'reg_exp group_id'.split()
TABLES = ('subscribers', 'aliases', 'groups', 'group_patterns')
KEYS = {
    '': 'include title description start seed time_limit hosts network capture'.split(),
    'host': 'address port sipp kamailio'.split(),
    'sipp': SIPP_KEYS,
    'kamailio': KAMAILIO_KEYS,
    'subscribers': SUBSCRIBER_KEYS,
    'aliases': ALIAS_KEYS,
    'groups': GROUP_KEYS,
    'group_patterns': GROUP_PATTERN_KEYS,
    'network': 'delay loss duplicate reorder reorder_by drop hold mtu'.split(),
    'drop': 'from to nth message'.split(),
    'capture': 'at link checksum precision filter'.split(),
}
FILE_KEYS = {'sipp': ('scenario', 'out_of_call', 'inject'), 'kamailio': ('config',)}
UNITS_NS = {'ns': 1, 'us': 10**3, 'ms': 10**6, 's': 10**9, 'min': 60 * 10**9}

CLOCK_MONOTONIC_COARSE = 6       # SIPp's clock; Linux's number, which the time module does not name
KERNEL_DELAY_NS = 60 * 1000      # what the way between two namespaces takes at most by itself
PROMPT_WAKEUP_NS = 200 * 1000    # a worker that is not slowed down wakes within this


class ScenarioError(Exception):
    """One line for each thing that is wrong."""


def listed(value):
    """A list as it is, anything else as the only entry of one."""
    return value if isinstance(value, list) else [value]


def duration_ns(text):
    match = re.fullmatch(r'(\d+)(?:\.(\d+))?\s*(ns|us|ms|s|min)?', text)
    if not match or (not match[3] and int(match[1] + (match[2] or ''))):
        raise ScenarioError("'%s' is no duration (a number with ns, us, ms, s or min)" % text)
    unit = UNITS_NS[match[3] or 'ns']
    return int(match[1]) * unit + (int(match[2]) * unit // 10**len(match[2]) if match[2] else 0)


def check_keys(where, kind, value):
    if not isinstance(value, dict):
        raise ScenarioError('%s: must be a map' % where)
    for key in value:
        if key not in KEYS[kind]:
            raise ScenarioError("%s: unknown key '%s'; known are: %s" % (where, key, ', '.join(KEYS[kind])))


def with_entries(below, entries):
    """The list with some of its entries replaced or, where they are maps, overlaid: {'[0]': ...}."""
    result = list(below)
    for key, value in entries.items():
        index = int(key[1:-1])
        if index >= len(result):
            raise ScenarioError('%s: the list has %d entries' % (key, len(result)))
        result[index] = merged(result[index], value)
    return result


def merged(below, above):
    if isinstance(below, list) and isinstance(above, dict) and all(re.fullmatch(r'\[\d+\]', key) for key in above):
        return with_entries(below, above)
    if not isinstance(below, dict) or not isinstance(above, dict):
        return above
    result = dict(below)
    for key, value in above.items():
        result[key] = merged(below[key], value) if key in below else value
    return result


def with_paths(tree, folder):
    """Makes the file names absolute."""
    hosts = tree.get('hosts')
    for host in (hosts.values() if isinstance(hosts, dict) else ()):
        for program, keys in FILE_KEYS.items():
            settings = host.get(program) if isinstance(host, dict) else None
            for key in keys if isinstance(settings, dict) else ():
                names = [name if name.startswith('builtin:') else os.path.normpath(os.path.join(folder, name))
                         for name in listed(settings.get(key) or [])]
                if names:
                    settings[key] = names if isinstance(settings[key], list) else names[0]
    return tree


def read_yaml(path, depth=0):
    """The tree of a scenario.yaml over that of the one it includes."""
    if depth > 16:
        raise ScenarioError('%s: includes go round in circles' % path)
    try:
        with open(path) as file:
            tree = yaml.load(file, Loader=yaml.BaseLoader)
    except (OSError, yaml.YAMLError) as error:
        raise ScenarioError('%s: %s' % (path, error))
    check_keys(path, '', tree)
    folder = os.path.dirname(path)
    tree = with_paths(tree, folder)
    included = tree.pop('include', None)
    if included is None:
        return tree
    # A name alone is also looked for beside the folder, and among the project's own.
    places = [folder] if '/' in included else [folder, os.path.join(folder, '..'), os.path.join(os.path.dirname(__file__), '..', 'scenarios')]
    found = [path for path in (os.path.join(place, included, 'scenario.yaml') for place in places) if os.path.exists(path)]
    return merged(read_yaml((found or [os.path.join(folder, included, 'scenario.yaml')])[0], depth + 1), tree)


def override(tree, setting, folder):
    """KEY.KEY=VALUE, the value as in YAML."""
    key, equals, text = setting.partition('=')
    if not equals:
        raise ScenarioError("'%s' is no KEY=VALUE" % setting)
    try:
        value = yaml.load(text, Loader=yaml.BaseLoader)
    except yaml.YAMLError as error:
        raise ScenarioError('%s: %s' % (setting, error))
    for part in reversed(re.sub(r'(?<=.)\[', '.[', key).split('.')):
        value = {part: value}
    return merged(tree, with_paths(value, folder))


def as_list(value):
    return value if isinstance(value, list) else [value]


class Host:
    def __init__(self, name, tree):
        self.name = name
        self.address = tree['address']
        self.port = tree.get('port', '5060')
        self.sipp = tree.get('sipp')
        self.kamailio = tree.get('kamailio')
        if self.calls():
            self.sipp.setdefault('calls', '1')

    def mac(self):
        return '02:42:' + ':'.join('%02x' % int(part) for part in self.address.split('.'))

    def begins_with(self):
        """The first command of its scenario: send, recv, sendCmd or recvCmd."""
        path = (self.sipp or {}).get('scenario', '')
        if path in ('builtin:uas', 'builtin:branchs'):
            return 'recv'
        if not os.path.isfile(path):
            return ''
        with open(path, encoding='latin-1') as file:
            text = re.sub(r'<!--.*?-->|<!\[CDATA\[.*?\]\]>', '', file.read(), flags=re.S)
        first = re.search(r'<(send|recv|sendCmd|recvCmd)\b', text)
        return first[1] if first else ''

    def is_commanded(self):
        """Does it make its calls when another SIPp tells it to (-3pcc, -slave)? Then its scenario begins with a recvCmd."""
        return bool({'twin', 'slave', 'master'} & set(self.sipp or {})) and self.begins_with() == 'recvCmd'

    def calls(self):
        return self.sipp is not None and 'target' in self.sipp and not self.is_commanded() and self.begins_with() != 'recv'

    def defines(self):
        """Kamailio's -A: names, or NAME=VALUE."""
        defines = (self.kamailio or {}).get('defines', [])
        if isinstance(defines, list):
            return defines
        return ['%s=%s' % item if item[1] else item[0] for item in defines.items()]

    def thinks_ns(self):
        """How long the callee of a what-if holds its answers back, all in all."""
        return sum(duration_ns((self.sipp or {}).get(key, '0')) for key in ('ring_after', 'answer_after'))

    def wakeups_ns(self):
        """What each worker is late by; an empty list: nothing to be done."""
        late = [duration_ns(text) for text in as_list((self.kamailio or {}).get('wakeup', '30us')) if isinstance(text, str)]
        if not late:
            raise ScenarioError('hosts.%s.kamailio.wakeup: chance cannot be repeated in a recording' % self.name)
        return late if max(late) > PROMPT_WAKEUP_NS else []


class Scenario:
    def __init__(self, folder, settings=()):
        self.folder = os.path.abspath(folder)
        self.name = os.path.basename(self.folder)
        tree = read_yaml(os.path.join(self.folder, 'scenario.yaml'))
        for setting in settings:
            tree = override(tree, setting, self.folder)
        self.tree = tree
        self.check_words()
        self.title = tree.get('title', self.name)
        self.description = ' '.join(tree.get('description', '').split())
        self.hosts = {name: Host(name, host) for name, host in tree['hosts'].items()}
        network, capture = tree.get('network', {}), tree['capture']
        self.mtu = int(network.get('mtu', 1500))
        self.drops = [dict(drop) for drop in network.get('drop', [])]
        self.capture_at = as_list(capture['at'])
        self.capture_many = isinstance(capture['at'], list)
        self.link = capture.get('link', 'ethernet')
        self.filter = capture.get('filter', 'sip')
        self.precision = capture.get('precision', 'us')
        self.check_rig()

    def check_words(self):
        tree = self.tree
        check_keys('scenario.yaml', '', tree)
        for key in ('hosts', 'capture'):
            if key not in tree:
                raise ScenarioError('scenario.yaml: %s is missing' % key)
        check_keys('capture', 'capture', tree['capture'])
        check_keys('network', 'network', tree.get('network', {}))
        for drop in tree.get('network', {}).get('drop', []):
            check_keys('network.drop', 'drop', drop)
            for key in ('from', 'to', 'nth'):
                if key not in drop:
                    raise ScenarioError('network.drop: %s is missing' % key)
        for name, host in tree['hosts'].items():
            check_keys('hosts.' + name, 'host', host)
            if 'address' not in host or ('sipp' in host) == ('kamailio' in host):
                raise ScenarioError('hosts.%s: needs an address and either sipp or kamailio' % name)
            for program in ('sipp', 'kamailio'):
                for table in TABLES:
                    for row in host.get(program, {}).get(table, []):
                        check_keys('hosts.%s.%s.%s' % (name, program, table), table, row)
                if program in host:
                    check_keys('hosts.%s.%s' % (name, program), program, host[program])

    def packet_filter(self):
        """tcpdump's"""
        if isinstance(self.filter, list):
            return ' or '.join('udp port %d' % int(port) for port in self.filter)
        return 'udp port 5060' if self.filter == 'sip' else 'ip proto 17'

    def host_names_used(self):
        yield from self.capture_at
        for drop in self.drops:
            yield from (drop['from'], drop['to'])

    def check_rig(self):
        """What this rig cannot do is an error: a recording must not silently be something else."""
        wrong = ["there is no host '%s'" % name for name in self.host_names_used() if name not in self.hosts]
        network = self.tree.get('network', {})
        delay = network.get('delay', '30us')
        if not isinstance(delay, str) or duration_ns(delay) > KERNEL_DELAY_NS:
            wrong.append('network.delay: the rig adds no delay; the way between two namespaces takes 20 to 60 us')
        for chance in ('loss', 'duplicate', 'reorder'):
            share = network.get(chance, '0%')
            if not isinstance(share, str) or float(share.rstrip('%')):
                wrong.append('network.%s: chance cannot be repeated in a recording; network.drop names what is lost' % chance)
        if network.get('hold'):
            wrong.append('network.hold: the rig can lose a datagram (network.drop), not hold it back')
        if self.link not in ('ethernet', 'sll2', 'sll'):
            wrong.append('capture.link: the rig records ethernet, sll2 or sll, not %s' % self.link)
        if self.filter not in ('sip', 'all') and not isinstance(self.filter, list):
            wrong.append("capture.filter: '%s' is neither sip nor all nor a list of ports" % self.filter)
        if self.precision not in ('us', 'ns'):
            wrong.append("capture.precision: '%s' is neither us nor ns" % self.precision)
        if sum(bool(set(TABLES) & set(host.kamailio or {})) for host in self.hosts.values()) > 1:
            wrong.append('hosts: only one Kamailio can have subscribers, aliases and groups: their tables are in one folder')
        hz = round(1 / time.clock_getres(CLOCK_MONOTONIC_COARSE))
        for host in self.hosts.values():
            wrong += self.check_host(host, hz)
        if not any(host.calls() for host in self.hosts.values()):
            wrong.append('no host calls (none has a sipp with a target)')
        if wrong:
            raise ScenarioError('\n'.join(wrong))

    def check_host(self, host, hz):
        wrong, where = [], 'hosts.%s.' % host.name
        for program, keys in FILE_KEYS.items():
            for key in keys:
                for path in listed((getattr(host, program) or {}).get(key) or []):
                    if not path.startswith('builtin:') and not os.path.isfile(path):
                        wrong.append('%s%s.%s: there is no file %s' % (where, program, key, path))
        sipp, kamailio = host.sipp or {}, host.kamailio or {}
        if sipp.get('arrivals', 'regular') != 'regular':
            wrong.append(where + 'sipp.arrivals: SIPp makes its calls at regular times')
        if int(sipp.get('hz', hz)) != hz:
            wrong.append('%ssipp.hz: the clock of this kernel runs at %d Hz' % (where, hz))
        if kamailio:
            host.wakeups_ns()
        if 'children' in kamailio:
            wrong.append(where + 'kamailio.children: the rig starts as many as the cfg says')
        for program, settings in (('sipp', sipp), ('kamailio', kamailio)):
            if 'receive_buffer' in settings:
                wrong.append('%s%s.receive_buffer: that is the kernel\'s' % (where, program))
        if kamailio.get('processing', 'default') != 'default':
            wrong.append(where + 'kamailio.processing: the real Kamailio takes the time it takes')
        return wrong
