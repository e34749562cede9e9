/* SPDX-License-Identifier: MIT */
#include "model/kamailio/message/totag.h"

#include "model/sip/digest.h"

void kam_totag_prefix(char out[33], const char *signature, struct span address, struct span port) {
    struct digest_text t;
    digest_begin(&t);
    digest_add(&t, span_of(signature));
    digest_add(&t, address);
    digest_add(&t, port);
    digest_end(&t, out);
    out[DIGEST_HEX_LEN] = '\0';
}

/* CRC-16/X-25, bit by bit: tags are rare. */
static uint16_t crc_add(uint16_t crc, struct span s) {
    for (size_t i = 0; i < s.len; i++) {
        crc = (uint16_t)(crc ^ (uint8_t)s.p[i]);
        for (int bit = 0; bit < 8; bit++)
            crc = (uint16_t)((crc >> 1) ^ (crc & 1 ? 0x8408 : 0));
    }
    return crc;
}

/* Four characters: hexadecimal, the least significant digit first, leading zeros and missing digits alike
 * "0". */
static void crc_write(struct buf *out, uint16_t crc) {
    unsigned n = (uint16_t)~crc;
    for (int i = 0; i < 4; i++, n >>= 4)
        buf_add_char(out, "0123456789abcdef"[n & 15]);
}

uint16_t kam_crc(struct span s) { return (uint16_t)~crc_add(0xffff, s); }

void kam_totag_suffix_write(struct buf *out, const struct via *via, struct span call_id) {
    uint16_t first = crc_add(0xffff, via->host), second = 0xffff;
    /* Without a port in the Via, Kamailio goes no further than to the port. */
    if (via->port.p) {
        first = crc_add(crc_add(first, via->port), via->branch.value);
        second = crc_add(crc_add(crc_add(second, via->port), via->host), call_id);
    }
    crc_write(out, first);
    crc_write(out, second);
}

void kam_fromtag_suffix_write(struct buf *out, struct span call_id, struct span uri) {
    crc_write(out, crc_add(0xffff, call_id));
    crc_write(out, crc_add(0xffff, uri));
}
