/* SPDX-License-Identifier: MIT */
/* auth's tables. */
#include "model/kamailio/modules/auth/auth.h"

#include <stdlib.h>

#include "model/kamailio/instance.h"
#include "model/kamailio/message/lump.h"
#include "sim/random.h"

/* What pv_www_authenticate() and its kin may be asked for. */
enum { PASSWORD_IS_HA1 = 1, CHALLENGE = 2, CHALLENGE_AUTH = 4, CHALLENGE_AUTH_INT = 8 };

/* A challenge for the script to send: $avp(digest_challenge). */
static void keep_challenge(struct kam_run *run, enum auth_kind kind, struct span realm, int64_t flags) {
    struct buf b = {0};
    if (!(flags & (CHALLENGE | CHALLENGE_AUTH | CHALLENGE_AUTH_INT))) return;
    int64_t qop = flags & CHALLENGE_AUTH_INT ? AUTH_QOP_AUTH_INT : flags & CHALLENGE_AUTH ? AUTH_QOP_AUTH : 0;
    auth_challenge_write(&b, run, kind, realm, qop);
    kam_avp_add(run, SPAN("digest_challenge"), buf_span(&b));
    buf_free(&b);
}

/* args: realm, password, flags. */
static enum auth_result authenticate(struct kam_run *run, enum auth_kind kind, const struct kam_arg *args,
                                     struct span method, struct kam_credentials *c, bool *done) {
    char ha1[DIGEST_HEX_LEN];
    struct span realm = auth_realm(run, args[0].s), password = args[1].s;
    int64_t flags = args[2].n;
    *done = true;
    if (args[0].missing || args[0].s.len == 0 || args[1].missing || args[2].missing) return AUTH_ERROR;
    enum auth_result result = auth_find(run, kind, realm, c, done);
    if (result == AUTH_OK && !*done) {
        if (!(flags & PASSWORD_IS_HA1)) auth_ha1(ha1, c->username, realm, password);
        result = auth_password_check(
            run, c, flags & PASSWORD_IS_HA1 ? password : (struct span){ha1, DIGEST_HEX_LEN}, method);
    }
    if (result != AUTH_OK) keep_challenge(run, kind, args[0].s, flags);
    return result;
}

static int pv_www_authenticate(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct kam_credentials c;
    bool done;
    if (count > 3 && args[3].missing) return AUTH_ERROR;
    return authenticate(run, AUTH_WWW, args, count > 3 ? args[3].s : run->msg.method, &c, &done);
}

static int pv_proxy_authenticate(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct kam_credentials c;
    bool done;
    (void)count;
    return authenticate(run, AUTH_PROXY, args, run->msg.method, &c, &done);
}

/* args: realm, password, flags, checks. */
static int pv_auth_check(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct kam_credentials c;
    bool done;
    (void)count;
    if (args[3].missing) return AUTH_ERROR;
    enum auth_result result = authenticate(run, auth_kind_of(run), args, run->msg.method, &c, &done);
    if (result != AUTH_OK || done || !(args[3].n & 1)) return result;
    bool own = auth_is_own(run, &c, auth_realm(run, args[0].s), auth_of(run)->use_domain);
    return own ? AUTH_OK : AUTH_OTHER_USER;
}

static int www_challenge(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return auth_challenge(run, AUTH_WWW, args);
}

static int proxy_challenge(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return auth_challenge(run, AUTH_PROXY, args);
}

static int challenge(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return auth_challenge(run, auth_kind_of(run), args);
}

static int get_www_authenticate(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct buf b = {0};
    (void)count;
    if (args[0].missing || args[1].missing) return -1;
    auth_challenge_write(&b, run, AUTH_WWW, args[0].s, args[1].n);
    struct span text = arena_text(&run->scratch, buf_span(&b));
    buf_free(&b);
    return kam_pv_assign(run, args[2].pv, (struct kam_value){.type = KAM_STR, .s = text}) ? 1 : -1;
}

/* Is there a header of that realm, of either kind? Here realm_prefix does not count. */
static int has_credentials(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct kam_credentials c;
    const struct sip_header *h;
    (void)count;
    if (args[0].missing) return -1;
    enum auth_result result = auth_find_header(run, AUTH_WWW, args[0].s, &c, &h);
    if (result == AUTH_NO_CREDENTIALS) result = auth_find_header(run, AUTH_PROXY, args[0].s, &c, &h);
    return result == AUTH_OK ? 1 : -1;
}

/* Takes out the headers that were looked at, good or bad. */
static int consume_credentials(struct kam_run *run, const struct kam_arg *args, size_t count) {
    bool any = false;
    (void)args, (void)count;
    for (size_t i = 0; i < sizeof run->credentials / sizeof *run->credentials; i++) {
        const struct sip_header *h = run->credentials[i];
        if (!h) continue;
        kam_lump_remove(run->target, (size_t)(h->line.p - run->msg.bytes.p), h->line.len);
        any = true;
    }
    return any ? 1 : -1;
}

enum { REPLYING = KAM_REQUEST_ROUTE | KAM_FAILURE_ROUTE | KAM_TM_ONREPLY_ROUTE | KAM_CORE_ONREPLY_ROUTE };
#define CHALLENGE_ARGS                                                                                       \
    { ARG_WORD, ARG_FLAGS }
#define PASSWORD_ARGS                                                                                        \
    { ARG_WORD, ARG_WORD, ARG_FLAGS, ARG_WORD }

static const struct kam_function functions[] = {
    {"www_challenge", 2, 2, REPLYING, www_challenge, CHALLENGE_ARGS},
    {"proxy_challenge", 2, 2, REPLYING, proxy_challenge, CHALLENGE_ARGS},
    {"auth_challenge", 2, 2, REPLYING, challenge, CHALLENGE_ARGS},
    {"pv_www_authenticate", 3, 4, KAM_REQUEST_ROUTE, pv_www_authenticate, PASSWORD_ARGS},
    {"pv_www_authorize", 3, 3, KAM_REQUEST_ROUTE, pv_www_authenticate, PASSWORD_ARGS},
    {"pv_proxy_authenticate", 3, 3, KAM_REQUEST_ROUTE, pv_proxy_authenticate, PASSWORD_ARGS},
    {"pv_proxy_authorize", 3, 3, KAM_REQUEST_ROUTE, pv_proxy_authenticate, PASSWORD_ARGS},
    {"pv_auth_check", 4, 4, KAM_REQUEST_ROUTE, pv_auth_check, {ARG_WORD, ARG_WORD, ARG_FLAGS, ARG_FLAGS}},
    {"auth_get_www_authenticate",
     3,
     3,
     KAM_REQUEST_ROUTE,
     get_www_authenticate,
     {ARG_WORD, ARG_FLAGS, ARG_PV}},
    {"has_credentials", 1, 1, KAM_REQUEST_ROUTE, has_credentials, {ARG_FORMAT}, .expressions = true},
    {"consume_credentials", 0, 0, KAM_REQUEST_ROUTE, consume_credentials},
    {0},
};

static const struct kam_param params[] = {
    {KAM_TEXT("secret", ""), KAM_INTO(struct auth, secret)},
    {KAM_INT("nonce_expire", 300, 0, INT32_MAX), KAM_INTO(struct auth, nonce_expire)},
    {KAM_INT("nonce_auth_max_drift", 3, 0, INT32_MAX), KAM_INTO(struct auth, nonce_auth_max_drift)},
    {KAM_INT("auth_checks_register", 0, 0, 15), KAM_INTO(struct auth, checks_register)},
    {KAM_INT("auth_checks_no_dlg", 0, 0, 15), KAM_INTO(struct auth, checks_no_dialog)},
    {KAM_INT("auth_checks_in_dlg", 0, 0, 15), KAM_INTO(struct auth, checks_in_dialog)},
    {KAM_TEXT("realm_prefix", ""), KAM_INTO(struct auth, realm_prefix)},
    {KAM_TEXT("algorithm", ""), KAM_INTO(struct auth, algorithm)},
    {KAM_FLAG("use_domain", 0), KAM_INTO(struct auth, use_domain)},
    {KAM_FLAG("force_stateless_reply", 0), KAM_INTO(struct auth, force_stateless_reply)},
    {KAM_TEXT("qop", ""), KAM_NO_EFFECT},
    {KAM_INT("protect_contacts", 0, 0, INT32_MAX), KAM_NO_EFFECT},
    {KAM_TEXT("challenge_attr", "$digest_challenge"), KAM_NO_EFFECT},
    {KAM_TEXT("proxy_challenge_header", "Proxy-Authenticate"), KAM_INTO(struct auth, proxy_header)},
    {KAM_TEXT("www_challenge_header", "WWW-Authenticate"), KAM_INTO(struct auth, www_header)},
    {KAM_FLAG("nonce_count", 0), KAM_INTO(struct auth, nonce_count)},
    {KAM_FLAG("one_time_nonce", 0), KAM_INTO(struct auth, one_time_nonce)},
    {KAM_INT("nc_array_size", 0, 0, INT32_MAX), KAM_NO_EFFECT},
    {KAM_INT("nc_array_order", 0, 0, INT32_MAX), KAM_NO_EFFECT},
    {KAM_INT("otn_in_flight_no", 0, 0, INT32_MAX), KAM_NO_EFFECT},
    {KAM_INT("otn_in_flight_order", 0, 0, INT32_MAX), KAM_NO_EFFECT},
    {KAM_INT("nid_pool_no", 1, 1, 64), KAM_NO_EFFECT},
    {KAM_FLAG("add_authinfo_hdr", 0), KAM_INTO(struct auth, add_info)},
    {0},
};

static bool load(struct kam_program *program, const struct source *cfg, struct source_set *set,
                 struct diag *diag) {
    struct auth a;
    struct kam_value pools;
    (void)cfg, (void)set;
    kam_program_settings(program, &kam_auth_module, &a);
    if ((a.nonce_count || a.one_time_nonce) &&
        kam_program_value(program, &kam_auth_module, "nid_pool_no", 0, &pools) && pools.n > 1) {
        diag_error(diag, kam_program_param_at(program, &kam_auth_module, "nid_pool_no"),
                   "auth.nid_pool_no above 1 is not simulated with nonce_count or one_time_nonce");
        return false;
    }
    if (a.algorithm.len == 0 || span_is(a.algorithm, "MD5")) return true;
    diag_error(diag, kam_program_param_at(program, &kam_auth_module, "algorithm"),
               "auth.algorithm=" SPAN_FMT " is not simulated, only MD5", SPAN_ARG(a.algorithm));
    return false;
}

/* Without a secret Kamailio draws one; here the scenario's seed does. With checks it has two halves. */
static void init(struct kamailio *k, void *data) {
    struct auth *a = data;
    struct random_stream random;
    a->since_s = kam_now_s(k);
    if (a->secret.len == 0) {
        host_random(k->host, &random, "auth secret");
        for (size_t i = 0; i < sizeof a->drawn; i++)
            a->drawn[i] = (char)('!' + random_below(&random, '~' - '!'));
        a->secret = (struct span){a->drawn, sizeof a->drawn};
    }
    bool checks = a->checks_register || a->checks_no_dialog || a->checks_in_dialog;
    size_t len = checks ? a->secret.len - a->secret.len / 2 : a->secret.len;
    a->nonce_secret = span_head(a->secret, len);
    a->check_secret = span_skip(a->secret, len);
    if (!a->nonce_count && !a->one_time_nonce) return;
    host_random(k->host, &random, "nonces");
    a->first_id = random_u32(&random);
    if (k->config.nonce_id) a->first_id = (uint32_t)span_hex(span_of(k->config.nonce_id));
}

static void end(void *data) { free(((struct auth *)data)->counts); }

const struct kam_module kam_auth_module = {.name = "auth",

                                           .functions = functions,
                                           .params = params,
                                           .data_size = sizeof(struct auth),
                                           .load = load,
                                           .init = init,
                                           .free = end};
