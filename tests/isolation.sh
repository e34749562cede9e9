#!/bin/bash
# SPDX-License-Identifier: MIT
# isolation.sh SIPTWIN: a run makes no network system call, needs no rights, and -w - streams to a pipe.
set -eu
siptwin=$(realpath "$1")
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
# The leak check of a sanitized binary would itself use ptrace.
export ASAN_OPTIONS=detect_leaks=0
cd "$root"

strace -f -e trace=network -o "$work/trace" "$siptwin" run scenarios/03_proxy_stateful -w "$work/a.pcap" -q
calls=$(grep -c -v -e '+++ exited' "$work/trace" || true)
[ "$calls" -eq 0 ] || { echo "network system calls were made:"; cat "$work/trace"; exit 1; }
echo "network system calls: 0"

if [ "$(id -u)" -eq 0 ]; then
    # A copy, since nobody may not see the place where this was built.
    cp -r "$siptwin" scenarios "$work"
    mkdir "$work/out"
    chown nobody "$work/out"
    (cd "$work/out" && setpriv --reuid=nobody --regid=nogroup --clear-groups \
        "$work/siptwin" run ../scenarios/03_proxy_stateful -q)
    cmp "$work/a.pcap" "$work/out/captures/03_proxy_stateful.pcap"
    echo "as nobody: the same capture"
fi

"$siptwin" run scenarios/03_proxy_stateful -w - | cmp - "$work/a.pcap"
echo "-w -: the same capture"
