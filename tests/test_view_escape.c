/* SPDX-License-Identifier: MIT */
/* Proves that no byte from the wire breaks out of what the views write, and that all text stays valid UTF-8.
 */
#include "view/escape.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

struct escape_case {
    const char *what;
    struct span in;
    const char *html, *json, *mermaid;
};

static const struct escape_case cases[] = {
    {"plain", SPAN("200 OK"), "200 OK", "\"200 OK\"", "200 OK"},
    {"markup", SPAN("<b a='1'>&\""), "&lt;b a=&#39;1&#39;&gt;&amp;&quot;", "\"<b a='1'>&\\\"\"",
     "#60;b a='1'#62;#38;#34;"},
    {"backslash", SPAN("\\n"), "\\n", "\"\\\\n\"", "#92;n"},
    {"statement, code, comment, formula, label", SPAN("a;b #35; %% $$ a:b"), "a;b #35; %% $$ a:b",
     "\"a;b #35; %% $$ a:b\"", "a#59;b #35;35#59; #37;#37; #36;#36; a#58;b"},
    {"control characters", SPAN("\0\r\n\x1b[2J\x7f"), "\\x00\\x0d\\x0a\\x1b[2J\\x7f",
     "\"\\u0000\\u000d\\u000a\\u001b[2J\\u007f\"", "????[2J?"},
    {"two, three and four bytes", SPAN("\xc3\xa4\xe2\x9c\x97\xf0\x9f\x93\x9e"),
     "\xc3\xa4\xe2\x9c\x97\xf0\x9f\x93\x9e", "\"\xc3\xa4\xe2\x9c\x97\xf0\x9f\x93\x9e\"", "?????????"},
    {"a lone continuation, a cut character", SPAN("\x80 \xe2\x9c"), "\\x80 \\xe2\\x9c",
     "\"\\ufffd \\ufffd\\ufffd\"", "? ??"},
    {"overlong slash, surrogate, too large", SPAN("\xc0\xaf\xed\xa0\x80\xf4\x90\x80\x80"),
     "\\xc0\\xaf\\xed\\xa0\\x80\\xf4\\x90\\x80\\x80",
     "\"\\ufffd\\ufffd\\ufffd\\ufffd\\ufffd\\ufffd\\ufffd\\ufffd\\ufffd\"", "?????????"},
    {"right-to-left override, zero width space", SPAN("\xe2\x80\xae\xe2\x80\x8b"),
     "\\xe2\\x80\\xae\\xe2\\x80\\x8b", "\"\\u202e\\u200b\"", "??????"},
};

static void nothing_breaks_out(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf out = {0};
        print_message("%s\n", cases[i].what);
        escape_html(&out, cases[i].in);
        assert_string_equal(buf_text(&out), cases[i].html);
        buf_reset(&out);
        escape_json(&out, cases[i].in);
        assert_string_equal(buf_text(&out), cases[i].json);
        buf_reset(&out);
        escape_mermaid(&out, cases[i].in);
        assert_string_equal(buf_text(&out), cases[i].mermaid);
        buf_free(&out);
    }
}

static void a_terminal_gets_no_escape_sequence(void **state) {
    (void)state;
    struct buf out = {0};
    escape_line(&out, SPAN("caf\xc3\xa9\x1b[31m\xc2\x9b\n"));
    assert_string_equal(buf_text(&out), "caf\xc3\xa9?[31m???");
    buf_free(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_breaks_out),
        cmocka_unit_test(a_terminal_gets_no_escape_sequence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
