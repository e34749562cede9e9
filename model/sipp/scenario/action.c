/* SPDX-License-Identifier: MIT */
#include "model/sipp/scenario/action.h"

#include "base/mem.h"
#include "base/number.h"
#include "model/sipp/scenario/element.h"
#include "model/sipp/scenario/words.h"

#include <stdlib.h>

struct compiler {
    const struct template_compiler *c;
    const struct xml_element *e;
    struct action *action;
};

void action_list_free(struct action_list *list) {
    for (size_t i = 0; i < list->count; i++) {
        regex_free(list->actions[i].regex);
        buf_free(&list->actions[i].strings);
    }
    free(list->actions);
    *list = (struct action_list){0};
}

/* Further names of an ereg, which SIPp counts when it comes to it. */
static void refuse_more(struct compiler *k, struct source_pos at) {
    if (k->action->too_many) return;
    if (k->action->kind == ACTION_EREG)
        diag_warning(
            k->c->diag, at,
            "SIPp ends when it comes here: an ereg has the names of a match and of nine groups, no more");
    else
        diag_error(k->c->diag, at, "assign_to has more than %zu name%s", k->action->target_count,
                   k->action->target_count == 1 ? "" : "s");
    k->action->too_many = true;
}

static void take_targets(struct compiler *k, size_t max) {
    const struct xml_attribute *a = xml_attribute(k->e, "assign_to");
    if (!a) return;
    for (struct span rest = a->value; rest.p;) {
        struct source_pos at = xml_value_at(k->e, a, rest.p);
        struct span name = span_cut(&rest, ',');
        int variable = variable_use(k->c->variables, name, at, k->c->diag);
        if (k->action->target_count < max)
            k->action->target[k->action->target_count++] = variable;
        else
            refuse_more(k, at);
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
        element_real(k->e, "value", &k->action->number, k->c->diag);
}

static void compile_arithmetic(struct compiler *k) {
    take_target(k);
    take_operand(k);
}

static void compile_divide(struct compiler *k) {
    compile_arithmetic(k);
    const struct xml_attribute *value = xml_attribute(k->e, "value");
    if (value && real_is_zero(k->action->number))
        diag_error(k->c->diag, attribute_at(k->e, value), "a division by zero");
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
    element_template(k->c, k->e, "protocol"); /* only its keywords must be right */
    k->action->other_protocol = protocol && !span_is(protocol->value, "udp") &&
                                !span_is(protocol->value, "UDP") && !span_is(protocol->value, "[transport]");
    if (k->action->other_protocol)
        diag_warning(k->c->diag, attribute_at(k->e, protocol),
                     "SIPp ends when a call comes here: it does not change from UDP to \"" SPAN_FMT "\"",
                     SPAN_ARG(protocol->value));
}

static void compile_verifyauth(struct compiler *k) {
    take_target(k);
    element_needs(k->e, "username", k->c->diag);
    element_needs(k->e, "password", k->c->diag);
    k->action->text = element_template(k->c, k->e, "username");
    k->action->text2 = element_template(k->c, k->e, "password");
}

/* Is there a check, even one that is off? */
static bool take_checks(struct compiler *k) {
    k->action->check_it = element_bool(k->e, "check_it", false, k->c->diag);
    k->action->check_it_inverse = element_bool(k->e, "check_it_inverse", false, k->c->diag);
    bool check = xml_attribute(k->e, "check_it") != NULL,
         inverse = xml_attribute(k->e, "check_it_inverse") != NULL;
    if (check && inverse)
        diag_error(k->c->diag, xml_at(k->e), "check_it and check_it_inverse exclude each other");
    return check || inverse;
}

/* What variable is compared with: true if it is a value=, not variable2=. */
static bool take_second(struct compiler *k) {
    k->action->variable2 = element_variable(k->c, k->e, "variable2");
    if (!xml_attribute(k->e, "variable2")) return true;
    if (xml_attribute(k->e, "value"))
        diag_error(k->c->diag, xml_at(k->e),
                   "<" SPAN_FMT "> has both value= and variable2=", SPAN_ARG(k->e->name));
    return false;
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
    if (!take_checks(k) || xml_attribute(k->e, "assign_to")) take_target(k);
    element_needs(k->e, "compare", k->c->diag);
    element_needs(k->e, "variable", k->c->diag);
    k->action->variable = element_variable(k->c, k->e, "variable");
    int compare = take_choice(k, "compare", names);
    k->action->compare = compare < 0 ? COMPARE_EQUAL : (enum compare)compare;
    if (take_second(k) && element_needs(k->e, "value", k->c->diag))
        element_real(k->e, "value", &k->action->number, k->c->diag);
}

static void compile_strcmp(struct compiler *k) {
    if (!take_checks(k) || xml_attribute(k->e, "assign_to")) take_target(k);
    element_needs(k->e, "variable", k->c->diag);
    k->action->variable = element_variable(k->c, k->e, "variable");
    if (take_second(k) && element_needs(k->e, "value", k->c->diag))
        element_text(k->e, "value", true, &k->action->strings);
}

static void compile_exec(struct compiler *k) {
    /* In the order in which SIPp looks for them; the first one counts. */
    static const char *const attributes[] = {
        "command",         "int_cmd",   "play_pcap_audio", "play_pcap_image",
        "play_pcap_video", "play_dtmf", "rtp_stream",      NULL};
    static const char *const names[] = {"stop_call", "stop_gracefully", "stop_now", NULL};
    const struct xml_attribute *a = NULL;
    size_t chosen = 0;
    for (size_t i = 0; attributes[i] && !a; i++)
        a = xml_attribute(k->e, attributes[chosen = i]);
    k->action->command = EXEC_NOTHING;
    if (!a) {
        diag_error(k->c->diag, xml_at(k->e),
                   "<exec> needs command=, int_cmd= or a media command that SIPp 3.6.1 has");
    } else if (span_is(a->name, "command")) {
        k->action->command = EXEC_SHELL;
    } else if (!span_is(a->name, "int_cmd")) {
        k->action->command = EXEC_MEDIA;
        k->action->media = media_compile(k->c, k->e, attributes[chosen], k->c->media);
    } else {
        for (int i = 0; names[i]; i++)
            if (span_is(a->value, names[i])) k->action->command = (enum exec_command)i;
        if (k->action->command == EXEC_NOTHING)
            diag_warning(k->c->diag, attribute_at(k->e, a),
                         "int_cmd: \"" SPAN_FMT "\" is unknown, and SIPp does nothing", SPAN_ARG(a->value));
    }
}

static void compile_rtp_echo(struct compiler *k) { take_operand(k); }

static void compile_closecon(struct compiler *k) { (void)k; /* it has no attributes */ }

static void take_template(struct compiler *k, const char *name, struct template **out) {
    if (element_needs(k->e, name, k->c->diag)) *out = element_template(k->c, k->e, name);
}

static void compile_lookup(struct compiler *k) {
    take_target(k);
    take_template(k, "file", &k->action->file);
    take_template(k, "key", &k->action->text);
}

static void compile_insert(struct compiler *k) {
    take_template(k, "file", &k->action->file);
    take_template(k, "value", &k->action->text);
}

static void compile_replace(struct compiler *k) {
    compile_insert(k);
    take_template(k, "line", &k->action->text2);
}

static void compile_regex(struct compiler *k) {
    const struct xml_attribute *a = xml_attribute(k->e, "regexp");
    struct buf pattern = {0};
    if (!element_text(k->e, "regexp", true, &pattern)) return;
    const char *why;
    k->action->regex = regex_new(buf_span(&pattern), REGEX_GROUPS, &why, NULL);
    if (!k->action->regex && span_starts(span_of(why), "not simulated"))
        diag_warning(k->c->diag, attribute_at(k->e, a), "regexp: %s: a run that reaches it stops", why);
    else if (!k->action->regex)
        diag_error(k->c->diag, attribute_at(k->e, a), "regexp: %s", why);
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
    if (k->action->place == EREG_HDR && xml_attribute(k->e, "header") && k->action->strings.len == 0)
        diag_error(k->c->diag, attribute_at(k->e, xml_attribute(k->e, "header")), "header is empty");
    if (k->action->place == EREG_VAR && element_needs(k->e, "variable", k->c->diag))
        k->action->variable = element_variable(k->c, k->e, "variable");
    /* SIPp reads the old spelling only where the other one is absent. */
    const char *occurrence = xml_attribute(k->e, "occurrence") ? "occurrence" : "occurence";
    const struct xml_attribute *nth = xml_attribute(k->e, occurrence);
    k->action->occurrence = nth ? integer_prefix(nth->value) : 1;
    k->action->case_indep = element_bool(k->e, "case_indep", false, k->c->diag);
    k->action->start_line = element_bool(k->e, "start_line", false, k->c->diag);
    take_checks(k);
}

/* One row an action. */
static const struct kind {
    const char *name;
    enum action_kind kind;
    void (*compile)(struct compiler *k);
    const char *attributes[17];
} kinds[] = {
    {"add", ACTION_ADD, compile_arithmetic, {"assign_to", "value", "variable"}},
    {"assign", ACTION_ASSIGN, compile_arithmetic, {"assign_to", "value", "variable"}},
    {"assignstr", ACTION_ASSIGNSTR, compile_assignstr, {"assign_to", "value"}},
    {"closecon", ACTION_CLOSECON, compile_closecon, {NULL}},
    {"divide", ACTION_DIVIDE, compile_divide, {"assign_to", "value", "variable"}},
    {"ereg",
     ACTION_EREG,
     compile_ereg,
     {"regexp", "search_in", "header", "variable", "occurrence", "occurence", "case_indep", "start_line",
      "check_it", "check_it_inverse", "assign_to"}},
    {"error", ACTION_ERROR, compile_message, {"message"}},
    {"exec",
     ACTION_EXEC,
     compile_exec,
     {"int_cmd", "command", "play_pcap_audio", "play_pcap_image", "play_pcap_video", "play_dtmf",
      "rtp_stream", "rtp_echo"}},
    {"gettimeofday", ACTION_GETTIMEOFDAY, compile_gettimeofday, {"assign_to"}},
    {"index", ACTION_INDEX, compile_target_only, {"assign_to"}},
    {"insert", ACTION_INSERT, compile_insert, {"file", "value"}},
    {"jump", ACTION_JUMP, compile_jump, {"value", "variable"}},
    {"log", ACTION_LOG, compile_message, {"message"}},
    {"lookup", ACTION_LOOKUP, compile_lookup, {"assign_to", "file", "key"}},
    {"multiply", ACTION_MULTIPLY, compile_arithmetic, {"assign_to", "value", "variable"}},
    {"pauserestore", ACTION_PAUSERESTORE, compile_jump, {"value", "variable"}},
    {"replace", ACTION_REPLACE, compile_replace, {"file", "line", "value"}},
    {"rtp_echo", ACTION_RTP_ECHO, compile_rtp_echo, {"value", "variable"}},
    {"sample",
     ACTION_SAMPLE,
     compile_sample,
     {"assign_to", "distribution", "value", "min", "max", "mean", "stdev", "lambda", "k", "x_m", "shape",
      "scale", "location", "theta", "p", "n"}},
    {"setdest", ACTION_SETDEST, compile_setdest, {"host", "port", "protocol"}},
    {"strcmp",
     ACTION_STRCMP,
     compile_strcmp,
     {"assign_to", "variable", "variable2", "value", "check_it", "check_it_inverse"}},
    {"subtract", ACTION_SUBTRACT, compile_arithmetic, {"assign_to", "value", "variable"}},
    {"test",
     ACTION_TEST,
     compile_test,
     {"assign_to", "variable", "variable2", "compare", "value", "check_it", "check_it_inverse"}},
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

void action_words(struct buf *out) {
    for (size_t i = 0; i < KINDS; i++) {
        word_write(out, "action", WORD_SIMULATED, "<%s>", kinds[i].name);
        for (const char *const *a = kinds[i].attributes; *a; a++)
            word_write(out, "attribute of an action",
                       strcmp(*a, "command") == 0 ? WORD_NOT_SIMULATED : WORD_SIMULATED, "<%s %s>",
                       kinds[i].name, *a);
    }
}
