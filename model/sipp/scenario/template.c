/* SPDX-License-Identifier: MIT */
#include "model/sipp/scenario/template.h"

#include "base/mem.h"
#include "base/number.h"
#include "model/sipp/sipp.h"

#include <stdlib.h>

/* The longest text between [ and ] that SIPp takes. */
enum { KEYWORD_LEN_MAX = 256 };

/*
 * [authentication] in [field line=[authentication ...]]: a keyword's parameters are templates, but not
 * endlessly.
 */
enum { NESTING_MAX = 4 };

struct cutter {
    const struct template_compiler *c;
    struct template *t;
    struct text_view source;
    unsigned depth;
    char keyword[KEYWORD_LEN_MAX + 2]; /* SIPp's buffer for one, in which earlier ones leave their ends */
};

static struct template *cut(const struct template_compiler *c, struct text_view source, unsigned depth);

void template_list_free(struct template *first, const struct template *stays) {
    for (struct template *t = first, *next; t != stays; t = next) {
        next = t->next;
        free(t->parts);
        buf_free(&t->bytes);
        free(t);
    }
}

static struct template_part *add_part(struct template *t, enum keyword_id id, struct source_pos at) {
    t->parts = mem_room(t->parts, t->count, &t->cap, sizeof *t->parts);
    struct template_part *part = &t->parts[t->count++];
    *part = (struct template_part){.id = id, .at = at, .text = t->bytes.len};
    return part;
}

static void part_text(struct template *t, struct template_part *part, struct span text) {
    part->text = t->bytes.len;
    part->text_len = text.len;
    buf_add(&t->bytes, text);
}

static void add_literal_byte(struct cutter *k, char c, size_t i) {
    struct template *t = k->t;
    struct template_part *last = t->count ? &t->parts[t->count - 1] : NULL;
    if (!last || last->id != KEYWORD_LITERAL || last->text + last->text_len != t->bytes.len)
        last = add_part(t, KEYWORD_LITERAL, text_at(k->source, i));
    buf_add_char(&t->bytes, c);
    last->text_len++;
}

static int hex_digit(struct span s, size_t i) { return i < s.len ? ascii_hex(s.p[i]) : -1; }

/* \x5B is a byte. A single digit, or none, swallows the character behind it: so does SIPp. */
static size_t take_hex(struct cutter *k, size_t i) {
    int high = hex_digit(k->source.bytes, i + 2), low = hex_digit(k->source.bytes, i + 3);
    if (high < 0) return i + 3;
    add_literal_byte(k, (char)(low < 0 ? high : high * 16 + low), i);
    return i + 4;
}

/* The first c at or after from that is not inside double quotes, or -1. */
static ptrdiff_t find_unquoted(struct span s, size_t from, char c) {
    for (size_t i = from; i < s.len; i++) {
        if (s.p[i] == c) return (ptrdiff_t)i;
        if (s.p[i] != '"') continue;
        ptrdiff_t quote = span_find(span_skip(s, i + 1), '"');
        if (quote < 0) return -1;
        i += (size_t)quote + 1;
    }
    return -1;
}

/* Two digits a byte, as C's strtoul() reads two letters: of "1z" the first one, of "zz" none. Like all of
 * C's texts it ends at a NUL. */
static void add_hex_text(struct buf *out, struct span digits) {
    for (size_t i = 0; i < digits.len; i += 2) {
        int high = hex_digit(digits, i), low = hex_digit(digits, i + 1);
        int byte = high < 0 ? 0 : low < 0 ? high : high << 4 | low;
        if (byte == 0) return;
        buf_add_char(out, (char)byte);
    }
}

/* What stands in double quotes, where a backslash makes any character a plain one. */
static void add_quoted_text(struct buf *out, struct span s) {
    for (size_t i = 0; i < s.len && s.p[i] != '"'; i++) {
        i += s.p[i] == '\\' && i + 1 < s.len;
        buf_add_char(out, s.p[i]);
    }
}

/*
 * The value of a parameter "name=" in a keyword: in double quotes, or what is visible there of ASCII, where
 * 0x begins bytes in hexadecimal. An absent one has bytes.p NULL. The text is freed by the caller.
 */
static struct text_view parameter(struct text *t, struct text_view keyword, const char *name) {
    ptrdiff_t found = span_search(keyword.bytes, span_of(name));
    if (found < 0) return (struct text_view){.source = keyword.source};
    size_t from = (size_t)found + strlen(name), to = from;
    struct span s = span_skip(keyword.bytes, from);
    struct buf bytes = {0};
    buf_add_text(&bytes, "");
    while (to < keyword.bytes.len && keyword.bytes.p[to] > ' ' && keyword.bytes.p[to] != 127)
        to++;
    if (span_starts(s, "\""))
        add_quoted_text(&bytes, span_skip(s, 1));
    else if (span_starts(s, "0x"))
        add_hex_text(&bytes, span_head(span_skip(s, 2), to - from - 2));
    else
        buf_add(&bytes, span_head(s, to - from));
    text_of_span(t, text_at(keyword, from), buf_span(&bytes));
    buf_free(&bytes);
    return text_view(t);
}

static struct template *parameter_template(struct cutter *k, struct text_view keyword, const char *name) {
    struct text own = {0};
    struct text_view value = parameter(&own, keyword, name);
    struct template *t = value.bytes.len > 0 ? cut(k->c, value, k->depth + 1) : NULL;
    text_free(&own);
    return t;
}

static void compile_field(struct cutter *k, struct template_part *part, struct text_view keyword) {
    /* C's atoi(): [field] and [fieldX] are [field0], too */
    part->number = integer_wrapped(integer_prefix(span_skip(keyword.bytes, strlen("field"))));
    struct text own = {0};
    struct span file = parameter(&own, keyword, "file=").bytes;
    if (file.p) part_text(k->t, part, file);
    text_free(&own);
    part->param[0] = parameter_template(k, keyword, "line=");
}

/* Whatever the name may be: the files that begin and end as it does, if it says anything about them. */
static void load_files_like(struct cutter *k, struct span name) {
    size_t begin = (size_t)span_find(name, '['), end = name.len;
    while (name.p[end - 1] != ']' && name.p[end - 1] != '[')
        end--;
    if (k->c->late || !k->source.source || (begin == 0 && end == name.len)) return;
    struct buf path = {0};
    source_beside(&path, k->source.source, span_head(name, begin));
    source_load_like(k->c->files, buf_text(&path), span_skip(name, end));
    buf_free(&path);
}

/*
 * SIPp reads the file at each use, relative to where it was started: here, beside the scenario. One whose
 * name holds keywords is found then.
 */
static void compile_file(struct cutter *k, struct template_part *part, struct text_view keyword) {
    struct text own = {0};
    struct text_view name = parameter(&own, keyword, "name=");
    if (span_find(name.bytes, '[') >= 0) {
        part->param[0] = cut(k->c, name, k->depth + 1);
        load_files_like(k, name.bytes);
    } else if (name.bytes.len == 0) {
        diag_error(k->c->diag, part->at, "[file] needs name=");
    } else {
        struct buf path = {0};
        if (k->source.source)
            source_beside(&path, k->source.source, name.bytes);
        else
            buf_add(&path, name.bytes);
        const char *text = buf_text(&path);
        struct source *file = source_load(k->c->files, text, text, part->at, k->c->diag);
        if (file) part_text(k->t, part, (struct span){file->text, file->len});
        buf_free(&path);
    }
    text_free(&own);
}

static int use_variable(struct cutter *k, struct span name, struct source_pos at) {
    if (!k->c->late) return variable_use(k->c->variables, name, at, k->c->diag);
    int id = variable_find(k->c->late, name);
    if (id < 0) diag_error(k->c->diag, at, "the scenario has no variable $" SPAN_FMT, SPAN_ARG(name));
    return id;
}

static void compile_fill(struct cutter *k, struct template_part *part, struct text_view keyword) {
    struct text own = {0};
    struct span filling = parameter(&own, keyword, "text=").bytes;
    part_text(k->t, part, filling.len ? filling : SPAN("X"));
    struct text_view variable = parameter(&own, keyword, "variable=");
    part->number = -1;
    if (!variable.bytes.p)
        diag_error(k->c->diag, part->at, "[fill] needs variable=");
    else
        part->number = use_variable(k, variable.bytes, text_at(variable, 0));
    text_free(&own);
}

static void compile_credentials(struct cutter *k, struct template *param[AUTH_PARAMS],
                                struct text_view keyword) {
    param[AUTH_AKA_OP] = parameter_template(k, keyword, "aka_OP=");
    param[AUTH_AKA_AMF] = parameter_template(k, keyword, "aka_AMF=");
    param[AUTH_AKA_K] = parameter_template(k, keyword, "aka_K=");
    param[AUTH_USER] = parameter_template(k, keyword, "username=");
    param[AUTH_PASSWORD] = parameter_template(k, keyword, "password=");
}

void template_credentials(const struct template_compiler *c, struct text_view keyword,
                          struct template *param[AUTH_PARAMS]) {
    compile_credentials(&(struct cutter){.c = c, .source = keyword}, param, keyword);
}

static void compile_last_header(struct cutter *k, struct template_part *part, struct text_view keyword) {
    struct span name = span_skip(keyword.bytes, strlen("last_"));
    part_text(k->t, part, name);
    if (name.len > 0 && name.p[name.len - 1] == ':') return;
    buf_add_char(&k->t->bytes, ':');
    part->text_len++;
}

/* Keywords that SIPp has had only since 3.7 begin so. */
static bool is_newer(struct span name) {
    static const char *const begins[] = {"crypto", "ueaescm", "unull", NULL};
    for (size_t i = 0; begins[i]; i++)
        if (span_starts(name, begins[i])) return true;
    return false;
}

/* A keyword that -key defines becomes its value, as it stands. */
static bool take_key(struct cutter *k, struct template_part *part, struct span name) {
    for (size_t i = 0; i < k->c->key_count; i++) {
        if (!span_is(name, k->c->keys[i].name)) continue;
        part->id = KEYWORD_LITERAL;
        part_text(k->t, part, span_of(k->c->keys[i].value));
        return true;
    }
    return false;
}

static void unknown(struct cutter *k, struct source_pos at, struct span name) {
    if (is_newer(name)) {
        diag_error(k->c->diag, at, "[" SPAN_FMT "] is a keyword of SIPp 3.7: SIPp 3.6.1 refuses it too",
                   SPAN_ARG(name));
        return;
    }
    const char *other = diag_suggest(name, keyword_names());
    diag_error(k->c->diag, at, "unknown keyword [" SPAN_FMT "]%s%s%s", SPAN_ARG(name),
               other ? "; did you mean [" : "", other ? other : "", other ? "]?" : "");
}

/*
 * Splits off +n or -n: SIPp takes the first + (or else -) of the keyword, if a digit follows, and drops the
 * rest.
 */
static struct text_view take_offset(struct text_view keyword, int64_t *offset) {
    struct span s = keyword.bytes;
    if (span_starts(s, "authentication") || span_starts(s, "tdmmap")) return keyword;
    ptrdiff_t sign = span_find(s, '+');
    if (sign < 0) sign = span_find(s, '-');
    if (sign < 0 || (size_t)sign + 1 >= s.len || !ascii_digit((unsigned char)s.p[sign + 1])) return keyword;
    int64_t n = integer_wrapped(integer_prefix(span_skip(s, (size_t)sign + 1)));
    *offset = s.p[sign] == '-' ? -n : n;
    return text_part(keyword, 0, (size_t)sign);
}

static void compile_keyword(struct cutter *k, struct text_view keyword, struct source_pos at) {
    int64_t offset = 0;
    memcpy(k->keyword, keyword.bytes.p, keyword.bytes.len);
    k->keyword[keyword.bytes.len] = '\0';
    keyword = take_offset(keyword, &offset);
    enum keyword_id id = keyword_find(keyword.bytes);
    struct template_part *part = add_part(k->t, id, at);
    part->offset = offset;
    switch (id) {
    case KEYWORD_FIELD: compile_field(k, part, keyword); break;
    case KEYWORD_FILE: compile_file(k, part, keyword); break;
    case KEYWORD_FILL: compile_fill(k, part, keyword); break;
    case KEYWORD_AUTHENTICATION: compile_credentials(k, part->param, keyword); break;
    case KEYWORD_LAST_HEADER: compile_last_header(k, part, keyword); break;
    case KEYWORD_VARIABLE: part->number = use_variable(k, span_skip(keyword.bytes, 1), at); break;
    case KEYWORD_UNKNOWN:
        if (!take_key(k, part, keyword.bytes)) unknown(k, at, keyword.bytes);
        break;
    default: break;
    }
}

/*
 * A [ inside a keyword, not in double quotes: SIPp expands the inner one, and puts behind it what stands
 * before it, together with what earlier keywords have left in its buffer (facts: SIPp 2).
 */
static void take_nested(struct cutter *k, size_t outer, size_t inner, size_t end) {
    struct span s = k->source.bytes, before = span_between(s.p + outer, s.p + inner);
    memcpy(k->keyword, before.p, before.len);
    char *text = mem_text(span_of(k->keyword));
    if (!k->c->unsent)
        diag_warning(
            k->c->diag, text_at(k->source, inner),
            "a [ inside a keyword gives garbage in SIPp; a value that holds one needs double quotes");
    compile_keyword(k, text_part(k->source, inner + 1, end), text_at(k->source, inner));
    for (const char *c = text; *c; c++)
        add_literal_byte(k, *c, outer);
    free(text);
}

/* Takes the keyword whose [ stands at i; returns where the text goes on. */
static size_t take_keyword(struct cutter *k, size_t i) {
    struct span s = k->source.bytes;
    struct source_pos at = text_at(k->source, i);
    ptrdiff_t close = find_unquoted(s, i + 1, ']'), open = find_unquoted(s, i + 1, '[');
    if (close < 0 || (size_t)close - i - 1 > KEYWORD_LEN_MAX) {
        diag_error(k->c->diag, at, "[ without ]; a literal [ is written \\x5B");
        return s.len;
    }
    size_t end = (size_t)close;
    if (end == i + 1)
        diag_error(k->c->diag, at, "empty keyword []; a literal [ is written \\x5B");
    else if (open >= 0 && open < close)
        take_nested(k, i, (size_t)open, end);
    else
        compile_keyword(k, text_part(k->source, i + 1, end), at);
    return end + 1;
}

/* SIPp leaves out a last literal that is no text: one that begins with a NUL. */
static void drop_empty_end(struct template *t) {
    const struct template_part *last = t->count ? &t->parts[t->count - 1] : NULL;
    if (last && last->id == KEYWORD_LITERAL && last->text_len > 0 && t->bytes.p[last->text] == '\0')
        t->count--;
}

static struct template *cut(const struct template_compiler *c, struct text_view source, unsigned depth) {
    struct template *t = mem_new(sizeof *t);
    t->next = *c->all;
    t->number = t->next ? t->next->number + 1 : 0;
    *c->all = t;
    struct cutter k = {c, t, source, depth};
    if (depth > NESTING_MAX) {
        diag_error(c->diag, text_at(source, 0), "keywords are nested too deeply");
        return t;
    }
    for (size_t i = 0; i < source.bytes.len;) {
        char here = source.bytes.p[i];
        if (here == '\\' && i + 1 < source.bytes.len && source.bytes.p[i + 1] == 'x') {
            i = take_hex(&k, i);
        } else if (here == '[') {
            i = take_keyword(&k, i);
        } else {
            if (here == '\n') add_literal_byte(&k, '\r', i);
            add_literal_byte(&k, here, i++);
        }
    }
    drop_empty_end(t);
    return t;
}

struct template *template_compile(const struct template_compiler *c, struct text_view source) {
    return cut(c, source, 0);
}

bool template_head(const struct template *t, struct template_head *out) {
    *out = (struct template_head){0};
    if (t->count == 0 || t->parts[0].id != KEYWORD_LITERAL) return false;
    struct span line = template_text(t, &t->parts[0]);
    line = span_cut(&line, '\0');
    ptrdiff_t space = span_find(line, ' ');
    if (space < 0) return false;
    struct span first = span_head(line, (size_t)space);
    if (!span_is(first, "SIP/2.0")) {
        out->method = first;
        return true;
    }
    struct span rest = span_skip(line, (size_t)space + 1);
    while (rest.len > 0 && ascii_white((unsigned char)rest.p[0]))
        rest = span_skip(rest, 1);
    size_t end = 0;
    while (end < rest.len && !ascii_white((unsigned char)rest.p[end]))
        end++;
    int64_t status = 0;
    out->is_response = true;
    out->status_text = span_head(rest, end);
    bool digits = true; /* decimal, unlike SIPp's other integers: 0200 is 200 */
    for (size_t i = rest.len > 0 && (rest.p[0] == '+' || rest.p[0] == '-'); i < end; i++) {
        digits &= ascii_digit((unsigned char)rest.p[i]);
        if (digits && status < 1000) status = status * 10 + (rest.p[i] - '0');
    }
    if (digits && status >= 100 && status < 700 && rest.p[0] != '-') out->status = (unsigned)status;
    return true;
}
