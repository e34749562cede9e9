/* SPDX-License-Identifier: MIT */
#include "base/base64.h"

const char base64_letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const char base64_url_letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void base64_add(struct buf *out, struct span bytes, const char *letters, char fill) {
    for (size_t i = 0; i < bytes.len; i += 3) {
        size_t have = bytes.len - i < 3 ? bytes.len - i : 3;
        uint32_t group = 0;
        for (size_t k = 0; k < 3; k++)
            group = group << 8 | (k < have ? (uint8_t)bytes.p[i + k] : 0);
        for (size_t k = 0; k < 4; k++)
            if (k <= have || fill) buf_add_char(out, k <= have ? letters[group >> (18 - 6 * k) & 63] : fill);
    }
}

bool base64_read(struct buf *out, struct span text, const char *letters) {
    uint32_t bits = 0;
    unsigned count = 0;
    for (size_t i = 0; i < text.len; i++) {
        const char *letter = text.p[i] ? strchr(letters, text.p[i]) : NULL;
        if (!letter) return false;
        bits = bits << 6 | (uint32_t)(letter - letters);
        count += 6;
        if (count < 8) continue;
        count -= 8;
        buf_add_char(out, (char)(bits >> count));
    }
    return true;
}
