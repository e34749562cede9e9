/* SPDX-License-Identifier: MIT */
#include "model/kamailio/message/contact.h"

#include "model/kamailio/message/params.h"

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

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/* Of two parameters of a name the last one counts. */
static void keep_param(struct contact *c, const struct kam_param_text *p) {
    const struct {
        const char *name;
        struct span *to;
    } known[] = {{"q", &c->q},
                 {"expires", &c->expires},
                 {"methods", &c->methods},
                 {"received", &c->received},
                 {"+sip.instance", &c->instance},
                 {"reg-id", &c->reg_id}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (span_is_nocase(p->name, known[i].name))
            *known[i].to = p->value.p ? p->value : (struct span){p->name.p + p->name.len, 0};
}

int contact_next(struct contact *c, struct span *list) {
    struct span text = span_trim(*list);
    *c = (struct contact){.whole = text};
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
    struct kam_param_text param;
    int got;
    while ((got = kam_param_next(&text, &param)) > 0)
        keep_param(c, &param);
    if (got < 0) return -1;
    if (c->reg_id.p && !c->reg_id.len) return -1;
    c->whole = span_trim(span_between(c->whole.p, text.p));
    if (text.len) { /* a comma */
        text = span_trim(span_skip(text, 1));
        if (text.len == 0) return -1;
    }
    *list = text;
    return 1;
}

bool contact_expires_header(uint32_t *seconds, struct span value) {
    enum { DIGITS_MAX = 10 };
    size_t len = 0, n = 0;
    while (len < value.len && !is_blank(value.p[len]))
        len++;
    *seconds = 0;
    if (len > DIGITS_MAX) return false;
    for (; n < len && ascii_digit((unsigned char)value.p[n]); n++)
        *seconds = *seconds * 10 + (uint32_t)(value.p[n] - '0');
    return n == len;
}

bool contact_expires_parse(uint32_t *seconds, struct span text) {
    uint64_t n = 0;
    bool sign = text.len && text.p[0] == '+';
    if (sign) text = span_skip(text, 1);
    if (!(sign && text.len == 0) && !span_to_u64(text, UINT32_MAX, &n)) return false;
    *seconds = (uint32_t)n;
    return true;
}

bool contacts_readable(struct span value) {
    struct contact c;
    int got = 0;
    if (contact_is_star(value) || span_trim(value).len == 0) return false;
    while ((got = contact_next(&c, &value)) > 0) {
    }
    return got == 0;
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
