/* SPDX-License-Identifier: MIT */
#include "model/sip/msg.h"

#include "base/buf.h"
#include "base/line_ends.h"
#include "base/mem.h"
#include "model/sip/stops.h"

#include <stdlib.h>

/*
 * The headers that are looked up, and those that nearly all lines are. As stacks write them, one comparison
 * of sixteen bytes tells their id and where their name ends. By five bits of their first letter, the most
 * frequent ones first.
 */
enum { INITIALS = 32, SAME_INITIAL = 5, USUAL_MAX = 16 };
static const struct usual_line {
    char name[USUAL_MAX];        /* with the colon */
    signed char mask[USUAL_MAX]; /* ones where the name is */
    uint8_t len;                 /* 0: no more */
    uint8_t id;
} usual_lines[INITIALS][SAME_INITIAL] = {
#define ON(name, i)      ((i) < sizeof name - 1 ? -1 : 0)
#define FOUR_ON(name, i) ON(name, i), ON(name, (i) + 1), ON(name, (i) + 2), ON(name, (i) + 3)
#define USUAL(name, id)                                                                                      \
    { name, {FOUR_ON(name, 0), FOUR_ON(name, 4), FOUR_ON(name, 8), FOUR_ON(name, 12)}, sizeof name - 1, id }
    ['C' % INITIALS] = {USUAL("Call-ID:", SIP_CALL_ID), USUAL("CSeq:", SIP_CSEQ),
                        USUAL("Content-Length:", SIP_CONTENT_LENGTH), USUAL("Contact:", SIP_CONTACT),
                        USUAL("Content-Type:", SIP_CONTENT_TYPE)},
    ['F' % INITIALS] = {USUAL("From:", SIP_FROM)},
    ['M' % INITIALS] = {USUAL("Max-Forwards:", SIP_MAX_FORWARDS)},
    ['R' % INITIALS] = {USUAL("Record-Route:", SIP_RECORD_ROUTE), USUAL("Route:", SIP_ROUTE),
                        USUAL("Reason:", SIP_REASON)},
    ['S' % INITIALS] = {USUAL("Subject:", SIP_OTHER)},
    ['T' % INITIALS] = {USUAL("To:", SIP_TO)},
    ['V' % INITIALS] = {USUAL("Via:", SIP_VIA)},
#undef USUAL
#undef FOUR_ON
#undef ON
};

/* RFC 3261 7.3.3, 20 */
static enum sip_header_id compact_id(char letter) {
    switch (ascii_lower((unsigned char)letter)) {
    case 'c': return SIP_CONTENT_TYPE;
    case 'f': return SIP_FROM;
    case 'i': return SIP_CALL_ID;
    case 'l': return SIP_CONTENT_LENGTH;
    case 'm': return SIP_CONTACT;
    case 't': return SIP_TO;
    case 'v': return SIP_VIA;
    default: return SIP_OTHER;
    }
}

enum sip_header_id sip_header_id(struct span name) {
    if (name.len == 1) return compact_id(name.p[0]);
    if (name.len == 0) return SIP_OTHER;
    const struct usual_line *u = usual_lines[(unsigned char)name.p[0] % INITIALS];
    for (size_t i = 0; i < SAME_INITIAL && u[i].len; i++)
        if (u[i].len == name.len + 1 && span_same_nocase(name.p, u[i].name, name.len)) return u[i].id;
    return SIP_OTHER;
}

/* Do the sixteen bytes at p begin with it? */
static bool begins_with(const char *p, const struct usual_line *u) {
    uint64_t x[2], y[2], mask[2];
    memcpy(x, p, sizeof x);
    memcpy(y, u->name, sizeof y);
    memcpy(mask, u->mask, sizeof mask);
    return (((x[0] ^ y[0]) & mask[0]) | ((x[1] ^ y[1]) & mask[1])) == 0;
}

/* Which of them begins at p; NULL: none, or so near to the end that it does not matter. */
static const struct usual_line *usual_line_at(const char *p, const char *end) {
    const struct usual_line *u = usual_lines[(unsigned char)*p % INITIALS];
    if (end - p < USUAL_MAX) return NULL;
    for (size_t i = 0; i < SAME_INITIAL && u[i].len; i++)
        if (begins_with(p, &u[i])) return &u[i];
    return NULL;
}

void sip_msg_free(struct sip_msg *m) {
    free(m->headers);
    *m = (struct sip_msg){0};
}

/* Where the next line begins; the end of the text: there is none. */
static inline const char *next_line(struct line_ends *ends) {
    const char *lf = line_ends_next(ends);
    return lf ? lf + 1 : ends->end;
}

/* The word up to the next blank, or tab where that is one; *rest is what follows it, p NULL: there is none.
 */
static struct span word_of(struct span s, bool tabs_too, struct span *rest) {
    ptrdiff_t blank = span_find(s, ' '),
              tab = tabs_too ? span_find(blank < 0 ? s : span_head(s, (size_t)blank), '\t') : -1;
    size_t n = tab >= 0 ? (size_t)tab : blank >= 0 ? (size_t)blank : s.len;
    *rest = n < s.len ? span_skip(s, n + 1) : (struct span){0};
    return span_head(s, n);
}

/* As Kamailio reads it: a blank must follow the status, a tab may stand for some of the blanks. */
static bool parse_first_line(struct sip_msg *m, struct span line) {
    bool odd = span_has_control(line); /* a tab or CR, perhaps */
    struct span rest, rest2;
    struct span first = word_of(line, false, &rest), second = word_of(rest, odd, &rest2);
    m->first_line = line;
    if (span_is_nocase(first, "SIP/2.0")) {
        uint64_t status;
        if (second.len != 3 || !span_to_u64(second, 999, &status) || !rest2.p) return false;
        m->is_request = false;
        m->status = (unsigned)status;
        m->reason = rest2;
        return true;
    }
    m->is_request = true;
    m->method = first;
    m->uri = second;                                  /* may be empty, as SIPp's [next_url] can be */
    ptrdiff_t cr = odd ? span_find(rest2, '\r') : -1; /* what stands behind it does not count */
    m->version = span_trim(cr < 0 ? rest2 : span_head(rest2, (size_t)cr));
    if (!first.len || !rest2.p || !span_starts_nocase(m->version, "SIP/2.0")) return false;
    if (odd && span_find(span_between(line.p, m->version.p), '\r') >= 0) return false;
    bool is_longer = m->version.len > strlen("SIP/2.0");
    return !is_longer || stop_find(m->version, STOP_BLANK) == m->version.len;
}

/* Without the blanks around it: nearly always one before it and the line end behind it. */
static struct span value_of(struct sip_msg *m, const char *from, const char *next, bool is_via) {
    if (next - from >= 4 && from[0] == ' ' && from[1] > ' ' && next[-3] > ' ' && next[-2] == '\r' &&
        next[-1] == '\n')
        return span_between(from + 1, next - 2);
    struct span value = span_trim(span_between(from, next));
    const char *cr = value.len && from < value.p ? memchr(from, '\r', (size_t)(value.p - from)) : NULL;
    if (cr && cr[1] != '\n' && (!is_via || cr[1] != ' '))
        value = span_between(cr, value.p + value.len); /* it is no blank */
    if (!value.len) {                                  /* it stands in front of the line's end */
        struct span blanks = span_without_line_end(span_between(from, next));
        value.p = blanks.p + blanks.len;
    }
    if (value.len && value.p[value.len - 1] == '\0') m->ends_in_nul = true;
    if (value.p + value.len + 2 != next) m->ends_oddly = true;
    return value;
}

/* Blanks and tabs may stand around it. */
static struct span name_of(const char *p, const char *colon) {
    while (p < colon && (*p == ' ' || *p == '\t'))
        p++;
    while (colon > p && (colon[-1] == ' ' || colon[-1] == '\t'))
        colon--;
    return span_between(p, colon);
}

/* Where a Via or To ends: at a CR, too, if neither a line end nor a blank follows. */
static const char *end_by_cr(const char *p, const char *next) {
    const char *last = next - (next[-1] == '\n'); /* a CR before that one is the line's */
    while ((p = memchr(p, '\r', (size_t)(last - p))) && ++p < last)
        if (!ascii_space((unsigned char)*p) || (*p == '\r' && next - p > 2)) return p;
    return next;
}

static bool may_end_by_cr(const struct sip_header *h) { return h->id == SIP_VIA || h->id == SIP_TO; }

static bool ends_by_cr(const struct sip_header *h) {
    const char *next = h->line.p + h->line.len;
    return end_by_cr(h->name.p + h->name.len, next) < next;
}

/* Hardly one does: it is asked for when all lines are known, and then they are read once more. */
static bool any_ends_by_cr(const struct sip_msg *m) {
    const struct sip_header *via = sip_msg_first(m, SIP_VIA), *to = sip_msg_first(m, SIP_TO);
    if ((via && ends_by_cr(via)) || (to && ends_by_cr(to))) return true;
    if (!(m->repeated & (sip_header_bit(SIP_VIA) | sip_header_bit(SIP_TO)))) return false;
    for (const struct sip_header *h = m->headers; h < m->headers + m->header_count; h++)
        if (may_end_by_cr(h) && ends_by_cr(h)) return true;
    return false;
}

/* Name, id and where its colon is, of a line as hardly one is written. False: it is no header. */
static bool read_name(struct sip_header *h, const char *p, const char *next, const char **colon) {
    *colon = memchr(p, ':', (size_t)(next - p));
    if (!*colon || *colon == p) return false;
    h->name = name_of(p, *colon);
    h->id = sip_header_id(h->name);
    return true;
}

static struct sip_header *more_headers(struct sip_msg *m) {
    m->headers = mem_room(m->headers, m->header_count, &m->header_cap, sizeof *m->headers);
    return m->headers + m->header_count;
}

/* loose: a line that is no header is passed over. by_cr: a Via or To may end at a CR. */
static bool parse_lines(struct sip_msg *m, struct span bytes, bool loose, bool by_cr) {
    struct sip_header *h = m->headers; /* the next one */
    size_t cap = m->header_cap;
    *m = (struct sip_msg){.bytes = bytes, .headers = h, .header_cap = cap};
    struct line_ends ends = line_ends_of(bytes);
    const char *p = bytes.p, *end = bytes.p + bytes.len, *next = next_line(&ends);
    if (!parse_first_line(m, span_without_line_end(span_between(p, next)))) return false;
    if (end - next > 1 && *next == '\r' && next[1] != '\n') next++;
    for (p = next; p < end; p = next) {
        const struct usual_line *usual = usual_line_at(p, end);
        next = next_line(&ends);
        if (*p <= '\r' && (*p == '\n' || *p == '\r')) { /* a CR alone is an empty line, too */
            if (*p == '\r' && p + 1 < end && p[1] != '\n') next = p + 1;
            break;
        }
        /* A line that begins with a blank goes on with the header before it (RFC 3261 7.3.1). */
        while (next < end && *next <= ' ' && (*next == ' ' || *next == '\t'))
            next = next_line(&ends);
        if (m->header_count == m->header_cap) h = more_headers(m);
        const char *colon;
        if (usual) {
            colon = p + usual->len - 1;
            h->name = span_between(p, colon);
            h->id = usual->id;
        } else if (!read_name(h, p, next, &colon)) {
            if (loose) continue;
            return false;
        }
        if (by_cr && may_end_by_cr(h)) {
            const char *behind = end_by_cr(colon, next);
            if (behind < next) ends = line_ends_of(span_between(next = behind, end));
        }
        h->line = span_between(p, next);
        h->value = value_of(m, colon + 1, next, h->id == SIP_VIA);
        m->header_count++;
        if (!m->first[h->id])
            m->first[h->id] = m->header_count;
        else
            m->repeated |= sip_header_bit(h->id);
        h++;
    }
    m->header_end = (size_t)(p - bytes.p);
    m->body = span_between(next, end); /* behind the empty line */
    return true;
}

static bool parse(struct sip_msg *m, struct span bytes, bool loose) {
    bool readable = parse_lines(m, bytes, loose, false);
    return any_ends_by_cr(m) ? parse_lines(m, bytes, loose, true) : readable;
}

bool sip_msg_parse(struct sip_msg *m, struct span bytes) { return parse(m, bytes, false); }

bool sip_msg_parse_loosely(struct sip_msg *m, struct span bytes) { return parse(m, bytes, true); }

const struct sip_header *sip_msg_first(const struct sip_msg *m, enum sip_header_id id) {
    return m->first[id] ? &m->headers[m->first[id] - 1] : NULL;
}

void sip_msg_cut(struct sip_msg *m, size_t count) {
    m->header_count = count;
    for (size_t id = 0; id < SIP_HEADER_IDS; id++)
        if (m->first[id] > count) m->first[id] = 0;
}

const struct sip_header *sip_msg_next(const struct sip_msg *m, const struct sip_header *h) {
    for (const struct sip_header *next = h + 1; next < m->headers + m->header_count; next++)
        if (next->id == h->id) return next;
    return NULL;
}

bool sip_cseq_parse(struct span value, struct span *number, struct span *method) {
    size_t n = 0;
    while (n < value.len && !ascii_space(value.p[n]))
        n++;
    *number = span_head(value, n);
    *method = span_trim(span_skip(value, n));
    for (size_t i = 0; i < method->len; i++)
        if (ascii_space(method->p[i])) return false;
    return n > 0 && method->len > 0;
}

struct span sip_tag(struct span value) {
    /* Parameters follow the brackets; without brackets they follow the URI, which then has none. */
    ptrdiff_t open = span_find(value, '<');
    if (open >= 0) {
        ptrdiff_t close = span_find(span_skip(value, (size_t)open), '>');
        if (close < 0) return (struct span){0};
        value = span_skip(value, (size_t)(open + close));
    }
    for (ptrdiff_t semicolon; (semicolon = span_find(value, ';')) >= 0;) {
        value = span_skip(value, (size_t)semicolon + 1);
        ptrdiff_t end = span_find(value, ';');
        struct span param = end < 0 ? value : span_head(value, (size_t)end);
        ptrdiff_t equals = span_find(param, '=');
        if (equals > 0 && span_is_nocase(span_trim(span_head(param, (size_t)equals)), "tag"))
            return span_trim(span_skip(param, (size_t)equals + 1));
    }
    return (struct span){0};
}

void sip_summary(struct buf *out, struct span bytes) {
    struct sip_msg m = {0};
    buf_reset(out);
    bool ok = sip_msg_parse(&m, bytes);
    if (ok && m.is_request) {
        buf_add(out, m.method);
    } else if (ok) {
        struct span number, method = {0};
        const struct sip_header *cseq = sip_msg_first(&m, SIP_CSEQ);
        if (cseq) sip_cseq_parse(cseq->value, &number, &method);
        buf_add_u64(out, m.status);
        buf_add_char(out, ' ');
        buf_add(out, method.len ? method : SPAN("?"));
    } else {
        buf_add_char(out, '?');
    }
    sip_msg_free(&m);
}
