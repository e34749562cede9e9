/* SPDX-License-Identifier: MIT */
/* Proves that calls of functions are taken and refused as Kamailio 5.6.3 does it: more than 4000 calls, each
 * function with each kind of argument (tests/kam_calls.txt), and that values of parameters are, more than
 * 4000 of them (tests/kam_values.txt). Both are recorded with the real one. */
#include "base/mem.h"
#include "model/kamailio/cfg/cfg.h"
#include "model/kamailio/script/program.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define MODULES                                                                                              \
    "loadmodule \"db_mysql\" loadmodule \"kex\" loadmodule \"corex\" loadmodule \"pv\" loadmodule \"tm\" "   \
    "loadmodule \"sl\" "                                                                                     \
    "loadmodule "                                                                                            \
    "\"rr\" loadmodule \"maxfwd\" loadmodule \"siputils\" loadmodule \"textops\" loadmodule \"xlog\" "       \
    "loadmodule \"dispatcher\" loadmodule \"htable\"\n"
#define BLOCKS "\nfailure_route[X] { drop; }\nonreply_route[X] { drop; }\nbranch_route[X] { drop; }\n"

/* What modules are given before they are asked. */
static const struct {
    const char *module, *lines;
} settings[] = {
    {"dialog", "modparam(\"dialog\", \"profiles_with_value\", \"a\")\n"
               "modparam(\"dialog\", \"profiles_no_value\", \"b\")\n"},
    {"sst", "modparam(\"sst\", \"sst_flag\", 6)\n"},
    {"speeddial", "loadmodule \"db_text\" modparam(\"uac\", \"reg_db_url\", \"text:///run/lab/db\")\n"
                  "modparam(\"uac\", \"reg_contact_addr\", \"172.20.0.10:5060\")\n"},
    {"rtpengine", "modparam(\"rtpengine\", \"rtpengine_sock\", \"udp:127.0.0.1:2223\")\n"},
    {"rtpproxy", "modparam(\"rtpproxy\", \"rtpproxy_sock\", \"udp:127.0.0.1:7722\")\n"},
};

static void load_modules(struct buf *text, struct span modules) {
    while (modules.len) {
        struct span name = span_cut(&modules, ' ');
        buf_addf(text, "loadmodule \"" SPAN_FMT "\"\n", SPAN_ARG(name));
    }
}

static bool text_loads(const struct buf *text, struct buf *why) {
    struct source_set set = {0};
    struct diag diag = {0};
    struct kam_program *program =
        kam_program_load(source_text(&set, "k.cfg", buf_span(text)), &set, NULL, &diag);
    bool ok = program != NULL;
    buf_reset(why);
    buf_add_text(why, buf_text(&diag.text));
    kam_program_free(program);
    diag_free(&diag);
    source_set_free(&set);
    return ok;
}

/* Does a configuration with that call load? modules: those that it loads besides. */
static bool loads(struct span modules, const char *block, struct span call, struct buf *why) {
    struct buf text = {0};
    buf_add_text(&text, MODULES);
    load_modules(&text, modules);
    while (modules.len) {
        struct span name = span_cut(&modules, ' ');
        for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
            if (span_is(name, settings[i].module)) buf_add_text(&text, settings[i].lines);
    }
    buf_addf(&text, "%s { " SPAN_FMT "; }" BLOCKS, block, SPAN_ARG(call));
    if (strcmp(block, "request_route") != 0) buf_add_text(&text, "request_route { drop; }\n");
    bool ok = text_loads(&text, why);
    buf_free(&text);
    return ok;
}

/* What is asked in a line of a section, [SECTION]; returns how much that is, and counts what is answered
 * wrongly. */
typedef unsigned check_line(struct span section, struct span line, unsigned *wrong, struct buf *why);

static void check_lines(const char *path, unsigned least, check_line *check) {
    char line[1024], section[sizeof line] = "";
    unsigned wrong = 0, asked = 0;
    struct buf why = {0};
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    while (fgets(line, sizeof line, f)) {
        line[strcspn(line, "\n")] = '\0';
        if (line[0] == '[')
            snprintf(section, sizeof section, "%s", line + 1);
        else if (line[0] && line[0] != '#')
            asked += check(span_of(section), span_of(line), &wrong, &why);
    }
    fclose(f);
    buf_free(&why);
    print_message("%u asked\n", asked);
    assert_int_equal(wrong, 0);
    assert_true(asked > least);
}

/* [BLOCK MODULE ...] opens a section, + CALL and - CALL are its calls. */
static unsigned call_line(struct span section, struct span line, unsigned *wrong, struct buf *why) {
    struct span modules = span_cut(&section, ']'), kind = span_cut(&modules, ' ');
    const char *block = span_is(kind, "fail")     ? "failure_route[F]"
                        : span_is(kind, "onsend") ? "onsend_route"
                                                  : "request_route";
    if (loads(modules, block, span_skip(line, 2), why) == (line.p[0] == '+')) return 1;
    ++*wrong;
    print_error(SPAN_FMT "\n%s", SPAN_ARG(line), buf_text(why));
    return 1;
}

static void calls_load_as_with_kamailio(void **state) {
    (void)state;
    check_lines(CALLS, 3000, call_line);
}

/* Does a file agree with its line? What Kamailio takes may be something that is not simulated. */
static bool agrees(const struct buf *text, bool taken, struct buf *why) {
    bool ok = text_loads(text, why);
    return ok == taken || (taken && span_search(buf_span(why), SPAN("simulated")) >= 0);
}

static bool value_agrees(struct span modules, struct span name, struct span value, bool taken,
                         struct buf *why) {
    struct buf text = {0};
    struct span left = modules, module = span_cut(&left, ' ');
    buf_add_text(&text, "listen=udp:172.20.0.10:5060\nloadmodule \"sl\"\n");
    if (span_search(modules, SPAN("pv")) != 0) buf_add_text(&text, "loadmodule \"pv\"\n");
    load_modules(&text, left);
    if (!span_is(module, "sl")) load_modules(&text, module);
    if (span_search(modules, SPAN(" db_text")) > 0 && !span_is(name, "db_url"))
        buf_addf(&text, "modparam(\"" SPAN_FMT "\", \"db_url\", \"text:///run/lab/db\")\n", SPAN_ARG(module));
    buf_addf(&text, "modparam(\"" SPAN_FMT "\", \"" SPAN_FMT "\", " SPAN_FMT ")\nrequest_route { drop; }\n",
             SPAN_ARG(module), SPAN_ARG(name), SPAN_ARG(value));
    bool good = agrees(&text, taken, why);
    buf_free(&text);
    return good;
}

/* [MODULE ...] opens a section, + PARAMETER VALUE | VALUE and the same with - are its values. */
static unsigned value_line(struct span section, struct span line, unsigned *wrong, struct buf *why) {
    unsigned values = 0;
    struct span modules = span_cut(&section, ']'), left = span_trim(span_skip(line, 2));
    for (struct span name = span_cut(&left, ' '); left.len; values++) {
        struct span value = span_trim(span_cut(&left, '|'));
        if (value_agrees(modules, name, value, line.p[0] == '+', why)) continue;
        ++*wrong;
        print_error("%c [" SPAN_FMT "] " SPAN_FMT " " SPAN_FMT "\n%s", line.p[0], SPAN_ARG(modules),
                    SPAN_ARG(name), SPAN_ARG(value), buf_text(why));
    }
    return values;
}

static void values_are_taken_as_with_kamailio(void **state) {
    (void)state;
    check_lines(VALUES, 3000, value_line);
}

/* "+ name,name value | value" */
static unsigned settings_line(struct span section, struct span line, unsigned *wrong, struct buf *why) {
    unsigned asked = 0;
    bool taken = line.p[0] == '+';
    struct span left = span_trim(span_skip(line, 2));
    (void)section;
    struct span names = span_cut(&left, ' ');
    while (names.len) {
        struct span name = span_cut(&names, ',');
        for (struct span values = left; values.len; asked++) {
            struct span value = span_trim(span_cut(&values, '|'));
            struct buf text = {0};
            buf_addf(&text,
                     "listen=udp:172.20.0.10:5060\n" SPAN_FMT "=" SPAN_FMT
                     "\nloadmodule \"sl\"\nrequest_route { sl_send_reply(\"200\", \"OK\"); }\n",
                     SPAN_ARG(name), SPAN_ARG(value));
            if (!agrees(&text, taken, why)) {
                ++*wrong;
                print_error("%c %s\n%s", taken ? '+' : '-', buf_text(&text), buf_text(why));
            }
            buf_free(&text);
        }
    }
    return asked;
}

static unsigned statement_line(struct span section, struct span line, unsigned *wrong, struct buf *why) {
    struct buf text = {0};
    (void)section;
    buf_addf(&text,
             "loadmodule \"tm\" loadmodule \"sl\" loadmodule \"pv\" loadmodule \"rr\" loadmodule \"maxfwd\" "
             "loadmodule \"textops\" loadmodule \"siputils\" loadmodule \"xlog\"\n"
             "request_route {\n" SPAN_FMT "\ndrop; }\nroute[A] { return; }\nfailure_route[F] { drop; }\n",
             SPAN_ARG(span_skip(line, 2)));
    bool ok = text_loads(&text, why);
    buf_free(&text);
    if (ok == (line.p[0] == '+')) return 1;
    ++*wrong;
    print_error(SPAN_FMT "\n%s", SPAN_ARG(line), buf_text(why));
    return 1;
}

static void settings_are_taken_as_with_kamailio(void **state) {
    (void)state;
    check_lines(SETTINGS, 2000, settings_line);
}

static void statements_are_taken_as_with_kamailio(void **state) {
    (void)state;
    check_lines(STATEMENTS, 2000, statement_line);
}

/* [MODULE.PARAMETER] LINES opens a section, + |VALUE| and - |VALUE| are its values. */
static unsigned list_line(struct span section, struct span line, unsigned *wrong, struct buf *why) {
    struct buf text = {0};
    struct span param = span_cut(&section, ']'), module = span_cut(&param, '.');
    struct span value = span_skip(span_head(line, line.len - 1), 3);
    buf_addf(&text,
             "loadmodule \"tm\" loadmodule \"pv\" loadmodule \"" SPAN_FMT "\"\n" SPAN_FMT
             "\nmodparam(\"" SPAN_FMT "\", \"" SPAN_FMT "\", \"" SPAN_FMT "\")\nrequest_route { drop; }\n",
             SPAN_ARG(module), SPAN_ARG(section), SPAN_ARG(module), SPAN_ARG(param), SPAN_ARG(value));
    if (text_loads(&text, why) != (line.p[0] == '+')) {
        ++*wrong;
        print_error(SPAN_FMT "\n%s", SPAN_ARG(line), buf_text(why));
    }
    buf_free(&text);
    return 1;
}

static void lists_are_taken_as_with_kamailio(void **state) {
    (void)state;
    check_lines(LISTS, 200, list_line);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(lists_are_taken_as_with_kamailio),
                                       cmocka_unit_test(calls_load_as_with_kamailio),
                                       cmocka_unit_test(values_are_taken_as_with_kamailio),
                                       cmocka_unit_test(settings_are_taken_as_with_kamailio),
                                       cmocka_unit_test(statements_are_taken_as_with_kamailio)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
