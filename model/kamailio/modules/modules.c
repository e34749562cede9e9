/* SPDX-License-Identifier: MIT */
#include "model/kamailio/modules/module.h"

const struct kam_module *const kam_modules[] = {
    [KAM_MODULE_CORE] = &kam_core_module,
    [KAM_MODULE_SL] = &kam_sl_module,
    [KAM_MODULE_TM] = &kam_tm_module,
    [KAM_MODULE_MAXFWD] = &kam_maxfwd_module,
    [KAM_MODULE_RR] = &kam_rr_module,
    [KAM_MODULE_SIPUTILS] = &kam_siputils_module,
    [KAM_MODULE_TEXTOPS] = &kam_textops_module,
    [KAM_MODULE_COREX] = &kam_corex_module,
    [KAM_MODULE_PV] = &kam_pv_module,
    [KAM_MODULE_XLOG] = &kam_xlog_module,
    [KAM_MODULE_KEX] = &kam_kex_module,
    [KAM_MODULE_TMX] = &kam_tmx_module,
    [KAM_MODULE_SANITY] = &kam_sanity_module,
    [KAM_MODULE_USRLOC] = &kam_usrloc_module,
    [KAM_MODULE_REGISTRAR] = &kam_registrar_module,
    [KAM_MODULE_TEXTOPSX] = &kam_textopsx_module,
    [KAM_MODULE_ACC] = &kam_acc_module,
    [KAM_MODULE_JSONRPCS] = &kam_jsonrpcs_module,
    [KAM_MODULE_CTL] = &kam_ctl_module,
    [KAM_MODULE_CFG_RPC] = &kam_cfg_rpc_module,
    [KAM_MODULE_COUNTERS] = &kam_counters_module,
    [KAM_MODULE_DEBUGGER] = &kam_debugger_module,
    [KAM_MODULE_CFGUTILS] = &kam_cfgutils_module,
    [KAM_MODULES] = NULL,
};
