/* SPDX-License-Identifier: MIT */
#include "view/escape.h"

/* Decodes one UTF-8 character (RFC 3629); its length, 0 if it is not valid. */
static size_t decode(struct span text, uint32_t *out) {
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
    *out = c;
    return len;
}

/* Not to be shown as they are: C0, DEL, C1, zero width and direction marks, line ends, byte order mark. */
static bool is_hidden(uint32_t c) {
    static const uint32_t ranges[][2] = {
        {0x00, 0x1f},     {0x7f, 0x9f},     {0xad, 0xad},     {0x61c, 0x61c},   {0x200b, 0x200f},
        {0x2028, 0x202e}, {0x2060, 0x206f}, {0xfeff, 0xfeff}, {0xfff0, 0xfffb}, {0xfffe, 0xffff}};
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (c >= ranges[i][0] && c <= ranges[i][1]) return true;
    return false;
}

size_t escape_visible(struct span text) {
    uint32_t c;
    size_t len = text.len ? decode(text, &c) : 0;
    return len && !is_hidden(c) ? len : 0;
}

void escape_line(struct buf *out, struct span text) {
    while (text.len) {
        size_t len = escape_visible(text);
        if (len)
            buf_add(out, span_head(text, len));
        else
            buf_add_char(out, '?');
        text = span_skip(text, len ? len : 1);
    }
}

void escape_html(struct buf *out, struct span text) {
    while (text.len) {
        size_t len = escape_visible(text);
        switch (*text.p) {
        case '&': buf_add_text(out, "&amp;"); break;
        case '<': buf_add_text(out, "&lt;"); break;
        case '>': buf_add_text(out, "&gt;"); break;
        case '"': buf_add_text(out, "&quot;"); break;
        case '\'': buf_add_text(out, "&#39;"); break;
        default:
            if (len)
                buf_add(out, span_head(text, len));
            else
                buf_addf(out, "\\x%02x", (unsigned char)*text.p);
        }
        text = span_skip(text, len ? len : 1);
    }
}

void escape_json(struct buf *out, struct span text) {
    buf_add_char(out, '"');
    while (text.len) {
        uint32_t c;
        size_t len = decode(text, &c);
        if (len == 0)
            buf_add_text(out, "\\ufffd");
        else if (c == '"' || c == '\\')
            buf_addf(out, "\\%c", (int)c);
        else if (c < 0x10000 && is_hidden(c))
            buf_addf(out, "\\u%04x", c);
        else
            buf_add(out, span_head(text, len));
        text = span_skip(text, len ? len : 1);
    }
    buf_add_char(out, '"');
}

void escape_mermaid(struct buf *out, struct span text) {
    /* ; ends a statement, # begins a code, %% and %%{ a comment or directive, $$ a formula, <br> a new line.
     */
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if (c < ' ' || c > '~')
            buf_add_char(out, '?');
        else if (strchr(":;#%$<>&\"\\{}`", c))
            buf_addf(out, "#%u;", c);
        else
            buf_add_char(out, (char)c);
    }
}
