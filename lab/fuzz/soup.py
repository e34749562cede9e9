# SPDX-License-Identifier: MIT
"""Odd forms of header values, put together from pieces. {t} is the tag, {b} the branch, {n} the number, {m} the method."""

DISPLAY = ['', '', '', '"x" ', 'x y ', '"<a>" ', '"a;tag=z" ', '"q\\\\"r" ', 'x', '"" ', '"', 'Jos\u00e9 ', "a'b ", '"a,b"',
           ' ', '\t', '\n\\x20', '(c) ', 'x.y-z ']
ADDRESS = ['<sip:caller@[local_ip]:[local_port]>', 'sip:a@b.example', '<>', '<sip:>', '<tel:+4930>', '<sip:a@b;x=y?h=v>',
           '<urn:x:y>', '<sip:a', 'sip:a@b>', '*', '<sip:a@b;lr>', '<sip:a:p@b:5061>', '<SIP:A@B>', '<sips:a@b>',
           '< sip:a@b >', '<sip:b>', '<sip:a@b@c>', '<x>', '', 'sip:a@b;x=y', '<sip:a%20b@c>', '<sip:a;p=1@b>',
           '<sip:a@\\x5b::1]:5060>', '<sip:a@b:>', '<sip:a@b;tag=u>', 'tel:1']
PARAMETERS = [';tag={t}', ';tag={t}', ';tag={t}', ';tag=', ';tag', ';TAG={t}', ' ; tag = {t}', ';x', ';x="a;tag=q"', ';;', ';',
              ' ', ';x=<a>', ';tag="{t}"', ';x=a,b', ';=y', ', <sip:b@c>;tag=2', '\t', ' x', '?h=v', ';a=b;c=d', ';x=',
              ';x="a', ';tag={t};tag=2', '\n\\x20;y=1', ';tagx=1', ';x=y=z', ';expires=3', ';q=0.5']
PROTOCOL = ['SIP/2.0/UDP '] * 6
PROTOCOL += ['SIP / 2.0 / UDP ', 'sip/2.0/udp ', 'SIP/2.0/TCP ', 'SIP/3.0/UDP ', 'SIP/2.0/XYZ ', 'SIP/2.0/UDP\t', 'SIP/2.0/UDP  ',
                                   'SIP/2.0/TLS ', 'SIP/2.0/UDP\n\\x20', 'SIP/2.0/SCTP ']
SENT_BY = ['[local_ip]:[local_port]'] * 6
SENT_BY += ['[local_ip]', 'h.example', '[local_ip]:', '[local_ip]:0', '[local_ip]:99999', '[local_ip] : [local_port]',
            '\\x5b::1]:5060', 'a_b', '1.2.3', '[local_ip]:05060', 'h.example:5060', '1.2.3.4:[local_port]', 'h-1.x:5061']
VIA_PARAMETERS = [';branch={b}'] * 4
VIA_PARAMETERS += [';branch="{b}"', ';branch', ';branch=', ';rport', ';rport=', ';rport=1', ';received=1.1.1.1', ';received=x',
                   ';ttl=1', ';maddr=1.2.3.4', ';i=1', ';alias', ';x=y', ';x="a;b"', ';;', ';', ' (comment)', ';branch={b}z',
                   ', SIP/2.0/UDP 1.1.1.1;branch=z9hG4bKq', ';comp=sigcomp', ';RPORT', ';Branch={b}', ' ; branch = {b} ', '\t',
                   ';hidden', ';rport;rport', ';received=2.2.2.2;received=3.3.3.3', ' ,SIP/2.0/UDP x', ';x=', ';x="',
                   '\n\\x20;y', ';brunch=1', ';r=1']
CSEQ = ['{n} {m}'] * 3
CSEQ += ['{n}  {m}', '\t{n}\t{m}', '0{n} {m}', '{n} {m};x', '{n} {m} x', '{n} {m}, 1 X', '{n}', '{m}', '{n}{m}', 'x {m}',
         '-1 {m}', '4294967296 {m}', '2147483648 {m}', '99999999999 {m}', '{n} {m}\t', '{n}\n\\x20{m}', '{n} foo',
         '{n} \u00e9', '+{n} {m}', '1.5 {m}', '{n} {m}=', ' {n} {m} ']
CALL_ID = ['[call_id]'] * 2
CALL_ID += ['[call_id] ', '\t[call_id]', '[call_id] x', '[call_id]"', '<[call_id]>', '', '[call_id],b', 'x///[call_id]',
            '\n\\x20[call_id]', '[call_id];a=b', '[call_id]\n\\x20x', '\u00e9[call_id]', "[call_id]'", '([call_id])']
NUMBERS = ['70', '0', '1', '255', '256', '00007', ' 7 ', '7x', 'x', '', '-1', '70\t', '7 7', '+7', '1e1', '65536', '99999',
           '100000', '\t8', '\n\\x209', '70;x', '"7"', '7,8']
URIS = ['sip:bob@[remote_ip]', 'sip:bob@[remote_ip]:[remote_port]', 'sips:bob@[remote_ip]', 'sip:[remote_ip]',
        'sip:bob:pw@[remote_ip]', 'tel:+123', 'tel:1;x=y@h', 'urn:service:sos', 'sip:bob@[remote_ip];transport=tcp',
        'sip:bob@[remote_ip];transport=tls', 'sip:bob@[remote_ip];lr', 'sip:bob@[remote_ip]?a=b&c=d', 'SIP:BOB@[remote_ip]',
        'sip:b%40b@[remote_ip]', 'sip:bob@H.example', 'sip:bob@[remote_ip]:0', 'sip:bob@[remote_ip]:99999',
        'sip:bob@[remote_ip]:', 'sip:a;b=c@[remote_ip]', 'sip:[remote_ip];x', 'sip:bob@[remote_ip];;x', 'http://x', 'bob@h',
        'sip:', 'sip:@[remote_ip]', '*', 'sip:bob@[remote_ip];maddr=1.2.3.4', 'sip:bob@[remote_ip];user=phone',
        'sip:b@c@[remote_ip]', 'sip:\\x5b::1]', 'sip:+49-30;ext=1@[remote_ip];user=phone', 'sip:bob@[remote_ip];x="y"',
        'sip:bob@[remote_ip]:5060:1', "sip:a'b&=+$,@[remote_ip]", 'sip:bob@[remote_ip]/x', 'tels:1',
        'sip:bob@[remote_ip];gr=1;ob', 'sip:.@[remote_ip]', 'sip:bob@1.2.3', 'sip:bob:@[remote_ip]', 'sip::@[remote_ip]',
        'sip:bob@[remote_ip];x=y;', 'sip:bob@[remote_ip];=', 'sip:bob@[remote_ip]?', 'sip:bob@[remote_ip];transport=xyz']
ROUTES = ['<sip:{p};lr>', '<sip:{p};lr>', '<sip:{p};lr>, <sip:[remote_ip]:[remote_port];lr>', '<sip:{p}>', '<sip:{p};lr=on>',
          '<sip:x@{p};lr;ftag=a>', '"a, b" <sip:{p};lr>;x=y', '<sip:{p};lr>,<sip:[remote_ip]>', 'sip:{p};lr',
          '<sip:[remote_ip];lr>', '<sip:{p};x;lr;y>', '<sip:{p}:5061;lr>', '<sips:{p};lr>', '<sip:{p};lr>;a=b',
          '  <sip:{p};lr>  ', '<sip:{p};lr>\nRoute: <sip:[remote_ip];lr>', '<sip:{p};lr>\n\\x20, <sip:[remote_ip];lr>',
          '<sip:{p};LR>', '<sip:{p};lr>,', '<sip:{p};lr> x', '<>', '', '<sip:{p};transport=tcp;lr>',
          '<sip:{p};lr;r2=on>, <sip:{p};lr;r2=on>', '<sip:{p};lr>, <sip:{p};lr>', '<sip:{p}?x=y>', '<sip:h.example;lr>',
          '<sip:{p}; lr>', '<sip:{p};lr >', '<SIP:{p};lr>', '<tel:1>', '<sip:{p};lr=>', '<sip:{p};nlr>', '<sip:{p};lr;lr>',
          '<sip:{p};maddr=1.1.1.1;lr>']
REASONS = ['OK', '', ' OK', 'OK  ', 'a b', 'a\tb', '\u00dcber', '(x)', '"q"', 'SIP/2.0', '%s', 'x' * 200]
CODES = ['200', '200', '202', '299', '404', '486', '100', '183', '199', '300', '408', '401', '500', '503', '600', '606', '699',
         '407']


def value(stream, heads, middles, tails, most):
    return stream.choice(heads) + stream.choice(middles) + ''.join(stream.choice(tails) for _ in range(stream.randint(0, most)))


def address(stream):
    return value(stream, DISPLAY, ADDRESS, PARAMETERS, 3)


def via(stream):
    return value(stream, PROTOCOL, SENT_BY, VIA_PARAMETERS, 3)


def chosen(values):
    return lambda stream: stream.choice(values)


KINDS = {'From': address, 'To': address, 'Via': via, 'CSeq': chosen(CSEQ), 'Call-ID': chosen(CALL_ID),
         'Max-Forwards': chosen(NUMBERS), 'Content-Length': chosen(NUMBERS), 'Route': chosen(ROUTES), 'Contact': address,
         'Record-Route': chosen(ROUTES), 'uri': chosen(URIS), 'Expires': chosen(NUMBERS)}
