/* SPDX-License-Identifier: MIT */
/* AES with a key of 128 bits, encrypting block by block (FIPS 197): what AKA's functions are made of. Not
 * made for speed. */
#ifndef BASE_AES_H
#define BASE_AES_H

#include <stdint.h>

enum { AES_BLOCK = 16, AES_ROUNDS = 10 };

struct aes {
    uint8_t substitute[256];
    uint8_t keys[AES_ROUNDS + 1][AES_BLOCK];
};

void aes_begin(struct aes *a, const uint8_t key[AES_BLOCK]);

/* in and out may be the same. */
void aes_encrypt(const struct aes *a, const uint8_t in[AES_BLOCK], uint8_t out[AES_BLOCK]);

#endif
