# SPDX-License-Identifier: MIT
"""What the two SIPps say to each other: a flow adds to both scenarios."""
from sides import Side

REASONS = {100: 'Trying', 180: 'Ringing', 181: 'Forwarded', 183: 'Session Progress', 199: 'Early Dialog Terminated', 200: 'OK',
           202: 'Accepted', 300: 'Multiple',
           302: 'Moved', 401: 'Unauthorized', 403: 'Forbidden', 404: 'Not Found', 407: 'Proxy Authentication Required',
           420: 'Bad Extension', 480: 'Unavailable', 486: 'Busy Here', 487: 'Request Terminated', 488: 'Not Here', 491: 'Pending',
           500: 'Error', 503: 'Unavailable', 600: 'Busy', 603: 'Decline'}
FINALS = (486, 404, 480, 302, 503, 603, 600, 500, 403, 488, 420, 300)
INDIALOG = ('INFO', 'MESSAGE', 'OPTIONS', 'UPDATE', 'FOO', 'NOTIFY', 'REFER', 'PRACK')
OUTSIDE = ('OPTIONS', 'MESSAGE', 'REGISTER', 'SUBSCRIBE', 'PUBLISH', 'NOTIFY', 'INFO', 'FOO')


class Script:
    """Both sides and what they agree upon."""

    def __init__(self, draw):
        self.draw = draw
        self.uac, self.uas = Side(draw, 'uac', 'c'), Side(draw, 'uas', 's')
        self.in_uri, self.in_extra = None, ()
        if draw.on('in-dialog-uri', 40):
            self.in_uri, self.in_extra = '[next_url]', ('[routes]',)
        self.retrans = draw.pick('uac/retrans', '500', ['200', '1000', None], 12)
        self.uas_retrans = draw.pick('uas/retrans', '500', ['300', '1000', None], 12)
        self.txn = draw.on('transactions', 4)

    def rrs(self, side):
        return 'true' if self.in_uri or side.on('rrs', 6, side.index) else None

    def invite(self, **more):
        self.uac.invite_index = self.uac.index
        self.uac.send(self.uac.request('INVITE', what=more.pop('what', None), **more), self.retrans,
                      start_txn='inv' if self.txn else None)
        self.uas.recv(request='INVITE', rrs=self.rrs(self.uas))

    def provisional(self, plain=(180,)):
        """Provisional responses of the callee, with pauses."""
        codes = self.draw.pick('provisional', plain, [(), (100,), (183,), (100, 180), (183, 180), (180, 180), (181, 180, 183),
                                                      (199,)],
                               40, self.uas.index)
        for code in codes:
            self.uas.pause(self.uas.pick('ring-pause', None, [0, 5, 30, 250, 700, 1200], 15, self.uas.index))
            tag = code != 100 and not self.uas.on('provisional-no-tag', 6, self.uas.index)
            self.uas.send(self.uas.response(code, REASONS[code], tag=tag, what='sdp' if code == 183 else None))
        self.uas.pause(self.uas.pick('answer-pause', None, [0, 5, 250, 900, 1500], 15, self.uas.index))

    def final(self, code, retrans=True, **more):
        self.uas.send(self.uas.response(code, REASONS[code], **more), self.uas_retrans if retrans else None)

    def ack(self, good):
        uac = self.uac
        if good:
            uac.send(uac.request('ACK', contact=False, tagged=True, uri=self.in_uri, extra=self.in_extra), ack_txn=self.ack_txn())
        else:
            back = uac.index - uac.invite_index
            uac.send(uac.request('ACK', branch='[branch-%d]' % back, contact=False, tagged=True), ack_txn=self.ack_txn())
        self.uas.recv(request='ACK', timeout='2500')

    def ack_txn(self):
        return 'inv' if self.txn else None

    def response_txn(self):
        return {'response_txn': 'inv'} if self.txn else {}

    def answered(self, what='sdp'):
        """INVITE, provisional, 200, ACK."""
        self.invite(what=what)
        self.provisional()
        self.final(200, what=self.draw.choose('answer-body', ['sdp', 'sdp2', None]))
        self.uac.nop()
        self.uac.expect([200], rrs=self.rrs(self.uac), **self.response_txn())
        self.uac.nop()
        self.ack(True)
        self.uac.pause(self.uac.pick('talk', None, [0, 20, 300, 1000], 40))

    def exchange(self, method, codes=(200,)):
        """A request in the dialog and its answer."""
        uac, uas = self.uac, self.uas
        uac.send(uac.request(method, tagged=True, uri=self.in_uri, extra=self.in_extra), self.retrans)
        uas.recv(request=method)
        uas.nop()
        uas.pause(uas.pick('think', None, [0, 10, 300, 800], 12, uas.index))
        early = uas.on('non-invite-100', 8, uas.index)
        if early:
            uas.send(uas.response(100, 'Trying', tag=False))
        uas.send(uas.response(codes[0], REASONS[codes[0]]))
        uac.expect([codes[0]], optional=early or uac.on('optional-100', 25, uac.index))

    def reinvite(self):
        uac, uas = self.uac, self.uas
        uac.invite_index = uac.index
        uac.send(uac.request('INVITE', tagged=True, uri=self.in_uri, extra=self.in_extra, what='sdp2'), self.retrans)
        uas.recv(request='INVITE')
        self.final(200, what='sdp')
        uac.expect([200])
        uac.send(uac.request('ACK', contact=False, tagged=True, uri=self.in_uri, extra=self.in_extra))
        uas.recv(request='ACK', timeout='2500')

    def in_dialog(self):
        for number in range(3):
            if self.draw.on('in-dialog', 22, number):
                self.exchange(self.draw.choose('in-dialog/%d' % number, INDIALOG))
        if self.draw.on('re-invite', 8):
            self.reinvite()

    def bye(self):
        self.exchange('BYE', (self.draw.pick('bye-code', 200, [404, 500, 202], 5),))

    def callee_request(self, method):
        """A request of the callee, whose From and To change places: it kept them when the INVITE came."""
        uac, uas = self.uac, self.uas
        lines = [method + ' ' + ('[next_url]' if self.in_uri else 'sip:caller@172.20.0.2:5060') + ' SIP/2.0',
                 'Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]']
        lines += ['[routes]'] if self.in_uri else []
        lines += ['Max-Forwards: 70', 'From: [$self];tag=[pid]s[call_number]', 'To: [$peer]', '[last_Call-ID:]',
                  'CSeq: %d %s' % (uas.index, method)]
        uas.send(lines + uas.body(None, '%d' % uas.index), self.uas_retrans)
        uac.recv(request=method, timeout='4000')
        uac.send(uac.response(200, 'OK', tag=False))
        uas.recv(response=200)


def keep_dialog(script):
    """The callee's first recv stores From and To for requests of its own."""
    uas = script.uas
    uas.elements[0] = ('  <recv request="INVITE" rrs="true">\n    <action>\n'
                       '      <ereg regexp="[^ ].*" search_in="hdr" header="From:" assign_to="peer"/>\n'
                       '      <ereg regexp="[^ ].*" search_in="hdr" header="To:" assign_to="self"/>\n    </action>\n  </recv>\n')


def call(script):
    script.answered()
    script.in_dialog()
    script.bye()


def callee_bye(script):
    script.answered()
    keep_dialog(script)
    for number in range(2):
        if script.draw.on('callee-request', 30, number):
            script.callee_request(script.draw.choose('callee-request/%d' % number, ('INFO', 'OPTIONS', 'UPDATE', 'NOTIFY')))
    script.callee_request('BYE')


def late_offer(script):
    script.answered(what=None)
    script.bye()


def reject(script):
    code = script.draw.choose('reject-code', FINALS)
    script.invite(what='sdp')
    script.provisional()
    script.final(code)
    script.uac.expect([500, code] if code == 503 else [code], **script.response_txn())
    script.ack(False)
    if script.draw.on('second-call', 15):
        script.uac.pause(20)
        script.answered()
        script.bye()


def auth_invite(script):
    code = script.draw.choose('auth-code', (401, 407))
    header = 'WWW-Authenticate' if code == 401 else 'Proxy-Authenticate'
    challenge = script.draw.choose('challenge', ['Digest realm="test.realm",nonce="47ebe028cda119c35d4877b383027d28da013815"',
                                                 'Digest realm="r", nonce="n1", algorithm=MD5, qop="auth"',
                                                 'Digest nonce="a=b,c", realm="x y", opaque="o1", qop="auth,auth-int"',
                                                 'Digest realm="r1",nonce="abc",stale=FALSE,algorithm="MD5"',
                                                 'Digest realm="r1",nonce="abc",algorithm=MD5-sess,qop="auth"'])
    script.invite(what='sdp')
    script.final(code, extra=('%s: %s' % (header, challenge),))
    script.uac.expect([code], auth='true', **script.response_txn())
    script.ack(False)
    script.uas.recv(request='INVITE')
    script.uac.invite_index = script.uac.index
    user = script.draw.choose('auth-user', ['', ' username=joe password=schmo', ' username="[service]" password="a b"'])
    script.uac.send(script.uac.request('INVITE', extra=('[authentication%s]' % user,), what='sdp'), script.retrans)
    script.provisional()
    script.final(200, what='sdp')
    script.uac.expect([200], rrs=script.rrs(script.uac))
    script.uac.send(script.uac.request('ACK', contact=False, tagged=True, uri=script.in_uri, extra=script.in_extra))
    script.uas.recv(request='ACK', timeout='2500')
    script.bye()


def cancel(script):
    """The caller gives up: before any answer, or while it rings."""
    uac, uas = script.uac, script.uas
    script.txn = False
    script.invite(what='sdp')
    script.provisional(plain=(180,))
    uac.recv(response=100, optional='true', timeout='4000')
    if script.draw.on('cancel-early', 20):
        uac.recv(response=183, optional='true', timeout='4000')
        uac.recv(response=180, timeout='1200', ontimeout='give_up')
        uac.place('give_up')
    else:
        uac.recv(response=183, optional='true', timeout='4000')
        uac.recv(response=180, timeout='3000')
    uac.pause(uac.pick('before-cancel', None, [20, 300, 700], 40))
    back = uac.index - uac.invite_index
    uac.send(uac.request('CANCEL', branch='[branch-%d]' % back, number='[cseq]', contact=False), script.retrans)
    uas.recv(request='CANCEL', timeout='4000')
    uas.send(uas.response(200, 'OK'))
    # the 487 belongs to the INVITE: its Via, From, To and CSeq are those of the last INVITE, which only the CANCEL's copy tells
    uas.send([line.replace('[last_CSeq:]', 'CSeq: 1 INVITE') if line else line for line in uas.response(487, REASONS[487])],
             script.uas_retrans)
    uas.recv(request='ACK', timeout='2500')
    uac.expect([200], optional=False)
    uac.expect([487], optional=uac.on('optional-late', 20))
    uac.send(uac.request('ACK', branch='[branch-%d]' % (uac.index - uac.invite_index), contact=False, tagged=True))


def non_invite(script):
    uac, uas = script.uac, script.uas
    for number in range(script.draw.choose('non-invites', (1, 2, 3))):
        method = script.draw.choose('non-invite/%d' % number, OUTSIDE)
        code = script.draw.pick('non-invite-code', 200, [202, 302, 404, 486, 503, 600, 300, 401], 20, number)
        uac.send(uac.request(method), script.retrans)
        uas.recv(request=method)
        uas.nop()
        uas.pause(uas.pick('think', None, [0, 10, 300, 700, 1300], 20, uas.index))
        if uas.on('non-invite-100', 8, uas.index):
            uas.send(uas.response(100, 'Trying', tag=False))
        uas.send(uas.response(code, REASONS[code]))
        uac.expect([500, code] if code == 503 else [code])
        uac.pause(uac.pick('between', None, [0, 15, 400], 25, uac.index))


def silent(script):
    """The callee never answers."""
    uac, uas = script.uac, script.uas
    method = script.draw.choose('silent', ('INVITE', 'INVITE', 'OPTIONS', 'MESSAGE'))
    if method == 'INVITE':
        script.invite(what='sdp')
    else:
        uac.send(uac.request(method), script.retrans)
        uas.recv(request=method)
    uas.recv(request='CANCEL' if script.draw.on('silent-cancel', 50) else 'NONE', timeout='6000')
    uac.expect([408], timeout='4500', **(script.response_txn() if method == 'INVITE' else {}))
    if method == 'INVITE':
        script.uac.send(script.uac.request('ACK', branch='[branch-%d]' % (uac.index - uac.invite_index), contact=False,
                                           tagged=True))


def ringing(script):
    """It rings for longer than fr_inv_timer, or the caller waits."""
    uac, uas = script.uac, script.uas
    script.invite(what='sdp')
    script.provisional()
    uas.recv(request='CANCEL', timeout='4000')
    uas.send(uas.response(200, 'OK'))
    uac.expect([408], timeout='4500', **script.response_txn())
    script.ack(False)


def no_ack(script):
    """The caller never confirms."""
    script.invite(what='sdp')
    script.provisional()
    script.final(200, what='sdp')
    script.uac.expect([200], **script.response_txn())
    script.uac.pause(script.draw.choose('no-ack/pause', (300, 900, 1800)))
    script.uas.recv(request='ACK', timeout='2000')


FLOWS = [call] * 5 + [callee_bye] * 2 + [late_offer, reject, reject, auth_invite, cancel, cancel, non_invite, non_invite,
                                         non_invite,
                                        silent, ringing, no_ack]
