/* SPDX-License-Identifier: MIT */
#include "cli/sweep/measure.h"

#include "base/table.h"
#include "base/visible.h"
#include "model/sip/msg.h"
#include "view/label.h"

#include <assert.h>
#include <stdlib.h>

const struct sweep_measure sweep_measures[SWEEP_MEASURES] = {
    [SWEEP_INVITES_CALLER] = {"invites_caller", SWEEP_COUNT},
    [SWEEP_INVITES_PROXY] = {"invites_proxy", SWEEP_COUNT},
    [SWEEP_RINGING] = {"ringing", SWEEP_TIME},
    [SWEEP_ANSWER] = {"answer", SWEEP_TIME},
    [SWEEP_OUTCOME] = {"outcome", SWEEP_TEXT},
    [SWEEP_FINAL] = {"final", SWEEP_TEXT},
    [SWEEP_CALLER_GIVES_UP] = {"caller_gives_up", SWEEP_TIME},
    [SWEEP_RETRANSMISSIONS] = {"retransmissions", SWEEP_COUNT},
    [SWEEP_DATAGRAMS] = {"datagrams", SWEEP_COUNT},
    [SWEEP_RINGING_LOST] = {"ringing_lost", SWEEP_SHARE},
    [SWEEP_RINGING_LATE] = {"ringing_late", SWEEP_SHARE},
    [SWEEP_REASON] = {"reason", SWEEP_TEXT},
    [SWEEP_SUCCESSFUL] = {"successful", SWEEP_SHARE},
    [SWEEP_OVERRUNS] = {"overruns", SWEEP_COUNT},
};

enum role { CALLER, CALLEE, PROXY };

/* What was seen of one call, known by its Call-ID. */
struct call_seen {
    UT_hash_handle hh;
    struct call_seen *next;
    char *id;
    int64_t ringing_ns, answer_ns; /* -1: not yet */
    unsigned final;                /* the first final status that the caller heard; 0: none */
    bool rings;                    /* its callee sent a 180 or 183 */
    bool late;                     /* the caller heard a 1xx after the 2xx */
};

struct watch {
    struct call_seen *calls, *first, **last; /* by Call-ID; in the order of their first message */
    int64_t invite_ns;                       /* the first one of all callers; -1: none yet */
    int64_t invites[PROXY + 1], datagrams, retransmissions;
    struct sip_msg msg;
};

/* A host's tap. */
struct point {
    struct watch *watch;
    enum role role;
};

static struct call_seen *call_of(struct watch *w, struct span id) {
    struct call_seen *c;
    HASH_FIND(hh, w->calls, id.p, (unsigned)id.len, c);
    if (c) return c;
    c = mem_new(sizeof *c);
    c->id = mem_text(id);
    c->ringing_ns = c->answer_ns = -1;
    HASH_ADD_KEYPTR(hh, w->calls, c->id, (unsigned)id.len, c);
    *w->last = c;
    w->last = &c->next;
    return c;
}

/* A response to an INVITE that a caller gets. */
static void hear(struct call_seen *c, int64_t now_ns, unsigned status) {
    if (status < 200) {
        if ((status == 180 || status == 183) && c->ringing_ns < 0) c->ringing_ns = now_ns;
        if (c->answer_ns >= 0) c->late = true;
        return;
    }
    if (!c->final) c->final = status;
    if (status < 300 && c->answer_ns < 0) c->answer_ns = now_ns;
}

static void see_response(struct watch *w, enum role role, int64_t now_ns, enum tap_direction direction) {
    const struct sip_header *id = sip_msg_first(&w->msg, SIP_CALL_ID),
                            *cseq = sip_msg_first(&w->msg, SIP_CSEQ);
    struct span number, method;
    if (!id || !cseq || !sip_cseq_parse(cseq->value, &number, &method) || !span_is(method, "INVITE")) return;
    unsigned status = w->msg.status;
    if (role == CALLER && !tap_is_sent(direction)) hear(call_of(w, id->value), now_ns, status);
    if (role == CALLEE && tap_is_sent(direction) && (status == 180 || status == 183))
        call_of(w, id->value)->rings = true;
}

static void see_invite(struct watch *w, enum role role, int64_t now_ns) {
    const struct sip_header *id = sip_msg_first(&w->msg, SIP_CALL_ID);
    w->invites[role]++;
    if (role != CALLER || !id) return;
    if (w->invite_ns < 0) w->invite_ns = now_ns;
    call_of(w, id->value);
}

static void seen(void *arg, int64_t now_ns, enum tap_direction direction, const struct datagram *d) {
    const struct point *point = arg;
    struct watch *w = point->watch;
    if (tap_is_sent(direction)) {
        w->datagrams++;
        w->retransmissions += d->cause.retransmission > 0;
    }
    if (!sip_msg_parse(&w->msg, payload_span(d->payload))) return;
    if (!w->msg.is_request)
        see_response(w, point->role, now_ns, direction);
    else if (tap_is_sent(direction) && span_is(w->msg.method, "INVITE"))
        see_invite(w, point->role, now_ns);
}

static enum role role_of(const struct lab_host_config *host) {
    if (host->runs == LAB_KAMAILIO) return PROXY;
    return sipp_program_is_client(host->sipp_program) ? CALLER : CALLEE;
}

static void set(struct sweep_sample *out, enum sweep_measure_id id, int64_t number, int64_t of) {
    struct sweep_value *v = &out->values[id];
    v->known = true;
    v->number = number;
    v->of = of;
}

static void set_text(struct sweep_sample *out, enum sweep_measure_id id, const char *text) {
    buf_add_text(&out->values[id].text, text);
    out->values[id].known = out->values[id].text.len > 0;
}

/* A moment, if it came; times are whole microseconds, cut off as tcpdump does. */
static void set_time(struct sweep_sample *out, enum sweep_measure_id id, const struct watch *w,
                     int64_t at_ns) {
    if (at_ns >= 0 && w->invite_ns >= 0) set(out, id, (at_ns - w->invite_ns) / NS_PER_US, 0);
}

static void tell_calls(struct sweep_sample *out, const struct watch *w) {
    int64_t rings = 0, lost = 0, answered = 0, late = 0;
    for (const struct call_seen *c = w->first; c; c = c->next) {
        rings += c->rings;
        lost += c->rings && c->ringing_ns < 0;
        answered += c->answer_ns >= 0;
        late += c->late;
    }
    set(out, SWEEP_RINGING_LOST, lost, rings);
    set(out, SWEEP_RINGING_LATE, late, answered);
    if (!w->first) return;
    set_time(out, SWEEP_RINGING, w, w->first->ringing_ns);
    set_time(out, SWEEP_ANSWER, w, w->first->answer_ns);
    if (w->first->final) buf_addf(&out->values[SWEEP_FINAL].text, "%u", w->first->final);
    out->values[SWEEP_FINAL].known = w->first->final;
}

static void tell_failure(struct sweep_sample *out, const struct watch *w, const struct lab_config *config,
                         const struct lab_result *r) {
    struct buf *text = &out->values[SWEEP_REASON].text;
    for (size_t i = 0; i < r->failure_count; i++) {
        const struct lab_failure *f = &r->failures[i];
        size_t host = 0;
        while (strcmp(config->hosts[host].name, f->host) != 0)
            host++;
        if (role_of(&config->hosts[host]) != CALLER) continue;
        set_time(out, SWEEP_CALLER_GIVES_UP, w, f->now_ns);
        break;
    }
    if (r->failure_count == 0) return;
    label_position(text, r->failures[0].at);
    if (text->len) buf_add_text(text, ": ");
    visible_add(text, span_of(r->failures[0].reason));
    out->values[SWEEP_REASON].known = text->len > 0;
}

static void tell(struct sweep_sample *out, const struct watch *w, const struct lab_config *config,
                 const struct lab_result *r) {
    for (size_t i = 0; i < SWEEP_MEASURES; i++) {
        out->values[i].known = false;
        buf_reset(&out->values[i].text);
    }
    set(out, SWEEP_INVITES_CALLER, w->invites[CALLER], 0);
    set(out, SWEEP_INVITES_PROXY, w->invites[PROXY], 0);
    set(out, SWEEP_RETRANSMISSIONS, w->retransmissions, 0);
    set(out, SWEEP_DATAGRAMS, w->datagrams, 0);
    set(out, SWEEP_SUCCESSFUL, (int64_t)r->successful, (int64_t)r->created);
    set_text(out, SWEEP_OUTCOME, r->failed ? "failed" : r->open ? "open" : "successful");
    tell_calls(out, w);
    tell_failure(out, w, config, r);
}

static void watch_free(struct watch *w) {
    HASH_CLEAR(hh, w->calls);
    for (struct call_seen *c = w->first, *next; c; c = next) {
        next = c->next;
        free(c->id);
        free(c);
    }
    sip_msg_free(&w->msg);
}

enum sweep_run_result sweep_measure_run(struct sweep_sample *out, const struct lab_config *config,
                                        const volatile sig_atomic_t *stop, struct diag *diag) {
    struct lab *lab = lab_new(config, NULL, diag);
    if (!lab) return SWEEP_RUN_FAILED;
    struct watch watch = {.invite_ns = -1};
    watch.last = &watch.first;
    struct point *points = mem_new(config->host_count * sizeof *points);
    for (size_t i = 0; i < config->host_count; i++) {
        points[i] = (struct point){&watch, role_of(&config->hosts[i])};
        host_tap(lab_host_at(lab, i), seen, &points[i]);
    }
    bool complete = lab_run(lab, stop);
    struct lab_result result = lab_result(lab);
    int64_t overruns = 0;
    for (size_t i = 0; i < config->host_count; i++)
        overruns += (int64_t)host_overruns(lab_host_at(lab, i));
    if (result.stopped) diag_error(diag, result.stopped_at, "%s", result.stopped);
    if (complete) tell(out, &watch, config, &result);
    if (complete) set(out, SWEEP_OVERRUNS, overruns, 0);
    bool failed = result.stopped != NULL;
    lab_free(lab);
    watch_free(&watch);
    free(points);
    return failed ? SWEEP_RUN_FAILED : complete ? SWEEP_RUN_DONE : SWEEP_RUN_STOPPED;
}

void sweep_sample_free(struct sweep_sample *s) {
    for (size_t i = 0; i < SWEEP_MEASURES; i++)
        buf_free(&s->values[i].text);
}
