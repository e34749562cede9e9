/* SPDX-License-Identifier: MIT */
/* Proves that To tags are computed as Kamailio 5.6.3 computes them: every expected text was seen on the wire.
 */
#include "model/kamailio/message/totag.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void the_first_part_says_who_answers(void **state) {
    (void)state;
    char out[33];
    kam_totag_prefix(out, "KAMAILIO-stateless", SPAN("172.20.0.10"), SPAN("5060"));
    assert_string_equal(out, "f6348304ddfba26832625020c2c3903d");
    kam_totag_prefix(out, "SER-TM/tags", SPAN("172.20.0.10"), SPAN("5060"));
    assert_string_equal(out, "7f18f92ffe620ca20b655c45961f5a71");
}

static void the_second_part_says_what_was_answered(void **state) {
    (void)state;
    static const struct {
        const char *via, *call_id, *suffix;
    } cases[] = {
        {"SIP/2.0/UDP 172.20.0.2:5060;branch=z9hG4bK-r", "r", "91e4608c"},
        {"SIP/2.0/UDP 172.20.0.2:5060;branch=z9hG4bK-vp", "vp", "19961618"},
        {"SIP/2.0/UDP 172.20.0.2:5060;branch=z9hG4bK-l2", "silent", "66064d62"},
        /* No branch. */
        {"SIP/2.0/UDP 172.20.0.2:5060", "sl2", "d83bb659"},
        /* No port: only the host counts, neither branch nor Call-ID. */
        {"SIP/2.0/UDP 172.20.0.4;branch=z9hG4bK-vp", "vp", "ed1a0000"},
        {"SIP/2.0/UDP 172.20.0.2;branch=z9hG4bK-a", "sl0", "8e4c0000"},
        {"SIP/2.0/UDP 172.20.0.2", "sl1", "8e4c0000"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct via via;
        struct buf out = {0};
        assert_true(via_parse(&via, span_of(cases[i].via)));
        kam_totag_suffix_write(&out, &via, span_of(cases[i].call_id));
        assert_string_equal(buf_text(&out), cases[i].suffix);
        buf_free(&out);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_part_says_who_answers),
        cmocka_unit_test(the_second_part_says_what_was_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
