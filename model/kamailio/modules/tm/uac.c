/* SPDX-License-Identifier: MIT */
/*
 * Requests that Kamailio itself sends, as dispatcher's keep-alives (facts: Kamailio 20.5). Each
 * is sent again on the ticks of tm's timer until a final reply comes or fr_timer ends. Since a Kamailio that
 * pings does so for ever, they do not keep the simulation going.
 */
#include "model/kamailio/modules/tm/uac.h"
#include "base/mem.h"
#include "model/kamailio/event.h"
#include "model/kamailio/forward.h"
#include "model/kamailio/message/totag.h"

#include <stdio.h>
#include <stdlib.h>

#define LATE_NS (100 * NS_PER_US) /* as in timer.c */

void kam_uac_drop(struct kam_uac *u) {
    struct kam_uac **at = &u->tm->uacs;
    while (*at != u)
        at = &(*at)->next;
    *at = u->next;
    event_cancel(u->tm->k->queue, &u->event);
    payload_drop(u->payload);
    payload_drop(u->cancel);
    free(u);
}

void kam_tm_uacs_free(struct kam_tm *tm) {
    while (tm->uacs)
        kam_uac_drop(tm->uacs);
}

static void finish(struct kam_uac *u, unsigned status, struct kam_run *reply) {
    struct kam_uac_request r = u->request;
    kam_uac_drop(u);
    if (r.ended) r.ended(r.arg, status, reply);
}

void kam_uac_fire_next(struct kam_uac *u) {
    struct kamailio *k = u->tm->k;
    int64_t tick = u->copy_tick < u->end_tick ? u->copy_tick : u->end_tick;
    bool counts = u->is_invite ? u->last_status < 200 || u->copy_tick < u->end_tick : u->request.awaited;
    (counts ? event_at : event_idle_at)(k->queue, &u->event, kam_tick_ns(k, tick) + LATE_NS);
}

void kam_uac_send(struct kam_uac *u) {
    struct cause cause = {.why = u->copies ? "no reply yet: retransmission % of a request of Kamailio's own"
                                           : "a request of Kamailio's own",
                          .arg = {u->copies},
                          .reference = "RFC 3261 17.1.2",
                          .retransmission = u->copies};
    kam_send(u->tm->k, KAM_SEND_OTHER, &u->destination, u->cancel ? u->cancel : u->payload, &cause);
}

/* A copy goes at that tick: when does the next one? */
static void count_copy(struct kam_uac *u, int64_t tick) {
    int64_t longest_ms = u->tm->set.retr_timer2_ms;
    u->copies++;
    u->copy_tick = tick + kam_ticks_of(u->interval_ms);
    u->interval_ms = 2 * u->interval_ms > longest_ms ? longest_ms : 2 * u->interval_ms;
}

static void fire(void *arg) {
    struct kam_uac *u = arg;
    struct kam_tm *tm = u->tm;
    int64_t tick = kam_tick(tm->k, tm->k->queue->now_ns);
    if (tick >= u->end_tick) {
        if (u->is_invite)
            kam_uac_invite_times_out(u, tick);
        else
            finish(u, 408, NULL);
    } else {
        count_copy(u, tick);
        kam_uac_send(u);
        kam_uac_fire_next(u);
    }
    kam_tm_timer_sends(tm);
}

/* The place of a process in the order in which Kamailio starts them: workers, then the timer. */
static size_t rank_of(const struct kamailio *k, const struct kam_process *process) {
    size_t rank = 0;
    for (const struct kam_socket *s = k->sockets; s < k->sockets + k->socket_count;
         rank += s->pool.count, s++)
        for (size_t i = 0; i < s->pool.count; i++)
            if (&s->pool.workers[i].process == process) return rank + i;
    return rank;
}

/* The number of the Call-ID that the process at work makes now, from 0 on. */
static uint32_t count_call(struct kam_tm *tm) {
    struct kam_process *process = tm->k->at_work;
    if (!tm->has_called) tm->first_caller = rank_of(tm->k, process);
    tm->has_called = true;
    return process->calls++;
}

/* The Call-ID counts up from a start that is drawn, in each process; behind it stand the process and the
 * first socket. */
static void write_call_id(struct buf *out, struct kam_tm *tm) {
    const char *given = tm->k->config.call_id;
    struct span rest = given ? span_of(given) : SPAN("-14"), digits = span_cut(&rest, '-');
    uint64_t start = span_hex(digits), pid = 0;
    size_t rank = rank_of(tm->k, tm->k->at_work);
    if (!given) {
        struct random_stream r;
        host_random(tm->k->host, &r, "own Call-IDs");
        start = (uint64_t)random_u32(&r) << 32 | random_u32(&r);
    }
    uint32_t number = count_call(tm);
    span_to_u64(rest, UINT32_MAX, &pid);
    buf_addf(out, "%llx-%llu@" SPAN_FMT, (unsigned long long)(start + number),
             (unsigned long long)(pid + rank - tm->first_caller), SPAN_ARG(tm->k->sockets[0].address));
}

/* Where the branch of a relayed request has a digest: the transaction's label, then zeros. */
static void write_label(char md5[KAM_MD5_LEN + 1], struct kam_tm *tm) {
    const struct kam_config *config = &tm->k->config;
    uint32_t drawn = random_u32(&tm->uac_random);
    memset(md5, '0', KAM_MD5_LEN);
    md5[KAM_MD5_LEN] = '\0';
    for (int i = 0; i < 8; i++)
        md5[i] = "0123456789abcdef"[drawn >> 4 * i & 15];
    if (tm->uac_count < config->label_count) {
        const char *label = config->labels[tm->uac_count];
        memcpy(md5, label, strlen(label));
    }
}

static void write_request(struct buf *out, struct kam_tm *tm, const struct kam_uac_request *r) {
    struct buf made = {0};
    char md5[KAM_MD5_LEN + 1];
    struct span cseq = r->cseq.p ? r->cseq : SPAN("10"), call_id = r->call_id;
    if (!call_id.p) {
        write_call_id(&made, tm);
        call_id = buf_span(&made);
    }
    write_label(md5, tm);
    buf_addf(out,
             SPAN_FMT " " SPAN_FMT " SIP/2.0\r\nVia: SIP/2.0/UDP " SPAN_FMT ";branch=", SPAN_ARG(r->method),
             SPAN_ARG(r->uri), SPAN_ARG(r->socket->sent_by));
    kam_branch_write(out, kam_branch_hash(call_id, cseq), md5, 0);
    buf_addf(out, "\r\nTo: <" SPAN_FMT ">", SPAN_ARG(r->to.p ? r->to : r->uri));
    if (r->to_tag.p) buf_addf(out, ";tag=" SPAN_FMT, SPAN_ARG(r->to_tag));
    buf_addf(out, "\r\nFrom: <" SPAN_FMT ">;tag=", SPAN_ARG(r->from));
    if (r->from_tag.p) {
        buf_add(out, r->from_tag);
    } else {
        buf_addf(out, "%s-", tm->k->uac_tag);
        kam_fromtag_suffix_write(out, call_id, r->uri);
    }
    buf_addf(out, "\r\nCSeq: " SPAN_FMT " " SPAN_FMT "\r\nCall-ID: " SPAN_FMT "\r\n", SPAN_ARG(cseq),
             SPAN_ARG(r->method), SPAN_ARG(call_id));
    if (r->route.len) buf_addf(out, "Route: " SPAN_FMT "\r\n", SPAN_ARG(r->route));
    if (!r->own_max_forwards) buf_add(out, SPAN("Max-Forwards: 70\r\n"));
    buf_addf(out, "Content-Length: %zu\r\n", r->body.len);
    buf_add(out, buf_span(&tm->k->agent_line));
    if (r->more_lines.p) buf_add(out, r->more_lines);
    buf_add(out, SPAN("\r\n"));
    if (r->body.p) buf_add(out, r->body);
    if (r->two_more) buf_add(out, (struct span){"\0\0", 2});
    buf_free(&made);
}

/* Another socket was forced: its address stands in the Via then. */
static void change_via(struct kam_run *run) {
    struct span host = run->via.host, port = run->via.port;
    const char *end = port.p ? port.p + port.len : host.p + host.len;
    edit_replace(&run->edits, (size_t)(host.p - run->msg.bytes.p), (size_t)(end - host.p),
                 run->forced->sent_by);
}

/*
 * event_route[tm:local-request] over a request before it goes: it may change it, where it is sent from, and
 * its timer, but not where it goes. False: it has dropped it. (facts: Kamailio 70)
 */
static bool run_local_request(struct kam_uac *u) {
    static const char name[] = "tm:local-request";
    struct kamailio *k = u->tm->k;
    struct kam_run run;
    if (!kam_event_wanted(k, name)) return true;
    kam_run_init(&run, k);
    struct kam_socket *socket = u->destination.socket;
    kam_run_begin(&run, u->payload, socket, (struct udp_address){socket->ip, socket->port});
    struct kam_passage leaving = {payload_span(u->payload), socket, u->destination.to};
    run.leaving = &leaving;
    run.state.process = k->at_work;
    run.branch = (unsigned)KAM_NO_BRANCH;
    run.number = ++k->at_work->messages;
    kam_run_set_next_hop(&run, u->request.next_hop.p ? u->request.next_hop : u->request.uri);
    bool goes = !kam_event_as(&run, name, KAM_LOCAL_ROUTE).dropped;
    if (run.forced && run.forced != socket) {
        change_via(&run);
        u->destination.socket = run.forced;
    }
    if (goes && (run.edits.count || run.new_uri.p)) {
        struct payload *changed = kam_render_request(&run, &run.edits, kam_run_uri(&run));
        payload_drop(u->payload);
        u->payload = changed;
        k->at_work->messages++;
    }
    u->on_reply = run.on_reply;
    if (run.plan.fr_ms) u->fr_ms = run.plan.fr_ms;
    kam_run_free(&run);
    return goes && u->payload;
}

/* What replies are known by. */
static void find_names(struct kam_uac *u) {
    struct sip_msg *sent = &u->tm->sent;
    struct via via;
    u->branch = u->method = (struct span){0};
    if (!sip_msg_parse(sent, payload_span(u->payload))) return;
    const struct sip_header *h = sip_msg_first(sent, SIP_VIA);
    if (h && via_parse(&via, h->value)) u->branch = via.branch.value;
    u->method = sent->method;
}

static void give_up(struct kam_uac *u) {
    payload_drop(u->payload);
    free(u);
}

static bool find_way(struct kamailio *k, const struct kam_uac_request *r, struct kam_destination *d) {
    if (kam_resolve(k, r->next_hop.p ? r->next_hop : r->uri, &d->to)) return false;
    d->socket = r->socket ? r->socket : kam_socket_to(k, d->to.ip);
    return d->socket != NULL;
}

bool kam_tm_has_way(struct kamailio *k, const struct kam_uac_request *r) {
    struct kam_destination d;
    return find_way(k, r, &d);
}

bool kam_tm_send_request(struct kamailio *k, const struct kam_uac_request *r) {
    struct kam_tm *tm = kam_tm_of(k);
    struct kam_destination d;
    if (!find_way(k, r, &d)) {
        if (!r->call_id.p) count_call(tm); /* it was made before that was found out */
        return false;
    }
    struct buf text = {0};
    struct kam_uac *u = mem_new(sizeof *u);
    u->tm = tm;
    u->request = *r;
    u->request.socket = d.socket;
    write_request(&text, tm, &u->request);
    tm->uac_count++;
    u->destination = d;
    u->fr_ms = tm->set.fr_timer_ms;
    u->payload = payload_of(k->pool, buf_span(&text));
    buf_free(&text);
    if (!run_local_request(u)) {
        give_up(u);
        return false;
    }
    find_names(u);
    u->is_invite = span_is(u->method, "INVITE");
    int64_t now = kam_tick(k, k->queue->now_ns), tick = now - r->ago_ticks;
    u->copy_tick = tick + kam_ticks_of(tm->set.retr_timer1_ms);
    u->end_tick = tick + kam_ticks_of(u->fr_ms);
    u->interval_ms = 2 * tm->set.retr_timer1_ms;
    while (r->ago_ticks && u->copy_tick < now)
        count_copy(u, u->copy_tick);
    u->next = tm->uacs;
    tm->uacs = u;
    event_init(&u->event, fire, u);
    if (r->ago_ticks == 0) kam_uac_send(u);
    kam_uac_fire_next(u);
    return true;
}

/* modparam on_sl_reply: a reply that belongs to nothing goes on unless its block drops it or returns 0. */
static bool stray_reply_dropped(struct kam_tm *tm, struct kam_run *run) {
    const struct kam_route *route =
        kam_program_route(run->k->program, KAM_TM_ONREPLY_ROUTE, tm->set.on_sl_reply);
    if (!route || !tm->set.on_sl_reply.len) return false;
    run->state.kind = KAM_CORE_ONREPLY_ROUTE;
    struct kam_outcome outcome = kam_route_run(route, run);
    if (!outcome.dropped && outcome.value != 0) return false;
    struct cause cause = kam_cause(run, "reply dropped by the block of on_sl_reply", NULL);
    kam_note(run->k, run->about, &cause);
    return true;
}

bool kam_tm_reply_came(struct kam_run *run) {
    struct kam_tm *tm = kam_tm_of(run->k);
    for (struct kam_uac *u = tm->uacs; u; u = u->next) {
        if (!span_eq(u->branch, run->via.branch.value)) continue;
        if (u->cancel && run->method == KAM_CANCEL) return kam_uac_cancel_answered(u, run);
        if (!span_eq(u->method, run->cseq_method)) continue;
        run->stateful = true;
        if (u->is_invite && run->msg.status >= 300) kam_uac_ack(u, run);
        if (u->on_reply) {
            run->state.kind = KAM_TM_ONREPLY_ROUTE;
            kam_route_run(u->on_reply, run);
        }
        if (u->is_invite)
            kam_uac_invite_answered(u, run);
        else if (run->msg.status >= 200)
            finish(u, run->msg.status, run);
        else
            u->interval_ms = tm->set.retr_timer2_ms;
        return true;
    }
    return kam_tm_recv_reply(run) || stray_reply_dropped(tm, run);
}
