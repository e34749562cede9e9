/* SPDX-License-Identifier: MIT */
/*
 * Why things happen. A machine says the cause of what it sends, or of what it does not send, at the
 * moment it acts; views print it later. A cause is small and allocates nothing: a fixed sentence with
 * places for numbers, and the line of the user's file that asked for it.
 */
#ifndef SIM_TRACE_H
#define SIM_TRACE_H

#include "base/buf.h"
#include "base/source.h"

struct cause {
    const char *why; /* a static sentence, each "%" in it stands for the next arg; NULL: nothing said */
    int64_t arg[3];
    const char *reference;   /* static: "RFC 3261 17.1.1.2; modparam tm retr_timer1"; NULL: none */
    struct source_pos at;    /* the place in uac.xml or kamailio.cfg that did it; source NULL: none */
    uint64_t transaction;    /* number of the transaction it belongs to; 0: none */
    uint32_t retransmission; /* the how-manieth copy of something sent before; 0: it is new */
};

/*
 * Who listens to notes: things that happen without a datagram ("180 not relayed: a final reply had
 * been sent"). about is the number of the datagram that made it happen, 0 if none did. note NULL: nobody.
 * And to states: what a part of a transaction has become ("branch 0: CANCEL due"), for tests and debuggers.
 */
struct trace {
    void (*note)(void *arg, int64_t now_ns, const char *host, uint64_t about, const struct cause *cause);
    void *arg;
    void (*state)(void *arg, int64_t now_ns, const char *host, uint64_t transaction, const char *part,
                  const char *state);
};

static inline void trace_note(const struct trace *t, int64_t now_ns, const char *host, uint64_t about,
                              const struct cause *cause) {
    if (t && t->note) t->note(t->arg, now_ns, host, about, cause);
}

static inline void trace_state(const struct trace *t, int64_t now_ns, const char *host, uint64_t transaction,
                               const char *part, const char *state) {
    if (t && t->state) t->state(t->arg, now_ns, host, transaction, part, state);
}

/* Writes the cause's sentence, its numbers filled in. */
void cause_write(struct buf *out, const struct cause *cause);

#endif
