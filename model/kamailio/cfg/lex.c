/* SPDX-License-Identifier: MIT */
#include "model/kamailio/cfg/lexer.h"

#include "base/mem.h"
#include "model/kamailio/cfg/reserved.h"

#include <stdio.h>

static struct cfg_token *add(struct lexer *l, enum cfg_token_kind kind, struct source_pos at,
                             struct span text) {
    struct cfg_tokens *out = l->out;
    out->all = mem_room(out->all, out->count, &out->cap, sizeof *out->all);
    struct cfg_token *t = &out->all[out->count++];
    *t = (struct cfg_token){kind, at, kind == CFG_TOKEN_OP ? text : arena_text(l->arena, text), 0};
    return t;
}

/* Reads word characters into l->word. */
struct span lexer_word(struct lexer *l) {
    buf_reset(&l->word);
    while (lexer_word_char(cfg_input_peek(&l->in, 0)))
        buf_add_char(&l->word, (char)cfg_input_get(&l->in));
    return buf_span(&l->word);
}

void lexer_skip_blanks(struct lexer *l) {
    while (lexer_blank(cfg_input_peek(&l->in, 0)))
        cfg_input_get(&l->in);
}

void lexer_skip_line(struct lexer *l) {
    for (int c; (c = cfg_input_get(&l->in)) != -1 && c != '\n';)
        continue;
}

/* Comments of this form nest in Kamailio. */
static void skip_comment(struct lexer *l) {
    struct source_pos at = cfg_input_at(&l->in);
    unsigned depth = 0;
    do {
        if (cfg_input_starts(&l->in, "/*"))
            depth++, cfg_input_skip(&l->in, 2);
        else if (cfg_input_starts(&l->in, "*/"))
            depth--, cfg_input_skip(&l->in, 2);
        else if (cfg_input_get(&l->in) == -1) {
            diag_warning(l->diag, at, "comment without end: the rest of the file is not read");
            return;
        }
    } while (depth > 0);
}

/* Strings. */

/* The value of up to max digits of the base, which follow k places ahead; *used says how many there are. */
static int digits(const struct lexer *l, size_t k, int base, size_t max, size_t *used) {
    int value = 0;
    for (*used = 0; *used < max; (*used)++) {
        int c = cfg_input_peek(&l->in, k + *used);
        int digit = ascii_hex(c);
        if (digit < 0 || digit >= base) break;
        value = value * base + digit;
    }
    return value;
}

/* One backslash and what belongs to it; what is no escape stays as it is. */
static void read_escape(struct lexer *l) {
    static const char escapes[] = "n\nr\ra\at\t\"\"\\\\";
    int c = cfg_input_peek(&l->in, 1);
    for (const char *e = escapes; *e; e += 2) {
        if (c != (unsigned char)e[0]) continue;
        buf_add_char(&l->word, e[1]);
        cfg_input_skip(&l->in, 2);
        return;
    }
    size_t used;
    int value = c == 'x' ? digits(l, 2, 16, 2, &used) : digits(l, 1, 8, 3, &used);
    if (c == '\n') {
        cfg_input_skip(&l->in, 2);
    } else if (c == 'x' && used > 0) {
        buf_add_char(&l->word, (char)value);
        cfg_input_skip(&l->in, 2 + used);
    } else if (c != 'x' && used >= 2) {
        buf_add_char(&l->word, (char)value);
        cfg_input_skip(&l->in, 1 + used);
    } else {
        buf_add_char(&l->word, (char)cfg_input_get(&l->in));
    }
}

/* From the opening quote to the closing one. */
static bool read_quoted(struct lexer *l, char quote) {
    struct source_pos at = cfg_input_at(&l->in);
    cfg_input_get(&l->in);
    for (;;) {
        int c = cfg_input_peek(&l->in, 0);
        if (c == -1) {
            diag_error(l->diag, at, "string without end");
            return false;
        }
        if (c == '\\' && quote == '"') {
            read_escape(l);
            continue;
        }
        cfg_input_get(&l->in);
        if (c == quote) return true;
        buf_add_char(&l->word, (char)c);
    }
}

void lexer_string(struct lexer *l, struct source_pos at, char quote) {
    buf_reset(&l->word);
    while (read_quoted(l, quote) && quote == '"') {
        /* "a" "b" is "ab", also across lines; comments in between end the string */
        while (lexer_blank(cfg_input_peek(&l->in, 0)) || cfg_input_peek(&l->in, 0) == '\n')
            cfg_input_get(&l->in);
        if (cfg_input_peek(&l->in, 0) != '"') break;
    }
    struct span text = buf_span(&l->word);
    /* what is behind a NUL, Kamailio never sees */
    if (span_find(text, '\0') >= 0) text.len = (size_t)span_find(text, '\0');
    add(l, CFG_TOKEN_STRING, at, preprocess_string(&l->pp, text, at));
}

/* Pseudo-variables. */

/* Adds from an opening parenthesis to the one that closes it. */
static bool read_parentheses(struct lexer *l, struct source_pos at) {
    unsigned depth = 0;
    do {
        int c = cfg_input_get(&l->in);
        if (c == -1 || c == '\n') {
            diag_error(l->diag, at, "pseudo-variable without closing parenthesis");
            return false;
        }
        if (c == '(') depth++;
        if (c == ')') depth--;
        buf_add_char(&l->word, (char)c);
    } while (depth > 0);
    return true;
}

static void read_pv(struct lexer *l, struct source_pos at) {
    buf_reset(&l->word);
    buf_add_char(&l->word, (char)cfg_input_get(&l->in));
    if (cfg_input_peek(&l->in, 0) == '?')
        buf_add_char(&l->word, (char)cfg_input_get(&l->in));
    else
        while (lexer_word_char(cfg_input_peek(&l->in, 0)))
            buf_add_char(&l->word, (char)cfg_input_get(&l->in));
    if (cfg_input_peek(&l->in, 0) == '(' && !read_parentheses(l, at)) return;
    add(l, CFG_TOKEN_PV, at, preprocess_string(&l->pp, buf_span(&l->word), at))->n = l->kamailio;
}

/* Numbers and words. */

/* How long an IPv6 address stands here, 0: none. */
static size_t ipv6_len(const struct lexer *l) {
    size_t len = 0, colons = 0, digits_len = 0;
    bool twice = false;
    for (int c; c = cfg_input_peek(&l->in, len), ascii_hex(c) >= 0 || c == ':'; len++) {
        if (c != ':') {
            if (++digits_len > 4) return 0;
            continue;
        }
        colons++;
        digits_len = 0;
        if (cfg_input_peek(&l->in, len + 1) == ':') twice = true;
    }
    return (twice || colons == 7) && colons <= 8 && !lexer_word_char(cfg_input_peek(&l->in, len)) ? len : 0;
}

static bool all_in(struct span s, const char *set) {
    for (size_t i = 0; i < s.len; i++)
        if (s.p[i] == '\0' || !strchr(set, s.p[i])) return false;
    return s.len > 0;
}

/* Is the word a number in one of Kamailio's notations? Its value is what fits an int of 32 bits. */
static bool read_number(struct span word, int64_t *n) {
    int base = 10;
    struct span body = word;
    if (span_starts(word, "0x") && all_in(span_skip(word, 2), "0123456789abcdefABCDEF")) {
        base = 16;
        body = span_skip(word, 2);
    } else if (word.len > 1 && word.p[0] == '0' && all_in(word, "01234567")) {
        base = 8;
    } else if (word.len > 1 && word.p[word.len - 1] == 'b' && all_in(span_head(word, word.len - 1), "01")) {
        base = 2;
        body = span_head(word, word.len - 1);
    } else if (!all_in(word, "0123456789") || (word.len > 1 && word.p[0] == '0')) {
        return false;
    }
    uint64_t value = 0;
    for (size_t i = 0; i < body.len; i++) {
        int c = ascii_lower((unsigned char)body.p[i]);
        value = value * (unsigned)base + (unsigned)(ascii_digit(c) ? c - '0' : c - 'a' + 10);
        if (value > INT64_MAX / 16) value = INT64_MAX / 16; /* all ones in what is kept below */
    }
    *n = (int32_t)(uint32_t)value;
    return true;
}

static const struct { const char *word, *op; } word_ops[] = {{"and", "&&"}, {"or", "||"}, {"not", "!"}};

/* uri:host, uri:port and msg:len are one word each. */
static void read_colon_word(struct lexer *l) {
    static const char *const tails[][2] = {{"uri", ":host"}, {"uri", ":port"}, {"msg", ":len"}};
    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
        size_t len = strlen(tails[i][1]);
        if (!span_is(buf_span(&l->word), tails[i][0]) || !cfg_input_starts(&l->in, tails[i][1])) continue;
        if (lexer_word_char(cfg_input_peek(&l->in, len))) continue;
        buf_add_text(&l->word, tails[i][1]);
        cfg_input_skip(&l->in, len);
        return;
    }
}

/* The length of the event's name that stands here, GROUP:EVENT or longer; 0: none. */
static size_t event_name_len(const struct lexer *l) {
    size_t len = 0, parts = 0;
    for (size_t n = 0; ascii_alpha(cfg_input_peek(&l->in, n)); n++) {
        for (int c; c = cfg_input_peek(&l->in, n), ascii_alnum(c) || c == '-' || (parts && c == '_');)
            n++;
        if (parts++) len = n;
        if (cfg_input_peek(&l->in, n) != ':') break;
    }
    return len;
}

/* Behind event_route, up to the ]: brackets and names; all else is passed over. */
static void read_event_names(struct lexer *l) {
    for (int c; (c = cfg_input_peek(&l->in, 0)) != -1;) {
        struct source_pos at = cfg_input_at(&l->in);
        size_t len = event_name_len(l);
        if (c == '[' || c == ']') add(l, CFG_TOKEN_OP, at, c == '[' ? SPAN("[") : SPAN("]"));
        buf_reset(&l->word);
        for (size_t i = 0; i < len; i++)
            buf_add_char(&l->word, (char)cfg_input_get(&l->in));
        if (len)
            add(l, CFG_TOKEN_WORD, at, buf_span(&l->word));
        else if (cfg_input_get(&l->in) == ']')
            return;
    }
}

static void read_plain_word(struct lexer *l, struct source_pos at) {
    lexer_word(l);
    read_colon_word(l);
    struct span word = buf_span(&l->word), value;
    int64_t n;
    if (read_number(word, &n) || cfg_reserved_number(word, &n)) {
        add(l, CFG_TOKEN_NUMBER, at, word)->n = n;
        return;
    }
    for (size_t i = 0; i < sizeof word_ops / sizeof *word_ops; i++) {
        if (!span_is(word, word_ops[i].word)) continue;
        add(l, CFG_TOKEN_OP, at, span_of(word_ops[i].op));
        return;
    }
    if (span_is(word, "include_file") || span_is(word, "import_file"))
        lexer_include(l, at, span_is(word, "include_file"));
    else if (span_is(word, "event_route"))
        add(l, CFG_TOKEN_RESERVED, at, word), read_event_names(l);
    else if (cfg_reserved(word))
        add(l, CFG_TOKEN_RESERVED, at, word);
    else if (ascii_digit((unsigned char)word.p[0]))
        add(l, CFG_TOKEN_NUM_WORD, at, word);
    else if (!preprocess_value(&l->pp, word, &value))
        add(l, CFG_TOKEN_WORD, at, word);
    else if (!cfg_input_define(&l->in, value, at))
        diag_error(l->diag, at, "define " SPAN_FMT " is replaced without end", SPAN_ARG(word));
}

/* Everything else. */

static void read_op(struct lexer *l, struct source_pos at) {
    /* longest first */
    static const char *const ops[] = {"==", "=~", "!=", ">=", "<=", "<<", ">>", "&&", "||", "+=", "=", ">",
                                      "<",  "!",  "&",  "|",  "~",  "^",  "+",  "-",  "*",  "/",  "(", ")",
                                      "{",  "}",  "[",  "]",  ",",  ";",  ":",  ".",  "@",  "%"};
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++) {
        if (!cfg_input_starts(&l->in, ops[i])) continue;
        cfg_input_skip(&l->in, strlen(ops[i]));
        add(l, CFG_TOKEN_OP, at, span_of(ops[i]));
        return;
    }
    int c = cfg_input_get(&l->in);
    if (c > ' ' && c < 127)
        diag_warning(l->diag, at, "unexpected character '%c': Kamailio ignores it", c);
    else
        diag_warning(l->diag, at, "unexpected byte 0x%02x: Kamailio ignores it", (unsigned)c);
}

static void read_token(struct lexer *l) {
    const struct cfg_input *in = &l->in;
    int c = cfg_input_peek(in, 0);
    struct source_pos at = cfg_input_at(in);
    size_t len;
    if (!preprocess_keeps(&l->pp))
        lexer_skip_dropped(l);
    else if (lexer_blank(c) || c == '\n')
        cfg_input_get(&l->in);
    else if (c == '\\' && cfg_input_peek(in, 1) == '\n')
        cfg_input_skip(&l->in, 2);
    else if ((cfg_input_starts(in, "#!") || cfg_input_starts(in, "!!")) && lexer_directive(l))
        return;
    else if (c == '#')
        lexer_comment(l);
    else if (cfg_input_starts(in, "//"))
        lexer_skip_line(l);
    else if (cfg_input_starts(in, "/*"))
        skip_comment(l);
    else if (c == '"' || c == '\'')
        lexer_string(l, at, (char)c);
    else if (c == '$')
        read_pv(l, at);
    else if ((ascii_hex(c) >= 0 || c == ':') && (len = ipv6_len(l)) > 0) {
        buf_reset(&l->word);
        while (len-- > 0)
            buf_add_char(&l->word, (char)cfg_input_get(&l->in));
        add(l, CFG_TOKEN_IPV6, at, buf_span(&l->word));
    } else if (lexer_word_char(c))
        read_plain_word(l, at);
    else
        read_op(l, at);
}

void cfg_lex(struct cfg_tokens *out, const struct source *cfg, struct source_set *set,
             const struct kam_additions *more, struct kam_program *program, struct diag *diag) {
    struct lexer l = {.out = out, .set = set, .arena = &program->arena, .diag = diag};
    preprocess_init(&l.pp, program, diag);
    for (const struct kam_define *d = more->defines; d < more->defines + more->define_count; d++)
        preprocess_define(&l.pp, PREPROCESS_DEFINE, span_of(d->name), span_of(d->value), d->at);
    cfg_input_file(&l.in, cfg);
    struct source_pos end;
    do {
        while (cfg_input_peek(&l.in, 0) != -1)
            read_token(&l);
        end = cfg_input_at(&l.in);
    } while (cfg_input_leave(&l.in));
    preprocess_finish(&l.pp);
    out->defines = preprocess_list(&l.pp);
    add(&l, CFG_TOKEN_END, end, SPAN(""));
    preprocess_free(&l.pp);
    buf_free(&l.word);
}

bool cfg_token_is(const struct cfg_token *t, const char *text) {
    return (t->kind == CFG_TOKEN_OP || t->kind == CFG_TOKEN_RESERVED) && span_is(t->text, text);
}

const char *cfg_token_name(const struct cfg_token *t, char name[CFG_TOKEN_NAME_MAX]) {
    struct span text = span_head(t->text, 40);
    if (t->kind == CFG_TOKEN_END) return "the end of the file";
    const char *format = t->kind == CFG_TOKEN_STRING ? "the string \"" SPAN_FMT "\"" : "'" SPAN_FMT "'";
    snprintf(name, CFG_TOKEN_NAME_MAX, format, SPAN_ARG(text));
    return name;
}
