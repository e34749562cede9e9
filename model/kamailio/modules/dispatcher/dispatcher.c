/* SPDX-License-Identifier: MIT */
/* dispatcher's tables, and what scripts may ask of it (facts: Kamailio 20). */
#include "model/kamailio/modules/dispatcher/dispatcher.h"

#include "model/kamailio/event.h"
#include "model/kamailio/script/transport.h"
#include "model/sip/uri.h"

#include <stdlib.h>

/* Selecting. */

static int select_one(struct kam_run *run, enum ds_goal goal, const struct kam_arg *args, size_t count) {
    struct ds_selection s = {.goal = goal, .limit = count > 2 ? args[2].n : 0};
    s.end = &s.records;
    int result = ds_select_from(run, &s, args[0].n, args[1].n);
    ds_selection_end(run, &s, result > 0);
    return result;
}

static int select_dst(struct kam_run *run, const struct kam_arg *args, size_t count) {
    return select_one(run, DS_TO_NEXT_HOP, args, count);
}

static int select_domain(struct kam_run *run, const struct kam_arg *args, size_t count) {
    return select_one(run, DS_TO_URI, args, count);
}

static int select_list(struct kam_run *run, const struct kam_arg *args, size_t count) {
    return select_one(run, DS_TO_XAVP, args, count);
}

static bool take_digits(struct span *s, int64_t *n) {
    size_t len = 0;
    for (*n = 0; len < s->len && ascii_digit(s->p[len]); len++)
        *n = (int32_t)(uint32_t)((uint64_t)*n * 10 + (uint64_t)(s->p[len] - '0'));
    *s = span_skip(*s, len);
    return len > 0;
}

static bool take_char(struct span *s, char c) {
    bool there = s->len && *s->p == c;
    if (there) *s = span_skip(*s, 1);
    return there;
}

/* "1=4;2=8": sets and algorithms. A set that cannot be used is passed over. */
static int select_routes(struct kam_run *run, const struct kam_arg *args, size_t count) {
    static const char goals[] = "0dD1rR2xX";
    struct ds_selection s = {.limit = count > 2 ? args[2].n : 0};
    struct span rules = args[0].s;
    const char *mode = args[1].s.len ? strchr(goals, *args[1].s.p) : NULL;
    bool good = mode && *mode;
    if (good) s.goal = (enum ds_goal)((mode - goals) / 3);
    s.end = &s.records;
    while (good && rules.len) {
        int64_t set, algorithm = 0;
        good = take_digits(&rules, &set) && (!take_char(&rules, '=') || take_digits(&rules, &algorithm)) &&
               (!rules.len || take_char(&rules, ';'));
        if (good) ds_select_from(run, &s, set, algorithm);
    }
    good = good && s.done;
    ds_selection_end(run, &s, good);
    return good ? 1 : -1;
}

/* The list of what was selected. */

static struct kam_xavp *first_record(const struct kam_run *run) {
    const struct dispatcher *d = dispatcher_of(run);
    return xavp_find(run->state.avps->lists[KAM_LIST_XAVP], d->set.xavp_dst, XAVP_PLAIN, 0);
}

static struct kam_value field(const struct kam_xavp *record, const char *name) {
    const struct kam_xavp *x = record ? xavp_find(record->list, span_of(name), XAVP_PLAIN, 0) : NULL;
    return x ? x->value : (struct kam_value){0};
}

static struct ds_target *target_of(const struct kam_run *run, const struct kam_xavp *record) {
    struct ds_set *set = ds_find(dispatcher_of(run), field(record, "grp").n);
    return set ? ds_target_find(set, field(record, "uri").s) : NULL;
}

static int push_first(struct kam_run *run, enum ds_goal goal) {
    const struct kam_xavp *record = first_record(run);
    struct kam_value uri = field(record, "uri");
    if (uri.type != KAM_STR) return -1;
    const struct ds_target *t = target_of(run, record);
    return ds_push(run, goal, uri.s, t ? t->socket : NULL);
}

static int next(struct kam_run *run, enum ds_goal goal) {
    struct kam_xavp *record = first_record(run);
    if (!record) return -1;
    xavp_remove(&run->state.avps->lists[KAM_LIST_XAVP], record);
    int result = push_first(run, goal);
    struct kam_value duid = field(first_record(run), "dstid");
    if (result > 0 && duid.type == KAM_STR) ds_call_move(run, dispatcher_of(run), duid.s);
    return result;
}

static int next_dst(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    return next(run, DS_TO_NEXT_HOP);
}

static int next_domain(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    return next(run, DS_TO_URI);
}

static int set_dst(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    return push_first(run, DS_TO_NEXT_HOP);
}

static int set_domain(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    return push_first(run, DS_TO_URI);
}

/* States. */

/* "ip": inactive, and to be probed. */
static bool read_state(struct span text, uint32_t *state) {
    static const struct {
        char letter;
        uint32_t bit;
    } letters[] = {{'a', 0}, {'i', DS_INACTIVE}, {'t', DS_TRYING}, {'d', DS_DISABLED}, {'p', DS_PROBING}};
    *state = 0;
    for (size_t i = 0; i < text.len; i++) {
        size_t n = 0;
        while (n < 5 && letters[n].letter != ascii_lower((unsigned char)text.p[i]))
            n++;
        if (n == 5) return false;
        if (n < 4) *state &= DS_PROBING; /* the last of them counts */
        *state |= letters[n].bit;
    }
    return true;
}

static int mark_dst(struct kam_run *run, const struct kam_arg *args, size_t count) {
    uint32_t state = DS_INACTIVE;
    if (count && args[0].s.len && !read_state(args[0].s, &state)) return -1;
    const struct kam_xavp *record = first_record(run);
    struct ds_target *t = record ? target_of(run, record) : NULL;
    if (!t) return -1;
    bool was_usable = ds_usable(t);
    ds_mark(dispatcher_of(run), ds_find(dispatcher_of(run), field(record, "grp").n), t->line->uri, state);
    if (was_usable && !ds_usable(t)) kam_event(run, "dispatcher:dst-down");
    if (!was_usable && ds_usable(t)) kam_event(run, "dispatcher:dst-up");
    return 1;
}

/* Asking. */

struct question {
    struct kam_run *run;
    uint32_t ip;
    uint16_t port;
    unsigned proto;
    int64_t mode;
    bool any_set;
};

enum { ANY_PORT = 1, ANY_PROTO = 2, ACTIVE_ONLY = 4 };

static bool matches(struct ds_set *s, void *arg) {
    const struct question *q = arg;
    const struct ds_file *file = dispatcher_of(q->run)->file;
    for (const struct ds_target *t = s->targets; t < s->targets + s->count; t++) {
        if (!t->ip || t->ip != q->ip) continue;
        if (!(q->mode & ANY_PORT) && t->port && t->port != q->port) continue;
        if (!(q->mode & ANY_PROTO) && t->proto != q->proto) continue;
        if (q->mode & ACTIVE_ONLY && !ds_usable(t)) continue;
        if (q->any_set && file->setid_pv)
            kam_pv_assign(q->run, file->setid_pv, (struct kam_value){.type = KAM_INT, .n = s->number});
        if (t->attrs.p && file->attrs_pv)
            kam_pv_assign(q->run, file->attrs_pv, (struct kam_value){.type = KAM_STR, .s = t->attrs});
        return true;
    }
    return false;
}

static bool ask_about_uri(struct question *q, struct span text) {
    struct uri u;
    uint64_t port = 0;
    if (!uri_parse(&u, text) || !kam_host_parse(q->run->k, u.host, &q->ip)) return false;
    if (u.port.len) span_to_u64(u.port, 65535, &port);
    q->port = (uint16_t)port;
    q->proto = kam_transport_of(uri_param(&u, "transport"));
    return true;
}

static int is_from_list(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct dispatcher *d = dispatcher_of(run);
    if ((count && args[0].missing) || (count > 1 && args[1].missing)) return -1;
    struct question q = {.run = run,
                         .ip = run->source.ip,
                         .port = run->source.port,
                         .proto = 1,
                         .mode = count > 1 ? args[1].n : ANY_PROTO,
                         .any_set = count == 0 || args[0].n == -1};
    if (count > 2 && args[2].s.len && !ask_about_uri(&q, args[2].s)) return -1;
    if (q.any_set) return ds_each_set(d->sets, matches, &q) ? 1 : -1;
    struct ds_set *s = ds_find(d, args[0].n);
    return s && matches(s, &q) ? 1 : -1;
}

static int list_exists(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    if (args[0].missing) return -2;
    return ds_find(dispatcher_of(run), args[0].n) ? 1 : -1;
}

static int is_active(struct kam_run *run, const struct kam_arg *args, size_t count) {
    const struct ds_set *s = args[0].missing ? NULL : ds_find(dispatcher_of(run), args[0].n);
    struct span uri = count > 1 ? args[1].s : (struct span){0};
    for (size_t i = 0; s && i < s->count; i++)
        if (ds_usable(&s->targets[i]) && (!uri.len || span_eq(s->targets[i].line->uri, uri))) return 1;
    return -1;
}

/* Calls. */

static int load_update(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    enum kam_method method = kam_method_of(run->cseq_method);
    bool over = method == KAM_BYE || method == KAM_CANCEL;
    bool answered = run->msg.status >= 200 && run->msg.status < 300 && run->method == KAM_INVITE;
    if (run->msg.is_request && over) ds_call_end(run, dispatcher_of(run));
    if (!run->msg.is_request && answered) ds_call_confirm(run, dispatcher_of(run));
    return 1;
}

static int load_unset(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    if (run->method != KAM_INVITE) return -1;
    ds_call_end(run, dispatcher_of(run));
    return 1;
}

#define BOTH    (KAM_REQUEST_ROUTE | KAM_FAILURE_ROUTE)
#define REPLIES (KAM_TM_ONREPLY_ROUTE | KAM_CORE_ONREPLY_ROUTE)

static const struct kam_function functions[] = {
    {"ds_select", 2, 2, KAM_ANY_ROUTE, select_list, {ARG_NUMERAL, ARG_NUMERAL}, .expressions = true},
    {"ds_select", 3, 3, BOTH, select_list, {ARG_NUMERAL, ARG_NUMERAL, ARG_NUMERAL}},
    {"ds_select_dst", 2, 2, BOTH, select_dst, {ARG_NUMERAL, ARG_NUMERAL}, .expressions = true},
    {"ds_select_dst", 3, 3, BOTH, select_dst, {ARG_NUMERAL, ARG_NUMERAL, ARG_NUMERAL}},
    {"ds_select_domain", 2, 2, BOTH, select_domain, {ARG_NUMERAL, ARG_NUMERAL}, .expressions = true},
    {"ds_select_domain", 3, 3, BOTH, select_domain, {ARG_NUMERAL, ARG_NUMERAL, ARG_NUMERAL}},
    {"ds_select_routes",
     2,
     3,
     BOTH,
     select_routes,
     {ARG_FORMAT, ARG_FORMAT, ARG_NUMERAL},
     .expressions = true},
    {"ds_next_dst", 0, 0, BOTH, next_dst},
    {"ds_next_domain", 0, 0, BOTH, next_domain},
    {"ds_set_dst", 0, 0, BOTH, set_dst},
    {"ds_set_domain", 0, 0, BOTH, set_domain},
    {"ds_mark_dst", 0, 1, BOTH | REPLIES, mark_dst, {ARG_TEXT}},
    {"ds_is_from_list", 0, 0, BOTH | REPLIES | KAM_BRANCH_ROUTE, is_from_list},
    {"ds_is_from_list", 1, 1, KAM_ANY_ROUTE, is_from_list, {ARG_PV_NUMBER}, .expressions = true},
    {"ds_is_from_list", 2, 3, KAM_ANY_ROUTE, is_from_list, {ARG_PV_NUMBER, ARG_PV_NUMBER, ARG_FORMAT}},
    {"ds_list_exist", 1, 1, KAM_ANY_ROUTE, list_exists, {ARG_PV_NUMBER}},
    {"ds_list_exists", 1, 1, KAM_ANY_ROUTE, list_exists, {ARG_PV_NUMBER}},
    {"ds_is_active", 1, 2, KAM_ANY_ROUTE, is_active, {ARG_PV_NUMBER, ARG_FORMAT}, .expressions = true},
    {"ds_load_update", 0, 0, KAM_ANY_ROUTE, load_update},
    {"ds_load_unset", 0, 0, KAM_ANY_ROUTE, load_unset},
    {0},
};

#define INT(name, standard) KAM_INT(name, standard, INT32_MIN, INT32_MAX)

static const struct kam_param params[] = {
    {KAM_TEXT("list_file", "/etc/kamailio/dispatcher.list"), KAM_INTO(struct ds_settings, list_file)},
    {INT("flags", 0), KAM_INTO(struct ds_settings, flags)},
    {KAM_FLAG("force_dst", 1), KAM_INTO(struct ds_settings, force_dst)},
    {KAM_FLAG("use_default", 0), KAM_INTO(struct ds_settings, use_default)},
    {KAM_TEXT("xavp_dst", "_dsdst_"), KAM_INTO(struct ds_settings, xavp_dst)},
    {INT("xavp_dst_mode", 0), KAM_INTO(struct ds_settings, xavp_dst_mode)},
    {KAM_TEXT("xavp_ctx", "_dsctx_"), KAM_INTO(struct ds_settings, xavp_ctx)},
    {INT("xavp_ctx_mode", 0), KAM_INTO(struct ds_settings, xavp_ctx_mode)},
    {KAM_TEXT("hash_pvar", ""), KAM_INTO(struct ds_settings, hash_pvar)},
    {KAM_TEXT("setid_pvname", ""), KAM_INTO(struct ds_settings, setid_pvname)},
    {KAM_TEXT("attrs_pvname", ""), KAM_INTO(struct ds_settings, attrs_pvname)},
    {KAM_TEXT("ds_default_socket", ""), KAM_INTO(struct ds_settings, default_socket)},
    {KAM_TEXT("ds_default_sockname", ""), KAM_INTO(struct ds_settings, default_sockname)},
    {INT("ds_hash_size", 0), KAM_INTO(struct ds_settings, hash_size)},
    {INT("ds_probing_threshold", 1), KAM_INTO(struct ds_settings, probing_threshold)},
    {KAM_FLAG("ds_attrs_none", 0), KAM_INTO(struct ds_settings, attrs_none)},
    {INT("ds_load_mode", 0), KAM_INTO(struct ds_settings, load_mode)},
    {KAM_TEXT("db_url", ""), KAM_INTO(struct ds_settings, db_url)},
    {INT("ds_ping_interval", 0), KAM_INTO(struct ds_settings, ping_interval)},
    {KAM_TEXT("ds_ping_method", "OPTIONS"), KAM_INTO(struct ds_settings, ping_method)},
    {KAM_TEXT("ds_ping_from", "sip:dispatcher@localhost"), KAM_INTO(struct ds_settings, ping_from)},
    {KAM_TEXT("ds_ping_reply_codes", ""), KAM_INTO(struct ds_settings, reply_codes)},
    {INT("ds_inactive_threshold", 1), KAM_INTO(struct ds_settings, inactive_threshold)},
    {INT("ds_probing_mode", 0), KAM_INTO(struct ds_settings, probing_mode)},
    {KAM_TEXT("outbound_proxy", ""), KAM_INTO(struct ds_settings, outbound_proxy)},
    {INT("ds_ping_latency_stats", 0), KAM_NO_EFFECT},
    {INT("ds_latency_estimator_alpha", 900), KAM_NO_EFFECT},
    {INT("ds_hash_expire", 7200), KAM_INTO(struct ds_settings, hash_expire)},
    {INT("ds_hash_initexpire", 7200), KAM_INTO(struct ds_settings, hash_initexpire)},
    {INT("ds_hash_check_interval", 30), KAM_INTO(struct ds_settings, hash_check_interval)},
    {INT("ds_timer_mode", 0), KAM_NO_EFFECT},
    {INT("ds_dns_mode", 1), KAM_NO_EFFECT},
    {INT("ds_dns_interval", 600), KAM_NO_EFFECT},
    {INT("ds_dns_ttl", 0), KAM_NO_EFFECT},
    {INT("reload_delta", 5), KAM_NO_EFFECT},
    {KAM_TEXT("event_callback", ""), KAM_NO_EFFECT},
    {KAM_TEXT("table_name", "dispatcher"), KAM_NO_EFFECT},
    {KAM_TEXT("setid_col", "setid"), KAM_NO_EFFECT},
    {KAM_TEXT("destination_col", "destination"), KAM_NO_EFFECT},
    {KAM_TEXT("flags_col", "flags"), KAM_NO_EFFECT},
    {KAM_TEXT("priority_col", "priority"), KAM_NO_EFFECT},
    {KAM_TEXT("attrs_col", "attrs"), KAM_NO_EFFECT},
    {KAM_TEXT("ds_db_extra_attrs", ""), KAM_NO_EFFECT},
    {0},
};

static bool start(struct kamailio *k, void *data, struct diag *diag) {
    struct dispatcher *d = data;
    d->file = kam_program_kept(k->program, KAM_MODULE_DISPATCHER);
    host_random(k->host, &d->random, "dispatcher");
    d->k = k;
    if (!ds_sets_begin(k, d, diag)) return false;
    ds_ping_begin(d);
    ds_calls_begin(d);
    return true;
}

static void end(void *data) {
    struct dispatcher *d = data;
    ds_ping_end(d);
    ds_sets_free(d->sets);
    ds_calls_free(d);
}

static const char *const events[] = {"dispatcher:dst-down", "dispatcher:dst-up", NULL};

const struct kam_module kam_dispatcher_module = {.name = "dispatcher",
                                                 .functions = functions,
                                                 .params = params,
                                                 .events = events,
                                                 .data_size = sizeof(struct dispatcher),
                                                 .settings = offsetof(struct dispatcher, set),
                                                 .load = ds_file_load,
                                                 .start = start,
                                                 .free = end};
