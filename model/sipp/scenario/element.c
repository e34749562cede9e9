/* SPDX-License-Identifier: MIT */
#include "model/sipp/scenario/element.h"

#include "model/sipp/scenario/number.h"

struct source_pos attribute_at(const struct xml_element *e, const struct xml_attribute *a) {
    return source_at(e->source, a->value.p);
}

static bool listed(struct span name, const char *const *list) {
    for (; list && *list; list++)
        if (span_is(name, *list)) return true;
    return false;
}

void element_check_attributes(const struct xml_element *e, const char *const *known, const char *const *also,
                              struct diag *diag) {
    for (size_t i = 0; i < e->attribute_count; i++) {
        struct span name = e->attributes[i].name;
        if (listed(name, known) || listed(name, also)) continue;
        const char *other = diag_suggest(name, known);
        if (!other && also) other = diag_suggest(name, also);
        diag_error(diag, source_at(e->source, name.p), "<" SPAN_FMT "> has no attribute " SPAN_FMT "%s%s%s",
                   SPAN_ARG(e->name), SPAN_ARG(name), other ? "; did you mean " : "", other ? other : "",
                   other ? "?" : "");
    }
}

int64_t element_integer(const struct xml_element *e, const char *name, int64_t min, int64_t max,
                        int64_t absent, struct diag *diag) {
    const struct xml_attribute *a = xml_attribute(e, name);
    int64_t n;
    if (!a) return absent;
    if (integer_parse(a->value, min, max, &n)) return n;
    diag_error(diag, attribute_at(e, a), "%s: \"" SPAN_FMT "\" is no integer from %lld to %lld", name,
               SPAN_ARG(a->value), (long long)min, (long long)max);
    return absent;
}

bool element_bool(const struct xml_element *e, const char *name, bool absent, struct diag *diag) {
    const struct xml_attribute *a = xml_attribute(e, name);
    if (!a) return absent;
    if (span_is(a->value, "true")) return true;
    if (!span_is(a->value, "false"))
        diag_error(diag, attribute_at(e, a), "%s: \"" SPAN_FMT "\" is neither true nor false", name,
                   SPAN_ARG(a->value));
    return false;
}

bool element_number(const struct xml_element *e, const char *name, int64_t *out, struct diag *diag) {
    const struct xml_attribute *a = xml_attribute(e, name);
    if (!a) return false;
    if (number_parse(a->value, out)) return true;
    diag_error(diag, attribute_at(e, a),
               "%s: \"" SPAN_FMT "\" is no decimal number of at most nine decimals from -%lld to %lld", name,
               SPAN_ARG(a->value), (long long)NUMBER_WHOLE_MAX, (long long)NUMBER_WHOLE_MAX);
    return false;
}

struct template *element_template(const struct template_compiler *c, const struct xml_element *e,
                                  const char *name) {
    const struct xml_attribute *a = xml_attribute(e, name);
    if (!a) return NULL;
    struct text text = {0};
    text_of_attribute(&text, e->source, a->value, true, c->diag);
    struct template *t = template_compile(c, text_view(&text));
    text_free(&text);
    return t;
}

bool element_text(const struct xml_element *e, const char *name, bool entities, struct buf *out,
                  struct diag *diag) {
    const struct xml_attribute *a = xml_attribute(e, name);
    if (!a) return false;
    struct text text = {0};
    text_of_attribute(&text, e->source, a->value, entities, diag);
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
