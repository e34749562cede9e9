/* SPDX-License-Identifier: MIT */
/* AES by the example of FIPS 197, MILENAGE by test set 1 of 3GPP TS 35.207. */
#include "base/aes.h"
#include "model/sipp/process/aka.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void aes_encrypts_a_block(void **state) {
    static const uint8_t plain[AES_BLOCK] = {0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
                                             0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff},
                         cipher[AES_BLOCK] = {0x69, 0xc4, 0xe0, 0xd8, 0x6a, 0x7b, 0x04, 0x30,
                                              0xd8, 0xcd, 0xb7, 0x80, 0x70, 0xb4, 0xc5, 0x5a};
    uint8_t key[AES_BLOCK], out[AES_BLOCK];
    struct aes a;
    (void)state;
    for (int i = 0; i < AES_BLOCK; i++)
        key[i] = (uint8_t)i;
    aes_begin(&a, key);
    aes_encrypt(&a, plain, out);
    assert_memory_equal(out, cipher, AES_BLOCK);
}

/* RAND, SQN xor AK, AMF and MAC-A in base64; RES. Only who knows the key answers. */
static void a_challenge_is_answered(void **state) {
    static const char k[] = "\x46\x5b\x5c\xe8\xb1\x99\xb4\x9f\xaa\x5f\x0a\x2e\xe2\x38\xa6\xbc",
                      op[] = "\xcd\xc2\x02\xd5\x12\x3e\x20\xf6\x2b\x6d\x67\x6a\xc7\x2c\xb3\x18",
                      amf[] = "\xb9\xb9", res[] = "\xa5\x42\x11\xd5\xe3\xba\x50\xbf";
    struct aka_secret secret = {{k, 16}, {op, 16}, {amf, 2}};
    struct aka_memory memory = {{0}};
    uint8_t response[AKA_RESPONSE];
    struct span nonce = SPAN("I1U8vpY3qJ0hiuZNrke/NVXzKLQ1d7m5Sp/6w1Tfr7M=");
    (void)state;
    assert_null(aka_respond(response, nonce, &secret, &memory));
    assert_memory_equal(response, res, AKA_RESPONSE);
    secret.k.len = 15;
    assert_non_null(aka_respond(response, nonce, &secret, &memory));
    assert_non_null(aka_respond(response, SPAN("I1U8"), &secret, &memory));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(aes_encrypts_a_block),
                                       cmocka_unit_test(a_challenge_is_answered)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
