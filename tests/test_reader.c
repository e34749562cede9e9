/* SPDX-License-Identifier: MIT */
/* Proves that captures of all link types are read alike, in every form of pcap, and that bad ones are
 * refused. */
#include "base/buf.h"
#include "pcapgen/capture.h"
#include "pcapgen/reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define BYTES(literal) ((struct span){(literal), sizeof(literal) - 1})

/* A datagram of 5060 > 5070 with the payload "hello", DF, TOS 0x10, and one that is the last part of a larger
 * one. */
#define IP_PACKET                                                                                            \
    "\x45\x10\x00\x21\x12\x34\x40\x00\x40\x11\xab\xcd\xac\x14\x00\x02\xac\x14\x00\x0a"                       \
    "\x13\xc4\x13\xce\x00\x0d\xbe\xef"                                                                       \
    "hello"
#define IP_FRAGMENT                                                                                          \
    "\x45\x00\x00\x18\x12\x35\x00\xb9\x40\x11\x00\x00\xac\x14\x00\x02\xac\x14\x00\x0a"                       \
    "tail"
#define IP_TCP "\x45\x00\x00\x14\x12\x35\x00\x00\x40\x06\x00\x00\xac\x14\x00\x02\xac\x14\x00\x0a"

#define MACS     "\x02\x42\xac\x14\x00\x0a\x02\x42\xac\x14\x00\x02"
#define ETHERNET MACS "\x08\x00"
#define COOKED   "\x00\x00\x00\x01\x00\x06\x02\x42\xac\x14\x00\x02\x00\x00"
#define COOKED2  "\x08\x00\x00\x00\x00\x00\x00\x02\x00\x01\x00\x06\x02\x42\xac\x14\x00\x02\x00\x00"

static void add_u32(struct buf *out, bool big, uint32_t n) {
    for (int i = 0; i < 4; i++)
        buf_add_char(out, (char)(n >> 8 * (big ? 3 - i : i)));
}

static void add_file_header(struct buf *out, bool big, uint32_t magic, uint32_t link) {
    buf_reset(out);
    add_u32(out, big, magic);
    buf_add(out, big ? BYTES("\0\2\0\4") : BYTES("\2\0\4\0"));
    add_u32(out, big, 0);
    add_u32(out, big, 0);
    add_u32(out, big, 262144);
    add_u32(out, big, link);
}

static void add_frame(struct buf *out, bool big, uint32_t seconds, uint32_t fraction, struct span bytes,
                      uint32_t wire) {
    add_u32(out, big, seconds);
    add_u32(out, big, fraction);
    add_u32(out, big, (uint32_t)bytes.len);
    add_u32(out, big, wire ? wire : (uint32_t)bytes.len);
    buf_add(out, bytes);
}

enum { MICRO = 0xa1b2c3d4, NANO = 0xa1b23c4d };

static void check_packet(const struct reader_packet *p) {
    assert_int_equal(p->source_ip, 0xac140002);
    assert_int_equal(p->target_ip, 0xac14000a);
    assert_int_equal(p->source_port, 5060);
    assert_int_equal(p->target_port, 5070);
    assert_int_equal(p->tos, 0x10);
    assert_int_equal(p->ttl, 64);
    assert_int_equal(p->ip_id, 0x1234);
    assert_int_equal(p->ip_len, 33);
    assert_int_equal(p->ip_checksum, 0xabcd);
    assert_int_equal(p->udp_len, 13);
    assert_int_equal(p->udp_checksum, 0xbeef);
    assert_true(p->df);
    assert_false(p->mf);
    assert_int_equal(p->fragment_offset, 0);
    assert_true(span_is(p->payload, "hello"));
}

static void all_link_types_are_read_alike(void **state) {
    (void)state;
    static const struct {
        uint32_t link, magic;
        bool big;
        struct span frame, other; /* one to read, one to pass over */
        size_t link_len, trailer_len;
        const char *name;
    } cases[] = {
        {1, MICRO, false, BYTES(ETHERNET IP_PACKET), BYTES(MACS "\x08\x06arp"), 14, 0, "Ethernet"},
        {1, MICRO, true, BYTES(ETHERNET IP_PACKET), BYTES(ETHERNET IP_TCP), 14, 0, "Ethernet"},
        {1, NANO, false, BYTES(ETHERNET IP_PACKET), BYTES("short"), 14, 0, "Ethernet"},
        {1, NANO, true, BYTES(ETHERNET IP_PACKET "\0\0\0\0"), BYTES(MACS "\x86\xdd\x60"), 14, 4, "Ethernet"},
        {1, MICRO, false, BYTES(MACS "\x81\x00\x00\x07\x08\x00" IP_PACKET),
         BYTES(MACS "\x81\x00\x00\x07\x08\x06"), 18, 0, "Ethernet"},
        {113, MICRO, false, BYTES(COOKED "\x08\x00" IP_PACKET), BYTES(COOKED "\x08\x06"), 16, 0,
         "Linux cooked v1"},
        {276, MICRO, false, BYTES(COOKED2 IP_PACKET), BYTES("\x08\x06" COOKED2), 20, 0, "Linux cooked v2"},
        {101, MICRO, false, BYTES(IP_PACKET), BYTES("\x60\0\0\0"), 0, 0, "raw IP"},
        {228, MICRO, false, BYTES(IP_PACKET), BYTES(IP_TCP), 0, 0, "raw IPv4"},
    };
    struct buf file = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct reader r;
        char *error = NULL;
        bool big = cases[i].big;
        add_file_header(&file, big, cases[i].magic, cases[i].link);
        add_frame(&file, big, 1767225600, 5, cases[i].other, 0);
        add_frame(&file, big, 1767225601, 999, cases[i].frame, 0);
        if (!reader_load_bytes(&r, buf_span(&file), "x.pcap", &error)) fail_msg("case %zu: %s", i, error);
        assert_int_equal(r.count, 1);
        assert_int_equal(reader_others(&r), 1);
        assert_string_equal(reader_link_name(&r), cases[i].name);
        struct reader_packet p = reader_at(&r, 0);
        check_packet(&p);
        assert_int_equal(p.frame, 2);
        assert_int_equal(p.link.len, cases[i].link_len);
        assert_int_equal(p.trailer.len, cases[i].trailer_len);
        int64_t unit = cases[i].magic == MICRO ? 1000 : 1;
        assert_int_equal(r.start_ns, 1767225600 * INT64_C(1000000000) + 5 * unit);
        assert_int_equal(p.at_ns, 1000000000 + 994 * unit);
        reader_free(&r);
    }
    buf_free(&file);
}

/* What Wireshark saves. */
static void pcapng_is_read_too(void **state) {
    (void)state;
    struct buf file = {0};
    const uint32_t section[] = {0x0a0d0d0a, 28, 0x1a2b3c4d, 1, 0xffffffff, 0xffffffff, 28};
    const uint32_t interface[] = {1, 20, 101, 262144, 20};
    const uint32_t packet[] = {6, 68, 0, 0, 2000000, 33, 33}; /* in microseconds */
    for (size_t i = 0; i < sizeof section / sizeof *section; i++)
        add_u32(&file, false, section[i]);
    for (size_t i = 0; i < sizeof interface / sizeof *interface; i++)
        add_u32(&file, false, interface[i]);
    for (size_t i = 0; i < sizeof packet / sizeof *packet; i++)
        add_u32(&file, false, packet[i]);
    buf_add(&file, BYTES(IP_PACKET "\0\0\0"));
    add_u32(&file, false, 68);
    struct reader r;
    char *error = NULL;
    if (!reader_load_bytes(&r, buf_span(&file), "x.pcapng", &error)) fail_msg("%s", error);
    assert_int_equal(r.count, 1);
    assert_int_equal(r.start_ns, 2000000000);
    struct reader_packet p = reader_at(&r, 0);
    check_packet(&p);
    reader_free(&r);
    buf_free(&file);
}

static void fragments_have_no_ports(void **state) {
    (void)state;
    struct buf file = {0};
    struct reader r;
    char *error = NULL;
    add_file_header(&file, false, MICRO, 101);
    add_frame(&file, false, 4102444800, 0, BYTES(IP_FRAGMENT), 0); /* in 2100: no signed 32 bits hold it */
    add_frame(&file, false, 4102444801, 0, BYTES(IP_PACKET), 0);
    assert_true(reader_load_bytes(&r, buf_span(&file), "x.pcap", &error));
    assert_int_equal(r.count, 2);
    assert_int_equal(reader_at(&r, 0).fragment_offset, 0xb9 * 8);
    assert_int_equal(reader_at(&r, 0).source_port, 0);
    assert_true(span_is(reader_at(&r, 0).payload, "tail"));
    assert_int_equal(r.start_ns, 4102444800 * INT64_C(1000000000));
    assert_int_equal(reader_at(&r, 1).at_ns, 1000000000);
    reader_free(&r);
    buf_free(&file);
}

/* What capture.c writes, reader.c reads, through a stream and through a file. */
static void what_is_written_is_read(void **state) {
    (void)state;
    static const enum tap_link links[] = {TAP_ETHERNET, TAP_SLL2, TAP_SLL, TAP_RAW};
    struct pool pool;
    pool_init(&pool);
    struct datagram *d = datagram_new(&pool);
    d->payload = payload_of(&pool, SPAN("hello"));
    d->from = (struct udp_address){0xac140002, 5060};
    d->to = (struct udp_address){0xac14000a, 5070};
    d->dont_fragment = true;
    for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
        struct capture_options o = {links[i], CHECKSUM_VALID, TAP_SIP, 1500, 0, TAP_MICROSECONDS};
        char *error = NULL;
        struct buf bytes = {0};
        struct capture *c = capture_open_memory(&bytes, "memory", &o, &error);
        assert_non_null(c);
        capture_add(c, 1500, TAP_SENT, d);
        assert_true(capture_close(c, &error));
        struct reader r;
        assert_true(reader_load_bytes(&r, buf_span(&bytes), "memory", &error));
        assert_int_equal(r.count, 1);
        assert_int_equal(r.start_ns, 1000);
        assert_int_equal(reader_at(&r, 0).udp_checksum, 0x3c3b);
        assert_true(span_is(reader_at(&r, 0).payload, "hello"));
        reader_free(&r);

        char path[] = "/tmp/siptwin-test-XXXXXX";
        int fd = mkstemp(path);
        assert_true(fd >= 0 && write(fd, bytes.p, bytes.len) == (ssize_t)bytes.len);
        close(fd);
        assert_true(reader_load(&r, path, &error));
        assert_int_equal(r.count, 1);
        assert_true(r.rows[0].bytes >= r.file->bytes.p &&
                    r.rows[0].bytes < r.file->bytes.p + bytes.len); /* no copy */
        assert_true(span_is(reader_at(&r, 0).payload, "hello"));
        reader_free(&r);
        unlink(path);
        buf_free(&bytes);
    }
    datagram_drop(d);
    pool_free(&pool);
}

/* A classic pcap of one frame. */
static struct span file_of(struct buf *file, uint32_t link, struct span frame, uint32_t wire,
                           uint32_t fraction) {
    add_file_header(file, false, MICRO, link);
    add_frame(file, false, 1, fraction, frame, wire);
    return buf_span(file);
}

static void bad_captures_are_refused(void **state) {
    (void)state;
    static const char file_header[] = "\xd4\xc3\xb2\xa1\2\0\4\0\0\0\0\0\0\0\0\0\0\0\4\0\1\0\0\0";
    static const struct {
        struct span file;  /* as it is, or ... */
        struct span frame; /* ... one raw IP frame */
        uint32_t link, wire, fraction;
        const char *error; /* begins so */
    } cases[] = {
        {.file = {"", 0}, .error = "x.pcap: is empty"},
        {.file = BYTES("nonsense, but long enough"), .error = "x.pcap: not a capture that can be read: "},
        {.file = {file_header, 20}, .error = "x.pcap: not a capture that can be read: truncated dump file"},
        {.file = BYTES("\xd4\xc3\xb2\xa1\2\0\4\0\0\0\0\0\0\0\0\0\0\0\4\0\1\0\0\0"
                       "half a header"),
         .error = "x.pcap: after frame 0: truncated dump file"},
        {.link = 105,
         .frame = BYTES("x"),
         .error = "x.pcap: link type IEEE802_11 (105) is not one that is read here"},
        {.link = 101,
         .frame = BYTES(IP_PACKET),
         .wire = 99,
         .error = "x.pcap: frame 1: only 33 of its 99 bytes were captured"},
        {.link = 101,
         .frame = {IP_PACKET, 30},
         .error = "x.pcap: frame 1: it is shorter than its IP header says"},
        {.link = 101,
         .frame = BYTES("\x44\x10\x00\x21\x12\x34\x40\x00\x40\x11\xab\xcd\xac\x14\x00\x02\xac\x14\x00\x0a"),
         .error = "x.pcap: frame 1: its IP header's lengths make no sense"},
        {.link = 101,
         .frame = BYTES("\x45\x10\x00\x13\x12\x34\x40\x00\x40\x11\xab\xcd\xac\x14\x00\x02\xac\x14\x00\x0a"),
         .error = "x.pcap: frame 1: its IP header's lengths make no sense"},
        {.link = 101,
         .frame = BYTES("\x45\x10\x00\x15\x12\x34\x40\x00\x40\x11\xab\xcd\xac\x14\x00\x02\xac\x14\x00\x0ax"),
         .error = "x.pcap: frame 1: it is too short for a UDP header"},
        {.link = 101,
         .frame = BYTES(IP_PACKET),
         .fraction = 1000000,
         .error = "x.pcap: frame 1: its time stamp is no time"},
    };
    struct buf file = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct reader r;
        char *error = NULL;
        struct span bytes =
            cases[i].link ? file_of(&file, cases[i].link, cases[i].frame, cases[i].wire, cases[i].fraction)
                          : cases[i].file;
        assert_false(reader_load_bytes(&r, bytes, "x.pcap", &error));
        if (!span_starts(span_of(error), cases[i].error))
            fail_msg("case %zu: \"%s\", expected \"%s\"", i, error, cases[i].error);
        assert_int_equal(r.count, 0);
        free(error);
    }
    buf_free(&file);
}

static void bad_paths_are_refused(void **state) {
    (void)state;
    static const struct {
        const char *path, *error;
    } cases[] = {{"/nowhere/x.pcap", "/nowhere/x.pcap: No such file or directory"},
                 {"/tmp", "/tmp: is a directory"},
                 {"/dev/null", "/dev/null: is a device, not a file"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct reader r;
        char *error = NULL;
        assert_false(reader_load(&r, cases[i].path, &error));
        if (!span_starts(span_of(error), cases[i].error))
            fail_msg("\"%s\", expected \"%s\"", error, cases[i].error);
        free(error);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_link_types_are_read_alike),
        cmocka_unit_test(fragments_have_no_ports),
        cmocka_unit_test(pcapng_is_read_too),
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(bad_captures_are_refused),
        cmocka_unit_test(bad_paths_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
