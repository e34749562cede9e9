/* SPDX-License-Identifier: MIT */
/* Proves how datagrams travel: delay, taps, drop rules, random faults, closed ports, unknown addresses. */
#include "model/net/backlog.h"
#include "model/net/net.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define A 0xac140002
#define B 0xac140003

static struct event_queue queue;
static struct net *net;
static struct host *a, *b;
static char happened[4096], name_a[] = "a", name_b[] = "b";

__attribute__((format(printf, 1, 2))) static void note(const char *format, ...) {
    va_list args;
    va_start(args, format);
    size_t len = strlen(happened);
    vsnprintf(happened + len, sizeof happened - len, format, args);
    va_end(args);
}

static void received(void *arg, struct datagram *d) {
    note("%s got " SPAN_FMT " at %lld; ", (const char *)arg, SPAN_ARG(payload_span(d->payload)),
         (long long)queue.now_ns);
}

static void tapped(void *arg, int64_t now_ns, enum tap_direction direction, const struct datagram *d) {
    note("%s %s%s " SPAN_FMT " at %lld; ", (const char *)arg, tap_is_sent(direction) ? "sends" : "sees",
         tap_is_over_lo(direction) ? " over lo" : "", SPAN_ARG(payload_span(d->payload)), (long long)now_ns);
}

static void lost(void *arg, int64_t now_ns, enum lost_why why, const struct datagram *d) {
    static const char *const whys[] = {"dropped", "lost", "no host", "closed port", "full socket"};
    (void)arg, (void)now_ns;
    note("%s " SPAN_FMT "; ", whys[why], SPAN_ARG(payload_span(d->payload)));
}

static int begin(void **state) {
    (void)state;
    happened[0] = '\0';
    event_queue_init(&queue);
    net = net_new(&queue, 1, 1500);
    a = net_add_host(net, "a", A);
    b = net_add_host(net, "b", B);
    net_path(net, a, b)->delay_ns = 30;
    net_path(net, b, a)->delay_ns = 50;
    host_bind(a, 5060, received, name_a);
    host_bind(b, 5060, received, name_b);
    net_on_lost(net, lost, NULL);
    return 0;
}

static int end(void **state) {
    (void)state;
    net_free(net); /* asserts that nothing leaked */
    event_queue_free(&queue);
    return 0;
}

static int send_text(struct host *from, uint32_t to, uint16_t port, const char *text) {
    struct payload *p = payload_of(net_pool(net), span_of(text));
    int result =
        host_send(from, 5060, (struct udp_options){0, true}, (struct udp_address){to, port}, p, NULL);
    payload_drop(p);
    return result;
}

static void run(void) {
    while (event_queue_step(&queue))
        continue;
}

static void each_direction_has_its_own_delay(void **state) {
    (void)state;
    send_text(a, B, 5060, "x");
    send_text(b, A, 5060, "y");
    run();
    assert_string_equal(happened, "b got x at 30; a got y at 50; ");
}

static void taps_see_before_the_program_does(void **state) {
    (void)state;
    host_tap(a, tapped, name_a);
    host_tap(b, tapped, name_b);
    send_text(a, B, 5060, "x");
    run();
    assert_string_equal(happened, "a sends x at 0; b sees x at 30; b got x at 30; ");
}

static void a_dropped_datagram_is_seen_by_its_sender_only(void **state) {
    (void)state;
    host_tap(a, tapped, name_a);
    host_tap(b, tapped, name_b);
    net_drop_nth(net, a, b, 1, NULL, NULL);
    send_text(a, B, 5060, "x");
    run();
    assert_string_equal(happened, "a sends x at 0; dropped x; ");
}

static bool is_y(void *arg, struct span payload) {
    (void)arg;
    return span_is(payload, "y");
}

static void drop_rules_count_what_they_match_lost_ones_too(void **state) {
    (void)state;
    net_drop_nth(net, a, b, 2, is_y, NULL);
    net_drop_nth(net, a, b, 2, NULL, NULL);
    const char *texts[] = {"x", "y", "y", "x", "y"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        send_text(a, B, 5060, texts[i]);
    send_text(b, A, 5060, "y");
    run();
    /* the 2nd of all is the first y; the 2nd y is the 3rd of all */
    assert_string_equal(happened,
                        "dropped y; dropped y; b got x at 30; b got x at 30; b got y at 30; a got y at 50; ");
}

static void drop_rules_may_stand_in_any_order(void **state) {
    (void)state;
    const uint32_t nths[] = {5, 1, 3, 1};
    for (size_t i = 0; i < sizeof nths / sizeof *nths; i++)
        net_drop_nth(net, a, b, nths[i], NULL, NULL);
    const char *texts[] = {"1", "2", "3", "4", "5", "6"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        send_text(a, B, 5060, texts[i]);
    run();
    assert_string_equal(happened,
                        "dropped 1; dropped 3; dropped 5; b got 2 at 30; b got 4 at 30; b got 6 at 30; ");
}

static void addresses_nobody_has_and_networks_nobody_knows(void **state) {
    (void)state;
    host_tap(a, tapped, name_a);
    assert_int_equal(send_text(a, 0xac140063, 5060, "x"), 0);
    assert_int_equal(send_text(a, 0x0a000001, 5060, "y"), -1);
    assert_int_equal(send_text(a, B, 5070, "z"), 0);
    run();
    assert_string_equal(happened, "no host x; a sends z at 0; closed port z; ");
}

static void a_closed_socket_meets_nobody(void **state) {
    (void)state;
    send_text(a, B, 5060, "x");
    host_unbind(b, 5060);
    run();
    assert_string_equal(happened, "closed port x; ");
    assert_true(host_bind(b, 5060, received, name_b));
    assert_false(host_bind(b, 5060, received, name_b));
}

static void what_a_host_sends_to_itself_goes_over_lo(void **state) {
    (void)state;
    host_tap(a, tapped, name_a);
    send_text(a, A, 5060, "x");
    run();
    assert_string_equal(happened, "a sends over lo x at 0; a sees over lo x at 10000; a got x at 10000; ");
}

static void random_faults_are_as_frequent_as_asked_and_repeatable(void **state) {
    (void)state;
    unsigned counts[2][2];
    for (int turn = 0; turn < 2; turn++) {
        struct path *path = net_path(net, a, b);
        *path = (struct path){.delay_ns = 30, .loss_ppm = 200000, .duplicate_ppm = 100000};
        unsigned got = 0, gone = 0;
        for (int i = 0; i < 2000; i++) {
            happened[0] = '\0';
            send_text(a, B, 5060, "x");
            run();
            if (strstr(happened, "lost")) gone++;
            if (strstr(happened, "got")) got += 1 + (strstr(strstr(happened, "got") + 1, "got") != NULL);
        }
        counts[turn][0] = got;
        counts[turn][1] = gone;
        assert_in_range(gone, 350, 450);
        assert_in_range(got, 1600 + 110, 1600 + 210);
        end(NULL);
        begin(NULL);
    }
    assert_memory_equal(counts[0], counts[1], sizeof counts[0]);
}

static void a_datagram_held_back_is_overtaken(void **state) {
    (void)state;
    *net_path(net, a, b) = (struct path){.delay_ns = 30, .reorder_ppm = 1000000, .reorder_ns = 100};
    send_text(a, B, 5060, "x");
    net_path(net, a, b)->reorder_ppm = 0;
    send_text(a, B, 5060, "y");
    run();
    assert_string_equal(happened, "b got y at 30; b got x at 130; ");
}

static void a_hold_rule_delays_just_one_datagram(void **state) {
    (void)state;
    net_hold_nth(net, a, b, 1, 100, is_y, NULL);
    net_hold_nth(net, a, b, 3, 7, NULL, NULL);
    net_hold_nth(net, a, b, 3, 0, is_y, NULL);
    net_drop_nth(net, a, b, 4, NULL, NULL);
    net_hold_nth(net, a, b, 4, 50, NULL, NULL);
    const char *texts[] = {"x", "y", "y", "z"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        send_text(a, B, 5060, texts[i]);
    run();
    assert_string_equal(happened, "dropped z; b got x at 30; b got y at 37; b got y at 130; ");
}

static void hold_rules_add_up(void **state) {
    (void)state;
    net_hold_nth(net, a, b, 1, 100, NULL, NULL);
    net_hold_nth(net, a, b, 1, 20, is_y, NULL);
    send_text(a, B, 5060, "y");
    run();
    assert_string_equal(happened, "b got y at 150; ");
}

static void what_still_flies_at_the_end_is_given_back(void **state) {
    (void)state;
    send_text(a, B, 5060, "x");
    assert_string_equal(happened, ""); /* the teardown asserts that the pool is whole */
}

/* What Linux 6.18 said (ss -m, and what came out of a socket again): docs/overload.md. */
static void a_receive_queue_is_as_large_as_that_of_linux(void **state) {
    (void)state;
    static const struct {
        size_t payload, truesize;
    } sizes[] = {{1, 832},     {197, 832},   {198, 1280},  {645, 1280},  {646, 2304},
                 {1472, 2304}, {2000, 3584}, {3000, 5440}, {4000, 6912}, {5000, 8192}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        assert_int_equal(backlog_truesize(sizes[i].payload, 1500), sizes[i].truesize);
    static const struct {
        size_t len, reads,
            in_all; /* of two bursts that overrun the socket, with so many reads between them */
    } bursts[] = {{500, 0, 166},   {500, 41, 166},  {500, 42, 208},  {500, 83, 208}, {500, 84, 250},
                  {500, 126, 292}, {500, 165, 292}, {500, 166, 332}, {1000, 23, 92}, {1000, 24, 116},
                  {1000, 60, 140}, {1000, 84, 164}, {1000, 92, 184}};
    for (size_t i = 0; i < sizeof bursts / sizeof *bursts; i++) {
        struct backlog queue_of_socket = {.limit = 212992, .mtu = 1500};
        struct datagram *d = datagram_new(net_pool(net));
        d->payload = payload_new(net_pool(net), bursts[i].len);
        d->payload->len = (uint32_t)bursts[i].len;
        size_t taken = 0;
        for (int burst = 0; burst < 2; burst++) {
            while (backlog_add(&queue_of_socket, d)) {
            }
            for (size_t k = 0; burst == 0 && k < bursts[i].reads; k++, taken++)
                datagram_drop(backlog_take(&queue_of_socket));
        }
        assert_int_equal(taken + queue_of_socket.count, bursts[i].in_all);
        backlog_free(&queue_of_socket);
        datagram_drop(d);
    }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(each_direction_has_its_own_delay),
        TEST(taps_see_before_the_program_does),
        TEST(a_dropped_datagram_is_seen_by_its_sender_only),
        TEST(drop_rules_count_what_they_match_lost_ones_too),
        TEST(drop_rules_may_stand_in_any_order),
        TEST(addresses_nobody_has_and_networks_nobody_knows),
        TEST(a_closed_socket_meets_nobody),
        TEST(what_a_host_sends_to_itself_goes_over_lo),
        TEST(random_faults_are_as_frequent_as_asked_and_repeatable),
        TEST(a_datagram_held_back_is_overtaken),
        TEST(a_hold_rule_delays_just_one_datagram),
        TEST(hold_rules_add_up),
        TEST(a_receive_queue_is_as_large_as_that_of_linux),
        TEST(what_still_flies_at_the_end_is_given_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
