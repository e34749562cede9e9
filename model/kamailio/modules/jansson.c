/* SPDX-License-Identifier: MIT */
/* jansson: values out of JSON texts, and into them (facts: Kamailio 79). */
#include "base/real.h"
#include "base/visible.h"
#include "model/kamailio/instance.h"
#include "model/kamailio/modules/module.h"

enum json_type {
    JSON_OBJECT,
    JSON_ARRAY,
    JSON_STRING,
    JSON_INT,
    JSON_REAL,
    JSON_TRUE,
    JSON_FALSE,
    JSON_NULL
};

struct json {
    enum json_type type;
    struct json *next, *first; /* of an object or an array: what it holds */
    struct span key, s;        /* in an object; of a string: without escapes */
    int64_t n;                 /* of a number; of an array: how many it holds */
    struct real real;
};

/* Objects in objects ... deeper than that are not read. */
enum { DEPTH_MAX = 200 };

struct json_reader {
    struct arena *arena;
    struct span left;
    unsigned depth;
};

static bool take(struct json_reader *r, char c) {
    r->left = span_skip_space(r->left);
    if (!r->left.len || r->left.p[0] != c) return false;
    r->left = span_skip(r->left, 1);
    return true;
}

static bool take_word(struct json_reader *r, const char *word) {
    if (!span_starts(r->left, word)) return false;
    r->left = span_skip(r->left, strlen(word));
    return true;
}

static void add_utf8(struct buf *out, uint32_t c) {
    if (c < 0x80) {
        buf_add_char(out, (char)c);
    } else if (c < 0x800) {
        buf_add_char(out, (char)(0xc0 | c >> 6));
        buf_add_char(out, (char)(0x80 | (c & 63)));
    } else {
        if (c >= 0x10000) buf_add_char(out, (char)(0xf0 | c >> 18));
        buf_add_char(out, (char)(c < 0x10000 ? 0xe0 | c >> 12 : 0x80 | (c >> 12 & 63)));
        buf_add_char(out, (char)(0x80 | (c >> 6 & 63)));
        buf_add_char(out, (char)(0x80 | (c & 63)));
    }
}

/* Four hexadecimal digits. */
static bool read_unit(struct json_reader *r, uint32_t *unit) {
    *unit = 0;
    for (int i = 0; i < 4; i++) {
        int digit = (size_t)i < r->left.len ? ascii_hex(r->left.p[i]) : -1;
        if (digit < 0) return false;
        *unit = *unit << 4 | (uint32_t)digit;
    }
    r->left = span_skip(r->left, 4);
    return true;
}

/* What follows \u; a NUL is none. */
static bool read_unicode(struct json_reader *r, struct buf *out) {
    uint32_t c, low;
    if (!read_unit(r, &c) || c == 0 || (c >= 0xdc00 && c <= 0xdfff)) return false;
    if (c >= 0xd800 && c <= 0xdbff) {
        if (!take_word(r, "\\u") || !read_unit(r, &low) || low < 0xdc00 || low > 0xdfff) return false;
        c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
    }
    add_utf8(out, c);
    return true;
}

static bool read_escape(struct json_reader *r, struct buf *out) {
    static const char letters[] = "\"\\/bfnrt", means[] = "\"\\/\b\f\n\r\t";
    if (!r->left.len) return false;
    char c = r->left.p[0];
    const char *at = c ? strchr(letters, c) : NULL;
    r->left = span_skip(r->left, 1);
    if (c == 'u') return read_unicode(r, out);
    if (at) buf_add_char(out, means[at - letters]);
    return at != NULL;
}

static bool read_string(struct json_reader *r, struct span *out) {
    struct buf b = {0};
    bool good = take(r, '"');
    while (good && r->left.len && r->left.p[0] != '"') {
        if (take_word(r, "\\")) {
            good = read_escape(r, &b);
            continue;
        }
        uint32_t character;
        size_t len = visible_decode(r->left, &character);
        good = len && (unsigned char)r->left.p[0] >= ' ';
        if (!good) break;
        buf_add(&b, span_head(r->left, len));
        r->left = span_skip(r->left, len);
    }
    good = good && take_word(r, "\"");
    if (good) *out = arena_text(r->arena, buf_span(&b));
    buf_free(&b);
    return good;
}

static size_t count_digits(struct span s, size_t from) {
    size_t i = from;
    while (i < s.len && ascii_digit((unsigned char)s.p[i]))
        i++;
    return i - from;
}

static bool read_number(struct json_reader *r, struct json *j) {
    struct span s = r->left;
    size_t sign = s.len && s.p[0] == '-', digits = count_digits(s, sign), at = sign + digits;
    uint64_t n;
    if (!digits || (digits > 1 && s.p[sign] == '0')) return false;
    j->type = JSON_INT;
    if (at < s.len && s.p[at] == '.') {
        size_t more = count_digits(s, at + 1);
        if (!more) return false;
        at += 1 + more;
        j->type = JSON_REAL;
    }
    if (at < s.len && (s.p[at] == 'e' || s.p[at] == 'E')) {
        at++;
        if (at < s.len && (s.p[at] == '+' || s.p[at] == '-')) at++;
        size_t more = count_digits(s, at);
        if (!more) return false;
        at += more;
        j->type = JSON_REAL;
    }
    r->left = span_skip(s, at);
    if (j->type == JSON_REAL) return real_parse(span_head(s, at), &j->real) && real_is_finite(j->real);
    if (!span_to_u64(span_skip(span_head(s, at), sign), (uint64_t)INT64_MAX + sign, &n)) return false;
    j->n = sign ? (int64_t)(0 - n) : (int64_t)n;
    return true;
}

static struct json *member(const struct json *j, struct span key);
static bool read_value(struct json_reader *r, struct json *j);

/* An object or an array, behind its first bracket. */
static bool read_items(struct json_reader *r, struct json *j, char end) {
    struct json **last = &j->first;
    if (take(r, end)) return true;
    do {
        struct json *item = arena_new(r->arena, sizeof *item);
        *item = (struct json){0};
        if (j->type == JSON_OBJECT && (!read_string(r, &item->key) || !take(r, ':'))) return false;
        if (!read_value(r, item)) return false;
        if (j->type == JSON_OBJECT && member(j, item->key)) return false;
        *last = item;
        last = &item->next;
        j->n++;
    } while (take(r, ','));
    return take(r, end);
}

static bool read_value(struct json_reader *r, struct json *j) {
    static const struct {
        const char *word;
        enum json_type type;
    } words[] = {{"true", JSON_TRUE}, {"false", JSON_FALSE}, {"null", JSON_NULL}};
    bool object = take(r, '{');
    if (object || take(r, '[')) {
        j->type = object ? JSON_OBJECT : JSON_ARRAY;
        if (++r->depth > DEPTH_MAX) return false;
        bool good = read_items(r, j, object ? '}' : ']');
        r->depth--;
        return good;
    }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (take_word(r, words[i].word)) return j->type = words[i].type, true;
    j->type = JSON_STRING;
    return r->left.len && r->left.p[0] == '"' ? read_string(r, &j->s) : read_number(r, j);
}

/* An object or an array and nothing else; NULL: it is none. */
static struct json *read_text(struct kam_run *run, struct span text) {
    struct json_reader r = {.arena = &run->scratch, .left = text};
    struct json *j = arena_new(r.arena, sizeof *j);
    *j = (struct json){0};
    bool good = read_value(&r, j);
    r.left = span_skip_space(r.left);
    if (r.depth > DEPTH_MAX) kam_run_stop(run, "JSON that is so deep is not simulated");
    return good && !r.left.len && (j->type == JSON_OBJECT || j->type == JSON_ARRAY) ? j : NULL;
}

static struct json *member(const struct json *j, struct span key) {
    struct json *item = j->type == JSON_OBJECT ? j->first : NULL;
    while (item && !span_eq(item->key, key))
        item = item->next;
    return item;
}

/* Without digits it is the first one. */
static struct json *element(const struct json *j, struct span text) {
    uint64_t n = 0;
    if (span_starts(text, "+")) text = span_skip(text, 1);
    if (j->type != JSON_ARRAY || (text.len && !span_to_u64(text, INT32_MAX, &n))) return NULL;
    struct json *item = j->first;
    while (item && n--)
        item = item->next;
    return item;
}

/* One word of a path: [INDEX], or a key up to a point or a bracket. False: its bracket is not closed, or the
 * key is empty. */
static bool cut_word(struct span *path, struct span *word, bool *is_index) {
    *is_index = path->p[0] == '[';
    size_t len = 0;
    ptrdiff_t end = *is_index ? span_find(*path, ']') : -1;
    while (!*is_index && len < path->len && path->p[len] != '.' && path->p[len] != '[')
        len++;
    if (*is_index ? end < 0 : !len) return false;
    *word = *is_index ? (struct span){path->p + 1, (size_t)end - 1} : span_head(*path, len);
    *path = span_skip(*path, *is_index ? (size_t)end + 1 : len);
    return true;
}

/* "a.b[2].c"; a point or an opening bracket may stand at the end. NULL: there is nothing. */
static const struct json *find(const struct json *j, struct span path) {
    bool key_follows = true;
    while (j && path.len) {
        struct span word;
        bool is_index;
        if (span_is(path, "[")) return key_follows ? NULL : j;
        if (!cut_word(&path, &word, &is_index) || (!is_index && !key_follows)) return NULL;
        j = is_index ? element(j, word) : member(j, word);
        key_follows = path.len && path.p[0] == '.';
        if (key_follows) path = span_skip(path, 1);
        if (key_follows && path.len && path.p[0] == '[') return NULL;
    }
    return j;
}

static void write_string(struct buf *out, struct span s) {
    static const char letters[] = "\"\\bfnrt", means[] = "\"\\\b\f\n\r\t";
    buf_add_char(out, '"');
    for (size_t i = 0; i < s.len; i++) {
        const char *at = strchr(means, s.p[i]);
        if (at && *at)
            buf_addf(out, "\\%c", letters[at - means]);
        else if ((unsigned char)s.p[i] < ' ')
            buf_addf(out, "\\u%04X", (unsigned)s.p[i]);
        else
            buf_add_char(out, s.p[i]);
    }
    buf_add_char(out, '"');
}

/* What has neither a point nor an exponent gets ".0"; an exponent has no + and no zeros in front. */
static void write_real(struct buf *out, struct real r) {
    enum { DIGITS = 17 };
    struct buf b = {0};
    real_write_short(&b, r, DIGITS);
    struct span left = buf_span(&b), mantissa = span_cut(&left, 'e');
    buf_add(out, mantissa);
    if (left.len) {
        buf_add_text(out, span_starts(left, "-") ? "e-" : "e");
        left = span_skip(left, 1);
        while (span_starts(left, "0"))
            left = span_skip(left, 1);
        buf_add(out, left);
    } else if (span_find(mantissa, '.') < 0) {
        buf_add_text(out, ".0");
    }
    buf_free(&b);
}

/* Without blanks. */
static void write_value(struct buf *out, const struct json *j) {
    bool object = j->type == JSON_OBJECT;
    switch (j->type) {
    case JSON_STRING: write_string(out, j->s); return;
    case JSON_INT: buf_addf(out, "%lld", (long long)j->n); return;
    case JSON_TRUE: buf_add_text(out, "true"); return;
    case JSON_FALSE: buf_add_text(out, "false"); return;
    case JSON_NULL: buf_add_text(out, "null"); return;
    case JSON_REAL: write_real(out, j->real); return;
    default: break;
    }
    buf_add_char(out, object ? '{' : '[');
    for (const struct json *item = j->first; item; item = item->next) {
        if (object) {
            write_string(out, item->key);
            buf_add_char(out, ':');
        }
        write_value(out, item);
        if (item->next) buf_add_char(out, ',');
    }
    buf_add_char(out, object ? '}' : ']');
}

static struct kam_value value_of(struct kam_run *run, const struct json *j) {
    enum { DIGITS = 15 };
    struct buf b = {0};
    if (j->type == JSON_STRING) return (struct kam_value){.type = KAM_STR, .s = j->s};
    if (j->type != JSON_OBJECT && j->type != JSON_ARRAY && j->type != JSON_REAL)
        return (struct kam_value){.type = KAM_INT, .n = j->type == JSON_INT ? j->n : j->type == JSON_TRUE};
    if (j->type == JSON_REAL)
        real_write_short(&b, j->real, DIGITS);
    else
        write_value(&b, j);
    struct kam_value v = {.type = KAM_STR, .s = arena_text(&run->scratch, buf_span(&b))};
    buf_free(&b);
    return v;
}

/* The variable was given without quotes: its value is none, and the function is not called. */
enum { NOT_CALLED = -5 };

/* jansson_get(path, JSON, variable) */
static int get(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    if (!args[2].pv) return NOT_CALLED;
    const struct json *j = read_text(run, args[1].s);
    if (j) j = find(j, args[0].s);
    if (!j) return -1;
    kam_pv_assign(run, args[2].pv, value_of(run, j));
    return 1;
}

static int array_size(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    if (!args[2].pv) return NOT_CALLED;
    const struct json *j = read_text(run, args[1].s);
    if (j) j = find(j, args[0].s);
    if (!j || j->type != JSON_ARRAY) return -1;
    kam_pv_assign(run, args[2].pv, (struct kam_value){.type = KAM_INT, .n = j->n});
    return 1;
}

/* Blanks, a sign and digits, nothing behind them; without any it is 0; what is too large is the largest. */
static bool parse_int(struct span text, int64_t *n) {
    uint64_t digits;
    bool minus = false;
    *n = 0;
    if (!text.len) return true;
    text = span_skip_space(text);
    if (text.len && strchr("+-", *text.p)) {
        minus = *text.p == '-';
        text = span_skip(text, 1);
    }
    if (!text.len || count_digits(text, 0) != text.len) return false;
    if (!span_to_u64(text, (uint64_t)INT64_MAX + minus, &digits)) digits = (uint64_t)INT64_MAX + minus;
    *n = minus ? (int64_t)(0 - digits) : (int64_t)digits;
    return true;
}

/* A value of the type that a script names; NULL: it is none. */
static struct json *make(struct kam_run *run, struct span type, struct span text) {
    static const struct {
        const char *name;
        enum json_type type;
    } types[] = {{"string", JSON_STRING}, {"str", JSON_STRING}, {"integer", JSON_INT}, {"int", JSON_INT},
                 {"object", JSON_OBJECT}, {"obj", JSON_OBJECT}, {"array", JSON_ARRAY}, {"true", JSON_TRUE},
                 {"false", JSON_FALSE},   {"null", JSON_NULL},  {"real", JSON_REAL}};
    struct json *j = arena_new(&run->scratch, sizeof *j);
    size_t i = 0;
    while (i < sizeof types / sizeof *types && !span_is(type, types[i].name))
        i++;
    if (i == sizeof types / sizeof *types) return NULL;
    *j = (struct json){.type = types[i].type, .s = text};
    if (j->type == JSON_REAL && !(real_parse(text, &j->real) && real_is_finite(j->real))) return NULL;
    if (j->type == JSON_INT && !parse_int(text, &j->n)) return NULL;
    if (j->type != JSON_OBJECT && j->type != JSON_ARRAY) return j;
    struct json *read = read_text(run, text);
    return read && read->type == j->type ? read : NULL;
}

/* Another value in its place. */
static void replace(struct json *j, const struct json *value) {
    struct json *next = j->next;
    struct span key = j->key;
    *j = *value;
    j->next = next;
    j->key = key;
}

static void add_last(struct json *j, struct json *item) {
    struct json **last = &j->first;
    while (*last)
        last = &(*last)->next;
    *last = item;
    item->next = NULL;
    j->n++;
}

static void set_member(struct json *j, struct span key, struct json *value) {
    struct json *old = member(j, key);
    if (old) {
        replace(old, value);
        return;
    }
    value->key = key;
    add_last(j, value);
}

/* To an array as its last one; to an object what another one holds. */
static bool join(struct json *j, struct json *value) {
    if (j->type == JSON_ARRAY) {
        add_last(j, value);
        return true;
    }
    if (j->type != JSON_OBJECT || value->type != JSON_OBJECT) return false;
    for (struct json *item = value->first, *next; item; item = next) {
        next = item->next;
        set_member(j, item->key, item);
    }
    return true;
}

/* Where a value is put, and how: what is there is replaced, or gets it. */
struct putting {
    struct kam_run *run;
    struct json *value;
    bool appends;
};

/* The value that a key leads to, of which there is more to come: an object where there was nothing. */
static struct json *step(const struct putting *p, struct json *j, struct span key, bool key_follows) {
    struct json *item = member(j, key);
    if (item || !key_follows) return item;
    if (p->appends)
        kam_run_stop(p->run,
                     "jansson_append() below what is not there is not simulated, and the run has reached it");
    item = arena_new(&p->run->scratch, sizeof *item);
    *item = (struct json){.type = JSON_OBJECT};
    set_member(j, key, item);
    return item;
}

static bool put_at_key(const struct putting *p, struct json *j, struct span key) {
    if (!p->appends) {
        set_member(j, key, p->value);
        return true;
    }
    struct json *item = member(j, key);
    return item && join(item, p->value);
}

static bool put(const struct putting *p, struct json *j, struct span path) {
    if (!path.len) return p->appends && join(j, p->value);
    while (j) {
        struct span word;
        bool index;
        if (!cut_word(&path, &word, &index) || (!index && j->type != JSON_OBJECT)) return false;
        struct json *item = index ? element(j, word) : NULL;
        if (index && !item) return false;
        if (!path.len && index) return replace(item, p->value), true;
        if (!path.len) return put_at_key(p, j, word);
        bool key_follows = path.p[0] == '.';
        if (key_follows) path = span_skip(path, 1);
        if (!path.len || (key_follows && path.p[0] == '[') || (index && !key_follows && path.p[0] != '['))
            return false;
        j = index ? item : step(p, j, word, key_follows);
    }
    return false;
}

/* jansson_set(type, path, value, variable): into the JSON that the variable holds, or into a new object. */
static int put_value(struct kam_run *run, const struct kam_arg *args, bool appends) {
    if (!args[3].pv) return NOT_CALLED;
    struct kam_value old = kam_pv_value(run, args[3].pv);
    struct json *root = make(run, SPAN("object"), SPAN("{}"));
    struct putting p = {run, make(run, args[0].s, args[2].s), appends};
    if (old.type == KAM_STR) root = read_text(run, old.s);
    if (!p.value || !root || !put(&p, root, args[1].s)) return -1;
    kam_pv_assign(run, args[3].pv, value_of(run, root));
    return 1;
}

static int set(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return put_value(run, args, false);
}

static int append(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return put_value(run, args, true);
}

static const struct kam_function functions[] = {
    {"jansson_get", 3, 3, KAM_ANY_ROUTE, get, {ARG_FORMAT, ARG_FORMAT, ARG_RESULT}, .expressions = true},
    {"jansson_set",
     4,
     4,
     KAM_ANY_ROUTE,
     set,
     {ARG_FORMAT, ARG_FORMAT, ARG_FORMAT, ARG_RESULT},
     .expressions = true},
    {"jansson_append",
     4,
     4,
     KAM_ANY_ROUTE,
     append,
     {ARG_FORMAT, ARG_FORMAT, ARG_FORMAT, ARG_RESULT},
     .expressions = true},
    {"jansson_array_size",
     3,
     3,
     KAM_ANY_ROUTE,
     array_size,
     {ARG_FORMAT, ARG_FORMAT, ARG_RESULT},
     .expressions = true},
    {0},
};

const struct kam_module kam_jansson_module = {.name = "jansson", .functions = functions};
