/* SPDX-License-Identifier: MIT */
/* Names that lead to one device alone: the GRUUs of RFC 5627 (facts: Kamailio 15.5). */
#include "model/kamailio/instance.h"
#include "model/kamailio/message/branch.h"
#include "model/kamailio/message/header.h"
#include "model/kamailio/modules/registrar/registrar.h"

static bool asks_for_them(const struct kam_run *run) {
    for (const struct sip_header *h = run->msg.headers; h < run->msg.headers + run->msg.header_count; h++) {
        bool supported = kam_header_is(h, SPAN("Supported")) || kam_header_is(h, SPAN("k"));
        for (struct span left = supported ? h->value : SPAN(""); left.len;)
            if (span_is_nocase(span_trim(span_cut(&left, ',')), "gruu")) return true;
    }
    return false;
}

/* The instance as a URI shows it. */
static struct span shown(const struct usrloc_contact *c) {
    struct span s = c->instance ? span_of(c->instance) : (struct span){0};
    return span_starts(s, "<") && s.len > 1 ? (struct span){s.p + 1, s.len - 2} : s;
}

void registrar_gruu_write(struct buf *out, const struct kam_run *run, struct span aor,
                          const struct usrloc_contact *c) {
    struct uri to;
    if (!registrar_of(run)->gruu_enabled || !c->instance || !*c->instance || !asks_for_them(run)) return;
    if (!uri_parse(&to, run->to_uri)) return;
    struct buf host = {0};
    if (!registrar_locations(run)->use_domain) buf_addf(&host, "@" SPAN_FMT, SPAN_ARG(to.host));
    buf_addf(out, ";pub-gruu=\"sip:" SPAN_FMT SPAN_FMT ";gr=" SPAN_FMT "\";temp-gruu=\"sip:%s-",
             SPAN_ARG(aor), SPAN_ARG(buf_span(&host)), SPAN_ARG(shown(c)), c->ruid);
    if (usrloc_hash(aor)) kam_reverse_hex_write(out, usrloc_hash(aor));
    buf_addf(out, "@" SPAN_FMT ";gr\"", SPAN_ARG(to.host));
    buf_free(&host);
}

bool registrar_is_gruu(const struct uri *uri) { return uri_param(uri, "gr").p != NULL; }

struct search {
    struct span ruid;
    const struct usrloc_contact *found;
};

static void compare(void *arg, struct span aor, struct usrloc_contact *c) {
    struct search *s = arg;
    (void)aor;
    if (!s->found && c->ruid && span_is(s->ruid, c->ruid)) s->found = c;
}

int registrar_gruu_find(const struct usrloc_contact **c, const struct kam_run *run, const struct uri *uri,
                        struct span aor) {
    enum { NO_NAME = -3 };
    const struct usrloc *u = registrar_locations(run);
    struct span instance = uri_param(uri, "gr");
    struct search s = {.ruid = uri->user};
    if (instance.len) {
        s.found = usrloc_first(u, aor);
        while (s.found && !(s.found->instance && span_eq(instance, shown(s.found))))
            s.found = s.found->next;
    } else {
        while (s.ruid.len && s.ruid.p[s.ruid.len - 1] != '-')
            s.ruid.len--;
        if (!s.ruid.len) return NO_NAME;
        s.ruid.len--;
        usrloc_each(u, 0, 1, compare, &s);
    }
    *c = s.found;
    return s.found && s.found->expires_s > kam_now_s(run->k) ? 1 : -1;
}
