/* SPDX-License-Identifier: MIT */
#include "view/escape.h"

#include "base/visible.h"

void escape_line(struct buf *out, struct span text) {
    while (text.len) {
        size_t len = visible_len(text);
        if (len)
            buf_add(out, span_head(text, len));
        else
            buf_add_char(out, '?');
        text = span_skip(text, len ? len : 1);
    }
}

void escape_html(struct buf *out, struct span text) {
    while (text.len) {
        size_t len = visible_len(text);
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
        size_t len = visible_decode(text, &c);
        if (len == 0)
            buf_add_text(out, "\\ufffd");
        else if (c == '"' || c == '\\')
            buf_addf(out, "\\%c", (int)c);
        else if (c < 0x10000 && visible_is_hidden(c))
            buf_addf(out, "\\u%04x", c);
        else
            buf_add(out, span_head(text, len));
        text = span_skip(text, len ? len : 1);
    }
    buf_add_char(out, '"');
}

void escape_json_bytes(struct buf *out, struct span bytes) {
    buf_add_char(out, '"');
    for (size_t i = 0; i < bytes.len; i++) {
        unsigned char c = (unsigned char)bytes.p[i];
        if (c == '\r' || c == '\n')
            buf_add_text(out, c == '\r' ? "\\r" : "\\n");
        else if (c == '"' || c == '\\')
            buf_addf(out, "\\%c", c);
        else if (c < ' ' || c > '~')
            buf_addf(out, "\\u%04x", c);
        else
            buf_add_char(out, (char)c);
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
