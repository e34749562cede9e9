/* SPDX-License-Identifier: MIT */
/*
 * Captures read back: the IPv4 packets with UDP of a pcap file, as views over its bytes. libpcap reads the
 * file; what the frames say is checked here, because anybody may have written them. A packet is a row of 24
 * bytes that says where its frame is; the frame stays in the file, so that captures with millions of packets
 * can be held against each other. Only what is no file (a pipe), or where the file does not show the frame's
 * bytes in one piece, is kept in memory.
 */
#ifndef PCAPGEN_READER_H
#define PCAPGEN_READER_H

#include "base/arena.h"
#include "base/filemap.h"

/* One IP packet: a whole datagram, the first fragment of one, or a later fragment. */
struct reader_packet {
    uint64_t frame;      /* its number in the file, from 1, as tshark counts */
    int64_t at_ns;       /* since the first frame of the file */
    struct span link;    /* the link-layer header */
    struct span ip;      /* the IP header with its options */
    struct span payload; /* what follows the UDP header; of a later fragment what follows the IP header */
    struct span trailer; /* what follows the IP packet in its frame */
    uint32_t source_ip, target_ip; /* host byte order, as all that follows */
    uint16_t ip_len, ip_id, ip_checksum;
    uint16_t fragment_offset; /* in bytes; not 0: a later fragment */
    uint8_t tos, ttl;
    bool df, mf;
    uint16_t source_port, target_port, udp_len, udp_checksum; /* 0 in a later fragment */
};

/* What else is in a frame. */
enum reader_other { OTHER_TCP, OTHER_IPV6, OTHER_ARP, OTHER_IP, OTHER_LINK, READER_OTHERS };

/* Where a packet is. */
struct reader_row {
    int64_t at_ns;
    const char *bytes; /* of its frame */
    uint64_t frame : 40, len : 24;
};

/* All-zero is ready for a load. */
struct reader {
    int datalink;     /* DLT_EN10MB ... */
    int64_t start_ns; /* the time of the first frame, since 1970 */
    struct reader_row *rows;
    size_t count, cap;
    uint64_t others[READER_OTHERS]; /* frames that hold no IPv4 packet with UDP, by what they hold */
    struct filemap *file;           /* whose bytes the rows say */
    struct arena bytes;             /* of frames that are not in it */
};

/*
 * Reads the capture at path ("-": standard input): pcap with micro- or nanoseconds, or pcapng; Ethernet,
 * Linux cooked v1 and v2, raw IP, IPv4; VLAN tags (802.1Q, 802.1ad, stacked) and PPPoE are skipped. False:
 * *error (to be freed) says what is wrong with which file and frame, and the reader is empty.
 */
bool reader_load(struct reader *r, const char *path, char **error);

/* The same from a capture in memory, which may go afterwards; name is what messages call it. */
bool reader_load_bytes(struct reader *r, struct span capture, const char *name, char **error);

/* The packet of that index, which is less than count; its views are valid as long as the reader. */
struct reader_packet reader_at(const struct reader *r, size_t index);

/* What such frames are called: "TCP". */
const char *reader_other_name(enum reader_other other);

/* How many frames hold something else. */
uint64_t reader_others(const struct reader *r);

/* The link layer's name, for people: "Ethernet". */
const char *reader_link_name(const struct reader *r);

void reader_free(struct reader *r);

#endif
