/* SPDX-License-Identifier: MIT */
/* The functions of Kamailio's core, and of the modules that have only one or two of them. */
#include "model/kamailio/forward.h"
#include "model/kamailio/instance.h"
#include "model/kamailio/module.h"
#include "model/kamailio/pv.h"

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
    while (strcmp(p->name, pv) != 0) p++;
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
    {"forward", 0, 2, KAM_REQUEST_ROUTE, forward, NULL, false},
    {"force_rport", 0, 0, KAM_ANY_ROUTE, force_rport, NULL, false},
    {"add_rport", 0, 0, KAM_ANY_ROUTE, force_rport, NULL, false},
    {"add_local_rport", 0, 0, KAM_ANY_ROUTE, add_local_rport, NULL, false},
    {"rewriteuri", 1, 1, CHANGES, rewriteuri, NULL, false},
    {"seturi", 1, 1, CHANGES, rewriteuri, NULL, false},
    {"rewritehost", 1, 1, CHANGES, rewritehost, NULL, false},
    {"sethost", 1, 1, CHANGES, rewritehost, NULL, false},
    {"seth", 1, 1, CHANGES, rewritehost, NULL, false},
    {"rewritehostport", 1, 1, CHANGES, rewritehostport, NULL, false},
    {"sethostport", 1, 1, CHANGES, rewritehostport, NULL, false},
    {"sethp", 1, 1, CHANGES, rewritehostport, NULL, false},
    {"rewriteport", 1, 1, CHANGES, rewriteport, NULL, false},
    {"setport", 1, 1, CHANGES, rewriteport, NULL, false},
    {"setp", 1, 1, CHANGES, rewriteport, NULL, false},
    {"rewriteuser", 1, 1, CHANGES, rewriteuser, NULL, false},
    {"setuser", 1, 1, CHANGES, rewriteuser, NULL, false},
    {"setu", 1, 1, CHANGES, rewriteuser, NULL, false},
    {"revert_uri", 0, 0, CHANGES, revert_uri, NULL, false},
    {"log", 1, 2, KAM_ANY_ROUTE, no_effect, NULL, false},
    {0},
};

/* append_branch(): another destination for the next t_relay(): the Request-URI of now, or the argument. */
static int append_branch(struct kam_run *run, const struct kam_value *args, size_t count) {
    struct span uri;
    if (count == 0) {
        run->uri_is_new = false; /* it goes out once, as the branch that is added here */
        return kam_run_add_branch(run, kam_run_uri(run), run->next_hop) ? 1 : -1;
    }
    if (!kam_format_arg(run, &args[0], &uri)) return -1;
    return kam_run_add_branch(run, uri, (struct span){0}) ? 1 : -1;
}

const struct kam_function kam_corex_functions[] = {
    {"append_branch", 0, 1, KAM_REQUEST_ROUTE | KAM_FAILURE_ROUTE, append_branch, NULL, true},
    {0},
};

/* What a script writes into the log is not simulated; that it does not disturb is. */
const struct kam_function kam_xlog_functions[] = {
    {"xlog", 1, 3, KAM_ANY_ROUTE, no_effect, NULL, true},  {"xlogl", 1, 2, KAM_ANY_ROUTE, no_effect, NULL, true},
    {"xdbg", 1, 1, KAM_ANY_ROUTE, no_effect, NULL, true},  {"xinfo", 1, 1, KAM_ANY_ROUTE, no_effect, NULL, true},
    {"xnotice", 1, 1, KAM_ANY_ROUTE, no_effect, NULL, true}, {"xwarn", 1, 1, KAM_ANY_ROUTE, no_effect, NULL, true},
    {"xerr", 1, 1, KAM_ANY_ROUTE, no_effect, NULL, true},  {"xbug", 1, 1, KAM_ANY_ROUTE, no_effect, NULL, true},
    {"xcrit", 1, 1, KAM_ANY_ROUTE, no_effect, NULL, true}, {"xalert", 1, 1, KAM_ANY_ROUTE, no_effect, NULL, true},
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
