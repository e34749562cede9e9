/* SPDX-License-Identifier: MIT */
/* uac_req_send(): a request that the script makes up in $uac_req(...). (facts: Kamailio 30.3) */
#include "base/mem.h"
#include "model/kamailio/event.h"
#include "model/kamailio/modules/tm/tm.h"
#include "model/kamailio/modules/uac/uac.h"
#include "model/kamailio/pv/pv.h"

#include <stdlib.h>

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

/* A request whose end event_route[uac:reply] is told: the fields as they were. */
struct uac_sent {
    struct uac_sent *next;
    struct uac *uac;
    struct kamailio *k;
    bool awaited; /* by event_route[uac:reply] */
    bool answers; /* a challenge has been answered */
    struct buf req[UAC_REQ_FIELDS];
};

static struct kam_value get(struct kam_run *run, const struct kam_pv_at *at) {
    const struct uac *told = data_of(run);
    if (span_is(at->argument, "evcode")) return told->req_code ? pv_number(told->req_code) : pv_nothing();
    if (span_is(at->argument, "evtype")) return told->req_type ? pv_number(told->req_type) : pv_nothing();
    if (span_is(at->argument, "evroute")) return pv_number(told->req_event);
    size_t i = field_of(at->argument);
    uint64_t flags;
    if (i == UAC_REQ_FLAGS)
        return pv_number(span_to_u64(buf_span(&told->req[i]), UINT32_MAX, &flags) ? (int64_t)flags : 0);
    return i < UAC_REQ_FIELDS && data_of(run)->req[i].len ? pv_text(buf_span(&data_of(run)->req[i]))
                                                          : pv_nothing();
}

/* Does `all` leave it alone? */
static bool stays(size_t field) {
    return field == UAC_REQ_SOCK || field == UAC_REQ_AUSER || field == UAC_REQ_APASSWD;
}

static bool set(struct kam_run *run, const struct kam_pv_at *at, struct kam_value value) {
    struct uac *u = data_of(run);
    size_t i = field_of(at->argument);
    if (span_is(at->argument, "evcode") || span_is(at->argument, "evtype")) return true;
    if (span_is(at->argument, "evroute")) return u->req_event = value.type == KAM_INT && value.n, true;
    if (i == UAC_REQ_SOCK && value.type == KAM_NULL) return true;
    for (size_t n = 0; n < UAC_REQ_FIELDS; n++)
        if (n == i || (i == UAC_REQ_FIELDS && !stays(n))) buf_reset(&u->req[n]);
    if (i == UAC_REQ_FIELDS) { /* all */
        u->req_event = false;
        return true;
    }
    bool number = i == UAC_REQ_FLAGS && value.type == KAM_INT;
    if (kam_value_has_text(value) && !number) buf_add(&u->req[i], value.s);
    if (number) buf_addf(&u->req[i], "%lld", (long long)value.n);
    return number || value.type == KAM_NULL || kam_value_has_text(value);
}

static void forget(struct uac_sent *s) {
    struct uac_sent **at = &s->uac->sent;
    while (*at != s)
        at = &(*at)->next;
    *at = s->next;
    for (size_t i = 0; i < UAC_REQ_FIELDS; i++)
        buf_free(&s->req[i]);
    free(s);
}

static void ended(void *arg, unsigned status, struct kam_run *reply);

static struct kam_uac_request request_of(struct kam_run *run, const struct buf *fields) {
    struct span f[UAC_REQ_FIELDS];
    for (size_t i = 0; i < UAC_REQ_FIELDS; i++)
        f[i] = buf_span(&fields[i]);
    struct span name = f[UAC_REQ_SOCK].len ? f[UAC_REQ_SOCK] : uac_of(run)->default_socket;
    struct kam_socket *named = name.len ? kam_socket_parse(run->k, name) : NULL;
    struct kam_socket *of_message = run->k->globals->mhomed ? NULL : run->socket;
    struct kam_uac_request r = {.method = f[UAC_REQ_METHOD],
                                .uri = f[UAC_REQ_RURI],
                                .from = f[UAC_REQ_FURI].len ? f[UAC_REQ_FURI] : f[UAC_REQ_RURI],
                                .to = f[UAC_REQ_TURI].len ? f[UAC_REQ_TURI] : f[UAC_REQ_RURI],
                                .more_lines = f[UAC_REQ_HDRS],
                                .body = f[UAC_REQ_BODY],
                                .socket = named ? named : of_message};
    if (f[UAC_REQ_OURI].len) r.next_hop = f[UAC_REQ_OURI];
    if (f[UAC_REQ_CALLID].len) r.call_id = f[UAC_REQ_CALLID];
    return r;
}

/* Once more, with the answer to the challenge: the same Call-ID, CSeq 11. False: it is not sent. */
static bool answer(struct uac_sent *s, unsigned status, struct kam_run *reply) {
    struct kam_uac_request r = request_of(reply, s->req);
    struct buf lines = {0};
    struct uac_login login = {.status = status,
                              .reply = payload_span(reply->payload),
                              .method = r.method,
                              .uri = r.uri,
                              .user = buf_span(&s->req[UAC_REQ_AUSER]),
                              .password = buf_span(&s->req[UAC_REQ_APASSWD]),
                              .is_ha1 = span_is(buf_span(&s->req[UAC_REQ_FLAGS]), "1")};
    buf_add(&lines, r.more_lines);
    bool sent = login.user.len && login.password.len && uac_login_write(&lines, &login);
    if (sent) {
        r.more_lines = buf_span(&lines);
        r.call_id = reply->call_id->value;
        r.cseq = SPAN("11");
        r.ended = ended;
        r.arg = s;
        r.awaited = s->awaited;
        s->answers = true;
        sent = kam_tm_send_request(s->k, &r);
    }
    buf_free(&lines);
    return sent;
}

/* The block runs over the reply, or over the OPTIONS that Kamailio makes up where none has come;
 * $uac_req(...) is that request's again. */
static void ended(void *arg, unsigned status, struct kam_run *reply) {
    struct uac_sent *s = arg;
    struct uac *u = s->uac;
    if (s->awaited) {
        for (size_t i = 0; i < UAC_REQ_FIELDS; i++) {
            buf_reset(&u->req[i]);
            buf_add(&u->req[i], buf_span(&s->req[i]));
        }
        u->req_event = true;
        u->req_code = status;
        u->req_type = reply ? 1 : 2;
        if (reply)
            kam_event(reply, "uac:reply");
        else
            kam_event_alone(s->k, "uac:reply", &(struct kam_made_up){.process = s->k->at_work});
    }
    if (!reply || s->answers || !answer(s, status, reply)) forget(s);
}

static struct uac_sent *remember(struct kam_run *run) {
    struct uac *u = data_of(run);
    struct uac_sent *s = mem_new(sizeof *s);
    *s = (struct uac_sent){.next = u->sent, .uac = u, .k = run->k};
    for (size_t i = 0; i < UAC_REQ_FIELDS; i++)
        buf_add(&s->req[i], buf_span(&u->req[i]));
    return u->sent = s;
}

int uac_req_send(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct uac *u = data_of(run);
    (void)args, (void)count;
    if (!u->req[UAC_REQ_METHOD].len || !u->req[UAC_REQ_RURI].len) return -1;
    struct kam_uac_request r = request_of(run, u->req);
    bool awaited = u->req_event && kam_event_wanted(run->k, "uac:reply");
    bool logs_in = u->req[UAC_REQ_AUSER].len && u->req[UAC_REQ_APASSWD].len;
    struct uac_sent *s = awaited || logs_in ? remember(run) : NULL;
    if (s) {
        s->awaited = r.awaited = awaited;
        r.ended = ended;
        r.arg = s;
    }
    if (kam_tm_send_request(run->k, &r)) return 1;
    if (s) forget(s);
    return -1;
}

void uac_req_free(void *data) {
    struct uac *u = data;
    for (size_t i = 0; i < UAC_REQ_FIELDS; i++)
        buf_free(&u->req[i]);
    while (u->sent)
        forget(u->sent);
}

const struct kam_pv uac_pvs[] = {
    {"uac_req", KAM_PV_NAMED, get, set,
     "method|ruri|furi|turi|ouri|hdrs|body|sock|callid|auser|apasswd|evroute|evparam|evcode|evtype|flags|"
     "all"},
    {0},
};
