/* SPDX-License-Identifier: MIT */
/* uac_redirect: a proxy that follows the Contacts of a 3xx itself (facts: Kamailio 30.10). */
#include "base/regex.h"
#include "model/kamailio/message/contact.h"
#include "model/kamailio/message/header.h"
#include "model/kamailio/modules/module.h"
#include "model/kamailio/modules/tm/tm.h"
#include "model/sip/msg.h"

enum { CONTACTS_MAX = 10 }; /* Kamailio keeps no more */

/* The module parameters; q_value, in thousandths, is that of a Contact without one. */
struct redirect {
    struct span default_filter, accept_filter, deny_filter;
    int64_t bflags, q_value;
};

/* The filters of one call; NULL: there is none. */
struct filters {
    struct kam_run *run;
    struct regex *accept, *deny;
    bool by_default;
};

static struct regex *compile(struct kam_run *run, struct span pattern) {
    return pattern.len ? script_regex(&run->state, pattern, REGEX_ICASE) : NULL;
}

static bool is_found(const struct filters *f, struct regex *r, struct span uri) {
    uint64_t steps = 0;
    enum regex_answer answer = r ? regex_find(r, uri, false, NULL, 0, &steps) : REGEX_NO;
    event_spend_match(f->run->k->queue, kam_script_at(&f->run->state), answer, steps);
    return answer == REGEX_YES;
}

/* What is accepted is not denied. */
static bool takes(const struct filters *f, struct span uri) {
    if (is_found(f, f->accept, uri)) return true;
    return !is_found(f, f->deny, uri) && f->by_default;
}

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
static void read_reply(struct targets *t, struct sip_msg *reply, struct span bytes, int64_t q_default,
                       const struct filters *f) {
    if (!bytes.p || !sip_msg_parse(reply, bytes)) return;
    for (const struct sip_header *h = sip_msg_first(reply, SIP_CONTACT); h; h = sip_msg_next(reply, h)) {
        struct contact c;
        int q = (int)q_default;
        for (struct span list = contact_is_star(h->value) ? (struct span){0} : kam_header_body(h);
             list.len && contact_next(&c, &list) > 0; q = (int)q_default)
            if ((!c.q.p || contact_q_parse(&q, c.q)) && takes(f, c.uri)) add_target(t, c.uri, q);
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
    const struct redirect *set = kam_module_data(run->k, KAM_MODULE_UAC_REDIRECT);
    struct filters f = {run, compile(run, set->accept_filter), compile(run, set->deny_filter),
                        !span_is_nocase(set->default_filter, "deny")};
    (void)count;
    read_limits(args[0].s, most);
    for (unsigned branch = 0; run->transaction && branch < run->transaction->client_count; branch++) {
        struct targets t = {0};
        unsigned status;
        struct span bytes = kam_tm_branch_reply(run->transaction, branch, &status);
        if (status < 300 || status > 399) continue;
        read_reply(&t, &reply, bytes, set->q_value, &f);
        size_t n = most[0] - added < most[1] ? most[0] - added : most[1];
        for (size_t i = n < t.count ? n : t.count; i-- > 0; added++)
            if (kam_run_add_branch(run, arena_text(&run->scratch, t.list[i].uri), (struct span){0},
                                   (uint32_t)set->bflags))
                run->added[run->added_count - 1].q = t.list[i].q;
    }
    regex_free(f.accept);
    regex_free(f.deny);
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
    {KAM_TEXT("default_filter", "accept"), KAM_INTO(struct redirect, default_filter)},
    {KAM_TEXT("deny_filter", ""), KAM_INTO(struct redirect, deny_filter)},
    {KAM_TEXT("accept_filter", ""), KAM_INTO(struct redirect, accept_filter)},
    {KAM_TEXT("acc_function", ""), KAM_NO_EFFECT},
    {KAM_TEXT("acc_db_table", ""), KAM_NO_EFFECT},
    {KAM_INT("bflags", 0, INT32_MIN, INT32_MAX), KAM_INTO(struct redirect, bflags)},
    {KAM_INT("flags_hdr_mode", 0, INT32_MIN, INT32_MAX), KAM_STOPS},
    {KAM_INT("q_value", 10, INT32_MIN, INT32_MAX), KAM_INTO(struct redirect, q_value)},
    {0},
};

const struct kam_module kam_uac_redirect_module = {
    .name = "uac_redirect", .functions = functions, .params = params, .data_size = sizeof(struct redirect)};
