/* SPDX-License-Identifier: MIT */
/* path: the header Path of RFC 3327, and the way back to whom it speaks of (facts: Kamailio 50.1). */
#include "model/kamailio/forward.h"
#include "model/kamailio/message/header.h"
#include "model/kamailio/message/lump.h"
#include "model/kamailio/message/params.h"
#include "model/kamailio/modules/module.h"
#include "model/kamailio/modules/rr.h"
#include "model/kamailio/script/transport.h"

struct path_settings {
    int64_t use_received, received_format, enable_r2, sockname_mode;
    struct span received_name;
};

static const struct path_settings *settings_of(const struct kam_run *run) {
    return kam_module_data(run->k, KAM_MODULE_PATH);
}

/* Before the first Path, else behind all headers; false: they cannot be read so far. */
static bool place_of(struct kam_run *run, size_t *at) {
    const struct sip_header *h = kam_header_find(&run->msg, SPAN("Path"));
    if (!h) run->all_read = true;
    if (!h && run->damaged) return false;
    *at = h ? (size_t)(h->line.p - run->msg.bytes.p) : run->msg.header_end;
    return true;
}

struct path_parts {
    struct span user, params;
    bool received;
};

static void add_received(struct buf *b, const struct kam_run *run) {
    bool as_uri = settings_of(run)->received_format == 0;
    buf_addf(b, as_uri ? ";" SPAN_FMT "=sip:" SPAN_FMT ":%u" : ";" SPAN_FMT "=" SPAN_FMT "~%u~1",
             SPAN_ARG(settings_of(run)->received_name), SPAN_ARG(buf_span(&run->source_text)),
             (unsigned)run->source.port);
}

/* The socket is NULL where it is the one that the request leaves from. Returns where that comes. */
static size_t add_line(struct buf *b, const struct kam_run *run, const struct path_parts *parts,
                       const struct kam_socket *socket) {
    buf_add_text(b, "Path: <sip:");
    buf_add(b, parts->user);
    if (parts->user.len) buf_add_char(b, '@');
    size_t at = b->len;
    if (socket) kam_add_shown(b, socket);
    if (socket && settings_of(run)->sockname_mode && socket->name.len)
        buf_addf(b, ";sn=" SPAN_FMT, SPAN_ARG(socket->name));
    buf_add_text(b, ";lr");
    if (parts->received) add_received(b, run);
    if (parts->params.len) buf_add_char(b, ';');
    buf_add(b, parts->params);
    if (settings_of(run)->enable_r2) buf_add_text(b, ";r2=on");
    buf_add_text(b, ">\r\n");
    return at;
}

static void mark_socket(const struct kam_run *run, size_t text, size_t at) {
    struct edit_list *list = run->target;
    for (struct edit *e = list->edits; e < list->edits + list->count; e++) {
        if (e->text != text || !e->text_len) continue;
        e->socket_at = (uint16_t)at;
        list->leaving = true;
        e->names_socket = settings_of(run)->sockname_mode != 0;
    }
}

/* With enable_r2 there are two: of the socket that it leaves from, and of the one where it has come in. Of a
 * reply, and for msg_apply_changes(), it does not leave from any. */
static int add_path(struct kam_run *run, const struct kam_arg *args, size_t count, bool received) {
    struct path_parts parts = {.received = received};
    struct buf b = {0};
    size_t at;
    if (count > 0) parts.user = args[0].s;
    if (count > 1) parts.params = args[1].s;
    if (!place_of(run, &at)) return -1;
    size_t text = run->target->texts.len, socket_at = add_line(&b, run, &parts, NULL);
    if (settings_of(run)->enable_r2) add_line(&b, run, &parts, run->socket);
    kam_lump_insert(run->target, at, buf_span(&b));
    if (run->msg.is_request) mark_socket(run, text, socket_at);
    buf_free(&b);
    return 1;
}

static int add_plain(struct kam_run *run, const struct kam_arg *args, size_t count) {
    return add_path(run, args, count, false);
}

static int add_with_received(struct kam_run *run, const struct kam_arg *args, size_t count) {
    return add_path(run, args, count, true);
}

/* IP~PORT~D as a URI. A text without two ~ leaves one that points nowhere. */
static bool add_from_parts(struct buf *out, struct span s) {
    struct span ip, port, transport;
    bool whole = kam_alias_cut(s, &ip, &port, &transport);
    buf_addf(out, "sip:" SPAN_FMT ":" SPAN_FMT, SPAN_ARG(ip), SPAN_ARG(port));
    if (!whole) {
        buf_add_char(out, '\0');
        return true;
    }
    const char *name = transport.len ? kam_transport_in_uri((unsigned)(transport.p[0] - '0')) : NULL;
    if (!name) return false;
    if (transport.p[0] != '1') buf_addf(out, ";transport=%s", name);
    return true;
}

/* The parameter received of our own Route entry says where the request goes, whatever entries follow. */
static void routed(struct kam_run *run) {
    const struct path_settings *set = settings_of(run);
    struct buf uri = {0};
    if (!set->use_received) return;
    struct span value;
    bool usual = span_is(set->received_name, "received");
    bool ok = kam_param_find(&value, kam_rr_params(run), set->received_name, usual) && value.len;
    if (ok) ok = set->received_format ? add_from_parts(&uri, value) : kam_unescape(&uri, value);
    if (ok) kam_run_set_next_hop(run, buf_span(&uri));
    buf_free(&uri);
}

static const struct kam_function functions[] = {
    {"add_path", 0, 2, KAM_REQUEST_ROUTE, add_plain, {ARG_FORMAT, ARG_FORMAT}, .expressions = true},
    {"add_path_received",
     0,
     2,
     KAM_REQUEST_ROUTE,
     add_with_received,
     {ARG_FORMAT, ARG_FORMAT},
     .expressions = true},
    {0},
};

static const struct kam_param params[] = {
    {KAM_INT("use_received", 0, INT32_MIN, INT32_MAX), KAM_INTO(struct path_settings, use_received)},
    {KAM_INT("received_format", 0, INT32_MIN, INT32_MAX), KAM_INTO(struct path_settings, received_format)},
    {KAM_INT("enable_r2", 0, INT32_MIN, INT32_MAX), KAM_INTO(struct path_settings, enable_r2)},
    {KAM_INT("sockname_mode", 0, INT32_MIN, INT32_MAX), KAM_INTO(struct path_settings, sockname_mode)},
    {KAM_TEXT("received_name", "received"), KAM_INTO(struct path_settings, received_name)},
    {0},
};

static bool check_rr(struct kam_program *program, const struct source *cfg, struct source_set *set,
                     struct diag *diag) {
    struct path_settings settings;
    (void)cfg, (void)set;
    kam_program_settings(program, &kam_path_module, &settings);
    if (!settings.use_received || kam_program_has_module(program, "rr")) return true;
    diag_error(diag, kam_program_param_at(program, &kam_path_module, "use_received"),
               "path.use_received needs module rr: Kamailio does not start without it");
    return false;
}

const struct kam_module kam_path_module = {.name = "path",
                                           .functions = functions,
                                           .params = params,
                                           .data_size = sizeof(struct path_settings),
                                           .load = check_rr,
                                           .routed = routed};
