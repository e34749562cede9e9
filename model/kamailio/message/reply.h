/* SPDX-License-Identifier: MIT */
/* Replies that Kamailio makes itself (facts: Kamailio 5.1). */
#ifndef MODEL_KAMAILIO_MESSAGE_REPLY_H
#define MODEL_KAMAILIO_MESSAGE_REPLY_H

#include "model/kamailio/run.h"

/* Which To tag a reply gets if it needs one. */
enum kam_tag_kind { KAM_TAG_STATELESS, KAM_TAG_STATEFUL };

/* Appends the tag that this Kamailio gives to replies to that request. */
void kam_reply_tag_write(struct buf *out, const struct kam_run *request, enum kam_tag_kind kind);

/* The reply to a request. more_lines come before those of append_to_reply(). */
struct payload *kam_reply_build(const struct kam_run *request, unsigned status, struct span reason,
                                enum kam_tag_kind kind, struct span more_lines);

/*
 * A 3xx that is made here names the branches that there are, the Request-URI only where the script has set
 * it. The line joins those of append_to_reply(), so a second 3xx has it twice. rich: what else it tells of
 * each, modparam rich_redirect.
 */
enum kam_rich { KAM_RICH_FLAGS = 1, KAM_RICH_PATH = 2 };
void kam_reply_add_contacts(struct kam_run *request, unsigned status, int64_t rich);

/* The same without the end of the line; false: there are none, or the line is too long for Kamailio. */
bool kam_contacts_write(struct buf *line, const struct kam_run *run, int64_t rich);

#endif
