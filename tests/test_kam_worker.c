/* SPDX-License-Identifier: MIT */
/* Proves which worker process gets which datagram, and when it answers (a stateless proxy, so that nothing
 * else decides). */
#include "tests/kam_fixture.h"

#define FORWARD "request_route { forward(); }\n"

/* An OPTIONS with this Call-ID arrives at that time (the 30 us of the path are taken off here). */
static void arrive_at(int64_t at_ns, const char *name) {
    char text[512];
    snprintf(
        text, sizeof text,
        "OPTIONS sip:a@172.20.0.3 SIP/2.0\nVia: SIP/2.0/UDP 172.20.0.2;branch=%s\nFrom: <sip:u@x>;tag=1\n"
        "To: <sip:a@x>\nCall-ID: %s\nCSeq: 1 OPTIONS\n\n",
        name, name);
    send_at(at_ns - 30 * US, CALLER, text);
}

/* "a 40; b 140; ": Call-IDs and microseconds of leaving the proxy. */
static const char *left(void) {
    static char text[1024];
    size_t len = 0;
    const char *line = happened();
    text[0] = '\0';
    for (size_t i = 0; i < rig.sent_count[CALLEE]; i++) {
        long long s, us;
        assert_int_equal(sscanf(line, "%lld.%lld", &s, &us), 2);
        line = strchr(line, '\n') + 1;
        const char *name = strstr(was_sent(CALLEE, i), "Call-ID: ") + 9;
        int n = snprintf(text + len, sizeof text - len, "%.*s %lld; ", (int)strcspn(name, "\n"), name,
                         s * 1000000 + us - 30);
        len += (size_t)n;
    }
    return text;
}

/* A worker needs its own time to wake up, and 10 us for each message. */
static void up(const char *children, const struct kam_wakeup *wakeups, size_t count) {
    static char cfg[256];
    rig.with_times = true;
    rig.config.wakeups = wakeups;
    rig.config.wakeup_count = count;
    for (int i = 0; i < KAM_COSTS; i++)
        rig.config.cost_ns[i] = 10 * US;
    snprintf(cfg, sizeof cfg, "%s%s", children, FORWARD);
    rig_up(cfg);
}

static const struct kam_wakeup by_number[] = {
    {.ns = 100 * US}, {.ns = 200 * US}, {.ns = 300 * US}, {.ns = 400 * US}};

static void they_take_turns(void **state) {
    (void)state;
    up("children=4\n", by_number, 4);
    arrive_at(1000 * US, "a");
    arrive_at(2000 * US, "b");
    arrive_at(3000 * US, "c");
    arrive_at(4000 * US, "d");
    arrive_at(5000 * US, "e");
    rig_run();
    assert_string_equal(left(), "a 1110; b 2210; c 3310; d 4410; e 5110; ");
}

static void two_that_wake_at_once_run_side_by_side(void **state) {
    (void)state;
    up("children=2\n", by_number, 2);
    arrive_at(1000 * US, "a");
    arrive_at(1050 * US, "b");
    arrive_at(1060 * US, "c"); /* nobody is left: the first to finish takes it */
    rig_run();
    assert_string_equal(left(), "a 1110; c 1120; b 1260; ");
}

static void who_is_awake_takes_what_is_queued(void **state) {
    (void)state;
    up("children=2\n", by_number, 2);
    arrive_at(1000 * US, "a");
    arrive_at(1105 * US,
              "b"); /* the first one is at work: it takes this too, before the second has woken up */
    arrive_at(2000 * US, "c"); /* the second went back to wait, behind the first */
    arrive_at(3000 * US, "d");
    rig_run();
    assert_string_equal(left(), "a 1110; b 1120; c 2110; d 3210; ");
}

static void one_worker_keeps_the_order(void **state) {
    (void)state;
    up("children=1\n", by_number, 1);
    arrive_at(1000 * US, "a");
    arrive_at(1000 * US, "b");
    arrive_at(1001 * US, "c");
    rig_run();
    assert_string_equal(left(), "a 1110; b 1120; c 1130; ");
}

/* A burst longer than the queue's first ring. */
static void a_burst_is_eaten_in_order(void **state) {
    (void)state;
    static char names[40][4];
    struct buf expected = {0};
    up("children=1\n", by_number, 1);
    for (int i = 0; i < 40; i++) {
        snprintf(names[i], sizeof names[i], "%d", i);
        arrive_at(1000 * US, names[i]);
        buf_addf(&expected, "%d %d; ", i, 1110 + 10 * i);
    }
    rig_run();
    assert_string_equal(left(), buf_text(&expected));
    buf_free(&expected);
}

/* The race of two workers, one late: with transactions the 180 is dropped, without it comes behind the 200.
 */
static void race(const char *route, const char *expected) {
    static const struct kam_wakeup wakeups[] = {{.ns = 30 * US}, {.ns = 1500 * US}};
    char cfg[128];
    rig.config.wakeups = wakeups;
    rig.config.wakeup_count = 2;
    snprintf(cfg, sizeof cfg, "children=2\nrequest_route { %s; }\n", route);
    rig_up(cfg);
    request_at(MS, "INVITE", "1", "");
    reply_at(2000 * US, 180, "INVITE");
    reply_at(3100 * US, 200, "INVITE");
    request_at(3300 * US, "ACK", "ack", "");
    rig_run();
    assert_string_equal(happened(), expected);
}

static void a_late_180_is_lost_with_transactions(void **state) {
    (void)state;
    race("t_relay()", "caller: 100 INVITE\ncallee: INVITE\ncaller: 200 INVITE\ncallee: ACK\n");
    assert_non_null(
        strstr(buf_text(&rig.notes), "reply 180 not relayed: a final reply had been sent upstream"));
}

static void a_late_180_comes_late_without_transactions(void **state) {
    (void)state;
    race("forward()", "callee: INVITE\ncaller: 200 INVITE\ncallee: ACK\ncaller: 180 INVITE\n");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, rig_begin, rig_end)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(they_take_turns),
        TEST(two_that_wake_at_once_run_side_by_side),
        TEST(who_is_awake_takes_what_is_queued),
        TEST(one_worker_keeps_the_order),
        TEST(a_burst_is_eaten_in_order),
        TEST(a_late_180_is_lost_with_transactions),
        TEST(a_late_180_comes_late_without_transactions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
