/* SPDX-License-Identifier: MIT */
/*
 * The threads of rtp_stream (facts: SIPp 15.4). Each has the tasks of some calls, at most 20 by default. It
 * passes over all of them, sends at most one packet of each, and sleeps until one of them wants to be looked
 * at again, at most 100 ms. A pass in which nothing can happen is computed, not simulated.
 */
#include "base/mem.h"
#include "model/sipp/process/call.h"
#include "model/sipp/process/media.h"

#include <stdlib.h>

enum { IDLE_MS = 100, TICKS_A_MS = 8, RTP_HEADER = 12 };

/* From the command to the first pass; from the end of a sleep, or from one pass, to the next pass. */
#define START_NS (80 * NS_PER_US)
#define WAKE_NS  (55 * NS_PER_US)
#define PASS_NS  (10 * NS_PER_US)

struct stream_thread {
    struct sipp *sipp;
    struct event event;
    int64_t wake_ns; /* when it would wake, while no event says so */
    size_t count;
    struct call *calls[]; /* up to -rtp_threadtasks */
};

static struct udp_options plain_udp(void) { return (struct udp_options){.dont_fragment = true}; }

/* One packet from where the file is; from its beginning again where it ends. */
static void send_packet(struct call *call) {
    struct sipp *sipp = call->sipp;
    struct stream *s = &call->media->stream;
    size_t size = s->codec->packet_bytes, first = s->left < size ? s->left : size;
    if (size - first > s->file.len) {
        sipp->media->socket_closed = true;
        sipp_missing(sipp, s->at,
                     "not simulated: of a file shorter than a packet SIPp reads what lies behind it");
        return;
    }
    const uint32_t words[] = {UINT32_C(0x80000000) | (uint32_t)s->codec->type << 16 | s->sequence,
                              (uint32_t)s->timestamp, s->ssrc};
    struct payload *payload = payload_new(net_pool(sipp->net), RTP_HEADER + size);
    for (size_t i = 0; i < RTP_HEADER; i++)
        payload->bytes[i] = (char)(words[i / 4] >> (24 - i % 4 * 8));
    memcpy(payload->bytes + RTP_HEADER, s->file.p + s->file.len - s->left, first);
    memcpy(payload->bytes + RTP_HEADER + first, s->file.p, size - first);
    payload->len = (uint32_t)(RTP_HEADER + size);
    struct cause cause = {
        .why = "packet % of a stream for call %", .arg = {s->sequence, call->number}, .at = s->at};
    if (host_send(sipp->host, sipp->config.media_port, plain_udp(), s->to, payload, &cause) != 0) {
        sipp_note(sipp, &(struct cause){
                            .why = "no media: the network is unreachable, SIPp closes the socket of all "
                                   "streams",
                            .at = s->at});
        sipp->media->socket_closed = true;
    }
    payload_drop(payload);
}

static void advance(struct stream *s) {
    size_t size = s->codec->packet_bytes;
    s->sequence++;
    s->timestamp += s->codec->packet_ticks;
    if (s->left > size) {
        s->left -= size;
        return;
    }
    s->left = s->file.len - (size - s->left);
    if (s->loops > 0) s->loops--;
}

/* What a task does in a pass; when it wants to be looked at again. */
static int64_t play(struct call *call, int64_t now_ms) {
    struct stream *s = &call->media->stream;
    if (s->loops == 0 || call->sipp->media->socket_closed) return now_ms + IDLE_MS;
    int64_t target = now_ms * TICKS_A_MS;
    int64_t next_ms = now_ms + s->codec->packet_ms - now_ms % s->codec->packet_ms;
    if (s->paused || s->to.ip == 0) {
        s->timestamp = target; /* as if it had been played */
        return next_ms;
    }
    if (s->timestamp < target) {
        send_packet(call);
        if (call->sipp->ended) return next_ms;
        advance(s);
    }
    return s->timestamp < target && s->loops != 0 ? now_ms : next_ms;
}

static void begin_file(struct stream *s, const struct sipp *sipp, int64_t now_ms) {
    const struct media *m = s->starting;
    s->starting = NULL;
    s->file = m->file;
    s->left = s->file.len;
    s->loops = m->loops;
    s->codec = m->codec ? m->codec : media_codec_find(sipp->config.rtp_payload);
    s->timestamp = now_ms * TICKS_A_MS;
}

/* A pass at a time: is a file being played? wake_ns is when the next pass begins. */
static bool pass_over(struct stream_thread *t, int64_t at_ns) {
    int64_t now_ms = loop_time_ms(&t->sipp->loop, at_ns), wake_ms = now_ms + IDLE_MS;
    bool busy = false;
    for (size_t i = 0; i < t->count; i++) {
        struct stream *s = &t->calls[i]->media->stream;
        if (s->starting) begin_file(s, t->sipp, now_ms);
        if (s->wake_ms <= now_ms) s->wake_ms = play(t->calls[i], now_ms);
        if (s->wake_ms < wake_ms) wake_ms = s->wake_ms;
        busy |= s->loops != 0 && !t->sipp->media->socket_closed;
    }
    t->wake_ns = at_ns + (wake_ms > now_ms ? (wake_ms - now_ms) * NS_PER_MS + WAKE_NS : PASS_NS);
    return busy;
}

/* No event is left where nothing is played. */
static void pass(void *arg) {
    struct stream_thread *t = arg;
    struct event_queue *queue = t->sipp->loop.queue;
    event_spend(queue, t->count);
    if (pass_over(t, queue->now_ns)) event_at(queue, &t->event, t->wake_ns);
}

/* Makes up for the passes that were not simulated. */
static void catch_up(struct stream_thread *t) {
    while (!event_pending(&t->event) && t->wake_ns <= sipp_now(t->sipp))
        pass_over(t, t->wake_ns);
}

/* The thread that has room for one more task, or a new one. */
static struct stream_thread *find_thread(struct sipp *sipp) {
    struct sipp_media *m = sipp->media;
    for (size_t i = 0; i < m->thread_count; i++)
        if (m->threads[i]->count < sipp->config.rtp_threadtasks) return m->threads[i];
    struct stream_thread *t = mem_new(sizeof *t + sipp->config.rtp_threadtasks * sizeof(struct call *));
    m->threads = mem_room(m->threads, m->thread_count, &m->thread_cap, sizeof(struct stream_thread *));
    m->threads[m->thread_count++] = t;
    t->sipp = sipp;
    event_init(&t->event, pass, t);
    t->wake_ns = sipp_now(sipp) + START_NS;
    return t;
}

/* The thread sees the command when it next wakes. */
void stream_start(struct call *call, const struct media *m, struct source_pos at) {
    struct sipp *sipp = call->sipp;
    struct stream *s = &call->media->stream;
    struct stream_thread *t = s->thread ? s->thread : find_thread(sipp);
    catch_up(t);
    if (!s->thread) t->calls[t->count++] = call;
    s->thread = t;
    s->starting = m;
    s->at = at;
    if (!event_pending(&t->event)) event_at(sipp->loop.queue, &t->event, t->wake_ns);
}

void stream_end(struct call *call) {
    struct stream_thread *t = call->media->stream.thread;
    if (!t) return;
    size_t i = 0;
    while (t->calls[i] != call)
        i++;
    t->calls[i] = t->calls[--t->count];
    call->media->stream.thread = NULL;
}

void stream_threads_stop(struct sipp *sipp) {
    for (size_t i = 0; i < sipp->media->thread_count; i++)
        event_cancel(sipp->loop.queue, &sipp->media->threads[i]->event);
}

void stream_threads_free(struct sipp *sipp) {
    for (size_t i = 0; i < sipp->media->thread_count; i++)
        free(sipp->media->threads[i]);
    free(sipp->media->threads);
}
