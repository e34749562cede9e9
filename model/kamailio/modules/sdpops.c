/* SPDX-License-Identifier: MIT */
/* sdpops: questions about SDP, and lines and codecs that go from it (facts: Kamailio 30.7). */
#include "model/kamailio/message/header.h"
#include "model/kamailio/message/lump.h"
#include "model/kamailio/message/multipart.h"
#include "model/kamailio/message/sdp.h"
#include "model/kamailio/modules/module.h"
#include "model/kamailio/pv/pv.h"
#include "model/kamailio/script/tree.h"

/* A stream of the body: from its m= line to the next one. */
struct stream {
    struct span all;
    struct span taken; /* what goes with it: two letters before the medium it begins */
    struct span media, port, transport;
    struct span formats; /* with the blank before each but the first */
};

static struct span type_of(const struct kam_run *run) {
    const struct sip_header *type = kam_header_find(&run->msg, SPAN("Content-Type"));
    return type ? kam_header_body(type) : (struct span){0};
}

enum content { SDP, NO_BODY, NO_SDP };

/* What the body is and, if SDP, its session: of multipart/mixed the last part that is SDP, of `count`. */
static enum content read_content(const struct kam_run *run, struct span *session, size_t *count) {
    if (run->damaged || kam_body_at(run) >= run->msg.bytes.len) return NO_BODY;
    event_spend(run->k->queue, run->msg.bytes.len / 32); /* to find it and to go through it */
    struct span body = span_skip(run->msg.bytes, kam_body_at(run));
    return kam_sdp_session(session, count, type_of(run), body) ? SDP : NO_SDP;
}

static enum content content_of(const struct kam_run *run, struct span *session) {
    size_t count;
    return read_content(run, session, &count);
}

/* For what goes through streams and lines: Kamailio goes through those of all parts that are SDP. */
static enum content only_session(struct kam_run *run, struct span *session) {
    size_t count;
    enum content c = read_content(run, session, &count);
    if (c == SDP && count > 1)
        kam_run_stop(run, "not simulated: streams and lines of a body with more than one session");
    return c;
}

/* A line with its end. */
static struct span take_line(struct span *left) {
    ptrdiff_t end = span_find(*left, '\n');
    struct span line = end < 0 ? *left : span_head(*left, (size_t)end + 1);
    *left = span_skip(*left, line.len);
    return line;
}

static struct span without_end(struct span line) {
    while (line.len && (line.p[line.len - 1] == '\n' || line.p[line.len - 1] == '\r'))
        line.len--;
    return line;
}

static struct span take_word(struct span *left) {
    while (left->len && *left->p == ' ')
        *left = span_skip(*left, 1);
    size_t len = 0;
    while (len < left->len && left->p[len] != ' ')
        len++;
    struct span word = span_head(*left, len);
    *left = span_skip(*left, len);
    return word;
}

/* The first stream of the rest of a body; *left stands behind it then. False: there is none. */
static bool next_stream(struct span *left, struct stream *s) {
    while (left->len && !span_starts(*left, "m="))
        take_line(left);
    if (left->len == 0) return false;
    const char *from = left->p;
    struct span words = span_skip(without_end(take_line(left)), 2);
    s->media = kam_sdp_word(&words);
    s->port = kam_sdp_word(&words);
    s->transport = kam_sdp_word(&words);
    s->formats = span_skip_blanks(words);
    while (left->len && !span_starts(*left, "m="))
        take_line(left);
    s->all = span_between(from, left->p);
    s->taken = s->media.len ? span_between(s->media.p - strlen("m="), left->p) : s->all;
    return true;
}

/* Is the word one of a list with commas? Without one there is none. */
static bool is_listed(struct span list, struct span word) {
    while (list.len) {
        struct span item = span_trim(span_cut(&list, ','));
        if (item.len && span_eq(item, word)) return true;
    }
    return false;
}

/* The format's name by its rtpmap line in the stream; p NULL: it has none. */
static struct span mapped_name(const struct stream *s, struct span format) {
    struct span left = s->all;
    while (left.len) {
        struct span line = without_end(take_line(&left));
        if (!span_starts(line, "a=rtpmap:")) continue;
        line = span_skip(line, strlen("a=rtpmap:"));
        if (!span_eq(take_word(&line), format)) continue;
        line = span_trim(line);
        return span_cut(&line, '/');
    }
    return (struct span){0};
}

/* Names that stand for these formats, whatever the body says. */
static const char *const fixed[][2] = {
    {"PCMU", "0,"}, {"GSM", "3,"},   {"G723", "4,"},    {"DVI4", "5,6,16,17,"}, {"LPC", "7,"},
    {"PCMA", "8,"}, {"G722", "9,"},  {"L16", "10,11,"}, {"QCELP", "12,"},       {"CN", "13,"},
    {"MPA", "14,"}, {"G728", "15,"}, {"G729", "18,"},
};

static const char *fixed_formats(struct span name) {
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        if (span_is_nocase(name, fixed[i][0])) return fixed[i][1];
    return NULL;
}

/* "PCMU,opus" -> "0,96,": all others are the formats of streams that an rtpmap calls so. */
static void names_to_formats(struct kam_run *run, struct span session, struct span names, struct buf *out) {
    struct stream s;
    while (names.len) {
        struct span name = span_trim(span_cut(&names, ','));
        const char *known = fixed_formats(name);
        if (known) {
            buf_add_text(out, known);
            continue;
        }
        event_spend(run->k->queue, session.len / 64);
        for (struct span left = session; name.len && next_stream(&left, &s);)
            for (struct span formats = s.formats; formats.len;) {
                struct span format = take_word(&formats);
                if (format.len == 0 || !span_eq_nocase(mapped_name(&s, format), name)) continue;
                if (is_listed(buf_span(out), format)) continue;
                buf_add(out, format);
                buf_add_char(out, ',');
            }
    }
}

static size_t offset_of(const struct kam_run *run, struct span s) { return (size_t)(s.p - run->msg.bytes.p); }

static void remove_span(struct kam_run *run, struct span s) {
    event_spend(run->k->queue, run->target->count / 16);
    kam_lump_remove(run->target, offset_of(run, s), s.len);
}

/* Is the line an attribute of that format? */
static bool belongs(struct span line, struct span format) {
    static const char *const attributes[] = {"a=rtpmap:", "a=fmtp:", "a=rtcp-fb:"};
    for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++) {
        if (!span_starts(line, attributes[i])) continue;
        line = span_skip(line, strlen(attributes[i]));
        return line.len > format.len && span_eq(span_head(line, format.len), format) &&
               line.p[format.len] == ' ';
    }
    return false;
}

/* The format goes from the m= line, if it is there, with the blank before it, and its attributes. */
static void remove_format(struct kam_run *run, const struct stream *s, struct span format) {
    struct span formats = s->formats, first = {0};
    while (formats.len && !first.p) { /* of a format that is there twice the first one */
        struct span word = take_word(&formats);
        if (span_eq(word, format)) first = word;
    }
    if (first.p) remove_span(run, span_between(first.p - 1, first.p + first.len));
    for (struct span left = s->all; left.len;) {
        struct span line = take_line(&left);
        if (belongs(line, format)) remove_span(run, line);
    }
}

/* The second argument, if any, says of which streams. */
static bool is_media(const struct stream *s, struct span media) {
    return !media.p || span_eq_nocase(s->media, media);
}

static void keep_formats(struct kam_run *run, const struct stream *s, struct span list) {
    for (struct span formats = s->formats; formats.len;) {
        struct span format = take_word(&formats);
        if (format.len && !is_listed(list, format)) remove_format(run, s, format);
    }
}

static void remove_formats(struct kam_run *run, const struct stream *s, struct span list) {
    while (list.len) {
        struct span format = span_trim(span_cut(&list, ','));
        if (format.len) remove_format(run, s, format);
    }
}

static int edit_formats(struct kam_run *run, struct span session, struct span list,
                        const struct kam_arg *args, size_t count, bool keep) {
    struct stream s;
    struct span media = count > 1 ? args[1].s : (struct span){0};
    for (struct span left = session; next_stream(&left, &s);)
        if (is_media(&s, media)) (keep ? keep_formats : remove_formats)(run, &s, list);
    return 1;
}

static int edit_by_id(struct kam_run *run, const struct kam_arg *args, size_t count, bool keep) {
    struct span session;
    if (only_session(run, &session) != SDP) return -1;
    return edit_formats(run, session, args[0].s, args, count, keep);
}

static int edit_by_name(struct kam_run *run, const struct kam_arg *args, size_t count, bool keep) {
    struct buf list = {0};
    struct span session;
    if (only_session(run, &session) != SDP) return -1;
    names_to_formats(run, session, args[0].s, &list);
    int result = list.len ? edit_formats(run, session, buf_span(&list), args, count, keep) : -1;
    buf_free(&list);
    return result;
}

static int remove_codecs_by_id(struct kam_run *run, const struct kam_arg *args, size_t count) {
    return edit_by_id(run, args, count, false);
}

static int keep_codecs_by_id(struct kam_run *run, const struct kam_arg *args, size_t count) {
    return edit_by_id(run, args, count, true);
}

static int remove_codecs_by_name(struct kam_run *run, const struct kam_arg *args, size_t count) {
    return edit_by_name(run, args, count, false);
}

static int keep_codecs_by_name(struct kam_run *run, const struct kam_arg *args, size_t count) {
    return edit_by_name(run, args, count, true);
}

/* 1: each of them in each stream, 2: some, -1: none. */
static int count_formats(struct span session, struct span list) {
    struct stream s;
    bool some = false, all = true;
    for (struct span left = session; next_stream(&left, &s);)
        for (struct span wanted = list; wanted.len;) {
            struct span item = span_trim(span_cut(&wanted, ',')), formats = s.formats;
            bool found = false;
            while (formats.len && item.len && !found)
                found = span_eq(take_word(&formats), item);
            if (item.len == 0) continue;
            some |= found;
            all &= found;
        }
    return !some ? -1 : all ? 1 : 2;
}

static int with_codecs_by_id(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct span session;
    (void)count;
    return only_session(run, &session) == SDP ? count_formats(session, args[0].s) : -2;
}

static int with_codecs_by_name(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct buf list = {0};
    struct span session;
    (void)count;
    if (only_session(run, &session) != SDP) return -1;
    names_to_formats(run, session, args[0].s, &list);
    int result = list.len ? count_formats(session, buf_span(&list)) : -1;
    buf_free(&list);
    return result;
}

/* Is there a stream of which that holds? */

#define ANY_STREAM(name, condition)                                                                          \
    static int name(struct kam_run *run, const struct kam_arg *args, size_t count) {                         \
        struct stream s;                                                                                     \
        struct span left;                                                                                    \
        (void)args, (void)count;                                                                             \
        if (only_session(run, &left) != SDP) return -1;                                                      \
        while (next_stream(&left, &s))                                                                       \
            if (condition) return 1;                                                                         \
        return -1;                                                                                           \
    }

static bool has_line(const struct stream *s, const char *text) {
    for (struct span left = s->all; left.len;) {
        struct span line = without_end(take_line(&left));
        if (span_starts(line, text)) return true;
    }
    return false;
}

/* A number that is not 0, with a sign or without; what stands behind it does not count. */
static bool has_port(const struct stream *s) {
    bool any = false;
    struct span left = span_skip(s->port, span_starts(s->port, "-") || span_starts(s->port, "+"));
    for (; left.len && ascii_digit((unsigned char)left.p[0]); left = span_skip(left, 1))
        any = any || left.p[0] != '0';
    return any;
}

/* The last line that says a direction counts. */
static bool is_inactive(const struct stream *s) {
    static const char *const others[] = {"a=sendrecv", "a=sendonly", "a=recvonly"};
    bool inactive = false;
    for (struct span left = s->all; left.len;) {
        struct span line = without_end(take_line(&left));
        if (span_is(line, "a=inactive")) inactive = true;
        for (size_t i = 0; i < sizeof others / sizeof *others; i++)
            inactive = inactive && !span_is(line, others[i]);
    }
    return inactive;
}

ANY_STREAM(with_media, span_eq_nocase(s.media, args[0].s))
ANY_STREAM(with_active_media, span_eq_nocase(s.media, args[0].s) && has_port(&s) && !is_inactive(&s))
ANY_STREAM(with_transport, span_eq_nocase(s.transport, args[0].s))
ANY_STREAM(with_transport_like, args[0].s.len &&span_search(s.transport, args[0].s) >= 0)
ANY_STREAM(with_ice, has_line(&s, "a=candidate:"))

/* Streams that go as a whole. */
static int remove_streams(struct kam_run *run, struct span what, bool by_transport) {
    struct stream s;
    struct span left;
    int result = -1;
    if (only_session(run, &left) != SDP) return -1;
    while (next_stream(&left, &s)) {
        if (!span_eq_nocase(by_transport ? s.transport : s.media, what)) continue;
        remove_span(run, s.taken);
        result = 1;
    }
    return result;
}

static int remove_media(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return remove_streams(run, args[0].s, false);
}

static int remove_transport(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return remove_streams(run, args[0].s, true);
}

static void remove_lines(struct kam_run *run, struct span left, struct span prefix) {
    while (left.len) {
        struct span line = take_line(&left);
        if (line.len >= prefix.len && span_eq(span_head(line, prefix.len), prefix)) remove_span(run, line);
    }
}

static int remove_line_by_prefix(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct stream s;
    struct span session;
    if (only_session(run, &session) != SDP || session.len == 0) return -1;
    if (args[0].s.len == 0) return 1;
    if (count == 1) remove_lines(run, session, args[0].s);
    for (struct span left = session; count > 1 && next_stream(&left, &s);)
        if (is_media(&s, args[1].s)) remove_lines(run, s.all, args[0].s);
    return 1;
}

static int content(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct span session;
    (void)args, (void)count;
    return content_of(run, &session) == SDP ? 1 : -1;
}

static int print(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct span session;
    (void)args, (void)count;
    return content_of(run, &session) == NO_SDP ? -1 : 1;
}

static int address_family(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct span session;
    (void)args, (void)count;
    if (only_session(run, &session) != SDP) return -1;
    enum kam_sdp_family family = kam_sdp_session_family(session);
    return family == KAM_SDP_NO_FAMILY ? -1 : (int)family;
}

/* What goes into $avp(x); other variables are not taken. */
static int give(struct kam_run *run, const struct kam_arg *arg, struct span text) {
    if (arg->pv->kind != CFG_PV_AVP) return -1;
    kam_pv_assign(run, arg->pv, (struct kam_value){.type = KAM_STR, .s = text});
    return 1;
}

static int get(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct span session;
    enum content c = content_of(run, &session);
    (void)count;
    if (c != SDP) return c == NO_BODY && args[0].pv->kind == CFG_PV_AVP ? -2 : -1;
    return give(run, &args[0], session);
}

/* That of all streams. */
static int get_transport(struct kam_run *run, const struct kam_arg *args, size_t count) {
    enum { THEY_DIFFER = -2 };
    struct span left;
    enum content c = only_session(run, &left);
    struct stream s, other;
    (void)count;
    if (c != SDP) return c == NO_BODY && args[0].pv->kind == CFG_PV_AVP ? 1 : -1;
    if (args[0].pv->kind != CFG_PV_AVP || !next_stream(&left, &s)) return -1;
    while (next_stream(&left, &other))
        if (!span_eq_nocase(s.transport, other.transport)) return THEY_DIFFER;
    return give(run, &args[0], s.transport);
}

static int get_line(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct span left;
    enum content c = only_session(run, &left);
    struct span prefix = args[1].s;
    (void)count;
    if (c != SDP) return c == NO_BODY ? -2 : -1;
    while (prefix.len && left.len) {
        struct span line = take_line(&left);
        if (line.len >= prefix.len && span_eq(span_head(line, prefix.len), prefix))
            return give(run, &args[0], without_end(line));
    }
    return -1;
}

/* A number of 32 bits, as it is written; a sign may stand alone. */
static bool is_version(struct span word) {
    uint64_t n;
    struct span digits = span_skip(word, span_starts(word, "-") || span_starts(word, "+"));
    return word.len && (digits.len == 0 || span_to_u64(digits, INT32_MAX, &n));
}

static struct kam_value get_sdp(struct kam_run *run, const struct kam_pv_at *at) {
    struct span left;
    if (content_of(run, &left) != SDP) return pv_nothing();
    if (span_is(at->argument, "body")) return pv_text(left);
    while (left.len) {
        struct span line = without_end(take_line(&left));
        if (!span_starts(line, "o=")) continue;
        line = span_skip(line, 2);
        span_cut(&line, ' ');
        span_cut(&line, ' ');
        struct span word = span_cut(&line, ' ');
        return is_version(word) ? pv_text(word) : pv_nothing();
    }
    return pv_nothing();
}

#define ONE(name, call)                                                                                      \
    { name, 1, 1, KAM_ANY_ROUTE, call, {ARG_FORMAT}, .expressions = true }
#define ONE_OR_TWO(name, call)                                                                               \
    { name, 1, 2, KAM_ANY_ROUTE, call, {ARG_FORMAT, ARG_FORMAT}, .expressions = true }

static const struct kam_function functions[] = {
    {"sdp_content", 0, 1, KAM_ANY_ROUTE, content, {ARG_NUMBER}, .expressions = true},
    {"sdp_print", 1, 1, KAM_ANY_ROUTE, print, {ARG_NUMBER}, .expressions = true},
    {"sdp_with_ice", 0, 0, KAM_ANY_ROUTE, with_ice},
    {"sdp_get_address_family", 0, 0, KAM_ANY_ROUTE, address_family},
    {"sdp_get", 1, 1, KAM_ANY_ROUTE, get, {ARG_PV}},
    {"sdp_transport", 1, 1, KAM_ANY_ROUTE, get_transport, {ARG_PV}},
    {"sdp_get_line_startswith", 2, 2, KAM_ANY_ROUTE, get_line, {ARG_PV, ARG_FORMAT}},
    ONE("sdp_with_media", with_media),
    ONE("sdp_with_active_media", with_active_media),
    ONE("sdp_with_transport", with_transport),
    ONE("sdp_with_transport_like", with_transport_like),
    ONE("sdp_with_codecs_by_id", with_codecs_by_id),
    ONE("sdp_with_codecs_by_name", with_codecs_by_name),
    ONE("sdp_remove_media", remove_media),
    ONE("sdp_remove_transport", remove_transport),
    ONE_OR_TWO("sdp_remove_line_by_prefix", remove_line_by_prefix),
    ONE_OR_TWO("sdp_remove_codecs_by_id", remove_codecs_by_id),
    ONE_OR_TWO("sdp_remove_codecs_by_name", remove_codecs_by_name),
    ONE_OR_TWO("sdp_keep_codecs_by_id", keep_codecs_by_id),
    ONE_OR_TWO("sdp_keep_codecs_by_name", keep_codecs_by_name),
    {0},
};

static const struct kam_pv pvs[] = {
    {.name = "sdp", .shape = KAM_PV_NAMED, .get = get_sdp, .arguments = "body|sess_version"}, {0}};

const struct kam_module kam_sdpops_module = {.name = "sdpops", .functions = functions, .pvs = pvs};
