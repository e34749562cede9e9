/* SPDX-License-Identifier: MIT */
#include "cli/import/import.h"

#include "base/mem.h"
#include "cli/path.h"

#include <stdlib.h>
#include <sys/stat.h>

void import_word_add(struct import_words *words, struct span text, struct source_pos at) {
    words->list = mem_room(words->list, words->count, &words->cap, sizeof *words->list);
    words->list[words->count++] = (struct import_word){text, at};
}

struct span import_text(struct import *in, const char *format, ...) {
    struct buf text = {0};
    va_list args;
    va_start(args, format);
    buf_addv(&text, format, args);
    va_end(args);
    struct span kept = arena_text(&in->arena, buf_span(&text));
    buf_free(&text);
    return kept;
}

/* Does YAML read it as itself without quotes? */
static bool is_plain(struct span text) {
    static const char *const not_texts[] = {"null", "Null", "NULL", "true", "false", "yes", "no"};
    if (text.len == 0 || !(ascii_alnum((unsigned char)text.p[0]) || strchr("_./", text.p[0]))) return false;
    for (size_t i = 0; i < text.len; i++)
        if (!ascii_alnum((unsigned char)text.p[i]) && !strchr("_./@+-", text.p[i]) &&
            !(text.p[i] == ':' && i + 1 < text.len))
            return false;
    for (size_t i = 0; i < sizeof not_texts / sizeof *not_texts; i++)
        if (span_is(text, not_texts[i])) return false;
    return true;
}

void import_put(struct import *in, struct tree_node *map, const char *key, struct span value,
                struct source_pos at) {
    (void)in;
    bool is_true = span_is(value, "true");
    if (!tree_get(map, key))
        tree_put(map, span_of(key), at, tree_text(value, is_true || is_plain(value), at));
}

struct import_place *import_place_new(struct import *in) {
    struct import_place *p = arena_new(&in->arena, sizeof *p);
    p->next = in->places;
    in->places = p;
    return p;
}

void import_leave_out(struct import *in, struct span what, const char *why) {
    struct buf line = {0};
    buf_addf(&line, "  " SPAN_FMT "%s%s\n", SPAN_ARG(what), why ? ": " : "", why ? why : "");
    if (span_search(buf_span(&in->left_out), buf_span(&line)) < 0) buf_add(&in->left_out, buf_span(&line));
    buf_free(&line);
}

/* Is path the folder, or below it? What is left of it then, without the slash before. */
static bool is_below(struct span path, struct span folder, struct span *rest) {
    while (folder.len > 1 && folder.p[folder.len - 1] == '/')
        folder.len--;
    if (!span_eq(span_head(path, folder.len), folder)) return false;
    *rest = span_skip(path, folder.len);
    if (span_is(folder, "/") || rest->len == 0) return true;
    if (rest->p[0] != '/') return false;
    *rest = span_skip(*rest, 1);
    return true;
}

static bool is_there(const struct import *in, struct span path) {
    struct buf whole = {0};
    struct stat st;
    path_join(&whole, in->folder.p, path.p);
    bool there = stat(buf_text(&whole), &st) == 0;
    buf_free(&whole);
    return there;
}

struct span import_path(struct import *in, const struct import_place *place, struct span path) {
    struct span best = path, rest;
    size_t deepest = 0;
    if (place->mount_count == 0) return path;
    struct span folder = place->folder.p ? place->folder : SPAN("/");
    while (span_starts(path, "./"))
        path = span_skip(path, 2);
    if (path.len == 0 || path.p[0] != '/')
        path = import_text(in, SPAN_FMT "%s" SPAN_FMT, SPAN_ARG(folder),
                           folder.p[folder.len - 1] == '/' ? "" : "/", SPAN_ARG(path));
    for (size_t i = 0; i < place->mount_count; i++) {
        const struct import_mount *m = &place->mounts[i];
        if (m->inside.len < deepest || !is_below(path, m->inside, &rest)) continue;
        deepest = m->inside.len;
        best = rest.len ? import_text(in, SPAN_FMT "/" SPAN_FMT, SPAN_ARG(m->outside), SPAN_ARG(rest))
                        : m->outside;
    }
    /* Nothing was mounted there. A relative name of a container whose folder nobody says may still be in one
     * of its mounts. */
    for (size_t i = 0; deepest == 0 && !place->folder.p && i < place->mount_count; i++) {
        struct span inside = span_skip(path, 1), found;
        found = import_text(in, SPAN_FMT "/" SPAN_FMT, SPAN_ARG(place->mounts[i].outside), SPAN_ARG(inside));
        if (is_there(in, found)) return found;
    }
    return best;
}

enum lab_runs import_program(struct span word) {
    for (ptrdiff_t slash; (slash = span_find(word, '/')) >= 0;)
        word = span_skip(word, (size_t)slash + 1);
    return span_is(word, "sipp") ? LAB_SIPP : span_is(word, "kamailio") ? LAB_KAMAILIO : LAB_NOTHING;
}

void import_command(struct import *in, const struct import_place *place, const struct import_word *words,
                    size_t count) {
    in->hosts = mem_room(in->hosts, in->host_count, &in->host_cap, sizeof *in->hosts);
    struct import_host *host = &in->hosts[in->host_count++];
    *host = (struct import_host){.place = place,
                                 .runs = import_program(words[0].text),
                                 .at = words[0].at,
                                 .settings = tree_map(words[0].at),
                                 .address = place->address};
    (host->runs == LAB_SIPP ? import_sipp : import_kamailio)(in, host, words + 1, count - 1);
}

void import_free(struct import *in) {
    for (size_t i = 0; i < in->host_count; i++)
        tree_free(in->hosts[i].settings);
    for (struct import_place *p = in->places; p; p = p->next) {
        free(p->mounts);
        free(p->names.list);
        free(p->variables.list);
        free(p->words.list);
    }
    free(in->hosts);
    free(in->aliases);
    buf_free(&in->commands);
    buf_free(&in->left_out);
    diag_free(&in->diag);
    source_set_free(&in->sources);
    arena_free(&in->arena);
}
