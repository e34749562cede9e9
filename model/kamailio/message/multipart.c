/* SPDX-License-Identifier: MIT */
#include "model/kamailio/message/multipart.h"

#include "model/kamailio/message/params.h"
#include "model/sip/stops.h"

/* What types and subtypes are made of. */
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
    struct span text = span_skip_space(content_type);
    *type = take_token(&text);
    text = span_skip_blanks(text);
    if (type->len == 0 || text.len == 0 || text.p[0] != '/') return false;
    text = span_skip_blanks(span_skip(text, 1));
    *subtype = take_token(&text);
    *behind = text;
    return subtype->len > 0;
}

bool multipart_read_type(struct span content_type, struct span *type, struct span *subtype) {
    struct span behind;
    if (!multipart_take_type(content_type, type, subtype, &behind)) return false;
    behind = span_skip_blanks(behind);
    return (behind.len == 0 || behind.p[0] == ';') && span_find(behind, ',') < 0;
}

bool multipart_is_type(struct span content_type, const char *type, const char *subtype) {
    struct span t, s;
    return multipart_read_type(content_type, &t, &s) && span_is_nocase(t, type) && span_is_nocase(s, subtype);
}

bool multipart_mark(struct multipart_mark *mark, struct span content_type) {
    struct kam_param_text p = {0};
    ptrdiff_t semicolon = span_find(content_type, ';');
    if (semicolon < 0) return false;
    int found = kam_param_last(&p, span_skip(content_type, (size_t)semicolon), SPAN("boundary"), true);
    *mark = (struct multipart_mark){.dashes = found > 0 ? "--" : "", .boundary = p.value};
    return found >= 0;
}

bool multipart_first_mark(struct multipart_mark *mark, struct span content_type) {
    ptrdiff_t semicolon = span_find(content_type, ';');
    struct span text =
        span_skip_blanks(span_skip(content_type, semicolon < 0 ? content_type.len : (size_t)semicolon + 1));
    if (!span_starts_nocase(text, "boundary")) return false;
    text = span_skip_blanks(span_skip(text, strlen("boundary")));
    if (!span_starts(text, "=")) return false;
    text = span_skip_blanks(span_skip(text, 1));
    bool quoted = text.len && (text.p[0] == '"' || text.p[0] == '\'');
    if (quoted && (text.len < 3 || text.p[text.len - 1] != text.p[0])) return false;
    *mark = (struct multipart_mark){"--", quoted ? span_head(span_skip(text, 1), text.len - 2) : text};
    return true;
}

static bool is_marked(struct span line, const struct multipart_mark *mark) {
    struct span text = span_skip(line, strlen(mark->dashes));
    return span_starts(line, mark->dashes) && span_eq(span_head(text, mark->boundary.len), mark->boundary);
}

struct span multipart_take_part(struct span *left, const struct multipart_mark *mark, struct span *line) {
    const char *from = left->p;
    while (left->len) {
        *line = multipart_take_line(left);
        if (is_marked(*line, mark)) return span_between(from, line->p);
    }
    *line = (struct span){0};
    return span_between(from, left->p);
}

bool multipart_write(struct buf *out, struct span body, const struct multipart_mark *mark) {
    struct span left = body, line;
    size_t count = 0;
    for (multipart_take_part(&left, mark, &line); line.p; multipart_take_part(&left, mark, &line))
        count++;
    if (count < 2) return false;
    multipart_take_part(&body, mark, &line);
    for (size_t i = 1; i < count; i++) {
        buf_addf(out, "%s" SPAN_FMT "\r\n", mark->dashes, SPAN_ARG(mark->boundary));
        buf_add(out, multipart_take_part(&body, mark, &line));
    }
    buf_addf(out, "%s" SPAN_FMT "--\r\n", mark->dashes, SPAN_ARG(mark->boundary));
    return true;
}

/* Up to the colon, without the blanks in front of that; the p of what is left is NULL where there is none. */
static struct span take_name(struct span *line) {
    struct span name = span_cut(line, ':');
    while (name.len && ascii_blank((unsigned char)name.p[name.len - 1]))
        name.len--;
    return name;
}

static bool names_type(struct span name) {
    return span_is_nocase(name, "Content-Type") || span_is_nocase(name, "c");
}

bool multipart_type_of(struct span line, struct span *value) {
    struct span name = take_name(&line);
    *value = line;
    return line.p && names_type(name);
}

/* A header, with the lines that go on with it. */
static struct span take_header(struct span *left) {
    const char *from = left->p;
    do
        multipart_take_line(left);
    while (left->len && ascii_blank((unsigned char)left->p[0]));
    return span_between(from, left->p);
}

/* A type, with parameters behind it or, where that may be, other types. A NUL ends it. */
static bool read_part_type(struct span value, enum multipart_types types, bool *is_sdp) {
    struct span type, subtype, behind;
    value = span_without_line_end(value);
    value = span_head(value, stop_find(value, STOP_NUL));
    bool good = multipart_read_type(value, &type, &subtype);
    if (!good && types == MULTIPART_MANY_TYPES)
        good = multipart_take_type(value, &type, &subtype, &behind) && span_find(behind, ',') >= 0;
    *is_sdp = *is_sdp || (good && span_is_nocase(type, "application") && span_is_nocase(subtype, "sdp"));
    return good;
}

bool multipart_read_headers(struct span part, enum multipart_types types, struct span *content,
                            bool *is_sdp) {
    *is_sdp = false;
    while (part.len && !span_starts(part, "\r\n") && !span_starts(part, "\n")) {
        struct span value = take_header(&part), name = take_name(&value);
        if (!value.p || !name.len || stop_find(name, STOP_BLANK) < name.len) return false;
        if (names_type(name) && !read_part_type(value, types, is_sdp)) return false;
    }
    multipart_take_line(&part);
    *content = part;
    return true;
}

struct span multipart_take_line(struct span *left) {
    ptrdiff_t end = span_find(*left, '\n');
    struct span line = end < 0 ? *left : span_head(*left, (size_t)end + 1);
    *left = span_skip(*left, line.len);
    return line;
}
