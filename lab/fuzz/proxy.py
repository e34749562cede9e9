# SPDX-License-Identifier: MIT
"""kamailio.cfg of one proxy, drawn."""
import expressions
import modules
from expressions import PVS, REPLY_PVS, text_format

MODULES = ('kex', 'corex', 'pv', 'sl', 'tm', 'maxfwd', 'rr', 'siputils', 'textops', 'xlog')
GLOBALS = ['pmtu_discovery=1', 'tos=IPTOS_LOWDELAY', 'tos=0x28', 'check_via=1', 'reply_to_via=1', 'server_signature=no',
           'server_header="Server: Foo/1"', 'user_agent_header="User-Agent: Bar"', 'sip_warning=0', 'mhomed=0',
           'max_recursive_level=10', 'dns=no', 'rev_dns=no', 'disable_tcp=yes', 'phone2tel=1', 'log_facility=LOG_LOCAL0', 'tos=0']
MODPARAMS = ['"tm", "auto_inv_100", 0', '"tm", "auto_inv_100_reason", "Trying hard"', '"tm", "restart_fr_on_each_reply", 0',
             '"tm", "remap_503_500", 0', '"tm", "ruri_matching", 0', '"tm", "via1_matching", 0', '"tm", "noisy_ctimer", 0',
             '"tm", "aggregate_challenges", 0', '"tm", "local_cancel_reason", 0', '"tm", "e2e_cancel_reason", 0',
             '"tm", "cancel_b_method", 1', '"tm", "cancel_b_method", 2', '"tm", "unmatched_cancel", 1',
             '"tm", "unmatched_cancel", 2', '"tm", "failure_reply_mode", 0', '"tm", "failure_reply_mode", 1',
             '"tm", "faked_reply_prio", 2000', '"tm", "pass_provisional_replies", 1', '"tm", "retr_timer1", 250',
             '"tm", "retr_timer2", 1000', '"tm", "wt_timer", 500', '"tm", "max_inv_lifetime", 2500',
             '"tm", "max_noninv_lifetime", 1500', '"tm", "reparse_invite", 0', '"tm", "default_code", 505',
             '"tm", "default_reason", "My Error"', '"rr", "enable_full_lr", 1', '"rr", "append_fromtag", 0',
             '"rr", "add_username", 1', '"rr", "enable_double_rr", 0', '"maxfwd", "max_limit", 20', '"rr", "ignore_sips", 1',
             '"tm", "ac_extra_hdrs", "X-"', '"tm", "unix_tx_timeout", 400']
NAMES = ['From', 'Via', 'Contact', 'm', 'Max-Forwards', 'To', 'Nope', 'Call-ID', 'CSeq', 'X-K']
REMOVED = ['Subject', 's', 'Contact', 'User-Agent', 'X-K', 'Nope', 'Supported', 'Max-Forwards', 'Expires', 'Content-Type',
           'Allow']
CHANGES = ['$rU = "changed";', '$rd = "{uas}";', '$rp = 5060;', '$rp = "5060";', '$ru = "sip:new@{uas}:5060;x=y";',
           '$rU = $null;', 'setuser("u1");', 'sethost("{uas}");', 'sethostport("{uas}:5060");', 'setport("5060");',
           'seturi("sip:set@{uas}:5060");', 'revert_uri();', '$rU = "b" + $rU;', '$ru = "sip:" + $rU + "@{uas}";',
           'rewriteuser("");', '$rU = $fU;', '$rd = $rd;', '$ru = $ru + ";p=1";',
           '$ru = "sip:h@" + $rd + ":" + $rp + "?Subject=x";', '$ru = $tu;', 'rewritehostport("{uas}");']
ANSWERS = ['sl_send_reply("404", "Nobody");', 'sl_send_reply(603, "Go away");', 'send_reply("486", "Busy $rm");',
           'sl_reply_error();', 't_newtran();\n        t_reply("480", "Later");', 't_send_reply("500", "Oops");',
           'sl_send_reply("300", "$ci $ft");', 'append_to_reply("X-R: $rm $ci\\r\\n");\n        sl_send_reply("200", "OK");',
           'append_to_reply("Contact: <sip:else@{uas}>\\r\\n");\n        send_reply("302", "Moved");',
           't_reply("404", "No transaction");',
           't_newtran();\n        t_reply("183", "Wait");\n        t_reply("486", "Busy");']
LOOKUPS = ['if (t_lookup_request()) append_hf("X-Known: yes\\r\\n");', 't_check_trans();',
           'if (is_method("CANCEL") && t_lookup_cancel()) append_hf("X-Lookup: $rc\\r\\n");', 't_set_fr(0, 900);',
           't_set_fr(2000);', 't_set_fr(1500, 700);', 't_reset_fr();', 't_set_auto_inv_100("0");', 't_set_auto_inv_100(1);',
           'if (is_method("CANCEL")) { t_relay_cancel(); }', 'force_rport();', 'add_local_rport();',
           'xlog("L_INFO", "$rm $ru $si\\n");',
           'if (is_method("CANCEL")) { if (!t_relay_cancel()) { sl_send_reply("481", "None"); exit; } }', 'add_rport();',
           'if (has_totag()) { t_check_trans(); }', 'if (is_method("INVITE")) t_newtran();', 't_on_failure(0);', 't_newtran();']
FAILURES = ['t_reply("480", "Gone");',
            'if (t_check_status("486|404|480")) {{\n        $ru = "sip:third@{uas}:5060";\n        t_relay();\n    }}',
            'if (t_branch_timeout()) {{\n        t_reply("404", "Timed out");\n    }}',
            'if (t_branch_timeout() && !t_branch_replied()) {{\n        $ru = "sip:again@{uas}:5060";\n        t_relay();\n    '
            '}}',
            '$ru = "sip:third@{uas}:5060";\n    t_on_failure("F2");\n    t_relay();', 'if (t_is_canceled()) exit;',
            'append_branch("sip:other@{uas}:5060");\n    t_relay();', 't_drop_replies();\n    send_reply("500", "Dropped");',
            't_drop_replies("l");\n    t_reply("488", "Last");',
            'append_to_reply("X-F: $rm $ru $rs\\r\\n");\n    t_reply("600", "All");',
            'if (t_any_timeout()) xlog("timeout\\n");', 'if (t_any_replied()) {{ t_reply("488", "$rm"); }}',
            '$rU = "f";\n    t_relay();', 'append_hf("X-Fail: $ru $du\\r\\n");\n    $du = "sip:{next}";\n    t_relay();',
            'xlog("x\\n");', 'send_reply("603", "f");']
ONREPLY = ['append_hf("X-Q: {reply}\\r\\n");', 'if (status == 180) drop;', 'if ($rs == 183) {{ drop; }}',
           'remove_hf("Contact");', 'insert_hf("X-T: {reply}\\r\\n");',
           'if (status =~ "2[0-9][0-9]") append_hf("X-Ok: $rs $rr\\r\\n");', 'append_hf("X-Q: a\\r\\n", "To");',
           'if (t_check_status("1[0-9][0-9]")) append_hf("X-P: 1\\r\\n");', 'exit;', 'xlog("$rs $rr\\n");',
           'if (has_body()) append_hf("X-Body: y\\r\\n");', 't_on_failure("F1");', 'remove_hf("X-Nope");',
           'if (is_method("INVITE")) append_hf("X-M: $rm\\r\\n");', 't_set_fr(800);']
REPLY_ROUTE = ['if (status == 100) {{ return 0; }}', 'append_hf("X-G: {reply}\\r\\n");', 'if (status == 180) drop;',
               'xlog("$rs\\n");', 'remove_hf("Server");', 'if ($rs >= 300 && $rs < 400) {{ return -1; }}',
               'if (t_check_trans()) append_hf("X-T: y\\r\\n");', 'exit;']
BRANCH = ['append_hf("X-B: $ru $du $br\\r\\n");', 'remove_hf("Subject");', '$rU = "br";', 'insert_hf("X-BI: {pvs}\\r\\n");',
          'if (is_method("ACK")) drop;', '$ru = "sip:branch@{uas}:5060";',
          'record_route();', 'append_hf("X-Q: {pvs}\\r\\n", "m");', '$du = "sip:{next}";', 'xlog("b\\n");',
          'remove_hf("Max-Forwards");']
RELAYS = ['t_relay();', 'if (!t_relay()) {\n        sl_reply_error();\n    }', 'forward();',
          'forward("{next_host}", {next_port});',
          'if (is_method("CANCEL")) {\n        forward();\n    } else {\n        t_relay();\n    }',
          't_relay();\n    append_hf("X-After: 1\\r\\n");',
          'if (is_method("INVITE")) {\n        t_relay();\n    } else {\n        forward();\n    }',
          'if (t_newtran()) {\n        t_relay();\n    }', 't_relay();\n    t_reply("603", "Decline");',
          't_relay();\n    t_release();', 't_newtran();\n    append_hf("X-N: 1\\r\\n");\n    t_relay();',
          'if (!forward()) {\n        sl_reply_error();\n    }', 't_relay();\n    send_reply("199", "Early");',
          't_relay();\n    exit;', 't_relay();\n    drop;']


class Proxy:
    """A proxy and where it sends to. `hosts`: what may stand in a text as {uas}, {next}, {next_host}, {next_port}."""

    def __init__(self, draw, name, address, port, hosts):
        self.draw, self.name, self.address, self.port, self.hosts = draw, name, address, port, hosts
        self.routes, self.branches = {}, []
        self.more = modules.add(self) if self.on('modules', 25) else ([], [], [], [])

    def on(self, feature, percent, at=None):
        return self.draw.on('%s/%s' % (self.name, feature), percent, at)

    def pick(self, feature, plain, odd, percent, at=None):
        return self.draw.pick('%s/%s' % (self.name, feature), plain, odd, percent, at)

    def stream(self, name):
        return self.draw.stream('%s/%s' % (self.name, name))

    def some(self, name, values, most):
        return self.draw.some('%s/%s' % (self.name, name), values, most)

    def filled(self, text):
        """{pvs} and {reply} are formats, the others hosts; {{ is a brace."""
        stream = self.stream('fill/' + text)
        return text.format(pvs=text_format(stream, PVS), reply=text_format(stream, REPLY_PVS), **self.hosts)

    def head(self):
        lines = ['#!KAMAILIO']
        if self.on('define', 5):
            lines += ['#!define WITH_X', '#!define MAXF 10', '#!substdef "!TXT!hello!g"', '#!ifdef WITH_X', '#!define Y 1',
                      '#!endif']
        lines += ['debug=1', 'log_stderror=yes', 'fork=yes', 'children=1', 'auto_aliases=no']
        if self.on('globals', 15):
            lines += self.some('globals', GLOBALS, 3)
        listen = 'listen=udp:%s:%s' % (self.address, self.port)
        lines.append(listen + self.pick('listen', '', [' advertise 9.9.9.9:5070', ' advertise %s:5060' % self.address,
                                                       ' name "s1"'], 6))
        lines += ['', 'mpath="/usr/lib/x86_64-linux-gnu/kamailio/modules/"']
        lines += ['loadmodule "%s.so"' % module for module in list(MODULES) + self.more[0]]
        lines.append('modparam("tm", "fr_timer", %d)' % self.draw.choose(self.name + '/fr', (1200, 1500, 2000, 2500)))
        lines.append('modparam("tm", "fr_inv_timer", %d)' % self.draw.choose(self.name + '/fr_inv', (2000, 2500, 3000)))
        if self.on('modparams', 30):
            lines += ['modparam(%s)' % text for text in self.some('modparams', MODPARAMS, 3)]
        lines += ['modparam(%s)' % text for text in self.more[1]]
        return lines

    def edits(self, stream, at):
        """A statement that edits headers."""
        kind, pvs = stream.randrange(8), text_format(stream)
        name = stream.choice(NAMES)
        return ['append_hf("X-P: %s\\r\\n");' % pvs, 'append_hf("X-P: %s\\r\\n", "%s");' % (pvs, name),
                'insert_hf("X-I: %s\\r\\n");' % pvs, 'insert_hf("X-I: %s\\r\\n", "%s");' % (pvs, name),
                'remove_hf("%s");' % stream.choice(REMOVED), 'append_hf("X-S: %s\\r\\nX-T: 2\\r\\n");' % pvs,
                'append_to_reply("X-R: %s\\r\\n");' % pvs,
                'if (%s) { append_hf("X-If: %d\\r\\n"); }' % (expressions.test(stream), at)][kind]

    def compute(self):
        stream, lines = self.stream('compute'), []
        for _ in range(stream.randint(1, 3)):
            if stream.random() < .5:
                lines.append('$var(i) = %s;' % expressions.number(stream))
            else:
                lines.append('$%s = %s;' % (stream.choice(['var(s)', 'avp(a)', 'avp(b)']), expressions.text(stream)))
        return lines + ['append_hf("X-C: $var(i)|$var(j)|$var(s)|$avp(a)|$avp(b)|$rc\\r\\n");']

    def control(self):
        """if, switch, while and routes that return."""
        stream = self.stream('control')
        kind = stream.randrange(5)
        if kind == 0:
            return ['if (%s) {' % expressions.test(stream), '    append_hf("X-S: 1\\r\\n");',
                    '} else if (%s) {' % expressions.test(stream),
                    '    append_hf("X-S: 2\\r\\n");', '} else {', '    ;', '}']
        if kind == 1:
            return ['switch ($rm) {', 'case "INVITE":', '    append_hf("X-S: i\\r\\n");', '    break;', 'case "BYE":',
                    'case "ACK":',
                    '    append_hf("X-S: ba\\r\\n");', 'default:', '    append_hf("X-S: d\\r\\n");', '}']
        if kind == 2:
            return ['$var(j) = 0;', 'while ($var(j) < %d) {' % stream.randint(1, 4), '    append_hf("X-W: $var(j)\\r\\n");',
                    '    $var(j) = $var(j) + 1;', '    if (%s) break;' % expressions.test(stream, 0), '}']
        self.routes['route[C1]'] = ['$var(i) = $var(i) + 1;',
                                    stream.choice(['return -1;', 'return 2;', 'is_method("FOO");', 'return;',
                                                                          'if (%s) return -1;' % expressions.test(stream)])]
        if kind == 3:
            return ['route(C1);', 'append_hf("X-C: $rc $var(i)\\r\\n");']
        return ['if (route(C1) && %s) append_hf("X-C: $rc\\r\\n");' % expressions.test(stream, 0)]

    def request_route(self):
        lines = []
        if self.on('maxfwd', 40):
            lines += ['if (!%s(%s)) {' % (self.draw.choose(self.name + '/mf', ('maxfwd_process', 'mf_process_maxfwd_header')),
                                          self.draw.choose(self.name + '/mfl', ('"10"', '10', '"70"'))),
                      '    sl_send_reply("483", "Too Many Hops");', '    exit;', '}']
        lines += ['$var(i) = 3;', '$var(j) = 0;', '$var(s) = "";'] if self.on('init-vars', 50) else []
        if self.on('lookups', 15):
            lines += self.some('lookups', LOOKUPS, 2)
        if self.on('compute', 15):
            lines += self.compute()
        if self.on('control', 15):
            lines += self.control()
        for at in range(2):
            if self.on('edits', 22, at):
                lines.append(self.edits(self.stream('edits/%d' % at), at))
        lines += self.more[2]
        if self.on('answer', 6):
            lines += ['if (is_method("%s")) {' % self.stream('answer').choice(['INVITE', 'OPTIONS', 'BYE', 'MESSAGE|INFO']),
                      '    ' + self.fill_hosts(self.stream('answers').choice(ANSWERS)), '    exit;', '}']
        arms = self.arms()
        relay = self.fill_hosts(self.pick('relay', 't_relay();', RELAYS, 25))
        if self.on('rr', 35):
            lines += ['if (%s) {' % self.draw.choose(self.name + '/loose', ('loose_route()', 'has_totag() && loose_route()'))]
            lines += ['    ' + line for line in arms + relay.split('\n')] + ['    exit;', '}']
            lines.append(self.draw.choose(self.name + '/record',
                                          ('record_route();', 'if (is_method("INVITE|SUBSCRIBE")) record_route();')))
        if self.on('change-uri', 15):
            lines.append(self.fill_hosts(self.stream('change').choice(CHANGES)))
        if self.on('fork', 3):
            self.branches.append('sip:fork@%s:5060' % self.hosts['uas'])
        for uri in self.branches:
            lines.append('if (is_method("INVITE") && !has_totag()) append_branch("%s");' % uri)
        lines += self.destination()
        return lines + arms + relay.split('\n')

    def destination(self):
        """To the next host, but requests of the callee go back: their Request-URI says where to."""
        if self.on('no-destination', 6):
            return []
        return ['if ($si != "%s") $du = "sip:%s";' % (self.hosts['next_host'], self.hosts['next'])]

    def fill_hosts(self, text):
        for key, value in self.hosts.items():
            text = text.replace('{%s}' % key, value)
        return text

    def arms(self):
        lines = []
        if self.on('failure-route', 15):
            lines.append('t_on_failure("F1");')
            self.routes['failure_route[F1]'] = [self.filled(text) for text in self.some('failure', FAILURES, 2)]
            self.routes['failure_route[F2]'] = ['t_reply("499", "Second failure");']
        if self.on('onreply-route', 15):
            lines.append('t_on_reply("R1");')
            self.routes['onreply_route[R1]'] = [self.filled(text) for text in self.some('onreply', ONREPLY, 2)]
            self.routes.setdefault('failure_route[F1]', ['xlog("F1\\n");'])
        if self.more[3]:
            lines.append('t_on_reply("R1");')
            self.routes.setdefault('onreply_route[R1]', []).extend(self.more[3])
            self.routes.setdefault('failure_route[F1]', ['xlog("F1\\n");'])
        if self.on('branch-route', 12):
            lines.append('t_on_branch("B1");')
            self.routes['branch_route[B1]'] = [self.filled(text) for text in self.some('branch', BRANCH, 2)]
        if self.on('reply-route', 10):
            self.routes['reply_route'] = [self.filled(text) for text in self.some('replies', REPLY_ROUTE, 2)]
        return lines

    def text(self):
        main = self.request_route()
        blocks = ['request_route {\n%s}\n' % indented(main)]
        blocks += ['%s {\n%s}\n' % (name, indented(lines)) for name, lines in self.routes.items()]
        return '\n'.join(self.head()) + '\n\n' + '\n'.join(blocks)


def indented(lines):
    return ''.join('    %s\n' % part if part.strip() else '\n' for line in lines for part in line.split('\n'))
