/* SPDX-License-Identifier: MIT */
/*
 * uac's From and To. The old URI, XORed with the new one, goes into Record-Route, so that each side finds in
 * the requests and replies of the dialog what it knows (facts: Kamailio 30.3).
 */
#include "base/base64.h"
#include "model/kamailio/message/address.h"
#include "model/kamailio/message/lump.h"
#include "model/kamailio/modules/rr.h"
#include "model/kamailio/modules/uac/uac.h"

static size_t offset_of(const struct kam_run *run, const char *p) { return (size_t)(p - run->msg.bytes.p); }

/* From or To of a message, taken apart. */
struct party {
    const struct sip_header *header;
    struct span uri;
    struct span display; /* with its quotes; empty: none */
    bool brackets;       /* stand around the URI */
};

static bool party_read(struct party *p, const struct sip_header *h) {
    struct kam_address a;
    kam_address_parse(&a, h->value);
    *p = (struct party){.header = h, .uri = a.uri};
    if (!a.readable || a.uri.len == 0) return false;
    struct span before = span_trim(span_between(h->value.p, a.uri.p));
    p->brackets = before.len && before.p[before.len - 1] == '<';
    if (p->brackets) p->display = span_trim(span_head(before, before.len - 1));
    return true;
}

/* The part of a value that is not parameters: up to the URI's end, or to the bracket behind it. */
static struct span party_text(const struct party *p) {
    const char *end = p->uri.p + p->uri.len;
    if (p->brackets) {
        struct span rest = span_between(end, p->header->value.p + p->header->value.len);
        end += span_find(rest, '>') + 1;
    }
    return span_between(p->header->value.p, end);
}

static const struct sip_header *header_of(const struct kam_run *run, enum kam_mark which) {
    return which == KAM_RESTORE_FROM ? run->from : run->to;
}

static struct span param_of(const struct kam_run *run, enum kam_mark which) {
    return which == KAM_RESTORE_FROM ? uac_of(run)->rr_from_param : uac_of(run)->rr_to_param;
}

/* The reply to it gets back what the request had; an AVP tells the script what that was. */
static void mark(struct kam_run *run, enum kam_mark which, const struct party *p) {
    const struct cfg_pv *avp = which == KAM_RESTORE_FROM ? uac_of(run)->from_avp : uac_of(run)->to_avp;
    if (avp) kam_pv_assign(run, avp, (struct kam_value){.type = KAM_STR, .s = party_text(p)});
    unsigned marks = which | (which == KAM_RESTORE_FROM ? KAM_USE_FROM : KAM_USE_TO);
    run->marks |= marks;
    if (run->transaction) kam_run_transaction(run)->marks |= marks;
}

/* The one XORed with the other, as long as the longer one. */
static void add_mixed(struct buf *out, struct span a, struct span b) {
    for (size_t i = 0; i < a.len || i < b.len; i++)
        buf_add_char(out, (char)((i < a.len ? a.p[i] : 0) ^ (i < b.len ? b.p[i] : 0)));
}

static void encrypt(struct span text, struct span password) {
    char *p = (char *)text.p;
    for (size_t i = 0; i < text.len && password.len; i++)
        p[i] = (char)(p[i] ^ password.p[i % password.len]);
}

/* What fills up base64 here. */
enum { FILL = '-' };

static void keep_in_record_route(struct kam_run *run, enum kam_mark which, struct span old, struct span uri) {
    struct buf mixed = {0}, param = {0};
    add_mixed(&mixed, old, uri);
    encrypt(buf_span(&mixed), uac_of(run)->restore_passwd);
    buf_addf(&param, ";" SPAN_FMT "=", SPAN_ARG(param_of(run, which)));
    base64_add(&param, buf_span(&mixed), base64_letters, FILL);
    kam_rr_add_params(run, buf_span(&param));
    buf_free(&mixed);
    buf_free(&param);
}

static void replace_display(struct kam_run *run, const struct party *p, struct span display) {
    size_t uri_at = offset_of(run, p->uri.p);
    if (p->display.len) kam_lump_replace(run->target, offset_of(run, p->display.p), p->display.len, display);
    if (p->display.len || display.len == 0) return;
    struct buf b = {0};
    buf_add(&b, display);
    buf_add_text(&b, p->brackets ? " " : " <");
    kam_lump_insert(run->target, offset_of(run, p->header->value.p), buf_span(&b));
    buf_free(&b);
    if (!p->brackets) kam_lump_insert(run->target, uri_at + p->uri.len, SPAN(">"));
}

int uac_replace(struct kam_run *run, enum kam_mark which, struct span display, struct span uri) {
    struct party p;
    enum uac_mode mode = uac_of(run)->mode;
    bool needs_from = which == KAM_RESTORE_FROM || mode != UAC_NONE;
    if (needs_from && !kam_run_from(run)->readable) return -1;
    if (!party_read(&p, header_of(run, which))) return -1;
    if (mode == UAC_AUTO && uri.len && run->to_tag.len) return -1; /* a dialog keeps what it has */
    if (run->marks & which) return -1;
    if (display.p) replace_display(run, &p, display);
    if (uri.len == 0) return 1;
    kam_lump_replace(run->target, offset_of(run, p.uri.p), p.uri.len, uri);
    if (mode == UAC_NONE) return 1;
    if (run->state.kind == KAM_BRANCH_ROUTE)
        kam_run_stop(
            run, "Kamailio 5.6.3 crashes here: another uac.restore_mode than none, and a URI of From or To "
                 "that is replaced in a branch_route");
    keep_in_record_route(run, which, p.uri, uri);
    mark(run, which, &p);
    return 1;
}

/* The URI that a parameter of our Route entry keeps for who has the other one; false: it keeps none. */
static bool kept_uri(const struct kam_run *run, struct buf *uri, struct span kept, struct span other) {
    struct buf mixed = {0};
    bool is_kept = kept.len > 0;
    while (kept.len && kept.p[kept.len - 1] == FILL)
        kept.len--;
    bool good = is_kept && base64_read(&mixed, kept, base64_letters) && mixed.len >= other.len;
    if (good) {
        encrypt(buf_span(&mixed), uac_of(run)->restore_passwd);
        add_mixed(uri, buf_span(&mixed), other);
        const char *zero = memchr(uri->p, '\0', uri->len);
        if (zero) uri->len = (size_t)(zero - uri->p);
        for (size_t i = 0; i < uri->len; i++)
            if (uri->p[i] < ' ' || uri->p[i] > '~') good = false;
    }
    buf_free(&mixed);
    return good && uri->len;
}

int uac_restore(struct kam_run *run, enum kam_mark which) {
    struct party p;
    struct buf uri = {0};
    enum kam_mark in = which;
    if (uac_of(run)->mode == UAC_NONE)
        return kam_run_stop(
            run,
            "Kamailio 5.6.3 crashes here: uac_restore_from() or uac_restore_to() with restore_mode none");
    /* The callee's requests have the caller in To. */
    if (kam_rr_upstream(run)) in = which == KAM_RESTORE_FROM ? KAM_RESTORE_TO : KAM_RESTORE_FROM;
    struct span kept = kam_rr_param(run, param_of(run, which));
    bool good =
        kam_run_from(run)->readable && party_read(&p, header_of(run, in)) && kept_uri(run, &uri, kept, p.uri);
    if (good) {
        kam_lump_replace(run->target, offset_of(run, p.uri.p), p.uri.len, buf_span(&uri));
        if (uac_of(run)->mode == UAC_AUTO) mark(run, in, &p);
    }
    buf_free(&uri);
    return good ? 1 : -1;
}

void uac_routed(struct kam_run *run) {
    if (uac_of(run)->mode != UAC_AUTO || !run->msg.is_request) return;
    uac_restore(run, KAM_RESTORE_FROM);
    uac_restore(run, KAM_RESTORE_TO);
}

/* What stands before the parameters becomes what it is in the request. */
static void give_back(struct kam_run *run, const struct sip_header *reply, const struct sip_header *request) {
    struct party ours, theirs;
    if (!party_read(&ours, reply) || !party_read(&theirs, request)) return;
    struct span text = party_text(&ours);
    kam_lump_replace(&run->edits, offset_of(run, text.p), text.len, party_text(&theirs));
}

void uac_reply_matched(struct kam_run *run, const struct kam_transaction_head *t) {
    const struct sip_header from = {.value = t->from}, to = {.value = t->to};
    if (run->damaged) return;
    if (t->marks & KAM_RESTORE_FROM && t->marks & KAM_USE_FROM) give_back(run, run->from, &from);
    if (t->marks & KAM_RESTORE_TO && t->marks & KAM_USE_TO) give_back(run, run->to, &to);
}
