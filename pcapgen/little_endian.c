/* SPDX-License-Identifier: MIT */
#include "pcapgen/little_endian.h"

/* The sizes of the fields of a file's header and of a record's
 * (https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap-05.html). */
static const uint8_t file_fields[] = {4, 2, 2, 4, 4, 4, 4, 0}, record_fields[] = {4, 4, 4, 4, 0};

enum { FILE_SIZE = 24, RECORD_SIZE = 16, CAPLEN_AT = 8 };

static void add_turned(struct buf *out, const uint8_t *head, const uint8_t *fields) {
    for (; *fields; head += *fields++)
        for (size_t i = *fields; i-- > 0;)
            buf_add_char(out, (char)head[i]);
}

void little_endian_add(struct little_endian *le, struct buf *out, struct span big) {
    while (big.len) {
        struct span packet = span_head(big, le->left);
        buf_add(out, packet);
        le->left -= (uint32_t)packet.len;
        big = span_skip(big, packet.len);
        size_t size = le->begun ? RECORD_SIZE : FILE_SIZE;
        struct span part = span_head(big, size - le->have);
        if (part.len) memcpy(le->head + le->have, part.p, part.len);
        le->have += part.len;
        big = span_skip(big, part.len);
        if (le->have < size) continue;
        const uint8_t *n = le->head + CAPLEN_AT;
        if (le->begun) le->left = (uint32_t)n[0] << 24 | (uint32_t)n[1] << 16 | (uint32_t)n[2] << 8 | n[3];
        add_turned(out, le->head, le->begun ? record_fields : file_fields);
        le->begun = true;
        le->have = 0;
    }
}
