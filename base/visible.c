/* SPDX-License-Identifier: MIT */
#include "base/visible.h"

size_t visible_decode(struct span text, uint32_t *character) {
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *p = (const unsigned char *)text.p;
    size_t len = p[0] < 0x80 ? 1 : p[0] >> 5 == 6 ? 2 : p[0] >> 4 == 14 ? 3 : p[0] >> 3 == 30 ? 4 : 0;
    if (len == 0 || len > text.len) return 0;
    uint32_t c = len == 1 ? p[0] : p[0] & (0x7fu >> len);
    for (size_t i = 1; i < len; i++) {
        if (p[i] >> 6 != 2) return 0;
        c = c << 6 | (p[i] & 0x3f);
    }
    if (c < least[len] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff)) return 0;
    *character = c;
    return len;
}

/* C0, DEL, C1, zero width and direction marks, line ends, byte order mark. */
bool visible_is_hidden(uint32_t character) {
    static const uint32_t ranges[][2] = {
        {0x00, 0x1f},     {0x7f, 0x9f},     {0xad, 0xad},     {0x61c, 0x61c},   {0x200b, 0x200f},
        {0x2028, 0x202e}, {0x2060, 0x206f}, {0xfeff, 0xfeff}, {0xfff0, 0xfffb}, {0xfffe, 0xffff}};
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (character >= ranges[i][0] && character <= ranges[i][1]) return true;
    return false;
}

size_t visible_len(struct span text) {
    uint32_t c;
    size_t len = text.len ? visible_decode(text, &c) : 0;
    return len && !visible_is_hidden(c) ? len : 0;
}

size_t visible_add(struct buf *out, struct span text) {
    size_t columns = 0;
    while (text.len) {
        size_t len = visible_len(text), before = out->len;
        if (len)
            buf_add(out, span_head(text, len));
        else if (*text.p == '\r' || *text.p == '\n' || *text.p == '\t')
            buf_add_text(out, *text.p == '\r' ? "\\r" : *text.p == '\n' ? "\\n" : "\\t");
        else
            buf_addf(out, "\\x%02x", (unsigned char)*text.p);
        columns += len ? 1 : out->len - before;
        text = span_skip(text, len ? len : 1);
    }
    return columns;
}
