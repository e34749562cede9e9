/* SPDX-License-Identifier: MIT */
/* textops: substitutions in a message, a header or the Request-URI (facts: Kamailio 31.1). */
#include "model/kamailio/message/header.h"
#include "model/kamailio/message/lump.h"
#include "model/kamailio/message/ruri.h"
#include "model/kamailio/modules/textops/textops.h"

/* What was found in one text, kept until it is known that all of it is good. */
struct changes {
    struct edit_list list;
    size_t at; /* the text's offset */
};

static void keep(void *arg, size_t at, size_t len, struct span text) {
    struct changes *c = arg;
    kam_lump_replace(&c->list, c->at + at, len, text);
}

/* Substitutes in a text of the message; the number of matches. */
static size_t substitute(struct kam_run *run, const struct kam_arg *arg, struct span text, size_t at) {
    struct changes c = {.at = at};
    bool good = kam_subst_run(run, arg->subst, text, keep, &c);
    size_t count = good ? c.list.count : 0;
    for (const struct edit *e = c.list.edits; e < c.list.edits + count; e++)
        kam_lump_change(run, e->at, e->removed, (struct span){c.list.texts.p + e->text, e->text_len});
    edit_list_free(&c.list);
    return count;
}

static int substitute_part(struct kam_run *run, const struct kam_arg *arg, enum textops_part part) {
    size_t at;
    struct span text = textops_part(run, part, &at);
    return substitute(run, arg, text, at) ? 1 : -1;
}

int textops_subst(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return substitute_part(run, &args[0], TEXTOPS_REST);
}

int textops_subst_body(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return substitute_part(run, &args[0], TEXTOPS_BODY);
}

/* In the values of the headers of a name: of the first one ("f"), the last one ("l"), or all. */
int textops_subst_hf(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    char which = args[2].s.len ? args[2].s.p[0] : 'a';
    const struct sip_header *last = NULL;
    size_t found = 0;
    run->all_read = true;
    if (run->damaged) return -1;
    for (const struct sip_header *h = run->msg.headers; h < run->msg.headers + run->msg.header_count; h++) {
        if (!kam_header_is(h, args[0].s)) continue;
        last = h;
        if (which != 'l')
            found += substitute(run, &args[1], kam_header_body(h), textops_offset(run, h->value.p));
        if (which == 'f') break;
    }
    if (which == 'l' && last)
        found = substitute(run, &args[1], kam_header_body(last), textops_offset(run, last->value.p));
    return found ? 1 : -1;
}

int textops_subst_uri(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    if (!run->msg.is_request) return -1;
    struct span uri = kam_subst_apply(run, args[0].subst, kam_run_uri(run));
    if (!uri.p) return -1;
    kam_run_set_uri(run, uri);
    return 1;
}

int textops_subst_user(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    struct span old = kam_run_user(run);
    struct span user = kam_subst_apply(run, args[0].subst, old.p ? old : SPAN(""));
    return user.p && kam_run_replace_part(run, KAM_URI_USER, user) ? 1 : -1;
}
