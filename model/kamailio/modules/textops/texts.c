/* SPDX-License-Identifier: MIT */
/* textops: comparing texts that have nothing to do with the message (facts: Kamailio 31.1). */
#include "model/kamailio/modules/textops/textops.h"
#include "model/kamailio/script/pattern.h"

/* The elements of a list, without the blanks around them. */
static bool any_element(struct span list, char separator, struct span subject,
                        bool (*fits)(struct span subject, struct span element)) {
    while (list.len) {
        struct span element = span_trim(span_cut(&list, separator));
        if (element.len && fits(subject, element)) return true;
    }
    return false;
}

static bool is_equal(struct span subject, struct span element) { return span_eq(subject, element); }

static bool begins_with(struct span subject, struct span element) {
    return subject.len >= element.len && span_eq(span_head(subject, element.len), element);
}

static int in_list(const struct kam_arg *args, bool (*fits)(struct span subject, struct span element)) {
    return any_element(args[1].s, args[2].s.p[0], args[0].s, fits) ? 1 : -1;
}

int textops_in_list(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)run, (void)count;
    return in_list(args, is_equal);
}

int textops_in_list_prefix(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)run, (void)count;
    return in_list(args, begins_with);
}

/* 1: equal, -1: the first one is greater, -2: it is less */
static int compare(struct span a, struct span b, char (*fold)(char)) {
    for (size_t i = 0; i < a.len && i < b.len; i++) {
        unsigned char x = (unsigned char)fold(a.p[i]), y = (unsigned char)fold(b.p[i]);
        if (x != y) return x > y ? -1 : -2;
    }
    return a.len == b.len ? 1 : a.len > b.len ? -1 : -2;
}

static char as_is(char c) { return c; }

static char lower(char c) { return (char)ascii_lower(c); }

int textops_cmp_str(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)run, (void)count;
    return compare(args[0].s, args[1].s, as_is);
}

int textops_cmp_istr(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)run, (void)count;
    return compare(args[0].s, args[1].s, lower);
}

/* The second text is an expression. -2: one of them is empty. */
int textops_search_str(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    struct script_pattern pattern;
    struct regex_match match;
    if (args[0].s.len == 0) return -2;
    if (args[1].s.len == 0) return 2;
    if (!script_pattern_begin(&pattern, run, &args[1], REGEX_ICASE | REGEX_LINES)) return -2;
    bool found = script_pattern_find(&pattern, args[0].s, false, &match);
    script_pattern_end(&pattern);
    return found ? 1 : -1;
}

enum { GROUPS_MAX = 32 };

/* What a group of an expression matches, into a variable: -1 if it matches nothing or is not among the count
 * that is looked at, -2 if the expression is not found. */
int textops_regex_substring(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct regex_match m[GROUPS_MAX];
    uint64_t steps = 0;
    int64_t group = args[2].n < 0 ? 0 : args[2].n;
    (void)count;
    if (args[1].s.len == 0 || group >= args[3].n || group >= GROUPS_MAX) return -1;
    struct regex *regex = script_regex(&run->state, args[1].s, REGEX_GROUPS);
    if (!regex) return -1;
    for (size_t i = 0; i < GROUPS_MAX; i++)
        m[i].from = m[i].to = -1;
    enum regex_answer answer = regex_find(regex, args[0].s, false, m, GROUPS_MAX, &steps);
    regex_free(regex);
    event_spend_match(run->state.queue, kam_script_at(&run->state), answer, steps);
    if (answer != REGEX_YES) return -2;
    if (m[group].from < 0 || m[group].to == m[group].from) return -1;
    struct span found = span_between(args[0].s.p + m[group].from, args[0].s.p + m[group].to);
    return kam_pv_assign(run, args[4].pv, (struct kam_value){.type = KAM_STR, .s = found}) ? 1 : -1;
}

int textops_starts_with(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)run, (void)count;
    if (args[0].s.len < args[1].s.len) return -1;
    return compare(span_head(args[0].s, args[1].s.len), args[1].s, as_is);
}

int textops_ends_with(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)run, (void)count;
    struct span a = args[0].s, b = args[1].s;
    if (a.len < b.len) return -1;
    return compare(span_skip(a, a.len - b.len), b, as_is);
}

/* Where the second text stands in the first, counted from 1; an empty one stands behind the end. */
static int place(const struct kam_arg *args, ptrdiff_t (*search)(struct span s, struct span text)) {
    if (args[1].s.len == 0) return (int)args[0].s.len + 1;
    ptrdiff_t at = search(args[0].s, args[1].s);
    return at < 0 ? -1 : (int)at + 1;
}

int textops_str_find(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)run, (void)count;
    return place(args, span_search);
}

int textops_str_ifind(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)run, (void)count;
    return place(args, span_search_nocase);
}
