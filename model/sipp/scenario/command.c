/* SPDX-License-Identifier: MIT */
/* <sendCmd> and <recvCmd>: what two SIPps tell each other (3PCC; facts: SIPp 16). */
#include "model/sipp/scenario/loader.h"

static void note_command(struct loader *l, struct step *s, const struct xml_element *e, const char *name) {
    const struct xml_attribute *a = xml_attribute(e, name);
    if (a) s->peer = a->value;
    if (l->program->command_at.source) return;
    l->program->command_at = xml_at(e);
    l->program->master = s->kind == STEP_SEND_CMD;
}

void step_compile_send_cmd(struct loader *l, const struct xml_element *e) {
    struct step *s = step_add(l, e, STEP_SEND_CMD, (const char *const[]){"dest", NULL});
    struct span cdata = xml_cdata(e);
    note_command(l, s, e, "dest");
    if (cdata.p) {
        struct text text = {0};
        text_of_cdata(&text, e->source, cdata);
        s->template = template_compile(&l->c, text_view(&text));
        text_free(&text);
    } else {
        diag_error(l->diag, xml_at(e), "<sendCmd> has no CDATA section");
    }
    step_compile_common(l, s, e);
}

void step_compile_recv_cmd(struct loader *l, const struct xml_element *e) {
    struct step *s = step_add(l, e, STEP_RECV_CMD, (const char *const[]){"src", "optional", NULL});
    note_command(l, s, e, "src");
    s->optional = step_optional(l, e);
    l->optional = s->optional == OPTIONAL_FALSE ? NULL : e;
    step_compile_common(l, s, e);
}
