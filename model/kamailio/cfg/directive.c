/* SPDX-License-Identifier: MIT */
/* The #! lines of kamailio.cfg, and the files that it includes. (facts: Kamailio 11.1) */
#include "model/kamailio/cfg/lexer.h"
#include "model/kamailio/cfg/words.h"

#include <stdio.h>
#include <unistd.h>

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

void lexer_include(struct lexer *l, struct source_pos at, bool must_exist) {
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

/* To the name of a define: what cannot begin one does not count, not even the line's end. */
static void skip_to_name(struct lexer *l) {
    for (int c; c = cfg_input_peek(&l->in, 0), c != -1 && c != '_' && !ascii_alpha(c);)
        cfg_input_get(&l->in);
}

/* The rest of a #!define line; a backslash before the line's end joins the next one, if there is a value
 * before it. */
static void define(struct lexer *l, enum preprocess_how how) {
    skip_to_name(l);
    struct source_pos at = cfg_input_at(&l->in);
    struct span word = lexer_word(l);
    if (word.len == 0 || cfg_input_peek(&l->in, 0) == '-') {
        diag_error(l->diag, at, "expected a name of letters, digits and _ to define");
        lexer_skip_line(l);
        return;
    }
    struct span name = arena_text(l->arena, word);
    lexer_skip_blanks(l);
    buf_reset(&l->word);
    for (int c; (c = cfg_input_get(&l->in)) != -1 && c != '\n';) {
        if (c != '\\' || cfg_input_peek(&l->in, 0) != '\n')
            buf_add_char(&l->word, (char)c);
        else if (l->word.len > 0)
            cfg_input_get(&l->in);
    }
    preprocess_define(&l->pp, how, name, buf_span(&l->word), at);
}

static void defenv(struct lexer *l, struct source_pos at, bool must_exist, bool quotes) {
    lexer_skip_blanks(l);
    buf_reset(&l->word);
    for (int c; (c = cfg_input_get(&l->in)) != -1 && c != '\n';)
        buf_add_char(&l->word, (char)c);
    preprocess_defenv(&l->pp, span_trim(buf_span(&l->word)), must_exist, quotes, at);
}

static void ifdef(struct lexer *l, struct source_pos at, bool wanted) {
    skip_to_name(l);
    struct source_pos name_at = cfg_input_at(&l->in);
    struct span name = lexer_word(l);
    bool good = name.len > 0 && cfg_input_peek(&l->in, 0) != '-';
    if (!good) diag_error(l->diag, name_at, "expected the name of a define");
    preprocess_ifdef(&l->pp, name, wanted, at);
    lexer_skip_line(l);
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
    lexer_string(l, at, (char)quote);
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

/* A word may begin with it and go on: the rest is what it is applied to. */
static bool may_go_on(enum directive what) { return what >= DIRECTIVE_SUBST && what <= DIRECTIVE_IMPORT; }

/* Which directive follows #! or !!; *len is the length of its word, or of the word that is none. */
static bool find_directive(const struct lexer *l, enum directive *what, size_t *len) {
    char letters[32];
    size_t n = 0, best = 0;
    for (; n < sizeof letters && lexer_word_char(cfg_input_peek(&l->in, 2 + n)); n++)
        letters[n] = (char)cfg_input_peek(&l->in, 2 + n);
    struct span word = {letters, n};
    for (size_t i = 0; i < sizeof directives / sizeof *directives; i++) {
        size_t same = strlen(directives[i].word);
        if (!span_starts(word, directives[i].word) || same < best) continue;
        if (same < n && !may_go_on(directives[i].what)) continue;
        *what = directives[i].what;
        best = same;
    }
    *len = best ? best : n;
    return best > 0;
}

/* Only blanks up to the end of the line: for Kamailio, a #!else with anything behind it is a mere comment. */
static bool line_ends(const struct lexer *l, size_t k) {
    while (lexer_blank(cfg_input_peek(&l->in, k)))
        k++;
    return cfg_input_peek(&l->in, k) == '\n';
}

/* A directive that is none is a comment to Kamailio, which is rarely what was meant. */
void lexer_comment(struct lexer *l) {
    enum directive what;
    size_t len;
    char word[32];
    bool known = find_directive(l, &what, &len);
    size_t n = len < sizeof word - 1 ? len : sizeof word - 1;
    for (size_t k = 0; k < n; k++)
        word[k] = (char)cfg_input_peek(&l->in, 2 + k);
    word[n] = '\0';
    const char *names[sizeof directives / sizeof *directives + 1] = {0};
    for (size_t i = 0; i < sizeof directives / sizeof *directives; i++)
        names[i] = directives[i].word;
    const char *meant = cfg_input_peek(&l->in, 1) == '!' ? diag_suggest(span_of(word), names) : NULL;
    if (meant && known)
        diag_warning(l->diag, cfg_input_at(&l->in),
                     "#!%s must stand alone on its line: this is only a comment", word);
    else if (meant)
        diag_warning(l->diag, cfg_input_at(&l->in), "#!%s is only a comment; did you mean #!%s?", word,
                     meant);
    lexer_skip_line(l);
}

/* At #! or !!. Returns false if it is no directive. */
bool lexer_directive(struct lexer *l) {
    enum directive what;
    size_t len;
    if (!find_directive(l, &what, &len)) return false;
    bool needs_blank = what <= DIRECTIVE_IFNDEF && (what < DIRECTIVE_DEFENV || what > DIRECTIVE_TRYDEFENVS);
    bool stands_alone = what == DIRECTIVE_ELSE || what == DIRECTIVE_ENDIF || what >= DIRECTIVE_KAMAILIO;
    if (needs_blank && !lexer_blank(cfg_input_peek(&l->in, 2 + len))) return false;
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
    case DIRECTIVE_ELSE: preprocess_else(&l->pp, at), lexer_skip_line(l); break;
    case DIRECTIVE_ENDIF: preprocess_endif(&l->pp, at), lexer_skip_line(l); break;
    case DIRECTIVE_SUBST: subst(l, PREPROCESS_SUBST); break;
    case DIRECTIVE_SUBSTDEF: subst(l, PREPROCESS_SUBSTDEF); break;
    case DIRECTIVE_SUBSTDEFS: subst(l, PREPROCESS_SUBSTDEFS); break;
    case DIRECTIVE_INCLUDE: lexer_include(l, at, true); break;
    case DIRECTIVE_IMPORT: lexer_include(l, at, false); break;
    case DIRECTIVE_SER:
        diag_error(l->diag, cfg_input_at(&l->in), "#!SER, the language of another program, is not simulated");
        lexer_skip_line(l);
        break;
    case DIRECTIVE_KAMAILIO:
    case DIRECTIVE_KIND:
        l->kamailio = what == DIRECTIVE_KAMAILIO;
        lexer_skip_line(l);
        break;
    }
    return true;
}

/* What an #!ifdef leaves out: everything up to a directive that may change that. */
void lexer_skip_dropped(struct lexer *l) {
    while (cfg_input_peek(&l->in, 0) != -1) {
        enum directive what;
        size_t len;
        bool marked = cfg_input_starts(&l->in, "#!") || cfg_input_starts(&l->in, "!!");
        bool counts =
            marked && find_directive(l, &what, &len) && what >= DIRECTIVE_IFDEF && what <= DIRECTIVE_ENDIF;
        if (counts && lexer_directive(l)) return;
        cfg_input_get(&l->in);
    }
}

void cfg_lex_words(struct buf *out) {
    for (size_t i = 0; i < sizeof directives / sizeof *directives; i++)
        word_write(out, "directive", WORD_SIMULATED, "#!%s", directives[i].word);
}
