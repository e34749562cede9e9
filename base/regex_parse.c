/* SPDX-License-Identifier: MIT */
/*
 * An expression to its program. What is an error, and how repetitions are written out, follows glibc's
 * regcomp with REG_EXTENDED: the order of the alternatives decides which submatches are found.
 */
#include "base/arena.h"
#include "base/mem.h"
#include "base/regex_program.h"

#include <stdlib.h>

enum tree_kind { TREE_BYTE, TREE_SET, TREE_ANCHOR, TREE_GROUP, TREE_REPEAT, TREE_SEQUENCE, TREE_CHOICE };

/* NULL is the empty expression. */
struct tree {
    enum tree_kind kind;
    struct tree *prev; /* the sibling before it: children hang by their last */
    struct tree *last; /* of GROUP and REPEAT: the only one */
    unsigned value;    /* byte, set, anchor or group */
    int min, max;      /* of REPEAT; max -1: any number */
};

enum { EMITTED_MAX = 10 * REGEX_NODES_MAX };

struct parser {
    struct regex *r;
    struct span p;
    size_t at;
    struct arena arena;
    unsigned depth;
    unsigned emitted; /* trees, those that leave no node too */
    bool in_copy;     /* of a repetition written out */
    const char *why;
};

static const char too_deep[] = "not simulated: more than 200 parentheses or repetitions inside each other",
                  too_big[] = "not simulated: larger than 10000 places when its repetitions are written out",
                  bad_repeat[] = "Invalid preceding regular expression",
                  bad_brace[] = "Invalid content of \\{\\}",
                  no_bracket[] = "Unmatched [, [^, [:, [., or [=", bad_range[] = "Invalid range end";

static void *fail(struct parser *k, const char *why) {
    if (!k->why) k->why = why;
    return NULL;
}

/* The byte i places ahead as it is matched, -1 at the end. */
static int peek(const struct parser *k, size_t i) {
    return k->at + i < k->p.len ? regex_fold(k->r, k->p.p[k->at + i]) : -1;
}

static struct tree *tree_new(struct parser *k, enum tree_kind kind, unsigned value) {
    struct tree *t = arena_new(&k->arena, sizeof *t);
    *t = (struct tree){.kind = kind, .value = value};
    return t;
}

/* Bracket expressions. */

static bool is_upper(int c) { return c >= 'A' && c <= 'Z'; }
static bool is_lower(int c) { return c >= 'a' && c <= 'z'; }
static bool is_blank(int c) { return c == ' ' || c == '\t'; }
static bool is_space(int c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
static bool is_cntrl(int c) { return c < ' ' || c == 127; }
static bool is_graph(int c) { return c > ' ' && c < 127; }
static bool is_print(int c) { return c >= ' ' && c < 127; }
static bool is_punct(int c) { return is_graph(c) && !ascii_alnum(c); }
static bool is_xdigit(int c) { return ascii_hex(c) >= 0; }
static bool is_alpha(int c) { return ascii_alpha(c); }
static bool is_digit(int c) { return ascii_digit(c); }
static bool is_alnum(int c) { return ascii_alnum(c); }
static bool is_word(int c) { return regex_word_char((unsigned char)c); }

static const struct {
    const char *name;
    bool (*has)(int c);
} classes[] = {{"alnum", is_alnum}, {"alpha", is_alpha}, {"blank", is_blank}, {"cntrl", is_cntrl},
               {"digit", is_digit}, {"graph", is_graph}, {"lower", is_lower}, {"print", is_print},
               {"punct", is_punct}, {"space", is_space}, {"upper", is_upper}, {"xdigit", is_xdigit}};

static void add_class(struct regex_set *set, bool (*has)(int c)) {
    for (int c = 0; c < 128; c++)
        if (has(c)) regex_set_add(set, (unsigned char)c);
}

/* A set as it is kept; equal ones are one. */
static unsigned keep_set(struct regex *r, const struct regex_set *set) {
    for (size_t i = r->set_count < 16 ? 0 : r->set_count - 16; i < r->set_count; i++)
        if (memcmp(&r->sets[i], set, sizeof *set) == 0) return (unsigned)i;
    r->sets = mem_room(r->sets, r->set_count, &r->set_cap, sizeof *r->sets);
    r->sets[r->set_count] = *set;
    return (unsigned)r->set_count++;
}

static struct tree *set_tree(struct parser *k, struct regex_set *set, bool without) {
    if (without)
        for (size_t i = 0; i < 4; i++)
            set->bits[i] = ~set->bits[i];
    return tree_new(k, TREE_SET, keep_set(k->r, set));
}

static struct tree *class_tree(struct parser *k, bool (*has)(int c), bool without) {
    struct regex_set set = {0};
    add_class(&set, has);
    return set_tree(k, &set, without);
}

/* [:alpha:], [.x.] or [=x=]. The byte that it stands for, -1: it was a class; -2: an error. */
static int bracket_symbol(struct parser *k, struct regex_set *set) {
    char delimiter = k->p.p[k->at + 1];
    struct span rest = span_skip(k->p, k->at + 2);
    char close[] = {delimiter, ']', '\0'};
    ptrdiff_t len = span_search(rest, span_of(close));
    if (len < 0 || len >= 32) return fail(k, no_bracket), -2;
    struct span name = span_head(rest, (size_t)len);
    k->at += 4 + name.len;
    if (delimiter != ':') {
        if (name.len != 1) return fail(k, "Invalid collation character"), -2;
        int c = regex_fold(k->r, name.p[0]);
        if (delimiter == '.') return c;
        regex_set_add(set, (unsigned char)c);
        return -1;
    }
    if (k->r->icase && (span_is(name, "upper") || span_is(name, "lower"))) name = SPAN("alpha");
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
        if (!span_is(name, classes[i].name)) continue;
        add_class(set, classes[i].has);
        return -1;
    }
    return fail(k, "Invalid character class name"), -2;
}

/* One end of a range, or what stands alone; as bracket_symbol. */
static int bracket_element(struct parser *k, struct regex_set *set, bool hyphen_may) {
    int c = peek(k, 0), next = peek(k, 1);
    if (c < 0) return fail(k, no_bracket), -2;
    if (c == '[' && (next == ':' || next == '.' || next == '=')) return bracket_symbol(k, set);
    k->at++;
    if (c == '-' && !hyphen_may && next != ']') return fail(k, bad_range), -2;
    return c;
}

/* Behind the [ */
static struct tree *parse_bracket(struct parser *k) {
    struct regex_set set = {0};
    bool without = peek(k, 0) == '^';
    if (without) k->at++;
    if (peek(k, 0) < 0) return fail(k, "Invalid regular expression");
    for (bool first = true; first || peek(k, 0) != ']'; first = false) {
        int from = bracket_element(k, &set, first), to = from;
        if (from == -2) return NULL;
        if (from >= 0 && peek(k, 0) == '-' && peek(k, 1) != ']') {
            k->at++;
            to = bracket_element(k, &set, true);
            if (to == -2) return NULL;
            if (to < from) return fail(k, bad_range);
        }
        for (int c = from; c >= 0 && c <= to; c++)
            regex_set_add(&set, (unsigned char)c);
        if (peek(k, 0) < 0) return fail(k, no_bracket);
    }
    k->at++;
    if (without && k->r->lines) regex_set_add(&set, '\n');
    return set_tree(k, &set, without);
}

/* The parts of an expression. */

static struct tree *parse_choice(struct parser *k, bool in_group);

static struct tree *two_anchors(struct parser *k, enum regex_anchor a, enum regex_anchor b) {
    struct tree *choice = tree_new(k, TREE_CHOICE, 0), *first = tree_new(k, TREE_ANCHOR, a);
    choice->last = tree_new(k, TREE_ANCHOR, b);
    choice->last->prev = first;
    return choice;
}

/* What a backslash and the byte c stand for. */
static struct tree *parse_escape(struct parser *k, int c) {
    switch (c) {
    case -1: return fail(k, "Trailing backslash");
    case 'w':
    case 'W': return class_tree(k, is_word, c == 'W');
    case 's':
    case 'S': return class_tree(k, is_space, c == 'S');
    case 'b': return two_anchors(k, REGEX_WORD_START, REGEX_WORD_END);
    case 'B': return two_anchors(k, REGEX_IN_WORD, REGEX_OUT_OF_WORD);
    case '<': return tree_new(k, TREE_ANCHOR, REGEX_WORD_START);
    case '>': return tree_new(k, TREE_ANCHOR, REGEX_WORD_END);
    case '`': return tree_new(k, TREE_ANCHOR, REGEX_TEXT_START);
    case '\'': return tree_new(k, TREE_ANCHOR, REGEX_TEXT_END);
    default:
        if (c >= '1' && c <= '9') return fail(k, "not simulated: back references");
        return tree_new(k, TREE_BYTE, (unsigned)c); /* glibc: \\a never matches without regard to case */
    }
}

static struct tree *parse_group(struct parser *k) {
    struct tree *t = tree_new(k, TREE_GROUP, (unsigned)++k->r->groups);
    if (++k->depth > REGEX_DEPTH_MAX) return fail(k, too_deep);
    if (peek(k, 0) != ')') t->last = parse_choice(k, true);
    if (k->why) return NULL;
    if (peek(k, 0) != ')') return fail(k, "Unmatched ( or \\(");
    k->at++;
    k->depth--;
    return t;
}

/* A number up to , or } which is consumed and stored. -1: none; -2: something else is there. */
static int parse_number(struct parser *k, int *stop) {
    for (int n = -1;; k->at++) {
        *stop = peek(k, 0);
        bool guarded = *stop == '\\';
        if (guarded) *stop = peek(k, 1) == '}' ? '\\' : peek(k, 1);
        k->at += guarded;
        if (*stop < 0) return -2;
        if (*stop == ',' || *stop == '}') {
            k->at++;
            return n;
        }
        if (n == -2 || !ascii_digit(*stop))
            n = -2;
        else if (n < 100000)
            n = (n < 0 ? 0 : n * 10) + *stop - '0';
    }
}

/* *, +, ? or {n,m} behind an element, if one comes next. */
static bool parse_repeat(struct parser *k, int *min, int *max) {
    int c = peek(k, 0), stop;
    if (c != '*' && c != '+' && c != '?' && c != '{') return false;
    k->at++;
    *min = c == '+';
    *max = c == '?' ? 1 : -1;
    if (c != '{') return true;
    *min = *max = parse_number(k, &stop);
    if (*min == -1 && stop != ',') return fail(k, bad_brace), false;
    if (*min == -1) *min = 0;
    if (*min != -2 && stop == ',') {
        *max = parse_number(k, &stop);
        if (stop == ',') *max = -2;
    }
    if (*min == -2 || *max == -2) return fail(k, stop < 0 ? "Unmatched \\{" : bad_brace), false;
    if (*max >= 0 && *min > *max) return fail(k, bad_brace), false;
    if ((*max < 0 ? *min : *max) > 0x7fff) return fail(k, "Regular expression too big"), false;
    return true;
}

static struct tree *parse_repeats(struct parser *k, struct tree *t) {
    int min, max;
    unsigned depth = k->depth;
    while (parse_repeat(k, &min, &max)) {
        if (++k->depth > REGEX_DEPTH_MAX) return fail(k, too_deep);
        if (!t || max == 0) {
            t = NULL;
            continue;
        }
        struct tree *repeat = tree_new(k, TREE_REPEAT, 0);
        repeat->last = t;
        repeat->min = min;
        repeat->max = max;
        t = repeat;
    }
    k->depth = depth;
    return t;
}

static struct tree *any_byte(struct parser *k) {
    struct regex_set none = {0};
    if (k->r->lines) regex_set_add(&none, '\n');
    return set_tree(k, &none, true);
}

static struct tree *parse_element(struct parser *k) {
    int c = peek(k, 0);
    struct tree *t;
    k->at++;
    switch (c) {
    case '*':
    case '+':
    case '?':
    case '{': return fail(k, bad_repeat);
    case '^': return tree_new(k, TREE_ANCHOR, REGEX_LINE_START); /* no repetition may follow */
    case '$': return tree_new(k, TREE_ANCHOR, REGEX_LINE_END);
    case '(': t = parse_group(k); break;
    case '[': t = parse_bracket(k); break;
    case '.': t = any_byte(k); break;
    case '\\':
        c = k->at < k->p.len ? (unsigned char)k->p.p[k->at] : -1;
        k->at++;
        t = parse_escape(k, c);
        if (c > 0 && strchr("bB<>`'", c)) return t;
        break;
    default: t = tree_new(k, TREE_BYTE, (unsigned)c);
    }
    return k->why ? NULL : parse_repeats(k, t);
}

/* Hangs t behind the last child, or is the only thing there is. */
static struct tree *join(struct parser *k, enum tree_kind kind, struct tree *whole, struct tree *t) {
    if (!t) return whole;
    if (!whole) whole = tree_new(k, kind, 0);
    t->prev = whole->last;
    whole->last = t;
    return whole;
}

static struct tree *parse_sequence(struct parser *k, bool in_group) {
    struct tree *whole = NULL;
    for (int c; (c = peek(k, 0)) >= 0 && c != '|' && (c != ')' || !in_group) && !k->why;)
        whole = join(k, TREE_SEQUENCE, whole, parse_element(k));
    /* what repeats a group has to see the group */
    return whole && !whole->last->prev ? whole->last : whole;
}

static struct tree *parse_choice(struct parser *k, bool in_group) {
    struct tree *first = parse_sequence(k, in_group);
    if (k->why || peek(k, 0) != '|') return first;
    struct tree *choice = tree_new(k, TREE_CHOICE, 0);
    for (;;) {
        /* an empty branch is a sequence of nothing */
        struct tree *branch = tree_new(k, TREE_SEQUENCE, 0);
        branch->last = first;
        choice = join(k, TREE_CHOICE, choice, branch);
        if (k->why || peek(k, 0) != '|') return choice;
        k->at++;
        first = parse_sequence(k, in_group);
    }
}

/* From the tree to nodes, back to front: each is written with what follows it in hand. */

static uint16_t node_new(struct parser *k, struct regex_node node) {
    struct regex *r = k->r;
    if (r->count == REGEX_NODES_MAX) {
        fail(k, too_big);
        return 0;
    }
    r->nodes = mem_room(r->nodes, r->count, &r->cap, sizeof *r->nodes);
    r->nodes[r->count] = node;
    return (uint16_t)r->count++;
}

static uint16_t split_new(struct parser *k, uint16_t next, uint16_t other) {
    return node_new(k, (struct regex_node){.kind = REGEX_SPLIT, .next = next, .other = other});
}

static uint16_t emit(struct parser *k, const struct tree *t, uint16_t next, bool is_optional);

/* One copy of what is repeated; glibc forgets in copies which groups are optional. */
static uint16_t emit_copy(struct parser *k, const struct tree *x, uint16_t next, bool is_copy,
                          bool is_optional) {
    bool outer = k->in_copy;
    k->in_copy = outer || is_copy;
    uint16_t first = emit(k, x, next, is_optional && !outer);
    k->in_copy = outer;
    return first;
}

/* xx for {2}, xx* for {1,}, ((x?x)?x)? for {0,3}. */
static uint16_t emit_repeat(struct parser *k, const struct tree *t, uint16_t next) {
    const struct tree *x = t->last;
    uint16_t first = next;
    if (t->max < 0) {
        first = split_new(k, next, next);
        uint16_t body = emit_copy(k, x, first, t->min > 0, true);
        if (!k->why) k->r->nodes[first].next = body;
    } else if (t->max > t->min) {
        size_t count = (size_t)(t->max - t->min);
        uint16_t *copies = mem_new((count + 1) * sizeof *copies);
        copies[count] = next;
        for (size_t i = count; i-- > 0 && !k->why;)
            copies[i] = emit_copy(k, x, copies[i + 1], i > 0 || t->min > 0, i == 0);
        first = copies[0];
        for (size_t i = 1; i <= count && !k->why; i++)
            first = split_new(k, first, copies[i]);
        free(copies);
    }
    for (int i = t->min; i-- > 0 && !k->why;)
        first = emit_copy(k, x, first, i > 0, false);
    return first;
}

static bool is_empty(const struct tree *t) { return t->kind == TREE_SEQUENCE && !t->last; }

static uint16_t emit_choice(struct parser *k, const struct tree *t, uint16_t next) {
    const struct tree **branches = NULL;
    size_t count = 0, cap = 0;
    for (const struct tree *b = t->last; b; b = b->prev) {
        branches = mem_room(branches, count, &cap, sizeof *branches);
        branches[count++] = b;
    }
    uint16_t first = emit(k, branches[count - 1], next, false);
    for (size_t i = count - 1; i-- > 0 && !k->why;) {
        uint16_t branch = emit(k, branches[i], next, false);
        /* glibc tries an empty first branch last */
        bool empty_first = i == count - 2 && is_empty(branches[count - 1]);
        first = empty_first ? split_new(k, branch, first) : split_new(k, first, branch);
    }
    free(branches);
    return first;
}

static uint16_t emit(struct parser *k, const struct tree *t, uint16_t next, bool is_optional) {
    if (k->why) return 0;
    if (++k->emitted > EMITTED_MAX) return fail(k, too_big), (uint16_t)0;
    uint16_t value = (uint16_t)t->value;
    switch (t->kind) {
    case TREE_BYTE: return node_new(k, (struct regex_node){REGEX_BYTE, false, value, next, 0});
    case TREE_SET: return node_new(k, (struct regex_node){REGEX_SET, false, value, next, 0});
    case TREE_ANCHOR: return node_new(k, (struct regex_node){REGEX_ANCHOR, false, value, next, 0});
    case TREE_REPEAT: return emit_repeat(k, t, next);
    case TREE_CHOICE: return emit_choice(k, t, next);
    case TREE_SEQUENCE:
        for (const struct tree *child = t->last; child; child = child->prev)
            next = emit(k, child, next, false);
        return next;
    case TREE_GROUP: break;
    }
    if (k->r->with_groups) next = node_new(k, (struct regex_node){REGEX_CLOSE, is_optional, value, next, 0});
    if (t->last) next = emit(k, t->last, next, false);
    if (k->r->with_groups) next = node_new(k, (struct regex_node){REGEX_OPEN, false, value, next, 0});
    return next;
}

const char *regex_parse(struct regex *r, struct span pattern, uint64_t *cost) {
    struct parser k = {.r = r, .p = pattern};
    if (pattern.len > REGEX_LEN_MAX) return "longer than 16384 bytes";
    struct tree *t = parse_choice(&k, false);
    r->start = r->end = node_new(&k, (struct regex_node){.kind = REGEX_END});
    if (t && !k.why) r->start = emit(&k, t, r->end, false);
    arena_free(&k.arena);
    *cost += 4 * k.emitted;
    return k.why;
}
