/* SPDX-License-Identifier: MIT */
/* Statistics, which nobody sees on the wire: response times (rtd) and repartitions (facts: SIPp 13). */
#include "base/mem.h"
#include "model/sipp/scenario/loader.h"

#include <stdlib.h>

/* The number of the response time that an attribute names; -1: none. */
static int find_rtd(struct loader *l, const struct xml_element *e, const char *attribute) {
    const struct xml_attribute *a = xml_attribute(e, attribute);
    struct rtd_table *table = &l->program->rtds;
    if (!a || span_is(a->value, "false")) return -1;
    struct span name = span_is(a->value, "true") ? SPAN("1") : a->value;
    for (size_t i = 0; i < table->count; i++)
        if (span_eq(table->list[i].name, name)) return (int)i;
    table->list = mem_room(table->list, table->count, &table->cap, sizeof *table->list);
    table->list[table->count] = (struct rtd){.name = name, .at = attribute_at(e, a)};
    return (int)table->count++;
}

void rtd_of_step(struct loader *l, struct step *s, const struct xml_element *e) {
    struct rtd *list;
    s->start_rtd = find_rtd(l, e, "start_rtd");
    s->stop_rtd = find_rtd(l, e, "rtd");
    s->repeat_rtd = element_bool(e, "repeat_rtd", false, l->diag);
    list = l->program->rtds.list;
    if (s->start_rtd >= 0) list[s->start_rtd].is_started = true;
    if (s->stop_rtd >= 0) list[s->stop_rtd].is_stopped = true;
    if (s->stop_rtd < 0 && xml_attribute(e, "repeat_rtd"))
        diag_error(l->diag, attribute_at(e, xml_attribute(e, "repeat_rtd")),
                   "repeat_rtd is only for a step with rtd");
}

void rtd_check(const struct loader *l) {
    const struct rtd_table *table = &l->program->rtds;
    for (const struct rtd *rtd = table->list; rtd < table->list + table->count; rtd++)
        if (rtd->is_started && !rtd->is_stopped)
            diag_error(l->diag, rtd->at, "response time \"" SPAN_FMT "\" is started, but no rtd stops it",
                       SPAN_ARG(rtd->name));
}

/* SIPp's lists: whole numbers, digits with blanks around them, and commas between. False: it is none. */
static bool read_list(struct span list, uint32_t *numbers, size_t *count) {
    *count = 0;
    if (list.len == 0) return true;
    for (struct span rest = list; rest.p;) {
        struct span entry = span_trim(span_cut(&rest, ','));
        uint64_t number = 0;
        if (entry.len == 0) return false;
        for (size_t i = 0; i < entry.len; i++) {
            if (ascii_digit((unsigned char)entry.p[i]))
                number = number < UINT32_MAX ? number * 10 + (uint64_t)(entry.p[i] - '0') : number;
            else if (entry.p[i] != ' ' && entry.p[i] != '\t')
                return false;
        }
        numbers[(*count)++] = number < UINT32_MAX ? (uint32_t)number : UINT32_MAX;
    }
    return true;
}

void repartition_compile(struct loader *l, const struct xml_element *e) {
    struct sipp_program *p = l->program;
    bool of_calls = span_starts(e->name, "Call");
    element_check_attributes(e, (const char *const[]){"value", "name", NULL}, NULL, l->diag);
    const struct xml_attribute *a = xml_attribute(e, "value");
    if (!a) {
        element_needs(e, "value", l->diag);
        return;
    }
    if (l->list != &p->main) return;             /* the statistics are of the calls */
    if (!of_calls && p->rtds.count == 0) return; /* SIPp reads it only for the rtd= that it has seen */
    struct bounds_list *list = mem_new(sizeof *list + (a->value.len / 2 + 1) * sizeof *list->ms);
    struct sipp_bounds bounds = {.ms = list->ms};
    list->next = p->bounds;
    p->bounds = list;
    if (!read_list(a->value, list->ms, &bounds.count))
        diag_error(l->diag, attribute_at(e, a),
                   "value: \"" SPAN_FMT "\" is no list of numbers with commas between", SPAN_ARG(a->value));
    if (of_calls) p->call_lengths = bounds;
    for (size_t i = 0; i < p->rtds.count && !of_calls; i++)
        p->rtds.list[i].bounds = bounds;
}

void rtd_free(struct sipp_program *p) {
    for (struct bounds_list *list = p->bounds, *next; list; list = next) {
        next = list->next;
        free(list);
    }
    free(p->rtds.list);
}
