#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""web/test.py SIPTWIN PAGE [FOLDER]: the playground in a real browser, as wide as a screen and as narrow as a telephone.

Each what-if, a folder that is brought, an error in an editor, a lost datagram, the tour, the link; and the captures of all shipped scenarios,
byte for byte those of the program. Needs chromium and chromedriver. Screenshots go to FOLDER if one is given.
"""
import base64, json, os, shutil, subprocess, sys, tempfile, time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, ROOT + '/tests')
from browser import Browser

complaints = checks = 0

def check(what, good, seen=''):
    global complaints, checks
    checks += 1
    if not good: complaints += 1; print('%s: %s' % (what, str(seen)[:300]))

class Page:
    def __init__(self, browser, path): self.b, self.path = browser, path
    def js(self, script, *args): return self.b.js(script, *args)

    def settle(self, before=None):
        """waits until the page has drawn something new"""
        for _ in range(300):
            now = self.js('return document.body.dataset.ready || null')
            if now and now != before: return now
            time.sleep(0.05)
        raise SystemExit('the page does not answer: %s' % self.js('return window.failed || document.getElementById("summary").textContent'))

    def do(self, script, *args):
        before = self.js('return document.body.dataset.ready')
        self.js(script, *args)
        return self.settle(before)

    def load(self, size, scheme='light', fragment=''):
        self.b.look('/dev/null', size, scheme) # another page first: a fragment alone loads nothing
        self.b.look(self.path + fragment, size, scheme)
        self.settle()

    def slide(self, name, value):
        self.do('const e = document.getElementById(arguments[0]); e.value = arguments[1]; e.dispatchEvent(new Event("input"))', name, value)

    def text(self, name): return self.js('return document.getElementById(arguments[0]).innerText', name)

    def choose(self, name):
        self.do('const e = document.getElementById("scenario"); e.value = arguments[0]; e.dispatchEvent(new Event("change"))', name)

    def shot(self, folder, name):
        if folder:
            with open('%s/%s.png' % (folder, name), 'wb') as f: f.write(base64.b64decode(self.b.cdp('Page.captureScreenshot', format='png')['data']))

def what_ifs(p, size):
    p.choose('03_prompt_workers')
    check(size + ' plain', p.text('summary') == '13 datagrams, 1 call, all well', p.text('summary'))
    p.slide('delay', 10)
    check(size + ' delay', '+4 INVITE, proxy → uas' in p.text('changes'), p.text('changes'))
    check(size + ' marks', p.js('return document.querySelectorAll("#ladder .added").length') > 0)
    p.do('document.getElementById("trying").click()')
    check(size + ' no 100', '+4 INVITE, uac → proxy' in p.text('changes'), p.text('changes'))
    p.do('document.getElementById("stateful").click()')
    check(size + ' stateless', '+4 INVITE, proxy → uas' in p.text('changes') and p.js('return document.getElementById("trying").disabled'), p.text('changes'))
    p.do('document.getElementById("reset").click()')
    check(size + ' reset', p.text('changes') == '' and p.text('summary').startswith('13 '), p.text('changes'))
    p.slide('late', 13)
    check(size + ' late worker', '−1 180 Ringing (INVITE), proxy → uac' in p.text('changes'), p.text('changes'))
    p.slide('late', 0)
    p.slide('path', 20)
    check(size + ' path', p.js('return siptwin.result().data.steps.some(s => s.time_ns > 40e6 && s.time_ns < 1e9)'))
    p.do('document.getElementById("reset").click()')
    p.slide('loss', 30)
    lost = p.js('return siptwin.result().data.steps.filter(s => s.fate === "lost").length')
    check(size + ' loss', lost > 0, lost)
    p.slide('seed', 7)
    check(size + ' seed', 'seed=7' in p.js('return siptwin.recipe()'), p.js('return siptwin.recipe()'))
    p.do('document.getElementById("reset").click()')

def lose_and_link(p, size, siptwin, tmp):
    p.choose('03_prompt_workers')
    row = p.js('return siptwin.result().data.steps.findIndex(s => s.status === 200)')
    p.js('document.querySelectorAll("#ladder .arrow")[arguments[0]].click()', row)
    p.do('Array.from(document.querySelectorAll("#ladder button")).find(b => b.textContent === "Lose it").click()')
    check(size + ' lost datagram', '200 OK (INVITE), uas → proxy no. 2' in p.text('lost'), p.text('lost'))
    check(size + ' what follows', 'ACK' not in p.text('changes') and '200 OK (INVITE), uas → proxy' in p.text('changes'), p.text('changes'))
    recipe, fragment, changes = p.js('return siptwin.recipe()'), p.js('return location.hash'), p.text('changes')
    capture = base64.b64decode(p.js('return btoa(Array.from(siptwin.result().captures[0].bytes, b => String.fromCharCode(b)).join(""))'))
    command = recipe.strip().replace('siptwin run ./03_prompt_workers -w 03_prompt_workers.pcap', '%s run 03_prompt_workers -q -w %s/r.pcap' % (siptwin, tmp))
    subprocess.run(['bash', '-c', command], cwd=ROOT, stderr=subprocess.DEVNULL)
    with open(tmp + '/r.pcap', 'rb') as f: check(size + ' the recipe gives the capture', f.read() == capture, command)
    p.load(size, fragment=fragment)
    check(size + ' the link gives the state', p.text('changes') == changes and '200 OK' in p.text('lost'), p.text('changes'))
    p.do('document.querySelector("#lost button").click()')
    check(size + ' not lost any more', p.text('lost') == '' and p.text('changes') == '', p.text('changes'))

def editor(p, size):
    p.choose('03_prompt_workers')
    tab = 'Array.from(document.querySelectorAll("#views button")).find(b => b.textContent === arguments[0]).click()'
    p.js(tab, 'uac.xml')
    p.do('const t = document.getElementById("text"); t.value = t.value.replace("<recv response=\\"100\\" optional=\\"true\\"/>", "<recv response=\\"1xx\\"/>"); t.dispatchEvent(new Event("input"))')
    check(size + ' error', 'uac.xml:35:' in p.text('errors') and '"1xx" is no integer' in p.text('errors'), p.text('errors'))
    check(size + ' error in the gutter', p.js('return document.querySelector("#gutter b").textContent') == '35')
    p.js('document.querySelector("#errors button").click()')
    check(size + ' cursor at the error', p.js('return document.getElementById("text").value.slice(0, document.getElementById("text").selectionStart).split("\\n").length') == 35)
    p.do('const t = document.getElementById("text"); t.value = t.value.replace("1xx", "100").replace("<pause/>", "<pause milliseconds=\\"3000\\"/>"); t.dispatchEvent(new Event("input"))')
    check(size + ' mended', p.text('errors') == '' and p.js('return siptwin.result().data.steps.at(-1).time_ns') > 3e9)
    p.js(tab, 'Packets')
    rows = p.text('packets').split('\n')
    check(size + ' packets', any('172.20.0.2\t172.20.0.10\tSIP/SDP' in r and 'Request: INVITE sip:service@172.20.0.3:5060 |' in r for r in rows), rows[:3])
    p.js(tab, 'Ladder')

def bring(p, size, siptwin, tmp):
    subprocess.run([siptwin, 'new', tmp + '/mine_' + size, '--from', '03_busy'], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    files = {'mine/' + n: base64.b64encode(open('%s/mine_%s/%s' % (tmp, size, n), 'rb').read()).decode() for n in os.listdir(tmp + '/mine_' + size)}
    p.do('siptwin.bring(Object.fromEntries(Object.entries(arguments[0]).map(([n, t]) => [n, Uint8Array.from(atob(t), c => c.charCodeAt(0))])))', files)
    check(size + ' a folder of my own', 'mine' == p.js('return siptwin.state.name') and '486 Busy Here' in p.text('ladder'), p.text('summary'))
    p.do('siptwin.bring({"x/readme.txt": new Uint8Array(3)})')
    check(size + ' no scenario in it', 'no scenario.yaml' in p.text('summary'), p.text('summary'))

def tour(p, size):
    p.js('document.getElementById("tour").click()')
    for n in range(1, 5):
        for _ in range(200):
            if p.js('return document.body.dataset.tour') == str(n): break
            time.sleep(0.05)
        check('%s tour %d' % (size, n), p.js('return document.body.dataset.tour') == str(n) and p.text('tour_panel').startswith('%d.' % n), p.text('tour_panel'))
        if n == 1: check(size + ' the 100 is marked', '+1 100 trying' in p.text('changes'), p.text('changes'))
        p.js('document.getElementById("tour_next").click()')

def captures(p, siptwin, tmp):
    """the bytes of every scenario of the library, and one that was downloaded"""
    for name in sorted(os.listdir(ROOT + '/scenarios')):
        p.choose(name)
        mine = p.js('return siptwin.result().captures.map(c => [c.name, btoa(Array.from(c.bytes, b => String.fromCharCode(b)).join(""))])')
        os.mkdir(tmp + '/' + name)
        subprocess.run([siptwin, 'run', name, '-q', '-w', '%s/%s/%s.pcap' % (tmp, name, name)], cwd=ROOT, stderr=subprocess.DEVNULL)
        right = {n: open('%s/%s/%s' % (tmp, name, n), 'rb').read() for n in os.listdir(tmp + '/' + name)}
        check('capture of ' + name, {n: base64.b64decode(t) for n, t in mine} == right)
    os.mkdir(tmp + '/down')
    p.b.cdp('Browser.setDownloadBehavior', behavior='allow', downloadPath=tmp + '/down')
    p.choose('03_proxy_stateful')
    for button in ('get_pcap', 'get_folder', 'get_recipe'):
        p.js('document.getElementById(arguments[0]).click()', button)
        time.sleep(1)
    with open(ROOT + '/golden/03_proxy_stateful/capture.pcap', 'rb') as golden:
        check('downloaded capture', open(tmp + '/down/03_proxy_stateful.pcap', 'rb').read() == golden.read())
    shutil.unpack_archive(tmp + '/down/03_proxy_stateful.zip', tmp + '/unpacked')
    subprocess.run([siptwin, 'run', tmp + '/unpacked/03_proxy_stateful', '-q', '-w', tmp + '/unpacked.pcap'])
    with open(tmp + '/unpacked.pcap', 'rb') as a, open(ROOT + '/golden/03_proxy_stateful/capture.pcap', 'rb') as golden:
        check('the folder that was downloaded runs', a.read() == golden.read())

def main():
    siptwin, path, folder = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as tmp:
        browser = Browser(shutil.which('chromium'), tmp)
        try:
            p = Page(browser, path)
            for size in ('wide', 'narrow'):
                p.load(size)
                p.shot(folder, 'page_' + size)
                check(size + ' fits', p.js('return document.documentElement.scrollWidth <= window.innerWidth'), p.js('return document.documentElement.scrollWidth'))
                what_ifs(p, size)
                lose_and_link(p, size, siptwin, tmp)
                editor(p, size)
                bring(p, size, siptwin, tmp)
                tour(p, size)
                errors = [m['message'] for m in browser.log('browser') if m['level'] == 'SEVERE']
                check(size + ' errors of the page', not errors, errors)
                asked = [json.loads(m['message'])['message'] for m in browser.log('performance')]
                asked = [m['params']['request']['url'] for m in asked if m['method'] == 'Network.requestWillBeSent']
                check(size + ' asks nobody', all(u.startswith(('file:', 'data:', 'blob:')) for u in asked), asked)
            p.load('wide', 'dark')
            p.slide('delay', 10)
            p.shot(folder, 'page_dark')
            captures(p, siptwin, tmp)
        finally: browser.close()
    print('the page: %d checks, %d complaints' % (checks, complaints))
    return complaints > 0

if __name__ == '__main__': sys.exit(main())
