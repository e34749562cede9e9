/* SPDX-License-Identifier: MIT */
/* What the files of corex share: the functions that stand in its table. */
#ifndef MODEL_KAMAILIO_MODULES_COREX_COREX_H
#define MODEL_KAMAILIO_MODULES_COREX_COREX_H

#include "model/kamailio/modules/module.h"

#define COREX_FUNCTION(name) int name(struct kam_run *run, const struct kam_arg *args, size_t count)

/* flags.c: marks of a request */
COREX_FUNCTION(corex_setxflag);
COREX_FUNCTION(corex_resetxflag);
COREX_FUNCTION(corex_isxflagset);
COREX_FUNCTION(corex_msg_iflag_set);
COREX_FUNCTION(corex_msg_iflag_reset);
COREX_FUNCTION(corex_msg_iflag_is_set);
COREX_FUNCTION(corex_via_add_srvid);
COREX_FUNCTION(corex_via_add_xavp_params);
COREX_FUNCTION(corex_via_use_xavp_fields);

/* sockets.c: where it has come to and from, and where it leaves */
COREX_FUNCTION(corex_is_socket_name);
COREX_FUNCTION(corex_set_send_socket);
COREX_FUNCTION(corex_set_send_socket_name);
COREX_FUNCTION(corex_set_recv_socket);
COREX_FUNCTION(corex_set_recv_socket_name);
COREX_FUNCTION(corex_set_source_address);

/* send.c: what is sent as it is */
COREX_FUNCTION(corex_send_udp);
COREX_FUNCTION(corex_send_data);
COREX_FUNCTION(corex_sendx);
COREX_FUNCTION(corex_forward_reply);
COREX_FUNCTION(corex_is_faked_msg);
COREX_FUNCTION(corex_is_incoming);

/* files.c: files that scripts read and write */
COREX_FUNCTION(corex_file_read);
COREX_FUNCTION(corex_file_write);
bool corex_files_load(struct kam_program *program, const struct source *cfg, struct source_set *set,
                      struct diag *diag);
void corex_files_free(void *data);

/* What the module keeps. */
struct corex {
    struct corex_file *files; /* that scripts have read or written */
};

#endif
