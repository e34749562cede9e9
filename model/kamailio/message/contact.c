/* SPDX-License-Identifier: MIT */
#include "model/kamailio/message/contact.h"

#include "model/kamailio/message/params.h"
#include "model/sip/stops.h"

#include <stddef.h>

bool contact_is_star(struct span value) { return value.len && value.p[0] == '*'; }

/*
 * How far a URI goes: to a semicolon or comma that stands outside quotes, and outside < and >. -1: quotes or
 * brackets do not close, one closes that was not open, or one opens in another.
 */
static ptrdiff_t reach(struct span text) {
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
        } else if (c == '<') {
            if (inside) return -1;
            inside = true;
        } else if (c == '>') {
            if (!inside) return -1;
            inside = false;
        } else if (!inside && (c == ';' || c == ',')) {
            return (ptrdiff_t)i;
        }
    }
    return quoted || inside ? -1 : (ptrdiff_t)text.len;
}

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

/*
 * Skips a display name: what stands before a '<', or the words before the one that has a ':' or ';'. Kamailio
 * miscounts these: the last character of the list is lost then. False: there is none of the three.
 */
static bool skip_name(struct span *text) {
    bool quoted = false;
    size_t word = 0, i;
    for (i = 0; i < text->len; i++) {
        char c = text->p[i];
        if (quoted && c == '\\')
            i++;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && ascii_space((unsigned char)c))
            word = i + 1;
        else if (!quoted && (c == ':' || c == ';' || c == '<'))
            break;
    }
    if (i >= text->len) return false;
    bool is_miscounted = text->p[i] != '<' && word > 0;
    *text = span_skip(*text, text->p[i] == '<' ? i : word);
    if (is_miscounted) text->len--;
    return true;
}

int contact_next(struct contact *c, struct span *list) {
    const char *end = list->p + list->len;
    struct span text = span_between(stop_skip_blanks(list->p, end), end);
    *c = (struct contact){.whole = text};
    if (text.len == 0) return 0;
    if (!skip_name(&text)) return -1;
    ptrdiff_t at = reach(text);
    if (at < 0) return -1;
    c->uri = span_trim(span_head(text, (size_t)at));
    if (c->uri.len > 1 && c->uri.p[0] == '<' && c->uri.p[c->uri.len - 1] == '>')
        c->uri = span_trim((struct span){c->uri.p + 1, c->uri.len - 2});
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
    while (len < value.len && !ascii_space((unsigned char)value.p[len]))
        len++;
    *seconds = 0;
    if (value.len > DIGITS_MAX) return false; /* what stands behind the blank, too */
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
