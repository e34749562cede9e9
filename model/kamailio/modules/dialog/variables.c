/* SPDX-License-Identifier: MIT */
/* $dlg(...), $dlg_ctx(...), $dlg_var(...), $DLG_... (facts: Kamailio 22.3) */
#include "model/kamailio/modules/dialog/dialog.h"
#include "model/kamailio/pv/pv.h"

/* Of requests alone, and within a dialog. */
static const struct dialog *within(struct kam_run *run) {
    return run->msg.is_request && run->to_tag.len ? dlg_context(run)->dialog : NULL;
}

PV_GETTER(get_count, pv_number((dlg_sweep(dialogs_of(run)), (int64_t)dialogs_of(run)->confirmed)))
PV_GETTER(get_status, within(run) ? pv_number(within(run)->state) : pv_nothing())
PV_GETTER(get_lifetime, within(run) ? pv_number(kam_now_s(run->k) - within(run)->start_s) : pv_nothing())

static struct kam_value get_dlg(struct kam_run *run, const struct kam_pv_at *at) {
    const struct dialog *dlg = dlg_current(run);
    if (!dlg) return pv_nothing();
    const struct {
        const char *name;
        struct kam_value value;
    } parts[] = {{"h_id", pv_number(dlg->id)},
                 {"h_entry", pv_number(dlg->entry)},
                 {"state", pv_number(dlg->state)},
                 {"lifetime", pv_number(dlg->lifetime_s)},
                 {"start_ts", pv_number(dlg->start_s)},
                 {"sflags", pv_number(dlg->has.flags)},
                 {"callid", pv_text(dlg->call_id)},
                 {"from_tag", pv_text(dlg->from_tag)},
                 {"to_tag", pv_text(dlg->to_tag)},
                 {"from_uri", pv_text(dlg->from_uri)},
                 {"to_uri", pv_text(dlg->to_uri)},
                 {"from_cseq", pv_text(dlg->cseq_told[0])},
                 {"to_cseq", pv_text(dlg->cseq_told[1])},
                 {"from_contact", pv_text(dlg->from_contact)}};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (span_is(at->argument, parts[i].name)) return parts[i].value;
    return pv_nothing();
}

static int64_t *context_field(struct kam_run *run, struct span name) {
    struct dlg_context *c = dlg_context(run);
    if (span_is(name, "on")) return &c->on;
    if (span_is(name, "timeout")) return &c->timeout;
    return span_is(name, "timeout_bye") ? &c->timeout_bye : &c->dir;
}

static struct kam_value get_ctx(struct kam_run *run, const struct kam_pv_at *at) {
    if (span_is(at->argument, "set")) return pv_number(dlg_context(run)->dialog != NULL);
    return pv_number(*context_field(run, at->argument));
}

static bool set_ctx(struct kam_run *run, const struct kam_pv_at *at, struct kam_value value) {
    if (value.type != KAM_INT || span_is(at->argument, "set") || span_is(at->argument, "dir")) return false;
    *context_field(run, at->argument) = value.n;
    struct dialog *dlg = dlg_current(run);
    if (dlg && span_is(at->argument, "timeout_bye")) {
        dlg->timeout_bye = value.n != 0;
        dlg_live_on(dialogs_of(run), dlg);
    }
    return true;
}

static struct kam_value get_var(struct kam_run *run, const struct kam_pv_at *at) {
    const struct kam_xavp *x = xavp_find(dlg_properties(run)->vars, at->argument, XAVP_PLAIN, 0);
    return x ? x->value : pv_nothing();
}

static bool set_var(struct kam_run *run, const struct kam_pv_at *at, struct kam_value value) {
    struct dlg_properties *p = dlg_properties(run);
    struct kam_xavp *x = xavp_find(p->vars, at->argument, XAVP_PLAIN, 0);
    if (value.type != KAM_NULL && !kam_value_has_text(value)) return false; /* texts only */
    if (value.type == KAM_INT) value.type = KAM_STR;
    if (value.type == KAM_NULL) {
        if (x) xavp_remove(&p->vars, x);
        return true;
    }
    xavp_assign(x ? x : xavp_add(&p->vars, at->argument), value);
    return true;
}

const struct kam_pv dlg_pvs[] = {
    {"DLG_count", KAM_PV_PLAIN, get_count, NULL, NULL},
    {"DLG_status", KAM_PV_PLAIN, get_status, NULL, NULL},
    {"DLG_lifetime", KAM_PV_PLAIN, get_lifetime, NULL, NULL},
    {"dlg", KAM_PV_NAMED, get_dlg, NULL,
     "h_id|h_entry|state|lifetime|start_ts|sflags|callid|from_tag|to_tag|from_uri|to_uri|from_cseq|to_cseq|"
     "from_contact"},
    {"dlg_ctx", KAM_PV_NAMED, get_ctx, set_ctx, "on|timeout|timeout_bye|dir|set"},
    {"dlg_var", KAM_PV_NAMED, get_var, set_var, NULL},
    {0},
};
