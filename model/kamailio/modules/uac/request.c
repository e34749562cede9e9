/* SPDX-License-Identifier: MIT */
/* uac_req_send(): a request that the script makes up in $uac_req(...). (facts: Kamailio 30.3) */
#include "model/kamailio/event.h"
#include "model/kamailio/modules/tm/tm.h"
#include "model/kamailio/modules/uac/uac.h"
#include "model/kamailio/pv/pv.h"

static const char *const names[UAC_REQ_FIELDS] = {
    [UAC_REQ_METHOD] = "method", [UAC_REQ_RURI] = "ruri",       [UAC_REQ_FURI] = "furi",
    [UAC_REQ_TURI] = "turi",     [UAC_REQ_OURI] = "ouri",       [UAC_REQ_HDRS] = "hdrs",
    [UAC_REQ_BODY] = "body",     [UAC_REQ_SOCK] = "sock",       [UAC_REQ_CALLID] = "callid",
    [UAC_REQ_AUSER] = "auser",   [UAC_REQ_APASSWD] = "apasswd", [UAC_REQ_EVPARAM] = "evparam",
    [UAC_REQ_FLAGS] = "flags"};

static struct uac *data_of(struct kam_run *run) { return kam_module_data(run->k, KAM_MODULE_UAC); }

static size_t field_of(struct span name) {
    size_t i = 0;
    while (i < UAC_REQ_FIELDS && !span_is(name, names[i]))
        i++;
    return i;
}

static struct kam_value get(struct kam_run *run, const struct kam_pv_at *at) {
    size_t i = field_of(at->argument);
    return i < UAC_REQ_FIELDS && data_of(run)->req[i].len ? pv_text(buf_span(&data_of(run)->req[i]))
                                                          : pv_nothing();
}

static bool set(struct kam_run *run, const struct kam_pv_at *at, struct kam_value value) {
    struct uac *u = data_of(run);
    size_t i = field_of(at->argument);
    if (span_is(at->argument, "evcode") || span_is(at->argument, "evtype")) return true;
    if (span_is(at->argument, "evroute")) return u->req_event = value.type == KAM_INT && value.n, true;
    for (size_t n = 0; n < UAC_REQ_FIELDS; n++)
        if (n == i || i == UAC_REQ_FIELDS) buf_reset(&u->req[n]);
    if (i == UAC_REQ_FIELDS) return true; /* all */
    bool number = i == UAC_REQ_FLAGS && value.type == KAM_INT;
    if (kam_value_has_text(value) && !number) buf_add(&u->req[i], value.s);
    if (number) buf_addf(&u->req[i], "%lld", (long long)value.n);
    return number || value.type == KAM_NULL || kam_value_has_text(value);
}

int uac_req_send(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct uac *u = data_of(run);
    struct span f[UAC_REQ_FIELDS];
    (void)args, (void)count;
    for (size_t i = 0; i < UAC_REQ_FIELDS; i++)
        f[i] = buf_span(&u->req[i]);
    if (!f[UAC_REQ_METHOD].len || !f[UAC_REQ_RURI].len) return -1;
    bool more = f[UAC_REQ_SOCK].len || f[UAC_REQ_CALLID].len || f[UAC_REQ_AUSER].len ||
                f[UAC_REQ_APASSWD].len || f[UAC_REQ_FLAGS].len || run->k->socket_count > 1 ||
                span_is(f[UAC_REQ_METHOD], "INVITE") ||
                (u->req_event && kam_event_wanted(run->k, "uac:reply"));
    if (more)
        event_queue_stop(
            run->k->queue, run->state.at,
            "uac_req_send() is simulated only for requests without credentials, socket, Call-ID and "
            "event_route[uac:reply], and not for INVITE");
    struct span uri = f[UAC_REQ_RURI];
    struct kam_uac_request r = {.method = f[UAC_REQ_METHOD],
                                .uri = uri,
                                .from = f[UAC_REQ_FURI].len ? f[UAC_REQ_FURI] : uri,
                                .to = f[UAC_REQ_TURI].len ? f[UAC_REQ_TURI] : uri,
                                .more_lines = f[UAC_REQ_HDRS],
                                .body = f[UAC_REQ_BODY],
                                .socket = &run->k->sockets[0]};
    if (f[UAC_REQ_OURI].len) r.next_hop = f[UAC_REQ_OURI];
    return !more && kam_tm_send_request(run->k, &r) ? 1 : -1;
}

void uac_req_free(void *data) {
    struct uac *u = data;
    for (size_t i = 0; i < UAC_REQ_FIELDS; i++)
        buf_free(&u->req[i]);
}

const struct kam_pv uac_pvs[] = {
    {"uac_req", KAM_PV_NAMED, get, set,
     "method|ruri|furi|turi|ouri|hdrs|body|sock|callid|auser|apasswd|evroute|evparam|evcode|evtype|flags|"
     "all"},
    {0},
};
