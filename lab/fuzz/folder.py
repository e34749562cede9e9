# SPDX-License-Identifier: MIT
"""A drawn lab folder: scenario.yaml and the files beside it."""
import os
import re
import shutil

import flows
from draw import Draw
from proxy import Proxy
from sides import Side

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MEDIA = 'tone.pcap'
NETS = ['172.20.0.%d', '192.168.77.%d', '10.1.2.%d']
PORTS = [5080, 5070, 15060]
CALL_IDS = ['x%u@%s', '%u-%p', 'a%%b%u', 'call.%u.%p@host']
OPTIONS = {'service': ['bob', '123', 'a.b-c'], 'base_cseq': ['5', '100', '2147483000'], 'media_port': ['7000', '12346'],
           'max_retrans': ['2', '3'], 'max_invite_retrans': ['1', '2'], 'max_non_invite_retrans': ['1', '3']}


def write_files(files, path):
    """A drawn folder's files, and the media that they name."""
    os.makedirs(path, exist_ok=True)
    for name, text in files.items():
        with open(os.path.join(path, name), 'w', encoding='utf-8') as file:
            file.write(text)
    if any(MEDIA in text for text in files.values()):
        shutil.copyfile(os.path.join(ROOT, 'scenarios', '01_media', MEDIA), os.path.join(path, MEDIA))


class Folder:
    """files: name -> text. features: the decisions that made it, see draw.py."""

    def __init__(self, seed, without=()):
        self.draw = Draw(seed, without)
        self.seed, self.files = seed, {}
        self.compose()
        self.features = self.draw.features

    def compose(self):
        draw = self.draw
        topology = draw.choose('topology', ['direct'] + ['proxy'] * 5 + ['chain'] * 2)
        flow = draw.choose('flow', flows.FLOWS)
        draw.features += ['topology-' + topology, 'flow-' + flow.__name__]
        net = draw.pick('net', NETS[0], NETS[1:], 10)
        names = {'direct': [], 'proxy': ['proxy'], 'chain': ['p1', 'p2']}[topology]
        address = {'uac': net % 2, 'uas': net % 3, 'proxy': net % 10, 'p1': net % 10, 'p2': net % 11}
        port = {name: draw.pick('port', 5060, PORTS, 4, name) for name in ['uac', 'uas'] + names}
        script = flows.Script(draw)
        flow(script)
        self.files['uac.xml'] = localized(found(script.uac.xml(), script), address['uac'])
        uas = found(script.uas.xml(), script)
        if draw.on('timewait', 8):
            uas = uas.replace('\n</scenario>', '\n  <timewait milliseconds="%s"/>\n\n</scenario>' % draw.choose('timewait/ms',
                                                                                                                (0, 900)))
        self.files['uas.xml'] = localized(uas, address['uac'])
        self.second = topology == 'proxy' and flow in (flows.call, flows.reject, flows.cancel,
                                                       flows.ringing) and draw.on('second-callee', 15)
        if self.second:
            address['uas2'], port['uas2'] = net % 4, 5060
            self.files['uas2.xml'] = second_callee(draw)
        if script.uac.inject:
            self.files['users.csv'] = USERS
        way = names + ['uas']
        for name, following in zip(names, way[1:]):
            hosts = {'uas': address['uas'], 'next_host': address[following], 'next_port': str(port[following]),
                     'next': '%s:%s' % (address[following], port[following])}
            proxy = Proxy(draw, name, address[name], port[name], hosts)
            if self.second:
                proxy.branches.append('sip:second@%s:5060' % address['uas2'])
            self.files[name + '.cfg'] = localized(settled(proxy.text(), script), address['uac'])
        self.files['scenario.yaml'] = '\n'.join(self.scenario(names, address, port)) + '\n'

    def sipp(self, name):
        draw, lines = self.draw, []
        for key, values in OPTIONS.items():
            value = draw.pick('%s/%s' % (name, key), None, values, 4)
            if value is not None and not (name == 'uas' and key in ('base_cseq',)):
                lines.append('%s: %s' % (key, value))
        return lines

    def scenario(self, names, address, port):
        draw = self.draw
        uac = ['scenario: uac.xml', 'target: uas'] + (['outbound: ' + names[0]] if names else [])
        calls = draw.pick('calls', 1, [2, 3], 12)
        uac.append('calls: %d' % calls)
        if calls > 1:
            uac += ['rate: %s' % draw.choose('rate', (1, 2, 5)), 'limit: 1'] if draw.on('one-at-a-time', 60) else ['rate: 1']
        uac += self.sipp('uac')
        call_id = draw.pick('uac/call-id-format', None, CALL_IDS, 6)
        uac += ['call_id: "%s"' % call_id] if call_id else []
        uac += ['inject: users.csv'] if 'users.csv' in self.files else []
        uac.append('pid: %d' % draw.choose('uac/pid', (217, 1234, 4537, 9001, 14799)))
        uas = ['scenario: uas.xml', 'pid: %d' % draw.choose('uas/pid', (318, 1733, 4811, 9777, 15012))] + self.sipp('uas')
        if 'max_retrans' not in ' '.join(uas):
            uas.append('max_retrans: 3')
        answers = self.files['uas.xml'].partition('<recv request="INVITE"')[2]
        for key, milliseconds, status in (('ring_after', 400, '[1-6]'), ('answer_after', 700, '[2-6]')):
            if '[branch]' not in answers and re.search(r'SIP/2\.0 %s\d\d ' % status, answers) and draw.on(key, 3):
                uas.append('%s: %dms' % (key, milliseconds))
        second = [('uas2', ['scenario: uas2.xml', 'pid: 7001', 'max_retrans: 2'])] if self.second else []
        lines = ['title: drawn %s' % self.seed, '', 'hosts:']
        for name, host in [('uac', uac)] + [(name, None) for name in names] + [('uas', uas)] + second:
            lines += ['  %s:' % name, '    address: ' + address[name]]
            lines += ['    port: %d' % port[name]] if port[name] != 5060 else []
            if host:
                lines += ['    sipp:'] + ['      ' + line for line in host]
            else:
                lines += ['    kamailio:', '      config: %s.cfg' % name]
        drops = self.drops(['uac'] + names + ['uas'])
        mtu = draw.pick('mtu', None, [576, 1300, 9000], 4)
        if drops or mtu:
            lines += ['', 'network:'] + (['  mtu: %d' % mtu] if mtu else []) + (['  drop:'] if drops else []) + drops
        at = names or [draw.choose('captured', ['uac', 'uas'])]
        lines += ['', 'capture:', '  at: ' + (at[0] if len(at) == 1 else '[%s]' % ', '.join(at)),
                  '  link: ' + draw.pick('link', 'ethernet', ['sll2', 'sll'], 10), '  filter: all']
        return lines

    def drops(self, way):
        lines = []
        for at in range(2):
            if self.draw.on('loss', 14, at):
                stream = self.draw.stream('loss/%d' % at)
                left = stream.randrange(len(way) - 1)
                pair = [way[left], way[left + 1]]
                if stream.random() < .5:
                    pair.reverse()
                lines.append('    - {from: %s, to: %s, nth: %d}' % (pair[0], pair[1], stream.choice([1, 1, 2, 2, 3, 4, 5])))
        return sorted(set(lines))

    def write(self, path):
        write_files(self.files, path)


USERS = """SEQUENTIAL
alice;secret;x
# a comment
bob;;<sip:b@c>
carol
"""


def second_callee(draw):
    """A callee of another branch: it rings late and answers with something."""
    side = Side(draw, 'uas2', 'z')
    side.recv(request='INVITE')
    side.pause(draw.choose('uas2/ring', (40, 150, 350)))
    if draw.on('uas2/rings', 60):
        side.send(side.response(180, 'Ringing'), plain=True)
    side.pause(draw.choose('uas2/answer', (60, 250, 600)))
    code = draw.choose('uas2/code', (486, 404, 603, 200, 480, 500))
    side.send(side.response(code, flows.REASONS[code]), 500, plain=True)
    side.recv(request='ACK', timeout='2500')
    return side.xml()


def settled(cfg, script):
    """Without a Contact SIPp makes [next_url] of what lies in its memory: a proxy takes none away then."""
    return cfg.replace('remove_hf("Contact");', 'remove_hf("Supported");') if script.in_uri else cfg


def found(xml, script):
    """For the same reason no blank stands before the colon of a Contact there: SIPp does not find it then."""
    return re.sub(r'(?im)^( *(?:contact|m))[ \t]+:', r'\1:', xml) if script.in_uri else xml


def localized(text, uac):
    """The texts are written for the plain network: other networks have other hosts 2, 3."""
    return text.replace('172.20.0.2:', uac + ':').replace('172.20.0.', uac.rsplit('.', 1)[0] + '.')
