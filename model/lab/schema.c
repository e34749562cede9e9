/* SPDX-License-Identifier: MIT */
#include "model/lab/schema.h"

#include "base/mem.h"
#include "model/lab/unit.h"
#include "model/net/datagram.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

size_t schema_enter(struct schema *s, const char *key) {
    size_t before = s->path.len;
    if (before > 0 && key[0] != '[') buf_add_char(&s->path, '.');
    buf_add_text(&s->path, key);
    return before;
}

void schema_leave(struct schema *s, size_t before) { s->path.len = before; }

void schema_error(struct schema *s, struct source_pos at, const char *format, ...) {
    char text[800];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (s->path.len == 0)
        diag_error(s->diag, at, "%s", text);
    else
        diag_error(s->diag, at, SPAN_FMT ": %s", SPAN_ARG(buf_span(&s->path)), text);
}

void schema_expected(struct schema *s, const struct tree_node *value, const char *expected) {
    enum { SHOWN = 60 };
    struct span got = span_of(value->text);
    switch (value->kind) {
    case TREE_NULL: schema_error(s, tree_place(value), "expected %s, got nothing", expected); return;
    case TREE_LIST: schema_error(s, value->at, "expected %s, got a list", expected); return;
    case TREE_MAP: schema_error(s, value->at, "expected %s, got a mapping", expected); return;
    case TREE_SCALAR: break;
    }
    ptrdiff_t line = span_find(got, '\n');
    struct span shown = span_head(got, line >= 0 ? (size_t)line : SHOWN);
    if (shown.len > SHOWN) shown.len = SHOWN;
    schema_error(s, value->at, "expected %s, got \"" SPAN_FMT "\"%s", expected, SPAN_ARG(shown),
                 shown.len < got.len ? "..." : "");
}

/* `unknown WHAT "WORD"` with the nearest candidate or else all of them. */
static void write_unknown(struct buf *out, const char *what, const char *word,
                          const char *const *candidates) {
    const char *near = diag_suggest(span_of(word), candidates);
    buf_addf(out, "unknown %s \"%.60s\"", what, word);
    if (near) buf_addf(out, "; did you mean \"%s\"?", near);
    for (size_t i = 0; !near && candidates[i] && out->len < 400; i++)
        buf_addf(out, "%s%s", i ? ", " : "; known: ", candidates[i]);
}

void schema_unknown(struct schema *s, struct source_pos at, const char *what, const char *word,
                    const char *const *candidates) {
    struct buf text = {0};
    write_unknown(&text, what, word, candidates);
    schema_error(s, at, "%s", buf_text(&text));
    buf_free(&text);
}

bool schema_is_scalar(struct schema *s, const struct tree_node *value, const char *expected) {
    if (value->kind != TREE_SCALAR) schema_expected(s, value, expected);
    return value->kind == TREE_SCALAR;
}

bool schema_is_list(struct schema *s, const struct tree_node *value, const char *expected) {
    if (value->kind != TREE_LIST) schema_expected(s, value, expected);
    return value->kind == TREE_LIST;
}

bool schema_is_map(struct schema *s, const struct tree_node *value, const char *expected) {
    if (value->kind != TREE_MAP) schema_expected(s, value, expected);
    return value->kind == TREE_MAP;
}

static void store(const struct schema_key *key, void *object, uint64_t n) {
    char *to = (char *)object + key->offset;
    switch (key->size) {
    case 2: memcpy(to, &(uint16_t){(uint16_t)n}, 2); break;
    case 4: memcpy(to, &(uint32_t){(uint32_t)n}, 4); break;
    case 8: memcpy(to, &n, 8); break;
    default: assert(!"the row names a member of another size");
    }
}

static void store_pointer(const struct schema_key *key, void *object, const void *p) {
    assert(key->size == sizeof p);
    memcpy((char *)object + key->offset, &p, sizeof p);
}

static bool read_line(struct schema *s, const struct tree_node *value, const struct schema_key *key,
                      void *object) {
    if (!schema_is_scalar(s, value, "text")) return false;
    if (key->type == SCHEMA_LINE && strpbrk(value->text, "\r\n")) {
        schema_error(s, value->at, "expected a single line");
        return false;
    }
    store_pointer(key, object, value->text);
    return true;
}

static bool read_number(struct schema *s, const struct tree_node *value, const struct schema_key *key,
                        void *object) {
    char expected[80];
    uint64_t n;
    snprintf(expected, sizeof expected, "a whole number from %llu to %llu", (unsigned long long)key->min,
             (unsigned long long)key->max);
    if (!schema_is_scalar(s, value, expected)) return false;
    if (!span_to_u64(span_of(value->text), key->max, &n) || n < key->min) {
        schema_expected(s, value, expected);
        return false;
    }
    store(key, object, n);
    return true;
}

static bool read_duration(struct schema *s, const struct tree_node *value, const struct schema_key *key,
                          void *object) {
    int64_t unit_ns = key->type == SCHEMA_MS ? 1000000 : 1, ns = 0;
    const char *expected = "a duration, such as 500ms";
    if (!schema_is_scalar(s, value, expected)) return false;
    expected = unit_duration(&ns, span_of(value->text));
    if (!expected && ns % unit_ns != 0) expected = "a duration in whole milliseconds";
    uint64_t n = (uint64_t)(ns / unit_ns);
    char range[80];
    if (!expected && (n < key->min || n > key->max)) {
        const char *unit = key->type == SCHEMA_MS ? "ms" : "ns";
        snprintf(range, sizeof range, "a duration from %llu%s to %llu%s", (unsigned long long)key->min, unit,
                 (unsigned long long)key->max, unit);
        expected = range;
    }
    if (expected)
        schema_expected(s, value, expected);
    else
        store(key, object, n);
    return !expected;
}

static bool read_share(struct schema *s, const struct tree_node *value, const struct schema_key *key,
                       void *object) {
    uint32_t ppm = 0;
    if (!schema_is_scalar(s, value, "a share, such as 12.5%")) return false;
    const char *expected = unit_share(&ppm, span_of(value->text));
    if (expected)
        schema_expected(s, value, expected);
    else
        store(key, object, ppm);
    return !expected;
}

static bool read_time(struct schema *s, const struct tree_node *value, const struct schema_key *key,
                      void *object) {
    int64_t ns = 0;
    if (!schema_is_scalar(s, value, "a UTC time such as 2026-01-01T00:00:00Z")) return false;
    const char *expected = unit_time(&ns, span_of(value->text));
    if (expected)
        schema_expected(s, value, expected);
    else
        store(key, object, (uint64_t)ns);
    return !expected;
}

static bool read_address(struct schema *s, const struct tree_node *value, const struct schema_key *key,
                         void *object) {
    static const char expected[] = "an IPv4 address, such as 172.20.0.2";
    uint32_t ip = 0;
    if (!schema_is_scalar(s, value, expected)) return false;
    if (!ipv4_parse(span_of(value->text), &ip)) {
        schema_expected(s, value, expected);
        return false;
    }
    if (ip >> 24 == 0 || ip >> 24 == 127 || ip >> 28 >= 14) {
        schema_expected(s, value, "the address of a host in a network");
        return false;
    }
    store(key, object, ip);
    return true;
}

static bool read_choice(struct schema *s, const struct tree_node *value, const struct schema_key *key,
                        void *object) {
    struct buf expected = {0};
    bool good = false;
    for (size_t i = 0; key->choices[i]; i++)
        buf_addf(&expected, "%s%s", i == 0 ? "" : key->choices[i + 1] ? ", " : " or ", key->choices[i]);
    if (schema_is_scalar(s, value, buf_text(&expected))) {
        for (size_t i = 0; key->choices[i] && !good; i++)
            if ((good = span_is(span_of(value->text), key->choices[i]))) store(key, object, i);
        if (!good) schema_expected(s, value, buf_text(&expected));
    }
    buf_free(&expected);
    return good;
}

bool schema_value(struct schema *s, const struct tree_node *value, const struct schema_key *key,
                  void *object) {
    unsigned before = s->diag->errors;
    switch (key->type) {
    case SCHEMA_TEXT:
    case SCHEMA_LINE: return read_line(s, value, key, object);
    case SCHEMA_NUMBER: return read_number(s, value, key, object);
    case SCHEMA_DURATION:
    case SCHEMA_MS: return read_duration(s, value, key, object);
    case SCHEMA_SHARE: return read_share(s, value, key, object);
    case SCHEMA_ADDRESS: return read_address(s, value, key, object);
    case SCHEMA_TIME: return read_time(s, value, key, object);
    case SCHEMA_CHOICE: return read_choice(s, value, key, object);
    case SCHEMA_SCALAR: return schema_is_scalar(s, value, key->help);
    case SCHEMA_MAP: schema_map(s, value, key->keys, object); break;
    case SCHEMA_OTHER: key->read(s, value, key, object); break;
    }
    return s->diag->errors == before;
}

static const struct schema_key *find_key(const struct schema_key *keys, const char *name) {
    while (keys->name && strcmp(keys->name, name) != 0)
        keys++;
    return keys->name ? keys : NULL;
}

static void unknown_key(struct schema *s, const struct tree_node *value, const struct schema_key *keys) {
    const char *names[64];
    size_t count = 0;
    for (; keys[count].name; count++) {
        assert(count + 1 < sizeof names / sizeof *names);
        names[count] = keys[count].name;
    }
    names[count] = NULL;
    struct buf text = {0};
    write_unknown(&text, "key", value->key, names);
    diag_error(s->diag, value->key_at, "%s", buf_text(&text)); /* the place says whose key */
    buf_free(&text);
}

void schema_map(struct schema *s, const struct tree_node *map, const struct schema_key *keys, void *object) {
    if (!schema_is_map(s, map, "a mapping (`key: value`)")) return;
    for (const struct tree_node *n = map->first; n; n = n->next) {
        const struct schema_key *key = find_key(keys, n->key);
        if (!key) {
            unknown_key(s, n, keys);
            continue;
        }
        size_t before = schema_enter(s, n->key);
        schema_value(s, n, key, object);
        schema_leave(s, before);
    }
    for (; keys->name; keys++)
        if (keys->required && !tree_get(map, keys->name))
            schema_error(s, tree_place(map), "needs \"%s\": %s", keys->name, keys->help);
}

void schema_write(struct buf *out, const char *prefix, const struct schema_key *keys) {
    for (; keys->name; keys++) {
        if (!keys->keys || keys->type == SCHEMA_OTHER)
            buf_addf(out, "%s%s\t%s\t%s\n", prefix, keys->name,
                     keys->fallback   ? keys->fallback
                     : keys->required ? "required"
                                      : "",
                     keys->help);
        if (!keys->keys) continue;
        struct buf inner = {0};
        buf_addf(&inner, "%s%s%s", prefix, keys->name, keys->path ? keys->path : ".");
        schema_write(out, buf_text(&inner), keys->keys);
        buf_free(&inner);
    }
}
