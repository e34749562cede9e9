/* SPDX-License-Identifier: MIT */
/* Proves which datagrams compare takes for the same, what it calls moved or late, and which fields it names.
 */
#include "base/mem.h"
#include "view/compare.h"
#include "view/sequence.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* The IP header's bytes, where no capture is read and only the options and unnamed bits are looked at. */
static const char ip_header[20] = {0x45};

static void add_u16(struct buf *b, unsigned n) {
    buf_add_char(b, (char)(n >> 8));
    buf_add_char(b, (char)n);
}

/* Of a capture's own numbers, little-endian here as on every machine. */
static void add_u32(struct buf *b, uint32_t n) {
    for (int shift = 0; shift < 32; shift += 8)
        buf_add_char(b, (char)(n >> shift & 0xff));
}

static void add_address(struct buf *b, char host) {
    add_u16(b, 0);
    add_u16(b, (unsigned)ascii_lower(host));
}

/*
 * Makes a capture of a text: packets with a semicolon between, each "CALL FROM>TO KIND MS", a host a letter
 * (its address; upper case: port 5070). KIND is a method, or "180INVITE". A + after MS: a nanosecond later,
 * and with another IP identification.
 */
static struct reader capture_of(const char *text) {
    const uint32_t head[] = {0xa1b23c4d, 2 | 4 << 16, 0, 0, 65535, 101}; /* nanoseconds, raw IP */
    struct buf file = {0};
    struct reader r;
    char *error = NULL;
    for (size_t i = 0; i < sizeof head / sizeof *head; i++)
        add_u32(&file, head[i]);
    while (*text) {
        char call[16], from, to, kind[32];
        int ms, used = 0;
        assert_int_equal(sscanf(text, " %15s %c>%c %31s %d%n", call, &from, &to, kind, &ms, &used), 5);
        bool other = text[used] == '+';
        text += used + strspn(text + used, "+ ;");
        char payload[256];
        bool response = ascii_digit(kind[0]);
        int len =
            response
                ? snprintf(payload, sizeof payload,
                           "SIP/2.0 %.3s Reason\r\nCall-ID: %s\r\nCSeq: 1 %s\r\n\r\n", kind, call, kind + 3)
                : snprintf(payload, sizeof payload, "%s sip:x@y SIP/2.0\r\nCall-ID: %s\r\nCSeq: 1 %s\r\n\r\n",
                           kind, call, kind);
        add_u32(&file, 1000 + (uint32_t)ms / 1000);
        add_u32(&file, (uint32_t)ms % 1000 * 1000000 + other);
        add_u32(&file, (uint32_t)(28 + len));
        add_u32(&file, (uint32_t)(28 + len));
        add_u16(&file, 0x4500);
        add_u16(&file, (unsigned)(28 + len));
        add_u16(&file, other);
        add_u16(&file, 0);
        add_u16(&file, 64 << 8 | 17);
        add_u16(&file, 0);
        add_address(&file, from);
        add_address(&file, to);
        add_u16(&file, from >= 'a' ? 5060 : 5070);
        add_u16(&file, to >= 'a' ? 5060 : 5070);
        add_u16(&file, (unsigned)(8 + len));
        add_u16(&file, 0);
        buf_add(&file, (struct span){payload, (size_t)len});
    }
    if (!reader_load_bytes(&r, buf_span(&file), "a test", &error)) fail_msg("%s", error);
    buf_free(&file);
    return r;
}

/* What became of each packet of A: its partner's number, ~ moved, t late, ! different, - none; then B's
 * others. */
static void describe(struct buf *out, const struct compare *c) {
    buf_reset(out);
    for (size_t i = 0; i < c->a.capture->count; i++) {
        const struct compare_pair *p = &c->pairs[i];
        if (i) buf_add_char(out, ' ');
        if (c->alignment.a_partner[i] == COMPARE_NONE) {
            buf_add_char(out, '-');
            continue;
        }
        buf_addf(out, "%s%s%s%zu", p->moved ? "~" : "", p->late ? "t" : "", p->different ? "!" : "",
                 c->alignment.a_partner[i] + 1);
    }
    for (size_t j = 0; j < c->b.capture->count; j++)
        if (c->alignment.b_partner[j] == COMPARE_NONE) buf_addf(out, " +%zu", j + 1);
    size_t pairs = c->a.capture->count - c->only_a;
    assert_int_equal(pairs, c->b.capture->count - c->only_b);
    assert_int_equal(compare_same(c), c->identical == pairs && !c->only_a && !c->only_b);
}

#define STATELESS                                                                                            \
    "1 u>p INVITE 0; 1 p>s INVITE 1; 1 s>p 180INVITE 2; 1 p>u 180INVITE 3; 1 s>p 200INVITE 4; 1 p>u "        \
    "200INVITE 5; "                                                                                          \
    "1 u>p ACK 6; 1 p>s ACK 7"
#define STATEFUL                                                                                             \
    "1 u>p INVITE 0; 1 p>u 100INVITE 1; 1 p>s INVITE 1; 1 s>p 180INVITE 2; 1 s>p 200INVITE 4; 1 p>u "        \
    "200INVITE 5; "                                                                                          \
    "1 u>p ACK 6; 1 p>s ACK 7"

static const struct {
    const char *what, *a, *b, *expected;
} alignments[] = {
    {"the same", STATEFUL, STATEFUL, "1 2 3 4 5 6 7 8"},
    {"one lacks the 100, the other the relayed 180", STATELESS, STATEFUL, "1 3 4 - 5 6 7 8 +2"},
    {"other Call-IDs, in the order of appearance", "1 a>b INVITE 0; 2 a>b INVITE 1; 1 b>a 200INVITE 2",
     "x a>b INVITE 0; y a>b INVITE 1; x b>a 200INVITE 2", "!1 !2 !3"},
    {"Call-IDs that are equal belong together, whatever their order",
     "1 a>b INVITE 0; 2 a>b INVITE 5; 2 b>a 200INVITE 6", "2 a>b INVITE 0; 1 a>b INVITE 5; 2 b>a 200INVITE 6",
     "~2 1 3"},
    {"of Call-IDs only that counts what is not the same in all",
     "1-77@h a>b INVITE 0; 2-77@h a>b INVITE 5; 3-77@h a>b INVITE 9",
     "2-88@h a>b INVITE 0; 1-88@h a>b INVITE 5; 3-88@h a>b INVITE 9", "~!2 !1 !3"},
    {"a call that is only in B", "1 a>b INVITE 0; 3 a>b INVITE 2",
     "1 a>b INVITE 0; 2 a>b INVITE 1; 3 a>b INVITE 2", "1 3 +2"},
    {"other addresses, in the order of appearance", "1 a>b INVITE 0; 1 b>a 200INVITE 1",
     "1 c>d INVITE 0; 1 d>c 200INVITE 1", "!1 !2"},
    {"one other address", "1 a>p INVITE 0; 1 p>b INVITE 1", "1 a>q INVITE 0; 1 q>b INVITE 1", "!1 !2"},
    {"another port of the same address", "1 a>b INVITE 0; 1 b>a 200INVITE 1",
     "1 a>B INVITE 0; 1 B>a 200INVITE 1", "!1 !2"},
    {"ports tell two programs of one host apart", "1 a>A INVITE 0; 1 A>a 200INVITE 1",
     "1 a>A INVITE 0; 1 A>a 200INVITE 1", "1 2"},
    {"of copies the first ones belong together", "1 a>b INVITE 0; 1 a>b INVITE 500; 1 b>a 200INVITE 501",
     "1 a>b INVITE 0; 1 b>a 200INVITE 501", "1 - 2"},
    {"unless times say otherwise", "1 a>b INVITE 0; 1 a>b INVITE 500; 1 a>b INVITE 1500; 1 a>b INVITE 3500",
     "1 a>b INVITE 0; 1 a>b INVITE 1500; 1 a>b INVITE 3500; 1 a>b INVITE 7500", "1 - 2 3 +4"},
    {"another answer is another datagram", "1 a>b INVITE 0; 1 b>a 486INVITE 1; 1 a>b ACK 2",
     "1 a>b INVITE 0; 1 b>a 603INVITE 1; 1 a>b ACK 2", "1 - 3 +2"},
    {"out of order on one leg", "1 b>a 180INVITE 0; 1 b>a 200INVITE 2; 1 a>b ACK 3; 1 b>a BYE 9",
     "1 b>a 200INVITE 0; 1 a>b ACK 1; 1 b>a 180INVITE 2; 1 b>a BYE 7", "~3 1 2 4"},
    {"out of order on one leg, however close", "1 b>a 180INVITE 0; 1 b>a 200INVITE 0",
     "1 b>a 200INVITE 0; 1 b>a 180INVITE 0", "~2 1"},
    {"two legs may change places within 1 ms", "1 a>b INVITE 0; 1 b>c INVITE 0; 1 c>b 200INVITE 9",
     "1 b>c INVITE 0; 1 a>b INVITE 0; 1 c>b 200INVITE 9", "2 1 3"},
    {"but not when they are further apart", "1 a>b INVITE 0; 1 b>c INVITE 1; 1 c>b 200INVITE 9",
     "1 b>c INVITE 0; 1 a>b INVITE 1; 1 c>b 200INVITE 9", "~2 1 3"},
    {"late", "1 a>b INVITE 0; 1 b>a 200INVITE 100; 1 a>b ACK 10000",
     "1 a>b INVITE 0; 1 b>a 200INVITE 171; 1 a>b ACK 10119", "1 t2 3"},
    {"early", "1 a>b INVITE 0; 1 b>a 200INVITE 100", "1 a>b INVITE 0; 1 b>a 200INVITE 29", "1 t2"},
    {"nothing in A", "", "1 a>b INVITE 0", " +1"},
    {"nothing in B", "1 a>b INVITE 0", "", "-"},
};

static const struct compare_options usual = {
    .tolerance_ns = COMPARE_TOLERANCE_NS, .tolerance_ppm = COMPARE_TOLERANCE_PPM, .swap_ns = COMPARE_SWAP_NS};

static void captures_are_aligned(void **state) {
    (void)state;
    struct buf text = {0};
    for (size_t i = 0; i < sizeof alignments / sizeof *alignments; i++) {
        struct reader a = capture_of(alignments[i].a), b = capture_of(alignments[i].b);
        struct compare_side sa = {"a", &a, NULL, 0}, sb = {"b", &b, NULL, 0};
        struct compare c;
        compare_init(&c, &sa, &sb, &usual);
        describe(&text, &c);
        if (strcmp(buf_text(&text), alignments[i].expected) != 0)
            fail_msg("%s: \"%s\", expected \"%s\"", alignments[i].what, text.p, alignments[i].expected);
        buf_reset(&text);
        compare_write(&text, &c, 0, true); /* whatever it is, it can be told */
        assert_true(text.len > 0);
        compare_free(&c);
        reader_free(&a);
        reader_free(&b);
    }
    buf_free(&text);
}

static void strict_allows_no_tolerance(void **state) {
    (void)state;
    static const struct compare_options strict = {.scope = {.strict = true}};
    struct reader a = capture_of("1 a>b INVITE 0; 1 b>c INVITE 0; 1 c>b 200INVITE 9");
    struct reader b = capture_of("1 b>c INVITE 0; 1 a>b INVITE 0; 1 c>b 200INVITE 9+");
    struct buf text = {0};
    struct compare_side sa = {"a", &a, NULL, 0}, sb = {"b", &b, NULL, 0};
    struct compare c;
    compare_init(&c, &sa, &sb, &strict);
    describe(&text, &c);
    assert_string_equal(buf_text(&text), "~2 1 t!3");
    compare_free(&c);
    reader_free(&a);
    reader_free(&b);
    buf_free(&text);
}

/* Which fields of two messages are named. */
#define HEAD "INVITE sip:x SIP/2.0\r\n"

static const struct {
    const char *a, *b, *ignore, *expected;
} messages[] = {
    {HEAD "Via: 1\r\n\r\nbody", HEAD "Via: 1\r\n\r\nbody", "", ""},
    {HEAD "Via: 1\r\n\r\n", HEAD "Via: 2\r\n\r\n", "", "sip.Via@27/27 "},
    {HEAD "Via: 1\r\n\r\n", HEAD "Via: 2\r\n\r\n", "sip.Via", ""},
    {HEAD "v: 1\r\n\r\n", HEAD "Via: 2\r\n\r\n", "sip.via", ""},
    {HEAD "X-Y: 1\r\n\r\n", HEAD "X-Y: 2\r\n\r\n", "sip.X-Y", ""},
    {HEAD "Via: 1\r\n\r\n", HEAD "Via: 2\r\n\r\n", "udp.payload", ""},
    {HEAD "Via: 1\r\n\r\n", HEAD "Via:  1\r\n\r\n", "", "sip.Via@27/27 "},
    {HEAD "\r\n", "INVITE sip:y SIP/2.0\r\n\r\n", "", "sip.Request-Line@11/11 "},
    {"SIP/2.0 200 OK\r\n\r\n", "SIP/2.0 200 Ok\r\n\r\n", "", "sip.Status-Line@13/13 "},
    {HEAD "Via: 2\r\nVia: 1\r\n\r\n", HEAD "Via: 1\r\n\r\n", "", "sip.Via@22/- "},
    {HEAD "P: 1\r\nQ: 1\r\n\r\n", HEAD "Q: 1\r\nP: 1\r\n\r\n", "", "sip.P~22/28 "},
    {HEAD "P: 1\r\nTo: 1\r\n\r\nx", HEAD "P: 2\r\nTo: 2\r\n\r\ny", "sip.To",
     "sip.P@25/25 sip.msg_body@37/37 "},
    {HEAD "P: 1\r\n\r\nv=0\r\no=1\r\n", HEAD "P: 1\r\n\r\nv=0\r\no=2\r\n", "", "sip.msg_body@37/37 "},
    {HEAD "P: 1\r\n\r\n", HEAD "P: 1\r\n\n", "", "sip.msg_hdr@28/28 "},
    {HEAD "P: 1\r\n\r\n", HEAD "P: 1\n\r\n", "", "sip.P@26/26 "},
    {"rubbish", "rubbisH", "", "udp.payload@6/6 "},
    {"rubbish", HEAD "\r\n", "", "udp.payload@0/0 "},
};

static void differing_fields_are_named(void **state) {
    (void)state;
    struct compare_differences d = {0};
    struct buf text = {0};
    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++) {
        struct compare_scope scope = {0};
        const char *meant;
        struct reader_packet a = {.payload = span_of(messages[i].a)}, b = {.payload = span_of(messages[i].b)};
        a.ip_len = (uint16_t)(28 + a.payload.len), b.ip_len = (uint16_t)(28 + b.payload.len);
        if (*messages[i].ignore)
            assert_true(compare_ignore_add(&scope.ignore, span_of(messages[i].ignore), &meant));
        compare_packets(&d, &a, &b, &scope, true);
        buf_reset(&text);
        for (size_t k = 0; k < d.count; k++) {
            const struct compare_difference *one = &d.list[k];
            buf_addf(&text, "%s" SPAN_FMT, one->is_header ? "sip." : "", SPAN_ARG(one->field));
            for (int side = 0; side < 2; side++) {
                buf_add_char(&text, side ? '/' : one->moved ? '~' : '@');
                if (one->text[side].p)
                    buf_addf(&text, "%zu", one->at[side]);
                else
                    buf_add_char(&text, '-');
            }
            buf_add_char(&text, ' ');
        }
        if (strcmp(buf_text(&text), messages[i].expected) != 0)
            fail_msg("message %zu: \"%s\", expected \"%s\"", i, text.p, messages[i].expected);
        compare_ignore_free(&scope.ignore);
    }
    compare_differences_free(&d);
    buf_free(&text);
}

static void differing_numbers_are_named(void **state) {
    (void)state;
    static const char other[20] = {0x45, 0, 0, 0, 0, 0, (char)0x80};
    struct reader_packet a = {.ip = {ip_header, 20}, .payload = SPAN("x"), .ip_len = 29, .udp_len = 9};
    const struct {
        const char *field, *values;
        struct reader_packet b;
        bool only_strict;
    } cases[] = {
        {"ip.src", "0.0.0.0 172.20.0.2", {.source_ip = 0xac140002}, false},
        {"ip.dst", "0.0.0.0 0.0.0.9", {.target_ip = 9}, false},
        {"ip.dsfield", "0x00 0x10", {.tos = 0x10}, false},
        {"ip.flags.df", "not set set", {.df = true}, false},
        {"ip.flags.mf", "not set set", {.mf = true}, false},
        {"ip.frag_offset", "0 1480", {.fragment_offset = 1480}, false},
        {"ip.ttl", "0 64", {.ttl = 64}, false},
        {"ip.len", "29 30", {.ip_len = 30}, false},
        {"udp.srcport", "0 5060", {.source_port = 5060}, false},
        {"udp.dstport", "0 5060", {.target_port = 5060}, false},
        {"udp.length", "9 10", {.udp_len = 10}, false},
        {"ip.id", "0x0000 0x0102", {.ip_id = 0x102}, true},
        {"ip.checksum", "0x0000 0x0001", {.ip_checksum = 1}, true},
        {"udp.checksum", "0x0000 0x0001", {.udp_checksum = 1}, true},
        {"frame", "0x0000000000000000 0x8000000000000000", {.ip = {other, 20}}, true},
        {"frame", "nothing 0x00", {.trailer = SPAN("\0")}, true},
    };
    struct compare_differences d = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct reader_packet b = cases[i].b;
        char values[64];
        b.payload = a.payload;
        if (!b.ip.p) b.ip = a.ip;
        if (!b.ip_len) b.ip_len = a.ip_len;
        if (!b.udp_len) b.udp_len = a.udp_len;
        struct compare_scope scope = {0};
        const char *meant;
        compare_packets(&d, &a, &b, &scope, true);
        assert_int_equal(d.count, cases[i].only_strict ? 0 : 1);
        scope.strict = true;
        compare_packets(&d, &a, &b, &scope, true);
        assert_int_equal(d.count, 1);
        assert_true(span_is(d.list[0].field, cases[i].field));
        snprintf(values, sizeof values, "%s %s", d.list[0].number[0], d.list[0].number[1]);
        assert_string_equal(values, cases[i].values);
        assert_true(compare_ignore_add(&scope.ignore, span_of(cases[i].field), &meant));
        compare_packets(&d, &a, &b, &scope, true);
        assert_int_equal(d.count, 0);
        compare_ignore_free(&scope.ignore);
    }
    compare_differences_free(&d);
}

static void unknown_fields_are_refused(void **state) {
    (void)state;
    static const struct {
        const char *name, *meant;
    } cases[] = {{"ip.ids", "ip.id"},       {"Via", "sip.Via"},
                 {"sip.Call-Id", ""},       {"ttl", "ip.ttl"},
                 {"ip.tos", "ip.dsfield"},  {"sip.CallID", "sip.Call-ID"},
                 {"nonsense.at.all", NULL}, {"", NULL},
                 {"sip.X-Mine", ""}};
    struct compare_ignore ignore = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *meant = NULL;
        bool known = compare_ignore_add(&ignore, span_of(cases[i].name), &meant);
        assert_int_equal(known, cases[i].meant && !*cases[i].meant);
        if (!known && cases[i].meant)
            assert_string_equal(meant, cases[i].meant);
        else
            assert_null(meant);
    }
    compare_ignore_free(&ignore);
}

/* Two sequences of numbers: equal ones score. */
struct numbers {
    const unsigned *a, *b;
};

static unsigned equal(void *arg, size_t i, size_t j) {
    const struct numbers *n = arg;
    return n->a[i] == n->b[j] ? 1 : 0;
}

static size_t count_pairs(const unsigned *a, size_t n, const unsigned *b, size_t m) {
    size_t *partner = mem_new(n * sizeof *partner), pairs = 0, last = 0;
    struct numbers numbers = {a, b};
    sequence_align(partner, n, m, 2, equal, &numbers); /* 2 is never reached: nothing is taken at once */
    for (size_t i = 0; i < n; i++) {
        if (partner[i] == SEQUENCE_NONE) continue;
        assert_true(partner[i] < m && (pairs == 0 || partner[i] > last));
        assert_int_equal(a[i], b[partner[i]]);
        last = partner[i];
        pairs++;
    }
    free(partner);
    return pairs;
}

static void long_sequences_are_aligned_by_windows(void **state) {
    (void)state;
    enum { N = 9000 };
    unsigned *a = mem_new(N * sizeof *a), *b = mem_new(N * sizeof *b);
    size_t m = 0;
    for (unsigned i = 0; i < N; i++) {
        a[i] = i;
        if (i % 10 != 3) b[m++] = i; /* every tenth is missing */
    }
    assert_int_equal(count_pairs(a, N, b, m), m);
    assert_int_equal(count_pairs(b, m, a, N), m);
    assert_int_equal(count_pairs(a, N, a + N - 5, 5), 5); /* a short one is found at the end of a long one */
    assert_int_equal(count_pairs(a + N - 5, 5, a, N), 5);
    assert_int_equal(count_pairs(a, 0, b, 0), 0);
    free(a);
    free(b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(captures_are_aligned),       cmocka_unit_test(strict_allows_no_tolerance),
        cmocka_unit_test(differing_fields_are_named), cmocka_unit_test(differing_numbers_are_named),
        cmocka_unit_test(unknown_fields_are_refused), cmocka_unit_test(long_sequences_are_aligned_by_windows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
