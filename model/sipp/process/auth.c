/* SPDX-License-Identifier: MIT */
#include "model/sipp/process/auth.h"

#include "model/sip/digest.h"
#include "model/sipp/process/header.h"

static bool separator(char c) { return c == ',' || ascii_white((unsigned char)c); }

/* What SIPp has room for: of longer values only so much is left (facts: SIPp 3.6). */
enum { QOP_MAX = 15, OPAQUE_MAX = 63, ALGORITHM_MAX = 32, USER_MAX = 2060 };

struct span auth_parameter(struct span header, const char *name) {
    size_t len = strlen(name);
    for (size_t i = 0; i < header.len; i++) {
        if (i > 0 && !separator(header.p[i - 1])) continue;
        struct span rest = span_skip(header, i);
        if (!span_starts_nocase(rest, name) || rest.len <= len || rest.p[len] != '=') continue;
        rest = span_skip(rest, len + 1);
        size_t n = 0;
        if (rest.len > 0 && rest.p[0] == '"') {
            rest = span_skip(rest, 1);
            while (n < rest.len && rest.p[n] != '"')
                n++;
        } else {
            while (n < rest.len && rest.p[n] != ',' && rest.p[n] != ' ' && rest.p[n] != '"')
                n++;
        }
        return header_cut(span_head(rest, n));
    }
    return (struct span){0};
}

bool auth_needs_cnonce(struct span challenge) { return auth_parameter(challenge, "qop").len > 0; }

/* What SIPp makes of a list of offers: auth-int if it is among them. */
static struct span chosen_qop(struct span offers) {
    if (span_search_nocase(offers, SPAN("auth-int")) >= 0) return SPAN("auth-int");
    if (span_search_nocase(offers, SPAN("auth")) >= 0) return SPAN("auth");
    return offers;
}

/* RFC 2617 3.2.2.1; without a cnonce the older form of RFC 2069. */
static void respond(char hex[DIGEST_HEX_LEN], struct digest d, struct span user, struct span realm,
                    struct span password) {
    char secret[DIGEST_HEX_LEN];
    digest_md5(secret, (const struct span[]){user, realm, password}, 3);
    d.ha1 = (struct span){secret, DIGEST_HEX_LEN};
    d.has_qop = d.cnonce.len > 0;
    d.has_body = span_search_nocase(d.qop, SPAN("auth-int")) >= 0;
    digest_response(hex, &d);
}

/*
 * `Digest username="..",realm=".."`. SIPp writes it without looking how long it gets: what does not fit comes
 * to stand where the URI stood.
 */
static void add_begin(struct buf *out, struct buf *uri, struct span user, struct span realm) {
    size_t begin = out->len;
    buf_addf(out, "Digest username=\"" SPAN_FMT "\",realm=\"" SPAN_FMT "\"", SPAN_ARG(user), SPAN_ARG(realm));
    struct span all = span_skip(buf_span(out), begin);
    if (all.len <= HEADER_TEXT_MAX) return;
    buf_reset(uri);
    buf_add_text(uri, "sip:");
    buf_add(uri, span_skip(all, HEADER_TEXT_MAX + 1));
}

/* Whatever begins with MD5, MD5-sess too, is computed as MD5 and repeated as it stands. */
static bool plain_md5(struct span algorithm) { return span_starts_nocase(algorithm, "MD5"); }

bool auth_is_aka(struct span challenge) {
    return span_starts_nocase(auth_parameter(challenge, "algorithm"), "AKAv1-MD5");
}

static void add_hex(char *out, uint32_t n) {
    for (unsigned i = 0; i < 8; i++)
        out[i] = "0123456789abcdef"[n >> (28 - 4 * i) & 15];
}

/* What SIPp cannot answer; NULL: it can. */
static const char *refuse(struct span challenge, const struct credentials *c) {
    struct span algorithm = auth_parameter(challenge, "algorithm");
    if (span_search_nocase(challenge, SPAN("Digest")) < 0) return "the challenge is no Digest";
    if (algorithm.len > ALGORITHM_MAX) return "SIPp crashes: it has no room for the name of the algorithm";
    if (algorithm.p && !plain_md5(algorithm) && !auth_is_aka(challenge))
        return "SIPp ends: it knows no such algorithm";
    if (auth_is_aka(challenge) && !c->aka) return "SIPp ends: a challenge of AKA, and no aka_K";
    if (auth_parameter(challenge, "realm").len == 0) return "the challenge has no realm";
    if (auth_parameter(challenge, "nonce").len == 0) return "the challenge has no nonce";
    if (c->user.len > USER_MAX)
        return "a user of more than 2060 bytes, which SIPp writes over its other texts";
    return NULL;
}

/* What the challenge's qop asks for. */
struct answer {
    char cnonce[8], nc[8];
};

static void answer_qop(struct digest *d, struct answer *a, struct span challenge,
                       const struct credentials *c) {
    if (!auth_needs_cnonce(challenge)) return;
    add_hex(a->nc, c->nonce_count);
    add_hex(a->cnonce, c->cnonce);
    size_t zeros = 0; /* %x: no leading zeros */
    while (zeros < 7 && a->cnonce[zeros] == '0')
        zeros++;
    d->cnonce = (struct span){a->cnonce + zeros, 8 - zeros};
    d->nc = (struct span){a->nc, 8};
    d->qop = chosen_qop(span_head(auth_parameter(challenge, "qop"), QOP_MAX));
}

/* All behind the user and the realm, of which the uri may have become another one. */
static const char *add_answer(struct buf *out, struct span challenge, const struct credentials *c,
                              struct span uri) {
    char response[DIGEST_HEX_LEN];
    struct answer answer;
    struct digest d = {
        .method = c->method, .uri = uri, .body = c->body, .nonce = auth_parameter(challenge, "nonce")};
    struct span algorithm = auth_parameter(challenge, "algorithm"),
                opaque = auth_parameter(challenge, "opaque");
    answer_qop(&d, &answer, challenge, c);
    uint8_t res[AKA_RESPONSE];
    bool is_aka = auth_is_aka(challenge);
    const char *why = is_aka ? aka_respond(res, d.nonce, c->aka, c->aka_memory) : NULL;
    if (why) return why;
    respond(response, d, c->user, auth_parameter(challenge, "realm"),
            is_aka ? header_clip((struct span){(char *)res, sizeof res}) : c->password);
    if (d.cnonce.len > 0)
        buf_addf(out, ",cnonce=\"" SPAN_FMT "\",nc=" SPAN_FMT ",qop=" SPAN_FMT, SPAN_ARG(d.cnonce),
                 SPAN_ARG(d.nc), SPAN_ARG(d.qop));
    buf_addf(out, ",uri=\"" SPAN_FMT "\"", SPAN_ARG(uri));
    size_t begin = out->len;
    buf_addf(out, ",nonce=\"" SPAN_FMT "\",response=\"%.*s\",algorithm=" SPAN_FMT, SPAN_ARG(d.nonce),
             DIGEST_HEX_LEN, response, SPAN_ARG(algorithm.p ? algorithm : SPAN("MD5")));
    out->len = begin + header_cut(span_skip(buf_span(out), begin)).len;
    if (opaque.len > 0) buf_addf(out, ",opaque=\"" SPAN_FMT "\"", SPAN_ARG(span_head(opaque, OPAQUE_MAX)));
    return NULL;
}

const char *auth_write(struct buf *out, struct span challenge, const struct credentials *c) {
    const char *why = refuse(challenge, c);
    if (why) return why;
    struct buf uri = {0};
    buf_add(&uri, c->uri);
    add_begin(out, &uri, c->user, auth_parameter(challenge, "realm"));
    why = add_answer(out, challenge, c, buf_span(&uri));
    buf_free(&uri);
    return why;
}

bool auth_verify(struct span header, struct span uri, struct span user, struct span password,
                 struct span method, struct span body) {
    if (span_search_nocase(header, SPAN("Digest")) < 0) return false;
    struct span algorithm = auth_parameter(header, "algorithm"), given = auth_parameter(header, "response");
    if (algorithm.len > 0 && !plain_md5(algorithm)) return false;
    struct digest d = {.method = method,
                       .body = body,
                       .uri = uri.p ? uri : auth_parameter(header, "uri"),
                       .nonce = auth_parameter(header, "nonce"),
                       .cnonce = auth_parameter(header, "cnonce"),
                       .nc = auth_parameter(header, "nc"),
                       .qop = auth_parameter(header, "qop")};
    char response[DIGEST_HEX_LEN];
    respond(response, d, user, auth_parameter(header, "realm"), password);
    return span_eq(span_head(given, DIGEST_HEX_LEN), (struct span){response, DIGEST_HEX_LEN});
}
