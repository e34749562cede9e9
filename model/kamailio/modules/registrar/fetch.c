/* SPDX-License-Identifier: MIT */
/* reg_fetch_contacts() and $ulc(PROFILE=>FIELD): copies of contacts for scripts (facts: Kamailio 15.4). */
#include "base/mem.h"
#include "model/kamailio/event.h"
#include "model/kamailio/modules/registrar/registrar.h"
#include "model/kamailio/pv/pv.h"

#include <stdlib.h>

/* The contacts of an address of record as they were, of one process. */
struct profile {
    struct profile *next;
    const struct kam_process *process;
    char *name, *aor;
    struct usrloc_contact *contacts;
    size_t count;
};

static struct profile *find(const struct usrloc *u, const struct kam_process *process, struct span name) {
    struct profile *p = u->profiles;
    while (p && (p->process != process || !span_is(name, p->name)))
        p = p->next;
    return p;
}

static struct profile *need(struct usrloc *u, const struct kam_process *process, struct span name) {
    struct profile *p = find(u, process, name);
    if (p) return p;
    p = mem_new(sizeof *p);
    *p = (struct profile){
        .next = u->profiles, .process = process, .name = mem_text(name), .aor = mem_text(SPAN(""))};
    u->profiles = p;
    return p;
}

static void empty(struct profile *p) {
    for (struct usrloc_contact *next; p->contacts; p->contacts = next) {
        next = p->contacts->next;
        usrloc_contact_free(p->contacts);
    }
    p->count = 0;
}

static void fill(struct profile *p, struct span aor, const struct usrloc_contact *c, bool alone) {
    struct usrloc_contact **end = &p->contacts;
    empty(p);
    usrloc_set_text(&p->aor, aor);
    for (; c; c = alone ? NULL : c->next) {
        *end = usrloc_contact_copy(c);
        end = &(*end)->next;
        p->count++;
    }
}

void registrar_profiles_free(struct usrloc *u) {
    for (struct profile *p = u->profiles, *next; p; p = next) {
        next = p->next;
        empty(p);
        free(p->name);
        free(p->aor);
        free(p);
    }
}

int registrar_fetch(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct usrloc *u = registrar_locations(run);
    struct profile *p = need(u, run->state.process, args[2].s);
    struct buf aor = {0};
    (void)count;
    empty(p);
    if (registrar_aor_write(&aor, run, args[1].s))
        fill(p, buf_span(&aor), usrloc_first(u, buf_span(&aor)), false);
    buf_free(&aor);
    return p->count ? 1 : -1;
}

int registrar_forget(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct profile *p = find(registrar_locations(run), run->state.process, args[0].s);
    (void)count;
    if (p) empty(p);
    return 1;
}

void registrar_tell_expired(struct usrloc *u, struct span aor, const struct usrloc_contact *c) {
    struct kamailio *k = u->k;
    if (!kam_module_data(k, KAM_MODULE_REGISTRAR) || !kam_event_wanted(k, "usrloc:contact-expired")) return;
    fill(need(u, &k->timer, SPAN("exp")), aor, c, true);
    kam_event_alone(k, "usrloc:contact-expired", &(struct kam_made_up){0});
}

static struct kam_value text_of(const char *text) { return pv_text(text ? span_of(text) : SPAN("")); }

static struct kam_value field_of(struct kam_run *run, const struct profile *p, const struct usrloc_contact *c,
                                 struct span field) {
    const struct {
        const char *name;
        int64_t n;
    } numbers[] = {{"aorhash", 0},
                   {"expires", c->expires_s},
                   {"q", c->q},
                   {"cseq", c->cseq},
                   {"flags", 0},
                   {"cflags", c->branch_flags},
                   {"modified", c->modified_s},
                   {"methods", c->methods},
                   {"count", (int64_t)p->count},
                   {"server_id", run->k->globals->server_id}};
    const struct {
        const char *name, *text;
    } texts[] = {{"aor", p->aor},   {"domain", "location"},       {"addr", c->uri},
                 {"path", c->path}, {"received", c->received},    {"callid", c->call_id},
                 {"ruid", c->ruid}, {"user_agent", c->user_agent}};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (span_is(field, numbers[i].name)) return pv_number(numbers[i].n);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (span_is(field, texts[i].name)) return text_of(texts[i].text);
    if (span_is(field, "regid")) return pv_number(c->reg_id);
    if (span_is(field, "instance") && c->instance) return text_of(c->instance);
    if (span_is(field, "socket") && c->socket)
        return pv_joined(run, "udp:", c->socket->address, c->socket->port, "");
    return pv_nothing();
}

struct kam_value registrar_get_ulc(struct kam_run *run, const struct kam_pv_at *at) {
    ptrdiff_t arrow = span_search(at->argument, SPAN("=>"));
    if (arrow < 0) return pv_nothing();
    const struct profile *p =
        find(registrar_locations(run), run->state.process, span_trim(span_head(at->argument, (size_t)arrow)));
    int64_t n = at->index == KAM_INDEX_NUMBER && at->n > 0 ? at->n : 0;
    const struct usrloc_contact *c = p ? p->contacts : NULL;
    while (c && n-- > 0)
        c = c->next;
    return c ? field_of(run, p, c, span_trim(span_skip(at->argument, (size_t)arrow + 2))) : pv_nothing();
}
