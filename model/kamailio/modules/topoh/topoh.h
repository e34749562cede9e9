/* SPDX-License-Identifier: MIT */
/* What the files of topoh share: its settings, and texts that are masked. */
#ifndef MODEL_KAMAILIO_MODULES_TOPOH_TOPOH_H
#define MODEL_KAMAILIO_MODULES_TOPOH_TOPOH_H

#include "model/kamailio/instance.h"
#include "model/kamailio/modules/module.h"

struct topoh {
    struct span mask_key, mask_ip, uparam_name, uparam_prefix, vparam_name, vparam_prefix, callid_prefix;
    int64_t mask_callid, event_mode, uri_prefix_checks, sanity_checks;
    char letters[65];   /* the alphabet of base64 that the key gives */
    struct kam_run run; /* over the message in hand */
    struct edit_list edits;
    struct buf text;
};

/* mask.c */

/* Writes the alphabet. */
void topoh_alphabet(char letters[65], struct span key);

/* The parameter of that name in ";a=b;c": all of it, and its value; p NULL: there is none. */
struct span topoh_param(struct span params, struct span name, struct span *value);

/* Each of these replaces what stands there by its mask, or a mask by what it hides. */
void topoh_mask_uri(struct topoh *t, struct span uri); /* it gets brackets if it has none */
void topoh_mask_via(struct topoh *t, struct span via);
void topoh_mask_call_id(struct topoh *t, struct span call_id);
void topoh_unmask_uri(struct topoh *t, struct span uri);
void topoh_unmask_via(struct topoh *t, const struct via *via);
void topoh_unmask_call_id(struct topoh *t, struct span call_id);

/* What a masked Via hides; p NULL: it is not masked. It stands in t->text. */
struct span topoh_hidden_via(struct topoh *t, const struct via *via);

#endif
