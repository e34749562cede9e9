/* SPDX-License-Identifier: MIT */
#include "model/sipp/scenario/xml.h"

#include "base/mem.h"

#include <expat.h>
#include <stdlib.h>

/* scenario / send / action / ereg: nothing in a scenario is deeper than this. */
enum { DEPTH_MAX = 8 };

struct reader {
    const struct source *source;
    struct diag *diag;
    XML_Parser expat;
    struct xml_element *root, *current;
    unsigned depth;
    bool in_cdata;
};

static const char *here(const struct reader *r) {
    XML_Index at = XML_GetCurrentByteIndex(r->expat);
    return r->source->text + (at < 0 ? 0 : at > (XML_Index)r->source->len ? (XML_Index)r->source->len : at);
}

static void refuse(struct reader *r, const char *message) {
    diag_error(r->diag, source_at(r->source, here(r)), "%s", message);
    XML_StopParser(r->expat, XML_FALSE);
}

static struct span take_name(const char **p) {
    const char *begin = *p;
    while (!ascii_space((unsigned char)**p) && !memchr("=/>", **p, 4))
        (*p)++;
    return span_between(begin, *p);
}

static void skip_space(const char **p) {
    while (ascii_space((unsigned char)**p))
        (*p)++;
}

/* Reads the start tag again, from the source: expat has found it well formed, but decodes the values. */
static void read_tag(struct reader *r, struct xml_element *e, const char *p) {
    size_t cap = 0;
    e->name = take_name(&p);
    for (skip_space(&p); *p && *p != '>' && *p != '/'; skip_space(&p)) {
        struct xml_attribute a = {.name = take_name(&p)};
        skip_space(&p);
        p++;
        skip_space(&p);
        char quote = *p++;
        const char *end = strchr(p, quote);
        if (!end) return;
        a.value = span_between(p, end);
        p = end + 1;
        if (quote != '"')
            diag_error(r->diag, source_at(r->source, a.name.p), "SIPp reads only values in double quotes");
        e->attributes = mem_room(e->attributes, e->attribute_count, &cap, sizeof *e->attributes);
        e->attributes[e->attribute_count++] = a;
    }
}

static void start_element(void *arg, const XML_Char *name, const XML_Char **attributes) {
    (void)name, (void)attributes;
    struct reader *r = arg;
    if (++r->depth > DEPTH_MAX) {
        refuse(r, "elements are nested too deeply");
        return;
    }
    struct xml_element *e = mem_new(sizeof *e);
    e->source = r->source;
    e->parent = r->current;
    read_tag(r, e, here(r) + 1);
    if (!r->current)
        r->root = e;
    else if (r->current->last)
        r->current->last->next = e;
    else
        r->current->first = e;
    if (r->current) r->current->last = e;
    r->current = e;
}

static void end_element(void *arg, const XML_Char *name) {
    (void)name;
    struct reader *r = arg;
    r->depth--;
    r->current = r->current->parent;
}

static void start_cdata(void *arg) {
    struct reader *r = arg;
    r->in_cdata = true;
    if (!r->current) return;
    if (r->current->cdata.p) refuse(r, "a second CDATA section: SIPp reads only the first");
    r->current->cdata.p = here(r) + strlen("<![CDATA[");
}

static void end_cdata(void *arg) {
    struct reader *r = arg;
    r->in_cdata = false;
    if (r->current) r->current->cdata = span_between(r->current->cdata.p, here(r));
}

static void text(void *arg, const XML_Char *s, int len) {
    struct reader *r = arg;
    if (r->in_cdata) return;
    for (int i = 0; i < len; i++) {
        if (ascii_space((unsigned char)s[i])) continue;
        refuse(r, "text outside a CDATA section has no meaning for SIPp");
        return;
    }
}

/* Scenarios need no entities of their own, and a few of them nested expand to gigabytes. */
static void declare_entity(void *arg, const XML_Char *name, int is_parameter, const XML_Char *value,
                           int value_len, const XML_Char *base, const XML_Char *system_id,
                           const XML_Char *public_id, const XML_Char *notation) {
    (void)name, (void)is_parameter, (void)value, (void)value_len;
    (void)base, (void)system_id, (void)public_id, (void)notation;
    refuse(arg, "entity declarations are not allowed");
}

static void skip_entity(void *arg, const XML_Char *name, int is_parameter) {
    (void)name, (void)is_parameter;
    refuse(arg, "unknown entity");
}

static void parse(struct reader *r) {
    XML_SetUserData(r->expat, r);
    XML_SetElementHandler(r->expat, start_element, end_element);
    XML_SetCdataSectionHandler(r->expat, start_cdata, end_cdata);
    XML_SetCharacterDataHandler(r->expat, text);
    XML_SetEntityDeclHandler(r->expat, declare_entity);
    XML_SetSkippedEntityHandler(r->expat, skip_entity);
    if (XML_Parse(r->expat, r->source->text, (int)r->source->len, 1) == XML_STATUS_OK) return;
    enum XML_Error why = XML_GetErrorCode(r->expat);
    if (why == XML_ERROR_ABORTED) return;
    diag_error(r->diag, source_at(r->source, here(r)), "not well-formed XML: %s", XML_ErrorString(why));
}

struct xml_element *xml_load(const struct source *source, struct diag *diag) {
    struct source_pos start = {source, 0};
    unsigned before = diag->errors;
    if (source->len > XML_FILE_MAX) {
        diag_error(diag, start, "larger than %d bytes, the most that SIPp reads", XML_FILE_MAX);
        return NULL;
    }
    if (!span_starts((struct span){source->text, source->len}, "<?xml")) {
        diag_error(diag, start, "SIPp wants the file to begin with <?xml");
        return NULL;
    }
    /* One byte is one character, whatever the declaration says: SIPp knows no encodings. */
    struct reader r = {.source = source, .diag = diag, .expat = XML_ParserCreate("ISO-8859-1")};
    if (!r.expat) abort();
    parse(&r);
    XML_ParserFree(r.expat);
    if (diag->errors == before) return r.root;
    xml_free(r.root);
    return NULL;
}

void xml_free(struct xml_element *root) {
    /* Depth is limited to DEPTH_MAX, so recursion is too. */
    if (!root) return;
    for (struct xml_element *e = root->first, *next; e; e = next) {
        next = e->next;
        xml_free(e);
    }
    free(root->attributes);
    free(root);
}

const struct xml_attribute *xml_attribute(const struct xml_element *e, const char *name) {
    for (size_t i = 0; i < e->attribute_count; i++)
        if (span_is(e->attributes[i].name, name)) return &e->attributes[i];
    return NULL;
}
