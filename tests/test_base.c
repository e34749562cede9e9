/* SPDX-License-Identifier: MIT */
/* Proves positions in sources, the form of messages, suggestions, and the small parsers everything stands on.
 */
#include "base/buf.h"
#include "base/diag.h"
#include "base/line_ends.h"
#include "base/source.h"
#include "base/span.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void messages_name_file_line_and_column(void **state) {
    (void)state;
    struct source_set set = {0};
    struct diag d = {0};
    struct source *s = source_text(&set, "x/uac.xml", SPAN("one\ntwo [bad]\n"));
    diag_error(&d, source_at(s, s->text), "at the %s", "start");
    diag_error(&d, source_at(s, s->text + 8), "unknown keyword");
    diag_warning(&d, source_at(s, s->text + s->len), "at the end");
    diag_error(&d, (struct source_pos){0}, "nowhere");
    assert_string_equal(buf_text(&d.text), "x/uac.xml:1:1: error: at the start\n"
                                           "x/uac.xml:2:5: error: unknown keyword\n"
                                           "x/uac.xml:3:1: warning: at the end\n"
                                           "siptwin: error: nowhere\n");
    assert_int_equal(d.errors, 3);
    diag_free(&d);
    source_set_free(&set);
}

static void twenty_errors_are_enough(void **state) {
    (void)state;
    struct diag d = {0};
    for (int i = 0; i < 50; i++)
        diag_error(&d, (struct source_pos){0}, "e");
    unsigned lines = 0;
    for (size_t i = 0; i < d.text.len; i++)
        lines += d.text.p[i] == '\n';
    assert_int_equal(lines, DIAG_MAX + 1);
    assert_int_equal(d.errors, 50);
    diag_free(&d);
}

static void files_that_cannot_be_read_are_named(void **state) {
    (void)state;
    struct source_set set = {0};
    struct diag d = {0};
    assert_null(source_load(&set, "/nowhere/a.xml", "a.xml", (struct source_pos){0}, &d));
    assert_null(source_load(&set, "/tmp", "b", (struct source_pos){0}, &d));
    assert_string_equal(buf_text(&d.text), "siptwin: error: a.xml: No such file or directory\n"
                                           "siptwin: error: b: is a directory\n");
    diag_free(&d);
    source_set_free(&set);
}

static void slips_of_the_pen_are_recognised(void **state) {
    (void)state;
    static const char *const words[] = {"call_id", "call_number", "branch", "len", "local_ip", NULL};
    static const struct {
        const char *word, *suggestion;
    } cases[] = {
        {"call_idd", "call_id"}, {"Branch", "branch"}, {"brnach", "branch"}, {"lenn", "len"},
        {"le", "len"},           {"xyz", NULL},        {"", NULL},           {"completely_different", NULL}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *s = diag_suggest(span_of(cases[i].word), words);
        if (cases[i].suggestion)
            assert_string_equal(s, cases[i].suggestion);
        else
            assert_null(s);
    }
}

static void numbers_are_read_whole_or_not_at_all(void **state) {
    (void)state;
    static const struct {
        const char *text;
        uint64_t max;
        bool good;
        uint64_t n;
    } cases[] = {{"0", 9, true, 0},
                 {"007", 9, true, 7},
                 {"65535", 65535, true, 65535},
                 {"65536", 65535, false, 0},
                 {"", 9, false, 0},
                 {"1a", 9, false, 0},
                 {"-1", 9, false, 0},
                 {"9", 8, false, 0},
                 {"18446744073709551615", UINT64_MAX, true, UINT64_MAX},
                 {"18446744073709551616", UINT64_MAX, false, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint64_t n = 0;
        assert_int_equal(span_to_u64(span_of(cases[i].text), cases[i].max, &n), cases[i].good);
        if (cases[i].good) assert_true(n == cases[i].n);
    }
}

static void texts_are_found_and_inserted(void **state) {
    (void)state;
    assert_int_equal(span_search(SPAN("aab"), SPAN("ab")), 1);
    assert_int_equal(span_search(SPAN("aab"), SPAN("abc")), -1);
    assert_int_equal(span_search(SPAN(""), SPAN("a")), -1);
    assert_true(span_starts_nocase(SPAN("sip/2.0 200"), "SIP/2.0"));
    struct buf b = {0};
    buf_addf(&b, "%d-%s", 1, "x");
    buf_insert(&b, 1, SPAN("<>"));
    buf_add_u64(&b, UINT64_MAX);
    assert_string_equal(buf_text(&b), "1<>-x18446744073709551615");
    buf_free(&b);
}

/* Against memchr(), for texts of each length around those of the blocks; they end where their memory does, so
 * that a sanitizer sees what is read behind them. */
static void line_ends_are_those_that_memchr_finds(void **state) {
    (void)state;
    unsigned draw = 1;
    for (size_t len = 0; len <= 3 * LINE_ENDS_BLOCK + 1; len++)
        for (unsigned one_in = 1; one_in <= 64; one_in *= 4) {
            char *text = test_malloc(len + 1);
            for (size_t i = 0; i < len; i++) {
                draw = draw * 1103515245 + 12345;
                text[i + 1] = (draw >> 16) % one_in == 0 ? '\n' : (char)(draw >> 24);
            }
            struct line_ends ends = line_ends_of((struct span){text + 1, len});
            const char *from = text + 1, *end = from + len;
            for (const char *lf; (lf = from < end ? memchr(from, '\n', (size_t)(end - from)) : NULL);
                 from = lf + 1)
                assert_ptr_equal(line_ends_next(&ends), lf);
            assert_null(line_ends_next(&ends));
            test_free(text);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_name_file_line_and_column),
        cmocka_unit_test(twenty_errors_are_enough),
        cmocka_unit_test(files_that_cannot_be_read_are_named),
        cmocka_unit_test(slips_of_the_pen_are_recognised),
        cmocka_unit_test(numbers_are_read_whole_or_not_at_all),
        cmocka_unit_test(texts_are_found_and_inserted),
        cmocka_unit_test(line_ends_are_those_that_memchr_finds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
