/* SPDX-License-Identifier: MIT */
/*
 * A nonce is base64 of: the second when it ends and the one when it was made, each as 32 bits, the MD5 of
 * those and the secret, and, where the request is to be the same, an MD5 of parts of it and another secret.
 * (facts: Kamailio 40.1)
 */
#include "base/base64.h"
#include "model/kamailio/instance.h"
#include "model/kamailio/modules/auth/auth.h"

#include <md5.h>

enum {
    STAMP_LEN = 8,
    SUM_LEN = MD5_DIGEST_LENGTH,
    PLAIN_LEN = STAMP_LEN + SUM_LEN,
    CHECKED_LEN = PLAIN_LEN + SUM_LEN,
    MARK_LEN = 5, /* a number that nonce_count and one_time_nonce add */
    TEXT_MAX = 64
};

/* What auth_checks_... ask for. */
enum { CHECK_URI = 1, CHECK_CALL_ID = 2, CHECK_FROM_TAG = 4, CHECK_SOURCE = 8 };

static int64_t checks_of(const struct kam_run *run) {
    const struct auth *a = auth_of(run);
    if (span_is(run->msg.method, "REGISTER")) return a->checks_register;
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

void auth_nonce_write(struct buf *out, struct kam_run *run) {
    const struct auth *a = auth_of(run);
    int64_t now_s = kam_now_s(run->k), checks = checks_of(run);
    uint8_t bytes[CHECKED_LEN];
    put_u32(bytes, now_s + a->nonce_expire);
    put_u32(bytes + 4, now_s);
    stamp_sum(bytes + STAMP_LEN, a, bytes, NULL);
    if (checks) request_sum(bytes + PLAIN_LEN, run, checks);
    base64_add(out, (struct span){(char *)bytes, checks ? CHECKED_LEN : PLAIN_LEN}, base64_letters, '=');
}

enum auth_result auth_nonce_check(struct kam_run *run, struct span nonce) {
    const struct auth *a = auth_of(run);
    int64_t now_s = kam_now_s(run->k), checks = checks_of(run);
    uint8_t bytes[TEXT_MAX], sum[SUM_LEN];
    if (nonce.len > TEXT_MAX || nonce.len % 4 != 0) return AUTH_ERROR;
    size_t len = read_base64(bytes, nonce);
    if (len < (size_t)(checks ? CHECKED_LEN : PLAIN_LEN)) return AUTH_ERROR;
    int64_t since_s = get_u32(bytes + 4), ends_s = get_u32(bytes);
    if (since_s < a->since_s || since_s > now_s + a->nonce_auth_max_drift) return AUTH_STALE;
    bool marked = len == PLAIN_LEN + MARK_LEN && bytes[len - 1] & 0xc0;
    stamp_sum(sum, a, bytes, marked ? bytes + PLAIN_LEN : NULL);
    if (memcmp(sum, bytes + STAMP_LEN, SUM_LEN) != 0) return AUTH_ERROR;
    if (ends_s < now_s) return AUTH_STALE;
    if (!checks) return AUTH_OK;
    request_sum(sum, run, checks);
    return memcmp(sum, bytes + PLAIN_LEN, SUM_LEN) == 0 ? AUTH_OK : AUTH_STALE;
}
