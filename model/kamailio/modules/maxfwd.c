/* SPDX-License-Identifier: MIT */
/* maxfwd: Max-Forwards counts down, its digits overwritten in place (facts: Kamailio 3). */
#include "model/kamailio/message/lump.h"
#include "model/kamailio/modules/module.h"

#include <string.h>

enum {
    LONGEST = 5,  /* digits; more are no number to Kamailio, which then counts modulo 65536 */
    HIGHEST = 255 /* limit that the functions take */
};

struct maxfwd {
    int64_t max_limit;
};

/* The bytes that have taken the header's value's place in the list, or that now do. */
static void overwrite_in(struct edit_list *list, const struct edit *e, size_t at, struct span text) {
    if (e)
        memcpy(list->texts.p + e->text, text.p, text.len);
    else
        edit_in_place(list, at, text);
}

/*
 * The new number, right aligned, in as many characters as the old one had. It stands in the request itself:
 * what branch_route counts down, the branches behind it see, too.
 */
static void overwrite(struct kam_run *run, const struct sip_header *h, int64_t n) {
    char text[LONGEST];
    size_t len = h->value.len;
    for (size_t i = len; i-- > 0; n /= 10)
        text[i] = n > 0 || i + 1 == len ? (char)('0' + n % 10) : ' ';
    size_t at = (size_t)(h->value.p - run->msg.bytes.p);
    struct edit_list *lists[] = {run->target, &run->edits};
    for (size_t i = 0; i < (run->target == &run->edits ? 1 : 2); i++)
        overwrite_in(lists[i], edit_replacing(lists[i], at), at, (struct span){text, len});
}

/* What the header says; an empty one says 0. False: it is no number. */
static bool read_number(const struct kam_run *run, const struct sip_header *h, uint64_t *n) {
    struct span digits = span_trim(kam_run_max_forwards(run, h));
    *n = 0;
    if (digits.len > LONGEST || (digits.len && !span_to_u64(digits, UINT64_MAX, n))) return false;
    *n &= 0xffff;
    return true;
}

static int maxfwd_process(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    int64_t limit = args[0].n,
            max_limit = ((struct maxfwd *)kam_module_data(run->k, KAM_MODULE_MAXFWD))->max_limit;
    uint64_t n;
    if (limit < 0 || limit > HIGHEST) return -1;
    const struct sip_header *h = sip_msg_first(&run->msg, SIP_MAX_FORWARDS);
    if (!h && run->damaged) return -2;
    if (!h) {
        struct buf line = {0};
        buf_addf(&line, "Max-Forwards: %u\r\n", (unsigned)limit);
        kam_lump_insert(run->target, (size_t)(run->msg.headers->line.p - run->msg.bytes.p), buf_span(&line));
        buf_free(&line);
        return 2;
    }
    if (!read_number(run, h, &n)) return -2;
    if (n == 0) return -1;
    if ((int64_t)n > max_limit) n = (uint64_t)max_limit + 1;
    overwrite(run, h, (int64_t)n - 1);
    return 1;
}

/* Is the number below the argument? -2: there is none, -3: it is none; the argument may be up to 255. */
static int is_maxfwd_lt(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    int64_t limit = args[0].n;
    uint64_t n;
    const struct sip_header *h = sip_msg_first(&run->msg, SIP_MAX_FORWARDS);
    if (limit < 0 || limit > HIGHEST) return -1;
    if (!h) return -2;
    if (!read_number(run, h, &n)) return -3;
    return (int64_t)n >= limit ? -1 : 1;
}

#define REQUESTS (KAM_REQUEST_ROUTE | KAM_FAILURE_ROUTE | KAM_BRANCH_ROUTE)

static const struct kam_function functions[] = {
    {"maxfwd_process", 1, 1, KAM_REQUEST_ROUTE, maxfwd_process, {ARG_NUMBER}, .expressions = true},
    {"mf_process_maxfwd_header", 1, 1, KAM_REQUEST_ROUTE, maxfwd_process, {ARG_NUMBER}, .expressions = true},
    {"process_maxfwd", 1, 1, KAM_REQUEST_ROUTE, maxfwd_process, {ARG_NUMBER}, .expressions = true},
    {"is_maxfwd_lt", 1, 1, REQUESTS, is_maxfwd_lt, {ARG_NUMBER}, .expressions = true},
    {"maxfwd_at_least", 1, 1, REQUESTS, is_maxfwd_lt, {ARG_NUMBER}, .expressions = true},
    {"mf_lowlimit", 1, 1, REQUESTS, is_maxfwd_lt, {ARG_NUMBER}, .expressions = true},
    {0},
};

static const struct kam_param params[] = {
    {KAM_INT("max_limit", 70, 1, 256), KAM_INTO(struct maxfwd, max_limit)},
    {0},
};

const struct kam_module kam_maxfwd_module = {
    .name = "maxfwd", .functions = functions, .params = params, .data_size = sizeof(struct maxfwd)};
