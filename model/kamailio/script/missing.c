/* SPDX-License-Identifier: MIT */
#include "model/kamailio/script/missing.h"

#include "model/kamailio/script/names.h"

#include <stdarg.h>

/* So many names of a module are told; of the others, how many there are. */
enum { NAMES_TOLD = 12 };

struct program_missing_name {
    struct program_missing_name *next;
    struct span name;
};

static const char *const kinds[] = {[KAM_NAME_FUNCTION] = "functions",
                                    [KAM_NAME_PARAMETER] = "parameters",
                                    [KAM_NAME_VARIABLE] = "variables"};

/* The next line that is no comment. */
static bool next_line(struct span *left, struct span *module, struct span *words) {
    while (left->len) {
        struct span line = span_cut(left, '\n');
        if (line.len == 0 || line.p[0] == '#') continue;
        *module = span_cut(&line, ' ');
        *words = line;
        return true;
    }
    return false;
}

bool kam_names_module(struct span name) {
    struct span left = span_of(kam_names), module, words;
    while (next_line(&left, &module, &words))
        if (span_eq(module, name)) return true;
    return false;
}

static bool is_kind(struct span word, enum kam_name_kind kind) {
    return span_is(word, kinds[kind]) ||
           (kind == KAM_NAME_PARAMETER && (span_is(word, "numbers") || span_is(word, "texts")));
}

void kam_names_each(void (*line)(struct buf *out, struct span module, enum kam_name_kind kind,
                                 struct span words),
                    struct buf *out) {
    struct span left = span_of(kam_names), module, words;
    while (next_line(&left, &module, &words)) {
        struct span kind = span_cut(&words, ' ');
        for (enum kam_name_kind k = KAM_NAME_FUNCTION; k <= KAM_NAME_VARIABLE; k++)
            if (is_kind(kind, k)) line(out, module, k, words);
    }
}

/* Is the name among the words? *counts: a function's numbers of arguments. */
static bool among(struct span words, struct span name, struct span *counts) {
    while (words.len) {
        *counts = span_cut(&words, ' ');
        if (span_eq(span_cut(counts, '/'), name)) return true;
    }
    return false;
}

/* Does a line name it? One without any words may. */
static bool line_has(struct span words, enum kam_name_kind kind, struct span name, struct span *counts) {
    *counts = SPAN("*");
    return words.len == 0 || (is_kind(span_cut(&words, ' '), kind) && among(words, name, counts));
}

bool kam_names_has(struct span owner, enum kam_name_kind kind, struct span name) {
    struct span left = span_of(kam_names), module, words, counts;
    while (next_line(&left, &module, &words))
        if (span_eq(module, owner) && line_has(words, kind, name, &counts)) return true;
    return false;
}

/* Is there a line of the module that begins with the word, and with that name in it unless its p is NULL? */
static bool has_line(struct span owner, const char *word, struct span name) {
    struct span left = span_of(kam_names), module, words, counts;
    while (next_line(&left, &module, &words))
        if (span_eq(module, owner) && span_is(span_cut(&words, ' '), word) &&
            (!name.p || among(words, name, &counts)))
            return true;
    return false;
}

bool kam_names_idle(struct span module) { return has_line(module, "idle", (struct span){0}); }

bool kam_names_idle_parameter(struct span module, struct span name) {
    return kam_names_idle(module) && kam_names_has(module, KAM_NAME_PARAMETER, name) &&
           !has_line(module, "idle", name) && !has_line(module, "messages", name);
}

const char *kam_names_wants(struct span module, struct span parameter, bool number) {
    bool text = has_line(module, "texts", parameter), numbers = has_line(module, "numbers", parameter);
    if (number && text && !numbers) return "a string";
    return !number && numbers && !text ? "a number" : NULL;
}

bool kam_names_takes(struct span owner, struct span function, size_t arguments) {
    struct span left = span_of(kam_names), module, words, counts;
    while (next_line(&left, &module, &words)) {
        if (!span_eq(module, owner) || !line_has(words, KAM_NAME_FUNCTION, function, &counts)) continue;
        while (counts.len) {
            struct span count = span_cut(&counts, '/');
            uint64_t n;
            if (span_is(count, "*") || (span_to_u64(count, UINT32_MAX, &n) && n == arguments)) return true;
        }
    }
    return false;
}

struct span kam_names_owner(const struct kam_program *p, enum kam_name_kind kind, struct span name) {
    struct span left = span_of(kam_names), module, words, counts, any = {0};
    while (next_line(&left, &module, &words)) {
        if (!line_has(words, kind, name, &counts)) continue;
        if (program_loads_name(p, module)) return module;
        if (!any.len && words.len) any = module;
    }
    return any;
}

static struct program_missing *find(const struct kam_program *p, struct span module) {
    struct program_missing *m = p->missing;
    while (m && !span_eq(m->module, module))
        m = m->next;
    return m;
}

/* In the order in which they are first seen. */
static struct program_missing *find_or_add(struct kam_program *p, struct span module, struct source_pos at) {
    struct program_missing *m = find(p, module), **end = &p->missing;
    if (m) return m;
    while (*end)
        end = &(*end)->next;
    m = *end = arena_new(&p->arena, sizeof *m);
    *m = (struct program_missing){.module = arena_text(&p->arena, module), .at = at};
    return m;
}

/* Of a module that acts where a run may never get. */
static void note_stops(struct kam_program *p, struct span module, struct source_pos at) {
    struct span left = span_of(kam_names), owner, words;
    if (has_line(module, "dialogs", (struct span){0}) && !p->on_dialog.why)
        p->on_dialog = (struct program_stop){
            program_missing_reached(p, SPAN(""), at, "what module \"" SPAN_FMT "\" does when a dialog begins",
                                    SPAN_ARG(module)),
            at};
    while (next_line(&left, &owner, &words)) {
        struct span kind = span_cut(&words, ' ');
        if (!span_eq(owner, module)) continue;
        if (span_is(kind, "messages") && words.len == 0 && !p->on_message.why)
            p->on_message = (struct program_stop){
                program_missing_reached(
                    p, SPAN(""), at, "what module \"" SPAN_FMT "\" does with each message", SPAN_ARG(module)),
                at};
        if (!span_is(kind, "asked")) continue;
        p->asked_texts = words;
        p->on_asked =
            (struct program_stop){program_missing_now(&p->arena, module, "what a request asks for"), at};
    }
}

bool program_missing_load(struct kam_program *p, struct span module, struct source_pos at) {
    if (find(p, module)) return false;
    struct program_missing *m = find_or_add(p, module, at);
    m->whole = true;
    m->idle = kam_names_idle(module);
    note_stops(p, module, at);
    return true;
}

bool program_loads_name(const struct kam_program *p, struct span module) {
    size_t number = program_module(module);
    return number ? p->loaded[number] : find(p, module) != NULL;
}

static void add_name(struct kam_program *p, struct program_missing_uses *uses, struct span name) {
    struct program_missing_name **end = &uses->names;
    uses->count++;
    for (; *end; end = &(*end)->next)
        if (span_eq((*end)->name, name)) return;
    *end = arena_new(&p->arena, sizeof **end);
    (*end)->name = arena_text(&p->arena, name);
}

void program_missing_parameter(struct kam_program *p, struct span module, struct span name,
                               struct kam_value value, struct source_pos at) {
    if (!has_line(module, "messages", name)) {
        program_missing_acts(p, module, at, "the parameter " SPAN_FMT, SPAN_ARG(name));
    } else if ((value.type != KAM_INT || value.n != 0) && !p->on_message.why) {
        p->on_message = (struct program_stop){
            program_missing_reached(p, SPAN(""), at, "what " SPAN_FMT "." SPAN_FMT " does with each message",
                                    SPAN_ARG(module), SPAN_ARG(name)),
            at};
    }
}

void program_missing_acts(struct kam_program *p, struct span module, struct source_pos at, const char *format,
                          ...) {
    struct buf name = {0};
    va_list args;
    va_start(args, format);
    buf_addv(&name, format, args);
    va_end(args);
    if (!p->never_runs) add_name(p, &find_or_add(p, module, at)->acts, buf_span(&name));
    buf_free(&name);
}

static void add_owner(struct buf *out, struct span module) {
    if (span_is(module, kam_modules[0]->name))
        buf_add_text(out, " of the core");
    else if (module.len)
        buf_addf(out, " of module \"" SPAN_FMT "\"", SPAN_ARG(module));
}

const char *program_missing_reached(struct kam_program *p, struct span module, struct source_pos at,
                                    const char *format, ...) {
    struct buf name = {0};
    va_list args;
    va_start(args, format);
    buf_addv(&name, format, args);
    va_end(args);
    if (!p->never_runs) add_name(p, &find_or_add(p, module, at)->reached, buf_span(&name));
    const char *why = program_missing_now(&p->arena, module, buf_text(&name));
    buf_free(&name);
    return why;
}

const char *program_missing_now(struct arena *arena, struct span module, const char *name) {
    struct buf text = {0};
    buf_add_text(&text, name);
    add_owner(&text, module);
    buf_add_text(&text, " is not simulated, and the run has reached it");
    buf_add_char(&text, '\0');
    const char *why = arena_text(arena, buf_span(&text)).p;
    buf_free(&text);
    return why;
}

/* "a(), b() and $c" */
static size_t list_names(const struct program_missing_uses *uses, struct buf *out) {
    size_t count = 0;
    for (const struct program_missing_name *n = uses->names; n; n = n->next)
        count++;
    size_t told = count > NAMES_TOLD ? NAMES_TOLD - 1 : count, i = 0;
    for (const struct program_missing_name *n = uses->names; i < told; n = n->next, i++)
        buf_addf(out, "%s" SPAN_FMT, i == 0 ? "" : i + 1 == count ? " and " : ", ", SPAN_ARG(n->name));
    if (told < count) buf_addf(out, " and %zu others", count - told);
    return count;
}

/* "a() and b() of module "m" are not simulated (3 uses)"; nothing without uses. */
static void list_uses(struct buf *out, struct span module, const struct program_missing_uses *uses) {
    if (uses->count == 0) return;
    size_t names = list_names(uses, out);
    add_owner(out, module);
    buf_addf(out, " %s not simulated", names == 1 ? "is" : "are");
    if (uses->count > names) buf_addf(out, " (%zu uses)", uses->count);
}

/* A module that acts by itself: all that was used of it is no matter any more. */
static void tell_module(struct program_missing *m, struct diag *diag) {
    struct buf text = {0};
    size_t uses = m->acts.count + m->reached.count;
    buf_addf(&text, "module \"" SPAN_FMT "\" is not simulated", SPAN_ARG(m->module));
    struct program_missing_name **end = &m->acts.names;
    while (*end)
        end = &(*end)->next;
    *end = m->reached.names;
    if (uses) buf_addf(&text, "; %zu use%s: ", uses, uses == 1 ? "" : "s");
    list_names(&m->acts, &text);
    diag_error(diag, m->at, "%s", buf_text(&text));
    buf_free(&text);
}

void program_missing_tell(struct kam_program *p, struct diag *diag) {
    for (struct program_missing *m = p->missing; m; m = m->next) {
        if (m->whole && !m->idle) {
            tell_module(m, diag);
        } else {
            struct buf acts = {0}, reached = {0};
            list_uses(&acts, m->module, &m->acts);
            list_uses(&reached, m->module, &m->reached);
            if (acts.len) diag_error(diag, m->at, "%s", buf_text(&acts));
            if (reached.len)
                diag_warning(diag, m->at, "%s: a run that reaches %s stops", buf_text(&reached),
                             m->reached.names->next ? "one of them" : "it");
            buf_free(&acts);
            buf_free(&reached);
        }
        m->acts = m->reached = (struct program_missing_uses){0};
    }
}
