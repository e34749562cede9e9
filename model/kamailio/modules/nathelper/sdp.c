/* SPDX-License-Identifier: MIT */
/* fix_nated_sdp(): other addresses, and marks, in a session description (facts: Kamailio 41.4). */
#include "model/kamailio/message/sdp.h"
#include "model/kamailio/instance.h"
#include "model/kamailio/message/header.h"
#include "model/kamailio/message/lump.h"
#include "model/kamailio/message/multipart.h"
#include "model/kamailio/modules/nathelper/nathelper.h"

enum { ADD_DIRECTION = 1, FIX_MEDIA = 2, ADD_MARK = 4, FIX_ORIGIN = 8 };

/* A description that is being changed. */
struct fix {
    struct kam_run *run;
    struct span body, address; /* what goes in */
    int result;                /* 1: an address was replaced, 2: none was, -1: a line cannot be read */
};

static size_t offset_of(const struct fix *f, const char *p) { return (size_t)(p - f->run->msg.bytes.p); }

/* Behind the last character of a text that is no line's end. */
static const char *text_end(struct span s) {
    while (s.len && (s.p[s.len - 1] == '\r' || s.p[s.len - 1] == '\n'))
        s.len--;
    return s.p + s.len;
}

/* A line of its own at the end of that part of the body. */
static void add_line(const struct fix *f, struct span part, struct span line) {
    struct buf b = {0};
    buf_add(&b, SPAN("\r\n"));
    buf_add(&b, line);
    kam_lump_change(f->run, offset_of(f, text_end(part)), 0, buf_span(&b));
    buf_free(&b);
}

static struct span take_line(struct span *left) {
    ptrdiff_t end = span_find(*left, '\n');
    struct span line = span_head(*left, end < 0 ? left->len : (size_t)end + 1);
    *left = span_skip(*left, line.len);
    return line;
}

/* Streams end with the next one, or with the body. They are not seen in its first line, nor in lines that do
 * not end with CR LF. */
static void add_directions(const struct fix *f) {
    struct span left = f->body, stream = {0};
    bool readable = span_search(f->body, SPAN("\r\n")) >= 0;
    take_line(&left);
    while (readable && left.len) {
        struct span line = take_line(&left);
        if (!span_starts(line, "m=")) continue;
        if (stream.p) add_line(f, span_between(stream.p, line.p), SPAN("a=direction:active"));
        stream = line;
    }
    if (stream.p) add_line(f, span_between(stream.p, f->body.p + f->body.len), SPAN("a=direction:active"));
}

/* The address is the word behind IP4 or IP6; p NULL: there is none. */
static struct span address_in(struct span words, bool *is_ip6) {
    for (struct span word = kam_sdp_word(&words); word.len; word = kam_sdp_word(&words)) {
        *is_ip6 = span_is(word, "IP6");
        if (!*is_ip6 && !span_is(word, "IP4")) continue;
        word = kam_sdp_word(&words);
        return word.len ? word : (struct span){0};
    }
    return (struct span){0};
}

/* In all lines that begin so, and are of the family of the first one. An address that is there already stays,
 * and so does 0.0.0.0, which means a call on hold. */
static void fix_lines(struct fix *f, const char *begin, bool must_have) {
    struct span left = f->body;
    bool any = false, first_is_ip6 = false;
    while (left.len && f->result > 0) {
        struct span line = take_line(&left);
        bool is_ip6 = false;
        if (!span_starts(line, begin)) continue;
        struct span words = span_skip(line, strlen(begin));
        struct span old =
            address_in(span_cut(&words, words.len && span_find(words, '\r') >= 0 ? '\r' : '\n'), &is_ip6);
        bool other = old.p && any && is_ip6 != first_is_ip6;
        if (other || (!old.p && must_have)) f->result = -1;
        if (old.p && !any) any = true, first_is_ip6 = is_ip6;
        if (!old.p || other || span_is(old, "0.0.0.0") || span_eq(old, f->address)) continue;
        kam_lump_change(f->run, offset_of(f, old.p), old.len, f->address);
        f->result = 1;
        if (!nathelper_of(f->run)->append_oldmediaip) continue;
        struct buf b = {0};
        buf_addf(&b, "a=oldmediaip%s:" SPAN_FMT, is_ip6 ? "6" : "", SPAN_ARG(old));
        add_line(f, f->body, buf_span(&b));
        buf_free(&b);
    }
}

/* Of a body of parts the first one that is SDP, readable or not; of one without, nothing. */
struct span nathelper_session(const struct kam_run *run) {
    const struct sip_header *type = sip_msg_first(&run->msg, SIP_CONTENT_TYPE);
    struct multipart_mark mark;
    struct span left = run->msg.body, line = {0}, content;
    bool found = false;
    if (!type || !span_starts_nocase(type->value, "multipart/")) return run->msg.body;
    bool mixed = span_starts_nocase(type->value, "multipart/mixed");
    if (mixed && multipart_first_mark(&mark, kam_header_body(type))) multipart_take_part(&left, &mark, &line);
    while (line.p && !found) {
        struct span part = multipart_take_part(&left, &mark, &line);
        if (!multipart_read_headers(part, MULTIPART_MANY_TYPES, &content, &found)) return (struct span){0};
    }
    return found ? content : (struct span){0};
}

/* A blank ends the type as a semicolon does. */
static bool type_is_sdp(struct span value) {
    struct span type, subtype, behind;
    return multipart_take_type(value, &type, &subtype, &behind) && span_is_nocase(type, "application") &&
           span_is_nocase(subtype, "sdp") &&
           (behind.len == 0 || behind.p[0] == ';' || ascii_space((unsigned char)behind.p[0]));
}

/* Without a Content-Type it is one. */
static bool is_sdp(const struct kam_run *run) {
    const struct sip_header *type = sip_msg_first(&run->msg, SIP_CONTENT_TYPE);
    size_t len;
    return kam_told_body(run, &len) && len > 0 &&
           (!type || type_is_sdp(type->value) ||
            (span_starts_nocase(type->value, "multipart/") && nathelper_session(run).len));
}

int nathelper_fix_sdp(struct kam_run *run, const struct kam_arg *args, size_t count) {
    int64_t flags = args[0].n;
    struct span mark = nathelper_of(run)->mark;
    struct fix f = {
        .run = run, .body = nathelper_session(run), .address = buf_span(&run->source_text), .result = 2};
    run->all_read = true;
    if (run->damaged || !is_sdp(run)) return -1;
    if (count > 1) f.address = args[1].s;
    bool part = f.body.len < run->msg.body.len; /* the end of its last line is the delimiter's */
    if (part && span_is(span_skip(f.body, f.body.len > 4 ? f.body.len - 4 : 0), "\r\n\r\n")) f.body.len -= 2;
    if (flags & ADD_DIRECTION) add_directions(&f);
    if (flags & ADD_MARK && mark.len)
        add_line(&f, f.body, (struct span){mark.p, (size_t)(text_end(mark) - mark.p)});
    if (flags & (FIX_MEDIA | FIX_ORIGIN)) fix_lines(&f, "a=rtcp:", false);
    if (flags & FIX_MEDIA) fix_lines(&f, "c=", true);
    if (flags & FIX_ORIGIN) fix_lines(&f, "o=", true);
    return f.result;
}
