/* SPDX-License-Identifier: MIT */
/*
 * Proves that the fate of the 180 follows from one timing model: the same wake-up times, stateful and
 * stateless, prompt and late, give the lab's four flows, and a single worker removes the race (facts:
 * Kamailio 10.2).
 */
#include "model/lab/lab.h"
#include "model/sip/msg.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define PROMPT "hosts.proxy.kamailio.wakeup=30us"
#define LATE   "hosts.proxy.kamailio.wakeup=[30us, 1500us]"

static const struct {
    const char *scenario, *wakeup;
    const char *flow; /* at the proxy: <in >out */
} corners[] = {
    {SCENARIOS "/03_proxy_stateful", PROMPT,
     "<INVITE >100 INVITE >INVITE <180 INVITE >180 INVITE <200 INVITE >200 INVITE <ACK >ACK <BYE >BYE <200 "
     "BYE >200 BYE"},
    {SCENARIOS "/03_proxy_stateful", LATE,
     "<INVITE >100 INVITE >INVITE <180 INVITE <200 INVITE >200 INVITE <ACK >ACK <BYE >BYE <200 BYE >200 BYE"},
    {SCENARIOS "/02_proxy_stateless", PROMPT,
     "<INVITE >INVITE <180 INVITE >180 INVITE <200 INVITE >200 INVITE <ACK >ACK <BYE >BYE <200 BYE >200 BYE"},
    {SCENARIOS "/02_proxy_stateless", LATE,
     "<INVITE >INVITE <180 INVITE <200 INVITE >200 INVITE <ACK >ACK >180 INVITE <BYE >BYE <200 BYE >200 BYE"},
    /* one worker, however late, lets them leave in order */
    {SCENARIOS "/../tests/lab/03_proxy_stateful", "hosts.proxy.kamailio.wakeup=1500us",
     "<INVITE >100 INVITE >INVITE <180 INVITE <200 INVITE >180 INVITE >200 INVITE <ACK >ACK <BYE >BYE <200 "
     "BYE >200 BYE"},
};

static void seen(void *arg, int64_t now_ns, enum tap_direction direction, const struct datagram *d) {
    struct buf *flow = arg, summary = {0};
    (void)now_ns;
    sip_summary(&summary, payload_span(d->payload));
    buf_addf(flow, "%s%c" SPAN_FMT, flow->len ? " " : "", direction == TAP_SENT ? '>' : '<',
             SPAN_ARG(buf_span(&summary)));
    buf_free(&summary);
}

static void the_180_goes_where_the_workers_send_it(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof corners / sizeof *corners; i++) {
        struct source_set sources = {0};
        struct diag diag = {0};
        struct buf flow = {0};
        struct lab_config *config = lab_load(&sources, corners[i].scenario, &corners[i].wakeup, 1, &diag);
        if (!config) fail_msg("%s", buf_text(&diag.text));
        struct lab *lab = lab_new(config, NULL, &diag);
        host_tap(lab_host(lab, "proxy"), seen, &flow);
        assert_true(lab_run(lab, NULL));
        assert_string_equal(buf_text(&flow), corners[i].flow);
        lab_free(lab);
        lab_config_free(config);
        source_set_free(&sources);
        diag_free(&diag);
        buf_free(&flow);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_180_goes_where_the_workers_send_it)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
