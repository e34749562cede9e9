/* SPDX-License-Identifier: MIT */
/* textops: the parts of multipart bodies (facts: Kamailio 31.3). */
#include "model/kamailio/message/header.h"
#include "model/kamailio/message/lump.h"
#include "model/kamailio/message/multipart.h"
#include "model/kamailio/modules/textops/textops.h"
#include "sim/event.h"

/* A multipart body: "--boundary" in front of each part, "--boundary--" or "--boundary" behind the last one.
 */
struct multipart {
    struct span boundary;
    struct span parts; /* from the first delimiter to the last one */
    struct span end;   /* the last delimiter, with its end of line */
    bool closed;       /* it is "--boundary--" */
};

/* One part: from its delimiter to the next one. */
struct part {
    struct span delimiter, next; /* with their ends of line */
    struct span type_line;       /* with its end */
    struct span content;         /* what stands behind the Content-Type */
    struct span type;
};

static struct span content_type(const struct kam_run *run) {
    const struct sip_header *type = sip_msg_first(&run->msg, SIP_CONTENT_TYPE);
    return type ? type->value : (struct span){0};
}

static bool is_multipart(struct span type) { return span_starts_nocase(type, "multipart/"); }
static bool is_mixed(struct span type) { return span_starts_nocase(type, "multipart/mixed"); }

static void stop_without_type(struct kam_run *run, bool looked_at) {
    if (looked_at && !sip_msg_first(&run->msg, SIP_CONTENT_TYPE))
        kam_run_stop(run, "Kamailio 5.6.3 crashes here: parts of a body without a Content-Type");
}

/* False: the body has no parts. One with something in front of the first or behind the last delimiter stops
 * the run: Kamailio then makes it anew. */
static bool read_multipart(struct kam_run *run, struct multipart *m) {
    struct span body = span_skip(run->msg.bytes, kam_body_at(run)), left = body;
    *m = (struct multipart){.boundary = multipart_boundary(content_type(run))};
    run->all_read = true;
    if (run->damaged) return false;
    stop_without_type(run, body.len > 0);
    if (!m->boundary.len) return false;
    bool first = true, in_front = false;
    while (left.len) {
        struct span line = multipart_take_line(&left);
        if (!multipart_is_delimiter(line, m->boundary)) {
            in_front = in_front || first;
            continue;
        }
        first = false;
        m->end = line;
    }
    if (first) return false;
    m->parts = span_between(body.p, m->end.p);
    m->closed = span_trim(m->end).len > m->boundary.len + 2;
    bool behind = m->end.p + m->end.len < body.p + body.len;
    if (in_front || behind || !span_starts(span_skip(m->end, m->end.len - 1), "\n"))
        kam_run_stop(run, "not simulated: a multipart body with something beside its parts");
    return !in_front && !behind;
}

/* The first part of that type. Its Content-Type is read as it stands, but for letters' case. */
static bool find_part(const struct multipart *m, struct span type, struct part *out) {
    struct span left = m->parts, line = {0};
    bool in_headers = false;
    *out = (struct part){0};
    for (bool last = false; !last;) {
        last = left.len == 0;
        const char *at = left.p;
        line = last ? m->end : multipart_take_line(&left);
        if (last || multipart_is_delimiter(line, m->boundary)) {
            if (out->type.len && span_eq_nocase(out->type, type)) {
                out->content = span_between(out->content.p, last ? m->end.p : at);
                out->next = line;
                return true;
            }
            *out = (struct part){.delimiter = line};
            in_headers = true;
            continue;
        }
        struct span value = line, name = span_trim(span_cut(&value, ':'));
        if (span_trim(line).len == 0) in_headers = false;
        if (!in_headers || !span_is_nocase(name, "Content-Type")) continue;
        out->type_line = line;
        out->type = span_trim(value);
        out->content = (struct span){line.p + line.len, 0};
    }
    return false;
}

static size_t offset(const struct kam_run *run, const char *p) { return textops_offset(run, p); }

/* Only the content of the first part of that type stays, in multipart/mixed. */
int textops_filter_body(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct multipart m;
    struct part p;
    (void)count;
    if (!is_mixed(content_type(run)) || !args[0].s.len || !read_multipart(run, &m) ||
        !find_part(&m, args[0].s, &p))
        return -1;
    struct span content = span_without_line_end(p.content);
    if (span_starts(content, "\r\n")) content = span_skip(content, 2);
    size_t from = kam_body_at(run), at = offset(run, content.p);
    kam_lump_remove(run->target, from, at - from);
    kam_lump_remove(run->target, at + content.len, run->msg.bytes.len - at - content.len);
    return 1;
}

/* Of a body without parts, it is the body, whatever its type. */
static int get_part(struct kam_run *run, const struct kam_arg *args, bool raw) {
    struct span found = span_skip(run->msg.bytes, kam_body_at(run));
    struct multipart m;
    struct part p;
    if (found.len == 0) return -1;
    if (read_multipart(run, &m)) {
        if (!find_part(&m, args[0].s, &p)) return -1;
        found = raw ? span_between(p.type_line.p, p.next.p + p.next.len) : p.content;
    }
    return kam_pv_assign(run, args[1].pv, (struct kam_value){.type = KAM_STR, .s = found}) ? 1 : -1;
}

int textops_get_body_part(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return get_part(run, args, false);
}

int textops_get_body_part_raw(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return get_part(run, args, true);
}

/* From its Content-Type to behind the next delimiter; the last one takes its own delimiter along. */
int textops_remove_body_part(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct multipart m;
    struct part p;
    (void)count;
    if (!read_multipart(run, &m) || !find_part(&m, args[0].s, &p)) return -1;
    bool last = p.next.p == m.end.p;
    const char *from = last ? p.delimiter.p : p.type_line.p, *to = last ? p.next.p : p.next.p + p.next.len;
    kam_lump_remove(run->target, offset(run, from), (size_t)(to - from));
    return 1;
}

/* A part in front of the end, which is closed then. */
static int append_part(struct kam_run *run, struct span text, struct span type, struct span disposition) {
    struct multipart m;
    struct buf b = {0};
    if (!text.len || !type.len || !read_multipart(run, &m)) return -1;
    if (m.closed) buf_addf(&b, "--" SPAN_FMT "\r\n", SPAN_ARG(m.boundary));
    buf_addf(&b, "Content-Type: " SPAN_FMT "\r\n", SPAN_ARG(type));
    if (disposition.len) buf_addf(&b, "Content-Disposition: " SPAN_FMT "\r\n", SPAN_ARG(disposition));
    buf_addf(&b, "\r\n" SPAN_FMT "\r\n", SPAN_ARG(text));
    if (!m.closed) buf_addf(&b, "--" SPAN_FMT "--\r\n", SPAN_ARG(m.boundary));
    kam_lump_insert(run->target, offset(run, m.end.p) + (m.closed ? 0 : m.end.len), buf_span(&b));
    buf_free(&b);
    return 1;
}

int textops_append_body_part(struct kam_run *run, const struct kam_arg *args, size_t count) {
    return append_part(run, args[0].s, args[1].s, count > 2 ? args[2].s : SPAN(""));
}

int textops_append_body_part_hex(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct buf b = {0};
    if (!buf_add_unhexed(&b, args[0].s)) return buf_free(&b), -1;
    struct span text = arena_text(&run->scratch, buf_span(&b));
    buf_free(&b);
    return append_part(run, text, args[1].s, count > 2 ? args[2].s : SPAN(""));
}

/* The body, or another one, becomes the only part: () (boundary) (text, type) (text, type, boundary). A body
 * that is multipart/mixed keeps its Content-Type. */
int textops_set_body_multipart(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct span type = content_type(run), boundary = SPAN("unique-boundary-1");
    struct span text = span_skip(run->msg.bytes, kam_body_at(run)), own = type;
    run->all_read = true;
    if (run->damaged) return -1;
    bool given = count > 1 && args[0].s.len, mixed = is_mixed(type);
    stop_without_type(run, text.len || given);
    if (text.len == 0) return -1;
    if (count == 1 && args[0].s.len) boundary = args[0].s;
    if (count > 2 && args[2].s.len) boundary = args[2].s;
    if (given) text = args[0].s, own = args[1].s.len ? args[1].s : SPAN("text/plain");
    if (!given && mixed) return 1;
    if (!mixed && is_multipart(type))
        kam_run_stop(run, "not simulated: set_body_multipart() of a body that is multipart, but not mixed");
    struct buf b = {0};
    buf_addf(&b, "--" SPAN_FMT "\r\nContent-Type: " SPAN_FMT "\r\n\r\n" SPAN_FMT "\r\n--" SPAN_FMT "\r\n",
             SPAN_ARG(boundary), SPAN_ARG(own), SPAN_ARG(text), SPAN_ARG(boundary));
    textops_replace_body_by(run, buf_span(&b));
    buf_reset(&b);
    if (!mixed) {
        const struct sip_header *h = sip_msg_first(&run->msg, SIP_CONTENT_TYPE);
        if (h) kam_lump_remove(run->target, offset(run, h->line.p), h->line.len);
        buf_addf(&b, "Content-Type: multipart/mixed;boundary=\"" SPAN_FMT "\"\r\nMime-Version: 1.0\r\n",
                 SPAN_ARG(boundary));
        kam_lump_insert(run->target, run->msg.header_end, buf_span(&b));
    }
    buf_free(&b);
    return 1;
}
