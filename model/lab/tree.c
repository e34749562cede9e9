/* SPDX-License-Identifier: MIT */
#include "model/lab/tree.h"

#include "base/mem.h"

#include <assert.h>
#include <libfyaml.h>
#include <stdlib.h>

void tree_free(struct tree_node *node) {
    if (!node) return;
    HASH_CLEAR(hh, node->by_key);
    for (struct tree_node *n = node->first, *next; n; n = next) {
        next = n->next;
        tree_free(n);
    }
    free(node->key);
    free(node->text);
    free(node);
}

struct tree_node *tree_map(struct source_pos at) {
    struct tree_node *n = mem_new(sizeof *n);
    n->kind = TREE_MAP;
    n->at = at;
    return n;
}

static void append(struct tree_node *parent, struct tree_node *child) {
    if (parent->last)
        parent->last->next = child;
    else
        parent->first = child;
    parent->last = child;
    parent->count++;
}

/* Appends a value whose key is set already. */
static void append_keyed(struct tree_node *map, struct tree_node *value) {
    append(map, value);
    HASH_ADD_KEYPTR(hh, map->by_key, value->key, strlen(value->key), value);
}

void tree_put(struct tree_node *map, struct span key, struct source_pos key_at, struct tree_node *value) {
    assert(map->kind == TREE_MAP && !value->key);
    value->key = mem_text(key);
    value->key_at = key_at;
    append_keyed(map, value);
}

struct tree_node *tree_get(const struct tree_node *map, const char *key) {
    struct tree_node *found = NULL;
    if (map && map->kind == TREE_MAP) HASH_FIND(hh, map->by_key, key, strlen(key), found);
    return found;
}

struct tree_node *tree_take(struct tree_node *map, const char *key) {
    struct tree_node *found = tree_get(map, key);
    if (!found) return NULL;
    HASH_DELETE(hh, map->by_key, found);
    struct tree_node *before = NULL;
    for (struct tree_node *n = map->first; n != found; n = n->next)
        before = n;
    if (before)
        before->next = found->next;
    else
        map->first = found->next;
    if (map->last == found) map->last = before;
    map->count--;
    found->next = NULL;
    return found;
}

struct source_pos tree_place(const struct tree_node *node) {
    return node->key_at.source ? node->key_at : node->at;
}

/* Exchanges what two nodes are; their keys and their places in a list or map stay. */
static void swap_values(struct tree_node *a, struct tree_node *b) {
    struct tree_node old = *a;
    a->kind = b->kind, a->plain = b->plain, a->text = b->text;
    a->first = b->first, a->last = b->last, a->by_key = b->by_key, a->count = b->count;
    b->kind = old.kind, b->plain = old.plain, b->text = old.text;
    b->first = old.first, b->last = old.last, b->by_key = old.by_key, b->count = old.count;
}

struct tree_node *tree_merge(struct tree_node *base, struct tree_node *over) {
    if (!base || !over) return base ? base : over;
    if (base->kind != TREE_MAP || over->kind != TREE_MAP) {
        base->at = over->at;
        base->key_at = over->key_at;
        swap_values(base, over);
    } else {
        for (struct tree_node *n; (n = over->first);) {
            tree_take(over, n->key);
            struct tree_node *old = tree_get(base, n->key);
            if (old)
                tree_merge(old, n);
            else
                append_keyed(base, n);
        }
    }
    tree_free(over);
    return base;
}

struct tree_node *tree_scalar(const struct source *source, size_t from) {
    struct tree_node *n = mem_new(sizeof *n);
    n->at = (struct source_pos){source, (uint32_t)from};
    n->kind = source->len > from ? TREE_SCALAR : TREE_NULL;
    n->plain = true;
    n->text = mem_text((struct span){source->text + from, source->len - from});
    return n;
}

/* What grows while the events of one text come in. */
struct builder {
    const struct source *source;
    size_t from;
    struct diag *diag;
    struct tree_node *root, *open[TREE_DEPTH_MAX], *duplicates;
    size_t depth, nodes, documents;
    char *key; /* the key that waits for its value, in the innermost open map */
    struct source_pos key_at;
    bool failed;
};

static void fail(struct builder *b, struct source_pos at, const char *text) {
    diag_error(b->diag, at, "%s", text);
    b->failed = true;
}

static struct source_pos place_of(const struct builder *b, struct fy_event *e) {
    const struct fy_mark *mark = fy_event_start_mark(e);
    if (!mark) return b->key ? b->key_at : (struct source_pos){b->source, (uint32_t)b->from};
    size_t offset = b->from + mark->input_pos;
    if (e->type == FYET_SCALAR && e->scalar.value) {
        /* libfyaml's mark is behind the opening quote. */
        enum fy_scalar_style style = fy_token_scalar_style(e->scalar.value);
        if ((style == FYSS_SINGLE_QUOTED || style == FYSS_DOUBLE_QUOTED) && offset > b->from) offset--;
    }
    return (struct source_pos){b->source, (uint32_t)offset};
}

static bool takes_key(const struct builder *b) {
    return b->depth > 0 && b->open[b->depth - 1]->kind == TREE_MAP && !b->key;
}

static void add_key(struct builder *b, struct fy_event *e, struct source_pos at) {
    size_t len = 0;
    const char *text = e->scalar.value ? fy_token_get_text(e->scalar.value, &len) : NULL;
    struct span key = {text, text ? len : 0};
    if (key.len == 0 || memchr(key.p, '\0', key.len)) {
        fail(b, at, "a key must be a word");
        return;
    }
    b->key = mem_text(key);
    b->key_at = at;
    const struct tree_node *before = tree_get(b->open[b->depth - 1], b->key);
    if (!before) return;
    unsigned line, column;
    source_locate(before->key_at, &line, &column);
    diag_error(b->diag, at, "\"%s\" is given twice, first in line %u", b->key, line);
}

static void add_node(struct builder *b, struct tree_node *n) {
    if (++b->nodes > TREE_NODES_MAX) fail(b, n->at, "more values than a scenario needs");
    struct tree_node *parent = b->depth ? b->open[b->depth - 1] : NULL;
    if (!parent) {
        b->root = n;
    } else if (parent->kind == TREE_LIST) {
        append(parent, n);
    } else {
        n->key = b->key;
        n->key_at = b->key_at;
        b->key = NULL;
        if (tree_get(parent, n->key))
            append(b->duplicates, n); /* an error was given; the first one stays */
        else
            append_keyed(parent, n);
    }
}

static bool is_null(struct span text) {
    static const char *const words[] = {"", "~", "null", "Null", "NULL"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (span_is(text, words[i])) return true;
    return false;
}

static void add_scalar(struct builder *b, struct fy_event *e, struct source_pos at) {
    size_t len = 0;
    const char *text = e->scalar.value ? fy_token_get_text(e->scalar.value, &len) : NULL;
    struct span value = {text ? text : "", text ? len : 0};
    struct tree_node *n = mem_new(sizeof *n);
    if (memchr(value.p, '\0', value.len)) fail(b, at, "a value must not contain the character NUL");
    n->plain = !e->scalar.value || fy_token_scalar_style(e->scalar.value) == FYSS_PLAIN;
    n->kind = n->plain && is_null(value) ? TREE_NULL : TREE_SCALAR;
    n->text = mem_text(value);
    n->at = at;
    add_node(b, n);
}

static void add_open(struct builder *b, enum tree_kind kind, struct source_pos at) {
    if (b->depth == TREE_DEPTH_MAX) {
        fail(b, at, "nested too deeply");
        return;
    }
    struct tree_node *n = tree_map(at);
    n->kind = kind;
    add_node(b, n);
    b->open[b->depth++] = n;
}

/* Anchors and tags stand in front of what they belong to. */
static bool is_decorated(const struct fy_event *e) {
    switch (e->type) {
    case FYET_ALIAS: return true;
    case FYET_SCALAR: return e->scalar.anchor || e->scalar.tag;
    case FYET_SEQUENCE_START: return e->sequence_start.anchor || e->sequence_start.tag;
    case FYET_MAPPING_START: return e->mapping_start.anchor || e->mapping_start.tag;
    default: return false;
    }
}

static void take_event(struct builder *b, struct fy_event *e) {
    struct source_pos at = place_of(b, e);
    bool is_open = e->type == FYET_MAPPING_START || e->type == FYET_SEQUENCE_START;
    if (is_decorated(e)) {
        fail(b, at, "anchors, aliases and tags (&x, *x, !x) are not supported");
        return;
    }
    if (is_open && takes_key(b)) {
        fail(b, at, "a key must be a word");
        return;
    }
    switch (e->type) {
    case FYET_DOCUMENT_START:
        if (b->documents++ > 0) fail(b, at, "a second document; one is expected");
        break;
    case FYET_SCALAR:
        if (takes_key(b))
            add_key(b, e, at);
        else
            add_scalar(b, e, at);
        break;
    case FYET_MAPPING_START: add_open(b, TREE_MAP, at); break;
    case FYET_SEQUENCE_START: add_open(b, TREE_LIST, at); break;
    case FYET_MAPPING_END:
    case FYET_SEQUENCE_END: b->depth--; break;
    default: break;
    }
}

/* libfyaml counts lines and characters from 1 where an error is; this is the byte. */
static struct source_pos byte_of(const struct builder *b, int line, int column) {
    const char *p = b->source->text + b->from, *end = b->source->text + b->source->len;
    if (span_starts(span_between(p, end), "\xef\xbb\xbf")) p += 3; /* a byte order mark is no character */
    for (; line > 1 && p < end; line--) {
        const char *newline = memchr(p, '\n', (size_t)(end - p));
        p = newline ? newline + 1 : end;
    }
    for (; column > 1 && p < end && *p != '\n'; column--)
        for (p++; p < end && ((unsigned char)*p & 0xc0) == 0x80;)
            p++;
    return source_at(b->source, p);
}

/* The length of the UTF-8 character at p (RFC 3629 4), 0 if there is none. */
static size_t utf8_len(const unsigned char *p, const unsigned char *end) {
    size_t len = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : p[0] < 0xf5 ? 4 : 0;
    if (len > (size_t)(end - p)) return 0;
    for (size_t i = 1; i < len; i++)
        if ((p[i] & 0xc0) != 0x80) return 0;
    bool is_overlong = (p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xf0 && p[1] < 0x90);
    bool is_no_character = (p[0] == 0xed && p[1] > 0x9f) || (p[0] == 0xf4 && p[1] > 0x8f);
    return is_overlong || is_no_character ? 0 : len;
}

/*
 * What is refused before libfyaml sees it: bytes that are no text, which it lets pass in places, and
 * directives, which no scenario needs and in which such bytes make libfyaml 0.7 loop.
 */
static bool has_refused_text(const struct builder *b) {
    const unsigned char *text = (const unsigned char *)b->source->text, *end = text + b->source->len;
    for (const unsigned char *p = text + b->from; p < end;) {
        struct source_pos at = source_at(b->source, (const char *)p);
        size_t len = utf8_len(p, end);
        bool is_blank = *p == '\n' || *p == '\r' || *p == '\t';
        if (len == 0)
            diag_error(b->diag, at, "the byte 0x%02x is no UTF-8", *p);
        else if ((*p < ' ' && !is_blank) || *p == 0x7f)
            diag_error(b->diag, at, "the control character 0x%02x", *p);
        else if (*p == '%' && (p == text + b->from || p[-1] == '\n' || p[-1] == '\r'))
            diag_error(b->diag, at, "a line cannot begin with %%");
        else {
            p += len;
            continue;
        }
        return true;
    }
    return false;
}

static void parse_events(struct builder *b, struct fy_parser *parser, struct fy_diag *messages) {
    fy_parser_set_string(parser, b->source->text + b->from, b->source->len - b->from);
    for (struct fy_event *e; !b->failed && (e = fy_parser_parse(parser)); fy_parser_event_free(parser, e))
        take_event(b, e);
    if (b->failed) return;
    void *iterator = NULL;
    for (struct fy_diag_error *e; !b->failed && (e = fy_diag_errors_iterate(messages, &iterator));)
        if (e->type >= FYET_ERROR) fail(b, byte_of(b, e->line, e->column), e->msg);
    if (!b->failed && fy_parser_get_stream_error(parser)) fail(b, byte_of(b, 1, 1), "no YAML");
}

struct tree_node *tree_parse(const struct source *source, size_t from, struct diag *diag) {
    struct builder b = {.source = source, .from = from, .diag = diag};
    if (has_refused_text(&b)) return NULL;
    b.duplicates = tree_map((struct source_pos){source, 0});
    struct fy_diag_cfg quiet;
    fy_diag_cfg_default(&quiet);
    quiet.fp = NULL;
    struct fy_diag *messages = fy_diag_create(&quiet);
    assert(messages);
    fy_diag_set_collect_errors(messages, true);
    struct fy_parse_cfg config = {.flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG, .diag = messages};
    struct fy_parser *parser = fy_parser_create(&config);
    assert(parser);
    parse_events(&b, parser, messages);
    fy_parser_destroy(parser);
    fy_diag_destroy(messages);
    free(b.key);
    tree_free(b.duplicates);
    if (b.failed) {
        tree_free(b.root);
        return NULL;
    }
    if (!b.root) {
        b.root = tree_scalar(source, source->len);
        b.root->at.offset = (uint32_t)from;
    }
    return b.root;
}
