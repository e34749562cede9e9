/* SPDX-License-Identifier: MIT */
/* Conditions that begin with one of Kamailio's own words: method, uri, src_ip ... (facts: Kamailio 11.4) */
#include "model/kamailio/cfg/globals.h"
#include "model/kamailio/cfg/pv.h"
#include "model/kamailio/cfg/words.h"

#include <assert.h>

enum subject_kind { SUBJECT_TEXT, SUBJECT_URI, SUBJECT_IP, SUBJECT_NUMBER, SUBJECT_PROTO };

/* PROTO_UDP and AF_INET, as the script sees them: everything here is UDP over IPv4. */
enum { NUMBER_UDP = 1, NUMBER_INET = 2 };

static const struct subject {
    const char *word;
    enum cfg_subject subject;
    enum subject_kind kind;
    const char *pv, *reply_pv;
    int64_t n;
    const char *argument; /* of pv */
} subjects[] = {
    {"method", CFG_METHOD, SUBJECT_TEXT, "rm", NULL, 0},
    {"uri", CFG_URI, SUBJECT_URI, "ru", "rs", 0},
    {"status", CFG_URI, SUBJECT_URI, "ru", "rs", 0},
    {"from_uri", CFG_FROM_URI, SUBJECT_URI, "fu", NULL, 0},
    {"to_uri", CFG_TO_URI, SUBJECT_URI, "tu", NULL, 0},
    {"src_ip", CFG_SRC_IP, SUBJECT_IP, "si", NULL, 0},
    {"dst_ip", CFG_DST_IP, SUBJECT_IP, "Ri", NULL, 0},
    {"src_port", CFG_SRC_PORT, SUBJECT_NUMBER, "sp", NULL, 0},
    {"dst_port", CFG_DST_PORT, SUBJECT_NUMBER, "Rp", NULL, 0},
    {"msg:len", CFG_MSG_LEN, SUBJECT_NUMBER, "ml", NULL, 0},
    {"proto", CFG_PROTO, SUBJECT_PROTO, NULL, NULL, NUMBER_UDP},
    {"af", CFG_AF, SUBJECT_NUMBER, NULL, NULL, NUMBER_INET},
    /* of what leaves, in onsend_route */
    {"snd_ip", CFG_SRC_IP, SUBJECT_IP, "sndfrom", NULL, 0, "ip"},
    {"snd_port", CFG_SRC_PORT, SUBJECT_NUMBER, "sndfrom", NULL, 0, "port"},
    {"snd_proto", CFG_PROTO, SUBJECT_PROTO, "sndfrom", NULL, 0, "proto"},
    {"snd_af", CFG_AF, SUBJECT_NUMBER, "sndfrom", NULL, 0, "af"},
    {"to_ip", CFG_DST_IP, SUBJECT_IP, "sndto", NULL, 0, "ip"},
    {"to_port", CFG_DST_PORT, SUBJECT_NUMBER, "sndto", NULL, 0, "port"},
    {"to_proto", CFG_PROTO, SUBJECT_PROTO, "sndto", NULL, 0, "proto"},
    {"to_af", CFG_AF, SUBJECT_NUMBER, "sndto", NULL, 0, "af"},
};

static const struct subject *find_subject(const struct cfg_token *t) {
    for (size_t i = 0; i < sizeof subjects / sizeof *subjects; i++)
        if (t->kind == CFG_TOKEN_RESERVED && span_is(t->text, subjects[i].word)) return &subjects[i];
    return NULL;
}

bool cfg_test_starts(const struct cfg_parse *p) { return find_subject(p->t) || cfg_next_is(p, "myself"); }

static bool take_op(struct cfg_parse *p, enum cfg_op *op, bool match, bool order) {
    static const struct {
        const char *text;
        enum cfg_op op;
    } ops[] = {{"==", CFG_EQUAL},         {"!=", CFG_DIFFERENT}, {"eq", CFG_EQUAL},
               {"ne", CFG_DIFFERENT},     {"=~", CFG_MATCH},     {">", CFG_GREATER},
               {">=", CFG_GREATER_EQUAL}, {"<", CFG_LESS},       {"<=", CFG_LESS_EQUAL}};
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++) {
        if (ops[i].op == CFG_MATCH && !match) continue;
        if (ops[i].op != CFG_MATCH && ops[i].op != CFG_EQUAL && ops[i].op != CFG_DIFFERENT && !order)
            continue;
        if (!cfg_take(p, ops[i].text)) continue;
        *op = ops[i].op;
        return true;
    }
    return cfg_expected(p, order ? "==, !=, <, >, <= or >=" : match ? "==, != or =~" : "== or !=");
}

/* ADDRESS, ADDRESS/BITS or ADDRESS/MASK */
static bool parse_net(struct cfg_parse *p, struct cfg_test *test) {
    test->with_net = true;
    test->mask = UINT32_MAX;
    if (!cfg_ipv4_parse(p, &test->net)) return false;
    if (!cfg_take(p, "/")) return true;
    if (p->t->kind == CFG_TOKEN_NUMBER && cfg_token_is(p->t + 1, ".")) return cfg_ipv4_parse(p, &test->mask);
    if (p->t->kind != CFG_TOKEN_NUMBER || p->t->n > 32) return cfg_expected(p, "a number of bits, 0 to 32");
    int64_t bits = cfg_get(p)->n;
    test->mask = bits == 0 ? 0 : UINT32_MAX << (32 - bits);
    return true;
}

/* No address of IPv4 is in it. */
static bool is_never(struct cfg_test *test) {
    test->with_net = true;
    test->net = 1;
    test->mask = 0;
    return true;
}

/* ADDRESS or [ADDRESS], /BITS */
static bool parse_ipv6(struct cfg_parse *p, struct cfg_test *test) {
    bool bracket = cfg_take(p, "[");
    if (p->t->kind != CFG_TOKEN_IPV6) return cfg_expected(p, "an IPv6 address");
    cfg_get(p);
    if (bracket && !cfg_expect(p, "]")) return false;
    is_never(test);
    if (!cfg_take(p, "/")) return true;
    if (p->t->kind != CFG_TOKEN_NUMBER || p->t->n > 128) return cfg_expected(p, "a number of bits, 0 to 128");
    cfg_get(p);
    return true;
}

/* The address that the lab's name server has for it. */
static bool resolve_host(struct cfg_parse *p, struct cfg_test *test, struct source_pos at, struct span name) {
    test->with_net = true;
    test->mask = UINT32_MAX;
    if (script_ipv4(name, &test->net) || kam_program_address(p->program, name, &test->net)) return true;
    if (span_is_nocase(name, "localhost")) return script_ipv4(SPAN("127.0.0.1"), &test->net);
    if (name.len && span_search(name, SPAN("::")) < 0)
        diag_warning(p->diag, at, "no host of the lab is called \"" SPAN_FMT "\": no address is equal to it",
                     SPAN_ARG(name));
    return is_never(test);
}

static bool parse_host(struct cfg_parse *p, struct cfg_test *test) {
    struct source_pos at = p->t->at;
    struct span name;
    if (!cfg_host_parse(p, false, &name)) return false;
    resolve_host(p, test, at, name);
    return true;
}

static bool parse_ip_right(struct cfg_parse *p, struct cfg_test *test) {
    if (p->t->kind == CFG_TOKEN_NUMBER && cfg_token_is(p->t + 1, ".")) {
        bool parsed = parse_net(p, test);
        test->net &= test->mask;
        return parsed;
    }
    if (p->t->kind == CFG_TOKEN_IPV6 || cfg_next_is(p, "[")) return parse_ipv6(p, test);
    if (p->t->kind == CFG_TOKEN_WORD && !cfg_token_is(p->t + 1, "(")) return parse_host(p, test);
    struct source_pos at = p->t->at;
    test->right = cfg_expr_parse_level(p, 9);
    struct kam_value value;
    if (!test->right) return false;
    if (!script_is_constant(test->right) || !cfg_expr_constant(p, test->right, &value)) return true;
    test->right = NULL;
    if (value.type == KAM_STR) return resolve_host(p, test, at, value.s);
    diag_error(p->diag, at, "a string is expected");
    return false;
}

static struct cfg_expr *constant_node(struct cfg_parse *p, struct source_pos at, struct kam_value value) {
    struct cfg_expr *e = cfg_new(p, sizeof *e);
    e->op = value.type == KAM_INT ? CFG_INT : CFG_TEXT;
    e->at = at;
    e->constant = value;
    return e;
}

/* The right side of `proto ==`: a protocol's name. */
static bool parse_proto_right(struct cfg_parse *p, struct cfg_test *test) {
    enum kam_transport transport =
        p->t->kind == CFG_TOKEN_RESERVED ? kam_transport_of(p->t->text) : KAM_NO_TRANSPORT;
    test->right = transport
                      ? constant_node(p, cfg_get(p)->at, (struct kam_value){.type = KAM_INT, .n = transport})
                      : cfg_expr_parse_level(p, 9);
    return test->right != NULL;
}

/* What Kamailio takes for an address: three dots and digits, if any; or a :: in it. */
static bool is_address(struct span text) {
    unsigned dots = 0, digits = 0;
    for (size_t i = 0; i < text.len; i++) {
        dots += text.p[i] == '.';
        digits += ascii_digit((unsigned char)text.p[i]);
    }
    return (dots == 3 && dots + digits == text.len) || span_starts(text, "::");
}

static bool parse_text_right(struct cfg_parse *p, struct cfg_test *test) {
    struct kam_value pattern;
    bool words = test->subject == CFG_METHOD || test->subject == CFG_SRC_IP || test->subject == CFG_DST_IP;
    if (words && p->t->kind == CFG_TOKEN_WORD && !cfg_token_is(p->t + 1, "(")) {
        const struct cfg_token *t = cfg_get(p);
        test->right = constant_node(p, t->at, (struct kam_value){.type = KAM_STR, .s = t->text});
    } else {
        test->right = cfg_expr_parse_level(p, 9);
    }
    if (!test->right) return false;
    if (test->op != CFG_MATCH || !script_is_constant(test->right)) return true;
    if (!cfg_expr_constant(p, test->right, &pattern) || pattern.type != KAM_STR) {
        diag_error(p->diag, test->right->at, "the right side of =~ must be a string");
        return false;
    }
    if ((test->subject == CFG_SRC_IP || test->subject == CFG_DST_IP) && is_address(pattern.s)) {
        diag_error(p->diag, test->right->at, "=~ with an address: it is no pattern");
        return false;
    }
    test->regex = cfg_regex(p->program, pattern.s, true, test->right->at, p->diag);
    return test->regex != NULL;
}

static const struct cfg_expr *finish(struct cfg_parse *p, const struct subject *s, struct cfg_test *test,
                                     struct source_pos at) {
    test->subject = s->subject;
    test->n = s->n;
    if (s->argument) test->argument = span_of(s->argument);
    test->pv = test->myself.p ? &kam_pv_myself : s->pv ? script_pv_row(span_of(s->pv), NULL) : NULL;
    if (test->myself.p) test->myself = span_of(s->pv);
    test->reply_pv = s->reply_pv ? script_pv_row(span_of(s->reply_pv), NULL) : NULL;
    if ((s->pv && !test->pv) || (s->reply_pv && !test->myself.p && !test->reply_pv)) {
        diag_error(p->diag, at, "the condition %s is not simulated", s->word);
        return NULL;
    }
    struct cfg_expr *e = cfg_new(p, sizeof *e);
    e->op = CFG_TEST;
    e->at = at;
    e->test = test;
    return e;
}

/* myself == uri */
static const struct cfg_expr *parse_myself(struct cfg_parse *p) {
    struct source_pos at = cfg_get(p)->at;
    struct cfg_test *test = cfg_new(p, sizeof *test);
    test->myself = SPAN("myself");
    if (!take_op(p, &test->op, false, false)) return NULL;
    const struct subject *s = find_subject(p->t);
    if (!s || s->argument || (s->kind != SUBJECT_URI && s->kind != SUBJECT_IP)) {
        cfg_expected(p, "uri, from_uri, to_uri, src_ip or dst_ip");
        return NULL;
    }
    cfg_get(p);
    return finish(p, s, test, at);
}

const struct cfg_expr *cfg_test_parse(struct cfg_parse *p) {
    if (cfg_next_is(p, "myself")) return parse_myself(p);
    const struct subject *s = find_subject(p->t);
    struct source_pos at = p->t->at;
    assert(s);
    cfg_get(p);
    if (s->argument && s->kind == SUBJECT_IP && p->kind != KAM_ONSEND_ROUTE) {
        diag_error(p->diag, at, "%s is only in onsend_route", s->word);
        return NULL;
    }
    struct cfg_test *test = cfg_new(p, sizeof *test);
    test->subject = s->subject;
    bool match = s->kind == SUBJECT_TEXT || s->kind == SUBJECT_URI || s->kind == SUBJECT_IP;
    if (!take_op(p, &test->op, match, s->kind == SUBJECT_NUMBER)) return NULL;
    bool parsed;
    if ((s->kind == SUBJECT_URI || s->kind == SUBJECT_IP) && cfg_take(p, "myself")) {
        test->myself = SPAN("myself");
        parsed = test->op != CFG_MATCH && !s->argument;
        if (s->argument)
            diag_error(p->diag, at, "%s == myself is not simulated", s->word);
        else if (!parsed)
            diag_error(p->diag, at, "=~ myself: it is no pattern");
    } else if (s->kind == SUBJECT_IP && test->op != CFG_MATCH) {
        parsed = parse_ip_right(p, test);
    } else if (s->kind == SUBJECT_PROTO) {
        parsed = parse_proto_right(p, test);
    } else if (s->kind == SUBJECT_NUMBER) {
        test->right = cfg_expr_parse_level(p, 10);
        parsed = test->right != NULL;
    } else {
        parsed = parse_text_right(p, test);
    }
    return parsed ? finish(p, s, test, at) : NULL;
}

void cfg_test_words(struct buf *out) {
    for (size_t i = 0; i < sizeof subjects / sizeof *subjects; i++)
        word_write(out, "condition", WORD_SIMULATED, "%s", subjects[i].word);
    word_write(out, "condition", WORD_SIMULATED, "myself");
}
