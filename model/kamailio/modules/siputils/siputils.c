/* SPDX-License-Identifier: MIT */
/* siputils: questions about a message, and the answer to OPTIONS (facts: Kamailio 32). */
#include "model/kamailio/modules/siputils/siputils.h"

#include "model/kamailio/message/credentials.h"
#include "model/kamailio/message/header.h"
#include "model/kamailio/modules/sl.h"

const struct siputils *siputils_of(const struct kam_run *run) {
    return kam_module_data(run->k, KAM_MODULE_SIPUTILS);
}

static int has_totag(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    return run->to_tag.len ? 1 : -1;
}

static int is_request(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    return run->msg.is_request ? 1 : -1;
}

static int is_reply(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    return run->msg.is_request ? -1 : 1;
}

/* Of a request: is there no Via but the caller's? Of a reply: does the route that it has recorded begin here?
 */
static int is_first_hop(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    struct uri u;
    struct span entry;
    if (run->msg.is_request) return run->via.rest.p || sip_msg_next(&run->msg, run->via_header) ? -1 : 1;
    const struct sip_header *h = sip_msg_first(&run->msg, SIP_RECORD_ROUTE);
    if (!h) return 1;
    struct span left = h->value;
    bool own = name_addr_next(&left, &entry) && uri_parse(&u, name_addr_uri(entry)) && kam_is_own(run->k, &u);
    return own ? 1 : -1;
}

/* Can a header's name begin so? */
static bool begins_name(struct span text) {
    return text.len && (ascii_alnum((unsigned char)text.p[0]) || strchr("-.!%*_+`'~", text.p[0]));
}

/* 1: the same header, -1: not, -2: not, and none that Kamailio knows, or no name at all */
static int cmp_hdr_name(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)run, (void)count;
    struct span left = args[0].s, other = args[1].s, name = span_trim(span_cut(&left, ':'));
    struct sip_header h = {.id = sip_header_id(name), .name = name};
    if (!begins_name(name) || !begins_name(args[1].s)) return -2;
    other = span_trim(span_cut(&other, ':'));
    if (kam_header_is(&h, other)) return 1;
    return h.id == SIP_OTHER && sip_header_id(other) == SIP_OTHER ? -2 : -1;
}

static int is_supported(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    run->all_read = true;
    return kam_header_supports(&run->msg, args[0].s) ? 1 : -1;
}

/* Is that the user whom module auth has found, in Authorization first? */
static int is_user(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    const struct sip_header *h = run->credentials[0] ? run->credentials[0] : run->credentials[1];
    struct kam_credentials c;
    if (!h || !args[0].s.len || kam_credentials_parse(&c, h->value) != KAM_CREDENTIALS_DIGEST) return -1;
    return span_eq(kam_credentials_user(&c), args[0].s) ? 1 : -1;
}

static void add_line(struct kam_run *run, const char *name, struct span value) {
    buf_addf(&run->reply_lines, "%s: " SPAN_FMT "\r\n", name, SPAN_ARG(value));
}

/* 200 to an OPTIONS that is for the server itself: its URI has no user. */
static int options_reply(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    const struct siputils *set = siputils_of(run);
    struct uri u;
    if (run->method != KAM_OPTIONS || !uri_parse(&u, kam_run_uri(run)) || u.user.len) return -1;
    add_line(run, "Accept", set->accept);
    add_line(run, "Accept-Encoding", set->accept_encoding);
    add_line(run, "Accept-Language", set->accept_language);
    add_line(run, "Supported", set->support);
    return kam_sl_answer(run, 200, SPAN("OK")) ? 1 : -1;
}

#define ANSWERED (KAM_REQUEST_ROUTE | KAM_FAILURE_ROUTE | KAM_BRANCH_ROUTE)

#define EDITED (KAM_REQUEST_ROUTE | KAM_TM_ONREPLY_ROUTE | KAM_CORE_ONREPLY_ROUTE)

/* A row of a function that may stand anywhere and takes expressions. */
#define ANY(name, n, body, ...)                                                                              \
    { name, n, n, KAM_ANY_ROUTE, body, {__VA_ARGS__}, .expressions = true }

static const struct kam_function functions[] = {
    {"has_totag", 0, 0, KAM_ANY_ROUTE, has_totag},
    {"is_request", 0, 0, KAM_ANY_ROUTE, is_request},
    {"is_reply", 0, 0, KAM_ANY_ROUTE, is_reply},
    {"is_first_hop", 0, 1, KAM_ANY_ROUTE, is_first_hop, {ARG_NUMBER}, .expressions = true},
    {"is_supported", 1, 1, KAM_ANY_ROUTE, is_supported, {ARG_OPTION}},
    {"options_reply", 0, 0, KAM_REQUEST_ROUTE, options_reply},
    {"uri_param", 1, 2, ANSWERED, siputils_uri_param, {ARG_TEXT, ARG_TEXT}, .expressions = true},
    {"uri_param_any", 1, 1, ANSWERED, siputils_uri_param_any, {ARG_FORMAT}, .expressions = true},
    {"add_uri_param", 1, 1, KAM_REQUEST_ROUTE, siputils_add_uri_param, {ARG_TEXT}, .expressions = true},
    {"get_uri_param",
     2,
     2,
     KAM_REQUEST_ROUTE,
     siputils_get_uri_param,
     {ARG_TEXT, ARG_RESULT},
     .expressions = true},
    {"uri_param_rm", 1, 1, ANSWERED, siputils_uri_param_rm, {ARG_FORMAT}, .expressions = true},
    {"tel2sip",
     3,
     3,
     KAM_USUAL_ROUTE,
     siputils_tel2sip,
     {ARG_VARIABLE_OR_TEXT, ARG_VARIABLE_OR_TEXT, ARG_RESULT}},
    {"encode_contact", 2, 2, EDITED, siputils_encode_contact, {ARG_TEXT, ARG_TEXT}, .expressions = true},
    {"decode_contact", 0, 0, KAM_REQUEST_ROUTE, siputils_decode_contact},
    {"decode_contact_header", 0, 0, EDITED | KAM_FAILURE_ROUTE, siputils_decode_contact_header},
    {"contact_param_encode",
     2,
     2,
     EDITED,
     siputils_contact_param_encode,
     {ARG_FORMAT, ARG_FORMAT},
     .expressions = true},
    {"contact_param_decode", 1, 1, EDITED, siputils_contact_param_decode, {ARG_FORMAT}, .expressions = true},
    {"contact_param_decode_ruri",
     1,
     1,
     KAM_REQUEST_ROUTE,
     siputils_contact_param_decode_ruri,
     {ARG_FORMAT},
     .expressions = true},
    {"contact_param_rm", 1, 1, EDITED, siputils_contact_param_rm, {ARG_FORMAT}, .expressions = true},
    {"append_rpid_hf", 0, 0, ANSWERED, siputils_append_rpid_hf},
    {"append_rpid_hf", 2, 2, ANSWERED, siputils_append_rpid_hf, {ARG_TEXT, ARG_TEXT}, .expressions = true},
    {"is_user", 1, 1, KAM_REQUEST_ROUTE, is_user, {ARG_FORMAT}, .expressions = true},
    {"is_rpid_user_e164", 0, 0, KAM_REQUEST_ROUTE, siputils_is_rpid_user_e164},
    {"set_uri_user", 2, 2, KAM_ANY_ROUTE, siputils_set_uri_user, {ARG_RESULT, ARG_PV}},
    {"set_uri_host", 2, 2, KAM_ANY_ROUTE, siputils_set_uri_host, {ARG_RESULT, ARG_PV}},
    ANY("is_uri", 1, siputils_is_uri, ARG_FORMAT),
    {"is_e164", 1, 1, KAM_REQUEST_ROUTE | KAM_FAILURE_ROUTE, siputils_is_e164, {ARG_PV}},
    {"is_uri_user_e164", 1, 1, KAM_ANY_ROUTE, siputils_is_uri_user_e164, {ARG_PV}},
    ANY("cmp_uri", 2, siputils_cmp_uri, ARG_FORMAT, ARG_FORMAT),
    ANY("cmp_aor", 2, siputils_cmp_aor, ARG_FORMAT, ARG_FORMAT),
    ANY("cmp_hdr_name", 2, cmp_hdr_name, ARG_FORMAT, ARG_FORMAT),
    {"is_gruu", 0, 1, KAM_ANY_ROUTE, siputils_is_gruu, {ARG_FORMAT}, .expressions = true},
    ANY("is_tel_number", 1, siputils_is_tel_number, ARG_FORMAT),
    ANY("is_numeric", 1, siputils_is_numeric, ARG_FORMAT),
    ANY("is_alphanum", 1, siputils_is_alphanum, ARG_FORMAT),
    ANY("is_alphanumex", 2, siputils_is_alphanum, ARG_FORMAT, ARG_FORMAT),
    {0},
};

static const struct kam_param params[] = {
    {KAM_TEXT("options_accept", "*/*"), KAM_INTO(struct siputils, accept)},
    {KAM_TEXT("options_accept_encoding", ""), KAM_INTO(struct siputils, accept_encoding)},
    {KAM_TEXT("options_accept_language", "en"), KAM_INTO(struct siputils, accept_language)},
    {KAM_TEXT("options_support", ""), KAM_INTO(struct siputils, support)},
    {KAM_TEXT("contact_flds_separator", "*"), KAM_INTO(struct siputils, separator)},
    {KAM_TEXT("rpid_prefix", ""), KAM_INTO(struct siputils, rpid_prefix)},
    {KAM_TEXT("rpid_suffix", ";party=calling;id-type=subscriber;screen=yes"),
     KAM_INTO(struct siputils, rpid_suffix)},
    {KAM_AVP("rpid_avp"), KAM_INTO(struct siputils, rpid_avp)},
    {0},
};

const struct kam_module kam_siputils_module = {.name = "siputils",

                                               .functions = functions,
                                               .params = params,
                                               .data_size = sizeof(struct siputils)};
