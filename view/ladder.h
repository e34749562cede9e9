/* SPDX-License-Identifier: MIT */
/*
 * The ladder: a recorded run as hosts side by side and arrows between them. Here is what all its formats have
 * in common; ladder_text.c, ladder_mermaid.c, ladder_svg.c and ladder_html.c each write one of them.
 */
#ifndef VIEW_LADDER_H
#define VIEW_LADDER_H

#include "view/record.h"

/* What an arrow is drawn as; ladder_kind_names has the classes of the pictures. */
enum ladder_kind { LADDER_OTHER, LADDER_REQUEST, LADDER_1XX, LADDER_2XX, LADDER_3XX, LADDER_FAILED };

/* "other", "request", "r1", "r2", "r3", "r4" (4xx to 6xx). */
extern const char *const ladder_kind_names[];

/* What an arrow's message is to be compared with. */
enum ladder_compared {
    LADDER_WITH_NOTHING,
    LADDER_WITH_CAUSE,   /* the message that came to the sender and went on as this one */
    LADDER_WITH_REQUEST, /* the request that this response, made here, answers */
    LADDER_WITH_FIRST    /* the same bytes, sent before */
};

/* What happened under one Call-ID. */
struct ladder_call {
    char *id;
    struct span method; /* of its first message: what it is about; empty: it begins with a response */
    size_t from, to;    /* hosts: who sent that one (of a response: to whom), and the other */
    size_t first, last; /* steps */
    uint64_t messages;
    unsigned status;    /* of the last final response to that method that reached `from`; 0: none did */
    struct span reason; /* its phrase */
    bool failed;        /* it came to nothing: that was no 2xx, or none came, or SIPp says so */
};

/* A record's item, an arrow or a note, and what the ladder knows of it besides. */
struct ladder_step {
    const struct record_item *item;
    int64_t since_ns;     /* time from the arrow before it; 0 for the first */
    int64_t silence_ns;   /* the same from the end of all runs before it */
    int64_t gap_ns;       /* time from the step before it, be it an arrow or a note */
    uint32_t transaction; /* SIP transaction from end to end: 1 for the first one; 0: none */
    uint32_t call;        /* 1 for the first one; 0: none */
    bool ends_call;       /* it is the last message of a call that has an ending to be told (ladder_ending) */
    enum ladder_kind kind;
    bool sdp; /* the message's body is a session description */
    enum ladder_compared compared;
    size_t before; /* the step to compare with */
};

struct ladder {
    const struct record *record;
    const char *title, *description; /* description NULL: none */
    int64_t start_ns;                /* when time 0 is, since 1970; LADDER_NO_START: not known */
    struct ladder_step *steps;       /* one an item, in its order */
    size_t count;
    struct ladder_call *calls; /* in the order of their first messages */
    size_t call_count, call_cap;
    unsigned columns; /* of the terminal that the text is for; 80 unless the caller says otherwise */
};

#define LADDER_NO_START INT64_MIN

/* Works out the ladder of a record, which outlives it, as do the texts. Its start is not known. To be freed.
 */
struct ladder *ladder_new(const struct record *record, const char *title, const char *description);

/* Sorts the steps into calls, for ladder_new (ladder_calls.c). */
void ladder_find_calls(struct ladder *l);

void ladder_free(struct ladder *l);

enum ladder_format { LADDER_TEXT, LADDER_MERMAID, LADDER_SVG, LADDER_HTML, LADDER_JSON, LADDER_FORMATS };

/* "txt", "mmd", "svg", "html", "json"; ends with NULL. */
extern const char *const ladder_format_names[LADDER_FORMATS + 1];

/* Writes the ladder; colour is for the text. The same ladder always gives the same bytes. */
void ladder_write(struct buf *out, const struct ladder *l, enum ladder_format format, bool colour);

/* What the formats write, for ladder_write. */
void ladder_text_write(struct buf *out, const struct ladder *l, bool colour);
void ladder_mermaid_write(struct buf *out, const struct ladder *l);
void ladder_svg_write(struct buf *out, const struct ladder *l);
void ladder_html_write(struct buf *out, const struct ladder *l);

/* The document that ladder.js draws from: docs/ladder.md. */
void ladder_json_write(struct buf *out, const struct ladder *l);

/*
 * What stands on an arrow, in at most `room` columns: ">>> 200 OK (INVITE) (SDP)", or with what became of a
 * datagram that found nobody.
 */
void ladder_label(struct buf *out, const struct ladder_step *step, size_t room);

/* "INVITE ended with 486 Busy Here"; nothing if it came to something. */
void ladder_ending(struct buf *out, const struct ladder_call *call);

/* "uac: unexpected 180 while in <pause> (uac.xml:57)", of a step that is a failure. */
void ladder_failure(struct buf *out, const struct ladder *l, const struct ladder_step *step);

/* The words that tell what became of a datagram that met nobody: "lost", "no such host", "nobody there". */
const char *ladder_fate(enum flow_fate fate);

#endif
