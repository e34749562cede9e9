/* SPDX-License-Identifier: MIT */
/* corex: flags beside those of setflag(), and what Kamailio itself marks requests with (facts: Kamailio 74).
 */
#include "model/kamailio/instance.h"
#include "model/kamailio/modules/corex/corex.h"

/*
 * Extended flags go with the AVPs of a message to its transaction, among which they are kept by a name that
 * no script can say. What other blocks than request_route change of them is seen while that message is
 * handled: it is kept with the message's own, which nobody else uses then.
 */
static const char xflags_name[] = "\x01xflags";

enum {
    XFLAGS = 64,
    ALONE = KAM_FAILURE_ROUTE | KAM_BRANCH_FAILURE_ROUTE | KAM_BRANCH_ROUTE | KAM_TM_ONREPLY_ROUTE
};

static struct kam_xavp *find_xflags(struct kam_vars *vars) {
    return xavp_find(vars->lists[KAM_LIST_XAVP], span_of(xflags_name), XAVP_PLAIN, 0);
}

static uint64_t xflags(struct kam_run *run) {
    const struct kam_xavp *x = find_xflags(&run->message_avps);
    if (!x) x = find_xflags(run->state.avps);
    return x ? (uint64_t)x->value.n : 0;
}

/* 0: there is no flag of that number. */
static uint64_t xflag_bit(int64_t flag) { return flag >= 0 && flag < XFLAGS ? UINT64_C(1) << flag : 0; }

static int change_xflag(struct kam_run *run, int64_t flag, bool on) {
    struct kam_vars *vars = run->state.kind & ALONE ? &run->message_avps : run->state.avps;
    uint64_t bit = xflag_bit(flag), now = xflags(run);
    struct kam_xavp *x = find_xflags(vars);
    if (!bit) return -1;
    if (!x) x = xavp_append(&vars->lists[KAM_LIST_XAVP], span_of(xflags_name));
    xavp_assign(x, (struct kam_value){.type = KAM_INT, .n = (int64_t)(on ? now | bit : now & ~bit)});
    return 1;
}

COREX_FUNCTION(corex_setxflag) {
    (void)count;
    return change_xflag(run, args[0].n, true);
}

COREX_FUNCTION(corex_resetxflag) {
    (void)count;
    return change_xflag(run, args[0].n, false);
}

COREX_FUNCTION(corex_isxflagset) {
    (void)count;
    return xflags(run) & xflag_bit(args[0].n) ? 1 : -1;
}

static void mark(struct kam_run *run, unsigned marks, bool on) {
    run->marks = on ? run->marks | marks : run->marks & ~marks;
}

/* 0: there is none of that name. */
static unsigned mark_named(struct span name) {
    static const struct {
        const char *name;
        enum kam_mark mark;
    } marks[] = {{"USE_UAC_FROM", KAM_USE_FROM}, {"USE_UAC_TO", KAM_USE_TO}, {"UAC_AUTH", KAM_UAC_AUTH}};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (span_is_nocase(name, marks[i].name)) return marks[i].mark;
    return 0;
}

/* A name that is none ends the script. */
COREX_FUNCTION(corex_msg_iflag_set) {
    unsigned which = mark_named(args[0].s);
    (void)count;
    mark(run, which, true);
    return which ? 1 : 0;
}

COREX_FUNCTION(corex_msg_iflag_reset) {
    unsigned which = mark_named(args[0].s);
    (void)count;
    mark(run, which, false);
    return which ? 1 : -1;
}

COREX_FUNCTION(corex_msg_iflag_is_set) {
    unsigned which = mark_named(args[0].s);
    (void)count;
    return !which ? -1 : run->marks & which ? 1 : -2;
}

COREX_FUNCTION(corex_via_add_srvid) {
    (void)count;
    mark(run, KAM_VIA_SERVER, args[0].n != 0);
    return 1;
}

COREX_FUNCTION(corex_via_add_xavp_params) {
    (void)count;
    mark(run, KAM_VIA_PARAMS, args[0].n != 0);
    return 1;
}

/* The setting that it needs cannot be set: xavp_via_fields= sets the one of the parameters. */
COREX_FUNCTION(corex_via_use_xavp_fields) {
    (void)run, (void)args, (void)count;
    return 1;
}
