#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""browser.py SIPTWIN [FOLDER]: the HTML ladder in a real browser, as wide as a screen and as narrow as a telephone.

Needs chromium and chromedriver; without them it says so and exits with 77. Screenshots go to FOLDER if one is given.
"""
import base64, json, os, shutil, socket, subprocess, sys, tempfile, time, urllib.error, urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SIZES = {'wide': (1280, 900), 'narrow': (390, 844)}
SWITCHES = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-dev-shm-usage', '--no-first-run',
            '--disable-background-networking', '--disable-component-update', '--disable-sync', '--hide-scrollbars']
KEYS = {'Tab': '\ue004', 'Enter': '\ue007', 'Escape': '\ue00c', 'Space': ' ', 'Up': '\ue013', 'Down': '\ue015',
        'Home': '\ue011', 'End': '\ue010'}
ELEMENT = 'element-6066-11e4-a52e-4f735466cecf'

class Browser:
    """A WebDriver session, by the protocol's own words (https://www.w3.org/TR/webdriver2/)."""

    def __init__(self, chromium, work):
        with socket.socket() as s:
            s.bind(('127.0.0.1', 0))
            self.base = 'http://127.0.0.1:%d' % s.getsockname()[1]
        # A home of its own: a browser writes where it likes.
        self.driver = subprocess.Popen(['chromedriver', '--port=' + self.base.rsplit(':', 1)[1]], stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL, env=dict(os.environ, HOME=work))
        for _ in range(100):
            try: urllib.request.urlopen(self.base + '/status').close(); break
            except urllib.error.URLError: time.sleep(0.1)
        self.session = ''
        options = {'binary': chromium, 'args': SWITCHES + ['--user-data-dir=' + os.path.join(work, 'profile')]}
        try: made = self.begin(options)
        except BaseException: self.close(); raise # it would run on
        self.session = '/session/' + made['sessionId']

    def begin(self, options):
        return self.ask('POST', '/session', {'capabilities': {'alwaysMatch': {
            'goog:chromeOptions': options, 'goog:loggingPrefs': {'performance': 'ALL', 'browser': 'ALL'}}}})

    def ask(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + self.session + path, data, {'Content-Type': 'application/json'}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer: return json.load(answer)['value']
        except urllib.error.HTTPError as e:
            raise SystemExit('chromedriver: %s %s: %s' % (method, path, json.load(e)['value']['message']))

    def cdp(self, command, **params): return self.ask('POST', '/goog/cdp/execute', {'cmd': command, 'params': params})
    def js(self, script, *args): return self.ask('POST', '/execute/sync', {'script': script, 'args': list(args)})
    def find(self, css): return {ELEMENT: self.ask('POST', '/element', {'using': 'css selector', 'value': css})[ELEMENT]}
    def click(self, css): self.ask('POST', '/element/%s/click' % self.find(css)[ELEMENT], {})
    def log(self, kind): return self.ask('POST', '/se/log', {'type': kind})

    def press(self, *names):
        for name in names:
            keys = [{'type': t, 'value': KEYS[name]} for t in ('keyDown', 'keyUp')]
            self.ask('POST', '/actions', {'actions': [{'type': 'key', 'id': 'keys', 'actions': keys}]})

    def point(self, css=None):
        move = {'type': 'pointerMove', 'duration': 0, 'x': 0 if css else 2, 'y': 0 if css else 2}
        if css: move['origin'] = self.find(css)
        self.ask('POST', '/actions', {'actions': [{'type': 'pointer', 'id': 'mouse', 'actions': [move]}]})

    def look(self, page, size, scheme='light'):
        width, height = SIZES[size]
        self.cdp('Emulation.setDeviceMetricsOverride', width=width, height=height, deviceScaleFactor=1, mobile=size == 'narrow')
        self.cdp('Emulation.setEmulatedMedia', features=[{'name': 'prefers-color-scheme', 'value': scheme}])
        self.log('performance'), self.log('browser')
        self.ask('POST', '/url', {'url': 'file://' + page})

    def save(self, path):
        with open(path, 'wb') as f: f.write(base64.b64decode(self.ask('GET', '/screenshot')))

    def close(self):
        if self.session: self.ask('DELETE', '')
        self.driver.terminate()
        self.driver.wait()

class Checks:
    def __init__(self, folder): self.folder, self.done, self.failed, self.where = folder, 0, 0, ''

    def equal(self, what, got, expected=True):
        self.done += 1
        if got != expected: self.failed += 1; print('%s: %s:\n  expected %r\n  got      %r' % (self.where, what, expected, got))

    def picture(self, browser, name):
        if self.folder: browser.save(os.path.join(self.folder, name + '.png'))

VISIBLE = 'return [...document.querySelectorAll(".panel h2")].map(h => h.textContent)'
FOCUS = 'return document.activeElement.getAttribute("aria-label") || document.activeElement.tagName'
HOT = 'return [...document.querySelectorAll(".hot .at b")].map(b => b.textContent)'
LINES = 'return [...document.querySelectorAll(".panel pre > %s")].map(e => e.textContent)'

def arrow(number):
    """The arrow of that frame number."""
    return '.arrow[aria-label^="#%d "]' % number

def page_is_sound(b, c):
    c.equal('the page itself does not scroll sideways',
            b.js('const d = document; return [d.documentElement.scrollWidth, d.body.scrollWidth].every(w => w <= innerWidth)'))
    c.equal('every arrow is a button with a name, tied to where its message opens', b.js(
        'return [...document.querySelectorAll(".arrow")].every(a => a.tagName == "BUTTON" && a.getAttribute("aria-label")'
        ' && document.getElementById(a.getAttribute("aria-controls")))'))
    c.equal('no text is cut off outside of the screen', b.js(
        'return [...document.querySelectorAll("h1, .bar label, .about, .hosts b")].filter(e => e.getBoundingClientRect().left < 0).length'), 0)
    c.equal('the ladder is as wide as it can be', b.js(
        'return document.querySelector(".inner").clientWidth >= Math.min(innerWidth - 40, 460 * document.querySelectorAll(".hosts b").length)'))
    c.equal('addresses stand under the names', b.js('return document.querySelector(".hosts b").innerText'), 'uac\n172.20.0.2')
    c.equal('kinds differ in colour and in line', b.js(
        'const of = k => getComputedStyle(document.querySelector(".key." + k + " i")); return ["request", "r1", "r2", "r3", "r4"].map(k => '
        '[of(k).borderTopColor, of(k).borderTopStyle + of(k).borderTopWidth]).reduce((s, [c, l]) => [s[0].add(c), s[1].add(l)], [new Set(), new Set()]).map(s => s.size)'), [5, 5])

def a_click_opens_the_message(b, c):
    b.click(arrow(3))
    c.equal('the message is open', b.js(VISIBLE), ['#3 INVITE sip:service@172.20.0.3:5060'])
    c.equal('the arrow says so', b.js('return document.querySelectorAll(".arrow[aria-expanded=true]").length'), 1)
    added, removed = b.js(LINES % 'ins'), b.js(LINES % 'del')
    c.equal('the hop added its Via and counted down', [l.split(';branch')[0] for l in added],
            ['Via: SIP/2.0/UDP 172.20.0.10', 'Max-Forwards: 69'])
    c.equal('what it was before', removed, ['Max-Forwards: 70'])
    c.equal('the part that differs is marked', b.js(LINES % 'ins mark'), ['69'])
    c.equal('changed lines have another colour', b.js(
        'const s = document.querySelector(".panel"), of = e => getComputedStyle(s.querySelector(e)).backgroundColor;'
        'return new Set(["pre", "ins", "del", "ins mark"].map(of).filter(c => c != "rgba(0, 0, 0, 0)")).size'), 4)
    c.equal('the message does not scroll sideways', b.js(
        'const p = document.querySelector(".panel"); return p.scrollWidth <= p.clientWidth && p.getBoundingClientRect().right <= innerWidth'))
    c.equal('the arrow is not behind the message', b.js(
        'const r = document.querySelector(arguments[0]).getBoundingClientRect();'
        'return document.elementFromPoint(r.left + r.width / 2, r.top + r.height / 2).closest("button") === document.querySelector(arguments[0])', arrow(3)))
    b.click('.panel input[value=sent]')
    c.equal('as it was sent, to the letter', b.js('return [document.querySelector(".panel pre").innerText.split("\\n").map(l => l.trimEnd()).join("\\n").includes('
        '"Max-Forwards: 69"), document.querySelectorAll(".panel del").length]'), [True, 0])
    b.click('.panel input[value=bytes]')
    c.equal('or its bytes', b.js('return document.querySelector(".panel pre span").textContent').startswith('0000  49 4e 56 49 54 45 20'))
    b.click('.panel input[value=changes]')
    b.js('navigator.clipboard.writeText = async t => { window.copied = t; }')
    b.click('.panel .copy')
    c.equal('a copy is the message, line ends and all', b.js('return copied.startsWith("INVITE sip:service@172.20.0.3:5060 SIP/2.0\\r\\nVia: ") && copied.includes("\\r\\n\\r\\nv=0")'))
    b.click(arrow(12))
    c.equal('the last message opens', len(b.js(VISIBLE)), 1)
    b.click('.panel .compared .goto')
    c.equal('and leads to the one it came from', b.js(VISIBLE)[0].split(' ')[0], '#11')
    b.js('location.hash = "#5"; window.dispatchEvent(new Event("hashchange"))')
    c.equal('its number is a link', b.js(VISIBLE)[0].split(' ')[0], '#5')
    b.click('.panel .close')
    c.equal('the message is closed', b.js(VISIBLE), [])

def the_keyboard_is_enough(b, c):
    b.js('document.activeElement.blur()')
    b.js('document.querySelector("input[value=start]").focus()')
    b.press('Tab')
    if not b.js(FOCUS).startswith('#'): b.press('Tab') # the ladder itself, where it scrolls
    b.press('Home')
    c.equal('Tab reaches the first arrow', b.js(FOCUS).split(',')[0], '#1 INVITE')
    b.press('Down', 'Down', 'Up')
    c.equal('arrow keys move', b.js(FOCUS).split(' ')[0], '#2')
    b.press('Enter')
    c.equal('Enter opens', [t.split(' ')[0] for t in b.js(VISIBLE)], ['#2'])
    b.press('Down')
    c.equal('the next one opens in its place', [t.split(' ')[0] for t in b.js(VISIBLE)], ['#3'])
    b.press('Escape')
    c.equal('Escape closes', b.js(VISIBLE), [])
    c.equal('and the arrow has the focus again', b.js(FOCUS).split(' ')[0], '#3')
    b.press('End', 'Space')
    c.equal('End, Space opens the last', len(b.js(VISIBLE)), 1)
    c.equal('the focus is on the screen', b.js(
        'const r = document.activeElement.getBoundingClientRect(); return r.top >= 0 && r.bottom <= innerHeight'))
    b.press('Escape')

def a_transaction_stands_out(b, c):
    invite = ['1', '2', '3', '4', '5', '6', '7'] # and the lost 200, which has no number
    b.point(arrow(4))
    c.equal('hovering shows the transaction', [n for n in b.js(HOT) if n], invite)
    b.js('document.activeElement.blur()')
    b.point()
    c.equal('no more', b.js(HOT), [])
    b.js('document.querySelector(arguments[0]).focus()', arrow(12))
    c.equal('the focus shows it too', b.js(HOT), ['10', '11', '12', '13'])
    b.js('document.activeElement.blur()')

def time_can_be_linear(b, c):
    height = 'return document.querySelector(".silence").getBoundingClientRect().height'
    top = 'return document.querySelector(arguments[0]).getBoundingClientRect().bottom'
    c.equal('a silence is folded', b.js(height) < 60)
    b.click('input[value=scale]')
    silence, half = b.js(height), b.js(top, arrow(6)) - b.js(top, '.arrow.lost') - 34
    c.equal('or to scale: 2 s are four times half a second', [silence > 100, 3.5 < silence / half < 4.5], [True, True])
    c.equal('all waiting fits the screen', silence < b.js('return innerHeight'))
    b.click('input[value=compressed]')
    b.click('input[value=delta]')
    c.equal('times from one to the next', b.js('return document.querySelector(arguments[0]).parentNode.innerText', arrow(3)).count('+0.000081'), 1)
    b.click('input[value=clock]')
    c.equal('times of day', b.js('return document.querySelector(arguments[0]).parentNode.innerText', arrow(1)).count('00:00:00.1'), 1)
    b.click('input[value=start]')

def nothing_was_loaded(b, c):
    requests = [m['params']['request']['url'] for m in (json.loads(e['message'])['message'] for e in b.log('performance'))
                if m['method'] == 'Network.requestWillBeSent'
                and not m['params']['documentURL'].startswith('chrome://')] # the browser's own first tab
    c.equal('no request but for the page', [u for u in requests if not u.startswith(('file:', 'data:'))] + requests[1:], [])
    c.equal('no error in the console', [e['message'] for e in b.log('browser')], [])

def two_beside_each_other(b, c, page, size):
    b.look(page, size)
    page_is_sound_sideways(b, c)
    c.picture(b, size + '-compare')
    marks = 'return [...document.querySelectorAll(".step.mark .sign")].map(s => s.textContent)'
    if size == 'narrow':
        c.equal('a narrow page shows one side', b.js('return document.querySelectorAll(".hosts b").length'), 3)
        b.click('input[value=b]')
        c.equal('or the other', b.js(marks), ['+'])
        b.click('input[value=both]')
    c.equal('both sides', b.js('return document.querySelectorAll(".hosts b").length'), 6)
    c.equal('what only one has is marked', b.js(marks), ['+', '\u2212'])
    b.js('[...document.querySelectorAll(".arrow")].find(a => a.getAttribute("aria-label").endsWith("in B, only here")).click()')
    c.equal('its message opens', b.js(VISIBLE), ['#2 100 trying -- your call is important to us (INVITE), in B'])
    b.js('[...document.querySelectorAll(".arrow")].find(a => a.getAttribute("aria-label").startsWith("#5 ")).click()')
    c.equal('a pair is compared', b.js('return document.querySelector(".compared").textContent').startswith('Compared with the other side'))
    c.picture(b, size + '-compare-open')
    nothing_was_loaded(b, c)

def page_is_sound_sideways(b, c):
    c.equal('the page itself does not scroll sideways',
            b.js('const d = document; return [d.documentElement.scrollWidth, d.body.scrollWidth].every(w => w <= innerWidth)'))

def many_calls(b, c, page, size):
    rows = 'return [...document.querySelectorAll(".step.message")].length'
    b.look(page, size)
    c.equal('all calls are listed, to a limit', b.js('return [document.querySelector(".calls summary").textContent, document.querySelectorAll(".list tbody tr").length]'), ['300 calls', 200])
    c.equal('a long ladder is drawn in parts', 0 < b.js(rows) < 3600)
    b.click('.pick[data-call="6"]')
    c.equal('one call of many', b.js(rows), 13)
    c.picture(b, size + '-calls')
    b.click('.pick[data-call="7"]')
    c.equal('two', b.js(rows), 26)
    b.click('.calls .tools button')
    b.click('input[value=call]')
    c.equal('calls have colours', b.js('return new Set([...document.querySelectorAll(".arrow")].map(a => getComputedStyle(a).color)).size'), 8)
    b.js('const i = document.querySelector("input[type=search]"); i.value = "299-"; i.dispatchEvent(new Event("input"))')
    c.equal('a call is found by its Call-ID', b.js('return [...document.querySelectorAll(".list .id")].map(e => e.textContent.split("-")[0])'), ['299'])
    b.js('location.hash = "#3800"; window.dispatchEvent(new Event("hashchange"))')
    c.equal('a link reaches what was not drawn yet', b.js(VISIBLE)[0].split(' ')[0], '#3800')
    nothing_was_loaded(b, c)

def hostile(folder):
    """A scenario whose messages try to break out of the page."""
    shutil.copytree(os.path.join(ROOT, 'scenarios', '01_basic_call'), folder)
    path = os.path.join(folder, 'uac.xml')
    text = open(path).read()
    evil = '</pre></section><script>hacked = 1</script><img src="http://192.0.2.1/x" onerror="hacked = 2">&amp;\u202e\'"'
    open(path, 'w').write(text.replace('Max-Forwards: 70\n', 'Max-Forwards: 70\n      X-Evil: %s\n' % evil, 1))
    return evil

def run(siptwin, b, c, work):
    def ladder(scenario, name, *args, status=0):
        page = os.path.join(work, name)
        p = subprocess.run([siptwin, 'run', scenario, '-q', '-w', os.path.join(work, 'x.pcap'), '--ladder', page, *args], cwd=ROOT, stderr=subprocess.DEVNULL)
        c.equal('%s: the exit status' % scenario, p.returncode, status)
        return page
    lost, chain = ladder('03_lost_200', 'lost.html'), ladder('04_proxy_chain', 'chain.html')
    for size in SIZES:
        c.where = size
        b.look(lost, size)
        page_is_sound(b, c)
        c.picture(b, size)
        for check in a_click_opens_the_message, the_keyboard_is_enough, a_transaction_stands_out, time_can_be_linear: check(b, c)
        b.click(arrow(3))
        c.picture(b, size + '-open')
        nothing_was_loaded(b, c)
        light = b.js('return getComputedStyle(document.querySelector(".siptwin-ladder")).backgroundColor')
        b.look(lost, size, 'dark')
        c.equal('dark is another colour', b.js('return getComputedStyle(document.querySelector(".siptwin-ladder")).backgroundColor') != light)
        b.click(arrow(3))
        c.picture(b, size + '-dark')
        b.look(lost, size)
        b.click('input[value=scale]')
        c.picture(b, size + '-linear')
        c.where = size + ', four hosts'
        b.look(chain, size)
        page_is_sound(b, c)
        c.picture(b, size + '-chain')
    many, pair = ladder('03_prompt_workers', 'many.html', '--calls', '300'), os.path.join(work, 'pair.html')
    c.where = 'many calls'
    c.equal('a page grows by some KB a datagram', os.path.getsize(many) < 3900 * 2000)
    subprocess.run([siptwin, 'compare', '02_proxy_stateless', '03_proxy_stateful', '-q', '--html', pair], cwd=ROOT)
    for size in SIZES:
        c.where = size + ', many calls'
        many_calls(b, c, many, size)
        c.where = size + ', two beside each other'
        two_beside_each_other(b, c, pair, size)
    c.where = 'a call that failed'
    b.look(ladder('02_late_worker', 'late.html', status=1), 'wide')
    c.equal('its reason stands there', b.js('return [...document.querySelectorAll("p.failure")].map(p => p.textContent)'),
            ['\u2717 uac: unexpected 180 while in <pause> uac.xml:57'])
    c.where = 'printed'
    c.equal('it prints', len(base64.b64decode(b.cdp('Page.printToPDF')['data'])) > 5000)
    c.where = 'hostile'
    evil = hostile(os.path.join(work, 'hostile'))
    b.look(ladder(os.path.join(work, 'hostile'), 'hostile.html'), 'wide')
    b.click(arrow(1))
    c.equal('no script ran', b.js('return typeof hacked'), 'undefined')
    c.equal('what it says is shown', b.js('return document.querySelector(".panel pre").textContent').count(
        'X-Evil: ' + evil.replace('\u202e', '\\xe2\\x80\\xae')), 1)
    c.equal('there is one script beside its data and no picture', b.js('return [document.scripts.length, document.images.length]'), [2, 0])
    c.picture(b, 'hostile')
    nothing_was_loaded(b, c)
    c.where = 'svg'
    for scheme in 'light', 'dark':
        b.look(ladder('03_lost_200', 'lost.svg'), 'wide', scheme)
        c.equal('it is a picture', b.js('return document.documentElement.tagName'), 'svg')
        c.equal('all on it', b.js('const all = document.documentElement.getBBox(), v = document.documentElement.viewBox.baseVal;'
                                  'return all.x >= 0 && all.y >= 0 && all.width <= v.width && all.height <= v.height'))
        c.picture(b, 'svg-' + scheme)
        nothing_was_loaded(b, c)

def main():
    chromium = shutil.which('chromium') or shutil.which('chromium-browser') or shutil.which('google-chrome')
    if not chromium or not shutil.which('chromedriver'):
        print('skipped: there is no chromium with chromedriver here')
        return 77
    folder = sys.argv[2] if len(sys.argv) > 2 else None
    if folder: os.makedirs(folder, exist_ok=True)
    checks = Checks(folder)
    with tempfile.TemporaryDirectory(prefix='siptwin-browser-', ignore_cleanup_errors=True) as work:
        browser = Browser(chromium, work)
        try: run(os.path.abspath(sys.argv[1]), browser, checks, work)
        finally: browser.close()
    print('browser checks that hold: %d of %d' % (checks.done - checks.failed, checks.done))
    return 1 if checks.failed else 0

if __name__ == '__main__': sys.exit(main())
