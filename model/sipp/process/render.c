/* SPDX-License-Identifier: MIT */
#include "model/sipp/process/render.h"

#include "base/number.h"
#include "model/sipp/process/credentials.h"
#include "model/sipp/process/fold.h"
#include "model/sipp/process/header.h"
#include "model/sipp/process/media.h"
#include "model/sipp/process/moment.h"

/* [len] before its value is known. */
static const char len_blank[] = "     ";
enum { LEN_WIDTH = sizeof len_blank - 1 };

/*
 * An [authentication]. The credentials need the whole message: until then a text of SIPp's, or what the field
 * says, stands for them.
 */
struct auth_mark {
    size_t at, len;                   /* of the stand-in in the output; len 0: there is none */
    const struct template_part *part; /* that it is, or the field that holds it */
    struct template *param[AUTH_PARAMS];
    struct template *before; /* of a field: see credentials_of_field */
};
static const char auth_stand_in[] = "[authentication place holder]";

struct rendering {
    struct buf *out;
    size_t begin; /* of this text in out */
    struct call *call;
    struct sipp *sipp;
    const struct template *t;
    int index;
    bool failed;     /* an error that ends the process has been told */
    bool drop_space; /* the next literal loses the white space it begins with */
    bool seeks_body; /* no empty line so far, and the next one will be seen */
    size_t body;     /* where it begins; 0: it has to be searched for */
    bool has_len;
    size_t len_at;
    int64_t len_offset;
    struct auth_mark auth;
};

/* What SIPp's own buffer holds. */
enum { TEXT_MAX = 65536 };

static void fatal(struct rendering *r, const struct template_part *part, const char *reason) {
    sipp_fatal(r->sipp, part->at, reason);
    r->failed = true;
}

static char last_byte(const struct rendering *r) {
    return r->out->len > r->begin ? r->out->p[r->out->len - 1] : '\0';
}

/* Where a keyword has ended a line, or stood for nothing in one of its own, that line's end is dropped. */
static void drop_at_line_start(struct rendering *r) { r->drop_space |= last_byte(r) == '\n'; }

/*
 * An empty line is one in a literal, or it arises between two texts, or a keyword brings it: to search for it
 * in each message with a [len] took 350 instructions.
 */
static void note_body(struct rendering *r, const struct fold_piece *piece) {
    char last = last_byte(r);
    bool between = piece->breaks_line && (last == '\r' || last == '\n');
    if (piece->body > 0 && !between) r->body = r->out->len + piece->body;
    r->seeks_body = piece->body == 0 && !between;
}

static void add_literal(struct rendering *r, const struct fold_piece *piece) {
    struct span text = piece->text;
    if (r->drop_space && piece->literal) {
        while (text.len > 0 && ascii_white((unsigned char)text.p[0]))
            text = span_skip(text, 1);
        text = header_clip(text); /* which SIPp copies as a text: up to a NUL */
        r->drop_space = false;
        r->seeks_body &= piece->body == 0;
    } else if (r->seeks_body) {
        note_body(r, piece);
    }
    buf_add(r->out, text);
}

static void add_branch(struct rendering *r, const struct fold_piece *piece) {
    int64_t index = r->index == RENDER_ACTION ? r->call->index - 1 : r->index;
    if (!piece->has_cookie) branch_cookie_write(r->out, r->sipp);
    buf_add_u64(r->out, r->call->number);
    buf_add_char(r->out, '-');
    buf_add_i64(r->out, integer_wrapped(index + piece->part->offset));
}

/*
 * SIPp looks for what the port is for in the line so far, and gives up where it finds nothing (facts: SIPp
 * 3.1).
 */
static void add_media_port(struct rendering *r, const struct fold_piece *piece) {
    struct span line = span_skip(buf_span(r->out), r->begin);
    size_t from = line.len;
    while (from > 0 && line.p[from - 1] != '\n')
        from--;
    enum media_line kind = 0;
    while (kind < MEDIA_LINES && span_search(span_skip(line, from), span_of(media_line_names[kind])) < 0)
        kind++;
    if (from == 0 || kind == MEDIA_LINES) {
        fatal(r, piece->part,
              "SIPp ends: a media port must stand behind audio, image or video in a line that is not "
              "the first");
        return;
    }
    int64_t port = r->sipp->config.media_port + piece->part->offset;
    if (piece->part->id == KEYWORD_AUTO_MEDIA_PORT) port += 4 * ((int64_t)r->call->number - 1) % 10000;
    buf_add_i64(r->out, integer_wrapped(port));
    if (r->call->media) r->call->media->ends[kind].port = (uint16_t)port;
}

static void add_call_id(struct rendering *r, const struct fold_piece *piece) {
    (void)piece;
    buf_add(r->out, (struct span){r->call->known->id, r->call->known->len});
}

static void add_call_number(struct rendering *r, const struct fold_piece *piece) {
    (void)piece;
    buf_add_u64(r->out, r->call->number);
}

static void add_clock_tick(struct rendering *r, const struct fold_piece *piece) {
    (void)piece;
    buf_add_i64(r->out, r->sipp->loop.clock_ms);
}

static void add_constant(struct rendering *r, const struct fold_piece *piece) {
    constant_write(r->out, r->sipp, r->t, piece->part);
}

static void add_cseq(struct rendering *r, const struct fold_piece *piece) {
    buf_add_u64(r->out, (uint32_t)(r->call->cseq + piece->part->offset));
}

static void add_date(struct rendering *r, const struct fold_piece *piece) {
    (void)piece;
    moment_write_date(r->out, r->sipp->config.start_s + sipp_now(r->sipp) / NS_PER_S);
}

static void add_dynamic_id(struct rendering *r, const struct fold_piece *piece) {
    const struct sipp_config *c = &r->sipp->config;
    (void)piece;
    buf_add_u64(r->out, r->sipp->dynamic_id);
    r->sipp->dynamic_id += c->dynamic_step;
    if (r->sipp->dynamic_id > c->dynamic_max) r->sipp->dynamic_id = c->dynamic_start;
}

static void add_fill(struct rendering *r, const struct fold_piece *piece) {
    struct span text = template_text(r->t, piece->part);
    int64_t length = real_whole(value_number(call_value(r->call, (int)piece->part->number)));
    if (length > TEXT_MAX) length = TEXT_MAX + 1; /* too much anyway */
    for (int64_t i = 0; i < length; i++)
        buf_add_char(r->out, text.p[(size_t)i % text.len]);
}

static bool may_authenticate(struct rendering *r, const struct template_part *part) {
    if (r->auth.len > 0) fatal(r, part, "SIPp ends: a second [authentication] in one message");
    return !r->failed;
}

/* What a field holds is inserted as it is, but for one [authentication ...] (facts: SIPp 11). */
static void add_field_text(struct rendering *r, const struct template_part *part, struct span field) {
    ptrdiff_t mark = span_search(field, SPAN("[authentication"));
    if (mark >= 0 && may_authenticate(r, part)) {
        struct span text = span_skip(field, (size_t)mark);
        ptrdiff_t close = span_find(text, ']');
        r->auth =
            (struct auth_mark){.at = r->out->len + (size_t)mark, .len = (size_t)close + 1, .part = part};
        if (close > 0)
            r->auth.before =
                credentials_of_field(r->sipp, span_head(text, (size_t)close), part->at, r->auth.param);
        if (!r->auth.before)
            fatal(r, part, "SIPp ends: it cannot read the [authentication ...] in the field");
    }
    buf_add(r->out, field);
}

/* One whose name holds keywords is read now. */
static void add_file(struct rendering *r, const struct fold_piece *piece) {
    const struct template_part *part = piece->part;
    struct buf name = {0};
    if (!part->param[0]) {
        buf_add(r->out, template_text(r->t, part));
        return;
    }
    if (render(&name, r->call, part->param[0], RENDER_ACTION)) {
        const struct source *file = sipp_file(r->sipp, part->at, header_clip(buf_span(&name)));
        if (file)
            buf_add(r->out, (struct span){file->text, file->len});
        else
            fatal(r, part, "SIPp ends: it cannot read the file");
    }
    r->failed |= r->sipp->ended;
    buf_free(&name);
}

/* line= of a field; false after an error. */
static bool read_line_number(struct rendering *r, const struct template_part *part, int64_t *line) {
    struct buf number = {0};
    if (!render(&number, r->call, part->param[0], RENDER_ACTION))
        r->failed = true;
    else if (!number_parse(buf_span(&number), line))
        fatal(r, part, "SIPp ends: line= is no number");
    *line = number_whole(*line);
    buf_free(&number);
    return !r->failed;
}

static void add_field(struct rendering *r, const struct fold_piece *piece) {
    const struct template_part *part = piece->part;
    struct inject *in = sipp_inject(r->sipp, template_text(r->t, part));
    int64_t line = r->call->lines[in - r->sipp->injects];
    if (r->call->out_of_call && !part->param[0]) {
        fatal(r, part, "SIPp ends: a call out of all calls has no line of an injection file");
        return;
    }
    if (part->param[0] && !read_line_number(r, part, &line)) return;
    if (line >= 0) {
        struct buf field = {0};
        const char *why = inject_field(in, (size_t)line, part->number, &field);
        if (why)
            fatal(r, part, why);
        else
            add_field_text(r, part, buf_span(&field));
        buf_free(&field);
    }
    drop_at_line_start(r);
}

/* To look for a header among so many takes as long as an event. */
enum { MANY_LINES = 32 };

static void add_last_header(struct rendering *r, const struct fold_piece *piece) {
    const struct header_lines *lines = call_lines(r->call, r->call->received);
    if (lines->count > MANY_LINES) event_spend(r->sipp->loop.queue, lines->count / MANY_LINES);
    if (header_write_named(r->out, lines, &piece->header, false) != HEADER_LINE) drop_at_line_start(r);
}

static void add_last_message(struct rendering *r, const struct fold_piece *piece) {
    (void)piece;
    buf_add(r->out, call_last_message(r->call));
}

/* Between the first < and the first >, if they stand in this order. */
static void add_last_request_uri(struct rendering *r, const struct fold_piece *piece) {
    struct buf to = {0};
    (void)piece;
    header_write(&to, call_lines(r->call, r->call->received), SPAN("To:"), false);
    ptrdiff_t open = span_find(buf_span(&to), '<'), close = span_find(buf_span(&to), '>');
    if (open >= 0 && close > open) buf_add(r->out, span_between(to.p + open + 1, to.p + close));
    buf_free(&to);
}

static void add_last_cseq_number(struct rendering *r, const struct fold_piece *piece) {
    struct buf cseq = {0};
    header_write(&cseq, call_lines(r->call, r->call->received), SPAN("CSeq:"), true);
    uint32_t number = (uint32_t)header_integer(buf_span(&cseq));
    buf_add_i64(r->out, (int32_t)(number + (uint32_t)piece->part->offset));
    buf_free(&cseq);
}

/* Of a SIPp with a port for each call; for all others it is a constant. */
static void add_local_port(struct rendering *r, const struct fold_piece *piece) {
    const struct sipp_config *c = &r->sipp->config;
    int64_t port = r->call->port ? r->call->port : c->local.port;
    buf_add_i64(r->out, integer_wrapped(port + piece->part->offset));
}

static void add_msg_index(struct rendering *r, const struct fold_piece *piece) {
    (void)piece;
    buf_add_i64(r->out, r->index);
}

static void add_next_url(struct rendering *r, const struct fold_piece *piece) {
    if (r->call->lost_next_url) {
        sipp_missing(
            r->sipp, piece->part->at,
            "not simulated: a [next_url] of a Contact of more than 2048 bytes; SIPp shows what lies in its "
            "memory");
        r->failed = true;
    }
    if (r->call->vague_next_url && r->call->next_url.len == 0)
        sipp_note(
            r->sipp,
            &(struct cause){.why = "[next_url] without a Contact is what lies in SIPp's memory: nothing here",
                            .at = piece->part->at});
    buf_add(r->out, buf_span(&r->call->next_url));
}

static void add_peer_tag_param(struct rendering *r, const struct fold_piece *piece) {
    (void)piece;
    if (!r->call->has_peer_tag) return;
    buf_add(r->out, SPAN(";tag="));
    buf_add(r->out, buf_span(&r->call->peer_tag));
}

static void add_routes(struct rendering *r, const struct fold_piece *piece) {
    (void)piece;
    if (r->call->has_routes) {
        buf_add(r->out, SPAN("Route: "));
        buf_add(r->out, buf_span(&r->call->routes));
    } else {
        drop_at_line_start(r);
    }
}

static void add_tdmmap(struct rendering *r, const struct fold_piece *piece) {
    if (r->sipp->circuits) {
        tdmmap_write(r->out, r->call);
        return;
    }
    fatal(r, piece->part, "SIPp ends: [tdmmap] without -tdmmap");
}

static void add_timestamp(struct rendering *r, const struct fold_piece *piece) {
    (void)piece;
    moment_write_timestamp(r->out, r->sipp->config.start_s * 1000000 + sipp_now(r->sipp) / NS_PER_US);
}

static void add_userid(struct rendering *r, const struct fold_piece *piece) {
    (void)piece;
    buf_add_u64(r->out, r->call->user);
}

static void add_variable(struct rendering *r, const struct fold_piece *piece) {
    value_write(r->out, call_value(r->call, (int)piece->part->number));
    drop_at_line_start(r);
}

static void add_auth_mark(struct rendering *r, const struct fold_piece *piece) {
    if (!may_authenticate(r, piece->part)) return;
    r->auth = (struct auth_mark){.at = r->out->len, .len = sizeof auth_stand_in - 1, .part = piece->part};
    memcpy(r->auth.param, piece->part->param, sizeof r->auth.param);
    buf_add(r->out, SPAN(auth_stand_in));
}

static void add_len_mark(struct rendering *r, const struct fold_piece *piece) {
    r->has_len = true;
    r->len_at = r->out->len;
    r->len_offset = piece->part->offset;
    buf_add(r->out, SPAN(len_blank));
}

/* Adds what a keyword stands for. */
struct writer {
    void (*add)(struct rendering *r, const struct fold_piece *piece);
    bool in_line; /* never an empty line, nor a part of one, nor a NUL */
};

/* A literal is none, and one that is unknown is an error of the scenario, which does not run then. */
static const struct writer writers[KEYWORD_UNKNOWN + 1] = {
    [KEYWORD_AUTHENTICATION] = {add_auth_mark},
    [KEYWORD_AUTO_MEDIA_PORT] = {add_media_port, true},
    [KEYWORD_BRANCH] = {add_branch, true},
    [KEYWORD_CALL_ID] = {add_call_id},
    [KEYWORD_CALL_NUMBER] = {add_call_number, true},
    [KEYWORD_CLOCK_TICK] = {add_clock_tick, true},
    [KEYWORD_CSEQ] = {add_cseq, true},
    [KEYWORD_DATE] = {add_date, true},
    [KEYWORD_DYNAMIC_ID] = {add_dynamic_id, true},
    [KEYWORD_FIELD] = {add_field},
    [KEYWORD_FILE] = {add_file},
    [KEYWORD_FILL] = {add_fill},
    [KEYWORD_IP_TYPE] = {add_constant},
    [KEYWORD_LAST_CSEQ_NUMBER] = {add_last_cseq_number, true},
    [KEYWORD_LAST_HEADER] = {add_last_header, true},
    [KEYWORD_LAST_MESSAGE] = {add_last_message},
    [KEYWORD_LAST_REQUEST_URI] = {add_last_request_uri},
    [KEYWORD_LEN] = {add_len_mark, true},
    [KEYWORD_LOCAL_IP] = {add_constant},
    [KEYWORD_LOCAL_PORT] = {add_local_port, true},
    [KEYWORD_MEDIA_PORT] = {add_media_port, true},
    [KEYWORD_MSG_INDEX] = {add_msg_index, true},
    [KEYWORD_NEXT_URL] = {add_next_url},
    [KEYWORD_PEER_TAG_PARAM] = {add_peer_tag_param},
    [KEYWORD_PID] = {add_constant},
    [KEYWORD_REMOTE_IP] = {add_constant},
    [KEYWORD_REMOTE_PORT] = {add_constant},
    [KEYWORD_ROUTES] = {add_routes},
    [KEYWORD_RTPSTREAM_PORT] = {add_constant},
    [KEYWORD_SERVICE] = {add_constant},
    [KEYWORD_SIPP_VERSION] = {add_constant},
    [KEYWORD_TDMMAP] = {add_tdmmap, true},
    [KEYWORD_TIMESTAMP] = {add_timestamp, true},
    [KEYWORD_TRANSPORT] = {add_constant},
    [KEYWORD_USERID] = {add_userid, true},
    [KEYWORD_USERS] = {add_constant},
    [KEYWORD_VARIABLE] = {add_variable},
};

/* A body is what follows the first empty line; SIPp sees the text only up to a NUL. */
static struct span body_of(const struct rendering *r) {
    struct span text = buf_span(r->out);
    if (r->body) return header_clip(span_skip(text, r->body));
    return header_body(header_clip(span_skip(text, r->begin)));
}

static void fill_len(struct rendering *r) {
    struct span body = r->body ? span_skip(buf_span(r->out), r->body) : body_of(r);
    char *mark = r->out->p + r->len_at;
    size_t room = r->out->len - r->len_at;
    if (body.len > 0 && body.p[0] != '\0') {
        size_t length = (size_t)(r->out->p + r->out->len - body.p);
        char digits[DECIMAL_DIGITS];
        struct span number = decimal_digits((uint32_t)((int64_t)length + r->len_offset), digits);
        size_t shown = number.len < LEN_WIDTH ? number.len : LEN_WIDTH;
        memcpy(mark + LEN_WIDTH - shown, number.p, shown);
        return;
    }
    /* Without a body SIPp writes an end of headers, and a NUL, over whatever follows (facts: SIPp 2); the
     * text of an action may be longer then. */
    static const char nothing[] = "    0\r\n\r\n";
    for (; room < strlen(nothing) && r->index == RENDER_ACTION; room++)
        buf_add_char(r->out, ' ');
    memcpy(r->out->p + r->len_at, nothing, room < sizeof nothing ? room : sizeof nothing);
}

/*
 * SIPp moves what follows the stand-in up to a NUL, but sends as much more as the header is longer: behind
 * the NUL stands what stood there before, then memory that is mostly empty.
 */
static void replace_stand_in(struct rendering *r, struct span text) {
    size_t after = r->auth.at + r->auth.len;
    struct span rest = span_skip(buf_span(r->out), after), moved = header_clip(rest);
    size_t len = r->auth.at + text.len + rest.len;
    if (moved.len < rest.len) moved.len++; /* and the NUL */
    while (r->out->len < len)
        buf_add_char(r->out, '\0');
    memmove(r->out->p + r->auth.at + text.len, r->out->p + after, moved.len);
    memcpy(r->out->p + r->auth.at, text.p, text.len);
    r->out->len = len;
}

/* Why SIPp does not get as far as the credentials. */
static const char auth_in_body[] =
    "SIPp ends: with a [len] an [authentication] must stand before an empty line";
static const char auth_overwritten[] =
    "SIPp crashes: without a body [len] writes over the [authentication] behind it";

static const char *write_credentials(struct rendering *r, size_t body_at, struct buf *out) {
    if (r->has_len && (body_at == 0 || r->auth.at >= body_at)) return auth_in_body;
    if (r->has_len) fill_len(r);
    struct span text = buf_span(r->out), mark = span_head(span_skip(text, r->auth.at), r->auth.len);
    if (span_find(mark, '\0') >= 0) return auth_overwritten;
    struct span body = header_clip(body_at > 0 ? span_skip(text, body_at) : SPAN(""));
    struct template_head head;
    template_head(r->t, &head);
    return credentials_write(out, r->call, r->auth.param, head.method, body);
}

static void fill_auth(struct rendering *r) {
    struct buf text = {0};
    struct span body = body_of(r);
    const char *why = write_credentials(r, body.p ? (size_t)(body.p - r->out->p) : 0, &text);
    if (!why)
        replace_stand_in(r, buf_span(&text));
    else if (why[0])
        fatal(r, r->auth.part, why);
    r->failed |= why != NULL;
    buf_free(&text);
}

static bool too_long(const struct rendering *r) { return r->out->len - r->begin > TEXT_MAX; }

static void tell_too_long(struct rendering *r, const struct template_part *part) {
    if (r->failed) return;
    sipp_missing(r->sipp, part->at,
                 "not simulated: a text of more than 65536 bytes; SIPp writes on behind its buffer");
    r->failed = true;
}

/* Text that makes no empty line, whatever stands around it, nor ends the message for SIPp. */
static bool stays_in_line(struct span s) {
    return s.len == 0 || (s.p[0] != '\r' && span_find(s, '\n') < 0 && span_find(s, '\0') < 0);
}

static void add_keyword(struct rendering *r, const struct fold_piece *piece, size_t before) {
    const struct writer *writer = &writers[piece->part->id];
    writer->add(r, piece);
    if (r->seeks_body && !writer->in_line) r->seeks_body = stays_in_line(span_skip(buf_span(r->out), before));
}

bool render(struct buf *out, struct call *call, const struct template *t, int index) {
    const struct folded *folded = template_folded(call->sipp, t);
    struct rendering r = {.out = out,
                          .begin = out->len,
                          .call = call,
                          .sipp = call->sipp,
                          .t = t,
                          .index = index,
                          .seeks_body = folded->has_len};
    for (const struct fold_piece *p = folded->pieces, *end = p + folded->count; p < end && !r.failed; p++) {
        add_literal(&r, p);
        size_t before = out->len;
        if (p->part) add_keyword(&r, p, before);
        if (too_long(&r)) tell_too_long(&r, before - r.begin > TEXT_MAX ? p->literal : p->part);
    }
    if (r.auth.len > 0 && !r.failed) {
        fill_auth(&r);
        if (too_long(&r)) tell_too_long(&r, t->parts);
    } else if (r.has_len && !r.failed) {
        fill_len(&r);
    }
    if (r.auth.before) credentials_release(r.sipp, r.auth.before);
    return !r.failed;
}
