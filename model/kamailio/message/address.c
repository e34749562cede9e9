/* SPDX-License-Identifier: MIT */
#include "model/kamailio/message/address.h"

#include "model/sip/stops.h"

/*
 * Each reading function returns the place behind what it has read; NULL: it cannot be read.
 */

/* Blanks in one line. */
static const char *skip_spaces(const char *p, const char *end) {
    while (p < end && (*p == ' ' || *p == '\t'))
        p++;
    return p;
}

/* Quoted text in one line, without its quotes; a backslash hides the character behind it, or is not allowed.
 */
static const char *read_quoted(const char *p, const char *end, bool escapes, struct span *text) {
    const char *from = p + 1;
    for (p = from;; p++) {
        p = stop_skip_word(p, end, STOP_QUOTE | STOP_BACKSLASH);
        if (p == end || *p == '\r' || *p == '\n') return NULL;
        if (*p == '"') break;
        if (*p == '\\' && (!escapes || end - p++ < 2)) return NULL;
    }
    *text = span_between(from, p);
    return p + 1;
}

/* <URI>: blanks in one line may stand around the URI, not in it, and no semicolon in front. */
static const char *read_enclosed(const char *p, const char *end, struct span *uri) {
    const char *from = skip_spaces(p + 1, end);
    p = stop_skip_word(from, end, STOP_LESS | STOP_GREATER | STOP_QUOTE | STOP_BACKSLASH);
    *uri = span_between(from, p);
    p = skip_spaces(p, end);
    return uri->len > 0 && uri->p[0] != ';' && p < end && *p == '>' ? p + 1 : NULL;
}

/* A display name and <URI>, or a URI alone. */
static const char *read_uri(const char *p, const char *end, struct kam_address *a) {
    struct span ignored;
    const char *name = p = stop_skip_blanks(p, end);
    if (p < end && *p == '"') {
        p = read_quoted(p, end, true, &ignored);
        if (!p) return NULL;
        a->display = span_between(name, p);
        p = stop_skip_blanks(p, end);
        return p < end && *p == '<' ? read_enclosed(p, end, &a->uri) : NULL;
    }
    for (size_t words = 0;; words++) {
        const char *from = p = stop_skip_blanks(p, end);
        if (p < end && *p == '<') {
            if (p > name) a->display = span_trim(span_between(name, p));
            return read_enclosed(p, end, &a->uri);
        }
        if (words == 1 && (p == end || *p == ';')) return p;
        p = stop_skip_word(p, end, STOP_SEMICOLON | STOP_LESS | STOP_GREATER | STOP_QUOTE | STOP_BACKSLASH);
        if (p == from) return NULL;
        if (words == 0) a->uri = span_between(from, p);
    }
}

/* What stands behind "name=". A tag may have commas in it, and loses those before it, with the blanks there.
 */
static const char *read_value(const char *p, const char *end, bool is_tag, struct span *value) {
    p = stop_skip_blanks(p, end);
    while (is_tag && p < end && *p == ',')
        p = stop_skip_blanks(p + 1, end);
    if (p < end && *p == '"') return read_quoted(p, end, false, value);
    const char *from = p;
    p = stop_skip_word(
        p, end, STOP_SEMICOLON | STOP_EQUALS | STOP_QUOTE | STOP_BACKSLASH | (is_tag ? 0 : STOP_COMMA));
    *value = span_between(from, p);
    return p;
}

static bool read_params(const char *p, const char *end, struct span *tag) {
    for (;;) {
        p = stop_skip_blanks(p, end);
        if (p == end) return true;
        if (*p != ';') return false;
        const char *name = stop_skip_blanks(p + 1, end);
        bool is_tag = span_starts(span_between(name, end), "tag="); /* as of nearly all that have any */
        struct span value = {0};
        if (is_tag) {
            p = read_value(name + strlen("tag="), end, is_tag, &value);
        } else {
            p = stop_skip_word(name, end,
                               STOP_SEMICOLON | STOP_EQUALS | STOP_QUOTE | STOP_BACKSLASH | STOP_COMMA);
            if (p == name) return false;
            is_tag = span_is_nocase(span_between(name, p), "tag");
            p = stop_skip_blanks(p, end);
            if (p < end && *p == '=') p = read_value(p + 1, end, is_tag, &value);
        }
        if (!p) return false;
        if (is_tag) *tag = value.len ? value : (struct span){0};
    }
}

void kam_address_read(struct kam_address *a, struct span text) {
    const char *end = text.p + text.len;
    *a = (struct kam_address){0};
    const char *p = read_uri(text.p, end, a);
    if (p && read_params(p, end, &a->tag))
        a->readable = true;
    else
        *a = (struct kam_address){0};
}

struct span kam_address_text(struct span value) {
    if (!span_has_control(value)) return value;
    ptrdiff_t nul = span_find(value, '\0');
    if (nul >= 0) value = span_head(value, (size_t)nul);
    const char *cr = value.len ? memchr(value.p, '\r', value.len) : NULL, *end = value.p + value.len;
    /* A CR is an end, too, at the beginning, or where neither a line end nor a blank follows. */
    for (; cr && cr + 1 < end; cr = memchr(cr + 1, '\r', (size_t)(end - cr - 1)))
        if (cr == value.p ? cr[1] != '\n' : !ascii_space((unsigned char)cr[1]))
            return span_between(value.p, cr);
    return value;
}

void kam_address_parse(struct kam_address *a, struct span value) {
    kam_address_read(a, kam_address_text(value));
}
