/* SPDX-License-Identifier: MIT */
/*
 * Proves what SIPp's cleaning makes of a CDATA section, byte by byte, that every byte and keyword still knows
 * its place in the source, and which keywords are refused, with which words.
 */
#include "model/sipp/scenario/template.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static struct source_set sources;
static struct diag diag;

static int end(void **state) {
    (void)state;
    source_set_free(&sources);
    diag_free(&diag);
    return 0;
}

/* Facts: SIPp 2, steps 1 to 4; the rows were seen on the wire (its experiment C1). */
static const struct {
    const char *cdata, *text;
} cleaned[] = {
    {"OPTIONS a\nB: c", "OPTIONS a\nB: c\n\n"},
    {"\n\n  OPTIONS a\n  B: c\n\n", "OPTIONS a\nB: c\n\n"},
    {"A\n\nbody", "A\n\nbody"},
    {"A\n\nbody\n", "A\n\nbody\n"},
    {"A\n\nbody\n\n  \n", "A\n\nbody\n"},
    {"A\n\nbody  ", "A\n\nbody"},
    {"A \n B\t\n\tC\n \tD\n\t E", "A\nB\nC\nD\n E\n\n"},
    {"A\n   \n  body", "A\n\nbody"},
    {"A\n\n\n\nbody", "A\n\n\n\nbody"},
    {"A\r\nB: \tc\td\r\n", "A\nB: \tc\td\n\n"},
    {"   \n\t ", "\n\n"},
};

static void cdata_is_cleaned_as_sipp_does(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof cleaned / sizeof *cleaned; i++) {
        struct source *source = source_text(&sources, "x.xml", span_of(cleaned[i].cdata));
        struct text t = {0};
        text_of_cdata(&t, source, (struct span){source->text, source->len});
        assert_string_equal(buf_text(&t.bytes), cleaned[i].text);
        text_free(&t);
    }
}

static void every_byte_keeps_its_place(void **state) {
    (void)state;
    struct source *source = source_text(&sources, "x.xml", SPAN("  A \r\n   bc\n\n"));
    struct text t = {0};
    text_of_cdata(&t, source, (struct span){source->text, source->len});
    static const uint32_t places[] = {2, 5, 9, 10, 13, 13, 13};
    assert_string_equal(buf_text(&t.bytes), "A\nbc\n\n");
    for (size_t i = 0; i <= t.bytes.len; i++)
        assert_int_equal(t.at[i], places[i]);
    text_free(&t);
}

static void attributes_are_decoded(void **state) {
    (void)state;
    static const struct {
        const char *value, *with_entities, *without;
    } rows[] = {
        {"a\\tb\\\\n\\.", "a\tb\\n\\.", "a\tb\\n\\."},
        {"&lt;x&gt; &amp;&quot;", "<x> &\"", "&lt;x&gt; &amp;&quot;"},
        {"\\&lt;", "\\<", "\\&lt;"},
        {"&apos;&#65;& &", "&apos;&#65;& &", "&apos;&#65;& &"},
        {"&g;&;&a;&gtt;", ">&&&gtt;", "&g;&;&a;&gtt;"}, /* the beginning of a name is enough */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct source *source = source_text(&sources, "x.xml", span_of(rows[i].value));
        struct span value = {source->text, source->len};
        struct text t = {0};
        text_of_attribute(&t, source, value, true);
        assert_string_equal(buf_text(&t.bytes), rows[i].with_entities);
        text_of_attribute(&t, source, value, false);
        assert_string_equal(buf_text(&t.bytes), rows[i].without);
        text_free(&t);
    }
    assert_int_equal(diag.errors, 0);
}

/* Compiles a text; shows its parts: literals in quotes, keywords as numbers with offset and text. */
static void compile(const char *message, struct buf *shown) {
    struct variable_table variables = {0};
    struct source_set files = {0};
    struct template *all = NULL;
    struct template_compiler c = {&variables, &files, &all, .diag = &diag};
    struct source *source = source_text(&sources, "x.xml", span_of(message));
    struct text text = {0};
    text_of_span(&text, (struct source_pos){source, 0}, (struct span){source->text, source->len});
    for (size_t i = 0; i <= text.bytes.len; i++)
        text.at[i] = (uint32_t)i;
    struct template *t = template_compile(&c, text_view(&text));
    for (size_t i = 0; i < t->count; i++) {
        const struct template_part *part = &t->parts[i];
        struct span s = template_text(t, part);
        if (part->id == KEYWORD_LITERAL)
            buf_addf(shown, "'" SPAN_FMT "'", SPAN_ARG(s));
        else
            buf_addf(shown, "<%u@%u %lld " SPAN_FMT ">", part->id, part->at.offset, (long long)part->offset,
                     SPAN_ARG(s));
    }
    template_list_free(all, NULL);
    variable_table_free(&variables);
    source_set_free(&files);
    text_free(&text);
}

static void text_is_cut_into_literals_and_keywords(void **state) {
    (void)state;
    static const struct {
        const char *message;
        enum keyword_id id;
        const char *shown; /* %u: the id */
    } rows[] = {
        {"a\nb", KEYWORD_LITERAL, "'a\r\nb'"},
        {"x[call_id]y", KEYWORD_CALL_ID, "'x'<%u@1 0 >'y'"},
        {"[branch-3]", KEYWORD_BRANCH, "<%u@0 -3 >"},
        {"[cseq+12]", KEYWORD_CSEQ, "<%u@0 12 >"},
        {"[last_Via]", KEYWORD_LAST_HEADER, "<%u@0 0 Via:>"},
        {"[last_Via:]", KEYWORD_LAST_HEADER, "<%u@0 0 Via:>"},
        {"[last_Call-ID:]", KEYWORD_LAST_HEADER, "<%u@0 0 Call-ID:>"},
        {"[last_X-2]", KEYWORD_LAST_HEADER, "<%u@0 -2 X:>"}, /* the offset is cut off first */
        {"[fill variable=\"v\" text=\"ab\"]", KEYWORD_FILL, "<%u@0 0 ab>"},
        {"[fill variable=v]", KEYWORD_FILL, "<%u@0 0 X>"},
        {"\\x5Bcall_id\\x5d", KEYWORD_LITERAL, "'[call_id]'"},
        {"\\x4Zb\\xZc\\y", KEYWORD_LITERAL, "'\4bc\\y'"}, /* a missing digit swallows a character */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf shown = {0}, expected = {0};
        compile(rows[i].message, &shown);
        for (const char *p = rows[i].shown; *p; p++) {
            if (p[0] == '%' && p[1] == 'u')
                buf_addf(&expected, "%u", rows[i].id), p++;
            else
                buf_add_char(&expected, *p);
        }
        assert_string_equal(buf_text(&shown), buf_text(&expected));
        buf_free(&shown);
        buf_free(&expected);
    }
    assert_int_equal(diag.errors, 0);
}

static void bad_keywords_are_named_with_their_place(void **state) {
    (void)state;
    static const struct {
        const char *message, *error;
    } rows[] = {
        {"ab\n  [call_idd]", "x.xml:2:3: error: unknown keyword [call_idd]; did you mean [call_id]?\n"},
        {"[nothing_like_it]", "x.xml:1:1: error: unknown keyword [nothing_like_it]\n"},
        {"a []", "x.xml:1:3: error: empty keyword []; a literal [ is written \\x5B\n"},
        {"a [ b", "x.xml:1:3: error: [ without ]; a literal [ is written \\x5B\n"},
        {"[fill]", "x.xml:1:1: error: [fill] needs variable=\n"},
        {"[file name=\"no such file\"]", "x.xml:1:1: error: no such file: No such file or directory\n"},
        {"[$a,b]", "x.xml:1:1: error: \"a,b\" is no name for a variable\n"},
        {"[authentication aka_K=0x465b5c]", "x.xml:1:23: error: [ without ]; a literal [ is written \\x5B\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf shown = {0};
        compile(rows[i].message, &shown);
        assert_string_equal(buf_text(&diag.text), rows[i].error);
        buf_free(&shown);
        diag_free(&diag);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(cdata_is_cleaned_as_sipp_does, end),
        cmocka_unit_test_teardown(every_byte_keeps_its_place, end),
        cmocka_unit_test_teardown(attributes_are_decoded, end),
        cmocka_unit_test_teardown(text_is_cut_into_literals_and_keywords, end),
        cmocka_unit_test_teardown(bad_keywords_are_named_with_their_place, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
