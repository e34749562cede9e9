/* SPDX-License-Identifier: MIT */
/*
 * A capture that was read, anybody's, as a record: so that it can be drawn as a run is. Its SIP over UDP is
 * taken, whatever the ports; who is who, and what is a retransmission, is found out from the bytes.
 */
#ifndef VIEW_CAPTURE_RECORD_H
#define VIEW_CAPTURE_RECORD_H

#include "pcapgen/reader.h"
#include "view/record.h"

/* A name for an address. */
struct capture_name {
    struct udp_address address; /* port 0: whatever the port */
    const char *name;
};

struct capture_record_options {
    const struct capture_name *names;
    size_t name_count;
    const char *call; /* only messages whose Call-ID holds this text; NULL: all */
};

/* More hosts than anybody looks at beside each other. */
#define CAPTURE_HOSTS_MAX 100

/* What came of it. */
struct capture_told {
    bool too_many;    /* there are more than CAPTURE_HOSTS_MAX hosts: the record ends there */
    size_t messages;  /* in the record */
    size_t other;     /* UDP that is no SIP */
    size_t twice;     /* frames of a capture on any interface that show a datagram once more */
    int64_t first_ns; /* when the first message was, since the capture's first frame: the record's time 0 */
    size_t *packets;  /* of each item the index of its packet in the capture; owned */
};

/*
 * Adds a capture's messages. A host is an address; where one address talks to itself, or a name is given
 * with a port, it is an address with a port. Datagrams come from the pool; the record ends before it.
 */
void capture_record(struct record *r, struct capture_told *told, struct pool *pool,
                    const struct reader *capture, const struct capture_record_options *options);

#endif
