/* SPDX-License-Identifier: MIT */
#include "base/framefile.h"

#include <pcap/pcap.h>
#include <stdio.h>

static bool take_all(pcap_t *pcap, frame_take_fn *take, void *arg, struct buf *why) {
    struct pcap_pkthdr *header;
    const u_char *bytes;
    uint64_t number = 0;
    int got;
    while ((got = pcap_next_ex(pcap, &header, &bytes)) == 1) {
        struct frame f = {.number = ++number,
                          .at_us = (int64_t)header->ts.tv_sec * 1000000 + header->ts.tv_usec,
                          .wire_len = header->len,
                          .data = {(const char *)bytes, header->caplen}};
        struct buf detail = {0};
        bool good = take(arg, pcap_datalink(pcap), &f, &detail);
        if (!good) buf_addf(why, "frame %llu: %s", (unsigned long long)number, buf_text(&detail));
        buf_free(&detail);
        if (!good) return false;
    }
    if (got == PCAP_ERROR_BREAK) return true; /* the end of the file */
    buf_addf(why, "after frame %llu: %s", (unsigned long long)number, pcap_geterr(pcap));
    return true;
}

bool framefile_read(struct span file, frame_take_fn *take, void *arg, struct buf *why) {
    char error[PCAP_ERRBUF_SIZE] = "";
    /* fmemopen() refuses a buffer of no bytes. */
    FILE *stream = file.len ? fmemopen((void *)(uintptr_t)file.p, file.len, "rb") : NULL;
    pcap_t *pcap = stream ? pcap_fopen_offline(stream, error) : NULL;
    bool good = pcap && take_all(pcap, take, arg, why);
    if (!pcap) buf_addf(why, "not a capture that can be read: %s", stream ? error : "it is empty");
    if (pcap)
        pcap_close(pcap); /* closes the stream */
    else if (stream)
        fclose(stream);
    return good;
}
