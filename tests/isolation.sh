#!/bin/bash
# SPDX-License-Identifier: MIT
# isolation.sh SIPTWIN: a run makes no network system call, needs no rights, streams to a pipe with -w -, and leaves
# no half file when it is interrupted or the disk is full.
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

mkdir "$work/empty"
many="--set hosts.uac.sipp.calls=10000000 --set hosts.uac.sipp.rate=1000 --set hosts.uac.sipp.limit=60000"
# shellcheck disable=SC2086
"$siptwin" run scenarios/03_proxy_stateful -q -w "$work/empty/long.pcap" $many 2>"$work/said" &
run=$!
sleep 1
kill -INT $run
status=0
wait $run || status=$?
[ "$status" -eq 130 ] || { echo "interrupted: exit status $status"; exit 1; }
[ -z "$(ls -A "$work/empty")" ] || { echo "interrupted, but left: $(ls -A "$work/empty")"; exit 1; }
echo "interrupted: $(cat "$work/said")"

# A file that may not grow is a disk that is full; of a long capture a thread finds out.
for size in 1 1000; do
    status=0
    (ulimit -f $size; "$siptwin" run scenarios/03_proxy_stateful -q -w "$work/empty/full.pcap" --calls $((size * 10)) 2>"$work/said") ||
        status=$?
    [ "$status" -eq 2 ] || { echo "full: exit status $status: $(cat "$work/said")"; exit 1; }
    [ -z "$(ls -A "$work/empty")" ] || { echo "full, but left: $(ls -A "$work/empty")"; exit 1; }
    echo "full: $(sed "s|$work/empty/||" "$work/said")"
done
