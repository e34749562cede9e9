/* SPDX-License-Identifier: MIT */
/*
 * [len] counts what follows the first empty line. The renderer knows from the pieces of a template where that
 * is (render.c): messages of pieces that matter, drawn at random, must give what searching the message gives.
 */
#include "model/sipp/sipp.h"
#include "sim/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define SUT  0xac140003
#define PEER 0xac140002

/* Of a literal, of headers of the request below, of numbers, and of what may hold anything. */
static const char *const pieces[] = {"\n",
                                     "\n",
                                     "\n",
                                     "x",
                                     "y: z",
                                     "\\x0d",
                                     "\\x0a",
                                     "\\x0d\\x0a",
                                     "\\x00",
                                     "[last_One:]",
                                     "[last_Two:]",
                                     "[last_Folded:]",
                                     "[last_No:]",
                                     "[last_Empty:]",
                                     "[call_number]",
                                     "[call_id]",
                                     "[cseq]",
                                     "[routes]",
                                     "[service]",
                                     "[last_message]",
                                     "[local_ip]"};

static const char request[] =
    "OPTIONS sip:s@172.20.0.3 SIP/2.0\r\nVia: SIP/2.0/UDP 172.20.0.2\r\nTo: <sip:s@s>\r\n"
    "One: 1\r\nTwo: 1\r\nFolded: a\r\n b\r\nTwo: 2\r\nEmpty:\r\nCall-ID: c\r\n"
    "CSeq: 1 OPTIONS\r\n\r\nbody\r\n\r\nof it";

enum { MESSAGES = 400, ROUNDS = 25 };
static const char head[] = "A x\r\nL: ";
static unsigned came, with_body;

/* SIPp writes ten bytes where there is no body (facts: SIPp 2): nothing else stands in their place. */
static const char no_body[] = "    0\r\n\r\n";

static void check(void *arg, struct datagram *d) {
    (void)arg;
    struct span msg = payload_span(d->payload), mark = span_skip(msg, sizeof head - 1);
    struct span rest = span_skip(mark, sizeof no_body);
    ptrdiff_t nul = span_find(rest, '\0');
    struct span seen = nul < 0 ? rest : span_head(rest, (size_t)nul);
    ptrdiff_t end = span_search(seen, SPAN("\r\n\r\n"));
    assert_true(span_starts(msg, head));
    came++;
    if (end < 0 || (size_t)end + 4 == seen.len) {
        assert_memory_equal(mark.p, no_body, sizeof no_body);
        return;
    }
    char number[32];
    snprintf(number, sizeof number, "%5zu----", rest.len - (size_t)end - 4);
    assert_memory_equal(mark.p, number, strlen(number));
    with_body++;
}

static void draw(struct buf *xml, struct random_stream *r) {
    buf_add_text(xml, "<?xml version=\"1.0\"?><scenario><recv request=\"OPTIONS\"/>");
    for (unsigned i = 0; i < MESSAGES; i++) {
        buf_add_text(xml, "<send><![CDATA[A x\nL: [len]------------");
        for (uint32_t n = random_below(r, 12); n > 0; n--)
            buf_add_text(xml, pieces[random_below(r, sizeof pieces / sizeof *pieces)]);
        buf_add_text(xml, "]]></send>");
    }
    buf_add_text(xml, "</scenario>");
}

static void answer(const struct sipp_program *program, struct diag *diag) {
    struct event_queue queue;
    event_queue_init(&queue);
    struct net *net = net_new(&queue, 1, 65535);
    struct host *sut = net_add_host(net, "sut", SUT), *peer = net_add_host(net, "peer", PEER);
    struct sipp_config config;
    sipp_config_default(&config);
    config.local.ip = SUT;
    host_bind(peer, 5060, check, NULL);
    struct sipp *sipp = sipp_new(&config, program, sut, NULL, diag);
    assert_non_null(sipp);
    struct payload *p = payload_of(net_pool(net), SPAN(request));
    host_send(peer, 5060, (struct udp_options){0}, (struct udp_address){SUT, 5060}, p, NULL);
    payload_drop(p);
    while (event_queue_step(&queue)) {
    }
    sipp_free(sipp);
    net_free(net);
    event_queue_free(&queue);
}

static void len_counts_behind_the_first_empty_line(void **state) {
    (void)state;
    struct random_stream r;
    random_init(&r, 1, "len", "property");
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct source_set sources = {0};
        struct diag diag = {0};
        struct buf xml = {0};
        draw(&xml, &r);
        struct source *source = source_text(&sources, "x.xml", buf_span(&xml));
        struct sipp_program *program = sipp_program_load(source, NULL, NULL, 0, &diag);
        if (!program) fail_msg("%s", buf_text(&diag.text));
        answer(program, &diag);
        sipp_program_free(program);
        source_set_free(&sources);
        diag_free(&diag);
        buf_free(&xml);
    }
    assert_int_equal(came, ROUNDS * MESSAGES);
    assert_in_range(with_body, came / 10, came / 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(len_counts_behind_the_first_empty_line)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
