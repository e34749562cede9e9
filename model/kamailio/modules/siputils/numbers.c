/* SPDX-License-Identifier: MIT */
/* siputils: texts of digits and letters (facts: Kamailio 32). */
#include "model/kamailio/modules/siputils/siputils.h"
#include "model/kamailio/script/script.h"

static size_t digits(struct span text) {
    size_t n = 0;
    while (n < text.len && ascii_digit((unsigned char)text.p[n]))
        n++;
    return n;
}

bool siputils_e164(struct span text) {
    enum { FEWEST = 2, MOST = 15 };
    struct span rest = span_skip(text, text.len > 0);
    return text.len && text.p[0] == '+' && digits(rest) == rest.len && rest.len >= FEWEST && rest.len <= MOST;
}

int siputils_is_e164(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    struct kam_value v = kam_pv_value(run, args[0].pv);
    return v.type == KAM_STR && siputils_e164(v.s) ? 1 : -1;
}

int siputils_is_numeric(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)run, (void)count;
    return args[0].s.len && digits(args[0].s) == args[0].s.len ? 1 : -2;
}

/* Digits, with or without a + in front. */
int siputils_is_tel_number(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)run, (void)count;
    struct span rest = args[0].s;
    if (rest.len && rest.p[0] == '+') rest = span_skip(rest, 1);
    return rest.len && digits(rest) == rest.len ? 1 : -2;
}

/* Digits and letters, and the characters of the second argument. */
int siputils_is_alphanum(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)run;
    struct span text = args[0].s;
    if (text.len == 0) return -2;
    for (size_t i = 0; i < text.len; i++)
        if (!ascii_alnum((unsigned char)text.p[i]) && (count < 2 || span_find(args[1].s, text.p[i]) < 0))
            return -3;
    return 1;
}
