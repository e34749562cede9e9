/* SPDX-License-Identifier: MIT */
#include "model/kamailio/message/address.h"

#include "model/sip/stops.h"

/* What is left to read. Each reading function leaves it behind what it has read. */
struct reading {
    const char *p, *end;
};

static bool at_end(const struct reading *r) { return r->p == r->end; }

static bool next_is(const struct reading *r, char c) { return r->p < r->end && *r->p == c; }

static bool take(struct reading *r, char c) {
    bool yes = next_is(r, c);
    r->p += yes;
    return yes;
}

/* Blanks, a folded line's end among them. */
static void skip_blanks(struct reading *r) {
    while (r->p < r->end && ascii_space((unsigned char)*r->p))
        r->p++;
}

/* The characters up to a blank or one of `stops`. */
static struct span read_word(struct reading *r, unsigned stops) {
    struct span rest = span_between(r->p, r->end),
                word = span_head(rest, stop_find(rest, stops | STOP_BLANK));
    r->p += word.len;
    return word;
}

/* Quoted text in one line, without its quotes; a backslash hides the character behind it, or is not allowed.
 */
static bool read_quoted(struct reading *r, bool escapes, struct span *text) {
    const char *from = ++r->p;
    for (; r->p < r->end && *r->p != '"'; r->p++) {
        if (*r->p == '\r' || *r->p == '\n') return false;
        if (*r->p != '\\') continue;
        if (!escapes || r->end - r->p < 2) return false;
        r->p++;
    }
    *text = span_between(from, r->p);
    return take(r, '"');
}

/* <URI>: blanks in one line may stand around the URI, not in it. */
static bool read_enclosed(struct reading *r, struct span *uri) {
    r->p++;
    while (next_is(r, ' ') || next_is(r, '\t'))
        r->p++;
    *uri = read_word(r, STOP_LESS | STOP_GREATER | STOP_QUOTE | STOP_BACKSLASH);
    while (next_is(r, ' ') || next_is(r, '\t'))
        r->p++;
    return uri->len > 0 && take(r, '>');
}

/* A display name and <URI>, or a URI alone. */
static bool read_uri(struct reading *r, struct span *uri) {
    struct span ignored;
    skip_blanks(r);
    if (next_is(r, '"')) {
        if (!read_quoted(r, true, &ignored)) return false;
        skip_blanks(r);
        return next_is(r, '<') && read_enclosed(r, uri);
    }
    for (size_t words = 0;; words++) {
        skip_blanks(r);
        if (next_is(r, '<')) return read_enclosed(r, uri);
        if (words == 1 && (at_end(r) || next_is(r, ';'))) return true;
        struct span word =
            read_word(r, STOP_SEMICOLON | STOP_LESS | STOP_GREATER | STOP_QUOTE | STOP_BACKSLASH);
        if (word.len == 0) return false;
        if (words == 0) *uri = word;
    }
}

/* What stands behind "name=". A tag may have commas in it, and loses those before it. */
static bool read_value(struct reading *r, bool is_tag, struct span *value) {
    skip_blanks(r);
    if (next_is(r, '"')) return read_quoted(r, false, value);
    while (is_tag && next_is(r, ','))
        r->p++;
    *value = read_word(r, is_tag ? STOP_SEMICOLON | STOP_EQUALS | STOP_QUOTE | STOP_BACKSLASH
                                 : STOP_SEMICOLON | STOP_EQUALS | STOP_QUOTE | STOP_BACKSLASH | STOP_COMMA);
    return true;
}

static bool read_params(struct reading *r, struct span *tag) {
    for (;;) {
        skip_blanks(r);
        if (at_end(r)) return true;
        if (!take(r, ';')) return false;
        skip_blanks(r);
        struct span name =
                        read_word(r, STOP_SEMICOLON | STOP_EQUALS | STOP_QUOTE | STOP_BACKSLASH | STOP_COMMA),
                    value = {0};
        bool is_tag = span_is_nocase(name, "tag");
        if (name.len == 0) return false;
        skip_blanks(r);
        if (take(r, '=') && !read_value(r, is_tag, &value)) return false;
        if (is_tag) *tag = value.len ? value : (struct span){0};
    }
}

void kam_address_parse(struct kam_address *a, struct span value) {
    struct reading r = {value.p, value.p + value.len};
    *a = (struct kam_address){0};
    if (read_uri(&r, &a->uri) && read_params(&r, &a->tag))
        a->readable = true;
    else
        *a = (struct kam_address){0};
}
