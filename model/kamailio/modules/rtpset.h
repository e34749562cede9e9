/* SPDX-License-Identifier: MIT */
/* The sets that rtpproxy's and rtpengine's sockets stand in: "1 == udp:127.0.0.1:2223 udp:127.0.0.1:2224". */
#ifndef MODEL_KAMAILIO_MODULES_RTPSET_H
#define MODEL_KAMAILIO_MODULES_RTPSET_H

#include "model/kamailio/modules/module.h"

/* Which set a socket parameter's text is of; standard: where it names none. False: not readable. *nodes: the
 * addresses. */
bool rtpset_read(struct span text, int64_t standard, uint32_t *number, struct span *nodes);

/* Cuts the next address off; empty: there is none. */
struct span rtpset_cut_node(struct span *nodes);

/* Does the file name a set of that number? param: the module's parameter that names sockets. */
bool rtpset_exists(const struct kam_program *program, const struct kam_module *module, const char *param,
                   int64_t standard, int64_t number);

/* What is wrong with a set's number that stands in the file; NULL: nothing. */
const char *rtpset_check(const struct kam_program *program, const struct kam_module *module,
                         const char *param, int64_t standard, struct span text);

#endif
