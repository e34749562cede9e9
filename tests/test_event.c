/* SPDX-License-Identifier: MIT */
/* Proves the event queue's order: by time, at equal times by scheduling, and that what is cancelled never
 * fires. */
#include "sim/event.h"
#include "sim/random.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static char fired[64], name[4][2] = {"a", "b", "c", "d"};

static void fire(void *arg) { strncat(fired, arg, 1); }

static void run(struct event_queue *q) {
    fired[0] = '\0';
    while (event_queue_step(q))
        continue;
}

static void equal_times_fire_in_the_order_of_scheduling(void **state) {
    (void)state;
    struct event_queue q;
    struct event a, b, c, d;
    event_queue_init(&q);
    event_init(&a, fire, name[0]);
    event_init(&b, fire, name[1]);
    event_init(&c, fire, name[2]);
    event_init(&d, fire, name[3]);
    event_at(&q, &c, 20);
    event_at(&q, &b, 10);
    event_at(&q, &a, 10);
    event_at(&q, &d, 20);
    event_at(&q, &b, 10); /* moved: scheduled anew, so now after a */
    run(&q);
    assert_string_equal(fired, "abcd");
    assert_int_equal(q.now_ns, 20);
    assert_int_equal(q.fired, 4);
    event_queue_free(&q);
}

static void cancelled_never_fires(void **state) {
    (void)state;
    struct event_queue q;
    struct event a, b;
    event_queue_init(&q);
    event_init(&a, fire, name[0]);
    event_init(&b, fire, name[1]);
    event_after(&q, &a, 5);
    event_after(&q, &b, 6);
    assert_true(event_pending(&a));
    event_cancel(&q, &a);
    event_cancel(&q, &a);
    assert_false(event_pending(&a));
    run(&q);
    assert_string_equal(fired, "b");
    event_queue_free(&q);
}

struct chain {
    struct event event;
    struct event_queue *queue;
    int left;
};

/* Idle events fire as long as something else is to come, near or far, and not after that. */
static void idle_events_alone_are_the_end(void **state) {
    (void)state;
    struct event_queue q;
    struct event idle, far, other;
    event_queue_init(&q);
    event_init(&idle, fire, name[0]);
    event_init(&far, fire, name[1]);
    event_init(&other, fire, name[2]);
    event_idle_at(&q, &idle, 10);
    event_at(&q, &far, 60 * NS_PER_S);
    event_idle_at(&q, &other, 30);
    event_at(&q, &other, 40); /* not idle any more */
    run(&q);
    assert_string_equal(fired, "acb");
    event_idle_at(&q, &idle, 90 * NS_PER_S);
    assert_false(event_queue_step(&q));
    event_at(&q, &far, 91 * NS_PER_S);
    run(&q);
    assert_string_equal(fired, "ab");
    event_idle_at(&q, &idle, 99 * NS_PER_S);
    event_cancel(&q, &idle);
    assert_int_equal(q.idle, 0);
    event_queue_free(&q);
}

static void fire_again(void *arg) {
    struct chain *c = arg;
    if (--c->left > 0) event_after(c->queue, &c->event, 0);
}

static void an_event_may_schedule_itself_for_now(void **state) {
    (void)state;
    struct event_queue q;
    event_queue_init(&q);
    struct chain c = {.queue = &q, .left = 3};
    event_init(&c.event, fire_again, &c);
    event_at(&q, &c.event, 7);
    run(&q);
    assert_int_equal(c.left, 0);
    assert_int_equal(q.now_ns, 7);
    event_queue_free(&q);
}

enum { MANY = 2000, AGAIN = 4000 };

/* Many events that schedule, move and cancel each other while they fire. */
struct crowd {
    struct event_queue queue;
    struct random_stream random;
    struct event events[MANY];
    int64_t unit_ns;
    unsigned again; /* so many more times */
    unsigned seen, pending;
    int64_t seen_at;
    uint64_t seen_sequence;
};

static struct crowd crowd;

static struct event *anyone(void) { return &crowd.events[random_below(&crowd.random, MANY)]; }

static void schedule(struct event *e) {
    crowd.pending += !event_pending(e);
    event_after(&crowd.queue, e, random_below(&crowd.random, 50) * crowd.unit_ns);
}

static void cancel(struct event *e) {
    crowd.pending -= event_pending(e);
    event_cancel(&crowd.queue, e);
}

static void check_order(void *arg) {
    struct event *e = arg;
    assert_true(e->node.at > crowd.seen_at ||
                (e->node.at == crowd.seen_at && e->node.sequence > crowd.seen_sequence));
    crowd.seen_at = e->node.at;
    crowd.seen_sequence = e->node.sequence;
    crowd.seen++;
    crowd.pending--;
    if (crowd.again == 0) return;
    crowd.again--;
    schedule(e);
    schedule(anyone());
    cancel(anyone());
}

static void keep_the_order(int64_t unit_ns) {
    crowd = (struct crowd){.unit_ns = unit_ns, .again = AGAIN, .seen_at = -1};
    event_queue_init(&crowd.queue);
    random_init(&crowd.random, 1, "test", "order");
    for (int i = 0; i < MANY; i++) {
        event_init(&crowd.events[i], check_order, &crowd.events[i]);
        schedule(&crowd.events[i]);
    }
    for (int i = 0; i < MANY; i++) {
        if (random_below(&crowd.random, 3) == 0)
            cancel(&crowd.events[i]);
        else if (random_below(&crowd.random, 3) == 0)
            schedule(&crowd.events[i]);
    }
    while (event_queue_step(&crowd.queue))
        continue;
    assert_int_equal(crowd.pending, 0);
    assert_true(crowd.seen > AGAIN);
    event_queue_free(&crowd.queue);
}

/* Times within a slot of the wheel, within a round of it, and over many rounds. */
static void thousands_of_random_schedulings_and_cancellations_keep_the_order(void **state) {
    static const int64_t unit_ns[] = {1, 100 * NS_PER_US, 100 * NS_PER_MS, 40 * NS_PER_S};
    (void)state;
    for (size_t unit = 0; unit < sizeof unit_ns / sizeof *unit_ns; unit++)
        keep_the_order(unit_ns[unit]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_times_fire_in_the_order_of_scheduling),
        cmocka_unit_test(cancelled_never_fires),
        cmocka_unit_test(idle_events_alone_are_the_end),
        cmocka_unit_test(an_event_may_schedule_itself_for_now),
        cmocka_unit_test(thousands_of_random_schedulings_and_cancellations_keep_the_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
