/* SPDX-License-Identifier: MIT */
#include "model/sipp/process/header.h"

#include "base/line_ends.h"
#include "base/mem.h"
#include "base/number.h"

#include <endian.h>
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

static uint64_t few_bytes(const char *p, size_t len) {
    uint64_t bytes = 0;
    while (len > 0)
        bytes = bytes << 8 | (unsigned char)p[--len];
    return bytes;
}

/* The first eight bytes as a number, or fewer and zeros. */
static uint64_t first_bytes(const char *p, size_t len) {
    uint64_t bytes;
    if (len < sizeof bytes) return few_bytes(p, len);
    memcpy(&bytes, p, sizeof bytes);
    return le64toh(bytes);
}

static struct header_key key_of(struct span name) {
    return (struct header_key){name, first_bytes(name.p, name.len), header_mask(name.len)};
}

/* Does the line begin with the name, as far as its first bytes tell? *surely: also in the case of letters. */
static inline bool may_be(const struct header_line *line, const struct header_key *key, bool *surely) {
    uint64_t difference = (line->bytes ^ key->bytes) & key->mask;
    *surely = difference == 0 && key->name.len <= sizeof difference;
    return (difference & ~UINT64_C(0x2020202020202020)) == 0;
}

/* An end of headers is looked for at line ends only: it begins with one. */
static void find_lines(struct header_lines *l, struct span text) {
    struct line_ends ends = line_ends_of(text);
    struct header_line *lines = l->lines, *full = lines + l->cap, *line = lines;
    const char *start = text.p, *end = text.p + text.len;
    size_t readable = SIZE_MAX, headers_len = text.len;
    for (;;) {
        if (line == full) {
            size_t count = (size_t)(line - lines);
            lines = mem_room(lines, count, &l->cap, sizeof *lines);
            line = lines + count;
            full = lines + l->cap;
        }
        line->bytes = first_bytes(start, (size_t)(end - start));
        line->start = (uint16_t)(start - text.p);
        line++;
        const char *lf = line_ends_next(&ends);
        if (!lf) break;
        start = lf + 1;
        if (lf == text.p || lf[-1] != '\r') {
            if (readable == SIZE_MAX) readable = (size_t)(line - lines);
        } else if (end - start > 1 && start[0] == '\r' && start[1] == '\n') {
            headers_len = (size_t)(lf - 1 - text.p);
            break;
        }
    }
    l->text = text;
    l->headers = span_head(text, headers_len);
    l->lines = lines;
    l->count = (size_t)(line - lines);
    l->readable = readable;
}

/* From the last line to the first, so that each is put before those that follow it. */
static void chain_lines(struct header_lines *l) {
    memset(l->first, 0, sizeof l->first);
    for (size_t i = l->count; i > 0; i--) {
        struct header_line *line = &l->lines[i - 1];
        uint16_t *first = &l->first[initial((char)(line->bytes & 0xff))];
        line->next = *first;
        *first = (uint16_t)i;
    }
}

const struct header_lines *header_lines_lay(struct header_index *index, struct payload *payload) {
    struct header_lines *l = index->latest = &index->lines[index->latest == index->lines];
    if (payload && l->payload == payload) return l;
    payload_drop(l->payload);
    l->payload = payload ? payload_hold(payload) : NULL;
    find_lines(l, payload ? header_clip(payload_span(payload)) : SPAN(""));
    chain_lines(l);
    return l;
}

void header_index_free(struct header_index *index) {
    for (size_t i = 0; i < sizeof index->lines / sizeof *index->lines; i++) {
        payload_drop(index->lines[i].payload);
        free(index->lines[i].lines);
    }
    *index = (struct header_index){0};
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

struct header_name header_name_of(struct span name) {
    struct span compact = compact_form(name);
    return (struct header_name){key_of(name),
                                compact.p ? key_of(compact) : (struct header_key){.name = compact}};
}

static inline bool is_named(const struct header_lines *l, size_t i, const struct header_key *key) {
    bool surely;
    if (!may_be(&l->lines[i], key, &surely)) return false;
    struct span line = span_skip(l->headers, l->lines[i].start);
    return line.len >= key->name.len && (surely || span_same_nocase(line.p, key->name.p, key->name.len));
}

/* The first line of a chain from the i-th on that begins with a name, which ends in a colon; the count: none.
 */
static inline size_t find_in_chain(const struct header_lines *l, uint32_t next, size_t i,
                                   const struct header_key *key) {
    for (; next; next = l->lines[next - 1].next)
        if (next > i && is_named(l, next - 1, key)) return next - 1;
    return l->count;
}

/* The first of all lines is no header. */
static inline size_t find_line(const struct header_lines *l, const struct header_key *key) {
    return find_in_chain(l, l->first[initial((char)(key->bytes & 0xff))], 1, key);
}

/* The line behind the i-th and those that go on with it. */
static size_t behind_folded(const struct header_lines *l, size_t i) {
    for (i++; i < l->count; i++) {
        char c = (char)(l->lines[i].bytes & 0xff);
        if (c != ' ' && c != '\t') break;
    }
    return i;
}

/* At the end SIPp never trims the first byte: an empty value stays the CR that it ends in. A line feed stops
 * it. */
static struct span trim_end(struct span s) {
    while (s.len > 1 && ascii_space((unsigned char)s.p[s.len - 1]) && s.p[s.len - 1] != '\n')
        s.len--;
    return s;
}

/* Where another header is to follow it does, and nothing stops it. */
static void trim_all(struct buf *out, size_t begin) {
    while (out->len > begin && ascii_space((unsigned char)out->p[out->len - 1]))
        out->len--;
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

/* From the i-th line up to the LF before the line `next`, or to the end of the headers. */
static struct span whole_header(const struct header_lines *l, size_t i, size_t next) {
    size_t end = next < l->count ? (size_t)l->lines[next].start - 1 : l->headers.len;
    return span_between(l->headers.p + l->lines[i].start, l->headers.p + end);
}

static struct span behind_name(struct span header, struct span name) {
    struct span value = span_skip(header, name.len);
    while (value.len > 0 && value.p[0] == ' ')
        value = span_skip(value, 1);
    return value;
}

/* Joins what has been written of a header with those of the same name behind it, the i-th line first. */
static void join_lines(struct buf *out, size_t begin, const struct header_lines *l, size_t i, bool folded,
                       const struct header_key *key) {
    for (size_t next; i < l->count; i = find_in_chain(l, l->lines[i].next, next, key)) {
        next = behind_folded(l, i);
        folded |= next > i + 1;
        trim_all(out, begin);
        buf_add(out, SPAN(", "));
        buf_add(out, behind_name(whole_header(l, i, next), key->name));
    }
    out->len = begin + trim_end(span_skip(buf_span(out), begin)).len;
    if (folded) unfold(out, begin);
}

enum header_found header_write_named(struct buf *out, const struct header_lines *l,
                                     const struct header_name *name, bool value_only) {
    const struct header_key *key = &name->full;
    size_t i = find_line(l, key);
    if (i == l->count) {
        key = &name->compact;
        if (!key->name.p || (i = find_line(l, key)) == l->count) return HEADER_NONE;
    }
    size_t next = behind_folded(l, i), begin = out->len;
    struct span header = whole_header(l, i, next);
    buf_add(out, trim_end(value_only ? behind_name(header, key->name) : header));
    bool folded = next > i + 1;
    i = find_in_chain(l, l->lines[i].next, next, key);
    if (i == l->count && !folded) return HEADER_LINE;
    join_lines(out, begin, l, i, folded, key);
    return HEADER_TEXT;
}

enum header_found header_write(struct buf *out, const struct header_lines *l, struct span name,
                               bool value_only) {
    struct header_name named = header_name_of(name);
    return header_write_named(out, l, &named, value_only);
}

/* Behind blanks, and behind line ends that a blank follows. False at the end of the header. */
static bool skip_lws(struct span *s) {
    for (;; s->p += 3, s->len -= 3) {
        for (; s->len > 0 && ascii_blank(s->p[0]); s->len--)
            s->p++;
        if (!span_starts(*s, "\r\n")) return true;
        if (s->len < 3 || !ascii_blank(s->p[2])) return false;
    }
}

/*
 * Where the header of the i-th line ends whose value begins the text: at its CRLF that no blank follows, or
 * the end. It is searched for where the next line is not known, or goes on with this one.
 */
static inline size_t value_len(const struct header_lines *l, size_t i, struct span s) {
    if (i + 1 < l->count && i + 1 != l->readable) {
        const char *next = l->text.p + l->lines[i + 1].start;
        if (s.p + 2 <= next && (next == s.p + s.len || !ascii_blank(*next))) return (size_t)(next - 2 - s.p);
    }
    for (size_t from = 0;;) {
        ptrdiff_t end = span_search(span_skip(s, from), SPAN("\r\n"));
        if (end < 0) return s.len;
        from += (size_t)end + 2;
        if (from >= s.len || !ascii_blank(s.p[from])) return from - 2;
    }
}

/* The first line that begins with name, before blanks and a colon, and what follows these; the count: none.
 */
static inline size_t find_named(const struct header_lines *l, struct header_key key, struct span *value) {
    struct span name = key.name;
    bool surely;
    for (uint32_t next = l->first[initial(name.p[0])]; next; next = l->lines[next - 1].next) {
        if (!may_be(&l->lines[next - 1], &key, &surely)) continue;
        struct span text = span_skip(l->text, l->lines[next - 1].start);
        if (!surely && !(text.len >= name.len && span_same_nocase(text.p, name.p, name.len))) continue;
        const char *p = text.p + name.len, *end = text.p + text.len;
        while (p < end && ascii_blank(*p))
            p++;
        if (p == end || *p != ':') continue;
        *value = span_between(p + 1, end);
        return next - 1;
    }
    return l->count;
}

/* The value of a header by full or compact name, blanks allowed before its colon; a folded one whole. SIPp
 * looks no further than to a line that ends without a CR. In a function of its own, where the names are not
 * known, it takes a fifth longer. */
__attribute__((always_inline)) static inline bool find_value(const struct header_lines *l,
                                                             struct header_key full,
                                                             struct header_key compact, struct span *value) {
    struct span short_value;
    size_t i = find_named(l, full, value), j = find_named(l, compact, &short_value);
    if (j < i) {
        i = j;
        *value = short_value;
    }
    if (i >= l->count || i >= l->readable || !skip_lws(value)) return false;
    value->len = value_len(l, i, *value);
    return true;
}

bool header_call_id(const struct header_lines *l, bool prefix, struct span *id) {
    if (!find_value(l, HEADER_KEY("Call-ID"), HEADER_KEY("i"), id)) return false;
    if (id->len == 0 || id->len > HEADER_TEXT_MAX) return false;
    ptrdiff_t slashes = span_search(*id, SPAN("///"));
    if (prefix && slashes >= 0) *id = span_skip(*id, (size_t)slashes + 3);
    return true;
}

static inline bool has_line(const struct header_lines *l, struct header_key key) {
    return find_line(l, &key) < l->count;
}

bool header_has_to(const struct header_lines *l) {
    return has_line(l, HEADER_KEY("To:")) || has_line(l, HEADER_KEY("t:"));
}

/* It nearly always stands in the first line, at one of its ends. */
bool header_names_sip(const struct header_lines *l) {
    struct span sip = SPAN("SIP/2.0");
    if (span_starts(l->text, "SIP/2.0")) return true;
    size_t end = l->count > 1 ? l->lines[1].start : 0; /* behind CR and LF */
    if (end >= sip.len + 2 && span_eq((struct span){l->text.p + end - 2 - sip.len, sip.len}, sip))
        return true;
    return span_search(l->text, sip) >= 0;
}

unsigned header_status(struct span msg) {
    if (!span_starts(msg, "SIP/2.0")) return 0;
    const char *p = msg.p + strlen("SIP/2.0"), *end = msg.p + msg.len;
    while (p < end && !ascii_blank(*p))
        p++;
    while (p < end && ascii_blank(*p))
        p++;
    unsigned status = 0;
    for (; p < end && ascii_digit((unsigned char)*p) && status < 1000; p++)
        status = status * 10 + (unsigned)(*p - '0');
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
    const char *p = s.p, *end = s.p + s.len;
    while (p < end && *p != ':')
        p++;
    if (p == end) return none;
    p++;
    while (p < end && ascii_white((unsigned char)*p))
        p++;
    while (p < end && !ascii_white((unsigned char)*p))
        p++;
    while (p < end && ascii_white((unsigned char)*p))
        p++;
    const char *method = p;
    while (p < end && *p != '\r' && *p != '\n')
        p++;
    return span_between(method, p);
}

/* The digits that strtol() reads: blanks and a sign before them are allowed. False if they are too many. */
static bool read_integer(struct span s, uint64_t *number, bool *negative) {
    *negative = span_take_sign(&s);
    *number = 0;
    for (; s.len > 0 && ascii_digit((unsigned char)s.p[0]); s = span_skip(s, 1)) {
        unsigned digit = (unsigned)(s.p[0] - '0');
        if (*number > (UINT64_MAX - digit) / 10) return false;
        *number = *number * 10 + digit;
    }
    return true;
}

/* Of the first "\r\nCSeq:" in a message, or else the first of another spelling: what stands behind it. */
static struct span find_cseq(const struct header_lines *l) {
    static const char *const spellings[] = {"\r\nCSeq:", "\r\nCSEQ:", "\r\ncseq:", "\r\nCseq:"};
    struct header_key key = HEADER_KEY("CSeq:");
    bool surely;
    for (uint32_t next = l->first[initial('C')]; next > 0; next = l->lines[next - 1].next) {
        struct span text = span_skip(l->text, l->lines[next - 1].start);
        bool found = may_be(&l->lines[next - 1], &key, &surely) && surely;
        if (found && l->lines[next - 1].start >= 2 && text.p[-2] == '\r')
            return span_skip(text, key.name.len);
    }
    for (size_t k = 0; k < sizeof spellings / sizeof *spellings; k++) {
        ptrdiff_t found = span_search_by(l->text, span_of(spellings[k]), 5); /* its q */
        if (found >= 0) return span_skip(l->text, (size_t)found + strlen(spellings[k]));
    }
    return (struct span){0};
}

uint64_t header_cseq_number(const struct header_lines *l) {
    uint64_t number;
    bool negative;
    struct span text = find_cseq(l);
    if (!text.p) return 0;
    if (!read_integer(text, &number, &negative)) return UINT64_MAX;
    return negative ? 0 - number : number;
}

int32_t header_integer(struct span text) {
    uint64_t number;
    bool negative;
    if (!read_integer(text, &number, &negative) || number > INT64_MAX) return negative ? 0 : -1;
    return (int32_t)(uint32_t)(negative ? 0 - number : number);
}

static bool ends_tag(char c) {
    static const bool ends[256] = {[' '] = true, ['\t'] = true, [';'] = true, ['\r'] = true, ['\n'] = true};
    return ends[(unsigned char)c];
}

struct span header_to_tag(const struct header_lines *l) {
    struct span to, none = {0};
    if (!find_value(l, HEADER_KEY("To"), HEADER_KEY("t"), &to)) return none;
    ptrdiff_t close = span_find(to, '>');
    const char *p = close >= 0 ? to.p + close : to.p, *end = to.p + to.len;
    for (;; p++) {
        while (p < end && *p != ';')
            p++;
        if (p == end) return none;
        struct span parameter = span_between(p + 1, end);
        if (!skip_lws(&parameter)) return none;
        if (!span_starts_nocase(parameter, "tag=")) continue;
        p = parameter.p + strlen("tag=");
        const char *tag = p;
        while (p < end && !ends_tag(*p))
            p++;
        return span_between(tag, p);
    }
}

void header_branch(struct buf *out, const struct header_lines *l) {
    struct buf via = {0};
    header_write(&via, l, SPAN("Via:"), true);
    struct span s = buf_span(&via);
    ptrdiff_t found = span_search(s, SPAN(";branch="));
    if (found >= 0) {
        s = span_skip(s, (size_t)found + strlen(";branch="));
        size_t n = 0;
        while (n < s.len && s.p[n] != ';' && s.p[n] != ',' && !ascii_white((unsigned char)s.p[n]))
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
        from = at + 1; /* the next one may begin in this one */
        if (start_line && at > 0 && msg.p[at - 1] != '\n') continue;
        if (--nth > 0) continue;
        struct span line = header_cut(span_skip(msg, at + name.len));
        size_t n = 0;
        while (n < line.len && line.p[n] != '\r' && line.p[n] != '\n')
            n++;
        return span_head(line, n);
    }
    return (struct span){"", 0};
}
