/* SPDX-License-Identifier: MIT */
/*
 * pv_headers: the headers of a message as lists of values, which functions and $x_hdr(...) change, and which
 * take the place of its headers when tm relays it (facts: Kamailio 82). Those of requests are
 * $xavi(headers=>...), a branch_route has a copy of its own, a reply's are kept here.
 */
#include "base/mem.h"
#include "model/kamailio/message/address.h"
#include "model/kamailio/message/header.h"
#include "model/kamailio/message/lump.h"
#include "model/kamailio/modules/module.h"
#include "model/kamailio/modules/textopsx/textopsx.h"
#include "model/kamailio/pv/pv.h"
#include "model/kamailio/script/xavp.h"

enum { VALUE_MAX = 1024 };

/* Of one message, or of a branch. */
struct own_list {
    uint64_t of; /* the number of its datagram; 0: none */
    unsigned branch;
    struct kam_xavp *values;
    struct buf reason; /* $x_rr of a reply */
    bool has_reason;
    bool collected;
    uint32_t marks; /* a reply's: what of pvh_collect_headers(), pvh_apply_headers() was called */
};

/* What the module keeps. */
struct pv_headers {
    struct span xavi_name, skip;
    int64_t collect_flag, apply_flag;
    bool wants_auto, is_auto;
    struct own_list branch, reply;
};

static struct pv_headers *pv_headers_of(const struct kam_run *run) {
    return kam_module_data(run->k, KAM_MODULE_PV_HEADERS);
}

static void list_forget(struct own_list *l) {
    xavp_free(&l->values);
    buf_free(&l->reason);
    *l = (struct own_list){0};
}

static bool is_skipped(const struct pv_headers *m, struct span name) {
    for (struct span left = m->skip; left.len;)
        if (span_eq_nocase(span_trim(span_cut(&left, ',')), name)) return true;
    return false;
}

static bool is_party(enum sip_header_id id) { return id == SIP_FROM || id == SIP_TO; }

static void append(struct kam_xavp **list, struct span name, struct kam_value value) {
    xavp_assign(xavp_append(list, name), value);
}

static void collect(struct kam_run *run, struct kam_xavp **list) {
    run->all_read = true;
    if (run->damaged)
        kam_run_stop(run, "module pv_headers on a message whose headers cannot all be read is not simulated, "
                          "and the run has reached it");
    for (const struct sip_header *h = run->msg.headers; h < run->msg.headers + run->msg.header_count; h++) {
        struct span body = kam_header_body(h);
        if (body.len >= VALUE_MAX)
            kam_run_stop(
                run, "a header too long for module pv_headers is not simulated, and the run has reached it");
        append(list, h->name, pv_text(body.p ? body : SPAN("")));
    }
}

/* The root of a request's list; make: it is made if there is none. */
static struct kam_xavp *root_of(struct kam_run *run, bool make) {
    struct span name = pv_headers_of(run)->xavi_name;
    struct kam_xavp **lists = &run->state.avps->lists[KAM_LIST_XAVI];
    struct kam_xavp *root = xavp_find(*lists, name, XAVP_NOCASE, 0);
    return root || !make ? root : xavp_add(lists, name);
}

/* Scripts may read $xavi(headers=>...); what they write there is found by a sum that no script can name. */
static struct span seal_name(void) { return SPAN("\0pv_headers"); }

static int64_t sum_of(const struct kam_xavp *list) {
    uint64_t sum = 0;
    for (const struct kam_xavp *x = list; x; x = x->next) {
        for (size_t i = 0; i < x->name.len; i++)
            sum = sum * 31 + (unsigned char)x->name.p[i];
        for (size_t i = 0; x->value.type == KAM_STR && i < x->value.s.len; i++)
            sum = sum * 31 + (unsigned char)x->value.s.p[i];
        sum = sum * 31 + (x->value.type == KAM_NULL ? 1 : 2);
    }
    return (int64_t)(sum >> 1);
}

static void seal(struct kam_run *run) {
    struct kam_xavp **lists = &run->state.avps->lists[KAM_LIST_XAVI];
    struct kam_xavp *root = root_of(run, false), *x = xavp_find(*lists, seal_name(), XAVP_NOCASE, 0);
    if (!root) return;
    if (!x) x = xavp_append(lists, seal_name());
    xavp_assign(x, pv_number(sum_of(root->list)));
}

static struct kam_xavp *checked_root(struct kam_run *run, bool make) {
    struct kam_xavp *root = root_of(run, make);
    struct kam_xavp *x = xavp_find(run->state.avps->lists[KAM_LIST_XAVI], seal_name(), XAVP_NOCASE, 0);
    if (root && root->list && (!x || x->value.n != sum_of(root->list)))
        kam_run_stop(
            run, "the script has changed what module pv_headers keeps in an $xavi, which is not simulated");
    return root;
}

static bool in_branch(const struct kam_run *run) { return run->state.kind == KAM_BRANCH_ROUTE; }

/* Once the request is on its way, the list is that of the branch that was made last. */
static bool is_forwarded(struct kam_run *run) {
    return run->msg.is_request && !in_branch(run) && (run->done & KAM_FORWARDED) &&
           pv_headers_of(run)->branch.of == run->about;
}

/* A branch begins with what the request has. */
static struct kam_xavp **branch_list(struct kam_run *run, struct own_list *l, unsigned branch) {
    if (l->of == run->about && l->branch == branch) return &l->values;
    list_forget(l);
    l->of = run->about;
    l->branch = branch;
    struct kam_xavp *root = checked_root(run, false);
    for (const struct kam_xavp *x = root ? root->list : NULL; x; x = x->next)
        append(&l->values, x->name, x->value);
    return &l->values;
}

/* Of a reply it is collected when somebody asks for it first. */
static struct own_list *reply_list(struct kam_run *run) {
    struct pv_headers *m = pv_headers_of(run);
    if (m->reply.of == run->about) return &m->reply;
    list_forget(&m->reply);
    m->reply.of = run->about;
    m->reply.collected = m->is_auto;
    if (m->is_auto) collect(run, &m->reply.values);
    return &m->reply;
}

/* Whose list is not collected sees the request's, and cannot change it. */
static bool sees_request(struct kam_run *run) { return !run->msg.is_request && !reply_list(run)->collected; }

static bool stop_uncollected(struct kam_run *run) {
    bool stops = sees_request(run);
    if (stops)
        kam_run_stop(run,
                     "changes of a reply's headers by module pv_headers before pvh_collect_headers() are not "
                     "simulated, and the run has reached one");
    return stops;
}

/* The list that functions work on; NULL: there is none. */
static struct kam_xavp **list_of(struct kam_run *run, bool make) {
    if (!run->msg.is_request && (!sees_request(run) || (make && stop_uncollected(run))))
        return &reply_list(run)->values;
    if (in_branch(run)) return branch_list(run, &pv_headers_of(run)->branch, run->branch);
    if (is_forwarded(run)) return &pv_headers_of(run)->branch.values;
    struct kam_xavp *root = checked_root(run, make);
    return root ? &root->list : NULL;
}

/* To be told after a change. */
static void changed(struct kam_run *run) {
    if (run->msg.is_request && !in_branch(run) && !is_forwarded(run)) seal(run);
}

static struct kam_xavp *find(struct kam_run *run, struct span name, int64_t n) {
    struct kam_xavp **list = list_of(run, false);
    return list ? xavp_find(*list, name, XAVP_NOCASE, n) : NULL;
}

/* Who a message is from and to, and its Call-ID, are not changed here. */
static bool may_change(struct kam_run *run, struct span name) {
    bool may =
        !span_is_nocase(name, "From") && !span_is_nocase(name, "To") && !span_is_nocase(name, "Call-ID");
    if (!may)
        kam_run_stop(run,
                     "another From, To or Call-ID by module pv_headers, after which the real Kamailio may "
                     "crash, is not simulated, and the run has reached it");
    return may;
}

/* Puts the values into the message: all of a name stand where its last header stood. */
static void apply(struct kam_run *run, struct kam_xavp *list, struct edit_list *edits) {
    const struct pv_headers *m = pv_headers_of(run);
    const struct sip_header *end = run->msg.headers + run->msg.header_count;
    struct buf b = {0};
    for (const struct sip_header *h = run->msg.headers; h < end; h++) {
        if (is_party(h->id) || is_skipped(m, h->name) || !xavp_find(list, h->name, XAVP_NOCASE, 0)) continue;
        const struct sip_header *later = h + 1;
        while (later < end && !span_eq_nocase(later->name, h->name))
            later++;
        size_t at = (size_t)(h->line.p - run->msg.bytes.p);
        kam_lump_remove(edits, at, h->line.len);
        for (const struct kam_xavp *x = list; x && later == end; x = x->next)
            if (x->value.type != KAM_NULL && span_eq_nocase(x->name, h->name))
                buf_addf(&b, SPAN_FMT ": " SPAN_FMT "\r\n", SPAN_ARG(x->name), SPAN_ARG(x->value.s));
        if (b.len) kam_lump_insert(edits, at + h->line.len, buf_span(&b));
        buf_reset(&b);
    }
    for (const struct kam_xavp *x = list; x; x = x->next) {
        const struct sip_header *h = run->msg.headers;
        while (h < end && !span_eq_nocase(h->name, x->name))
            h++;
        if (h < end || x->value.type == KAM_NULL || is_skipped(m, x->name)) continue;
        buf_addf(&b, SPAN_FMT ": " SPAN_FMT "\r\n", SPAN_ARG(x->name), SPAN_ARG(x->value.s));
    }
    if (b.len) kam_lump_insert(edits, run->msg.header_end, buf_span(&b));
    buf_free(&b);
}

static bool request_came(struct kam_run *run) {
    struct pv_headers *m = pv_headers_of(run);
    if (!m->is_auto) return false;
    run->branch_flags |= kam_flag_bit(m->collect_flag);
    collect(run, &root_of(run, true)->list);
    seal(run);
    return false;
}

/*
 * Where it is marked what has been done with a branch: by a number that is too high by one, so that it is the
 * flags of the next destination of append_branch(). NULL: there is none, and nothing is marked.
 */
static uint32_t *branch_marks(struct kam_run *run, unsigned branch) {
    return branch < run->added_count ? &run->added[branch].flags : NULL;
}

static void branch_leaves(struct kam_run *run, unsigned branch) {
    struct pv_headers *m = pv_headers_of(run);
    uint32_t *marks = branch_marks(run, branch), flag = kam_flag_bit(m->apply_flag);
    if (!m->is_auto || (marks && *marks & flag)) return;
    if (marks) *marks |= flag;
    apply(run, *branch_list(run, &m->branch, branch), &run->branch_edits);
}

static void reply_leaves(struct kam_run *run) {
    if (pv_headers_of(run)->is_auto) apply(run, reply_list(run)->values, run->target);
}

/* Where it is marked what has been done; NULL: nowhere. */
static uint32_t *marks_of(struct kam_run *run) {
    struct pv_headers *m = pv_headers_of(run);
    if (in_branch(run)) return branch_marks(run, run->branch);
    if (is_forwarded(run)) return branch_marks(run, m->branch.branch);
    if (run->msg.is_request) return &run->branch_flags;
    list_of(run, false);
    return &m->reply.marks;
}

/* Marks it; false: it was. */
static bool mark(struct kam_run *run, int64_t flag) {
    uint32_t *marks = marks_of(run), bit = kam_flag_bit(flag);
    if (!marks) return true;
    bool was = *marks & bit;
    *marks |= bit;
    return !was;
}

static int pvh_collect(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    if (!mark(run, pv_headers_of(run)->collect_flag)) return -1;
    if (!run->msg.is_request) reply_list(run)->collected = true;
    collect(run, list_of(run, true));
    changed(run);
    return 1;
}

static int pvh_apply(struct kam_run *run, const struct kam_arg *args, size_t count) {
    const uint32_t *marks = marks_of(run);
    struct kam_xavp **list = list_of(run, false);
    int64_t flag = pv_headers_of(run)->apply_flag;
    (void)args, (void)count;
    if ((marks && *marks & kam_flag_bit(flag)) || stop_uncollected(run) || !list || !*list) return -1;
    mark(run, flag);
    apply(run, *list, run->target);
    return 1;
}

/* A branch's list is copied from the request's again. */
static int pvh_reset(struct kam_run *run, const struct kam_arg *args, size_t count) {
    uint32_t *marks = marks_of(run);
    struct kam_xavp **list = list_of(run, false);
    (void)args, (void)count;
    if (in_branch(run))
        list_forget(&pv_headers_of(run)->branch);
    else if (list && !sees_request(run))
        xavp_free(list);
    changed(run);
    if (marks) *marks &= ~kam_flag_bit(pv_headers_of(run)->collect_flag);
    return 1;
}

static int pvh_check(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return find(run, args[0].s, 0) ? 1 : -1;
}

static int pvh_append(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    if (!may_change(run, args[0].s)) return -1;
    append(list_of(run, true), args[0].s, pv_text(args[1].s.p ? args[1].s : SPAN("")));
    changed(run);
    return 1;
}

/* The values stay, as null ones. */
static int pvh_remove(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    struct kam_xavp *x;
    if (!may_change(run, args[0].s) || stop_uncollected(run)) return -1;
    for (int64_t n = 0; (x = find(run, args[0].s, n)); n++) {
        xavp_assign(x, pv_nothing());
        changed(run);
    }
    return 1;
}

/* With an index, and pvh_modify_header() in any case, 5.6.3 cannot read its last argument. */
static int fails(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)run, (void)args, (void)count;
    return -1;
}

/* The next one of the parameters in a value: between commas, without blanks around it. */
static bool next_param(struct span *left, struct span *param) {
    while (left->len) {
        *param = span_trim(span_cut(left, ','));
        if (param->len) return true;
    }
    return false;
}

static bool begins_with(struct span text, struct span s) {
    return text.len >= s.len && span_eq_nocase(span_head(text, s.len), s);
}

static bool has_param(const struct kam_xavp *x, struct span name) {
    struct span left = x->value.type == KAM_NULL ? (struct span){0} : x->value.s, param;
    while (next_param(&left, &param))
        if (begins_with(param, name)) return true;
    return false;
}

static int pvh_param_exists(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    const struct kam_xavp *x;
    for (int64_t n = 0; (x = find(run, args[0].s, n)); n++)
        if (has_param(x, args[1].s)) return 1;
    return -1;
}

static int pvh_remove_param(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    struct kam_xavp *x;
    struct span param;
    if (!may_change(run, args[0].s) || stop_uncollected(run)) return -1;
    for (int64_t n = 0; (x = find(run, args[0].s, n)); n++) {
        struct buf b = {0};
        if (!has_param(x, args[1].s)) continue;
        for (struct span left = x->value.s; next_param(&left, &param);)
            if (!begins_with(param, args[1].s))
                buf_addf(&b, "%s" SPAN_FMT, b.len ? ", " : "", SPAN_ARG(param));
        xavp_assign(x, b.len ? pv_text(buf_span(&b)) : pv_nothing());
        buf_free(&b);
        changed(run);
    }
    return 1;
}

/* $(x_hdr(A)[1]); from -1 on down they count from the end. */
static struct kam_xavp *indexed(struct kam_run *run, const struct kam_pv_at *at) {
    int64_t n = at->index == KAM_INDEX_NUMBER ? at->n : 0;
    struct kam_xavp **list = list_of(run, false);
    if (list && n < 0) n += xavp_count(*list, at->argument, XAVP_NOCASE);
    return n < 0 ? NULL : find(run, at->argument, n);
}

static struct kam_value get_hdr(struct kam_run *run, const struct kam_pv_at *at) {
    const struct kam_xavp *x = indexed(run, at);
    return x ? x->value : pv_nothing();
}

/* Without an index one more value, or the first one is gone; with [*] it takes the place of all. */
static bool set_hdr(struct kam_run *run, const struct kam_pv_at *at, struct kam_value value) {
    if (!may_change(run, at->argument) || stop_uncollected(run)) return false;
    bool null = value.type == KAM_NULL, has = find(run, at->argument, 0);
    bool one = at->index == KAM_INDEX_NUMBER || null;
    struct kam_xavp **list = list_of(run, true);
    struct kam_value text = null ? value : pv_text(kam_value_text(value, run->state.scratch));
    if (at->index == KAM_INDEX_ALL) {
        for (struct kam_xavp *x; (x = xavp_find(*list, at->argument, XAVP_NOCASE, 1));)
            xavp_remove(list, x);
        if (has)
            xavp_assign(xavp_find(*list, at->argument, XAVP_NOCASE, 0), text);
        else
            append(list, at->argument, text);
    } else if (has && one) {
        struct kam_xavp *x = indexed(run, at);
        if (!x) return false;
        xavp_assign(x, text);
    } else {
        append(list, at->argument, text);
    }
    changed(run);
    return true;
}

/* The value of From or To as it is now, read. */
static bool read_party(struct kam_run *run, const char *name, struct kam_address *a) {
    const struct kam_xavp *x = find(run, span_of(name), 0);
    if (!x || x->value.type == KAM_NULL) return false;
    kam_address_parse(a, x->value.s);
    return a->readable;
}

static struct kam_value party(struct kam_run *run, const char *name, enum pv_part part) {
    struct kam_address a;
    if (!read_party(run, name, &a)) return pv_nothing();
    if (part != PV_DISPLAY) return pv_part(a.uri, part);
    return a.display.len ? pv_text(a.display) : pv_nothing();
}

static struct kam_value party_tag(struct kam_run *run, const char *name) {
    struct kam_address a;
    return read_party(run, name, &a) ? pv_text(a.tag) : pv_nothing();
}

static bool set_party(struct kam_run *run, const struct kam_pv_at *at, struct kam_value value) {
    (void)at, (void)value;
    return may_change(run, SPAN("From"));
}

#define PARTY(c, name)                                                                                       \
    PV_GETTER(get_##c##u, party(run, name, PV_WHOLE))                                                        \
    PV_GETTER(get_##c##U, party(run, name, PV_USER))                                                         \
    PV_GETTER(get_##c##d, party(run, name, PV_HOST))                                                         \
    PV_GETTER(get_##c##n, party(run, name, PV_DISPLAY))                                                      \
    PV_GETTER(get_##c##t, party_tag(run, name))
PARTY(f, "From")
PARTY(t, "To")

PV_GETTER(get_rs, run->msg.is_request ? pv_nothing() : pv_number(run->msg.status))

static struct kam_value get_rr(struct kam_run *run, const struct kam_pv_at *at) {
    (void)at;
    if (run->msg.is_request) return pv_nothing();
    const struct own_list *l = reply_list(run);
    return pv_text(l->has_reason ? buf_span(&l->reason) : run->msg.reason);
}

static bool set_rs(struct kam_run *run, const struct kam_pv_at *at, struct kam_value value) {
    uint64_t n = (uint64_t)value.n;
    (void)at;
    if (run->msg.is_request || value.type == KAM_NULL) return false;
    if (value.type == KAM_STR && !span_to_u64(value.s, INT32_MAX, &n)) return false;
    return textopsx_change_status(run, (int64_t)n);
}

static bool set_rr(struct kam_run *run, const struct kam_pv_at *at, struct kam_value value) {
    struct span text = kam_value_text(value, run->state.scratch);
    (void)at;
    if (run->msg.is_request || !text.len) return false;
    struct own_list *l = reply_list(run);
    buf_reset(&l->reason);
    buf_add(&l->reason, text);
    if (l->has_reason)
        kam_run_stop(run, "a second assignment to $x_rr is not simulated, and the run has reached it");
    l->has_reason = true;
    kam_lump_replace(run->target, (size_t)(run->msg.reason.p - run->msg.bytes.p), run->msg.reason.len, text);
    return true;
}

static const struct kam_pv pvs[] = {{"x_hdr", KAM_PV_NAMED, get_hdr, set_hdr, .indexed = true},
                                    {"x_fu", KAM_PV_PLAIN, get_fu, set_party},
                                    {"x_fU", KAM_PV_PLAIN, get_fU, set_party},
                                    {"x_fd", KAM_PV_PLAIN, get_fd, set_party},
                                    {"x_fn", KAM_PV_PLAIN, get_fn, set_party},
                                    {"x_ft", KAM_PV_PLAIN, get_ft, NULL},
                                    {"x_tu", KAM_PV_PLAIN, get_tu, set_party},
                                    {"x_tU", KAM_PV_PLAIN, get_tU, set_party},
                                    {"x_td", KAM_PV_PLAIN, get_td, set_party},
                                    {"x_tn", KAM_PV_PLAIN, get_tn, set_party},
                                    {"x_tt", KAM_PV_PLAIN, get_tt, NULL},
                                    {"x_rs", KAM_PV_PLAIN, get_rs, set_rs},
                                    {"x_rr", KAM_PV_PLAIN, get_rr, set_rr},
                                    {NULL, KAM_PV_PLAIN, NULL, NULL}};

#define TWO                                                                                                  \
    { ARG_FORMAT, ARG_FORMAT }
static const struct kam_function functions[] = {
    {"pvh_collect_headers", 0, 0, KAM_ANY_ROUTE, pvh_collect},
    {"pvh_apply_headers", 0, 0, KAM_ANY_ROUTE, pvh_apply},
    {"pvh_reset_headers", 0, 0, KAM_ANY_ROUTE, pvh_reset},
    {"pvh_check_header", 1, 1, KAM_ANY_ROUTE, pvh_check, {ARG_FORMAT}, .expressions = true},
    {"pvh_append_header", 2, 2, KAM_ANY_ROUTE, pvh_append, TWO, .expressions = true},
    {"pvh_modify_header",
     2,
     3,
     KAM_ANY_ROUTE,
     fails,
     {ARG_FORMAT, ARG_FORMAT, ARG_FORMAT},
     .expressions = true},
    {"pvh_remove_header", 1, 1, KAM_ANY_ROUTE, pvh_remove, {ARG_FORMAT}, .expressions = true},
    {"pvh_remove_header", 2, 2, KAM_ANY_ROUTE, fails, TWO, .expressions = true},
    {"pvh_header_param_exists", 2, 2, KAM_ANY_ROUTE, pvh_param_exists, TWO, .expressions = true},
    {"pvh_remove_header_param", 2, 2, KAM_ANY_ROUTE, pvh_remove_param, TWO, .expressions = true},
    {0}};

#define SKIPPED "Record-Route,Via,Route,Content-Length,Max-Forwards,CSeq"

static const struct kam_param params[] = {
    {KAM_TEXT("xavi_name", "headers"), KAM_INTO(struct pv_headers, xavi_name)},
    {KAM_INT("header_value_size", VALUE_MAX, 0, INT32_MAX), KAM_NOT_SIMULATED},
    {KAM_INT("header_collect_flag", 27, 0, 31), KAM_INTO(struct pv_headers, collect_flag)},
    {KAM_INT("header_apply_flag", 28, 0, 31), KAM_INTO(struct pv_headers, apply_flag)},
    {KAM_TEXT("skip_headers", SKIPPED), KAM_INTO(struct pv_headers, skip)},
    {KAM_TEXT("split_headers", ""), KAM_NOT_SIMULATED},
    {KAM_FLAG("auto_msg", 1), KAM_INTO(struct pv_headers, wants_auto)},
    {0}};

/* What Kamailio itself writes must be left alone. */
static bool load(struct kam_program *p, const struct source *cfg, struct source_set *set, struct diag *diag) {
    struct pv_headers m = {0};
    (void)cfg, (void)set;
    kam_program_settings(p, &kam_pv_headers_module, &m);
    for (struct span left = SPAN(SKIPPED); left.len;) {
        struct span name = span_cut(&left, ',');
        if (is_skipped(&m, name)) continue;
        diag_error(diag, kam_program_param_at(p, &kam_pv_headers_module, "skip_headers"),
                   "pv_headers.skip_headers without " SPAN_FMT " is not simulated", SPAN_ARG(name));
        return false;
    }
    return true;
}

static void init(struct kamailio *k, void *data) {
    struct pv_headers *m = data;
    m->is_auto = m->wants_auto && kam_module_data(k, KAM_MODULE_TM);
}

static void end(void *data) {
    struct pv_headers *m = data;
    list_forget(&m->branch);
    list_forget(&m->reply);
}

const struct kam_module kam_pv_headers_module = {.name = "pv_headers",
                                                 .functions = functions,
                                                 .params = params,
                                                 .pvs = pvs,
                                                 .data_size = sizeof(struct pv_headers),
                                                 .load = load,
                                                 .init = init,
                                                 .free = end,
                                                 .request_came = request_came,
                                                 .branch_leaves = branch_leaves,
                                                 .reply_leaves = reply_leaves};
