/* SPDX-License-Identifier: MIT */
/* Playing a clip: the thread sleeps until each packet's time on the clip's clock (facts: SIPp 15.3). */
#include "model/sipp/process/call.h"
#include "model/sipp/process/media.h"

/* From the command to the first packet; from the end of a sleep, or from one packet, to the next packet. */
#define START_NS (80 * NS_PER_US)
#define WAKE_NS  (60 * NS_PER_US)
#define NEXT_NS  (8 * NS_PER_US)

#define SLEEP_MAX_US INT64_C(4000000000000000) /* beyond any time limit, within int64_t as nanoseconds */

static void write_header(struct call *call) {
    struct player *p = &call->media->player;
    const struct media_end *end = &call->media->ends[p->line];
    p->from = (uint16_t)(end->port + p->clip->packets[p->next].offset);
    p->to = (uint16_t)(end->to.port + p->clip->packets[p->next].offset);
    p->checksum_ip = end->to.ip;
}

/*
 * When the next packet is due: the distances of the packets in the file add up from the first one on, so
 * that no delay is carried along. A packet that is earlier than the one before it goes at once. SIPp takes
 * a last packet at time 0 for none: there the timing begins anew.
 */
static void schedule(struct call *call, struct event_queue *queue) {
    struct player *p = &call->media->player;
    if (p->next == p->clip->count) return;
    write_header(call);
    int64_t at_us = p->clip->packets[p->next].at_us;
    if (p->last_us == 0) {
        p->begun_ns = queue->now_ns;
        p->slept_us = 0;
    } else if (at_us > p->last_us) {
        p->slept_us += at_us - p->last_us;
        if (p->slept_us > SLEEP_MAX_US) p->slept_us = SLEEP_MAX_US;
    }
    int64_t due_ns = p->begun_ns + p->slept_us * NS_PER_US;
    if (due_ns > queue->now_ns)
        event_at(queue, &p->event, due_ns + WAKE_NS);
    else
        event_after(queue, &p->event, NEXT_NS);
}

/* A raw socket: SIPp writes the UDP header itself, with any port, and its checksum. */
static void play(void *arg) {
    struct call *call = arg;
    struct sipp *sipp = call->sipp;
    struct player *p = &call->media->player;
    const struct clip_packet *packet = &p->clip->packets[p->next];
    struct udp_address to = {call->media->ends[p->line].to.ip, p->to};
    struct cause cause = {
        .why = "packet % of a clip for call %", .arg = {(int64_t)p->next + 1, call->number}, .at = p->at};
    struct payload *payload = payload_of(net_pool(sipp->net), packet->data);
    struct udp_options raw = {.dont_fragment = true, .checksummed = true, .checksum_ip = p->checksum_ip};
    int sent = host_send(sipp->host, p->from, raw, to, payload, &cause);
    payload_drop(payload);
    if (sent != 0) {
        sipp_note(sipp, &(struct cause){.why = "no media: the network is unreachable", .at = p->at});
        return;
    }
    if (p->next == 0) p->begun_ns = sipp_now(sipp);
    p->last_us = packet->at_us;
    p->next++;
    schedule(call, sipp->loop.queue);
}

void player_init(struct call *call) { event_init(&call->media->player.event, play, call); }

void player_start(struct call *call, const struct clip *clip, enum media_line line, struct source_pos at) {
    struct player *p = &call->media->player;
    event_cancel(call->sipp->loop.queue, &p->event);
    p->clip = clip;
    p->line = line;
    p->at = at;
    p->next = 0;
    p->last_us = p->slept_us = 0;
    if (clip->count == 0) return;
    write_header(call);
    event_after(call->sipp->loop.queue, &p->event, START_NS);
}
