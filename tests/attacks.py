#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""attacks.py SIPTWIN [NAME...]: inputs that attack are refused with a message, or give the right answer, and soon.

The folders of tests/attacks and those made here (up to 1 MiB each) are run. Each must end with status 0, 1 or 2
within 2 s of processor time and 256 MiB; with status 2 there is an error that names a place or a limit, and no
capture; with 0 and 1 there is one. A build with a sanitizer has no memory_limit: it gets a lower event_limit, twenty
times as long and any memory, and the build that $SIPTWIN_PLAIN names (`./dev test` makes it) is held to the bounds beside it.
"""
import os, re, resource, shutil, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
BASE = os.path.join(os.path.dirname(HERE), 'scenarios', '03_proxy_stateful')
SECONDS, MIB, SIZE = 2.0, 256, 1 << 20

def base(name): return open(os.path.join(BASE, name)).read()
CFG, UAC, YAML = base('kamailio.cfg'), base('uac.xml'), base('scenario.yaml')
HEAD, TAIL = CFG.split('request_route {', 1)
HEAD += 'max_while_loops=100000\n' + ''.join('loadmodule "%s.so"\n' % m for m in ('textops', 'xlog', 'corex', 'rr', 'siputils'))

def many(form, size=SIZE):
    """form % 0, form % 1 ... as many as there is room for; every %d is the number"""
    out, n, i, holes = [], 0, 0, form.count('%d')
    while True:
        text = form % ((i,) * holes)
        n += len(text) + 1
        if n > size: return '\n'.join(out) + '\n'
        out.append(text)
        i += 1

def setting(text): return {'kamailio.cfg': text + '\n' + CFG}
def behind(text): return {'kamailio.cfg': CFG + text}
def script(text, more=''): return {'kamailio.cfg': HEAD + 'request_route {\n' + text + TAIL + more}
def scenario(text): return {'uac.xml': UAC.replace('</scenario>', text + '</scenario>')}
def header(text): return {'uac.xml': UAC.replace('Max-Forwards', text + '\n      Max-Forwards', 1)}
def actions(text):
    old = '<recv response="200" rrs="true"/>'
    assert old in UAC
    return {'uac.xml': UAC.replace(old, old[:-2] + '><action>' + text + '</action></recv>')}
def hosts(n):
    lines = ''.join('  h%d:\n    address: 10.1.%d.%d\n    sipp: {scenario: uas.xml}\n' % (i, i >> 8, i & 255) for i in range(n))
    return {'scenario.yaml': YAML.replace('hosts:\n', 'hosts:\n' + lines, 1)}
def yaml(text): return {'scenario.yaml': YAML + text}
def inject(text, field='[field0]'):
    return dict(header('X: ' + field), **{'scenario.yaml': YAML.replace('scenario: uac.xml', 'scenario: uac.xml\n      inject: u.csv'), 'u.csv': text})
def drops(n, message=''):
    return yaml('network:\n  drop:\n' + ''.join('    - {from: uas, to: proxy, nth: %d%s}\n' % (i + 1, message) for i in range(n)))
def calls(n): return ['--set', 'hosts.uac.sipp.calls=%d' % n, '--set', 'hosts.uac.sipp.rate=1000']

HALF = SIZE // 2
X64 = '<assignstr assign_to="s" value="[$s][$s]"/>'
REGEXES = {'parens': '(' * 16000, 'closed': '(' * 8000 + 'a' + ')' * 8000, 'deep': '(' * 200 + 'a' + ')' * 200,
           'repeat': 'a{1,32767}', 'repeats': '(a?){1,200}' * 20, 'nested': '(((a{1,99}){1,99}){1,99}){1,99}',
           'empty': '((((){32767}){32767}){32767}){32767}', 'stars': '(((((a*)*)*)*)*)*b', 'star2': '(x*)*' * 2000,
           'alternatives': '|'.join('a' * (i % 7) for i in range(3000)), 'classes': '[[:alpha:]]*' * 1000 + 'Q',
           'dots': '.*' * 1500 + 'Q', 'optional': 'a?' * 3000 + 'a' * 3000, 'back': '(.*)' * 5 + r'\5\4\3\2\1', 'long': 'a' * 60000,
           'subset': '(a|b)*a(a|b){1,300}Q', 'brackets': '[' * 20000, 'ranges': '[a-z' * 5000, 'stars_only': '*' * 20000,
           'plus': 'a' + '+' * 5000, 'anchors': '^' * 5000 + '$' * 5000, 'words': r'\<\>\b' * 3000, 'backslash': 'a\\' }

def regexes():
    """each expression where one may stand"""
    for name, text in REGEXES.items():
        cfg, xml = text.replace('\\', '\\\\'), text.replace('<', '&lt;')
        yield 're_cfg_' + name, script('if ($mb =~ "%s") { exit; }\n' % cfg), []
        yield 're_run_' + name, script('$var(p) = "%s"; while (1) { if ($mb =~ $var(p)) { $var(x) = 1; } }\n' % cfg), []
        yield 're_case_' + name, script('switch ($ru) { case /"%s": exit; }\n' % cfg), []
        yield 're_status_' + name, script('t_check_status("%s");\n' % cfg), []
        yield 're_subst_' + name, setting('#!subst "/%s/xyz/g"' % cfg), []
        yield 're_modparam_' + name, setting('modparam("%s", "x", 1)' % cfg), []
        yield 're_ereg_' + name, actions('<ereg regexp="%s" search_in="msg" assign_to="a,b,c"/><log message="[$a][$b][$c]"/>' % xml), []
        yield 're_recv_' + name, {'uas.xml': base('uas.xml').replace('<recv request="INVITE"', '<recv request="%s" regexp_match="true"' % xml)}, []

def folders():
    """(name, files that replace those of the scenario, arguments)"""
    yield from regexes()
    for name, files in {
        'routes': behind(many('route[r%d] { exit; }')),
        'routes_called': script(many('route(r%d);', HALF), many('route[r%d] { $var(a) = 1; }', SIZE)),
        'routes_missing': script(many('route(r%d);'), many('route[x%d] { exit; }', HALF)),
        'routes_at_run_time': script('while (1) { route($var(r)); }\n', many('route[x%d] { exit; }')),
        'on_failure_missing': script(many('t_on_failure("r%d");'), many('failure_route[x%d] { exit; }', HALF)),
        'request_routes': behind(many('request_route { ; }')),
        'vars': script(many('$var(v%d) = 1;')), 'vars_read': script(many('if ($var(v%d)) { exit; }')),
        'avps': script(many('$avp(v%d) = "x";')), 'avp_pushed': script(many('$avp(v) = %d;')),
        'modparams': setting(''), 'modparams_many': {'kamailio.cfg': HEAD + many('modparam("tm", "fr_timer", %d)') + 'request_route {' + TAIL},
        'modparams_bad': {'kamailio.cfg': HEAD + many('modparam("tm", "fr_timre%d", 1)') + 'request_route {' + TAIL},
        'loadmodules': setting(many('loadmodule "tm.so"')), 'loadmodules_bad': setting(many('loadmodule "tn%d.so"')),
        'listens': setting(many('listen=udp:10.0.0.1:%d')), 'settings_bad': setting(many('childrem%d=1')),
        'defines': setting(many('#!define D%d 1')),
        'defines_used': {'kamailio.cfg': setting(many('#!define D%d 1', HALF))['kamailio.cfg'] + many('route[D%d] { ; }', HALF)},
        'define_chain': setting(many('#!define D%d D%d')), 'ifdefs': setting(many('#!ifdef D%d\n#!endif')), 'ifdefs_open': setting(many('#!ifdef D%d')),
        'substs': dict(script(many('xlog("a%d");', HALF)), **{}),
        'substs_many': {'kamailio.cfg': many('#!subst "/a%d/b/"', HALF) + script(many('xlog("a%d");', HALF))['kamailio.cfg']},
        'subst_growth': setting('#!subst "/a/' + 'a' * 500 + '/g"\n' * 1 + many('#!subst "/a/aaaaaaaa/g"', 4000)), 'directives_bad': setting(many('#!defin D%d')),
        'includes': dict(setting(many('include_file "i.cfg"')), **{'i.cfg': '\n'}),
        'includes_large': dict(setting(many('include_file "i.cfg"', 30000)), **{'i.cfg': ';' * 900000}),
        'include_itself': dict(setting('include_file "i.cfg"'), **{'i.cfg': 'include_file "i.cfg"\n' * 1000}),
        'imports_missing': setting(many('import_file "x%d.cfg"')), 'includes_missing': setting(many('include_file "x%d.cfg"')),
        'append_hf': script(many('append_hf("X: %d\\r\\n");')), 'insert_hf': script(many('insert_hf("X: %d\\r\\n");')),
        'remove_and_append': script('remove_hf("Subject");\n' + many('append_hf("X: %d\\r\\n"); insert_hf("Y: 1\\r\\n");')),
        'remove_hf': script(many('remove_hf("X%d");')), 'is_present_hf': script(many('is_present_hf("X%d");')),
        'while_in_while': script('while (1) { while (1) { while (1) { while (1) { $var(a) = 1; } } } }\n'),
        'while_text': script('while (1) { $var(s) = $var(s) + "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"; }\n'),
        'while_double': script('$var(s) = "a"; while (1) { $var(s) = $var(s) + $var(s); }\n'),
        'while_md5': script('$var(a) = "a"; while (1) { while (1) { $var(b) = $(var(a)' + '{s.md5}' * 2000 + '); } }\n'),
        'while_hexa': script('$var(a) = "' + 'a' * 4000 + '"; while (1) { while (1) { $var(b) = $(var(a)' + '{s.encode.hexa}' * 30 + '); } }\n'),
        'while_base58': script('$var(a) = "' + 'a' * 4000 + '"; while (1) { while (1) { $var(b) = $(var(a){s.encode.base58}); } }\n'),
        'while_avp': script('while (1) { while (1) { $avp(s) = $mb; } }\n'), 'while_append': script('while (1) { append_hf("X: 1\\r\\n"); }\n'),
        'while_branch': script('while (1) { append_branch("sip:a@b"); }\n'), 'while_xlog': script('while (1) { while (1) { xlog("$mb$mb$mb$mb"); } }\n'),
        'while_ru': script('while (1) { $rU = $rU + "aaaaaaaaaaaaaaaaa"; }\n'), 'while_reply': script('while (1) { sl_send_reply("200", "OK"); }\n'),
        'while_forward': script('while (1) { forward(); }\n'), 'while_relay': script('while (1) { t_relay(); }\n'), 'while_rr': script('while (1) { record_route(); }\n'),
        'recursion': script('route(a);\n', 'route[a] { route(a); route(a); }\n'),
        'forward_to_itself': script('$du = "sip:172.20.0.10"; forward(); exit;\n'), 'relay_to_itself': script('$du = "sip:172.20.0.10"; t_relay(); exit;\n'),
        'ifs': script(many('if ($var(a) == %d) { $var(b) = 1; }')), 'else_ifs': script('if (1) { ; }\n' + many('else if ($var(a) == %d) { ; }')),
        'operators': script('$var(a) = 1' + '+1' * HALF + ';\n'), 'nots': script('if (' + '!' * SIZE + '1) { ; }\n'),
        'texts_added': script('$var(a) = "' + '" + "'.join(['a' * 1000] * 900) + '";\n'),
        'parens': script('if (' + '(' * HALF + '1' + ')' * HALF + ') { ; }\n'), 'braces': script('{' * HALF + '}' * HALF), 'semicolons': script(';' * SIZE),
        'cases': script('switch ($var(a)) {' + many('case %d: $var(b) = 1; break;') + '}\n'), 'case_regexes': script('switch ($ru) {' + many('case /"x%d": break;') + '}\n'),
        'regexes_large': script(many('if ($ru =~ "a{9%d}") { ; }')), 'regexes_thousand': script(many('if ($ru =~ "[a-z]*x{9}(%d)?") { ; }')),
        'text': script('xlog("' + 'a' * SIZE + '");\n'), 'format': script('xlog("' + '$mb' * (SIZE // 3) + '");\n'),
        'format_at_run_time': script('$var(f) = "' + '$mb' * 20000 + '"; while (1) { xlog("$var(f)"); append_hf("$var(f)"); }\n'),
        'unknown_functions': script(many('t_rely%d();')), 'unknown_variables': script(many('$var(a) = $fuu%d;')), 'bytes': script('\x01' * SIZE),
        'comment': behind('/*' * HALF), 'quote': behind('"' + '\\' * SIZE), 'nul': behind('\0' * SIZE), 'zeros': setting('children=' + '9' * 100000),
        'children': setting('children=2147483647'), 'children_10000': setting('children=10000'),
        'labels': scenario(many('<label id="%d"/>', 60000)), 'labels_used': scenario(many('<label id="l%d"/><nop next="l%d"/>', 60000)),
        'labels_missing': scenario(many('<label id="l%d"/><nop next="m%d"/>', 60000)),
        'variables': actions(many('<assign assign_to="v%d" value="1"/>', 60000)),
        'variables_used': actions(many('<assign assign_to="v%d" value="1"/><log message="[$v%d]"/>', 60000)),
        'nops': scenario(many('<nop/>', 60000)), 'optional_recvs': scenario(many('<recv response="100" optional="true"/>', 60000)),
        'keywords': header('X: ' + '[call_id]' * 6000), 'keywords_unknown': header(many('X: [call_ix%d]', 50000)), 'headers': header(many('X: 1', 50000)),
        'last_headers': header('[last_X:]\n' * 5000), 'files': header(many('[file name="scenario.yaml"]', 55000)),
        'fill': {'uac.xml': header('X: [fill text=a variable=v]')['uac.xml'].replace('<scenario', '<scenario', 1).replace(
            '<send', '<nop><action><assign assign_to="v" value="2000000000"/></action></nop>\n<send', 1)},
        'nested': {'uac.xml': '<a>' * 20000}, 'attributes': {'uac.xml': '<scenario ' + many('a%d="1"', 60000) + '></scenario>'},
        'xml_large': {'uac.xml': '<scenario name="' + 'a' * SIZE + '"></scenario>'}, 'comments': scenario('<!---->' * 8000),
        'elements_unknown': scenario(many('<sendd%d/>', 60000)), 'jump': scenario('<label id="a"/><nop next="a"/>'),
        'doubled': actions('<assignstr assign_to="s" value="aaaaaaaaaaaaaaaa"/>' + X64 * 60 + '<log message="[$s]"/>'),
        'eregs': actions(many('<ereg regexp="(a|b)*c{1,90}x" search_in="msg" assign_to="r%d"/><log message="[$r%d]"/>', 60000)),
        'ereg_loop': scenario('<label id="a"/><nop next="a"><action><assignstr assign_to="s" value="' + 'ab' * 500 + '"/><ereg regexp="((a|b)*)*(c{1,50})*x" '
                              'search_in="var" variable="s" assign_to="r,q"/><log message="[$r][$q]"/></action></nop>'),
        'pause_0': scenario('<label id="a"/><pause milliseconds="0" next="a"/>'), 'pause_1': scenario('<label id="a"/><pause milliseconds="1" next="a"/>'),
        'sends_loop': scenario('<label id="a"/><send next="a"><![CDATA[\n' + 'A sip:x SIP/2.0\n' + 'X: y\n' * 5000 + '\n]]></send>'),
        'adds_loop': scenario('<label id="a"/><nop next="a"><action>' + '<add assign_to="x" value="1"/>' * 1500 + '<log message="[$x]"/></action></nop>'),
        'pauses_of_years': scenario('<pause milliseconds="2147483647"/>' * 1000),
        'timeouts_of_years': scenario('<label id="a"/><recv response="299" timeout="4294967295" ontimeout="a"/>'),
        'fill_loop': scenario('<nop><action><assign assign_to="v" value="65000"/></action></nop><label id="a"/><nop next="a"><action>'
                              + '<assignstr assign_to="s" value="[fill variable=v]"/>' * 50 + '<log message="[$s]"/></action></nop>'),
        'unquoted': scenario('<nop next=a test=b chance=c/>' * 1500), 'globals': scenario('<Global variables="%s"/>' % ','.join('v%d' % i for i in range(7000))),
        'while_avp_last': script('while (1) { while (1) { $avp(a) = "b"; $var(x) = $(avp(a)[-1]); $var(y) = $(avp(a)[5000]); $var(z) = $cnt($avp(a)); } }\n'),
        'while_re_subst': script('$var(a) = "' + 'a' * 30000 + '"; while (1) { while (1) { $var(b) = $(var(a){re.subst,/a/ab/g}); } }\n'),
        'timer_of_1us': {'kamailio.cfg': HEAD + 'loadmodule "rtimer.so"\nmodparam("rtimer", "timer", "name=t;interval=1u;mode=1;")\nmodparam("rtimer", "exec", "timer=t;route=T")\n'
                         'request_route {' + TAIL + 'route[T] { $var(x) = 1; }\n'},
        'transactions': scenario(many('<send start_txn="t%d"><![CDATA[A b C\n\n]]></send>', 60000)),
        'hosts': hosts(12000), 'hosts_300': hosts(300), 'keys': yaml(many('k%d: 1')), 'lists': yaml('x: ' + '[' * HALF), 'maps': yaml('x: ' + '{a: ' * (SIZE // 4)),
        'anchors': {'scenario.yaml': 'a: &a [x, x, x, x, x, x, x, x, x]\n' + ''.join(
            'b%d: &b%d [%s]\n' % (i, i, ', '.join(['*' + ('b%d' % (i - 1) if i else 'a')] * 9)) for i in range(12)) + YAML},
        'title': {'scenario.yaml': YAML.replace('Stateful proxy', 'a' * SIZE, 1)}, 'drops': drops(1000), 'drops_message': drops(1000, ', message: "200 INVITE"'),
        'drops_20000': drops(20000), 'pairs': yaml('network:\n  delay:\n    default: 1ms\n    pairs:\n' + many('      - {from: uac, to: proxy, delay: %dms}')),
        'lines': inject('SEQUENTIAL\n' + many('%d;a')), 'columns': inject('SEQUENTIAL\n' + ';'.join(['a'] * HALF) + '\n', '[field500000]'),
        'columns_many': inject('SEQUENTIAL\n' + ';'.join(['a'] * 20000) + '\n', '[field19999]' * 400), 'field_long': inject('SEQUENTIAL\n' + 'a' * SIZE + '\n'),
    }.items(): yield name, files, []
    yield 'lines_calls', inject('SEQUENTIAL\n' + many('%d;a')), calls(2000)
    yield 'drops_calls', drops(1000), calls(2000)
    yield 'streams', {'uac.xml': UAC.replace('<recv response="200" rrs="true"/>', '<recv response="200" rrs="true"><action><exec rtp_stream="x.raw,-1,8"/></action></recv>'
                                             '<pause milliseconds="2000000"/>', 1), 'x.raw': 'x' * 1000}, calls(100000) + ['--set', 'hosts.uac.sipp.limit=100000', '--set', 'event_limit=10000000']
    yield 'rate_tiny', {}, ['--set', 'hosts.uac.sipp.rate=0.0000000001']
    yield 'rate', {}, ['--set', 'hosts.uac.sipp.rate=1000000000', '--set', 'hosts.uac.sipp.calls=4000000000']
    yield 'calls', {}, ['--set', 'hosts.uac.sipp.calls=4000000000', '--set', 'event_limit=1000000']
    for i, text in enumerate(['x' * 100000 + '=1', 'a.' * 50000 + 'b=1', 'title=' + 'a' * 100000, 'network.drop=' + '[' * 100000,
                              'network.drop[99999999].nth=1', 'network={' * 10000, '=', '', 'seed=99999999999999999999999', 'network.mtu=0', 'time_limit=9999999min',
                              'event_limit=0', 'event_limit=100', 'memory_limit=16', 'memory_limit=99999999999', 'hosts.uac.sipp.rate=0', 'network.delay=999999999999s']):
        yield 'set_%d' % i, {}, ['--set', text]

def fault(siptwin, case, args, scale):
    """None, or what is wrong"""
    out = os.path.join(os.path.dirname(case), 'out.pcap')
    with open(os.path.join(os.path.dirname(case), 'stderr'), 'w+b') as err:
        p = subprocess.Popen([siptwin, 'run', 'case', '-q', '-w', 'out.pcap'] + args, cwd=os.path.dirname(case), stdout=subprocess.DEVNULL, stderr=err,
                             preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (int(SECONDS * scale) + 1, int(SECONDS * scale) + 2)))
        status, usage = os.wait4(p.pid, 0)[1:]
        p.returncode = 0
        err.seek(0)
        text = err.read().decode('latin-1')
    code = os.waitstatus_to_exitcode(status)
    seconds, mib = usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024
    left = sorted(f for f in os.listdir(os.path.dirname(case)) if f not in ('case', 'stderr'))
    if code not in (0, 1, 2): return 'ended with %d after %.1f s: %s' % (code, seconds, text[:200])
    if seconds > SECONDS * scale: return 'took %.1f s' % seconds
    if scale == 1 and mib > MIB: return 'took %d MiB' % mib
    if code == 2 and not re.search(r'^(\S.*:\d+:\d+|siptwin|--set .*): error: .', text, re.M | re.S): return 'status 2 without an error: %s' % text[:200]
    if left != ([] if code == 2 else ['out.pcap']): return 'status %d leaves %s' % (code, left)
    return None

def main():
    programs, names = [sys.argv[1]] + [p for p in [os.environ.get('SIPTWIN_PLAIN')] if p], sys.argv[2:]
    programs = [(os.path.abspath(p), 20 if b'__asan_init' in open(p, 'rb').read() else 1) for p in programs]
    work = tempfile.mkdtemp(prefix='siptwin-attack-')
    case, faults, count = os.path.join(work, 'case'), 0, 0
    def attempt(name, args):
        nonlocal faults, count
        for siptwin, scale in programs:
            why = fault(siptwin, case, args if scale == 1 else ['--set', 'event_limit=100000'] + args, scale)
            count += 1
            if why:
                faults += 1
                print('%s%s: %s' % (name, '' if scale == 1 else ' (sanitizers)', why))
            for f in os.listdir(work):
                if f != 'case': os.remove(os.path.join(work, f))
        shutil.rmtree(case)
    try:
        kept = os.path.join(HERE, 'attacks')
        for name in sorted(os.listdir(kept)):
            if names and name not in names: continue
            shutil.copytree(os.path.join(kept, name), case)
            attempt(name, [])
        for name, files, args in folders():
            if names and name not in names: continue
            shutil.copytree(BASE, case)
            for file, text in files.items():
                open(os.path.join(case, file), 'w', encoding='latin-1', newline='').write(text)
            attempt(name, args)
    finally:
        shutil.rmtree(work)
    print('%d attacks, %d faults' % (count, faults))
    sys.exit(faults > 0 or count == 0)

main()
