# SPDX-License-Identifier: MIT
#
# libraries.sh, to be sourced: builds libpcap, libyaml and libmd as static libraries from Debian's own source packages, for a compiler
# that Debian has no libraries for. Nothing of the system is changed.
#
# The caller sets OUT (a folder: src/, prefix/ and logs come into it), CC, AR, CONFIGURE and MAKE (the commands that run a configure
# script and make; arrays) and HOST (options for configure that name the machine; an array). PREFIX and SRC are set here.

SRC=$OUT/src PREFIX=$OUT/prefix

# The source packages, with a list of sources of its own: the system's stays as it is.
libraries_fetch() {
    local apt=$OUT/apt file
    mkdir -p "$apt/parts" "$apt/lists/partial" "$SRC"
    for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
        [ -s "$file" ] && sed -n 's/^deb /deb-src /p' "$file" > "$apt/parts/$(basename "$file" .list).list"
    done
    for file in /etc/apt/sources.list.d/*.sources; do
        [ -s "$file" ] && sed 's/^Types:.*/Types: deb-src/' "$file" > "$apt/parts/$(basename "$file")"
    done
    local options=(-qq -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$apt/parts" -o Dir::State::Lists="$apt/lists"
        -o APT::Sandbox::User=root)
    apt-get "${options[@]}" update
    (cd "$SRC" && apt-get "${options[@]}" source libpcap libyaml libmd > /dev/null)
}

# pkg-config's file of a library: NAME LIBRARY VERSION
libraries_pc() {
    printf 'Name: %s\nDescription: %s\nVersion: %s\nCflags: -I%s/include\nLibs: -L%s/lib -l%s\n' "$1" "$1" "$3" "$PREFIX" "$PREFIX" "$2" \
        > "$PREFIX/lib/pkgconfig/$1.pc"
}

# siptwin reads and writes capture files; what libpcap captures with is left out.
libraries_pcap() {
    cd "$1"
    CC=$CC "${CONFIGURE[@]}" ./configure --disable-shared "${HOST[@]}" --with-pcap=null --disable-usb --disable-bluetooth --disable-dbus \
        --disable-rdma --without-libnl
    "${MAKE[@]}" libpcap.a
    cp libpcap.a "$PREFIX/lib/"
    cp -r pcap pcap.h "$PREFIX/include/"
}

libraries_md() {
    cd "$1"
    CC=$CC "${CONFIGURE[@]}" ./configure --disable-shared "${HOST[@]}"
    "${MAKE[@]}" -C src
    cp src/.libs/libmd.a "$PREFIX/lib/"
    cp include/*.h "$PREFIX/include/"
}

libraries_yaml() { # its configure script is not in the package
    local file objects=() version=$2
    cd "$1"
    for file in src/*.c; do
        $CC -O2 -Iinclude -DYAML_VERSION_MAJOR="${version%%.*}" -DYAML_VERSION_MINOR="$(cut -d. -f2 <<< "$version")" \
            -DYAML_VERSION_PATCH="${version##*.}" -DYAML_VERSION_STRING="\"$version\"" -c "$file" -o "${file%.c}.o"
        objects+=("${file%.c}.o")
    done
    $AR rcs "$PREFIX/lib/libyaml.a" "${objects[@]}"
    cp include/yaml.h "$PREFIX/include/"
}

# libraries_build: all of it, once
libraries_build() {
    local library folder version
    [ ! -f "$PREFIX/complete" ] || return 0
    ls -d "$SRC"/libpcap-*/ "$SRC"/libyaml-*/ "$SRC"/libmd-*/ > /dev/null 2>&1 || libraries_fetch
    mkdir -p "$PREFIX/lib/pkgconfig" "$PREFIX/include"
    for library in pcap md yaml; do
        folder=$(echo "$SRC"/lib"$library"-*/) version=$(basename "$folder" | sed 's/.*-//')
        (set -e; libraries_"$library" "$folder" "$version") > "$OUT/lib$library.log" 2>&1 || { tail -n 20 "$OUT/lib$library.log" >&2; return 1; }
        case $library in
        yaml) libraries_pc yaml-0.1 yaml "$version" ;;
        *) libraries_pc "lib$library" "$library" "$version" ;;
        esac
    done
    cp /usr/include/uthash.h /usr/include/utlist.h "$PREFIX/include/"
    touch "$PREFIX/complete"
}
