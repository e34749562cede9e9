/* SPDX-License-Identifier: MIT */
#include "model/sipp/program.h"

#include "base/mem.h"
#include "model/sipp/element.h"
#include "model/sipp/number.h"

#include <stdlib.h>

struct label {
    struct span name;
    int step;
};

/* A label that an attribute names, resolved when all labels are known. */
struct reference {
    const struct xml_element *e;
    const struct xml_attribute *a;
    bool init, on_timeout;
    size_t step;
};

struct transaction {
    struct span name;
    struct source_pos at;
    unsigned started, answered, acknowledged;
    bool is_invite;
};

struct loader {
    struct sipp_program *program;
    struct diag *diag;
    struct template_compiler c;
    struct label *labels[2]; /* of the main part, of init */
    size_t label_count[2], label_cap[2];
    struct reference *references;
    size_t reference_count, reference_cap;
    struct transaction *transactions;
    size_t transaction_cap;
    const struct xml_element *optional; /* the last message, if it was an optional recv */
    const struct xml_element *timewait;
    bool role_known;
    size_t messages;
};

static const char *const common_attributes[] = {
    "next", "test", "chance", "condexec", "condexec_inverse", "counter", "crlf", "display", "hide", "hiderest",
    "repeat_rtd", "rtd", "start_rtd", "lost", NULL};

static struct step *add_step(struct loader *l, struct step_list *list, const struct xml_element *e,
                             enum step_kind kind) {
    (void)l;
    list->steps = mem_room(list->steps, list->count, &list->cap, sizeof *list->steps);
    struct step *s = &list->steps[list->count++];
    *s = (struct step){.kind = kind,
                       .at = xml_at(e),
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

static void refer_to_label(struct loader *l, const struct xml_element *e, const char *name, bool init, size_t step) {
    const struct xml_attribute *a = xml_attribute(e, name);
    if (!a) return;
    l->references = mem_room(l->references, l->reference_count, &l->reference_cap, sizeof *l->references);
    l->references[l->reference_count++] =
        (struct reference){.e = e, .a = a, .init = init, .on_timeout = strcmp(name, "ontimeout") == 0, .step = step};
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

/* What all messages have. The statistics attributes have no effect on the wire. */
static void compile_common(struct loader *l, struct step *s, const struct xml_element *e, bool init) {
    const struct step_list *list = init ? &l->program->init : &l->program->main;
    refer_to_label(l, e, "next", init, list->count - 1);
    if (xml_attribute(e, "test") && !xml_attribute(e, "next"))
        diag_error(l->diag, attribute_at(e, xml_attribute(e, "test")), "test= without next= has no effect");
    s->test = element_variable(&l->c, e, "test");
    s->condexec = element_variable(&l->c, e, "condexec");
    s->condexec_inverse = element_bool(e, "condexec_inverse", false, l->diag);
    compile_chance(l, s, e);
    if (element_number(e, "lost", &s->lost, l->diag)) l->program->lose_packets = true;
    for (const struct xml_element *child = e->first; child; child = child->next) {
        if (span_is(child->name, "action")) action_list_compile(&s->actions, &l->c, child);
        else
            diag_error(l->diag, xml_at(child), "unknown element <" SPAN_FMT "> in <" SPAN_FMT ">",
                       SPAN_ARG(child->name), SPAN_ARG(e->name));
    }
}

static int find_transaction(struct loader *l, const struct xml_element *e, const char *attribute) {
    const struct xml_attribute *a = xml_attribute(e, attribute);
    if (!a) return -1;
    size_t count = l->program->transaction_count;
    for (size_t i = 0; i < count; i++)
        if (span_eq(l->transactions[i].name, a->value)) return (int)i;
    l->transactions = mem_room(l->transactions, count, &l->transaction_cap, sizeof *l->transactions);
    l->transactions[count] = (struct transaction){.name = a->value, .at = attribute_at(e, a)};
    return (int)l->program->transaction_count++;
}

static void compile_transaction_of_send(struct loader *l, struct step *s, const struct xml_element *e) {
    bool is_ack = span_is(s->head.method, "ACK");
    const struct xml_attribute *start = xml_attribute(e, "start_txn"), *ack = xml_attribute(e, "ack_txn");
    if (s->head.is_response) {
        if (start) diag_error(l->diag, attribute_at(e, start), "a response cannot start a transaction");
        if (ack) diag_error(l->diag, attribute_at(e, ack), "a response cannot acknowledge a transaction");
    } else if (start) {
        if (is_ack) diag_error(l->diag, attribute_at(e, start), "an ACK cannot start a transaction");
        s->start_txn = find_transaction(l, e, "start_txn");
        l->transactions[s->start_txn].started++;
        l->transactions[s->start_txn].is_invite = span_is(s->head.method, "INVITE");
    } else if (ack) {
        if (!is_ack) diag_error(l->diag, attribute_at(e, ack), "ack_txn is only for an ACK");
        s->ack_txn = find_transaction(l, e, "ack_txn");
        l->transactions[s->ack_txn].acknowledged++;
    } else {
        buf_add(&l->program->methods, s->head.method);
    }
}

static void compile_send(struct loader *l, const struct xml_element *e) {
    static const char *const known[] = {"retrans", "timeout", "ontimeout", "start_txn", "ack_txn", NULL};
    struct step *s = add_step(l, &l->program->main, e, STEP_SEND);
    size_t index = l->program->main.count - 1;
    element_check_attributes(e, known, common_attributes, l->diag);
    s->retrans_ms = (uint32_t)element_integer(e, "retrans", 0, INT32_MAX, 0, l->diag);
    element_integer(e, "timeout", 0, INT32_MAX, 0, l->diag); /* of a congested socket: UDP knows none */
    refer_to_label(l, e, "ontimeout", false, index);
    if (!e->cdata.p) {
        diag_error(l->diag, xml_at(e), "<send> has no CDATA section");
    } else {
        struct text text = {0};
        text_of_cdata(&text, e->source, e->cdata);
        s->template = template_compile(&l->c, text_view(&text));
        if (!template_head(s->template, &s->head))
            diag_error(l->diag, text_at(text_view(&text), 0),
                       "a message must begin with its method or SIP/2.0, not with a keyword");
        text_free(&text);
        compile_transaction_of_send(l, s, e);
    }
    compile_common(l, s, e, false);
}

static void compile_expectation(struct loader *l, struct step *s, const struct xml_element *e) {
    const struct xml_attribute *request = xml_attribute(e, "request"), *response = xml_attribute(e, "response");
    const struct xml_attribute *txn = xml_attribute(e, "response_txn");
    if (!request && !response) diag_error(l->diag, xml_at(e), "<recv> needs request= or response=");
    if (response) s->response = (unsigned)element_integer(e, "response", 1, 999, 0, l->diag);
    s->methods = (struct span){NULL, l->program->methods.len}; /* completed when all is known */
    if (txn && request) diag_error(l->diag, attribute_at(e, txn), "response_txn is only for a response");
    if (txn) {
        s->response_txn = find_transaction(l, e, "response_txn");
        l->transactions[s->response_txn].answered++;
    }
    if (!request) return;
    s->request = request->value;
    if (!element_bool(e, "regexp_match", false, l->diag)) return;
    char *pattern = mem_text(request->value), why[128];
    regex_t *regex = mem_new(sizeof *regex);
    int status = regcomp(regex, pattern, REG_EXTENDED | REG_NOSUB);
    if (status == 0) {
        s->regex = regex;
    } else {
        regerror(status, regex, why, sizeof why);
        diag_error(l->diag, attribute_at(e, request), "request: %s", why);
        free(regex);
    }
    free(pattern);
}

static enum optional take_optional(struct loader *l, const struct xml_element *e) {
    static const char *const names[] = {"false", "true", "global", NULL};
    const struct xml_attribute *a = xml_attribute(e, "optional");
    if (!a) return OPTIONAL_FALSE;
    for (int i = 0; names[i]; i++)
        if (span_is(a->value, names[i])) return (enum optional)i;
    diag_error(l->diag, attribute_at(e, a), "optional: \"" SPAN_FMT "\" is none of true, false and global",
               SPAN_ARG(a->value));
    return OPTIONAL_FALSE;
}

static void compile_recv(struct loader *l, const struct xml_element *e) {
    static const char *const known[] = {"request",  "response",     "regexp_match", "optional",
                                        "timeout",  "ontimeout",    "rrs",          "auth",
                                        "advance_state", "response_txn", "ignoresdp", NULL};
    struct step *s = add_step(l, &l->program->main, e, STEP_RECV);
    size_t index = l->program->main.count - 1;
    element_check_attributes(e, known, common_attributes, l->diag);
    compile_expectation(l, s, e);
    s->optional = take_optional(l, e);
    s->timeout_ms = (uint32_t)element_integer(e, "timeout", 0, INT32_MAX, 0, l->diag);
    refer_to_label(l, e, "ontimeout", false, index);
    s->rrs = element_bool(e, "rrs", false, l->diag);
    s->auth = element_bool(e, "auth", false, l->diag);
    s->advance_state = element_bool(e, "advance_state", true, l->diag);
    if (!s->advance_state && s->optional == OPTIONAL_FALSE)
        diag_error(l->diag, attribute_at(e, xml_attribute(e, "advance_state")),
                   "advance_state=\"false\" is only for an optional recv");
    if (e->cdata.p) diag_error(l->diag, source_at(e->source, e->cdata.p), "<recv> has no text");
    l->optional = s->optional == OPTIONAL_FALSE ? NULL : e;
    compile_common(l, s, e, false);
}

static void compile_pause(struct loader *l, const struct xml_element *e) {
    static const char *const known[] = {"milliseconds", "variable", "distribution", "value", "min", "max",
                                        "mean",         "stdev",    "sanity_check", NULL};
    struct step *s = add_step(l, &l->program->main, e, STEP_PAUSE);
    element_check_attributes(e, known, common_attributes, l->diag);
    if (span_is(e->name, "timewait")) {
        s->timewait = true;
        l->timewait = e;
        if (xml_attribute(e, "next"))
            diag_error(l->diag, attribute_at(e, xml_attribute(e, "next")), "<timewait> is the end: it has no next=");
    }
    if (xml_attribute(e, "variable")) {
        s->pause = PAUSE_VARIABLE;
        s->variable = element_variable(&l->c, e, "variable");
    } else if (xml_attribute(e, "distribution")) {
        s->pause = PAUSE_DISTRIBUTION;
        distribution_compile(&s->distribution, e, l->diag);
    } else if (xml_attribute(e, "milliseconds")) {
        s->pause = PAUSE_DISTRIBUTION;
        element_number(e, "milliseconds", &s->distribution.min, l->diag);
    }
    compile_common(l, s, e, false);
}

static void compile_nop(struct loader *l, const struct xml_element *e) {
    element_check_attributes(e, (const char *const[]){NULL}, common_attributes, l->diag);
    compile_common(l, add_step(l, &l->program->main, e, STEP_NOP), e, false);
}

static void add_label(struct loader *l, const struct xml_element *e, bool init) {
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
        (struct label){id->value, (int)(init ? l->program->init.count : l->program->main.count)};
}

static void compile_label(struct loader *l, const struct xml_element *e) { add_label(l, e, false); }

static void compile_init(struct loader *l, const struct xml_element *e) {
    element_check_attributes(e, (const char *const[]){NULL}, NULL, l->diag);
    for (const struct xml_element *child = e->first; child; child = child->next) {
        if (span_is(child->name, "label")) {
            add_label(l, child, true);
        } else if (span_is(child->name, "nop")) {
            element_check_attributes(child, (const char *const[]){NULL}, common_attributes, l->diag);
            compile_common(l, add_step(l, &l->program->init, child, STEP_NOP), child, true);
        } else {
            diag_error(l->diag, xml_at(child), "<init> holds only <nop> and <label>, not <" SPAN_FMT ">",
                       SPAN_ARG(child->name));
        }
    }
}

/* Calls use() for each name of variables="a,b". */
static void each_variable(struct loader *l, const struct xml_element *e,
                          void (*use)(struct loader *l, struct span name, struct source_pos at)) {
    element_check_attributes(e, (const char *const[]){"variables", NULL}, NULL, l->diag);
    const struct xml_attribute *a = xml_attribute(e, "variables");
    if (!a) {
        element_needs(e, "variables", l->diag);
        return;
    }
    for (struct span rest = a->value; rest.p;) {
        ptrdiff_t comma = span_find(rest, ',');
        use(l, span_trim(comma < 0 ? rest : span_head(rest, (size_t)comma)), source_at(e->source, rest.p));
        rest = comma < 0 ? (struct span){0} : span_skip(rest, (size_t)comma + 1);
    }
}

static void declare_global(struct loader *l, struct span name, struct source_pos at) {
    int id = variable_use(&l->program->variables, name, at, l->diag);
    if (id >= 0) l->program->variables.variables[id].level = VARIABLE_GLOBAL;
}

static void reference_variable(struct loader *l, struct span name, struct source_pos at) {
    if (variable_find(&l->program->variables, name) < 0)
        diag_error(l->diag, at, "there is no variable $" SPAN_FMT " before this", SPAN_ARG(name));
    else variable_use(&l->program->variables, name, at, l->diag);
}

static void compile_global(struct loader *l, const struct xml_element *e) { each_variable(l, e, declare_global); }

static void compile_reference(struct loader *l, const struct xml_element *e) {
    each_variable(l, e, reference_variable);
}

static void compile_nothing(struct loader *l, const struct xml_element *e) {
    element_check_attributes(e, (const char *const[]){"value", NULL}, NULL, l->diag);
}

static const char *const default_names[DEFAULT_MESSAGES] = {
    [DEFAULT_ACK] = "ack", [DEFAULT_BYE] = "bye", [DEFAULT_CANCEL] = "cancel", [DEFAULT_200] = "200"};

static void compile_default(struct loader *l, const struct xml_element *e) {
    element_check_attributes(e, (const char *const[]){"id", NULL}, NULL, l->diag);
    const struct xml_attribute *id = xml_attribute(e, "id");
    if (!id || !e->cdata.p) {
        if (!id) element_needs(e, "id", l->diag);
        if (!e->cdata.p) diag_error(l->diag, xml_at(e), "<DefaultMessage> has no CDATA section");
        return;
    }
    for (int i = 0; i < DEFAULT_MESSAGES; i++) {
        if (!span_is(id->value, default_names[i])) continue;
        struct text text = {0};
        text_of_cdata(&text, e->source, e->cdata);
        l->program->defaults[i] = template_compile(&l->c, text_view(&text));
        text_free(&text);
        return;
    }
    if (!span_is(id->value, "ack2") && !span_is(id->value, "3pcc_abort"))
        diag_error(l->diag, attribute_at(e, id), "there is no default message \"" SPAN_FMT "\"", SPAN_ARG(id->value));
}

/* What may stand in <scenario>. A message gets an index. compile NULL: SIPp has it, this has not. */
static const struct kind {
    const char *name;
    bool message;
    void (*compile)(struct loader *l, const struct xml_element *e);
} kinds[] = {
    {"CallLengthRepartition", false, compile_nothing},
    {"DefaultMessage", false, compile_default},
    {"Global", false, compile_global},
    {"Reference", false, compile_reference},
    {"ResponseTimeRepartition", false, compile_nothing},
    {"User", false, NULL},
    {"init", false, compile_init},
    {"label", false, compile_label},
    {"nop", true, compile_nop},
    {"pause", true, compile_pause},
    {"recv", true, compile_recv},
    {"recvCmd", true, NULL},
    {"send", true, compile_send},
    {"sendCmd", true, NULL},
    {"timewait", true, compile_pause},
};

enum { KINDS = sizeof kinds / sizeof *kinds };

static const struct kind *find_kind(struct span name) {
    for (size_t i = 0; i < KINDS; i++)
        if (span_is(name, kinds[i].name)) return &kinds[i];
    return NULL;
}

static void unknown_element(struct loader *l, const struct xml_element *e) {
    const char *names[KINDS + 1] = {0};
    for (size_t i = 0; i < KINDS; i++) names[i] = kinds[i].name;
    const char *other = diag_suggest(e->name, names);
    diag_error(l->diag, xml_at(e), "unknown element <" SPAN_FMT ">%s%s%s", SPAN_ARG(e->name),
               other ? "; did you mean <" : "", other ? other : "", other ? ">?" : "");
}

static void check_order(struct loader *l, const struct xml_element *e) {
    bool is_recv = span_is(e->name, "recv");
    if (l->timewait) diag_error(l->diag, xml_at(l->timewait), "<timewait> must be the last message");
    if (l->optional && !is_recv)
        diag_error(l->diag, xml_at(l->optional),
                   "an optional <recv> directly before <" SPAN_FMT ">: one that is not optional must stand between",
                   SPAN_ARG(e->name));
    l->optional = NULL;
    l->timewait = NULL;
    if (!l->role_known && (is_recv || span_is(e->name, "send"))) {
        l->role_known = true;
        l->program->client = !is_recv;
    }
    l->messages++;
}

static void compile_child(struct loader *l, const struct xml_element *e) {
    const struct kind *kind = find_kind(e->name);
    if (!kind) {
        unknown_element(l, e);
        return;
    }
    if (kind->message) check_order(l, e);
    if (kind->compile) kind->compile(l, e);
    else diag_error(l->diag, xml_at(e), "<%s> is not simulated", kind->name);
}

static int find_label(const struct loader *l, bool init, struct span name) {
    for (size_t i = 0; i < l->label_count[init]; i++)
        if (span_eq(l->labels[init][i].name, name)) return l->labels[init][i].step;
    return -1;
}

static void undefined_label(struct loader *l, const struct reference *r) {
    const char *other = NULL;
    const char **names = mem_new((l->label_count[r->init] + 1) * sizeof *names);
    for (size_t i = 0; i < l->label_count[r->init]; i++) names[i] = mem_text(l->labels[r->init][i].name);
    other = diag_suggest(r->a->value, names);
    diag_error(l->diag, attribute_at(r->e, r->a), "there is no label " SPAN_FMT "%s%s%s", SPAN_ARG(r->a->value),
               other ? "; did you mean " : "", other ? other : "", other ? "?" : "");
    for (size_t i = 0; i < l->label_count[r->init]; i++) free((char *)names[i]);
    free(names);
}

static void resolve_labels(struct loader *l) {
    for (size_t i = 0; i < l->reference_count; i++) {
        const struct reference *r = &l->references[i];
        struct step *s = &(r->init ? &l->program->init : &l->program->main)->steps[r->step];
        int target = find_label(l, r->init, r->a->value);
        if (target < 0) undefined_label(l, r);
        else if (r->on_timeout) s->on_timeout = target;
        else s->next = target;
    }
    struct sipp_program *p = l->program;
    p->unexpected_main = find_label(l, false, SPAN("_unexp.main"));
    p->unexpected_retaddr = variable_find(&p->variables, SPAN("_unexp.retaddr"));
    p->unexpected_pausedaddr = variable_find(&p->variables, SPAN("_unexp.pausedaddr"));
}

static void check_transactions(struct loader *l) {
    for (size_t i = 0; i < l->program->transaction_count; i++) {
        const struct transaction *t = &l->transactions[i];
        const char *missing = t->started == 0                       ? "is never started: no start_txn names it"
                              : t->answered == 0                    ? "has no answer: no response_txn names it"
                              : t->is_invite && t->acknowledged == 0 ? "is an INVITE without an ACK: no ack_txn names it"
                                                                    : NULL;
        if (missing) diag_error(l->diag, t->at, "transaction " SPAN_FMT " %s", SPAN_ARG(t->name), missing);
    }
}

/*
 * Where "the callee thinks" stands: before the first response after a recv of an INVITE, and before the first
 * final one.
 */
static void mark_what_if(struct step_list *list) {
    unsigned open = WHAT_IF_NONE;
    for (struct step *s = list->steps; s < list->steps + list->count; s++) {
        if (s->kind == STEP_RECV && s->request.p && span_is(s->request, "INVITE")) open = WHAT_IF_RING | WHAT_IF_ANSWER;
        if (s->kind != STEP_SEND || !s->head.is_response) continue;
        s->what_if = open & (s->head.status >= 200 ? WHAT_IF_RING | WHAT_IF_ANSWER : WHAT_IF_RING);
        open &= ~s->what_if;
    }
}

static void finish(struct loader *l) {
    struct sipp_program *p = l->program;
    resolve_labels(l);
    check_transactions(l);
    variable_table_check(&p->variables, l->diag);
    for (struct step *s = p->main.steps; s < p->main.steps + p->main.count; s++)
        if (s->kind == STEP_RECV) s->methods.p = p->methods.p;
    mark_what_if(&p->main);
    struct source_pos at = xml_at(p->xml);
    if (l->messages == 0) diag_error(l->diag, at, "the scenario has no messages");
    else if (!l->role_known) diag_error(l->diag, at, "the scenario neither sends nor receives: is it a caller or a callee?");
}

static void compile_scenario(struct loader *l) {
    const struct xml_element *root = l->program->xml;
    if (!span_is(root->name, "scenario")) {
        diag_error(l->diag, xml_at(root), "the root element is <" SPAN_FMT ">, not <scenario>", SPAN_ARG(root->name));
        return;
    }
    for (size_t i = 0; i < root->attribute_count; i++) {
        struct span name = root->attributes[i].name;
        if (!span_is(name, "name") && !span_starts(name, "xmlns") && span_find(name, ':') < 0)
            diag_error(l->diag, source_at(root->source, name.p), "<scenario> has no attribute " SPAN_FMT, SPAN_ARG(name));
    }
    for (const struct xml_element *e = root->first; e; e = e->next) compile_child(l, e);
    finish(l);
}

/* The texts of facts: SIPp 6.3. */
static void compile_default_messages(struct loader *l) {
    static const char *const texts[DEFAULT_MESSAGES] = {
        [DEFAULT_ACK] = "ACK [last_Request_URI] SIP/2.0\n"
                        "[last_Via]\n[last_From]\n[last_To]\n"
                        "Call-ID: [call_id]\n"
                        "CSeq: [last_cseq_number] ACK\n"
                        "Contact: <sip:sipp@[local_ip]:[local_port];transport=[transport]>\n"
                        "Max-Forwards: 70\n"
                        "Subject: Performance Test\n"
                        "Content-Length: 0\n\n",
        [DEFAULT_BYE] = "BYE [last_Request_URI] SIP/2.0\n"
                        "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]\n"
                        "[last_From]\n[last_To]\n"
                        "Call-ID: [call_id]\n"
                        "CSeq: [last_cseq_number+1] BYE\n"
                        "Max-Forwards: 70\n"
                        "Contact: <sip:sipp@[local_ip]:[local_port];transport=[transport]>\n"
                        "Content-Length: 0\n\n",
        [DEFAULT_CANCEL] = "CANCEL [last_Request_URI] SIP/2.0\n"
                           "[last_Via]\n[last_From]\n[last_To]\n"
                           "Call-ID: [call_id]\n"
                           "CSeq: [last_cseq_number] CANCEL\n"
                           "Max-Forwards: 70\n"
                           "Contact: <sip:sipp@[local_ip]:[local_port];transport=[transport]>\n"
                           "Content-Length: 0\n\n",
        [DEFAULT_200] = "SIP/2.0 200 OK\n"
                        "[last_Via]\n[last_From]\n[last_To]\n[last_Call-ID]\n[last_CSeq]\n"
                        "Contact: <sip:[local_ip]:[local_port];transport=[transport]>\n"
                        "Content-Length: 0\n\n"};
    for (int i = 0; i < DEFAULT_MESSAGES; i++) {
        struct text text = {0};
        text_of_span(&text, (struct source_pos){0}, span_of(texts[i]));
        l->program->defaults[i] = template_compile(&l->c, text_view(&text));
        text_free(&text);
    }
}

struct sipp_program *sipp_program_load(const struct source *xml, struct diag *diag) {
    unsigned before = diag->errors;
    struct xml_element *root = xml_load(xml, diag);
    if (!root) return NULL;
    struct sipp_program *p = mem_new(sizeof *p);
    p->source = xml;
    p->xml = root;
    struct loader l = {.program = p, .diag = diag};
    l.c = (struct template_compiler){&p->variables, &p->files, &p->templates, diag};
    compile_default_messages(&l);
    compile_scenario(&l);
    free(l.labels[0]);
    free(l.labels[1]);
    free(l.references);
    free(l.transactions);
    if (diag->errors == before) return p;
    sipp_program_free(p);
    return NULL;
}

bool sipp_program_is_client(const struct sipp_program *program) { return program->client; }

static void step_list_free(struct step_list *list) {
    for (size_t i = 0; i < list->count; i++) {
        action_list_free(&list->steps[i].actions);
        if (list->steps[i].regex) regfree(list->steps[i].regex);
        free(list->steps[i].regex);
    }
    free(list->steps);
}

void sipp_program_free(struct sipp_program *program) {
    if (!program) return;
    step_list_free(&program->main);
    step_list_free(&program->init);
    variable_table_free(&program->variables);
    template_list_free(program->templates);
    source_set_free(&program->files);
    buf_free(&program->methods);
    xml_free(program->xml);
    free(program);
}
