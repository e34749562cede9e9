/* SPDX-License-Identifier: MIT */
/* Proves the views over SIP messages, Vias and URIs, and that edits leave every other byte as it was. */
#include "model/sip/digest.h"
#include "model/sip/edit.h"
#include "model/sip/msg.h"
#include "model/sip/uri.h"
#include "model/sip/via.h"
#include "sim/random.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <md5.h>

static void assert_span(struct span s, const char *expected) {
    struct buf b = {0};
    buf_add(&b, s);
    assert_string_equal(buf_text(&b), expected);
    buf_free(&b);
}

static void assert_span_or_absent(struct span s, const char *expected) {
    if (expected)
        assert_span(s, expected);
    else
        assert_null(s.p);
}

static void messages_are_views_over_their_bytes(void **state) {
    (void)state;
    static const char text[] = "INVITE sip:b@172.20.0.3:5060 SIP/2.0\r\n"
                               "v: SIP/2.0/UDP 172.20.0.2;branch=z9hG4bK1\r\n"
                               "FROM :  <sip:a@172.20.0.2>;tag=1 \r\n"
                               "Subject: folded\r\n\tover two lines\r\n"
                               "CSeq: 1 INVITE\n"
                               "X:\r\n"
                               "\r\n"
                               "body: not a header\r\n";
    struct sip_msg m = {0};
    assert_true(sip_msg_parse(&m, SPAN(text)));
    assert_true(m.is_request);
    assert_span(m.method, "INVITE");
    assert_span(m.uri, "sip:b@172.20.0.3:5060");
    assert_int_equal(m.header_count, 5);
    assert_int_equal(m.headers[0].id, SIP_VIA);
    assert_span(m.headers[0].line, "v: SIP/2.0/UDP 172.20.0.2;branch=z9hG4bK1\r\n");
    assert_int_equal(m.headers[1].id, SIP_FROM);
    assert_span(m.headers[1].name, "FROM");
    assert_span(m.headers[1].value, "<sip:a@172.20.0.2>;tag=1");
    assert_span(m.headers[2].value, "folded\r\n\tover two lines");
    assert_span(m.headers[3].line, "CSeq: 1 INVITE\n");
    assert_span(m.headers[4].value, "");
    assert_span(m.body, "body: not a header\r\n");
    assert_span(span_skip(m.bytes, m.header_end), "\r\nbody: not a header\r\n");
    sip_msg_free(&m);
}

/* Lines put together at random: what was put in is read, in whatever way a line is told. */
static void header_lines_in_all_their_forms(void **state) {
    (void)state;
    enum { MESSAGES = 20000, LINES = 12 };
    static const struct {
        const char *name;
        enum sip_header_id id;
    } names[] = {
        {"Via", SIP_VIA},
        {"v", SIP_VIA},
        {"VIA", SIP_VIA},
        {"Vias", SIP_OTHER},
        {"From", SIP_FROM},
        {"From-X", SIP_OTHER},
        {"f", SIP_FROM},
        {"To", SIP_TO},
        {"Too", SIP_OTHER},
        {"t", SIP_TO},
        {"CSeq", SIP_CSEQ},
        {"CSEQ", SIP_CSEQ},
        {"Call-ID", SIP_CALL_ID},
        {"Call-Info", SIP_OTHER},
        {"i", SIP_CALL_ID},
        {"Contact", SIP_CONTACT},
        {"Contacts", SIP_OTHER},
        {"m", SIP_CONTACT},
        {"Content-Length", SIP_CONTENT_LENGTH},
        {"Content-length", SIP_CONTENT_LENGTH},
        {"Content-Type", SIP_CONTENT_TYPE},
        {"Content-Typos", SIP_OTHER},
        {"c", SIP_CONTENT_TYPE},
        {"Max-Forwards", SIP_MAX_FORWARDS},
        {"Max-Forward", SIP_OTHER},
        {"Route", SIP_ROUTE},
        {"Record-Route", SIP_RECORD_ROUTE},
        {"Record-Routes", SIP_OTHER},
        {"Reason", SIP_REASON},
        {"Subject", SIP_OTHER},
        {"S", SIP_OTHER},
        {"X", SIP_OTHER},
        {"~", SIP_OTHER},
    };
    static const char *const before[] = {"", "", "", " ", "\t ", "  "};
    static const char *const after[] = {"", " ", " ", " ", "\t", " \r\n ", "  "};
    static const char *const values[] = {
        "", "1", "ab", "a b", "a: b", "\xc3\xa9", "a\r\n b", "a\n\tb", "a\r b", "<sip:a@b>;tag=1", "0"};
    static const char *const behind[] = {"", "", "", " ", "\t", "\r", " \r\n "};
    static const char *const ends[] = {"\r\n", "\r\n", "\r\n", "\n"};
#define ONE_OF(table) (table)[random_below(&r, sizeof(table) / sizeof *(table))]
    struct random_stream r;
    random_init(&r, 1, "messages", "header lines");
    struct sip_msg m = {0};
    struct buf text = {0};
    for (int n = 0; n < MESSAGES; n++) {
        struct {
            const char *name, *value;
            enum sip_header_id id;
            size_t from, to;
        } lines[LINES];
        bool cut = false; /* the last line does not end */
        size_t count = random_below(&r, LINES + 1), first[SIP_HEADER_IDS] = {0};
        buf_reset(&text);
        buf_add_text(&text, "BYE sip:a SIP/2.0\r\n");
        for (size_t i = 0; i < count; i++) {
            size_t name = random_below(&r, sizeof names / sizeof *names);
            lines[i].name = names[name].name;
            lines[i].id = names[name].id;
            lines[i].value = ONE_OF(values);
            lines[i].from = text.len;
            cut = i + 1 == count && random_below(&r, 4) == 0;
            buf_addf(&text, "%s%s:%s%s%s%s", lines[i].name, ONE_OF(before), ONE_OF(after), lines[i].value,
                     ONE_OF(behind), cut ? "" : ONE_OF(ends));
            lines[i].to = text.len;
            if (!first[lines[i].id]) first[lines[i].id] = i + 1;
        }
        size_t header_end = text.len;
        if (!cut && random_below(&r, 2)) buf_addf(&text, "\r\n%s", ONE_OF(values));
        assert_true(sip_msg_parse(&m, buf_span(&text)));
        assert_int_equal(m.header_count, count);
        assert_int_equal(m.header_end, header_end);
        for (size_t i = 0; i < count; i++) {
            const struct sip_header *h = &m.headers[i];
            assert_span(h->name, lines[i].name);
            assert_span(h->value, lines[i].value);
            assert_int_equal(h->id, lines[i].id);
            assert_ptr_equal(h->line.p, text.p + lines[i].from);
            assert_int_equal(h->line.len, lines[i].to - lines[i].from);
        }
        for (size_t id = 0; id < SIP_HEADER_IDS; id++)
            assert_ptr_equal(sip_msg_first(&m, id), first[id] ? &m.headers[first[id] - 1] : NULL);
    }
#undef ONE_OF
    buf_free(&text);
    sip_msg_free(&m);
}

static void what_is_no_sip_message_is_refused(void **state) {
    (void)state;
    static const char *const bad[] = {"",
                                      "\r\n\r\n",
                                      "INVITE",
                                      "INVITE sip:a",
                                      "INVITE sip:a SIP/3.0\r\n\r\n",
                                      "SIP/2.0 99 Low\r\n\r\n",
                                      "SIP/2.0 2000 Long\r\n\r\n",
                                      "SIP/2.0 abc\r\n\r\n",
                                      "BYE sip:a SIP/2.0\r\nno colon\r\n\r\n",
                                      "BYE sip:a SIP/2.0\r\n: no name\r\n\r\n"};
    struct sip_msg m = {0};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(sip_msg_parse(&m, span_of(bad[i])));
    sip_msg_free(&m);
}

static void summaries_say_what_a_message_is(void **state) {
    (void)state;
    static const struct {
        const char *text, *summary;
    } cases[] = {
        {"BYE sip:a SIP/2.0\r\n\r\n", "BYE"},
        {"SIP/2.0 180 Ringing\r\nCSeq: 1   INVITE \r\n\r\n", "180 INVITE"},
        {"SIP/2.0 200 OK\r\n\r\n", "200 ?"},
        {"\r\n\r\n", "?"},
    };
    struct buf out = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        sip_summary(&out, span_of(cases[i].text));
        assert_string_equal(buf_text(&out), cases[i].summary);
    }
    buf_free(&out);
}

static void tags_are_found_after_the_brackets_only(void **state) {
    (void)state;
    static const struct {
        const char *value, *tag;
    } cases[] = {
        {"<sip:a@b>;tag=1", "1"}, {"\"A\" <sip:a@b;tag=uri>;x=y; TAG = 2 ", "2"},
        {"sip:a@b;tag=3;x", "3"}, {"<sip:a@b;tag=uri>", NULL},
        {"<sip:a@b>", NULL},      {"<sip:a@b>;tagged=1", NULL},
        {"<sip:a@b", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_span_or_absent(sip_tag(span_of(cases[i].value)), cases[i].tag);
}

static void vias_in_all_their_forms(void **state) {
    (void)state;
    static const struct {
        const char *value, *whole, *host, *port, *sent_by, *branch, *received, *rport, *rest;
    } cases[] = {
        {"SIP/2.0/UDP 172.20.0.2:5060;branch=b1", "SIP/2.0/UDP 172.20.0.2:5060;branch=b1", "172.20.0.2",
         "5060", "172.20.0.2:5060", ";branch=b1", NULL, NULL, NULL},
        {"SIP/2.0/UDP host", "SIP/2.0/UDP host", "host", NULL, "host", NULL, NULL, NULL, NULL},
        {"SIP / 2.0 /UDP  a ;rport ; branch = b , SIP/2.0/UDP c", "SIP / 2.0 /UDP  a ;rport ; branch = b",
         "a", NULL, "a", "; branch = b", NULL, ";rport ", "SIP/2.0/UDP c"},
        {"SIP/2.0/UDP a : 5099;x=\"q=;\";received=1.2.3.4;rport=7",
         "SIP/2.0/UDP a : 5099;x=\"q=;\";received=1.2.3.4;rport=7", "a", "5099", "a : 5099", NULL,
         ";received=1.2.3.4", ";rport=7", NULL},
        {"SIP/2.0/UDP [2001:db8::1]:5060;branch=z", "SIP/2.0/UDP [2001:db8::1]:5060;branch=z",
         "[2001:db8::1]", "5060", "[2001:db8::1]:5060", ";branch=z", NULL, NULL, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct via v;
        assert_true(via_parse(&v, span_of(cases[i].value)));
        assert_span(v.whole, cases[i].whole);
        assert_span(v.host, cases[i].host);
        assert_span_or_absent(v.port, cases[i].port);
        assert_span(v.sent_by, cases[i].sent_by);
        assert_span_or_absent(v.branch.whole, cases[i].branch);
        assert_span_or_absent(v.received.whole, cases[i].received);
        assert_span_or_absent(v.rport.whole, cases[i].rport);
        assert_span_or_absent(v.rest, cases[i].rest);
    }
    static const char *const bad[] = {"",
                                      "SIP/2.0/UDP",
                                      "SIP/2.0 a",
                                      "HTTP/2.0/UDP a",
                                      "SIP/2.0/UDP ;branch=1",
                                      "SIP/2.0/UDP a:;branch=1",
                                      "SIP/2.0/UDP a b",
                                      "SIP/3.0/UDP a"};
    struct via v;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(via_parse(&v, span_of(bad[i])));
    struct via unreadable;
    assert_false(via_parse(&unreadable, SPAN("SIP/2.0/UDP a;x=\"q,;\""))); /* [via_quoted_comma] */
}

static void uris_in_all_their_forms(void **state) {
    (void)state;
    static const struct {
        const char *text, *user, *host, *port, *params, *lr;
    } cases[] = {
        {"sip:172.20.0.3", NULL, "172.20.0.3", NULL, "", NULL},
        {"sip:a@172.20.0.3:5060", "a", "172.20.0.3", "5060", "", NULL},
        {"sip:p;lr;ftag=1", NULL, "p", NULL, ";lr;ftag=1", ""},
        {"SIPS:a:pw@h:1;transport=udp;lr=on?x=y", "a", "h", "1", ";transport=udp;lr=on", "on"},
        {"sip:[::1]:5061;lrx", NULL, "[::1]", "5061", ";lrx", NULL},
    };
    struct uri u;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_true(uri_parse(&u, span_of(cases[i].text)));
        assert_span_or_absent(u.user, cases[i].user);
        assert_span(u.host, cases[i].host);
        assert_span_or_absent(u.port, cases[i].port);
        assert_span(u.params, cases[i].params);
        assert_span_or_absent(uri_param(&u, "lr"), cases[i].lr);
    }
    static const char *const bad[] = {"",       "sip:",        "tel:",    "nouri",
                                      "sip:a@", "sip:h:99999", "sip:h:x", "sip:@h"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(uri_parse(&u, span_of(bad[i])));
}

static void lists_are_split_at_their_own_commas_only(void **state) {
    (void)state;
    struct span list = SPAN("<sip:a;x=1,2>;p , \"q,\\\"r\" <sip:b>,,sip:c;q=1"), entry;
    static const char *const entries[] = {"<sip:a;x=1,2>;p", "\"q,\\\"r\" <sip:b>", "", "sip:c;q=1"};
    static const char *const uris[] = {"sip:a;x=1,2", "sip:b", "", "sip:c"};
    for (size_t i = 0; i < 4; i++) {
        assert_true(name_addr_next(&list, &entry));
        assert_span(entry, entries[i]);
        assert_span(name_addr_uri(entry), uris[i]);
    }
    assert_false(name_addr_next(&list, &entry));
}

static void edits_are_applied_in_one_pass_and_in_order(void **state) {
    (void)state;
    struct pool pool;
    struct edit_list list = {0}, copy = {0};
    pool_init(&pool);
    edit_replace(&list, 4, 1, SPAN("EE"));
    edit_insert(&list, 0, SPAN("1"));
    edit_insert(&list, 0, SPAN("2"));
    edit_remove(&list, 2, 2);
    edit_insert(&list, 2, SPAN("<")); /* in front of what is removed there */
    edit_insert(&list, 6, SPAN("!"));
    edit_list_copy(&copy, &list);
    struct payload *p = edit_apply(&copy, SPAN("abcdef"), &pool);
    assert_span(payload_span(p), "12ab<EEf!");
    payload_drop(p);
    edit_list_reset(&list);
    p = edit_apply(&list, SPAN("abc"), &pool);
    assert_span(payload_span(p), "abc");
    payload_drop(p);
    static char huge[PAYLOAD_MAX];
    edit_insert(&list, 0, (struct span){huge, sizeof huge});
    assert_null(edit_apply(&list, SPAN("x"), &pool)); /* longer than UDP carries */
    edit_list_free(&list);
    edit_list_free(&copy);
    pool_free(&pool);
}

/* Texts of all lengths around the edges of blocks, cut anywhere, have the sums that libmd gives them. */
static void digests_do_not_depend_on_how_a_text_is_cut(void **state) {
    (void)state;
    enum { LONGEST = 600 };
    char text[LONGEST];
    for (size_t i = 0; i < LONGEST; i++)
        text[i] = (char)(i * 7);
    for (size_t len = 0; len <= LONGEST; len++) {
        char whole[MD5_DIGEST_STRING_LENGTH], cut[DIGEST_HEX_LEN];
        MD5Data((const uint8_t *)text, len, whole);
        for (size_t at = 0; at <= len; at += 1 + len / 9) {
            struct digest_text t;
            digest_begin(&t);
            digest_add(&t, (struct span){text, at});
            digest_add(&t, (struct span){text + at, len - at});
            digest_end(&t, cut);
            assert_memory_equal(cut, whole, DIGEST_HEX_LEN);
        }
    }
}

/* Edits that lie in front of a place, or end there, do not make what follows it longer. */
static void growth_counts_from_a_place_on(void **state) {
    (void)state;
    struct edit_list list = {0};
    assert_int_equal(edit_growth(&list, 0), 0);
    edit_insert(&list, 3, SPAN("xx"));
    edit_remove(&list, 4, 2);
    assert_int_equal(edit_growth(&list, 7), 0);
    assert_int_equal(edit_growth(&list, 6), 0);
    assert_int_equal(edit_growth(&list, 5), -1);
    assert_int_equal(edit_growth(&list, 3), 0);
    edit_insert(&list, 9, SPAN("y"));
    assert_int_equal(edit_growth(&list, 9), 1);
    assert_int_equal(edit_growth(&list, 10), 0);
    edit_list_reset(&list);
    assert_int_equal(edit_growth(&list, 0), 0);
    edit_list_free(&list);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_are_views_over_their_bytes),
        cmocka_unit_test(header_lines_in_all_their_forms),
        cmocka_unit_test(what_is_no_sip_message_is_refused),
        cmocka_unit_test(summaries_say_what_a_message_is),
        cmocka_unit_test(tags_are_found_after_the_brackets_only),
        cmocka_unit_test(vias_in_all_their_forms),
        cmocka_unit_test(uris_in_all_their_forms),
        cmocka_unit_test(lists_are_split_at_their_own_commas_only),
        cmocka_unit_test(edits_are_applied_in_one_pass_and_in_order),
        cmocka_unit_test(digests_do_not_depend_on_how_a_text_is_cut),
        cmocka_unit_test(growth_counts_from_a_place_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
