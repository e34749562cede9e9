/* SPDX-License-Identifier: MIT */
/* textops: headers of the message that is relayed, and of replies made here (facts: Kamailio 11.7, 12). */
#include "model/kamailio/message/header.h"
#include "model/kamailio/message/lump.h"
#include "model/kamailio/modules/module.h"

static size_t offset_of(const struct kam_run *run, const char *p) { return (size_t)(p - run->msg.bytes.p); }

static const struct sip_header *find_last(const struct kam_run *run, struct span name) {
    for (const struct sip_header *h = run->msg.headers + run->msg.header_count; h-- > run->msg.headers;)
        if (kam_header_is(h, name)) return h;
    return NULL;
}

/* After the last header that has the name in the second argument, else after the last one of all. */
static int append_hf(struct kam_run *run, const struct kam_arg *args, size_t count) {
    if (run->damaged || args[0].s.len == 0) return -1;
    const struct sip_header *h = count > 1 ? find_last(run, args[1].s) : NULL;
    size_t at = h ? offset_of(run, h->line.p + h->line.len) : run->msg.header_end;
    kam_lump_insert(run->target, at, args[0].s);
    return 1;
}

/* Before the header that the second argument names, else before the first one. */
static int insert_hf(struct kam_run *run, const struct kam_arg *args, size_t count) {
    if (run->damaged || args[0].s.len == 0) return -1;
    const struct sip_header *named = count > 1 ? kam_header_find(&run->msg, args[1].s) : NULL;
    const struct sip_header *h = named ? named : run->msg.headers;
    kam_lump_insert(run->target, offset_of(run, h->line.p), args[0].s);
    return 1;
}

static int remove_hf(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    bool any = false;
    if (run->damaged) return -1;
    for (const struct sip_header *h = run->msg.headers; h < run->msg.headers + run->msg.header_count; h++) {
        if (!kam_header_is(h, args[0].s)) continue;
        kam_lump_remove(run->target, offset_of(run, h->line.p), h->line.len);
        any = true;
    }
    return any ? 1 : -1;
}

static int is_present_hf(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return kam_header_find(&run->msg, args[0].s) ? 1 : -1;
}

static int append_to_reply(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    if (args[0].s.len == 0) return -1;
    buf_add(&run->reply_lines, args[0].s);
    return 1;
}

/* "INVITE|BYE", any case; of a reply the CSeq's method counts. */
static int is_method(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    struct span left = args[0].s, method = run->msg.is_request ? run->msg.method : run->cseq_method;
    while (left.len) {
        size_t len = 0;
        while (len < left.len && left.p[len] != '|' && left.p[len] != ',')
            len++;
        if (span_eq_nocase(span_trim(span_head(left, len)), method)) return 1;
        left = span_skip(left, len < left.len ? len + 1 : len);
    }
    return -1;
}

static int has_body(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    /* It asks the Content-Length, not the bytes. */
    const struct sip_header *h = sip_msg_first(&run->msg, SIP_CONTENT_LENGTH);
    uint64_t n;
    return h && span_to_u64(h->value, UINT32_MAX, &n) && n > 0 ? 1 : -1;
}

static const struct kam_function functions[] = {
    {"append_hf", 1, 2, KAM_ANY_ROUTE, append_hf, {ARG_FORMAT, ARG_HEADER}},
    {"insert_hf", 1, 2, KAM_ANY_ROUTE, insert_hf, {ARG_FORMAT, ARG_HEADER}},
    {"remove_hf", 1, 1, KAM_ANY_ROUTE, remove_hf, {ARG_HEADER}, .expressions = true},
    {"is_present_hf", 1, 1, KAM_ANY_ROUTE, is_present_hf, {ARG_HEADER}, .expressions = true},
    {"append_to_reply",
     1,
     1,
     KAM_REQUEST_ROUTE | KAM_FAILURE_ROUTE | KAM_BRANCH_ROUTE,
     append_to_reply,
     {ARG_FORMAT},
     .expressions = true},
    {"is_method", 1, 1, KAM_ANY_ROUTE, is_method, {ARG_METHODS}},
    {"has_body", 0, 0, KAM_ANY_ROUTE, has_body},
    {0},
};

const struct kam_module kam_textops_module = {.name = "textops", .functions = functions};
