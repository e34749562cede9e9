/* SPDX-License-Identifier: MIT */
/*
 * What a script sets for one transaction, before it is made or while it lasts: its timers, how long it may
 * live, and switches (facts: Kamailio 61).
 */
#include "model/kamailio/modules/tm/tm.h"

/*
 * A duration in ms as Kamailio takes it: in ticks, rounded up, in 32 bits. False: too short for one tick,
 * which is what some negative numbers and some very long times come to, too.
 */
static bool ticks_of(int64_t ms, uint32_t *ticks) {
    *ticks = ((uint32_t)ms * 16U + 999U) / 1000U;
    return *ticks != 0 || ms == 0;
}

/* The same, in ms again. */
static bool duration(int64_t arg, int64_t *ms) {
    enum { TICK_US = 62500, US_PER_MS = 1000 };
    uint32_t ticks;
    if (!ticks_of(arg, &ticks)) return false;
    *ms = (int64_t)kam_ticks_of(arg) == (int64_t)ticks ? arg : (int64_t)ticks * TICK_US / US_PER_MS;
    return true;
}

int kam_tm_set_fr(struct kam_run *run, const struct kam_arg *args, size_t count) {
    int64_t fr_inv_ms, fr_ms = 0;
    if (!duration(args[0].n, &fr_inv_ms) || (count > 1 && !duration(args[1].n, &fr_ms))) return -1;
    if (run->transaction) {
        kam_tm_change_fr(run->transaction, fr_inv_ms, fr_ms);
    } else {
        run->plan.fr_inv_ms = fr_inv_ms;
        run->plan.fr_ms = fr_ms;
    }
    return 1;
}

int kam_tm_reset_fr(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    const struct kam_tm_settings *set = &kam_tm_of(run->k)->set;
    if (run->transaction)
        kam_tm_change_fr(run->transaction, set->fr_inv_timer_ms, set->fr_timer_ms);
    else
        run->plan.fr_ms = run->plan.fr_inv_ms = 0;
    return 1;
}

int kam_tm_set_retr(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    int64_t t1_ms = args[0].n, t2_ms = args[1].n;
    if (t1_ms < 0 || t1_ms > UINT16_MAX || t2_ms < 0 || t2_ms > UINT16_MAX) return -1;
    if (run->transaction) {
        kam_tm_change_retr(run->transaction, t1_ms, t2_ms);
    } else {
        run->plan.t1_ms = t1_ms;
        run->plan.t2_ms = t2_ms;
    }
    return 1;
}

int kam_tm_reset_retr(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    const struct kam_tm_settings *set = &kam_tm_of(run->k)->set;
    if (run->transaction)
        kam_tm_change_retr(run->transaction, set->retr_timer1_ms, set->retr_timer2_ms);
    else
        run->plan.t1_ms = run->plan.t2_ms = 0;
    return 1;
}

/* A transaction that is there already gets what is said of its method, 0 as well: its time is over then. */
int kam_tm_set_max_lifetime(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    struct kam_transaction *t = run->transaction;
    uint32_t inv, other;
    if (!ticks_of(args[0].n, &inv) || !ticks_of(args[1].n, &other)) return -1;
    if (t) {
        kam_tm_change_life(t, t->method == KAM_INVITE ? inv : other);
    } else {
        run->plan.life_inv_ticks = inv;
        run->plan.life_other_ticks = other;
    }
    return 1;
}

int kam_tm_reset_max_lifetime(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    const struct kam_tm_settings *set = &kam_tm_of(run->k)->set;
    struct kam_transaction *t = run->transaction;
    if (t)
        kam_tm_change_life(t, kam_ticks_of(t->method == KAM_INVITE ? set->max_inv_lifetime_ms
                                                                   : set->max_noninv_lifetime_ms));
    else
        run->plan.life_inv_ticks = run->plan.life_other_ticks = 0;
    return 1;
}

static int turn(struct kam_run *run, unsigned which, bool on) {
    unsigned *set = run->transaction ? &run->transaction->switches : &run->plan.on;
    if (on)
        *set |= which;
    else
        *set &= ~which;
    if (run->transaction) return 1;
    if (on)
        run->plan.off &= ~which;
    else
        run->plan.off |= which;
    return 1;
}

int kam_tm_use_uac_headers(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    return turn(run, KAM_TM_SENT_HEADERS, true);
}

int kam_tm_set_auto_inv_100(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return turn(run, KAM_TM_AUTO_100, args[0].n != 0);
}

int kam_tm_set_disable_6xx(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return turn(run, KAM_TM_DISABLE_6XX, args[0].n != 0);
}

/* It is about names with several addresses, which siptwin's have not. */
int kam_tm_set_disable_failover(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)run, (void)args, (void)count;
    return 1;
}

int kam_tm_set_no_cancel_reason(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return turn(run, KAM_TM_NO_CANCEL_REASON, args[0].n != 0);
}

int kam_tm_set_no_internal_reply(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return turn(run, KAM_TM_NO_INTERNAL_REPLY, args[0].n != 0);
}
