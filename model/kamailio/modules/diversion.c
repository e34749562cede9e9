/* SPDX-License-Identifier: MIT */
/* diversion: add_diversion() (facts: Kamailio 30.9; RFC 5806). */
#include "model/kamailio/message/header.h"
#include "model/kamailio/message/lump.h"
#include "model/kamailio/modules/module.h"

/* Before the first Diversion, else behind all headers; before what was added there. */
static int add_diversion(struct kam_run *run, const struct kam_arg *args, size_t count) {
    if (run->damaged || !run->msg.is_request) return -1;
    const struct sip_header *h = kam_header_find(&run->msg, SPAN("Diversion"));
    struct span uri = count > 1 ? args[1].s : run->msg.uri; /* as it came in */
    struct buf b = {0};
    buf_addf(&b, "Diversion: <" SPAN_FMT ">;reason=" SPAN_FMT "\r\n", SPAN_ARG(uri), SPAN_ARG(args[0].s));
    edit_insert_first(run->target, h ? (size_t)(h->line.p - run->msg.bytes.p) : run->msg.header_end,
                      buf_span(&b));
    buf_free(&b);
    return 1;
}

static const struct kam_function functions[] = {
    {"add_diversion",
     1,
     2,
     KAM_REQUEST_ROUTE | KAM_FAILURE_ROUTE | KAM_BRANCH_ROUTE,
     add_diversion,
     {ARG_FORMAT, ARG_FORMAT},
     .expressions = true},
    {0},
};

/* suffix is not on the wire either: script/names.txt. */
const struct kam_module kam_diversion_module = {.name = "diversion", .functions = functions};
