/* SPDX-License-Identifier: MIT */
/*
 * A template: a message, or a text in an action, cut once into literal parts and keywords (facts: SIPp 2
 * and 3). Rendering it for a call is render.h.
 */
#ifndef MODEL_SIPP_SCENARIO_TEMPLATE_H
#define MODEL_SIPP_SCENARIO_TEMPLATE_H

#include "model/sipp/scenario/keyword.h"
#include "model/sipp/scenario/text.h"
#include "model/sipp/scenario/variable.h"

struct sipp_setting;
struct media;

/* What an [authentication] may say. */
enum credential { AUTH_USER, AUTH_PASSWORD, AUTH_AKA_OP, AUTH_AKA_AMF, AUTH_AKA_K, AUTH_PARAMS };

struct template_part {
    enum keyword_id id;
    struct source_pos at;
    /*
     * In template.bytes: the literal as it goes on the wire, the header name of last_ (with its colon), the
     * filling of fill, the content of file, the file name of field.
     */
    size_t text, text_len;
    int64_t offset;                      /* +n or -n */
    int64_t number;                      /* of a field; the id of a variable */
    struct template *param[AUTH_PARAMS]; /* of authentication; line of field is the first; NULL: absent */
};

struct template {
    struct template *next; /* of the same program: one with a smaller number */
    size_t number;         /* 0, 1 ... */
    struct template_part *parts;
    size_t count, cap;
    struct buf bytes;
};

/* What compiling needs. Every template it makes goes to the head of *all, also those inside others. */
struct template_compiler {
    struct variable_table *variables;
    struct source_set *files; /* those of [file name=...] and of media */
    struct template **all;
    struct media **media;            /* of the program */
    const struct sipp_setting *keys; /* -key */
    size_t key_count;
    struct diag *diag;
    bool unsent; /* of a log: what SIPp makes of a keyword in a keyword does not matter */
    const struct variable_table *late; /* while a call runs: variables are only looked up, and there */
};

/* Cuts a text; errors (unknown keywords ...) go to diag, the rest is compiled all the same. */
struct template *template_compile(const struct template_compiler *c, struct text_view source);

/* The parameters in the text of an [authentication ...], which begins with this word. */
void template_credentials(const struct template_compiler *c, struct text_view keyword,
                          struct template *param[AUTH_PARAMS]);

/* Frees the templates from first on up to one that stays; NULL: all. */
void template_list_free(struct template *first, const struct template *stays);

static inline struct span template_text(const struct template *t, const struct template_part *part) {
    return (struct span){t->bytes.p ? t->bytes.p + part->text : "", part->text_len};
}

/* What the first line of a message says. */
struct template_head {
    struct span method; /* of a request; views into the template */
    bool is_response;
    unsigned status;         /* of a response; 0: what stands there is none from 100 to 699 */
    struct span status_text; /* of a response: a view into the template */
};

/* Reads the first line; false if it does not begin with a literal method or SIP/2.0 and a space. */
bool template_head(const struct template *t, struct template_head *out);

#endif
