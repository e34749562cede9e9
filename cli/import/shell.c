/* SPDX-License-Identifier: MIT */
/* Command lines as a shell reads them, as far as they start a SIPp or a Kamailio. */
#include "cli/import/import.h"

#include "base/mem.h"
#include "cli/path.h"
#include "cli/sipp_option.h"

#include <stdlib.h>

struct splitter {
    struct import *in;
    struct span text;
    size_t i;
    struct source_pos at; /* where a word that is not found stands */
    const char *from;     /* in the source, where the next word is looked for */
    struct import_words *out;
};

/* A word stands in the source as it is written, in most cases; else where the one before it stands. */
static struct source_pos place_of(struct splitter *s, struct span raw) {
    const struct source *source = s->at.source;
    if (!s->from) return s->at;
    ptrdiff_t found = span_search(span_between(s->from, source->text + source->len), raw);
    if (found < 0 || found > 4000) return s->at;
    s->at = source_at(source, s->from + found);
    s->from += (size_t)found + raw.len;
    return s->at;
}

/* Adds a word up to a blank outside of quotes. */
static bool take_word(struct splitter *s) {
    struct buf word = {0};
    size_t from = s->i;
    char quote = 0;
    for (; s->i < s->text.len; s->i++) {
        char c = s->text.p[s->i];
        if (quote && c == quote)
            quote = 0;
        else if (!quote && (c == '"' || c == '\''))
            quote = c;
        else if (c == '\\' && quote != '\'' && s->i + 1 < s->text.len)
            buf_add_char(&word, s->text.p[++s->i]);
        else if (!quote && (ascii_space((unsigned char)c) || strchr(";&|", c)) &&
                 !(c == '&' && s->i > from && s->text.p[s->i - 1] == '>'))
            break;
        else
            buf_add_char(&word, c);
    }
    struct source_pos at = place_of(s, span_between(s->text.p + from, s->text.p + s->i));
    import_word_add(s->out, arena_text(&s->in->arena, buf_span(&word)), at);
    buf_free(&word);
    if (quote) diag_error(&s->in->diag, at, "the quote %c is not closed", quote);
    return !quote;
}

bool import_split(struct import *in, struct span text, struct source_pos at, bool in_source,
                  struct import_words *out) {
    struct splitter s = {.in = in, .text = text, .at = at, .out = out};
    if (in_source) s.from = at.source->text + at.offset;
    while (s.i < text.len) {
        char c = text.p[s.i];
        bool continues = c == '\\' && s.i + 1 < text.len && text.p[s.i + 1] == '\n';
        if (continues) {
            s.i += 2;
        } else if (strchr(";&|\n", c) && c) {
            import_word_add(out, SPAN(";"), s.at);
            s.i++;
        } else if (ascii_space((unsigned char)c)) {
            s.i++;
        } else if (c == '#') {
            while (s.i < text.len && text.p[s.i] != '\n')
                s.i++;
        } else if (!take_word(&s)) {
            return false;
        }
    }
    return true;
}

/* Redirections (>log, 2>&1, < /dev/null): how many words, 0: it is none. */
static size_t redirection(const struct import_word *words, size_t count) {
    struct span w = words[0].text;
    size_t i = 0;
    while (i < w.len && ascii_digit((unsigned char)w.p[i]))
        i++;
    if (i == w.len || (w.p[i] != '>' && w.p[i] != '<')) return 0;
    while (i < w.len && (w.p[i] == '>' || w.p[i] == '<'))
        i++;
    return i == w.len && count > 1 ? 2 : 1;
}

/* Programs that only name a program. */
static bool only_names(struct span word) {
    static const char *const words[] = {"echo",    "printf", "which", "pkill", "killall", "apt",
                                        "apt-get", "apk",    "pgrep", "until", "while"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (span_is(word, words[i])) return true;
    return false;
}

/* One command: what stands before the program (sudo, exec, timeout 10 ...) does not matter. */
static void take_command(struct import *in, const struct import_place *place, const struct import_word *words,
                         size_t count) {
    struct import_words kept = {0};
    for (size_t i = 0; i < count;) {
        size_t skip = redirection(words + i, count - i);
        if (!skip) import_word_add(&kept, words[i].text, words[i].at);
        i += skip ? skip : 1;
    }
    size_t first = kept.count && only_names(kept.list[0].text) ? kept.count : 0;
    while (first < kept.count && import_program(kept.list[first].text) == LAB_NOTHING)
        first++;
    for (size_t i = first; i < kept.count && !place->name.p; i++) {
        if (in->commands.len) buf_add_text(&in->commands, i == first ? "; " : " ");
        path_quote(&in->commands, kept.list[i].text);
    }
    if (first < kept.count) import_command(in, place, kept.list + first, kept.count - first);
    free(kept.list);
}

void import_script(struct import *in, const struct import_place *place, const struct import_words *words) {
    for (size_t i = 0, end; i < words->count; i = end + 1) {
        for (end = i; end < words->count && !span_is(words->list[end].text, ";");)
            end++;
        if (end > i) take_command(in, place, words->list + i, end - i);
    }
}

/* Do the last words want this one as a value? */
static bool is_value(const struct import_words *words) {
    for (size_t back = 1; back <= 2 && back <= words->count; back++) {
        const struct sipp_option *option = sipp_option_find(words->list[words->count - back].text);
        if (option && option->values >= back) return true;
    }
    return false;
}

void import_arguments(struct import *in, char **argv, size_t count) {
    struct buf text = {0};
    for (size_t i = 0; i < count; i++) {
        for (const char *p = argv[i]; *p; p++)
            buf_add_char(&text, *p == '\n' ? ' ' : *p);
        buf_add_char(&text, '\n');
    }
    /* Each in a line of its own: a message's line is the number of the argument. */
    in->source = source_text(&in->sources, "argument", buf_span(&text));
    buf_free(&text);
    struct import_words words = {0};
    const struct import_place *here = import_place_new(in);
    const char *p = in->source->text;
    for (size_t i = 0; i < count; i++) {
        struct span word = span_of(argv[i]);
        struct source_pos at = source_at(in->source, p);
        bool begins = span_is(word, "--") || (import_program(word) != LAB_NOTHING && !is_value(&words));
        if (begins) import_word_add(&words, SPAN(";"), at);
        if (!span_is(word, "--")) import_word_add(&words, arena_text(&in->arena, word), at);
        p += word.len + 1;
    }
    import_script(in, here, &words);
    free(words.list);
}
