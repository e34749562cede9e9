/* SPDX-License-Identifier: MIT */
/* A SIPp's command line. */
#include "cli/import/import.h"

#include "base/mem.h"
#include "base/number.h"
#include "cli/sipp_option.h"

#include <stdlib.h>

/* SIPp's times: a number as strtod() reads it, from a digit on, with h, m, s or ms, or without a unit. False:
 * it is none. One that is too long for SIPp's integers is no time at all (facts: SIPp 13). */
static bool read_ms(struct span text, const char *unit, int64_t *ms) {
    static const struct {
        const char *word;
        int64_t ms;
    } units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}};
    enum { TOO_LONG = 19 }; /* digits */
    size_t length = text.len;
    int64_t number;
    bool beyond;
    while (length && !number_read(span_head(text, length), &number, &beyond))
        length--;
    struct span digits = span_head(text, length), rest = span_skip(text, length);
    if (!digits.len || !ascii_digit((unsigned char)digits.p[0])) return false;
    *ms = 0;
    if (digits.len >= TOO_LONG && span_find(digits, '.') < 0) return true;
    for (size_t i = 0; i < sizeof units / sizeof *units && !beyond; i++) {
        if (!span_is(rest.len ? rest : span_of(unit), units[i].word)) continue;
        *ms = number_whole(number) * units[i].ms + number % NUMBER_ONE * units[i].ms / NUMBER_ONE;
        return true;
    }
    return false;
}

/* As scenario.yaml writes it. */
static void put_time(struct import *in, struct tree_node *settings, const struct sipp_option *option,
                     const struct import_word *value, const char *unit) {
    int64_t ms;
    if (!read_ms(value->text, unit, &ms)) {
        diag_error(&in->diag, value->at, "%s \"" SPAN_FMT "\": no time that SIPp takes", option->name,
                   SPAN_ARG(value->text));
        return;
    }
    struct span text = ms % 1000                         ? import_text(in, "%lldms", (long long)ms)
                       : ms >= 120000 && ms % 60000 == 0 ? import_text(in, "%lldmin", (long long)ms / 60000)
                                                         : import_text(in, "%llds", (long long)ms / 1000);
    import_put(in, settings, option->key, text, value->at);
}

/* An integer as strtoul() reads it for any base; what is none stays as it is. All but -m have 32 bits. */
static struct span number_of(struct import *in, struct span text, bool wide) {
    bool minus = text.len && text.p[0] == '-';
    struct span digits = span_skip(text, minus || (text.len && text.p[0] == '+'));
    unsigned base = 10;
    uint64_t n = 0;
    if (digits.len && digits.p[0] == '0') base = 8;
    if (digits.len > 2 && digits.p[0] == '0' && (digits.p[1] | 32) == 'x') {
        base = 16;
        digits = span_skip(digits, 2);
    }
    for (size_t i = 0; i < digits.len; i++) {
        int d = ascii_hex((unsigned char)digits.p[i]);
        if (d < 0 || d >= (int)base) return text;
        n = n > (UINT64_MAX - (unsigned)d) / base ? UINT64_MAX : n * base + (unsigned)d;
    }
    if (minus) n = 0 - n;
    if (!wide) n = (uint32_t)n;
    return import_text(in, "%llu", (unsigned long long)(n > UINT32_MAX ? UINT32_MAX : n));
}

/* The most calls at a time; 0: there is no limit. */
static struct span limit_of(struct import *in, struct span text) {
    struct span limit = number_of(in, text, false);
    return span_is(limit, "0") ? import_text(in, "%llu", (unsigned long long)UINT32_MAX) : limit;
}

static struct span twice(struct import *in, struct span text) {
    uint64_t number;
    return span_to_u64(text, INT32_MAX / 2, &number)
               ? import_text(in, "%llu", (unsigned long long)(2 * number))
               : text;
}

/* The map or list under a key, made where it is not yet. */
static struct tree_node *container(struct tree_node *settings, const char *key, enum tree_kind kind,
                                   struct source_pos at) {
    struct tree_node *value = tree_get(settings, key);
    if (value) return value;
    value = tree_map(at);
    value->kind = kind;
    tree_put(settings, span_of(key), at, value);
    return value;
}

static void put_entry(struct import *in, struct tree_node *settings, const char *key,
                      const struct import_word *name, const struct import_word *value) {
    struct tree_node *map = container(settings, key, TREE_MAP, name->at);
    if (tree_get(map, name->text.p))
        diag_error(&in->diag, name->at, SPAN_FMT " is given twice", SPAN_ARG(name->text));
    else if (name->text.len == 0 || strpbrk(name->text.p, " \t:#{}[],\"'\n"))
        diag_error(&in->diag, name->at, "a name such as \"" SPAN_FMT "\" has no place in scenario.yaml",
                   SPAN_ARG(name->text));
    else
        import_put(in, map, name->text.p, value->text, value->at);
}

static void put_file(struct import *in, struct import_host *host, const struct import_word *value) {
    struct tree_node *list = container(host->settings, "inject", TREE_LIST, value->at);
    tree_append(list, tree_text(import_path(in, host->place, value->text), true, value->at));
}

static void take_builtin(struct import *in, struct import_host *host, const struct sipp_option *option,
                         const struct import_word *value) {
    if (!sipp_builtin(&in->sources, value->text))
        diag_error(&in->diag, value->at,
                   "-sn " SPAN_FMT ": not simulated; `sipp -sd " SPAN_FMT " >FILE` writes it for -sf",
                   SPAN_ARG(value->text), SPAN_ARG(value->text));
    import_put(in, host->settings, option->key, import_text(in, "builtin:" SPAN_FMT, SPAN_ARG(value->text)),
               value->at);
}

static void refuse(struct import *in, const struct sipp_option *option, struct source_pos at) {
    diag_error(&in->diag, at, "%s: not simulated%s%s", option->name, option->words ? ": " : "",
               option->words ? option->words : "");
}

/* Two characters: all but four mean UDP, all but n and i one socket (facts: SIPp 13). */
static void put_transport(struct import *in, struct tree_node *settings, const struct sipp_option *option,
                          const struct import_word *value) {
    struct span text = value->text;
    if (text.len != 2)
        diag_error(&in->diag, value->at, "-t \"" SPAN_FMT "\": SIPp takes two characters", SPAN_ARG(text));
    else if (strchr("tlsc", text.p[0]) || text.p[1] == 'i')
        diag_error(&in->diag, value->at, "-t " SPAN_FMT ": not simulated, only u1, the default, and un",
                   SPAN_ARG(text));
    else if (text.p[1] == 'n')
        import_put(in, settings, option->key, SPAN("per_call"), value->at);
}

static void take_option(struct import *in, struct import_host *host, const struct sipp_option *option,
                        const struct import_word *word) {
    const struct import_word *value = word + 1; /* there if the option takes one */
    struct tree_node *settings = host->settings;
    switch (option->kind) {
    case SIPP_OPTION_NOTHING: import_leave_out(in, word->text, option->words); break;
    case SIPP_OPTION_REFUSED: refuse(in, option, word->at); break;
    case SIPP_OPTION_TEXT: import_put(in, settings, option->key, value->text, value->at); break;
    case SIPP_OPTION_NUMBER:
        import_put(in, settings, option->key, number_of(in, value->text, span_is(word->text, "-m")),
                   value->at);
        break;
    case SIPP_OPTION_LIMIT:
        import_put(in, settings, option->key, limit_of(in, value->text), value->at);
        break;
    case SIPP_OPTION_MS: put_time(in, settings, option, value, "ms"); break;
    case SIPP_OPTION_S: put_time(in, settings, option, value, "s"); break;
    case SIPP_OPTION_PERCENT:
        import_put(in, settings, option->key, import_text(in, SPAN_FMT "%%", SPAN_ARG(value->text)),
                   value->at);
        break;
    case SIPP_OPTION_TWICE: import_put(in, settings, option->key, twice(in, value->text), value->at); break;
    case SIPP_OPTION_TRUE: import_put(in, settings, option->key, SPAN("true"), word->at); break;
    case SIPP_OPTION_FALSE: import_put(in, settings, option->key, SPAN("false"), word->at); break;
    case SIPP_OPTION_NONE: import_put(in, settings, option->key, SPAN("none"), word->at); break;
    case SIPP_OPTION_MAP: put_entry(in, settings, option->key, value, value + 1); break;
    case SIPP_OPTION_LIST: put_file(in, host, value); break;
    case SIPP_OPTION_FILE:
        import_put(in, settings, option->key, import_path(in, host->place, value->text), value->at);
        break;
    case SIPP_OPTION_BUILTIN: take_builtin(in, host, option, value); break;
    case SIPP_OPTION_ADDRESS:
        *(span_is(word->text, "-mi") ? &host->media_address : &host->address) = *value;
        break;
    case SIPP_OPTION_PORT:
        host->port = *value;
        host->port.text = number_of(in, value->text, false);
        break;
    case SIPP_OPTION_OUTBOUND: host->outbound = *value; break;
    case SIPP_OPTION_TWIN: host->twin = *value; break;
    case SIPP_OPTION_TRANSPORT: put_transport(in, settings, option, value); break;
    }
}

/* Does the scenario make calls? As far as it can be read; what is wrong with it is told later. */
static bool makes_calls(struct import *in, const struct import_host *host) {
    const struct tree_node *scenario = tree_get(host->settings, "scenario"),
                           *keys = tree_get(host->settings, "keys");
    struct sipp_setting *settings = arena_new(&in->arena, ((keys ? keys->count : 0) + 1) * sizeof *settings);
    size_t count = 0;
    for (const struct tree_node *n = keys ? keys->first : NULL; n; n = n->next)
        settings[count++] = (struct sipp_setting){n->key, n->text, n->at};
    struct diag untold = {0};
    struct span builtin = SPAN("builtin:"), name = {scenario->text, strlen(scenario->text)};
    struct buf path = {0};
    struct source *source;
    if (span_starts(name, builtin.p)) {
        source = sipp_builtin(&in->sources, span_skip(name, builtin.len));
    } else {
        if (name.len && name.p[0] != '/') buf_addf(&path, "%s/", in->folder.p);
        buf_add(&path, name);
        source = source_load(&in->sources, buf_text(&path), path.p, (struct source_pos){0}, &untold);
    }
    struct sipp_program *program = source ? sipp_program_load(source, NULL, settings, count, &untold) : NULL;
    bool calls = program ? sipp_program_role(program) != SIPP_CALLEE : host->target.text.p != NULL;
    if (program) sipp_program_free(program);
    diag_free(&untold);
    buf_free(&path);
    return calls;
}

void import_sipp(struct import *in, struct import_host *host, const struct import_word *words, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const struct import_word *word = &words[i];
        const struct sipp_option *option = sipp_option_find(word->text);
        if (option && i + option->values >= count) {
            diag_error(&in->diag, word->at, "%s: needs %s", option->name,
                       option->values == 1 ? "a value" : "two values");
            break;
        } else if (option) {
            take_option(in, host, option, word);
            i += option->values;
        } else if (word->text.len && word->text.p[0] == '-') {
            const char *meant = sipp_option_suggest(word->text);
            diag_error(&in->diag, word->at, "SIPp 3.6.1 has no option " SPAN_FMT "%s%s%s",
                       SPAN_ARG(word->text), meant ? "; did you mean " : "", meant ? meant : "",
                       meant ? "?" : "");
        } else {
            host->target = *word;
        }
    }
    if (!tree_get(host->settings, "scenario"))
        import_put(in, host->settings, "scenario", SPAN("builtin:uac"), host->at);
    if (!diag_failed(&in->diag)) host->calls = makes_calls(in, host);
}
