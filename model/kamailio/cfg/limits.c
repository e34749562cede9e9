/* SPDX-License-Identifier: MIT */
#include "model/kamailio/cfg/limits.h"

#include "base/regex_program.h"
#include "model/kamailio/script/eval.h"
#include "model/kamailio/script/missing.h"
#include "model/kamailio/script/param_list.h"
#include "model/kamailio/script/pv_name.h"
#include "model/kamailio/script/transport.h"

enum limit_kind {
    NUMBER,   /* from low to high */
    POWER,    /* a power of two, or not above 0 */
    INTERVAL, /* 0, or not below low */
    FILLED,
    AVP,        /* or nothing */
    AVP_ALWAYS, /* one must stand there */
    OLD_AVP,    /* or a name alone */
    VARIABLE,   /* one that can be written stands at the beginning */
    FORMAT,     /* a text with variables */
    FORMAT_FILLED,
    EXTRA,  /* name=$variable;... */
    LEGS,   /* name=$avp(x);... */
    PARAMS, /* name=value;... */
    STATUSES,
    COLUMNS, /* column, $variable or column=$variable, with semicolons between them */
    NAMES,
    ELEMENTS, /* NAME:ELEMENT;... */
    FACILITY,
    COLORS,
    MARKED, /* an alias or a variable: it begins with $ */
    SHARED, /* name=i:5, name=s:text */
    COUNTED,
    GROUPED,
    WRITABLE, /* $avp or $var */
    CREDENTIAL,
    QOP,
    DIGEST,
    ADDRESS, /* [udp:]1.2.3.4[:5060] */
    DOMAIN,  /* [udp:]domain[:5060] */
    /* what the whole file decides */
    DATABASE,
    DATABASE_ALWAYS,
    SOCKET,         /* one of listen= */
    STORED,         /* above 0 only with the module of the data base */
    WITH_MODULE,    /* above 0 only with that module; low -1: below it, too */
    WITH_PARAMETER, /* not empty only where that one is not empty either */
    KINDS
};

struct limit {
    const char *module, *parameter;
    enum limit_kind kind;
    int64_t low, high;
    const char *other; /* of WITH_MODULE, WITH_PARAMETER */
};

static const struct limit limits[] = {
    {"tm", "retr_timer1", NUMBER, 0, 65534, NULL},
    {"tm", "retr_timer2", NUMBER, 0, 65534, NULL},
    {"tm", "cancel_b_method", NUMBER, 0, 2, NULL},
    {"tm", "tw_append", ELEMENTS, 0, 0, NULL},
    {"tm", "contacts_avp", WITH_PARAMETER, 0, 0, "contact_flows_avp"},
    {"tm", "fr_timer_avp", OLD_AVP, 0, 0, NULL},
    {"tm", "fr_inv_timer_avp", OLD_AVP, 0, 0, NULL},
    {"rr", "custom_user_avp", VARIABLE, 0, 0, NULL},
    {"siputils", "rpid_avp", AVP, 0, 0, NULL},
    {"corex", "alias_subdomains", DOMAIN, 0, 0, NULL},
    {"pv", "shvset", SHARED, 0, 0, NULL},
    {"pv", "varset", SHARED, 0, 0, NULL},
    {"xlog", "log_facility", FACILITY, 0, 0, NULL},
    {"xlog", "log_colors", COLORS, 0, 0, NULL},
    {"usrloc", "db_mode", NUMBER, 0, 3, NULL},
    {"usrloc", "db_mode", STORED, 0, 0, NULL},
    {"usrloc", "nat_bflag", NUMBER, -1, 31, NULL},
    {"registrar", "outbound_mode", NUMBER, 0, 2, NULL},
    {"registrar", "regid_mode", NUMBER, 0, 1, NULL},
    {"registrar", "received_avp", AVP, 0, 0, NULL},
    {"acc", "failed_transaction_flag", NUMBER, -1, 31, NULL},
    {"acc", "log_flag", NUMBER, -1, 31, NULL},
    {"acc", "log_missed_flag", NUMBER, -1, 31, NULL},
    {"acc", "failed_filter", STATUSES, 0, 0, NULL},
    {"acc", "multi_leg_info", LEGS, 0, 0, NULL},
    {"acc", "log_extra", EXTRA, 0, 0, NULL},
    {"dispatcher", "ds_ping_reply_codes", PARAMS, 0, 0, NULL},
    {"acc", "log_facility", FACILITY, 0, 0, NULL},
    {"acc", "cdr_enable", NUMBER, 0, 1, NULL},
    {"acc", "cdr_enable", WITH_MODULE, 0, 0, "dialog"},
    {"acc", "cdr_extra_nullable", NUMBER, 0, 1, NULL},
    {"acc", "cdr_expired_dlg_enable", NUMBER, 0, 1, NULL},
    {"acc", "db_url", DATABASE, 0, 0, NULL},
    {"uac", "restore_from_avp", AVP_ALWAYS, 0, 0, NULL},
    {"uac", "restore_to_avp", AVP_ALWAYS, 0, 0, NULL},
    {"uac", "rr_from_store_param", FILLED, 0, 0, NULL},
    {"uac", "rr_to_store_param", FILLED, 0, 0, NULL},
    {"uac", "credential", CREDENTIAL, 0, 0, NULL},
    {"uac", "restore_dlg", WITH_MODULE, -1, 0, "dialog"},
    {"permissions", "db_url", DATABASE_ALWAYS, 0, 0, NULL},
    {"permissions", "db_mode", NUMBER, 0, 1, NULL},
    {"permissions", "peer_tag_avp", AVP, 0, 0, NULL},
    {"uac", "auth_username_avp", FILLED, 0, 0, NULL},
    {"uac", "auth_realm_avp", FILLED, 0, 0, NULL},
    {"uac", "auth_password_avp", FILLED, 0, 0, NULL},
    {"uac", "reg_db_url", DATABASE_ALWAYS, 0, 0, NULL},
    {"permissions", "load_backends", FILLED, 0, 0, NULL},
    {"registrar", "flow_timer", NUMBER, 0, 600, NULL},
    {"registrar", "flow_timer", WITH_PARAMETER, 0, 0, "outbound_mode"},
    {"uac", "default_socket", SOCKET, 0, 0, NULL},
    {"dispatcher", "ds_default_socket", SOCKET, 0, 0, NULL},
    {"nathelper", "natping_socket", ADDRESS, 0, 0, NULL},
    {"avpops", "db_url", DATABASE_ALWAYS, 0, 0, NULL},
    {"statistics", "variable", COUNTED, 0, 0, NULL},
    {"counters", "script_counter", GROUPED, 0, 0, NULL},
    {"cfgutils", "initial_probability", NUMBER, INT32_MIN, 100, NULL},
    {"auth", "challenge_attr", MARKED, 0, 0, NULL},
    {"auth", "qop", QOP, 0, 0, NULL},
    {"auth", "algorithm", DIGEST, 0, 0, NULL},
    {"dispatcher", "db_url", DATABASE_ALWAYS, 0, 0, NULL},
    {"dispatcher", "ds_ping_interval", WITH_MODULE, 0, 0, "tm"},
    {"dispatcher", "setid_pvname", VARIABLE, 0, 0, NULL},
    {"dispatcher", "attrs_pvname", VARIABLE, 0, 0, NULL},
    {"auth_db", "load_credentials", COLUMNS, 0, 0, NULL},
    {"nathelper", "received_avp", AVP, 0, 0, NULL},
    {"rtpproxy", "ice_candidate_priority_avp", AVP_ALWAYS, 0, 0, NULL},
    {"rtpproxy", "extra_id_pv", FORMAT, 0, 0, NULL},
    {"rtpproxy", "rtp_inst_pvar", WRITABLE, 0, 0, NULL},
    {"htable", "db_url", DATABASE, 0, 0, NULL},
    {"dialog", "hash_size", POWER, 0, 0, NULL},
    {"dialog", "rr_param", FILLED, 0, 0, NULL},
    {"dialog", "dlg_flag", NUMBER, -1, 31, NULL},
    {"dialog", "timeout_avp", VARIABLE, 0, 0, NULL},
    {"dialog", "default_timeout", NUMBER, 1, INT32_MAX, NULL},
    {"dialog", "dlg_match_mode", NUMBER, 0, 2, NULL},
    {"dialog", "detect_spirals", NUMBER, 0, 1, NULL},
    {"dialog", "db_mode", NUMBER, 0, 3, NULL},
    {"dialog", "db_mode", STORED, 0, 0, NULL},
    {"dialog", "initial_cbs_inscript", NUMBER, 0, 1, NULL},
    {"dialog", "ka_interval", INTERVAL, 30, 0, NULL},
    {"dialog", "timeout_noreset", NUMBER, 0, 1, NULL},
    {"dialog", "keep_proxy_rr", NUMBER, 0, 3, NULL},
    {"dialog", "profiles_with_value", NAMES, 0, 0, NULL},
    {"dialog", "profiles_no_value", NAMES, 0, 0, NULL},
    {"dialog", "ruri_pvar", FORMAT_FILLED, 0, 0, NULL},
};

/* The variable that a text begins with; false: there is none, or none that Kamailio knows. */
static bool leading_variable(struct span text, struct script_pv_parts *parts) {
    size_t len = script_pv_len(text);
    return len > 0 && script_pv_cut((struct span){text.p, len}, parts) && script_pv_known(parts->name);
}

static bool is_variable(struct span text) {
    struct script_pv_parts parts;
    return leading_variable(text, &parts);
}

static bool is_avp(struct span text) {
    struct script_pv_parts parts;
    return leading_variable(text, &parts) && span_is(parts.name, "avp") && parts.argument.len > 0;
}

static bool is_writable(struct span text) {
    struct script_pv_parts parts;
    return leading_variable(text, &parts) && (span_is(parts.name, "avp") || span_is(parts.name, "var"));
}

static bool is_format(struct span text) {
    for (; text.len; text = span_skip(text, 1))
        if (*text.p == '$' && script_pv_len(text) && !is_variable(text)) return false;
    return true;
}

/* name=$variable, one after the other. */
static bool is_extra(struct span text, bool avps) {
    while (text.len && text.p[text.len - 1] != ';') {
        struct span value = span_cut(&text, ';');
        if (value.len == 0) continue;
        struct span name = span_trim(span_cut(&value, '='));
        value = span_trim(value);
        for (size_t i = 0; i < name.len; i++)
            if (ascii_space((unsigned char)name.p[i])) return false;
        if (script_pv_len(value) != value.len || !(avps ? is_avp(value) : is_variable(value))) return false;
        if (text.len == 0) return true;
    }
    return false;
}

/* name=value;..., with no ; behind the last one. */
static bool is_params(struct span text) {
    struct script_param p;
    int more;
    while ((more = script_param_next(&text, ';', &p)) == 1)
        continue;
    return more == 0;
}

static bool is_columns(struct span text) {
    while (text.len) {
        struct span value = span_trim(span_cut(&text, ';'));
        ptrdiff_t equal = span_find(value, '=');
        if (equal >= 0) value = span_skip(value, (size_t)equal + 1);
        if ((equal >= 0 || (value.len && *value.p == '$')) && !is_variable(value)) return false;
    }
    return true;
}

static bool is_statuses(struct span text) {
    uint64_t n;
    for (bool more = true; more;) {
        more = span_find(text, ',') >= 0;
        if (!span_to_u64(span_cut(&text, ','), 999, &n) || n < 100) return false;
    }
    return true;
}

static bool is_names(struct span text) {
    while (text.len) {
        struct span name = span_trim(span_cut(&text, ';'));
        for (size_t i = 0; i < name.len; i++)
            if (!ascii_alnum((unsigned char)name.p[i]) && name.p[i] != '_') return false;
    }
    return true;
}

bool cfg_limit_facility(struct span text) {
    static const char *const names[] = {
        "LOG_AUTH",   "LOG_AUTHPRIV", "LOG_CRON",   "LOG_DAEMON", "LOG_FTP",    "LOG_KERN",   "LOG_LOCAL0",
        "LOG_LOCAL1", "LOG_LOCAL2",   "LOG_LOCAL3", "LOG_LOCAL4", "LOG_LOCAL5", "LOG_LOCAL6", "LOG_LOCAL7",
        "LOG_LPR",    "LOG_MAIL",     "LOG_NEWS",   "LOG_USER",   "LOG_UUCP",   "LOG_SYSLOG"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (span_is_nocase(text, names[i])) return true;
    return false;
}

static bool is_colors(struct span text) {
    if (!text.len) return false;
    while (text.len) {
        struct span colors = span_cut(&text, ';'), level = span_cut(&colors, '=');
        if (span_search(level, SPAN("L_")) != 0 || colors.len < 2) return false;
        static const char *const levels[] = {"ALERT",  "BUG",  "CRIT", "ERR",   "WARN",
                                             "NOTICE", "INFO", "DBG",  "CRIT2", "BUG2"};
        bool known = false;
        for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
            known = known || span_is(span_skip(level, 2), levels[i]);
        if (!known) return false;
    }
    return true;
}

static bool is_shared(struct span text) {
    struct span type = text, name = span_cut(&type, '=');
    if (!name.len || type.len < 2 || type.p[1] != ':') return false;
    struct span value = span_skip(type, 2);
    if (*type.p == 's' || *type.p == 'S') return true;
    if (*type.p != 'i' && *type.p != 'I') return false;
    if (value.len && (*value.p == '-' || *value.p == '+')) value = span_skip(value, 1);
    for (; value.len; value = span_skip(value, 1))
        if (*value.p < '0' || *value.p > '9') return false;
    return true;
}

static bool is_counted(struct span text) {
    struct span rest = text, name = span_cut(&rest, '/');
    return text.len && (name.len == text.len || span_is_nocase(rest, "no_reset"));
}

/* [transport:]domain[:port]: a word of three or four letters before a colon can only be a transport, what
 * stands behind the port's colon does not matter. (facts: Kamailio 51) */
static bool is_domain(struct span text) {
    struct span rest = text, word = span_cut(&rest, ':');
    if (word.len == text.len || !word.len || !rest.len) return word.len && word.len == text.len;
    if (kam_transport_of_socket(word)) return *rest.p != ':';
    return word.len != 3 && word.len != 4;
}

static bool is_credential(struct span text) {
    struct span user = span_cut(&text, ':'), realm = span_cut(&text, ':');
    return user.len && realm.len && text.len;
}

/* [udp:]1.2.3.4[:5060]; port 5060 where there is none. */
static bool is_address(struct span text, uint32_t *ip, uint16_t *port) {
    uint64_t n = 5060;
    if (span_starts_nocase(text, "udp:")) text = span_skip(text, 4);
    struct span host = span_cut(&text, ':');
    if (text.len && !span_to_u64(text, UINT16_MAX, &n)) return false;
    *port = (uint16_t)n;
    return script_ipv4(host, ip);
}

/* Does Kamailio take the text? *wants: what it must be. */
static bool is_kind(enum limit_kind kind, struct span s, const char **wants) {
    uint32_t ip;
    uint16_t port;
#define CASE(kind, test, words)                                                                              \
    case kind: *wants = words; return test
    switch (kind) {
        CASE(FILLED, s.len > 0, "must not be empty");
        CASE(DOMAIN, is_domain(s),
             "must be a domain, or TRANSPORT:DOMAIN:PORT; the transport is udp, tcp, tls or sctp");
        CASE(AVP, s.len == 0 || is_avp(s), "must be an AVP, such as $avp(name)");
        CASE(AVP_ALWAYS, is_avp(s), "must be an AVP, such as $avp(name)");
        CASE(OLD_AVP, s.len == 0 || *s.p != '$' || is_avp(s), "must be an AVP, such as $avp(name)");
        CASE(VARIABLE, is_variable(s), "must be a variable, such as $var(name)");
        CASE(FORMAT, is_format(s), "has a variable that Kamailio does not know");
        CASE(FORMAT_FILLED, s.len > 0 && is_format(s), "must be a text with variables");
        CASE(EXTRA, is_extra(s, false), "must be name=$variable;...");
        CASE(PARAMS, is_params(s), "must be name=value;name=value");
        CASE(LEGS, is_extra(s, true), "must be name=$avp(name);...");
        CASE(COLUMNS, is_columns(s), "must be column=$variable;...");
        CASE(STATUSES, is_statuses(s), "must be statuses with commas between them");
        CASE(NAMES, is_names(s), "must be names of letters, digits and _ with semicolons between them");
        CASE(ELEMENTS, s.len == 0 || span_find(s, ':') > 0, "must be NAME:ELEMENT;...");
        CASE(FACILITY, cfg_limit_facility(s), "must be a facility of syslog, such as LOG_LOCAL0");
        CASE(COLORS, is_colors(s), "must be LEVEL=COLORS;..., such as L_ERR=cr");
        CASE(MARKED, s.len > 0 && *s.p == '$', "must begin with $");
        CASE(SHARED, is_shared(s), "must be name=i:NUMBER or name=s:TEXT");
        CASE(COUNTED, is_counted(s), "must be a name, or name/no_reset");
        CASE(GROUPED, span_find(s, '.') != 0, "must be NAME or GROUP.NAME");
        CASE(WRITABLE, is_writable(s), "must be a variable that can be set, such as $avp(name)");
        CASE(CREDENTIAL, is_credential(s), "must be user:realm:password");
        CASE(QOP, s.len == 0 || span_is_nocase(s, "auth") || span_is_nocase(s, "auth-int"),
             "must be auth or auth-int");
        CASE(DIGEST, s.len == 0 || span_is(s, "MD5") || span_is(s, "SHA-256"), "must be MD5 or SHA-256");
        CASE(ADDRESS, s.len == 0 || is_address(s, &ip, &port), "must be an address");
    default: return true;
    }
#undef CASE
}

static bool check_number(const struct limit *l, int64_t n, struct source_pos at, struct diag *diag) {
    if (l->kind == NUMBER && (n < l->low || n > l->high)) {
        if (l->low == INT32_MIN)
            diag_error(diag, at, "%s.%s must be at most %lld", l->module, l->parameter, (long long)l->high);
        else if (l->high == INT32_MAX)
            diag_error(diag, at, "%s.%s must be at least %lld", l->module, l->parameter, (long long)l->low);
        else
            diag_error(diag, at, "%s.%s must be from %lld to %lld", l->module, l->parameter,
                       (long long)l->low, (long long)l->high);
        return false;
    }
    if (l->kind == FILLED && n == 0) {
        diag_error(diag, at, "%s.%s must not be 0", l->module, l->parameter);
        return false;
    }
    if (l->kind == POWER && n > 0 && (n & (n - 1)) != 0) {
        diag_error(diag, at, "%s.%s must be a power of two", l->module, l->parameter);
        return false;
    }
    if (l->kind == INTERVAL && n != 0 && n < l->low) {
        diag_error(diag, at, "%s.%s must be 0, or at least %lld", l->module, l->parameter, (long long)l->low);
        return false;
    }
    return true;
}

bool cfg_limit_check(struct span module, struct span parameter, struct kam_value value, struct source_pos at,
                     struct diag *diag) {
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        const struct limit *l = &limits[i];
        if (!span_is(module, l->module) || !span_is(parameter, l->parameter)) continue;
        const char *wants;
        if (value.type == KAM_INT && !check_number(l, value.n, at, diag)) return false;
        if (value.type != KAM_STR || is_kind(l->kind, value.s, &wants)) continue;
        diag_error(diag, at, "%s.%s %s", l->module, l->parameter, wants);
        return false;
    }
    return true;
}

/* SCHEME://... is of module db_SCHEME. */
static void check_database(const struct kam_program *program, const struct limit *l, struct span url,
                           struct source_pos at, struct diag *diag) {
    struct span scheme = span_cut(&url, ':');
    struct buf module = {0};
    buf_addf(&module, "%s" SPAN_FMT, span_search(scheme, SPAN("db_")) == 0 ? "" : "db_", SPAN_ARG(scheme));
    if (scheme.len == 0 && l->kind == DATABASE_ALWAYS)
        diag_error(diag, at, "%s.%s must not be empty", l->module, l->parameter);
    else if (scheme.len && !program_loads_name(program, buf_span(&module)))
        diag_error(diag, at, "%s.%s needs module \"%s\", which is not loaded", l->module, l->parameter,
                   buf_text(&module));
    buf_free(&module);
}

/* A socket that Kamailio listens at. Without listen= all addresses are. */
static void check_socket(const struct kam_program *program, const struct limit *l,
                         const struct program_param *set, struct diag *diag) {
    const struct kam_globals *g = &program->globals;
    uint32_t ip;
    uint16_t port;
    bool address = is_address(set->value.s, &ip, &port), found = g->listen_count == 0;
    if (set->value.s.len == 0) return;
    for (size_t i = 0; i < g->listen_count; i++)
        found = found || (g->listens[i].ip == ip && g->listens[i].port == port);
    if (!address || !found)
        diag_error(diag, set->at, "%s.%s must be a socket that listen= names", l->module, l->parameter);
}

static const struct kam_param *find_param(const struct limit *l, const char *name) {
    const struct kam_param *param = kam_modules[program_module(span_of(l->module))]->params;
    while (param && param->name && strcmp(param->name, name) != 0)
        param++;
    return param && param->name ? param : NULL;
}

/* Where it is set; NULL: nowhere. */
static const struct program_param *find_set(const struct kam_program *program,
                                            const struct kam_param *param) {
    const struct program_param *set = program->params;
    while (set && set->param != param)
        set = set->next;
    return set;
}

static void check_end(const struct kam_program *program, const struct limit *l, struct diag *diag) {
    const struct kam_param *param = find_param(l, l->parameter);
    const struct program_param *set = param ? find_set(program, param) : NULL;
    if (!set) return;
    bool on = set->value.type == KAM_INT && (set->value.n > 0 || (set->value.n && l->low < 0));
    if (l->kind == WITH_MODULE && on && !program_loads_name(program, span_of(l->other)))
        diag_error(diag, set->at, "%s.%s needs module \"%s\", which is not loaded", l->module, l->parameter,
                   l->other);
    if (l->kind == WITH_PARAMETER && (on || set->value.s.len)) {
        const struct kam_param *other = find_param(l, l->other);
        const struct program_param *there = other ? find_set(program, other) : NULL;
        if (!there || (there->value.s.len == 0 && there->value.n == 0))
            diag_error(diag, set->at, "%s.%s needs %s.%s", l->module, l->parameter, l->module, l->other);
    }
    if (l->kind == SOCKET) check_socket(program, l, set, diag);
    if (l->kind == STORED && on) {
        const struct program_param *url = find_set(program, find_param(l, "db_url"));
        check_database(program, l, url ? url->value.s : SPAN("mysql:"), set->at, diag);
    }
    if (l->kind == DATABASE || l->kind == DATABASE_ALWAYS)
        check_database(program, l, set->value.s, set->at, diag);
}

void cfg_limits_end(const struct kam_program *program, struct diag *diag) {
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        size_t m = program_module(span_of(limits[i].module));
        if (limits[i].kind >= DATABASE && m && program->loaded[m]) check_end(program, &limits[i], diag);
    }
}
