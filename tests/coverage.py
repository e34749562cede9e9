#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""coverage.py BUILD [FOLDER ...]: which lines the tests have run, of a build with -Db_coverage=true whose tests ran.

Prints a table of folders, and for each named FOLDER its files and the functions that never ran.
"""
import collections, glob, json, os, subprocess, sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

def read(build):
    """file -> ({line: ran?}, {function: ran?}); an inline function of a header counts once"""
    files = collections.defaultdict(lambda: ({}, {}))
    for data in sorted(glob.glob(build + '/**/*.gcda', recursive=True)):
        p = subprocess.run(['gcov', '--json-format', '--stdout', os.path.abspath(data)], capture_output=True, text=True, cwd=build)
        for document in filter(None, p.stdout.split('\n')):
            for f in json.loads(document)['files']:
                name = os.path.relpath(os.path.join(build, f['file']), ROOT)
                lines, functions = files[name]
                for line in f['lines']: lines[line['line_number']] = lines.get(line['line_number'], False) or line['count'] > 0
                for g in f['functions']: functions[g['name']] = functions.get(g['name'], False) or g['execution_count'] > 0
    return {n: v for n, v in files.items() if not n.startswith(('tests/', '..', 'bench/')) and os.path.isfile(os.path.join(ROOT, n))}

def row(name, ran, all_lines):
    return '| %s | %d | %d | %.1f %% |' % (name, all_lines, all_lines - ran, 100 * ran / max(all_lines, 1))

def main():
    build, wanted = os.path.abspath(sys.argv[1]), [w.rstrip('/') for w in sys.argv[2:]]
    files = read(build)
    if not files: sys.exit('coverage.py: no test has run in ' + build)
    folders = collections.Counter(), collections.Counter()
    for name, (lines, _) in files.items():
        parts = os.path.dirname(name).split('/')
        for depth in range(1, len(parts) + 1): # a folder's figure is that of all below it
            folders[0]['/'.join(parts[:depth])] += sum(lines.values())
            folders[1]['/'.join(parts[:depth])] += len(lines)
    print('| folder | lines | never run | covered |\n|---|---:|---:|---:|')
    for folder in sorted(folders[1]): print(row(folder, folders[0][folder], folders[1][folder]))
    for name, (lines, functions) in sorted(files.items()):
        if not any(name.startswith(w) for w in wanted): continue
        print(row(name, sum(lines.values()), len(lines)))
        never = sorted(n for n, ran in lines.items() if not ran)
        if never: print('    lines: ' + ' '.join(map(str, never)))
        idle = sorted(f for f, ran in functions.items() if not ran)
        if idle: print('    never called: ' + ', '.join(idle))

if __name__ == '__main__': main()
