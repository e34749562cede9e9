/* SPDX-License-Identifier: MIT */
/*
 * textops: expressions and texts that are looked for in a message, and replaced. All of them see the message
 * as it came in, whatever was replaced before (facts: Kamailio 31.1).
 */
#include "model/kamailio/message/header.h"
#include "model/kamailio/message/lump.h"
#include "model/kamailio/modules/textops/textops.h"
#include "model/kamailio/script/pattern.h"

enum { LINES = REGEX_ICASE | REGEX_LINES };

struct span textops_part(struct kam_run *run, enum textops_part part, size_t *at) {
    struct span bytes = run->msg.bytes, now = bytes;
    const struct edit_list *edits = &run->edits;
    for (const struct edit *e = edits->edits; e < edits->edits + edits->count; e++) {
        if (!e->in_place) continue;
        if (now.p == bytes.p) now = arena_text(&run->scratch, bytes);
        memcpy((char *)(uintptr_t)now.p + e->at, edits->texts.p + e->text, e->text_len);
    }
    bool all = part == TEXTOPS_BODY || part == TEXTOPS_HEADERS;
    if (all) run->all_read = true;
    size_t headers = run->msg.header_count ? textops_offset(run, run->msg.headers->line.p) : 0;
    *at = part == TEXTOPS_ALL ? 0 : part == TEXTOPS_BODY ? kam_body_at(run) : headers;
    size_t end = part == TEXTOPS_HEADERS ? run->msg.header_end : now.len;
    if (all && run->damaged) end = *at;
    return (struct span){now.p + *at, end > *at ? end - *at : 0};
}

/* The first match of the first argument in a part; *at is the part's offset. */
static bool find(struct kam_run *run, const struct kam_arg *args, enum textops_part part, size_t *at,
                 struct regex_match *match) {
    struct script_pattern pattern;
    struct span text = textops_part(run, part, at);
    if (text.len == 0 || !script_pattern_begin(&pattern, run, &args[0], LINES)) return false;
    bool found = script_pattern_find(&pattern, text, false, match);
    script_pattern_end(&pattern);
    return found;
}

static int search(struct kam_run *run, const struct kam_arg *args, enum textops_part part) {
    size_t at;
    struct regex_match match;
    return find(run, args, part, &at, &match) ? 1 : -1;
}

int textops_search(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return search(run, args, TEXTOPS_ALL);
}

int textops_search_body(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return search(run, args, TEXTOPS_BODY);
}

/* In the values of the headers of a name: of the first one ("f"), the last one ("l"), or all. */
int textops_search_hf(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    struct script_pattern pattern;
    struct regex_match match;
    char which = args[2].s.len ? args[2].s.p[0] : 'a';
    bool found = false;
    run->all_read = true;
    if (run->damaged || !script_pattern_begin(&pattern, run, &args[1], LINES)) return -1;
    for (const struct sip_header *h = run->msg.headers;
         h < run->msg.headers + run->msg.header_count && !(found && which != 'l'); h++) {
        if (!kam_header_is(h, args[0].s)) continue;
        found = script_pattern_find(&pattern, kam_header_body(h), false, &match);
        if (which == 'f') break;
    }
    script_pattern_end(&pattern);
    return found ? 1 : -1;
}

/* Puts the second argument behind the first match. */
static int search_append(struct kam_run *run, const struct kam_arg *args, enum textops_part part) {
    size_t at;
    struct regex_match match;
    if (!find(run, args, part, &at, &match)) return -1;
    kam_lump_change(run, at + (size_t)match.to, 0, args[1].s);
    return 1;
}

int textops_search_append(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return search_append(run, args, TEXTOPS_REST);
}

int textops_search_append_body(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return search_append(run, args, TEXTOPS_BODY);
}

/* Replaces the first match, or all. Of all, one that is empty ends it, and makes it fail but at the text's
 * end. */
static int replace(struct kam_run *run, const struct kam_arg *args, enum textops_part part, unsigned flags,
                   bool all) {
    struct script_pattern pattern;
    struct regex_match match;
    size_t at, from = 0;
    struct span text = textops_part(run, part, &at);
    if (text.len == 0 || !script_pattern_begin(&pattern, run, &args[0], flags)) return -1;
    bool any = false;
    do {
        bool line_start = from == 0 || text.p[from - 1] == '\n' || text.p[from - 1] == '\r';
        if (!script_pattern_find(&pattern, span_skip(text, from), !line_start, &match)) break;
        if (all && match.from == match.to) {
            any = any && from + (size_t)match.to == text.len;
            break;
        }
        kam_lump_change(run, at + from + (size_t)match.from, (size_t)(match.to - match.from), args[1].s);
        from += (size_t)match.to;
        any = true;
    } while (all);
    script_pattern_end(&pattern);
    return any ? 1 : -1;
}

int textops_replace(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return replace(run, args, TEXTOPS_REST, LINES, false);
}

int textops_replace_all(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return replace(run, args, TEXTOPS_REST, LINES, true);
}

int textops_replace_body(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return replace(run, args, TEXTOPS_BODY, LINES, false);
}

int textops_replace_body_all(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return replace(run, args, TEXTOPS_BODY, LINES, true);
}

/* The body as one line. */
int textops_replace_body_atonce(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return replace(run, args, TEXTOPS_BODY, REGEX_ICASE, true);
}

int textops_replace_hdrs(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return replace(run, args, TEXTOPS_HEADERS, LINES, false);
}

/* Replaces a text: the first ("f"), or all. That there was none is no failure. What stands in a header is
 * replaced behind the headers, too. */
static int replace_text(struct kam_run *run, const struct kam_arg *args, enum textops_part part) {
    size_t at, from = 0;
    struct span text = textops_part(run, part, &at);
    bool first = args[2].s.len && args[2].s.p[0] == 'f';
    if (part != TEXTOPS_REST && text.len == 0) return -1;
    if (args[0].s.len == 0) return 1;
    do {
        ptrdiff_t found = span_search(span_skip(text, from), args[0].s);
        if (found < 0) break;
        kam_lump_change(run, at + from + (size_t)found, args[0].s.len, args[1].s);
        from += (size_t)found + args[0].s.len;
        if (part == TEXTOPS_HEADERS) text = span_skip(run->msg.bytes, at);
    } while (!first);
    return 1;
}

int textops_replace_str(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return replace_text(run, args, TEXTOPS_REST);
}

int textops_replace_hdrs_str(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return replace_text(run, args, TEXTOPS_HEADERS);
}

int textops_replace_body_str(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return replace_text(run, args, TEXTOPS_BODY);
}
