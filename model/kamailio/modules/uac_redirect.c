/* SPDX-License-Identifier: MIT */
/* uac_redirect: a proxy that follows the Contacts of a 3xx itself (facts: Kamailio 30.10). */
#include "model/kamailio/message/contact.h"
#include "model/kamailio/modules/module.h"
#include "model/kamailio/modules/tm/tm.h"
#include "model/sip/msg.h"

enum { CONTACTS_MAX = 10, Q_DEFAULT = 10 }; /* Kamailio keeps no more; a Contact without q, in thousandths */

struct targets {
    struct target {
        struct span uri;
        int q;
    } list[CONTACTS_MAX]; /* the best first */
    size_t count;
};

/* Behind those that are as good. */
static void add_target(struct targets *t, struct span uri, int q) {
    size_t at = t->count;
    if (t->count == CONTACTS_MAX) return;
    for (; at > 0 && t->list[at - 1].q < q; at--)
        t->list[at] = t->list[at - 1];
    t->list[at] = (struct target){uri, q};
    t->count++;
}

/* All Contacts of the reply; a q that is none takes its Contact away. */
static void read_reply(struct targets *t, struct sip_msg *reply, struct span bytes) {
    if (!bytes.p || !sip_msg_parse(reply, bytes)) return;
    for (const struct sip_header *h = sip_msg_first(reply, SIP_CONTACT); h; h = sip_msg_next(reply, h)) {
        struct contact c;
        int q = Q_DEFAULT;
        for (struct span list = contact_is_star(h->value) ? (struct span){0} : h->value;
             list.len && contact_next(&c, &list) > 0; q = Q_DEFAULT)
            if (!c.q.p || contact_q_parse(&q, c.q)) add_target(t, c.uri, q);
    }
}

/* "*", "N": so many at most in all; "*:N", "N:N": and of each branch; 0 and nothing: all. */
static bool read_limits(struct span text, size_t most[2]) {
    struct span part = span_cut(&text, ':');
    for (size_t i = 0; i < 2; i++, part = text) {
        uint64_t n = 0;
        if (part.len && !span_is(part, "*") && !span_to_u64(part, 255, &n)) return false;
        most[i] = n ? (size_t)n : SIZE_MAX;
    }
    return true;
}

/* The Contacts of all branches that were redirected. */
static int get_redirects(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct sip_msg reply = {0};
    size_t most[2], added = 0;
    (void)count;
    read_limits(args[0].s, most);
    for (unsigned branch = 0; run->transaction && branch < run->transaction->client_count; branch++) {
        struct targets t = {0};
        unsigned status;
        struct span bytes = kam_tm_branch_reply(run->transaction, branch, &status);
        if (status < 300 || status > 399) continue;
        read_reply(&t, &reply, bytes);
        size_t n = most[0] - added < most[1] ? most[0] - added : most[1];
        for (size_t i = n < t.count ? n : t.count; i-- > 0; added++)
            kam_run_add_branch(run, arena_text(&run->scratch, t.list[i].uri), (struct span){0},
                               run->branch_flags);
    }
    sip_msg_free(&reply);
    return added ? 1 : -1;
}

static const char *check_limit(const struct kam_program *program, size_t index, struct span text) {
    size_t most[2];
    (void)program;
    return index > 0 || read_limits(text, most) ? NULL : "must be a number or *, or two of them: \"*:1\"";
}

static const struct kam_function functions[] = {
    {"get_redirects", 1, 2, KAM_FAILURE_ROUTE, get_redirects, {ARG_TEXT, ARG_FORMAT}, .check = check_limit},
    {0},
};

static const struct kam_param params[] = {
    {KAM_TEXT("default_filter", "accept"), KAM_STOPS},
    {KAM_TEXT("deny_filter", ""), KAM_STOPS},
    {KAM_TEXT("accept_filter", ""), KAM_STOPS},
    {KAM_TEXT("acc_function", ""), KAM_NO_EFFECT},
    {KAM_TEXT("acc_db_table", ""), KAM_NO_EFFECT},
    {KAM_INT("bflags", 0, INT32_MIN, INT32_MAX), KAM_STOPS},
    {KAM_INT("flags_hdr_mode", 0, INT32_MIN, INT32_MAX), KAM_STOPS},
    {KAM_INT("q_value", 10, INT32_MIN, INT32_MAX), KAM_STOPS},
    {0},
};

const struct kam_module kam_uac_redirect_module = {
    .name = "uac_redirect", .functions = functions, .params = params};
