/* SPDX-License-Identifier: MIT */
/*
 * A clip: the datagrams that a play_pcap command or play_dtmf sends, as SIPp prepares them
 * (facts: SIPp 15.2, 15.5). Ports and addresses come with the call that plays it.
 */
#ifndef MODEL_SIPP_SCENARIO_CLIP_H
#define MODEL_SIPP_SCENARIO_CLIP_H

#include "base/arena.h"
#include "base/buf.h"

struct clip_packet {
    int64_t at_us;    /* on the clip's own clock */
    uint16_t offset;  /* its port above the lowest one of the clip */
    struct span data; /* the UDP payload */
};

/* All-zero is an empty clip. */
struct clip {
    struct clip_packet *packets;
    size_t count, cap;
    struct arena bytes;
};

/*
 * Reads the bytes of a pcap file: false after an error, which why describes. What is no UDP is passed over. A
 * file that breaks off is played up to there, as by SIPp; then why says so.
 */
bool clip_load(struct clip *c, struct span pcap, struct buf *why);

/*
 * Adds the datagrams for a text of digits: 20 of silence, 13 for each digit; nothing if there is no digit.
 * ssrc and the first sequence number are the caller's to count; returns how many packets there are.
 */
size_t clip_dial(struct clip *c, struct span digits, uint32_t ssrc, uint16_t sequence);

/* Forgets the packets, keeps the memory. */
void clip_reset(struct clip *c);

void clip_free(struct clip *c);

#endif
