/* SPDX-License-Identifier: MIT */
/* Pseudo-variables where the file names them: they must be known, and their modules loaded. */
#include "model/kamailio/cfg/pv.h"

static void tell(struct cfg_parse *p, struct script_pv_maker *m, struct source_pos at) {
    diag_error(p->diag, at, "%s", buf_text(&m->why));
}

const struct cfg_pv *cfg_pv_find(struct cfg_parse *p, struct span text, struct source_pos at) {
    struct script_pv_maker m = script_pv_maker_of(p->program, at);
    struct cfg_pv *pv = cfg_new(p, sizeof *pv);
    bool made = script_pv_make(&m, text, pv);
    if (!made) tell(p, &m, at);
    buf_free(&m.why);
    return made ? pv : NULL;
}

const struct cfg_piece *cfg_format_parse(struct cfg_parse *p, struct span text, struct source_pos at) {
    struct script_pv_maker m = script_pv_maker_of(p->program, at);
    const struct cfg_piece *pieces = script_pv_format(&m, text);
    if (!pieces) tell(p, &m, at);
    buf_free(&m.why);
    return pieces;
}
