/* SPDX-License-Identifier: MIT */
/*
 * siptrace: what scripts call, and trace_mode (facts: Kamailio 73). What it writes into a data base is not
 * simulated; of dialogs a run stops.
 */
#include "model/kamailio/modules/siptrace/siptrace.h"

#include "model/kamailio/event.h"
#include "model/kamailio/script/error.h"

enum mode { MESSAGE = 'm', TRANSACTION = 't', DIALOG = 'd' };

/* What trace_mode asks for, bits. */
enum { MIRROR_HEP = 1, MIRROR_DATABASE = 2, MIRROR_URI = 4 };

/* The place that a URI names, duplicate_uri where it is empty. From an own one copies leave as they do now.
 */
static int find_place(struct kam_run *run, struct span uri, struct kam_trace *trace) {
    const struct siptrace *s = siptrace_of(run->k);
    *trace = (struct kam_trace){.socket = uri.len ? siptrace_socket(run->k) : NULL};
    return kam_resolve(run->k, uri.len ? uri : s->duplicate_uri, &trace->to);
}

static int trace(struct kam_run *run, struct span uri, struct span correlation, char mode) {
    const struct siptrace *s = siptrace_of(run->k);
    struct kam_trace place;
    if (mode == DIALOG && kam_module_data(run->k, KAM_MODULE_DIALOG))
        return kam_run_stop(run, "sip_trace() of a dialog is not simulated, and the run has reached it");
    if (!s->trace_on) return -1;
    if (mode == TRANSACTION && !run->msg.is_request) return -1;
    if (uri.len == 0 && s->duplicate_uri.len == 0)
        return kam_run_stop(run,
                            "sip_trace() without a destination is not simulated, and the run has reached it");
    int error = find_place(run, uri, &place);
    if (error) return error == KAM_E_NO_SOCKET ? 1 : -1; /* of another transport: nothing is sent */
    bool whole = mode == TRANSACTION && kam_module_data(run->k, KAM_MODULE_TM);
    if (whole && !siptrace_transaction(run, &place)) return 1;
    siptrace_copy_of_run(run, &place, correlation);
    return 1;
}

/* Is a parameter set that makes something else of a copy? */
static bool is_other_copy(const struct kam_run *run) {
    struct kam_value v = {0};
    return kam_program_value(run->k->program, &kam_siptrace_module, "xheaders_write", 0, &v) && v.n != 0;
}

void kam_siptrace_absorbed(struct kam_run *run) {
    const struct siptrace *s = siptrace_of(run->k);
    struct kam_trace usual;
    if (!s || !s->trace_on || !s->trace_sl_acks || !siptrace_usual(run->k, &usual)) return;
    if (is_other_copy(run))
        kam_run_stop(run,
                     "siptrace's copies of ACKs with other parameters are not simulated (trace_sl_acks)");
    else
        siptrace_copy_of_run(run, &usual, (struct span){0});
}

/* sip_trace([URI[, correlation[, mode]]]): without a mode the flag of the message says it. */
static int sip_trace(struct kam_run *run, const struct kam_arg *args, size_t count) {
    const struct siptrace *s = siptrace_of(run->k);
    bool flagged = s->trace_flag > 0 && run->flags & kam_flag_bit(s->trace_flag);
    char mode = count > 2 ? (char)ascii_lower((unsigned char)args[2].s.p[0])
                : flagged ? TRANSACTION
                          : MESSAGE;
    return trace(run, count > 0 ? args[0].s : (struct span){0}, count > 1 ? args[1].s : (struct span){0},
                 mode);
}

static int sip_trace_mode(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return trace(run, (struct span){0}, (struct span){0}, (char)ascii_lower((unsigned char)args[0].s.p[0]));
}

/* Does event_route[siptrace:msg] drop it? It knows the message and not where it comes from. */
static bool is_dropped(struct kamailio *k, struct kam_socket *socket, struct payload *payload) {
    struct kam_run run;
    bool dropped = false;
    if (!kam_event_wanted(k, "siptrace:msg")) return false;
    kam_run_init(&run, k);
    if (kam_run_begin(&run, payload, socket, (struct udp_address){0})) {
        run.origin = KAM_MADE_UP;
        run.state.process = k->at_work;
        run.state.kind = KAM_REQUEST_ROUTE;
        dropped = kam_event_as(&run, "siptrace:msg", KAM_REQUEST_ROUTE).dropped;
    }
    kam_run_free(&run);
    return dropped;
}

/* trace_mode: all that comes and goes. */
static void mirror(struct kamailio *k, struct kam_socket *socket, struct payload *payload,
                   const struct traced_message *m) {
    const struct siptrace *s = siptrace_of(k);
    struct kam_trace usual;
    if (!s->trace_mode || !s->trace_on || !siptrace_usual(k, &usual)) return;
    if (s->trace_mode & MIRROR_DATABASE)
        event_queue_stop(k->queue, (struct source_pos){0},
                         "siptrace's trace_mode that writes into a data base is not simulated");
    if (is_dropped(k, socket, payload)) return;
    if (s->trace_mode & MIRROR_HEP) siptrace_copy(k, &usual, TRACE_HEP, m, (struct span){0});
    if (s->trace_mode & MIRROR_URI) siptrace_copy(k, &usual, TRACE_PLAIN, m, (struct span){0});
}

static void came(struct kamailio *k, struct kam_socket *socket, const struct datagram *d) {
    struct traced_message m = traced_came(payload_span(d->payload), d->from, socket);
    mirror(k, socket, d->payload, &m);
}

static void sent(struct kamailio *k, const struct kam_destination *to, struct payload *payload) {
    struct traced_message m = traced_leaves(payload_span(payload), to->socket, to->to);
    mirror(k, to->socket, payload, &m);
}

/* A socket that a parameter names as sip:HOST:PORT. */
static struct kam_socket *socket_of_uri(struct kamailio *k, struct span text) {
    struct udp_address at;
    return text.len && !kam_resolve(k, text, &at) ? kam_socket_at(k, at.ip, at.port) : NULL;
}

static bool start(struct kamailio *k, void *data, struct diag *diag) {
    struct siptrace *s = data;
    struct span uri = s->send_sock_addr.len ? s->send_sock_addr : s->force_send_sock;
    s->socket = s->send_sock_name.len ? kam_socket_named(k, s->send_sock_name) : socket_of_uri(k, uri);
    if (s->socket || !(s->send_sock_name.len || uri.len)) return true;
    diag_error(diag, (struct source_pos){0}, "siptrace: there is no socket " SPAN_FMT,
               SPAN_ARG(s->send_sock_name.len ? s->send_sock_name : uri));
    return false;
}

/* hlog([correlation, ]text): of one alone the correlation is the Call-ID. */
static int hlog(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct kam_trace place;
    if (!siptrace_usual(run->k, &place))
        return kam_run_stop(
            run,
            "hlog() without a duplicate_uri that it reaches is not simulated, and the run has reached it");
    siptrace_log(run->k, &place, args[count - 1].s, count > 1 ? args[0].s : run->call_id->value);
    return 1;
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

static const struct kam_function functions[] = {
    {"sip_trace",
     0,
     3,
     KAM_ANY_ROUTE,
     sip_trace,
     {ARG_FORMAT, ARG_FORMAT, ARG_TEXT},
     .check = check_trace,
     .partly = true},
    {"hlog", 1, 2, KAM_ANY_ROUTE, hlog, {ARG_FORMAT, ARG_FORMAT}, .expressions = true},
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
    {KAM_FLAG("hep_mode_on", 0), KAM_INTO(struct siptrace, hep_mode_on)},
    {KAM_INT("hep_version", 1, 1, 3), KAM_INTO(struct siptrace, hep_version)},
    {KAM_INT("hep_capture_id", 1, INT32_MIN, INT32_MAX), KAM_INTO(struct siptrace, hep_capture_id)},
    {KAM_TEXT("auth_key", ""), KAM_INTO(struct siptrace, auth_key)},
    {KAM_INT("trace_mode", 0, 0, 7), KAM_INTO(struct siptrace, trace_mode)},
    {KAM_FLAG("xheaders_write", 0), KAM_STOPS},
    {KAM_TEXT("force_send_sock", ""), KAM_INTO(struct siptrace, force_send_sock)},
    {KAM_TEXT("send_sock_addr", ""), KAM_INTO(struct siptrace, send_sock_addr)},
    {KAM_TEXT("send_sock_name", ""), KAM_INTO(struct siptrace, send_sock_name)},
    {KAM_FLAG("trace_delayed", 0), KAM_NO_EFFECT},
    {0}};

static const char *const events[] = {"siptrace:msg", NULL};

const struct kam_module kam_siptrace_module = {.name = "siptrace",
                                               .events = events,
                                               .functions = functions,
                                               .params = params,
                                               .data_size = sizeof(struct siptrace),
                                               .start = start,
                                               .came = came,
                                               .sent = sent,
                                               .transaction_made = siptrace_transaction_made};
