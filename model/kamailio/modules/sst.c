/* SPDX-License-Identifier: MIT */
/* sst: session timers of dialogs (RFC 4028), as 5.6.3 has them (facts: Kamailio 81). */
#include "model/kamailio/modules/sst.h"
#include "model/kamailio/message/header.h"
#include "model/kamailio/message/lump.h"
#include "model/kamailio/modules/sl.h"

/* What the module keeps. */
struct sst {
    int64_t min_se, flag;
    bool rejects;
    const struct cfg_pv *timeout_avp; /* NULL: not set */
};

/* What a message says. */
struct session {
    uint32_t expires, min; /* 0: nothing */
    bool supported;
};

static struct sst *sst_of(const struct kam_run *run) { return kam_module_data(run->k, KAM_MODULE_SST); }

/* Digits at the beginning, as a number of 32 bits that runs over; false: there are none. */
static bool cut_number(struct span *s, uint32_t *n) {
    const char *begin = s->p;
    for (*n = 0; s->len && ascii_digit((unsigned char)s->p[0]); *s = span_skip(*s, 1))
        *n = *n * 10 + (uint32_t)(s->p[0] - '0');
    return s->p > begin;
}

/* 1800;refresher=uac, without blanks behind the number and the word. */
static bool read_expires(const struct sip_header *h, uint32_t *n) {
    struct span left = kam_header_body(h), value;
    if (!cut_number(&left, n) || (left.len && left.p[0] != ';')) return false;
    while (left.len) {
        struct span param = span_skip_blanks(span_cut(&left, ';'));
        if (!span_starts_nocase(param, "refresher=")) continue;
        value = span_skip(param, strlen("refresher="));
        if (!span_is_nocase(value, "uac") && !span_is_nocase(value, "uas")) return false;
    }
    return true;
}

static bool read_min(const struct sip_header *h, uint32_t *n) {
    struct span left = kam_header_body(h);
    return cut_number(&left, n) && span_trim(left).len == 0;
}

static struct session read_session(const struct sip_msg *msg) {
    const struct sip_header *expires = kam_header_find(msg, SPAN("Session-Expires"));
    const struct sip_header *min = kam_header_find(msg, SPAN("Min-SE"));
    struct session s = {.supported = kam_header_supports(msg, SPAN("timer"))};
    if (!expires || !read_expires(expires, &s.expires)) s.expires = 0;
    if (!min || !read_min(min, &s.min)) s.min = 0;
    return s;
}

static void add_line(struct kam_run *run, const char *name, int64_t seconds, const char *rest) {
    struct buf b = {0};
    buf_addf(&b, "%s: %lld%s\r\n", name, (long long)seconds, rest);
    kam_lump_insert(run->target, run->msg.header_end, buf_span(&b));
    buf_free(&b);
}

static void set_timeout(struct kam_run *run, const struct sst *m, int64_t seconds) {
    if (m->timeout_avp)
        kam_pv_assign(run, m->timeout_avp, (struct kam_value){.type = KAM_INT, .n = (int32_t)seconds});
}

static void reject(struct kam_run *run, int64_t min, bool without_transaction) {
    static const struct span reason = SPAN_INIT("Session Timer Too Small");
    buf_addf(&run->reply_lines, "Min-SE: %lld\r\n", (long long)min);
    (without_transaction ? kam_sl_reply : kam_sl_answer)(run, 422, reason);
}

/* What it can read of a Min-SE goes. */
static void replace_min(struct kam_run *run, const struct session *s, int64_t min) {
    const struct sip_header *h = s->min ? kam_header_find(&run->msg, SPAN("Min-SE")) : NULL;
    if (h) kam_lump_remove(run->target, (size_t)(h->line.p - run->msg.bytes.p), h->line.len);
    add_line(run, "Min-SE", min, "");
}

void kam_sst_begins(struct kam_run *run, struct dialog *dlg, bool by_flag) {
    const struct sst *m = sst_of(run);
    if (!m || !(run->flags & kam_flag_bit(m->flag))) return;
    struct session s = read_session(&run->msg);
    int64_t min = s.min > m->min_se ? s.min : m->min_se, timeout = s.expires;
    bool answers = s.supported;
    if (!s.expires) {
        if (s.min && s.min < m->min_se) replace_min(run, &s, min);
        add_line(run, "Session-Expires", min, "");
        timeout = min;
        answers = true;
    } else if (s.expires < m->min_se && s.supported) {
        if (m->rejects) {
            reject(run, min, by_flag);
            return;
        }
        timeout = m->min_se;
    } else if (s.expires < m->min_se) {
        replace_min(run, &s, min);
        timeout = min;
    }
    dlg->timed = true;
    dlg->session_s = answers ? timeout : 0;
    set_timeout(run, m, timeout);
}

void kam_sst_belongs(struct kam_run *run, const struct dialog *dlg) {
    const struct sst *m = sst_of(run);
    bool counts = run->method == KAM_INVITE || run->method == KAM_UPDATE;
    if (m && dlg->timed && counts) set_timeout(run, m, read_session(&run->msg).expires);
}

/* The answer to the INVITE tells who refreshes the session, if it does not yet. */
static void reply_leaves(struct kam_run *run) {
    bool upstream;
    if (run->method != KAM_INVITE || run->msg.status < 200 || run->msg.status >= 300) return;
    const struct dialog *dlg =
        dlg_find(dialogs_of(run), run->call_id->value, kam_run_from(run)->tag, false, &upstream);
    if (!dlg || upstream || !dlg->session_s || !span_eq(dlg->from_cseq, run->cseq_number)) return;
    if (!read_session(&run->msg).expires) add_line(run, "Session-Expires", dlg->session_s, ";refresher=uac");
}

/* Has Kamailio read the header? It does not read on in order to find it. */
static bool has_read(struct kam_run *run, const struct sip_header *h) {
    if (run->all_read || !h) return h;
    for (const struct sip_header *o = h + 1; o < run->msg.headers + run->msg.header_count; o++)
        if (o->id != SIP_OTHER && o->id != SIP_CONTENT_LENGTH && o->id != SIP_CONTENT_TYPE)
            kam_run_stop(run,
                         "sstCheckMin() with a Session-Expires in front of other headers, before all of them "
                         "have been read, is not simulated, and the run has reached it");
    return false;
}

/* sstCheckMin(flag): both times are above min_se; says so to the caller unless the flag is empty. */
static int check_min(struct kam_run *run, const struct kam_arg *args, size_t count) {
    const struct sst *m = sst_of(run);
    const struct sip_header *h = kam_header_find(&run->msg, SPAN("Session-Expires"));
    const struct sip_header *min = kam_header_find(&run->msg, SPAN("Min-SE"));
    struct session s;
    (void)count;
    if (!run->msg.is_request || run->method != KAM_INVITE || !has_read(run, h)) return -1;
    if (!read_expires(h, &s.expires)) return 0;
    run->all_read = true;
    if (!min || !read_min(min, &s.min)) return -1;
    if (s.expires <= m->min_se || s.min <= m->min_se) return -1;
    if (args[0].s.len) reject(run, m->min_se, false);
    return 1;
}

static const struct kam_function functions[] = {
    {"sstCheckMin",
     1,
     1,
     KAM_REQUEST_ROUTE | KAM_TM_ONREPLY_ROUTE | KAM_CORE_ONREPLY_ROUTE,
     check_min,
     {ARG_TEXT},
     .expressions = true},
    {0}};

static const struct kam_param params[] = {
    {KAM_INT("enable_stats", 1, INT32_MIN, INT32_MAX), KAM_NO_EFFECT},
    {KAM_INT("min_se", 1800, 1, INT32_MAX), KAM_INTO(struct sst, min_se)},
    {KAM_FLAG("reject_to_small", 1), KAM_INTO(struct sst, rejects)},
    {KAM_INT("sst_flag", 0, 0, 31), KAM_INTO(struct sst, flag)},
    {KAM_AVP("timeout_avp"), KAM_INTO(struct sst, timeout_avp)},
    {0}};

const struct kam_module kam_sst_module = {.name = "sst",
                                          .functions = functions,
                                          .params = params,
                                          .data_size = sizeof(struct sst),
                                          .reply_leaves = reply_leaves};
