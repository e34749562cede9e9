/* SPDX-License-Identifier: MIT */
#include "model/sipp/process/render.h"

#include "model/sipp/process/auth.h"
#include "model/sipp/process/fold.h"
#include "model/sipp/process/header.h"
#include "model/sipp/process/media.h"
#include "model/sipp/process/moment.h"
#include "model/sipp/scenario/number.h"

/* The width of [len]. */
enum { LEN_WIDTH = 5 };

/* Credentials of an [authentication]: from templates, or from a field of the injection file. */
struct auth_mark {
    bool wanted;
    size_t at;                        /* of a stand-in character in the output */
    const struct template_part *part; /* NULL: of a field */
    struct span user, password;       /* of a field, in text; p NULL: absent */
    struct buf text;
};

struct rendering {
    struct buf *out;
    size_t begin; /* of this text in out */
    struct call *call;
    struct sipp *sipp;
    const struct template *t; /* folded */
    const struct template *given;
    int index;
    bool drop_space; /* the next literal loses the white space it begins with */
    bool has_len;
    size_t len_at;
    int64_t len_offset;
    struct auth_mark auth;
};

static bool fatal(struct rendering *r, const struct template_part *part, const char *reason) {
    sipp_fatal(r->sipp, part->at, reason);
    return false;
}

static bool at_line_start(const struct rendering *r) {
    return r->out->len > r->begin && r->out->p[r->out->len - 1] == '\n';
}

static bool add_literal(struct rendering *r, const struct template_part *part) {
    struct span text = template_text(r->t, part);
    if (r->drop_space) {
        while (text.len > 0 &&
               (ascii_space((unsigned char)text.p[0]) || text.p[0] == '\v' || text.p[0] == '\f'))
            text = span_skip(text, 1);
        r->drop_space = false;
    }
    buf_add(r->out, text);
    return true;
}

static bool add_branch(struct rendering *r, const struct template_part *part) {
    int64_t index = r->index == RENDER_ACTION ? r->call->index - 1 : r->index;
    buf_add(r->out, SPAN("z9hG4bK-"));
    buf_add_u64(r->out, r->sipp->config.pid);
    buf_add_char(r->out, '-');
    buf_add_u64(r->out, r->call->number);
    buf_add_char(r->out, '-');
    buf_add_i64(r->out, integer_wrapped(index + part->offset));
    return true;
}

/*
 * SIPp looks for what the port is for in the line so far, and gives up where it finds nothing (facts: SIPp
 * 3.1).
 */
static bool add_media_port(struct rendering *r, const struct template_part *part) {
    struct span line = span_skip(buf_span(r->out), r->begin);
    size_t from = line.len;
    while (from > 0 && line.p[from - 1] != '\n')
        from--;
    enum media_line kind = 0;
    while (kind < MEDIA_LINES && span_search(span_skip(line, from), span_of(media_line_names[kind])) < 0)
        kind++;
    if (from == 0 || kind == MEDIA_LINES)
        return fatal(r, part,
                     "SIPp ends: a media port must stand behind audio, image or video in a line that is not "
                     "the first");
    int64_t port = r->sipp->config.media_port + part->offset;
    if (part->id == KEYWORD_AUTO_MEDIA_PORT) port += 4 * ((int64_t)r->call->number - 1) % 10000;
    buf_add_i64(r->out, integer_wrapped(port));
    if (r->call->media) r->call->media->ends[kind].port = (uint16_t)port;
    return true;
}

static bool add_dynamic_id(struct rendering *r) {
    enum { FIRST = 10000, STEP = 4, LAST = 18000 };
    buf_add_u64(r->out, r->sipp->dynamic_id);
    r->sipp->dynamic_id += STEP;
    if (r->sipp->dynamic_id > LAST) r->sipp->dynamic_id = FIRST;
    return true;
}

static bool add_fill(struct rendering *r, const struct template_part *part) {
    struct span text = template_text(r->t, part);
    int64_t length = real_whole(value_number(call_value(r->call, (int)part->number)));
    if (length > PAYLOAD_MAX) return fatal(r, part, "[fill] is longer than a datagram");
    for (int64_t i = 0; i < length; i++)
        buf_add_char(r->out, text.p[(size_t)i % text.len]);
    return true;
}

/* What a field holds is inserted as it is, but for one [authentication ...] (facts: SIPp 11). */
static bool add_field_text(struct rendering *r, const struct template_part *part, struct span field) {
    ptrdiff_t mark = span_search(field, SPAN("[authentication"));
    ptrdiff_t close = mark < 0 ? -1 : span_find(span_skip(field, (size_t)mark), ']');
    if (close < 0) {
        buf_add(r->out, field);
        return true;
    }
    if (r->auth.wanted) return fatal(r, part, "SIPp ends: a second [authentication] in one message");
    buf_add(r->out, span_head(field, (size_t)mark));
    r->auth = (struct auth_mark){.wanted = true, .at = r->out->len};
    buf_add(&r->auth.text, span_head(span_skip(field, (size_t)mark), (size_t)close));
    r->auth.user = auth_parameter(buf_span(&r->auth.text), "username");
    r->auth.password = auth_parameter(buf_span(&r->auth.text), "password");
    buf_add_char(r->out, ']');
    buf_add(r->out, span_skip(field, (size_t)(mark + close) + 1));
    return true;
}

static bool add_field(struct rendering *r, const struct template_part *part) {
    struct inject *in = sipp_inject(r->sipp, template_text(r->t, part));
    int64_t line = r->call->lines[in - r->sipp->injects];
    if (part->param[0]) {
        struct buf number = {0};
        bool ok = render(&number, r->call, part->param[0], RENDER_ACTION);
        if (ok && !number_parse(buf_span(&number), &line))
            ok = fatal(r, part, "SIPp ends: line= is no number");
        line = number_whole(line);
        buf_free(&number);
        if (!ok) return false;
    }
    if (line < 0) return true;
    struct buf field = {0};
    const char *why = inject_field(in, (size_t)line, part->number, &field);
    bool ok = why ? fatal(r, part, why) : add_field_text(r, part, buf_span(&field));
    buf_free(&field);
    return ok;
}

/* Between the first < and the first >, if they stand in this order. */
static void add_last_request_uri(struct rendering *r) {
    struct buf to = {0};
    header_write(&to, call_lines(r->call, r->call->received), SPAN("To:"), false);
    ptrdiff_t open = span_find(buf_span(&to), '<'), close = span_find(buf_span(&to), '>');
    if (open >= 0 && close > open) buf_add(r->out, span_between(to.p + open + 1, to.p + close));
    buf_free(&to);
}

static void add_last_cseq_number(struct rendering *r, int64_t offset) {
    struct buf cseq = {0};
    header_write(&cseq, call_lines(r->call, r->call->received), SPAN("CSeq:"), true);
    buf_add_i64(r->out, (int32_t)((uint32_t)header_integer(buf_span(&cseq)) + (uint32_t)offset));
    buf_free(&cseq);
}

static void add_timestamp(struct rendering *r) {
    moment_write_timestamp(r->out, r->sipp->config.start_s * 1000000 + sipp_now(r->sipp) / NS_PER_US);
}

static bool add_auth_mark(struct rendering *r, const struct template_part *part) {
    if (r->auth.wanted) return fatal(r, part, "SIPp ends: a second [authentication] in one message");
    r->auth = (struct auth_mark){.wanted = true, .at = r->out->len, .part = part};
    buf_add_char(r->out, ']');
    return true;
}

static bool add_len_mark(struct rendering *r, const struct template_part *part) {
    r->has_len = true;
    r->len_at = r->out->len;
    r->len_offset = part->offset;
    for (int i = 0; i < LEN_WIDTH; i++)
        buf_add_char(r->out, ' ');
    return true;
}

static bool add_part(struct rendering *r, const struct template_part *part) {
    struct sipp *sipp = r->sipp;
    const struct sipp_config *c = &sipp->config;
    struct call *call = r->call;
    struct buf *out = r->out;
    switch (part->id) {
    case KEYWORD_LITERAL: return add_literal(r, part);
    case KEYWORD_AUTHENTICATION: return add_auth_mark(r, part);
    case KEYWORD_AUTO_MEDIA_PORT:
    case KEYWORD_MEDIA_PORT: return add_media_port(r, part);
    case KEYWORD_BRANCH: return add_branch(r, part);
    case KEYWORD_CALL_ID: buf_add(out, (struct span){call->known->id, call->known->len}); break;
    case KEYWORD_CALL_NUMBER: buf_add_u64(out, call->number); break;
    case KEYWORD_CLOCK_TICK: buf_add_i64(out, sipp->loop.clock_ms); break;
    case KEYWORD_CSEQ: buf_add_u64(out, (uint32_t)(call->cseq + part->offset)); break;
    case KEYWORD_DATE: moment_write_date(out, c->start_s + sipp_now(sipp) / NS_PER_S); break;
    case KEYWORD_DYNAMIC_ID: return add_dynamic_id(r);
    case KEYWORD_FIELD:
        if (!add_field(r, part)) return false;
        r->drop_space |= at_line_start(r);
        break;
    case KEYWORD_FILL: return add_fill(r, part);
    case KEYWORD_LAST_CSEQ_NUMBER: add_last_cseq_number(r, part->offset); break;
    case KEYWORD_LAST_HEADER:
        header_write(out, call_lines(call, call->received), template_text(r->t, part), false);
        r->drop_space |= at_line_start(r);
        break;
    case KEYWORD_LAST_MESSAGE: buf_add(out, call_last_message(call)); break;
    case KEYWORD_LAST_REQUEST_URI: add_last_request_uri(r); break;
    case KEYWORD_LEN: return add_len_mark(r, part);
    case KEYWORD_MSG_INDEX: buf_add_i64(out, r->index); break;
    case KEYWORD_NEXT_URL: buf_add(out, buf_span(&call->next_url)); break;
    case KEYWORD_PEER_TAG_PARAM:
        if (!call->has_peer_tag) break;
        buf_add(out, SPAN(";tag="));
        buf_add(out, buf_span(&call->peer_tag));
        break;
    case KEYWORD_ROUTES:
        if (call->has_routes) {
            buf_add(out, SPAN("Route: "));
            buf_add(out, buf_span(&call->routes));
        } else {
            r->drop_space |= at_line_start(r);
        }
        break;
    case KEYWORD_TIMESTAMP: add_timestamp(r); break;
    case KEYWORD_USERID: buf_add_u64(out, call->user); break;
    case KEYWORD_VARIABLE:
        value_write(out, call_value(call, (int)part->number));
        r->drop_space |= at_line_start(r);
        break;
    case KEYWORD_TDMMAP: return fatal(r, part, "SIPp ends: [tdmmap] without -tdmmap");
    case KEYWORD_UNKNOWN: break; /* an error of the scenario, which does not run then */
    default: constant_write(out, sipp, r->t, part); break;
    }
    return true;
}

/* A body is what follows the first empty line; SIPp sees the text only up to a NUL. */
static struct span body_of(const struct rendering *r) {
    return header_body(header_clip(span_skip(buf_span(r->out), r->begin)));
}

static void fill_len(struct rendering *r) {
    struct span body = body_of(r);
    char *mark = r->out->p + r->len_at, text[32];
    size_t room = r->out->len - r->len_at;
    if (body.p && body.len > 0) {
        size_t length = (size_t)(r->out->p + r->out->len - body.p);
        struct buf number = {.p = text, .cap = sizeof text};
        buf_add_u64(&number, (uint32_t)((int64_t)length + r->len_offset));
        size_t shown = number.len < LEN_WIDTH ? number.len : LEN_WIDTH;
        memcpy(mark + LEN_WIDTH - shown, text, shown);
        return;
    }
    /* Without a body SIPp writes an end of headers, and a NUL, over whatever follows (facts: SIPp 2); the
     * text of an action may be longer then. */
    static const char nothing[] = "    0\r\n\r\n";
    for (; room < strlen(nothing); room++)
        buf_add_char(r->out, ' ');
    memcpy(r->out->p + r->len_at, nothing, room < sizeof nothing ? room : sizeof nothing);
}

/* A parameter of [authentication]: a template, the text of a field, or what SIPp takes without it. */
static bool add_auth_parameter(struct rendering *r, size_t which, struct span given, const char *absent,
                               struct buf *out) {
    const struct template *t = r->auth.part ? r->auth.part->param[which] : NULL;
    if (t) return render(out, r->call, t, RENDER_ACTION);
    buf_add(out, given.p ? given : span_of(absent));
    return true;
}

/* Adds the whole header; NULL, or why there is none. */
static const char *add_credentials(struct rendering *r, struct span user, struct span password,
                                   struct buf *out) {
    struct call *call = r->call;
    const struct sipp_config *c = &r->sipp->config;
    struct span challenge = buf_span(&call->challenge);
    struct template_head head;
    struct buf uri = {0};
    if (challenge.len == 0)
        return "SIPp ends: [authentication] without a challenge (a recv with auth=\"true\")";
    template_head(r->given, &head);
    buf_add_text(&uri, "sip:");
    if (c->auth_uri) {
        buf_add_text(&uri, c->auth_uri);
    } else {
        if (c->remote.ip) ipv4_write(&uri, c->remote.ip);
        buf_addf(&uri, ":%u", c->remote.port);
    }
    struct credentials credentials = {.user = user,
                                      .password = password,
                                      .method = head.method,
                                      .uri = buf_span(&uri),
                                      .body = body_of(r),
                                      .nonce_count = call->nonce_count++};
    if (auth_needs_cnonce(challenge)) credentials.cnonce = (uint32_t)sipp_rand(r->sipp, false);
    buf_add_text(out, call->challenge_status == 401 ? "Authorization: " : "Proxy-Authorization: ");
    const char *why = auth_write(out, challenge, &credentials);
    buf_free(&uri);
    return why;
}

static void replace_stand_in(struct rendering *r, struct span text) {
    char *at = r->out->p + r->auth.at;
    memmove(at, at + 1, r->out->len - r->auth.at - 1);
    r->out->len--;
    buf_insert(r->out, r->auth.at, text);
}

static bool fill_auth(struct rendering *r) {
    struct buf user = {0}, password = {0}, text = {0};
    const struct sipp_config *c = &r->sipp->config;
    bool ok = add_auth_parameter(r, 0, r->auth.user, c->auth_user ? c->auth_user : c->service, &user) &&
              add_auth_parameter(r, 1, r->auth.password, c->auth_password, &password);
    if (ok && r->auth.part && r->auth.part->number &&
        span_starts_nocase(auth_parameter(buf_span(&r->call->challenge), "algorithm"), "AKAv1-MD5")) {
        sipp_missing(r->sipp, r->auth.part->at,
                     "AKA is not simulated, and the run has reached a challenge of it");
        ok = false;
    }
    if (ok) {
        const char *why = add_credentials(r, buf_span(&user), buf_span(&password), &text);
        ok = !why || fatal(r, r->auth.part ? r->auth.part : r->t->parts, why);
    }
    if (ok) replace_stand_in(r, buf_span(&text));
    buf_free(&user);
    buf_free(&password);
    buf_free(&text);
    return ok;
}

static bool fits(struct rendering *r, const struct template_part *part) {
    return r->out->len - r->begin <= PAYLOAD_MAX || fatal(r, part, "larger than a datagram");
}

static bool render_parts(struct rendering *r) {
    const struct template *t = r->t;
    for (size_t i = 0; i < t->count; i++)
        if (!add_part(r, &t->parts[i]) || !fits(r, &t->parts[i])) return false;
    if (r->has_len) fill_len(r);
    return !r->auth.wanted || (fill_auth(r) && fits(r, t->parts));
}

bool render(struct buf *out, struct call *call, const struct template *t, int index) {
    struct rendering r = {.out = out,
                          .begin = out->len,
                          .call = call,
                          .sipp = call->sipp,
                          .t = template_folded(call->sipp, t),
                          .given = t,
                          .index = index};
    bool ok = render_parts(&r);
    buf_free(&r.auth.text);
    return ok;
}
