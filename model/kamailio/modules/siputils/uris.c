/* SPDX-License-Identifier: MIT */
/* siputils: URIs, the Request-URI's parameters among them (facts: Kamailio 32). */
#include "model/kamailio/message/ruri.h"
#include "model/kamailio/modules/siputils/siputils.h"
#include "model/kamailio/script/script.h"

/* One parameter of a URI: where it stands, with its semicolon, and its value; p NULL: it has none. */
struct param {
    struct span whole, value;
};

/* The next one at the front of *left; false: there are no more. */
static bool next_param(struct span *left, struct param *p, struct span *name) {
    if (left->len == 0 || left->p[0] != ';') return false;
    const char *from = left->p;
    *left = span_skip(*left, 1);
    struct span rest = *left, value = span_cut(&rest, ';');
    size_t len = value.len;
    *left = span_skip(*left, len);
    *name = span_cut(&value, '=');
    p->value = name->len < len ? value : (struct span){0};
    if (p->value.len > 1 && p->value.p[0] == '"' && p->value.p[p->value.len - 1] == '"')
        p->value = (struct span){p->value.p + 1, p->value.len - 2};
    p->whole = span_between(from, left->p);
    return true;
}

static bool find_param(struct span params, struct span name, bool (*equal)(struct span, struct span),
                       struct param *p) {
    struct span this_name;
    while (next_param(&params, p, &this_name))
        if (equal(this_name, name)) return true;
    return false;
}

/* Of the Request-URI. */
static bool find_own(struct kam_run *run, struct span name, struct param *p) {
    struct uri u;
    return run->msg.is_request && uri_parse(&u, kam_run_uri(run)) && find_param(u.params, name, span_eq, p);
}

/* Has it the parameter, with that value, or none? */
int siputils_uri_param(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct param p;
    struct span value = count > 1 ? args[1].s : SPAN("");
    return find_own(run, args[0].s, &p) && span_eq(p.value, value) ? 1 : -1;
}

int siputils_uri_param_any(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    struct param p;
    return find_own(run, args[0].s, &p) ? 1 : -1;
}

int siputils_add_uri_param(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    struct uri u;
    struct span uri = kam_run_uri(run);
    if (args[0].s.len == 0) return 1;
    if (!run->msg.is_request || !uri_parse(&u, uri)) return -1;
    struct buf b = {0};
    buf_add(&b, span_head(uri, uri.len - u.headers.len));
    buf_add_char(&b, ';');
    buf_add(&b, args[0].s);
    buf_add(&b, u.headers);
    kam_run_set_uri(run, buf_span(&b));
    buf_free(&b);
    return 1;
}

int siputils_get_uri_param(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    struct param p;
    if (!find_own(run, args[0].s, &p)) return -1;
    struct kam_value v = {.type = KAM_STR, .s = p.value.p ? p.value : SPAN("")};
    return kam_pv_assign(run, args[1].pv, v) ? 1 : -1;
}

/* The last one of that name, in any case, goes; that there is none is no failure. */
int siputils_uri_param_rm(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    struct uri u;
    struct param p, last = {0};
    struct span uri = kam_run_uri(run), name;
    if (!run->msg.is_request || !uri_parse(&u, uri)) return -1;
    for (struct span left = u.params; next_param(&left, &p, &name);)
        if (span_eq_nocase(name, args[0].s)) last = p;
    if (!last.whole.p) return 1;
    struct buf b = {0};
    buf_add(&b, span_between(uri.p, last.whole.p));
    buf_add(&b, span_between(last.whole.p + last.whole.len, uri.p + uri.len));
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
    struct param p;
    if (!uri_parse(&u, count ? args[0].s : kam_run_uri(run))) return -1;
    if (!find_param(u.params, SPAN("gr"), span_eq, &p)) return -1;
    return p.value.len ? 1 : 2;
}

/* Parameters that both or none must have. */
static const char *const telling[] = {"user", "ttl", "method", "maddr"};

static bool params_fit(const struct uri *a, const struct uri *b) {
    struct param here, there;
    struct span name;
    for (struct span left = a->params; next_param(&left, &here, &name);) {
        if (find_param(b->params, name, span_eq_nocase, &there)) {
            if (!span_eq_nocase(here.value, there.value)) return false;
            continue;
        }
        for (size_t i = 0; i < sizeof telling / sizeof *telling; i++)
            if (span_is_nocase(name, telling[i])) return false;
    }
    return true;
}

/* 1: the same, -1: not, -2: one of them is no URI */
int siputils_cmp_uri(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)run, (void)count;
    struct uri a, b;
    if (!uri_parse(&a, args[0].s) || !uri_parse(&b, args[1].s)) return -2;
    bool same = a.kind == b.kind && span_eq(a.user, b.user) && span_eq(a.password, b.password) &&
                span_eq_nocase(a.host, b.host) && span_eq(a.port, b.port);
    return same && params_fit(&a, &b) && params_fit(&b, &a) ? 1 : -1;
}

static struct span port_of(const struct uri *u) {
    return u->port.len ? u->port : u->kind == URI_SIPS ? SPAN("5061") : SPAN("5060");
}

/* Only user, host and port. */
int siputils_cmp_aor(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)run, (void)count;
    struct uri a, b;
    if (!uri_parse(&a, args[0].s) || !uri_parse(&b, args[1].s)) return -2;
    return span_eq(a.user, b.user) && span_eq_nocase(a.host, b.host) && span_eq(port_of(&a), port_of(&b))
               ? 1
               : -1;
}

/* A URI, alone or with its brackets, whose user is a number. */
int siputils_is_uri_user_e164(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    struct kam_value v = kam_pv_value(run, args[0].pv);
    struct uri u;
    if (v.type != KAM_STR || !uri_parse(&u, name_addr_uri(v.s))) return -1;
    return u.kind != URI_TEL && siputils_e164(u.user) ? 1 : -1;
}
