/* SPDX-License-Identifier: MIT */
#include "model/kamailio/message/credentials.h"

#include <string.h>

/* Where a parameter of that name goes, but for those of skip_chained(); NULL: nobody asks for it. Of two the
 * last one counts. */
static struct span *member(struct kam_credentials *c, struct span name) {
    const struct {
        const char *name;
        struct span *to;
    } known[] = {{"username", &c->username},
                 {"uri", &c->uri},
                 {"algorithm", &c->algorithm},
                 {"cnonce", &c->cnonce},
                 {"opaque", &c->opaque},
                 {"qop", &c->qop},
                 {"nc", &c->nc}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (span_is_nocase(name, known[i].name)) return known[i].to;
    return NULL;
}

/* "a b" up to the next quote: nothing is escaped; or what stands before a blank or a comma, which is not
 * empty. */
static bool read_value(struct span *value, struct span *left) {
    bool quoted = left->len && left->p[0] == '"';
    if (quoted) *left = span_skip(*left, 1);
    size_t n = 0;
    while (n < left->len &&
           (quoted ? left->p[n] != '"' : left->p[n] != ',' && !ascii_space((unsigned char)left->p[n])))
        n++;
    if (quoted ? n == left->len : n == 0) return false;
    *value = span_head(*left, n);
    *left = span_skip(*left, n);
    return true;
}

/*
 * realm, nonce and response are looked for one behind the other: what begins as one of them and goes on
 * otherwise is held against the end of the next one four bytes further on, whatever stands there. Returns how
 * many bytes of such a name are behind, 0: it begins otherwise; *to is where it goes if = follows.
 */
static size_t skip_chained(struct kam_credentials *c, struct span left, struct span **to) {
    const struct {
        const char *head, *tail;
        struct span *to;
    } chain[] = {{"real", "m", &c->realm}, {"nonc", "e", &c->nonce}, {"resp", "onse", &c->response}};
    const size_t count = sizeof chain / sizeof *chain;
    size_t i = 0, behind = 0;
    while (i < count && !span_starts_nocase(left, chain[i].head))
        i++;
    for (; i < count; i++) {
        behind += 4;
        if (behind > left.len || !span_starts_nocase(span_skip(left, behind), chain[i].tail)) continue;
        *to = chain[i].to;
        return behind + strlen(chain[i].tail);
    }
    return behind;
}

/* name=value; a name goes on to the next =, whatever stands there, and what follows the value has no meaning.
 */
static bool read_param(struct kam_credentials *c, struct span *left) {
    struct span *to = NULL;
    size_t behind = skip_chained(c, *left, &to);
    if (behind > left->len) return false;
    struct span name = span_skip(*left, behind), value;
    ptrdiff_t equals = span_find(name, '=');
    if (equals < 0) return false;
    *left = span_skip_space(span_skip(name, (size_t)equals + 1));
    name = span_trim(span_head(name, (size_t)equals));
    if (behind == 0)
        to = member(c, name);
    else if (name.len)
        to = NULL;
    if (!read_value(&value, left)) return false;
    if (to) *to = value;
    return true;
}

enum kam_credentials_kind kam_credentials_parse(struct kam_credentials *c, struct span value) {
    *c = (struct kam_credentials){0};
    struct span left = span_skip(value, 6);
    if (!span_starts_nocase(value, "Digest") || left.len == 0 ||
        !(left.p[0] == ',' || ascii_space((unsigned char)left.p[0])))
        return KAM_CREDENTIALS_OTHER;
    left = span_skip_space(span_skip(left, 1));
    for (;;) {
        if (left.len == 0 || !read_param(c, &left)) break;
        ptrdiff_t comma = span_find(left, ',');
        if (comma < 0) return KAM_CREDENTIALS_DIGEST;
        left = span_skip_space(span_skip(left, (size_t)comma + 1));
    }
    *c = (struct kam_credentials){0};
    return KAM_CREDENTIALS_BROKEN;
}

/* A username of one or two characters is not taken apart. */
static bool is_whole(struct span username) { return username.len <= 2; }

/* Where the domain's @ is, or -1. */
static ptrdiff_t domain_sign(struct span username) {
    return is_whole(username) ? -1 : span_find(username, '@');
}

struct span kam_credentials_user(const struct kam_credentials *c) {
    if (is_whole(c->username)) return c->username;
    ptrdiff_t at = domain_sign(c->username);
    struct span user = at < 0 ? c->username : span_head(c->username, (size_t)at);
    return span_skip(user, (size_t)(span_find(user, ':') + 1)); /* behind a scheme */
}

struct span kam_credentials_domain(const struct kam_credentials *c) {
    ptrdiff_t at = domain_sign(c->username);
    return at < 0 ? (struct span){0} : span_skip(c->username, (size_t)at + 1);
}

bool kam_credentials_counts(const struct kam_credentials *c) {
    struct span qop = span_trim(c->qop);
    return span_is_nocase(qop, "auth") || span_is_nocase(qop, "auth-int");
}
