/* SPDX-License-Identifier: MIT */
#include "model/kamailio/message/contact.h"

#include <stddef.h>

bool contact_is_star(struct span value) { return value.len && value.p[0] == '*'; }

/*
 * How far the text goes before one of the characters in `ends` that stands outside quotes and, if `brackets`,
 * outside < and >. -1: quotes or brackets do not close, or one closes that was not open.
 */
static ptrdiff_t reach(struct span text, const char *ends, bool brackets) {
    bool quoted = false, inside = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.p[i];
        if (quoted) {
            if (c == '\\')
                i++;
            else if (c == '"')
                quoted = false;
        } else if (c == '"') {
            quoted = true;
        } else if (brackets && c == '<') {
            inside = true;
        } else if (brackets && c == '>') {
            if (!inside) return -1;
            inside = false;
        } else if (!inside && c && strchr(ends, c)) {
            return (ptrdiff_t)i;
        }
    }
    return quoted || inside ? -1 : (ptrdiff_t)text.len;
}

static struct span without_quotes(struct span s) {
    bool quoted = s.len > 1 && s.p[0] == '"' && s.p[s.len - 1] == '"';
    return quoted ? (struct span){s.p + 1, s.len - 2} : s;
}

/* One parameter; of two of a name the last one counts. */
static void read_param(struct contact *c, struct span param) {
    const struct {
        const char *name;
        struct span *to;
    } known[] = {{"q", &c->q},
                 {"expires", &c->expires},
                 {"methods", &c->methods},
                 {"received", &c->received},
                 {"+sip.instance", &c->instance},
                 {"reg-id", &c->reg_id}};
    ptrdiff_t equals = span_find(param, '=');
    struct span name = span_trim(equals < 0 ? param : span_head(param, (size_t)equals));
    struct span value =
        equals < 0 ? (struct span){param.p + param.len, 0} : span_skip(param, (size_t)equals + 1);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (span_is_nocase(name, known[i].name)) *known[i].to = without_quotes(span_trim(value));
}

int contact_next(struct contact *c, struct span *list) {
    struct span text = span_trim(*list);
    *c = (struct contact){0};
    if (text.len == 0) return 0;
    ptrdiff_t at = reach(text, ":<", false); /* behind the display name, or at a scheme's end */
    if (at < 0 || (size_t)at == text.len) return -1;
    if (text.p[at] == '<') text = span_skip(text, (size_t)at);
    at = reach(text, ";,", true);
    if (at < 0) return -1;
    c->uri = span_trim(span_head(text, (size_t)at));
    if (c->uri.len > 1 && c->uri.p[0] == '<' && c->uri.p[c->uri.len - 1] == '>')
        c->uri = (struct span){c->uri.p + 1, c->uri.len - 2};
    if (c->uri.len == 0) return -1;
    text = span_skip(text, (size_t)at);
    while (text.len && text.p[0] == ';') {
        text = span_trim(span_skip(text, 1));
        if (text.len == 0 || (at = reach(text, ";,", false)) < 0) return -1;
        read_param(c, span_head(text, (size_t)at));
        text = span_skip(text, (size_t)at);
    }
    if (c->reg_id.p && !c->reg_id.len) return -1;
    if (text.len) { /* a comma */
        text = span_trim(span_skip(text, 1));
        if (text.len == 0) return -1;
    }
    *list = text;
    return 1;
}

bool contact_q_parse(int *q, struct span text) {
    size_t i = 0;
    while (i + 1 < text.len && text.p[i] == '0' && ascii_digit((unsigned char)text.p[i + 1]))
        i++;
    text = span_skip(text, i);
    int whole = 0, unit = 100;
    *q = 0;
    if (text.len && ascii_digit((unsigned char)text.p[0])) {
        whole = text.p[0] - '0';
        text = span_skip(text, 1);
    } else if (text.len == 0 || text.p[0] != '.') {
        return false;
    }
    if (text.len && text.p[0] != '.') return false;
    if (text.len == 1) return false; /* a point and nothing behind it */
    for (i = 1; i < text.len; i++, unit /= 10) {
        if (!ascii_digit((unsigned char)text.p[i])) return false;
        *q += (text.p[i] - '0') * unit;
    }
    *q += whole * 1000;
    return *q <= 1000;
}
