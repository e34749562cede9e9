/* SPDX-License-Identifier: MIT */
/*
 * Proves what the views make of a run: what is a row, what became of it, where time begins, and what belongs
 * together in a ladder. The net is made by hand: a caller, a proxy with the capture, a callee.
 */
#include "base/mem.h"
#include "view/explain.h"
#include "view/ladder.h"
#include "view/listing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { A = 0xac140002, P = 0xac14000a, B = 0xac140003 };

static struct event_queue queue;
static struct net *net;
static struct host *a, *p, *b;
static struct flow *flow;
static struct record record;
static struct listing listing;
static struct names names;
static struct explain explain;
static char *listed, *explained;
static size_t listed_len, explained_len;
static FILE *listed_file, *explained_file;

static void captured(void *arg, int64_t now_ns, enum tap_direction direction, const struct datagram *d) {
    (void)arg;
    flow_seen(flow, 0, now_ns, direction, d);
}

static void not_captured(void *arg, int64_t now_ns, enum tap_direction direction, const struct datagram *d) {
    (void)arg;
    if (direction == TAP_RECEIVED) flow_arrived(flow, now_ns, d);
}

static void lost(void *arg, int64_t now_ns, enum lost_why why, const struct datagram *d) {
    (void)arg;
    flow_lost(flow, now_ns, why, d);
}

static void ignore(void *arg, struct datagram *d) { (void)arg, (void)d; }

static struct host *add_host(const char *name, uint32_t ip) {
    struct host *host = net_add_host(net, name, ip);
    host_bind(host, 5060, ignore, NULL);
    record_add_host(&record, name, NULL);
    return host;
}

static int begin(void **state) {
    (void)state;
    event_queue_init(&queue);
    net = net_new(&queue, 1, 1500);
    record = (struct record){0};
    a = add_host("uac", A);
    p = add_host("proxy", P);
    b = add_host("uas", B);
    struct host *all[] = {a, p, b};
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3; k++)
            if (i != k) net_path(net, all[i], all[k])->delay_ns = 30 * NS_PER_US;
    flow = flow_new(net);
    flow_watch(flow, p);
    host_tap(a, not_captured, NULL);
    host_tap(p, captured, NULL);
    host_tap(b, not_captured, NULL);
    net_on_lost(net, lost, NULL);
    listed_file = open_memstream(&listed, &listed_len);
    explained_file = open_memstream(&explained, &explained_len);
    names_init(&names, (const char *const[]){"uac", "proxy", "uas"}, 3, LISTING_NAME_MAX);
    listing_init(&listing, listed_file, &names, false);
    explain_init(&explain, explained_file, false);
    flow_add_sink(flow, listing_sink(&listing));
    flow_add_sink(flow, explain_text_sink(&explain));
    flow_add_sink(flow, record_sink(&record));
    return 0;
}

static int end(void **state) {
    (void)state;
    fclose(listed_file);
    fclose(explained_file);
    free(listed);
    free(explained);
    listing_free(&listing);
    names_free(&names);
    explain_free(&explain);
    record_free(&record);
    flow_free(flow);
    net_free(net); /* asserts that nobody holds a datagram */
    event_queue_free(&queue);
    return 0;
}

static void run(void) {
    while (event_queue_step(&queue))
        continue;
}

/* Lets simulated time pass. */
static void nothing(void *arg) { (void)arg; }

static void wait_until(int64_t at_ns) {
    struct event e;
    event_init(&e, nothing, NULL);
    event_at(&queue, &e, at_ns);
    run();
}

static void finish(void) {
    run();
    flow_end(flow);
    fflush(listed_file);
    fflush(explained_file);
}

static void send_bytes(struct host *from, struct host *to, uint16_t port, const char *text,
                       uint32_t retransmission) {
    struct cause cause = {.why = "the test says so", .reference = "RFC 1", .retransmission = retransmission};
    struct payload *payload = payload_of(net_pool(net), span_of(text));
    struct udp_address address = {to ? host_ip(to) : 0xac140063, port};
    host_send(from, 5060, (struct udp_options){0, true}, address, payload, &cause);
    payload_drop(payload);
}

/* A message of one dialog; branch tells hops apart. */
static void send_sip(struct host *from, struct host *to, const char *first, const char *branch,
                     const char *cseq, uint32_t retransmission) {
    struct buf text = {0};
    buf_addf(&text, "%s\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK%s\r\nCall-ID: c\r\nCSeq: %s\r\n\r\n", first,
             branch, cseq);
    send_bytes(from, to, 5060, buf_text(&text), retransmission);
    buf_free(&text);
    run();
}

#define INVITE "INVITE sip:b SIP/2.0"
#define ACK    "ACK sip:b SIP/2.0"
#define BUSY   "SIP/2.0 486 Busy Here"
#define OK     "SIP/2.0 200 OK"

/* What was lost on the way to the capture is a row without a number; retransmissions are what their sender
 * says. */
static void the_listing_shows_what_was_captured_and_what_was_lost(void **state) {
    (void)state;
    net_drop_nth(net, b, p, 1, NULL, NULL);
    send_sip(a, p, INVITE, "1", "1 INVITE", 0);
    send_sip(p, b, INVITE, "2", "1 INVITE", 0);
    send_sip(b, p, OK, "2", "1 INVITE", 0);
    wait_until(2 * NS_PER_S);
    send_sip(b, p, OK, "2", "1 INVITE", 1);
    send_sip(p, a, OK, "1", "1 INVITE", 0);
    send_sip(p, a, OK, "1", "1 INVITE", 0); /* the same bytes: yet nobody called it a retransmission */
    send_bytes(p, NULL, 5060, "x\n", 0);
    finish();
    assert_string_equal(listed,
                        "  #       time  from    to     message\n"
                        "  1   0.000000  uac   → proxy  INVITE sip:b\n"
                        "  2   0.000000  proxy → uas    INVITE sip:b\n"
                        "  -   0.000030  uas   → proxy  200 OK (INVITE) ✗ lost\n"
                        "                      ⋮ 1.999 s of silence\n"
                        "  3   2.000000  uas   → proxy  >>> 200 OK (INVITE)\n"
                        "  4   2.000000  proxy → uac    200 OK (INVITE)\n"
                        "  5   2.000030  proxy → uac    200 OK (INVITE)\n"
                        "  -   2.000060  proxy → 172.20.0.99  no SIP message, 2 bytes ✗ no such host\n");
}

/* Times count from the first captured datagram, as tshark's do, even if something was lost before it. */
static void time_begins_with_the_first_captured_datagram(void **state) {
    (void)state;
    net_drop_nth(net, a, p, 1, NULL, NULL);
    struct cause cause = {.why = "waited % ms", .arg = {7}};
    send_sip(a, p, INVITE, "1", "1 INVITE", 0);
    flow_note(flow, queue.now_ns, "uac", 0, &cause);
    wait_until(NS_PER_S / 2);
    send_sip(a, p, INVITE, "1", "1 INVITE", 1);
    finish();
    assert_string_equal(explained, "- -0.500030 s uac → proxy INVITE ✗ lost on the way:\n"
                                   "    the test says so [RFC 1]\n"
                                   "- -0.500030 s at uac:\n"
                                   "    waited 7 ms\n"
                                   "#1 +0.000000 s uac → proxy INVITE, retransmission 1:\n"
                                   "    the test says so [RFC 1]\n");
    assert_int_equal(record.items[2].sent_ns, -30 * NS_PER_US);
    assert_int_equal(record.items[2].arrived_ns, 0);
    assert_int_equal(record.items[0].arrived_ns, FLOW_NEVER);
}

static void a_note_names_the_row_that_it_is_about(void **state) {
    (void)state;
    struct cause cause = {.why = "absorbed"};
    send_sip(a, p, INVITE, "1", "1 INVITE", 0); /* datagram 1, row 1 */
    net_drop_nth(net, a, p, 1, NULL, NULL);
    send_sip(a, p, INVITE, "1", "1 INVITE", 1); /* datagram 2, lost */
    send_sip(a, p, INVITE, "1", "1 INVITE", 2); /* datagram 3, row 2 */
    flow_note(flow, queue.now_ns, "proxy", 3, &cause);
    flow_note(flow, queue.now_ns, "proxy", 2, &cause);
    finish();
    assert_int_equal(record.items[3].number, 2);
    assert_int_equal(record.items[4].number, 0);
}

/* What arrives after its row was handed on changes the record, not what was listed. */
static void the_record_learns_what_became_of_a_datagram(void **state) {
    (void)state;
    send_bytes(p, b, 5060, "x\n", 0);
    send_bytes(p, b, 5070, "y\n", 0);
    finish();
    assert_int_equal(record.items[0].arrived_ns, 30 * NS_PER_US);
    assert_int_equal(record.items[0].fate, FLOW_ARRIVED);
    assert_int_equal(record.items[1].fate, FLOW_CLOSED_PORT);
}

struct expected_step {
    unsigned transaction;
    enum ladder_compared compared;
    size_t before;
};

static void a_ladder_knows_what_belongs_together(void **state) {
    (void)state;
    send_sip(a, p, INVITE, "a1", "1 INVITE", 0);
    send_sip(p, b, INVITE, "p1", "1 INVITE", 0);
    send_sip(p, b, INVITE, "p1", "1 INVITE", 1);
    send_sip(b, p, BUSY, "p1", "1 INVITE", 0);
    send_sip(p, b, ACK, "p1", "1 ACK", 0); /* of this hop: it belongs to the INVITE */
    send_sip(p, a, BUSY, "a1", "1 INVITE", 0);
    send_sip(a, p, ACK, "a1", "1 ACK", 0);
    send_sip(a, p, INVITE, "a2", "2 INVITE", 0);
    send_sip(p, a, OK, "a2", "2 INVITE", 0); /* made here */
    send_sip(a, p, ACK, "a3", "2 ACK", 0);   /* to a 2xx: a transaction of its own */
    send_sip(a, p, ACK, "a3", "2 ACK", 1);
    send_bytes(a, p, 5060, "garbage", 0);
    finish();
    static const struct expected_step expected[] = {
        {1, LADDER_WITH_NOTHING, 0}, {1, LADDER_WITH_CAUSE, 0},   {1, LADDER_WITH_CAUSE, 0},
        {1, LADDER_WITH_REQUEST, 2}, {1, LADDER_WITH_NOTHING, 0}, {1, LADDER_WITH_CAUSE, 3},
        {1, LADDER_WITH_NOTHING, 0}, {2, LADDER_WITH_NOTHING, 0}, {2, LADDER_WITH_REQUEST, 7},
        {3, LADDER_WITH_NOTHING, 0}, {3, LADDER_WITH_FIRST, 9},   {0, LADDER_WITH_NOTHING, 0},
    };
    struct ladder *l = ladder_new(&record, "test", NULL);
    assert_int_equal(l->count, sizeof expected / sizeof *expected);
    for (size_t i = 0; i < l->count; i++) {
        print_message("step %zu\n", i);
        assert_int_equal(l->steps[i].transaction, expected[i].transaction);
        assert_int_equal(l->steps[i].compared, expected[i].compared);
        if (expected[i].compared != LADDER_WITH_NOTHING)
            assert_int_equal(l->steps[i].before, expected[i].before);
    }
    ladder_free(l);
}

/* Where it was lost is where the cross stands: on the way, at the sender (nobody has the address), at the
 * receiver. */
static void the_text_ladder_shows_where_it_was_lost(void **state) {
    (void)state;
    net_drop_nth(net, a, p, 2, NULL, NULL);
    net_drop_nth(net, p, a, 1, NULL, NULL);
    send_sip(a, p, INVITE, "1", "1 INVITE", 0);
    send_sip(a, p, INVITE, "1", "1 INVITE", 1);
    send_sip(p, a, BUSY, "1", "1 INVITE", 0);
    host_unbind(b, 5060);
    send_sip(p, b, INVITE, "2", "1 INVITE", 0);
    finish();
    struct ladder *l = ladder_new(&record, "Lost\x1b", NULL);
    struct buf out = {0};
    ladder_write(&out, l, LADDER_TEXT, false);
    assert_string_equal(buf_text(&out),
                        "Lost?\n\n"
                        "   #    +seconds uac                          proxy                          uas\n"
                        "                  │                             │                             │\n"
                        "   1    0.000000  │────────── INVITE ──────────▶│                             │\n"
                        "   -   +0.000000  │────── >>> INVITE ──────✗    │                             │\n"
                        "   2   +0.000000  │    ✗━━━━ 486 Busy Here ━━━━━│                             │\n"
                        "   3   +0.000000  │                             │─── INVITE: nobody there ────✗\n"
                        "               ✗ INVITE ended without a final response                        │\n"
                        "                  │                             │                             │\n");
    buf_free(&out);
    ladder_free(l);
}

static void colour_is_only_added(void **state) {
    (void)state;
    send_sip(a, p, INVITE, "1", "1 INVITE", 0);
    send_sip(a, p, INVITE, "1", "1 INVITE", 1);
    finish();
    struct ladder *l = ladder_new(&record, "t", NULL);
    struct buf plain = {0}, colour = {0}, stripped = {0};
    ladder_write(&plain, l, LADDER_TEXT, false);
    ladder_write(&colour, l, LADDER_TEXT, true);
    for (size_t i = 0; i < colour.len; i++) {
        if (colour.p[i] != '\033')
            buf_add_char(&stripped, colour.p[i]);
        else
            while (colour.p[i] != 'm')
                i++;
    }
    assert_true(colour.len > plain.len);
    assert_string_equal(buf_text(&stripped), buf_text(&plain));
    buf_free(&plain);
    buf_free(&colour);
    buf_free(&stripped);
    ladder_free(l);
}

/* Each format of a run without a datagram, and of hosts with long names. */
static void no_format_minds_an_odd_run(void **state) {
    (void)state;
    struct buf out = {0};
    for (int turn = 0; turn < 2; turn++) {
        struct ladder *l = ladder_new(&record, "t", "d");
        for (enum ladder_format f = 0; f < LADDER_FORMATS; f++)
            ladder_write(&out, l, f, true);
        ladder_free(l);
        record_add_host(&record, "a-host-with-a-name-of-32-letters", NULL);
        record_add_host(&record, "another-host-with-a-long-name-00", NULL);
        send_bytes(p, NULL, 5060, "\xff\0", 0);
        finish();
    }
    buf_free(&out);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(the_listing_shows_what_was_captured_and_what_was_lost),
        TEST(time_begins_with_the_first_captured_datagram),
        TEST(a_note_names_the_row_that_it_is_about),
        TEST(the_record_learns_what_became_of_a_datagram),
        TEST(a_ladder_knows_what_belongs_together),
        TEST(the_text_ladder_shows_where_it_was_lost),
        TEST(colour_is_only_added),
        TEST(no_format_minds_an_odd_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
