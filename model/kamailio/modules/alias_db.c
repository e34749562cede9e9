/* SPDX-License-Identifier: MIT */
/* alias_db: other names of users, out of a table, which is scenario.yaml's `aliases` (facts: Kamailio 43). */
#include "model/kamailio/instance.h"
#include "model/kamailio/modules/module.h"

/* The module parameters. */
struct alias_db {
    bool use_domain, append_branches;
    struct span domain_prefix;
};

/* A search through the table. */
struct search {
    const struct kam_config *config;
    struct span user, domain; /* domain p NULL: any */
    bool reverse;             /* for the alias of a user, not for the user of an alias */
    struct span address;      /* the domain where a row names none */
};

static struct span domain_or(const char *domain, const struct search *s) {
    return domain ? span_of(domain) : s->address;
}

static bool fits(const struct search *s, const struct kam_user_alias *row) {
    struct span user = span_of(s->reverse ? row->username : row->alias_username),
                domain = domain_or(s->reverse ? row->domain : row->alias_domain, s);
    return span_eq_nocase(user, s->user) && (!s->domain.p || span_eq_nocase(domain, s->domain));
}

/* The URI that the row says, in the run's memory. */
static struct span uri_of(struct kam_run *run, const struct search *s, const struct kam_user_alias *row) {
    struct buf b = {0};
    struct span domain = domain_or(s->reverse ? row->alias_domain : row->domain, s);
    buf_addf(&b, "sip:%s@" SPAN_FMT, s->reverse ? row->alias_username : row->username, SPAN_ARG(domain));
    struct span uri = arena_text(&run->scratch, buf_span(&b));
    buf_free(&b);
    return uri;
}

static bool has_flag(struct span flags, char c) { return span_find(flags, c) >= 0; }

/* False: the URI has no user. */
static bool begin(struct search *s, struct kam_run *run, struct span uri, struct span flags) {
    const struct alias_db *set = kam_module_data(run->k, KAM_MODULE_ALIAS_DB);
    struct uri u;
    struct buf b = {0};
    if (!uri_parse(&u, uri) || !u.user.len) return false;
    ipv4_write(&b, run->k->config.address);
    *s = (struct search){.config = &run->k->config,
                         .user = u.user,
                         .reverse = has_flag(flags, 'r'),
                         .address = arena_text(&run->scratch, buf_span(&b))};
    buf_free(&b);
    bool by_domain = has_flag(flags, 'u') || (set->use_domain && !has_flag(flags, 'd'));
    struct span host = u.host.p ? u.host : SPAN(""), prefix = set->domain_prefix;
    if (prefix.len && host.len >= prefix.len && span_eq(span_head(host, prefix.len), prefix))
        host = span_skip(host, prefix.len);
    if (by_domain) s->domain = host;
    return true;
}

/* The next row from there on; NULL: there are no more. */
static const struct kam_user_alias *next(const struct search *s, const struct kam_user_alias *row) {
    const struct kam_user_alias *end = s->config->aliases + s->config->alias_count;
    while (row < end && !fits(s, row))
        row++;
    return row < end ? row : NULL;
}

/* args: table, flags. The Request-URI becomes the first one, others branches if the parameter says so. */
static int alias_db_lookup(struct kam_run *run, const struct kam_arg *args, size_t count) {
    const struct alias_db *set = kam_module_data(run->k, KAM_MODULE_ALIAS_DB);
    struct search s;
    if (!begin(&s, run, kam_run_uri(run), count > 1 ? args[1].s : SPAN(""))) return -1;
    const struct kam_user_alias *row = next(&s, s.config->aliases);
    if (!row) return -1;
    kam_run_set_uri(run, uri_of(run, &s, row));
    while (set->append_branches && (row = next(&s, row + 1)))
        kam_run_add_branch(run, uri_of(run, &s, row), (struct span){0}, 0);
    return 1;
}

/* args: table, the URI, where the other one goes, flags. With append_branches all go there, one after the
 * other. */
static int alias_db_find(struct kam_run *run, const struct kam_arg *args, size_t count) {
    const struct alias_db *set = kam_module_data(run->k, KAM_MODULE_ALIAS_DB);
    struct kam_value uri = kam_pv_value(run, args[1].pv);
    struct search s;
    if (uri.type != KAM_STR || !begin(&s, run, uri.s, count > 3 ? args[3].s : SPAN(""))) return -1;
    const struct kam_user_alias *row = next(&s, s.config->aliases);
    int result = row ? 1 : -1;
    for (; row; row = set->append_branches ? next(&s, row + 1) : NULL)
        if (!kam_pv_assign(run, args[2].pv, (struct kam_value){.type = KAM_STR, .s = uri_of(run, &s, row)}))
            result = -1;
    return result;
}

static const struct kam_function functions[] = {
    {"alias_db_lookup", 1, 2, KAM_REQUEST_ROUTE | KAM_FAILURE_ROUTE, alias_db_lookup, {ARG_FORMAT, ARG_TEXT}},
    {"alias_db_find", 3, 4, KAM_ANY_ROUTE, alias_db_find, {ARG_FORMAT, ARG_PV, ARG_PV, ARG_TEXT}},
    {0},
};

static const struct kam_param params[] = {
    {KAM_TEXT("db_url", ""), KAM_NO_EFFECT},
    {KAM_TEXT("user_column", "username"), KAM_NO_EFFECT},
    {KAM_TEXT("domain_column", "domain"), KAM_NO_EFFECT},
    {KAM_TEXT("alias_user_column", "alias_username"), KAM_NO_EFFECT},
    {KAM_TEXT("alias_domain_column", "alias_domain"), KAM_NO_EFFECT},
    {KAM_FLAG("use_domain", 0), KAM_INTO(struct alias_db, use_domain)},
    {KAM_FLAG("append_branches", 0), KAM_INTO(struct alias_db, append_branches)},
    {KAM_TEXT("domain_prefix", ""), KAM_INTO(struct alias_db, domain_prefix)},
    {0},
};

const struct kam_module kam_alias_db_module = {
    .name = "alias_db", .functions = functions, .params = params, .data_size = sizeof(struct alias_db)};
