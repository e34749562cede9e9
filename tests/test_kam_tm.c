/* SPDX-License-Identifier: MIT */
/* Proves tm's transactions: what goes where, in which order, and when; each result was seen with
 * Kamailio 5.6.3. */
#include "tests/kam_fixture.h"

#define RELAY "request_route { t_relay(); }\n"

static void a_call(void **state) {
    (void)state;
    rig_up(RELAY);
    request_at(1 * MS, "INVITE", "1", "");
    reply_at(100 * MS, 180, "INVITE");
    reply_at(200 * MS, 200, "INVITE");
    request_at(300 * MS, "ACK", "ack", "");
    request_at(1 * S, "BYE", "2", "");
    reply_at(1100 * MS, 200, "BYE");
    rig_run();
    assert_string_equal(happened(),
                        "caller: 100 INVITE\ncallee: INVITE\ncaller: 180 INVITE\ncaller: 200 INVITE\n"
                        "callee: ACK\ncallee: BYE\ncaller: 200 BYE\n");
    assert_string_equal(was_sent(CALLER, 0),
                        "SIP/2.0 100 trying -- your call is important to us\n"
                        "Via: SIP/2.0/UDP 172.20.0.2:5060;branch=z9hG4bK-1\n"
                        "From: <sip:uac@172.20.0.2>;tag=caller\nTo: <sip:service@172.20.0.3>\n"
                        "Call-ID: call@172.20.0.2\nCSeq: 1 INVITE\nServer: kamailio (5.6.3 (x86_64/linux))\n"
                        "Content-Length: 0\n\n");
}

/* T1 500 ms is 8 ticks of 62.5 ms, short by the part of a tick that had passed: 438.6 ms. Later ones are
 * exact. */
static void an_unanswered_invite_is_repeated_until_fr_timer(void **state) {
    (void)state;
    rig.with_times = true;
    rig_up("modparam(\"tm\", \"fr_timer\", 4000)\n" RELAY);
    request_at(61 * MS + 500 * US, "INVITE", "1", "");
    request_at(4200 * MS, "ACK", "1", "");
    rig_run();
    assert_string_equal(happened(),
                        "0.061820 caller: 100 INVITE\n0.061901 callee: INVITE\n"
                        "0.500130 callee: INVITE\n1.500130 callee: INVITE\n3.500130 callee: INVITE\n"
                        "4.000130 caller: 408 INVITE\n");
}

static void repeated_requests_are_absorbed(void **state) {
    (void)state;
    rig_up(RELAY);
    request_at(1 * MS, "INVITE", "1", "");
    request_at(100 * MS, "INVITE", "1", ""); /* the 100 again */
    reply_at(200 * MS, 180, "INVITE");
    request_at(300 * MS, "INVITE", "1", ""); /* the 180 again */
    reply_at(400 * MS, 200, "INVITE");
    request_at(500 * MS, "INVITE", "1", ""); /* the 200 again */
    rig_run();
    assert_string_equal(happened(),
                        "caller: 100 INVITE\ncallee: INVITE\ncaller: 100 INVITE\ncaller: 180 INVITE\n"
                        "caller: 180 INVITE\ncaller: 200 INVITE\ncaller: 200 INVITE\n");
}

/* T1 stops, the new timer is fr_inv_timer; then 408, and a CANCEL that is repeated until it is answered. */
static void ringing_ends_with_fr_inv_timer(void **state) {
    (void)state;
    rig.with_times = true;
    rig_up("modparam(\"tm\", \"fr_inv_timer\", 2000)\n" RELAY);
    request_at(1 * MS, "INVITE", "1", "");
    reply_at(100 * MS, 180, "INVITE");
    request_at(2200 * MS, "ACK", "1", "");
    reply_at(2600 * MS, 200, "CANCEL");
    reply_at(2700 * MS, 487, "INVITE");
    rig_run();
    assert_string_equal(happened(),
                        "0.001320 caller: 100 INVITE\n0.001401 callee: INVITE\n"
                        "0.100158 caller: 180 INVITE\n2.062630 caller: 408 INVITE\n"
                        "2.062730 callee: CANCEL\n2.562630 callee: CANCEL\n2.700131 callee: ACK\n");
}

static void a_200_after_the_408_still_gets_through(void **state) {
    (void)state;
    rig_up("modparam(\"tm\", \"fr_timer\", 1000)\n" RELAY);
    request_at(1 * MS, "INVITE", "1", "");
    request_at(1100 * MS, "ACK", "1", "");
    reply_at(2 * S, 180, "INVITE"); /* given up: it is cancelled */
    reply_at(2100 * MS, 200, "INVITE");
    reply_at(2200 * MS, 486, "INVITE"); /* is acknowledged, no more */
    rig_run();
    assert_string_equal(happened(), "caller: 100 INVITE\ncallee: INVITE\ncallee: INVITE\ncaller: 408 INVITE\n"
                                    "callee: CANCEL\ncaller: 200 INVITE\ncallee: ACK\ncallee: CANCEL\n");
}

/* The ACK of the hop first; the reply again at T1, 2 T1, 4 T1, but the transaction ends after wt_timer, 5 s.
 */
static void a_negative_reply_is_repeated_until_it_is_acknowledged(void **state) {
    (void)state;
    rig.with_times = true;
    rig_up(RELAY);
    request_at(1 * MS, "INVITE", "1", "");
    reply_at(100 * MS, 486, "INVITE");
    rig_run();
    assert_string_equal(happened(),
                        "0.001320 caller: 100 INVITE\n0.001401 callee: INVITE\n0.100131 callee: ACK\n"
                        "0.100181 caller: 486 INVITE\n0.562630 caller: 486 INVITE\n"
                        "1.562630 caller: 486 INVITE\n3.562630 caller: 486 INVITE\n");
}

static void the_hop_ack_is_the_invite_cut_down(void **state) {
    (void)state;
    rig_up("request_route { maxfwd_process(\"10\"); record_route(); t_relay(); }\n");
    request_at(1 * MS, "INVITE", "1", "Route: <sip:172.20.0.99;lr>\nContact: <sip:x@y>\nSubject: z\n");
    reply_at(100 * MS, 404, "INVITE");
    request_at(200 * MS, "ACK", "1", "");
    rig_run();
    const char *ack = was_sent(CALLEE, 1), *after_via = strchr(strchr(ack, '\n') + 1, '\n') + 1;
    assert_memory_equal(ack,
                        "ACK sip:service@172.20.0.3:5060 SIP/2.0\nVia: SIP/2.0/UDP 172.20.0.10;branch=", 74);
    assert_string_equal(after_via,
                        "From: <sip:uac@172.20.0.2>;tag=caller\nTo: <sip:service@172.20.0.3>;tag=callee\n"
                        "Call-ID: call@172.20.0.2\nCSeq: 1 ACK\nMax-Forwards: 69\n"
                        "Route: <sip:172.20.0.99;lr>\nContent-Length: 0\n\n");
}

static void after_the_final_reply_1xx_are_dropped_and_200s_pass(void **state) {
    (void)state;
    rig_up(RELAY);
    request_at(1 * MS, "INVITE", "1", "");
    reply_at(100 * MS, 200, "INVITE");
    reply_at(200 * MS, 180, "INVITE");
    reply_at(300 * MS, 200, "INVITE");
    reply_at(6 * S, 180, "INVITE"); /* the transaction is gone: by the second Via */
    rig_run();
    assert_string_equal(happened(),
                        "caller: 100 INVITE\ncallee: INVITE\ncaller: 200 INVITE\ncaller: 200 INVITE\n"
                        "caller: 180 INVITE\n");
}

static void a_cancel_is_answered_and_sent_on(void **state) {
    (void)state;
    rig_up(RELAY);
    request_at(1 * MS, "INVITE", "1", "");
    reply_at(100 * MS, 180, "INVITE");
    request_at(200 * MS, "CANCEL", "1", "Reason: SIP;cause=26\n");
    request_at(250 * MS, "CANCEL", "1", ""); /* again: only the 200 */
    reply_at(300 * MS, 200, "CANCEL");
    reply_at(400 * MS, 487, "INVITE");
    request_at(500 * MS, "ACK", "1", "");
    rig_run();
    assert_string_equal(happened(),
                        "caller: 100 INVITE\ncallee: INVITE\ncaller: 180 INVITE\ncallee: CANCEL\n"
                        "caller: 200 CANCEL\ncaller: 200 CANCEL\ncallee: ACK\ncaller: 487 INVITE\n");
    assert_non_null(strstr(was_sent(CALLEE, 1), "CSeq: 1 CANCEL\nMax-Forwards: 70\nContent-Length: 0\n"
                                                "Reason: SIP;cause=26\n\n"));
    assert_non_null(strstr(was_sent(CALLER, 2), "SIP/2.0 200 canceling\n"));
}

/* Nothing goes to the callee, whose INVITE is repeated; its first provisional reply is swallowed and brings
 * the CANCEL. */
/* A call that rings and is cancelled, in tm's own words. */
static void states_are_told_in_words(void **state) {
    (void)state;
    rig_up(RELAY);
    request_at(1 * MS, "INVITE", "1", "");
    reply_at(100 * MS, 180, "INVITE");
    request_at(200 * MS, "CANCEL", "1", "");
    reply_at(210 * MS, 200, "CANCEL");
    reply_at(220 * MS, 487, "INVITE");
    request_at(230 * MS, "ACK", "1", "");
    rig_run();
    assert_string_equal(buf_text(&rig.states), "1 transaction: proceeding\n"
                                               "1 request of branch 0: resending\n"
                                               "1 request of branch 0: waiting\n"
                                               "1 giving up of branch 0: picked to be cancelled\n"
                                               "1 giving up of branch 0: cancelled\n"
                                               "1 CANCEL of branch 0: resending\n"
                                               "2 transaction: completed\n"
                                               "1 CANCEL of branch 0: stopped\n"
                                               "1 request of branch 0: stopped\n"
                                               "1 transaction: completed\n"
                                               "1 response: resending\n"
                                               "1 response: stopped\n"
                                               "2 response: stopped\n");
}

static void a_cancel_before_any_reply_waits(void **state) {
    (void)state;
    rig_up(RELAY);
    request_at(1 * MS, "INVITE", "1", "");
    request_at(100 * MS, "CANCEL", "1", "");
    reply_at(700 * MS, 180, "INVITE");
    reply_at(800 * MS, 200, "CANCEL");
    reply_at(900 * MS, 487, "INVITE");
    request_at(1 * S, "ACK", "1", "");
    rig_run();
    assert_string_equal(happened(), "caller: 100 INVITE\ncallee: INVITE\ncaller: 200 CANCEL\ncallee: INVITE\n"
                                    "callee: CANCEL\ncallee: ACK\ncaller: 487 INVITE\n");
}

static void a_cancelled_invite_without_any_reply_ends_with_487(void **state) {
    (void)state;
    rig_up("modparam(\"tm\", \"fr_timer\", 1000)\n" RELAY);
    request_at(1 * MS, "INVITE", "1", "");
    request_at(100 * MS, "CANCEL", "1", "");
    request_at(1100 * MS, "ACK", "1", "");
    rig_run();
    assert_string_equal(happened(), "caller: 100 INVITE\ncallee: INVITE\ncaller: 200 CANCEL\ncallee: INVITE\n"
                                    "caller: 487 INVITE\n");
}

/* Another request than INVITE: T1, 2 T1 ..., after a provisional reply T2; fr_timer goes on. */
static void another_request_slows_down_after_a_provisional_reply(void **state) {
    (void)state;
    rig.with_times = true;
    rig_up("modparam(\"tm\", \"fr_timer\", 6000)\n" RELAY);
    request_at(1 * MS, "OPTIONS", "1", "");
    request_at(300 * MS, "OPTIONS", "1", ""); /* absorbed, there is nothing to send again */
    reply_at(1 * S, 183, "OPTIONS");
    rig_run();
    assert_string_equal(happened(),
                        "0.001223 callee: OPTIONS\n0.500130 callee: OPTIONS\n1.000148 caller: 183 OPTIONS\n"
                        "5.000130 callee: OPTIONS\n6.000130 caller: 408 OPTIONS\n");
}

static void a_503_becomes_a_500_of_our_own(void **state) {
    (void)state;
    rig_up(RELAY);
    request_at(1 * MS, "OPTIONS", "1", "");
    reply_at(100 * MS, 503, "OPTIONS");
    rig_run();
    assert_string_equal(happened(), "callee: OPTIONS\ncaller: 500 OPTIONS\n");
    assert_non_null(strstr(was_sent(CALLER, 0), "SIP/2.0 500 Service Unavailable\n"));
}

static void failures_of_t_relay_are_answered_after_the_script(void **state) {
    (void)state;
    rig_up("request_route {\n"
           "    if (is_method(\"OPTIONS\")) $du = \"sip:10.9.9.9\"; else $du = \"sip:nohost.invalid\";\n"
           "    if (!t_relay()) sl_reply_error();\n}\n");
    request_at(1 * MS, "OPTIONS", "1", "");
    request_at(100 * MS, "MESSAGE", "2", "");
    rig_run();
    assert_string_equal(
        happened(), "caller: 477 OPTIONS\ncaller: 477 OPTIONS\ncaller: 478 MESSAGE\ncaller: 478 MESSAGE\n");
}

/* Both branches go to the callee here; each ACK and CANCEL is its branch's own. */
static void the_best_reply_of_a_fork_goes_upstream(void **state) {
    (void)state;
    rig_up("request_route { append_branch(\"sip:second@172.20.0.3\"); t_relay(); }\n");
    request_at(1 * MS, "INVITE", "1", "");
    reply_at(100 * MS, 486, "INVITE sip:service");
    reply_at(200 * MS, 404, "INVITE sip:second");
    request_at(300 * MS, "ACK", "1", "");
    rig_run();
    assert_string_equal(happened(),
                        "caller: 100 INVITE\ncallee: INVITE\ncallee: INVITE\ncallee: ACK\ncallee: ACK\n"
                        "caller: 404 INVITE\n");
    assert_memory_equal(was_sent(CALLEE, 3), "ACK sip:second@172.20.0.3 ", 26);
}

static void a_200_cancels_the_other_branches(void **state) {
    (void)state;
    rig_up("request_route { append_branch(\"sip:second@172.20.0.3\"); t_relay(); }\n");
    request_at(1 * MS, "INVITE", "1", "");
    reply_at(100 * MS, 180, "INVITE sip:service");
    reply_at(200 * MS, 200, "INVITE sip:second");
    reply_at(300 * MS, 200, "CANCEL");
    reply_at(400 * MS, 487, "INVITE sip:service");
    rig_run();
    assert_string_equal(happened(), "caller: 100 INVITE\ncallee: INVITE\ncallee: INVITE\ncaller: 180 INVITE\n"
                                    "caller: 200 INVITE\ncallee: CANCEL\ncallee: ACK\n");
    assert_non_null(
        strstr(was_sent(CALLEE, 2), "Reason: SIP;cause=200;text=\"Call completed elsewhere\"\n\n"));
}

static void failure_route_tries_elsewhere_once(void **state) {
    (void)state;
    rig_up("request_route { t_on_failure(\"AGAIN\"); append_hf(\"X: 1\\r\\n\"); t_relay(); }\n"
           "failure_route[AGAIN] { $ru = \"sip:second@172.20.0.3\"; t_relay(); }\n");
    request_at(1 * MS, "INVITE", "1", "");
    reply_at(100 * MS, 486, "INVITE");
    reply_at(200 * MS, 480, "INVITE sip:second");
    request_at(300 * MS, "ACK", "1", "");
    rig_run();
    assert_string_equal(happened(),
                        "caller: 100 INVITE\ncallee: INVITE\ncallee: ACK\ncallee: INVITE\ncallee: ACK\n"
                        "caller: 480 INVITE\n");
    assert_non_null(strstr(was_sent(CALLEE, 2), ".1\n")); /* the second branch */
    assert_non_null(strstr(was_sent(CALLEE, 2), "X: 1\n"));
}

static void reply_routes_add_headers_and_drop_provisional_replies(void **state) {
    (void)state;
    rig_up("request_route { t_on_reply(\"R\"); t_relay(); }\n"
           "onreply_route[R] { append_hf(\"X: $rs\\r\\n\"); drop; }\n");
    request_at(1 * MS, "INVITE", "1", "");
    reply_at(100 * MS, 180, "INVITE");
    reply_at(200 * MS, 200, "INVITE");
    rig_run();
    assert_string_equal(happened(), "caller: 100 INVITE\ncallee: INVITE\ncaller: 200 INVITE\n");
    assert_non_null(strstr(was_sent(CALLER, 1), "Content-Length: 0\nX: 200\n\n"));
}

/* A 2xx that is made here is ours to repeat, until the ACK with its To tag comes. */
static void a_local_200_is_repeated_until_its_ack(void **state) {
    (void)state;
    rig_up("request_route { if (is_method(\"INVITE\")) { t_newtran(); t_reply(\"200\", \"Fine\"); exit; } "
           "t_relay(); }\n");
    request_at(1 * MS, "INVITE", "1", "");
    send_at(700 * MS, CALLER,
            "ACK sip:service@172.20.0.3:5060 SIP/2.0\nVia: SIP/2.0/UDP 172.20.0.2:5060;branch=z9hG4bK-2\n"
            "From: <sip:uac@172.20.0.2>;tag=caller\nCall-ID: call@172.20.0.2\nCSeq: 1 ACK\n"
            "To: <sip:service@172.20.0.3>;tag=7f18f92ffe620ca20b655c45961f5a71-68e3a99a\n\n");
    rig_run();
    assert_string_equal(happened(), "caller: 200 INVITE\ncaller: 200 INVITE\n");
}

/* No transaction may be left, whatever the script leaves undone. */
static void what_the_script_leaves_undone_ends_too(void **state) {
    (void)state;
    rig_up("request_route {\n    if (is_method(\"OPTIONS\")) { t_newtran(); exit; }\n"
           "    if (is_method(\"INVITE\")) { t_newtran(); t_reply(\"180\", \"Ringing\"); exit; }\n    "
           "drop;\n}\n");
    request_at(1 * MS, "OPTIONS", "1", "");
    request_at(2 * MS, "INVITE", "2", "");
    request_at(3 * MS, "MESSAGE", "3", "");
    rig_run();
    assert_string_equal(happened(), "caller: 180 INVITE\n");
    assert_true(rig.queue.now_ns < 6 * S);
}

static void garbage_is_dropped(void **state) {
    (void)state;
    static const char *const texts[] = {
        "\n\n",
        "hello, is this the person to whom I am speaking?",
        "OPTIONS sip:a@172.20.0.3 SIP/2.0\n\n",
        "OPTIONS sip:a@172.20.0.3 SIP/2.0\nVia: nonsense\nFrom: <sip:a@b>\nTo: <sip:a@b>\nCall-ID: x\nCSeq: "
        "1 OPTIONS\n\n",
        "OPTIONS sip:a@172.20.0.3 SIP/2.0\nVia: SIP/2.0/UDP 172.20.0.2\nFrom: <sip:a@b>\nTo: "
        "<sip:a@b>\nCall-ID: x\n\n",
        "OPTIONS sip:a@172.20.0.3 SIP/2.0\nVia: SIP/2.0/UDP 172.20.0.2\nFrom: <sip:a@b>\nTo: "
        "<sip:a@b>\nCall-ID: x\n"
        "CSeq: 1 OPTIONS\nno colon\n\n",
        "SIP/2.0 200 OK\nVia: SIP/2.0/UDP 172.20.0.10;branch=z9hG4bK0.00000000000000000000000000000000.0\n"
        "From: <sip:a@b>\nTo: <sip:a@b>\nCall-ID: x\nCSeq: 1 OPTIONS\n\n",
        "SIP/2.0 999 x\nVia: SIP/2.0/UDP 1.1.1.1\nVia: SIP/2.0/UDP 2.2.2.2\nFrom: a\nTo: b\nCall-ID: "
        "c\nCSeq: 1 X\n\n",
    };
    rig_up(RELAY);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        send_at((int64_t)i * MS, CALLER, texts[i]);
    rig_run();
    assert_string_equal(happened(), "");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, rig_begin, rig_end)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_call),
        TEST(an_unanswered_invite_is_repeated_until_fr_timer),
        TEST(repeated_requests_are_absorbed),
        TEST(ringing_ends_with_fr_inv_timer),
        TEST(a_200_after_the_408_still_gets_through),
        TEST(a_negative_reply_is_repeated_until_it_is_acknowledged),
        TEST(the_hop_ack_is_the_invite_cut_down),
        TEST(after_the_final_reply_1xx_are_dropped_and_200s_pass),
        TEST(a_cancel_is_answered_and_sent_on),
        TEST(a_cancel_before_any_reply_waits),
        TEST(states_are_told_in_words),
        TEST(a_cancelled_invite_without_any_reply_ends_with_487),
        TEST(another_request_slows_down_after_a_provisional_reply),
        TEST(a_503_becomes_a_500_of_our_own),
        TEST(failures_of_t_relay_are_answered_after_the_script),
        TEST(the_best_reply_of_a_fork_goes_upstream),
        TEST(a_200_cancels_the_other_branches),
        TEST(failure_route_tries_elsewhere_once),
        TEST(reply_routes_add_headers_and_drop_provisional_replies),
        TEST(a_local_200_is_repeated_until_its_ack),
        TEST(what_the_script_leaves_undone_ends_too),
        TEST(garbage_is_dropped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
