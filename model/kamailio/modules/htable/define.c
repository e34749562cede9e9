/* SPDX-License-Identifier: MIT */
/* modparam("htable", "htable", "name=>size=8;autoexpire=60"). (facts: Kamailio 21.1) */
#include "model/kamailio/modules/htable/htable.h"
#include "model/kamailio/script/param_list.h"
#include "model/kamailio/script/program.h"

enum { SLOTS_DEFAULT = 4, SLOTS_MIN = 2, SLOTS_MAX = 16 }; /* as powers of two */

/* The attributes that are numbers. */
enum number { SIZE, AUTOEXPIRE, INITVAL, UPDATEEXPIRE, DBMODE, DMQREPLICATE, NUMBERS };

static const char *const number_names[NUMBERS] = {
    [SIZE] = "size",       [AUTOEXPIRE] = "autoexpire",
    [INITVAL] = "initval", [UPDATEEXPIRE] = "updateexpire",
    [DBMODE] = "dbmode",   [DMQREPLICATE] = "dmqreplicate",
};

struct numbers {
    bool set[NUMBERS];
    int64_t n[NUMBERS];
};

/* One attribute, of which the first one of a name counts; what belongs to databases is passed over. */
static bool read_attribute(struct numbers *numbers, const struct script_param *p) {
    for (size_t i = 0; i < NUMBERS; i++) {
        int64_t n;
        if (!span_is(p->name, number_names[i])) continue;
        if (!(i == INITVAL ? script_param_signed : script_param_unsigned)(p->value, &n)) return false;
        if (!numbers->set[i]) numbers->n[i] = n;
        return numbers->set[i] = true;
    }
    if (span_is(p->name, "cols")) return p->value.len == 0 || span_find(p->value, ',') >= 0;
    return span_is(p->name, "dbtable");
}

static bool read_attributes(struct ht_definition *d, struct span text) {
    struct numbers numbers = {.n = {[SIZE] = SLOTS_DEFAULT}};
    struct span left = script_params(text, ';');
    struct script_param p;
    int more;
    while ((more = script_param_next(&left, ';', &p)) == 1)
        if (!read_attribute(&numbers, &p)) return false;
    int64_t size = numbers.n[SIZE];
    d->slots = (size_t)1 << (size < SLOTS_MIN ? SLOTS_MIN : size > SLOTS_MAX ? SLOTS_MAX : size);
    d->expire_s = numbers.n[AUTOEXPIRE];
    d->has_initial = numbers.set[INITVAL];
    d->initial = numbers.n[INITVAL];
    d->keeps_expiry = numbers.set[UPDATEEXPIRE] && numbers.n[UPDATEEXPIRE] == 0;
    return more == 0;
}

static bool name_char(char c) { return c != '=' && !ascii_space((unsigned char)c); }

/* Why not; NULL: it was read. */
static const char *read_definition(struct ht_definition *d, struct span text) {
    ptrdiff_t arrow = span_search(text, SPAN("=>"));
    if (arrow < 0) return "expected NAME=>ATTRIBUTE=VALUE;...";
    d->name = span_trim(span_head(text, (size_t)arrow));
    for (size_t i = 0; i < d->name.len; i++)
        if (!name_char(d->name.p[i])) return "the table's name has a space or = in it";
    if (!read_attributes(d, span_skip_space(span_skip(text, (size_t)arrow + 2))))
        return "an attribute that cannot be read";
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
