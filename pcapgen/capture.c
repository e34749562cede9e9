/* SPDX-License-Identifier: MIT */
#include "pcapgen/capture.h"

#include "base/mem.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* tcpdump's default snap length: nothing is cut. */
enum { SNAPLEN = 262144 };

struct capture {
    struct capture_options options;
    char *path, *temporary; /* NULL: standard output */
    pcap_t *pcap;
    pcap_dumper_t *dumper;
    struct buf frame;
    uint64_t packets;
    int failed; /* errno of the first write that failed */
};

static char *message(const char *path, const char *why) {
    struct buf b = {0};
    buf_addf(&b, "%s: %s", path, why);
    buf_text(&b);
    return b.p;
}

static void capture_free(struct capture *c) {
    if (c->dumper) pcap_dump_close(c->dumper);
    if (c->pcap) pcap_close(c->pcap);
    buf_free(&c->frame);
    free(c->path);
    free(c->temporary);
    free(c);
}

/* A new file beside path with the rights that a plain open() would give. */
static FILE *open_temporary(struct capture *c) {
    struct buf name = {0};
    buf_addf(&name, "%s.XXXXXX.tmp", c->path);
    buf_text(&name);
    int fd = mkstemps(name.p, 4);
    if (fd < 0) {
        buf_free(&name);
        return NULL;
    }
    c->temporary = name.p;
    mode_t mask = umask(0);
    umask(mask);
    fchmod(fd, 0666 & ~mask);
    return fdopen(fd, "wb");
}

/* What must not be replaced by a file of its name: a device, a pipe; a directory, which fopen() then refuses.
 */
static bool is_special(const char *path) {
    struct stat st;
    return stat(path, &st) == 0 && !S_ISREG(st.st_mode);
}

/* Begins the file; it is the capture's from now on. NULL: *error. */
static struct capture *begin(struct capture *c, FILE *file, char **error) {
    c->pcap = pcap_open_dead_with_tstamp_precision(frame_datalink(c->options.link), SNAPLEN,
                                                   c->options.nanoseconds ? PCAP_TSTAMP_PRECISION_NANO
                                                                          : PCAP_TSTAMP_PRECISION_MICRO);
    assert(c->pcap);
    c->dumper = pcap_dump_fopen(c->pcap, file);
    if (c->dumper) return c;
    *error = message(c->path, pcap_geterr(c->pcap));
    fclose(file);
    capture_abandon(c);
    return NULL;
}

static struct capture *new_capture(const char *path, const struct capture_options *options) {
    struct capture *c = mem_new(sizeof *c);
    c->options = *options;
    c->path = mem_text(span_of(path));
    return c;
}

struct capture *capture_open(const char *path, const struct capture_options *options, char **error) {
    struct capture *c = new_capture(path, options);
    FILE *file = strcmp(path, "-") == 0 ? fdopen(dup(STDOUT_FILENO), "wb")
                 : is_special(path)     ? fopen(path, "wb")
                                        : open_temporary(c);
    if (!file) {
        *error = message(path, strerror(errno));
        capture_abandon(c);
        return NULL;
    }
    return begin(c, file, error);
}

struct capture *capture_open_stream(FILE *file, const char *name, const struct capture_options *options,
                                    char **error) {
    return begin(new_capture(name, options), file, error);
}

void capture_add(struct capture *c, int64_t now_ns, enum tap_direction direction, const struct datagram *d) {
    const struct capture_options *o = &c->options;
    if (o->filter == CAPTURE_SIP && datagram_from(d).port != 5060 && datagram_to(d).port != 5060) return;
    int64_t at_ns = o->start_ns + now_ns;
    struct pcap_pkthdr header = {0};
    header.ts.tv_sec = at_ns / NS_PER_S;
    header.ts.tv_usec = at_ns % NS_PER_S / (o->nanoseconds ? 1 : NS_PER_US);
    struct ip_packet packet;
    for (size_t offset = 0; ip_next_packet(d, o->mtu, o->checksum, &offset, &packet);) {
        frame_write(&c->frame, o->link, direction, d, &packet);
        header.caplen = header.len = (bpf_u_int32)c->frame.len;
        pcap_dump((u_char *)c->dumper, &header, (const u_char *)c->frame.p);
        if (!c->failed && ferror(pcap_dump_file(c->dumper))) c->failed = errno ? errno : EIO;
        c->packets++;
        if (o->filter == CAPTURE_SIP) return; /* further fragments have no ports */
    }
}

uint64_t capture_packets(const struct capture *c) { return c->packets; }

bool capture_close(struct capture *c, char **error) {
    if (!c->failed && pcap_dump_flush(c->dumper) != 0) c->failed = errno;
    if (!c->failed && c->temporary && rename(c->temporary, c->path) != 0) c->failed = errno;
    if (c->failed) {
        *error = message(strcmp(c->path, "-") == 0 ? "standard output" : c->path, strerror(c->failed));
        capture_abandon(c);
        return false;
    }
    capture_free(c);
    return true;
}

void capture_abandon(struct capture *c) {
    if (!c) return;
    if (c->temporary) unlink(c->temporary);
    capture_free(c);
}
