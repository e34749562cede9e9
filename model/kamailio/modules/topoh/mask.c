/* SPDX-License-Identifier: MIT */
/* topoh: masks are base64 in an alphabet that a key shuffles (facts: Kamailio 77). */
#include "model/kamailio/modules/topoh/topoh.h"

#include "base/base64.h"
#include "model/kamailio/message/totag.h"
#include "model/sip/uri.h"

#include <md5.h>

static const char ordered[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-";

/* Where letters are missing at the end. */
static const char filler = '*';

/* The four words of the MD5 of the key, twice. */
static void key_words(uint32_t words[4], struct span key) {
    MD5_CTX md5;
    uint8_t digest[MD5_DIGEST_LENGTH];
    MD5Init(&md5);
    for (int i = 0; i < 2; i++)
        MD5Update(&md5, (const uint8_t *)key.p, key.len);
    MD5Final(digest, &md5);
    for (int i = 0; i < 4; i++)
        words[i] = digest[4 * i] | (uint32_t)digest[4 * i + 1] << 8 | (uint32_t)digest[4 * i + 2] << 16 |
                   (uint32_t)digest[4 * i + 3] << 24;
}

/* From the last letter on, each changes its place with one before it that a word and a byte of the key
 * choose.
 */
void topoh_alphabet(char letters[65], struct span key) {
    uint32_t words[4], from = kam_crc(key) + (uint32_t)key.len;
    key_words(words, key);
    memcpy(letters, ordered, sizeof ordered);
    for (uint32_t left = 64; key.len && left > 1; left--) {
        uint32_t place = from + left;
        uint32_t with = (words[place % 4] + (uint8_t)key.p[place % key.len]) % left;
        char letter = letters[left - 1];
        letters[left - 1] = letters[with];
        letters[with] = letter;
    }
}

struct span topoh_param(struct span params, struct span name, struct span *value) {
    span_cut(&params, ';');
    while (params.p) {
        struct span whole = span_cut(&params, ';');
        *value = whole;
        if (span_eq_nocase(span_cut(value, '='), name)) return (struct span){whole.p - 1, whole.len + 1};
    }
    return *value = (struct span){0};
}

/* Adds what a mask hides; false: it is none. */
static bool add_hidden(struct topoh *t, struct span mask, struct span prefix) {
    if (mask.len <= prefix.len || !span_eq(span_head(mask, prefix.len), prefix)) return false;
    mask = span_skip(mask, prefix.len);
    while (mask.len && mask.p[mask.len - 1] == filler)
        mask.len--;
    return base64_read(&t->text, mask, t->letters);
}

static void replace(struct topoh *t, struct span old) {
    edit_replace(&t->edits, (size_t)(old.p - t->run.msg.bytes.p), old.len, buf_span(&t->text));
}

/* What each mask of a URI begins with. */
static void write_begin(struct topoh *t) {
    buf_addf(&t->text, "sip:" SPAN_FMT ";" SPAN_FMT "=" SPAN_FMT, SPAN_ARG(t->mask_ip),
             SPAN_ARG(t->uparam_name), SPAN_ARG(t->uparam_prefix));
}

void topoh_mask_uri(struct topoh *t, struct span uri) {
    bool bare = uri.p[-1] != '<';
    buf_reset(&t->text);
    if (bare) buf_add_char(&t->text, '<');
    write_begin(t);
    base64_add(&t->text, uri, t->letters, filler);
    if (bare) buf_add_char(&t->text, '>');
    replace(t, uri);
}

void topoh_mask_via(struct topoh *t, struct span via) {
    buf_reset(&t->text);
    buf_addf(&t->text, "SIP/2.0/UDP " SPAN_FMT ";" SPAN_FMT "=" SPAN_FMT, SPAN_ARG(t->mask_ip),
             SPAN_ARG(t->vparam_name), SPAN_ARG(t->vparam_prefix));
    base64_add(&t->text, via, t->letters, filler);
    replace(t, via);
}

void topoh_mask_call_id(struct topoh *t, struct span call_id) {
    buf_reset(&t->text);
    buf_add(&t->text, t->callid_prefix);
    base64_add(&t->text, call_id, t->letters, filler);
    replace(t, call_id);
}

void topoh_unmask_uri(struct topoh *t, struct span uri) {
    struct uri u;
    struct span mask;
    buf_reset(&t->text);
    if (!uri_parse(&u, uri)) return;
    write_begin(t);
    bool begins = span_eq_nocase(span_head(uri, t->text.len), buf_span(&t->text));
    if (t->uri_prefix_checks && !begins) return;
    buf_reset(&t->text);
    topoh_param(u.params, t->uparam_name, &mask);
    if (add_hidden(t, mask, t->uparam_prefix)) replace(t, uri);
}

struct span topoh_hidden_via(struct topoh *t, const struct via *via) {
    struct span mask, params = span_between(via->sent_by.p + via->sent_by.len, via->whole.p + via->whole.len);
    buf_reset(&t->text);
    topoh_param(params, t->vparam_name, &mask);
    return add_hidden(t, mask, t->vparam_prefix) ? buf_span(&t->text) : (struct span){0};
}

void topoh_unmask_via(struct topoh *t, const struct via *via) {
    if (topoh_hidden_via(t, via).p) replace(t, via->whole);
}

void topoh_unmask_call_id(struct topoh *t, struct span call_id) {
    buf_reset(&t->text);
    if (add_hidden(t, call_id, t->callid_prefix)) replace(t, call_id);
}
