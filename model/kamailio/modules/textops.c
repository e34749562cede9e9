/* SPDX-License-Identifier: MIT */
/* textops: headers of the message that is relayed, and of replies made here (facts: Kamailio 11.7, 12). */
#include "model/kamailio/message/lump.h"
#include "model/kamailio/modules/module.h"

static size_t offset_of(const struct kam_run *run, const char *p) { return (size_t)(p - run->msg.bytes.p); }

/* Compact names (RFC 3261 7.3.3 and later ones) of headers that sip_header_id() does not know. */
static const struct {
    const char *name;
    char compact;
} compact_names[] = {{"Subject", 's'},  {"Supported", 'k'},       {"Content-Encoding", 'e'}, {"Event", 'o'},
                     {"Refer-To", 'r'}, {"Session-Expires", 'x'}, {"Allow-Events", 'u'}};

/* The full name, where the name is a compact one. */
static struct span full_name(struct span name) {
    for (size_t i = 0; name.len == 1 && i < sizeof compact_names / sizeof *compact_names; i++)
        if (ascii_lower(name.p[0]) == compact_names[i].compact) return span_of(compact_names[i].name);
    return name;
}

/* Is that header called so? A known one also by its compact name (facts: Kamailio 11.7). */
static bool is_called(const struct sip_header *h, struct span name) {
    enum sip_header_id id = sip_header_id(name);
    return id == SIP_OTHER ? span_eq_nocase(full_name(h->name), full_name(name)) : h->id == id;
}

static const struct sip_header *find(const struct kam_run *run, struct span name) {
    for (const struct sip_header *h = run->msg.headers; h < run->msg.headers + run->msg.header_count; h++)
        if (is_called(h, name)) return h;
    return NULL;
}

static const struct sip_header *find_last(const struct kam_run *run, struct span name) {
    for (const struct sip_header *h = run->msg.headers + run->msg.header_count; h-- > run->msg.headers;)
        if (is_called(h, name)) return h;
    return NULL;
}

/* After the last header that has the name in the second argument, else after the last one of all. */
static int append_hf(struct kam_run *run, const struct kam_value *args, size_t count) {
    struct span text, name;
    if (run->damaged || !kam_format_arg(run, &args[0], &text)) return -1;
    size_t at = run->msg.header_end;
    if (count > 1) {
        if (!kam_format_arg(run, &args[1], &name)) return -1;
        const struct sip_header *h = find_last(run, span_trim(name));
        if (h) at = offset_of(run, h->line.p + h->line.len);
    }
    kam_lump_insert(run->target, at, text);
    return 1;
}

/* Before the header that the second argument names, else before the first one. */
static int insert_hf(struct kam_run *run, const struct kam_value *args, size_t count) {
    struct span text, name;
    if (run->damaged || !kam_format_arg(run, &args[0], &text)) return -1;
    const struct sip_header *h = run->msg.headers;
    if (count > 1) {
        if (!kam_format_arg(run, &args[1], &name)) return -1;
        const struct sip_header *named = find(run, span_trim(name));
        if (named) h = named;
    }
    kam_lump_insert(run->target, offset_of(run, h->line.p), text);
    return 1;
}

static int remove_hf(struct kam_run *run, const struct kam_value *args, size_t count) {
    (void)count;
    struct span name;
    bool any = false;
    if (run->damaged || !kam_format_arg(run, &args[0], &name)) return -1;
    for (const struct sip_header *h = run->msg.headers; h < run->msg.headers + run->msg.header_count; h++) {
        if (!is_called(h, span_trim(name))) continue;
        kam_lump_remove(run->target, offset_of(run, h->line.p), h->line.len);
        any = true;
    }
    return any ? 1 : -1;
}

static int is_present_hf(struct kam_run *run, const struct kam_value *args, size_t count) {
    (void)count;
    struct span name;
    return kam_format_arg(run, &args[0], &name) && find(run, span_trim(name)) ? 1 : -1;
}

static int append_to_reply(struct kam_run *run, const struct kam_value *args, size_t count) {
    (void)count;
    struct span text;
    if (!kam_format_arg(run, &args[0], &text)) return -1;
    buf_add(&run->reply_lines, text);
    return 1;
}

/* "INVITE|BYE", any case; of a reply the CSeq's method counts. */
static int is_method(struct kam_run *run, const struct kam_value *args, size_t count) {
    (void)count;
    struct span left = kam_text_arg(run, &args[0]);
    struct span method = run->msg.is_request ? run->msg.method : run->cseq_method;
    for (;;) {
        ptrdiff_t bar = span_find(left, '|');
        struct span word = bar < 0 ? left : span_head(left, (size_t)bar);
        if (span_eq_nocase(span_trim(word), method)) return 1;
        if (bar < 0) return -1;
        left = span_skip(left, (size_t)bar + 1);
    }
}

static int has_body(struct kam_run *run, const struct kam_value *args, size_t count) {
    (void)args, (void)count;
    return run->msg.body.len ? 1 : -1;
}

const struct kam_function kam_textops_functions[] = {
    {"append_hf", 1, 2, KAM_ANY_ROUTE, append_hf, NULL, true, NULL},
    {"insert_hf", 1, 2, KAM_ANY_ROUTE, insert_hf, NULL, true, NULL},
    {"remove_hf", 1, 1, KAM_ANY_ROUTE, remove_hf, NULL, true, NULL},
    {"is_present_hf", 1, 1, KAM_ANY_ROUTE, is_present_hf, NULL, true, NULL},
    {"append_to_reply", 1, 1, KAM_REQUEST_ROUTE | KAM_FAILURE_ROUTE | KAM_BRANCH_ROUTE, append_to_reply, NULL,
     true, NULL},
    {"is_method", 1, 1, KAM_ANY_ROUTE, is_method, NULL, false, NULL},
    {"has_body", 0, 0, KAM_ANY_ROUTE, has_body, NULL, false, NULL},
    {0},
};
