/* SPDX-License-Identifier: MIT */
/* textops: bodies (facts: Kamailio 31.3). */
#include "model/kamailio/message/lump.h"
#include "model/kamailio/message/multipart.h"
#include "model/kamailio/message/sdp.h"
#include "model/kamailio/modules/textops/textops.h"

/* A type of a body, as numbers: all that Kamailio does not know are the same. */
struct mime {
    size_t type, subtype;
};

static const char *const types[] = {"text", "message", "application", "multipart"};
static const char *const subtypes[] = {"plain",    "cpim",      "sdp",     "cpl+xml",       "rlmi+xml",
                                       "pidf+xml", "lpidf+xml", "related", "external-body", "watcherinfo+xml",
                                       "isup",     "xpidf+xml", "mixed"};

static size_t number_of(struct span word, const char *const *words, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (span_is_nocase(word, words[i])) return i;
    return count;
}

/* TYPE/SUBTYPE, and parameters that do not count. False: it is none; so is one with a star. */
static bool read_mime(struct mime *m, struct span text) {
    struct span type, subtype;
    if (!multipart_read_type(text, &type, &subtype)) return false;
    m->type = number_of(type, types, sizeof types / sizeof *types);
    m->subtype = number_of(subtype, subtypes, sizeof subtypes / sizeof *subtypes);
    return true;
}

/* Is it of that type? Without a Content-Type it is SDP. It asks the Content-Length, not the bytes. */
int textops_has_body(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct mime wanted, here;
    uint64_t n;
    const struct sip_header *length = sip_msg_first(&run->msg, SIP_CONTENT_LENGTH),
                            *type = sip_msg_first(&run->msg, SIP_CONTENT_TYPE);
    if (!length || (count && !type)) run->all_read = true;
    if (!length || !span_to_u64(length->value, UINT32_MAX, &n) || n == 0) return -1;
    if (count == 0 || args[0].s.len == 0) return 1;
    bool readable = read_mime(&here, type ? type->value : SPAN("application/sdp"));
    return readable && read_mime(&wanted, args[0].s) && wanted.type == here.type &&
                   wanted.subtype == here.subtype
               ? 1
               : -1;
}

/* What was done with the body before is taken back. */
static void forget_body(struct kam_run *run, size_t at) {
    struct edit_list *list = run->target;
    kam_lump_body_goes(run);
    while (list->count && list->edits[list->count - 1].at >= at)
        list->count--;
}

static void append(struct kam_run *run, const char *name, struct span value) {
    struct buf b = {0};
    buf_addf(&b, "%s: " SPAN_FMT "\r\n", name, SPAN_ARG(value));
    kam_lump_insert(run->target, run->msg.header_end, buf_span(&b));
    buf_free(&b);
}

void textops_replace_body_by(struct kam_run *run, struct span text) {
    size_t at = kam_body_at(run);
    forget_body(run, at);
    kam_lump_replace(run->target, at, run->msg.bytes.len - at, text);
}

/* Another body of another type. */
int textops_set_body(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    size_t at = kam_body_at(run), len;
    run->all_read = true;
    if (run->damaged || run->unfinished || args[0].s.len == 0 || args[1].s.len == 0) return -1;
    if (!kam_told_body(run, &len)) return -1;
    forget_body(run, at);
    const struct sip_header *type = sip_msg_first(&run->msg, SIP_CONTENT_TYPE);
    if (type) kam_lump_remove(run->target, textops_offset(run, type->line.p), type->line.len);
    append(run, "Content-Type", args[1].s);
    if (!sip_msg_first(&run->msg, SIP_CONTENT_LENGTH)) {
        struct buf n = {0};
        buf_add_u64(&n, args[0].s.len);
        append(run, "Content-Length", buf_span(&n));
        buf_free(&n);
    }
    kam_lump_replace(run->target, at, len, args[0].s);
    return 1;
}

/* A body for replies made here; the first one stays, and all the types. */
int textops_set_reply_body(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    if (args[0].s.len == 0 || args[1].s.len == 0) return -1;
    buf_addf(&run->reply_lines, "Content-Type: " SPAN_FMT "\r\n", SPAN_ARG(args[1].s));
    if (run->reply_body.len) return -1;
    buf_add(&run->reply_body, args[0].s);
    return 1;
}

static bool is_held(struct span line) { return span_is(line, "a=sendonly") || span_is(line, "a=inactive"); }

/* What a session or a stream says of a call on hold. */
struct hold {
    bool held;                 /* one of its lines */
    bool has_address, nowhere; /* the first c= of a session, the last one of a stream */
};

static void read_hold(struct hold *h, struct span line, bool in_session) {
    h->held = h->held || is_held(line);
    if (!span_starts(line, "c=") || (in_session && h->has_address)) return;
    h->has_address = true;
    h->nowhere = span_starts(line, "c=IN IP4 0.0.0.0");
}

/* Is an audio of the SDP sent to nowhere (1), or not sent back (2)? */
int textops_is_audio_on_hold(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    size_t at;
    struct kam_arg sdp = {.s = SPAN("application/sdp")};
    struct span left = textops_part(run, TEXTOPS_BODY, &at);
    struct hold session = {0}, stream = {0};
    bool in_session = true, in_audio = false;
    if (textops_has_body(run, &sdp, 1) < 0 || !sip_msg_first(&run->msg, SIP_CONTENT_TYPE)) return -1;
    if (!kam_sdp_readable(left)) return -1;
    for (bool ended = false; !ended;) {
        ended = left.len == 0;
        struct span line = span_trim(span_cut(&left, '\n'));
        if (ended || span_starts(line, "m=")) {
            if (in_audio && stream.nowhere) return 1;
            if (in_audio && (stream.held || session.held)) return 2;
            if (in_audio && !stream.has_address && session.nowhere) return 1;
            in_session = false;
            in_audio = span_starts(line, "m=audio ");
            stream = (struct hold){0};
        } else {
            read_hold(in_session ? &session : &stream, line, in_session);
        }
    }
    return -1;
}
