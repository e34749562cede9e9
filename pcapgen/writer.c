/* SPDX-License-Identifier: MIT */
#include "pcapgen/writer.h"

#include "base/mem.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

/* To wake a thread takes 30 us where processors are virtual ones: with blocks of 128 KiB that was a fifth of
 * all time. */
enum { BLOCKS = 2, BLOCK_LEN = 1 << 18 };

/* So far ahead of what is written the processor fetches the next place, from where the thread has read it. */
enum { AHEAD = 1024 };

enum { STACK_LEN = 1 << 17 };

/* A datagram that was seen, without what nobody writes: why it was sent. */
struct sight {
    int64_t now_ns;
    struct udp_address from, to;
    enum tap_direction direction;
    uint16_t identification, own_checksum;
    uint8_t tos;
    bool dont_fragment, checksummed;
    struct payload payload; /* len and bytes */
};

struct block {
    char *bytes; /* NULL: it was never needed */
    size_t len;
    char apart[WRITER_APART];
};

struct writer {
    writer_take_fn *take;
    void *arg;
    struct block blocks[BLOCKS];
    uint64_t full, taken; /* blocks so far; the one that is being filled is the next after the full ones */
    bool is_over;         /* no block will be filled */
    bool has_thread, has_none;
    pthread_t thread;
    pthread_mutex_t lock; /* of full, taken and is_over, once the thread runs */
    pthread_cond_t changed;
};

struct writer *writer_new(writer_take_fn *take, void *arg) {
    struct writer *w = mem_new(sizeof *w);
    w->take = take;
    w->arg = arg;
    return w;
}

static size_t sight_len(const struct payload *payload) {
    size_t len = offsetof(struct sight, payload.bytes) + payload->len, unit = _Alignof(struct sight);
    return (len + unit - 1) / unit * unit;
}

static void take_block(struct writer *w, struct block *block) {
    struct datagram d = {0};
    size_t len = block->len;
    block->len = 0;
    for (size_t at = 0; at < len; at += sight_len(d.payload)) {
        struct sight *s = (struct sight *)(void *)(block->bytes + at);
        d.payload = &s->payload;
        d.from = s->from;
        d.to = s->to;
        d.identification = s->identification;
        d.tos = s->tos;
        d.dont_fragment = s->dont_fragment;
        d.checksummed = s->checksummed;
        d.own_checksum = s->own_checksum;
        w->take(w->arg, s->now_ns, s->direction, &d);
    }
}

static void *take_blocks(void *arg) {
    struct writer *w = arg;
    pthread_mutex_lock(&w->lock);
    while (w->taken < w->full || !w->is_over) {
        if (w->taken == w->full) {
            pthread_cond_wait(&w->changed, &w->lock);
            continue;
        }
        pthread_mutex_unlock(&w->lock);
        take_block(w, &w->blocks[w->taken % BLOCKS]);
        pthread_mutex_lock(&w->lock);
        w->taken++;
        pthread_cond_signal(&w->changed);
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

/* False: there can be none. */
static bool start_thread(struct writer *w) {
    pthread_attr_t attributes;
    if (w->has_thread || w->has_none) return w->has_thread;
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->changed, NULL);
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_LEN);
    w->has_thread = pthread_create(&w->thread, &attributes, take_blocks, w) == 0;
    w->has_none = !w->has_thread;
    pthread_attr_destroy(&attributes);
    return w->has_thread;
}

/* The block that was filled is the thread's now; another one is free when this returns. */
static void hand_over(struct writer *w) {
    if (!start_thread(w)) {
        take_block(w, &w->blocks[0]);
        return;
    }
    pthread_mutex_lock(&w->lock);
    w->full++;
    pthread_cond_signal(&w->changed);
    while (w->full - w->taken == BLOCKS)
        pthread_cond_wait(&w->changed, &w->lock);
    pthread_mutex_unlock(&w->lock);
}

static struct block *block_of(struct writer *w) {
    struct block *block = &w->blocks[w->full % BLOCKS];
    if (!block->bytes)
        block->bytes = mem_resize(NULL, BLOCK_LEN + AHEAD); /* for what is fetched at its end */
    return block;
}

void writer_add(struct writer *w, int64_t now_ns, enum tap_direction direction, const struct datagram *d) {
    size_t len = sight_len(d->payload);
    struct block *block = block_of(w);
    if (block->len + len > BLOCK_LEN) {
        hand_over(w);
        block = block_of(w);
    }
    struct sight *s = (struct sight *)(void *)(block->bytes + block->len);
    s->now_ns = now_ns;
    s->from = d->from;
    s->to = d->to;
    s->direction = direction;
    s->identification = d->identification;
    s->own_checksum = d->own_checksum;
    s->tos = d->tos;
    s->dont_fragment = d->dont_fragment;
    s->checksummed = d->checksummed;
    s->payload.len = d->payload->len;
    memcpy(s->payload.bytes, d->payload->bytes, d->payload->len);
    mem_fetch(block->bytes + block->len + AHEAD, len); /* the thread has had it since */
    block->len += len;
}

void writer_end(struct writer *w) {
    if (!w) return;
    if (w->has_thread) {
        pthread_mutex_lock(&w->lock);
        w->is_over = true;
        pthread_cond_signal(&w->changed);
        pthread_mutex_unlock(&w->lock);
        pthread_join(w->thread, NULL);
    }
    take_block(w, &w->blocks[w->full % BLOCKS]);
    if (w->has_thread || w->has_none) {
        pthread_cond_destroy(&w->changed);
        pthread_mutex_destroy(&w->lock);
    }
    for (size_t i = 0; i < BLOCKS; i++)
        free(w->blocks[i].bytes);
    free(w);
}
