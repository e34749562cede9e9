/* SPDX-License-Identifier: MIT */
#include "model/kamailio/cfg/lex.h"

#include "base/mem.h"
#include "model/kamailio/cfg/input.h"
#include "model/kamailio/cfg/preprocess.h"
#include "model/kamailio/cfg/reserved.h"
#include "model/kamailio/cfg/words.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct lexer {
    struct cfg_tokens *out;
    struct source_set *set;
    struct arena *arena;
    struct diag *diag;
    struct cfg_input in;
    struct preprocess pp;
    struct buf word;                 /* the token that is being read */
    bool kamailio;                   /* behind #!KAMAILIO */
    size_t included, included_bytes; /* so far; past a limit no more is */
};

static bool word_char(int c) { return ascii_alnum(c) || c == '_'; }
static bool blank(int c) { return c == ' ' || c == '\t' || c == '\b' || c == '\r'; }

static struct cfg_token *add(struct lexer *l, enum cfg_token_kind kind, struct source_pos at,
                             struct span text) {
    struct cfg_tokens *out = l->out;
    out->all = mem_room(out->all, out->count, &out->cap, sizeof *out->all);
    struct cfg_token *t = &out->all[out->count++];
    *t = (struct cfg_token){kind, at, kind == CFG_TOKEN_OP ? text : arena_text(l->arena, text), 0};
    return t;
}

/* Reads word characters into l->word. */
static struct span read_word(struct lexer *l) {
    buf_reset(&l->word);
    while (word_char(cfg_input_peek(&l->in, 0)))
        buf_add_char(&l->word, (char)cfg_input_get(&l->in));
    return buf_span(&l->word);
}

static void skip_blanks(struct lexer *l) {
    while (blank(cfg_input_peek(&l->in, 0)))
        cfg_input_get(&l->in);
}

static void skip_line(struct lexer *l) {
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

static void read_string(struct lexer *l, struct source_pos at, char quote) {
    buf_reset(&l->word);
    while (read_quoted(l, quote) && quote == '"') {
        /* "a" "b" is "ab", also across lines; comments in between end the string */
        while (blank(cfg_input_peek(&l->in, 0)) || cfg_input_peek(&l->in, 0) == '\n')
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
        while (word_char(cfg_input_peek(&l->in, 0)))
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
    return (twice || colons == 7) && colons <= 8 && !word_char(cfg_input_peek(&l->in, len)) ? len : 0;
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
        if (word_char(cfg_input_peek(&l->in, len))) continue;
        buf_add_text(&l->word, tails[i][1]);
        cfg_input_skip(&l->in, len);
        return;
    }
}

static void include(struct lexer *l, struct source_pos at, bool must_exist);

static void read_plain_word(struct lexer *l, struct source_pos at) {
    read_word(l);
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
        include(l, at, span_is(word, "include_file"));
    else if (cfg_reserved(word))
        add(l, CFG_TOKEN_RESERVED, at, word);
    else if (ascii_digit((unsigned char)word.p[0]))
        add(l, CFG_TOKEN_NUM_WORD, at, word);
    else if (!preprocess_value(&l->pp, word, &value))
        add(l, CFG_TOKEN_WORD, at, word);
    else if (!cfg_input_define(&l->in, value, at))
        diag_error(l->diag, at, "define " SPAN_FMT " is replaced without end", SPAN_ARG(word));
}

/* #! lines. */

static bool may_include(const struct lexer *l) {
    return l->included <= CFG_FILES_MAX && l->included_bytes <= CFG_BYTES_MAX;
}

/* False after an error if it is one too many. */
static bool count_included(struct lexer *l, const struct source *source, struct source_pos at) {
    l->included++;
    l->included_bytes += source->len;
    if (l->included > CFG_FILES_MAX)
        diag_error(l->diag, at, "more than %d files are included", CFG_FILES_MAX);
    else if (l->included_bytes > CFG_BYTES_MAX)
        diag_error(l->diag, at, "the included files have more than %d bytes together", CFG_BYTES_MAX);
    return may_include(l);
}

static void include(struct lexer *l, struct source_pos at, bool must_exist) {
    while (cfg_input_peek(&l->in, 0) == ' ' || cfg_input_peek(&l->in, 0) == '\t')
        cfg_input_get(&l->in);
    struct source_pos name_at = cfg_input_at(&l->in);
    struct buf name = {0};
    for (int c; c = cfg_input_peek(&l->in, 0), c != -1 && !ascii_space(c);)
        buf_add_char(&name, (char)cfg_input_get(&l->in));
    struct span quoted = preprocess_string(&l->pp, buf_span(&name), cfg_input_at(&l->in));
    if (quoted.len < 3 || quoted.p[0] != '"' || quoted.p[quoted.len - 1] != '"') {
        diag_error(l->diag, quoted.len ? name_at : at, "expected the name of a file in double quotes");
        buf_free(&name);
        return;
    }
    struct buf path = {0};
    source_beside(&path, cfg_input_source(&l->in), (struct span){quoted.p + 1, quoted.len - 2});
    const char *file = buf_text(&path);
    if (must_exist || access(file, F_OK) == 0) {
        const struct source *source =
            may_include(l) ? source_load(l->set, file, file, name_at, l->diag) : NULL;
        if (source && !count_included(l, source, name_at)) source = NULL;
        if (source && !cfg_input_file(&l->in, source))
            diag_error(l->diag, name_at, "more than %d nested files", CFG_INCLUDE_MAX);
    }
    buf_free(&path);
    buf_free(&name);
}

/* To the name of a define: what cannot begin one does not count. */
static void skip_to_name(struct lexer *l) {
    for (int c; c = cfg_input_peek(&l->in, 0), c != -1 && c != '\n' && c != '_' && !ascii_alpha(c);)
        cfg_input_get(&l->in);
}

/* The rest of a #!define line; a backslash before the line's end joins the next one. */
static void define(struct lexer *l, enum preprocess_how how) {
    skip_to_name(l);
    struct source_pos at = cfg_input_at(&l->in);
    struct span word = read_word(l);
    if (word.len == 0 || cfg_input_peek(&l->in, 0) == '-') {
        diag_error(l->diag, at, "expected a name of letters, digits and _ to define");
        skip_line(l);
        return;
    }
    struct span name = arena_text(l->arena, word);
    skip_blanks(l);
    buf_reset(&l->word);
    for (int c; (c = cfg_input_get(&l->in)) != -1 && c != '\n';) {
        if (c == '\\' && cfg_input_peek(&l->in, 0) == '\n')
            cfg_input_get(&l->in);
        else
            buf_add_char(&l->word, (char)c);
    }
    preprocess_define(&l->pp, how, name, buf_span(&l->word), at);
}

static void defenv(struct lexer *l, struct source_pos at, bool must_exist, bool quotes) {
    skip_blanks(l);
    buf_reset(&l->word);
    for (int c; (c = cfg_input_get(&l->in)) != -1 && c != '\n';)
        buf_add_char(&l->word, (char)c);
    preprocess_defenv(&l->pp, span_trim(buf_span(&l->word)), must_exist, quotes, at);
}

static void ifdef(struct lexer *l, struct source_pos at, bool wanted) {
    skip_to_name(l);
    struct source_pos name_at = cfg_input_at(&l->in);
    struct span name = read_word(l);
    bool good = name.len > 0 && cfg_input_peek(&l->in, 0) != '-';
    if (!good) diag_error(l->diag, name_at, "expected the name of a define");
    preprocess_ifdef(&l->pp, name, wanted, at);
    skip_line(l);
}

static void subst(struct lexer *l, enum preprocess_subst_how how) {
    while (ascii_space(cfg_input_peek(&l->in, 0)))
        cfg_input_get(&l->in);
    struct source_pos at = cfg_input_at(&l->in);
    int quote = cfg_input_peek(&l->in, 0);
    if (quote != '"' && quote != '\'') {
        diag_error(l->diag, at, "expected a string: \"/pattern/text/\"");
        return;
    }
    read_string(l, at, (char)quote);
    struct span rule = l->out->all[--l->out->count].text;
    preprocess_subst(&l->pp, how, rule, at);
}

enum directive {
    DIRECTIVE_DEFINE,
    DIRECTIVE_TRYDEF,
    DIRECTIVE_REDEF,
    DIRECTIVE_DEFENV,
    DIRECTIVE_DEFENVS,
    DIRECTIVE_TRYDEFENV,
    DIRECTIVE_TRYDEFENVS,
    DIRECTIVE_IFDEF,
    DIRECTIVE_IFNDEF,
    DIRECTIVE_ELSE,
    DIRECTIVE_ENDIF,
    DIRECTIVE_SUBST,
    DIRECTIVE_SUBSTDEF,
    DIRECTIVE_SUBSTDEFS,
    DIRECTIVE_INCLUDE,
    DIRECTIVE_IMPORT,
    DIRECTIVE_KAMAILIO, /* #!KAMAILIO: from here on, $name is never an AVP */
    DIRECTIVE_SER,      /* pseudo-variables are unknown */
    DIRECTIVE_KIND      /* #!ALL: it may be one again */
};

static const struct {
    const char *word;
    enum directive what;
} directives[] = {{"define", DIRECTIVE_DEFINE},
                  {"def", DIRECTIVE_DEFINE},
                  {"trydefine", DIRECTIVE_TRYDEF},
                  {"trydef", DIRECTIVE_TRYDEF},
                  {"redefine", DIRECTIVE_REDEF},
                  {"redef", DIRECTIVE_REDEF},
                  {"defenv", DIRECTIVE_DEFENV},
                  {"defenvs", DIRECTIVE_DEFENVS},
                  {"trydefenv", DIRECTIVE_TRYDEFENV},
                  {"trydefenvs", DIRECTIVE_TRYDEFENVS},
                  {"ifdef", DIRECTIVE_IFDEF},
                  {"ifndef", DIRECTIVE_IFNDEF},
                  {"else", DIRECTIVE_ELSE},
                  {"endif", DIRECTIVE_ENDIF},
                  {"subst", DIRECTIVE_SUBST},
                  {"substdef", DIRECTIVE_SUBSTDEF},
                  {"substdefs", DIRECTIVE_SUBSTDEFS},
                  {"include_file", DIRECTIVE_INCLUDE},
                  {"import_file", DIRECTIVE_IMPORT},
                  {"KAMAILIO", DIRECTIVE_KAMAILIO},
                  {"OPENSER", DIRECTIVE_KAMAILIO},
                  {"MAXCOMPAT", DIRECTIVE_KIND},
                  {"ALL", DIRECTIVE_KIND},
                  {"SER", DIRECTIVE_SER}};

/* Which directive follows #! or !!, if the text is exactly one; *len is the word's length. */
static bool find_directive(const struct lexer *l, enum directive *what, size_t *len) {
    char word[32];
    for (*len = 0; *len < sizeof word - 1 && word_char(cfg_input_peek(&l->in, 2 + *len)); ++*len)
        word[*len] = (char)cfg_input_peek(&l->in, 2 + *len);
    word[*len] = '\0';
    for (size_t i = 0; i < sizeof directives / sizeof *directives; i++) {
        if (strcmp(directives[i].word, word) != 0) continue;
        *what = directives[i].what;
        return true;
    }
    return false;
}

/* Only blanks up to the end of the line: for Kamailio, a #!else with anything behind it is a mere comment. */
static bool line_ends(const struct lexer *l, size_t k) {
    while (blank(cfg_input_peek(&l->in, k)))
        k++;
    return cfg_input_peek(&l->in, k) == '\n';
}

/* A directive that is none is a comment to Kamailio, which is rarely what was meant. */
static void comment_line(struct lexer *l, size_t word_len) {
    char word[32];
    size_t n = word_len < sizeof word - 1 ? word_len : sizeof word - 1;
    for (size_t k = 0; k < n; k++)
        word[k] = (char)cfg_input_peek(&l->in, 2 + k);
    word[n] = '\0';
    const char *names[sizeof directives / sizeof *directives + 1] = {0};
    for (size_t i = 0; i < sizeof directives / sizeof *directives; i++)
        names[i] = directives[i].word;
    const char *meant = cfg_input_peek(&l->in, 1) == '!' ? diag_suggest(span_of(word), names) : NULL;
    if (meant && strcmp(meant, word) == 0)
        diag_warning(l->diag, cfg_input_at(&l->in),
                     "#!%s must stand alone on its line: this is only a comment", word);
    else if (meant)
        diag_warning(l->diag, cfg_input_at(&l->in), "#!%s is only a comment; did you mean #!%s?", word,
                     meant);
    skip_line(l);
}

/* At #! or !!. Returns false if it is no directive. */
static bool read_directive(struct lexer *l) {
    enum directive what;
    size_t len;
    if (!find_directive(l, &what, &len)) return false;
    bool needs_blank = what <= DIRECTIVE_IFNDEF && (what < DIRECTIVE_DEFENV || what > DIRECTIVE_TRYDEFENVS);
    bool stands_alone = what == DIRECTIVE_ELSE || what == DIRECTIVE_ENDIF || what >= DIRECTIVE_KAMAILIO;
    if (needs_blank && !blank(cfg_input_peek(&l->in, 2 + len))) return false;
    if (stands_alone && !line_ends(l, 2 + len)) return false;
    struct source_pos at = cfg_input_at(&l->in);
    cfg_input_skip(&l->in, 2 + len);
    switch (what) {
    case DIRECTIVE_DEFINE: define(l, PREPROCESS_DEFINE); break;
    case DIRECTIVE_TRYDEF: define(l, PREPROCESS_TRYDEF); break;
    case DIRECTIVE_REDEF: define(l, PREPROCESS_REDEF); break;
    case DIRECTIVE_DEFENV: defenv(l, at, true, false); break;
    case DIRECTIVE_DEFENVS: defenv(l, at, true, true); break;
    case DIRECTIVE_TRYDEFENV: defenv(l, at, false, false); break;
    case DIRECTIVE_TRYDEFENVS: defenv(l, at, false, true); break;
    case DIRECTIVE_IFDEF: ifdef(l, at, true); break;
    case DIRECTIVE_IFNDEF: ifdef(l, at, false); break;
    case DIRECTIVE_ELSE: preprocess_else(&l->pp, at), skip_line(l); break;
    case DIRECTIVE_ENDIF: preprocess_endif(&l->pp, at), skip_line(l); break;
    case DIRECTIVE_SUBST: subst(l, PREPROCESS_SUBST); break;
    case DIRECTIVE_SUBSTDEF: subst(l, PREPROCESS_SUBSTDEF); break;
    case DIRECTIVE_SUBSTDEFS: subst(l, PREPROCESS_SUBSTDEFS); break;
    case DIRECTIVE_INCLUDE: include(l, at, true); break;
    case DIRECTIVE_IMPORT: include(l, at, false); break;
    case DIRECTIVE_SER:
        diag_error(l->diag, cfg_input_at(&l->in), "#!SER, the language of another program, is not simulated");
        skip_line(l);
        break;
    case DIRECTIVE_KAMAILIO:
    case DIRECTIVE_KIND:
        l->kamailio = what == DIRECTIVE_KAMAILIO;
        skip_line(l);
        break;
    }
    return true;
}

/* What an #!ifdef leaves out: everything up to a directive that may change that. */
static void skip_dropped(struct lexer *l) {
    while (cfg_input_peek(&l->in, 0) != -1) {
        enum directive what;
        size_t len;
        bool marked = cfg_input_starts(&l->in, "#!") || cfg_input_starts(&l->in, "!!");
        bool counts =
            marked && find_directive(l, &what, &len) && what >= DIRECTIVE_IFDEF && what <= DIRECTIVE_ENDIF;
        if (counts && read_directive(l)) return;
        cfg_input_get(&l->in);
    }
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
        skip_dropped(l);
    else if (blank(c) || c == '\n')
        cfg_input_get(&l->in);
    else if (c == '\\' && cfg_input_peek(in, 1) == '\n')
        cfg_input_skip(&l->in, 2);
    else if ((cfg_input_starts(in, "#!") || cfg_input_starts(in, "!!")) && read_directive(l))
        return;
    else if (c == '#') {
        enum directive what;
        find_directive(l, &what, &len);
        comment_line(l, len);
    } else if (cfg_input_starts(in, "//"))
        skip_line(l);
    else if (cfg_input_starts(in, "/*"))
        skip_comment(l);
    else if (c == '"' || c == '\'')
        read_string(l, at, (char)c);
    else if (c == '$')
        read_pv(l, at);
    else if ((ascii_hex(c) >= 0 || c == ':') && (len = ipv6_len(l)) > 0) {
        buf_reset(&l->word);
        while (len-- > 0)
            buf_add_char(&l->word, (char)cfg_input_get(&l->in));
        add(l, CFG_TOKEN_IPV6, at, buf_span(&l->word));
    } else if (word_char(c))
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

void cfg_lex_words(struct buf *out) {
    for (size_t i = 0; i < sizeof directives / sizeof *directives; i++)
        word_write(out, "directive", WORD_SIMULATED, "#!%s", directives[i].word);
}
