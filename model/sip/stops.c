/* SPDX-License-Identifier: MIT */
#include "model/sip/stops.h"

const uint16_t stop_bits[256] = {
    ['\0'] = STOP_NUL,    [' '] = STOP_BLANK,     ['\t'] = STOP_BLANK,   ['\r'] = STOP_BLANK,
    ['\n'] = STOP_BLANK,  ['/'] = STOP_SLASH,     [':'] = STOP_COLON,    [';'] = STOP_SEMICOLON,
    [','] = STOP_COMMA,   ['='] = STOP_EQUALS,    ['"'] = STOP_QUOTE,    ['\\'] = STOP_BACKSLASH,
    ['<'] = STOP_LESS,    ['>'] = STOP_GREATER,   ['?'] = STOP_QUESTION, ['['] = STOP_BRACKET,
    [']'] = STOP_BRACKET, ['&'] = STOP_AMPERSAND, ['@'] = STOP_AT,
};
