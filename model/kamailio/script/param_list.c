/* SPDX-License-Identifier: MIT */
#include "model/kamailio/script/param_list.h"

/* What ends a name or a value. */
static bool ends(char c, char separator) {
    return c == separator || c == ',' || ascii_space((unsigned char)c);
}

static struct span cut_word(struct span *left, char separator, bool is_name) {
    size_t n = 0;
    while (n < left->len && !ends(left->p[n], separator) && !(is_name && left->p[n] == '='))
        n++;
    struct span word = span_head(*left, n);
    *left = span_skip(*left, n);
    return word;
}

/* In quotes of either kind, up to the next one; false: they do not close. */
static bool cut_quoted(struct span *left, struct span *text) {
    ptrdiff_t close = span_find(span_skip(*left, 1), left->p[0]);
    if (close < 0) return false;
    *text = (struct span){left->p + 1, (size_t)close};
    *left = span_skip(*left, (size_t)close + 2);
    return true;
}

struct span script_params(struct span text, char separator) {
    return span_head(text, text.len - (text.len && text.p[text.len - 1] == separator));
}

int script_param_next(struct span *left, char separator, struct script_param *out) {
    *out = (struct script_param){0};
    if (left->len == 0) return 0;
    out->name = cut_word(left, separator, true);
    *left = span_skip_space(*left);
    if (left->len && left->p[0] == '=') {
        *left = span_skip_space(span_skip(*left, 1));
        bool quoted = left->len && (left->p[0] == '"' || left->p[0] == '\'');
        if (quoted && !cut_quoted(left, &out->value)) return -1;
        if (!quoted) out->value = cut_word(left, separator, false);
        if (!quoted && out->value.len == 0 && left->len) return -1;
        *left = span_skip_space(*left);
    }
    if (left->len == 0) return 1;
    if (left->p[0] == separator) {
        *left = span_skip_space(span_skip(*left, 1));
        if (left->len == 0) return -1;
    } else if (left->p[0] == ',') {
        *left = (struct span){0};
    } else {
        return -1;
    }
    return 1;
}

bool script_param_unsigned(struct span value, int64_t *n) {
    uint64_t digits = 0;
    *n = 0;
    if (!value.p) return false;
    value = span_skip(value, value.len && value.p[0] == '+');
    if (value.len && !span_to_u64(value, UINT32_MAX, &digits)) return false;
    *n = (int64_t)digits;
    return true;
}

bool script_param_signed(struct span value, int64_t *n) {
    bool minus = value.len && value.p[0] == '-';
    *n = 0;
    if (!value.p) return false;
    value = span_skip(value, minus || (value.len && value.p[0] == '+'));
    for (; value.len && ascii_digit((unsigned char)value.p[0]); value = span_skip(value, 1)) {
        int64_t more = *n * 10 + (minus ? '0' - value.p[0] : value.p[0] - '0');
        if (more < INT32_MIN || more > INT32_MAX) return false;
        *n = more;
    }
    return value.len == 0;
}
