/* SPDX-License-Identifier: MIT */
/*
 * The flow: what the capture points saw, what got lost on the way, and what the programs decided without
 * sending anything, in order of time. It is made while the simulation runs and handed on item by item to
 * its sinks: listing, explain, record. The flow keeps nothing, so a run may be as long as it likes.
 */
#ifndef VIEW_FLOW_H
#define VIEW_FLOW_H

#include "model/net/net.h"
#include "view/label.h"

/* What became of a datagram. */
enum flow_fate {
    FLOW_ARRIVED,
    FLOW_LOST,        /* on the way */
    FLOW_NO_HOST,     /* nobody has that address: it never left */
    FLOW_CLOSED_PORT, /* it arrived where no program listened */
    FLOW_FULL_SOCKET  /* it arrived, but the program's socket had no room for it */
};

/* A datagram. Texts and the datagram are valid during the call; a sink may hold the datagram. */
struct flow_row {
    uint64_t number; /* of its frame in the capture, or, of several captures, its row; 0: it is in none */
    int64_t time_ns; /* from the first captured datagram; negative: lost before that one */
    int64_t sent_ns, arrived_ns; /* on the same clock; arrived_ns is FLOW_NEVER if it did not arrive */
    const char *from, *to;       /* host names, or an address that nobody has */
    const struct datagram *datagram;
    enum flow_fate fate;
    struct label_run run; /* of media: it stands for all of one stream up to the next other row or note */
};

#define FLOW_NEVER INT64_MIN

/* A decision that sent no datagram. */
struct flow_note {
    int64_t time_ns;  /* as a row's */
    const char *host; /* who decided */
    uint64_t about;   /* number of the row that made it happen; 0: none, or none that is in the flow */
    const struct cause *cause;
};

/* Who wants the flow; members that are NULL are not called. */
struct flow_sink {
    void (*row)(void *arg, const struct flow_row *row);
    void (*note)(void *arg, const struct flow_note *note);
    bool each; /* a row for each datagram of a stream */
    void *arg;
};

#define FLOW_SINKS_MAX 4

struct flow;

/* A flow of this net, without sinks. */
struct flow *flow_new(struct net *net);

/* Adds a sink, before the run; sinks are called in this order. */
void flow_add_sink(struct flow *f, struct flow_sink sink);

/* Says that this host is a capture point: a datagram from one capture point to another is one row. */
void flow_watch(struct flow *f, const struct host *host);

/*
 * A tap of a capture point saw a datagram that went into its capture: as frame number `frame`, 0 if there are
 * several captures and the flow is to count.
 */
void flow_seen(struct flow *f, uint64_t frame, int64_t now_ns, enum tap_direction direction,
               const struct datagram *d);

/* It arrived at a host where nobody captures. */
void flow_arrived(struct flow *f, int64_t now_ns, const struct datagram *d);

/* What net_on_lost tells. */
void flow_lost(struct flow *f, int64_t now_ns, enum lost_why why, const struct datagram *d);

/* What a trace tells. */
void flow_note(struct flow *f, int64_t now_ns, const char *host, uint64_t about, const struct cause *cause);

/* Hands on what is left. */
void flow_end(struct flow *f);

void flow_free(struct flow *f);

#endif
