/* SPDX-License-Identifier: MIT */
/* nathelper's tables. */
#include "model/kamailio/modules/nathelper/nathelper.h"

#include "base/mem.h"
#include "model/kamailio/instance.h"
#include "model/kamailio/modules/registrar/usrloc.h"
#include "model/kamailio/pv/pv.h"

#include <stdlib.h>

/* What the module keeps. */
struct data {
    struct nathelper set;          /* first: parameters have their places in it */
    struct nathelper_pings *pings; /* natping_processes of them */
};

const struct nathelper *nathelper_of(const struct kam_run *run) {
    const struct data *d = kam_module_data(run->k, KAM_MODULE_NATHELPER);
    return &d->set;
}

static int nat_uac_test(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return nathelper_test(run, args[0].n) ? 1 : -1;
}

/* -1: no private address, or none at all; -2: nothing to be tested. */
static int is_rfc1918(struct kam_run *run, const struct kam_arg *args, size_t count) {
    uint32_t ip;
    (void)count;
    if (args[0].s.len == 0) return -2;
    return nathelper_read_address(args[0].s, &ip) && nathelper_is_private(run, ip) ? 1 : -1;
}

/* The source as a URI, for save(). */
static int fix_nated_register(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct buf b = {0};
    (void)args, (void)count;
    const struct cfg_pv *avp = nathelper_of(run)->received_avp;
    buf_addf(&b, "sip:" SPAN_FMT ":%u", SPAN_ARG(buf_span(&run->source_text)), (unsigned)run->source.port);
    struct span text = arena_text(&run->scratch, buf_span(&b));
    buf_free(&b);
    return avp && kam_pv_assign(run, avp, (struct kam_value){.type = KAM_STR, .s = text}) ? 1 : -1;
}

static const char *check_register(const struct kam_program *program, size_t index, struct span text) {
    struct nathelper set;
    (void)index, (void)text;
    kam_program_settings(program, &kam_nathelper_module, &set);
    return set.received_avp ? NULL : "needs modparam received_avp: Kamailio does not start without it";
}

/* How many entries a Record-Route has; -1: it cannot be read, each needs brackets. */
static int64_t count_entries(const struct sip_header *h) {
    struct span list = h->value, entry;
    int64_t n = 0;
    bool good = list.len > 0 && list.p[list.len - 1] != ',';
    while (good && name_addr_next(&list, &entry)) {
        good = span_find(entry, '<') >= 0 && span_find(entry, '>') >= 0;
        n++;
    }
    return good ? n : -1;
}

static struct kam_value get_rr_count(struct kam_run *run, const struct kam_pv_at *at) {
    int64_t n = 0;
    (void)at;
    for (const struct sip_header *h = sip_msg_first(&run->msg, SIP_RECORD_ROUTE); h;
         h = sip_msg_next(&run->msg, h)) {
        int64_t entries = count_entries(h);
        if (entries < 0) return pv_failed();
        n += entries;
    }
    return pv_number(n);
}

/* How many of them the topmost proxy has put there: two, if its own has a parameter r2. */
static struct kam_value get_rr_top_count(struct kam_run *run, const struct kam_pv_at *at) {
    const struct sip_header *h = sip_msg_first(&run->msg, SIP_RECORD_ROUTE);
    struct span list, entry;
    struct uri u;
    (void)at;
    if (!h) return pv_number(0);
    if (count_entries(h) < 0) return pv_failed();
    list = h->value;
    if (!name_addr_next(&list, &entry) || !uri_parse(&u, name_addr_uri(entry))) return pv_failed();
    return pv_number(uri_param(&u, "r2").p ? 2 : 1);
}

static const struct kam_pv pvs[] = {{"rr_count", KAM_PV_PLAIN, get_rr_count, NULL, NULL},
                                    {"rr_top_count", KAM_PV_PLAIN, get_rr_top_count, NULL, NULL},
                                    {NULL, KAM_PV_PLAIN, NULL, NULL, NULL}};

enum { ANYWHERE = KAM_ANY_ROUTE, REQUESTS = KAM_REQUEST_ROUTE | KAM_BRANCH_ROUTE };

static const struct kam_function functions[] = {
    {"nat_uac_test", 1, 1, KAM_USUAL_ROUTE, nat_uac_test, {ARG_NUMBER}, .expressions = true},
    {"is_rfc1918", 1, 1, ANYWHERE, is_rfc1918, {ARG_FORMAT}, .expressions = true},
    {"fix_nated_contact", 0, 0, ANYWHERE & ~KAM_FAILURE_ROUTE, nathelper_fix_contact},
    {"fix_nated_sdp", 1, 2, KAM_USUAL_ROUTE, nathelper_fix_sdp, {ARG_NUMBER, ARG_FORMAT}},
    {"fix_nated_register", 0, 0, KAM_REQUEST_ROUTE, fix_nated_register, .check = check_register},
    {"set_contact_alias",
     0,
     1,
     ANYWHERE & ~KAM_FAILURE_ROUTE,
     nathelper_set_alias,
     {ARG_FLAG},
     .expressions = true},
    {"add_contact_alias", 0, 0, KAM_USUAL_ROUTE & ~KAM_FAILURE_ROUTE, nathelper_add_alias},
    {"add_contact_alias", 3, 3, KAM_USUAL_ROUTE, nathelper_add_alias, {ARG_FORMAT, ARG_FORMAT, ARG_FORMAT}},
    {"handle_ruri_alias", 0, 1, REQUESTS, nathelper_handle_alias, {ARG_NUMBER}, .expressions = true},
    {"add_rcv_param", 0, 1, KAM_REQUEST_ROUTE, nathelper_add_received, {ARG_NUMBER}, .expressions = true},
    {"set_alias_to_pv", 1, 1, ANYWHERE, nathelper_alias_to_pv, {ARG_PV}},
    {0},
};

static const struct kam_param params[] = {
    {KAM_AVP("received_avp"), KAM_INTO(struct nathelper, received_avp)},
    {KAM_TEXT("alias_name", "alias"), KAM_INTO(struct nathelper, alias_name)},
    {KAM_FLAG("nat_addr_mode", 1), KAM_INTO(struct nathelper, reserved_too)},
    {KAM_INT("natping_interval", 0, INT32_MIN, INT32_MAX), KAM_INTO(struct nathelper, natping_interval)},
    {KAM_INT("ping_nated_only", 0, INT32_MIN, INT32_MAX), KAM_INTO(struct nathelper, ping_nated_only)},
    {KAM_TEXT("nortpproxy_str", "a=nortpproxy:yes\r\n"), KAM_INTO(struct nathelper, mark)},
    {KAM_TEXT("force_socket", ""), KAM_INTO(struct nathelper, force_socket)},
    {KAM_TEXT("sipping_from", ""), KAM_INTO(struct nathelper, sipping_from)},
    {KAM_TEXT("sipping_method", "OPTIONS"), KAM_INTO(struct nathelper, sipping_method)},
    {KAM_INT("sipping_bflag", -1, INT32_MIN, INT32_MAX), KAM_INTO(struct nathelper, sipping_bflag)},
    {KAM_INT("natping_disable_bflag", -1, -1, 31), KAM_INTO(struct nathelper, natping_disable_bflag)},
    {KAM_INT("natping_processes", 1, 1, 64), KAM_INTO(struct nathelper, natping_processes)},
    {KAM_TEXT("natping_socket", ""), KAM_INTO(struct nathelper, natping_socket)},
    {KAM_INT("keepalive_timeout", 0, 0, INT32_MAX), KAM_INTO(struct nathelper, keepalive_timeout)},
    {KAM_INT("udpping_from_path", 0, 0, INT32_MAX), KAM_INTO(struct nathelper, udpping_from_path)},
    {KAM_FLAG("append_sdp_oldmediaip", 1), KAM_INTO(struct nathelper, append_oldmediaip)},
    {KAM_INT("filter_server_id", 0, 0, INT32_MAX), KAM_NO_EFFECT},
    {0},
};

/* What a module needs that pings contacts. */
static bool check_pings(struct kam_program *program, const struct source *cfg, struct source_set *set,
                        struct diag *diag) {
    const struct kam_module *m = &kam_nathelper_module;
    struct data settings;
    struct usrloc usrloc;
    const char *fault = NULL;
    (void)cfg, (void)set;
    kam_program_settings(program, m, &settings);
    kam_program_settings(program, &kam_usrloc_module, &usrloc);
    if (settings.set.natping_interval <= 0) return true;
    if (!kam_program_has_module(program, "usrloc"))
        fault = "natping_interval needs module usrloc";
    else if (settings.set.ping_nated_only && usrloc.nat_bflag < 0)
        fault = "ping_nated_only needs modparam nat_bflag of usrloc";
    else if (settings.set.sipping_bflag >= 0 && settings.set.sipping_from.len == 0)
        fault = "sipping_bflag needs modparam sipping_from";
    if (fault)
        diag_error(diag, kam_program_param_at(program, m, "natping_interval"),
                   "nathelper.%s: Kamailio does not start without it", fault);
    return !fault;
}

static bool start(struct kamailio *k, void *data, struct diag *diag) {
    struct data *d = data;
    (void)diag;
    bool good = true;
    d->pings = mem_new((size_t)d->set.natping_processes * sizeof *d->pings);
    for (int64_t i = 0; i < d->set.natping_processes; i++)
        good = nathelper_ping_begin(&d->pings[i], k, &d->set, i) && good;
    return good;
}

static bool reply_came(struct kam_run *run) {
    const struct data *d = kam_module_data(run->k, KAM_MODULE_NATHELPER);
    nathelper_ping_answered(run, &d->set);
    return false;
}

static void end(void *data) {
    struct data *d = data;
    for (int64_t i = 0; d->pings && i < d->set.natping_processes; i++)
        nathelper_ping_end(&d->pings[i]);
    free(d->pings);
}

const struct kam_module kam_nathelper_module = {.name = "nathelper",
                                                .functions = functions,
                                                .params = params,
                                                .pvs = pvs,
                                                .data_size = sizeof(struct data),
                                                .load = check_pings,
                                                .start = start,
                                                .reply_came = reply_came,
                                                .free = end};
