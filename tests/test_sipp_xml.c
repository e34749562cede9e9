/* SPDX-License-Identifier: MIT */
/*
 * Proves that the reader sees in every odd form of XML the tree that SIPp's own reader sees there, and that a
 * scenario loads when SIPp loads it: the answers in the table are the real program's (lab/xml_forms).
 */
#include "model/sipp/scenario/xml.h"
#include "model/sipp/sipp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { DEPTH_MAX = 5 }; /* as deep as lab/reader.c looks */

static void show(struct buf *out, struct span text) {
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.p[i];
        buf_addf(out, c < 32 || c > 126 || c == '\\' ? "\\x%02x" : "%c", c);
    }
}

static void show_element(struct buf *out, const struct xml_element *e, int depth) {
    static const char *const names[] = {"name",    "id",       "value", "message", "next",
                                        "request", "response", "a",     "b"};
    show(out, e->name);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct xml_attribute *a = xml_attribute(e, names[i]);
        if (!a) continue;
        buf_addf(out, " %s=\"", names[i]);
        show(out, a->value);
        buf_addf(out, "\"");
    }
    struct span cdata = xml_cdata(e);
    if (cdata.p) {
        buf_addf(out, " [");
        show(out, cdata);
        buf_addf(out, "]");
    }
    for (const struct xml_element *child = depth < DEPTH_MAX ? e->first : NULL; child; child = child->next) {
        buf_addf(out, " (");
        show_element(out, child, depth + 1);
        buf_addf(out, ")");
    }
}

static unsigned hex(char c) { return (unsigned)(c <= '9' ? c - '0' : ascii_lower(c) - 'a' + 10); }

/* The bytes that a form stands for, as lab/xml_forms makes them. */
static void expand(struct buf *out, struct span form) {
    static const struct {
        const char *word, *means;
    } words[] = {{"{X}", "<?xml version=\"1.0\"?>\n<scenario>"},
                 {"{S}", "<send><![CDATA[\nA b\n]]></send>"},
                 {"{E}", "</scenario>\n"},
                 {"\\n", "\n"},
                 {"\\t", "\t"},
                 {"\\r", "\r"},
                 {"\\\\", "\\"}};
    while (form.len > 0) {
        size_t i = 0, used = 1, count = 0;
        while (i < sizeof words / sizeof *words && !span_starts(form, words[i].word))
            i++;
        if (i < sizeof words / sizeof *words) {
            buf_add_text(out, words[i].means);
            used = strlen(words[i].word);
        } else if (span_starts(form, "\\x")) {
            buf_add_char(out, (char)(hex(form.p[2]) << 4 | hex(form.p[3])));
            used = 4;
        } else if (form.p[0] == '{' && form.len > 3 && form.p[2] == '*') {
            for (used = 3; form.p[used] != '}'; used++)
                count = count * 10 + (size_t)(form.p[used] - '0');
            used++;
            while (count-- > 0)
                buf_add_char(out, form.p[1]);
        } else {
            buf_add_char(out, form.p[0]);
        }
        form = span_skip(form, used);
    }
}

static struct span take_column(struct span *line) {
    ptrdiff_t tab = span_find(*line, '\t');
    struct span column = tab < 0 ? *line : span_head(*line, (size_t)tab);
    *line = span_skip(*line, column.len + 1);
    return column;
}

/* Prints what differs. */
static unsigned check(struct span verdict, struct span form, struct span reading) {
    struct source_set sources = {0};
    struct diag diag = {0};
    struct buf bytes = {0}, seen = {0};
    expand(&bytes, form);
    struct source *source = source_text(&sources, "x.xml", buf_span(&bytes));
    struct xml_document *document = xml_load(source, &diag);
    if (document) show_element(&seen, document->root, 0);
    ptrdiff_t invalid = span_search(reading, SPAN(" INVALID"));
    bool nothing = invalid >= 0 || span_is(reading, "NOTHING") || span_is(reading, "CRASH");
    unsigned wrong = 0;
    if (nothing ? document != NULL && !span_is(reading, "CRASH") : !span_eq(buf_span(&seen), reading)) {
        print_error(SPAN_FMT "\n  SIPp reads: " SPAN_FMT "\n  here:       %s\n", SPAN_ARG(form),
                    SPAN_ARG(reading), buf_text(&seen));
        wrong++;
    }
    assert_true(document || diag_failed(&diag));
    xml_free(document);
    diag_free(&diag);
    struct sipp_program *program = sipp_program_load(source, NULL, NULL, 0, &diag);
    if ((program != NULL) != span_is(verdict, "loads")) {
        print_error(SPAN_FMT "\n  SIPp " SPAN_FMT " it, here: %s\n", SPAN_ARG(form), SPAN_ARG(verdict),
                    program ? "loaded" : buf_text(&diag.text));
        wrong++;
    }
    sipp_program_free(program);
    source_set_free(&sources);
    diag_free(&diag);
    buf_free(&bytes);
    buf_free(&seen);
    return wrong;
}

static void odd_forms_are_read_as_sipp_reads_them(void **state) {
    (void)state;
    struct source_set sources = {0};
    struct diag diag = {0};
    struct source *table = source_load(&sources, FORMS, FORMS, (struct source_pos){0}, &diag);
    assert_non_null(table);
    unsigned forms = 0, wrong = 0;
    for (struct span rest = {table->text, table->len}; rest.len > 0;) {
        ptrdiff_t end = span_find(rest, '\n');
        struct span line = end < 0 ? rest : span_head(rest, (size_t)end);
        rest = span_skip(rest, line.len + 1);
        if (line.len == 0 || line.p[0] == '#') continue;
        struct span verdict = take_column(&line), form = take_column(&line);
        wrong += check(verdict, form, line);
        forms++;
    }
    source_set_free(&sources);
    assert_true(forms > 100);
    assert_int_equal(wrong, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(odd_forms_are_read_as_sipp_reads_them)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
