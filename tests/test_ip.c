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
    ip_write_headers(d, (struct udp_address){UAC, 5060}, (struct udp_address){PROXY, 5060}, 0, dont_fragment,
                     0xa5eb);
    return d;
}

static void headers_are_those_of_rfc_791_and_768(void **state) {
    (void)state;
    struct pool pool;
    pool_init(&pool);
    struct datagram *d = datagram_of(&pool, 4, true);
    const uint8_t expected[28] = {0x45, 0,   0,  32, 0xa5, 0xeb, 0x40, 0,    64,   17, 0x3c, 0xad, 172, 20, 0,
                                  2,    172, 20, 0,  10,   0x13, 0xc4, 0x13, 0xc4, 0,  12,   0xbb, 0x52};
    assert_memory_equal(d->header, expected, sizeof expected);
    assert_true(udp_address_eq(datagram_from(d), (struct udp_address){UAC, 5060}));
    assert_true(udp_address_eq(datagram_to(d), (struct udp_address){PROXY, 5060}));
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
            ip_write_headers(d, datagram_from(d), datagram_to(d), 0, true, 1);
            assert_int_equal(get16(d->header + 26), plain_checksum(d));
            datagram_drop(d);
        }
    pool_free(&pool);
}

static void partial_checksum_is_the_one_the_lab_shows(void **state) {
    (void)state;
    struct pool pool;
    pool_init(&pool);
    struct datagram *d = datagram_of(&pool, 506 - UDP_HEADER_LEN, true);
    struct ip_packet p;
    size_t offset = 0;
    assert_true(ip_next_packet(d, 1500, CHECKSUM_PARTIAL, &offset, &p));
    assert_int_equal(get16(p.header + 26), 0x5a40); /* facts: Kamailio 9.1 */
    assert_false(ip_next_packet(d, 1500, CHECKSUM_PARTIAL, &offset, &p));
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
        struct ip_packet p;
        size_t offset = 0, seen = 0;
        unsigned n = 0;
        for (; ip_next_packet(d, 1500, CHECKSUM_PARTIAL, &offset, &p); n++) {
            assert_int_equal(get16(p.header + 2), cases[i].lens[n]);
            assert_int_equal(get16(p.header + 2), p.header_len + p.data.len);
            assert_int_equal(get16(p.header + 6), cases[i].flags[n]);
            assert_memory_equal(p.data.p, d->payload->bytes + seen, p.data.len);
            if (cases[i].packets > 1 && n == 0) /* a fragmented datagram has its real checksum */
                assert_memory_equal(p.header + 26, d->header + 26, 2);
            seen += p.data.len;
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
