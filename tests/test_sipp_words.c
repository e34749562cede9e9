/* SPDX-License-Identifier: MIT */
/*
 * Proves that a scenario loads when SIPp loads it, for odd values of each attribute of each element: the
 * answers in the table are the real program's (lab/sipp_words).
 */
#include "model/sipp/sipp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct span take_column(struct span *line, char end) {
    ptrdiff_t at = span_find(*line, end);
    struct span column = at < 0 ? *line : span_head(*line, (size_t)at);
    *line = span_skip(*line, column.len + (at >= 0));
    return column;
}

static void write_scenario(struct buf *out, struct span form, struct span value) {
    if (span_is(value, "{}")) value.len = 0;
    buf_add_text(out, "<?xml version=\"1.0\"?>\n<scenario><send><![CDATA[\nA b\n]]></send>");
    while (span_find(form, '@') >= 0) {
        buf_add(out, take_column(&form, '@'));
        buf_add(out, value);
    }
    buf_add(out, form);
    buf_add_text(out, "</scenario>\n");
}

/* Prints what differs. */
static unsigned check(bool loads, struct span form, struct span value) {
    struct source_set sources = {0};
    struct diag diag = {0};
    struct buf bytes = {0};
    write_scenario(&bytes, form, value);
    struct source *source = source_text(&sources, "x.xml", buf_span(&bytes));
    struct sipp_program *program = sipp_program_load(source, NULL, NULL, 0, &diag);
    bool wrong = (program != NULL) != loads;
    if (wrong)
        print_error(SPAN_FMT "\n  @ = \"" SPAN_FMT "\": SIPp %s it, here: %s\n", SPAN_ARG(form),
                    SPAN_ARG(value), loads ? "loads" : "refuses", program ? "loaded" : buf_text(&diag.text));
    assert_true(program || diag_failed(&diag));
    sipp_program_free(program);
    source_set_free(&sources);
    diag_free(&diag);
    buf_free(&bytes);
    return wrong;
}

static void odd_values_load_when_sipp_loads_them(void **state) {
    (void)state;
    struct source_set sources = {0};
    struct diag diag = {0};
    struct source *table = source_load(&sources, WORDS, WORDS, (struct source_pos){0}, &diag);
    assert_non_null(table);
    unsigned loaded = 0, refused = 0, wrong = 0;
    struct span form = {0};
    for (struct span rest = {table->text, table->len}; rest.len > 0;) {
        struct span line = take_column(&rest, '\n'), kind = take_column(&line, '\t');
        bool loads = span_is(kind, "loads");
        if (span_is(kind, "form")) form = line;
        if (!loads && !span_is(kind, "refuses")) continue;
        while (line.len > 0) {
            wrong += check(loads, form, take_column(&line, '\t'));
            *(loads ? &loaded : &refused) += 1;
        }
    }
    source_set_free(&sources);
    assert_true(loaded > 1000);
    assert_true(refused > 1000);
    assert_int_equal(wrong, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(odd_values_load_when_sipp_loads_them)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
