/* SPDX-License-Identifier: MIT */
#include "model/sipp/scenario/inject.h"

#include "base/mem.h"
#include "base/number.h"

#include <stdlib.h>

#include "base/table.h"

struct inject_key {
    UT_hash_handle hh;
    size_t line;
    size_t len;
    char text[];
};

static struct inject_key *find_key(const struct inject *in, struct span text) {
    struct inject_key *k;
    HASH_FIND(hh, in->keys, text.p, text.len, k);
    return k;
}

static void drop_key(struct inject *in, struct inject_key *k) {
    HASH_DELETE(hh, in->keys, k);
    free(k);
}

void inject_free(struct inject *in) {
    for (struct inject_key *k = in->keys, *next; k; k = next) {
        next = k->hh.next;
        drop_key(in, k);
    }
    for (size_t i = 0; i < in->count; i++)
        buf_free(&in->lines[i]);
    free(in->lines);
    *in = (struct inject){0};
}

/* The piece of a line that is the nth field; p NULL if it has not so many. */
static struct span cut_field(const struct inject *in, size_t line, int64_t field) {
    struct span rest = buf_span(&in->lines[line]), text = span_cut(&rest, ';');
    for (; field != 0 && text.p; field--)
        text = span_cut(&rest, ';');
    return text.p ? span_cut(&text, '\0') : text; /* C's texts end at a NUL */
}

static struct span index_text(const struct inject *in, size_t line) {
    struct span text = cut_field(in, line, in->index_field);
    return text.p ? text : SPAN("");
}

static void index_line(struct inject *in, size_t line) {
    if (in->index_field < 0) return;
    struct span text = index_text(in, line);
    struct inject_key *before = find_key(in, text);
    if (before) drop_key(in, before);
    struct inject_key *k = mem_new(sizeof *k + text.len + 1);
    k->line = line;
    k->len = text.len;
    memcpy(k->text, text.p, text.len);
    HASH_ADD_KEYPTR(hh, in->keys, k->text, k->len, k);
}

void inject_add(struct inject *in, struct span line) {
    in->lines = mem_room(in->lines, in->count, &in->cap, sizeof *in->lines);
    in->lines[in->count] = (struct buf){0};
    buf_add(&in->lines[in->count++], line);
    index_line(in, in->count - 1);
}

void inject_replace(struct inject *in, size_t line, struct span text) {
    if (in->index_field >= 0) {
        struct inject_key *k = find_key(in, index_text(in, line));
        if (k && k->line == line) drop_key(in, k);
    }
    buf_reset(&in->lines[line]);
    buf_add(&in->lines[line], text);
    index_line(in, line);
}

int64_t inject_lookup(const struct inject *in, struct span key) {
    const struct inject_key *k = find_key(in, key);
    return k ? (int64_t)k->line : -1;
}

/* "NAME=12" in the first line; absent if NAME is not there. False after an error. */
static bool read_setting(const struct inject *in, struct span first, const char *name, int64_t least,
                         int64_t *out, struct diag *diag) {
    ptrdiff_t found = span_search(first, span_of(name));
    if (found < 0) return true;
    struct span value = span_skip(first, (size_t)found + strlen(name));
    struct source_pos at = source_at(in->source, value.p);
    if (value.len == 0 || value.p[0] != '=') {
        diag_error(diag, at, "%s needs = and a number", name);
        return false;
    }
    struct span rest = span_skip(value, 1);
    value = span_cut(&rest, ',');
    if (value.len > 0 && value.p[value.len - 1] == '\r') value.len--;
    if (integer_parse(value, least, INT32_MAX, out)) return true;
    diag_error(diag, at, "%s: \"" SPAN_FMT "\" is no number", name, SPAN_ARG(value));
    return false;
}

static bool read_first(struct inject *in, struct span first, struct diag *diag) {
    static const char *const orders[] = {
        [INJECT_SEQUENTIAL] = "SEQUENTIAL", [INJECT_RANDOM] = "RANDOM", [INJECT_USER] = "USER"};
    static const enum inject_order looked_for[] = {INJECT_RANDOM, INJECT_SEQUENTIAL, INJECT_USER};
    size_t i = 0;
    while (i < 3 && span_search(first, span_of(orders[looked_for[i]])) < 0)
        i++;
    if (i == 3) {
        diag_error(diag, source_at(in->source, first.p), "the first line must be SEQUENTIAL, RANDOM or USER");
        return false;
    }
    in->order = looked_for[i];
    in->multiple = 1;
    bool printf_file = span_search(first, SPAN("PRINTF")) >= 0;
    if (!read_setting(in, first, "PRINTF", 0, &in->printf_lines, diag) ||
        !read_setting(in, first, "PRINTFOFFSET", INT32_MIN, &in->offset, diag) ||
        !read_setting(in, first, "PRINTFMULTIPLE", INT32_MIN, &in->multiple, diag))
        return false;
    if (!printf_file || in->printf_lines > 0) return true;
    diag_error(diag, source_at(in->source, first.p), "PRINTF must make at least one line");
    return false;
}

bool inject_load(struct inject *in, const struct source *source, int64_t index_field, struct diag *diag) {
    *in = (struct inject){.source = source, .index_field = index_field};
    struct span rest = {source->text, source->len};
    if (!read_first(in, span_cut(&rest, '\n'), diag)) return false;
    /* An empty line ends the file; a CR is part of the last field. */
    for (struct span line; (line = span_cut(&rest, '\n')).len > 0;)
        if (line.p[0] != '#') inject_add(in, line);
    if (in->count > 0) return true;
    diag_error(diag, (struct source_pos){source, 0}, "the injection file has no line of fields");
    return false;
}

bool inject_is(const struct inject *in, struct span name) {
    return in->source && span_is(name, source_base_name(in->source->name));
}

size_t inject_size(const struct inject *in) {
    return in->printf_lines > 0 ? (size_t)in->printf_lines : in->count;
}

/* Wider than this no field of a datagram can be. */
enum { WIDTH_MAX = 100000 };

static size_t take_digits(struct span *s) {
    size_t n = 0;
    for (; s->len > 0 && ascii_digit((unsigned char)s->p[0]); *s = span_skip(*s, 1))
        if (n < WIDTH_MAX) n = n * 10 + (size_t)(s->p[0] - '0');
    return n < WIDTH_MAX ? n : WIDTH_MAX;
}

/* Writes a number as C's printf() does by "%-08.3d", of which flags is what stands in the middle. */
static void write_number(struct buf *out, struct span flags, int32_t number) {
    bool left = false, zeros = false;
    int digits = -1;
    for (; flags.len > 0 && (flags.p[0] == '-' || flags.p[0] == '0'); flags = span_skip(flags, 1))
        *(flags.p[0] == '-' ? &left : &zeros) = true;
    int width = (int)take_digits(&flags);
    if (flags.len > 0 && flags.p[0] == '.') {
        flags = span_skip(flags, 1);
        digits = (int)take_digits(&flags);
    }
    if (left)
        buf_addf(out, "%-*.*d", width, digits, number);
    else if (zeros && digits < 0)
        buf_addf(out, "%0*d", width, number);
    else
        buf_addf(out, "%*.*d", width, digits, number);
}

/* "%%" gives one %, but the second one is read again: so does SIPp. */
static const char *write_printf(const struct inject *in, struct span text, size_t line, struct buf *out) {
    int32_t number = (int32_t)(uint32_t)(in->offset + (int64_t)line * in->multiple);
    for (size_t i = 0; i < text.len; i++) {
        if (text.p[i] != '%' || (i + 1 < text.len && text.p[i + 1] == '%')) {
            buf_add_char(out, text.p[i]);
            continue;
        }
        size_t begin = ++i;
        while (i < text.len && text.p[i] != 'd') {
            char c = text.p[i++];
            if (!ascii_digit((unsigned char)c) && c != '.' && c != '-')
                return "SIPp ends: between % and d of an injection file stands something else than digits, . "
                       "and -";
        }
        if (i == text.len) return "SIPp ends: a % in an injection file without d";
        write_number(out, span_between(text.p + begin, text.p + i), number);
    }
    return NULL;
}

const char *inject_field(const struct inject *in, size_t line, int64_t field, struct buf *out) {
    if (line >= inject_size(in)) return NULL;
    struct span text = cut_field(in, line % in->count, field);
    if (!text.p) return NULL;
    if (in->printf_lines > 0) return write_printf(in, text, line, out);
    buf_add(out, text);
    return NULL;
}
