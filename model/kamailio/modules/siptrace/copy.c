/* SPDX-License-Identifier: MIT */
/* siptrace's copies: plain, or in one of the three versions of HEP (facts: Kamailio 73). */
#include "model/kamailio/forward.h"
#include "model/kamailio/modules/siptrace/siptrace.h"

enum { UDP = 17, IPV4 = 2, HEP_1_LEN = 16, BITS_OF_BYTE = 8 };

/* What HEP 3 says that it carries. */
enum carried { SIP = 1, LOG = 100 };

/* A number of that many bytes, the highest first. */
static void add_number(struct buf *out, uint64_t n, unsigned bytes) {
    while (bytes-- > 0)
        buf_add_char(out, (char)(n >> (BITS_OF_BYTE * bytes) & 0xff));
}

/* The same, as an x86 keeps it. */
static void add_little(struct buf *out, uint64_t n, unsigned bytes) {
    for (unsigned i = 0; i < bytes; i++)
        buf_add_char(out, (char)(n >> (BITS_OF_BYTE * i) & 0xff));
}

/* Kamailio's clock, as it stands when the copy is made. */
struct moment {
    uint64_t seconds, microseconds;
};

static struct moment now(const struct kamailio *k) {
    int64_t ns = k->config.start_ns + k->queue->now_ns + k->run.slept_ns;
    return (struct moment){(uint64_t)(ns / NS_PER_S), (uint64_t)(ns % NS_PER_S / NS_PER_US)};
}

/* Versions 1 and 2: a head of fixed length; the second one has the time and who has seen it. */
static void add_head(struct buf *out, const struct kamailio *k, const struct traced_message *m) {
    const struct siptrace *s = siptrace_of(k);
    struct moment t = now(k);
    add_number(out, (uint64_t)s->hep_version, 1);
    add_number(out, HEP_1_LEN, 1);
    add_number(out, IPV4, 1);
    add_number(out, UDP, 1);
    add_number(out, m->from.port, 2);
    add_number(out, m->to.port, 2);
    add_number(out, m->from.ip, 4);
    add_number(out, m->to.ip, 4);
    if (s->hep_version == 1) return;
    add_little(out, t.seconds, 4);
    add_little(out, t.microseconds, 4);
    add_little(out, (uint64_t)s->hep_capture_id, 2);
    add_number(out, 0, 2);
}

/* Version 3: chunks. */
enum chunk {
    CHUNK_FAMILY = 1,
    CHUNK_PROTOCOL = 2,
    CHUNK_FROM_IP = 3,
    CHUNK_TO_IP = 4,
    CHUNK_FROM_PORT = 7,
    CHUNK_TO_PORT = 8,
    CHUNK_SECONDS = 9,
    CHUNK_MICROSECONDS = 10,
    CHUNK_TYPE = 11,
    CHUNK_CAPTURE_ID = 12,
    CHUNK_AUTH_KEY = 14,
    CHUNK_MESSAGE = 15,
    CHUNK_CORRELATION = 17
};

static void begin_chunk(struct buf *out, enum chunk chunk, size_t len) {
    enum { CHUNK_HEAD_LEN = 6 };
    add_number(out, 0, 2); /* of no vendor */
    add_number(out, chunk, 2);
    add_number(out, len + CHUNK_HEAD_LEN, 2);
}

static void add_chunk(struct buf *out, enum chunk chunk, uint64_t n, unsigned bytes) {
    begin_chunk(out, chunk, bytes);
    add_number(out, n, bytes);
}

static void add_text_chunk(struct buf *out, enum chunk chunk, struct span text) {
    begin_chunk(out, chunk, text.len);
    buf_add(out, text);
}

static void add_ports(struct buf *out, const struct traced_message *m, enum carried carried) {
    if (carried == LOG) add_chunk(out, CHUNK_TO_PORT, m->to.port, 2);
    add_chunk(out, CHUNK_FROM_PORT, m->from.port, 2);
    if (carried != LOG) add_chunk(out, CHUNK_TO_PORT, m->to.port, 2);
}

static void add_chunks(struct buf *out, const struct kamailio *k, const struct traced_message *m,
                       struct span correlation, enum carried carried) {
    const struct siptrace *s = siptrace_of(k);
    struct moment t = now(k);
    add_chunk(out, CHUNK_FAMILY, IPV4, 1);
    add_chunk(out, CHUNK_PROTOCOL, UDP, 1);
    add_chunk(out, CHUNK_FROM_IP, m->from.ip, 4);
    add_chunk(out, CHUNK_TO_IP, m->to.ip, 4);
    add_ports(out, m, carried);
    add_chunk(out, CHUNK_SECONDS, t.seconds, 4);
    add_chunk(out, CHUNK_MICROSECONDS, t.microseconds, 4);
    add_chunk(out, CHUNK_TYPE, carried, 1);
    add_chunk(out, CHUNK_CAPTURE_ID, (uint64_t)s->hep_capture_id, 4);
    if (correlation.len || carried == LOG) add_text_chunk(out, CHUNK_CORRELATION, correlation);
    if (s->auth_key.len) add_text_chunk(out, CHUNK_AUTH_KEY, s->auth_key);
    add_text_chunk(out, CHUNK_MESSAGE, m->bytes);
}

static void add_hep_3(struct buf *out, const struct kamailio *k, const struct traced_message *m,
                      struct span correlation, enum carried carried) {
    static const char name[] = "HEP3";
    struct buf chunks = {0};
    add_chunks(&chunks, k, m, correlation, carried);
    buf_add_text(out, name);
    add_number(out, sizeof name - 1 + 2 + chunks.len, 2);
    buf_add(out, buf_span(&chunks));
    buf_free(&chunks);
}

static void add_hep(struct buf *out, const struct kamailio *k, const struct traced_message *m,
                    struct span correlation) {
    if (siptrace_of(k)->hep_version < 3) {
        add_head(out, k, m);
        buf_add(out, m->bytes);
    } else {
        add_hep_3(out, k, m, correlation, SIP);
    }
}

struct kam_socket *siptrace_socket(const struct kamailio *k) {
    const struct siptrace *s = siptrace_of(k);
    if (s->socket) return s->socket;
    return k->at_work->socket ? k->at_work->socket : &k->sockets[0];
}

static struct kam_destination destination_of(const struct kamailio *k, const struct kam_trace *trace) {
    return (struct kam_destination){trace->socket ? trace->socket : siptrace_socket(k), trace->to};
}

static void send(struct kamailio *k, const struct kam_destination *d, struct buf *text, const char *why) {
    struct cause cause = {.why = why, .reference = "module siptrace"};
    struct payload *p = text->len <= PAYLOAD_MAX ? payload_of(k->pool, buf_span(text)) : NULL;
    kam_send(k, KAM_SEND_AS_IT_IS, d, p, &cause);
    payload_drop(p);
    buf_free(text);
}

void siptrace_copy(struct kamailio *k, const struct kam_trace *trace, enum trace_wrap wrap,
                   const struct traced_message *m, struct span correlation) {
    struct kam_destination d = destination_of(k, trace);
    struct buf text = {0};
    if (wrap == TRACE_AS_SET) wrap = siptrace_of(k)->hep_mode_on ? TRACE_HEP : TRACE_PLAIN;
    if (wrap == TRACE_HEP)
        add_hep(&text, k, m, correlation);
    else
        buf_add(&text, m->bytes);
    send(k, &d, &text, "copy of a message that siptrace sends");
}

void siptrace_log(struct kamailio *k, const struct kam_trace *trace, struct span text,
                  struct span correlation) {
    struct kam_destination d = destination_of(k, trace);
    struct traced_message m = traced_leaves(text, d.socket, d.to);
    struct buf out = {0};
    add_hep_3(&out, k, &m, correlation, LOG);
    send(k, &d, &out, "text that hlog() sends");
}

void siptrace_copy_to_all(struct kamailio *k, const struct kam_trace *traces, const struct traced_message *m,
                          struct span correlation) {
    for (; traces; traces = traces->next)
        siptrace_copy(k, traces, TRACE_AS_SET, m, correlation);
}

void siptrace_copy_came(const struct kam_run *run, const struct kam_trace *traces, struct span correlation) {
    struct payload *p = kam_render_received(run);
    struct traced_message m = traced_came(payload_span(p), run->source, run->came_to);
    siptrace_copy_to_all(run->k, traces, &m, correlation);
    payload_drop(p);
}

void siptrace_copy_of_run(const struct kam_run *run, const struct kam_trace *traces,
                          struct span correlation) {
    const struct kam_passage *leaving = run->leaving;
    if (!leaving) {
        siptrace_copy_came(run, traces, correlation);
        return;
    }
    struct traced_message m = traced_leaves(leaving->bytes, leaving->socket, leaving->other);
    siptrace_copy_to_all(run->k, traces, &m, correlation);
}

bool siptrace_usual(struct kamailio *k, struct kam_trace *trace) {
    *trace = (struct kam_trace){0};
    struct span uri = siptrace_of(k)->duplicate_uri;
    return uri.len && !kam_resolve(k, uri, &trace->to);
}
