# SPDX-License-Identifier: MIT
"""Header lines as SIPp sends them: plain and odd forms, all valid enough to be sent."""

SIP = 'sip:%s@[local_ip]:[local_port]'
URI = 'sip:[service]@[remote_ip]:[remote_port]'

VIA = ['SIP/2.0/UDP [local_ip]:[local_port];rport;branch={b}',
       'SIP/2.0/UDP [local_ip]:[local_port];branch={b};rport',
       'SIP/2.0/UDP [local_ip];branch={b}',
       'SIP/2.0/UDP [local_ip]:[local_port];received=1.2.3.4;branch={b}',
       'SIP/2.0/UDP [local_ip]:[local_port];branch={b};rport;received=9.9.9.9',
       'SIP / 2.0 / UDP   [local_ip]:[local_port] ; branch={b}',
       'SIP/2.0/UDP host.example.com:[local_port];branch={b}',
       'SIP/2.0/UDP [local_ip]:[local_port];branch={b};x="a;b,c"',
       'SIP/2.0/UDP [local_ip]:[local_port];branch={b}, SIP/2.0/UDP 10.9.8.7;branch=z9hG4bKup',
       'SIP/2.0/UDP [local_ip]:[local_port];branch={b}\nVia: SIP/2.0/UDP 10.9.8.7:5070;branch=z9hG4bKup;received=10.1.1.1',
       'SIP/2.0/UDP [local_ip]:[local_port];hidden;BRANCH={b}',
       'sip/2.0/udp [local_ip]:[local_port];branch={b}',
       'SIP/2.0/UDP [local_ip]:[local_port];rport=5099;branch={b}',
       'SIP/2.0/UDP [local_ip]:[local_port];ttl=16;alias;branch={b};i=3',
       'SIP/2.0/UDP [local_ip]:[local_port];branch=X{b}',
       'SIP/2.0/UDP [local_ip]:[local_port]\n\\x20;branch={b}',
       'SIP/2.0/UDP [local_ip]:[local_port];branch={b};rport=']

FROM = ['"Caller" <sip:caller@[local_ip]:[local_port]>;tag={t}',
        'sip:caller@[local_ip]:[local_port];tag={t}',
        '<sip:caller@[local_ip]:[local_port];transport=udp?Subject=x>;tag={t}',
        'Some Caller <sip:caller@[local_ip]>;tag={t};x=y',
        '"A \\"B\\" <sip:no@where>" <sip:caller@[local_ip]:[local_port]>;tag={t}',
        '<tel:+4930123>;tag={t}',
        '<sip:[local_ip]>;tag={t}',
        '<sip:c%41ller:secret@[local_ip]:[local_port]>;p="a;tag=b";tag={t}',
        '   <sips:caller@example.com>   ; tag = {t}',
        '<sip:caller@[local_ip]>\n\\x20;tag={t}',
        '<SIP:caller@[local_ip]>;TAG={t}',
        '"" <sip:caller@[local_ip]>;tag={t}',
        "<sip:caller@[local_ip]>;tag={t}-.!%*_+`'~"]

TO = ['"Callee" <' + URI + '>', URI, '<' + URI + ';user=phone>', 'Callee <sip:[service]@example.com>', '<tel:123>',
      '  <' + URI + '> ', '<' + URI + '>;x=1', '"a,b" <' + URI + '>;q="t;ag=2"', '<sip:[remote_ip]>',
      '<SIPS:[service]@H.example>']

CONTACT = ['sip:%s@[local_ip]:[local_port]', '<sip:%s@[local_ip]:[local_port];transport=udp>;expires=5',
           '"C, D" <sip:%s@[local_ip]:[local_port]>;q=0.5', '*', '<sip:[local_ip]:[local_port]>',
           '<sip:%s@[local_ip]:[local_port];ob>;+sip.instance="<urn:uuid:1>"']

CALL_ID = ['[call_id]\nX-After: id', '  [call_id]  ', '[call_id]']
CSEQ = ['{n}  {m}', ' {n} {m} ', '{n}\t{m}', '00{n} {m}', '\n\\x20{n} {m}']
MAX_FORWARDS = ['10', '  70', '7', '1', '0', '255', '100', '070', '71', 'abc', '-1', None, '5 ', '99999']
EXTRA = ['Subject: Performance Test', 's: short', 'Supported: timer, 100rel', 'k: path', 'User-Agent: SIPp [sipp_version]',
         'Allow: INVITE, ACK, CANCEL, BYE', 'X-Fold: a\n\\x20\\x20b\n\\x20c', 'X-Empty:',
         'P-Asserted-Identity: <sip:a@b>, <tel:1>', 'Session-Expires: 1800;refresher=uac', 'Expires: 60',
         'Date: Sat, 13 Nov 2010 23:29:00 GMT', 'X-K: [service]-[call_number]', 'Route: <sip:10.0.0.1;lr>',
         'Record-Route: <sip:10.0.0.2;lr>', 'Proxy-Require: foo', 'Require: 100rel', 'Event: presence', 'o: dialog',
         'Refer-To: <sip:x@y?Replaces=a%40b>', 'r: <sip:z@y>', 'Accept: application/sdp', 'Organization: [pid]',
         'Content-Language: en', 'X-Long: [fill text="0123456789" variable="w"]', 'In-Reply-To: [call_id]', 'x-lower: 1',
         'X-UPPER : 2', 'X-K: a\nX-K: b', 'Remote-Party-ID: "x" <sip:a@b>;party=calling',
         'Diversion: <sip:d@e>;reason=unknown', 'Priority: urgent']
KEYWORDS = ['[local_ip]', '[local_port+2]', '[remote_ip]', '[remote_port-1]', '[remote_host]', '[transport]', '[service]',
            '[pid]', '[call_number]', '[cseq]', '[cseq+3]', '[branch]', '[branch+2]', '[branch-1]', '[msg_index]', '[call_id]',
            '[users]', '[userid]', '[server_ip]', '[media_ip]', '[media_ip_type]', '[local_ip_type]', '[sipp_version]',
            '[dynamic_id]', '[next_url]', '[peer_tag_param]', '[last_cseq_number]', '[last_cseq_number+7]',
            '[last_Request_URI]', '[last_From:]', '[last_Foo:]', '[last_Contact]', '[$v0]', '[$v1]', '[$v2]', '[$v3]',
            '\\x41\\x5b', '[fill variable="w"]', '[fill text="ab" variable="w"]', '[last_CSeq:]', '[routes]']
SDP = ['v=0', 'o=caller 2890844526 2890844526 IN IP[local_ip_type] [local_ip]', 's=call', 'c=IN IP[media_ip_type] [media_ip]',
       't=0 0', 'm=audio [auto_media_port] RTP/AVP 8', 'a=rtpmap:8 PCMA/8000']
BODIES = {'sdp': ('application/sdp', SDP), 'text': ('text/plain', ['Hello [call_number]', '', 'second']),
          'sdp2': ('application/sdp', SDP[:5] + ['m=audio [media_port] RTP/AVP 0', 'm=video [media_port+2] RTP/AVP 31']),
          'long': ('text/plain', ['y' * 140] * 11), 'one': ('text/plain', ['x']),
          'keywords': ('text/plain', ['[call_id] [cseq]', '[branch]', '[$v0] [last_To:]'])}

COMPACT = {'Call-ID': 'i', 'Contact': 'm', 'Content-Length': 'l', 'Content-Type': 'c', 'From': 'f', 'To': 't', 'Via': 'v'}
SEPARATORS = [' : ', ':', ':  ', ' :', ': \t', '\t: ']


def dress(draw, side, at, line):
    """A header line with its name short or in another case, or another separator."""
    name, colon, value = line.partition(':')
    if not colon or name.startswith('['):
        return line
    if name in COMPACT and draw.on(side + '/compact-' + name, 3, at):
        name = COMPACT[name]
    if draw.on(side + '/case', 2, '%s.%s' % (at, name)):
        name = draw.stream('%s/case/%s/%s' % (side, at, name)).choice([name.lower(), name.upper(), name.swapcase()])
    separator = draw.pick(side + '/separator', ':', SEPARATORS, 2, '%s.%s' % (at, name))
    return name + separator + (value if separator == ':' else value.lstrip(' '))
