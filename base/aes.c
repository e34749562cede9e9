/* SPDX-License-Identifier: MIT */
#include "base/aes.h"

#include <string.h>

/* Times x in the field of FIPS 197, 4.2. */
static uint8_t twice(uint8_t b) { return (uint8_t)(b << 1 ^ (b & 0x80 ? 0x1b : 0)); }

static uint8_t rotate(uint8_t b, unsigned n) { return (uint8_t)(b << n | b >> (8 - n)); }

/* FIPS 197, 5.1.1: p runs through all numbers but 0, as powers of 3, and q through their inverses. */
static void fill_substitute(uint8_t *substitute) {
    uint8_t p = 1, q = 1;
    do {
        p = (uint8_t)(p ^ twice(p));
        q = (uint8_t)(q ^ q << 1);
        q = (uint8_t)(q ^ q << 2);
        q = (uint8_t)(q ^ q << 4);
        if (q & 0x80) q ^= 0x09;
        substitute[p] = (uint8_t)(q ^ rotate(q, 1) ^ rotate(q, 2) ^ rotate(q, 3) ^ rotate(q, 4) ^ 0x63);
    } while (p != 1);
    substitute[0] = 0x63;
}

/* FIPS 197, 5.2. */
void aes_begin(struct aes *a, const uint8_t key[AES_BLOCK]) {
    fill_substitute(a->substitute);
    memcpy(a->keys[0], key, AES_BLOCK);
    uint8_t constant = 1;
    for (int round = 1; round <= AES_ROUNDS; round++, constant = twice(constant)) {
        const uint8_t *last = a->keys[round - 1];
        uint8_t *next = a->keys[round];
        for (int i = 0; i < AES_BLOCK; i++) {
            uint8_t before = i < 4 ? a->substitute[last[12 + (i + 1) % 4]] : next[i - 4];
            next[i] = last[i] ^ before ^ (i == 0 ? constant : 0);
        }
    }
}

static void add_key(uint8_t *state, const uint8_t *key) {
    for (int i = 0; i < AES_BLOCK; i++)
        state[i] ^= key[i];
}

static void mix_column(uint8_t *c) {
    uint8_t all = c[0] ^ c[1] ^ c[2] ^ c[3], first = c[0];
    for (int i = 0; i < 4; i++) {
        uint8_t next = i < 3 ? c[i + 1] : first;
        c[i] ^= (uint8_t)(all ^ twice(c[i] ^ next));
    }
}

void aes_encrypt(const struct aes *a, const uint8_t in[AES_BLOCK], uint8_t out[AES_BLOCK]) {
    uint8_t state[AES_BLOCK], shifted[AES_BLOCK];
    memcpy(state, in, AES_BLOCK);
    add_key(state, a->keys[0]);
    for (int round = 1; round <= AES_ROUNDS; round++) {
        for (int i = 0; i < AES_BLOCK; i++) /* row i % 4 moves that many columns to the left */
            shifted[i] = a->substitute[state[(i + 4 * (i % 4)) % AES_BLOCK]];
        for (int column = 0; column < 4 && round < AES_ROUNDS; column++)
            mix_column(shifted + 4 * column);
        memcpy(state, shifted, AES_BLOCK);
        add_key(state, a->keys[round]);
    }
    memcpy(out, state, AES_BLOCK);
}
