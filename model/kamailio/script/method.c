/* SPDX-License-Identifier: MIT */
#include "model/kamailio/script/method.h"

#include <string.h>

static const struct span names[KAM_METHODS] = {
    [KAM_INVITE] = SPAN_INIT("INVITE"),
    [KAM_CANCEL] = SPAN_INIT("CANCEL"),
    [KAM_ACK] = SPAN_INIT("ACK"),
    [KAM_BYE] = SPAN_INIT("BYE"),
    [KAM_INFO] = SPAN_INIT("INFO"),
    [KAM_REGISTER] = SPAN_INIT("REGISTER"),
    [KAM_SUBSCRIBE] = SPAN_INIT("SUBSCRIBE"),
    [KAM_NOTIFY] = SPAN_INIT("NOTIFY"),
    [KAM_MESSAGE] = SPAN_INIT("MESSAGE"),
    [KAM_OPTIONS] = SPAN_INIT("OPTIONS"),
    [KAM_PRACK] = SPAN_INIT("PRACK"),
    [KAM_UPDATE] = SPAN_INIT("UPDATE"),
    [KAM_REFER] = SPAN_INIT("REFER"),
    [KAM_PUBLISH] = SPAN_INIT("PUBLISH"),
    [KAM_KDMQ] = SPAN_INIT("KDMQ"),
    [KAM_GET] = SPAN_INIT("GET"),
    [KAM_POST] = SPAN_INIT("POST"),
    [KAM_PUT] = SPAN_INIT("PUT"),
    [KAM_DELETE] = SPAN_INIT("DELETE"),
};

enum kam_method kam_method_of(struct span name) {
    for (enum kam_method m = KAM_INVITE; m < KAM_METHODS; m++)
        if (span_eq_nocase(name, names[m])) return m;
    return KAM_OTHER_METHOD;
}

uint32_t kam_method_bit(enum kam_method method) {
    return UINT32_C(1) << ((method ? method : KAM_METHODS) - KAM_INVITE);
}

bool kam_method_is_of_invite(enum kam_method method) {
    return method == KAM_INVITE || method == KAM_CANCEL || method == KAM_ACK;
}

static bool method_char(char c) { return ascii_alnum((unsigned char)c) || (c && strchr("-.!%*_+`'~", c)); }

struct span kam_method_word(struct span s) {
    size_t len = 0;
    while (len < s.len && method_char(s.p[len]))
        len++;
    return span_head(s, len);
}

bool kam_method_goes_on(struct span word) {
    for (enum kam_method m = KAM_INVITE; m < KAM_METHODS; m++)
        if (word.len > names[m].len && span_eq_nocase(span_head(word, names[m].len), names[m])) return true;
    return false;
}
