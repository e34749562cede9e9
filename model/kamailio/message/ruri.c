/* SPDX-License-Identifier: MIT */
#include "model/kamailio/message/ruri.h"

bool kam_uri_is_phone(const struct uri *u) {
    return u->kind == URI_TEL || (u->kind != URI_URN && span_is(uri_param(u, "user"), "phone"));
}

/* The last transport parameter goes, if it has a value. */
static void add_without_transport(struct buf *out, const struct uri *u) {
    struct span value = uri_param(u, "transport"), params = u->params;
    if (!value.len) {
        buf_add(out, params);
        return;
    }
    buf_add(out, span_between(params.p, value.p - strlen(";transport=")));
    buf_add(out, span_between(value.p + value.len, params.p + params.len));
}

/* The user of a phone number ends before its parameters. */
struct span kam_run_user(const struct kam_run *run) {
    struct uri u;
    if (!run->msg.is_request || !uri_parse(&u, kam_run_uri(run))) return (struct span){0};
    ptrdiff_t end = u.kind != URI_TEL && kam_uri_is_phone(&u) && u.user.p ? span_find(u.user, ';') : -1;
    return end < 0 ? u.user : span_head(u.user, (size_t)end);
}

/*
 * The scheme is always written anew, and host and parameters of a urn are lost. A tel: URI that gets a host
 * becomes a sip: one whose user has the parameters.
 */
static void write_replaced(struct buf *out, const struct uri *old, enum kam_uri_part part, struct span text) {
    struct uri u = *old;
    bool is_tel = u.kind == URI_TEL, phone = kam_uri_is_phone(&u), to_sip = is_tel && part != KAM_URI_USER;
    bool without_port = part == KAM_URI_HOST_PORT || part == KAM_URI_HOST_PORT_TRANSPORT;
    bool host_is_new = part == KAM_URI_HOST || without_port; /* then it may be empty */
    struct span of_number = to_sip ? u.params : (struct span){0};
    if (phone && !is_tel) {
        ptrdiff_t semicolon = u.user.p ? span_find(u.user, ';') : -1;
        if (semicolon >= 0) {
            of_number = span_skip(u.user, (size_t)semicolon);
            u.user = span_head(u.user, (size_t)semicolon);
        }
    }
    if (u.kind == URI_URN) u.host = u.params = (struct span){0};
    if (to_sip) u.params = SPAN(";user=phone");
    if (part == KAM_URI_USER || part == KAM_URI_USER_PASSWORD) u.user = text;
    if (part == KAM_URI_USER_PASSWORD) u.password = (struct span){0};
    if (host_is_new) u.host = text;
    if (part == KAM_URI_PORT) u.port = text.len ? text : (struct span){0};
    if (without_port) u.port = (struct span){0};
    buf_add_text(out, is_tel && !to_sip ? "tel:" : u.kind == URI_SIPS && !phone ? "sips:" : "sip:");
    buf_add(out, u.user);
    if (u.user.len && u.password.p) {
        buf_add_char(out, ':');
        buf_add(out, u.password);
    }
    buf_add(out, of_number);
    if (u.user.len && (u.host.len || host_is_new)) buf_add_char(out, '@');
    buf_add(out, u.host);
    if (u.port.p) {
        buf_add_char(out, ':');
        buf_add(out, u.port);
    }
    if (part == KAM_URI_HOST_PORT_TRANSPORT)
        add_without_transport(out, &u);
    else
        buf_add(out, u.params);
    if (part == KAM_URI_USER_PHONE) buf_add_text(out, ";user=phone");
    buf_add(out, u.headers);
}

bool kam_run_add_user_phone(struct kam_run *run) {
    struct uri u;
    if (!run->msg.is_request || !uri_parse(&u, kam_run_uri(run))) return false;
    return kam_uri_is_phone(&u) || kam_run_replace_part(run, KAM_URI_USER_PHONE, SPAN(""));
}

bool kam_run_replace_uri(struct kam_run *run, struct span uri) {
    if (!run->msg.is_request || uri.len == 0) return false;
    kam_run_set_uri(run, uri);
    return true;
}

bool kam_run_replace_part(struct kam_run *run, enum kam_uri_part part, struct span text) {
    enum { URI_MAX = 1024 };
    struct uri u;
    if (!run->msg.is_request || !uri_parse(&u, kam_run_uri(run))) return false;
    if (u.kind == URI_TEL && part == KAM_URI_PORT) return true; /* a number has none: nothing happens */
    struct buf b = {0};
    write_replaced(&b, &u, part, text);
    bool fits = b.len <= URI_MAX; /* else it stays as it was */
    if (b.len == URI_MAX && part != KAM_URI_USER_PHONE)
        kam_run_stop(run, "Kamailio 5.6.3 crashes here: a Request-URI that gets 1024 bytes long");
    if (fits) kam_run_set_uri(run, buf_span(&b));
    buf_free(&b);
    return fits;
}
