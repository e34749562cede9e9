/* SPDX-License-Identifier: MIT */
/* Proves the capture file's bytes for each link type, its filter, and that no half file ever has the final
 * name. */
#include "model/net/ip.h"
#include "model/net/net.h"
#include "pcapgen/capture.h"
#include "pcapgen/little_endian.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define UAC   0xac140002
#define PROXY 0xac14000a

static char folder[] = "/tmp/siptwin-test-XXXXXX";
static char path[64];
static struct pool pool;

/* A process writes no file twice. */
static void take_new_path(void) {
    static unsigned serial;
    unlink(path);
    snprintf(path, sizeof path, "%s/out%u.pcap", folder, serial++);
}

static int begin(void **state) {
    (void)state;
    strcpy(folder, "/tmp/siptwin-test-XXXXXX");
    assert_non_null(mkdtemp(folder));
    take_new_path();
    pool_init(&pool);
    return 0;
}

static int end(void **state) {
    (void)state;
    pool_free(&pool);
    unlink(path);
    return rmdir(folder); /* fails if a temporary file was left */
}

static struct datagram *datagram_of(size_t len, uint16_t port) {
    struct datagram *d = datagram_new(&pool);
    d->payload = payload_new(&pool, len);
    memset(d->payload->bytes, 'x', len);
    d->payload->len = (uint32_t)len;
    d->from = (struct udp_address){UAC, port};
    d->to = (struct udp_address){PROXY, port};
    d->dont_fragment = true;
    d->identification = 1;
    return d;
}

static size_t read_file(uint8_t *bytes, size_t cap) {
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    size_t n = fread(bytes, 1, cap, f);
    fclose(f);
    return n;
}

static void each_link_type_has_its_header(void **state) {
    (void)state;
    static const struct {
        enum tap_link link;
        uint8_t type;
        enum tap_direction direction;
        size_t header_len;
        uint8_t header[20];
    } cases[] = {
        {TAP_ETHERNET, 1, TAP_RECEIVED, 14, {2, 0x42, 0xac, 20, 0, 10, 2, 0x42, 0xac, 20, 0, 2, 8, 0}},
        {TAP_SLL2, 20 /* 276 = 0x0114 */, TAP_RECEIVED, 20, {8, 0, 0, 0,    0,    0,  0, 2, 0, 1,
                                                             0, 6, 2, 0x42, 0xac, 20, 0, 2, 0, 0}},
        {TAP_SLL2, 20, TAP_SENT, 20, {8, 0, 0, 0, 0, 0, 0, 2, 0, 1, 4, 6, 2, 0x42, 0xac, 20, 0, 2, 0, 0}},
        {TAP_SLL, 113, TAP_SENT, 16, {0, 4, 0, 1, 0, 6, 2, 0x42, 0xac, 20, 0, 2, 0, 0, 8, 0}},
        {TAP_RAW, 101, TAP_SENT, 0, {0}},
    };
    struct datagram *d = datagram_of(4, 5060);
    uint8_t packet[32];
    size_t offset = 0;
    assert_int_equal(ip_write_packet(packet, d, 1500, CHECKSUM_VALID, &offset), sizeof packet);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *error = NULL;
        struct capture_options o = {
            cases[i].link, CHECKSUM_VALID, TAP_SIP, 1500, INT64_C(1767225600) * NS_PER_S, TAP_MICROSECONDS};
        struct capture *c = capture_open(path, &o, &error);
        assert_non_null(c);
        capture_add(c, 1234567899, cases[i].direction, d);
        assert_int_equal(access(path, F_OK), -1); /* not before it is complete */
        assert_true(capture_close(c, &error));
        uint8_t bytes[256];
        size_t len = 24 + 16 + cases[i].header_len + 28 + 4;
        assert_int_equal(read_file(bytes, sizeof bytes), len);
        const uint8_t file_header[20] = {0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0,
                                         0,    0,    0,    0,    0, 0, 0, 0, 4, 0};
        assert_memory_equal(bytes, file_header, sizeof file_header);
        assert_int_equal(bytes[20], cases[i].type);
        const uint8_t stamp[8] = {0x01, 0xb9, 0x55, 0x69,
                                  0x47, 0x94, 0x03, 0}; /* 1767225601, 234567: cut off */
        assert_memory_equal(bytes + 24, stamp, sizeof stamp);
        assert_memory_equal(bytes + 40, cases[i].header, cases[i].header_len);
        assert_memory_equal(bytes + 40 + cases[i].header_len, packet, sizeof packet);
        take_new_path();
    }
    datagram_drop(d);
    FILE *f = fopen(path, "w"); /* for the teardown */
    fclose(f);
}

static void the_filter_is_that_of_tcpdump(void **state) {
    (void)state;
    static const struct {
        enum tap_filter filter;
        size_t len;
        uint16_t port;
        unsigned packets;
    } cases[] = {
        {TAP_SIP, 100, 5060, 1}, {TAP_SIP, 100, 5061, 0},  {TAP_SIP, 2000, 5060, 1},
        {TAP_ALL, 100, 5061, 1}, {TAP_ALL, 2000, 5060, 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *error = NULL;
        struct datagram *d = datagram_of(cases[i].len, cases[i].port);
        struct capture_options o = {TAP_ETHERNET, CHECKSUM_VALID, cases[i].filter, 1500, 0, TAP_MICROSECONDS};
        struct capture *c = capture_open(path, &o, &error);
        capture_add(c, 0, TAP_SENT, d);
        assert_int_equal(capture_packets(c), cases[i].packets);
        assert_true(capture_close(c, &error));
        datagram_drop(d);
        if (i + 1 < sizeof cases / sizeof *cases) take_new_path();
    }
}

static bool is_file(const char *name, size_t size) {
    struct stat st;
    return stat(name, &st) == 0 && (size_t)st.st_size == size;
}

/* A datagram of 4 bytes makes a record of 16 + 14 + 32 bytes. */
static void a_capture_is_cut_by_size(void **state) {
    (void)state;
    char *error = NULL, parts[3][80];
    struct capture_options o = {TAP_ETHERNET, CHECKSUM_VALID, TAP_SIP, 1500, 0, TAP_MICROSECONDS, 100, 0};
    struct datagram *d = datagram_of(4, 5060);
    for (int i = 0; i < 3; i++)
        snprintf(parts[i], sizeof parts[i], i ? "%s%d" : "%s", path, i);
    struct capture *c = capture_open(path, &o, &error);
    for (int i = 0; i < 5; i++)
        capture_add(c, i, TAP_SENT, d);
    assert_int_equal(capture_parts(c), 3);
    assert_int_equal(access(path, F_OK), -1); /* no part before all are complete */
    assert_true(capture_close(c, &error));
    assert_true(is_file(parts[0], 24 + 2 * 62));
    assert_true(is_file(parts[1], 24 + 2 * 62));
    assert_true(is_file(parts[2], 24 + 62));
    unlink(parts[1]);
    unlink(parts[2]);
    datagram_drop(d);
}

static void a_capture_is_cut_by_time_and_named_by_it(void **state) {
    (void)state;
    char *error = NULL, name[80], first[80], second[80];
    struct capture_options o = {
        TAP_ETHERNET, CHECKSUM_VALID, TAP_SIP, 1500, INT64_C(1767225600) * NS_PER_S, TAP_MICROSECONDS, 0,
        10 * NS_PER_S};
    struct datagram *d = datagram_of(4, 5060);
    snprintf(name, sizeof name, "%s-%%H%%M%%S", path);
    snprintf(first, sizeof first, "%s-000000", path);
    snprintf(second, sizeof second, "%s-000012", path);
    struct capture *c = capture_open(name, &o, &error);
    capture_add(c, 0, TAP_SENT, d);
    capture_add(c, 10 * NS_PER_S - 1, TAP_SENT, d);
    capture_add(c, 12 * NS_PER_S, TAP_SENT, d);
    assert_true(capture_close(c, &error));
    assert_true(is_file(first, 24 + 2 * 62));
    assert_true(is_file(second, 24 + 62));
    unlink(first);
    unlink(second);
    datagram_drop(d);
    FILE *f = fopen(path, "w"); /* for the teardown */
    fclose(f);
}

/* Of several blocks, which a thread writes; in memory all is written at once. */
static void a_long_capture_is_what_it_is_in_memory(void **state) {
    (void)state;
    enum { DATAGRAMS = 3000 };
    char *error = NULL;
    struct buf memory = {0}, file = {0};
    struct capture_options o = {TAP_SLL2, CHECKSUM_PARTIAL, TAP_ALL, 1500, 0, TAP_MICROSECONDS};
    struct capture *c = capture_open(path, &o, &error);
    struct capture *m = capture_open_memory(&memory, "memory", &o, &error);
    for (int i = 0; i < DATAGRAMS; i++) {
        struct datagram *d = datagram_of(i % 50 == 0 ? 4000 : (size_t)i % 1400, (uint16_t)(5060 + i % 2));
        d->identification = (uint16_t)i;
        if (i % 3 == 0) ip_keep_checksum(d, UINT32_C(0xac140001));
        enum tap_direction direction = i % 7 ? TAP_SENT : TAP_RECEIVED;
        capture_add(c, i, direction, d);
        capture_add(m, i, direction, d);
        datagram_drop(d);
    }
    assert_int_equal(capture_packets(c), capture_packets(m));
    assert_true(capture_close(c, &error));
    assert_true(capture_close(m, &error));
    FILE *f = fopen(path, "r");
    size_t n = fread(buf_room(&file, memory.len + 1), 1, memory.len + 1, f);
    fclose(f);
    assert_int_equal(n, memory.len);
    assert_true(n > 1 << 20);
    assert_memory_equal(file.p, memory.p, n);
    buf_free(&memory);
    buf_free(&file);
}

static void an_abandoned_capture_leaves_the_old_file_alone(void **state) {
    (void)state;
    char *error = NULL;
    FILE *f = fopen(path, "w");
    fputs("old", f);
    fclose(f);
    struct capture_options o = {TAP_ETHERNET, CHECKSUM_VALID, TAP_SIP, 1500, 0, TAP_MICROSECONDS};
    capture_abandon(capture_open(path, &o, &error));
    uint8_t bytes[8];
    assert_int_equal(read_file(bytes, sizeof bytes), 3);
}

static void errors_name_the_file(void **state) {
    (void)state;
    char *error = NULL;
    struct capture_options o = {TAP_ETHERNET, CHECKSUM_VALID, TAP_SIP, 1500, 0, TAP_MICROSECONDS};
    assert_null(capture_open("/nowhere/out.pcap", &o, &error));
    assert_string_equal(error, "/nowhere/out.pcap: No such file or directory");
    free(error);
    assert_null(capture_open("/tmp", &o, &error));
    assert_string_equal(error, "/tmp: Is a directory");
    free(error);
    struct capture *c = capture_open("/dev/full", &o, &error);
    assert_non_null(c);
    struct datagram *d = datagram_of(1000, 5060);
    for (int i = 0; i < 100; i++)
        capture_add(c, 0, TAP_SENT, d);
    datagram_drop(d);
    assert_false(capture_close(c, &error));
    assert_string_equal(error, "/dev/full: No space left on device");
    free(error);
    struct stat st;
    assert_int_equal(stat("/dev/full", &st), 0);
    assert_true(S_ISCHR(st.st_mode)); /* a device is written to, not replaced */
    FILE *f = fopen(path, "w");
    fclose(f);
}

/* A big-endian machine's pcap_dump() gives the same file, in whatever pieces it is written. */
static void every_machine_writes_the_same_file(void **state) {
    (void)state;
    /* file header, a record of five bytes, an empty one, and one of two */
    static const struct span big = SPAN("\xa1\xb2\xc3\xd4\0\2\0\4\0\0\0\0\0\0\0\0\0\4\0\0\0\0\0\1"
                                        "\x65\x66\x67\x68\0\1\2\3\0\0\0\5\0\0\0\6hello"
                                        "\x65\x66\x67\x69\0\1\2\4\0\0\0\0\0\0\1\0"
                                        "\x65\x66\x67\x6a\0\1\2\5\0\0\0\2\0\0\0\2it");
    static const struct span little = SPAN("\xd4\xc3\xb2\xa1\2\0\4\0\0\0\0\0\0\0\0\0\0\0\4\0\1\0\0\0"
                                           "\x68\x67\x66\x65\3\2\1\0\5\0\0\0\6\0\0\0hello"
                                           "\x69\x67\x66\x65\4\2\1\0\0\0\0\0\0\1\0\0"
                                           "\x6a\x67\x66\x65\5\2\1\0\2\0\0\0\2\0\0\0it");
    for (size_t piece = 1; piece <= big.len; piece++) {
        struct little_endian le = {0};
        struct buf out = {0};
        for (struct span left = big; left.len; left = span_skip(left, piece))
            little_endian_add(&le, &out, span_head(left, piece));
        assert_true(span_eq(buf_span(&out), little));
        buf_free(&out);
    }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(every_machine_writes_the_same_file),
        TEST(each_link_type_has_its_header),
        TEST(the_filter_is_that_of_tcpdump),
        TEST(a_capture_is_cut_by_size),
        TEST(a_capture_is_cut_by_time_and_named_by_it),
        TEST(a_long_capture_is_what_it_is_in_memory),
        TEST(an_abandoned_capture_leaves_the_old_file_alone),
        TEST(errors_name_the_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
