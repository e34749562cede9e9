/* SPDX-License-Identifier: MIT */
/* Conditions on the message: method == "INVITE", uri == myself, src_ip == 10.0.0.0/8. (facts: Kamailio 11.4)
 */
#include "model/kamailio/script/eval.h"

bool script_ipv4(struct span text, uint32_t *ip) {
    *ip = 0;
    for (int i = 0; i < 4; i++) {
        ptrdiff_t dot = span_find(text, '.');
        uint64_t n;
        if ((dot < 0) != (i == 3)) return false;
        if (!span_to_u64(dot < 0 ? text : span_head(text, (size_t)dot), 255, &n)) return false;
        *ip = *ip << 8 | (uint32_t)n;
        if (dot >= 0) text = span_skip(text, (size_t)dot + 1);
    }
    return true;
}

static bool in_reply(const struct script *h) {
    return h->state->kind == KAM_TM_ONREPLY_ROUTE || h->state->kind == KAM_CORE_ONREPLY_ROUTE;
}

static bool compare(enum cfg_op op, int64_t a, int64_t b) {
    switch (op) {
    case CFG_DIFFERENT: return a != b;
    case CFG_GREATER: return a > b;
    case CFG_GREATER_EQUAL: return a >= b;
    case CFG_LESS: return a < b;
    case CFG_LESS_EQUAL: return a <= b;
    default: return a == b;
    }
}

/* Of a host that the lab has not nothing is known: no address is equal to it. */
static bool test_ip(struct script *h, const struct cfg_test *test, struct span left, int64_t *out) {
    uint32_t ip, other = test->net, mask = test->mask;
    struct kam_value right;
    if (!script_ipv4(left, &ip)) return false;
    if (!test->with_net) {
        if (!script_eval(h, test->right, &right)) return false;
        struct span text = script_text(h, right);
        mask = UINT32_MAX;
        if (!script_ipv4(text, &other) && !kam_program_address(h->state->program, text, &other)) other = 0;
    }
    *out = ((ip & mask) == other) == (test->op == CFG_EQUAL);
    return true;
}

/* Words compare without regard to case. */
static bool test_text(struct script *h, const struct cfg_test *test, struct span left, int64_t *out) {
    struct kam_value right;
    if (test->op == CFG_MATCH && test->regex) return script_match(h->state, test->regex, SPAN(""), left, out);
    if (!script_eval(h, test->right, &right)) return false;
    struct span text = script_text(h, right);
    if (test->op != CFG_MATCH) {
        *out = span_eq_nocase(left, text) == (test->op == CFG_EQUAL);
        return true;
    }
    return script_match(h->state, NULL, text, left, out);
}

bool script_test(struct script *h, const struct cfg_test *test, int64_t *out) {
    const struct kam_pv *pv = test->pv;
    if (test->subject == CFG_URI && in_reply(h) && !test->myself.p) pv = test->reply_pv;
    struct kam_value left =
        pv ? pv->get(h->run, &(struct kam_pv_at){.argument = test->myself.p ? test->myself : test->argument})
           : (struct kam_value){.type = KAM_INT, .n = test->n};
    if (test->subject == CFG_URI && h->state->kind & (KAM_LOCAL_ROUTE | KAM_ONSEND_ROUTE) &&
        left.type == KAM_NULL && test->reply_pv)
        left = test->reply_pv->get(h->run, &(struct kam_pv_at){0}); /* a reply that was sent */
    struct kam_value right;
    *out = 0;
    if (test->myself.p) {
        if (test->subject == CFG_URI && in_reply(h)) return true; /* a reply has no Request-URI */
        *out = (script_int(left) != 0) == (test->op == CFG_EQUAL);
        return true;
    }
    switch (test->subject) {
    case CFG_SRC_IP:
    case CFG_DST_IP:
        if (test->op == CFG_MATCH && !test->regex && script_eval(h, test->right, &right) &&
            right.type == KAM_NULL)
            return true; /* nothing is no pattern here */
        if (test->op == CFG_MATCH) return test_text(h, test, script_text(h, left), out);
        return test_ip(h, test, script_text(h, left), out);
    case CFG_SRC_PORT:
    case CFG_DST_PORT:
    case CFG_PROTO:
    case CFG_AF:
    case CFG_MSG_LEN:
        if (!script_eval(h, test->right, &right)) return false;
        /* a text is no number here, whatever it says */
        *out = right.type == KAM_INT && compare(test->op, script_int(left), right.n);
        return true;
    default: return test_text(h, test, script_text(h, left), out);
    }
}
