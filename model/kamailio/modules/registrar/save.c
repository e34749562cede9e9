/* SPDX-License-Identifier: MIT */
/* What a REGISTER does, and what it is told (facts: Kamailio 15.2; RFC 3261 10.3). */
#include "base/mem.h"
#include "model/kamailio/instance.h"
#include "model/kamailio/message/branch.h"
#include "model/kamailio/message/contact.h"
#include "model/kamailio/message/header.h"
#include "model/kamailio/modules/registrar/registrar.h"
#include "model/kamailio/modules/sl.h"

#include <stdio.h>
#include <stdlib.h>

/* What is wrong with a REGISTER. */
static const struct registrar_refusal bad_contact = {400, "Contact parse error"},
                                      bad_expires = {400, "Expires parse error"},
                                      star_without_end = {400, "* used in contact and expires is not zero"},
                                      star_and_more = {400, "* used in contact and more than 1 contact"},
                                      no_path = {420, "No support for found Path indicated"},
                                      bad_path = {400, "Path parse error"},
                                      too_long = {400, "Contact/received too long"},
                                      bad_reg_id = {200, NULL}, /* of the contact that is taken first */
    bad_reg_id_later = {400, "Invalid Reg-Id number"}, bad_q = {400, "Invalid q param in contact"},
                                      bad_methods = {400, "Message parse error"},
                                      bad_cseq = {400, "Invalid CSeq number"},
                                      too_many = {503, "Too many registered contacts"};

/* What save() returns. */
enum { TOO_MANY = -2, INSERTED = 1, UPDATED, REMOVED, LISTED };

enum { Q_HIGHEST = 1000 };

/* A REGISTER that is being read. */
struct save {
    struct kam_run *run;
    const struct registrar *set;
    struct usrloc *table;
    struct buf aor_text;
    struct span aor;
    int64_t now_s;
    int64_t max, stored;  /* how many contacts there may be, up to 0: any number; of this message */
    bool fresh;           /* the address of record had no contacts before */
    bool only, complete;  /* the first contact that is stored replaces all others; it is stored */
    int64_t expires;      /* the Expires header's, or the default */
    uint32_t allow, cseq; /* of the whole message */
    uint32_t methods;     /* of the contact that was read last */
    uint32_t reg_id;      /* the last one that a contact has had */
    bool star;
    struct contact *contacts; /* in the order in which Kamailio takes them */
    size_t count, cap;
    struct buf path, path_received; /* of use_path */
    struct span received; /* received_avp: where it has come from, for contacts that do not say it */
    int result;
};

/* Times are compared without signs: what is below 0 is beyond all others. */
static bool is_shorter(int64_t seconds, int64_t than) { return (uint32_t)seconds < (uint32_t)than; }

/* Within the module's limits, unless it is 0. */
static int64_t limited(const struct save *s, int64_t seconds) {
    if (seconds == 0) return 0;
    if (is_shorter(seconds, s->set->min_expires)) seconds = s->set->min_expires;
    if (s->set->max_expires && is_shorter(s->set->max_expires, seconds)) seconds = s->set->max_expires;
    return seconds;
}

/* How long a contact shall live. */
static int64_t wanted(const struct save *s, const struct contact *c) {
    uint32_t own;
    if (!c->expires.len) return s->expires;
    return contact_expires_parse(&own, c->expires) ? own : s->set->default_expires;
}

/* When a contact expires, since 1970, as a number of 32 bits without a sign; 0: at once, it is to be removed.
 */
static int64_t expiry(const struct save *s, const struct contact *c) {
    int64_t seconds = limited(s, wanted(s, c));
    return seconds ? (uint32_t)(s->now_s + seconds) : 0;
}

/* Within a header Kamailio takes the last contact first. */
static bool read_contacts(struct save *s, struct span list) {
    struct contact c;
    size_t first = s->count;
    int got;
    while ((got = contact_next(&c, &list)) > 0) {
        if (c.uri.p == s->run->contact_was.p) c.uri = s->run->contact_now;
        if (!c.received.len) c.received = s->received;
        s->contacts = mem_room(s->contacts, s->count, &s->cap, sizeof *s->contacts);
        s->contacts[s->count++] = c;
    }
    for (size_t a = first, b = s->count; a + 1 < b; a++) {
        c = s->contacts[a];
        s->contacts[a] = s->contacts[--b];
        s->contacts[b] = c;
    }
    return got == 0;
}

/* What all headers Allow name together. */
static uint32_t allowed(const struct sip_msg *m) {
    uint32_t bits = 0;
    if (!kam_header_find(m, SPAN("Allow"))) return USRLOC_ALL_METHODS;
    for (const struct sip_header *h = m->headers; h < m->headers + m->header_count; h++)
        if (kam_header_is(h, SPAN("Allow")) && !registrar_methods(h->value, &bits)) return USRLOC_ALL_METHODS;
    return bits;
}

static const struct registrar_refusal *read_message(struct save *s) {
    const struct sip_msg *m = &s->run->msg;
    const struct sip_header *expires = kam_header_find(m, SPAN("Expires"));
    uint64_t cseq = 0;
    uint32_t seconds;
    span_to_u64(s->run->cseq_number, UINT32_MAX, &cseq);
    s->cseq = (uint32_t)cseq;
    if (s->set->received_avp) {
        struct kam_value received = kam_pv_value(s->run, s->set->received_avp);
        if (received.type == KAM_STR && received.s.len) s->received = received.s;
    }
    s->allow = allowed(m);
    if (expires && expires->value.len == 0) return &bad_expires;
    s->expires = s->set->default_expires;
    if (expires && contact_expires_header(&seconds, expires->value) && seconds <= INT32_MAX)
        s->expires = seconds;
    size_t headers = 0;
    for (const struct sip_header *h = sip_msg_first(m, SIP_CONTACT); h; h = sip_msg_next(m, h), headers++) {
        if (contact_is_star(h->value))
            s->star = true;
        else if (h->value.len == 0 || !read_contacts(s, kam_header_body(h)))
            return &bad_contact;
    }
    int64_t longest = s->set->contact_max_size;
    for (size_t i = 0; i < s->count; i++)
        if ((int64_t)s->contacts[i].uri.len > longest || (int64_t)s->contacts[i].received.len > longest)
            return &too_long;
    if (s->star && (!expires || s->expires != 0)) return &star_without_end;
    if (s->star && headers > 1) return &star_and_more;
    return NULL;
}

/* The contact of the address of record that the REGISTER means, or NULL. */
static struct usrloc_contact *find_known(const struct save *s, const struct contact *c) {
    struct usrloc_key key = {.uri = c->uri,
                             .call_id = s->run->call_id->value,
                             .path = buf_span(&s->path),
                             .instance = c->instance,
                             .reg_id = s->reg_id};
    return usrloc_find(s->table, s->aor, &key);
}

/* What it says of its device; one that says no reg-id has that of the one before it. */
static bool read_reg_id(struct save *s, const struct contact *c) {
    uint64_t n;
    if (!c->instance.p || !c->reg_id.p) return true;
    if (!span_to_u64(c->reg_id, UINT32_MAX, &n) || n == 0) return false;
    s->reg_id = (uint32_t)n;
    return true;
}

/* With min_expires_mode a time that is too short is refused. */
static const struct registrar_refusal *check_times(const struct save *s) {
    for (size_t i = 0; i < s->count && s->set->min_expires_mode; i++) {
        int64_t seconds = wanted(s, &s->contacts[i]);
        if (seconds && is_shorter(seconds, s->set->min_expires)) return &registrar_too_brief;
    }
    return NULL;
}

/* A contact that a message of the same call registered earlier; that is, the message has come late or again.
 */
static bool is_old(const struct save *s, const struct usrloc_contact *known) {
    return !s->fresh && span_is(s->run->call_id->value, known->call_id) && s->cseq <= known->cseq;
}

static bool by_instance(const struct save *s, const struct contact *c) {
    return c->instance.len && s->reg_id;
}

/* The message is older than what it would change. Where matching_mode is none, no contact that is there can
 * be known again, and the same is said. */
static bool is_late(const struct save *s, const struct contact *c, const struct usrloc_contact *known) {
    if (!usrloc_matches(s->table) && !by_instance(s, c)) return usrloc_first(s->table, s->aor) != NULL;
    if (!known || by_instance(s, c) || !is_old(s, known)) return false;
    return s->cseq < known->cseq || known->modified_s + s->table->cseq_delay <= s->now_s;
}

/*
 * All contacts are looked at where there is a limit, before the first one is stored; not where nobody is
 * registered.
 */
static const struct registrar_refusal *check_count(const struct save *s) {
    int64_t count = 0;
    if (s->max <= 0 || s->fresh) return NULL;
    for (const struct usrloc_contact *c = usrloc_first(s->table, s->aor); c; c = c->next)
        count += c->expires_s > s->now_s;
    for (size_t i = 0; i < s->count; i++) {
        const struct usrloc_contact *known = find_known(s, &s->contacts[i]);
        bool ends = expiry(s, &s->contacts[i]) == 0;
        if (is_late(s, &s->contacts[i], known)) return &bad_cseq;
        count += !known && !ends;
        count -= known && ends;
    }
    return count > s->max ? &too_many : NULL;
}

static void fill(const struct save *s, struct usrloc_contact *known, const struct contact *c,
                 int64_t expires_s) {
    known->expires_s = expires_s;
    known->cseq = s->cseq;
    known->branch_flags = s->run->branch_flags;
    known->socket = s->run->socket;
    known->modified_s = known->alive_s = s->now_s;
    const struct sip_header *agent = kam_header_find(&s->run->msg, SPAN("User-Agent"));
    usrloc_set_text(&known->user_agent, agent ? agent->value : SPAN("n/a"));
    if (s->path_received.len) known->branch_flags |= kam_flag_bit(s->table->nat_bflag);
    known->methods = s->methods;
    usrloc_set_text(&known->call_id, s->run->call_id->value);
    usrloc_set_text(&known->received, s->path_received.len ? buf_span(&s->path_received) : c->received);
    usrloc_set_text(&known->path, s->path.len ? buf_span(&s->path) : (struct span){0});
    if (c->instance.p) usrloc_set_text(&known->instance, c->instance);
    known->reg_id = s->reg_id;
}

/* uloc-START-PROCESS-COUNT, its digits from the lowest on: each worker counts its own. */
static char *ruid_text(struct kam_run *run) {
    struct kamailio *k = run->k;
    struct buf b = {0};
    const struct kam_worker_pool *pool = &run->came_to->pool;
    size_t worker = 0;
    while (worker < pool->count && &pool->workers[worker].process != run->state.process)
        worker++;
    uint32_t start = (uint32_t)((k->config.start_ns - k->config.up_for_ns) / NS_PER_S), process = 14;
    if (k->config.natping_tag) {
        struct span left = span_of(k->config.natping_tag);
        span_cut(&left, '-');
        start = (uint32_t)span_hex(span_cut(&left, '-'));
        process = (uint32_t)span_hex(span_cut(&left, '-'));
    }
    buf_addf(&b, "uloc-");
    if (k->globals->server_id) buf_addf(&b, "%x-", (unsigned)k->globals->server_id);
    buf_addf(&b, "%x-%x-", (unsigned)start, (unsigned)(process + worker));
    kam_reverse_hex_write(&b, run->state.process->contacts);
    char *ruid = mem_text(buf_span(&b));
    buf_free(&b);
    return ruid;
}

/* What Kamailio reads of a contact before it is stored or removed: it gets a number then. */
static const struct registrar_refusal *read_contact(struct save *s, const struct contact *c, int *q) {
    int64_t given = s->set->default_q;
    *q = given < -1 ? 0 : given > Q_HIGHEST ? Q_HIGHEST : (int)given;
    if (!read_reg_id(s, c)) return c == s->contacts ? &bad_reg_id : &bad_reg_id_later;
    if (c->q.len && !contact_q_parse(q, c->q)) return &bad_q;
    s->methods = c->methods.p ? 0 : s->allow;
    if (c->methods.p && !registrar_methods(c->methods, &s->methods)) return &bad_methods;
    s->run->state.process->contacts++;
    return NULL;
}

static const struct registrar_refusal *save_contact(struct save *s, const struct contact *c) {
    int64_t expires_s = expiry(s, c);
    int q;
    if (s->fresh && expires_s == 0) return NULL;
    if (s->fresh && s->max > 0 && s->stored == s->max) return &too_many;
    /* The first one of those who were not registered has the parameters of the first one that was looked at.
     */
    const struct contact *told = s->fresh && s->stored == 0 ? s->contacts : c;
    s->stored++;
    const struct registrar_refusal *refusal = read_contact(s, told, &q);
    if (refusal) return refusal;
    struct usrloc_contact *known = find_known(s, c);
    if (is_late(s, c, known)) return &bad_cseq;
    if (known && !by_instance(s, c) && is_old(s, known)) return NULL;
    if (expires_s == 0) {
        if (known) usrloc_remove(s->table, s->aor, known);
        if (known) s->result = REMOVED;
        return NULL;
    }
    if (known) {
        if (by_instance(s, c)) usrloc_set_text(&known->uri, c->uri);
        usrloc_set_q(s->table, s->aor, known, q);
    } else {
        known = usrloc_add(s->table, s->aor, c->uri, q);
        known->ruid = ruid_text(s->run);
    }
    s->result = known->call_id && !s->fresh ? UPDATED : INSERTED;
    fill(s, known, told, expires_s);
    if (s->only) usrloc_remove_others(s->table, s->aor, known);
    s->complete = s->only;
    return NULL;
}

static void write_q(struct buf *out, int q) {
    if (q == USRLOC_NO_Q) return;
    char text[8];
    size_t len = (size_t)snprintf(text, sizeof text, "%d.%03d", q / 1000, q % 1000);
    while (text[len - 1] == '0')
        len--;
    if (text[len - 1] == '.') len--;
    buf_add(out, SPAN(";q="));
    buf_add(out, (struct span){text, len});
}

static void write_contact(struct buf *out, const struct save *s, const struct usrloc_contact *c) {
    const struct registrar *set = s->set;
    buf_add_char(out, '<');
    buf_add_text(out, c->uri);
    buf_add_char(out, '>');
    write_q(out, c->q);
    buf_addf(out, ";expires=%lld", (long long)(c->expires_s - s->now_s));
    if (c->received && set->received_param.len)
        buf_addf(out, ";" SPAN_FMT "=\"%s\"", SPAN_ARG(set->received_param), c->received);
    registrar_gruu_write(out, s->run, s->aor, c);
    if (c->instance && *c->instance) buf_addf(out, ";+sip.instance=\"%s\"", c->instance);
    if (c->reg_id) buf_addf(out, ";reg-id=%u", (unsigned)c->reg_id);
}

/* The answer's Contact header, with those that are registered now. */
static void write_contacts(const struct save *s, struct buf *out) {
    bool any = false;
    for (const struct usrloc_contact *c = usrloc_first(s->table, s->aor); c; c = c->next) {
        if (c->expires_s <= s->now_s) continue;
        buf_add_text(out, any ? ", " : "Contact: ");
        write_contact(out, s, c);
        any = true;
    }
    if (any) buf_add(out, SPAN("\r\n"));
}

static bool supports_path(const struct kam_run *run) {
    for (const struct sip_header *h = run->msg.headers; h < run->msg.headers + run->msg.header_count; h++)
        for (struct span left = kam_header_is(h, SPAN("Supported")) ? h->value : SPAN(""); left.len;)
            if (span_is_nocase(span_trim(span_cut(&left, ',')), "path")) return true;
    return false;
}

/*
 * The Path that the answer shows (`path_mode`). Who does not say that it knows Path is told so by a 420 in
 * the strict mode; its contacts are registered all the same, and save() is true.
 */
static const struct registrar_refusal *answer_path(const struct save *s) {
    enum { OFF, LAZY, STRICT };
    struct buf *out = &s->run->reply_lines;
    bool supported = supports_path(s->run);
    if (s->path.len == 0 || s->set->path_mode == OFF) return NULL;
    if (!supported && s->set->path_mode != STRICT) return NULL;
    if (!supported) buf_add_text(out, "Unsupported: path\r\n");
    buf_addf(out, "Path: " SPAN_FMT "\r\n", SPAN_ARG(buf_span(&s->path)));
    return supported ? NULL : &no_path;
}

/* The answer is the process's now, and is sent unless the flags say no or the message is a reply. */
static int answer(const struct save *s, unsigned flags, const struct registrar_refusal *refusal) {
    bool sent = !(flags & SAVE_NO_REPLY) && s->run->msg.is_request;
    int result = !refusal ? s->result : refusal == &too_many ? TOO_MANY : -1;
    if (sent) registrar_add_contacts(s->run);
    if (sent && !refusal) refusal = answer_path(s);
    registrar_answer_of(s->run)->refusal = refusal;
    if (sent) registrar_send_reply(s->run, NULL, 0);
    return result;
}

/* Where nobody is registered then Kamailio leaves what the process has not sent yet. */
static void list_contacts(const struct save *s, bool nobody) {
    struct registrar_answer *answer = registrar_answer_of(s->run);
    if (nobody) return;
    buf_reset(&answer->contacts);
    write_contacts(s, &answer->contacts);
}

/* What the message asks for, once it is read; what is wrong then does not take back what was done before it.
 */
static const struct registrar_refusal *apply(struct save *s, unsigned flags) {
    const struct registrar_refusal *refusal = NULL;
    struct kam_value told = registrar_told(s->run, "max_contacts");
    int q;
    s->max = told.type == KAM_INT ? told.n : s->set->max_contacts;
    if (s->star) s->result = REMOVED;
    if (!s->star && !s->count) s->result = LISTED;
    if (s->star) usrloc_remove_all(s->table, s->aor);
    s->fresh = !usrloc_first(s->table, s->aor);
    if (s->set->use_path && s->count && !registrar_path_write(&s->path, &s->path_received, s->run))
        refusal = &bad_path;
    if (!refusal) refusal = check_times(s);
    if (!refusal && !s->fresh && s->count) refusal = read_contact(s, &s->contacts[0], &q);
    if (!refusal) refusal = check_count(s);
    s->only = flags & SAVE_REPLACE && !s->fresh;
    for (size_t i = 0; i < s->count && !refusal && !s->complete; i++)
        refusal = save_contact(s, &s->contacts[i]);
    if (refusal && s->fresh) usrloc_remove_all(s->table, s->aor);
    list_contacts(s, s->star || (refusal && s->fresh));
    return refusal;
}

static void stop_if_kept(struct kam_run *run, const struct usrloc *u) {
    struct kam_xavp *list = run->state.avps->lists[KAM_LIST_XAVP];
    if (u->xavp_contact.len && xavp_find(list, u->xavp_contact, XAVP_PLAIN, 0))
        kam_run_stop(run, "usrloc.xavp_contact is not simulated, and the contacts would keep that XAVP");
}

int registrar_save(struct kam_run *run, unsigned flags, struct span uri) {
    struct save s = {.run = run,
                     .set = registrar_of(run),
                     .table = registrar_locations(run),
                     .now_s = kam_now_s(run->k),
                     .result = INSERTED};
    bool named = uri.p || uri_parse(&(struct uri){0}, run->to_uri);
    const struct registrar_refusal **last = &registrar_answer_of(run)->refusal, *refusal = NULL;
    int result = -1;
    stop_if_kept(run, s.table);
    if (run->damaged || (uri.p && !uri.len)) return -1;
    if (named) refusal = read_message(&s);
    if (!named) {
        answer(&s, flags, *last); /* what it would have said before */
    } else if (refusal || !registrar_aor_write(&s.aor_text, run, uri.p ? uri : run->to_uri)) {
        answer(&s, flags, refusal ? refusal : *last);
    } else {
        s.aor = buf_span(&s.aor_text);
        result = answer(&s, flags, apply(&s, flags));
    }
    buf_free(&s.aor_text);
    buf_free(&s.path);
    buf_free(&s.path_received);
    free(s.contacts);
    return result;
}
