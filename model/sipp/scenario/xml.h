/* SPDX-License-Identifier: MIT */
/*
 * An XML scenario as a tree of elements, all of it views into the source: expat says that it is well
 * formed, the raw bytes are taken from the source, as SIPp takes them (facts: SIPp 1.1).
 */
#ifndef MODEL_SIPP_SCENARIO_XML_H
#define MODEL_SIPP_SCENARIO_XML_H

#include "base/diag.h"
#include "base/source.h"

/* The largest file that SIPp 3.6.1 reads, in bytes. */
#define XML_FILE_MAX 65535

struct xml_attribute {
    struct span name;
    struct span value; /* between the quotes, nothing decoded */
};

struct xml_element {
    const struct source *source;
    struct span name;
    struct span cdata; /* the raw content of its CDATA section; p NULL: it has none */
    struct xml_attribute *attributes;
    size_t attribute_count;
    struct xml_element *parent, *first, *last, *next; /* children in the order of the file */
};

/* Where its '<' stands. */
static inline struct source_pos xml_at(const struct xml_element *e) {
    return source_at(e->source, e->name.p - 1);
}

/*
 * The root, or NULL after errors: not well formed, larger than SIPp reads, entity declarations, text outside
 * CDATA.
 */
struct xml_element *xml_load(const struct source *source, struct diag *diag);

void xml_free(struct xml_element *root);

/* The attribute of that name, or NULL. */
const struct xml_attribute *xml_attribute(const struct xml_element *e, const char *name);

#endif
