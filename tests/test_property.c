/* SPDX-License-Identifier: MIT */
/*
 * Proves, over thousands of seeds with random loss, duplication, reordering and delay, what must hold of
 * every run whatever happens: it ends, no event is left, every transaction is freed, every datagram and
 * payload goes back to its pool (net_free asserts it), times never run back at a tap, and the same seed gives
 * the same bytes.
 */
#include "base/mem.h"
#include "model/lab/lab.h"
#include "model/net/ip.h"
#include "sim/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { SEEDS = 700 };

static const char *const scenarios[] = {
    "01_basic_call",     "01_callee_bye",        "02_proxy_stateless_rr", "03_prompt_workers",
    "03_proxy_stateful", "03_proxy_stateful_rr", "04_proxy_chain_rr",     "03_busy",
    "03_cancel",         "03_no_answer",         "03_uas_silent",
};

struct witness {
    uint64_t digest, datagrams;
    int64_t last_ns;
};

static void witness_bytes(struct witness *w, const void *bytes, size_t len) {
    const unsigned char *p = bytes;
    for (size_t i = 0; i < len; i++)
        w->digest = (w->digest ^ p[i]) * UINT64_C(1099511628211);
}

static void seen(void *arg, int64_t now_ns, enum tap_direction direction, const struct datagram *d) {
    struct witness *w = arg;
    assert_true(now_ns >= w->last_ns);
    w->last_ns = now_ns;
    w->datagrams++;
    witness_bytes(w, &now_ns, sizeof now_ns);
    witness_bytes(w, &direction, sizeof direction);
    uint8_t packet[PAYLOAD_MAX];
    for (size_t offset = 0, len; (len = ip_write_packet(packet, d, 1500, CHECKSUM_VALID, &offset)) > 0;)
        witness_bytes(w, packet, len);
}

static struct witness run(const struct lab_config *config) {
    struct diag diag = {0};
    struct witness w = {0};
    struct lab *lab = lab_new(config, NULL, &diag);
    assert_non_null(lab);
    for (size_t i = 0; i < config->host_count; i++)
        host_tap(lab_host_at(lab, i), seen, &w);
    assert_true(lab_run(lab, NULL));
    struct lab_result result = lab_result(lab);
    assert_int_equal(result.transactions, 0);
    assert_int_equal(result.successful + result.failed + result.open, result.created);
    /* A call lasts at most some minutes of simulated time, whatever was lost. */
    assert_true(result.end_ns < 1200 * NS_PER_S);
    assert_true(result.events < 200000);
    lab_free(lab);
    diag_free(&diag);
    return w;
}

/* Faults of every kind and strength, drawn from the seed. */
static void disturb(struct lab_config *config, uint64_t seed) {
    struct random_stream r;
    random_init(&r, seed, "property", "faults");
    config->seed = seed;
    config->network.path = (struct path){
        .delay_ns = random_below(&r, 4) ? 30 * NS_PER_US : random_below(&r, 2000) * NS_PER_MS,
        .loss_ppm = random_below(&r, 3) ? random_below(&r, 500000) : 0,
        .duplicate_ppm = random_below(&r, 3) ? random_below(&r, 500000) : 0,
        .reorder_ppm = random_below(&r, 3) ? random_below(&r, 500000) : 0,
        .reorder_ns = random_below(&r, 1000) * NS_PER_MS,
    };
    for (size_t i = 0; i < config->host_count; i++) {
        if (config->hosts[i].runs == LAB_KAMAILIO)
            config->hosts[i].kamailio.timer_phase_ns = random_below(&r, 62500) * NS_PER_US;
        if (config->hosts[i].runs == LAB_SIPP && config->hosts[i].sipp.remote.ip)
            config->hosts[i].sipp.calls = 1 + random_below(&r, 3);
    }
}

static void every_run_ends_and_leaves_nothing(void **state) {
    (void)state;
    unsigned runs = 0;
    for (size_t s = 0; s < sizeof scenarios / sizeof *scenarios; s++) {
        struct source_set sources = {0};
        struct diag diag = {0};
        struct buf folder = {0};
        buf_addf(&folder, "%s/%s", SCENARIOS, scenarios[s]);
        struct lab_config *config = lab_load(&sources, buf_text(&folder), NULL, 0, &diag);
        if (!config) fail_msg("%s", buf_text(&diag.text));
        for (uint64_t seed = 1; seed <= SEEDS; seed++) {
            disturb(config, seed * 1000 + s);
            struct witness first = run(config);
            runs++;
            if (seed % 3 == 0) {
                struct witness second = run(config);
                assert_memory_equal(&first, &second, sizeof first);
            }
        }
        lab_config_free(config);
        source_set_free(&sources);
        diag_free(&diag);
        buf_free(&folder);
    }
    print_message("%u disturbed runs, each ended and left nothing\n", runs);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_run_ends_and_leaves_nothing)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
