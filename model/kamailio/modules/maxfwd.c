/* SPDX-License-Identifier: MIT */
/* maxfwd: Max-Forwards counts down, its digits overwritten in place (facts: Kamailio 3). */
#include "model/kamailio/instance.h"
#include "model/kamailio/message/lump.h"
#include "model/kamailio/modules/module.h"

#include <string.h>

enum {
    LONGEST = 5,  /* digits; more are no number to Kamailio, which then counts modulo 65536 */
    HIGHEST = 255 /* limit that the functions take */
};

/* What an earlier call has put in the place of the number, or NULL. */
static const struct edit *earlier(const struct kam_run *run, const struct sip_header *h) {
    size_t at = (size_t)(h->value.p - run->msg.bytes.p);
    for (const struct edit *e = run->edits.edits; e < run->edits.edits + run->edits.count; e++)
        if (e->at == at && e->text_len == h->value.len) return e;
    return NULL;
}

struct span kam_max_forwards(const struct kam_run *run, const struct sip_header *h) {
    const struct edit *e = earlier(run, h);
    return e ? (struct span){run->edits.texts.p + e->text, e->text_len} : h->value;
}

/* The new number, right aligned, in as many characters as the old one had. */
static void overwrite(struct kam_run *run, const struct sip_header *h, int64_t n) {
    char text[LONGEST];
    size_t len = h->value.len;
    for (size_t i = len; i-- > 0; n /= 10)
        text[i] = n > 0 || i + 1 == len ? (char)('0' + n % 10) : ' ';
    const struct edit *e = earlier(run, h);
    if (e)
        memcpy(run->edits.texts.p + e->text, text, len);
    else
        kam_lump_replace(&run->edits, (size_t)(h->value.p - run->msg.bytes.p), len, (struct span){text, len});
}

static int maxfwd_process(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    int64_t limit = args[0].n, max_limit = run->k->settings.max_limit;
    uint64_t n;
    if (limit < 0 || limit > HIGHEST) return -1;
    const struct sip_header *h = sip_msg_first(&run->msg, SIP_MAX_FORWARDS);
    if (!h && run->damaged) return -2;
    if (!h) {
        struct buf line = {0};
        buf_addf(&line, "Max-Forwards: %u\r\n", (unsigned)limit);
        kam_lump_insert(&run->edits, (size_t)(run->msg.headers->line.p - run->msg.bytes.p), buf_span(&line));
        buf_free(&line);
        return 2;
    }
    struct span digits = span_trim(kam_max_forwards(run, h));
    if (digits.len > LONGEST || !span_to_u64(digits, UINT64_MAX, &n)) return -2;
    n &= 0xffff;
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
    struct span digits = span_trim(kam_max_forwards(run, h));
    if (digits.len > LONGEST || !span_to_u64(digits, UINT64_MAX, &n)) return -3;
    return (int64_t)(n & 0xffff) >= limit ? -1 : 1;
}

const struct kam_function kam_maxfwd_functions[] = {
    {"maxfwd_process", 1, 1, KAM_REQUEST_ROUTE, maxfwd_process, {KAM_ARG_NUMBER}, true},
    {"mf_process_maxfwd_header", 1, 1, KAM_REQUEST_ROUTE, maxfwd_process, {KAM_ARG_NUMBER}, true},
    {"process_maxfwd", 1, 1, KAM_REQUEST_ROUTE, maxfwd_process, {KAM_ARG_NUMBER}, true},
    {"is_maxfwd_lt", 1, 1, KAM_REQUEST_ROUTE, is_maxfwd_lt, {KAM_ARG_NUMBER}, true},
    {"mf_lowlimit", 1, 1, KAM_REQUEST_ROUTE, is_maxfwd_lt, {KAM_ARG_NUMBER}, true},
    {0},
};

const struct kam_param kam_maxfwd_params[] = {
    {"max_limit", KAM_PARAM_INT, 70, NULL, 1, 256, true},
    {0},
};
