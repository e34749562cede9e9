/* SPDX-License-Identifier: MIT */
/* auth_db: passwords out of a table, which is scenario.yaml's `subscribers` (facts: Kamailio 40.5). */
#include "model/kamailio/instance.h"
#include "model/kamailio/modules/auth/auth.h"

/* The module parameters. */
struct auth_db {
    bool calculate_ha1, use_domain;
    struct span password_column, password_column_2;
};

static const struct auth_db *db_of(const struct kam_run *run) {
    return kam_module_data(run->k, KAM_MODULE_AUTH_DB);
}

static struct span domain_of(const struct kam_run *run, const struct kam_subscriber *row) {
    if (row->domain) return span_of(row->domain);
    struct buf b = {0};
    ipv4_write(&b, run->k->config.address);
    struct span address = arena_text(&run->k->run.scratch, buf_span(&b));
    buf_free(&b);
    return address;
}

/* The first row of that user, any case; domain p NULL: in any domain. */
static const struct kam_subscriber *find(const struct kam_run *run, struct span user, struct span domain) {
    const struct kam_config *c = &run->k->config;
    for (const struct kam_subscriber *row = c->subscribers; row < c->subscribers + c->subscriber_count;
         row++) {
        if (!span_eq_nocase(user, span_of(row->username))) continue;
        if (!domain.p || span_eq_nocase(domain, domain_of(run, row))) return row;
    }
    return NULL;
}

/* What stands in a column of the row; of one that is called otherwise, the password or the HA1, as they are
 * used. */
static struct span column(const struct kam_run *run, const struct kam_subscriber *row, struct span name,
                          bool plain, char ha1[DIGEST_HEX_LEN]) {
    bool b = span_is(name, "ha1b");
    if (span_is(name, "password") || (plain && !b && !span_is(name, "ha1"))) return span_of(row->password);
    const char *given = b ? row->ha1b : row->ha1;
    if (given) return span_of(given);
    struct buf user = {0};
    struct span domain = domain_of(run, row);
    buf_addf(&user, b ? "%s@" SPAN_FMT : "%s", row->username, SPAN_ARG(domain));
    auth_ha1(ha1, buf_span(&user), domain, span_of(row->password));
    buf_free(&user);
    return (struct span){ha1, DIGEST_HEX_LEN};
}

/* args: realm, table. */
static enum auth_result authenticate(struct kam_run *run, enum auth_kind kind, const struct kam_arg *args,
                                     struct span method, struct kam_credentials *c, bool *done) {
    const struct auth_db *db = db_of(run);
    char text[DIGEST_HEX_LEN], ha1[DIGEST_HEX_LEN];
    struct span realm = auth_realm(run, args[0].s);
    *done = true;
    if (args[0].missing || args[0].s.len == 0 || args[1].missing || args[1].s.len == 0) return AUTH_ERROR;
    enum auth_result result = auth_find(run, kind, realm, c, done);
    if (result != AUTH_OK || *done) return result;
    struct span domain = kam_credentials_domain(c);
    const struct kam_subscriber *row =
        find(run, kam_credentials_user(c), db->use_domain ? domain.len ? domain : realm : (struct span){0});
    if (!row) return AUTH_NO_SUCH_USER;
    bool second = !db->calculate_ha1 && domain.len;
    struct span secret =
        column(run, row, second ? db->password_column_2 : db->password_column, db->calculate_ha1, text);
    if (db->calculate_ha1) {
        auth_ha1(ha1, c->username, realm, secret);
        secret = (struct span){ha1, DIGEST_HEX_LEN};
    }
    return auth_password_check(run, c, secret, method);
}

static int www_authenticate(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct kam_credentials c;
    bool done;
    if (count > 2 && args[2].missing) return AUTH_ERROR;
    return authenticate(run, AUTH_WWW, args, count > 2 ? args[2].s : run->msg.method, &c, &done);
}

static int proxy_authenticate(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct kam_credentials c;
    bool done;
    (void)count;
    return authenticate(run, AUTH_PROXY, args, run->msg.method, &c, &done);
}

/* Requests that may come with an anonymous caller, for flag 2. */
static bool may_be_anonymous(enum kam_method method) {
    return method == KAM_INVITE || method == KAM_BYE || method == KAM_PRACK || method == KAM_UPDATE ||
           method == KAM_MESSAGE;
}

/* args: realm, table, flags. */
static int auth_check(struct kam_run *run, const struct kam_arg *args, size_t count) {
    enum { CHECK_USER = 1, BUT_ANONYMOUS = 2 };
    struct kam_credentials c;
    bool done;
    (void)count;
    if (args[2].missing) return AUTH_ERROR;
    enum auth_result result = authenticate(run, auth_kind_of(run), args, run->msg.method, &c, &done);
    bool checks = args[2].n & CHECK_USER && !(args[2].n & BUT_ANONYMOUS && may_be_anonymous(run->method));
    if (result != AUTH_OK || done || !checks) return result;
    return auth_is_own(run, &c, auth_realm(run, args[0].s), db_of(run)->use_domain) ? AUTH_OK
                                                                                    : AUTH_OTHER_USER;
}

/*
 * args: URI, table, flags: 1 in the URI's domain only, 2 nothing more is asked. Without the second the
 * columns of load_credentials are asked for, and there are none: that fails.
 */
static int is_subscriber(struct kam_run *run, const struct kam_arg *args, size_t count) {
    enum { BY_DOMAIN = 1, ONLY_ASK = 2 };
    struct uri u;
    (void)count;
    if (args[0].missing || args[1].missing || args[2].missing || !uri_parse(&u, args[0].s)) return -1;
    if (!u.user.len) return args[2].n & ONLY_ASK ? -2 : -1;
    bool known = find(run, u.user, args[2].n & BY_DOMAIN ? u.host : (struct span){0});
    if (!(args[2].n & ONLY_ASK)) return -1;
    return known ? 1 : -2;
}

#define REALM_TABLE ARG_WORD, ARG_WORD

static const struct kam_function functions[] = {
    {"www_authenticate", 2, 3, KAM_REQUEST_ROUTE, www_authenticate, {REALM_TABLE, ARG_WORD}},
    {"www_authorize", 2, 2, KAM_REQUEST_ROUTE, www_authenticate, {REALM_TABLE}},
    {"proxy_authenticate", 2, 2, KAM_REQUEST_ROUTE, proxy_authenticate, {REALM_TABLE}},
    {"proxy_authorize", 2, 2, KAM_REQUEST_ROUTE, proxy_authenticate, {REALM_TABLE}},
    {"auth_check", 3, 3, KAM_REQUEST_ROUTE, auth_check, {REALM_TABLE, ARG_FLAGS}},
    {"is_subscriber", 3, 3, KAM_ANY_ROUTE, is_subscriber, {REALM_TABLE, ARG_FLAGS}},
    {0},
};

static const struct kam_param params[] = {
    {KAM_TEXT("db_url", ""), KAM_NO_EFFECT},
    {KAM_TEXT("user_column", "username"), KAM_NO_EFFECT},
    {KAM_TEXT("domain_column", "domain"), KAM_NO_EFFECT},
    {KAM_TEXT("password_column", "ha1"), KAM_INTO(struct auth_db, password_column)},
    {KAM_TEXT("password_column_2", "ha1b"), KAM_INTO(struct auth_db, password_column_2)},
    {KAM_FLAG("calculate_ha1", 0), KAM_INTO(struct auth_db, calculate_ha1)},
    {KAM_FLAG("use_domain", 0), KAM_INTO(struct auth_db, use_domain)},
    {KAM_TEXT("load_credentials", ""), KAM_STOPS},
    {KAM_FLAG("version_table", 1), KAM_NO_EFFECT},
    {KAM_FLAG("force_generate_avps", 0), KAM_NO_EFFECT},
    {0},
};

const struct kam_module kam_auth_db_module = {.name = "auth_db",

                                              .functions = functions,
                                              .params = params,
                                              .data_size = sizeof(struct auth_db)};
