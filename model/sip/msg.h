/* SPDX-License-Identifier: MIT */
/*
 * A SIP message (RFC 3261 7) as views laid over its bytes: nothing is copied, nothing is decoded.
 * The bytes must outlive the views. Lenient where real stacks are: line ends may be CRLF or LF.
 */
#ifndef MODEL_SIP_MSG_H
#define MODEL_SIP_MSG_H

#include "base/span.h"

enum sip_header_id {
    SIP_OTHER,
    SIP_CALL_ID,
    SIP_CONTACT,
    SIP_CONTENT_LENGTH,
    SIP_CONTENT_TYPE,
    SIP_CSEQ,
    SIP_FROM,
    SIP_MAX_FORWARDS,
    SIP_REASON,
    SIP_RECORD_ROUTE,
    SIP_ROUTE,
    SIP_TO,
    SIP_VIA,
    SIP_HEADER_IDS
};

static inline uint32_t sip_header_bit(enum sip_header_id id) { return UINT32_C(1) << id; }

struct sip_header {
    enum sip_header_id id; /* by full or compact name (RFC 3261 7.3.3), any case */
    struct span line;      /* the complete line(s), folding and final line end included */
    struct span name;      /* as written */
    struct span value;     /* after the colon, without the blanks around it and the final line end */
};

struct sip_msg {
    struct span bytes;      /* the whole message */
    struct span first_line; /* without line end */
    bool is_request;
    struct span method, uri;     /* of a request */
    unsigned status;             /* of a response, 100 to 699 */
    struct span reason, version; /* of a reply; of a request, as it is written */
    struct sip_header *headers;  /* in the order of the message */
    size_t header_count, header_cap;
    size_t first[SIP_HEADER_IDS]; /* 1 + place of the first header of each kind; 0: none */
    uint32_t repeated;            /* of which kinds there are several: sip_header_bit() */
    struct span body;             /* after the empty line */
    bool ends_in_nul;             /* a value does */
    bool ends_oddly;              /* more than CR LF, or less, is behind a value */
    size_t header_end;            /* offset of the empty line: where a new last header goes */
};

/* All-zero is a message that was not parsed yet; parsing again reuses its memory. */
void sip_msg_free(struct sip_msg *m);

/*
 * Lays the views over bytes. False if it is no SIP message: no first line of SIP form, or a header
 * line without a colon.
 */
bool sip_msg_parse(struct sip_msg *m, struct span bytes);

/* The same, but header lines without a colon are passed over. */
bool sip_msg_parse_loosely(struct sip_msg *m, struct span bytes);

/* The first header of that kind, or NULL; the next one after h. */
const struct sip_header *sip_msg_first(const struct sip_msg *m, enum sip_header_id id);
const struct sip_header *sip_msg_next(const struct sip_msg *m, const struct sip_header *h);

/* Forgets all headers but the first `count`. */
void sip_msg_cut(struct sip_msg *m, size_t count);

/* The id that belongs to a header name, compact or full. */
enum sip_header_id sip_header_id(struct span name);

/* Number and method of a CSeq value, two words; what they are made of is not looked at. False if it is none.
 */
bool sip_cseq_parse(struct span value, struct span *number, struct span *method);

/* The tag parameter of a From or To value (empty span with p == NULL: it has none). */
struct span sip_tag(struct span value);

/*
 * What the message is, for people and for fault rules: "INVITE", or "180 INVITE" for a response (status
 * and the CSeq's method). Written into out (cleared first) as text; something that is no SIP gives "?".
 */
struct buf;
void sip_summary(struct buf *out, struct span bytes);

#endif
