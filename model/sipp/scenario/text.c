/* SPDX-License-Identifier: MIT */
#include "model/sipp/scenario/text.h"

#include "base/mem.h"
#include "model/sipp/scenario/xml.h"

#include <stdlib.h>

void text_free(struct text *t) {
    buf_free(&t->bytes);
    free(t->at);
    *t = (struct text){0};
}

struct text_view text_view(const struct text *t) {
    return (struct text_view){t->source, buf_span(&t->bytes), t->at};
}

struct text_view text_part(struct text_view v, size_t from, size_t to) {
    return (struct text_view){v.source, {v.bytes.p + from, to - from}, v.at + from};
}

static void begin(struct text *t, const struct source *source) {
    t->source = source;
    buf_reset(&t->bytes);
}

static void add(struct text *t, char c, uint32_t at) {
    size_t i = t->bytes.len;
    buf_add_char(&t->bytes, c);
    t->at = mem_room(t->at, i, &t->at_cap, sizeof *t->at);
    t->at[i] = at;
}

static void end(struct text *t, uint32_t at) {
    t->at = mem_room(t->at, t->bytes.len, &t->at_cap, sizeof *t->at);
    t->at[t->bytes.len] = at;
}

static bool blank(char c) { return c == ' ' || c == '\t' || c == '\n'; }

static void keep(struct text *t, size_t *kept, size_t i) {
    t->bytes.p[*kept] = t->bytes.p[i];
    t->at[(*kept)++] = t->at[i];
}

/* Removes runs of c that follow a line end. */
static void strip_after_line_end(struct text *t, char c) {
    size_t kept = 0;
    for (size_t i = 0; i < t->bytes.len; i++)
        if (!(t->bytes.p[i] == c && kept > 0 && t->bytes.p[kept - 1] == '\n')) keep(t, &kept, i);
    t->bytes.len = kept;
}

/* Removes runs of c that precede a line end. */
static void strip_before_line_end(struct text *t, char c) {
    size_t kept = 0;
    for (size_t i = 0; i < t->bytes.len; i++) {
        while (t->bytes.p[i] == '\n' && kept > 0 && t->bytes.p[kept - 1] == c)
            kept--;
        keep(t, &kept, i);
    }
    t->bytes.len = kept;
}

static void strip_ends(struct text *t, bool *line_end_removed) {
    size_t from = 0, to = t->bytes.len;
    while (from < to && blank(t->bytes.p[from]))
        from++;
    for (; to > from && blank(t->bytes.p[to - 1]); to--)
        if (t->bytes.p[to - 1] == '\n') *line_end_removed = true;
    size_t kept = 0;
    for (size_t i = from; i < to; i++)
        keep(t, &kept, i);
    t->bytes.len = kept;
}

void text_of_cdata(struct text *t, const struct source *source, struct span cdata) {
    uint32_t offset = (uint32_t)(cdata.p - source->text), last = offset + (uint32_t)cdata.len;
    bool line_end_removed = false;
    begin(t, source);
    for (size_t i = 0; i < cdata.len; i++)
        if (cdata.p[i] != '\r') add(t, cdata.p[i], offset + (uint32_t)i);
    strip_ends(t, &line_end_removed);
    /* The order is SIPp's: a space behind a tab at the start of a line stays. */
    strip_after_line_end(t, ' ');
    strip_before_line_end(t, ' ');
    strip_after_line_end(t, '\t');
    strip_before_line_end(t, '\t');
    if (span_search(buf_span(&t->bytes), SPAN("\n\n")) < 0) {
        add(t, '\n', last);
        add(t, '\n', last);
    } else if (t->bytes.p[t->bytes.len - 1] != '\n' && line_end_removed) {
        add(t, '\n', last);
    }
    end(t, last);
}

/*
 * The character for the name of an entity, 0 if SIPp knows none. The beginning of a name is enough, and the
 * first of the list that begins so is taken: &g; is >, and &; is &.
 */
static char entity(struct span name) {
    static const struct {
        const char *name;
        char c;
    } known[] = {{"amp", '&'}, {"gt", '>'}, {"lt", '<'}, {"quot", '"'}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (name.len <= strlen(known[i].name) && memcmp(known[i].name, name.p, name.len) == 0)
            return known[i].c;
    return 0;
}

static void decode_entities(struct text *t) {
    size_t kept = 0;
    for (size_t i = 0; i < t->bytes.len; i++) {
        struct span rest = span_skip(buf_span(&t->bytes), i + 1);
        ptrdiff_t end = t->bytes.p[i] == '&' ? span_find(rest, ';') : -1;
        char c = end < 0 ? 0 : entity(span_head(rest, (size_t)end));
        keep(t, &kept, i);
        if (!c) continue;
        t->bytes.p[kept - 1] = c;
        i += (size_t)end + 1;
    }
    t->bytes.len = kept;
}

void text_of_attribute(struct text *t, const struct source *source, struct span raw, bool entities) {
    uint32_t offset = (uint32_t)(raw.p - source->text);
    begin(t, source);
    for (size_t i = 0, used; i < raw.len; i += used) {
        char c;
        used = xml_unescape(raw.p + i, raw.p + raw.len, &c);
        add(t, c, offset + (uint32_t)i);
    }
    if (entities) decode_entities(t);
    end(t, offset + (uint32_t)raw.len);
}

void text_of_span(struct text *t, struct source_pos at, struct span bytes) {
    begin(t, at.source);
    for (size_t i = 0; i < bytes.len; i++)
        add(t, bytes.p[i], at.offset);
    end(t, at.offset);
}
