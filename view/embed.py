#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""embed.py OUT.c HEADER NAME=FILE...: the files as C texts NAME, and NAME_sha256, the hash as a browser's policy wants it.

A file's first line, its licence, stays behind: what siptwin writes is its user's."""
import base64, hashlib, sys

def literal(text):
    escaped = text.replace('\\', '\\\\').replace('"', '\\"').replace('?', '\\?')
    return '\n'.join('    "%s\\n"' % line for line in escaped.split('\n')[:-1])

out, header, *files = sys.argv[1:]
with open(out, 'w', encoding='ascii') as c:
    c.write('/* Made by embed.py. */\n#include "%s"\n' % header)
    for name, path in (f.split('=', 1) for f in files):
        first, text = open(path, encoding='ascii', newline='').read().split('\n', 1)
        if 'SPDX' not in first: sys.exit('%s: no licence line' % path)
        if not text.endswith('\n') or '\r' in text: sys.exit('%s: lines must end with LF' % path)
        digest = base64.b64encode(hashlib.sha256(('\n' + text).encode()).digest()).decode()
        c.write('\nconst char %s[] =\n%s;\nconst char %s_sha256[] = "sha256-%s";\n' % (name, literal(text), name, digest))
