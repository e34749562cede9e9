/* SPDX-License-Identifier: MIT */
#include "model/sipp/process/header.h"

#include "model/sipp/scenario/number.h"

struct span header_clip(struct span datagram) {
    ptrdiff_t nul = span_find(datagram, '\0');
    return nul < 0 ? datagram : span_head(datagram, (size_t)nul);
}

static struct span header_part(struct span msg) {
    ptrdiff_t end = span_search(msg, SPAN("\r\n\r\n"));
    return end < 0 ? msg : span_head(msg, (size_t)end);
}

struct span header_body(struct span msg) {
    ptrdiff_t end = span_search(msg, SPAN("\r\n\r\n"));
    return end < 0 ? (struct span){0} : span_skip(msg, (size_t)end + 4);
}

/* Headers with a compact form that SIPp knows. */
static const struct {
    const char *full, *compact;
} compact_forms[] = {{"Call-ID:", "i:"},
                     {"Contact:", "m:"},
                     {"Content-Encoding:", "e:"},
                     {"Content-Length:", "l:"},
                     {"Content-Type:", "c:"},
                     {"From:", "f:"},
                     {"To:", "t:"},
                     {"Via:", "v:"}};

static struct span compact_form(struct span name) {
    for (size_t i = 0; i < sizeof compact_forms / sizeof *compact_forms; i++)
        if (span_is_nocase(name, compact_forms[i].full)) return span_of(compact_forms[i].compact);
    return (struct span){0};
}

/* The next line of headers after its start that begins with name; -1: none. */
static ptrdiff_t find_line(struct span headers, size_t from, struct span name) {
    for (;;) {
        ptrdiff_t lf = span_find(span_skip(headers, from), '\n');
        if (lf < 0) return -1;
        from += (size_t)lf + 1;
        if (span_eq_nocase(span_head(span_skip(headers, from), name.len), name)) return (ptrdiff_t)from;
    }
}

/* Where the line that begins at from ends, folded ones included: at its LF, or the end. */
static size_t line_end(struct span headers, size_t from) {
    for (;;) {
        ptrdiff_t lf = span_find(span_skip(headers, from), '\n');
        if (lf < 0) return headers.len;
        size_t end = from + (size_t)lf;
        if (end + 1 >= headers.len || (headers.p[end + 1] != ' ' && headers.p[end + 1] != '\t')) return end;
        from = end + 1;
    }
}

/* SIPp never trims the first byte: an empty value stays the CR that it ends in. */
static void trim_end(struct buf *out, size_t begin) {
    while (out->len > begin + 1 && ascii_space((unsigned char)out->p[out->len - 1]))
        out->len--;
}

/* Adds text; the CR of an inner line end goes, so that a folded header has bare LFs. */
static void add_unfolded(struct buf *out, struct span text) {
    for (size_t i = 0; i < text.len; i++) {
        bool inner = text.p[i] == '\r' && i + 2 < text.len && text.p[i + 1] == '\n' &&
                     (text.p[i + 2] == ' ' || text.p[i + 2] == '\t');
        if (!inner) buf_add_char(out, text.p[i]);
    }
}

static bool write_lines(struct buf *out, struct span headers, struct span name, bool value_only) {
    size_t begin = out->len, from = 0;
    bool found = false;
    for (ptrdiff_t line; (line = find_line(headers, from, name)) >= 0; found = true) {
        size_t end = line_end(headers, (size_t)line);
        struct span text = span_between(headers.p + line, headers.p + end);
        if (found || value_only)
            for (text = span_skip(text, name.len); text.len > 0 && text.p[0] == ' ';)
                text = span_skip(text, 1);
        if (found) {
            trim_end(out, begin);
            buf_add_text(out, ", ");
        }
        add_unfolded(out, text);
        from = end;
        if (from >= headers.len) {
            found = true;
            break;
        }
    }
    trim_end(out, begin);
    return found;
}

bool header_write(struct buf *out, struct span msg, struct span name, bool value_only) {
    struct span headers = header_part(msg);
    if (write_lines(out, headers, name, value_only)) return true;
    struct span compact = compact_form(name);
    return compact.p && write_lines(out, headers, compact, value_only);
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

/* The value of a header by full or compact name, blanks allowed before its colon; a folded one whole. */
static bool find_value(struct span msg, const char *full, const char *compact, struct span *value) {
    const char *names[] = {full, compact};
    for (struct span rest = msg; rest.len > 0;) {
        for (size_t n = 0; n < 2; n++) {
            if (!span_starts_nocase(rest, names[n])) continue;
            struct span after = span_skip(rest, strlen(names[n]));
            while (after.len > 0 && lws(after.p[0]))
                after = span_skip(after, 1);
            if (after.len == 0 || after.p[0] != ':') continue;
            after = span_skip(after, 1);
            if (!skip_lws(&after)) return false;
            *value = span_head(after, value_len(after));
            return true;
        }
        ptrdiff_t lf = span_find(rest, '\n');
        if (lf < 1 || rest.p[lf - 1] != '\r') return false;
        rest = span_skip(rest, (size_t)lf + 1);
        if (span_starts(rest, "\r\n")) return false;
    }
    return false;
}

bool header_call_id(struct span msg, struct span *id) {
    if (!find_value(msg, "Call-ID", "i", id) || id->len == 0) return false;
    ptrdiff_t slashes = span_search(*id, SPAN("///"));
    if (slashes >= 0) *id = span_skip(*id, (size_t)slashes + 3);
    return true;
}

bool header_has_to(struct span msg) {
    struct span headers = header_part(msg);
    return find_line(headers, 0, SPAN("To:")) >= 0 || find_line(headers, 0, SPAN("t:")) >= 0;
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
    ptrdiff_t found = span_search(msg, SPAN("CSeq"));
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
        ptrdiff_t found = span_search(msg, span_of(spellings[k]));
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

struct span header_to_tag(struct span msg) {
    struct span to, none = {0};
    if (!find_value(msg, "To", "t", &to)) return none;
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

void header_branch(struct buf *out, struct span msg) {
    struct buf via = {0};
    header_write(&via, msg, SPAN("Via:"), true);
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
