/* SPDX-License-Identifier: MIT */
/*
 * A nonce is base64 of: the second when it ends and the one when it was made, each as 32 bits, the MD5 of
 * those, a number of the nonce's own (nonce_count) and the secret, and, where the request is to be the same,
 * an MD5 of parts of it and another secret. (facts: Kamailio 40.1)
 */
#include "base/base64.h"
#include "base/mem.h"
#include "model/kamailio/instance.h"
#include "model/kamailio/modules/auth/auth.h"

#include <md5.h>

enum {
    STAMP_LEN = 8,
    SUM_LEN = MD5_DIGEST_LENGTH,
    PLAIN_LEN = STAMP_LEN + SUM_LEN,
    CHECKED_LEN = PLAIN_LEN + SUM_LEN,
    MARK_LEN = 5, /* a number that nonce_count and one_time_nonce add, and which of them has */
    MARK_COUNTS = 0x80,
    MARK_ONCE = 0x40,
    NC_LEN = 8,
    TEXT_MAX = 64
};

/* What auth_checks_... ask for. */
enum { CHECK_URI = 1, CHECK_CALL_ID = 2, CHECK_FROM_TAG = 4, CHECK_SOURCE = 8 };

static int64_t checks_of(const struct kam_run *run) {
    const struct auth *a = auth_of(run);
    if (auth_kind_of(run) == AUTH_WWW) return a->checks_register;
    return run->to_tag.len ? a->checks_in_dialog : a->checks_no_dialog;
}

static void put_u32(uint8_t *to, int64_t n) {
    for (int i = 0; i < 4; i++)
        to[i] = (uint8_t)((uint64_t)n >> (24 - 8 * i));
}

static int64_t get_u32(const uint8_t *from) {
    int64_t n = 0;
    for (int i = 0; i < 4; i++)
        n = n << 8 | from[i];
    return n;
}

static void add(MD5_CTX *md5, struct span s) { MD5Update(md5, (const uint8_t *)s.p, s.len); }

static void stamp_sum(uint8_t sum[SUM_LEN], const struct auth *a, const uint8_t *stamp, const uint8_t *mark) {
    MD5_CTX md5;
    MD5Init(&md5);
    MD5Update(&md5, stamp, STAMP_LEN);
    if (mark) MD5Update(&md5, mark, MARK_LEN);
    add(&md5, a->nonce_secret);
    MD5Final(sum, &md5);
}

static void request_sum(uint8_t sum[SUM_LEN], struct kam_run *run, int64_t checks) {
    MD5_CTX md5;
    uint8_t source[4];
    put_u32(source, run->source.ip);
    MD5Init(&md5);
    if (checks & CHECK_URI) add(&md5, run->msg.uri);
    if (checks & CHECK_CALL_ID) add(&md5, run->call_id->value);
    if (checks & CHECK_FROM_TAG) add(&md5, kam_run_from(run)->tag);
    if (checks & CHECK_SOURCE) MD5Update(&md5, source, sizeof source);
    add(&md5, auth_of(run)->check_secret);
    MD5Final(sum, &md5);
}

/* The bytes of a text of whole groups; other characters than base64's are 0. */
static size_t read_base64(uint8_t *bytes, struct span text) {
    size_t len = 0;
    for (size_t i = 0; i < text.len; i += 4) {
        uint32_t group = 0;
        for (size_t d = 0; d < 4; d++) {
            const char *at = text.p[i + d] ? strchr(base64_letters, text.p[i + d]) : NULL;
            group = group << 6 | (uint32_t)(at ? at - base64_letters : 0);
        }
        for (size_t b = 0; b < 3; b++)
            bytes[len++] = (uint8_t)(group >> (16 - 8 * b));
    }
    while (text.len && text.p[text.len - 1] == '=' && len > 0)
        text.len--, len--;
    return len;
}

/* One more nonce is given out: nothing has answered it yet. */
static void expect_count(struct auth *a) {
    if (a->given == a->counts_cap) {
        a->counts_cap = a->counts_cap ? 2 * a->counts_cap : 64;
        a->counts = mem_resize(a->counts, a->counts_cap * sizeof *a->counts);
    }
    a->counts[a->given++] = (struct auth_given){0};
}

void auth_nonce_write(struct buf *out, struct kam_run *run) {
    struct auth *a = auth_of(run);
    int64_t now_s = kam_now_s(run->k), checks = checks_of(run);
    uint8_t bytes[CHECKED_LEN + MARK_LEN];
    size_t len = checks ? CHECKED_LEN : PLAIN_LEN;
    uint8_t *mark = a->nonce_count || a->one_time_nonce ? bytes + len : NULL;
    put_u32(bytes, now_s + a->nonce_expire);
    put_u32(bytes + 4, now_s);
    if (mark) {
        put_u32(mark, a->first_id + AUTH_ID_STEP * (uint32_t)a->given);
        mark[MARK_LEN - 1] =
            (uint8_t)((a->nonce_count ? MARK_COUNTS : 0) | (a->one_time_nonce ? MARK_ONCE : 0));
        len += MARK_LEN;
        expect_count(a);
    }
    stamp_sum(bytes + STAMP_LEN, a, bytes, mark);
    if (checks) request_sum(bytes + PLAIN_LEN, run, checks);
    base64_add(out, (struct span){(char *)bytes, len}, base64_letters, '=');
}

static size_t place_of(const struct auth *a, const uint8_t *mark) {
    return ((uint32_t)get_u32(mark) - a->first_id) / AUTH_ID_STEP;
}

static enum auth_result check_once(struct auth *a, const uint8_t *mark) {
    size_t place = place_of(a, mark);
    if (place >= a->given) return AUTH_STALE;
    if (a->counts[place].used) return AUTH_USED;
    a->counts[place].used = true;
    return AUTH_OK;
}

/* A response with nc counts up from the one before to the same nonce, as far as a byte goes. */
static enum auth_result check_count(struct auth *a, const uint8_t *mark, const struct kam_credentials *c) {
    uint64_t nc = 0;
    size_t place = place_of(a, mark);
    if (c->nc.len != NC_LEN) return AUTH_ERROR;
    for (size_t i = 0; i < NC_LEN; i++) {
        int digit = ascii_hex(c->nc.p[i]);
        if (digit < 0) return AUTH_ERROR;
        nc = nc << 4 | (unsigned)digit;
    }
    if (place >= a->given || nc <= a->counts[place].nc || nc > UINT8_MAX) return AUTH_STALE;
    a->counts[place].nc = (uint8_t)nc;
    return AUTH_OK;
}

enum auth_result auth_nonce_check(struct kam_run *run, const struct kam_credentials *c) {
    struct auth *a = auth_of(run);
    struct span nonce = c->nonce;
    int64_t now_s = kam_now_s(run->k), checks = checks_of(run);
    uint8_t bytes[TEXT_MAX], sum[SUM_LEN];
    if (nonce.len > TEXT_MAX || nonce.len % 4 != 0) return AUTH_ERROR;
    size_t len = read_base64(bytes, nonce);
    if (len < (size_t)(checks ? CHECKED_LEN : PLAIN_LEN)) return AUTH_ERROR;
    int64_t since_s = get_u32(bytes + 4), ends_s = get_u32(bytes);
    if (since_s < a->since_s || since_s > now_s + a->nonce_auth_max_drift) return AUTH_STALE;
    size_t plain = checks ? CHECKED_LEN : PLAIN_LEN;
    const uint8_t *mark = len == plain + MARK_LEN && bytes[len - 1] & 0xc0 ? bytes + plain : NULL;
    stamp_sum(sum, a, bytes, mark);
    if (memcmp(sum, bytes + STAMP_LEN, SUM_LEN) != 0) return AUTH_ERROR;
    if (ends_s < now_s) return AUTH_STALE;
    if (checks) {
        request_sum(sum, run, checks);
        if (memcmp(sum, bytes + PLAIN_LEN, SUM_LEN) != 0) return AUTH_STALE;
    }
    bool counted = a->nonce_count && mark && mark[MARK_LEN - 1] & MARK_COUNTS && c->nc.len;
    if (counted) return check_count(a, mark, c);
    return a->one_time_nonce && mark && mark[MARK_LEN - 1] & MARK_ONCE ? check_once(a, mark) : AUTH_OK;
}
