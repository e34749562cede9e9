/* SPDX-License-Identifier: MIT */
#include "model/kamailio/cfg/preprocess.h"

#include "base/table.h"
#include "model/kamailio/cfg/parse.h"

#include <stdlib.h>

struct preprocess_define {
    UT_hash_handle hh;
    struct span name, value;
};

struct preprocess_subst {
    struct preprocess_subst *next;
    struct regex *regex;
    struct span text;
    bool all;    /* flag g */
    bool groups; /* its text has some */
};

void preprocess_init(struct preprocess *p, struct kam_program *program, struct diag *diag) {
    p->arena = &program->arena;
    p->program = program;
    p->diag = diag;
    p->defines = NULL;
    p->substs = NULL;
    p->substs_end = &p->substs;
    p->ifdef_count = 0;
}

void preprocess_free(struct preprocess *p) {
    for (struct preprocess_subst *s = p->substs; s; s = s->next)
        regex_free(s->regex);
    HASH_CLEAR(hh, p->defines);
}

static struct preprocess_define *find(const struct preprocess *p, struct span name) {
    struct preprocess_define *d;
    HASH_FIND(hh, p->defines, name.p, name.len, d);
    return d;
}

void preprocess_define(struct preprocess *p, enum preprocess_how how, struct span name, struct span value,
                       struct source_pos at) {
    struct preprocess_define *d = find(p, name);
    if (d && how == PREPROCESS_TRYDEF) return;
    if (d && how == PREPROCESS_DEFINE) {
        diag_error(p->diag, at, SPAN_FMT " is already defined", SPAN_ARG(name));
        return;
    }
    if (!d) {
        d = arena_new(p->arena, sizeof *d);
        d->name = arena_text(p->arena, name);
        HASH_ADD_KEYPTR(hh, p->defines, d->name.p, d->name.len, d);
    }
    d->value = arena_text(p->arena, value);
}

bool preprocess_value(const struct preprocess *p, struct span name, struct span *value) {
    const struct preprocess_define *d = find(p, name);
    if (d) *value = d->value;
    return d != NULL;
}

const struct program_define *preprocess_list(const struct preprocess *p) {
    struct program_define *list = NULL;
    for (const struct preprocess_define *d = p->defines; d; d = d->hh.next) {
        struct program_define *copy = arena_new(p->arena, sizeof *copy);
        *copy = (struct program_define){list, d->name, d->value};
        list = copy;
    }
    return list;
}

bool preprocess_keeps(const struct preprocess *p) {
    for (size_t i = 0; i < p->ifdef_count; i++)
        if (!p->ifdefs[i].kept) return false;
    return true;
}

void preprocess_ifdef(struct preprocess *p, struct span name, bool wanted, struct source_pos at) {
    if (p->ifdef_count == PREPROCESS_IFDEF_MAX) {
        diag_error(p->diag, at, "more than %d nested #!ifdef", PREPROCESS_IFDEF_MAX);
        return;
    }
    p->ifdefs[p->ifdef_count++] = (struct preprocess_ifdef){at, (find(p, name) != NULL) == wanted};
}

void preprocess_else(struct preprocess *p, struct source_pos at) {
    struct preprocess_ifdef *open = p->ifdef_count ? &p->ifdefs[p->ifdef_count - 1] : NULL;
    if (open)
        open->kept = !open->kept;
    else
        diag_warning(p->diag, at, "#!else without #!ifdef: Kamailio leaves nothing out");
}

void preprocess_endif(struct preprocess *p, struct source_pos at) {
    if (p->ifdef_count)
        p->ifdef_count--;
    else
        diag_error(p->diag, at, "#!endif without #!ifdef");
}

void preprocess_finish(const struct preprocess *p) {
    for (size_t i = 0; i < p->ifdef_count; i++)
        diag_error(p->diag, p->ifdefs[i].at, "#!ifdef without #!endif");
}

/* Cuts /re/text/flags at its separator, whatever character that is; a backslash guards the next one. */
static bool cut_rule(struct span rule, struct span part[3]) {
    if (rule.len < 3 || rule.p[0] == '\\') return false;
    char separator = rule.p[0];
    size_t from = 1, n = 0;
    for (size_t i = 1; i < rule.len && n < 2; i++) {
        if (rule.p[i] == '\\')
            i++;
        else if (rule.p[i] == separator) {
            part[n++] = (struct span){rule.p + from, i - from};
            from = i + 1;
        }
    }
    part[2] = span_skip(rule, from);
    return n == 2 && part[0].len > 0;
}

void preprocess_defenv(struct preprocess *p, struct span words, bool must_exist, bool quotes,
                       struct source_pos at) {
    struct span variable = words, value, name = span_cut(&variable, '=');
    if (!words.len || span_find(words, ' ') >= 0 || span_find(words, '\t') >= 0) {
        diag_error(p->diag, at, "expected the name of a variable of the environment");
        return;
    }
    if (!variable.len) variable = name;
    if (kam_program_environment(p->program, variable, &value)) {
        struct buf text = {0};
        buf_addf(&text, quotes ? "\"" SPAN_FMT "\"" : SPAN_FMT, SPAN_ARG(value));
        preprocess_define(p, must_exist ? PREPROCESS_DEFINE : PREPROCESS_TRYDEF, arena_text(p->arena, name),
                          buf_span(&text), at);
        buf_free(&text);
    } else if (must_exist) {
        diag_error(p->diag, at,
                   "#!defenv: there is no " SPAN_FMT " in the environment that scenario.yaml gives",
                   SPAN_ARG(variable));
    }
}

/* The text with the values of its $env(NAME); one that is not there is nothing. False: it has something else
 * that Kamailio would compute. */
static bool expand(const struct preprocess *p, struct span *text) {
    struct buf out = {0};
    struct span left = *text, value;
    ptrdiff_t at;
    while ((at = span_find(left, '$')) >= 0) {
        buf_add(&out, span_head(left, (size_t)at));
        left = span_skip(left, (size_t)at);
        ptrdiff_t end = span_find(left, ')');
        if (!span_starts(left, "$env(") || end < 0) break;
        if (kam_program_environment(p->program, (struct span){left.p + 5, (size_t)end - 5}, &value))
            buf_add(&out, value);
        left = span_skip(left, (size_t)end + 1);
    }
    buf_add(&out, left);
    bool done = at < 0;
    if (done) *text = arena_text(p->arena, buf_span(&out));
    buf_free(&out);
    return done;
}

/* \1 and \\1 are what a group matched: its number and the length of that; 0: something else stands there. */
static size_t group_at(struct span text, size_t i, size_t *number) {
    size_t digit = i + 1;
    if (text.p[i] != '\\') return 0;
    if (digit < text.len && text.p[digit] == '\\') digit++;
    if (digit >= text.len || !ascii_digit((unsigned char)text.p[digit])) return 0;
    *number = (size_t)(text.p[digit] - '0');
    return digit + 1 - i;
}

/* What may stand instead of a match: no backslash but of a group. */
static bool is_text(struct span text, bool groups) {
    size_t number, step;
    for (size_t i = 0; i < text.len; i += step) {
        step = groups ? group_at(text, i, &number) : 0;
        if (step == 0 && text.p[i] == '\\') return false;
        step = step ? step : 1;
    }
    return true;
}

void preprocess_subst(struct preprocess *p, enum preprocess_subst_how how, struct span rule,
                      struct source_pos at) {
    struct span part[3];
    if (!cut_rule(rule, part)) {
        diag_error(p->diag, at, "invalid substitution \"" SPAN_FMT "\": expected \"/pattern/text/\"",
                   SPAN_ARG(rule));
        return;
    }
    bool groups = span_find(part[1], '\\') >= 0, fits = is_text(part[1], how == PREPROCESS_SUBST);
    if (!fits || !expand(p, &part[1])) {
        diag_error(p->diag, at,
                   "a substitution by a text with another \\ than \\0 to \\9, or with a $ but of $env(NAME), "
                   "is not simulated");
        return;
    }
    unsigned flags = REGEX_GROUPS;
    const char *why;
    bool all = false;
    for (size_t i = 0; i < part[2].len; i++) {
        if (part[2].p[i] == 'g')
            all = true;
        else if (part[2].p[i] == 'i')
            flags |= REGEX_ICASE;
        else if (part[2].p[i] != 's') {
            diag_error(p->diag, at, "unknown substitution flag '%c'", part[2].p[i]);
            return;
        }
    }
    struct preprocess_subst *s = arena_new(p->arena, sizeof *s);
    s->regex = regex_new(part[0], flags, &why, &p->work);
    if (!s->regex) {
        cfg_regex_error(part[0], why, at, p->diag);
        return;
    }
    s->text = arena_text(p->arena, part[1]);
    s->all = all;
    s->groups = groups;
    *p->substs_end = s;
    p->substs_end = &s->next;
    if (how == PREPROCESS_SUBST) return;
    struct buf value = {0};
    if (how == PREPROCESS_SUBSTDEFS) buf_add_char(&value, '"');
    buf_add(&value, part[1]);
    if (how == PREPROCESS_SUBSTDEFS) buf_add_char(&value, '"');
    preprocess_define(p, PREPROCESS_DEFINE, part[0], buf_span(&value), at);
    buf_free(&value);
}

enum { GROUPS = 10 };

/* The text of the rule, with what its groups have matched. */
static void add_text(struct buf *out, const struct preprocess_subst *s, struct span matched,
                     const struct regex_match m[GROUPS]) {
    size_t number, step;
    for (size_t i = 0; i < s->text.len; i += step) {
        step = s->groups ? group_at(s->text, i, &number) : 0;
        if (step == 0) buf_add_char(out, s->text.p[i]);
        if (step && m[number].from >= 0)
            buf_add(out, span_between(matched.p + m[number].from, matched.p + m[number].to));
        step = step ? step : 1;
    }
}

/* What replacing makes of one text; p NULL: nothing matched, or it was too much. */
static struct span substitute(struct preprocess *p, const struct preprocess_subst *s, struct span text,
                              struct buf *out) {
    struct regex_match m[GROUPS];
    size_t from = 0;
    bool changed = false;
    buf_reset(out);
    while (from <= text.len && p->work < PREPROCESS_WORK_MAX && out->len <= PREPROCESS_STRING_MAX) {
        struct span left = span_skip(text, from);
        for (size_t i = 0; i < GROUPS; i++)
            m[i].from = m[i].to = -1;
        enum regex_answer found = regex_find(s->regex, left, from > 0, m, GROUPS, &p->work);
        if (found == REGEX_TOO_MUCH) p->work = PREPROCESS_WORK_MAX;
        if (found != REGEX_YES) break;
        buf_add(out, span_head(left, (size_t)m[0].from));
        add_text(out, s, left, m);
        changed = true;
        from += (size_t)m[0].to;
        if (!s->all || m[0].from == m[0].to) break;
    }
    if (!changed) return (struct span){0};
    buf_add(out, span_skip(text, from));
    p->work += out->len;
    return arena_text(p->arena, buf_span(out));
}

struct span preprocess_string(struct preprocess *p, struct span text, struct source_pos at) {
    struct buf out = {0};
    for (const struct preprocess_subst *s = p->substs; s && !p->gave_up; s = s->next) {
        p->work += 16;
        struct span changed = substitute(p, s, text, &out);
        if (changed.p) text = changed;
        p->gave_up = true;
        if (text.len > PREPROCESS_STRING_MAX)
            diag_error(p->diag, at, "#!subst makes the string longer than %d bytes", PREPROCESS_STRING_MAX);
        else if (p->work >= PREPROCESS_WORK_MAX)
            diag_error(p->diag, at,
                       "too much to replace: all #!subst together take more than %d steps up to here",
                       PREPROCESS_WORK_MAX);
        else
            p->gave_up = false;
    }
    buf_free(&out);
    return text;
}
