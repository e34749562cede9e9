/* SPDX-License-Identifier: MIT */
/* The members of JSON objects, one after the other: the comma before each is put where it is needed. */
#ifndef VIEW_JSON_H
#define VIEW_JSON_H

#include "view/escape.h"

/* "key": and before it a comma, unless an object has just begun. */
static inline void json_key(struct buf *out, const char *key) {
    buf_addf(out, "%s\"%s\":", out->len && out->p[out->len - 1] == '{' ? "" : ",", key);
}

/* A text; one with p NULL is null. */
static inline void json_text(struct buf *out, const char *key, struct span text) {
    json_key(out, key);
    if (text.p)
        escape_json(out, text);
    else
        buf_add_text(out, "null");
}

static inline void json_number(struct buf *out, const char *key, int64_t n) {
    json_key(out, key);
    buf_add_i64(out, n);
}

/* 0 stands for "none": null. */
static inline void json_number_or_null(struct buf *out, const char *key, uint64_t n) {
    json_key(out, key);
    if (n)
        buf_add_u64(out, n);
    else
        buf_add_text(out, "null");
}

/* Separates the elements of an array: a comma, unless it has just begun. */
static inline void json_next(struct buf *out) {
    if (out->len && out->p[out->len - 1] != '[') buf_add_char(out, ',');
}

#endif
