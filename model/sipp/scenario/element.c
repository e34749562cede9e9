/* SPDX-License-Identifier: MIT */
#include "model/sipp/scenario/element.h"

#include "base/number.h"

#include <stdio.h>

struct source_pos attribute_at(const struct xml_element *e, const struct xml_attribute *a) {
    return source_at(e->source, a->raw.p);
}

static bool listed(struct span name, const char *const *list) {
    for (; list && *list; list++)
        if (span_is(name, *list)) return true;
    return false;
}

static void warn_unknown(const struct xml_element *e, struct span name, const char *const *known,
                         const char *const *also, struct diag *diag) {
    const char *other = diag_suggest(name, known);
    if (!other && also) other = diag_suggest(name, also);
    diag_warning(diag, source_at(e->source, name.p),
                 "<" SPAN_FMT "> has no attribute " SPAN_FMT ": SIPp ignores it%s%s%s", SPAN_ARG(e->name),
                 SPAN_ARG(name), other ? "; did you mean " : "", other ? other : "", other ? "?" : "");
}

/* A known attribute, and what SIPp makes of it. */
static void warn_misread(const struct xml_element *e, const struct xml_token *token, struct diag *diag) {
    if (diag->warnings > DIAG_MAX) return;
    struct source_pos at = source_at(e->source, token->name.p);
    char name[64];
    snprintf(name, sizeof name, SPAN_FMT, SPAN_ARG(token->name));
    const struct xml_attribute *a = xml_attribute(e, name);
    if (!ascii_space((unsigned char)token->name.p[-1])) {
        diag_warning(diag, at, "SIPp does not find %s: there is no blank before it", name);
    } else if (a && a->name.p < token->name.p) {
        diag_warning(diag, at, "SIPp has found a value for %s before this one", name);
    } else if (a && !token->quoted) {
        unsigned line, column;
        source_locate(source_at(e->source, a->raw.p + a->raw.len), &line, &column);
        diag_warning(diag, at, "SIPp reads a value up to the next double quote: that of %s ends in line %u",
                     name, line);
    }
}

void element_check_attributes(const struct xml_element *e, const char *const *known, const char *const *also,
                              struct diag *diag) {
    struct xml_token token;
    for (const char *p = e->tag.p; xml_next_token(e, &p, &token);) {
        if (!token.value) continue;
        if (listed(token.name, known) || listed(token.name, also))
            warn_misread(e, &token, diag);
        else if (!span_starts(token.name, "xmlns") && span_find(token.name, ':') < 0)
            warn_unknown(e, token.name, known, also, diag);
    }
}

uint32_t element_word(const struct xml_element *e, const char *name, struct diag *diag) {
    const struct xml_attribute *a = xml_attribute(e, name);
    int64_t n;
    if (!a) return 0;
    if (!integer_parse(a->value, INT64_MIN, INT64_MAX, &n)) {
        diag_error(diag, attribute_at(e, a), "%s: \"" SPAN_FMT "\" is no integer", name, SPAN_ARG(a->value));
        return 0;
    }
    if (n < 0 || n > INT32_MAX)
        diag_warning(diag, attribute_at(e, a), "%s: SIPp keeps 32 bits of it, %lu", name,
                     (unsigned long)(uint32_t)n);
    return (uint32_t)n;
}

bool element_name(const struct xml_element *e, const char *name, struct diag *diag) {
    const struct xml_attribute *a = xml_attribute(e, name);
    if (!a) return false;
    if (a->value.len > 0 && span_find(a->value, '$') < 0 && span_find(a->value, ',') < 0) return true;
    diag_error(diag, attribute_at(e, a),
               "%s: \"" SPAN_FMT "\" is no name: SIPp wants one without $ and comma", name,
               SPAN_ARG(a->value));
    return false;
}

bool element_bool(const struct xml_element *e, const char *name, bool absent, struct diag *diag) {
    const struct xml_attribute *a = xml_attribute(e, name);
    if (!a) return absent;
    int64_t n = 0;
    if (span_is_nocase(a->value, "true")) return true;
    if (!span_is_nocase(a->value, "false") && !integer_parse(a->value, INT64_MIN, INT64_MAX, &n))
        diag_error(diag, attribute_at(e, a), "%s: \"" SPAN_FMT "\" is neither true nor false", name,
                   SPAN_ARG(a->value));
    return n != 0;
}

bool element_number(const struct xml_element *e, const char *name, int64_t *out, struct diag *diag) {
    const struct xml_attribute *a = xml_attribute(e, name);
    if (!a) return false;
    bool beyond;
    if (!number_read(a->value, out, &beyond)) {
        diag_error(diag, attribute_at(e, a), "%s: \"" SPAN_FMT "\" is no number", name, SPAN_ARG(a->value));
        return false;
    }
    if (beyond)
        diag_warning(diag, attribute_at(e, a), "%s: " SPAN_FMT " counts as %s%lld here", name,
                     SPAN_ARG(a->value), *out < 0 ? "-" : "", (long long)NUMBER_WHOLE_MAX);
    return true;
}

bool element_real(const struct xml_element *e, const char *name, struct real *out, struct diag *diag) {
    const struct xml_attribute *a = xml_attribute(e, name);
    if (!a) return false;
    if (real_parse(a->value, out)) return true;
    diag_error(diag, attribute_at(e, a), "%s: \"" SPAN_FMT "\" is no number", name, SPAN_ARG(a->value));
    return false;
}

struct template *element_template(const struct template_compiler *c, const struct xml_element *e,
                                  const char *name) {
    const struct xml_attribute *a = xml_attribute(e, name);
    if (!a) return NULL;
    struct text text = {0};
    text_of_attribute(&text, e->source, a->raw, true);
    struct template *t = template_compile(c, text_view(&text));
    text_free(&text);
    return t;
}

bool element_text(const struct xml_element *e, const char *name, bool entities, struct buf *out) {
    const struct xml_attribute *a = xml_attribute(e, name);
    if (!a) return false;
    struct text text = {0};
    text_of_attribute(&text, e->source, a->raw, entities);
    buf_add(out, buf_span(&text.bytes));
    text_free(&text);
    return true;
}

int element_variable(const struct template_compiler *c, const struct xml_element *e, const char *name) {
    const struct xml_attribute *a = xml_attribute(e, name);
    return a ? variable_use(c->variables, a->value, attribute_at(e, a), c->diag) : -1;
}

bool element_needs(const struct xml_element *e, const char *name, struct diag *diag) {
    if (xml_attribute(e, name)) return true;
    diag_error(diag, xml_at(e), "<" SPAN_FMT "> needs %s=", SPAN_ARG(e->name), name);
    return false;
}
