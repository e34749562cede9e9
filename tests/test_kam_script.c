/* SPDX-License-Identifier: MIT */
/* Proves that the language of route blocks computes and flows as Kamailio 5.6.3's does; each result was seen
 * there. */
#include "model/kamailio/cfg/cfg.h"
#include "model/kamailio/run.h"
#include "model/kamailio/script/program.h"
#include "model/kamailio/script/vars.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* Routes that the cases use. OUT collects what they write: $var(out) = $var(out) + "..." */
#define PRELUDE                                                                                              \
    "loadmodule \"pv\" loadmodule \"sl\" loadmodule \"siputils\" loadmodule \"textops\"\n"                   \
    "route[YES] { return 1; } route[NO] { return -1; } route[NULL] { return 0; } route[FIVE] { return 5; "   \
    "}\n"                                                                                                    \
    "route[EXIT] { $var(out) = $var(out) + \"E\"; exit; } route[DROP] { drop; }\n"                           \
    "route[A] { $var(out) = $var(out) + \"A\"; } route[B] { $var(out) = $var(out) + \"B\"; }\n"

struct harness {
    struct source_set set;
    struct diag diag;
    struct kam_program *program;
    struct kam_process process;
    struct kam_vars avps;
    struct kam_run run;
    struct buf out; /* $var(out) at the end */
};

static struct kam_outcome run_script(struct harness *h, const char *text) {
    *h = (struct harness){0};
    struct buf whole = {0};
    buf_add_text(&whole, PRELUDE);
    buf_add_text(&whole, text);
    const struct source *cfg = source_text(&h->set, "k.cfg", buf_span(&whole));
    buf_free(&whole);
    h->program = kam_program_load(cfg, &h->set, NULL, &h->diag);
    if (!h->program) print_error("%s\n%s", text, buf_text(&h->diag.text));
    assert_non_null(h->program);
    h->run.state = (struct kam_script_state){.program = h->program,
                                             .kind = KAM_REQUEST_ROUTE,
                                             .process = &h->process,
                                             .avps = &h->avps,
                                             .scratch = &h->run.scratch};
    h->run.msg.is_request = true;
    h->run.msg.method = SPAN("INVITE");
    h->run.method = KAM_INVITE;
    h->run.msg.uri = SPAN("sip:service@172.20.0.3:5060");
    buf_reset(&h->run.source_text);
    buf_add_text(&h->run.source_text, "172.20.0.2");
    script_vars_set(&h->process.vars, program_number(h->program, &h->program->vars, SPAN("out")),
                    (struct kam_value){.type = KAM_STR, .s = SPAN("")});
    struct kam_outcome outcome =
        kam_route_run(kam_program_route(h->program, KAM_REQUEST_ROUTE, SPAN("")), &h->run);
    struct span format = SPAN("$var(out)");
    assert_true(kam_format(&h->out, &h->run, format));
    return outcome;
}

static void drop_script(struct harness *h) {
    kam_program_free(h->program);
    kam_process_free(&h->process);
    kam_vars_free(&h->avps);
    arena_free(&h->run.scratch);
    buf_free(&h->out);
    diag_free(&h->diag);
    source_set_free(&h->set);
    buf_free(&h->run.source_text);
}

struct script_case {
    const char *text, *out;
};

static void check_scripts(const struct script_case *cases, size_t count, const char *format) {
    for (size_t i = 0; i < count; i++) {
        struct harness h;
        struct buf text = {0};
        for (const char *c = format; *c; c++) {
            if (*c == '@')
                buf_add_text(&text, cases[i].text);
            else
                buf_add_char(&text, *c);
        }
        run_script(&h, buf_text(&text));
        if (strcmp(buf_text(&h.out), cases[i].out) != 0)
            print_error("%s\ngave %s instead of %s\n", cases[i].text, buf_text(&h.out), cases[i].out);
        assert_string_equal(buf_text(&h.out), cases[i].out);
        drop_script(&h);
        buf_free(&text);
    }
}
#define CHECK_SCRIPTS(cases, format) check_scripts(cases, sizeof cases / sizeof *cases, format)

static void expressions_compute(void **state) {
    (void)state;
    static const struct script_case cases[] = {
        /* numbers are ints of 32 bits */
        {"2147483647 + 1", "-2147483648"},
        {"4294967295", "-1"},
        {"99999999999999999999", "-1"},
        {"0x1f + 017 + 101b", "51"},
        {"65536 * 65536", "0"},
        {"1 << 33", "2"},
        {"-8 >> 1", "-4"},
        {"-7 / 2", "-3"},
        {"-7 mod 4", "-3"},
        {"~5", "-6"},
        {"2 + 3 * 4", "14"},
        {"10 - 3 - 2", "5"},
        {"1 << 2 + 1", "8"},
        {"6 & 3 | 8 ^ 1", "11"},
        {"5 | 2 ^ 7 & 3", "5"},
        {"7 & 3 == 3", "1"},
        {"3 > 2 == 1", "1"},
        {"!0 + 1", "2"},
        {"-2 * -3", "6"},
        {"1 - -1", "2"},
        /* + goes by its left side */
        {"\"a\" + 1 + \"2\"", "a12"},
        {"$var(seven) + \"3\"", "10"},
        {"$var(text) + 3", "abc3"},
        {"$avp(none) + 3", "3"},
        /* text to number */
        {"(int)\"12abc\"", "0"},
        {"(int)\"-2147483648\"", "-2147483648"},
        {"(int)\"2147483648\"", "0"},
        {"(int)\"0xffffffff\"", "-1"},
        {"(int)\"+5\"", "5"},
        {"(int)\" 5\"", "0"},
        {"(int)\"010\"", "10"},
        {"(str)5 + \"x\"", "5x"},
        {"strlen($var(text))", "3"},
        {"$rm", "INVITE"},
        {"$(rm)", "INVITE"},
        {"$ru", "sip:service@172.20.0.3:5060"},
        {"$null", "0"},
        {"route(NO)", "-1"},
        {"route(NO) + 0", "0"},
        {"is_method(\"BYE\")", "-1"},
        {"!is_method(\"BYE\")", "1"},
        {"{ route(FIVE); }", "5"},
        /* what cannot be computed leaves the variable alone */
        {"1 / 0", "old"},
        {"$var(seven) / $var(zero)", "old"},
    };
    CHECK_SCRIPTS(
        cases,
        "request_route { $var(seven) = 7; $var(text) = \"abc\"; $var(out) = \"old\"; $var(out) = @; }");
}

static void conditions_are_true_above_zero(void **state) {
    (void)state;
    static const struct script_case cases[] = {
        {"1", "T"},
        {"-1", "F"},
        {"$var(minus)", "F"},
        {"!$var(minus)", "F"},
        {"$var(minus) && 1", "F"}, /* Kamailio makes (int)$var(minus) of it */
        {"$var(minus) && $var(seven)", "T"},
        {"$var(text)", "F"},
        {"$var(digits)", "T"},
        {"$rm", "T"}, /* a text that also is a number */
        {"$rm > 0", "T"},
        {"1 == $rm", "T"},
        {"$rm == 1", "F"},
        {"$avp(none)", "F"},
        {"$avp(none) == 0", "T"},
        {"$avp(none) == \"\"", "T"},
        {"$avp(none) == $null", "T"},
        {"$avp(none) != $null", "F"},
        {"defined $avp(none)", "F"},
        {"$var(unset) == 0", "T"},
        {"$var(unset) == \"\"", "F"}, /* ... strempty() of "0" */
        {"$var(unset) != \"\"", "F"},
        {"$var(unset) == $null", "F"},
        {"0 == $var(text)", "T"},
        {"$var(seven) == \"7\"", "T"},
        {"\"7\" == 7", "T"},
        {"$var(digits) == 12", "T"},
        {"$rm == \"invite\"", "F"},
        {"$rm eq \"INVITE\" && $rm ne \"invite\"", "T"},
        {"$rm =~ \"^inv\"", "T"},
        {"$rm =~ \"^I(N|X)V.*E+$\"", "T"},
        {"$rm =~ $var(text)", "F"},
        {"$var(text) =~ \"B\"", "T"},
        {"$var(text) =~ $var(bad)", "F"},
        {"method == \"invite\"", "T"},
        {"method == INVITE", "T"},
        {"method != BYE", "T"},
        {"method =~ \"^in\"", "T"},
        {"uri == \"SIP:SERVICE@172.20.0.3:5060\"", "T"},
        {"uri =~ \"SERVICE\"", "T"},
        {"src_ip == 172.20.0.2", "T"},
        {"src_ip != 172.20.0.2", "F"},
        {"src_ip == 172.16.0.0/12", "T"},
        {"src_ip == 172.20.0.0/255.255.255.254", "F"},
        {"src_ip == \"172.20.0.2\"", "T"},
        {"src_ip == $si", "T"},
        {"proto == UDP && af == INET && proto != TCP", "T"},
        {"5 > 3 && 2 < 1 || 1 == 1", "T"},
        {"not 0 and 1 or 0", "T"},
        {"!1 == 0", "T"},
        {"route(YES) && !route(NO)", "T"},
        {"strempty($avp(none))", "T"},
        {"($var(x) = 5)", "T"},
        {"($var(x) = 0)", "T"}, /* the assignment went well */
        {"{ is_method(\"BYE\"); }", "F"},
        {"$var(text) || is_method(\"INVITE\")", "T"},
    };
    CHECK_SCRIPTS(
        cases,
        "request_route { $var(seven) = 7; $var(minus) = -5; $var(text) = \"abc\"; $var(digits) = \"12\"; "
        "$var(bad) = \"(\"; if (@) $var(out) = \"T\"; else $var(out) = \"F\"; }");
}

/* Every statement writes a letter; what ends the script cuts the rest. */
static void statements_flow(void **state) {
    (void)state;
    static const struct script_case cases[] = {
        {"route(A); route(B);", "AB"},
        {"route(EXIT); route(B);", "E"},
        {"route(NULL); route(B);", ""},
        {"if (route(NULL)) route(A); else route(A); route(B);", ""},
        {"$var(x) = route(NULL); route(B);", ""},
        {"if (route(EXIT) && route(B)) route(A); else route(A); route(A);",
         "EBAA"}, /* B's run forgets the exit */
        {"if (route(B) && route(EXIT)) route(A); route(A);", "BE"},
        {"if (0 && route(A)) ; if (route(A) && 0) ; if (1 || route(A)) route(B);", "B"},
        {"if (is_method(\"BYE\") || route(A)) route(B);", "AB"},
        {"switch ($rm) { case \"ACK\": route(A); case \"INVITE\": route(B); case \"BYE\": route(A); break; "
         "default: route(B); }",
         "BA"},
        {"switch ($rm) { case /\"^inv\": route(A); break; case /\"^INV(I|X)\": route(B); }", "B"},
        {"switch ($var(x)) { case 1: route(A); break; case -5: case 0: route(B); break; default: route(A); }",
         "B"},
        {"switch ($var(x)) { case 1: route(A); break; default: route(B); }", "B"},
        {"switch ($rm) { case 0: route(A); break; case 1: route(B); }", "B"},
        {"switch (is_method(\"BYE\")) { case -1: route(A); break; case 0: route(B); }", "B"},
        {"switch ($avp(none)) { case \"\": route(A); break; default: route(B); }", "A"},
        {"switch (1) { } switch ($rm) { case \"INVITE\": } route(A);", "A"},
        {"while ($var(i) < 3) { $var(i) = $var(i) + 1; route(A); if ($var(i) == 2) break; } route(B);",
         "AAB"},
        {"while (1) { $var(i) = $var(i) + 1; } $var(out) = $var(i);", "100"}, /* max_while_loops */
        {"while ($var(i) < 2) { $var(i) = $var(i) + 1; switch (1) { case 1: break; } route(A); }", "AA"},
        {"if (1) { return; } route(A);", ""},
        {"$avp(x) = \"one\"; $avp(x) = \"two\"; $var(out) = $avp(x); $avp(x) = $null; $var(out) = $var(out) "
         "+ $avp(x);",
         "twoone"},
        {"$var(x) = \"a\"; $var(x) = $var(x) + $var(x); $var(out) = $var(x) + $var(x);", "aaaa"},
        {"$var(n) = \"B\"; route($var(n)); route(\"A\"); $var(n) = \"nowhere\"; route($var(n)); route(A);",
         "BAA"},
        {"if (1) route(A); else if (1) route(B); else route(B);", "A"},
        {"if is_method(\"INVITE\") route(A); while $var(i) < 1 $var(i) = 1; if $var(i) == 1 { route(B); }",
         "AB"},
    };
    CHECK_SCRIPTS(cases, "request_route { @ }");
}

/* The value of a block is that of its last statement, and $rc shows the last function's or route's. */
static void blocks_have_values(void **state) {
    (void)state;
    static const struct script_case cases[] = {
        {"is_method(\"BYE\");", "-1"},
        {"if (is_method(\"BYE\")) route(A);", "1"},
        {"if (1) { is_method(\"BYE\"); }", "-1"},
        {"if (0) { is_method(\"BYE\"); }", "1"},
        {"$var(x) = 0;", "1"},
        {";", "1"},
        {"is_method(\"BYE\"); ;", "-1"},
        {"return;", "1"},
        {"return(5);", "5"},
        {"return -3; route(A);", "-3"},
        {"break;", "0"},
        {"while (1) { return 3; }", "3"},
        {"while (1) { break; }", "0"},
        {"while (0) { is_method(\"BYE\"); }", "1"},
        {"switch ($rm) { case \"INVITE\": return -2; }", "-2"},
        {"switch ($rm) { case \"BYE\": return -2; }", "1"},
        {"switch (1) { case 2: return -2; }", "-5"},
        {"return is_method(\"INVITE\");", "1"},
        {"route(FIVE);", "5"},
        {"force_rport();", "1"},
        {"$var(i) = 9; while (1) { ; }", "-1"},
    };
    CHECK_SCRIPTS(cases, "route[X] { @ } request_route { route(X); $var(out) = $rc; }");
}

static void the_core_leaves_rc_alone(void **state) {
    (void)state;
    struct harness h;
    run_script(&h, "request_route { is_method(\"BYE\"); force_rport(); $var(out) = $rc; }");
    assert_string_equal(buf_text(&h.out), "-1");
    drop_script(&h);
}

static void outcomes_say_how_it_ended(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int value;
        bool dropped, exited;
    } cases[] = {
        {"$var(x) = 1;", 1, false, false}, {"is_method(\"BYE\");", -1, false, false},
        {"return -1;", -1, false, false},  {"return 0;", 0, false, true},
        {"exit;", 1, false, true},         {"drop;", 0, true, true},
        {"route(DROP);", 0, true, true},   {"route(EXIT);", 1, false, true},
        {"break;", 0, false, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct harness h;
        struct buf text = {0};
        buf_addf(&text, "request_route { %s }", cases[i].text);
        struct kam_outcome o = run_script(&h, buf_text(&text));
        assert_int_equal(o.value, cases[i].value);
        assert_int_equal(o.dropped, cases[i].dropped);
        assert_int_equal(o.exited, cases[i].exited);
        assert_false(o.endless);
        drop_script(&h);
        buf_free(&text);
    }
}

static void recursion_ends_at_kamailios_limit(void **state) {
    (void)state;
    struct harness h;
    run_script(
        &h, "route[R] { $var(d) = $var(d) + 1; route(R); } request_route { route(R); $var(out) = $var(d); }");
    assert_string_equal(buf_text(&h.out), "255"); /* with request_route: max_recursive_level */
    drop_script(&h);
    run_script(&h, "route[R] { $var(d) = $var(d) + 1; if (route(R)) ; } request_route { route(R); $var(out) "
                   "= \"alive\"; }");
    assert_string_equal(buf_text(&h.out), "alive"); /* Kamailio itself would have no stack left */
    drop_script(&h);
}

/* Kamailio would be busy for years; the simulation says so instead. */
static void what_does_not_end_is_given_up(void **state) {
    (void)state;
    static const char *const endless[] = {
        "route[R] { route(R); route(R); } request_route { route(R); $var(out) = \"never\"; }",
        "route[R] { if (route(R) && route(R)) ; } request_route { route(R); route(R); route(R); while (1) "
        "route(R); }",
        "request_route { while (1) { while (1) { while (1) { while (1) { $var(x) = 1; } } } } $var(out) = "
        "\"never\"; }",
    };
    for (size_t i = 0; i < sizeof endless / sizeof *endless; i++) {
        struct harness h;
        struct kam_outcome o = run_script(&h, endless[i]);
        assert_true(o.endless && o.exited && !o.dropped);
        assert_string_equal(buf_text(&h.out), "");
        drop_script(&h);
    }
}

static void variables_outlive_a_run_and_avps_do_not_mix_with_them(void **state) {
    (void)state;
    struct harness h;
    run_script(&h, "request_route { $avp(n) = \"avp\"; $var(n) = $var(n) + 1; $var(out) = $var(n); }");
    kam_route_run(kam_program_route(h.program, KAM_REQUEST_ROUTE, SPAN("")), &h.run);
    buf_reset(&h.out);
    assert_true(kam_format(&h.out, &h.run, SPAN("$var(out) $avp(n) $avp(gone) $var(gone) $$ $(var(out))x")));
    assert_string_equal(buf_text(&h.out), "2 avp <null> <null> $ 2x");
    drop_script(&h);
}

static void formats_with_unknown_names_fail(void **state) {
    (void)state;
    static const char *const bad[] = {"$",    "$ x",  "$nope",  "$var(",        "a $rm. b",
                                      "$hdr", "$(ru", "$si(x)", "$(ru{s.nope})"};
    struct harness h;
    run_script(&h, "request_route { exit; }");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        buf_reset(&h.out);
        buf_add_text(&h.out, "before");
        assert_false(kam_format(&h.out, &h.run, span_of(bad[i])));
        assert_string_equal(buf_text(&h.out), "before");
    }
    drop_script(&h);
}

static void the_statement_that_runs_is_known(void **state) {
    (void)state;
    struct harness h;
    run_script(&h, "request_route {\n  if (1) {\n    $var(x) = 1;\n    exit;\n  }\n}");
    unsigned line, column;
    source_locate(kam_script_at(&h.run.state), &line, &column);
    assert_int_equal(line, 7 + 1);
    assert_int_equal(column, 5);
    drop_script(&h);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(expressions_compute),
        cmocka_unit_test(conditions_are_true_above_zero),
        cmocka_unit_test(statements_flow),
        cmocka_unit_test(blocks_have_values),
        cmocka_unit_test(the_core_leaves_rc_alone),
        cmocka_unit_test(outcomes_say_how_it_ended),
        cmocka_unit_test(recursion_ends_at_kamailios_limit),
        cmocka_unit_test(what_does_not_end_is_given_up),
        cmocka_unit_test(variables_outlive_a_run_and_avps_do_not_mix_with_them),
        cmocka_unit_test(formats_with_unknown_names_fail),
        cmocka_unit_test(the_statement_that_runs_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
