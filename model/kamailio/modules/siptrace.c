/* SPDX-License-Identifier: MIT */
/*
 * siptrace: copies of messages go to another machine, as they have come in (facts: Kamailio 73). What it
 * writes into a data base is not simulated; of HEP, of copies of what a transaction sends and of dialogs a
 * run stops.
 */
#include "model/kamailio/modules/siptrace.h"

#include "model/kamailio/forward.h"
#include "model/kamailio/instance.h"
#include "model/kamailio/modules/module.h"
#include "model/kamailio/script/error.h"

/* What the module keeps. */
struct siptrace {
    int64_t trace_on, trace_flag;
    bool trace_sl_acks;
    struct span duplicate_uri;
};

static const struct siptrace *siptrace_of(const struct kam_run *run) {
    return kam_module_data(run->k, KAM_MODULE_SIPTRACE);
}

static int stop(struct kam_run *run, const char *why) {
    event_queue_stop(run->k->queue, kam_script_at(&run->state), why);
    return -1;
}

static int copy_to(struct kam_run *run, struct span uri) {
    struct kam_destination d = {.socket = kam_run_send_socket(run)};
    int error = kam_resolve(run->k, uri, &d.to);
    if (error) return error == KAM_E_NO_SOCKET ? 1 : -1; /* of another transport: nothing is sent */
    struct payload *p = kam_render_received(run);
    struct cause cause = kam_cause(run, "copy of the message that sip_trace() sends", NULL);
    kam_send(run->k, KAM_SEND_AS_IT_IS, &d, p, &cause);
    payload_drop(p);
    return 1;
}

enum mode { MESSAGE = 'm', TRANSACTION = 't', DIALOG = 'd' };

static int trace(struct kam_run *run, struct span uri, char mode) {
    const struct siptrace *s = siptrace_of(run);
    if (mode == TRANSACTION)
        return stop(run, "sip_trace() of a transaction is not simulated, and the run has reached it");
    if (mode == DIALOG && kam_module_data(run->k, KAM_MODULE_DIALOG))
        return stop(run, "sip_trace() of a dialog is not simulated, and the run has reached it");
    if (!s->trace_on) return -1;
    if (uri.len == 0) uri = s->duplicate_uri;
    if (uri.len == 0)
        return stop(run, "sip_trace() without a destination is not simulated, and the run has reached it");
    return copy_to(run, uri);
}

/* Is a parameter set that makes something else of a copy? */
static bool is_other_copy(const struct kam_run *run) {
    static const char *const names[] = {"hep_mode_on",    "xheaders_write", "force_send_sock",
                                        "send_sock_addr", "send_sock_name", NULL};
    for (const char *const *name = names; *name; name++) {
        struct kam_value v = {0};
        bool set = kam_program_value(run->k->program, &kam_siptrace_module, *name, 0, &v);
        if (set && (v.type == KAM_INT ? v.n != 0 : v.s.len > 0)) return true;
    }
    return false;
}

void kam_siptrace_absorbed(struct kam_run *run) {
    const struct siptrace *s = siptrace_of(run);
    if (!s || !s->trace_on || !s->trace_sl_acks || !s->duplicate_uri.len) return;
    if (is_other_copy(run))
        stop(run, "siptrace's copies of ACKs with other parameters are not simulated (trace_sl_acks)");
    else
        copy_to(run, s->duplicate_uri);
}

/* sip_trace([URI[, correlation[, mode]]]): without a mode the flag of the message says it. */
static int sip_trace(struct kam_run *run, const struct kam_arg *args, size_t count) {
    const struct siptrace *s = siptrace_of(run);
    bool flagged = s->trace_flag > 0 && run->flags & kam_flag_bit(s->trace_flag);
    char mode = count > 2 ? (char)ascii_lower((unsigned char)args[2].s.p[0])
                : flagged ? TRANSACTION
                          : MESSAGE;
    return trace(run, count > 0 ? args[0].s : (struct span){0}, mode);
}

static int sip_trace_mode(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return trace(run, (struct span){0}, (char)ascii_lower((unsigned char)args[0].s.p[0]));
}

static const char *check_mode(struct span text) {
    bool good = text.len == 1 && strchr("mtd", ascii_lower((unsigned char)text.p[0]));
    return good ? NULL : "must be \"m\", \"t\" or \"d\"";
}

static const char *check_trace(const struct kam_program *program, size_t index, struct span text) {
    (void)program;
    return index == 2 ? check_mode(text) : NULL;
}

static const char *check_trace_mode(const struct kam_program *program, size_t index, struct span text) {
    (void)program, (void)index;
    return check_mode(text);
}

static const struct kam_function functions[] = {{"sip_trace",
                                                 0,
                                                 3,
                                                 KAM_ANY_ROUTE,
                                                 sip_trace,
                                                 {ARG_FORMAT, ARG_FORMAT, ARG_TEXT},
                                                 .check = check_trace,
                                                 .partly = true},
                                                {"sip_trace_mode",
                                                 1,
                                                 1,
                                                 KAM_ANY_ROUTE,
                                                 sip_trace_mode,
                                                 {ARG_TEXT},
                                                 .check = check_trace_mode,
                                                 .partly = true},
                                                {0}};

static const struct kam_param params[] = {
    {KAM_FLAG("trace_on", 0), KAM_INTO(struct siptrace, trace_on)},
    {KAM_INT("trace_flag", 0, 0, 31), KAM_INTO(struct siptrace, trace_flag)},
    {KAM_FLAG("trace_sl_acks", 1), KAM_INTO(struct siptrace, trace_sl_acks)},
    {KAM_TEXT("duplicate_uri", ""), KAM_INTO(struct siptrace, duplicate_uri)},
    {KAM_FLAG("hep_mode_on", 0), KAM_STOPS},
    {KAM_FLAG("xheaders_write", 0), KAM_STOPS},
    {KAM_TEXT("force_send_sock", ""), KAM_STOPS},
    {KAM_TEXT("send_sock_addr", ""), KAM_STOPS},
    {KAM_TEXT("send_sock_name", ""), KAM_STOPS},
    {KAM_FLAG("trace_delayed", 0), KAM_NO_EFFECT},
    {0}};

const struct kam_module kam_siptrace_module = {
    .name = "siptrace", .functions = functions, .params = params, .data_size = sizeof(struct siptrace)};
