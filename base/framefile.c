/* SPDX-License-Identifier: MIT */
#include "base/framefile.h"

#include "base/infile.h"

#include <errno.h>
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
    return false;
}

bool framefile_read(const char *path, size_t max, frame_take_fn *take, void *arg, struct buf *why) {
    char error[PCAP_ERRBUF_SIZE] = "";
    const char *reason;
    struct buf all = {0};
    if (!infile_read(&all, path, max, &reason)) {
        buf_add_text(why, reason);
        return false;
    }
    /* fmemopen() refuses a buffer of no bytes. */
    FILE *file = all.len ? fmemopen(all.p, all.len, "rb") : NULL;
    pcap_t *pcap = file ? pcap_fopen_offline(file, error) : NULL;
    bool good = pcap && take_all(pcap, take, arg, why);
    if (!pcap) buf_addf(why, "not a capture that can be read: %s", file ? error : "it is empty");
    if (pcap)
        pcap_close(pcap); /* closes the file */
    else if (file)
        fclose(file);
    buf_free(&all);
    return good;
}
