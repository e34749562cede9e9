/* SPDX-License-Identifier: MIT */
/* textops: the parts of multipart bodies (facts: Kamailio 31.3). */
#include "model/kamailio/message/header.h"
#include "model/kamailio/message/lump.h"
#include "model/kamailio/message/multipart.h"
#include "model/kamailio/modules/textops/textops.h"
#include "sim/event.h"

/* A part: from its Content-Type to the next delimiter, whatever stands in front. */
struct part {
    struct span type_line, delimiter; /* with their ends; p NULL: there is none */
    struct span content;              /* what stands behind the Content-Type */
};

static struct span content_type(const struct kam_run *run) {
    const struct sip_header *type = sip_msg_first(&run->msg, SIP_CONTENT_TYPE);
    return type ? kam_header_body(type) : (struct span){0};
}

static bool is_mixed(struct span type) { return multipart_is_type(type, "multipart", "mixed"); }

static void stop_without_type(struct kam_run *run, bool looked_at) {
    if (looked_at && !sip_msg_first(&run->msg, SIP_CONTENT_TYPE))
        kam_run_stop(run, "Kamailio 5.6.3 crashes here: parts of a body without a Content-Type");
}

static bool is_readable(struct kam_run *run) {
    run->all_read = true;
    if (run->damaged) return false;
    stop_without_type(run, kam_body_at(run) < run->msg.bytes.len);
    return true;
}

/* How its delimiters begin; false: the body has no parts. */
static bool read_mark(struct kam_run *run, struct multipart_mark *mark) {
    return is_readable(run) && multipart_mark(mark, content_type(run));
}

/* Is the line a Content-Type of just that type? */
static bool is_of_type(struct span line, struct span type) {
    struct span value;
    return multipart_type_of(line, &value) &&
           span_eq_nocase(span_without_line_end(span_skip_blanks(value)), type);
}

/* The first one of that type, which need not have a delimiter behind it. */
static bool find_part(const struct kam_run *run, const struct multipart_mark *mark, struct span type,
                      struct part *out) {
    struct span left = span_skip(run->msg.bytes, kam_body_at(run));
    while (left.len) {
        struct span line = multipart_take_line(&left);
        if (!left.len || !is_of_type(line, type)) continue;
        out->type_line = line;
        out->content = multipart_take_part(&left, mark, &out->delimiter);
        return true;
    }
    return false;
}

static size_t offset(const struct kam_run *run, const char *p) { return textops_offset(run, p); }

/* Only the content of the first part of that type stays, in multipart/mixed; what is in front of it goes even
 * where no delimiter follows. */
int textops_filter_body(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct multipart_mark mark;
    struct part p;
    (void)count;
    if (!is_mixed(content_type(run)) || !args[0].s.len || !read_mark(run, &mark) ||
        !find_part(run, &mark, args[0].s, &p))
        return -1;
    struct span content = p.delimiter.p ? span_without_line_end(p.content) : p.content;
    if (span_starts(content, "\r\n")) content = span_skip(content, 2);
    size_t from = kam_body_at(run), at = offset(run, content.p);
    kam_lump_remove(run->target, from, at - from);
    if (!p.delimiter.p) return -1;
    kam_lump_remove(run->target, at + content.len, run->msg.bytes.len - at - content.len);
    return 1;
}

/* Of a body without parts, it is the body, whatever its type. */
static int get_part(struct kam_run *run, const struct kam_arg *args, bool raw) {
    struct span found = span_skip(run->msg.bytes, kam_body_at(run));
    struct multipart_mark mark;
    struct part p;
    if (found.len == 0) return -1;
    if (read_mark(run, &mark)) {
        if (!find_part(run, &mark, args[0].s, &p) || !p.delimiter.p) return -1;
        found = raw ? span_between(p.type_line.p, p.delimiter.p + p.delimiter.len) : p.content;
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

/* From its Content-Type to behind the next delimiter. */
int textops_remove_body_part(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct multipart_mark mark;
    struct part p;
    (void)count;
    if (!read_mark(run, &mark) || !find_part(run, &mark, args[0].s, &p) || !p.delimiter.p) return -1;
    const char *from = p.type_line.p, *to = p.delimiter.p + p.delimiter.len;
    kam_lump_remove(run->target, offset(run, from), (size_t)(to - from));
    run->target->of_parts = true;
    return 1;
}

/* A part at the end, and a delimiter behind it. */
static int append_part(struct kam_run *run, struct span text, struct span type, struct span disposition) {
    struct multipart_mark mark;
    struct buf b = {0};
    if (!text.len || !type.len || !is_readable(run)) return -1;
    if (!multipart_first_mark(&mark, content_type(run)) || !mark.boundary.len) return -1;
    buf_addf(&b, "Content-Type: " SPAN_FMT "\r\n", SPAN_ARG(type));
    if (disposition.len) buf_addf(&b, "Content-Disposition: " SPAN_FMT "\r\n", SPAN_ARG(disposition));
    buf_addf(&b, "\r\n" SPAN_FMT "\r\n--" SPAN_FMT "\r\n", SPAN_ARG(text), SPAN_ARG(mark.boundary));
    kam_lump_insert(run->target, run->msg.bytes.len, buf_span(&b));
    run->target->of_parts = true;
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
    struct span text = span_skip(run->msg.bytes, kam_body_at(run)),
                own = type.len ? type : SPAN("text/plain");
    run->all_read = true;
    if (run->damaged) return -1;
    bool given = count > 1 && args[0].s.len, mixed = is_mixed(type);
    stop_without_type(run, text.len || given);
    if (text.len == 0) return -1;
    if (count == 1 && args[0].s.len) boundary = args[0].s;
    if (count > 2 && args[2].s.len) boundary = args[2].s;
    if (given) text = args[0].s, own = args[1].s.len ? args[1].s : SPAN("text/plain");
    if (!given && mixed) return 1;
    run->target->of_parts = true;
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
