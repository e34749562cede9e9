#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""determinism.py SIPTWIN: the same capture and ladder on every run, whoever runs it where, and whatever compiled it.

Builds siptwin twice more, with gcc -O0 and with clang -O2, and runs every scenario with each of the three binaries in
different directories, time zones, locales and environments. All files must be equal to the byte.
"""
import hashlib, os, shutil, subprocess, sys, tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILDS = [('gcc', '0'), ('clang', '2')]
SURROUNDINGS = [
    {'TZ': 'UTC', 'LC_ALL': 'C', 'HOME': '/'},
    {'TZ': 'Asia/Kathmandu', 'LC_ALL': 'C.UTF-8', 'LANG': 'de_DE.UTF-8', 'MALLOC_PERTURB_': '165', 'X' * 200: 'y' * 2000},
]

def build(folder, compiler, level):
    env = dict(os.environ, CC=compiler)
    subprocess.run(['meson', 'setup', folder, ROOT, '--buildtype=plain', '-Doptimization=' + level, '-Dtests=false'],
                   env=env, check=True, stdout=subprocess.DEVNULL)
    subprocess.run(['ninja', '-C', folder, 'siptwin'], check=True, stdout=subprocess.DEVNULL)
    return os.path.join(folder, 'siptwin')

def digests(siptwin, scenario, work, environment):
    out = {}
    p = subprocess.run([siptwin, 'run', scenario, '-w', 'x.pcap', '--ladder', 'x.html', '--ladder', 'x.svg'], cwd=work, capture_output=True,
                       env=dict(environment, PATH=os.environ['PATH']))
    out['ladder'], out['status'] = hashlib.sha256(p.stdout).hexdigest(), p.returncode
    for f in sorted(os.listdir(work)):
        out[f] = hashlib.sha256(open(os.path.join(work, f), 'rb').read()).hexdigest()
        os.remove(os.path.join(work, f))
    return out

def main():
    names = sorted(n for n in os.listdir(ROOT + '/scenarios') if os.path.exists(ROOT + '/scenarios/%s/scenario.yaml' % n))
    top = tempfile.mkdtemp(prefix='siptwin-determinism-')
    bad = 0
    try:
        binaries = [os.path.abspath(sys.argv[1])]
        binaries += [build(os.path.join(top, '%s-O%s' % b), *b) for b in BUILDS]
        for name in names:
            seen = []
            for i, binary in enumerate(binaries):
                for k, environment in enumerate(SURROUNDINGS):
                    work = os.path.join(top, 'run%d' % i, *['deeper'] * k)
                    os.makedirs(work, exist_ok=True)
                    d = digests(binary, ROOT + '/scenarios/' + name, work, environment)
                    d.pop('deeper', None)
                    seen.append(d)
                    shutil.rmtree(work)
            if any(d != seen[0] for d in seen) or len(seen[0]) < 3: bad += 1; print('%s: %s' % (name, seen))
        print('scenarios that are the same for %d binaries x %d surroundings: %d of %d'
              % (len(binaries), len(SURROUNDINGS), len(names) - bad, len(names)))
    finally:
        shutil.rmtree(top)
    return 1 if bad or not names else 0

if __name__ == '__main__': sys.exit(main())
