/* SPDX-License-Identifier: MIT */
/* textopsx: edits made at once, the status of a reply, what is left of the headers (facts: Kamailio 34). */
#include "model/kamailio/modules/textopsx/textopsx.h"
#include "model/kamailio/forward.h"
#include "model/kamailio/message/lump.h"
#include "model/kamailio/script/pattern.h"

static size_t offset_of(const struct kam_run *run, const char *p) { return (size_t)(p - run->msg.bytes.p); }

/*
 * The message as it would be sent now, without Vias of ours, is the message from now on; its Request-URI is
 * the original one. What replies would have got is forgotten. After record_route() that cannot be.
 */
static int msg_apply_changes(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    if (run->record_routed) return -1;
    if (run->state.kind & (KAM_FAILURE_ROUTE | KAM_BRANCH_ROUTE)) return -1;
    kam_put_socket(run, &run->edits, NULL);
    struct payload *p = run->msg.is_request ? kam_render_request(run, &run->edits, kam_run_uri(run))
                                            : kam_lump_apply(run, &run->edits);
    if (!p) return -1;
    if (!kam_run_change_message(run, p))
        return kam_run_stop(
            run, "not simulated: msg_apply_changes() of a message that lacks one of Via, From, To, "
                 "Call-ID, CSeq then");
    edit_list_reset(&run->edits);
    run->new_uri = run->contact_was = run->contact_now = (struct span){0};
    buf_reset(&run->reply_lines);
    buf_reset(&run->reply_body);
    return 1;
}

/* Another status for the reply; a provisional one and a 2xx stay what they are. */
bool textopsx_change_status(struct kam_run *run, int64_t status) {
    enum { LOWEST = 100, HIGHEST = 699, FAILURE = 300, DIGITS_AT = 8, DIGITS = 3 };
    int64_t old = run->msg.status;
    if (run->msg.is_request || status < LOWEST || status > HIGHEST) return false;
    if ((status < FAILURE || old < FAILURE) && status / 100 != old / 100) return false;
    struct payload *p = payload_of(run->k->pool, run->msg.bytes);
    char *digits = p->bytes + offset_of(run, run->msg.first_line.p) + DIGITS_AT;
    for (size_t i = DIGITS; i-- > 0; status /= 10)
        digits[i] = (char)('0' + status % 10);
    return kam_run_change_message(run, p);
}

static int change_reply_status(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    if (args[1].s.len == 0 || !textopsx_change_status(run, args[0].n)) return -1;
    kam_lump_replace(run->target, offset_of(run, run->msg.reason.p), run->msg.reason.len, args[1].s);
    return 1;
}

static int change_reply_status_code(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return textopsx_change_status(run, args[0].n) ? 1 : -1;
}

static int remove_body(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    size_t at = kam_body_at(run);
    run->all_read = true;
    if (run->unfinished) return -1;
    if (run->damaged) return 1; /* it finds no body */
    kam_lump_body_goes(run);
    if (at < run->msg.bytes.len) kam_lump_remove(run->target, at, run->msg.bytes.len - at);
    return 1;
}

/* Removes the headers whose names do not match, and that a message can do without; it always fails. */
static int keep_hf(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    struct script_pattern wanted;
    struct regex_match match;
    run->all_read = true;
    if (run->damaged || !script_pattern_begin(&wanted, run, &args[0], REGEX_ICASE)) return -1;
    for (const struct sip_header *h = run->msg.headers; h < run->msg.headers + run->msg.header_count; h++) {
        bool needed = h->id != SIP_OTHER && h->id != SIP_REASON;
        if (needed || script_pattern_find(&wanted, h->name, false, &match)) continue;
        kam_lump_remove(run->target, offset_of(run, h->line.p), h->line.len);
    }
    script_pattern_end(&wanted);
    return -1;
}

static const char *check_keep(const struct kam_program *program, size_t index, struct span text) {
    (void)program, (void)index;
    return text.p ? NULL : "needs an argument";
}

/* Does one character of a pattern, with its set if it is one, take c? *len: its length. */
static bool takes(struct span pattern, char c, size_t *len) {
    bool without, found = false;
    *len = 1;
    if (pattern.p[0] == '?') return true;
    if (pattern.p[0] == '\\' && pattern.len > 1) {
        *len = 2;
        return pattern.p[1] == c;
    }
    ptrdiff_t close = pattern.len > 2 ? span_find(span_skip(pattern, 2), ']') : -1;
    if (pattern.p[0] != '[' || close < 0) return pattern.p[0] == c;
    *len = (size_t)close + 3;
    struct span set = {pattern.p + 1, *len - 2};
    without = set.p[0] == '!' || set.p[0] == '^';
    if (without) set = span_skip(set, 1);
    for (size_t i = 0; i < set.len; i++) {
        bool range = i + 2 < set.len && set.p[i + 1] == '-';
        found = found || (range ? c >= set.p[i] && c <= set.p[i + 2] : c == set.p[i]);
        if (range) i += 2;
    }
    return found != without;
}

/* A pattern of shells: * ? [a-z]; back to the last star when it does not fit. */
static bool glob(struct span text, struct span pattern) {
    size_t t = 0, p = 0, star = SIZE_MAX, after = 0, len = 0;
    while (t < text.len) {
        if (p < pattern.len && pattern.p[p] == '*') {
            star = p++;
            after = t;
        } else if (p < pattern.len && takes(span_skip(pattern, p), text.p[t], &len)) {
            p += len;
            t++;
        } else if (star != SIZE_MAX) {
            p = star + 1;
            t = ++after;
        } else {
            return false;
        }
    }
    while (p < pattern.len && pattern.p[p] == '*')
        p++;
    return p == pattern.len;
}

/* Whatever the flags say: in Kamailio 5.6.3 they do nothing. */
static int fnmatch(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    event_spend(run->k->queue, args[0].s.len * args[1].s.len / 64);
    return glob(args[0].s, args[1].s) ? 1 : -1;
}

#define REPLIES (KAM_TM_ONREPLY_ROUTE | KAM_CORE_ONREPLY_ROUTE)

/* A row of a function of iterators. */
#define ITERATOR(name, n, body, ...)                                                                         \
    { name, n, n, KAM_ANY_ROUTE, body, {__VA_ARGS__}, .expressions = true }

/* A row of a function of values. */
#define VALUE(name, n, body, form)                                                                           \
    { name, n, n, KAM_ANY_ROUTE, body, {ARG_TEXT, n > 1 ? ARG_FORMAT : ARG_NONE}, .check = form }

static const struct kam_function functions[] = {
    {"msg_apply_changes", 0, 0, KAM_REQUEST_ROUTE | REPLIES, msg_apply_changes},
    {"change_reply_status",
     2,
     2,
     REPLIES,
     change_reply_status,
     {ARG_NUMBER, ARG_FORMAT},
     .expressions = true},
    {"change_reply_status_code", 1, 1, REPLIES, change_reply_status_code, {ARG_NUMBER}, .expressions = true},
    {"remove_body", 0, 0, KAM_ANY_ROUTE, remove_body},
    {"keep_hf", 0, 1, KAM_ANY_ROUTE, keep_hf, {ARG_PATTERN}, .check = check_keep, .expressions = true},
    {"fnmatch", 2, 3, KAM_ANY_ROUTE, fnmatch, {ARG_FORMAT, ARG_FORMAT, ARG_FORMAT}},
    VALUE("hf_value_exists", 2, textopsx_value_exists, textopsx_check_name),
    VALUE("include_hf_value", 2, textopsx_include_value, textopsx_check_name),
    VALUE("exclude_hf_value", 2, textopsx_exclude_value, textopsx_check_name),
    VALUE("append_hf_value", 2, textopsx_append_value, textopsx_check_value),
    VALUE("insert_hf_value", 2, textopsx_insert_value, textopsx_check_value),
    VALUE("remove_hf_value", 1, textopsx_remove_value, textopsx_check_part),
    VALUE("assign_hf_value", 2, textopsx_assign_value, textopsx_check_assigned),
    VALUE("remove_hf_value2", 1, textopsx_remove_value2, textopsx_check_part),
    VALUE("assign_hf_value2", 2, textopsx_assign_value2, textopsx_check_assigned),
    ITERATOR("hf_iterator_start", 1, textopsx_hf_start, ARG_FORMAT),
    ITERATOR("hf_iterator_next", 1, textopsx_hf_next, ARG_FORMAT),
    ITERATOR("hf_iterator_rm", 1, textopsx_hf_remove, ARG_FORMAT),
    ITERATOR("hf_iterator_append", 2, textopsx_hf_append, ARG_FORMAT, ARG_FORMAT),
    ITERATOR("hf_iterator_insert", 2, textopsx_hf_insert, ARG_FORMAT, ARG_FORMAT),
    ITERATOR("bl_iterator_start", 1, textopsx_bl_start, ARG_FORMAT),
    ITERATOR("bl_iterator_next", 1, textopsx_bl_next, ARG_FORMAT),
    ITERATOR("bl_iterator_rm", 1, textopsx_bl_remove, ARG_FORMAT),
    ITERATOR("bl_iterator_append", 2, textopsx_bl_append, ARG_FORMAT, ARG_FORMAT),
    ITERATOR("bl_iterator_insert", 2, textopsx_bl_insert, ARG_FORMAT, ARG_FORMAT),
    ITERATOR("hf_iterator_prev", 1, textopsx_iterator_prev, ARG_FORMAT),
    ITERATOR("hf_iterator_end", 1, textopsx_iterator_end, ARG_FORMAT),
    ITERATOR("bl_iterator_end", 1, textopsx_lines_end, ARG_FORMAT),
    {0},
};

const struct kam_module kam_textopsx_module = {
    .name = "textopsx", .functions = functions, .pvs = textopsx_pvs, .data_size = sizeof(struct textopsx)};
