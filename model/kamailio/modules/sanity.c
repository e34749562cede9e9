/* SPDX-License-Identifier: MIT */
/* sanity: what a request must not look like (facts: Kamailio 16). A check that fails is answered at once. */
#include "model/kamailio/modules/sanity.h"
#include "model/kamailio/instance.h"
#include "model/kamailio/message/contact.h"
#include "model/kamailio/message/credentials.h"
#include "model/kamailio/message/header.h"
#include "model/kamailio/message/read.h"
#include "model/kamailio/modules/module.h"
#include "model/kamailio/modules/sl.h"

/* The checks, as bits of sanity_check()'s first argument; those of its second one for PARSE_URIS. */
enum {
    RURI_VERSION = 1,
    RURI_SCHEME = 2,
    REQUIRED = 4,
    CSEQ_METHOD = 32,
    CSEQ_VALUE = 64,
    CONTENT_LENGTH = 128,
    EXPIRES_VALUE = 256,
    PROXY_REQUIRE = 512,
    PARSE_URIS = 1024,
    DIGEST = 2048,
    TAGS = 4096,
    AUTHORIZATION = 8192,
};
enum { URI_REQUEST = 1, URI_FROM = 2, URI_TO = 4, URI_CONTACT = 8 };

/* What the module keeps. */
struct sanity {
    int64_t checks, uris;  /* where sanity_check() has no arguments, or only one */
    struct span supported; /* extensions between commas that Proxy-Require may ask for */
    bool autodrop;         /* what does not pass ends the script */
    bool silent;           /* and is not answered */
};

static const struct sanity *sanity_of(const struct kam_run *run) {
    return kam_module_data(run->k, KAM_MODULE_SANITY);
}

static bool is_number(struct span text) {
    uint64_t n;
    return text.len <= 10 && span_to_u64(text, UINT64_MAX, &n);
}

/* What asks about the first line of requests fails for replies, without an answer. */
static const char *check_version(struct kam_run *run) { return run->msg.is_request ? NULL : ""; }

/* Headers that cannot be read, or of which one is looked for in vain behind the first that cannot be read. */
static const char *check_required(struct kam_run *run) { return run->damaged ? "" : NULL; }

static const char *check_cseq_method(struct kam_run *run) {
    if (!run->msg.is_request) return "";
    return span_eq(run->cseq_method, run->msg.method) ? NULL : "CSeq method does not match request method";
}

static const char *check_cseq_value(struct kam_run *run) {
    return is_number(run->cseq_number) ? NULL : "CSeq number is illegal";
}

static const char *check_content_length(struct kam_run *run) {
    const struct sip_header *h = sip_msg_first(&run->msg, SIP_CONTENT_LENGTH);
    uint64_t n;
    if (!h) return check_required(run);
    return span_to_u64(h->value, UINT32_MAX, &n) && n == run->msg.body.len ? NULL
                                                                           : "Content-Length mis-match";
}

static const char *check_expires(struct kam_run *run) {
    const struct sip_header *h = kam_header_find(&run->msg, SPAN("Expires"));
    if (!h) return check_required(run);
    if (h->value.len == 0) return "Bad Expires Header";
    return is_number(h->value) ? NULL : "Expires value is illegal";
}

static const char *check_ruri(struct kam_run *run) {
    if (!run->msg.is_request) return "";
    return kam_uri_readable(kam_run_uri(run)) ? NULL : "Bad Request URI";
}

static const char *check_from(struct kam_run *run) {
    return kam_uri_readable(kam_run_from(run)->uri) ? NULL : "Invalid From Header";
}

static const char *check_to(struct kam_run *run) {
    return kam_uri_readable(run->to_uri) ? NULL : "Ivalid To Header"; /* so it says */
}

static const char *check_contact(struct kam_run *run) {
    struct contact c;
    const struct sip_header *h = sip_msg_first(&run->msg, SIP_CONTACT);
    if (!h || contact_is_star(h->value)) return NULL;
    for (struct span list = kam_header_body(h); list.len;) {
        if (contact_next(&c, &list) <= 0) return "Bad Contact Header";
        if (!kam_uri_readable(c.uri)) return "Bad Contact URI";
    }
    return NULL;
}

static bool is_supported(const struct kam_run *run, struct span extension) {
    for (struct span list = sanity_of(run)->supported; list.len;)
        if (span_eq(span_trim(span_cut(&list, ',')), extension)) return true;
    return false;
}

/* The first extension that is not among those that the configuration names is shown. */
static const char *check_proxy_require(struct kam_run *run) {
    const struct sip_header *h = kam_header_find(&run->msg, SPAN("Proxy-Require"));
    if (!h) return check_required(run);
    if (h->value.len == 0) return "Bad Proxy Require Header";
    for (struct span list = h->value; list.len;) {
        struct span extension = span_trim(span_cut(&list, ','));
        if (is_supported(run, extension)) continue;
        buf_add(&run->reply_lines, SPAN("Unsupported: "));
        buf_add(&run->reply_lines, extension);
        buf_add(&run->reply_lines, SPAN("\r\n"));
        return "420 Bad Proxy Require Extension";
    }
    return NULL;
}

/* Credentials must say who asks for what, with which answer; these three must not be empty. */
static const char *check_credentials(const struct kam_credentials *c) {
    if (!c->username.p || !c->realm.p || !c->nonce.p || !c->uri.p || !c->response.p ||
        (kam_credentials_counts(c) && (!c->nc.p || !c->cnonce.p)))
        return "Bad Auth Credentials";
    if (c->username.len == 0) return "Auth Empty User";
    if (c->nonce.len == 0) return "Auth Empty Nonce";
    return c->response.len == 0 ? "Auth Empty Response" : NULL;
}

/* All Authorization, then all Proxy-Authorization headers; other: what credentials of another scheme give. */
static const char *check_all_credentials(struct kam_run *run, const char *other) {
    static const char *const headers[] = {"Authorization", "Proxy-Authorization"};
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        if (run->damaged && !kam_header_find(&run->msg, span_of(headers[i]))) return "";
        for (size_t k = 0; k < run->msg.header_count; k++) {
            const struct sip_header *h = &run->msg.headers[k];
            struct kam_credentials c;
            if (!kam_header_is(h, span_of(headers[i]))) continue;
            enum kam_credentials_kind kind = kam_credentials_parse(&c, h->value);
            const char *wrong = kind == KAM_CREDENTIALS_OTHER    ? other
                                : kind == KAM_CREDENTIALS_BROKEN ? "Bad Auth Header"
                                                                 : check_credentials(&c);
            if (wrong) return wrong;
        }
    }
    return NULL;
}

static const char *check_digest(struct kam_run *run) { return check_all_credentials(run, ""); }
static const char *check_authorization(struct kam_run *run) { return check_all_credentials(run, NULL); }

static size_t count_tags(struct span value, struct span uri) {
    size_t count = 0;
    for (struct span left = span_skip(value, (size_t)(uri.p + uri.len - value.p)); left.len;) {
        ptrdiff_t end = span_find_unquoted(left, ';');
        struct span param = end < 0 ? left : span_head(left, (size_t)end);
        left = end < 0 ? (struct span){0} : span_skip(left, (size_t)end + 1);
        count += span_is_nocase(span_trim(span_cut(&param, '=')), "tag");
    }
    return count;
}

/* One tag at most; where From or To cannot be read, there is no answer. */
static const char *check_tags(struct kam_run *run) {
    const struct sip_header *headers[] = {run->from, run->to};
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        struct kam_address a;
        kam_address_parse(&a, headers[i]->value);
        if (!a.readable) return "";
        if (count_tags(headers[i]->value, a.uri) > 1)
            return i == 0 ? "Many From Tag Params" : "Many To Tag Params";
    }
    return NULL;
}

/* In the order in which they are made. */
static const struct {
    int64_t bit, uri_bit;
    /* NULL: it is well; "": it is not, and that is not answered; else the reason, 400 unless it begins with a
     * status */
    const char *(*check)(struct kam_run *run);
} checks[] = {
    {RURI_VERSION, 0, check_version},
    {RURI_SCHEME, 0, check_ruri},
    {REQUIRED, 0, check_required},
    {CSEQ_METHOD, 0, check_cseq_method},
    {CSEQ_VALUE, 0, check_cseq_value},
    {CONTENT_LENGTH, 0, check_content_length},
    {EXPIRES_VALUE, 0, check_expires},
    {PROXY_REQUIRE, 0, check_proxy_require},
    {PARSE_URIS, URI_REQUEST, check_ruri},
    {PARSE_URIS, URI_FROM, check_from},
    {PARSE_URIS, URI_TO, check_to},
    {PARSE_URIS, URI_CONTACT, check_contact},
    {DIGEST, 0, check_digest},
    {TAGS, 0, check_tags},
    {AUTHORIZATION, 0, check_authorization},
};

static void answer(struct kam_run *run, const char *wrong) {
    bool own_status = ascii_digit((unsigned char)wrong[0]);
    unsigned status = own_status ? 420 : 400;
    if (sanity_of(run)->silent) return;
    if (*wrong && run->msg.is_request && run->method != KAM_ACK)
        kam_sl_answer(run, status, span_of(own_status ? wrong + 4 : wrong));
}

/* sanity_check([messages [, uris]]): bits that there are, and not none of them */
enum { CHECKS_MAX = 0x7fff, URIS_MAX = 0xf };

/* What the first check that fails says; NULL: all is well. */
static const char *find_fault(struct kam_run *run, int64_t wanted, int64_t uris) {
    const char *wrong = NULL;
    for (size_t i = 0; i < sizeof checks / sizeof *checks && !wrong; i++)
        if (wanted & checks[i].bit && (!checks[i].uri_bit || uris & checks[i].uri_bit))
            wrong = checks[i].check(run);
    return wrong;
}

static int sanity_check(struct kam_run *run, const struct kam_arg *args, size_t count) {
    const struct sanity *set = sanity_of(run);
    int64_t wanted = count > 0 ? args[0].n : set->checks, uris = count > 1 ? args[1].n : set->uris;
    if (wanted < 1 || wanted > CHECKS_MAX || uris < 1 || uris > URIS_MAX) return -1;
    run->all_read = true;
    const char *wrong = find_fault(run, wanted, uris);
    if (!wrong) return 1;
    answer(run, wrong);
    return set->autodrop ? 0 : -1;
}

bool kam_sanity_passes(struct kam_run *run) {
    const struct sanity *set = sanity_of(run);
    return !find_fault(run, set->checks, set->uris);
}

static const struct kam_function functions[] = {
    {"sanity_check", 0, 2, KAM_USUAL_ROUTE, sanity_check, {ARG_NUMBER, ARG_NUMBER}, .expressions = true},
    {0},
};

static const struct kam_param params[] = {
    {KAM_FLAG("autodrop", 1), KAM_INTO(struct sanity, autodrop)},
    {KAM_INT("default_checks", 0xfff & ~PARSE_URIS, 0, INT32_MAX), KAM_INTO(struct sanity, checks)},
    {KAM_INT("uri_checks", URI_REQUEST | URI_FROM | URI_TO, 0, URIS_MAX), KAM_INTO(struct sanity, uris)},
    {KAM_TEXT("proxy_require", ""), KAM_INTO(struct sanity, supported)},
    {KAM_FLAG("noreply", 0), KAM_INTO(struct sanity, silent)},
    {0},
};

const struct kam_module kam_sanity_module = {.name = "sanity",

                                             .functions = functions,
                                             .params = params,
                                             .data_size = sizeof(struct sanity)};
