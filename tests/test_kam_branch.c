/* SPDX-License-Identifier: MIT */
/* Proves that branches are computed as Kamailio 5.6.3 computes them: every expected text was seen on the
 * wire. */
#include "model/kamailio/message/branch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define SERVICE "sip:service@172.20.0.3:5060"
#define UAC     "SIP/2.0/UDP 172.20.0.2:5060;branch=z9hG4bK-"

static void branches_are_those_of_recordings(void **state) {
    (void)state;
    static const struct {
        const char *method, *uri, *via, *from_tag, *to_tag, *call_id, *cseq;
        unsigned number;
        const char *branch;
    } cases[] = {
        {"INVITE", SERVICE, UAC "u-1", "ft1", NULL, "c1@172.20.0.2", "1", 0,
         "z9hG4bK6227.222301dbde843fc421cd0b8b4590e5b3.0"},
        /* The ACK to a 2xx: the same index, another digest; its To tag does not count. */
        {"ACK", SERVICE, UAC "u-2", "ft1", "ut1", "c1@172.20.0.2", "1", 0,
         "z9hG4bK6227.1bf00a0da66d8b358fb598d5ca2d7f11.0"},
        /* A BYE's To tag does. */
        {"BYE", SERVICE, UAC "u-3", "ft1", "ut1", "c1@172.20.0.2", "2", 0,
         "z9hG4bK3227.23b951cba1414df7e80f3972ae77b400.0"},
        {"MESSAGE", SERVICE, UAC "u-5", "ft1", NULL, "m1", "1", 0,
         "z9hG4bKdd06.ca79da00efd50ea867ba6fdc8cfd09c9.0"},
        /* A Via without port, without branch: nothing stands in their place. */
        {"OPTIONS", SERVICE, "SIP/2.0/UDP 172.20.0.2", "ft1", NULL, "nobranch", "1", 0,
         "z9hG4bK113e.cd31d1f03e8ba2dbfe795f0f0bb40928.0"},
        /* The second branch of a fork: the Request-URI as received, not the one that goes out. */
        {"INVITE", "sip:fork@172.20.0.3:5060", UAC "q8", "ft1", NULL, "q8-fork", "1", 1,
         "z9hG4bKc62b.c8a344e51654e432ec872818c91bd1b0.1"},
        /* No From tag; an index of three digits. */
        {"INVITE", SERVICE, UAC "r2", NULL, NULL, "r2", "1", 0,
         "z9hG4bKdbc7.a48cc5fc4f0e8b3ccff8f1b2dbdc7aed.0"},
        {"OPTIONS", SERVICE, "SIP/2.0/UDP 172.20.0.2;branch=z9hG4bK-11", "ft1", NULL, "v11", "1", 0,
         "z9hG4bK33a.bdd2ad56b662bf38491f605e61c49e76.0"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct via via;
        char md5[KAM_MD5_LEN + 1];
        struct buf out = {0};
        assert_true(via_parse(&via, span_of(cases[i].via)));
        struct kam_branch_input in = {.method = kam_method_of(span_of(cases[i].method)),
                                      .uri = span_of(cases[i].uri),
                                      .call_id = span_of(cases[i].call_id),
                                      .cseq_number = span_of(cases[i].cseq),
                                      .from_tag = span_of(cases[i].from_tag),
                                      .to_tag = span_of(cases[i].to_tag),
                                      .via = &via};
        kam_branch_md5(md5, &in);
        kam_branch_write(&out, kam_branch_hash(in.call_id, in.cseq_number), md5, cases[i].number);
        assert_string_equal(buf_text(&out), cases[i].branch);
        buf_free(&out);
    }
}

static void numbers_stand_backwards_and_come_back(void **state) {
    (void)state;
    static const char digest[] = "0123456789abcdef0123456789abcdef";
    static const uint32_t hashes[] = {0, 1, 0xf, 0x10, 0xa0b, 0x7226, 0xffff};
    for (size_t i = 0; i < sizeof hashes / sizeof *hashes; i++) {
        struct buf out = {0};
        uint32_t hash;
        unsigned number;
        const char *md5;
        kam_branch_write(&out, hashes[i], digest, 27);
        assert_true(kam_branch_parse(buf_span(&out), &hash, &md5, &number));
        assert_int_equal(hash, hashes[i]);
        assert_int_equal(number, 27);
        assert_memory_equal(md5, digest, KAM_MD5_LEN);
        buf_free(&out);
    }
}

static void what_is_no_branch_of_ours_is_refused(void **state) {
    (void)state;
    static const char *const texts[] = {
        "",
        "z9hG4bK",
        "z9hG4bK-1-2-3",
        "6227.222301dbde843fc421cd0b8b4590e5b3.0",
        "z9hG4bK.222301dbde843fc421cd0b8b4590e5b3.0",
        "z9hG4bK00001.222301dbde843fc421cd0b8b4590e5b3.0", /* above 65535 */
        "z9hG4bK6227.222301dbde843fc421cd0b8b4590e5b.0",
        "z9hG4bK6227.222301dbde843fc421cd0b8b4590e5b3",
        "z9hG4bK6227.222301dbde843fc421cd0b8b4590e5b3.",
        "z9hG4bK6227.222301dbde843fc421cd0b8b4590e5b3.x",
        "z9hG4bK6227.222301dbde843fc421cd0b8b4590e5b3.123456789",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        uint32_t hash;
        unsigned number;
        const char *md5;
        if (kam_branch_parse(span_of(texts[i]), &hash, &md5, &number)) fail_msg("taken: %s", texts[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(branches_are_those_of_recordings),
        cmocka_unit_test(numbers_stand_backwards_and_come_back),
        cmocka_unit_test(what_is_no_branch_of_ours_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
