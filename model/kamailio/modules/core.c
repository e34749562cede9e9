/* SPDX-License-Identifier: MIT */
/* The functions of Kamailio's core, and of the modules that have only one or two of them. */
#include "model/kamailio/error.h"
#include "model/kamailio/forward.h"
#include "model/kamailio/instance.h"
#include "model/kamailio/modules/module.h"
#include "model/kamailio/script/pv.h"

static const char why_forwarded[] = "forwarded by forward(): no transaction";

/* forward(): to the next hop; forward("host"), forward("host", port): there. */
static int forward(struct kam_run *run, const struct kam_value *args, size_t count) {
    struct udp_address to;
    int64_t port = 5060;
    if (count == 0) return kam_forward_request(run, NULL, why_forwarded) ? 1 : -1;
    if (!ipv4_parse(kam_text_arg(run, &args[0]), &to.ip)) return -1;
    if (count > 1 && (!kam_number_arg(&args[1], &port) || port < 0 || port > 65535)) return -1;
    to.port = port ? (uint16_t)port : 5060;
    return kam_forward_request(run, &to, why_forwarded) ? 1 : -1;
}

static const char *check_forward(size_t index, struct kam_value literal) {
    uint32_t ip;
    if (index > 0) return kam_check_numbers(index, literal);
    bool ok = literal.type == KAM_STR && ipv4_parse(literal.s, &ip);
    return ok ? NULL : "must be an IPv4 address: names are not resolved";
}

static int force_rport(struct kam_run *run, const struct kam_value *args, size_t count) {
    (void)args, (void)count;
    run->force_rport = true;
    return 1;
}

static int add_local_rport(struct kam_run *run, const struct kam_value *args, size_t count) {
    (void)args, (void)count;
    run->local_rport = true;
    return 1;
}

static int no_effect(struct kam_run *run, const struct kam_value *args, size_t count) {
    (void)run, (void)args, (void)count;
    return 1;
}

/* rewriteuri() and its like are the assignments to $ru, $rd, $rp and $rU, as functions. */
static int set_part(struct kam_run *run, const char *pv, const struct kam_value *value) {
    const struct kam_pv *p = kam_pvs;
    while (strcmp(p->name, pv) != 0)
        p++;
    return p->set(run, (struct span){0}, *value) ? 1 : -1;
}

static int rewriteuri(struct kam_run *run, const struct kam_value *args, size_t count) {
    (void)count;
    return set_part(run, "ru", &args[0]);
}

static int rewritehost(struct kam_run *run, const struct kam_value *args, size_t count) {
    (void)count;
    return set_part(run, "rd", &args[0]);
}

static int rewriteport(struct kam_run *run, const struct kam_value *args, size_t count) {
    (void)count;
    return set_part(run, "rp", &args[0]);
}

static int rewriteuser(struct kam_run *run, const struct kam_value *args, size_t count) {
    (void)count;
    return set_part(run, "rU", &args[0]);
}

static int revert_uri(struct kam_run *run, const struct kam_value *args, size_t count) {
    (void)args, (void)count;
    run->new_uri = (struct span){0};
    run->uri_is_new = true;
    return 1;
}

/* host[:port] at once. */
static int rewritehostport(struct kam_run *run, const struct kam_value *args, size_t count) {
    (void)count;
    struct uri u;
    struct span value = kam_text_arg(run, &args[0]);
    if (!uri_parse(&u, kam_run_uri(run))) return -1;
    struct buf b = {0};
    buf_add(&b, span_between(u.whole.p, u.host.p));
    buf_add(&b, value);
    const char *after = u.port.p ? u.port.p + u.port.len : u.host.p + u.host.len;
    buf_add(&b, span_between(after, u.whole.p + u.whole.len));
    kam_run_set_uri(run, buf_span(&b));
    buf_free(&b);
    return 1;
}

#define CHANGES (KAM_REQUEST_ROUTE | KAM_FAILURE_ROUTE | KAM_BRANCH_ROUTE)

const struct kam_function kam_core_functions[] = {
    {"forward", 0, 2, KAM_REQUEST_ROUTE, forward, NULL, false, check_forward},
    {"force_rport", 0, 0, KAM_ANY_ROUTE, force_rport, NULL, false, NULL},
    {"add_rport", 0, 0, KAM_ANY_ROUTE, force_rport, NULL, false, NULL},
    {"add_local_rport", 0, 0, KAM_ANY_ROUTE, add_local_rport, NULL, false, NULL},
    {"rewriteuri", 1, 1, CHANGES, rewriteuri, NULL, false, NULL},
    {"seturi", 1, 1, CHANGES, rewriteuri, NULL, false, NULL},
    {"rewritehost", 1, 1, CHANGES, rewritehost, NULL, false, NULL},
    {"sethost", 1, 1, CHANGES, rewritehost, NULL, false, NULL},
    {"seth", 1, 1, CHANGES, rewritehost, NULL, false, NULL},
    {"rewritehostport", 1, 1, CHANGES, rewritehostport, NULL, false, NULL},
    {"sethostport", 1, 1, CHANGES, rewritehostport, NULL, false, NULL},
    {"sethp", 1, 1, CHANGES, rewritehostport, NULL, false, NULL},
    {"rewriteport", 1, 1, CHANGES, rewriteport, NULL, false, NULL},
    {"setport", 1, 1, CHANGES, rewriteport, NULL, false, NULL},
    {"setp", 1, 1, CHANGES, rewriteport, NULL, false, NULL},
    {"rewriteuser", 1, 1, CHANGES, rewriteuser, NULL, false, NULL},
    {"setuser", 1, 1, CHANGES, rewriteuser, NULL, false, NULL},
    {"setu", 1, 1, CHANGES, rewriteuser, NULL, false, NULL},
    {"revert_uri", 0, 0, CHANGES, revert_uri, NULL, false, NULL},
    {"log", 1, 2, KAM_ANY_ROUTE, no_effect, NULL, false, NULL},
    {0},
};

/*
 * append_branch(): another destination for the next t_relay(): the argument, or without (or "") the
 * Request-URI of now, by the next hop of now. The Request-URI takes the next hop along: it is gone then.
 */
static int append_branch(struct kam_run *run, const struct kam_value *args, size_t count) {
    struct span uri = {0}, next_hop = run->next_hop;
    if (count > 0 && !kam_format_arg(run, &args[0], &uri)) return -1;
    if (uri.len == 0) run->next_hop = (struct span){0};
    if (kam_run_add_branch(run, uri.len ? uri : kam_run_uri(run), next_hop)) return 1;
    kam_run_fail(run, KAM_E_TOO_MANY_BRANCHES);
    return -1;
}

const struct kam_function kam_corex_functions[] = {
    {"append_branch", 0, 1, KAM_REQUEST_ROUTE | KAM_FAILURE_ROUTE, append_branch, NULL, true, NULL},
    {0},
};

/* What a script writes into the log is not simulated; that it does not disturb is. */
const struct kam_function kam_xlog_functions[] = {
    {"xlog", 1, 3, KAM_ANY_ROUTE, no_effect, NULL, true, NULL},
    {"xlogl", 1, 2, KAM_ANY_ROUTE, no_effect, NULL, true, NULL},
    {"xdbg", 1, 1, KAM_ANY_ROUTE, no_effect, NULL, true, NULL},
    {"xinfo", 1, 1, KAM_ANY_ROUTE, no_effect, NULL, true, NULL},
    {"xnotice", 1, 1, KAM_ANY_ROUTE, no_effect, NULL, true, NULL},
    {"xwarn", 1, 1, KAM_ANY_ROUTE, no_effect, NULL, true, NULL},
    {"xerr", 1, 1, KAM_ANY_ROUTE, no_effect, NULL, true, NULL},
    {"xbug", 1, 1, KAM_ANY_ROUTE, no_effect, NULL, true, NULL},
    {"xcrit", 1, 1, KAM_ANY_ROUTE, no_effect, NULL, true, NULL},
    {"xalert", 1, 1, KAM_ANY_ROUTE, no_effect, NULL, true, NULL},
    {0},
};

const struct kam_param kam_xlog_params[] = {
    {"buf_size", KAM_PARAM_INT, 4096, NULL, 1, 1000000, true},
    {"force_color", KAM_PARAM_INT, 0, NULL, 0, 1, true},
    {"long_format", KAM_PARAM_INT, 0, NULL, 0, 1, true},
    {"prefix", KAM_PARAM_STR, 0, "<script>: ", 0, 0, true},
    {"prefix_mode", KAM_PARAM_INT, 0, NULL, 0, 1, true},
    {"log_facility", KAM_PARAM_STR, 0, "", 0, 0, true},
    {"log_colors", KAM_PARAM_STR, 0, "", 0, 0, true},
    {"methods_filter", KAM_PARAM_INT, -1, NULL, -1, 1000000, true},
    {0},
};
