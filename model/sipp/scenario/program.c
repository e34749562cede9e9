/* SPDX-License-Identifier: MIT */
#include "model/sipp/scenario/program.h"

#include "base/mem.h"
#include "model/sipp/scenario/loader.h"
#include "model/sipp/scenario/words.h"

#include <stdlib.h>

static void compile_label(struct loader *l, const struct xml_element *e) { label_add(l, e, false); }

static void compile_init(struct loader *l, const struct xml_element *e) {
    element_check_attributes(e, (const char *const[]){NULL}, NULL, l->diag);
    for (const struct xml_element *child = e->first; child; child = child->next) {
        if (span_is(child->name, "label")) {
            label_add(l, child, true);
        } else if (span_is(child->name, "nop")) {
            step_compile_init(l, child);
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
        struct source_pos at = xml_value_at(e, a, rest.p);
        use(l, span_cut(&rest, ','), at);
    }
}

static void declare_global(struct loader *l, struct span name, struct source_pos at) {
    variable_declare(&l->program->variables, VARIABLE_GLOBAL, name, at);
}

/* Without -users each call has its own. */
static void declare_user(struct loader *l, struct span name, struct source_pos at) {
    variable_declare(&l->program->variables, VARIABLE_OF_USER, name, at);
}

static void reference_variable(struct loader *l, struct span name, struct source_pos at) {
    if (variable_find(&l->program->variables, name) < 0)
        diag_error(l->diag, at, "there is no variable $" SPAN_FMT " before this", SPAN_ARG(name));
    else
        variable_declare(&l->program->variables, VARIABLE_OF_CALL, name, at);
}

static void compile_global(struct loader *l, const struct xml_element *e) {
    each_variable(l, e, declare_global);
}

static void compile_user(struct loader *l, const struct xml_element *e) { each_variable(l, e, declare_user); }

static void compile_reference(struct loader *l, const struct xml_element *e) {
    each_variable(l, e, reference_variable);
}

static const char *const default_names[DEFAULT_MESSAGES] = {
    [DEFAULT_ACK] = "ack", [DEFAULT_BYE] = "bye", [DEFAULT_CANCEL] = "cancel", [DEFAULT_200] = "200"};

static void compile_default(struct loader *l, const struct xml_element *e) {
    element_check_attributes(e, (const char *const[]){"id", NULL}, NULL, l->diag);
    const struct xml_attribute *id = xml_attribute(e, "id");
    struct span cdata = xml_cdata(e);
    if (!id || !cdata.p) {
        if (!id) element_needs(e, "id", l->diag);
        if (!cdata.p) diag_error(l->diag, xml_at(e), "<DefaultMessage> has no CDATA section");
        return;
    }
    int which = 0;
    while (which < DEFAULT_MESSAGES && !span_is(id->value, default_names[which]))
        which++;
    bool is_known =
        which < DEFAULT_MESSAGES || span_is(id->value, "ack2") || span_is(id->value, "3pcc_abort");
    if (!is_known)
        diag_error(l->diag, attribute_at(e, id), "there is no default message \"" SPAN_FMT "\"",
                   SPAN_ARG(id->value));
    struct text text = {0};
    struct template_head head;
    text_of_cdata(&text, e->source, cdata);
    struct template *t = template_compile(&l->c, text_view(&text));
    step_compile_head(l, text_view(&text), t, &head);
    if (which < DEFAULT_MESSAGES) l->program->defaults[which] = t;
    text_free(&text);
}

/* What may stand in <scenario>. A message gets an index. */
static const struct kind {
    const char *name;
    bool message;
    void (*compile)(struct loader *l, const struct xml_element *e);
} kinds[] = {
    {"CallLengthRepartition", false, repartition_compile},
    {"DefaultMessage", false, compile_default},
    {"Global", false, compile_global},
    {"Reference", false, compile_reference},
    {"ResponseTimeRepartition", false, repartition_compile},
    {"User", false, compile_user},
    {"init", false, compile_init},
    {"label", false, compile_label},
    {"nop", true, step_compile_nop},
    {"pause", true, step_compile_pause},
    {"recv", true, step_compile_recv},
    {"recvCmd", true, step_compile_recv_cmd},
    {"send", true, step_compile_send},
    {"sendCmd", true, step_compile_send_cmd},
    {"timewait", true, step_compile_pause},
};

enum { KINDS = sizeof kinds / sizeof *kinds };

static const struct kind *find_kind(struct span name) {
    for (size_t i = 0; i < KINDS; i++)
        if (span_is(name, kinds[i].name)) return &kinds[i];
    return NULL;
}

static void unknown_element(struct loader *l, const struct xml_element *e) {
    const char *names[KINDS + 1] = {0};
    for (size_t i = 0; i < KINDS; i++)
        names[i] = kinds[i].name;
    const char *other = diag_suggest(e->name, names);
    diag_error(l->diag, xml_at(e), "unknown element <" SPAN_FMT ">%s%s%s", SPAN_ARG(e->name),
               other ? "; did you mean <" : "", other ? other : "", other ? ">?" : "");
}

static void check_order(struct loader *l, const struct xml_element *e) {
    bool is_recv = span_is(e->name, "recv"), is_recv_cmd = span_is(e->name, "recvCmd");
    if (l->timewait) diag_error(l->diag, xml_at(l->timewait), "<timewait> must be the last message");
    if (l->optional && !is_recv && !is_recv_cmd)
        diag_error(l->diag, xml_at(l->optional),
                   "an optional <recv> directly before <" SPAN_FMT
                   ">: one that is not optional must stand between",
                   SPAN_ARG(e->name));
    l->optional = NULL;
    l->timewait = NULL;
    if (!l->role_known && l->list == &l->program->main &&
        (is_recv || is_recv_cmd || span_starts(e->name, "send"))) {
        l->role_known = true;
        l->program->client = !is_recv && !is_recv_cmd;
        l->program->commanded = is_recv_cmd;
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
    kind->compile(l, e);
}

static bool expects_invite(const struct step *s) {
    if (s->kind != STEP_RECV || !s->request.p) return false;
    return s->regex ? regex_find(s->regex, SPAN("INVITE"), false, NULL, 0, NULL) == REGEX_YES
                    : span_is(s->request, "INVITE");
}

/*
 * Where "the callee thinks" stands: before the first response after a recv of an INVITE, and before the first
 * final one.
 */
static void mark_what_if(struct step_list *list) {
    unsigned open = WHAT_IF_NONE;
    for (struct step *s = list->steps; s < list->steps + list->count; s++) {
        if (expects_invite(s)) open = WHAT_IF_RING | WHAT_IF_ANSWER;
        if (s->kind != STEP_SEND || !s->head.is_response) continue;
        s->what_if = open & (s->head.status >= 200 ? WHAT_IF_RING | WHAT_IF_ANSWER : WHAT_IF_RING);
        open &= ~s->what_if;
    }
}

static void note_shell(struct sipp_program *p, const struct step_list *list) {
    for (size_t i = 0; i < list->count; i++) {
        const struct action_list *actions = &list->steps[i].actions;
        for (size_t j = 0; j < actions->count && !p->shell_at.source; j++)
            if (actions->actions[j].kind == ACTION_EXEC && actions->actions[j].command == EXEC_SHELL)
                p->shell_at = actions->actions[j].at;
    }
}

/* [next_url] is what an rrs="true" has kept: without one it is nothing. */
static void check_next_url(const struct loader *l) {
    const struct step_list *list = l->list;
    for (size_t i = 0; i < list->count; i++)
        if (list->steps[i].rrs) return;
    for (size_t i = 0; i < list->count; i++) {
        const struct template *t = list->steps[i].template;
        for (size_t j = 0; t && j < t->count; j++) {
            if (t->parts[j].id != KEYWORD_NEXT_URL) continue;
            diag_warning(l->diag, t->parts[j].at, "[next_url] is empty: no <recv> has rrs=\"true\"");
            return;
        }
    }
}

/* A call of what is in no call has no number: SIPp shows memory that it has never set, here it is 0. */
static void check_numbers(const struct loader *l) {
    for (size_t i = 0; i < l->list->count; i++) {
        const struct template *t = l->list->steps[i].template;
        for (size_t j = 0; t && j < t->count; j++) {
            if (t->parts[j].id != KEYWORD_CALL_NUMBER && t->parts[j].id != KEYWORD_BRANCH) continue;
            diag_warning(l->diag, t->parts[j].at,
                         "the number of a call out of all calls is random in SIPp, and 0 here");
            return;
        }
    }
}

static void finish(struct loader *l) {
    struct sipp_program *p = l->program;
    note_shell(p, l->init);
    note_shell(p, l->list);
    label_resolve(l);
    transaction_check(l);
    rtd_check(l);
    check_next_url(l);
    if (l->list != &p->main) check_numbers(l);
    variable_table_check(&p->variables, l->diag);
    for (struct step *s = l->list->steps; s < l->list->steps + l->list->count; s++)
        if (s->kind == STEP_RECV) s->methods.p = l->list->methods.p;
    if (l->list == &p->main) mark_what_if(&p->main);
    struct source_pos at = xml_at(l->root);
    if (l->messages == 0)
        diag_error(l->diag, at, "the scenario has no messages");
    else if (!l->role_known && l->list == &p->main)
        diag_error(l->diag, at, "the scenario neither sends nor receives: is it a caller or a callee?");
}

static void compile_scenario(struct loader *l) {
    const struct xml_element *root = l->root;
    if (!span_is(root->name, "scenario")) {
        diag_error(l->diag, xml_at(root), "the root element is <" SPAN_FMT ">, not <scenario>",
                   SPAN_ARG(root->name));
        return;
    }
    element_check_attributes(root, (const char *const[]){"name", NULL}, NULL, l->diag);
    const struct xml_document *document = root->document;
    if (document->stopped && root->open)
        diag_warning(l->diag, source_at(document->source, document->stopped),
                     "SIPp stops reading here without a word: this %s",
                     document->stopped[1] == '!' ? "does not end" : "has no > before the next tag");
    for (const struct xml_element *e = root->first; e; e = e->next)
        compile_child(l, e);
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

/* Compiles a document into one of the program's lists. */
static bool load(struct sipp_program *p, struct step_list *list, const struct xml_document *document,
                 const struct sipp_setting *keys, size_t key_count, struct diag *diag) {
    unsigned before = diag->errors;
    struct loader l = {.root = document->root,
                       .program = p,
                       .list = list,
                       .init = list == &p->main ? &p->init : &p->other_init,
                       .transaction_first = p->transaction_count,
                       .diag = diag};
    l.c = (struct template_compiler){.variables = &p->variables,
                                     .files = &p->files,
                                     .all = &p->templates,
                                     .media = &p->media,
                                     .keys = keys,
                                     .key_count = key_count,
                                     .diag = diag};
    if (list == &p->main) compile_default_messages(&l);
    compile_scenario(&l);
    free(l.labels[0]);
    free(l.labels[1]);
    free(l.references);
    free(l.transactions);
    return diag->errors == before;
}

/* SIPp's own scenario for what is in no call: nothing fits. */
static void expect_nothing(struct step_list *list) {
    step_add_recv(list, SPAN("DUMMY"));
    list->unexpected_main = -1;
}

struct sipp_program *sipp_program_load(const struct source *xml, const struct source *out_of_call,
                                       const struct sipp_setting *keys, size_t key_count, struct diag *diag) {
    struct xml_document *document = xml_load(xml, diag);
    if (!document) return NULL;
    struct sipp_program *p = mem_new(sizeof *p);
    p->source = xml;
    p->document = document;
    bool good = load(p, &p->main, document, keys, key_count, diag);
    if (out_of_call) {
        p->other_document = xml_load(out_of_call, diag);
        good &= p->other_document && load(p, &p->out_of_call, p->other_document, keys, key_count, diag);
    } else {
        expect_nothing(&p->out_of_call);
    }
    if (good) return p;
    sipp_program_free(p);
    return NULL;
}

enum sipp_role sipp_program_role(const struct sipp_program *program) {
    return program->client ? SIPP_CALLER : program->commanded ? SIPP_COMMANDED : SIPP_CALLEE;
}

struct source_pos sipp_program_command_at(const struct sipp_program *program) {
    return program->command_at;
}

bool sipp_program_is_master(const struct sipp_program *program) { return program->master; }

void sipp_program_check_names(const struct sipp_program *program, const char *const *names,
                              struct diag *diag) {
    const struct step_list *list = &program->main;
    for (const struct step *s = list->steps; s < list->steps + list->count; s++) {
        bool sends = s->kind == STEP_SEND_CMD;
        if (!sends && s->kind != STEP_RECV_CMD) continue;
        if (names && !s->peer.p)
            diag_error(diag, s->at,
                       sends ? "with -master and -slave a <sendCmd> needs dest="
                             : "with -master and -slave a <recvCmd> needs src=");
        if (!sends || !s->peer.p) continue; /* any src will do, and is not looked at with -3pcc */
        size_t i = 0;
        while (names && names[i] && !span_is(s->peer, names[i]))
            i++;
        if (!names || !names[i])
            diag_error(diag, s->at, "no SIPp is called " SPAN_FMT " (master, slave)", SPAN_ARG(s->peer));
    }
}

bool sipp_program_is_client(const struct sipp_program *program) { return program->client; }

const struct source_set *sipp_program_files(const struct sipp_program *program) { return &program->files; }

void sipp_program_free(struct sipp_program *program) {
    if (!program) return;
    step_list_free(&program->main);
    step_list_free(&program->init);
    step_list_free(&program->other_init);
    step_list_free(&program->out_of_call);
    variable_table_free(&program->variables);
    template_list_free(program->templates, NULL);
    media_list_free(program->media);
    source_set_free(&program->files);
    rtd_free(program);
    xml_free(program->document);
    if (program->other_document) xml_free(program->other_document);
    free(program);
}

void program_words(struct buf *out) {
    for (size_t i = 0; i < KINDS; i++)
        word_write(out, "element", WORD_SIMULATED, "<%s>", kinds[i].name);
}
