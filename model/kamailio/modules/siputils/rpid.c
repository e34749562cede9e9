/* SPDX-License-Identifier: MIT */
/* siputils: Remote-Party-ID, and users and hosts of URIs that variables hold (facts: Kamailio 50.3). */
#include "model/kamailio/message/lump.h"
#include "model/kamailio/modules/siputils/siputils.h"
#include "model/sip/uri.h"

/* What the AVP holds, if that is a text; empty: nothing. */
static struct span rpid_of(struct kam_run *run) {
    const struct cfg_pv *avp = siputils_of(run)->rpid_avp;
    struct kam_value v = avp ? kam_pv_value(run, avp) : (struct kam_value){0};
    return v.type == KAM_STR ? v.s : (struct span){0};
}

/* The arguments stand in for the parameters rpid_prefix and rpid_suffix. */
int siputils_append_rpid_hf(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct span rpid = rpid_of(run);
    struct buf b = {0};
    run->all_read = true;
    if (run->damaged || rpid.len == 0) return -1;
    buf_addf(&b, "Remote-Party-ID: ");
    buf_add(&b, count ? args[0].s : siputils_of(run)->rpid_prefix);
    buf_add(&b, rpid);
    buf_add(&b, count ? args[1].s : siputils_of(run)->rpid_suffix);
    buf_addf(&b, "\r\n");
    kam_lump_insert(run->target, run->msg.header_end, buf_span(&b));
    buf_free(&b);
    return 1;
}

/* A URI, alone or with its brackets, whose user is a number. */
int siputils_is_rpid_user_e164(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct uri u;
    struct span rpid = rpid_of(run);
    (void)args, (void)count;
    if (rpid.len == 0 || !uri_parse(&u, name_addr_uri(rpid))) return -1;
    return u.kind != URI_TEL && siputils_e164(u.user) ? 1 : -1;
}

/* Replaces a part of the URI in the first variable. */
static int put(struct kam_run *run, const struct kam_arg *args, struct span before, struct span text,
               struct span after) {
    struct buf b = {0};
    buf_add(&b, before);
    buf_add(&b, text);
    buf_add(&b, after);
    struct kam_value v = {.type = KAM_STR, .s = arena_text(&run->scratch, buf_span(&b))};
    buf_free(&b);
    return kam_pv_assign(run, args[0].pv, v) ? 1 : -1;
}

/* The texts of both variables; false: one has none, or the first one has no colon, behind which *rest stands.
 */
static bool read(struct kam_run *run, const struct kam_arg *args, struct span *uri, struct span *text,
                 struct span *rest) {
    struct kam_value a = kam_pv_value(run, args[0].pv), b = kam_pv_value(run, args[1].pv);
    ptrdiff_t colon = a.type == KAM_STR ? span_find(a.s, ':') : -1;
    if (colon < 0 || b.type != KAM_STR) return false;
    *uri = a.s;
    *text = b.s;
    *rest = span_skip(a.s, (size_t)colon + 1);
    return true;
}

/* Between the first colon and the first @, which goes with an empty user and comes where there was none. */
int siputils_set_uri_user(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct span uri, user, rest;
    (void)count;
    if (!read(run, args, &uri, &user, &rest)) return -1;
    struct span before = span_between(uri.p, rest.p);
    ptrdiff_t at = span_find(rest, '@');
    if (user.len == 0) return put(run, args, before, user, span_skip(rest, (size_t)(at + 1)));
    if (at >= 0) return put(run, args, before, user, span_skip(rest, (size_t)at));
    struct buf b = {0};
    buf_addf(&b, SPAN_FMT "@", SPAN_ARG(user));
    int result = put(run, args, before, buf_span(&b), rest);
    buf_free(&b);
    return result;
}

/* From the first @, or else the first colon, up to : ; or ?. An empty host changes nothing. */
int siputils_set_uri_host(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct span uri, host, rest;
    (void)count;
    if (!read(run, args, &uri, &host, &rest)) return -1;
    if (host.len == 0) return 1;
    ptrdiff_t at = span_find(rest, '@');
    if (at >= 0) rest = span_skip(rest, (size_t)at + 1);
    size_t len = 0;
    while (len < rest.len && rest.p[len] != ':' && rest.p[len] != ';' && rest.p[len] != '?')
        len++;
    return put(run, args, span_between(uri.p, rest.p), host, span_skip(rest, len));
}
