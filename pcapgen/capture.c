/* SPDX-License-Identifier: MIT */
#include "pcapgen/capture.h"

#include "base/mem.h"
#include "base/outfile.h"

#include <assert.h>
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
    struct outfile *out; /* NULL: a stream of the caller's */
    pcap_t *pcap;
    pcap_dumper_t *dumper; /* writes to out->file, or to the stream */
    struct buf frame;
    char *buffer; /* stdio's, of out->file */
    uint64_t packets;
    int failed; /* errno of the first write that failed */
};

static char *message(const char *name, const char *why) {
    struct buf b = {0};
    buf_addf(&b, "%s: %s", name, why);
    buf_text(&b);
    return b.p;
}

static void capture_free(struct capture *c) {
    if (c->pcap) pcap_close(c->pcap);
    buf_free(&c->frame);
    free(c->buffer);
    free(c->name);
    free(c);
}

static struct capture *new_capture(const char *name, const struct capture_options *options) {
    struct capture *c = mem_new(sizeof *c);
    c->options = *options;
    c->name = mem_text(span_of(name));
    return c;
}

/* Begins the capture on a stream. NULL: *error. */
static struct capture *begin(struct capture *c, FILE *file, char **error) {
    c->pcap = pcap_open_dead_with_tstamp_precision(
        frame_datalink(c->options.link), SNAPLEN,
        c->options.precision == TAP_NANOSECONDS ? PCAP_TSTAMP_PRECISION_NANO : PCAP_TSTAMP_PRECISION_MICRO);
    assert(c->pcap);
    c->dumper = pcap_dump_fopen(c->pcap, file);
    if (c->dumper) return c;
    *error = message(c->name, pcap_geterr(c->pcap));
    if (!c->out) fclose(file);
    capture_abandon(c);
    return NULL;
}

struct capture *capture_open(const char *path, const struct capture_options *options, char **error) {
    bool to_stdout = strcmp(path, "-") == 0;
    struct capture *c = new_capture(to_stdout ? "standard output" : path, options);
    c->out = outfile_open(path);
    if (c->out) {
        c->buffer = mem_new(BUFFER);
        setvbuf(c->out->file, c->buffer, _IOFBF, BUFFER);
        return begin(c, c->out->file, error);
    }
    *error = message(path, strerror(errno));
    capture_abandon(c);
    return NULL;
}

struct capture *capture_open_stream(FILE *file, const char *name, const struct capture_options *options,
                                    char **error) {
    return begin(new_capture(name, options), file, error);
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

bool capture_close(struct capture *c, char **error) {
    if (!c->failed && pcap_dump_flush(c->dumper) != 0) c->failed = errno;
    if (!c->failed && c->out) {
        c->failed = outfile_close(c->out);
        c->out = NULL;
        c->dumper = NULL;
    }
    bool ok = !c->failed;
    if (!ok) *error = message(c->name, strerror(c->failed));
    capture_abandon(c);
    return ok;
}

/* A dumper on a file of outfile's is not closed here: that would close the file twice. */
void capture_abandon(struct capture *c) {
    if (!c) return;
    if (c->out)
        outfile_abandon(c->out);
    else if (c->dumper)
        pcap_dump_close(c->dumper);
    capture_free(c);
}
