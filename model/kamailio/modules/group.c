/* SPDX-License-Identifier: MIT */
/* group: who is in which group, out of a table, which is scenario.yaml's `groups` (facts: Kamailio 86). */
#include "model/kamailio/instance.h"
#include "model/kamailio/message/credentials.h"
#include "model/kamailio/modules/module.h"
#include "model/kamailio/script/pv_name.h"

/* The module parameters. */
struct group {
    bool use_domain, multiple_gid;
    struct span re_table;
};

enum { NOT_IN = -6, NOBODY = -1 };

static bool is_credentials(struct span who) { return span_is_nocase(who, "Credentials"); }

/* What stands behind the variable does not count. */
static struct span value_of(struct kam_run *run, struct span variable) {
    struct buf b = {0};
    bool good = kam_format(&b, run, span_head(variable, script_pv_len(variable)));
    struct span value = good ? arena_text(&run->scratch, buf_span(&b)) : (struct span){0};
    buf_free(&b);
    return value;
}

/* The URI that the first argument means; p NULL: there is none. */
static struct span uri_of(struct kam_run *run, struct span who) {
    if (span_is_nocase(who, "Request-URI")) return kam_run_uri(run);
    if (span_is_nocase(who, "To")) return run->to_uri;
    if (span_is_nocase(who, "From")) return kam_run_from(run)->uri;
    return value_of(run, who);
}

/* Whose credentials auth has found; false: nobody's. */
static bool read_credentials(const struct kam_run *run, struct span *user, struct span *domain) {
    const struct sip_header *h = run->credentials[0] ? run->credentials[0] : run->credentials[1];
    struct kam_credentials c;
    if (!h || kam_credentials_parse(&c, h->value) != KAM_CREDENTIALS_DIGEST) return false;
    *user = kam_credentials_user(&c);
    *domain = kam_credentials_domain(&c).len ? kam_credentials_domain(&c) : c.realm;
    return true;
}

static bool read_uri(struct kam_run *run, struct span who, struct span *user, struct span *domain) {
    struct span uri = uri_of(run, who);
    struct uri u;
    if (!uri.p || !uri_parse(&u, uri)) return false;
    *user = u.user;
    *domain = u.host;
    return true;
}

static bool read_who(struct kam_run *run, struct span who, struct span *user, struct span *domain) {
    return (is_credentials(who) ? read_credentials(run, user, domain) : read_uri(run, who, user, domain)) &&
           user->len;
}

/* args: Request-URI, To, From, Credentials or an AVP that holds a URI; the group. Case counts nowhere. */
static int is_user_in(struct kam_run *run, const struct kam_arg *args, size_t count) {
    const struct group *set = kam_module_data(run->k, KAM_MODULE_GROUP);
    const struct kam_config *config = &run->k->config;
    struct span user = {0}, domain = {0}, who = args[0].s;
    struct buf own = {0};
    int result = NOT_IN;
    (void)count;
    if (!read_who(run, who, &user, &domain) || !args[1].s.len) return NOBODY;
    ipv4_write(&own, config->address);
    for (const struct kam_group *g = config->groups; g < config->groups + config->group_count; g++) {
        struct span of = g->domain ? span_of(g->domain) : buf_span(&own);
        if (span_is_nocase(user, g->username) && span_is_nocase(args[1].s, g->grp) &&
            (!set->use_domain || span_eq_nocase(domain, of)))
            result = 1;
    }
    buf_free(&own);
    return result;
}

static const char *check_who(const struct kam_program *program, size_t index, struct span text) {
    (void)program;
    if (index != 0 || span_starts(text, "$avp(") || span_is_nocase(text, "Request-URI") ||
        span_is_nocase(text, "To") || span_is_nocase(text, "From") || is_credentials(text))
        return NULL;
    return "must be Request-URI, To, From, Credentials or $avp(x)";
}

static const char *check_who_and_avp(const struct kam_program *program, size_t index, struct span text) {
    bool avp = span_starts(text, "$avp(") || span_starts(text, "$(avp(");
    return index != 1 ? check_who(program, index, text) : avp ? NULL : "must be $avp(x)";
}

static bool matches(struct kam_run *run, const struct kam_group_pattern *p, struct span uri) {
    int64_t yes;
    return script_match(&run->state, NULL, span_of(p->reg_exp), uri, &yes) && yes;
}

/* Kamailio keeps the table from its last row to its first. How many groups the AVP got. */
static int get_user_group(struct kam_run *run, const struct kam_arg *args, size_t count) {
    const struct group *set = kam_module_data(run->k, KAM_MODULE_GROUP);
    const struct kam_config *config = &run->k->config;
    struct span user = {0}, domain = {0};
    struct buf uri = {0};
    int found = 0;
    (void)count;
    if (!set->re_table.len || !read_who(run, args[0].s, &user, &domain)) return NOBODY;
    buf_addf(&uri, "sip:" SPAN_FMT "@" SPAN_FMT, SPAN_ARG(user), SPAN_ARG(domain));
    for (size_t i = config->group_pattern_count; i-- > 0 && (!found || set->multiple_gid);) {
        const struct kam_group_pattern *p = &config->group_patterns[i];
        struct kam_value v = {.type = KAM_INT, .n = p->group_id};
        if (matches(run, p, buf_span(&uri)) && kam_pv_assign(run, args[1].pv, v)) found++;
    }
    buf_free(&uri);
    return found ? found : NOBODY;
}

static const struct kam_function functions[] = {
    {"is_user_in",
     2,
     2,
     KAM_USUAL_ROUTE,
     is_user_in,
     {ARG_TEXT, ARG_TEXT},
     .check = check_who,
     .expressions = true},
    {"get_user_group", 2, 2, KAM_USUAL_ROUTE, get_user_group, {ARG_TEXT, ARG_PV}, .check = check_who_and_avp},
    {0}};

static const struct kam_param params[] = {{KAM_TEXT("db_url", ""), KAM_NO_EFFECT},
                                          {KAM_FLAG("use_domain", 0), KAM_INTO(struct group, use_domain)},
                                          {KAM_FLAG("multiple_gid", 1), KAM_INTO(struct group, multiple_gid)},
                                          {KAM_TEXT("re_table", ""), KAM_INTO(struct group, re_table)},
                                          {KAM_TEXT("table", "grp"), KAM_NOT_SIMULATED},
                                          {KAM_TEXT("user_column", "username"), KAM_NOT_SIMULATED},
                                          {KAM_TEXT("domain_column", "domain"), KAM_NOT_SIMULATED},
                                          {KAM_TEXT("group_column", "grp"), KAM_NOT_SIMULATED},
                                          {KAM_TEXT("re_exp_column", "reg_exp"), KAM_NOT_SIMULATED},
                                          {KAM_TEXT("re_gid_column", "group_id"), KAM_NOT_SIMULATED},
                                          {0}};

const struct kam_module kam_group_module = {
    .name = "group", .functions = functions, .params = params, .data_size = sizeof(struct group)};
