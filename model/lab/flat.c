/* SPDX-License-Identifier: MIT */
#include "model/lab/flat.h"

#include "base/mem.h"
#include "model/lab/config.h"

#include <stdlib.h>

/* Where the comments begin. */
enum { COMMENT_COLUMN = 40 };

struct writer {
    struct lab_flat *flat;
    const struct lab_config *config;
    struct source_set *sources;
    struct diag *diag;
    struct buf keys; /* lab_keys_write()'s */
    struct buf path; /* of the value being written: hosts.NAME.sipp.scenario */
};

/* Is there a file of that name with other bytes? */
static bool is_taken(const struct lab_flat *flat, struct span name, struct span bytes) {
    for (size_t i = 0; i < flat->count; i++)
        if (span_is(name, flat->files[i].name) && !span_eq(flat->files[i].bytes, bytes)) return true;
    return false;
}

/* A file of that name is there, or is another one: an error. */
static void add_file(struct writer *w, struct span name, const struct source *source,
                     struct source_pos asked) {
    struct lab_flat *flat = w->flat;
    struct span bytes = {source->text, source->len};
    for (size_t i = 0; i < flat->count; i++) {
        if (!span_is(name, flat->files[i].name)) continue;
        if (!span_eq(flat->files[i].bytes, bytes))
            diag_error(w->diag, asked, "there is another file " SPAN_FMT " already, from another folder",
                       SPAN_ARG(name));
        return;
    }
    flat->files = mem_room(flat->files, flat->count, &flat->cap, sizeof *flat->files);
    flat->files[flat->count++] = (struct lab_flat_file){mem_text(name), bytes};
}

/* The folder that a source is in, with the slash; empty: this one. */
static struct span folder_of(const struct source *source) {
    return span_between(source->name, source_base_name(source->name));
}

/* Does a path lead above the folder where it begins? */
static bool leads_out(struct span path) {
    int depth = 0;
    while (path.len) {
        struct span part = span_cut(&path, '/');
        if (!span_is(part, ".") && part.len) depth += span_is(part, "..") ? -1 : 1;
        if (depth < 0) return true;
    }
    return false;
}

/* Files that a file includes come along, where they are in the same folder or below. */
static void add_included(struct writer *w, const struct source *main, const struct source_set *set,
                         struct source_pos asked) {
    struct span folder = folder_of(main);
    for (const struct source *s = set->first; s; s = s->next) {
        struct span name = span_of(s->name);
        if (s == main || s->inode == 0 || !span_eq(span_head(name, folder.len), folder)) continue;
        if (strcmp(source_base_name(s->name), "scenario.yaml") == 0) continue;
        name = span_skip(name, folder.len);
        if (leads_out(name))
            diag_error(w->diag, asked, "it names " SPAN_FMT ", which lies outside of its folder",
                       SPAN_ARG(name));
        else if (!layers_names(&w->config->files->layers, s))
            add_file(w, name, s, asked);
    }
}

/* Is the value at this path the name of a file? */
static bool is_file_key(struct span path) {
    static const char *const ends[] = {".sipp.scenario", ".sipp.out_of_call", ".sipp.inject",
                                       ".kamailio.config", NULL};
    for (const char *const *end = ends; *end; end++)
        if (span_starts(path, "hosts.") && span_ends(path, span_of(*end))) return true;
    return false;
}

static void add_text(struct buf *out, const struct tree_node *value) {
    struct span text = span_of(value->text);
    if (value->plain && span_find(text, '\n') < 0) {
        buf_add(out, text);
        return;
    }
    buf_add_char(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if (c == '"' || c == '\\')
            buf_addf(out, "\\%c", c);
        else if (c == '\n')
            buf_add_text(out, "\\n");
        else if (c < ' ' || c == 0x7f)
            buf_addf(out, "\\x%02x", c);
        else
            buf_add_char(out, (char)c);
    }
    buf_add_char(out, '"');
}

/* The path's host. */
static struct span host_of(struct span path) {
    span_cut(&path, '.');
    return span_cut(&path, '.');
}

/*
 * What a file that a host runs is called here: as there, or, where two have the same name, with the host's
 * before it. Injection files keep theirs, by which scenarios name them.
 */
static void add_name(struct writer *w, struct buf *name, const struct source *source) {
    struct span path = buf_span(&w->path), inject = SPAN(".inject");
    const char *base = source_base_name(source->name);
    bool keeps = span_eq(span_skip(path, path.len - inject.len), inject);
    if (!keeps && is_taken(w->flat, span_of(base), (struct span){source->text, source->len}))
        buf_addf(name, SPAN_FMT "_", SPAN_ARG(host_of(path)));
    buf_add_text(name, base);
}

/* A scalar; the name of a file becomes that of the file here. */
static void add_scalar(struct writer *w, const struct tree_node *value) {
    struct buf *out = &w->flat->yaml;
    if (!is_file_key(buf_span(&w->path)) || span_starts(span_of(value->text), "builtin:")) {
        add_text(out, value);
        return;
    }
    const struct source *source = layers_file(&w->config->files->layers, w->sources, value, w->diag);
    if (!source) return;
    struct buf name = {0};
    add_name(w, &name, source);
    add_file(w, buf_span(&name), source, value->at);
    add_included(w, source, w->sources, value->at);
    for (size_t i = 0; i < w->config->host_count; i++)
        if (w->config->hosts[i].file == source && w->config->hosts[i].runs == LAB_SIPP)
            add_included(w, source, sipp_program_files(w->config->hosts[i].sipp_program), value->at);
    add_text(out, &(struct tree_node){.plain = value->plain, .text = (char *)buf_text(&name)});
    buf_free(&name);
}

static size_t enter(struct buf *path, const char *key) {
    size_t before = path->len;
    if (before) buf_add_char(path, '.');
    buf_add_text(path, key);
    return before;
}

/* In one line: {a: 1, b: 2}, [x, y]. */
static void add_flow(struct writer *w, const struct tree_node *value) {
    struct buf *out = &w->flat->yaml;
    bool is_map = value->kind == TREE_MAP;
    if (value->kind == TREE_SCALAR) add_scalar(w, value);
    if (value->kind != TREE_MAP && value->kind != TREE_LIST) return;
    buf_add_char(out, is_map ? '{' : '[');
    for (const struct tree_node *n = value->first; n; n = n->next) {
        size_t before = w->path.len;
        if (n != value->first) buf_add_text(out, ", ");
        if (is_map) {
            buf_addf(out, "%s: ", n->key);
            enter(&w->path, n->key);
        }
        add_flow(w, n);
        w->path.len = before;
    }
    buf_add_char(out, is_map ? '}' : ']');
}

/* Does a documented key stand for this path? The part after "hosts." is NAME in it. */
static bool documents(struct span key, struct span path) {
    struct span hosts = SPAN("hosts.");
    if (!span_eq(span_head(path, hosts.len), hosts)) return span_eq(key, path);
    struct span rest = span_skip(path, hosts.len);
    span_cut(&rest, '.');
    struct span known = SPAN("hosts.NAME.");
    return rest.p && span_eq(span_head(key, known.len), known) && span_eq(span_skip(key, known.len), rest);
}

/* What the key is, as `siptwin keys` tells; the line began at `line`. */
static void add_comment(struct writer *w, size_t line) {
    struct buf *out = &w->flat->yaml;
    for (struct span left = buf_span(&w->keys); left.len;) {
        struct span help = span_cut(&left, '\n'), key = span_cut(&help, '\t');
        span_cut(&help, '\t');
        if (!documents(key, buf_span(&w->path))) continue;
        size_t width = out->len - line;
        buf_addf(out, "%*s# ", width < COMMENT_COLUMN ? (int)(COMMENT_COLUMN - width) : 1, "");
        buf_add(out, help);
        return;
    }
}

static void add_map(struct writer *w, const struct tree_node *map, int depth);

/* A text of several words is folded, a paragraph in lines of its own. */
static void add_folded(struct buf *out, struct span text, int depth) {
    enum { WIDTH = 100 };
    size_t column = 0;
    buf_add_text(out, ">");
    for (struct span left = text; left.len;) {
        struct span word = span_cut(&left, ' ');
        if (column == 0 || column + word.len > WIDTH) {
            buf_addf(out, "\n%*s", 2 * depth + 2, "");
            column = 0;
        } else {
            buf_add_char(out, ' ');
        }
        buf_add(out, word);
        column += word.len + 1;
    }
}

static void add_entry(struct writer *w, const struct tree_node *n, int depth) {
    struct buf *out = &w->flat->yaml;
    size_t before = enter(&w->path, n->key), line = out->len;
    struct span text = n->kind == TREE_SCALAR ? span_trim(span_of(n->text)) : (struct span){0};
    bool is_list_of_maps = n->kind == TREE_LIST && n->first && n->first->kind == TREE_MAP;
    buf_addf(out, "%*s%s:", 2 * depth, "", n->key);
    if (span_is(buf_span(&w->path), "description") && text.len && span_find(text, '\n') < 0) {
        buf_add_char(out, ' ');
        add_folded(out, text, depth);
    } else if (n->kind == TREE_MAP) {
        add_comment(w, line);
        buf_add_char(out, '\n');
        add_map(w, n, depth + 1);
        w->path.len = before;
        return;
    } else if (is_list_of_maps) {
        add_comment(w, line);
        for (const struct tree_node *entry = n->first; entry; entry = entry->next) {
            buf_addf(out, "\n%*s- ", 2 * depth + 2, "");
            add_flow(w, entry);
        }
    } else if (n->kind != TREE_NULL) {
        buf_add_char(out, ' ');
        add_flow(w, n);
        add_comment(w, line);
    }
    buf_add_char(out, '\n');
    w->path.len = before;
}

static void add_map(struct writer *w, const struct tree_node *map, int depth) {
    for (const struct tree_node *n = map->first; n; n = n->next) {
        if (depth == 0 && n->kind == TREE_MAP && w->flat->yaml.len) buf_add_char(&w->flat->yaml, '\n');
        add_entry(w, n, depth);
    }
}

bool lab_flatten(struct lab_flat *flat, const struct lab_config *config, struct source_set *sources,
                 struct diag *diag) {
    unsigned before = diag->errors;
    struct writer w = {.flat = flat, .config = config, .sources = sources, .diag = diag};
    lab_keys_write(&w.keys);
    add_map(&w, config->files->tree, 0);
    buf_free(&w.keys);
    buf_free(&w.path);
    return diag->errors == before;
}

void lab_flat_free(struct lab_flat *flat) {
    for (size_t i = 0; i < flat->count; i++)
        free(flat->files[i].name);
    free(flat->files);
    buf_free(&flat->yaml);
    *flat = (struct lab_flat){0};
}
