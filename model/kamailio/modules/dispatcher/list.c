/* SPDX-License-Identifier: MIT */
/* The file of destinations: SET URI [FLAGS [PRIORITY]] [ATTRIBUTES], a line each (facts: Kamailio 20.1). */
#include "model/kamailio/modules/beside.h"
#include "model/kamailio/modules/dispatcher/dispatcher.h"
#include "model/kamailio/script/pv_name.h"
#include "model/sip/uri.h"

struct reading {
    struct kam_program *program;
    struct ds_settings set;
    const struct source *source;
    struct diag *diag;
    bool good;
};

static int64_t small_number(struct span value) {
    uint64_t n;
    return span_to_u64(value, INT32_MAX, &n) ? (int64_t)n : 0;
}

static int64_t percent(struct span value) {
    int64_t n = small_number(value);
    return n >= 1 && n <= DS_SHARES ? n : 0;
}

/* Attributes that mean something here. */
static void note_attribute(struct ds_line *line, struct span name, struct span value) {
    const struct {
        const char *name;
        struct span *text;
        int64_t *n;
    } known[] = {{"duid", &line->duid, NULL},         {"socket", &line->socket, NULL},
                 {"sockname", &line->sockname, NULL}, {"ping_from", &line->ping_from, NULL},
                 {"obproxy", &line->obproxy, NULL},   {"weight", NULL, &line->weight},
                 {"rweight", NULL, &line->rweight},   {"maxload", NULL, &line->maxload}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (!span_is_nocase(name, known[i].name)) continue;
        if (known[i].text) *known[i].text = value;
        if (known[i].n) *known[i].n = known[i].n == &line->maxload ? small_number(value) : percent(value);
    }
}

/* NAME[=VALUE];...; false: Kamailio does not take it. */
static bool read_attributes(struct ds_line *line, struct span text) {
    while (text.len) {
        ptrdiff_t end = span_find_unquoted(text, ';');
        struct span value = end < 0 ? text : span_head(text, (size_t)end);
        text = end < 0 ? (struct span){0} : span_skip(text, (size_t)end + 1);
        struct span name = span_cut(&value, '=');
        if (name.len == 0) return false;
        if (value.len && *value.p == '"') {
            if (value.len < 2 || value.p[value.len - 1] != '"') return false;
            value = (struct span){value.p + 1, value.len - 2};
        }
        note_attribute(line, name, value);
    }
    return true;
}

/* Why Kamailio would leave the line out; NULL: it takes it. */
static const char *read_uri(struct reading *r, struct ds_line *line, struct span word) {
    struct arena *arena = &r->program->arena;
    struct uri u;
    struct buf fixed = {0};
    bool tel = span_starts_nocase(word, "tel:");
    bool bare = !tel && !span_starts_nocase(word, "sip:") && !span_starts_nocase(word, "sips:");
    if (bare && word.len >= 4 && ascii_alnum((unsigned char)*word.p)) {
        buf_add_text(&fixed, "sip:");
        buf_add(&fixed, word);
        word = buf_span(&fixed);
    }
    line->uri = arena_text(arena, word);
    buf_free(&fixed);
    if (!uri_parse(&u, line->uri) || (u.host.len == 0 && !tel)) return "is no SIP URI";
    if (line->flags & DS_NO_DNS) return NULL;
    uint32_t ip;
    bool known = kam_ipv4_parse(u.host, &ip) || kam_program_address(r->program, u.host, &ip);
    return known ? NULL : "cannot be resolved here";
}

static void skip_line(struct reading *r, struct source_pos at, struct span uri, const char *why) {
    if (r->set.load_mode) {
        diag_error(r->diag, at, "the destination \"" SPAN_FMT "\" %s", SPAN_ARG(uri), why);
        r->good = false;
    } else {
        diag_warning(r->diag, at, "the destination \"" SPAN_FMT "\" %s: Kamailio leaves it out",
                     SPAN_ARG(uri), why);
    }
}

static struct ds_line *read_line(struct reading *r, struct span text) {
    struct arena *arena = &r->program->arena;
    struct source_pos at = source_at(r->source, text.p);
    uint32_t set = 0;
    kam_take_number(&text, &set);
    struct source_pos uri_at = source_at(r->source, text.p);
    struct span uri = kam_take_word(&text);
    if (uri.len == 0) {
        diag_error(r->diag, at, "expected SET URI [FLAGS [PRIORITY]] [ATTRIBUTES]");
        r->good = false;
        return NULL;
    }
    struct ds_line *line = arena_new(arena, sizeof *line);
    *line = (struct ds_line){.at = uri_at, .set = set};
    kam_take_number(&text, &line->flags);
    kam_take_number(&text, &line->priority);
    struct span attrs = kam_take_word(&text);
    if (attrs.len && attrs.p[attrs.len - 1] == ';') attrs.len--;
    if (attrs.len) line->attrs = arena_text(arena, attrs);
    const char *why = read_uri(r, line, uri);
    if (!why && !read_attributes(line, line->attrs)) why = "has attributes that cannot be read";
    if (!why) return line;
    skip_line(r, uri_at, uri, why);
    return NULL;
}

static void read_lines(struct reading *r, struct ds_file *file) {
    const struct ds_line **end = &file->lines;
    struct span left = {r->source->text, r->source->len};
    while (left.len) {
        struct span text = span_skip_space(span_cut(&left, '\n'));
        if (text.len == 0 || *text.p == '#') continue;
        struct ds_line *line = read_line(r, text);
        if (!line) continue;
        *end = line;
        end = &line->next;
    }
}

static void check_format(struct reading *r) {
    struct source_pos at = kam_program_param_at(r->program, &kam_dispatcher_module, "hash_pvar");
    struct script_pv_maker m = script_pv_maker_of(r->program, at);
    if (r->set.hash_pvar.len && !script_pv_format(&m, r->set.hash_pvar)) {
        diag_error(r->diag, at, "dispatcher.hash_pvar: %s", buf_text(&m.why));
        r->good = false;
    }
    buf_free(&m.why);
}

bool ds_file_load(struct kam_program *program, const struct source *cfg, struct source_set *set,
                  struct diag *diag) {
    struct reading r = {.program = program, .diag = diag, .good = true};
    struct ds_file *file = arena_new(&program->arena, sizeof *file);
    kam_program_settings(program, &kam_dispatcher_module, &r.set);
    kam_program_keep(program, KAM_MODULE_DISPATCHER, file);
    file->asked = kam_program_param_at(program, &kam_dispatcher_module, "list_file");
    file->name = r.set.list_file;
    if (r.set.db_url.len)
        diag_warning(diag, kam_program_param_at(program, &kam_dispatcher_module, "db_url"),
                     "dispatcher.db_url: no database is read; the destinations are those of \"" SPAN_FMT "\"",
                     SPAN_ARG(file->name));
    struct buf path = {0};
    bool absent = !kam_beside(&path, cfg, file->name);
    file->missing = absent && r.set.db_url.len == 0; /* a table without rows is none that stops it */
    if (absent)
        diag_warning(diag, file->asked, "dispatcher: there is no file \"" SPAN_FMT "\" beside kamailio.cfg",
                     SPAN_ARG(file->name));
    else
        r.source = source_load(set, buf_text(&path), buf_text(&path), file->asked, diag);
    if (r.source) read_lines(&r, file);
    buf_free(&path);
    file->setid_pv = kam_param_variable(program, &kam_dispatcher_module, "setid_pvname", r.set.setid_pvname,
                                        diag, &r.good);
    file->attrs_pv = kam_param_variable(program, &kam_dispatcher_module, "attrs_pvname", r.set.attrs_pvname,
                                        diag, &r.good);
    check_format(&r);
    return r.good;
}
