/* SPDX-License-Identifier: MIT */
/* A SIP URI (RFC 3261 19.1) and the name-addr form around it, as views. */
#ifndef MODEL_SIP_URI_H
#define MODEL_SIP_URI_H

#include "base/span.h"

enum uri_kind { URI_SIP, URI_SIPS, URI_TEL, URI_URN };

struct uri {
    struct span whole;
    enum uri_kind kind;
    struct span scheme;   /* as written, without its colon */
    struct span user;     /* p NULL: absent; of tel: the number */
    struct span password; /* p NULL: absent */
    struct span host;     /* of tel: p NULL */
    struct span port;     /* p NULL: absent */
    struct span params;   /* from the first ';' after host[:port] on, may be empty */
    struct span headers;  /* from '?' on, may be empty */
};

/*
 * Takes a bare URI apart, as leniently and as strictly as Kamailio does (facts: Kamailio 14); false if it
 * cannot be read, or has another scheme.
 */
bool uri_parse(struct uri *u, struct span text);

/* The value of a URI parameter ("lr", "transport"); p NULL: absent, empty: without value. The last of several
 * counts that has a value; one whose value is empty (";lr=") counts at the end of the URI alone. */
struct span uri_param(const struct uri *u, const char *name);

/*
 * Splits a Route, Record-Route or Contact value at its commas (not inside <> or ""). Each call gives
 * the next entry with its blanks trimmed and advances *list; false at the end.
 */
bool name_addr_next(struct span *list, struct span *entry);

/* The URI of one entry: between < and >, or up to the first ';' without brackets. */
struct span name_addr_uri(struct span entry);

#endif
