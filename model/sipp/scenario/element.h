/* SPDX-License-Identifier: MIT */
/* Reading the attributes of one element of a scenario: decoded, converted, with errors that point at them. */
#ifndef MODEL_SIPP_SCENARIO_ELEMENT_H
#define MODEL_SIPP_SCENARIO_ELEMENT_H

#include "base/real.h"
#include "model/sipp/scenario/template.h"
#include "model/sipp/scenario/xml.h"

/* Where an attribute's value begins. */
struct source_pos attribute_at(const struct xml_element *e, const struct xml_attribute *a);

/*
 * Warns, at its place, of each attribute that is none of these, which SIPp ignores, and of one that it does
 * not read as it looks. The lists end with NULL; a second list may be NULL.
 */
void element_check_attributes(const struct xml_element *e, const char *const *known, const char *const *also,
                              struct diag *diag);

/* An integer of which SIPp keeps 32 bits; 0 if it is not there or after an error. */
uint32_t element_word(const struct xml_element *e, const char *name, struct diag *diag);

/* Is it there, as a name that is not empty and has neither $ nor comma? Else an error, unless it is not
 * there. */
bool element_name(const struct xml_element *e, const char *name, struct diag *diag);

/* true or false, in any case of letters, or an integer, of which only 0 is false. */
bool element_bool(const struct xml_element *e, const char *name, bool absent, struct diag *diag);

/* A number in billionths; false if it is not there or after an error. */
bool element_number(const struct xml_element *e, const char *name, int64_t *out, struct diag *diag);

/* The same as a double, of any size. */
bool element_real(const struct xml_element *e, const char *name, struct real *out, struct diag *diag);

/* The attribute as a template; NULL if it is not there. */
struct template *element_template(const struct template_compiler *c, const struct xml_element *e,
                                  const char *name);

/* The decoded value, added to out; false if it is not there. */
bool element_text(const struct xml_element *e, const char *name, bool entities, struct buf *out);

/* The variable that an attribute names; -1 if it is not there or after an error. */
int element_variable(const struct template_compiler *c, const struct xml_element *e, const char *name);

/* An error if the attribute is not there. */
bool element_needs(const struct xml_element *e, const char *name, struct diag *diag);

#endif
