/* SPDX-License-Identifier: MIT */
/*
 * rtpproxy, as it is where no rtpproxy answers: it says so in the log, and leaves messages as they are
 * (facts: Kamailio 42). One that does is not simulated.
 */
#include "model/kamailio/modules/rtpset.h"
#include "model/kamailio/pv/pv.h"

/* Is there a session with a stream in it? */
static bool has_session(const struct kam_run *run) {
    struct span body = run->msg.body;
    return body.len && span_search(body, SPAN("o=")) >= 0 && span_search(body, SPAN("m=")) >= 0;
}

enum { NOTHING = -1, NO_PROXY = -3 };

/* A flag is one of these letters, and a number may follow some. */
static bool flags_readable(const struct kam_arg *args, size_t count) {
    struct span flags = count > 0 ? args[0].s : SPAN("");
    if (count > 0 && args[0].missing) return false;
    for (size_t i = 0; i < flags.len; i++)
        if (!strchr("1abcefilorswztxnkpqd 123456789", flags.p[i])) return false;
    return true;
}

static int offer(struct kam_run *run, const struct kam_arg *args, size_t count) {
    return run->msg.is_request && flags_readable(args, count) && has_session(run) ? NO_PROXY : NOTHING;
}

static int answer(struct kam_run *run, const struct kam_arg *args, size_t count) {
    return !run->msg.is_request && flags_readable(args, count) && has_session(run) ? NO_PROXY : NOTHING;
}

/* An offer or an answer, where the method has one. */
static int manage(struct kam_run *run, const struct kam_arg *args, size_t count) {
    bool has_one = run->method == KAM_INVITE || run->method == KAM_UPDATE || run->method == KAM_ACK ||
                   run->method == KAM_PRACK;
    return has_one && flags_readable(args, count) && has_session(run) ? NO_PROXY : NOTHING;
}

static int select_set(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    if (args[0].missing) return NOTHING;
    return rtpset_exists(run->k->program, &kam_rtpproxy_module, "rtpproxy_sock", 0, args[0].n) ? 1 : NOTHING;
}

static const char *check_set(const struct kam_program *program, size_t index, struct span text) {
    (void)index;
    return rtpset_check(program, &kam_rtpproxy_module, "rtpproxy_sock", 0, text);
}

static int nothing(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)run, (void)args, (void)count;
    return NOTHING;
}

#define FLAGS                                                                                                \
    { ARG_VARIABLE_OR_FORMAT, ARG_VARIABLE_OR_FORMAT }

static const struct kam_function functions[] = {
    {"rtpproxy_manage", 0, 2, KAM_ANY_ROUTE, manage, FLAGS, .expressions = true},
    {"rtpproxy_offer", 0, 2, KAM_ANY_ROUTE, offer, FLAGS, .expressions = true},
    {"rtpproxy_answer", 0, 2, KAM_ANY_ROUTE, answer, FLAGS, .expressions = true},
    {"unforce_rtp_proxy", 0, 1, KAM_ANY_ROUTE, nothing, FLAGS, .expressions = true},
    {"rtpproxy_destroy", 0, 1, KAM_ANY_ROUTE, nothing, FLAGS, .expressions = true},
    {"start_recording", 0, 0, KAM_ANY_ROUTE, nothing},
    {"rtpproxy_stream2uac", 2, 2, KAM_ANY_ROUTE, nothing, FLAGS},
    {"rtpproxy_stream2uas", 2, 2, KAM_ANY_ROUTE, nothing, FLAGS},
    {"rtpproxy_stop_stream2uac", 0, 0, KAM_ANY_ROUTE, nothing},
    {"rtpproxy_stop_stream2uas", 0, 0, KAM_ANY_ROUTE, nothing},
    {"set_rtp_proxy_set", 1, 1, KAM_ANY_ROUTE, select_set, {ARG_PV_NUMBER}, check_set},
    {0},
};

PV_GETTER(get_nothing, pv_nothing())

static const struct kam_pv variables[] = {
    {"rtpstat", KAM_PV_PLAIN, get_nothing, NULL, NULL},
    {"rtppstat", KAM_PV_PLAIN, get_nothing, NULL, NULL},
    {0},
};

static const struct kam_param params[] = {
    {KAM_TEXT("rtpproxy_sock", ""), KAM_EACH},
    {KAM_TEXT("nortpproxy_str", "a=nortpproxy:yes\r\n"), KAM_NO_EFFECT},
    {KAM_INT("rtpproxy_disable_tout", 60, 0, INT32_MAX), KAM_NO_EFFECT},
    {KAM_INT("rtpproxy_retr", 5, 0, INT32_MAX), KAM_NO_EFFECT},
    {KAM_INT("rtpproxy_tout", 1, 0, INT32_MAX), KAM_NO_EFFECT},
    {KAM_TEXT("timeout_socket", ""), KAM_NO_EFFECT},
    {KAM_TEXT("ice_candidate_priority_avp", ""), KAM_NO_EFFECT},
    {KAM_TEXT("extra_id_pv", ""), KAM_NO_EFFECT},
    {KAM_TEXT("db_url", ""), KAM_STOPS},
    {KAM_TEXT("table_name", "rtpproxy"), KAM_NO_EFFECT},
    {KAM_TEXT("rtp_inst_pvar", ""), KAM_NO_EFFECT},
    {0},
};

/* Is that a socket of the machine itself, which refuses at once where nobody listens? "1 ==
 * udp:localhost:7722" */
static bool is_local(struct span sock) {
    return span_trim(sock).len == 0 || span_search(sock, SPAN("127.")) >= 0 ||
           span_search(sock, SPAN("localhost")) >= 0 || span_search(sock, SPAN("udp")) < 0;
}

static bool load(struct kam_program *program, const struct source *cfg, struct source_set *set,
                 struct diag *diag) {
    struct kam_value sock;
    (void)cfg, (void)set;
    for (size_t i = 0; kam_program_value(program, &kam_rtpproxy_module, "rtpproxy_sock", i, &sock); i++)
        if (span_trim(sock.s).len)
            diag_warning(diag, kam_program_value_at(program, &kam_rtpproxy_module, "rtpproxy_sock", i),
                         is_local(sock.s)
                             ? "no rtpproxy is simulated: it is as if none were running at " SPAN_FMT
                             : "an rtpproxy on another machine is not simulated, no run begins: " SPAN_FMT,
                         SPAN_ARG(sock.s));
    return true;
}

static bool start(struct kamailio *k, void *data, struct diag *diag) {
    struct kam_value sock;
    bool good = true;
    (void)data;
    for (size_t i = 0; kam_program_value(k->program, &kam_rtpproxy_module, "rtpproxy_sock", i, &sock); i++) {
        if (is_local(sock.s)) continue;
        diag_error(diag, kam_program_value_at(k->program, &kam_rtpproxy_module, "rtpproxy_sock", i),
                   "an rtpproxy on another machine is not simulated: " SPAN_FMT, SPAN_ARG(sock.s));
        good = false;
    }
    return good;
}

const struct kam_module kam_rtpproxy_module = {.name = "rtpproxy",
                                               .functions = functions,
                                               .params = params,
                                               .pvs = variables,
                                               .load = load,
                                               .start = start};
