/* SPDX-License-Identifier: MIT */
/*
 * The answers of base/regex are those of the C library, whose regcomp() the real programs call: which
 * expressions are none, what matches and where the groups are. And what attacks is told within the limits.
 */
#include "base/buf.h"
#include "base/regex.h"

#include <regex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { GROUPS = 10 };

static uint32_t seed = 1;

static uint32_t draw(uint32_t n) {
    seed = seed * 1664525 + 1013904223;
    return (seed >> 8) % n;
}

static const char *pick(const char *const *words, size_t n) { return words[draw((uint32_t)n)]; }

#define PICK(words) pick(words, sizeof words / sizeof *words)

/*
 * Random expressions over a small alphabet: most are valid, the texts often match. No anchors inside and no
 * endless repetition of what may be empty: there glibc answers what POSIX does not mean ("a$b" may match), or
 * never.
 */
static void draw_expression(struct buf *out, unsigned depth) {
    static const char *const atoms[] = {"a",    "b",           "c",   "ab",    "A",     ".",
                                        "[ab]", "[^a]",        "\\w", "\\.",   "[b-c]", "\\s",
                                        "\\W",  "[[:alpha:]]", "1",   "[0-9]", "\\("};
    static const char *const bounded[] = {"?", "{2}", "{1,2}", "{0,2}", "{,2}", "{0,3}", "{0}"};
    static const char *const repeats[] = {"*", "+", "?", "{2}", "{1,2}", "{2,}", "{0,3}", "{0}"};
    for (unsigned parts = draw(4) + (depth == 0); parts > 0; parts--) {
        if (draw(3) == 0 && depth < 3) {
            bool endless = draw(4) == 0;
            buf_add_text(out, endless ? "([ab](" : "(");
            draw_expression(out, depth + 1);
            if (draw(40)) buf_add_text(out, ")");
            if (endless) buf_add_text(out, draw(2) ? ")*" : ")+");
            if (draw(3) == 0) buf_add_text(out, PICK(bounded));
        } else {
            buf_add_text(out, PICK(atoms));
            if (draw(3) == 0) buf_add_text(out, PICK(repeats));
        }
        if (draw(6) == 0) buf_add_text(out, "|");
    }
}

/* Random bytes of those that mean something: most are errors. */
static void draw_noise(struct buf *out) {
    static const char bytes[] = "aab01,{}()[]|*+?.\\-:=w[:digit:]";
    for (unsigned n = draw(12) + 1; n > 0; n--)
        buf_add_char(out, bytes[draw(sizeof bytes - 1)]);
}

static bool has_back_reference(const char *p) {
    for (; *p; p++)
        if (*p == '\\' && p[1] && ascii_digit(*++p) && *p != '0') return true;
    return false;
}

static void compare(const char *pattern, const char *text, unsigned flags, int eflags) {
    regex_t theirs;
    regmatch_t there[GROUPS];
    struct regex_match here[GROUPS] = {0};
    const char *why;
    int status = regcomp(&theirs, pattern,
                         REG_EXTENDED | (flags & REGEX_ICASE ? REG_ICASE : 0) |
                             (flags & REGEX_LINES ? REG_NEWLINE : 0));
    struct regex *ours = regex_new(span_of(pattern), flags | REGEX_GROUPS, &why, NULL);
    if ((status == 0) != (ours != NULL))
        fail_msg("\"%s\": glibc %d, here %s", pattern, status, ours ? "good" : why);
    if (!ours) {
        char message[128];
        regerror(status, &theirs, message, sizeof message);
        if (strcmp(message, why) != 0) fail_msg("\"%s\": glibc \"%s\", here \"%s\"", pattern, message, why);
        return;
    }
    bool matched = regexec(&theirs, text, GROUPS, there, eflags) == 0;
    enum regex_answer answer = regex_find(ours, span_of(text), eflags & REG_NOTBOL, here, GROUPS, NULL);
    if (answer == REGEX_TOO_MUCH || (answer == REGEX_YES) != matched)
        fail_msg("\"%s\" on \"%s\" (flags %u): glibc %d, here %d", pattern, text, flags, matched, answer);
    if (regex_find(ours, span_of(text), eflags & REG_NOTBOL, NULL, 0, NULL) != answer)
        fail_msg("\"%s\" on \"%s\": another answer without groups", pattern, text);
    for (int i = 0; matched && i < GROUPS; i++)
        if (here[i].from != there[i].rm_so || (here[i].from >= 0 && here[i].to != there[i].rm_eo))
            fail_msg("\"%s\" on \"%s\": group %d: glibc %d-%d, here %d-%d", pattern, text, i,
                     (int)there[i].rm_so, (int)there[i].rm_eo, (int)here[i].from, (int)here[i].to);
    regfree(&theirs);
    regex_free(ours);
}

static void draws(unsigned count, bool noise) {
    static const char letters[] = "aaabbc1 A.(\n";
    struct buf pattern = {0};
    char text[12];
    for (unsigned i = 0; i < count; i++) {
        buf_reset(&pattern);
        bool first = draw(5) == 0, last = draw(5) == 0;
        if (first) buf_add_text(&pattern, "^(");
        if (noise)
            draw_noise(&pattern);
        else
            draw_expression(&pattern, first || last);
        if (first) buf_add_text(&pattern, ")");
        if (last) buf_add_text(&pattern, "$");
        if (has_back_reference(buf_text(&pattern))) continue;
        unsigned flags = (draw(3) == 0 ? REGEX_ICASE : 0) | (draw(2) ? REGEX_LINES : 0);
        for (int texts = 0; texts < 4; texts++) {
            size_t n = draw(sizeof text);
            for (size_t k = 0; k < n; k++)
                text[k] = letters[draw(sizeof letters - 1)];
            text[n] = '\0';
            compare(buf_text(&pattern), text, flags, draw(8) == 0 ? REG_NOTBOL : 0);
        }
    }
    buf_free(&pattern);
}

static unsigned draw_count(unsigned usual) {
    const char *wanted = getenv("REGEX_DRAWS");
    if (wanted) seed = (uint32_t)atoi(wanted);
    return wanted ? (unsigned)atoi(wanted) : usual;
}

static void test_expressions(void **state) {
    (void)state;
    draws(draw_count(6000), false);
}

static void test_noise(void **state) {
    (void)state;
    draws(draw_count(4000), true);
}

/* What people write in scenarios and configurations. */
static void test_examples(void **state) {
    (void)state;
    static const struct {
        const char *pattern, *text;
    } rows[] = {
        {"^sip:([^@]+)@([^:;]+)(:([0-9]+))?", "sip:alice@example.com:5070;transport=udp"},
        {"<sip:(.*)@(.*)>", "To: \"x\" <sip:bob@a.b>;tag=1 <sip:c@d>"},
        {"([0-9]{1,3}\\.){3}[0-9]{1,3}", "c=IN IP4 172.20.0.12\r\n"},
        {"^(sip|sips|tel):\\+?([0-9]+)", "tel:+4930123"},
        {"(a|ab)(c|bcd)(d*)", "abcd"},
        {"((a?))*", "aab"},
        {"(a*)*", "b"},
        {"(a*)+", "b"},
        {"((a)|(b))*", "ab"},
        {"branch=(z9hG4bK[^;\r\n]*)", "Via: SIP/2.0/UDP h;branch=z9hG4bK-1;received=1\r\nX: branch=2"},
        {"m=audio ([0-9]{1,5}) RTP/AVP", "v=0\r\nm=audio 6000 RTP/AVP 0\r\n"},
        {"^[^\r\n]*\r\n", "a\r\nb\r\n"},
        {"^b[^x]*$", "a\nbc\nd"},
        {"^", "\n"},
        {"a$", "a\nb"},
        {"a.*b|^c\\W*", "a\nb\nc\n"},
        {"[][-]", "x]"},
        {"a{1,255}b", "aaaaab"},
        {"(^a|b)*$", "xbb"},
        {"\xe4[\xe0-\xff]", "x\xe4\xf6"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (unsigned flags = 0; flags < 8; flags++)
            if (!(flags & REGEX_GROUPS)) compare(rows[i].pattern, rows[i].text, flags, 0);
}

static void repeat(struct buf *out, const char *text, unsigned n) {
    for (buf_reset(out); n > 0; n--)
        buf_add_text(out, text);
}

/* Too large, too deep or too slow: told, and soon. */
static void test_limits(void **state) {
    (void)state;
    static const struct {
        const char *part;
        unsigned times;
        const char *why;
    } rows[] = {
        {"(", 201, "not simulated: more than 200 parentheses or repetitions inside each other"},
        {"a+", 2000, NULL},
        {"*", 300, "Invalid preceding regular expression"},
        {"a{1,32767}", 1, "not simulated: larger than 10000 places when its repetitions are written out"},
        {"(a?){1,200}", 10, NULL},
        {"(a?){1,200}", 40, "not simulated: larger than 10000 places when its repetitions are written out"},
        {"((((((()){32767}){32767}){32767}){32767}){32767}){1}", 1,
         "not simulated: larger than 10000 places when its repetitions are written out"},
        {"(a)\\1", 1, "not simulated: back references"},
        {"a", REGEX_LEN_MAX + 1, "longer than 16384 bytes"},
        {"a", 9990, NULL},
        {"x|", 4000, NULL},
    };
    struct buf pattern = {0}, text = {0};
    const char *why;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        repeat(&pattern, rows[i].part, rows[i].times);
        struct regex *r = regex_new(buf_span(&pattern), 0, &why, NULL);
        if ((why == NULL) != (rows[i].why == NULL) || (why && strcmp(why, rows[i].why) != 0))
            fail_msg("%s %u times: %s", rows[i].part, rows[i].times, why ? why : "good");
        regex_free(r);
    }
    struct regex *r = regex_new(SPAN("(((a*)*)*)*b"), REGEX_GROUPS, &why, NULL);
    uint64_t steps = 0;
    repeat(&text, "a", 60000);
    assert_int_equal(regex_find(r, buf_span(&text), false, NULL, 0, &steps), REGEX_NO);
    assert_in_range(steps, 60000, 2000000);
    regex_free(r);
    repeat(&pattern, "(a?){1,200}", 10);
    r = regex_new(buf_span(&pattern), 0, &why, NULL);
    assert_int_equal(regex_find(r, SPAN("aaaaaaab"), false, NULL, 0, NULL), REGEX_YES);
    buf_add_text(&pattern, "c");
    regex_free(r);
    r = regex_new(buf_span(&pattern), 0, &why, NULL);
    assert_int_equal(regex_find(r, buf_span(&text), false, NULL, 0, NULL), REGEX_TOO_MUCH);
    regex_free(r);
    buf_free(&pattern);
    buf_free(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_examples),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_expressions),
        cmocka_unit_test(test_noise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
