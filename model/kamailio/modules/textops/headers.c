/* SPDX-License-Identifier: MIT */
/* textops: header fields of the message that is relayed, and of replies made here (facts: Kamailio 11.7, 12,
 * 31.2). */
#include "base/calendar.h"
#include "model/kamailio/message/header.h"
#include "model/kamailio/message/lump.h"
#include "model/kamailio/modules/textops/textops.h"
#include "model/kamailio/script/pattern.h"

static const struct sip_header *end_of(const struct kam_run *run) {
    return run->msg.headers + run->msg.header_count;
}

static const struct sip_header *find_last(const struct kam_run *run, struct span name) {
    for (const struct sip_header *h = end_of(run); h-- > run->msg.headers;)
        if (kam_header_is(h, name)) return h;
    return NULL;
}

static void remove_header(struct kam_run *run, const struct sip_header *h) {
    kam_lump_remove(run->target, textops_offset(run, h->line.p), h->line.len);
}

/* After the last header that has the name in the second argument, else after the last one of all. */
int textops_append_hf(struct kam_run *run, const struct kam_arg *args, size_t count) {
    run->all_read = true;
    if (run->damaged || args[0].s.len == 0) return -1;
    const struct sip_header *h = count > 1 ? find_last(run, args[1].s) : NULL;
    size_t at = h ? textops_offset(run, h->line.p + h->line.len) : run->msg.header_end;
    kam_lump_insert(run->target, at, args[0].s);
    return 1;
}

/* Before the header that the second argument names, else before the first one. */
int textops_insert_hf(struct kam_run *run, const struct kam_arg *args, size_t count) {
    run->all_read = true;
    if (run->damaged || args[0].s.len == 0) return -1;
    const struct sip_header *named = count > 1 ? kam_header_find(&run->msg, args[1].s) : NULL;
    const struct sip_header *h = named ? named : run->msg.headers;
    kam_lump_insert(run->target, textops_offset(run, h->line.p), args[0].s);
    return 1;
}

/* The Request-URI as it came in, with a text before and one behind it. */
int textops_append_urihf(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    run->all_read = true;
    struct buf b = {0};
    if (run->damaged || !run->msg.is_request) return -1;
    buf_add(&b, args[0].s);
    buf_add(&b, run->msg.uri);
    buf_add(&b, args[1].s);
    kam_lump_insert(run->target, run->msg.header_end, buf_span(&b));
    buf_free(&b);
    return 1;
}

int textops_remove_hf(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    run->all_read = true;
    bool any = false;
    if (run->damaged) return -1;
    for (const struct sip_header *h = run->msg.headers; h < end_of(run); h++) {
        if (!kam_header_is(h, args[0].s)) continue;
        remove_header(run, h);
        any = true;
    }
    return any ? 1 : -1;
}

/* That there was none is no failure. */
int textops_remove_hf_pv(struct kam_run *run, const struct kam_arg *args, size_t count) {
    textops_remove_hf(run, args, count);
    return run->damaged || args[0].s.len == 0 ? -1 : 1;
}

/* The one of that number, from 0; below that they count from the end. 2: there are not so many. */
int textops_remove_hf_idx(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    run->all_read = true;
    int64_t index = args[1].n;
    if (run->damaged) return -1;
    if (index < 0)
        for (const struct sip_header *h = run->msg.headers; h < end_of(run); h++)
            if (kam_header_is(h, args[0].s)) index++;
    for (const struct sip_header *h = run->msg.headers; h < end_of(run) && index >= 0; h++) {
        if (!kam_header_is(h, args[0].s) || index-- > 0) continue;
        remove_header(run, h);
        return 1;
    }
    return args[1].n < 0 ? 1 : 2;
}

/* Removes the headers whose names match the first pattern and not the second one, if there is one. */
static int remove_matching(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct script_pattern wanted, not_wanted;
    struct regex_match match;
    bool any = false;
    run->all_read = true;
    if (run->damaged || !script_pattern_begin(&wanted, run, &args[0], REGEX_ICASE)) return -1;
    bool readable = count < 2 || script_pattern_begin(&not_wanted, run, &args[1], REGEX_ICASE);
    for (const struct sip_header *h = run->msg.headers; h < end_of(run) && readable; h++) {
        if (!script_pattern_find(&wanted, h->name, false, &match)) continue;
        if (count > 1 && script_pattern_find(&not_wanted, h->name, false, &match)) continue;
        remove_header(run, h);
        any = true;
    }
    script_pattern_end(&wanted);
    if (count > 1 && readable) script_pattern_end(&not_wanted);
    return any ? 1 : -1;
}

int textops_remove_hf_re(struct kam_run *run, const struct kam_arg *args, size_t count) {
    return remove_matching(run, args, count);
}

int textops_remove_hf_exp(struct kam_run *run, const struct kam_arg *args, size_t count) {
    return remove_matching(run, args, count);
}

static bool value_fits(struct script_pattern *pattern, struct span how, struct span value, struct span text) {
    struct regex_match match;
    if (span_is(how, "eq")) return span_eq(value, text);
    if (span_is(how, "ne")) return !span_eq(value, text);
    if (span_is(how, "in")) return span_search(value, text) >= 0;
    return script_pattern_find(pattern, value, false, &match);
}

/* Those of a name whose value is (eq), is not (ne), has in it (in) a text, or matches it (re). -2: none. */
int textops_remove_hf_match(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    run->all_read = true;
    struct script_pattern pattern = {0};
    struct span how = args[1].s;
    bool any = false, re = span_is(how, "re");
    if (!re && !span_is(how, "eq") && !span_is(how, "ne") && !span_is(how, "in")) return -1;
    if (run->damaged || (re && !script_pattern_begin(&pattern, run, &args[2], REGEX_ICASE))) return -1;
    for (const struct sip_header *h = run->msg.headers; h < end_of(run); h++) {
        if (!kam_header_is(h, args[0].s) || !value_fits(&pattern, how, kam_header_body(h), args[2].s))
            continue;
        remove_header(run, h);
        any = true;
    }
    script_pattern_end(&pattern);
    return any ? 1 : -2;
}

int textops_is_present_hf(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    run->all_read = true;
    return !run->damaged && kam_header_find(&run->msg, args[0].s) ? 1 : -1;
}

int textops_is_present_hf_re(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    run->all_read = true;
    struct script_pattern pattern;
    struct regex_match match;
    bool found = false;
    if (!script_pattern_begin(&pattern, run, &args[0], REGEX_ICASE)) return -1;
    for (const struct sip_header *h = run->msg.headers; h < end_of(run) && !found; h++)
        found = script_pattern_find(&pattern, h->name, false, &match);
    script_pattern_end(&pattern);
    return found ? 1 : -1;
}

int textops_append_to_reply(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    if (args[0].s.len == 0) return -1;
    buf_add(&run->reply_lines, args[0].s);
    return 1;
}

static void add_date(struct buf *out, const struct kam_run *run) {
    struct calendar now;
    calendar_split(&now, kam_now_s(run->k));
    calendar_write(out, &now, SPAN("Date: %a, %d %b %Y %H:%M:%S GMT\r\n"));
}

int textops_append_time(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    add_date(&run->reply_lines, run);
    return 1;
}

/* Behind the message's first header, whatever it is. */
int textops_append_time_to_request(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    run->all_read = true;
    struct buf b = {0};
    const struct sip_header *h = run->msg.headers;
    if (!run->msg.header_count) return -1;
    add_date(&b, run);
    kam_lump_insert(run->target, textops_offset(run, h->line.p) + h->line.len, buf_span(&b));
    buf_free(&b);
    return 1;
}

/* "INVITE|BYE", any case; of a reply the CSeq's method counts. */
int textops_is_method(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    struct span left = args[0].s, method = kam_run_method(run);
    while (left.len) {
        size_t len = 0;
        while (len < left.len && left.p[len] != '|' && left.p[len] != ',')
            len++;
        if (span_eq_nocase(span_trim(span_head(left, len)), method)) return 1;
        left = span_skip(left, len < left.len ? len + 1 : len);
    }
    return -1;
}

/* The words of the first Privacy header, if they all are such, and `none` stands alone. */
static bool has_privacy(struct span value, struct span wanted) {
    static const char *const words[] = {"none", "header", "session", "user", "id", "critical", "history"};
    enum { COUNT = sizeof words / sizeof *words };
    size_t count = 0;
    bool found = false, none = false;
    while (value.p) {
        struct span word = span_trim(span_cut(&value, ';'));
        size_t i = 0;
        while (i < COUNT && !span_is_nocase(word, words[i]))
            i++;
        if (i == COUNT) return false;
        found = found || span_eq_nocase(word, wanted);
        none = none || i == 0;
        count++;
    }
    return found && !(none && count > 1);
}

int textops_is_privacy(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    run->all_read = true;
    const struct sip_header *h = kam_header_find(&run->msg, SPAN("Privacy"));
    return h && has_privacy(h->value, args[0].s) ? 1 : -1;
}
