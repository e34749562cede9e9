# SPDX-License-Identifier: MIT
"""Actions of SIPp, drawn; all of what they compute is the same in every run."""

NAMES = ('v0', 'v1', 'v2', 'v3')
REGEXES = ('.*', '[0-9]+', 'tag=([^;]*)', '&lt;(.*)&gt;', '^SIP', '([a-z]+):([a-z]+)@', '[[:digit:]]{3}',
           'branch=(z9hG4bK[^;, ]*)',
           '[^ ].*', '(a|b)(c)?', 'x*', '([0-9]+) ([A-Z]+)', '\\.', 'SIP/2.0 ([0-9]*)', '$', '(.)(.)(.)(.)(.)(.)(.)(.)(.)(.)')
HEADERS = ('Contact:', 'From:', 'To:', 'Via:', 'CSeq:', 'Call-ID:', 'Nope:', 'from:', 'Record-Route:', 'ontact', 'Max-Forwards:')
TEXTS = ('', 'abc', '[call_number]', '[cseq]', '  padded  ', '12.5', '[$v0]', 'x[$v1]y', '[last_CSeq:]', '[branch]', '0',
         '-3.25e1',
         '[service]@[remote_ip]', '&lt;&amp;&gt;', '0x1f', '[last_From:]', '\\x41', '[fill text="ab" variable="v0"]')
NUMBERS = ('0', '1', '2', '-1', '100', '0.5', '3', '1000000', '12.75')
COMPARES = ('equal', 'not_equal', 'greater_than', 'less_than', 'greater_than_equal', 'less_than_equal')


def ereg(stream, kind):
    words = ['regexp="%s"' % stream.choice(REGEXES)]
    place = stream.choice(['msg', 'hdr', 'body', 'var']) if kind == 'recv' else 'var'
    words.append('search_in="%s"' % place)
    if place == 'hdr':
        words.append('header="%s"' % stream.choice(HEADERS))
        if stream.random() < .2:
            words.append('occurrence="%d"' % stream.choice([1, 2, 3]))
        if stream.random() < .2:
            words.append('start_line="true"')
        if stream.random() < .2:
            words.append('case_indep="true"')
    searched = stream.choice(NAMES)
    if place == 'var':
        words.append('variable="%s"' % searched)
    if stream.random() < .1:
        words.append('check_it="true"')
    # SIPp reads what it has freed when a variable is searched and assigned to
    others = [name for name in NAMES if name != searched]
    words.append('assign_to="%s"' % ','.join(stream.sample(others, stream.randint(1, 3))))
    return '<ereg %s/>' % ' '.join(words)


def operand(stream):
    return 'variable="%s"' % stream.choice(NAMES) if stream.random() < .3 else 'value="%s"' % stream.choice(NUMBERS)


def arithmetic(stream, kind):
    action, other = stream.choice(['assign', 'add', 'subtract', 'multiply', 'divide']), operand(stream)
    if action == 'divide' and other == 'value="0"':         # refused when it is loaded
        other = 'value="4"'
    return '<%s assign_to="%s" %s/>' % (action, stream.choice(NAMES), other)


def assignstr(stream, kind):
    return '<assignstr assign_to="%s" value="%s"/>' % (stream.choice(NAMES), stream.choice(TEXTS).replace('"', '&quot;'))


def test(stream, kind):
    other = 'variable2="%s"' % stream.choice(NAMES) if stream.random() < .2 else 'value="%s"' % stream.choice(NUMBERS)
    return '<test assign_to="%s" variable="%s" compare="%s" %s/>' % (stream.choice(NAMES), stream.choice(NAMES),
                                                                      stream.choice(COMPARES), other)


def strcmp(stream, kind):
    other = ('variable2="%s"' % stream.choice(NAMES) if stream.random() < .2
             else 'value="%s"' % stream.choice(['abc', 'ABC', '', '12.5', 'zz']))
    return '<strcmp assign_to="%s" variable="%s" %s/>' % (stream.choice(NAMES), stream.choice(NAMES), other)


def todouble(stream, kind):
    return '<todouble assign_to="%s" variable="%s"/>' % (stream.choice(NAMES), stream.choice(NAMES))


def trim(stream, kind):
    return '<trim assign_to="%s"/>' % stream.choice(NAMES)


def sample(stream, kind):
    return '<sample assign_to="%s" distribution="fixed" value="%s"/>' % (stream.choice(NAMES), stream.choice(NUMBERS))


def index(stream, kind):
    return '<index assign_to="%s"/>' % stream.choice(NAMES)


def log(stream, kind):
    return '<%s message="x [$%s] [call_number]"/>' % (stream.choice(['log', 'warning']), stream.choice(NAMES))


def clip(stream, kind):
    """Media whose times do not depend on the phase of SIPp's clock; only with it does SIPp read SDPs."""
    return '<exec %s/>' % stream.choice(['play_pcap_audio="tone.pcap"', 'play_pcap_video="tone.pcap"', 'play_dtmf="1#"'])


ACTIONS = [ereg] * 5 + [assignstr] * 3 + [arithmetic] * 3 + [test, test, strcmp, strcmp, todouble, trim, sample, index, log,
                         clip]


def action_lines(stream, kind):
    return [stream.choice(ACTIONS)(stream, kind) for _ in range(stream.randint(1, 4))]
