/* SPDX-License-Identifier: MIT */
/* corex: its tables, branches, subdomains, what $cfg tells (facts: Kamailio 74). */
#include "model/kamailio/modules/corex/corex.h"
#include "model/kamailio/instance.h"
#include "model/kamailio/pv/pv.h"
#include "model/kamailio/script/error.h"
#include "model/kamailio/script/transport.h"

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

static const struct kam_function corex_functions[] = {
    {"append_branch",
     0,
     2,
     KAM_REQUEST_ROUTE | KAM_FAILURE_ROUTE,
     append_branch,
     {ARG_FORMAT, ARG_FORMAT},
     .expressions = true},
    {"file_read", 2, 2, KAM_ANY_ROUTE, corex_file_read, {ARG_FORMAT, ARG_RESULT}},
    {"file_write", 2, 2, KAM_ANY_ROUTE, corex_file_write, {ARG_FORMAT, ARG_FORMAT}, .expressions = true},
    {"setxflag", 1, 1, KAM_ANY_ROUTE, corex_setxflag, {ARG_NUMBER}},
    {"resetxflag", 1, 1, KAM_ANY_ROUTE, corex_resetxflag, {ARG_NUMBER}},
    {"isxflagset", 1, 1, KAM_ANY_ROUTE, corex_isxflagset, {ARG_NUMBER}},
    {"is_socket_name", 1, 1, KAM_ANY_ROUTE, corex_is_socket_name, {ARG_FORMAT}},
    {"set_send_socket", 1, 1, KAM_ANY_ROUTE, corex_set_send_socket, {ARG_FORMAT}},
    {"set_send_socket_name", 1, 1, KAM_ANY_ROUTE, corex_set_send_socket_name, {ARG_FORMAT}},
    {"set_recv_socket", 1, 1, KAM_ANY_ROUTE, corex_set_recv_socket, {ARG_FORMAT}, .expressions = true},
    {"set_recv_socket_name",
     1,
     1,
     KAM_ANY_ROUTE,
     corex_set_recv_socket_name,
     {ARG_FORMAT},
     .expressions = true},
    {"set_source_address", 1, 1, KAM_ANY_ROUTE, corex_set_source_address, {ARG_FORMAT}, .expressions = true},
    {"msg_iflag_set", 1, 1, KAM_ANY_ROUTE, corex_msg_iflag_set, {ARG_FORMAT}, .expressions = true},
    {"msg_iflag_reset", 1, 1, KAM_ANY_ROUTE, corex_msg_iflag_reset, {ARG_FORMAT}, .expressions = true},
    {"msg_iflag_is_set", 1, 1, KAM_ANY_ROUTE, corex_msg_iflag_is_set, {ARG_FORMAT}, .expressions = true},
    {"via_add_srvid", 1, 1, KAM_ANY_ROUTE, corex_via_add_srvid, {ARG_NUMBER}, .expressions = true},
    {"via_add_xavp_params",
     1,
     1,
     KAM_ANY_ROUTE,
     corex_via_add_xavp_params,
     {ARG_NUMBER},
     .expressions = true},
    {"via_use_xavp_fields",
     1,
     1,
     KAM_ANY_ROUTE,
     corex_via_use_xavp_fields,
     {ARG_NUMBER},
     .expressions = true},
    {"send_udp",
     0,
     1,
     KAM_REQUEST_ROUTE | KAM_FAILURE_ROUTE,
     corex_send_udp,
     {ARG_FORMAT},
     .expressions = true},
    {"send_data", 2, 2, KAM_ANY_ROUTE, corex_send_data, {ARG_FORMAT, ARG_FORMAT}, .expressions = true},
    {"sendx", 3, 3, KAM_ANY_ROUTE, corex_sendx, {ARG_FORMAT, ARG_FORMAT, ARG_FORMAT}, .expressions = true},
    {"forward_reply", 0, 0, KAM_CORE_ONREPLY_ROUTE, corex_forward_reply},
    {"is_faked_msg", 0, 0, KAM_ANY_ROUTE, corex_is_faked_msg},
    {"is_incoming", 0, 0, KAM_ANY_ROUTE, corex_is_incoming},
    {0},
};

/* The other ones tell where the file lies: no two machines have it in the same place. */
static bool tells_of_script(struct span argument) {
    return span_is(argument, "line") || span_is(argument, "route");
}

static struct kam_value get_cfg(struct kam_run *run, const struct kam_pv_at *at) {
    const struct kam_script_state *state = &run->state;
    if (span_is(at->argument, "line"))
        return state->stmt ? pv_number(kam_stmt_line(state->stmt)) : pv_nothing();
    return state->route ? pv_text(kam_route_shown(state->route)) : pv_nothing();
}

static const struct kam_pv corex_pvs[] = {
    {"cfg", KAM_PV_NAMED, get_cfg, NULL, .takes = tells_of_script},
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

/* corex: modparam("corex", "alias_subdomains", "[udp:]domain[:port]") */
static bool is_own_subdomain(const struct kamailio *k, struct span host, uint64_t port,
                             struct span transport) {
    struct kam_value text;
    for (size_t n = 0; kam_program_value(k->program, &kam_corex_module, "alias_subdomains", n, &text); n++) {
        uint64_t wanted;
        struct span left = text.s;
        struct span domain = span_cut(&left, ':');
        if (kam_transport_of_socket(domain)) {
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
                                            .data_size = sizeof(struct corex),
                                            .load = corex_files_load,
                                            .free = corex_files_free,
                                            .owns = is_own_subdomain};
