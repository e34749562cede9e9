/* SPDX-License-Identifier: MIT */
/*
 * Has a capture written while the simulation goes on. What a tap saw is collected in blocks, each of which a
 * thread takes when it is full, in the order in which they were filled: what is written does not depend on
 * when. A capture that fits into one block starts no thread; where none can be started, who adds takes the
 * blocks.
 */
#ifndef PCAPGEN_WRITER_H
#define PCAPGEN_WRITER_H

#include "model/net/net.h"

struct writer;

/* What one of the two threads writes for each datagram stands so many bytes from what the other uses, so that
 * they have no line of a cache in common. */
enum { WRITER_APART = 64 };

/* What is done with each datagram, by one thread at a time. Of the datagram it has what its headers and its
 * payload say. */
typedef void writer_take_fn(void *arg, int64_t now_ns, enum tap_direction direction,
                            const struct datagram *d);

struct writer *writer_new(writer_take_fn *take, void *arg);

/* Copies what is needed of the datagram. */
void writer_add(struct writer *w, int64_t now_ns, enum tap_direction direction, const struct datagram *d);

/* All has been taken when this returns; frees w. NULL is fine. */
void writer_end(struct writer *w);

#endif
