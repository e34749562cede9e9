/* SPDX-License-Identifier: MIT */
/* Parameters behind a URI or in it, ;a=b;c="d", as Kamailio reads them (facts: Kamailio 50.2). */
#ifndef MODEL_KAMAILIO_MESSAGE_PARAMS_H
#define MODEL_KAMAILIO_MESSAGE_PARAMS_H

#include "base/buf.h"

#include <stdbool.h>

struct sip_msg;

/* value: without its quotes; p NULL: there is none. */
struct kam_param_text {
    struct span name, value;
};

/* The next one at the front of *left, which is cut off: 1; 0 at the end or at a comma; -1: it cannot be read.
 */
int kam_param_next(struct span *left, struct kam_param_text *p);

/*
 * Takes the entry at the front of *rest, a part of a Route's or Record-Route's value: [name] <URI>
 * [parameters]. False: it is none, or something stands behind it that is no comma and another entry. Whatever
 * the URI is.
 */
bool kam_entry_take(struct span *entry, struct span *uri, struct span *rest);

/* The entries of all Record-Routes, in their order: how many there are, of which the first `max` go to out.
 */
size_t kam_record_routes(const struct sip_msg *msg, struct span *out, size_t max);

/*
 * The value of the last one that is called so; p NULL: there is none. False: one of them cannot be read, or
 * one that is called so has no =.
 */
bool kam_param_find(struct span *value, struct span params, struct span name, bool any_case);

/* The last one that is called so: 1; 0: there is none; -1: one of them cannot be read. */
int kam_param_last(struct kam_param_text *found, struct span params, struct span name, bool any_case);

/* Writes a text with %41 as A; false: what a % gives is not hexadecimal, or no character that can be seen. */
bool kam_unescape(struct buf *out, struct span s);

/* Writes it as the value of a parameter, the other characters as %2c. */
void kam_escape(struct buf *out, struct span s);

#endif
