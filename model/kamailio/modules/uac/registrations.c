/* SPDX-License-Identifier: MIT */
/* uac's registrations of its own, of which there are none: their table is empty (facts: Kamailio 30.3). */
#include "model/kamailio/modules/uac/uac.h"

int uac_reg_nothing(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)run, (void)args, (void)count;
    return -1;
}

int uac_reg_switch(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)args, (void)count;
    return uac_of(run)->reg_db_url.len ? -2 : -1;
}
