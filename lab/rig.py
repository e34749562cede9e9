# SPDX-License-Identifier: MIT
"""The laboratory: one network namespace per host on one bridge; SIPp, Kamailio and tcpdump in them.

Runs inside namespaces of its own (network, processes, mounts; see `record`), as the first process there. Nothing in here
needs cleaning up: when this process ends, the kernel takes namespaces, interfaces and programs with it.
"""
import glob
import hashlib
import json
import os
import re
import shutil
import subprocess
import time

from recorded import cfg_with_modparams, xml_with_pauses
from scenario import PROMPT_WAKEUP_NS, TABLES, duration_ns, listed

DBTEXT = '/usr/share/kamailio/dbtext/kamailio'   # empty tables, of Debian's package
SCRATCH = '/run/lab'                  # on a tmpfs that only this mount namespace sees
KAMAILIO_START_S = 10
SETTLE_S = 1.0                        # after a Kamailio has opened its socket
CAPTURE_START_S = 0.7
SIPP_START_S = 0.3
TWIN_PORT = 6066                      # where the commands of -3pcc go; TCP
SYSCALL_RECVFROM = ('45', '207')      # x86_64, arm64


class RigError(Exception):
    pass


def run(*command):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise RigError('%s: %s' % (' '.join(command), done.stdout.strip() or 'exit status %d' % done.returncode))
    return done.stdout


def run_at(host, *command):
    return run('ip', 'netns', 'exec', host.name, *command)


def text_of(path):
    try:
        with open(path, errors='replace') as file:
            return file.read()
    except OSError:
        return ''


class Program:
    """A program in a host's namespace. It has its process id at once, and starts when go() is called: so the ids that
    a scenario names are taken before any thread of another program can have them."""

    def __init__(self, host, argv, pid=None, environment=None):
        self.host, self.argv = host, argv
        self.log_path = '%s/%s.%s.log' % (SCRATCH, os.path.basename(argv[0]), host.name)
        if pid:
            with open('/proc/sys/kernel/ns_last_pid', 'w') as file:
                file.write(str(pid - 1))
        with open(self.log_path, 'w') as log:
            self.process = subprocess.Popen(
                ['sh', '-c', 'read -r go && exec "$@" </dev/null', 'sh', 'ip', 'netns', 'exec', host.name] + argv,
                stdin=subprocess.PIPE, stdout=log, stderr=subprocess.STDOUT, cwd=SCRATCH,
                env=dict(os.environ, **(environment or {})))
        self.pid = self.process.pid
        if pid and self.pid != pid:
            raise RigError('%s: process id %d is taken; please name another one' % (host.name, pid))

    def go(self):
        self.process.stdin.write(b'go\n')
        self.process.stdin.close()
        return self

    def ended(self):
        return self.process.poll() is not None

    def check(self):
        if self.ended():
            raise RigError('%s at %s ended with status %d:\n%s' %
                           (self.argv[0], self.host.name, self.process.returncode, text_of(self.log_path)[-2000:]))

    def stop(self):
        if not self.ended():
            self.process.terminate()
            try:
                self.process.wait(3)
            except subprocess.TimeoutExpired:
                self.process.kill()


def slave_cfg(hosts):
    """The file that tells the SIPps of -master and -slave where the others are."""
    path = SCRATCH + '/slave.cfg'
    with open(path, 'w') as file:
        for other in hosts.values():
            name = (other.sipp or {}).get('master') or (other.sipp or {}).get('slave')
            if name:
                file.write('%s;%s:%d\n' % (name, other.address, TWIN_PORT))
    return path


def sipp_command(host, hosts, scenario_file):
    """The command line of a SIPp, in the order of scenario.yaml's manual."""
    def address(name):
        if name in hosts:
            return '%s:%s' % (hosts[name].address, hosts[name].port)
        return name if ':' in name else name + ':5060'

    def milliseconds(text):
        return str(duration_ns(text) // 10**6)

    def timed(text):
        return milliseconds(text) + 'ms'

    sipp = host.sipp
    argv = ['sipp'] + ([address(sipp['target'])] if 'target' in sipp else [])
    argv += ['-sn', scenario_file[8:]] if scenario_file.startswith('builtin:') else ['-sf', scenario_file]
    if 'out_of_call' in sipp:
        other = sipp['out_of_call']
        argv += ['-oocsn', other[8:]] if other.startswith('builtin:') else ['-oocsf', os.path.basename(other)]
    argv += ['-p', host.port]
    if 'twin' in sipp:
        listener = host if host.is_commanded() else hosts[sipp['twin']]
        argv += ['-3pcc', '%s:%d' % (listener.address, TWIN_PORT)]
    for role in ('master', 'slave'):
        if role in sipp:
            argv += ['-' + role, sipp[role], '-slave_cfg', slave_cfg(hosts)]
    options = [('outbound', '-rsa', address), ('service', '-s', str), ('calls', '-m', str), ('rate', '-r', str),
               ('rate_period', '-rp', milliseconds), ('limit', '-l', str), ('users', '-users', str), ('pause', '-d', milliseconds),
               ('media_port', '-mp', str), ('rtp_payload', '-rtp_payload', str), ('rtp_echo_buffer', '-mb', str),
               ('rtp_threadtasks', '-rtp_threadtasks', str), ('timer_resolution', '-timer_resol', milliseconds), ('tdmmap', '-tdmmap', str), ('max_retrans', '-max_retrans', str),
               ('max_invite_retrans', '-max_invite_retrans', str),
               ('max_non_invite_retrans', '-max_non_invite_retrans', str), ('base_cseq', '-base_cseq', str),
               ('call_id', '-cid_str', str), ('t2', '-T2', milliseconds), ('deadcall_wait', '-deadcall_wait', milliseconds),
               ('default_behaviors', '-default_behaviors', str), ('recv_timeout', '-recv_timeout', milliseconds),
               ('timeout', '-timeout', timed), ('sleep', '-sleep', timed), ('lost', '-lost', lambda text: text.rstrip('%')), ('repeat_check', '-rtcheck', str),
               ('rate_increase', '-rate_increase', str), ('rate_interval', '-rate_interval', timed), ('rate_max', '-rate_max', str),
               ('dynamic_start', '-dynamicStart', str), ('dynamic_max', '-dynamicMax', str), ('dynamic_step', '-dynamicStep', str),
               ('auth_user', '-au', str), ('auth_password', '-ap', str), ('auth_uri', '-auth_uri', str)]
    for key, option, shown in options:
        if key in sipp:
            argv += [option, shown(sipp[key])]
    for path in listed(sipp.get('inject', [])):
        argv += ['-inf', os.path.basename(path)]
    for option, key in (('-infindex', 'inject_index'), ('-key', 'keys'), ('-set', 'variables')):
        for name, value in sipp.get(key, {}).items():
            argv += [option, name, str(value)]
    if sipp.get('retransmit') == 'false':
        argv += ['-nr']
    if sipp.get('call_id_prefix') == 'false':
        argv += ['-callid_slash_ign']
    if sipp.get('sockets') == 'per_call':
        argv += ['-t', 'un', '-max_socket', '500']
    if sipp.get('rate_quit') == 'false':
        argv += ['-no_rate_quit']
    for key, option in (('rtp_echo', '-rtp_echo'), ('auto_answer', '-aa'), ('ignore_in_pause', '-pause_msg_ign'),
                        ('timeout_error', '-timeout_error')):
        if sipp.get(key) == 'true':
            argv += [option]
    return argv + ['-i', host.address]


def media_files(path):
    """The files that the media commands and the [file] keywords of a SIPp scenario name, as far as they are there; where such a name holds
    keywords, whatever *.txt and *.bin stands beside the scenario."""
    with open(path, encoding='latin-1') as file:
        text = re.sub(r'<!--.*?-->', '', file.read(), flags=re.S)
    names = re.findall(r'''(?:play_pcap_(?:audio|video|image)|rtp_stream)\s*=\s*["']([^"',]+)''', text)
    names += re.findall(r'\[file\s+name\s*=\s*"?([^"\]\s]+)', text)
    paths = [os.path.join(os.path.dirname(path), name) for name in names]
    if re.search(r'\[file\s[^\]]*name="[^"]*\[', text):
        paths += sorted(glob.glob(os.path.dirname(path) + '/*.txt') + glob.glob(os.path.dirname(path) + '/*.bin'))
    return [path for path in dict.fromkeys(paths) if os.path.isfile(path)]


# The module parameters that name a file.
FILE_PARAMS = ['dispatcher.list_file', 'permissions.address_file']


DISPATCHER_LIST = '/etc/kamailio/dispatcher.list'


def uses_dispatcher(path):
    return re.search(r'^[ \t]*loadmodule[ \t(]+"([^"]*/)?dispatcher(\.so)?"', text_of(path), re.M)


def list_files(path):
    """The files that module parameters of a kamailio.cfg name, (module, parameter, name) -> the file that is there: beside the configuration."""
    with open(path, encoding='latin-1') as file:
        found = re.findall(r'^[ \t]*modparam\([ \t]*"(\w+)"[ \t]*,[ \t]*"(\w+)"[ \t]*,[ \t]*"([^"]+)"', file.read(), re.M)
    set_here = {f[:2] for f in found}
    if uses_dispatcher(path) and not {('dispatcher', 'list_file'), ('dispatcher', 'db_url')} & set_here:
        found.append(('dispatcher', 'list_file', DISPATCHER_LIST))
    paths = {f: os.path.join(os.path.dirname(path), os.path.basename(f[2])) for f in found if '%s.%s' % f[:2] in FILE_PARAMS}
    return {f: path for f, path in paths.items() if os.path.isfile(path)}


def read_files(path):
    """The files that file_read() of a kamailio.cfg names, as far as they are there."""
    names = re.findall(r'\bfile_read\(\s*"([^"$]+)"', text_of(path))
    paths = [os.path.join(os.path.dirname(path), os.path.basename(name)) for name in names]
    return [path for path in paths if os.path.isfile(path)]


def included_files(path):
    """The files that a kamailio.cfg includes, as far as they are there."""
    with open(path, encoding='latin-1') as file:
        names = re.findall(r'^[ \t]*(?:#!|!!)?(?:include|import)_file[ \t]+"([^"]+)"', file.read(), flags=re.M)
    paths = [os.path.join(os.path.dirname(path), name) for name in names]
    return [path for path in paths if os.path.isfile(path)]


class Files:
    """What the programs run, by base name in the scratch folder; what the recording keeps beside its pcap."""

    def __init__(self, scenario):
        self.kept = {}              # name in the recording -> contents
        self.run_as = {}            # host name -> name of the file that its program really runs
        for host in scenario.hosts.values():
            if host.sipp:
                self.add_sipp(host)
            else:
                self.add_kamailio(host)

    def keep(self, host, path, contents=None, name=None):
        if contents is None:
            with open(path, 'rb') as file:
                contents = file.read()
        name = name or os.path.basename(path)
        if self.kept.get(name, contents) != contents:
            raise RigError('%s: two different files have the name %s' % (host.name, name))
        self.kept[name] = contents
        return name

    def add_sipp(self, host):
        path = host.sipp['scenario']
        for inject in listed(host.sipp.get('inject', [])):
            self.keep(host, inject)
        if not host.sipp.get('out_of_call', 'builtin:').startswith('builtin:'):
            self.keep(host, host.sipp['out_of_call'])
        if path.startswith('builtin:'):
            self.run_as[host.name] = path
            return
        self.run_as[host.name] = self.keep(host, path)
        for media in media_files(path):
            self.keep(host, media)
        ring_ms, answer_ms = (duration_ns(host.sipp.get(key, '0')) // 10**6 for key in ('ring_after', 'answer_after'))
        if ring_ms or answer_ms:
            self.run_as[host.name] = self.keep(host, path, xml_with_pauses(path, ring_ms, answer_ms),
                                               re.sub(r'(\.xml)?$', '.recorded.xml', os.path.basename(path), count=1))

    def add_kamailio(self, host):
        path, modparams = host.kamailio['config'], dict(host.kamailio.get('modparam', {}))
        self.run_as[host.name] = self.keep(host, path)
        for (module, param, name), beside in list_files(path).items():
            self.keep(host, beside)
            if '/' in name:
                modparams[module] = dict(modparams.get(module, {}), **{param: os.path.basename(name)})
        destinations = os.path.join(os.path.dirname(path), os.path.basename(DISPATCHER_LIST))
        if uses_dispatcher(path) and os.path.isfile(destinations):
            self.keep(host, destinations)
        for beside in included_files(path) + read_files(path):
            self.keep(host, beside)
        if modparams:
            self.run_as[host.name] = self.keep(host, path, cfg_with_modparams(path, modparams).encode(),
                                               re.sub(r'(\.cfg)?$', '.recorded.cfg', os.path.basename(path), count=1))

    def write(self, folder):
        for name, contents in self.kept.items():
            with open(os.path.join(folder, name), 'wb') as file:
                file.write(contents)


def build_network(scenario):
    run('ip', 'link', 'set', 'lo', 'up')
    run('ip', 'link', 'add', 'br0', 'mtu', str(scenario.mtu), 'type', 'bridge')
    run('ip', 'link', 'set', 'br0', 'up')
    hosts = list(scenario.hosts.values())
    for number, host in enumerate(hosts):
        run('ip', 'netns', 'add', host.name)
        run('ip', 'link', 'add', 'port%d' % number, 'mtu', str(scenario.mtu), 'type', 'veth',
            'peer', 'name', 'eth0', 'address', host.mac(), 'mtu', str(scenario.mtu), 'netns', host.name)
        run('ip', 'link', 'set', 'port%d' % number, 'master', 'br0', 'up')
        run_at(host, 'ip', 'link', 'set', 'lo', 'up')
        run_at(host, 'ip', 'link', 'set', 'eth0', 'up')
        run_at(host, 'ip', 'addr', 'add', host.address + '/24', 'dev', 'eth0')
        for other in hosts:
            if other.address.rsplit('.', 1)[0] != host.address.rsplit('.', 1)[0]:
                run_at(host, 'ip', 'route', 'add', other.address, 'dev', 'eth0')


def add_drops(scenario):
    """Drops in the bridge: a capture at the sender shows the datagram, one at the receiver does not. Every rule of a pair
    has to count every datagram of the pair, so a rule only marks, and the last one drops what is marked. Of a datagram in
    fragments only the first one is counted; its identification is kept, and by it the others are dropped, too."""
    if not scenario.drops:
        return
    run('nft', 'add table bridge lab')
    run('nft', 'add chain bridge lab forward { type filter hook forward priority 0; }')
    run('nft', 'add set bridge lab lost { typeof ip saddr . ip daddr . ip id; flags dynamic; timeout 30s; }')
    for drop in scenario.drops:
        run('nft', 'add rule bridge lab forward ip saddr %s ip daddr %s ip protocol udp ip frag-off & 0x1fff == 0 '
            'numgen inc mod 1000000 == %d counter meta mark set 1' %
            (scenario.hosts[drop['from']].address, scenario.hosts[drop['to']].address, int(drop['nth']) - 1))
    run('nft', 'add rule bridge lab forward meta mark 1 ip frag-off & 0x2000 != 0 add @lost { ip saddr . ip daddr . ip id }')
    run('nft', 'add rule bridge lab forward meta mark 1 drop')
    run('nft', 'add rule bridge lab forward ip frag-off & 0x1fff != 0 ip saddr . ip daddr . ip id @lost drop')


def drops_done(scenario):
    """For each drop whether it has happened."""
    if not scenario.drops:
        return []
    rules = json.loads(run('nft', '-j', 'list', 'chain', 'bridge', 'lab', 'forward'))['nftables']
    counts = [part['counter']['packets'] for rule in rules if 'rule' in rule
              for part in rule['rule']['expr'] if 'counter' in part]
    return [count > 0 for count in counts]


def md5(*parts):
    return hashlib.md5(':'.join(parts).encode()).hexdigest()


def write_destinations(path):
    """dispatcher's table, from the dispatcher.list that lies beside the configuration."""
    with open(SCRATCH + '/db/dispatcher', 'w') as file:
        file.write('id(int,auto) setid(int) destination(string) flags(int) priority(int) attrs(string) description(string)\n')
        lines = [line.split() for line in text_of(path).splitlines() if line.strip() and not line.startswith('#')]
        for number, words in enumerate(lines):
            number_set, uri, flags, priority, attrs = words + ['', '0', '0', ''][len(words) - 1:]
            file.write('%d:%s:%s:%s:%s:%s:\n' % (number + 1, number_set, uri.replace(':', '\\:'), flags, priority, attrs.replace(':', '\\:')))


def write_tables(host):
    """db_text's tables, all that Kamailio's modules know: modparam("auth_db", "db_url", "text:///run/lab/db")"""
    shutil.copytree(DBTEXT, SCRATCH + '/db')
    with open(SCRATCH + '/db/subscriber', 'w') as file:
        file.write('id(int,auto) username(string) domain(string) password(string) ha1(string) ha1b(string)\n')
        for number, row in enumerate(host.kamailio.get('subscribers', [])):
            user, domain, password = row['username'], row.get('domain', host.address), row.get('password', '')
            file.write('%d:%s:%s:%s:%s:%s\n' % (number + 1, user, domain, password, row.get('ha1', md5(user, domain, password)),
                                             row.get('ha1b', md5('%s@%s' % (user, domain), domain, password))))
    write_destinations(os.path.join(os.path.dirname(host.kamailio['config']), os.path.basename(DISPATCHER_LIST)))
    with open(SCRATCH + '/db/dbaliases', 'w') as file:
        file.write('id(int,auto) alias_username(string) alias_domain(string) username(string) domain(string)\n')
        for number, row in enumerate(host.kamailio.get('aliases', [])):
            file.write('%d:%s:%s:%s:%s\n' % (number + 1, row['alias_username'], row.get('alias_domain', host.address),
                                           row['username'], row.get('domain', host.address)))
    with open(SCRATCH + '/db/grp', 'w') as file:
        file.write('id(int,auto) username(string) domain(string) grp(string) last_modified(int)\n')
        for number, row in enumerate(host.kamailio.get('groups', [])):
            file.write('%d:%s:%s:%s:0\n' % (number + 1, row['username'], row.get('domain', host.address), row['grp']))
    with open(SCRATCH + '/db/re_grp', 'w') as file:
        file.write('id(int,auto) reg_exp(string) group_id(int)\n')
        for number, row in enumerate(host.kamailio.get('group_patterns', [])):
            file.write('%d:%s:%s\n' % (number + 1, row['reg_exp'].replace('\\', '\\\\').replace(':', '\\:'), row['group_id']))


def start_name_server(host, hosts):
    """Kamailio asks name servers alone, never /etc/hosts."""
    names = ['%s=%s' % (other.name, other.address) for other in hosts]
    program = Program(host, [os.path.join(os.path.dirname(os.path.abspath(__file__)), 'names.py')] + names).go()
    wait_for_port(host, program, '53')
    return program


def wait_for_port(host, program, port):
    until = time.monotonic() + KAMAILIO_START_S
    while ':%s ' % port not in run_at(host, 'ss', '-Hlun'):
        program.check()
        if time.monotonic() > until:
            raise RigError('%s at %s did not open its socket within %d s' % (program.argv[0], host.name, KAMAILIO_START_S))
        time.sleep(0.1)


def start_kamailio(host, cfg):
    if any(table in host.kamailio for table in TABLES) or SCRATCH + '/db' in text_of(os.path.join(SCRATCH, cfg)):
        write_tables(host)
    program = Program(host, ['kamailio', '-f', cfg] + [word for name in host.defines() for word in ('-A', name)] +
                      ['-DD', '-E', '-m', '64', '-M', '8',
                       '-P', '%s/kamailio.%s.pid' % (SCRATCH, host.name), '-Y', SCRATCH, '-w', SCRATCH],
                      environment=host.kamailio.get('environment')).go()
    wait_for_port(host, program, host.port)
    return program


def udp_workers(kamailio):
    """Process ids of the workers: those children that wait in recvfrom()."""
    workers = []
    for name in os.listdir('/proc'):
        if name.isdigit() and re.search(r'^PPid:\t%d$' % kamailio.pid, text_of('/proc/%s/status' % name), re.M):
            if text_of('/proc/%s/syscall' % name).split(' ')[0] in SYSCALL_RECVFROM:
                workers.append(int(name))
    return sorted(workers)


def make_workers_late(host, kamailio):
    """The nth worker to get a datagram wakes as late as the nth entry of `wakeup` says: strace holds it back in recvfrom().
    The kernel wakes the worker that has waited longest; stopping and continuing a worker puts it at the end of that queue."""
    late = host.wakeups_ns()
    if not late:
        return []
    workers = udp_workers(kamailio)
    if len(late) == 1:
        late = late * len(workers)
    if len(workers) != len(late):
        raise RigError('%s: wakeup names %d workers, Kamailio has %d' % (host.name, len(late), len(workers)))
    tracers = []
    for pid, late_ns in zip(workers, late):
        if late_ns > PROMPT_WAKEUP_NS:
            tracers.append(Program(host, ['strace', '-qq', '-o', '/dev/null', '-p', str(pid), '-e', 'trace=recvfrom', '-e',
                                          'inject=recvfrom:delay_exit=%d' % (late_ns // 1000)]).go())
    time.sleep(0.5)
    for tracer in tracers:
        tracer.check()
    for pid in workers:
        os.kill(pid, 19)            # SIGSTOP
        time.sleep(0.05)
        os.kill(pid, 18)            # SIGCONT
        time.sleep(0.05)
    check_order(host, workers)
    return tracers


def check_order(host, workers):
    """One short datagram each, which Kamailio ignores: do the workers take them in this order?"""
    def switches(pid):
        return int(re.search(r'^voluntary_ctxt_switches:\t(\d+)', text_of('/proc/%d/status' % pid), re.M)[1])

    for pid in workers:
        before = [switches(worker) for worker in workers]
        run_at(host, 'bash', '-c', "printf ping >/dev/udp/%s/%s" % (host.address, host.port))
        time.sleep(0.1)
        woken = [worker for worker, count in zip(workers, before) if switches(worker) > count]
        if woken != [pid]:
            raise RigError('%s: worker %d should have got the datagram, got it: %s' % (host.name, pid, woken))


def start_capture(host, link, packet_filter, precision, name):
    argv = ['tcpdump', '--immediate-mode', '-Z', 'root', '-i', 'eth0' if link == 'ethernet' else 'any', '-U']
    argv += ['-y', 'LINUX_SLL'] if link == 'sll' else []
    argv += ['--time-stamp-precision', 'nano'] if precision == 'ns' else []
    return Program(host, argv + ['-w', '%s/%s.pcap' % (SCRATCH, name), packet_filter]).go()


class Rig:
    def __init__(self, scenario, out, quiet_s, timeout_s):
        self.scenario, self.out = scenario, out
        self.quiet_s, self.timeout_s = quiet_s, timeout_s
        self.packet_filter = scenario.packet_filter()

    def record(self):
        scenario = self.scenario
        os.mkdir(SCRATCH)
        os.mkdir('/run/kamailio')       # where configurations have their sockets and fifos
        files = Files(scenario)
        files.write(SCRATCH)
        build_network(scenario)
        with open(SCRATCH + '/resolv.conf', 'w') as file:
            file.write('nameserver 127.0.0.1\noptions attempts:1 timeout:1\n')
        run('mount', '--bind', SCRATCH + '/resolv.conf', '/etc/resolv.conf')
        sipps = {host.name: self.prepare_sipp(host, files.run_as[host.name])
                 for host in scenario.hosts.values() if host.sipp}
        name_servers = [start_name_server(host, scenario.hosts.values()) for host in scenario.hosts.values() if host.kamailio]
        kamailios = {host.name: start_kamailio(host, files.run_as[host.name])
                     for host in scenario.hosts.values() if host.kamailio}
        time.sleep(SETTLE_S if kamailios else 0)
        for name, kamailio in kamailios.items():
            make_workers_late(scenario.hosts[name], kamailio)
        add_drops(scenario)
        captures = self.start_captures()
        time.sleep(CAPTURE_START_S)
        callers = [sipp for sipp in sipps.values() if sipp.host.calls()]
        for sipp in sipps.values():
            if sipp not in callers:
                sipp.go()
                time.sleep(SIPP_START_S)
                sipp.check()
        time.sleep(SIPP_START_S)
        started = time.monotonic()
        for caller in callers:
            caller.go()
        self.wait_for_callers(callers)
        tail_s = self.wait_for_silence(captures, started)
        for program in list(captures.values()) + list(kamailios.values()):
            program.check()
        for capture in captures.values():
            capture.stop()
        dropped = drops_done(scenario)
        for program in list(sipps.values()) + list(kamailios.values()) + name_servers:
            program.stop()
        self.keep_result(files, sipps, kamailios, captures, dropped, tail_s)

    def prepare_sipp(self, host, scenario_file):
        pid = host.sipp.get('pid')
        argv = sipp_command(host, self.scenario.hosts, scenario_file)
        return Program(host, argv + ['-nostdin'], int(pid) if pid else None)

    def start_captures(self):
        """Those that the scenario asks for, and one at each sender of a datagram to be lost, to name what was lost."""
        hosts, captures = self.scenario.hosts, {}
        for name in self.scenario.capture_at:
            captures['real.' + name] = start_capture(hosts[name], self.scenario.link, self.packet_filter,
                                                     self.scenario.precision, 'real.' + name)
        for name in {drop['from'] for drop in self.scenario.drops}:
            captures['sent.' + name] = start_capture(hosts[name], 'ethernet', 'ip proto 17', 'us', 'sent.' + name)
        return captures

    def wait_for_callers(self, callers):
        until = time.monotonic() + self.timeout_s
        while not all(caller.ended() for caller in callers):
            if time.monotonic() > until:
                raise RigError('the caller has not ended after %d s (--timeout)' % self.timeout_s)
            time.sleep(0.1)

    def wait_for_silence(self, captures, started):
        """Until nothing has come for quiet_s, and no callee that thinks first can be about to answer."""
        thinks_s = max(host.thinks_ns() for host in self.scenario.hosts.values()) / 1e9
        sizes, since = None, time.monotonic()
        while True:
            now = [os.path.getsize('%s/%s.pcap' % (SCRATCH, name)) for name in captures]
            if now != sizes:
                sizes, since = now, time.monotonic()
            if time.monotonic() > max(since, started + thinks_s) + self.quiet_s:
                return time.monotonic() - since
            if time.monotonic() > started + self.timeout_s:
                raise RigError('there is no end of datagrams after %d s (--timeout)' % self.timeout_s)
            time.sleep(0.1)

    def keep_result(self, files, sipps, kamailios, captures, dropped, tail_s):
        for name in captures:
            shutil.copyfile('%s/%s.pcap' % (SCRATCH, name), '%s/%s.pcap' % (self.out, name))
        files.write(self.out)
        programs = dict(sipps, **kamailios)
        result = {
            'pids': {name: sipp.pid for name, sipp in sipps.items()},
            'exit': {name: sipp.process.returncode for name, sipp in sipps.items() if sipp.host.calls()},
            'commands': {name: [word for word in program.argv if word != '-nostdin'] for name, program in programs.items()},
            'files': sorted(files.kept),
            'dropped': dropped,
            'tail_s': round(tail_s, 1),
        }
        with open(self.out + '/result.json', 'w') as file:
            json.dump(result, file)
