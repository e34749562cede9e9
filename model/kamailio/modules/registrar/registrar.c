/* SPDX-License-Identifier: MIT */
/* registrar's and usrloc's tables. */
#include "model/kamailio/modules/registrar/registrar.h"

#include "model/kamailio/message/lump.h"
#include "model/kamailio/modules/module.h"

/* "0x04", "4": the flags of save(). */
static unsigned read_flags(struct span text) {
    unsigned flags = 0;
    bool hex = span_starts(text, "0x");
    for (size_t i = hex ? 2 : span_starts(text, "+"); i < text.len; i++) {
        int c = ascii_lower((unsigned char)text.p[i]);
        flags = flags * (hex ? 16 : 10) + (unsigned)(ascii_digit((unsigned char)c) ? c - '0' : c - 'a' + 10);
    }
    return flags;
}

static int save(struct kam_run *run, const struct kam_arg *args, size_t count) {
    unsigned flags = count > 1 ? read_flags(args[1].s) : 0;
    return registrar_save(run, flags, count > 2 ? args[2].s : (struct span){0});
}

/* The URI that an argument names, none: the Request-URI. */
static struct span uri_of(const struct kam_arg *args, size_t count) {
    return count > 1 ? args[1].s : (struct span){0};
}

static int lookup(struct kam_run *run, const struct kam_arg *args, size_t count) {
    return registrar_lookup(run, uri_of(args, count));
}

static int lookup_to_dset(struct kam_run *run, const struct kam_arg *args, size_t count) {
    return registrar_lookup_branches(run, uri_of(args, count));
}

static int registered(struct kam_run *run, const struct kam_arg *args, size_t count) {
    return registrar_registered(run, uri_of(args, count), count > 2 ? args[2].n : 0) ? 1 : -1;
}

static int unregister(struct kam_run *run, const struct kam_arg *args, size_t count) {
    if (count > 2) return registrar_unregister_one(run, args[1].s, args[2].s);
    return registrar_unregister(run, uri_of(args, count)) ? 1 : -1;
}

/* The socket that the request came to, in a header of that name. */
static int add_sock_hdr(struct kam_run *run, const struct kam_arg *args, size_t count) {
    const struct sip_msg *m = &run->msg;
    const struct sip_header *last = &m->headers[m->header_count - 1];
    struct buf b = {0};
    (void)count;
    if (run->damaged) return -1;
    buf_addf(&b, SPAN_FMT ": udp:" SPAN_FMT ":%u\r\n", SPAN_ARG(args[0].s), SPAN_ARG(run->socket->address),
             (unsigned)run->socket->port);
    kam_lump_insert(run->target, (size_t)(last->line.p + last->line.len - m->bytes.p), buf_span(&b));
    buf_free(&b);
    return 1;
}

/* The flags of save(): 0 to 31, also as 0x1f. */
static const char *check_save(const struct kam_program *program, size_t index, struct span text) {
    unsigned n = 0;
    bool hex = span_starts(text, "0x") && text.len > 2;
    (void)program;
    if (index != 1) return NULL;
    for (text = span_skip(text, hex ? 2 : span_starts(text, "+")); text.len; text = span_skip(text, 1)) {
        char c = *text.p;
        bool digit = c >= '0' && c <= '9', letter = hex && ((c | 32) >= 'a' && (c | 32) <= 'f');
        n = n * (hex ? 16 : 10) + (unsigned)(digit ? c - '0' : (c | 32) - 'a' + 10);
        if ((!digit && !letter) || n > 31) return "must be flags, 0 to 31";
    }
    return NULL;
}

static const struct kam_function functions[] = {
    {"save",
     1,
     3,
     KAM_REQUEST_ROUTE | KAM_CORE_ONREPLY_ROUTE | KAM_TM_ONREPLY_ROUTE,
     save,
     {ARG_TEXT, ARG_TEXT, ARG_FORMAT},
     .check = check_save},
    {"lookup", 1, 2, KAM_REQUEST_ROUTE | KAM_FAILURE_ROUTE, lookup, {ARG_TEXT, ARG_FORMAT}},
    {"lookup_to_dset", 1, 2, KAM_REQUEST_ROUTE | KAM_FAILURE_ROUTE, lookup_to_dset, {ARG_TEXT, ARG_FORMAT}},
    {"registered", 1, 3, KAM_ANY_ROUTE, registered, {ARG_TEXT, ARG_FORMAT, ARG_NUMBER}},
    {"unregister", 2, 3, KAM_ANY_ROUTE, unregister, {ARG_TEXT, ARG_FORMAT, ARG_FORMAT}},
    {"reg_send_reply", 0, 0, KAM_REQUEST_ROUTE | KAM_FAILURE_ROUTE, registrar_send_reply},
    {"add_sock_hdr", 1, 1, KAM_REQUEST_ROUTE, add_sock_hdr, {ARG_FORMAT}},
    {"reg_fetch_contacts",
     3,
     3,
     KAM_REQUEST_ROUTE | KAM_FAILURE_ROUTE,
     registrar_fetch,
     {ARG_TEXT, ARG_FORMAT, ARG_TEXT}},
    {"reg_free_contacts", 1, 1, KAM_REQUEST_ROUTE | KAM_FAILURE_ROUTE, registrar_forget, {ARG_TEXT}},
    {0},
};

static const struct kam_pv pvs[] = {{"ulc", KAM_PV_RAW, registrar_get_ulc, .indexed = true},
                                    {NULL, KAM_PV_PLAIN, NULL, NULL, NULL}};

static const char *const events[] = {"usrloc:contact-expired", NULL};

static const struct kam_param registrar_params[] = {
    {KAM_INT("default_expires", 3600, INT32_MIN, INT32_MAX), KAM_INTO(struct registrar, default_expires)},
    {KAM_INT("min_expires", 60, INT32_MIN, INT32_MAX), KAM_INTO(struct registrar, min_expires)},
    {KAM_INT("max_expires", 0, INT32_MIN, INT32_MAX), KAM_INTO(struct registrar, max_expires)},
    {KAM_INT("default_q", -1, INT32_MIN, INT32_MAX), KAM_INTO(struct registrar, default_q)},
    {KAM_INT("max_contacts", 0, INT32_MIN, INT32_MAX), KAM_INTO(struct registrar, max_contacts)},
    {KAM_FLAG("append_branches", 1), KAM_INTO(struct registrar, append_branches)},
    {KAM_FLAG("method_filtering", 0), KAM_INTO(struct registrar, method_filtering)},
    {KAM_FLAG("case_sensitive", 0), KAM_INTO(struct registrar, case_sensitive)},
    {KAM_INT("use_path", 0, INT32_MIN, INT32_MAX), KAM_INTO(struct registrar, use_path)},
    {KAM_INT("path_mode", 2, INT32_MIN, INT32_MAX), KAM_INTO(struct registrar, path_mode)},
    {KAM_INT("path_use_received", 0, INT32_MIN, INT32_MAX), KAM_INTO(struct registrar, path_use_received)},
    {KAM_INT("path_check_local", 0, INT32_MIN, INT32_MAX), KAM_INTO(struct registrar, path_check_local)},
    {KAM_FLAG("gruu_enabled", 1), KAM_INTO(struct registrar, gruu_enabled)},
    {KAM_FLAG("use_expired_contacts", 0), KAM_INTO(struct registrar, use_expired)},
    {KAM_FLAG("min_expires_mode", 0), KAM_INTO(struct registrar, min_expires_mode)},
    {KAM_INT("xavp_rcd_mask", 0, INT32_MIN, INT32_MAX), KAM_INTO(struct registrar, xavp_rcd_mask)},
    {KAM_INT("outbound_mode", 0, 0, 2), KAM_STOPS},
    {KAM_FLAG("regid_mode", 0), KAM_NO_EFFECT},
    {KAM_INT("flow_timer", 0, 0, INT32_MAX), KAM_STOPS},
    {KAM_INT("retry_after", 0, INT32_MIN, INT32_MAX), KAM_INTO(struct registrar, retry_after)},
    {KAM_INT("default_expires_range", 0, INT32_MIN, INT32_MAX), KAM_STOPS},
    {KAM_INT("expires_range", 0, INT32_MIN, INT32_MAX), KAM_STOPS},
    {KAM_TEXT("received_param", "received"), KAM_INTO(struct registrar, received_param)},
    {KAM_AVP("received_avp"), KAM_INTO(struct registrar, received_avp)},
    {KAM_TEXT("realm_prefix", ""), KAM_INTO(struct registrar, realm_prefix)},
    {KAM_TEXT("xavp_cfg", ""), KAM_INTO(struct registrar, xavp_cfg)},
    {KAM_TEXT("xavp_rcd", ""), KAM_INTO(struct registrar, xavp_rcd)},
    {KAM_TEXT("event_callback", ""), KAM_NO_EFFECT},
    {KAM_INT("sock_mode", 0, INT32_MIN, INT32_MAX), KAM_NO_EFFECT}, /* of what goes to a data base */
    {KAM_INT("sock_flag", -1, INT32_MIN, INT32_MAX), KAM_STOPS},
    {KAM_TEXT("sock_hdr_name", ""), KAM_STOPS},
    {KAM_INT("contact_max_size", 512, INT32_MIN, INT32_MAX), KAM_INTO(struct registrar, contact_max_size)},
    {0},
};

/* Contacts are kept in memory; how Kamailio keeps them has no effect on the wire. */
static const struct kam_param usrloc_params[] = {
    {KAM_FLAG("use_domain", 0), KAM_INTO(struct usrloc, use_domain)},
    {KAM_INT("db_mode", 0, 0, 4), KAM_INTO(struct usrloc, db_mode)},
    {KAM_FLAG("desc_time_order", 0), KAM_INTO(struct usrloc, desc_time_order)},
    {KAM_INT("matching_mode", 0, INT32_MIN, INT32_MAX), KAM_INTO(struct usrloc, matching_mode)},
    {KAM_INT("cseq_delay", 20, INT32_MIN, INT32_MAX), KAM_INTO(struct usrloc, cseq_delay)},
    {KAM_INT("timer_interval", 60, INT32_MIN, INT32_MAX), KAM_INTO(struct usrloc, timer_interval)},
    {KAM_INT("timer_procs", 0, INT32_MIN, INT32_MAX), KAM_NO_EFFECT},
    {KAM_INT("hash_size", 10, INT32_MIN, INT32_MAX), KAM_INTO(struct usrloc, hash_size)},
    {KAM_INT("nat_bflag", -1, INT32_MIN, 31), KAM_INTO(struct usrloc, nat_bflag)},
    {KAM_TEXT("preload", ""), KAM_NO_EFFECT},
    {KAM_TEXT("db_url", ""), KAM_NO_EFFECT},
    {KAM_TEXT("user_column", "username"), KAM_NO_EFFECT},
    {KAM_INT("fetch_rows", 2000, 0, INT32_MAX), KAM_NO_EFFECT},
    {KAM_TEXT("xavp_contact", ""), KAM_INTO(struct usrloc, xavp_contact)},
    {KAM_FLAG("handle_lost_tcp", 0), KAM_NO_EFFECT},
    {KAM_FLAG("close_expired_tcp", 0), KAM_NO_EFFECT},
    {KAM_FLAG("skip_remote_socket", 0), KAM_NO_EFFECT},
    {KAM_FLAG("server_id_filter", 0), KAM_NO_EFFECT},
    {0},
};

static bool warn_of_db_mode(struct kam_program *p, const struct source *cfg, struct source_set *set,
                            struct diag *diag) {
    struct usrloc u;
    (void)cfg, (void)set;
    kam_program_settings(p, &kam_usrloc_module, &u);
    if (u.db_mode > 2)
        diag_warning(diag, kam_program_param_at(p, &kam_usrloc_module, "db_mode"),
                     "usrloc.db_mode above 2 is not simulated: a run that reaches the contacts stops");
    return true;
}

static void free_locations(void *data) {
    usrloc_stop(data);
    registrar_profiles_free(data);
    usrloc_free(data);
}

const struct kam_module kam_usrloc_module = {.name = "usrloc",
                                             .params = usrloc_params,
                                             .data_size = sizeof(struct usrloc),
                                             .load = warn_of_db_mode,
                                             .start = usrloc_start,
                                             .free = free_locations};

static void free_answers(void *data) { registrar_answers_free(((struct registrar *)data)->answers); }

const struct kam_module kam_registrar_module = {.name = "registrar",
                                                .functions = functions,
                                                .params = registrar_params,
                                                .pvs = pvs,
                                                .events = events,
                                                .data_size = sizeof(struct registrar),
                                                .free = free_answers};
