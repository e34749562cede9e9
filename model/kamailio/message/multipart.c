/* SPDX-License-Identifier: MIT */
#include "model/kamailio/message/multipart.h"

/* boundary=x or boundary="x" */
struct span multipart_boundary(struct span type) {
    if (!span_starts_nocase(type, "multipart/")) return (struct span){0};
    span_cut(&type, ';');
    while (type.len) {
        struct span value = span_cut(&type, ';'), name = span_trim(span_cut(&value, '='));
        value = span_trim(value);
        if (value.len > 1 && value.p[0] == '"') value = (struct span){value.p + 1, value.len - 2};
        if (span_is_nocase(name, "boundary")) return value;
    }
    return (struct span){0};
}

/* A token, and the blanks behind it. */
static struct span take_token(struct span *s) {
    size_t len = 0;
    while (len < s->len && s->p[len] != '\0' && (ascii_alnum(s->p[len]) || strchr("-.!%_+`'~", s->p[len])))
        len++;
    struct span token = span_head(*s, len);
    *s = span_skip(*s, len);
    return token;
}

bool multipart_take_type(struct span content_type, struct span *type, struct span *subtype,
                         struct span *behind) {
    struct span text = span_trim(content_type);
    *type = take_token(&text);
    text = span_trim(text);
    if (type->len == 0 || text.len == 0 || text.p[0] != '/') return false;
    text = span_trim(span_skip(text, 1));
    *subtype = take_token(&text);
    *behind = text;
    return subtype->len > 0;
}

bool multipart_is_type(struct span content_type, const char *type, const char *subtype) {
    struct span t, s, behind;
    if (!multipart_take_type(content_type, &t, &s, &behind)) return false;
    behind = span_trim(behind);
    return (behind.len == 0 || behind.p[0] == ';') && span_is_nocase(t, type) && span_is_nocase(s, subtype);
}

struct span multipart_first_boundary(struct span content_type) {
    struct span first = content_type;
    span_cut(&first, ';');
    ptrdiff_t second = span_find(first, ';');
    return multipart_boundary(
        second < 0 ? content_type : span_head(content_type, content_type.len - first.len + (size_t)second));
}

bool multipart_has_delimiter(struct span body, struct span boundary) {
    while (body.len)
        if (multipart_is_delimiter(multipart_take_line(&body), boundary)) return true;
    return false;
}

bool multipart_is_delimiter(struct span line, struct span boundary) {
    struct span text = span_trim(line);
    return span_starts(text, "--") && span_eq(span_head(span_skip(text, 2), boundary.len), boundary) &&
           (text.len == boundary.len + 2 || span_is(span_skip(text, boundary.len + 2), "--"));
}

struct span multipart_take_line(struct span *left) {
    ptrdiff_t end = span_find(*left, '\n');
    struct span line = end < 0 ? *left : span_head(*left, (size_t)end + 1);
    *left = span_skip(*left, line.len);
    return line;
}

struct span multipart_sdp(struct span body, struct span boundary) {
    bool in_headers = false, is_sdp = false;
    struct span left = body;
    while (left.len) {
        struct span line = multipart_take_line(&left), value = line, name = span_trim(span_cut(&value, ':'));
        if (multipart_is_delimiter(line, boundary)) {
            in_headers = true;
            is_sdp = false;
        } else if (in_headers && span_trim(line).len == 0) {
            in_headers = false;
            if (!is_sdp) continue;
            const char *from = left.p;
            while (left.len && !multipart_is_delimiter(line, boundary))
                line = multipart_take_line(&left);
            bool ended = multipart_is_delimiter(line, boundary);
            return span_between(from, ended ? line.p : left.p);
        } else if (in_headers && span_is_nocase(name, "Content-Type")) {
            is_sdp = span_starts_nocase(span_trim(value), "application/sdp");
        }
    }
    return (struct span){body.p, 0};
}
