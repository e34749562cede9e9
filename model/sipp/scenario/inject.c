/* SPDX-License-Identifier: MIT */
#include "model/sipp/scenario/inject.h"

#include "base/mem.h"

#include <stdlib.h>

void inject_free(struct inject *in) {
    free(in->lines);
    *in = (struct inject){0};
}

static bool take_line(struct span *rest, struct span *line) {
    if (rest->len == 0) return false;
    ptrdiff_t lf = span_find(*rest, '\n');
    *line = lf < 0 ? *rest : span_head(*rest, (size_t)lf);
    *rest = span_skip(*rest, lf < 0 ? rest->len : (size_t)lf + 1);
    return true;
}

static bool read_order(struct inject *in, struct span first, struct diag *diag) {
    struct source_pos at = source_at(in->source, first.p);
    ptrdiff_t comma = span_find(first, ',');
    if (comma >= 0) {
        diag_error(diag, source_at(in->source, first.p + comma),
                   "PRINTF in an injection file is not simulated");
        return false;
    }
    if (span_search(first, SPAN("SEQUENTIAL")) >= 0) {
        in->order = INJECT_SEQUENTIAL;
    } else if (span_search(first, SPAN("RANDOM")) >= 0) {
        in->order = INJECT_RANDOM;
    } else if (span_search(first, SPAN("USER")) >= 0) {
        diag_error(diag, at, "USER in an injection file needs -users, which is not simulated");
        return false;
    } else {
        diag_error(diag, at, "the first line must be SEQUENTIAL or RANDOM");
        return false;
    }
    return true;
}

bool inject_load(struct inject *in, const struct source *source, struct diag *diag) {
    *in = (struct inject){.source = source};
    struct span rest = {source->text, source->len}, line = rest;
    line.len = 0;
    take_line(&rest, &line);
    if (!read_order(in, line, diag)) return false;
    /* An empty line ends the file; a CR is part of the last field. */
    while (take_line(&rest, &line) && line.len > 0) {
        if (line.p[0] == '#') continue;
        in->lines = mem_room(in->lines, in->count, &in->cap, sizeof *in->lines);
        in->lines[in->count++] = line;
    }
    if (in->count > 0) return true;
    diag_error(diag, (struct source_pos){source, 0}, "the injection file has no line of fields");
    return false;
}

bool inject_is(const struct inject *in, struct span name) {
    if (!in->source) return false;
    const char *slash = strrchr(in->source->name, '/');
    return span_is(name, slash ? slash + 1 : in->source->name);
}

bool inject_field(const struct inject *in, size_t line, int64_t field, struct span *out) {
    if (line >= in->count) return false;
    struct span rest = in->lines[line];
    for (;; field--) {
        ptrdiff_t semicolon = span_find(rest, ';');
        if (field == 0) {
            *out = semicolon < 0 ? rest : span_head(rest, (size_t)semicolon);
            return true;
        }
        if (semicolon < 0) return false;
        rest = span_skip(rest, (size_t)semicolon + 1);
    }
}
