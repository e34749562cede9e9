/* SPDX-License-Identifier: MIT */
/*
 * With track_cseq_updates a dialog keeps how much higher the callee's CSeq is since uac_auth() has answered
 * challenges. Scripts see what the caller sent, and a header that tells what it is to be: it becomes that
 * when the request leaves, and its Via's branch keeps what it was, for the reply. (facts: Kamailio 22.6)
 */
#include "model/kamailio/message/lump.h"
#include "model/kamailio/modules/dialog/dialog.h"
#include "model/sip/via.h"

#define DIFFERENCE SPAN("cseq_diff")
#define BY_LOGIN   "P-K-CSeq-Auth"
#define IN_DIALOG  "P-K-CSeq-Refresh"

static uint64_t difference(const struct dialog *dlg) {
    const struct kam_xavp *x = xavp_find(dlg->has.vars, DIFFERENCE, XAVP_PLAIN, 0);
    uint64_t n;
    return x && kam_value_has_text(x->value) && span_to_u64(x->value.s, UINT32_MAX, &n) ? n : 0;
}

static void set_difference(struct dialog *dlg, uint64_t n) {
    struct kam_xavp *x = xavp_find(dlg->has.vars, DIFFERENCE, XAVP_PLAIN, 0);
    struct buf text = {0};
    buf_add_u64(&text, n);
    xavp_assign(x ? x : xavp_add(&dlg->has.vars, DIFFERENCE),
                (struct kam_value){.type = KAM_STR, .s = buf_span(&text)});
    buf_free(&text);
}

/* Tells what the CSeq is to be. */
static void add_header(struct kam_run *run, const char *name, uint64_t difference) {
    uint64_t n;
    struct buf line = {0};
    if (!span_to_u64(run->cseq_number, UINT32_MAX, &n)) return;
    buf_addf(&line, "%s: %llu\r\n", name, (unsigned long long)(n + difference));
    kam_lump_insert(&run->edits, run->msg.header_end, buf_span(&line));
    buf_free(&line);
}

void dlg_cseq_login(struct kam_run *run) {
    struct dialog *dlg = dlg_tracks_cseq(run->k) ? dlg_current(run) : NULL;
    if (!dlg) return;
    set_difference(dlg, difference(dlg) + 1);
    dialogs_of(run)->cseq_counts = true;
    add_header(run, BY_LOGIN, difference(dlg));
}

void dlg_cseq_within(struct kam_run *run, const struct dialog *dlg) {
    uint64_t n = dlg_tracks_cseq(run->k) ? difference(dlg) : 0;
    if (n) add_header(run, IN_DIALOG, n);
}

bool dlg_cseq_stays(const struct kamailio *k, struct span line) {
    struct span name = SPAN(BY_LOGIN);
    return dlg_tracks_cseq(k) && span_eq_nocase(span_head(line, name.len), name);
}

static size_t offset_of(const struct dialogs *d, const char *p) { return (size_t)(p - d->seen.bytes.p); }

/* The topmost Via's branch and the CSeq's number and method. */
struct marked {
    const struct sip_header *via_header;
    struct via via;
    struct span number, method;
};

static bool read(struct dialogs *d, const struct payload *payload, struct marked *m) {
    if (!d->cseq_counts || !sip_msg_parse_loosely(&d->seen, payload_span(payload))) return false;
    m->via_header = sip_msg_first(&d->seen, SIP_VIA);
    const struct sip_header *cseq = sip_msg_first(&d->seen, SIP_CSEQ);
    edit_list_reset(&d->edits);
    return m->via_header && cseq && via_parse(&m->via, m->via_header->value) && m->via.branch.value.len &&
           sip_cseq_parse(cseq->value, &m->number, &m->method);
}

/* What the header says, which leaves with it; that of uac_auth() counts. */
static struct span take_header(struct dialogs *d) {
    const char *const names[] = {BY_LOGIN, IN_DIALOG};
    const struct sip_header *end = d->seen.headers + d->seen.header_count;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        for (const struct sip_header *h = d->seen.headers; h < end; h++)
            if (span_is_nocase(h->name, names[i])) {
                edit_remove(&d->edits, offset_of(d, h->line.p), h->line.len);
                return h->value;
            }
    return (struct span){0};
}

/* Is its dialog known still? One that was hung up from here is not. */
static bool is_known(struct dialogs *d) {
    bool upstream;
    const struct sip_header *call_id = sip_msg_first(&d->seen, SIP_CALL_ID);
    const struct sip_header *from = sip_msg_first(&d->seen, SIP_FROM);
    if (!call_id || !from) return false;
    const struct dialog *dlg = dlg_find(d, call_id->value, sip_tag(from->value), true, &upstream);
    return dlg && !dlg->hung_up;
}

struct payload *dlg_cseq_leave(struct kamailio *k, const struct kam_destination *to,
                               struct payload *payload) {
    struct dialogs *d = kam_module_data(k, KAM_MODULE_DIALOG);
    struct marked m;
    (void)to;
    if (!read(d, payload, &m) || !d->seen.is_request) return NULL;
    struct span number = take_header(d);
    if (!number.p || !is_known(d)) return NULL;
    size_t behind = offset_of(d, m.via.branch.value.p) + m.via.branch.value.len;
    edit_insert(&d->edits, behind, SPAN(".cs"));
    edit_insert(&d->edits, behind, m.number);
    edit_replace(&d->edits, offset_of(d, m.number.p), m.number.len, number);
    return edit_apply(&d->edits, d->seen.bytes, k->pool);
}

/* ".cs12" at the end of a branch: where it begins; -1: it is not there. */
static ptrdiff_t find_mark(struct span branch, struct span *number) {
    ptrdiff_t at = (ptrdiff_t)branch.len;
    while (at > 0 && branch.p[at - 1] >= '0' && branch.p[at - 1] <= '9')
        at--;
    *number = span_skip(branch, (size_t)at);
    at -= (ptrdiff_t)SPAN(".cs").len;
    return at >= 0 && number->len && span_starts(span_skip(branch, (size_t)at), ".cs") ? at : -1;
}

/* Nothing gets longer or shorter: a number that has more digits than the one there cannot be put back. */
struct payload *dlg_cseq_come(struct kamailio *k, struct payload *payload) {
    struct dialogs *d = kam_module_data(k, KAM_MODULE_DIALOG);
    struct marked m;
    struct span number;
    if (!read(d, payload, &m) || d->seen.is_request) return NULL;
    bool alone = !m.via.rest.p && !sip_msg_next(&d->seen, m.via_header);
    ptrdiff_t at = find_mark(m.via.branch.value, &number);
    if (at < 0 || number.len > m.number.len || (alone && kam_method_of(m.method) != KAM_CANCEL)) return NULL;
    size_t place = offset_of(d, m.number.p);
    edit_replace(&d->edits, offset_of(d, m.via.branch.value.p) + (size_t)at, SPAN(".cs").len, SPAN(";z="));
    for (size_t blanks = number.len; blanks < m.number.len; blanks++)
        edit_insert(&d->edits, place, SPAN(" "));
    edit_replace(&d->edits, place, m.number.len, number);
    return edit_apply(&d->edits, d->seen.bytes, k->pool);
}
