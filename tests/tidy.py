#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""House rules as a test: licence lines, layers, and what deterministic code must not use."""
import os, re, subprocess, sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LINES_MAX = 620

# A folder may include from itself and from these.
KAMAILIO = ['model/kamailio/cfg', 'model/kamailio/script', 'model/sip', 'model/net', 'sim', 'base']
LAYERS = {
    'base': [],
    'sim': ['base'],
    'model/net': ['sim', 'base'],
    'model/sip': ['model/net', 'sim', 'base'],
    'model/sipp': ['model/net', 'sim', 'base'],
    'model/sipp/scenario': ['model/sipp', 'model/sip', 'model/net', 'sim', 'base'],
    'model/sipp/process': ['model/sipp/scenario', 'model/sipp', 'model/sip', 'model/net', 'sim', 'base'],
    'model/kamailio/script': ['model/sip', 'model/net', 'sim', 'base'],
    'model/kamailio/cfg': ['model/kamailio/script', 'model/sip', 'model/net', 'sim', 'base'],
    'model/kamailio/pv': ['model/kamailio', 'model/kamailio/message'] + KAMAILIO,
    'model/kamailio': ['model/kamailio/message'] + KAMAILIO, # these two are the core: what runs a message, and what it does to it
    'model/kamailio/message': ['model/kamailio'] + KAMAILIO,
    'model/kamailio/modules': ['model/kamailio', 'model/kamailio/message', 'model/kamailio/pv'] + KAMAILIO, # a module's own folder counts as this one
    'model/lab': ['model/sipp', 'model/kamailio', 'model/sip', 'model/net', 'sim', 'base'],
    'pcapgen': ['model/net', 'sim', 'base'],
    'view': ['model/lab', 'model/sip', 'model/net', 'sim', 'base', 'pcapgen'],
    'cli/sweep': ['cli', 'view', 'pcapgen', 'model/lab', 'model/sipp', 'model/kamailio', 'model/sip', 'model/net', 'sim', 'base'],
    'cli/import': ['cli', 'view', 'pcapgen', 'model/lab', 'model/sipp', 'model/kamailio', 'model/sip', 'model/net', 'sim', 'base'],
    'cli': ['cli/sweep', 'cli/import', 'view', 'pcapgen', 'model/lab', 'model/sipp', 'model/kamailio', 'model/sip', 'model/net', 'sim', 'base'],
}

# Never in sim/ and model/: the operating system's time, randomness, environment and locale, and floating point.
FORBIDDEN = re.compile(r'\b(float|double|time|clock|clock_gettime|gettimeofday|rand|srand|random|drand48|getrandom|getenv|'
                       r'setlocale|getpid|localtime|gmtime|strftime|strtod|atof|socket|sendto|recvfrom)\s*\(|\b(float|double)\s+\w')

def room(folder):
    return 'model/kamailio/modules' if folder.startswith('model/kamailio/modules/') else folder

def strip(text):
    """C without comments and texts, line numbers kept"""
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'',
                  lambda m: re.sub(r'[^\n]', ' ', m[0]), text, flags=re.S)

def tracked_files():
    """what git knows or would take; nothing where there is no git"""
    try: p = subprocess.run(['git', '-C', ROOT, 'ls-files', '-co', '--exclude-standard'], capture_output=True, text=True)
    except FileNotFoundError: return []
    return p.stdout.split('\n') if p.returncode == 0 else []

def every_file():
    return [os.path.relpath(os.path.join(d, f), ROOT) for d, _, fs in os.walk(ROOT) for f in fs]

def main():
    complaints = []
    files = tracked_files() or every_file()
    for f in sorted(filter(None, files)):
        path = os.path.join(ROOT, f)
        if not os.path.isfile(path) or f.startswith('build'): continue
        if f.endswith(('.c', '.h', '.py', '.sh')) or f in ('dev', 'meson.build'):
            text = open(path, encoding='utf-8').read()
            if 'SPDX-License-Identifier: MIT' not in '\n'.join(text.split('\n')[:2]) and not f.startswith('tests/lab/'):
                complaints.append('%s: no SPDX line at the top' % f)
        if not f.endswith(('.c', '.h')): continue
        lines = text.split('\n')
        folder = room(os.path.dirname(f))
        if folder.startswith(('sim', 'model')) and folder not in LAYERS: complaints.append('%s: the folder has no place in LAYERS' % f)
        if len(lines) > LINES_MAX: complaints.append('%s: %d lines, the limit is %d' % (f, len(lines), LINES_MAX))
        for n, line in enumerate(lines, 1):
            if len(line.rstrip('\r')) > 130: complaints.append('%s:%d: longer than 130 columns' % (f, n))
            m = re.match(r'#include "([^"]+)"', line)
            if m and folder in LAYERS:
                of = room(os.path.dirname(m[1]))
                if of != folder and of not in LAYERS[folder]:
                    complaints.append('%s:%d: %s may not include from %s' % (f, n, folder, of or 'here'))
        if f.startswith(('sim/', 'model/')):
            for n, line in enumerate(strip(text).split('\n'), 1):
                m = FORBIDDEN.search(line)
                if m: complaints.append('%s:%d: "%s" has no place in deterministic code' % (f, n, m[0].strip()))
        if f.endswith('.h') and not re.search(r'#ifndef \w+_H\n#define', text): complaints.append('%s: no include guard' % f)
    built = ''.join(open(os.path.join(ROOT, f)).read() for f in files if os.path.basename(f) == 'meson.build' and os.path.isfile(os.path.join(ROOT, f)))
    for f in files:
        name = os.path.basename(f)
        word = name[5:-2] if name.startswith('test_') else name
        if f.endswith('.c') and not f.startswith('build') and not re.search(r"[/']%s'" % re.escape(word), built):
            complaints.append('%s: in no meson.build' % f)
    print('\n'.join(complaints) if complaints else 'the house is tidy')
    return 1 if complaints else 0

if __name__ == '__main__': sys.exit(main())
