/* SPDX-License-Identifier: MIT */
/* tm's table: a bucket for each hash index, the transactions in it in the order they were made. */
#include "base/mem.h"
#include "model/kamailio/modules/siptrace/siptrace.h"
#include "model/kamailio/modules/tm/tm.h"

#include <assert.h>
#include <stdlib.h>
#include <utlist.h>

#define COOKIE SPAN("z9hG4bK")

void kam_tm_init(struct kamailio *k, void *data) {
    struct kam_tm *tm = data;
    tm->k = k;
    tm->memory.chunk = 1 << 16; /* in small ones a tenth of the memory would be left over at their ends */
    tm->buckets = mem_new(KAM_TM_BUCKETS * sizeof *tm->buckets);
    tm->branches = mem_new(((size_t)1 << KAM_TM_BRANCH_BITS) * sizeof *tm->branches);
    host_random(k->host, &tm->uac_random, "own requests");
    kam_run_init(&tm->request_run, k);
    kam_run_init(&tm->failure_run, k);
}

static struct kam_client *client_new(struct kam_tm *tm) {
    struct kam_client *c = tm->free_clients;
    if (c) {
        tm->free_clients = c->next;
        mem_fetch(c->next, sizeof *c);
    } else {
        c = arena_room(&tm->memory, sizeof *c);
    }
    *c = (struct kam_client){0};
    return c;
}

struct kam_client *kam_tm_add_client(struct kam_transaction *t) {
    assert(t->client_count < KAM_BRANCHES_MAX);
    struct kam_client *c = client_new(t->tm);
    kam_resend_init(&c->request, t, KAM_RESEND_REQUEST, t->client_count);
    if (t->client_count == 0) {
        t->clients = &t->only_client;
    } else if (t->client_count == 1) {
        t->clients = mem_new(KAM_BRANCHES_MAX * sizeof(struct kam_client *));
        t->clients[0] = t->only_client;
    }
    t->clients[t->client_count++] = c;
    return c;
}

void kam_tm_forget_reply(struct kam_client *c) {
    payload_drop(c->reply);
    payload_drop(c->received);
    c->reply = c->received = NULL;
}

static void client_release(struct kam_tm *tm, struct kam_client *c) {
    kam_resend_stop(&c->request);
    payload_drop(c->request.payload);
    if (c->cancel) {
        kam_resend_stop(c->cancel);
        payload_drop(c->cancel->payload);
        free(c->cancel);
    }
    kam_tm_forget_reply(c);
    c->next = tm->free_clients;
    tm->free_clients = c;
}

static void wait_fire(void *arg) { kam_tm_release(arg); }

/* A cleared transaction that keeps the memory of the one that it was. */
static struct kam_transaction *transaction_new(struct kam_tm *tm) {
    struct kam_transaction *t = tm->free_transactions;
    if (t) {
        tm->free_transactions = t->next;
        mem_fetch(t->next, sizeof *t);
        struct buf bufs[] = {t->new_uri, t->next_hop, t->local_tag, t->cancel_reason, t->path};
        *t = (struct kam_transaction){.new_uri = bufs[0],
                                      .next_hop = bufs[1],
                                      .local_tag = bufs[2],
                                      .cancel_reason = bufs[3],
                                      .path = bufs[4]};
        buf_reset(&t->new_uri);
        buf_reset(&t->next_hop);
        buf_reset(&t->path);
        buf_reset(&t->local_tag);
        buf_reset(&t->cancel_reason);
    } else {
        t = arena_new(&tm->memory, sizeof *t);
    }
    t->tm = tm;
    return t;
}

/* Where in tm->branches a branch is found: by its last eight bytes, which tell those of one call apart. */
static uint16_t branch_index(struct span branch) {
    uint64_t end = 0;
    if (branch.len >= sizeof end) memcpy(&end, branch.p + branch.len - sizeof end, sizeof end);
    return (uint16_t)(end * UINT64_C(0x9e3779b97f4a7c15) >> (64 - KAM_TM_BRANCH_BITS));
}

static struct kam_sender sender_of(const struct via *via) {
    return (struct kam_sender){via->whole, via->branch.value, via->host, via->port, via->transport};
}

struct kam_saved *kam_tm_save(struct kam_transaction *t) {
    struct kam_tm *tm = t->tm;
    struct kam_saved *s = tm->free_saved;
    if (s)
        tm->free_saved = s->next;
    else
        s = arena_new(&tm->memory, sizeof *s);
    edit_list_reset(&s->edits);
    buf_reset(&s->reply_lines);
    buf_reset(&s->reply_body);
    return t->saved = s;
}

static void forget_saved(struct kam_transaction *t) {
    if (!t->saved) return;
    t->saved->next = t->tm->free_saved;
    t->tm->free_saved = t->saved;
    t->saved = NULL;
}

void kam_tm_shrink(struct kam_transaction *t) {
    if (t->status < 200) return;
    forget_saved(t);                     /* there will be no failure_route */
    if (t->method == KAM_INVITE) return; /* an ACK may have to be made of what was sent */
    for (unsigned i = 0; i < t->client_count; i++) {
        struct kam_resend *r = &t->clients[i]->request;
        if (r->state != KAM_RESEND_STOPPED) continue;
        payload_drop(r->payload);
        r->payload = NULL;
    }
}

/* The seconds in an AVP, if they are a number that is not 0; else the setting. Below 0, the time has passed
 * already: it is noticed when the request would be sent again (facts: Kamailio 6.2). */
static int64_t timer_ms(struct kam_run *run, const struct cfg_pv *avp, int64_t standard_ms) {
    if (!avp) return standard_ms;
    struct kam_value v = kam_pv_value(run, avp);
    uint64_t s = 0;
    if (v.type == KAM_INT && v.n < 0) return kam_tm_of(run->k)->set.retr_timer1_ms;
    if (v.type == KAM_INT) s = (uint64_t)v.n;
    if (v.type == KAM_STR && !span_to_u64(v.s, INT32_MAX, &s)) s = 0;
    return s ? (int64_t)s * 1000 : standard_ms;
}

/* Timers and switches: the script's, else the module's. */
static void follow_plan(struct kam_transaction *t, struct kam_run *run) {
    const struct kam_tm_settings *set = &t->tm->set;
    const struct kam_plan *plan = &run->plan;
    bool invite = t->method == KAM_INVITE;
    unsigned on = (set->auto_inv_100 ? KAM_TM_AUTO_100 : 0) |
                  (set->disable_6xx_block ? KAM_TM_DISABLE_6XX : 0) |
                  (set->e2e_cancel_reason ? 0 : KAM_TM_NO_CANCEL_REASON);
    t->switches = (on | plan->on) & ~plan->off;
    t->fr_ms = plan->fr_ms ? plan->fr_ms : timer_ms(run, set->fr_timer_avp, set->fr_timer_ms);
    t->fr_inv_ms =
        plan->fr_inv_ms ? plan->fr_inv_ms : timer_ms(run, set->fr_inv_timer_avp, set->fr_inv_timer_ms);
    t->t1_ms = (uint32_t)(plan->t1_ms ? plan->t1_ms : set->retr_timer1_ms);
    t->t2_ms = (uint32_t)(plan->t2_ms ? plan->t2_ms : set->retr_timer2_ms);
    int64_t ticks = invite ? plan->life_inv_ticks : plan->life_other_ticks;
    if (ticks == 0) ticks = kam_ticks_of(invite ? set->max_inv_lifetime_ms : set->max_noninv_lifetime_ms);
    t->end_of_life_tick = kam_tick(run->k, run->k->queue->now_ns) + ticks;
}

struct kam_transaction *kam_tm_new(struct kam_run *run) {
    struct kam_tm *tm = kam_tm_of(run->k);
    struct kam_transaction *t = transaction_new(tm);
    t->head = (struct kam_transaction_head){.number = ++tm->numbered,
                                            .from = run->from->value,
                                            .to = run->to->value,
                                            .to_line = run->to->line,
                                            .marks = run->marks};
    t->hash = kam_run_hash(run);
    memcpy(t->md5, kam_run_md5(run), sizeof t->md5);
    t->request = payload_hold(run->payload);
    t->socket = run->socket;
    t->came_to = run->came_to;
    t->source = run->source;
    t->about = run->about;
    t->number = run->number;
    t->method = run->method;
    t->method_name = run->msg.method;
    t->uri = run->msg.uri;
    t->call_id = run->call_id->value;
    t->cseq_number = run->cseq_number;
    t->from_tag = kam_run_from(run)->tag;
    t->to_tag = run->to_tag;
    t->sender = sender_of(&run->via);
    t->force_rport = run->force_rport;
    t->local_rport = run->local_rport;
    if (run->new_uri.p) buf_add(&t->new_uri, run->new_uri);
    if (run->next_hop.p) buf_add(&t->next_hop, run->next_hop);
    if (run->path.len) buf_add(&t->path, run->path); /* an empty one would take memory, 10000 times */
    if (run->contacts.len) buf_add(&t->contacts, buf_span(&run->contacts));
    follow_plan(t, run);
    t->on_failure = run->on_failure;
    t->on_reply = run->on_reply;
    t->on_branch = run->on_branch;
    t->on_branch_failure = run->on_branch_failure;
    t->flags = run->flags;
    t->advertised = run->advertised;
    t->forced = run->forced;
    t->avps = run->message_avps;
    run->message_avps = (struct kam_vars){0};
    run->state.avps = &t->avps;
    kam_resend_init(&t->response, t, KAM_RESEND_RESPONSE, 0);
    t->response.destination = kam_reply_destination(run);
    event_init(&t->wait, wait_fire, t);
    DL_APPEND(tm->buckets[t->hash].first, t);
    t->branch_index = branch_index(t->sender.branch);
    LL_PREPEND2(tm->branches[t->branch_index], t, next_of_branch);
    tm->count++;
    return t;
}

void kam_tm_release(struct kam_transaction *t) {
    struct kam_tm *tm = t->tm;
    mem_fetch(t->request, sizeof *t->request); /* both are dropped below */
    mem_fetch(t->response.payload, sizeof *t->response.payload);
    buf_free(&t->contacts);
    event_cancel(tm->k->queue, &t->wait);
    kam_resend_stop(&t->response);
    payload_drop(t->response.payload);
    for (unsigned i = 0; i < t->client_count; i++)
        client_release(tm, t->clients[i]);
    if (t->clients != &t->only_client) free(t->clients);
    payload_drop(t->request);
    forget_saved(t);
    kam_siptrace_end(t);
    kam_vars_free(&t->avps);
    DL_DELETE(tm->buckets[t->hash].first, t);
    LL_DELETE2(tm->branches[t->branch_index], t, next_of_branch);
    t->next = tm->free_transactions;
    tm->free_transactions = t;
    tm->count--;
}

void kam_tm_free(void *data) {
    struct kam_tm *tm = data;
    for (size_t i = 0; tm->count && i < KAM_TM_BUCKETS; i++)
        while (tm->buckets[i].first)
            kam_tm_release(tm->buckets[i].first);
    free(tm->buckets);
    free(tm->branches);
    kam_tm_uacs_free(tm);
    for (struct kam_transaction *t = tm->free_transactions, *next; t; t = next) {
        next = t->next;
        buf_free(&t->new_uri);
        buf_free(&t->next_hop);
        buf_free(&t->path);
        buf_free(&t->local_tag);
        buf_free(&t->cancel_reason);
    }
    for (struct kam_saved *s = tm->free_saved; s; s = s->next) {
        edit_list_free(&s->edits);
        buf_free(&s->reply_lines);
        buf_free(&s->reply_body);
    }
    arena_free(&tm->memory);
    sip_msg_free(&tm->sent);
    buf_free(&tm->text);
    kam_run_free(&tm->request_run);
    kam_run_free(&tm->failure_run);
}

/* A branch that begins with the cookie and goes on says it all (RFC 3261 17.2.3). */
static bool has_cookie(struct span branch) {
    return branch.len > COOKIE.len && span_eq(span_head(branch, COOKIE.len), COOKIE);
}

/* No port means 5060; two ports that are both written are not compared (facts: Kamailio 6.5). */
static bool same_sender(const struct kam_sender *a, const struct kam_sender *b) {
    if (!span_eq(a->host, b->host) || !span_eq(a->transport, b->transport)) return false;
    if ((a->port.p == NULL) == (b->port.p == NULL)) return true;
    return span_is(a->port.p ? a->port : b->port, "5060");
}

static bool same_uri(struct span a, struct span b) { return span_eq(name_addr_uri(a), name_addr_uri(b)); }

/* The way of RFC 2543: the headers themselves. */
static bool same_headers(const struct kam_transaction *t, const struct kam_run *run, bool whole_to) {
    const struct kam_tm_settings *set = &t->tm->set;
    if (!span_eq(t->call_id, run->call_id->value) || !span_eq(t->cseq_number, run->cseq_number)) return false;
    struct span to = t->head.to;
    if (!span_eq(t->head.from, run->from->value)) return false;
    if (whole_to ? !span_eq(to, run->to->value) : !same_uri(to, run->to->value)) return false;
    if (set->ruri_matching && !span_eq(t->uri, run->msg.uri)) return false;
    return !set->via1_matching || span_eq(t->sender.via, run->via.whole);
}

static bool matches(const struct kam_transaction *t, struct kam_run *run, bool whole_to) {
    struct kam_sender sender = sender_of(&run->via);
    if (!has_cookie(sender.branch)) return same_headers(t, run, whole_to);
    const struct kam_tm_settings *set = &t->tm->set;
    if (t->hash != kam_run_hash(run)) return false;
    if (!span_eq(t->sender.branch, sender.branch) || !same_sender(&t->sender, &sender)) return false;
    bool call_id = span_eq(t->call_id, run->call_id->value), cseq = span_eq(t->cseq_number, run->cseq_number);
    return (!set->callid_matching || call_id) && (!set->callid_cseq_matching || (call_id && cseq));
}

/* The ACK to a 2xx that was made here belongs to its INVITE; one to a relayed 2xx does not. */
static bool acks_local_2xx(const struct kam_transaction *t, struct kam_run *run) {
    if (!has_cookie(run->via.branch.value) && !same_uri(t->head.to, run->to->value)) return false;
    return t->origin == KAM_REPLY_MADE_HERE && span_eq(t->call_id, run->call_id->value) &&
           span_eq(t->cseq_number, run->cseq_number) && span_eq(t->from_tag, kam_run_from(run)->tag) &&
           span_eq(buf_span(&t->local_tag), run->to_tag);
}

/* Of a bucket the newest one comes first (facts: Kamailio 6.5). */
static struct kam_transaction *newest_of(struct kam_tm *tm, uint32_t hash) {
    struct kam_transaction *oldest = tm->buckets ? tm->buckets[hash].first : NULL;
    return oldest ? oldest->prev : NULL;
}

static struct kam_transaction *older(const struct kam_transaction *t) {
    return t != t->tm->buckets[t->hash].first ? t->prev : NULL;
}

/* Those that a request may match, newest first: with a cookie the ones of its branch. A request that spirals
 * has the others of its bucket made, and would meet them all each time it comes back. */
static struct kam_transaction *first_candidate(struct kam_run *run) {
    struct span branch = run->via.branch.value;
    struct kam_tm *tm = kam_tm_of(run->k);
    if (!has_cookie(branch)) return newest_of(tm, kam_run_hash(run));
    return tm->branches ? tm->branches[branch_index(branch)] : NULL;
}

static struct kam_transaction *next_candidate(const struct kam_run *run, const struct kam_transaction *t) {
    return has_cookie(run->via.branch.value) ? t->next_of_branch : older(t);
}

static struct kam_transaction *find_acknowledged(struct kam_run *run) {
    struct kam_transaction *t = newest_of(kam_tm_of(run->k), kam_run_hash(run));
    for (; t; t = older(t)) {
        if (t->method != KAM_INVITE) continue;
        if (t->status < 300 ? acks_local_2xx(t, run) : matches(t, run, false)) return t;
    }
    return NULL;
}

struct kam_transaction *kam_tm_find_request(struct kam_run *run) {
    if (run->method == KAM_ACK) return find_acknowledged(run);
    for (struct kam_transaction *t = first_candidate(run); t; t = next_candidate(run, t))
        if (span_eq_nocase(t->method_name, run->msg.method) && matches(t, run, true)) return t;
    return NULL;
}

struct kam_transaction *kam_tm_find_canceled(struct kam_run *run) {
    for (struct kam_transaction *t = first_candidate(run); t; t = next_candidate(run, t))
        if (t->method != KAM_CANCEL && matches(t, run, false)) return t;
    return NULL;
}

static bool stands_behind(const char *name, struct span value) {
    size_t len = strlen(name); /* less than what a request has before its headers */
    return memcmp(value.p - len, name, len) == 0;
}

struct kam_transaction *kam_tm_find_callid(struct kam_tm *tm, struct span call_id, struct span cseq_number) {
    struct kam_transaction *t = tm->buckets[kam_branch_hash(call_id, cseq_number)].first;
    for (; t; t = t->next)
        if (span_eq(t->call_id, call_id) && span_eq(t->cseq_number, cseq_number) &&
            stands_behind("Call-ID: ", t->call_id) && stands_behind("CSeq: ", t->cseq_number))
            break;
    return t;
}

bool kam_tm_was_canceled(struct kam_run *run) {
    if (run->method != KAM_INVITE) return false;
    for (struct kam_transaction *t = first_candidate(run); t; t = next_candidate(run, t))
        if (t->method == KAM_CANCEL && matches(t, run, true)) return true;
    return false;
}

static bool is_answered(const struct kam_transaction *t, const struct kam_run *reply, const char *md5,
                        unsigned branch) {
    if (memcmp(t->md5, md5, KAM_MD5_LEN) != 0 || branch >= t->client_count) return false;
    if (span_eq(reply->cseq_method, t->method_name)) return true;
    return reply->method == KAM_CANCEL && t->method == KAM_INVITE && t->clients[branch]->cancel;
}

struct kam_transaction *kam_tm_find_reply(struct kam_run *run, unsigned *branch) {
    struct kam_tm *tm = kam_tm_of(run->k);
    uint32_t hash;
    const char *md5;
    if (!kam_branch_parse(run->via.branch.value, &hash, &md5, branch)) return NULL;
    struct kam_transaction *t = newest_of(tm, hash);
    while (t && !is_answered(t, run, md5, *branch))
        t = older(t);
    return t;
}
