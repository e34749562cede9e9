/* SPDX-License-Identifier: MIT */
/* Retransmission by timer (facts: SIPp 4): of the last message that a send step with retrans= has sent. */
#include "model/sipp/process/call.h"

/* How often SIPp repeats a message before it gives up. */
enum { INVITE_RETRANS_MAX = 5, NON_INVITE_RETRANS_MAX = 9, RETRANS_MAX = 9 };

static uint32_t limit(int32_t given, uint32_t absent) { return given < 0 ? absent : (uint32_t)given; }

static uint32_t allowed(const struct call *call) {
    const struct sipp_config *c = &call->sipp->config;
    uint32_t kind = call->sent_invite ? limit(c->max_invite_retrans, INVITE_RETRANS_MAX)
                                      : limit(c->max_non_invite_retrans, NON_INVITE_RETRANS_MAX);
    uint32_t all = limit(c->max_retrans, RETRANS_MAX);
    return kind < all ? kind : all;
}

static bool give_up(struct call *call) {
    const struct step *sent = &call->steps->steps[call->sent_step];
    struct span what = sent->head.is_response ? SPAN("the response") : sent->head.method;
    call->retrans_ms = 0;
    if (sent->on_timeout >= 0 && sent->on_timeout < (int)call->steps->count) {
        sipp_count(call->sipp, SIPP_WARNINGS);
        sipp_note(call->sipp, &(struct cause){.why = "no answer after % retransmissions: jump to ontimeout",
                                              .arg = {call->retrans_count},
                                              .at = sent->at});
        call->index = sent->on_timeout;
        call->thought = WHAT_IF_NONE;
        call->recv_timeout_ms = 0;
        return false;
    }
    call_fail(call, SIPP_FAILED_MAX_RETRANS, sent->at, "no answer to " SPAN_FMT " after %u transmissions",
              SPAN_ARG(what), call->retrans_count + 1);
    call_abort(call);
    return false;
}

/* SIPp's sum has 32 bits: a time "below 0" has come already, or, near the beginning, never comes. */
void retrans_arm(struct call *call, uint32_t delay_ms) {
    call->retrans_ms = (uint32_t)(call->sipp->loop.clock_ms + delay_ms);
}

static const char *timer_reference(const struct call *call, const struct step *sent) {
    if (sent->head.is_response) return "RFC 3261 13.3.1.4";
    return call->sent_invite ? "RFC 3261 17.1.1.2, timer A" : "RFC 3261 17.1.2.2, timer E";
}

bool retrans_run(struct call *call) {
    struct sipp *sipp = call->sipp;
    const struct step *sent = &call->steps->steps[call->sent_step];
    if (call->retrans_count >= allowed(call)) return give_up(call);
    call->retrans_count++;
    sipp_count(sipp, SIPP_RETRANSMISSIONS);
    struct cause cause = {.why = "no answer within % ms: retransmission %",
                          .arg = {call->retrans_delay_ms, call->retrans_count},
                          .reference = timer_reference(call, sent),
                          .at = sent->at,
                          .retransmission = call->retrans_count};
    call->retrans_delay_ms *= 2;
    /* RFC 3261's T2: where the doubling of the interval ends for everything but an INVITE. */
    uint32_t t2_ms = sipp->config.t2_ms;
    if (!call->sent_invite && call->retrans_delay_ms > t2_ms) call->retrans_delay_ms = t2_ms;
    if (!sipp_loses(sipp, sent) && !sipp_send(call, call->sent, &cause)) {
        sipp_fatal(sipp, sent->at, "SIPp crashes: it cannot send a retransmission");
        return false;
    }
    retrans_arm(call, call->retrans_delay_ms);
    return true;
}
