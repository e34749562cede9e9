/* SPDX-License-Identifier: MIT */
#include "model/sipp/process/address.h"

/* A part of an address as inet_aton() reads it: decimal, octal with 0, hexadecimal with 0x. */
static bool read_part(struct span s, uint64_t *out) {
    bool hexadecimal = span_starts_nocase(s, "0x");
    int base = hexadecimal ? 16 : span_starts(s, "0") ? 8 : 10;
    if (hexadecimal) s = span_skip(s, 2);
    *out = 0;
    for (size_t i = 0; i < s.len; i++) {
        int digit = ascii_hex(s.p[i]);
        if (digit < 0 || digit >= base || *out > UINT32_MAX) return false;
        *out = *out * (uint64_t)base + (uint64_t)digit;
    }
    return s.len > 0;
}

bool address_read(struct span host, uint32_t *ip) {
    uint32_t value = 0;
    if (host.len == 0) return false;
    for (unsigned bytes = 4; host.p; bytes--) {
        uint64_t part;
        bool last = span_find(host, '.') < 0;
        if (bytes == 0 || !read_part(span_cut(&host, '.'), &part)) return false;
        unsigned width = last ? bytes : 1;
        if (width < 8 && part >> (8 * width)) return false;
        value = last ? (uint32_t)((uint64_t)value << (8 * width) | part) : value << 8 | (uint32_t)part;
    }
    *ip = value;
    return true;
}
