/* SPDX-License-Identifier: MIT */
#include "view/json_lines.h"

#include "view/explain.h"
#include "view/json.h"
#include "view/label.h"

/* The version of docs/json.md. */
enum { VERSION = 1 };

void json_lines_init(struct json_lines *j, FILE *out, bool notes) {
    *j = (struct json_lines){.out = out, .notes = notes};
}

void json_lines_free(struct json_lines *j) {
    buf_free(&j->line);
    buf_free(&j->text);
    words_free(&j->calls);
    sip_msg_free(&j->msg);
}

static void begin(struct json_lines *j, const char *kind) {
    buf_reset(&j->line);
    buf_add_char(&j->line, '{');
    json_text(&j->line, "kind", span_of(kind));
}

static void finish(struct json_lines *j) {
    buf_add_text(&j->line, "}\n");
    fwrite(j->line.p, 1, j->line.len, j->out);
}

static void add_address(struct json_lines *j, const char *key, struct udp_address a) {
    buf_reset(&j->text);
    ipv4_write(&j->text, a.ip);
    buf_addf(&j->text, ":%u", a.port);
    json_text(&j->line, key, buf_span(&j->text));
}

static void add_position(struct json_lines *j, struct source_pos at) {
    buf_reset(&j->text);
    label_position(&j->text, at);
    json_text(&j->line, "position", at.source ? buf_span(&j->text) : (struct span){0});
}

static void add_cause(struct json_lines *j, const struct cause *cause) {
    buf_reset(&j->text);
    cause_write(&j->text, cause);
    json_text(&j->line, "cause", cause->why ? buf_span(&j->text) : (struct span){0});
    json_text(&j->line, "reference", span_of(cause->reference));
    add_position(j, cause->at);
    json_number_or_null(&j->line, "transaction", cause->transaction);
}

void json_lines_begin(struct json_lines *j, const struct lab_config *config, const char *version) {
    begin(j, "run");
    json_text(&j->line, "format", SPAN("siptwin-run"));
    json_number(&j->line, "version", VERSION);
    json_text(&j->line, "siptwin", span_of(version));
    json_text(&j->line, "scenario", span_of(config->folder));
    json_text(&j->line, "title", span_of(config->title));
    json_number(&j->line, "start_s", config->start_ns / NS_PER_S);
    json_number(&j->line, "start_ns", config->start_ns % NS_PER_S);
    json_key(&j->line, "hosts");
    buf_add_char(&j->line, '[');
    for (size_t i = 0; i < config->host_count; i++) {
        const struct lab_host_config *host = &config->hosts[i];
        json_next(&j->line);
        buf_add_char(&j->line, '{');
        json_text(&j->line, "name", span_of(host->name));
        add_address(j, "address", (struct udp_address){host->address, host->port});
        buf_add_char(&j->line, '}');
    }
    buf_add_char(&j->line, ']');
    finish(j);
}

static struct span header(const struct sip_msg *m, enum sip_header_id id) {
    const struct sip_header *h = sip_msg_first(m, id);
    return h ? h->value : (struct span){0};
}

/* What a program asks of the message; of what is no SIP all is null. */
static void add_message(struct json_lines *j, struct span bytes) {
    struct span number = {0}, method = {0};
    bool sip = sip_msg_parse(&j->msg, bytes);
    struct span id = sip ? header(&j->msg, SIP_CALL_ID) : (struct span){0};
    if (sip && !sip_cseq_parse(header(&j->msg, SIP_CSEQ), &number, &method))
        number = method = (struct span){0};
    if (sip && j->msg.is_request) method = j->msg.method;
    sip_summary(&j->text, bytes);
    json_text(&j->line, "summary", buf_span(&j->text));
    json_number_or_null(&j->line, "call", id.p ? words_number(&j->calls, id) + 1 : 0);
    json_text(&j->line, "call_id", id);
    json_text(&j->line, "method", method);
    json_number_or_null(&j->line, "status", sip && !j->msg.is_request ? j->msg.status : 0);
    json_text(&j->line, "cseq", number);
    json_text(&j->line, "request_uri", sip && j->msg.is_request ? j->msg.uri : (struct span){0});
    json_number(&j->line, "bytes", (int64_t)bytes.len);
    json_key(&j->line, "sdp");
    bool sdp = sip && j->msg.body.len && span_starts(header(&j->msg, SIP_CONTENT_TYPE), "application/sdp");
    buf_add_text(&j->line, sdp ? "true" : "false");
}

static void take_row(void *arg, const struct flow_row *row) {
    struct json_lines *j = arg;
    begin(j, "datagram");
    json_number_or_null(&j->line, "number", row->number);
    json_number(&j->line, "time_ns", row->time_ns);
    json_number(&j->line, "sent_ns", row->sent_ns);
    json_key(&j->line, "arrived_ns");
    if (row->arrived_ns == FLOW_NEVER)
        buf_add_text(&j->line, "null");
    else
        buf_add_i64(&j->line, row->arrived_ns);
    json_text(&j->line, "from", span_of(row->from));
    json_text(&j->line, "to", span_of(row->to));
    add_address(j, "source", row->datagram->from);
    add_address(j, "target", row->datagram->to);
    add_message(j, payload_span(row->datagram->payload));
    add_cause(j, &row->datagram->cause);
    json_number(&j->line, "retransmission", row->datagram->cause.retransmission);
    json_text(&j->line, "fate", span_of(explain_fate(row->fate)));
    finish(j);
}

static void take_note(void *arg, const struct flow_note *note) {
    struct json_lines *j = arg;
    begin(j, "note");
    json_number_or_null(&j->line, "about", note->about);
    json_number(&j->line, "time_ns", note->time_ns);
    json_text(&j->line, "host", span_of(note->host));
    add_cause(j, note->cause);
    finish(j);
}

struct flow_sink json_lines_sink(struct json_lines *j) {
    return (struct flow_sink){.row = take_row, .note = j->notes ? take_note : NULL, .each = true, .arg = j};
}

void json_lines_end(struct json_lines *j, const struct lab_result *result, uint64_t datagrams,
                    int64_t origin_ns) {
    begin(j, "result");
    json_number(&j->line, "datagrams", (int64_t)datagrams);
    json_number(&j->line, "calls", (int64_t)result->created);
    json_number(&j->line, "successful", (int64_t)result->successful);
    json_number(&j->line, "failed", (int64_t)result->failed);
    json_number(&j->line, "open", (int64_t)result->open);
    json_number(&j->line, "answered_failed", (int64_t)result->answered_failed);
    json_key(&j->line, "cut_off");
    buf_add_text(&j->line, result->cut_off ? "true" : "false");
    json_number(&j->line, "origin_ns", origin_ns);
    json_key(&j->line, "failures");
    buf_add_char(&j->line, '[');
    for (size_t i = 0; i < result->failure_count; i++) {
        const struct lab_failure *f = &result->failures[i];
        json_next(&j->line);
        buf_add_char(&j->line, '{');
        json_text(&j->line, "host", span_of(f->host));
        json_number(&j->line, "time_ns", f->now_ns - origin_ns);
        json_text(&j->line, "reason", span_of(f->reason));
        add_position(j, f->at);
        buf_add_char(&j->line, '}');
    }
    buf_add_char(&j->line, ']');
    finish(j);
}
