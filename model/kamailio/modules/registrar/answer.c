/* SPDX-License-Identifier: MIT */
/* What a process would answer to a REGISTER (facts: Kamailio 15.3c). */
#include "base/mem.h"
#include "model/kamailio/instance.h"
#include "model/kamailio/modules/registrar/registrar.h"
#include "model/kamailio/modules/sl.h"

#include <stdlib.h>

const struct registrar_refusal registrar_aor_unreadable = {400, "Error while parsing AOR"},
                               registrar_aor_too_long = {500, "Address Of Record too long"},
                               registrar_too_brief = {423, "Interval too brief"};

struct registrar_answer *registrar_answer_of(const struct kam_run *run) {
    struct registrar *r = kam_module_data(run->k, KAM_MODULE_REGISTRAR);
    struct registrar_answer *a = r->answers;
    while (a && a->process != run->state.process)
        a = a->next;
    if (a) return a;
    a = mem_new(sizeof *a);
    *a = (struct registrar_answer){.next = r->answers, .process = run->state.process};
    r->answers = a;
    return a;
}

void registrar_answers_free(struct registrar_answer *answers) {
    for (struct registrar_answer *next; answers; answers = next) {
        next = answers->next;
        buf_free(&answers->contacts);
        free(answers);
    }
}

static const char *reason_of(unsigned status) {
    switch (status) {
    case 400: return "Bad Request";
    case 420: return "Bad Extension";
    case 423: return "Interval Too Brief";
    case 500: return "Server Internal Error";
    case 503: return "Service Unavailable";
    default: return "OK";
    }
}

void registrar_add_contacts(struct kam_run *run) {
    struct registrar_answer *a = registrar_answer_of(run);
    if (run->msg.is_request) buf_add(&run->reply_lines, buf_span(&a->contacts));
    buf_reset(&a->contacts);
}

static void add_lines(struct kam_run *run, struct registrar_answer *a) {
    const struct registrar *set = registrar_of(run);
    struct buf *out = &run->reply_lines;
    if (!a->refusal) return;
    if (a->refusal == &registrar_too_brief) buf_addf(out, "Min-Expires: %u\r\n", (unsigned)set->min_expires);
    if (a->refusal->why) buf_addf(out, "P-Registrar-Error: %s\r\n", a->refusal->why);
    if (a->refusal->status >= 500 && set->retry_after)
        buf_addf(out, "Retry-After: %u\r\n", (unsigned)set->retry_after);
}

/* In an onreply_route the lines are the reply's, which nobody answers: they are lost. */
int registrar_send_reply(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct registrar_answer *a = registrar_answer_of(run);
    (void)args, (void)count;
    registrar_add_contacts(run);
    if (run->msg.is_request) add_lines(run, a);
    if (!run->transaction && !run->msg.is_request) return -1;
    unsigned status = a->refusal ? a->refusal->status : 200;
    return kam_sl_answer(run, status, span_of(reason_of(status))) ? 1 : -1;
}
