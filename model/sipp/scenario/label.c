/* SPDX-License-Identifier: MIT */
#include "model/sipp/scenario/loader.h"

#include "base/mem.h"

#include <stdlib.h>

void label_add(struct loader *l, const struct xml_element *e, bool init) {
    element_check_attributes(e, (const char *const[]){"id", NULL}, NULL, l->diag);
    const struct xml_attribute *id = xml_attribute(e, "id");
    if (!id) {
        element_needs(e, "id", l->diag);
        return;
    }
    for (size_t i = 0; i < l->label_count[init]; i++)
        if (span_eq(l->labels[init][i].name, id->value))
            diag_error(l->diag, attribute_at(e, id), "label " SPAN_FMT " is used twice", SPAN_ARG(id->value));
    l->labels[init] =
        mem_room(l->labels[init], l->label_count[init], &l->label_cap[init], sizeof *l->labels[init]);
    l->labels[init][l->label_count[init]++] =
        (struct label){id->value, (int)(init ? l->init->count : l->list->count)};
}

void label_refer(struct loader *l, const struct xml_element *e, const char *name, bool init, size_t step) {
    const struct xml_attribute *a = xml_attribute(e, name);
    if (!a) return;
    l->references = mem_room(l->references, l->reference_count, &l->reference_cap, sizeof *l->references);
    l->references[l->reference_count++] = (struct label_reference){
        .e = e, .a = a, .init = init, .on_timeout = strcmp(name, "ontimeout") == 0, .step = step};
}

int label_find(const struct loader *l, bool init, struct span name) {
    for (size_t i = 0; i < l->label_count[init]; i++)
        if (span_eq(l->labels[init][i].name, name)) return l->labels[init][i].step;
    return -1;
}

static void undefined_label(struct loader *l, const struct label_reference *r) {
    const char *other = NULL;
    if (diag_full(l->diag)) {
        diag_error(l->diag, attribute_at(r->e, r->a), "there is no label " SPAN_FMT, SPAN_ARG(r->a->value));
        return;
    }
    const char **names = mem_new((l->label_count[r->init] + 1) * sizeof *names);
    for (size_t i = 0; i < l->label_count[r->init]; i++)
        names[i] = mem_text(l->labels[r->init][i].name);
    other = diag_suggest(r->a->value, names);
    diag_error(l->diag, attribute_at(r->e, r->a), "there is no label " SPAN_FMT "%s%s%s",
               SPAN_ARG(r->a->value), other ? "; did you mean " : "", other ? other : "", other ? "?" : "");
    for (size_t i = 0; i < l->label_count[r->init]; i++)
        free((char *)names[i]);
    free(names);
}

void label_resolve(struct loader *l) {
    for (size_t i = 0; i < l->reference_count; i++) {
        const struct label_reference *r = &l->references[i];
        struct step *s = &(r->init ? l->init : l->list)->steps[r->step];
        int target = label_find(l, r->init, r->a->value);
        if (target < 0)
            undefined_label(l, r);
        else if (r->on_timeout)
            s->on_timeout = target;
        else
            s->next = target;
    }
    struct sipp_program *p = l->program;
    l->list->unexpected_main = label_find(l, false, SPAN("_unexp.main"));
    p->unexpected_retaddr = variable_find_used(&p->variables, SPAN("_unexp.retaddr"));
    p->unexpected_pausedaddr = variable_find_used(&p->variables, SPAN("_unexp.pausedaddr"));
}
