/* SPDX-License-Identifier: MIT */
/*
 * An XML scenario as SIPp's own reader sees it (facts: SIPp 1.1), which is no XML parser: it skips what it
 * does not know, looks for an attribute by its name, and stops without a word where it understands nothing
 * more. The tree is made in one pass; all of it are views into the text, so that everything has a place.
 */
#ifndef MODEL_SIPP_SCENARIO_XML_H
#define MODEL_SIPP_SCENARIO_XML_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/source.h"

/* The largest file that SIPp 3.6.1 reads, in bytes, carriage returns not counted. */
#define XML_FILE_MAX 65535

struct xml_attribute {
    struct span name;
    struct span raw;   /* as it stands in the file, between the quotes */
    struct span value; /* its backslash escapes decoded: raw itself if there are none */
    struct xml_attribute *next;
};

struct xml_document;

struct xml_element {
    struct xml_document *document;
    const struct source *source;
    struct span name;
    struct span tag; /* where SIPp looks for attributes: from behind the name to the end of the start tag */
    struct xml_element *parent, *first, *last, *next; /* children in the order of the file */
    bool open;                                        /* nothing in the file ends it */
    struct xml_attribute **found;                     /* those that were asked for */
};

struct xml_document {
    struct arena arena;
    const struct source *source; /* what the tree points into: the file, or `text` */
    struct source text;          /* the file without its carriage returns, if it has any */
    struct xml_element *root;
    const char *stopped; /* the '<' where SIPp stopped reading before the root's end; NULL: nowhere */
};

/* Where its '<' stands. */
static inline struct source_pos xml_at(const struct xml_element *e) {
    return source_at(e->source, e->name.p - 1);
}

/*
 * Reads a file, or returns NULL after an error for what SIPp refuses too: no declaration, larger than it
 * reads, no element. `source` must live as long as the document.
 */
struct xml_document *xml_load(const struct source *source, struct diag *diag);

void xml_free(struct xml_document *document);

/* The attribute that SIPp finds under that name, or NULL; it stays as long as the document. */
const struct xml_attribute *xml_attribute(const struct xml_element *e, const char *name);

/* Where a byte of an attribute's value (or its end) stood. */
struct source_pos xml_value_at(const struct xml_element *e, const struct xml_attribute *a, const char *p);

/* The text that SIPp takes for an element's CDATA section; p NULL: it finds none. */
struct span xml_cdata(const struct xml_element *e);

/* What a start tag looks like to a person who reads it, for warnings about what SIPp makes of it. */
struct xml_token {
    struct span name;
    const char *value; /* NULL: a word without a value */
    bool quoted;       /* in double quotes */
};

/* The next token of the tag at or after *p (begin with e->tag.p); false at its end. */
bool xml_next_token(const struct xml_element *e, const char **p, struct xml_token *out);

/* Decodes what stands at p, before end, in the value of an attribute; returns how many bytes it was. */
size_t xml_unescape(const char *p, const char *end, char *out);

#endif
