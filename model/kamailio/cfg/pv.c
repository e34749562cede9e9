/* SPDX-License-Identifier: MIT */
/* Pseudo-variables where the file names them: they must be known, and their modules loaded. */
#include "model/kamailio/cfg/pv.h"
#include "model/kamailio/cfg/reserved.h"

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

/* $name and nothing more; the name is no word of the language */
static bool is_bare(struct span text) {
    size_t n = 1;
    while (n < text.len && (ascii_alnum((unsigned char)text.p[n]) || text.p[n] == '_'))
        n++;
    return text.len > 1 && n == text.len && !cfg_reserved(span_skip(text, 1));
}

/* Outside of texts, $shv() is looked up when it is read; Kamailio has memory for it from the first modparam
 * on. */
static bool is_shared_too_early(struct cfg_parse *p, struct span text) {
    struct script_pv_parts parts;
    return !p->program->has_modparam && script_pv_cut(text, &parts) && span_is(parts.name, "shv");
}

/* *alone: it is an AVP that is written $name. */
static struct cfg_pv *make(struct cfg_parse *p, const struct cfg_token *t, bool *alone) {
    struct span text = t->text;
    struct source_pos at = t->at;
    struct script_pv_maker m = script_pv_maker_of(p->program, at);
    struct cfg_pv *pv = cfg_new(p, sizeof *pv);
    bool made = script_pv_make(&m, text, pv), early = made && is_shared_too_early(p, text);
    if (early) buf_addf(&m.why, SPAN_FMT " needs a modparam above it", SPAN_ARG(text));
    made = made && !early;
    *alone =
        !made && !early && !t->n && is_bare(text) && span_search(buf_span(&m.why), SPAN("simulated")) < 0;
    if (*alone) {
        struct span name = span_skip(text, 1);
        diag_warning(p->diag, at, "%s; Kamailio takes it for $avp(" SPAN_FMT ")", buf_text(&m.why),
                     SPAN_ARG(name));
        *pv = (struct cfg_pv){.kind = CFG_PV_AVP,
                              .number = program_number(p->program, &p->program->avps, name)};
    } else if (!made) {
        tell(p, &m, at);
    }
    buf_free(&m.why);
    return made || *alone ? pv : NULL;
}

const struct cfg_pv *cfg_pv_bare(struct cfg_parse *p, const struct cfg_token *t) {
    bool alone;
    return make(p, t, &alone);
}

/* Pseudo-variables that Kamailio lets a script only read. */
static const char read_only[] = " AU Au BM_time_diff C DLG_count DLG_lifetime DLG_status RANDOM RAi RAp RAu "
                                "RAut Ras Ri Rn Rp Ru Rut TF TS "
                                "T_branch_idx T_reply_code T_reply_last T_reply_reason T_reply_ruid Tb Tf Ts "
                                "_s aU aa ad adc adn ado adr adu ai ar "
                                "au bR blitval bs cT ci cl cnt conid cs csb ct dP dd def defn di dic dip dir "
                                "dp ds env fUl from.domain from.user fsp "
                                "ft fti hdr hdrc hfitbody hfitname hfl hflc hu location_ua lsock ltt mb mbu "
                                "mi ml mq_size mqk mqv msg mt mts nosip "
                                "null oP oU oUl od op ou ouri pU pd pn pp pr prid proto pu rP rUl rb rc rcv "
                                "re retcode rm rmid route_uri rr rr_count "
                                "rr_top_count rs rsi rt rtimer_worker rtpestat rtppstat rtpstat ruid "
                                "ruri.domain ruri.user rv rz sas sel shtcn shtcv shtdec shtinc shtitkey "
                                "shtitval si sid sipt_called_party_nai sipt_calling_party_nai sipt_cpc "
                                "sipt_hop_counter sipt_presentation "
                                "sipt_screening siz smsack smsbody snd sndfrom sndto source_uri sp src_ip "
                                "sruid stat su sut time timef to.domain "
                                "to.user true tt tti ua utimef version x_ft x_tt ";

static bool is_read_only(struct span name) {
    struct buf word = {0};
    buf_addf(&word, " " SPAN_FMT " ", SPAN_ARG(name));
    bool found = span_search(span_of(read_only), buf_span(&word)) >= 0;
    buf_free(&word);
    return found;
}

const struct cfg_pv *cfg_pv_target(struct cfg_parse *p, const struct cfg_token *t) {
    struct script_pv_parts parts;
    bool alone;
    struct cfg_pv *pv = make(p, t, &alone);
    if (!pv) return NULL;
    if (alone) pv->at.index = KAM_INDEX_ALL; /* an assignment replaces all its values */
    if (!alone && script_pv_cut(t->text, &parts) && (pv->transforms || is_read_only(parts.name))) {
        diag_error(p->diag, t->at, "cannot assign to " SPAN_FMT ": it is read only", SPAN_ARG(t->text));
        return NULL;
    }
    bool writes = pv->kind == CFG_PV_TABLE
                      ? pv->pv->set != NULL
                      : pv->kind != CFG_PV_RETCODE && pv->kind != CFG_PV_NULL && pv->kind != CFG_PV_DOLLAR;
    if (writes) return pv;
    diag_error(p->diag, t->at, "assigning to " SPAN_FMT " is not simulated", SPAN_ARG(t->text));
    return NULL;
}

const struct cfg_piece *cfg_format_parse(struct cfg_parse *p, struct span text, struct source_pos at) {
    struct script_pv_maker m = script_pv_maker_of(p->program, at);
    const struct cfg_piece *pieces = script_pv_format(&m, text);
    if (!pieces) tell(p, &m, at);
    buf_free(&m.why);
    return pieces;
}
