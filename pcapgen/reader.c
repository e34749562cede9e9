/* SPDX-License-Identifier: MIT */
#include "pcapgen/reader.h"

#include "base/buf.h"
#include "base/infile.h"
#include "base/mem.h"

#include <assert.h>
#include <errno.h>
#include <pcap/pcap.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    ETHERTYPE_IP = 0x0800,
    ETHERTYPE_ARP = 0x0806,
    ETHERTYPE_VLAN = 0x8100,
    ETHERTYPE_IPV6 = 0x86dd,
    ETHERTYPE_PPPOE = 0x8864, /* a session's (RFC 2516) */
    ETHERTYPE_QINQ = 0x88a8,  /* 802.1ad */
    ETHERTYPE_QINQ_OLD = 0x9100,
    PPP_IP = 0x0021,
    PPP_IPV6 = 0x0057,
    PROTOCOL_TCP = 6,
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
};

enum { NO_TYPE = 255 };

static const struct link_layer link_layers[] = {
    {DLT_EN10MB, "Ethernet", 14, 12},           {DLT_LINUX_SLL, "Linux cooked v1", 16, 14},
    {DLT_LINUX_SLL2, "Linux cooked v2", 20, 0}, {DLT_RAW, "raw IP", 0, NO_TYPE},
    {DLT_IPV4, "raw IPv4", 0, NO_TYPE},
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

/* Skips VLAN tags and PPPoE: the length of all headers in front of what *type then says, moved on. */
static size_t skip_tags(struct span frame, size_t len, unsigned *type) {
    enum { TAG = 4, PPPOE = 8 }; /* each with the type of what follows at its end */
    for (;;) {
        bool tag = *type == ETHERTYPE_VLAN || *type == ETHERTYPE_QINQ || *type == ETHERTYPE_QINQ_OLD;
        size_t more = tag ? TAG : *type == ETHERTYPE_PPPOE ? PPPOE : 0;
        if (!more || frame.len < len + more) return len;
        len += more;
        unsigned next = u16(frame.p + len - 2);
        if (tag)
            *type = next;
        else
            *type = next == PPP_IP ? ETHERTYPE_IP : next == PPP_IPV6 ? ETHERTYPE_IPV6 : 0;
    }
}

/* The length of the headers in front of an IPv4 packet; SIZE_MAX: something else follows, *other says what.
 */
static size_t link_header_len(const struct link_layer *l, struct span frame, enum reader_other *other) {
    size_t len = l->header_len;
    unsigned type = 0;
    if (l->type_at == NO_TYPE && frame.len)
        type = (uint8_t)frame.p[0] >> 4 == 4   ? ETHERTYPE_IP
               : (uint8_t)frame.p[0] >> 4 == 6 ? ETHERTYPE_IPV6
                                               : 0;
    else if (l->type_at != NO_TYPE && frame.len >= len)
        type = u16(frame.p + l->type_at), len = skip_tags(frame, len, &type);
    *other = type == ETHERTYPE_IPV6 ? OTHER_IPV6 : type == ETHERTYPE_ARP ? OTHER_ARP : OTHER_LINK;
    return type == ETHERTYPE_IP ? len : SIZE_MAX;
}

const char *reader_other_name(enum reader_other other) {
    static const char *const names[] = {[OTHER_TCP] = "TCP",
                                        [OTHER_IPV6] = "IPv6",
                                        [OTHER_ARP] = "ARP",
                                        [OTHER_IP] = "other IPv4",
                                        [OTHER_LINK] = "not IP"};
    return names[other];
}

uint64_t reader_others(const struct reader *r) {
    uint64_t sum = 0;
    for (int k = 0; k < READER_OTHERS; k++)
        sum += r->others[k];
    return sum;
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

struct reader_packet reader_at(const struct reader *r, size_t index) {
    const struct reader_row *row = &r->rows[index];
    struct reader_packet p = {.frame = row->frame, .at_ns = row->at_ns};
    struct span frame = {row->bytes, row->len};
    enum reader_other other;
    bool is_udp;
    filemap_look(r->file, frame);
    size_t link_len = link_header_len(find_link_layer(r->datalink), frame, &other);
    p.link = span_head(frame, link_len);
    read_packet(&p, span_skip(frame, link_len), &is_udp); /* as when it was added */
    return p;
}

/* What the reading of one file needs. */
struct reading {
    struct reader *r;
    const struct link_layer *link;
    const char *name;
    char **error;
    FILE *file;
    uint64_t frames;
};

/*
 * Where the file itself has a frame that has just been read: in front of where reading goes on (pcap), with
 * padding and the block's length between (pcapng without options). Elsewhere it is copied.
 */
static const char *keep_frame(struct reading *in, struct span frame) {
    struct span file = in->r->file->bytes;
    off_t read = file.len ? ftello(in->file) : 0;
    const size_t behind[] = {0, sizeof(uint32_t) + (4 - frame.len % 4) % 4};
    for (size_t i = 0; i < sizeof behind / sizeof *behind; i++) {
        if (read < 0 || (uintmax_t)read > file.len || (size_t)read < frame.len + behind[i]) continue;
        struct span there = {file.p + (size_t)read - behind[i] - frame.len, frame.len};
        filemap_look(in->r->file, there);
        if (span_eq(there, frame)) return there.p;
    }
    return arena_text(&in->r->bytes, frame).p;
}

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
    enum reader_other other;
    size_t link_len = link_header_len(in->link, frame, &other);
    bool is_udp = false;
    const char *wrong = NULL;
    if (link_len != SIZE_MAX) {
        /* Only what concerns us is kept, so the views go over the copy. */
        struct span packet = span_skip(frame, link_len);
        wrong = read_packet(&p, packet, &is_udp);
        other = packet.len >= IP_HEADER_MIN && packet.p[9] == PROTOCOL_TCP ? OTHER_TCP : OTHER_IP;
        if (is_udp && header->caplen < header->len)
            return failed(in->error, in->name,
                          "frame %llu: only %u of its %u bytes were captured; tcpdump -s 0 captures all",
                          number, header->caplen, header->len);
        if (wrong) return failed(in->error, in->name, "frame %llu: %s", number, wrong);
    }
    if (!is_udp) {
        r->others[other]++;
        return true;
    }
    assert(frame.len < 1u << 24); /* libpcap reads none that are longer */
    r->rows = mem_room(r->rows, r->count, &r->cap, sizeof *r->rows);
    r->rows[r->count++] = (struct reader_row){p.at_ns, keep_frame(in, frame), in->frames, frame.len};
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

/* What unpacks a file that begins with this byte and is no capture; NULL: it is not known to be packed. */
static const char *unpacker(int first) {
    static const struct {
        uint8_t first;
        const char *command;
    } packers[] = {{0x1f, "zcat"}, {0x28, "zstdcat"}, {0xfd, "xzcat"}, {'B', "bzcat"}, {0x04, "lz4cat"}};
    for (size_t i = 0; i < sizeof packers / sizeof *packers; i++)
        if (first == packers[i].first) return packers[i].command;
    return NULL;
}

/* Reads the stream and closes it. */
static bool load_stream(struct reader *r, FILE *file, const char *name, char **error) {
    char why[PCAP_ERRBUF_SIZE] = "";
    *r = (struct reader){0};
    int first = getc(file);
    if (first != EOF) ungetc(first, file);
    pcap_t *pcap = pcap_fopen_offline_with_tstamp_precision(file, PCAP_TSTAMP_PRECISION_NANO, why);
    if (!pcap) {
        const char *unpack = unpacker(first);
        fclose(file);
        if (unpack)
            return failed(error, name,
                          "is compressed, it seems; give what `%s %s` prints, by a pipe: <(...) or -", unpack,
                          name);
        return failed(error, name, "not a capture that can be read: %s", why);
    }
    r->file = mem_new(sizeof *r->file);
    filemap_open(r->file, file);
    struct reading in = {.r = r, .name = name, .error = error, .file = file};
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
    if (r->file) filemap_close(r->file);
    free(r->file);
    free(r->rows);
    *r = (struct reader){0};
}
