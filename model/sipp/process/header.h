/* SPDX-License-Identifier: MIT */
/*
 * How SIPp finds things in a received message: by searching its bytes, with rules of its own, not by
 * parsing it (facts: SIPp 3.4, 5.1, 10.2). A message is its bytes up to the first NUL.
 */
#ifndef MODEL_SIPP_PROCESS_HEADER_H
#define MODEL_SIPP_PROCESS_HEADER_H

#include "base/buf.h"
#include "model/net/datagram.h"

/* The message as SIPp's string functions see it. */
struct span header_clip(struct span datagram);

/* What fits into SIPp's texts for the content of a header, a tag, a Call-ID: what is longer loses its end. */
enum { HEADER_TEXT_MAX = 2048 };
static inline struct span header_cut(struct span s) { return span_head(s, HEADER_TEXT_MAX); }

/* A line: its first eight bytes, by which nearly all lines that are not looked for are told, where it begins,
 * and 1 + the next one whose first letter has the same five bits, 0: none. */
struct header_line {
    uint64_t bytes;
    uint16_t start, next;
};
enum { HEADER_INITIALS = 32 };

/* A received message as SIPp's string functions see it, and where the lines of its header part begin. */
struct header_lines {
    struct payload *payload; /* whose it is, held */
    struct span text;
    struct span headers; /* all before the empty line */
    struct header_line *lines;
    size_t count, cap;
    uint16_t first[HEADER_INITIALS]; /* 1 + the first line with that initial; 0: none */
    size_t readable;                 /* how many lines there are up to the first that ends without a CR */
};

/*
 * SIPp scans a message about ten times, for each keyword and each question anew; here it is scanned once,
 * when it comes. Two are remembered, as between two answers to a message the next one comes. All-zero holds
 * none.
 */
struct header_index {
    struct header_lines lines[2];
    struct header_lines *latest; /* of the two; NULL: none yet */
};
void header_index_free(struct header_index *index);

/* The lines of a payload, until those of two others have been asked for; NULL: of an empty text. */
const struct header_lines *header_lines_lay(struct header_index *index, struct payload *payload);
static inline const struct header_lines *header_lines_of(struct header_index *index,
                                                         struct payload *payload) {
    bool again = payload && index->latest && index->latest->payload == payload;
    return again ? index->latest : header_lines_lay(index, payload);
}

/* What a look for headers of one name gives: none, a single line, or a text of several or of a folded one. */
enum header_found { HEADER_NONE, HEADER_LINE, HEADER_TEXT };

/* A name that lines are looked for by, and its first bytes as a number, in the bits of the mask. */
struct header_key {
    struct span name;
    uint64_t bytes, mask;
};

/*
 * The same of a name in the source. The compiler makes numbers of it: to read them out of bytes that have
 * just been put together takes long.
 */
#define HEADER_BYTE(name, i) ((uint64_t)(unsigned char)(name "\0\0\0\0\0\0\0")[i] << 8 * (i))
#define HEADER_KEY(name)                                                                                     \
    ((struct header_key){SPAN(name),                                                                         \
                         HEADER_BYTE(name, 0) | HEADER_BYTE(name, 1) | HEADER_BYTE(name, 2) |                \
                             HEADER_BYTE(name, 3) | HEADER_BYTE(name, 4) | HEADER_BYTE(name, 5) |            \
                             HEADER_BYTE(name, 6) | HEADER_BYTE(name, 7),                                    \
                         header_mask(sizeof name - 1)})
static inline uint64_t header_mask(size_t len) {
    return len < sizeof(uint64_t) ? (UINT64_C(1) << 8 * len) - 1 : UINT64_MAX;
}

/* A header's name, which ends in a colon, and its compact form; without one that name's p is NULL. */
struct header_name {
    struct header_key full, compact;
};
struct header_name header_name_of(struct span name);

/*
 * Adds all headers of that name (which ends in a colon), joined by ", ", as [last_name] shows them; with
 * value_only without the name. The compact form is tried when the full one is absent.
 */
enum header_found header_write(struct buf *out, const struct header_lines *l, struct span name,
                               bool value_only);

/* The same with a name that is used again and again. */
enum header_found header_write_named(struct buf *out, const struct header_lines *l,
                                     const struct header_name *name, bool value_only);

/* The value of Call-ID, or with prefix what stands behind a "///" in it; false if there is none. */
bool header_call_id(const struct header_lines *l, bool prefix, struct span *id);

bool header_has_to(const struct header_lines *l);

/* Does SIP/2.0 stand anywhere in the message? */
bool header_names_sip(const struct header_lines *l);

/* The code of a response; 0 if it is none. */
unsigned header_status(struct span msg);

/* The method of a request: all up to the first space; p NULL if there is no space. */
struct span header_method(struct span msg);

/* The method in CSeq; empty if SIPp does not find it. */
struct span header_cseq_method(struct span msg);

/* The number in CSeq as C's strtoul() reads it: -5 is 2^64 - 5. 0 if there is none. */
uint64_t header_cseq_number(const struct header_lines *l);

/* The integer that a text begins with, as C's atoi() reads it: cut to 32 bits. */
int32_t header_integer(struct span text);

/* The tag of To; p NULL if it has none. */
struct span header_to_tag(const struct header_lines *l);

/* The branch of the first Via; empty if there is none. Written to out. */
void header_branch(struct buf *out, const struct header_lines *l);

/* What follows the empty line; p NULL if there is no empty line. */
struct span header_body(struct span msg);

/*
 * What <ereg search_in="hdr"> looks at: the rest of the line behind the nth (from 1) place where name stands,
 * anywhere or only at the start of a line. Empty if there is none.
 */
struct span header_after(struct span msg, struct span name, bool case_indep, int64_t nth, bool start_line);

#endif
