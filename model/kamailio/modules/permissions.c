/* SPDX-License-Identifier: MIT */
/*
 * permissions: groups of addresses, networks and names from address_file (facts: Kamailio 30.4). There is no
 * data base: trusted is nobody.
 */
#include "model/kamailio/modules/beside.h"
#include "model/kamailio/modules/module.h"

/* A line: GROUP ADDRESS [BITS [PORT]] [TAG] */
struct entry {
    const struct entry
        *next; /* newest first; of networks oldest first, those of the lower group before others */
    uint32_t group;
    struct span name; /* what is no IPv4 address */
    uint32_t ip;
    unsigned bits;
    uint32_t port;   /* 0: any */
    struct span tag; /* p NULL: none */
};

/* What the program keeps of it. */
struct list {
    const struct entry *addresses, *networks, *names;
    struct source_pos asked; /* the parameter that names the file */
    struct span file;
    bool missing;
    const struct cfg_pv *tag_pv; /* NULL: none */
};

/* The settings. */
struct permissions {
    struct span address_file, db_url, peer_tag_avp;
};

static uint32_t mask(unsigned bits) { return bits ? UINT32_MAX << (32 - bits) : 0; }

/* Networks stand in the order of their groups. */
static void insert_network(const struct entry **list, struct entry *e) {
    while (*list && (*list)->group <= e->group)
        list = (const struct entry **)&(*list)->next;
    e->next = *list;
    *list = e;
}

static void insert_front(const struct entry **list, struct entry *e) {
    e->next = *list;
    *list = e;
}

/* A line without a group does not count. NULL, or why Kamailio does not start. */
static const char *read_line(struct list *list, struct span text, struct arena *arena) {
    uint32_t group, bits = 32, port = 0;
    if (!kam_take_number(&text, &group)) return NULL;
    struct span name = kam_take_word(&text);
    if (name.len == 0) return "has no address";
    kam_take_number(&text, &bits);
    kam_take_number(&text, &port);
    struct span tag = kam_take_word(&text);
    if (bits > 32 && span_find(name, ':') < 0) return "has a mask of more than 32 bits";
    struct entry *e = arena_new(arena, sizeof *e);
    *e = (struct entry){.group = group, .bits = bits ? bits : 32, .port = port};
    if (tag.len && *tag.p != '#') e->tag = arena_text(arena, tag);
    if (!kam_ipv4_parse(name, &e->ip)) {
        e->name = arena_text(arena, name);
        insert_front(&list->names, e);
    } else if (e->bits == 32) {
        insert_front(&list->addresses, e);
    } else {
        insert_network(&list->networks, e);
    }
    return NULL;
}

static bool read_file(struct list *list, const struct source *source, struct arena *arena,
                      struct diag *diag) {
    struct span left = {source->text, source->len};
    bool good = true;
    while (left.len) {
        struct span text = span_skip_space(span_cut(&left, '\n'));
        if (text.len == 0 || *text.p == '#') continue;
        const char *why = read_line(list, text, arena);
        if (!why) continue;
        diag_error(diag, source_at(source, text.p), "the line %s", why);
        good = false;
    }
    return good;
}

static bool load(struct kam_program *program, const struct source *cfg, struct source_set *set,
                 struct diag *diag) {
    bool good = true;
    struct permissions p;
    struct buf path = {0};
    struct list *list = arena_new(&program->arena, sizeof *list);
    kam_program_settings(program, &kam_permissions_module, &p);
    kam_program_keep(program, KAM_MODULE_PERMISSIONS, list);
    list->file = p.address_file;
    list->asked = kam_program_param_at(program, &kam_permissions_module, "address_file");
    list->tag_pv =
        kam_param_variable(program, &kam_permissions_module, "peer_tag_avp", p.peer_tag_avp, diag, &good);
    if (p.db_url.len)
        diag_warning(diag, kam_program_param_at(program, &kam_permissions_module, "db_url"),
                     "permissions.db_url: no database is read; addresses come from address_file alone");
    if (p.address_file.len == 0) return good;
    list->missing = !kam_beside(&path, cfg, p.address_file);
    if (list->missing) {
        diag_warning(diag, list->asked, "permissions: there is no file \"" SPAN_FMT "\" beside kamailio.cfg",
                     SPAN_ARG(p.address_file));
    } else {
        const struct source *source = source_load(set, buf_text(&path), buf_text(&path), list->asked, diag);
        good = source && read_file(list, source, &program->arena, diag) && good;
    }
    buf_free(&path);
    return good;
}

/* Kamailio does not start without the file. */
static bool start(struct kamailio *k, void *data, struct diag *diag) {
    const struct list *list = kam_program_kept(k->program, KAM_MODULE_PERMISSIONS);
    (void)data;
    if (list->missing)
        diag_error(diag, list->asked,
                   "permissions.address_file: there is no file \"" SPAN_FMT "\" beside kamailio.cfg",
                   SPAN_ARG(list->file));
    return !list->missing;
}

static const struct list *list_of(const struct kam_run *run) {
    return kam_program_kept(run->k->program, KAM_MODULE_PERMISSIONS);
}

/* An address or name that is asked for; any group where none is asked for. */
struct question {
    bool any_group, is_ip;
    uint32_t group, ip, port;
    struct span name;
};

static bool answers(const struct entry *e, const struct question *q) {
    if (!q->any_group && e->group != q->group) return false;
    if (e->port && e->port != q->port) return false;
    return e->name.p ? !q->is_ip && span_eq(e->name, q->name)
                     : q->is_ip && ((e->ip ^ q->ip) & mask(e->bits)) == 0;
}

static const struct entry *look(const struct entry *e, const struct question *q) {
    while (e && !answers(e, q))
        e = e->next;
    return e;
}

static const struct entry *find(struct kam_run *run, struct question q) {
    const struct list *list = list_of(run);
    const struct entry *e = look(list->addresses, &q);
    if (!e) e = look(list->networks, &q);
    if (!e) e = look(list->names, &q);
    /* The tag of a name is not told to who asks for its group. */
    if (e && e->tag.p && list->tag_pv && !(e->name.p && q.any_group))
        kam_pv_assign(run, list->tag_pv, (struct kam_value){.type = KAM_STR, .s = e->tag});
    return e;
}

static struct question about(struct span address, int64_t port) {
    struct question q = {.name = address, .port = (uint32_t)port};
    q.is_ip = kam_ipv4_parse(address, &q.ip);
    return q;
}

static struct question about_source(const struct kam_run *run) {
    return (struct question){.is_ip = true, .ip = run->source.ip, .port = run->source.port};
}

static int allow(struct kam_run *run, struct question q, int64_t group) {
    q.group = (uint32_t)group;
    return find(run, q) ? 1 : -1;
}

static int group_of(struct kam_run *run, struct question q) {
    q.any_group = true;
    const struct entry *e = find(run, q);
    return e ? (int)e->group : -1;
}

static int allow_address(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return args[1].missing ? -1 : allow(run, about(args[1].s, args[2].n), args[0].n);
}

static int allow_source_address(struct kam_run *run, const struct kam_arg *args, size_t count) {
    return allow(run, about_source(run), count ? args[0].n : 1);
}

static int allow_address_group(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)count;
    return args[0].missing ? -1 : group_of(run, about(args[0].s, args[1].n));
}

static int allow_source_address_group(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    return group_of(run, about_source(run));
}

static int allow_trusted(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)run, (void)args, (void)count;
    return -1;
}

static const struct kam_function functions[] = {
    {"allow_address", 3, 3, KAM_ANY_ROUTE, allow_address, {ARG_NUMBER, ARG_VARIABLE_OR_FORMAT, ARG_NUMBER}},
    {"allow_source_address", 0, 1, KAM_ANY_ROUTE, allow_source_address, {ARG_NUMBER}, .expressions = true},
    {"allow_address_group",
     2,
     2,
     KAM_ANY_ROUTE,
     allow_address_group,
     {ARG_VARIABLE_OR_FORMAT, ARG_NUMBER},
     .expressions = true},
    {"allow_source_address_group", 0, 0, KAM_ANY_ROUTE, allow_source_address_group},
    {"allow_trusted", 0, 0, KAM_ANY_ROUTE, allow_trusted},
    {"allow_trusted",
     2,
     3,
     KAM_ANY_ROUTE,
     allow_trusted,
     {ARG_FORMAT, ARG_FORMAT, ARG_FORMAT},
     .expressions = true},
    {0},
};

/* The others have no effect: script/names.txt. */
static const struct kam_param params[] = {
    {KAM_TEXT("address_file", ""), KAM_INTO(struct permissions, address_file)},
    {KAM_TEXT("db_url", ""), KAM_INTO(struct permissions, db_url)},
    {KAM_TEXT("peer_tag_avp", ""), KAM_INTO(struct permissions, peer_tag_avp)},
    {KAM_INT("peer_tag_mode", 0, 0, 1), KAM_NO_EFFECT}, /* of trusted ones */
    {0},
};

const struct kam_module kam_permissions_module = {.name = "permissions",
                                                  .functions = functions,
                                                  .params = params,
                                                  .data_size = sizeof(struct permissions),
                                                  .load = load,
                                                  .start = start};
