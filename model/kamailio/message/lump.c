/* SPDX-License-Identifier: MIT */
#include "model/kamailio/message/lump.h"

#include "model/kamailio/instance.h"
#include "model/kamailio/message/multipart.h"

size_t kam_body_at(const struct kam_run *run) {
    return run->msg.body.p ? (size_t)(run->msg.body.p - run->msg.bytes.p) : run->msg.bytes.len;
}

void kam_lump_change(struct kam_run *run, size_t at, size_t len, struct span text) {
    event_spend(run->k->queue, run->target->count / 16);
    if (run->all_read || at + len <= kam_body_at(run))
        edit_replace(run->target, at, len, text);
    else
        edit_replace_silently(run->target, at, len, text);
}

void kam_lump_body_goes(struct kam_run *run) {
    for (const struct edit *e = run->target->edits, *end = e + run->target->count; e < end; e++)
        if (e->silent && e->at + e->removed > kam_body_at(run))
            kam_run_stop(
                run,
                "the body goes that was changed as a part of the headers: Kamailio writes past its buffer");
}

bool kam_told_body(const struct kam_run *run, size_t *len) {
    const struct sip_header *h = sip_msg_first(&run->msg, SIP_CONTENT_LENGTH);
    uint64_t told = 0;
    if (h) span_to_u64(h->value, UINT32_MAX, &told);
    *len = (size_t)told;
    return told <= run->msg.bytes.len - kam_body_at(run);
}

/* Of the bytes that are there, whatever it said before. */
static void set_content_length(struct kam_run *run, struct edit_list *list, int64_t body_len) {
    struct buf b = {0};
    const struct sip_header *h = sip_msg_first(&run->msg, SIP_CONTENT_LENGTH);
    if (!h) return; /* over UDP it need not be there */
    buf_add_u64(&b, (uint64_t)body_len);
    kam_lump_replace(list, (size_t)(h->value.p - run->msg.bytes.p), h->value.len, buf_span(&b));
    buf_free(&b);
}

/* Where the first delimiter closes the body, Kamailio writes a part twice, past its buffer. */
static void stop_at_closed(struct kam_run *run, struct span body, const struct multipart_mark *mark) {
    struct span line, next;
    multipart_take_part(&body, mark, &line);
    multipart_take_part(&body, mark, &next);
    if (next.p && span_is(span_skip(line, strlen(mark->dashes) + mark->boundary.len), "--\r\n"))
        kam_run_stop(run,
                     "the first delimiter of a body of parts is its last: Kamailio writes past its buffer");
}

static struct span body_behind_headers(struct span message) {
    ptrdiff_t crlf = span_search(message, SPAN("\n\r\n")), lf = span_search(message, SPAN("\n\n"));
    bool short_end = crlf < 0 || (lf >= 0 && lf < crlf);
    ptrdiff_t at = short_end ? lf : crlf;
    return span_skip(message, at < 0 ? message.len : (size_t)at + (short_end ? 2 : 3));
}

/* What stands in front of the first delimiter and behind the last one goes. (facts: Kamailio 31.3) */
static void put_parts_in_order(struct kam_run *run, struct edit_list *list, size_t at) {
    const struct sip_header *type = sip_msg_first(&run->msg, SIP_CONTENT_TYPE);
    struct multipart_mark mark;
    struct buf b = {0};
    if (!type || !multipart_mark(&mark, type->value)) return;
    if (!*mark.dashes)
        kam_run_stop(run, "not simulated: parts of a body whose type has no boundary, but others");
    struct payload *p = edit_apply(list, run->msg.bytes, run->k->pool);
    struct span body = p ? body_behind_headers(payload_span(p)) : SPAN("");
    stop_at_closed(run, body, &mark);
    if (multipart_write(&b, body, &mark)) {
        while (list->count && list->edits[list->count - 1].at >= at)
            list->count--;
        kam_lump_replace(list, at, run->msg.bytes.len - at, buf_span(&b));
    }
    buf_free(&b);
    payload_drop(p);
}

struct payload *kam_lump_apply(struct kam_run *run, struct edit_list *list) {
    size_t at = kam_body_at(run);
    if (list->of_parts) put_parts_in_order(run, list, at);
    int64_t growth = run->unfinished ? 0 : edit_growth(list, at);
    if (growth) set_content_length(run, list, (int64_t)(run->msg.bytes.len - at) + growth);
    return edit_apply(list, run->msg.bytes, run->k->pool);
}
