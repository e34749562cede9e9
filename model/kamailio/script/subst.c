/* SPDX-License-Identifier: MIT */
#include "model/kamailio/script/subst.h"

#include "model/kamailio/script/pv_name.h"

/* What replaces a match: a text, then a group or a variable. */
struct part {
    struct part *next;
    struct span text;
    int group;               /* -1: none */
    const struct cfg_pv *pv; /* NULL: none */
};

struct script_subst {
    struct regex *regex;
    struct part *parts;
    bool all;       /* flag g */
    bool own;       /* the expression ends with it: built at run time */
    uint64_t steps; /* that this took */
};

static const struct script_subst *wrong(struct script_pv_maker *m, struct span text, const char *why) {
    buf_reset(&m->why);
    buf_addf(&m->why, "invalid substitution \"" SPAN_FMT "\": %s", SPAN_ARG(text), why);
    return NULL;
}

/* /expression/text/flags at its separator. In the text a backslash guards the next character; in the
 * expression a separator right behind one is none, whatever stands before that. */
static bool cut(struct span all, struct span part[3]) {
    if (all.len < 3) return false;
    size_t from = 1, n = 0;
    for (size_t i = 1; i < all.len && n < 2; i++) {
        if (n == 1 && all.p[i] == '\\')
            i++;
        else if (all.p[i] == all.p[0] && (n == 1 || all.p[i - 1] != '\\')) {
            part[n++] = (struct span){all.p + from, i - from};
            from = i + 1;
        }
    }
    part[2] = span_skip(all, from);
    return n == 2;
}

static char escaped(char c) {
    switch (c) {
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return c;
    }
}

/* The text's parts; false after an error. */
static bool read_parts(struct script_pv_maker *m, struct span text, struct part **end) {
    struct buf plain = {0};
    bool good = true;
    while (good) {
        struct part *p = arena_new(m->arena, sizeof *p);
        *p = (struct part){.group = -1};
        *end = p;
        end = &p->next;
        buf_reset(&plain);
        for (; text.len && p->group < 0 && !p->pv && good;) {
            size_t len = text.p[0] == '$' ? script_pv_len(text) : 0;
            if (len) {
                struct cfg_pv *pv = arena_new(m->arena, sizeof *pv);
                good = script_pv_make(m, span_head(text, len), pv);
                p->pv = pv;
                text = span_skip(text, len);
            } else if (text.p[0] == '\\' && text.len > 1) {
                if (ascii_digit((unsigned char)text.p[1]))
                    p->group = text.p[1] - '0';
                else
                    buf_add_char(&plain, escaped(text.p[1]));
                text = span_skip(text, 2);
            } else {
                buf_add_char(&plain, text.p[0]);
                text = span_skip(text, 1);
            }
        }
        p->text = arena_text(m->arena, buf_span(&plain));
        if (p->group < 0 && !p->pv) break;
    }
    buf_free(&plain);
    return good;
}

const struct script_subst *script_subst_make(struct script_pv_maker *m, struct span text) {
    struct span part[3];
    const char *why;
    unsigned flags = REGEX_GROUPS | REGEX_LINES;
    if (!cut(text, part)) return wrong(m, text, "expected /expression/text/flags");
    struct script_subst *s = arena_new(m->arena, sizeof *s);
    *s = (struct script_subst){0};
    for (size_t i = 0; i < part[2].len; i++) {
        if (part[2].p[i] == 'g')
            s->all = true;
        else if (part[2].p[i] == 'i')
            flags |= REGEX_ICASE;
        else if (part[2].p[i] == 's')
            flags &= ~(unsigned)REGEX_LINES;
        else
            return wrong(m, text, "unknown flag");
    }
    s->regex = m->names ? program_regex_flags(m->names, part[0], flags, &why)
                        : regex_new(part[0], flags, &why, &s->steps);
    s->own = !m->names;
    if (!s->regex) return wrong(m, text, why);
    if (read_parts(m, part[1], &s->parts)) return s;
    script_subst_drop(s);
    return NULL;
}

void script_subst_drop(const struct script_subst *s) {
    if (s && s->own) regex_free(s->regex);
}

uint64_t script_subst_steps(const struct script_subst *s) { return s->steps; }

static void add_parts(struct script *h, struct buf *out, const struct script_subst *s, struct span text,
                      const struct regex_match *groups) {
    for (const struct part *p = s->parts; p; p = p->next) {
        buf_add(out, p->text);
        if (p->pv) buf_add(out, script_text(h, script_pv(h, p->pv)));
        if (p->group < 0 || groups[p->group].from < 0) continue;
        const struct regex_match *g = &groups[p->group];
        buf_add(out, (struct span){text.p + g->from, (size_t)(g->to - g->from)});
    }
}

bool script_subst_run(struct script *h, const struct script_subst *s, struct span text,
                      kam_subst_found *found, void *arg) {
    enum { GROUPS = 10, BEGIN = 20 /* steps of a match that finds its first byte at once */ };
    struct regex_match groups[GROUPS];
    struct buf b = {0};
    size_t from = 0;
    bool good = true;
    do {
        uint64_t steps = 0;
        bool line_start = from == 0 || text.p[from - 1] == '\n' || text.p[from - 1] == '\r';
        struct span left = span_skip(text, from);
        enum regex_answer answer = regex_find(s->regex, left, !line_start, groups, GROUPS, &steps);
        event_spend_match(h->state->queue, kam_script_at(h->state), answer, steps + BEGIN);
        if (answer != REGEX_YES) break;
        good = groups[0].from < groups[0].to;
        if (!good) break;
        buf_reset(&b);
        add_parts(h, &b, s, left, groups);
        size_t at = from + (size_t)groups[0].from, len = (size_t)(groups[0].to - groups[0].from);
        found(arg, at, len, buf_span(&b));
        from = at + len;
    } while (s->all);
    buf_free(&b);
    return good;
}

struct substitution {
    struct buf out;
    struct span text;
    size_t done;
    unsigned count;
};

static void replace(void *arg, size_t at, size_t len, struct span text) {
    struct substitution *s = arg;
    buf_add(&s->out, span_between(s->text.p + s->done, s->text.p + at));
    buf_add(&s->out, text);
    s->done = at + len;
    s->count++;
}

struct span script_subst_apply(struct script *h, const struct script_subst *s, struct span text,
                               unsigned *count) {
    struct substitution now = {.text = text};
    bool good = script_subst_run(h, s, text, replace, &now);
    *count = good ? now.count : 0;
    if (*count) {
        buf_add(&now.out, span_skip(text, now.done));
        text = arena_text(h->arena, buf_span(&now.out));
    }
    buf_free(&now.out);
    return good ? text : (struct span){0};
}
