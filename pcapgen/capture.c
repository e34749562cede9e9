/* SPDX-License-Identifier: MIT */
#include "pcapgen/capture.h"

#include "base/mem.h"
#include "base/outfile.h"

#include <assert.h>
#include <endian.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* tcpdump's default snap length: nothing is cut. */
enum { SNAPLEN = 262144 };

/* When what was collected is written: a quarter of the system time that stdio's own 4 KiB cost. */
enum { COLLECTED = 1 << 18 };

/* Lengths in a pcap file: of its header, and of a record's. */
enum { PCAP_HEADER = 24, PCAP_RECORD = 16 };

struct capture {
    struct capture_options options;
    char *path;
    char *name;              /* for messages */
    struct outfile *out;     /* NULL: it goes into memory */
    struct outfile **sealed; /* the parts before this one */
    size_t sealed_count, sealed_cap;
    uint64_t part_bytes;  /* in this part */
    int64_t part_from_ns; /* when it was begun */
    struct buf *memory;
    struct buf collected; /* not yet written to out */
    uint64_t packets;
    int failed;  /* errno of the first write that failed */
    char *error; /* why the next part could not be begun; NULL: it could */
};

static char *message(const char *name, const char *why) {
    struct buf b = {0};
    buf_addf(&b, "%s: %s", name, why);
    buf_text(&b);
    return b.p;
}

/* Where its bytes go. */
static struct buf *bytes_of(struct capture *c) { return c->memory ? c->memory : &c->collected; }

static void add32(struct buf *out, uint32_t n) {
    n = htole32(n);
    buf_add(out, (struct span){(const char *)&n, sizeof n});
}

/* The header of a file (https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap-05.html). */
static void begin_dump(struct capture *c) {
    enum { MAGIC_MICROSECONDS = 0xa1b2c3d4, MAGIC_NANOSECONDS = 0xa1b23c4d, VERSION_2_4 = 4 << 16 | 2 };
    struct buf *to = bytes_of(c);
    add32(to, c->options.precision == TAP_NANOSECONDS ? MAGIC_NANOSECONDS : MAGIC_MICROSECONDS);
    add32(to, VERSION_2_4);
    add32(to, 0);
    add32(to, 0);
    add32(to, SNAPLEN);
    add32(to, frame_linktype(c->options.link));
    c->part_bytes = PCAP_HEADER;
}

/* Writes what was collected. */
static void flush(struct capture *c) {
    if (c->out && !c->failed) c->failed = outfile_add(c->out, buf_span(&c->collected));
    buf_reset(&c->collected);
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
    bool is_cut = c->options.part_bytes || c->options.part_ns, is_timed = is_cut && strchr(c->path, '%');
    time_t at_s = (time_t)((c->options.start_ns + now_ns) / NS_PER_S);
    struct tm at;
    if (is_timed && strftime(timed, sizeof timed, c->path, gmtime_r(&at_s, &at)) == 0) timed[0] = '\0';
    buf_add_text(&path, is_timed ? timed : c->path);
    if (c->sealed_count && !is_timed) buf_addf(&path, "%zu", c->sealed_count);
    c->out = outfile_open(buf_text(&path), &why);
    if (!c->out) *error = message(outfile_label(path.p), why);
    buf_free(&path);
    c->part_from_ns = now_ns;
    if (!c->out) return false;
    setvbuf(c->out->file, NULL, _IONBF, 0);
    begin_dump(c);
    return true;
}

struct capture *capture_open(const char *path, const struct capture_options *options, char **error) {
    struct capture *c = new_capture(path, outfile_label(path), options);
    if (open_part(c, 0, error)) return c;
    capture_abandon(c);
    return NULL;
}

struct capture *capture_open_memory(struct buf *out, const char *name,
                                    const struct capture_options *options) {
    struct capture *c = new_capture(name, name, options);
    c->memory = out;
    begin_dump(c);
    return c;
}

static bool is_part_over(const struct capture *c, int64_t now_ns) {
    const struct capture_options *o = &c->options;
    bool is_file = c->out && c->out->temporary; /* a device takes all parts */
    return is_file && ((o->part_bytes && c->part_bytes > o->part_bytes) ||
                       (o->part_ns && now_ns - c->part_from_ns >= o->part_ns));
}

/* The next part begins. What fails shows at capture_close. */
static void next_part(struct capture *c, int64_t now_ns) {
    flush(c);
    outfile_seal(c->out);
    c->sealed = mem_room(c->sealed, c->sealed_count, &c->sealed_cap, sizeof *c->sealed);
    c->sealed[c->sealed_count++] = c->out;
    c->out = NULL;
    if (!open_part(c, now_ns, &c->error)) c->failed = EIO;
}

/* The header of a record, of which nothing is cut. */
static void add_record(struct buf *to, uint32_t seconds, uint32_t fraction, uint32_t len) {
    const uint32_t header[] = {htole32(seconds), htole32(fraction), htole32(len), htole32(len)};
    buf_add(to, (struct span){(const char *)header, sizeof header});
}

void capture_add(struct capture *c, int64_t now_ns, enum tap_direction direction, const struct datagram *d) {
    const struct capture_options *o = &c->options;
    if (!tap_takes(o->filter, o->ports, d)) return;
    if (is_part_over(c, now_ns) && !c->failed) next_part(c, now_ns);
    if (!c->memory && !c->out) return;
    int64_t at_ns = o->start_ns + now_ns, fraction_ns = at_ns % NS_PER_S;
    uint32_t seconds = (uint32_t)(at_ns / NS_PER_S);
    uint32_t fraction = (uint32_t)(o->precision == TAP_NANOSECONDS ? fraction_ns : fraction_ns / NS_PER_US);
    struct buf *to = bytes_of(c);
    struct ip_packet packet;
    for (size_t offset = 0; ip_next_packet(d, o->mtu, o->checksum, &offset, &packet);) {
        size_t len = frame_len(o->link, &packet), before = to->len;
        add_record(to, seconds, fraction, (uint32_t)len);
        frame_add(to, o->link, direction, d, &packet);
        assert(to->len == before + PCAP_RECORD + len);
        c->part_bytes += PCAP_RECORD + len;
        c->packets++;
        if (o->filter != TAP_ALL) break; /* further fragments have no ports */
    }
    if (c->collected.len >= COLLECTED) flush(c);
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
    flush(c);
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
    for (size_t i = 0; i < c->sealed_count; i++)
        outfile_abandon(c->sealed[i]);
    free(c->sealed);
    outfile_abandon(c->out);
    buf_free(&c->collected);
    free(c->error);
    free(c->path);
    free(c->name);
    free(c);
}
