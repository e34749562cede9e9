/* SPDX-License-Identifier: MIT */
/* dialog's functions and parameters. (facts: Kamailio 22) */
#include "model/kamailio/modules/dialog/dialog.h"

#include "base/mem.h"

#include <stdlib.h>

static int manage(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    return dlg_manage(run);
}

static int is_known(struct kam_run *run, const struct kam_arg *args, size_t count) {
    bool upstream;
    (void)args, (void)count;
    if (dlg_current(run)) return 1;
    return dlg_find_for(run, false, &upstream) ? 1 : -1;
}

/* Profiles. */

static int set_profile(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct dialogs *d = dialogs_of(run);
    struct dlg_profile *p = dlg_profile_find(d, args[0].s);
    if (!p || (p->has_value && count < 2)) return -1;
    struct dialog *dlg = dlg_current(run);
    if (!dlg && !run->msg.is_request) return -1;
    struct dlg_properties *has = dlg_properties(run);
    struct dlg_membership *m = mem_new(sizeof *m);
    *m = (struct dlg_membership){.next = has->memberships, .profile = (size_t)(p - d->profiles)};
    if (p->has_value) dlg_text_set(&m->value, args[1].s);
    has->memberships = m;
    if (dlg) p->size++;
    return 1;
}

static struct dlg_membership **find_membership(struct kam_run *run, const struct dlg_profile *p,
                                               struct span value) {
    struct dialogs *d = dialogs_of(run);
    struct dlg_membership **m = &dlg_properties(run)->memberships;
    while (*m && (&d->profiles[(*m)->profile] != p || (p->has_value && !span_eq((*m)->value, value))))
        m = &(*m)->next;
    return m;
}

/* Not in request_route, says Kamailio. */
static int unset_profile(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct dlg_profile *p = dlg_profile_find(dialogs_of(run), args[0].s);
    if (run->state.kind == KAM_REQUEST_ROUTE || !p || (p->has_value && count < 2)) return -1;
    struct dialog *dlg = dlg_current(run);
    struct dlg_membership **m = find_membership(run, p, count > 1 ? args[1].s : (struct span){0}), *gone = *m;
    if (!gone || !dlg) return -1;
    *m = gone->next;
    p->size--;
    free((char *)gone->value.p);
    free(gone);
    return 1;
}

static int is_in_profile(struct kam_run *run, const struct kam_arg *args, size_t count) {
    const struct dlg_profile *p = dlg_profile_find(dialogs_of(run), args[0].s);
    const struct dialog *dlg = dlg_current(run);
    if (!p || !dlg || (p->has_value && count < 2)) return -1;
    return *find_membership(run, p, count > 1 ? args[1].s : (struct span){0}) ? 1 : -1;
}

static int profile_size(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct dialogs *d = dialogs_of(run);
    const struct dlg_profile *p = dlg_profile_find(d, args[0].s);
    dlg_sweep(d);
    if (!p || (p->has_value && count < 3)) return -1;
    int64_t n = (int64_t)dlg_profile_size(d, p, count > 2 ? args[1].s : (struct span){0});
    return kam_pv_assign(run, args[count - 1].pv, (struct kam_value){.type = KAM_INT, .n = n}) ? 1 : -1;
}

/* Flags and properties. */

/* In a request that has not been taken for its dialog yet they do not last. */
static struct dlg_properties *properties_of(struct kam_run *run) {
    struct dlg_context *c = dlg_context(run);
    bool early = run->state.kind == KAM_REQUEST_ROUTE && !c->dialog;
    return early ? &c->pending : dlg_properties(run);
}

static int set_flag(struct kam_run *run, const struct kam_arg *args, size_t count) {
    uint32_t bit = args[0].missing ? 0 : kam_flag_bit(args[0].n);
    (void)count;
    if (bit) properties_of(run)->flags |= bit;
    return bit ? 1 : -1;
}

static int reset_flag(struct kam_run *run, const struct kam_arg *args, size_t count) {
    uint32_t bit = args[0].missing ? 0 : kam_flag_bit(args[0].n);
    (void)count;
    if (bit) properties_of(run)->flags &= ~bit;
    return bit ? 1 : -1;
}

static int is_flag_set(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return properties_of(run)->flags & kam_flag_bit(args[0].n) ? 1 : -1;
}

static int set_timeout(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct dialogs *d = dialogs_of(run);
    struct dialog *dlg = dlg_current(run);
    (void)count;
    if (!dlg || dlg->state == DLG_DELETED || args[0].missing || args[0].n <= 0) return -1;
    dlg->lifetime_s = args[0].n;
    dlg_live_on(d, dlg);
    return 1;
}

static int set_property(struct kam_run *run, const struct kam_arg *args, size_t count) {
    static const char *const names[] = {"timeout-noreset", "ka-src", "ka-dst"};
    (void)count;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!span_is(args[0].s, names[i])) continue;
        properties_of(run)->switches |= 1U << i;
        return 1;
    }
    return -1;
}

/* "all": the caller first. In request_route only the dialog that the request was taken for. */
static int hang_up(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct dialogs *d = dialogs_of(run);
    bool request = run->state.kind == KAM_REQUEST_ROUTE;
    struct dialog *dlg = request ? dlg_context(run)->dialog : dlg_current(run);
    bool good = dlg && dlg->state >= DLG_CONFIRMED_NO_ACK && dlg->state != DLG_DELETED;
    (void)count;
    if (good && !span_is(args[0].s, "callee")) good = dlg_bye(d, dlg, DLG_CALLER);
    if (good && !span_is(args[0].s, "caller")) good = dlg_bye(d, dlg, DLG_CALLEE);
    return good ? 1 : -1;
}

static const char *check_side(const struct kam_program *program, size_t index, struct span text) {
    (void)program, (void)index;
    bool known = span_is(text, "all") || span_is(text, "caller") || span_is(text, "callee");
    return known ? NULL : "must be \"caller\", \"callee\" or \"all\"";
}

/* A profile must be one that modparam names; its value is not empty. */
static const char *check_profile(const struct kam_program *program, size_t index, struct span text) {
    struct dialogs *d = mem_new(sizeof *d);
    bool known = false;
    kam_program_settings(program, &kam_dialog_module, d);
    struct span lists[] = {d->with_value, d->without_value};
    for (size_t i = 0; i < 2; i++)
        while (lists[i].len)
            known = span_eq(span_trim(span_cut(&lists[i], ';')), text) || known;
    free(d);
    if (index) return text.len ? NULL : "must not be empty";
    return known ? NULL
                 : "must be one of dialog's profiles (modparam profiles_with_value, profiles_no_value)";
}

/* The size goes into an AVP or a $var. */
static const char *check_place(struct span text) {
    static const char *const good[] = {"$avp(", "$var(", "$(avp(", "$(var("};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (span_starts(text, good[i])) return NULL;
    return "must be an AVP or $var(name)";
}

static const char *check_size(const struct kam_program *program, size_t index, struct span text) {
    return index == 1 ? check_place(text) : check_profile(program, index, text);
}

static const char *check_size_of(const struct kam_program *program, size_t index, struct span text) {
    return index == 2 ? check_place(text) : check_profile(program, index, text);
}

static const struct kam_function functions[] = {
    {"dlg_manage", 0, 0, KAM_REQUEST_ROUTE, manage},
    {"is_known_dlg", 0, 0, KAM_ANY_ROUTE, is_known},
    {"set_dlg_profile", 1, 2, KAM_ANY_ROUTE, set_profile, {ARG_TEXT, ARG_FORMAT}, .check = check_profile},
    {"unset_dlg_profile",
     1,
     2,
     KAM_USUAL_ROUTE,
     unset_profile,
     {ARG_TEXT, ARG_FORMAT},
     .check = check_profile},
    {"is_in_profile", 1, 2, KAM_ANY_ROUTE, is_in_profile, {ARG_TEXT, ARG_FORMAT}, .check = check_profile},
    {"get_profile_size", 2, 2, KAM_ANY_ROUTE, profile_size, {ARG_TEXT, ARG_PV}, .check = check_size},
    {"get_profile_size",
     3,
     3,
     KAM_ANY_ROUTE,
     profile_size,
     {ARG_TEXT, ARG_FORMAT, ARG_PV},
     .check = check_size_of},
    {"dlg_setflag", 1, 1, KAM_ANY_ROUTE, set_flag, {ARG_PV_NUMBER}, .expressions = true},
    {"dlg_resetflag", 1, 1, KAM_ANY_ROUTE, reset_flag, {ARG_PV_NUMBER}, .expressions = true},
    {"dlg_isflagset", 1, 1, KAM_ANY_ROUTE, is_flag_set, {ARG_PV_NUMBER}, .expressions = true},
    {"dlg_set_timeout", 1, 1, KAM_ANY_ROUTE, set_timeout, {ARG_PV_NUMBER}, .expressions = true},
    {"dlg_bye", 1, 1, KAM_ANY_ROUTE, hang_up, {ARG_TEXT}, .check = check_side},
    {"dlg_set_property", 1, 1, KAM_ANY_ROUTE, set_property, {ARG_FORMAT}, .expressions = true},
    {0},
};

#define INT(name, standard) KAM_INT(name, standard, INT32_MIN, INT32_MAX)

static const struct kam_param params[] = {
    {KAM_TEXT("rr_param", "did"), KAM_INTO(struct dialogs, rr_param)},
    {KAM_TEXT("profiles_with_value", ""), KAM_INTO(struct dialogs, with_value)},
    {KAM_TEXT("profiles_no_value", ""), KAM_INTO(struct dialogs, without_value)},
    {INT("default_timeout", 43200), KAM_INTO(struct dialogs, default_timeout)},
    {KAM_INT("dlg_match_mode", 0, 0, 2), KAM_INTO(struct dialogs, match_mode)},
    {KAM_INT("hash_size", 4096, 1, 1 << 20), KAM_INTO(struct dialogs, hash_size)},
    {INT("dlg_flag", -1), KAM_INTO(struct dialogs, dlg_flag)},
    {KAM_FLAG("send_bye", 0), KAM_INTO(struct dialogs, send_bye)},
    {KAM_FLAG("detect_spirals", 1), KAM_INTO(struct dialogs, detect_spirals)},
    {INT("enable_stats", 1), KAM_NO_EFFECT},
    {KAM_AVP("timeout_avp"), KAM_INTO(struct dialogs, timeout_avp)},
    {INT("early_timeout", 300), KAM_INTO(struct dialogs, early_timeout)},
    {INT("noack_timeout", 60), KAM_INTO(struct dialogs, noack_timeout)},
    {INT("end_timeout", 300), KAM_NO_EFFECT},
    {KAM_TEXT("dlg_extra_hdrs", ""), KAM_INTO(struct dialogs, extra_lines)},
    {KAM_TEXT("db_url", ""), KAM_NO_EFFECT}, /* dialogs are kept in memory */
    {INT("db_mode", 0), KAM_NO_EFFECT},
    {INT("db_update_period", 60), KAM_NO_EFFECT},
    {INT("db_fetch_rows", 200), KAM_NO_EFFECT},
    {INT("db_skip_load", 0), KAM_NO_EFFECT},
    {KAM_TEXT("table_name", "dialog"), KAM_NO_EFFECT},
    {KAM_TEXT("vars_table_name", "dialog_vars"), KAM_NO_EFFECT},
    {KAM_TEXT("bridge_controller", ""), KAM_NO_EFFECT},
    {KAM_TEXT("bridge_contact", ""), KAM_NO_EFFECT},
    {KAM_TEXT("ruri_pvar", "$ru"), KAM_NO_EFFECT},
    {INT("initial_cbs_inscript", 1), KAM_NO_EFFECT},
    {INT("wait_ack", 1), KAM_NO_EFFECT},
    {KAM_TEXT("xavp_cfg", ""), KAM_NOT_SIMULATED},
    {INT("ka_timer", 0), KAM_INTO(struct dialogs, ka_timer)},
    {INT("ka_interval", 0), KAM_INTO(struct dialogs, ka_interval)},
    {INT("ka_failed_limit", 1), KAM_INTO(struct dialogs, ka_failed_limit)},
    {KAM_FLAG("timeout_noreset", 0), KAM_INTO(struct dialogs, timeout_noreset)},
    {INT("timer_procs", 0), KAM_NO_EFFECT},
    {KAM_FLAG("track_cseq_updates", 0), KAM_INTO(struct dialogs, track_cseq)},
    {KAM_TEXT("lreq_callee_headers", ""), KAM_INTO(struct dialogs, callee_lines)},
    {INT("enable_dmq", 0), KAM_NOT_SIMULATED},
    {KAM_TEXT("event_callback", ""), KAM_NO_EFFECT},
    {INT("h_id_start", 0), KAM_INTO(struct dialogs, id_start)},
    {INT("h_id_step", 1), KAM_INTO(struct dialogs, id_step)},
    {INT("keep_proxy_rr", 0), KAM_INTO(struct dialogs, keep_own_routes)},
    {INT("dlg_filter_mode", 0), KAM_NO_EFFECT},
    {0},
};

static void begin(struct kamailio *k, void *data) { dlg_begin(k, data); }
static void end(void *data) { dlg_end_all(data); }

static const char *const events[] = {"dialog:start", "dialog:end", "dialog:failed", NULL};

const struct kam_module kam_dialog_module = {.name = "dialog",
                                             .functions = functions,
                                             .params = params,
                                             .pvs = dlg_pvs,
                                             .events = events,
                                             .data_size = sizeof(struct dialogs),
                                             .bytes_come = dlg_cseq_come,
                                             .bytes_leave = dlg_cseq_leave,
                                             .init = begin,
                                             .routed = dlg_routed,
                                             .transaction_made = dlg_transaction_made,
                                             .request_ended = dlg_request_ended,
                                             .replied = dlg_replied,
                                             .free = end};
