/* SPDX-License-Identifier: MIT */
/*
 * A docker-compose.yml: which services start a SIPp or a Kamailio, at which addresses, and where the files
 * that a container sees lie on this machine. What else a service says has no effect here.
 */
#include "cli/import/import.h"

#include "base/infile.h"
#include "base/mem.h"
#include "cli/path.h"

#include <stdlib.h>

struct reader {
    struct import *in;
    const struct tree_node *file;
    struct import_words environment; /* NAME=VALUE of .env */
    struct import_place *place;      /* of the service that is being read */
};

static bool find_value(const struct import_words *list, struct span name, struct span *value) {
    for (size_t i = list->count; i-- > 0;) {
        struct span rest = list->list[i].text, key = span_cut(&rest, '=');
        if (!span_eq(key, name) || !rest.p) continue;
        *value = rest;
        return true;
    }
    return false;
}

/* The variable behind a dollar: its name, and what stands for it if it has no value. */
struct variable {
    struct span name, fallback;
    size_t len; /* with the dollar; 0: there is none */
};

static struct variable read_variable(struct span text) {
    struct variable v = {0};
    bool braces = text.len > 1 && text.p[1] == '{';
    size_t from = braces ? 2 : 1, i = from;
    while (i < text.len && (ascii_alnum((unsigned char)text.p[i]) || text.p[i] == '_'))
        i++;
    v.name = span_head(span_skip(text, from), i - from);
    if (i == from) return v;
    v.len = i;
    if (!braces) return v;
    ptrdiff_t end = span_find(span_skip(text, i), '}');
    if (end < 0) return (struct variable){0};
    struct span rest = span_head(span_skip(text, i), (size_t)end);
    if (span_starts(rest, ":-"))
        v.fallback = span_skip(rest, 2);
    else if (span_starts(rest, "-"))
        v.fallback = span_skip(rest, 1);
    v.len = i + (size_t)end + 1;
    return v;
}

/* Replaces $NAME, ${NAME} and ${NAME:-DEFAULT}; $$ is a dollar. */
static struct span expand(struct reader *r, struct span text, const struct import_words *values,
                          struct source_pos at) {
    if (span_find(text, '$') < 0) return text;
    struct buf out = {0};
    for (size_t i = 0; i < text.len;) {
        struct span left = span_skip(text, i), value;
        struct variable v = text.p[i] == '$' ? read_variable(left) : (struct variable){0};
        bool doubled = span_starts(left, "$$");
        if (doubled || v.len == 0) {
            buf_add_char(&out, text.p[i]);
            i += doubled ? 2 : 1;
            continue;
        }
        if (!find_value(values, v.name, &value)) {
            value = v.fallback;
            if (!value.p)
                diag_error(&r->in->diag, at, "$" SPAN_FMT " has no value here; %s", SPAN_ARG(v.name),
                           values == &r->environment ? "a file .env beside this one may give it one"
                                                     : "the service's environment may give it one");
        }
        buf_add(&out, value);
        i += v.len;
    }
    struct span kept = arena_text(&r->in->arena, buf_span(&out));
    buf_free(&out);
    return kept;
}

/* A scalar's text with its variables; empty for anything else. */
static struct span text_of(struct reader *r, const struct tree_node *n) {
    if (!n || n->kind != TREE_SCALAR) return SPAN("");
    return arena_text(&r->in->arena, expand(r, span_of(n->text), &r->environment, n->at));
}

/* A text, which is split as a shell splits it, or a list of words. */
static void add_words(struct reader *r, const struct tree_node *n, struct import_words *words) {
    if (!n) return;
    if (n->kind == TREE_SCALAR) import_split(r->in, text_of(r, n), n->at, true, words);
    for (const struct tree_node *e = n->kind == TREE_LIST ? n->first : NULL; e; e = e->next)
        import_word_add(words, text_of(r, e), e->at);
}

/* NAME: VALUE, or a list of NAME=VALUE. */
static void add_environment(struct reader *r, const struct tree_node *n, struct import_words *out) {
    for (const struct tree_node *e = n ? n->first : NULL; e; e = e->next) {
        struct span text = text_of(r, e);
        if (n->kind == TREE_MAP) text = import_text(r->in, "%s=" SPAN_FMT, e->key, SPAN_ARG(text));
        import_word_add(out, text, e->at);
    }
}

static void add_mount(struct reader *r, struct span outside, struct span inside) {
    struct import_place *p = r->place;
    bool is_path = outside.len && (outside.p[0] == '.' || outside.p[0] == '/' || outside.p[0] == '~');
    if (!is_path || inside.len == 0) return; /* a volume that Docker keeps */
    while (outside.len > 1 && outside.p[outside.len - 1] == '/')
        outside.len--;
    p->mounts = mem_room(p->mounts, p->mount_count, &p->mount_cap, sizeof *p->mounts);
    p->mounts[p->mount_count++] =
        (struct import_mount){arena_text(&r->in->arena, inside), arena_text(&r->in->arena, outside)};
}

/* "OUTSIDE:INSIDE[:ro]" or {source: OUTSIDE, target: INSIDE}. */
static void add_volumes(struct reader *r, const struct tree_node *n) {
    for (const struct tree_node *e = n ? n->first : NULL; e; e = e->next) {
        struct span inside = text_of(r, e), outside = span_cut(&inside, ':');
        if (e->kind == TREE_MAP)
            add_mount(r, text_of(r, tree_get(e, "source")), text_of(r, tree_get(e, "target")));
        else if (inside.p)
            add_mount(r, outside, span_cut(&inside, ':'));
    }
}

static struct import_word subnet_of(struct reader *r, const char *network) {
    const struct tree_node *n = tree_get(tree_get(r->file, "networks"), network);
    const struct tree_node *configs = tree_get(tree_get(n, "ipam"), "config");
    const struct tree_node *subnet = configs && configs->first ? tree_get(configs->first, "subnet") : NULL;
    return (struct import_word){subnet ? text_of(r, subnet) : (struct span){0}, n ? n->at : r->file->at};
}

/* Names of networks, or a map with the address that the service has in each: the first one counts. */
static void add_networks(struct reader *r, const struct tree_node *n) {
    for (const struct tree_node *e = n ? n->first : NULL; e; e = e->next) {
        const struct tree_node *address = tree_get(e, "ipv4_address"), *aliases = tree_get(e, "aliases");
        const char *name = n->kind == TREE_MAP ? e->key : text_of(r, e).p;
        if (!r->place->subnet.text.p) r->place->subnet = subnet_of(r, name);
        for (const struct tree_node *a = aliases ? aliases->first : NULL; a; a = a->next)
            import_word_add(&r->place->names, text_of(r, a), a->at);
        if (!address) continue;
        if (r->place->address.text.p)
            diag_error(&r->in->diag, address->at, "a second address: not simulated, a host here has one");
        r->place->address = (struct import_word){text_of(r, address), address->at};
    }
}

/* "NAME:ADDRESS" or "NAME=ADDRESS" */
static void add_aliases(struct reader *r, const struct tree_node *n) {
    struct import *in = r->in;
    for (const struct tree_node *e = n ? n->first : NULL; e; e = e->next) {
        struct span address = text_of(r, e), name;
        if (n->kind == TREE_MAP)
            name = arena_text(&in->arena, span_of(e->key));
        else
            name = span_cut(&address, span_find(address, '=') >= 0 ? '=' : ':');
        if (!address.p) continue;
        in->aliases = mem_room(in->aliases, in->alias_count, &in->alias_cap, sizeof *in->aliases);
        in->aliases[in->alias_count++] = (struct import_alias){name, address};
    }
}

static void add_name(struct reader *r, const struct tree_node *n) {
    if (n && n->kind == TREE_SCALAR) import_word_add(&r->place->names, text_of(r, n), n->at);
}

static bool names_program(const struct import_words *words) {
    for (size_t i = 0; i < words->count; i++)
        if (import_program(words->list[i].text) != LAB_NOTHING) return true;
    return false;
}

/* What an image starts by itself, by its name, or by the service's. */
static struct span image_program(struct reader *r, const struct tree_node *service) {
    static const char *const programs[] = {"sipp", "kamailio"};
    const struct tree_node *build = tree_get(service, "build");
    struct span texts[] = {text_of(r, tree_get(service, "image")), text_of(r, build),
                           text_of(r, tree_get(build, "context")), r->place->name};
    for (size_t t = 0; t < sizeof texts / sizeof *texts; t++)
        for (size_t i = 0; i < 2; i++)
            if (span_search_nocase(texts[t], span_of(programs[i])) >= 0) return span_of(programs[i]);
    return (struct span){0};
}

static bool ends_in(struct span s, const char *suffix) {
    size_t len = strlen(suffix);
    return s.len >= len && span_is(span_skip(s, s.len - len), suffix);
}

/* A text that a shell runs. */
static void run_script(struct reader *r, struct span text, struct source_pos at, bool in_source) {
    struct import_words words = {0};
    text = expand(r, text, &r->place->variables, at);
    if (import_split(r->in, text, at, in_source, &words)) import_script(r->in, r->place, &words);
    free(words.list);
}

/* A file of commands, which lies on this machine. */
static void run_script_file(struct reader *r, const struct import_word *word) {
    struct buf path = {0}, text = {0};
    const char *why;
    path_join(&path, r->in->folder.p, import_path(r->in, r->place, word->text).p);
    if (infile_read(&text, buf_text(&path), SOURCE_MAX, &why))
        run_script(r, buf_span(&text), word->at, false);
    else
        diag_error(&r->in->diag, word->at, "%s: %s", path.p, why);
    buf_free(&text);
    buf_free(&path);
}

/* A shell with -c TEXT, a script, or the program itself. */
static void start(struct reader *r) {
    const struct import_words *words = &r->place->words;
    struct span first = words->list[0].text;
    bool is_shell = ends_in(first, "sh") && !ends_in(first, ".sh");
    size_t script = is_shell ? 1 : 0;
    while (is_shell && script + 1 < words->count && span_starts(words->list[script].text, "-") &&
           !ends_in(words->list[script].text, "c"))
        script++;
    if (is_shell && script + 1 < words->count && ends_in(words->list[script].text, "c"))
        run_script(r, words->list[script + 1].text, words->list[script + 1].at, true);
    else if (script < words->count && ends_in(words->list[script].text, ".sh"))
        run_script_file(r, &words->list[script]);
    else
        import_script(r->in, r->place, words);
}

/* The address of a service that shares the network of another one is the other's; a capture is taken there.
 */
static bool note_capture(struct reader *r) {
    struct import_place *p = r->place;
    bool captures = false;
    for (size_t i = 0; i < p->words.count; i++)
        captures = captures || span_search(p->words.list[i].text, SPAN("tcpdump")) >= 0;
    if (captures) r->in->capture_of = p->network_of.text.p ? p->network_of.text : p->name;
    return captures;
}

static void read_network_mode(struct reader *r, const struct tree_node *n) {
    struct span mode = text_of(r, n);
    if (span_starts(mode, "service:"))
        r->place->network_of = (struct import_word){arena_text(&r->in->arena, span_skip(mode, 8)), n->at};
    else if (span_is(mode, "host"))
        diag_warning(&r->in->diag, n->at, "network_mode: here each service has an address of its own");
}

static void read_service(struct reader *r, const struct tree_node *service) {
    struct import_place *p = r->place = import_place_new(r->in);
    p->name = arena_text(&r->in->arena, span_of(service->key));
    p->at = service->key_at;
    if (tree_get(service, "working_dir")) p->folder = text_of(r, tree_get(service, "working_dir"));
    add_environment(r, tree_get(service, "environment"), &p->variables);
    add_volumes(r, tree_get(service, "volumes"));
    add_networks(r, tree_get(service, "networks"));
    add_aliases(r, tree_get(service, "extra_hosts"));
    add_name(r, tree_get(service, "container_name"));
    add_name(r, tree_get(service, "hostname"));
    add_words(r, tree_get(service, "entrypoint"), &p->words);
    add_words(r, tree_get(service, "command"), &p->words);
    struct span program = image_program(r, service);
    bool is_shell = p->words.count && (ends_in(p->words.list[0].text, "sh"));
    if (!names_program(&p->words) && program.p && !is_shell) {
        struct import_words whole = {0};
        import_word_add(&whole, program, p->words.count ? p->words.list[0].at : service->key_at);
        for (size_t i = 0; i < p->words.count; i++)
            import_word_add(&whole, p->words.list[i].text, p->words.list[i].at);
        free(p->words.list);
        p->words = whole;
    }
    read_network_mode(r, tree_get(service, "network_mode"));
    bool captures = note_capture(r);
    size_t hosts = r->in->host_count;
    if (p->words.count) start(r);
    if (r->in->host_count == hosts && !captures)
        import_leave_out(r->in, import_text(r->in, "service %s", service->key),
                         "it starts neither SIPp nor Kamailio");
}

/* NAME=VALUE lines beside the file. */
static void read_env_file(struct reader *r) {
    struct buf path = {0}, text = {0};
    const char *why;
    path_join(&path, r->in->folder.p, ".env");
    if (!infile_read(&text, buf_text(&path), SOURCE_MAX, &why)) buf_reset(&text);
    for (struct span left = buf_span(&text); left.len;) {
        struct span line = span_trim(span_cut(&left, '\n'));
        if (line.len && line.p[0] != '#')
            import_word_add(&r->environment, arena_text(&r->in->arena, line), (struct source_pos){0});
    }
    buf_free(&text);
    buf_free(&path);
}

void import_compose(struct import *in, const char *path) {
    struct reader r = {.in = in};
    struct buf folder = {0};
    in->source = source_load(&in->sources, path, path, (struct source_pos){0}, &in->diag);
    if (!in->source) return;
    path_folder(&folder, path);
    in->folder = arena_text(&in->arena, buf_span(&folder));
    buf_free(&folder);
    struct tree_node *tree = tree_parse_aliases(in->source, &in->diag);
    const struct tree_node *services = tree_get(tree, "services");
    if (tree && (!services || services->kind != TREE_MAP))
        diag_error(&in->diag, tree->at, "expected `services:` with one service or more");
    r.file = tree;
    read_env_file(&r);
    for (const struct tree_node *n = services && services->kind == TREE_MAP ? services->first : NULL; n;
         n = n->next)
        if (n->kind == TREE_MAP) read_service(&r, n);
    free(r.environment.list);
    tree_free(tree);
}
