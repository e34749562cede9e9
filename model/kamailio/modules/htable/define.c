/* SPDX-License-Identifier: MIT */
/* modparam("htable", "htable", "name=>size=8;autoexpire=60"). (facts: Kamailio 21.1) */
#include "model/kamailio/modules/htable/htable.h"
#include "model/kamailio/script/program.h"

enum { SLOTS_DEFAULT = 4, SLOTS_MIN = 2, SLOTS_MAX = 16 }; /* as powers of two */

static bool read_number(struct span text, int64_t *n) {
    uint64_t digits;
    bool good = span_to_u64(text, UINT32_MAX, &digits);
    if (good) *n = (int32_t)(uint32_t)digits;
    return good;
}

/* One attribute; what belongs to databases and other nodes is passed over. */
static bool read_attribute(struct ht_definition *d, struct span name, struct span value, int64_t *size) {
    static const char *const others[] = {"dbtable", "dbmode", "dmqreplicate", "colnull"};
    int64_t n = 0;
    if (span_is_nocase(name, "size")) return read_number(value, size);
    if (span_is_nocase(name, "autoexpire")) return read_number(value, &d->expire_s);
    if (span_is_nocase(name, "initval")) return d->has_initial = read_number(value, &d->initial);
    if (span_is_nocase(name, "updateexpire")) {
        bool good = read_number(value, &n);
        d->keeps_expiry = n == 0;
        return good;
    }
    if (span_is_nocase(name, "cols")) return span_find(value, ',') >= 0;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (span_is_nocase(name, others[i])) return value.len > 0;
    return false;
}

static bool name_char(char c) { return c != '=' && !ascii_space((unsigned char)c); }

/* Why not; NULL: it was read. */
static const char *read_definition(struct ht_definition *d, struct span text) {
    ptrdiff_t arrow = span_search(text, SPAN("=>"));
    int64_t size = SLOTS_DEFAULT;
    if (arrow < 0) return "expected NAME=>ATTRIBUTE=VALUE;...";
    d->name = span_trim(span_head(text, (size_t)arrow));
    for (size_t i = 0; i < d->name.len; i++)
        if (!name_char(d->name.p[i])) return "the table's name has a space or = in it";
    text = span_trim(span_skip(text, (size_t)arrow + 2));
    while (text.len) {
        size_t end = 0;
        bool quoted = false;
        for (; end < text.len && (quoted || (text.p[end] != ';' && text.p[end] != ',')); end++)
            if (text.p[end] == '"') quoted = !quoted;
        struct span value = span_head(text, end), name = span_trim(span_cut(&value, '='));
        text = span_trim(span_skip(text, end + 1));
        if (!read_attribute(d, name, span_trim(value), &size)) return "an attribute that cannot be read";
    }
    if (size < SLOTS_MIN) size = SLOTS_MIN;
    if (size > SLOTS_MAX) size = SLOTS_MAX;
    d->slots = (size_t)1 << size;
    return NULL;
}

bool ht_definitions_load(struct kam_program *program, const struct source *cfg, struct source_set *set,
                         struct diag *diag) {
    const struct kam_module *m = &kam_htable_module;
    struct ht_definition *first = NULL, **end = &first;
    struct kam_value value;
    bool good = true;
    struct htable settings = {0};
    (void)cfg, (void)set;
    kam_program_settings(program, m, &settings);
    for (size_t n = 0; kam_program_value(program, m, "htable", n, &value); n++) {
        struct source_pos at = kam_program_value_at(program, m, "htable", n);
        struct ht_definition *d = arena_new(&program->arena, sizeof *d);
        const char *why = read_definition(d, value.s);
        if (why) diag_error(diag, at, "htable \"" SPAN_FMT "\": %s", SPAN_ARG(value.s), why);
        if (!why && settings.db_url.len && span_search_nocase(value.s, SPAN("dbtable")) >= 0)
            diag_warning(diag, at, "htable \"" SPAN_FMT "\": no database is read; the table begins empty",
                         SPAN_ARG(d->name));
        good = good && !why;
        *end = d;
        end = (struct ht_definition **)&d->next;
    }
    kam_program_keep(program, KAM_MODULE_HTABLE, first);
    return good;
}
