/* SPDX-License-Identifier: MIT */
/*
 * Proves, on thousands of damaged inputs, that nothing breaks: damaged scenario files are refused with a
 * message or run to their end, and damaged datagrams on the simulated wire are handled by SIPp and Kamailio,
 * whatever they hold. (Built with sanitizers, this is a fuzzer with a fixed seed.)
 */
#include "base/mem.h"
#include "model/lab/lab.h"
#include "sim/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { FILES = 1500, WIRES = 150, GARBAGE = 40 };

static const char *const scenarios[] = {"01_basic_call", "02_proxy_stateless_rr", "03_proxy_stateful_rr",
                                        "03_cancel"};
enum { SCENARIOS_COUNT = sizeof scenarios / sizeof *scenarios };

/* Pieces that mean something to one of the parsers. */
static const char *const pieces[] = {
    "\"",
    "'",
    "<",
    ">",
    "]]>",
    "[",
    "]",
    "[len]",
    "[last_Via:]",
    "{",
    "}",
    "(",
    ")",
    ";",
    ":",
    ",",
    "\r\n",
    "\n\n",
    "\t",
    "#",
    "&",
    "\\",
    "%",
    "$du",
    "0",
    "-1",
    "99999999999",
    "\xff",
    "Via: ",
    "SIP/2.0 ",
    "SIP/2.0/UDP ",
    "<sip:",
    ";lr",
    ";rport",
    ";received=1",
    "CSeq: 1 ",
    "Max-Forwards: 0\r\n",
    "Route: <sip:172.20.0.10;lr>\r\n",
    "INVITE",
    "ACK",
    "CANCEL",
    "BYE",
    "100",
    "200",
    "487",
};

static void mutate(struct random_stream *r, struct buf *text) {
    for (unsigned left = 1 + random_below(r, 4); left > 0 && text->len > 0; left--) {
        size_t at = random_below(r, (uint32_t)text->len), len = 1 + random_below(r, 24);
        if (len > text->len - at) len = text->len - at;
        switch (random_below(r, 5)) {
        case 0: text->p[at] = (char)random_below(r, 256); break;
        case 1:
            memmove(text->p + at, text->p + at + len, text->len - at - len);
            text->len -= len;
            break;
        case 2: buf_insert(text, at, span_of(pieces[random_below(r, sizeof pieces / sizeof *pieces)])); break;
        case 3: { /* a part of it, somewhere else */
            char *copy = mem_text((struct span){text->p + at, len});
            buf_insert(text, random_below(r, (uint32_t)text->len), (struct span){copy, len});
            free(copy);
            break;
        }
        case 4: text->len = at; break; /* cut off */
        }
    }
}

/* Loads a scenario and runs it for at most two minutes of its time; whatever happens, nothing may break. */
static void load_and_run(const char *folder, unsigned *ran) {
    struct source_set sources = {0};
    struct diag diag = {0};
    struct lab_config *config = lab_load(&sources, folder, NULL, 0, &diag);
    assert_true(config || diag.errors > 0);
    if (config) {
        config->time_limit_ns = 120 * NS_PER_S;
        struct lab *lab = lab_new(config, NULL, &diag);
        if (lab) {
            lab_run(lab, NULL);
            lab_free(lab);
            ++*ran;
        }
        lab_config_free(config);
    }
    diag_free(&diag);
    source_set_free(&sources);
}

static void write_file(const char *path, struct span text) {
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(text.p, 1, text.len, f), text.len);
    fclose(f);
}

static void damaged_files_are_refused_or_run(void **state) {
    (void)state;
    static const char *const names[] = {"scenario.yaml", "uac.xml", "uas.xml", "kamailio.cfg"};
    enum { NAMES = sizeof names / sizeof *names };
    struct random_stream r;
    random_init(&r, 1, "mutation", "files");
    char folder[] = "/tmp/siptwin-mutation-XXXXXX", path[256];
    assert_non_null(mkdtemp(folder));
    struct source_set sources = {0};
    struct diag diag = {0};
    struct source *whole[NAMES];
    for (size_t i = 0; i < NAMES; i++) {
        snprintf(path, sizeof path, "%s/03_proxy_stateful_rr/%s", SCENARIOS, names[i]);
        whole[i] = source_load(&sources, path, names[i], (struct source_pos){0}, &diag);
        assert_non_null(whole[i]);
    }
    unsigned ran = 0;
    for (unsigned n = 0; n < FILES; n++) {
        size_t victim = random_below(&r, NAMES);
        for (size_t i = 0; i < NAMES; i++) {
            struct buf text = {0};
            buf_add(&text, (struct span){whole[i]->text, whole[i]->len});
            if (i == victim) mutate(&r, &text);
            snprintf(path, sizeof path, "%s/%s", folder, names[i]);
            write_file(path, buf_span(&text));
            buf_free(&text);
        }
        load_and_run(folder, &ran);
    }
    print_message("%u of %d damaged scenarios could be run\n", ran, FILES);
    assert_in_range(ran, FILES / 10, FILES * 9 / 10); /* both ways were taken */
    for (size_t i = 0; i < NAMES; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    rmdir(folder);
    source_set_free(&sources);
    diag_free(&diag);
}

/* Somebody who sends damaged copies of what has passed. */
struct vandal {
    struct random_stream r;
    const struct lab_config *config;
    struct lab *lab;
    struct event event;
    struct payload *heard; /* the last datagram */
    struct udp_address to;
    unsigned left, sent;
};

static void hear(void *arg, int64_t now_ns, enum tap_direction direction, const struct datagram *d) {
    struct vandal *v = arg;
    (void)now_ns, (void)direction;
    if (v->heard && random_below(&v->r, 3)) return;
    payload_drop(v->heard);
    v->heard = payload_hold(d->payload);
    v->to = d->to;
}

static void send_garbage(void *arg) {
    struct vandal *v = arg;
    struct net *net = lab_net(v->lab);
    if (v->heard) {
        struct buf text = {0};
        buf_add(&text, payload_span(v->heard));
        mutate(&v->r, &text);
        if (text.len > 4000) text.len = 4000;
        struct payload *garbage = payload_of(net_pool(net), buf_span(&text));
        size_t from = random_below(&v->r, (uint32_t)v->config->host_count);
        host_send(lab_host_at(v->lab, from), 5060, (struct udp_options){0, true}, v->to, garbage, NULL);
        payload_drop(garbage);
        buf_free(&text);
        v->sent++;
    }
    if (--v->left > 0) event_after(net_queue(net), &v->event, random_below(&v->r, 20000) * NS_PER_US);
}

static void damaged_datagrams_break_nothing(void **state) {
    (void)state;
    unsigned sent = 0;
    for (size_t s = 0; s < SCENARIOS_COUNT; s++) {
        struct source_set sources = {0};
        struct diag diag = {0};
        struct buf folder = {0};
        buf_addf(&folder, "%s/%s", SCENARIOS, scenarios[s]);
        struct lab_config *config = lab_load(&sources, buf_text(&folder), NULL, 0, &diag);
        assert_non_null(config);
        config->time_limit_ns = 1200 * NS_PER_S;
        for (unsigned n = 0; n < WIRES; n++) {
            struct vandal v = {.config = config, .left = GARBAGE};
            random_init(&v.r, n, "vandal", scenarios[s]);
            v.lab = lab_new(config, NULL, &diag);
            assert_non_null(v.lab);
            for (size_t i = 0; i < config->host_count; i++)
                host_tap(lab_host_at(v.lab, i), hear, &v);
            event_init(&v.event, send_garbage, &v);
            event_at(net_queue(lab_net(v.lab)), &v.event, 105 * NS_PER_MS);
            assert_true(lab_run(v.lab, NULL));
            struct lab_result result = lab_result(v.lab);
            assert_false(result.cut_off);
            assert_int_equal(result.transactions, 0);
            payload_drop(v.heard);
            sent += v.sent;
            lab_free(v.lab);
        }
        lab_config_free(config);
        source_set_free(&sources);
        diag_free(&diag);
        buf_free(&folder);
    }
    print_message("%u damaged datagrams were sent\n", sent);
    assert_true(sent > WIRES * GARBAGE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(damaged_files_are_refused_or_run),
        cmocka_unit_test(damaged_datagrams_break_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
