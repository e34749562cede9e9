/* SPDX-License-Identifier: MIT */
#include "base/wide.h"

#include <assert.h>

#define LOW32 UINT32_MAX

struct wide wide_product(uint64_t a, uint64_t b) {
    uint64_t low = (a & LOW32) * (b & LOW32), across = (a >> 32) * (b & LOW32), high = (a >> 32) * (b >> 32);
    uint64_t middle = (a & LOW32) * (b >> 32) + (low >> 32) + (across & LOW32); /* at most 2^64 - 1 */
    return (struct wide){high + (across >> 32) + (middle >> 32), middle << 32 | (low & LOW32)};
}

struct wide wide_add(struct wide a, struct wide b) {
    uint64_t low = a.low + b.low;
    return (struct wide){a.high + b.high + (low < a.low), low};
}

struct wide wide_subtract(struct wide a, struct wide b) {
    return (struct wide){a.high - b.high - (a.low < b.low), a.low - b.low};
}

struct wide wide_times(struct wide a, uint64_t b) {
    struct wide product = wide_product(a.low, b);
    product.high += a.high * b;
    return product;
}

struct wide wide_left(struct wide a, unsigned bits) {
    if (bits == 0) return a;
    if (bits >= 64) return (struct wide){a.low << (bits - 64), 0};
    return (struct wide){a.high << bits | a.low >> (64 - bits), a.low << bits};
}

struct wide wide_right(struct wide a, unsigned bits) {
    if (bits == 0) return a;
    if (bits >= 64) return (struct wide){0, a.high >> (bits - 64)};
    return (struct wide){a.high >> bits, a.low >> bits | a.high << (64 - bits)};
}

/* Long division, bit by bit. */
struct wide wide_divide(struct wide a, struct wide b) {
    assert(b.high || b.low);
    if (wide_is_narrow(a) && wide_is_narrow(b)) return wide_of(a.low / b.low);
    struct wide ratio = {0}, rest = {0};
    for (unsigned bit = 128; bit-- > 0;) {
        bool out = rest.high >> 63; /* the rest has 129 bits then, and is larger than b */
        rest = wide_left(rest, 1);
        rest.low |= wide_right(a, bit).low & 1;
        ratio = wide_left(ratio, 1);
        if (!out && wide_less(rest, b)) continue;
        rest = wide_subtract(rest, b);
        ratio.low |= 1;
    }
    return ratio;
}
