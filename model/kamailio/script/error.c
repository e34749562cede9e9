/* SPDX-License-Identifier: MIT */
#include "model/kamailio/script/error.h"

unsigned kam_error_write(struct buf *reason, int error, const char *module) {
    static const struct {
        int error;
        unsigned status;
        const char *reason;
    } errors[] = {
        {KAM_E_OK, 500, "No error"},
        {KAM_E_TOO_MANY_BRANCHES, 500, "Forking capacity exceeded"},
        {KAM_E_SEND, 477, "Unfortunately error on sending to next hop occurred"},
        {KAM_E_BAD_ADDRESS, 478, "Unresolvable destination"},
        {KAM_E_BAD_URI, 479, "Regretfully, we were not able to process the URI"},
        {KAM_E_CANCELED, 487, "Transaction canceled"},
        {0, 500, "I'm terribly sorry, server error occurred"}, /* all others */
    };
    size_t i = 0, last = sizeof errors / sizeof *errors - 1;
    while (i < last && errors[i].error != error)
        i++;
    buf_addf(reason, "%s (%d/%s)", errors[i].reason, -error, module);
    return errors[i].status;
}
