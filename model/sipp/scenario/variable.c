/* SPDX-License-Identifier: MIT */
#include "model/sipp/scenario/variable.h"

#include "base/mem.h"

#include <stdlib.h>

void variable_table_free(struct variable_table *t) {
    for (size_t i = 0; i < t->count; i++)
        free(t->variables[i].name);
    free(t->variables);
    *t = (struct variable_table){0};
}

static int find_from(const struct variable_table *t, enum variable_level level, struct span name) {
    int found = -1;
    for (size_t i = 0; i < t->count; i++) {
        const struct variable *v = &t->variables[i];
        if (v->level < level || v->len != name.len || memcmp(v->name, name.p, name.len) != 0) continue;
        if (found < 0 || v->level < t->variables[found].level) found = (int)i;
    }
    return found;
}

int variable_find(const struct variable_table *t, struct span name) {
    return find_from(t, VARIABLE_OF_CALL, name);
}

int variable_find_used(struct variable_table *t, struct span name) {
    int id = variable_find(t, name);
    if (id >= 0) t->variables[id].uses++;
    return id;
}

int variable_declare(struct variable_table *t, enum variable_level level, struct span name,
                     struct source_pos at) {
    int id = find_from(t, level, name);
    if (id < 0) {
        t->variables = mem_room(t->variables, t->count, &t->cap, sizeof *t->variables);
        id = (int)t->count++;
        t->variables[id] =
            (struct variable){.name = mem_text(name), .len = name.len, .level = level, .at = at};
    }
    t->variables[id].uses++;
    return id;
}

int variable_use(struct variable_table *t, struct span name, struct source_pos at, struct diag *diag) {
    if (name.len == 0 || span_find(name, '$') >= 0 || span_find(name, ',') >= 0) {
        diag_error(diag, at, "\"" SPAN_FMT "\" is no name for a variable", SPAN_ARG(name));
        return -1;
    }
    return variable_declare(t, VARIABLE_OF_CALL, name, at);
}

void variable_table_check(const struct variable_table *t, struct diag *diag) {
    const char **names = mem_new((t->count + 1) * sizeof *names);
    for (size_t i = 0; i < t->count; i++) {
        const struct variable *v = &t->variables[i];
        if (v->uses != 1 || strcmp(v->name, "_") == 0) continue;
        size_t others = 0;
        if (diag_full(diag)) {
            diag_error(diag, v->at, "variable $%s is named only here", v->name);
            continue;
        }
        for (size_t j = 0; j < t->count; j++)
            if (strcmp(v->name, t->variables[j].name) != 0) names[others++] = t->variables[j].name;
        names[others] = NULL;
        const char *other = diag_suggest(span_of(v->name), names);
        bool is_elsewhere = others + 1 < t->count;
        if (is_elsewhere)
            diag_error(diag, v->at,
                       "variable $%s is named only here: <Global> and <User> must stand before the first use",
                       v->name);
        else
            diag_error(diag, v->at, "variable $%s is named only here%s%s%s", v->name,
                       other ? "; did you mean $" : "", other ? other : "", other ? "?" : "");
    }
    free(names);
}

void value_set_string(struct value *v, struct span text) {
    value_clear(v);
    v->type = VALUE_STRING;
    buf_add(&v->text, text);
}

void value_set_number(struct value *v, struct real number) {
    value_clear(v);
    v->type = VALUE_NUMBER;
    v->number = number;
}

void value_set_bool(struct value *v, bool truth) {
    value_clear(v);
    v->type = VALUE_BOOL;
    v->truth = truth;
}

bool value_is_set(const struct value *v) {
    switch (v->type) {
    case VALUE_STRING: return true;
    case VALUE_NUMBER: return !real_is_zero(v->number);
    case VALUE_BOOL: return v->truth;
    case VALUE_UNSET: break;
    }
    return false;
}

struct span value_string(const struct value *v) {
    return v->type == VALUE_STRING ? buf_span(&v->text) : (struct span){"", 0};
}

struct real value_number(const struct value *v) {
    return v->type == VALUE_NUMBER ? v->number : REAL_ZERO;
}

void value_write(struct buf *out, const struct value *v) {
    switch (v->type) {
    case VALUE_STRING: buf_add(out, buf_span(&v->text)); break;
    case VALUE_NUMBER:
        if (!real_is_zero(v->number)) real_write(out, v->number);
        break;
    case VALUE_BOOL: buf_add_text(out, v->truth ? "true" : "false"); break;
    case VALUE_UNSET: break;
    }
}
