/* SPDX-License-Identifier: MIT */
#include "model/sipp/scenario/action.h"

#include "base/mem.h"
#include "model/sipp/scenario/element.h"
#include "model/sipp/scenario/number.h"

#include <stdlib.h>

struct compiler {
    const struct template_compiler *c;
    const struct xml_element *e;
    struct action *action;
};

void action_list_free(struct action_list *list) {
    for (size_t i = 0; i < list->count; i++) {
        if (list->actions[i].regex) regfree(list->actions[i].regex);
        free(list->actions[i].regex);
        buf_free(&list->actions[i].strings);
    }
    free(list->actions);
    *list = (struct action_list){0};
}

static void take_targets(struct compiler *k, size_t max) {
    const struct xml_attribute *a = xml_attribute(k->e, "assign_to");
    if (!a) return;
    for (struct span rest = a->value; rest.p;) {
        ptrdiff_t comma = span_find(rest, ',');
        struct span name = span_trim(comma < 0 ? rest : span_head(rest, (size_t)comma));
        if (k->action->target_count == max) {
            diag_error(k->c->diag, xml_value_at(k->e, a, rest.p), "assign_to has more than %zu name%s", max,
                       max == 1 ? "" : "s");
            return;
        }
        k->action->target[k->action->target_count++] =
            variable_use(k->c->variables, name, xml_value_at(k->e, a, rest.p), k->c->diag);
        rest = comma < 0 ? (struct span){0} : span_skip(rest, (size_t)comma + 1);
    }
}

static void take_target(struct compiler *k) {
    if (element_needs(k->e, "assign_to", k->c->diag)) take_targets(k, 1);
}

/* value="12" or variable="v". */
static void take_operand(struct compiler *k) {
    k->action->variable = element_variable(k->c, k->e, "variable");
    bool value = xml_attribute(k->e, "value") != NULL, variable = xml_attribute(k->e, "variable") != NULL;
    if (value == variable)
        diag_error(k->c->diag, xml_at(k->e),
                   "<" SPAN_FMT "> needs either value= or variable=", SPAN_ARG(k->e->name));
    else if (value)
        element_number(k->e, "value", &k->action->number, k->c->diag);
}

static void compile_arithmetic(struct compiler *k) {
    take_target(k);
    take_operand(k);
}

static void compile_jump(struct compiler *k) { take_operand(k); }

static void compile_assignstr(struct compiler *k) {
    take_target(k);
    if (element_needs(k->e, "value", k->c->diag)) k->action->text = element_template(k->c, k->e, "value");
}

static void compile_message(struct compiler *k) {
    struct template_compiler c = *k->c;
    c.unsent = true;
    if (element_needs(k->e, "message", c.diag)) k->action->text = element_template(&c, k->e, "message");
}

static void compile_target_only(struct compiler *k) { take_target(k); }

static void compile_gettimeofday(struct compiler *k) {
    if (!element_needs(k->e, "assign_to", k->c->diag)) return;
    take_targets(k, 2);
    if (k->action->target_count != 2)
        diag_error(k->c->diag, xml_at(k->e),
                   "<gettimeofday> needs two names in assign_to: seconds and microseconds");
}

static void compile_todouble(struct compiler *k) {
    take_target(k);
    if (element_needs(k->e, "variable", k->c->diag))
        k->action->variable = element_variable(k->c, k->e, "variable");
}

static void compile_sample(struct compiler *k) {
    take_target(k);
    distribution_compile(&k->action->distribution, k->e, k->c->diag);
}

static void compile_setdest(struct compiler *k) {
    static const char *const needed[] = {"host", "port", "protocol"};
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        element_needs(k->e, needed[i], k->c->diag);
    k->action->text = element_template(k->c, k->e, "host");
    k->action->text2 = element_template(k->c, k->e, "port");
    const struct xml_attribute *protocol = xml_attribute(k->e, "protocol");
    if (protocol && !span_is(protocol->value, "udp") && !span_is(protocol->value, "UDP"))
        diag_error(k->c->diag, attribute_at(k->e, protocol), "only protocol=\"udp\" is simulated");
}

static void compile_verifyauth(struct compiler *k) {
    take_target(k);
    element_needs(k->e, "username", k->c->diag);
    element_needs(k->e, "password", k->c->diag);
    k->action->text = element_template(k->c, k->e, "username");
    k->action->text2 = element_template(k->c, k->e, "password");
}

static void take_checks(struct compiler *k) {
    k->action->check_it = element_bool(k->e, "check_it", false, k->c->diag);
    k->action->check_it_inverse = element_bool(k->e, "check_it_inverse", false, k->c->diag);
    if (k->action->check_it && k->action->check_it_inverse)
        diag_error(k->c->diag, xml_at(k->e), "check_it and check_it_inverse exclude each other");
}

/* A place among names that end with NULL; -1 after an error. */
static int take_choice(struct compiler *k, const char *attribute, const char *const *names) {
    const struct xml_attribute *a = xml_attribute(k->e, attribute);
    if (!a) return -1;
    for (int i = 0; names[i]; i++)
        if (span_is(a->value, names[i])) return i;
    const char *other = diag_suggest(a->value, names);
    diag_error(k->c->diag, attribute_at(k->e, a), "%s: \"" SPAN_FMT "\" is unknown%s%s%s", attribute,
               SPAN_ARG(a->value), other ? "; did you mean " : "", other ? other : "", other ? "?" : "");
    return -1;
}

static void compile_test(struct compiler *k) {
    static const char *const names[] = {
        "equal", "not_equal", "greater_than", "less_than", "greater_than_equal", "less_than_equal", NULL};
    take_target(k);
    element_needs(k->e, "compare", k->c->diag);
    element_needs(k->e, "variable", k->c->diag);
    k->action->variable = element_variable(k->c, k->e, "variable");
    int compare = take_choice(k, "compare", names);
    k->action->compare = compare < 0 ? COMPARE_EQUAL : (enum compare)compare;
    k->action->variable2 = element_variable(k->c, k->e, "variable2");
    if (k->action->variable2 < 0 && element_needs(k->e, "value", k->c->diag))
        element_number(k->e, "value", &k->action->number, k->c->diag);
}

static void compile_strcmp(struct compiler *k) {
    take_target(k);
    element_needs(k->e, "variable", k->c->diag);
    k->action->variable = element_variable(k->c, k->e, "variable");
    k->action->variable2 = element_variable(k->c, k->e, "variable2");
    if (k->action->variable2 < 0 && element_needs(k->e, "value", k->c->diag))
        element_text(k->e, "value", true, &k->action->strings);
}

static void compile_exec(struct compiler *k) {
    static const char *const names[] = {"stop_call", "stop_gracefully", "stop_now", NULL};
    /* In the order in which SIPp looks for them. */
    static const char *const kinds[] = {"command",         "int_cmd",   "play_pcap_audio", "play_pcap_image",
                                        "play_pcap_video", "play_dtmf", "rtp_stream",      "rtp_echo"};
    const struct xml_attribute *a = NULL;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds && !a; i++)
        a = xml_attribute(k->e, kinds[i]);
    if (!a)
        element_needs(k->e, "int_cmd", k->c->diag);
    else if (!span_is(a->name, "int_cmd"))
        diag_error(k->c->diag, source_at(k->e->source, a->name.p), "<exec " SPAN_FMT "=...> is not simulated",
                   SPAN_ARG(a->name));
    if (!a || !span_is(a->name, "int_cmd")) return;
    int command = take_choice(k, "int_cmd", names);
    k->action->command = command < 0 ? EXEC_STOP_CALL : (enum exec_command)command;
}

static void compile_regex(struct compiler *k) {
    const struct xml_attribute *a = xml_attribute(k->e, "regexp");
    struct buf pattern = {0};
    if (!element_text(k->e, "regexp", true, &pattern)) return;
    regex_t *regex = mem_new(sizeof *regex);
    int status = regcomp(regex, buf_text(&pattern), REG_EXTENDED);
    if (status == 0) {
        k->action->regex = regex;
    } else {
        char why[128];
        regerror(status, regex, why, sizeof why);
        diag_error(k->c->diag, attribute_at(k->e, a), "regexp: %s", why);
        free(regex);
    }
    buf_free(&pattern);
}

static void compile_ereg(struct compiler *k) {
    static const char *const places[] = {"msg", "hdr", "body", "var", NULL};
    element_needs(k->e, "regexp", k->c->diag);
    if (element_needs(k->e, "assign_to", k->c->diag)) take_targets(k, ACTION_TARGETS);
    compile_regex(k);
    int place = take_choice(k, "search_in", places);
    k->action->place = place < 0 ? EREG_MSG : (enum ereg_place)place;
    if (k->action->place == EREG_HDR && element_needs(k->e, "header", k->c->diag))
        element_text(k->e, "header", false, &k->action->strings);
    if (k->action->place == EREG_VAR && element_needs(k->e, "variable", k->c->diag))
        k->action->variable = element_variable(k->c, k->e, "variable");
    k->action->occurrence = element_integer(k->e, "occurrence", 1, INT32_MAX, 1, k->c->diag);
    k->action->case_indep = element_bool(k->e, "case_indep", false, k->c->diag);
    k->action->start_line = element_bool(k->e, "start_line", false, k->c->diag);
    take_checks(k);
}

/* One row an action. compile NULL: SIPp has it, this has not. */
static const struct kind {
    const char *name;
    enum action_kind kind;
    void (*compile)(struct compiler *k);
    const char *attributes[12];
} kinds[] = {
    {"add", ACTION_ADD, compile_arithmetic, {"assign_to", "value", "variable"}},
    {"assign", ACTION_ASSIGN, compile_arithmetic, {"assign_to", "value", "variable"}},
    {"assignstr", ACTION_ASSIGNSTR, compile_assignstr, {"assign_to", "value"}},
    {"closecon", ACTION_EXEC, NULL, {NULL}},
    {"divide", ACTION_DIVIDE, compile_arithmetic, {"assign_to", "value", "variable"}},
    {"ereg",
     ACTION_EREG,
     compile_ereg,
     {"regexp", "search_in", "header", "variable", "occurrence", "case_indep", "start_line", "check_it",
      "check_it_inverse", "assign_to"}},
    {"error", ACTION_ERROR, compile_message, {"message"}},
    {"exec",
     ACTION_EXEC,
     compile_exec,
     {"int_cmd", "command", "play_pcap_audio", "play_pcap_image", "play_pcap_video", "play_dtmf",
      "rtp_stream", "rtp_echo"}},
    {"gettimeofday", ACTION_GETTIMEOFDAY, compile_gettimeofday, {"assign_to"}},
    {"index", ACTION_INDEX, compile_target_only, {"assign_to"}},
    {"insert", ACTION_EXEC, NULL, {NULL}},
    {"jump", ACTION_JUMP, compile_jump, {"value", "variable"}},
    {"log", ACTION_LOG, compile_message, {"message"}},
    {"lookup", ACTION_EXEC, NULL, {NULL}},
    {"multiply", ACTION_MULTIPLY, compile_arithmetic, {"assign_to", "value", "variable"}},
    {"pauserestore", ACTION_PAUSERESTORE, compile_jump, {"value", "variable"}},
    {"replace", ACTION_EXEC, NULL, {NULL}},
    {"rtp_echo", ACTION_EXEC, NULL, {NULL}},
    {"sample", ACTION_SAMPLE, compile_sample, {"assign_to", "distribution", "value", "min", "max"}},
    {"setdest", ACTION_SETDEST, compile_setdest, {"host", "port", "protocol"}},
    {"strcmp", ACTION_STRCMP, compile_strcmp, {"assign_to", "variable", "variable2", "value"}},
    {"subtract", ACTION_SUBTRACT, compile_arithmetic, {"assign_to", "value", "variable"}},
    {"test", ACTION_TEST, compile_test, {"assign_to", "variable", "variable2", "compare", "value"}},
    {"todouble", ACTION_TODOUBLE, compile_todouble, {"assign_to", "variable"}},
    {"trim", ACTION_TRIM, compile_target_only, {"assign_to"}},
    {"verifyauth", ACTION_VERIFYAUTH, compile_verifyauth, {"assign_to", "username", "password"}},
    {"warning", ACTION_LOG, compile_message, {"message"}},
};

enum { KINDS = sizeof kinds / sizeof *kinds };

static const struct kind *find_kind(struct span name) {
    for (size_t i = 0; i < KINDS; i++)
        if (span_is(name, kinds[i].name)) return &kinds[i];
    return NULL;
}

static void unknown_action(const struct xml_element *e, struct diag *diag) {
    static const char *const newer[] = {"rtp_dtmf", "rtp_stats", "urldecode", "urlencode", NULL};
    for (size_t i = 0; newer[i]; i++) {
        if (!span_is(e->name, newer[i])) continue;
        diag_error(diag, xml_at(e), "<%s> is an action of SIPp 3.7 or later: SIPp 3.6.1 refuses it too",
                   newer[i]);
        return;
    }
    const char *names[KINDS + 1] = {0};
    for (size_t i = 0; i < KINDS; i++)
        names[i] = kinds[i].name;
    const char *other = diag_suggest(e->name, names);
    diag_error(diag, xml_at(e), "unknown action <" SPAN_FMT ">%s%s%s", SPAN_ARG(e->name),
               other ? "; did you mean <" : "", other ? other : "", other ? ">?" : "");
}

void action_list_compile(struct action_list *list, const struct template_compiler *c,
                         const struct xml_element *e) {
    element_check_attributes(e, (const char *const[]){NULL}, NULL, c->diag);
    for (const struct xml_element *child = e->first; child; child = child->next) {
        const struct kind *kind = find_kind(child->name);
        if (!kind) {
            unknown_action(child, c->diag);
            continue;
        }
        if (!kind->compile) {
            diag_error(c->diag, xml_at(child), "<%s> is not simulated", kind->name);
            continue;
        }
        if (child->first)
            diag_warning(c->diag, xml_at(child->first), "SIPp does not look for elements in <%s>",
                         kind->name);
        element_check_attributes(child, kind->attributes, NULL, c->diag);
        list->actions = mem_room(list->actions, list->count, &list->cap, sizeof *list->actions);
        struct action *a = &list->actions[list->count++];
        *a = (struct action){.kind = kind->kind, .at = xml_at(child), .variable = -1, .variable2 = -1};
        kind->compile(&(struct compiler){c, child, a});
        a->plain = buf_span(&a->strings);
    }
}

bool distribution_compile(struct distribution *d, const struct xml_element *e, struct diag *diag) {
    static const char *const gsl[] = {"normal",  "lognormal", "exponential", "weibull", "pareto",
                                      "gpareto", "gamma",     "negbin",      NULL};
    const struct xml_attribute *a = xml_attribute(e, "distribution");
    if (!a) return element_needs(e, "distribution", diag);
    *d = (struct distribution){0};
    if (span_is(a->value, "fixed"))
        return element_needs(e, "value", diag) && element_number(e, "value", &d->min, diag);
    if (span_is(a->value, "uniform")) {
        d->uniform = true;
        if (!element_needs(e, "min", diag) || !element_needs(e, "max", diag)) return false;
        if (!element_number(e, "min", &d->min, diag) || !element_number(e, "max", &d->max, diag))
            return false;
        if (d->min <= d->max) return true;
        diag_error(diag, attribute_at(e, a), "distribution: min is larger than max");
        return false;
    }
    for (size_t i = 0; gsl[i]; i++) {
        if (!span_is(a->value, gsl[i])) continue;
        diag_error(diag, attribute_at(e, a), "distribution=\"%s\" is not simulated; fixed and uniform are",
                   gsl[i]);
        return false;
    }
    diag_error(diag, attribute_at(e, a), "distribution: \"" SPAN_FMT "\" is unknown", SPAN_ARG(a->value));
    return false;
}
