# SPDX-License-Identifier: MIT
"""Pseudo-variables, formats, expressions and tests of kamailio.cfg, drawn."""

PVS = ['$ru', '$rU', '$rd', '$rp', '$rz', '$ou', '$oU', '$od', '$op', '$du', '$dd', '$dp', '$fu', '$fU', '$fd', '$ft', '$tu',
       '$tU', '$td', '$tt', '$ci', '$cs', '$rm', '$si', '$sp', '$Ri', '$Rp', '$proto', '$pr', '$ml', '$cl', '$ct', '$cT',
       '$ua', '$br', '$hdr(User-Agent)', '$hdr(f)', '$hdr(Via)', '$hdr(X-K)', '$hdr(Nope)', '$hdr(Contact)', '$var(i)',
       '$var(s)', '$avp(a)', '$rc']
REPLY_PVS = ['$rs', '$rr', '$rm', '$fu', '$tu', '$tt', '$ft', '$ci', '$cs', '$si', '$ct', '$hdr(Via)', '$hdr(CSeq)', '$ua',
             '$rc', '$ml', '$cl', '$ru', '$du', '$var(i)', '$avp(a)', '$sp', '$td', '$br']
NUMBERS = ['0', '1', '2', '7', '-1', '-4', '255', '2147483647', '3', '12']
STRINGS = ['""', '"12"', '"abc"', '"-5"', '"0x1f"', '"sip:a@b"', "'q'", '"a" + "b"']
INT_PVS = ['$rc', '$sp', '$Rp', '$ml', '$var(i)', '$var(j)', '$rp', '$cs', '$cl']
METHODS = ['INVITE', 'BYE', 'ACK', 'CANCEL', 'OPTIONS', 'INVITE|ACK', 'MESSAGE|INFO|BYE', 'FOO']


def text_format(stream, pvs=PVS, most=5):
    return stream.choice(['|', ' ', ';', '-']).join(stream.choice(pvs) for _ in range(stream.randint(1, most)))


def number(stream, depth=2):
    """An expression whose value is a number."""
    kind = stream.randrange(9) if depth else stream.randrange(2)
    if kind == 0:
        return stream.choice(NUMBERS)
    if kind == 1:
        return stream.choice(INT_PVS)
    if kind in (2, 3, 4):
        return '(%s %s %s)' % (number(stream, depth - 1), stream.choice(['+', '-', '*', '|', '&', '^']),
                               number(stream, depth - 1))
    if kind == 5:
        return '(%s %s %s)' % (number(stream, depth - 1), stream.choice(['/', 'mod']), stream.choice(['3', '7', '10', '-2']))
    if kind == 6:
        return 'strlen(%s)' % text(stream, 0)
    if kind == 7:
        return '(int)%s' % stream.choice(['"12"', '"x"', '$rp', '"-7"', '$ci'])
    return '(%s %s %s)' % (number(stream, depth - 1), stream.choice(['==', '!=', '<', '>', '<=', '>=', '&&', '||']),
                           number(stream, depth - 1))


def text(stream, depth=2):
    """An expression whose value is a text."""
    kind = stream.randrange(5) if depth else stream.randrange(2)
    if kind == 0:
        return stream.choice(STRINGS).replace('"a" + "b"', '"ab"')
    if kind == 1:
        return stream.choice(PVS)
    if kind in (2, 3):
        return '(%s + %s)' % (text(stream, depth - 1), text(stream, depth - 1))
    return '(str)%s' % stream.choice(['3', '$sp', '$var(i)', '-1'])


def test(stream, depth=1):
    """A condition."""
    kind = stream.randrange(18 if depth else 15)
    simple = ['is_method("%s")' % stream.choice(METHODS), 'method == "%s"' % stream.choice(['INVITE', 'BYE', 'OPTIONS']),
              '%s == "%s"' % (stream.choice(PVS), stream.choice(['', 'service', 'INVITE', '172.20.0.3', 'abc'])),
              '%s =~ "%s"' % (stream.choice(PVS), stream.choice(['^sip:', '[0-9]+', '^s.*e$', 'CALLER', '(a|b)c?', '^$'])),
              '%s %s %s' % (number(stream, 1), stream.choice(['<', '>', '==', '!=', '<=', '>=']), number(stream, 0)),
              'has_totag()', 'has_body()', 'uri == myself', 'src_ip == 172.20.0.2', 'is_present_hf("%s")' %
              stream.choice(['Via', 's', 'X-K', 'Contact', 'Nope']), '$rU != $null',
              '%s eq %s' % (text(stream, 0), text(stream, 0)),
              'is_maxfwd_lt("%s")' % stream.choice(['10', '70', '1']), 'defined %s' % stream.choice(PVS), 'src_port == 5060']
    if kind < 15:
        return simple[kind]
    if kind == 15:
        return '!(%s)' % test(stream, 0)
    return '%s %s %s' % (test(stream, 0), stream.choice(['&&', '||', 'and', 'or']), test(stream, 0))
