# SPDX-License-Identifier: MIT
"""Tables of odd forms: a folder whose caller sends some twenty requests, or whose callee some twenty replies, each with another
odd header. FORM#n is the nth; what is left of them after a reduction is the answer."""

import actions
import expressions
import headers
import soup
from draw import Draw
from folder import write_files

COUNT = 20
LATER = (100, 180, 183, 199, 202, 299, 300, 400, 401, 404, 407, 408, 420, 476, 477, 478, 480, 481, 483, 486, 500, 503, 513,
         600, 604, 606, 699)
PROXY = '172.20.0.10'
UAS = '172.20.0.3'
RELAYS = ['t_relay();', 't_relay();', 'forward();', 'record_route();\n    t_relay();', 'if (!t_relay()) sl_reply_error();',
          'sl_send_reply("200", "OK $rm");', 'loose_route();\n    t_relay();',
          'if (loose_route()) {\n        t_relay();\n        exit;\n    }\n    record_route();\n    t_relay();',
          't_newtran();\n    t_reply("404", "x");', 'force_rport();\n    t_relay();',
          'if (!maxfwd_process("10")) {\n        sl_send_reply("483", "Hops");\n        exit;\n    }\n    t_relay();',
          'if (!forward()) sl_reply_error();', 'record_route();\n    forward();']
SHOWN = '$ru|$rU|$rd|$rp|$rz|$ou|$op|$du|$dd|$dp|$fu|$fU|$fd|$ft|$tu|$tU|$td|$tt|$ci|$cs|$rm|$ct|$cT|$cl|$ua'
HEAD = '''#!KAMAILIO
debug=1
log_stderror=yes
fork=yes
children=1
auto_aliases=no
listen=udp:172.20.0.10:5060

mpath="/usr/lib/x86_64-linux-gnu/kamailio/modules/"
''' + ''.join('loadmodule "%s.so"\n' % name for name in ('kex', 'corex', 'pv', 'sl', 'tm', 'maxfwd', 'rr', 'siputils', 'textops',
                                                         'xlog')) + '''
modparam("tm", "fr_timer", 900)
'''


class Forms:
    """As Folder: files and features of a seed."""

    def __init__(self, seed, without=()):
        self.draw = Draw(seed, without)
        self.seed, self.files = seed, {}
        self.kind = self.draw.choose('kind', list(KINDS))
        self.draw.features.append('topology-' + self.kind)
        self.numbers = [number for number in range(COUNT) if self.draw.on('FORM', 100, number)]
        KINDS[self.kind](self)
        self.features = self.draw.features

    def stream(self, number):
        return self.draw.stream('form/%d' % number)

    def write(self, path):
        write_files(self.files, path)

    def scenario(self, proxied):
        lines = ['title: forms %s, %s' % (self.seed, self.kind), '', 'hosts:', '  uac:', '    address: 172.20.0.2', '    sipp:',
                 '      scenario: uac.xml', '      target: uas']
        lines += ['      outbound: proxy'] if proxied else []
        lines += ['      calls: 1', '      pid: 4537']
        lines += ['  proxy:', '    address: ' + PROXY, '    kamailio:', '      config: proxy.cfg'] if proxied else []
        lines += ['  uas:', '    address: ' + UAS, '    sipp:', '      scenario: uas.xml', '      pid: 4811',
                  '      max_retrans: 2', '',
                  'capture:', '  at: %s' % ('proxy' if proxied else 'uac'), '  filter: all']
        self.files['scenario.yaml'] = '\n'.join(lines) + '\n'

    def config(self, statements, relay):
        lines = ['if ($si != "%s") $du = "sip:%s:5060";' % (UAS, UAS)] + statements + [relay]
        self.files['proxy.cfg'] = HEAD + '\nrequest_route {\n%s}\n' % ''.join('    %s\n' % line for line in lines)


def message(lines):
    return '    <![CDATA[\n\n%s\n    ]]>\n' % ''.join('      %s\n' % line if line else '\n' for text in lines
                                                      for line in text.split('\n'))


def request(method, number, form, changed):
    """A request whose header `changed` has this value."""
    parts = {'uri': headers.URI, 'Via': 'SIP/2.0/UDP [local_ip]:[local_port];branch={b}',
             'From': '<sip:caller@[local_ip]:[local_port]>;tag={t}',
             'To': '<' + headers.URI + '>', 'Call-ID': '[call_id]', 'CSeq': '{n} {m}', 'Max-Forwards': '70',
             'Contact': '<sip:caller@[local_ip]:[local_port]>',
             'Content-Length': '0'}
    parts[changed] = form
    words = {'{b}': '[branch]', '{t}': '[pid]c[call_number]', '{n}': str(number), '{m}': method, '{p}': PROXY}
    lines = ['%s %s SIP/2.0' % (method, parts.pop('uri'))] + ['%s: %s' % part for part in parts.items()]
    return [replaced(line, words) for line in lines] + ['', '']


def replaced(text, words):
    for word, value in words.items():
        text = text.replace(word, value)
    return text


def caller(requests, timeout=350):
    """Sends all of them, whatever is answered."""
    parts = []
    for number, lines in enumerate(requests):
        parts.append('  <send>\n%s  </send>\n' % message(lines))
        for code in LATER:
            parts.append('  <recv response="%d" optional="true" timeout="%d" ontimeout="l%d" next="l%d"/>\n' % (code, timeout,
                                                                                                                number, number))
        parts.append('  <recv response="200" timeout="%d" ontimeout="l%d"/>\n  <label id="l%d"/>\n' % (timeout, number, number))
    return xml('caller', parts)


def xml(name, parts):
    return '<?xml version="1.0" encoding="UTF-8"?>\n<scenario name="%s">\n\n%s\n</scenario>\n' % (name, '\n'.join(parts))


def reply(first='SIP/2.0 200 OK', **changed):
    parts = {'last_Via:': '[last_Via:]', 'last_Record-Route:': '[last_Record-Route:]', 'last_From:': '[last_From:]',
             'last_To:': '[last_To:];tag=1', 'last_Call-ID:': '[last_Call-ID:]',
             'last_CSeq:': '[last_CSeq:]', 'Contact': 'Contact: <sip:callee@[local_ip]:[local_port]>',
             'Content-Length': 'Content-Length: 0'}
    parts.update(changed)
    return [first] + list(parts.values()) + ['', '']


def callee(replies):
    """One reply for ever, or one after the other."""
    parts = []
    for number, lines in enumerate(replies):
        last = len(replies) == 1
        parts += ['  <label id="a"/>\n'] if last else []
        parts.append('  <recv request="[A-Z]+" regexp_match="true"/>\n')
        parts.append('  <send%s>\n%s  </send>\n' % (' next="a"' if last else '', message(lines)))
    return xml('callee', parts)


def request_forms(forms):
    """A header of requests."""
    draw = forms.draw
    changed = draw.choose('header', list(soup.KINDS))
    method = draw.choose('method', ['OPTIONS'] * 6 + ['MESSAGE', 'BYE', 'ACK', 'CANCEL'])
    draw.features.append('flow-%s-%s' % (changed, method))
    requests = [request(method, number + 1, soup.KINDS[changed](forms.stream(number)), changed) for number in forms.numbers]
    forms.files['uac.xml'] = caller(requests)
    forms.files['uas.xml'] = callee([reply()])
    forms.config(['append_hf("X-P: %s\\r\\n");' % SHOWN], draw.choose('relay', RELAYS))
    forms.scenario(True)


def reply_forms(forms):
    """A header, or the first line, of replies."""
    draw = forms.draw
    changed = draw.choose('header', ['From', 'To', 'Via', 'CSeq', 'Call-ID', 'Contact', 'Content-Length', 'Record-Route',
                                     'status', 'status'])
    draw.features.append('flow-reply-' + changed)
    forms.files['uac.xml'] = caller([request('OPTIONS', number + 1, '70', 'Max-Forwards') for number in forms.numbers])
    replies = []
    for number in forms.numbers:
        stream = forms.stream(number)
        if changed == 'status':
            replies.append(reply('SIP/2.0 %s %s' % (stream.choice(soup.CODES), stream.choice(soup.REASONS))))
            continue
        form = soup.KINDS[changed](stream)
        if changed == 'Via':                            # the proxy's own first, or the form before it
            form = stream.choice(['[last_Via]', '[last_Via]', form, form + '\n[last_Via:]', '[last_Via]\nVia: ' + form])
            text = form if form.startswith('[last') else 'Via: ' + form
            text = text.replace('[last_Via]', '[last_Via:]')
        else:
            text = '%s: %s' % (changed, form)
        words = {'{b}': '[branch]', '{t}': '4537c1', '{n}': str(number + 1), '{m}': 'OPTIONS', '{p}': PROXY}
        key = changed if changed in ('Contact', 'Content-Length') else 'last_%s:' % changed
        replies.append(reply(**{key: replaced(text, words)}))
    forms.files['uas.xml'] = callee(replies + [reply()])
    statements = ['append_hf("X-P: $rm\\r\\n");', 't_on_reply("R");']
    forms.config(statements, draw.choose('relay', RELAYS[:5]))
    shown = '$rs|$rr|$fu|$ft|$tu|$tt|$ci|$cs|$rm|$ct|$cl|$si'
    forms.files['proxy.cfg'] += '\nonreply_route[R] {\n    append_hf("X-R: %s\\r\\n");\n}\n' % shown
    forms.scenario(True)


def one_request(forms, lines=(), method='INVITE'):
    """A call of one transaction; `lines` go into the request."""
    text = request(method, 1, '70', 'Max-Forwards')
    forms.files['uac.xml'] = caller([text[:-2] + list(lines) + ['', '']], 2000)
    forms.files['uas.xml'] = callee([reply('SIP/2.0 404 No')])


def expression_forms(forms):
    """Expressions of kamailio.cfg: of numbers, of texts, tests."""
    statements = ['$var(i) = 3;', '$var(j) = 0;', '$var(s) = "ab";', '$avp(a) = "12";']
    for number in forms.numbers:
        stream = forms.stream(number)
        kind = stream.randrange(3)
        if kind == 0:
            statements += ['$var(k) = %s;' % expressions.number(stream, 3), 'append_hf("X-%d: $var(k)\\r\\n");' % number]
        elif kind == 1:
            statements += ['$var(t) = %s;' % expressions.text(stream, 3), 'append_hf("X-%d: $var(t)\\r\\n");' % number]
        else:
            statements.append('if (%s) append_hf("X-%d: yes\\r\\n");' % (expressions.test(stream, 1), number))
    one_request(forms, ['User-Agent: x 1', 'X-K: 7', 'Subject: s'])
    forms.config(statements, 't_relay();')
    forms.scenario(True)


REGEXES = ['a', '^a', 'a$', 'a*b', '(a|b)+', '[a-c]{2,3}', '[^a]', '.', '\\\\.', '(ab)?c', 'A', '[[:alpha:]]+', '^$', 'b|',
           '(a)(b)(c)', 'x{0}', '[]a]', '[a-]', 'a\\\\+', '^(sip|tel):', '[0-9]+$', '.*@.*', '()', 'a||b', '\\\\w', '\\\\d',
           '[.]', '^.{3}$', '(^a|c$)', 'ab*?']
SUBJECTS = ['abc', 'ABC', '', 'a.b', 'sip:a@b', 'aab', '12', 'a+', 'x]y', 'a-b', 'cab', 'a|b', '\u00e9']


def regex_forms(forms):
    """Regular expressions of kamailio.cfg."""
    statements = []
    for number in forms.numbers:
        stream = forms.stream(number)
        statements += ['$var(s) = "%s";' % stream.choice(SUBJECTS),
                       'if ($var(s) =~ "%s") append_hf("X-%d: yes\\r\\n");' % (stream.choice(REGEXES), number)]
    one_request(forms)
    forms.config(statements, 't_relay();')
    forms.scenario(True)


def edit_forms(forms):
    """Header edits on requests with odd headers."""
    names = expressions_names()
    statements, lines = [], []
    for number in forms.numbers:
        stream = forms.stream(number)
        name = stream.choice(names)
        if stream.random() < .4:
            lines.append(stream.choice(['X-K: %d', 'Subject: %d', 's: %d', 'Contact: <sip:%d@a>', 'X-K:%d', 'x-k : %d',
                                        'Supported: a%d', 'k: b%d', 'X-Long: %d\n\\x20fold']) % number)
        pvs = expressions.text_format(stream)
        statements.append(stream.choice(['append_hf("X-%d: %s\\r\\n");' % (number, pvs),
                                         'append_hf("X-%d: a\\r\\n", "%s");' % (number, name),
                                         'insert_hf("X-%d: b\\r\\n", "%s");' % (number, name),
                                         'insert_hf("X-%d: %s\\r\\n");' % (number, pvs), 'remove_hf("%s");' % name,
                                         'if (is_present_hf("%s")) append_hf("X-%d: p\\r\\n");' % (name, number),
                                         'append_hf("X-%d: $hdr(%s)\\r\\n");' % (number, name),
                                         'if (!remove_hf("%s")) append_hf("X-%d: none\\r\\n");' % (name, number),
                                         'append_hf("X-%d: c\\r\\nY-%d: d\\r\\n", "%s");' % (number, number, name)]))
    one_request(forms, lines, 'OPTIONS')
    forms.config(statements, forms.draw.choose('relay', ['t_relay();', 'forward();', 'record_route();\n    t_relay();']))
    forms.scenario(True)


def expressions_names():
    return ['X-K', 'Subject', 's', 'Contact', 'm', 'Supported', 'k', 'Via', 'v', 'From', 'To', 't', 'CSeq', 'Call-ID',
            'Max-Forwards', 'Content-Length', 'l', 'Nope', 'x-long', 'SUBJECT']


CHANGES = ['$ru = "{u}";', '$ru = "{u}";', '$rU = "{w}";', '$rd = "{w}";', '$rp = {n};', '$rp = "{w}";', 'setuser("{w}");',
           'sethost("{w}");', 'setport("{n}");', 'sethostport("{w}:{n}");', 'seturi("{u}");', 'revert_uri();', '$rU = $null;',
           '$du = "{u}";', '$du = $null;', 'rewriteuser("");', '$rd = $null;', '$rp = $null;', '$ru = $null;', '$rp = 0;']
WORDS = ['bob', 'a.b', '', 'h.example', '1.2.3.4', 'x y', 'a@b', 'a:b', 'a;b', '%41', '5061', '0', '70000', 'A']


def uri_forms(forms):
    """The Request-URI changed; every form is a branch of a switch over the CSeq number."""
    statements, uris = ['switch ($cs) {'], []
    for number in forms.numbers:
        stream = forms.stream(number)
        uris.append(stream.choice(soup.URIS))
        statements.append('case %d:' % (number + 1))
        for _ in range(stream.randint(1, 3)):
            words = {'{u}': replaced(stream.choice(soup.URIS),
                                     {'[remote_ip]': UAS, '[remote_port]': '5060', '\\x5b': '[', '"': ''}),
                     '{w}': stream.choice(WORDS), '{n}': stream.choice(['5060', '0', '5061', '99999'])}
            statements.append('    ' + replaced(stream.choice(CHANGES), words))
        statements.append('    break;')
    statements += ['}', 'append_hf("X-P: %s\\r\\n");' % SHOWN, '$du = "sip:%s:5060";' % UAS]
    forms.files['uac.xml'] = caller([request('OPTIONS', number + 1, uri, 'uri') for number, uri in zip(forms.numbers, uris)])
    forms.files['uas.xml'] = callee([reply()])
    forms.config(statements if forms.numbers else [], forms.draw.choose('relay', RELAYS[:6]))
    forms.scenario(True)


def variables(parts):
    return ['  <User variables="v0,v1,v2,v3,w"/>\n', '  <Reference variables="v0,v1,v2,v3,w"/>\n'] + parts


def action_forms(forms):
    """Actions of SIPp, each shown in a header of its own request."""
    start = ('<assignstr assign_to="v0" value="From: &lt;sip:a@b&gt;;tag=12"/>', '<assign assign_to="v1" value="2.5"/>',
             '<assignstr assign_to="v2" value="7"/>')
    parts = ['  <nop>\n    <action>\n%s    </action>\n  </nop>\n' % ''.join('      %s\n' % line for line in start)]
    for number in forms.numbers:
        stream = forms.stream(number)
        lines = ''.join('      %s\n' % stream.choice(actions.ACTIONS)(stream, 'nop') for _ in range(stream.randint(1, 2)))
        text = request('INFO', number + 1, '70', 'Max-Forwards')
        parts.append('  <nop>\n    <action>\n%s    </action>\n  </nop>\n' % lines)
        parts.append('  <send>\n%s  </send>\n' % message(text[:-2] + ['X-V: [$v0]|[$v1]|[$v2]|[$v3].', '', '']))
        parts.append('  <recv response="200" timeout="900"/>\n')
    if not forms.numbers:
        parts.append('  <send>\n%s  </send>\n' % message(request('INFO', 1, '70', 'Max-Forwards')))
    forms.files['uac.xml'] = xml('caller', variables(parts))
    forms.files['uas.xml'] = callee([reply()])
    forms.scenario(False)


def received_forms(forms):
    """Regular expressions of SIPp on what the callee received; the answer shows what they found."""
    parts, requests = [], []
    for number in forms.numbers:
        stream = forms.stream(number)
        lines = ''.join('      %s\n' % actions.ereg(stream, 'recv') for _ in range(2))
        parts.append('  <recv request="INFO">\n    <action>\n%s    </action>\n  </recv>\n' % lines)
        parts.append('  <send>\n%s  </send>\n' % message(reply()[:-2] + ['X-V: [$v0]|[$v1]|[$v2]|[$v3].', '', '']))
        requests.append(request('INFO', number + 1, soup.address(stream), stream.choice(['From', 'To', 'Contact'])))
    forms.files['uas.xml'] = xml('callee', variables(parts)) if parts else callee([reply()])
    forms.files['uac.xml'] = caller(requests or [request('INFO', 1, '70', 'Max-Forwards')], 900)
    forms.scenario(False)


def keyword_forms(forms):
    """Keywords of SIPp in requests and in answers to odd requests."""
    requests, replies = [], []
    for number in forms.numbers:
        stream = forms.stream(number)
        words = [stream.choice([word for word in headers.KEYWORDS if '$' not in word and 'variable' not in word])
                 for _ in range(3)]
        glue = stream.choice(['|', ' ', '', ';', '\n', '\nX-G: ', ', '])
        line = stream.choice(['X-W: ', 'X-W:', '', 'Subject: a ']) + glue.join(words) + stream.choice(['', '.', '\nX-Z: 1', ' '])
        changed = stream.choice(['From', 'To', 'Via', 'Contact', 'Record-Route', 'CSeq'])
        text = request('INFO', number + 1, soup.KINDS[changed](stream), changed)
        requests.append(text[:-2] + ([line] if stream.random() < .5 and line.startswith(('X', 'S')) else []) + ['', ''])
        replies.append(reply()[:-2] + [line, '', ''])
    forms.files['uac.xml'] = caller(requests or [request('INFO', 1, '70', 'Max-Forwards')], 900)
    forms.files['uas.xml'] = callee(replies + [reply()])
    forms.scenario(False)


KINDS = {'requests': request_forms, 'requests2': request_forms, 'requests3': request_forms, 'requests4': request_forms,
         'replies': reply_forms, 'replies2': reply_forms, 'expressions': expression_forms,
         'regexes': regex_forms, 'edits': edit_forms, 'uris': uri_forms, 'actions': action_forms, 'received': received_forms,
         'keywords': keyword_forms}
