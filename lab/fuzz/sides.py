# SPDX-License-Identifier: MIT
"""The XML of one SIPp: elements are added in the order in which they run."""
from xml.sax.saxutils import quoteattr

import headers
from actions import action_lines

OPTIONAL = (180, 183, 181, 182, 199)
VARIABLES = 'v0,v1,v2,v3,w'


DEFAULT_LINES = """      [last_Via:]
      [last_From:]
      [last_To:]
      [last_Call-ID:]
      CSeq: [last_cseq_number] %s
      X-Default: [pid] [call_number]
      Content-Length: 0
"""
DEFAULTS = {'bye': '      BYE sip:[service]@[remote_ip] SIP/2.0\n' + DEFAULT_LINES % 'BYE',
            'cancel': '      CANCEL sip:[service]@[remote_ip] SIP/2.0\n' + DEFAULT_LINES % 'CANCEL',
            'ack': '      ACK sip:[service]@[remote_ip] SIP/2.0\n' + DEFAULT_LINES % 'ACK',
            '200': '      SIP/2.0 200 Fine\n' + DEFAULT_LINES.replace('CSeq: [last_cseq_number] %s', '[last_CSeq:]')}


class Side:
    """One of the two scenarios. `index` counts the messages, as [branch-n] does."""

    def __init__(self, draw, name, tag):
        self.draw, self.name, self.tag = draw, name, tag
        self.elements, self.head, self.index, self.serial = [], [], 0, 0
        self.invite_index = 0
        self.used_names = set()
        self.variables = draw.on(name + '/variables', 30)
        self.inject = name == 'uac' and draw.on('uac/inject', 4)
        self.labels = 0

    def on(self, feature, percent, at=None):
        return self.draw.on('%s/%s' % (self.name, feature), percent, at)

    def pick(self, feature, plain, odd, percent, at=None):
        return self.draw.pick('%s/%s' % (self.name, feature), plain, odd, percent, at)

    def element(self, name, attributes, inside='', message=True):
        words = ''.join(' %s=%s' % (key, quoteattr(str(value))) for key, value in attributes.items() if value is not None)
        if inside:
            self.elements.append('  <%s%s>\n%s  </%s>\n' % (name, words, inside, name))
        else:
            self.elements.append('  <%s%s/>\n' % (name, words))
        self.index += message

    def actions(self, kind):
        """<action> with a few actions, or nothing."""
        self.serial += 1
        if not self.variables or not self.on('actions-' + kind, 35, self.serial):
            return ''
        lines = action_lines(self.draw.stream('%s/actions/%d' % (self.name, self.serial)), kind)
        return '    <action>\n%s    </action>\n' % ''.join('      %s\n' % line for line in lines)

    def misc(self, attributes):
        """Attributes that change nothing on the wire, or rarely: of any message."""
        at = self.index
        if self.on('rtd', 3, at):
            attributes.update(self.draw.stream('%s/rtd/%d' % (self.name, at)).choice(
                [{'rtd': '1'}, {'counter': '1'}, {'crlf': 'true'}, {'hide': 'true'}, {'repeat_rtd': 'true', 'rtd': '2'}]))
        if self.variables and self.on('condexec', 3, at):
            attributes['condexec'] = 'w'
            attributes['condexec_inverse'] = 'true'
        return attributes

    def send(self, lines, retrans=None, plain=False, **attributes):
        """lines: the message; None among them is a header that is not there."""
        text = '\n'.join(line for line in lines if line is not None)
        shown = ''.join('      %s\n' % line if line else '\n' for line in text.split('\n'))
        inside = '    <![CDATA[\n\n%s\n    ]]>\n' % shown
        if not plain:
            inside += self.actions('send')
            attributes = self.misc(attributes)
        self.element('send', dict(retrans=retrans, **attributes), inside)

    def recv(self, **attributes):
        attributes = {key: value for key, value in attributes.items() if value is not None}
        self.element('recv', attributes, self.actions('recv') if attributes.get('optional') is None else '')

    def pause(self, ms):
        if ms is not None:
            self.element('pause', {'milliseconds': ms})

    def nop(self):
        if self.variables and self.on('nop', 12, self.index):
            self.element('nop', {}, self.actions('nop'))
        if self.variables and self.on('skip', 4, self.index):
            label = 'skip%d' % self.index
            self.element('nop', {'next': label, 'test': 'w'} if self.on('skip-test', 50, self.index) else {'next': label})
            self.element('pause', {'milliseconds': 15})
            self.place(label)
        if self.on('nop-empty', 3, self.index):
            self.element('nop', {})

    def label(self):
        self.labels += 1
        return 'l%d' % self.labels

    def place(self, label):
        self.element('label', {'id': label}, message=False)

    def expect(self, codes, timeout=None, optional=True, **attributes):
        """Provisional responses, then the last of `codes` for certain and the others perhaps."""
        timeout = self.draw.choose(self.name + '/timeout', ['4000', '3000', '5000']) if timeout is None else timeout
        txn = attributes.get('response_txn')
        if optional:
            self.recv(response=100, optional='true', timeout=timeout, response_txn=txn)
            for code in OPTIONAL[:5 if self.on('all-provisionals', 30) else 2]:
                self.recv(response=code, optional='true', timeout=timeout, response_txn=txn,
                          rrs='true' if code == 183 and self.on('rrs-183', 5, self.index) else None)
        for code in codes[:-1]:
            self.recv(response=code, optional='true', timeout=timeout, response_txn=txn)
        self.recv(response=codes[-1], timeout=timeout, **attributes)

    def extra(self, at, percent=18):
        """Further header lines."""
        lines = []
        if self.on('extra', percent, at):
            lines += self.draw.some('%s/extra/%s' % (self.name, at), headers.EXTRA, 4)
        if self.on('keywords', 7, at):
            words = self.draw.some('%s/keywords/%s' % (self.name, at), headers.KEYWORDS, 4)
            lines.append('X-W: ' + self.draw.choose('%s/glue/%s' % (self.name, at), ['|', ' ', '', ';']).join(words) + '.')
        if self.inject and self.on('field', 40, at):
            lines.append(self.draw.choose('%s/field/%s' % (self.name, at),
                                          ['X-F: [field0]|[field1]|[field2].', 'X-F: [field2 line=1]',
                                                                           'X-F: [field0 file="users.csv" line="[call_number]"]']))
        if self.variables and self.on('show', 40, at):
            lines.append('X-V: [$v0]|[$v1]|[$v2]|[$v3].')
        return [line for line in lines if self.variables or '[$' not in line and 'variable=' not in line]

    def body(self, what, at, percent=30):
        """Content-Type, Content-Length and body; `what` may be a body's name."""
        names = list(headers.BODIES)
        name = what or self.pick('body', None, names, percent, at)
        if name == 'keywords' and not self.variables:
            name = 'text'
        if name is None:
            length = self.pick('no-length', 'Content-Length: 0', ['Content-Length: [len]', None, 'Content-Length:0'], 6, at)
            return [length, '', ''] if length else ['', '']
        kind, lines = headers.BODIES[name]
        length = self.pick('length', 'Content-Length: [len]', [None, 'Content-Length:[len]', 'Content-Length: [len+2]'], 8, at)
        return ['Content-Type: ' + kind, length, ''] + lines + ['']

    def dressed(self, at, lines):
        """Header lines up to the empty one in odd dress."""
        out, head = [], True
        for number, line in enumerate(lines):
            if line == '':
                head = False
            out.append(headers.dress(self.draw, self.name, at, line) if head and number and line else line)
        return out

    def request(self, method, branch='[branch]', number='[cseq]', uri=None, contact=True, tagged=False, what=None, extra=(),
                via_at='via'):
        """The lines of a request of the caller."""
        at = '%d' % self.index
        tag = '[pid]%s[call_number]' % self.tag
        call_id = self.pick('call-id', '[call_id]', headers.CALL_ID, 4, at)
        cseq = self.pick('cseq', '{n} {m}', headers.CSEQ, 4, at).format(n=number, m=method)
        forwards = self.pick('max-forwards', '70', headers.MAX_FORWARDS, 18)
        head = ['%s %s SIP/2.0' % (method, uri or headers.URI)]
        lines = ['Via: ' + self.pick('via', 'SIP/2.0/UDP [local_ip]:[local_port];branch={b}', headers.VIA, 25).format(b=branch)]
        lines += list(extra)
        lines += ['From: ' + self.pick('from', '<sip:caller@[local_ip]:[local_port]>;tag={t}', headers.FROM, 25).format(t=tag),
                  'To: ' + self.pick('to', '<' + headers.URI + '>', headers.TO, 15) + ('[peer_tag_param]' if tagged else ''),
                  'Call-ID: ' + call_id, 'CSeq: ' + cseq]
        if forwards is not None:
            lines.append('Max-Forwards: ' + forwards)
        if contact:
            lines.append('Contact: ' + self.contact(at))
        lines += self.extra(at)
        if method not in ('ACK', 'CANCEL') and self.on('shuffle', 5, at):
            self.draw.stream('%s/shuffle/%s' % (self.name, at)).shuffle(lines)
        return self.dressed(at, head + lines + self.body(what, at, 0 if method in ('ACK', 'CANCEL', 'BYE') else 25))

    def contact(self, at):
        form = self.pick('contact', '<' + headers.SIP + '>', headers.CONTACT, 12, at)
        return form % self.name.replace('uac', 'caller').replace('uas', 'callee') if '%s' in form else form

    def response(self, code, reason, tag=True, contact=True, what=None, extra=()):
        """The lines of a response of the callee."""
        at = '%d' % self.index
        if self.on('reason', 6, at):
            reason = self.draw.choose('%s/reason/%s' % (self.name, at), ['', 'x', 'OK ok  OK', 'A' * 60, 'Größe', 'a:b, "c"'])
        to = '[last_To:]' + (';tag=[pid]%s[call_number]' % self.tag if tag else '')
        lines = ['[last_Via:]', None if self.on('no-record-route', 3, at) else '[last_Record-Route:]', '[last_From:]', to,
                 '[last_Call-ID:]', '[last_CSeq:]']
        if self.on('shuffle', 5, at):
            self.draw.stream('%s/shuffle/%s' % (self.name, at)).shuffle(lines)
        lines += list(extra)
        if contact:
            lines.append('Contact: ' + self.contact(at))
        lines += self.extra(at, 10)
        lines = [line for line in lines if line is not None]
        return self.dressed(at, ['SIP/2.0 %d %s' % (code, reason)] + lines + self.body(what, at, 12))

    def xml(self):
        head = list(self.head)
        if self.variables:
            kind = self.pick('declared', 'User', ['Global'], 10)
            head += ['  <%s variables="%s"/>\n' % (kind, VARIABLES), '  <Reference variables="%s"/>\n' % VARIABLES]
        if self.on('init', 3) and self.variables:
            head.append('  <init>\n    <nop>\n      <action>\n        <assign assign_to="w" value="3"/>\n      </action>\n'
                        '    </nop>\n  </init>\n')
        if self.on('default-message', 4):
            kind = self.draw.choose(self.name + '/default-message', list(DEFAULTS))
            head.append('  <DefaultMessage id="%s">\n    <![CDATA[\n\n%s\n    ]]>\n  </DefaultMessage>\n' % (kind,
                                                                                                             DEFAULTS[kind]))
        if self.on('repartition', 3):
            head.append('  <ResponseTimeRepartition value="10, 20, 30"/>\n  <CallLengthRepartition value="100, 200"/>\n')
        return ('<?xml version="1.0" encoding="UTF-8"?>\n<scenario name="%s">\n\n%s\n</scenario>\n'
                % (self.name, '\n'.join(head + self.elements)))
