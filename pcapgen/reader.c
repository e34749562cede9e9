/* SPDX-License-Identifier: MIT */
#include "pcapgen/reader.h"

#include "base/buf.h"
#include "base/infile.h"
#include "base/mem.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    ETHERTYPE_VLAN = 0x8100,
    ETHERTYPE_IP = 0x0800,
    PROTOCOL_UDP = 17,
    IP_HEADER_MIN = 20,
    UDP_HEADER = 8
};

#define NS_PER_SECOND INT64_C(1000000000)

/* Seconds are 32 bits in a pcap file; pcapng has room for more, which could not be counted in nanoseconds. */
#define SECONDS_END (INT64_C(1) << 32)

/* How a link-layer header says that IPv4 follows. */
struct link_layer {
    int datalink;
    const char *name;
    size_t header_len, type_at; /* type_at NO_TYPE: there is no header */
    bool vlan;                  /* an 802.1Q tag may stand between the header and the packet */
};

enum { NO_TYPE = 255 };

static const struct link_layer link_layers[] = {
    {DLT_EN10MB, "Ethernet", 14, 12, true},
    {DLT_LINUX_SLL, "Linux cooked v1", 16, 14, true},
    {DLT_LINUX_SLL2, "Linux cooked v2", 20, 0, false},
    {DLT_RAW, "raw IP", 0, NO_TYPE, false},
    {DLT_IPV4, "raw IPv4", 0, NO_TYPE, false},
};

static unsigned u16(const char *p) { return (unsigned)((uint8_t)p[0] << 8 | (uint8_t)p[1]); }
static uint32_t u32(const char *p) { return (uint32_t)u16(p) << 16 | u16(p + 2); }

static bool failed(char **error, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static bool failed(char **error, const char *name, const char *format, ...) {
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    struct buf b = {0};
    buf_addf(&b, "%s: %s", name, text);
    buf_text(&b);
    *error = b.p;
    return false;
}

static const struct link_layer *find_link_layer(int datalink) {
    for (size_t i = 0; i < sizeof link_layers / sizeof *link_layers; i++)
        if (link_layers[i].datalink == datalink) return &link_layers[i];
    return NULL;
}

const char *reader_link_name(const struct reader *r) {
    const struct link_layer *l = find_link_layer(r->datalink);
    return l ? l->name : "none";
}

/* The length of the header in front of an IPv4 packet; SIZE_MAX: something else follows. */
static size_t link_header_len(const struct link_layer *l, struct span frame) {
    if (frame.len < l->header_len) return SIZE_MAX;
    if (l->type_at == NO_TYPE) return frame.len > 0 && (uint8_t)frame.p[0] >> 4 == 4 ? 0 : SIZE_MAX;
    unsigned type = u16(frame.p + l->type_at);
    if (type == ETHERTYPE_IP) return l->header_len;
    if (l->vlan && type == ETHERTYPE_VLAN && frame.len >= l->header_len + 4 &&
        u16(frame.p + l->header_len + 2) == ETHERTYPE_IP)
        return l->header_len + 4;
    return SIZE_MAX;
}

/* Lays the views over an IPv4 packet; NULL, or what is wrong with it. *is_udp false: it concerns nobody. */
static const char *read_packet(struct reader_packet *p, struct span packet, bool *is_udp) {
    *is_udp = packet.len >= IP_HEADER_MIN && (uint8_t)packet.p[0] >> 4 == 4 && packet.p[9] == PROTOCOL_UDP;
    if (!*is_udp) return NULL;
    size_t header_len = ((uint8_t)packet.p[0] & 15) * 4u;
    p->ip_len = (uint16_t)u16(packet.p + 2);
    if (header_len < IP_HEADER_MIN || p->ip_len < header_len) return "its IP header's lengths make no sense";
    if (packet.len < p->ip_len) return "it is shorter than its IP header says";
    unsigned flags = u16(packet.p + 6);
    p->ip = span_head(packet, header_len);
    p->tos = (uint8_t)packet.p[1];
    p->ip_id = (uint16_t)u16(packet.p + 4);
    p->df = flags & 0x4000;
    p->mf = flags & 0x2000;
    p->fragment_offset = (uint16_t)((flags & 0x1fff) * 8);
    p->ttl = (uint8_t)packet.p[8];
    p->ip_checksum = (uint16_t)u16(packet.p + 10);
    p->source_ip = u32(packet.p + 12);
    p->target_ip = u32(packet.p + 16);
    p->trailer = span_skip(packet, p->ip_len);
    p->payload = span_skip(span_head(packet, p->ip_len), header_len);
    if (p->fragment_offset) return NULL;
    if (p->payload.len < UDP_HEADER) return "it is too short for a UDP header";
    p->source_port = (uint16_t)u16(p->payload.p);
    p->target_port = (uint16_t)u16(p->payload.p + 2);
    p->udp_len = (uint16_t)u16(p->payload.p + 4);
    p->udp_checksum = (uint16_t)u16(p->payload.p + 6);
    p->payload = span_skip(p->payload, UDP_HEADER);
    return NULL;
}

/* What the reading of one file needs. */
struct reading {
    struct reader *r;
    const struct link_layer *link;
    const char *name;
    char **error;
    uint64_t frames;
};

static bool add_frame(struct reading *in, const struct pcap_pkthdr *header, const u_char *bytes) {
    struct reader *r = in->r;
    struct reader_packet p = {.frame = ++in->frames};
    unsigned long long number = in->frames;
    int64_t seconds = header->ts.tv_sec, fraction_ns = header->ts.tv_usec; /* the precision asked for */
    if (seconds < 0) seconds += SECONDS_END; /* libpcap takes the 32 bits as signed */
    if (seconds < 0 || seconds >= SECONDS_END || fraction_ns < 0 || fraction_ns >= NS_PER_SECOND)
        return failed(in->error, in->name, "frame %llu: its time stamp is no time", number);
    int64_t at_ns = seconds * NS_PER_SECOND + fraction_ns;
    if (in->frames == 1) r->start_ns = at_ns;
    p.at_ns = at_ns - r->start_ns;
    struct span frame = {(const char *)bytes, header->caplen};
    size_t link_len = link_header_len(in->link, frame);
    bool is_udp = false;
    const char *wrong = NULL;
    if (link_len != SIZE_MAX) {
        /* Only what concerns us is kept, so the views go over the copy. */
        wrong = read_packet(&p, span_skip(frame, link_len), &is_udp);
        if (is_udp && header->caplen < header->len)
            return failed(in->error, in->name,
                          "frame %llu: only %u of its %u bytes were captured; tcpdump -s 0 captures all",
                          number, header->caplen, header->len);
        if (wrong) return failed(in->error, in->name, "frame %llu: %s", number, wrong);
    }
    if (!is_udp) {
        r->others++;
        return true;
    }
    frame = arena_text(&r->bytes, frame);
    read_packet(&p, span_skip(frame, link_len), &is_udp);
    p.link = span_head(frame, link_len);
    r->packets = mem_room(r->packets, r->count, &r->cap, sizeof *r->packets);
    r->packets[r->count++] = p;
    return true;
}

static bool read_all(struct reading *in, pcap_t *pcap) {
    in->r->datalink = pcap_datalink(pcap);
    in->link = find_link_layer(in->r->datalink);
    if (!in->link) {
        const char *known = pcap_datalink_val_to_name(in->r->datalink);
        return failed(in->error, in->name,
                      "link type %s (%d) is not one that is read here: Ethernet, Linux cooked, raw IP",
                      known ? known : "without a name", in->r->datalink);
    }
    struct pcap_pkthdr *header;
    const u_char *bytes;
    int got;
    while ((got = pcap_next_ex(pcap, &header, &bytes)) == 1)
        if (!add_frame(in, header, bytes)) return false;
    if (got == PCAP_ERROR_BREAK) return true; /* the end of the file */
    return failed(in->error, in->name, "after frame %llu: %s", (unsigned long long)in->frames,
                  pcap_geterr(pcap));
}

/* Reads the stream and closes it. */
static bool load_stream(struct reader *r, FILE *file, const char *name, char **error) {
    char why[PCAP_ERRBUF_SIZE] = "";
    *r = (struct reader){0};
    pcap_t *pcap = pcap_fopen_offline_with_tstamp_precision(file, PCAP_TSTAMP_PRECISION_NANO, why);
    if (!pcap) {
        fclose(file);
        return failed(error, name, "not a capture that can be read: %s", why);
    }
    struct reading in = {.r = r, .name = name, .error = error};
    bool good = read_all(&in, pcap);
    pcap_close(pcap);
    if (!good) reader_free(r);
    return good;
}

bool reader_load(struct reader *r, const char *path, char **error) {
    bool standard_input = strcmp(path, "-") == 0;
    const char *name = standard_input ? "standard input" : path, *why = NULL;
    *r = (struct reader){0};
    FILE *file = standard_input ? stdin : infile_open_stream(path, &why);
    if (!file) return failed(error, name, "%s", why);
    if (standard_input) why = infile_no_stream(file);
    if (!why) return load_stream(r, file, name, error);
    fclose(file);
    return failed(error, name, "%s", why);
}

bool reader_load_bytes(struct reader *r, struct span capture, const char *name, char **error) {
    *r = (struct reader){0};
    /* fmemopen() refuses a buffer of no bytes. */
    FILE *file = capture.len ? fmemopen((void *)(uintptr_t)capture.p, capture.len, "rb") : NULL;
    if (!file) return failed(error, name, "%s", capture.len ? strerror(errno) : "is empty");
    return load_stream(r, file, name, error);
}

void reader_free(struct reader *r) {
    arena_free(&r->bytes);
    free(r->packets);
    *r = (struct reader){0};
}
