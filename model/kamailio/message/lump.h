/* SPDX-License-Identifier: MIT */
/*
 * What scripts change in a message takes place when it is sent; until then all functions see it as it came
 * in. Changes that meet: what any of them removes is gone, what they put in is all there, in the order of the
 * places, at one place in the order of the calls. (facts: Kamailio 31)
 */
#ifndef MODEL_KAMAILIO_MESSAGE_LUMP_H
#define MODEL_KAMAILIO_MESSAGE_LUMP_H

#include "model/kamailio/run.h"

static inline void kam_lump_insert(struct edit_list *list, size_t at, struct span text) {
    edit_insert(list, at, text);
}

static inline void kam_lump_remove(struct edit_list *list, size_t at, size_t len) {
    edit_remove(list, at, len);
}

static inline void kam_lump_replace(struct edit_list *list, size_t at, size_t len, struct span text) {
    edit_replace(list, at, len, text);
}

/*
 * Replaces in a part that may reach into the body. As long as nobody has read all the headers, Kamailio does
 * not know that it is the body, and the Content-Length stays.
 */
void kam_lump_change(struct kam_run *run, size_t at, size_t len, struct span text);

/*
 * To be told before the body goes. A change of it from when nobody had read all the headers stays with
 * Kamailio, which then writes the old body past the end of its buffer: the run stops. (facts: Kamailio 31.3)
 */
void kam_lump_body_goes(struct kam_run *run);

/* Where the body of the run's message begins; its end if there is none. */
size_t kam_body_at(const struct kam_run *run);

/*
 * How long the body is by its Content-Length, 0 without one; false if there are not so many bytes. Functions
 * that go by it leave bytes behind where it says too little. (facts: Kamailio 31.3)
 */
bool kam_told_body(const struct kam_run *run, size_t *len);

/*
 * The run's message with the changes; a body of another length makes a new Content-Length, which joins them:
 * where there was one.
 * As edit_apply().
 */
struct payload *kam_lump_apply(struct kam_run *run, struct edit_list *list);

#endif
