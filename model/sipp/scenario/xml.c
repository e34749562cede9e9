/* SPDX-License-Identifier: MIT */
#include "model/sipp/scenario/xml.h"

#include "base/mem.h"

#include <stdlib.h>

static bool starts(const char *p, const char *with) { return strncmp(p, with, strlen(with)) == 0; }

static bool blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

static const char *skip_blanks(const char *p) {
    while (blank(*p))
        p++;
    return p;
}

/* Behind the next `text` at or after p; NULL: there is none. */
static const char *behind(const char *p, const char *text) {
    const char *found = strstr(p, text);
    return found ? found + strlen(text) : NULL;
}

/* Where the quoted text ends that p stands in: at its closing quote, or at the end of the file. */
static const char *quote_end(const char *p) {
    for (; *p && *p != '"'; p++)
        if (*p == '\\' && p[1]) p++;
    return p;
}

/*
 * The '>' or '/>' that ends a start tag, the end of the file if nothing does, or NULL where another tag
 * begins before: SIPp reads no further then.
 */
static const char *tag_end(const char *p) {
    while (*p) {
        if (starts(p, "<!--")) {
            if (!(p = behind(p, "-->"))) return NULL;
        } else if (*p == '<') {
            return NULL;
        } else if (*p == '>' || (*p == '/' && p[1] == '>')) {
            return p;
        } else if (*p == '"') {
            p = quote_end(p + 1);
            if (*p) p++;
        } else {
            p++;
        }
    }
    return p;
}

/* Behind a comment or the like at p; p itself: it is none; NULL: it does not end. */
static const char *skip_section(const char *p) {
    static const char *const sections[][2] = {
        {"<![CDATA[", "]]>"}, {"<!--", "-->"}, {"<!DOCTYPE", ">"}, {"<?xml-model", ">"}};
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
        if (starts(p, sections[i][0])) return behind(p, sections[i][1]);
    return p;
}

static struct xml_element *add_element(struct xml_document *d, struct xml_element *parent, struct span name) {
    struct xml_element *e = arena_new(&d->arena, sizeof *e);
    const char *begin = name.p + name.len, *end = *begin ? tag_end(begin + 1) : begin;
    *e = (struct xml_element){
        .document = d, .source = d->source, .name = name, .parent = parent, .open = true};
    e->tag = span_between(begin, end ? end : begin);
    e->found = arena_new(&d->arena, sizeof *e->found);
    if (!parent)
        d->root = e;
    else if (parent->last)
        parent->last->next = e;
    else
        parent->first = e;
    if (parent) parent->last = e;
    return e;
}

/* What read_elements() makes of the file: one step per tag. */
struct reader {
    struct xml_document *document;
    struct diag *diag;
    struct xml_element *open;
    bool wrong;
};

static void close_element(struct reader *r) {
    r->open->open = false;
    r->open = r->open->parent;
}

static void refuse(struct reader *r, const char *at, struct span wanted, struct span found) {
    r->wrong = true;
    diag_error(r->diag, source_at(r->document->source, at),
               wanted.p ? "</" SPAN_FMT "> ends nothing: SIPp expects </" SPAN_FMT
                          "> here and refuses the file"
                        : "<" SPAN_FMT "> stands behind the end of <" SPAN_FMT ">: SIPp refuses the file",
               SPAN_ARG(found), SPAN_ARG(wanted.p ? wanted : r->document->root->name));
}

/* A name in a tag that ends at `end`. */
static struct span take_name(const char *p, const char *end) {
    size_t len = strcspn(p, " \t\r\n/>");
    return (struct span){p, len < (size_t)(end - p) ? len : (size_t)(end - p)};
}

/* A start tag at p: behind its name. NULL: SIPp reads no further. Attributes are not skipped. */
static const char *read_start(struct reader *r, const char *p) {
    const char *end = tag_end(p + 1);
    if (!end) return NULL;
    struct span name = take_name(p + 1, end);
    if (r->document->root && !r->open)
        refuse(r, p, (struct span){0}, name);
    else
        r->open = add_element(r->document, r->open, name);
    return name.p + name.len;
}

/* An end tag at p. The name is looked at, except that of the root. */
static const char *read_end(struct reader *r, const char *p) {
    const char *end = tag_end(p + 2);
    if (!end) return NULL;
    struct span name = take_name(p + 2, end);
    if (r->open->parent && !span_eq(name, r->open->name)) refuse(r, p, r->open->name, name);
    close_element(r);
    return p + 1;
}

/*
 * A '<' or '/>' in the value of an attribute opens or closes an element too. What ends more than was opened
 * ends the reading.
 */
static void read_elements(struct reader *r, const char *p) {
    while (*p && !r->wrong) {
        if (*p == '/' && p[1] == '>') {
            if (!r->open) return;
            close_element(r);
            p++;
        } else if (*p == '<') {
            const char *next = skip_section(p);
            if (next == p && p[1] == '/') {
                if (!r->open) return;
                next = read_end(r, p);
            } else if (next == p) {
                next = read_start(r, p);
            }
            if (!next) {
                r->document->stopped = p;
                return;
            }
            p = next;
        } else {
            p++;
        }
    }
}

/* SIPp drops every carriage return when it loads a file. */
static void drop_returns(struct xml_document *d, const struct source *source) {
    d->source = source;
    if (!memchr(source->text, '\r', source->len)) return;
    char *text = mem_new(source->len + 1);
    size_t len = 0;
    for (size_t i = 0; i < source->len; i++)
        if (source->text[i] != '\r') text[len++] = source->text[i];
    d->text = (struct source){.name = source->name, .text = text, .len = len};
    d->source = &d->text;
}

/* Behind the XML declaration; NULL after an error. */
static const char *check_file(const struct xml_document *d, struct diag *diag) {
    struct source_pos start = {d->source, 0};
    if (d->source->len > XML_FILE_MAX) {
        diag_error(diag, start, "larger than %d bytes, the most that SIPp reads", XML_FILE_MAX);
        return NULL;
    }
    if (!starts(d->source->text, "<?xml")) {
        bool mark = starts(d->source->text, "\xef\xbb\xbf<?xml");
        diag_error(diag, start, "SIPp wants the file to begin with <?xml%s",
                   mark ? ", and refuses the byte order mark before it" : "");
        return NULL;
    }
    const char *p = behind(d->source->text, "?>");
    if (!p) diag_error(diag, start, "no ?> ends the XML declaration: SIPp refuses the file");
    return p;
}

struct xml_document *xml_load(const struct source *source, struct diag *diag) {
    struct xml_document *d = mem_new(sizeof *d);
    drop_returns(d, source);
    const char *p = check_file(d, diag);
    struct reader r = {.document = d, .diag = diag};
    if (p) read_elements(&r, p);
    if (p && !d->root)
        diag_error(diag, source_at(d->source, d->stopped ? d->stopped : p), "SIPp finds no element %s",
                   d->stopped ? "here: this does not end" : "in this file");
    if (d->root && !r.wrong) return d;
    xml_free(d);
    return NULL;
}

void xml_free(struct xml_document *document) {
    if (!document) return;
    arena_free(&document->arena);
    free(document->text.text);
    free(document);
}

size_t xml_unescape(const char *p, const char *end, char *out) {
    static const char coded[] = "\\\"ntr", plain[] = "\\\"\n\t\r";
    *out = *p;
    if (*p != '\\' || p + 1 >= end) return 1;
    const char *found = strchr(coded, p[1]);
    if (!found) return 1;
    *out = plain[found - coded];
    return 2;
}

/* In the value, a backslash that escapes nothing stays, and so does the byte behind it. */
static struct span decode(struct arena *arena, struct span raw) {
    if (span_find(raw, '\\') < 0) return raw;
    char *bytes = arena_new(arena, raw.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < raw.len; len++)
        i += xml_unescape(raw.p + i, raw.p + raw.len, bytes + len);
    return (struct span){bytes, len};
}

/* The value that begins at p, behind the name: one character for the opening quote, whatever it is. */
static const char *value_begin(const char *p) {
    p = skip_blanks(p);
    if (*p != '=') return NULL;
    p = skip_blanks(p + 1);
    return *p && p[1] ? p + 1 : NULL;
}

/* SIPp takes the first place in the tag where the name stands behind a blank and before a '='. */
static bool find_value(const struct xml_element *e, struct span name, struct span *at, struct span *raw) {
    struct span rest = e->tag;
    for (ptrdiff_t i; (i = span_search(rest, name)) >= 0; rest = span_skip(rest, (size_t)i + name.len)) {
        const char *p = rest.p + i, *begin = value_begin(p + name.len);
        if (p == e->tag.p) return false;
        if (!blank(p[-1]) || !begin) continue;
        *at = (struct span){p, name.len};
        *raw = span_between(begin, quote_end(begin));
        return true;
    }
    return false;
}

const struct xml_attribute *xml_attribute(const struct xml_element *e, const char *name) {
    struct span wanted = span_of(name), at, raw;
    for (const struct xml_attribute *a = *e->found; a; a = a->next)
        if (span_eq(a->name, wanted)) return a;
    if (!find_value(e, wanted, &at, &raw)) return NULL;
    struct xml_attribute *a = arena_new(&e->document->arena, sizeof *a);
    *a = (struct xml_attribute){at, raw, decode(&e->document->arena, raw), *e->found};
    return *e->found = a;
}

struct source_pos xml_value_at(const struct xml_element *e, const struct xml_attribute *a, const char *p) {
    const char *raw = a->raw.p;
    if (a->value.p == raw) return source_at(e->source, p);
    for (size_t i = (size_t)(p - a->value.p); i > 0; i--) {
        char c;
        raw += xml_unescape(raw, a->raw.p + a->raw.len, &c);
    }
    return source_at(e->source, raw);
}

/*
 * Where SIPp believes that the element whose content begins at p ends. It counts in a way of its own: the
 * byte behind a comment or a CDATA section is not looked at, and quotes hide tags anywhere. NULL: something
 * does not end.
 */
static const char *content_end(const char *p) {
    int level = 0;
    for (; *p; p++) {
        if (starts(p, "<![CDATA[") || starts(p, "<!--")) {
            if (!(p = behind(p, p[2] == '[' ? "]]>" : "-->"))) return NULL;
            if (!*p) return p;
        } else if (*p == '<' && p[1] != '/') {
            level++;
        } else if (*p == '<' || (*p == '/' && p[1] == '>')) {
            if (--level < 0) return p;
        } else if (*p == '"') {
            p = quote_end(p + 1);
            if (!*p) return p;
        }
    }
    return p;
}

struct span xml_cdata(const struct xml_element *e) {
    const char *begin = behind(e->tag.p, "<![CDATA["), *end = begin ? strstr(begin, "]]>") : NULL;
    if (!end) return (struct span){0};
    const char *limit = content_end(e->tag.p);
    return limit && begin <= limit ? span_between(begin, end) : (struct span){0};
}

bool xml_next_token(const struct xml_element *e, const char **p, struct xml_token *out) {
    const char *end = e->tag.p + e->tag.len;
    while (*p < end) {
        const char *begin = *p = skip_blanks(*p);
        if (begin < end && starts(begin, "<!--")) {
            const char *after = behind(begin, "-->");
            *p = after && after < end ? after : end;
            continue;
        }
        const char *name_end = begin;
        while (name_end < end && !blank(*name_end) && *name_end != '=' && *name_end != '"')
            name_end++;
        if (name_end == begin) {
            (*p)++;
            continue;
        }
        *out = (struct xml_token){.name = span_between(begin, name_end), .value = value_begin(name_end)};
        *p = name_end;
        if (!out->value || out->value > end) {
            out->value = NULL;
            return true;
        }
        char quote = out->value[-1];
        out->quoted = quote == '"';
        const char *close = out->value;
        if (out->quoted)
            close = quote_end(close);
        else
            while (close < end && !(quote == '\'' ? *close == quote : blank(*close)))
                close++;
        *p = close < end ? close + 1 : end;
        return true;
    }
    return false;
}
