/* SPDX-License-Identifier: MIT */
/* What the tables of pseudo-variables share: values, and parts of URIs. */
#ifndef MODEL_KAMAILIO_PV_PV_H
#define MODEL_KAMAILIO_PV_PV_H

#include "model/kamailio/run.h"
#include "model/kamailio/script/pv.h"

static inline struct kam_value pv_nothing(void) { return (struct kam_value){.type = KAM_NULL}; }

/* It could not be read: a format shows nothing. */
static inline struct kam_value pv_failed(void) {
    return (struct kam_value){.type = KAM_NULL, .failed = true};
}

static inline struct kam_value pv_number(int64_t n) { return (struct kam_value){.type = KAM_INT, .n = n}; }

/* A text that is there; one that is absent (p NULL) is null. */
static inline struct kam_value pv_text(struct span s) {
    return s.p ? (struct kam_value){.type = KAM_STR, .s = s} : pv_nothing();
}

/* A text that also is a number to Kamailio, for those who want one: 1 + $rp adds, $rp + 1 joins. */
static inline struct kam_value pv_text_number(struct span s, int64_t n) {
    return (struct kam_value){.type = KAM_STR, .s = s, .n = n, .counts = true};
}

/* The buffer's text, which moves to the run's memory; the buffer is freed. */
struct kam_value pv_built(struct kam_run *run, struct buf *b);

/* What $sbranch(...) says; its texts live as long as the run. False: there is none. */
bool pv_sbranch(struct kam_run *run, struct kam_added_branch *out);

/* The parts of a URI that have a variable of their own. */
enum pv_part { PV_WHOLE, PV_USER, PV_HOST, PV_PORT, PV_SCHEME, PV_PROTO, PV_USER_LEN, PV_DISPLAY };

/* A part of a URI; null if there is no URI (p NULL) or it cannot be read. */
struct kam_value pv_part(struct span uri, enum pv_part part);

/* The name before the bracket of an address, with its quotes; empty where there is none. */
struct span kam_display_name(const struct sip_header *h);

/* Changes that part of From or To: the URI, its user or host, or the display name. False: it cannot be. */
bool pv_set_party(struct kam_run *run, const struct sip_header *h, struct span uri, enum pv_part part,
                  struct kam_value value);

#define PV_PARTY_SETTER(name, header, uri, part)                                                             \
    static bool name(struct kam_run *run, const struct kam_pv_at *at, struct kam_value value) {              \
        (void)at;                                                                                            \
        return pv_set_party(run, run->header, uri, part, value);                                             \
    }

/* The value of the first header of that name, as it is now. */
struct kam_value pv_header(struct kam_run *run, struct span name);

/* The Request-URI's part; null of a reply. */
struct kam_value pv_request_part(const struct kam_run *run, enum pv_part part);

#define PV_GETTER(name, expression)                                                                          \
    static struct kam_value name(struct kam_run *run, const struct kam_pv_at *at) {                          \
        (void)run, (void)at;                                                                                 \
        return expression;                                                                                   \
    }

/* The tables: uri.c, message.c, header.c, network.c, branch.c, time.c, store.c, select.c */
extern const struct kam_pv kam_pv_uris[], kam_pv_messages[], kam_pv_headers[], kam_pv_network[],
    kam_pv_branches[], kam_pv_times[], kam_pv_stores[], kam_pv_selects[];

/* BEFORE, an address, a colon, a port, BEHIND as one text. */
struct kam_value pv_joined(struct kam_run *run, const char *before, struct span ip, unsigned port,
                           const char *behind);

#endif
