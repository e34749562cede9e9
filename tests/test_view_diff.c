/* SPDX-License-Identifier: MIT */
/* Proves what the diff of two messages says: lines, the order of changed ones, and the parts that are marked.
 */
#include "view/diff.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* The diff as text: " same", "-removed", "+added", what is marked in [], line ends as |. */
static void write_diff(struct buf *out, struct span old, struct span new) {
    struct diff d;
    diff_init(&d, old, new);
    for (size_t i = 0; i < d.count; i++) {
        const struct diff_line *l = &d.lines[i];
        buf_add_char(out, " -+"[l->kind]);
        buf_add(out, span_head(l->text, l->mark));
        if (l->mark_len)
            buf_addf(out, "[" SPAN_FMT "]", SPAN_ARG(span_head(span_skip(l->text, l->mark), l->mark_len)));
        buf_add(out, span_skip(l->text, l->mark + l->mark_len));
    }
    for (size_t i = 0; i < out->len; i++)
        if (out->p[i] == '\n') out->p[i] = '|';
    diff_free(&d);
}

static const struct {
    const char *what, *old, *new, *expected;
} cases[] = {
    {"a proxy's hop", "INVITE\nVia: a\nMax-Forwards: 70\nTo: x\n",
     "INVITE\nVia: p\nVia: a\nMax-Forwards: 69\nTo: x\n",
     " INVITE|+Via: p| Via: a|-Max-Forwards: [70]|+Max-Forwards: [69]| To: x|"},
    {"the way back", "200\nVia: p\nVia: a\n", "200\nVia: a\n", " 200|-Via: p| Via: a|"},
    {"one value of a list", "Via: p, a\n", "Via: a\n", "-Via: [p, ]a|+Via: a|"},
    {"an inserted parameter", "To: x\n", "To: x;tag=1\n", "-To: x|+To: x[;tag=1]|"},
    {"removed ones stand before added ones", "A: 1\nB: 1\n", "A: 2\nB: 2\n",
     "-A: [1]|-B: [1]|+A: [2]|+B: [2]|"},
    {"another header is no counterpart", "A: 1\n", "B: 1\n", "-A: 1|+B: 1|"},
    {"a character is not cut", "A: \xc3\xa4\n", "A: \xc3\xa5\n", "-A: [\xc3\xa4]|+A: [\xc3\xa5]|"},
    {"the same", "a\nb", "a\nb", " a| b"},
    {"from nothing", "", "a\n", "+a|"},
    {"to nothing", "a\n", "", "-a|"},
    {"another line end is another line", "A: 1\r\n", "A: 1\n", "-A: 1[\r]|+A: 1|"},
};

static void each_case(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf out = {0};
        print_message("%s\n", cases[i].what);
        write_diff(&out, span_of(cases[i].old), span_of(cases[i].new));
        assert_string_equal(buf_text(&out), cases[i].expected);
        buf_free(&out);
    }
}

/* The largest datagrams cost no more than a moment and little memory. */
static void thirty_thousand_lines_are_replaced_as_a_whole(void **state) {
    (void)state;
    struct buf old = {0}, new = {0};
    for (int i = 0; i < 30000; i++) {
        buf_add_text(&old, i % 2 ? "a\n" : "b\n");
        buf_add_text(&new, i % 3 ? "c\n" : "d\n");
    }
    struct diff d;
    diff_init(&d, buf_span(&old), buf_span(&new));
    assert_int_equal(d.removed, 30000);
    assert_int_equal(d.added, 30000);
    diff_free(&d);
    buf_free(&old);
    buf_free(&new);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_case),
        cmocka_unit_test(thirty_thousand_lines_are_replaced_as_a_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
