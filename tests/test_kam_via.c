/* SPDX-License-Identifier: MIT */
/* Proves what Kamailio does to Vias on the way through, byte by byte; each result was seen in a recording. */
#include "tests/kam_fixture.h"

/* The lines from the first one up to From, of what the callee was sent. */
static const char *vias_of(enum peer peer, size_t n) {
    static char text[4096];
    const char *message = was_sent(peer, n), *from = strchr(message, '\n') + 1, *end = strstr(from, "From:");
    assert_non_null(end);
    snprintf(text, sizeof text, "%.*s", (int)(end - from), from);
    return text;
}

/* The branch itself is not this test's business: it becomes "B". */
static const char *without_own_branch(const char *text) {
    static char out[4096];
    static const char own[] = ";branch=z9hG4bK";
    const char *at = strstr(text, own), *dot = at ? strchr(at, '.') : NULL;
    if (!dot) return text;
    const char *rest = dot + 1 + 32 + 2;
    snprintf(out, sizeof out, "%.*s;branch=B%s", (int)(at - text), text, rest);
    return out;
}

static void relay(const char *via_lines, unsigned n) {
    char text[1024];
    snprintf(text, sizeof text,
             "OPTIONS sip:a@172.20.0.3 SIP/2.0\n%sFrom: <sip:u@x>;tag=1\nTo: <sip:a@x>\nCall-ID: c%u\nCSeq: "
             "1 OPTIONS\n\n",
             via_lines, n);
    send_at(rig.queue.now_ns + MS, CALLER, text);
    rig_run();
}

#define OWN "Via: SIP/2.0/UDP 172.20.0.10;branch=B\n"

static void incoming_vias_are_marked(void **state) {
    (void)state;
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"Via: SIP/2.0/UDP 172.20.0.2:5060;branch=b\n", OWN "Via: SIP/2.0/UDP 172.20.0.2:5060;branch=b\n"},
        /* Another port than the datagram's is no reason. */
        {"Via: SIP/2.0/UDP 172.20.0.2:5099;branch=b\n", OWN "Via: SIP/2.0/UDP 172.20.0.2:5099;branch=b\n"},
        {"Via: SIP/2.0/UDP 172.20.0.2:5060;branch=b;rport\n",
         OWN "Via: SIP/2.0/UDP 172.20.0.2:5060;received=172.20.0.2;branch=b;rport=5060\n"},
        {"Via: SIP/2.0/UDP 172.20.0.2;rport;branch=b\n",
         OWN "Via: SIP/2.0/UDP 172.20.0.2;received=172.20.0.2;rport=5060;branch=b\n"},
        {"Via: SIP/2.0/UDP 172.20.0.2;rport=1;branch=b\n",
         OWN "Via: SIP/2.0/UDP 172.20.0.2;received=172.20.0.2;rport=5060;branch=b\n"},
        {"Via: SIP/2.0/UDP 10.1.1.1:5099\n", OWN "Via: SIP/2.0/UDP 10.1.1.1:5099;received=172.20.0.2\n"},
        {"Via: SIP/2.0/UDP localhost;branch=b\n",
         OWN "Via: SIP/2.0/UDP localhost;received=172.20.0.2;branch=b\n"},
        {"Via: SIP/2.0/UDP 172.20.0.2;branch=b;received=9.9.9.9\n",
         OWN "Via: SIP/2.0/UDP 172.20.0.2;branch=b;received=172.20.0.2\n"},
        {"Via: SIP/2.0/UDP 10.1.1.1 ;branch=b\n",
         OWN "Via: SIP/2.0/UDP 10.1.1.1 ;received=172.20.0.2;branch=b\n"},
        /* Only the first of several; names and blanks stay. */
        {"v:SIP/2.0/UDP 10.1.1.1;branch=b , SIP/2.0/UDP 10.2.2.2\nVia: SIP/2.0/UDP 10.3.3.3;rport\n",
         OWN "v:SIP/2.0/UDP 10.1.1.1;received=172.20.0.2;branch=b , SIP/2.0/UDP 10.2.2.2\n"
             "Via: SIP/2.0/UDP 10.3.3.3;rport\n"},
        {"Subject: x\nVia: SIP/2.0/UDP 172.20.0.2\n", "Subject: x\n" OWN "Via: SIP/2.0/UDP 172.20.0.2\n"},
    };
    rig_up("request_route { forward(); }\n");
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        relay(cases[i].in, i);
        assert_string_equal(without_own_branch(vias_of(CALLEE, i)), cases[i].out);
    }
}

static void the_own_via_is_what_the_configuration_says(void **state) {
    (void)state;
    rig_up("request_route { force_rport(); add_local_rport(); forward(); forward(); }\n");
    relay("Via: SIP/2.0/UDP 172.20.0.2;branch=b\n", 1);
    assert_string_equal(without_own_branch(vias_of(CALLEE, 0)),
                        "Via: SIP/2.0/UDP 172.20.0.10;branch=B;rport\n"
                        "Via: SIP/2.0/UDP 172.20.0.2;rport=5060;branch=b\n");
    assert_int_equal(rig.sent_count[CALLEE], 2);
    /* What is forwarded twice has the own Via twice. */
    const char *twice = strstr(was_sent(CALLEE, 1), "Via: SIP/2.0/UDP 172.20.0.10");
    assert_non_null(twice);
    assert_non_null(strstr(twice + 1, "Via: SIP/2.0/UDP 172.20.0.10"));
}

/* A reply of the callee's with these Vias: what the caller gets of it (NULL: nothing). */
static void replies_lose_their_first_via(void **state) {
    (void)state;
#define CALLER_VIA "SIP/2.0/UDP 172.20.0.2:5060;branch=b"
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"Via: SIP/2.0/UDP 172.20.0.10;branch=x\nVia: " CALLER_VIA "\n", "Via: " CALLER_VIA "\n"},
        {"Via: SIP/2.0/UDP 172.20.0.10;branch=x, " CALLER_VIA "\n", "Via: " CALLER_VIA "\n"},
        {"v:   SIP/2.0/UDP 172.20.0.10;branch=x  ,  " CALLER_VIA ", SIP/2.0/UDP 10.9.9.9\n",
         "v:   " CALLER_VIA ", SIP/2.0/UDP 10.9.9.9\n"},
        {"Via:   SIP/2.0/UDP 172.20.0.10;branch=x   \nvIa :" CALLER_VIA "\n", "vIa :" CALLER_VIA "\n"},
        /* It need not be ours. */
        {"Via: SIP/2.0/UDP 10.7.7.7;branch=x\nVia: " CALLER_VIA "\n", "Via: " CALLER_VIA "\n"},
        {"Via: SIP/2.0/UDP 172.20.0.10;branch=x\nVia: SIP/2.0/UDP nobody;received=172.20.0.2\n",
         "Via: SIP/2.0/UDP nobody;received=172.20.0.2\n"},
        {"Via: SIP/2.0/UDP 172.20.0.10;branch=x\n", NULL},
        {"Via: SIP/2.0/UDP 172.20.0.10;branch=x\nVia: SIP/2.0/UDP nobody\n", NULL},
    };
    rig_up("request_route { forward(); }\n");
    for (unsigned i = 0, got = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[1024];
        snprintf(
            text, sizeof text,
            "SIP/2.0 200 OK\n%sFrom: <sip:u@x>;tag=1\nTo: <sip:a@x>;tag=2\nCall-ID: c\nCSeq: 1 OPTIONS\n\n",
            cases[i].in);
        send_at(rig.queue.now_ns + MS, CALLEE, text);
        rig_run();
        assert_int_equal(rig.sent_count[CALLER], got + (cases[i].out != NULL));
        if (cases[i].out) assert_string_equal(vias_of(CALLER, got++), cases[i].out);
    }
}

/* Replies made here: received goes to the end of the line, an old one stays. */
static void local_replies_mark_vias_in_their_own_way(void **state) {
    (void)state;
    rig_up("request_route { sl_send_reply(\"404\", \"Nope\"); }\n");
    relay("Via: SIP/2.0/UDP 10.1.1.1:5060;rport;branch=b, SIP/2.0/UDP 9.9.9.9\n", 1);
    assert_int_equal(rig.sent_count[CALLER], 1);
    assert_string_equal(vias_of(CALLER, 0), "Via: SIP/2.0/UDP 10.1.1.1:5060;rport=5060;branch=b, SIP/2.0/UDP "
                                            "9.9.9.9;received=172.20.0.2\n");
    relay("Via: SIP/2.0/UDP 172.20.0.2;received=1.2.3.4;branch=b\n", 2);
    assert_string_equal(vias_of(CALLER, 1),
                        "Via: SIP/2.0/UDP 172.20.0.2;received=1.2.3.4;branch=b;received=172.20.0.2\n");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, rig_begin, rig_end)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(incoming_vias_are_marked),
        TEST(the_own_via_is_what_the_configuration_says),
        TEST(replies_lose_their_first_via),
        TEST(local_replies_mark_vias_in_their_own_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
