/* SPDX-License-Identifier: MIT */
/* The functions of Kamailio's core, and of the modules that have only one or two of them. */
#include "model/kamailio/forward.h"
#include "model/kamailio/instance.h"
#include "model/kamailio/message/ruri.h"
#include "model/kamailio/modules/module.h"
#include "model/kamailio/script/error.h"

static const char why_forwarded[] = "forwarded by forward(): no transaction";

/* forward(): to the next hop; forward("host"), forward("host", port): there; forward(uri:host, port): to the
 * next hop's host. */
static int forward(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct udp_address to;
    if (run->state.kind == KAM_BRANCH_ROUTE && run->branch > 0) /* it takes the branch's number away */
        kam_run_stop(run,
                     "forward() in the branch_route of a second branch is not simulated, and the run has "
                     "reached it");
    bool by_uri = count == 0 || args[0].n < 0;
    if (by_uri && count < 2) return kam_forward_request(run, NULL, why_forwarded) ? 1 : -1;
    if (by_uri && !kam_next_hop(run, &to)) return -1;
    if (!by_uri) to.ip = (uint32_t)args[0].n;
    to.port = count > 1 ? (uint16_t)args[1].n : 0;
    if (to.port == 0) to.port = 5060;
    return kam_forward_request(run, &to, why_forwarded) ? 1 : -1;
}

/* There are no sockets of other transports. */
static int no_socket(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    kam_run_fail(run, KAM_E_NO_SOCKET);
    return -1;
}

static int force_rport(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    run->force_rport = true;
    return 1;
}

static int add_local_rport(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    run->local_rport = true;
    return 1;
}

static int set_advertised_address(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    run->advertised.host = args[0].s;
    return 1;
}

static int set_advertised_port(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    run->advertised.port = args[0].s;
    return 1;
}

static int setflag(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    run->flags |= kam_flag_bit(args[0].n);
    return 1;
}

static int resetflag(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    run->flags &= ~kam_flag_bit(args[0].n);
    return 1;
}

static int isflagset(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return run->flags & kam_flag_bit(args[0].n) ? 1 : -1;
}

static int no_effect(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)run, (void)args, (void)count;
    return 1;
}

/* rewriteuri() and its like are the assignments to $ru, $rd, $rp and $rU, as functions. */
static int rewriteuri(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    if (run->msg.is_request) kam_run_set_uri(run, args[0].s); /* in a reply it does nothing */
    return 1;
}

static int rewritehost(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return kam_run_replace_part(run, KAM_URI_HOST, args[0].s) ? 1 : -1;
}

static int rewriteport(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return kam_run_replace_part(run, KAM_URI_PORT, args[0].s) ? 1 : -1;
}

static int rewriteuser(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return kam_run_replace_part(run, KAM_URI_USER, args[0].s) ? 1 : -1;
}

static int revert_uri(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    if (!run->new_uri.p) return 1;
    run->new_uri = (struct span){0};
    run->uri_is_new = true;
    return 1;
}

/* host[:port] at once. */
static int rewritehostport(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return kam_run_replace_part(run, KAM_URI_HOST_PORT, args[0].s) ? 1 : -1;
}

static int rewriteuserpass(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return kam_run_replace_part(run, KAM_URI_USER_PASSWORD, args[0].s) ? 1 : -1;
}

/* host[:port][;transport=x]; the transport parameter there was goes. */
static int rewritehostporttrans(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return kam_run_replace_part(run, KAM_URI_HOST_PORT_TRANSPORT, args[0].s) ? 1 : -1;
}

static int userphone(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    return kam_run_add_user_phone(run) ? 1 : -1;
}

/* Takes characters off the user's front or end; of a short user nothing is left, and its password goes too.
 */
static int strip_user(struct kam_run *run, int64_t n, bool tail) {
    struct span user = kam_run_user(run);
    if (!run->msg.is_request) return -1;
    size_t len = n < (int64_t)user.len ? (size_t)n : user.len;
    if (n == 0 || user.len == 0) return 1;
    user = arena_text(&run->scratch, tail ? span_head(user, user.len - len) : span_skip(user, len));
    return kam_run_replace_part(run, KAM_URI_USER, user) ? 1 : -1;
}

static int strip(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return strip_user(run, args[0].n, false);
}

static int strip_tail(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return strip_user(run, args[0].n, true);
}

static int prefix(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct buf b = {0};
    (void)count;
    if (args[0].s.len == 0) return 1;
    buf_add(&b, args[0].s);
    buf_add(&b, kam_run_user(run));
    bool ok = kam_run_replace_part(run, KAM_URI_USER, arena_text(&run->scratch, buf_span(&b)));
    buf_free(&b);
    return ok ? 1 : -1;
}

static int clear_branches(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    run->added_count = 0;
    return 1;
}

static int remove_branch(struct kam_run *run, const struct kam_arg *args, size_t count) {
    size_t n = count ? (size_t)args[0].n : 0;
    if (n >= run->added_count) return 1;
    for (run->added_count--; n < run->added_count; n++)
        run->added[n] = run->added[n + 1];
    return 1;
}

/* [udp:]ADDRESS[:PORT], which must be one of the sockets. */
static int force_send_socket(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return kam_run_force_socket(run, args[0].s) ? 1 : -1;
}

#define CHANGES (KAM_REQUEST_ROUTE | KAM_FAILURE_ROUTE | KAM_BRANCH_ROUTE)

static const struct kam_function core_functions[] = {
    {"forward", 0, 2, KAM_USUAL_ROUTE, forward, {ARG_ADDRESS, ARG_INTEGER}},
    {"forward_udp", 1, 2, KAM_USUAL_ROUTE, forward, {ARG_ADDRESS, ARG_INTEGER}},
    {"forward_tcp", 1, 2, KAM_USUAL_ROUTE, no_socket, {ARG_ADDRESS, ARG_INTEGER}},
    {"forward_tls", 1, 2, KAM_USUAL_ROUTE, no_socket, {ARG_ADDRESS, ARG_INTEGER}},
    {"forward_sctp", 1, 2, KAM_USUAL_ROUTE, no_socket, {ARG_ADDRESS, ARG_INTEGER}},
    {"force_rport", 0, 0, KAM_ANY_ROUTE, force_rport},
    {"add_rport", 0, 0, KAM_ANY_ROUTE, force_rport},
    {"add_local_rport", 0, 0, KAM_ANY_ROUTE, add_local_rport},
    {"setflag", 1, 1, KAM_ANY_ROUTE, setflag, {ARG_NAMED_FLAG}},
    {"resetflag", 1, 1, KAM_ANY_ROUTE, resetflag, {ARG_NAMED_FLAG}},
    {"isflagset", 1, 1, KAM_ANY_ROUTE, isflagset, {ARG_NAMED_FLAG}},
    {"set_reply_no_connect", 0, 0, KAM_ANY_ROUTE, no_effect}, /* of TCP connections */
    {"set_forward_no_connect", 0, 0, KAM_ANY_ROUTE, no_effect},
    {"set_reply_close", 0, 0, KAM_ANY_ROUTE, no_effect},
    {"set_forward_close", 0, 0, KAM_ANY_ROUTE, no_effect},
    {"rewriteuri", 1, 1, CHANGES, rewriteuri, {ARG_TEXT}},
    {"seturi", 1, 1, CHANGES, rewriteuri, {ARG_TEXT}},
    {"rewritehost", 1, 1, CHANGES, rewritehost, {ARG_TEXT}},
    {"sethost", 1, 1, CHANGES, rewritehost, {ARG_TEXT}},
    {"seth", 1, 1, CHANGES, rewritehost, {ARG_TEXT}},
    {"rewritehostport", 1, 1, CHANGES, rewritehostport, {ARG_TEXT}},
    {"sethostport", 1, 1, CHANGES, rewritehostport, {ARG_TEXT}},
    {"sethp", 1, 1, CHANGES, rewritehostport, {ARG_TEXT}},
    {"rewriteport", 1, 1, CHANGES, rewriteport, {ARG_TEXT}},
    {"setport", 1, 1, CHANGES, rewriteport, {ARG_TEXT}},
    {"setp", 1, 1, CHANGES, rewriteport, {ARG_TEXT}},
    {"rewriteuser", 1, 1, CHANGES, rewriteuser, {ARG_TEXT}},
    {"setuser", 1, 1, CHANGES, rewriteuser, {ARG_TEXT}},
    {"setu", 1, 1, CHANGES, rewriteuser, {ARG_TEXT}},
    {"rewriteuserpass", 1, 1, CHANGES, rewriteuserpass, {ARG_TEXT}},
    {"setuserpass", 1, 1, CHANGES, rewriteuserpass, {ARG_TEXT}},
    {"setup", 1, 1, CHANGES, rewriteuserpass, {ARG_TEXT}},
    {"rewritehostporttrans", 1, 1, CHANGES, rewritehostporttrans, {ARG_TEXT}},
    {"sethostporttrans", 1, 1, CHANGES, rewritehostporttrans, {ARG_TEXT}},
    {"sethpt", 1, 1, CHANGES, rewritehostporttrans, {ARG_TEXT}},
    {"userphone", 0, 0, CHANGES, userphone},
    {"strip", 1, 1, CHANGES, strip, {ARG_INTEGER}},
    {"strip_tail", 1, 1, CHANGES, strip_tail, {ARG_INTEGER}},
    {"prefix", 1, 1, CHANGES, prefix, {ARG_TEXT}},
    {"clear_branches", 0, 0, CHANGES, clear_branches},
    {"remove_branch", 0, 1, CHANGES, remove_branch, {ARG_INTEGER}},
    {"set_advertised_address", 1, 1, KAM_ANY_ROUTE, set_advertised_address, {ARG_TEXT}},
    {"set_advertised_port", 1, 1, KAM_ANY_ROUTE, set_advertised_port, {ARG_INTEGER}},
    {"force_send_socket", 1, 1, KAM_ANY_ROUTE, force_send_socket, {ARG_SOCKET}},
    {"force_tcp_alias", 0, 1, KAM_ANY_ROUTE, no_effect, {ARG_INTEGER}}, /* of TCP connections */
    {"add_tcp_alias", 0, 1, KAM_ANY_ROUTE, no_effect, {ARG_INTEGER}},
    {"udp_mtu_try_proto", 1, 1, KAM_ANY_ROUTE, no_effect, {ARG_PROTO}},
    {"error", 2, 2, KAM_ANY_ROUTE, no_effect, {ARG_TEXT, ARG_TEXT}},
    {"revert_uri", 0, 0, CHANGES, revert_uri},
    {"log", 1, 1, KAM_ANY_ROUTE, no_effect, {ARG_TEXT}},
    {"log", 2, 2, KAM_ANY_ROUTE, no_effect, {ARG_INTEGER, ARG_TEXT}},
    {0},
};

/* What a script writes into the log is not simulated; that it does not disturb is. */
static const struct kam_function xlog_functions[] = {
    {"xlog", 1, 1, KAM_ANY_ROUTE, no_effect, {ARG_LOG}},
    {"xlog", 2, 2, KAM_ANY_ROUTE, no_effect, {ARG_LOG_LEVEL, ARG_LOG}},
    {"xlog", 3, 3, KAM_ANY_ROUTE, no_effect, {ARG_LOG_FACILITY, ARG_LOG_LEVEL, ARG_LOG}},
    {"xlogl", 1, 1, KAM_ANY_ROUTE, no_effect, {ARG_LOG}},
    {"xlogl", 2, 2, KAM_ANY_ROUTE, no_effect, {ARG_LOG_LEVEL, ARG_LOG}},
    {"xlogl", 3, 3, KAM_ANY_ROUTE, no_effect, {ARG_LOG_FACILITY, ARG_LOG_LEVEL, ARG_LOG}},
    {"xdbgl", 1, 1, KAM_ANY_ROUTE, no_effect, {ARG_LOG}},
    {"xlogm", 2, 2, KAM_ANY_ROUTE, no_effect, {ARG_LOG_LEVEL, ARG_LOG}},
    {"xdbg", 1, 1, KAM_ANY_ROUTE, no_effect, {ARG_LOG}},
    {"xinfo", 1, 1, KAM_ANY_ROUTE, no_effect, {ARG_LOG}},
    {"xnotice", 1, 1, KAM_ANY_ROUTE, no_effect, {ARG_LOG}},
    {"xwarn", 1, 1, KAM_ANY_ROUTE, no_effect, {ARG_LOG}},
    {"xerr", 1, 1, KAM_ANY_ROUTE, no_effect, {ARG_LOG}},
    {"xbug", 1, 1, KAM_ANY_ROUTE, no_effect, {ARG_LOG}},
    {"xcrit", 1, 1, KAM_ANY_ROUTE, no_effect, {ARG_LOG}},
    {"xalert", 1, 1, KAM_ANY_ROUTE, no_effect, {ARG_LOG}},
    {0},
};

static const struct kam_param xlog_params[] = {
    {KAM_INT("buf_size", 4096, 1, 1000000), KAM_NO_EFFECT},
    {KAM_FLAG("force_color", 0), KAM_NO_EFFECT},
    {KAM_FLAG("long_format", 0), KAM_NO_EFFECT},
    {KAM_TEXT("prefix", "<script>: "), KAM_NO_EFFECT},
    {KAM_FLAG("prefix_mode", 0), KAM_NO_EFFECT},
    {KAM_TEXT("log_facility", ""), KAM_NO_EFFECT},
    {KAM_TEXT("log_colors", ""), KAM_NO_EFFECT},
    {KAM_INT("methods_filter", -1, -1, 1000000), KAM_NO_EFFECT},
    {0},
};

static const char *const core_events[] = {"core:worker-one-init", "core:pre-routing", "core:msg-received",
                                          NULL};

const struct kam_module kam_core_module = {
    .name = "core", .functions = core_functions, .events = core_events};

/* $C(xx): the colours of the terminal that the log goes to, of the letters and of what is behind them. */
static const char colours[] = "srgybpcwx"; /* black, red ...; x: as before */

static bool is_colours(struct span word) {
    return word.len == 2 && word.p[0] && strchr(colours, word.p[0]) && word.p[1] &&
           strchr(colours, word.p[1]);
}

static unsigned colour(char letter) {
    unsigned i = (unsigned)(strchr(colours, letter) - colours);
    return letter == 'x' ? 9 : i;
}

static struct kam_value get_colours(struct kam_run *run, const struct kam_pv_at *at) {
    struct buf b = {0};
    buf_addf(&b, "\033[0;3%u;4%um", colour(at->argument.p[0]), colour(at->argument.p[1]));
    struct kam_value v = {.type = KAM_STR, .s = arena_text(run->state.scratch, buf_span(&b))};
    buf_free(&b);
    return v;
}

static const struct kam_pv xlog_pvs[] = {
    {"C", KAM_PV_RAW, get_colours, .takes = is_colours},
    {NULL, KAM_PV_PLAIN, NULL, NULL, NULL},
};

const struct kam_module kam_xlog_module = {
    .name = "xlog", .functions = xlog_functions, .params = xlog_params, .pvs = xlog_pvs};
