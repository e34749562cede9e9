#!/bin/bash
# SPDX-License-Identifier: MIT
# cross.sh [ARCHITECTURE...]: builds siptwin for other machines (i386: 32 bits; arm64; s390x: big-endian), runs it there by
# qemu-user and prints a table of what came out as it does here. Called by `./dev test-cross`, which installs the cross
# compilers. Debian's libraries for each machine are unpacked below build-cross/, not installed.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
[ $# -gt 0 ] || set -- i386 arm64 s390x

# facts ARCHITECTURE: what others call it: compiler's triple, libraries' folder, qemu, meson's family, endianness; bits
facts() {
    case $1 in
    i386) echo i686-linux-gnu i386-linux-gnu i386 x86 little 32 ;;
    arm64) echo aarch64-linux-gnu aarch64-linux-gnu aarch64 aarch64 little 64 ;;
    s390x) echo s390x-linux-gnu s390x-linux-gnu s390x s390x big 64 ;;
    *) echo "cross.sh: '$1' is none of i386, arm64, s390x" >&2; return 1 ;;
    esac
}

# libraries ARCHITECTURE FOLDER: Debian's development packages for it, and what they need, unpacked into FOLDER/root
libraries() {
    local arch=$1 dir=$2 package
    [ ! -f "$dir/root/complete" ] || return 0
    rm -rf "$dir/apt" "$dir/root"
    mkdir -p "$dir/apt/state/lists/partial" "$dir/apt/cache/archives/partial" "$dir/root"
    : > "$dir/apt/status"
    local options=(-qq -o "APT::Architecture=$arch" -o "APT::Architectures=$arch" -o "Dir::State=$dir/apt/state" -o Debug::NoLocking=1
        -o "Dir::State::status=$dir/apt/status" -o "Dir::Cache=$dir/apt/cache" -o "APT::Sandbox::User=$(id -un)")
    apt-get "${options[@]}" update || true # a list that is missing is missed below, if at all
    apt-get "${options[@]}" install -y --no-install-recommends --download-only \
        libpcap-dev libexpat1-dev libyaml-dev libmd-dev libcmocka-dev uthash-dev
    for package in "$dir"/apt/cache/archives/*.deb; do dpkg-deb -x "$package" "$dir/root"; done
    rm -rf "$dir/apt"
    touch "$dir/root/complete"
}

# build ARCHITECTURE FOLDER: FOLDER/build/siptwin with its unit tests, and FOLDER/siptwin, which runs it here
build() {
    local dir=$2 triple folder qemu family endian
    read -r triple folder qemu family endian _ < <(facts "$1")
    cat > "$dir/cross.ini.new" <<INI
[binaries]
c = '$triple-gcc'
ar = '$triple-ar'
strip = '$triple-strip'
pkgconfig = 'pkg-config'
exe_wrapper = ['qemu-$qemu', '-L', '$dir/root']
[built-in options]
c_args = ['--sysroot=$dir/root']
c_link_args = ['--sysroot=$dir/root']
[properties]
sys_root = '$dir/root'
needs_exe_wrapper = true
pkg_config_libdir = ['$dir/root/usr/lib/$folder/pkgconfig', '$dir/root/usr/share/pkgconfig']
[host_machine]
system = 'linux'
cpu_family = '$family'
cpu = '$family'
endian = '$endian'
INI
    cmp -s "$dir/cross.ini.new" "$dir/cross.ini" || { mv "$dir/cross.ini.new" "$dir/cross.ini"; rm -rf "$dir/build"; }
    [ -f "$dir/build/build.ninja" ] ||
        meson setup "$dir/build" --cross-file "$dir/cross.ini" --buildtype=debugoptimized > "$dir/setup.log" 2>&1 || { cat "$dir/setup.log"; return 1; }
    ninja -C "$dir/build" --quiet > "$dir/build.log" 2>&1 || { tail -n 40 "$dir/build.log"; return 1; }
    printf '#!/bin/sh\nexec qemu-%s -L "%s/root" "%s/build/siptwin" "$@"\n' "$qemu" "$dir" "$dir" > "$dir/siptwin"
    chmod +x "$dir/siptwin"
}

# count FILE EXPRESSION: what sed finds in a log, "failed" if that is nothing
count() { local found; found=$(sed -n "$2" "$1" | tail -n 1); echo "${found:-failed}"; }

failed=0
rows=()
for arch in "$@"; do
    dir=$root/build-cross/$arch
    mkdir -p "$dir"
    read -r _ _ _ _ endian bits < <(facts "$arch")
    libraries "$arch" "$dir"
    build "$arch" "$dir"
    meson test -C "$dir/build" --no-rebuild --timeout-multiplier 10 --suite unit > "$dir/unit.log" 2>&1 || failed=1
    python3 tests/golden.py "$dir/siptwin" > "$dir/golden.log" 2>&1 || failed=1
    python3 tests/lab_captures.py "$dir/siptwin" > "$dir/lab.log" 2>&1 || failed=1
    ok=$(count "$dir/unit.log" 's/^Ok: *\([0-9]*\).*/\1/p')
    bad=$(count "$dir/unit.log" 's/^Fail: *\([0-9]*\).*/\1/p')
    rows+=("| $arch | $bits | $endian | $ok passed, $bad failed | $(count "$dir/golden.log" 's/^golden scenarios: \([0-9]*\); files that differ: \([0-9]*\)/\1, \2 files differ/p') | $(count "$dir/lab.log" 's/^lab captures identical: //p') |")
done
echo '| machine | bits | byte order | unit tests | golden scenarios | lab captures identical |'
echo '|---|---|---|---|---|---|'
printf '%s\n' "${rows[@]}"
[ $failed -eq 0 ] || { echo "cross.sh: the logs are below build-cross/"; exit 1; }
