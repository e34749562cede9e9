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
    KAM_MODULE_TMX,
    KAM_MODULE_SANITY,
    KAM_MODULE_USRLOC,
    KAM_MODULE_REGISTRAR,
    KAM_MODULE_TEXTOPSX,
    KAM_MODULE_ACC,
    KAM_MODULE_IPOPS,
    KAM_MODULE_UAC,
    KAM_MODULE_PERMISSIONS,
    KAM_MODULE_PIKE,
    KAM_MODULE_SDPOPS,
    KAM_MODULE_AVPOPS,
    KAM_MODULE_DIVERSION,
    KAM_MODULE_UAC_REDIRECT,
    KAM_MODULE_STATISTICS,
    KAM_MODULE_COUNTERS,
    KAM_MODULE_CFGUTILS,
    KAM_MODULE_AUTH,
    KAM_MODULE_DISPATCHER,
    KAM_MODULE_AUTH_DB,
    KAM_MODULE_ALIAS_DB,
    KAM_MODULE_DOMAIN,
    KAM_MODULE_NATHELPER,
    KAM_MODULE_NAT_TRAVERSAL,
    KAM_MODULE_RTPPROXY,
    KAM_MODULE_DB_TEXT,
    KAM_MODULE_DB_MYSQL,
    KAM_MODULE_DB_POSTGRES,
    KAM_MODULE_DB_SQLITE,
    KAM_MODULE_DB_UNIXODBC,
    KAM_MODULE_DB_FLATSTORE,
    KAM_MODULE_HTABLE,
    KAM_MODULE_DIALOG,
    KAM_MODULE_PATH,
    KAM_MODULE_RTIMER,
    KAM_MODULE_RTPENGINE,
    KAM_MODULE_SPEEDDIAL,
    KAM_MODULE_MQUEUE,
    KAM_MODULE_ASYNC,
    KAM_MODULE_SIPTRACE,
    KAM_MODULE_PIPELIMIT,
    KAM_MODULE_GROUP,
    KAM_MODULE_DIALPLAN,
    KAM_MODULE_DROUTING,
    KAM_MODULE_MTREE,
    KAM_MODULE_PDT,
    KAM_MODULE_USERBLOCKLIST,
    KAM_MODULE_LCR,
    KAM_MODULE_SECFILTER,
    KAM_MODULE_TOPOH,
    KAM_MODULE_TMREC,
    KAM_MODULE_DEBUGGER,
    KAM_MODULE_JANSSON,
    KAM_MODULE_RATELIMIT,
    KAM_MODULE_SST,
    KAM_MODULE_PV_HEADERS,
    KAM_MODULE_KEEPALIVE,
    KAM_MODULE_BENCHMARK,
    KAM_MODULE_MANGLER,
    KAM_MODULES
};

extern const struct kam_module kam_core_module, kam_corex_module, kam_kex_module, kam_maxfwd_module,
    kam_pv_module, kam_rr_module, kam_siputils_module, kam_sl_module, kam_textops_module, kam_tm_module,
    kam_xlog_module, kam_tmx_module, kam_sanity_module, kam_usrloc_module, kam_registrar_module,
    kam_cfgutils_module, kam_auth_module, kam_auth_db_module, kam_nathelper_module, kam_rtpproxy_module,
    kam_alias_db_module, kam_domain_module, kam_nat_traversal_module, kam_topoh_module, kam_tmrec_module,
    kam_debugger_module, kam_jansson_module, kam_ratelimit_module, kam_sst_module, kam_pv_headers_module,
    kam_keepalive_module, kam_benchmark_module, kam_mangler_module;

extern const struct kam_module kam_ipops_module, kam_uac_module, kam_permissions_module, kam_pike_module,
    kam_sdpops_module, kam_avpops_module, kam_diversion_module, kam_statistics_module, kam_counters_module,
    kam_uac_redirect_module, kam_path_module, kam_rtimer_module;
extern const struct kam_module kam_rtpengine_module, kam_speeddial_module;
extern const struct kam_module kam_dispatcher_module, kam_htable_module, kam_dialog_module; /* folders */

/* Modules that ask empty tables: tables.c. */
extern const struct kam_module kam_group_module, kam_dialplan_module, kam_drouting_module, kam_mtree_module,
    kam_pdt_module, kam_userblocklist_module, kam_lcr_module, kam_secfilter_module;
extern const struct kam_module kam_mqueue_module, kam_async_module, kam_siptrace_module, kam_pipelimit_module;

/* Modules that do nothing on the wire: idle.c. */
extern const struct kam_module kam_textopsx_module, kam_acc_module, kam_db_text_module, kam_db_mysql_module,
    kam_db_postgres_module, kam_db_sqlite_module, kam_db_unixodbc_module, kam_db_flatstore_module;

/* What a module keeps in an instance; NULL if it is not loaded. */
static inline void *kam_module_data(const struct kamailio *k, enum kam_module_number number) {
    return k->module_data[number];
}

#endif
