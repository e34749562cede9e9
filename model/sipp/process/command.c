/* SPDX-License-Identifier: MIT */
/*
 * Commands between SIPps (3PCC; facts: SIPp 16). They travel over a TCP connection of their own, which no
 * capture of UDP shows: here each is a datagram without a number, put into the other one's queue when it
 * arrives.
 */
#include "model/sipp/process/command.h"
#include "model/sipp/process/call.h"
#include "model/sipp/process/header.h"
#include "model/sipp/process/render.h"

#include "base/mem.h"

#include <stdlib.h>

/* From the call of write() until the other one can read, beyond the path's delay. */
#define COMMAND_NS (5 * NS_PER_US)

/* Another SIPp. */
struct peer {
    const char *name; /* NULL: of -3pcc, the only one */
    struct sipp *sipp;
    int64_t delay_ns; /* of a command to it */
    bool connected;   /* it sees when this one ends */
};

struct command {
    struct event event;
    struct command *next; /* of those that its receiver waits for */
    struct sipp *to;
    struct datagram *datagram;
};

static void forget(struct command *c) {
    struct command **at = &c->to->commands;
    while (*at != c)
        at = &(*at)->next;
    *at = c->next;
    datagram_drop(c->datagram);
    free(c);
}

static void arrive(void *arg) {
    struct command *c = arg;
    struct loop *loop = &c->to->loop;
    if (!c->to->ended) loop_arrive(loop, c->datagram);
    forget(c);
}

/* An empty text: the connection is closed. */
static void send(struct sipp *from, const struct peer *peer, struct span text) {
    struct sipp *to = peer->sipp;
    struct pool *pool = net_pool(from->net);
    struct command *c = mem_new(sizeof *c);
    c->to = to;
    c->datagram = datagram_new(pool);
    c->datagram->number = 0;
    c->datagram->payload = payload_of(pool, text);
    c->next = to->commands;
    to->commands = c;
    event_init(&c->event, arrive, c);
    event_after(from->loop.queue, &c->event, from->loop.spent_ns + peer->delay_ns + COMMAND_NS);
}

/* Has it a name, as those of -master and -slave have? */
static bool is_named(const struct sipp *sipp) { return sipp->config.master || sipp->config.slave; }

static struct peer *find_peer(struct sipp *sipp, struct span name) {
    for (size_t i = 0; i < sipp->peer_count; i++)
        if (!is_named(sipp) || span_is(name, sipp->peers[i].name)) return &sipp->peers[i];
    return NULL;
}

static void connect(struct sipp *sipp, struct peer *peer) {
    peer->connected = true;
    for (size_t i = 0; i < peer->sipp->peer_count; i++)
        if (peer->sipp->peers[i].sipp == sipp) peer->sipp->peers[i].connected = true;
}

bool command_send(struct call *call, const struct step *step, int index) {
    struct sipp *sipp = call->sipp;
    buf_reset(&sipp->text);
    if (!render(&sipp->text, call, step->template, RENDER_DEFAULT)) return false;
    struct peer *peer = find_peer(sipp, step->peer);
    if (is_named(sipp) && (!peer || peer->sipp->ended)) {
        sipp_fatal(sipp, step->at, "SIPp crashes: it tells another SIPp something that has ended");
        return false;
    }
    if (!peer || peer->sipp->ended) {
        call_fail(call, SIPP_FAILED_CMD_NOT_SENT, step->at, "the twin has ended: the command goes nowhere");
        call_abort(call);
        return false;
    }
    sipp_note(sipp, &(struct cause){.why = "command of step % to the twin", .arg = {index}, .at = step->at});
    struct span text = buf_span(&sipp->text);
    while (text.len > 0 && (text.p[text.len - 1] == '\r' || text.p[text.len - 1] == '\n'))
        text.len--;
    connect(sipp, peer);
    send(sipp, peer, text);
    loop_spend(&sipp->loop, LOOP_SEND_NS);
    return true;
}

#define ABORT "internal-cmd: abort_call"

void command_abort(struct call *call) {
    struct sipp *sipp = call->sipp;
    struct buf *text = &sipp->text2;
    const struct peer *twin = sipp->peers;
    if (is_named(sipp) || !twin || twin->sipp->ended || call->index <= 0) return;
    buf_reset(text);
    buf_add_text(text, "call-id: ");
    buf_add(text, (struct span){call->known->id, call->known->len});
    buf_add_text(text, "\r\n" ABORT);
    sipp_note(sipp, &(struct cause){.why = "the twin is told to abort its call", .at = call_step(call)->at});
    send(sipp, twin, buf_span(text));
}

void command_close(struct sipp *sipp) {
    for (size_t i = 0; i < sipp->peer_count; i++)
        if (sipp->peers[i].connected && !sipp->peers[i].sipp->ended) send(sipp, &sipp->peers[i], SPAN(""));
}

void command_free(struct sipp *sipp) {
    while (sipp->commands) {
        event_cancel(sipp->loop.queue, &sipp->commands->event);
        forget(sipp->commands);
    }
    for (size_t i = 0; i < sipp->peer_count; i++) {
        struct sipp *other = sipp->peers[i].sipp;
        for (size_t j = 0; other != sipp && j < other->peer_count; j++)
            if (other->peers[j].sipp == sipp) other->peers[j] = other->peers[--other->peer_count];
    }
    free(sipp->peers);
}

/* What stands behind the first From: of a command, up to a blank. */
static struct span sender(struct span text) {
    ptrdiff_t at = span_search(text, SPAN("From:"));
    if (at < 0) return (struct span){"", 0};
    text = span_skip_blanks(span_skip(text, (size_t)at + strlen("From:")));
    size_t len = 0;
    while (len < text.len && (unsigned char)text.p[len] > ' ')
        len++;
    return span_head(text, len);
}

/* The first recvCmd from the current step on, over what is optional; -1: something else comes first. */
static int find_step(const struct call *call) {
    for (int i = call->index; i < (int)call->steps->count; i++) {
        const struct step *step = &call->steps->steps[i];
        if (step->kind == STEP_RECV_CMD) return i;
        if (step->optional == OPTIONAL_FALSE && step->kind != STEP_NOP) break;
    }
    return -1;
}

static void take(struct call *call, struct payload *payload) {
    loop_wake(&call->sipp->loop, &call->task);
    if (span_search(payload_span(payload), SPAN(ABORT)) >= 0) {
        call_fail(call, SIPP_FAILED_REJECTED, call_step(call)->at, "the twin has aborted its call");
        call_abort(call);
        return;
    }
    int index = find_step(call);
    if (index < 0) {
        call_fail(call, SIPP_FAILED_REJECTED, call_step(call)->at,
                  "a command from the twin, which is not expected here");
        call_end(call, CALL_FAILED_FORGOTTEN);
        return;
    }
    const struct step *step = &call->steps->steps[index];
    if (is_named(call->sipp) && !span_eq(sender(payload_span(payload)), step->peer)) {
        call_fail(call, SIPP_FAILED_REJECTED, step->at, "a command whose From is not the src= of this step");
        call_end(call, CALL_FAILED_FORGOTTEN);
        return;
    }
    if (!call_accept(call, step, payload)) return;
    call->index = index;
    call_next(call);
}

/* Among several a SIPp gives its calls up, in the order in which they came; one of two just ends. */
static void give_up(struct sipp *sipp) {
    struct call *call = sipp->open, *next;
    while (call && call->next)
        call = call->next;
    for (; call && is_named(sipp); call = next) {
        next = call->prev;
        call_fail(call, SIPP_FAILED_REJECTED, call_step(call)->at, "another SIPp has ended");
        call_abort(call);
    }
    sipp_exit(sipp, sipp->stats.calls.failed > 0);
}

void command_recv(struct sipp *sipp, struct datagram *d) {
    const struct header_lines *lines = header_lines_of(&sipp->lines, d->payload);
    const struct sipp_config *c = &sipp->config;
    struct span id;
    if (d->payload->len == 0) {
        sipp_note(sipp, &(struct cause){.why = sipp->quitting ? "the twin has ended: the last calls go on"
                                                              : "the twin has ended, and so does this one"});
        if (!sipp->quitting) give_up(sipp);
        return;
    }
    if (!header_call_id(lines, sipp->config.call_id_prefix, &id)) {
        sipp_note(sipp, &(struct cause){.why = "discarded: a command without Call-ID"});
        return;
    }
    struct known *known = known_find(sipp, id);
    if (known && known_call(known)) {
        take(known->call, d->payload);
    } else if (known || sipp->program->client) {
        sipp_note(sipp, &(struct cause){.why = "discarded: a command for no call"});
    } else {
        struct call *call = call_new(sipp, id, c->outbound.ip ? c->outbound : c->remote);
        loop_spend(&sipp->loop, LOOP_CREATE_NS);
        sipp_check_quitting(sipp);
        take(call, d->payload);
    }
}

void sipp_pair(struct sipp *a, const char *name, struct sipp *b, int64_t delay_ns) {
    a->peers = mem_room(a->peers, a->peer_count, &a->peer_cap, sizeof *a->peers);
    a->peers[a->peer_count++] = (struct peer){
        .name = name,
        .sipp = b,
        .delay_ns = delay_ns,
        .connected = !name || a->config.master || b->config.master, /* a master connects to all at once */
    };
}
