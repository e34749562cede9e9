/* SPDX-License-Identifier: MIT */
#include "model/sip/stops.h"

const uint16_t stop_bits[256] = {
    ['\0'] = STOP_NUL,    [' '] = STOP_BLANK,     ['\t'] = STOP_BLANK,   ['\r'] = STOP_BLANK,
    ['\n'] = STOP_BLANK,  ['/'] = STOP_SLASH,     [':'] = STOP_COLON,    [';'] = STOP_SEMICOLON,
    [','] = STOP_COMMA,   ['='] = STOP_EQUALS,    ['"'] = STOP_QUOTE,    ['\\'] = STOP_BACKSLASH,
    ['<'] = STOP_LESS,    ['>'] = STOP_GREATER,   ['?'] = STOP_QUESTION, ['['] = STOP_BRACKET,
    [']'] = STOP_BRACKET, ['&'] = STOP_AMPERSAND, ['@'] = STOP_AT,
};

size_t stop_find(struct span s, unsigned stops) {
    const unsigned char *p = (const unsigned char *)s.p;
    size_t n = 0;
    /* Four at a time: words are long, and asking for each byte whether it is the last takes half the time. */
    while (n + 4 <= s.len &&
           !((stop_bits[p[n]] | stop_bits[p[n + 1]] | stop_bits[p[n + 2]] | stop_bits[p[n + 3]]) & stops))
        n += 4;
    while (n < s.len && !(stop_bits[p[n]] & stops))
        n++;
    return n;
}
