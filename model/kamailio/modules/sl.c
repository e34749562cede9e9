/* SPDX-License-Identifier: MIT */
#include "model/kamailio/modules/sl.h"
#include "model/kamailio/modules/siptrace/siptrace.h"

#include "model/kamailio/event.h"
#include "model/kamailio/instance.h"
#include "model/kamailio/message/reply.h"
#include "model/kamailio/modules/nat_traversal.h"
#include "model/kamailio/modules/tm/tm.h"
#include "model/kamailio/script/error.h"

/* How long after the last stateless reply ACKs are looked at. Kamailio counts whole seconds: up to 1 s less.
 */
#define SL_WAIT_NS (2 * NS_PER_S)

/* What the module keeps. */
struct sl {
    int64_t default_code, rich_redirect;
    bool bind_tm; /* replies of a transaction go by it */
    struct span default_reason;
    int64_t until_ns; /* ACKs to stateless replies are absorbed before this moment */
};

static struct sl *sl_of(const struct kam_run *run) { return kam_module_data(run->k, KAM_MODULE_SL); }

bool kam_sl_reply(struct kam_run *run, unsigned status, struct span reason) {
    if (run->method == KAM_ACK || run->damaged) return false;
    struct kam_destination d = kam_reply_destination(run);
    ptrdiff_t nul = span_find(reason, '\0');
    if (nul >= 0) reason = span_head(reason, (size_t)nul);
    kam_reply_add_contacts(run, status, sl_of(run)->rich_redirect);
    struct payload *p = kam_reply_build(run, status, reason, KAM_TAG_STATELESS, (struct span){0});
    struct cause cause =
        kam_cause(run, "stateless reply % made here: sent once, never again", "RFC 3261 16.11, 8.2.7");
    cause.arg[0] = status;
    kam_siptrace_answers(run, p, &d);
    bool ok = kam_send(run->k, KAM_SEND_OTHER, &d, p, &cause);
    if (ok) kam_event_sent(run->k, "sl:local-response", p, &d, run->state.avps, KAM_NO_BRANCH);
    if (ok) kam_nat_answered(run, status, p);
    payload_drop(p);
    sl_of(run)->until_ns = run->k->queue->now_ns + SL_WAIT_NS;
    return ok;
}

bool kam_sl_answer(struct kam_run *run, unsigned status, struct span reason) {
    if (!run->transaction && !run->msg.is_request) return false;
    return run->transaction && sl_of(run)->bind_tm ? kam_tm_script_reply(run, status, reason)
                                                   : kam_sl_reply(run, status, reason);
}

/* Is it an ACK to a reply that was made here without a transaction? Then it goes no further. */
static bool absorb_ack(struct kam_run *run) {
    struct kamailio *k = run->k;
    if (run->method != KAM_ACK || k->queue->now_ns >= sl_of(run)->until_ns) return false;
    struct buf *tag = &k->text;
    buf_reset(tag);
    kam_reply_tag_write(tag, run, KAM_TAG_STATELESS);
    if (!span_eq(run->to_tag, buf_span(tag))) return false;
    struct cause cause = kam_cause(run, "ACK absorbed: it acknowledges a stateless reply", "RFC 3261 17.2.1");
    kam_note(k, run->about, &cause);
    kam_siptrace_absorbed(run);
    kam_event_as(run, "sl:filtered-ack", KAM_REQUEST_ROUTE);
    return true;
}

/* Tells what the statement before has failed with. */
static int sl_reply_error(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    struct buf reason = {0};
    unsigned status = kam_error_write(&reason, run->state.last_error, "SL");
    kam_sl_reply(run, status, buf_span(&reason));
    buf_free(&reason);
    return 1;
}

/* The status and the reason that the arguments ask for, or the parameters' where they have no value. */
static unsigned status_of(const struct kam_run *run, const struct kam_arg *arg) {
    return (unsigned)(arg->missing ? sl_of(run)->default_code : arg->n);
}

static struct span reason_of(const struct kam_run *run, const struct kam_arg *arg) {
    return arg->missing ? sl_of(run)->default_reason : arg->s;
}

static int sl_send_reply(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return kam_sl_reply(run, status_of(run, &args[0]), reason_of(run, &args[1])) ? 1 : -1;
}

/* Like sl_send_reply(), or tm's t_reply() where there is a transaction. */
static int send_reply(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return kam_sl_answer(run, status_of(run, &args[0]), reason_of(run, &args[1])) ? 1 : -1;
}

static const struct kam_function functions[] = {
    {"sl_send_reply", 2, 2, KAM_REQUEST_ROUTE, sl_send_reply, {ARG_STATUS, ARG_VARIABLE_OR_FORMAT}},
    {"sl_reply", 2, 2, KAM_REQUEST_ROUTE, sl_send_reply, {ARG_STATUS, ARG_VARIABLE_OR_FORMAT}},
    {"sl_reply_error", 0, 0, KAM_REQUEST_ROUTE, sl_reply_error},
    {"send_reply",
     2,
     2,
     KAM_REQUEST_ROUTE | KAM_FAILURE_ROUTE | KAM_TM_ONREPLY_ROUTE | KAM_CORE_ONREPLY_ROUTE,
     send_reply,
     {ARG_STATUS, ARG_VARIABLE_OR_FORMAT}},
    {0},
};

static const struct kam_param params[] = {
    {KAM_INT("default_code", 500, INT32_MIN, INT32_MAX), KAM_INTO(struct sl, default_code)},
    {KAM_TEXT("default_reason", "Internal Server Error"), KAM_INTO(struct sl, default_reason)},
    {KAM_FLAG("bind_tm", 1), KAM_INTO(struct sl, bind_tm)},
    {KAM_INT("rich_redirect", 0, 0, 3), KAM_INTO(struct sl, rich_redirect)},
    {KAM_TEXT("event_callback_fl_ack", ""), KAM_NO_EFFECT},
    {KAM_TEXT("event_callback_lres_sent", ""), KAM_NO_EFFECT},
    {0},
};

static const char *const events[] = {"sl:local-response", "sl:filtered-ack", NULL};

const struct kam_module kam_sl_module = {.name = "sl",
                                         .events = events,
                                         .functions = functions,
                                         .params = params,
                                         .data_size = sizeof(struct sl),
                                         .request_came = absorb_ack};
