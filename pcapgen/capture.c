/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* fopencookie() */
#include "pcapgen/capture.h"

#include "base/mem.h"
#include "base/outfile.h"
#include "pcapgen/little_endian.h"
#include "pcapgen/writer.h"

#include <errno.h>
#include <limits.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <time.h>

/* tcpdump's default snap length: nothing is cut. */
enum { SNAPLEN = 262144 };

/* What is collected for one write(): a quarter of the system time that stdio's own 4 KiB cost. */
enum { BUFFER = 1 << 17 };

/* Lengths in a pcap file: of its header, and of a record's. */
enum { PCAP_HEADER = 24, PCAP_RECORD = 16 };

struct capture {
    struct capture_options options;
    uint64_t packets;         /* that were added */
    struct writer *writer;    /* has it written meanwhile; NULL: it is written at once */
    char apart[WRITER_APART]; /* from here on: of who writes */
    char *path;
    char *name;              /* for messages */
    struct outfile *out;     /* NULL: it goes into memory */
    struct outfile **sealed; /* the parts before this one */
    size_t sealed_count, sealed_cap;
    uint64_t part_bytes;  /* in this part */
    int64_t part_from_ns; /* when it was begun */
    struct buf *memory;
    pcap_t *pcap;
    pcap_dumper_t *dumper; /* writes to take_bytes() */
    struct little_endian order;
    struct buf frame, turned;
    char *buffer; /* stdio's, of the dumper */
    int failed;   /* errno of the first write that failed */
    char *error;  /* why the next part could not be begun; NULL: it could */
};

/* Is it cut into parts? */
static bool is_cut(const struct capture *c) { return c->options.part_bytes || c->options.part_ns; }

/* Does it go into files, and not into memory or a device? */
static bool has_files(const struct capture *c) { return c->out && c->out->temporary; }

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

/* Opens libpcap's dumper, which writes the file's header. False: *error. */
static bool begin_dump(struct capture *c, char **error) {
    FILE *file = fopencookie(c, "wb", (cookie_io_functions_t){.write = take_bytes});
    if (!file) mem_exhausted();
    setvbuf(file, c->buffer, _IOFBF, BUFFER);
    __fsetlocking(file, FSETLOCKING_BYCALLER); /* nobody else has it: a tenth of what pcap_dump() takes */
    if (c->out) setvbuf(c->out->file, NULL, _IONBF, 0);
    c->part_bytes = PCAP_HEADER;
    c->dumper = pcap_dump_fopen(c->pcap, file);
    if (c->dumper) return true;
    *error = message(c->name, pcap_geterr(c->pcap));
    fclose(file);
    return false;
}

static writer_take_fn write_datagram;

/* Begins the capture. NULL: *error. */
static struct capture *begin(struct capture *c, char **error) {
    c->buffer = mem_new(BUFFER);
    c->pcap = pcap_open_dead_with_tstamp_precision(
        frame_datalink(c->options.link), SNAPLEN,
        c->options.precision == TAP_NANOSECONDS ? PCAP_TSTAMP_PRECISION_NANO : PCAP_TSTAMP_PRECISION_MICRO);
    if (!c->pcap) mem_exhausted();
    if (!begin_dump(c, error)) {
        capture_abandon(c);
        return NULL;
    }
    if (has_files(c) && !is_cut(c)) c->writer = writer_new(write_datagram, c);
    return c;
}

static struct capture *new_capture(const char *path, const char *name,
                                   const struct capture_options *options) {
    struct capture *c = mem_new(sizeof *c);
    c->options = *options;
    c->path = mem_text(span_of(path));
    c->name = mem_text(span_of(name));
    return c;
}

/* Opens the file of the part that begins at a time. False: *error. */
static bool open_part(struct capture *c, int64_t now_ns, char **error) {
    const char *why;
    struct buf path = {0};
    char timed[PATH_MAX];
    bool is_timed = is_cut(c) && strchr(c->path, '%');
    time_t at_s = (time_t)((c->options.start_ns + now_ns) / NS_PER_S);
    struct tm at;
    if (is_timed && strftime(timed, sizeof timed, c->path, gmtime_r(&at_s, &at)) == 0) timed[0] = '\0';
    buf_add_text(&path, is_timed ? timed : c->path);
    if (c->sealed_count && !is_timed) buf_addf(&path, "%zu", c->sealed_count);
    c->out = outfile_open(buf_text(&path), &why);
    if (!c->out) *error = message(outfile_label(path.p), why);
    buf_free(&path);
    c->part_from_ns = now_ns;
    return c->out;
}

struct capture *capture_open(const char *path, const struct capture_options *options, char **error) {
    struct capture *c = new_capture(path, outfile_label(path), options);
    if (open_part(c, 0, error)) return begin(c, error);
    capture_abandon(c);
    return NULL;
}

struct capture *capture_open_memory(struct buf *out, const char *name, const struct capture_options *options,
                                    char **error) {
    struct capture *c = new_capture(name, name, options);
    c->memory = out;
    return begin(c, error);
}

/* Writes what is left to be written; the dumper is no more then. */
static void end_dump(struct capture *c) {
    writer_end(c->writer);
    c->writer = NULL;
    if (c->dumper && pcap_dump_flush(c->dumper) != 0 && !c->failed) c->failed = errno;
    if (c->dumper) pcap_dump_close(c->dumper);
    c->dumper = NULL;
}

static bool is_part_over(const struct capture *c, int64_t now_ns) {
    const struct capture_options *o = &c->options;
    if (!is_cut(c) || !has_files(c)) return false; /* a device takes all parts */
    return ((o->part_bytes && c->part_bytes > o->part_bytes) ||
            (o->part_ns && now_ns - c->part_from_ns >= o->part_ns));
}

/* The next part begins. What fails shows at capture_close. */
static void next_part(struct capture *c, int64_t now_ns) {
    end_dump(c);
    outfile_seal(c->out);
    c->sealed = mem_room(c->sealed, c->sealed_count, &c->sealed_cap, sizeof *c->sealed);
    c->sealed[c->sealed_count++] = c->out;
    c->out = NULL;
    if (!open_part(c, now_ns, &c->error) || !begin_dump(c, &c->error)) c->failed = EIO;
}

static void write_datagram(void *arg, int64_t now_ns, enum tap_direction direction,
                           const struct datagram *d) {
    struct capture *c = arg;
    const struct capture_options *o = &c->options;
    if (is_part_over(c, now_ns) && !c->failed) next_part(c, now_ns);
    if (!c->dumper) return;
    int64_t at_ns = o->start_ns + now_ns;
    struct pcap_pkthdr header = {0};
    header.ts.tv_sec = at_ns / NS_PER_S;
    header.ts.tv_usec = at_ns % NS_PER_S / (o->precision == TAP_NANOSECONDS ? 1 : NS_PER_US);
    uint32_t mtu = tap_mtu(direction, o->mtu);
    for (size_t offset = 0; frame_write(&c->frame, o->link, direction, d, mtu, o->checksum, &offset);) {
        header.caplen = header.len = (bpf_u_int32)c->frame.len;
        pcap_dump((u_char *)c->dumper, &header, (const u_char *)c->frame.p);
        c->part_bytes += PCAP_RECORD + header.len;
        if (o->filter != TAP_ALL) return; /* further fragments have no ports */
    }
}

size_t capture_add(struct capture *c, int64_t now_ns, enum tap_direction direction,
                   const struct datagram *d) {
    const struct capture_options *o = &c->options;
    if (!tap_hears(o->link, direction) || !tap_takes(o->filter, o->ports, d)) return 0;
    size_t packets = o->filter == TAP_ALL ? ip_packets(d, tap_mtu(direction, o->mtu)) : 1;
    c->packets += packets;
    if (c->writer)
        writer_add(c->writer, now_ns, direction, d);
    else
        write_datagram(c, now_ns, direction, d);
    return packets;
}

uint64_t capture_packets(const struct capture *c) { return c->packets; }

size_t capture_parts(const struct capture *c) { return c->sealed_count + 1; }

/* Gives a finished part its name. */
static void close_part(struct capture *c, struct outfile *part) {
    int failed = c->failed ? 0 : outfile_close(part);
    if (c->failed)
        outfile_abandon(part);
    else
        c->failed = failed;
}

bool capture_close(struct capture *c, char **error) {
    end_dump(c);
    for (size_t i = 0; i < c->sealed_count; i++)
        close_part(c, c->sealed[i]);
    c->sealed_count = 0;
    if (c->out) close_part(c, c->out);
    c->out = NULL;
    bool ok = !c->failed;
    if (!ok) *error = c->error ? mem_text(span_of(c->error)) : message(c->name, strerror(c->failed));
    capture_abandon(c);
    return ok;
}

void capture_abandon(struct capture *c) {
    if (!c) return;
    end_dump(c);
    for (size_t i = 0; i < c->sealed_count; i++)
        outfile_abandon(c->sealed[i]);
    free(c->sealed);
    outfile_abandon(c->out);
    if (c->pcap) pcap_close(c->pcap);
    buf_free(&c->frame);
    buf_free(&c->turned);
    free(c->buffer);
    free(c->error);
    free(c->path);
    free(c->name);
    free(c);
}
