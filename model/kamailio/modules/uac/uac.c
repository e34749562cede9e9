/* SPDX-License-Identifier: MIT */
/* uac's tables. */
#include "model/kamailio/modules/uac/uac.h"

#include "model/kamailio/modules/beside.h"
#include "model/kamailio/modules/rr.h"
#include "model/kamailio/script/program.h"

bool uac_mode_read(struct span text, enum uac_mode *mode) {
    static const char *const words[] = {[UAC_NONE] = "none", [UAC_MANUAL] = "manual", [UAC_AUTO] = "auto"};
    *mode = UAC_AUTO;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (!span_is_nocase(text, words[i])) continue;
        *mode = (enum uac_mode)i;
        return true;
    }
    return text.len == 0;
}

/* The settings that Kamailio does not start with. */
static const char *find_fault(const struct kam_program *program, const struct uac *u, const char **param) {
    enum uac_mode mode;
    *param = "restore_mode";
    if (!uac_mode_read(u->restore_mode, &mode)) return "must be \"none\", \"manual\" or \"auto\"";
    if (!kam_program_loads(program, KAM_MODULE_TM)) return "needs module tm";
    *param = "auth_username_avp";
    size_t set = (u->user_pv.len > 0) + (u->realm_pv.len > 0) + (u->password_pv.len > 0);
    if (set > 0 && set < 3) return "needs auth_realm_avp and auth_password_avp, and they need it";
    *param = "reg_db_url";
    if (u->reg_db_url.len && !u->reg_contact_addr.len) return "needs reg_contact_addr";
    *param = "restore_mode";
    if (mode == UAC_NONE) return NULL;
    if (!kam_program_loads(program, KAM_MODULE_RR)) return "needs module rr, unless it is \"none\"";
    if (mode == UAC_AUTO && !kam_rr_appends_tag(program)) return "\"auto\" needs rr's append_fromtag";
    *param = "rr_from_store_param";
    if (u->rr_from_param.len == 0) return "must not be empty";
    *param = "rr_to_store_param";
    return u->rr_to_param.len == 0 ? "must not be empty" : NULL;
}

static bool load(struct kam_program *program, const struct source *cfg, struct source_set *set,
                 struct diag *diag) {
    struct uac u;
    const char *param;
    bool good = true;
    struct uac_names *names = arena_new(&program->arena, sizeof *names);
    (void)cfg, (void)set;
    kam_program_settings(program, &kam_uac_module, &u);
    kam_program_keep(program, KAM_MODULE_UAC, names);
    names->user = kam_param_variable(program, &kam_uac_module, "auth_username_avp", u.user_pv, diag, &good);
    names->realm = kam_param_variable(program, &kam_uac_module, "auth_realm_avp", u.realm_pv, diag, &good);
    names->password =
        kam_param_variable(program, &kam_uac_module, "auth_password_avp", u.password_pv, diag, &good);
    const char *fault = find_fault(program, &u, &param);
    if (fault)
        diag_error(diag, kam_program_param_at(program, &kam_uac_module, param), "uac.%s %s", param, fault);
    return good && !fault;
}

static void init(struct kamailio *k, void *data) {
    struct uac *u = data;
    (void)k;
    uac_mode_read(u->restore_mode, &u->mode);
}

/* One argument is the URI; with two the first one is the display name. */
static int replace(struct kam_run *run, enum kam_mark which, const struct kam_arg *args, size_t count) {
    struct span display = count > 1 ? args[0].s : (struct span){0};
    if (count > 1 && !display.p) display = SPAN("");
    return uac_replace(run, which, display, args[count - 1].s);
}

static int replace_from(struct kam_run *run, const struct kam_arg *args, size_t count) {
    return replace(run, KAM_RESTORE_FROM, args, count);
}

static int replace_to(struct kam_run *run, const struct kam_arg *args, size_t count) {
    return replace(run, KAM_RESTORE_TO, args, count);
}

static int restore_from(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    return uac_restore(run, KAM_RESTORE_FROM);
}

static int restore_to(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    return uac_restore(run, KAM_RESTORE_TO);
}

static int auth(struct kam_run *run, const struct kam_arg *args, size_t count) {
    return uac_auth(run, count ? args[0].n : 0);
}

enum { REPLACES = KAM_REQUEST_ROUTE | KAM_BRANCH_ROUTE, OUT_ROUTES = REPLACES | KAM_FAILURE_ROUTE };

static const struct kam_function functions[] = {
    {"uac_replace_from", 1, 2, REPLACES, replace_from, {ARG_FORMAT, ARG_FORMAT}, .expressions = true},
    {"uac_replace_to", 1, 2, REPLACES, replace_to, {ARG_FORMAT, ARG_FORMAT}, .expressions = true},
    {"uac_restore_from", 0, 0, KAM_REQUEST_ROUTE, restore_from},
    {"uac_restore_to", 0, 0, KAM_REQUEST_ROUTE, restore_to},
    {"uac_auth", 0, 1, KAM_FAILURE_ROUTE, auth, {ARG_NUMBER}, .expressions = true},
    {"uac_auth_mode", 1, 1, KAM_FAILURE_ROUTE, auth, {ARG_NUMBER}, .expressions = true},
    {"uac_req_send", 0, 0, KAM_ANY_ROUTE, uac_req_send},
    {"uac_reg_lookup", 2, 2, KAM_ANY_ROUTE, uac_reg_nothing, {ARG_FORMAT, ARG_PV}, .expressions = true},
    {"uac_reg_lookup_uri", 2, 2, KAM_ANY_ROUTE, uac_reg_nothing, {ARG_FORMAT, ARG_PV}, .expressions = true},
    {"uac_reg_status", 1, 1, KAM_ANY_ROUTE, uac_reg_nothing, {ARG_FORMAT}, .expressions = true},
    {"uac_reg_request_to", 2, 2, OUT_ROUTES, uac_reg_nothing, {ARG_FORMAT, ARG_NUMERAL}, .expressions = true},
    {"uac_reg_enable", 2, 2, KAM_ANY_ROUTE, uac_reg_switch, {ARG_FORMAT, ARG_FORMAT}, .expressions = true},
    {"uac_reg_disable", 2, 2, KAM_ANY_ROUTE, uac_reg_switch, {ARG_FORMAT, ARG_FORMAT}, .expressions = true},
    {"uac_reg_refresh", 1, 1, KAM_ANY_ROUTE, uac_reg_nothing, {ARG_FORMAT}, .expressions = true},
    {0},
};

static const struct kam_param params[] = {
    {KAM_TEXT("restore_mode", "auto"), KAM_INTO(struct uac, restore_mode)},
    {KAM_TEXT("restore_passwd", ""), KAM_INTO(struct uac, restore_passwd)},
    {KAM_TEXT("rr_from_store_param", "vsf"), KAM_INTO(struct uac, rr_from_param)},
    {KAM_TEXT("rr_to_store_param", "vst"), KAM_INTO(struct uac, rr_to_param)},
    {KAM_FLAG("restore_dlg", 0), KAM_STOPS},
    {KAM_AVP("restore_from_avp"), KAM_INTO(struct uac, from_avp)},
    {KAM_AVP("restore_to_avp"), KAM_INTO(struct uac, to_avp)},
    {KAM_TEXT("auth_username_avp", ""), KAM_INTO(struct uac, user_pv)},
    {KAM_TEXT("auth_realm_avp", ""), KAM_INTO(struct uac, realm_pv)},
    {KAM_TEXT("auth_password_avp", ""), KAM_INTO(struct uac, password_pv)},
    {KAM_TEXT("credential", ""), KAM_EACH},
    {KAM_TEXT("reg_db_url", ""), KAM_INTO(struct uac, reg_db_url)},
    {KAM_TEXT("reg_db_table", "uacreg"), KAM_NO_EFFECT},
    {KAM_TEXT("reg_contact_addr", ""), KAM_INTO(struct uac, reg_contact_addr)},
    {KAM_INT("reg_timer_interval", 90, INT32_MIN, INT32_MAX), KAM_NO_EFFECT},
    {KAM_INT("reg_retry_interval", 0, INT32_MIN, INT32_MAX), KAM_NO_EFFECT},
    {KAM_INT("reg_keep_callid", 0, INT32_MIN, INT32_MAX), KAM_NO_EFFECT},
    {KAM_INT("reg_random_delay", 0, INT32_MIN, INT32_MAX), KAM_NO_EFFECT},
    {KAM_INT("reg_active", 1, INT32_MIN, INT32_MAX), KAM_NO_EFFECT},
    {KAM_INT("reg_gc_interval", 150, INT32_MIN, INT32_MAX), KAM_NO_EFFECT},
    {KAM_INT("reg_hash_size", 4, INT32_MIN, INT32_MAX), KAM_NO_EFFECT},
    {KAM_INT("reg_use_domain", 0, INT32_MIN, INT32_MAX), KAM_NO_EFFECT},
    {KAM_TEXT("default_socket", ""), KAM_INTO(struct uac, default_socket)},
    {KAM_TEXT("event_callback", ""), KAM_NO_EFFECT},
    {0},
};

static const char *const events[] = {"uac:reply", NULL};

const struct kam_module kam_uac_module = {.name = "uac",
                                          .functions = functions,
                                          .events = events,
                                          .params = params,
                                          .data_size = sizeof(struct uac),
                                          .load = load,
                                          .init = init,
                                          .free = uac_req_free,
                                          .pvs = uac_pvs,
                                          .routed = uac_routed,
                                          .reply_matched = uac_reply_matched};
