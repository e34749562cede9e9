/* SPDX-License-Identifier: MIT */
/* Transformations that need what the core itself reads and computes: {tobody.*}, {s.corehash}. (facts:
 * Kamailio 18.2, 54)
 */
#include "model/kamailio/script/transform.h"
#include "model/kamailio/message/address.h"
#include "model/kamailio/message/branch.h"
#include "model/sip/uri.h"

enum body_part { BODY_URI, BODY_TAG, BODY_DISPLAY, BODY_PARAMS, BODY_USER, BODY_HOST };

/* The value of a From or To; only with a URI that can be read. */
static bool body(const struct transform_call *c, struct kam_value *v, enum body_part which) {
    struct span text = transform_text(c, *v);
    struct kam_address a;
    struct uri u;
    kam_address_parse(&a, text);
    if (!a.readable || !uri_parse(&u, a.uri)) return false;
    const char *open = a.uri.p, *end = text.p + text.len;
    while (open > text.p && ascii_space((unsigned char)open[-1]))
        open--;
    bool enclosed = open > text.p && open[-1] == '<';
    struct span rest = span_skip_space(span_between(a.uri.p + a.uri.len, end));
    if (enclosed) rest = span_skip_space(span_skip(rest, 1));
    switch (which) {
    case BODY_URI: return transform_is_text(v, a.uri);
    case BODY_DISPLAY:
        return transform_is_text(v, enclosed ? span_trim(span_between(text.p, open - 1)) : SPAN(""));
    case BODY_PARAMS: return transform_is_text(v, rest.len ? span_skip_space(span_skip(rest, 1)) : SPAN(""));
    case BODY_USER: return transform_is_text(v, u.user);
    case BODY_HOST: return transform_is_text(v, u.host);
    default: return transform_is_text(v, a.tag);
    }
}

#define BODY(name, part)                                                                                     \
    static bool name(const struct transform_call *c, struct kam_value *v) { return body(c, v, part); }

BODY(tobody_uri, BODY_URI)
BODY(tobody_tag, BODY_TAG)
BODY(tobody_display, BODY_DISPLAY)
BODY(tobody_params, BODY_PARAMS)
BODY(tobody_user, BODY_USER)
BODY(tobody_host, BODY_HOST)

/* With a number n, & (n - 1); of 0, that is all of it. */
static bool s_corehash(const struct transform_call *c, struct kam_value *v) {
    uint32_t hash = kam_hash(transform_text(c, *v), (struct span){0});
    if (c->count) hash &= (uint32_t)c->n[0] - 1;
    struct buf b = {0};
    buf_add_u64(&b, hash);
    return transform_is_built(c, v, &b);
}

const struct transform_row kam_transform_core[] = {
    {"tobody.uri", "", tobody_uri},         {"tobody.tag", "", tobody_tag},
    {"tobody.display", "", tobody_display}, {"tobody.params", "", tobody_params},
    {"tobody.user", "", tobody_user},       {"tobody.host", "", tobody_host},
    {"s.corehash", "?n", s_corehash},       {NULL, NULL, NULL},
};
