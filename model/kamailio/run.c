/* SPDX-License-Identifier: MIT */
#include "model/kamailio/run.h"
#include "model/kamailio/message/header.h"

#include "model/kamailio/instance.h"
#include "model/kamailio/message/read.h"
#include "model/kamailio/script/error.h"

#include <stddef.h>

enum { SIP_PORT = 5060 };

void kam_run_init(struct kam_run *run, struct kamailio *k) {
    *run = (struct kam_run){.k = k};
    run->state.program = k->program;
    run->state.queue = k->queue;
    run->state.scratch = &run->scratch;
    run->state.wholes[0] = &run->msg.bytes;
    run->state.wholes[1] = &run->new_uri;
    run->state.wholes[2] = &run->next_hop;
    run->target = &run->edits;
}

void kam_run_free(struct kam_run *run) {
    kam_run_end(run);
    sip_msg_free(&run->msg);
    edit_list_free(&run->edits);
    edit_list_free(&run->branch_edits);
    buf_free(&run->reply_lines);
    buf_free(&run->rr_params);
    buf_free(&run->reply_body);
    buf_free(&run->contacts);
    buf_free(&run->source_text);
    arena_free(&run->scratch);
}

static void clear(struct kam_run *run) {
    size_t kept = offsetof(struct kam_run, origin);
    memset((char *)run + kept, 0, sizeof *run - kept);
    edit_list_reset(&run->edits);
    run->target = &run->edits;
    run->uri_is_new = true;
    run->q = -1;
    buf_reset(&run->reply_lines);
    buf_reset(&run->rr_params);
    buf_reset(&run->reply_body);
    buf_reset(&run->contacts);
    arena_reset(&run->scratch);
    run->force_rport = run->k->globals->force_rport;
    run->local_rport = run->k->globals->local_rport;
    run->state.avps = &run->message_avps;
    run->state.stmt = NULL;
    run->state.route = NULL;
    run->state.retcode = 0;
}

bool kam_run_begin(struct kam_run *run, struct payload *payload, struct kam_socket *socket,
                   struct udp_address source) {
    clear(run);
    run->payload = payload_hold(payload);
    run->socket = run->came_to = socket;
    kam_run_set_source(run, source);
    return kam_msg_read(run);
}

void kam_run_set_source(struct kam_run *run, struct udp_address source) {
    if (!run->source_text.len || run->source.ip != source.ip) {
        buf_reset(&run->source_text);
        ipv4_write(&run->source_text, source.ip);
    }
    run->source = source;
}

bool kam_run_change_message(struct kam_run *run, struct payload *payload) {
    struct payload *old = run->payload;
    event_spend(run->k->queue, payload->len / 64);
    run->payload = payload;
    run->hashed = run->digested = false;
    run->credentials[0] = run->credentials[1] = NULL;
    bool readable = kam_msg_read(run);
    if (!readable) {
        run->payload = old;
        kam_msg_read(run);
    }
    payload_drop(readable ? old : payload);
    return readable;
}

void kam_run_end(struct kam_run *run) {
    payload_drop(run->payload);
    run->payload = NULL;
    kam_vars_free(&run->message_avps);
}

const struct kam_address *kam_run_from(struct kam_run *run) {
    if (!run->from_is_read) kam_address_parse(&run->from_read, run->from->value);
    run->from_is_read = true;
    return &run->from_read;
}

struct span kam_run_method(const struct kam_run *run) {
    return run->msg.is_request ? run->msg.method : run->cseq_method;
}

struct span kam_run_uri(const struct kam_run *run) {
    return run->new_uri.p ? run->new_uri : run->msg.uri;
}

void kam_run_set_uri(struct kam_run *run, struct span text) {
    run->new_uri = arena_text(&run->scratch, text);
    run->uri_is_new = true;
}

void kam_run_set_next_hop(struct kam_run *run, struct span text) {
    run->next_hop = arena_text(&run->scratch, text);
    run->uri_is_new = true;
}

unsigned kam_run_max_branches(const struct kam_run *run) {
    unsigned set = kam_program_globals(run->k->program)->max_branches;
    return set ? set : KAM_BRANCHES_MAX;
}

bool kam_run_add_branch(struct kam_run *run, struct span uri, struct span next_hop, uint32_t flags) {
    if (run->added_count + 1 >= kam_run_max_branches(run)) return false;
    struct kam_added_branch *b = &run->added[run->added_count++];
    b->uri = arena_text(&run->scratch, uri);
    b->next_hop = arena_text(&run->scratch, next_hop);
    b->path = (struct span){0};
    b->forced = NULL;
    b->flags = flags;
    b->q = -1;
    return true;
}

struct kam_socket *kam_run_send_socket(const struct kam_run *run) {
    if (run->forced) return run->forced;
    if (run->leaves) return run->leaves;
    return run->k->globals->mhomed ? &run->k->sockets[0] : run->came_to;
}

struct kam_socket *kam_run_socket_to(const struct kam_run *run, uint32_t ip) {
    bool free_to_choose = !run->forced && !run->leaves;
    if (free_to_choose && run->k->globals->mhomed) return kam_socket_to(run->k, ip);
    return kam_run_send_socket(run);
}

bool kam_run_force_socket(struct kam_run *run, struct span text) {
    struct kam_socket *socket = kam_socket_parse(run->k, text);
    if (socket) run->forced = socket;
    return socket != NULL;
}

struct span kam_run_max_forwards(const struct kam_run *run, const struct sip_header *h) {
    const struct edit *e = edit_replacing(&run->edits, (size_t)(h->value.p - run->msg.bytes.p));
    return e ? (struct span){run->edits.texts.p + e->text, e->text_len} : h->value;
}

uint32_t kam_run_hash(struct kam_run *run) {
    if (!run->hashed) run->hash = kam_branch_hash(kam_header_body(run->call_id), run->cseq_number);
    run->hashed = true;
    return run->hash;
}

/* What stands where a request has its URI: of a reply, its status. */
static struct span second_word(const struct kam_run *run) {
    if (run->msg.is_request) return kam_run_original_uri(run);
    struct span line = run->msg.first_line;
    span_cut(&line, ' ');
    return span_cut(&line, ' ');
}

const char *kam_run_md5(struct kam_run *run) {
    if (!run->digested) {
        const struct kam_address *from = kam_run_from(run);
        struct kam_branch_input in = {.method = run->method,
                                      .uri = second_word(run),
                                      .call_id = run->call_id->value,
                                      .cseq_number = run->cseq_number,
                                      .from_tag = from->tag,
                                      .to_tag = run->to_tag,
                                      .via = &run->via};
        if (from->readable)
            kam_branch_md5(run->md5, &in);
        else
            memset(run->md5, 0, sizeof run->md5); /* and so they stand in the branch: 32 bytes of 0 */
    }
    run->digested = true;
    return run->md5;
}

struct kam_destination kam_reply_destination(const struct kam_run *run) {
    struct kam_destination d = {run->socket, run->source};
    uint64_t port;
    if (run->via.rport.whole.p || run->force_rport) return d;
    if (run->k->globals->reply_to_via && !kam_host_parse(run->k, run->via.host, &d.to.ip))
        d.to.ip = 0; /* a name that nobody knows: nothing is sent */
    if (!span_to_u64(run->via.port, UINT32_MAX, &port)) port = SIP_PORT;
    d.to.port = (uint16_t)port ? (uint16_t)port : SIP_PORT; /* what is too large loses its upper bits */
    return d;
}

void kam_run_fail(struct kam_run *run, int error) { run->state.process->error = error; }

int kam_run_stop(const struct kam_run *run, const char *why) {
    event_queue_stop(run->k->queue, kam_script_at(&run->state), why);
    return -1;
}

struct cause kam_cause(const struct kam_run *run, const char *why, const char *reference) {
    return (struct cause){.why = why,
                          .reference = reference,
                          .at = kam_script_at(&run->state),
                          .transaction = kam_run_transaction_number(run)};
}
