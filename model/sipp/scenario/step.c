/* SPDX-License-Identifier: MIT */
#include "model/sipp/scenario/loader.h"

#include "base/mem.h"
#include "base/number.h"

#include <stdlib.h>

static const char *const common_attributes[] = {
    "next", "test",     "chance",     "condexec", "condexec_inverse", "counter", "crlf",      "display",
    "hide", "hiderest", "repeat_rtd", "rtd",      "start_rtd",        "lost",    "ontimeout", "ignoresdp",
    NULL};

static struct step *new_step(struct step_list *list, struct source_pos at, enum step_kind kind) {
    list->steps = mem_room(list->steps, list->count, &list->cap, sizeof *list->steps);
    struct step *s = &list->steps[list->count++];
    *s = (struct step){.kind = kind,
                       .at = at,
                       .on_timeout = -1,
                       .start_txn = -1,
                       .ack_txn = -1,
                       .response_txn = -1,
                       .advance_state = true,
                       .variable = -1,
                       .next = -1,
                       .test = -1,
                       .condexec = -1,
                       .lost = -1};
    return s;
}

static struct step *add_step(struct step_list *list, const struct xml_element *e, enum step_kind kind) {
    return new_step(list, xml_at(e), kind);
}

void step_add_recv(struct step_list *list, struct span request) {
    new_step(list, (struct source_pos){0}, STEP_RECV)->request = request;
}

static void compile_chance(struct loader *l, struct step *s, const struct xml_element *e) {
    int64_t p;
    if (!element_number(e, "chance", &p, l->diag)) return;
    if (p < 0 || p > NUMBER_ONE) {
        diag_error(l->diag, attribute_at(e, xml_attribute(e, "chance")), "chance must be from 0 to 1");
        return;
    }
    int64_t below;
    if (number_multiply(NUMBER_ONE - p, (int64_t)INT32_MAX, &below)) s->chance = (int32_t)below;
}

/* What all messages have. */
static void compile_common(struct loader *l, struct step *s, const struct xml_element *e, bool init) {
    const struct step_list *list = init ? l->init : l->list;
    label_refer(l, e, "next", init, list->count - 1);
    if (xml_attribute(e, "next")) { /* without it SIPp does not look at these */
        s->test = element_variable(&l->c, e, "test");
        compile_chance(l, s, e);
    }
    label_refer(l, e, "ontimeout", init, list->count - 1);
    element_name(e, "counter", l->diag);
    element_bool(e, "hide", false, l->diag);
    element_bool(e, "hiderest", false, l->diag);
    s->ignoresdp = element_bool(e, "ignoresdp", false, l->diag);
    s->condexec = element_variable(&l->c, e, "condexec");
    rtd_of_step(l, s, e);
    s->condexec_inverse = element_bool(e, "condexec_inverse", false, l->diag);
    if (element_number(e, "lost", &s->lost, l->diag)) l->program->lose_packets = true;
    for (const struct xml_element *child = e->first; child; child = child->next) {
        if (child == e->first && span_is(child->name, "action"))
            action_list_compile(&s->actions, &l->c, child);
        else
            diag_warning(l->diag, xml_at(child),
                         "SIPp does not look at this <" SPAN_FMT ">: it looks only for an <action>, "
                         "as the first element in <" SPAN_FMT ">",
                         SPAN_ARG(child->name), SPAN_ARG(e->name));
    }
}

struct step *step_add(struct loader *l, const struct xml_element *e, enum step_kind kind,
                      const char *const *attributes) {
    element_check_attributes(e, attributes, common_attributes, l->diag);
    return add_step(l->list, e, kind);
}

void step_compile_common(struct loader *l, struct step *s, const struct xml_element *e) {
    compile_common(l, s, e, false);
}

void step_compile_head(struct loader *l, struct text_view text, const struct template *t,
                       struct template_head *head) {
    if (!template_head(t, head))
        diag_error(l->diag, text_at(text, 0),
                   "a message must begin with its method or SIP/2.0, not with a keyword");
    else if (head->is_response && head->status == 0)
        diag_error(l->diag, text_at(text, 0),
                   "\"" SPAN_FMT "\" is no status code from 100 to 699, which SIPp wants to see in the file",
                   SPAN_ARG(head->status_text));
}

void step_compile_send(struct loader *l, const struct xml_element *e) {
    static const char *const known[] = {"retrans", "timeout", "start_txn", "ack_txn", "response_txn", NULL};
    struct step *s = add_step(l->list, e, STEP_SEND);
    element_check_attributes(e, known, common_attributes, l->diag);
    s->retrans_ms = element_word(e, "retrans", l->diag);
    element_word(e, "timeout", l->diag); /* of a congested socket: UDP knows none */
    struct span cdata = xml_cdata(e);
    if (!cdata.p) {
        diag_error(l->diag, xml_at(e), "<send> has no CDATA section");
    } else {
        struct text text = {0};
        text_of_cdata(&text, e->source, cdata);
        s->template = template_compile(&l->c, text_view(&text));
        step_compile_head(l, text_view(&text), s->template, &s->head);
        text_free(&text);
        transaction_of_send(l, s, e);
    }
    compile_common(l, s, e, false);
}

static void compile_expectation(struct loader *l, struct step *s, const struct xml_element *e) {
    const struct xml_attribute *request = xml_attribute(e, "request"),
                               *response = xml_attribute(e, "response");
    if (!request && !response)
        diag_warning(l->diag, xml_at(e), "<recv> without request= or response=: no message is expected here");
    if (response) s->response = element_word(e, "response", l->diag);
    s->methods = (struct span){NULL, l->list->methods.len}; /* completed when all is known */
    if (request || response) transaction_of_recv(l, s, e);
    if (!request) return;
    s->request = request->value;
    const struct xml_attribute *match = xml_attribute(e, "regexp_match");
    if (!match || !span_is(match->value, "true")) return; /* SIPp knows no other word for it here */
    const char *why;
    s->regex = regex_new(request->value, 0, &why, NULL);
    if (s->regex) return;
    s->bad_regex = true;
    diag_warning(l->diag, attribute_at(e, request),
                 "request: %s: SIPp ends when it is compared with a request", why);
}

enum optional step_optional(struct loader *l, const struct xml_element *e) {
    static const char *const names[] = {"false", "true", "global", NULL};
    const struct xml_attribute *a = xml_attribute(e, "optional");
    if (!a) return OPTIONAL_FALSE;
    for (int i = 0; names[i]; i++)
        if (span_is(a->value, names[i])) return (enum optional)i;
    diag_error(l->diag, attribute_at(e, a), "optional: \"" SPAN_FMT "\" is none of true, false and global",
               SPAN_ARG(a->value));
    return OPTIONAL_FALSE;
}

void step_compile_recv(struct loader *l, const struct xml_element *e) {
    static const char *const known[] = {"request", "response", "regexp_match",  "optional",     "timeout",
                                        "rrs",     "auth",     "advance_state", "response_txn", NULL};
    struct step *s = add_step(l->list, e, STEP_RECV);
    element_check_attributes(e, known, common_attributes, l->diag);
    compile_expectation(l, s, e);
    s->optional = step_optional(l, e);
    s->timeout_ms = element_word(e, "timeout", l->diag);
    s->rrs = element_bool(e, "rrs", false, l->diag);
    s->auth = element_bool(e, "auth", false, l->diag);
    s->advance_state = element_bool(e, "advance_state", true, l->diag);
    if (!s->advance_state && s->optional == OPTIONAL_FALSE)
        diag_error(l->diag, attribute_at(e, xml_attribute(e, "advance_state")),
                   "advance_state=\"false\" is only for an optional recv");
    l->optional = s->optional == OPTIONAL_FALSE ? NULL : e;
    compile_common(l, s, e, false);
}

void step_compile_pause(struct loader *l, const struct xml_element *e) {
    static const char *const known[] = {"milliseconds",
                                        "variable",
                                        "distribution",
                                        "value",
                                        "min",
                                        "max",
                                        "mean",
                                        "stdev",
                                        "lambda",
                                        "k",
                                        "x_m",
                                        "shape",
                                        "scale",
                                        "location",
                                        "theta",
                                        "p",
                                        "n",
                                        "sanity_check",
                                        "normal",
                                        "lognormal",
                                        "exponential",
                                        "weibull",
                                        "pareto",
                                        "gamma",
                                        NULL};
    static const char *const jumps[] = {"next", "ontimeout"};
    struct step *s = add_step(l->list, e, STEP_PAUSE);
    element_check_attributes(e, known, common_attributes, l->diag);
    if (span_is(e->name, "timewait")) {
        s->timewait = true;
        l->timewait = e;
        for (size_t i = 0; i < sizeof jumps / sizeof *jumps; i++)
            if (xml_attribute(e, jumps[i]))
                diag_error(l->diag, attribute_at(e, xml_attribute(e, jumps[i])),
                           "<timewait> is the end: it has no %s=", jumps[i]);
    }
    if (xml_attribute(e, "variable")) {
        s->pause = PAUSE_VARIABLE;
        s->variable = element_variable(&l->c, e, "variable");
    } else if (distribution_of_pause(&s->distribution, e, l->diag)) {
        s->pause = PAUSE_DISTRIBUTION;
    }
    compile_common(l, s, e, false);
}

void step_compile_nop(struct loader *l, const struct xml_element *e) {
    element_check_attributes(e, (const char *const[]){NULL}, common_attributes, l->diag);
    compile_common(l, add_step(l->list, e, STEP_NOP), e, false);
}

void step_compile_init(struct loader *l, const struct xml_element *e) {
    element_check_attributes(e, (const char *const[]){NULL}, common_attributes, l->diag);
    compile_common(l, add_step(l->init, e, STEP_NOP), e, true);
}

void step_list_free(struct step_list *list) {
    for (size_t i = 0; i < list->count; i++) {
        action_list_free(&list->steps[i].actions);
        regex_free(list->steps[i].regex);
    }
    free(list->steps);
    buf_free(&list->methods);
}
