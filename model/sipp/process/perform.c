/* SPDX-License-Identifier: MIT */
/* Performing actions (facts: SIPp 10.2). */
#include "base/number.h"
#include "model/sipp/process/address.h"
#include "model/sipp/process/auth.h"
#include "model/sipp/process/call.h"
#include "model/sipp/process/header.h"
#include "model/sipp/process/media.h"
#include "model/sipp/process/render.h"

#include <assert.h>

struct performance {
    struct call *call;
    const struct step *step;
    const struct action *action;
    struct payload *payload; /* received or sent; NULL: there is none */
    struct span msg;         /* the text of it; p NULL: there is none */
    bool skip_rest;          /* a check has failed: SIPp performs no further action of this step */
};

static struct value *target(struct performance *p, size_t i) {
    return call_value(p->call, p->action->target[i]);
}

static bool fatal(struct performance *p, const char *reason) {
    sipp_fatal(p->call->sipp, p->action->at, reason);
    return false;
}

static struct real operand(struct performance *p) {
    const struct action *a = p->action;
    return a->variable >= 0 ? value_number(call_value(p->call, a->variable)) : a->number;
}

/* A text of the action, rendered into the SIPp's second buffer, where it stays until the next one. */
static bool text(struct performance *p, const struct template *t, struct span *out) {
    struct buf *b = &p->call->sipp->text2;
    buf_reset(b);
    if (!render(b, p->call, t, RENDER_ACTION)) return false;
    event_spend(p->call->sipp->loop.queue, b->len / 32);
    *out = header_clip(buf_span(b));
    return true;
}

static bool perform_assign(struct performance *p) {
    value_set_number(target(p, 0), operand(p));
    return true;
}

static bool perform_arithmetic(struct performance *p) {
    static struct real (*const operations[])(struct real, struct real) = {[ACTION_ADD] = real_add,
                                                                          [ACTION_SUBTRACT] = real_subtract,
                                                                          [ACTION_MULTIPLY] = real_multiply,
                                                                          [ACTION_DIVIDE] = real_divide};
    struct real a = value_number(target(p, 0)), b = operand(p);
    if (p->action->kind == ACTION_DIVIDE && real_is_zero(b)) { /* SIPp warns and goes on */
        sipp_note(p->call->sipp, &(struct cause){.why = "division by zero: unchanged", .at = p->action->at});
        return true;
    }
    value_set_number(target(p, 0), operations[p->action->kind](a, b));
    return true;
}

static bool perform_assignstr(struct performance *p) {
    struct span value;
    if (!text(p, p->action->text, &value)) return false;
    value_set_string(target(p, 0), value);
    return true;
}

static bool perform_todouble(struct performance *p) {
    const struct value *from = call_value(p->call, p->action->variable);
    struct real number = from->type == VALUE_BOOL ? real_of(from->truth) : from->number;
    if (from->type == VALUE_STRING && !real_parse(value_string(from), &number))
        sipp_note(p->call->sipp,
                  &(struct cause){.why = "todouble: no number, unchanged", .at = p->action->at});
    else if (from->type != VALUE_UNSET)
        value_set_number(target(p, 0), number);
    return true;
}

static struct span trim_white(struct span s) {
    while (s.len > 0 && ascii_white((unsigned char)s.p[0]))
        s = span_skip(s, 1);
    while (s.len > 0 && ascii_white((unsigned char)s.p[s.len - 1]))
        s.len--;
    return s;
}

static bool perform_trim(struct performance *p) {
    struct buf *b = &p->call->sipp->text2;
    buf_reset(b);
    buf_add(b, trim_white(value_string(target(p, 0))));
    value_set_string(target(p, 0), buf_span(b));
    return true;
}

static bool compare(enum compare how, struct real a, struct real b) {
    switch (how) {
    case COMPARE_EQUAL: return real_equal(a, b);
    case COMPARE_NOT_EQUAL: return !real_equal(a, b);
    case COMPARE_GREATER: return real_less(b, a);
    case COMPARE_LESS: return real_less(a, b);
    case COMPARE_GREATER_EQUAL: return real_less(b, a) || real_equal(a, b);
    case COMPARE_LESS_EQUAL: return real_less(a, b) || real_equal(a, b);
    }
    assert(!"a comparison");
    return false;
}

/* A failed check assigns nothing. Only of a message that was received it makes the call fail: elsewhere SIPp
 * warns. */
static bool fail_check(struct performance *p, enum sipp_stat why, const char *reason) {
    if (p->step->kind == STEP_RECV)
        call_fail(p->call, why, p->action->at, "%s", reason);
    else
        call_warn(p->call, p->action->at, reason);
    p->skip_rest = true;
    return true;
}

static bool perform_test(struct performance *p) {
    const struct action *a = p->action;
    struct real left = value_number(call_value(p->call, a->variable));
    struct real right = a->variable2 >= 0 ? value_number(call_value(p->call, a->variable2)) : a->number;
    bool holds = compare(a->compare, left, right);
    if (a->check_it && !holds)
        return fail_check(p, SIPP_FAILED_TEST_DOESNT_MATCH, "the comparison does not hold");
    if (a->check_it_inverse && holds)
        return fail_check(p, SIPP_FAILED_TEST_SHOULDNT_MATCH, "the comparison holds, which it must not");
    if (a->target_count > 0) value_set_bool(target(p, 0), holds);
    return true;
}

/* What glibc's strcmp() gives: the difference of the first bytes that differ, where an end counts as 0. */
static int compare_texts(struct span a, struct span b) {
    size_t i = 0;
    while (i < a.len && i < b.len && a.p[i] == b.p[i])
        i++;
    return (i < a.len ? (unsigned char)a.p[i] : 0) - (i < b.len ? (unsigned char)b.p[i] : 0);
}

static bool perform_strcmp(struct performance *p) {
    const struct action *a = p->action;
    struct span left = value_string(call_value(p->call, a->variable));
    struct span right = a->variable2 >= 0 ? value_string(call_value(p->call, a->variable2)) : a->plain;
    int order = compare_texts(left, right);
    if (a->check_it && order != 0) return fail_check(p, SIPP_FAILED_STRCMP_DOESNT_MATCH, "the texts differ");
    if (a->check_it_inverse && order == 0)
        return fail_check(p, SIPP_FAILED_STRCMP_SHOULDNT_MATCH,
                          "the texts are the same, which they must not be");
    if (a->target_count > 0) value_set_number(target(p, 0), real_of(order));
    return true;
}

static bool perform_gettimeofday(struct performance *p) {
    int64_t now_us = sipp_now(p->call->sipp) / NS_PER_US;
    int64_t s = p->call->sipp->config.start_s + now_us / 1000000;
    value_set_number(target(p, 0), real_of(s));
    value_set_number(target(p, 1), real_of(now_us % 1000000));
    return true;
}

static bool perform_index(struct performance *p) {
    value_set_number(target(p, 0), real_of(p->call->index));
    return true;
}

static bool perform_sample(struct performance *p) {
    int64_t sample = distribution_sample(p->call->sipp, &p->action->distribution);
    value_set_number(target(p, 0), real_divide(real_of(sample), real_of(NUMBER_ONE)));
    return true;
}

/* The step after this one is the one jumped to: the pointer goes to the one before that. */
static bool perform_jump(struct performance *p) {
    int64_t to = real_whole(operand(p));
    if (to == p->call->index) return fatal(p, "SIPp ends: a jump to its own step");
    if (to < 0 || to > (int64_t)p->call->steps->count)
        return fatal(p, "SIPp ends: a jump out of the scenario");
    p->call->index = (int)to - 1;
    return true;
}

static bool perform_pauserestore(struct performance *p) {
    p->call->paused_ms = real_whole(operand(p));
    return true;
}

static bool perform_log(struct performance *p) {
    struct span ignored;
    return text(p, p->action->text, &ignored);
}

static bool perform_error(struct performance *p) {
    struct span message;
    struct buf reason = {0};
    if (!text(p, p->action->text, &message)) return false;
    buf_add_text(&reason, "SIPp ends: ");
    for (size_t i = 0; i < message.len && i < 200; i++)
        buf_add_char(&reason, message.p[i] == '\r' || message.p[i] == '\n' ? ' ' : message.p[i]);
    fatal(p, buf_text(&reason));
    buf_free(&reason);
    return false;
}

static bool perform_setdest(struct performance *p) {
    struct udp_address to;
    struct span host, port;
    struct real number;
    if (p->action->other_protocol) return fatal(p, "SIPp ends: setdest cannot change the protocol");
    if (!text(p, p->action->text, &host)) return false;
    if (!address_read(span_is(host, "localhost") ? SPAN("127.0.0.1") : host, &to.ip))
        return fatal(p, "setdest: the host must be an IPv4 address");
    if (!text(p, p->action->text2, &port)) return false;
    if (!real_parse(port, &number)) return fatal(p, "SIPp ends: setdest has no valid port");
    int64_t whole = real_whole(number); /* what is no int is 0 to the processor; 16 bits of it are left */
    to.port = whole == (int32_t)whole ? (uint16_t)(uint64_t)whole : 0;
    p->call->to = to;
    return true;
}

/* Of a nop or a pause there is none, and SIPp reads it all the same. */
static bool has_message(struct performance *p) {
    return p->msg.p || fatal(p, "SIPp crashes: the action wants a message, and there is none here");
}

static bool perform_verifyauth(struct performance *p) {
    if (!has_message(p)) return false;
    struct buf header = {0}, user = {0}, uri = {0};
    const char *own_uri = p->call->sipp->config.auth_uri;
    struct span method = header_method(p->msg), value, body = header_body(p->msg);
    ptrdiff_t line_end = span_find(p->msg, '\n');
    bool right = false, ok = false;
    if (!text(p, p->action->text, &value)) goto done;
    buf_add(&user, value);
    if (!text(p, p->action->text2, &value)) goto done;
    ok = true;
    if (line_end > 0 && method.p && (size_t)line_end > method.len) {
        header_write(&header, call_lines(p->call, p->payload), SPAN("Authorization:"), true);
        if (own_uri) buf_addf(&uri, "sip:%s", own_uri);
        right = auth_verify(buf_span(&header), own_uri ? buf_span(&uri) : (struct span){0}, buf_span(&user),
                            value, method, body.p ? body : SPAN(""));
    }
    value_set_bool(target(p, 0), right);
done:
    buf_free(&header);
    buf_free(&user);
    buf_free(&uri);
    return ok;
}

/* The file that an action names; NULL after an error. */
static struct inject *named_file(struct performance *p, const char *missing) {
    struct span name;
    if (!text(p, p->action->file, &name)) return NULL;
    struct inject *in = name.len > 0 ? sipp_inject(p->call->sipp, name) : NULL;
    if (!in) fatal(p, missing);
    return in;
}

static bool perform_lookup(struct performance *p) {
    struct span key;
    struct inject *in = named_file(p, "SIPp ends: <lookup> names no injection file");
    if (!in || !text(p, p->action->text, &key)) return false;
    if (in->index_field < 0) return fatal(p, "SIPp ends: the injection file has no index (inject_index)");
    value_set_number(target(p, 0), real_of(inject_lookup(in, key)));
    return true;
}

static bool is_fixed(struct performance *p, const struct inject *in) {
    return in->printf_lines > 0 && !fatal(p, "SIPp ends: a PRINTF file cannot be changed");
}

static bool perform_insert(struct performance *p) {
    struct span line;
    struct inject *in = named_file(p, "SIPp ends: <insert> names no injection file");
    if (!in || !text(p, p->action->text, &line) || is_fixed(p, in)) return false;
    inject_add(in, line);
    return true;
}

static bool perform_replace(struct performance *p) {
    struct span text_of;
    int64_t line;
    struct inject *in = named_file(p, "SIPp ends: <replace> names no injection file");
    if (!in || !text(p, p->action->text2, &text_of)) return false;
    if (!number_parse(text_of, &line)) return fatal(p, "SIPp ends: line= of <replace> is no number");
    line = number_whole(line);
    if (!text(p, p->action->text, &text_of) || is_fixed(p, in)) return false;
    if (line < 0 || line >= (int64_t)in->count)
        return fatal(p, "SIPp ends: <replace> names a line that is not there");
    inject_replace(in, (size_t)line, text_of);
    return true;
}

static bool perform_rtp_echo(struct performance *p) {
    p->call->sipp->media->echo_off = real_whole(operand(p)) == 0;
    return true;
}

/* The call has no socket any more: SIPp does not outlive what it sends next (facts: SIPp 10). */
static bool perform_closecon(struct performance *p) {
    p->call->closed = true;
    return true;
}

/* What SIPp finds where a message has no empty line: a part of one of its own texts. */
#define NO_BODY SPAN("tent-Type:")

static struct span ereg_text(struct performance *p, bool *there) {
    const struct action *a = p->action;
    struct span s = {0};
    switch (a->place) {
    case EREG_MSG: s = p->msg; break;
    case EREG_BODY:
        s = header_body(p->msg);
        if (!s.p) s = NO_BODY;
        break;
    case EREG_VAR: s = value_string(call_value(p->call, a->variable)); break;
    case EREG_HDR: s = header_after(p->msg, a->plain, a->case_indep, a->occurrence, a->start_line); break;
    }
    *there = s.p && (a->place != EREG_HDR || s.len > 0);
    return s.p ? s : SPAN("");
}

/*
 * What an ereg has found stands in memory that SIPp frees when it is assigned anew, and the group is copied
 * out of it after that: right only behind what free() writes, and where the copy does not come to the same
 * place (facts: SIPp 10.2).
 */
static bool is_lost(size_t freed, const struct regex_match *group) {
    enum { WRITTEN = 16, SMALLEST = 24, STEP = 16 };
    size_t len = (size_t)(group->to - group->from) + 1;
    size_t of_copy = len > SMALLEST ? (len - SMALLEST + STEP - 1) / STEP : 0;
    size_t of_freed = freed > SMALLEST ? (freed - SMALLEST + STEP - 1) / STEP : 0;
    return len > 1 && (group->from < WRITTEN || of_copy == of_freed);
}

static bool assign_groups(struct performance *p, const struct regex_match *match) {
    const struct action *a = p->action;
    const struct value *searched = a->place == EREG_VAR ? call_value(p->call, a->variable) : NULL;
    const char *c = buf_text(&p->call->sipp->text2);
    size_t freed = 0;
    for (size_t i = 0; i < a->target_count; i++) {
        if (match[i].from < 0) continue;
        if (freed > 0 && is_lost(freed, &match[i])) {
            sipp_missing(p->call->sipp, a->at,
                         "SIPp takes this group of the variable's text when it has already freed it: what it "
                         "finds is not simulated");
            return false;
        }
        struct value *to = target(p, i);
        if (to == searched && to->matched) freed = to->text.len + 1;
        value_set_string(to, span_between(c + match[i].from, c + match[i].to));
        to->matched = true;
    }
    return true;
}

/*
 * A regular expression that does not do what check_it wants marks the call as failed; it goes on all the
 * same.
 */
static bool perform_ereg(struct performance *p) {
    const struct action *a = p->action;
    struct regex_match match[ACTION_TARGETS];
    uint64_t steps = 0;
    bool there;
    if (a->place != EREG_VAR && !has_message(p)) return false;
    struct span s = ereg_text(p, &there);
    if (!a->regex) {
        sipp_missing(p->call->sipp, a->at,
                     "this regular expression is not simulated, and the run has reached it");
        return false;
    }
    if (a->too_many) return fatal(p, "SIPp ends: an ereg has more than ten variables");
    /* a target may be the variable that is searched */
    struct buf *copy = &p->call->sipp->text2;
    buf_reset(copy);
    buf_add(copy, s);
    enum regex_answer answer = regex_find(a->regex, buf_span(copy), false, match, ACTION_TARGETS, &steps);
    event_spend_match(p->call->sipp->loop.queue, a->at, answer, steps);
    bool matched = answer == REGEX_YES;
    if (a->check_it && (!there || !matched))
        return there ? fail_check(p, SIPP_FAILED_REGEXP_DOESNT_MATCH, "the regular expression does not match")
                     : fail_check(p, SIPP_FAILED_REGEXP_HDR_NOT_FOUND, "what ereg searches is not there");
    if (matched && !assign_groups(p, match)) return false;
    return !a->check_it_inverse || !matched ||
           fail_check(p, SIPP_FAILED_REGEXP_SHOULDNT_MATCH,
                      "the regular expression matches, which it must not");
}

static bool (*const performers[])(struct performance *p) = {
    [ACTION_ADD] = perform_arithmetic,
    [ACTION_ASSIGN] = perform_assign,
    [ACTION_ASSIGNSTR] = perform_assignstr,
    [ACTION_DIVIDE] = perform_arithmetic,
    [ACTION_EREG] = perform_ereg,
    [ACTION_ERROR] = perform_error,
    [ACTION_EXEC] = NULL,
    [ACTION_GETTIMEOFDAY] = perform_gettimeofday,
    [ACTION_INDEX] = perform_index,
    [ACTION_INSERT] = perform_insert,
    [ACTION_JUMP] = perform_jump,
    [ACTION_LOG] = perform_log,
    [ACTION_LOOKUP] = perform_lookup,
    [ACTION_MULTIPLY] = perform_arithmetic,
    [ACTION_CLOSECON] = perform_closecon,
    [ACTION_PAUSERESTORE] = perform_pauserestore,
    [ACTION_REPLACE] = perform_replace,
    [ACTION_RTP_ECHO] = perform_rtp_echo,
    [ACTION_SAMPLE] = perform_sample,
    [ACTION_SETDEST] = perform_setdest,
    [ACTION_STRCMP] = perform_strcmp,
    [ACTION_SUBTRACT] = perform_arithmetic,
    [ACTION_TEST] = perform_test,
    [ACTION_TODOUBLE] = perform_todouble,
    [ACTION_TRIM] = perform_trim,
    [ACTION_VERIFYAUTH] = perform_verifyauth,
};

/* A command for media. False after a fatal error. */
static bool perform_media(struct performance *p) {
    const struct media *m = p->action->media;
    struct span digits = {0};
    if (m->digits && !text(p, m->digits, &digits)) return false;
    media_perform(p->call, m, digits, p->action->at);
    return true;
}

static enum perform_result perform_exec(struct performance *p) {
    struct call *call = p->call;
    const struct action *a = p->action;
    switch (a->command) {
    case EXEC_STOP_CALL: return PERFORM_STOP_CALL;
    case EXEC_STOP_GRACEFULLY: call->sipp->quitting = true; return PERFORM_OK;
    case EXEC_STOP_NOW: sipp_exit(call->sipp, 97); return PERFORM_ENDED;
    case EXEC_SHELL:
        sipp_note(call->sipp, &(struct cause){.why = "exec command= is not run", .at = a->at});
        return PERFORM_OK;
    case EXEC_MEDIA: return perform_media(p) ? PERFORM_OK : PERFORM_ENDED;
    case EXEC_NOTHING: return PERFORM_OK;
    }
    assert(!"a command");
    return PERFORM_OK;
}

enum perform_result perform_list(struct call *call, const struct step *step, struct payload *payload) {
    struct performance p = {.call = call, .step = step, .payload = payload};
    if (payload) p.msg = header_clip(payload_span(payload));
    for (size_t i = 0; i < step->actions.count && !p.skip_rest; i++) {
        p.action = &step->actions.actions[i];
        event_spend(call->sipp->loop.queue, 1);
        if (p.action->kind == ACTION_EXEC) {
            enum perform_result result = perform_exec(&p);
            if (result != PERFORM_OK) return result;
        } else if (!performers[p.action->kind](&p)) {
            return PERFORM_ENDED;
        }
    }
    return PERFORM_OK;
}
