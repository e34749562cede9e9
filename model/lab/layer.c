/* SPDX-License-Identifier: MIT */
#include "model/lab/layer.h"

#include "base/mem.h"

#include <stdlib.h>
#include <sys/stat.h>

#define SCENARIO_FILE "scenario.yaml"

/* One source of values. Its folder ends without a slash. */
struct layer {
    struct layer *next;
    const struct source *source;
    char *folder;
    bool is_override;
};

static const struct layer *find_layer(const struct layers *layers, const struct source *source) {
    const struct layer *l = layers->first;
    while (l && l->source != source)
        l = l->next;
    return l;
}

static void add_layer(struct layers *layers, const struct source *source, const char *folder,
                      bool is_override) {
    struct layer *l = mem_new(sizeof *l);
    *l = (struct layer){layers->first, source, mem_text(span_of(folder)), is_override};
    layers->first = l;
}

void layers_add(struct layers *layers, const struct source *source, const char *folder) {
    add_layer(layers, source, folder, false);
}

/* The folder joined with a path beside it, to be freed. */
static char *join(const char *folder, const char *file) {
    struct buf path = {0};
    struct span base = span_of(folder);
    while (base.len > 1 && base.p[base.len - 1] == '/')
        base.len--;
    if (file[0] != '/') {
        buf_add(&path, base);
        if (!span_is(base, "/")) buf_add_char(&path, '/');
    }
    buf_add_text(&path, file);
    buf_text(&path);
    return path.p;
}

/* The end of the part of a path that begins at p. */
static const char *part_end(const char *p) {
    while (*p && *p != '/')
        p++;
    return p;
}

/* A path for messages: without "NAME/.." in it, to be freed. Only for reading, links are not looked at. */
static char *tidy(const char *path) {
    struct buf out = {0};
    for (const char *p = path, *end; *p; p = end + (*end == '/')) {
        end = part_end(p);
        struct span part = span_between(p, end);
        size_t last = out.len > 1 ? out.len - 1 : 0; /* where the part before this one begins */
        while (last > 0 && out.p[last - 1] != '/')
            last--;
        struct span before = {out.p + last, out.len > last ? out.len - last - 1 : 0};
        if (span_is(part, "..") && before.len > 0 && !span_is(before, "..") && !span_is(before, ".")) {
            out.len = last;
            continue;
        }
        buf_add(&out, part);
        if (*end) buf_add_char(&out, '/');
    }
    if (out.len == 0) buf_add_char(&out, '.');
    buf_text(&out);
    return out.p;
}

/* A file that was read because a value names it. */
struct layer_file {
    struct layer_file *next;
    char *path;
    struct source *source;
};

static struct source *load_path(struct source_set *sources, const char *path, struct source_pos asked,
                                struct diag *diag) {
    char *name = tidy(path);
    struct source *source = source_load(sources, path, name, asked, diag);
    free(name);
    return source;
}

struct source *layers_file(struct layers *layers, struct source_set *sources, const struct tree_node *value,
                           struct diag *diag) {
    char *path = join(find_layer(layers, value->at.source)->folder, value->text);
    struct layer_file *f = layers->files;
    while (f && strcmp(f->path, path) != 0)
        f = f->next;
    struct source *source = f ? f->source : load_path(sources, path, value->at, diag);
    if (f || !source) {
        free(path);
        return source;
    }
    f = mem_new(sizeof *f);
    *f = (struct layer_file){layers->files, path, source};
    layers->files = f;
    return source;
}

/* The folders whose scenario.yaml are being loaded, from the innermost out: to find a cycle. */
struct chain {
    const struct chain *outer;
    dev_t device;
    ino_t inode;
    unsigned length;
};

struct loader {
    struct layers *layers;
    struct source_set *sources;
    struct diag *diag;
    bool lost; /* a scenario that is included cannot be had: what is missing is not known */
};

/* Where scenarios lie that are included by name; ends with NULL. */
static const char *const no_directories[] = {NULL};
static const char *const *directories = no_directories;

void layers_search(const char *const *searched) { directories = searched; }

static bool is_scenario(const char *folder) {
    char *path = join(folder, SCENARIO_FILE);
    struct stat st;
    bool there = stat(path, &st) == 0;
    free(path);
    return there;
}

/*
 * The folder of a scenario to include, to be freed: as a path from this folder on; a name also beside this
 * folder, and where scenarios lie. If there is none, the path.
 */
static char *find_included(const char *folder, const char *name) {
    char *path = join(folder, name);
    if (strchr(name, '/') || is_scenario(path)) return path;
    char *above = join(folder, "..");
    char *found = join(above, name);
    for (const char *const *d = directories; *d && !is_scenario(found); d++) {
        free(found);
        found = join(*d, name);
    }
    bool there = is_scenario(found);
    free(above);
    free(there ? path : found);
    return there ? found : path;
}

static struct tree_node *load_folder(struct loader *l, const char *folder, struct source_pos asked,
                                     const struct chain *outer);

/* Takes `include` out of the tree and returns what it names, or NULL. */
static struct tree_node *load_included(struct loader *l, const char *folder, struct tree_node *tree,
                                       const struct chain *chain) {
    struct tree_node *include = tree_take(tree, "include"), *base = NULL;
    if (!include) return NULL;
    if (include->kind == TREE_SCALAR) {
        char *path = find_included(folder, include->text), *shown = tidy(path);
        if (is_scenario(path))
            base = load_folder(l, path, include->at, chain);
        else
            diag_error(l->diag, include->at,
                       "include: no scenario.yaml in %s; a name alone, without a slash, finds one that "
                       "`siptwin list` "
                       "shows",
                       shown);
        free(shown);
        free(path);
    } else {
        diag_error(l->diag, tree_place(include), "include: expected the folder of another scenario");
    }
    tree_free(include);
    l->lost = l->lost || !base;
    return base;
}

static struct tree_node *load_folder(struct loader *l, const char *folder, struct source_pos asked,
                                     const struct chain *outer) {
    char *path = join(folder, SCENARIO_FILE);
    struct stat st;
    struct chain chain = {outer, 0, 0, outer ? outer->length + 1 : 1};
    bool cycle = false;
    if (stat(path, &st) == 0) chain.device = st.st_dev, chain.inode = st.st_ino;
    for (const struct chain *c = outer; c && chain.inode; c = c->outer)
        cycle = cycle || (c->device == chain.device && c->inode == chain.inode);
    struct tree_node *tree = NULL;
    if (cycle) {
        diag_error(l->diag, asked, "include: this scenario is being included already");
    } else if (chain.length > LAYER_DEPTH_MAX) {
        diag_error(l->diag, asked, "include: more than %d scenarios include each other", LAYER_DEPTH_MAX);
    } else {
        struct source *source = load_path(l->sources, path, asked, l->diag);
        if (source) {
            add_layer(l->layers, source, folder, false);
            tree = tree_parse(source, 0, l->diag);
        }
    }
    free(path);
    if (!tree) return NULL;
    if (tree->kind != TREE_MAP) {
        diag_error(l->diag, tree->at, "expected `key: value` lines");
        tree_free(tree);
        return NULL;
    }
    return tree_merge(load_included(l, folder, tree, &chain), tree);
}

/* The length of the first part of a dotted path: up to a dot, or up to the bracket of an index. */
static size_t key_len(struct span path) {
    size_t i = 0;
    while (i < path.len && path.p[i] != '.' && (path.p[i] != '[' || i == 0))
        i++;
    return i;
}

/* `a.b[0].c=VALUE` as the map {a: {b: {"[0]": {c: VALUE}}}}; NULL after an error. */
static struct tree_node *parse_override(const struct source *source, struct diag *diag) {
    struct span text = {source->text, source->len};
    ptrdiff_t equals = span_find(text, '=');
    if (equals <= 0) {
        diag_error(diag, (struct source_pos){source, 0},
                   "expected KEY=VALUE, such as hosts.uas.sipp.ring_after=10s");
        return NULL;
    }
    size_t from = (size_t)equals + 1;
    bool is_yaml = from < text.len && memchr("[{\"'", text.p[from], 4);
    struct tree_node *root = tree_map((struct source_pos){source, 0}), *map = root;
    struct tree_node *value = is_yaml ? tree_parse(source, from, diag) : tree_scalar(source, from);
    bool bad = !value;
    struct span path = span_head(text, (size_t)equals);
    for (unsigned depth = 1; !bad; depth++) {
        struct span key = span_head(path, key_len(path));
        struct source_pos key_at = source_at(source, path.p);
        if (key.len == 0 || depth == TREE_DEPTH_MAX) {
            diag_error(diag, key_at, "expected a key, such as hosts.uas.sipp.ring_after");
            bad = true;
        } else if (key.len == path.len) {
            tree_put(map, key, key_at, value);
            return root;
        } else {
            struct tree_node *inner = tree_map(key_at);
            tree_put(map, key, key_at, inner);
            map = inner;
            path = span_skip(path, key.len + (path.p[key.len] == '.'));
        }
    }
    tree_free(value);
    tree_free(root);
    return NULL;
}

/* An index must be one of a list's; false after an error. */
static bool check_indexes(const struct tree_node *tree, const struct tree_node *over, struct diag *diag) {
    while (over && over->kind == TREE_MAP && over->first) {
        const struct tree_node *next = over->first;
        struct span key = span_of(next->key);
        bool is_index = key.p[0] == '[';
        tree = is_index ? tree_entry(tree, key) : tree_get(tree, next->key);
        if (is_index && !tree) {
            diag_error(diag, next->key_at, "there is no list with an entry " SPAN_FMT, SPAN_ARG(key));
            return false;
        }
        over = next;
    }
    return true;
}

struct tree_node *layers_load(struct layers *layers, struct source_set *sources, const char *folder,
                              const char *const *overrides, size_t override_count, struct diag *diag) {
    struct loader l = {.layers = layers, .sources = sources, .diag = diag};
    struct tree_node *tree = load_folder(&l, folder, (struct source_pos){0}, NULL);
    if (l.lost) {
        tree_free(tree);
        return NULL;
    }
    for (size_t i = 0; i < override_count; i++) {
        struct buf name = {0};
        buf_addf(&name, "--set %s", overrides[i]);
        struct source *source = source_text(sources, buf_text(&name), span_of(overrides[i]));
        buf_free(&name);
        add_layer(layers, source, folder, true);
        struct tree_node *over = parse_override(source, diag);
        if (tree && check_indexes(tree, over, diag))
            tree = tree_merge(tree, over);
        else
            tree_free(over);
    }
    return tree;
}

bool layers_names(const struct layers *layers, const struct source *source) {
    const struct layer_file *f = layers->files;
    while (f && f->source != source)
        f = f->next;
    return f;
}

bool layers_is_override(const struct layers *layers, struct source_pos at) {
    const struct layer *l = find_layer(layers, at.source);
    return l && l->is_override;
}

void layers_free(struct layers *layers) {
    for (struct layer *l = layers->first, *next; l; l = next) {
        next = l->next;
        free(l->folder);
        free(l);
    }
    for (struct layer_file *f = layers->files, *next; f; f = next) {
        next = f->next;
        free(f->path);
        free(f);
    }
    *layers = (struct layers){0};
}
