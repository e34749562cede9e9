/* SPDX-License-Identifier: MIT */
/* Proves the IPv4 and UDP bytes: headers, checksums as valid and as a veth shows them, and Linux's fragments.
 */
#include "model/net/ip.h"
#include "sim/random.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define UAC   0xac140002
#define PROXY 0xac14000a

static unsigned get16(const uint8_t *p) { return (unsigned)p[0] << 8 | p[1]; }

static struct datagram *datagram_of(struct pool *pool, size_t len, bool dont_fragment) {
    struct datagram *d = datagram_new(pool);
    d->payload = payload_new(pool, len);
    for (size_t i = 0; i < len; i++)
        d->payload->bytes[i] = (char)('a' + i % 26);
    d->payload->len = (uint32_t)len;
    d->from = (struct udp_address){UAC, 5060};
    d->to = (struct udp_address){PROXY, 5060};
    d->identification = 0xa5eb;
    d->dont_fragment = dont_fragment;
    return d;
}

/* Of a datagram that is not fragmented. */
static unsigned checksum_of(const struct datagram *d, enum udp_checksum checksum) {
    uint8_t packet[1500];
    size_t offset = 0;
    assert_int_equal(ip_write_packet(packet, d, sizeof packet, checksum, &offset), ip_room(d));
    assert_int_equal(ip_write_packet(packet, d, sizeof packet, checksum, &offset), 0);
    return get16(packet + 26);
}

static void headers_are_those_of_rfc_791_and_768(void **state) {
    (void)state;
    struct pool pool;
    pool_init(&pool);
    struct datagram *d = datagram_of(&pool, 4, true);
    uint8_t packet[32];
    size_t offset = 0;
    const uint8_t expected[32] = {0x45, 0,    0,  32, 0xa5, 0xeb, 0x40, 0,   64,  17,   0x3c,
                                  0xad, 172,  20, 0,  2,    172,  20,   0,   10,  0x13, 0xc4,
                                  0x13, 0xc4, 0,  12, 0xbb, 0x52, 'a',  'b', 'c', 'd'};
    assert_int_equal(ip_write_packet(packet, d, 1500, CHECKSUM_VALID, &offset), sizeof packet);
    assert_memory_equal(packet, expected, sizeof expected);
    datagram_drop(d);
    pool_free(&pool);
}

/* The sum of RFC 768 as it says it: 16 bits after the other, the pseudo header first. */
static unsigned plain_checksum(const struct datagram *d) {
    unsigned udp_len = UDP_HEADER_LEN + d->payload->len;
    const uint8_t *bytes = (const uint8_t *)d->payload->bytes;
    uint64_t sum = (UAC >> 16) + (UAC & 0xffff) + (PROXY >> 16) + (PROXY & 0xffff) + 17 + udp_len;
    sum += 5060 + 5060 + udp_len;
    for (size_t i = 0; i < d->payload->len; i++)
        sum += i % 2 == 0 ? (unsigned)bytes[i] << 8 : bytes[i];
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return sum == 0xffff ? 0xffff : ~(unsigned)sum & 0xffff;
}

/* Of each length, and of bytes that carry as often and as seldom as there are. */
static void checksums_are_those_of_plain_sums(void **state) {
    (void)state;
    struct pool pool;
    struct random_stream r;
    pool_init(&pool);
    random_init(&r, 1, "test", "checksums");
    for (size_t len = 0; len < 300; len++)
        for (int kind = 0; kind < 6; kind++) {
            struct datagram *d = datagram_of(&pool, len, true);
            for (size_t i = 0; i < len; i++) {
                uint32_t drawn = random_u32(&r);
                d->payload->bytes[i] = (char)(kind == 0   ? 0
                                              : kind == 1 ? 0xff
                                              : kind == 2 ? 0xff - (drawn % 64 == 0)
                                                          : drawn);
            }
            assert_int_equal(checksum_of(d, CHECKSUM_VALID), plain_checksum(d));
            datagram_drop(d);
        }
    pool_free(&pool);
}

static void partial_checksum_is_the_one_the_lab_shows(void **state) {
    (void)state;
    struct pool pool;
    pool_init(&pool);
    struct datagram *d = datagram_of(&pool, 506 - UDP_HEADER_LEN, true);
    assert_int_equal(checksum_of(d, CHECKSUM_PARTIAL), 0x5a40); /* facts: Kamailio 9.1 */
    datagram_drop(d);
    pool_free(&pool);
}

static void what_exceeds_the_mtu_is_fragmented_as_linux_does_it(void **state) {
    (void)state;
    static const struct {
        size_t payload;
        unsigned packets, lens[3], flags[3];
    } cases[] = {
        {1472, 1, {1500}, {0}},
        {1473, 2, {1500, 21}, {0x2000, 0x00b9}},
        {3000, 3, {1500, 1500, 68}, {0x2000, 0x20b9, 0x0172}},
    };
    struct pool pool;
    pool_init(&pool);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct datagram *d = datagram_of(&pool, cases[i].payload, false);
        uint8_t p[1500];
        size_t offset = 0, seen = 0;
        unsigned n = 0;
        for (size_t len; (len = ip_write_packet(p, d, sizeof p, CHECKSUM_PARTIAL, &offset)) > 0; n++) {
            size_t header = n == 0 ? 28 : 20;
            assert_int_equal(len, cases[i].lens[n]);
            assert_int_equal(get16(p + 2), len);
            assert_int_equal(get16(p + 6), cases[i].flags[n]);
            assert_memory_equal(p + header, d->payload->bytes + seen, len - header);
            if (cases[i].packets > 1 && n == 0) /* a fragmented datagram has its real checksum */
                assert_int_equal(get16(p + 26), plain_checksum(d));
            seen += len - header;
        }
        assert_int_equal(n, cases[i].packets);
        assert_int_equal(seen, cases[i].payload);
        datagram_drop(d);
    }
    pool_free(&pool);
}

static void addresses_are_read_strictly(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool good;
    } cases[] = {{"172.20.0.2", true},   {"0.0.0.0", true},       {"255.255.255.255", true},
                 {"172.20.0", false},    {"172.20.0.2.1", false}, {"172.20.0.256", false},
                 {"172.20.0.02", false}, {"172.20.0. 2", false},  {"", false},
                 {"a.b.c.d", false},     {"172.20.0.2 ", false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint32_t ip;
        struct buf out = {0};
        assert_int_equal(ipv4_parse(span_of(cases[i].text), &ip), cases[i].good);
        if (cases[i].good) {
            ipv4_write(&out, ip);
            assert_string_equal(buf_text(&out), cases[i].text);
        }
        buf_free(&out);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers_are_those_of_rfc_791_and_768),
        cmocka_unit_test(checksums_are_those_of_plain_sums),
        cmocka_unit_test(partial_checksum_is_the_one_the_lab_shows),
        cmocka_unit_test(what_exceeds_the_mtu_is_fragmented_as_linux_does_it),
        cmocka_unit_test(addresses_are_read_strictly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
