# SPDX-License-Identifier: MIT
"""Damaged messages for SIPp: one sends them, another one at 172.20.0.10 takes them and says what it has made of them."""
import os, re

SDP = 'v=0\r\no=- 1 2 IN IP4 10.0.0.1\r\ns=x\r\nc=IN IP4 10.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n'
LINES = [
    'Via: SIP/2.0/UDP 172.20.0.2:5060;branch=z9hG4bKa, SIP/2.0/UDP b;branch=c', 'From: "A" <sip:alice@172.20.0.2>;tag=f1;x=y',
    'f: <sip:a@b>;tag=1', 'To: "B \\"c\\"" <sip:bob@h;x=y>', 't: sip:a@b', 'CSeq: 7 MESSAGE',
    'Contact: "A" <sip:c@172.20.0.2:5060;x=y>;expires=3, <sip:d@e>', 'm: sip:x@y', 'Record-Route: <sip:1.1.1.1;lr>, <sip:2.2.2.2:5070;lr;x=y>',
    'Record-Route: <sip:3.3.3.3;lr>\r\nRecord-Route: <sip:4.4.4.4>', 'Subject: a b  c', 'X-A: 1\r\n 2', 'Content-Type: application/sdp',
    'Max-Forwards: 70', 'Via: SIP/2.0/UDP 172.20.0.2:5060;branch=z9hG4bKa\r\nVia: SIP/2.0/UDP b;branch=c', 'Route: <sip:r@s>;a']
CHALLENGES = [
    'Digest realm="r", nonce="n"', 'Digest realm="a b",nonce="x=,y",algorithm=MD5,qop="auth",opaque="o"',
    'Digest nonce="n", realm="r", stale=true, qop="auth,auth-int"', 'Digest realm="r",nonce="n",algorithm=MD5-sess,qop=auth',
    'Digest  realm = "r" , nonce = "n"']
FIRST = {'sipp-requests': ['MESSAGE sip:bob@172.20.0.10:5060 SIP/2.0'],
         'sipp-responses': ['SIP/2.0 200 OK', 'SIP/2.0 183 Session Progress', 'SIP/2.0 404 Not Found']}
KINDS = ('sipp-requests', 'sipp-responses', 'sipp-challenges', 'sipp-request-bytes', 'sipp-response-bytes', 'sipp-ids')

TOLD = '''      X-N: %s
      X-1: [last_From:]|[last_To:]|[last_CSeq:]|[last_Call-ID:]|
      X-2: [last_Contact:]|[last_Via:]|[last_Record-Route:]|[last_Subject]|[last_X-A:]|
      X-3: [last_cseq_number]|[peer_tag_param]|[next_url]|[last_Request_URI]|
      X-4: [$1]|[$2]|[$3]|[$4]|[$5]|[$6]|
      X-5: [last_Content-Type]|[last_f]|[last_t]|
'''
ACTIONS = '''    <action>
      <ereg regexp="[^ ].*" search_in="hdr" header="From:" assign_to="1"/>
      <ereg regexp="sip:([^>;]*)" search_in="hdr" header="Contact:" assign_to="2,3"/>
      <ereg regexp="[0-9]+" search_in="hdr" header="CSeq:" occurrence="1" case_indep="true" start_line="true" assign_to="4"/>
      <ereg regexp="branch=[^;, ]*" search_in="msg" assign_to="5"/>
      <ereg regexp=".*" search_in="body" assign_to="6"/>
    </action>
'''
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<scenario name="%s">\n  <User variables="1,2,3,4,5,6"/>\n  <Reference variables="1,2,3,4,5,6"/>\n'
CALLEE = HEAD % 'callee' + '''  <recv request="MESSAGE" rrs="true">
''' + ACTIONS + '''  </recv>
  <send>
    <![CDATA[
      SIP/2.0 200 OK
      [last_Via:]
      [last_From:]
      [last_To:];tag=[pid]s[call_number]
      [last_Call-ID:]
      [last_CSeq:]
''' + TOLD % '[call_number]' + '''      [last_X-N:]
      [routes]
      Content-Length: 0

    ]]>
  </send>
</scenario>
'''
ASK = '''  <send>
    <![CDATA[
      MESSAGE sip:x@172.20.0.2:5060 SIP/2.0
      Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
      From: <sip:a@[local_ip]>;tag=[pid]c[call_number]
      To: <sip:b@[remote_ip]>
      Call-ID: [call_id]
      CSeq: 7 MESSAGE
      Content-Length: 0

    ]]>
  </send>
'''
RESULT = '''  <send>
    <![CDATA[
      INFO [next_url] SIP/2.0
      Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
      [routes]
      From: <sip:a@[local_ip]>;tag=[pid]c[call_number]
      To: <sip:b@[remote_ip]>[peer_tag_param]
      Call-ID: [call_id]
      CSeq: 8 INFO
''' + TOLD % '[call_number]' + '''      %sContent-Length: 0

    ]]>
  </send>
</scenario>
'''
CALLER = HEAD % 'caller' + ASK + '''  <recv response="183" optional="true" timeout="12000">
  </recv>
  <recv response="404" optional="true" next="told" timeout="12000">
''' + ACTIONS + '''  </recv>
  <recv response="200" rrs="true" timeout="12000">
''' + ACTIONS + '''  </recv>
  <label id="told"/>
''' + RESULT % ''
CHALLENGED = HEAD % 'challenged' + ASK + '''  <recv response="401" auth="true" timeout="12000">
''' + ACTIONS + '''  </recv>
''' + RESULT % '[authentication username=joe password=schmo]\n      '

def is_response(kind): return kind in ('sipp-responses', 'sipp-challenges', 'sipp-response-bytes')

def message(kind, r, number, damaged, framing):
    """(the form, the message); one that SIPp itself would not send is drawn again."""
    while True:
        form, text = draw(kind, r, number, damaged, framing)
        first = re.match(r'[^ \0\r\n]+ ', text)
        if first and (first[0] != 'SIP/2.0 ' or re.match(r'SIP/2\.0 +[1-6][0-9][0-9]\s', text)): return form, text

def draw(kind, r, number, damaged, framing):
    call_id = '%d-x@h' % (number + 1)
    cseq = '7 MESSAGE'
    lines = [r.choice(FIRST['sipp-responses' if is_response(kind) else 'sipp-requests']),
             'Via: SIP/2.0/UDP 172.20.0.%s;branch=z9hG4bK-4537-%d-0' % ('10:5060' if is_response(kind) else '2:5060', number + 1),
             'From: <sip:a@172.20.0.10>;tag=4537c%d' % (number + 1), 'To: <sip:b@172.20.0.2>' + (';tag=t' if is_response(kind) else ''),
             'Call-ID: ' + call_id, 'CSeq: ' + cseq, 'Contact: <sip:evil@172.20.0.2:5060>', 'Record-Route: <sip:9.9.9.9;lr>',
             'X-N: %d' % (number + 1)]
    body, form = '', None
    if kind == 'sipp-challenges':
        lines[0] = 'SIP/2.0 401 Unauthorized'
        form = damaged(r, r.choice(CHALLENGES))
        lines.append('WWW-Authenticate: ' + form)
    elif kind == 'sipp-ids':
        at = r.choice([4, 5])
        form = lines[at] = damaged(r, lines[at])
    elif not kind.endswith('bytes'):
        if r.random() < .2: form = lines[0] = damaged(r, lines[0])
        else:
            form = damaged(r, r.choice(LINES))
            name = form.split(':')[0]
            same = [n for n, line in enumerate(lines) if line.split(':')[0] == name]
            if same: lines[same[0]] = form
            else: lines.append(form)
    if r.random() < .3: body = SDP; lines.append('Content-Type: application/sdp')
    text = '\r\n'.join(lines + ['Content-Length: %d' % len(body), '', body])
    if kind.endswith('bytes'): form = text = damaged(r, text, framing)
    return form, text

def write_folder(folder, kind, sends):
    """sends: the messages, each as an element of SIPp's XML."""
    def put(name, text): open(os.path.join(folder, name), 'w', encoding='utf-8').write(text)
    wait = '  <pause milliseconds="6000"/>\n' if is_response(kind) else ''
    put('evil.xml', '<?xml version="1.0" encoding="UTF-8"?>\n<scenario name="evil">\n' + wait + ''.join(sends) + '</scenario>\n')
    told = CHALLENGED if kind == 'sipp-challenges' else CALLER if is_response(kind) else CALLEE
    if kind.endswith('bytes'): told = told.replace('[next_url]', 'sip:x')     # without a Contact it is what lies in SIPp's memory
    put('sut.xml', told)
    put('scenario.yaml', 'title: "%s, damaged"\n\nhosts:\n' % kind +
        '  evil:\n    address: 172.20.0.2\n    sipp:\n      scenario: evil.xml\n      target: sut\n      calls: 1\n      ignore_in_pause: true\n      pid: 4811\n'
        '  sut:\n    address: 172.20.0.10\n    sipp:\n      scenario: sut.xml\n      pid: 4537\n' +
        ('      target: evil\n      calls: %d\n      rate: 100\n      limit: 1000\n      call_id: "%%u-x@h"\n' % len(sends) if is_response(kind) else '') +
        '\ncapture:\n  at: sut\n  filter: all\n')
