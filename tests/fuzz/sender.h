/* SPDX-License-Identifier: MIT */
/* Somebody who sends raw messages in a lab, whatever they hold. */
#ifndef TESTS_FUZZ_SENDER_H
#define TESTS_FUZZ_SENDER_H

#include "base/span.h"
#include "model/lab/lab.h"

/*
 * The messages stand one behind the other, 0x1e between them; the first byte of each says where it goes:
 *   >  the caller sends it to its proxy
 *   <  the callee sends it to that proxy
 *   =  as the one before, but at the same moment
 * each 20 ms after the one before, the first at 110 ms, while a call is going on.
 */
struct fuzz_sender {
    struct span messages;
    struct lab *lab;
    struct event event;
    char from;
};

/* For fuzz_folder_run: arg is the struct fuzz_sender. */
void fuzz_sender_begin(struct lab *lab, void *arg);

#endif
