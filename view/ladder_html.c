/* SPDX-License-Identifier: MIT */
/*
 * The ladder as one HTML page that needs nothing else and can load nothing else. Everything is written here;
 * ladder.js only shows and hides. Without scripts the messages stand below the ladder.
 */
#include "view/diff.h"
#include "view/escape.h"
#include "view/label.h"
#include "view/ladder.h"
#include "view/ladder_page.h"

/* To scale, a second is this many pixels. */
#define SECOND_PX 100

static void add_escaped(struct buf *out, const char *text) { escape_html(out, span_of(text)); }

static const char *host(const struct ladder *l, size_t i) { return l->record->hosts[i]; }

static void add_head(struct buf *out, const struct ladder *l) {
    buf_addf(out,
             "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
             "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
             "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
             "'unsafe-inline'; "
             "script-src '%s'\">\n<title>",
             ladder_js_sha256);
    add_escaped(out, l->title);
    buf_addf(out,
             "</title>\n<style>\n%s</style>\n<noscript><style>section[hidden] { display: block; } .hint { "
             "display: none; } "
             "main { display: block; } .messages:not(.open) { display: block; position: static; "
             "}</style></noscript>\n"
             "</head>\n",
             ladder_css);
}

static void add_heading(struct buf *out, const struct ladder *l) {
    buf_add_text(out, "<body>\n<header>\n<h1>");
    add_escaped(out, l->title);
    buf_add_text(
        out,
        "</h1>\n<fieldset><legend>Time:</legend>"
        "<label><input type=\"radio\" name=\"time\" value=\"compressed\" checked>compressed</label>"
        "<label><input type=\"radio\" name=\"time\" value=\"scale\">linear</label></fieldset>\n</header>\n");
}

/* Its lines are one paragraph. */
static void add_description(struct buf *out, const char *description) {
    struct buf text = {0};
    buf_add(&text, span_trim(span_of(description)));
    for (size_t i = 0; i < text.len; i++)
        if (ascii_space(text.p[i])) text.p[i] = ' ';
    buf_add_text(out, "<p class=\"about\">");
    escape_html(out, buf_span(&text));
    buf_add_text(out, "</p>\n");
    buf_free(&text);
}

static void add_hosts(struct buf *out, const struct ladder *l) {
    size_t hosts = l->record->host_count;
    buf_addf(out, "<div class=\"inner\" style=\"--hosts:%zu;--halves:%zu\">\n<div class=\"hosts\">", hosts,
             2 * hosts);
    for (size_t h = 0; h < hosts; h++) {
        buf_addf(out, "<b style=\"grid-column:%zu/span 2\">", 2 * h + 2);
        add_escaped(out, host(l, h));
        buf_add_text(out, "</b>");
    }
    buf_add_text(out, "</div>\n<div class=\"body\">\n<div class=\"lanes\" aria-hidden=\"true\">");
    for (size_t h = 0; h < hosts; h++)
        buf_addf(out, "<i style=\"grid-column:%zu/span 2\"></i>", 2 * h + 2);
    buf_add_text(out, "</div>\n");
}

static void add_time(struct buf *out, const struct record_item *item) {
    buf_add_text(out, "<span class=\"at\" aria-hidden=\"true\"><b>");
    if (item->number && !item->is_note) buf_add_u64(out, item->number);
    buf_add_text(out, "</b><span>");
    label_seconds(out, item->time_ns, 6);
    buf_add_text(out, "</span></span>");
}

/* "#4 INVITE, retransmission 1, lost" */
static void add_name(struct buf *out, const struct record_item *item, enum label_kind kind) {
    struct buf label = {0};
    if (item->number) buf_addf(out, "#%llu ", (unsigned long long)item->number);
    label_message(&label, payload_span(item->datagram->payload), kind, 200);
    escape_html(out, buf_span(&label));
    if (item->cause.retransmission) buf_addf(out, ", retransmission %u", item->cause.retransmission);
    if (item->fate != FLOW_ARRIVED) buf_addf(out, ", %s", ladder_fate(item->fate));
    buf_free(&label);
}

static const char *classes_of(const struct record_item *item) {
    static const char *const lost[] = {
        [FLOW_LOST] = "lost", [FLOW_NO_HOST] = "lost no-host", [FLOW_CLOSED_PORT] = "lost closed"};
    if (item->fate != FLOW_ARRIVED) return lost[item->fate];
    if (item->cause.retransmission) return "again";
    return span_starts(payload_span(item->datagram->payload), "SIP/2.0 ") ? "response" : "request";
}

/* What stands on the arrow; a narrow page leaves out the method of a response. */
static void add_label(struct buf *out, const struct record_item *item) {
    struct buf label = {0};
    label_message(&label, payload_span(item->datagram->payload), LABEL_SHORT, 80);
    struct span text = buf_span(&label), method = {0};
    if (span_starts(payload_span(item->datagram->payload), "SIP/2.0 "))
        for (size_t i = 0; i < text.len; i++)
            if (text.p[i] == '(') method = span_skip(text, i);
    if (item->cause.retransmission) buf_add_text(out, "&gt;&gt;&gt; ");
    escape_html(out, span_head(text, text.len - method.len));
    if (method.len) {
        buf_add_text(out, "<span class=\"method\">");
        escape_html(out, method);
        buf_add_text(out, "</span>");
    }
    if (item->fate == FLOW_NO_HOST || item->fate == FLOW_CLOSED_PORT)
        buf_addf(out, ": %s", ladder_fate(item->fate));
    buf_free(&label);
}

static void add_arrow(struct buf *out, const struct ladder *l, size_t i, int64_t wait_px, bool reachable) {
    const struct ladder_step *step = &l->steps[i];
    const struct record_item *item = step->item;
    bool right = item->to > item->from;
    size_t a = right ? item->from : item->to, b = right ? item->to : item->from;
    buf_addf(out, "<li class=\"step arrow %s %s\"", right ? "right" : "left", classes_of(item));
    if (wait_px) buf_addf(out, " style=\"--wait:%lld\"", (long long)wait_px);
    buf_add_char(out, '>');
    add_time(out, item);
    buf_addf(out, "<button type=\"button\" id=\"a%zu\" style=\"grid-column:%zu/%zu\" tabindex=\"%d\"", i,
             2 * a + 3, 2 * b + 3, reachable ? 0 : -1);
    if (step->transaction) buf_addf(out, " data-transaction=\"%u\"", step->transaction);
    buf_addf(out, " aria-controls=\"m%zu\" aria-expanded=\"false\" aria-label=\"", i);
    add_name(out, item, LABEL_SHORT);
    buf_addf(out, ", %s to %s, at ", host(l, item->from), host(l, item->to));
    label_seconds(out, item->time_ns, 6);
    buf_add_text(out, " s\"><span class=\"label\">");
    add_label(out, item);
    buf_add_text(out, "</span><span class=\"line\"></span></button></li>\n");
}

static void add_cause(struct buf *out, const struct cause *cause) {
    struct buf text = {0};
    cause_write(&text, cause);
    escape_html(out, buf_span(&text));
    if (cause->reference) {
        buf_add_text(out, " <span class=\"dim\">[");
        add_escaped(out, cause->reference);
        buf_add_text(out, "]</span>");
    }
    if (cause->at.source) {
        buf_reset(&text);
        label_position(&text, cause->at);
        buf_add_text(out, " <code>");
        escape_html(out, buf_span(&text));
        buf_add_text(out, "</code>");
    }
    buf_free(&text);
}

static void add_note(struct buf *out, const struct ladder *l, const struct record_item *item,
                     int64_t wait_px) {
    buf_add_text(out, "<li class=\"step note\"");
    if (wait_px) buf_addf(out, " style=\"--wait:%lld\"", (long long)wait_px);
    buf_add_char(out, '>');
    add_time(out, item);
    buf_add_text(out, "<p><b>");
    add_escaped(out, host(l, item->from));
    buf_add_text(out, "</b>");
    if (item->number) buf_addf(out, ", on #%llu", (unsigned long long)item->number);
    buf_add_text(out, ": ");
    add_cause(out, &item->cause);
    buf_add_text(out, "</p></li>\n");
}

static void add_steps(struct buf *out, const struct ladder *l) {
    bool reachable = true;
    buf_add_text(out, "<ol class=\"steps\" aria-label=\"Messages in the order of time\">\n");
    for (size_t i = 0; i < l->count; i++) {
        const struct ladder_step *step = &l->steps[i];
        int64_t wait_px = step->gap_ns / (1000000000 / SECOND_PX);
        if (step->gap_ns >= LABEL_SILENCE_NS) {
            buf_addf(out, "<li class=\"silence\" style=\"--wait:%lld\"><span>", (long long)wait_px);
            label_seconds(out, step->gap_ns, 3);
            buf_add_text(out, " s of silence</span></li>\n");
            wait_px = 0;
        }
        if (step->item->is_note) {
            add_note(out, l, step->item, wait_px);
        } else {
            add_arrow(out, l, i, wait_px, reachable);
            reachable = false;
        }
    }
    buf_add_text(out, "</ol>\n</div>\n</div>\n");
}

/* A part of a line, without its line end. */
static void add_part(struct buf *out, struct span line, size_t from, size_t to) {
    size_t len = line.len;
    if (len && line.p[len - 1] == '\n') len--;
    if (len && len < line.len && line.p[len - 1] == '\r') len--;
    if (to > len) to = len;
    if (from < to) escape_html(out, (struct span){line.p + from, to - from});
}

static void add_line(struct buf *out, const struct diff_line *line) {
    static const char *const tags[] = {[DIFF_SAME] = "span", [DIFF_REMOVED] = "del", [DIFF_ADDED] = "ins"};
    struct span text = line->text;
    buf_addf(out, "<%s>", tags[line->kind]);
    add_part(out, text, 0, line->mark);
    if (line->mark_len) {
        buf_add_text(out, "<mark>");
        add_part(out, text, line->mark, line->mark + line->mark_len);
        buf_add_text(out, "</mark>");
    }
    add_part(out, text, line->mark + line->mark_len, text.len);
    /* SIP lines end with CRLF; one that does not is a find. */
    bool newline = text.len && text.p[text.len - 1] == '\n';
    if (newline && !(text.len > 1 && text.p[text.len - 2] == '\r'))
        buf_add_text(out, "<span class=\"end\">\\n</span>");
    buf_addf(out, "</%s>", tags[line->kind]);
}

static void add_compared(struct buf *out, const struct ladder *l, const struct ladder_step *step,
                         const struct diff *diff) {
    static const char *const words[] = {
        [LADDER_WITH_CAUSE] = "What this hop changed, compared with ",
        [LADDER_WITH_REQUEST] = "Made here, compared with the request ",
        [LADDER_WITH_FIRST] = "Sent before as ",
    };
    const struct record_item *other = l->steps[step->before].item;
    buf_addf(out, "<p>%s<button type=\"button\" class=\"goto\" data-step=\"a%zu\">", words[step->compared],
             step->before);
    add_name(out, other, LABEL_SHORT);
    buf_add_text(out, "</button>: ");
    if (!diff->added && !diff->removed)
        buf_add_text(out, "the same bytes.</p>\n");
    else
        buf_addf(out, "%zu line%s added, %zu removed.</p>\n", diff->added, diff->added == 1 ? "" : "s",
                 diff->removed);
}

static void add_message(struct buf *out, const struct ladder *l, size_t i) {
    const struct ladder_step *step = &l->steps[i];
    const struct record_item *item = step->item;
    struct span bytes = payload_span(item->datagram->payload);
    bool compared = step->compared != LADDER_WITH_NOTHING;
    struct diff diff;
    diff_init(&diff, compared ? payload_span(l->steps[step->before].item->datagram->payload) : bytes, bytes);
    buf_addf(out, "<section id=\"m%zu\" aria-labelledby=\"t%zu\" hidden>\n<h2 id=\"t%zu\">", i, i, i);
    add_name(out, item, LABEL_FULL);
    buf_addf(out, "</h2>\n<p class=\"dim\">%s &#8594; %s, sent at ", host(l, item->from), host(l, item->to));
    label_seconds(out, item->sent_ns, 6);
    if (item->fate == FLOW_ARRIVED && item->arrived_ns != FLOW_NEVER) {
        buf_add_text(out, " s, arrived at ");
        label_seconds(out, item->arrived_ns, 6);
    }
    buf_addf(out, " s, %zu bytes</p>\n", bytes.len);
    if (item->cause.why) {
        buf_add_text(out, "<p>Why: ");
        add_cause(out, &item->cause);
        buf_add_text(out, "</p>\n");
    }
    if (compared) add_compared(out, l, step, &diff);
    buf_add_text(out, "<pre>");
    for (size_t k = 0; k < diff.count; k++)
        add_line(out, &diff.lines[k]);
    buf_add_text(out, "</pre>\n</section>\n");
    diff_free(&diff);
}

void ladder_html_write(struct buf *out, const struct ladder *l) {
    add_head(out, l);
    add_heading(out, l);
    buf_add_text(out, "<main>\n<div class=\"ladder\">\n");
    if (l->description) add_description(out, l->description);
    buf_addf(out,
             "<p class=\"unit\">Waiting is drawn to scale, %d pixels a second, a mark a second; messages "
             "that follow each "
             "other at once are drawn apart.</p>\n",
             SECOND_PX);
    add_hosts(out, l);
    add_steps(out, l);
    buf_add_text(
        out,
        "</div>\n<aside class=\"messages\" aria-label=\"Message\">\n"
        "<button type=\"button\" class=\"close\" aria-label=\"Close the message\">&#10005;</button>\n"
        "<p class=\"hint dim\">Choose an arrow to read its message. Enter or Space opens it, the arrow keys "
        "move, Escape closes.</p>\n<p class=\"hint dim\">&gt;&gt;&gt; marks a retransmission, &#10007; a "
        "datagram that did not get through. The messages of one transaction stand out together.</p>\n");
    for (size_t i = 0; i < l->count; i++)
        if (!l->steps[i].item->is_note) add_message(out, l, i);
    buf_addf(out, "</aside>\n</main>\n<script>\n%s</script>\n</body>\n</html>\n", ladder_js);
}
