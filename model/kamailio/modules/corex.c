/* SPDX-License-Identifier: MIT */
/* corex: branches, extended flags, sockets by their names or texts, subdomains (facts: Kamailio 74). */
#include "model/kamailio/instance.h"
#include "model/kamailio/modules/module.h"
#include "model/kamailio/script/error.h"

/* "0.5" in thousandths; what is no q counts as none. */
static int read_q(struct span s) {
    int q = 0;
    if (s.len == 0 || (s.p[0] != '0' && s.p[0] != '1' && s.p[0] != '.')) return -1;
    ptrdiff_t point = span_find(s, '.');
    if (s.p[0] == '1') return 1000;
    for (int i = 1, unit = 100; i <= 3; i++, unit /= 10) {
        size_t at = (size_t)point + (size_t)i;
        if (point >= 0 && at < s.len && ascii_digit((unsigned char)s.p[at])) q += (s.p[at] - '0') * unit;
    }
    return q;
}

/*
 * append_branch(): another destination for the next t_relay(): the argument, or without (or "") the
 * Request-URI of now, by the next hop, path and socket of now. The Request-URI takes them and its flags
 * along: they are gone then.
 */
static int append_branch(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct span uri = kam_run_uri(run);
    bool take_all = false;
    if (count > 0 && args[0].s.len)
        uri = args[0].s;
    else
        take_all = true;
    bool ok = kam_run_add_branch(run, uri, run->next_hop, run->branch_flags);
    if (ok) {
        struct kam_added_branch *b = &run->added[run->added_count - 1];
        b->path = run->path;
        b->forced = run->forced;
        if (count > 1) b->q = read_q(args[1].s);
    } else {
        kam_run_fail(run, KAM_E_TOO_MANY_BRANCHES);
    }
    if (take_all) {
        run->next_hop = run->path = (struct span){0};
        run->forced = NULL;
        run->branch_flags = 0;
    }
    return ok ? 1 : -1;
}

/*
 * Extended flags go with the AVPs of a message to its transaction, among which they are kept by a name that
 * no script can say. What other blocks than request_route change of them is seen while that message is
 * handled: it is kept with the message's own, which nobody else uses then.
 */
static const char xflags_name[] = "\x01xflags";

enum {
    XFLAGS = 64,
    ALONE = KAM_FAILURE_ROUTE | KAM_BRANCH_FAILURE_ROUTE | KAM_BRANCH_ROUTE | KAM_TM_ONREPLY_ROUTE
};

static struct kam_xavp *find_xflags(struct kam_vars *vars) {
    return xavp_find(vars->lists[KAM_LIST_XAVP], span_of(xflags_name), XAVP_PLAIN, 0);
}

static uint64_t xflags(struct kam_run *run) {
    const struct kam_xavp *x = find_xflags(&run->message_avps);
    if (!x) x = find_xflags(run->state.avps);
    return x ? (uint64_t)x->value.n : 0;
}

/* 0: there is no flag of that number. */
static uint64_t xflag_bit(int64_t flag) { return flag >= 0 && flag < XFLAGS ? UINT64_C(1) << flag : 0; }

static int change_xflag(struct kam_run *run, int64_t flag, bool on) {
    struct kam_vars *vars = run->state.kind & ALONE ? &run->message_avps : run->state.avps;
    uint64_t bit = xflag_bit(flag), now = xflags(run);
    struct kam_xavp *x = find_xflags(vars);
    if (!bit) return -1;
    if (!x) x = xavp_append(&vars->lists[KAM_LIST_XAVP], span_of(xflags_name));
    xavp_assign(x, (struct kam_value){.type = KAM_INT, .n = (int64_t)(on ? now | bit : now & ~bit)});
    return 1;
}

static int setxflag(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return change_xflag(run, args[0].n, true);
}

static int resetxflag(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return change_xflag(run, args[0].n, false);
}

static int isxflagset(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return xflags(run) & xflag_bit(args[0].n) ? 1 : -1;
}

static int is_socket_name(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return kam_socket_named(run->k, args[0].s) ? 1 : -1;
}

/* They are true also where there is no such socket, and nothing changes. */
static int set_send_socket(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    kam_run_force_socket(run, args[0].s);
    return 1;
}

static int set_send_socket_name(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct kam_socket *socket = kam_socket_named(run->k, args[0].s);
    (void)count;
    if (socket) run->forced = socket;
    return 1;
}

static const struct kam_function corex_functions[] = {
    {"append_branch",
     0,
     2,
     KAM_REQUEST_ROUTE | KAM_FAILURE_ROUTE,
     append_branch,
     {ARG_FORMAT, ARG_FORMAT},
     .expressions = true},
    {"setxflag", 1, 1, KAM_ANY_ROUTE, setxflag, {ARG_NUMBER}},
    {"resetxflag", 1, 1, KAM_ANY_ROUTE, resetxflag, {ARG_NUMBER}},
    {"isxflagset", 1, 1, KAM_ANY_ROUTE, isxflagset, {ARG_NUMBER}},
    {"is_socket_name", 1, 1, KAM_ANY_ROUTE, is_socket_name, {ARG_FORMAT}},
    {"set_send_socket", 1, 1, KAM_ANY_ROUTE, set_send_socket, {ARG_FORMAT}},
    {"set_send_socket_name", 1, 1, KAM_ANY_ROUTE, set_send_socket_name, {ARG_FORMAT}},
    {0},
};

static const struct kam_pv corex_pvs[] = {
    {"cfg", KAM_PV_NAMED, NULL, NULL, NULL},
    {"lsock", KAM_PV_NAMED, NULL, NULL, NULL},
    {NULL, KAM_PV_PLAIN, NULL, NULL, NULL},
};

/* Is the host that domain, or one below it? */
static bool is_below(struct span host, struct span domain) {
    if (!domain.len || host.len < domain.len) return false;
    size_t above = host.len - domain.len;
    return span_eq_nocase(span_skip(host, above), domain) && (above == 0 || host.p[above - 1] == '.');
}

/* No transport may be any. */
static bool may_be(struct span transport, struct span wanted) {
    return !transport.len || span_eq_nocase(transport, wanted);
}

static bool is_transport(struct span word) {
    return span_is_nocase(word, "udp") || span_is_nocase(word, "tcp") || span_is_nocase(word, "tls") ||
           span_is_nocase(word, "sctp");
}

/* corex: modparam("corex", "alias_subdomains", "[udp:]domain[:port]") */
static bool is_own_subdomain(const struct kamailio *k, struct span host, uint64_t port,
                             struct span transport) {
    struct kam_value text;
    for (size_t n = 0; kam_program_value(k->program, &kam_corex_module, "alias_subdomains", n, &text); n++) {
        uint64_t wanted;
        struct span left = text.s;
        struct span domain = span_cut(&left, ':');
        if (is_transport(domain)) {
            if (!may_be(transport, domain)) continue;
            domain = span_cut(&left, ':');
        }
        if (port && span_to_u64(left, 65535, &wanted) && wanted && wanted != port) continue;
        if (is_below(host, domain)) return true;
    }
    return false;
}

static const struct kam_param corex_params[] = {{KAM_TEXT("alias_subdomains", ""), KAM_EACH}, {0}};

const struct kam_module kam_corex_module = {.name = "corex",
                                            .functions = corex_functions,
                                            .params = corex_params,
                                            .pvs = corex_pvs,
                                            .owns = is_own_subdomain};
