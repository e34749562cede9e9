/* SPDX-License-Identifier: MIT */
/*
 * libyaml's events become a tree. libyaml was taken, not libfyaml (0.7.12): that one loops on a directive
 * with bad UTF-8, hands out uninitialised bytes for an empty block text at the end, and reads `b: >` with no
 * text below it as if the next key were the text.
 */
#include "base/mem.h"
#include "model/lab/tree.h"

#include <assert.h>
#include <stdlib.h>
#include <yaml.h>

/* What *name stands for. */
struct anchor {
    struct anchor *next;
    char *name;
    const struct tree_node *node;
};

/* What grows while the events of one text come in. */
struct builder {
    const struct source *source;
    struct diag *diag;
    struct tree_node *root, *open[TREE_DEPTH_MAX], *duplicates;
    size_t depth, nodes, documents;
    char *key; /* the key that waits for its value, in the innermost open map */
    struct source_pos key_at;
    bool failed;
    bool with_aliases;
    struct anchor *anchors; /* the newest first */
    const char *begin;      /* what libyaml reads */
    const char *here;       /* the byte of the character that libyaml calls here_index */
    size_t here_index;
};

static void fail(struct builder *b, struct source_pos at, const char *text) {
    diag_error(b->diag, at, "%s", text);
    b->failed = true;
}

/* libyaml counts characters. Places are asked for in rising order, nearly: so this goes on where it stood. */
static struct source_pos place_of(struct builder *b, yaml_mark_t mark) {
    const char *end = b->source->text + b->source->len;
    if (mark.index < b->here_index) b->here = b->begin, b->here_index = 0;
    for (; b->here_index < mark.index && b->here < end; b->here_index++)
        for (b->here++; b->here < end && ((unsigned char)*b->here & 0xc0) == 0x80;)
            b->here++;
    return source_at(b->source, b->here);
}

static bool takes_key(const struct builder *b) {
    return b->depth > 0 && b->open[b->depth - 1]->kind == TREE_MAP && !b->key;
}

static void add_key(struct builder *b, struct span key, struct source_pos at) {
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
        tree_append(parent, n);
    } else {
        if (tree_get(parent, b->key))
            tree_append(b->duplicates, n); /* an error was given; the first one stays */
        else
            tree_put(parent, span_of(b->key), b->key_at, n);
        free(b->key);
        b->key = NULL;
    }
}

static void add_anchor(struct builder *b, const yaml_char_t *name, const struct tree_node *node) {
    if (!name || b->failed) return;
    struct anchor *a = mem_new(sizeof *a);
    *a = (struct anchor){b->anchors, mem_text(span_of((const char *)name)), node};
    b->anchors = a;
}

static size_t count_nodes(const struct tree_node *node) {
    size_t count = 1;
    for (const struct tree_node *n = node->first; n; n = n->next)
        count += count_nodes(n);
    return count;
}

static void add_alias(struct builder *b, const yaml_char_t *name, struct source_pos at) {
    const struct anchor *a = b->anchors;
    while (a && strcmp(a->name, (const char *)name) != 0)
        a = a->next;
    bool inside = false;
    for (size_t i = 0; a && i < b->depth; i++)
        inside = inside || b->open[i] == a->node;
    if (!a || inside || takes_key(b)) {
        diag_error(b->diag, at, "*%s: there is no &%s before", (const char *)name, (const char *)name);
        b->failed = true;
        return;
    }
    b->nodes += count_nodes(a->node);
    if (b->nodes > TREE_NODES_MAX)
        fail(b, at, "more values than a scenario needs");
    else
        add_node(b, tree_copy(a->node));
}

/* `<<: MAP` or `<<: [MAP, ...]`: what the map has not of its own. */
static void take_merges(struct tree_node *node) {
    for (struct tree_node *n = node->first; n; n = n->next)
        take_merges(n);
    struct tree_node *merged = node->kind == TREE_MAP ? tree_take(node, "<<") : NULL;
    if (!merged) return;
    for (const struct tree_node *m = merged->kind == TREE_LIST ? merged->first : merged; m;
         m = merged->kind == TREE_LIST ? m->next : NULL)
        for (const struct tree_node *n = m->kind == TREE_MAP ? m->first : NULL; n; n = n->next)
            if (!tree_get(node, n->key)) tree_put(node, span_of(n->key), n->key_at, tree_copy(n));
    tree_free(merged);
}

static bool is_null(struct span text) {
    static const char *const words[] = {"", "~", "null", "Null", "NULL"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (span_is(text, words[i])) return true;
    return false;
}

static const struct tree_node *add_scalar(struct builder *b, struct span value, bool is_plain,
                                          struct source_pos at) {
    struct tree_node *n = mem_new(sizeof *n);
    if (memchr(value.p, '\0', value.len)) fail(b, at, "a value must not contain the character NUL");
    n->plain = is_plain;
    n->kind = is_plain && is_null(value) ? TREE_NULL : TREE_SCALAR;
    n->text = mem_text(value);
    n->at = at;
    add_node(b, n);
    return n;
}

static const struct tree_node *add_open(struct builder *b, enum tree_kind kind, struct source_pos at) {
    if (takes_key(b)) {
        fail(b, at, "a key must be a word");
        return NULL;
    }
    if (b->depth == TREE_DEPTH_MAX) {
        fail(b, at, "nested too deeply");
        return NULL;
    }
    struct tree_node *n = tree_map(at);
    n->kind = kind;
    add_node(b, n);
    b->open[b->depth++] = n;
    return n;
}

/* Anchors and tags stand in front of what they belong to. */
static bool is_decorated(const yaml_event_t *e) {
    switch (e->type) {
    case YAML_ALIAS_EVENT: return true;
    case YAML_SCALAR_EVENT: return e->data.scalar.anchor || e->data.scalar.tag;
    case YAML_SEQUENCE_START_EVENT: return e->data.sequence_start.anchor || e->data.sequence_start.tag;
    case YAML_MAPPING_START_EVENT: return e->data.mapping_start.anchor || e->data.mapping_start.tag;
    default: return false;
    }
}

static void take_event(struct builder *b, const yaml_event_t *e) {
    struct source_pos at = place_of(b, e->start_mark);
    if (!b->with_aliases && is_decorated(e)) {
        fail(b, at, "anchors, aliases and tags (&x, *x, !x) are not supported");
        return;
    }
    switch (e->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (b->documents++ > 0) fail(b, at, "a second document; one is expected");
        break;
    case YAML_SCALAR_EVENT: {
        struct span text = {(const char *)e->data.scalar.value, e->data.scalar.length};
        if (takes_key(b))
            add_key(b, text, at);
        else
            add_anchor(b, e->data.scalar.anchor,
                       add_scalar(b, text, e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE, at));
        break;
    }
    case YAML_ALIAS_EVENT: add_alias(b, e->data.alias.anchor, at); break;
    case YAML_MAPPING_START_EVENT:
        add_anchor(b, e->data.mapping_start.anchor, add_open(b, TREE_MAP, at));
        break;
    case YAML_SEQUENCE_START_EVENT:
        add_anchor(b, e->data.sequence_start.anchor, add_open(b, TREE_LIST, at));
        break;
    case YAML_MAPPING_END_EVENT:
    case YAML_SEQUENCE_END_EVENT: b->depth--; break;
    default: break;
    }
}

/* What libyaml says, in words for somebody who does not know YAML's grammar; at_context: where it began is
 * the place. */
static const struct {
    const char *problem, *context;
    bool at_context;
    const char *words;
} problems[] = {
    {"mapping values are not allowed in this context", NULL, false,
     "unexpected \":\"; check the indentation, quote a text that has one"},
    {"did not find expected key", NULL, false,
     "expected a key; check the indentation and the brackets before"},
    {"did not find expected '-' indicator", NULL, false, "expected \"- \"; check the indentation"},
    {"did not find expected node content", NULL, false, "expected a value or a closing bracket"},
    {"could not find expected ':'", NULL, true, "expected `key: value`"},
    {"found unexpected end of stream", "while scanning a quoted scalar", true, "this quote is not closed"},
    {"found unknown escape character", NULL, false, "unknown escape after \\ in a quoted text"},
    {"did not find expected ',' or ']'", NULL, false, "expected \",\" or \"]\""},
    {"did not find expected ',' or '}'", NULL, false, "expected \",\" or \"}\""},
    {"block sequence entries are not allowed in this context", NULL, false,
     "a list begins on a line of its own"},
};

static void fail_token(struct builder *b, struct source_pos at) {
    char c = at.source->text[at.offset];
    b->failed = true;
    if (c == '\t')
        diag_error(b->diag, at, "a tab cannot indent; use blanks");
    else
        diag_error(b->diag, at, "a text cannot begin with %c; quote it", c);
}

/* A bracket that stays open is noticed only later: so it is told where it was opened. */
static void fail_bracket(struct builder *b, const yaml_parser_t *p, const char *words) {
    struct source_pos at = place_of(b, p->problem_mark);
    unsigned line, column;
    source_locate(place_of(b, p->context_mark), &line, &column);
    b->failed = true;
    if (p->context_mark.line == p->problem_mark.line)
        diag_error(b->diag, at, "%s", words);
    else
        diag_error(b->diag, at, "%s; the bracket was opened in line %u", words, line);
}

static void take_error(struct builder *b, const yaml_parser_t *p) {
    assert(p->error != YAML_MEMORY_ERROR);
    if (p->error == YAML_READER_ERROR) {
        const char *at = b->begin + p->problem_offset;
        bool is_control = strcmp(p->problem, "control characters are not allowed") == 0;
        fail(b, source_at(b->source, at), is_control ? "a control character" : "this is no UTF-8");
        return;
    }
    if (strcmp(p->problem, "found character that cannot start any token") == 0) {
        fail_token(b, place_of(b, p->problem_mark));
        return;
    }
    for (size_t i = 0; i < sizeof problems / sizeof *problems; i++) {
        bool in_context =
            !problems[i].context || (p->context && strcmp(problems[i].context, p->context) == 0);
        if (strcmp(p->problem, problems[i].problem) != 0 || !in_context) continue;
        if (p->context && strncmp(p->context, "while parsing a flow", 20) == 0)
            fail_bracket(b, p, problems[i].words);
        else
            fail(b, place_of(b, problems[i].at_context ? p->context_mark : p->problem_mark),
                 problems[i].words);
        return;
    }
    fail(b, place_of(b, p->problem_mark), p->problem);
}

static void parse_events(struct builder *b, yaml_parser_t *parser) {
    for (bool ended = false; !ended && !b->failed;) {
        yaml_event_t event;
        if (!yaml_parser_parse(parser, &event)) {
            take_error(b, parser);
            return;
        }
        take_event(b, &event);
        ended = event.type == YAML_STREAM_END_EVENT;
        yaml_event_delete(&event);
    }
}

static struct tree_node *parse(const struct source *source, size_t from, bool with_aliases,
                               struct diag *diag) {
    struct builder b = {
        .source = source, .diag = diag, .with_aliases = with_aliases, .begin = source->text + from};
    struct span text = {b.begin, source->len - from};
    if (span_starts(text, "\xef\xbb\xbf")) text = span_skip(text, 3); /* a byte order mark */
    b.begin = b.here = text.p;
    b.duplicates = tree_map((struct source_pos){source, 0});
    yaml_parser_t parser;
    int initialized = yaml_parser_initialize(&parser);
    assert(initialized);
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text.p, text.len);
    parse_events(&b, &parser);
    yaml_parser_delete(&parser);
    free(b.key);
    for (struct anchor *x = b.anchors, *next; x; x = next) {
        next = x->next;
        free(x->name);
        free(x);
    }
    tree_free(b.duplicates);
    if (b.failed) {
        tree_free(b.root);
        return NULL;
    }
    if (!b.root) {
        b.root = tree_scalar(source, source->len);
        b.root->at = source_at(source, text.p);
    }
    return b.root;
}

struct tree_node *tree_parse(const struct source *source, size_t from, struct diag *diag) {
    return parse(source, from, false, diag);
}

struct tree_node *tree_parse_aliases(const struct source *source, struct diag *diag) {
    struct tree_node *tree = parse(source, 0, true, diag);
    if (tree) take_merges(tree);
    return tree;
}
