/* SPDX-License-Identifier: MIT */
#include "model/kamailio/message/params.h"

#include "model/sip/msg.h"
#include "model/sip/uri.h"

/* Cuts off what stands before the first character that ends a name or a value. */
static struct span cut_token(struct span *left, const char *ends) {
    size_t n = 0;
    while (n < left->len && (!left->p[n] || !strchr(ends, left->p[n])))
        n++;
    struct span token = span_head(*left, n);
    *left = span_trim(span_skip(*left, n));
    return token;
}

int kam_param_next(struct span *left, struct kam_param_text *p) {
    *left = span_trim(*left);
    if (left->len == 0 || left->p[0] == ',') return 0;
    if (left->p[0] == ';') {
        *left = span_trim(span_skip(*left, 1));
        if (left->len == 0) return -1;
    }
    *p = (struct kam_param_text){cut_token(left, "=;, \t\r\n"), {0}};
    if (left->len && left->p[0] == '=') {
        *left = span_trim(span_skip(*left, 1));
        if (left->len && (left->p[0] == ';' || left->p[0] == ',')) return -1;
        if (left->len && (left->p[0] == '"' || left->p[0] == '\'')) {
            char quote = left->p[0];
            *left = span_skip(*left, 1);
            ptrdiff_t close = span_find(*left, quote);
            if (close < 0) return -1;
            p->value = span_head(*left, (size_t)close);
            *left = span_trim(span_skip(*left, (size_t)close + 1));
        } else {
            p->value = cut_token(left, ";, \t\r\n");
        }
    }
    return left->len && left->p[0] != ';' && left->p[0] != ',' ? -1 : 1;
}

bool kam_entry_take(struct span *entry, struct span *uri, struct span *rest) {
    struct kam_param_text p;
    struct span text = span_trim(*rest);
    ptrdiff_t open = span_find_unquoted(text, '<');
    ptrdiff_t close = open < 0 ? -1 : span_find_unquoted(span_skip(text, (size_t)open), '>');
    int got = 1;
    if (close < 0) return false;
    struct span after = span_trim(span_skip(text, (size_t)(open + close + 1)));
    if (after.len && after.p[0] != ';' && after.p[0] != ',') return false;
    while ((got = kam_param_next(&after, &p)) > 0) {
    }
    if (got < 0) return false;
    *entry = span_trim(span_between(text.p, after.p));
    *uri = span_head(span_skip(text, (size_t)open + 1), (size_t)close - 1);
    *rest = after;
    if (after.len == 0) return true;
    *rest = span_trim(span_skip(after, 1));
    return rest->len > 0;
}

size_t kam_record_routes(const struct sip_msg *msg, struct span *out, size_t max) {
    struct span entry;
    size_t n = 0;
    for (const struct sip_header *h = sip_msg_first(msg, SIP_RECORD_ROUTE); h; h = sip_msg_next(msg, h))
        for (struct span left = h->value; name_addr_next(&left, &entry); n++)
            if (n < max) out[n] = entry;
    return n;
}

bool kam_param_find(struct span *value, struct span params, struct span name, bool any_case) {
    struct kam_param_text p;
    int got;
    *value = (struct span){0};
    while ((got = kam_param_next(&params, &p)) > 0) {
        if (!(any_case ? span_eq_nocase(p.name, name) : span_eq(p.name, name))) continue;
        if (!p.value.p) return false;
        *value = p.value;
    }
    return got == 0;
}

int kam_param_last(struct kam_param_text *found, struct span params, struct span name, bool any_case) {
    struct kam_param_text p;
    int got, result = 0;
    *found = (struct kam_param_text){0};
    while ((got = kam_param_next(&params, &p)) > 0) {
        if (!(any_case ? span_eq_nocase(p.name, name) : span_eq(p.name, name))) continue;
        *found = p;
        result = 1;
    }
    return got < 0 ? -1 : result;
}

bool kam_unescape(struct buf *out, struct span s) {
    for (size_t i = 0; i < s.len; i++) {
        int c = (unsigned char)s.p[i];
        if (c == '%') {
            int high = s.len - i > 2 ? ascii_hex(s.p[i + 1]) : -1;
            int low = high < 0 ? -1 : ascii_hex(s.p[i + 2]);
            c = high * 16 + low;
            if (low < 0 || c < ' ' || c > '~') return false;
            i += 2;
        }
        buf_add_char(out, (char)c);
    }
    return true;
}

void kam_escape(struct buf *out, struct span s) {
    for (size_t i = 0; i < s.len; i++) {
        if (ascii_alnum((unsigned char)s.p[i]) || (s.p[i] && strchr("-_.!~*'()[]/:&+$", s.p[i])))
            buf_add_char(out, s.p[i]);
        else
            buf_add_char(out, '%'), buf_add_hex(out, (uint8_t)s.p[i]);
    }
}
