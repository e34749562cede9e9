/* SPDX-License-Identifier: MIT */
#include "model/sipp/process/header.h"

#include "base/mem.h"
#include "model/sipp/scenario/number.h"

#include <assert.h>
#include <stdlib.h>

struct span header_clip(struct span datagram) {
    ptrdiff_t nul = span_find(datagram, '\0');
    return nul < 0 ? datagram : span_head(datagram, (size_t)nul);
}

struct span header_body(struct span msg) {
    ptrdiff_t end = span_search(msg, SPAN("\r\n\r\n"));
    return end < 0 ? (struct span){0} : span_skip(msg, (size_t)end + 4);
}

static size_t initial(char c) { return (unsigned char)c % HEADER_INITIALS; }

/* An end of headers is looked for at line ends only: it begins with one. */
static void lay(struct header_lines *l, struct span datagram) {
    struct span text = header_clip(datagram);
    l->text = l->headers = text;
    l->count = 0;
    l->readable = SIZE_MAX;
    memset(l->first, 0, sizeof l->first);
    size_t last[HEADER_INITIALS]; /* of the chains that are begun */
    for (size_t from = 0;;) {
        if (l->count == l->cap) l->lines = mem_room(l->lines, l->count, &l->cap, sizeof *l->lines);
        size_t line = l->count++;
        l->lines[line] = (struct header_line){(uint32_t)from, 0};
        if (from == text.len) return;
        size_t i = initial(text.p[from]);
        *(l->first[i] ? &l->lines[last[i]].next : &l->first[i]) = (uint32_t)l->count;
        last[i] = line;
        const char *lf = memchr(text.p + from, '\n', text.len - from);
        if (!lf) return;
        bool crlf = lf > text.p + from && lf[-1] == '\r';
        if (!crlf && l->readable > l->count) l->readable = l->count;
        from = (size_t)(lf + 1 - text.p);
        if (crlf && text.len - from >= 2 && text.p[from] == '\r' && text.p[from + 1] == '\n') {
            l->headers.len = from - 2;
            return;
        }
    }
}

const struct header_lines *header_lines_of(struct header_lines *l, struct payload *payload) {
    if (payload && l->payload == payload) return l;
    payload_drop(l->payload);
    l->payload = payload ? payload_hold(payload) : NULL;
    lay(l, payload ? payload_span(payload) : SPAN(""));
    return l;
}

void header_lines_free(struct header_lines *l) {
    payload_drop(l->payload);
    free(l->lines);
    *l = (struct header_lines){0};
}

/* Headers with a compact form that SIPp knows. */
static const struct {
    struct span full, compact;
} compact_forms[] = {{SPAN_INIT("Call-ID:"), SPAN_INIT("i:")},
                     {SPAN_INIT("Contact:"), SPAN_INIT("m:")},
                     {SPAN_INIT("Content-Encoding:"), SPAN_INIT("e:")},
                     {SPAN_INIT("Content-Length:"), SPAN_INIT("l:")},
                     {SPAN_INIT("Content-Type:"), SPAN_INIT("c:")},
                     {SPAN_INIT("From:"), SPAN_INIT("f:")},
                     {SPAN_INIT("To:"), SPAN_INIT("t:")},
                     {SPAN_INIT("Via:"), SPAN_INIT("v:")}};

static struct span compact_form(struct span name) {
    for (size_t i = 0; i < sizeof compact_forms / sizeof *compact_forms; i++)
        if (span_eq_nocase(name, compact_forms[i].full)) return compact_forms[i].compact;
    return (struct span){0};
}

/*
 * The first line of a chain from the i-th on, but for the first of all, that begins with name, which ends in
 * a colon; the count: none. That the colon is in its place is asked first: of lines with the same initial few
 * have it there.
 */
static size_t find_in_chain(const struct header_lines *l, uint32_t next, size_t i, struct span name) {
    assert(name.p[name.len - 1] == ':');
    i = i > 0 ? i : 1;
    for (; next; next = l->lines[next - 1].next) {
        struct span line = span_skip(l->headers, l->lines[next - 1].start);
        if (next > i && line.len >= name.len && line.p[name.len - 1] == ':' &&
            span_eq_nocase(span_head(line, name.len), name))
            return next - 1;
    }
    return l->count;
}

static size_t find_line(const struct header_lines *l, struct span name) {
    return find_in_chain(l, l->first[initial(name.p[0])], 0, name);
}

/* The line behind the i-th and those that go on with it. */
static size_t behind_folded(const struct header_lines *l, size_t i) {
    for (i++; i < l->count && l->lines[i].start < l->headers.len; i++) {
        char c = l->headers.p[l->lines[i].start];
        if (c != ' ' && c != '\t') break;
    }
    return i;
}

/* SIPp never trims the first byte: an empty value stays the CR that it ends in. A line feed stops it, but
 * where another header is to follow. */
static void trim_end(struct buf *out, size_t begin, bool more_follows) {
    for (; out->len > begin + 1; out->len--) {
        char c = out->p[out->len - 1];
        if (!ascii_space((unsigned char)c) || (c == '\n' && !more_follows)) return;
    }
}

/* The CR of an inner line end goes, so that a folded header has bare LFs. */
static void unfold(struct buf *out, size_t begin) {
    size_t to = begin;
    for (size_t i = begin; i < out->len; i++) {
        const char *p = out->p + i;
        bool inner = p[0] == '\r' && i + 2 < out->len && p[1] == '\n' && (p[2] == ' ' || p[2] == '\t');
        if (!inner) out->p[to++] = p[0];
    }
    out->len = to;
}

static bool write_lines(struct buf *out, const struct header_lines *l, struct span name, bool value_only) {
    size_t begin = out->len;
    bool found = false, folded = false;
    uint32_t link = l->first[initial(name.p[0])];
    for (size_t i, next = 0; link && (i = find_in_chain(l, link, next, name)) < l->count; found = true) {
        link = l->lines[i].next;
        next = behind_folded(l, i);
        folded |= next > i + 1;
        /* up to the LF, or to the end */
        size_t end = next < l->count ? l->lines[next].start - 1 : l->headers.len;
        struct span text = span_between(l->headers.p + l->lines[i].start, l->headers.p + end);
        if (found || value_only)
            for (text = span_skip(text, name.len); text.len > 0 && text.p[0] == ' ';)
                text = span_skip(text, 1);
        if (found) {
            trim_end(out, begin, true);
            buf_add(out, SPAN(", "));
        }
        buf_add(out, text);
    }
    trim_end(out, begin, false);
    if (folded) unfold(out, begin);
    return found;
}

bool header_write(struct buf *out, const struct header_lines *l, struct span name, bool value_only) {
    if (write_lines(out, l, name, value_only)) return true;
    struct span compact = compact_form(name);
    return compact.p && write_lines(out, l, compact, value_only);
}

static bool lws(char c) { return c == ' ' || c == '\t'; }

/* Behind blanks, and behind line ends that a blank follows. False at the end of the header. */
static bool skip_lws(struct span *s) {
    for (;;) {
        while (s->len > 0 && lws(s->p[0]))
            *s = span_skip(*s, 1);
        if (!span_starts(*s, "\r\n")) return true;
        if (s->len < 3 || !lws(s->p[2])) return false;
        *s = span_skip(*s, 3);
    }
}

/* Where the header ends whose value begins the text: at its CRLF that no blank follows, or the end. */
static size_t value_len(struct span s) {
    for (size_t from = 0;;) {
        ptrdiff_t end = span_search(span_skip(s, from), SPAN("\r\n"));
        if (end < 0) return s.len;
        from += (size_t)end + 2;
        if (from >= s.len || !lws(s.p[from])) return from - 2;
    }
}

/* The first line that begins with name, before blanks and a colon, and what follows these; the count: none.
 */
static size_t find_named(const struct header_lines *l, struct span name, struct span *value) {
    for (uint32_t next = l->first[initial(name.p[0])]; next; next = l->lines[next - 1].next) {
        struct span text = span_skip(l->text, l->lines[next - 1].start);
        if (!span_eq_nocase(span_head(text, name.len), name)) continue;
        *value = span_skip(text, name.len);
        while (value->len > 0 && lws(value->p[0]))
            *value = span_skip(*value, 1);
        if (value->len == 0 || value->p[0] != ':') continue;
        *value = span_skip(*value, 1);
        return next - 1;
    }
    return l->count;
}

/* The value of a header by full or compact name, blanks allowed before its colon; a folded one whole. SIPp
 * looks no further than to a line that ends without a CR. */
static bool find_value(const struct header_lines *l, struct span full, struct span compact,
                       struct span *value) {
    struct span short_value;
    size_t i = find_named(l, full, value), j = find_named(l, compact, &short_value);
    if (j < i) {
        i = j;
        *value = short_value;
    }
    if (i >= l->count || i >= l->readable || !skip_lws(value)) return false;
    *value = span_head(*value, value_len(*value));
    return true;
}

bool header_call_id(const struct header_lines *l, bool prefix, struct span *id) {
    if (!find_value(l, SPAN("Call-ID"), SPAN("i"), id) || id->len == 0) return false;
    ptrdiff_t slashes = span_search(*id, SPAN("///"));
    if (prefix && slashes >= 0) *id = span_skip(*id, (size_t)slashes + 3);
    return true;
}

bool header_has_to(const struct header_lines *l) {
    return find_line(l, SPAN("To:")) < l->count || find_line(l, SPAN("t:")) < l->count;
}

unsigned header_status(struct span msg) {
    if (!span_starts(msg, "SIP/2.0")) return 0;
    size_t i = strlen("SIP/2.0");
    while (i < msg.len && !lws(msg.p[i]))
        i++;
    while (i < msg.len && lws(msg.p[i]))
        i++;
    unsigned status = 0;
    for (; i < msg.len && ascii_digit((unsigned char)msg.p[i]) && status < 1000; i++)
        status = status * 10 + (unsigned)(msg.p[i] - '0');
    return status;
}

struct span header_method(struct span msg) {
    ptrdiff_t space = span_find(msg, ' ');
    return space < 0 ? (struct span){0} : span_head(msg, (size_t)space);
}

struct span header_cseq_method(struct span msg) {
    struct span none = {"", 0};
    ptrdiff_t found = span_search_by(msg, SPAN("CSeq"), 3); /* its q is rare */
    if (found < 0) return none;
    struct span s = span_skip(msg, (size_t)found);
    ptrdiff_t colon = span_find(s, ':');
    if (colon < 0) return none;
    s = span_skip(s, (size_t)colon + 1);
    while (s.len > 0 && ascii_space((unsigned char)s.p[0]))
        s = span_skip(s, 1);
    while (s.len > 0 && !ascii_space((unsigned char)s.p[0]))
        s = span_skip(s, 1);
    while (s.len > 0 && ascii_space((unsigned char)s.p[0]))
        s = span_skip(s, 1);
    size_t n = 0;
    while (n < s.len && s.p[n] != '\r' && s.p[n] != '\n')
        n++;
    return span_head(s, n);
}

/* The digits that strtol() reads: blanks and a sign before them are allowed. False if they are too many. */
static bool read_integer(struct span s, uint64_t *number, bool *negative) {
    while (s.len > 0 && (ascii_space((unsigned char)s.p[0]) || s.p[0] == '\v' || s.p[0] == '\f'))
        s = span_skip(s, 1);
    *negative = s.len > 0 && s.p[0] == '-';
    if (s.len > 0 && (s.p[0] == '-' || s.p[0] == '+')) s = span_skip(s, 1);
    *number = 0;
    for (; s.len > 0 && ascii_digit((unsigned char)s.p[0]); s = span_skip(s, 1)) {
        unsigned digit = (unsigned)(s.p[0] - '0');
        if (*number > (UINT64_MAX - digit) / 10) return false;
        *number = *number * 10 + digit;
    }
    return true;
}

uint64_t header_cseq_number(struct span msg) {
    static const char *const spellings[] = {"\r\nCSeq:", "\r\nCSEQ:", "\r\ncseq:", "\r\nCseq:"};
    for (size_t k = 0; k < sizeof spellings / sizeof *spellings; k++) {
        ptrdiff_t found = span_search_by(msg, span_of(spellings[k]), 5); /* its q */
        if (found < 0) continue;
        struct span s = span_skip(msg, (size_t)found + strlen(spellings[k]));
        uint64_t number;
        bool negative;
        if (!read_integer(s, &number, &negative)) return UINT64_MAX;
        return negative ? 0 - number : number;
    }
    return 0;
}

int32_t header_integer(struct span text) {
    uint64_t number;
    bool negative;
    if (!read_integer(text, &number, &negative) || number > INT64_MAX) return negative ? 0 : -1;
    return (int32_t)(uint32_t)(negative ? 0 - number : number);
}

struct span header_to_tag(const struct header_lines *l) {
    struct span to, none = {0};
    if (!find_value(l, SPAN("To"), SPAN("t"), &to)) return none;
    ptrdiff_t close = span_find(to, '>');
    if (close >= 0) to = span_skip(to, (size_t)close);
    for (ptrdiff_t semicolon; (semicolon = span_find(to, ';')) >= 0;) {
        to = span_skip(to, (size_t)semicolon + 1);
        if (!skip_lws(&to)) return none;
        if (!span_starts_nocase(to, "tag=")) continue;
        to = span_skip(to, strlen("tag="));
        size_t n = 0;
        while (n < to.len && !lws(to.p[n]) && to.p[n] != ';' && to.p[n] != '\r' && to.p[n] != '\n')
            n++;
        return span_head(to, n);
    }
    return none;
}

void header_branch(struct buf *out, const struct header_lines *l) {
    struct buf via = {0};
    header_write(&via, l, SPAN("Via:"), true);
    struct span s = buf_span(&via);
    ptrdiff_t found = span_search(s, SPAN(";branch="));
    if (found >= 0) {
        s = span_skip(s, (size_t)found + strlen(";branch="));
        size_t n = 0;
        while (n < s.len && s.p[n] != ';' && s.p[n] != ',' && !ascii_space((unsigned char)s.p[n]))
            n++;
        buf_add(out, span_head(s, n));
    }
    buf_free(&via);
}

struct span header_after(struct span msg, struct span name, bool case_indep, int64_t nth, bool start_line) {
    for (size_t from = 0; from < msg.len;) {
        struct span rest = span_skip(msg, from);
        ptrdiff_t found = case_indep ? span_search_nocase(rest, name) : span_search(rest, name);
        if (found < 0) break;
        size_t at = from + (size_t)found;
        from = at + (name.len ? name.len : 1);
        if (start_line && at > 0 && msg.p[at - 1] != '\n') continue;
        if (--nth > 0) continue;
        struct span line = span_skip(msg, at + name.len);
        size_t n = 0;
        while (n < line.len && line.p[n] != '\r' && line.p[n] != '\n')
            n++;
        return span_head(line, n);
    }
    return (struct span){"", 0};
}
