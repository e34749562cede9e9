/* SPDX-License-Identifier: MIT */
/*
 * Assignments to the parts of From and To: $fu, $fU, $fd, $fn and $tu, $tU, $td, $tn. They are changes like
 * those of functions: until the message is sent, the variables are what they were. (facts: Kamailio 18.1)
 */
#include "model/kamailio/message/lump.h"
#include "model/kamailio/pv/pv.h"

static size_t offset_of(const struct kam_run *run, const char *p) { return (size_t)(p - run->msg.bytes.p); }

static bool replace(struct kam_run *run, struct span old, struct span text) {
    kam_lump_replace(run->target, offset_of(run, old.p), old.len, text);
    return true;
}

/* null takes the user away, and the @ with it if that follows. */
static bool set_user(struct kam_run *run, const struct uri *u, struct kam_value value) {
    bool has = u->user.len > 0, at = has && u->user.p[u->user.len] == '@';
    if (value.type == KAM_NULL) {
        if (has) kam_lump_remove(run->target, offset_of(run, u->user.p), u->user.len + at);
        return true;
    }
    if (!kam_value_has_text(value)) return false;
    if (has) return replace(run, u->user, value.s);
    if (!u->host.p) return false;
    struct buf b = {0};
    buf_addf(&b, SPAN_FMT "@", SPAN_ARG(value.s));
    kam_lump_insert(run->target, offset_of(run, u->host.p), buf_span(&b));
    buf_free(&b);
    return true;
}

/* The display name, with its quotes, if there is one; it is put before all else if there is none. */
static bool set_display(struct kam_run *run, const struct sip_header *h, struct kam_value value) {
    struct span old = kam_display_name(h);
    if (value.type == KAM_NULL) {
        bool blank = old.len && old.p[old.len] == ' ';
        if (old.len) kam_lump_remove(run->target, offset_of(run, old.p), old.len + blank);
        return true;
    }
    if (!kam_value_has_text(value)) return false;
    if (old.len) return replace(run, old, value.s);
    struct buf b = {0};
    buf_addf(&b, SPAN_FMT " ", SPAN_ARG(value.s));
    kam_lump_insert(run->target, offset_of(run, h->value.p), buf_span(&b));
    buf_free(&b);
    return true;
}

bool pv_set_party(struct kam_run *run, const struct sip_header *h, struct span uri, enum pv_part part,
                  struct kam_value value) {
    struct uri u;
    if (!h || !kam_run_from(run)->readable || !uri.p || !uri_parse(&u, uri)) return false;
    if (part == PV_USER) return set_user(run, &u, value);
    if (part == PV_DISPLAY) return set_display(run, h, value);
    struct span old = part == PV_HOST ? u.host : uri;
    if (value.type == KAM_NULL) return true;
    return kam_value_has_text(value) && old.len && replace(run, old, value.s);
}
