/* SPDX-License-Identifier: MIT */
/* Credentials of a request: which ones, whose, and are they right (facts: Kamailio 40.2, 19.4). */
#include "model/kamailio/modules/auth/auth.h"

struct auth *auth_of(const struct kam_run *run) {
    return kam_module_data(run->k, KAM_MODULE_AUTH);
}

enum auth_kind auth_kind_of(const struct kam_run *run) {
    return run->msg.is_request && run->method == KAM_REGISTER ? AUTH_WWW : AUTH_PROXY;
}

struct span auth_realm(const struct kam_run *run, struct span realm) {
    struct span prefix = auth_of(run)->realm_prefix;
    bool has = prefix.len && realm.len >= prefix.len && span_eq(span_head(realm, prefix.len), prefix);
    return has ? span_skip(realm, prefix.len) : realm;
}

/* All three of these Kamailio lets pass without credentials: a challenge has no place in their transactions.
 */
static bool is_never_asked(const struct kam_run *run) {
    return run->method == KAM_ACK || run->method == KAM_CANCEL || run->method == KAM_PRACK;
}

enum auth_result auth_find_header(const struct kam_run *run, enum auth_kind kind, struct span realm,
                                  struct kam_credentials *c, const struct sip_header **header) {
    const char *name = kind == AUTH_WWW ? "Authorization" : "Proxy-Authorization";
    for (size_t i = 0; i < run->msg.header_count; i++) {
        const struct sip_header *h = &run->msg.headers[i];
        if (!span_is_nocase(h->name, name)) continue;
        switch (kam_credentials_parse(c, h->value)) {
        case KAM_CREDENTIALS_BROKEN: return AUTH_ERROR;
        case KAM_CREDENTIALS_OTHER: continue;
        case KAM_CREDENTIALS_DIGEST: break;
        }
        if (!c->realm.len || !span_eq_nocase(c->realm, realm)) continue;
        *header = h;
        return AUTH_OK;
    }
    return AUTH_NO_CREDENTIALS;
}

/* Is all there that a response is made of? */
static bool is_complete(const struct kam_credentials *c) {
    return c->username.p && c->nonce.len && c->uri.p && c->response.len == DIGEST_HEX_LEN &&
           (!kam_credentials_counts(c) || (c->nc.p && c->cnonce.p));
}

enum auth_result auth_find(struct kam_run *run, enum auth_kind kind, struct span realm,
                           struct kam_credentials *c, bool *done) {
    *done = is_never_asked(run);
    if (*done) return AUTH_OK;
    enum auth_result found = auth_find_header(run, kind, realm, c, &run->credentials[kind]);
    if (found != AUTH_OK) return found;
    return is_complete(c) ? auth_nonce_check(run, c) : AUTH_ERROR;
}

/* The answer to a response, and the nonce for the next one: the same, unless each is good once. */
static void add_info(struct kam_run *run, const struct kam_credentials *c, struct digest d) {
    char response[DIGEST_HEX_LEN];
    struct buf *out = &run->reply_lines;
    d.method = SPAN("");
    digest_response(response, &d);
    buf_add(out, SPAN("Authentication-Info: nextnonce=\""));
    if (auth_of(run)->one_time_nonce)
        auth_nonce_write(out, run);
    else
        buf_add(out, c->nonce);
    buf_addf(out, "\", qop=" SPAN_FMT ", rspauth=\"%.*s\", cnonce=\"" SPAN_FMT "\", nc=" SPAN_FMT "\r\n",
             SPAN_ARG(c->qop), DIGEST_HEX_LEN, response, SPAN_ARG(c->cnonce), SPAN_ARG(c->nc));
}

enum auth_result auth_password_check(struct kam_run *run, const struct kam_credentials *c, struct span ha1,
                                     struct span method) {
    char response[DIGEST_HEX_LEN];
    struct digest d = {.ha1 = ha1,
                       .method = method,
                       .uri = c->uri,
                       .nonce = c->nonce,
                       .has_qop = c->qop.len > 0,
                       .nc = c->nc,
                       .cnonce = c->cnonce,
                       .qop = c->qop};
    if (span_is_nocase(span_trim(c->qop), "auth-int"))
        return AUTH_WRONG_PASSWORD; /* 5.6.3 takes none of any form tried */
    digest_response(response, &d);
    if (!span_eq(c->response, (struct span){response, DIGEST_HEX_LEN})) return AUTH_WRONG_PASSWORD;
    if (auth_of(run)->add_info) add_info(run, c, d);
    return AUTH_OK;
}

void auth_ha1(char ha1[DIGEST_HEX_LEN], struct span username, struct span realm, struct span password) {
    digest_md5(ha1, (const struct span[]){username, realm, password}, 3);
}

/* The user as written, and the domain if it counts. */
static bool is_users(struct span uri, struct span user, struct span realm, bool by_domain) {
    struct uri u;
    if (!uri.p || !uri_parse(&u, uri)) return false;
    return span_eq(u.user, user) && (!by_domain || span_eq(u.host, realm));
}

bool auth_is_own(struct kam_run *run, const struct kam_credentials *c, struct span realm, bool by_domain) {
    bool publish = run->method == KAM_PUBLISH;
    struct span user = kam_credentials_user(c);
    if (run->method != KAM_REGISTER && !publish) return is_users(kam_run_from(run)->uri, user, realm, false);
    return is_users(kam_run_from(run)->uri, user, realm, by_domain) &&
           is_users(run->to_uri, user, realm, by_domain) &&
           (!publish || is_users(run->msg.uri, user, realm, by_domain));
}
