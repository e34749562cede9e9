/* SPDX-License-Identifier: MIT */
/* The modules (model/kamailio/modules/modules.c lists them), and how they find what they keep. */
#ifndef MODEL_KAMAILIO_MODULES_MODULE_H
#define MODEL_KAMAILIO_MODULES_MODULE_H

#include "model/kamailio/instance.h"

/* Their places in kam_modules. */
enum kam_module_number {
    KAM_MODULE_CORE,
    KAM_MODULE_SL,
    KAM_MODULE_TM,
    KAM_MODULE_MAXFWD,
    KAM_MODULE_RR,
    KAM_MODULE_SIPUTILS,
    KAM_MODULE_TEXTOPS,
    KAM_MODULE_COREX,
    KAM_MODULE_PV,
    KAM_MODULE_XLOG,
    KAM_MODULE_KEX,
    KAM_MODULES
};

extern const struct kam_module kam_core_module, kam_corex_module, kam_kex_module, kam_maxfwd_module,
    kam_pv_module, kam_rr_module, kam_siputils_module, kam_sl_module, kam_textops_module, kam_tm_module,
    kam_xlog_module;

/* What a module keeps in an instance; NULL if it is not loaded. */
static inline void *kam_module_data(const struct kamailio *k, enum kam_module_number number) {
    return k->module_data[number];
}

#endif
