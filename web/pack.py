#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""pack.py OUT PROGRAM.js PROGRAM.wasm VERSION: one HTML file that holds the program, the scenarios and the page.

Nothing in it is loaded from anywhere: its policy names the scripts and style sheets by their digests and forbids all else.
"""
import base64, hashlib, json, os, sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

def text(path):
    with open(path, encoding='utf-8') as f: return f.read()

def digest(content): return "'sha256-%s'" % base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()

def library():
    """the files of all scenarios but their captures, by their paths below scenarios/"""
    found = {}
    for folder, _, names in sorted(os.walk(ROOT + '/scenarios')):
        for name in sorted(names):
            path = os.path.join(folder, name)
            if not name.endswith(('.md', '.py')) and not name.startswith('real'):
                with open(path, encoding='latin-1', newline='') as f: found[os.path.relpath(path, ROOT + '/scenarios')] = f.read()
    return found

def main():
    out, program, wasm, version = sys.argv[1:]
    styles = [text(ROOT + '/view/ladder.css'), text(ROOT + '/web/page.css')]
    scripts = [text(program), text(ROOT + '/view/ladder.js'), text(ROOT + '/web/lab.js'), text(ROOT + '/web/page.js')]
    for s in scripts: assert '</script' not in s.lower()
    with open(wasm, 'rb') as f: binary = base64.b64encode(f.read()).decode()
    data = '<script type="application/json" id="library">%s</script>\n<script type="text/plain" id="wasm">%s</script>\n' % (
        json.dumps(library()).replace('<', '\\u003c'), binary)
    policy = "default-src 'none'; style-src %s; script-src %s 'wasm-unsafe-eval'; base-uri 'none'; form-action 'none'" % (
        ' '.join(map(digest, styles)), ' '.join(map(digest, scripts)))
    page = text(ROOT + '/web/page.html')
    for mark, content in (('@POLICY@', policy), ('@VERSION@', version), ('@STYLES@', '\n'.join('<style>%s</style>' % s for s in styles)),
                          ('@SCRIPTS@', data + '\n'.join('<script>%s</script>' % s for s in scripts))):
        page = page.replace(mark, content)
    with open(out, 'w', encoding='utf-8') as f: f.write(page)
    print('%s: %.1f MB' % (out, os.path.getsize(out) / 1e6))

if __name__ == '__main__': main()
