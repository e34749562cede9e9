/* SPDX-License-Identifier: MIT */
/* Comparing names and values of cells. (facts: Kamailio 21.3) */
#include "base/regex.h"
#include "model/kamailio/modules/htable/htable.h"

static bool begin(struct ht_match *m, struct kam_run *run, enum ht_compare how, struct span text) {
    *m = (struct ht_match){.state = &run->state, .how = how, .text = text};
    if (how != HT_REGEX) return true;
    m->regex = script_regex(&run->state, text, REGEX_ICASE);
    return m->regex != NULL;
}

bool ht_match_begin(struct ht_match *m, struct kam_run *run, struct span op, struct span text) {
    static const struct {
        const char *op;
        enum ht_compare how;
    } ops[] = {{"re", HT_REGEX}, {"sw", HT_STARTS_WITH}, {"eq", HT_EQUAL}, {"ne", HT_DIFFERENT}};
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
        if (span_is(op, ops[i].op)) return begin(m, run, ops[i].how, text);
    *m = (struct ht_match){0};
    return false;
}

bool ht_match_begin_prefixed(struct ht_match *m, struct kam_run *run, struct span text) {
    static const struct {
        const char *prefix;
        enum ht_compare how;
    } prefixes[] = {
        {"~~", HT_REGEX}, {"~%", HT_ENDS_WITH}, {"==", HT_EQUAL}, {"eq", HT_EQUAL_NUMBER}, {"**", HT_ALL}};
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        if (!span_starts(text, prefixes[i].prefix)) continue;
        bool good = begin(m, run, prefixes[i].how, span_skip(text, 2));
        uint64_t n = 0;
        if (span_to_u64(m->text, INT32_MAX, &n)) m->n = (int64_t)n;
        return good;
    }
    return begin(m, run, HT_REGEX, text);
}

bool ht_matches(struct ht_match *m, struct kam_value value) {
    if (m->how == HT_ALL) return true;
    if (m->how == HT_EQUAL_NUMBER) return value.type == KAM_INT && value.n == m->n;
    if (value.type != KAM_STR) return false;
    struct span s = value.s, text = m->text;
    int64_t found = 0;
    switch (m->how) {
    case HT_REGEX: script_match(m->state, m->regex, text, s, &found); return found != 0;
    case HT_ENDS_WITH: return s.len >= text.len && span_eq(span_skip(s, s.len - text.len), text);
    case HT_STARTS_WITH: return s.len >= text.len && span_eq(span_head(s, text.len), text);
    case HT_DIFFERENT: return !span_eq(s, text);
    default: return span_eq(s, text);
    }
}

void ht_match_end(struct ht_match *m) { regex_free(m->regex); }
