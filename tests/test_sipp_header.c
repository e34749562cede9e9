/* SPDX-License-Identifier: MIT */
/*
 * The lines of a message are laid once (header.h); SIPp scans it anew for each question. Texts made of pieces
 * that matter, drawn at random: the lines must give what scanning gives.
 */
#include "base/mem.h"
#include "model/sipp/process/header.h"
#include "sim/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static struct span headers_of(struct span msg) {
    ptrdiff_t end = span_search(msg, SPAN("\r\n\r\n"));
    return end < 0 ? msg : span_head(msg, (size_t)end);
}

/* The next line of headers after its start that begins with name; -1: none. */
static ptrdiff_t scan_line(struct span headers, size_t from, struct span name) {
    for (;;) {
        ptrdiff_t lf = span_find(span_skip(headers, from), '\n');
        if (lf < 0) return -1;
        from += (size_t)lf + 1;
        if (span_eq_nocase(span_head(span_skip(headers, from), name.len), name)) return (ptrdiff_t)from;
    }
}

static size_t scan_end(struct span headers, size_t from) {
    for (;;) {
        ptrdiff_t lf = span_find(span_skip(headers, from), '\n');
        if (lf < 0) return headers.len;
        size_t end = from + (size_t)lf;
        if (end + 1 >= headers.len || (headers.p[end + 1] != ' ' && headers.p[end + 1] != '\t')) return end;
        from = end + 1;
    }
}

static void trim_end(struct buf *out, bool more_follows) {
    while (out->len > (more_follows ? 0 : 1) && ascii_space((unsigned char)out->p[out->len - 1]) &&
           (more_follows || out->p[out->len - 1] != '\n'))
        out->len--;
}

/* Without the CR of each line end that a blank follows. */
static void unfold(struct buf *out) {
    struct buf all = *out;
    *out = (struct buf){0};
    for (size_t i = 0; i < all.len; i++) {
        bool inner = all.p[i] == '\r' && i + 2 < all.len && all.p[i + 1] == '\n' &&
                     (all.p[i + 2] == ' ' || all.p[i + 2] == '\t');
        if (!inner) buf_add_char(out, all.p[i]);
    }
    buf_free(&all);
}

static bool scan_headers(struct buf *out, struct span headers, struct span name, bool value_only) {
    bool found = false;
    size_t from = 0;
    for (ptrdiff_t line; (line = scan_line(headers, from, name)) >= 0; found = true) {
        size_t end = scan_end(headers, (size_t)line);
        struct span text = span_between(headers.p + line, headers.p + end);
        if (found || value_only)
            for (text = span_skip(text, name.len); text.len > 0 && text.p[0] == ' ';)
                text = span_skip(text, 1);
        if (found) {
            trim_end(out, true);
            buf_add_text(out, ", ");
        }
        buf_add(out, text);
        from = end;
    }
    trim_end(out, false);
    unfold(out);
    return found;
}

/* Does the value of Call-ID begin here, and is it not empty? SIPp reads no further than to a line without a
 * CR. */
static bool scan_call_id(struct span msg) {
    for (struct span rest = msg; rest.len > 0;) {
        for (int compact = 0; compact < 2; compact++) {
            const char *name = compact ? "i" : "Call-ID";
            struct span after = span_skip(rest, strlen(name));
            if (!span_starts_nocase(rest, name)) continue;
            while (after.len > 0 && (after.p[0] == ' ' || after.p[0] == '\t'))
                after = span_skip(after, 1);
            if (after.len == 0 || after.p[0] != ':') continue;
            after = span_skip(after, 1);
            for (;;) {
                while (after.len > 0 && (after.p[0] == ' ' || after.p[0] == '\t'))
                    after = span_skip(after, 1);
                if (!span_starts(after, "\r\n")) return after.len > 0;
                if (after.len < 3 || (after.p[2] != ' ' && after.p[2] != '\t')) return false;
                after = span_skip(after, 3);
            }
        }
        ptrdiff_t lf = span_find(rest, '\n');
        if (lf < 1 || rest.p[lf - 1] != '\r') return false;
        rest = span_skip(rest, (size_t)lf + 1);
        if (span_starts(rest, "\r\n")) return false;
    }
    return false;
}

static const char *const pieces[] = {
    "\r\n", "\r\n", "\r\n",     "\n",        "\r",      " ",     "\t", ":",       "To:",        "to :",
    "t: ",  "T:",   "Call-ID:", "call-id :", "i:",      "i\t: ", "x",  "///",     "From: a",    ";tag=1",
    "Via:", "v:",   "\r\n ",    "CSeq:",     "CSEQ: 3", "cseq:", "7",  "SIP/2.0", "\r\nCSeq: 1"};

static uint64_t scan_cseq(struct span msg) {
    static const char *const spellings[] = {"\r\nCSeq:", "\r\nCSEQ:", "\r\ncseq:", "\r\nCseq:"};
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
        ptrdiff_t found = span_search(msg, span_of(spellings[i]));
        if (found < 0) continue;
        struct span text = span_skip_space(span_skip(msg, (size_t)found + strlen(spellings[i])));
        uint64_t number = 0;
        for (; text.len > 0 && ascii_digit((unsigned char)text.p[0]); text = span_skip(text, 1))
            number = number * 10 + (uint64_t)(text.p[0] - '0');
        return number;
    }
    return 0;
}

static void draw(struct buf *out, struct random_stream *r) {
    buf_reset(out);
    for (uint32_t n = random_below(r, 24); n > 0; n--)
        buf_add_text(out, pieces[random_below(r, sizeof pieces / sizeof *pieces)]);
    if (random_below(r, 8) == 0) buf_add_char(out, '\0');
    if (random_below(r, 4) == 0) buf_add_text(out, "To: behind\r\n");
}

static void lines_give_what_scanning_gives(void **state) {
    (void)state;
    enum { ROUNDS = 200000 };
    static const struct {
        const char *full, *compact;
    } names[] = {{"To:", "t:"}, {"Call-ID:", "i:"}, {"Via:", "v:"}, {"From:", "f:"}};
    struct random_stream r;
    struct buf text = {0}, scanned = {0}, laid = {0};
    struct header_index lines = {0};
    struct pool pool;
    unsigned found_some = 0, call_ids = 0, cseqs = 0;
    pool_init(&pool);
    random_init(&r, 1, "header", "property");
    for (int round = 0; round < ROUNDS; round++) {
        draw(&text, &r);
        struct payload *p = payload_of(&pool, buf_span(&text));
        struct span msg = header_clip(payload_span(p)), headers = headers_of(msg), id;
        const struct header_lines *l = header_lines_of(&lines, p);
        for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
            for (int value_only = 0; value_only < 2; value_only++) {
                buf_reset(&scanned);
                buf_reset(&laid);
                bool found = scan_headers(&scanned, headers, span_of(names[i].full), value_only) ||
                             scan_headers(&scanned, headers, span_of(names[i].compact), value_only);
                enum header_found how = header_write(&laid, l, span_of(names[i].full), value_only);
                assert_int_equal(found, how != HEADER_NONE);
                if (how == HEADER_LINE) assert_true(span_find(buf_span(&laid), '\n') < 0);
                assert_true(span_eq(buf_span(&scanned), buf_span(&laid)));
                found_some += found;
            }
        }
        bool has_to = scan_line(headers, 0, SPAN("To:")) >= 0 || scan_line(headers, 0, SPAN("t:")) >= 0;
        assert_int_equal(has_to, header_has_to(l));
        bool has_id = scan_call_id(msg);
        assert_int_equal(has_id, header_call_id(l, true, &id));
        call_ids += has_id;
        uint64_t cseq = scan_cseq(msg);
        assert_int_equal(cseq, header_cseq_number(l));
        cseqs += cseq > 0;
        assert_int_equal(span_search(msg, SPAN("SIP/2.0")) >= 0, header_names_sip(l));
        payload_drop(p);
    }
    assert_in_range(found_some, ROUNDS / 10, 8 * ROUNDS);
    assert_in_range(call_ids, ROUNDS / 100, ROUNDS);
    assert_in_range(cseqs, ROUNDS / 20, ROUNDS);
    header_index_free(&lines);
    buf_free(&text);
    buf_free(&scanned);
    buf_free(&laid);
    pool_free(&pool);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(lines_give_what_scanning_gives)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
