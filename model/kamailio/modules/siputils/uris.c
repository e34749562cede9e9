/* SPDX-License-Identifier: MIT */
/* siputils: URIs, the Request-URI's parameters among them (facts: Kamailio 32). */
#include "model/kamailio/message/params.h"
#include "model/kamailio/message/ruri.h"
#include "model/kamailio/modules/siputils/siputils.h"
#include "model/kamailio/script/script.h"

/* Of a number those of the number. */
static struct span params_of(const struct uri *u) {
    if (u->kind == URI_TEL || !kam_uri_is_phone(u)) return u->params.len > 1 ? u->params : SPAN("");
    ptrdiff_t semicolon = u->user.p ? span_find(u->user, ';') : -1;
    return semicolon < 0 ? SPAN("") : span_skip(u->user, (size_t)semicolon);
}

/* Of the Request-URI; all its parameters must be readable. */
static bool find_own(struct kam_run *run, struct span name, struct kam_param_text *p) {
    struct uri u;
    return run->msg.is_request && uri_parse(&u, kam_run_uri(run)) &&
           kam_param_last(p, params_of(&u), name, false) > 0;
}

/* Has it the parameter, with that value, or none? */
int siputils_uri_param(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct kam_param_text p;
    struct span value = count > 1 ? args[1].s : SPAN("");
    return find_own(run, args[0].s, &p) && span_eq(p.value, value) ? 1 : -1;
}

/* In any case of letters, and of a phone number, too, those of the URI. */
int siputils_uri_param_any(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    struct uri u;
    struct kam_param_text p;
    if (!run->msg.is_request || !uri_parse(&u, kam_run_uri(run))) return -1;
    return kam_param_last(&p, u.params, args[0].s, true) > 0 ? 1 : -1;
}

/*
 * In front of headers; then the scheme is written anew, and the user and the first semicolon are lost. (5.6.3
 * leaves as many characters of what was in its memory behind the URI as the user had.)
 */
int siputils_add_uri_param(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    struct uri u;
    struct span uri = kam_run_uri(run);
    if (args[0].s.len == 0) return 1;
    if (!run->msg.is_request || !uri_parse(&u, uri)) return -1;
    struct buf b = {0};
    bool headers = u.headers.len > 1;
    if (!headers) {
        buf_add(&b, uri);
    } else {
        buf_add_text(&b, "sip:");
        if (u.password.len) buf_addf(&b, ":" SPAN_FMT, SPAN_ARG(u.password));
        if (u.user.p) buf_add_char(&b, '@');
        buf_add(&b, u.host);
        if (u.port.len) buf_addf(&b, ":" SPAN_FMT, SPAN_ARG(u.port));
        buf_add(&b, span_skip(params_of(&u), params_of(&u).len > 0));
    }
    buf_add_char(&b, ';');
    buf_add(&b, args[0].s);
    if (headers) buf_add(&b, u.headers);
    kam_run_set_uri(run, buf_span(&b));
    buf_free(&b);
    return 1;
}

int siputils_get_uri_param(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    struct kam_param_text p;
    if (!find_own(run, args[0].s, &p)) return -1;
    struct kam_value v = {.type = KAM_STR, .s = p.value.p ? p.value : SPAN("")};
    return kam_pv_assign(run, args[1].pv, v) ? 1 : -1;
}

/* The last one of that name, in any case, goes, but not what stands behind its value, nor the = of an empty
 * one; that there is none is no failure. */
int siputils_uri_param_rm(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    struct uri u;
    struct kam_param_text p;
    struct span uri = kam_run_uri(run);
    if (!run->msg.is_request || !uri_parse(&u, uri)) return -1;
    if (u.params.len <= 1) return 1;
    int found = kam_param_last(&p, u.params, args[0].s, true);
    if (found <= 0) return found < 0 ? -1 : 1;
    struct span last = p.value.len ? p.value : p.name;
    struct buf b = {0};
    buf_add(&b, span_between(uri.p, p.name.p - 1));
    buf_add(&b, span_between(last.p + last.len, uri.p + uri.len));
    kam_run_set_uri(run, buf_span(&b));
    buf_free(&b);
    return 1;
}

/* tel:NUMBER;PARAMS as sip:NUMBER;PARAMS@HOST;user=phone, in small letters. 2: it is no tel URI. */
int siputils_tel2sip(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    struct span tel = args[0].s;
    if (args[0].missing || args[1].missing) return -1;
    if (!span_starts_nocase(tel, "tel:")) return 2;
    struct buf b = {0};
    bool in_params = false;
    buf_add_text(&b, "sip:");
    for (size_t i = 4; i < tel.len; i++) {
        in_params = in_params || tel.p[i] == ';';
        if (in_params || !strchr("-.()", tel.p[i])) buf_add_char(&b, (char)ascii_lower(tel.p[i]));
    }
    buf_add_char(&b, '@');
    buf_add(&b, args[1].s);
    buf_add_text(&b, ";user=phone");
    struct kam_value v = {.type = KAM_STR, .s = arena_text(&run->scratch, buf_span(&b))};
    buf_free(&b);
    return kam_pv_assign(run, args[2].pv, v) ? 1 : -1;
}

int siputils_is_uri(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)run, (void)count;
    struct uri u;
    return args[0].s.len && uri_parse(&u, args[0].s) ? 1 : -1;
}

/* A GRUU: 1 a public one, 2 a temporary one. */
int siputils_is_gruu(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct uri u;
    if (!uri_parse(&u, count ? args[0].s : kam_run_uri(run))) return -1;
    struct span value = uri_param(&u, "gr");
    return !value.p ? -1 : value.len ? 1 : 2;
}

static enum uri_kind kind_of(const struct uri *u) { return kam_uri_is_phone(u) ? URI_TEL : u->kind; }

/* Before the parameters of a number. */
static struct span user_of(const struct uri *u) {
    ptrdiff_t end = u->kind != URI_TEL && kam_uri_is_phone(u) && u->user.p ? span_find(u->user, ';') : -1;
    return end < 0 ? u->user : span_head(u->user, (size_t)end);
}

/* Has none of those that count even where the other URI has no parameters? */
static bool tells_nothing(const struct uri *u) {
    static const char *const telling[] = {"user", "ttl", "method", "maddr"};
    for (size_t i = 0; i < sizeof telling / sizeof *telling; i++)
        if (uri_param(u, telling[i]).len) return false;
    return true;
}

/* 1: parameters that both have are the same; -1: they are not; -2: they cannot be read. */
static int compare_params(const struct uri *a, const struct uri *b) {
    struct kam_param_text here, there;
    struct span left = params_of(a);
    int got, result = 1;
    if (kam_param_last(&there, params_of(b), SPAN(""), true) < 0) return -2;
    while ((got = kam_param_next(&left, &here)) > 0)
        if (kam_param_last(&there, params_of(b), here.name, true) > 0 &&
            !span_eq_nocase(here.value, there.value))
            result = -1;
    return got < 0 ? -2 : result;
}

/* 1: the same, -1: not, -2: one of them is no URI */
int siputils_cmp_uri(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)run, (void)count;
    struct uri a, b;
    if (!uri_parse(&a, args[0].s) || !uri_parse(&b, args[1].s)) return -2;
    if (kind_of(&a) != kind_of(&b) || !span_eq(user_of(&a), user_of(&b)) ||
        !span_eq(a.password, b.password) || !span_eq_nocase(a.host, b.host) || !span_eq(a.port, b.port))
        return -1;
    bool none = params_of(&a).len == 0, none_there = params_of(&b).len == 0;
    if (none && none_there) return 1;
    if ((none && !tells_nothing(&b)) || (none_there && !tells_nothing(&a))) return -1;
    return compare_params(&a, &b);
}

/* Two ports are not compared; one is that of a URI without if it is 5060. */
static bool ports_fit(const struct uri *a, const struct uri *b) {
    struct span port = a->port.len ? a->port : b->port;
    uint64_t n;
    return (a->port.len == 0) == (b->port.len == 0) || (span_to_u64(port, 65535, &n) && n == 5060);
}

/* Only user, host and port. */
int siputils_cmp_aor(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)run, (void)count;
    struct uri a, b;
    if (!uri_parse(&a, args[0].s) || !uri_parse(&b, args[1].s)) return -2;
    return span_eq(user_of(&a), user_of(&b)) && span_eq_nocase(a.host, b.host) && ports_fit(&a, &b) ? 1 : -1;
}

/* A URI, alone or with its brackets, whose user is a number. */
int siputils_is_uri_user_e164(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    struct kam_value v = kam_pv_value(run, args[0].pv);
    struct uri u;
    if (v.type != KAM_STR || !uri_parse(&u, name_addr_uri(v.s))) return -1;
    return u.kind != URI_TEL && siputils_e164(u.user) ? 1 : -1;
}
