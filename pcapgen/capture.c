/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* fopencookie() */
#include "pcapgen/capture.h"

#include "base/mem.h"
#include "base/outfile.h"
#include "pcapgen/little_endian.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>

/* tcpdump's default snap length: nothing is cut. */
enum { SNAPLEN = 262144 };

/* What is collected for one write(): a quarter of the system time that stdio's own 4 KiB cost. */
enum { BUFFER = 1 << 18 };

struct capture {
    struct capture_options options;
    char *name;          /* for messages */
    struct outfile *out; /* NULL: it goes into memory */
    struct buf *memory;
    pcap_t *pcap;
    pcap_dumper_t *dumper; /* writes to take_bytes() */
    struct little_endian order;
    struct buf frame, turned;
    char *buffer; /* stdio's, of the dumper */
    uint64_t packets;
    int failed; /* errno of the first write that failed */
};

static char *message(const char *name, const char *why) {
    struct buf b = {0};
    buf_addf(&b, "%s: %s", name, why);
    buf_text(&b);
    return b.p;
}

static bool is_big_endian(void) {
    static const uint16_t one = 1;
    return *(const uint8_t *)&one == 0;
}

/* What pcap_dump() has written, on its way to where it belongs: a write function of fopencookie(). */
static ssize_t take_bytes(void *cookie, const char *bytes, size_t len) {
    struct capture *c = cookie;
    struct span all = {bytes, len};
    struct buf *turned = c->memory ? c->memory : &c->turned;
    if (is_big_endian()) {
        buf_reset(&c->turned);
        little_endian_add(&c->order, turned, all);
        if (c->out) all = buf_span(&c->turned);
    } else if (c->memory) {
        buf_add(c->memory, all);
    }
    if (c->out && !c->failed) c->failed = outfile_add(c->out, all);
    return c->failed ? 0 : (ssize_t)len;
}

/* Begins the capture. NULL: *error. */
static struct capture *begin(struct capture *c, char **error) {
    FILE *file = fopencookie(c, "wb", (cookie_io_functions_t){.write = take_bytes});
    if (!file) mem_exhausted();
    c->buffer = mem_new(BUFFER);
    setvbuf(file, c->buffer, _IOFBF, BUFFER);
    if (c->out) setvbuf(c->out->file, NULL, _IONBF, 0);
    c->pcap = pcap_open_dead_with_tstamp_precision(
        frame_datalink(c->options.link), SNAPLEN,
        c->options.precision == TAP_NANOSECONDS ? PCAP_TSTAMP_PRECISION_NANO : PCAP_TSTAMP_PRECISION_MICRO);
    if (!c->pcap) mem_exhausted();
    c->dumper = pcap_dump_fopen(c->pcap, file);
    if (c->dumper) return c;
    *error = message(c->name, pcap_geterr(c->pcap));
    fclose(file);
    capture_abandon(c);
    return NULL;
}

static struct capture *new_capture(const char *name, const struct capture_options *options) {
    struct capture *c = mem_new(sizeof *c);
    c->options = *options;
    c->name = mem_text(span_of(name));
    return c;
}

struct capture *capture_open(const char *path, const struct capture_options *options, char **error) {
    const char *why;
    struct capture *c = new_capture(outfile_label(path), options);
    c->out = outfile_open(path, &why);
    if (c->out) return begin(c, error);
    *error = message(c->name, why);
    capture_abandon(c);
    return NULL;
}

struct capture *capture_open_memory(struct buf *out, const char *name, const struct capture_options *options,
                                    char **error) {
    struct capture *c = new_capture(name, options);
    c->memory = out;
    return begin(c, error);
}

void capture_add(struct capture *c, int64_t now_ns, enum tap_direction direction, const struct datagram *d) {
    const struct capture_options *o = &c->options;
    if (!tap_takes(o->filter, d)) return;
    int64_t at_ns = o->start_ns + now_ns;
    struct pcap_pkthdr header = {0};
    header.ts.tv_sec = at_ns / NS_PER_S;
    header.ts.tv_usec = at_ns % NS_PER_S / (o->precision == TAP_NANOSECONDS ? 1 : NS_PER_US);
    struct ip_packet packet;
    for (size_t offset = 0; ip_next_packet(d, o->mtu, o->checksum, &offset, &packet);) {
        frame_write(&c->frame, o->link, direction, d, &packet);
        header.caplen = header.len = (bpf_u_int32)c->frame.len;
        pcap_dump((u_char *)c->dumper, &header, (const u_char *)c->frame.p);
        if (!c->failed && ferror(pcap_dump_file(c->dumper))) c->failed = errno ? errno : EIO;
        c->packets++;
        if (o->filter == TAP_SIP) return; /* further fragments have no ports */
    }
}

uint64_t capture_packets(const struct capture *c) { return c->packets; }

/* Writes what is left to be written; the dumper is no more then. */
static void end_dump(struct capture *c) {
    if (c->dumper && pcap_dump_flush(c->dumper) != 0 && !c->failed) c->failed = errno;
    if (c->dumper) pcap_dump_close(c->dumper);
    c->dumper = NULL;
}

bool capture_close(struct capture *c, char **error) {
    end_dump(c);
    if (!c->failed && c->out) {
        c->failed = outfile_close(c->out);
        c->out = NULL;
    }
    bool ok = !c->failed;
    if (!ok) *error = message(c->name, strerror(c->failed));
    capture_abandon(c);
    return ok;
}

void capture_abandon(struct capture *c) {
    if (!c) return;
    end_dump(c);
    outfile_abandon(c->out);
    if (c->pcap) pcap_close(c->pcap);
    buf_free(&c->frame);
    buf_free(&c->turned);
    free(c->buffer);
    free(c->name);
    free(c);
}
