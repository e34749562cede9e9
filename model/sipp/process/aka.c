/* SPDX-License-Identifier: MIT */
#include "model/sipp/process/aka.h"

#include "base/aes.h"
#include "base/base64.h"

#include <string.h>

/* In the nonce (RFC 3310, 3.2): RAND, then AUTN: SQN xor AK, AMF, MAC. */
enum { RAND = AES_BLOCK, SQN = 6, MAC = 8, CHALLENGE = RAND + SQN + AKA_AMF + MAC };

struct milenage {
    struct aes cipher;
    uint8_t opc[AES_BLOCK];
    uint8_t temp[AES_BLOCK]; /* of the challenge */
};

/* The nonce is base64, up to its padding. */
static bool read_challenge(uint8_t challenge[CHALLENGE], struct span nonce) {
    struct buf bytes = {0};
    bool good = base64_read(&bytes, span_cut(&nonce, '='), base64_letters) && bytes.len >= CHALLENGE;
    if (good) memcpy(challenge, bytes.p, CHALLENGE);
    buf_free(&bytes);
    return good;
}

static void lay(uint8_t *over, size_t size, struct span text) {
    memcpy(over, text.p ? text.p : "", text.len < size ? text.len : size);
    if (text.len < size) over[text.len] = 0;
}

static void add(uint8_t *to, const uint8_t *what) {
    for (int i = 0; i < AES_BLOCK; i++)
        to[i] ^= what[i];
}

static void begin(struct milenage *m, const uint8_t *random, const struct aka_memory *memory) {
    aes_begin(&m->cipher, memory->k);
    aes_encrypt(&m->cipher, memory->op, m->opc);
    add(m->opc, memory->op);
    memcpy(m->temp, random, AES_BLOCK);
    add(m->temp, m->opc);
    aes_encrypt(&m->cipher, m->temp, m->temp);
}

/* OUT1 (TS 35.206, 4.1), whose first half is MAC-A. */
static void out1(const struct milenage *m, uint8_t *out, const uint8_t *sqn, const uint8_t *amf) {
    uint8_t in1[AES_BLOCK];
    for (int half = 0; half < AES_BLOCK; half += AES_BLOCK / 2) {
        memcpy(in1 + half, sqn, SQN);
        memcpy(in1 + half + SQN, amf, AKA_AMF);
    }
    add(in1, m->opc);
    for (int i = 0; i < AES_BLOCK; i++) /* by r1, 64 bits */
        out[i] = in1[(i + 8) % AES_BLOCK];
    add(out, m->temp);
    aes_encrypt(&m->cipher, out, out);
    add(out, m->opc);
}

/* OUT2: AK, and in its second half RES. */
static void out2(const struct milenage *m, uint8_t *out) {
    memcpy(out, m->temp, AES_BLOCK);
    add(out, m->opc);
    out[AES_BLOCK - 1] ^= 1; /* c2 */
    aes_encrypt(&m->cipher, out, out);
    add(out, m->opc);
}

const char *aka_respond(uint8_t response[AKA_RESPONSE], struct span nonce, const struct aka_secret *secret,
                        struct aka_memory *memory) {
    uint8_t challenge[CHALLENGE], sqn[SQN], answer[AES_BLOCK], proof[AES_BLOCK];
    struct milenage m;
    lay(memory->k, sizeof memory->k, secret->k);
    lay(memory->op, sizeof memory->op, secret->op);
    lay(memory->amf, sizeof memory->amf, secret->amf);
    if (!read_challenge(challenge, nonce))
        return "SIPp ends: the nonce is no AKA challenge of 32 bytes in base64";
    begin(&m, challenge, memory);
    out2(&m, answer);
    for (int i = 0; i < SQN; i++)
        sqn[i] = challenge[RAND + i] ^ answer[i];
    out1(&m, proof, sqn, memory->amf);
    if (memcmp(proof, challenge + RAND + SQN + AKA_AMF, MAC) != 0)
        return "SIPp ends: the MAC of the AKA challenge is not that of aka_K, aka_OP and aka_AMF";
    memcpy(response, answer + AES_BLOCK / 2, AKA_RESPONSE);
    return NULL;
}
