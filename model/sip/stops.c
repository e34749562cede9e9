/* SPDX-License-Identifier: MIT */
#include "model/sip/stops.h"

const uint16_t stop_bits[256] = {
    ['\0'] = STOP_NUL,    [' '] = STOP_BLANK,     ['\t'] = STOP_BLANK,   ['\r'] = STOP_BLANK,
    ['\n'] = STOP_BLANK,  ['/'] = STOP_SLASH,     [':'] = STOP_COLON,    [';'] = STOP_SEMICOLON,
    [','] = STOP_COMMA,   ['='] = STOP_EQUALS,    ['"'] = STOP_QUOTE,    ['\\'] = STOP_BACKSLASH,
    ['<'] = STOP_LESS,    ['>'] = STOP_GREATER,   ['?'] = STOP_QUESTION, ['['] = STOP_BRACKET,
    [']'] = STOP_BRACKET, ['&'] = STOP_AMPERSAND, ['@'] = STOP_AT,       ['('] = STOP_PAREN,
    [')'] = STOP_PAREN,
};

size_t stop_find(struct span s, unsigned stops) {
    const unsigned char *p = (const unsigned char *)s.p, *from = p, *end = p + s.len;
    /* Eight at a time: words are long, and asking for each byte whether it is the last takes twice the time.
     */
    while (end - p >= 8 && !((stop_bits[p[0]] | stop_bits[p[1]] | stop_bits[p[2]] | stop_bits[p[3]] |
                              stop_bits[p[4]] | stop_bits[p[5]] | stop_bits[p[6]] | stop_bits[p[7]]) &
                             stops))
        p += 8;
    while (p < end && !(stop_bits[*p] & stops))
        p++;
    return (size_t)(p - from);
}
