/* SPDX-License-Identifier: MIT */
/* A scenario while it is compiled: what program.c, step.c, label.c and transaction.c share. */
#ifndef MODEL_SIPP_SCENARIO_LOADER_H
#define MODEL_SIPP_SCENARIO_LOADER_H

#include "model/sipp/scenario/element.h"
#include "model/sipp/scenario/program.h"

struct label {
    struct span name;
    int step; /* the message that follows it */
};

/* A label that an attribute names, resolved when all labels are known. */
struct label_reference {
    const struct xml_element *e;
    const struct xml_attribute *a;
    bool init, on_timeout;
    size_t step;
};

/* What start_txn, ack_txn and response_txn name. */
struct transaction {
    struct span name;
    struct source_pos at;
    unsigned started, answered, acknowledged;
    bool is_invite;
};

struct loader {
    const struct xml_element *root;
    struct sipp_program *program;
    struct step_list *list; /* program.main, or out_of_call */
    struct step_list *init; /* its <init>: program.init, or other_init */
    struct diag *diag;
    struct template_compiler c;
    struct label *labels[2]; /* of the main part, of init */
    size_t label_count[2], label_cap[2];
    struct label_reference *references;
    size_t reference_count, reference_cap;
    struct transaction *transactions;          /* program.transaction_count of them */
    size_t transaction_cap, transaction_first; /* those before belong to the other document */
    const struct xml_element *optional;        /* the last message, if it was an optional recv */
    const struct xml_element *timewait;        /* ... if it was a timewait */
    bool role_known;
    size_t messages;
};

/* label.c: a <label>; an attribute (next, ontimeout) of a step that names one; the end of the file. */
void label_add(struct loader *l, const struct xml_element *e, bool init);
void label_refer(struct loader *l, const struct xml_element *e, const char *attribute, bool init,
                 size_t step);
int label_find(const struct loader *l, bool init, struct span name);
void label_resolve(struct loader *l);

/*
 * transaction.c: the number of the transaction that an attribute names, -1 if it is absent; those of a send.
 */
int transaction_find(struct loader *l, const struct xml_element *e, const char *attribute);
void transaction_of_send(struct loader *l, struct step *s, const struct xml_element *e);
void transaction_of_recv(struct loader *l, struct step *s, const struct xml_element *e);
void transaction_check(const struct loader *l);

/* rtd.c: the response times of a step; the end of the file; a repartition. */
void rtd_of_step(struct loader *l, struct step *s, const struct xml_element *e);
void rtd_check(const struct loader *l);
void repartition_compile(struct loader *l, const struct xml_element *e);
void rtd_free(struct sipp_program *program);

/* step.c: a message of the scenario, and a <nop> of <init>. */
void step_compile_send(struct loader *l, const struct xml_element *e);
void step_compile_recv(struct loader *l, const struct xml_element *e);
void step_compile_pause(struct loader *l, const struct xml_element *e);
void step_compile_send_cmd(struct loader *l, const struct xml_element *e); /* command.c */
void step_compile_recv_cmd(struct loader *l, const struct xml_element *e);
void step_compile_nop(struct loader *l, const struct xml_element *e);
void step_compile_init(struct loader *l, const struct xml_element *e);

/* What a text that is sent begins with, as SIPp wants it to. */
void step_compile_head(struct loader *l, struct text_view text, const struct template *t,
                       struct template_head *head);

/* Their parts: a step with these attributes besides the common ones; what all have; optional=. */
struct step *step_add(struct loader *l, const struct xml_element *e, enum step_kind kind,
                      const char *const *attributes);
void step_compile_common(struct loader *l, struct step *s, const struct xml_element *e);
enum optional step_optional(struct loader *l, const struct xml_element *e);
void step_list_free(struct step_list *list);

/* A <recv request=""> that no file has. */
void step_add_recv(struct step_list *list, struct span request);

#endif
