/* SPDX-License-Identifier: MIT */
/* The tables as a JSON schema (draft 07), for editors that complete and check YAML with one. */
#include "base/mem.h"
#include "model/lab/schema.h"

#include <stdlib.h>

#define SCALAR "[\"string\",\"number\",\"boolean\"]"

/* What the shapes refer to. */
static const char definitions[] =
    "\"duration\":{\"type\":\"string\",\"pattern\":\"^[0-9]+(\\\\.[0-9]+)?(ns|us|ms|s|min)$\","
    "\"description\":\"a number with ns, us, ms, s or min\"},"
    "\"share\":{\"type\":\"string\",\"pattern\":\"^[0-9]+(\\\\.[0-9]+)?%$\",\"description\":\"a share, such "
    "as 12.5%\"},"
    "\"address\":{\"type\":\"string\",\"pattern\":\"^[0-9]{1,3}(\\\\.[0-9]{1,3}){3}$\"},"
    "\"host\":{\"type\":\"string\",\"pattern\":\"^[A-Za-z][A-Za-z0-9_-]*$\"},"
    "\"text\":{\"type\":" SCALAR "},"
    "\"texts\":{\"type\":\"object\",\"additionalProperties\":{\"type\":" SCALAR "}}";

/* Members by type; those that need numbers follow it. */
static const char *const shapes[] = {
    [SCHEMA_TEXT] = "\"type\":" SCALAR,
    [SCHEMA_LINE] = "\"type\":" SCALAR,
    [SCHEMA_NUMBER] = "\"type\":\"integer\"",
    [SCHEMA_DURATION] = "\"$ref\":\"#/definitions/duration\"",
    [SCHEMA_MS] = "\"$ref\":\"#/definitions/duration\"",
    [SCHEMA_SHARE] = "\"$ref\":\"#/definitions/share\"",
    [SCHEMA_ADDRESS] = "\"$ref\":\"#/definitions/address\"",
    [SCHEMA_TIME] = "\"type\":[\"string\",\"integer\"]",
    [SCHEMA_CHOICE] = "\"type\":\"string\"",
    [SCHEMA_SCALAR] = "\"type\":" SCALAR,
};

static void add_string(struct buf *out, const char *text) {
    buf_add_char(out, '"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\') buf_add_char(out, '\\');
        buf_add_char(out, *text);
    }
    buf_add_char(out, '"');
}

static void add_map(struct buf *out, const struct schema_key *keys, bool entries);

static void add_shape(struct buf *out, const struct schema_key *key) {
    if (key->shape) {
        buf_add_text(out, key->shape);
    } else if (key->keys && key->path && strcmp(key->path, "[].") == 0) {
        buf_add_text(out, "\"type\":\"array\",\"items\":{");
        add_map(out, key->keys, true);
        buf_add_char(out, '}');
    } else if (key->keys && key->path) {
        buf_add_text(out, "\"type\":\"object\",\"additionalProperties\":{");
        add_map(out, key->keys, false);
        buf_add_char(out, '}');
    } else if (key->keys) {
        add_map(out, key->keys, false);
    } else if (key->type != SCHEMA_OTHER) {
        buf_add_text(out, shapes[key->type]);
    }
    if (key->type == SCHEMA_NUMBER)
        buf_addf(out, ",\"minimum\":%llu,\"maximum\":%llu", (unsigned long long)key->min,
                 (unsigned long long)key->max);
    for (const char *const *c = key->choices; c && *c; c++) {
        buf_add_text(out, c == key->choices ? ",\"enum\":[" : ",");
        add_string(out, *c);
        if (!c[1]) buf_add_char(out, ']');
    }
}

/* What is written of a key; with $ref beside it draft 07 would not see the description. */
static void add_key(struct buf *out, const struct schema_key *key) {
    struct buf shape = {0}, help = {0};
    add_shape(&shape, key);
    buf_add_text(&help, key->help);
    if (key->required)
        buf_add_text(&help, " (required)");
    else if (key->fallback)
        buf_addf(&help, " (default: %s)", key->fallback);
    add_string(out, key->name);
    bool refers = span_starts(buf_span(&shape), "\"$ref\"");
    buf_add_text(out, refers ? ":{\"allOf\":[{" : ":{");
    buf_add(out, buf_span(&shape));
    if (refers) buf_add_text(out, "}]");
    buf_add_text(out, shape.len ? ",\"description\":" : "\"description\":");
    add_string(out, buf_text(&help));
    buf_add_char(out, '}');
    buf_free(&shape);
    buf_free(&help);
}

/*
 * A map with these keys. In one that another scenario's values lie below, what is required may come from
 * there; only the entries of a list stand alone.
 */
static void add_map(struct buf *out, const struct schema_key *keys, bool entries) {
    buf_add_text(out, "\"type\":\"object\",\"additionalProperties\":false,\"properties\":{\n");
    for (const struct schema_key *k = keys; k->name; k++) {
        if (k > keys) buf_add_text(out, ",\n");
        add_key(out, k);
    }
    buf_add_char(out, '}');
    const char *separator = ",\"required\":[";
    for (const struct schema_key *k = keys; entries && k->name; k++) {
        if (!k->required) continue;
        buf_add_text(out, separator);
        add_string(out, k->name);
        separator = ",";
    }
    if (*separator == ',' && !separator[1]) buf_add_char(out, ']');
}

void schema_json_write(struct buf *out, const char *title, const struct schema_key *keys) {
    buf_add_text(out, "{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"title\":");
    add_string(out, title);
    buf_addf(
        out,
        ",\n\"definitions\":{%s},\n\"anyOf\":[{\"required\":[\"include\"]},{\"required\":[\"hosts\"]}],\n",
        definitions);
    add_map(out, keys, false);
    buf_add_text(out, "}\n");
}
